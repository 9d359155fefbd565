"""Decide rows that have p-codes: a code goes before names, and names below it are looked for in it.

Names are heard all the same: where they clearly name another unit than the code, neither is chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from mtmgeo.boundaries.boundary_set import BoundarySet
from mtmgeo.matching.linkage.candidates import Lookup
from mtmgeo.matching.linkage.decide import BY_CODE, MOST_RIVALS, Decider, Outcome
from mtmgeo.matching.linkage.evidence import AMBIGUOUS, MATCHED, PARTIAL, UNMATCHED, Bools
from mtmgeo.matching.linkage.hashing import Ints, distinct
from mtmgeo.matching.linkage.weigh import LOCATION, deepest, fits
from mtmgeo.matching.rows.pcodes import Codes, Said
from mtmgeo.names.fold import Name

# Probabilities of what a code says where the name beside it is not known to be its unit's; and
# where a person should look at it: the code is a guess that no name bears out.
_UNHEARD: Final = 0.98
_GUESSED: Final = 0.95

# So many locations tell, if they are names of the units of the codes beside them, that all are.
_FEWEST: Final = 10
_MOST: Final = 0.9
_SAMPLE: Final = 2_000


@dataclass(frozen=True)
class Ruling:
    """What rows came to, and what it takes to say so.

    Attributes
    ----------
    outcome
        One answer per row.
    rows
        What was decided on: positions of names, and after these, of codes.
    labels
        The codes, as a reason says them, and the verb that goes with each.
    notes
        How the code of each row was read, where its answer does not say so; else ``""``.
    """

    outcome: Outcome
    rows: Ints
    labels: Sequence[tuple[str, str]]
    notes: Sequence[str]


def decide_coded(
    lookup: Lookup,
    boundaries: BoundarySet,
    names: Sequence[Name],
    accept: float,
    rows: Ints,
    codes: Codes,
    code: Ints,
    seen: pd.DataFrame | None = None,
    *,
    location: int = 4,
) -> Ruling:
    """Return what rows of names and codes come to.

    Parameters
    ----------
    lookup, boundaries
        The units, and where they lie.
    names
        What the rows are made of.
    accept
        Least probability of an answer that names give.
    rows
        Positions of names, one column for each of admin 1, 2, 3 and location; -1 where blank.
    codes, code
        What combinations of codes say, and which one each row has; -1 where it has none.
    seen
        For each row, what `points.witness` says of its coordinates.
    location
        The level that the column of locations names; 0 if it is that of the code beside it. One
        that is not found inside a code of that level is another name of its unit, not a place in
        it.
    """
    coded = _Coded(codes, code, len(names))
    decider = Decider(lookup, boundaries, names, accept, coded.certain)
    return _Case(lookup, decider, coded, rows, seen, location).ruling()


class _Coded:
    """The codes of some rows, as names that are certain: numbered after the names."""

    def __init__(self, codes: Codes, code: Ints, names: int) -> None:
        self.certain: list[int] = []
        self.labels: list[tuple[str, str]] = []
        self.clashes: dict[int, tuple[tuple[int, tuple[int, ...]], ...]] = {}
        unit_name = np.full(len(codes.unit) + 1, -1, dtype=np.int64)

        def add(said: Said) -> int:
            self.certain.append(said.unit)
            label = f"p-code {said.text!r}" if said.text else "its p-code"
            self.labels.append((label, "is" if said.exact else "is read as"))
            return names + len(self.certain) - 1

        self.unread = add(Said(""))

        for at in np.unique(code[code >= 0]).tolist():
            if at in codes.clashes:
                self.clashes[at] = tuple((add(said), (said.unit,)) for said in codes.clashes[at])
            elif codes.unit[at] >= 0:
                unit_name[at] = add(codes.said[at])
        #: For each row, its combination of codes, their unit, and whether it is a guess; -1 and no
        #: where there is none.
        self.code, self.unit = code, np.append(codes.unit, -1)[code]
        self.guess: Bools = np.append(codes.guess, False)[code]
        #: For each row, the name that stands for the unit, and beside which column is a code that
        #: is not read: `unread` stands for these.
        self.unit_name, self.column = unit_name[code], np.append(codes.column, -1)[code]
        self.codes = codes
        inexact = [each.unit >= 0 and not each.exact for each in codes.said]
        self.inexact: Bools = np.array([*inexact, False])[code]


class _Case:
    """Some rows of names and codes, being decided."""

    def __init__(
        self,
        lookup: Lookup,
        decider: Decider,
        coded: _Coded,
        rows: Ints,
        seen: pd.DataFrame | None,
        location: int,
    ) -> None:
        self._lookup, self._decider, self._coded = lookup, decider, coded
        self._given, self._seen = rows, seen
        self._level = np.where(coded.unit >= 0, lookup.level[coded.unit], 0)
        self._location = location
        self._fits = self._fitting()
        self._notes = [""] * len(rows)

    def _fitting(self) -> Ints:
        """Return which names fit the unit of their level that the code is or lies in.

        Returns
        -------
        fits
            1 where the name in the column does, 0 where it does not, -1 where there is no name or
            it is one of a place below the code.
        """
        unit = self._coded.unit[:, None]
        levels = np.tile([1, 2, 3, self._location], (len(self._given), 1))
        # Of places in a settlement nothing is known, so that a location beside its code names it.
        own = (self._level == LOCATION + 1) | (self._location == 0)
        levels[own, LOCATION] = np.maximum(self._level[own], 1)
        beside = (self._given >= 0) & (levels <= self._level[:, None])
        meant = np.where(beside, self._lookup.ancestor[unit, levels], -1)
        fits = np.full(meant.shape, -1, dtype=np.int64)
        asked = meant >= 0
        fits[asked] = self._decider.fits(self._given[asked], meant[asked])
        return fits

    def ruling(self) -> Ruling:
        """Return the decisions."""
        doubtful = self._doubtful_location()
        rows = self._rows(doubtful)
        outcome = self._decider.decide(rows, self._seen)
        lost = doubtful & (np.array(outcome.status) != MATCHED)
        if lost.any():
            rows[lost] = self._rows(np.zeros_like(lost))[lost]
            self._decide_again(outcome, np.flatnonzero(lost), rows)
        self._fits[doubtful & ~lost, LOCATION] = -1
        self._weigh(outcome, rows)
        self._hear_names(outcome, rows)
        self._say_readings(outcome)
        for at, code in enumerate(self._coded.code.tolist()):
            if code in self._coded.clashes:
                self._clash(outcome, at, self._coded.clashes[code])
        return Ruling(outcome, rows, self._coded.labels, self._notes)

    def _doubtful_location(self) -> Bools:
        """Tell which rows have a location that may be another name of the code's unit."""
        doubtful: Bools = (self._fits[:, LOCATION] == 0) & (self._level <= LOCATION)
        return doubtful

    def _rows(self, below: Bools) -> Ints:
        """Return rows in which codes stand for the names of their units and of those above.

        Parameters
        ----------
        below
            Where a location is looked for inside the code's unit although it may be its name.
        """
        coded, rows = self._coded, self._given.copy()
        above = np.arange(4)[None, :] < self._level[:, None]
        above[:, LOCATION] |= (self._fits[:, LOCATION] >= 0) & ~below
        rows[above] = -1
        known = np.flatnonzero(coded.unit >= 0)
        rows[known, self._level[known] - 1] = coded.unit_name[known]
        last = deepest(rows)
        lost = np.flatnonzero((coded.column > last) & (last >= 0))
        rows[lost, coded.column[lost]] = coded.unread
        return rows

    def _decide_again(self, outcome: Outcome, where: Ints, rows: Ints) -> None:
        seen = None if self._seen is None else self._seen.iloc[where].reset_index(drop=True)
        outcome.put(where, self._decider.decide(rows[where], seen))

    def _weigh(self, outcome: Outcome, rows: Ints) -> None:
        """Say how sure codes are, and which names beside them are not those of their units."""
        by_code = outcome.name >= self._decider.first_certain
        answered = np.isin(outcome.status, (MATCHED, PARTIAL))
        outcome.how[by_code & answered] = BY_CODE
        wrong = ((self._fits == 0) << np.arange(4)[None, :]).sum(axis=1)
        outcome.wrong |= np.where(answered, wrong, 0)
        sure = np.ones(len(rows))
        sure[self._beside() == 0] = _UNHEARD
        borne_out = (self._beside() == 1) | ~by_code
        sure[self._coded.guess & ~borne_out] = _GUESSED
        # A code that the set does not have may be of a place that it does not have either.
        sure[(self._coded.column >= 0) & ~by_code & (outcome.edits > 0)] = _GUESSED
        outcome.share = np.where(answered, np.minimum(outcome.share, sure), outcome.share)

    def _beside(self) -> Ints:
        """Return whether the deepest name that is not one below the code fits; -1 if none is."""
        last = deepest(np.where(self._fits >= 0, self._given, -1))
        fits: Ints = np.where(last >= 0, self._fits[np.arange(len(last)), last], -1)
        return fits

    def _hear_names(self, outcome: Outcome, rows: Ints) -> None:
        """Find the rows whose names, without the code, clearly mean another unit."""
        coded, beside = self._coded, self._beside()
        astray = np.array(outcome.status) != MATCHED
        astray &= (self._given >= 0).any(axis=1) & (deepest(rows) >= self._level)
        where = np.flatnonzero((coded.unit >= 0) & ((beside == 0) | astray))
        if not len(where):
            return
        alone = self._decider.decide(self._given[where])
        for at, here in enumerate(where.tolist()):
            status, unit = alone.status[at], int(coded.unit[here])
            if status == UNMATCHED:
                continue
            units = alone.rivals[at] if status == AMBIGUOUS else (int(alone.unit[at]),)
            if self._lookup.related(unit, units):
                continue
            if beside[here] == 1:  # a namesake elsewhere of what is not known in the unit
                near = dict.fromkeys((*units, *outcome.rivals.get(here, ())))
                outcome.rivals[here] = tuple(near)[:MOST_RIVALS]
            elif coded.guess[here]:
                self._set_aside(outcome, here, rows)
            else:
                pair = (int(coded.unit_name[here]), (unit,)), (int(alone.name[at]), units)
                self._clash(outcome, here, pair, float(alone.share[at]))

    def _say_readings(self, outcome: Outcome) -> None:
        """Say how codes were read where the answer does not say so."""
        coded = self._coded
        for at in np.flatnonzero(coded.inexact & (outcome.name != coded.unit_name)).tolist():
            if at not in outcome.clashes:
                self._notes[at] = coded.codes.said[coded.code[at]].read

    def _set_aside(self, outcome: Outcome, at: int, rows: Ints) -> None:
        """Let the names of a row decide, since they contradict what its code may mean."""
        rows[at] = self._given[at]
        self._decide_again(outcome, np.array([at]), rows)
        coded = self._coded
        said = coded.codes.said[coded.code[at]]
        self._notes[at] = f"{said.read}, which the names contradict, and is set aside"
        coded.inexact[at] = False

    def _clash(
        self,
        outcome: Outcome,
        at: int,
        clash: tuple[tuple[int, tuple[int, ...]], ...],
        share: float = 1.0,
    ) -> None:
        """Leave a row open between the units of its codes, or of its code and its names."""
        units = [unit for _, meant in clash for unit in meant]
        outcome.open(at, self._lookup.common(units), clash, share)
        outcome.how[at] = BY_CODE


def location_level(
    lookup: Lookup, texts: Sequence[str], rows: Ints, codes: Codes, code: Ints, usual: int
) -> int:
    """Return the level that a column of locations names; 0 where it is that of the codes beside it.

    Parameters
    ----------
    lookup, texts, rows, codes, code
        As for `decide_coded`, of a whole table.
    usual
        The level, if the locations are not those of the units of codes.
    """
    unit = np.append(codes.unit, -1)[code]
    pair = rows[:, LOCATION] * lookup.size + unit
    pair = distinct(pair[(rows[:, LOCATION] >= 0) & (unit >= 0)])
    if len(pair) < _FEWEST:
        return usual
    pair = pair[:: max(1, len(pair) // _SAMPLE)]
    names, at = np.unique(pair // lookup.size, return_inverse=True)
    query = lookup.query(lookup.parse([texts[name] for name in names.tolist()]))
    units = pair % lookup.size
    return 0 if fits(lookup, query, at, units).mean() >= _MOST else usual
