"""Insets and the map of the region: what they show, where they stand, what is said of others."""

from __future__ import annotations

import datetime as dt
import itertools
import re
import tracemalloc
from dataclasses import replace
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.text import Text
from pyproj import Geod, Transformer

from mtmgeo.boundaries import world
from mtmgeo.boundaries.boundary_set import BoundarySet
from mtmgeo.boundaries.read import read_boundaries
from mtmgeo.core.errors import SpecError
from mtmgeo.maps.compose import compose
from mtmgeo.maps.composition import Panel
from mtmgeo.maps.spec import MapSpec
from mtmgeo.sheets import insets
from mtmgeo.sheets.frames import Frame, draw_frame, project
from mtmgeo.sheets.insets import Extras
from mtmgeo.sheets.labels import name_units
from mtmgeo.sheets.paper import INCH, Box
from mtmgeo.style.colours import sea
from tests.example import result
from tests.sheets.test_frames import A4, LEGEND, boxes, circles, composition, layer, page_of

SIZES = {
    "A5": (210.0, 148.0), "A4": A4, "A4 portrait": (210.0, 297.0), "A2": (594.0, 420.0),
    "1920x1080": (508.0, 285.75),
}  # fmt: skip
EXAMPLE = Path(__file__).parents[2] / "examples/kgz_round1/kgz_round1_synthetic.csv"
BISHKEK, OSH = (74.59, 42.87), (72.8, 40.53)


@cache
def kyrgyzstan_pack() -> BoundarySet:
    return read_boundaries("kgz").drawn


def kyrgyzstan(*, symbols=None, level=2, classes="low", **changes):
    """The country, every district in one class."""
    pack = kyrgyzstan_pack()
    areas = pack.at(level)[["pcode", "level", "name", "approximate", "geometry"]]
    areas = areas.assign(**{"class": classes, "value": 10.0}).reset_index(drop=True)
    outlines = [pack.at(up)[["level", "name", "geometry"]] for up in (1, 0)]
    given = composition(
        list(areas.geometry), classes=["low"] * len(areas), symbols=symbols,
        projection=pack.projection, water=pack.water, enclaves=pack.enclaves,
    )  # fmt: skip
    panel = Panel(title="", areas=areas, symbols=given.panels[0].symbols)
    joined = gpd.GeoDataFrame(np.concatenate(outlines), columns=outlines[0].columns)
    shapes = joined.set_geometry("geometry", crs=4326)
    changes.setdefault("spec", MapSpec())
    return replace(given, panels=(panel,), outlines=shapes, **changes)


def asked(given, **choices):
    return replace(given, spec=replace(given.spec, **choices))


class Sheet:
    """A map with its extras, planned and drawn."""

    def __init__(self, given, *, size=A4, taken=(), dpi=200.0):
        self.given, self.page, self.layers = given, page_of(given, size, dpi), project(given)
        width, height = size
        box = Box(8, 0.3 * height, width - 16, 0.58 * height)
        self.frame = Frame(box, *self.layers.fit(box.w - 6, box.h - 6))
        self.taken = list(taken)
        self.extras = insets.plan(self.page, self.layers, self.frame, self.taken)
        self.titles = [inset.title for inset in self.extras.insets]
        self.figure = self.page.figure

    def draw(self):
        self.axes = draw_frame(self.page, self.layers, self.frame, 0)
        self.boxes = insets.draw(self.page, self.layers, self.extras)
        canvas = FigureCanvasAgg(self.figure)
        canvas.draw()
        self.pixels = np.asarray(canvas.buffer_rgba())[..., :3].astype(int)
        return self

    def by_gid(self, gid):
        return self.figure.findobj(lambda artist: artist.get_gid() == gid)

    def of(self, axes):
        """Return the pixels of axes."""
        box, height = axes.get_window_extent(), len(self.pixels)
        rows = slice(height - int(box.y1), height - int(box.y0))
        return self.pixels[rows, int(box.x0) : int(box.x1)]


