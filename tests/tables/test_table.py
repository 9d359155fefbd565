"""Tables in: what is found in them, and what is said about those that cannot be used."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import mtmgeo.tables.columns.grid
from mtmgeo.core.errors import InputError
from mtmgeo.tables.columns.cells import is_total
from mtmgeo.tables.table import Measure, Table, read_table
from tests.tries import tries

EXAMPLE = Path(__file__).parents[2] / "examples" / "kgz_round1"

HEAD = ["Admin 1 Name", "Admin 2 Name", "Admin 3 Name"]
PLACE = ["Osh", "Uzgen", "Ak-Terek"]


def write_csv(path: Path, rows, delimiter=",", encoding="utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream, delimiter=delimiter).writerows(rows)
    return path


def write_xlsx(path: Path, sheets) -> Path:
    """Write rows to one sheet, or a mapping of names to rows; text stays text."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in (sheets if isinstance(sheets, dict) else {"Data": sheets}).items():
        sheet = book.create_sheet(title)
        for at, row in enumerate(rows, start=1):
            for to, value in enumerate(row, start=1):
                sheet.cell(at, to, value)
    book.save(path)
    return path


def faults_of(path: Path, **options) -> tuple[str, ...]:
    with pytest.raises(InputError) as caught:
        read_table(path, **options)
    return caught.value.faults


# --- the real tables


def test_table_2_as_printed():
    table = read_table(EXAMPLE / "table2_assessed_locations.csv")
    assert len(table.frame) == 69
    assert (table.adm1, table.adm2, table.location) == tuple(HEAD)
    assert list(table.frame.columns) == HEAD
    assert table.frame.iloc[7].tolist() == ["Bishkek", "Bishkek", "J.M.Ak Orgo"]
    assert table.source == "table2_assessed_locations.csv"
    assert (table.sheet, table.rows[0], table.rows[-1]) == (None, 2, 70)
    assert (table.measures, table.notes, table.synthetic) == ((), (), False)
    assert table.observations().empty


def test_synthetic_example_says_so_and_counts_below_its_note():
    table = read_table(EXAMPLE / "kgz_round1_synthetic.csv")
    assert table.synthetic
    assert table.notes[0].startswith("SYNTHETIC DATA: ")
    assert table.rows[0] == 3
    assert table.measures[0] == Measure(
        column="returnees_2020_synthetic", year=2020, group="return migrants"
    )
    counts = table.observations()
    assert len(counts) == 69 * 9 - 2, "two cells are blank, which is not zero"
    assert counts.dtypes.astype(str).to_dict() == {
        "row": "int64",
        "year": "Int64",
        "group": "category",
        "individuals": "Int64",
    }
    by_group = counts.groupby("group", observed=True)["individuals"].sum()
    assert by_group["return migrants"] == 24_284


# --- households, and of whom a row counts


def test_households_beside_the_individuals_of_their_group_and_year() -> None:
    frame = pd.DataFrame(
        {
            "village": ["Kuldu", "Zhal"],
            "returnees_2021": [40, 3],
            "returnees_2022": [60, None],
            "returnee_households_2021": [12, 1],
            "HH emigrants 2022": [5, 6],
        }
    )
    table = Table.from_frame(frame)
    counts = table.observations()
    assert counts[counts["group"] == "return migrants"]["households"].tolist() == [12, pd.NA, 1]
    assert set(counts["group"]) == {"return migrants"}
    assert table.remarks == (
        "Numbers that were not counted, with their sums: 'HH emigrants 2022' (11).",
    )
    said = table.columns()
    assert said["return migrants (households) 2021"] == "returnee_households_2021"
    assert said["location"] == "village"


def test_households_of_the_only_group_need_no_name() -> None:
    frame = pd.DataFrame({"village": ["Kuldu"], "returnees_2022": [60], "households_2022": [20]})
    counts = Table.from_frame(frame).observations()
    assert counts[["individuals", "households"]].to_numpy().tolist() == [[60, 20]]


def test_households_without_individuals_are_a_fault() -> None:
    frame = pd.DataFrame({"village": ["Kuldu"], "individuals": [None], "households": [20]})
    with pytest.raises(InputError, match=r"row 2, column 'households': households without indiv"):
        Table.from_frame(frame)


def test_dimensions_are_found_and_spelt_alike() -> None:
    frame = pd.DataFrame(
        {
            "village": ["Kuldu"] * 4,
            "Пол": ["Ж", "female", "м", ""],
            "Country of return": ["Russia", "RUSSIA", "Russia", "Kazakhstan"],
            "возраст": ["18-25", "26-35", "18-25", None],
            "reason for return": ["Family", "family", "work ", "-"],
            "individuals": [1, 2, 3, 4],
        }
    )
    table = Table.from_frame(frame)
    assert table.dimensions == {
        "country of return": "Country of return",
        "reason": "reason for return",
        "sex": "Пол",
        "age group": "возраст",
    }
    counts = table.observations()
    assert counts["sex"].tolist() == ["female", "female", "male", "(not stated)"]
    assert counts["country of return"].tolist() == ["Russia"] * 3 + ["Kazakhstan"]
    assert counts["age group"].tolist() == ["18-25", "26-35", "18-25", "(not stated)"]
    assert counts["reason"].tolist() == ["Family", "Family", "work", "(not stated)"]


def test_columns_of_women_and_men_are_parts_of_their_group() -> None:
    frame = pd.DataFrame(
        {
            "village": ["Kuldu", "Zhal", "Birlik"],
            "returnees_2022": [23, 10, 7],
            "returnees_male_2022": [3, 4, None],
            "returnees_2022_F": [20, 5, None],
        }
    )
    counts = Table.from_frame(frame).observations()
    assert set(counts["group"]) == {"return migrants"}
    assert counts["individuals"].sum() == 23 + 10 + 7
    by_sex = counts.groupby("sex", observed=True)["individuals"].sum()
    assert by_sex.to_dict() == {"(not stated)": 1 + 7, "female": 25, "male": 7}


