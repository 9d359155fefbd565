"""Forms for KoBo and ODK: what they ask, in which words, and that pyxform and ODK take them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import openpyxl
import pandas as pd
import pytest
from pyxform.xls2xform import convert

import mtmgeo
from mtmgeo.boundaries.read import units_from
from mtmgeo.commands.main import main
from tests.payloads import PAYLOADS

Sheets = dict[str, pd.DataFrame]
XFORM = "{http://www.w3.org/2002/xforms}"


def bounds(rows: str, **columns: list[str]) -> mtmgeo.BoundarySet:
    """Return a set of the units in lines of level, p-code, parent and name."""
    cells = [line.split(maxsplit=3) for line in rows.strip().splitlines()]
    units = pd.DataFrame(cells, columns=["level", "pcode", "parent_pcode", "name"])
    units["parent_pcode"] = units["parent_pcode"].replace("-", "")
    return made(units.assign(**columns))


def made(units: pd.DataFrame, **about: Any) -> mtmgeo.BoundarySet:
    read = units_from(units, "units.csv", nameless=True)
    return mtmgeo.BoundarySet(read, **{"name": "tst", "title": "Test", **about})


def choices(form: Sheets, listed: str, label: str = "label") -> dict[str, str]:
    table = form["choices"][form["choices"]["list_name"] == listed]
    return dict(zip(table["name"], table[label], strict=True))


def asked(form: Sheets) -> pd.DataFrame:
    return form["survey"].set_index("name")


def offered(form: Sheets, question: str, **answers: str) -> list[str]:
    """Return the choices that a form gives, or [] where it does not ask.

    Of its XPath, which ODK reads in another test, the questions count that it names: the answer
    to the first that has one is the unit above.
    """
    row = asked(form).loc[question]
    table = form["choices"]
    listed = table[table["list_name"] == row["type"].split()[1]]
    if row["choice_filter"]:
        given = [answers.get(name, "") for name in re.findall(r"\$\{(\w+)}", row["choice_filter"])]
        above = next(filter(None, given), "none")
        listed = listed[listed["parent_pcode"] == above]
    return listed["name"].tolist()


def xform(form: Sheets, path: Path, *, validate: bool = False) -> ET.Element:
    """Return what pyxform makes of a form, without a warning."""
    made = convert(mtmgeo.write(form, path), validate=validate)
    assert made.warnings == []
    return ET.fromstring(made.xform)  # noqa: S314


@pytest.fixture(scope="module")
def kgz() -> Sheets:
    return mtmgeo.xlsform(mtmgeo.read_boundaries("kgz"))


@pytest.fixture(scope="module")
def towns() -> Sheets:
    """Towns without villages, and villages that hang on a district, a province, the country."""
    return mtmgeo.xlsform(
        bounds(
            """
            1 A - Ala
            1 B - Bel
            2 A1 A Aksy
            2 A2 A Aral
            2 B1 B Batken
            2 C1 - Capital
            3 A11 A1 Avletim
            4 A111 A11 Aiyl
            4 A112 A1 Arbyn
            4 B111 B1 Boz
            4 C111 C1 Camp
            """
        )
    )


# What is asked


def test_the_form_of_the_pack_asks_from_the_province_to_the_village(kgz: Sheets) -> None:
    assert list(kgz) == ["survey", "choices", "settings"]
    survey = asked(kgz)
    assert survey["type"].to_dict() == {
        "start": "start",
        "end": "end",
        "about": "note",
        "adm1_pcode": "select_one adm1",
        "adm2_pcode": "select_one adm2",
        "adm3_pcode": "select_one adm3",
        "adm4_pcode": "select_one adm4",
        "place_name": "text",
        "gps": "geopoint",
        "sources": "note",
    }
    assert survey["label::English (en)"]["adm2_pcode"] == "District or city"
    assert survey["label::Русский (ru)"]["adm2_pcode"] == "Район или город"
    assert survey["choice_filter"]["adm2_pcode"] == "parent_pcode=${adm1_pcode}"
    assert "GeoNames (CC BY 4.0)" in survey["label::Кыргызча (ky)"]["sources"]
    assert kgz["settings"].to_dict("records") == [
        {
            "form_title": "Assessed locations: Kyrgyzstan",
            "form_id": "locations_kgz",
            "version": "1",
            "default_language": "English (en)",
        }
    ]


def test_the_form_of_the_pack_has_every_unit_under_its_p_code(kgz: Sheets) -> None:
    table = kgz["choices"]
    assert table["list_name"].value_counts().to_dict() == {
        "adm4": 1857, "adm3": 518, "adm2": 55, "adm1": 9,
    }  # fmt: skip
    assert "pcode" not in table
    assert not table.duplicated(["list_name", "name"]).any()
    every = table.set_index("name")["parent_pcode"]
    assert every["KG06255813020"] == "KG06255813000"
    assert offered(kgz, "adm2_pcode", adm1_pcode="KG21000000000") == ["KG21000000000"]


@pytest.mark.slow
def test_every_settlement_is_reached_by_choosing_what_it_lies_in(kgz: Sheets) -> None:
    above = kgz["choices"].set_index(["list_name", "name"])["parent_pcode"]
    reached = set()
    for adm1 in offered(kgz, "adm1_pcode"):
        for adm2 in offered(kgz, "adm2_pcode", adm1_pcode=adm1):
            assert above["adm2", adm2] == adm1
            for adm3 in offered(kgz, "adm3_pcode", adm2_pcode=adm2):
                reached |= {*offered(kgz, "adm4_pcode", adm3_pcode=adm3)}
    assert reached == {*choices(kgz, "adm4", "label::English (en)")}


def test_a_level_stops_the_form_earlier() -> None:
    form = mtmgeo.xlsform(mtmgeo.read_boundaries("kgz"), level=2)
    assert asked(form).index.tolist() == [
        "start", "end", "about", "adm1_pcode", "adm2_pcode", "gps", "sources",
    ]  # fmt: skip
    assert set(form["choices"]["list_name"]) == {"adm1", "adm2"}
    assert "leave" not in asked(form)["label::English (en)"]["about"]
    assert asked(form)["required"][["adm1_pcode", "adm2_pcode"]].tolist() == ["yes", "yes"]


def test_levels_without_units_and_units_without_a_name_are_left_out() -> None:
    units = pd.DataFrame(
        [
            ("0", "X", "", "Land"),
            ("1", "A", "X", "Ala"),
            ("3", "A1", "A", "Arpa"),
            ("3", "A2", "A", ""),
        ],
        columns=["level", "pcode", "parent_pcode", "name"],
    )
    form = mtmgeo.xlsform(made(units))
    assert set(form["choices"]["list_name"]) == {"adm1", "adm3"}
    assert choices(form, "adm3") == {"A1": "Arpa"}
    assert asked(form)["choice_filter"]["adm3_pcode"] == "parent_pcode=${adm1_pcode}"


def test_two_countries_are_asked_for_first() -> None:
    form = mtmgeo.xlsform(
        bounds("0 KG - Kyrgyzstan\n0 TJ - Tajikistan\n1 K1 KG Osh\n1 T1 TJ Sughd")
    )
    assert offered(form, "adm0_pcode") == ["KG", "TJ"]
    assert offered(form, "adm1_pcode", adm0_pcode="TJ") == ["T1"]


def test_a_town_without_villages_is_not_asked_for_one(towns: Sheets, kgz: Sheets) -> None:
    told = "count(instance('adm3')/root/item[parent_pcode=${adm2_pcode}]) > 0"
    assert asked(kgz)["relevant"]["adm3_pcode"] == told
    assert asked(kgz)["relevant"][["adm1_pcode", "adm2_pcode"]].tolist() == ["", ""]
    assert offered(towns, "adm3_pcode", adm2_pcode="A2") == []


def test_a_place_that_hangs_higher_up_is_reached_too(towns: Sheets) -> None:
    assert offered(towns, "adm2_pcode") == ["C1"]
    assert offered(towns, "adm4_pcode", adm1_pcode="A", adm2_pcode="A1") == ["A112"]
    assert offered(towns, "adm4_pcode", adm2_pcode="A1", adm3_pcode="A11") == ["A111"]
    assert offered(towns, "adm4_pcode", adm2_pcode="B1") == ["B111"]
    # Nobody is held up by a list that does not hold the place.
    required = asked(towns)["required"]
    assert {name for name in required.index if required[name]} == {"adm2_pcode"}


def test_a_place_that_is_in_no_list_is_written_by_name(kgz: Sheets) -> None:
    survey = asked(kgz)
    assert survey["required"][["adm3_pcode", "adm4_pcode"]].tolist() == ["yes", ""]
    assert survey["relevant"]["place_name"].startswith("${adm4_pcode} = '' and count(")


def test_long_lists_are_searched() -> None:
    rows = [f"2 A{at} A Name{at}" for at in range(21)]
    form = mtmgeo.xlsform(bounds("\n".join(["1 A - Ala", *rows])))
    assert asked(form)["appearance"][["adm1_pcode", "adm2_pcode"]].tolist() == ["", "autocomplete"]


def test_a_set_without_units_to_ask_for_is_an_error() -> None:
    with pytest.raises(mtmgeo.BoundaryError, match="no named units of level 1 to 1: choose a deep"):
        mtmgeo.xlsform(bounds("0 KG - Kyrgyzstan\n2 A KG Ala"), level=1)


# In which words


def test_labels_fall_back_to_the_name() -> None:
    form = mtmgeo.xlsform(
        bounds("1 A - Osh\n1 B - Batken", name_en=["Osh", ""], name_ru=["", "Баткен"])
    )
    assert choices(form, "adm1", "label::English (en)") == {"B": "Batken", "A": "Osh"}
    assert choices(form, "adm1", "label::Русский (ru)") == {"B": "Баткен", "A": "Osh"}


def test_kyrgyz_labels_fall_back_to_russian_as_on_maps(kgz: Sheets) -> None:
    assert choices(kgz, "adm3", "label::Кыргызча (ky)")["KG08213826000"].startswith("А.Дуйшеев")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("columns", "labels"),
    [
        ({}, ["label"]),
        ({"name_fr": ["Ala"]}, ["label::Français (fr)"]),
        ({"name_fr": ["Montagne"]}, ["label::English (en)", "label::Français (fr)"]),
        ({"name_ar": ["جبل"], "name_fr": ["Ala"]}, ["label::العربية (ar)", "label::Français (fr)"]),
        ({"name_ru": ["Ала"], "name_en": ["Alah"]}, ["label::English (en)", "label::Русский (ru)"]),
        ({"name_prs": ["Ala"], "name_uk": [""]}, ["label::prs (prs)"]),
        ({"name_local": ["Ala"]}, ["label"]),
    ],
)
def test_the_languages_are_those_of_the_set(
    columns: dict[str, list[str]], labels: list[str], tmp_path: Path
) -> None:
    form = mtmgeo.xlsform(bounds("1 A - Ala", **columns))
    for sheet in ("survey", "choices"):
        assert [name for name in map(str, form[sheet]) if name.startswith("label")] == labels
    default = form["settings"]["default_language"][0]
    assert f"label::{default}" == labels[0] or (default, labels) == ("", ["label"])
    xform(form, tmp_path / "form.xlsx")


def test_units_of_one_name_are_told_apart_by_type_or_else_by_p_code(kgz: Sheets) -> None:
    form = mtmgeo.xlsform(
        bounds(
            "1 A - Osh\n1 B - Osh\n1 C - Talas\n2 A1 A Ak-Suu\n2 A2 A ak-suu\n2 B1 B Ak-Suu",
            type=["province", "", "province", "district", "district", "district"],
            name_ru=["Ош", "Ош", "Талас", "", "", ""],
        )
    )
    names = {"A": "Osh (province)", "B": "Osh", "C": "Talas"}
    assert choices(form, "adm1", "label::English (en)") == names
    assert choices(form, "adm1", "label::Русский (ru)")["A"] == "Ош (область)"
    assert choices(form, "adm2", "label::English (en)") == {
        "A1": "Ak-Suu (A1)", "A2": "ak-suu (A2)", "B1": "Ak-Suu",
    }  # fmt: skip
    for label in ("label::English (en)", "label::Русский (ru)", "label::Кыргызча (ky)"):
        assert not kgz["choices"].duplicated(["list_name", "parent_pcode", label]).any()


def test_p_codes_that_odk_does_not_allow_are_made_valid_and_kept_beside() -> None:
    form = mtmgeo.xlsform(
        bounds("1 01/A - Ala\n1 01_A - Bel\n1 Ош-1 - Osh\n2 01/A.1 01/A Arpa\n2 7 01_A Boz")
    )
    table = form["choices"].set_index("pcode")
    assert table["name"].to_dict() == {
        "01/A": "01_A_2", "01_A": "01_A", "Ош-1": "__-1", "01/A.1": "01_A.1", "7": "7",
    }  # fmt: skip
    assert table["parent_pcode"]["01/A.1"] == "01_A_2"
    assert offered(form, "adm2_pcode", adm1_pcode="01_A") == ["7"]


# That it is taken


@pytest.mark.slow
@pytest.mark.parametrize("form", ["kgz", "towns"])
def test_pyxform_takes_the_form(form: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    sheets = request.getfixturevalue(form)
    made = xform(sheets, tmp_path / "form.xlsx")
    lists = [part for part in made.iter(f"{XFORM}instance") if part.get("id", "").startswith("adm")]
    assert sum(len([*part.iter(f"{XFORM}item")]) for part in lists) == len(sheets["choices"])


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("java") is None, reason="ODK Validate needs Java")
def test_odk_validate_takes_the_form(towns: Sheets, tmp_path: Path) -> None:
    xform(towns, tmp_path / "form.xlsx", validate=True)


@pytest.mark.slow
def test_names_are_text_and_nothing_else(tmp_path: Path) -> None:
    names = [*PAYLOADS, "${adm1_pcode}", "Ak_Suu_2", "Osh*", "#1", "[a](https://evil.example)"]
    units = pd.DataFrame({"name": names, "level": "1", "parent_pcode": ""}, dtype=object)
    units = units[units["name"].str.strip().ne("")]
    form = mtmgeo.xlsform(made(units.assign(pcode=[f"P{at}" for at in range(len(units))])))
    labels = choices(form, "adm1")
    assert {"$ {adm1_pcode}", r"Ak\_Suu\_2", "Osh*", r"\#1"} <= set(labels.values())
    assert not any(re.search(r"\$\{|<|\]\(|^#", label) for label in labels.values())
    assert {*labels.values()} <= {*xform(form, tmp_path / "form.xlsx").itertext()}


def test_a_label_that_looks_like_a_formula_is_text(tmp_path: Path) -> None:
    form = mtmgeo.xlsform(bounds("1 A - =1+1\n1 B - @SUM(1)"))
    path = mtmgeo.write(form, tmp_path / "form.xlsx")
    cells = {cell.value: cell for row in openpyxl.load_workbook(path)["choices"] for cell in row}
    assert {cells[text].data_type for text in ("=1+1", "@SUM(1)")} == {"s"}
    assert cells["=1+1"].quotePrefix


@pytest.mark.slow
def test_the_command_writes_the_form_and_the_same_bytes_each_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [tmp_path / "a.xlsx", tmp_path / "b.xlsx"]
    for path in paths:
        assert main(["xlsform", "kgz", "--level", "3", "-o", str(path)]) == 0
    assert capsys.readouterr().out.startswith("choices: adm1 9; adm2 55; adm3 518\nwritten: ")
    assert paths[0].read_bytes() == paths[1].read_bytes()


@pytest.mark.slow
def test_the_command_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["xlsform", "kgz", "--level", "0", "-o", str(tmp_path / "a.xlsx")]) == 2
    assert "no named units of level 1 to 0" in capsys.readouterr().err
    assert main(["xlsform", "kgz", "-o", str(tmp_path / "a.pdf")]) == 2
    assert [*tmp_path.iterdir()] == []


# That its answers need no matching


def filled(form: Sheets, group: str) -> pd.DataFrame:
    """Return an export of a form: a place in ten, each town and city without a place inside."""
    table = form["choices"]
    above = table.set_index(["list_name", "name"])["parent_pcode"].to_dict()
    lists = dict(list(table.groupby("list_name")))
    last = {"adm4": lists["adm4"]["name"].tolist()[::10]}
    for level, below in (("adm3", "adm4"), ("adm2", "adm3")):
        alone = ~lists[level]["name"].isin(lists[below]["parent_pcode"])
        last[level] = lists[level]["name"][alone].tolist()
    rows = []
    for level, pcodes in last.items():
        for pcode in pcodes:
            row = {f"{group}{level}_pcode": pcode, "_uuid": f"uuid-{pcode}", "returnees_2022": 5}
            for up in range(int(level[-1]), 1, -1):
                pcode = row[f"{group}adm{up - 1}_pcode"] = above[f"adm{up}", pcode]  # noqa: PLW2901
            rows.append(row)
    questions = [f"{group}{name}" for name in form["survey"]["name"][3:8]]
    return pd.DataFrame(rows, columns=[*questions, "returnees_2022", "_uuid"]).astype(object)


@pytest.mark.slow
@pytest.mark.parametrize("group", ["", "group_loc/"])
def test_a_filled_form_is_matched_by_its_p_codes_alone(
    group: str, kgz: Sheets, tmp_path: Path
) -> None:
    export = filled(kgz, group)
    path = tmp_path / "export.xlsx"
    export.to_excel(path, index=False)
    found = mtmgeo.match(mtmgeo.read_table(path), mtmgeo.read_boundaries("kgz")).frame
    assert len(found) == 186 + 64 + 5
    assert set(found["status"]) == {"matched"}
    assert set(found["method"]) == {"code"}
    answers = export[[f"{group}adm{level}_pcode" for level in (4, 3, 2)]]
    assert found["pcode"].tolist() == answers.bfill(axis=1).iloc[:, 0].tolist()


@pytest.mark.slow
def test_a_place_written_by_name_is_matched_within_its_p_codes(kgz: Sheets, tmp_path: Path) -> None:
    export = filled(kgz, "").head(2)
    export.loc[0, ["adm4_pcode", "place_name"]] = [None, "New Settlement"]
    path = tmp_path / "export.csv"
    export.to_csv(path, index=False)
    found = mtmgeo.match(mtmgeo.read_table(path), mtmgeo.read_boundaries("kgz")).frame
    assert found["status"].tolist() == ["partial", "matched"]
    assert found["pcode"][0] == export["adm3_pcode"][0]
