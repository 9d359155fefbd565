"""assess(): counts, densities and assessment coverage per unit, with small counts protected."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from mtmgeo.boundaries import BoundarySet
from mtmgeo.errors import InputError, MtmgeoError
from mtmgeo.matching import CODES, MatchResult

#: Counts below this are not published unless the caller says otherwise.
SUPPRESS_BELOW: Final = 5

#: The year of a figure that adds up all years.
ALL_YEARS: Final = 0

_OBSERVED: Final = ["row", "year", "group", "individuals"]
_INPUT: Final = -1  # the level of the input as a whole, above the country
#: What rows are called that are of no unit: by whether they stand for a place, and by level.
_NAMELESS: Final = {
    (False, True): "(all rows)",
    (False, False): "(all units)",
    (True, True): "(not placed)",
    (True, False): "(no country)",
}
_Unit: TypeAlias = tuple[int, str]  # level and p-code


class _Cell(NamedTuple):
    """What a figure counts."""

    place: bool
    level: int
    pcode: str
    group: str
    year: int


@dataclass(frozen=True)
class Assessment:
    """Figures by unit, year and population group, safe to publish.

    Attributes
    ----------
    match
        The rows they come from.
    suppress_below
        Counts from 1 to this less one are suppressed, and as many others as it takes to keep them
        from being worked out; 0 suppresses nothing.
    years
        Years of the table, ascending; empty where counts have no year.
    groups
        Target populations of the table, in its order.
    figures
        One row per unit with an assessed location, group and year: ``level`` (-1 for the input as
        a whole, 0 for what could be placed in the country, 1 to 4), ``pcode``, ``name``, ``group``,
        ``year`` (Int64, NA for all years together), ``individuals`` (Int64, NA where suppressed),
        ``per_km2`` (Float64, individuals per km² of the unit's equal-area outline without lakes;
        NA where suppressed or without outline), ``suppressed`` (bool), ``locations`` (number of
        rows added up), ``rows`` (their numbers in the file, joined by spaces).
    places
        The same for the units that rows were tied to, each with the rows tied to it and not to a
        unit inside it; level -1 holds the rows that were tied to no unit.
    coverage
        One row per level: ``level``, ``name`` (what its units are called), ``units``, ``assessed``,
        ``not_assessed``, ``share`` (assessed / units).
    """

    match: MatchResult
    suppress_below: int
    years: tuple[int, ...]
    groups: tuple[str, ...]
    figures: pd.DataFrame
    places: pd.DataFrame
    coverage: pd.DataFrame

    @property
    def boundaries(self) -> BoundarySet:
        """The units that the figures are for."""
        return self.match.boundaries

    def select(
        self, group: str, year: int | None, level: int | None = None, *, places: bool = False
    ) -> pd.DataFrame:
        """Return the figures of a group, of one year or of all years together.

        Parameters
        ----------
        group
            Target population.
        year
            None: all years together.
        level
            One level; None: all.
        places
            Those of `places` in the stead of `figures`.
        """
        table = self.places if places else self.figures
        when = table["year"].isna() if year is None else table["year"].eq(year).fillna(value=False)
        chosen = table["group"].eq(group) & when
        return table[chosen if level is None else chosen & table["level"].eq(level)]

    def assessed(self, level: int) -> frozenset[str]:
        """Return the p-codes of the units of a level in which a location was assessed."""
        codes = self.match.frame[CODES[level]] if level in CODES else _codes(self.match)[level]
        return frozenset(codes.dropna())


def assess(match: MatchResult, *, suppress_below: int = SUPPRESS_BELOW) -> Assessment:
    """Count people by unit, year and population group.

    A row counts in the unit it was tied to and in every unit above it, whatever its status: a row
    that is ``partial`` counts in its district and not in any of the district's villages. Nothing
    is lost: the units of a level and the rows that could not be placed at it add up to the input.

    Parameters
    ----------
    match
        Rows tied to units.
    suppress_below
        Smallest count that may be published; 0 or 1 publishes all.

    Returns
    -------
    assessment
        Figures of units and places, and coverage.

    Raises
    ------
    InputError
        If `suppress_below` is negative.
    """
    if suppress_below < 0:
        raise InputError(f"suppress_below is {suppress_below}: give 0 (none) or a positive number.")
    counts = match.table.observations()
    counts["year"] = counts["year"].fillna(ALL_YEARS).astype(int)
    counts["individuals"] = counts["individuals"].astype(int)
    codes = _codes(match)
    chains = _chains(codes)
    cells = _cells(counts, chains)
    hidden = _protect(cells, _equations(cells, chains), suppress_below)
    figures, places = _tables(match, cells, hidden, chains)
    return Assessment(
        match=match,
        suppress_below=suppress_below,
        years=tuple(int(year) for year in sorted(counts["year"].unique()) if year != ALL_YEARS),
        groups=tuple(dict.fromkeys(counts["group"])),
        figures=figures,
        places=places,
        coverage=_coverage(match, codes),
    )


def density(individuals: pd.Series, area_km2: pd.Series) -> pd.Series:
    """Return individuals per km².

    Parameters
    ----------
    individuals
        Counts (Int64); NA where suppressed.
    area_km2
        Equal-area unit areas without lakes, in km², same index; missing or 0 without an outline.

    Returns
    -------
    per_km2
        individuals / area_km2 (Float64); NA where either is missing.
    """
    area = area_km2.astype("Float64").where(area_km2 > 0)
    return (individuals.astype("Float64") / area).rename("per_km2")


def _codes(match: MatchResult) -> pd.DataFrame:
    """Return each row's p-codes at levels -1 (the input as a whole) to 4; NA if not placed."""
    frame = match.frame
    bounds = match.boundaries
    countries = bounds.at(0)["pcode"].tolist()
    alone = countries[0] if len(countries) == 1 else ""
    above = dict(zip(bounds.position, bounds.lineage[0], strict=True))
    units = zip(frame["level"], frame["pcode"], strict=True)
    whole = pd.Series("", index=frame.index, dtype="string")
    nation = whole + pd.Series(
        [above.get(unit) or alone for unit in units], index=frame.index, dtype="string"
    )
    columns = {
        _INPUT: whole,
        0: nation.where(frame["pcode"].notna()),
        **{level: frame[column] for level, column in CODES.items()},
    }
    return pd.DataFrame(columns)


