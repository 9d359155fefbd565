"""read_population(): layouts as they are published, numbers added by hand, faults named."""

from __future__ import annotations

import math
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

import mtmgeo
from mtmgeo.boundaries.boundary_set import BoundarySet
from mtmgeo.core.errors import InputError
from mtmgeo.population.population import Population, read_population
from tests.tries import tries

BOUNDS = mtmgeo.read_boundaries("kgz")
NAMES = dict(zip(BOUNDS.units["pcode"], BOUNDS.units["name"], strict=True))
CITY = "KG11000000000"  # Bishkek, admin 1 and admin 2
DISTRICT = "KG05258000000"  # Kadamjai
PARTS = list(BOUNDS.at(3).query("parent_pcode == @DISTRICT")["pcode"])


def saved(folder: Path, text: str, name: str = "people.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def faults(folder: Path, text: str, name: str = "people.csv", **options: object) -> str:
    with pytest.raises(InputError) as caught:
        read_population(saved(folder, text, name), BOUNDS, **options)
    return "\n".join(caught.value.faults)


def value(found: Population, level: int, pcode: str) -> object:
    return found.at(level)[pcode]


def adm2(**people: int) -> str:
    """Return a COD-PS table of admin 2, each unit with 1,000 people but those given."""
    rows = ["ADM0_EN,ADM0_PCODE,ADM1_EN,ADM1_PCODE,ADM2_EN,ADM2_PCODE,F_TL,M_TL,T_TL,T_00_04"]
    for pcode, name, above in BOUNDS.at(2)[["pcode", "name", "parent_pcode"]].to_numpy():
        total = people.get(pcode, 1000)
        rows.append(
            f"Kyrgyzstan,KG,{NAMES[above]},{above},{name},{pcode},"
            f"{total // 2},{total - total // 2},{total},{total // 9}"
        )
    return "\n".join(rows)


def test_cod_ps_gives_admin_2_and_what_is_above(tmp_path: Path) -> None:
    path = saved(tmp_path, adm2(**{DISTRICT: 1500}), "kgz_admpop_adm2_2022.csv")
    found = read_population(path, BOUNDS)
    batken = BOUNDS.at(2).query("parent_pcode == 'KG05000000000'")
    assert value(found, 2, DISTRICT) == 1500
    assert value(found, 1, "KG05000000000") == 1000 * len(batken) + 500
    assert value(found, 0, "KG") == 55 * 1000 + 500
    assert found.at(3).isna().all()
    assert found.year == 2022
    basis = found.people.set_index(["level", "pcode"])["basis"]
    assert basis[2, DISTRICT] == "given"
    assert basis[1, "KG05000000000"] == "sum of admin 2"
    assert basis[0, "KG"] == "sum of admin 1"
    assert basis[3, PARTS[0]] == ""
    assert found.people.dtypes.astype(str).to_dict()["population"] == "Float64"
    assert "kgz_admpop_adm2_2022.csv (2022), 55 units given (admin 2)" in found.source


def test_long_layout_with_hashtags_reads_the_rows_of_everybody(tmp_path: Path) -> None:
    text = """\
ISO3,Country,ADM1_PCODE,ADM1_NAME,ADM2_PCODE,ADM2_NAME,ADM3_PCODE,Population_group,Gender,Age_range,Age_minimum,Age_maximum,Population,Reference_year
#country+code,#country+name,#adm1+code,#adm1+name,#adm2+code,#adm2+name,#adm3+code,#population+group,#gender,#age+range,#age+min,#age+max,#population,#date+year
KGZ,Kyrgyzstan,KG05000000000,Batken,KG05258000000,Kadamjai,,F_00_04,f,0-4,0,4,300,2022
KGZ,Kyrgyzstan,KG05000000000,Batken,KG05258000000,Kadamjai,,T_00_04,all,0-4,0,4,600,2022
KGZ,Kyrgyzstan,KG05000000000,Batken,KG05258000000,Kadamjai,,F_TL,f,all,,,4000,2022
KGZ,Kyrgyzstan,KG05000000000,Batken,KG05258000000,Kadamjai,,M_TL,m,all,,,4100,2022
KGZ,Kyrgyzstan,KG05000000000,Batken,KG05258000000,Kadamjai,,T_TL,all,all,,,8100,2022
"""
    found = read_population(saved(tmp_path, text), BOUNDS)
    assert value(found, 2, DISTRICT) == 8100
    assert found.people["population"].notna().sum() == 1
    assert found.year == 2022
    wrong = faults(tmp_path, text.replace("4100", "4200"))
    assert "row 7: women and men add up to 8,200, not to the total of 8,100" in wrong
    halved = text.replace("T_TL,all,all", "T_80PLUS,all,80+")
    assert "row 3: p-code 'KG05258000000' has no row of all sexes and ages" in faults(
        tmp_path, halved
    )


@pytest.mark.parametrize(
    "text",
    [
        "Kod,San,Ayal\n#adm2+code,#population+total,#population+f\n{code},500,200\n",
        "#adm2+code,#population,#population+infants+age0_4\n{code},500,20\n",
        "Admin1_Code,Admin2_Name,Admin2_Code,T_TL\nKG05000000000,K,{code},500\n",
        "admin2Name_fr,admin2Pcode,F_00_04,F_TL,M_TL,T_TL\nK,{code},1,200,300,500\n",
        "Adm2_name,Adm2_pcode,T_TL,T_TF,T_TM,Enfants_00_18\nK,{code},500,200,300,90\n",
        """location_code,admin2_code,gender,age_range,population,reference_period_start
KGZ,{code},all,0-4,20,2022-01-01T00:00:00
KGZ,{code},all,all,500,2022-01-01T00:00:00""",
    ],
    ids=["hxl", "tags alone", "afg", "cod", "caf", "hapi"],
)
def test_layouts_as_published(tmp_path: Path, text: str) -> None:
    found = read_population(saved(tmp_path, text.format(code=DISTRICT)), BOUNDS)
    assert value(found, 2, DISTRICT) == 500
    assert found.people["population"].notna().sum() == 1


@pytest.mark.parametrize(
    "shown", ["1234567", "1 234 567", "1,234,567", "1'234'567", "1\u00a0234\u00a0567", "1234567.0"]
)
def test_a_plain_russian_table_in_cp1251(tmp_path: Path, shown: str) -> None:
    text = f"Население по районам\n\nКод;Район;Население, 2021 г.\n{DISTRICT};Кадамжай;{shown}\n"
    path = saved(tmp_path, text, encoding="cp1251")
    found = read_population(path, BOUNDS, encoding="cp1251")
    assert value(found, 2, DISTRICT) == 1_234_567
    assert found.year == 2021
    assert value(read_population(path, BOUNDS), 2, DISTRICT) == 1_234_567


def test_named_columns(tmp_path: Path) -> None:
    text = f"unit,inhab,when\n{DISTRICT},5,2020\n{DISTRICT},7,2021\n"
    named = {"pcode": "Unit", "population": "inhab", "year": "when"}
    path = saved(tmp_path, text)
    assert value(read_population(path, BOUNDS, columns=named, year=2021), 2, DISTRICT) == 7
    with pytest.raises(
        InputError, match="the years 2020, 2021; choose one with --population-option year"
    ):
        read_population(path, BOUNDS, columns=named)
    with pytest.raises(InputError, match="no population of 2019; choose from 2020, 2021"):
        read_population(path, BOUNDS, columns=named, year=2019)
    with pytest.raises(InputError, match="no column 'people'; choose from 'unit', 'inhab', 'when'"):
        read_population(path, BOUNDS, columns={**named, "population": "people"})
    with pytest.raises(InputError, match="'adm2' is no kind of column"):
        read_population(path, BOUNDS, columns={**named, "adm2": "unit"})


def test_years_in_headings_are_asked_for(tmp_path: Path) -> None:
    text = f"pcode,population_2021,population_2022\n{DISTRICT},5,7\n"
    assert (
        "columns of population for 2021, 2022; choose one with --population-option year"
        in faults(tmp_path, text)
    )
    found = read_population(saved(tmp_path, text), BOUNDS, year=2021)
    assert (value(found, 2, DISTRICT), found.year) == (5, 2021)
    named = read_population(
        saved(tmp_path, text), BOUNDS, columns={"population": "population_2022"}
    )
    assert (value(named, 2, DISTRICT), named.year) == (7, 2022)


def test_a_city_with_one_code_at_two_levels(tmp_path: Path) -> None:
    both = read_population(saved(tmp_path, f"pcode,population\n{CITY},9\n"), BOUNDS)
    assert (value(both, 1, CITY), value(both, 2, CITY)) == (9, 9)
    twice = read_population(saved(tmp_path, f"pcode,population\n{CITY},9\n{CITY},9\n"), BOUNDS)
    assert value(twice, 1, CITY) == 9
    one = read_population(saved(tmp_path, f"ADM1_PCODE,T_TL\n{CITY},9\n"), BOUNDS)
    assert value(one, 1, CITY) == 9
    assert one.at(2).isna().all()
    assert "is in row 2 already" in faults(tmp_path, f"pcode,population\n{CITY},9\n{CITY},8\n")
    assert "is in row 2 already" in faults(tmp_path, f"ADM2_PCODE,T_TL\n{CITY},9\n{CITY},9\n")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("4.1702E+13", "row 2, column 'pcode': the p-code '4.1702E+13' has lost its last digits"),
        ("4,1702E+13", "has lost its last digits"),
        ("41702000000000.0", "was made a number and may have lost digits"),
    ],
)
def test_codes_that_a_spreadsheet_spoilt(tmp_path: Path, code: str, reason: str) -> None:
    text = f'pcode,population\n"{code}",5\n{DISTRICT},7\n'
    said = faults(tmp_path, text)
    assert reason in said
    assert said.endswith("format the column of p-codes as text and export the table again.")


