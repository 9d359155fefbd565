"""Reading plans: what was found is kept, and the next table is read the same way."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import mtmgeo
from mtmgeo.commands.main import main
from mtmgeo.core.errors import InputError
from mtmgeo.tables.columns.roles import Measure
from tests.tables.test_table import write_csv, write_xlsx

CASES = Path(__file__).parents[2] / "examples" / "kgz_round1"

VILLAGES: list[list[Any]] = [
    ["Oblast", "Raion", "Aiyl", "Aiyl (ru)", "IDP HH", "IDP Ind", "Wells", "Note"],
    ["Naryn", "At-Bashy", "Acha-Kaiyngdy", "Ача-Кайынды", 4, 17, 2, "by phone"],
    ["Naryn", "Kochkor", "Ak-Uchuk", "Ак-Учук", 6, 21, 1, None],
]


def saved(path: Path, **options: Any) -> Path:
    """Write the plan of a table beside it, with comments."""
    return mtmgeo.write(mtmgeo.inspect_table(path, **options), path.with_suffix(".toml"))


def same(one: mtmgeo.Table, other: mtmgeo.Table) -> bool:
    """Return whether two tables hold the same; what is said of them may differ."""
    pd.testing.assert_frame_equal(one.frame, other.frame)
    pd.testing.assert_frame_equal(one.observations(), other.observations())
    names = {each.name for each in fields(one)} - {"frame", "remarks", "source"}
    return all(getattr(one, name) == getattr(other, name) for name in names)


def faults_of(path: Path, **options: Any) -> str:
    with pytest.raises(InputError) as caught:
        mtmgeo.read_table(path, **options)
    return "\n".join(caught.value.faults)


def planned(tmp_path: Path, text: str) -> str:
    """Return the faults of a plan."""
    path = tmp_path / "p.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError) as caught:
        mtmgeo.read_plan(path)
    return "\n".join(caught.value.faults)


# --- the same table again

TABLES: dict[str, list[list[Any]]] = {
    "pairs": VILLAGES,
    "titles": [["Round 3, Naryn"], [None], *VILLAGES],
    "two lines": [
        ["Oblast", "Raion", "Returnees", None, "Refugees", None],
        [None, None, "HH", "Ind", "HH", "Ind"],
        ["Naryn", "Kochkor", 1, 5, 2, 9],
        ["Naryn", "At-Bashy", 3, 11, None, None],
    ],
    "years": [
        ["Raion", "returnees_2021", "returnees_2022", "2022 returnee households"],
        ["Kochkor", 3, 4, 1],
        ["At-Bashy", 5, 6, 2],
    ],
    "spans": [["Raion", "Returnees before 2015", "Returnees 2016"], ["Kochkor", 3, 4]],
    "long": [
        ["Raion", "Year", "Population group", "Households", "Individuals"],
        ["Kochkor", 2021, "IDPs", 2, 9],
        ["Kochkor", 2022, "refugees", 1, 3],
    ],
    "periods": [["Raion", "Period", "Returnees"], ["Kochkor", "2019-2020", 3], ["Jumgal", 2021, 4]],
    "ranges": [["Raion", "Returnees Before 2014", "Returnees 2014–2016"], ["Kochkor", 3, 4]],
    "rounds": [
        ["Raion", "Round", "IDP individuals"],
        *(["Kochkor", 1, 9], ["Jumgal", 1, 4], ["Kochkor", 2, 7], ["Jumgal", 2, 5]),
    ],
    "codes": [
        ["ADM1_PCODE", "ADM2_PCODE", "ADM2_EN", "lat", "lon", "IDPs", "Girls", "Women", "Males"],
        ["KG06", "KG0602", "Kochkor", 42.2, 75.7, 20, 4, 6, 10],
    ],
    "hashtags": [
        ["A", "B", "C", "D"],
        ["#adm1+name", "#adm2+code", "#affected+idps+ind", "#affected+idps+ind+f"],
        ["Naryn", "KG0602", 20, 12],
    ],
    "levels": [
        ["Country", "adminLevel", "Oblast", "Raion", "IDPs"],
        ["Kyrgyzstan", 1, "Naryn", None, 30],
        ["Kyrgyzstan", 2, "Naryn", "Kochkor", 12],
        ["Kyrgyzstan", 2, "Naryn", "Jumgal", 18],
    ],
    "who": [
        ["Raion", "Sex", "Country of return", "Returnees"],
        *(["Kochkor", "F", "Turkey", 2], ["Kochkor", "M", "Turkey", 3]),
    ],
    "points": [["Village", "GPS", "Families"], ["Ak-Uchuk", "42.21 75.76 1800 5", 12]],
    "twice": [["Raion", "Total", "IDPs", "Total", "x\ny"], ["Kochkor", 5, 4, 6, "a\"b'#"]],
    "places": [["Oblast", "Raion", "Village"], ["Naryn", "Kochkor", "Ak-Uchuk"]],
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TABLES)
def test_the_same_file_is_read_the_same_way(name: str, tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "r.xlsx", {"Data": TABLES[name]})
    before = mtmgeo.read_table(path)
    plan = mtmgeo.read_plan(saved(path))
    assert plan == before.plan == mtmgeo.inspect_table(path).plan
    again = mtmgeo.read_table(path, plan=plan)
    assert same(before, again)
    assert not [each for each in again.remarks if "Not in" in each]
    assert saved(path, plan=plan).read_bytes().partition(b"[columns]")[0]
    assert mtmgeo.read_plan(path.with_suffix(".toml")) == plan
    bare = mtmgeo.write(plan, tmp_path / "bare.toml")
    assert mtmgeo.read_plan(bare) == plan


@pytest.mark.parametrize("path", sorted(CASES.glob("*.csv")), ids=lambda path: path.name)
def test_the_example_is_read_the_same_way(path: Path) -> None:
    before = mtmgeo.read_table(path)
    assert same(before, mtmgeo.read_table(path, plan=before.plan))


def test_what_was_named_stays_named(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "n.csv",
        [["Where", "Above", "How many", "Other"], ["Kochkor", "Naryn", 4, 9]],
    )
    columns = {"adm2": "Where", "adm1": "Above", "individuals": "How many"}
    before = mtmgeo.read_table(path, columns=columns)
    assert before.plan is not None
    assert dict(before.plan.columns) == {"Where": "adm2", "Above": "adm1", "Other": "unused"}
    assert same(before, mtmgeo.read_table(path, plan=before.plan))


def test_the_encoding_that_was_found_is_kept(tmp_path: Path) -> None:
    rows = [["Область", "Район", "ВПЛ"], ["Нарынская", "Кочкорский", "12"]]
    path = write_csv(tmp_path / "c.csv", rows, encoding="cp1251", delimiter=";")
    plan = mtmgeo.read_plan(saved(path))
    assert plan.encoding == "cp1251"
    again = mtmgeo.read_table(path, plan=plan)
    assert same(mtmgeo.read_table(path), again)
    assert not [each for each in again.remarks if "it seems" in each]


def test_the_plan_says_why_and_how_much(tmp_path: Path) -> None:
    text = saved(write_xlsx(tmp_path / "r.xlsx", {"Data": VILLAGES})).read_text("utf-8")
    assert 'Oblast = "adm1?" # by its heading; 2 filled: Naryn' in text
    assert '"Aiyl (ru)" = "spelling of Aiyl"' in text
    assert 'Wells = "unused" # 2 filled, sum 3: 2, 1' in text
    assert '"IDP Ind" = {group = "IDPs"} # by its heading; 2 filled, sum 38: 17, 21' in text


# --- the next table


def test_headings_in_another_row_are_found_there(tmp_path: Path) -> None:
    plan = mtmgeo.inspect_table(write_xlsx(tmp_path / "a.xlsx", {"Data": VILLAGES})).plan
    moved = write_xlsx(tmp_path / "b.xlsx", {"Data": [["Round 4"], ["draft"], *VILLAGES]})
    table = mtmgeo.read_table(moved, plan=plan)
    assert table.frame["IDP Ind"].tolist() == [17, 21]
    assert "The headings stand in row 3, and not in row 1 as in the plan." in table.remarks


def test_other_case_and_spaces_are_the_same_heading(tmp_path: Path) -> None:
    plan = mtmgeo.inspect_table(write_xlsx(tmp_path / "a.xlsx", {"Data": VILLAGES})).plan
    heads = ["OBLAST", "raion ", *VILLAGES[0][2:4], "idp_hh", "IDP  ind", *VILLAGES[0][6:]]
    path = write_xlsx(tmp_path / "b.xlsx", {"Data": [heads, *VILLAGES[1:]]})
    table = mtmgeo.read_table(path, plan=plan)
    assert table.columns()["individuals"] == "IDP  ind"
    assert table.spellings == {"Aiyl": ("Aiyl (ru)",)}


def test_all_headings_that_are_missing_are_named_with_the_new_ones(tmp_path: Path) -> None:
    plan = saved(write_xlsx(tmp_path / "round.xlsx", {"Data": VILLAGES}))
    heads = [*VILLAGES[0][:2], "Village", *VILLAGES[0][3:5], "IDP Individuals", *VILLAGES[0][6:]]
    path = write_xlsx(tmp_path / "t.xlsx", {"Data": [heads, *VILLAGES[1:]]})
    first, second = faults_of(path, plan=plan).splitlines()
    assert first.startswith("t.xlsx, sheet 'Data': column 'Aiyl' of round.toml is missing; new")
    assert "'IDP Ind' of round.toml is missing; new there: 'IDP Individuals', 'Village';" in second


def test_a_column_that_is_not_used_may_be_missing(tmp_path: Path) -> None:
    plan = mtmgeo.inspect_table(write_xlsx(tmp_path / "a.xlsx", {"Data": VILLAGES})).plan
    path = write_xlsx(tmp_path / "b.xlsx", {"Data": [row[:6] for row in VILLAGES]})
    assert mtmgeo.read_table(path, plan=plan).frame.shape == (2, 6)


def test_new_columns_are_named_with_their_sums_and_not_counted(tmp_path: Path) -> None:
    plan = saved(write_xlsx(tmp_path / "round.xlsx", {"Data": VILLAGES}))
    more: list[list[Any]] = [["Refugees", "Who asked"], [50, "A"], [30, "B"]]
    rows = [[*row, *new] for row, new in zip(VILLAGES, more, strict=True)]
    table = mtmgeo.read_table(write_xlsx(tmp_path / "b.xlsx", {"Data": rows}), plan=plan)
    assert "Not in round.toml, and not used: 'Refugees' (80), 'Who asked'." in table.remarks
    assert table.observations()["individuals"].sum() == 38


def test_what_would_be_guessed_anew_is_not(tmp_path: Path) -> None:
    """A later column that looks better does not take the place of the one in the plan."""
    rows: list[list[Any]] = [["Raion", "People"], ["Kochkor", 12], ["Jumgal", 8]]
    plan = mtmgeo.inspect_table(write_xlsx(tmp_path / "a.xlsx", {"D": rows})).plan
    later = [[*row, new] for row, new in zip(rows, ["Total individuals", 700, 800], strict=True)]
    table = mtmgeo.read_table(write_xlsx(tmp_path / "b.xlsx", {"D": later}), plan=plan)
    assert table.observations()["individuals"].sum() == 20


def test_a_spoilt_count_is_a_fault_and_no_reason_to_leave_it_out(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["Raion", "IDPs", "Girls", "Boys"], ["Kochkor", 5, 2, 3]]
    plan = mtmgeo.inspect_table(write_xlsx(tmp_path / "a.xlsx", {"D": rows})).plan
    later = write_xlsx(tmp_path / "b.xlsx", {"D": [rows[0], ["Kochkor", 5, "two", 3]]})
    assert "row 2, column 'Girls'" in faults_of(later, plan=plan)


# --- correcting a plan


def test_a_person_may_say_otherwise(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "r.xlsx", {"Data": VILLAGES})
    plan = mtmgeo.read_plan(saved(path))
    text = path.with_suffix(".toml").read_text("utf-8")
    text = text.replace('Oblast = "adm1?"', 'Oblast = "adm1"')
    text = text.replace('Wells = "unused"', "").replace(
        "[measures]", '[measures]\nWells = {group = "wells", year = 2024}'
    )
    path.with_suffix(".toml").write_text(text, "utf-8")
    table = mtmgeo.read_table(path, plan=path.with_suffix(".toml"))
    assert Measure(column="Wells", year=2024, group="wells") in table.measures
    assert table.adm1 == "Oblast"
    assert "Oblast" not in table.places
    assert plan != table.plan


def test_in_python_a_plan_is_a_value(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "r.xlsx", {"Data": VILLAGES})
    plan = mtmgeo.inspect_table(path).plan
    assert plan is not None
    less = replace(plan, columns={**plan.columns, "Raion": "unused"})
    assert mtmgeo.read_table(path, plan=less).adm2 is None


def test_what_is_given_goes_before_the_plan_and_is_said(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "r.xlsx", {"Q1": VILLAGES, "Q2": [VILLAGES[0], VILLAGES[2]]})
    plan = mtmgeo.inspect_table(path, sheet="Q1").plan
    table = mtmgeo.read_table(path, plan=plan, sheet="Q2")
    assert table.frame["IDP Ind"].tolist() == [21]
    assert "Sheet is 'Q2', and not 'Q1' as in the plan." in table.remarks
    said = faults_of(path, plan=plan, columns={"adm1": "Oblast"})
    assert said == "r.xlsx: columns are named beside the plan; write there what they hold."


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('sheat = "x"', "'sheat' is not known; did you mean 'sheet'"),
        ('[columns]\nA = "admin1"', "column 'A' cannot hold 'admin1'; did you mean 'adm1'"),
        ("[columns]\nA = 3", "column 'A' cannot hold '3'"),
        ('[columns]\nA = "spelling of B"', "'B' must be a column of names"),
        ('[columns]\nA = "lat"\nB = "lat"', "columns 'A', 'B' are both 'lat'"),
        ('[measures]\nA = "IDPs"', "'A' does not say whom it counts"),
        ("[measures]\nA = {year = 2020}", "'A' names no group"),
        ('[measures]\nA = {group = "IDPs", yeer = 2020}', "did you mean 'year'"),
        ('[measures]\nA = {group = "IDPs", year = "2020"}', "year of 'A' is '2020'"),
        ('[measures]\nA = {group = "x", period = "lately"}', "write a year, or a period such as"),
        ('[measures]\nA = {group = "IDPs", sex = "f"}', "write female or male"),
        ('[columns]\nA = "adm1"\n[measures]\nA = {group = "x"}', "stands under columns and under"),
        ("heading_row = 0", "heading_row is '0'"),
        ('counts = "stocks"', "counts is 'stocks'; write 'stock' or 'flow'"),
        ("sheet = 3", "sheet is no text"),
        ("columns = 3", "columns is no table"),
        ("a = = b", "is no reading plan in TOML"),
    ],
)
def test_what_is_wrong_in_a_plan_is_named(text: str, fault: str, tmp_path: Path) -> None:
    assert fault in planned(tmp_path, text)


def test_all_faults_of_a_plan_are_named_at_once(tmp_path: Path) -> None:
    said = planned(tmp_path, 'sheat = "x"\nheading_row = "1"\ncounts = 1')
    assert len(said.splitlines()) == 3


def test_a_plan_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "r.xlsx", {"Data": VILLAGES})
    assert "no.toml cannot be read" in faults_of(path, plan=tmp_path / "no.toml")


def test_a_table_that_cannot_be_read_has_no_plan(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "bad.csv", [["Raion", "IDPs 2021"], ["Kochkor", "many"]])
    found = mtmgeo.inspect_table(path)
    assert found.plan is None
    with pytest.raises(InputError, match="no plan of it is written"):
        mtmgeo.write(found, tmp_path / "p.toml")


# --- from the command line


def test_save_and_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_xlsx(tmp_path / "r.xlsx", {"Data": VILLAGES})
    toml = tmp_path / "round.toml"
    assert main(["inspect", str(path), "--json", "--save", str(toml)]) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out)["plan"]["sheet"] == "Data"
    assert str(toml) in shown.err
    assert main(["inspect", str(path), "--plan", str(toml)]) == 0
    assert "'Oblast': admin 1 (by the plan)" in capsys.readouterr().out
    result = tmp_path / "m.csv"
    assert main(["match", str(path), "--plan", str(toml), "-o", str(result)]) == 0
    assert len(pd.read_csv(result)) == 2


def test_a_heading_that_has_changed_ends_a_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_xlsx(tmp_path / "r.xlsx", {"Data": VILLAGES})
    toml = tmp_path / "round.toml"
    assert main(["inspect", str(path), "--save", str(toml)]) == 0
    heads = [*VILLAGES[0][:5], "IDPs", *VILLAGES[0][6:]]
    later = write_xlsx(tmp_path / "l.xlsx", {"Data": [heads, *VILLAGES[1:]]})
    words = ["assess", str(later), "--plan", str(toml), "-o", str(tmp_path / "a.csv")]
    assert main(words) == 2
    assert "column 'IDP Ind' of round.toml is missing" in capsys.readouterr().err
    assert not (tmp_path / "a.csv").exists()
    assert main(["inspect", str(later), "--plan", str(toml), "--save", str(toml)]) == 2
    assert mtmgeo.read_plan(toml).measures[1].column == "IDP Ind"


def test_a_period_of_a_plan_may_be_said_in_other_words(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "r.csv", [["Raion", "A", "B"], ["Kochkor", 3, 4]])
    plan = tmp_path / "r.toml"
    plan.write_text(
        '[columns]\nRaion = "adm2"\n[measures]\nA = {group = "IDPs", period = "Avant 2014"}\n'
        'B = {group = "IDPs", period = "2014"}\n',
        "utf-8",
    )
    counts = mtmgeo.read_table(path, plan=mtmgeo.read_plan(plan), counts="flow").observations()
    assert counts["period"].tolist() == ["before 2014", "2014"]