def _chains(codes: pd.DataFrame) -> list[list[_Unit]]:
    """Return, for each row, the units it counts in, from the input as a whole to the deepest."""
    rows = codes.astype(object).where(codes.notna(), None).to_numpy()
    return [
        [
            (int(level), code)
            for level, code in zip(codes.columns, row, strict=True)
            if code is not None
        ]
        for row in rows
    ]


# --- cells: every figure that may be published ----------------------------------------------


def _cells(counts: pd.DataFrame, chains: Sequence[Sequence[_Unit]]) -> dict[_Cell, int]:
    """Return every figure that may be published, by what it counts.

    A place adds up the rows tied to a unit and not to one inside it.
    """
    cells: defaultdict[_Cell, int] = defaultdict(int)
    for row, year, group, number in counts[_OBSERVED].itertuples(index=False):
        for when in {ALL_YEARS, year}:
            for level, pcode in chains[row]:
                cells[_Cell(False, level, pcode, group, when)] += number
            level, pcode = chains[row][-1]
            cells[_Cell(True, level, pcode, group, when)] += number
    return dict(cells)


def _equations(
    cells: Mapping[_Cell, int], chains: Sequence[Sequence[_Unit]]
) -> list[tuple[_Cell, list[_Cell]]]:
    """Return the sums that hold between figures, each a whole and its parts.

    A unit is the sum of the units just inside it and of the place made of the rows tied to the
    unit itself; a figure of all years is the sum of its years.
    """
    inside: defaultdict[_Unit, set[_Unit]] = defaultdict(set)
    for chain in chains:
        for outer, inner in pairwise(chain):
            inside[outer].add(inner)
    years = sorted({cell.year for cell in cells} - {ALL_YEARS})
    equations = []
    for whole in cells:
        if not whole.place:
            units = sorted(inside[whole.level, whole.pcode])
            parts = [whole._replace(level=level, pcode=pcode) for level, pcode in units]
            parts.append(whole._replace(place=True))
            parts = [part for part in parts if part in cells]
            if cells[whole] != sum(cells[part] for part in parts):
                raise MtmgeoError(f"The parts of {whole} do not add up to it: please report this.")
            equations.append((whole, parts))
        if whole.year == ALL_YEARS and years:
            parts = [part for year in years if (part := whole._replace(year=year)) in cells]
            if cells[whole] == sum(cells[part] for part in parts):  # unless some have no year
                equations.append((whole, parts))
    return equations


