"""Time zonal sums beside other ways to them: ``python benchmarks/zonal.py``.

First the Kyrgyz pack (admin 3 and 2) over a synthetic raster of people at 6 arc seconds:
`zonal_sum` beside ``exactextract`` on the file itself, ``rasterstats.zonal_stats`` and a loop over
``rasterio.mask``. The last two take the cells whose centre lies in a unit. Prints seconds (the best
of three), the ratio to `zonal_sum`, how far the sums are from its own (median and largest of a
unit, and that of all units together), and the peak of memory, each way in a process of its own.
Then 5,000 ragged units that cover the earth over a synthetic raster of 43,200 x 21,600 cells
(1 km), in tiles and in strips, with the check of the total. ``--quick`` leaves this part out.
"""

from __future__ import annotations

import multiprocessing
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import exactextract
import geopandas as gpd
import numpy as np
import numpy.typing as npt
import rasterio
import rasterio.mask
import rasterstats
import shapely
from rasterio.transform import from_origin
from rasterio.windows import Window

import mtmgeo
from mtmgeo.population.rasters import Total, ZonalSums, conserved, zonal_sum

CRS: Final = "EPSG:4326"
NODATA: Final = -99999.0
STEP: Final = 1 / 600
WORLD: Final = (43_200, 21_600)
UNITS: Final = (100, 50)
Floats = npt.NDArray[np.float64]


# --- what is summed -------------------------------------------------------------------------


def people(rng: np.random.Generator, height: int, width: int) -> npt.NDArray[np.float32]:
    """Return made-up people by cell: most cells hold few or none, some have no data."""
    cells = rng.gamma(0.3, 5.0, (height, width)).astype(np.float32)
    cells[rng.random(cells.shape) < 0.1] = NODATA
    return cells