def test_leading_zeros_and_numbers(tmp_path: Path) -> None:
    units = BOUNDS.units[["level", "pcode", "name", "parent_pcode"]].head(2).copy()
    units.loc[1, "pcode"] = "0417"
    units.loc[0, "pcode"] = "12"
    units["parent_pcode"] = ["", "12"]
    path = tmp_path / "units.csv"
    units.to_csv(path, index=False)
    bounds = mtmgeo.read_boundaries(path)
    lost = saved(tmp_path, "pcode,population\n417,5\n12,8\n")
    with pytest.raises(InputError, match=r"'417' has lost its leading zeros \(0417 is meant"):
        read_population(lost, bounds)
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("pcode", "population"), ("'0417", 5.0), (12.0, 8)):
        sheet.append(row)
    book.save(tmp_path / "people.xlsx")
    found = read_population(tmp_path / "people.xlsx", bounds)
    assert (value(found, 1, "0417"), value(found, 0, "12")) == (5, 8)


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    rows = [(f"{PARTS[i]}", cell) for i, cell in enumerate(["-5", "12.5", "", "many", "1.2E+06"])]
    text = "ADM3_PCODE,T_TL\n" + "\n".join(",".join(row) for row in rows)
    said = faults(tmp_path, text + f"\n,77\nИтого,99\n{PARTS[6]},8\n{PARTS[6]},8\n")
    for part in (
        "row 2, column 'T_TL': '-5' is negative",
        "row 3, column 'T_TL': '12.5' is not whole",
        "row 4, column 'T_TL': the population is blank; write 0 if nobody lives there",
        "row 5, column 'T_TL': 'many' is not a number",
        "row 6, column 'T_TL': '1.2E+06' has lost its last digits",
        "row 7: the p-code is blank",
        "row 8: this looks like a row of totals",
    ):
        assert part in said
    assert "row 10" not in said  # it takes readable rows to tell what is there twice
    twice = faults(tmp_path, f"ADM3_PCODE,T_TL\n{PARTS[6]},8\n{PARTS[6]},8\n")
    assert f"row 3: p-code '{PARTS[6]}' is in row 2 already" in twice


