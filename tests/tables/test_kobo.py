"""Exports of KoBo and ODK told from other tables, their points, their repeats joined."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import mtmgeo
from mtmgeo.core.errors import InputError
from mtmgeo.tables.forms import kobo
from mtmgeo.tables.forms.form import decode, read_form
from mtmgeo.tables.forms.kobo import Export, Point
from tests.tables.test_form import CHOICES, SURVEY, workbook


def headed(*headings: str, **cells: list[object]) -> pd.DataFrame:
    """Return a table of two rows, blank where no cells are given."""
    return pd.DataFrame({heading: cells.get(heading, ["", ""]) for heading in headings})


def known(*headings: str) -> Export:
    found = kobo.recognise(headed(*headings))
    assert found is not None
    return found


# Recognising


@pytest.mark.parametrize(
    "headings",
    [
        ["start", "end", "admin1", "_id", "_uuid", "_submission_time", "_index"],
        ["admin1", "_uuid"],
        ["admin1", "_id", "_index"],
        ["X_id", "X_uuid", "admin1"],
        ["n", "_index", "_parent_table_name", "_parent_index", "_submission__id"],
        ["gps", "_gps_latitude", "_gps_longitude", "_gps_altitude", "_gps_precision"],
        ["SubmissionDate", "loc-admin1", "gps-Latitude", "KEY"],
        ["n", "PARENT_KEY", "KEY"],
        ["admin1", "meta/instanceID"],
        ["admin1", "__version__"],
        ["admin1", "_geolocation", "_notes"],
    ],
)
def test_exports_are_recognised(headings: list[str]) -> None:
    assert kobo.recognise(headed(*headings)) is not None


@pytest.mark.parametrize(
    "headings",
    [
        ["admin1", "admin2", "individuals"],
        ["Province", "District", "Latitude", "Longitude", "Status"],
        ["_id", "admin1"],
        ["Key", "Province", "Households"],
        ["start", "end", "today", "Province"],
        ["ADM1_PCODE", "ADM1_EN", "date", "F/0-4", "F/5-11"],
        ["#adm1+name", "#affected+ind"],
        [],
    ],
)
def test_other_tables_are_not(headings: list[str]) -> None:
    assert kobo.recognise(headed(*headings)) is None


def test_the_form_tells_its_export_without_the_columns_of_the_tool(tmp_path: Path) -> None:
    form = read_form(workbook(tmp_path / "form.xlsx", survey=SURVEY, choices=CHOICES))
    assert kobo.recognise(headed("admin1", "admin2", "open"), form) is not None
    assert kobo.recognise(headed("admin1", "individuals"), form) is None


def test_what_the_tool_has_added_is_told_from_answers() -> None:
    found = known(
        "start", "end", "today", "deviceid", "admin1", "Status", "hh", "formhub/uuid", "_id",
        "_uuid", "_submission_time", "_validation_status", "_submitted_by", "__version__", "_tags",
        "_index",
    )  # fmt: skip
    assert found.added == {
        "start": "start", "end": "end", "today": "today", "deviceid": "other",
        "formhub/uuid": "other", "_id": "id", "_uuid": "uuid", "_submission_time": "time",
        "_validation_status": "other", "_submitted_by": "other", "__version__": "other",
        "_tags": "other", "_index": "index",
    }  # fmt: skip
    assert list(found.names) == ["admin1", "Status", "hh"]


def test_odk_adds_other_columns() -> None:
    found = known("SubmissionDate", "loc-admin1", "Status", "ReviewState", "SET-OF-pop", "KEY")
    assert found.added == {
        "SubmissionDate": "time", "Status": "other", "ReviewState": "other",
        "SET-OF-pop": "other", "KEY": "key",
    }  # fmt: skip


def test_a_question_of_the_form_is_an_answer_whatever_it_is_called(tmp_path: Path) -> None:
    survey = "type | name | label\ntext | status | State\ntoday | today |\ninteger | end | Last"
    form = read_form(workbook(tmp_path / "form.xlsx", survey=survey))
    found = kobo.recognise(headed("status", "today", "end", "KEY", "PARENT_KEY"), form)
    assert found is not None
    assert found.added == {"today": "today", "KEY": "key", "PARENT_KEY": "parent key"}
    assert found.labels == {"status": ("State",), "end": ("Last",)}


# Groups


@pytest.mark.parametrize(
    ("headings", "names"),
    [
        (["group_loc/admin1", "group_loc/admin2"], ["admin1", "admin2"]),
        (["group_loc/Село (населенный пункт)", "hh"], ["Село (населенный пункт)", "hh"]),
        (["place/admin1", "hh"], ["admin1", "hh"]),
        (["loc.admin1", "loc.admin2", "hh"], ["admin1", "admin2", "hh"]),
        (["a/b/admin1", "a/b/admin2", "a/hh"], ["admin1", "admin2", "hh"]),
        (["Part A: place/Province", "Part A: place/District"], ["Province", "District"]),
        (["Loc::Province", "Loc::District"], ["Province", "District"]),
        # What says the same without its group keeps it; so does what is no group.
        (["from/admin1", "from/year", "now/admin1", "now/hh"], ["from/admin1", "year", "now/admin1",
                                                                "hh"]),
        (["Village / town", "hh"], ["Village / town", "hh"]),
        (["IDPs/returnees", "Number of hh"], ["IDPs/returnees", "Number of hh"]),
        (["No. of IDPs", "No. of returnees"], ["No. of IDPs", "No. of returnees"]),
        (["sub-district", "sub-county"], ["sub-district", "sub-county"]),
    ],
)  # fmt: skip
def test_groups_are_left_out_of_names(headings: list[str], names: list[str]) -> None:
    assert list(known(*headings, "_uuid").names.values()) == names


def test_a_dash_parts_groups_in_odk() -> None:
    found = known("loc-admin1", "loc-admin2", "KEY", "SubmissionDate")
    assert list(found.names.values()) == ["admin1", "admin2"]


def test_columns_of_an_answer_each_are_no_counts(tmp_path: Path) -> None:
    form = read_form(workbook(tmp_path / "form.xlsx", survey=SURVEY, choices=CHOICES))
    cells: dict[str, list[object]] = {"needs/food": [1, 0], "needs/water": [1.0, None]}
    cells["idp/hh"] = [12, 1]
    table = headed("needs", "needs/food", "needs/water", "idp", "idp/hh", "_uuid", **cells)
    found = kobo.recognise(table)
    assert found is not None
    assert found.splits == {"needs/food": "needs", "needs/water": "needs"}
    assert "idp/hh" in found.names
    alone = kobo.recognise(headed("needs/food", "needs/water", "_uuid", **cells))
    assert alone is not None
    assert alone.splits == {}
    told = kobo.recognise(headed("needs/food", "needs/water", "_uuid", **cells), form)
    assert told is not None
    assert told.splits == {"needs/food": "needs", "needs/water": "needs"}


# Points


@pytest.mark.parametrize(
    ("headings", "points"),
    [
        (
            ["gps", "_gps_latitude", "_gps_longitude", "_gps_altitude", "_gps_precision"],
            [Point("_gps_latitude", "_gps_longitude", "gps")],
        ),
        (
            ["gps", "loc/_gps_latitude", "loc/_gps_longitude", "_uuid"],
            [Point("loc/_gps_latitude", "loc/_gps_longitude", "gps")],
        ),
        (
            ["loc/gps", "loc/_gps_latitude", "loc/_gps_longitude", "_geolocation", "_id"],
            [
                Point("loc/_gps_latitude", "loc/_gps_longitude", "loc/gps"),
                Point(both="_geolocation"),
            ],
        ),
        (
            ["Place/_GPS of the site_latitude", "Place/_GPS of the site_longitude", "_uuid"],
            [Point("Place/_GPS of the site_latitude", "Place/_GPS of the site_longitude")],
        ),
        (
            ["X_gps_latitude", "X_gps_longitude", "X_uuid"],
            [Point("X_gps_latitude", "X_gps_longitude")],
        ),
        (
            ["loc-gps-Latitude", "loc-gps-Longitude", "loc-gps-Accuracy", "KEY"],
            [Point("loc-gps-Latitude", "loc-gps-Longitude")],
        ),
        (
            ["_geolocation/0", "_geolocation/1", "_uuid"],
            [Point("_geolocation/0", "_geolocation/1")],
        ),
        (["site_gps_latitude", "_gps_latitude", "_uuid"], []),
    ],
)
def test_points_are_found(headings: list[str], points: list[Point]) -> None:
    found = known(*headings)
    assert list(found.points) == points
    assert not {point.lat for point in points} & set(found.names)


def test_altitude_and_precision_are_no_counts() -> None:
    found = known("_gps_latitude", "_gps_longitude", "_gps_altitude", "_gps_precision")
    assert found.added == {"_gps_altitude": "other", "_gps_precision": "other"}


def test_the_form_tells_a_point_in_one_cell(tmp_path: Path) -> None:
    form = read_form(workbook(tmp_path / "form.xlsx", survey=SURVEY, choices=CHOICES))
    found = kobo.recognise(headed("admin1", "Position", "_uuid"), form)
    assert found is not None
    assert found.points == (Point(both="Position"),)


@pytest.mark.parametrize(
    ("cell", "point"),
    [
        ("40.26 72.62 900.5 4", (40.26, 72.62)),
        ("40.26 72.62", (40.26, 72.62)),
        ("-1.5 -60 0 0", (-1.5, -60.0)),
        ("[40.26, 72.62]", (40.26, 72.62)),
        ([40.26, 72.62], (40.26, 72.62)),
        ("40.26,72.62", (40.26, 72.62)),
        ("", None),
        (None, None),
        ("[None, None]", None),
        ("40.26", None),
        ("40.26 72.62 0 0;40.27 72.63 0 0", None),
        ("Osh 40 72", None),
    ],
)
def test_geopoints_are_read(cell: object, point: tuple[float, float] | None) -> None:
    frame = pd.DataFrame({"Village": ["Ak-Bulak"], "gps": [cell]}, dtype=object)
    expected = pd.DataFrame([point or (np.nan, np.nan)], columns=["lat", "lon"], dtype=float)
    points = mtmgeo.Table.from_frame(frame, columns={"gps": "gps"}).points()
    pd.testing.assert_frame_equal(points, expected)


# Repeats


@pytest.fixture
def main() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "admin1": ["Osh", "Batken", "Talas"],
            "hh": [5, 7, 9],
            "_id": [101, 102, 103],
            "_uuid": ["a", "b", "c"],
            "_index": [1, 2, 3],
        }
    )


def repeat(**links: list[object]) -> pd.DataFrame:
    return pd.DataFrame({"group": ["idp", "ret", "idp"], "n": [10, 20, 30], **links})


@pytest.mark.parametrize(
    "links",
    [
        {"_parent_index": [1, 1, 3]},
        {"_parent_index": [1.0, 1.0, 3.0], "_parent_table_name": ["Round 1"] * 3},
        {"_submission__id": ["101", "101", "103"]},
        {"_submission__uuid": ["a", "a", "uuid:c"]},
        # Rows of a sheet that was cut down have other numbers; what names a submission is surer.
        {"_submission__id": [101, 101, 103], "_parent_index": [2, 2, 1], "_index": [1, 2, 3]},
    ],
)
def test_each_row_of_a_repeat_gets_the_place_of_its_submission(
    links: dict[str, list[object]], main: pd.DataFrame
) -> None:
    found = kobo.join(main, {"pop": repeat(**links)}, keep=["admin1"])
    cells = found.frame[["admin1", "group", "n", "hh"]].to_numpy().tolist()
    assert cells == [
        ["Osh", "idp", 10, 5],
        ["Osh", "ret", 20, None],
        ["Batken", None, None, 7],
        ["Talas", "idp", 30, 9],
    ]
    assert found.main.tolist() == [0, 0, 1, 2]
    assert found.rows.tolist() == [0, 1, -1, 2]
    assert found.sheets == ("pop", "pop", "", "pop")


def test_nothing_is_counted_twice_or_lost(main: pd.DataFrame) -> None:
    one, two = repeat(_parent_index=[1, 1, 3]), repeat(_parent_index=[1, 2, 2])
    two = two.rename(columns={"n": "tents"})
    found = kobo.join(main, {"pop": one, "shelter": two}, keep=["admin1"])
    assert found.frame[["hh", "n", "tents"]].sum().tolist() == [21, 60, 60]
    assert found.sheets == ("pop", "pop", "shelter", "shelter", "shelter", "pop")
    assert found.frame["admin1"].tolist() == ["Osh", "Osh", "Osh", "Batken", "Batken", "Talas"]
    assert found.frame["group"].tolist() == ["idp", "ret", "idp", "ret", "idp", "idp"]


def test_columns_of_both_sheets_are_told_apart(main: pd.DataFrame) -> None:
    found = kobo.join(main, {"pop": repeat(_parent_index=[1, 1, 3], _index=[1, 2, 3])}, keep=[])
    assert found.headings == {
        "admin1": "admin1", "hh": "hh", "_id": "_id", "_uuid": "_uuid", "_index": "_index (main)",
    }  # fmt: skip
    assert found.frame["_index (main)"].tolist() == [1, None, 2, 3]
    assert found.frame["_index"].tolist() == [1, 2, None, 3]


def test_a_row_that_belongs_to_no_submission_comes_last(main: pd.DataFrame) -> None:
    found = kobo.join(main, {"pop": repeat(_parent_index=[9, None, 3])}, keep=["admin1"])
    assert found.main.tolist() == [0, 1, 2, -1, -1]
    assert found.frame["n"].tolist() == [None, None, 30, 10, 20]
    assert found.frame["admin1"].tolist()[3:] == [None, None]


def test_a_number_that_two_submissions_have_joins_neither(main: pd.DataFrame) -> None:
    both = pd.concat([main, main.head(1)], ignore_index=True)
    found = kobo.join(both, {"pop": repeat(_parent_index=[1, 2, 3])}, keep=["admin1"])
    assert found.main.tolist() == [0, 1, 2, 3, -1]
    assert found.frame["n"].tolist() == [None, 20, 30, None, 10]


def test_a_repeat_inside_a_repeat_is_followed_up_to_its_submission(main: pd.DataFrame) -> None:
    """Its index counts the rows of the repeat around it, which the main sheet has too."""
    outer = repeat(_index=[1, 2, 3], _parent_table_name=["main"] * 3, _parent_index=[3, 3, 2])
    inner = pd.DataFrame(
        {"age": ["0-4", "5-17"], "m": [1, 2], "_parent_table_name": "pop", "_parent_index": [1, 3]}
    )
    found = kobo.join(main, {"ages": inner, "pop": outer}, keep=["admin1"])
    assert found.frame.loc[found.frame["m"].notna(), ["admin1", "m"]].to_numpy().tolist() == [
        ["Batken", 2],
        ["Talas", 1],
    ]


def test_rows_inside_a_repeat_say_of_whom_they_count(main: pd.DataFrame) -> None:
    outer = repeat(_index=[1, 2, 3], _parent_index=[3, 3, 2])
    inner = pd.DataFrame({"m": [1, 2], "_parent_table_name": "pop", "_parent_index": [1, 2]})
    own = pd.DataFrame({"group": ["host"], "tents": [4], "_parent_index": [1]})
    sheets = {"ages": inner, "pop": outer, "shelter": own}
    found = kobo.join(main, sheets, keep=["admin1", "group"]).frame
    rows = found[["admin1", "group", "n", "m"]].astype(object).where(found.notna(), None)
    assert rows.to_numpy().tolist() == [
        ["Osh", "host", None, None],
        ["Batken", "idp", 30, None],
        ["Talas", "idp", None, 1],
        ["Talas", "ret", None, 2],
        ["Talas", "idp", 10, None],
        ["Talas", "ret", 20, None],
    ]


def test_long_names_of_tables_are_those_of_worksheets_cut_short(main: pd.DataFrame) -> None:
    long = "population_of_the_site_by_group_and_sex"
    outer = repeat(_index=[1, 2, 3], _parent_table_name=["main"] * 3, _parent_index=[3, 3, 2])
    inner = pd.DataFrame({"m": [1], "_parent_table_name": [long], "_parent_index": [3]})
    found = kobo.join(main, {long[:31]: outer, "ages": inner}, keep=["admin1"])
    assert found.frame.loc[found.frame["m"].notna(), "admin1"].tolist() == ["Batken"]


def test_repeats_of_odk_are_joined_by_keys() -> None:
    main = pd.DataFrame({"admin1": ["Osh", "Batken"], "KEY": ["uuid:a", "uuid:b"]})
    outer = pd.DataFrame({"n": [3, 4], "PARENT_KEY": ["uuid:b", "uuid:a"], "KEY": ["b/1", "a/1"]})
    inner = pd.DataFrame({"m": [5], "PARENT_KEY": ["b/1"], "KEY": ["b/1/1"]})
    found = kobo.join(main, {"pop": outer, "ages": inner}, keep=["admin1"])
    assert found.frame[["admin1", "n", "m"]].astype(object).to_numpy().tolist() == [
        ["Osh", 4, None],
        ["Batken", 3, None],
        ["Batken", None, 5],
    ]


def test_what_nothing_joins_is_an_error(main: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="Sheet 'pop' cannot be joined to its submissions: it nee"):
        kobo.join(main, {"pop": repeat()}, keep=[])
    with pytest.raises(InputError, match="Export both again"):
        kobo.join(main[["admin1"]], {"pop": repeat(_parent_index=[1, 1, 3])}, keep=[])


def test_sheets_of_repeats_are_told_from_that_of_submissions(main: pd.DataFrame) -> None:
    def rows(frame: pd.DataFrame) -> list[list[object]]:
        return [list(frame.columns), *frame.to_numpy().tolist()]

    assert kobo.is_repeat(rows(repeat(_parent_index=[1, 1, 3])))
    assert kobo.is_repeat([["n", "PARENT_KEY", "KEY"]])
    assert not kobo.is_repeat(rows(main))
    assert not kobo.is_repeat(rows(main.assign(_parent_index=None, _parent_table_name="")))
    assert not kobo.is_repeat([])


def test_a_workbook_without_rows_is_joined_too(main: pd.DataFrame) -> None:
    empty = repeat(_parent_index=[1, 1, 3]).head(0)
    assert kobo.join(main, {"pop": empty}, keep=["admin1"]).frame["hh"].tolist() == [5, 7, 9]
    assert kobo.join(main.head(0), {"pop": empty}, keep=["admin1"]).frame.empty


def test_a_form_and_a_workbook_together(tmp_path: Path) -> None:
    """As an engine takes them: recognised, answers in words, repeats with their place."""
    form = read_form(workbook(tmp_path / "form.xlsx", survey=SURVEY, choices=CHOICES))
    heads = ["group_loc/admin1", "group_loc/admin2", "open", "_id", "_index"]
    main = pd.DataFrame([["BI01", "BI0102", 1, 8, 1], ["BI02", "BI0201", 0, 9, 2]], columns=heads)
    pop = pd.DataFrame({"pop/hh": [4, 6], "_parent_index": [2, 2], "_submission__id": [9, 9]})
    export = kobo.recognise(main, form)
    assert export is not None
    places = [heading for heading, name in export.names.items() if name.startswith("admin")]
    words = decode(main, form).frame
    keep = [*places, *(f"{place} (p-code)" for place in places)]
    found = kobo.join(words, {"pop": pop}, keep=keep).frame
    assert found["group_loc/admin2"].tolist() == ["Gihanga", "Centre", "Centre"]
    assert found["group_loc/admin2 (p-code)"].tolist() == ["BI0102", "BI0201", "BI0201"]
    assert found["pop/hh"].tolist() == [None, 4, 6]
