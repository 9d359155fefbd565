"""Surfaces: individuals spread by hand, none lost, none shown that are suppressed."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import mtmgeo
from mtmgeo.boundaries.boundary_set import BoundarySet
from mtmgeo.boundaries.read import units_from
from mtmgeo.core import disclaimer
from mtmgeo.core.errors import DisclaimerError, InputError, SpecError
from mtmgeo.figures import surfaces
from mtmgeo.figures.assess import Assessment
from mtmgeo.figures.surfaces import Surface, dasymetric, kernel_density
from mtmgeo.geo.crs import AREA_CRS, CRS
from mtmgeo.population.grids import Grid
from mtmgeo.population.rasters import Raster, read_raster, zonal_sum
from tests.tries import tries

rasterio = pytest.importorskip("rasterio")

#: Districts side by side in degrees, each with a village in its middle; B and C share half a cell.
DISTRICTS = {"A": (70, 71), "B": (71, 72.5), "C": (72.5, 74), "D": (74, 75)}
#: Areas of cells between 42 and 41, and 41 and 40 degrees north.
KM2 = (
    gpd.GeoSeries([shapely.box(0, 41, 1, 42), shapely.box(0, 40, 1, 41)], crs=CRS)
    .to_crs(AREA_CRS)
    .area.to_numpy()
    / 1e6
)
GROUP = "return migrants"
#: Inhabitants by cell of one degree, from 70 to 75 east and 42 to 40 north.
LIVING = np.array([[1, 5, 8, 2, 0], [3, 0, -9, 6, 0]], dtype=np.float32)


@pytest.fixture(scope="module")
def land() -> BoundarySet:
    rows = [(0, "X", "", "Xland", "", ""), (1, "X1", "X", "Mid", "", "")]
    outlines = [None, shapely.box(70, 40, 75, 42)]
    for name, (west, east) in DISTRICTS.items():
        rows.append((2, f"X1{name}", "X1", f"District {name}", "", ""))
        outlines.append(shapely.box(west, 40, east, 42))
    columns = ["level", "pcode", "parent_pcode", "name", "lat", "lon"]
    raw = pd.DataFrame(rows, columns=columns).astype(str)
    shapes = dict(zip([row[1] for row in rows], outlines, strict=True))
    units = units_from(raw, "squares")
    return BoundarySet(
        units.set_geometry([shapes[code] for code in units["pcode"]], crs=CRS), "x", "Squares"
    )


def assessed(land: BoundarySet, counts: dict[str, int], below: int = 5) -> Assessment:
    table = pd.DataFrame(
        {
            "adm1_name": "Mid",
            "adm2_name": [f"District {name}" for name in counts],
            "returnees_2022": list(counts.values()),
        }
    )
    return mtmgeo.assess(mtmgeo.match(table, land), suppress_below=below)


def raster(folder, values=LIVING, *, west=70.0, north=42.0, cell=1.0, kind="count") -> Raster:
    path = folder / "ppp.tif"
    profile = {
        "driver": "GTiff", "count": 1, "height": len(values), "width": len(values[0]),
        "dtype": "float32", "crs": CRS, "nodata": -9,
        "transform": rasterio.Affine(cell, 0, west, 0, -cell, north),
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as target:
        target.write(np.asarray(values, dtype=np.float32), 1)
    return read_raster(path, kind=kind)


# --- dasymetric


@pytest.mark.slow
def test_individuals_are_spread_by_inhabitants(land, tmp_path):
    result = assessed(land, {"A": 40, "B": 60, "C": 30})
    surface = dasymetric(result, raster(tmp_path), group=GROUP, year=2022)
    # A: 40 over 1 and 3. B: 60 over 5 and half of 8. C: 30 over half of 8, 2 and 6.
    b, c = 60 / 9, 30 / 12
    by_hand = [[10, 5 * b, 4 * b + 4 * c, 2 * c], [30, 0, np.nan, 6 * c]]
    np.testing.assert_allclose(surface.values, by_hand, atol=1e-9)
    assert surface.grid.origin == (70, 42)
    assert surface.units == "individuals per cell"
    assert surface.title == "Return migrants, 2022"
    assert surface.notes[0].startswith("Individuals of each admin 2 are spread")


def test_units_without_inhabitants_have_theirs_spread_evenly(land, tmp_path):
    result = assessed(land, {"A": 40, "D": 7})
    surface = dasymetric(result, raster(tmp_path), group=GROUP, year=2022)
    cells = np.asarray(surface.values)
    assert np.isnan(cells[:, 1:4]).all()
    # The southern cell is the larger one.
    by_hand = 7 * KM2 / KM2.sum()
    np.testing.assert_allclose(cells[:, 4], by_hand, atol=1e-6)
    assert "Units without inhabitants in ppp.tif: 1; their 7 individuals" in surface.notes[1]


@pytest.mark.slow
def test_nothing_of_a_suppressed_unit_is_shown(land, tmp_path):
    result = assessed(land, {"A": 40, "B": 60, "C": 3, "D": 25})
    figures = result.select(GROUP, 2022, 2).set_index("pcode")
    assert figures["individuals"].isna().to_dict() == {
        "X1A": False, "X1B": False, "X1C": True, "X1D": True,
    }  # fmt: skip
    place = raster(tmp_path)
    surface = dasymetric(result, place, group=GROUP, year=2022)
    others = assessed(land, {"A": 40, "B": 60, "C": 2, "D": 26})
    other = dasymetric(others, place, group=GROUP, year=2022)
    np.testing.assert_array_equal(surface.values, other.values)
    # The cell that B and C share holds the part of B alone; beyond it there is nothing.
    north = np.asarray(surface.values)[0]
    np.testing.assert_allclose(north, [10, 60 * 5 / 9, 60 * 4 / 9], atol=1e-9)
    assert surface.notes[1] == "Units left out because their figures are suppressed: 2."


def test_nought_is_shown_and_not_assessed_is_not(land, tmp_path):
    surface = dasymetric(assessed(land, {"A": 40, "B": 0}), raster(tmp_path), group=GROUP)
    np.testing.assert_allclose(surface.values, [[10, 0, 0], [30, 0, np.nan]], atol=0)


def test_densities_are_spread_like_the_people_they_stand_for(land, tmp_path):
    result = assessed(land, {"A": 40, "B": 60, "C": 30})
    place = raster(tmp_path, kind="density")
    surface = dasymetric(result, place, group=GROUP, year=2022)
    assert np.nansum(surface.values) == pytest.approx(130, abs=1e-9)
    # Rows of 1 and 3 people per km².
    west = np.asarray(surface.values)
    np.testing.assert_allclose(west[:, 0], 40 * KM2 * [1, 3] / (KM2 @ [1, 3]), rtol=1e-6)


@pytest.mark.slow
@tries(15)
@given(st.integers(0, 10**6), st.integers(1, 400), st.integers(1, 5000))
def test_every_individual_stays_in_its_unit(land, tmp_path_factory, seed, one, other):
    rng = np.random.default_rng(seed)
    folder = tmp_path_factory.mktemp("spread")
    living = rng.gamma(0.2, 30, (40, 60)).astype(np.float32)
    living[rng.random(living.shape) < 0.2] = -9
    place = raster(folder, living, west=69.913, north=42.207, cell=0.0917)
    for counts in ({"B": one}, {"A": one, "C": other}, {"B": one, "C": other}):
        surface = dasymetric(assessed(land, counts, 0), place, group=GROUP)
        assert abs(np.nansum(surface.values) - sum(counts.values())) < 1e-6
        assert np.nanmin(surface.values) >= 0


def test_a_raster_of_another_place_is_refused(land, tmp_path):
    result = assessed(land, {"A": 40})
    with pytest.raises(InputError, match=r"ppp\.tif does not reach 1 units .*X1A"):
        dasymetric(result, raster(tmp_path, west=80.0), group=GROUP)


def test_a_raster_that_covers_a_part_is_said(land, tmp_path):
    surface = dasymetric(assessed(land, {"A": 40}), raster(tmp_path, [[7]], west=70.5), group=GROUP)
    np.testing.assert_allclose(surface.values, [[40]])
    assert "Units that ppp.tif covers only in part: 1" in surface.notes[1]


def test_surfaces_too_large_for_the_memory_are_refused(land, tmp_path, monkeypatch):
    monkeypatch.setattr(surfaces, "_MOST_CELLS", 3)
    result = assessed(land, {"A": 40, "B": 30})
    with pytest.raises(InputError, match="have 6 cells, more than 3: aggregate the raster"):
        dasymetric(result, raster(tmp_path), group=GROUP)
    with pytest.raises(InputError, match="cell_m"):
        kernel_density(result, group=GROUP, bandwidth_m=1000)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"group": "penguins"}, "no figures of 'penguins'"),
        ({"group": GROUP, "year": 1999}, "1999"),
        ({"group": GROUP, "level": 3}, "at level 3"),
        ({"group": GROUP, "level": 0}, "at level 0"),
    ],
)
def test_figures_that_are_not_there(land, tmp_path, asked, message):
    with pytest.raises(SpecError, match=message):
        dasymetric(assessed(land, {"A": 40}), raster(tmp_path), **asked)


def test_nothing_published(land, tmp_path):
    result = assessed(land, {"A": 2})
    with pytest.raises(SpecError, match="both a published figure and an outline"):
        dasymetric(result, raster(tmp_path), group=GROUP)
    with pytest.raises(SpecError, match="published count"):
        kernel_density(result, group=GROUP)


# --- kernel density


def test_hills_hold_the_individuals_of_their_places(land):
    result = assessed(land, {"A": 40, "B": 60, "C": 30})
    surface = kernel_density(result, group=GROUP, bandwidth_m=80_000, cell_m=4000)
    assert np.nansum(surface.values) * 16 == pytest.approx(130, rel=1e-12)
    assert surface.units == "individuals per km²"
    assert surface.crs.is_projected
    assert "bandwidth 80.0 km, not cut off at borders" in surface.notes[0]


def test_a_hill_by_hand(land):
    result = assessed(land, {"A": 1000})
    surface = kernel_density(result, group=GROUP, bandwidth_m=50_000, cell_m=500)
    way = pyproj.Transformer.from_crs(CRS, surface.crs, always_xy=True)
    point = land.anchors.geometry[land.position[2, "X1A"]]
    x, y = way.transform(point.x, point.y)
    column, row = (x - surface.grid.origin[0]) / 500, (surface.grid.origin[1] - y) / 500
    cells = np.asarray(surface.values)
    top = 1000 * 3 / (np.pi * 50**2)
    halfway = top * (1 - 0.5**2) ** 2
    assert cells[int(row), int(column)] == pytest.approx(top, rel=1e-3)
    assert cells[int(row), int(column + 50)] == pytest.approx(halfway, rel=2e-2)
    assert cells[int(row - 50), int(column)] == pytest.approx(halfway, rel=2e-2)
    assert np.isnan(cells[0, 0])
    assert np.count_nonzero(~np.isnan(surface.values)) == pytest.approx(np.pi * 100**2, rel=1e-2)


def test_the_bandwidth_follows_the_rule_of_thumb(land):
    surface = kernel_density(assessed(land, {"A": 50, "B": 50, "C": 50, "D": 50}), group=GROUP)
    flat = land.anchors.geometry[[land.position[2, f"X1{n}"] for n in "ABCD"]]
    at = flat.to_crs(land.projection)
    away = np.sort(np.hypot(at.x - at.x.mean(), at.y - at.y.mean()))
    standard, median = np.sqrt((away**2).mean()), away[1]
    expected = 0.9 * min(standard, median / np.sqrt(np.log(2))) * 4**-0.2
    assert f"bandwidth {expected / 1000:.1f} km (by rule of thumb)" in surface.notes[0]
    assert surface.grid.cell[0] == pytest.approx(expected / 10)


def test_places_that_are_suppressed_make_no_hill(land):
    result = assessed(land, {"A": 40, "B": 60, "C": 3, "D": 25})
    surface = kernel_density(result, group=GROUP, bandwidth_m=30_000)
    shown = result.select(GROUP, None, places=True)["individuals"].dropna().sum()
    cell = surface.grid.cell[0] / 1000
    assert np.nansum(surface.values) * cell**2 == pytest.approx(float(shown), rel=1e-12)
    assert any("counts are suppressed: 2" in note for note in surface.notes)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"bandwidth_m": 0}, "bandwidth is 0 m"),
        ({"bandwidth_m": float("nan")}, "bandwidth is nan"),
        ({"bandwidth_m": 100, "cell_m": 200}, "cells are 200 m"),
        ({}, "All individuals are at one place"),
    ],
)
def test_bandwidths_that_cannot_be_used(land, options, message):
    with pytest.raises(InputError, match=message):
        kernel_density(assessed(land, {"A": 40}), group=GROUP, **options)


# --- files and maps


@pytest.fixture(scope="module")
def large() -> Surface:
    rng = np.random.default_rng(0)
    values = rng.gamma(1, 2, (1100, 1300))
    values[:200, :300] = np.nan
    grid = Grid(pyproj.CRS.from_user_input(CRS), (70.0, 42.0), (0.002, -0.002), 1300, 1100)
    tags = {"Title": "Test", disclaimer.METADATA_KEY: disclaimer.text(2024)}
    return Surface(values, grid, surfaces.PER_CELL, "Returnees: Ош", ("A note.",), tags)


@pytest.mark.slow
def test_a_cloud_optimized_geotiff(large, tmp_path):
    path = mtmgeo.write(large, tmp_path / "s.tif")
    with rasterio.open(path) as source:
        assert source.driver == "GTiff"
        assert source.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert source.block_shapes == [(512, 512)]
        assert source.overviews(1) == [2, 4]
        assert source.compression.name == "deflate"
        assert np.isnan(source.nodata)
        assert source.crs.to_epsg() == 4326
        assert source.units == ("individuals per cell",)
        assert source.descriptions == ("Returnees: Ош",)
        tags = source.tags()
        assert tags["Disclaimer"] == tags["TIFFTAG_COPYRIGHT"] == disclaimer.text(2024)
        assert tags["TIFFTAG_IMAGEDESCRIPTION"] == "Returnees: Ош"
        np.testing.assert_array_equal(source.read(1), large.values)
        assert source.transform[:6] == (0.002, 0, 70, 0, -0.002, 42)
    (found,) = mtmgeo.verify(path)
    assert (found.faults, found.note[:18]) == ((), "©IOM 2024, in the ")
    again = mtmgeo.write(large, tmp_path / "t.tif")
    assert again.read_bytes() == path.read_bytes()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["s.tif", "t.tif"]


@pytest.mark.slow
def test_a_surface_of_figures_can_be_written_and_summed_again(land, tmp_path):
    result = assessed(land, {"A": 40, "B": 60, "C": 30})
    surface = dasymetric(result, raster(tmp_path), group=GROUP, date=dt.date(2023, 5, 1))
    path = mtmgeo.write(surface, tmp_path / "s.tif")
    with rasterio.open(path) as source:
        tags = source.tags()
    assert tags["Disclaimer"] == disclaimer.text(2023)
    assert (tags["Group"], tags["Year"]) == (GROUP, "all years")
    sums = zonal_sum(read_raster(path, kind="count"), land.at(1).geometry)
    assert sums.table["people"].tolist() == pytest.approx([130])


def test_a_surface_without_the_disclaimer_is_not_written(large, tmp_path):
    for words in ("", disclaimer.text(2024)[:-5], disclaimer.text(2024) + " Not."):
        bare = replace(large, tags={disclaimer.METADATA_KEY: words})
        with pytest.raises(DisclaimerError):
            mtmgeo.write(bare, tmp_path / "s.tif")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_file_that_lost_the_disclaimer_is_not_written(large, tmp_path, monkeypatch):
    path = mtmgeo.write(large, tmp_path / "s.tif")
    content = path.read_bytes()
    changed = content.replace(b"not imply", b"now imply")
    assert changed != content
    monkeypatch.setattr(surfaces, "encode", lambda _: changed)
    with pytest.raises(DisclaimerError, match=r"s\.tif was not written"):
        mtmgeo.write(large, path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("crs", [CRS, "EPSG:3857"])
def test_a_surface_is_warped_as_densities(crs):
    values = np.full((200, 300), 7.0)
    values[:100, :150] = np.nan
    grid = Grid(pyproj.CRS.from_epsg(32643), (400_000.0, 4_600_000.0), (500.0, -500.0), 300, 200)
    warped = Surface(values, grid, surfaces.PER_CELL, "t").warped(crs, width=150)
    cells = np.asarray(warped.values)
    assert cells.shape[1] == 150
    # 7 per quarter of a km², but for the scale of the projection.
    np.testing.assert_allclose(np.nanmedian(warped.values), 28, rtol=1e-3)
    assert np.isnan(cells[20, 20])
    west, south, east, north = warped.bounds
    way = pyproj.Transformer.from_crs(grid.crs, crs, always_xy=True)
    assert (west, north) == pytest.approx(
        (way.transform_bounds(*grid.bounds)[0], way.transform_bounds(*grid.bounds)[3])
    )
    assert (east - west) / 150 == pytest.approx((north - south) / len(cells))
