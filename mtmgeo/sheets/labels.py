"""Names on the map: of lakes, units, places and neighbours, each where it hides nothing.

A name has many slots. Those that would hide what must be seen are closed to it; of the others each
name, the most important first, takes the best that is left.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Final, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.text import Text

from mtmgeo.maps.composition import NUDGES
from mtmgeo.sheets.frames import Floats, Frame, Layers
from mtmgeo.sheets.marginalia import Sheet
from mtmgeo.sheets.paper import Box, Haloed, Look, breadth, font, rise
from mtmgeo.style.colours import blend

_Bools: TypeAlias = npt.NDArray[np.bool_]
_Ints: TypeAlias = npt.NDArray[np.int64]
_Shapes: TypeAlias = npt.NDArray[np.object_]

_PLACE: Final = 4  # level
_MOST_HIDDEN: Final = 0.5  # of a coloured unit, by one name
_MIDDLE, _WHOLE = 0.5, 0.75  # of a circle's radius: what no name covers, and what it had better not
_DETAIL: Final = 0.2  # mm
_NEAR: Final = 0.3  # mm: a circle as near as that to the point of a name is its own
_PAD: Final = 0.35  # mm at either end of a name

_ACROSS, _UP = np.linspace(0, 1, 5), np.linspace(0, 1, 7)  # of a unit, for a grid of slots
#: Slots beside a point or circle: how far from it, in mm at A4, and in which directions.
_GAPS: Final = np.array([0.5, 2.5, 5.0, 8.0])
_TURNS: Final = np.arange(16) * np.pi / 8
#: The right is the best side for a name, and above is better than below.
_SIDES: Final = 0.15 * (1 - np.cos(_TURNS)) + 0.02 * (1 - np.sin(_TURNS))

_LEADER, _CASING = 0.4, 1.2  # points
_PALE: Final = 0.55  # of the ink of neighbours' names


@dataclass(frozen=True)
class _Names:
    """Names, most important first; lengths in mm on the sheet.

    Attributes
    ----------
    words, size
        The text, and its type size.
    bold, place
        Whether it is bold, and whether it names a place, not a unit.
    w, h
        Its width and height.
    x, y, radius
        The point it names, and the radius of the circle there; 0 where there is none.
    unit
        Position of the unit it names; -1 for places, and where the outline is not known.
    """

    words: list[str]
    size: Floats
    bold: _Bools
    place: _Bools
    w: Floats
    h: Floats
    x: Floats
    y: Floats
    radius: Floats
    unit: _Ints


@dataclass(frozen=True)
class _Slots:
    """Where names may stand, a row per slot.

    Attributes
    ----------
    name
        Position of the name.
    boxes
        Its left, lower, right and upper edge.
    lines
        Leader line: x and y of the end at what is named, and of the end at the name; NaN where
        none is needed.
    cost
        What speaks against the slot.
    """

    name: _Ints
    boxes: Floats
    lines: Floats
    cost: Floats

    def __getitem__(self, rows: Any) -> _Slots:
        return _Slots(self.name[rows], self.boxes[rows], self.lines[rows], self.cost[rows])

    def clash(self, others: _Slots) -> _Bools:
        """Return which slots, by rows, and which others, by columns, cannot both be taken."""
        a, b, c, d = self.boxes[:, None], others.boxes, self.lines[:, None], others.lines
        met = (a[..., :2] < b[:, 2:]).all(axis=-1) & (b[:, :2] < a[..., 2:]).all(axis=-1)
        return np.asarray(met) | _strikes(c, b) | _strikes(d, a) | _cross(c, d)


@dataclass(frozen=True)
class _Scene:
    """What names have to mind, in mm on the sheet.

    Attributes
    ----------
    paper
        What holds every name.
    closed
        Boxes that no name and no leader line may touch.
    circles
        Boxes that names had better not touch.
    units
        Outlines.
    coloured
        Whether the colours of the units must be seen.
    water
        Lakes, in one piece.
    """

    paper: Box
    closed: shapely.STRtree
    circles: shapely.STRtree
    units: _Shapes
    coloured: bool
    water: Any


def name_lakes(page: Sheet, layers: Layers, frame: Frame, index: int) -> list[Box]:
    """Name each lake whose name fits on its water, and return where the names stand."""
    size, water, taken = page.map_points(6.5), layers.water, []
    middles = shapely.STRtree(_circles(layers, frame, index, _MIDDLE))
    for name, lake in zip(water["name"], water.geometry, strict=True):
        point = lake.representative_point()
        x, y = frame.on_paper(point.x, point.y)
        w, h = breadth(name, size), rise(1, size)
        box = Box(x - w / 2, y - h / 2, w, h)
        fits = frame.box.inset(1).holds(box) and lake.contains(frame.on_ground(box))
        if name and fits and not middles.query(_shape(box)).size:
            look: Look = {"va": "center", "color": page.style.lake_name}
            page.text(box.x, box.y + box.h / 2, [name], font(size, italic=True), **look)
            taken.append(box)
    return taken


def within(layers: Layers, frame: Frame) -> _Bools:
    """Return which labels name something on the frame's ground."""
    points = layers.labels.geometry.to_numpy()
    return np.asarray(shapely.intersects(frame.on_ground(frame.box), points), dtype=bool)


