"""Packs of the user's own: added, listed, put over another, removed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import mtmgeo
from mtmgeo.boundaries import packs, read
from mtmgeo.boundaries.boundary_set import BoundarySet
from mtmgeo.boundaries.packs import add_pack, overlaid, remove_pack, write_pack
from mtmgeo.boundaries.read import list_packs
from mtmgeo.commands.main import main
from tests.browsers import Visit
from tests.countries import SCHEMAS, cod_ab, cod_ab_before, country, publish, rewrite, save, zipped

pytestmark = pytest.mark.usefixtures("added")


@pytest.fixture(scope="module")
def jordan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the files of a country, which nobody changes."""
    return publish(country("JOR"), tmp_path_factory.mktemp("files") / "jor")


@pytest.mark.slow
def test_an_added_pack_is_known_by_its_name(tmp_path: Path, added: Path) -> None:
    path = zipped(
        publish(country("HTI"), tmp_path / "hti"), name="hti_admin_boundaries.geojson.zip"
    )
    done = add_pack(path)
    assert (done.name, done.folder) == ("hti", added / "hti")
    assert list(list_packs()) == ["hti", "kgz"]
    bounds = mtmgeo.read_boundaries("hti")
    assert {level: len(bounds.at(level)) for level in bounds.levels} == {0: 1, 1: 2, 2: 4, 3: 8}
    assert bounds.at(1)["name_ht"].tolist() == ["Lwès", "Latibonit"]
    assert not bounds.units["approximate"].any()
    assert bounds.title == "Haïti: administrative boundaries"
    [source] = bounds.sources
    assert source == "Boundaries: OCHA COD-AB v01, hti_admin_boundaries (valid 2021-11-16)"


@pytest.mark.slow
def test_a_pack_gives_what_its_files_give(tmp_path: Path) -> None:
    folder = publish(country("UKR"), tmp_path / "ukr")
    direct = mtmgeo.read_boundaries(folder)
    kept = add_pack(folder, name="mine").boundaries
    columns = direct.units.columns.drop("geometry")
    pd.testing.assert_frame_equal(
        pd.DataFrame(kept.units[columns]), pd.DataFrame(direct.units[columns]), check_dtype=False
    )
    assert shapely.equals_exact(
        kept.units.geometry.to_numpy(), direct.units.geometry.to_numpy(), 0
    ).all()


@pytest.mark.slow
def test_a_pack_keeps_where_it_came_from(tmp_path: Path) -> None:
    path = zipped(publish(country("SOM"), tmp_path / "som"))
    done = add_pack(path, licence="CC BY-IGO", credit="Ministry of Interior of Somalia")
    about = json.loads((done.folder / "pack.json").read_text(encoding="utf-8"))
    [source] = about["sources"]
    assert source["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert source["bytes"] == path.stat().st_size
    [said] = done.boundaries.sources
    assert said == "Ministry of Interior of Somalia (valid 2021-11-16; CC BY-IGO)"
    assert done.boundaries.licence == "CC BY-IGO"


@pytest.mark.slow
def test_adding_again_gives_the_same_bytes(jordan: Path) -> None:
    path = jordan
    folder = add_pack(path).folder
    first = {file.name: file.read_bytes() for file in folder.iterdir()}
    remove_pack("jor")
    add_pack(path)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == first


@pytest.mark.slow
def test_removing(jordan: Path) -> None:
    add_pack(jordan)
    remove_pack("jor")
    assert list(list_packs()) == ["kgz"]
    with pytest.raises(mtmgeo.InputError, match="No pack 'jor' was added"):
        remove_pack("jor")
    with pytest.raises(mtmgeo.InputError, match="No pack 'kgz' was added"):
        remove_pack("kgz")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["../up", "Hti", "a b", "", "x" * 41, "a/b", ".hidden", "con"])
def test_names_of_packs_are_no_paths(jordan: Path, added: Path, name: str) -> None:
    path = jordan
    if name == "":
        assert add_pack(path, name=name).name == "jor"
        return
    with pytest.raises(mtmgeo.InputError, match="no name for a pack"):
        add_pack(path, name=name)
    assert not added.exists()


