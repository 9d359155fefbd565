"""The lists of what a published file may hold: one for each format, in the folder ``allowed``.

They are data: whoever reads one sees what there may be. What is not on it is refused by its name.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

#: Words of a list; one that ends in a star is the beginning of a name.
Words = frozenset[str]
_T = TypeVar("_T")


@cache
def allowed(kind: str) -> Mapping[str, Any]:
    """Return the list of a format: its texts as sets of words, and tables of such sets."""
    path = files("mtmgeo.verification.rules").joinpath("allowed", f"{kind}.toml")
    table = tomllib.loads(path.read_text("utf-8"))
    reasons = table.pop("reasons", {})
    return {**_words(table), "reasons": reasons}


def _words(value: Any) -> Any:
    if isinstance(value, str):
        return frozenset(value.split())
    return {key: _words(one) for key, one in value.items()}


def on(words: Words, name: str) -> bool:
    """Return whether a list has a name, or the beginning of it."""
    return name in words or any(name.startswith(word[:-1]) for word in words if word[-1] == "*")


def said(table: Mapping[str, _T], name: str) -> _T | None:
    """Return what a table says of a name, or of the beginning of it; None if nothing."""
    if name in table:
        return table[name]
    return next(
        (said for word, said in table.items() if word[-1] == "*" and name.startswith(word[:-1])),
        None,
    )


def because(listed: Mapping[str, Any], name: str) -> str:
    """Return, in brackets, why something is not on a list, if that is said."""
    reason = said(listed["reasons"], name)
    return f" ({reason})" if reason else ""
