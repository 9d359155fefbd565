"""Periods longer than a year: figures of their own, protected like those of years."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mtmgeo
from mtmgeo import InputError
from mtmgeo.figures.assess import Assessment
from tests.figures.test_assess import BOUNDS, COUNTS, PLACES, long_tables
from tests.tries import tries

COLUMNS = ["Before 2014", "2014-2016", "2020", "2021"]


def assessed(
    counts: Sequence[Sequence[int | None]], columns: list[str], below: int = 0, **options: int
) -> Assessment:
    """Assess places with the counts of some columns."""
    table = pd.DataFrame(PLACES[: len(counts)], columns=["adm1_name", "adm2_name", "location"])
    table[columns] = pd.DataFrame(counts, dtype="Int64").to_numpy()
    return mtmgeo.assess(mtmgeo.match(table, BOUNDS), suppress_below=below, **options)


@pytest.fixture(scope="module")
def result() -> Assessment:
    return assessed([[30, 12, 20, 40], [10, 6, 4, None], [0, 0, 6, 8]], COLUMNS)


def row(result: Assessment, level: int, when: int | str | None) -> pd.Series:
    return result.select("individuals", when, level).iloc[0]


def test_a_longer_period_is_one_of_its_own(result: Assessment) -> None:
    assert result.years == (2020, 2021)
    assert result.longer == ("before 2014", "2014-2016")
    assert result.periods == ("before 2014", "2014-2016", 2020, 2021)
    whole = {when: int(row(result, 0, when)["individuals"]) for when in (*result.periods, None)}
    assert whole == {"before 2014": 40, "2014-2016": 18, 2020: 30, 2021: 48, None: 136}
    assert row(result, 0, "Before 2014")["individuals"] == 40
    top = result.figures[result.figures["level"].eq(0)]
    assert top["period"].tolist() == ["all", "before 2014", "2014-2016", "2020", "2021"]
    assert top["year"].tolist() == [pd.NA, pd.NA, pd.NA, 2020, 2021]
    assert result.matched["period"].tolist() == [
        "before 2014", "2014-2016", "2020", "2021", "all",
    ]  # fmt: skip


def test_there_is_no_change_on_a_longer_period(result: Assessment) -> None:
    changes = {when: row(result, 0, when)["change"] for when in (*result.periods, None)}
    assert changes.pop(2021) == 48 - 30
    assert pd.isna([*changes.values()]).all()
    after = assessed([[30, 12]], ["2019-2020", "2021"])
    assert after.figures["change"].isna().all(), "2020 is a part of a period"


def test_the_average_of_a_year_is_over_the_years_that_periods_hold(result: Assessment) -> None:
    assert result.figures["mean_per_year"].isna().all(), "nobody knows how long before 2014 is"
    closed = assessed([[30, 12, 8], [10, 6, None]], ["2014-2016", "2020", "2021"])
    assert row(closed, 0, None)["mean_per_year"] == pytest.approx((40 + 18 + 8) / 5)
    places = closed.figures[closed.figures["level"].eq(3) & closed.figures["period"].eq("all")]
    assert sorted(places["mean_per_year"]) == pytest.approx([16 / 4, 50 / 5])


def test_ranks_are_of_one_period(result: Assessment) -> None:
    ranked = result.figures[result.figures["level"].eq(3)]
    for _, part in ranked.groupby("period"):
        assert part["rank"].min() == 1
        expected = part["individuals"].rank(method="min", ascending=False)
        assert part["rank"].tolist() == expected.tolist()


@pytest.mark.slow
def test_two_rounds_are_compared_in_a_period() -> None:
    before = assessed([[30, 12], [10, 6]], ["2020-2021", "2022"])
    after = assessed([[36, 13], [10, 6]], ["2020-2021", "2022"])
    found = mtmgeo.compare_rounds(before, after, level=2, year="2020-2021")
    assert found.totals["change"].item() == 6
    with pytest.raises(InputError, match="have in common: 2020-2021, 2022"):
        mtmgeo.compare_rounds(before, after, level=2, year="2019-2021")
    other = assessed([[36, 13], [10, 6]], ["2020", "2022"])
    said = mtmgeo.compare_rounds(before, other, level=2).note
    assert "do not count the same years: 2020-2021, 2022 and 2020, 2022" in said


def test_rounded_counts_say_that_they_are_by_period() -> None:
    assert assessed([[30, 12]], ["2019-2020", "2021"], below=5, round_to=10).rule.endswith(
        "10 a period from the true one."
    )


def test_the_case_of_a_dropped_period_is_whole() -> None:
    table = pd.DataFrame(
        [("Osh", "Nookat", 30, 12)],
        columns=["oblast", "district", "Returnees 2020-2021", "Returnees 2022"],
    )
    found = mtmgeo.assess(mtmgeo.match(table, BOUNDS), suppress_below=0)
    assert found.select("return migrants", None, 0)["individuals"].item() == 42
    assert found.select("return migrants", "2020-2021", 0)["individuals"].item() == 30


def same(one: Assessment, other: Assessment) -> None:
    """Hold that the same figures are published, whatever the periods are called."""
    for name in ("figures", "places", "breakdowns"):
        kept = [column for column in ("individuals", "households", "suppressed", "share", "counted")
                if column in getattr(one, name)]  # fmt: skip
        mine, theirs = (getattr(each, name)[kept] for each in (one, other))
        pd.testing.assert_frame_equal(mine, theirs)


@pytest.mark.slow
@tries(25)
@given(COUNTS, st.integers(2, 12))
def test_a_period_is_protected_like_a_year(counts: list[list[int]], below: int) -> None:
    years = assessed(counts, ["returnees_2021", "returnees_2022"], below)
    periods = assessed(counts, ["returnees_2019-2021", "returnees_2022"], below)
    assert periods.longer == ("2019-2021",)
    same(years, periods)


@pytest.mark.slow
@tries(15)
@given(long_tables(), st.integers(2, 8))
def test_breakdowns_and_households_of_a_period_are_protected_alike(
    table: pd.DataFrame, below: int
) -> None:
    if "year" not in table:
        return
    renamed = table.assign(year=table["year"].astype(str).replace({"2022": "2022-2023"}))
    years, periods = (
        mtmgeo.assess(mtmgeo.match(each, BOUNDS), suppress_below=below) for each in (table, renamed)
    )
    assert periods.longer == ("2022-2023",)
    same(years, periods)
