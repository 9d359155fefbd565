"""What the headings of a table say, and what its cells hold: names, counts, years, degrees."""

from __future__ import annotations

import datetime as dt
import math
import re
from numbers import Real
from typing import Final

from mtmgeo.tables.faults import show
from mtmgeo.tables.headings import SEX, YEARS, CellError, key

#: The category of people for whom a dimension says nothing.
NOT_STATED: Final = "(not stated)"

_MISSING: Final = frozenset(["", "-", "–", "—", "n/a", "na", "н/д"])
_TOTALS: Final = frozenset(
    ["total", "grandtotal", "subtotal", "итого", "всего", "жалпы", "баары", "бардыгы"]
)
_TOTALISH: Final = re.compile("tota|итог|всег|жалп|баар|бард", re.IGNORECASE)
_FAILED: Final = frozenset(
    ["#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#N/A", "#SPILL!", "#CALC!"]
)
_GROUPED: Final = re.compile(r"[0-9]{1,3}([, \u00a0\u2009\u202f])[0-9]{3}(?:\1[0-9]{3})*")
_WHOLE: Final = re.compile(r"0*([0-9]+)(?:\.00?)?")
_MOST: Final = 10_000_000
_SIGNS: Final = r"\s?[°º]?\s?[NSEW]?"
_DEGREES: Final = re.compile(rf"([-−+]?[0-9]{{1,15}}(?:[.,][0-9]*)?){_SIGNS}", re.IGNORECASE)
_ANY: Final = rf"[-−+]?[0-9]{{1,15}}(?:[.,][0-9]+)?{_SIGNS}"
_POINTED: Final = rf"[-−+]?[0-9]{{1,15}}\.[0-9]+{_SIGNS}"
#: Latitude and longitude, then perhaps altitude and accuracy. A comma with no space about it
#: divides only what has decimal points.
_GEOPOINT: Final = re.compile(
    rf"(?:({_POINTED}) ?, ?({_POINTED})|({_ANY})(?: ?; ?|,? )({_ANY}))(?:[ ,;]+[-+0-9.]+){{0,2}}",
    re.IGNORECASE,
)
_MEND_COUNT: Final = "write a whole number in digits, or leave the cell blank if it is not known"
_MEND_DEGREES: Final = "write decimal degrees such as {}, or leave the cell blank if not known"
#: Categories that add up the others.
_EVERYBODY: Final = _TOTALS | frozenset(
    "all both bothsexes bothgenders everybody everyone allages allcountries allreasons anyage все "
    "оба обапола всестраны всевозрасты всепричины".split()
)
_MONTH: Final = (
    "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|"
    "янв|фев|мар|апр|май|июн|июл|авг|сен|окт|ноя|дек"
)
_DATED: Final = re.compile(
    rf"(?:\d{{1,2}}[-. ](?:{_MONTH})\w*|(?:{_MONTH})\w*[-. ]\d{{1,2}}|\d{{4}}-\d\d-\d\d.*)",
    re.IGNORECASE,
)


def tidy(text: object) -> str:
    """Return text in one line: single spaces, no control characters."""
    plain = str(text)
    if not plain.isprintable():
        plain = "".join(c if c.isprintable() else " " for c in plain)
    return " ".join(plain.split())


def group(cell: object) -> str:
    """Return the text of a cell that names a population group, as typed; ``""`` where blank."""
    if is_total(text := name(cell)):
        what = f"{show(text)} adds up the other groups, which would count everyone twice"
        raise CellError(what, "delete the row")
    return text


def category(dimension: str, text: str) -> str:
    """Return what a cell says of a dimension: tidy text, `NOT_STATED` where it is blank.

    Raises
    ------
    CellError
        If it adds up other categories, or is an age that a spreadsheet has made a date of.
    """
    plain = tidy(text)
    if plain.casefold() in _MISSING:
        return NOT_STATED
    if key(plain) in _EVERYBODY:
        raise CellError(
            f"{show(plain)} adds up the other categories, which would count everyone twice",
            "delete the row, or write whom it counts",
        )
    if dimension == "age group" and _DATED.fullmatch(plain):
        raise CellError(
            f"{show(plain)} is a date, made from an age group perhaps",
            "format the column as text and write the age group again",
        )
    return SEX.get(key(plain), plain) if dimension == "sex" else plain


