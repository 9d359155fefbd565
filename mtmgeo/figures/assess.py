"""assess(): counts, rates and assessment coverage per unit, with small counts protected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from mtmgeo.boundaries.boundary_set import DEEPEST, BoundarySet
from mtmgeo.core.defaults import BREAKDOWN_LEVEL, SUPPRESS_BELOW
from mtmgeo.core.errors import InputError
from mtmgeo.core.frozen import frozen_property
from mtmgeo.figures import rates, suppression
from mtmgeo.figures.counts import Counts, Nodes, check_sums, periods_of
from mtmgeo.figures.indicators import DERIVED
from mtmgeo.figures.suppression import Bools, Ints
from mtmgeo.matching.result import CODES, STATUSES, MatchResult
from mtmgeo.population.population import Population, read_population
from mtmgeo.tables.columns.periods import ends, parse, years_in

#: What stands as the period of all of them together.
ALL: Final = "all"
_MOST: Final = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """Figures by unit, year and population group, safe to publish.

    A figure that cannot be published is missing (NA) and ``suppressed`` says so. Every rate, share
    and change is worked out from published counts alone, so that none tells more than they do.

    Attributes
    ----------
    match
        The rows they come from.
    suppress_below
        Counts from 1 to this less one are suppressed, and as many others as it takes to keep them
        from being worked out; 0 suppresses nothing.
    round_to
        Counts are rounded to multiples of this, and none is suppressed; 0 rounds nothing.
    years
        Calendar years of the table, ascending; empty where counts have no year.
    longer
        Its periods longer than a year, in order of time: ``before 2014``, ``2020-2021``. All counts
        are then also told by a column ``period``: the year or the longer period in words, and
        ``all`` for all of them together; ``year`` is missing for a longer period.
    groups
        Target populations of the table, in its order.
    figures
        One row per unit with a count, group and year (missing for all years together), sorted by
        level, p-code, group and year; columns:

        - ``level`` (-1 for the input as a whole, 0 for what could be placed in the country, 1 to
          4), ``pcode``, ``name``, ``group``, ``year`` (Int64), ``period`` (only if one is longer
          than a year)
        - ``individuals`` (Int64), ``households`` (Int64; only if the table counts them)
        - ``suppressed`` (bool), ``locations`` (rows of the table in the unit), ``counted`` (places
          in it with a count in that group and year: fewer than in another year may be why a figure
          is less)
        - ``area_km2``, ``per_km2`` (`density`); missing without an outline
        - ``population``, ``per_1000`` (`per_1000`); only if a population was given
        - ``share_of_country``, ``share_of_parent`` (`share`), from 0 to 1
        - ``change``, ``change_percent`` (`change`, `change_percent`) on the year before; missing
          for longer periods, and after them
        - ``mean_per_year`` (`mean_per_year`), for all years together; missing where a period has
          no beginning or no end
        - ``rank`` (`rank`), 1 being the most, among the units of a level that are shown
    places
        The same, as far as ``area_km2``, for the units that rows were tied to, each with the rows
        tied to it and not to a unit inside it; level -1 holds the rows that were tied to no unit.
    breakdowns
        Individuals by country of return, reason, sex or age group, as far down as
        `breakdown_level`: ``level``, ``pcode``, ``name``, ``group``, ``year``, ``dimension``,
        ``category``, ``individuals`` (Int64), ``share`` (of those of the unit, group and year),
        ``suppressed``.
    coverage
        One row per level: ``level``, ``name`` (what its units are called), ``units``, ``assessed``,
        ``not_assessed``, ``share`` (assessed / units), ``area_share`` and ``population_share`` (of
        the area and of the population of its units, those in assessed ones; NaN where not known).
    population
        The people who live in the units; None where it was not given.
    matched
        One row per group and year: ``group``, ``year``, perhaps ``period``, ``matched_percent``
        (Int64; of the
        individuals, those in rows that are ``matched``; NA where it would narrow a suppressed
        count).
    sums_checked
        Number of sums that were found to hold: each group and year of the input is the sum of its
        rows of each status, each unit the sum of its parts.
    """

    match: MatchResult
    suppress_below: int
    years: tuple[int, ...]
    groups: tuple[str, ...]
    figures: pd.DataFrame
    places: pd.DataFrame
    breakdowns: pd.DataFrame
    coverage: pd.DataFrame
    longer: tuple[str, ...] = ()
    round_to: int = 0
    population: Population | None = None
    matched: pd.DataFrame = field(default_factory=pd.DataFrame)
    sums_checked: int = 0

    @property
    def boundaries(self) -> BoundarySet:
        """The units that the figures are for."""
        return self.match.boundaries

    @property
    def periods(self) -> tuple[int | str, ...]:
        """The years and the longer periods of the table, in order of time."""
        return tuple(sorted((*self.years, *self.longer), key=ends))

    @property
    def rule(self) -> str:
        """What is done about small counts, in a sentence for readers."""
        if self.round_to:
            each = "period" if self.longer else "year"
            return (
                f"Counts are rounded to multiples of {self.round_to}, so that they still add up; "
                f"none is further than {self.round_to} a {each} from the true one."
            )
        if self.suppress_below > 1:
            return (
                f"Counts from 1 to {self.suppress_below - 1}, and those that would reveal them, "
                "are suppressed."
            )
        return "No counts are suppressed."

    @property
    def doubts(self) -> tuple[str, ...]:
        """What is unlikely of the figures, in sentences; none where all is well."""
        if "per_1000" not in self.figures:
            return ()
        more = self.figures[self.figures["per_1000"].gt(1000).fillna(value=False)]
        names = list(dict.fromkeys(more["name"]))
        if not names:
            return ()
        some = ", ".join(names[:5]) + (" ..." if len(names) > 5 else "")
        said = f"In some units ({some}) more people are counted than live there"
        return (f"{said}: check the inhabitants and the counts.",)

    def select(
        self, group: str, year: int | str | None, level: int | None = None, *, places: bool = False
    ) -> pd.DataFrame:
        """Return the figures of a group, of one year or longer period, or of all together.

        Parameters
        ----------
        group
            Target population.
        year
            A year, or the words of a longer period; None: all years together.
        level
            One level; None: all.
        places
            Those of `places` in the stead of `figures`.
        """
        table = self.places if places else self.figures
        if self.longer:
            said = parse(year) if isinstance(year, str) else year
            when = table["period"].eq(ALL if year is None else str(said))
        elif year is None:
            when = table["year"].isna()
        else:
            when = table["year"].eq(year).fillna(value=False)
        chosen = table["group"].eq(group) & when
        return table[chosen if level is None else chosen & table["level"].eq(level)]

    def assessed(self, level: int) -> frozenset[str]:
        """Return the p-codes of the units of a level in which a location was assessed."""
        return self._nodes.assessed(level)

    def not_assessed(self, level: int) -> pd.DataFrame:
        """Return the units of a level in which no location was assessed.

        Returns
        -------
        units
            ``pcode``, ``name``, ``parent_pcode``, ``parent_name``, in the order of the boundaries.
        """
        units = self.boundaries.units[_named(self.boundaries, level)]
        units = units[~units["pcode"].isin(self.assessed(level))]
        return _with_parents(self.boundaries, units, level)

    def coverage_by_parent(self, level: int, parent_level: int = 1) -> pd.DataFrame:
        """Return how many units of a level were assessed, by the unit above that holds them.

        Parameters
        ----------
        level
            Level of the units counted.
        parent_level
            Level of the units by which they are counted.

        Returns
        -------
        coverage
            ``pcode``, ``name``, ``units``, ``assessed``, ``not_assessed``, ``share``.
        """
        named = _named(self.boundaries, level)
        above = self.boundaries.lineage.loc[named, parent_level]
        seen = self.boundaries.units.loc[named, "pcode"].isin(self.assessed(level))
        table = pd.DataFrame({"pcode": above, "assessed": seen.astype(int)})
        counts = table.groupby("pcode")["assessed"].agg(["size", "sum"])
        names = self.boundaries.at(parent_level)["name"]
        return pd.DataFrame(
            {
                "pcode": counts.index.astype("str"),
                "name": names.reindex(counts.index).fillna("").to_numpy(),
                "units": counts["size"].to_numpy(),
                "assessed": counts["sum"].to_numpy(),
                "not_assessed": (counts["size"] - counts["sum"]).to_numpy(),
                "share": (counts["sum"] / counts["size"]).to_numpy(),
            }
        )

    @cached_property
    def _nodes(self) -> Nodes:
        return Nodes.of(self.match)

    @frozen_property
    def provenance(self) -> pd.DataFrame:
        """The rows of the table that each unit and place adds up.

        Returns
        -------
        provenance
            ``of`` (``unit`` or ``place``), ``level``, ``pcode``, ``locations`` (number of rows),
            ``rows`` (their numbers in the file: ``2-4 9``); sorted like `figures`.
        """
        return _provenance(self._nodes, self.match.table.rows)


def assess(
    match: MatchResult,
    *,
    population: str | Path | Population | None = None,
    suppress_below: int = SUPPRESS_BELOW,
    round_to: int = 0,
    breakdown_level: int = BREAKDOWN_LEVEL,
) -> Assessment:
    """Count people by unit, year and population group.

    A row counts in the unit it was tied to and in every unit above it, whatever its status: a row
    that is ``partial`` counts in its district and not in any of the district's villages. Nothing
    is lost: the units of a level and the rows that could not be placed at it add up to the input.

    Parameters
    ----------
    match
        Rows tied to units.
    population
        The people who live in the units: what `read_population` returns or reads.
    suppress_below
        Smallest count that may be published; 0 or 1 publishes all.
    round_to
        Round counts to multiples of this in the stead of suppressing small ones; 0 does not. They
        still add up; households and breakdowns are then not given.
    breakdown_level
        The deepest level at which people are counted by sex, age, reason and the like; the deeper,
        the more of these counts are suppressed.

    Returns
    -------
    assessment
        Figures of units and places, breakdowns, and coverage.

    Raises
    ------
    InputError
        If a threshold is negative, or rounding leaves a count fewer values than it must.
    MtmgeoError
        If counts do not add up, which must not be.
    """
    _check_rule(suppress_below, round_to, breakdown_level)
    if isinstance(population, str | Path):
        population = read_population(population, match.boundaries)
    counts = match.table.observations()
    nodes = Nodes.of(match)
    series, checked = [], 0
    for group in counts["group"].unique():
        mine = counts[counts["group"] == group]
        series.append(Counts.of(mine, nodes, group))
        checked += check_sums(series[-1], mine, nodes, match)
        series[-1].protect(nodes, suppress_below, round_to, breakdown_level)
    table = _table(series, nodes, match.boundaries, population)
    periods = sorted({when for each in series for when in each.periods}, key=ends)
    return Assessment(
        match=match,
        suppress_below=suppress_below,
        round_to=round_to,
        population=population,
        years=tuple(sorted({when for when in periods if isinstance(when, int)})),
        longer=tuple(when for when in periods if isinstance(when, str)),
        groups=tuple(each.group for each in series),
        figures=_figures(table, population),
        places=_places(table),
        breakdowns=_breakdowns(series, nodes),
        coverage=_coverage(match.boundaries, nodes, population),
        matched=_matched(series, counts, match, max(round_to, suppress_below)),
        sums_checked=checked,
    )


def _check_rule(below: int, round_to: int, breakdown_level: int) -> None:
    for name, number in (("suppress_below", below), ("round_to", round_to)):
        if not 0 <= number <= _MOST:
            raise InputError(f"{name} is {number}: give 0 (none) or a number up to {_MOST:,}.")
    least = 2 * suppression.values_left(below) - 1 if below > 1 else 0
    if 0 < round_to < least:
        raise InputError(
            f"round_to is {round_to}: with suppress_below {below}, round to {least} or more, "
            "so that a small count stays unknown."
        )
    if breakdown_level not in range(DEEPEST + 1):
        raise InputError(f"breakdown_level is {breakdown_level}: give 0 to {DEEPEST}.")


# --- tables ---------------------------------------------------------------------------------


_COLUMNS: Final = {
    "level": "int64", "pcode": "str", "name": "str", "group": "str", "year": "Int64",
    "period": "str", "individuals": "Int64", "households": "Int64", "suppressed": "bool",
    "locations": "int64", "counted": "int64", "area_km2": "Float64",
}  # fmt: skip
_RATES: Final = {
    "per_km2": "Float64",
    "population": "Float64",
    **{each.column: "Int64" if each.whole else "Float64" for each in DERIVED},
    "rank": "Int64",
}
_PARTS: Final = {
    "level": "int64", "pcode": "str", "name": "str", "group": "str", "year": "Int64",
    "period": "str", "dimension": "str", "category": "str", "individuals": "Int64",
    "share": "Float64", "suppressed": "bool",
}  # fmt: skip


def _table(
    series: Sequence[Counts], nodes: Nodes, bounds: BoundarySet, population: Population | None
) -> pd.DataFrame:
    """Return what is published of units and places alike, with what it is compared to.

    The counts that a figure is compared to are published ones too: those of the country, of the
    unit above, and of the year before.
    """
    area = bounds.area_km2.to_numpy(dtype=float)
    number = np.bincount(nodes.place, minlength=len(nodes.tree.chain)).astype(np.int64)
    labels = {
        "is_place": nodes.is_place,
        "level": nodes.level,
        "pcode": nodes.pcode,
        "name": nodes.name,
        "locations": nodes.tree.add_up(number),
        "area_km2": np.where(nodes.unit >= 0, area[nodes.unit], np.nan),
        "population": _inhabitants(nodes, population),
    }
    parts = []
    for order, each in enumerate(series):
        node, column = np.nonzero(each.counted)
        people = _Shown(each.people, ~each.suppressed & (each.counted > 0))
        before = {when: at for at, when in enumerate(each.periods)}
        previous = np.array(
            [before.get(when - 1, -1) if isinstance(when, int) else -1 for when in each.columns]
        )
        beside = {
            "": (node, column),
            "_of_country": (nodes.country[node], column),
            "_of_parent": (nodes.parent[node], column),
            "_before": (node, previous[column]),
        }
        table = pd.DataFrame({name: values[node] for name, values in labels.items()})
        parts.append(
            table.assign(
                group=each.group,
                order=order,
                **_when(series, each, column),
                suppressed=each.suppressed[node, column],
                counted=each.places[node, column],
                **people.named("individuals", beside),
                years=_years_counted(each)[node],
            )
        )
        if each.homes is not None:
            # A zero is no secret.
            shown = (each.homes_counted > 0) & (~each.suppressed | (each.homes == 0))
            homes = _Shown(each.homes, shown).named("households", beside)
            parts[-1] = parts[-1].assign(**homes)
    if not parts:
        needed = [column for each in DERIVED for column in each.needs]
        columns = dict.fromkeys(["is_place", "first", *_COLUMNS, *needed])
        return pd.DataFrame(columns=[*columns]).drop(columns=["households", "period"])
    table = pd.concat(parts)
    return table.sort_values(["level", "pcode", "order", "first"], ignore_index=True)


def _when(series: Sequence[Counts], one: Counts, column: Ints) -> dict[str, Any]:
    """Return year, longer period if there is any, and order in time of columns of a group."""
    periods = sorted({when for each in series for when in each.periods}, key=ends)
    years = [when if isinstance(when, int) else None for when in one.columns]
    first = np.array([0 if when is None else periods.index(when) + 1 for when in one.columns])
    said = {"year": pd.array(years, dtype="Int64")[column], "first": first[column]}
    if any(isinstance(when, str) for when in periods):
        words = pd.array([ALL if when is None else str(when) for when in one.columns], dtype="str")
        said["period"] = words[column]
    return said


def _years_counted(one: Counts) -> npt.NDArray[np.float64]:
    """Return of how many years each node has counts; NaN where a period has an open end."""
    long = np.array([years_in(when) or np.nan for when in one.periods])
    counted = one.counted[:, : len(long)] > 0
    years: npt.NDArray[np.float64] = np.where(counted, long, 0.0).sum(axis=1)
    return years


class _Shown:
    """Counts by node and column, of which some are shown."""

    def __init__(self, counts: Ints, shown: Bools) -> None:
        self.counts, self.shown = counts, shown

    def at(self, nodes: Ints, columns: Ints) -> pd.arrays.IntegerArray:
        """Return counts; NA where they are not shown, or a node or column is -1."""
        hidden = (nodes < 0) | (columns < 0) | ~self.shown[nodes, columns]
        return pd.arrays.IntegerArray(self.counts[nodes, columns], hidden)

    def named(
        self, name: str, places: Mapping[str, tuple[Ints, Ints]]
    ) -> dict[str, pd.arrays.IntegerArray]:
        """Return counts at several places, by the name and what is added to it for each."""
        return {f"{name}{what}": self.at(*place) for what, place in places.items()}


def _inhabitants(nodes: Nodes, population: Population | None) -> npt.NDArray[np.float64]:
    if population is None:
        return np.full(nodes.tree.nodes, np.nan)
    table = population.people
    keys = zip(table["level"].tolist(), table["pcode"], strict=True)
    people = dict(
        zip(keys, table["population"].to_numpy(dtype=float, na_value=np.nan), strict=True)
    )
    units = zip(nodes.level.tolist(), nodes.pcode, strict=True)
    return np.array([people.get(unit, np.nan) for unit in units])


def _figures(table: pd.DataFrame, population: Population | None) -> pd.DataFrame:
    """Return the figures of units, with what follows from them."""
    table = table[~table["is_place"].astype(bool)].reset_index(drop=True)
    if population is None:
        table = table.drop(columns="population")
    for each in DERIVED:
        if each.formula and {*each.needs} <= {*table}:
            figures = each.formula(*(table[column] for column in each.needs))
            all_years = table["first"].eq(0)
            table[each.column] = figures.where(all_years) if each.years == "all" else figures
    unit, kind = table["level"] > 0, [table[key] for key in ("level", "group", "first")]
    people = table["individuals"].astype("Int64")
    table["rank"] = rates.rank(people.where(unit), kind).where(unit)
    return _typed(table, _COLUMNS | _RATES)


def _places(table: pd.DataFrame) -> pd.DataFrame:
    return _typed(table[table["is_place"].astype(bool)], _COLUMNS)


def _typed(table: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    """Return the columns that are there, in order, each of its type."""
    kinds = {name: kind for name, kind in columns.items() if name in table}
    typed: pd.DataFrame = table[list(kinds)].astype(kinds).reset_index(drop=True)
    return typed


def _breakdowns(series: Sequence[Counts], nodes: Nodes) -> pd.DataFrame:
    found = [pd.DataFrame(columns=[*_PARTS, "order", "first"])]
    for order, each in enumerate(series):
        for parts in each.parts:
            unit = ~nodes.is_place[parts.nodes][:, None]
            node, column = np.nonzero((each.counted[parts.nodes] > 0) & unit)
            size = len(parts.categories)
            code = np.tile(np.arange(size), len(node))
            node, column = np.repeat(node, size), np.repeat(column, size)
            ours = parts.nodes[node]
            hidden = parts.suppressed[node, column, code]
            people = pd.Series(pd.arrays.IntegerArray(parts.people[node, column, code], hidden))
            of = _Shown(each.people, ~each.suppressed).at(ours, column)
            table = pd.DataFrame(
                {
                    "level": nodes.level[ours],
                    "pcode": nodes.pcode[ours],
                    "name": nodes.name[ours],
                    "group": each.group,
                    "order": order,
                    **_when(series, each, column),
                    "dimension": parts.dimension,
                    "category": np.array(parts.categories, dtype=object)[code],
                    "individuals": people,
                    "share": rates.share(people, pd.Series(of)),
                    "suppressed": hidden,
                }
            )
            found.append(table)
    table = pd.concat(found[1:] or found)
    order_of = ["level", "pcode", "order", "first"]
    return _typed(table.sort_values(order_of, kind="stable"), _PARTS)


def _matched(
    series: Sequence[Counts], counts: pd.DataFrame, match: MatchResult, margin: int
) -> pd.DataFrame:
    """Return the percentage of individuals in matched rows, if it would not narrow any count.

    It is given where it stays the same with so many individuals more or less in these rows, and in
    the others.
    """
    sure = (match.frame["status"] == STATUSES[0]).to_numpy()[counts["row"].to_numpy()]
    periods, place = periods_of(counts)
    at: dict[int | str | None, int] = {None: -1, **{each: at for at, each in enumerate(periods)}}
    keys = ["group", pd.Series(place, index=counts.index, name="place")]
    parts = counts[sure].groupby(keys, observed=True)["individuals"].sum()
    few = (-margin, 0, margin)
    found = []
    for one in series:
        totals = one.by_place.sum(axis=0).tolist()
        mine = one.periods or one.columns
        matched = [int(parts.get((one.group, at[when]), 0)) for when in mine]
        if one.periods:
            totals, matched = [*totals, sum(totals)], [*matched, sum(matched)]
        each_year = zip(one.columns, totals, matched, strict=True)
        for column, (when, total, part) in enumerate(each_year):
            near = {
                round(100 * (part + more) / (total + more + rest))
                for more, rest in product(few, few)
                if total + more + rest > 0
            }
            known = len(near) == 1 and not one.suppressed[0, column]
            percent = near.pop() if known else None
            year = when if isinstance(when, int) else None
            found.append((one.group, year, ALL if when is None else str(when), percent))
    kinds = {"group": "str", "year": "Int64", "period": "str", "matched_percent": "Int64"}
    table = pd.DataFrame(found, columns=list(kinds)).astype(kinds)
    longer = any(isinstance(each, str) for each in periods)
    return table if longer else table.drop(columns="period")


def _provenance(nodes: Nodes, rows: Sequence[int]) -> pd.DataFrame:
    numbers = np.array(rows)
    order = np.lexsort((numbers, nodes.place))
    ends = np.searchsorted(nodes.place[order], np.arange(len(nodes.tree.chain) + 1))
    first, last = nodes.tree.run
    found = [
        (
            "place" if nodes.is_place[node] else "unit",
            int(nodes.level[node]),
            nodes.pcode[node],
            np.sort(numbers[order[ends[first[node]] : ends[last[node]]]]),
        )
        for node in range(nodes.tree.nodes)
    ]
    found.sort(key=lambda each: (each[0] == "place", each[1], each[2]))
    return pd.DataFrame(
        [(of, level, code, len(which), _ranges(which)) for of, level, code, which in found],
        columns=["of", "level", "pcode", "locations", "rows"],
    )


def _ranges(numbers: Ints) -> str:
    """Return ascending numbers in words, those that follow each other as ``2-4``."""
    breaks = np.flatnonzero(np.diff(numbers) > 1)
    first = numbers[np.r_[0, breaks + 1]].tolist()
    last = numbers[np.r_[breaks, len(numbers) - 1]].tolist()
    return " ".join(f"{a}-{b}" if a < b else str(a) for a, b in zip(first, last, strict=True))


# --- assessment coverage --------------------------------------------------------------------


def _named(bounds: BoundarySet, level: int) -> pd.Series:
    """Return which units are of a level and have a name; other ground can be no one's location."""
    named: pd.Series = bounds.units["level"].eq(level) & bounds.units["name"].ne("")
    return named


