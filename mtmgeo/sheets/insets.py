"""Beside the map, in room that it leaves: small places drawn larger, and where the country lies."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from mtmgeo.core.errors import SpecError
from mtmgeo.names.fold import parse
from mtmgeo.sheets.frames import Floats, Frame, Layers, draw_map
from mtmgeo.sheets.locator import Locator, draw_locator, make_locator
from mtmgeo.sheets.marginalia import Sheet, local, round_down
from mtmgeo.sheets.paper import Box, Haloed, Look, breadth, font, rise, wrap
from mtmgeo.sheets.room import Items, Room

_MARK: Final = 0.5  # mm: the breadth of a mark's sides
_PLACE: Final = 4  # level
_SMALL: Final = 16.0  # mm² on the sheet: a unit that is smaller can hardly be seen
_HIDDEN: Final = 0.5  # of a circle, by another one
#: How many times larger than on the map things are in an inset that nobody asked for; and in one
#: that is named.
_TIMES: Final = (2.5, 5.0)
_TIMES_NAMED: Final = (1.5, 12.0)
_SIDES: Final = (50, 44, 38, 32, 26)  # mm at A4
_SHAPES: Final = ((1.25, 1.0), (1.0, 1.0), (1.0, 1.25))
#: What a province with a figure, and anything else that can hardly be seen, adds to the worth of an
#: inset; and the least worth of one that nobody asked for.
_PROVINCE, _OTHER = 3.0, 1.0
_WORTH: Final = 3.0
_LESS: Final = 0.6
_NAMER: Final = 4.0  # times as large a province may be that only names an inset
_MANY: Final = 64  # places along a side where a window is tried
_CORNERS: Final = 0.75  # of a circle's radius: a square of that about it reaches beyond it
#: mm at A4 about what an inset shows: in it, and on the map.
_PAD, _ABOUT = 1.0, 0.6
_LARGE_SHEET: Final = 400.0  # mm
#: Classes of units that show no figure.
_SILENT: Final = ("not_assessed", "undivided", "unnamed", "ground")


@dataclass(frozen=True)
class Inset:
    """A place drawn larger.

    Attributes
    ----------
    letter, title
        What the place is called on both maps, and by name.
    box
        All of it on the sheet, the strip of its words included.
    frame, layers
        The map in it, to be drawn and named as any other; circles have the legend's size.
    mark
        What of the sheet's map it shows.
    sign
        Where the letter stands on that map.
    """

    letter: str
    title: str
    box: Box
    frame: Frame
    layers: Layers
    mark: Box
    sign: Box


@dataclass(frozen=True)
class Extras:
    """What is put on free room of the map.

    Attributes
    ----------
    insets
        In the order of their letters.
    locator
        The small map of the region; None without one.
    omitted
        Sentences on what found no room.
    """

    insets: tuple[Inset, ...] = ()
    locator: Locator | None = None
    omitted: tuple[str, ...] = ()

    @property
    def boxes(self) -> list[Box]:
        """What is taken of the sheet."""
        boxes = [
            box for inset in self.insets for box in (inset.box, inset.sign, *_edges(inset.mark))
        ]
        return [*boxes, *([self.locator.frame.box] if self.locator else [])]


def plan(page: Sheet, layers: Layers, frame: Frame, taken: list[Box]) -> Extras:
    """Find room on the sheet's map for insets and for a map of the region.

    Parameters
    ----------
    page, layers, frame
        The sheet and its only map; sheets of several maps have no insets.
    taken
        Boxes on the sheet to keep clear of.

    Returns
    -------
    extras
        What to `draw`.

    Raises
    ------
    SpecError
        If a unit that the spec names is not on the map.
    """
    if not page.single:
        return Extras()
    room = Room(page, frame.box)
    room.close_map(layers, frame)
    for box in taken:
        room.close(box)
        room.boxes.append(box)
    named = page.composition.spec.insets != "auto"
    find = _named if named else _crowded
    insets, omitted = find(page, layers, frame, room)
    locator = None
    if page.composition.spec.locator:
        locator = make_locator(page, layers, room)
        if not locator:
            omitted.append(page.say("There is no room for a map of where the country lies."))
    return Extras(tuple(insets), locator, tuple(omitted))


def draw(page: Sheet, layers: Layers, extras: Extras) -> list[Box]:
    """Draw what was planned, over the sheet's map, and return the boxes it takes."""
    for inset in extras.insets:
        _draw_inset(page, inset)
    if extras.locator:
        draw_locator(page, layers, extras.locator)
    return extras.boxes


