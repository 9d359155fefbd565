"""Figures, rounds, distances and surveys from the command line."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from mtmgeo.commands.main import main

PLACES = [
    ("Batken", "Kadamjai", "Kuldu"),
    ("Batken", "Leilek", "Kulundu"),
    ("Chui", "Kemin", "Orlovka"),
]


def written(path: Path, heads: list[str], rows: list[tuple[object, ...]]) -> str:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heads, *rows])
    return str(path)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def sheet(path: Path, name: str) -> list[dict[str, Any]]:
    heads, *rows = openpyxl.load_workbook(path)[name].iter_rows(values_only=True)
    return [dict(zip(map(str, heads), row, strict=True)) for row in rows]


@pytest.fixture
def visits(tmp_path: Path) -> Callable[..., str]:
    """Write a table of three villages with their returnees of 2022."""

    def write(name: str, *counts: object) -> str:
        heads = ["province", "district", "village", "returnees_2022"]
        rows = [(*place, count) for place, count in zip(PLACES, counts, strict=False)]
        return written(tmp_path / name, heads, rows)

    return write


@pytest.mark.slow
def test_assess_writes_figures_in_every_format(
    visits: Callable[..., str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people = written(tmp_path / "people.csv", ["ADM1_PCODE", "T_TL"], [("KG05000000000", "50 000")])
    names = ["a.csv", "a.hxl.csv", "a.xlsx", "a.gpkg", "a.parquet"]
    outputs = [word for name in names for word in ("-o", str(tmp_path / name))]
    assert main(["assess", visits("v.csv", 60, 40, 80), "--population", people, *outputs]) == 0
    out = capsys.readouterr().out
    assert out.startswith(
        "columns of v.csv: admin 1: 'province', admin 2: 'district', location: 'village', "
        "return migrants 2022: 'returnees_2022'\n"
    )
    assert all((tmp_path / name).is_file() for name in names)
    batken = [row for row in read(tmp_path / "a.csv") if row["name"] == "Batken"]
    assert {row["per_1000"] for row in batken} == {"2.0"}


@pytest.mark.slow
def test_more_people_than_live_there_are_doubted(
    visits: Callable[..., str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people = written(tmp_path / "people.csv", ["ADM1_PCODE", "T_TL"], [("KG05000000000", 90)])
    words = ["--population", people, "-o", str(tmp_path / "a.csv")]
    assert main(["assess", visits("v.csv", 60, 40, 80), *words]) == 0
    assert "In some units (Batken) more people are counted than live" in capsys.readouterr().out


@pytest.mark.slow
def test_assess_writes_a_level_as_geojson(visits: Callable[..., str], tmp_path: Path) -> None:
    path = tmp_path / "adm1.geojson"
    table = visits("v.csv", 60, 40, 80)
    assert main(["assess", table, "--level", "1", "-o", str(path)]) == 0
    units = json.loads(path.read_text(encoding="utf-8"))["features"]
    shown = {each["properties"]["name"]: each["properties"]["ret_2022"] for each in units}
    assert len(units) == 9
    assert (shown["Batken"], shown["Chui"], shown["Osh"]) == (100, 80, None)


@pytest.mark.slow
def test_rounded_figures(visits: Callable[..., str], tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    assert main(["assess", visits("v.csv", 61, 3, 82), "--round-to", "10", "-o", str(path)]) == 0
    assert all(int(row["individuals"]) % 10 == 0 for row in read(path))


@pytest.mark.slow
def test_compare_names_what_was_gained_and_lost(
    visits: Callable[..., str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "change.xlsx"
    before, after = visits("one.csv", 60, 40), visits("two.csv", 75, "", 80)
    assert main(["compare", before, after, "--level", "2", "-o", str(path)]) == 0
    assert "1 in the later one only" in capsys.readouterr().out
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["figures", "totals", "units", "notes"]
    kadamjai = next(row for row in sheet(path, "figures") if row["name"] == "Kadamjai")
    assert kadamjai["change"] == 15


@pytest.mark.slow
def test_distances_to_assessed_locations(
    visits: Callable[..., str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "d.xlsx"
    assert main(["distances", visits("v.csv", 60, 40, 80), "-o", str(path)]) == 0
    km = {row["pcode"]: row["km"] for row in sheet(path, "distances")}
    assert km["KG05258842020"] == 0.0  # Kuldu itself
    assert "Distances are to all 3 assessed locations" in capsys.readouterr().out


def test_a_survey_by_province(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [("Batken", "Kadamjai", "yes" if i < 10 else "no", 1) for i in range(40)]
    rows += [("Chui", "Kemin", "yes" if i < 15 else "no", 1) for i in range(40)]
    rows += [("Atlantis", "", "yes", 1)]
    table = written(tmp_path / "s.csv", ["province", "district", "Q7", "weight"], rows)
    path = tmp_path / "shares.xlsx"
    assert main(["survey", table, "--answer", "Q7", "--equals", "yes", "-o", str(path)]) == 0
    assert "80 of 81 interviews are tied to a unit" in capsys.readouterr().out
    found = {row["name"]: row for row in sheet(path, "shares")}
    batken = [found["Batken"][key] for key in ("share", "low", "high")]
    assert batken == pytest.approx([0.25, 0.142, 0.402], abs=5e-4)  # Wilson, by hand
    assert found["(all)"]["share"] == pytest.approx(25 / 80)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--population", "none.csv"], "none.csv"),
        (["--population-option", "size=2"], "--population-option size=2 cannot be used"),
        (["--round-to", "3"], "round_to is 3: with suppress_below 5, round to 7 or more"),
        (["--breakdown-level", "9"], "breakdown_level is 9: give 0 to 4."),
        (["--suppress-below", "-1"], "suppress_below is -1"),
        (["--level", "7"], "7"),
        (["--population-option", "year=2022"], "give --population"),
    ],
)
def test_what_cannot_be_used_is_a_sentence(
    words: list[str],
    said: str,
    visits: Callable[..., str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "a.geojson"
    assert main(["assess", visits("v.csv", 60, 40, 80), *words, "-o", str(path)]) == 2
    printed = capsys.readouterr().err
    assert said in printed
    assert printed.startswith("mtmgeo: ")
    assert not path.exists()


def test_a_survey_of_which_nothing_is_tied_to_a_unit_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = written(tmp_path / "s.csv", ["province", "Q7"], [("Atlantis", "yes")])
    assert main(["survey", table, "--answer", "Q7", "-o", str(tmp_path / "o.csv")]) == 2
    assert "s.csv: no interview is tied to a unit of level 1" in capsys.readouterr().err


@pytest.mark.slow
def test_a_table_without_counts_says_what_was_not_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = written(tmp_path / "v.csv", ["province", "persons counted"], [("Batken", 7)])
    assert main(["assess", table, "-o", str(tmp_path / "o.csv")]) == 0
    assert "no counts were found in v.csv; not used: persons counted" in capsys.readouterr().out
