"""The names that the rows of a table hold: each once, its spellings, the parts of an address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from mtmgeo.boundaries.boundary_set import BoundarySet
from mtmgeo.matching.linkage.candidates import Lookup
from mtmgeo.matching.linkage.hashing import Ints, combinations
from mtmgeo.matching.linkage.weigh import LOCATION
from mtmgeo.matching.rows.countries import own_names
from mtmgeo.names.fold import Name, fold, folds, is_blank
from mtmgeo.tables.table import Table

_PARTS: Final = re.compile(r"[,;|>→]|\s[-–—/]\s|\s*\n\s*")


@dataclass(frozen=True)
class RowNames:
    """The names of rows.

    Attributes
    ----------
    texts
        The names, each once.
    rows
        Their positions, one column for each of admin 1, 2, 3 and location; -1 where blank.
    spellings
        Of names that are spelt in several ways, as in columns of several languages, the positions
        of the spellings by that of the name.
    """

    texts: Sequence[str]
    rows: Ints
    spellings: Mapping[int, tuple[int, ...]]

    @classmethod
    def of(cls, table: Table, boundaries: BoundarySet) -> RowNames:
        """Return the names of the rows of a table."""
        return _Reader(table, boundaries).names()

    def of_rows(self, rows: Ints) -> RowNames:
        """Return some rows with only those names that they hold."""
        used = {*np.unique(rows[rows >= 0]).tolist()}
        spellings = {at: each for at, each in self.spellings.items() if at in used}
        used.update(at for each in spellings.values() for at in each)
        kept = sorted(used)
        place = np.full(len(self.texts) + 1, -1, dtype=np.int64)
        place[kept] = np.arange(len(kept))
        return RowNames(
            [self.texts[at] for at in kept],
            place[rows],
            {int(place[at]): tuple(place[list(each)].tolist()) for at, each in spellings.items()},
        )

    def parsed(self, lookup: Lookup) -> list[Name]:
        """Return the names in their comparable form, with all spellings of each."""
        names = lookup.parse(self.texts)
        for at, (first, *others) in self.spellings.items():
            names[at] = names[first]._replace(also=tuple(names[other] for other in others))
        return names


class _Reader:
    """Reads the names of a table."""

    def __init__(self, table: Table, boundaries: BoundarySet) -> None:
        self._table = table
        self._country = own_names(boundaries)
        self._position: dict[str, int] = {}
        self._spellings: dict[int, tuple[int, ...]] = {}

    def names(self) -> RowNames:
        """Return the names of all rows."""
        rows = np.full((len(self._table.frame), 4), -1, dtype=np.int64)
        for column, heading in enumerate(self._table.name_columns):
            if heading is not None:
                self._read(rows, column, heading)
        # The country says nothing in the place of an admin 1 unit; villages may be called like it.
        texts = list(self._position)
        first = np.unique(rows[rows[:, 0] >= 0, 0])
        keys = folds([texts[at] for at in first.tolist()])
        abroad = first[np.array([key in self._country for key in keys], dtype=bool)]
        rows[np.isin(rows[:, 0], abroad) & (rows[:, 1:] >= 0).any(axis=1), 0] = -1
        return RowNames(texts, rows, self._spellings)

    def _read(self, rows: Ints, column: int, heading: str) -> None:
        """Put the names of a column into the rows."""
        number, values = self._values(heading)
        at = np.full((len(values), 4), -1, dtype=np.int64)
        whole = np.full(len(values), -1, dtype=np.int64)
        # A location beside blank parents may hold their names as well.
        alone = (rows < 0).all(axis=1) if column == LOCATION else np.zeros(len(rows), dtype=bool)
        some, others = (np.bincount(number[use], minlength=len(values)) for use in (alone, ~alone))
        for row, spelt in enumerate(values):
            if not spelt:
                continue
            parts = self._parts(spelt) if some[row] else {}
            for to, each in parts.items():
                at[row, to] = self._add(each)
            if others[row]:
                whole[row] = self._add(spelt)
        rows[~alone, column] = whole[number[~alone]]
        rows[alone] = at[number[alone]]

    def _values(self, heading: str) -> tuple[Ints, list[tuple[str, ...]]]:
        """Return the position of each row's name in a column, and the spellings of each name."""
        columns = [heading, *self._table.spellings.get(heading, ())]
        coded = [
            pd.factorize(self._table.frame[each].astype(object), use_na_sentinel=False)
            for each in columns
        ]
        if len(coded) == 1:
            number, values = coded[0]
            return number, [() if is_blank(value) else (str(value),) for value in values]
        first, number = combinations(np.column_stack([codes for codes, _ in coded]))
        cells = [values[codes[first]] for codes, values in coded]
        return number, [_distinct(each) for each in zip(*cells, strict=True)]

    def _add(self, spelt: Sequence[str]) -> int:
        """Return the position of a name, given by its spellings."""
        positions = [self._position.setdefault(text, len(self._position)) for text in spelt]
        if len(positions) == 1:
            return positions[0]
        name = self._position.setdefault(" / ".join(spelt), len(self._position))
        self._spellings[name] = tuple(positions)
        return name

    def _parts(self, spelt: Sequence[str]) -> dict[int, Sequence[str]]:
        """Return the names in one text by column: 'Zhal village, Kadamzhai, Batken'."""
        if len(spelt) > 1:
            return {LOCATION: spelt}
        parts = [part.strip() for part in _PARTS.split(spelt[0]) if not is_blank(part)]
        for end in (-1, 0):
            if len(parts) > 1 and fold(parts[end]) in self._country:
                del parts[end]
        columns = {1: (3,), 2: (3, 1), 3: (3, 1, 0), 4: (3, 2, 1, 0)}.get(len(parts))
        if columns is None:
            return {LOCATION: spelt}
        return {column: (part,) for column, part in zip(columns, parts, strict=True)}


def _distinct(cells: Iterable[object]) -> tuple[str, ...]:
    """Return the spellings in some cells, each once but for case."""
    filled = [str(cell) for cell in cells if not is_blank(cell)]
    return tuple({text.casefold(): text for text in reversed(filled)}.values())[::-1]