# --- what to show larger --------------------------------------------------------------------


def _named(page: Sheet, layers: Layers, frame: Frame, room: Room) -> tuple[list[Inset], list[str]]:
    """Return insets of the units that the spec names, and what is to be said of the others."""
    known = _by_name(layers, frame)
    insets: list[Inset] = []
    large: list[str] = []
    crammed: list[str] = []
    for name in page.composition.spec.insets:
        key = parse(name).key
        if key not in known:
            near = difflib.get_close_matches(key, known, n=3)
            hint = ", ".join(str(known[each].names[0]) for each in near)
            raise SpecError(
                f"insets holds {name!r}, which is no unit of this map: "
                + (f"do you mean {hint}?" if hint else "give names or p-codes of its units.")
            )
        item = known[key]
        words = str(item.names[0])
        place = Box(
            item.left[0], item.low[0], item.right[0] - item.left[0], item.top[0] - item.low[0]
        )
        fits = [_fitted(page, layers, frame, place, side, _TIMES_NAMED) for side in _sizes(page)]
        found = [fit for fit in fits if fit]
        letter = chr(ord("A") + len(insets))
        trials = (_placed(page, layers, frame, room, fit, words, letter) for fit in found)
        inset = next(filter(None, trials), None)
        if inset:
            insets.append(inset)
        else:
            (crammed if found else large).append(words)
    said = page.composition.language.listed
    omitted = [_no_room(page, crammed)] if crammed else []
    if large:
        names = said(large)
        omitted.append(
            page.say("The map itself shows {names} about as large as an inset could.", names=names)
        )
    return insets, omitted


def _no_room(page: Sheet, names: list[str]) -> str:
    listed = page.composition.language.listed(names)
    return page.say("There is no room for an inset of {names}.", names=listed)


def _by_name(layers: Layers, frame: Frame) -> dict[str, Items]:
    """Return the units of the map by folded names and p-codes.

    Of one name it is the smallest outline, or a circle if nothing else has it.
    """
    order: list[tuple[bool, float, str, Items]] = []
    for units in (
        layers.outlines[layers.outlines["level"] > 0],
        layers.areas[0],
        layers.symbols[0],
    ):
        keys = [c for c in map(str, units.columns) if c == "pcode" or c.startswith("name")]
        items = _items(units, frame)
        for row, area in enumerate(units.geometry.area):
            names = (parse(str(units[key].iloc[row])).key for key in keys)
            order += [(area > 0, area, name, items[[row]]) for name in names]
    best_last = sorted(order, key=lambda each: (each[0], -each[1]))
    return {key: item for _, _, key, item in best_last if key}


def _items(units: gpd.GeoDataFrame, frame: Frame) -> Items:
    left, low, right, top = units.geometry.bounds.to_numpy().reshape(-1, 4).T
    left, low = frame.on_paper(left, low)
    right, top = frame.on_paper(right, top)
    values = units["value"] if "value" in units else np.full(len(units), np.nan)
    value = np.nan_to_num(np.asarray(values, dtype=float), nan=-1.0)
    names = units["name"].to_numpy(dtype=object)
    first = np.zeros(len(units), dtype=bool)
    return Items(left, low, right, top, value, np.ones(len(units)), first, names)


def _crowded(
    page: Sheet, layers: Layers, frame: Frame, room: Room
) -> tuple[list[Inset], list[str]]:
    """Return insets of where units or circles crowd, the most crowded first."""
    items = _too_small(layers, frame)
    most = 3 if max(page.width, page.height) > _LARGE_SHEET else 2
    insets: list[Inset] = []
    crammed: list[str] = []
    while len(insets) + len(crammed) < most and items.weight.sum() >= _WORTH:
        wanted: list[_Crowd] = []
        trials: list[tuple[bool, float, _Crowd, Frame]] = []
        for side in _sizes(page):
            crowd = _densest(items, page, frame, side)
            fit = _fitted(page, layers, frame, crowd.box, side, _TIMES) if crowd else None
            if crowd and fit:
                trials.append((_cuts(layers, fit), -crowd.worth, crowd, fit))
        for _, _, crowd, fit in sorted(trials, key=lambda trial: trial[:2]):
            title = str(items.names[crowd.namer])
            wanted.append(crowd)
            letter = chr(ord("A") + len(insets))
            if inset := _placed(page, layers, frame, room, fit, title, letter):
                insets.append(inset)
                items = items[~(crowd.held | items.inside(inset.mark))]
                break
        else:
            if not wanted:
                break
            crammed.append(str(items.names[wanted[0].namer]))
            items = items[~wanted[0].held]
    return insets, [_no_room(page, crammed)] if crammed else []