def test_more_women_and_men_than_individuals_are_a_fault() -> None:
    frame = pd.DataFrame(
        {
            "village": ["K"],
            "returnees_2022": [9],
            "women returnees 2022": [6],
            "returnees m 2022": [4],
        }
    )
    with pytest.raises(
        InputError, match=r"row 2, .* there are more women and men than individuals"
    ):
        Table.from_frame(frame)


def test_more_households_than_individuals_are_a_fault() -> None:
    frame = pd.DataFrame({"village": ["Kuldu"], "individuals": [4], "households": [5]})
    with pytest.raises(InputError, match="there are more households than individuals"):
        Table.from_frame(frame)


@pytest.mark.parametrize(
    ("heading", "category"),
    [
        ("sex", "Total"),
        ("sex", "Both sexes"),
        ("sex", "Оба пола"),
        ("reason", "All"),
        ("country of return", "All countries"),
        ("age group", "итого"),
    ],
)
def test_a_category_of_all_that_is_less_than_the_others_is_a_fault(
    heading: str, category: str
) -> None:
    frame = pd.DataFrame(
        {"village": ["Kuldu"] * 3, heading: ["some", "more", category], "individuals": [10, 30, 39]}
    )
    with pytest.raises(InputError, match=r"row 4, .* row of totals, 39, but its rows add up to 40"):
        Table.from_frame(frame)


def test_categories_beside_all_that_are_not_everybody_are_left_out() -> None:
    frame = pd.DataFrame(
        {
            "village": ["Kuldu"] * 3 + ["Orozbekov"] * 2,
            "sex": ["all", "female", "male", "all", "female"],
            "individuals": [50, 20, 10, 7, 7],
        }
    )
    table = Table.from_frame(frame)
    assert table.rows == (2, 5)
    assert table.observations()["individuals"].tolist() == [50, 7]
    assert any("add up to less than row 2" in each for each in table.remarks)


def test_a_category_of_all_alone_is_everybody() -> None:
    frame = pd.DataFrame(
        {"village": ["Kuldu", "Orozbekov"], "sex": ["all", "both"], "individuals": [50, 7]}
    )
    assert Table.from_frame(frame).observations()["individuals"].sum() == 57


def test_a_group_that_adds_up_the_others_is_a_fault() -> None:
    frame = pd.DataFrame(
        {"village": ["Kuldu"] * 2, "group": ["returnees", "Total"], "individuals": [10, 30]}
    )
    with pytest.raises(InputError, match=r"row 3, .* adds up the other groups"):
        Table.from_frame(frame)


def test_an_age_group_that_became_a_date_is_a_fault() -> None:
    frame = pd.DataFrame(
        {"village": ["Kuldu"] * 2, "age group": ["0-4", "12-May"], "individuals": [10, 30]}
    )
    with pytest.raises(InputError, match=r"row 3, .* is a date, made from an age group perhaps"):
        Table.from_frame(frame)


def test_the_sex_of_an_informant_is_not_that_of_the_people_counted() -> None:
    frame = pd.DataFrame(
        {"village": ["Kuldu", "Zhal"], "gender": ["male", "female"], "returnees_2022": [40, 30]}
    )
    assert Table.from_frame(frame).dimensions == {}
    assert Table.from_frame(frame, columns={"sex": "gender"}).dimensions == {"sex": "gender"}


def test_other_numbers_with_a_year_do_not_take_the_place_of_individuals() -> None:
    frame = pd.DataFrame(
        {"village": ["Kuldu"], "year": [2022], "individuals": [40], "survey 2021": [7]}
    )
    table = Table.from_frame(frame)
    assert table.observations()[["year", "individuals"]].to_numpy().tolist() == [[2022, 40]]
    frame = pd.DataFrame({"village": ["K"], "returnees_2022": [40], "population_2022": [7000]})
    assert set(Table.from_frame(frame).observations()["group"]) == {"return migrants"}


def test_households_of_a_long_table_under_the_name_of_their_group() -> None:
    frame = pd.DataFrame(
        {"village": ["K"], "year": [2022], "returnee_households": [7], "individuals": [19]}
    )
    counts = Table.from_frame(frame).observations()
    assert counts[["individuals", "households"]].to_numpy().tolist() == [[19, 7]]


def test_a_dimension_is_named_where_it_is_not_found() -> None:
    frame = pd.DataFrame({"village": ["Kuldu"], "Q7": ["Family"], "individuals": [9]})
    assert Table.from_frame(frame).dimensions == {}
    named = Table.from_frame(frame, columns={"reason": "Q7"})
    assert named.dimensions == {"reason": "Q7"}
    assert named.columns()["reason"] == "Q7"


# --- finding the columns


@pytest.mark.parametrize(
    ("adm1", "adm2", "location"),
    [
        ("Admin 1 Name", "Admin 2 Name", "Admin 3 Name"),
        ("admin1Name", "admin2Name", "admin3Name"),
        ("ADM1_EN", "ADM2_EN", "ADM3_EN"),
        ("adm1_name", "adm2_name", "site name"),
        ("  Oblast ", "RAION", "Village name"),
        ("Область", "Район", "Село"),
        ("Облус", "район", "Айыл өкмөтү"),
        ("Province", "District", "Settlement"),
        ("Governorate", "rayon", "LOCATION"),
        ("admin1Name_en", "admin2Name_en", "admin3Name_en"),
        ("adm1_name1", "ADM2_NAME", "adm4_name"),
        ("NAME_1", "NAME_2", "NAME_3"),
        ("Région", "County", "Commune"),
        ("Departamento", "Municipio", "Localidad"),
        ("oblast_ru", "Name of the district", "village_ru"),
        ("Облусу", "району", "Населённый пункт"),
        ("Вилояти", "Ноҳия", "Қишлоқ"),
        ("Область", "Район", "Айылный аймак"),
        ("المحافظة", "القضاء", "الناحية"),
        ("ولایت", "ولسوالی", "قریه"),
        ("wilaya", "district", "Name of location"),
        ("oblast", "raion", "Address"),
    ],
)
def test_usual_headings_are_found(adm1, adm2, location):
    table = Table.from_frame(pd.DataFrame([PLACE], columns=[adm1, adm2, location]))
    assert table.name_columns == (adm1, adm2, None, location)


