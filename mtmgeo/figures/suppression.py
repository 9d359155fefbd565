"""Which counts to withhold, so that no small one can be worked out from those that are shown."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from mtmgeo.core.errors import MtmgeoError

Ints: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]
Bools: TypeAlias = npt.NDArray[np.bool_]


#: Of the ways to move people and households, the one that leaves people where they are.
_HOMES_ALONE: Final = 1


@dataclass(frozen=True, eq=False)
class Tree:
    """Places and the units that they lie in.

    Attributes
    ----------
    chain
        One row per place: its nodes from the root to the place itself, which comes last; -1 where
        it has no unit of a depth. Places are sorted so that those of a node follow each other.
    nodes
        Number of nodes, the places among them.
    """

    chain: Ints
    nodes: int

    @cached_property
    def run(self) -> tuple[Ints, Ints]:
        """The first place of each node, and the one after its last."""
        first, last = np.full(self.nodes, len(self.chain)), np.zeros(self.nodes, dtype=np.int64)
        place, depth = np.nonzero(self.chain >= 0)
        np.minimum.at(first, self.chain[place, depth], place)
        np.maximum.at(last, self.chain[place, depth], place + 1)
        return first, last

    @cached_property
    def depth(self) -> Ints:
        """The column of `chain` in which each node stands."""
        depth = np.zeros(self.nodes, dtype=np.int64)
        place, column = np.nonzero(self.chain >= 0)
        depth[self.chain[place, column]] = column
        return depth

    def add_up(self, counts: Ints) -> Ints:
        """Return the sums of counts by place (first axis) for every node."""
        sums = np.zeros((self.nodes, *counts.shape[1:]), dtype=np.int64)
        for column in self.chain.T:
            there = column >= 0
            np.add.at(sums, column[there], counts[there])
        return sums


def with_sum(counts: Ints, *, years: bool) -> Ints:
    """Return counts by node and year with the sum of the years as a last column."""
    return np.concatenate([counts, counts.sum(axis=1, keepdims=True)], axis=1) if years else counts


def values_left(below: int) -> int:
    """Return how many values an attacker must find possible for a suppressed count, at least."""
    return max(2, below - 1)


def protect(
    counts: Ints,
    tree: Tree,
    below: int,
    *,
    years: bool,
    households: Ints | None = None,
    breakdowns: Sequence[Ints] = (),
) -> Bools:
    """Return which counts of people to suppress.

    Suppressed are the counts from 1 to `below` - 1, and others with them: for each suppressed count
    there is a way to change suppressed counts alone, so that every sum still holds and no shown
    count changes, by which it takes `values_left` values. Whoever knows all shown counts, all sums,
    and that no suppressed count is 0 cannot tell these apart.

    Parameters
    ----------
    counts
        Individuals by place and year.
    tree
        The units that the places lie in.
    below
        Smallest count that may be shown.
    years
        Whether a sum over the years is shown too.
    households
        Households by place and year; what is suppressed of the one is of the other.
    breakdowns
        For each dimension of which parts are shown: individuals by place, year and category.

    Returns
    -------
    suppressed
        By node and year, the sum of the years last.
    """
    measures = [counts] if households is None else [counts, households]
    values = np.stack([with_sum(tree.add_up(each), years=years) for each in measures])[..., None]
    hidden: Bools = np.any((values > 0) & (values < below), axis=0)
    search = _Search(tree, values, hidden, below, years=years, breakdowns=breakdowns)
    return search.run()[..., 0]


def protect_breakdown(
    counts: Ints, tree: Tree, below: int, suppressed: Bools, *, years: bool
) -> Bools:
    """Return which counts of people by category to suppress.

    All categories of a suppressed count are suppressed, its zeros too, and those that are not zero
    keep two values at least; that a count is zero is no secret.
    The others are treated as by `protect`: people are exchanged between categories, so that the
    sums over the categories stay. Where that is not enough, no unit inside a larger one has its
    categories shown.

    Parameters
    ----------
    counts
        Individuals by place, year and category.
    tree, below
        As for `protect`.
    suppressed
        What `protect` returned for the sums over the categories.
    years
        As for `protect`.

    Returns
    -------
    suppressed
        By node, year and category, the sum of the years last.
    """
    values = with_sum(tree.add_up(counts), years=years)[None]
    hidden = ((values[0] > 0) & (values[0] < below)) | suppressed[..., None]
    return _Search(tree, values, hidden, below, years=years, whole=suppressed).run()


def rounded(counts: Ints, base: int) -> Ints:
    """Return counts rounded to multiples of a base, so that their sums are rounded too.

    What is rounded are the sums from the first place on, year by year; counts are the differences.
    Places follow each other as in `Tree`, so that the count of a unit of any level is a difference
    of two such sums, less than `base` from the true one. Each of the sums may have been any number
    that rounds to the same, so that a count keeps half of `base` values at least.

    Parameters
    ----------
    counts
        Individuals by place and year.
    base
        What to round to multiples of.

    Returns
    -------
    rounded
        The same shape.
    """
    sums = (counts.cumsum(axis=0) + base // 2) // base * base
    return np.diff(sums, axis=0, prepend=0)


class _Target(NamedTuple):
    """A suppressed count that must stay open."""

    node: int
    column: int
    category: int


class _Start(NamedTuple):
    """What moves of a target start from: a place in it, and what lies inside a unit around both."""

    place: int
    own: Ints  # the nodes of the place
    partners: Ints | None  # the other places; None: people come from nowhere, and all units change
    depth: int  # of the unit
    year: int


class _Move(NamedTuple):
    """An exchange of people between places, years and categories."""

    cost: float
    nodes: Ints
    columns: Ints
    categories: Ints
    left: Floats  # values that its counts can take, by measure


class _Side(NamedTuple):
    """What one place gives to moves: their cost, and how far it lets them go both ways."""

    cost: Floats
    more: Floats
    less: Floats


class _Search:
    """The search for moves that keep every suppressed count open, each the cheapest at its turn.

    Arrays are by node, column and category, or by measure first. A last node stands for none.
    """

    def __init__(
        self,
        tree: Tree,
        values: Ints,
        hidden: Bools,
        below: int,
        *,
        years: bool,
        whole: Bools | None = None,
        breakdowns: Sequence[Ints] = (),
    ) -> None:
        self.tree, self.values, self.hidden, self.whole = tree, values, hidden, whole
        self.breakdowns = breakdowns
        self.years = np.arange(hidden.shape[1] - years)
        self.sum = [hidden.shape[1] - 1] if years else []
        self.covered = values == 0
        self.needed = np.full(hidden.shape[:2], values_left(below))
        first, last = tree.run
        weight = 1 + np.log2(1.0 + last - first)[:, None, None]
        price = weight + values[0] / (1.0 + values[0].max(initial=0))
        price[values[0] == 0] = np.inf  # what is shown to be zero stays so
        price[hidden] = 0
        least = 1 if whole is None else np.where(whole, 0, 1)[..., None]
        down = np.maximum(values - least, 0).astype(float)
        up = np.full(down.shape, np.inf)
        if len(values) == 2:
            # A household has a member: people move without their households, households without
            # people as far as there are others, or both together where there are any.
            rest = np.maximum(values[0] - values[1], 0)
            none = np.where(values[1] > 0, np.inf, -np.inf)
            down = np.stack([np.minimum(down[0], rest), down[1], *np.minimum(down, none)])
            up = np.stack([up[0], np.where(values[1] > 0, rest, 0), none, none])
        if whole is not None:
            self.needed[whole] = 2
            # People may also come and go where the sums over the categories are suppressed.
            self.shut = _with_none(np.where(whole, 0.0, np.inf))
            self.spare = _with_none(np.maximum(values[0].sum(axis=-1) - 1.0, 0), np.inf)
        self.price = _with_none(price)
        self.down = np.stack([_with_none(each, np.inf) for each in down])
        self.up = np.stack([_with_none(each, np.inf) for each in up])

    def run(self) -> Bools:
        """Suppress what leaves every suppressed count open; return all that is suppressed."""
        while targets := self._targets():
            before = int(self.covered.sum())
            for target in targets:
                wanted = ~self.covered[(slice(None), *target)]
                if wanted.any():
                    best = self._best(target, wanted)
                    if best is not None:
                        self._apply(best)
                    elif self.whole is not None:
                        self._withhold(target)
            if int(self.covered.sum()) == before:
                raise MtmgeoError("A suppressed count cannot be protected: please report this.")
        return self.hidden

    def _targets(self) -> list[_Target]:
        """Return the suppressed counts that no move covers, sums of years and small ones first."""
        found = np.argwhere(self.hidden & ~self.covered.all(axis=0))
        node, column, _ = found.T
        size = self.values[0][tuple(found.T)]
        order = np.lexsort((node, size, ~np.isin(column, self.sum)))
        return [_Target(*map(int, each)) for each in found[order]]

    def _apply(self, move: _Move) -> None:
        at = np.ix_(move.nodes, move.columns, move.categories)
        self.hidden[at], self.price[at] = True, 0
        enough = move.left[:, None, None] >= self.needed[np.ix_(move.nodes, move.columns)]
        for covered, each in zip(self.covered, enough, strict=True):
            covered[at] |= each[..., None]

    def _best(self, target: _Target, wanted: Bools) -> _Move | None:
        """Return the cheapest move that leaves a target open, in the measures that are wanted."""
        best: _Move | None = None
        for start in self._starts(target, int(np.flatnonzero(wanted)[-1])):
            for pair, swap in itertools.product((False, True), repeat=2):
                limit = best.cost if best else np.inf
                best = self._cheapest(target, wanted, start, limit, pair=pair, swap=swap) or best
        return best

    def _starts(self, target: _Target, measure: int) -> Iterator[_Start]:
        """Yield starts from the smallest unit around a target to the largest, and beyond all.

        All are in the place that has most of a measure.
        """
        node, column, category = target
        first, last = self.tree.run
        inside = self.values[measure][:, :, category]
        places = self.tree.chain[first[node] : last[node], -1]
        place = int(first[node] + inside[places, column].argmax())
        chain = self.tree.chain[place]
        years = np.array([column])
        if column in self.sum:
            years = self.years[inside[chain[-1], self.years] > 0]
        for depth in range(int(self.tree.depth[node]) - 1, -2, -1):
            own = chain[depth + 1 :]
            own, partners = own[own >= 0], None
            if depth >= 0:
                outer, inner = chain[depth], own[0]
                if outer < 0:
                    continue
                partners = np.r_[first[outer] : first[inner], last[inner] : last[outer]]
                if not len(partners):
                    continue
            for year in years:
                yield _Start(place, own, partners, depth, int(year))

    def _cheapest(
        self,
        target: _Target,
        wanted: Bools,
        start: _Start,
        limit: float,
        *,
        pair: bool,
        swap: bool,
    ) -> _Move | None:
        """Return the cheapest move from a start, if it costs less than a limit.

        It is between years if they are a `pair`, and between categories if they `swap`.
        """
        place, own, partners, depth, year = start
        others = np.delete(np.arange(self.hidden.shape[2]), target.category) if swap else None
        later = np.delete(self.years, year) if pair else None
        no_years = later is not None and (not len(later) or target.column in self.sum)
        no_categories = others is not None and not len(others)
        if no_years or no_categories or (self.whole is not None and pair and not swap):
            return None
        side = self._side(own[None], year, later, target.category, others)
        cost, more, less = side.cost[0], side.more[:, 0], side.less[:, 0]
        if cost.min() >= limit:
            return None
        below = np.empty((0, 0), dtype=np.int64)
        if partners is not None:
            below = self.tree.chain[partners, depth + 1 :]
            there = self._side(below, year, later, target.category, others)
            cost = cost + there.cost
            more = np.minimum(more[:, None], there.less)
            less = np.minimum(less[:, None], there.more)
            if later is not None and self.breakdowns:
                roof, floor = self._caps(place, partners, year, later)
                people = [way for way in range(len(more)) if way != _HOMES_ALONE]
                more[people] = np.minimum(more[people], roof)
                less[people] = np.minimum(less[people], floor)
        elif not pair and not swap:
            some = self.values[:, own[-1], year, target.category] > 0
            more[: len(some)][some] = np.inf
        ways = more + less + 1
        measures = len(self.values)  # whose ways take turns
        left = np.stack([ways[measure::measures].max(axis=0) for measure in range(measures)])
        enough = left[wanted] >= self.needed[target.node, target.column]
        cost = np.where(enough.all(axis=0), cost, np.inf)
        at = tuple(map(int, np.unravel_index(int(cost.argmin()), cost.shape)))
        if cost[at] >= limit:
            return None
        index = list(at)
        nodes = own
        if partners is not None:
            chain = below[index.pop(0)]
            nodes = np.concatenate([own, chain[chain >= 0]])
        columns = [year, *self.sum] if later is None else [year, int(later[index.pop(0)])]
        categories = [target.category, *([] if others is None else [int(others[index.pop(0)])])]
        return _Move(
            cost=float(cost[at]),
            nodes=nodes,
            columns=np.array(columns),
            categories=np.array(categories),
            left=left.reshape(len(left), -1)[:, int(np.ravel_multi_index(at, cost.shape))],
        )

    def _side(
        self, nodes: Ints, year: int, later: Ints | None, category: int, others: Ints | None
    ) -> _Side:
        """Return what rows of nodes give to moves: by row, by later year, by other category."""
        price = self.price[nodes].sum(axis=1)
        down, up = self.down[:, nodes].min(axis=2), self.up[:, nodes].min(axis=2)
        if self.whole is not None and others is None:
            price = price + self.shut[nodes].sum(axis=1)[..., None]
            down = np.minimum(down, self.spare[nodes].min(axis=1)[..., None])
        if later is None:
            columns = [year, *self.sum]
            price = price[:, columns].sum(axis=1)
            down, up = down[:, :, columns].min(axis=2), up[:, :, columns].min(axis=2)
            gain = _Side(price, up, down)
        else:
            gain = _Side(
                price[:, [year]] + price[:, later],
                np.minimum(up[:, :, [year]], down[:, :, later]),
                np.minimum(down[:, :, [year]], up[:, :, later]),
            )
        one = _Side(*(each[..., category] for each in gain))
        if others is None:
            return one
        return _Side(
            one.cost[..., None] + gain.cost[..., others],
            np.minimum(one.more[..., None], gain.less[..., others]),
            np.minimum(one.less[..., None], gain.more[..., others]),
        )

    def _caps(self, place: int, partners: Ints, year: int, later: Ints) -> tuple[Floats, Floats]:
        """Return how far people of the same category can be exchanged between years and places."""
        roof = floor = np.full((len(partners), len(later)), np.inf)
        for parts in self.breakdowns:
            mine, theirs = parts[place], parts[partners]
            more = np.minimum(mine[later], theirs[:, [year]]).sum(axis=-1)
            less = np.minimum(mine[[year]], theirs[:, later]).sum(axis=-1)
            roof, floor = np.minimum(roof, more), np.minimum(floor, less)
        return roof, floor

    def _withhold(self, target: _Target) -> None:
        """Suppress all categories of all units inside one that holds the target, or of all.

        People can then be exchanged with all others inside it at once.
        """
        first, last = self.tree.run
        chain = self.tree.chain[first[target.node]]
        values = self.values[0]
        for depth in range(int(self.tree.depth[target.node]) - 1, -2, -1):
            if depth >= 0 and chain[depth] < 0:
                continue
            run = slice(first[chain[depth]], last[chain[depth]]) if depth >= 0 else slice(None)
            inside = np.unique(self.tree.chain[run, depth + 1 :])
            inside = inside[inside >= 0]
            self.hidden[inside], self.price[inside] = True, 0
            self.down[0][inside] = values[inside]
            mine = values[inside]
            more, less = mine.sum(axis=-1, keepdims=True) - mine, mine
            if depth >= 0:
                rest = values[chain[depth]] - mine
                more = np.minimum(more, rest)
                less = np.minimum(less, rest.sum(axis=-1, keepdims=True) - rest)
            left = (more + less).astype(float)
            if self.sum:  # what the years allow, each by itself
                left[:, -1] = left[:, :-1].sum(axis=1)
            if depth < 0 and self.whole is not None:  # nothing at all is known
                left[self.whole[inside]] = np.inf
            self.covered[0][inside] |= left + 1 >= self.needed[inside][..., None]
            if self.covered[(0, *target)]:
                return


def _with_none(values: npt.NDArray[np.generic], none: float = 0.0) -> Floats:
    """Return values with those of no node, at -1."""
    return np.concatenate([values.astype(float), np.full((1, *values.shape[1:]), none)])
