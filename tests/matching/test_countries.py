"""Rows of another country, and points that say nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import mtmgeo
from mtmgeo.boundaries.boundary_set import BoundarySet
from mtmgeo.matching.rows.countries import alpha2, own_codes
from mtmgeo.tables.table import Measure, Table

from .test_codes import SUDAN, table_of, units_of

AFGHANISTAN = """AFG,0,Afghanistan,
AF17,1,Badakhshan,AFG
AF14,1,Khost,AFG
AF1701,2,Fayzabad,AF17
AF1407,2,Sabari,AF14
"""


@pytest.fixture(scope="module")
def afghanistan(tmp_path_factory: pytest.TempPathFactory) -> BoundarySet:
    return units_of(tmp_path_factory.mktemp("afg"), AFGHANISTAN)


def of_countries(*rows: tuple[str, str]) -> Table:
    frame = pd.DataFrame(rows, columns=["pays", "adm2"], dtype=object)
    numbers = tuple(range(2, 2 + len(frame)))
    return Table(frame=frame, source="t.csv", rows=numbers, adm2="adm2", country="pays")


def test_a_row_of_another_country_is_not_matched(afghanistan: BoundarySet) -> None:
    table = of_countries(("Afghanistan", "Fayzabad"), ("Haiti", "Tabarre"), ("HTI", "Sabari"))
    found = mtmgeo.match(table, afghanistan).frame
    assert found["status"].tolist() == ["matched", "unmatched", "unmatched"]
    assert found["reason"].tolist()[1:] == [
        "the row is of another country: Haiti", "the row is of another country: HTI",
    ]  # fmt: skip
    assert found["candidates"].isna().all()
    assert found["pcode"].tolist()[0] == "AF1701"


@pytest.mark.parametrize(
    "country",
    [
        "AF",
        "afg",
        "Афганистан",
        "أفغانستان",
        "Afganistán",
        "Islamic Republic of Afghanistan",
        "Afghanistan (AFG)",
        "",
        "-",
    ],
)
def test_the_country_of_the_set_is_known_by_many_names(
    afghanistan: BoundarySet, country: str
) -> None:
    table = of_countries((country, "Fayzabad"))
    assert mtmgeo.match(table, afghanistan).frame["status"].tolist() == ["matched"]


def test_what_is_no_country_is_left_alone_and_said(afghanistan: BoundarySet) -> None:
    result = mtmgeo.match(of_countries(("Kurdistan", "Fayzabad")), afghanistan)
    assert result.frame["status"].tolist() == ["matched"]
    assert any("'pays': 'Kurdistan' is no country" in each for each in result.table.remarks)


def test_a_set_of_no_known_country_tells_none_abroad(tmp_path: Path) -> None:
    units = units_of(tmp_path, "X1,1,Xanadu,\n")
    table = Table(
        frame=pd.DataFrame({"adm1": ["Xanadu"], "pays": ["Haiti"]}), source="t", rows=(2,),
        adm1="adm1", country="pays",
    )  # fmt: skip
    result = mtmgeo.match(table, units)
    assert result.frame["status"].tolist() == ["matched"]
    assert any("which country" in each for each in result.table.remarks)


def test_people_of_another_country_are_counted_as_not_placed(afghanistan: BoundarySet) -> None:
    table = of_countries(("AFG", "Fayzabad"), ("HTI", "Sabari"))
    frame = table.frame.assign(individuals=pd.array([10, 900], dtype="Int64"))
    people = Measure(column="individuals", year=None, group="individuals")
    table = replace(table, frame=frame, measures=(people,))
    figures = mtmgeo.assess(mtmgeo.match(table, afghanistan), suppress_below=0)
    total = figures.select("individuals", None, 0)["individuals"].tolist()
    assert total == [10]


def test_codes_of_another_country_say_so_where_others_are_of_the_set(
    afghanistan: BoundarySet,
) -> None:
    columns = {"adm2": ["Fayzabad", "Sabari", "Sabari"], "code": ["AF1701", "HT0118", "AF9999"]}
    found = mtmgeo.match(table_of(columns, {"code": "adm2"}), afghanistan).frame
    assert found["status"].tolist() == ["matched", "unmatched", "matched"]
    assert found["reason"][1] == "the row is of another country: p-code 'HT0118' is of Haiti"


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("Congo", {"CD", "CG"}),
        ("RDC", {"CD"}),
        ("République démocratique du Congo", {"CD"}),
        ("Syrian Arab Republic", {"SY"}),
        ("Iran (Islamic Republic of)", {"IR"}),
        ("Côte d'Ivoire", {"CI"}),
        ("Niger", {"NE"}),
        ("Nigeria", {"NG"}),
        ("Кыргызская Республика", {"KG"}),
        ("السودان", {"SD"}),
        ("Sud-Soudan", set()),
        ("Soudan du Sud", {"SS"}),
        ("Magyarország", {"HU"}),
        ("Total", set()),
        ("", set()),
    ],
)
def test_countries_by_name(name: str, codes: set[str]) -> None:
    assert alpha2(name) == codes


def test_a_set_tells_its_country(afghanistan: BoundarySet, tmp_path: Path) -> None:
    assert own_codes(afghanistan) == {"AF", "AFG"}
    assert own_codes(units_of(tmp_path, SUDAN)) == {"SD", "SDN"}
    assert own_codes(units_of(tmp_path, "HT01,1,Ouest,\nHT02,1,Sud-Est,\n")) == {"HT", "HTI"}


# --- points


def test_a_set_without_outlines_and_coordinates_says_nothing_of_a_point(tmp_path: Path) -> None:
    units = units_of(tmp_path, SUDAN)
    frame = pd.DataFrame(
        {
            "state": ["South Kordofan", "River Nile", "River Nile"],
            "district": ["Abassiya", "Abu Hamad", "Atbara"],
            "lat": [12.321521, 20.16364, 17.7],
            "lon": [31.300937, 33.218942, 33.9],
        }
    )
    found = mtmgeo.match(frame, units).frame
    assert found["status"].tolist() == ["matched", "matched", "partial"]
    plain = mtmgeo.match(frame[["state", "district"]], units).frame
    pd.testing.assert_frame_equal(found[plain.columns], plain)


def test_a_level_without_outlines_is_not_contradicted_by_a_point(tmp_path: Path) -> None:
    columns = ",lat,lon"
    rows = (
        "SD07,1,South Kordofan,,,\nSD07090,2,Abassiya,SD07,,\n"
        "SD0709001,4,Abu Jubayhah,SD07090,11.45,31.23\n"
    )
    units = units_of(tmp_path, rows, columns)
    frame = pd.DataFrame({"district": ["Abassiya"] * 2, "lat": [12.9, 11.45], "lon": [30.1, 31.23]})
    found = mtmgeo.match(frame, units).frame
    assert found["status"].tolist() == ["matched", "matched"]


@pytest.mark.slow
def test_a_bad_point_costs_the_point_and_not_the_row() -> None:
    frame = pd.DataFrame({"district": ["Nookat"] * 3, "lat": [40.26, 95.0, None],
                          "lon": [72.62, 272.62, 72.6]})  # fmt: skip
    found = mtmgeo.match(frame, "kgz").frame
    assert found["status"].tolist() == ["matched"] * 3
    assert "not between -90 and 90" in found["reason"][1]
    assert "the latitude is missing" in found["reason"][2]


def test_what_stands_in_brackets_is_no_other_country() -> None:
    assert alpha2("République démocratique du Congo (la)") == {"CD"}
    assert alpha2("Niger (le)") == {"NE"}
    assert alpha2("Bolivia (Plurinational State of)") == {"BO"}
