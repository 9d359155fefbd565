"""Generalised outlines: nothing comes apart, is lost, or moves by more than was asked for."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st

import mtmgeo
from mtmgeo.boundaries.boundary_set import equal_area
from mtmgeo.core.errors import BoundaryError, InputError
from mtmgeo.geo.crs import CRS
from mtmgeo.geo.generalise import generalise
from tests.tries import tries


def frame(shapes, level=2, parents="X") -> gpd.GeoDataFrame:
    codes = [f"X{level}{i}" for i in range(len(shapes))]
    columns = {"pcode": codes, "level": level, "parent_pcode": parents}
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS)


def stacked(cells, *labels) -> gpd.GeoDataFrame:
    """Return cells, and above them a level for each array of labels, as unions of the cells."""
    levels = [frame(cells, level=len(labels))]
    for level, label in enumerate(reversed(labels)):
        unions = [shapely.coverage_union_all(cells[label == each]) for each in np.unique(label)]
        levels.append(frame(unions, level=len(labels) - 1 - level))
    return pd.concat(levels, ignore_index=True)


def ragged(start, end, rng, depth=6):
    """Return the corners of a ragged line that keeps to a narrow kite between its ends."""
    along = np.linspace(0, 1, 2**depth + 1)
    aside = sum(
        0.7**k * np.interp(along, np.linspace(0, 1, 2**k + 1), rng.uniform(-1, 1, 2**k + 1))
        for k in range(1, depth + 1)
    )
    aside = np.clip(aside, -1, 1) * 0.45 * np.minimum(along, 1 - along)
    line = start + (end - start) * (along + 1j * aside)
    line[[0, -1]] = start, end
    return line


def squares(count, seed=0, size=0.2):
    """Return ragged squares with their edges in common, and the row and column of each."""
    rng = np.random.default_rng(seed)
    at = 74 + 40j + size * (np.arange(count + 1) + 1j * np.arange(count + 1)[:, None])
    each = range(count)
    flat = {(i, j): ragged(at[i, j], at[i, j + 1], rng) for i in range(count + 1) for j in each}
    tall = {(i, j): ragged(at[i, j], at[i + 1, j], rng) for i in each for j in range(count + 1)}
    cells = []
    for i, j in np.ndindex(count, count):
        sides = flat[i, j], tall[i, j + 1], flat[i + 1, j][::-1], tall[i, j][::-1]
        ring = np.concatenate([side[:-1] for side in sides])
        cells.append(shapely.Polygon(np.column_stack([ring.real, ring.imag])))
    return np.array(cells), *np.indices((count, count)).reshape(2, -1)


def corners(shapes) -> set:
    return set(map(tuple, shapely.get_coordinates(np.asarray(shapes)).tolist()))


def pieces(shapes) -> list:
    """Return kind, number of parts and of holes of each shape."""
    shapes = np.asarray(shapes)
    parts, unit = shapely.get_parts(shapes, return_index=True)
    holes = np.bincount(unit, shapely.get_num_interior_rings(parts), minlength=len(shapes))
    return list(
        zip(shapely.get_type_id(shapes), shapely.get_num_geometries(shapes), holes, strict=True)
    )


def of(units, outlines, level) -> np.ndarray:
    return outlines[units["level"] == level].to_numpy()


def farthest(before, after) -> float:
    """Return how far, in metres, an outline has moved at most, at a latitude of 41 degrees."""
    degree = 111_195 * np.array([np.cos(np.radians(41)), 1])
    lines = [
        shapely.boundary(shapely.transform(np.asarray(each), lambda xy: xy * degree))
        for each in (before, after)
    ]
    return float(shapely.hausdorff_distance(*lines).max())


def assert_kept(units, outlines) -> None:
    """Assert all that holds whatever the tolerance is, for levels that are valid coverages."""
    assert outlines.index.equals(units.index)
    assert outlines.crs == units.crs
    assert outlines.is_valid.all()
    assert pieces(outlines) == pieces(units.geometry)
    assert corners(outlines) <= corners(units.geometry)
    for level in units["level"].unique():
        assert shapely.coverage_is_valid(of(units, units.geometry, level))
        assert shapely.coverage_is_valid(of(units, outlines, level))


def assert_levels_agree(units, outlines, deep, high) -> None:
    below, above = (of(units, outlines, level) for level in (deep, high))
    assert shapely.equals(shapely.coverage_union_all(below), shapely.coverage_union_all(above))
    inside = shapely.STRtree(shapely.point_on_surface(below))
    for shape in above:
        children = below[inside.query(shape, predicate="contains")]
        assert shapely.equals(shapely.coverage_union_all(children), shape)


# --- Kyrgyzstan


@pytest.fixture(scope="module")
def kgz() -> gpd.GeoDataFrame:
    units = mtmgeo.read_boundaries("kgz").units
    return units[units["level"] < 4]


@pytest.mark.slow
@pytest.mark.parametrize("scale", [200_000, 2_000_000, 20_000_000, 1e10])
def test_kyrgyzstan_keeps_together(kgz, scale):
    outlines = generalise(kgz, scale=scale)
    shaped = kgz[kgz.geometry.notna()]
    assert outlines[kgz.geometry.isna()].isna().all()
    assert_kept(shaped, outlines[shaped.index])
    assert_levels_agree(shaped, outlines[shaped.index], 1, 0)
    assert_levels_agree(shaped, outlines[shaped.index], 2, 1)
    assert farthest(shaped.geometry, outlines[shaped.index]) < 1.03 * 0.0002 * scale


@pytest.mark.slow
def test_the_smaller_the_scale_the_lighter(kgz):
    light = [generalise(kgz, scale=scale).count_coordinates().sum() for scale in (5e5, 2e6, 1e7)]
    assert kgz.geometry.count_coordinates().sum() > light[0] > 1.3 * light[1] > 2 * light[2]


@pytest.mark.slow
def test_cities_without_admin_3_stay_beside_the_admin_3_units_around_them(kgz):
    outlines = generalise(kgz, scale=10_000_000)
    parents = set(kgz.loc[(kgz["level"] == 3) & kgz.geometry.notna(), "parent_pcode"])
    whole = (kgz["level"] == 2) & ~kgz["pcode"].isin(parents)
    assert whole.sum() > 0
    mixed = outlines[whole | ((kgz["level"] == 3) & kgz.geometry.notna())]
    assert shapely.coverage_is_valid(mixed.values)
    country = outlines[kgz["level"] == 0].iloc[0]
    assert shapely.equals(shapely.coverage_union_all(mixed.values), country)


@pytest.mark.slow
@pytest.mark.parametrize("max_bytes", [800_000, 400_000, 150_000])
def test_a_budget_is_met_and_used(kgz, max_bytes):
    outlines = generalise(kgz, max_bytes=max_bytes)
    shaped = kgz[kgz.geometry.notna()]
    assert 0.99 * max_bytes < 16 * outlines.count_coordinates().sum() <= max_bytes
    assert_kept(shaped, outlines[shaped.index])


@pytest.mark.slow
def test_a_budget_that_is_not_needed_leaves_all_as_it_was(kgz):
    full = 16 * int(kgz.geometry.count_coordinates().sum())
    assert generalise(kgz, max_bytes=full).geom_equals(kgz.geometry)[kgz.geometry.notna()].all()
    assert generalise(kgz, max_bytes=full - 16).count_coordinates().sum() * 16 < full


@pytest.mark.slow
def test_a_budget_that_cannot_be_met_is_refused(kgz):
    with pytest.raises(BoundaryError, match=r"less than [\d,]+ bytes .* raise max_bytes") as caught:
        generalise(kgz, max_bytes=20_000)
    least = int(str(caught.value).split(" than ")[1].split(" bytes")[0].replace(",", ""))
    assert 16 * generalise(kgz, max_bytes=least).count_coordinates().sum() == least


@pytest.mark.slow
def test_the_order_of_rows_makes_no_difference(kgz):
    shuffled = kgz.sample(frac=1, random_state=3)
    outlines = generalise(kgz, scale=3_000_000)
    again = generalise(shuffled, scale=3_000_000)
    assert outlines.to_wkb().equals(again.loc[kgz.index].to_wkb())


# --- ragged squares


@pytest.mark.slow
def test_levels_of_ragged_squares_agree():
    cells, row, column = squares(6)
    units = stacked(cells, np.zeros(36), row // 3 * 2 + column // 3)
    outlines = generalise(units, scale=10_000_000)
    assert outlines.count_coordinates().sum() < 0.1 * units.geometry.count_coordinates().sum()
    assert_kept(units, outlines)
    assert_levels_agree(units, outlines, 2, 1)
    assert_levels_agree(units, outlines, 1, 0)
    assert farthest(units.geometry, outlines) < 2_050


def test_children_that_do_not_fill_their_parent_stay_inside_its_edges():
    cells, row, _ = squares(4, seed=1)
    units = stacked(cells, row // 2).drop(index=[5, 14])
    outlines = generalise(units, scale=5_000_000)
    assert_kept(units, outlines)
    children, parents = (of(units, outlines, level) for level in (1, 0))
    left = shapely.difference(
        shapely.coverage_union_all(parents), shapely.coverage_union_all(children)
    )
    assert shapely.get_num_geometries(left) == 2  # what was missing, and no slivers
    assert shapely.area(left) == pytest.approx(0.08, rel=0.1)


def test_a_city_within_a_district_and_a_lake_keep_their_shores():
    ring = shapely.Point(75, 41)
    city, district, lake = (ring.buffer(size, quad_segs=40) for size in (0.1, 0.5, 0.2))
    cells = np.array([city, district.difference(lake), lake.difference(city)])
    units = frame(cells)
    outlines = generalise(units, scale=50_000_000)
    assert_kept(units, outlines)
    assert shapely.equals(
        shapely.Polygon(outlines[1].interiors[0]), shapely.union(outlines[0], outlines[2])
    )
    assert outlines.count_coordinates().sum() < 40


def test_the_tiniest_island_stays_as_a_triangle():
    coast = shapely.box(74, 40, 75, 41)
    islets = [shapely.Point(75.5, 40 + i / 10).buffer(10.0**-i) for i in range(2, 9)]
    units = frame([shapely.MultiPolygon([coast, *islets])])
    outlines = generalise(units, scale=1e9)
    assert_kept(units, outlines)
    assert shapely.get_num_coordinates(shapely.get_parts(outlines[0])).tolist() == [4] * 8


def test_an_island_in_a_bay_stays_out_of_the_land():
    bay = shapely.Polygon([(74, 40), (75, 40), (75, 41), (74.52, 41), (74.5, 40.9), (74.48, 41),
                           (74, 41)])  # fmt: skip
    island = shapely.Point(74.5, 40.97).buffer(0.005)
    alone = generalise(frame([bay]), scale=100_000_000)
    assert shapely.contains(alone[0], island)
    both = frame([bay, island])
    outlines = generalise(both, scale=100_000_000)
    assert_kept(both, outlines)
    assert shapely.disjoint(*outlines)


def test_a_thin_unit_between_two_others_does_not_close():
    along = np.linspace(74, 75, 50)
    wave = 40.5 + 0.05 * np.sin(20 * along)
    low, high = (list(zip(along, wave + lift, strict=True)) for lift in (0, 1e-5))
    low[0] = high[0] = (74, 40.5)
    low[-1] = high[-1] = (75, 40.5)
    strip = shapely.Polygon([*low, *high[::-1]])
    south = shapely.Polygon([*low, (75, 40), (74, 40)])
    north = shapely.Polygon([*high, (75, 41), (74, 41)])
    units = frame([strip, south, north])
    outlines = generalise(units, scale=1e9)
    assert_kept(units, outlines)
    assert outlines.count_coordinates().sum() < 20


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_units_that_meet_in_a_point_stay_units(turn):
    ring = shapely.Point(76, 41).buffer(1)
    square = shapely.box(74, 41, 75, 42)
    turned = [shapely.affinity.rotate(each, turn, origin=(75, 41)) for each in (ring, square)]
    units = frame(turned)
    units.geometry = shapely.set_precision(units.geometry, 1e-6)
    outlines = generalise(units, scale=1e10)
    assert_kept(units, outlines)
    assert outlines.count_coordinates().tolist() == [4, 4]


def test_a_line_does_not_come_to_touch_what_it_stood_off():
    coast = shapely.Polygon([(74, 40), (75, 41), (76, 40), (76, 43), (74, 43)])
    island = shapely.Polygon([(75, 40), (74.5, 39), (75.5, 39)])  # its tip is on the new coast
    units = frame([coast, island])
    assert generalise(units, scale=6e8).geom_equals(units.geometry).all()
    assert generalise(units[:1], scale=6e8).count_coordinates().tolist() == [5]


def test_a_tolerance_is_as_far_to_the_north_as_to_the_east():
    """Teeth of 1 km, at a latitude where a degree of longitude is half one of latitude."""
    far, tooth = 111.195, np.tile([0, 1], 30) / 111.195
    along = np.arange(60) * 2 / far
    east = [*zip(10 + 2 * along, 60 + tooth, strict=True), (10, 61)]
    north = [*zip(20 + 2 * tooth, 60 + along, strict=True), (24, 60)]
    units = frame([shapely.Polygon(east), shapely.Polygon(north)])
    for metres, least, most in ((900, 60, 62), (1_100, 4, 40)):
        counts = generalise(units, scale=metres / 0.0002).count_coordinates()
        assert counts.between(least, most).all()


# --- outlines that do not fit together


@pytest.mark.slow
def test_outlines_that_overlap_and_leave_gaps_move_no_farther_than_the_tolerance():
    cells, row, _ = squares(5, seed=2)
    rng = np.random.default_rng(5)
    cells = np.array([shapely.transform(c, lambda xy: xy + rng.normal(0, 2e-5, 2)) for c in cells])
    assert not shapely.coverage_is_valid(cells)
    units = pd.concat([frame(cells), frame(squares(5, seed=2)[0][row == 2], level=1)])
    outlines = generalise(units, scale=2_000_000)
    assert outlines.is_valid.all()
    assert pieces(outlines) == pieces(units.geometry)
    assert outlines.count_coordinates().sum() < 0.4 * units.geometry.count_coordinates().sum()
    assert farthest(units.geometry, outlines) < 410
    parted = shapely.union_all(outlines.to_crs(equal_area(41, 75)).buffer(420).values)
    assert shapely.get_num_interior_rings(parted) == 0


def test_shapes_that_are_no_proper_polygons_pass_through():
    bow = shapely.Polygon([(74, 40), (75, 41), (75, 40), (74, 41)])
    twice = shapely.Polygon([(76, 40), (76, 40), (77, 40), (77, 41), (77, 41), (76, 41)])
    flat = shapely.Polygon([(78, 40), (79, 40), (78, 40)])
    high = shapely.force_3d(shapely.box(80, 40, 81, 41), 700)
    part_empty = shapely.MultiPolygon([shapely.box(82, 40, 83, 41), shapely.Polygon()])
    shapes = [bow, twice, flat, high, part_empty, shapely.Polygon(), None]
    outlines = generalise(frame(shapes), scale=1_000_000)
    kinds = [shape and shape.geom_type for shape in shapes]
    assert [shape and shape.geom_type for shape in outlines] == kinds
    assert shapely.area(outlines[:5]).tolist() == pytest.approx([0, 1, 0, 1, 1])
    assert not outlines.has_z.any()
    assert generalise(frame(shapes[5:]), max_bytes=1).is_empty.tolist() == [True, False]
    assert generalise(frame([]), scale=1_000_000).empty


@pytest.mark.parametrize(
    "options", [{}, {"scale": 1e6, "max_bytes": 1}, {"scale": 0}, {"scale": float("nan")},
                {"max_bytes": -5}, {"scale": float("inf")}]
)  # fmt: skip
def test_one_aim_is_given(options):
    with pytest.raises(InputError, match="either scale or max_bytes"):
        generalise(frame([shapely.box(0, 0, 1, 1)]), **options)


def test_outlines_must_be_polygons_in_degrees():
    box = frame([shapely.box(0, 0, 1, 1)])
    for other in (box.to_crs(equal_area(41, 75)), box.set_crs(None, allow_override=True)):
        with pytest.raises(BoundaryError, match=r"EPSG:4326: use set_crs\(\)"):
            generalise(other, scale=1e6)
    with pytest.raises(BoundaryError, match=r"X21 \(level 2\) is a Point: replace it"):
        generalise(frame([shapely.box(0, 0, 1, 1), shapely.Point(0, 0)]), scale=1e6)


# --- anything that fits together


@pytest.mark.slow
@tries(60)
@given(st.integers(0, 2**32 - 1), st.integers(8, 120), st.integers(1, 8), st.floats(4, 9))
def test_any_coverage_keeps_together(seed, count, units_in_all, power):
    """Triangles put together by lot: parts, holes and units that meet in points abound."""
    rng = np.random.default_rng(seed)
    points = shapely.MultiPoint(np.round(rng.uniform(40, 42, (count, 2)), 3))
    triangles = shapely.get_parts(shapely.delaunay_triangles(points))
    label = rng.integers(0, units_in_all, len(triangles))
    cells = [shapely.coverage_union_all(triangles[label == each]) for each in np.unique(label)]
    units = stacked(np.array(cells), np.arange(len(cells)) % 2)
    # A few edges of unions that meet in a point are said to be wrong where nothing is.
    assume(all(shapely.coverage_is_valid(of(units, units.geometry, level)) for level in (0, 1)))
    outlines = generalise(units, scale=10**power)
    assert_kept(units, outlines)
    for parent, whole in enumerate(of(units, outlines, 0)):
        children = of(units, outlines, 1)[parent::2]
        assert shapely.equals(shapely.coverage_union_all(children), whole)
    assert farthest(units.geometry, outlines) < 1.05 * 0.0002 * 10**power