def is_total(cell: object) -> bool:
    """Return whether a name says that its row adds up others."""
    if not isinstance(cell, str) or len(cell) >= 20:
        return False
    # Most names hold none of these, which is quickly seen.
    return _TOTALISH.search(cell) is not None and key(cell) in _TOTALS


def name(cell: object) -> str:
    """Return the text of a cell of names, as typed; ``""`` where it is blank."""
    if isinstance(cell, dt.date | dt.time | dt.timedelta):
        mend = "format the column as text and type the name again"
        raise CellError(f"{show(cell)} is a date, made from a name perhaps", mend)
    if isinstance(cell, str) and cell in _FAILED:
        raise CellError(f"the formula has failed with {cell}", "type the name in its place")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def count(cell: object) -> int | None:
    """Return a count of individuals, or None where it is missing."""
    text = str(cell).strip()
    if cell is None or text.casefold() in _MISSING:
        return None
    if _GROUPED.fullmatch(text):
        text = re.sub("[^0-9]", "", text)
    whole = _WHOLE.fullmatch(text)
    if whole is None or isinstance(cell, bool) or not isinstance(cell, str | Real):
        raise _no_count(cell, text)
    if len(whole[1]) > 15 or int(whole[1]) > _MOST:
        raise CellError(f"{show(cell)} is more than {_MOST:,}", "correct it")
    return int(whole[1])


def _date(cell: object) -> CellError | None:
    if not isinstance(cell, dt.date | dt.time | dt.timedelta):
        return None
    return CellError(f"{show(cell)} is a date", "format the column as numbers and type it again")


def _no_count(cell: object, text: str) -> CellError:
    if date := _date(cell):
        return date
    if re.fullmatch(r"[-−–][0-9.,]+", text):
        return CellError(f"{show(cell)} is negative", _MEND_COUNT)
    if re.fullmatch(r"[0-9]+[.,][0-9]+", text):
        return CellError(f"{show(cell)} is not whole", f"{_MEND_COUNT} (1204, not 1.204)")
    return CellError(f"{show(cell)} is not a number", _MEND_COUNT)


def year(cell: object) -> int | None:
    """Return a year of four digits, or None where it is missing."""
    try:
        number = count(cell)
    except CellError:
        number = 0
    if number is not None and number not in YEARS:
        mend = f"write a year of four digits, {YEARS[0]} to {YEARS[-1]}"
        raise CellError(f"{show(cell)} is not a year", mend)
    return number


def degrees(cell: object) -> float | None:
    """Return a latitude or longitude, of whatever size, or None where it is missing."""
    if isinstance(cell, Real) and not isinstance(cell, bool) and math.isfinite(cell):
        return float(cell)
    text = tidy(cell)
    if cell is None or text.casefold() in _MISSING:
        return None
    found = _DEGREES.fullmatch(text)
    if found is None:
        mend = _MEND_DEGREES.format("42.87")
        raise _date(cell) or CellError(f"{show(cell)} is not a number of degrees", mend)
    size = float(found[1].replace(",", ".").replace("−", "-"))
    return -abs(size) if text[-1] in "SsWw" else size


def geopoint(cell: object) -> tuple[float | None, float | None] | None:
    """Return latitude and longitude of a cell such as ``42.87 74.59 760 5``; None if missing."""
    text = tidy(cell)
    if cell is None or text.casefold() in _MISSING:
        return None
    found = _GEOPOINT.fullmatch(text.strip("[]() ")) if len(text) < 100 else None
    if found is None:
        mend = _MEND_DEGREES.format("42.87 74.59")
        raise CellError(f"{show(cell)} is not a latitude and a longitude", mend)
    lat, lon = filter(None, found.groups())
    return degrees(lat), degrees(lon)
