"""Where maps and words stand on the page: the best of several layouts."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import numpy as np
import shapely

from mtmgeo.core.errors import SpecError
from mtmgeo.maps.composition import Chart
from mtmgeo.sheets.bars import chart_items
from mtmgeo.sheets.frames import Floats, Frame, Layers
from mtmgeo.sheets.marginalia import Sheet, legend, legend_width, notes, scale_bar, sources
from mtmgeo.sheets.paper import Box, Flow, Item, flow, stacked
from mtmgeo.style.languages import phrase

#: Sizes of the words, times those of the design.
_GROWTHS: Final = (1.15, 1.0, 0.93, 0.87, 0.8)
_KEY_PT: Final = 8.0
_WORDS_PT: Final = 7.5
#: Widths of a column in mm, where words have the size of the design.
_NARROW, _WIDE = 44.0, 100.0
_SIDES: Final = (52.0, 60.0, 70.0, 85.0)
#: How large a map must be, of the largest that the page could hold, for all notes to stand by it.
_LEAST: Final = 0.6
_SMALLEST_MM: Final = 15.0

Group = list[Item]


@dataclass(frozen=True)
class Strip:
    """Columns of words: `pitch` mm from one to the next, from the upper left corner on."""

    box: Box
    flow: Flow
    pitch: float

    def draw(self) -> None:
        """Draw all items."""
        for item, column, down in self.flow.items:
            item.draw(self.box.x + column * self.pitch, self.box.top - down)

    def moved(self, up: float) -> Strip:
        """Return the strip `up` mm higher."""
        return replace(self, box=replace(self.box, y=self.box.y + up))

    def blank(self, gap: float) -> float:
        """Return how much of the box is empty, in mm²."""
        return self.box.w * self.box.h - self.flow.used * (self.pitch - gap)


@dataclass(frozen=True)
class Layout:
    """Where the map frames stand, the words about them, and what found no room."""

    frames: list[Frame]
    strips: list[Strip]
    omitted: tuple[str, ...] = ()


def best_layout(page: Sheet, layers: Layers, body: Box, *, with_scale: bool) -> Layout:
    """Return the best layout of `body`, of equals the first.

    All words stand on the page, unless the map would be small; then the caller's notes give way to
    a line that counts them, charts after these, and at last what the map says of its figures.

    Raises
    ------
    SpecError
        If there is no room for the map and its legend.
    """
    shown, total = page.composition.charts, len(page.composition.notes)
    largest = _Search(page, layers, body).largest(body)
    own = min(total, len(page.composition.spec.notes))
    trials = ((shown, _LEAST, own), ((), _LEAST, own), ((), _LEAST, total), ((), 0.0, total))
    for charts, least, most in dict.fromkeys(trials):

        @cache
        def best(
            cut: int, charts: tuple[Chart, ...] = charts, least: float = least
        ) -> Layout | None:
            words = _Words(page, charts, total - cut, with_scale=with_scale)
            search = _Search(page, layers, body, least * largest)
            return search.best(words, _GROWTHS[-1:] if cut else _GROWTHS)

        cut = 0 if best(0) else bisect_left(range(most), True, key=lambda cut: bool(best(cut)))
        if found := best(cut):
            cuts = shown[len(charts) :]
            left = page.composition.notes[total - cut :]
            chart = phrase("There is no room for the chart “{title}”.")
            omitted = [page.say(chart, title=each.title) for each in cuts]
            omitted += [page.say("There is no room for: {note}", note=note) for note in left]
            return replace(found, omitted=tuple(omitted))
    raise SpecError(
        f"A sheet of {page.width:g} × {page.height:g} mm has no room for the map and its "
        "legend: choose a larger size."
    )


class _Words:
    """The words of a page, as groups of items of any width and size."""

    def __init__(
        self, page: Sheet, charts: tuple[Chart, ...], kept: int, *, with_scale: bool
    ) -> None:
        self.page, self.charts = page, charts
        self._kept, self._with_scale = kept, with_scale
        self._made: dict[tuple[str, float, float], list[Group]] = {}

    def key_size(self, growth: float) -> float:
        """Return the type size of the legend."""
        return self.page.points(_KEY_PT * max(growth, 0.85))

    def groups(self, parts: str, width: float, growth: float) -> list[Group]:
        """Return groups of items: ``k`` is the legend, ``c`` the charts, ``t`` notes and sources.

        Legend and charts are in one piece each.
        """
        made = []
        for part in parts:
            known = part, width, growth
            if known not in self._made:
                self._made[known] = self._make(part, width, growth)
            made += self._made[known]
        return made

    def _make(self, part: str, width: float, growth: float) -> list[Group]:
        page, size = self.page, self.page.points(_WORDS_PT * growth)
        if part == "t":
            texts = notes(page, width, size, self._kept), sources(page, width, size)
            return [group for group in texts if group]
        if part == "c":
            return [[stacked(chart_items(page, c, width, size))] for c in self.charts]
        scale = [scale_bar(page, width)] if self._with_scale else []
        return [[stacked([*legend(page, width, self.key_size(growth)), *scale])]]


class _Search:
    """The search for the best layout of a body, by what is worth most: a large map.

    Words that are hard to read, a group torn by a column (4% of the map's size) and empty paper
    count against it.
    """

    def __init__(self, page: Sheet, layers: Layers, body: Box, least: float = 0.0) -> None:
        self._page, self._layers, self._body, self._least = page, layers, body, least
        self._count, self._gap, self._apart = len(page.composition.panels), page.mm(6), page.mm(4)
        titled = any(panel.title for panel in page.composition.panels)
        self._titled = page.mm(6.5) if titled else 0.0
        self._fits: dict[tuple[float, float], tuple[float, float, float]] = {}
        self._merit = 0.0
        self._best: Layout | None = None

    def largest(self, box: Box) -> float:
        """Return the scale of the largest map that a box can hold."""
        return max(self._fit(grid[0])[0] for grid in self._grids(box))

    def best(self, words: _Words, growths: Sequence[float]) -> Layout | None:
        """Return the best layout, if there is one."""
        for growth in growths:
            self._in_a_cell(words, growth)
            for height, strips in self._feet(words, self._body, "kct", growth):
                self._offer(self._above(self._body, height), growth, strips)
        for growth in growths:
            for side in _SIDES:
                if (width := self._page.mm(side * min(growth, 1.15))) <= 0.5 * self._body.w:
                    self._beside(words, growth, width)
        return self._best

    def _grids(self, box: Box) -> Iterator[list[Box]]:
        """Yield the cells of all shapes that the panels can have in a box."""
        for columns in range(1, self._count + 1):
            yield box.grid(math.ceil(self._count / columns), columns, self._apart)

    def _fit(self, cell: Box) -> tuple[float, float, float]:
        """Return scale and centre of the map in a cell; a scale of 0 where it has no room."""
        known = cell.w, cell.h
        if known not in self._fits:
            w, h = (side - self._page.mm(6) for side in (cell.w, cell.h - self._titled))
            fits = min(w, h) > _SMALLEST_MM
            self._fits[known] = self._layers.fit(w, h) if fits else (0.0, 0.0, 0.0)
        return self._fits[known]

    def _worth(self, scale: float, growth: float) -> float:
        """Return the merit of a layout in which nothing is torn or empty."""
        return scale * (math.sqrt(min(1.0, growth)) + 0.1 * max(0.0, growth - 1.0))

    def _offer(self, rest: Box, growth: float, strips: list[Strip]) -> None:
        """Take the layout with maps in `rest` if it is the best so far."""
        for grid in self._grids(rest):
            self._offer_grid(grid, growth, strips)

    def _offer_grid(self, grid: list[Box], growth: float, strips: list[Strip]) -> None:
        fit = self._fit(grid[0])
        torn = sum(strip.flow.torn for strip in strips)
        blank = sum(strip.blank(self._gap) for strip in strips) / (self._body.w * self._body.h)
        merit = self._worth(fit[0], growth) * (1 - 0.04 * torn) * (1 - 0.15 * blank)
        if merit > self._merit and fit[0] >= self._least:
            boxes = [Box(c.x, c.y, c.w, c.h - self._titled) for c in grid[: self._count]]
            self._merit, self._best = merit, Layout([Frame(box, *fit) for box in boxes], strips)

    def _above(self, box: Box, height: float) -> Box:
        """Return what strips of that height leave of a box."""
        floor = box.y + height + self._apart
        return Box(box.x, floor, box.w, box.top - floor)

    def _columns(self, width: float, growth: float) -> Iterator[tuple[int, float]]:
        """Yield how many columns of words may stand in a width, and from one to the next."""
        narrow, wide = (self._page.mm(side * growth) + self._gap for side in (_NARROW, _WIDE))
        most = max(1, int((width + self._gap) / narrow))
        for count in range(min(most, math.ceil((width + self._gap) / wide)), most + 1):
            yield count, (width + self._gap) / count

    def _in_a_cell(self, words: _Words, growth: float) -> None:
        """Offer layouts with all words in a cell that the maps leave free."""
        for grid in self._grids(self._body):
            for cell in grid[self._count : self._count + 1]:
                for height, strips in self._feet(words, cell, "kct", growth):
                    if height <= cell.h:
                        raised = [strip.moved(up=cell.h - height) for strip in strips]
                        self._offer_grid(grid, growth, raised)

    def _feet(
        self, words: _Words, box: Box, parts: str, growth: float
    ) -> Iterator[tuple[float, list[Strip]]]:
        """Yield words at the foot of a box, and how high they stand.

        They stand in equal columns, or the legend, and charts beneath it, in one of its own width.
        """
        gap = self._gap
        for count, pitch in self._columns(box.w, growth):
            for each in flow(words.groups(parts, pitch - gap, growth), count, gap):
                yield each.height, [Strip(Box(box.x, box.y, box.w, each.height), each, pitch)]
        if not parts.startswith("k"):
            return
        width = legend_width(self._page, words.key_size(growth), 0.5 * box.w)
        left, room = box.x + width + gap, box.w - width - gap
        for beneath in range(len(words.charts) * ("c" in parts) + 1):
            (key,) = flow(words.groups("kc", width, growth)[: 1 + beneath], 1, gap)
            for count, pitch in self._columns(room, growth):
                groups = words.groups(parts[1:], pitch - gap, growth)[beneath:]
                for each in flow(groups, count, gap):
                    height = max(key.height, each.height)
                    yield (
                        height,
                        [
                            Strip(Box(box.x, box.y, width, height), key, width + gap),
                            Strip(Box(left, box.y, room, height), each, pitch),
                        ],
                    )

    def _beside(self, words: _Words, growth: float, width: float) -> None:
        """Offer layouts with a column at the right: over other words, or beside them."""
        body = self._body
        rest = Box(body.x, body.y, body.w - width - self._apart, body.h)
        if self._worth(self.largest(rest), growth) <= self._merit:
            return
        for above, below in (("kct", ""), ("kc", "t"), ("c", "kt")):
            groups = words.groups(above, width, growth)
            if not groups:
                continue
            (side,) = flow(groups, 1, self._gap)

            def column(floor: float, side: Flow = side) -> Strip:
                box = Box(body.right - width, floor, width, body.top - floor)
                return Strip(box, side, width + self._gap)

            if side.height > body.h:
                continue
            if not below:
                self._offer(rest, growth, [column(body.y)])
                continue
            for height, strips in self._feet(words, body, below, growth):
                upper = self._above(body, height)
                if side.height <= upper.h:
                    left = Box(rest.x, upper.y, rest.w, upper.h)
                    self._offer(left, growth, [column(upper.y), *strips])
            for height, strips in self._feet(words, rest, below, growth):
                self._offer(self._above(rest, height), growth, [column(body.y), *strips])


def free_corner(layers: Layers, frame: Frame, item: Box, margin: float) -> Box | None:
    """Return a corner of the frame in which a box as large as `item` hides no land or circle."""
    box = frame.box
    x, y = frame.on_paper(layers.x, layers.y)
    for left in (box.right - margin - item.w, box.x + margin):
        for bottom in (box.y + margin, box.top - margin - item.h):
            corner = Box(left, bottom, item.w, item.h)
            land = frame.on_ground(corner.inset(-margin))
            free = not shapely.intersects(layers.land, land).any()
            if free and box.holds(corner) and not covers(corner, x, y, layers.radii):
                return corner
    return None


def covers(box: Box, x: Floats, y: Floats, radii: Floats) -> bool:
    """Return whether `box` touches one of the circles, taken as squares."""
    across, up = (
        np.abs(x - box.x - box.w / 2) - box.w / 2,
        np.abs(y - box.y - box.h / 2) - box.h / 2,
    )
    return bool((np.maximum(across, up) < radii).any())