def test_women_and_men_may_miss_the_total_by_rounding(tmp_path: Path) -> None:
    text = f"ADM2_PCODE,F_TL,M_TL,T_TL\n{DISTRICT},3182,2951,6132\n"
    assert value(read_population(saved(tmp_path, text), BOUNDS), 2, DISTRICT) == 6132
    said = faults(tmp_path, text.replace("6132", "6131"))
    assert "row 2: women and men add up to 6,133, not to the total of 6,131" in said


def test_codes_of_another_country(tmp_path: Path) -> None:
    text = f"pcode,population\n{DISTRICT},5\n{PARTS[0]},4\nTJ01,300\n"
    found = read_population(saved(tmp_path, text), BOUNDS)
    note = "Not in the boundaries, and not counted: 1 p-code of people.csv, with 300 people"
    assert found.notes == (f"{note}: 'TJ01' (300).",)
    said = faults(tmp_path, text + "TJ02,1\nTJ03,1\n")
    assert "3 of 5 p-codes are not in the boundaries: 'TJ01' (300), 'TJ02' (1)" in said
    assert "same country and version" in said


def test_a_unit_given_beside_its_parts(tmp_path: Path) -> None:
    rows = [f"{pcode},10" for pcode in PARTS]
    total = 10 * len(PARTS)
    text = "\n".join(["pcode,population", *rows, f"{DISTRICT},{total + 3}"])
    found = read_population(saved(tmp_path, text), BOUNDS)
    assert value(found, 2, DISTRICT) == total + 3
    assert found.notes[0].endswith(f"(Kadamjai: {total + 3} given, -3 in its parts).")
    agreeing = read_population(saved(tmp_path, text.replace(f"{total + 3}", f"{total}")), BOUNDS)
    assert agreeing.notes == ()
    # Parts that are not all known may be fewer, not more.
    partly = "\n".join(["pcode,population", *rows[1:], f"{DISTRICT},5"])
    assert "Kadamjai: 5 given" in read_population(saved(tmp_path, partly), BOUNDS).notes[0]


