"""What a page shows, as data: its views, and the units, places and borders that they share."""

from __future__ import annotations

import base64
import datetime as dt
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from itertools import chain, count
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely
from matplotlib.colors import to_rgb
from PIL import Image

from mtmgeo.core.errors import SpecError
from mtmgeo.maps.composition import GROUND, LINE_CASING, LINES, NUDGES, Composition, Panel
from mtmgeo.style.languages import sentence
from mtmgeo.tables.columns.periods import ends
from mtmgeo.web import search
from mtmgeo.web.escape import plain
from mtmgeo.web.shapes import RADIUS, Frame, Plate
from mtmgeo.web.swatches import (
    PX_PER_PT,
    SYMBOL_OPACITY,
    approximate,
    dash,
    looks,
    numbers,
    pixels_per_mm,
    weight,
)
from mtmgeo.web.words import words

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

#: Pixels across the whole country for which outlines, letters and circles are made.
WIDE_PX: Final = 900
#: Units beyond which none has a title of its own, and circles beyond which they are dots.
MANY: Final = 1500
#: Outlines of the page are seen up to this many times as large as in the whole country.
_CLOSER: Final = 1.8
#: Pixels by which outlines of the whole country may be off.
_COARSER: Final = 2.0
_SEEN_M: Final = 0.0002  # see `generalise`
#: Cells of a surface along its longer side.
_CELLS: Final = 1200
#: Borders nearer to water than this, in units of the drawing, are its shore.
_SHORE: Final = 5.0


@dataclass(frozen=True)
class Page:
    """The compositions of a page, and what they share.

    Attributes
    ----------
    compositions
        At least one.
    within
        For each, whether its circles are shown inside a chosen unit only.
    corners
        South-west and north-east corner of all that is drawn, as (lat, lon).
    frame
        Of the drawing.
    fine, coarse
        The shapes for readers who look closer, and for the whole country.
    surfaces
        For each composition, the picture of its surface: its ``url``, its ``box`` in the drawing
        (x, y, width, height), words (``alt``), and the number of the ``look`` through which it is
        seen; or None.
    """

    compositions: tuple[Composition, ...]
    within: tuple[bool, ...]
    corners: tuple[tuple[float, float], tuple[float, float]]
    frame: Frame
    fine: Plate = field(repr=False)
    coarse: Plate = field(repr=False)
    surfaces: tuple[Mapping[str, Any] | None, ...]

    @classmethod
    def of(cls, compositions: Sequence[Composition], within: Sequence[bool]) -> Page:
        """Return a page of some compositions.

        Raises
        ------
        SpecError
            If there is no geometry to draw, or the maps are in several languages.
        """
        corners = (south, west), (north, east) = extent(compositions)
        codes = sorted({composition.language.code for composition in compositions})
        if len(codes) > 1:
            raise SpecError(f"A page has one language, not {', '.join(codes)}: give all maps one.")
        frame = Frame.around(west, south, east, north)
        polygons = list(
            chain.from_iterable(
                shapes(part)
                for composition in compositions
                for part in (
                    composition.outlines,
                    composition.water,
                    composition.enclaves,
                    *(panel.areas for panel in composition.panels),
                )
            )
        )
        lines = [shape for composition in compositions for shape in shapes(composition.lines)]
        # Detail of a pixel, over the whole country, is not seen.
        scale = frame.metres * max(frame.width, frame.height) / WIDE_PX / _SEEN_M
        fine, coarse = (
            Plate(frame, polygons, lines, scale * part) for part in (1 / _CLOSER, _COARSER)
        )
        pictures = tuple(_surface(frame, composition) for composition in compositions)
        return cls(tuple(compositions), tuple(within), corners, frame, fine, coarse, pictures)