@pytest.mark.slow
def test_faults_that_stop_a_map_stop_a_pack(tmp_path: Path, added: Path) -> None:
    path = save(cod_ab(country("HTI"), 2), tmp_path / "hti_admin2.geojson")

    def spoil(features):
        features[1]["properties"]["adm2_pcode"] = features[0]["properties"]["adm2_pcode"]
        features[2]["properties"]["adm2_pcode"] = None
        return features

    with pytest.raises(mtmgeo.BoundaryError) as caught:
        add_pack(rewrite(path, spoil))
    assert len(caught.value.faults) >= 2
    assert not added.exists()


@pytest.mark.slow
def test_a_pack_of_a_newer_format_is_refused(jordan: Path) -> None:
    about = add_pack(jordan).folder / "pack.json"
    content = json.loads(about.read_text(encoding="utf-8"))
    about.write_text(json.dumps(content | {"format": 99}), encoding="utf-8")
    with pytest.raises(mtmgeo.BoundaryError, match="newer mtmgeo"):
        mtmgeo.read_boundaries("jor")


# --- official over approximate --------------------------------------------------------------


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a pack: admin 3 approximate and shifted, a village, own spellings."""
    folder = tmp_path_factory.mktemp("base")
    exact = mtmgeo.read_boundaries(publish(country("KGZ"), folder / "exact"))
    units = exact.units.copy()
    rough = units["level"] == 3
    units.loc[rough, "geometry"] = units.geometry[rough].translate(0.05).to_numpy()
    units.loc[rough, "approximate"] = True
    units.loc[rough, "aliases"] = "Old spelling"
    units.loc[units["pcode"] == "KG10101", "name"] = "Gulchö"
    village = {"pcode": "KG1010101", "level": 4, "parent_pcode": "KG10101", "name": "Taldyk",
               "name_en": "Taldyk", "name_ky": "", "name_ru": "", "aliases": "", "type": "village",
               "approximate": False, "lat": 40.2, "lon": 72.2, "geometry": None}  # fmt: skip
    extra = {**village, "pcode": "KG10199", "level": 3, "parent_pcode": "KG101", "name": "Lost"}
    extra |= {"approximate": True, "geometry": shapely.box(72.0, 40.0, 72.1, 40.1)}
    more = gpd.GeoDataFrame([village, extra], geometry="geometry", crs="EPSG:4326")
    bounds = replace(
        exact,
        name="xyz",
        units=gpd.GeoDataFrame(pd.concat([units, more], ignore_index=True), crs="EPSG:4326"),
        notes={3: "All outlines of admin 3 are approximate."},
    )
    home = folder / "embedded"
    write_pack(home / "xyz", bounds, [{"credit": "Own work", "licence": "CC0", "date": ""}])
    return home


@pytest.fixture
def base(embedded: Path, monkeypatch: pytest.MonkeyPatch) -> BoundarySet:
    """Return the set of a pack that is there from the beginning, beside none."""
    for module in (read, packs):
        monkeypatch.setattr(module, "packs_folder", lambda: embedded)
    return mtmgeo.read_boundaries("xyz")


@pytest.fixture(scope="module")
def official(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return COD-AB's admin 3: a pasture without a name, one 'Unknown', and one the pack lacks."""
    frame = cod_ab_before(country("KGZ"), 3)
    west = frame.geometry.iloc[7]
    strip = shapely.box(west.bounds[0], west.bounds[1], west.bounds[2], west.bounds[1] + 0.1)
    middle = shapely.box(west.bounds[0], west.bounds[1] + 0.1, west.bounds[2], west.bounds[1] + 0.2)
    frame.loc[7, "geometry"] = west.difference(shapely.union_all([strip, middle]))
    names = {"ADM3_EN": None, "ADM3_KY": None, "ADM3_RU": None, "ADM3_REF": "", "ADM3ALT1EN": ""}
    rows = [
        {**frame.iloc[7], **names, "ADM3_PCODE": "KG20901", "geometry": strip},
        {
            **frame.iloc[7],
            **names,
            "ADM3_EN": "Unknown",
            "ADM3_PCODE": "KG20902",
            "geometry": middle,
        },
    ]
    frame.loc[6, "ADM3_PCODE"] = "KG20288"
    every = pd.concat([pd.DataFrame(frame), pd.DataFrame(rows)], ignore_index=True)
    more = gpd.GeoDataFrame(every, geometry="geometry", crs="EPSG:4326")
    folder = tmp_path_factory.mktemp("official")
    return save(more, folder / "kgz_admbnda_adm3_moes_20181119.geojson")


