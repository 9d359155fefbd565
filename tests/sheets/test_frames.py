"""One map frame: its layers, the ground about the country, and the graticule."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text
from pyproj import Transformer

from mtmgeo.core import disclaimer
from mtmgeo.core.errors import SpecError
from mtmgeo.maps.composition import Composition, LegendEntry, Panel
from mtmgeo.maps.spec import MapSpec
from mtmgeo.sheets.frames import Frame, draw_frame, graticule, project
from mtmgeo.sheets.marginalia import Sheet
from mtmgeo.sheets.paper import INCH, Box
from mtmgeo.style.colours import blend, sea
from mtmgeo.style.languages import Language
from mtmgeo.style.style import STYLES, Style

A4 = (297.0, 210.0)
MAP = Box(10.0, 60.0, 277.0, 120.0)
LEGEND = (
    LegendEntry(key="low", label="1–99", fill="#d6e2f5"),
    LegendEntry(key="high", label="100–249", fill="#0f45a3"),
    LegendEntry(key="not_assessed", label="Not assessed", fill="#dcdcda"),
    LegendEntry(key="people", label="10", shape="circle", fill="#ff0000", edge="#ff0000"),
)


def layer(geometry, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(geometry), crs="EPSG:4326")


def boxes(*edges):
    """Boxes in degrees whose straight edges bend with the projection, corner by corner."""
    return list(shapely.segmentize([shapely.box(*edge) for edge in edges], 0.25))


def circles(*rows):
    """Rows of longitude, latitude and radius in mm."""
    lon, lat, radius = np.array(rows, dtype=float).reshape(-1, 3).T
    names = [f"Place {n}" for n in range(len(lon))]
    columns = {"pcode": names, "name": names, "class": ["people"] * len(lon)}
    points = shapely.points(lon, lat)
    return layer(points, **columns, value=radius**2, radius_mm=radius)


def composition(units, *, classes, names=None, symbols=None, provinces=None, **changes):
    """A country of units, which are polygons in degrees."""
    names = names or [f"Unit {n}" for n in range(len(units))]
    areas = layer(
        units, pcode=[f"P{n}" for n in range(len(units))], name=names, level=2,
        approximate=False, value=np.nan, **{"class": classes},
    )  # fmt: skip
    country = shapely.union_all(units)
    first = provinces or []
    points = circles() if symbols is None else symbols
    west, south, east, north = country.bounds
    given: dict[str, Any] = {
        "spec": MapSpec(), "title": "Title", "subtitle": "", "legend_title": "People",
        "panels": (Panel(title="", areas=areas, symbols=points),),
        "legend": LEGEND,
        "outlines": layer(
            [*(shape for _, shape in first), country], level=[*(1 for _ in first), 0],
            name=[*(name for name, _ in first), "Country"],
        ),
        "lines": layer([], level=[], status=[]), "water": layer([], name=[]),
        "enclaves": layer([], name=[]), "labels": layer([], text=[], level=[], km2=[]),
        "notes": (), "sources": (), "synthetic": False,
        "projection": f"+proj=laea +lat_0={(south + north) / 2} +lon_0={(west + east) / 2}"
        " +datum=WGS84 +units=m",
        "projection_name": "Lambert azimuthal equal-area", "disclaimer": disclaimer.text(2022),
    }  # fmt: skip
    return Composition(**(given | changes))


def districts(**changes):
    """Four districts between 70° and 80° E, about a lake and an enclave."""
    lake, enclave = boxes((77, 41, 79, 41.5), (70.8, 40.2, 71.2, 40.5))
    edges = [70, 72.5, 75, 77.5, 80]
    units = [
        shape - (lake | enclave)
        for shape in boxes(*((w, 39.5, e, 43) for w, e in itertools.pairwise(edges)))
    ]
    own: dict[str, Any] = {
        "classes": ["low", "high", "low", "not_assessed"],
        "provinces": [("West", units[0] | units[1]), ("East", units[2] | units[3])],
        "water": layer([lake], name=["Lake"]),
        "enclaves": layer([enclave], name=[""]),
    }
    return composition(units, **(own | changes))


def around(**changes):
    """The districts, two countries west of them that meet at 41° N, and sea to the east."""
    west = boxes((60, 41, 70, 46), (60, 36, 70, 41))
    lands = layer(west, iso3=["AAA", "BBB"], name=["A", "B"])
    return districts(neighbours=lands, **changes)


def page_of(given, size=A4, dpi=200.0):
    figure = Figure((size[0] / INCH, size[1] / INCH), dpi, facecolor="white")
    return Sheet(replace(given, size=size, dpi=dpi), figure, size)


class Drawn:
    """A map that fills `box`, with its pixels."""

    def __init__(self, given, *, box=MAP, frame=None, crop=False, taken=()):
        self.page, self.layers = page_of(given), project(given)
        self.frame = frame or Frame(box, *self.layers.fit(box.w - 6, box.h - 6))
        layers = self.layers.within(self.frame.ground) if crop else self.layers
        self.grid = None
        if given.spec.graticule:
            self.grid = graticule(self.page, layers, self.frame, list(taken))
        self.axes = draw_frame(self.page, layers, self.frame, 0, self.grid)
        canvas = FigureCanvasAgg(self.page.figure)
        canvas.draw()
        self.pixels = np.asarray(canvas.buffer_rgba())[..., :3]
        self.to_metres = Transformer.from_crs(4326, given.projection, always_xy=True)

    def pixel(self, lon, lat):
        """Return row and column of a place."""
        x, y = self.axes.transData.transform(self.to_metres.transform(lon, lat))
        return len(self.pixels) - 1 - int(y), int(x)

    def at(self, lon, lat):
        row, column = self.pixel(lon, lat)
        return tuple(float(value) / 255 for value in self.pixels[row, column])


def like(colour):
    return pytest.approx(to_rgb(colour), abs=0.004)


@pytest.mark.parametrize("style", STYLES.values(), ids=lambda style: style.name)
def test_the_ground_has_the_colours_of_the_style(style):
    drawn = Drawn(around(style=style))
    assert drawn.at(71.5, 42) == like("#d6e2f5")
    assert drawn.at(78, 41.2) == like(style.lake)
    assert drawn.at(71, 40.35) == like(style.abroad)
    assert drawn.at(69.6, 42) == like(style.abroad)
    assert drawn.at(80.4, 41.3) == like(sea(style))


def test_a_colour_of_ones_own_style_reaches_the_map():
    drawn = Drawn(districts(style=Style(name="mine", lake="#123456", abroad="#fedcba")))
    assert drawn.at(78, 41.2) == like("#123456")
    assert drawn.at(80.4, 41.3) == like("#fedcba")


def test_without_neighbours_all_ground_abroad_is_alike():
    drawn = Drawn(districts())
    assert drawn.at(80.4, 41.3) == drawn.at(69.6, 42) == like(STYLES["report"].abroad)


@pytest.mark.slow
def test_only_neighbours_have_borders_between_each_other():
    given = around()
    drawn = Drawn(given)
    (row, column), style = drawn.pixel(69.6, 41), given.style
    lightest = drawn.pixels[row - 3 : row + 4, column].min(axis=0) / 255
    assert (lightest < np.array(to_rgb(style.abroad)) - 0.1).all()
    lines = drawn.layers.between.geometry
    expected = shapely.segmentize(shapely.LineString([(60, 41), (70, 41)]), 0.25)
    expected = gpd.GeoSeries([expected], crs=4326).to_crs(given.projection)
    assert lines.length.sum() == pytest.approx(expected.length.sum(), rel=1e-6)
    assert lines.iloc[0].hausdorff_distance(expected.iloc[0]) < 1


def test_circles_stand_on_colours_that_can_be_seen_through_them():
    drawn = Drawn(districts(symbols=circles((73.5, 40.5, 5))))
    red, _, blue = drawn.at(73.5, 40.5)
    assert (red, blue) == pytest.approx((0.8 + 0.2 * 15 / 255, 0.2 * 163 / 255), abs=0.01)
    assert drawn.at(74.5, 42) == like("#0f45a3")


def many(count, approximate):
    """Small units side by side, one class, on white."""
    units = boxes(*((70 + 0.1 * n, 40, 70.1 + 0.1 * n, 42) for n in range(count)))
    given = composition(units, classes=["low"] * count)
    entry = LegendEntry(key="approximate", label="", edge="#4d4d4d", width_pt=0.8, dash=(2.0, 4.0))
    areas = given.panels[0].areas.assign(approximate=approximate)
    panel = replace(given.panels[0], areas=areas)
    return replace(given, panels=(panel,), legend=(*LEGEND, entry))


def dashes_of(drawn):
    lines = [c for c in drawn.axes.collections if c.get_zorder() == 4]
    return lines[0].get_linestyle()[0][1]


@pytest.mark.slow
def test_edges_are_solid_where_all_of_many_units_are_approximate():
    assert dashes_of(Drawn(many(90, approximate=True))) is None
    assert dashes_of(Drawn(many(30, approximate=True))) is not None
    assert dashes_of(Drawn(many(90, approximate=np.arange(90) > 0))) is not None
    given = many(90, approximate=np.arange(90) > 0)
    areas = given.panels[0].areas
    areas.loc[0, "level"] = 1  # a city that is not divided at the level of the map
    assert dashes_of(Drawn(given)) is None


@pytest.mark.parametrize("pale", ["#ffffff", "#f4f4f4"])
def test_dark_edges_are_drawn_over_pale_ones(pale):
    units = boxes((70, 40, 75, 43), (75, 40, 80, 43))
    legend = (
        LegendEntry(key="a", label="", fill="#d6e2f5", edge="#222222", width_pt=2.0),
        LegendEntry(key="b", label="", fill="#d6e2f5", edge=pale, width_pt=2.0),
    )
    drawn = Drawn(composition(units, classes=["a", "b"], legend=legend))
    assert drawn.at(75, 41.5) == like("#222222")


@pytest.mark.slow
def test_casings_have_the_colour_of_the_paper():
    style = Style(name="mine", paper="#00ff00", border_inner="#0000ff")
    drawn = Drawn(districts(style=style))
    row, column = drawn.pixel(75, 42)
    window = drawn.pixels[row, column - 8 : column + 9].astype(int)
    plain = Drawn(districts()).pixels[row, column - 8 : column + 9].astype(int)
    assert ((window[:, 1] - window[:, 0]) > 90).any()
    assert not ((plain[:, 1] - plain[:, 0]) > 90).any()


@pytest.mark.slow
@pytest.mark.parametrize("style", STYLES.values(), ids=lambda style: style.name)
def test_the_mark_of_synthetic_data_leaves_the_colours_of_classes(style):
    with_mark, without = (Drawn(districts(style=style, synthetic=each)) for each in (True, False))
    (text,) = (
        each for each in with_mark.page.figure.findobj(Text) if each.get_gid() == "watermark"
    )
    left, low, right, high = map(int, text.get_window_extent().extents)
    height = len(with_mark.pixels)
    inside = slice(height - high, height - low), slice(left, right)
    changed = (with_mark.pixels[inside] != without.pixels[inside]).any(axis=2)
    assert 0.005 < changed.mean() < 0.06


@pytest.mark.slow
def test_a_class_without_legend_entry_gets_the_ground_of_the_style():
    drawn = Drawn(districts(classes=["ground"] * 4))
    assert drawn.at(74.5, 42) == like(STYLES["report"].ground)


def test_panels_of_the_same_units_are_projected_and_drawn_from_one_set_of_paths():
    given = districts()
    first = given.panels[0]
    recoloured = replace(first, areas=first.areas.assign(**{"class": "low"}))
    rough = replace(first, areas=first.areas.assign(approximate=True))
    layers = project(replace(given, panels=(first, recoloured, rough)))
    assert layers.grounds[0] is layers.grounds[1]
    assert layers.grounds[2] is not layers.grounds[0]
    assert layers.grounds[0].rough == []
    assert list(layers.areas[1]["class"]) == ["low"] * 4
    assert list(layers.areas[0]["class"]) == ["low", "high", "low", "not_assessed"]
    shapes = [areas.geometry.to_numpy() for areas in layers.areas]
    assert all(a is b for a, b in zip(*shapes[:2], strict=True))


def test_holes_and_parts_of_units_are_drawn():
    hole, island = boxes((1, 1, 2, 2), (5, 0, 6, 1))
    unit = shapely.MultiPolygon([boxes((0, 0, 4, 4))[0] - hole, island])
    drawn = Drawn(composition([unit, *boxes((6, 0, 7, 1))], classes=["low", "high"]))
    for place in ((0.5, 0.5), (3, 3), (5.5, 0.5)):
        assert drawn.at(*place) == like("#d6e2f5")
    for place in ((1.5, 1.5), (4.5, 0.5)):
        assert drawn.at(*place) == like(STYLES["report"].abroad)
    assert drawn.at(6.5, 0.5) == like("#0f45a3")


def test_rows_without_geometry_are_left_out_of_every_panel():
    given = districts()
    areas = given.panels[0].areas.copy()
    areas.loc[3, "geometry"] = None
    drawn = Drawn(replace(given, panels=(replace(given.panels[0], areas=areas),)))
    assert drawn.at(71.5, 42) == like("#d6e2f5")
    assert len(drawn.layers.areas[0]) == 3


def test_a_map_without_outlines_is_refused():
    given = districts()
    panel = replace(given.panels[0], areas=given.panels[0].areas[:0])
    with pytest.raises(SpecError, match="No unit of this map has an outline"):
        project(replace(given, panels=(panel,), outlines=given.outlines[:0]))


@pytest.mark.slow
@pytest.mark.parametrize("centre", [(71, 40.6), (77.4, 41.3), (75, 43), (70, 41)])
def test_what_is_cut_to_a_window_looks_the_same_in_it(centre):
    given = around(symbols=circles((77.0, 41.2, 3), (71, 40.8, 2)))
    to_metres = Transformer.from_crs(4326, given.projection, always_xy=True)
    frame = Frame(MAP, 1 / 1200, *to_metres.transform(*centre))
    whole, cut = (Drawn(given, frame=frame, crop=crop) for crop in (False, True))
    corners = [
        sum(shapely.get_num_coordinates(layers.areas[0].geometry.to_numpy()))
        for layers in (whole.layers, whole.layers.within(frame.ground))
    ]
    assert corners[1] < corners[0]
    apart = np.abs(whole.pixels.astype(int) - cut.pixels).max(axis=2)
    assert (apart > 64).mean() < 2e-4  # lines may be snapped to other pixels


# --- graticule ------------------------------------------------------------------------------


def numbered(given, **more):
    return Drawn(replace(given, spec=replace(given.spec, graticule=True)), **more)


def labelled(drawn):
    """Return words and box in mm of each number as drawn."""
    scale = INCH / drawn.page.figure.dpi
    return {
        text.get_text(): np.asarray(text.get_window_extent().extents) * scale
        for text in drawn.page.figure.findobj(Text)
        if text.get_gid() == "graticule"
    }


def degrees_of(words):
    number, _, side = words.replace("\u00a0", "").partition("°")
    return float(number) * (-1 if side in ("W", "S") else 1), side in ("E", "W")


@pytest.mark.slow
@pytest.mark.parametrize("centre", [(75, 41), (-3, 8), (179, -18), (20, 65), (0.2, 0.1)])
@pytest.mark.parametrize("half", [4.0, 0.6, 0.08])
def test_numbers_stand_where_their_lines_leave_the_frame(centre, half):
    lon, lat = centre
    unit = boxes((lon - half, lat - half / 2, lon + half, lat + half / 2))
    drawn = numbered(composition(unit, classes=["low"]))
    frame, found = drawn.frame, labelled(drawn)
    upright = [words for words in found if degrees_of(words)[1]]
    assert 3 <= len(upright) <= 12
    assert 3 <= len(found) - len(upright) <= 12
    for words, box in found.items():
        if words in ("0°", "180°"):
            continue
        value, meridian = degrees_of(words)
        left, low, right, high = box
        edge = frame.box
        assert edge.holds(Box(left, low, right - left, high - low)), words
        start = lat if meridian else lon
        along = np.linspace(max(start - 5 * half, -85), min(start + 5 * half, 85 + 360), 20001)
        fixed = np.full(len(along), value)
        line = drawn.to_metres.transform(*((fixed, along) if meridian else (along, fixed)))
        x, y = frame.on_paper(*line)
        inside = (x > edge.x) & (x < edge.right) & (y > edge.y) & (y < edge.top)
        first, last = np.flatnonzero(inside)[[0, -1]]
        middle = np.array([(left + right) / 2, (low + high) / 2])
        # The nearest end of the line lies on an edge, at the middle of the number.
        ends = np.array([(x[first], y[first]), (x[last], y[last])])
        gaps = np.abs(ends - middle)[:, 0 if meridian else 1]
        across = np.abs(ends - middle)[:, 1 if meridian else 0]
        nearest = int(across.argmin())
        assert gaps[nearest] < 0.6, words
        assert across[nearest] < (3 if meridian else 12), words


@pytest.mark.slow
def test_lines_run_along_their_degrees():
    drawn = numbered(districts())
    to_degrees = Transformer.from_crs(drawn.layers.areas[0].crs, 4326, always_xy=True)
    assert drawn.grid is not None
    assert len(drawn.grid.lines) >= 8
    for line in drawn.grid.lines:
        lon, lat = to_degrees.transform(*line.T)
        fixed, moving = sorted((lon, lat), key=np.ptp)
        assert np.ptp(fixed) < 0.01
        assert np.ptp(moving) > 1
        assert float(fixed.mean()) == pytest.approx(round(float(fixed.mean()) * 2) / 2, abs=0.01)


@pytest.mark.slow
def test_numbers_cover_neither_each_other_nor_land_nor_what_is_taken():
    corner = Box(MAP.x + 3, MAP.y + 2, 60, 10)
    drawn = numbered(districts(symbols=circles((70.1, 42.9, 5))), taken=[corner])
    assert drawn.grid is not None
    places = [box for _, box in drawn.grid.labels]
    assert not any(a.meets(b) for a, b in itertools.combinations([*places, corner], 2))
    land = shapely.union_all(drawn.layers.areas[0].geometry.to_numpy())
    for _, box in drawn.grid.labels:
        assert not land.intersects(drawn.frame.on_ground(box))
    for words, box in drawn.grid.labels:
        extent = labelled(drawn)[words]
        assert box.inset(-0.15).holds(Box(*extent[:2], *(extent[2:] - extent[:2])))


@pytest.mark.slow
def test_the_graticule_lies_over_colours_and_under_edges():
    with_lines, without = numbered(districts()), Drawn(districts())
    row, column = with_lines.pixel(74, 41.7)
    window = slice(row - 2, row + 3), slice(column - 2, column + 3)
    assert (with_lines.pixels[window] != without.pixels[window]).any()
    row, column = with_lines.pixel(70, 41.5)  # the border, away from all lines
    window = slice(row - 2, row + 3), slice(column - 2, column + 3)
    assert (with_lines.pixels[window] == without.pixels[window]).all()


@pytest.mark.slow
def test_degrees_are_said_in_the_language_of_the_map():
    found = labelled(numbered(districts(language=Language("ru"))))
    assert "74°\u00a0в.\u00a0д." in found
    assert "41°\u00a0с.\u00a0ш." in found


def test_blending_goes_from_one_colour_to_the_other():
    assert blend("#000000", "#ffffff", 1.0) == "#000000"
    assert blend("#000000", "#ffffff", 0.0) == "#ffffff"
    assert blend("#ff0000", "#0000ff", 0.5) == "#800080"