def test_a_missing_part_leaves_the_whole_unknown(tmp_path: Path) -> None:
    text = "\n".join(["pcode,population", *(f"{pcode},10" for pcode in PARTS[1:])])
    found = read_population(saved(tmp_path, text), BOUNDS)
    assert found.at(2).isna().all()
    assert found.at(3).notna().sum() == len(PARTS) - 1


@pytest.mark.slow
def test_a_name_without_its_code_is_not_the_unit_above(tmp_path: Path) -> None:
    text = f"ADM1_PCODE,ADM2_EN,ADM2_PCODE,T_TL\nKG05000000000,Kadamjai,{DISTRICT},5\n"
    said = faults(tmp_path, text + "KG05000000000,Leilek,,7\n")
    assert "row 3, column 'ADM2_EN': there is a name, but no p-code of admin 2" in said
    whole = read_population(saved(tmp_path, text + "KG05000000000,Total,,7\n"), BOUNDS)
    assert value(whole, 1, "KG05000000000") == 7


def test_nobody_is_not_unknown(tmp_path: Path) -> None:
    text = f"pcode,population\n{DISTRICT},0\n"
    found = read_population(saved(tmp_path, text), BOUNDS)
    assert value(found, 2, DISTRICT) == 0
    assert found.notes == ("1 unit has a population of 0 in people.csv: no rates there.",)


def test_a_workbook_with_a_sheet_per_level(tmp_path: Path) -> None:
    book = Workbook()
    for level, pcode, people in ((1, "KG05000000000", 70), (2, DISTRICT, 50)):
        sheet = book.create_sheet(f"kgz_admpop_adm{level}_2022")
        sheet.append([f"ADM{level}_PCODE", "T_TL"])
        sheet.append([pcode, people])
    del book["Sheet"]
    path = tmp_path / "kgz_admpop.xlsx"
    book.save(path)
    found = read_population(path, BOUNDS, sheet="kgz_admpop_adm2_2022")
    assert (value(found, 2, DISTRICT), found.year) == (50, 2022)
    with pytest.raises(InputError, match="'kgz_admpop_adm1_2022', 'kgz_admpop_adm2_2022'"):
        read_population(path, BOUNDS)


def test_files_that_are_no_population(tmp_path: Path) -> None:
    assert "none of 'name', 'people' is known to hold p-codes" in faults(
        tmp_path, "name,people\nOsh,5\n"
    )
    assert "none of 'pcode', 'area' is known to hold the population" in faults(
        tmp_path, f"pcode,area\n{DISTRICT},5\n"
    )
    assert "could each be the population column" in faults(
        tmp_path, f"pcode,T_TL,Population\n{DISTRICT},5,5\n"
    )
    assert "there is no data" in faults(tmp_path, ",,\n")
    assert "several of columns 'pcode', 'Code' hold p-codes of one level" in faults(
        tmp_path, f"pcode,Code,population\n{DISTRICT},7,5\n"
    )
    assert "headings but no rows" in faults(tmp_path, "pcode,population\n")
    assert "leave out kind" in faults(tmp_path, "pcode,population\n", kind="count")