def name_units(
    page: Sheet, layers: Layers, frame: Frame, taken: list[Box], *, only: pd.Index | None = None
) -> pd.Series:
    """Write the names of units and places that find room.

    Parameters
    ----------
    page, layers, frame
        What to write on; names of what lies outside the frame are passed over.
    taken
        Boxes to keep clear of; those of the names and of their leader lines are added.
    only
        Index of the labels to write; all where None.

    Returns
    -------
    unplaced
        The names that found no room, most important first, by the index of the labels.
    """
    shown = within(layers, frame)
    if only is not None:
        shown &= layers.labels.index.isin(only)
    labels = layers.labels[shown]
    unplaced: pd.Series = labels["text"]
    if labels.empty:
        return unplaced
    units = _on_paper(frame, layers.areas[0])
    scene = _scene(page, layers, frame, taken, _plain(units))
    names = _names(page, layers, frame, labels, units)
    slots = _open(_joined(_inside(names, scene.units), _beside(page, names, scene)), scene)
    found = _choose(slots, len(labels))
    standing = slots[found[found >= 0]]
    _draw_leaders(page, names, standing)
    quiet = page.style.muted if _mixed(page) else page.style.ink
    _write(page, names, standing, np.where(names.place, page.style.ink, quiet), maker=Haloed)
    taken += _taken(standing)
    return unplaced[found < 0]


def name_neighbours(page: Sheet, layers: Layers, frame: Frame, taken: list[Box]) -> list[Box]:
    """Name neighbouring countries where their ground has room; return where the names stand."""
    country = layers.outlines[layers.outlines["level"] == 0]
    shape = shapely.simplify(_on_paper(frame, country), _DETAIL, preserve_topology=False)
    own = shapely.buffer(shape, page.mm(1), quad_segs=2)
    shut = shapely.union_all([*own, *(_shape(box.inset(-page.mm(1))) for box in taken)])
    lands = shapely.make_valid(_plain(_on_paper(frame, layers.neighbours)))
    ground = shapely.difference(lands, shut)
    seen = np.flatnonzero(shapely.area(ground) > 0)
    if not seen.size:
        return []
    size, none = page.map_points(8), np.zeros(len(seen))
    words = [str(name).upper() for name in layers.neighbours["name"].iloc[seen]]
    x, y = shapely.get_coordinates(shapely.centroid(ground[seen])).T
    names = _Names(
        words=words,
        size=none + size,
        bold=none > 0,
        place=none > 0,
        w=np.array([breadth(word, size) + 2 * _PAD for word in words]),
        h=none + rise(1, size),
        x=x,
        y=y,
        radius=none,
        unit=np.arange(len(seen)),
    )
    scene = replace(_scene(page, layers, frame, taken, ground), coloured=False)
    slots = _open(_inside(names, ground[seen], wholly=True), scene)
    found = _choose(slots, len(words))
    standing = slots[found[found >= 0]]
    colour = blend(page.style.muted, page.style.abroad, _PALE)
    _write(page, names, standing, np.full(len(words), colour))
    return _taken(standing)