@pytest.mark.parametrize(
    ("adm3", "location"),
    [
        ("adm3_name", "village"),
        ("admin3", "admin4"),
        ("айыл аймак", "айыл"),
        ("Okrug", "Населенный пункт"),
        ("ناحية", "قرية"),
        ("Sub-district", "location name"),
        ("hromada", "Settlement"),
    ],
)
@pytest.mark.parametrize("rest", [[], ["oblast", "raion"]])
def test_admin_3_beside_a_location(adm3, location, rest):
    names = [*rest, location, adm3, "Address", "Full name"]
    table = Table.from_frame(pd.DataFrame([["x"] * len(names)], columns=names))
    assert table.name_columns == (*(rest or [None, None]), adm3, location)


def test_the_deepest_names_are_the_location_whatever_they_are_called():
    frame = pd.DataFrame({"Wo": ["Ak-Terek"], "Aimak": ["Ak-Terek"]})
    alone = Table.from_frame(frame, columns={"adm3": "aimak"})
    assert alone.name_columns == (None, None, None, "Aimak")
    both = Table.from_frame(frame, columns={"adm3": "aimak", "location": "wo"})
    assert both.name_columns == (None, None, "Aimak", "Wo")


@pytest.mark.parametrize("heading", ["address", "Адрес", "place name", "Full name"])
def test_one_column_may_hold_all_names(heading):
    whole = "Osh region, Uzgen district, Ak-Terek"
    table = Table.from_frame(pd.DataFrame({"no": [1], heading: [whole]}))
    assert table.location == heading
    assert table.frame[heading].tolist() == [whole]


def test_a_full_name_beside_places_is_a_persons():
    table = Table.from_frame(pd.DataFrame({"raion": ["Uzgen"], "Full name": ["Asan Usonov"]}))
    assert table.name_columns == (None, "raion", None, None)


def test_p_codes_are_no_names():
    codes = ["ADM1_PCODE", "admin1Pcode", "ADM2_PCODE", "adm2_id", "admin3Pcode", "Village code"]
    frame = pd.DataFrame([["KG06"] * 6 + PLACE], columns=[*codes, "ADM1_EN", "ADM2_EN", "village"])
    assert Table.from_frame(frame).name_columns == ("ADM1_EN", "ADM2_EN", None, "village")
    alone = Table.from_frame(frame[codes])
    assert alone.name_columns == (None, None, None, None)
    assert alone.codes == {
        "ADM1_PCODE": "adm1",
        "admin1Pcode": "adm1",
        "ADM2_PCODE": "adm2",
        "adm2_id": "adm2",
        "admin3Pcode": "adm3",
        "Village code": "location",
    }


# --- HXL hashtags

TAGGED = ["Estado uno", "Codigo", "Lugar", "y", "x", "returnees 2020"]
TAGS = ["#adm1+name", "#adm1+code", "#loc +name+es", "#geo+lat", "#geo+lon", "#affected"]


@pytest.mark.parametrize("titles", [[], [["# SYNTHETIC"]]])
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_hashtags_below_the_headings_say_what_they_are(tmp_path, suffix, titles):
    rows = [*titles, TAGGED, TAGS, ["Osh", "KG06", "Ak-Terek", 40.7, 73.4, 12]]
    write = write_csv if suffix == ".csv" else write_xlsx
    table = read_table(write(tmp_path / f"a{suffix}", rows))
    assert table.name_columns == ("Estado uno", None, None, "Lugar")
    assert table.points().to_numpy().tolist() == [[40.7, 73.4]]
    assert table.observations()["individuals"].tolist() == [12]
    assert table.rows == (len(rows),)
    assert table.notes == tuple("SYNTHETIC" for _ in titles)


def test_a_hashtag_is_believed_against_a_heading():
    frame = pd.DataFrame([["#adm2+name", "#adm1+code", "#date+year"], ["Uzgen", "KG06", 2020]])
    frame.columns = ["Province", "Region", "Year"]
    table = Table.from_frame(frame.assign(count=["", 5]))
    assert table.name_columns == (None, "Province", None, None)
    assert table.observations()["year"].tolist() == [2020]


def test_hashtags_may_be_all_the_headings_there_are(tmp_path):
    table = read_table(write_csv(tmp_path / "a.csv", [["#adm1+name", "#loc"], ["Osh", "Ak-Terek"]]))
    assert table.name_columns == ("#adm1+name", None, None, "#loc")
    assert len(table.frame) == 1


def test_a_title_above_headings_with_hashtags_is_told(tmp_path):
    path = write_csv(tmp_path / "a.csv", [["Baseline"], TAGGED, TAGS, ["Osh"]])
    (said,) = read_table(path).remarks
    assert said == (
        "The headings stand in row 2; the line above them was taken for a title ('Baseline')."
    )


