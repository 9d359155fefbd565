"""match() on names of real places in their own script, typed in another."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import mtmgeo
from mtmgeo.boundaries.boundary_set import BoundarySet
from tests import gazetteers

CASES = pd.read_csv(
    Path(__file__).parents[1] / "data" / "matching_cases.csv", dtype=str, keep_default_na=False
)
NAMES = ["adm1", "adm2", "location"]


@pytest.fixture(scope="module")
def references(tmp_path_factory: pytest.TempPathFactory) -> dict[str, BoundarySet]:
    folder = tmp_path_factory.mktemp("references")
    small = {
        name: mtmgeo.read_boundaries(gazetteers.write(name, folder)) for name in gazetteers.PLACES
    }
    return {**small, "kgz": mtmgeo.read_boundaries("kgz")}


@pytest.fixture(scope="module")
def found(references: dict[str, BoundarySet]) -> pd.DataFrame:
    parts = []
    for name, boundaries in references.items():
        rows = CASES[CASES["reference"] == name]
        parts.append(mtmgeo.match(rows[NAMES], boundaries).frame.set_index(rows.index))
    return pd.concat(parts).sort_index()


def paths(boundaries: BoundarySet, pcodes: str, level: int | None = None) -> list[str]:
    """Return the names of the units of p-codes joined by bars, each with those above it."""

    def deepest(code: str) -> int:
        return max(at for at in boundaries.levels if (at, code) in boundaries.position)

    return [
        ", ".join(boundaries.names_up(deepest(code) if level is None else level, code))
        for code in pcodes.split("|")
    ]


def names(path: str, unit: str) -> bool:
    return path == unit or path.startswith(f"{unit}, ")


@pytest.mark.parametrize(
    "case",
    CASES.index,
    ids=[
        f"{row.reference}: {' / '.join(filter(None, (row.adm1, row.adm2, row.location)))}"
        for row in CASES.itertuples()
    ],
)
def test_a_name_in_another_script_or_spelling(
    references: dict[str, BoundarySet], found: pd.DataFrame, case: int
) -> None:
    wanted, answer = CASES.loc[case], found.loc[case]
    boundaries = references[str(wanted["reference"])]
    assert answer["status"] == wanted["status"], f"{wanted['why']}: {answer['reason']}"
    if wanted["status"] == "ambiguous":
        rivals, units = paths(boundaries, answer["candidates"]), wanted["unit"].split("|")
        assert len(rivals) == len(units), answer["reason"]
        assert all(any(names(path, unit) for path in rivals) for unit in units), wanted["why"]
    elif wanted["status"] == "unmatched":
        assert pd.isna(answer["pcode"]), answer["reason"]
    else:
        assert str(answer["level"]) == wanted["level"], answer["reason"]
        [path] = paths(boundaries, answer["pcode"], int(wanted["level"]))
        assert names(path, wanted["unit"]), f"{wanted['why']}: {answer['reason']}"


def test_each_case_has_its_reason() -> None:
    assert not CASES.duplicated(["reference", *NAMES]).any()
    assert (CASES["why"].str.len() > 10).all()
