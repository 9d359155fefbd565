"""read_population(): inhabitants by unit, out of a table by p-code or a raster."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

import geopandas as gpd
import pandas as pd

from mtmgeo.boundaries import LEVEL_NAMES, BoundarySet
from mtmgeo.cells import CellError, is_total, key, tidy
from mtmgeo.errors import InputError
from mtmgeo.rasters import Kind, Raster, ZonalSums, conserved, read_raster, zonal_sum
from mtmgeo.rows import HEAD, Faults, Rows, blank, read_rows, show, show_all

__all__ = ["Population", "read_population"]

_Unit: TypeAlias = tuple[int, str]  # level and p-code

_GIVEN: Final = "given"
_RASTER: Final = "raster"
_LISTED: Final = 5  # examples in a note
_MOST: Final = 2_000_000_000  # people; no country has more
_ITSELF: Final = 9  # ranks a p-code whose heading says no level: it is of the row's own unit
_ROUNDING: Final = 1  # women and men, each rounded, may miss the total by this much
_COVERED: Final = 0.95  # of a unit's area; below, a note says so

_NAMED: Final = ("pcode", "population", "year")
_CODE: Final = re.compile(r"(?:adm(?:in)?([0-5]))?p?code|admp?code|(?:п?код|соате)(?:единицы)?")
_ADMIN: Final = re.compile(r"adm(?:in)?([0-5])")
_HEADINGS: Final = {
    "population": (
        "t_tl|tt_tl|population|total population|population total|pop|total pop|pop total|"
        "population t|population t total|inhabitants|total|both sexes|население|"
        "всего населения|все население|численность населения|население всего|"
        "численность постоянного населения|всего|калк|калктын саны"
    ),
    "female": "f_tl|t_tf|female|females|women|population f|population f total|женщины|аялдар",
    "male": "m_tl|t_tm|male|males|men|population m|population m total|мужчины|эркектер",
    "year": "year|reference year|date year|reference period start|год|жыл",
    "sex": "gender|sex|пол|жынысы",
    "age": "age range|age group|age|возраст|возрастная группа|жашы",
    "group": "population group",
}
_ROLES: Final = {key(word): role for role, words in _HEADINGS.items() for word in words.split("|")}
_EVERYBODY: Final = frozenset(
    ["", "all", "t", "ttl", "total", "both", "bothsexes", "allages", "все", "всего", "обапола"]
)
_WOMEN: Final = frozenset(["f", "ftl", "female", "females", "women", "женщины", "ж"])
_MEN: Final = frozenset(["m", "mtl", "male", "males", "men", "мужчины", "м"])

#: In the name of a raster, where R2023A is a release.
_FILE_YEAR: Final = re.compile(r"(?<![0-9R])((?:19|20)[0-9]{2})(?![0-9])")
_YEAR: Final = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})(?![0-9])")
_FILLERS: Final = re.compile(r"\b(?:г|год|года|чел|человек)\b", re.IGNORECASE)
_YEAR_CELL: Final = re.compile(r"((?:19|20)[0-9]{2})(?:\.0+|-[0-9]{2}-[0-9]{2}.*)?")
_WHOLE: Final = re.compile(
    r"([0-9]+|[0-9]{1,3}([, '’\u00a0\u2009\u202f])[0-9]{3}(?:\2[0-9]{3})*)(?:\.0+)?"
)
_POWER: Final = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eEеЕ]\+?[0-9]+")
_DECIMAL: Final = re.compile(r"([0-9]+)[.,]0+")
_MISSING: Final = frozenset(["", "-", "–", "—", "n/a", "na", "н/д"])

_MEND_CODE: Final = "format the column of p-codes as text and export the table again"
_MEND_COLUMN: Final = (
    "name the right one with --population-option pcode=HEADING, or columns={'pcode': ...} in Python"
)
_MEND_PEOPLE: Final = "write a whole number of people in digits"


@dataclass(frozen=True, kw_only=True, eq=False)
class Population:
    """Inhabitants by unit.

    Attributes
    ----------
    people
        One row per unit of the boundaries, in their order: ``level`` (int64), ``pcode`` (str),
        ``population`` (Float64; people, fractional where they come from a raster, NA where not
        known), ``basis``: ``given``, ``sum of admin 3`` (say), ``raster``, or ``""`` where not
        known.
    source
        A sentence for notes: the file, the year and what it holds.
    year
        The year that the people were counted or estimated for; None where nothing says.
    notes
        Sentences on what was found and done.
    raster
        The raster that the people come from; None where they come from a table.
    """

    people: pd.DataFrame
    source: str
    year: int | None
    notes: tuple[str, ...]
    raster: Raster | None = None

    def at(self, level: int) -> pd.Series:
        """Return the population of the units of a level, by p-code; NA where not known."""
        chosen = self.people[self.people["level"] == level]
        people: pd.Series = chosen.set_index("pcode")["population"].rename_axis(None)
        return people


def read_population(
    path: str | Path,
    boundaries: BoundarySet,
    *,
    columns: Mapping[str, str] | None = None,
    sheet: str | None = None,
    encoding: str | None = None,
    year: int | None = None,
    kind: Kind | None = None,
    progress: bool = False,
) -> Population:
    """Read the inhabitants of units, from a table by p-code or from a raster.

    Parameters
    ----------
    path
        CSV or XLSX: one row per unit with a p-code and a total (``ADM2_PCODE``, ``T_TL`` of
        COD-PS; a plain table of p-codes and population), or one row per unit, sex and age group
        (``Population_group``, ``Gender``, ``Age_range``, ``Population``), of which the rows of all
        sexes and ages are read. A row of HXL hashtags may follow the headings. A path that ends in
        ``.tif`` or ``.tiff`` is a raster of people.
    boundaries
        The units. A row is of the deepest unit that it has a p-code for.
    columns
        Headings for what is not found by its usual heading; keys ``pcode``, ``population``,
        ``year``.
    sheet
        Worksheet to read; by default the only visible one that has headings of population.
    encoding
        Encoding of a CSV that is not UTF-8, such as ``cp1251``.
    year
        The year to read, where the table holds several.
    kind
        What the cells of a raster hold, where it does not say: ``count`` or ``density``.
    progress
        Whether to show a progress bar while a raster is read.

    Returns
    -------
    population
        The people of each unit. A unit that a table does not give is the sum of the named units
        inside it if all of them are known; a raster is summed inside the unit's own outline.

    Raises
    ------
    InputError
        One sentence per fault, each naming its place in the file and how to mend it.
    """
    path = Path(path)
    if path.suffix.lower() in {".tif", ".tiff"}:
        return _from_raster(path, boundaries, year=year, kind=kind, progress=progress)
    if kind is not None:
        raise InputError(f"{path.name} is a table: leave out kind, which is for rasters.")
    faults = Faults(path.name)
    columns = columns or {}
    for unknown in columns.keys() - set(_NAMED):
        faults.add(f"{show(unknown)} is no kind of column", f"use {show_all(_NAMED)}")
    wanted = {key(heading) for heading in columns.values()}

    def score(cells: Sequence[object]) -> int:
        words = {cell for cell in cells if isinstance(cell, str)}
        said = {role.name for word in words if (role := _role(word))}
        known = len(said) + len({key(word) for word in words} & wanted)
        return known if known > 1 else 0

    option = "--population-option encoding="
    rows = read_rows(
        path, score=score, faults=faults, sheet=sheet, encoding=encoding, option=option
    )
    if not rows:
        faults.stop("there is no data", "check that the table was saved in full")
    heads = [score(row) for _, row in rows[:HEAD]]
    table = _Table(rows, heads.index(max(heads)), columns, faults)
    counted = _counted(table, boundaries, year)
    return _completed(counted, boundaries, path.name)


# --- columns ----------------------------------------------------------------------------------


class _Role(NamedTuple):
    """What a column holds, and the level or the year that its heading says."""

    name: str
    level: int | None = None
    year: int | None = None


def _role(heading: str) -> _Role | None:
    """Return what a heading or an HXL hashtag stands for; None if nothing that is read."""
    found = _YEAR.findall(heading)
    said = key(_FILLERS.sub(" ", _YEAR.sub(" ", heading)))
    if code := _CODE.fullmatch(said):
        return _Role("pcode", level=int(code[1]) if code[1] else None)
    name = _ROLES.get(said)
    if name is None and (admin := _ADMIN.match(said)):
        return _Role("name", level=int(admin[1]))
    year = int(found[0]) if len(found) == 1 else None
    return _Role(name, year=year) if name and (year or not found) else None


class _Table:
    """Rows below headings whose roles are known."""

    def __init__(self, rows: Rows, top: int, columns: Mapping[str, str], faults: Faults) -> None:
        self.faults = faults
        if top and _is_tags(rows[top][1]) and not _is_tags(rows[top - 1][1]):
            top -= 1  # the headings stand above their hashtags
        header, body = rows[top][1], rows[top + 1 :]
        tags = body.pop(0)[1] if body and _is_tags(body[0][1]) else []
        if not body:
            faults.stop("there are headings but no rows below them", "check that it was saved")
        self.body = body
        self.headings = ["" if blank(cell) else tidy(cell) for cell in header]
        named = {}
        for kind, heading in columns.items():
            alike = [at for at, said in enumerate(self.headings) if key(said) == key(heading) != ""]
            if alike:
                named[alike[0]] = kind
            else:
                choice = show_all(filter(None, self.headings))
                faults.add(f"there is no column {show(heading)}", f"choose from {choice}")
        self.roles: dict[int, _Role] = {}
        for at, heading in enumerate(self.headings):
            tag = str(tags[at] or "") if at < len(tags) else ""
            role = _role(tag) or _role(heading)
            if at in named:
                same = role if role and role.name == named[at] else None
                role = same or _Role(named[at], year=_heading_year(heading))
            elif role and role.name in columns:
                role = None
            if role:
                self.roles[at] = role

    def at(self, name: str) -> list[int]:
        """Return the positions of the columns of a role."""
        return [at for at, role in self.roles.items() if role.name == name]

    def one(self, name: str) -> int | None:
        """Return the position of the only column of a role; None if there is none."""
        found = self.at(name)
        if len(found) > 1:
            which = show_all(self.headings[at] for at in found)
            mend = (
                f"choose one with --population-option {name}=HEADING, or columns={{'{name}': ...}} "
                "in Python"
            )
            if name not in _NAMED:
                mend = "delete all but one of them"
            self.faults.add(f"columns {which} could each be the {name} column", mend)
        return found[0] if found else None


def _heading_year(heading: str) -> int | None:
    found = _YEAR.findall(heading)
    return int(found[0]) if len(found) == 1 else None


def _is_tags(row: Iterable[object]) -> bool:
    said = [str(cell).strip() for cell in row if not blank(cell)]
    return all(cell.startswith("#") for cell in said)


def _cell(row: Sequence[object], at: int | None) -> object:
    return row[at] if at is not None and at < len(row) else None


# --- cells ------------------------------------------------------------------------------------


def _people(cell: object) -> int:
    """Return a number of people; raises CellError with what is wrong."""
    text = str(cell).strip()
    if cell is None or text.casefold() in _MISSING:
        raise CellError(
            "the population is blank", "write 0 if nobody lives there, or delete the row"
        )
    whole = _WHOLE.fullmatch(text)
    if whole and isinstance(cell, str | Real) and not isinstance(cell, bool):
        number = int(re.sub("[^0-9]", "", whole[1])) if len(whole[1]) < 20 else _MOST + 1
        if number > _MOST:
            raise CellError(f"{show(cell)} is more than {_MOST:,} people", "correct it")
        return number
    if re.fullmatch(r"[-−–][0-9., ]+", text):
        raise CellError(f"{show(cell)} is negative", _MEND_PEOPLE)
    if _POWER.fullmatch(text):
        raise CellError(f"{show(cell)} has lost its last digits in a spreadsheet", _MEND_PEOPLE)
    if re.fullmatch(r"[0-9]+[.,][0-9]+", text):
        raise CellError(f"{show(cell)} is not whole", f"{_MEND_PEOPLE} (1204, not 1.204)")
    raise CellError(f"{show(cell)} is not a number", _MEND_PEOPLE)


def _year(cell: object) -> int | None:
    if blank(cell):
        return None
    if isinstance(cell, dt.date):
        return cell.year
    found = _YEAR_CELL.fullmatch(str(cell).strip())
    if found is None:
        raise CellError(f"{show(cell)} is not a year", "write a year of four digits")
    return int(found[1])


class _Codes:
    """The p-codes of a boundary set, to be found as files write them."""

    def __init__(self, boundaries: BoundarySet) -> None:
        self.levels: defaultdict[str, list[int]] = defaultdict(list)
        for level, pcode in boundaries.position:
            self.levels[pcode].append(level)
        self._alike = {pcode.upper(): pcode for pcode in self.levels}
        self._bare = {
            pcode.lstrip("0"): pcode
            for pcode in self.levels
            if pcode.startswith("0") and pcode.isdecimal()
        }

    def read(self, cell: object) -> str:
        """Return a p-code, known or not; raises CellError where a spreadsheet has spoilt it."""
        text = tidy(cell).lstrip("'’")
        if isinstance(cell, dt.date | dt.time):
            raise CellError(f"{show(cell)} is a date, made from a p-code perhaps", _MEND_CODE)
        if _POWER.fullmatch(text):
            what = f"the p-code {show(text)} has lost its last digits in a spreadsheet"
            raise CellError(what, _MEND_CODE)
        decimal = _DECIMAL.fullmatch(text)
        code = self._alike.get((decimal[1] if decimal else text).upper())
        if code is not None:
            return code
        if decimal:
            what = f"the p-code {show(text)} was made a number and may have lost digits"
            raise CellError(what, _MEND_CODE)
        if meant := self._bare.get(text.lstrip("0") if text.isdecimal() else ""):
            what = (
                f"the p-code {show(text)} has lost its leading zeros ({meant} is meant, it seems)"
            )
            raise CellError(what, _MEND_CODE)
        return text


# --- rows -------------------------------------------------------------------------------------


class _Line(NamedTuple):
    """A row that gives people of a unit."""

    row: int
    unit: tuple[str, int | None]  # p-code, and the level that its heading says
    year: int | None
    sex: str  # t, f or m; "" of an age group
    people: int


class _Counted(NamedTuple):
    """What a table gives: people by unit, and what is to be said of it."""

    people: dict[_Unit, int]
    year: int | None
    notes: list[str]


def _counted(table: _Table, boundaries: BoundarySet, year: int | None) -> _Counted:
    faults, codes = table.faults, _Codes(boundaries)
    if not table.at("pcode"):
        mend = "name it with --population-option pcode=HEADING, or columns={'pcode': ...} in Python"
        faults.add(f"none of {show_all(table.headings)} is known to hold p-codes", mend)
    levels = [table.roles[at].level for at in table.at("pcode")]
    if len(levels) > len(set(levels)):
        which = show_all(table.headings[at] for at in table.at("pcode"))
        faults.add(f"several of columns {which} hold p-codes of one level", _MEND_COLUMN)
    wide = _total_column(table, year)
    faults.check()
    lines = _lines(table, codes, wide)
    faults.check()
    lines, when = _of_year(table, lines, year)
    totals = _totals(table, codes, lines)
    faults.check()
    return _known(table, codes, totals, when)


def _total_column(table: _Table, year: int | None) -> int | None:
    """Return the position of the column of totals, of one year."""
    found = table.at("population")
    years = {table.roles[at].year for at in found} - {None}
    if len(years) > 1:
        if year not in years:
            said = ", ".join(str(each) for each in sorted(filter(None, years)))
            mend = "choose one with --population-option year=2022, say, or year=... in Python"
            table.faults.add(f"there are columns of population for {said}", mend)
        for at in found:
            if table.roles[at].year != year:
                del table.roles[at]
    elif not found:
        which = show_all(filter(None, table.headings))
        mend = (
            "name it with --population-option population=HEADING, or columns={'population': ...} "
            "in Python"
        )
        table.faults.add(f"none of {which} is known to hold the population", mend)
    return table.one("population")


def _lines(table: _Table, codes: _Codes, total: int | None) -> list[_Line]:
    """Return what each row gives; of a long table, the rows of all ages only."""
    faults = table.faults
    split = {name: table.one(name) for name in ("group", "sex", "age", "year")}
    long = any(split[name] is not None for name in ("group", "sex", "age"))
    wide = {"t": total} if long else {"t": total, "f": table.one("female"), "m": table.one("male")}
    said = table.roles[total].year if total is not None else None
    lines = []
    for number, row in table.body:
        sex = _sex(row, split) if long else "t"
        unit = _unit(table, codes, number, row)
        if unit is None:
            continue
        try:
            year = _year(_cell(row, split["year"])) or said
        except CellError as error:
            faults.add(error.what, error.mend, row=number, column=_heading(table, split["year"]))
            continue
        for each, at in wide.items():
            if at is None or (each != "t" and blank(_cell(row, at))):
                continue
            try:
                people = _people(_cell(row, at)) if sex else 0
            except CellError as error:
                faults.add(error.what, error.mend, row=number, column=_heading(table, at))
                continue
            lines.append(_Line(number, unit, year, sex if long else each, people))
    return lines


def _heading(table: _Table, at: int | None) -> str | None:
    return None if at is None else table.headings[at]


def _sex(row: Sequence[object], split: Mapping[str, int | None]) -> str:
    """Return whom a row of a long table counts: t, f or m of all ages, or else ``""``."""
    said = {name: key(_cell(row, at) or "") for name, at in split.items()}
    told = [said[name] for name in ("sex", "group") if split[name] is not None]
    if said["age"] in _EVERYBODY:
        for sex, words in (("t", _EVERYBODY), ("f", _WOMEN), ("m", _MEN)):
            if all(word in words for word in told):
                return sex
    return ""


def _unit(
    table: _Table, codes: _Codes, number: int, row: Sequence[object]
) -> tuple[str, int | None] | None:
    """Return the p-code of a row's deepest unit, and the level that its heading says."""
    found: tuple[int, int] | None = None
    for at in table.at("pcode"):
        level = table.roles[at].level
        if not _says_nothing(_cell(row, at)):
            found = max(found or (-1, -1), (_ITSELF if level is None else level, at))
    if found is None:
        what, mend = "the p-code is blank", "fill it in, or delete the row"
        if any(map(is_total, row)):
            what = "this looks like a row of totals, which would count everyone twice"
        table.faults.add(what, mend, row=number)
        return None
    deepest, at = found
    for name in table.at("name"):
        level = table.roles[name].level or 0
        if level > deepest and not _says_nothing(_cell(row, name)):
            what = f"there is a name, but no p-code of admin {level}"
            mend = "fill in the p-code, or delete the row"
            table.faults.add(what, mend, row=number, column=table.headings[name])
            return None
    try:
        return codes.read(_cell(row, at)), table.roles[at].level
    except CellError as error:
        table.faults.add(error.what, error.mend, row=number, column=table.headings[at])
        return None