# --- coordinates


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        ("lat", "lon"),
        ("Latitude", "LONGITUDE"),
        ("gps_latitude", "gps_longitude"),
        ("_gps_latitude", "_gps_longitude"),
        ("_GPS_latitude", "_GPS_longitude"),
        ("_Where are you now?_latitude", "_Where are you now?_longitude"),
        ("y_coord", "x_coord"),
        ("Lat.", "Long."),
        ("lat", "lng"),
        ("Широта", "Долгота"),
        ("Кеңдик", "Узундук"),
    ],
)
def test_headings_of_coordinates(lat, lon):
    frame = pd.DataFrame(
        {
            "village": ["Chaek", "Baizak"],
            lat: [41.9, None],
            lon: [74.5, None],
            "gps": ["unused", ""],
            "_gps_altitude": [760, 0],
        }
    )
    table = Table.from_frame(frame)
    assert (table.lat, table.lon, table.gps) == (lat, lon, None)
    assert table.points().iloc[0].tolist() == [41.9, 74.5]
    assert table.points().iloc[1].isna().all()
    assert table.frame[lat].tolist() == [41.9, None], "cells stay as they were typed"


@pytest.mark.parametrize(
    ("cell", "degrees"),
    [
        ("42.87", 42.87),
        ("42,87", 42.87),
        (" 42.87° ", 42.87),
        ("42,87 ° N", 42.87),
        ("42.87 s", -42.87),
        ("−42.87", -42.87),
        (42, 42.0),
        (4751234.5, 4751234.5),
        ("", None),
        ("n/a", None),
    ],
)
def test_cells_of_coordinates(cell, degrees):
    frame = pd.DataFrame({"village": ["Chaek"], "lat": [cell], "lon": ["74.59"]}, dtype=object)
    table = Table.from_frame(frame)
    expected = pd.DataFrame({"lat": [degrees], "lon": [74.59]}, dtype="float64")
    pd.testing.assert_frame_equal(table.points(), expected)
    assert table.frame["lat"].tolist() == [cell or None]


@pytest.mark.parametrize(
    "heading", ["gps", "geopoint", "Coordinates", "_geolocation", "#geo+coord"]
)
@pytest.mark.parametrize(
    "cell",
    [
        "42.87 74.59 760 5",
        "42.87 74.59",
        "42.87,74.59",
        "42,87 74,59",
        "42,87; 74,59",
        "[42.87, 74.59]",
        "42.87° N, 74.59° E",
    ],
)
def test_both_coordinates_in_one_cell(heading, cell):
    table = Table.from_frame(pd.DataFrame({"village": ["Chaek", "Baizak"], heading: [cell, ""]}))
    assert (table.gps, table.lat, table.lon) == (heading, None, None)
    assert table.points().iloc[0].tolist() == [42.87, 74.59]
    assert table.points().iloc[1].isna().all()
    assert table.frame[heading].tolist() == [cell, None]


@pytest.mark.parametrize("columns", [{}, {"lat": 41.9}, {"gps": "yes"}, {"elevation": 760}])
def test_no_coordinates(columns):
    table = Table.from_frame(pd.DataFrame({"village": ["Chaek"], **columns}))
    assert (table.lat, table.lon, table.gps) == (None, None, None)
    assert table.points().isna().all(axis=None)
    assert list(table.points().columns) == ["lat", "lon"]


def test_columns_of_coordinates_may_be_named():
    frame = pd.DataFrame({"village": ["Chaek"], "N": [41.9], "E": [74.5], "wo": ["42 74"]})
    table = Table.from_frame(frame, columns={"lat": "N", "lon": "e"})
    assert table.points().to_numpy().tolist() == [[41.9, 74.5]]
    table = Table.from_frame(frame, columns={"gps": "wo"})
    assert table.points().to_numpy().tolist() == [[42, 74]]


@pytest.mark.parametrize(
    ("heading", "year", "group"),
    [
        ("returnees_2020", 2020, "return migrants"),
        ("Returnees 2020", 2020, "return migrants"),
        ("return migrants 2021 (synthetic)", 2021, "return migrants"),
        ("Number of returned migrants in 2022", 2022, "return migrants"),
        ("migrant_workers_2022", 2022, "migrant workers"),
        ("Emigrants2020", 2020, "emigrants"),
        ("Возвратившиеся мигранты 2020", 2020, "return migrants"),
        ("Total returnees", None, "return migrants"),
        ("Households 2021", 2021, "households"),
        ("2022", 2022, "individuals"),
    ],
)
def test_headings_of_counts(heading, year, group):
    table = Table.from_frame(pd.DataFrame({"village": ["Chaek", "Baizak"], heading: [12, 0]}))
    assert table.measures == (Measure(column=heading, year=year, group=group),)
    assert table.observations()["individuals"].tolist() == [12, 0]


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("Visited in 2022", ["yes", "no"]),
        ("Share 2022", [0.5, 0.25]),
        ("returned", ["yes", "no"]),
        ("Phone", [312, 313]),
        ("Survey 2022, part 3", [1, 2]),
    ],
)
def test_other_columns_are_left_alone(heading, cells):
    table = Table.from_frame(pd.DataFrame({"village": ["Chaek", "Baizak"], heading: cells}))
    assert table.measures == ()
    assert table.frame[heading].tolist() == cells


def test_a_total_beside_its_years_is_not_counted_twice():
    frame = pd.DataFrame(
        {"village": ["Chaek"], "returnees 2020": [3], "returnees 2021": [4], "returnees": [7]}
    )
    assert Table.from_frame(frame).observations()["individuals"].tolist() == [3, 4]


def test_columns_may_be_named(tmp_path):
    rows = [["Wo", "Region", "Province", "wann", "n"], ["Chaek", "x", "Naryn", 2021, 5]]
    columns = {"location": "wo", "adm1": "Province", "year": "wann", "individuals": "n"}
    table = read_table(write_csv(tmp_path / "a.csv", rows), columns=columns)
    assert (table.location, table.adm1) == ("Wo", "Province")
    assert table.observations().to_dict("records") == [
        {"row": 0, "year": 2021, "group": "individuals", "individuals": 5}
    ]


