"""Exports: every format holds the same figures, none a suppressed one, all say what is what."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from pyarrow import parquet

import mtmgeo
from mtmgeo.boundaries.boundary_set import BoundarySet
from mtmgeo.core import disclaimer
from mtmgeo.core.errors import SpecError
from mtmgeo.figures.assess import Assessment
from mtmgeo.files import exports, gis
from mtmgeo.files.data_dictionary import data_dictionary
from mtmgeo.files.exports import hxl, layer, tidy
from mtmgeo.files.write import write
from mtmgeo.population.population import Population
from mtmgeo.tables.table import Table

DOCS = Path(__file__).parents[2] / "docs/exports.md"
ROUND = Path(__file__).parents[2] / "examples/kgz_round1/kgz_round1_synthetic.csv"

#: A count that is suppressed because it would give a small one away.
SECRET = 7_777
HOSTILE = ['=HYPERLINK("http://x")', "+996", "-5", "@x", "\t=1", "Ош <b>", "'quoted"]

#: Level, p-code, parent, name, English name, outline as west and east.
UNITS = [
    (0, "KX", "", "Земля", "Land", 0, 8),
    (1, "KX1", "KX", HOSTILE[0], "Alpha", 0, 4),
    (1, "KX2", "KX", HOSTILE[1], "Beta", 4, 8),
    (2, "KX11", "KX1", HOSTILE[5], "Gamma", 0, 2),
    (2, "KX12", "KX1", HOSTILE[3], "Delta", 2, 4),
    (2, "KX21", "KX2", HOSTILE[2], "Epsilon", 4, 6),
    (2, "KX22", "KX2", HOSTILE[6], "Zeta", 6, 7),
    (2, "KX23", "KX2", "", "", 7, 8),
]
PLACES = [("Alpha", "Gamma"), ("Alpha", "Delta"), ("Beta", "Epsilon")]
GROUPS = ("return migrants", "=1+сезонные")
#: Individuals of each unit in 2021 and 2022; None is suppressed.
COUNTS: dict[tuple[str, str], tuple[int | None, int | None]] = {
    ("KX", GROUPS[0]): (8_000, 400),
    ("KX1", GROUPS[0]): (7_780, 300),
    ("KX2", GROUPS[0]): (220, 100),
    ("KX11", GROUPS[0]): (None, 100),
    ("KX12", GROUPS[0]): (None, 200),
    ("KX21", GROUPS[0]): (220, 100),
    ("KX", GROUPS[1]): (60, 0),
    ("KX1", GROUPS[1]): (60, 0),
    ("KX11", GROUPS[1]): (60, 0),
}


def squares() -> BoundarySet:
    """Return squares of one degree and more, some with names that spreadsheets would run."""
    frame = pd.DataFrame(
        UNITS, columns=["level", "pcode", "parent_pcode", "name", "name_en", "west", "east"]
    )
    # Thirds of a degree have more decimals than a file needs; the rings run clockwise.
    shapes = shapely.box(frame.pop("west") / 3, 0, frame.pop("east") / 3, 1, ccw=False)
    frame = frame.assign(aliases="", type="unit", approximate=False, lat=np.nan, lon=np.nan)
    units = gpd.GeoDataFrame(frame, geometry=shapes, crs="EPSG:4326")
    return BoundarySet(
        units=units, name="kx", title="Squares", version="7", licence="CC0", sources=("By hand",)
    )


def figures(bounds: BoundarySet) -> pd.DataFrame:
    """Return the figures of units as `assess` would; numbers beside the counts are made up."""
    rows = [
        (len(pcode) - 2, pcode, group, year, number)
        for (pcode, group), (first, second) in COUNTS.items()
        for year, number in (
            (None, None if first is None or second is None else first + second),
            (2021, first),
            (2022, second),
        )
    ]
    frame = pd.DataFrame(rows, columns=["level", "pcode", "group", "year", "individuals"])
    frame = frame.astype({"year": "Int64", "individuals": "Int64"})
    known, all_years = frame["individuals"], frame["year"].isna()
    third = known.astype("Float64") / 3
    frame.insert(2, "name", frame["pcode"].map(bounds.units.set_index("pcode")["name"]))
    return frame.assign(
        households=(known // 4).where(frame["group"] == GROUPS[0]),
        suppressed=known.isna(),
        locations=1,
        counted=2,
        area_km2=pd.array([1234.56789012] * len(frame), dtype="Float64"),
        per_km2=third,
        population=pd.array([999.5] * len(frame), dtype="Float64"),
        per_1000=third,
        share_of_country=third / 9_000,
        share_of_parent=third / 9_000,
        change=(-known).where(~all_years),
        change_percent=(-third).where(~all_years),
        mean_per_year=third.where(all_years),
        rank=known.where(frame["level"] > 0),
    )


def breakdowns() -> pd.DataFrame:
    rows = [
        (1, "KX1", HOSTILE[0], GROUPS[0], None, "reason", category, number, share, number is None)
        for category, number, share in (("=family", 80, 0.8), ("(not stated)", None, None))
    ]
    columns = "level pcode name group year dimension category individuals share suppressed".split()
    kinds = {"year": "Int64", "individuals": "Int64", "share": "Float64"}
    return pd.DataFrame(rows, columns=columns).astype(kinds)


def assessment(**changes: Any) -> Assessment:
    """Return figures with a secret in them: it is in the rows that were matched, and hidden."""
    bounds = squares()
    table = pd.DataFrame(PLACES, columns=["adm1_name", "adm2_name"])
    table["returnees_2021"] = [SECRET, 3, 220]
    matched = mtmgeo.match(
        Table.from_frame(table, source="=round.csv", notes=["Synthetic, @by hand"]), bounds
    )
    units = figures(bounds)
    places = units[units["pcode"].isin(["KX11", "KX21"])].loc[:, :"area_km2"]
    rows = [("unit", "KX", 3, "2-4"), ("unit", "KX1", 2, "2-3"), ("unit", "KX2", 1, "4")]
    rows += [(of, code, 1, str(n)) for of in ("unit", "place")
             for n, code in enumerate(("KX11", "KX12", "KX21"), 2)]  # fmt: skip
    provenance = pd.DataFrame(rows, columns=["of", "pcode", "locations", "rows"])
    provenance.insert(1, "level", provenance["pcode"].str.len() - 2)
    coverage = pd.DataFrame(
        {"level": [1, 2], "name": ["province", "=district"], "units": [2, 4], "assessed": [2, 3],
         "not_assessed": [0, 1], "share": [1.0, 0.75], "area_share": [1.0, 6 / 7],
         "population_share": [np.nan, np.nan]}
    )  # fmt: skip
    parts = {
        "match": matched, "suppress_below": 5, "years": (2021, 2022), "groups": GROUPS,
        "figures": units, "places": places, "breakdowns": breakdowns(), "coverage": coverage,
        "matched": pd.DataFrame({"group": [GROUPS[0]], "year": pd.array([2021], dtype="Int64"),
                                 "matched_percent": pd.array([100], dtype="Int64")}),
    }  # fmt: skip
    result = Assessment(**(parts | changes))
    vars(result)["provenance"] = provenance
    return result


@pytest.fixture(scope="module")
def result() -> Assessment:
    return assessment()


@pytest.fixture(scope="module")
def files(result: Assessment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with every file that there is."""
    folder = tmp_path_factory.mktemp("files")
    for kind in ("csv", "hxl.csv", "xlsx", "gpkg", "parquet"):
        write(result, folder / f"figures.{kind}")
    for kind in ("geojson", "gpkg", "parquet"):
        write(layer(result, 2), folder / f"adm2.{kind}")
    return folder