@pytest.fixture(scope="module")
def drawn():
    return Sheet(kyrgyzstan()).draw()


@pytest.fixture(scope="module", params=SIZES)
def sized(request):
    corner = Box(SIZES[request.param][0] - 80, 0.3 * SIZES[request.param][1] + 3, 60, 10)
    places = circles((74.6, 42.85, 3), (74.7, 42.9, 1), (72.8, 40.5, 4), (72.9, 40.6, 2))
    given = kyrgyzstan(symbols=places)
    return Sheet(given, size=SIZES[request.param], taken=[corner])


# --- what is shown --------------------------------------------------------------------------


def test_the_capital_and_the_south_come_out_larger(drawn):
    assert sorted(drawn.titles) == ["Bishkek", "Osh (city)"]
    assert [inset.letter for inset in drawn.extras.insets] == ["A", "B"]
    names = {}
    for inset in drawn.extras.insets:
        assert inset.frame.scale >= 2.5 * drawn.frame.scale
        ground = drawn.frame.on_ground(inset.mark)
        units = drawn.layers.areas[0]
        names[inset.title] = set(units["name"][units.geometry.within(ground)])
    assert "Bishkek" in names["Bishkek"]
    assert "Osh (city)" in names["Osh (city)"]


def place_in(sheet, name):
    """Return where a unit lies in the mark of the inset of its name: its box in shares of it."""
    units = sheet.layers.areas[0]
    inset = next(each for each in sheet.extras.insets if each.title == name)
    bounds = units.geometry[units["name"] == name].total_bounds.reshape(2, 2)
    ground = inset.frame.ground
    return (bounds - (ground.x, ground.y)) / (ground.w, ground.h)


def telling(*names):
    """Return classes of the districts, of which only the named ones have a figure."""
    known = kyrgyzstan_pack().at(2)["name"].isin(names).to_numpy()
    assert known.sum() == len(names)
    return np.where(known, "low", "not_assessed")


@pytest.mark.slow
@pytest.mark.parametrize("size", [A4, SIZES["A4 portrait"], SIZES["A5"]])
def test_what_names_an_inset_stands_amid_it(size):
    # Towns about them without a figure do not draw the window aside.
    sheet = Sheet(kyrgyzstan(classes=telling("Bishkek", "Osh (city)", "Suzak")), size=size)
    assert sorted(sheet.titles) == ["Bishkek", "Osh (city)"]
    for name in sheet.titles:
        low, high = place_in(sheet, name)
        assert (low > 0).all()
        assert (high < 1).all()
        assert (np.abs((low + high) / 2 - 0.5) < 1 / 6 + 0.05).all()
    units = sheet.layers.areas[0]
    for town in ("Jalal-Abad (city)", "Kok-Zhangak (city)", "Tokmok (city)"):
        shape = units.geometry[units["name"] == town].iloc[0]
        assert not any(
            sheet.frame.on_ground(inset.mark).contains(shape) for inset in sheet.extras.insets
        )


@pytest.mark.slow
def test_units_that_tell_something_about_a_city_come_with_it():
    sheet = Sheet(kyrgyzstan(classes=telling("Osh (city)", "Jalal-Abad (city)")))
    (inset,) = sheet.extras.insets
    units = sheet.layers.areas[0]
    shape = units.geometry[units["name"] == "Jalal-Abad (city)"].iloc[0]
    assert sheet.frame.on_ground(inset.mark).contains(shape)
    low, high = place_in(sheet, "Osh (city)")
    assert (np.abs((low + high) / 2 - 0.5) < 1 / 6 + 0.05).all()


@pytest.mark.slow
def test_two_small_units_that_are_no_provinces_ask_for_nothing():
    names = ("Jalal-Abad (city)", "Kok-Zhangak (city)")
    sheet = Sheet(kyrgyzstan(classes=telling(*names)))
    assert sheet.extras.insets == ()
    assert sheet.extras.omitted == ()


