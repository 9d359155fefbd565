"""Boundary sets: the embedded pack as delivered, and plain tables of units."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import mtmgeo
from mtmgeo.boundaries.read import packs_folder

PACK = packs_folder() / "kgz"


@pytest.fixture(scope="module")
def kgz() -> mtmgeo.BoundarySet:
    return mtmgeo.read_boundaries("kgz")


def test_units_per_level(kgz: mtmgeo.BoundarySet) -> None:
    levels = kgz.units["level"].value_counts().sort_index()
    # Admin 3: 453 aiyl aimaks, 61 towns (63 less the two of Bishkek), 4 districts of Bishkek.
    assert levels.to_dict() == {0: 1, 1: 9, 2: 55, 3: 518, 4: 1857}


def test_p_codes_are_text_of_one_form_and_unique_by_level(kgz: mtmgeo.BoundarySet) -> None:
    below = kgz.units[kgz.units["level"] > 0]
    assert below["pcode"].str.fullmatch(r"KG\d{11}").all()
    assert not kgz.units.duplicated(["level", "pcode"]).any()


def test_every_unit_has_its_parent_just_above_it(kgz: mtmgeo.BoundarySet) -> None:
    lineage = kgz.lineage
    for level in (1, 2, 3, 4):
        rows = kgz.units["level"] == level
        assert lineage.loc[rows, list(range(level + 1))].notna().all(axis=None)


def test_kok_jangak_is_no_part_of_suzak_whatever_its_code_says(kgz: mtmgeo.BoundarySet) -> None:
    city = kgz.at(2).loc["KG03220400010"]
    assert city["parent_pcode"] == "KG03000000000"
    assert not city["approximate"]


def test_cities_that_are_admin_1_stand_for_themselves_at_admin_2(kgz: mtmgeo.BoundarySet) -> None:
    for code in ("KG11000000000", "KG21000000000"):
        assert kgz.at(2).loc[code, "parent_pcode"] == code
        assert kgz.at(1).loc[code].geometry.equals(kgz.at(2).loc[code].geometry)


def test_official_spelling_and_display_name(kgz: mtmgeo.BoundarySet) -> None:
    unit = kgz.at(2).loc["KG04220000000"]
    assert (unit["name"], unit["name_en"], unit["name_ky"]) == ("At-Bashy", "Ak-Bashy", "Ат-Башы")


@pytest.mark.parametrize("level", [1, 2, 3])
def test_outlines_are_a_coverage(kgz: mtmgeo.BoundarySet, level: int) -> None:
    shapes = kgz.at(level).geometry.dropna().to_numpy()
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)


@pytest.mark.slow
def test_admin_1_is_the_exact_union_of_its_admin_2(kgz: mtmgeo.BoundarySet) -> None:
    parts = kgz.at(2).groupby("parent_pcode")["geometry"]
    for code, shapes in parts:
        assert shapely.union_all(shapes.to_numpy()).equals(kgz.at(1).loc[code].geometry)
    whole = shapely.union_all(kgz.at(2).geometry.to_numpy())
    assert whole.equals(kgz.at(0).geometry.iloc[0])


@pytest.mark.slow
def test_admin_3_tiles_its_admin_2_exactly(kgz: mtmgeo.BoundarySet) -> None:
    shaped = kgz.at(3)[kgz.at(3).geometry.notna()]
    assert shaped["parent_pcode"].nunique() >= 45
    for code, shapes in shaped.groupby("parent_pcode")["geometry"]:
        assert shapely.union_all(shapes.to_numpy()).equals(kgz.at(2).loc[code].geometry)


def test_what_is_approximate_says_so(kgz: mtmgeo.BoundarySet) -> None:
    assert kgz.at(3)["approximate"].all()
    guessed = kgz.at(2)[kgz.at(2)["approximate"]]
    assert set(guessed["name"]) == {
        "Balykchy (city)", "Batken (city)", "Kara-Kul (city)", "Tokmok (city)",
    }  # fmt: skip
    for name in guessed["name"]:
        assert name in kgz.notes[2]


@pytest.mark.parametrize(
    ("pcode", "km2"),
    [
        ("KG02420000010", 26.0),
        ("KG03440000010", 1.2),
        ("KG05410000010", 43.0),
        ("KG08400000010", 36.1),
        ("KG04220000000", 18_554.5),
        ("KG08209000000", 3_031.8),
    ],
)
def test_areas_agree_with_the_published_ones(
    kgz: mtmgeo.BoundarySet, pcode: str, km2: float
) -> None:
    area = kgz.area_km2[(kgz.units["level"] == 2) & (kgz.units["pcode"] == pcode)].item()
    assert area == pytest.approx(km2, rel=0.02)


def test_lakes_and_enclaves_belong_to_no_unit(kgz: mtmgeo.BoundarySet) -> None:
    country = kgz.at(0).geometry.iloc[0]
    assert sorted(kgz.water["name"]) == ["Issyk-Kul", "Song-Kul"]
    assert len(kgz.enclaves) == 4
    for hole in (*kgz.water.geometry, *kgz.enclaves.geometry):
        assert country.intersection(hole).area == 0
    issyk_kul = kgz.water.set_index("name").geometry.to_crs("EPSG:6933").area["Issyk-Kul"] / 1e6
    assert issyk_kul == pytest.approx(6_280 - 26, rel=0.01)


def test_reference_points_lie_in_their_district_or_beside_it(kgz: mtmgeo.BoundarySet) -> None:
    villages = kgz.at(4).dropna(subset=["lat"])
    assert len(villages) / len(kgz.at(4)) > 0.8
    points = gpd.GeoSeries(
        gpd.points_from_xy(villages["lon"], villages["lat"]), index=villages.index, crs="EPSG:4326"
    ).to_crs(kgz.projection)
    outlines = kgz.at(2).geometry.to_crs(kgz.projection)
    district = kgz.lineage.loc[kgz.units["level"] == 4, 2].to_numpy()
    of_village = dict(zip(kgz.at(4).index, district, strict=True))
    away = points.distance(outlines[[of_village[code] for code in villages.index]], align=False)
    assert away.quantile(0.99) < 3_000
    assert away.max() < 15_000


def test_the_pack_names_its_sources_and_is_small() -> None:
    about = json.loads((PACK / "pack.json").read_text(encoding="utf-8"))
    assert all({"credit", "licence", "date"} <= set(source) for source in about["sources"])
    assert sum(path.stat().st_size for path in PACK.iterdir()) < 2_000_000


def test_anchors_say_what_they_are(kgz: mtmgeo.BoundarySet) -> None:
    assert set(kgz.anchors["basis"]) == {"place", "outline", "above"}
    below = kgz.anchors[kgz.anchors["basis"] == "above"].index
    assert kgz.units.loc[below, "level"].ge(3).all()
    assert kgz.anchors.geometry.notna().all()


def _units(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "units.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_plain_table_of_units(tmp_path: Path) -> None:
    bounds = mtmgeo.read_boundaries(
        _units(tmp_path, "pcode,level,name,parent_pcode\nJO11,1,Amman,\nJO1101,2,Qasabah,JO11\n")
    )
    assert bounds.levels == (1, 2)
    assert bounds.lineage.loc[1, [1, 2]].tolist() == ["JO11", "JO1101"]
    assert bounds.units.geometry.isna().all()
    assert bounds.area_km2.isna().all()


def test_p_codes_keep_their_zeros(tmp_path: Path) -> None:
    bounds = mtmgeo.read_boundaries(
        _units(tmp_path, "pcode,level,name,parent_pcode\n001,1,North,\n")
    )
    assert bounds.units["pcode"].tolist() == ["001"]


def test_all_faults_of_a_table_of_units_are_told_at_once(tmp_path: Path) -> None:
    text = (
        "pcode,level,name,parent_pcode\n"
        "A1,1,North,\n"
        ",1,South,\n"
        "A1,1,North again,\n"
        "A101,2,,A1\n"
        "B101,2,East,B1\n"
        "4.1702E+13,1,West,\n"
        "C1,province,Upper,\n"
    )
    with pytest.raises(mtmgeo.BoundaryError) as caught:
        mtmgeo.read_boundaries(_units(tmp_path, text))
    assert [fault.split(":")[0] for fault in caught.value.faults] == [
        "units.csv, row 3",
        "units.csv, row 7",
        "units.csv, row 8",
        "units.csv, row 5",
        "units.csv, row 4",
        "units.csv, row 6",
    ]


def test_a_position_that_is_none_is_a_fault(tmp_path: Path) -> None:
    text = (
        "pcode,level,name,parent_pcode,lat,lon\n"
        "A1,1,North,,41.5,74.6\nA2,1,South,,95,74\nA3,1,West,,41,east\nA4,1,East,,,\n"
    )
    with pytest.raises(mtmgeo.BoundaryError) as caught:
        mtmgeo.read_boundaries(_units(tmp_path, text))
    assert [fault.split(" must")[0] for fault in caught.value.faults] == [
        "units.csv, row 3: lat",
        "units.csv, row 4: lon",
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("name,level\nA,1\n", "lacks the columns pcode, parent_pcode"),
        ("", "the file is empty"),
        (b"PK\x03\x04no workbook", "the workbook is damaged"),
    ],
)
def test_a_file_that_is_no_table_of_units(tmp_path: Path, content: str | bytes, words: str) -> None:
    path = tmp_path / "units.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(mtmgeo.BoundaryError, match=words):
        mtmgeo.read_boundaries(path)


def test_an_unknown_reference_says_what_can_be_given() -> None:
    with pytest.raises(mtmgeo.BoundaryError, match=r"name of a pack \(kgz\)"):
        mtmgeo.read_boundaries("nowhere")


def test_a_damaged_pack_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pack.json").write_text("{}", encoding="utf-8")
    with pytest.raises(mtmgeo.BoundaryError, match="cannot be read"):
        mtmgeo.read_boundaries(tmp_path)


def test_every_village_named_like_another_of_its_district_can_be_told_apart(
    kgz: mtmgeo.BoundarySet,
) -> None:
    located = kgz.units.dropna(subset=["lat"])
    same_spot = located[located["level"] == 4].duplicated(["lat", "lon"], keep=False)
    assert not same_spot.any()
    assert isinstance(located, pd.DataFrame)
