"""Exports of KoBo and ODK, from the file to people: codes in words, repeats joined, points."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

import mtmgeo
from mtmgeo.commands.main import main
from mtmgeo.core.errors import InputError
from tests.tables.test_form import workbook
from tests.tables.test_table import write_csv, write_xlsx

SURVEY = """
type                   | name     | label::English (en)              | label::Русский (ru)    | choice_filter
start                  | start    |                                  |                        |
begin_group            | where    | Location                         | Место                  |
select_one oblast      | q1       | In which oblast is it?           | В какой области?       |
select_one raion       | q2       | In which raion is it?            | В каком районе?        | up=${q1}
text                   | q3       | Village                          | Село                   |
geopoint               | spot     | Position of the site             | Место на карте         |
end_group              |          |                                  |                        |
select_multiple need   | needs    | What is needed?                  | Что нужно?             |
integer                | idp_hh   | IDP households                   | Домохозяйства ВПЛ      |
integer                | idp_ind  | IDP individuals                  | ВПЛ                    |
select_one org         | org      | Who has asked?                   | Кто спрашивал?         |
begin_repeat           | member   | Members of a household           | Члены домохозяйства    |
integer                | years    | Age                              | Возраст                |
end_repeat             |          |                                  |                        |
"""  # noqa: E501
CHOICES = """
list_name | name   | label::English (en) | label::Русский (ru) | up
oblast    | KG06   | Naryn               | Нарын               |
oblast    | KG03   | Jalal-Abad          | Джалал-Абад         |
raion     | KG0602 | Kochkor             | Кочкор              | KG06
raion     | KG0603 | Jumgal              | Джумгал             | KG06
raion     | KG0309 | Chatkal             | Чаткал              | KG03
need      | food   | Food                | Еда                 |
need      | wash   | Water               | Вода                |
org       | NGO01  | One                 | Один                |
org       | NGO02  | Two                 | Два                 |
"""
HEADS = [
    *("start", "where/q1", "where/q2", "where/q3", "where/spot", "where/_spot_latitude"),
    *("where/_spot_longitude", "where/_spot_altitude", "needs", "needs/food", "needs/wash"),
    *("idp_hh", "idp_ind", "org", "_id", "_uuid", "_submission_time", "_index"),
]
DAY = "2024-05-01T10:00:00"
SITES: list[list[Any]] = [
    HEADS,
    [DAY, "KG06", "KG0602", "Ak-Kiya", "42.2 75.7 9 4", 42.2, 75.7, 9, "food", 1, 0, 4, 17, "NGO01",
     71, "a-1", DAY, 1],
    [DAY, "KG03", "KG0309", "Kurulush", "41.8 71.2 9 4", 41.8, 71.2, 9, None, 0, 0, 6, 31, "NGO02",
     72, "b-2", DAY, 2],
]  # fmt: skip
#: A repeat of populations: each row belongs to a submission.
GROUPS: list[list[Any]] = [
    ["groups/population_group", "groups/hh", "groups/individuals", "_index", "_parent_table_name",
     "_parent_index", "_submission__id"],
    ["IDPs", 4, 20, 1, "data", 2, 72],
    ["refugees", 2, 9, 2, "data", 2, 72],
    ["IDPs", 1, 5, 3, "data", 1, 71],
]  # fmt: skip
PLACES = [*HEADS[:4], *HEADS[14:]]
BARE: list[list[Any]] = [[*row[:4], *row[14:]] for row in SITES]  # which count nobody


@pytest.fixture
def form(tmp_path: Path) -> Path:
    return workbook(tmp_path / "form.xlsx", survey=SURVEY, choices=CHOICES)


def people(table: mtmgeo.Table) -> dict[str, tuple[int, int]]:
    """Return individuals and households by population."""
    found = table.observations().groupby("group", observed=True)[["individuals", "households"]]
    return {str(group): (int(x), int(y)) for group, x, y in found.sum().itertuples()}


def labelled(rows: list[list[Any]], language: str) -> list[list[Any]]:
    """Return an export in labels: headings and answers as people read them."""
    asked = dict(_column(SURVEY, "name", f"label::{language}"))
    said = dict(_column(CHOICES, "name", f"label::{language}"))
    heads = [
        "/".join(asked.get(part) or said.get(part) or part for part in head.split("/"))
        if not head.startswith(("_", "where/_"))
        else head
        for head in rows[0]
    ]
    return [heads, *([said.get(cell, cell) for cell in row] for row in rows[1:])]


def _column(text: str, *names: str) -> list[list[str]]:
    heads, *lines = (
        [cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()
    )
    at = [heads.index(name) for name in names]
    return [[line[each] for each in at] for line in lines]


def test_an_export_by_names_has_names_and_p_codes(tmp_path: Path, form: Path) -> None:
    path = write_xlsx(tmp_path / "export.xlsx", {"data": SITES})
    table = mtmgeo.read_table(path, form=form)
    assert table.frame["where/q1"].tolist() == ["Naryn", "Jalal-Abad"]
    assert table.frame["where/q2 (p-code)"].tolist() == ["KG0602", "KG0309"]
    assert dict(table.codes) == {"where/q1 (p-code)": "adm1", "where/q2 (p-code)": "adm2"}
    assert dict(table.places) == {"where/q1": "adm1", "where/q2": "adm2", "where/q3": "location"}
    assert people(table) == {"IDPs": (48, 10)}
    assert table.points()["lat"].tolist() == [42.2, 41.8]
    assert table.remarks == ()


@pytest.mark.parametrize("language", ["English (en)", "Русский (ru)"])
def test_an_export_by_labels_is_the_same(language: str, tmp_path: Path, form: Path) -> None:
    path = write_xlsx(tmp_path / "export.xlsx", {"data": labelled(SITES, language)})
    table = mtmgeo.read_table(path, form=form)
    codes = [name for name, level in table.codes.items() if level == "adm2"]
    assert table.frame[codes[0]].tolist() == ["KG0602", "KG0309"]
    assert people(table) == {"IDPs": (48, 10)}
    assert table.points()["lon"].tolist() == [75.7, 71.2]


def test_an_export_is_told_by_its_own_columns(tmp_path: Path) -> None:
    heads = [head.replace("q1", "adm1").replace("q2", "adm2") for head in HEADS]
    path = write_xlsx(tmp_path / "export.xlsx", {"data": [heads, *SITES[1:]]})
    table = mtmgeo.read_table(path)
    assert (table.adm1, table.adm2) == ("where/adm1", "where/adm2")
    assert people(table) == {"IDPs": (48, 10)}
    assert table.points()["lat"].tolist() == [42.2, 41.8]
    assert table.remarks == ()


def test_numbers_of_questions_are_no_part_of_their_names(tmp_path: Path) -> None:
    rows = [["A/q1_province", "A/q2.1_district", "B/idp_ind", "_uuid"],
            ["Naryn", "Kochkor", 5, "u"]]  # fmt: skip
    table = mtmgeo.read_table(write_csv(tmp_path / "e.csv", rows))
    assert (table.adm1, table.adm2) == ("A/q1_province", "A/q2.1_district")
    assert table.observations()["individuals"].tolist() == [5]


def test_semicolons_and_points_in_a_csv(tmp_path: Path, form: Path) -> None:
    heads = [head.replace("/", ".") for head in HEADS]
    path = write_csv(tmp_path / "export.csv", [heads, *SITES[1:]], delimiter=";")
    table = mtmgeo.read_table(path, form=form)
    assert table.frame["where.q2 (p-code)"].tolist() == ["KG0602", "KG0309"]
    assert people(table) == {"IDPs": (48, 10)}


@pytest.mark.slow
def test_what_the_tool_adds_is_not_listed_as_not_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    heads = [head.replace("q1", "adm1").replace("q2", "adm2") for head in HEADS]
    rows = [[*row[:11], *row[13:]] for row in [heads, *SITES[1:]]]
    path = write_xlsx(tmp_path / "export.xlsx", {"data": rows})
    found = mtmgeo.inspect_table(path)
    looks = {each.heading: each.taken_for for each in found.columns}
    assert looks["_id"] == looks["needs/food"] == looks["_index"] == "added by KoBo or ODK"
    assert main(["match", str(path), "-o", str(tmp_path / "m.csv")]) == 0
    said = capsys.readouterr().out
    assert "no counts were found in export.xlsx; not used: where/q3, where/spot, needs, org" in said
    assert "_id" not in said


def test_an_answer_that_the_form_does_not_have_is_named(tmp_path: Path, form: Path) -> None:
    rows = [SITES[0], SITES[1], [*SITES[2][:2], "KG0399", *SITES[2][3:]]]
    path = write_xlsx(tmp_path / "export.xlsx", {"data": rows})
    table = mtmgeo.read_table(path, form=form)
    said = "Answers in column 'where/q2' that the form does not have stay as they are: 'KG0399'."
    assert said in table.remarks
    assert table.frame["where/q2"].tolist() == ["Kochkor", "KG0399"]


def test_codes_of_what_is_no_place_are_no_p_codes(tmp_path: Path, form: Path) -> None:
    table = mtmgeo.read_table(write_xlsx(tmp_path / "e.xlsx", {"data": SITES}), form=form)
    assert "org (p-code)" not in table.frame
    assert table.frame["org"].tolist() == ["One", "Two"]


# The wrong form


def test_the_form_of_another_table_is_refused(tmp_path: Path) -> None:
    survey = "type | name | label\ntext | colour | Colour\ninteger | cows | Cows\ntext | q2 | ?"
    wrong = workbook(tmp_path / "wrong.xlsx", survey=survey)
    path = write_xlsx(tmp_path / "export.xlsx", {"data": SITES})
    with pytest.raises(InputError, match=r"wrong\.xlsx asks 1 of its 18 columns, 'where/q2'; give"):
        mtmgeo.read_table(path, form=wrong)


def test_a_table_given_as_the_form_is_refused(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "export.xlsx", {"data": SITES})
    with pytest.raises(InputError, match=r"export\.xlsx has no sheet 'survey'"):
        mtmgeo.read_table(path, form=path)


def test_a_few_columns_of_an_export_are_still_of_the_form(tmp_path: Path, form: Path) -> None:
    rows = [["q1", "q2", "idp_ind", "Checked by"], ["KG06", "KG0603", 8, "A"]]
    table = mtmgeo.read_table(write_csv(tmp_path / "few.csv", rows), form=form)
    assert table.frame["q2"].tolist() == ["Jumgal"]
    assert table.observations()["individuals"].tolist() == [8]


# Repeats


def test_people_in_a_repeat_get_the_place_of_their_submission(tmp_path: Path, form: Path) -> None:
    path = write_xlsx(tmp_path / "export.xlsx", {"data": BARE, "groups": GROUPS})
    table = mtmgeo.read_table(path, form=form)
    rows = (
        table.frame[["where/q2", "groups/population_group", "groups/individuals"]]
        .to_numpy()
        .tolist()
    )
    assert rows == [["Kochkor", "IDPs", 5], ["Chatkal", "IDPs", 20], ["Chatkal", "refugees", 9]]
    assert people(table) == {"IDPs": (25, 5), "refugees": (9, 2)}
    assert table.rows == (4, 2, 3)
    again = pickle.loads(pickle.dumps(table)).rows  # noqa: S301
    assert list(map(str, again)) == ["4 of 'groups'", "2 of 'groups'", "3 of 'groups'"]
    assert any("rows of 'groups' were joined to those of sheet 'data'" in x for x in table.remarks)


def test_a_fault_in_a_repeat_names_its_own_sheet_and_row(tmp_path: Path, form: Path) -> None:
    spoilt = [*GROUPS[:2], ["refugees", 2, -9, *GROUPS[2][3:]], GROUPS[3]]
    path = write_xlsx(tmp_path / "export.xlsx", {"data": BARE, "groups": spoilt})
    with pytest.raises(InputError) as caught:
        mtmgeo.read_table(path, form=form)
    assert caught.value.faults[0].startswith(
        "export.xlsx, sheet 'groups', row 3, column 'groups/individuals':"
    )


def test_a_row_that_belongs_to_no_submission_is_a_fault(tmp_path: Path, form: Path) -> None:
    lost = [*GROUPS, ["IDPs", 1, 2, 4, "data", 9, 99]]
    path = write_xlsx(tmp_path / "export.xlsx", {"data": BARE, "groups": lost})
    with pytest.raises(InputError, match="sheet 'groups', row 5: no place is named"):
        mtmgeo.read_table(path, form=form)


def test_people_who_are_counted_in_the_submission_are_not_counted_again(
    tmp_path: Path, form: Path
) -> None:
    path = write_xlsx(tmp_path / "export.xlsx", {"data": SITES, "groups": GROUPS})
    table = mtmgeo.read_table(path, form=form)
    assert people(table) == {"IDPs": (48, 10)}
    assert table.remarks == (
        (
            "Sheet 'groups' was not joined, since its people are counted elsewhere; its numbers, "
            "with their sums: 'groups/hh' (7), 'groups/individuals' (34)."
        ),
    )


def test_households_of_submissions_do_not_go_to_the_first_group(tmp_path: Path, form: Path) -> None:
    rows = [[*row, hh] for row, hh in zip(BARE, ["Households", 5, 9], strict=True)]
    path = write_xlsx(tmp_path / "export.xlsx", {"data": rows, "groups": GROUPS})
    table = mtmgeo.read_table(path, form=form)
    assert people(table) == {"IDPs": (25, 5), "refugees": (9, 2)}
    assert any("not counted, with their sums: 'Households' (14)" in x for x in table.remarks)


def test_other_people_of_submissions_are_counted_once(tmp_path: Path) -> None:
    rows = [[*row, host] for row, host in zip(BARE, ["host_individuals", 50, 70], strict=True)]
    rows[0] = [head.replace("q1", "adm1").replace("q2", "adm2") for head in rows[0]]
    groups = [["refugee_ind", "asylum_seekers_ind", "_parent_index"], [4, 1, 1], [2, 1, 1]]
    table = mtmgeo.read_table(write_xlsx(tmp_path / "e.xlsx", {"data": rows, "g": groups}))
    found = table.observations().groupby("group", observed=True)["individuals"].sum()
    assert found.to_dict() == {"host community": 120, "refugees": 6, "asylum seekers": 2}


def test_two_repeats_of_the_same_people_are_not_added_up(tmp_path: Path, form: Path) -> None:
    shelter = [["shelter/type", "shelter/individuals", "_parent_index"], ["tent", 34, 2]]
    path = write_xlsx(
        tmp_path / "export.xlsx", {"data": BARE, "groups": GROUPS, "shelter": shelter}
    )
    table = mtmgeo.read_table(path, form=form)
    assert people(table) == {"IDPs": (25, 5), "refugees": (9, 2)}
    assert any("'shelter' was not joined" in x and "(34)" in x for x in table.remarks)


def test_a_repeat_of_members_counts_nobody_and_reads_as_before(tmp_path: Path, form: Path) -> None:
    members = [["member/years", "sex", "_index", "_parent_index"], [30, "f", 1, 1], [4, "m", 2, 1]]
    alone = mtmgeo.read_table(write_xlsx(tmp_path / "e.xlsx", {"data": SITES}), form=form)
    path = write_xlsx(tmp_path / "f.xlsx", {"data": SITES, "member": members})
    table = mtmgeo.read_table(path, form=form)
    pd.testing.assert_frame_equal(table.frame, alone.frame)
    assert (table.rows, table.measures) == (alone.rows, alone.measures)
    assert table.remarks == ("Sheet 'member' was not joined, since it counts no people.",)


def test_counts_inside_two_repeats_find_their_submission(tmp_path: Path) -> None:
    heads = ["start", "oblast", "raion", "village", *PLACES[4:]]
    blocks = [["block", "_index", "_parent_table_name", "_parent_index"], ["N", 1, "data", 2]]
    inner = [["idp_individuals", "_parent_table_name", "_parent_index"], [12, "blocks", 1]]
    sheets = {"data": [heads, *BARE[1:]], "blocks": blocks, "shelters": inner}
    table = mtmgeo.read_table(write_xlsx(tmp_path / "e.xlsx", sheets))
    counted = table.frame[table.frame["idp_individuals"].notna()]
    assert counted["village"].tolist() == ["Kurulush"]
    assert table.observations()["individuals"].sum() == 12


def test_odk_joins_by_keys(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["SubmissionDate", "where-oblast", "where-raion", "spot-Latitude", "spot-Longitude", "KEY"],
        [DAY, "Naryn", "Kochkor", 42.2, 75.7, "uuid:1"],
        [DAY, "Naryn", "Jumgal", 41.9, 74.4, "uuid:2"],
    ]
    groups = [["idp_ind", "PARENT_KEY", "KEY"], [5, "uuid:2", "uuid:2/g[1]"]]
    table = mtmgeo.read_table(write_xlsx(tmp_path / "e.xlsx", {"data": rows, "g": groups}))
    assert table.adm2 == "where-raion"
    assert table.frame.loc[table.frame["idp_ind"].notna(), "where-raion"].tolist() == ["Jumgal"]
    assert table.points()["lat"].tolist() == [42.2, 41.9]


def test_a_repeat_may_be_named_and_read_alone(tmp_path: Path) -> None:
    groups = [["Raion", "IDPs", "_parent_index"], ["Kochkor", 7, 1]]
    path = write_xlsx(tmp_path / "e.xlsx", {"data": BARE, "g": groups})
    assert mtmgeo.read_table(path, sheet="g").observations()["individuals"].tolist() == [7]


def test_a_hidden_sheet_is_not_joined(tmp_path: Path, form: Path) -> None:
    path = write_xlsx(tmp_path / "e.xlsx", {"data": BARE, "groups": GROUPS})
    book = openpyxl.load_workbook(path)
    book["groups"].sheet_state = "hidden"
    book.save(path)
    assert mtmgeo.read_table(path, form=form).measures == ()


# Points


def test_the_position_of_the_device_serves_where_nothing_else_does(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["Raion", "IDPs", "_geolocation", "_uuid"],
        ["Kochkor", 3, "[42.2, 75.7]", "a"],
        ["Jumgal", 4, "[None, None]", "b"],
    ]
    table = mtmgeo.read_table(write_csv(tmp_path / "e.csv", rows))
    np.testing.assert_array_equal(table.points()["lat"], [42.2, np.nan])
    assert table.remarks == ()
    typed = [[*row, lat, lon] for row, lat, lon in zip(rows, ["lat", 1, 2], ["lon", 3, 4],
                                                       strict=True)]  # fmt: skip
    table = mtmgeo.read_table(write_csv(tmp_path / "f.csv", typed))
    assert table.points()["lat"].tolist() == [1, 2]


def test_the_first_of_several_points_is_that_of_the_row(tmp_path: Path) -> None:
    rows = [["Raion", "IDPs", "_site_latitude", "_site_longitude", "_well_latitude",
             "_well_longitude", "_uuid"], ["Kochkor", 3, 42.2, 75.7, 1, 2, "a"]]  # fmt: skip
    table = mtmgeo.read_table(write_csv(tmp_path / "e.csv", rows))
    assert table.points().to_numpy().tolist() == [[42.2, 75.7]]


# Plans, and the whole way


def test_a_plan_holds_the_form_and_the_repeats(tmp_path: Path, form: Path) -> None:
    path = write_xlsx(tmp_path / "export.xlsx", {"data": BARE, "groups": GROUPS})
    found = mtmgeo.inspect_table(path, form=form)
    assert found.plan is not None
    toml = mtmgeo.write(found, tmp_path / "round.toml")
    text = toml.read_text("utf-8").replace(str(form), "form.xlsx")
    toml.write_text(text, "utf-8")
    before, again = mtmgeo.read_table(path, form=form), mtmgeo.read_table(path, plan=toml)
    pd.testing.assert_frame_equal(before.frame, again.frame)
    assert (before.measures, before.codes, before.rows) == (
        again.measures, again.codes, again.rows)  # fmt: skip
    assert before.remarks == again.remarks
    more = [[*row, x] for row, x in zip(BARE, ["_new_of_the_tool", 4, 9], strict=True)]
    later = write_xlsx(tmp_path / "later.xlsx", {"data": more, "groups": GROUPS})
    assert "Not in round.toml, and not used: '_new_of_the_tool' (13)." in (
        mtmgeo.read_table(later, plan=toml).remarks
    )


@pytest.mark.slow
def test_from_the_form_of_a_pack_back_to_its_units(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    form = tmp_path / "form.xlsx"
    assert main(["xlsform", "kgz", "-o", str(form)]) == 0
    choices = mtmgeo.xlsform(mtmgeo.read_boundaries("kgz"))["choices"]
    parents = choices.set_index(["list_name", "name"])["parent_pcode"].to_dict()
    rows: list[list[object]] = [
        [*(f"adm{level}_pcode" for level in (1, 2, 3, 4)), "Number of IDPs", "_uuid", "_index"]
    ]
    for at, adm4 in enumerate(choices.query("list_name == 'adm4'")["name"].iloc[::40], start=1):
        adm3 = parents["adm4", adm4]
        adm2 = parents["adm3", adm3]
        rows.append([parents["adm2", adm2], adm2, adm3, adm4, 5, f"u{at}", at])
    path = write_xlsx(tmp_path / "export.xlsx", {"data": rows})
    result = tmp_path / "m.csv"
    assert main(["match", str(path), "--form", str(form), "-o", str(result)]) == 0
    assert f"{len(rows) - 1} matched, 0 partial, 0 ambiguous, 0 unmatched" in (
        capsys.readouterr().out
    )
    found = pd.read_csv(result)
    assert set(found["method"]) == {"code"}
    assert found["adm4_pcode"].tolist() == [row[3] for row in rows[1:]]


@pytest.mark.slow
def test_a_joined_table_goes_the_whole_way(tmp_path: Path, form: Path) -> None:
    path = write_xlsx(tmp_path / "export.xlsx", {"data": BARE, "groups": GROUPS})
    out = tmp_path / "figures.csv"
    words = ["assess", str(path), "--form", str(form), "--suppress-below", "0", "-o", str(out)]
    assert main(words) == 0
    figures = pd.read_csv(out)
    everybody = figures[figures["level"] == -1].drop_duplicates("group")
    assert dict(zip(everybody["group"], everybody["individuals"], strict=True)) == {
        "IDPs": 25,
        "refugees": 9,
    }