def extent(compositions: Sequence[Composition]) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the south-west and north-east corner of all that is drawn, as (lat, lon)."""
    frames = [
        frame
        for composition in compositions
        for panel in composition.panels
        for frame in (composition.outlines, panel.areas, panel.symbols)
        if _there(frame).any()
    ]
    if not frames:
        raise SpecError("The map has no geometry to draw: use a boundary set with outlines.")
    bounds = np.array([frame.total_bounds for frame in frames])
    west, south = (float(x) for x in bounds[:, :2].min(axis=0))
    east, north = (float(x) for x in bounds[:, 2:].max(axis=0))
    return (south, west), (north, east)


def drawable(frame: gpd.GeoDataFrame) -> list[tuple[Any, Any]]:
    """Return the rows that have a geometry, as (columns, geometry); `class` is called `key`."""
    there = frame[_there(frame)]
    columns = pd.DataFrame(there.drop(columns=there.columns[there.dtypes == "geometry"]))
    rows = columns.rename(columns={"class": "key"}).itertuples(index=False)
    return list(zip(rows, shapes(there), strict=True))


def shapes(frame: gpd.GeoDataFrame) -> list[Any]:
    """Return the geometries of a frame that are there."""
    return [] if frame.empty else list(frame.geometry.to_numpy()[_there(frame)])


def _there(frame: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    if frame.empty:
        return np.zeros(len(frame), dtype=bool)
    geometry = frame.geometry.to_numpy()
    found: NDArray[np.bool_] = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    return found


class _Once:
    """A list in which equal items stand once."""

    def __init__(self) -> None:
        self.items: list[Any] = []
        self._seen: dict[Any, int] = {}

    def index(self, key: Any, item: Callable[[], Any]) -> int:
        """Return the number of an item, which is made when its key is new."""
        if key not in self._seen:
            self._seen[key] = len(self.items)
            self.items.append(item())
        return self._seen[key]


@dataclass(frozen=True)
class _Lists:
    """What several views share."""

    units: _Once = field(default_factory=_Once)
    places: _Once = field(default_factory=_Once)
    sets: _Once = field(default_factory=_Once)
    grounds: _Once = field(default_factory=_Once)
    bases: _Once = field(default_factory=_Once)
    names: _Once = field(default_factory=_Once)
    labels: _Once = field(default_factory=_Once)
    spots: _Once = field(default_factory=_Once)
    notes: _Once = field(default_factory=_Once)
    themes: _Once = field(default_factory=_Once)
    groups: _Once = field(default_factory=_Once)


def data(page: Page) -> dict[str, Any]:
    """Return what the script of a page draws.

    Parameters
    ----------
    page
        See `Page.of`.

    Returns
    -------
    data
        ``frame``: where the drawing lies; ``arcs``: x, y of the first cell, then steps; ``units``:
        [name, names above, p-code, level, approximate, polygons as chains of arcs, search keys];
        ``places``: [name, names above, p-code, level, x, y, search keys]; ``sets``: units that are
        shown together; ``spots``: [place, unit it is in] where circles stand together; ``bases``:
        what lies over the units; ``maps``: one per composition; ``themes``, ``groups``; ``views``:
        one per panel, with the class, value and text of each unit of its set, and of each circle
        of its spots: [look, radius in px, value, text]; ``periods``: [``year`` of a view, its name]
        in order of time, only if one is longer than a year.
    """
    lists = _Lists()
    maps, views = [], []
    taken: set[tuple[Any, ...]] = set()
    for index, composition in enumerate(page.compositions):
        maps.append(_map(page, index, lists))
        theme = _theme(composition, page.within[index], lists, taken)
        views += [_view(page, index, panel, theme, lists) for panel in composition.panels]
    first = page.compositions[0]
    style, frame = first.style, page.frame
    return {
        "lang": first.language.code,
        "title": plain(first.title),
        "date": first.language.date(date(first)),
        "bounds": [list(corner) for corner in page.corners],
        "frame": {
            "x": round(frame.left, 3),
            "y": round(frame.top, 3),
            "unit": frame.unit,
            "width": frame.width,
            "height": frame.height,
        },
        "symbolOpacity": SYMBOL_OPACITY,
        "many": MANY,
        "nudges": NUDGES,
        "theme": {
            "abroad": style.abroad,
            "lake": style.lake,
            "lake_name": style.lake_name,
            "shore": style.shore,
            "border": style.border,
            "casing": round(LINE_CASING * PX_PER_PT, 2),
        },
        "arcs": page.fine.arcs.steps(),
        "units": lists.units.items,
        "places": lists.places.items,
        "sets": lists.sets.items,
        "bases": lists.bases.items,
        "labels": lists.labels.items,
        "spots": lists.spots.items,
        "notes": lists.notes.items,
        "maps": maps,
        "themes": lists.themes.items,
        "groups": lists.groups.items,
        "views": views,
        **_periods(page),
        "fold": search.tables(),
        "words": words(first.language),
    }


def _periods(page: Page) -> dict[str, list[list[Any]]]:
    """Return the periods in order of time, each with its name, if one is longer than a year."""
    language = page.compositions[0].language
    years = {panel.year for one in page.compositions for panel in one.panels} - {None}
    if not any(isinstance(year, str) for year in years):
        return {}
    known = sorted((year for year in years if year is not None), key=ends)
    return {"periods": [[each, sentence(language.period(each))] for each in known]}


def notes(composition: Composition, panel: Panel) -> tuple[str, ...]:
    """Return the sentences under a panel: its own, or those of the whole where it has none."""
    return tuple(dict.fromkeys(panel.notes or composition.notes))


def date(composition: Composition) -> dt.date:
    """Return the date of a composition.

    Raises
    ------
    SpecError
        If it has none.
    """
    if composition.spec.date is None:
        raise SpecError(f"The map '{composition.title}' has no date: give its MapSpec one.")
    return composition.spec.date


def _map(page: Page, index: int, lists: _Lists) -> dict[str, Any]:
    composition = page.compositions[index]

    def base() -> int:
        made = _base(composition, page.fine)
        return lists.bases.index(json.dumps(made), lambda: made)

    def names() -> int:
        made = labels(page, composition)
        return lists.labels.index(json.dumps(made), lambda: made)

    ground = lists.grounds.index(_ground(composition), base)
    # Compositions of one page are all there until it is made: what is the same has one number.
    named = lists.names.index((id(composition.labels), id(composition.water)), names)
    known = looks(composition, index)
    return {
        "title": plain(composition.title),
        "subtitle": plain(composition.subtitle),
        "legend": plain(composition.legend_title),
        "figure": plain(composition.figure or composition.legend_title),
        "base": lists.grounds.items[ground],
        "labels": lists.names.items[named],
        "looks": known,
        "surface": _spread(page, index),
        "approximate": approximate(known),
        "sources": [plain(source) for source in composition.sources],
        "synthetic": composition.synthetic,
        "within": page.within[index],
    }


def _theme(
    composition: Composition, within: bool, lists: _Lists, taken: set[tuple[Any, ...]]
) -> int:
    """Return the number of a composition's theme: a further one if it repeats what one shows."""
    spec = composition.spec
    name = plain(composition.theme or composition.title)
    key = (spec.kind, spec.indicator, spec.level, not within and spec.circles)
    shown = [(panel.group, panel.year) for panel in composition.panels]
    again = next(n for n in count(1) if taken.isdisjoint({(key, n, *view) for view in shown}))
    taken |= {(key, again, *view) for view in shown}
    known = any(name == theme["name"] for theme in lists.themes.items)
    theme = {
        "name": f"{name} ({again})" if known and again > 1 else name,
        "kind": spec.kind,
        "indicator": spec.indicator,
        "level": spec.level,
    }
    return lists.themes.index((key, again), lambda: theme)