# --- readers that know nothing of mtmgeo --------------------------------------------------------


def csv_rows(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


def csv_records(path: Path) -> list[dict[str, Any]]:
    head, *rows = csv_rows(path)
    return [dict(zip(head, row, strict=True)) for row in rows]


def sheets(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    book = openpyxl.load_workbook(path)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def sheet_records(path: Path, name: str) -> list[dict[str, Any]]:
    head, *rows = sheets(path)[name]
    return [dict(zip(head, row, strict=True)) for row in rows]


def package_records(path: Path, table: str) -> list[dict[str, Any]]:
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    rows = [dict(row) for row in connection.execute(f'SELECT * FROM "{table}"')]  # noqa: S608
    connection.close()
    return rows


def tables(path: Path) -> list[str]:
    connection = sqlite3.connect(path)
    names = [name for (name,) in connection.execute("SELECT table_name FROM gpkg_contents")]
    connection.close()
    return names


def features(path: Path) -> list[dict[str, Any]]:
    return [each["properties"] for each in json.loads(path.read_bytes())["features"]]


def key(record: dict[str, Any]) -> tuple[str, ...]:
    """Return what a figure is of, in words: formats differ in how they show what is missing."""
    said = ("of", "pcode", "group", "year", "dimension", "category")
    values = (record.get(name) for name in said)
    return tuple("" if value is None else str(value).removeprefix("'") for value in values)


def number(value: Any) -> float | None:
    return None if value in {None, "", "suppressed"} else float(value)


NUMBERS = ("individuals", "households", "per_km2", "per_1000", "share_of_country", "change",
           "change_percent", "mean_per_year", "rank", "counted", "area_km2",
           "population")  # fmt: skip


# --- the figures ------------------------------------------------------------------------------


@pytest.mark.slow
def test_every_format_holds_the_same_figures(files: Path) -> None:
    rows = csv_records(files / "figures.csv")
    book = [
        record
        | {"dimension": record.get("dimension", "total"), "category": record.get("category", "all")}
        | {"of": record.get("of", "unit")}
        for sheet in ("figures", "breakdowns")
        for record in sheet_records(files / "figures.xlsx", sheet)
    ]
    package = package_records(files / "figures.gpkg", "figures")
    arrow = parquet.read_table(files / "figures.parquet").to_pylist()
    assert len(rows) == len(book) == len(package) == len(arrow) == 9 * 3 + 3 * 3 + 2
    assert len({key(row) for row in rows}) == len(rows)
    shown = 0
    for other in (book, package, arrow):
        found = {key(record): record for record in other}
        assert {*found} == {key(row) for row in rows}
        for row in rows:
            mine = found[key(row)]
            assert mine["status"] == row["status"]
            for name in NUMBERS:
                assert number(mine.get(name)) == number(row[name]), (key(row), name)
                shown += number(row[name]) is not None
    assert shown > 500


def test_layers_and_hxl_hold_the_figures_of_their_units(files: Path) -> None:
    want = {
        (row["pcode"], row["year"]): (number(row["individuals"]), row["status"])
        for row in csv_records(files / "figures.csv")
        if row["group"] == GROUPS[0] and row["dimension"] == "total" and row["of"] == "unit"
    }
    layers = [
        features(files / "adm2.geojson"),
        package_records(files / "adm2.gpkg", "adm2"),
        package_records(files / "figures.gpkg", "adm2"),
        parquet.read_table(files / "adm2.parquet").to_pylist(),
    ]
    for units in layers:
        assert [unit["pcode"] for unit in units] == ["KX11", "KX12", "KX21", "KX22", "KX23"]
        for unit in units[:3]:
            for year, name in (("", "ret_all"), ("2021", "ret_2021"), ("2022", "ret_2022")):
                found = (number(unit[name]), unit[f"{name}_status"])
                assert found == want[unit["pcode"], year]
    _, _, *rows = csv_rows(files / "figures.hxl.csv")
    head = csv_rows(files / "figures.hxl.csv")[0]
    for row in (dict(zip(head, cells, strict=True)) for cells in rows):
        name = "return migrants {} (synthetic)"
        found = (number(row[name.format("individuals")]), row[name.format("status")])
        assert found == want[row["admin 2 p-code"], row["year"]]
    assert len(rows) == 3 * 2


def test_no_suppressed_count_is_in_any_file(result: Assessment, files: Path) -> None:
    assert SECRET in result.match.frame["returnees_2021"].tolist()
    assert len(list(files.iterdir())) == 8
    for path in files.iterdir():
        raw = path.read_bytes()
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as parts:
                raw = b"".join(parts.read(name) for name in parts.namelist())
        assert str(SECRET).encode() not in raw, path.name
        assert SECRET.to_bytes(2, "big") not in raw or path.suffix in {".gpkg", ".parquet"}
        for values in cells_of(path):
            assert SECRET not in values
            assert str(SECRET) not in {str(value) for value in values}


def cells_of(path: Path) -> list[set[Any]]:
    """Return the values of all records of a file, geometry left out."""
    if path.suffix == ".csv":
        return [set(row) for row in csv_rows(path)]
    if path.suffix == ".xlsx":
        return [set(row) for rows in sheets(path).values() for row in rows]
    if path.suffix == ".gpkg":
        records = [record for table in tables(path) for record in package_records(path, table)]
    elif path.suffix == ".parquet":
        records = parquet.read_table(path).to_pylist()
    else:
        records = features(path)
    assert records
    return [{value for value in record.values() if not isinstance(value, bytes)}
            for record in records]  # fmt: skip


def test_what_is_suppressed_says_so_and_stays_apart_from_zero(files: Path) -> None:
    hidden = ("unit", "KX11", GROUPS[0], "2021", "total", "all")
    zero = ("unit", "KX1", GROUPS[1], "2022", "total", "all")
    rows = {key(row): row for row in csv_records(files / "figures.csv")}
    assert (rows[hidden]["individuals"], rows[hidden]["status"]) == ("", "suppressed")
    assert (rows[zero]["individuals"], rows[zero]["status"]) == ("0", "shown")
    book = sheet_records(files / "figures.xlsx", "figures")
    cells = {(row["of"], row["pcode"], row["group"], str(row["year"])): row for row in book}
    assert cells[hidden[:4]]["individuals"] == cells[hidden[:4]]["households"] == "suppressed"
    assert cells[zero[:4]]["individuals"] == 0
    assert cells[zero[:4]]["households"] is None, "not counted is not suppressed"
    units = {unit["pcode"]: unit for unit in features(files / "adm2.geojson")}
    seen = {code: (unit["status"], unit["ret_2021_status"]) for code, unit in units.items()}
    assert seen == {
        "KX11": ("assessed", "suppressed"),
        "KX12": ("assessed", "suppressed"),
        "KX21": ("assessed", "shown"),
        "KX22": ("not assessed", "not assessed"),
        "KX23": ("other ground", "other ground"),
    }
    assert units["KX12"]["g_1_sezonnye_2021_status"] == "no figure"


@pytest.mark.slow
def test_numbers_stay_numbers_for_those_who_read_tables(files: Path) -> None:
    table = pd.read_csv(files / "figures.csv", encoding="utf-8-sig")
    assert pd.api.types.is_numeric_dtype(table["individuals"])
    assert pd.api.types.is_numeric_dtype(table["per_km2"])
    kinds = parquet.read_schema(files / "figures.parquet")
    assert [str(kinds.field(name).type) for name in ("year", "individuals", "per_km2")] == [
        *("int64", "int64", "double")
    ]
    again = pd.read_parquet(files / "figures.parquet")
    assert str(again["individuals"].dtype) == "Int64"
    book = openpyxl.load_workbook(files / "figures.xlsx")["figures"]
    formats = {column[0].value: column[1].number_format for column in book.iter_cols()}
    assert formats["individuals"] == "#,##0"
    assert formats["share_of_country"] == "0.0%"
    assert formats["year"] == "General"


def test_units_above_are_named_beside_each_figure(result: Assessment) -> None:
    table = tidy(result)
    unit = table[table["pcode"].eq("KX21")].to_dict("records")[0]
    assert unit["adm0_pcode"] == "KX"
    assert (unit["adm1_pcode"], unit["adm1_name"]) == ("KX2", HOSTILE[1])
    assert (unit["adm2_pcode"], unit["adm2_name"]) == ("KX21", HOSTILE[2])
    assert unit["adm3_pcode"] == ""


@pytest.mark.slow
def test_the_same_figures_give_the_same_bytes(files: Path, tmp_path: Path) -> None:
    time.sleep(1.1)  # formats that stamp files do so by the second
    again = assessment()
    for path in sorted(files.iterdir()):
        what = again if path.name.startswith("figures") else layer(again, 2)
        assert write(what, tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


@pytest.mark.slow
def test_a_table_without_counts_has_its_units(tmp_path: Path) -> None:
    """Coverage alone is a result too."""
    whole = assessment()
    empty = assessment(
        years=(), groups=(), figures=whole.figures[:0], places=whole.places[:0],
        breakdowns=whole.breakdowns[:0],
    )  # fmt: skip
    for kind in ("csv", "hxl.csv", "xlsx", "gpkg", "parquet"):
        write(empty, tmp_path / f"none.{kind}")
    assert csv_rows(tmp_path / "none.csv")[0][:3] == ["of", "level", "pcode"]
    units = package_records(tmp_path / "none.gpkg", "adm2")
    assert [unit["status"] for unit in units][2:4] == ["assessed", "not assessed"]


# --- text -------------------------------------------------------------------------------------


def test_no_text_is_a_formula_in_a_spreadsheet(files: Path) -> None:
    for name in ("figures.csv", "figures.hxl.csv"):
        rows = csv_rows(files / name)
        text = [cell for row in rows for cell in row if not re.fullmatch(r"-?[0-9.]+", cell)]
        assert not [cell for cell in text if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
        assert f"'{HOSTILE[1]}" in text
    book = openpyxl.load_workbook(files / "figures.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    texts = {cell.value: cell for cell in cells if isinstance(cell.value, str)}
    for hostile in (HOSTILE[0], HOSTILE[1], GROUPS[1], "=family", "=district"):
        assert texts[hostile].quotePrefix, hostile


def test_databases_hold_text_as_it_is(files: Path) -> None:
    for units in (
        features(files / "adm2.geojson"),
        package_records(files / "adm2.gpkg", "adm2"),
        parquet.read_table(files / "adm2.parquet").to_pylist(),
    ):
        assert [unit["name"] for unit in units] == [*HOSTILE[5:6], *HOSTILE[3:4], *HOSTILE[2:3],
                                                     *HOSTILE[6:], ""]  # fmt: skip


@pytest.mark.slow
def test_names_of_columns_are_ascii_and_none_is_there_twice() -> None:
    groups = ("return migrants", "Сезонные", "seasonal", "Seasonal!", "季节", "一", "ret", "2022")
    counts = pd.concat(
        [figures(squares()).query("group == 'return migrants'").assign(group=g) for g in groups]
    )
    wide = layer(assessment(groups=groups, figures=counts), 1)
    names = [name for name in wide.columns if name.endswith("_2022")]
    assert names == [
        *("ret_2022", "sezonnye_2022", "seasonal_2022", "seasonal2_2022", "g_2022", "g2_2022"),
        *("ret2_2022", "g_2022_2022"),
    ]
    assert len(set(wide.columns)) == len(wide.columns)
    assert all(re.fullmatch("[a-z][a-z0-9_]*", name) for name in wide.columns)
    said = {column["column"]: column["meaning"] for column in wide.attrs["columns"]}
    assert said["g2_2022"].startswith("一, 2022: ")


# --- layers -----------------------------------------------------------------------------------


def test_a_layer_is_geojson_as_rfc_7946_has_it(files: Path) -> None:
    collection = json.loads((files / "adm2.geojson").read_bytes())
    assert collection["type"] == "FeatureCollection"
    assert "crs" not in collection
    rings = [ring for each in collection["features"] for ring in each["geometry"]["coordinates"]]
    corners = [corner for ring in rings for corner in ring]
    assert all(round(n, 6) == n for corner in corners for n in corner)
    assert [0.666667, 0.0] in corners
    for ring in rings:
        assert shapely.LinearRing(ring).is_ccw
        assert ring[0] == ring[-1]
    assert {note["topic"] for note in collection["notes"]} >= {"data", "disclaimer", "source"}
    assert [column["column"] for column in collection["columns"]][:2] == ["pcode", "level"]
    frame = gpd.read_file(files / "adm2.geojson")
    assert (len(frame), frame.crs.to_epsg()) == (5, 4326)


def test_neighbours_share_their_corners_after_rounding(files: Path) -> None:
    frame = gpd.read_file(files / "adm2.geojson")
    assert shapely.coverage_is_valid(frame.geometry.to_numpy())


def test_a_package_holds_each_level_and_the_tables(files: Path) -> None:
    path = files / "figures.gpkg"
    assert sorted(tables(path)) == sorted(
        ["adm0", "adm1", "adm2", "figures", "coverage", "matched", "provenance",
         "data_dictionary", "notes"]
    )  # fmt: skip
    frame = gpd.read_file(path, layer="adm1")
    assert (frame.crs.to_epsg(), list(frame.geom_type)) == (4326, ["Polygon"] * 2)
    assert frame["ret_2022"].tolist() == [300, 100]
    assert frame["adm0_pcode"].tolist() == ["KX", "KX"]


@pytest.mark.slow
def test_a_layer_says_what_is_known_of_every_unit() -> None:
    lives = pd.DataFrame({"level": 2, "pcode": ["KX11", "KX22"], "population": [10.5, 20.0]})
    people = Population(people=lives, source="Counted by hand.", year=None, notes=())
    whole = assessment(population=people)
    units = layer(whole, 2).set_index("pcode")
    assert units["population"].fillna(-1).to_dict() == {
        "KX11": 10.5, "KX12": -1, "KX21": -1, "KX22": 20, "KX23": -1,
    }  # fmt: skip
    assert units["locations"].tolist() == [1, 1, 1, 0, 0]
    assert units.loc["KX11", "area_km2"] == pytest.approx(74.2 * 110.6, rel=0.001)  # by hand
    assert units.loc["KX21", "ret_2021_per_km2"] == 73.333333
    assert dict(exports.notes(whole))["population"] == "Counted by hand."
    years = {name.removeprefix("ret_2021_") for name in units if name.startswith("ret_2021_")}
    whole_time = {name.removeprefix("ret_all_") for name in units if name.startswith("ret_all_")}
    assert years - whole_time == {"change", "change_percent"}
    assert whole_time - years == {"mean_per_year"}


@pytest.mark.slow
def test_settlements_are_points_where_they_are_known() -> None:
    bounds = mtmgeo.read_boundaries("kgz")
    matched = mtmgeo.match(mtmgeo.read_table(ROUND), bounds)
    places = layer(mtmgeo.assess(matched), 4)
    assert len(places) == len(bounds.at(4))
    known = places.geometry.notna()
    assert known.sum() == bounds.at(4)["lat"].notna().sum()
    assert set(places[known].geom_type) == {"Point"}
    assert places["ret_all_status"].eq("shown").any()


def test_a_level_that_is_not_there_is_said(result: Assessment) -> None:
    with pytest.raises(SpecError, match="'kx' have no units of level 3: choose from 0, 1, 2"):
        layer(result, 3)
    with pytest.raises(SpecError, match="no units of level 7"):
        hxl(result, 7)


def test_figures_as_geojson_need_a_level(result: Assessment, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"a layer as \.geojson.*mtmgeo\.layer"):
        write(result, tmp_path / "figures.geojson")
    assert list(tmp_path.iterdir()) == []


def test_too_many_columns_for_a_package_are_said() -> None:
    wide = pd.DataFrame([[1] * 2001], columns=[f"c{n}" for n in range(2001)])
    with pytest.raises(SpecError, match=r"'adm2' has 2,001 columns"):
        gis.encode_geopackage({"adm2": wide})


def test_without_pyarrow_parquet_is_refused_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = pd.DataFrame({"n": [1]})
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(SpecError, match=r"pip install 'mtmgeo\[parquet\]'"):
        write(numbers, tmp_path / "x.parquet")


def test_any_table_can_be_parquet(tmp_path: Path) -> None:
    path = write(
        pd.DataFrame({"a": pd.Series(["=x", "\ud800"], dtype=object), "n": [1, 2]}),
        tmp_path / "t.parquet",
    )
    assert pd.read_parquet(path).to_dict("list") == {"a": ["=x", "\\ud800"], "n": [1, 2]}


# --- HXL --------------------------------------------------------------------------------------


def test_hxl_tags_every_column_as_the_standard_writes_them(files: Path) -> None:
    head, tags, *_ = csv_rows(files / "figures.hxl.csv")
    syntax = re.compile(r"#[a-z][a-z0-9_]*(\+[a-z][a-z0-9_]*)*")
    assert all(syntax.fullmatch(tag) for tag in tags)
    said = dict(zip(head, tags, strict=True))
    assert said["admin 1 p-code"] == "#adm1+code"
    assert said["admin 2 name"] == "#adm2+name"
    assert said["year"] == "#date+year"
    assert said["return migrants individuals (synthetic)"] == "#affected+returnees+ind"
    assert said["return migrants households (synthetic)"] == "#affected+returnees+hh"
    assert said["return migrants status (synthetic)"] == "#meta+returnees+status"
    assert said[f"'{GROUPS[1]} individuals (synthetic)"] == "#affected+g_1_sezonnye+ind"
    assert said["population"] == "#population"


def test_hxl_holds_one_level_so_that_nothing_is_there_twice(result: Assessment) -> None:
    first = hxl(result, 1)
    assert first["admin 1 p-code"].tolist() == ["#adm1+code", "KX1", "KX1", "KX2", "KX2"]
    assert first["year"].tolist()[1:] == [2021, 2022] * 2
    assert "admin 2 p-code" not in first


@pytest.mark.slow
def test_hxl_is_read_back(tmp_path: Path) -> None:
    bounds = mtmgeo.read_boundaries("kgz")
    matched = mtmgeo.match(mtmgeo.read_table(ROUND), bounds)
    once = mtmgeo.assess(matched)
    table = mtmgeo.read_table(write(once, tmp_path / "round.hxl.csv"))
    assert table.synthetic
    assert table.year_column == "year"
    twice = mtmgeo.assess(mtmgeo.match(table, bounds), suppress_below=0)
    columns = ["pcode", "group", "year", "individuals"]
    want, have = (
        each.figures[each.figures["level"].eq(2) & each.figures["year"].notna()][columns]
        .dropna()
        .sort_values(columns[:3], ignore_index=True)
        for each in (once, twice)
    )
    # A district and a city of the same name are told apart by their codes.
    assert twice.match.counts()["ambiguous"] == 0
    pd.testing.assert_frame_equal(want, have)


@pytest.mark.slow
def test_hxl_without_years_has_no_column_of_years() -> None:
    whole = assessment()
    units = whole.figures[whole.figures["year"].isna()]
    table = hxl(assessment(years=(), figures=units))
    assert "year" not in table
    assert len(table) == 1 + 3


# --- what the columns mean --------------------------------------------------------------------


def test_every_column_is_in_the_dictionary_and_nothing_else(files: Path) -> None:
    book = sheets(files / "figures.xlsx")
    said = {(row[0], row[1]) for row in book["data dictionary"][1:]}
    there = {
        (name, heading)
        for name, (head, *_) in book.items()
        if name not in {"README", "data dictionary"}
        for heading in head
    }
    assert said == there
    path = files / "figures.gpkg"
    dictionary = package_records(path, "data_dictionary")
    said = {(row["table"], row["column"]) for row in dictionary}
    there = {
        (name, heading.replace("geom", "geometry"))
        for name in tables(path)
        if name not in {"data_dictionary", "notes"}
        for heading in package_records(path, name)[0]
        if heading != "fid"
    }
    assert said == there
    assert all(row["meaning"] and row["type"] for row in dictionary)


def test_what_a_result_has_is_exported(result: Assessment) -> None:
    table = tidy(result)
    assert {*result.figures.columns} - {*table.columns} == {"suppressed"}
    assert {*result.breakdowns.columns} - {*table.columns} == {"suppressed", "share"}
    known = data_dictionary().groupby("table")["column"].agg(set)
    assert {*table.columns} == known["figures"] - {"period"}, "there only if one is no year"
    assert {*result.coverage.columns} == known["coverage"]
    assert {*result.provenance.columns} == known["provenance"]


@pytest.mark.slow
def test_a_whole_result_is_exported_with_all_its_columns() -> None:
    """What `assess` gives has no column that the dictionary does not know."""
    bounds = mtmgeo.read_boundaries("kgz")
    real = mtmgeo.assess(mtmgeo.match(mtmgeo.read_table(ROUND), bounds))
    table = tidy(real)
    assert {*real.figures.columns, *real.places.columns} - {*table.columns} == {"suppressed"}
    known = data_dictionary().groupby("table")["column"].agg(set)
    for name in ("coverage", "provenance", "matched"):
        assert {*getattr(real, name).columns} <= known[name], name
    assert len(table) == len(real.figures) + len(real.places) + len(real.breakdowns)


def test_the_docs_hold_the_dictionary() -> None:
    text = DOCS.read_text("utf-8")
    for _, row in data_dictionary().iterrows():
        part = text.partition(f"\n## {row['table'].capitalize()}")[2].partition("\n## ")[0]
        cells = [f"`{row['column']}`", row["type"], row["unit"], row["meaning"], row["formula"]]
        if row["table"] == "hxl":
            cells = [f"`{row['column']}`", f"`{row['hxl']}`", row["meaning"]]
        assert f"| {' | '.join(cells)} |" in part, row["column"]


def test_parquet_says_what_its_columns_are(files: Path) -> None:
    for name in ("figures.parquet", "adm2.parquet"):
        schema = parquet.read_schema(files / name)
        metadata = {key.decode(): value.decode() for key, value in schema.metadata.items()}
        topics = [note["topic"] for note in json.loads(metadata["notes"])]
        assert "disclaimer" in topics
        columns = [column["column"] for column in json.loads(metadata["columns"])]
        assert columns == schema.names
    field = parquet.read_schema(files / "figures.parquet").field("per_km2")
    assert field.metadata[b"formula"] == b"individuals / area_km2"
    assert gpd.read_parquet(files / "adm2.parquet").crs.to_epsg() == 4326


def test_a_reader_is_told_what_to_know(result: Assessment, files: Path) -> None:
    readme = sheets(files / "figures.xlsx")["README"]
    assert readme[0] == ("topic", "text")
    said = dict(readme)
    assert said["data"] == "SYNTHETIC DATA: the counts are invented."
    assert said["licence of the boundaries"] == "CC0"
    assert said["small counts"] == result.rule
    assert disclaimer.find(said["disclaimer"]) == disclaimer.text(2022)
    texts = [text for _, text in readme]
    assert {"Figures: =round.csv", "Squares, version 7", "By hand"} <= {*texts}
    notes = package_records(files / "figures.gpkg", "notes")
    assert [(note["topic"], note["text"]) for note in notes] == list(readme[1:])
    years = dict(exports.notes(assessment(years=())))
    assert "©IOM [year of the map] This map is for illustration" in years["disclaimer"]


@pytest.mark.slow
def test_long_lists_of_rows_are_split_over_cells(tmp_path: Path) -> None:
    long = assessment()
    rows = " ".join(str(n) for n in range(2, 40_000, 2))
    vars(long)["provenance"] = long.provenance.assign(rows=rows)
    cells = [
        record["rows"]
        for record in sheet_records(write(long, tmp_path / "x.xlsx"), "provenance")
        if record["pcode"] == "KX" and record["of"] == "unit"
    ]
    assert len(cells) > 1
    assert " ".join(cells) == rows


def test_more_figures_than_a_sheet_has_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "_ROWS", 10)
    with pytest.raises(SpecError, match=r"write \.csv, \.gpkg or \.parquet"):
        exports.workbook(assessment())


def test_a_workbook_opens_with_what_it_is(files: Path) -> None:
    book = openpyxl.load_workbook(files / "figures.xlsx")
    assert book.sheetnames == [
        *("README", "figures", "breakdowns", "coverage", "matched", "provenance"),
        "data dictionary",
    ]
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == sheet.dimensions
    assert book["README"]["B2"].alignment.wrap_text