@pytest.mark.slow
@pytest.mark.usefixtures("base")
def test_official_outlines_take_the_place_of_approximate_ones(official: Path) -> None:
    done = add_pack(official, name="xyz")
    bounds = done.boundaries
    here = bounds.at(3)
    exact = country("KGZ").levels[3].set_index("pcode").geometry
    assert here.geometry["KG10101"].equals(exact["KG10101"])
    joined = here.index.intersection(exact.index).difference(["KG20201"])
    assert not here.loc[joined, "approximate"].any()
    assert done.joined[3] == 7
    assert "approximate" not in bounds.notes.get(3, "")


@pytest.mark.slow
def test_adding_again_begins_anew(base: BoundarySet, official: Path) -> None:
    first = add_pack(official, name="xyz")
    again = add_pack(official, name="xyz")
    assert (first.again, again.again) == (False, True)
    assert again.boundaries.version == first.boundaries.version == f"{base.version} + 2018-11-30"
    assert len(again.boundaries.units) == len(first.boundaries.units)
    assert "takes the place of what was added" in again.summary()


@pytest.mark.slow
def test_a_corrected_file_leaves_nothing_of_the_first(tmp_path: Path, jordan: Path) -> None:
    add_pack(jordan)
    frame = cod_ab(country("JOR"), 1)
    frame["adm1_pcode"] = ["JO8", "JO9"]
    done = add_pack(save(frame, tmp_path / "jor_admin1.geojson"))
    assert done.boundaries.at(1).index.tolist() == ["JO8", "JO9"]
    assert done.boundaries.levels == (0, 1)