def _view(page: Page, index: int, panel: Panel, theme: int, lists: _Lists) -> dict[str, Any]:
    composition = page.compositions[index]
    known = numbers(composition)
    named = _named(panel.areas)

    def look(key: Any) -> int:
        return known.get(key, len(known))

    areas = drawable(panel.areas)
    units = [
        lists.units.index(
            (row.pcode, row.level, bytes(shape.wkb), row.name),
            partial(_unit, page, row, shape, named),
        )
        for row, shape in areas
    ]
    return {
        "theme": theme,
        "group": lists.groups.index(plain(panel.group), lambda: plain(panel.group))
        if panel.group
        else None,
        "year": panel.year,
        "map": index,
        "title": plain(panel.title),
        "notes": [
            lists.notes.index(note, partial(plain, note)) for note in notes(composition, panel)
        ],
        "set": lists.sets.index(tuple(units), lambda: units),
        "classes": [look(row.key) for row, _ in areas],
        "values": [_number(row.value) for row, _ in areas],
        "texts": [plain(row.value_text) for row, _ in areas],
        **_symbols(page, panel, lists, units, look, pixels_per_mm(composition)),
    }


def _unit(page: Page, row: Any, shape: Any, named: Sequence[str]) -> list[Any]:
    return [
        plain(row.name),
        plain(row.parent),
        plain(row.pcode),
        int(row.level),
        int(row.approximate),
        page.fine.chains(shape),
        _keys(row, named),
    ]


