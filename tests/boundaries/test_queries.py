"""Questions of place: squares worked out by hand, and the embedded pack."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import mtmgeo
from mtmgeo.boundaries.boundary_set import BoundarySet
from mtmgeo.boundaries.queries import dissolve, find, locate, neighbours
from mtmgeo.boundaries.read import units_from
from mtmgeo.core.errors import BoundaryError, InputError
from mtmgeo.geo.crs import CRS

#: Level, p-code, parent, name, aliases, outline (west, south, east, north). X21 is not divided,
#: and nothing of X2 is below it but X21; X3 has no outline.
UNITS = [
    (0, "X", "", "Xland", "", (10, 40, 13, 41)),
    (1, "X1", "X", "West", "", (10, 40, 12, 41)),
    (1, "X2", "X", "Есть", "East|?|Orient", (12, 40, 13, 41)),
    (1, "X3", "X", "Nowhere", "", None),
    (2, "X11", "X1", "Zhany-Jer", "", (10, 40, 11, 41)),
    (2, "X12", "X1", "West", "", (11, 40, 12, 41)),
    (2, "X21", "X2", "Est", "", (12, 40, 13, 41)),
    (3, "X111", "X11", "A", "", (10, 40, 11, 40.5)),
    (3, "X112", "X11", "B", "", (10, 40.5, 11, 41)),
    (3, "X121", "X12", "C", "", (11, 40, 12, 41)),
]
LEVELS = ["adm0_pcode", "adm1_pcode", "adm2_pcode", "adm3_pcode"]


def boundary_set(rows=UNITS) -> BoundarySet:
    columns = ["level", "pcode", "parent_pcode", "name", "aliases"]
    raw = pd.DataFrame([row[:5] for row in rows], columns=columns).astype(str)
    shapes = {(row[0], row[1]): row[5] and shapely.box(*row[5]) for row in rows}
    units = units_from(raw, "squares")
    keys = zip(units["level"], units["pcode"], strict=True)
    return BoundarySet(units.set_geometry([shapes[key] for key in keys], crs=CRS), "x", "Squares")


@pytest.fixture(scope="module")
def squares() -> BoundarySet:
    return boundary_set()


@pytest.fixture(scope="module")
def kgz() -> BoundarySet:
    return mtmgeo.read_boundaries("kgz")


def at(*pairs) -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=["lat", "lon"])


def codes(located: pd.DataFrame) -> list[list[str]]:
    return located[LEVELS].astype(object).fillna("").to_numpy().tolist()


# --- locate


@pytest.mark.parametrize(
    ("lat", "lon", "held"),
    [
        (40.2, 10.5, ["X", "X1", "X11", "X111"]),
        (40.7, 10.5, ["X", "X1", "X11", "X112"]),
        (40.5, 10.5, ["X", "X1", "X11", "X111"]),  # on the border of the two
        (40.2, 11, ["X", "X1", "X11", "X111"]),  # of two districts
        (40.5, 11, ["X", "X1", "X11", "X111"]),  # where three meet
        (40.5, 12, ["X", "X1", "X12", "X121"]),  # of a divided and an undivided one
        (40.5, 12.5, ["X", "X2", "X21", ""]),
        (41, 13, ["X", "X2", "X21", ""]),
    ],
)
def test_the_units_that_hold_a_point(squares, lat, lon, held):
    located = locate(at((lat, lon)), squares)
    assert codes(located) == [held]
    assert located[["inside", "distance_km"]].to_numpy().tolist() == [[True, 0]]


@pytest.mark.parametrize(
    ("lat", "lon", "within_km", "held", "km"),
    [
        (41.1, 10.5, 20, ["X", "X1", "X11", "X112"], 11.1),
        (41.1, 10.5, 11, ["", "", "", ""], None),
        (41.1, 10.5, 0, ["", "", "", ""], None),
        (40.5, 13.1, 20, ["X", "X2", "X21", ""], 8.5),
        (40.6, 9.9, 20, ["X", "X1", "X11", "X112"], 8.5),
        (-40.5, -168.5, 20, ["", "", "", ""], None),  # the other side of the earth
        (90, 0, 20, ["", "", "", ""], None),
        (95, 10, 20, ["", "", "", ""], None),
        (None, 10.5, 20, ["", "", "", ""], None),
        (40.5, float("inf"), 20, ["", "", "", ""], None),
    ],
)
def test_points_outside_go_to_the_nearest_unit_in_reach(squares, lat, lon, within_km, held, km):
    located = locate(at((lat, lon)), squares, within_km=within_km)
    assert codes(located) == [held]
    assert not located["inside"].iloc[0]
    assert located["distance_km"].iloc[0] == pytest.approx(km or np.nan, abs=0.1, nan_ok=True)


def test_of_two_that_are_as_near_the_smallest_code_is_taken():
    rows = [(1, code, "", code, "", (10, 40, 11, 41)) for code in ("XB", "XA")]
    tips = [shapely.Polygon([(10, 40.5), (11, 40.5), (11, lat)]) for lat in (40, 41)]
    boundaries = boundary_set(rows)
    boundaries.units.geometry = tips
    located = locate(at((40.5, 9.9)), boundaries, within_km=20)
    assert located["adm1_pcode"].tolist() == ["XA"]
    boundaries.units.geometry = tips[::-1]
    assert locate(at((40.5, 9.9)), boundaries, within_km=20).equals(located)


def test_points_may_be_shapes_in_any_reference_system(squares):
    given = at((40.2, 10.5), (40.5, 12.5), (50, 50))
    shapes = gpd.GeoSeries([*gpd.points_from_xy(given["lon"], given["lat"]), None], crs=CRS)
    expected = locate(pd.concat([given, at((None, None))], ignore_index=True), squares)
    assert expected["adm2_pcode"].notna().tolist() == [True, True, False, False]
    for form in (shapes, shapes.to_crs(3857), gpd.GeoDataFrame(geometry=shapes.to_crs(32633))):
        pd.testing.assert_frame_equal(locate(form, squares), expected)


def test_rows_keep_their_order_and_index(squares):
    points = at(("40.2", 10.5), ("", 10.5), ("40.5", 12.5)).set_index(pd.Index([7, 3, 3]))
    located = locate(points, squares)
    assert located.columns.tolist() == [*LEVELS, "inside", "distance_km"]
    assert located.index.tolist() == [7, 3, 3]
    assert located["inside"].tolist() == [True, False, True]
    assert located["inside"].dtype == bool
    assert locate(points.iloc[:0], squares, within_km=5).columns.tolist() == [*located.columns]


@pytest.mark.parametrize(
    ("points", "message"),
    [
        (pd.DataFrame({"x": [1]}), "lack the column lon; they have x: give lat and lon"),
        (at((40.5, "east")), "Row 0, column lon: 'east' is no number of degrees: correct it"),
        (gpd.GeoSeries([shapely.Point(1, 1)]), r"no reference system: say which .* set_crs\(4326"),
        (gpd.GeoSeries([shapely.box(0, 0, 1, 1)], crs=CRS), "Row 0 is a Polygon: give points"),
    ],
)
def test_what_are_no_points_is_refused(squares, points, message):
    with pytest.raises(InputError, match=message):
        locate(points, squares)


def test_a_distance_is_not_below_0(squares):
    with pytest.raises(InputError, match="within_km is -1: give a distance"):
        locate(at((40, 10)), squares, within_km=-1)


def test_a_set_without_outlines_locates_nothing():
    bare = boundary_set([(*row[:5], None) for row in UNITS])
    for ask in (locate, lambda _, bare: neighbours(bare, 1)):
        with pytest.raises(BoundaryError, match="Squares has no outlines: use a boundary set"):
            ask(at((40, 10)), bare)


@pytest.mark.parametrize(
    ("lat", "lon", "held"),
    [
        (42.87, 74.59, ["Bishkek", "Bishkek"]),
        (41.4287, 75.9911, ["Naryn", "Naryn (city)"]),
        (40.7699, 73.3007, ["Osh", "Uzgen"]),
        (42.4, 77.3, []),  # on Issyk-Kul
        (43.24, 76.9, []),  # Almaty
    ],
)
def test_towns_of_kyrgyzstan(kgz, lat, lon, held):
    row = locate(at((lat, lon)), kgz).iloc[0]
    assert row["inside"] == bool(held)
    names = [kgz.at(level)["name"][row[f"adm{level}_pcode"]] for level in (1, 2) if held]
    assert names == held


def test_almaty_is_as_far_as_the_border_is(kgz):
    row = locate(at((43.24, 76.9)), kgz, within_km=100).iloc[0]
    assert row["distance_km"] == pytest.approx(28, abs=3)
    assert kgz.at(1)["name"][row["adm1_pcode"]] in {"Chui", "Issyk-Kul"}
    assert not row["inside"]


@pytest.mark.slow
@given(st.lists(st.tuples(st.floats(39, 43.5), st.floats(69, 80.5)), min_size=1, max_size=30))
def test_a_located_point_is_within_its_units(kgz, pairs):
    located = locate(at(*pairs), kgz)
    home = kgz.at(0).geometry.iloc[0]
    for (lat, lon), row in zip(pairs, located.to_dict("records"), strict=True):
        point = shapely.Point(lon, lat)
        assert row["inside"] == home.intersects(point)
        for level in range(4) if row["inside"] else ():
            code = row[f"adm{level}_pcode"]
            if level < 3 or pd.notna(code):
                assert kgz.at(level).geometry[code].distance(point) < 1e-9


def test_settlements_lie_in_their_own_districts(kgz):
    placed = kgz.units[kgz.units["level"].eq(4) & kgz.units["lat"].notna()]
    located = locate(placed[["lat", "lon"]], kgz)
    assert (located["adm2_pcode"] == kgz.lineage.loc[placed.index, 2]).mean() > 0.98


# --- find


@pytest.mark.parametrize(
    ("text", "level", "found"),
    [
        ("X11", None, ["X11"]),
        (" x11 ", None, ["X11"]),
        ("west", None, ["X1", "X12"]),
        ("West", 2, ["X12"]),
        ("West", 3, []),
        ("Orient", None, ["X2"]),
        ("Жаңы-Жер", None, ["X11"]),
        ("zhany jer district", None, ["X11"]),
        ("x1", None, ["X1"]),
        ("X1|X2", None, []),
        ("", None, []),
        ("?", None, []),
    ],
)
def test_units_are_found_by_code_and_by_name(squares, text, level, found):
    assert find(text, squares, level=level)["pcode"].tolist() == found


@pytest.mark.slow
def test_osh_is_found_in_every_script(kgz):
    for text in ("Osh", "Ош", "г. Ош", "KG06000000000"):
        units = find(text, kgz)
        assert "KG06000000000" in set(units["pcode"])
        assert units["level"].is_monotonic_increasing
    assert isinstance(units, gpd.GeoDataFrame)


# --- neighbours


def test_borders_of_squares(squares):
    found = neighbours(squares, 3)
    pairs = found[["pcode", "neighbour"]].to_numpy().tolist()
    assert pairs == [
        ["X111", "X112"], ["X111", "X121"], ["X112", "X111"],
        ["X112", "X121"], ["X121", "X111"], ["X121", "X112"],
    ]  # fmt: skip
    # A degree of longitude at 40.5 degrees north, and half a degree of latitude.
    lengths = [84.77, 55.52, 84.77, 55.52, 55.52, 55.52]
    assert found["border_km"].tolist() == pytest.approx(lengths, abs=0.03)


def test_units_that_meet_in_a_point_or_not_quite_are_no_neighbours():
    boxes = [(10, 40, 11, 41), (11, 41, 12, 42), (11.0000001, 40, 12, 40.9)]
    rows = [(1, f"X{i}", "", f"N{i}", "", box) for i, box in enumerate(boxes)]
    assert neighbours(boundary_set(rows), 1).columns.tolist() == ["pcode", "neighbour", "border_km"]
    assert neighbours(boundary_set(rows), 1).empty


def test_neighbours_of_bishkek(kgz):
    found = neighbours(kgz, 1)
    names = kgz.at(1)["name"]
    bishkek = found[found["pcode"].map(names) == "Bishkek"]
    assert bishkek["neighbour"].map(names).tolist() == ["Chui"]
    both = found.merge(found, left_on=["pcode", "neighbour"], right_on=["neighbour", "pcode"])
    assert len(both) == len(found)
    assert both["border_km_x"].equals(both["border_km_y"])
    rim = kgz.at(1).geometry[bishkek["pcode"].iloc[0]].exterior
    around = gpd.GeoSeries([rim], crs=CRS).to_crs(kgz.projection).length.iloc[0] / 1000
    assert bishkek["border_km"].iloc[0] == pytest.approx(around, rel=0.005)


def test_a_level_without_outlines_has_no_neighbours(kgz):
    with pytest.raises(BoundaryError, match="no outlines of level 4: choose one of 0, 1, 2, 3"):
        neighbours(kgz, 4)


# --- dissolve


def test_squares_dissolve_into_their_parents(squares):
    for level in (0, 1, 2):
        own, merged = squares.at(level), dissolve(squares, level)
        assert merged.columns.tolist() == ["pcode", "name", "geometry"]
        assert merged["pcode"].tolist() == own["pcode"].tolist()
        assert merged["name"].tolist() == own["name"].tolist()
        assert merged.crs == own.crs
        assert merged.geometry.isna().tolist() == own.geometry.isna().tolist()
        shaped = merged.geometry.notna()
        assert (
            merged.geometry[shaped].geom_equals(own.geometry[shaped.to_numpy()], align=False).all()
        )


def test_overlaps_and_gaps_are_merged():
    rows = [
        (1, "X1", "", "One", "", None),
        (2, "X11", "X1", "A", "", (10, 40, 11.1, 41)),
        (2, "X12", "X1", "B", "", (11, 40, 12, 41)),
        (2, "X13", "X1", "C", "", (12, 40.2, 13, 41)),
    ]
    shape = dissolve(boundary_set(rows), 1).geometry.iloc[0]
    assert shape.geom_type == "Polygon"
    assert shape.area == pytest.approx(2.8)


@pytest.mark.slow
def test_kyrgyzstan_dissolves_into_itself(kgz):
    for level in (0, 1):
        merged = dissolve(kgz, level).geometry
        assert merged.geom_equals(kgz.at(level).geometry, align=False).all()


def test_nothing_below_is_said(squares, kgz):
    for boundaries in (squares, kgz):
        with pytest.raises(BoundaryError, match="no outlines below level 3, which could be"):
            dissolve(boundaries, 3)