def country(path: Path) -> None:
    """Write a synthetic raster of the Kyrgyz pack's extent."""
    west, south, east, north = mtmgeo.read_boundaries("kgz").extent
    width, height = int((east - west + 1) / STEP), int((north - south + 1) / STEP)
    profile = {
        "driver": "GTiff", "count": 1, "dtype": "float32", "crs": CRS, "nodata": NODATA,
        "width": width, "height": height, "compress": "deflate", "tiled": True,
        "transform": from_origin(west - 0.5, north + 0.5, STEP, STEP),
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as target:
        target.write(people(np.random.default_rng(0), height, width), 1)


def earth(path: Path, *, tiled: bool) -> None:
    """Write a synthetic raster of the earth at 1 km, with data in a third of it."""
    width, height = WORLD
    rng = np.random.default_rng(0)
    block = people(rng, 512, 512)
    profile = {
        "driver": "GTiff", "count": 1, "dtype": "float32", "crs": CRS, "nodata": NODATA,
        "width": width, "height": height, "compress": "deflate", "bigtiff": "yes",
        "transform": from_origin(-180, 90, 360 / width, 180 / height), "sparse_ok": True,
        **({"tiled": True, "blockxsize": 512, "blockysize": 512} if tiled else {"blockysize": 1}),
    }  # fmt: skip
    land = rng.random((height // 512 + 1, width // 512 + 1)) < 1 / 3
    with rasterio.open(path, "w", **profile) as target:
        for row in range(0, height, 512):
            high = min(512, height - row)
            band = np.full((high, width), NODATA, dtype=np.float32)
            for column in np.flatnonzero(land[row // 512]) * 512:
                wide = min(512, width - int(column))
                band[:, column : column + wide] = block[:high, :wide]
            target.write(band, 1, window=Window(0, row, width, high))


def ragged(start: complex, end: complex, rng: np.random.Generator) -> npt.NDArray[np.complex128]:
    """Return a line of 129 corners between two points, ragged at every scale."""
    along, aside = np.linspace(0, 1, 129), np.zeros(129)
    for k in range(1, 8):
        steps = 2**k + 1
        aside += 0.6**k * np.interp(along, np.linspace(0, 1, steps), rng.uniform(-1, 1, steps))
    kite = 0.4 * np.minimum(along, 1 - along)
    line: npt.NDArray[np.complex128] = start + (end - start) * (along + 1j * aside * kite)
    return line


def units() -> gpd.GeoSeries:
    """Return 5,000 ragged units between 60° south and 84° north."""
    rng = np.random.default_rng(1)
    wide, high = UNITS
    at = np.linspace(-180, 180, wide + 1) + 1j * np.linspace(-60, 84, high + 1)[:, None]
    straight = np.linspace(0, 1, 129)
    flat = {
        (i, j): ragged(at[i, j], at[i, j + 1], rng) for i in range(high + 1) for j in range(wide)
    }
    tall = {
        (i, j): ragged(at[i, j], at[i + 1, j], rng) if 0 < j < wide
        else at[i, j] + (at[i + 1, j] - at[i, j]) * straight
        for i in range(high) for j in range(wide + 1)
    }  # fmt: skip
    shapes = []
    for i, j in np.ndindex(high, wide):
        sides = flat[i, j], tall[i, j + 1], flat[i + 1, j][::-1], tall[i, j][::-1]
        ring = np.concatenate([side[:-1] for side in sides])
        shapes.append(shapely.Polygon(np.column_stack([ring.real, ring.imag])))
    return gpd.GeoSeries(shapes, crs=CRS)


# --- ways to sum ----------------------------------------------------------------------------


def ours(path: Path, shapes: gpd.GeoSeries) -> Floats:
    sums: Floats = (
        zonal_sum(mtmgeo.read_raster(path, kind="count"), shapes).table["people"].to_numpy()
    )
    return sums


def by_exactextract(path: Path, shapes: gpd.GeoSeries) -> Floats:
    frame = gpd.GeoDataFrame(geometry=shapes)
    found = exactextract.exact_extract(str(path), frame, ["sum"], output="pandas")
    sums: Floats = found["sum"].to_numpy()
    return sums


def by_rasterstats(path: Path, shapes: gpd.GeoSeries) -> Floats:
    found = rasterstats.zonal_stats(list(shapes), str(path), stats="sum")
    return np.array([each["sum"] or 0.0 for each in found], dtype=np.float64)


def by_mask(path: Path, shapes: gpd.GeoSeries) -> Floats:
    with rasterio.open(path) as source:
        cut = (rasterio.mask.mask(source, [s], crop=True, filled=False)[0] for s in shapes)
        return np.array([float(each.sum(dtype=np.float64) or 0.0) for each in cut])


WAYS: Final[dict[str, Callable[[Path, gpd.GeoSeries], Floats]]] = {
    "mtmgeo": ours,
    "exactextract": by_exactextract,
    "rasterstats": by_rasterstats,
    "rasterio.mask": by_mask,
}


# --- how it is measured ---------------------------------------------------------------------


def apart(job: Callable[..., Any], *args: Any, times: int = 1) -> tuple[Any, float, float]:
    """Return what a job in a process of its own gives, its least seconds, and its peak in MB."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found: tuple[Any, float, float] = pool.apply(measured, (job, args, times))
        pool.close()
        pool.join()
        return found


def measured(
    job: Callable[..., Any], args: tuple[Any, ...], times: int
) -> tuple[Any, float, float]:
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        found = job(*args)
        seconds.append(time.perf_counter() - start)
    # Not ru_maxrss: it begins with that of the process that started this one.
    peak = re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text(encoding="ascii"))
    return found, min(seconds), int(peak[1]) / 1024 if peak else float("nan")


def compare(path: Path, level: int) -> None:
    """Print a table of the ways to the sums of a level."""
    shapes = mtmgeo.read_boundaries("kgz").at(level).geometry
    shapes = shapes[shapes.notna()].reset_index(drop=True)
    print(f"\nKyrgyz pack, admin {level}: {len(shapes)} units, synthetic raster at 6 arc seconds")
    print(f"{'':>16}{'s':>8}{'ratio':>8}{'median':>11}{'largest':>11}{'total':>11}{'MB':>7}")
    exact, base = np.zeros(0), 0.0
    for name, way in WAYS.items():
        sums, seconds, memory = apart(way, path, shapes, times=3)
        if name == "mtmgeo":
            exact, base = sums, seconds
        off = 100 * np.abs(sums - exact) / exact
        total = 100 * abs(sums.sum() - exact.sum()) / exact.sum()
        print(
            f"{name:>16}{seconds:8.2f}{seconds / base:8.2f}{np.median(off):10.1e}%"
            f"{off.max():10.1e}%{total:10.1e}%{memory:7.0f}"
        )


def world(path: Path) -> ZonalSums:
    return zonal_sum(mtmgeo.read_raster(path, kind="count"), units(), progress=True)


def checked(path: Path, sums: ZonalSums) -> Total:
    return conserved(mtmgeo.read_raster(path, kind="count"), units(), sums, progress=True)


def main() -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "synthetic_ppp.tif")
        country(path)
        for level in (3, 2):
            compare(path, level)
        if "--quick" in sys.argv[1:]:
            return
        print(f"\nThe earth: {WORLD[0]:,} x {WORLD[1]:,} cells, {UNITS[0] * UNITS[1]:,} units")
        for tiled in (True, False):
            earth(path, tiled=tiled)
            sums, seconds, memory = apart(world, path)
            total, later, again = apart(checked, path, sums)
            print(
                f"{'tiles' if tiled else 'strips':>16}: sums {seconds:.1f} s, {memory:.0f} MB; "
                f"check {later:.1f} s, {again:.0f} MB; {total.parts:,.3f} people in the units, "
                f"{total.whole:,.3f} in their union; difference {total.difference:.1e}"
            )


if __name__ == "__main__":
    main()
