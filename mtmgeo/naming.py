"""Names on the map: of lakes and units, each where it hides nothing, or counted."""

from __future__ import annotations

from typing import Final

import shapely

from mtmgeo.frames import Frame, Layers
from mtmgeo.layout import covers
from mtmgeo.mapspec import LAKE_NAME, NUDGES
from mtmgeo.marginalia import Sheet
from mtmgeo.paper import Box, Haloed, Look, breadth, font, rise

_MOST_HIDDEN: Final = 0.5  # of a unit, by its name


def name_lakes(page: Sheet, layers: Layers, frame: Frame, index: int) -> list[Box]:
    """Name each lake whose name fits on its water, and return where the names stand."""
    size, water, taken = page.points(6.5), layers.water, []
    for name, lake in zip(water["name"], water.geometry, strict=True):
        point = lake.representative_point()
        box = _about(name, size, *frame.on_paper(point.x, point.y))
        if name and lake.contains(frame.on_ground(box)) and not _hides(layers, frame, index, box):
            look: Look = {"va": "center", "color": LAKE_NAME}
            page.text(box.x, box.y + box.h / 2, [name], font(size, italic=True), **look)
            taken.append(box)
    return taken


def name_units(page: Sheet, layers: Layers, frame: Frame, taken: list[Box]) -> int:
    """Write the names that find room, in their order, and return how many did not."""
    labels, water = layers.labels, shapely.union_all(layers.water.geometry)
    nameless, paper = 0, frame.box.inset(1)
    shapely.prepare(water)
    coloured = page.composition.spec.kind != "symbols"
    rows = (labels["text"], labels["level"], labels["km2"], labels.geometry)
    for words, level, km2, point in zip(*rows, strict=True):
        size, bold = page.points(7.5 if level == 1 else 6.5), level == 1
        first = _about(words, size, *frame.on_paper(point.x, point.y), bold=bold)
        # A name on a unit that is hardly larger would hide its colour.
        hides = coloured and first.w * first.h > _MOST_HIDDEN * km2 * (1000 * frame.scale) ** 2
        for across, up in NUDGES[int(hides) :]:
            box = Box(first.x + across * first.w, first.y + up * first.h, first.w, first.h)
            if (
                paper.holds(box)
                and not any(box.meets(other) for other in taken)
                and not _hides(layers, frame, 0, box)
                and not water.intersects(frame.on_ground(box))
            ):
                style = font(size, bold=bold)
                page.text(box.x, box.y + box.h / 2, [words], style, maker=Haloed, va="center")
                taken.append(box)
                break
        else:
            nameless += 1
    return nameless


def _about(words: str, size: float, x: float, y: float, *, bold: bool = False) -> Box:
    width, height = breadth(words, size, bold=bold), rise(1, size)
    return Box(x - width / 2, y - height / 2, width, height)


def _hides(layers: Layers, frame: Frame, index: int, box: Box) -> bool:
    """Return whether `box` would cover the middle of a circle."""
    symbols = layers.symbols[index]
    x, y = frame.on_paper(symbols.geometry.x.to_numpy(), symbols.geometry.y.to_numpy())
    return covers(box, x, y, 0.5 * symbols["radius_mm"].to_numpy(dtype=float))
