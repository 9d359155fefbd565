"""Time the checks of a boundary file: ``python benchmarks/auditing.py [--units N ...]``.

Countries are made up with a fixed seed: cells around random points, their edges broken 64 times,
in four levels whose outlines share every vertex. In the rows with noise every corner of every
outline was moved by up to a centimetre, so that no two edges match: the worst that a file with
rounded coordinates can be. Prints the seconds of all checks together and their ratio to what a
plain ``overlay`` of the deepest level with itself takes in the same run, which finds the overlaps
alone. Absolute times differ from machine to machine.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

import mtmgeo
from mtmgeo.geo.crs import CRS

SEED = 5
BREAKS = 6  # times that each edge is halved
SWING = 0.12  # of the length by which a middle is moved aside
NOISE = 1e-7  # degrees

Shapes = npt.NDArray[np.object_]


def cells(count: int, dice: np.random.Generator) -> Shapes:
    """Return areas with ragged edges that fill a box of 15 by 12 degrees."""
    box = shapely.box(60, 30, 75, 42)
    points = shapely.multipoints(dice.uniform((60, 30), (75, 42), (count, 2)))
    plain = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=box))
    plain = shapely.set_precision(shapely.intersection(plain, box), 1e-9)
    corners, owner = shapely.get_coordinates(plain, return_index=True)
    ends = np.stack([corners[:-1], corners[1:]], axis=1)[owner[:-1] == owner[1:]]
    swapped = (ends[:, 0, 0] > ends[:, 1, 0]) | (
        (ends[:, 0, 0] == ends[:, 1, 0]) & (ends[:, 0, 1] > ends[:, 1, 1])
    )
    ends[swapped] = ends[swapped, ::-1]
    edges = np.unique(ends.reshape(-1, 4), axis=0).reshape(-1, 2, 2)
    straight: Shapes = np.asarray(shapely.linestrings(edges))
    lines: Shapes = np.asarray(shapely.linestrings(broken(edges, dice)))
    while (crossed := np.unique(shapely.STRtree(lines).query(lines, "crosses")[0])).size:
        lines[crossed] = straight[crossed]
    found: Shapes = shapely.get_parts(shapely.polygonize(lines))
    return found


def broken(lines: npt.NDArray[np.float64], dice: np.random.Generator) -> npt.NDArray[np.float64]:
    for _ in range(BREAKS):
        along, middle = np.diff(lines, axis=1), (lines[:, :-1] + lines[:, 1:]) / 2
        aside = dice.uniform(-SWING, SWING, middle.shape[:2])[..., None]
        middle += aside * np.stack([-along[..., 1], along[..., 0]], axis=-1)
        finer = np.empty((len(lines), 2 * lines.shape[1] - 1, 2))
        finer[:, ::2], finer[:, 1::2] = lines, middle
        lines = finer
    return lines


def shaken(shape: Any, dice: np.random.Generator) -> Any:
    if shapely.get_num_interior_rings(shape) or shape.geom_type != "Polygon":
        return shape
    corners = shapely.get_coordinates(shape)[:-1]
    return shapely.polygons(corners + dice.uniform(-NOISE, NOISE, corners.shape))


def country(count: int, *, noise: bool) -> mtmgeo.Source:
    """Return a source of four levels, the deepest with `count` units."""
    dice = np.random.default_rng(SEED)
    shapes = cells(count, dice)
    outlines = [shapes]
    parents: list[npt.NDArray[np.intp]] = []
    for size in (count // 10, count // 200, 1):
        seats = np.asarray(shapely.points(dice.uniform((60, 30), (75, 42), (size, 2))))
        nearest = shapely.STRtree(seats).nearest(shapely.point_on_surface(outlines[0]))
        held, above = np.unique(nearest, return_inverse=True)
        parents.insert(0, above)
        merged = [shapely.coverage_union_all(outlines[0][above == at]) for at in range(len(held))]
        outlines.insert(0, np.array(merged, dtype=object))
    codes = [["XX"]]
    for above in parents:
        rank = pd.Series(above).groupby(above).cumcount()
        codes.append([f"{codes[-1][up]}{at:04d}" for up, at in zip(above, rank, strict=True)])
    frames = []
    for level, (shape, code) in enumerate(zip(outlines, codes, strict=True)):
        parent = [codes[level - 1][up] for up in parents[level - 1]] if level else [""]
        frame = {"pcode": code, "level": level, "parent_pcode": parent, "geometry": shape}
        frames.append(pd.DataFrame(frame).assign(row=range(1, len(code) + 1)))
    units = pd.concat(frames, ignore_index=True)
    if noise:
        moved = [shaken(one, dice) for one in units.geometry]
        units["geometry"] = moved
    units = units.assign(
        name="Unit " + units["pcode"], aliases="", type="", status="", file="made up",
        lat=np.nan, lon=np.nan, area_said=np.nan,
    )  # fmt: skip
    lines = gpd.GeoDataFrame({"level": [], "status": []}, geometry=[], crs=CRS)
    frame = gpd.GeoDataFrame(units, geometry="geometry", crs=CRS)
    return mtmgeo.Source(frame, pd.DataFrame(index=units.index), lines, "COD-AB")


def seconds(job: Any) -> float:
    begun = time.perf_counter()
    job()
    return time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, nargs="+", default=[500, 2_000, 5_000])
    chosen = parser.parse_args()
    print("| units | vertices | edges | all checks, s | overlay, s | checks : overlay |")
    print("|---" * 6 + "|")
    for count in chosen.units:
        for noise in (False, True):
            source = country(count, noise=noise)
            deepest = source.units.loc[source.units["level"] == 3, ["geometry"]]
            ours = seconds(lambda source=source: mtmgeo.audit(source))
            theirs = seconds(
                lambda deepest=deepest: deepest.overlay(
                    deepest[deepest.is_valid], how="intersection", keep_geom_type=True
                )
            )
            vertices = shapely.get_num_coordinates(source.units.geometry.to_numpy()).sum()
            edges = "1 cm of noise" if noise else "shared"
            print(
                f"| {len(source.units):,} | {vertices:,} | {edges} | {ours:.1f} | {theirs:.1f} | "
                f"{ours / theirs:.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
