"""One map frame: its scale and centre, and all that is drawn on the ground in it.

The data coordinates of its axes are metres of the composition's projection.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import EllipseCollection, LineCollection, PathCollection
from matplotlib.colors import to_rgb
from matplotlib.image import AxesImage
from matplotlib.path import Path
from matplotlib.patheffects import Stroke
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from mtmgeo.boundaries import world
from mtmgeo.core.errors import SpecError
from mtmgeo.maps.composition import (
    DASHES,
    GROUND,
    LINE_CASING,
    LINES,
    MOST_DASHED,
    PLAIN,
    Composition,
    LegendEntry,
)
from mtmgeo.sheets.marginalia import SYNTHETIC, Sheet, face, strokes
from mtmgeo.sheets.paper import INCH, Box, Haloed, Look, breadth, font, rise
from mtmgeo.style.colours import blend, edge_colour, sea
from mtmgeo.style.style import Style

_FINE: Final = 300 / INCH  # cells of a surface per mm
_MOST_CELLS: Final = 3000  # along a side of it
#: Degrees between the lines of a graticule; and how many there are at least.
_STEPS: Final = (30, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01)
_FEWEST: Final = 4
_HALF: Final = 0.75  # lightness: what is darker is seen among pale colours

Floats = NDArray[np.float64]


class _Hollow(Stroke):
    """Outlines of letters: a fill would make the classes beneath it look like others."""

    def draw_path(self, renderer: Any, gc: Any, tpath: Any, affine: Any, fill: Any = None) -> None:
        """Draw the outline in the colour of the fill."""
        gc.set_foreground(fill)
        unfilled: Any = None
        super().draw_path(renderer, gc, tpath, affine, unfilled)


@dataclass(frozen=True)
class Ground:
    """Units as they are drawn.

    Attributes
    ----------
    paths
        One of each.
    rough, count
        Edges and number of approximate units.
    crowded
        Whether all units of the level are approximate, and many.
    """

    paths: NDArray[np.object_]
    rough: list[Floats]
    count: int
    crowded: bool


@dataclass(frozen=True)
class Layers:
    """The composition in its projection, and the circles (x, y, mm) that each map has to hold.

    Panels of the same units share one `Ground`; `borders` are lines by level, none of them twice;
    `between` are those of the neighbours among each other.
    """

    areas: tuple[gpd.GeoDataFrame, ...]
    symbols: tuple[gpd.GeoDataFrame, ...]
    outlines: gpd.GeoDataFrame
    lines: gpd.GeoDataFrame
    water: gpd.GeoDataFrame
    enclaves: gpd.GeoDataFrame
    neighbours: gpd.GeoDataFrame
    between: gpd.GeoDataFrame
    labels: gpd.GeoDataFrame
    grounds: tuple[Ground, ...]
    borders: dict[int, list[Floats]]
    x: Floats
    y: Floats
    radii: Floats

    @cached_property
    def paths(self) -> dict[str, NDArray[np.object_]]:
        """Paths of the country, its lakes and enclaves, and the neighbours."""
        country = self.outlines[self.outlines["level"] == 0]
        frames = {"country": country, "water": self.water, "enclaves": self.enclaves}
        frames["neighbours"] = self.neighbours
        return {name: make_paths(frame.geometry.to_numpy()) for name, frame in frames.items()}

    @cached_property
    def land(self) -> NDArray[np.object_]:
        """All outlines of the country, prepared to be asked for what meets them."""
        shapes = [frame.geometry.to_numpy() for frame in (self.areas[0], self.outlines)]
        land = np.concatenate(shapes)
        shapely.prepare(land)
        return land

    @property
    def country(self) -> tuple[float, float, float, float]:
        """West, south, east and north of the country, in metres."""
        bounds = [frame.total_bounds for frame in (self.outlines, *self.areas) if len(frame)]
        west, south, east, north = np.array(bounds).T
        return float(west.min()), float(south.min()), float(east.max()), float(north.max())

    @cached_property
    def tracks(self) -> list[list[Floats]]:
        """The strokes of each border that is not final."""
        return [_strokes(line) for line in self.lines.geometry]

    def fit(self, width: float, height: float) -> tuple[float, float, float]:
        """Return scale (mm per metre) and centre of the largest map in `width` x `height` mm."""
        scale = min(width / np.ptp(self.x), height / np.ptp(self.y))
        for _ in range(6):  # circles keep their size while the map shrinks, hence the iteration
            spans = [np.ptp(self.ends(values, scale)) for values in (self.x, self.y)]
            scale *= min(width / spans[0], height / spans[1])
        x, y = (self.ends(values, scale).mean() / scale for values in (self.x, self.y))
        return scale, x, y

    def height(self, width: float) -> float:
        """Return the height in mm of a map `width` mm wide."""
        return float(np.ptp(self.ends(self.y, self.fit(width, math.inf)[0])))

    def within(self, window: Box) -> Layers:
        """Return what lies in or about a window in metres, cut off outside it.

        The cut lies beyond the window, so that no edge drawn along it is seen.
        """
        by = 0.1 * max(window.w, window.h)
        wide = window.x - by, window.y - by, window.right + by, window.top + by

        def cut(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
            if frame.empty:
                return frame
            shapes = shapely.clip_by_rect(frame.geometry.to_numpy(), *wide)
            return frame.set_geometry(gpd.GeoSeries(shapes, frame.index, frame.crs))[
                ~shapely.is_empty(shapes)
            ]

        def inside(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
            x, y = frame.geometry.x, frame.geometry.y
            return frame[x.between(window.x, window.right) & y.between(window.y, window.top)]

        areas = tuple(map(cut, self.areas))
        return replace(
            self,
            areas=areas,
            symbols=tuple(map(inside, self.symbols)),
            outlines=cut(self.outlines),
            lines=cut(self.lines),
            water=cut(self.water),
            enclaves=cut(self.enclaves),
            neighbours=cut(self.neighbours),
            between=cut(self.between),
            labels=inside(self.labels),
            grounds=tuple(
                replace(
                    ground,
                    paths=make_paths(frame.geometry.to_numpy()),
                    rough=_clipped(ground.rough, wide),
                )
                for frame, ground in zip(areas, self.grounds, strict=True)
            ),
            borders={level: _clipped(lines, wide) for level, lines in self.borders.items()},
        )

    def ends(self, values: Floats, scale: float) -> Floats:
        """Return the least and the largest of `x` or `y` in mm, with the circles there."""
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

    @property
    def ground(self) -> Box:
        """What the frame shows, in metres."""
        w, h = self.box.w / self.scale, self.box.h / self.scale
        return Box(self.x - w / 2, self.y - h / 2, w, h)

    def on_paper(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Return the place in mm of points in metres."""
        left, bottom = self.box.x + self.box.w / 2, self.box.y + self.box.h / 2
        return left + (x - self.x) * self.scale, bottom + (y - self.y) * self.scale

    def on_ground(self, box: Box) -> Any:
        """Return what `box` covers, as a polygon in metres."""
        x = self.x + (box.x - self.box.x - self.box.w / 2) / self.scale
        y = self.y + (box.y - self.box.y - self.box.h / 2) / self.scale
        return shapely.box(x, y, x + box.w / self.scale, y + box.h / self.scale)


