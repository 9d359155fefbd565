"""Counts of people by unit, place, year and category, before and after small ones are hidden."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from mtmgeo.boundaries.boundary_set import DEEPEST, BoundarySet
from mtmgeo.core.errors import MtmgeoError
from mtmgeo.figures import suppression
from mtmgeo.figures.suppression import Bools, Ints, Tree
from mtmgeo.matching.result import STATUSES, MatchResult
from mtmgeo.tables.columns.periods import When, ends, parse
from mtmgeo.tables.table import DIMENSIONS

#: The level of the input as a whole, above the country.
INPUT: Final = -1
_LEVELS: Final = range(INPUT, DEEPEST + 1)
#: What rows are called that are of no unit: by whether they stand for a place, and by level.
_NAMELESS: Final = {
    (False, True): "(all rows)",
    (False, False): "(all units)",
    (True, True): "(not placed)",
    (True, False): "(no country)",
}


@dataclass(frozen=True, eq=False)
class Nodes:
    """The places that rows of a table were tied to, and the units that hold them.

    A node is a unit, or a place: the rows tied to a unit and to none inside it.
    """

    tree: Tree
    place: Ints  # of each row, in the tree
    level: Ints  # of each node
    pcode: npt.NDArray[np.object_]
    is_place: Bools
    unit: Ints  # of each node, in the boundaries; -1: none
    name: npt.NDArray[np.object_]

    @classmethod
    def of(cls, match: MatchResult) -> Nodes:
        """Return the places of the rows of a result."""
        bounds, frame = match.boundaries, match.frame
        level = frame["level"].fillna(INPUT).to_numpy(dtype=np.int64)
        code, codes = pd.factorize(frame["pcode"])
        key, keys = pd.factorize(code * len(_LEVELS) + level - INPUT)
        first = np.full(len(keys), len(frame))
        np.minimum.at(first, key, np.arange(len(frame)))
        units = [
            bounds.position[int(level[row]), codes[code[row]]] if code[row] >= 0 else -1
            for row in first
        ]
        chains = _chains(bounds, units)
        order = sorted(range(len(chains)), key=lambda i: _sortable(chains[i]))
        found: dict[tuple[bool, int, str], int] = {}
        chain = np.full((len(chains), len(_LEVELS) + 1), -1)
        for at, i in enumerate(order):
            held = [(depth, code) for depth, code in enumerate(chains[i]) if code is not None]
            for depth, code_ in held:
                chain[at, depth] = found.setdefault((False, depth + INPUT, code_), len(found))
            chain[at, -1] = found.setdefault((True, held[-1][0] + INPUT, held[-1][1]), len(found))
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        unit = np.array([bounds.position.get(key[1:], -1) for key in found], dtype=np.int64)
        names = bounds.units["name"].to_numpy(dtype=object)
        nameless = [_NAMELESS[is_place, level == INPUT] for is_place, level, _ in found]
        return cls(
            tree=Tree(chain, len(found)),
            place=place[key],
            level=np.array([level for _, level, _ in found], dtype=np.int64),
            pcode=np.array([code for *_, code in found], dtype=object),
            is_place=np.array([is_place for is_place, *_ in found], dtype=bool),
            unit=unit,
            name=np.where(unit >= 0, names[unit], np.array(nameless, dtype=object)),
        )

    def assessed(self, level: int) -> frozenset[str]:
        """Return the p-codes of the units of a level in which a location was assessed."""
        return frozenset(self.pcode[(self.level == level) & ~self.is_place]) - {""}

    @cached_property
    def parent(self) -> Ints:
        """The node just above each; -1 above the input as a whole."""
        parent = np.full(self.tree.nodes, -1)
        for chain in self.tree.chain:
            nodes = chain[chain >= 0]
            parent[nodes[1:]] = nodes[:-1]
        return parent

    @cached_property
    def country(self) -> Ints:
        """The country that each node lies in; -1: none."""
        country = np.full(self.tree.nodes, -1)
        for column in self.tree.chain.T[1:]:
            there = column >= 0
            country[column[there]] = self.tree.chain[there, 1]
        return country

    def cut(self, level: int) -> tuple[Tree, Ints, Ints]:
        """Return the tree down to a level, its nodes, and the place in it of each of our places."""
        chain = self.tree.chain.copy()
        deep = (chain >= 0) & (np.append(_LEVELS, INPUT) >= level)
        for at in np.flatnonzero(deep.any(axis=1)):
            first = int(deep[at].argmax())
            chain[at, -1] = chain[at, first]
            chain[at, first:-1] = -1
        _, first_of, place = np.unique(chain[:, -1], return_index=True, return_inverse=True)
        order = np.argsort(first_of, kind="stable")
        chain, place = chain[first_of[order]], np.argsort(order)[place]
        nodes = np.unique(chain[chain >= 0])
        chain = np.where(chain >= 0, np.searchsorted(nodes, chain), -1)
        return Tree(chain, len(nodes)), nodes, place


def _chains(bounds: BoundarySet, units: Sequence[int]) -> list[list[str | None]]:
    """Return the p-codes of levels -1 (the input as a whole) to 4 that hold each unit."""
    countries = bounds.at(0)["pcode"].tolist()
    alone = countries[0] if len(countries) == 1 else ""
    lineage = bounds.lineage.iloc[[unit for unit in units if unit >= 0], : DEEPEST + 1]
    above = iter(lineage.to_numpy(dtype=object).tolist())
    nowhere: list[str | None] = [None] * (DEEPEST + 1)
    found = [next(above) if unit >= 0 else None for unit in units]
    return [["", *([each[0] or alone, *each[1:]] if each else nowhere)] for each in found]


def _sortable(chain: Sequence[str | None]) -> list[tuple[bool, str]]:
    return [(code is not None, code or "") for code in chain]


def periods_of(counts: pd.DataFrame) -> tuple[list[When], Ints]:
    """Return the periods of observations in order, and which each is of; -1 where none is said."""
    code, said = pd.factorize(counts["period"] if "period" in counts else counts["year"])
    found = [parse(each) or each if isinstance(each, str) else int(each) for each in said]
    order = sorted(range(len(found)), key=lambda at: ends(found[at]))
    place = np.append(np.argsort(order), -1)
    return [found[at] for at in order], place[code].astype(np.int64)


class _ByPlace(NamedTuple):
    """The counts of a group by place, period and category."""

    categories: list[str]
    people: Ints
    rows: Ints  # observations that each adds up

    @property
    def one_a_place(self) -> bool:
        """Whether most places are counted under one category alone, as by a main reason."""
        categories = (self.rows > 0).sum(axis=-1)
        return bool(2 * (categories == 1).sum() > (categories > 0).sum())


@dataclass(eq=False)
class Counts:
    """The counts of one group by node and period, and which of them are not shown.

    The periods' sum stands in a last column; a group without periods has that column alone.
    """

    group: str
    periods: list[When]
    people: Ints
    counted: Ints  # observations that each adds up
    places: Ints  # places that they are of
    homes: Ints | None  # households
    homes_counted: Ints
    suppressed: Bools
    by_place: Ints
    homes_by_place: Ints | None
    parts_by_place: dict[str, _ByPlace]
    parts: list[Parts]

    @classmethod
    def of(cls, counts: pd.DataFrame, nodes: Nodes, group: str) -> Counts:
        """Return the counts of a group's observations."""
        periods, when = periods_of(counts)
        if periods and (when < 0).any():
            raise MtmgeoError(
                f"Some counts of {group!r} have a year, some none: please report this."
            )
        when, years = when.clip(0), bool(periods)
        place = nodes.place[counts["row"].to_numpy()]
        people = counts["individuals"].to_numpy(dtype=np.int64)
        shape = (len(nodes.tree.chain), max(1, len(periods)))

        def add(numbers: Ints | Bools, *more: Ints, size: tuple[int, ...] = ()) -> Ints:
            sums = np.zeros((*shape, *size), dtype=np.int64)
            np.add.at(sums, (place, when, *more), numbers.astype(np.int64))
            return sums

        def all_nodes(sums: Ints) -> Ints:
            return suppression.with_sum(nodes.tree.add_up(sums), years=years)

        by_place, counted = add(people), add(np.ones(len(people), dtype=bool))
        homes, homes_counted = None, np.zeros(0, dtype=np.int64)
        if "households" in counts and counts["households"].notna().any():
            homes = add(counts["households"].fillna(0).to_numpy(dtype=np.int64))
            homes_counted = all_nodes(add(counts["households"].notna().to_numpy()))
        parts = {}
        for dimension in [name for name in DIMENSIONS if name in counts]:
            code, categories = pd.factorize(counts[dimension].astype(object), sort=True)
            size = (len(categories),)
            rows = add(np.ones(len(people), dtype=bool), code, size=size)
            parts[dimension] = _ByPlace([*map(str, categories)], add(people, code, size=size), rows)
        return cls(
            group=group,
            periods=periods,
            people=all_nodes(by_place),
            counted=all_nodes(counted),
            places=nodes.tree.add_up(suppression.with_sum(counted, years=years).clip(max=1)),
            homes=None if homes is None else all_nodes(homes),
            homes_counted=homes_counted,
            suppressed=np.zeros((nodes.tree.nodes, len(periods) + 1), dtype=bool),
            by_place=by_place,
            homes_by_place=homes,
            parts_by_place=parts,
            parts=[],
        )

    def protect(self, nodes: Nodes, below: int, round_to: int, level: int) -> None:
        """Decide what is not shown, or round; breakdowns go down to a level."""
        years = bool(self.periods)
        if round_to:
            rounded = suppression.rounded(self.by_place, round_to)
            self.people = suppression.with_sum(nodes.tree.add_up(rounded), years=years)
            self.homes = None
            return
        self.suppressed = suppression.protect(
            self.by_place,
            nodes.tree,
            below,
            years=years,
            households=self.homes_by_place,
            breakdowns=[each.people for each in self.parts_by_place.values()],
        )
        within = nodes.tree.add_up(self.suppressed[nodes.tree.chain[:, -1]].astype(np.int64)) > 0
        tree, kept, place = nodes.cut(level)
        for dimension, each in self.parts_by_place.items():
            sums = np.zeros((len(tree.chain), *each.people.shape[1:]), dtype=np.int64)
            np.add.at(sums, place, each.people)
            hidden = suppression.protect_breakdown(
                sums, tree, below, self.suppressed[kept], years=years
            )
            if each.one_a_place:
                # Who knows that a place has one category finds its count among those by category.
                hidden |= within[kept][..., None]
            people = suppression.with_sum(tree.add_up(sums), years=years)
            self.parts.append(Parts(dimension, each.categories, kept, people, hidden))

    @property
    def columns(self) -> list[When | None]:
        """The periods, and None for all of them together."""
        return [*self.periods, None]


