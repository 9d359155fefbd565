"""Points and the units that hold them: squares worked out by hand, and the embedded pack."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import mtmgeo
from mtmgeo.boundaries.boundary_set import BoundarySet
from mtmgeo.boundaries.points import distance_km, witness
from mtmgeo.boundaries.read import units_from
from mtmgeo.geo.crs import CRS

#: Units as level, p-code, parent, outline (west, south, east, north), in the order of the set. A
#: degree of longitude is 84.6 km at a latitude of 40.5 degrees.
SQUARES = [
    (0, "X", "", (10, 40, 13, 41)),
    (1, "X1", "X", (10, 40, 12, 41)),
    (1, "X2", "X", (12, 40, 13, 41)),
    (2, "X11", "X1", (10, 40, 11, 41)),
    (2, "X12", "X1", (11, 40, 12, 41)),
    (2, "X21", "X2", (12, 40, 13, 41)),
    (3, "X111", "X11", (10, 40, 10.5, 41)),
]
COLUMNS = ["level", "pcode", "parent_pcode"]
LAKE = shapely.box(10, 41, 11, 41.5)


@pytest.fixture(scope="module")
def squares() -> BoundarySet:
    raw = pd.DataFrame([row[:3] for row in SQUARES], columns=COLUMNS).astype(str)
    raw["approximate"] = raw["pcode"].eq("X21").map({True: "true", False: ""})
    units = units_from(raw.assign(name=raw["pcode"]), "squares")
    shapes = [shapely.box(*row[3]) for row in SQUARES]
    water = gpd.GeoDataFrame({"name": ["Lake"]}, geometry=[LAKE], crs=CRS)
    return BoundarySet(units.set_geometry(shapes, crs=CRS), name="x", title="X", water=water)


@pytest.fixture(scope="module")
def kgz() -> BoundarySet:
    return mtmgeo.read_boundaries("kgz")


def at(*pairs: tuple[float | None, float | None]) -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=["lat", "lon"], dtype="float64")


def names(row: pd.Series, boundaries: BoundarySet) -> list[str]:
    held = [row[column] for column in ("adm1", "adm2", "adm3")]
    return [str(boundaries.units["name"].iloc[unit]) if unit >= 0 else "" for unit in held]


@pytest.mark.parametrize(
    ("lat", "lon", "held", "certain"),
    [
        (40.5, 10.2, ["X1", "X11", "X111"], True),
        (40.5, 10.7, ["X1", "X11", ""], True),
        (40.5, 11.5, ["X1", "X12", ""], True),
        (40.5, 10.97, ["X1", "X11", ""], True),  # 2.5 km from X12
        (40.5, 10.98, ["X1", "X11", ""], False),  # 1.7 km from X12
        (40.5, 11.98, ["X1", "X12", ""], False),
        (40.5, 10.001, ["X1", "X11", "X111"], True),  # abroad is no other unit
        (40.5, 12.5, ["X2", "X21", ""], False),  # approximate
        (41.2, 10.5, ["", "", ""], False),  # in the lake
        (40.5, 13.05, ["", "", ""], False),  # 4.2 km outside
    ],
)
def test_the_units_that_hold_a_point(squares, lat, lon, held, certain):
    row = witness(at((lat, lon)), squares).iloc[0]
    assert names(row, squares) == held
    assert (row["certain"], row["problem"], row["lat"], row["lon"]) == (certain, "", lat, lon)


def test_a_point_on_a_border_is_held_by_one_of_the_two(squares):
    row = witness(at((40.5, 11)), squares).iloc[0]
    assert names(row, squares)[1] in {"X11", "X12"}
    assert not row["certain"]


@pytest.mark.parametrize(
    ("lat", "lon", "problem"),
    [
        (0, 0, "0/0 is no place"),
        (142.5, 10, "latitude 142.5 is not between -90 and 90"),
        (4751234.5, 1000000, "latitude 4751234.5 is not between -90 and 90"),
        (40.5, -190, "longitude -190 is not between -180 and 180"),
        (40.5, None, "the longitude is missing"),
        (None, 10.5, "the latitude is missing"),
        (None, None, ""),
        (40.5, 14, "lies abroad, 85 km from the country"),
        (40.5, 9.93, "lies abroad, 6 km from the country"),
        (30, 5, "lies abroad, 1,201 km from the country"),
        (-40.5, -168.5, "lies abroad, 20,015 km from the country"),  # the other side of the earth
    ],
)
def test_points_that_are_of_no_use(squares, lat, lon, problem):
    row = witness(at((lat, lon)), squares).iloc[0]
    assert row["problem"] == problem
    assert names(row, squares) == ["", "", ""]
    assert not row["certain"]
    assert pd.isna(row["lat"])
    assert pd.isna(row["lon"])


def test_swapped_axes_are_put_right_and_said(squares):
    row = witness(at((10.2, 40.5)), squares).iloc[0]
    assert names(row, squares) == ["X1", "X11", "X111"]
    assert (row["lat"], row["lon"], row["certain"]) == (40.5, 10.2, True)
    assert row["problem"] == "latitude and longitude are swapped"


def test_a_latitude_out_of_range_may_be_a_longitude(kgz):
    far_east = BoundarySet(
        kgz.units.set_geometry(kgz.units.geometry.translate(xoff=65)), name="e", title="E"
    )
    row = witness(at((74.6 + 65, 42.87)), far_east).iloc[0]
    assert (row["lat"], row["problem"]) == (42.87, "latitude and longitude are swapped")


def test_rows_keep_their_order_and_index(squares):
    points = at((40.5, 10.2), (0, 0), (40.5, 12.5), (10.2, 40.5)).set_index(pd.Index([7, 3, 3, 1]))
    found = witness(points, squares)
    assert found.index.tolist() == [7, 3, 3, 1]
    assert found["adm2"].tolist() == [3, -1, 5, 3]
    assert found.dtypes.astype(str).to_dict() == {
        **dict.fromkeys(["lat", "lon"], "float64"),
        **dict.fromkeys(["adm1", "adm2", "adm3"], "int64"),
        "certain": "bool",
        "problem": "str" if pd.__version__ >= "3" else "object",
    }
    assert witness(points.iloc[:0], squares).empty


# --- sets without outlines

UNITS = """pcode,level,name,parent_pcode,lat,lon
X,0,X,,,
X1,1,North,X,40,10
X11,2,Inner,X1,40,10
X111,4,Ayu,X11,40.0,10.0
X112,4,Bel,X11,40.1,10.0
"""


@pytest.mark.parametrize(
    ("lat", "lon", "held", "problem"),
    [
        (40.04, 10, ["North", "Inner", ""], ""),
        (40.18, 10, ["North", "Inner", ""], ""),  # 8.9 km from Bel
        (40.2, 10, ["", "", ""], ""),  # 11.1 km from Bel
        (10, 40, ["North", "Inner", ""], "latitude and longitude are swapped"),
        (50, 50, ["", "", ""], ""),
        (95, 50, ["", "", ""], "latitude 95 is not between -90 and 90"),
    ],
)
def test_without_outlines_the_nearest_settlement_tells(tmp_path, lat, lon, held, problem):
    path = tmp_path / "units.csv"
    path.write_text(UNITS)
    boundaries = mtmgeo.read_boundaries(path)
    row = witness(at((lat, lon)), boundaries).iloc[0]
    assert (names(row, boundaries), row["problem"], row["certain"]) == (held, problem, False)


def test_without_outlines_and_places_only_the_impossible_is_told(tmp_path: Path):
    path = tmp_path / "units.csv"
    path.write_text("pcode,level,name,parent_pcode\nX,0,X,\nX1,1,North,X\n")
    boundaries = mtmgeo.read_boundaries(path)
    found = witness(at((40, 10), (0, 0), (95, 200), (None, None)), boundaries)
    assert (found[["adm1", "adm2", "adm3"]] == -1).all(axis=None)
    problems = ["", "0/0 is no place", "latitude 95 is not between -90 and 90", ""]
    assert found["problem"].tolist() == problems
    assert distance_km(found, boundaries, [0], [1]).tolist() != [0]


# --- distances


def test_distances_by_pair(squares):
    points = at((40.5, 10.5), (41.5, 10.5), (None, None))
    # The point that stands for a square is its middle.
    found = distance_km(points, squares, [0, 1, 0, 2], [3, 3, 4, 3])
    assert found[:3].tolist() == pytest.approx([0, 111.195, 84.55], abs=0.02)
    assert pd.isna(found[3])
    assert distance_km(points, squares, [], []).size == 0


# --- the embedded pack


@pytest.mark.parametrize(
    ("lat", "lon", "held", "certain"),
    [
        (42.8746, 74.5698, ["Bishkek", "Bishkek"], True),
        (41.4287, 75.9911, ["Naryn", "Naryn (city)"], None),
        (40.7699, 73.3007, ["Osh", "Uzgen"], None),
        (42.8417, 75.3015, ["Chui", "Tokmok (city)"], False),
    ],
)
def test_towns_of_kyrgyzstan(kgz, lat, lon, held, certain):
    row = witness(at((lat, lon)), kgz).iloc[0]
    assert names(row, kgz)[:2] == held
    assert row["problem"] == ""
    assert certain is None or row["certain"] == certain


def test_a_boat_on_issyk_kul_is_not_abroad(kgz):
    row = witness(at((42.4, 77.3)), kgz).iloc[0]
    assert (row["problem"], names(row, kgz)) == ("", ["", "", ""])


def test_settlements_lie_in_their_own_districts(kgz):
    units = kgz.units
    placed = units.index[(units["level"] == 4) & units["lat"].notna()]
    found = witness(units.loc[placed, ["lat", "lon"]], kgz)
    district = [kgz.position[2, code] for code in kgz.lineage.loc[placed, 2]]
    right = found["adm2"] == district
    assert right.mean() > 0.98
    assert right[found["certain"]].all(), "what is certain is never wrong"
    assert found["certain"].mean() > 0.8
    assert distance_km(found, kgz, range(len(placed)), placed).max() < 0.001