def _on_paper(frame: Frame, layer: gpd.GeoDataFrame) -> _Shapes:
    """Return what the frame shows of a layer, in mm on the sheet; empty where that is nothing."""

    def place(points: Floats) -> Floats:
        return np.column_stack(frame.on_paper(points[:, 0], points[:, 1]))

    box = frame.box
    placed = shapely.transform(layer.geometry.to_numpy(), place)
    seen: _Shapes = np.asarray(shapely.clip_by_rect(placed, box.x, box.y, box.right, box.top))
    return seen


def _plain(shapes: _Shapes) -> _Shapes:
    """Return outlines without the details that names take no notice of."""
    simple: _Shapes = shapely.simplify(shapes, _DETAIL)
    return simple


def _circles(layers: Layers, frame: Frame, index: int, part: float) -> _Shapes:
    """Return the squares about `part` of the circles' radii."""
    symbols = layers.symbols[index]
    x, y = frame.on_paper(symbols.geometry.x.to_numpy(), symbols.geometry.y.to_numpy())
    half = part * symbols["radius_mm"].to_numpy(dtype=float)
    squares: _Shapes = shapely.box(x - half, y - half, x + half, y + half)
    return squares


def _shape(box: Box) -> Any:
    return shapely.box(box.x, box.y, box.right, box.top)


def _scene(page: Sheet, layers: Layers, frame: Frame, taken: list[Box], units: _Shapes) -> _Scene:
    closed = [_shape(box) for box in taken]
    water = shapely.union_all(_on_paper(frame, layers.water))
    shapely.prepare(water)
    return _Scene(
        paper=frame.box.inset(1),
        closed=shapely.STRtree([*closed, *_circles(layers, frame, 0, _MIDDLE)]),
        circles=shapely.STRtree(_circles(layers, frame, 0, _WHOLE)),
        units=units,
        coloured=page.composition.spec.kind != "symbols",
        water=water,
    )


def _names(
    page: Sheet, layers: Layers, frame: Frame, labels: gpd.GeoDataFrame, units: _Shapes
) -> _Names:
    x, y = frame.on_paper(labels.geometry.x.to_numpy(), labels.geometry.y.to_numpy())
    symbols, level = layers.symbols[0], labels["level"].to_numpy()
    across, up = frame.on_paper(symbols.geometry.x.to_numpy(), symbols.geometry.y.to_numpy())
    radius = np.zeros(len(labels))
    row, own = shapely.STRtree(shapely.points(across, up)).query(
        shapely.points(x, y), predicate="dwithin", distance=_NEAR
    )
    np.maximum.at(radius, row, symbols["radius_mm"].to_numpy(dtype=float)[own])
    place = labels["km2"].isna().to_numpy() & ((level == _PLACE) | (radius > 0))
    bold = ~place & ((level == 1) | _mixed(page))
    size = np.select(
        [place, level == 1], [page.map_points(6), page.map_points(7.5)], page.map_points(6.5)
    )
    words = labels["text"].tolist()
    type_ = list(zip(words, size, bold, strict=True))
    unit = np.full(len(words), -1)
    near, found = shapely.STRtree(units).query_nearest(
        shapely.points(x, y), max_distance=_NEAR, all_matches=False
    )
    unit[near] = np.where(place[near] | (shapely.area(units[found]) == 0), -1, found)
    return _Names(
        words=words,
        size=size,
        bold=bold,
        place=place,
        w=np.array([breadth(word, s, bold=bool(b)) + 2 * _PAD for word, s, b in type_]),
        h=np.array([rise(1, s) for s in size]),
        x=x,
        y=y,
        radius=radius,
        unit=unit,
    )