def _sizes(page: Sheet) -> Iterator[tuple[float, float]]:
    """Yield widths and heights of the maps in insets, the largest first."""
    for side in _SIDES:
        for across, up in _SHAPES:
            yield page.mm(side * across), page.mm(side * up)


def _too_small(layers: Layers, frame: Frame) -> Items:
    """Return units that are too small to be seen, if units show figures, and hidden circles."""
    areas, symbols = layers.areas[0], layers.symbols[0]
    x, y = frame.on_paper(symbols.geometry.x.to_numpy(), symbols.geometry.y.to_numpy())
    radii = symbols["radius_mm"].to_numpy(dtype=float)
    circles, grown = _items(symbols, frame), _CORNERS * radii
    circles = replace(
        circles,
        left=circles.left - grown,
        low=circles.low - grown,
        right=circles.right + grown,
        top=circles.top + grown,
    )[_overlapping(x, y, radii)]
    tells = ~areas["class"].isin(_SILENT).to_numpy()
    small = (areas.geometry.area * frame.scale**2 < _SMALL).to_numpy()
    corners = [tuple(bounds) for bounds in areas.geometry.bounds.to_numpy()]
    units, known = _items(areas, frame), dict(zip(corners, range(len(areas)), strict=True))
    outlines = layers.outlines[layers.outlines["level"] == 1]
    size = outlines.geometry.area.to_numpy() * frame.scale**2
    same = [known.get(tuple(bounds), -1) for bounds in outlines.geometry.bounds.to_numpy()]
    own = np.array(same, dtype=int)
    counts = (own >= 0) & np.append(tells, False)[own] & (size < _SMALL)
    # A province is not counted again as one of the units.
    single = np.ones(len(areas), dtype=bool)
    single[own[own >= 0]] = False
    found = units[small & tells & single].with_others(circles)
    provinces = replace(
        _items(outlines, frame),
        value=np.append(units.value, -1.0)[own],
        weight=np.where(counts, _PROVINCE, _OTHER),
        first=np.ones(len(outlines), dtype=bool),
    )
    # One without a figure names only what is in it.
    middles: Any = shapely.points((found.left + found.right) / 2, (found.low + found.top) / 2)
    grounds = shapely.box(provinces.left, provinces.low, provinces.right, provinces.top)
    held = np.zeros(len(outlines), dtype=bool)
    held[shapely.STRtree(middles).query(grounds)[0]] = True
    return found.with_others(provinces[counts | (held & (size < _NAMER * _SMALL))])


def _overlapping(x: Floats, y: Floats, radii: Floats) -> NDArray[np.bool_]:
    """Return which circles cover more than half of another, or are covered so."""
    squares = shapely.box(x - radii, y - radii, x + radii, y + radii)
    first, second = shapely.STRtree(squares).query(squares)
    first, second = first[first < second], second[first < second]
    large = np.maximum(radii[first], radii[second])
    small = np.minimum(radii[first], radii[second])
    away = np.hypot(x[first] - x[second], y[first] - y[second])
    near = (away < large + small) & (small > 0)
    first, second = first[near], second[near]
    d, r, s = away[near], large[near], small[near]
    inside = d <= r - s
    d = np.maximum(d, 1e-9)
    # The lens that two circles share.
    one = np.arccos(np.clip((d**2 + s**2 - r**2) / (2 * d * s), -1, 1))
    two = np.arccos(np.clip((d**2 + r**2 - s**2) / (2 * d * r), -1, 1))
    lens = s**2 * (one - np.sin(2 * one) / 2) + r**2 * (two - np.sin(2 * two) / 2)
    hides = inside | (lens > _HIDDEN * np.pi * s**2)
    found = np.zeros(len(x), dtype=bool)
    found[first[hides]] = found[second[hides]] = True
    return found


@dataclass(frozen=True)
class _Crowd:
    """What an inset may show: items, the one that names it, their worth, and the ground in mm."""

    held: NDArray[np.bool_]
    namer: int
    worth: float
    box: Box


