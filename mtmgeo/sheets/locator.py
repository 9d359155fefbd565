"""The small map of where in the world the country lies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from matplotlib.collections import LineCollection
from matplotlib.patches import Rectangle
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from mtmgeo.boundaries import world
from mtmgeo.sheets.frames import Floats, Frame, Layers, add_paths, make_paths, open_axes
from mtmgeo.sheets.marginalia import Sheet
from mtmgeo.sheets.paper import Look
from mtmgeo.sheets.room import Room
from mtmgeo.style.colours import blend, sea

_LOCATOR: Final = (26.0, 22.0)  # mm at A4
_REGION: Final = (2_000_000.0, 9_000_000.0)  # metres across it, at least and at most
_LAND: Final = 0.05  # of it, at least, is land
_SHARE: Final = 0.22  # of its width, by the country
_DOTS: Final = (2.0, 2.5)  # of borders that are not final, and between, in line widths
_SEEN: Final = 2.0  # mm: a smaller country gets a box about it


@dataclass(frozen=True)
class Locator:
    """The small map of the region: its frame, and the land in it, in metres.

    Attributes
    ----------
    frame
        Where it stands.
    land
        Polygons.
    lines
        Coasts and borders, by what makes them not final (see `world.between`); or by ``""``.
    """

    frame: Frame
    land: NDArray[np.object_]
    lines: dict[str, list[Floats]]


def make_locator(page: Sheet, layers: Layers, room: Room) -> Locator | None:
    """Return a map of the region where there is room for it."""
    w, h = map(page.mm, _LOCATOR)
    west, south, east, north = layers.country
    across = float(np.clip(max(east - west, (north - south) * w / h) / _SHARE, *_REGION))
    box = room.find(w, h)
    if not box:
        return None
    while True:
        frame = Frame(box, w / across, (west + east) / 2, (south + north) / 2)
        land, lines = _region(page.composition.projection, frame)
        ground = frame.ground
        # Islands alone in an ocean do not say where it is.
        if shapely.area(land).sum() > _LAND * ground.w * ground.h or across == _REGION[1]:
            return Locator(frame, land, lines)
        across = min(2 * across, _REGION[1])


def draw_locator(page: Sheet, layers: Layers, locator: Locator) -> None:
    """Draw the region and the country in it; no border is solid that is not final."""
    style, frame = page.style, locator.frame
    axes = open_axes(page, frame, sea(style))
    axes.set_gid("locator")
    look: Look = {"facecolors": style.abroad, "edgecolors": style.abroad, "linewidths": 0.3}
    add_paths(axes, make_paths(locator.land), 1, **look)
    for status, lines in locator.lines.items():
        look = {"colors": blend(style.muted, style.abroad, 0.45), "linewidths": 0.3}
        if status:  # dots that are seen at this size
            look = {"colors": blend(style.muted, style.abroad, 0.8), "linewidths": 0.5}
            look |= {"linestyles": [(0, _DOTS)]}
        borders = LineCollection(lines, zorder=1.5, gid=f"locator-{status or 'line'}", **look)
        axes.add_collection(borders, autolim=False)
    look = {"facecolors": style.heading, "edgecolors": style.heading, "linewidths": 0.2}
    add_paths(axes, layers.paths["country"], 2, **look)
    west, south, east, north = layers.country
    if max(east - west, north - south) * frame.scale < _SEEN:
        half = 0.6 * _SEEN / frame.scale
        corner = (west + east) / 2 - half, (south + north) / 2 - half
        box: Look = {"facecolor": "none", "edgecolor": style.heading, "linewidth": 0.9}
        axes.add_patch(Rectangle(corner, 2 * half, 2 * half, zorder=3, **box))


def _region(projection: str, frame: Frame) -> tuple[NDArray[np.object_], dict[str, list[Floats]]]:
    """Return the land of the countries in a frame, in metres, and its lines by status."""
    crs, ground = CRS(projection), frame.ground
    from_metres = Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
    to_metres = Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)
    middle, _ = from_metres.transform(frame.x, frame.y)
    rows, columns = (
        np.linspace(first, last, 21)
        for first, last in ((ground.y, ground.top), (ground.x, ground.right))
    )
    lon, lat = from_metres.transform(*np.meshgrid(columns, rows))
    lon = (lon - middle + 180) % 360 - 180 + middle
    about = 3.0  # degrees
    extent = (
        max(float(lon.min()) - about, middle - 180), max(float(lat.min()) - about, -90.0),
        min(float(lon.max()) + about, middle + 180), min(float(lat.max()) + about, 90.0),
    )  # fmt: skip

    def metres(degrees: Floats) -> Floats:
        return np.column_stack(to_metres.transform(*degrees.T))

    by = 0.05 * ground.w
    edges = ground.x - by, ground.y - by, ground.right + by, ground.top + by

    def cut(shapes: Any) -> NDArray[np.object_]:
        pieces: NDArray[np.object_] = shapely.clip_by_rect(
            shapely.transform(shapes, metres), *edges
        )
        return pieces

    def strokes(shapes: Any) -> list[Floats]:
        parts = shapely.get_parts(cut(shapes))
        return [shapely.get_coordinates(part) for part in parts[shapely.length(parts) > 0]]

    countries = world.countries(extent)
    shapes, borders = countries.geometry.to_numpy(), world.between(countries)
    lines = dict(zip(borders["status"], map(strokes, borders.geometry), strict=True))
    coast = strokes(shapely.boundary(shapely.coverage_union_all(shapes)))
    land = cut(shapes)
    return land[shapely.area(land) > 0], lines | {"": [*lines.get("", []), *coast]}
