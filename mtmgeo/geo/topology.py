"""Shapes as chains of arcs on a grid: a border is kept once, however many shapes it belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

_Cells = NDArray[np.int64]

#: Both coordinates of a cell stand in one number: the first times this, plus the second.
_SPAN = 2**32


class Arcs:
    """The arcs of some polygons and lines, cut where borders meet and where lines end.

    Every point is rounded by itself, so that shapes that meet before meet after, without gaps.

    Parameters
    ----------
    shapes
        All polygons, lines and collections of either that will be asked for; None and empty ones
        are passed over.
    grid
        Cells per unit of the coordinates.
    """

    def __init__(self, shapes: Iterable[Any], *, grid: int) -> None:
        self._grid = grid
        self._numbers: dict[bytes, int] = {}
        parts = [part for shape in shapes for part in shapely.get_parts(shape)]
        rings = [ring for part in parts for rings in self._polygons(part) for ring in rings]
        self._nodes = _nodes(rings, [line for part in parts for line in self._lines(part)])

    def chains(self, shape: Any) -> list[list[list[int]]]:
        """Return, for each polygon of `shape` and each of its rings, the numbers of its arcs.

        Number ``~n`` is arc ``n`` backwards. Polygons that are too small for the grid are left out.
        """
        return [
            [[self._number(piece) for piece in self._pieces(ring)] for ring in rings]
            for rings in self._polygons(shape)
        ]

    def tracks(self, shape: Any) -> list[list[int]]:
        """Return, for each line of `shape`, the numbers of its arcs, as `chains` does."""
        return [[self._number(piece) for piece in self._cut(line)] for line in self._lines(shape)]

    def steps(self) -> list[list[int]]:
        """Return the arcs so far, by number: x and y of the first cell, then steps from there."""
        return [steps(cells) for cells in self.cells()]

    def cells(self) -> list[NDArray[np.int64]]:
        """Return the arcs so far, by number: x and y of their cells, a row each."""
        return [_cells(np.frombuffer(arc, dtype=np.int64)) for arc in self._numbers]

    def _polygons(self, shape: Any) -> Iterator[list[_Cells]]:
        for polygon in shapely.get_parts(shape):
            if polygon.geom_type != "Polygon":
                continue
            outer, *holes = (self._ring(x) for x in (polygon.exterior, *polygon.interiors))
            if len(outer) > 2:
                yield [outer, *(hole for hole in holes if len(hole) > 2)]

    def _lines(self, shape: Any) -> Iterator[_Cells]:
        for line in shapely.get_parts(shape):
            if line.geom_type == "LineString":
                packed = self._packed(line)
                kept = packed[np.append(True, packed[1:] != packed[:-1])]
                if len(kept) > 1:
                    yield kept

    def _ring(self, ring: Any) -> _Cells:
        """Return the cells along a ring, without repetition and without the closing one."""
        packed = self._packed(ring)
        kept: _Cells = packed[packed != np.roll(packed, 1)]
        return kept

    def _packed(self, line: Any) -> _Cells:
        cells = np.rint(shapely.get_coordinates(line) * self._grid).astype(np.int64)
        packed: _Cells = cells[:, 0] * _SPAN + cells[:, 1]
        return packed

    def _pieces(self, ring: _Cells) -> list[_Cells]:
        cuts = np.flatnonzero(self._at_nodes(ring))
        # A ring that meets no other begins at the same cell in whichever polygon it stands.
        start = cuts[0] if len(cuts) else ring.argmin()
        closed = np.append(np.roll(ring, -start), ring[start])
        return self._cut(closed)

    def _cut(self, line: _Cells) -> list[_Cells]:
        inner = 1 + np.flatnonzero(self._at_nodes(line[1:-1]))
        return [line[i : j + 1] for i, j in pairwise([0, *inner, len(line) - 1])]

    def _at_nodes(self, cells: _Cells) -> NDArray[np.bool_]:
        # isin() would sort all nodes again for every ring.
        if not len(self._nodes):
            return np.zeros(len(cells), dtype=np.bool_)
        at = np.searchsorted(self._nodes, cells).clip(max=len(self._nodes) - 1)
        found: NDArray[np.bool_] = self._nodes[at] == cells
        return found

    def _number(self, piece: _Cells) -> int:
        backwards = self._numbers.get(piece[::-1].tobytes())
        if backwards is not None:
            return ~backwards
        return self._numbers.setdefault(piece.tobytes(), len(self._numbers))


def _nodes(rings: list[_Cells], lines: list[_Cells]) -> _Cells:
    """Return the cells in which other than two steps meet, and those where lines end."""
    if not rings and not lines:
        return np.array([], dtype=np.int64)
    here = np.concatenate([*rings, *(line[:-1] for line in lines)])
    there = np.concatenate([*(np.roll(ring, -1) for ring in rings), *(line[1:] for line in lines)])
    steps = np.unique(np.sort(np.column_stack([here, there]), axis=1), axis=0)
    cells, steps_there = np.unique(steps, return_counts=True)
    ends = np.array([cell for line in lines for cell in line[[0, -1]]], dtype=np.int64)
    return np.union1d(cells[steps_there != 2], ends)


def _cells(packed: _Cells) -> _Cells:
    y = (packed + _SPAN // 2) % _SPAN - _SPAN // 2
    return np.column_stack([(packed - y) // _SPAN, y])


def steps(cells: _Cells) -> list[int]:
    """Return x and y of the first of some cells, then the steps from there."""
    found: list[int] = np.diff(cells, axis=0, prepend=0 * cells[:1]).ravel().tolist()
    return found
