"""Columns of the input that are called like those of a result: kept, beside it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

import mtmgeo
from mtmgeo.commands.main import main
from mtmgeo.matching.result import RESULT_COLUMNS
from mtmgeo.tables.table import Measure, Table

BOUNDS = mtmgeo.read_boundaries("kgz")


def test_columns_called_like_those_of_the_result_are_kept_under_another_name() -> None:
    frame = pd.DataFrame({"Admin 1 Name": ["Osh"], "pcode": ["KG06"], "status": ["open"]})
    result = mtmgeo.match(frame, BOUNDS)
    kept = ["Admin 1 Name", "pcode (given)", "status (given)"]
    assert list(result.frame.columns) == [*kept, *RESULT_COLUMNS]
    assert result.frame["status (given)"].tolist() == ["open"]
    assert result.frame["status"].tolist() != ["open"]
    assert "Column 'status' is kept as 'status (given)'." in result.table.remarks
    assert list(frame) == ["Admin 1 Name", "pcode", "status"]


@pytest.mark.parametrize("column", RESULT_COLUMNS)
def test_no_column_of_the_result_is_refused(column: str) -> None:
    frame = pd.DataFrame({"oblast": ["Batken"], column: ["x"], "individuals": [3]})
    result = mtmgeo.match(frame, BOUNDS)
    assert result.frame[f"{column} (given)"].tolist() == ["x"]
    assert mtmgeo.assess(result, suppress_below=0).years == ()


def test_a_name_that_is_taken_is_not_taken_twice() -> None:
    frame = pd.DataFrame({"oblast": ["Batken"], "level": [1], "level (given)": [2], "Level": [3]})
    found = mtmgeo.match(frame, BOUNDS).frame.iloc[0]
    assert found["level (given)"] == 2
    assert {found["level (given 2)"], found["Level (given 3)"]} == {1, 3}
    assert found["level"] == 1


def test_types_and_geometry_are_kept() -> None:
    frame = gpd.GeoDataFrame(
        {"village": ["Kuldu", "Zhal"], "score": pd.array([1, None], dtype="Int8")},
        geometry=gpd.points_from_xy([71.6, 71.7], [40.1, 40.2]),
        crs="EPSG:4326",
    ).rename_geometry("reason")
    found = mtmgeo.match(frame, BOUNDS).frame
    assert isinstance(found, gpd.GeoDataFrame)
    assert found.active_geometry_name == "reason (given)"
    assert found["score (given)"].dtype == "Int8"
    assert found.crs == frame.crs


def test_counts_and_codes_are_found_under_their_new_names() -> None:
    frame = pd.DataFrame(
        {"adm2": ["Nookat"], "adm2_pcode": ["KG06242000000"], "score": [7], "reason": ["work"]}
    )
    table = replace(
        Table(frame=frame, source="t", rows=(2,), adm2="adm2"),
        measures=(Measure(column="score", year=None, group="individuals"),),
        dimensions={"reason": "reason"},
        codes={"adm2_pcode": "adm2"},
    )
    table = replace(table, frame=frame.astype({"score": "Int64"}))
    result = mtmgeo.match(table, BOUNDS)
    assert result.frame["method"].tolist() == ["code"]
    assert result.table.observations()["individuals"].tolist() == [7]
    assert set(mtmgeo.assess(result, suppress_below=0).breakdowns["category"]) == {"work"}


def test_a_name_called_like_a_column_of_the_report_stands_beside_it(tmp_path: Path) -> None:
    frame = pd.DataFrame({"row": ["Osh city", "Xanadu"], "individuals": [12, 5]})
    table = Table.from_frame(frame, columns={"adm1": "row"})
    result = mtmgeo.match(table, BOUNDS)
    book = mtmgeo.write(result, tmp_path / "found.xlsx")
    review = pd.read_excel(book, sheet_name="review", engine="openpyxl")
    assert review[["row", "row (given)"]].to_numpy().tolist() == [[3, "Xanadu"]]


def test_the_answers_of_a_survey_are_not_those_of_the_match(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    rows = [f"Nookat,{answer}" for answer in ["employed"] * 30 + ["jobless"] * 30]
    path.write_text("\n".join(["district,status", *rows]), encoding="utf-8")
    book = tmp_path / "shares.xlsx"
    words = ["survey", str(path), "--answer", "status", "--level", "2", "-o", str(book)]
    assert main(words) == 0
    shares = pd.read_excel(book, sheet_name="shares", engine="openpyxl")
    assert "employed" in shares.astype(str).to_numpy()
    assert "matched" not in shares.astype(str).to_numpy()
