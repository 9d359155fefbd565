"""One map frame: its scale and centre, and all that is drawn on the ground in it.

The data coordinates of its axes are metres of the composition's projection.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import EllipseCollection, LineCollection, PathCollection
from matplotlib.colors import to_rgb
from matplotlib.image import AxesImage
from matplotlib.path import Path
from numpy.typing import NDArray
from pyproj import CRS

from mtmgeo.errors import SpecError
from mtmgeo.mapspec import (
    ABROAD,
    BORDERS,
    DASHES,
    GROUND,
    LAKE,
    LINE_CASING,
    LINES,
    PLAIN,
    SHORE,
    Composition,
    LegendEntry,
)
from mtmgeo.marginalia import SYNTHETIC, Sheet, face, strokes
from mtmgeo.paper import BLUE, GREY, INCH, INK, RED, YELLOW, Box, Look, breadth, font

CASING, FRAME = "#d3d9e3", "#8a94a6"
_FINE: Final = 300 / INCH  # cells of a surface per mm
_MOST_CELLS: Final = 3000  # along a side of it
PLAIN_CIRCLE: Final = LegendEntry(key="", label="", fill=YELLOW, edge=INK)
PLAIN_EDGE: Final = LegendEntry(key="", label="", edge=GREY, width_pt=0.8, dash=DASHES)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Layers:
    """The composition in its projection, and the circles (x, y, mm) that each map has to hold."""

    areas: tuple[gpd.GeoDataFrame, ...]
    symbols: tuple[gpd.GeoDataFrame, ...]
    outlines: gpd.GeoDataFrame
    lines: gpd.GeoDataFrame
    water: gpd.GeoDataFrame
    enclaves: gpd.GeoDataFrame
    labels: gpd.GeoDataFrame
    borders: dict[int, list[Floats]]
    x: Floats
    y: Floats
    radii: Floats

    def fit(self, width: float, height: float) -> tuple[float, float, float]:
        """Return scale (mm per metre) and centre of the largest map in `width` x `height` mm."""
        scale = min(width / np.ptp(self.x), height / np.ptp(self.y))
        for _ in range(6):  # circles keep their size while the map shrinks, hence the iteration
            spans = [np.ptp(self._ends(values, scale)) for values in (self.x, self.y)]
            scale *= min(width / spans[0], height / spans[1])
        x, y = (self._ends(values, scale).mean() / scale for values in (self.x, self.y))
        return scale, x, y

    def height(self, width: float) -> float:
        """Return the height in mm of a map `width` mm wide."""
        return float(np.ptp(self._ends(self.y, self.fit(width, math.inf)[0])))

    def _ends(self, values: Floats, scale: float) -> Floats:
        return np.array([(values * scale - self.radii).min(), (values * scale + self.radii).max()])


@dataclass(frozen=True)
class Frame:
    """One map frame: where it stands, its scale in mm per metre, and its centre in metres."""

    box: Box
    scale: float
    x: float
    y: float

    @property
    def pen(self) -> float:
        """Factor of line widths: a small map has finer lines."""
        return min(1.5, max(0.5, math.sqrt(self.box.w / 250)))

    def on_paper(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Return the place in mm of points in metres."""
        left, bottom = self.box.x + self.box.w / 2, self.box.y + self.box.h / 2
        return left + (x - self.x) * self.scale, bottom + (y - self.y) * self.scale

    def on_ground(self, box: Box) -> Any:
        """Return what `box` covers, as a polygon in metres."""
        x = self.x + (box.x - self.box.x - self.box.w / 2) / self.scale
        y = self.y + (box.y - self.box.y - self.box.h / 2) / self.scale
        return shapely.box(x, y, x + box.w / self.scale, y + box.h / self.scale)


