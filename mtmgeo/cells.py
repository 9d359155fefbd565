"""What the headings of a table say, and what its cells hold: names, counts and years."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Final

from mtmgeo.rows import show

#: The columns that may be found or named, and the usual headings of each.
HEADINGS: Final = {
    "adm1": "oblast|oblus|область|облус|province|region|governorate|регион|провинция",
    "adm2": "rayon|raion|район|district",
    "location": (
        "location|village|settlement|locality|site|place|community|aiyl|aiyl aimak|ayil aimak|"
        "aiyl okmotu|айыл|айыл аймак|айыл аймагы|айыл өкмөтү|село|населенный пункт|местность"
    ),
    "year": "year|return year|year of return|year of mobility|год|год возвращения|жыл",
    "group": "group|population group|target group|target population|category|группа|категория|топ",
    "individuals": (
        "individuals|number of individuals|total individuals|persons|number of persons|people|"
        "number of people|count|количество|количество человек|человек|численность|адамдар|саны"
    ),
}

#: The roles of which a table must have at least one.
PLACES: Final = ("adm1", "adm2", "location")

#: The population of a count when nothing says which.
NO_GROUP: Final = "individuals"

_POPULATIONS: Final = {
    "return migrants": (
        "returnee|returnees|return migrant|return migrants|returned migrant|returned migrants|"
        "returning migrants|return migrant workers|returned migrant workers|returned|returns|"
        "returning migrant workers|возвратившиеся|возвратившиеся мигранты|вернувшиеся|"
        "вернувшиеся мигранты|возвращенцы|кайтып келген мигранттар|кайткан мигранттар"
    ),
    "migrant workers": (
        "migrant worker|migrant workers|labour migrants|labor migrants|трудовые мигранты|"
        "трудящиеся мигранты|эмгек мигранттары|эмгек мигранттар"
    ),
    "emigrants": "emigrant|emigrants|эмигрант|эмигранты|эмигранттар",
}
_FILLERS: Final = frozenset(
    "synthetic total number of in no sum year individuals в во год году г всего количество "
    "число человек жылы".split()
)
_ADMIN: Final = re.compile(
    r"adm(?:in)?(?:level)?([1-4])(?:name|label|title)?(?:en|eng|ru|rus|ky|kg|kir|local)?"
)
_YEARS: Final = range(1990, 2101)

_MISSING: Final = frozenset(["", "-", "–", "—", "n/a", "na", "н/д"])
_TOTALS: Final = frozenset(
    ["total", "grandtotal", "subtotal", "итого", "всего", "жалпы", "баары", "бардыгы"]
)
_FAILED: Final = frozenset(
    ["#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#N/A", "#SPILL!", "#CALC!"]
)
_GROUPED: Final = re.compile(r"[0-9]{1,3}([, \u00a0\u2009\u202f])[0-9]{3}(?:\1[0-9]{3})*")
_WHOLE: Final = re.compile(r"0*([0-9]+)(?:\.00?)?")
_MOST: Final = 10_000_000
_MEND_COUNT: Final = "write a whole number in digits, or leave the cell blank if it is not known"


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A column of counts.

    Attributes
    ----------
    column
        Its heading.
    year
        The year it counts; None where the table's year column says so, or nothing does.
    group
        The population counted: ``return migrants``, ``migrant workers``, ``emigrants``, or the
        heading's own words.
    """

    column: str
    year: int | None
    group: str


class CellError(ValueError):
    """What is wrong with a cell (`what`), and how to mend it (`mend`)."""

    def __init__(self, what: str, mend: str) -> None:
        self.what, self.mend = what, mend
        super().__init__(what)


def _words(text: object) -> list[str]:
    plain = unicodedata.normalize("NFKD", str(text).casefold())
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return re.findall(r"[^\W\d_]+|[0-9]+", letters)


def key(text: object) -> str:
    """Return a heading without case, accents, spaces and signs."""
    return "".join(_words(text))


def _by_key(words: Mapping[str, str]) -> dict[str, str]:
    return {key(word): name for name, listed in words.items() for word in listed.split("|")}


_ROLES: Final = _by_key(HEADINGS)
_GROUPS: Final = _by_key(_POPULATIONS)


def role(heading: str) -> str | None:
    """Return the key of `HEADINGS` that a heading stands for, or None."""
    said = key(heading)
    if admin := _ADMIN.fullmatch(said):
        return {"1": "adm1", "2": "adm2"}.get(admin[1], "location")
    return _ROLES.get(said) or _ROLES.get(said.removesuffix("name"))


def score(cells: Iterable[object], columns: Mapping[str, str]) -> int:
    """Return how many headings of places, or headings that were named, a row holds."""
    named = {key(heading) for heading in columns.values()}
    said = {key(cell) for cell in cells if isinstance(cell, str)}
    return len({role(each) for each in said - named} & set(PLACES)) + len(said & named)


def tidy(text: object) -> str:
    """Return text in one line: single spaces, no control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())


def population(text: str) -> str | None:
    """Return the target population that a text names among numbers and fillers, or None."""
    said = (word for word in _words(text) if not word.isdecimal() and word not in _FILLERS)
    return _GROUPS.get("".join(said))


def measure(heading: str) -> Measure | None:
    """Return what a heading says that its column counts; None if it says nothing of the kind.

    Raises
    ------
    CellError
        If it names a target population, and numbers that are no years.
    """
    digits = [word for word in _words(heading) if word.isdecimal()]
    years = [int(word) for word in digits if len(word) == 4 and int(word) in _YEARS]
    year = years[0] if len(years) == 1 else None
    if group := population(heading):
        if len(years) < len(digits):
            raise CellError("its year is not of four digits", "write the heading with 2022, say")
        return Measure(column=heading, year=year, group=group)
    said = [word for word in _words(heading) if word not in _FILLERS]
    if year is None or len(digits) > 1 or said[-1] != digits[0]:
        return None
    words = re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", heading).casefold())
    own = " ".join(word for word in words if word not in _FILLERS)
    return Measure(column=heading, year=year, group=own or NO_GROUP)


def is_total(cell: object) -> bool:
    """Return whether a name says that its row adds up others."""
    return isinstance(cell, str) and len(cell) < 20 and key(cell) in _TOTALS


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


def _no_count(cell: object, text: str) -> CellError:
    if isinstance(cell, dt.date | dt.time | dt.timedelta):
        return CellError(
            f"{show(cell)} is a date", "format the column as numbers and type it again"
        )
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
    if number is not None and number not in _YEARS:
        mend = f"write a year of four digits, {_YEARS[0]} to {_YEARS[-1]}"
        raise CellError(f"{show(cell)} is not a year", mend)
    return number
