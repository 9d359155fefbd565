"""Faults planted in a country of squares, each beside what looks like it and is none."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

import mtmgeo
from mtmgeo.boundaries.audit.audit import audit
from mtmgeo.boundaries.audit.faults import CHECKS, SEVERITIES, Audit
from mtmgeo.boundaries.sources.source import Source
from mtmgeo.geo.crs import AREA_CRS, CRS
from mtmgeo.geo.polygons import matched
from tests.tries import tries

#: P-code, parent, name, outline (west, south, east, north), level by level.
COUNTRY = (
    (0, "XX", "", "Exland", (60, 40, 64, 42)),
    (1, "XX01", "XX", "West", (60, 40, 62, 42)),
    (1, "XX02", "XX", "East", (62, 40, 64, 42)),
    (2, "XX0101", "XX01", "Ayu", (60, 40, 61, 42)),
    (2, "XX0102", "XX01", "Bel", (61, 40, 62, 42)),
    (2, "XX0201", "XX02", "Chym", (62, 40, 63, 42)),
    (2, "XX0202", "XX02", "Dobo", (63, 40, 64, 42)),
)


def country(
    changes: dict[str, dict[str, object]] | None = None,
    *,
    drop: tuple[str, ...] = (),
    schema: str = "COD-AB",
    said: dict[str, dict[str, str]] | None = None,
) -> Source:
    """Return a source of the country; `changes` and `said` give columns by p-code."""
    rows = [
        {
            "pcode": pcode, "level": level, "parent_pcode": parent, "name": name, "name_en": name,
            "name_ru": "", "name_ar": "", "name_uz": "", "aliases": "", "type": "", "status": "",
            "lat": np.nan, "lon": np.nan, "area_said": np.nan, "file": f"adm{level}.shp",
            "row": number, "geometry": shapely.box(*box),
        }
        for number, (level, pcode, parent, name, box) in enumerate(COUNTRY, start=1)
    ]  # fmt: skip
    rows = [row | (changes or {}).get(row["pcode"], {}) for row in rows]
    order = [at for at, row in enumerate(COUNTRY) if row[1] not in drop]
    rows = sorted((rows[at] for at in order), key=lambda row: int(str(row["level"])))
    units = gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS)
    stated = [(said or {}).get(COUNTRY[at][1], {}) for at in order]
    above = pd.DataFrame(stated, index=units.index).fillna("")
    lines = gpd.GeoDataFrame({"level": [], "status": []}, geometry=[], crs=CRS)
    return Source(units, above, lines, schema)


def told(found: Audit) -> set[tuple[str, str, str]]:
    columns = (found.faults[column] for column in ("severity", "check", "pcode"))
    return set(zip(*columns, strict=True))


def place(found: Audit, check: str) -> BaseGeometry:
    rows = found.faults[found.faults["check"] == check]
    assert len(rows) == 1
    return rows.geometry.iloc[0]


def km2(shape: BaseGeometry) -> float:
    return float(gpd.GeoSeries([shape], crs=CRS).to_crs(AREA_CRS).area.iloc[0]) / 1e6


def outlines(**boxes: tuple[float, float, float, float]) -> dict[str, dict[str, object]]:
    return {pcode: {"geometry": shapely.box(*box)} for pcode, box in boxes.items()}


def test_nothing_is_wrong_with_a_clean_country():
    found = audit(country(), name="exland.zip")
    assert found.faults.empty
    assert (found.ok, found.errors, found.warnings, found.notes) == (True, (), (), ())
    assert found.units == {0: 1, 1: 2, 2: 4}
    assert found.summary() == (
        "exland.zip: 0 errors, 0 warnings, 0 notes\n"
        "1 unit of level 0, 2 units of level 1, 4 units of level 2\n"
    )
    assert found.to_dict()["faults"] == []
    assert str(found.faults["level"].dtype) == "Int64"
    assert found.faults.crs == CRS


# --- codes, parents and names

BEL = "XX0102"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"pcode": ""}, {("error", "pcode-blank", "")}),
        ({"pcode": "XX0101"}, {("error", "pcode-twice", "XX0101")}),
        ({"pcode": "XX01"}, {("warning", "pcode-length", "XX01")}),  # of another level
        ({"pcode": "4.1702E+13"}, {("error", "pcode-number", "4.1702E+13")}),
        ({"pcode": "417020.0"}, {("error", "pcode-number", "417020.0")}),
        ({"pcode": "XX01-2"}, {("warning", "pcode-pattern", "XX01-2")}),
        ({"pcode": "xx0102"}, {("warning", "pcode-pattern", "xx0102"),
                               ("warning", "pcode-parent", "xx0102")}),
        ({"pcode": "XX01020"}, {("warning", "pcode-length", "XX01020")}),
        ({"pcode": "XX0902"}, {("warning", "pcode-parent", "XX0902")}),
        ({"parent_pcode": ""}, {("error", "parent-blank", BEL)}),
        ({"parent_pcode": "XX77"}, {("error", "parent-unknown", BEL)}),
        ({"parent_pcode": "XX0101"}, {("error", "parent-unknown", BEL)}),  # a sibling
        ({"parent_pcode": "XX"}, {("warning", "parent-far", BEL)}),
        ({"name": "", "name_en": ""}, {("warning", "name-blank", BEL)}),
        ({"name": "Unknown"}, {("note", "name-unnamed", BEL)}),
        ({"name": "", "pcode": "XX01901"}, {("note", "name-unnamed", "XX01901"),
                                            ("warning", "pcode-length", "XX01901")}),
        ({"name": "KARA-BULAK"}, {("warning", "name-capitals", BEL)}),
        ({"name": "FATA"}, set()),
        ({"name": "قندهار"}, set()),  # a script without capitals
        ({"name": " Bel"}, {("warning", "name-spaces", BEL)}),
        ({"name": "Bel "}, {("warning", "name-spaces", BEL)}),
        ({"name": "Kara  Bel"}, {("warning", "name-spaces", BEL)}),
        ({"name": "Kara\u00a0Bel"}, {("warning", "name-spaces", BEL)}),
        ({"name": "Kara\tBel"}, {("warning", "name-spaces", BEL)}),
        ({"name": "Bel\u200f"}, {("warning", "name-spaces", BEL)}),
        ({"name": "می\u200cخواهم"}, set()),  # spelling asks for this one
        ({"name": "-"}, {("warning", "name-letters", BEL)}),
        ({"name": "1234"}, {("warning", "name-letters", BEL)}),
        ({"name": "Bel No. 4"}, set()),
        ({"name_ru": "Bel"}, {("warning", "name-script", BEL)}),
        ({"name_ru": "Бел (Bel)"}, set()),
        ({"name_ar": "Бел"}, {("warning", "name-script", BEL)}),
        ({"name_ar": "بيل"}, set()),
        ({"name_en": "Бел"}, {("warning", "name-script", BEL)}),
        ({"name_en": "Ñuñoa, Bělá, Đắk Lắk"}, set()),
        ({"name_uz": "Бел"}, set()),  # written in both
        ({"name": "ÃŽle"}, {("warning", "name-garbled", BEL)}),
        ({"name": "KÃ©"}, {("warning", "name-garbled", BEL)}),
        ({"name": "Ð\x9eÑ\x88"}, {("warning", "name-garbled", BEL),
                                  ("warning", "name-spaces", BEL)}),
        ({"name": "B\ufffdl"}, {("warning", "name-garbled", BEL)}),
        ({"name": "????"}, {("warning", "name-garbled", BEL)}),
        ({"name": "Gy?r"}, {("warning", "name-garbled", BEL)}),
        ({"name": "São Conceição"}, set()),
        ({"name": "Ош"}, set()),
        ({"name": "ayu"}, {("warning", "name-twice", BEL)}),
        ({"name": "Chym"}, set()),  # of another parent
        ({"name": "West"}, set()),  # of another level
    ],
)  # fmt: skip
def test_codes_parents_and_names(changes, expected):
    found = audit(country({BEL: changes}))
    about = found.faults[~found.faults["check"].isin({"parent-unfilled", "outside-parent"})]
    assert told(Audit("", about, {})) == expected
    inside = shapely.box(61, 40, 62, 42)
    assert all(inside.contains(shape) for shape in about.geometry)
    assert set(about["row"]) <= {5}


def test_both_places_of_a_repeated_code_are_named():
    found = audit(country({BEL: {"pcode": "XX0101"}}))
    (error,) = found.errors
    assert error == (
        "pcode-twice: adm2.shp, row 5, Bel (XX0101): the same level and p-code stand in adm2.shp, "
        "row 4: give one of the two units its own p-code, or delete it."
    )


def test_land_without_a_name_has_no_namesakes():
    changes = {pcode: {"name": "Unknown"} for pcode in ("XX0101", "XX0102")}
    assert {check for _, check, _ in told(audit(country(changes)))} == {"name-unnamed"}


def test_a_city_and_the_district_of_its_name_are_told_apart_by_their_types():
    district: dict[str, object] = {"name": "Bel", "type": "district"}
    city: dict[str, object] = {"name": "BEL ", "type": "City"}
    found = audit(country({BEL: district, "XX0101": city}))
    twins = found.faults[found.faults["check"] == "name-twice"]
    assert twins["severity"].tolist() == ["note"]
    assert "of another type (City, not district)" in twins["message"].iloc[0]
    third: dict[str, object] = {"name": "bel", "type": "DISTRICT", "parent_pcode": "XX01"}
    found = audit(country({BEL: district, "XX0101": city, "XX0201": third}))
    twins = found.faults[found.faults["check"] == "name-twice"]
    assert twins["severity"].tolist() == ["warning", "note"]
    assert "Bel (XX0102) in adm2.shp, row 5 has the same parent" in twins["message"].iloc[0]
    found = audit(country({BEL: district, "XX0101": {**city, "type": ""}}))
    assert ("warning", "name-twice", BEL) in told(found)


def test_a_level_in_capitals_or_another_script_is_told_once():
    level = [row[1] for row in COUNTRY if row[0] == 2]
    names = {pcode: {"name": f"KARA {pcode}", "name_en": "", "name_ru": "Ayu"} for pcode in level}
    found = audit(country(names))
    assert told(found) == {("warning", "name-capitals", ""), ("warning", "name-script", "")}
    assert len(found.faults) == 2
    assert set(found.faults["file"]) == {"adm2.shp"}
    assert found.faults.geometry.isna().all()


def test_a_level_that_is_not_there():
    found = audit(country(drop=("XX01", "XX02")))
    assert ("warning", "level-missing", "") in told(found)
    assert "level 1 has no units" in " ".join(found.warnings)
    # The units that named it have lost their parents.
    assert len(found.faults[found.faults["check"] == "parent-unknown"]) == 4


def test_the_level_that_a_parent_skips_is_one_that_has_units():
    changes = {"XX0101": {"parent_pcode": "XX"}, "XX0201": {"level": 4, "parent_pcode": "XX02"}}
    changes |= {"XX0202": {"level": 4, "parent_pcode": "XX"}}
    found = audit(country(changes))
    far = found.faults[found.faults["check"] == "parent-far"].set_index("pcode")["message"]
    assert "is of level 0, and level 1 has units" in far["XX0101"]
    assert "is of level 1, and level 2 has units" in far["XX0201"]
    assert "is of level 0, and level 2 has units" in far["XX0202"]


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ("COD-AB", {("warning", "pcode-pattern"), ("warning", "pcode-parent")}),
        ("COD-AB (geodatabase)", {("warning", "pcode-pattern"), ("warning", "pcode-parent")}),
        ("named columns", {("note", "pcode-pattern"), ("note", "pcode-parent")}),
        ("geoBoundaries", set()),
    ],
)
def test_what_codes_look_like_matters_where_they_are_p_codes(schema, expected):
    found = audit(country({BEL: {"pcode": "B-0102"}}, schema=schema))
    assert {(severity, check) for severity, check, _ in told(found)} == expected


@pytest.mark.parametrize(
    ("parent", "child", "agrees"),
    [
        ("KG02000000000", "KG02205000000", True),  # padded with zeros
        ("KG03000000000", "KG03220400010", True),  # in the range of a district as well
        ("JO11", "JO1101", True),
        ("JO10", "JO1001", True),
        ("KG02000000000", "KG03205000000", False),
    ],
)
def test_codes_nest_with_and_without_padding(parent, child, agrees):
    changes = {
        "XX": {"pcode": parent[:2]},
        "XX01": {"pcode": parent, "parent_pcode": parent[:2]},
        "XX0101": {"pcode": child, "parent_pcode": parent},
    }
    found = audit(country(changes, drop=("XX02", "XX0102", "XX0201", "XX0202")))
    assert ("pcode-parent" in set(found.faults["check"])) is not agrees


# --- outlines


def test_an_overlap_is_the_ground_that_two_units_share():
    found = audit(country(outlines(XX0102=(61, 40, 62.01, 42)), drop=("XX01", "XX02", "XX")))
    shared = shapely.box(62, 40, 62.01, 42)
    assert place(found, "overlap").equals(shared)
    (message,) = found.faults.loc[found.faults["check"] == "overlap", "message"]
    assert message.startswith("adm2.shp, row 5, Bel (XX0102): ")
    assert f"{km2(shared):,.0f} km² of it is also in Chym (XX0201)" in message


def test_a_unit_inside_another_overlaps_it():
    found = audit(country(outlines(XX0101=(61.2, 40.2, 61.4, 40.4)), drop=("XX", "XX01", "XX02")))
    assert place(found, "overlap").equals(shapely.box(61.2, 40.2, 61.4, 40.4))


@pytest.mark.parametrize("width", [1e-7, 5e-6])
def test_overlaps_and_gaps_of_rounding_are_none(width):
    wide, slim = (61, 40, 62 + width, 42), (61, 40, 62 - width, 42)
    assert audit(country(outlines(XX0102=wide))).faults.empty
    assert audit(country(outlines(XX0102=slim))).faults.empty


def test_overlaps_and_gaps_smaller_than_a_hectare_are_none():
    spot = shapely.box(61.9995, 41, 62.0005, 41.0005)  # 84 by 56 m, half of it in each unit
    bel, chym = shapely.box(61, 40, 62, 42), shapely.box(62, 40, 63, 42)
    assert audit(country({BEL: {"geometry": bel.union(spot)}})).faults.empty
    holed = {BEL: {"geometry": bel - spot}, "XX0201": {"geometry": chym - spot}}
    assert audit(country(holed)).faults.empty


@pytest.mark.parametrize("seed", range(3))
def test_levels_rounded_apart_are_clean(seed):
    dice = np.random.default_rng(seed)
    moved = {}
    for _, pcode, _, _, box in COUNTRY:
        corners = shapely.get_coordinates(shapely.segmentize(shapely.box(*box), 0.05))[:-1]
        moved[pcode] = {
            "geometry": shapely.Polygon(corners + dice.uniform(-1e-7, 1e-7, corners.shape))
        }
    assert audit(country(moved)).faults.empty


def test_corners_a_centimetre_apart_are_one():
    dice = np.random.default_rng(4)
    rows, columns = np.divmod(np.arange(100), 10)
    squares = shapely.segmentize(shapely.box(columns, rows, columns + 1, rows + 1), 0.1)
    corners = [shapely.get_coordinates(square)[:-1] for square in squares]
    shaken = shapely.polygons([one + dice.uniform(-1e-7, 1e-7, one.shape) for one in corners])
    assert not shapely.coverage_is_valid(shaken)
    assert shapely.coverage_is_valid(matched(shaken))
    assert shapely.equals_exact(matched(shaken), shaken, 3e-7).all()
    apart = shapely.box([0, 1 + 5e-6], 0, [1, 2], 1)
    assert shapely.equals_exact(matched(apart), apart).all()


def test_detail_that_is_finer_than_a_centimetre_stays():
    bel = shapely.Polygon([(61, 40), (62, 40), (62, 42), (61.5 + 5e-8, 42), (61.5, 40.001),
                           (61.5 - 5e-8, 42), (61, 42)])  # fmt: skip
    ayu = shapely.box(60, 40, 61, 42)
    assert shapely.equals_exact(matched(np.array([bel, ayu])), [bel, ayu]).all()
    assert "outline-invalid" not in set(audit(country({BEL: {"geometry": bel}})).faults["check"])


def test_the_seam_around_an_enclave_is_no_gap():
    lake, inner = (61.2, 40.2, 61.8, 41.8), (61.2 + 2e-6, 40.2 + 2e-6, 61.8 - 2e-6, 41.8 - 2e-6)
    bel, ayu = (
        ring((61, 40, 62, 42), lake),
        shapely.union(shapely.box(60, 40, 61, 42), shapely.box(*inner)),
    )
    assert audit(country({BEL: {"geometry": bel}, "XX0101": {"geometry": ayu}})).faults.empty


@pytest.mark.parametrize("east", [61, 60.9999])
def test_outlines_drawn_twice(east):
    found = audit(country(outlines(XX0102=(60, 40, east, 42)), drop=("XX", "XX01", "XX02")))
    assert ("warning", "outline-twice", BEL) in told(found)
    assert "overlap" not in set(found.faults["check"])
    assert place(found, "outline-twice").equals(shapely.box(60, 40, east, 42))
    assert "that of Ayu (XX0101) of the same level, in adm2.shp, row 4" in " ".join(found.warnings)


def ring(outer: tuple[float, ...], inner: tuple[float, ...]) -> BaseGeometry:
    return shapely.difference(shapely.box(*outer), shapely.box(*inner))


def test_a_gap_is_the_ground_between_units_that_is_narrow():
    west, gap = shapely.box(61, 40, 62, 42), shapely.box(61.9993, 40.5, 62, 41.5)
    found = audit(country({BEL: {"geometry": west.difference(gap)}}))
    assert told(found) == {("warning", "gap", BEL)}
    assert place(found, "gap").equals(gap)
    assert "beside Chym (XX0201)" in found.warnings[0]
    assert f"{km2(gap):.3g} km²" in found.warnings[0]  # 59 m by 111 km


@pytest.mark.parametrize(
    ("hole", "check"),
    [
        ((61.9989, 40.5, 62, 41.5), "gap"),  # 92 m by 111 km
        ((61.5, 41, 62.5, 41.00095), "hole"),  # 84 km by 106 m
    ],
)
def test_holes_are_measured_in_metres(hole, check):
    holed = {
        pcode: {"geometry": ring(box, hole)}
        for _, pcode, _, _, box in COUNTRY
        if pcode in {BEL, "XX0201"}
    }
    assert set(audit(country(holed)).faults["check"]) == {check}


def test_a_narrow_hole_inside_one_unit_is_no_gap():
    river = (61.4, 40.5, 61.4007, 41.5)
    found = audit(country({BEL: {"geometry": ring((61, 40, 62, 42), river)}}))
    assert told(found) == {("note", "hole", BEL)}
    assert place(found, "hole").equals(shapely.box(*river))


def test_a_lake_is_told_once_for_all_levels():
    lake = (60.4, 40.5, 60.6, 40.7)
    holed = {
        pcode: {"geometry": ring(box, lake)}
        for _, pcode, _, _, box in COUNTRY
        if pcode in {"XX", "XX01", "XX0101"}
    }
    found = audit(country(holed))
    assert told(found) == {("note", "hole", "XX")}
    assert place(found, "hole").equals(shapely.box(*lake))


def test_an_island_in_a_lake_is_no_part_of_the_hole():
    lake, island = (60.4, 40.5, 60.6, 40.7), shapely.box(60.48, 40.58, 60.52, 40.62)
    shape = shapely.union(ring((60, 40, 61, 42), lake), island)
    found = audit(country({"XX0101": {"geometry": shape}}, drop=("XX", "XX01", "XX02")))
    assert place(found, "hole").equals(shapely.box(*lake).difference(island))


def test_a_line_that_crosses_itself_is_shown_where_it_does():
    bow = shapely.Polygon([(61, 40), (62, 42), (62, 40), (61, 42)])
    found = audit(country({BEL: {"geometry": bow}}, drop=("XX", "XX01", "XX02")))
    assert ("warning", "outline-invalid", BEL) in told(found)
    assert place(found, "outline-invalid").equals(shapely.Point(61.5, 41))
    assert "61.500000, 41.000000" in " ".join(found.warnings)


def test_outlines_are_compared_as_they_are_after_repair():
    bow = shapely.Polygon([(61, 40), (63, 42), (63, 40), (61, 42)])
    found = audit(country({BEL: {"geometry": bow}}, drop=("XX", "XX01", "XX02")))
    assert place(found, "overlap").equals(shapely.Polygon([(62, 41), (63, 40), (63, 42)]))


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (None, ("warning", "outline-missing", BEL)),
        (shapely.Polygon(), ("warning", "outline-missing", BEL)),
        (shapely.Point(61.5, 41), ("error", "outline-kind", BEL)),
        (shapely.LineString([(61, 40), (62, 42)]), ("error", "outline-kind", BEL)),
        (shapely.box(200, 40, 201, 42), ("error", "outline-range", BEL)),
        (shapely.box(500_000, 4_500_000, 600_000, 4_600_000), ("error", "outline-range", BEL)),
        (
            shapely.Polygon([(61, 40), (62, 40), (np.inf, 42)]),
            ("error", "outline-range", BEL),
        ),
        (shapely.Polygon([(61, 40), (62, 40), (61, 40)]), ("warning", "outline-invalid", BEL)),
    ],
)
def test_outlines_that_are_of_no_use(shape, expected):
    seat = {"lat": 41.0, "lon": 61.2}
    found = audit(country({BEL: {"geometry": shape, **seat}}))
    assert told(found) == {expected}
    if expected[1] != "outline-invalid":
        assert place(found, expected[1]).equals(shapely.Point(61.2, 41))


def test_the_date_line_is_on_earth():
    shape = shapely.box(179, 40, 180.0000000001, 42)
    found = audit(country({BEL: {"geometry": shape}}, drop=("XX", "XX01", "XX02")))
    assert "outline-range" not in set(found.faults["check"])


def test_heights_are_told_once():
    changes = {p: {"geometry": shapely.force_3d(shapely.box(*box))} for _, p, _, _, box in COUNTRY}
    found = audit(country(changes))
    assert told(found) == {("note", "outline-height", "")}
    assert found.faults["level"].tolist() == [0, 1, 2]


def test_specks_beside_an_outline_and_instead_of_one():
    speck = shapely.box(61.5, 43, 61.50005, 43.00005)  # 5 m
    splinter = shapely.box(61.5, 43, 61.500005, 43.1)  # 0.4 m by 11 km
    island = shapely.box(61.5, 43, 61.505, 43.005)
    bel = shapely.box(61, 40, 62, 42)
    for part in (speck, splinter):
        found = audit(country({BEL: {"geometry": shapely.MultiPolygon([bel, part])}}))
        assert told(found) == {("note", "outline-tiny", BEL)}
        assert place(found, "outline-tiny").equals(part)
    assert audit(country({BEL: {"geometry": shapely.MultiPolygon([bel, island])}})).ok
    found = audit(country({BEL: {"geometry": speck}}, drop=("XX", "XX01", "XX02")))
    assert ("warning", "outline-tiny", BEL) in told(found)


def test_a_unit_outside_its_parent_and_where_it_lies():
    found = audit(country({BEL: {"parent_pcode": "XX02"}}))
    assert told(found) == {
        ("warning", "outside-parent", BEL),
        ("warning", "parent-unfilled", "XX01"),
        ("warning", "pcode-parent", BEL),
    }
    bel = shapely.box(61, 40, 62, 42)
    assert place(found, "outside-parent").equals(bel)
    assert place(found, "parent-unfilled").equals(bel)
    text = " ".join(found.warnings)
    assert "100% of it" in text
    assert "lies outside its parent East (XX02) and inside West (XX01)" in text


@pytest.mark.parametrize(
    ("east", "checks"),
    [
        (61.95, {"parent-unfilled"}),
        (62.05, {"outside-parent", "overlap"}),
        (61.999, {"gap-free"}),
        (62.001, {"overlap"}),
    ],
)
def test_levels_that_differ_in_generalisation_only_are_no_fault(east, checks):
    found = audit(country(outlines(XX0102=(61, 40, east, 42))))
    assert set(found.faults["check"]) == checks - {"gap-free"}
    if "parent-unfilled" in checks:
        assert place(found, "parent-unfilled").equals(shapely.box(east, 40, 62, 42))
    if "outside-parent" in checks:
        assert place(found, "outside-parent").equals(shapely.box(62, 40, east, 42))


def test_a_parent_is_not_blamed_where_a_unit_has_no_outline():
    assert told(audit(country({BEL: {"geometry": None}}))) == {("warning", "outline-missing", BEL)}


def test_small_islands_off_the_coast_of_the_level_above_are_clean():
    islands = [shapely.box(60 + at / 10, 42.01, 60.01 + at / 10, 42.012) for at in range(10)]
    shape = shapely.union_all([shapely.box(60, 40, 61, 42), *islands])
    assert audit(country({"XX0101": {"geometry": shape}})).faults.empty


# --- attributes


def test_what_units_say_of_those_above_them():
    said = {
        "XX0101": {"pcode1": "XX01", "name1": "WEST ", "pcode0": "XX", "name0": "Exland"},
        "XX0102": {"pcode1": "XX01", "name1": "West", "pcode0": "XY", "name0": "Exlande"},
        "XX0201": {"pcode1": "XX02", "name1": "Orient", "pcode0": "XY", "name0": ""},
        "XX0202": {"pcode1": "XX02", "name1": "Восток"},
    }
    aliases = {"XX02": {"aliases": "Levant|Orient"}}
    found = audit(country(aliases, said=said))
    assert told(found) == {
        ("warning", "said-code", BEL),
        ("warning", "said-name", BEL),
        ("warning", "said-name", "XX0202"),
    }
    (message,) = found.faults.loc[found.faults["check"] == "said-code", "message"]
    assert "'XY' here and in 1 more row, but Exland (XX) in its own layer, adm0.shp, row 1" in (
        message
    )


def stated(factor: float, odd: float = 1.0) -> dict[str, dict[str, object]]:
    areas = {pcode: km2(shapely.box(*box)) * factor for _, pcode, _, _, box in COUNTRY}
    areas[BEL] *= odd
    return {pcode: {"area_said": area} for pcode, area in areas.items()}


@pytest.mark.parametrize(
    ("odd", "expected"),
    [
        (1.0, set()),
        (1.009, set()),
        (1.02, {("note", "area", BEL)}),
        (0.94, {("warning", "area", BEL)}),
    ],
)
def test_stated_areas(odd, expected):
    assert told(audit(country(stated(1, odd)))) == expected


@pytest.mark.parametrize(
    ("factor", "unit"), [(1e6, "m²"), (100, "hectares"), (0.386102, "square miles")]
)
def test_areas_in_other_units_are_told_once_and_compared(factor, unit):
    found = audit(country(stated(factor, 1.1)))
    assert told(found) == {("note", "area-unit", ""), ("warning", "area", BEL)}
    assert all(unit in message for message in found.faults["message"][found.faults["level"].eq(0)])
    assert f"{km2(shapely.box(61, 40, 62, 42)) * 1.1:,.0f} km²" in found.warnings[0]


def test_areas_in_degrees():
    areas = {p: {"area_said": shapely.box(*box).area} for _, p, _, _, box in COUNTRY}
    found = audit(country(areas))
    assert told(found) == {("note", "area-unit", "")}
    assert "square degrees" in found.notes[0]


def test_rounded_areas_are_right():
    small = shapely.box(61, 40, 61.012, 40.012)  # 1.37 km², stated as 1
    found = audit(
        country({BEL: {"geometry": small, "area_said": 1.0}}, drop=("XX", "XX01", "XX02"))
    )
    assert "area" not in set(found.faults["check"])


# --- reports


@pytest.fixture
def faulty() -> Audit:
    changes: dict[str, dict[str, object]] = {
        pcode: {"name": f" Unit {at}", "parent_pcode": "XX99"}
        for at, (level, pcode, *_) in enumerate(COUNTRY, start=-2)
        if level == 2
    }
    return audit(country(changes), name="exland.zip")


def test_equal_faults_are_grouped_in_sentences(faulty):
    assert not faulty.ok
    (error,) = faulty.errors
    assert error == (
        "parent-unknown: 4 units of level 2 whose parents are not there, such as Unit 1 (XX0101), "
        "Unit 2 (XX0102), Unit 3 (XX0201)."
    )
    assert [sentence.split(":")[0] for sentence in faulty.warnings] == ["name-spaces"]


def test_how_many_faults_a_level_has_is_said_by_kind():
    overlapping = outlines(XX0102=(61, 40, 62.01, 42))
    found = audit(country(overlapping, drop=("XX", "XX01", "XX02")))
    assert found.found("warning", 2) == ("1 overlap between units of level 2",)
    assert found.found("warning", 1) == found.found("note", 2) == ()
    found = audit(country(overlapping | outlines(XX0202=(62.99, 40, 64, 42))))
    assert "2 overlaps between units of level 2" in found.found("warning", 2)


def test_a_fault_of_a_whole_level_is_not_counted():
    level = [row[1] for row in COUNTRY if row[0] == 2]
    loud = {pcode: {"name": f"KARA {pcode}", "name_en": f"BLACK {pcode}"} for pcode in level}
    found = audit(country(loud))
    assert found.found("warning", 2) == ("names of level 2 in capitals",)
    assert found.warnings == ("name-capitals: names of level 2 in capitals, such as adm2.shp.",)
    found = audit(country(drop=("XX01", "XX02")))
    assert found.found("warning", 2) == ("a break in the levels above level 2",)


def test_the_summary_counts_first_and_shows_ten_of_a_kind(faulty):
    lines = faulty.summary().splitlines()
    assert lines[0] == "exland.zip: 4 errors, 4 warnings, 0 notes"
    assert lines[3:5] == [
        "Errors",
        "  parent-unknown: 4 units of level 2 whose parents are not there",
    ]
    assert lines[5].startswith("    adm2.shp, row 4, Unit 1 (XX0101): the parent's p-code 'XX99'")
    many = pd.concat([faulty.faults.head(1)] * 12, ignore_index=True)
    assert "    ... and 2 more\n" in Audit("", many, {}).summary()


def test_json_holds_all_with_a_point_each(faulty):
    told_all = json.loads(json.dumps(faulty.to_dict()))
    assert told_all["counts"] == {"error": 4, "warning": 4, "note": 0}
    assert told_all["units"] == {"0": 1, "1": 2, "2": 4}
    assert len(told_all["faults"]) == 8
    first = told_all["faults"][0]
    assert (first["check"], first["level"], first["row"]) == ("parent-unknown", 2, 4)
    assert shapely.box(60, 40, 61, 42).contains(shapely.Point(first["lon"], first["lat"]))


def test_faults_are_sorted(faulty):
    rank = faulty.faults["severity"].map(SEVERITIES.index).astype(int)
    keys = list(zip(rank, *(faulty.faults[c] for c in ("check", "level", "pcode")), strict=True))
    assert keys == sorted(keys)


def test_every_check_is_in_the_manual():
    manual = mtmgeo.__file__.replace("mtmgeo/__init__.py", "docs/checks.md")
    with open(manual, encoding="utf-8") as text:  # noqa: PTH123
        listed = text.read()
    assert [check for check in CHECKS if f"| `{check}` |" not in listed] == []


@pytest.mark.slow
@tries(30)
@given(
    st.lists(
        st.fixed_dictionaries(
            {column: st.text(max_size=8) for column in ("pcode", "parent_pcode", "name", "name_ru")}
        ),
        min_size=7,
        max_size=7,
    )
)
def test_any_text_is_borne_and_shown_on_one_line(texts):
    changes = dict(zip([row[1] for row in COUNTRY], texts, strict=True))
    found = audit(country(changes))
    assert all(message.isprintable() for message in found.faults["message"])
    assert set(found.faults["check"]) <= set(CHECKS)
    json.dumps(found.to_dict())
    assert found.summary()


def test_a_source_without_units():
    source = country()
    none = Source(source.units.iloc[:0], source.said.iloc[:0], source.lines, "COD-AB")
    found = audit(none)
    assert (found.faults.empty, dict(found.units)) == (True, {})
    assert "No units" in found.summary()


@pytest.mark.slow
def test_the_embedded_pack_is_clean_where_it_is_official():
    pack = mtmgeo.read_boundaries("kgz").units
    official = pack[pack["level"] <= 2].reset_index(drop=True)
    units = official.assign(
        status="", area_said=np.nan, file="kgz", row=range(1, len(official) + 1)
    )
    lines = gpd.GeoDataFrame({"level": [], "status": []}, geometry=[], crs=CRS)
    found = audit(Source(units, pd.DataFrame(index=units.index), lines, "COD-AB"))
    assert found.ok
    assert set(found.faults["check"]) <= {"hole", "gap"}
    estimated = shapely.union_all(units.geometry[units["approximate"]].to_numpy())
    gaps = found.faults[found.faults["check"] == "gap"]
    assert gaps.intersects(estimated).all(), "only estimated outlines leave gaps"
