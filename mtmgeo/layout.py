"""Where maps and words stand on the page: the best of several layouts."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from mtmgeo.errors import SpecError
from mtmgeo.frames import Floats, Frame, Layers
from mtmgeo.marginalia import Sheet, legend, notes, scale_bar, sources
from mtmgeo.paper import Box, Placed, flow


@dataclass(frozen=True)
class Words:
    """Legend, notes and sources in their places; notes left out, and groups torn by a column."""

    items: Placed
    cut: int
    torn: int


@dataclass(frozen=True)
class Layout:
    """Where the map frames stand, and the words about them."""

    frames: list[Frame]
    words: Words

    def merit(self) -> tuple[float, float]:
        """Return what the best layout has most of: all notes, then a large map.

        A group torn by a column is worth 4% of the map's size.
        """
        return -self.words.cut, self.frames[0].scale * (1 - 0.04 * self.words.torn)


def best_layout(page: Sheet, layers: Layers, body: Box, *, with_scale: bool) -> Layout:
    """Return the best layout of `body`; of equals, the first."""
    layouts = list(_layouts(page, layers, body, with_scale=with_scale))
    if not layouts:
        raise SpecError(
            f"A sheet of {page.width:g} × {page.height:g} mm has no room for the map and its "
            "legend: choose a larger size."
        )
    return max(layouts, key=Layout.merit)


def _layouts(page: Sheet, layers: Layers, body: Box, *, with_scale: bool) -> Iterator[Layout]:
    """Yield layouts with the words at the right, in a cell that maps leave free, and below.

    Words are larger where the map cannot use the room; the largest come first.
    """
    count, gap, pad = len(page.composition.panels), page.mm(4), page.mm(3)
    titled = page.mm(6.5) if any(panel.title for panel in page.composition.panels) else 0.0
    growths = (1.3, 1.15, 1.0)

    def words(box: Box, growth: float, width: float) -> Words | None:
        return _words(page, box, growth, page.mm(width), with_scale=with_scale)

    def layout(cells: list[Box], found: Words | None) -> Iterator[Layout]:
        boxes = [Box(cell.x, cell.y, cell.w, cell.h - titled) for cell in cells[:count]]
        if found and min(boxes[0].w, boxes[0].h) > page.mm(15) + 2 * pad:
            fits = (layers.fit(box.w - 2 * pad, box.h - 2 * pad) for box in boxes)
            frames = [Frame(box, *fit) for box, fit in zip(boxes, fits, strict=True)]
            yield Layout(frames, found)

    for columns in range(1, count + 1):
        rows = math.ceil(count / columns)
        side = Box(body.right - page.mm(66), body.y, page.mm(66), body.h)
        rest = Box(body.x, body.y, body.w - side.w - gap, body.h)
        cells = body.grid(rows, columns, gap)
        for growth in growths:
            yield from layout(rest.grid(rows, columns, gap), words(side, growth, 66))
            if rows * columns > count:
                yield from layout(cells, words(cells[count], growth, 66))
        needed = layers.height(cells[0].w - 2 * pad) + 2 * pad + titled
        spare = body.h - rows * (needed + gap)
        trials = [(growth, 66 * growth, spare) for growth in growths]
        shares = (0.3, 0.35, 0.4, 0.45)
        trials += [(1.0, width, share * body.h) for share in shares for width in (66, 54)]
        for growth, width, height in trials:
            if found := words(Box(body.x, body.y, body.w, height), growth, width):
                used = height - min(top - item.height - body.y for item, _, top in found.items)
                tall = min(body.h - used - gap, rows * (1.5 * needed + gap))
                rest = Box(body.x, body.top - tall, body.w, tall)
                drop = body.y + height + gap - rest.y
                items = [(item, left, top - drop) for item, left, top in found.items]
                yield from layout(
                    rest.grid(rows, columns, gap), Words(items, found.cut, found.torn)
                )


def _words(page: Sheet, box: Box, growth: float, width: float, *, with_scale: bool) -> Words | None:
    """Place legend, notes and sources in columns of about `width` mm, or return None.

    Words that are not to grow may shrink to fit, and then notes give way to a line that counts
    them.
    """
    gap, count = page.mm(6), max(1, round(box.w / width))
    width = (box.w + gap) / count - gap
    key = legend(page, width, page.points(8 * growth))
    if with_scale:
        key.append(scale_bar(page, width))
    total = len(page.composition.notes)

    def place(size: float, cut: int) -> Words | None:
        groups = [key, notes(page, width, size, total - cut), sources(page, width, size)]
        flowed = flow([group for group in groups if len(group) > 1], count, box, gap)
        return Words(items=flowed[1], cut=cut, torn=flowed[0]) if flowed else None

    sizes = [page.points(7.5 * growth), *map(page.points, (7.0, 6.5, 6.0) if growth == 1 else ())]
    for size in dict.fromkeys(sizes):
        if words := place(size, 0):
            return words
    if growth > 1:
        return None
    fewest = bisect_left(range(total), True, key=lambda cut: place(sizes[-1], cut) is not None)
    return place(sizes[-1], fewest)


def free_corner(page: Sheet, layers: Layers, frame: Frame) -> Box | None:
    """Return a corner of the frame in which the scale bar hides neither land nor circle."""
    width, margin, box = page.mm(60), page.mm(3), frame.box
    height = scale_bar(page, width).height
    x, y = frame.on_paper(layers.x, layers.y)
    for left in (box.right - margin - width, box.x + margin):
        for bottom in (box.y + margin, box.top - margin - height):
            corner = Box(left, bottom, width, height)
            land = frame.on_ground(corner.inset(-margin))
            free = not any(
                shapely.intersects(frame.geometry.to_numpy(), land).any()
                for frame in (layers.areas[0], layers.outlines)
            )
            if free and not covers(corner, x, y, layers.radii):
                return corner
    return None


def covers(box: Box, x: Floats, y: Floats, radii: Floats) -> bool:
    """Return whether `box` touches one of the circles, taken as squares."""
    across, up = (
        np.abs(x - box.x - box.w / 2) - box.w / 2,
        np.abs(y - box.y - box.h / 2) - box.h / 2,
    )
    return bool((np.maximum(across, up) < radii).any())
