"""Weigh the names of a row together: which unit is meant, and how sure that is.

Each unit that the deepest name of a row may mean is weighed by how well its spelling explains the
name and by how well the units above it explain the other names; that none of them is meant weighs
too. What comes out are probabilities.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from mtmgeo.matching.linkage.candidates import Lookup, Query
from mtmgeo.matching.linkage.evidence import FORM, NAME, Bools, Floats, Hits
from mtmgeo.matching.linkage.hashing import Ints, distinct, expand, find, firsts

#: The columns of names, and the level that each names; a location may be at any of 1 to 4.
ADM1, ADM2, ADM3, LOCATION = range(4)


@dataclass(frozen=True)
class RowWeights:
    """What goes into a row's decision, in nats; estimated by ``benchmarks/matching/fit.py``.

    Set by hand: ``wrong``, ``astray``, ``outdone``, ``seat``, ``kin``, ``adjective`` and ``said``.
    """

    nothing: float = -10.38  # no unit is meant
    within: float = 0.56  # what no unit gains of what a name above gives the units inside it
    unheard: float = -1.63  # a parent's name names no unit
    wrong: float = -3.80  # a parent's name names another unit
    astray: float = -4.0  # all names above, two or more, mean other units
    outdone: float = -0.8  # another name is spelt just so
    moved: float = -0.50  # names stand in other columns than their own
    higher: float = -3.04  # a location is a unit of admin 2 or 1
    deeper: float = -6.52  # an admin 1, 2 or 3 column names a unit of the next level
    seat: float = 1.7  # a village in an aiyl aimak of its own name
    kin: float = 2.0  # a unit rather than one inside it that the name fits as well
    adjective: float = 4.0  # an adjective is an aiyl aimak rather than its village
    said: float = 8.0  # a type word says which of the two


WEIGHTS = RowWeights()

_Candidates: TypeAlias = tuple[Ints, Ints, Floats, Ints, Ints, Ints, Ints]

_FEWEST: Final = 1000  # places that there are at least to be named, whatever the reference lists
_AGAINST: Final = -1.0  # nats below which a name above means another unit
_MOVES: Final = (
    (1, 0, 2, 3), (0, 3, 2, 1), (3, 1, 2, 0), (1, 3, 2, 0), (3, 0, 2, 1), (0, 2, 1, 3),
    (0, 1, 3, 2), (-1, 0, 2, 1), (1, 3, 2, -1),
)  # fmt: skip
OWN_COLUMNS: Final = -1
# Nats of what is certain, and of what cannot be.
_CERTAIN: Final = 40.0
_NEVER: Final = -200.0

#: Probability that a name above means any unit, from which on it counts as known.
HEARD: Final = 0.5


@dataclass(frozen=True)
class Ranking:
    """The units that rows may mean, best first within each row.

    Attributes
    ----------
    row, unit
        Position of the row among those ranked, and of the unit.
    share
        Probability that the unit is meant.
    hit
        Position in the hits, for how the name was read.
    wrong, unheard
        Bits of the columns whose names name other units, or none.
    move
        Which move of names between columns it takes; ``OWN_COLUMNS`` if none.
    start
        Where each row begins, and at last the end.
    nothing
        For each row, the probability that no unit is meant.
    """

    row: Ints
    unit: Ints
    share: Floats
    hit: Ints
    wrong: Ints
    unheard: Ints
    move: Ints
    start: Ints
    nothing: Floats

    def best(self) -> tuple[Bools, Ints]:
        """Return which rows may mean anything, and where the best unit of each of these is."""
        filled = self.start[1:] > self.start[:-1]
        return filled, self.start[:-1][filled]


def deepest(rows: Ints) -> Ints:
    """Return the last column of each row that holds a name; -1 where none does."""
    found: Ints = np.where(rows >= 0, np.arange(4)[None, :], -1).max(axis=1)
    return found


def crowd(lookup: Lookup) -> float:
    """Return what speaks against any one unit, since there are so many, in nats."""
    return float(np.log(max(lookup.size, _FEWEST)))


def fits(lookup: Lookup, query: Query, names: Ints, units: Ints) -> Bools:
    """Tell which names may well be those of the units beside them, which are to be expected.

    They are weighed as names of the only unit inside a parent that is known for sure.
    """
    pair = names * lookup.size + units
    code = distinct(pair)
    hits = query.among(code // lookup.size, code % lookup.size)
    at, found = find(pair, hits.name * lookup.size + hits.unit)
    odds = np.where(found, np.append(hits.odds, 0.0)[at], -np.inf)
    ground = np.log(lookup.number[lookup.level[units]])
    fitting: Bools = odds + ground > WEIGHTS.nothing + crowd(lookup) + WEIGHTS.within * ground
    return fitting


class Scales:
    """Weighs rows of names, given as positions in the names looked up, or -1.

    Parameters
    ----------
    lookup, query, names
        The units, the names looked up, and how many they are.
    hits
        What the names may mean.
    certain
        The units that the last of the names mean in any case, -1 where none: a row with one of
        these above its deepest name means a unit inside it, or nothing.
    """

    def __init__(
        self, lookup: Lookup, query: Query, names: int, hits: Hits, certain: Sequence[int] = ()
    ) -> None:
        self._lookup = lookup
        self._query = query
        self.size = names
        self._first_certain = names - len(certain)
        unit = np.array(certain, dtype=np.int64)
        name = self._first_certain + np.flatnonzero(unit >= 0)
        none = np.zeros(len(name), dtype=np.int64)
        self._certain = Hits(name, unit[unit >= 0], np.full(len(name), _CERTAIN), none, none)
        self.use(hits)

    def use(self, hits: Hits) -> None:
        """Take what the names may mean from `hits`."""
        self.hits = hits = hits.merged(self._certain) if len(self._certain.name) else hits
        self._starts = np.searchsorted(hits.name, np.arange(self.size + 1))
        self._beliefs: dict[int, tuple[Ints, Floats, Floats]] = {}

    def _believed(self, level: int) -> tuple[Ints, Floats, Floats]:
        if level not in self._beliefs:
            self._beliefs[level] = self._believe(level)
        return self._beliefs[level]

    def _believe(self, level: int) -> tuple[Ints, Floats, Floats]:
        """Return codes of name and unit at a level, their probabilities, and those of any."""
        lookup, hits = self._lookup, self.hits
        here = lookup.level[hits.unit] == level
        name, unit = hits.name[here], hits.unit[here]
        score = np.exp(np.clip(hits.odds[here] - self._emptiness, -50, 50))
        summed = np.bincount(name, score, minlength=self.size)
        known = np.append(summed / (1 + summed), 0.0)  # the last stands for a blank
        return name * lookup.size + unit, score / (1 + summed[name]), known

    def belief(self, level: int, name: Ints, unit: Ints) -> Floats:
        """Return the probability that each name, seen alone, means the unit beside it."""
        codes, shares, _ = self._believed(level)
        at, found = find(name * self._lookup.size + unit, codes)
        return np.where(found & (name >= 0) & (unit >= 0), np.append(shares, 0.0)[at], 0.0)

    def meaning(self, level: int, names: Ints, least: float) -> tuple[Ints, Ints]:
        """Return which of some names may mean units of a level, so probably, and which units."""
        here = self._lookup.level[self.hits.unit] == level
        said, meant = self.hits.name[here], self.hits.unit[here]
        likely = self.belief(level, said, meant) > least
        said, meant = said[likely], meant[likely]
        start = np.searchsorted(said, names, "left")
        which, at = expand(start, np.searchsorted(said, names, "right") - start)
        return which, meant[at]

    def known(self, level: int, name: Ints) -> Floats:
        """Return the probability that each name means any unit of a level."""
        return self._believed(level)[2][name]

    def rank(
        self,
        rows: Ints,
        *,
        moves: bool = False,
        witness: Callable[[Ints, Ints], Floats] | None = None,
    ) -> Ranking:
        """Return what each row of names may mean.

        Parameters
        ----------
        rows
            Positions of names, one column for each of admin 1, 2, 3 and location; -1 where blank.
        moves
            Consider as well that names stand in other columns than their own.
        witness
            Returns what else speaks for rows and the units beside them, in nats.
        """
        parts = [self._candidates(rows, OWN_COLUMNS)]
        if moves:
            doubtful = self._doubtful(len(rows), parts[0])
            for move, columns in enumerate(_MOVES):
                possible = np.ones(len(rows), dtype=bool)
                for column in set(range(4)) - set(columns):
                    possible &= rows[:, column] < 0
                strange = doubtful.copy()
                for column in range(3):
                    if columns[column] != column:
                        given = rows[:, column]
                        strange |= (given >= 0) & (self.known(column + 1, given) < HEARD)
                possible &= strange & (rows < self._first_certain).all(axis=1)
                padded = np.column_stack([rows, np.full(len(rows), -1)])
                moved = padded[:, [c if c >= 0 else 4 for c in columns]]
                possible &= (moved != rows).any(axis=1)
                parts.append(self._candidates(np.where(possible[:, None], moved, -1), move))
        row, unit, score, hit, wrong, unheard, move_of = (
            np.concatenate(part) for part in zip(*parts, strict=True)
        )
        if witness is not None:
            score = score + witness(row, unit)
        score = self._outdone(len(rows), row, score, hit, wrong, move_of)
        score = self._settle_kin(row, unit, score, hit)
        return self._ranking(self.nothing(rows), row, unit, score, hit, wrong, unheard, move_of)

    def _outdone(
        self, rows: int, row: Ints, score: Floats, hit: Ints, wrong: Ints, move: Ints
    ) -> Floats:
        """Weigh down what is spelt otherwise where a name is spelt just as a unit's that fits.

        A slip of the pen seldom ends in another name of the same neighbourhood.
        """
        exact = (self.hits.edits[hit] == 0) & (self.hits.how[hit] == NAME)
        fits = np.bincount(row, exact & (wrong == 0) & (move == OWN_COLUMNS), minlength=rows) > 0
        return np.where(fits[row] & (self.hits.edits[hit] > 0), score + WEIGHTS.outdone, score)

    def nothing(self, rows: Ints) -> Floats:
        """Return what speaks for it that no unit is meant by rows, in nats."""
        return self._emptiness + WEIGHTS.within * self.ground(rows)

    @property
    def _emptiness(self) -> float:
        return WEIGHTS.nothing + crowd(self._lookup)

    def ground(self, rows: Ints) -> Floats:
        """Return what the names above the deepest of rows give to units that they agree with."""
        target = deepest(rows)
        most = np.zeros(len(rows))
        for above in (ADM1, ADM2, ADM3):
            given = (rows[:, above] >= 0) & (target > above)
            heard = self.known(above + 1, np.where(given, rows[:, above], -1))
            most = np.maximum(most, heard * np.log(self._lookup.number[above + 1]))
        return most

    def _doubtful(self, rows: int, candidates: _Candidates) -> Bools:
        """Tell for which rows the best unit contradicts a name above."""
        row, _, score, _, wrong, _, _ = candidates
        order = np.lexsort((-score, row))
        row, score, wrong = row[order], score[order], wrong[order]
        first = firsts(row)
        doubtful = np.zeros(rows, dtype=bool)
        doubtful[row[first]] = (wrong[first] != 0) & (score[first] > self._emptiness)
        return doubtful

    def _candidates(self, rows: Ints, move: int) -> _Candidates:
        lookup, hits = self._lookup, self.hits
        target = deepest(rows)
        name = np.where(target >= 0, rows[np.arange(len(rows)), target], -1)
        count = np.where(name >= 0, self._starts[name + 1] - self._starts[name], 0)
        row, hit = expand(self._starts[name], count)
        unit = hits.unit[hit]
        column = target[row]
        prior = self._priors()[column, lookup.level[unit]]
        use = np.isfinite(prior)
        row, hit, unit, column, prior = row[use], hit[use], unit[use], column[use], prior[use]
        score = hits.odds[hit] + prior
        best = np.zeros(len(row))
        wrong = np.zeros(len(row), dtype=np.int64)
        unheard = np.zeros(len(row), dtype=np.int64)
        for above in (ADM3, ADM2, ADM1):
            level = above + 1
            parent = np.where(above < column, rows[row, above], -1)
            given = parent >= 0
            ancestor = lookup.ancestor[unit, level]
            term = self._term(level, parent, ancestor)
            heard = self.known(level, parent) >= HEARD
            against = given & heard & (term < _AGAINST)
            wrong |= np.where(against, 1 << above, 0)
            # A location that is itself a unit of that level contradicts it twice over.
            term = np.where(against & (lookup.level[unit] == level), 2 * term, term)
            unheard |= np.where(given & ~heard, 1 << above, 0)
            score += np.where(given, np.where(term < 0, term, np.maximum(term - best, 0)), 0.0)
            best = np.where(given, np.maximum(best, term), best)
        astray = (wrong & (wrong - 1) != 0) & (best <= 0)
        score = np.where(astray, score + WEIGHTS.astray, score)
        if move != OWN_COLUMNS:
            # Names are moved only where all that are moved then agree.
            moved = sum(1 << c for c in (ADM1, ADM2, ADM3) if _MOVES[move][c] != c)
            use = (wrong == 0) & (unheard & moved == 0) & (best > 0)
            score = score + WEIGHTS.moved
        else:
            use = np.ones(len(row), dtype=bool)
        return (
            row[use], unit[use], score[use], hit[use], wrong[use], unheard[use],
            np.full(int(use.sum()), move),
        )  # fmt: skip

    def _term(self, level: int, parent: Ints, ancestor: Ints) -> Floats:
        total = self._lookup.number[level]
        share = self.belief(level, parent, ancestor)
        known = self.known(level, parent)
        likely = (1 - np.exp(WEIGHTS.wrong)) * share * total + np.exp(WEIGHTS.wrong) * known
        term: Floats = np.log(likely + (1 - known) * np.exp(WEIGHTS.unheard))
        outside = (parent >= self._first_certain) & (share < HEARD)
        return np.where(outside, _NEVER, term) if outside.any() else term

    def _priors(self) -> Floats:
        """Return what speaks for the units of a level in a column, in nats."""
        weight = np.full((4, 5), -np.inf)
        for column in (ADM1, ADM2, ADM3):
            weight[column, column + 1] = 0.0
            weight[column, column + 2] = WEIGHTS.deeper
        weight[LOCATION, 1:] = (2 * WEIGHTS.higher, WEIGHTS.higher, 0.0, 0.0)
        return weight

    def _settle_kin(self, row: Ints, unit: Ints, score: Floats, hit: Ints) -> Floats:
        """Let one of a unit and the best unit inside it, which a name both fits, stand for both.

        A village and its own aiyl aimak often share a name: that is no tie.
        """
        lookup = self._lookup
        score = score.copy()
        code = row * lookup.size + unit
        order = np.lexsort((-score, code))
        first = firsts(code[order])
        score[order[~first]] = -np.inf  # the same unit by another move of the names
        order = order[first]
        codes = code[order]
        for level in (3, 2, 1):
            inner = np.flatnonzero((lookup.level[unit] > level) & (score > -np.inf))
            above = lookup.ancestor[unit[inner], level]
            inner, above = inner[above >= 0], above[above >= 0]
            at, found = find(row[inner] * lookup.size + above, codes)
            inner, outer = inner[found], order[at[found]]
            alive = score[outer] > -np.inf
            inner, outer = inner[alive], outer[alive]
            best = np.lexsort((-score[inner], outer))
            keep = firsts(outer[best])
            inner, outer = inner[best[keep]], outer[best[keep]]
            name = self.hits.name[hit[inner]]
            wins = (
                self._means_outer(name, unit[outer], unit[inner], hit[outer], hit[inner])
                + (score[outer] - score[inner])
                > WEIGHTS.kin
            )
            both = np.logaddexp(score[outer], score[inner])
            score[outer] = np.where(wins, both, -np.inf)
            # The seat of a district that bears the district's name is what is meant by it.
            above = lookup.ancestor[unit[outer], 2]
            seat = WEIGHTS.seat * (level == 3) * lookup.namesakes(unit[outer], above)
            score[inner] = np.where(wins, -np.inf, both + seat)
        return score

    def _means_outer(
        self, name: Ints, outer: Ints, inner: Ints, outer_hit: Ints, inner_hit: Ints
    ) -> Floats:
        """Return what a name's type word or ending says for a unit against one inside it."""
        said, kinds = self._query.kinds[name], self._lookup.kinds
        of_outer, of_inner = said & kinds[outer] != 0, said & kinds[inner] != 0
        how = self.hits.how
        adjective = (how[outer_hit] == NAME) & (how[inner_hit] == FORM)
        return (
            np.where(of_outer & ~of_inner, WEIGHTS.said, 0.0)
            - np.where(of_inner & ~of_outer, WEIGHTS.said, 0.0)
            + np.where(adjective, WEIGHTS.adjective, 0.0)
        )

    def _ranking(
        self, nothing: Floats, row: Ints, unit: Ints, score: Floats, hit: Ints, wrong: Ints,
        unheard: Ints, move: Ints,
    ) -> Ranking:  # fmt: skip
        alive = score > -np.inf
        order = np.flatnonzero(alive)
        order = order[np.lexsort((unit[order], -score[order], row[order]))]
        row, unit, score = row[order], unit[order], score[order]
        start = np.searchsorted(row, np.arange(len(nothing) + 1))
        top = nothing.copy()
        filled = start[1:] > start[:-1]
        top[filled] = np.maximum(top[filled], score[start[:-1][filled]])
        weight = np.exp(score - top[row])
        none = np.exp(nothing - top)
        total = np.bincount(row, weight, minlength=len(nothing)) + none
        return Ranking(
            row, unit, weight / total[row], hit[order], wrong[order], unheard[order], move[order],
            start, none / total,
        )  # fmt: skip
