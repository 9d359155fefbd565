"""Names that are spelt in several ways: the best counts, and two that disagree are said."""

from __future__ import annotations

import numpy as np

from mtmgeo.matching.linkage.decide import Decider, Outcome
from mtmgeo.matching.linkage.evidence import AMBIGUOUS, MATCHED, PARTIAL
from mtmgeo.matching.linkage.hashing import Ints
from mtmgeo.matching.linkage.weigh import LOCATION
from mtmgeo.matching.rows.row_names import RowNames


def hear_spellings(decider: Decider, outcome: Outcome, names: RowNames) -> None:
    """Leave rows open of whose spellings one is no name of the unit that another has found.

    Such a row is decided again with that spelling alone. If it then means another unit, neither
    above nor below the first, it is ambiguous.

    Parameters
    ----------
    decider
        Decides on `names`, without any codes.
    outcome
        What the rows came to, by the best of all spellings; it is changed.
    names
        Their names, some of which have spellings.
    """
    answered = np.isin(outcome.status, (MATCHED, PARTIAL))
    for column in range(LOCATION + 1):
        for order in range(max(map(len, names.spellings.values()))):
            spelt = _spelt(names, column, order)
            where = np.flatnonzero(answered & (spelt >= 0))
            if len(where):
                where = where[_strange(decider, outcome, spelt[where], where, column)]
                _decide_again(decider, outcome, names, spelt, where, column)


def _spelt(names: RowNames, column: int, order: int) -> Ints:
    """Return one of the spellings of each row's name in a column; -1 where it has no such."""
    spelling = np.full(len(names.texts) + 1, -1, dtype=np.int64)
    for name, each in names.spellings.items():
        if order < len(each):
            spelling[name] = each[order]
    found: Ints = spelling[names.rows[:, column]]
    return found


def _strange(decider: Decider, outcome: Outcome, spelt: Ints, where: Ints, column: int) -> Ints:
    """Return which spellings are no names of the units that their rows came to."""
    lookup = decider.lookup
    unit = outcome.unit[where]
    level = lookup.level[unit] if column == LOCATION else np.full(len(unit), column + 1)
    meant = lookup.ancestor[unit, np.maximum(level, 1)]
    asked = np.flatnonzero((meant >= 0) & (lookup.level[unit] >= level))
    return asked[~decider.fits(spelt[asked], meant[asked])]


def _decide_again(
    decider: Decider, outcome: Outcome, names: RowNames, spelt: Ints, where: Ints, column: int
) -> None:
    """Decide some rows with one spelling alone, and open those that it contradicts."""
    if not len(where):
        return
    rows = names.rows[where].copy()
    rows[:, column] = spelt[where]
    alone = decider.decide(rows)
    lookup = decider.lookup
    for at, here in enumerate(where.tolist()):
        first, other = int(outcome.unit[here]), int(alone.unit[at])
        if alone.status[at] != MATCHED or lookup.related(first, (other,)):
            continue
        if outcome.status[here] == AMBIGUOUS:  # by another spelling
            continue
        read = _heard(decider, names, int(outcome.name[here]), first)
        pair = (read, (first,)), (int(alone.name[at]), (other,))
        outcome.open(here, lookup.common((first, other)), pair, float(alone.share[at]))


def _heard(decider: Decider, names: RowNames, name: int, unit: int) -> int:
    """Return the spelling of a name that a unit was found by."""
    spelt = np.array(names.spellings.get(name, (name,)), dtype=np.int64)
    fitting = spelt[decider.fits(spelt, np.full(len(spelt), unit))] if len(spelt) > 1 else spelt
    return int(fitting[0]) if len(fitting) else name