def _protect(
    cells: Mapping[_Cell, int], equations: Sequence[tuple[_Cell, list[_Cell]]], below: int
) -> set[_Cell]:
    """Return the figures to suppress: the small ones, and those that would give them away.

    Figures are suppressed until an attacker who knows every published figure, every sum, and that
    no suppressed figure is 0, can narrow none of them down to fewer values than a small count
    has: `below` - 1, and never to one.
    """
    hidden = {cell for cell, number in cells.items() if 0 < number < below}
    sums: list[Sequence[_Cell]] = [[whole, *parts] for whole, parts in equations]
    while True:
        why = _narrowed(sums, hidden, cells, below)
        why = why or dict.fromkeys(_determined(sums, hidden), sums)
        seen: set[_Cell] = set()
        covers = (_cover(cell, why, hidden, cells, seen) for cell in sorted(why))
        cover = next((cell for cell in covers if cell), None)
        if cover is None:
            return hidden
        hidden.add(cover)


def _cover(
    cell: _Cell,
    why: Mapping[_Cell, Sequence[Sequence[_Cell]]],
    hidden: set[_Cell],
    cells: Mapping[_Cell, int],
    seen: set[_Cell],
) -> _Cell | None:
    """Return the figure to suppress next, so that `cell` is not given away, or None.

    A figure that was suppressed to shield another one must not be given away itself: that comes
    before a second shield.
    """
    seen.add(cell)
    sums = [members for members in why[cell] if cell in members]
    shields = sorted({m for members in sums for m in members if m in why} - seen)
    for shield in shields:
        found = _cover(shield, why, hidden, cells, seen) if shield not in seen else None
        if found:
            return found
    shown = {m for members in sums for m in members if m not in hidden and cells[m] > 0}
    # Units and years that are suppressed in part can shield each other; a further unit or year
    # would need a shield of its own.
    units = {(m.level, m.pcode) for m in hidden}
    years = {m.year for members in sums for m in members if m in hidden}
    return min(
        shown,
        key=lambda m: ((m.level, m.pcode) not in units, m.year not in years, cells[m], m),
        default=None,
    )


def _narrowed(
    sums: Sequence[Sequence[_Cell]], hidden: set[_Cell], cells: Mapping[_Cell, int], below: int
) -> dict[_Cell, list[Sequence[_Cell]]]:
    """Return the suppressed figures for which the sums leave too few values, and why.

    The reasons are the sums that gave a figure its least and its largest value.
    """
    low: dict[_Cell, float] = {cell: 1 if cell in hidden else n for cell, n in cells.items()}
    high: dict[_Cell, float] = {
        cell: math.inf if cell in hidden else n for cell, n in cells.items()
    }
    because: dict[tuple[_Cell, bool], Sequence[_Cell]] = {}
    relevant = [members for members in sums if not hidden.isdisjoint(members)]
    changed = True
    while changed:
        changed = False
        for members in relevant:
            whole, *parts = members
            for cell in members:
                if cell not in hidden:
                    continue
                others = [part for part in parts if part != cell]
                least, most = sum(low[o] for o in others), sum(high[o] for o in others)
                floor = least if cell == whole else low[whole] - most
                ceiling = most if cell == whole else high[whole] - least
                if floor > low[cell]:
                    low[cell], because[cell, False], changed = floor, members, True
                if ceiling < high[cell]:
                    high[cell], because[cell, True], changed = ceiling, members, True
    needed = max(2, below - 1)
    return {
        cell: [because[key] for key in ((cell, True), (cell, False)) if key in because]
        for cell in hidden
        if high[cell] - low[cell] + 1 < needed
    }