@pytest.mark.slow
def test_no_two_insets_show_the_same_ground():
    sheet = Sheet(kyrgyzstan(level=3), size=SIZES["A2"])
    marks = [inset.mark for inset in sheet.extras.insets]
    assert len(marks) > 1
    assert not any(a.meets(b) for a, b in itertools.combinations(marks, 2))


@pytest.mark.slow
def test_circles_that_hide_each_other_are_shown_apart():
    near = circles((74.60, 42.87, 4), (74.72, 42.87, 3), (72.0, 40, 2), (78, 42, 3))
    given = kyrgyzstan(symbols=near, classes="ground")
    sheet = Sheet(given)
    assert sheet.titles == ["Bishkek"]
    (inset,) = sheet.extras.insets
    held = inset.layers.symbols[0]
    assert list(held["radius_mm"]) == [4, 3]
    x, y = inset.frame.on_paper(held.geometry.x.to_numpy(), held.geometry.y.to_numpy())
    assert np.hypot(*(np.diff(values)[0] for values in (x, y))) > 4
    for across, up, radius in zip(x, y, (4, 3), strict=True):
        assert inset.frame.box.holds(Box(across - radius, up - radius, 2 * radius, 2 * radius))


@pytest.mark.slow
@pytest.mark.parametrize("lat", [42.62, 42.7, 42.715, 42.72, 42.78])
def test_no_circle_in_an_inset_is_cut(lat):
    crowd = [(74.5, 42.85, 3), (74.55, 42.86, 3), (74.95, 42.84, 2), (75.0, 42.87, 2)]
    crowd.append((74.75, lat, 2.5))
    (inset,) = Sheet(kyrgyzstan(symbols=circles(*crowd), classes="ground")).extras.insets
    held = inset.layers.symbols[0]
    assert len(held) >= 3
    x, y = inset.frame.on_paper(held.geometry.x.to_numpy(), held.geometry.y.to_numpy())
    for across, up, radius in zip(x, y, held["radius_mm"], strict=True):
        assert inset.frame.box.holds(Box(across - radius, up - radius, 2 * radius, 2 * radius))


@pytest.mark.slow
@pytest.mark.parametrize(("gap", "found"), [(0.01, 1), (0.17, 1), (0.21, 0), (0.5, 0)])
def test_only_circles_more_than_half_hidden_ask_for_an_inset(gap, found):
    # 0.19 degrees are 4 mm here: of two circles of 5 mm each covers half of the other.
    given = composition(boxes((70, 39, 80, 43)), classes=["ground"])
    row = circles((75, 41, 5), (75 + gap, 41, 5), (75 + 2 * gap, 41, 5))
    given = replace(given, panels=(replace(given.panels[0], symbols=row),))
    sheet = Sheet(given)
    x = sheet.frame.on_paper(sheet.layers.symbols[0].geometry.x.to_numpy(), 0)[0]
    d, r = abs(np.diff(x)[0]), 5.0
    lens = 2 * r**2 * np.arccos(d / 2 / r) - d / 2 * np.sqrt(4 * r**2 - d**2) if d < 2 * r else 0
    assert (lens > np.pi * r**2 / 2) == bool(found)
    assert len(sheet.extras.insets) + len(sheet.extras.omitted) == found


@pytest.mark.slow
def test_two_circles_far_from_a_city_ask_for_nothing():
    pair = circles((76, 41.5, 5), (76.05, 41.5, 2))
    assert Sheet(kyrgyzstan(symbols=pair, classes="ground")).extras.insets == ()
    third = circles((76, 41.5, 5), (76.05, 41.5, 2), (76, 41.55, 2))
    sheet = Sheet(kyrgyzstan(symbols=third, classes="ground"))
    (inset,) = sheet.extras.insets
    assert inset.title == "Place 0"
    # Its mark is seen: above the circles, and not within the largest.
    x, y = sheet.frame.on_paper(*shapely.get_coordinates(sheet.layers.symbols[0].geometry)[0])
    assert np.hypot(inset.mark.right - x, inset.mark.top - y) > 5
    sheet.draw()
    row = len(sheet.pixels) - 1 - round(inset.mark.y / INCH * 200)
    column = round(x / INCH * 200)
    darkest = sheet.pixels[row - 3 : row + 4, column].min(axis=0)
    assert (darkest < 90).all()


