"""Periods: how texts name them, what they hold, and which of several say the same twice."""

from __future__ import annotations

import numpy as np
import pytest

from mtmgeo.style.languages import LANGUAGES, Language
from mtmgeo.tables.columns.periods import When, ends, last_year, parse, repeated, span, years_in

SAID: dict[str, When | None] = {
    "2022": 2022,
    "2020-2021": "2020-2021",
    "2020–2021": "2020-2021",
    "2021/2020": "2020-2021",
    "2020 to 2020": 2020,
    "Before 2014": "before 2014",
    "avant 2014": "before 2014",
    "antes de 2014": "before 2014",
    "до 2014": "before 2014",
    "until 2014": "until 2014",
    "since April 2022": "since April 2022",
    "с апреля 2022": "since April 2022",
    "depuis avr. 2022": "since April 2022",
    "from mid-2022": "since mid 2022",
    "post-2022": "after 2022",
    "from Iran 2022": None,
    "about 2022": None,
    "20202021": None,
}


@pytest.mark.parametrize("text", SAID)
def test_a_text_is_a_year_or_a_longer_period(text: str) -> None:
    assert parse(text) == SAID[text]


def test_periods_are_in_order_of_time() -> None:
    ordered: list[When] = [
        "before 2014", 2014, "2014-2016", 2017, "2018-2019", 2020, "since April 2022", "after 2022",
    ]  # fmt: skip
    assert sorted(set(ordered), key=ends) == ordered
    assert [last_year(each) for each in ordered] == [
        2013, 2014, 2016, 2017, 2019, 2020, 2022, 2023,
    ]  # fmt: skip
    assert [years_in(each) for each in ordered] == [None, 1, 3, 1, 2, 1, None, None]


def test_several_periods_are_a_span() -> None:
    assert span([]) is None
    assert span(["before 2014"]) == "before 2014"
    assert span([2019, "2020-2021", 2022]) == "2019-2022"
    assert span(["before 2014", 2014, "2015-2016"]) == "until 2016"
    assert span([2014, "since 2015"]) == "since 2014"
    assert span(["before 2014", "since 2014"]) is None


def test_a_total_of_periods_is_told_from_one_that_overlaps() -> None:
    counts: dict[When, list[int]] = {
        2019: [1, 2], 2020: [3, 0], 2021: [4, 4], "2019-2020": [4, 2], "2019-2021": [8, 6],
    }  # fmt: skip
    arrays = {when: np.array(each, dtype=float) for when, each in counts.items()}
    assert repeated(arrays) == (("2019-2020", "2019-2021"), ())
    arrays["2019-2021"][0] += 1
    assert repeated(arrays).totals == ("2019-2020",)
    assert ("2019-2021", 2020) in repeated(arrays).clashes
    apart = {2020: np.array([5.0, 0]), "2020-2021": np.array([0.0, 5])}
    assert repeated(apart) == ((), ())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_period_is_read_in_every_language(lang: str) -> None:
    language = Language(lang)
    assert language.period(2020) == "2020"
    assert language.period("2020-2021") == "2020–2021"
    said = [
        language.period(f"{side} {end}")
        for side in ("before", "until", "since", "after")
        for end in ("2014", "April 2014")
    ]
    assert len({*said}) == 8
    assert all("2014" in each and "{" not in each for each in said)


def test_a_month_is_read_in_its_case() -> None:
    assert Language("ru").period("since April 2022") == "с апреля 2022 года"
    assert Language("es").period("before April 2022") == "antes de abril de 2022"
