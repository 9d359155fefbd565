"""match(): every row answered rightly, or openly not at all."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mtmgeo
from mtmgeo.matching import RESULT_COLUMNS

HERE = Path(__file__).parent
TRUTH = pd.read_csv(HERE / "data" / "table2_truth.csv", dtype=str, keep_default_na=False)
NAMES = ["Admin 1 Name", "Admin 2 Name", "Admin 3 Name"]
BOUNDS = mtmgeo.read_boundaries("kgz")
TABLE2 = HERE.parent / "examples" / "kgz_round1" / "table2_assessed_locations.csv"


def answer(adm1: str, adm2: str, location: str) -> pd.Series:
    row = pd.DataFrame([[adm1, adm2, location]], columns=NAMES)
    return mtmgeo.match(row, BOUNDS).frame.iloc[0]


@pytest.fixture(scope="module")
def table2() -> pd.DataFrame:
    return mtmgeo.match(mtmgeo.read_table(TABLE2), BOUNDS).frame


def test_table_2_of_the_report_is_the_one_checked_by_hand(table2: pd.DataFrame) -> None:
    assert (
        table2[NAMES].to_numpy().tolist() == TRUTH[["adm1", "adm2", "location"]].to_numpy().tolist()
    )


@pytest.mark.parametrize("row", TRUTH.index, ids=TRUTH["adm2"] + "/" + TRUTH["location"])
def test_each_location_of_table_2(table2: pd.DataFrame, row: int) -> None:
    found, truth = table2.loc[row], TRUTH.loc[row]
    assert (found["status"], str(found["level"]), found["pcode"]) == (
        truth["status"],
        truth["level"],
        truth["pcode"],
    ), truth["note"]
    if truth["status"] == "ambiguous":
        assert found["candidates"] == truth["rivals"]


def test_result_columns_are_the_contract(table2: pd.DataFrame) -> None:
    assert list(table2.columns) == [*NAMES, *RESULT_COLUMNS]
    assert table2["score"].between(0, 1).all()
    assert (table2["reason"].str.len() > 10).all()


def test_a_village_gives_its_aiyl_aimak_as_admin_3(table2: pd.DataFrame) -> None:
    row = table2[table2["Admin 3 Name"] == "Buzhum village"].iloc[0]
    assert row["settlement_code"] == "KG05214824010"
    assert row["adm3_pcode"] == "KG05214824000"
    assert row["adm2_pcode"] == "KG05214000000"
    assert row["adm1_pcode"] == "KG05000000000"


def test_a_data_frame_keeps_its_columns() -> None:
    frame = gpd.GeoDataFrame(
        {"village": ["Myrza-Ake", "", "Kuldu"], "weight": [1.5, None, 2.5], "n": [7, 8, 9]},
        geometry=gpd.points_from_xy([73.4, 73.5, 71.6], [40.7, 40.8, 40.1]),
        index=[10, 20, 30],
        crs="EPSG:4326",
    )
    found = mtmgeo.match(frame, BOUNDS).frame
    assert isinstance(found, gpd.GeoDataFrame)
    assert found.crs == frame.crs
    kept = found[list(frame.columns)]
    pd.testing.assert_frame_equal(kept, frame.reset_index(drop=True), check_like=True)
    assert found["status"].tolist() == ["matched", "unmatched", "matched"]


def test_a_row_without_a_name_is_unmatched() -> None:
    frame = pd.DataFrame({"id": [1, 2], "adm1_name": ["Osh", None], "village": ["Myrza-Ake", ""]})
    found = mtmgeo.match(frame, BOUNDS).frame
    assert found["status"].tolist() == ["matched", "unmatched"]
    assert found["reason"].tolist()[1] == "no name is given"


def test_the_input_is_unchanged() -> None:
    frame = pd.DataFrame([["Osh", "Uzgen", "Ak-Terek"]], columns=NAMES)
    before = frame.copy()
    mtmgeo.match(frame, BOUNDS)
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(
    ("names", "status", "pcode"),
    [
        pytest.param(("Баткенская область", "Кадамжайский район", "с. Кулду"), "matched",
                     "KG05258842020", id="Russian"),
        pytest.param(("Баткен облусу", "Кадамжай району", "Кулду айылы"), "matched",
                     "KG05258842020", id="Kyrgyz"),
        pytest.param(("Batken", "Kadamjay", "Kuldoo"), "matched", "KG05258842020", id="typo"),
        pytest.param(("", "", "Мырза-Аке"), "matched", "KG06255859010", id="unique village alone"),
        pytest.param(("Naryn", "Naryn", ""), "ambiguous", "KG04000000000",
                     id="district or city of one name"),
        pytest.param(("Naryn", "Naryn city", ""), "matched", "KG04400000010",
                     id="type word decides"),
        pytest.param(("Osh oblast", "", ""), "matched", "KG06000000000", id="oblast"),
        pytest.param(("Osh city", "", ""), "matched", "KG21000000000", id="city"),
        pytest.param(("Batken", "Leilek", "Kuldu"), "matched", "KG05258842020",
                     id="a wrong district does not hide a unique village"),
        pytest.param(("Talas", "Manas", "Buzhum"), "partial", "KG07225000000",
                     id="a village elsewhere does not win against two parents"),
        pytest.param(("Chui", "Kemin", "Xanadu"), "partial", "KG08213000000", id="no such place"),
        pytest.param(("Atlantis", "Mu", "Xanadu"), "unmatched", None, id="nothing fits"),
        pytest.param(("Unknown", "-", "n/a"), "unmatched", None, id="nothing given"),
        pytest.param(("Chui", "", "Sokuluk-7"), "partial", "KG08000000000",
                     id="another number is another place"),
    ],
)  # fmt: skip
def test_hard_rows(names: tuple[str, str, str], status: str, pcode: str | None) -> None:
    found = answer(*names)
    assert found["status"] == status, found["reason"]
    assert (None if pd.isna(found["pcode"]) else found["pcode"]) == pcode


def test_a_wrong_district_is_said() -> None:
    reason = answer("Batken", "Leilek", "Kuldu")["reason"]
    assert "although admin 2 is given as 'Leilek'" in reason


def test_a_namesake_that_was_passed_over_is_named() -> None:
    found = answer("Chui", "Sokuluk", "Sokuluk")
    assert found["pcode"] == "KG08222865010"
    assert found["candidates"] == "KG08222834010"
    assert found["score"] < 0.95
    assert "not Sokuluk [village]" in found["reason"]


@pytest.mark.parametrize(
    "text",
    [
        "x" * 10_000,
        "\x00\x07",
        "😀",
        "\u202eBishkek",
        "=cmd()",
        "12.05.2022",
        "а́" * 50,
        "'\"<script>",
    ],
)
def test_hostile_text_is_answered_without_an_error(text: str) -> None:
    assert answer("Chui", "Kemin", text)["status"] in ("partial", "matched")


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(69)))
def test_the_order_of_rows_changes_nothing(order: list[int]) -> None:
    table = pd.read_csv(TABLE2).iloc[order]
    found = mtmgeo.match(table, BOUNDS).frame
    back = found.assign(at=order).sort_values("at")
    assert back["pcode"].tolist() == TRUTH["pcode"].tolist()


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(TRUTH[TRUTH["status"] == "matched"].index.tolist()), st.data())
def test_case_and_spaces_change_no_answer(row: int, data: st.DataObject) -> None:
    truth = TRUTH.loc[row]
    change = data.draw(st.sampled_from([str.upper, str.lower, str.swapcase, "  {} ".format]))
    found = answer(*(change(truth[column]) for column in ("adm1", "adm2", "location")))
    assert found["pcode"] == truth["pcode"]


def test_a_plain_table_of_units_is_enough(tmp_path: Path) -> None:
    units = tmp_path / "units.csv"
    units.write_text(
        "pcode,level,name,parent_pcode,name_fr,aliases\n"
        "HT01,1,Ouest,,,\n"
        "HT0111,2,Port-au-Prince,HT01,,Pòtoprens|PAP\n"
        "HT0112,2,Delmas,HT01,Delmas,\n",
        encoding="utf-8",
    )
    table = pd.DataFrame({"admin1": ["Ouest", "ouest"], "admin2": ["Potoprens", "DELMAS"]})
    found = mtmgeo.match(table, mtmgeo.read_boundaries(units)).frame
    assert found["pcode"].tolist() == ["HT0111", "HT0112"]
    assert found["method"].tolist() == ["alias", "exact"]


def test_the_review_names_the_rivals() -> None:
    review = mtmgeo.match(mtmgeo.read_table(TABLE2), BOUNDS).review()
    assert len(review) == 9
    terek = review[review["Admin 3 Name"] == "Ak-Terek"].iloc[0]
    assert terek["row"] == 62
    assert terek["candidates"].count("KG06255") == 3
    assert "Jalpak-Tash" in terek["candidates"]


def test_a_result_is_written_with_the_rows_to_decide_first(tmp_path: Path) -> None:
    matched = mtmgeo.match(mtmgeo.read_table(TABLE2), BOUNDS)
    book = openpyxl.load_workbook(mtmgeo.write(matched, tmp_path / "review.xlsx"))
    assert book.sheetnames == ["review", "locations"]
    assert (book["review"].max_row, book["locations"].max_row) == (1 + 9, 1 + 69)


def test_result_columns_in_the_input_are_refused() -> None:
    frame = pd.DataFrame({"Admin 1 Name": ["Osh"], "pcode": ["KG06"], "status": ["x"]})
    with pytest.raises(mtmgeo.MtmgeoError, match=r"'pcode', 'status'.*rename"):
        mtmgeo.match(frame, BOUNDS)