def test_wide_and_long_give_the_same():
    names = ["Chaek", "Baizak"]
    wide = pd.DataFrame(
        {
            "village": names,
            "returnees_2020": [1, None],
            "emigrants_2021": ["1,204", 0],
        }
    )
    long = pd.DataFrame(
        [
            ["Chaek", "2020", "Returnees", "1"],
            ["Chaek", "2021", "emigrants", "1204"],
            ["Baizak", "2020", "RETURN MIGRANTS", "n/a"],
            ["Baizak", "2021", "Emigrants ", "0"],
        ],
        columns=["village", "Year", "Population group", "Individuals"],
    )
    seen = []
    for table in map(Table.from_frame, (wide, long)):
        counts = table.observations()
        counts["village"] = counts.pop("row").map(table.frame["village"])
        seen.append(counts)
    pd.testing.assert_frame_equal(seen[0], seen[1])
    assert len(seen[0]) == 3


# --- reading files


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_csv_dialects(tmp_path, delimiter, encoding):
    rows = [
        ["# source: one, two; three", *[""] * 3],
        [*HEAD, "returnees 2020"],
        ["Ош", "Узген; (часть)", "Ак-Терек, восток", "1,204"],
    ]
    table = read_table(write_csv(tmp_path / "a.csv", rows, delimiter, encoding))
    assert table.frame.iloc[0].tolist() == [*rows[2][:3], 1204]
    assert table.notes == ("source: one, two; three",)
    assert (table.adm1, table.rows[0]) == (HEAD[0], 3)


@pytest.mark.parametrize("encoding", ["cp1251", "utf-16"])
def test_other_encodings_when_named(tmp_path, encoding):
    path = write_csv(tmp_path / "a.csv", [["Область"], ["Баткенская"]], encoding=encoding)
    assert read_table(path, encoding=encoding).frame["Область"].tolist() == ["Баткенская"]