def _determined(sums: Sequence[Sequence[_Cell]], hidden: set[_Cell]) -> list[_Cell]:
    """Return the suppressed figures whose value follows from all the sums together."""
    if not hidden:
        return []
    unknown = sorted(hidden)
    column = {cell: i for i, cell in enumerate(unknown)}
    rows = []
    for whole, *parts in sums:
        row = np.zeros(len(unknown))
        for cell, sign in ((whole, -1.0), *((part, 1.0) for part in parts)):
            if cell in column:
                row[column[cell]] = sign
        if row.any():
            rows.append(row)
    if not rows:
        return []
    _, sizes, directions = np.linalg.svd(np.array(rows))
    free = directions[int((sizes > 1e-9).sum()) :]
    fixed = np.abs(free).max(axis=0, initial=0.0) < 1e-9
    return [cell for cell, known in zip(unknown, fixed, strict=True) if known]


# --- tables ---------------------------------------------------------------------------------


def _tables(
    match: MatchResult,
    cells: Mapping[_Cell, int],
    hidden: set[_Cell],
    chains: Sequence[Sequence[_Unit]],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the published figures of units, and of places."""
    units = match.boundaries.units
    name = dict(zip(match.boundaries.position, units["name"], strict=True))
    area = dict(zip(match.boundaries.position, match.boundaries.area_km2, strict=True))
    members: defaultdict[tuple[bool, _Unit], list[int]] = defaultdict(list)
    for number, chain in zip(match.table.rows, chains, strict=True):
        for unit in chain:
            members[False, unit].append(number)
        members[True, chain[-1]].append(number)
    rows = []
    for cell, number in sorted(cells.items()):
        unit = (cell.level, cell.pcode)
        rows.append(
            {
                "place": cell.place,
                "level": cell.level,
                "pcode": cell.pcode,
                "name": name.get(unit, _NAMELESS[cell.place, cell.level == _INPUT]),
                "group": cell.group,
                "year": cell.year or None,
                "individuals": None if cell in hidden else number,
                "area": area.get(unit),
                "suppressed": cell in hidden,
                "locations": len(members[cell.place, unit]),
                "rows": " ".join(map(str, members[cell.place, unit])),
            }
        )
    columns = {
        "place": "bool", "level": "int64", "pcode": "str", "name": "str", "group": "str",
        "year": "Int64", "individuals": "Int64", "area": "Float64", "suppressed": "bool",
        "locations": "int64", "rows": "str",
    }  # fmt: skip
    table = pd.DataFrame(rows, columns=list(columns)).astype(columns)
    table.insert(7, "per_km2", density(table["individuals"], table.pop("area")))
    of_place = table.pop("place")
    return table[~of_place].reset_index(drop=True), table[of_place].reset_index(drop=True)


def _coverage(match: MatchResult, codes: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for level in (1, 2, 3, 4):
        units = match.boundaries.at(level)
        named = units.index[units["name"].ne("")]  # other ground can be no one's location
        if len(named):
            assessed = int(named.isin(codes[level].dropna()).sum())
            name = match.boundaries.level_names[level]
            rows.append(
                (level, name, len(named), assessed, len(named) - assessed, assessed / len(named))
            )
    columns = ["level", "name", "units", "assessed", "not_assessed", "share"]
    return pd.DataFrame(rows, columns=columns)