@pytest.mark.slow
@pytest.mark.parametrize(("labels", "named"), [("units", True), ("none", False)])
def test_an_inset_of_circles_names_them(labels, named):
    near = circles((76, 41.5, 5), (76.05, 41.5, 2), (76, 41.55, 2), (79, 42, 1))
    given = asked(kyrgyzstan(symbols=near, classes="ground"), labels=labels)
    units = layer([shapely.Point(76, 41.5)], text=["Place 2"], level=2, km2=9.0)
    (inset,) = Sheet(replace(given, labels=units)).extras.insets
    names = inset.layers.labels
    assert list(names["text"]) == ["Place 2", *(["Place 0", "Place 1"] if named else [])]
    assert names.index.is_unique


@pytest.mark.slow
def test_thousands_of_circles_take_little_memory():
    rng = np.random.default_rng(1)
    places = np.column_stack([rng.uniform(71, 79, 4000), rng.uniform(40, 42.5, 4000)])
    many = circles(*np.column_stack([places, rng.uniform(0.5, 2, 4000)]))
    given = kyrgyzstan(symbols=many, classes="ground")
    tracemalloc.start()
    Sheet(given)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100e6


@pytest.fixture(scope="module")
def example():
    return result()


@pytest.mark.slow
@pytest.mark.parametrize(
    "spec", [{}, {"kind": "symbols"}, {"kind": "symbols", "labels": "both"}, {"kind": "coverage"}]
)
def test_maps_of_kyrgyzstan_show_its_two_large_cities(example, spec):
    sheet = Sheet(compose(example, MapSpec(date=dt.date(2022, 11, 30), **spec)))
    assert sorted(sheet.titles) == ["Bishkek", "Osh (city)"]
    for inset in sheet.extras.insets:
        low, high = place_in(sheet, inset.title)
        assert (low > 0).all()
        assert (high < 1).all()
        held, box = inset.layers.symbols[0], inset.frame.box
        x, y = inset.frame.on_paper(held.geometry.x.to_numpy(), held.geometry.y.to_numpy())
        for across, up, radius in zip(x, y, held["radius_mm"], strict=True):
            assert box.holds(Box(across - radius, up - radius, 2 * radius, 2 * radius))


@pytest.mark.slow
def test_units_without_a_figure_alone_ask_for_nothing():
    assert Sheet(kyrgyzstan(classes="not_assessed")).titles == []
    assert Sheet(asked(kyrgyzstan(), insets=())).titles == []


@pytest.mark.slow
def test_large_sheets_have_room_for_a_third():
    assert len(Sheet(kyrgyzstan(level=3), size=SIZES["A2"]).extras.insets) == 3


@pytest.mark.slow
def test_several_maps_on_a_sheet_have_no_extras():
    given = kyrgyzstan()
    assert Sheet(replace(given, panels=given.panels * 2)).extras == Extras()


# --- what is named --------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["Sulukta (city)", "Sulukta", "Сулюкта", "KG05420000010", "sulukta"]
)
def test_a_unit_is_named_in_any_script_or_by_its_code(name):
    sheet = Sheet(asked(kyrgyzstan(), insets=(name,)))
    assert sheet.titles == ["Sulukta (city)"]
    units = sheet.layers.areas[0]
    place = units.geometry[units["name"] == "Sulukta (city)"].iloc[0]
    (inset,) = sheet.extras.insets
    assert sheet.frame.on_ground(inset.mark).contains(place)
    assert inset.frame.scale > 5 * sheet.frame.scale


