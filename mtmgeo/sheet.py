"""The printed page: a composition drawn on paper, its legend and notes where the map leaves room.

The data coordinates of the figure's axes are metres of the composition's projection.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import EllipseCollection, LineCollection, PathCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.path import Path
from numpy.typing import NDArray
from pyproj import CRS

from mtmgeo import ink
from mtmgeo.errors import SpecError
from mtmgeo.indicators import Assessment
from mtmgeo.mapspec import (
    ABROAD,
    BORDERS,
    DASHES,
    GROUND,
    LAKE,
    LAKE_NAME,
    LINE_CASING,
    LINES,
    NUDGES,
    PLAIN,
    SHORE,
    Composition,
    LegendEntry,
    MapSpec,
    compose,
)
from mtmgeo.marginalia import (
    SYNTHETIC,
    Sheet,
    check_glyphs,
    disclaimer_band,
    face,
    header,
    legend,
    notes,
    scale_bar,
    sources,
    strokes,
)
from mtmgeo.paper import (
    BLUE,
    GREY,
    INCH,
    INK,
    RED,
    YELLOW,
    Box,
    Haloed,
    Look,
    Placed,
    breadth,
    flow,
    font,
    rise,
)
from mtmgeo.surfaces import Surface

CASING, FRAME = "#d3d9e3", "#8a94a6"
_MOST_HIDDEN: Final = 0.5  # of a unit, by its name
_FINE: Final = 300 / INCH  # cells of a surface per mm
_MOST_CELLS: Final = 3000  # along a side of it
PLAIN_CIRCLE: Final = LegendEntry(key="", label="", fill=YELLOW, edge=INK)
PLAIN_EDGE: Final = LegendEntry(key="", label="", edge=GREY, width_pt=0.8, dash=DASHES)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class _Layers:
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
class _Frame:
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


@dataclass(frozen=True)
class _Words:
    """Legend, notes and sources in their places; notes left out, and groups torn by a column."""

    items: Placed
    cut: int
    torn: int


@dataclass(frozen=True)
class _Layout:
    frames: list[_Frame]
    words: _Words

    def merit(self) -> tuple[float, float]:
        """Return what the best layout has most of: all notes, then a large map.

        A group torn by a column is worth 4% of the map's size.
        """
        return -self.words.cut, self.frames[0].scale * (1 - 0.04 * self.words.torn)


def draw(composition: Composition) -> Figure:
    """Draw `composition` as a sheet to be printed.

    Parameters
    ----------
    composition
        What to draw. The sheet measures ``composition.spec.size`` mm; circles keep their
        ``radius_mm``, every other size follows from the sheet's.

    Returns
    -------
    figure
        At 200 dpi, with the title as its label, and one Axes per panel in metres of the
        composition's projection. The last of ``figure.texts``, with gid
        ``disclaimer.ELEMENT_ID``, is the disclaimer. How many notes and unit names found no
        room is said on the sheet.

    Raises
    ------
    SpecError
        If no unit has an outline, a character has no glyph in the font, or the sheet is too
        small for its words.
    """
    check_glyphs(composition)
    with ink.drawing():
        page, layers = Sheet(composition), _project(composition)
        foot = disclaimer_band(page)
        floor, ceiling = foot.height + page.mm(2.5), header(page)
        body = Box(page.margin, floor, page.width - 2 * page.margin, ceiling - floor)
        layout = _layout(page, layers, body, with_scale=not page.single)
        corner = _free_corner(page, layers, layout.frames[0]) if page.single else None
        if page.single and not corner:
            layout = _layout(page, layers, body, with_scale=True)
        first = layout.frames[0]
        page.scale, page.centre = first.scale, (first.x, first.y)
        for index, frame in enumerate(layout.frames):
            _map(page, layers, frame, index)
            taken = _name_lakes(page, layers, frame, index)
            if corner:
                scale_bar(page, corner.w).draw(corner.x, corner.top)
                taken.append(corner)
            if page.single:
                page.nameless = _name_units(page, layers, frame, taken)
        for item, left, top in layout.words.items:
            item.draw(left, top)
        foot.draw(0.0, foot.height)
    return page.figure


def _project(composition: Composition) -> _Layers:
    """Return the composition's layers in its projection, without rows that have no geometry."""

    def project(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return frame[~(frame.geometry.isna() | frame.geometry.is_empty)].to_crs(target)

    target = CRS(composition.projection)
    areas = tuple(project(panel.areas) for panel in composition.panels)
    symbols = tuple(
        project(panel.symbols).sort_values("radius_mm", ascending=False, kind="stable")
        for panel in composition.panels
    )
    outlines, water = project(composition.outlines), project(composition.water)
    bounds = [frame.total_bounds for frame in (*areas, outlines) if len(frame)]
    if not bounds:
        raise SpecError("No unit of this map has an outline: use boundaries with polygons.")
    west, south, east, north = np.array(bounds).T
    points = [frame.geometry for frame in symbols]
    return _Layers(
        areas=areas,
        symbols=symbols,
        outlines=outlines,
        lines=project(composition.lines),
        water=water,
        enclaves=project(composition.enclaves),
        labels=project(composition.labels),
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


# --- Layout -------------------------------------------------------------------------------------


def _layout(page: Sheet, layers: _Layers, body: Box, *, with_scale: bool) -> _Layout:
    """Return the best layout of `body`; of equals, the first."""
    layouts = list(_layouts(page, layers, body, with_scale=with_scale))
    if not layouts:
        raise SpecError(
            f"A sheet of {page.width:g} × {page.height:g} mm has no room for the map and its "
            "legend: choose a larger size."
        )
    return max(layouts, key=_Layout.merit)


def _layouts(page: Sheet, layers: _Layers, body: Box, *, with_scale: bool) -> Iterator[_Layout]:
    """Yield layouts with the words at the right, in a cell that maps leave free, and below.

    Words are larger where the map cannot use the room; the largest come first.
    """
    count, gap, pad = len(page.composition.panels), page.mm(4), page.mm(3)
    titled = page.mm(6.5) if any(panel.title for panel in page.composition.panels) else 0.0
    growths = (1.3, 1.15, 1.0)

    def words(box: Box, growth: float, width: float) -> _Words | None:
        return _words(page, box, growth, page.mm(width), with_scale=with_scale)

    def layout(cells: list[Box], found: _Words | None) -> Iterator[_Layout]:
        boxes = [Box(cell.x, cell.y, cell.w, cell.h - titled) for cell in cells[:count]]
        if found and min(boxes[0].w, boxes[0].h) > page.mm(15) + 2 * pad:
            fits = (layers.fit(box.w - 2 * pad, box.h - 2 * pad) for box in boxes)
            frames = [_Frame(box, *fit) for box, fit in zip(boxes, fits, strict=True)]
            yield _Layout(frames, found)

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
                    rest.grid(rows, columns, gap), _Words(items, found.cut, found.torn)
                )


def _words(
    page: Sheet, box: Box, growth: float, width: float, *, with_scale: bool
) -> _Words | None:
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

    def place(size: float, cut: int) -> _Words | None:
        groups = [key, notes(page, width, size, total - cut), sources(page, width, size)]
        flowed = flow([group for group in groups if len(group) > 1], count, box, gap)
        return _Words(items=flowed[1], cut=cut, torn=flowed[0]) if flowed else None

    sizes = [page.points(7.5 * growth), *map(page.points, (7.0, 6.5, 6.0) if growth == 1 else ())]
    for size in dict.fromkeys(sizes):
        if words := place(size, 0):
            return words
    if growth > 1:
        return None
    fewest = bisect_left(range(total), True, key=lambda cut: place(sizes[-1], cut) is not None)
    return place(sizes[-1], fewest)


def _free_corner(page: Sheet, layers: _Layers, frame: _Frame) -> Box | None:
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
            if free and not _covers(corner, x, y, layers.radii):
                return corner
    return None


def _covers(box: Box, x: Floats, y: Floats, radii: Floats) -> bool:
    """Return whether `box` touches one of the circles, taken as squares."""
    across, up = (
        np.abs(x - box.x - box.w / 2) - box.w / 2,
        np.abs(y - box.y - box.h / 2) - box.h / 2,
    )
    return bool((np.maximum(across, up) < radii).any())


# --- Map ----------------------------------------------------------------------------------------


def _map(page: Sheet, layers: _Layers, frame: _Frame, index: int) -> None:
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
    axes: Axes, areas: gpd.GeoDataFrame, composition: Composition, frame: _Frame
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


def _draw_reference(axes: Axes, layers: _Layers, pen: float) -> None:
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


# --- Names on the map ---------------------------------------------------------------------------


def _name_lakes(page: Sheet, layers: _Layers, frame: _Frame, index: int) -> list[Box]:
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


def _name_units(page: Sheet, layers: _Layers, frame: _Frame, taken: list[Box]) -> int:
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


def _hides(layers: _Layers, frame: _Frame, index: int, box: Box) -> bool:
    """Return whether `box` would cover the middle of a circle."""
    symbols = layers.symbols[index]
    x, y = frame.on_paper(symbols.geometry.x.to_numpy(), symbols.geometry.y.to_numpy())
    return _covers(box, x, y, 0.5 * symbols["radius_mm"].to_numpy(dtype=float))


def sheet(result: Assessment, spec: MapSpec, *, surface: Surface | None = None) -> Figure:
    """Draw the map of `result` that `spec` asks for, as a sheet to be printed.

    Parameters
    ----------
    result
        Figures by unit; those that may not be published do not reach the sheet.
    spec
        Display choices.
    surface
        What a map of the kind ``surface`` shows.

    Returns
    -------
    figure
        See `draw`.

    Raises
    ------
    SpecError
        If the result does not hold what `spec` asks for, or the sheet cannot show it.
    """
    return draw(compose(result, spec, surface))