class Parts(NamedTuple):
    """The counts of a group by node, period and category."""

    dimension: str
    categories: list[str]
    nodes: Ints
    people: Ints
    suppressed: Bools


def check_sums(series: Counts, counts: pd.DataFrame, nodes: Nodes, match: MatchResult) -> int:
    """Check that all people who came in are counted, and every unit is the sum of its parts.

    In each period, the individuals in rows that are matched, partial, ambiguous and unmatched add
    up to those of the input as a whole; those of a unit, to those of the units and the place just
    inside it.

    Returns
    -------
    checked
        Number of sums that were checked.

    Raises
    ------
    MtmgeoError
        If one does not hold.
    """
    _, when = periods_of(counts)
    people = counts["individuals"].astype("int64")
    status = match.frame["status"].to_numpy(dtype=object)[counts["row"].to_numpy()]
    came = people.groupby([when, status], dropna=False).sum()
    came = came[came.index.get_level_values(1).isin(STATUSES)].groupby(level=0).sum()
    root = int(nodes.tree.chain[0, 0])
    parts = np.zeros_like(series.people)
    inner = nodes.parent >= 0
    np.add.at(parts, nodes.parent[inner], series.people[inner])
    whole = ~nodes.is_place
    if (
        came.tolist() != series.people[root, : len(came)].tolist()
        or (parts[whole] != series.people[whole]).any()
    ):
        raise MtmgeoError(f"The counts of {series.group!r} do not add up: please report this.")
    return len(came) + int((series.counted[whole] > 0).sum())
