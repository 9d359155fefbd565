"""Decide what rows of names mean: from the surest reading down to what must be asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd

from mtmgeo.boundaries.boundary_set import BoundarySet
from mtmgeo.boundaries.points import distance_km
from mtmgeo.matching.linkage.candidates import Lookup
from mtmgeo.matching.linkage.evidence import (
    AMBIGUOUS,
    LEARNT,
    MATCHED,
    PARTIAL,
    UNMATCHED,
    Bools,
    Floats,
    Hits,
)
from mtmgeo.matching.linkage.hashing import Ints, distinct, expand
from mtmgeo.matching.linkage.weigh import ADM1, ADM2, ADM3, HEARD, Ranking, Scales, deepest, fits
from mtmgeo.names.fold import NO_NAME, Name

#: How the answer was found, beside the ways in which a spelling stands for a unit.
BY_PARENT, BY_POINT, BY_NOTHING, BY_CODE = -1, -2, -3, -4

_SETTLED: Final = 0.97  # rows surer than this, whose parents agree, are not looked into further
_PAIRS: Final = 20_000_000  # of names and units that are compared at once
_LIKELY: Final = 0.2  # probability of a parent inside which every unit is compared
_RIVAL: Final = 0.05  # share of the best that makes a rival
MOST_RIVALS: Final = 8  # of a row, that are kept
_TIED: Final = 0.75  # share that rivals have together, if they are more than guesses
_SHOWN: Final = 0.02  # units at least so likely are shown to the reviewer
_VOTERS: Final = 3  # places that tell what a parent's name means
_AGREED: Final = 0.8  # share of them that must agree
_NAMED: Final = 3  # units of a parent that rows name, so that the one left over means something
_VOTE_NATS: Final = 6.0

# What a point says for a unit, in nats: by the distance from where the unit is known to lie.
_POINT_NEAR: Final = 4.0
_POINT_KM: Final = 5.0  # a nat less for so many km
_POINT_FAR: Final = -6.0
_POINT_CONFLICT: Final = -2.0


@dataclass
class Outcome:
    """What some rows came to, in columns; positions are those of the lookup.

    Attributes
    ----------
    unit
        The deepest unit that is certain; -1 where none is.
    status
        One of the statuses.
    share
        Probability that `unit` is right.
    how
        How its name was read: a way of the lookup, or ``BY_PARENT``, ``BY_POINT``, ``BY_NOTHING``.
    name
        The name that was read as `unit`; -1 where none was.
    edits
        Letters in which the two differ.
    wrong, unheard
        Bits of the columns whose names mean other units, or none.
    move
        The move of names between columns that it takes.
    rivals
        Units that fit as well, or that a person may choose from, best first.
    asides
        What is to be said besides, in words.
    clashes
        For rows whose codes and names contradict each other: what says so, a name, and the units
        that it may mean.
    """

    unit: Ints
    status: list[str]
    share: Floats
    how: Ints
    name: Ints
    edits: Ints
    wrong: Ints
    unheard: Ints
    move: Ints
    rivals: dict[int, tuple[int, ...]] = field(default_factory=dict)
    asides: dict[int, str] = field(default_factory=dict)
    clashes: dict[int, tuple[tuple[int, tuple[int, ...]], ...]] = field(default_factory=dict)

    @classmethod
    def nothing(cls, rows: int) -> Outcome:
        """Return that nothing was found for some rows."""
        none = np.full(rows, -1, dtype=np.int64)
        zero = np.zeros(rows, dtype=np.int64)
        how = np.full(rows, BY_NOTHING, dtype=np.int64)
        return cls(
            none, [UNMATCHED] * rows, np.zeros(rows), how, none.copy(), zero, zero.copy(),
            zero.copy(), none.copy(),
        )  # fmt: skip

    def open(
        self, at: int, unit: int, clash: tuple[tuple[int, tuple[int, ...]], ...], share: float
    ) -> None:
        """Leave a row open between the units that names or codes of it mean.

        Parameters
        ----------
        at
            The row.
        unit
            The unit that holds them all; -1 where none does.
        clash
            The names or codes, and the units that each may mean.
        share
            Probability that `unit` is right.
        """
        self.status[at], self.unit[at], self.share[at] = AMBIGUOUS, unit, share
        self.rivals[at] = tuple(dict.fromkeys(unit for _, meant in clash for unit in meant))
        self.clashes[at] = clash
        self.asides.pop(at, None)

    def put(self, where: Ints, other: Outcome) -> None:
        """Put in place of some rows, given by their positions, what they came to otherwise."""
        for part in fields(self):
            mine, theirs = getattr(self, part.name), getattr(other, part.name)
            if isinstance(mine, np.ndarray):
                mine[where] = theirs
                continue
            for at, here in enumerate(where.tolist()):
                if isinstance(mine, list) or at in theirs:
                    mine[here] = theirs[at]
                else:
                    mine.pop(here, None)


class Decider:
    """Decides on rows of names.

    Parameters
    ----------
    lookup
        The units.
    boundaries
        The same, for where they lie.
    names
        What the rows are made of.
    accept
        Least probability of an answer.
    certain
        Units that rows name by their codes, -1 for codes of none. Rows hold them as if they were
        further names, numbered after `names`; a name below one is looked for inside it alone.
    """

    def __init__(
        self,
        lookup: Lookup,
        boundaries: BoundarySet,
        names: Sequence[Name],
        accept: float,
        certain: Sequence[int] = (),
    ) -> None:
        self.lookup = self._lookup = lookup
        self._boundaries = boundaries
        self._accept = accept
        self._names = len(names) + len(certain)
        self._certain = certain
        self._given = [*names, *[NO_NAME] * len(certain)]
        self._query = lookup.query(self._given)
        self._words: dict[int, list[set[str]]] = {}

    @property
    def first_certain(self) -> int:
        """Number of the first code among the names."""
        return self._names - len(self._certain)

    def fits(self, names: Ints, units: Ints) -> Bools:
        """Tell which names may well be those of the units beside them, or a part of these."""
        fitting = fits(self._lookup, self._query, names, units)
        for at in np.flatnonzero(~fitting).tolist():
            fitting[at] = self._is_part(int(names[at]), int(units[at]))
        return fitting

    def _is_part(self, name: int, unit: int) -> bool:
        """Tell whether a name is some of the words of a unit's, or the other way round."""
        words = {*self._given[name].words}
        return any(words and own and (words <= own or own <= words) for own in self._words_of(unit))

    def _words_of(self, unit: int) -> list[set[str]]:
        if unit not in self._words:
            texts = [each for each in self._spelt[unit] if isinstance(each, str) and each]
            self._words[unit] = [{*name.words} for name in self._lookup.parse(texts)]
        return self._words[unit]

    @cached_property
    def _spelt(self) -> list[list[Any]]:
        """The names of each unit."""
        names = self._boundaries.units[self._boundaries.name_columns]
        spelt: list[list[Any]] = names.to_numpy(dtype=object).tolist()
        return spelt

    def decide(self, rows: Ints, witness: pd.DataFrame | None = None) -> Outcome:
        """Return what rows of names come to.

        Parameters
        ----------
        rows
            Positions of names, one column for each of admin 1, 2, 3 and location; -1 where blank.
        witness
            For each row, what `points.witness` says of its coordinates.
        """
        outcome = Outcome.nothing(len(rows))
        self._scales = self._look_near(rows)
        ranking = self._scales.rank(rows)
        settled = self._settled(ranking)
        self._take(outcome, rows, np.arange(len(rows)), ranking, only=settled)
        open_rows = np.flatnonzero(~settled)
        if len(open_rows):
            sure = self._sure(ranking)[open_rows]
            self._look_further(rows[open_rows], sure)
            ranking = self._scales.rank(rows[open_rows], moves=True)
            self._take(outcome, rows, open_rows, ranking)
            if self._learn_from_offspring(rows, outcome):
                again = open_rows[[outcome.status[at] != MATCHED for at in open_rows.tolist()]]
                ranking = self._scales.rank(rows[again], moves=True)
                self._take(outcome, rows, again, ranking)
        if witness is not None:
            self._hear(outcome, rows, witness)
        self._fall_back(outcome, rows)
        self._point_out_leftovers(outcome, rows)
        if witness is not None:
            self._place(outcome, witness)
        return outcome

    def _settled(self, ranking: Ranking) -> Bools:
        """Tell which rows are sure of their unit, and so are all names above."""
        filled, first = ranking.best()
        settled = self._sure(ranking)
        settled[filled] &= (ranking.wrong[first] == 0) & (ranking.unheard[first] == 0)
        return settled

    def _sure(self, ranking: Ranking) -> Bools:
        """Tell which rows are sure of their unit, and that it is of the kind they say."""
        filled, first = ranking.best()
        hits, hit = self._scales.hits, ranking.hit[first]
        said = self._query.kinds[hits.name[hit]]
        clash = (said != 0) & (said & self._lookup.kinds[hits.unit[hit]] == 0)
        sure = np.zeros(len(filled), dtype=bool)
        sure[filled] = (ranking.share[first] >= _SETTLED) & ~clash
        return sure

    # --- reading ----------------------------------------------------------------------------

    def _look_near(self, rows: Ints) -> Scales:
        """Look for units with many letters in common with the names of rows, parents first.

        The deepest name of a row whose admin 2 is known is looked for inside it.
        """
        target = deepest(rows)
        above = rows.copy()
        above[np.arange(len(rows)), target] = -1
        parents = np.unique(above[above >= 0])
        near = self._query.near(parents)
        scales = Scales(self._lookup, self._query, self._names, near, self._certain)
        given = target >= 0
        name, admin2 = rows[given, target[given]], above[given, ADM2]
        free = scales.known(2, admin2) < HEARD
        hits = scales.hits.merged(self._query.near(np.unique(name[free])))
        within = self._within(scales, name[~free], admin2[~free])
        hits = hits.merged(self._query.near(np.unique(name[~free]), within))
        scales.use(hits)
        return scales

    def _within(self, scales: Scales, name: Ints, admin2: Ints) -> Ints:
        """Return codes of names and the admin 2 units that the names beside them may mean."""
        code = distinct(name * self._names + admin2)
        which, unit = scales.meaning(2, code % self._names, _SHOWN)
        return distinct(self._query.code((code // self._names)[which], unit))

    def _look_further(self, rows: Ints, sure: Bools) -> None:
        """Look for units with fewer letters in common with the names of some rows.

        Where a row is not sure of its unit, those inside the parent that it names are compared one
        by one. What other names may mean is forgotten.
        """
        scales, query = self._scales, self._query
        target = deepest(rows)
        loose = ~sure & (target >= 0)
        names = [rows[target >= 0, target[target >= 0]]]
        for column in (ADM1, ADM2, ADM3):
            above = rows[(rows[:, column] >= 0) & (target > column), column]
            names.append(above[scales.known(column + 1, above) < HEARD])
        hits = scales.hits.of(np.unique(rows))
        hits = hits.merged(query.far(distinct(np.concatenate(names))))
        scales.use(hits)
        for column in (ADM1, ADM2, ADM3):
            above = np.unique(rows[:, column])
            above = above[above >= 0]
            above = above[scales.known(column + 1, above) < HEARD]
            if len(above) * int(self._lookup.number[column + 1]) <= _PAIRS:
                hits = hits.merged(query.at_level(above, column + 1))
        scales.use(hits)
        inside = [self._inside(rows[loose], column) for column in (ADM2, ADM3)]
        name, unit = _joined(inside)
        code = distinct(name * self._lookup.size + unit)
        scales.use(hits.merged(query.among(code // self._lookup.size, code % self._lookup.size)))

    def _inside(self, rows: Ints, column: int) -> tuple[Ints, Ints]:
        """Return the deepest names of rows beside each unit inside the parent that is named."""
        level, target = column + 1, deepest(rows)
        given = (rows[:, column] >= 0) & (target > column)
        name, parent = rows[given, target[given]], rows[given, column]
        code = distinct(name * self._names + parent)
        pair, meant = self._scales.meaning(level, code % self._names, _LIKELY)
        start, count, inner = self._lookup.inside(level, meant)
        which, place = expand(start, count)
        return (code // self._names)[pair][which], inner[place]

    def _take(
        self, outcome: Outcome, rows: Ints, where: Ints, ranking: Ranking, only: Bools | None = None
    ) -> None:
        """Put what a ranking of the rows at `where` says into the outcome."""
        filled, _ = ranking.best()
        if only is not None:
            filled &= only
        row = np.flatnonzero(filled)
        first = ranking.start[row]
        sure = ranking.share[first] >= self._accept
        self._answer(outcome, where[row[sure]], ranking, first[sure])
        target = deepest(rows[where])
        for at in row[~sure].tolist():
            here, start = int(where[at]), int(ranking.start[at])
            stop = int(ranking.start[at + 1])
            share = ranking.share[start:stop]
            near = start + np.flatnonzero(share >= _RIVAL * share[0])
            units = tuple(ranking.unit[near].tolist())
            together = float(ranking.share[near].sum())
            tied = len(units) > 1 and together >= _TIED
            outcome.status[here] = AMBIGUOUS if tied else UNMATCHED
            outcome.unit[here] = self._lookup.common(units) if tied else -1
            outcome.share[here] = together if tied else 0.0
            outcome.how[here] = self._scales.hits.how[ranking.hit[start]] if tied else BY_NOTHING
            outcome.edits[here] = self._scales.hits.edits[ranking.hit[start]]
            outcome.name[here] = rows[here, target[at]]
            outcome.wrong[here] = ranking.wrong[start] if tied else 0
            outcome.rivals.pop(here, None)
            if tied or share[0] >= _SHOWN:
                outcome.rivals[here] = units

    def _answer(self, outcome: Outcome, where: Ints, ranking: Ranking, first: Ints) -> None:
        hits, hit = self._scales.hits, ranking.hit[first]
        outcome.unit[where] = ranking.unit[first]
        outcome.share[where] = ranking.share[first]
        outcome.how[where] = hits.how[hit]
        outcome.edits[where] = hits.edits[hit]
        outcome.name[where] = hits.name[hit]
        outcome.wrong[where] = ranking.wrong[first]
        outcome.unheard[where] = ranking.unheard[first]
        outcome.move[where] = ranking.move[first]
        second = np.minimum(first + 1, len(ranking.share) - 1)
        rivalled = (ranking.row[second] == ranking.row[first]) & (second > first)
        rivalled &= ranking.share[second] >= _SHOWN
        for at in where.tolist():
            outcome.status[at] = MATCHED
            outcome.rivals.pop(at, None)
        for at, one in zip(where[rivalled].tolist(), first[rivalled].tolist(), strict=True):
            row = ranking.row[one]
            others = range(one + 1, min(one + MOST_RIVALS, int(ranking.start[row + 1])))
            outcome.rivals[at] = tuple(
                int(ranking.unit[i]) for i in others if ranking.share[i] >= _SHOWN
            )

    def _learn_from_offspring(self, rows: Ints, outcome: Outcome) -> bool:
        """Take from the places in it what a parent's name means that no spelling tells."""
        lookup, learned = self._lookup, []
        matched = np.array([status == MATCHED for status in outcome.status])
        sure = matched & (outcome.share >= _SETTLED) & (outcome.edits == 0) & (outcome.move < 0)
        for column in (ADM1, ADM2, ADM3):
            level = column + 1
            parent, above = rows[:, column], lookup.ancestor[outcome.unit, level]
            use = sure & (parent >= 0) & (deepest(rows) > column) & (above >= 0)
            use[use] = self._scales.known(level, parent[use]) < HEARD
            if not use.any():
                continue
            votes = pd.DataFrame(
                {"name": parent[use], "unit": above[use], "place": outcome.unit[use]}
            ).drop_duplicates()
            count = votes.groupby(["name", "unit"]).size()
            share = count / count.groupby("name").transform("sum")
            learned += count.index[(count >= _VOTERS) & (share >= _AGREED)].tolist()
        if not learned:
            return False
        name, unit = np.array(learned, dtype=np.int64).T
        odds = np.full(len(name), _VOTE_NATS)
        how = np.full(len(name), LEARNT)
        hits = Hits.best(name, unit, odds, how, np.zeros_like(how))
        self._scales.use(self._scales.hits.merged(hits))
        return True

    # --- what is above ----------------------------------------------------------------------

    def _fall_back(self, outcome: Outcome, rows: Ints) -> None:
        """Find the unit above for rows whose deepest name means none."""
        above = rows.copy()
        where = np.array(
            [at for at, status in enumerate(outcome.status) if status == UNMATCHED], dtype=np.int64
        )
        while len(where):
            target = deepest(above[where])
            above[where[target >= 0], target[target >= 0]] = -1
            where = where[(above[where] >= 0).any(axis=1)]
            if not len(where):
                return
            upper = Outcome.nothing(len(where))
            ranking = self._scales.rank(above[where])
            self._take(upper, above[where], np.arange(len(where)), ranking)
            found = np.array([status != UNMATCHED for status in upper.status])
            for at, here in enumerate(where.tolist()):
                if not found[at]:
                    continue
                matched = upper.status[at] == MATCHED
                outcome.status[here] = PARTIAL if matched else AMBIGUOUS
                for part in ("unit", "share", "name", "edits", "wrong", "unheard"):
                    getattr(outcome, part)[here] = getattr(upper, part)[at]
                outcome.how[here] = BY_PARENT
                if not matched:
                    outcome.rivals[here] = upper.rivals[at]
            where = where[~found]

    def _point_out_leftovers(self, outcome: Outcome, rows: Ints) -> None:
        """Show the only unit of a parent that no row names beside the only name not found in it."""
        lookup, target = self._lookup, deepest(rows)
        status = np.array(outcome.status)
        within: defaultdict[int, set[int]] = defaultdict(set)
        for unit in np.unique(outcome.unit[status == MATCHED]).tolist():
            for level in (1, 2, 3):
                above = int(lookup.ancestor[unit, level])
                if above >= 0 and lookup.level[unit] > level:
                    within[above].add(int(lookup.ancestor[unit, level + 1]))
        missing: defaultdict[int, list[int]] = defaultdict(list)
        by_name = rows[np.arange(len(rows)), target] < self.first_certain  # codes name no place
        for at in np.flatnonzero((status == PARTIAL) & (target > ADM1) & by_name).tolist():
            missing[int(outcome.unit[at])].append(at)
        for parent, where in missing.items():
            level = int(lookup.level[parent])
            if level == 4 or len({int(rows[at, target[at]]) for at in where}) > 1:
                continue
            start, count, inner = lookup.inside(level, np.array([parent]))
            units = inner[start[0] : start[0] + count[0]]
            named = within[parent] - {-1}
            left = set(units[lookup.level[units] == level + 1].tolist()) - named
            if len(left) == 1 and len(named) >= _NAMED:
                for at in where:
                    near = [unit for unit in outcome.rivals.get(at, ()) if unit not in left]
                    outcome.rivals[at] = (*left, *near)
                    outcome.asides[at] = "left"

    # --- coordinates ------------------------------------------------------------------------

    def _speaks(self, witness: pd.DataFrame, row: Ints, unit: Ints) -> Floats:
        """Return what the point of each row says for the unit beside it, in nats; 0 if nothing."""
        lookup = self._lookup
        held = witness[["adm1", "adm2", "adm3"]].to_numpy(np.int64)[row]
        level = np.clip(lookup.level[unit], 1, 3)
        pairs = np.arange(len(row))
        own = lookup.ancestor[unit, level]
        inside = held[pairs, level - 1] == own
        # Where a level has no outlines, a point that lies in none of its units says nothing.
        units = self._boundaries.units
        outlined = np.isin(level, units.loc[units.geometry.notna(), "level"])
        silent = ~outlined & (held[pairs, level - 1] < 0) & (own >= 0)
        placed = self._boundaries.anchors["basis"].eq("place").to_numpy()[unit]
        points = witness[["lat", "lon"]]
        distance = distance_km(points, self._boundaries, row, unit)
        near = np.clip(_POINT_NEAR - distance / _POINT_KM, _POINT_FAR, _POINT_NEAR)
        area = np.where(inside, _POINT_NEAR, _POINT_FAR)
        local = (lookup.level[unit] == 4) & placed & np.isfinite(distance)
        said = np.where(local, near, np.where((lookup.level[unit] == 4) & inside, 0.0, area))
        silent = (silent & ~local) | witness["lat"].isna().to_numpy()[row]
        return np.where(silent, 0.0, said)

    def _hear(self, outcome: Outcome, rows: Ints, witness: pd.DataFrame) -> None:
        """Let points settle what names leave open, and say where they contradict names."""
        status, lies = np.array(outcome.status), _held(witness)
        use = np.flatnonzero((status == MATCHED) & witness["lat"].notna().to_numpy())
        against = self._speaks(witness, use, outcome.unit[use]) < _POINT_CONFLICT
        for at in use[against].tolist():
            named, held = int(outcome.unit[at]), int(lies[at])
            units = (named, *([held] if held >= 0 else []))
            outcome.status[at] = AMBIGUOUS
            outcome.rivals[at] = units
            outcome.unit[at] = self._lookup.common(units) if held >= 0 else named
            outcome.asides[at] = "conflict"
        use = np.flatnonzero(
            (status != MATCHED) & witness["lat"].notna().to_numpy() & (rows >= 0).any(axis=1)
        )
        if not len(use):
            return

        def speaks(row: Ints, unit: Ints) -> Floats:
            return self._speaks(witness, use[row], unit)

        ranking = self._scales.rank(rows[use], witness=speaks)
        before = [outcome.status[at] for at in use.tolist()]
        self._take(outcome, rows, use, ranking)
        for at, was in zip(use.tolist(), before, strict=True):
            if outcome.status[at] == MATCHED and was != MATCHED:
                outcome.asides[at] = "point"

    def _place(self, outcome: Outcome, witness: pd.DataFrame) -> None:
        """Fill in from points the units of rows whose names say less."""
        level, lies = self._lookup.level, _held(witness)
        for at in np.flatnonzero(witness["lat"].notna().to_numpy()).tolist():
            if outcome.status[at] not in (UNMATCHED, PARTIAL):
                continue
            held, named = int(lies[at]), int(outcome.unit[at])
            if held < 0:
                continue
            if named >= 0 and self._lookup.ancestor[held, level[named]] != named:
                if level[held] >= level[named]:
                    outcome.status[at] = AMBIGUOUS
                    outcome.rivals[at] = (named, held)
                    outcome.unit[at] = self._lookup.common((named, held))
                    outcome.asides[at] = "conflict"
                continue
            outcome.status[at] = PARTIAL
            outcome.unit[at], outcome.how[at] = held, BY_POINT
            outcome.share[at] = max(float(outcome.share[at]), self._accept)


def _held(witness: pd.DataFrame) -> Ints:
    """Return the deepest unit that each point certainly lies in; -1 where there is none."""
    held = witness[["adm1", "adm2", "adm3"]].to_numpy(np.int64)
    rows, known = np.arange(len(held)), held >= 0
    column = np.where(witness["certain"], 2 - known[:, ::-1].argmax(axis=1), known.argmax(axis=1))
    found: Ints = held[rows, column]
    return found


def _joined(parts: Sequence[tuple[Ints, Ints]]) -> tuple[Ints, Ints]:
    """Return the pairs of several lists in one."""
    none = np.empty(0, dtype=np.int64)
    one = np.concatenate([none, *(part[0] for part in parts)])
    return one, np.concatenate([none, *(part[1] for part in parts)])
