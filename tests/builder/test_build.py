"""build_pack(): a small country worked out by hand, from figures to outlines."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import mtmgeo
from boundaries.builder.build import BuildReport, build_pack

RECIPE = """
[pack]
name = "xyz"
title = "Xyz"
country = "Xyz"
version = "1"
licence = "none"
[pack.names]
pcode = "XY"
name_en = "Xyz"
name_ru = "Ксиз"
name_ky = "Ксыз"
aliases = ""
[level_names]
1 = "province"
[[sources]]
credit = "Made up for this test"
licence = "none"
date = "2022"
[files]
units = "units.csv"
names = "names.csv"
outlines = "outlines.geojson"
context = "context.geojson"
places = "places.csv"
[codes]
prefix = "XY"
strip = "9"
stray = ["9999"]
own_admin2 = []
[outlines]
tolerance_degrees = 0.0001
reach_km = 1
city_reach_km = 5
[display]
XY12 = "Zhash"
[english]
[kyrgyz]
[aliases]
XY1 = "Northland"
[[approximate]]
pcode = "XY13"
point = [0.5, 1.5]
area_km2 = 100.0
ground = "XY12"
[estimated_points]
"""

UNITS = """coate_code,level,name_ru,type,parent_coate_code
91,adm1,Северная область,oblast,
911,adm2,Алма район,district,91
912,adm2,Жаш район,district,91
913,adm2,г. Орто,city,91
9111,adm3,Алма айылный аймак,aiyl aimak,911
9112,adm3,Бел айылный аймак,aiyl aimak,911
91111,settlement,Алма,village,9111
91121,settlement,Белое,village,9112
91122,settlement,Нигде,village,9112
9121,adm3,Тоо айылный аймак,aiyl aimak,912
91211,settlement,Тоо,village,9121
9999,adm2,Лишний,district,91
"""

NAMES = """ADM2_PCODE,ADM2_EN,ADM2_RU,ADM2_KY,ADM2TYP_EN,ADM1_PCODE,ADM1_EN,ADM1_RU,ADM1_KY,area_km2
XY11,Alma,Алма,Алма,district,XY1,North,Северная,Түндүк,12308
XY12,Jash,Жаш,Жаш,district,XY1,North,Северная,Түндүк,12208
XY13,Orto (city),г.Орто,Орто ш.,independent city,XY1,North,Северная,Түндүк,100
"""

PLACES = """name,names_ru,names_ky,names_other,lat,lon
Alma,Алма,Алма,Apple,0.5,0.25
Beloye,Белое,Ак-Суу,,0.5,0.75
Too,Тоо,Тоо,,0.9,1.1
Alma,Алма,,,0.5,1.9
"""


def _square(west: float, east: float) -> shapely.Polygon:
    return shapely.box(west, 0, east, 1)


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("figures")
    (folder / "units.csv").write_text(UNITS, encoding="utf-8")
    (folder / "names.csv").write_text(NAMES, encoding="utf-8")
    (folder / "places.csv").write_text(PLACES, encoding="utf-8")
    outlines = gpd.GeoDataFrame(
        {"pcode": ["XY11", "XY12"]}, geometry=[_square(0, 1), _square(1, 2)], crs="EPSG:4326"
    )
    outlines.to_file(folder / "outlines.geojson")
    context = gpd.GeoDataFrame(
        {"kind": ["lake"], "name": ["Far"]}, geometry=[shapely.box(5, 5, 6, 6)], crs="EPSG:4326"
    )
    context.to_file(folder / "context.geojson")
    return folder


@pytest.fixture(scope="module")
def built(figures: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, BuildReport]:
    pack = tmp_path_factory.mktemp("pack")
    (pack / "recipe.toml").write_text(RECIPE, encoding="utf-8")
    return pack, build_pack(figures, pack)


def units(pack: Path) -> pd.DataFrame:
    return mtmgeo.read_boundaries(pack).units.set_index("pcode")


def test_codes_names_and_levels(built: tuple[Path, BuildReport]) -> None:
    found = units(built[0])
    assert found["level"].value_counts().to_dict() == {4: 4, 2: 3, 3: 3, 0: 1, 1: 1}
    assert found.loc["XY12", ["name", "name_en"]].tolist() == ["Zhash", "Jash"]
    assert found.loc["XY1", "aliases"] == "Северная|Northland"
    assert found.loc["XY1121", ["name", "name_ky"]].tolist() == ["Beloe", ""]
    assert "Ак-Суу" in found.loc["XY1121", "aliases"]
    assert "XY999" not in found.index


def test_places_are_tied_within_their_district(built: tuple[Path, BuildReport]) -> None:
    found = units(built[0])
    assert found.loc["XY1111", ["lat", "lon"]].tolist() == [0.5, 0.25]
    assert found.loc["XY1121", ["lat", "lon"]].tolist() == [0.5, 0.75]
    assert pd.isna(found.loc["XY1122", "lat"])
    assert built[1].tied[4] == (3, 4)


def test_thiessen_cells_meet_half_way(built: tuple[Path, BuildReport]) -> None:
    found = units(built[0])
    alma, bel = found.loc["XY111"].geometry, found.loc["XY112"].geometry
    assert alma.bounds[2] == pytest.approx(0.5, abs=0.002)
    assert alma.union(bel).equals(found.loc["XY11"].geometry)
    assert found.loc[["XY111", "XY112"], "approximate"].all()


def test_a_city_without_outline_gets_its_published_area(built: tuple[Path, BuildReport]) -> None:
    bounds = mtmgeo.read_boundaries(built[0])
    area = dict(zip(bounds.units["pcode"], bounds.area_km2, strict=True))
    assert area["XY13"] == pytest.approx(100, rel=0.01)
    assert area["XY12"] == pytest.approx(12_308 - 100, rel=0.005)
    assert bounds.at(2).loc["XY13", "approximate"]
    assert not bounds.at(2).loc["XY12", "approximate"]


def test_admin_1_is_the_union_of_admin_2(built: tuple[Path, BuildReport]) -> None:
    bounds = mtmgeo.read_boundaries(built[0])
    assert shapely.coverage_is_valid(bounds.at(2).geometry.to_numpy())
    union = shapely.union_all(bounds.at(2).geometry.to_numpy())
    assert union.equals(bounds.at(1).geometry.iloc[0])


@pytest.mark.slow
def test_building_again_gives_the_same_bytes(
    figures: Path, built: tuple[Path, BuildReport], tmp_path: Path
) -> None:
    shutil.copy(built[0] / "recipe.toml", tmp_path)
    build_pack(figures, tmp_path)
    for path in built[0].iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


def test_sources_are_carried_over(built: tuple[Path, BuildReport]) -> None:
    about = json.loads((built[0] / "pack.json").read_text(encoding="utf-8"))
    assert about["sources"][0]["credit"] == "Made up for this test"
    assert mtmgeo.read_boundaries(built[0]).sources == ("Made up for this test (2022; none)",)


def test_a_missing_file_is_named(figures: Path, tmp_path: Path) -> None:
    (tmp_path / "recipe.toml").write_text(
        RECIPE.replace("places.csv", "gone.csv"), encoding="utf-8"
    )
    with pytest.raises(mtmgeo.BoundaryError, match=r"gone\.csv is missing"):
        build_pack(figures, tmp_path)


def test_a_folder_without_recipe_is_refused(figures: Path, tmp_path: Path) -> None:
    with pytest.raises(mtmgeo.BoundaryError, match="built from a recipe"):
        build_pack(figures, tmp_path)