def _place(page: Page, row: Any, point: Any, named: Sequence[str]) -> list[Any]:
    cell = page.frame.cell(point)
    above = plain(row.parent)
    return [plain(row.name), above, plain(row.pcode), int(row.level), *cell, _keys(row, named)]


def _keys(row: Any, named: Sequence[str]) -> str:
    return search.keys([plain(getattr(row, name)) for name in named], plain(row.pcode))


def _named(frame: gpd.GeoDataFrame) -> list[str]:
    """Return the columns of names, in all languages."""
    return [column for column in frame if column == "name" or column.startswith("name_")]


def _number(value: Any) -> float | int | None:
    """Return a figure as short as it is exact enough to be sorted by; None if it is missing."""
    if value is None or not math.isfinite(value):
        return None
    return int(value) if value == int(value) else float(f"{value:.6g}")


def _symbols(
    page: Page,
    panel: Panel,
    lists: _Lists,
    units: Sequence[int],
    look: Callable[[Any], int],
    scale: float,
) -> dict[str, Any]:
    """Return the circles of a panel: the number of their ``spots``, and what stands there."""
    rows = drawable(panel.symbols)
    areas = zip(panel.areas["level"], panel.areas["pcode"], strict=True)
    there = [key for key, shown in zip(areas, _there(panel.areas), strict=True) if shown]
    unit_of = dict(zip(there, units, strict=True))
    named = _named(panel.symbols)
    spots = [
        [
            lists.places.index(
                (row.pcode, row.name, point.x, point.y), partial(_place, page, row, point, named)
            ),
            unit_of.get((row.unit_level, row.unit), -1),
        ]
        for row, point in rows
    ]
    # In the order of the spots, so that views share these; the largest circles are drawn first.
    order = sorted(range(len(rows)), key=lambda i: spots[i][0])
    sizes = [round(float(row.radius_mm) * scale, 1) for row, _ in rows]
    shared = [spots[i] for i in order]
    return {
        "spots": lists.spots.index(json.dumps(shared), lambda: shared),
        "symbols": [
            [
                look(rows[i][0].key),
                sizes[i],
                _number(rows[i][0].value),
                plain(rows[i][0].value_text),
            ]
            for i in order
        ],
    }


# --- what lies around and over the units ----------------------------------------------------


def _ground(composition: Composition) -> tuple[object, ...]:
    """Return all that `_base` is made of."""
    style = composition.style
    frames = (composition.water, composition.enclaves, composition.outlines, composition.lines)
    told = ((frame.get("level"), frame.get("status")) for frame in frames)
    return (
        style.border,
        *sorted(style.borders.items()),
        *(tuple(shapely.to_wkb(shapes(frame))) for frame in frames),
        *(None if column is None else tuple(column) for pair in told for column in pair),
    )


def _base(composition: Composition, plate: Plate) -> dict[str, Any]:
    return {
        "water": [plate.chains(shape) for shape in shapes(composition.water)],
        "enclaves": [plate.chains(shape) for shape in shapes(composition.enclaves)],
        "lines": borders(composition, plate),
        "open": [
            [
                composition.style.border,
                weight(LINES[row.status]),
                dash(LINES[row.status]),
                plate.tracks(shape),
            ]
            for row, shape in drawable(composition.lines)
        ],
    }