def _with_parents(bounds: BoundarySet, units: pd.DataFrame, level: int) -> pd.DataFrame:
    parents = [next(iter(bounds.names_up(level, code)[1:]), "") for code in units["pcode"]]
    return pd.DataFrame(
        {
            "pcode": units["pcode"].astype("str").to_numpy(),
            "name": units["name"].astype("str").to_numpy(),
            "parent_pcode": units["parent_pcode"].astype("str").to_numpy(),
            "parent_name": pd.array(parents, dtype="str"),
        }
    )


def _coverage(bounds: BoundarySet, nodes: Nodes, population: Population | None) -> pd.DataFrame:
    found = []
    for level in CODES:
        named = _named(bounds, level)
        if not named.any():
            continue
        codes = bounds.units.loc[named, "pcode"]
        seen = codes.isin(nodes.assessed(level)).to_numpy()
        km2 = bounds.area_km2[named]
        people = None if population is None else population.at(level).reindex(codes)
        found.append(
            (
                level,
                bounds.level_names[level],
                len(codes),
                int(seen.sum()),
                int((~seen).sum()),
                float(seen.mean()),
                _part(km2.to_numpy(dtype=float), seen),
                np.nan
                if people is None
                else _part(people.to_numpy(dtype=float, na_value=np.nan), seen),
            )
        )
    columns = [
        "level", "name", "units", "assessed", "not_assessed", "share", "area_share",
        "population_share",
    ]  # fmt: skip
    return pd.DataFrame(found, columns=columns)


def _part(sizes: npt.NDArray[np.float64], seen: Bools) -> float:
    """Return the part of a whole that was seen; NaN if the size of a unit is not known."""
    return float(sizes[seen].sum() / sizes.sum()) if sizes.sum() > 0 else np.nan
