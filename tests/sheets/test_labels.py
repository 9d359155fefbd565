"""Where names stand, on sheets whose ground is measured in mm: a kilometre is a millimetre."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import tracemalloc
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
import pypdfium2
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from pyproj import Transformer

from mtmgeo.maps.compose import compose
from mtmgeo.maps.composition import Composition, Panel
from mtmgeo.maps.spec import MapSpec
from mtmgeo.sheets.frames import Frame, project
from mtmgeo.sheets.labels import name_lakes, name_neighbours, name_units, within
from mtmgeo.sheets.marginalia import Sheet
from mtmgeo.sheets.paper import Box, Haloed
from tests.example import result
from tests.tries import tries

METRES = "+proj=laea +lat_0=41 +lon_0=75 +datum=WGS84 +units=m"
SIZE = (297.0, 210.0)
FRAME = Frame(Box(48.5, 45.0, 200.0, 120.0), 0.001, 0.0, 0.0)
EXAMPLE = Path(__file__).parents[2] / "examples/kgz_round1/kgz_round1_synthetic.csv"
LAND = shapely.box(50, 50, 240, 160)


def degrees(shapes):
    """Return shapes in mm on the sheet as they lie on the earth."""
    middle = np.array([FRAME.box.x + FRAME.box.w / 2, FRAME.box.y + FRAME.box.h / 2])
    to_degrees = Transformer.from_crs(METRES, "EPSG:4326", always_xy=True)

    def place(points):
        return np.column_stack(to_degrees.transform(*((points - middle) * 1000).T))

    return shapely.transform(np.array(shapes, dtype=object), place)


def rows(shapes, **columns):
    return gpd.GeoDataFrame(columns, geometry=degrees(shapes), crs="EPSG:4326")


def labels(*given, level=2, km2=100.0):
    """Rows of text and point."""
    points = [
        point if isinstance(point, shapely.Point) else shapely.Point(point) for _, point in given
    ]
    return rows(points, text=[text for text, _ in given], level=level, km2=km2, pcode="")


def composition(units, named, *, circles=(), lakes=(), neighbours=(), land=None, **spec):
    """Units and lakes are polygons, circles are x, y and radius, all in mm; neighbours by name."""
    codes = [f"U{n}" for n in range(len(units))]
    areas = rows(units, pcode=codes, name=codes, level=2, approximate=False, value=1.0)
    areas = areas.assign(**{"class": "a", "value_text": "1"})
    x, y, radius = np.array(circles, dtype=float).reshape(-1, 3).T
    symbols = rows(shapely.points(x, y), radius_mm=radius, value=radius, **{"class": "a"})
    names, grounds = list(dict(neighbours)), list(dict(neighbours).values())
    return Composition(
        spec=MapSpec(date=dt.date(2022, 11, 30), **spec),
        title="",
        subtitle="",
        panels=(Panel(title="", areas=areas, symbols=symbols),),
        legend_title="",
        legend=(),
        outlines=rows([land or shapely.union_all(units)], level=[0], name=["Land"]),
        lines=rows([], level=[], status=[]),
        water=rows(list(lakes), name=[f"Lake {n}" for n in range(len(lakes))]),
        enclaves=rows([], name=[]),
        neighbours=rows(grounds, iso3=names, name=names),
        labels=named,
        notes=(),
        sources=(),
        synthetic=False,
        projection=METRES,
        projection_name="",
        disclaimer="",
        size=SIZE,
    )


@dataclass
class Drawn:
    """A sheet with names on it, in mm."""

    given: Composition
    frame: Frame = FRAME
    taken: list[Box] = field(default_factory=list)
    only: pd.Index | None = None

    def __post_init__(self):
        figure = Figure((SIZE[0] / 25.4, SIZE[1] / 25.4), 200)
        FigureCanvasAgg(figure)
        self.page, self.layers = Sheet(self.given, figure, SIZE), project(self.given)
        self.closed = list(self.taken)
        self.unplaced = name_units(
            self.page, self.layers, self.frame, self.taken, only=self.only
        ).tolist()

    @property
    def texts(self) -> list[Text]:
        return list(self.page.figure.texts)

    @property
    def boxes(self):
        """The words as they are drawn, by name."""
        return {text.get_text(): extent(text) for text in self.texts}

    @property
    def leaders(self):
        """Lines to names; each is drawn twice, first pale, then dark."""
        pale, dark = (a for a in self.page.figure.artists if isinstance(a, LineCollection))
        assert len(pale.get_segments()) == len(dark.get_segments())
        return [shapely.LineString(line) for line in dark.get_segments()]

    @property
    def dots(self):
        [dots] = [a for a in self.page.figure.artists if isinstance(a, Line2D)]
        return np.column_stack(dots.get_data())


def extent(text):
    pixels = text.get_window_extent()
    return shapely.box(*(pixels.extents * 25.4 / text.get_figure().dpi))


def box(polygon):
    west, south, east, north = polygon.bounds
    return Box(west, south, east - west, north - south)


def draw(units, named, *, taken=(), frame=FRAME, only=None, **more):
    return Drawn(composition(units, named, **more), frame, list(taken), only)


# --- units ----------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_name_stands_in_the_middle_of_a_unit_that_holds_it():
    unit = shapely.box(100, 100, 160, 130)
    drawn = draw([unit], labels(("Ала-Тоо", (105, 105))))
    assert drawn.unplaced == []
    assert drawn.leaders == []
    found = drawn.boxes["Ала-Тоо"]
    assert unit.contains(found)
    assert found.centroid.distance(shapely.Point(130, 115)) < 1


@pytest.mark.slow
def test_a_name_finds_the_wide_part_of_a_crescent():
    wide = shapely.box(150, 100, 170, 106)
    unit = shapely.union_all(
        [shapely.box(100, 100, 102, 140), shapely.box(100, 100, 150, 102), wide]
    )
    drawn = draw([unit, LAND - unit], labels(("Jeti-Oguz", (101, 130))), kind="symbols")
    assert unit.contains(drawn.boxes["Jeti-Oguz"])


@pytest.mark.slow
def test_a_name_too_wide_for_its_unit_stays_about_its_middle():
    unit = shapely.box(100, 80, 106, 130)
    drawn = draw([unit, LAND - unit], labels(("Bazar-Korgon", (103, 90))))
    assert drawn.leaders == []
    assert unit.contains(drawn.boxes["Bazar-Korgon"].centroid)
    assert abs(drawn.boxes["Bazar-Korgon"].centroid.y - 105) < 10


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "beside"), [("choropleth", True), ("symbols", False)])
def test_a_name_hides_no_colours(kind, beside):
    unit = shapely.Point(120, 100).buffer(2)
    drawn = draw([unit, LAND - unit], labels(("Osh", (120, 100))), kind=kind)
    found = drawn.boxes["Osh"]
    hidden = found.intersection(unit).area / unit.area
    assert (hidden <= 0.5) is beside
    assert len(drawn.dots) == beside
    assert found.distance(unit) < 2


@pytest.mark.slow
def test_no_unit_is_hidden_by_the_name_of_another():
    cells = [shapely.box(x, y, x + 5, y + 4) for x in range(90, 150, 5) for y in range(80, 120, 4)]
    points = [(f"Kara-Suu {n}", cell.centroid) for n, cell in enumerate(cells)]
    drawn = draw(cells, labels(*points))
    assert 20 < len(drawn.boxes) < len(cells)
    assert len(drawn.boxes) + len(drawn.unplaced) == len(cells)
    for name, found in drawn.boxes.items():
        assert max(cell.intersection(found).area for cell in cells) <= 0.5 * 20 + 0.1, name


@pytest.mark.slow
@pytest.mark.parametrize("radius", [0.5, 0.15])
def test_a_name_that_has_to_stand_aside_is_tied_to_its_unit_by_a_line(radius):
    unit, x, y = shapely.Point(120, 100).buffer(radius), 120 + 0.8 * radius, 100
    about = [(x + 1.2, y), (x - 1.2, y), (x, y + 1.2), (x, y - 1.2)]
    closed = [Box(x - 0.3, y - 0.3, 0.6, 0.6) for x, y in about]
    drawn = draw([unit, LAND - unit], labels(("Kara-Kul", (x, y))), taken=closed)
    [line] = drawn.leaders
    assert shapely.Point(line.coords[0]).distance(shapely.Point(x, y)) < 0.1
    assert drawn.dots.tolist() == [pytest.approx([x, y], abs=0.1)]
    found = drawn.boxes["Kara-Kul"]
    assert shapely.Point(line.coords[1]).distance(found) < 0.6
    assert not line.crosses(found.buffer(-0.3))
    assert 2 < line.length < 8.01
    assert not any(line.intersects(shapely.box(*corners(b))) for b in closed)


def corners(box):
    return box.x, box.y, box.right, box.top


@pytest.mark.slow
def test_names_without_room_are_returned_in_their_order():
    named = labels(("One", (80, 80)), ("Two", (120, 100)), ("Three", (140, 140)))
    shut = [Box(48, 45, 130, 120)]
    assert draw([LAND], named, taken=shut).unplaced == []  # the unit reaches farther
    cells = [
        shapely.box(60, 60, 100, 90),
        shapely.box(100, 90, 130, 120),
        shapely.box(130, 120, 150, 150),
    ]
    drawn = draw(cells, named, taken=shut)
    assert drawn.unplaced == ["One", "Two", "Three"]
    assert drawn.texts == []


@pytest.mark.slow
def test_the_more_important_name_takes_the_room():
    unit = shapely.box(100, 100, 108, 103)
    shut = [
        Box(48, 103.2, 201, 70),
        Box(48, 30, 201, 69.8),
        Box(48, 99, 51.8, 5),
        Box(108.2, 99, 150, 5),
    ]
    first, last = ("Aaaaa", (104, 101.5)), ("Bbbbb", (104, 101.5))
    assert draw([unit], labels(first, last), taken=shut, kind="symbols").unplaced == ["Bbbbb"]
    assert draw([unit], labels(last, first), taken=shut, kind="symbols").unplaced == ["Aaaaa"]


@pytest.mark.slow
def test_an_earlier_name_makes_room_if_it_has_another_place():
    strip, cross = shapely.box(60, 100, 200, 104), (112, 102)
    shut = [Box(48, 104.2, 201, 60), Box(48, 40, 201, 59.8), Box(85, 100.5, 26, 3)]
    place = labels(("Place", cross), level=4, km2=np.nan)
    wide = labels(("A long name of a unit", (70, 102)))
    both = gpd.GeoDataFrame(pd.concat([wide, place], ignore_index=True))
    more = {"taken": shut, "kind": "symbols", "circles": [(*cross, 1)]}
    [alone] = draw([strip], wide, **more).boxes.values()
    assert alone.bounds[0] < 118  # where the place's name has its only room
    drawn = draw([strip], both, **more)
    assert drawn.unplaced == []
    assert drawn.boxes["Place"].intersects(alone)


@pytest.mark.slow
def test_names_keep_off_lakes():
    lake = shapely.box(104, 104, 156, 126)
    unit = shapely.box(100, 100, 160, 130) - lake
    drawn = draw([unit, LAND - unit - lake], labels(("Ton", (101, 110))), lakes=[lake])
    assert not drawn.boxes["Ton"].intersects(lake)
    boxes = name_lakes(drawn.page, drawn.layers, FRAME, 0)
    assert [lake.contains(shapely.box(*corners(b))) for b in boxes] == [True]


@pytest.mark.slow
def test_a_unit_beneath_a_circle_is_named_beside_it():
    unit = shapely.Point(120, 100).buffer(1)
    drawn = draw([unit, LAND - unit], labels(("Osh", (120.8, 100.5))), circles=[(120, 100, 5)])
    assert drawn.unplaced == []
    assert not drawn.boxes["Osh"].intersects(shapely.Point(120, 100).buffer(2.5))


# --- places ---------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_place_is_named_beside_its_circle_in_smaller_type():
    unit = labels(("Unit", (200, 140)))
    place = labels(("Place", (120, 100)), level=4, km2=np.nan)
    both = gpd.GeoDataFrame(pd.concat([place, unit], ignore_index=True))
    drawn = draw([LAND], both, circles=[(120, 100, 3)], kind="symbols", labels="both")
    found = drawn.boxes["Place"]
    assert not found.intersects(shapely.Point(120, 100).buffer(3))
    assert found.bounds[0] - 123 == pytest.approx(0.85, abs=0.3)  # at its right
    assert found.centroid.y == pytest.approx(100, abs=0.3)
    type_of = {text.get_text(): text.get_fontproperties() for text in drawn.texts}
    assert type_of["Place"].get_size() < type_of["Unit"].get_size()
    assert type_of["Place"].get_weight() != type_of["Unit"].get_weight()


@pytest.mark.slow
def test_a_name_keeps_off_the_circles_of_others_and_the_edge_of_the_frame():
    circles = [(120, 100, 1), (124, 102.6, 2), (247, 100, 1)]
    named = labels(("Place", (120, 100)), ("Edge", (247, 100)), level=4, km2=np.nan)
    drawn = draw([LAND], named, circles=circles, kind="symbols")
    assert not drawn.boxes["Place"].intersects(shapely.Point(124, 102.6).buffer(2))
    assert drawn.boxes["Edge"].bounds[2] < 246


@pytest.mark.slow
def test_crowded_places_have_lines_from_their_circles():
    circles = [(120 + 2 * x, 100 + 2 * y, 1.0) for x in range(4) for y in range(3)]
    names = [(f"Ак-Суу {n}", (x, y)) for n, (x, y, _) in enumerate(circles)]
    drawn = draw([LAND], labels(*names, level=4, km2=np.nan), circles=circles, kind="symbols")
    assert len(drawn.boxes) + len(drawn.unplaced) == 12
    assert len(drawn.boxes) >= 9
    assert len(drawn.leaders) >= 4
    assert len(drawn.dots) == 0
    edges = shapely.union_all([shapely.Point(x, y).buffer(r, 64).exterior for x, y, r in circles])
    assert max(edges.distance(shapely.Point(line.coords[0])) for line in drawn.leaders) < 0.1


# --- frames ---------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_frame_names_what_it_shows_and_counts_nothing_else():
    units = [shapely.box(60, 60, 140, 150), shapely.box(140, 60, 230, 150)]
    named = labels(("West", (100, 105)), ("East", (200, 105)))
    x, y = (100 - 148.5) * 1000, 0.0
    inset = Frame(Box(20, 20, 60, 60), 0.003, x, y)
    drawn = draw(units, named, frame=inset)
    assert list(drawn.boxes) == ["West"]
    assert drawn.unplaced == []
    assert shapely.box(21, 21, 79, 79).contains(drawn.boxes["West"])
    assert within(drawn.layers, inset).tolist() == [True, False]
    drawn = draw(units, named, only=pd.Index([1]))
    assert list(drawn.boxes) == ["East"]
    assert drawn.unplaced == []


@pytest.mark.slow
def test_names_that_found_no_room_keep_the_index_of_their_labels():
    named = labels(("Same", (100, 100)), ("Same", (200, 100)))
    given = composition([shapely.box(60, 60, 140, 150), shapely.box(140, 60, 230, 150)], named)
    drawn = Drawn(given)
    unplaced = name_units(drawn.page, drawn.layers, FRAME, [Box(100, 40, 160, 150)])
    assert unplaced.index.tolist() == [1]


# --- neighbours -----------------------------------------------------------------------------


@pytest.mark.slow
def test_neighbours_are_named_in_capitals_where_they_have_room():
    land = shapely.box(100, 70, 200, 140)
    around = {
        "Өзбекстан": shapely.box(20, 0, 100, 300),
        "Narrow": shapely.box(200, 30, 206, 180),
        "Казахстан": shapely.box(206, 30, 300, 180),
        "Far": shapely.box(20, 301, 200, 400),
    }
    given = composition([land], labels(("Unit", (150, 100))), neighbours=around)
    drawn = Drawn(given, FRAME, [Box(49, 46, 48, 70)])
    before, taken = len(drawn.texts), list(drawn.taken)
    boxes = name_neighbours(drawn.page, drawn.layers, FRAME, drawn.taken)
    found = {text.get_text(): extent(text) for text in drawn.texts[before:]}
    assert sorted(found) == ["КАЗАХСТАН", "ӨЗБЕКСТАН"]
    assert around["Казахстан"].contains(found["КАЗАХСТАН"])
    assert shapely.box(48.5, 45, 100, 165).contains(found["ӨЗБЕКСТАН"])
    closed = shapely.union_all([shapely.box(*corners(b)) for b in taken])
    assert not any(name.intersects(closed) for name in found.values())
    assert len(boxes) == 2
    shut = [Box(206, 45, 43, 46), Box(206, 98, 43, 67)]  # but for a gap
    again = name_neighbours(drawn.page, drawn.layers, FRAME, [*taken, *shut])
    [gap] = [found for found in again if found.x > 200]
    assert shapely.box(206, 91, 248.5, 98).contains(shapely.box(*corners(gap)))
    assert not any(b.meets(t) for b in boxes for t in taken)


@pytest.mark.slow
def test_without_neighbours_nothing_is_named():
    drawn = draw([LAND], labels(("Unit", (150, 100))))
    assert name_neighbours(drawn.page, drawn.layers, FRAME, drawn.taken) == []
    assert len(drawn.texts) == 1


# --- all together ---------------------------------------------------------------------------

anywhere = st.tuples(st.integers(55, 240), st.integers(50, 160))
crowd = st.tuples(st.integers(120, 132), st.integers(95, 104))


@pytest.mark.slow
@tries(15, database=None, derandomize=True)
@given(
    places=st.lists(st.tuples(crowd, st.integers(1, 3)), max_size=15, unique_by=lambda p: p[0]),
    cuts=st.lists(st.integers(110, 140), min_size=1, max_size=5, unique=True),
    closed=st.lists(st.tuples(anywhere, st.integers(3, 40), st.integers(3, 20)), max_size=4),
    coloured=st.booleans(),
)
def test_nothing_that_is_named_covers_anything_else(places, cuts, closed, coloured):
    edges = [50, *sorted(cuts), 240]
    units = [shapely.box(a, 50, b, 160) for a, b in itertools.pairwise(edges)]
    circles = sorted(((x, y, r) for (x, y), r in places), key=lambda c: -c[2])
    named = [labels(*((f"Unit {n}", u.centroid) for n, u in enumerate(units)))]
    if circles:
        points = ((f"Place {n}", (x, y)) for n, (x, y, _) in enumerate(circles))
        named.append(labels(*points, level=4, km2=np.nan))
    both = gpd.GeoDataFrame(pd.concat(named, ignore_index=True))
    kind = "choropleth" if coloured else "symbols"
    shut = [Box(x, y, w, h) for (x, y), w, h in closed]
    drawn = draw(units, both, circles=circles, taken=shut, kind=kind)
    assert sorted([*drawn.boxes, *drawn.unplaced]) == sorted(both["text"])
    words, lines = drawn.boxes, drawn.leaders
    middles = [shapely.box(x - r / 2, y - r / 2, x + r / 2, y + r / 2) for x, y, r in circles]
    barred = [*(shapely.box(*corners(b)) for b in shut), *middles]
    slim = [word.buffer(-0.05, join_style="mitre") for word in words.values()]
    assert not any(a.intersects(b) for a, b in itertools.combinations(slim, 2))
    assert not any(word.intersects(other) for word in slim for other in barred)
    assert all(shapely.box(*corners(FRAME.box)).contains(word) for word in slim)
    assert not any(a.crosses(b) for a, b in itertools.combinations(lines, 2))
    assert not any(line.intersects(word) for line in lines for word in slim)
    starts = [shapely.Point(line.coords[0]) for line in lines]
    for line, start in zip(lines, starts, strict=True):
        assert line.length <= 8.01
        crossed = (b.buffer(-0.01) for b in barred if not b.intersects(start))
        assert not any(line.intersects(b) for b in crossed)
    filled = [shapely.box(*corners(b.inset(-0.01))) for b in drawn.taken[len(shut) :]]
    assert all(shapely.union_all(filled).contains(shape) for shape in [*slim, *lines])


# --- a real country -------------------------------------------------------------------------


@pytest.fixture(scope="module", name="result")
def result_of_the_example():
    return result()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("spec", "most"),
    [
        ({"kind": "coverage"}, 0),
        ({"kind": "symbols"}, 0),
        ({}, 0),
        ({"level": 3}, 3),
        ({"kind": "symbols", "lang": "ru"}, 3),
        ({"kind": "symbols", "labels": "both"}, 6),
    ],
)
def test_kyrgyzstan_has_room_for_its_names(result, spec, most):
    given = compose(result, MapSpec(date=dt.date(2022, 11, 30), **spec))
    layers = project(given)
    frame = Frame(Box(8, 60, 281, 124), *layers.fit(269, 112))
    drawn = Drawn(given, frame)
    assert len(drawn.unplaced) <= most
    assert len(drawn.texts) + len(drawn.unplaced) == len(given.labels)
    slim = [extent(text).buffer(-0.05, join_style="mitre") for text in drawn.texts]
    assert len(shapely.STRtree(slim).query(slim, predicate="intersects")[0]) == len(slim)
    lines = shapely.STRtree(drawn.leaders)
    assert len(lines.query(drawn.leaders, predicate="intersects")[0]) == len(drawn.leaders)
    lake = [on_paper(frame, lake) for lake in layers.water.geometry]
    assert not shapely.intersects(shapely.union_all(lake), slim).any()


def on_paper(frame: Frame, shape):
    return shapely.transform(shape, lambda xy: np.column_stack(frame.on_paper(*xy.T)))


@pytest.mark.slow
def test_names_can_be_selected_in_svg_and_pdf():
    unit, words = shapely.Point(120, 100).buffer(0.5), "Өзгөн $x_1$"
    given = composition([unit, LAND - unit], labels((words, (120, 100)), ("Ысык-Көл", (180, 100))))
    figure = Drawn(given).page.figure
    assert all(isinstance(text, Haloed) for text in figure.texts)
    svg, pdf = io.StringIO(), io.BytesIO()
    with mpl.rc_context({"svg.fonttype": "none", "pdf.fonttype": 42}):
        figure.savefig(svg, format="svg")
        figure.savefig(pdf, format="pdf")
    text = pypdfium2.PdfDocument(pdf.getvalue())[0].get_textpage().get_text_range()
    for name in (words, "Ысык-Көл"):
        assert svg.getvalue().count(f">{name}</text>") == 1
        assert text.count(name) == 1


@pytest.mark.slow
def test_thousands_of_names_take_little_memory():
    rng = np.random.default_rng(1)
    points = np.column_stack([rng.uniform(55, 235, 1500), rng.uniform(55, 155, 1500)])
    circles = [(x, y, 0.4) for x, y in points]
    named = labels(*((f"Place {n}", point) for n, point in enumerate(points)), level=4, km2=np.nan)
    given = composition([LAND], named, circles=circles)
    page = Sheet(given, Figure((11.7, 8.3)), SIZE)
    tracemalloc.start()
    missing = name_units(page, project(given), FRAME, [])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 1000 < len(missing) < 1500
    assert peak < 40e6
