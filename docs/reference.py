"""Make the tables of the guides that follow from the code: ``python docs/reference.py``.

They stand between two comments, ``<!-- made by docs/reference.py: NAME -->`` and
``<!-- end of NAME -->``; what is between these is written anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import mtmgeo
from mtmgeo.figures.indicators import DERIVED, INDICATORS, SHOWN, Indicator
from mtmgeo.maps.rules import RULES
from mtmgeo.maps.spec import OPTIONS, Option

DOCS: Final = Path(__file__).resolve().parent

_PART: Final = re.compile(
    r"(?<=<!-- made by docs/reference\.py: )(.*?) -->\n.*?\n(?=<!-- end of \1 -->)", re.DOTALL
)


class _Anything:
    """What stands for the choices in the sentence of a rule."""

    def __getattr__(self, _: str) -> _Anything:
        return self

    def __getitem__(self, _: object) -> _Anything:
        return self

    def __format__(self, _: str) -> str:
        return "…"

    def __repr__(self) -> str:
        return "…"


def _table(heads: str, rows: Iterable[Iterable[str]]) -> str:
    lines = [heads, "|---" * (heads.count("|") - 1) + "|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def _code(words: str) -> str:
    return f"`{words}`" if words else ""


def choices() -> str:
    """Return the choices of a map, a table for each heading of the command line's help."""
    parts = []
    for group, options in groupby(OPTIONS, lambda option: option.group):
        heads = f"| {group} | command line | | where nothing is given |"
        parts.append(_table(heads, map(_choice, options)))
    return "\n\n".join(parts)


def _choice(option: Option) -> list[str]:
    words = ", ".join(map(_code, option.choices))
    what = f"{words}: {option.help}" if words else option.help
    if option.form in ("list", "files"):
        what += "; a tuple, or the option repeated"
    flag = option.flag
    if option.form == "yes or no":
        default = "yes" if option.default else "no"
        flag = flag.replace("--", "--no-") if option.default else flag
    else:
        default = option.unset or _code(str(option.default or ""))
    return [_code(option.field), _code(flag), what, default]


def rules() -> str:
    """Return what may not be, alone or together."""
    rows = ((", ".join(map(_code, rule.of)), rule.sentence.format(_Anything())) for rule in RULES)
    return _table("| fields | what is said |", rows)


def indicators() -> str:
    """Return all indicators."""
    return _table("| indicator | column | | formula | unit |", map(_indicator, INDICATORS))


def _indicator(each: Indicator) -> list[str]:
    return [_code(each.name), _code(each.column), each.help or each.meaning, each.said, each.unit]


def shown() -> str:
    """Return the indicators that maps show."""
    heads = "| `indicator` (of a choropleth) | |"
    return _table(heads, ([_code(each.name), each.help] for each in SHOWN.values()))


def formulas() -> str:
    """Return how figures follow from counts."""
    rows = ([_code(each.column), each.said, each.unit] for each in DERIVED)
    return _table("| column | formula | unit |", rows)


def dictionary(table: str) -> str:
    """Return a table of the data dictionary."""
    said = mtmgeo.data_dictionary()
    rows = said[said["table"] == table].to_dict("records")
    columns = ["column", "type", "unit", "meaning", "formula"]
    heads = "| column | type | unit | meaning | formula |"
    if table == "hxl":
        columns, heads = ["column", "hxl", "meaning"], "| heading | hashtag | meaning |"
    return _table(heads, ([_cell(row, column) for column in columns] for row in rows))


def _cell(row: Mapping[Any, str], column: str) -> str:
    return _code(row[column]) if column in ("column", "hxl") else row[column]


_TABLES: Final = ("figures", "coverage", "matched", "provenance", "units", "hxl")
#: What is made, by the name that it has in a page.
MADE: Final[Mapping[str, Callable[[], str]]] = {
    "choices": choices,
    "rules": rules,
    "indicators": indicators,
    "indicators of maps": shown,
    "formulas": formulas,
    **{f"columns of {table}": partial(dictionary, table) for table in _TABLES},
}


def page(text: str) -> str:
    """Return a page with what is made in it made anew."""
    return _PART.sub(lambda part: f"{part[1]} -->\n\n{MADE[part[1]]()}\n\n", text)


if __name__ == "__main__":
    for path in sorted(DOCS.glob("*.md")):
        before = path.read_text("utf-8")
        if (after := page(before)) != before:
            path.write_text(after, "utf-8")
            print(f"{path.name} is written anew")
