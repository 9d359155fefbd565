"""Kinds of tables that offices have: who is counted, when, in which rows; each with its sums."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from mtmgeo import InputError, Table, read_table


def saved(folder: Path, text: str, name: str = "table.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def sums(table: Table) -> dict[str, tuple[int, ...]]:
    """Return the individuals of each group, and the households where they are counted."""
    counts = table.observations()
    columns = [name for name in ("individuals", "households") if name in counts]
    added = counts.groupby("group", observed=True)[columns].sum()
    return {str(group): tuple(map(int, row)) for group, row in zip(added.index, added.to_numpy())}  # noqa: B905


def read(folder: Path, text: str, **options) -> Table:
    return read_table(saved(folder, text), **options)


# --- whom a heading counts

COUNTS = {
    "IDP HH": ("IDPs", True),
    "IDP_IND": ("IDPs", False),
    "numPresentIdpInd": ("IDPs", False),
    "Estimated Number of IDP": ("IDPs", False),
    "Nombre d'individus PDI": ("IDPs", False),
    "Personnes déplacées internes": ("IDPs", False),
    "Кількість ВПО": ("IDPs", False),
    "عدد النازحين": ("IDPs", False),
    "Returnee Individuals": ("return migrants", False),
    "Retournés (ménages)": ("return migrants", True),
    "Refugees": ("refugees", False),
    "Communauté hôte - individus": ("host community", False),
}


@pytest.mark.parametrize("heading", COUNTS)
def test_populations_and_units_are_told_by_their_words(heading: str) -> None:
    (found,) = Table.from_frame(pd.DataFrame({"district": ["A"], heading: [7]})).measures
    group, homes = COUNTS[heading]
    # Households alone are a group of their own.
    assert found.group == (f"households of {group}" if homes else group)


def test_pairs_of_households_and_individuals_belong_together(tmp_path: Path) -> None:
    text = "LGA,IDP HH,IDP IND,Returnee HH,Returnee IND\nGwoza,20,110,3,15\nBama,10,44,1,6\n"
    assert sums(read(tmp_path, text)) == {"IDPs": (154, 30), "return migrants": (21, 4)}


def test_sex_and_age_in_columns_part_the_people_counted(tmp_path: Path) -> None:
    text = "commune,Total IDPs,F_0_17,F_18+,M_0_17,M_18+\nZinder,40,9,11,8,12\nMaradi,5,1,1,1,2\n"
    table = read(tmp_path, text)
    assert sums(table) == {"IDPs": (45,)}
    counts = table.observations()
    by = counts.groupby(["sex", "age group"], observed=True)["individuals"].sum()
    assert by.to_dict() == {
        ("female", "0-17"): 10, ("female", "18+"): 12, ("male", "0-17"): 9, ("male", "18+"): 14,
    }  # fmt: skip


def test_parts_with_a_cell_that_is_no_count_cost_the_parts_and_not_the_table(
    tmp_path: Path,
) -> None:
    table = read(tmp_path, "district,IDPs,male,female\nA,9,4,5\nB,8,-2,6\nC,3,1,2\n")
    assert sums(table) == {"IDPs": (20,)}
    assert any("sex or age were left out" in said and "row 3" in said for said in table.remarks)


def test_a_column_that_holds_others_is_the_whole(tmp_path: Path) -> None:
    rows = "".join(f"V{i},{10 + i},{i},{10 - i}\n" for i in range(8))
    text = "village,IDPs,Displaced by flood,Displaced by war\n" + rows
    table = read(tmp_path, text)
    assert sums(table) == {"IDPs": (sum(10 + i for i in range(8)),)}


def test_numbers_that_are_not_counted_are_named_with_their_sums(tmp_path: Path) -> None:
    table = read(
        tmp_path, "district,IDPs,Latrines,Phone,Tents\nA,5,2,70012345,3\nB,6,4,70054321,9\n"
    )
    assert table.remarks == (
        "Numbers that were not counted, with their sums: 'Latrines' (6), 'Tents' (12).",
    )


# --- when

PERIODS = {
    "Returnees 2019-2021": "2019-2021",
    "Returnees before 2014": "before 2014",
    "Returnees since April 2022": "since April 2022",
}


@pytest.mark.parametrize("heading", PERIODS)
def test_a_longer_period_is_one_of_its_own_and_no_year(tmp_path: Path, heading: str) -> None:
    table = read(tmp_path, f"district,{heading},Returnees 2018\nA,30,12\n")
    assert sums(table) == {"return migrants": (42,)}
    counts = table.observations()
    assert counts["period"].tolist() == [PERIODS[heading], "2018"]
    assert counts["year"].tolist() == [pd.NA, 2018]
    assert not table.remarks


@pytest.mark.parametrize("heading", ["period", "Year"])
def test_a_long_table_has_longer_periods_too(tmp_path: Path, heading: str) -> None:
    rows = f"district,{heading},individuals\nA,2019 to 2021,30\nA,2023,12\nB,До 2014,5\n"
    counts = read(tmp_path, rows).observations()
    assert counts["period"].tolist() == ["2019-2021", "2023", "before 2014"]
    assert counts["individuals"].tolist() == [30, 12, 5]


LONG = "district,period,individuals\nA,2020-2021,{}\nA,2020,6\nA,2021,4\nB,2020,1\nB,2020-2021,1\n"
TOTALS = {
    "wide": "district,Returnees 2020-2021,Returnees 2020,Returnees 2021\nA,{},6,4\nB,1,1,0\n",
    "by sex": "district,Female 2020-2021,Male 2020-2021,Female 2020,Male 2020,Female 2021,Male 2021"
    "\nA,{},0,6,0,4,0\nB,1,0,1,0,0,0\n",
    "long": LONG,
}


@pytest.mark.parametrize("kind", TOTALS)
def test_a_period_that_is_the_sum_of_others_is_not_counted_again(tmp_path: Path, kind: str) -> None:
    table = read(tmp_path, TOTALS[kind].format(10))
    assert table.observations().groupby("year")["individuals"].sum().to_dict() == {2020: 7, 2021: 4}
    assert "2020-2021" in table.remarks[0]
    assert "not counted again" in table.remarks[0]


@pytest.mark.parametrize("kind", TOTALS)
def test_periods_that_overlap_otherwise_are_refused(tmp_path: Path, kind: str) -> None:
    with pytest.raises(InputError, match=r"2020-2021.*overlap.*delete the"):
        read(tmp_path, TOTALS[kind].format(11))


def test_what_is_counted_since_a_year_is_counted_in_the_next_too(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"since April 2022' .*'Returnees 2023'"):
        read(tmp_path, "district,Returnees since April 2022,Returnees 2023\nA,30,12\n")


def test_periods_that_overlap_in_other_places_count_nobody_twice(tmp_path: Path) -> None:
    text = "district,Returnees 2020-2021,Returnees 2021\nA,30,\nB,,12\n"
    assert sums(read(tmp_path, text)) == {"return migrants": (42,)}


def test_who_came_from_a_country_came_in_a_year(tmp_path: Path) -> None:
    table = read(tmp_path, "district,Returnees from Iran 2022\nA,30\n")
    assert table.observations()["year"].tolist() == [2022]


def test_a_period_of_the_future_is_asked_about(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="2078 is in the future; of the calendar of Nepal"):
        read(tmp_path, "district,Returnees 2078-2079\nA,30\n")


def test_presence_in_several_periods_is_not_added_up(tmp_path: Path) -> None:
    text = "district,period,IDPs\nA,2020-2021,50\nA,2022,60\nB,2020-2021,5\nB,2022,6\n"
    assert sums(read(tmp_path, text)) == {"IDPs": (66,)}


def test_presence_in_several_rounds_is_not_added_up(tmp_path: Path) -> None:
    text = "round,district,IDPs\n8,A,50\n9,A,60\n10,A,70\n8,B,5\n9,B,6\n"
    table = read(tmp_path, text)
    assert sums(table) == {"IDPs": (70,)}, "B was left before round 10"
    assert "'10' is counted (1 of 5 rows" in table.remarks[0]
    assert sums(read(tmp_path, text, at_round=9)) == {"IDPs": (66,)}
    assert sums(read(tmp_path, text, counts="flow")) == {"IDPs": (191,)}
    with pytest.raises(InputError, match="there is no round 12; choose from '8', '9', '10'"):
        read(tmp_path, text, at_round="12")


def test_rounds_of_several_operations_are_told_by_their_dates(tmp_path: Path) -> None:
    rows = ["country,district,round,date,IDPs"]
    rows += [f"Chad,{place},33,2019-05-31,100" for place in "ABCDEFGH"]
    rows += [f"Chad,{place},4,2025-01-31,10" for place in "ABCDEFGH"]
    assert sums(read(tmp_path, "\n".join(rows))) == {"IDPs": (80,)}


def test_arrivals_by_year_are_added_and_presence_by_year_is_not(tmp_path: Path) -> None:
    arrivals = read(tmp_path, "district,returnees_2021,returnees_2022\nA,5,7\n")
    assert sums(arrivals) == {"return migrants": (12,)}
    presence = read(tmp_path, "district,idps_2021,idps_2022\nA,5,7\n")
    assert sums(presence) == {"IDPs": (7,)}
    assert "not 'idps_2021' 5" in presence.remarks[0]


@pytest.mark.parametrize(
    ("year", "said"),
    [("1402", "solar Hijri calendar perhaps, 2023/2024"), ("2080", "Nepal it would be 2023/2024")],
)
def test_years_of_other_calendars_are_asked_about(tmp_path: Path, year: str, said: str) -> None:
    for text in (f"district,year,people\nA,{year},3\n", f"district,returnees_{year}\nA,3\n"):
        with pytest.raises(InputError, match=said):
            read(tmp_path, text)


# --- which rows

ROWS = {
    "grand total": ("A,x,1\nA,y,2\nTotal,,3\n", 3, "Row 4 is a total that agrees"),
    "subtotals": (
        "A,x,1\nA,y,2\nA Total,,3\nB,z,4\nB Total,,4\nGrand Total,,7\n",
        7,
        "Rows 4, 6, 7 are totals that agree",
    ),
    "Russian": ("A,x,5\nA,y,6\nИтого по A,,11\n", 11, "Row 4 is a total"),
    "no label": ("A,x,5\nB,y,6\n,,11\n", 11, "Row 4 is a total"),
    "levels": ("A,,3\nA,x,1\nA,y,2\nB,,9\nB,z,4\nB,w,5\n", 12, "Rows 2, 5 add up the units inside"),
    "no levels": ("A,,3\nA,x,1\nB,y,2\n", 6, None),
    "a company": ("A,x,500\nA,Total station,4\nB,y,600\n", 1104, None),
    "a note": ("A,x,1\nA,y,2\nSource: field teams,,\n", 3, "below the table was taken for a note"),
}


@pytest.mark.parametrize("kind", ROWS)
def test_rows_that_add_up_others_are_left_out_and_named(tmp_path: Path, kind: str) -> None:
    rows, total, said = ROWS[kind]
    table = read(tmp_path, f"province,district,IDPs\n{rows}")
    assert sums(table) == {"IDPs": (total,)}
    assert said is None or any(said in remark for remark in table.remarks)
    assert said is not None or table.remarks == ()


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("1,A,,30\n2,A,x,10\n2,A,y,19\n", "row of totals, 30, but its rows add up to 29"),
        ("2,A,x,10\n2,A,y,19\n,Total,,30\n", "row of totals, 30, but its rows add up to 29"),
    ],
)
def test_a_total_that_does_not_agree_is_refused_with_both_numbers(
    tmp_path: Path, rows: str, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        read(tmp_path, f"adminLevel,province,district,IDPs\n{rows}")


def test_all_of_a_sex_beside_both_is_left_out_where_it_agrees(tmp_path: Path) -> None:
    text = "district,sex,people\nA,all,9\nA,female,4\nA,male,5\n"
    table = read(tmp_path, text)
    assert sums(table) == {"individuals": (9,)}
    assert set(table.observations()["sex"]) == {"female", "male"}


# --- cells

NUMBERS = {
    "١٢٣": 123, "۱۲۳": 123, "1'204": 1204, "1’204": 1204, "1 204": 1204, "1,204": 1204, "12.0": 12,
}  # fmt: skip


@pytest.mark.parametrize("cell", NUMBERS)
def test_numbers_as_people_write_them(cell: str) -> None:
    frame = pd.DataFrame({"district": ["A"], "IDPs": [cell]})
    assert sums(Table.from_frame(frame)) == {"IDPs": (NUMBERS[cell],)}


def test_points_part_thousands_where_the_column_says_so() -> None:
    frame = pd.DataFrame({"district": list("ABC"), "IDPs": ["1.204", "1.204.300", "17"]})
    assert sums(Table.from_frame(frame)) == {"IDPs": (1204 + 1_204_300 + 17,)}


def test_estimates_of_parts_of_people_are_rounded_and_said() -> None:
    frame = pd.DataFrame({"district": list("ABCD"), "IDPs": [10.4, 20.6, 30.5, 8.0]})
    table = Table.from_frame(frame)
    assert sums(table) == {"IDPs": (10 + 21 + 30 + 8,)}
    assert "holds parts of people; they were rounded" in table.remarks[0]


POINTS = {
    "42°52'12\"N 74°35'24\"E": (42.87, 74.59),
    "POINT (74.59 42.87)": (42.87, 74.59),
    "POINT Z (74.59 42.87 700)": (42.87, 74.59),
    "42.87 74.59 760 5": (42.87, 74.59),
    "43N 466500 4746600": (42.87, 74.59),
}


@pytest.mark.parametrize("cell", POINTS)
def test_points_as_instruments_write_them(cell: str) -> None:
    table = Table.from_frame(pd.DataFrame({"village": ["A"], "gps": [cell]}))
    assert table.points().iloc[0].tolist() == pytest.approx(POINTS[cell], abs=2e-3)


def test_the_geometry_of_a_geodataframe_says_where_its_rows_lie() -> None:
    points = gpd.points_from_xy([74.59], [42.87])
    frame = gpd.GeoDataFrame({"village": ["A"]}, geometry=points, crs=4326).to_crs(32643)
    assert Table.from_frame(frame).points().iloc[0].tolist() == pytest.approx([42.87, 74.59])


# --- files


def test_two_lines_of_headings_in_a_sheet_with_merged_cells(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["Displacement in the north", None, None, None, None, None],
        ["State", "County", "IDPs", None, "Returnees", None],
        [None, None, "HH", "Ind", "HH", "Ind"],
        ["Unity", "Rubkona", 10, 52, 2, 9],
        [None, "Koch", 4, 20, 1, 5],
    ):
        sheet.append(row)
    for area in ("C2:D2", "E2:F2", "A4:A5"):
        sheet.merge_cells(area)
    sheet.row_dimensions[5].hidden = True
    path = tmp_path / "two.xlsx"
    book.save(path)
    table = read_table(path)
    assert sums(table) == {"IDPs": (72, 14), "return migrants": (14, 3)}
    assert table.frame["State"].tolist() == ["Unity", "Unity"]
    assert "Rows 5 are hidden in the sheet, and were read." in table.remarks


def test_records_as_web_interfaces_give_them(tmp_path: Path) -> None:
    records = [
        {"admin1Name": "Lac", "admin1Pcode": "TD07", "numPresentIdpInd": 40, "roundNumber": 2},
        {"admin1Name": "Kanem", "admin1Pcode": "TD06", "numPresentIdpInd": 2, "roundNumber": 2},
    ]
    path = saved(tmp_path, json.dumps({"isSuccess": True, "result": records}), "dtm.json")
    table = read_table(path)
    assert sums(table) == {"IDPs": (42,)}
    assert table.codes == {"admin1Pcode": "adm1"}


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_declared_separator_and_a_blank_first_heading(tmp_path: Path, separator: str) -> None:
    body = '"",district,IDPs\n1,A,4\n2,B,5\n'.replace(",", separator)
    table = read(tmp_path, f"sep={separator}\n{body}")
    assert sums(table) == {"IDPs": (9,)}
    assert table.rows == (3, 4)
    assert table.remarks == ("Column 1 has cells but no heading, and was not used.",)


def test_headings_say_places_in_paths_questions_and_with_a_letter_wrong() -> None:
    headings = [
        "location/admin1", "group_loc.Район", "In which ward is the site?", "Setlement",
    ]  # fmt: skip
    table = Table.from_frame(pd.DataFrame([["a", "b", "c", "d"]], columns=headings))
    assert list(table.places.values()) == ["adm1", "adm2", "adm3", "location"]


def test_places_of_another_time_are_no_places_of_the_table() -> None:
    headings = ["District", "District of origin", "Province of last residence"]
    table = Table.from_frame(pd.DataFrame([["a", "b", "c"]], columns=headings))
    assert table.places == {"District": "adm2"}


def test_two_languages_of_a_level_are_spellings_of_one_name() -> None:
    frame = pd.DataFrame([["Mosul", "الموصل"]], columns=["ADM2_EN", "ADM2_AR"])
    table = Table.from_frame(frame)
    assert (table.adm2, table.spellings) == ("ADM2_EN", {"ADM2_EN": ("ADM2_AR",)})


def test_a_million_signs_of_a_heading_and_a_cell_are_no_trouble(tmp_path: Path) -> None:
    text = io.StringIO()
    pd.DataFrame({"district": ["A" * 100_000], "IDPs" + "!" * 100_000: [3]}).to_csv(
        text, index=False
    )
    assert sums(read(tmp_path, text.getvalue())) == {"IDPs": (3,)}


def test_dates_as_headings_are_snapshots(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["County", "IDPs 30 Jan 2015", "IDPs 28 Feb 2015", dt.date(2014, 1, 2)])
    sheet.append(["Koch", 5, 8, 4])
    path = tmp_path / "days.xlsx"
    book.save(path)
    assert sums(read_table(path)) == {"IDPs": (8,)}


# --- parts, totals and sheets as publishers have them


def test_the_displaced_who_returned_are_returnees_and_both_together_are_neither() -> None:
    frame = pd.DataFrame(
        {
            "commune": ["Kirundo"],
            "Nombre de PDI": [90],
            "ménages retournés anciens PDI": [3],
            "individus retournés anciens PDI": [14],
            "Individus retournés venus de l'étranger": [5],
            "IDPs and returnees": [104],
        }
    )
    table = Table.from_frame(frame)
    assert {group: counts[0] for group, counts in sums(table).items()} == {
        "IDPs": 90, "return migrants": 14, "returnees from abroad": 5,
    }  # fmt: skip
    assert any("'IDPs and returnees' (104)" in each for each in table.remarks)


@pytest.mark.parametrize(
    ("heading", "age"),
    [
        ("male_less_than_1_ret", "under 1"),
        ("Garçons moins de 5 ans", "under 5"),
        ("Women 60 and above", "60+"),
        ("f_60_over", "60+"),
        ("h_Personnes âgées (60 ans et +)", "60+"),
        ("Mujeres 60 años y más", "60+"),
        ("Men 18 years or older", "18+"),
    ],
)
def test_ages_with_one_end(heading: str, age: str) -> None:
    (found,) = Table.from_frame(pd.DataFrame({"village": ["A"], heading: [7]})).measures
    assert (found.age, found.sex is None) == (age, False)


def test_where_no_whole_is_given_the_fullest_parts_are_counted() -> None:
    frame = pd.DataFrame(
        {
            "village": ["A"], "male_ret": [30], "female_ret": [31],
            "male_0_17_ret": [10], "male_18_59_ret": [18],
            "female_0_17_ret": [11], "female_18_59_ret": [18],
        }
    )  # fmt: skip
    table = Table.from_frame(frame)
    assert sums(table) == {"return migrants": (61,)}
    assert any("add up to 61 and are counted" in each for each in table.remarks)


def test_totals_of_rounded_figures_may_miss_by_the_rounding(tmp_path: Path) -> None:
    text = "province,district,population\nA,,3000001\nA,X,1000000\nA,Y,2000000\n"
    assert read(tmp_path, text).rows == (3, 4)
    text = "province,district,idps\nA,,31\nA,X,10\nA,Y,20\nB,,7\nB,Z,3\nB,W,4\n"
    with pytest.raises(InputError, match="31, but its rows add up to 30"):
        read(tmp_path, text.replace("B,W,4", "B,W,4\nC,,9\nC,U,4\nC,V,5\nD,,2\nD,S,1\nD,T,1"))


def test_shares_below_a_total_are_no_people(tmp_path: Path) -> None:
    text = "district,IDPs,hosts\nA,30,10\nB,10,10\nTotal,40,20\n,0.75,0.25\n"
    table = read(tmp_path, text)
    assert sums(table) == {"IDPs": (40,), "host community": (20,)}
    assert any("Row 5 below the totals" in each for each in table.remarks)


def test_the_only_count_is_taken_though_its_heading_says_more(tmp_path: Path) -> None:
    text = "commune,PDI à cause du phénomène,Ménages PDI à cause du phénomène\nRuyigi,40,9\n"
    table = read(tmp_path, text)
    assert sums(table) == {"IDPs": (40, 9)}
    assert any("since no other column is" in each for each in table.remarks)
    assert not read(tmp_path, "commune,idp shelters seen\nRuyigi,1\nCankuzo,0\n").measures


def test_a_few_rows_of_many_without_a_place_stay_unmatched(tmp_path: Path) -> None:
    rows = "\n".join(f"Village {at},30" for at in range(120))
    table = read(tmp_path, f"village,IDPs\n{rows}\n,50\n")
    assert sums(table) == {"IDPs": (3650,)}
    assert any("No place is named in rows 122" in each for each in table.remarks)
    with pytest.raises(InputError, match="row 122: no place is named"):
        read(tmp_path, f"village,IDPs\n{rows}\n,5000\n")


def test_the_sheet_that_counts_goes_before_a_longer_list_of_places(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    places = book.create_sheet("P-codes")
    places.append(["ADM1_NAME", "ADM1_PCODE", "ADM2_NAME", "ADM2_PCODE", "ADM3_NAME", "ADM3_PCODE"])
    for at in range(300):
        places.append(["North", "XX1", "Lake", "XX101", f"Ward {at}", f"XX101{at:03}"])
    counts = book.create_sheet("Round")
    counts.append(["district", "ward", "IDP ind"])
    counts.append(["Lake", "Ward 7", 31])
    book.save(tmp_path / "round.xlsx")
    table = read_table(tmp_path / "round.xlsx")
    assert (table.sheet, sums(table)) == ("Round", {"IDPs": (31,)})


def test_numbers_under_a_kind_of_place_are_no_places(tmp_path: Path) -> None:
    table = read(tmp_path, "Governorate of displacement,Camp,Total\nAnbar,5,9\nDahuk,7,8\n")
    assert (table.adm1, table.location) == ("Governorate of displacement", None)
    assert sums(table) == {"individuals": (17,)}


def test_columns_of_estimates_are_named_where_they_are_not_counted(tmp_path: Path) -> None:
    text = "district,IDPs,Cattle herds,Share\n" + "".join(
        f"D{at},10,{at}.5,0.{at}\n" for at in range(1, 8)
    )
    table = read(tmp_path, text)
    assert any("'Cattle herds' (32)" in each for each in table.remarks), table.remarks
    assert not any("'Share'" in each for each in table.remarks)


def test_one_column_of_totals_is_the_whole_of_parts_that_are_not_all_known(tmp_path: Path) -> None:
    text = "district,< 18 Male,<1 8 Female,18+ Male,18+ Female,Total\nA,4,5,6,7,22\nB,1,1,1,1,4\n"
    assert sums(read(tmp_path, text)) == {"individuals": (26,)}


def test_a_column_of_totals_beside_families_is_not_taken_for_people(tmp_path: Path) -> None:
    text = "district,families in rented houses,families in camps,total\nA,4,5,9\nB,1,1,2\n"
    assert "individuals" not in sums(read(tmp_path, text))


def test_the_same_heading_twice_is_of_two_parts_of_a_form_and_no_whole(tmp_path: Path) -> None:
    text = "district,returnees,PDI 2021,PDI 2021\n" + "".join(f"D{n},5,3,2\n" for n in range(9))
    table = read(tmp_path, text)
    assert sums(table) == {"return migrants": (45,)}
    assert any("each could count IDPs" in each for each in table.remarks)


def test_dots_that_stand_for_blanks_are_no_path(tmp_path: Path) -> None:
    text = "Governorate,Place,IDPs.in.camps.or.transit.camps,IDPs\nAnbar,Falluja,3,9\n"
    table = read(tmp_path, text)
    assert (table.location, sums(table)) == ("Place", {"IDPs": (9,)})


def test_a_form_is_no_table_and_its_sheets_are_not_read_for_one(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name, heads in {
        "survey": ["type", "name", "label"],
        "choices": ["list_name", "name"],
    }.items():
        book.create_sheet(name).append(heads)
        book[name].append(["text", "village", "Village"][: len(heads)])
    del book["Sheet"]
    book.save(tmp_path / "form.xlsx")
    with pytest.raises(InputError, match="a form, not what was filled in"):
        read_table(tmp_path / "form.xlsx")
    book.create_sheet("data").append(["Village", "IDPs"])
    book["data"].append(["Kuldu", 7])
    book.save(tmp_path / "answers.xlsx")
    assert read_table(tmp_path / "answers.xlsx").sheet == "data"


def test_countries_alone_are_said_to_be_no_places(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="column 'ISO3' names countries, and no column places"):
        read(tmp_path, "ISO3,year,IDPs\nKGZ,2022,5\n")


def test_those_who_came_in_several_years_are_added_up(tmp_path: Path) -> None:
    text = "district,IDPs arrived 2020,IDPs arrived 2021,IDPs arrived 2022\nNookat,10,20,5\n"
    assert sums(read(tmp_path, text)) == {"IDPs": (35,)}


def test_arrivals_are_people(tmp_path: Path) -> None:
    assert sums(read(tmp_path, "district,year,arrivals\nA,2021,5\nA,2022,6\n")) == {
        "individuals": (11,)
    }


@pytest.mark.parametrize(
    ("cell", "fault"), [("-5", "is negative"), ("about 50", "is not a number")]
)
def test_what_is_no_count_under_a_sure_heading_is_a_fault(
    tmp_path: Path, cell: str, fault: str
) -> None:
    with pytest.raises(InputError, match=f"row 2, column 'IDPs': '{cell}' {fault}"):
        read(tmp_path, f"district,IDPs\nNookat,{cell}\n")


def test_a_place_reported_twice_is_named(tmp_path: Path) -> None:
    text = "district,village,round,IDPs\nNookat,Kuldu,1,5\nNookat,Kuldu,1,7\nNookat,Zhal,1,5\n"
    table = read(tmp_path, text)
    assert any("Rows 2, 3 say the same places again, with other counts" in r for r in table.remarks)


def test_a_country_s_row_is_told_by_its_level(tmp_path: Path) -> None:
    text = "adminLevel,admin1,admin2,IDPs\n0,,,30\n1,Osh,,30\n2,Osh,Nookat,10\n2,Osh,Uzgen,20\n"
    assert read(tmp_path, text).rows == (4, 5)


def test_a_point_that_cannot_be_read_costs_no_more_than_itself(tmp_path: Path) -> None:
    table = read(tmp_path, "district,gps,IDPs\nNookat,40.26 72.62 900 5,5\nNookat,not given,6\n")
    assert table.points()["lat"].tolist()[:1] == [40.26]
    assert any("Row 3 has coordinates in column 'gps'" in each for each in table.remarks)


@pytest.mark.parametrize(
    "heading",
    [
        "IDPs (thousands)",
        "IDPs ('000)",
        "Retournés (en milliers)",
        "ВПЛ, тыс. чел.",
        "PDI, millones",
    ],
)
def test_thousands_are_not_taken_for_people(tmp_path: Path, heading: str) -> None:
    with pytest.raises(InputError, match="people are counted in thousands or millions"):
        read(tmp_path, f'district,"{heading}"\nNookat,12\nUzgen,7\n')


def test_a_column_of_thousands_beside_that_of_people_is_named(tmp_path: Path) -> None:
    table = read(tmp_path, "district,IDPs,area in thousands\nNookat,12400,3\nUzgen,7100,4\n")
    assert sums(table) == {"IDPs": (19_500,)}


def test_shares_in_per_cent_are_no_people(tmp_path: Path) -> None:
    table = read(tmp_path, "district,Returnees (%),Returnees\nNookat,40,8\nUzgen,60,12\n")
    assert sums(table) == {"return migrants": (20,)}
    alone = read(tmp_path, "district,Returnees (%)\nNookat,40\nUzgen,60\n")
    assert alone.measures == ()
    assert "'Returnees (%)' (100)" in "".join(alone.remarks)