def borders(composition: Composition, plate: Plate) -> list[list[Any]]:
    """Return [level, colour, px, arcs] of each level's outlines: none twice, none along a shore."""
    shores = shapely.union_all([plate.shape(shape) for shape in shapes(composition.water)])
    shores = shapely.buffer(shores, _SHORE)
    shapely.prepare(shores)
    drawn: set[int] = set()
    found = []
    for level, (colour, width) in sorted(composition.style.borders.items()):
        rows = [shape for row, shape in drawable(composition.outlines) if row.level == level]
        chains = [chain for shape in rows for rings in plate.chains(shape) for chain in rings]
        used = {max(number, ~number) for chain in chains for number in chain} - drawn
        drawn |= used
        cells = plate.arcs.cells()
        arcs = sorted(used)
        tracks: Any = [shapely.linestrings(cells[number]) for number in arcs]
        along = shapely.covers(shores, tracks)
        lines = [number for number, shore in zip(arcs, along, strict=True) if not shore]
        if lines:
            found.append([level, colour, round(width * PX_PER_PT, 2), lines])
    return found


def labels(page: Page, composition: Composition) -> list[list[Any]]:
    """Return [text, kind, x, y, side] of the names of units, most important first, then of lakes.

    The side is that of a square as large as the unit; 0 where that is not known.
    """
    kilometre = 1000 / page.frame.metres
    names = [
        [
            plain(row.text),
            int(row.level),
            *page.frame.cell(point),
            round(math.sqrt(row.km2) * kilometre) if row.km2 > 0 else 0,
        ]
        for row, point in drawable(composition.labels)
    ]
    lakes = [
        [plain(row.name), "lake", *page.frame.cell(shape.representative_point()), 0]
        for row, shape in drawable(composition.water)
    ]
    return [*names, *(lake for lake in lakes if lake[0])]


# --- surfaces -------------------------------------------------------------------------------


def _spread(page: Page, index: int) -> dict[str, Any] | None:
    """Return the picture of a surface with the outline of the country, where it ends."""
    picture, composition = page.surfaces[index], page.compositions[index]
    if picture is None:
        return None
    country = [shape for row, shape in drawable(composition.outlines) if row.level == 0]
    return {**picture, "country": [page.fine.chains(shape) for shape in country]}


def _surface(frame: Frame, composition: Composition) -> dict[str, Any] | None:
    shading = composition.surface
    if shading is None:
        return None
    (_, west), (_, east) = extent([composition])
    middle = (west + east) / 2  # of a country on both sides of 180° too
    crs = f"+proj=webmerc +lon_0={middle} +datum=WGS84 +units=m"
    classes, edges = shading.picture(crs, _CELLS)
    (left, right), (bottom, top) = np.array(edges).reshape(2, 2).T.tolist()
    box = [
        (left + math.radians(middle) * RADIUS - frame.left) / frame.unit,
        (frame.top - top) / frame.unit,
        (right - left) / frame.unit,
        (top - bottom) / frame.unit,
    ]
    known = numbers(composition)
    return {
        "url": f"data:image/png;base64,{_png(classes, shading.colours)}",
        "box": [round(edge, 2) for edge in box],
        "alt": plain(f"{composition.title}: cells in the colours of the legend."),
        "look": known.get(GROUND, len(known)),
    }


def _png(classes: NDArray[np.uint8], colours: Sequence[str]) -> str:
    """Return a picture of classes, the first of which is clear, in base64."""
    picture = Image.fromarray(classes).convert("P")
    parts = [to_rgb(colour) for colour in ("#ffffff", *colours)]
    picture.putpalette([round(255 * part) for colour in parts for part in colour])
    stream = BytesIO()
    picture.save(stream, "PNG", transparency=0, bits=4, compress_level=9)
    return base64.b64encode(stream.getvalue()).decode()
