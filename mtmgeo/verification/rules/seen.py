"""What is seen in a file, the bounds that a file keeps, and the fault that ends a look at it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from mtmgeo.core import disclaimer

#: Limits that a map keeps, and a file made to exhaust the memory does not.
MAX_BYTES: Final = 64 * 2**20
MAX_PIXELS: Final = 64_000_000
MAX_ELEMENTS: Final = 500_000
MAX_DEPTH: Final = 200
MAX_PAGES: Final = 500


class Fault(Exception):  # noqa: N818  (a finding; no caller ever sees it)
    """One sentence that ends the examination of a file."""


@dataclass(frozen=True)
class Seen:
    """The sentence that a file's metadata state, the one in view, and what is wrong with it."""

    stated: str | None
    shown: str | None
    faults: list[str]


def stated_in(text: str) -> str | None:
    """Return the disclaimer that `text` holds among other words, if it holds that of one year."""
    found = {" ".join(match.group().split()) for match in disclaimer.PATTERN.finditer(text)}
    return found.pop() if len(found) == 1 else None


def only_sentence(text: str) -> str | None:
    """Return the disclaimer if `text` is that and nothing else."""
    found = disclaimer.find(text)
    return found if found == " ".join(text.split()) else None
