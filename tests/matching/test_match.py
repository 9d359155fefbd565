"""match(): every row answered rightly, or openly not at all."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mtmgeo
from mtmgeo.boundaries.boundary_set import BoundarySet
from mtmgeo.matching.result import RESULT_COLUMNS, STATUSES
from tests.tries import tries

HERE = Path(__file__).parents[1]
TRUTH = pd.read_csv(HERE / "data" / "table2_truth.csv", dtype=str, keep_default_na=False)
NAMES = ["Admin 1 Name", "Admin 2 Name", "Admin 3 Name"]
BOUNDS = mtmgeo.read_boundaries("kgz")
TABLE2 = HERE.parent / "examples" / "kgz_round1" / "table2_assessed_locations.csv"
ROW = ["adm1", "adm2", "location"]
ANSWER = ["status", "pcode", "level", "candidates"]


def answers(
    rows: Sequence[Sequence[object]],
    boundaries: BoundarySet = BOUNDS,
    columns: Sequence[str] = ROW,
    **options: float,
) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=columns, dtype=object)
    return mtmgeo.match(table, boundaries, **options).frame


def given_units(folder: Path, rows: str, columns: str = "") -> BoundarySet:
    """Return the boundary set of lines of p-code, level, name and parent."""
    path = folder / "units.csv"
    path.write_text(f"pcode,level,name,parent_pcode{columns}\n{rows}", encoding="utf-8")
    return mtmgeo.read_boundaries(path)


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


@pytest.mark.slow
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
    assert found["status"].tolist() == ["matched", "partial", "matched"], "a point says where"


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
        pytest.param(("Osh", "Alai", "Myrza-Ake"), "matched", "KG06255859010",
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
    reason = answer("Osh", "Alai", "Myrza-Ake")["reason"]
    assert "although admin 2 is given as 'Alai'" in reason


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
    assert answer("Chui", "Kemin", text)["status"] != "unmatched"


@tries(25)
@given(st.permutations(range(69)))
def test_the_order_of_rows_changes_nothing(order: list[int]) -> None:
    table = pd.read_csv(TABLE2).iloc[order]
    found = mtmgeo.match(table, BOUNDS).frame
    back = found.assign(at=order).sort_values("at")
    assert back["pcode"].tolist() == TRUTH["pcode"].tolist()


@pytest.mark.slow
@tries(60)
@given(st.sampled_from(TRUTH[TRUTH["status"] == "matched"].index.tolist()), st.data())
def test_case_and_spaces_change_no_answer(row: int, data: st.DataObject) -> None:
    truth = TRUTH.loc[row]
    change = data.draw(st.sampled_from([str.upper, str.lower, str.swapcase, "  {} ".format]))
    found = answer(*(change(truth[column]) for column in ("adm1", "adm2", "location")))
    assert found["pcode"] == truth["pcode"]


@pytest.mark.slow
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
    assert (review["status"] != "matched").tolist() == [True] * 9 + [False] * 3
    terek = review[review["Admin 3 Name"] == "Ak-Terek"].iloc[0]
    assert terek["row"] == 62
    assert terek["candidates"].count("KG06255") == 3
    assert "Jalpak-Tash" in terek["candidates"]


@pytest.mark.slow
def test_a_result_is_written_with_the_rows_to_decide_first(tmp_path: Path) -> None:
    matched = mtmgeo.match(mtmgeo.read_table(TABLE2), BOUNDS)
    book = openpyxl.load_workbook(mtmgeo.write(matched, tmp_path / "review.xlsx"))
    assert book.sheetnames == ["review", "locations", "choices"]
    assert book["choices"].sheet_state == "hidden"
    assert (book["review"].max_row, book["locations"].max_row) == (1 + 9 + 3, 1 + 69)


# --- type words, numbers, words of a name


@pytest.mark.parametrize(
    ("typed", "pcode"),
    [
        pytest.param("Сокулук-1", "A11", id="as in the reference"),
        pytest.param("Sokuluk 2", "A12", id="another script"),
        pytest.param("Сокулук2", "A12", id="together"),
        pytest.param("Sokuluk II", "A12", id="Roman numeral"),
        pytest.param("2-Сокулук", "A12", id="the number first"),
        pytest.param("Mars-2", "A15", id="the reference has a Roman numeral"),
        pytest.param("Марс III", "A16", id="Roman numerals in both"),
        pytest.param("Участок 1", "A17", id="with №"),
        pytest.param("uchastok no. 11", "A18", id="11 is not 1"),
        pytest.param("10 let Oktyabrya", "A19", id="a number within the name"),
        pytest.param("Sokuluk-3", "A1", id="no such number"),
        pytest.param("Марс", "A1", id="which number is not said"),
    ],
)
def test_a_number_is_part_of_a_name(tmp_path: Path, typed: str, pcode: str) -> None:
    units = given_units(
        tmp_path,
        "A,1,Чуй облусу,\nA1,2,Сокулук району,A\nA11,4,Сокулук-1,A1\nA12,4,Сокулук-2,A1\n"
        "A15,4,Марс II,A1\nA16,4,Марс III,A1\nA17,4,Участок №1,A1\nA18,4,Участок №11,A1\n"
        "A19,4,10 лет Октября,A1\n",
    )
    found = answers([("Чуй", "Сокулук", typed)], units).iloc[0]
    assert found["pcode"] == pcode, found["reason"]
    assert found["status"] == ("partial" if pcode == "A1" else "matched")


@pytest.mark.slow
def test_kara_bulak_is_never_sary_bulak_in_silence() -> None:
    found = answer("Chui", "Kemin", "Sary-Bulak")
    assert found["pcode"] == "KG08209840010"
    assert "although admin 2 is given as 'Kemin'" in found["reason"]
    assert answer("Chui", "Kemin", "Kara-Bulak")["pcode"] == "KG08213820010"
    assert answer("Chui", "Jaiyl", "Sary-Bulak")["pcode"] == "KG08209840010"


def test_a_former_name_is_found_by_its_alias(tmp_path: Path) -> None:
    units = given_units(
        tmp_path,
        "A,1,Bishkek,,Frunze|Pishpek\nB,1,Karakol,,Przhevalsk\nC,1,Osh,,\n",
        ",aliases",
    )
    rows = [(name, "", "") for name in ("г. Фрунзе", "Пишпек", "Пржевальск", "Bishkek", "Oš")]
    found = answers(rows, units)
    assert found["pcode"].tolist() == ["A", "A", "B", "A", "C"]
    assert found["method"].tolist() == ["alias", "alias", "alias", "exact", "exact"]
    assert found["reason"][0] == "'г. Фрунзе' is another name of Bishkek (A)"


# --- columns


@pytest.mark.slow
@pytest.mark.parametrize(
    "names",
    [
        pytest.param(("Kuldu", "Kadamzhai", "Batken"), id="the reverse order"),
        pytest.param(("Kadamzhai", "Batken", "Kuldu"), id="admin 1 and 2 changed about"),
        pytest.param(("Kadamzhai", "Kuldu", ""), id="shifted by one"),
        pytest.param(("Batken", "Kuldu", ""), id="admin 2 left out"),
    ],
)
def test_values_in_wrong_columns_are_understood_and_said(names: tuple[str, str, str]) -> None:
    found = answer(*names)
    assert (found["status"], found["pcode"]) == ("matched", "KG05258842020")
    assert "names stand in each other's columns" in found["reason"]


@pytest.mark.parametrize("names", [("Batken", "Buzhum", "Batken"), ("Buzhum", "Batken", "Batken")])
def test_a_district_with_its_province_s_name_stands_in_any_column(
    names: tuple[str, str, str],
) -> None:
    found = answer(*names)
    assert (found["status"], found["pcode"]) == ("matched", "KG05214824010")
    assert "names stand in each other's columns" in found["reason"]


@pytest.mark.parametrize(
    ("text", "pcode"),
    [
        ("Zhal village, Kadamzhai, Batken", "KG05258812030"),
        ("Zhal village, Kadamzhai, Batken, Kyrgyzstan", "KG05258812030"),
        ("с. Кулду, Кадамжайский район, Баткенская область", "KG05258842020"),
        ("Баткенская область, Кадамжайский район, с. Кулду", "KG05258842020"),
        ("Batken > Kadamzhai > Kuldu", "KG05258842020"),
        ("Batken - Kadamzhai - Kuldu", "KG05258842020"),
        ("Kuldu / Kadamzhai / Batken", "KG05258842020"),
        ("Kuldu\nKadamzhai", "KG05258842020"),
        ("Kuldu; Batken", "KG05258842020"),
        ("Kuldu", "KG05258842020"),
        ("Bujum, Kara-Bulak, Batken, Batken", "KG05214824010"),
    ],
)
def test_one_column_may_hold_all_names(text: str, pcode: str) -> None:
    found = answers([[text]], columns=["location"]).iloc[0]
    assert (found["status"], found["pcode"]) == ("matched", pcode), found["reason"]


def test_a_comma_beside_other_columns_divides_nothing() -> None:
    found = answer("Batken", "Kadamzhai", "Kuldu, Batken")
    assert found["adm2_pcode"] == "KG05258000000"


def test_a_table_of_admin_1_only() -> None:
    rows = [["Chui"], ["Ошская область"], ["Issyk Kul"], ["Batken oblast"], ["Atlantis"], ["Osh"]]
    found = answers(rows, columns=["adm1"])
    wanted = ["KG08000000000", "KG06000000000", "KG02000000000", "KG05000000000"]
    assert found["pcode"].tolist()[:4] == wanted
    assert found["status"].tolist() == [*["matched"] * 4, "unmatched", "ambiguous"]
    assert found["level"].tolist()[:4] == [1] * 4


def test_a_table_of_admin_1_and_2() -> None:
    rows = [("Chui", "Kemin"), ("Osh", "Узген"), ("Chui", "Tokmok"), ("Naryn", "Naryn")]
    found = answers(rows, columns=["adm1", "adm2"])
    wanted = ["KG08213000000", "KG06255000000", "KG08400000010", "KG04000000000"]
    assert found["pcode"].tolist() == wanted
    assert found["status"].tolist() == ["matched"] * 3 + ["ambiguous"]


def test_four_columns_of_names_tell_namesakes_apart() -> None:
    columns = ["adm1", "adm2", "adm3", "village"]
    rows = [
        ("Osh", "Uzgen", "Jalpak-Tash", "Ak-Terek"),
        ("Osh", "Uzgen", "Salam-Alik", "Ak-Terek"),
        ("Osh", "Uzgen", "Salam-Alik", ""),
        ("Чуйская", "Аламудунский", "Лебединовский", "Лебединовка"),
        ("Batken", "Batken", "Kara-Bulak", "Buzhum"),
    ]
    found = answers(rows, columns=columns)
    assert found["status"].unique().tolist() == ["matched"]
    wanted = "KG06255813020 KG06255865020 KG06255865000 KG08203831010 KG05214824010".split()
    assert found["pcode"].tolist() == wanted
    assert found["settlement_code"].isna().tolist() == [False, False, True, False, False]


def test_a_blank_column_is_no_contradiction() -> None:
    found = answers(
        [("", "", "Мырза-Аке"), (None, "Uzgen", "Myrza-Ake"), ("Osh", "-", "Myrza-Ake")]
    )
    assert found["pcode"].unique().tolist() == ["KG06255859010"]
    assert not found["reason"].str.contains("although|not a name known").any()


ALAI = """A,1,Osh,
A1,2,Alai,A
A2,2,Uzgen,A
A11,4,Sopu-Korgon,A1
A12,4,Gulcho,A1
A13,4,Kabylan-Kol,A1
A14,4,Jar-Kyshtak,A1
A21,4,Myrza-Ake,A2
A22,4,Kurshab,A2
"""


@pytest.mark.slow
def test_villages_tell_what_an_unknown_district_is(tmp_path: Path) -> None:
    units = given_units(tmp_path, ALAI)
    villages = [("Osh", "Xyzzy", name) for name in ("Sopu-Korgon", "Gulcho", "Kabylan-Kol")]
    misspelt, district = ("Osh", "Xyzzy", "Jar-Kistakk"), ("Osh", "Xyzzy", "")
    found = answers([*villages, misspelt, district], units)
    assert found["pcode"].tolist() == ["A11", "A12", "A13", "A14", "A1"]
    alone = answers([district], units).iloc[0]
    assert (alone["status"], alone["pcode"]) == ("partial", "A")
    assert "'Xyzzy' is not a name known in Osh" in alone["reason"]


@pytest.mark.parametrize(
    "villages",
    [
        pytest.param(["Sopu-Korgon", "Gulcho"], id="two are too few"),
        pytest.param(["Sopu-Korgon", "Gulcho", "Kurshab", "Myrza-Ake"], id="two districts"),
        pytest.param(["Sopu-Korgon", "Sopu Korgon", "Сопу-Коргон"], id="one village thrice"),
    ],
)
def test_villages_that_do_not_agree_tell_nothing(tmp_path: Path, villages: list[str]) -> None:
    rows = [("Osh", "Xyzzy", name) for name in [*villages, ""]]
    found = answers(rows, given_units(tmp_path, ALAI))
    assert found["status"].tolist() == ["matched"] * len(villages) + ["partial"]


# --- coordinates

POINT = [*ROW, "lat", "lon"]
BISHKEK = (42.87, 74.59)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("names", "point", "pcode"),
    [
        (("Osh", "Uzgen", "Ak-Terek"), (40.59089, 73.36332), "KG06255813020"),
        (("Osh", "Uzgen", "Ak-Terek"), (40.97468, 73.38937), "KG06255826020"),
        (("Osh", "Uzgen", "Ak-Terek"), (40.86856, 73.68126), "KG06255865020"),
        (("", "", "Ak-Terek"), (42.2364, 77.72965), "KG02210825010"),
        (("Naryn", "Naryn", ""), (41.4287, 75.9911), "KG04400000010"),
        (("Naryn", "Naryn", ""), (41.25, 75.3), "KG04245000000"),
    ],
)
def test_a_point_settles_an_ambiguity(
    names: tuple[str, str, str], point: tuple[float, float], pcode: str
) -> None:
    assert answer(*names)["status"] == "ambiguous"
    found = answers([(*names, *point)], columns=POINT).iloc[0]
    assert (found["status"], found["pcode"], found["method"]) == ("matched", pcode, "point")
    assert "the point decides" in found["reason"]


@pytest.mark.slow
def test_a_point_fills_in_what_names_do_not_say() -> None:
    rows = [("", "", "", 40.77, 73.30), ("Osh", "Uzgen", "Xanadu", 40.77, 73.30)]
    found = answers(rows, columns=POINT)
    assert found["status"].tolist() == ["partial"] * 2
    assert found["method"].tolist() == ["point"] * 2
    assert found["adm2_pcode"].tolist() == ["KG06255000000"] * 2
    assert found["reason"][0].startswith("no name is given; the point lies in Uzgen")
    assert found["reason"][1].startswith("'Xanadu' is not a name known; the point lies in Uzgen")


@pytest.mark.parametrize(
    "names", [("Batken", "Kadamzhai", "Kuldu"), ("Batken", "Kadamzhai", ""), ("Batken", "", "")]
)
def test_a_point_elsewhere_makes_a_row_ambiguous(names: tuple[str, str, str]) -> None:
    found = answers([(*names, *BISHKEK)], columns=POINT).iloc[0]
    assert found["status"] == "ambiguous"
    assert pd.isna(found["pcode"])
    assert "but the point lies in Pervomaiskii raion [city district], Bishkek" in found["reason"]
    assert found["candidates"].split("|")[1] == "KG11203000000"


def test_a_point_nearby_leaves_a_match_alone() -> None:
    found = answers([("Batken", "Kadamzhai", "Kuldu", 40.1, 71.6)], columns=POINT).iloc[0]
    assert (found["status"], found["pcode"]) == ("matched", "KG05258842020")
    assert "point" not in found["reason"]


def test_swapped_axes_are_put_right_and_said() -> None:
    rows = [("Osh", "Uzgen", "Ak-Terek", 73.36332, 40.59089), ("", "", "", 73.30, 40.77)]
    found = answers(rows, columns=POINT)
    assert found["pcode"].tolist() == ["KG06255813020", "KG06255600010"]
    assert found["reason"].str.endswith("its point: latitude and longitude are swapped").all()


@pytest.mark.parametrize(
    ("point", "said"),
    [
        ((0, 0), "0/0 is no place"),
        ((55.75, 37.62), "lies abroad, 2,794 km from the country"),
        ((95, 200), "latitude 95 is not between -90 and 90"),
        ((40.6, None), "the longitude is missing"),
    ],
)
def test_a_point_of_no_use_is_said_and_changes_nothing(
    point: tuple[float, float | None], said: str
) -> None:
    names = [("Osh", "Uzgen", "Ak-Terek"), ("Batken", "Kadamzhai", "Kuldu"), ("", "", "")]
    found = answers([(*row, *point) for row in names], columns=POINT)
    assert found["status"].tolist() == ["ambiguous", "matched", "unmatched"]
    assert found["reason"].str.endswith(f"; its point: {said}").all()


# --- scores, candidates, levels


def test_a_score_is_a_probability_and_rivals_stand_apart_from_the_answer(
    table2: pd.DataFrame,
) -> None:
    assert table2["score"].between(0, 1).all()
    assert (table2.loc[table2["status"] == "unmatched", "score"] == 0).all()
    assert (table2.loc[table2["status"] == "matched", "score"] >= 0.9).all()
    for row in table2[table2["candidates"].notna()].itertuples():
        rivals = str(row.candidates).split("|")
        assert len(rivals) == len(set(rivals)) <= 8
        assert row.status != "matched" or row.pcode not in rivals


def test_candidates_are_named_best_first(tmp_path: Path) -> None:
    units = given_units(tmp_path, "A,1,Chui,\nA1,4,Frunzenskoe,A\nA2,4,Frunze,A\nA3,4,Frunze,A\n")
    found = answers([("", "", "Frunze")], units).iloc[0]
    assert found["status"] == "ambiguous"
    assert found["candidates"].split("|")[:2] == ["A2", "A3"]


@pytest.mark.parametrize(
    ("names", "level"),
    [
        (("Bishkek", "", ""), 1),
        (("Bishkek", "Bishkek", ""), 2),
        (("Bishkek", "Bishkek", "Bishkek"), 2),
        (("Бишкек шаары", "", ""), 1),
    ],
)
def test_a_p_code_of_two_levels_is_answered_at_the_one_named(
    names: tuple[str, str, str], level: int
) -> None:
    found = answer(*names)
    assert (found["pcode"], found["level"]) == ("KG11000000000", level)
    assert found["adm1_pcode"] == "KG11000000000"
    assert pd.isna(found["adm2_pcode"]) == (level == 1)


# --- precision against recall


@pytest.mark.slow
def test_a_higher_accept_never_adds_or_changes_a_match() -> None:
    villages = BOUNDS.at(4)["name"].iloc[::4]
    rows = [("", "", name[:-1] if at % 2 else name) for at, name in enumerate(villages)]
    before: pd.Series | None = None
    counts = []
    for accept in (0.3, 0.6, 0.9, 0.97, 0.999):
        found = answers(rows, accept=accept)
        matched = found.loc[found["status"] == "matched", "pcode"]
        assert (found.loc[matched.index, "score"] >= accept - 0.0005).all()
        if before is not None:
            assert set(matched.items()) <= set(before.items())
        before = matched
        counts.append(len(matched))
    assert counts[0] > counts[-1] > 0


@pytest.mark.parametrize("accept", [0, -0.1, 1.01, 2, float("nan"), float("inf")])
def test_accept_out_of_range_is_refused(accept: float) -> None:
    with pytest.raises(mtmgeo.InputError, match=r"give a probability above 0 and up to 1\.$"):
        answers([("Osh", "", "")], accept=accept)


# --- every unit of the pack


def _own_row(level: int, code: str, name: str) -> tuple[str, str, str]:
    """Return admin 1, admin 2 and location as a table gives them for a unit."""
    *_, adm2, adm1 = ["", "", *BOUNDS.names_up(level, code)]
    return {1: (name, "", ""), 2: (adm1, name, "")}.get(level, (adm1, adm2, name))


UNITS = BOUNDS.units[BOUNDS.units["level"] > 0].reset_index(drop=True)
LINEAGE = BOUNDS.lineage.loc[BOUNDS.units["level"].to_numpy() > 0].reset_index(drop=True)
OWN_ROWS = [
    _own_row(level, code, name)
    for level, code, name in zip(
        UNITS["level"].tolist(), UNITS["pcode"], UNITS["name"], strict=True
    )
]


def kin(unit: int) -> set[str]:
    """Return the p-codes of a unit, of those above it and of those in it that share its name."""
    level, code, name = UNITS.loc[unit, ["level", "pcode", "name"]]
    inside = UNITS[LINEAGE[level] == code]
    return {*LINEAGE.loc[unit].dropna(), *inside["pcode"][inside["name"].str.startswith(name)]}


@pytest.fixture(scope="module")
def exact() -> pd.DataFrame:
    return answers(OWN_ROWS)


@pytest.mark.slow
def test_every_name_of_the_pack_gives_its_unit_or_has_it_among_the_candidates(
    exact: pd.DataFrame,
) -> None:
    assert len(exact) == len(UNITS) == 2439
    right, missed = 0, []
    for unit, found in enumerate(exact.itertuples()):
        mine = kin(unit)
        if found.status == "matched" and found.pcode in mine:
            right += 1
        elif mine.isdisjoint(str(found.candidates).split("|")):
            missed.append(OWN_ROWS[unit])
    assert missed == []
    assert right >= 2300
    assert set(exact["status"]) == {"matched", "ambiguous"}


def _accented(text: str) -> str:
    name, *type_word = text.split("(")
    return "(".join(["".join(c + "\u0301" * (c in "aeiouy") for c in name), *type_word])


@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(str.upper, id="upper case"),
        pytest.param(str.lower, id="lower case"),
        pytest.param(str.swapcase, id="case changed about"),
        pytest.param("  {}\t".format, id="spaces around"),
        pytest.param("\u200f{}\u200e".format, id="marks of direction"),
        pytest.param(lambda text: text.replace("-", " "), id="hyphen to space"),
        pytest.param(lambda text: text.replace("-", "\u00a0"), id="hyphen to hard space"),
        pytest.param(lambda text: text.replace("-", " – "), id="hyphen to dash"),
        pytest.param(lambda text: text.replace(" ", "  "), id="doubled spaces"),
        pytest.param(_accented, id="accents, decomposed"),
        pytest.param(lambda text: unicodedata.normalize("NFC", _accented(text)), id="accents"),
    ],
)
def test_what_is_not_spelling_changes_no_answer(
    exact: pd.DataFrame, change: Callable[[str], str]
) -> None:
    rows = [tuple(change(name) if name else "" for name in names) for names in OWN_ROWS]
    pd.testing.assert_frame_equal(answers(rows)[ANSWER], exact[ANSWER])


@pytest.mark.slow
@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_composed_and_decomposed_cyrillic_are_the_same(form: str) -> None:
    units = UNITS[UNITS["name_ky"].str.contains("[йё]", regex=True)]
    assert len(units) > 100
    rows = [("", "", name) for name in units["name_ky"]]
    turned = [("", "", unicodedata.normalize(form, name)) for *_, name in rows]
    pd.testing.assert_frame_equal(answers(turned)[ANSWER], answers(rows)[ANSWER])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fewer", "more"),
    [
        pytest.param((0, 0, 1), (0, 1, 1), id="admin 2"),
        pytest.param((0, 0, 1), (1, 0, 1), id="admin 1"),
        pytest.param((0, 1, 1), (1, 1, 1), id="admin 1 beside admin 2"),
        pytest.param((1, 0, 1), (1, 1, 1), id="admin 2 beside admin 1"),
    ],
)
def test_a_right_parent_never_makes_a_right_answer_worse(
    fewer: tuple[int, ...], more: tuple[int, ...]
) -> None:
    deep = UNITS.index[UNITS["level"] >= 3]

    def kept(columns: tuple[int, ...]) -> pd.DataFrame:
        rows = [
            [name * keep for name, keep in zip(OWN_ROWS[unit], columns, strict=True)]
            for unit in deep
        ]
        return answers(rows)

    one, other = kept(fewer), kept(more)
    right = [
        status == "matched" and code in LINEAGE.loc[unit].tolist()
        for unit, status, code in zip(deep, one["status"], one["pcode"], strict=True)
    ]
    assert sum(right) > 1000
    pd.testing.assert_frame_equal(
        other.loc[right, ["status", "pcode"]], one.loc[right, ["status", "pcode"]]
    )


# --- rows of a table


@pytest.mark.slow
@tries(40)
@given(st.lists(st.sampled_from(TRUTH.index.tolist()), min_size=1, max_size=200))
def test_order_repetition_and_company_of_rows_change_nothing(
    table2: pd.DataFrame, rows: list[int]
) -> None:
    found = mtmgeo.match(table2.loc[rows, NAMES], BOUNDS).frame
    wanted = table2.loc[rows, list(RESULT_COLUMNS)].reset_index(drop=True)
    pd.testing.assert_frame_equal(found[list(RESULT_COLUMNS)], wanted)


@pytest.mark.slow
def test_a_row_alone_has_the_answer_it_has_in_a_table(table2: pd.DataFrame) -> None:
    alone = pd.concat([mtmgeo.match(table2.loc[[row], NAMES], BOUNDS).frame for row in TRUTH.index])
    pd.testing.assert_frame_equal(
        alone[list(RESULT_COLUMNS)].reset_index(drop=True), table2[list(RESULT_COLUMNS)]
    )


def test_rows_columns_and_order_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "places.csv"
    path.write_text(
        "id;village;note;district;returnees_2021\n7;Кулду;=1+1;Кадамжай;12\n"
        "7;Кулду;;Кадамжай;\n8;;x;;\n9;Myrza-Ake;<b>;Uzgen;40\n",
        encoding="utf-8",
    )
    table = mtmgeo.read_table(path)
    found = mtmgeo.match(table, BOUNDS)
    assert list(found.frame.columns) == [*table.frame.columns, *RESULT_COLUMNS]
    pd.testing.assert_frame_equal(found.frame[list(table.frame.columns)], table.frame)
    assert found.frame["status"].tolist() == ["matched", "matched", "unmatched", "matched"]
    assert found.counts() == {"matched": 2, "partial": 0, "ambiguous": 0, "unmatched": 1}


# --- what no one should type


TEXTS = [
    "x" * 10_000, "Kuldu " * 2_000, "а́" * 50, "ab" * 100, "\x00\x07", "😀", "\u202eBishkek",
    "\ud800", "=cmd()", "@SUM(A1)", "<script>alert(1)</script>", "{{7*7}}", "{% raw %}", "%s%n",
    "a/", "(", "...", "?!", "«»", "'", '"', "\\", "a", "б", "x", "1", "٣", "中国", "ქუთაისი",
    "Երևան", "वाराणसी",
]  # fmt: skip


@pytest.fixture(scope="module")
def hostile() -> pd.DataFrame:
    return answers([("Batken", "Kadamzhai", text) for text in TEXTS])


@pytest.mark.parametrize("row", range(len(TEXTS)), ids=[ascii(text[:12]) for text in TEXTS])
def test_hostile_text_names_no_village(hostile: pd.DataFrame, row: int) -> None:
    found = hostile.loc[row]
    assert found["location"] == TEXTS[row]
    assert found["pcode"] == "KG05258000000", found["reason"]
    assert pd.isna(found["settlement_code"])
    assert len(found["reason"]) < 600
    assert found["reason"].isprintable()


@pytest.mark.parametrize(
    "text",
    ["\u200fKuldu\u200e", "Ku\u00adldu", "K\u200buldu", "Кuldu", "Kul\ndu", "Kuldú", "𝕂𝕦𝕝𝕕𝕦",
     "ＫＵＬＤＵ", "\ufeffKuldu", "kULDU.", "«Кулду»", '"Kuldu"', "Kuldu *", "Кулду (новое село)"],
    ids=ascii,
)  # fmt: skip
def test_marks_and_look_alikes_hide_no_name(text: str) -> None:
    found = answer("Batken", "Kadamzhai", text)
    assert (found["status"], found["pcode"]) == ("matched", "KG05258842020"), found["reason"]


@pytest.mark.parametrize("nothing", [None, float("nan"), pd.NaT, pd.NA, "", " ", "NaN", "нет", "—"])
def test_nothing_in_a_cell_is_no_name(nothing: object) -> None:
    found = answers([("Batken", "Kadamzhai", nothing)]).iloc[0]
    assert (found["status"], found["pcode"]) == ("matched", "KG05258000000")


@pytest.mark.parametrize("number", [3, 3.0, 2.5, True, -1, 10**30])
def test_a_number_or_truth_value_in_a_cell_is_a_name_that_no_place_has(number: object) -> None:
    found = answers([("Batken", "Kadamzhai", number)]).iloc[0]
    assert (found["status"], found["pcode"]) == ("partial", "KG05258000000")
    assert "is not a name known in Kadamjai, Batken" in found["reason"]


@pytest.mark.parametrize(
    "date",
    [dt.date(2022, 5, 12), dt.datetime(2022, 5, 12), pd.Timestamp("2022-05-12")],  # noqa: DTZ001
)
def test_a_date_made_of_a_name_is_refused(date: object) -> None:
    with pytest.raises(
        mtmgeo.InputError, match=r"row 3, column 'location': .* is a date, made from"
    ):
        answers([("Batken", "Kadamzhai", "Kuldu"), ("Batken", "Kadamzhai", date)])


@pytest.mark.slow
@tries(80)
@given(st.lists(st.tuples(*[st.text(max_size=30)] * 3), min_size=1, max_size=5))
def test_any_text_has_an_answer(rows: list[tuple[str, str, str]]) -> None:
    frame = pd.DataFrame([("Osh", "Uzgen", "Myrza-Ake"), *rows], columns=ROW)
    before = frame.copy()
    try:
        found = mtmgeo.match(frame, BOUNDS).frame
    except mtmgeo.InputError:
        return  # a row of totals, or a failed formula
    pd.testing.assert_frame_equal(frame, before)
    assert found["pcode"][0] == "KG06255859010"
    assert set(found["status"]) <= set(STATUSES)
    assert found["score"].between(0, 1).all()
    assert (found["pcode"].isna() == found["level"].isna()).all()
    assert found["reason"].str.len().gt(0).all()


# --- references of every shape


def test_a_reference_of_one_unit(tmp_path: Path) -> None:
    units = given_units(tmp_path, "A,1,Talas,\n")
    rows = [("Талас", "", ""), ("Tlas", "", ""), ("Osh", "", ""), ("Talas", "Manas", "Aral")]
    found = answers(rows, units)
    assert found["status"].tolist() == ["matched", "matched", "unmatched", "partial"]
    assert found["pcode"].dropna().unique().tolist() == ["A"]


def test_a_reference_whose_names_are_all_the_same(tmp_path: Path) -> None:
    units = given_units(tmp_path, "A,1,Osh,\nA1,2,Osh,A\nA11,3,Osh,A1\nA111,4,Osh,A11\n")
    rows = [("Osh", "", ""), ("Osh", "Osh", ""), ("Osh", "Osh", "Osh"), ("Ош", "Ош", "с. Ош")]
    found = answers(rows, units)
    assert found["pcode"].tolist() == ["A", "A1", "A111", "A111"]


def test_a_reference_without_a_level(tmp_path: Path) -> None:
    units = given_units(tmp_path, "A,1,Batken,\nB,1,Osh,\nA1,4,Kuldu,A\nB1,4,Kurshab,B\n")
    found = answers([("Batken", "Kadamzhai", "Kuldu"), ("Batken", "Kadamzhai", "")], units)
    assert found["status"].tolist() == ["matched", "partial"]
    assert found["pcode"].tolist() == ["A1", "A"]
    assert "'Kadamzhai'" in found["reason"][0]
    assert pd.isna(found["adm2_pcode"][0])


def test_a_reference_of_villages_alone(tmp_path: Path) -> None:
    units = given_units(tmp_path, "V1,4,Kuldu,\nV2,4,Zhal,\n")
    found = answers([("Batken", "", "Kuldu"), ("", "", "Жал"), ("Batken", "", "")], units)
    assert found["settlement_code"].tolist()[:2] == ["V1", "V2"]
    assert found["status"].tolist() == ["matched", "matched", "unmatched"]
    assert found["adm1_pcode"].isna().all()


@pytest.mark.slow
def test_thousands_of_one_name_are_never_chosen_among(tmp_path: Path) -> None:
    villages = "".join(f"A{number},4,Ak-Suu,A\n" for number in range(5_000))
    units = given_units(tmp_path, f"A,1,Talas,\n{villages}")
    found = answers([("Talas", "", "Ak-Suu"), ("", "", "Аксу"), ("Talas", "", "Ak-Suuu")], units)
    assert "matched" not in found["status"].tolist()
    assert found["settlement_code"].isna().all()
    assert found["reason"].str.len().max() < 2_000


@pytest.mark.parametrize("rows", [[], [("", "", "")], [(None, "", None)]])
def test_a_table_of_headings_is_refused(rows: list[tuple[object, ...]]) -> None:
    with pytest.raises(mtmgeo.InputError, match="there are headings but no rows below them"):
        answers(rows)


def test_the_only_unit_left_is_shown_beside_the_only_name_not_found(tmp_path: Path) -> None:
    units = tmp_path / "units.csv"
    names = ["Alpha", "Bravo", "Charlie", "Delta"]
    rows = ["X,1,Xanadu,"] + [f"X{i},2,{name},X" for i, name in enumerate(names)]
    units.write_text("pcode,level,name,parent_pcode\n" + "\n".join(rows), encoding="utf-8")
    table = pd.DataFrame({"adm1": ["Xanadu"] * 4, "adm2": ["Alpha", "Bravo", "Delta", "Zulu"]})
    found = mtmgeo.match(table, mtmgeo.read_boundaries(units)).frame
    assert found["status"].tolist() == ["matched", "matched", "matched", "partial"]
    assert found["candidates"][3] == "X2"
    assert "the only unit of it that no row names is Charlie" in found["reason"][3]


@pytest.mark.slow
def test_reasons_for_return_stand_beside_the_reason_of_the_match() -> None:
    table = pd.DataFrame(
        {"village": ["Kuldu", "Kuldu"], "reason": ["Family", "Work"], "individuals": [20, 30]}
    )
    result = mtmgeo.match(table, BOUNDS)
    assert result.frame["reason (given)"].tolist() == ["Family", "Work"]
    assert result.frame["reason"].str.len().gt(0).all()
    by_reason = mtmgeo.assess(result).breakdowns
    assert set(by_reason["category"]) == {"Family", "Work"}
    assert list(table) == ["village", "reason", "individuals"]
