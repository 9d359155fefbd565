"""Distances to the nearest assessed location, against geodesics measured one by one."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import rasterio
import shapely
from affine import Affine

import mtmgeo
from mtmgeo.boundaries.boundary_set import BoundarySet
from mtmgeo.core.errors import InputError
from mtmgeo.figures.assess import Assessment
from mtmgeo.figures.distances import distances, positions, within
from mtmgeo.population.population import Population, read_population

BOUNDS = mtmgeo.read_boundaries("kgz")
GEOD = pyproj.Geod(ellps="WGS84")
PLACED = BOUNDS.at(4).dropna(subset=["lat"])


def assessed(rows: list[tuple[object, ...]], bounds: BoundarySet = BOUNDS) -> Assessment:
    columns = ["adm1_name", "adm2_name", "location", "lat", "lon", "returnees_2022"]
    table = pd.DataFrame([(*row, 10) for row in rows], columns=columns, dtype=object)
    return mtmgeo.assess(mtmgeo.match(table, bounds))


def tif(path: Path, cells: np.ndarray, where: Affine) -> Path:
    rows, columns = cells.shape
    size = {"width": columns, "height": rows, "count": 1}
    with rasterio.open(
        path, "w", "GTiff", dtype="float32", crs="EPSG:4326", transform=where, **size
    ) as file:
        file.write(cells.astype("float32"), 1)
    return path


def km(lat: float, lon: float, to_lat: float, to_lon: float) -> float:
    return GEOD.inv(lon, lat, to_lon, to_lat)[2] / 1000


def scattered(number: int) -> Assessment:
    """Assess places all over the country, by coordinates."""
    some = PLACED.sample(number, random_state=7)
    rows = [
        (None, None, f"Camp {at}", unit.lat, unit.lon) for at, unit in enumerate(some.itertuples())
    ]
    return assessed(rows)


@pytest.mark.slow
def test_positions_are_coordinates_or_populated_places() -> None:
    birlik = BOUNDS.at(4).query("name == 'Kuldu'").iloc[0]
    result = assessed(
        [
            ("Batken", "Kadamjai", "Kuldu", None, None),
            ("Batken", "Kadamjai", "Kuldu", 39.9, 71.7),
            ("Batken", "Kadamjai", "Nowhere at all", None, None),
            ("Batken", None, None, None, None),
            ("Atlantis", "Mu", "Xanadu", None, None),
        ]
    )
    found = positions(result)
    assert found.frame["basis"].tolist()[2:] == ["unknown"] * 3
    assert found.frame["basis"][0] == ("place" if pd.notna(birlik["lat"]) else "unknown")
    assert found.frame.loc[1, ["lat", "lon"]].tolist() == [39.9, 71.7]
    assert found.frame["basis"][1] == "coordinates"
    unknown = int(found.frame["basis"].eq("unknown").sum())
    assert f"that of {unknown} is not" in found.note


@pytest.mark.slow
def test_the_nearest_is_that_of_brute_force() -> None:
    result = scattered(40)
    found = distances(result)
    at = positions(result).frame
    known = found.dropna(subset="km")
    assert len(found) == 1857
    assert found["km"].isna().sum() == found["lat"].isna().sum() == 1857 - len(PLACED)
    every = np.array(
        [[km(*place, *other) for other in at[["lat", "lon"]].to_numpy()]
         for place in known[["lat", "lon"]].to_numpy()]
    )  # fmt: skip
    np.testing.assert_allclose(known["km"].to_numpy(float), every.min(axis=1), rtol=1e-12)
    rows = np.array(result.match.table.rows)[every.argmin(axis=1)]
    assert (known["row"].to_numpy() == rows).mean() > 0.99  # two at one spot are equally near
    assert (known["km"] == 0).sum() >= 30


@pytest.mark.slow
def test_what_is_nearest_on_a_map_may_not_be_so_on_the_earth(tmp_path: Path) -> None:
    """25 degrees from its middle a map squeezes what lies east, and stretches what lies north."""
    wide = {
        "pcode": ["X"], "level": [0], "parent_pcode": [""], "name": ["X"], "name_en": ["X"],
        "aliases": [""], "type": [""], "approximate": [False], "lat": [np.nan], "lon": [np.nan],
    }  # fmt: skip
    units = gpd.GeoDataFrame(wide, geometry=[shapely.box(-50, -50, 50, 50)], crs="EPSG:4326")
    bounds = BoundarySet(units=units, name="x", title="X")
    east, north = (0.0, 25 + 102 / 111.32), (100 / 110.57, 25.0)
    west = [(0.0, -25.0), (1.0, -25.0)]
    rows = [(None, None, f"Camp {at}", *where) for at, where in enumerate([east, north, *west])]
    places = pd.DataFrame({"location": ["Here"], "lat": [0.0], "lon": [25.0]})
    result = assessed(rows, bounds)
    found = distances(result, places).iloc[0]
    assert km(0, 25, *north) < km(0, 25, *east)
    assert found["km"] == pytest.approx(km(0, 25, *north), rel=1e-12)
    assert (found["row"], found["name"]) == (3, "Here")
    cell = tif(tmp_path / "x_ppp_2020.tif", np.full((1, 1), 8), Affine(1, 0, 24.5, 0, -1, 0.5))
    # On the map the one in the east is 99.6 km away.
    living = within(result, read_population(cell, bounds), (99.8, 100.2))
    assert living["population"].tolist() == [0, 8]


@pytest.mark.slow
def test_places_of_ones_own(tmp_path: Path) -> None:
    result = assessed([("Batken", "Kadamjai", "Kuldu", 40.0, 71.7)])
    points = gpd.GeoDataFrame(
        {"name": ["Here", "Abroad", "None"]},
        geometry=[shapely.Point(71.8, 40.1), shapely.Point(10, 50), None],
        crs="EPSG:4326",
    )
    found = distances(result, points.to_crs("EPSG:32642"))
    assert found["km"].to_numpy()[0] == pytest.approx(km(40.1, 71.8, 40.0, 71.7), rel=1e-9)
    assert found["km"].isna().tolist() == [False, True, True]
    assert found["row"].tolist()[0] == 2
    path = tmp_path / "places.csv"
    path.write_text("location,lat,lon\nHere,40.1,71.8\n", encoding="utf-8")
    assert distances(result, path)["km"][0] == pytest.approx(found["km"][0])
    path.write_text("location\nHere\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"'places.csv' has no coordinates: add lat and lon"):
        distances(result, path)
    with pytest.raises(InputError, match="not points with a coordinate system"):
        distances(result, points.set_crs(None, allow_override=True))


@pytest.mark.slow
def test_locations_without_a_position_are_not_guessed() -> None:
    result = assessed([("Batken", "Kadamjai", "Nowhere at all", None, None)])
    with pytest.raises(InputError, match="None of the 1 assessed locations has a known position"):
        distances(result)


@pytest.mark.slow
def test_people_of_settlements_within_distances(tmp_path: Path) -> None:
    home = PLACED.iloc[0]
    result = assessed([(None, None, "Camp", home["lat"], home["lon"])])
    lacking = BOUNDS.at(4)[BOUNDS.at(4)["lat"].isna()].iloc[0]
    some = PLACED.iloc[::50]
    lines = [f"{pcode},{100 + at}" for at, pcode in enumerate(some["pcode"])]
    path = tmp_path / "people.csv"
    path.write_text("\n".join(["pcode,population", *lines, f"{lacking['pcode']},7"]))
    found = within(result, read_population(path, BOUNDS), (10, 100, 3000))
    away = np.array(
        [km(lat, lon, home["lat"], home["lon"]) for lat, lon in some[["lat", "lon"]].to_numpy()]
    )
    living = 100 + np.arange(len(some))
    assert found["population"].tolist() == [
        living[away <= reach].sum() for reach in (10, 100, 3000)
    ]
    assert found["of"].tolist() == [living.sum()] * 3
    assert found["share"].iloc[-1] == 1
    assert found["unknown"].tolist() == [7] * 3


@pytest.mark.slow
def test_people_of_a_raster_within_distances(tmp_path: Path) -> None:
    """Cells of a quarter degree; those on the border count by their share in the country."""
    result = scattered(3)
    path = tmp_path / "kgz_ppp_2020.tif"
    west, south, east, north = 69.0, 39.0, 80.5, 43.5
    cells = np.arange(18 * 46, dtype="float32").reshape(18, 46)
    tif(path, cells, Affine(0.25, 0, west, 0, -0.25, north))
    assert (south, east) == (north - 18 * 0.25, west + 46 * 0.25)
    population = read_population(path, BOUNDS)
    found = within(result, population, (50, 150))
    country = BOUNDS.at(0).geometry.iloc[0]
    at = positions(result).frame
    total, near = 0.0, np.zeros(2)
    for row in range(18):
        for column in range(46):
            x, y = west + column * 0.25, north - row * 0.25
            cell = shapely.box(x, y - 0.25, x + 0.25, y)
            living = float(cells[row, column]) * country.intersection(cell).area / cell.area
            away = min(km(y - 0.125, x + 0.125, *each) for each in at[["lat", "lon"]].to_numpy())
            total += living
            near += living * (away <= np.array([50, 150]))
    # Shares have single precision.
    assert found["of"].to_numpy() == pytest.approx([total] * 2, rel=1e-7)
    assert found["population"].to_numpy() == pytest.approx(near, rel=1e-7)
    assert population.at(0)["KG"] == pytest.approx(total, rel=1e-9)
    assert found["unknown"].tolist() == [0, 0]


@pytest.mark.slow
def test_what_is_needed_is_said(tmp_path: Path) -> None:
    result = scattered(2)
    path = tmp_path / "people.csv"
    path.write_text("pcode,population\nKG05258000000,70\n")
    population = read_population(path, BOUNDS)
    with pytest.raises(InputError, match="not known by settlement: give a raster of people"):
        within(result, population)
    with pytest.raises(InputError, match="give distances above 0 km"):
        within(result, population, (0, 10))
    assert isinstance(population, Population)