def _inside(names: _Names, units: _Shapes, *, wholly: bool = False) -> _Slots:
    """Return slots whose middle lies in the unit; those wholly in it, near its middle, are best."""
    known = np.flatnonzero(names.unit >= 0)
    ground, size = units[names.unit[known]], np.column_stack([names.w, names.h])[known]
    bounds, half = shapely.bounds(ground), size / 2
    roomiest = _roomiest(ground, size)
    low, high = bounds[:, :2] + half, bounds[:, 2:] - half
    low, high = np.where(low < high, low, roomiest), np.where(low < high, high, roomiest)
    grid = np.stack(np.meshgrid(_ACROSS, _UP), axis=-1).reshape(-1, 2)
    point = np.column_stack([names.x, names.y])[known]
    middle = roomiest if wholly else shapely.get_coordinates(shapely.centroid(ground))
    trials = [
        np.stack([middle, roomiest], axis=1),
        point[:, None] + np.array(NUDGES) * size[:, None],
        low[:, None] + grid * (high - low)[:, None],
    ]
    centres = np.concatenate(trials, axis=1)
    away = np.hypot(*np.moveaxis(centres - middle[:, None], -1, 0)).ravel()
    row = np.repeat(np.arange(len(known)), centres.shape[1])
    shapely.prepare(ground)
    kept = shapely.contains_xy(ground[row], *centres.reshape(-1, 2).T)
    row, centres, away = row[kept], centres.reshape(-1, 2)[kept], away[kept]
    boxes = np.hstack([centres - half[row], centres + half[row]])
    lines = np.full((len(row), 4), np.nan)
    whole = shapely.contains(ground[row], shapely.box(*boxes.T))
    cost = 0.5 * away / (away + np.sqrt(shapely.area(ground))[row])
    slots = _Slots(known[row], boxes, lines, cost)
    if wholly:
        return slots[whole]
    shared = _shared(ground[row[~whole]], boxes[~whole]) / size[row[~whole]].prod(axis=1)
    slots.cost[~whole] += 0.5 + 1.2 * (1 - shared)
    return slots


def _roomiest(ground: _Shapes, size: Floats) -> Floats:
    """Return the middle of the largest room for a name of that size in each outline."""
    points, row = shapely.get_coordinates(ground, return_index=True)
    squeezed = shapely.set_coordinates(ground.copy(), points / size[row])
    circles = shapely.maximum_inscribed_circle(squeezed, tolerance=0.05)
    return shapely.get_coordinates(shapely.get_point(circles, 0)) * size


def _beside(page: Sheet, names: _Names, scene: _Scene) -> _Slots:
    """Return slots about the point or circle, from the second gap on with a leader line."""
    turn = np.column_stack([np.cos(_TURNS), np.sin(_TURNS)])
    at = np.column_stack([names.x, names.y])[:, None, None]
    start = at + names.radius[:, None, None, None] * turn
    gaps = page.mm(1) * _GAPS
    start = np.broadcast_to(start, (len(names.words), len(gaps), len(turn), 2))
    end = start + gaps[:, None, None] * turn
    size = np.column_stack([names.w, names.h])[:, None, None]
    # The line ends at the middle of the side that it comes to.
    steep = np.abs(turn[:, 0]) < 0.2
    shift = np.where(
        steep[:, None], turn.round(), np.column_stack([np.sign(turn[:, 0]), 0 * turn[:, 0]])
    )
    centre = end + shift * size / 2
    boxes = np.concatenate([centre - size / 2, centre + size / 2], axis=-1).reshape(-1, 4)
    lines = np.concatenate([start, end], axis=-1)
    bare = names.place | (names.radius > 0)
    lines = np.where((bare[:, None] & (np.arange(len(gaps)) == 0))[..., None, None], np.nan, lines)
    cost = np.where(np.arange(len(gaps)) == 0, 0.0, 2 + 0.2 * _GAPS)[:, None] + _SIDES
    cost = cost + np.where(names.place, 0.0, 1.4)[:, None, None]
    name = np.repeat(np.arange(len(names.words)), len(gaps) * len(turn))
    slots = _Slots(name, boxes, lines.reshape(-1, 4), cost.ravel())
    # On another unit a name could be taken for that one's; abroad it could not.
    middles = shapely.points(*((slots.boxes[:, :2] + slots.boxes[:, 2:]) / 2).T)
    row, unit = shapely.STRtree(scene.units).query(middles, predicate="intersects")
    wrong = (unit != names.unit[name[row]]) & ~names.place[name[row]]
    slots.cost[row[wrong]] += 0.6
    return slots


def _joined(*parts: _Slots) -> _Slots:
    return _Slots(
        *(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(_Slots))
    )