def _says_nothing(cell: object) -> bool:
    return blank(cell) or str(cell).strip().casefold() in _MISSING or is_total(cell)


def _of_year(table: _Table, lines: list[_Line], year: int | None) -> tuple[list[_Line], int | None]:
    """Return the lines of one year, and the year."""
    years = sorted({line.year for line in lines if line.year is not None})
    said = ", ".join(map(str, years))
    if year is None and len(years) > 1:
        table.faults.stop(
            f"the table holds the years {said}",
            "choose one with --population-option year=2022, say, or year=... in Python",
        )
    if years and year is not None and year not in years:
        table.faults.stop(f"the table holds no population of {year}", f"choose from {said}")
    if years:
        chosen = years[0] if year is None else year
        return [line for line in lines if line.year in {chosen, None}], chosen
    return lines, year or _heading_year(f"{table.faults.source} {table.faults.sheet or ''}")


def _totals(table: _Table, codes: _Codes, lines: Sequence[_Line]) -> list[_Line]:
    """Return the total of each p-code, checked against its women and men."""
    faults = table.faults
    by_unit: defaultdict[tuple[str, int | None], list[_Line]] = defaultdict(list)
    for line in lines:
        by_unit[line.unit].append(line)
    totals = []
    for (pcode, level), found in by_unit.items():
        whole = [line for line in found if line.sex == "t"]
        if not whole:
            what = f"p-code {show(pcode)} has no row of all sexes and ages"
            faults.add(what, "add the rows of totals", row=found[0].row)
            continue
        first, *others = whole
        totals.append(first)
        # A city that is admin 1 and admin 2 has one p-code, and a row for each.
        alike = level is None and len({line.people for line in whole}) == 1
        for other in others if not alike or len(whole) > len(codes.levels[pcode]) else ():
            what = f"p-code {show(pcode)} is in row {first.row} already"
            faults.add(what, "delete or correct one of the rows", row=other.row)
        parts = sum(line.people for line in found if line.sex in {"f", "m"})
        both = {line.sex for line in found} >= {"f", "m"}
        if both and not others and abs(parts - first.people) > _ROUNDING:
            what = f"women and men add up to {parts:,}, not to the total of {first.people:,}"
            faults.add(what, "correct the numbers", row=first.row)
    return totals


