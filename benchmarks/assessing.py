"""Time figures out of many observations: ``python benchmarks/assessing.py [--rows N]``.

Synthetic tables with a fixed seed: rows of the admin 3 units of the kgz pack, by year (5) and
population group (3), with and without sex and country of return. In the rows called sparse there
are few observations, so that a third of the figures are suppressed. Prints the seconds that
`assess` takes for the figures at all levels, the peak of memory, and the ratio to a plain pandas
``groupby`` that adds up the same observations at three levels, without rates and suppression, in
the same run. Reading and matching are timed beside it. Absolute times differ from machine to
machine.
"""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np
import pandas as pd

import mtmgeo

SEED = 7
COUNTRIES = ["Russian Federation", "Kazakhstan", "Türkiye", "Republic of Korea", "Germany"]


def observations(bounds: mtmgeo.BoundarySet, rows: int, *, dimensions: bool) -> pd.DataFrame:
    dice = np.random.default_rng(SEED)
    units = bounds.at(3)
    units = units[units["name"] != ""]
    above = bounds.lineage[(bounds.units["level"] == 3) & (bounds.units["name"] != "")]
    names = [bounds.at(level)["name"].reindex(above[level]).to_numpy() for level in (1, 2)]
    at = dice.integers(0, len(units), rows)
    size = dice.lognormal(0, 1.5, len(units))
    table = pd.DataFrame(
        {
            "adm1_name": names[0][at],
            "adm2_name": names[1][at],
            "adm3_name": units["name"].to_numpy()[at],
            "year": dice.integers(2018, 2023, rows),
            "group": dice.choice(["return migrants", "migrant workers", "emigrants"], rows),
            "individuals": dice.poisson(3 * size[at]),
        }
    )
    if dimensions:
        table["sex"] = dice.choice(["female", "male"], rows)
        table["country of return"] = dice.choice(COUNTRIES, rows, p=[0.8, 0.1, 0.05, 0.03, 0.02])
    return table


def plain(matched: mtmgeo.MatchResult) -> int:
    """Add up the observations at three levels with pandas alone."""
    counts = matched.table.observations()
    codes = matched.frame[["adm1_pcode", "adm2_pcode", "adm3_pcode"]]
    counts = counts.join(codes, on="row")
    sums = [
        counts.groupby([code, "group", "year"], observed=True)["individuals"].sum()
        for code in codes.columns
    ]
    return sum(map(len, sums))


def timed(name: str, bounds: mtmgeo.BoundarySet, rows: int, *, dimensions: bool) -> None:
    frame = observations(bounds, rows, dimensions=dimensions)
    ticks = [time.perf_counter()]
    table = mtmgeo.Table.from_frame(frame, source="synthetic")
    ticks.append(time.perf_counter())
    matched = mtmgeo.match(table, bounds)
    ticks.append(time.perf_counter())
    result = mtmgeo.assess(matched)
    ticks.append(time.perf_counter())
    plain(matched)
    ticks.append(time.perf_counter())
    read, match, assess, group = np.diff(ticks)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    hidden = result.figures["suppressed"].mean()
    print(
        f"{name:24} {rows:9,} {len(result.figures):8,} {hidden:6.1%} {read:7.1f} {match:7.1f} "
        f"{assess:7.2f} {assess / group:7.1f} {peak:7.2f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    bounds = mtmgeo.read_boundaries("kgz")
    print("synthetic observations        rows  figures hidden  read s match s assess s  ratio  GB")
    timed("plain", bounds, rows, dimensions=False)
    timed("by sex and country", bounds, rows, dimensions=True)
    timed("sparse", bounds, rows // 50, dimensions=False)
    timed("sparse, sex and country", bounds, rows // 50, dimensions=True)


if __name__ == "__main__":
    main()