def _open(slots: _Slots, scene: _Scene) -> _Slots:
    """Return the slots in which a name hides nothing, each name's best first."""
    paper, (left, low, right, top) = scene.paper, slots.boxes.T
    held = (left >= paper.x) & (low >= paper.y) & (right <= paper.right) & (top <= paper.top)
    slots = slots[held]
    shapes: _Shapes = np.asarray(shapely.box(*slots.boxes.T))
    free = np.ones(len(shapes), dtype=bool)
    free[scene.closed.query(shapes)[0]] = False
    free[_struck(slots, np.flatnonzero(free), scene.closed)] = False
    free[free] = ~shapely.intersects(scene.water, shapes[free])
    if scene.coloured:
        free[free] = ~_hides(slots.boxes[free], shapes[free], scene.units)
    slots, count = slots[free], int(free.sum())
    covers = scene.circles.query(shapes[free])[0]
    crosses = _struck(slots, np.arange(count), scene.circles)
    cost = slots.cost + 0.5 * np.bincount(covers, minlength=count)
    cost += np.bincount(crosses, minlength=count)
    return replace(slots, cost=cost)[np.lexsort([cost, slots.name])]


def _struck(slots: _Slots, rows: _Ints, boxes: shapely.STRtree) -> _Ints:
    """Return those of the rows whose lines touch a box, once for each.

    What is named may lie beneath a circle, which its line then has to leave.
    """
    led = rows[~np.isnan(slots.lines[rows, 0])]
    lines = shapely.linestrings(slots.lines[led].reshape(-1, 2, 2))
    row, met = boxes.query(lines, predicate="intersects")
    leaves = shapely.contains_xy(boxes.geometries[met], *slots.lines[led[row], :2].T)
    struck: _Ints = led[row[~leaves]]
    return struck


def _hides(boxes: Floats, shapes: _Shapes, units: _Shapes) -> _Bools:
    """Return which boxes would cover the colour of a unit."""
    area, bounds = shapely.area(units), shapely.bounds(units)
    row, unit = shapely.STRtree(units).query(shapes)
    low = np.maximum(boxes[row, :2], bounds[unit, :2])
    high = np.minimum(boxes[row, 2:], bounds[unit, 2:])
    # Of the unit no more is covered than of its bounds, and no less than what these have over.
    most = np.clip(high - low, 0, None).prod(axis=1)
    least = area[unit] + most - (bounds[unit, 2:] - bounds[unit, :2]).prod(axis=1)
    hides = np.zeros(len(boxes), dtype=bool)
    hides[row[least > _MOST_HIDDEN * area[unit]]] = True
    open_ = ~hides[row] & (most > _MOST_HIDDEN * area[unit])
    row, unit = row[open_], unit[open_]
    hides[row[_shared(units[unit], boxes[row]) > _MOST_HIDDEN * area[unit]]] = True
    return hides


def _shared(units: _Shapes, boxes: Floats) -> Floats:
    """Return the area that each unit has in common with its box."""
    pairs = zip(units, boxes.tolist(), strict=True)  # many times faster than intersection()
    common: Floats = shapely.area([shapely.clip_by_rect(unit, *box) for unit, box in pairs])
    return common


def _choose(slots: _Slots, count: int) -> _Ints:
    """Return the slot of each name, or -1; an earlier name gives way if it has another one."""
    rows = np.split(np.arange(len(slots.name)), np.searchsorted(slots.name, np.arange(1, count)))
    near, found = _neighbours(slots, rows), np.full(count, -1)
    for name, own in enumerate(rows):
        others = near[name][found[near[name]] >= 0]
        clash = slots[own].clash(slots[found[others]])
        blockers = clash.sum(axis=1)
        if (blockers == 0).any():
            found[name] = own[blockers.argmin()]
            continue
        for other in others[clash[blockers == 1].any(axis=0)]:
            wanted = own[(blockers == 1) & clash[:, others == other].any(axis=1)]
            around = near[other][(found[near[other]] >= 0) & (near[other] != other)]
            free = ~slots[rows[other]].clash(slots[found[around]]).any(axis=1)
            spare = rows[other][free]
            both = ~slots[wanted].clash(slots[spare])
            if both.any():
                place = both.any(axis=1).argmax()
                found[name], found[other] = wanted[place], spare[both[place].argmax()]
                break
    return found