def _known(table: _Table, codes: _Codes, totals: Sequence[_Line], year: int | None) -> _Counted:
    """Tie the p-codes to units; what is of no unit goes to a note."""
    people: dict[_Unit, int] = {}
    unknown = []
    for line in totals:
        pcode, level = line.unit
        levels = codes.levels.get(pcode, [])
        for each in [level] if level in levels else levels:
            people[each, pcode] = line.people
        if not levels:
            unknown.append(line)
    few = ", ".join(f"{show(line.unit[0])} ({line.people:,})" for line in unknown[:_LISTED])
    few += ", ..." if len(unknown) > _LISTED else ""
    if len(unknown) * 2 > len(totals):
        what = f"{len(unknown)} of {len(totals)} p-codes are not in the boundaries: {few}"
        table.faults.stop(what, "check that it is of the same country and version as they are")
    notes = []
    if unknown:
        lost = sum(line.people for line in unknown)
        which = "1 p-code" if len(unknown) == 1 else f"{len(unknown)} p-codes"
        where = f"{which} of {table.faults.source}, with {lost:,} people"
        notes.append(f"Not in the boundaries, and not counted: {where}: {few}.")
    empty = sum(number == 0 for number in people.values())
    if empty:
        units = "unit has" if empty == 1 else "units have"
        notes.append(f"{empty} {units} a population of 0 in {table.faults.source}: no rates there.")
    return _Counted(people, year, notes)