def _densest(items: Items, page: Sheet, frame: Frame, size: tuple[float, float]) -> _Crowd | None:
    """Return the most crowded ground of what an inset of a size can show, if it is worth one.

    What names it is wholly in it, and in the middle third of both its sides.
    """
    around = 2 * (page.mm(_PAD) / _TIMES[0] + page.mm(_ABOUT)) + 0.01
    w, h = (length / _TIMES[0] - around for length in size)
    if min(w, h) <= 0:
        return None
    # A province that names it goes before what is more crowded.
    provinces = [(_about(items, row, w, h), row) for row in np.flatnonzero(items.first).tolist()]
    worth = [float(items.weight[held].sum()) for held, _ in provinces]
    if max(worth, default=0.0) >= _WORTH:
        held, namer = provinces[int(np.argmax(worth))]
    else:
        # The best window can be moved until an item touches its left side, and one its foot.
        held = _best_window(items, w, h, items.left, items.low)
        namer = int(np.lexsort([items.value, items.weight, held])[-1])
        held = _about(items, namer, w, h)
    if (total := float(items.weight[held].sum())) < _WORTH:
        return None
    shown, room = items[held], frame.box.inset(page.mm(_ABOUT))
    across = shown.left.min(), shown.right.max(), items.left[namer], items.right[namer]
    up = shown.low.min(), shown.top.max(), items.low[namer], items.top[namer]
    left, right = _span(*across, w if items.first[namer] else 0.0, (room.x, room.right))
    low, top = _span(*up, h if items.first[namer] else 0.0, (room.y, room.top))
    return _Crowd(held, namer, total, Box(left, low, right - left, top - low))


def _about(items: Items, namer: int, w: float, h: float) -> NDArray[np.bool_]:
    """Return which items lie in the best window that has one of them amid."""
    lefts = _amid(items.left, items.left[namer], items.right[namer], w)
    foots = _amid(items.low, items.low[namer], items.top[namer], h)
    return _best_window(items, w, h, lefts, foots)


def _best_window(
    items: Items, w: float, h: float, lefts: Floats, foots: Floats
) -> NDArray[np.bool_]:
    """Return which items lie in the best window of a size, of those with given corners."""
    most, best = 0.0, np.zeros(len(items.left), dtype=bool)
    for left in _thinned(lefts):
        row = np.flatnonzero((items.left >= left) & (items.right <= left + w))
        foot = _thinned(foots)
        held = (items.low[row] >= foot[:, None]) & (items.top[row] <= foot[:, None] + h)
        worth = held @ items.weight[row]
        if worth.size and worth.max() > most:
            most, best = float(worth.max()), np.zeros(len(items.left), dtype=bool)
            best[row[held[int(worth.argmax())]]] = True
    return best


def _thinned(values: Floats) -> Floats:
    """Return the values, each once; of very many, some of them."""
    each: Floats = np.unique(values)
    if len(each) <= _MANY:
        return each
    chosen: Floats = each[np.linspace(0, len(each) - 1, _MANY).round().astype(int)]
    return chosen


def _amid(starts: Floats, first: float, last: float, length: float) -> Floats:
    """Return where a stretch may start that holds another one in its middle third."""
    middle = (first + last) / 2
    least = max(middle - 2 * length / 3, last - length)
    most = min(middle - length / 3, first)
    last_start = [most] if least <= most else []
    return np.concatenate([starts[(starts >= least) & (starts <= most)], last_start])


def _span(
    low: float, high: float, first: float, last: float, most: float, room: tuple[float, float]
) -> tuple[float, float]:
    """Return a stretch about low and high that has the middle of another one in its middle third.

    There is as much about that one as it is long, if the stretch does not get longer than `most`;
    none goes beyond the room for that.
    """
    middle, about = (first + last) / 2, (last - first) / 2
    wide = min(low, first - about), max(high, last + about)
    start, end = wide if wide[1] - wide[0] <= most else (low, high)
    start, end = min(start, 1.5 * middle - end / 2), max(end, 1.5 * middle - start / 2)
    return max(start, min(low, room[0])), min(end, max(high, room[1]))


# --- where it goes --------------------------------------------------------------------------


