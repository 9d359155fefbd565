"""Time mtmgeo beside the plain way of doing the same, in one run: ``python benchmarks/compare.py``.

Prints seconds (best of three) and the ratio; absolute times differ from machine to machine.

- Matching: 5,000 rows of the pack's own settlements with a letter changed and the type word
  added, against rapidfuzz on romanised names, level by level inside the best parent.
- A sheet: an A4 choropleth as PNG, against a bare ``.plot()`` of the same layer at the same size.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure
from rapidfuzz import process

import mtmgeo
from mtmgeo.names import fold

ROWS = 5_000
EXAMPLE = Path(__file__).parents[1] / "examples/kgz_round1/kgz_round1_synthetic.csv"


def best(job: Callable[[], object], runs: int = 3) -> float:
    times = []
    for _ in range(runs):
        begun = time.perf_counter()
        job()
        times.append(time.perf_counter() - begun)
    return min(times)


def noisy_rows(bounds: mtmgeo.BoundarySet) -> tuple[pd.DataFrame, list[str]]:
    """Return typed rows and the p-codes they mean."""
    dice = random.Random(1)  # noqa: S311  (no secret: the same rows in every run)
    villages = bounds.at(4)
    lineage = bounds.lineage[bounds.units["level"] == 4]
    name = dict(zip(zip(bounds.units["level"], bounds.units["pcode"], strict=True),
                    bounds.units["name"], strict=True))  # fmt: skip
    rows, truth = [], []
    for _ in range(ROWS):
        i = dice.randrange(len(villages))
        typed = list(villages["name"].iloc[i])
        typed[dice.randrange(len(typed))] = dice.choice("aeiouyklmnrst")
        chain = lineage.iloc[i]
        rows.append((name[1, chain[1]], name[2, chain[2]], "".join(typed) + " village"))
        truth.append(villages["pcode"].iloc[i])
    return pd.DataFrame(rows, columns=["adm1_name", "adm2_name", "village"]), truth


def by_level(rows: pd.DataFrame, bounds: mtmgeo.BoundarySet) -> list[str | None]:
    """Return p-codes as a script with rapidfuzz would find them: admin 1, then 2, then village."""
    units, lineage = bounds.units, bounds.lineage
    folded = units["name"].map(fold)
    found = []
    for row in rows.itertuples(index=False):
        within, code = pd.Series(data=True, index=units.index), None
        for level, typed in zip((1, 2, 4), map(str, row), strict=True):
            names = folded[within & (units["level"] == level)]
            hit = process.extractOne(fold(typed.removesuffix(" village")), names, score_cutoff=70)
            if hit is None:
                code = None
                break
            code = units["pcode"][hit[2]]
            within = lineage[level] == code
        found.append(code)
    return found


def main() -> None:
    bounds = mtmgeo.read_boundaries("kgz")
    rows, truth = noisy_rows(bounds)
    ours = best(lambda: mtmgeo.match(rows, bounds))
    part = rows.head(500)
    theirs = best(lambda: by_level(part, bounds), 1) * ROWS / len(part)
    frame = mtmgeo.match(rows, bounds).frame
    sure = frame["status"] == "matched"
    right = int((frame["pcode"] == pd.Series(truth)).sum())
    silent = int((sure & (frame["pcode"] != pd.Series(truth))).sum())
    plain = by_level(part, bounds)
    plain_right = sum(a == b for a, b in zip(plain, truth, strict=False))
    plain_silent = sum(a is not None and a != b for a, b in zip(plain, truth, strict=False))
    print(f"match {ROWS:,} rows: {ours:.2f} s, rapidfuzz by level {theirs:.2f} s, "
          f"ratio {ours / theirs:.2f}")  # fmt: skip
    print(f"  right: {right / ROWS:.1%} against {plain_right / len(part):.1%}; wrong in silence: "
          f"{silent / ROWS:.1%} against {plain_silent / len(part):.1%}")  # fmt: skip

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