# --- units above and below --------------------------------------------------------------------


def _completed(counted: _Counted, boundaries: BoundarySet, name: str) -> Population:
    """Add the units that follow from those inside them, deepest first."""
    people: dict[_Unit, float] = dict(counted.people)
    basis = dict.fromkeys(people, _GIVEN)
    notes = list(counted.notes)
    differing = []
    inside = _inside(boundaries)
    for unit in sorted(inside, reverse=True):
        parts = [people[part] for part in inside[unit] if part in people]
        complete = len(parts) == len(inside[unit])
        if unit not in people and complete:
            people[unit] = sum(parts)
            below = min(level for level, _ in inside[unit])
            basis[unit] = f"sum of {LEVEL_NAMES[below]}"
        elif unit in people and (
            sum(parts) != people[unit] if complete else sum(parts) > people[unit]
        ):
            differing.append((unit, int(people[unit]), int(sum(parts))))
    if differing:
        shown = dict(zip(boundaries.position, boundaries.units["name"], strict=True))
        differing.sort(key=lambda each: (-abs(each[1] - each[2]), each[0]))
        few = "; ".join(
            f"{tidy(shown[unit])}: {given:,} given, {parts - given:+,} in its parts"
            for unit, given, parts in differing[:_LISTED]
        )
        more = "; ..." if len(differing) > _LISTED else ""
        notes.append(
            f"The population given differs from the sum of the units inside in {len(differing)}"
            f" {'unit' if len(differing) == 1 else 'units'}, and is used as given ({few}{more})."
        )
    given = sorted({LEVEL_NAMES[level] for level, _ in counted.people})
    when = f"{counted.year}" if counted.year else "year not stated"
    return Population(
        people=_frame(boundaries, people, basis),
        source=f"Population: {tidy(name)} ({when}), {len(counted.people)} units given"
        f" ({', '.join(given)}).",
        year=counted.year,
        notes=tuple(notes),
    )


