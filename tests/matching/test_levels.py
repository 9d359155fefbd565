"""Which level a column of names is of: headings propose, the boundary set decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import mtmgeo
from mtmgeo.boundaries.boundary_set import BoundarySet
from mtmgeo.matching.rows.levels import ROLES, settle
from mtmgeo.tables.table import Table

from .test_codes import units_of

#: A chain of units from admin 1 down for each place: what a table of assessed places would say.
CHAINS = {
    "NGA": ["Adamawa/Fufore", "Adamawa/Demsa", "Borno/Maiduguri", "Borno/Jere", "Yobe/Damaturu",
            "Taraba/Jalingo"],
    "SSD": ["Jonglei/Bor South/Kolnyang", "Jonglei/Pibor/Lekuangole", "Unity/Rubkona/Bentiu",
            "Unity/Leer/Adok", "Lakes/Cueibet/Abiriu", "Warrap/Twic/Wunrok"],
    "MLI": ["Mopti/Bandiagara/Dourou", "Mopti/Koro/Dinangourou", "Gao/Ansongo/Bara",
            "Segou/Niono/Nampala", "Kayes/Yelimane/Diafounou", "Sikasso/Kadiolo/Misseni"],
    "COD": ["Nord-Kivu/Rutshuru", "Nord-Kivu/Masisi", "Ituri/Djugu", "Ituri/Irumu",
            "Tanganyika/Nyunzu", "Maniema/Kabambare"],
    "ETH": ["Oromia/Arsi/Digelu", "Oromia/Borena/Dillo", "Somali/Liban/Filtu",
            "Afar/Awsi/Dubti", "Tigray/Central/Adwa", "Amhara/Wag Hamra/Sekota"],
    "LBN": ["Akkar/Akkar", "Beqaa/Zahle", "Beqaa/Rachaiya", "North/Zgharta", "North/Batroun",
            "South/Jezzine"],
    "KEN": ["Turkana/Loima/Lokiriama", "Turkana/Kibish/Kaikor", "Garissa/Fafi/Dekaharia",
            "Mandera/Lafey/Sala", "Wajir/Tarbaj/Elben", "Marsabit/Laisamis/Loglogo"],
    "MWI": ["Northern/Karonga/Kyungu", "Northern/Mzimba/Mpherembe", "Central/Dedza/Kasumbu",
            "Southern/Phalombe/Nazombe", "Southern/Nsanje/Ngabu", "Central/Salima/Khombedza"],
    "HTI": ["Ouest/Delmas/Varreux", "Ouest/Tabarre/Bellevue", "Sud/Aquin/Flamands",
            "Nippes/Anse-a-Veau/Baconnois", "Centre/Hinche/Juanaria", "Artibonite/Desdunes/Lavile"],
    "IRQ": ["Ninewa/Sinjar", "Ninewa/Telafar", "Duhok/Sumel", "Erbil/Makhmur", "Anbar/Heet",
            "Kirkuk/Daquq"],
}  # fmt: skip


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, BoundarySet]:
    made = {}
    for iso3, chains in CHAINS.items():
        rows = {iso3: f"{iso3},0,{iso3},"}
        for chain in chains:
            above = iso3
            for level, name in enumerate(chain.split("/"), start=1):
                code = f"{above}-{name}"
                rows[code] = f"{code},{level},{name},{above}"
                above = code
        lines = sorted(rows.values(), key=lambda row: row.split(",")[1])
        made[iso3] = units_of(tmp_path_factory.mktemp(iso3), "\n".join(lines) + "\n")
    return made


def places_of(
    proposals: Mapping[str, str], rows: Sequence[Sequence[str]], **known: object
) -> Table:
    """Return a table of columns of names with the roles that their headings propose."""
    frame = pd.DataFrame(rows, columns=list(proposals), dtype=object)
    levels: dict[str, str] = {}
    for heading, role in proposals.items():
        levels.setdefault(role, heading)
    numbers = tuple(range(2, 2 + len(frame)))
    table = Table(frame=frame, source="t.csv", rows=numbers, places=dict(proposals), **levels)
    return replace(table, **known)


def settled(table: Table, boundaries: BoundarySet) -> dict[str, str]:
    """Return the role that each column has, by heading."""
    found = settle(table, boundaries)
    return {name: role for role, name in zip(ROLES, found.name_columns, strict=True) if name}


def chains(iso3: str, *, after: str = "") -> list[list[str]]:
    """Return the rows of a country, with something below their deepest unit if asked."""
    return [
        [*chain.split("/"), *([f"{after} {number}"] if after else [])]
        for number, chain in enumerate(CHAINS[iso3])
    ]


@pytest.mark.parametrize(
    ("iso3", "proposals", "roles"),
    [
        ("SSD", "State:adm1 County:adm2 Payam:adm3", "adm1 adm2 location"),
        ("MLI", "Région:adm1 Cercle:adm2 Commune:adm3", "adm1 adm2 location"),
        ("MLI", "Région:adm1 Département:adm1 Commune:adm3", "adm1 adm2 location"),
        ("COD", "Province:adm1 Territoire:adm2", "adm1 adm2"),
        ("ETH", "Region:adm1 Zone:adm2 Woreda:adm3", "adm1 adm2 location"),
        ("LBN", "Governorate:adm1 Caza:adm2", "adm1 adm2"),
        ("IRQ", "Governorate:adm1 District:adm2", "adm1 adm2"),
        ("KEN", "County:adm2 Sub-county:adm3 Ward:adm3", "adm1 adm2 location"),
        ("MWI", "Region:adm1 District:adm2 TA:adm3", "adm1 adm2 location"),
        ("HTI", "Département:adm1 Commune:adm3 Section:adm3", "adm1 adm2 location"),
        ("NGA", "STATE:adm1 LGA:adm2", "adm1 adm2"),
    ],
)
def test_words_of_many_countries(
    sets: Mapping[str, BoundarySet], iso3: str, proposals: str, roles: str
) -> None:
    said = dict(pair.split(":") for pair in proposals.split())
    found = settled(places_of(said, chains(iso3)), sets[iso3])
    assert found == dict(zip(said, roles.split(), strict=True))


@pytest.mark.parametrize(
    ("iso3", "proposals", "roles"),
    [
        ("SSD", "State:adm1 County:adm2 Payam:adm3 Boma:location", "adm1 adm2 adm3 location"),
        ("ETH", "Region:adm1 Zone:adm2 Woreda:adm3 Kebele:location", "adm1 adm2 adm3 location"),
        ("COD", "Province:adm1 Territoire:adm2 Zone-de-santé:adm2", "adm1 adm2 location"),
        ("IRQ", "Governorate:adm1 District:adm2 Sub-district:adm3", "adm1 adm2 location"),
    ],
)
def test_a_column_below_all_levels_of_the_set_is_the_location(
    sets: Mapping[str, BoundarySet], iso3: str, proposals: str, roles: str
) -> None:
    said = dict(pair.split(":") for pair in proposals.split())
    found = settled(places_of(said, chains(iso3, after="Qaf")), sets[iso3])
    assert found == dict(zip(said, roles.split(), strict=True))


def test_a_ward_that_bears_its_lga_s_name(sets: Mapping[str, BoundarySet]) -> None:
    said = {"STATE": "adm1", "LGA": "adm2", "WARD": "adm3", "SITE NAME": "location"}
    table = places_of(said, [["ADAMAWA", "FUFORE", "FUFORE", "SITE A"]])
    assert settled(table, sets["NGA"]) == {
        "STATE": "adm1", "LGA": "adm2", "WARD": "adm3", "SITE NAME": "location",
    }  # fmt: skip
    found = mtmgeo.match(table, sets["NGA"]).frame.iloc[0]
    assert (found["status"], found["pcode"]) == ("partial", "NGA-Adamawa-Fufore")


def test_a_level_above_all_of_the_set_is_not_used(sets: Mapping[str, BoundarySet]) -> None:
    said = {"Region": "adm1", "County": "adm2", "Sub-county": "adm3", "Ward": "adm3"}
    rows = [["Rift Valley or North Eastern", *row] for row in chains("KEN")]
    result = settle(places_of(said, rows), sets["KEN"])
    assert result.name_columns == ("County", "Sub-county", None, "Ward")
    assert any("'Region' is not used" in each for each in result.remarks)


def test_what_was_taken_otherwise_is_said(sets: Mapping[str, BoundarySet]) -> None:
    said = {"County": "adm2", "Sub-county": "adm3"}
    result = settle(places_of(said, [row[:2] for row in chains("KEN")]), sets["KEN"])
    assert result.remarks[0] == "Column 'County' is taken for admin 1: its names are found there."
    assert result.places == {"County": "adm1", "Sub-county": "adm2"}


def test_columns_may_stand_from_the_lowest_level_up(sets: Mapping[str, BoundarySet]) -> None:
    said = {"Commune": "adm3", "Département": "adm1", "Région": "adm1"}
    rows = [row[::-1] for row in chains("MLI")]
    assert settled(places_of(said, rows), sets["MLI"]) == {
        "Région": "adm1", "Département": "adm2", "Commune": "location",
    }  # fmt: skip


def test_names_typed_badly_are_found_too(sets: Mapping[str, BoundarySet]) -> None:
    rows = [["TURKANA county", "Loyma"], ["Garisa", "Faffi"], ["Mandéra", "Laffey"]]
    said = {"County": "adm2", "Sub-county": "adm3"}
    assert settled(places_of(said, rows), sets["KEN"]) == {"County": "adm1", "Sub-county": "adm2"}


def test_names_of_nowhere_are_read_as_the_headings_say(sets: Mapping[str, BoundarySet]) -> None:
    said = {"Region": "adm1", "District": "adm2", "Village": "location"}
    rows = [["Xanadu", "Lilliput", "Brobdingnag"], ["Mordor", "Utopia", "Shangri-La"]]
    assert settled(places_of(said, rows), sets["KEN"]) == {
        "Region": "adm1", "District": "adm2", "Village": "location",
    }  # fmt: skip


def test_names_of_two_levels_are_read_as_the_headings_say(tmp_path: Path) -> None:
    names = ["Kayes", "Gao", "Mopti", "Segou"]
    rows = "".join(f"M{i},1,{name},\nM{i}1,2,{name},M{i}\n" for i, name in enumerate(names))
    units = units_of(tmp_path, "".join(sorted(rows.splitlines(keepends=True), key=len)))
    for role in ("adm1", "adm2"):
        table = places_of({"Place": role}, [[name] for name in names])
        assert settled(table, units) == {"Place": role}


# --- two columns of one level


def origins(*, codes: bool = False) -> Table:
    """Return a table of districts where people are, and of those that they have left."""
    rows = [["Ninewa", "Sinjar", "Heet"], ["Duhok", "Sumel", "Sinjar"],
            ["Erbil", "Makhmur", "Heet"], ["Anbar", "Heet", "Daquq"],
            ["Kirkuk", "Daquq", "Telafar"], ["Ninewa", "Telafar", "Sumel"]]  # fmt: skip
    said = {"Governorate": "adm1", "District": "adm2", "District now": "adm2"}
    table = places_of(said, rows)
    if not codes:
        return table
    given = [f"IRQ-{adm1}-{adm2}" for adm1, adm2, _ in rows]
    return replace(table, frame=table.frame.assign(code=given), codes={"code": "adm2"})


def test_two_columns_of_one_level_are_asked_about(sets: Mapping[str, BoundarySet]) -> None:
    with pytest.raises(mtmgeo.InputError) as raised:
        mtmgeo.match(origins(), sets["IRQ"])
    assert raised.value.faults[0].startswith("t.csv: columns 'District', 'District now' could each")
    assert "--column adm2=HEADING" in raised.value.faults[0]


def test_a_column_that_was_named_stays(sets: Mapping[str, BoundarySet]) -> None:
    table = origins()
    named = replace(table, places={"Governorate": "adm1"}, adm2="District now")
    assert settled(named, sets["IRQ"]) == {"Governorate": "adm1", "District now": "adm2"}
    named = replace(table, places={"Governorate": "adm1"}, adm2=None, location="District")
    assert settled(named, sets["IRQ"]) == {"Governorate": "adm1", "District": "location"}


def test_codes_say_which_of_two_columns_is_meant(sets: Mapping[str, BoundarySet]) -> None:
    result = settle(origins(codes=True), sets["IRQ"])
    assert result.adm2 == "District"
    assert any("'District now' is not used" in each for each in result.remarks)


def test_columns_that_name_the_same_units_are_spellings(tmp_path: Path) -> None:
    rows = "K1,1,Osh,,Ошская\nK2,1,Batken,,Баткенская\nK3,1,Talas,,Таласская\n"
    units = units_of(tmp_path, rows, ",name_ru")
    said = {"Region": "adm1", "Регион": "adm1"}
    table = places_of(said, [["Osh", "Ошская"], ["Batken", "Баткенская"], ["Talas", "Таласская"]])
    result = settle(table, units)
    assert (result.adm1, result.spellings) == ("Region", {"Region": ("Регион",)})


def test_codes_under_a_heading_of_names_are_codes(sets: Mapping[str, BoundarySet]) -> None:
    rows = [["Ninewa", "IRQ-Ninewa-Sinjar"], ["Duhok", "IRQ-Duhok-Sumel"]]
    result = mtmgeo.match(places_of({"Governorate": "adm1", "District": "adm2"}, rows), sets["IRQ"])
    assert result.frame["method"].tolist() == ["code", "code"]
    assert result.table.codes == {"District": "adm2"}
    assert any("'District' holds p-codes" in each for each in result.table.remarks)


def test_rows_of_other_countries_tell_nothing_of_levels(sets: Mapping[str, BoundarySet]) -> None:
    said = {"County": "adm2", "Sub-county": "adm3"}
    rows = [row[:2] for row in chains("KEN")] + [row[:2] for row in chains("SSD")] * 3
    table = places_of(said, rows)
    countries = ["KEN"] * len(chains("KEN")) + ["SSD"] * 3 * len(chains("SSD"))
    table = replace(table, frame=table.frame.assign(ISO3=countries), country="ISO3")
    assert settled(table, sets["KEN"]) == {"County": "adm1", "Sub-county": "adm2"}


def test_a_table_without_places_is_left_as_it_is(sets: Mapping[str, BoundarySet]) -> None:
    table = Table.from_frame(pd.DataFrame({"adm1": ["Turkana"]}))
    table = replace(table, places={})
    assert settle(table, sets["KEN"]) is table


def visits(*columns: str) -> tuple[list[str], list[list[str]]]:
    """Return the headings and rows of places of Mali, with further columns that are made up."""
    made: dict[str, Sequence[str]] = {
        "Secteur": ["Eau", "Abris"] * 6,
        "Type of location": [
            "Camp",
            "Host",
            "Host",
            "Site",
            "Camp",
            "Site",
            "Host",
            "Camp",
            "Camp",
            "Host",
            "Site",
            "Host",
        ],
        "Zone": ["Sahel"] * 12,
        "Quartier": [f"Qaf {number}" for number in range(12)],
        "الكومونة": ["دورو", "دينانجورو", "بارا", "نامبالا", "ديافونو", "ميسيني"] * 2,
    }
    rows = [
        [*row, *(made[each][at] for each in columns)] for at, row in enumerate(chains("MLI") * 2)
    ]
    return ["Région", "Cercle", "Commune", *columns], rows


@pytest.mark.parametrize("column", ["Secteur", "Type of location", "Zone"])
def test_words_that_stand_beside_many_places_name_none(
    sets: Mapping[str, BoundarySet], column: str
) -> None:
    headings, rows = visits(column)
    table = places_of(dict(zip(headings, [*ROLES[:3], "location"], strict=True)), rows)
    result = settle(table, sets["MLI"])
    assert result.name_columns == ("Région", "Cercle", None, "Commune")
    assert f"Column '{column}' is not used: its words stand beside many places" in (
        "\n".join(result.remarks)
    )
    assert set(mtmgeo.match(table, sets["MLI"]).frame["status"]) == {"matched"}


def test_names_of_a_place_in_each_row_are_no_such_words(sets: Mapping[str, BoundarySet]) -> None:
    headings, rows = visits("Quartier")
    table = places_of(dict(zip(headings, ROLES, strict=True)), rows)
    assert settle(table, sets["MLI"]).location == "Quartier"


def test_another_script_of_names_is_a_spelling_of_them(sets: Mapping[str, BoundarySet]) -> None:
    headings, rows = visits("الكومونة")
    table = places_of(dict(zip(headings, [*ROLES[:3], "location"], strict=True)), rows)
    result = settle(table, sets["MLI"])
    assert result.spellings == {"Commune": ("الكومونة",)}


def test_codes_of_another_edition_under_a_heading_of_names_are_codes(tmp_path: Path) -> None:
    units = units_of(tmp_path, "NG,0,Nigeria,\nNG002,1,Adamawa,NG\nNG002001,2,Demsa,NG002\n")
    said = {"LGA": "adm2", "Ward": "location", "CODs PCODE": "adm3"}
    table = places_of(said, [["Demsa", "Bille", "NG002001001"], ["Demsa", "Gwamba", "NG002001004"]])
    result = settle(table, units)
    assert (result.location, result.codes) == ("Ward", {"CODs PCODE": "adm3"})