@pytest.mark.slow
def test_an_outline_goes_before_a_circle_of_its_name():
    point = circles((*BISHKEK, 3)).assign(name="Bishkek")
    sheet = Sheet(asked(kyrgyzstan(symbols=point, classes="ground"), insets=("Bishkek",)))
    low, high = place_in(sheet, "Bishkek")
    assert (low > 0).all()
    assert (high < 1).all()
    sheet = Sheet(asked(kyrgyzstan(symbols=circles((76, 41.5, 3))), insets=("Place 0",)))
    assert sheet.titles == ["Place 0"]


@pytest.mark.slow
def test_a_name_in_another_column_is_found():
    given = kyrgyzstan()
    areas = given.panels[0].areas
    other = areas["name"].where(areas["name"] != "Sulukta (city)", "Quite Another")
    panel = replace(given.panels[0], areas=areas.assign(name_fr=other))
    sheet = Sheet(asked(replace(given, panels=(panel,)), insets=("quite another",)))
    assert sheet.titles == ["Sulukta (city)"]


@pytest.mark.slow
def test_an_unknown_name_is_refused_with_those_near():
    with pytest.raises(SpecError, match=r"'Sulukto', .* do you mean Sulukta \(city\)"):
        Sheet(asked(kyrgyzstan(), insets=("Sulukto",)))
    with pytest.raises(SpecError, match="'xyzzy', which is no unit of this map: give names"):
        Sheet(asked(kyrgyzstan(), insets=("xyzzy",)))


@pytest.mark.slow
def test_a_unit_as_large_as_the_map_is_said_to_need_no_inset():
    sheet = Sheet(asked(kyrgyzstan(level=1), insets=("Naryn", "Osh (city)")))
    assert sheet.titles == ["Osh (city)"]
    words = "The map itself shows Naryn about as large as an inset could."
    assert sheet.extras.omitted == (words,)


# --- where it stands ------------------------------------------------------------------------


@pytest.mark.slow
def test_extras_hide_neither_units_nor_circles_nor_each_other(sized):
    extras, frame = sized.extras, sized.frame
    assert extras.insets or extras.omitted
    stand = [*(inset.box for inset in extras.insets), *sized.taken]
    stand += [extras.locator.frame.box] if extras.locator else []
    assert not any(a.meets(b) for a, b in itertools.combinations(stand, 2))
    land = shapely.union_all(sized.layers.outlines.geometry.to_numpy())
    x, y = frame.on_paper(sized.layers.x, sized.layers.y)
    points = shapely.points(x, y)
    for box in (each for each in stand if each not in sized.taken):
        assert frame.box.inset(1).holds(box)
        assert shapely.distance(land, frame.on_ground(box)) * frame.scale >= 1.4
        shape = shapely.box(box.x, box.y, box.right, box.top)
        away = shapely.distance(points, shape) > sized.layers.radii
        assert away[sized.layers.radii > 0].all()
    signs = [inset.sign for inset in extras.insets]
    for sign in signs:
        assert frame.box.holds(sign)
        assert not any(sign.meets(box) for box in stand)
    for inset in extras.insets:
        assert not any(inset.mark.meets(box) for box in stand)


@pytest.mark.slow
@pytest.mark.parametrize(("radius", "free"), [(14.0, False), (0.5, True)])
def test_room_that_a_circle_reaches_is_not_free(radius, free):
    given = composition(boxes((72, 39, 78, 43)), classes=["ground"])
    points = circles((72.01, 41, radius))
    given = replace(given, panels=(replace(given.panels[0], symbols=points),))
    sheet = Sheet(given)
    box, layers = sheet.frame.box, sheet.layers
    edge, _ = sheet.frame.on_paper(layers.country[0], 0)
    # All that is left is a strip beside the country, a little wider than the small map.
    left = Box(box.x, box.y, edge - 34 - box.x, box.h)
    sheet = Sheet(given, taken=[left, Box(edge, box.y, box.right - edge, box.h)])
    high = [Box(edge - 34, box.y, 34, 45), Box(edge - 34, box.top - 45, 34, 45)]
    sheet = Sheet(given, taken=[*sheet.taken, *high])
    assert (sheet.extras.locator is not None) == free