def _inside(boundaries: BoundarySet) -> dict[_Unit, list[_Unit]]:
    """Return the named units just inside each unit."""
    inside: defaultdict[_Unit, list[_Unit]] = defaultdict(list)
    lineages = boundaries.lineage.to_numpy(object).tolist()
    named = boundaries.units["name"].ne("")
    for (level, pcode), codes, has_name in zip(boundaries.position, lineages, named, strict=True):
        above = next((up for up in range(level - 1, -1, -1) if codes[up] is not None), None)
        if above is not None and has_name:
            inside[above, codes[above]].append((level, pcode))
    return dict(inside)


def _frame(
    boundaries: BoundarySet, people: Mapping[_Unit, float], basis: Mapping[_Unit, str]
) -> pd.DataFrame:
    units = list(boundaries.position)
    return pd.DataFrame(
        {
            "level": pd.Series([level for level, _ in units], dtype="int64"),
            "pcode": pd.Series([pcode for _, pcode in units], dtype="str"),
            "population": pd.Series([people.get(unit) for unit in units], dtype="Float64"),
            "basis": pd.Series([basis.get(unit, "") for unit in units], dtype="str"),
        }
    )


# --- rasters ----------------------------------------------------------------------------------


def _from_raster(
    path: Path, boundaries: BoundarySet, *, year: int | None, kind: Kind | None, progress: bool
) -> Population:
    """Sum a raster inside the outline of each unit, and check it against the raster's own total."""
    raster = read_raster(path, kind=kind)
    units = boundaries.units.reset_index(drop=True)
    outlined = units[units.geometry.notna()]
    if outlined.empty:
        raise InputError(
            f"{path.name} is a raster, but the boundaries {boundaries.name} have no outlines:"
            " give a table of population by p-code."
        )
    sums = zonal_sum(raster, outlined.geometry, progress=progress)
    found = sums.table["people"].dropna()
    if found.empty:
        raise InputError(
            f"{path.name} has no value inside any unit of {boundaries.name}: check that it is of"
            " the same country."
        )
    codes = list(boundaries.position)
    people = {codes[at]: number for at, number in zip(found.index, found.tolist(), strict=True)}
    whole = [
        level
        for level in boundaries.levels
        if units.geometry[units["level"] == level].notna().all()
    ]
    level = max(whole, default=int(outlined["level"].min()))
    checked = outlined[outlined["level"] == level]
    said = _FILE_YEAR.findall(path.stem)
    when = year or (int(said[0]) if len(said) == 1 else None)
    return Population(
        people=_frame(boundaries, people, dict.fromkeys(people, _RASTER)),
        source=f"Population: {tidy(path.name)} ({when or 'year not stated'}), a raster of people"
        " summed by unit.",
        year=when,
        notes=(
            *sums.notes,
            *_uncovered(outlined, sums.table["covered"], path.name),
            _own_total(raster, checked, sums, progress=progress),
        ),
        raster=raster,
    )