def test_a_comment_may_hold_anything(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('# the "real" one,"x\n#a province, a district, a village\nvillage\nChaek\n')
    table = read_table(path)
    assert table.frame["village"].tolist() == ["Chaek"]
    assert len(table.notes) == 2


def test_a_first_heading_may_be_a_number_sign(tmp_path):
    table = read_table(write_csv(tmp_path / "a.csv", [["#", *HEAD], [1, *PLACE]]))
    assert list(table.frame.columns) == ["#", *HEAD]
    assert table.notes == ()


def test_blank_rows_and_columns_are_left_out_but_rows_keep_their_numbers(tmp_path):
    rows = [[None], [*HEAD, None, None], [], PLACE, ["", " "], [*PLACE, None], [None] * 9]
    for path in (write_csv(tmp_path / "a.csv", rows), write_xlsx(tmp_path / "a.xlsx", rows)):
        table = read_table(path)
        assert table.frame.to_numpy().tolist() == [PLACE, PLACE], "both rows of one place are kept"
        assert table.rows == (4, 6)


def test_xlsx_values(tmp_path):
    day = dt.date(2022, 11, 1)
    rows = [
        ["# SYNTHETIC counts"],
        ["Village", "returnees 2020", "when", "lat"],
        [" Ak  Terek ", 12.0, day, 40.5],
        [7, "1\u00a0204", None, None],
    ]
    table = read_table(write_xlsx(tmp_path / "a.xlsx", {"Round 1": rows}))
    assert table.frame["Village"].tolist() == [" Ak  Terek ", "7"]
    assert table.frame["returnees 2020"].tolist() == [12, 1204]
    assert table.frame["lat"].tolist() == [40.5, None]
    assert table.frame["when"].tolist() == [day, None]
    assert (table.sheet, table.rows[0], table.synthetic) == ("Round 1", 3, True)


def test_the_sheet_with_headings_is_taken(tmp_path):
    sheets = {"Read me": [["Counts of round 1"]], "Data": [HEAD, PLACE], "Empty": []}
    path = write_xlsx(tmp_path / "a.xlsx", sheets)
    assert read_table(path).sheet == "Data"
    book = openpyxl.load_workbook(path)
    book.create_sheet("Lists").append(["oblast"])
    book["Lists"].sheet_state = "hidden"
    book.save(path)
    assert read_table(path).sheet == "Data"


def test_a_formula_that_gives_nothing_is_blank(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", [["village", "returnees 2020"], ["Chaek", "=X"]])
    members = {}
    with zipfile.ZipFile(path) as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    sheet = members["xl/worksheets/sheet1.xml"]
    stored = re.sub(rb'<c r="B2"[^>]*>.*?</c>', b'<c r="B2" t="str"><f>X</f><v></v></c>', sheet)
    assert stored != sheet
    members["xl/worksheets/sheet1.xml"] = stored
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    assert read_table(path).frame["returnees 2020"].isna().all()


@pytest.mark.parametrize("text", ["", "-", "–", "n/a", "N/A", " ", "н/д"])
def test_missing_is_not_zero(text):
    frame = pd.DataFrame({"village": ["Chaek", "Baizak"], "returnees 2020": [text, "0"]})
    table = Table.from_frame(frame)
    assert table.frame["returnees 2020"].isna().tolist() == [True, False]
    assert table.observations()["individuals"].tolist() == [0]


# --- faults: where, what, how to mend

WIDE = ["village", "returnees_2020"]
LONG = ["village", "year", "group", "individuals"]


def cell(value, *said):
    return (
        [WIDE, ["Chaek", 1], ["Baizak", 5], ["Kochkor", value]],
        {},
        (
            "row 4, column 'returnees_2020': ",
            *said,
        ),
    )


BAD_ROWS = {
    "words": cell("12 people", "'12 people' is not a number; write a whole number in digits"),
    "about": cell("~30", "'~30' is not a number"),
    "none in Russian": cell("нет", "'нет' is not a number", "leave the cell blank"),
    "negative": cell(-5, "'-5' is negative"),
    "fraction": cell(12.5, "'12.5' is not whole"),
    "point of thousands": cell("1.204", "'1.204' is not whole", "1204, not 1.204"),
    "wrong groups": cell("1,20,400", "is not a number"),
    "huge": cell(12_000_000, "'12000000' is more than 10,000,000; correct it"),
    "endless": cell("9" * 5000, "is more than 2,000,000,000"),
    "other digits": cell("፩፩፩፩", "is not a number"),
    "control characters": cell("\u202e12", r"'\u202e12' is not"),
    "long": cell("x" * 10_000, "'xxxxxxxxxxxxxxxxx...xxxxxxxxxxxxxxxxxx' is not a number"),
    "no name": ([WIDE, ["Chaek", 1], ["", 5]], {}, ("row 3: no place is named; fill in",)),
    "totals": (
        [WIDE, ["Chaek", 1], ["Total", 3]],
        {},
        (
            "row 3, column 'returnees_2020': this looks like a row of totals, 3, but its rows add",
            "up to 1; counted with them it would count people twice; correct it, or delete",
        ),
    ),
    "year of two digits": (
        [LONG, ["Chaek", 22, "emigrants", 5]],
        {},
        ("row 2, column 'year': '22' is not a year; write a year of four digits",),
    ),
    "no year": (
        [LONG, ["Chaek", "", "emigrants", 5]],
        {},
        ("row 2, column 'year': the cell is blank; fill it in",),
    ),
    "no group": (
        [LONG, ["Chaek", 2020, " ", 5]],
        {},
        ("row 2, column 'group': the cell is blank; fill it in",),
    ),
    "heading with two digits": (
        [["village", "returnees_20"], ["Chaek", 1]],
        {},
        ("column 'returnees_20': its year is not of four digits; write the heading with 2022",),
    ),
    "same count twice": (
        [["village", "returnees 2020", "Returned migrants 2020"], ["Chaek", 1, 2]],
        {},
        ("'returnees 2020', 'Returned migrants 2020' both count return migrants 2020; delete",),
    ),
    "two years": (
        [["village", "year", "год", "individuals"], ["a", 2020, 2021, 5]],
        {},
        (
            "columns 'year', 'год' could each be the year column",
            "choose one with --column year=HEADING",
        ),
    ),
    "no names": (
        [["Ort", "Zahl"], ["Chaek", 5]],
        {},
        ("none of the headings 'Ort', 'Zahl' is known", "--column location=HEADING"),
    ),
    "no such column": (
        [["village", "note"], ["Chaek", 5]],
        {"columns": {"adm1": "Oblus"}},
        ("there is no column 'Oblus'; choose from 'village', 'note'",),
    ),
    "no such role": (
        [["village", "note"], ["Chaek", "x"]],
        {"columns": {"admin1": "note"}},
        ("'admin1' is no kind of column; use 'adm1', 'adm2', 'adm3', 'location', 'lat', 'lon'",),
    ),
    "rival latitudes": (
        [["village", "_a_latitude", "_b_latitude", "lon"], ["Chaek", 1, 2, 1]],
        {},
        ("could each be the lat column; choose one with --column lat=HEADING",),
    ),
    "latitude alone": (
        [["village", "N"], ["Chaek", 41]],
        {"columns": {"lat": "N"}},
        ("there is no column of lon beside 'N'; name it with --column lon=HEADING",),
    ),
    "only headings and hashtags": (
        [["village", "x"], ["#loc", "#geo+lon"]],
        {},
        ("there are headings but no rows below them",),
    ),
    "only headings": ([HEAD], {}, ("there are headings but no rows below them; add",)),
}


READ_ROWS = {
    "same heading twice": (
        [["village", "note", "note"], ["Chaek", "a", "b"]],
        "Several columns are headed 'note'; the later ones are called 'note (2)' and so on.",
    ),
    "no heading": (
        [["village", "", "note"], ["Chaek", "", "b"], ["Baizak", "x", "b"]],
        "Column 2 has cells but no heading, and was not used.",
    ),
    "titles": (
        [["Round 1", None, None], ["November 2022"], [], HEAD, PLACE],
        "The headings stand in row 4; the 2 lines above them were taken for a title ('Round 1').",
    ),
    "one title": (
        [["Round 1", None, None], HEAD, PLACE],
        "The headings stand in row 2; the line above them was taken for a title ('Round 1').",
    ),
    "totals": (
        [WIDE, ["Chaek", 1], ["Naryn", 4], ["Total", 5]],
        "Row 4 is a total that agrees with the rows it adds up, and was left out.",
    ),
    "same count twice": (
        [["village", "returnees 2020", "Returned migrants 2020"], ["Chaek", 1, 1]],
        "Columns 'returnees 2020' and 'Returned migrants 2020' hold the same.",
    ),
    "a latitude of no kind": (
        [["village", "lat", "lon"], ["Chaek", "42.87", 74.5], ["Baizak", "north", 74.5]],
        "Row 3 has coordinates in column 'lat' that cannot be read; their points are left out.",
    ),
    "a point of no kind": (
        [["village", "gps"], *[["Chaek", "42.87 74.59 0 0"]] * 2, ["Baizak", "42,87"]],
        "Row 4 has coordinates in column 'gps' that cannot be read; their points are left out.",
    ),
    "numbers that are not counted": (
        [["village", "returnees_2020", "Latrines"], ["Chaek", 1, 7], ["Naryn", 4, 5]],
        "Numbers that were not counted, with their sums: 'Latrines' (12).",
    ),
}


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize("case", READ_ROWS)
def test_what_is_read_otherwise_than_it_looks_is_said(tmp_path, case, suffix):
    rows, said = READ_ROWS[case]
    write = write_csv if suffix == ".csv" else write_xlsx
    assert read_table(write(tmp_path / f"a{suffix}", rows)).remarks == (said,)


def test_a_row_of_too_many_cells_is_a_fault_of_a_csv_and_stray_cells_are_not(tmp_path):
    rows = [["village", "note"], ["Chaek", "a", "b"]]
    (fault,) = faults_of(write_csv(tmp_path / "a.csv", rows))
    assert "row 2: the row has 3 cells under 2 headings; put a name that holds a comma" in fault
    table = read_table(write_xlsx(tmp_path / "a.xlsx", rows))
    assert table.remarks == ("Column 3 has cells but no heading, and was not used.",)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize("case", BAD_ROWS)
def test_faults_of_rows(tmp_path, case, suffix):
    rows, options, said = BAD_ROWS[case]
    write = write_csv if suffix == ".csv" else write_xlsx
    faults = faults_of(write(tmp_path / f"bad{suffix}", rows), **options)
    where = "bad.csv" if suffix == ".csv" else "bad.xlsx, sheet 'Data'"
    assert len(faults) == 1
    assert faults[0].startswith(where)
    assert faults[0].endswith(".")
    assert faults[0].isprintable()
    for words in said:
        assert words in faults[0]


def test_faults_of_spreadsheet_cells(tmp_path):
    rows = [
        [*WIDE, "returnees_2021"],
        [dt.date(2022, 5, 1), dt.date(2022, 5, 1), "=1+1"],
        ["#REF!", True, 5],
    ]
    faults = faults_of(write_xlsx(tmp_path / "a.xlsx", rows))
    ends = [re.sub("^a.xlsx, sheet 'Data', ", "", fault) for fault in faults]
    assert sorted(ends) == [
        (
            "row 2, column 'C': the formula has no stored result; open the file in a spreadsheet "
            "program and save it, or paste the values."
        ),
        (
            "row 2, column 'returnees_2020': '2022-05-01' is a date; format the column "
            "as numbers and type it again."
        ),
        (
            "row 2, column 'village': '2022-05-01' is a date, made from a name perhaps; "
            "format the column as text and type the name again."
        ),
        (
            "row 3, column 'returnees_2020': 'True' is not a number; write a whole number in "
            "digits, or leave the cell blank if it is not known."
        ),
        "row 3, column 'village': the formula has failed with #REF!; type the name in its place.",
    ]


CYRILLIC = "Область,Село\nБаткенская,Боз-Адыр\n"

BAD_BYTES = {
    "empty": ("a.csv", b"", {}, "the file is empty; check"),
    "white": ("a.csv", b"\n \n", {}, "the file is empty; check"),
    "blank cells": ("a.csv", b",,\n,,\n", {}, "there is no data; check"),
    "utf-8 as cp1251": (
        "a.csv",
        CYRILLIC.encode(),
        {"encoding": "cp1251"},
        "the text is UTF-8, not cp1251; leave out --encoding",
    ),
    "cp1251 as utf-8": (
        "a.csv",
        CYRILLIC.encode("cp1251"),
        {"encoding": "utf-8"},
        "row 1: the text is not utf-8; name the encoding",
    ),
    "no encoding": ("a.csv", b"x", {"encoding": "hex"}, "'hex' is no encoding of text; try utf-8"),
    "NUL": ("a.csv", b"village\nCha\0ek\n", {}, "row 2: there is a NUL byte"),
    "quotes": ("a.csv", b'village\n"Chaek\nBaizak\n', {}, "row 2: a quotation mark does not pair"),
    "fods": ("a.fods", b"<office>", {}, ".fods files are not read; save it as .xlsx"),
    "xls": ("a.xls", b"\xd0\xcf\x11\xe0", {}, "the workbook is damaged"),
    "ods": ("a.ods", b"PK\x03\x04", {}, "the workbook is damaged"),
    "password": (
        "a.xlsx",
        b"\xd0\xcf\x11\xe0",
        {},
        "this is a damaged or a password-protected workbook; open it in a spreadsheet program",
    ),
    "csv in name only": (
        "a.xlsx",
        b"village\nChaek\n",
        {},
        "this is no workbook in spite of its name; save it as .xlsx again",
    ),
    "page in disguise": (
        "a.xls",
        b"<html><table><tr><td>village</table></html>",
        {},
        "this is a web page or XML under the name of a workbook; open it in a spreadsheet",
    ),
    "damaged": (
        "a.xlsx",
        b"PK\x03\x04 and no more",
        {},
        "the workbook is damaged (BadZipFile); open",
    ),
}


@pytest.mark.parametrize("case", BAD_BYTES)
def test_faults_of_files(tmp_path, case):
    name, content, options, said = BAD_BYTES[case]
    path = tmp_path / name
    path.write_bytes(content)
    (fault,) = faults_of(path, **options)
    assert fault.startswith(name)
    assert said in fault


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("cp1251", "The text is not UTF-8 but cp1251, it seems; if names look wrong, give "),
        ("utf-16", "The text is UTF-16."),
        ("utf-16-le", "The text is UTF-16."),
    ],
)
def test_other_encodings_are_found_and_said(tmp_path, encoding, said):
    path = tmp_path / "a.csv"
    path.write_bytes(CYRILLIC.encode(encoding))
    table = read_table(path)
    assert table.frame.iloc[0].tolist() == ["Баткенская", "Боз-Адыр"]
    assert table.remarks[0].startswith(said)