@pytest.mark.slow
def test_no_room_is_said():
    box = Sheet(kyrgyzstan()).frame.box
    sheet = Sheet(kyrgyzstan(), taken=[box])
    assert sheet.extras.insets == ()
    assert sheet.extras.locator is None
    first, second = sheet.extras.omitted
    assert first in (
        "There is no room for an inset of Osh (city) and Bishkek.",
        "There is no room for an inset of Bishkek and Osh (city).",
    )
    assert second == "There is no room for a map of where the country lies."


@pytest.mark.slow
def test_insets_take_room_before_the_map_of_the_region():
    free = Sheet(asked(kyrgyzstan(), insets=())).extras.locator
    assert free
    taken = {inset.box for inset in Sheet(kyrgyzstan()).extras.insets}
    assert any(free.frame.box.meets(box) for box in taken)


# --- what is drawn --------------------------------------------------------------------------


def test_the_rectangle_on_the_map_covers_the_ground_of_the_inset(drawn):
    marks = drawn.by_gid("inset-mark")
    for inset, axes in zip(drawn.extras.insets, drawn.by_gid("inset"), strict=True):
        corners = axes.transData.inverted().transform(axes.get_window_extent().get_points())
        expected = drawn.axes.transData.transform(corners).ravel()
        extents = [mark.get_bbox() for mark in marks]  # in mm
        shown = [
            np.array(box.extents) / INCH * drawn.figure.dpi
            for box in extents
            if box.x0 == inset.mark.x
        ]
        assert len(shown) == 2  # a line, and its casing
        assert shown[0] == pytest.approx(expected, abs=0.01)


@pytest.mark.slow
def test_no_name_crosses_a_mark_or_its_letter():
    pack = kyrgyzstan_pack().at(2)
    points = pack.representative_point()
    names = layer(points, text=list(pack["name"]), level=2, km2=100.0)
    sheet = Sheet(kyrgyzstan(labels=names))
    sheet.draw()
    taken = list(sheet.boxes)
    name_units(sheet.page, sheet.layers, sheet.frame, taken)
    written = taken[len(sheet.boxes) :]
    assert len(written) > 30
    for inset in sheet.extras.insets:
        mark = inset.mark
        ring = shapely.box(mark.x, mark.y, mark.right, mark.top).boundary
        for text in sheet.figure.findobj(Text):
            if text.get_text() in set(names["text"]):
                ends = np.asarray(text.get_window_extent().extents) / 200 * INCH
                assert not shapely.box(*ends).intersects(ring), text.get_text()
                assert not Box(*ends[:2], *(ends[2:] - ends[:2])).meets(inset.sign)


def test_the_inset_shows_the_place_at_its_pixels(drawn):
    to_metres = Transformer.from_crs(4326, drawn.given.projection, always_xy=True)
    places = {"Bishkek": BISHKEK, "Osh (city)": OSH}
    for inset, axes in zip(drawn.extras.insets, drawn.by_gid("inset"), strict=True):
        x, y = to_metres.transform(*places[inset.title])
        left, right = axes.get_xlim()
        low, high = axes.get_ylim()
        assert left < x < right
        assert low < y < high
        scale = axes.get_window_extent().width / (right - left) / drawn.figure.dpi * INCH
        assert scale == pytest.approx(inset.frame.scale)


def test_letters_and_titles_are_drawn_where_they_were_planned(drawn):
    texts = [artist for artist in drawn.figure.findobj(Text) if artist.get_text()]
    words = [artist.get_text() for artist in texts]
    for inset in drawn.extras.insets:
        assert f"{inset.letter}  {inset.title}" in [" ".join(w.split("\n")) for w in words] or any(
            inset.title in w for w in words
        )
        (sign,) = (t for t in drawn.by_gid("inset-sign") if t.get_text() == inset.letter)
        box = np.asarray(sign.get_window_extent().extents) / drawn.figure.dpi * INCH
        planned = inset.sign.inset(-0.2)
        assert planned.holds(Box(box[0], box[1], box[2] - box[0], box[3] - box[1]))
    extents = [np.asarray(artist.get_window_extent().extents) for artist in texts]
    for (a, b), (one, two) in zip(
        itertools.combinations(extents, 2), itertools.combinations(words, 2), strict=True
    ):
        apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
        assert apart, (one, two)
    assert drawn.boxes == drawn.extras.boxes