def project(composition: Composition) -> Layers:
    """Return the composition's layers in its projection, without rows that have no geometry."""

    def flat(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return frame[~(frame.geometry.isna() | frame.geometry.is_empty)].to_crs(target)

    target = CRS(composition.projection)
    areas = tuple(flat(panel.areas) for panel in composition.panels)
    symbols = tuple(
        flat(panel.symbols).sort_values("radius_mm", ascending=False, kind="stable")
        for panel in composition.panels
    )
    outlines, water = flat(composition.outlines), flat(composition.water)
    bounds = [frame.total_bounds for frame in (*areas, outlines) if len(frame)]
    if not bounds:
        raise SpecError("No unit of this map has an outline: use boundaries with polygons.")
    west, south, east, north = np.array(bounds).T
    points = [frame.geometry for frame in symbols]
    return Layers(
        areas=areas,
        symbols=symbols,
        outlines=outlines,
        lines=flat(composition.lines),
        water=water,
        enclaves=flat(composition.enclaves),
        labels=flat(composition.labels),
        borders=_borders(outlines, water),
        x=np.concatenate([[west.min(), east.max()], *(p.x for p in points)]),
        y=np.concatenate([[south.min(), north.max()], *(p.y for p in points)]),
        radii=np.concatenate([[0.0, 0.0], *(frame["radius_mm"] for frame in symbols)]),
    )


def _borders(outlines: gpd.GeoDataFrame, water: gpd.GeoDataFrame) -> dict[int, list[Floats]]:
    """Return borders as lines by level: no line twice, none along a shore."""
    shores = shapely.buffer(shapely.union_all(water.geometry.to_numpy()), 300.0)  # metres
    borders: dict[int, list[Floats]] = {}
    higher: Any = shapely.LineString()
    for level in sorted(BORDERS):
        rings = shapely.boundary(outlines.geometry[outlines["level"] == level].to_numpy())
        borders[level] = _strokes(shapely.difference(shapely.difference(rings, higher), shores))
        higher = shapely.union_all(rings)
    return borders


def _strokes(lines: Any) -> list[Floats]:
    """Return the coordinates of lines, none of them twice, joined to long ones."""
    merged = shapely.line_merge(shapely.union_all(lines))
    return [shapely.get_coordinates(line) for line in shapely.get_parts(merged)]


def draw_frame(page: Sheet, layers: Layers, frame: Frame, index: int) -> None:
    """Draw one frame: ground, lakes, borders, circles, and the mark of synthetic data."""
    box, half_w, half_h = frame.box, frame.box.w / 2 / frame.scale, frame.box.h / 2 / frame.scale
    axes = page.figure.add_axes(
        (box.x / page.width, box.y / page.height, box.w / page.width, box.h / page.height),
        facecolor=ABROAD,
        xlim=(frame.x - half_w, frame.x + half_w),
        ylim=(frame.y - half_h, frame.y + half_h),
        xticks=[],
        yticks=[],
    )
    axes.spines[:].set(color=FRAME, linewidth=0.6)
    if title := page.composition.panels[index].title:
        lines, size = page.shrink(title, box.w, [(s, 1) for s in (10, 9, 8, 7, 6)], bold=True)
        look: Look = {"va": "bottom", "color": BLUE}
        page.text(box.x, box.top + page.mm(1.2), lines, font(size, bold=True), **look)
    _draw_areas(axes, layers.areas[index], page.composition.legend)
    if page.composition.surface:
        _draw_surface(axes, layers.areas[index], page.composition, frame)
    _draw_reference(axes, layers, frame.pen)
    _draw_symbols(axes, layers.symbols[index], page.composition.legend)
    if page.composition.synthetic:
        size = min(0.55 * box.w / breadth(SYNTHETIC, 1, bold=True), 0.9 * box.h)
        look = {"rotation": 18, "color": RED, "alpha": 0.15, "ha": "center", "va": "center"}
        look |= {"fontproperties": font(size, bold=True), "zorder": 6, "gid": "watermark"}
        axes.text(0.5, 0.5, SYNTHETIC, transform=axes.transAxes, **look)


def _paths(geometries: Iterable[Any]) -> list[Path]:
    """Return one path per polygon geometry, its holes wound against its outside."""
    return [
        Path.make_compound_path(
            *(
                Path(shapely.get_coordinates(ring), closed=True)
                for polygon in shapely.get_parts(shapely.orient_polygons(geometry))
                for ring in (polygon.exterior, *polygon.interiors)
            )
        )
        for geometry in geometries
    ]


def _add_paths(axes: Axes, paths: list[Path], zorder: float, **look: Any) -> None:
    axes.add_collection(PathCollection(paths, zorder=zorder, **look), autolim=False)


def _draw_areas(axes: Axes, areas: gpd.GeoDataFrame, legend: tuple[LegendEntry, ...]) -> None:
    """Draw the units in their classes' looks, and a dashed edge about approximate ones."""
    looks = {entry.key: entry for entry in legend if entry.shape == "area"}
    for key, group in areas.groupby("class", sort=True):
        entry, paths = looks.get(key, PLAIN), _paths(group.geometry)
        fill = entry.fill or "none"
        # A hair of its own colour about each unit closes the seams of antialiasing.
        _add_paths(axes, paths, 2, facecolors=fill, edgecolors=fill, linewidths=0.3)
        # Where classes meet, a dark edge tells more than a white one: it is drawn later.
        order = 2.1 if entry.edge == "#ffffff" else 2.2
        look: Look = {"edgecolors": entry.edge or "none", "linewidths": entry.width_pt}
        _add_paths(axes, paths, order, facecolors="none", hatch=entry.hatch, **look)
    rough = areas.geometry[areas["approximate"].astype(bool)].to_numpy()
    entry = looks.get("approximate", PLAIN_EDGE)
    # Hundreds of approximate units would turn the map black.
    width = entry.width_pt * min(1.0, math.sqrt(60 / max(len(rough), 1)))
    look = {"color": entry.edge or GREY, "linewidths": width, "linestyles": [strokes(entry)]}
    edges = LineCollection(_strokes(shapely.boundary(rough)), zorder=4, **look)
    axes.add_collection(edges, autolim=False)


def _draw_surface(
    axes: Axes, areas: gpd.GeoDataFrame, composition: Composition, frame: Frame
) -> None:
    """Draw the cells of the surface on their ground, as one picture of bounded size."""
    shading, paths = composition.surface, _paths(areas.geometry[areas["class"] == GROUND])
    if not shading or not paths:
        return
    side = min(_MOST_CELLS, round(_FINE * max(frame.box.w, frame.box.h)))
    classes, (west, south, east, north) = shading.picture(composition.projection, side)
    colours = np.array([to_rgb(colour) for colour in (PLAIN.fill or "", *shading.colours)])
    # Without interpolation, SVG and PDF hold the cells as they are.
    look: Look = {"extent": (west, east, south, north), "origin": "upper", "interpolation": "none"}
    image = AxesImage(axes, zorder=2.05, **look)
    image.set_data((255 * colours).round().astype(np.uint8)[classes])
    image.set_clip_path(Path.make_compound_path(*paths), axes.transData)
    axes.add_image(image)


def _draw_reference(axes: Axes, layers: Layers, pen: float) -> None:
    """Draw lakes, enclaves and borders; a pale casing sets the country off its neighbours."""
    country = _paths(layers.outlines.geometry[layers.outlines["level"] == 0])
    _add_paths(axes, country, 1, facecolors="none", edgecolors=CASING, linewidths=4.5 * pen)
    look: Look = {"facecolors": LAKE, "edgecolors": SHORE, "linewidths": 0.5 * pen}
    _add_paths(axes, _paths(layers.water.geometry), 3, **look)
    for level, (color, width) in BORDERS.items():
        look = {"zorder": 5 - level / 10, "capstyle": "round", "joinstyle": "round"}
        lines = layers.borders[level]
        if level:  # on dark units a dark line would be lost
            casing = LineCollection(
                lines, color="white", linewidths=2.2 * width * pen, alpha=0.6, **look
            )
            axes.add_collection(casing, autolim=False)
        axes.add_collection(
            LineCollection(lines, color=color, linewidths=width * pen, **look), autolim=False
        )
    # Enclaves cover the inner half of the border, which would fill a small one with its line.
    look = {"facecolors": ABROAD, "edgecolors": BORDERS[0][0], "linewidths": 0.5 * pen}
    _add_paths(axes, _paths(layers.enclaves.geometry), 5.1, **look)
    for status, line in zip(layers.lines["status"], layers.lines.geometry, strict=True):
        entry, tracks = LINES[status], _strokes(line)
        look = {"color": entry.edge, "linewidths": entry.width_pt * pen, "zorder": 5.2}
        look |= {"linestyles": [strokes(entry)], "capstyle": "butt", "joinstyle": "round"}
        wide = (entry.width_pt + LINE_CASING) * pen
        under = look | {"color": "white", "linewidths": wide, "linestyles": "-"}
        for style in (under, look):
            axes.add_collection(LineCollection(tracks, **style), autolim=False)


def _draw_symbols(axes: Axes, symbols: gpd.GeoDataFrame, legend: tuple[LegendEntry, ...]) -> None:
    """Draw circles of `radius_mm` in print, largest first, so that small ones stay in sight."""
    looks = {entry.key: entry for entry in legend if entry.shape == "circle"}
    entries = [looks.get(key, PLAIN_CIRCLE) for key in symbols["class"]]
    inches = 2 * symbols["radius_mm"].to_numpy(dtype=float) / INCH
    circles = EllipseCollection(
        inches,
        inches,
        np.zeros(len(symbols)),
        units="inches",
        offsets=shapely.get_coordinates(symbols.geometry.to_numpy()),
        offset_transform=axes.transData,
        facecolors=[face(entry) for entry in entries],
        edgecolors=[entry.edge or "none" for entry in entries],
        linewidths=[entry.width_pt for entry in entries],
        zorder=7,
    )
    axes.add_collection(circles, autolim=False)