@pytest.mark.slow
@pytest.mark.usefixtures("base")
def test_names_aliases_and_settlements_stay(official: Path) -> None:
    bounds = add_pack(official, name="xyz").boundaries
    unit = bounds.at(3).loc["KG10101"]
    assert (unit["name"], unit["name_ky"]) == ("Gulchö", "Гүлчө")
    assert unit["aliases"].split("|")[0] == "Old spelling"
    assert bounds.at(4).loc["KG1010101", ["name", "parent_pcode", "lat"]].tolist() == [
        "Taldyk", "KG10101", 40.2,
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.usefixtures("base")
def test_what_does_not_join_is_listed(official: Path) -> None:
    done = add_pack(official, name="xyz")
    assert done.only_files[3] == ("Cholpon (KG20288)",)
    assert done.only_pack[3] == ("Lost (KG10199)", "Cholpon (KG20201)")
    assert done.nameless == {3: 2}
    text = done.summary()
    assert "of the files alone: Cholpon (KG20288)" in text
    assert "without a name, so no one's location: 2" in text
    # Their ground is another unit's by the official outlines, so they have none of their own.
    assert done.boundaries.at(3).loc[["KG10199", "KG20201"]].geometry.isna().all()
    assert "Lost and Cholpon have no outline" in done.boundaries.notes[3]


@pytest.mark.slow
@pytest.mark.usefixtures("base")
def test_ground_without_a_name_is_area_but_no_candidate(official: Path) -> None:
    bounds = add_pack(official, name="xyz").boundaries
    lands = bounds.at(3).loc[["KG20901", "KG20902"]]
    assert lands["name"].tolist() == ["", ""]
    assert lands.geometry.notna().all()
    assert bounds.area_km2[bounds.units["pcode"] == "KG20901"].item() > 0
    table = pd.DataFrame(
        {
            "Admin 1": ["Naryn", "Naryn", "Osh"],
            "Admin 2": ["Kochkor", "", "Alai"],
            "Admin 3": ["Unknown", "", "Gulcha"],
            "lat": [41.05, 41.05, None],
            "lon": [73.75, 73.75, None],
        }
    )
    matched = mtmgeo.match(table, bounds)
    assert not matched.frame["adm3_pcode"].isin(["KG20901", "KG20902"]).any()
    assert matched.frame["adm3_pcode"][2] == "KG10101"
    coverage = mtmgeo.assess(matched).coverage.set_index("level")
    assert coverage.loc[3, "units"] == (bounds.at(3)["name"] != "").sum()


@pytest.mark.slow
@pytest.mark.usefixtures("base")
def test_areas_add_up_after_official_outlines(official: Path) -> None:
    bounds = add_pack(official, name="xyz").boundaries
    area = bounds.area_km2.groupby(bounds.units["level"]).sum()
    assert area[3] == pytest.approx(area[2], rel=1e-6)
    assert area[1] == pytest.approx(area[0], rel=1e-6)


def test_a_unit_beside_the_official_outlines_keeps_its_ground(base: BoundarySet) -> None:
    units = base.units[base.units["pcode"] != "KG10101"]
    new = replace(base, units=units[units["level"] == 3].assign(approximate=False), notes={})
    both = overlaid(base, new)
    kept = both.at(3).loc["KG10101"]
    assert kept["approximate"]
    west_part = base.at(3).loc["KG10101"].geometry
    assert kept.geometry.area == pytest.approx(west_part.area, rel=0.5)
    for code, other in new.at(3).geometry.items():
        if code != "KG10101" and other is not None:
            assert kept.geometry.intersection(other).area < 1e-12
    assert "Gulchö" in both.notes[3]


@pytest.mark.slow
def test_a_file_of_part_of_the_country_leaves_the_rest_as_it_is(
    base: BoundarySet, tmp_path: Path
) -> None:
    part = cod_ab_before(country("KGZ"), 3).iloc[:4]
    done = add_pack(save(part, tmp_path / "kgz_admbnda_adm3.geojson"), name="xyz")
    before, after = base.at(2), done.boundaries.at(2)
    for code in ("KG201", "KG202"):
        assert after.geometry[code].equals(before.geometry[code])
    assert done.boundaries.at(3).loc["KG20102", "approximate"]


@pytest.mark.slow
def test_files_of_another_country_are_not_put_over_a_pack(
    base: BoundarySet, tmp_path: Path, added: Path
) -> None:
    with pytest.raises(mtmgeo.InputError, match=r"No unit of hti has a p-code of .* xyz"):
        add_pack(publish(country("HTI"), tmp_path / "hti"), name="xyz")
    assert not (added / "xyz").exists()
    assert base.name == "xyz"


def test_lakes_that_official_outlines_cover_are_no_ground(base: BoundarySet) -> None:
    lake = shapely.box(72.2, 40.2, 72.8, 40.8)
    water = gpd.GeoDataFrame({"name": ["Lake"]}, geometry=[lake], crs="EPSG:4326")
    exact = replace(base, units=base.units[base.units["level"] == 2].assign(approximate=False))
    both = overlaid(replace(base, water=water), exact)
    assert both.at(2).geometry["KG101"].intersection(lake).area == 0
    full = base.at(2).geometry["KG101"].area
    assert both.at(2).geometry["KG101"].area == pytest.approx(full - lake.area)


@pytest.mark.slow
def test_two_units_at_the_top_have_their_own_totals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One figure is written in all formats: one of them shows that it can be drawn.
    monkeypatch.setattr("mtmgeo.commands.report._FORMATS", ("svg",))
    land = country("HTI", deepest=1)
    frames = [cod_ab(land, level) for level in (0, 1)]
    frames[0] = pd.concat([frames[0], frames[0]], ignore_index=True)
    frames[0].loc[1, ["adm0_pcode", "adm0_name", "geometry"]] = [
        "XA",
        "Abyei",
        shapely.box(-75, 18, -74, 19),
    ]
    frames[1].loc[1, ["adm0_pcode", "adm0_name", "geometry"]] = [
        "XA",
        "Abyei",
        shapely.box(-75, 18, -74, 19),
    ]
    for level, frame in enumerate(frames):
        layer = gpd.GeoDataFrame(pd.DataFrame(frame), geometry="geometry", crs="EPSG:4326")
        save(layer, tmp_path / f"hti_admin{level}.geojson")
    bounds = mtmgeo.read_boundaries(tmp_path)
    table = tmp_path / "t.csv"
    table.write_text(
        "adm1,returnees_2024\nOuest,120\nArtibonite,60\nNowhere,50\n", encoding="utf-8"
    )
    result = mtmgeo.assess(mtmgeo.match(mtmgeo.read_table(table), bounds))
    top = result.select("return migrants", None, 0).set_index("pcode")["individuals"]
    assert top.to_dict() == {"HT": 120, "XA": 60}
    done = mtmgeo.report(table, tmp_path / "out", boundaries=bounds, size="A5")
    figures = done.summary["individuals"]["return migrants"]
    assert (figures["total"], figures["in_units"], figures["not_placed"]) == (230, 180, 50)


@pytest.mark.slow
def test_a_pack_keeps_no_files_of_the_one_before(tmp_path: Path, jordan: Path, added: Path) -> None:
    add_pack(jordan)
    add_pack(publish(country("JOR", deepest=1), tmp_path / "less"))
    assert sorted(path.name for path in (added / "jor").glob("adm*")) == ["adm0.fgb", "adm1.fgb"]


@pytest.mark.slow
def test_removing_a_linked_pack_leaves_what_it_links_to(
    tmp_path: Path, jordan: Path, added: Path
) -> None:
    folder = add_pack(jordan).folder
    elsewhere = folder.rename(tmp_path / "elsewhere")
    (added / "jor").symlink_to(elsewhere)
    remove_pack("jor")
    assert (elsewhere / "pack.json").is_file()
    assert not (added / "jor").exists()


@pytest.mark.slow
@pytest.mark.parametrize("content", ["[]", '{"format": "2"}', '{"format": 2}', "{"])
def test_a_spoilt_pack_does_not_keep_others_from_the_list(
    jordan: Path, added: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    add_pack(jordan)
    (added / "jor" / "pack.json").write_text(content, encoding="utf-8")
    with pytest.raises(mtmgeo.BoundaryError, match="cannot be read"):
        mtmgeo.read_boundaries("jor")
    assert main(["boundaries", "list"]) == 0
    assert "kgz: Kyrgyzstan" in capsys.readouterr().out


# --- the command line -----------------------------------------------------------------------


@pytest.mark.slow
def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = zipped(publish(country("HTI"), tmp_path / "hti"))
    assert main(["boundaries", "add", str(path)]) == 0
    assert "admin 3 8" in capsys.readouterr().out
    assert main(["boundaries", "list"]) == 0
    listed = capsys.readouterr().out
    assert "hti: Haïti: administrative boundaries" in listed
    assert "admin 3: aiyl aimak or town, 518 units, 485 with outlines, 485 approximate" in listed
    assert "OCHA COD-AB v01" in listed
    assert main(["boundaries", "remove", "hti"]) == 0
    assert main(["boundaries", "remove", "hti"]) == 2
    assert "No pack 'hti' was added" in capsys.readouterr().err


@pytest.mark.slow
def test_checking_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = publish(country("HTI"), tmp_path / "hti", kind="gpkg")
    out = [str(tmp_path / f"report.{kind}") for kind in ("json", "txt", "gpkg")]
    words = ["boundaries", "check", str(path), *(w for file in out for w in ("-o", file))]
    assert main(words) == 0
    assert "0 errors" in capsys.readouterr().out
    frame = cod_ab(country("HTI"), 2)
    frame.loc[0, "geometry"] = frame.geometry[0].buffer(0.1)
    frame.loc[1, "adm2_pcode"] = frame.loc[0, "adm2_pcode"]
    faulty = save(frame, tmp_path / "hti_admin2.geojson")
    words[2] = str(faulty)
    assert main(words) == 1
    found = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert found["counts"]["error"] >= 1
    places = gpd.read_file(tmp_path / "report.gpkg")
    assert len(places) == sum(found["counts"].values())
    assert "overlap" in set(places["check"])
    first = (tmp_path / "report.gpkg").read_bytes()
    main(words)
    assert (tmp_path / "report.gpkg").read_bytes() == first


@pytest.mark.slow
def test_columns_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frame = country("SOM").levels[1].rename(columns={"pcode": "CODE", "en": "TITLE"})
    path = str(save(frame, tmp_path / "regions.geojson"))
    assert main(["boundaries", "add", path]) == 2
    assert "'CODE', 'parent', 'TITLE'" in capsys.readouterr().err
    wanted = "level=1,pcode=CODE,name=TITLE"
    assert main(["boundaries", "add", path, "--columns", wanted, "--name", "som"]) == 0
    assert mtmgeo.read_boundaries("som").at(1)["name"].tolist() == ["Banadir", "Bay"]
    assert main(["boundaries", "add", path, "--columns", "level"]) == 2


@pytest.mark.slow
@pytest.mark.parametrize("schema", SCHEMAS)
def test_a_map_of_another_country(
    tmp_path: Path, schema: str, capsys: pytest.CaptureFixture[str]
) -> None:
    land = country("HTI")
    path = publish(land, tmp_path / "hti", schema=schema)
    table = tmp_path / "round1.csv"
    rows = [
        f"{one},{two},{three},{count}"
        for one, two, three, count in zip(
            land.above(3, 1)["fr"], land.above(3, 2)["fr"], land.levels[3]["fr"],
            (120, 45, 0, 3, 18, 77, 260, 9), strict=True,
        )
    ]  # fmt: skip
    table.write_text("\n".join(["adm1,adm2,adm3,returnees_2024", *rows]), encoding="utf-8")
    words = [str(table), "--boundaries", str(path)]
    assert main(["match", *words, "-o", str(tmp_path / "matched.csv")]) == 0
    assert "8 matched, 0 partial" in capsys.readouterr().out
    made = [str(tmp_path / "map.png"), str(tmp_path / "map.html")]
    drawn = ["--date", "2024-11-30", "--size", "A5", "-o", made[0], "-o", made[1]]
    assert main(["map", *words, *drawn]) == 0
    assert main(["verify", *made]) == 0


PAYLOADS = (
    "<img src=x onerror=alert(1)>", "</script><script>alert(1)</script>", "{{7*7}}{% raw %}",
    "${alert(1)}`", "=cmd|' /C calc'!A0", "../../etc/passwd", "a\u2028b\u202ec", "<!--",
)  # fmt: skip


def test_text_in_boundary_files_is_never_markup(
    tmp_path: Path, visit: Callable[..., Visit], capsys: pytest.CaptureFixture[str]
) -> None:
    land = country("HTI")

    def poisoned(features):
        for at, feature in enumerate(features):
            facts = feature["properties"]
            for heading in facts:
                if "_name" in heading or heading in ("version", "valid_on"):
                    facts[heading] = f"{PAYLOADS[at % len(PAYLOADS)]} {at}"
        return features

    for level in range(4):
        name = f"hti_admin{level}.geojson"
        rewrite(publish(land, tmp_path / "hti", levels=(level,)) / name, poisoned)
    path = tmp_path / "hti"
    table = tmp_path / "round1.csv"
    rows = [f'"{PAYLOADS[at]} {at}",{100 + at}' for at in range(8)]
    table.write_text("\n".join(["adm3,returnees_2024", *rows]), encoding="utf-8")
    out = tmp_path / "out"
    words = ["report", str(table), "-o", str(out), "--boundaries", str(path), "--size", "A5"]
    assert main([*words, "--date", "2024-11-30"]) == 0
    assert main(["verify", str(out)]) == 0
    page = visit((out / "map.html").read_text(encoding="utf-8")).page
    assert page.locator("img").count() == 0
    assert page.evaluate("document.title").startswith(("Geographic", "Return"))
    svg = (out / "map3_by_admin2.svg").read_text(encoding="utf-8")
    assert "<img" not in svg
    assert "<script" not in svg
    assert "<img" not in (out / "summary.md").read_text(encoding="utf-8")
    assert main(["boundaries", "check", str(path), "-o", str(tmp_path / "faults.json")]) in (0, 1)
    capsys.readouterr()
