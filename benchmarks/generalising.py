"""Time ``generalise`` beside other ways to lighter outlines: ``python benchmarks/generalising.py``.

Ragged squares in four levels (5,000 units, 3 million corners; squares a side as an argument), some
with a lake, each way made to leave about as many corners as ``generalise``: unit by unit with
``.simplify`` of GeoPandas; level by level with ``shapely.coverage_simplify``; and on a smaller map
with the ``topojson`` package, if it is installed. Prints seconds, and the ratio to ``generalise``;
gaps and overlaps between the units of the deepest level; how far its lines moved, and how much
ground changed hands; units, parts and holes lost; and parents that their children no longer make.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

import mtmgeo
from mtmgeo.boundaries.boundary_set import equal_area

SCALE = 2_000_000
SIZE = 0.1  # degrees
METRES = equal_area(41.5, 73.5)
Way: TypeAlias = Callable[[gpd.GeoDataFrame, float], gpd.GeoSeries]


def ragged(start: complex, end: complex, rng: np.random.Generator) -> npt.NDArray[np.complex128]:
    """Return a ragged line of 129 corners that keeps to a narrow kite between its ends."""
    along = np.linspace(0, 1, 129)
    aside = np.zeros(129)
    for k in range(1, 8):
        steps = 2**k + 1
        aside += 0.7**k * np.interp(along, np.linspace(0, 1, steps), rng.uniform(-1, 1, steps))
    kite = 0.45 * np.minimum(along, 1 - along)
    line = start + (end - start) * (along + 1j * np.clip(aside, -1, 1) * kite)
    line[[0, -1]] = start, end
    return line


def squares(count: int) -> gpd.GeoDataFrame:
    """Return four levels: squares, 5 by 5 and 25 by 25 of them, and all; each 9th has a hole."""
    rng, each = np.random.default_rng(0), range(count)
    at = 70 + 38j + SIZE * (np.arange(count + 1) + 1j * np.arange(count + 1)[:, None])
    flat = {(i, j): ragged(at[i, j], at[i, j + 1], rng) for i in range(count + 1) for j in each}
    tall = {(i, j): ragged(at[i, j], at[i + 1, j], rng) for i in each for j in range(count + 1)}
    cells = []
    for i, j in np.ndindex(count, count):
        sides = flat[i, j], tall[i, j + 1], flat[i + 1, j][::-1], tall[i, j][::-1]
        ring = np.concatenate([side[:-1] for side in sides])
        lake = shapely.Point(70 + SIZE * (j + 0.5), 38 + SIZE * (i + 0.5)).buffer(SIZE / 50)
        holes = [lake.exterior.coords] if (i * count + j) % 9 == 0 else []
        cells.append(shapely.Polygon(np.column_stack([ring.real, ring.imag]), holes))
    shapes = np.array(cells)
    row, column = np.indices((count, count)).reshape(2, -1)
    frames = []
    for level, block in enumerate((count, 25, 5, 1)):
        label = row // block * count + column // block
        unions = [shapely.coverage_union_all(shapes[label == one]) for one in np.unique(label)]
        codes = [f"X{level}{one}" for one in np.unique(label)]
        columns = {"pcode": codes, "level": level, "parent_pcode": ""}
        frames.append(gpd.GeoDataFrame(columns, geometry=unions, crs="EPSG:4326"))
    return pd.concat(frames, ignore_index=True)


def tuned(job: Way, units: gpd.GeoDataFrame, corners: int) -> tuple[gpd.GeoSeries, float]:
    """Return what a way gives with about as many corners, and the seconds of its last run."""
    low, high = 20.0, 5_000.0
    for _ in range(7):
        middle = (low * high) ** 0.5
        begun = time.perf_counter()
        made = job(units, middle)
        seconds = time.perf_counter() - begun
        low, high = (low, middle) if made.count_coordinates().sum() < corners else (middle, high)
    return made, seconds


def simplified(units: gpd.GeoDataFrame, metres: float) -> gpd.GeoSeries:
    """Return outlines simplified unit by unit."""
    return units.geometry.to_crs(METRES).simplify(metres).to_crs(units.crs)


def covered(units: gpd.GeoDataFrame, metres: float) -> gpd.GeoSeries:
    """Return outlines simplified level by level, as coverages."""
    outlines = units.geometry.to_crs(METRES)
    return (
        outlines.groupby(units["level"], group_keys=False)
        .apply(lambda level: level.simplify_coverage(metres))
        .to_crs(units.crs)
    )


def as_topology(units: gpd.GeoDataFrame, metres: float) -> gpd.GeoSeries:
    """Return outlines simplified as one topology of all levels by the topojson package."""
    topojson = import_module("topojson")

    flat = units.to_crs(METRES)
    simple = topojson.Topology(flat, prequantize=False, toposimplify=metres).to_gdf(crs=METRES)
    return simple.geometry.set_axis(units.index).to_crs(units.crs)


def pieces(outlines: gpd.GeoSeries) -> npt.NDArray[np.int64]:
    """Return the numbers of units, parts and holes."""
    shapes = outlines[~(outlines.isna() | outlines.is_empty)].to_numpy()
    parts = shapely.get_parts(shapes)
    holes = shapely.get_num_interior_rings(parts).sum()
    return np.array([len(shapes), len(parts), holes], dtype=np.int64)


def mended(outlines: gpd.GeoSeries) -> npt.NDArray[np.object_]:
    mended: npt.NDArray[np.object_] = shapely.make_valid(outlines.to_crs(METRES).to_numpy())
    return mended


def say(
    way: str, seconds: float, ratio: float, units: gpd.GeoDataFrame, after: gpd.GeoSeries
) -> None:
    """Print what a way took and what it did."""
    deep, high = ((units["level"] == level).to_numpy() for level in (3, 2))
    was, now = mended(units.geometry[deep]), mended(after[deep])
    ground, union = shapely.union_all(was), shapely.union_all(now)
    filled = shapely.union_all(
        shapely.polygons(shapely.get_exterior_ring(shapely.get_parts(union)))
    )
    # Ground of some unit within the new outer edge that no unit has any more.
    gaps = shapely.area(ground & filled - union) / 1e6
    overlaps = max(0.0, shapely.area(now).sum() - shapely.area(union)) / 1e6
    moved = shapely.hausdorff_distance(shapely.boundary(was), shapely.boundary(now)).max()
    changed = shapely.area(shapely.symmetric_difference(was, now)).sum() / 2e6
    tree = shapely.STRtree(shapely.point_on_surface(was))
    parent, child = tree.query(mended(units.geometry[high]), predicate="contains")
    torn = sum(
        not shapely.equals(
            shape, shapely.union_all(shapely.make_valid(after[deep].to_numpy()[child[parent == i]]))
        )
        for i, shape in enumerate(shapely.make_valid(after[high].to_numpy()))
    )
    lost = pieces(units.geometry) - pieces(after)
    print(
        f"{way}: {after.count_coordinates().sum():,} corners in {seconds:.1f} s (x{ratio:.2f}); "
        f"gaps {gaps:.2f} km², overlaps {overlaps:.2f} km²; lines moved up to {moved:.0f} m, "
        f"{changed:.0f} km² changed hands; lost {lost[0]} units, {lost[1]} parts, {lost[2]} holes; "
        f"{torn} of {high.sum()} parents are not the union of their children"
    )


def compare(count: int, ways: Mapping[str, Way]) -> None:
    units = squares(count)
    print(
        f"{len(units):,} units, {units.geometry.count_coordinates().sum():,} corners, 1:{SCALE:,}"
    )
    begun = time.perf_counter()
    light = mtmgeo.generalise(units, scale=SCALE)
    ours = time.perf_counter() - begun
    say("generalise", ours, 1, units, light)
    for way, job in ways.items():
        made, seconds = tuned(job, units, int(light.count_coordinates().sum()))
        say(way, seconds, seconds / ours, units, made)


def main() -> None:
    peers: dict[str, Way] = {
        "GeoPandas .simplify": simplified,
        "shapely.coverage_simplify": covered,
    }
    compare(int(sys.argv[1]) if len(sys.argv) > 1 else 70, peers)
    if find_spec("topojson"):
        compare(10, peers | {"topojson": as_topology})


if __name__ == "__main__":
    main()