@tries(25)
@given(st.lists(st.integers(0, 10**6), min_size=len(PARTS), max_size=len(PARTS)), st.randoms())
def test_people_are_conserved_and_order_changes_nothing(tmp_path_factory, people, random) -> None:
    rows = [f"{pcode},{number}" for pcode, number in zip(PARTS, people, strict=True)]
    folder = tmp_path_factory.mktemp("people")
    found = read_population(saved(folder, "\n".join(["pcode,population", *rows])), BOUNDS)
    assert value(found, 2, DISTRICT) == math.fsum(people)
    random.shuffle(rows)
    again = read_population(saved(folder, "\n".join(["pcode,population", *rows])), BOUNDS)
    assert again.people.equals(found.people)


# --- tables by names


def given_units(found: Population) -> dict[tuple[int, str], float]:
    people = found.people[found.people["basis"].eq("given")]
    return {(int(x.level), NAMES[x.pcode]): float(x.population) for x in people.itertuples()}


@pytest.mark.parametrize(
    ("heading", "year"),
    [
        ("Population 2020 (est.)", 2020),
        ("Total population", None),
        ("T_TL", None),
        ("Население, 2022 г.", 2022),
    ],
)
def test_units_are_found_by_their_names(tmp_path: Path, heading: str, year: int | None) -> None:
    text = f'Province,District,"{heading}"\nOsh,Alai,1000\nOsh,Uzgen,2500\nOsh,Total,3500\n'
    found = read_population(saved(tmp_path, text), BOUNDS)
    assert given_units(found) == {(2, "Alai"): 1000, (2, "Uzgen"): 2500}
    assert found.year == year
    assert any("Row 4 is a total that agrees" in note for note in found.notes)
    assert found.at(1).isna().all(), "other units of the province are not known"


def test_women_and_men_make_the_people_of_a_name(tmp_path: Path) -> None:
    text = "District,F_TL,M_TL\nAlai,400,600\nUzgen,1000,1500\n"
    assert given_units(read_population(saved(tmp_path, text), BOUNDS)) == {
        (2, "Alai"): 1000,
        (2, "Uzgen"): 2500,
    }


def test_p_codes_under_a_heading_of_people_that_only_says_so_at_length(tmp_path: Path) -> None:
    found = read_population(saved(tmp_path, f"P-code,Population 2020 (est.)\n{CITY},900\n"), BOUNDS)
    assert (value(found, 1, CITY), found.year) == (900, 2020)


def test_names_that_are_not_found_and_other_countries_go_to_notes(tmp_path: Path) -> None:
    text = (
        "Country,Province,District,Population\nKyrgyzstan,Osh,Alai,400\nKyrgyzstan,Osh,Uzgen,700\n"
        "Kyrgyzstan,Osh,Atlantis,50\nTajikistan,Sughd,Isfara,9000\n"
    )
    found = read_population(saved(tmp_path, text), BOUNDS)
    assert given_units(found) == {(2, "Alai"): 400, (2, "Uzgen"): 700}
    assert (
        "Not counted: 50 people of people.csv in rows 4, whose names are not found." in found.notes
    )
    assert "Not counted: 9,000 people of people.csv in rows 5, which are of another country." in (
        found.notes
    )


def test_most_people_have_to_be_found(tmp_path: Path) -> None:
    text = "Province,District,Inhabitants,Population\nOsh,Alai,1,400\nOsh,Atlantis,1,700\n"
    assert "most of its people (700) are in rows 3" in faults(tmp_path, text)


def test_one_of_several_years_is_asked_for(tmp_path: Path) -> None:
    text = "Province,District,Population 2020,Population 2021\nOsh,Alai,400,440\nOsh,Uzgen,7,8\n"
    assert "there are columns of population for 2020, 2021" in faults(tmp_path, text)
    found = read_population(saved(tmp_path, text), BOUNDS, year=2021)
    assert given_units(found) == {(2, "Alai"): 440, (2, "Uzgen"): 8}


def test_others_than_inhabitants_are_not_taken_for_them(tmp_path: Path) -> None:
    assert "is known to hold the population" in faults(tmp_path, "District,Returnees\nAlai,400\n")
    said = faults(tmp_path, "District,Population (thousands)\nAlai,40\nUzgen,70\n")
    assert "people are counted in thousands or millions" in said