def _own_total(raster: Raster, units: gpd.GeoDataFrame, sums: ZonalSums, *, progress: bool) -> str:
    """Return what the raster itself holds inside the units together, beside the sum of them."""
    which = f"{len(units):,} units of {LEVEL_NAMES[int(units['level'].iloc[0])]}"
    own = ZonalSums(sums.table.loc[units.index], ())
    try:
        total = conserved(raster, units.geometry, own, progress=progress)
    except InputError as error:
        return " ".join(error.faults)
    return (
        f"{raster.path.name} holds {total.whole:,.1f} people inside the outline of all"
        f" {which}, which add up to {total.parts:,.1f}."
    )


def _uncovered(units: gpd.GeoDataFrame, covered: pd.Series, name: str) -> list[str]:
    """Return a sentence on units of which a part has no value, those with the largest first."""
    least = covered[covered < _COVERED].sort_values(kind="stable")
    if least.empty:
        return []
    few = ", ".join(
        f"{tidy(units['name'][at])} {share:.0%}" for at, share in least[:_LISTED].items()
    )
    more = ", ..." if len(least) > _LISTED else ""
    said = (
        f"{name} has values on less than {_COVERED:.0%} of the area of {len(least)} of"
        f" {len(units)} units; nobody is counted elsewhere in them ({few}{more})."
    )
    return [said]
