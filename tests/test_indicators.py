"""assess(): counts worked out by hand, nothing lost, nothing small to be worked out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import mtmgeo
from mtmgeo.indicators import Assessment, density

BOUNDS = mtmgeo.read_boundaries("kgz")
SYNTHETIC = Path(__file__).parents[1] / "examples/kgz_round1/kgz_round1_synthetic.csv"

#: Places of one table: three villages of Kadamjai, one of Leilek, two of Chui, one nowhere.
PLACES = [
    ("Batken", "Kadamjai", "Kuldu"),
    ("Batken", "Kadamjai", "Zhal"),
    ("Batken", "Kadamjai", "Birlik"),
    ("Batken", "Leilek", "Kulundu"),
    ("Chui", "Kemin", "Orlovka"),
    ("Chui", "Chui", "Den-Aryk"),
    ("Atlantis", "Mu", "Xanadu"),
]


def assessed(counts: list[list[int]], below: int = 0) -> Assessment:
    """Assess a table of `PLACES` with returnees of 2021 and 2022."""
    table = pd.DataFrame(PLACES[: len(counts)], columns=["adm1_name", "adm2_name", "location"])
    table[["returnees_2021", "returnees_2022"]] = counts
    return mtmgeo.assess(mtmgeo.match(table, BOUNDS), suppress_below=below)


def figure(result: Assessment, level: int, pcode: str, year: int | None) -> object:
    table = result.figures
    when = table["year"].isna() if year is None else table["year"] == year
    value = table.loc[(table["level"] == level) & (table["pcode"] == pcode) & when, "individuals"]
    return value.item()


def test_counts_add_up_by_hand() -> None:
    result = assessed([[10, 20], [1, 2], [5, 5], [100, 0], [7, 7], [3, 4], [50, 60]])
    assert figure(result, 2, "KG05258000000", 2021) == 10 + 1 + 5
    assert figure(result, 2, "KG05258000000", None) == 10 + 1 + 5 + 20 + 2 + 5
    assert figure(result, 1, "KG05000000000", 2022) == 20 + 2 + 5 + 0
    assert figure(result, 0, "KG", None) == 164
    assert figure(result, -1, "", None) == 274
    unplaced = result.places[(result.places["level"] == -1) & result.places["year"].isna()]
    assert unplaced["individuals"].item() == 110


def test_every_figure_names_the_rows_it_adds_up() -> None:
    result = assessed([[10, 20], [1, 2], [5, 5], [100, 0], [7, 7], [3, 4], [50, 60]])
    table = result.figures[result.figures["year"].isna()].set_index(["level", "pcode"])
    assert table.loc[(2, "KG05258000000"), "rows"] == "2 3 4"
    assert table.loc[(1, "KG08000000000"), "rows"] == "6 7"
    assert table.loc[(1, "KG08000000000"), "locations"] == 2


def test_coverage_by_hand() -> None:
    coverage = assessed([[1, 1]] * 7).coverage.set_index("level")
    assert coverage["units"].to_dict() == {1: 9, 2: 55, 3: 518, 4: 1857}
    assert coverage["assessed"].to_dict() == {1: 2, 2: 4, 3: 5, 4: 4}
    assert coverage.loc[2, "share"] == pytest.approx(4 / 55)
    assert (coverage["assessed"] + coverage["not_assessed"]).equals(coverage["units"])


def test_density_is_per_km2_of_equal_area() -> None:
    by_hand = density(pd.Series([50, 10, None], dtype="Int64"), pd.Series([25.0, 0.0, 4.0]))
    assert by_hand.tolist()[0] == 2.0
    assert by_hand.isna().tolist() == [False, True, True]
    result = assessed([[10, 20]])
    batken = result.figures[(result.figures["level"] == 1) & result.figures["year"].isna()]
    area = BOUNDS.area_km2[BOUNDS.units["pcode"] == "KG05000000000"].item()
    assert batken["per_km2"].item() == pytest.approx(30 / area)
    assert area == pytest.approx(
        16_940, rel=0.02
    )  # published: 6,092.6 + 4,646.3 + 6,138.7 + cities


COUNTS = st.lists(
    st.lists(st.integers(0, 40), min_size=2, max_size=2), min_size=2, max_size=len(PLACES)
)


@settings(max_examples=30, deadline=None)
@given(COUNTS)
def test_totals_are_conserved_at_every_level(counts: list[list[int]]) -> None:
    result = assessed(counts)
    total = int(np.sum(counts))
    for level in (-1, 0, 1, 2, 3, 4):
        units = result.figures[(result.figures["level"] == level) & result.figures["year"].isna()]
        above = result.places[(result.places["level"] < level) & result.places["year"].isna()]
        assert units["individuals"].sum() + above["individuals"].sum() == total


@settings(max_examples=30, deadline=None)
@given(COUNTS, st.integers(0, 6), st.integers(0, 1), st.integers(1, 9))
def test_more_people_never_lower_a_count(
    counts: list[list[int]], row: int, year: int, more: int
) -> None:
    before = assessed(counts).figures
    counts = [list(pair) for pair in counts]
    counts[row % len(counts)][year] += more
    after = assessed(counts).figures
    assert (after["individuals"] >= before["individuals"]).all()


def _attack(result: Assessment) -> dict[tuple[object, ...], float]:
    """Return how many values each suppressed figure can have, given everything published.

    The attacker knows which rows each figure adds up and that no suppressed figure is 0, and
    looks for the least and the largest value of each that agrees with all of it.
    """
    published = pd.concat([result.figures.assign(of="unit"), result.places.assign(of="place")])
    rows = sorted({row for text in published["rows"] for row in text.split()})
    years = sorted(published["year"].dropna().unique())
    column = {key: i for i, key in enumerate((row, year) for row in rows for year in years)}
    known: list[tuple[np.ndarray, float]] = []
    hidden: dict[tuple[object, ...], np.ndarray] = {}
    for figure in published.to_dict("records"):
        weights = np.zeros(len(column))
        when = years if pd.isna(figure["year"]) else [figure["year"]]
        for cell in ((row, year) for row in figure["rows"].split() for year in when):
            weights[column[cell]] = 1
        if pd.isna(figure["individuals"]):
            year = None if pd.isna(figure["year"]) else int(figure["year"])
            hidden[figure["of"], figure["level"], figure["pcode"], year] = weights
        else:
            known.append((weights, float(figure["individuals"])))
    limits: dict[str, Any] = {
        "A_eq": np.array([weights for weights, _ in known]) if known else None,
        "b_eq": [number for _, number in known] if known else None,
        "A_ub": -np.array(list(hidden.values())) if hidden else None,
        "b_ub": -np.ones(len(hidden)) if hidden else None,
    }
    found: dict[tuple[object, ...], float] = {}
    for key, weights in hidden.items():
        least = linprog(weights, **limits)
        most = linprog(-weights, **limits)
        found[key] = np.inf if most.status == 3 else -most.fun - least.fun + 1  # 3: unbounded
    return found


@settings(max_examples=60, deadline=None)
@given(COUNTS, st.integers(2, 12))
def test_published_figures_leave_every_suppressed_one_open(
    counts: list[list[int]], below: int
) -> None:
    result = assessed(counts, below)
    shown = pd.concat([result.figures, result.places])["individuals"].dropna()
    assert not ((shown > 0) & (shown < below)).any()
    assert all(values > max(2, below - 1) - 1e-6 for values in _attack(result).values())


def test_the_attacker_can_win() -> None:
    result = assessed([[10, 20], [3, 30], [50, 50]], 5)
    figures = result.figures.copy()
    year = figures["year"].eq(2021).fillna(value=False)
    only = (figures["level"] == 4) & (figures["pcode"] == "KG05258812030") & year
    assert figures.loc[only, "suppressed"].item()
    # With the figures that were suppressed to protect it back in place, it is found out.
    open_result = assessed([[10, 20], [3, 30], [50, 50]], 0)
    figures["individuals"] = open_result.figures["individuals"].where(~only)
    naive = Assessment(**{**vars(result), "figures": figures, "places": result.places.iloc[:0]})
    assert _attack(naive)["unit", 4, "KG05258812030", 2021] == pytest.approx(1)


def test_two_small_counts_do_not_protect_each_other() -> None:
    # Were only they hidden, Kuldu and Zhal would have 32 - 30 = 2 between them: 1 each.
    result = assessed([[1, 40], [1, 40], [30, 40]], 5)
    values = _attack(result)
    for village in ("KG05258842020", "KG05258812030"):
        assert values["unit", 4, village, 2021] >= 4
    others = {key[2] for key in values} - {"KG05258842020", "KG05258812030"}
    assert others - {"KG05258842000"}


def test_density_of_a_suppressed_count_is_missing() -> None:
    result = assessed([[1, 40], [90, 40]], 5)
    assert result.figures.loc[result.figures["suppressed"], "per_km2"].isna().all()
    assert result.figures["suppressed"].any()


def test_the_example_agrees_with_the_published_totals() -> None:
    result = mtmgeo.assess(mtmgeo.match(mtmgeo.read_table(SYNTHETIC), BOUNDS))
    returnees = result.figures[
        (result.figures["group"] == "return migrants") & (result.figures["level"] == -1)
    ]
    by_year = returnees.dropna(subset="year").set_index("year")["individuals"]
    assert returnees.loc[returnees["year"].isna(), "individuals"].item() == 24_284
    assert round(100 * (by_year[2021] / by_year[2020] - 1)) == -23
    assert round(100 * (by_year[2022] / by_year[2021] - 1)) == 46
    assert result.figures["suppressed"].any()


def test_a_table_without_counts_gives_coverage_alone() -> None:
    table = pd.DataFrame(PLACES, columns=["adm1_name", "adm2_name", "location"])
    result = mtmgeo.assess(mtmgeo.match(table, BOUNDS))
    assert result.groups == ()
    assert result.figures.empty
    assert result.coverage["assessed"].tolist() == [2, 4, 5, 4]


def test_a_negative_threshold_is_refused() -> None:
    with pytest.raises(mtmgeo.InputError, match="suppress_below is -1"):
        assessed([[1, 1]], -1)
