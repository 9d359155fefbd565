"""No stale answers: what a set, a match or an assessment hands out cannot change it."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from pandas.testing import assert_frame_equal

import mtmgeo
from mtmgeo.matching.decisions import describer

WEST, EAST = shapely.box(70, 40, 71, 41), shapely.box(71, 40, 72, 41)
LAKE, HOLE = shapely.box(70.1, 40.1, 70.2, 40.2), shapely.box(71.1, 40.1, 71.2, 40.2)
BORDER = shapely.LineString([(71, 40), (71, 41)])


def land() -> mtmgeo.BoundarySet:
    """Return a country of two provinces and three villages, in which each frame holds something."""
    columns = ["pcode", "level", "parent_pcode", "name", "name_ru", "type", "lat", "lon"]
    rows = [
        ("X", 0, "", "Land", "Земля", "", None, None),
        ("X1", 1, "X", "Westmark", "Запад", "province", None, None),
        ("X2", 1, "X", "Eastmark", "Восток", "province", 40.5, 71.5),
        ("X11", 4, "X1", "Alder", "Ольха", "village", 40.4, 70.4),
        ("X12", 4, "X1", "Birch", "Берёза", "village", 40.6, 70.6),
        ("X21", 4, "X2", "Cedar", "Кедр", "village", None, None),
    ]
    shapes = [shapely.union(WEST, EAST), WEST, EAST, None, None, None]
    units = pd.DataFrame(rows, columns=columns).assign(aliases="", approximate=False)
    return mtmgeo.BoundarySet(
        gpd.GeoDataFrame(units, geometry=shapes, crs=4326),
        name="x",
        title="Land",
        country="Land",
        notes={1: "A note."},
        water=gpd.GeoDataFrame({"name": ["Mere"]}, geometry=[LAKE], crs=4326),
        enclaves=gpd.GeoDataFrame({"name": ["Hole"]}, geometry=[HOLE], crs=4326),
        lines=gpd.GeoDataFrame({"level": [1], "status": ["disputed"]}, geometry=[BORDER], crs=4326),
    )


def visits(*names: str) -> pd.DataFrame:
    return pd.DataFrame({"location": names, "returnees_2022": range(10, 10 + len(names))})


def found(bounds: mtmgeo.BoundarySet, name: str) -> Any:
    return mtmgeo.match(visits(name), bounds).frame["pcode"].fillna("").item()


def renamed(bounds: mtmgeo.BoundarySet, old: str, new: str) -> gpd.GeoDataFrame:
    units = bounds.units
    units.loc[units["name"] == old, "name"] = new
    return units


# --- what is handed out ---------------------------------------------------------------------------

FRAMES: dict[str, Callable[[mtmgeo.BoundarySet], Any]] = {
    "units": lambda bounds: bounds.units,
    "water": lambda bounds: bounds.water,
    "enclaves": lambda bounds: bounds.enclaves,
    "lines": lambda bounds: bounds.lines,
    "lineage": lambda bounds: bounds.lineage,
    "anchors": lambda bounds: bounds.anchors,
    "area_km2": lambda bounds: bounds.area_km2.to_frame(),
    "at": lambda bounds: bounds.at(1),
    "drawn": lambda bounds: bounds.drawn.units,
}

#: Ways to change a frame; `c` is a column, `p` a point.
WAYS = [
    "frame[c] = 'x'",
    "frame.loc[frame.index[0], c] = 'x'",
    "frame.iloc[0, 0] = 'x'",
    "frame.at[frame.index[0], c] = 'x'",
    "frame[c].values[0] = 'x'",
    "frame[c].array[0] = 'x'",
    "frame[c].to_numpy()[0] = 'x'",
    "frame.to_numpy()[0, 0] = 'x'",
    "[frame[n].array.__setitem__(0, 9) for n in frame.select_dtypes('number')]",
    "[frame[n].to_numpy().__setitem__(0, 9) for n in frame.select_dtypes('number')]",
    "frame.drop(frame.index[0], inplace=True)",
    "frame.rename(columns={c: 'y'}, inplace=True)",
    "frame.insert(0, 'new', 1)",
    "frame.pop(c)",
    "frame.index = range(5, 5 + len(frame))",
    "frame.columns = range(len(frame.columns))",
    "frame.attrs['x'] = 1",
    "frame.geometry = p",
    "frame['geometry'] = p",
    "frame.loc[frame.index[0], 'geometry'] = p",
    "frame.geometry.values[0] = p",
    "frame.geometry.array[0] = p",
    "frame.geometry.to_numpy()[0] = p",
    "frame.geometry.values._data[0] = p",
    "frame.set_crs(3857, allow_override=True, inplace=True)",
    "frame.to_crs(3857, inplace=True)",
    "frame.geometry.values.crs = None",
]


def tamper(frame: Any, way: str) -> None:
    """Change a frame in a way, as far as it can be."""
    names = {"frame": frame, "c": frame.columns[0], "p": shapely.Point(1, 1)}
    with warnings.catch_warnings(), suppress(Exception):
        warnings.simplefilter("ignore")
        exec(way, names)  # noqa: S102


@pytest.fixture(scope="module")
def bounds() -> mtmgeo.BoundarySet:
    return land()


@pytest.mark.slow
@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_that_was_handed_out_cannot_change_the_set(bounds, name: str) -> None:
    get, before = FRAMES[name], FRAMES[name](bounds)
    for way in WAYS:
        tamper(get(bounds), way)
        after = get(bounds)
        if isinstance(before, gpd.GeoDataFrame):
            assert_geodataframe_equal(after, before, check_crs=True, check_less_precise=False)
        assert_frame_equal(pd.DataFrame(after), pd.DataFrame(before))
        assert after.attrs == {}, way


@pytest.mark.slow
@pytest.mark.parametrize("name", ["units", "water", "enclaves", "lines"])
def test_a_frame_that_was_given_cannot_change_the_set(name: str) -> None:
    whole = land()
    before = getattr(whole, name)
    for way in WAYS:
        given = before.copy()
        bounds = replace(whole, **{name: given})
        tamper(given, way)
        assert_geodataframe_equal(getattr(bounds, name), before)


def test_each_way_of_tampering_does_change_some_frame(bounds) -> None:
    def changed(name: str, way: str) -> bool:
        frame = FRAMES[name](bounds)
        before = frame.copy()
        tamper(frame, way)
        return (
            not frame.equals(before)
            or frame.attrs != before.attrs
            or list(frame.columns) != list(before.columns)
            or getattr(frame, "crs", None) != getattr(before, "crs", None)
        )

    harmless = {way for way in WAYS if not any(changed(name, way) for name in FRAMES)}
    # Pandas itself gives copies, or arrays for reading alone, to these.
    assert harmless <= {
        "frame[c].values[0] = 'x'",
        "frame[c].to_numpy()[0] = 'x'",
        "frame.to_numpy()[0, 0] = 'x'",
        "[frame[n].to_numpy().__setitem__(0, 9) for n in frame.select_dtypes('number')]",
        "frame.geometry = p",
        "frame.geometry.values.crs = None",
    }


@pytest.mark.parametrize("name", ["notes", "level_names", "position"])
def test_mappings_can_only_be_read(bounds, name: str) -> None:
    with pytest.raises(TypeError, match="does not support item assignment"):
        getattr(bounds, name)[1] = "x"


def test_a_mapping_that_was_given_cannot_change_the_set() -> None:
    notes, names = {1: "A note."}, {1: "province"}
    bounds = replace(land(), notes=notes, level_names=names)
    notes[1] = names[1] = "x"
    assert (bounds.notes, bounds.level_names) == ({1: "A note."}, {1: "province"})


def test_a_list_of_name_columns_cannot_change_the_set(bounds) -> None:
    bounds.name_columns.append("type")
    assert bounds.name_columns == ["name", "name_ru"]


def test_a_set_can_be_pickled_with_what_was_worked_out(bounds) -> None:
    worked_out = (bounds.lineage, bounds.position, bounds.drawn, bounds.levels)
    again = pickle.loads(pickle.dumps(bounds))  # noqa: S301
    assert_geodataframe_equal(again.units, bounds.units)
    assert again.position == worked_out[1]
    assert again.notes == {1: "A note."}


# --- what follows from it -------------------------------------------------------------------------


def test_a_name_that_is_changed_in_a_frame_is_not_found_and_the_old_one_is() -> None:
    bounds = land()
    assert found(bounds, "Alder") == "X11"
    renamed(bounds, "Alder", "Quince")
    assert (found(bounds, "Alder"), found(bounds, "Quince")) == ("X11", "")


@pytest.mark.slow
def test_a_set_with_another_name_finds_that_one_and_not_the_old_one() -> None:
    bounds = land()
    assert found(bounds, "Alder") == "X11"
    other = bounds.with_units(renamed(bounds, "Alder", "Quince"))
    assert (found(other, "Quince"), found(other, "Alder")) == ("X11", "")
    assert (found(bounds, "Alder"), found(bounds, "Quince")) == ("X11", "")
    units = other.units
    assert units["name"].tolist().count("Quince") == 1


def test_all_that_is_kept_for_a_set_is_anew_for_one_with_other_units() -> None:
    bounds = land()
    assert mtmgeo.find("Alder", bounds)["pcode"].tolist() == ["X11"]
    assert describer(bounds)("X11", 4).startswith("Alder")
    other = bounds.with_units(renamed(bounds, "Alder", "Quince"))
    assert mtmgeo.find("Alder", other)["pcode"].tolist() == []
    assert mtmgeo.find("Quince", other)["pcode"].tolist() == ["X11"]
    assert describer(other)("X11", 4).startswith("Quince")
    assert describer(bounds)("X11", 4).startswith("Alder")


def composed(bounds: mtmgeo.BoundarySet, lang: str = "en") -> mtmgeo.Composition:
    result = mtmgeo.assess(mtmgeo.match(visits("Alder", "Cedar"), bounds))
    return mtmgeo.compose(result, mtmgeo.MapSpec(kind="coverage", level=1, lang=lang))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lang", "column", "old"), [("en", "name", "Westmark"), ("ru", "name_ru", "Запад")]
)
def test_a_map_of_a_set_with_other_names_shows_them(lang: str, column: str, old: str) -> None:
    bounds = land()
    assert old in set(composed(bounds, lang).labels["text"])
    units = bounds.units
    units.loc[units["pcode"] == "X1", column] = "Quince"
    assert old in set(composed(bounds, lang).labels["text"])
    assert "Quince" in set(composed(bounds.with_units(units), lang).labels["text"])


@pytest.mark.slow
def test_a_map_does_not_change_the_one_after_it() -> None:
    bounds = land()
    drawn = composed(bounds)
    before = drawn.neighbours.geometry.to_wkb().tolist()
    for frame in (drawn.neighbours, drawn.water, drawn.panels[0].areas):
        tamper(frame, "frame.geometry.values[0] = p")
        tamper(frame, "frame.geometry.to_numpy()[:] = p")
        tamper(frame, "frame['name'] = 'x'")
    again = composed(bounds)
    assert again.neighbours.geometry.to_wkb().tolist() == before
    assert again.water["name"].tolist() == ["Mere"]
    assert set(again.panels[0].areas.geom_type) == {"Polygon"}


# --- other units ----------------------------------------------------------------------------------


def test_units_in_another_order_and_system_are_the_same_units(bounds) -> None:
    shuffled = bounds.units.iloc[::-1].to_crs(3857).set_index("pcode", drop=False)
    other = bounds.with_units(shuffled)
    assert_geodataframe_equal(other.units, bounds.units, check_less_precise=True)
    assert other.notes == bounds.notes


def test_a_unit_is_added_with_what_is_known_of_it(bounds) -> None:
    new = {"pcode": "X22", "level": 4, "parent_pcode": "X2", "name": "Quince", "approximate": False}
    units = pd.concat([bounds.units, gpd.GeoDataFrame([new])], ignore_index=True)
    other = bounds.with_units(units)
    assert found(other, "Quince") == "X22"
    assert mtmgeo.find("nan", other).empty
    assert other.lineage.iloc[-1].tolist()[:5] == ["X", "X2", None, None, "X22"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda units: pd.DataFrame(units).drop(columns="geometry"), "give a GeoDataFrame"),
        (lambda units: gpd.GeoDataFrame(units.drop(columns="geometry")), "give a GeoDataFrame"),
        (lambda units: units.rename_geometry("shape"), "give a GeoDataFrame"),
        (lambda units: units.set_crs(None, allow_override=True), "no coordinate system"),
        (lambda units: units.drop(columns=["type", "lat"]), "lack the columns type, lat"),
        (lambda units: units.assign(pcode="X1"), "Two units of level 1 have the p-code 'X1'"),
    ],
)
def test_units_that_cannot_be_those_of_a_set(bounds, change, words: str) -> None:
    with pytest.raises(mtmgeo.BoundaryError, match=words):
        bounds.with_units(change(bounds.units))


@pytest.mark.slow
def test_decisions_are_on_units_and_not_on_rows() -> None:
    bounds = land()
    rows = pd.DataFrame({"location": ["Qwfp", "Zzyzx"], "decision": ["X12", "X2"]})
    decisions = mtmgeo.read_decisions(rows, bounds)
    fewer = bounds.with_units(bounds.units[lambda units: units["pcode"] != "X11"])
    matched = mtmgeo.match(visits("Qwfp", "Zzyzx"), fewer, decisions=decisions)
    assert matched.frame["pcode"].tolist() == ["X12", "X2"]
    none = bounds.with_units(bounds.units[lambda units: units["pcode"] != "X12"])
    with pytest.raises(mtmgeo.InputError, match=r"row 2: the p-code 'X12' is not in the bound"):
        mtmgeo.match(visits("Qwfp"), none, decisions=decisions)


# --- results --------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_match_stays_what_it_is() -> None:
    matched = mtmgeo.match(visits("Alder", "Birch", "Alder", "Qwfp"), land())
    counts, locations = matched.counts(), matched.locations
    for way in WAYS:
        tamper(matched.frame, way)
        tamper(matched.locations, way)
        assert_frame_equal(matched.locations, locations)
        assert matched.counts() == counts
    frame = matched.frame
    frame["status"] = "unmatched"
    other = replace(matched, frame=frame)
    assert (other.counts()["unmatched"], matched.counts()) == (3, counts)
    frame["status"] = "matched"
    assert other.counts()["unmatched"] == 3


@pytest.mark.slow
def test_an_assessment_stays_what_it_is() -> None:
    matched = mtmgeo.match(visits("Alder", "Birch", "Cedar"), land())
    result = mtmgeo.assess(matched)
    frame = matched.frame
    frame["pcode"] = "X12"
    provenance = result.provenance
    assert provenance.set_index(["of", "pcode"])["locations"]["unit", "X1"] == 2
    for way in WAYS:
        tamper(result.provenance, way)
        assert_frame_equal(result.provenance, provenance)
    assert result.assessed(4) == {"X11", "X12", "X21"}
