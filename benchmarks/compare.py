"""Time mtmgeo beside the plain way of doing the same, in one run: ``python benchmarks/compare.py``.

A sheet: an A4 choropleth as PNG, against a bare ``.plot()`` of the same layer at the same size.
Prints seconds (best of three) and the ratio; absolute times differ from machine to machine.
Matching has benchmarks of its own in ``benchmarks/matching``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from matplotlib.figure import Figure

import mtmgeo

EXAMPLE = Path(__file__).parents[1] / "examples/kgz_round1/kgz_round1_synthetic.csv"


def best(job: Callable[[], object], runs: int = 3) -> float:
    times = []
    for _ in range(runs):
        begun = time.perf_counter()
        job()
        times.append(time.perf_counter() - begun)
    return min(times)


def main() -> None:
    bounds = mtmgeo.read_boundaries("kgz")
    result = mtmgeo.assess(mtmgeo.match(mtmgeo.read_table(EXAMPLE), bounds))
    layer = bounds.at(2).to_crs(bounds.projection)

    def bare() -> None:
        figure = Figure(figsize=(297 / 25.4, 210 / 25.4), dpi=200)
        layer.plot(ax=figure.add_subplot(), column="approximate")
        figure.savefig(BytesIO(), format="png")

    def full() -> None:
        mtmgeo.sheet(result, mtmgeo.MapSpec()).savefig(BytesIO(), format="png")

    ours, theirs = best(full), best(bare)
    print(f"sheet as PNG: {ours:.2f} s, bare plot {theirs:.2f} s, ratio {ours / theirs:.2f}")


if __name__ == "__main__":
    main()