def test_accents_of_western_europe_are_read(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("village\nKöl\n".encode("cp1252"))
    assert read_table(path).frame["village"].tolist() == ["Köl"]


def test_no_such_file_and_a_folder(tmp_path):
    path = tmp_path / "none.csv"
    (fault,) = faults_of(path)
    said = f"there is no such file at {path}; check the folder and the name."
    assert fault == f"none.csv: {said}"
    (fault,) = faults_of(tmp_path)
    assert fault.endswith("this is a folder, not a file; name the CSV or XLSX file in it.")


def test_which_sheet(tmp_path):
    path = write_xlsx(tmp_path / "a.xlsx", {"One": [HEAD, PLACE], "Two": [HEAD, PLACE], "No": []})
    mend = "name one of 'One', 'Two', 'No' with --sheet."
    assert faults_of(path) == (f"a.xlsx: sheets 'One', 'Two' each have headings of places; {mend}",)
    assert faults_of(path, sheet="Three") == (f"a.xlsx: there is no sheet 'Three'; {mend}",)
    assert faults_of(path, sheet="No")[0].startswith("a.xlsx, sheet 'No': there is no data;")
    assert read_table(path, sheet="Two").sheet == "Two"
    empty = write_xlsx(tmp_path / "b.xlsx", {"One": [], "Two": [[" "]]})
    assert faults_of(empty)[0].startswith("b.xlsx: no visible sheet holds any data;")


@pytest.mark.slow
def test_a_workbook_that_unpacks_to_too_much_is_not_opened(tmp_path, monkeypatch):
    path = write_xlsx(tmp_path / "bomb.xlsx", [["village"], ["x" * 30_000], *[["Chaek"]] * 5000])
    monkeypatch.setattr(mtmgeo.tables.columns.grid, "_MOST_BYTES", path.stat().st_size + 1)
    assert "the workbook unpacks to over 800 MB" in faults_of(path)[0]
    monkeypatch.setattr(mtmgeo.tables.columns.grid, "_MOST_BYTES", 100)
    assert "the file is larger than 200 MB" in faults_of(path)[0]


def test_all_faults_are_named_at_once(tmp_path):
    rows = [
        ["Baseline"],
        ["Oblast", "Province", "village", "note", "note", "returnees 2020", "emigrants_2021"],
        ["Naryn", "", "Chaek", "", "", "~30", "-1"],
        ["", "", "", "", "", "5", "12 people"],
        ["Naryn", "", "Baizak", "", "", "5", "5", "over"],
        ["Total", "", "", "", "", "11", "5"],
    ]
    faults = faults_of(write_csv(tmp_path / "a.csv", rows))
    for said in (
        "row 3, column 'returnees 2020': '~30'",
        "row 3, column 'emigrants_2021': '-1' is negative",
        "row 4: no place is named",
        "row 4, column 'emigrants_2021': '12 people'",
        "row 5: the row has 8 cells under 7 headings",
        "row 6, column 'returnees 2020': this looks like a row of totals, 11, but its rows add up",
    ):
        assert sum(said in fault for fault in faults) == 1, said
    assert len(faults) == 6


def test_many_faults_of_one_kind_are_counted():
    frame = pd.DataFrame({"village": ["Chaek"] * 200, "returnees 2020": ["?"] * 190 + [-1] * 10})
    with pytest.raises(InputError) as caught:
        Table.from_frame(frame.assign(**{"emigrants 2020": 12_000_000_000}), source="counts")
    faults = caught.value.faults
    assert len(faults) == 102
    assert faults[50].startswith("counts: and 150 more faults of this kind; write a whole number")
    assert faults[101] == "counts: and 150 more faults of this kind; correct it."


# --- any text, any order

# All but rows of totals, and what a spreadsheet would take for a formula or its failure.
NAMES = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn"]), min_size=1, max_size=30
).filter(lambda text: text.strip() and text[0] not in "=#" and not is_total(text))
COUNTS = st.none() | st.integers(0, 10_000_000)


