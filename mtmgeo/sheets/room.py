"""Room that a map leaves on the sheet: what stands where, cell by cell."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from mtmgeo.sheets.frames import Floats, Frame, Layers
from mtmgeo.sheets.marginalia import Sheet
from mtmgeo.sheets.paper import Box

_CELL: Final = 0.5  # mm, of the raster in which free room is looked for
_CLEAR: Final = 1.5  # mm between what is put on the map and the country or a circle


@dataclass(frozen=True)
class Items:
    """Things that want to be seen: boxes in mm on the sheet, names, figures, and how much so.

    Those that are `first` name an inset before others.
    """

    left: Floats
    low: Floats
    right: Floats
    top: Floats
    value: Floats
    weight: Floats
    first: NDArray[np.bool_]
    names: NDArray[np.object_]

    def __getitem__(self, rows: Any) -> Items:
        return Items(*(each[rows] for each in vars(self).values()))

    def with_others(self, others: Items) -> Items:
        """Return these and others."""
        pairs = zip(vars(self).values(), vars(others).values(), strict=True)
        return Items(*(np.concatenate(pair) for pair in pairs))

    def inside(self, box: Box) -> NDArray[np.bool_]:
        """Return which lie wholly in a box."""
        across = (box.x <= self.left) & (self.right <= box.right)
        return across & (box.y <= self.low) & (self.top <= box.top)


@dataclass
class Room:
    """The cells of a frame on which nothing stands, rows from below."""

    page: Sheet
    box: Box
    full: NDArray[np.bool_] = field(init=False)
    boxes: list[Box] = field(default_factory=list)
    marks: list[Box] = field(default_factory=list)
    signs: list[Box] = field(default_factory=list)

    def __post_init__(self) -> None:
        rows, columns = math.ceil(self.box.h / _CELL), math.ceil(self.box.w / _CELL)
        self.full = np.zeros((rows, columns), dtype=bool)

    def close_map(self, layers: Layers, frame: Frame) -> None:
        """Take the ground of the country and its circles, with some clearance."""
        rows, columns = self.full.shape
        about = math.ceil(_CLEAR / _CELL)
        size = columns + 2 * about, rows + 2 * about
        picture = Image.new("1", size)
        pen, origin = ImageDraw.Draw(picture), np.array([self.box.x, self.box.y])
        land = shapely.get_parts(layers.land)
        land = shapely.simplify(land, _CELL / 2 / frame.scale, preserve_topology=False)
        for ring in shapely.get_exterior_ring(shapely.get_parts(land)):
            x, y = frame.on_paper(*shapely.get_coordinates(ring).T)
            corners = ((np.column_stack([x, y]) - origin) / _CELL + about).ravel()
            if len(corners) >= 6:
                pen.polygon(corners.tolist(), fill=1)
        x, y = frame.on_paper(layers.x, layers.y)
        circles = layers.radii > 0
        for across, up, radius in zip(x[circles], y[circles], layers.radii[circles], strict=True):
            middle = (np.array([across, up]) - origin) / _CELL + about
            around = np.concatenate([middle - radius / _CELL, middle + radius / _CELL])
            pen.ellipse(around.tolist(), fill=1)
        sums = np.pad(np.asarray(picture).cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
        side = 2 * about + 1
        near = sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side]
        self.full |= near + sums[:-side, :-side] > 0

    def close(self, box: Box) -> None:
        """Take a box, with some clearance."""
        wide = box.inset(-_CLEAR)
        x, y = (wide.x - self.box.x) / _CELL, (wide.y - self.box.y) / _CELL
        columns = slice(max(0, math.floor(x)), max(0, math.ceil(x + wide.w / _CELL)))
        self.full[max(0, math.floor(y)) : max(0, math.ceil(y + wide.h / _CELL)), columns] = True

    def copy(self) -> Room:
        """Return a room to try things in."""
        other = Room(self.page, self.box)
        other.full = self.full.copy()
        return other

    def take(self, mark: Box, sign: Box, box: Box) -> None:
        """Take what an inset needs."""
        for each in (mark, sign, box):
            self.close(each)
        self.boxes.append(box)
        self.marks.append(mark)
        self.signs.append(sign)

    def find(self, w: float, h: float, near: Box | None = None) -> Box | None:
        """Return a free box of a size, in a corner or at an edge if it can be, or None."""
        margin = self.page.mm(2)
        inner = self.box.inset(margin)
        rows, columns = math.ceil(h / _CELL) + 1, math.ceil(w / _CELL) + 1
        sums = np.pad(self.full.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
        if rows >= len(sums) or columns >= sums.shape[1] or w > inner.w or h > inner.h:
            return None
        taken = sums[rows:, columns:] - sums[:-rows, columns:]
        taken = taken - sums[rows:, :-columns] + sums[:-rows, :-columns]
        row, column = np.nonzero(taken == 0)
        x, y = self.box.x + column * _CELL, self.box.y + row * _CELL
        fits = (x >= inner.x) & (x + w <= inner.right) & (y >= inner.y) & (y + h <= inner.top)
        x, y = x[fits], y[fits]
        if not len(x):
            return None
        cost = np.minimum(x - inner.x, inner.right - x - w)
        cost += np.minimum(y - inner.y, inner.top - y - h)
        if near:
            cost += 0.1 * np.hypot(x + w / 2 - near.x - near.w / 2, y + h / 2 - near.y - near.h / 2)
        best = int(cost.argmin())
        return Box(float(x[best]), float(y[best]), w, h)