def _fitted(
    page: Sheet,
    layers: Layers,
    frame: Frame,
    place: Box,
    size: tuple[float, float],
    times: tuple[float, float],
) -> Frame | None:
    """Return a map of a place on the sheet, no larger than `size`, at the lower left corner.

    None if it would not be as many `times` larger as it must. Every circle in its window is shown
    whole, if that can be.
    """
    pad, about = page.mm(_PAD), page.mm(_ABOUT)
    west, south, east, north = shapely.bounds(frame.on_ground(place.inset(-about)))
    symbols = layers.symbols[0]
    x, y = symbols.geometry.x.to_numpy(), symbols.geometry.y.to_numpy()
    radii, seen = symbols["radius_mm"].to_numpy(dtype=float), np.zeros(len(symbols), dtype=bool)
    found = None
    for _ in range(8):
        seen |= (x >= west) & (x <= east) & (y >= south) & (y <= north)
        held = replace(
            layers,
            x=np.concatenate([[west, east], x[seen]]),
            y=np.concatenate([[south, north], y[seen]]),
            radii=np.concatenate([[0.0, 0.0], radii[seen]]),
        )
        scale = min(held.fit(size[0] - 2 * pad, size[1] - 2 * pad)[0], times[1] * frame.scale)
        # To show a circle whole is worth a somewhat smaller scale.
        if scale < (_LESS if found else 1.0) * times[0] * frame.scale:
            break
        across, up = held.ends(held.x, scale), held.ends(held.y, scale)
        w, h = float(np.ptp(across)) + 2 * pad, float(np.ptp(up)) + 2 * pad
        least = max(page.mm(24), 3.4 * page.points(7))  # for the words above it
        w, h = max(w, 0.75 * h, least), max(h, 0.6 * w, page.mm(18))
        found = _within(
            frame, Frame(Box(0, 0, w, h), scale, across.mean() / scale, up.mean() / scale)
        )
        ground = found.ground
        more = (x > ground.x) & (x < ground.right) & (y > ground.y) & (y < ground.top)
        if not (more & ~seen).any():
            break
        seen |= more
    return found


def _cuts(layers: Layers, fit: Frame) -> bool:
    """Return whether a map would show a circle in part."""
    symbols, box = layers.symbols[0], fit.box
    x, y = fit.on_paper(symbols.geometry.x.to_numpy(), symbols.geometry.y.to_numpy())
    edge = np.minimum.reduce([x - box.x, box.right - x, y - box.y, box.top - y])
    return bool(((edge > 0) & (edge < symbols["radius_mm"].to_numpy(dtype=float) - 0.01)).any())


def _within(frame: Frame, fit: Frame) -> Frame:
    """Return a map moved so that the frame shows all of its ground, if it can."""
    whole, part = frame.ground.inset(0.2 / frame.scale), fit.ground
    if part.w > whole.w or part.h > whole.h:
        return fit
    x = min(max(fit.x, whole.x + part.w / 2), whole.right - part.w / 2)
    y = min(max(fit.y, whole.y + part.h / 2), whole.top - part.h / 2)
    return replace(fit, x=x, y=y)


def _placed(
    page: Sheet, layers: Layers, frame: Frame, room: Room, fit: Frame, title: str, letter: str
) -> Inset | None:
    """Return a map under its title where there is room for it, which is then taken."""
    strip = _strip(page, fit, f"{letter}  {title}")
    mark = _shown(frame, fit)
    sign = _sign(page, frame, room, mark, letter)
    if not sign:
        return None
    trial = room.copy()
    trial.close(mark)
    trial.close(sign)
    box = trial.find(fit.box.w, fit.box.h + strip.height, mark)
    if not box:
        return None
    room.take(mark, sign, box)
    placed = replace(fit, box=Box(box.x, box.y, fit.box.w, fit.box.h))
    shown = layers.within(placed.ground)
    return Inset(letter, title, box, placed, _with_places(page, layers, shown), mark, sign)


def _with_places(page: Sheet, layers: Layers, shown: Layers) -> Layers:
    """Return the layers of an inset with the names of its circles, if the map has units' alone."""
    if page.composition.spec.labels != "units":
        return shown
    symbols, known = shown.symbols[0], {parse(str(text)).key for text in shown.labels["text"]}
    keys = [parse(str(name)).key for name in symbols["name"]]
    new = symbols[np.array([key not in {*known, ""} for key in keys], dtype=bool)]
    new = new[~new["name"].duplicated().to_numpy()]
    if new.empty:
        return shown
    rows = gpd.GeoDataFrame(
        {"text": new["name"].to_numpy(), "level": _PLACE, "km2": np.nan},
        geometry=new.geometry.to_numpy(),
        index=1 + layers.labels.index.max() + np.arange(len(new)) if len(layers.labels) else None,
        crs=symbols.crs,
    )
    labels = pd.concat([shown.labels, rows]) if len(shown.labels) else rows
    return replace(shown, labels=gpd.GeoDataFrame(labels, crs=symbols.crs))


