"""Decisions that a person took on names: read from a filled review sheet, kept by the names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, TypeAlias

import pandas as pd

from mtmgeo.boundaries.boundary_set import BoundarySet
from mtmgeo.matching.rows.pcodes import text_of
from mtmgeo.names.fold import folds, is_blank
from mtmgeo.tables.columns import cells
from mtmgeo.tables.columns import roles as headings
from mtmgeo.tables.columns.faults import Faults, show, show_all
from mtmgeo.tables.columns.grid import HEAD, blank, of_frame, read_grid
from mtmgeo.tables.columns.roles import CellError
from mtmgeo.tables.columns.words import key

#: What names a place, in the order of `Table.name_columns` and of the keys of `Decisions`.
ROLES: Final = ("adm1", "adm2", "adm3", "location")

#: The sheet, and the column in it, that decisions are read from.
SHEET: Final = "review"
COLUMN: Final = "decision"

#: What is written for a name that stands for nothing in the boundaries.
NOTHING: Final = "none"

#: The method of a row of a MatchResult that was decided.
METHOD: Final = "decision"

#: Folded names of admin 1, 2, 3 and the location, ``""`` where there is none; then p-codes, where
#: the decision was taken beside such.
Names: TypeAlias = tuple[str, ...]

_NOTHING: Final = frozenset([NOTHING, "not a place", "нет", "жок"])
_LAST_WORDS: Final = re.compile(r"\(([^()]+)\)$")


@dataclass(frozen=True)
class Decision:
    """What names stand for.

    Attributes
    ----------
    unit
        Level and p-code; None: nothing in the boundaries.
    row
        Number of the row that says so, as a spreadsheet shows it.
    """

    unit: tuple[int, str] | None
    row: int


@dataclass(frozen=True)
class Decisions:
    """Decisions on names.

    Attributes
    ----------
    source
        File name without its folder.
    by_names
        The decision on each combination of names, or of names and p-codes, as `keys` folds them.
    """

    source: str
    by_names: Mapping[Names, Decision]


def keys(
    frame: pd.DataFrame, name_columns: Sequence[str | None], codes: Iterable[str] = ()
) -> list[Names]:
    """Return the names of each row, folded (with their numbers), as decisions are kept by them.

    Parameters
    ----------
    frame
        Rows with names.
    name_columns
        Headings of the names of admin 1, 2, 3 and the location; None where there is none.
    codes
        Headings of p-codes, which are kept after the names.
    """

    def folded(heading: str | None) -> list[str]:
        if heading is None:
            return [""] * len(frame)
        names = frame[heading].unique().tolist()
        found = dict(zip(names, _folded(names), strict=True))
        return [found[name] for name in frame[heading]]

    said = [[_code(cell) for cell in frame[heading]] for heading in codes]
    return list(zip(*map(folded, name_columns), *said, strict=True))


def _code(cell: object) -> str:
    return text_of(cell).casefold()


def _folded(names: Sequence[object]) -> list[str]:
    # Folding makes doubled signs one, but estate 11 is not estate 1.
    return [
        "" if is_blank(name) else " ".join([key, *re.findall(r"\d+", str(name))])
        for name, key in zip(names, folds([str(name) for name in names]), strict=True)
    ]


@lru_cache(maxsize=4)
def describer(boundaries: BoundarySet) -> Callable[[str, int | None], str]:
    """Return a function that names a unit in words that `read_decisions` reads.

    Returns
    -------
    describe
        Takes a p-code and a level (None: the deepest that has it) and returns, say,
        ``Ak-Terek [village], Uzgen, Osh (KG06255813020)``.
    """
    position, types = boundaries.position, boundaries.units["type"].tolist()

    @cache
    def describe(code: str, level: int | None) -> str:
        deepest = max(at for at in range(5) if (at, code) in position)
        depth = deepest if level is None else level
        names = boundaries.names_up(depth, code)
        kind = types[position[depth, code]]
        if depth < deepest:
            names[0] = f"{names[0]} [admin {depth}]"
        # A village and its aiyl aimak often share a name; districts and cities say what they are.
        elif depth > 2 and kind:
            names[0] = f"{names[0]} [{kind}]"
        return cells.tidy(f"{', '.join(dict.fromkeys(names))} ({code})")

    return describe


def read_decisions(
    decisions: str | Path | pd.DataFrame,
    boundaries: BoundarySet,
    *,
    columns: Mapping[str, str] | None = None,
    codes: Sequence[str] = (),
) -> Decisions:
    """Read the decisions of a filled review sheet, or of a list of the same columns.

    Parameters
    ----------
    decisions
        XLSX (the sheet ``review``, or the only one), CSV or DataFrame with columns of names, found
        by their usual headings, and a column ``decision``: blank (open still); the words for a unit
        that the review offers, which end in its p-code in parentheses; a p-code; or ``none`` (also
        ``not a place``, ``нет``, ``жок``), where the names stand for nothing in the boundaries.
        Of the levels of a p-code the deepest is meant, unless words say ``[admin 1]``.
    boundaries
        Units that the decisions name.
    columns
        Headings that hold names, where the usual ones do not: those of the table to be matched;
        keys ``adm1``, ``adm2``, ``adm3``, ``location``.
    codes
        Headings of the p-codes of the table to be matched. A review that holds them decides on
        rows of the same codes; without them, it decides on all rows of the same names.

    Returns
    -------
    decisions
        By folded names, so that spelling in Latin or Cyrillic makes no difference.

    Raises
    ------
    InputError
        One sentence per fault: a p-code that is not in the boundaries, a decision without p-code,
        names that are decided in two ways, a column that is missing.
    """
    columns = columns or {}
    if isinstance(decisions, pd.DataFrame):
        faults = Faults("decisions")
        rows = of_frame(decisions).numbered()
    else:
        path = Path(decisions)
        faults = Faults(path.name)
        grid = read_grid(path, score=_score(columns), faults=faults, option=None, usual=SHEET)
        rows = grid.numbered()
    tops = [at for at, (_, row) in enumerate(rows[:HEAD]) if _is_heading(row)]
    if not tops:
        mend = f"write {COLUMN} over the cells that hold the p-codes"
        faults.stop(f"there is no column '{COLUMN}'", mend)
    header, body = rows[tops[0]][1], rows[tops[0] + 1 :]
    said = [at for at, cell in enumerate(header) if cell in codes]
    said = said if len(said) == len(codes) else []
    places = _places(header, columns, faults, alone=not said)
    where = [at for at, cell in enumerate(header) if key(cell) == COLUMN]
    if len(where) > 1:
        faults.add(f"two columns are called '{COLUMN}'", "delete or rename one of them")
    units = _Units(boundaries)
    found: dict[Names, Decision] = {}
    for number, row in body:
        cell = row[where[0]] if where[0] < len(row) else None
        if blank(cell):
            continue
        try:
            decision = Decision(units.meant(cells.tidy(cells.name(cell))), number)
        except CellError as error:
            faults.add(error.what, error.mend, row=number, column=COLUMN)
            continue
        names = _names(number, row, header, places, said, faults)
        if names is None:
            continue
        first = found.setdefault(names, decision)
        if first.unit != decision.unit:
            what = f"the same names are decided otherwise in row {first.row}"
            faults.add(what, "decide both alike, or clear one", row=number, column=COLUMN)
    faults.check()
    return Decisions(faults.source, found)


def _is_heading(row: Sequence[object]) -> bool:
    note = row[:1] and str(row[0]).startswith("#")
    return not note and any(key(cell) == COLUMN for cell in row)


def _score(columns: Mapping[str, str]) -> Callable[[Sequence[object]], int]:
    return lambda row: 1 + headings.score(row, columns) if _is_heading(row) else 0


def _places(
    header: Sequence[object], columns: Mapping[str, str], faults: Faults, *, alone: bool
) -> dict[str, int]:
    """Return the position of each column of names, by role: the named one, or the usual one.

    There is one at least where they stand `alone`, without p-codes.
    """
    named = {key(heading): role for role, heading in columns.items()}
    said = ["" if blank(cell) else key(cell) for cell in header]
    roles = [
        named.get(own) or headings.role(str(cell)) for own, cell in zip(said, header, strict=True)
    ]
    places: dict[str, int] = {}
    for role in ROLES:
        usual = [at for at, each in enumerate(roles) if each == role]
        fits = [at for at in usual if said[at] in named] or usual
        if len(fits) > 1:
            which = f"columns {show_all(header[at] for at in fits)} could each be the {role} column"
            faults.add(which, "delete or rename all but one")
        if fits:
            places[role] = fits[0]
    if "adm3" in places and "location" not in places:  # as in a Table
        places["location"] = places.pop("adm3")
    if alone and not places:
        mend = f"give the columns of names the headings {', '.join(ROLES)}"
        what = f"none of the headings {show_all(header)} is known to hold names of places"
        faults.stop(what, mend)
    return places


def _names(
    number: int,
    row: Sequence[object],
    header: Sequence[object],
    places: Mapping[str, int],
    codes: Sequence[int],
    faults: Faults,
) -> Names | None:
    """Return the folded names of a row, or None where a cell has a fault or all are blank."""
    given: dict[str, str] = {}
    for role, at in places.items():
        try:
            given[role] = cells.name(row[at] if at < len(row) else None)
        except CellError as error:
            faults.add(error.what, error.mend, row=number, column=str(header[at]))
            return None
    said = [_code(row[at] if at < len(row) else None) for at in codes]
    if all(blank(name) for name in given.values()) and not any(said):
        faults.add("no place is named", "fill in its names, or clear the decision", row=number)
        return None
    return *_folded([given.get(role, "") for role in ROLES]), *said


class _Units:
    """The units below the country, by what a cell may say of them."""

    def __init__(self, boundaries: BoundarySet) -> None:
        self._name = boundaries.name
        self._levels: dict[str, dict[int, tuple[str, str]]] = {}  # p-codes and types
        types = boundaries.units["type"]
        for (level, code), kind in zip(boundaries.position, types, strict=True):
            self._levels.setdefault(code.casefold(), {})[level] = code, kind.casefold()

    def meant(self, text: str) -> tuple[int, str] | None:
        """Return level and p-code of the unit that a decision names; None where it says none.

        Raises
        ------
        CellError
            If it names no p-code, or one that is not in the boundaries.
        """
        said = text.casefold()
        if said in _NOTHING:
            return None
        inside = _LAST_WORDS.search(text)
        code = (inside[1] if inside else text).strip()
        levels = self._levels.get(code.casefold())
        if levels is None:
            mend = "choose from the list or copy a p-code from it"
            if re.fullmatch(r"\S*\d\S*", code):
                what = f"the p-code {show(code)} is not in the boundaries {self._name}"
                raise CellError(what, mend)
            raise CellError(f"{show(text)} names no p-code", f"{mend}, or write {NOTHING}")
        if max(levels) == 0:
            mend = f"choose a unit in it, or write {NOTHING}"
            raise CellError(f"{show(code)} is the whole country", mend)
        fitting = [
            level
            for level, (_, kind) in levels.items()
            if f"admin {level}" in said or f"[{kind}]" in said
        ]
        level = max(fitting or levels)
        return level, levels[level][0]