def test_the_scale_bar_of_an_inset_has_its_length_on_the_ground(drawn):
    bars = drawn.by_gid("inset-scale")
    to_degrees = Transformer.from_crs(drawn.given.projection, 4326, always_xy=True)
    said = [
        float(found[1])
        for artist in drawn.figure.findobj(Text)
        if (found := re.fullmatch(r"([\d.]+)\s?km", artist.get_text()))
    ]
    assert len(bars) == len(said) == 2
    for bar, axes, kilometres in zip(bars, drawn.by_gid("inset"), said, strict=True):
        box, width = axes.get_window_extent(), bar.get_window_extent().width
        ends = [(box.x0, box.y0 + box.height / 2), (box.x0 + width, box.y0 + box.height / 2)]
        lon, lat = to_degrees.transform(*axes.transData.inverted().transform(ends).T)
        length = Geod(ellps="WGS84").inv(lon[0], lat[0], lon[1], lat[1])[2]
        assert length == pytest.approx(1000 * kilometres, rel=0.005)
        assert re.fullmatch(r"[125]0*", f"{kilometres:g}")


@pytest.mark.slow
def test_a_circle_is_as_large_in_the_inset_as_in_the_legend():
    pair = circles((74.6, 42.87, 4), (74.75, 42.87, 2))
    given = kyrgyzstan(symbols=pair, classes="ground")
    entry = replace(LEGEND[3], width_pt=0.2)
    sheet = Sheet(replace(given, legend=(*LEGEND[:3], entry))).draw()
    (inset,) = sheet.by_gid("inset")
    inside = sheet.of(inset)
    red = inside[..., 0] - inside[..., 2] > 100
    edge = 0.1 / 72 * INCH
    expected = np.pi * ((4 + edge) ** 2 + (2 + edge) ** 2)
    assert red.sum() / (200 / INCH) ** 2 == pytest.approx(expected, rel=0.02)


def centre_of_colour(sheet, axes, colour):
    """Return longitude and latitude of the middle of a colour in axes, and its pixels."""
    found = np.argwhere(np.abs(sheet.of(axes) - 255 * np.array(to_rgb(colour))).max(axis=2) < 12)
    box = axes.get_window_extent()
    low, high = found.min(axis=0), found.max(axis=0) + 1
    middle = (low + high) / 2
    x, y = box.x0 + middle[1], box.y1 - middle[0]
    to_degrees = Transformer.from_crs(sheet.given.projection, 4326, always_xy=True)
    return to_degrees.transform(*axes.transData.inverted().transform((x, y))), len(found)


def test_the_map_of_the_region_shows_where_the_country_lies(drawn):
    (locator,) = drawn.by_gid("locator")
    (lon, lat), pixels = centre_of_colour(drawn, locator, drawn.given.style.heading)
    west, south, east, north = kyrgyzstan_pack().extent
    assert (lon, lat) == pytest.approx(((west + east) / 2, (south + north) / 2), abs=0.6)
    per_pixel = np.ptp(locator.get_xlim()) / locator.get_window_extent().width
    land = shapely.area(drawn.layers.outlines.geometry[drawn.layers.outlines["level"] == 0])
    assert pixels * per_pixel**2 == pytest.approx(float(land.sum()), rel=0.25)
    box = locator.get_window_extent()
    assert box.width / drawn.figure.dpi * INCH == pytest.approx(26, abs=0.01)
    assert np.ptp(locator.get_xlim()) >= 2_000_000