def _neighbours(slots: _Slots, rows: list[_Ints]) -> list[_Ints]:
    """Return for each name the names that may get in its way."""
    low, high = _reach(slots)
    reaches = np.full(len(rows), shapely.Polygon(), dtype=object)
    for name, own in enumerate(rows):
        if len(own):
            reaches[name] = shapely.box(*low[own].min(axis=0), *high[own].max(axis=0))
    name, other = shapely.STRtree(reaches).query(reaches)
    order = np.lexsort([other, name])
    return np.split(other[order], np.searchsorted(name[order], np.arange(1, len(rows))))


def _reach(slots: _Slots) -> tuple[Floats, Floats]:
    """Return the lower left and the upper right corner of what each slot takes, its line too."""
    start, end = slots.lines[:, :2], slots.lines[:, 2:]
    low = np.fmin(slots.boxes[:, :2], np.fmin(start, end))
    return low, np.fmax(slots.boxes[:, 2:], np.fmax(start, end))


def _taken(slots: _Slots) -> list[Box]:
    """Return the boxes of names, and those about their leader lines."""
    lines = slots.lines[~np.isnan(slots.lines[:, 0])].reshape(-1, 2, 2)
    about = np.concatenate([lines.min(axis=1), lines.max(axis=1)], axis=1)
    return [
        Box(left, low, right - left, top - low)
        for left, low, right, top in np.concatenate([slots.boxes, about]).tolist()
    ]


def _draw_leaders(page: Sheet, names: _Names, slots: _Slots) -> None:
    """Draw the lines to names that stand aside; a dot marks what has no circle."""
    led, style = ~np.isnan(slots.lines[:, 0]), page.style
    lines = slots.lines[led].reshape(-1, 2, 2)
    for color, width in ((style.paper, _CASING), (style.ink, _LEADER)):
        look: Look = {"color": color, "linewidth": width * style.line_scale, "zorder": 9}
        page.add(LineCollection(list(lines), **look))
    dots = lines[names.radius[slots.name[led]] == 0, 0]
    look = {"marker": "o", "markersize": 1.8 * style.line_scale, "linestyle": "", "zorder": 9.1}
    look |= {"color": style.ink, "markeredgecolor": style.paper, "markeredgewidth": _LEADER}
    page.add(Line2D(*dots.T, **look))


def _write(
    page: Sheet,
    names: _Names,
    slots: _Slots,
    colours: npt.NDArray[np.str_],
    maker: type[Text] = Text,
) -> None:
    """Write names where they are to stand."""
    for name, (left, low, _, high) in zip(slots.name, slots.boxes, strict=True):
        style = font(names.size[name], bold=bool(names.bold[name]))
        look: Look = {"va": "center", "color": str(colours[name])}
        page.text(left + _PAD, (low + high) / 2, [names.words[name]], style, maker=maker, **look)


def _mixed(page: Sheet) -> bool:
    """Return whether names of units stand among those of places, and have to look otherwise."""
    return page.composition.spec.labels == "both"


def _strikes(lines: Floats, boxes: Floats) -> _Bools:
    """Return which lines run through which boxes."""
    low, high, start, end = boxes[..., :2], boxes[..., 2:], lines[..., :2], lines[..., 2:]
    half, reach = (high - low) / 2, (end - start) / 2
    away = (start + end - low - high) / 2
    along = (np.abs(away) < half + np.abs(reach)).all(axis=-1)
    aside = np.abs(away[..., 0] * reach[..., 1] - away[..., 1] * reach[..., 0])
    width = half[..., 0] * np.abs(reach[..., 1]) + half[..., 1] * np.abs(reach[..., 0])
    struck: _Bools = along & (aside < width)
    return struck


def _cross(some: Floats, others: Floats) -> _Bools:
    """Return which lines cross which others."""

    def sides(lines: Floats, points: Floats) -> Floats:
        along, to = lines[..., 2:] - lines[..., :2], points - lines[..., :2]
        turned: Floats = along[..., 0] * to[..., 1] - along[..., 1] * to[..., 0]
        return turned

    crossed: _Bools = (sides(some, others[..., :2]) * sides(some, others[..., 2:]) < 0) & (
        sides(others, some[..., :2]) * sides(others, some[..., 2:]) < 0
    )
    return crossed
