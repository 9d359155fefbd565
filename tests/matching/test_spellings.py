"""Names in several columns that spell the same places: the best counts, a disagreement is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd
import pytest

import mtmgeo
from mtmgeo.tables.table import Table

BOUNDS = mtmgeo.read_boundaries("kgz")


def answers(
    columns: Mapping[str, Sequence[str]], spellings: Mapping[str, tuple[str, ...]], **known: object
) -> pd.DataFrame:
    frame = pd.DataFrame(columns, dtype=object)
    names = {role: role for role in ("adm1", "adm2", "location") if role in frame}
    rows = tuple(range(2, 2 + len(frame)))
    table = Table(frame=frame, source="t.csv", rows=rows, spellings=spellings, **names)
    return mtmgeo.match(replace(table, **known), BOUNDS).frame


def test_two_languages_of_the_same_names() -> None:
    columns = {"adm1": ["Osh"], "ru1": ["Ошская область"], "adm2": ["Nookat"],
               "ru2": ["Ноокатский район"]}  # fmt: skip
    found = answers(columns, {"adm1": ("ru1",), "adm2": ("ru2",)}).iloc[0]
    assert (found["status"], found["pcode"]) == ("matched", "KG06242000000")
    assert "'Nookat / Ноокатский район' is Nookat, Osh" in found["reason"]


@pytest.mark.parametrize(
    ("latin", "cyrillic"),
    [
        pytest.param("Kdmzhy", "Кадамжайский", id="one is spelt badly"),
        pytest.param("", "Кадамжай", id="one is blank"),
        pytest.param("n/a", "Кадамжай району", id="one is not known"),
        pytest.param("Kadamjay", "", id="the other is blank"),
        pytest.param("Kadamjay", "кадамжэй", id="both"),
        pytest.param("the third from the left", "Кадамжай", id="one is no name"),
    ],
)
def test_the_best_spelling_counts(latin: str, cyrillic: str) -> None:
    columns = {"adm1": ["Batken"], "adm2": [latin], "ky": [cyrillic], "location": ["Kuldu"]}
    found = answers(columns, {"adm2": ("ky",)}).iloc[0]
    assert (found["status"], found["pcode"]) == ("matched", "KG05258842020")
    found = answers({"adm2": [latin], "ky": [cyrillic]}, {"adm2": ("ky",)}).iloc[0]
    assert (found["status"], found["pcode"]) == ("matched", "KG05258000000")


def test_spellings_that_name_two_units_are_ambiguous() -> None:
    columns = {"adm1": ["Osh"] * 2, "adm2": ["Nookat", "Kara-Kulja"],
               "ru": ["Алайский район", "Карасуйский"]}  # fmt: skip
    found = answers(columns, {"adm2": ("ru",)})
    assert found["status"].tolist() == ["ambiguous"] * 2
    assert set(found["candidates"][0].split("|")) == {"KG06242000000", "KG06207000000"}
    assert found["pcode"].tolist() == ["KG06000000000"] * 2


def test_a_longer_spelling_does_not_win_over_a_short_one_in_silence() -> None:
    found = answers({"adm2": ["Alai"], "ru": ["Ноокатский"]}, {"adm2": ("ru",)}).iloc[0]
    assert found["status"] == "ambiguous"
    assert {"KG06207000000", "KG06242000000"} <= set(found["candidates"].split("|"))


def test_a_parent_whose_spellings_disagree_does_not_hide_a_village() -> None:
    columns = {"adm1": ["Osh"], "ru": ["Баткенская область"], "location": ["Kuldu"]}
    found = answers(columns, {"adm1": ("ru",)}).iloc[0]
    assert (found["status"], found["pcode"]) == ("matched", "KG05258842020")


def test_spellings_beside_a_code() -> None:
    columns = {"adm2": ["Nookat"] * 2, "ru": ["Ноокатский район", "Алайский район"],
               "code": ["KG06242000000"] * 2}  # fmt: skip
    found = answers(columns, {"adm2": ("ru",)}, codes={"code": "adm2"})
    assert found["status"].tolist() == ["matched", "ambiguous"]
    assert "but 'Алайский район' is Alai" in found["reason"][1]


def test_three_languages() -> None:
    columns = {"adm1": ["Osch"], "ru": [""], "ky": ["Ош облусу"], "adm2": ["?"],
               "ru2": ["Узгенский р-н"], "ky2": [""]}  # fmt: skip
    found = answers(columns, {"adm1": ("ru", "ky"), "adm2": ("ru2", "ky2")}).iloc[0]
    assert (found["status"], found["pcode"]) == ("matched", "KG06255000000")


def test_rows_without_spellings_are_answered_as_ever() -> None:
    columns = {"adm1": ["Osh", "Batken"], "adm2": ["Nookat", "Kadamjai"]}
    plain = answers(columns, {})
    spelt = answers({**columns, "ru": ["", "КАДАМЖАЙСКИЙ"]}, {"adm2": ("ru",)})
    pd.testing.assert_series_equal(plain.loc[0], spelt.loc[0][plain.columns], check_names=False)