def test_no_border_of_the_region_is_solid_that_is_not_final(drawn):
    locator, (axes,) = drawn.extras.locator, drawn.by_gid("locator")
    countries = world.countries((65, 25, 95, 45))
    borders = world.between(countries).to_crs(drawn.given.projection).set_index("status").geometry
    lines = {
        key: shapely.MultiLineString([shapely.LineString(line) for line in each])
        for key, each in locator.lines.items()
    }
    shown = shapely.box(*axes.viewLim.extents)
    assert set(lines) == {"", "line of control", "undetermined"}
    for status in ("line of control", "undetermined"):
        border = shapely.intersection(borders[status], shown)
        assert shapely.length(border) > 500_000
        # Only where it goes on as a final one do the two meet.
        along = shapely.intersection(shapely.buffer(border, 1000), lines[""])
        assert shapely.length(along) < 10_000
        (drawn_line,) = drawn.by_gid(f"locator-{status}")
        ((_, dashes),) = drawn_line.get_linestyle()
        assert len(dashes) == 2
    (solid,) = drawn.by_gid("locator-line")
    assert solid.get_linestyle()[0][1] is None


@pytest.mark.slow
@pytest.mark.parametrize("centre", [(74.6, 42.9), (179.9, -17), (-75, -10), (18, 69)])
def test_a_country_too_small_for_the_region_gets_a_box(centre):
    lon, lat = centre
    given = composition(boxes((lon - 0.1, lat - 0.1, lon + 0.1, lat + 0.1)), classes=["low"])
    sheet = Sheet(given, taken=[]).draw()
    (locator,) = sheet.by_gid("locator")
    (found_lon, found_lat), pixels = centre_of_colour(sheet, locator, given.style.heading)
    assert (found_lon - lon + 180) % 360 - 180 == pytest.approx(0, abs=1.2)
    assert found_lat == pytest.approx(lat, abs=0.6)
    assert pixels > 30
    # Land and sea are where they are in the world.
    land = sheet.of(locator) == np.round(255 * np.array(to_rgb(given.style.abroad)))
    assert 0.02 < land.all(axis=2).mean() < 1


@pytest.mark.slow
def test_the_region_goes_on_beyond_180_degrees():
    given = composition(boxes((-175.1, 65.9, -174.9, 66.1)), classes=["low"])
    sheet = Sheet(given).draw()
    (locator,) = sheet.by_gid("locator")
    to_metres = Transformer.from_crs(4326, given.projection, always_xy=True)
    colours = {(176, 67): "abroad", (-160, 66.5): "abroad", (-175, 61): "sea"}
    for place, what in colours.items():
        x, y = locator.transData.transform(to_metres.transform(*place)).astype(int)
        colour = given.style.abroad if what == "abroad" else sea(given.style)
        found = sheet.pixels[len(sheet.pixels) - 1 - y, x] / 255
        assert found == pytest.approx(to_rgb(colour), abs=0.02), place


@pytest.mark.slow
def test_without_a_locator_there_is_none():
    sheet = Sheet(asked(kyrgyzstan(), locator=False))
    assert sheet.extras.locator is None
    assert sheet.extras.omitted == ()


@pytest.mark.slow
def test_neighbours_lakes_and_labels_go_into_insets():
    lake = boxes((74.2, 42.6, 74.4, 42.8))[0]
    lands = layer(boxes((73.5, 43.0, 75.5, 44.5)), iso3=["AAA"], name=["A"])
    names = layer([shapely.Point(*BISHKEK)], text=["B"], level=2, km2=9.0)
    given = kyrgyzstan(water=layer([lake], name=["L"]), neighbours=lands, labels=names)
    sheet = Sheet(asked(given, insets=("Bishkek",)))
    (inset,) = sheet.extras.insets
    assert list(inset.layers.labels["text"]) == ["B"]
    assert len(inset.layers.neighbours) in (0, 1)
    assert len(inset.layers.areas[0]) < 10
