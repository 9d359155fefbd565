"""Survey indicators: intervals worked out by hand, and nobody given away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import binomtest

from mtmgeo.core.errors import InputError
from mtmgeo.figures.surveys import distribution, proportion, wilson
from tests.tries import tries


def survey(units: Mapping[str, tuple[int, int]], missing: int = 0) -> pd.DataFrame:
    """Return interviews: for each unit, how many said yes and no, and how many nothing."""
    rows = [
        (pcode, said)
        for pcode, (yes, no) in units.items()
        for said in ["Yes"] * yes + ["no"] * no + [None] * missing
    ]
    return pd.DataFrame(rows, columns=["pcode", "returns"])


def shares(data: pd.DataFrame, **options) -> pd.DataFrame:
    found = proportion(data, unit="pcode", answer="returns", equals="yes", **options)
    return found.set_index("pcode")


def test_wilson_by_hand() -> None:
    # z = 1.96: (0.25 + 3.8416/80 ± 1.96 √(0.1875/40 + 3.8416/6400)) / (1 + 3.8416/40)
    low, high = wilson(10 / 40, 40)
    assert low == pytest.approx((0.29802 - 0.142539) / 1.09604, abs=2e-5)
    assert high == pytest.approx((0.29802 + 0.142539) / 1.09604, abs=2e-5)
    assert wilson(0, 30)[0] == 0
    assert wilson(1, 30)[1] == 1


@given(st.integers(1, 500), st.floats(0, 1), st.sampled_from([0.8, 0.95, 0.99]))
def test_wilson_is_that_of_scipy(n: int, part: float, confidence: float) -> None:
    yes = round(part * n)
    there = binomtest(yes, n).proportion_ci(confidence, method="wilson")
    assert wilson(yes / n, n, confidence) == pytest.approx((there.low, there.high), abs=1e-9)


def test_shares_by_unit() -> None:
    found = shares(survey({"KG1": (10, 30), "KG2": (40, 10)}, missing=2))
    assert found.index.tolist() == ["KG1", "KG2", ""]
    assert found["n"].tolist() == [40, 50, 90]
    assert found["missing"].tolist() == [2, 2, 4]
    assert found["share"].tolist() == [0.25, 0.8, 50 / 90]
    assert found["effective"].tolist() == [40, 50, 90]
    assert found["status"].tolist() == ["ok"] * 3
    assert (found.loc["KG1", "low"], found.loc["KG1", "high"]) == wilson(0.25, 40)


def test_weights_by_hand() -> None:
    data = survey({"KG1": (2, 2)}).assign(weight=[1, 3, 2, 2])
    found = shares(data, weight="weight", at_least=4, suppress_below=0).loc["KG1"]
    assert found["share"] == (1 + 3) / 8
    assert found["effective"] == pytest.approx(8**2 / (1 + 9 + 4 + 4))
    assert (found["low"], found["high"]) == wilson(0.5, 64 / 18)
    equal = shares(data.assign(weight=7), weight="weight", at_least=4, suppress_below=0)
    plain = shares(data, at_least=4, suppress_below=0)
    pd.testing.assert_frame_equal(equal, plain)


def test_several_answers_count_together() -> None:
    data = pd.DataFrame({"pcode": "KG1", "returns": [1, 2, 2, 3] * 10})
    found = proportion(data, unit="pcode", answer="returns", equals=[1, 2])
    assert found["share"].tolist() == [0.75, 0.75]


def test_too_few_interviews_are_no_number() -> None:
    found = shares(survey({"KG1": (10, 19), "KG2": (20, 40)}))
    assert found["status"].tolist() == ["insufficient", "ok", "ok"]
    assert found["n"].tolist() == [29, 60, 89]
    assert found[["effective", "share", "low", "high"]].loc["KG1"].isna().all()
    assert shares(survey({"KG1": (10, 20)})).loc["KG1", "status"] == "ok"


def test_nobody_who_answers_like_few_others_is_given_away() -> None:
    found = shares(survey({"KG1": (4, 36), "KG2": (36, 1), "KG3": (0, 40), "KG4": (5, 35)}))
    assert found["status"].tolist() == ["suppressed", "suppressed", "ok", "ok", "ok"]
    assert found["n"].tolist() == [40, 37, 40, 40, 157]
    assert found.loc["KG3", "share"] == 0
    assert found.loc[["KG1", "KG2"], ["effective", "share", "low", "high"]].isna().all().all()


def test_few_interviews_are_not_even_counted() -> None:
    few = {"KG1": (2, 1), "KG2": (1, 1), "KG3": (1, 2), "KG4": (2, 2)}
    found = shares(survey({**few, "KG5": (20, 20)}, missing=1))
    assert found["status"].tolist() == ["suppressed"] * 4 + ["ok", "ok"]
    assert found.loc[list(few), ["n", "missing"]].isna().all().all()
    assert found.loc["", "n"] == 12 + 40


@pytest.mark.parametrize(
    ("units", "shield", "counted"),
    [
        ({"KG1": (3, 37), "KG2": (20, 25), "KG3": (20, 20)}, "KG3", True),  # 43 less 20 less 20
        ({"KG1": (1, 28), "KG2": (20, 25), "KG3": (20, 20)}, "KG3", True),  # insufficient: a person
        ({"KG1": (1, 1), "KG2": (5, 6), "KG3": (20, 20)}, "KG2", False),  # 53 less 40 less 11
    ],
)
def test_the_total_does_not_tell_what_a_unit_hides(
    units: dict[str, tuple[int, int]], shield: str, *, counted: bool
) -> None:
    found = shares(survey(units))
    assert found["status"][["KG1", shield, ""]].tolist()[1:] == ["suppressed", "ok"]
    assert found.loc[shield, "share"] is pd.NA
    assert pd.notna(found.loc[shield, "n"]) == counted
    assert (found["status"] == "ok").sum() == 2  # no unit more than it takes


def test_the_total_goes_where_nothing_can_shield() -> None:
    found = shares(survey({"KG1": (3, 37)}, missing=1))
    assert found["status"].tolist() == ["suppressed"] * 2
    assert found.loc["", ["n", "missing", "effective", "share", "low", "high"]].isna().all()
    two = shares(survey({"KG1": (1, 0), "KG2": (1, 1)}), at_least=1)
    assert two["status"].tolist() == ["suppressed"] * 3
    assert two["n"].isna().all()


def _learnt(pairs: Iterable[tuple[int, int]]) -> list[set[int]]:
    """Return what there may be of interviews, of those with the answer, and of the others."""
    every = list(pairs)
    return [{n for n, _ in every}, {yes for _, yes in every}, {n - yes for n, yes in every}]


def _says(row: pd.Series, most: int) -> list[tuple[int, int]]:
    """Return all interviews and answers that a row may stand for."""
    sizes = range(1, most + 1) if pd.isna(row["n"]) else [int(row["n"])]
    pairs = [(n, yes) for n in sizes for yes in range(n + 1)]
    if row["status"] == "ok":
        return [(n, yes) for n, yes in pairs if abs(yes - row["share"] * n) < 1e-9]
    return pairs


def _attacked(found: pd.DataFrame, most: int) -> list[set[tuple[int, int]]]:
    """Try all that the units may hold together; return, for each, what fits the last row."""
    total = found.iloc[-1]
    says = [_says(row, most) for _, row in found.iloc[:-1].iterrows()]
    left = []
    for at, own in enumerate(says):
        sums = {(0, 0)}
        for pairs in says[:at] + says[at + 1 :]:
            sums = {(a + n, b + yes) for a, b in sums for n, yes in pairs}
        left.append(
            {
                (n, yes)
                for n, yes in own
                for a, b in sums
                if (pd.isna(total["n"]) or a + n == total["n"])
                and (total["status"] != "ok" or b + yes == round(total["share"] * total["n"]))
            }
        )
    return left


@pytest.mark.slow
@tries(100)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=4),
    st.integers(2, 4),
    st.integers(1, 6),
)
def test_an_attacker_learns_no_small_number(
    counts: list[tuple[int, int]], below: int, at_least: int
) -> None:
    units = {f"KG{i}": pair for i, pair in enumerate(counts) if sum(pair)}
    assume(any(yes for yes, _ in units.values()))
    found = shares(survey(units), at_least=at_least, suppress_below=below)
    most = max(map(sum, units.values())) + 2
    attacked = _attacked(found, most)
    for (pcode, (yes, no)), left in zip(units.items(), attacked, strict=True):
        assert (yes + no, yes) in left
        own = _learnt(_says(found.loc[pcode], most))
        for true, before, after in zip((yes + no, yes, no), own, _learnt(left), strict=True):
            if found.loc[pcode, "status"] != "ok" and 0 < true < below and len(before) > 1:
                assert len(after) >= min(len(before), max(2, below - 1))


def test_distribution_adds_up() -> None:
    said = ["stay"] * 12 + ["Go"] * 18 + ["go "] * 2 + [None]
    data = pd.DataFrame({"pcode": "KG1", "plan": said})
    found = distribution(data, unit="pcode", answer="plan")
    assert found["answer"].tolist() == ["stay", "Go"] * 2
    assert found["share"].tolist() == [12 / 32, 20 / 32] * 2
    assert found["missing"].tolist() == [1] * 4
    assert set(found["status"]) == {"ok"}


def test_a_rare_answer_hides_the_unit_and_one_that_shields_it() -> None:
    plans = {"KG1": (20, 18, 2), "KG2": (20, 10, 10), "KG3": (20, 20, 20)}
    rows = [
        (pcode, plan)
        for pcode, counts in plans.items()
        for plan, number in zip(("stay", "go", "wait"), counts, strict=True)
        for _ in range(number)
    ]
    data = pd.DataFrame(rows, columns=["pcode", "plan"])
    found = distribution(data, unit="pcode", answer="plan")
    status = found.groupby("pcode")["status"].first()
    assert status.to_dict() == {"": "ok", "KG1": "suppressed", "KG2": "suppressed", "KG3": "ok"}
    assert found.loc[found["status"] == "suppressed", "share"].isna().all()


def test_units_with_rare_answers_shield_each_other() -> None:
    plans = {"KG1": (20, 18, 4), "KG2": (20, 4, 10), "KG3": (20, 10, 10)}
    rows = [
        (pcode, plan)
        for pcode, counts in plans.items()
        for plan, number in zip(("stay", "go", "wait"), counts, strict=True)
        for _ in range(number)
    ]
    found = distribution(pd.DataFrame(rows, columns=["pcode", "plan"]), unit="pcode", answer="plan")
    status = found.groupby("pcode")["status"].first()
    assert status.to_dict() == {"": "ok", "KG1": "suppressed", "KG2": "suppressed", "KG3": "ok"}
    assert found.tail(3)["share"].tolist() == [60 / 116, 32 / 116, 24 / 116]


NO_CODE = (
    "2 interviews (rows '0', '1') have no p-code in 'pcode': tie them to units, or leave them out."
)


def test_faults_are_said() -> None:
    data = survey({"KG1": (20, 20)})
    with pytest.raises(InputError, match="no column 'plan': choose from 'pcode', 'returns'"):
        proportion(data, unit="pcode", answer="plan", equals="yes")
    with pytest.raises(InputError, match="No answer in 'returns' is 'ja': give one of 'Yes', 'no'"):
        proportion(data, unit="pcode", answer="returns", equals="ja")
    blank = data.assign(pcode=[None, " "] + ["KG1"] * 38, weight=[0, -1, float("nan")] + [1] * 37)
    with pytest.raises(InputError) as caught:
        shares(blank, weight="weight")
    assert caught.value.faults == (
        NO_CODE,
        "3 interviews (rows '0', '1', '2') have no weight above 0 in 'weight': correct it.",
    )
    with pytest.raises(InputError) as caught:
        shares(data, at_least=0, confidence=95, suppress_below=-1)
    assert len(caught.value.faults) == 3


def test_an_answer_that_nobody_gave_must_be_known() -> None:
    data = survey({"KG1": (0, 40)})
    kinds = pd.CategoricalDtype(["Yes", "no"])
    assert shares(data.astype({"returns": kinds}))["share"].tolist() == [0, 0]
    with pytest.raises(InputError, match="No answer"):
        shares(data)
