"""The cells of columns: what each holds, read once for every value that is there."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from numbers import Real
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from mtmgeo.tables.columns.faults import Faults, show
from mtmgeo.tables.columns.grid import Objects, absent, blank, factorized
from mtmgeo.tables.columns.roles import YEARS, CellError, other_calendar
from mtmgeo.tables.columns.words import key, phrases, single, vocabulary, words

Parser: TypeAlias = Callable[[Any], Any]
Floats: TypeAlias = npt.NDArray[np.float64]

#: The category of people for whom a dimension says nothing.
NOT_STATED: Final = "(not stated)"
#: Text as Python holds it: half of a surrogate pair, which Arrow refuses, is a cell like others.
TEXT: Final = pd.StringDtype("python", na_value=np.nan)

_MISSING: Final = frozenset(
    "|-|–|—|--|n/a|na|n.a.|n.a|n/d|nd|n.d.|#n/a|null|nan|<na>|no data|nodata|not available|"
    "not applicable|unknown|dk|s/d|sin dato|sin datos|non disponible|inconnu|н/д|нет данных|"
    "немає даних|..|...|?? ".split("|")
)
_FAILED: Final = frozenset(
    ["#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#N/A", "#SPILL!", "#CALC!"]
)
_SPACES: Final = " \u00a0\u2009\u202f"
_GROUPED: Final = re.compile(
    r"[0-9]{1,3}(?:(?P<s>[,'’ \u00a0\u2009\u202f])[0-9]{3}(?:(?P=s)[0-9]{3})*)"
)
_POINTED: Final = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?")
_SURELY_POINTED: Final = re.compile(
    r"[0-9]{1,3}(?:\.[0-9]{3}){2,}|[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+"
)
_WHOLE: Final = re.compile(r"0*([0-9]+)(?:\.0*)?")
_MOST: Final = 2_000_000_000
_MANY: Final = 10_000_000  # more than this is a slip where all others are far less
_FAR: Final = 1000
_MEND_COUNT: Final = "write a whole number in digits, or leave the cell blank if it is not known"

_SIGNS: Final = r"\s?[°º]?\s?[NSEW]?"
_DEGREES: Final = re.compile(rf"([-−+]?[0-9]{{1,15}}(?:[.,][0-9]*)?){_SIGNS}", re.IGNORECASE)
_DMS: Final = re.compile(
    r"([NSEW])?\s*([-−+]?[0-9]{1,3})\s*[°º˚d: ]\s*([0-9]{1,2}(?:[.,][0-9]+)?)\s*(?:[′’'m: ]\s*"
    r"(?:([0-9]{1,2}(?:[.,][0-9]+)?)\s*(?:[″”\"s]|''|′′)?)?)?\s*([NSEW])?",
    re.IGNORECASE,
)
_ANY: Final = rf"[-−+]?[0-9]{{1,15}}(?:[.,][0-9]+)?{_SIGNS}"
_WITH_POINT: Final = rf"[-−+]?[0-9]{{1,15}}\.[0-9]+{_SIGNS}"
#: Latitude and longitude, then perhaps altitude and accuracy. A comma with no space about it
#: divides only what has decimal points.
_GEOPOINT: Final = re.compile(
    rf"(?:({_WITH_POINT}) ?, ?({_WITH_POINT})|({_ANY})(?: ?; ?|,? )({_ANY}))"
    r"(?:[ ,;]+[-+0-9.]+){0,2}",
    re.IGNORECASE,
)
_WKT: Final = re.compile(
    r"(?:SRID=\d+;)?\s*POINT\s*(?:Z|M|ZM)?\s*\(\s*([-+0-9.eE]+)[\s,]+([-+0-9.eE]+)[^)]*\)",
    re.IGNORECASE,
)
_UTM: Final = re.compile(
    r"(?:UTM\s*)?([0-9]{1,2})\s*([C-HJ-NP-X])\s+([0-9]{5,7}(?:\.[0-9]+)?)\s*(?:m?\s*E)?[\s,;]+"
    r"([0-9]{4,8}(?:\.[0-9]+)?)\s*(?:m?\s*N)?",
    re.IGNORECASE,
)
_MEND_DEGREES: Final = "write decimal degrees such as {}, or leave the cell blank if not known"
#: Categories that add up the others.
_EVERYBODY: Final = frozenset(
    "all both bothsexes bothgenders everybody everyone allages allcountries allreasons anyage все "
    "оба обапола всестраны всевозрасты всепричины tous toutes ensemble todos lesdeux".split()
)
_MONTH: Final = (
    "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|"
    "янв|фев|мар|апр|май|июн|июл|авг|сен|окт|ноя|дек"
)
_DATED: Final = re.compile(
    rf"(?:\d{{1,2}}[-. ](?:{_MONTH})\w*|(?:{_MONTH})\w*[-. ]\d{{1,2}}|\d{{4}}-\d\d-\d\d.*)",
    re.IGNORECASE,
)


# --- every value once ---------------------------------------------------------------------------


class Distinct:
    """The values of a column, each once, and which of them every cell holds."""

    def __init__(self, cells: Objects) -> None:
        self.codes, said = factorized(_hashable(cells))
        self.said = [_cell(cell) for cell in said]
        self.times = np.bincount(self.codes, minlength=len(self.said))

    def spread(self, values: Sequence[Any]) -> Objects:
        """Return a column of what stands for each value."""
        out = np.empty(len(values), dtype=object)
        out[:] = values
        return out[self.codes]


def convert(
    cells: Objects | Distinct,
    parser: Parser,
    faults: Faults | None,
    rows: Sequence[int],
    name: str,
) -> Objects:
    """Return what each cell holds; None where it has a fault, which `faults` learns with its row.

    Equal cells are read once.
    """
    distinct = cells if isinstance(cells, Distinct) else Distinct(cells)
    values: list[Any] = []
    wrong: dict[int, CellError] = {}
    for at, cell in enumerate(distinct.said):
        try:
            values.append(parser(cell))
        except CellError as error:
            wrong[at] = error
            values.append(None)
    if wrong and faults is not None:
        for at in np.flatnonzero(np.isin(distinct.codes, list(wrong))).tolist():
            fault = wrong[int(distinct.codes[at])]
            faults.add(fault.what, fault.mend, row=rows[at], column=name)
    return distinct.spread(values)


def integers(column: Objects) -> pd.api.extensions.ExtensionArray:
    """Return whole numbers, or None, as Int64."""
    missing = absent(column)
    numbers = np.where(missing, 0, column).astype(np.int64)
    return pd.arrays.IntegerArray(numbers, missing)


_ALIKE: Final = frozenset(["string", "empty", "integer"])  # kinds of which no two are equal


def _hashable(cells: Objects) -> Objects:
    """Return cells in which 1, 1.0 and True, which are equal, are told apart."""
    if pd.api.types.infer_dtype(cells, skipna=True) in _ALIKE:
        return cells
    out = np.empty(len(cells), dtype=object)
    out[:] = [
        cell if isinstance(cell, str) or cell is None else (type(cell).__name__, cell)
        for cell in cells
    ]
    return out


def _cell(cell: Any) -> Any:
    return cell[1] if isinstance(cell, tuple) else None if blank(cell) else cell


def readable(cells: Objects, parser: Parser) -> tuple[int, int]:
    """Return how many cells hold what is looked for, and how many something else."""
    distinct = Distinct(cells)
    good = bad = 0
    for cell, times in zip(distinct.said, distinct.times.tolist(), strict=True):
        try:
            good += times * (parser(cell) is not None)
        except CellError:
            bad += times
    return good, bad


# --- names --------------------------------------------------------------------------------------


def tidy(text: object) -> str:
    """Return text in one line: single spaces, no control characters."""
    plain = str(text)
    if not plain.isprintable():
        plain = "".join(c if c.isprintable() else " " for c in plain)
    return " ".join(plain.split())


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


def group(cell: object) -> str:
    """Return the text of a cell that names a population group, as typed; ``""`` where blank."""
    if is_total(text := name(cell)):
        what = f"{show(text)} adds up the other groups, which would count everyone twice"
        raise CellError(what, "delete the row")
    return text


def category(dimension: str, text: str) -> str:
    """Return what a cell says of a dimension: tidy text, `NOT_STATED` where it is blank or all.

    Raises
    ------
    CellError
        If it is an age that a spreadsheet has made a date of.
    """
    plain = tidy(text)
    if plain.casefold() in _MISSING or is_everybody(plain):
        return NOT_STATED
    if dimension == "age group" and _DATED.fullmatch(plain):
        raise CellError(
            f"{show(plain)} is a date, made from an age group perhaps",
            "format the column as text and write the age group again",
        )
    return _sexes().get(key(plain), plain) if dimension == "sex" else plain


def is_everybody(text: str) -> bool:
    """Return whether a category adds up the others."""
    return key(text) in _EVERYBODY or is_total(text)


@cache
def _sexes() -> dict[str, str]:
    people = vocabulary("people")
    return {"".join(phrase): sex for sex in ("female", "male") for phrase in phrases(people[sex])}


@cache
def _totals() -> tuple[frozenset[str], frozenset[str]]:
    section = vocabulary("columns")["totals"]
    whole = frozenset("".join(phrase) for phrase in phrases(section))
    strong = single(section) & {
        "total", "totals", "subtotal", "grandtotal", "итого", "всего", "усього", "всього", "разом",
    }  # fmt: skip
    return whole - {"all", "sum", "overall", "ensemble", "в", "том"}, strong


def is_total(cell: object) -> bool:
    """Return whether a name says by itself that its row adds up others: ``Grand Total``."""
    return isinstance(cell, str) and len(cell) < 40 and key(cell) in _totals()[0]


def total_of(cell: object) -> str | None:
    """Return the place that a row of totals names beside the word: ``Osh Total`` gives ``Osh``.

    ``""`` where it names none; None where the cell says no total.
    """
    if not isinstance(cell, str) or len(cell) > 80:
        return None
    if is_total(cell):
        return ""
    said = words(cell)
    if len(said) < 2 or not ({said[0], said[-1]} & _totals()[1] or said[:2] == ("sous", "total")):
        return None
    rest = re.sub(
        r"^\W*(?:(?:sous|sub|grand)[\s-]*)?(?:total\w*|итого|всего|усього|всього|разом)\b[\s:,-]*"
        r"(?:(?:по|for|of|de|du|la|le|в)\b\s*)*|[\s:,-]*\b(?:(?:sub|grand)[\s-]*)?total\w*\W*$",
        "", cell, flags=re.IGNORECASE,
    )  # fmt: skip
    return tidy(rest)


# --- counts -------------------------------------------------------------------------------------


_SHORT: Final = 9  # digits that are never too many


def plain_digits(text: str) -> str:
    """Return text with the digits of every script as those of ASCII."""
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(c)) if c.isdecimal() and not c.isascii() else c
        for c in text.replace("٬", ",").replace("٫", ".")
    )


def count(cell: object, *, pointed: bool = False) -> int | None:
    """Return a count of individuals, or None where it is missing.

    Parameters
    ----------
    cell
        A number, or text such as ``1,204``, ``1 204``, ``1'204``, ``١٢٣``.
    pointed
        Whether points part thousands in the column: ``1.204``.
    """
    if type(cell) is float and cell.is_integer() and 0 <= cell <= _MOST:
        return int(cell)
    if type(cell) is int and 0 <= cell <= _MOST:
        return cell
    if type(cell) is str and len(cell) < _SHORT and cell.isascii() and cell.isdigit():
        return int(cell)
    if cell is None:
        return None
    text = plain_digits(str(cell)).strip()
    if text.casefold() in _MISSING:
        return None
    if pointed and _POINTED.fullmatch(text):
        text = text.replace(".", "").replace(",", ".")
    elif _GROUPED.fullmatch(text):
        text = re.sub("[^0-9]", "", text)
    whole = _WHOLE.fullmatch(text)
    if whole is None or isinstance(cell, bool) or not isinstance(cell, str | Real):
        raise _no_count(cell, text)
    if len(whole[1]) > 15 or int(whole[1]) > _MOST:
        raise CellError(f"{show(cell)} is more than {_MOST:,}", "correct it")
    return int(whole[1])


def _no_count(cell: object, text: str) -> CellError:
    if date := _date(cell):
        return date
    if re.fullmatch(r"[-−–][0-9.,]+", text):
        return CellError(f"{show(cell)} is negative", _MEND_COUNT)
    if re.fullmatch(r"[0-9]+[.,][0-9]+", text):
        return CellError(f"{show(cell)} is not whole", f"{_MEND_COUNT} (1204, not 1.204)")
    return CellError(f"{show(cell)} is not a number", _MEND_COUNT)


def _date(cell: object) -> CellError | None:
    if not isinstance(cell, dt.date | dt.time | dt.timedelta):
        return None
    return CellError(f"{show(cell)} is a date", "format the column as numbers and type it again")


def counts(
    cells: Objects | Distinct, faults: Faults | None, rows: Sequence[int], name: str
) -> pd.api.extensions.ExtensionArray:
    """Return a column of counts (Int64, missing being NA), read as the column writes its numbers.

    Points part thousands where some cell of it says so surely (``1.204,5``, ``1.204.300``). Where
    many cells are not whole, they are estimates, which are rounded; `faults` remarks that.
    """
    distinct = cells if isinstance(cells, Distinct) else Distinct(cells)
    texts = [plain_digits(cell).strip() for cell in distinct.said if isinstance(cell, str)]
    pointed = any(_SURELY_POINTED.fullmatch(text) for text in texts)
    parts = [fraction(cell, pointed=pointed) for cell in distinct.said]
    broken = int(distinct.times[[part is not None for part in parts]].sum())
    filled = int(distinct.times[[cell is not None for cell in distinct.said]].sum())
    surely = not any(
        _THOUSAND.fullmatch(repr(cell))
        for cell, part in zip(distinct.said, parts, strict=True)
        if part is not None
    )
    estimates = broken >= 3 and broken > (0.0 if surely and broken >= _SURE else 0.1) * filled
    if estimates and faults is not None:
        faults.remark(f"column {show(name)} holds parts of people; they were rounded")

    def parser(cell: object) -> int | None:
        part = fraction(cell, pointed=pointed) if estimates else None
        return round(part) if part is not None else count(cell, pointed=pointed)

    values = integers(convert(distinct, parser, faults, rows, name))
    if faults is not None:
        _check_size(values, faults, rows, name)
    return values


#: A number that may be meant as thousands.
_THOUSAND: Final = re.compile(r"'?\d{1,3}[.,]\d{3}'?")
_SURE: Final = 20  # cells that are not whole, and none of which may be thousands


def _check_size(
    values: pd.api.extensions.ExtensionArray, faults: Faults, rows: Sequence[int], name: str
) -> None:
    """Find counts that are far more than all others, such as those with digits typed twice."""
    told = pd.Series(values).dropna().astype("int64")
    usual = told[told.between(1, _MANY)]
    if not (told > _MANY).any() or usual.empty:
        return
    for at in told.index[(told > _MANY) & (told > _FAR * usual.max())]:
        faults.add(
            f"{show(told[at])} is more than {_MANY:,}", "correct it", row=rows[at], column=name
        )


def fraction(cell: object, *, pointed: bool) -> float | None:
    """Return a number of people that is not whole; None for all else."""
    if isinstance(cell, str) and cell.isdigit():
        return None
    if isinstance(cell, bool) or not isinstance(cell, str | Real):
        return None
    text = plain_digits(str(cell)).strip()
    if pointed:
        text = text.replace(".", "").replace(",", ".")
    if isinstance(cell, str) and re.fullmatch(r"[0-9]{1,3}[.,][0-9]{3}", text):
        return None  # thousands, or a fraction: who knows
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return None
    sound = math.isfinite(number) and number >= 0 and not number.is_integer()
    return number if sound and number <= _MOST else None


def year(cell: object) -> int | None:
    """Return a year of four digits, or None where it is missing.

    Raises
    ------
    CellError
        If it is none, or one of another calendar or of the future.
    """
    if isinstance(cell, dt.datetime | dt.date):
        return cell.year
    try:
        number = count(cell)
    except CellError:
        number = 0
    if number and (odd := other_calendar(number)):
        raise CellError(odd, "write the year of the common calendar")
    if number is not None and number not in YEARS:
        mend = f"write a year of four digits, {YEARS[0]} to {YEARS[-1]}"
        raise CellError(f"{show(cell)} is not a year", mend)
    return number


# --- points -------------------------------------------------------------------------------------


def degrees(cell: object) -> float | None:
    """Return a latitude or longitude, of whatever size, or None where it is missing."""
    if isinstance(cell, Real) and not isinstance(cell, bool) and math.isfinite(cell):
        return float(cell)
    text = plain_digits(tidy(cell))
    if cell is None or text.casefold() in _MISSING:
        return None
    found = _DEGREES.fullmatch(text)
    if found is None and (dms := _DMS.fullmatch(text.replace("``", '"'))):
        return _sexagesimal(dms)
    if found is None:
        mend = _MEND_DEGREES.format("42.87")
        raise _date(cell) or CellError(f"{show(cell)} is not a number of degrees", mend)
    size = float(found[1].replace(",", ".").replace("−", "-"))
    return -abs(size) if text[-1] in "SsWw" else size


def _sexagesimal(found: re.Match[str]) -> float:
    before, whole, minutes, seconds, after = found.groups()
    size = abs(float(whole.replace("−", "-")))
    size += float(minutes.replace(",", ".")) / 60
    size += float((seconds or "0").replace(",", ".")) / 3600
    south = (before or after or "").upper() in ("S", "W") or whole[0] in "-−"
    return -size if south else size


def geopoint(cell: object) -> tuple[float | None, float | None] | None:
    """Return latitude and longitude of a cell that holds both; None if missing.

    ``42.87 74.59 760 5``, ``42.87, 74.59``, ``42°52'12"N 74°35'24"E``, ``POINT (74.59 42.87)``,
    ``43N 465005 4747000`` (UTM).
    """
    text = plain_digits(tidy(cell))
    if cell is None or text.casefold() in _MISSING:
        return None
    if wkt := _WKT.fullmatch(text):
        return float(wkt[2]), float(wkt[1])
    if utm := _UTM.fullmatch(text):
        return _from_utm(utm)
    bare = text.strip("[]() ")
    found = _GEOPOINT.fullmatch(bare) if len(text) < 100 else None
    if found is not None:
        lat, lon = filter(None, found.groups())
        return degrees(lat), degrees(lon)
    pair = re.fullmatch(r"(.*?[NS])[\s,;]+(.*?[EW])", bare, re.IGNORECASE)
    if pair and (one := _DMS.fullmatch(pair[1])) and (other := _DMS.fullmatch(pair[2])):
        return _sexagesimal(one), _sexagesimal(other)
    mend = _MEND_DEGREES.format("42.87 74.59")
    raise CellError(f"{show(cell)} is not a latitude and a longitude", mend)


def _from_utm(found: re.Match[str]) -> tuple[float, float]:
    from pyproj import Transformer

    zone, south = int(found[1]), found[2].upper() < "N"
    if not 1 <= zone <= 60:
        raise CellError(f"{show(found[0])} has no UTM zone", _MEND_DEGREES.format("42.87 74.59"))
    code = (32700 if south else 32600) + zone
    lon, lat = Transformer.from_crs(code, 4326, always_xy=True).transform(
        float(found[3]), float(found[4])
    )
    return float(lat), float(lon)
