"""XLSForms read, and the answers to their questions in words and p-codes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import mtmgeo
from mtmgeo.core.errors import InputError
from mtmgeo.tables.forms.form import Form, decode, read_form

SURVEY = """
type                    | name      | label::English (en)             | label::Français (fr)   | choice_filter
start                   | start     |                                 |                        |
begin_group             | group_loc | Location                        | Lieu                   |
select_one province     | admin1    | In which **province** is it?    | Dans quelle province ? |
select_one commune      | admin2    | In which commune is it?         | Dans quelle commune ?  | admin1=${admin1}
geopoint                | gps       | <span style="x">Position</span> | Position               |
end_group               |           |                                 |                        |
select_one yes_no       | open      | Is the site open?               | Le site est ouvert ?   |
select multiple need    | needs     | Needs                           | Besoins                |
begin repeat            | pop       | Population                      | Population             |
integer                 | hh        | Households of ${pop}            | Ménages                |
end repeat              |           |                                 |                        |
"""  # noqa: E501
CHOICES = r"""
list name | name   | label::English (en) | label::Français (fr) | admin1
province  | BI01   | Bubanza             | Bubanza              |
province  | BI02   | Bujumbura Rural     | Bujumbura rural      |
commune   | BI0101 | Centre              | Centre               | BI01
commune   | BI0102 | Gihanga             | Gihanga              | BI01
commune   | BI0201 | Centre              | Centre               | BI02
commune   | other  | Other               | Autre                |
commune   | BI0202 | Isale\_Sud          |                      | BI02
commune   | BI0203 | Kabezi              | Kabezi               | BI02
yes_no    | 1      | Yes                 | Oui                  |
yes_no    | 0      | No                  | Non                  |
need      | food   | Food                | Vivres               |
"""


def sheet(text: str) -> pd.DataFrame:
    heads, *rows = (
        [cell.strip() or None for cell in line.split("|")] for line in text.strip().splitlines()
    )
    return pd.DataFrame(rows, columns=heads, dtype=object)


def workbook(path: Path, **sheets: str) -> Path:
    with pd.ExcelWriter(path) as writer:
        for name, text in sheets.items():
            sheet(text).to_excel(writer, sheet_name=name, index=False)
    return path


@pytest.fixture
def form(tmp_path: Path) -> Form:
    return read_form(workbook(tmp_path / "form.xlsx", survey=SURVEY, choices=CHOICES))


def decoded(form: Form, **columns: list[Any]) -> dict[str, list[Any]]:
    frame = pd.DataFrame(columns, dtype=object)
    found = decode(frame, form).frame
    return {str(heading): found[heading].tolist() for heading in found}


# Reading


def test_questions_have_their_groups_lists_and_labels(form: Form) -> None:
    assert [(each.name, each.kind, each.groups, each.listed) for each in form.questions] == [
        ("start", "start", (), ""),
        ("admin1", "select_one", ("group_loc",), "province"),
        ("admin2", "select_one", ("group_loc",), "commune"),
        ("gps", "geopoint", ("group_loc",), ""),
        ("open", "select_one", (), "yes_no"),
        ("needs", "select_multiple", (), "need"),
        ("hh", "integer", ("pop",), ""),
    ]
    labels = {each.name: list(each.labels.values()) for each in form.questions}
    assert labels["admin1"] == ["In which province is it?", "Dans quelle province ?"]
    assert labels["gps"] == ["Position", "Position"]
    assert labels["hh"] == ["Households of", "Ménages"]
    assert form.language == "English (en)"
    assert form.questions[2].filters == {"admin1": ("admin1",)}


def test_choices_are_p_codes_where_most_of_their_list_are(form: Form) -> None:
    pcodes = {listed: [each.pcode for each in choices] for listed, choices in form.lists.items()}
    assert pcodes == {
        "province": ["BI01", "BI02"],
        "commune": ["BI0101", "BI0102", "BI0201", "", "BI0202", "BI0203"],
        "yes_no": ["", ""],
        "need": [""],
    }


def test_a_column_of_p_codes_tells_what_the_names_of_choices_stand_for(tmp_path: Path) -> None:
    choices = (
        "list_name | name | label | pcode\nplace | p1 | Osh | KG06\nplace | p2 | Batken | KG05"
    )
    survey = "type | name | label\nselect_one place | place | Where?"
    form = read_form(workbook(tmp_path / "form.xlsx", survey=survey, choices=choices))
    assert decoded(form, place=["p2", "Osh"]) == {
        "place": ["Batken", "Osh"],
        "place (p-code)": ["KG05", "KG06"],
    }


@pytest.mark.parametrize(
    ("kind", "read"),
    [
        ("select one place", ("select_one", "place")),
        ("select1 place", ("select_one", "place")),
        ("select_one place or_other", ("select_one", "place")),
        ("select_one_from_file places.csv", ("select_one", "places.csv")),
        ("select_multiple place", ("select_multiple", "place")),
        ("Select_One place", ("select_one", "place")),
        ("select one from place", ("select_one", "place")),
        ("integer", ("integer", "")),
    ],
)
def test_types_are_read_in_all_their_spellings(
    kind: str, read: tuple[str, str], tmp_path: Path
) -> None:
    survey = f"type | name | label\n{kind} | a | Where?"
    question = read_form(workbook(tmp_path / "form.xlsx", survey=survey)).questions[0]
    assert (question.kind, question.listed) == read
    assert question.labels == {"": "Where?"}


def test_numbers_of_a_spreadsheet_are_the_names_that_they_look_like(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    choices = {"List Name": ["n", "n"], "value": [1.0, 2], "label": ["One", "Two"]}
    with pd.ExcelWriter(path) as writer:
        survey = {"TYPE": ["select_one n"], "Name": ["a"], "Label": ["N"]}
        pd.DataFrame(survey).to_excel(writer, sheet_name="Survey", index=False)
        pd.DataFrame(choices).to_excel(writer, sheet_name="choices", index=False)
    assert decoded(read_form(path), a=[1, 2.0, "2", None]) == {"a": ["One", "Two", "Two", None]}


def test_the_default_language_is_that_of_the_settings(tmp_path: Path) -> None:
    settings = "form_title | default_language\nRound 1 | Français (fr)"
    path = workbook(tmp_path / "form.xlsx", survey=SURVEY, choices=CHOICES, settings=settings)
    assert decoded(read_form(path), open=["1"]) == {"open": ["Oui"]}


@pytest.mark.parametrize(
    ("sheets", "said"),
    [
        ({"data": "a | b\n1 | 2"}, "form.xlsx has no sheet 'survey': give the XLSForm from which"),
        ({"survey": "a | b\n1 | 2"}, "sheet 'survey': there is no question with a type and name"),
    ],
)
def test_what_is_no_form_is_an_error(sheets: dict[str, str], said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=said):
        read_form(workbook(tmp_path / "form.xlsx", **sheets))


def test_a_file_that_is_no_workbook_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    path.write_text("type,name\ninteger,a\n")
    with pytest.raises(InputError, match=r"form\.xlsx cannot be read as a form .*: give the XLSF"):
        read_form(path)
    with pytest.raises(InputError, match="cannot be read as a form"):
        read_form(tmp_path / "none.xlsx")


# Headings


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("admin1", "admin1"),
        ("Admin1 ", "admin1"),
        ("group_loc/admin1", "admin1"),
        ("group_loc.admin1", "admin1"),
        ("group_loc-admin1", "admin1"),
        ("group_loc::admin1", "admin1"),
        ("In which province is it?", "admin1"),
        ("In which **province** is it?", "admin1"),
        ("Location/In which province is it?", "admin1"),
        ("Lieu/Dans quelle province ?", "admin1"),
        ("Position", "gps"),
        ("pop/hh", "hh"),
        ("group_loc", None),
        ("needs/food", None),
        ("", None),
    ],
)
def test_headings_name_questions_in_every_way_that_they_are_exported(
    heading: str, name: str | None, form: Form
) -> None:
    question = form.question(heading)
    assert (question and question.name) == name


def test_what_two_questions_are_called_names_neither(tmp_path: Path) -> None:
    survey = """
    type        | name   | label
    begin_group | before |
    text        | admin1 | Province
    end_group   |        |
    begin_group | now    |
    text        | admin1 | Province
    end_group   |        |
    """
    form = read_form(workbook(tmp_path / "form.xlsx", survey=survey))
    assert form.question("admin1") is None
    assert form.question("Province") is None
    found = form.question("now/admin1")
    assert found is not None
    assert found.groups == ("now",)


# Answers


def test_names_of_choices_become_labels_and_p_codes(form: Form) -> None:
    cells = decoded(form, **{"loc/admin1": ["BI02"], "admin2": ["BI0203"], "open": [1], "n": [7]})
    assert list(cells.items()) == [
        ("loc/admin1", ["Bujumbura Rural"]),
        ("loc/admin1 (p-code)", ["BI02"]),
        ("admin2", ["Kabezi"]),
        ("admin2 (p-code)", ["BI0203"]),
        ("open", ["Yes"]),
        ("n", [7]),
    ]


def test_labels_of_any_language_are_answers_too(form: Form) -> None:
    french = replace(form, language="Français (fr)")
    cells = decoded(french, admin1=["Bujumbura rural", " bubanza"], open=["Oui", "No"])
    assert cells["admin1"] == ["Bujumbura rural", "Bubanza"]
    assert cells["admin1 (p-code)"] == ["BI02", "BI01"]
    assert cells["open"] == ["Oui", "Non"]


def test_a_label_of_several_places_is_settled_by_the_answer_above(form: Form) -> None:
    cells = decoded(form, admin1=["Bubanza", "BI02", ""], admin2=["Centre", "Centre", "Centre"])
    assert cells["admin2 (p-code)"] == ["BI0101", "BI0201", ""]
    assert decoded(form, admin2=["Centre"]) == {"admin2": ["Centre"], "admin2 (p-code)": [""]}


def test_a_label_without_a_translation_is_taken_from_another_language(form: Form) -> None:
    french = replace(form, language="Français (fr)")
    cells = decoded(french, admin2=["BI0202", "other"])
    assert cells["admin2"] == ["Isale_Sud", "Autre"]
    assert cells["admin2 (p-code)"] == ["BI0202", ""]


def test_what_is_no_choice_stays_and_is_named(form: Form) -> None:
    frame = pd.DataFrame({"admin1": ["BI01", "Kirundo", "Kirundo", "", None]}, dtype=object)
    found = decode(frame, form)
    assert found.frame["admin1"].tolist() == ["Bubanza", "Kirundo", "Kirundo", "", None]
    assert found.unknown == {"admin1": ("Kirundo",)}
    assert found.codes == {"admin1": "admin1 (p-code)"}


def test_no_column_is_overwritten_and_the_index_stays(form: Form) -> None:
    frame = pd.DataFrame({"admin1": ["BI01"], "admin1 (p-code)": ["mine"]}, index=[7])
    found = decode(frame, form)
    assert found.frame["admin1 (p-code)"].tolist() == ["mine"]
    assert found.frame[found.codes["admin1"]].tolist() == ["BI01"]
    assert found.frame.index.tolist() == [7]


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "ru", "ky"])
def test_the_form_of_a_boundary_set_gives_its_p_codes_back(language: str, tmp_path: Path) -> None:
    sheets = mtmgeo.xlsform(mtmgeo.read_boundaries("kgz"))
    form = read_form(mtmgeo.write(sheets, tmp_path / "form.xlsx"))
    choices = sheets["choices"].set_index(["list_name", "name"])
    parents = choices["parent_pcode"].to_dict()
    labels = choices[next(c for c in choices if str(c).endswith(f"({language})"))].to_dict()
    rows = []
    for adm4 in sheets["choices"].query("list_name == 'adm4'")["name"]:
        adm3 = parents["adm4", adm4]
        adm2 = parents["adm3", adm3]
        rows.append((parents["adm2", adm2], adm2, adm3, adm4))
    answers = pd.DataFrame(rows, columns=[f"adm{level}_pcode" for level in (1, 2, 3, 4)])
    named = answers.apply(lambda s: [labels[s.name.removesuffix("_pcode"), x] for x in s])
    for given in (answers, named):
        found = decode(given, form)
        assert found.unknown == {}
        codes = found.frame[list(found.codes.values())]
        assert codes.to_numpy().tolist() == answers.to_numpy().tolist()
