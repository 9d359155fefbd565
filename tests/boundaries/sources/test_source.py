"""Boundary files as they are published: every schema in every format, and what is refused."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import mtmgeo
from mtmgeo.boundaries.sources.source import Source, read_source
from tests.countries import (
    FORMATS,
    NAMES,
    SCHEMAS,
    Country,
    cod_ab,
    cod_ab_before,
    country,
    geoboundaries,
    publish,
    rewrite,
    save,
    zipped,
)


def counts(source: Source) -> dict[int, int]:
    return {int(k): int(v) for k, v in source.units["level"].value_counts().sort_index().items()}


def column(source: Source, heading: str) -> dict[str, str]:
    return dict(zip(source.units["pcode"], source.units[heading], strict=True))


def agrees(source: Source, land: Country, languages: list[str]) -> None:
    """Levels, parents and names of every language are those of the country."""
    parents = column(source, "parent_pcode")
    for frame in land.levels.values():
        assert [parents[code] for code in frame["pcode"]] == frame["parent"].tolist()
        for lang in languages:
            spelt = column(source, f"name_{lang}")
            assert [spelt[code] for code in frame["pcode"]] == frame[lang].tolist()


@pytest.mark.slow
@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("schema", SCHEMAS)
@pytest.mark.parametrize(
    "packed", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["plain", "zip"]
)
def test_every_schema_in_every_format(tmp_path: Path, schema: str, kind: str, packed: bool) -> None:
    land = country("HTI")
    path = publish(land, tmp_path / "files", schema=schema, kind=kind)
    source = read_source(zipped(path) if packed else path)
    assert source.schema == schema
    assert counts(source) == {0: 1, 1: 2, 2: 4, 3: 8}
    assert source.country == "Haïti"
    assert source.units.crs == "EPSG:4326"
    if schema == "geoBoundaries":
        return  # its codes are its own, and parents are another test
    # Headings of a geodatabase lose their languages when they are cut off for a shapefile.
    cut = schema == "COD-AB (geodatabase)" and kind == "shp"
    agrees(source, land, [] if cut else land.languages)


@pytest.mark.slow
@pytest.mark.parametrize("schema", [name for name in SCHEMAS if name != "geoBoundaries"])
@pytest.mark.parametrize("iso3", NAMES)
def test_every_script(tmp_path: Path, schema: str, iso3: str) -> None:
    land = country(iso3)
    source = read_source(publish(land, tmp_path, schema=schema))
    languages = sorted(c for c in source.units.columns if c.startswith("name_"))
    assert languages == sorted(f"name_{lang}" for lang in land.languages)
    agrees(source, land, land.languages)


@pytest.mark.slow
def test_facts_of_a_cod_ab_file(tmp_path: Path) -> None:
    source = read_source(publish(country("KGZ"), tmp_path))
    assert (source.iso3, source.version, source.date) == ("KGZ", "v01", "2021-11-16")
    assert source.notes == ()
    assert source.units["area_said"].gt(0).all()
    assert source.said.loc[source.units["level"] == 3, "name1"].unique().tolist() == [
        "Osh",
        "Naryn",
    ]


@pytest.mark.slow
def test_second_names_of_older_files_are_aliases(tmp_path: Path) -> None:
    source = read_source(publish(country("HTI"), tmp_path, schema="COD-AB (before 2025)"))
    assert column(source, "aliases")["HT1"] == "OUEST|Old Ouest"
    assert source.date == "2018-11-30"


# --- one layer, or some ---------------------------------------------------------------------


@pytest.mark.slow
def test_upper_levels_are_made_from_the_deepest_layer(tmp_path: Path) -> None:
    land = country("JOR")
    path = save(cod_ab(land, 3), tmp_path / "jor_admin3.geojson")
    source = read_source(path)
    assert counts(source) == {0: 1, 1: 2, 2: 4, 3: 8}
    agrees(source, land, ["en", "ar"])
    shapes = source.units.set_index("pcode").geometry
    for level in (0, 1, 2):
        for unit in land.levels[level].itertuples():
            assert shapes[unit.pcode].equals(unit.geometry)
    assert source.notes[0] == "Admin 2 was made from the units below it."


@pytest.mark.slow
def test_all_levels_as_rows_of_one_layer(tmp_path: Path) -> None:
    land = country("UKR")
    rows = pd.concat([cod_ab_before(land, level) for level in land.levels], ignore_index=True)
    path = save(gpd.GeoDataFrame(rows, crs="EPSG:4326"), tmp_path / "ukraine.gpkg")
    source = read_source(path)
    assert counts(source) == {0: 1, 1: 2, 2: 4, 3: 8}
    agrees(source, land, land.languages)


@pytest.mark.slow
def test_levels_in_a_column(tmp_path: Path) -> None:
    land = country("KGZ")
    rows = pd.concat(
        [frame.assign(lvl=level) for level, frame in land.levels.items()], ignore_index=True
    ).rename(columns={"pcode": "CODE", "en": "TITLE", "parent": "UP"})
    path = save(gpd.GeoDataFrame(rows, crs="EPSG:4326"), tmp_path / "units.geojson")
    wanted = {"level": "lvl", "pcode": "code", "name": "TITLE", "parent": "UP", "name_ky": "ky"}
    source = read_source(path, columns=wanted)
    assert counts(source) == {0: 1, 1: 2, 2: 4, 3: 8}
    agrees(source, land, ["ky"])


def test_named_columns_of_one_level_make_the_level_above(tmp_path: Path) -> None:
    land = country("SOM")
    frame = land.levels[2].rename(columns={"en": "District", "pcode": "DCODE"})
    frame["RCODE"], frame["Region"] = frame["parent"], land.above(2, 1)["en"]
    path = save(frame, tmp_path / "districts.geojson")
    wanted = {"level": "2", "pcode": "DCODE", "name": "District", "parent": "RCODE",
              "parent_name": "Region"}  # fmt: skip
    source = read_source(path, columns=wanted)
    assert counts(source) == {1: 2, 2: 4}
    assert column(source, "name")["SO1"] == "Banadir"


@pytest.mark.slow
def test_the_format_with_most_levels_counts(tmp_path: Path) -> None:
    land = country("COL")
    publish(land, tmp_path, kind="geojson", levels=(1, 2))
    publish(land, tmp_path, kind="shp")
    source = read_source(tmp_path)
    assert counts(source) == {0: 1, 1: 2, 2: 4, 3: 8}
    assert source.notes[0].startswith("The same levels in another format were left out")


@pytest.mark.slow
def test_lines_and_points_beside_the_levels_are_no_units(tmp_path: Path) -> None:
    land = country("COL")
    folder = publish(land, tmp_path)
    points = cod_ab(land, 1).set_geometry(land.levels[1].representative_point())
    save(points, tmp_path / "col_adminpoints.geojson")
    lines = gpd.GeoDataFrame({"adm_level": [0]}, geometry=land.levels[0].boundary, crs="EPSG:4326")
    save(lines, tmp_path / "col_adminlines.geojson")
    assert counts(read_source(folder)) == {0: 1, 1: 2, 2: 4, 3: 8}


@pytest.mark.slow
def test_simplified_layers_give_way_to_the_full_ones(tmp_path: Path) -> None:
    land = country("HTI", deepest=2)
    publish(land, tmp_path, schema="geoBoundaries")
    simpler = geoboundaries(land, 1)
    save(simpler, tmp_path / "geoBoundaries-HTI-ADM1_simplified.geojson")
    source = read_source(tmp_path)
    assert counts(source) == {0: 1, 1: 2, 2: 4}
    assert any("simplified" in note for note in source.notes)


def test_two_layers_of_a_level_are_asked_about(tmp_path: Path) -> None:
    land = country("HTI", deepest=1)
    publish(land, tmp_path)
    save(cod_ab(land, 1), tmp_path / "hti_admin1_old.geojson")
    with pytest.raises(mtmgeo.BoundaryError, match="several layers of admin 1"):
        read_source(tmp_path)


@pytest.mark.slow
def test_pieces_of_a_unit_are_put_together_but_not_the_same_ground_twice(tmp_path: Path) -> None:
    land = country("HTI", deepest=1)
    frame = cod_ab(land, 1)
    west = frame.geometry[0]
    cut = shapely.box(-74, 19, -73, 20)
    pieces = pd.concat([frame, frame.iloc[[0]]], ignore_index=True)
    pieces.loc[0, "geometry"], pieces.loc[2, "geometry"] = west.difference(cut), cut
    path = save(gpd.GeoDataFrame(pieces, crs="EPSG:4326"), tmp_path / "hti_admin1.geojson")
    source = read_source(path)
    assert counts(source) == {0: 1, 1: 2}
    assert source.units.set_index("pcode").geometry["HT1"].equals(west)
    assert "1 features are pieces" in source.notes[0]
    pieces.loc[2, "geometry"] = pieces.geometry[0]
    save(gpd.GeoDataFrame(pieces, crs="EPSG:4326"), path)
    with pytest.raises(mtmgeo.BoundaryError, match="HT1"):
        mtmgeo.read_boundaries(path)


# --- geoBoundaries --------------------------------------------------------------------------


@pytest.mark.slow
def test_parents_by_position_are_right_and_said(tmp_path: Path) -> None:
    land = country("JOR")
    source = read_source(publish(land, tmp_path, schema="geoBoundaries"))
    row_of = {code: row for frame in land.levels.values()
              for row, code in enumerate(frame["pcode"])}  # fmt: skip
    for level in (2, 3):
        here = source.units[source.units["level"] == level]
        expected = [
            f"6619703{level - 1}B{row_of[code]:06}" for code in land.levels[level]["parent"]
        ]
        assert here["parent_pcode"].tolist() == expected
        assert "found by position" in source.doubts[level][0]
    assert 1 not in source.doubts  # there is one country only
    bounds = mtmgeo.read_boundaries(tmp_path)
    assert "found by position" in bounds.notes[3]


def test_none_is_no_name(tmp_path: Path) -> None:
    land = country("JOR", deepest=1)
    frame = geoboundaries(land, 1)
    frame.loc[0, "shapeName"] = "None"
    source = read_source(save(frame, tmp_path / "geoBoundaries-JOR-ADM1.geojson"))
    assert source.units["name"].tolist() == ["", "Irbid"]
    assert source.units["pcode"].str.startswith("6619703").all()


def test_a_unit_beside_its_parent_goes_to_the_nearest(tmp_path: Path) -> None:
    land = country("HTI", deepest=1)
    publish(land, tmp_path, schema="geoBoundaries", levels=(1,))
    islet = shapely.box(-74.02, 18.5, -74.01, 18.51)  # just west of the western half
    frame = gpd.GeoDataFrame(
        {"shapeName": ["Îlet"], "shapeISO": ["None"], "shapeID": ["X1"], "shapeGroup": ["HTI"],
         "shapeType": ["ADM2"]},
        geometry=[islet], crs="EPSG:4326",
    )  # fmt: skip
    save(frame, tmp_path / "geoBoundaries-HTI-ADM2.geojson")
    source = read_source(tmp_path)
    assert column(source, "parent_pcode")["X1"] == "66197031B000000"
    assert "(1 by the nearest)" in source.doubts[2][0]


# --- cells ----------------------------------------------------------------------------------


def test_zeros_of_p_codes_are_kept_and_blanks_are_blank(tmp_path: Path) -> None:
    frame = cod_ab(country("KGZ"), 1)
    frame["adm1_pcode"] = ["0102", "0001"]
    frame.loc[0, "adm1_name1"] = "  "
    frame.loc[1, "adm1_name1"] = "<Null>"
    source = read_source(save(frame, tmp_path / "kgz_admin1.geojson"))
    units = source.units[source.units["level"] == 1]
    assert units["pcode"].tolist() == ["0102", "0001"]
    assert units["name_ky"].tolist() == ["", ""]


@pytest.mark.parametrize("kind", ["geojson", "shp", "gpkg"])
def test_p_codes_that_have_become_numbers_are_refused(tmp_path: Path, kind: str) -> None:
    frame = cod_ab(country("KGZ"), 2)
    frame["adm2_pcode"] = [41702e9, 41703e9, 41704e9, 41705e9]
    path = save(frame, tmp_path / f"kgz_admin2.{kind}")
    with pytest.raises(
        mtmgeo.BoundaryError, match=r"'adm2_pcode' holds numbers such as 4\.1702E\+13"
    ):
        read_source(path)


@pytest.mark.slow
def test_p_codes_spoilt_into_text_of_numbers_stop_a_map(tmp_path: Path) -> None:
    frame = cod_ab(country("KGZ"), 1)
    frame.loc[1, "adm1_pcode"] = "4.1702E+13"
    with pytest.raises(mtmgeo.BoundaryError, match=r"4\.1702E\+13"):
        mtmgeo.read_boundaries(save(frame, tmp_path / "kgz_admin1.geojson"))


@pytest.mark.parametrize(("encoding", "said"), [("utf-8", "UTF-8"), ("cp1251", "cp1251")])
def test_a_shapefile_without_a_code_page(tmp_path: Path, encoding: str, said: str) -> None:
    frame = cod_ab_before(country("UKR"), 1)
    path = tmp_path / "ukr_admbnda_adm1.shp"
    frame.to_file(path, engine="pyogrio", encoding=encoding)
    path.with_suffix(".cpg").unlink()
    dbf = bytearray(path.with_suffix(".dbf").read_bytes())
    dbf[29] = 0  # the language driver: none
    path.with_suffix(".dbf").write_bytes(dbf)
    source = read_source(path)
    assert column(source, "name_uk")["UA1"] == "Львівська"
    assert any(f"read as {said}" in note for note in source.notes)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["shp", "gpkg"])
def test_other_coordinate_systems_are_converted(tmp_path: Path, kind: str) -> None:
    frame = cod_ab(country("KGZ"), 2).to_crs("EPSG:32643")
    source = read_source(save(frame, tmp_path / f"kgz_admin2.{kind}"))
    assert np.allclose(source.units.total_bounds, (72, 40, 74, 42), atol=1e-6)
    assert any("WGS 84 / UTM zone 43N to WGS 84" in note for note in source.notes)


@pytest.mark.slow
def test_a_missing_coordinate_system_is_an_error_with_the_way_out(tmp_path: Path) -> None:
    frame = cod_ab(country("KGZ"), 1).to_crs("EPSG:32643")
    path = save(frame, tmp_path / "kgz_admin1.shp")
    path.with_suffix(".prj").unlink()
    with pytest.raises(mtmgeo.BoundaryError, match=r"put the \.prj file beside it.*--crs EPSG:"):
        read_source(path)
    source = read_source(path, crs="EPSG:32643")
    assert np.allclose(source.units.total_bounds, (72, 40, 74, 42), atol=1e-6)
    with pytest.raises(mtmgeo.BoundaryError, match="no coordinate reference system"):
        read_source(path, crs="EPSG:nonsense")


# --- what is refused ------------------------------------------------------------------------


def test_unknown_columns_are_listed(tmp_path: Path) -> None:
    frame = country("SOM").levels[1].rename(columns={"pcode": "ID", "en": "Label"})
    path = save(frame, tmp_path / "regions.geojson")
    with pytest.raises(mtmgeo.BoundaryError, match=r"--columns level=2.*'ID', 'parent', 'Label'"):
        read_source(path)


def test_all_wrong_names_of_columns_are_told_at_once(tmp_path: Path) -> None:
    path = save(country("SOM").levels[1], tmp_path / "regions.geojson")
    with pytest.raises(mtmgeo.BoundaryError) as caught:
        read_source(path, columns={"pcode": "nope", "colour": "en", "name": "en"})
    assert len(caught.value.faults) == 3
    assert "has no column 'nope'" in caught.value.faults[0]
    assert "colour" in caught.value.faults[1]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x.geojson", b"<OGRVRTDataSource></OGRVRTDataSource>", "no .geojson file inside"),
        ("x.gpkg", b"<html>not found</html>", "no .gpkg file inside"),
        ("x.shp", b"", "no .shp file inside"),
        ("x.fgb", b"PK\x03\x04", "no .fgb file inside"),
        ("x.parquet", b"{}", "no .parquet file inside"),
        ("x.geojson", b'{"type": "FeatureCollection", "features": [', "cannot be read|no layer"),
        ("x.zip", b"<html>not found</html>", "web page"),
    ],
)
def test_files_that_are_not_what_they_say(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(mtmgeo.BoundaryError, match=words):
        read_source(tmp_path / name)


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(mtmgeo.BoundaryError, match="does not exist"):
        mtmgeo.read_boundaries(tmp_path / "gone.gpkg")
    with pytest.raises(mtmgeo.BoundaryError, match="holds no layer"):
        mtmgeo.read_boundaries(tmp_path)


def test_a_layer_without_features(tmp_path: Path) -> None:
    path = save(cod_ab(country("HTI"), 1), tmp_path / "hti_admin1.geojson")
    rewrite(path, lambda _: [])
    with pytest.raises(mtmgeo.BoundaryError, match=r"no units|no schema"):
        read_source(path)


@pytest.mark.slow
def test_other_json_beside_the_layers_is_passed_over(tmp_path: Path) -> None:
    folder = publish(country("HTI"), tmp_path)
    (folder / "metaData.json").write_text(json.dumps({"boundaryID": "HTI-ADM1"}), encoding="utf-8")
    assert counts(read_source(folder)) == {0: 1, 1: 2, 2: 4, 3: 8}


# --- borders --------------------------------------------------------------------------------


def test_borders_with_a_status(tmp_path: Path) -> None:
    land = country("KGZ", deepest=1)
    frame = cod_ab(land, 1).assign(status=["Final", "Disputed"])
    save(frame, tmp_path / "kgz_admin1.geojson")
    line = shapely.LineString([(73, 40), (73, 42)])
    lines = gpd.GeoDataFrame(
        {"adm_level": [1, 1], "bnd_status": ["Line of Control", "final"]},
        geometry=[line, line], crs="EPSG:4326",
    )  # fmt: skip
    save(lines, tmp_path / "kgz_adminlines.geojson")
    source = read_source(tmp_path)
    assert source.units.set_index("pcode").loc[["KG1", "KG2"], "status"].tolist() == [
        "final", "disputed",
    ]  # fmt: skip
    found = source.lines.set_index("status")
    assert sorted(found.index) == ["disputed", "line of control"]
    assert found.geometry["line of control"].equals(line)
    assert found.geometry["disputed"].equals(land.levels[1].geometry[1].boundary)


# --- as found in files of HDX -----------------------------------------------------------------


def test_lines_of_two_kinds_in_geojson_are_borders(tmp_path: Path) -> None:
    save(cod_ab(country("KGZ", deepest=1), 1), tmp_path / "kgz_admin1.geojson")
    whole = shapely.LineString([(73, 40), (73, 42)])
    lines = gpd.GeoDataFrame(
        {"adm_level": [0, 1], "status": ["Disputed", "Line of Control"], "adm0_name": "Kyrgyzstan",
         "adm0_pcode": "KG"},
        geometry=[whole, shapely.MultiLineString([whole, [(72, 40), (72, 42)]])], crs="EPSG:4326",
    )  # fmt: skip
    save(lines, tmp_path / "kgz_adminlines.geojson")
    source = read_source(tmp_path)
    assert counts(source) == {0: 1, 1: 2}
    assert source.lines["status"].tolist() == ["disputed", "line of control"]


def test_levels_of_lines_that_are_none_are_of_the_country(tmp_path: Path) -> None:
    save(cod_ab(country("KGZ", deepest=1), 1), tmp_path / "kgz_admin1.geojson")
    line = shapely.LineString([(73, 40), (73, 42)])
    lines = gpd.GeoDataFrame(
        {"adm_level": [84, 99, 1], "status": "Disputed"}, geometry=[line] * 3, crs="EPSG:4326"
    )
    save(lines, tmp_path / "kgz_adminlines.geojson")
    assert read_source(tmp_path).lines["level"].tolist() == [0, 0, 1]


@pytest.mark.slow
def test_regions_that_name_only_the_country_are_no_country(tmp_path: Path) -> None:
    folder = publish(country("HTI"), tmp_path)
    regions = cod_ab(country("HTI"), 1).drop(columns=["adm1_pcode", "adm1_name"])
    regions = regions.drop(columns=[f"adm1_name{n}" for n in (1, 2, 3)])
    save(regions.assign(region_pcode=["R1", "R2"], region_name="x"), folder / "hti_regions.geojson")
    assert counts(read_source(folder)) == {0: 1, 1: 2, 2: 4, 3: 8}


@pytest.mark.slow
def test_a_blank_at_the_end_of_p_codes_is_no_part_of_them(tmp_path: Path) -> None:
    folder = publish(country("HTI"), tmp_path)
    for level in range(4):

        def padded(features: list[dict], level: int = level) -> list[dict]:
            for feature in features:
                feature["properties"][f"adm{level}_pcode"] += " "
            return features

        rewrite(folder / f"hti_admin{level}.geojson", padded)
    assert len(mtmgeo.read_boundaries(folder).at(3)) == 8


@pytest.mark.slow
def test_geoboundaries_say_their_country(tmp_path: Path) -> None:
    assert read_source(publish(country("HTI"), tmp_path, schema="geoBoundaries")).iso3 == "HTI"


def test_the_version_of_a_shapefile_is_cut_to_ten_letters(tmp_path: Path) -> None:
    frame = cod_ab(country("HTI"), 1).drop(columns="version").assign(cod_version="V_01")
    assert read_source(save(frame, tmp_path / "hti_admin1.shp")).version == "V_01"


def test_an_empty_outline_is_read_in_silence(tmp_path: Path) -> None:
    frame = cod_ab(country("HTI"), 1)
    frame.loc[0, "geometry"] = shapely.Polygon()
    source = read_source(save(frame, tmp_path / "hti_admin1.gpkg"))
    assert counts(source)[1] == 2


def test_names_stand_in_the_second_column_where_no_language_is_said(tmp_path: Path) -> None:
    frame = cod_ab(country("HTI"), 1)
    frame["adm1_name1"], frame["adm1_name"] = frame["adm1_name"], None
    path = save(frame.assign(lang=None, lang1=None), tmp_path / "hti_admin1.geojson")
    assert column(read_source(path), "name")["HT1"] == "Ouest"


@pytest.mark.slow
def test_what_macos_puts_beside_files_is_passed_over(tmp_path: Path) -> None:
    folder = publish(country("HTI"), tmp_path, kind="shp")
    (folder / "._hti_admin1.shp").write_bytes(b"\0\5\x16\7")
    assert counts(read_source(folder)) == {0: 1, 1: 2, 2: 4, 3: 8}


@pytest.mark.slow
def test_a_zip_in_capitals_in_a_folder(tmp_path: Path) -> None:
    zipped(publish(country("HTI"), tmp_path / "a")).rename(tmp_path / "A.ZIP")
    (tmp_path / "b").mkdir()
    (tmp_path / "A.ZIP").rename(tmp_path / "b" / "A.ZIP")
    assert counts(read_source(tmp_path / "b")) == {0: 1, 1: 2, 2: 4, 3: 8}


def test_files_of_several_countries_are_no_country(tmp_path: Path) -> None:
    publish(country("HTI"), tmp_path)
    publish(country("JOR", deepest=1), tmp_path, kind="shp")
    with pytest.raises(mtmgeo.BoundaryError, match=r"several countries \(HTI, JOR\)"):
        read_source(tmp_path)


def test_a_shapefile_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    path = save(cod_ab(country("HTI"), 2), tmp_path / "hti_admin2.shp")
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(mtmgeo.BoundaryError, match="cut short"):
        read_source(path)


@pytest.mark.slow
def test_columns_that_only_look_like_languages(tmp_path: Path) -> None:
    frame = cod_ab_before(country("HTI"), 1).assign(ADM1_HH=[120, 300])
    source = read_source(save(frame, tmp_path / "hti_admbnda_adm1.gpkg"))
    assert sorted(c for c in source.units.columns if c.startswith("name_")) == [
        "name_fr",
        "name_ht",
    ]
    frame = cod_ab(country("SOM"), 1).assign(adm1_name_old=["Benadir", "Bai"])
    source = read_source(save(frame, tmp_path / "som_admin1.gpkg"))
    assert column(source, "aliases")["SO1"] == "Benadir"
    assert "name_old" not in source.units


@pytest.mark.parametrize("name", ["x.xlsx", "x.kml", "x.txt", "x"])
def test_other_files_are_no_boundary_files(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"PK")
    with pytest.raises(mtmgeo.BoundaryError, match="no boundary file that is known"):
        read_source(tmp_path / name)
    with pytest.raises(mtmgeo.BoundaryError, match=r"missing\.zip does not exist"):
        read_source(tmp_path / "missing.zip")


def test_geoparquet_without_pyarrow_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save(cod_ab(country("HTI"), 1), tmp_path / "hti_admin1.parquet")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(mtmgeo.BoundaryError, match=r"pip install 'mtmgeo\[parquet\]'"):
        read_source(path)


@pytest.mark.slow
def test_a_spike_in_an_outline_is_mended_where_levels_are_made(tmp_path: Path) -> None:
    land = country("HTI", deepest=2)
    frame = cod_ab(land, 2)
    corners = list(frame.geometry[0].exterior.coords)
    spike = [*corners[:2], (corners[1][0] + 0.0, corners[1][1] + 0.1), *corners[1:]]
    frame.loc[0, "geometry"] = shapely.Polygon(spike)
    assert not frame.geometry.is_valid[0]
    path = save(frame, tmp_path / "hti_admin2.geojson")
    bounds = mtmgeo.read_boundaries(path)
    assert bounds.at(1).geometry["HT1"].equals(land.levels[1].geometry[0])
    found = mtmgeo.audit(read_source(path)).faults
    assert "outline-invalid" in set(found["check"])


@pytest.mark.slow
def test_namibia_is_a_code(tmp_path: Path) -> None:
    land = country("SOM", deepest=1)
    for level in land.levels:
        frame = cod_ab(land, level)
        for heading in ("adm0_pcode", "adm1_pcode"):
            if heading in frame:
                frame[heading] = frame[heading].str.replace("SO", "NA")
        save(frame.assign(iso3="NAM"), tmp_path / f"nam_admin{level}.geojson")
    bounds = mtmgeo.read_boundaries(tmp_path)
    assert bounds.at(0).index.tolist() == ["NA"]
    assert bounds.at(1)["parent_pcode"].tolist() == ["NA", "NA"]


@pytest.mark.parametrize(
    ("heading", "said", "status"),
    [
        ("status", "Undisputed", ""),
        ("status", "Not disputed", ""),
        ("status", "non-final", ""),
        ("status", "unofficial", ""),
        ("status", "1", ""),
        ("status", "Unknown", ""),
        ("disputed", "1", "disputed"),
        ("disputed", "0", ""),
        ("bnd_status", "In dispute", "disputed"),
        ("bnd_status", "International boundary (not determined)", "undetermined"),
        ("boundary_status", "Line of Control", "line of control"),
        ("boundary_status", "Armistice line", "line of control"),
        ("status", "Administrative line", "administrative"),
        ("status", "FINAL", "final"),
    ],
)
def test_words_for_the_status_of_a_border(
    tmp_path: Path, heading: str, said: str, status: str
) -> None:
    frame = cod_ab(country("HTI", deepest=1), 1).assign(**{heading: said})
    source = read_source(save(frame, tmp_path / "hti_admin1.geojson"))
    assert source.units.loc[source.units["level"] == 1, "status"].tolist() == [status, status]


def test_units_of_several_countries_in_one_layer(tmp_path: Path) -> None:
    both = [cod_ab(country(iso3, deepest=1), 1).assign(iso3=iso3) for iso3 in ("HTI", "JOR")]
    layer = gpd.GeoDataFrame(pd.concat(both, ignore_index=True), crs="EPSG:4326")
    with pytest.raises(mtmgeo.BoundaryError, match=r"several countries \(HTI, JOR\)"):
        read_source(save(layer, tmp_path / "admin1.geojson"))


@pytest.mark.slow
def test_a_level_that_only_another_format_has_is_read(tmp_path: Path) -> None:
    land = country("HTI", deepest=2)
    save(cod_ab(land, 1), tmp_path / "hti_admin1.gpkg")
    save(cod_ab(land, 2), tmp_path / "hti_admin2.geojson")
    assert counts(read_source(tmp_path)) == {0: 1, 1: 2, 2: 4}


def test_districts_with_the_codes_of_their_province_are_no_provinces(tmp_path: Path) -> None:
    land = country("HTI", deepest=2)
    frame = land.levels[2].assign(DIST=["A", "B", "C", "D"])
    frame["ADM1_PCODE"], frame["ADM1_EN"] = frame["parent"], land.above(2, 1)["fr"]
    layer = frame[["ADM1_PCODE", "ADM1_EN", "DIST", "geometry"]]
    with pytest.raises(mtmgeo.BoundaryError, match="HT1"):
        mtmgeo.read_boundaries(save(layer, tmp_path / "health_districts.geojson"))


@pytest.mark.slow
def test_a_set_without_any_outline_is_refused(tmp_path: Path) -> None:
    frame = cod_ab(country("HTI", deepest=1), 1)
    frame["geometry"] = None
    with pytest.raises(mtmgeo.BoundaryError, match="no outlines"):
        mtmgeo.read_boundaries(save(frame.set_crs(4326), tmp_path / "hti_admin1.gpkg"))


def test_named_columns_pass_over_other_layers(tmp_path: Path) -> None:
    path = tmp_path / "r.gpkg"
    save(
        country("SOM").levels[1].rename(columns={"pcode": "CODE", "en": "T"}), path, layer="regions"
    )
    lake = gpd.GeoDataFrame({"lake": ["x"]}, geometry=[shapely.box(42, 2, 43, 3)], crs="EPSG:4326")
    save(lake, path, layer="lakes")
    source = read_source(path, columns={"level": "1", "pcode": "CODE", "name": "T"})
    assert counts(source) == {1: 2}


def test_a_vertical_reference_system_is_none_of_a_map(tmp_path: Path) -> None:
    path = save(cod_ab(country("HTI"), 1), tmp_path / "hti_admin1.geojson")
    with pytest.raises(mtmgeo.BoundaryError, match="no coordinate reference system of a map"):
        read_source(path, crs="EPSG:5773")