@pytest.mark.slow
@tries(50)
@given(st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=4))
@example([("0", "0"), ("*AA²", "*AA²")])
def test_names_come_back_as_typed(tmp_path_factory, names):
    folder = tmp_path_factory.mktemp("names")
    rows = [["oblast", "village"], *names]
    for path in (write_csv(folder / "a.csv", rows), write_xlsx(folder / "a.xlsx", rows)):
        table = read_table(path)
        assert list(table.frame.itertuples(index=False, name=None)) == names


@pytest.mark.slow
@tries(50)
@given(st.data())
def test_the_order_of_columns_does_not_matter(data):
    rows = data.draw(st.lists(st.tuples(NAMES, COUNTS, COUNTS, COUNTS), min_size=1, max_size=5))
    columns = ["village", "returnees_2020", "emigrants 2020", "migrant workers 2021"]
    frame = pd.DataFrame(rows, columns=columns, dtype=object)
    shuffled = frame[data.draw(st.permutations(columns))]
    by = ["row", "year", "group"]
    first, second = (
        Table.from_frame(each)
        .observations()
        .astype({"group": "str"})
        .sort_values(by, ignore_index=True)
        for each in (frame, shuffled)
    )
    pd.testing.assert_frame_equal(first, second)
    given_counts = [count for row in rows for count in row[1:] if count is not None]
    assert sorted(first["individuals"]) == sorted(given_counts)


@pytest.mark.slow
@tries(50)
@given(st.lists(st.tuples(NAMES, COUNTS, COUNTS), min_size=1, max_size=5))
def test_wide_and_long_agree(rows):
    wide = pd.DataFrame(rows, columns=["village", "returnees 2020", "emigrants 2021"], dtype=object)
    long = pd.DataFrame(
        [
            (name, *rest)
            for name, first, second in rows
            for rest in ((2020, "returnees", first), (2021, "emigrants", second))
        ],
        columns=LONG,
        dtype=object,
    )
    one, two = Table.from_frame(wide).observations(), Table.from_frame(long).observations()
    two["row"] //= 2
    pd.testing.assert_frame_equal(one, two)


def test_a_csv_is_read_the_same_twice_and_from_memory(tmp_path):
    rows = [[*HEAD, "returnees 2020"], [*PLACE, "1 204"], [*PLACE, ""]]
    path = write_csv(tmp_path / "a.csv", rows)
    first, second = read_table(path), read_table(str(path))
    pd.testing.assert_frame_equal(first.frame, second.frame)
    frame = pd.read_csv(io.BytesIO(path.read_bytes()))
    pd.testing.assert_frame_equal(first.frame, Table.from_frame(frame).frame)
