"""Tables of inhabitants by p-code: their columns, their rows, and the unit each is of."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from numbers import Real
from typing import Final, NamedTuple, TypeAlias

from mtmgeo.boundaries.boundary_set import BoundarySet
from mtmgeo.tables.columns.cells import is_total, tidy
from mtmgeo.tables.columns.faults import Faults, show, show_all
from mtmgeo.tables.columns.grid import blank
from mtmgeo.tables.columns.roles import CellError
from mtmgeo.tables.columns.words import key

Unit: TypeAlias = tuple[int, str]  # level and p-code
LISTED: Final = 5  # examples in a note
_MOST: Final = 2_000_000_000  # people; no country has more
_ITSELF: Final = 9  # ranks a p-code whose heading says no level: it is of the row's own unit
_ROUNDING: Final = 1  # women and men, each rounded, may miss the total by this much

NAMED: Final = ("pcode", "population", "year")
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


# --- columns ----------------------------------------------------------------------------------


class _Role(NamedTuple):
    """What a column holds, and the level or the year that its heading says."""

    name: str
    level: int | None = None
    year: int | None = None


def role_of(heading: str) -> _Role | None:
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


class UnitTable:
    """Rows below headings whose roles are known."""

    def __init__(
        self,
        rows: Sequence[tuple[int, list[object]]],
        top: int,
        columns: Mapping[str, str],
        faults: Faults,
    ) -> None:
        self.faults = faults
        if top and _is_tags(rows[top][1]) and not _is_tags(rows[top - 1][1]):
            top -= 1  # the headings stand above their hashtags
        header, body = rows[top][1], list(rows[top + 1 :])
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
            role = role_of(tag) or role_of(heading)
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
            if name not in NAMED:
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


class Counted(NamedTuple):
    """What a table gives: people by unit, and what is to be said of it."""

    people: dict[Unit, int]
    year: int | None
    notes: list[str]


def count_rows(table: UnitTable, boundaries: BoundarySet, year: int | None) -> Counted:
    """Return the people of each unit that the rows of a table give, its faults gathered."""
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


def _total_column(table: UnitTable, year: int | None) -> int | None:
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


def _lines(table: UnitTable, codes: _Codes, total: int | None) -> list[_Line]:
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


def _heading(table: UnitTable, at: int | None) -> str | None:
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
    table: UnitTable, codes: _Codes, number: int, row: Sequence[object]
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


def _of_year(
    table: UnitTable, lines: list[_Line], year: int | None
) -> tuple[list[_Line], int | None]:
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


def _totals(table: UnitTable, codes: _Codes, lines: Sequence[_Line]) -> list[_Line]:
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


def _known(table: UnitTable, codes: _Codes, totals: Sequence[_Line], year: int | None) -> Counted:
    """Tie the p-codes to units; what is of no unit goes to a note."""
    people: dict[Unit, int] = {}
    unknown = []
    for line in totals:
        pcode, level = line.unit
        levels = codes.levels.get(pcode, [])
        for each in [level] if level in levels else levels:
            people[each, pcode] = line.people
        if not levels:
            unknown.append(line)
    few = ", ".join(f"{show(line.unit[0])} ({line.people:,})" for line in unknown[:LISTED])
    few += ", ..." if len(unknown) > LISTED else ""
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
    return Counted(people, year, notes)
