"""Population rasters: sums worked out by hand, every kind of file, nothing lost."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st

from mtmgeo.core.errors import InputError
from mtmgeo.geo.crs import AREA_CRS, CRS
from mtmgeo.population import rasters
from mtmgeo.population.rasters import conserved, read_raster, zonal_sum
from tests.tries import tries

rasterio = pytest.importorskip("rasterio")

METRES = "EPSG:32643"  # UTM 43 N
CORNER = (500_000.0, 4_600_000.0)
KM = 1000.0


def write(path: Path, values, *, corner=CORNER, cell=(KM, -KM), crs=METRES, **more) -> Path:
    """Write a raster of people; one of columns and rows of kilometres unless told otherwise."""
    cells = np.atleast_3d(np.asarray(values)).transpose(2, 0, 1)
    unit, tags = more.pop("unit", None), more.pop("tags", {})
    scale, offset = more.pop("scale", 1), more.pop("offset", 0)
    profile = {
        "driver": "GTiff", "count": len(cells), "height": cells.shape[1], "width": cells.shape[2],
        "dtype": cells.dtype, "crs": crs,
        "transform": rasterio.Affine(cell[0], 0, corner[0], 0, cell[1], corner[1]),
    }  # fmt: skip
    with rasterio.open(path, "w", **profile | more) as target:
        target.write(cells)
        target.update_tags(**tags)
        if unit:
            target.units = (unit,) * len(cells)
        if (scale, offset) != (1, 0):
            target.scales, target.offsets = (scale,) * len(cells), (offset,) * len(cells)
    return path


def units(*shapes, crs=METRES, at=CORNER) -> gpd.GeoSeries:
    """Return outlines that are drawn in km east and south of the corner of the raster."""
    placed = shapely.transform(np.array(shapes), lambda xy: np.array(at) + xy * [KM, -KM])
    return gpd.GeoSeries(placed, index=[f"U{i}" for i in range(len(shapes))], crs=crs)


def people(path: Path, *shapes, **options) -> list[float]:
    """Return the sums of shapes in a raster of people per cell."""
    return (
        zonal_sum(read_raster(path, kind="count", **options), units(*shapes))
        .table["people"]
        .tolist()
    )


GRID = np.array([[1, 2, 4], [8, 16, 32]], dtype=np.float32)


# --- sums by hand


@pytest.mark.parametrize(
    ("shape", "sum_of_cells"),
    [
        (shapely.box(0, 0, 3, 2), 63),
        (shapely.box(1, 1, 2, 2), 16),
        (shapely.box(0.5, 0, 1.5, 1), (1 + 2) / 2),
        (shapely.box(0.5, 0.5, 1.5, 1.5), (1 + 2 + 8 + 16) / 4),
        (shapely.box(0.1, 0.2, 0.3, 0.7), 0.2 * 0.5 * 1),
        (shapely.Polygon([(0, 0), (1, 0), (0, 1)]), 0.5),
        (shapely.Polygon([(0, 0), (2, 0), (0, 2)]), 1 + 0.5 * 2 + 0.5 * 8),
        # Crosses x = 2 at y = 2/3: 1/2 less a triangle of 1/2 x 1/3 / 2, and one of 1 x 2/3 / 2.
        (shapely.Polygon([(1.5, 0), (3, 0), (1.5, 1)]), 2 * (1 / 2 - 1 / 12) + 4 * 1 / 3),
        (shapely.box(0, 0, 3, 2) - shapely.box(0.5, 0.5, 1.5, 1.5), 63 - 27 / 4),
        (shapely.box(0, 0, 1, 1) | shapely.box(2, 1, 2.5, 2), 1 + 16),
        (shapely.box(-5, -5, 8, 9), 63),
        (shapely.box(-5, 0.5, 1, 9), 0.5 * 1 + 8),
        (shapely.box(2.5, -1, 8, 1), 2),
    ],
)
def test_cells_count_by_the_share_that_lies_in_the_unit(tmp_path, shape, sum_of_cells):
    assert people(write(tmp_path / "r.tif", GRID), shape) == pytest.approx([sum_of_cells], abs=2e-6)


def test_what_has_no_data_is_missing_and_what_is_empty_is_nought(tmp_path):
    path = write(tmp_path / "r.tif", np.array([[5, -99, 0, 7]], dtype=np.float32), nodata=-99)
    shapes = [shapely.box(i, 0, i + 1, 1) for i in (0, 1, 2, 7)]
    across = shapely.box(0.5, 0, 2, 1)
    sums = zonal_sum(read_raster(path, kind="count"), units(*shapes, across)).table
    assert sums["people"].tolist() == pytest.approx([5, np.nan, 0, np.nan, 2.5], nan_ok=True)
    assert sums["covered"].tolist() == pytest.approx([1, 0, 1, 0, 1 / 3], abs=1e-5)
    assert sums.index.tolist() == ["U0", "U1", "U2", "U3", "U4"]


@pytest.mark.parametrize(
    ("values", "profile"),
    [
        (np.array([[5, np.nan]], dtype=np.float64), {}),
        (np.array([[5, np.nan]], dtype=np.float32), {"nodata": np.nan}),
        (np.array([[5, np.inf]], dtype=np.float32), {}),
        (np.array([[5, -3.4028234663852886e38]], "float32"), {"nodata": -3.4028234663852886e38}),
        (np.array([[5, 65535]], dtype=np.uint16), {"nodata": 65535}),
        (np.array([[5, 200]], dtype=np.uint8), {"nodata": 200}),
        (np.array([[5, -1]], dtype=np.int32), {"nodata": -1, "bigtiff": "yes"}),
    ],
)
def test_no_data_in_every_form(tmp_path, values, profile):
    path = write(tmp_path / "r.tif", values, **profile)
    assert people(path, shapely.box(0, 0, 2, 1)) == [5]


def test_values_that_no_population_has_are_left_out_and_said(tmp_path):
    path = write(tmp_path / "r.tif", np.array([[5, -200, 4e9, 1]], dtype=np.float64))
    sums = zonal_sum(read_raster(path, kind="count"), units(shapely.box(0, 0, 4, 1)))
    assert sums.table["people"].tolist() == [6]
    assert sums.notes[1].startswith("r.tif: 2 cells hold values below 0 or above 100,000,000")


def test_scale_and_offset(tmp_path):
    values = np.array([[1, 3, 9]], dtype=np.int16)
    path = write(tmp_path / "r.tif", values, scale=0.5, offset=10, nodata=9)
    assert people(path, shapely.box(0, 0, 3, 1)) == [0.5 * 4 + 20]


def test_rows_may_run_north(tmp_path):
    foot = CORNER[0], CORNER[1] - 2 * KM
    path = write(tmp_path / "r.tif", GRID[::-1], corner=foot, cell=(KM, KM))
    assert people(path, shapely.box(0, 0, 1, 1), shapely.box(0.5, 1, 3, 2)) == [1, 4 + 16 + 32]


def test_a_band_is_chosen_where_there_are_several(tmp_path):
    path = write(tmp_path / "r.tif", np.dstack([GRID, 10 * GRID]))
    with pytest.raises(InputError, match=r"r\.tif has 2 bands: say which"):
        read_raster(path, kind="count")
    assert people(path, shapely.box(0, 0, 3, 2), band=2) == [630]


@pytest.mark.parametrize(
    "corners",
    [
        [(0, 0), (-0.5, 3), (4.5, 1)],
        [(3.5, 2.5), (2.5, -0.5), (0, 2)],
        [(10 / 3, 26 / 3), (5, 41 / 6), (20 / 3, 5)],
        [(17 / 3, 1 / 3), (4.5, 3.5), (10 / 3, 20 / 3)],
    ],
)
def test_outlines_through_the_corners_of_cells_and_as_narrow_as_rounding(tmp_path, corners):
    path = write(tmp_path / "r.tif", np.ones((10, 10)), corner=(0, 0), cell=(2, -2))
    shape = shapely.Polygon([(2 * x, -2 * y) for x, y in corners])
    sums = zonal_sum(read_raster(path, kind="count"), gpd.GeoSeries([shape], crs=METRES))
    inside = shapely.intersection(shape, shapely.box(0, -20, 20, 0)).area / 4
    assert sums.table["people"].fillna(0).item() == pytest.approx(inside, abs=1e-6)


# --- areas and coordinate systems


def test_densities_are_multiplied_by_the_area_of_the_cell(tmp_path):
    values = np.array([[2.0, 3.0]])
    path = write(tmp_path / "r.tif", values, corner=(70, 42), cell=(1, -1), crs=CRS)
    shapes = gpd.GeoSeries([shapely.box(70, 41, 71, 42), shapely.box(70, 41, 72, 42)], crs=CRS)
    sums = zonal_sum(read_raster(path, kind="density"), shapes).table
    on_the_ellipsoid = pyproj.Geod(ellps="WGS84").geometry_area_perimeter
    km2 = on_the_ellipsoid(shapely.segmentize(shapes.iloc[0], 0.01))[0] / 1e6
    assert km2 == pytest.approx(9273.26, abs=0.01)
    assert sums["people"].tolist() == pytest.approx([2 * km2, 5 * km2], rel=1e-7)
    assert sums["covered"].tolist() == pytest.approx([1, 1], abs=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("crs", [METRES, "EPSG:3857", "ESRI:54009", "EPSG:6933", "EPSG:3035"])
def test_densities_in_any_projection(tmp_path, crs):
    outline = shapely.Polygon([(73, 41), (74.5, 41.2), (74, 42), (73.2, 41.8)])
    unit = gpd.GeoSeries([outline], crs=CRS)
    area = unit.segmentize(0.01).to_crs(AREA_CRS).area.item() / 1e6
    west, south, east, north = unit.to_crs(crs).total_bounds
    size = int((east - west) / 2000) + 40, int((north - south) / 2000) + 40
    path = write(
        tmp_path / "r.tif", np.full(size[::-1], 3.0), crs=crs, cell=(2000, -2000),
        corner=(west - 20_000, north + 20_000),
    )  # fmt: skip
    sums = zonal_sum(read_raster(path, kind="density"), unit).table
    assert sums["people"].item() == pytest.approx(3 * area, rel=1e-5)
    assert sums["covered"].item() == pytest.approx(1, abs=1e-5)


@pytest.mark.slow
def test_straight_lines_on_the_globe_are_bent_to_the_raster(tmp_path):
    path = write(
        tmp_path / "r.tif", np.ones((400, 1000)), crs=AREA_CRS, cell=(2000, -2000),
        corner=(6_000_000, 5_200_000),
    )  # fmt: skip
    west, east, south = 65.0, 80.0, 41.0
    triangle = gpd.GeoSeries([shapely.Polygon([(west, south), (east, south), (east, 43)])], crs=CRS)
    sums = zonal_sum(read_raster(path, kind="count"), triangle).table
    cells = triangle.segmentize(0.001).to_crs(AREA_CRS).area.item() / 4e6
    assert sums["people"].item() == pytest.approx(cells, rel=1e-8)
    assert triangle.to_crs(AREA_CRS).area.item() / 4e6 != pytest.approx(cells, rel=1e-3)


@pytest.mark.parametrize("west", [170, -190, 177])
def test_rasters_across_the_antimeridian(tmp_path, west):
    values = np.arange(20.0)[None, : 190 - west if west > 0 else 20]
    path = write(tmp_path / "r.tif", values, corner=(west, 1), cell=(1, -1), crs=CRS)
    both = shapely.box(178, 0, 180, 1) | shapely.box(-180, 0, -179, 1)
    sums = zonal_sum(read_raster(path, kind="count"), gpd.GeoSeries([both], crs=CRS)).table
    first = (178 - west) % 360
    assert sums["people"].item() == first + (first + 1) + (first + 2)
    assert sums["covered"].item() == 1


def test_units_on_the_other_side_of_the_earth_do_not_fold_into_the_raster(tmp_path):
    path = write(tmp_path / "r.tif", np.ones((500, 500)), cell=(2000, -2000))
    far = gpd.GeoSeries([shapely.box(-110, -45, -90, -35), shapely.box(160, 0, 179, 60)], crs=CRS)
    everywhere = gpd.GeoSeries([shapely.box(-180, -90, 180, 90)], crs=CRS)
    raster = read_raster(path, kind="count")
    assert zonal_sum(raster, far).table["people"].isna().all()
    assert zonal_sum(raster, everywhere).table["people"].item() == pytest.approx(250_000)


@pytest.mark.slow
def test_the_whole_earth_in_a_projection_with_corners_beyond_it(tmp_path):
    cell = 100_000
    path = write(
        tmp_path / "r.tif", np.ones((182, 362)), crs="ESRI:54009", cell=(cell, -cell),
        corner=(-18_100_000, 9_100_000),
    )  # fmt: skip
    parts = [shapely.box(-180, -90, 0, 90), shapely.box(0, -90, 180, 90)]
    sums = zonal_sum(read_raster(path, kind="density"), gpd.GeoSeries(parts, crs=CRS)).table
    assert sums["people"].tolist() == pytest.approx([510_065_622 / 2] * 2, rel=3e-4)


# --- properties


def corners(draw: st.DrawFn, least: int) -> list[tuple[float, float]]:
    number = st.integers(-64, 832).map(lambda n: n / 64)
    return draw(st.lists(st.tuples(number, number), min_size=least, max_size=9, unique=True))


@st.composite
def outlines(draw):
    hull = shapely.MultiPoint(corners(draw, 3)).convex_hull
    if draw(st.booleans()):
        hull = hull - shapely.MultiPoint(corners(draw, 3)).convex_hull
    parts = [part for part in shapely.get_parts(hull) if part.area > 1e-3]
    assume(parts)
    return shapely.union_all(parts)


@pytest.fixture(scope="module")
def layouts(tmp_path_factory):
    """Return one raster of 12 by 11 cells in every layout of blocks."""
    folder = tmp_path_factory.mktemp("layouts")
    values = np.random.default_rng(1).gamma(0.5, 40, (110, 120)).astype(np.float32)
    values[40:50, 30:60] = -1
    ways = {
        "strips.tif": {"blockysize": 1},
        "few.tif": {"blockysize": 37, "compress": "deflate"},
        "tiles.tif": {"tiled": True, "blockxsize": 16, "blockysize": 32, "compress": "lzw"},
        "big.tif": {"tiled": True, "blockxsize": 128, "blockysize": 128, "bigtiff": "yes"},
    }
    paths = [
        write(folder / name, values, nodata=-1, cell=(KM / 10, -KM / 10), **way)
        for name, way in ways.items()
    ]
    return values, [read_raster(path, kind="count") for path in paths]


@pytest.fixture
def small_tiles(monkeypatch):
    monkeypatch.setattr(rasters, "_TILE", 700)
    monkeypatch.setattr(rasters, "_SIDE", 20)


def tables(raster, shapes) -> pd.DataFrame:
    return zonal_sum(raster, shapes).table


@pytest.mark.slow
@tries(25)
@given(outlines())
def test_every_layout_gives_what_cutting_every_cell_gives(layouts, outline):
    values, every = layouts
    row, column = np.indices(values.shape).reshape(2, -1) / 10
    boxes = shapely.box(column, row, column + 0.1, row + 0.1)
    share = shapely.area(shapely.intersection(boxes, outline)) * 100
    known = values.ravel() >= 0
    exact = float((share * values.ravel())[known].sum())
    covered = share[known].sum() / 100 / outline.area
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rasters, "_TILE", 700)
        patch.setattr(rasters, "_SIDE", 20)
        found = [tables(raster, units(outline)).iloc[0] for raster in every]
    for each in found:
        if covered > 1e-6:
            # Shares have single precision.
            assert each["people"] == pytest.approx(exact, rel=1e-7, abs=1e-4)
        # Areas are measured on the earth, where long sides are not quite straight.
        if outline.area > 0.1:  # ten cells: of slivers, single precision tells little
            assert each["covered"] == pytest.approx(covered, abs=0.02)


@tries(25)
@given(outlines(), st.floats(0, 12), st.floats(-1, 1))
def test_splitting_a_unit_conserves(layouts, outline, at, slope):
    side = shapely.Polygon([(-99, -99), (at - 99 * slope, -99), (at + 99 * slope, 99), (-99, 99)])
    parts = [part for part in (outline & side, outline - side) if part.area > 1e-6]
    if sum(part.area for part in parts) < outline.area - 1e-9:
        return
    sums = tables(layouts[1][2], units(outline, *parts))["people"].fillna(0)
    assert sums.iloc[1:].sum() == pytest.approx(sums.iloc[0], rel=1e-7, abs=1e-4)


@tries(10)
@given(st.permutations(range(9)))
def test_the_order_of_units_changes_nothing(layouts, order):
    shapes = units(*(shapely.Point(i, 11 - i).buffer(2) for i in range(9)))
    first = tables(layouts[1][0], shapes)
    again = tables(layouts[1][0], shapes.iloc[order])
    pd.testing.assert_frame_equal(again.loc[first.index], first, atol=1e-6, rtol=0)


# --- nothing lost


@pytest.mark.usefixtures("small_tiles")
def test_units_hold_together_what_is_inside_their_union(layouts):
    shapes = units(*(shapely.box(i * 1.7, j * 2.3, i * 1.7 + 1.7, j * 2.3 + 2.3)
                     for i in range(6) for j in range(4)))  # fmt: skip
    raster = layouts[1][2]
    total = conserved(raster, shapes, zonal_sum(raster, shapes))
    assert total.whole == pytest.approx(total.parts, rel=1e-7)
    assert abs(total.difference) < 1e-4
    values = layouts[0].astype(float)
    inside = values[:92, :102]
    assert total.whole == pytest.approx(inside[inside >= 0].sum(), rel=1e-6)


def test_overlapping_units_are_found_out(layouts):
    shapes = units(shapely.box(0, 0, 6, 6), shapely.box(5.9, 0, 12, 6))
    raster = layouts[1][0]
    with pytest.raises(InputError, match=r"strips\.tif: the units hold .* overlap"):
        conserved(raster, shapes, zonal_sum(raster, shapes))


# --- what the cells hold


@pytest.mark.parametrize(
    ("name", "more", "kind", "why"),
    [
        ("kgz_ppp_2020_UNadj.tif", {}, "count", "by the name of the file"),
        ("kgz_pop_2025_CN_1km_R2025A_UA_v1.tif", {}, "count", "by the name of the file"),
        ("kgz_pd_2020_1km.tif", {}, "density", "by the name of the file"),
        ("GHS_POP_E2020_GLOBE_R2023A_54009_1000_V1_0.tif", {}, "count", "by the name of the file"),
        ("gpw_v4_population_density_rev11_2020.tif", {}, "density", "by the name of the file"),
        ("a.tif", {"unit": "people per km²"}, "density", "its unit says 'people per km²'"),
        ("a.tif", {"unit": "persons/sq km"}, "density", "its unit says 'persons/sq km'"),
        ("a.tif", {"unit": "people km-2"}, "density", "its unit says 'people km-2'"),
        ("kgz_pd.tif", {"unit": "people"}, "count", "its unit says 'people'"),
        ("a.tif", {"tags": {"about": "People per\n pixel"}}, "count",
         "its description says 'People per pixel'"),
        ("a.tif", {"tags": {"TITLE": "Population density"}}, "density",
         "its description says 'Population density'"),
    ],
)  # fmt: skip
def test_counts_and_densities_are_told_apart(tmp_path, name, more, kind, why):
    raster = read_raster(write(tmp_path / name, GRID, **more))
    assert (raster.kind, raster.why) == (kind, why)
    what = "people per cell" if kind == "count" else "people per km²"
    assert raster.note == f"{name} holds {what} ({why})."


@pytest.mark.parametrize(
    ("name", "more", "message"),
    [
        ("population.tif", {}, "give --population-option kind=count or kind=density"),
        ("ppp_density.tif", {}, "kind=count or kind=density"),
        ("a.tif", {"unit": "people per ha"}, r"people per hectare \('people per ha'\)"),
    ],
)
def test_what_cannot_be_told_is_asked_for(tmp_path, name, more, message):
    path = write(tmp_path / name, GRID, **more)
    with pytest.raises(InputError, match=message):
        read_raster(path)
    assert read_raster(path, kind="density").why == "as given"


# --- files that are refused


def test_files_of_other_kinds(tmp_path):
    plain = write(tmp_path / "r.tif", GRID)
    vrt = tmp_path / "r.vrt"
    importlib.import_module("rasterio.shutil").copy(plain, vrt, driver="VRT")
    (tmp_path / "v.tif").write_bytes(vrt.read_bytes())
    (tmp_path / "empty.tif").write_bytes(b"")
    (tmp_path / "cut.tif").write_bytes(plain.read_bytes()[:200])
    for name in ("r.vrt", "v.tif", "empty.tif"):
        with pytest.raises(InputError, match=f"{name} is not a GeoTIFF"):
            read_raster(tmp_path / name, kind="count")
    for name in ("none.tif", ".", "/vsicurl/http://localhost/r.tif", "https://localhost/r.tif"):
        with pytest.raises(InputError, match="is not a file"):
            read_raster(tmp_path / name, kind="count")
    with pytest.raises(InputError, match=r"cut\.tif cannot be read"):
        people(tmp_path / "cut.tif", shapely.box(0, 0, 3, 2))


def test_damaged_cells(tmp_path):
    values = np.random.default_rng(0).random((600, 600))
    path = write(tmp_path / "r.tif", values, tiled=True, compress="deflate")
    path.write_bytes(path.read_bytes()[:-100_000])
    with pytest.raises(InputError, match=r"r\.tif cannot be read as a GeoTIFF .*: download"):
        people(path, shapely.box(0, 0, 600, 600))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"crs": None}, "does not say where on the earth"),
        ({"transform": "identity"}, "does not say where on the earth"),
        ({"transform": "rotated"}, "is rotated"),
        ({"crs": 'LOCAL_CS["mine",UNIT["metre",1]]'}, "is not of the earth"),
        ({"dtype": "complex64"}, "complex numbers"),
        ({"crs": CRS, "cell": (200, -1)}, "more than once"),
    ],
)
@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_grids_that_cannot_be_placed(tmp_path, more, message):
    transform = {"identity": rasterio.Affine.identity(),
                 "rotated": rasterio.Affine(900, 100, 5e5, 100, -900, 46e5)}  # fmt: skip
    if "transform" in more:
        more = more | {"transform": transform[more["transform"]]}
    path = write(tmp_path / "r.tif", GRID, **more)
    with pytest.raises(InputError, match=rf"r\.tif.*{message}"):
        read_raster(path, kind="count")


@pytest.mark.slow
def test_pieces_too_large_to_unpack(tmp_path):
    size = 16_640
    path = write(
        tmp_path / "r.tif", np.zeros((1, 1), "uint8"), height=size, width=size, tiled=True,
        blockxsize=size, blockysize=size, compress="deflate", sparse_ok=True,
    )  # fmt: skip
    with pytest.raises(InputError, match="pieces of 16640 x 16640 cells"):
        read_raster(path, kind="count")


def test_files_beside_it_are_not_looked_at(tmp_path):
    path = write(tmp_path / "r.tif", np.array([[5.0, 7.0]]))
    (tmp_path / "r.tif.aux.xml").write_text(
        "<PAMDataset><PAMRasterBand band='1'><NoDataValue>7</NoDataValue><Scale>100</Scale>"
        "</PAMRasterBand></PAMDataset>"
    )
    (tmp_path / "r.tfw").write_text("2000\n0\n0\n-1000\n0\n0\n")
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK="NO"), rasterio.open(path, "r+") as target:
        target.write_mask(np.zeros((1, 2), dtype=bool))
    assert path.with_suffix(".tif.msk").exists()
    assert people(path, shapely.box(0, 0, 2, 1)) == [12]


@pytest.mark.parametrize("package", ["rasterio", "exactextract"])
def test_a_package_that_is_missing_is_named(tmp_path, monkeypatch, package):
    path = write(tmp_path / "r.tif", GRID)
    raster, shapes = read_raster(path, kind="count"), units(shapely.box(0, 0, 1, 1))
    sums = zonal_sum(raster, shapes)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(InputError, match=rf"{package}, .* install mtmgeo\[raster\]"):
        conserved(raster, shapes, sums)


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (units(shapely.Point(0, 0)), "The unit 'U0' has no polygon"),
        (units(shapely.box(0, 0, 1, 1)).set_crs(None, allow_override=True), "no coordinate system"),
    ],
)
def test_units_without_a_place(tmp_path, shapes, message):
    raster = read_raster(write(tmp_path / "r.tif", GRID), kind="count")
    with pytest.raises(InputError, match=message):
        zonal_sum(raster, shapes)


def test_no_units_at_all(tmp_path):
    raster = read_raster(write(tmp_path / "r.tif", GRID), kind="count")
    assert zonal_sum(raster, units()).table.empty


def test_progress_stays_silent_where_nobody_watches(tmp_path, capsys):
    raster = read_raster(write(tmp_path / "r.tif", GRID), kind="count")
    zonal_sum(raster, units(shapely.box(0, 0, 1, 1)), progress=True)
    assert capsys.readouterr() == ("", "")
