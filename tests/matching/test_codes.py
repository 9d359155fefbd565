"""P-codes: they go before names, are read through what befalls them, and never win in silence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import mtmgeo
from mtmgeo.boundaries.boundary_set import BoundarySet
from mtmgeo.tables.table import Table

BOUNDS = mtmgeo.read_boundaries("kgz")
SUDAN = """SD,0,Sudan,
SD07,1,South Kordofan,SD
SD16,1,River Nile,SD
SD07090,2,Abassiya,SD07
SD07091,2,Rashad,SD07
SD16008,2,Abu Hamad,SD16
SD16010,2,Shendi,SD16
SD16011,2,Ad Damar,SD16
"""


def units_of(folder: Path, rows: str, columns: str = "") -> BoundarySet:
    """Return the boundary set of lines of p-code, level, name and parent."""
    path = folder / "units.csv"
    path.write_text(f"pcode,level,name,parent_pcode{columns}\n{rows}", encoding="utf-8")
    return mtmgeo.read_boundaries(path)


def table_of(
    columns: Mapping[str, Sequence[object]], codes: Mapping[str, str], **known: object
) -> Table:
    """Return a table whose headings are the roles of their columns, beside columns of codes."""
    frame = pd.DataFrame(columns, dtype=object)
    names = {role: role for role in ("adm1", "adm2", "adm3", "location") if role in frame}
    rows = tuple(range(2, 2 + len(frame)))
    return replace(Table(frame=frame, source="t.csv", rows=rows, codes=codes, **names), **known)


def answers(
    columns: Mapping[str, Sequence[object]],
    codes: Mapping[str, str],
    boundaries: BoundarySet = BOUNDS,
) -> pd.DataFrame:
    return mtmgeo.match(table_of(columns, codes), boundaries).frame


@pytest.fixture(scope="module")
def sudan(tmp_path_factory: pytest.TempPathFactory) -> BoundarySet:
    return units_of(tmp_path_factory.mktemp("sudan"), SUDAN)


# --- a code decides


@pytest.mark.slow
def test_a_code_of_the_set_decides() -> None:
    columns = {"adm1": ["Osh"], "adm2": ["Nookat"], "ADM2_PCODE": ["KG06242000000"]}
    found = answers(columns, {"ADM2_PCODE": "adm2"}).iloc[0]
    assert (found["status"], found["pcode"], found["level"]) == ("matched", "KG06242000000", 2)
    assert (found["method"], found["score"]) == ("code", 1.0)
    assert found["reason"] == "p-code 'KG06242000000' is Nookat, Osh (KG06242000000)"


def test_codes_alone_are_enough(sudan: BoundarySet) -> None:
    columns = {"admin1Pcode": ["SD07", "SD16", "SD16"], "admin2Pcode": ["SD07090", "SD16008", None]}
    found = answers(columns, {"admin1Pcode": "adm1", "admin2Pcode": "adm2"}, sudan)
    assert found["pcode"].tolist() == ["SD07090", "SD16008", "SD16"]
    assert found["status"].tolist() == ["matched"] * 3
    assert found["adm1_pcode"].tolist() == ["SD07", "SD16", "SD16"]


def test_a_code_tells_namesakes_apart() -> None:
    codes = ["KG06255813020", "KG06255865020"]
    columns = {"adm2": ["Uzgen"] * 2, "location": ["Ak-Terek"] * 2, "pcode": codes}
    found = answers(columns, {"pcode": "any"})
    assert found["pcode"].tolist() == codes
    assert found["status"].tolist() == ["matched", "matched"]


def test_a_code_decides_where_the_name_is_not_known(sudan: BoundarySet) -> None:
    columns = {"adm1": ["River Nile"], "adm2": ["El Mattama"], "code": ["SD16010"]}
    found = answers(columns, {"code": "adm2"}, sudan).iloc[0]
    assert (found["status"], found["pcode"], found["method"]) == ("matched", "SD16010", "code")
    assert "although admin 2 is given as 'El Mattama'" in found["reason"]
    assert found["score"] < 1


def test_a_code_of_another_level_than_its_heading_says_is_taken(sudan: BoundarySet) -> None:
    found = answers({"Admin 1 PCode": ["SD16008"]}, {"Admin 1 PCode": "adm1"}, sudan).iloc[0]
    assert (found["pcode"], found["level"]) == ("SD16008", 2)


@pytest.mark.parametrize(("role", "level"), [("adm1", 1), ("adm2", 2), ("any", 2)])
def test_a_code_of_two_levels_is_of_the_one_its_heading_says(role: str, level: int) -> None:
    found = answers({"code": ["KG21000000000"]}, {"code": role}).iloc[0]
    assert (found["status"], found["level"]) == ("matched", level)


# --- places below a code


def test_a_village_is_looked_for_inside_the_code() -> None:
    columns = {
        "location": ["Кулду", "Ak-Terek", "Xanadu", ""],
        "code": ["KG05258000000", "KG06255000000", "KG06242000000", "KG06242000000"],
    }
    found = answers(columns, {"code": "adm2"})
    assert found["status"].tolist() == ["matched", "ambiguous", "partial", "matched"]
    assert found["pcode"].tolist() == [
        "KG05258842020", "KG06255000000", "KG06242000000", "KG06242000000",
    ]  # fmt: skip
    assert found["method"].tolist()[2:] == ["code", "code"]
    assert found["candidates"][1].count("KG06255") == 3
    assert "'Xanadu' is not a name known in Nookat" in found["reason"][2]


def test_a_village_that_is_unique_elsewhere_is_not_taken_out_of_the_code() -> None:
    columns = {"adm2": ["Nookat"], "location": ["Myrza-Ake"], "code": ["KG06242000000"]}
    found = answers(columns, {"code": "adm2"}).iloc[0]
    assert (found["status"], found["pcode"]) == ("partial", "KG06242000000")
    assert found["candidates"].startswith("KG06255859010")


@pytest.mark.slow
def test_the_names_of_the_coded_units_are_no_places_inside_them(tmp_path: Path) -> None:
    names = ["Alga", "Bostan", "Chirchik", "Dangara", "Elabad", "Farish", "Gijduvan", "Hazarasp",
             "Ishtikhan", "Jomboy", "Karakul", "Laylak"]  # fmt: skip
    rows = "X,1,Land,\n" + "".join(f"X{i},2,{name},X\n" for i, name in enumerate(names, 10))
    rows += "".join(f"X{i}1,4,{name},X{i}\n" for i, name in enumerate(names, 10))
    units = units_of(tmp_path, rows)
    codes = [f"X{i}" for i in range(10, 22)]
    found = answers({"location": names, "code": codes}, {"code": "adm2"}, units)
    assert found["pcode"].tolist() == codes
    below = [*names[1:], names[0]]
    found = answers({"location": below, "code": codes}, {"code": "adm2"}, units)
    assert "X101" not in found["pcode"].tolist()


# --- contradictions


def test_a_code_and_a_name_that_disagree_are_ambiguous() -> None:
    columns = {"adm1": ["Osh"], "adm2": ["Nookat"], "code": ["KG05258000000"]}
    found = answers(columns, {"code": "adm2"}).iloc[0]
    assert found["status"] == "ambiguous"
    assert found["candidates"] == "KG05258000000|KG06242000000"
    assert "p-code 'KG05258000000' is Kadamjai" in found["reason"]
    assert "but 'Nookat' is Nookat, Osh (KG06242000000)" in found["reason"]
    assert pd.isna(found["pcode"])


def test_the_unit_above_both_is_kept(sudan: BoundarySet) -> None:
    columns = {"adm2": ["Shendi"], "code": ["SD16008"]}
    found = answers(columns, {"code": "adm2"}, sudan).iloc[0]
    assert (found["status"], found["pcode"]) == ("ambiguous", "SD16")


def test_a_wrong_parent_beside_a_code_that_its_own_name_bears_out_is_said(
    sudan: BoundarySet,
) -> None:
    columns = {"adm1": ["South Kordofan"], "adm2": ["Shendi"], "code": ["SD16010"]}
    found = answers(columns, {"code": "adm2"}, sudan).iloc[0]
    assert (found["status"], found["pcode"]) == ("matched", "SD16010")
    assert "although admin 1 is given as 'South Kordofan'" in found["reason"]


def test_a_code_below_what_the_names_say_is_no_contradiction(sudan: BoundarySet) -> None:
    found = answers({"adm1": ["River Nile"], "code": ["SD16010"]}, {"code": "adm2"}, sudan)
    assert found["status"].tolist() == ["matched"]


def test_codes_of_two_levels_that_contradict_each_other_are_ambiguous(sudan: BoundarySet) -> None:
    columns = {"one": ["SD07", "SD16"], "two": ["SD16008", "SD16008"]}
    found = answers(columns, {"one": "adm1", "two": "adm2"}, sudan)
    assert found["status"].tolist() == ["ambiguous", "matched"]
    assert found["candidates"][0] == "SD16008|SD07"
    assert "but p-code 'SD07' is South Kordofan (SD07)" in found["reason"][0]


@pytest.mark.slow
def test_a_point_far_from_the_code_is_a_contradiction() -> None:
    columns = {"lat": [42.87, 40.26], "lon": [74.59, 72.62], "code": ["KG06242000000"] * 2}
    table = table_of(columns, {"code": "adm2"}, lat="lat", lon="lon")
    found = mtmgeo.match(table, BOUNDS).frame
    assert found["status"].tolist() == ["ambiguous", "matched"]
    assert "p-code 'KG06242000000' is Nookat, Osh" in found["reason"][0]
    assert "but the point lies in" in found["reason"][0]


# --- what befalls codes


@pytest.mark.parametrize(
    ("code", "role"),
    [
        pytest.param("kg06242000000", "adm2", id="lower case"),
        pytest.param(" KG 06242 000000 ", "adm2", id="spaces"),
        pytest.param("KG-06242-000000", "adm2", id="hyphens"),
        pytest.param("КG06242000000", "adm2", id="a Cyrillic letter"),
        pytest.param("KG06242", "adm2", id="shortened"),
        pytest.param("KGZ06242", "adm2", id="a prefix of its own"),
        pytest.param("KGZ06242000000", "any", id="the other ISO code"),
        pytest.param("6242000000", "adm2", id="read as a number"),
        pytest.param(6242000000.0, "adm2", id="a number"),
    ],
)
def test_what_befalls_a_code_is_undone_and_said(code: object, role: str) -> None:
    found = answers({"adm2": ["Nookat"], "code": [code]}, {"code": role}).iloc[0]
    assert (found["status"], found["pcode"]) == ("matched", "KG06242000000")
    assert "is read as" in found["reason"]


@pytest.mark.parametrize("code", ["SD16008.0", 16008, "16008", "sd16008", "SDN16008", "SD1608"])
def test_codes_of_other_patterns(sudan: BoundarySet, code: object) -> None:
    columns = {"adm2": ["Abu Hamad", "Shendi"], "code": [code, "SD16010"]}
    found = answers(columns, {"code": "adm2"}, sudan)
    assert found["pcode"].tolist() == ["SD16008", "SD16010"]
    assert "is read as" in found["reason"][0]


def test_codes_that_are_numbers(tmp_path: Path) -> None:
    rows = "TJ,0,Tajikistan,\n3500000,1,Sughd,TJ\n3505000,2,Aini,3500000\n3508000,2,Asht,3500000\n"
    units = units_of(tmp_path, rows)
    found = answers({"code": [3505000, 3508000.0, "3500000"]}, {"code": "any"}, units)
    assert found["pcode"].tolist() == ["3505000", "3508000", "3500000"]


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("SD19001", id="of another edition"),
        pytest.param("SD1", id="of several units, if at all"),
        pytest.param("SITE-0042", id="no p-code"),
    ],
)
def test_a_code_that_is_not_of_the_set_is_set_aside_and_said(sudan: BoundarySet, code: str) -> None:
    columns = {"adm1": ["River Nile"] * 2, "adm2": ["Shendi"] * 2, "code": [code, "SD16010"]}
    found = answers(columns, {"code": "adm2"}, sudan).iloc[0]
    assert (found["status"], found["pcode"], found["method"]) == ("matched", "SD16010", "exact")
    assert f"p-code '{code}' is not in the boundaries and is set aside" in found["reason"]


def test_a_code_that_is_not_of_the_set_leaves_the_code_above_it(sudan: BoundarySet) -> None:
    columns = {"one": ["SD16", None], "two": ["SD16999", "SD16999"]}
    found = answers(columns, {"one": "adm1", "two": "adm2"}, sudan)
    assert found["status"].tolist() == ["partial", "unmatched"]
    assert found["pcode"].tolist()[0] == "SD16"
    assert "its p-code is not known in River Nile (SD16)" in found["reason"][0]
    assert "p-code 'SD16999' is not in the boundaries and is set aside" in found["reason"][0]


def test_a_lost_zero_that_may_have_stood_in_two_places_is_no_reading(tmp_path: Path) -> None:
    rows = "AF,0,Afghanistan,\nAF01,1,Kabul,AF\nAF10,1,Wardak,AF\nAF0110,2,Paghman,AF01\n"
    rows += "AF1001,2,Jalrez,AF10\nAF0101,2,Kabul,AF01\n"
    units = units_of(tmp_path, rows)
    found = answers({"code": ["AF1", "AF110", "AF101"]}, {"code": "any"}, units)
    assert found["status"].tolist() == ["matched", "matched", "unmatched"]
    assert found["pcode"].tolist()[:2] == ["AF01", "AF0110"]


@pytest.mark.slow
def test_numbers_that_are_no_codes_are_not_made_into_codes(tmp_path: Path) -> None:
    rows = "AF,0,Afghanistan,\n" + "".join(f"AF{i:02},1,Province {i},AF\n" for i in range(1, 35))
    units = units_of(tmp_path, rows)
    columns = {"adm1": [f"Province {i}" for i in range(34, 0, -1)], "ID": list(range(1, 35))}
    found = answers(columns, {"ID": "any"}, units)
    assert found["pcode"].tolist() == [f"AF{i:02}" for i in range(34, 0, -1)]
    assert "which the names contradict, and is set aside" in found["reason"][0]


# --- what a person decides, and what is counted


def test_rows_of_other_codes_are_other_locations(sudan: BoundarySet, tmp_path: Path) -> None:
    columns = {"adm2": ["Shendi", "Shendi", "Shendi"], "code": ["SD16008", "SD16010", "SD16010"]}
    table = table_of(columns, {"code": "adm2"})
    found = mtmgeo.match(table, sudan)
    assert found.counts() == {"matched": 1, "partial": 0, "ambiguous": 1, "unmatched": 0}
    review = found.review()
    assert review["code"].tolist() == ["SD16008"]
    review["decision"] = "SD16010"
    path = mtmgeo.write({"review": review}, tmp_path / "review.xlsx")
    decided = mtmgeo.match(table, sudan, decisions=path).frame
    assert decided["pcode"].tolist() == ["SD16010"] * 3
    assert decided["method"].tolist() == ["decision", "code", "code"]


def test_a_decision_on_names_alone_holds_for_all_codes(sudan: BoundarySet) -> None:
    table = table_of({"adm2": ["Shendi"] * 2, "code": ["SD16008", "SD16010"]}, {"code": "adm2"})
    decisions = pd.DataFrame({"adm2": ["Shendi"], "decision": ["SD16011"]})
    found = mtmgeo.match(table, sudan, decisions=decisions).frame
    assert found["pcode"].tolist() == ["SD16011"] * 2


def test_codes_alone_can_be_decided_on(sudan: BoundarySet) -> None:
    table = table_of({"code": ["SD19001", "SD16010"]}, {"code": "adm2"})
    review = mtmgeo.match(table, sudan).review()
    review["decision"] = ["SD16008"]
    found = mtmgeo.match(table, sudan, decisions=review).frame
    assert found["pcode"].tolist() == ["SD16008", "SD16010"]


@pytest.mark.slow
def test_order_and_company_change_no_answer_of_codes() -> None:
    columns = {
        "adm1": ["Osh", "Osh", "Batken", ""],
        "adm2": ["Nookat", "Nookat", "", "Kadamjai"],
        "location": ["", "Kuldu", "Kuldu", "Zhal"],
        "code": ["KG05258000000", "KG06242000000", "KG05258000000", "KG99"],
    }
    whole = answers(columns, {"code": "adm2"})
    for row in range(4):
        one = answers({name: [cells[row]] for name, cells in columns.items()}, {"code": "adm2"})
        pd.testing.assert_frame_equal(one, whole.iloc[[row]].reset_index(drop=True))


def test_a_part_of_a_name_fits_the_code(tmp_path: Path) -> None:
    rows = "CO,0,Colombia,\nCO54,1,Norte de Santander,CO\nCO54001,2,San Jose de Cucuta,CO54\n"
    units = units_of(tmp_path, rows + "CO54125,2,Cacota,CO54\nCO54172,2,Chinacota,CO54\n")
    columns = {"adm2": ["Cúcuta", "Cácota"], "code": ["CO54001", "CO54001"]}
    found = answers(columns, {"code": "adm2"}, units)
    assert found["status"].tolist() == ["matched", "ambiguous"]
    assert found["pcode"].tolist() == ["CO54001", "CO54"]