@dataclass(frozen=True)
class Graticule:
    """Meridians and parallels in metres, and what is written at them, where on paper."""

    lines: list[Floats]
    labels: list[tuple[str, Box]]


def project(composition: Composition) -> Layers:
    """Return the composition's layers in its projection, without rows that have no geometry."""
    target = CRS(composition.projection)
    # Panels hold the same outlines: each is projected, and made a path, only once.
    known: dict[tuple[int, ...], tuple[gpd.GeoSeries, gpd.GeoSeries]] = {}
    grounds: dict[tuple[int, ...], Ground] = {}

    def flat(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        frame = frame[~(frame.geometry.isna() | frame.geometry.is_empty)]
        key = tuple(map(id, frame.geometry.to_numpy()))
        if key not in known:  # with the outlines themselves, or others might get their ids
            known[key] = frame.geometry, frame.geometry.to_crs(target)
        return frame.set_geometry(known[key][1].set_axis(frame.index))

    def ground(areas: gpd.GeoDataFrame) -> Ground:
        rough = areas["approximate"].to_numpy(dtype=bool)
        shapes, level = areas.geometry.to_numpy(), areas["level"].to_numpy()
        key = (*map(id, shapes), *rough)
        if key not in grounds:
            edges = _strokes(shapely.boundary(shapes[rough]))
            crowded = bool(rough.sum() > MOST_DASHED and rough[level == level.max()].all())
            grounds[key] = Ground(make_paths(shapes), edges, int(rough.sum()), crowded)
        return grounds[key]

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
        neighbours=flat(composition.neighbours),
        between=flat(world.between(composition.neighbours)),
        labels=flat(composition.labels),
        grounds=tuple(map(ground, areas)),
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
    for level in (0, 1):
        rings = shapely.boundary(outlines.geometry[outlines["level"] == level].to_numpy())
        borders[level] = _strokes(shapely.difference(shapely.difference(rings, higher), shores))
        higher = shapely.union_all(rings)
    return borders


def _strokes(lines: Any) -> list[Floats]:
    """Return the coordinates of lines, none of them twice, joined to long ones."""
    merged = shapely.line_merge(shapely.union_all(lines))
    return [shapely.get_coordinates(line) for line in shapely.get_parts(merged)]


def _clipped(lines: list[Floats], bounds: tuple[float, float, float, float]) -> list[Floats]:
    """Return the pieces of lines that lie within bounds."""
    pieces = shapely.clip_by_rect([shapely.LineString(line) for line in lines], *bounds)
    parts = shapely.get_parts(pieces)
    return [shapely.get_coordinates(part) for part in parts[shapely.get_type_id(parts) == 1]]


def _rings(shapes: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """Return the rings of polygons, holes wound against outsides, and whose each is."""
    parts, shape_of = shapely.get_parts(shapely.orient_polygons(shapes), return_index=True)
    rings, part_of = shapely.get_rings(parts, return_index=True)
    return rings, shape_of[part_of]


def make_paths(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return one path per polygon geometry."""
    rings, shape_of = _rings(shapes)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    codes = np.full(len(points), Path.LINETO, dtype=Path.code_type)
    turns = np.flatnonzero(np.diff(ring, prepend=-1))
    codes[turns] = Path.MOVETO
    codes[turns[1:] - 1] = codes[-1:] = Path.CLOSEPOLY
    starts = np.searchsorted(shape_of[ring], np.arange(1, len(shapes)))
    paths = np.empty(len(shapes), dtype=object)
    pieces = zip(np.split(points, starts), np.split(codes, starts), strict=True)
    paths[:] = [Path(place, code) for place, code in pieces][: len(shapes)]
    return paths


def draw_frame(
    page: Sheet, layers: Layers, frame: Frame, index: int, grid: Graticule | None = None
) -> Axes:
    """Draw one frame: ground, lakes, borders, circles, and the mark of synthetic data."""
    box = frame.box
    if title := page.composition.panels[index].title:
        lines, size = page.shrink(title, box.w, [(s, 1) for s in (10, 9, 8, 7, 6)], bold=True)
        look: Look = {"va": "bottom", "color": page.style.heading}
        page.text(box.x, box.top + page.mm(1.2), lines, font(size, bold=True), **look)
    axes = draw_map(page, layers, frame, index)
    if page.composition.synthetic:
        words = page.say(SYNTHETIC)
        size = min(0.55 * box.w / breadth(words, 1, bold=True), 0.9 * box.h)
        look = {"rotation": 18, "color": page.style.alert, "alpha": 0.6}
        look |= {
            "ha": "center",
            "va": "center",
            "path_effects": [_Hollow(linewidth=page.style.line_scale)],
        }
        look |= {"fontproperties": font(size, bold=True), "zorder": 6, "gid": "watermark"}
        axes.text(0.5, 0.5, words, transform=axes.transAxes, **look)
    if grid:
        _draw_graticule(page, axes, grid)
    return axes


def draw_map(page: Sheet, layers: Layers, frame: Frame, index: int) -> Axes:
    """Draw the ground, lakes, borders and circles of a frame into axes of its own."""
    composition = page.composition
    coast = len(composition.neighbours) > 0
    axes = open_axes(page, frame, sea(page.style) if coast else page.style.abroad)
    _draw_abroad(axes, layers, frame, page.style)
    _draw_areas(axes, layers, index, composition)
    if composition.surface:
        _draw_surface(axes, layers, index, composition, frame)
    _draw_reference(axes, layers, frame.pen, composition)
    _draw_symbols(axes, layers.symbols[index], composition)
    return axes


def open_axes(page: Sheet, frame: Frame, colour: str) -> Axes:
    """Return empty axes in the frame's place, whose coordinates are metres."""
    box, ground = frame.box, frame.ground
    place = (box.x / page.width, box.y / page.height, box.w / page.width, box.h / page.height)
    axes = page.axes or page.figure.add_axes(place)
    axes.set(facecolor=colour, xlim=(ground.x, ground.right), ylim=(ground.y, ground.top))
    for axis in (axes.xaxis, axes.yaxis):  # layers of the user's own would bring them back
        axis.set_visible(False)
    axes.spines[:].set(color=edge_colour(page.style), linewidth=0.6)
    return axes


def add_paths(axes: Axes, paths: NDArray[np.object_], zorder: float, **look: Any) -> None:
    """Draw paths as one collection."""
    axes.add_collection(PathCollection(list(paths), zorder=zorder, **look), autolim=False)


def _add_lines(axes: Axes, lines: list[Floats], zorder: float, **look: Any) -> None:
    axes.add_collection(LineCollection(lines, zorder=zorder, **look), autolim=False)


def _draw_abroad(axes: Axes, layers: Layers, frame: Frame, style: Style) -> None:
    """Draw the neighbours and the borders between them."""
    land: Look = {"facecolors": style.abroad, "edgecolors": style.abroad, "linewidths": 0.3}
    add_paths(axes, layers.paths["neighbours"], 0.5, **land)
    fine: Look = {"color": blend(style.muted, style.abroad, 0.4), "linewidths": 0.6 * frame.pen}
    for status, line in zip(layers.between["status"], layers.between.geometry, strict=True):
        strokes_of = strokes(LINES[status]) if status else "-"
        _add_lines(axes, _strokes(line), 0.6, linestyles=[strokes_of], **fine)


def graticule(page: Sheet, layers: Layers, frame: Frame, taken: list[Box]) -> Graticule:
    """Return meridians and parallels at round degrees, numbered where they leave the frame.

    A number stands at the lower or left end of its line, or at the other end where the first is
    `taken`, or would hide units or circles; over units only if both would.
    """
    crs, ground = CRS(page.composition.projection), frame.ground
    to_degrees = Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
    to_metres = Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)
    x, y = np.meshgrid(
        np.linspace(ground.x, ground.right, 41), np.linspace(ground.y, ground.top, 41)
    )
    lon, lat = to_degrees.transform(x, y)
    middle = float(lon[20, 20])
    lon = (lon - middle + 180) % 360 - 180 + middle  # in one piece across 180°
    lines: list[Floats] = []
    labels: list[tuple[str, Box]] = []
    for upright, across, along in ((True, lon, lat), (False, lat, lon)):
        track = np.linspace(along.min(), along.max(), 200)
        for value in _round_degrees(across.min(), across.max()):
            fixed = np.full(200, value)
            line = np.column_stack(
                to_metres.transform(*((fixed, track) if upright else (track, fixed)))
            )
            edges = ground.x, ground.y, ground.right, ground.top
            pieces = _clipped([line[np.isfinite(line).all(axis=1)]], edges)
            lines += pieces
            words = _degrees(page, value, upright=upright)
            places = _ends(page, frame, pieces, words, upright=upright)
            filled = [*taken, *(box for _, box in labels)]
            places = [box for box in places if not any(box.meets(other) for other in filled)]
            clear = [box for box in places if not _hides(layers, frame, box)]
            labels += [(words, box) for box in (clear or places)[:1]]
    return Graticule(lines, labels)


def _round_degrees(low: float, high: float) -> list[float]:
    """Return the multiples, between two values, of the roundest step that has enough of them."""
    for step in _STEPS:
        first, last = math.ceil(low / step), math.floor(high / step)
        if last - first + 1 >= _FEWEST:
            break
    return [number * step for number in range(first, last + 1)]


def _degrees(page: Sheet, value: float, *, upright: bool) -> str:
    """Return what is written at a meridian (`upright`) or a parallel."""
    value = (value + 180) % 360 - 180 if upright else value
    size = abs(round(value, 6))
    angle = f"{page.composition.language.bound(size)}°" if size else "0°"
    if size in (0, 180):
        return angle
    if upright:
        said = page.say("{angle} E" if value > 0 else "{angle} W", angle=angle)
    else:
        said = page.say("{angle} N" if value > 0 else "{angle} S", angle=angle)
    return said.replace(" ", "\u00a0")


def _ends(
    page: Sheet, frame: Frame, pieces: list[Floats], words: str, *, upright: bool
) -> list[Box]:
    """Return where the words of a line may stand: at its lower or left end, and at the other."""
    size, gap, side = page.points(6), page.mm(0.8), frame.box
    width, height = breadth(words, size), rise(1, size)
    if not pieces:
        return []
    corners = np.concatenate(pieces)
    x, y = frame.on_paper(corners[:, 0], corners[:, 1])
    if upright:
        far, near = ((y.argmin(), side.y + gap), (y.argmax(), side.top - gap - height))
        boxes = [Box(x[i] - width / 2, at, width, height) for i, at in (far, near)]
        leaves = y.min() < side.y + 0.01, y.max() > side.top - 0.01
    else:
        far, near = ((x.argmin(), side.x + gap), (x.argmax(), side.right - gap - width))
        boxes = [Box(at, y[i] - height / 2, width, height) for i, at in (far, near)]
        leaves = x.min() < side.x + 0.01, x.max() > side.right - 0.01
    room = side.inset(gap - 0.01)
    return [box for box, out in zip(boxes, leaves, strict=True) if out and room.holds(box)]


def _hides(layers: Layers, frame: Frame, box: Box) -> bool:
    """Return whether `box` would cover land of the country, or a part of a circle."""
    x, y = frame.on_paper(layers.x, layers.y)
    away = np.hypot(
        np.maximum(np.abs(x - box.x - box.w / 2) - box.w / 2, 0),
        np.maximum(np.abs(y - box.y - box.h / 2) - box.h / 2, 0),
    )
    circles = bool((away < layers.radii).any())
    return circles or bool(shapely.intersects(layers.land, frame.on_ground(box)).any())


def _draw_graticule(page: Sheet, axes: Axes, grid: Graticule) -> None:
    """Draw the lines beneath the edges of the units, and their numbers over all."""
    line: Look = {"color": edge_colour(page.style), "linewidths": 0.35, "alpha": 0.8}
    _add_lines(axes, grid.lines, 2.06, **line)
    size = page.points(6)
    for words, box in grid.labels:
        look: Look = {"va": "center", "color": page.style.muted, "gid": "graticule"}
        page.text(box.x, box.y + box.h / 2, [words], font(size), maker=Haloed, **look)


def _draw_areas(axes: Axes, layers: Layers, index: int, composition: Composition) -> None:
    """Draw the units in their classes' looks, and a dashed edge about approximate ones."""
    looks = {entry.key: entry for entry in composition.legend if entry.shape == "area"}
    areas, ground, style = layers.areas[index], layers.grounds[index], composition.style
    for key in sorted(set(areas["class"])):
        entry = looks.get(key) or replace(PLAIN, fill=style.ground)
        paths = ground.paths[(areas["class"] == key).to_numpy()]
        fill = entry.fill or "none"
        # A hair of its own colour about each unit closes the seams of antialiasing.
        add_paths(axes, paths, 2, facecolors=fill, edgecolors=fill, linewidths=0.3)
        # Where classes meet, a dark edge tells more than a white one: it is drawn later.
        order = 2.2 if entry.edge and _dark(entry.edge) else 2.1
        look: Look = {"edgecolors": entry.edge or "none", "linewidths": entry.width_pt}
        add_paths(axes, paths, order, facecolors="none", hatch=entry.hatch, **look)
    plain = LegendEntry(key="", label="", edge=style.muted, width_pt=0.8, dash=DASHES)
    entry = looks.get("approximate", plain)
    # Hundreds of approximate units would turn the map black, and their dashes into dirt.
    width = entry.width_pt * min(1.0, math.sqrt(MOST_DASHED / max(ground.count, 1)))
    colour = entry.edge or style.muted
    look = {"color": blend(colour, style.paper, 0.6) if ground.crowded else colour}
    dashes = "-" if ground.crowded else strokes(entry)
    _add_lines(axes, ground.rough, 4, linestyles=[dashes], linewidths=width, **look)


def _dark(colour: str) -> bool:
    """Return whether a colour is nearer to black than to white, to the eye."""
    return float(np.dot(to_rgb(colour), (0.299, 0.587, 0.114))) < _HALF


def _draw_surface(
    axes: Axes, layers: Layers, index: int, composition: Composition, frame: Frame
) -> None:
    """Draw the cells of the surface on their ground, as one picture of bounded size."""
    shaded = (layers.areas[index]["class"] == GROUND).to_numpy()
    shading, paths = composition.surface, layers.grounds[index].paths[shaded]
    if not shading or not len(paths):
        return
    length = frame.scale * max(np.ptp(layers.x), np.ptp(layers.y))
    side = min(_MOST_CELLS, round(_FINE * length))
    classes, (west, south, east, north) = shading.picture(composition.projection, side)
    ground = composition.style.ground
    colours = np.array([to_rgb(colour) for colour in (ground, *shading.colours)])
    # Without interpolation, SVG and PDF hold the cells as they are.
    look: Look = {"extent": (west, east, south, north), "origin": "upper", "interpolation": "none"}
    image = AxesImage(axes, zorder=2.05, **look)
    image.set_data((255 * colours).round().astype(np.uint8)[classes])
    image.set_clip_path(Path.make_compound_path(*paths), axes.transData)
    axes.add_image(image)


def _draw_reference(axes: Axes, layers: Layers, pen: float, composition: Composition) -> None:
    """Draw lakes, enclaves and borders; a pale casing sets the country off its neighbours."""
    style = composition.style
    looks = {entry.key: entry for entry in composition.legend if entry.shape == "line"}
    look: Look = {
        "facecolors": "none",
        "edgecolors": blend(style.border, style.paper, 0.2),
        "linewidths": 4.5 * pen,
    }
    add_paths(axes, layers.paths["country"], 1, **look)
    look = {"facecolors": style.lake, "edgecolors": style.shore, "linewidths": 0.5 * pen}
    add_paths(axes, layers.paths["water"], 3, **look)
    for level, (color, width) in style.borders.items():
        order, lines = 5 - level / 10, layers.borders[level]
        round_ends: Look = {"capstyle": "round", "joinstyle": "round"}
        if level:  # on dark units a dark line would be lost
            look = {"color": style.paper, "linewidths": 2.2 * width * pen, "alpha": 0.6}
            _add_lines(axes, lines, order, **look, **round_ends)
        _add_lines(axes, lines, order, color=color, linewidths=width * pen, **round_ends)
    # Enclaves cover the inner half of the border, which would fill a small one with its line.
    look = {"facecolors": style.abroad, "edgecolors": style.border, "linewidths": 0.5 * pen}
    add_paths(axes, layers.paths["enclaves"], 5.1, **look)
    for status, tracks in zip(layers.lines["status"], layers.tracks, strict=True):
        entry = looks.get(LINES[status].key, LINES[status])
        look = {"color": entry.edge, "linewidths": entry.width_pt * pen}
        look |= {"linestyles": [strokes(entry)], "capstyle": "butt", "joinstyle": "round"}
        wide = (entry.width_pt + LINE_CASING) * pen
        under = look | {"color": style.paper, "linewidths": wide, "linestyles": "-"}
        for each in (under, look):
            _add_lines(axes, tracks, 5.2, **each)


def _draw_symbols(axes: Axes, symbols: gpd.GeoDataFrame, composition: Composition) -> None:
    """Draw circles of `radius_mm` in print, largest first, so that small ones stay in sight."""
    if symbols.empty:
        return
    looks = {entry.key: entry for entry in composition.legend if entry.shape == "circle"}
    style = composition.style
    plain = LegendEntry(key="", label="", fill=style.circle, edge=style.circle_edge)
    entries = [looks.get(key, plain) for key in symbols["class"]]
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