# --- rasters ----------------------------------------------------------------------------------


def squares() -> BoundarySet:
    """Return a country of 4 x 2 degrees in two units, and an isle; one unit has no outline."""
    shapes = {
        (0, "X"): shapely.union_all([shapely.box(0, 0, 4, 2), shapely.box(50, 0, 51, 1)]),
        (1, "X1"): shapely.box(0, 0, 1.5, 2),
        (1, "X2"): shapely.box(1.5, 0, 4, 2),
        (1, "X3"): shapely.box(50, 0, 51, 1),
        (2, "X11"): shapely.box(0, 0, 1.5, 2),
        (2, "X21"): None,
    }
    units = gpd.GeoDataFrame(
        {
            "pcode": [pcode for _, pcode in shapes],
            "level": [level for level, _ in shapes],
            "parent_pcode": ["", "X", "X", "X", "X1", "X2"],
            "name": ["Country", "West", "East", "Isle", "West", "East"],
            "aliases": "",
            "type": "",
            "approximate": False,
            "lat": float("nan"),
            "lon": float("nan"),
        },
        geometry=list(shapes.values()),
        crs="EPSG:4326",
    )
    return BoundarySet(units=units, name="x", title="X")


def tif(path: Path, values: list[list[float]], **options: object) -> Path:
    cells = np.array(values, dtype="float32")
    rows, columns = cells.shape
    profile = {"dtype": "float32", "count": 1, "crs": "EPSG:4326", "nodata": -99} | options
    where = Affine(1, 0, 0, 0, -1, 2)
    with rasterio.open(
        path, "w", "GTiff", width=columns, height=rows, transform=where, **profile
    ) as file:
        file.write(cells, 1)
    return path


def test_a_raster_is_summed_by_outline(tmp_path: Path) -> None:
    path = tif(tmp_path / "x_ppp_2020.tif", [[2, 4, 6, 8], [10, 12, 14, -99]])
    found = read_population(path, squares())
    # Half of the cells 4 and 12 is on either side of 1.5 degrees.
    assert found.at(1).dropna().to_dict() == {"X1": 2 + 10 + 8, "X2": 8 + 6 + 8 + 14}
    assert found.at(0)["X"] == 56
    assert found.at(2)["X11"] == 20
    assert found.at(2).isna()["X21"]
    assert found.people["basis"].tolist() == ["raster"] * 3 + [""] + ["raster", ""]
    assert found.year == 2020
    assert found.raster is not None
    assert found.raster.kind == "count"
    said = " ".join(found.notes)
    assert "x_ppp_2020.tif holds 56.0 people inside the outline of all 3 units of admin 1" in said
    assert "which add up to 56.0" in said
    assert "less than 95% of the area of 3 of 5 units" in said
    assert "(Isle 0%, East 80%, Country 78%)" not in said  # in the order of their shares
    assert "(Isle 0%, Country 78%, East 80%)" in said


def test_rasters_that_are_of_no_use(tmp_path: Path) -> None:
    empty = tif(tmp_path / "x_ppp_2020.tif", [[-99, -99]])
    with pytest.raises(InputError, match="no value inside any unit of x"):
        read_population(empty, squares())
    plain = tif(tmp_path / "people.tif", [[1, 1]])
    with pytest.raises(InputError, match="kind=count or kind=density"):
        read_population(plain, squares())
    assert read_population(plain, squares(), kind="count", year=2015).year == 2015
    bare = squares()
    bare = bare.with_units(bare.units.set_geometry(gpd.GeoSeries([None] * 5, crs=4326)))
    with pytest.raises(InputError, match="the boundaries x have no outlines"):
        read_population(plain, bare, kind="count")


@pytest.mark.parametrize(
    ("name", "year"),
    [
        ("GHS_POP_E2020_GLOBE_R2023A_4326_30ss_V1_0.tif", 2020),
        ("kgz_pop_2025_CN_100m_R2025A_v1.tif", 2025),
        ("kgz_2010_2020.tif", None),
    ],
)
def test_the_year_of_a_raster_is_in_its_name(tmp_path: Path, name: str, year: int | None) -> None:
    assert read_population(tif(tmp_path / name, [[1, 2]]), squares(), kind="count").year == year
