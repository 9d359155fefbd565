"""Time a printed sheet beside a bare plot, and draw a thousand: ``python benchmarks/sheet.py``.

Compared are two PNG files of A4 at 300 dpi of the same figures, returnees by admin 2 of the
example:

- bare: ``layer.plot(column=..., figsize=...)`` and ``savefig``; the layer was projected before;
- sheet: ``mtmgeo.sheet`` and ``mtmgeo.write``, as anybody gets it: projected, composed, laid out,
  with legend, names, insets, notes and the disclaimer, written and verified.

Boundaries are read, rows matched and people counted before. The two take turns, so that both
suffer alike from what else the machine does. Printed are the seconds of the first of each, which
fills what is kept between sheets, the medians of the others, and the ratio of these.

Then that many sheets are drawn in one process, one per unit and year, each with a title of its
own, written and thrown away: the memory held must not grow with their number.

    python benchmarks/sheet.py [runs, 7] [sheets, 1000]
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle, islice, product
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import matplotlib as mpl
from matplotlib import pyplot as plt

import mtmgeo

EXAMPLE = Path(__file__).parents[1] / "examples/kgz_round1/kgz_round1_synthetic.csv"
A4 = (297 / 25.4, 210 / 25.4)
DPI = 300
SPEC = mtmgeo.MapSpec(labels="units", insets="auto")


def plotted(layer: gpd.GeoDataFrame, path: Path) -> None:
    figure = layer.plot(column="individuals", figsize=A4).figure
    figure.savefig(path, dpi=DPI)
    plt.close(figure)


def drawn(result: mtmgeo.Assessment, spec: mtmgeo.MapSpec, path: Path) -> None:
    figure = mtmgeo.sheet(result, spec)
    figure.set_dpi(DPI)
    mtmgeo.write(figure, path)


def seconds(job: Callable[[], object]) -> float:
    begun = time.perf_counter()
    job()
    return time.perf_counter() - begun


def compare(result: mtmgeo.Assessment, folder: Path, runs: int) -> None:
    """Time bare plots and sheets in turns."""
    bounds = result.boundaries
    people = result.select(SPEC.group, SPEC.year, SPEC.level).set_index("pcode")["individuals"]
    units = bounds.at(SPEC.level).to_crs(bounds.projection)
    layer = units.assign(individuals=people.reindex(units.index).fillna(0).astype(float))
    jobs = {
        "bare": lambda: plotted(layer, folder / "bare.png"),
        "sheet": lambda: drawn(result, SPEC, folder / "sheet.png"),
    }
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(runs + 1):
        for name, job in jobs.items():
            times[name].append(seconds(job))
    for name, (first, *others) in times.items():
        median, least = statistics.median(others), min(others)
        print(f"{name:6} first {first:.2f} s, median of {runs} {median:.2f} s, least {least:.2f} s")
    medians = {name: statistics.median(others) for name, (_, *others) in times.items()}
    print(f"ratio of medians {medians['sheet'] / medians['bare']:.2f}")


def many(result: mtmgeo.Assessment, folder: Path, sheets: int) -> None:
    """Draw one sheet per unit and year, again and again, and print the memory that is held."""
    names = result.boundaries.at(SPEC.level)["name"]
    begun = time.perf_counter()
    jobs = islice(cycle(product(result.years, names)), sheets)
    for number, (year, name) in enumerate(jobs, start=1):
        spec = replace(SPEC, year=year, title=f"{name}, {year}")
        mtmgeo.write(mtmgeo.sheet(result, spec), folder / "sheet.png")
        if number in {1, 10, 100, 250, 500, 750, sheets}:
            passed = time.perf_counter() - begun
            print(
                f"{number:5} sheets: {resident():.0f} MB held, {passed / number:.2f} s each",
                flush=True,
            )


def resident() -> float:
    """Return the memory that this process holds, in MB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    mpl.use("Agg")
    runs, sheets = map(int, [*sys.argv[1:], *("7", "1000")[len(sys.argv) - 1 :]])
    bounds = mtmgeo.read_boundaries("kgz")
    result = mtmgeo.assess(mtmgeo.match(mtmgeo.read_table(EXAMPLE), bounds))
    with TemporaryDirectory() as folder:
        compare(result, Path(folder), runs)
        many(result, Path(folder), sheets)


if __name__ == "__main__":
    main()
