"""read_population(): inhabitants by unit, out of a table or a raster."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import geopandas as gpd
import pandas as pd

from mtmgeo.boundaries.boundary_set import LEVEL_NAMES, BoundarySet
from mtmgeo.core.errors import InputError
from mtmgeo.population.names import count_names
from mtmgeo.population.rasters import Kind, Raster, ZonalSums, conserved, read_raster, zonal_sum
from mtmgeo.population.tables import LISTED, NAMED, Counted, Unit, UnitTable, count_rows, role_of
from mtmgeo.tables.columns.cells import tidy
from mtmgeo.tables.columns.faults import Faults, show, show_all
from mtmgeo.tables.columns.grid import HEAD, read_grid
from mtmgeo.tables.columns.words import key

__all__ = ["Population", "read_population"]

_GIVEN: Final = "given"
_RASTER: Final = "raster"
_COVERED: Final = 0.95  # of a unit's area; below, a note says so

#: In the name of a raster, where R2023A is a release.
_FILE_YEAR: Final = re.compile(r"(?<![0-9R])((?:19|20)[0-9]{2})(?![0-9])")


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
    """Read the inhabitants of units, from a table or from a raster.

    Parameters
    ----------
    path
        CSV or XLSX: one row per unit with a p-code and a total (``ADM2_PCODE``, ``T_TL`` of
        COD-PS; a plain table of p-codes and population), or one row per unit, sex and age group
        (``Population_group``, ``Gender``, ``Age_range``, ``Population``), of which the rows of all
        sexes and ages are read. A row of HXL hashtags may follow the headings. Any other table that
        `read_table` reads, of which `match` then finds the units by their names. A path that ends
        in ``.tif`` or ``.tiff`` is a raster of people.
    boundaries
        The units. A row is of the deepest unit that it has a p-code for, or that it names.
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
    columns = columns or {}
    found = _by_codes(path, boundaries, columns, sheet, encoding, year)
    if isinstance(found, Counted):
        return _completed(found, boundaries, path.name)
    try:
        counted = count_names(
            path, boundaries, people=found.people, sheet=sheet, encoding=encoding, year=year
        )
    except InputError as fault:
        raise InputError(list(dict.fromkeys([*found.faults, *fault.faults]))) from fault
    return _completed(counted, boundaries, path.name)


class _Unread(NamedTuple):
    """What keeps a table from being read by its p-codes, and the column of its people."""

    faults: Sequence[str]
    people: tuple[str, int | None] | None = None


def _by_codes(
    path: Path,
    boundaries: BoundarySet,
    columns: Mapping[str, str],
    sheet: str | None,
    encoding: str | None,
    year: int | None,
) -> Counted | _Unread:
    """Return the people by p-code, or why a table has none under headings that are known.

    If the caller names columns, or there are both, what is wrong is raised.
    """
    faults = Faults(path.name)
    for unknown in columns.keys() - set(NAMED):
        faults.add(f"{show(unknown)} is no kind of column", f"use {show_all(NAMED)}")
    wanted = {key(heading) for heading in columns.values()}

    def score(cells: Sequence[object]) -> int:
        words = {cell for cell in cells if isinstance(cell, str)}
        said = {role.name for word in words if (role := role_of(word))}
        known = len(said) + len({key(word) for word in words} & wanted)
        return known if known > 1 else 0

    option = "--population-option encoding="
    both, people = False, None
    try:
        rows = read_grid(
            path, score=score, faults=faults, sheet=sheet, encoding=encoding, option=option
        ).numbered()
        if not rows:
            faults.stop("there is no data", "check that the table was saved in full")
        heads = [score(row) for _, row in rows[:HEAD]]
        table = UnitTable(rows, heads.index(max(heads)), columns, faults)
        both = bool(table.at("pcode") and table.at("population"))
        named = [(table.headings[at], table.roles[at].year) for at in table.at("population")]
        people = named[0] if len(named) == 1 else None
        return count_rows(table, boundaries, year)
    except InputError as fault:
        if both or columns:
            raise
        return _Unread(fault.faults, people)


# --- units above and below --------------------------------------------------------------------


def _completed(counted: Counted, boundaries: BoundarySet, name: str) -> Population:
    """Add the units that follow from those inside them, deepest first."""
    people: dict[Unit, float] = dict(counted.people)
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
            for unit, given, parts in differing[:LISTED]
        )
        more = "; ..." if len(differing) > LISTED else ""
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


def _inside(boundaries: BoundarySet) -> dict[Unit, list[Unit]]:
    """Return the named units just inside each unit."""
    inside: defaultdict[Unit, list[Unit]] = defaultdict(list)
    lineages = boundaries.lineage.to_numpy(object).tolist()
    named = boundaries.units["name"].ne("")
    for (level, pcode), codes, has_name in zip(boundaries.position, lineages, named, strict=True):
        above = next((up for up in range(level - 1, -1, -1) if codes[up] is not None), None)
        if above is not None and has_name:
            inside[above, codes[above]].append((level, pcode))
    return dict(inside)


def _frame(
    boundaries: BoundarySet, people: Mapping[Unit, float], basis: Mapping[Unit, str]
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
        f"{tidy(units['name'][at])} {share:.0%}" for at, share in least[:LISTED].items()
    )
    more = ", ..." if len(least) > LISTED else ""
    said = (
        f"{name} has values on less than {_COVERED:.0%} of the area of {len(least)} of"
        f" {len(units)} units; nobody is counted elsewhere in them ({few}{more})."
    )
    return [said]
