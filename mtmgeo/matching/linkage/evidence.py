"""What names say of units: the kinds of names, their weights, and the statuses of rows."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from mtmgeo.matching.linkage.hashing import Ints, firsts

Floats: TypeAlias = npt.NDArray[np.float64]
Bools: TypeAlias = npt.NDArray[np.bool_]

#: How a spelling stands for its unit: as its name, another reading of it, a second or former name,
#: the stem of an adjective, initials or a beginning, what stands in brackets; or how a name came to
#: mean a unit: by the places inside it.
NAME, OTHER, ALIAS, FORM, SHORT, ASIDE, LEARNT = range(7)


@dataclass(frozen=True)
class Weights:
    """What names are worth as evidence, in nats; estimated by ``benchmarks/matching/fit.py``.

    ``bones`` are consonants. Those beginning with ``abjad`` count where one of two names is in
    Arabic script and the other is not. Set by hand: ``contradiction``, ``alias``, ``stem``,
    ``short``, ``aside`` and ``vague``.
    """

    bone_info: float = 0.42
    vowel_info: float = 0.34
    bone_edit: float = 2.43
    vowel_edit: float = 1.53
    abjad_info: float = 0.39
    abjad_vowel: float = 1.43
    abjad_bone_edit: float = 3.93
    abjad_vowel_edit: float = 1.19
    bone_share: float = 1.93
    contradiction: float = 5.00
    other: float = 0.18
    alias: float = 2.50
    form: float = 0.39
    stem: float = 2.50
    short: float = 3.02
    aside: float = 10.00
    vague: float = 2.50
    kind_far: float = 7.62
    kind_near: float = 3.43


WEIGHTS = Weights()

#: The columns of evidence, in the names of their weights; what counts against is negative.
EVIDENCE: Final = tuple(field.name for field in fields(Weights))


@dataclass(frozen=True)
class Hits:
    """The units that names may mean, sorted by name and unit.

    Attributes
    ----------
    name, unit
        Positions in the names asked for, and in the units.
    odds
        How much likelier the name is typed for the unit than by chance, in nats.
    how
        One of ``NAME`` to ``LEARNT``.
    edits
        Letters that differ between the folded spellings.
    """

    name: Ints
    unit: Ints
    odds: Floats
    how: Ints
    edits: Ints

    @classmethod
    def best(cls, name: Ints, unit: Ints, odds: Floats, how: Ints, edits: Ints) -> Hits:
        """Return the best hit of each name and unit."""
        code = name * (int(unit.max(initial=0)) + 1) + unit
        order = np.argsort(code, kind="stable")
        code = code[order]
        first = firsts(code)
        twice = np.flatnonzero(~first | np.append(~first[1:], False))
        if len(twice):  # those that were found by several spellings: the best stands first
            some = order[twice]
            order[twice] = some[np.lexsort((how[some], -odds[some], code[twice]))]
        keep = order[first]
        return cls(name[keep], unit[keep], odds[keep], how[keep], edits[keep])

    def of(self, names: Ints) -> Hits:
        """Return the hits of some of the names."""
        keep = np.isin(self.name, names)
        return Hits(
            self.name[keep], self.unit[keep], self.odds[keep], self.how[keep], self.edits[keep]
        )

    def merged(self, other: Hits) -> Hits:
        """Return the best hits of both."""
        return Hits.best(
            *(
                np.concatenate([getattr(self, part), getattr(other, part)])
                for part in ("name", "unit", "odds", "how", "edits")
            )
        )


#: What a row can come to, best first.
MATCHED, PARTIAL, AMBIGUOUS, UNMATCHED = "matched", "partial", "ambiguous", "unmatched"