def _edges(mark: Box) -> list[Box]:
    """Return boxes along the sides of the mark of an inset."""
    half = _MARK / 2
    wide, high = mark.w + _MARK, mark.h + _MARK
    return [
        *(Box(mark.x - half, y - half, wide, _MARK) for y in (mark.y, mark.top)),
        *(Box(x - half, mark.y - half, _MARK, high) for x in (mark.x, mark.right)),
    ]


def _shown(frame: Frame, fit: Frame) -> Box:
    """Return where the ground of one map lies on another, in mm."""
    left, low = frame.on_paper(fit.ground.x, fit.ground.y)
    right, top = frame.on_paper(fit.ground.right, fit.ground.top)
    return Box(left, low, right - left, top - low)


def _sign(page: Sheet, frame: Frame, room: Room, mark: Box, letter: str) -> Box | None:
    """Return where the letter of a mark stands; None where something else does, or the mark."""
    size, gap = page.points(8), page.mm(0.4)
    w, h = breadth(letter, size, bold=True), rise(1, size)
    filled = (*room.boxes, *room.marks)
    if any(mark.meets(box) for box in filled) or not frame.box.holds(mark):
        return None
    for y in (mark.top + gap, mark.y - gap - h):
        for x in (mark.x, mark.right - w):
            box = Box(x, y, w, h)
            if frame.box.holds(box) and not any(box.meets(b) for b in (*filled, *room.signs)):
                return box
    return None


@dataclass(frozen=True)
class _Strip:
    """The words above an inset, and its scale bar: km, and mm; beside the last line or below."""

    lines: list[str]
    height: float
    km: float
    bar: float


def _strip(page: Sheet, frame: Frame, words: str) -> _Strip:
    size, pad = page.points(7), page.mm(1)
    width = frame.box.w - 2 * pad
    # Metres on the ground per metre of the projection.
    ground, _ = local(page.composition.projection, frame.x, frame.y, 0.2 * frame.ground.w)
    km = round_down(0.3 * width * ground / frame.scale / 1000)
    bar = km * 1000 / ground * frame.scale
    lines = wrap(words, width, size, bold=True)
    beside = bar + page.mm(4) + breadth(_kilometres(page, km), size)
    alone = breadth(lines[-1], size, bold=True) + beside > width
    return _Strip(lines, rise(len(lines) + alone, size) + pad, km, bar)


def _kilometres(page: Sheet, km: float) -> str:
    return f"{page.composition.language.number(km)}\u00a0{page.say('km')}"


# --- drawing --------------------------------------------------------------------------------


def _draw_inset(page: Sheet, inset: Inset) -> None:
    box, frame, style = inset.box, inset.frame, page.style
    # On dark units a dark line alone would be lost.
    for colour, width in ((style.paper, 1.8), (style.ink, 0.8)):
        line: Look = {"facecolor": "none", "edgecolor": colour, "zorder": 8}
        line["linewidth"] = width * style.line_scale
        mark = Rectangle((inset.mark.x, inset.mark.y), inset.mark.w, inset.mark.h, **line)
        mark.set_gid("inset-mark")
        page.add(mark)
    size, sign = page.points(8), inset.sign
    look: Look = {"va": "center", "ha": "center", "maker": Haloed, "gid": "inset-sign"}
    middle = sign.x + sign.w / 2, sign.y + sign.h / 2
    page.text(*middle, [inset.letter], font(size, bold=True), **look)
    axes = draw_map(page, inset.layers, frame, 0)
    axes.set_gid("inset")
    axes.spines[:].set(color=style.ink, linewidth=0.7)
    strip, pad = _strip(page, frame, f"{inset.letter}  {inset.title}"), page.mm(1)
    size = page.points(7)
    ground: Look = {"facecolor": style.paper, "edgecolor": style.ink, "linewidth": 0.7}
    page.add(Rectangle((box.x, frame.box.top), box.w, strip.height, zorder=8, **ground))
    page.text(box.x + pad, box.top - pad / 2, strip.lines, font(size, bold=True))
    words = _kilometres(page, strip.km)
    left = box.right - pad - breadth(words, size)
    foot = frame.box.top + pad / 2 + rise(1, size) / 2
    page.text(left, foot, [words], font(size), va="center")
    tall = page.mm(0.9)
    bar: Look = {"facecolor": style.ink, "gid": "inset-scale", "zorder": 9, "linewidth": 0}
    place = left - page.mm(1) - strip.bar, foot - tall / 2
    page.add(Rectangle(place, strip.bar, tall, **bar))
