"""Countries around a map: no gap and no overlap along its outline, whatever the set covers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

import mtmgeo
from mtmgeo.boundaries.boundary_set import BoundarySet
from mtmgeo.boundaries.world import between, coasts, countries, neighbours

LIGHT = countries().set_index("iso3").geometry


def bounds(*shapes: Any, level: int = 0, **more: Any) -> BoundarySet:
    """Return a set of one level."""
    units = gpd.GeoDataFrame(
        {
            "pcode": [f"X{row}" for row in range(len(shapes))],
            "level": level, "parent_pcode": None, "name": "X", "aliases": "", "type": "",
            "approximate": False, "lat": np.nan, "lon": np.nan,
        },
        geometry=list(shapes), crs=4326,
    )  # fmt: skip
    return BoundarySet(units, "x", "X", **more)


def outlines(*shapes: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"name": [""] * len(shapes)}, geometry=list(shapes), crs=4326)


def touching(around: gpd.GeoDataFrame, own: Any) -> set[str]:
    return set(around["iso3"][shapely.dwithin(around.geometry.to_numpy(), own, 1e-9)])


def overlap(around: gpd.GeoDataFrame, own: Any) -> float:
    return float(shapely.area(shapely.intersection(around.geometry.to_numpy(), own)).sum())


def at(around: gpd.GeoDataFrame, lon: float, lat: float) -> list[str]:
    return around["iso3"][around.contains(shapely.Point(lon, lat))].tolist()


@pytest.fixture(scope="module")
def kgz() -> BoundarySet:
    return mtmgeo.read_boundaries("kgz")


@pytest.fixture(scope="module")
def around_kgz(kgz: BoundarySet) -> gpd.GeoDataFrame:
    return neighbours(kgz)


def test_four_countries_are_around_kyrgyzstan(
    kgz: BoundarySet, around_kgz: gpd.GeoDataFrame
) -> None:
    assert touching(around_kgz, kgz.at(0).geometry.iloc[0]) == {"CHN", "KAZ", "TJK", "UZB"}
    named = around_kgz.set_index("iso3")["name"]
    assert named["TJK"] == "Tajikistan"
    assert "KGZ" not in named
    assert around_kgz["iso3"].iloc[:-1].is_monotonic_increasing


@pytest.mark.slow
def test_nothing_overlaps_the_outline_and_no_gap_is_along_it(
    kgz: BoundarySet, around_kgz: gpd.GeoDataFrame
) -> None:
    own = kgz.at(0).geometry.iloc[0]
    assert around_kgz.is_valid.all()
    assert overlap(around_kgz, own) < 1e-12
    outer = shapely.union_all(shapely.polygons(shapely.get_exterior_ring(shapely.get_parts(own))))
    hair = shapely.buffer(shapely.boundary(outer), 1e-5)
    bare = hair - outer - shapely.union_all(shapely.buffer(around_kgz.geometry.to_numpy(), 1e-9))
    assert shapely.area(bare) < 1e-9


def test_enclaves_are_of_the_country_that_has_them(around_kgz: gpd.GeoDataFrame) -> None:
    assert at(around_kgz, 70.62, 39.828) == ["TJK"]  # Vorukh
    assert at(around_kgz, 71.07, 40.038) == ["UZB"]  # Sokh
    assert at(around_kgz, 71.81, 39.98) == ["UZB"]  # Shohimardon
    assert at(around_kgz, 77.2, 42.4) == []  # Issyk-Kul


def test_an_enclave_that_natural_earth_lacks_goes_to_the_nearest_country() -> None:
    hole = shapely.box(28.9, -1.0, 29.0, -0.9)  # in the Congo, 60 km from Uganda
    whole = LIGHT["COD"]
    made = neighbours(bounds(whole - hole, enclaves=outlines(hole)), margin=0.1)
    assert at(made, 28.95, -0.95) == ["UGA"]


def test_what_is_between_two_outlines_goes_to_the_neighbour_beyond() -> None:
    """The light outline of Jordan is up to 6 km from the fine one of its neighbours."""
    own = LIGHT["JOR"]
    made = neighbours(bounds(own))
    assert touching(made, own) == {"IRQ", "ISR", "PSE", "SAU", "SYR"}
    assert overlap(made, own) < 1e-12
    inland = shapely.box(35.7, 29.9, 40, 34)
    land = shapely.union_all([own, *made.geometry])
    assert shapely.area(inland - land) < 1e-9


def test_each_neighbour_gets_its_side_of_a_strip_all_around() -> None:
    own = shapely.buffer(LIGHT["JOR"], -0.06)
    made = neighbours(bounds(own))
    assert touching(made, own) == {"IRQ", "ISR", "PSE", "SAU", "SYR"}
    inside = {"SYR": (36.88, 32.34), "SAU": (37.8, 30.43), "PSE": (35.555, 32.0)}
    for iso3, (lon, lat) in inside.items():
        assert LIGHT["JOR"].contains(shapely.Point(lon, lat)), iso3
        assert at(made, lon, lat) == [iso3]


def test_the_sea_stays_free_and_the_own_coast_is_the_set_s() -> None:
    own = shapely.buffer(LIGHT["LBN"], -0.03)
    made = neighbours(bounds(own))
    assert touching(made, own) == {"ISR", "SYR"}
    assert at(made, 34.5, 33.5) == []
    west = shapely.box(34.9, 33.4, 35.3, 33.6) - own
    assert overlap(made, west) < 1e-9  # where Natural Earth has Lebanon's coast
    shore = coasts(made, bounds(own)).union_all()
    assert shore.distance(shapely.Point(35.08, 32.95)) < 0.05  # Akko
    assert shore.intersection(shapely.buffer(own, 0.005)).length < 0.05


def test_an_island_may_have_a_neighbour() -> None:
    own = LIGHT["HTI"]
    made = neighbours(bounds(own))
    assert touching(made, own) == {"DOM"}
    assert {"CUB", "BHS"} <= set(made["iso3"])
    assert "HTI" not in set(made["iso3"])


def test_no_country_is_around_what_is_in_the_ocean() -> None:
    made = neighbours(bounds(shapely.box(-30, -30, -28, -28)))
    assert made.empty
    assert list(made.columns) == ["iso3", "name", "geometry"]
    assert made.crs == "EPSG:4326"
    assert between(made).empty
    assert coasts(made, bounds(shapely.box(-30, -30, -28, -28))).empty


def test_a_set_without_outlines_has_none_around() -> None:
    assert neighbours(bounds(None, None, level=1)).empty


def test_longitudes_run_on_as_those_of_the_set_do() -> None:
    fiji = bounds(*shapely.get_parts(LIGHT["FJI"]), level=1)
    assert fiji.extent[2] > 180
    made = neighbours(fiji, margin=1.5)
    assert "FJI" not in set(made["iso3"])
    wallis, tonga = (made.set_index("iso3").geometry[code] for code in ("WLF", "TON"))
    assert 180 < wallis.centroid.x < 185
    assert 184 < tonga.centroid.x < 187
    west, _, east, _ = made.total_bounds
    assert 155 < west < east < 200


def test_a_country_beyond_180_degrees_has_no_seam() -> None:
    strait = bounds(shapely.box(178, 60, 179, 61))
    made = neighbours(strait, margin=10).set_index("iso3")
    chukotka = made.geometry["RUS"]
    assert chukotka.bounds[2] > 185
    assert shapely.Point(180, 68).within(chukotka)
    assert "USA" in made.index


def test_the_rest_of_the_country_is_around_a_province() -> None:
    """The south of a box lies on the border with Pakistan, which is up to 6 km elsewhere."""
    own = shapely.intersection(LIGHT["AFG"], shapely.box(64, 28, 68, 34))
    made = neighbours(bounds(own, level=1))
    assert touching(made, own) == {"AFG", "PAK"}
    rest = made.set_index("iso3").geometry["AFG"]
    assert at(made, 66, 34.1) == ["AFG"]
    border = shapely.intersection(own.boundary, shapely.box(64.3, 28, 67.7, 33))
    beyond = shapely.intersection(rest, shapely.buffer(border, 0.05))
    assert shapely.area(beyond) < 1e-9  # no strip of Afghanistan along Pakistan
    assert overlap(made, own) < 1e-12


@pytest.mark.slow
def test_narrow_ground_of_the_rest_of_the_country_stays_its_own() -> None:
    notch = shapely.box(66, 34.9, 66.05, 35)
    made = neighbours(bounds(shapely.box(65, 34, 69, 35) - notch, level=1), margin=1.5)
    assert at(made, 66.02, 34.95) == ["AFG"]
    made = neighbours(bounds(shapely.box(21.2, 38.6, 22.9, 40.3), level=1), margin=2)
    assert at(made, 25.37, 37.45) == ["GRC"]  # Mykonos


def test_the_rest_of_the_country_may_be_inside() -> None:
    own = shapely.box(20, 25, 23, 28) - shapely.box(21, 26, 22, 27)
    assert at(neighbours(bounds(own, level=1)), 21.5, 26.5) == ["LBY"]


def test_a_country_may_lie_inside() -> None:
    own = LIGHT["ZAF"]
    made = neighbours(bounds(own))
    lesotho = made.set_index("iso3").geometry["LSO"]
    holes = shapely.polygons([ring for part in own.geoms for ring in part.interiors])
    assert shapely.area(lesotho ^ shapely.union_all(holes)) < 1e-9


def test_lakes_of_the_set_are_its_own_ground() -> None:
    lake = shapely.box(21, 26, 22, 27)
    own = shapely.box(20, 25, 23, 28) - lake
    made = neighbours(bounds(own, level=1, water=outlines(lake)))
    assert at(made, 21.5, 26.5) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "shape",
    [
        shapely.box(-60, -89.9, -20, -75),
        shapely.box(-180, 70, 180, 90),
        shapely.MultiPolygon([shapely.box(-178, -15, -176, -13), shapely.box(160, -22, 168, -18)]),
        shapely.MultiPolygon([shapely.box(-5, 43, 8, 50), shapely.box(160, -22, 168, -18)]),
    ],
)
def test_poles_and_the_whole_earth_are_no_trouble(shape: Any) -> None:
    made = neighbours(bounds(shape))
    assert made.is_valid.all()
    assert overlap(made, shape) < 1e-9


def test_the_margin_is_a_share_of_the_longer_side() -> None:
    made = neighbours(bounds(shapely.box(64, 30, 68, 32), level=1), margin=0.25)
    reach = 0.25 * 4  # degrees of longitude; as long on the ground to the north
    high = reach * np.cos(np.radians(31))
    assert made.total_bounds == pytest.approx([63, 30 - high, 69, 32 + high])


def test_long_edges_have_corners_to_bend_at() -> None:
    made = neighbours(bounds(shapely.box(20, 25, 23, 28), level=1), margin=2)
    rings = shapely.get_rings(shapely.get_parts(made.geometry.to_numpy()))
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    steps = np.hypot(*np.diff(corners, axis=0).T)[np.diff(ring) == 0]
    assert steps[steps < 3].max() < 1.01  # the set's own edges, 3 degrees long, stay


# --- lines ----------------------------------------------------------------------------------


@pytest.mark.slow
def test_borders_are_drawn_once_and_not_along_the_set(
    kgz: BoundarySet, around_kgz: gpd.GeoDataFrame
) -> None:
    borders = between(around_kgz)
    assert borders["status"].tolist() == ["", "line of control", "undetermined"]
    lines = borders.union_all()
    assert lines.length == pytest.approx(shapely.length(borders.geometry.to_numpy()).sum())
    ground = shapely.union_all([*kgz.at(0).geometry, *kgz.water.geometry])
    assert shapely.intersection(lines, shapely.buffer(ground, 1e-7)).length < 1e-5
    edge = shapely.box(*around_kgz.total_bounds).boundary
    assert shapely.intersection(lines, edge).length == 0
    reached = shapely.intersection(lines, shapely.buffer(ground, 1e-6))
    assert len(shapely.get_parts(reached)) >= 4  # the borders meet the outline without a gap
    assert coasts(around_kgz, kgz).empty


@pytest.mark.slow
def test_borders_that_are_not_final_say_so() -> None:
    borders = between(countries()).set_index("status").geometry
    assert set(borders.index) == {"", "disputed", "line of control", "undetermined"}
    for lon, lat in ((30.0, 10.2), (35.1, 32.3), (127.0, 38.0), (20.8, 42.2)):
        place = shapely.Point(lon, lat)
        assert borders["undetermined"].distance(place) < borders[""].distance(place)


# --- the world ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lon", "lat", "status"),
    [(78.9, 31.3, "undetermined"), (94.5, 29.2, "undetermined"), (88.7, 28.0, "")],
)
def test_the_border_of_china_and_india_is_final_in_sikkim_alone(
    lon: float, lat: float, status: str
) -> None:
    borders = between(countries((70, 25, 100, 40)))
    away = shapely.distance(borders.geometry.to_numpy(), shapely.Point(lon, lat))
    assert borders["status"].iloc[int(away.argmin())] == status
    assert away.min() < 0.3


def test_the_world_is_cut_to_an_extent() -> None:
    assert len(LIGHT) > 230
    made = countries((60, 30, 90, 50))
    assert made.total_bounds == pytest.approx([60, 30, 90, 50])
    assert {"KGZ", "CHN", "KAZ"} <= set(made["iso3"])
    assert "FRA" not in set(made["iso3"])
    assert made.is_valid.all()


def test_an_extent_may_run_on_beyond_180_degrees() -> None:
    russia = countries((160, 55, 200, 75)).set_index("iso3").geometry["RUS"]
    assert russia.is_valid
    assert russia.bounds[2] > 185
    assert shapely.Point(180, 68).within(russia)
    west = countries((-200, 55, -160, 75)).set_index("iso3").geometry["RUS"]
    assert shapely.area(west) == pytest.approx(shapely.area(russia))


def test_places_are_shown_as_the_united_nations_do() -> None:
    for (lon, lat), iso3 in {
        (34.2, 45.2): "UKR",  # Crimea
        (35.8, 33.0): "SYR",  # the Golan
        (-13.5, 26.5): "ESH",  # west of the berm
        (45.0, 10.0): "SOM",
        (33.6, 35.3): "CYP",
        (121.0, 23.8): "CHN",
        (20.9, 42.6): "",  # Kosovo
        (-53.0, 4.0): "GUF",
    }.items():
        place = shapely.Point(lon, lat)
        assert [code for code, shape in LIGHT.items() if shape.contains(place)] == [iso3]


def test_names_are_written_out() -> None:
    names = set(countries()["name"])
    assert {"Bosnia and Herzegovina", "Türkiye", "Viet Nam", "State of Palestine"} <= names
    assert not {"Somaliland", "N. Cyprus", "Siachen Glacier", "Kosovo", "Taiwan"} & names
    assert not [name for name in names if name.endswith(".")]


def test_the_file_says_where_it_is_from() -> None:
    with np.load(Path(mtmgeo.__file__).parent / "boundaries/world.npz") as file:
        assert "Natural Earth 4.1" in str(file["source"])
        assert "public domain" in str(file["source"])
