"""compose(): classes, legend and words, decided once and true to the figures."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from pyproj import CRS, Transformer

import mtmgeo
from mtmgeo.boundaries.boundary_set import BoundarySet
from mtmgeo.commands.main import main
from mtmgeo.core import disclaimer
from mtmgeo.figures.surfaces import PER_KM2, Surface
from mtmgeo.maps.compose import compose
from mtmgeo.maps.composition import LINES, Composition
from mtmgeo.maps.shading import Picture
from mtmgeo.maps.spec import MapSpec
from mtmgeo.population.grids import Grid
from mtmgeo.sheets.sheet import draw
from mtmgeo.style.class_breaks import count_labels, density_labels, pretty_breaks
from mtmgeo.style.style import STYLES
from mtmgeo.web.webmap import build
from tests import example

RAMP = STYLES["report"].ramp
SYNTHETIC = Path(__file__).parents[2] / "examples/kgz_round1/kgz_round1_synthetic.csv"
DATE = dt.date(2022, 11, 30)
NAMES = "Adra Bolu Cesme Dikil Elmal Fatsa Gered Havza Iznik".split()
ENDS = ("", "ia", "burg", "mar", "ville")
HEADINGS = {1: "province", 2: "district", 3: "aiyl aimak", 4: "village"}


def squares(west: float, south: float, side: float = 1.0, columns: int = 3, rows: int = 3) -> Any:
    """Return squares row by row from the south-west."""
    return np.array(
        [
            shapely.box(x, y, x + side, y + side)
            for y in south + side * np.arange(rows)
            for x in west + side * np.arange(columns)
        ]
    )


def units(level: int, shapes: Sequence[Any], parent: str = "") -> pd.DataFrame:
    """Return units of a level, their p-codes the level and their number."""
    codes = [f"{level}-{i}" for i in range(len(shapes))]
    names = [name + ENDS[level] for name in NAMES[: len(shapes)]]
    return pd.DataFrame(
        {
            "level": level, "pcode": codes, "parent_pcode": parent, "name": names,
            "geometry": list(shapes),
        }
    )  # fmt: skip


def country(*levels: pd.DataFrame, **more: Any) -> BoundarySet:
    table = pd.concat(levels).sort_values(["level", "pcode"], ignore_index=True)
    texts = dict.fromkeys(("name_en", "aliases", "type"), "")
    table = table.assign(**texts, approximate=False, lat=np.nan, lon=np.nan)
    frame = gpd.GeoDataFrame(table, geometry="geometry", crs="EPSG:4326")
    return BoundarySet(frame, name="sq", title="Squareland", country="Squareland", **more)


def assessed(bounds: BoundarySet, level: int) -> mtmgeo.Assessment:
    """Return figures of the first three named units of a level: 100, 200 and 300."""
    names = [name for name in bounds.at(level)["name"] if name][:3]
    counts = 100 * np.arange(1, len(names) + 1)
    table = pd.DataFrame({HEADINGS[level]: names, "returnees_2022": counts})
    return mtmgeo.assess(mtmgeo.match(table, boundaries=bounds))


def doubtful(*rows: tuple[int, str, Any]) -> gpd.GeoDataFrame:
    """Return borders that are not final, from level, status and line."""
    levels, statuses, lines = zip(*rows, strict=True)
    table = {"level": levels, "status": statuses}
    return gpd.GeoDataFrame(table, geometry=list(lines), crs="EPSG:4326")


@pytest.fixture(scope="module")
def result() -> mtmgeo.Assessment:
    return example.result()


@pytest.fixture(scope="module")
def districts(result: mtmgeo.Assessment) -> Composition:
    return compose(result, MapSpec(date=DATE))


@pytest.mark.parametrize(
    ("values", "breaks"),
    [
        ([], ()),
        ([0, 0], ()),
        ([7], ()),
        ([5, 5, 5], ()),
        ([1, 2, 3, 4, 5, 6], (5.0,)),
        ([1, 9, 10, 99, 100, 999], (5.0, 10.0, 50.0, 100.0)),
        ([0.02, 0.2, 2.0], (0.1, 1.0)),
    ],
)
def test_breaks_are_round(values: list[float], breaks: tuple[float, ...]) -> None:
    assert pretty_breaks(pd.Series(values, dtype=float), 5) == breaks


@given(
    st.lists(st.floats(0, 1e7, allow_subnormal=False) | st.integers(0, 10**7), max_size=60),
    st.integers(1, 6),
)
def test_no_class_is_empty_and_none_is_too_many(values: list[float], classes: int) -> None:
    series = pd.Series(values, dtype=float)
    breaks = pretty_breaks(series, classes)
    assert len(breaks) <= max(0, classes - 1)
    assert list(breaks) == sorted(set(breaks))
    positive = series[series > 0]
    filled = np.bincount(np.searchsorted(breaks, positive, side="right"), minlength=1)
    assert len(positive) == 0 or (filled > 0).all()


@pytest.mark.parametrize(
    ("breaks", "least", "labels"),
    [
        ((), 5, ["5–20"]),
        ((10.0,), 5, ["5–9", "10–20"]),
        ((2.5, 10.0), 1, ["1–2", "3–9", "10–20"]),
        ((3.0, 10.0), 5, ["1–2", "3–9", "10–20"]),
        ((2.0, 20.0), 1, ["1", "2–19", "20"]),
    ],
)
def test_labels_of_counts(breaks: tuple[float, ...], least: int, labels: list[str]) -> None:
    assert count_labels(breaks, least, 20) == labels


def test_labels_of_densities() -> None:
    assert density_labels(()) == ["above 0"]
    assert density_labels((0.1, 0.25)) == ["under 0.1", "0.1 to under 0.25", "0.25 or more"]


def test_labels_of_counts_never_overlap(districts: Composition) -> None:
    labels = [entry.label for entry in districts.legend if entry.key.startswith("class")]
    bounds = [tuple(int(n.replace(",", "")) for n in label.split("–")) for label in labels]
    assert bounds[0][0] == 5  # below it figures are suppressed
    for (_, high), (low, _) in pairwise(bounds):
        assert low == high + 1


def test_each_unit_has_the_class_of_its_figure(
    result: mtmgeo.Assessment, districts: Composition
) -> None:
    labels = {entry.key: entry.label for entry in districts.legend}
    areas = districts.panels[0].areas
    assert len(areas) == 55
    for unit in areas.itertuples():
        if unit.value_text == "not assessed":
            assert unit.pcode not in result.assessed(2)
        elif unit.value_text == "suppressed":
            assert np.isnan(unit.value)
        else:
            low, high = labels[areas.loc[unit.Index, "class"]].replace(",", "").split("–")
            assert int(low) <= unit.value <= int(high)


def test_suppressed_counts_do_not_reach_the_map(
    result: mtmgeo.Assessment, districts: Composition
) -> None:
    hidden = result.figures[
        (result.figures["level"] == 2)
        & (result.figures["group"] == "return migrants")
        & result.figures["year"].isna()
        & result.figures["suppressed"]
    ]["pcode"]
    assert len(hidden)
    areas = districts.panels[0].areas.loc[hidden]
    assert (areas["class"] == "suppressed").all()
    assert areas["value"].isna().all()


def test_legend_holds_what_the_map_shows_and_nothing_else(districts: Composition) -> None:
    keys = [entry.key for entry in districts.legend]
    assert len(keys) == len(set(keys))
    assert set(keys) == {*districts.panels[0].areas["class"], "approximate"}


@pytest.mark.slow
def test_small_multiples_share_their_classes(result: mtmgeo.Assessment) -> None:
    drawn = compose(result, MapSpec(by_year=True, date=DATE))
    assert [panel.title for panel in drawn.panels] == ["2020", "2021", "2022"]
    legend = {entry.key for entry in drawn.legend}
    assert all(set(panel.areas["class"]) <= legend for panel in drawn.panels)


@pytest.mark.slow
def test_the_area_of_a_circle_is_its_count(result: mtmgeo.Assessment) -> None:
    drawn = compose(result, MapSpec(kind="symbols", date=DATE))
    symbols = drawn.panels[0].symbols
    counted = symbols[symbols["class"] == "symbol"]
    ratio = counted["radius_mm"] ** 2 / counted["value"]
    assert ratio.max() == pytest.approx(ratio.min())
    assert symbols["radius_mm"].is_monotonic_decreasing
    for entry in drawn.legend:
        if entry.key == "symbol":
            size = float(entry.label.replace(",", ""))
            assert entry.radius_mm**2 / size == pytest.approx(ratio.iloc[0])


@pytest.mark.slow
def test_coverage_counts_units_and_locations(result: mtmgeo.Assessment) -> None:
    drawn = compose(result, MapSpec(kind="coverage", date=DATE))
    labels = [entry.label for entry in drawn.legend]
    assert "District or city assessed (44)" in labels
    assert "Not assessed (11)" in labels
    assert drawn.panels[0].symbols["value"].sum() == 69


def test_density_is_of_the_unit_s_area(result: mtmgeo.Assessment) -> None:
    drawn = compose(result, MapSpec(indicator="density", level=1, date=DATE))
    bishkek = drawn.panels[0].areas.loc["KG11000000000"]
    assert bishkek["value"] == pytest.approx(776 / 151, rel=0.01)


def test_notes_and_sources_travel_with_the_map(districts: Composition) -> None:
    notes = " ".join(districts.notes)
    assert "SYNTHETIC DATA" in notes
    assert "Tokmok (city) are approximate" in notes
    assert "60 are tied to a unit by name; 7 only to a unit above it, 2 to several" in notes
    assert "counts below 5" in notes
    assert "Populated places: GeoNames (CC BY 4.0)" in districts.sources
    assert any("(valid 2018-11-19; CC BY 3.0 IGO)" in source for source in districts.sources)
    assert districts.disclaimer.startswith("©IOM 2022 This map is for illustration purposes only.")
    assert districts.synthetic


def test_a_level_without_approximate_units_does_not_say_so(result: mtmgeo.Assessment) -> None:
    drawn = compose(result, MapSpec(level=1, date=DATE))
    assert "approximate" not in " ".join(drawn.notes)
    assert "approximate" not in {entry.key for entry in drawn.legend}


@pytest.mark.slow
def test_an_assessed_unit_without_a_figure_is_not_zero_nor_unassessed() -> None:
    table = pd.DataFrame(
        {
            "oblast": ["Osh", "Osh", "Osh"],
            "rayon": ["Uzgen", "Alai", "Kara-Kulja"],
            "village": ["Myrza-Ake", "Gulcho", "Kara-Kulja"],
            "returnees_2021": [10, 20, 0],
            "returnees_2022": [30, None, 40],
        }
    )
    drawn_from = mtmgeo.assess(mtmgeo.match(table))
    drawn = compose(drawn_from, MapSpec(by_year=True, date=DATE))
    first, second = (panel.areas["class"] for panel in drawn.panels)
    alai, kara_kulja, nookat = "KG06207000000", "KG06246000000", "KG06242000000"
    assert second[alai] == "missing"
    assert first[kara_kulja] == "zero"
    assert first[nookat] == second[nookat] == "not_assessed"
    assert {"missing", "zero", "not_assessed"} <= {entry.key for entry in drawn.legend}
    circles = compose(drawn_from, MapSpec(kind="symbols", by_year=True, date=DATE))
    looks = [dict(zip(p.symbols["name"], p.symbols["class"], strict=True)) for p in circles.panels]
    assert looks == [
        {"Gulcho": "symbol", "Myrza-Ake": "symbol", "Kara-Kulja": "zero_symbol"},
        {"Gulcho": "missing_symbol", "Myrza-Ake": "symbol", "Kara-Kulja": "symbol"},
    ]


@pytest.mark.slow
def test_ground_without_units_of_the_level_is_shown_as_such(result: mtmgeo.Assessment) -> None:
    drawn = compose(result, MapSpec(kind="coverage", level=3, date=DATE))
    areas = drawn.panels[0].areas
    undivided = areas[areas["class"] == "undivided"]
    assert "Osh (city)" in set(undivided["name"])
    assert "undivided" in {entry.key for entry in drawn.legend}
    whole = result.boundaries.at(0).geometry.iloc[0]
    assert shapely.union_all(areas.geometry.to_numpy()).equals(whole)
    assert len(drawn.labels) == (areas["class"] == "assessed").sum()


def test_the_ramp_grows_darker_and_reads_in_grey() -> None:
    def luminance(colour: str) -> float:
        linear = [
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)
        ]
        return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))

    lightness = [116 * luminance(colour) ** (1 / 3) - 16 for colour in RAMP]
    assert all(a - b >= 8 for a, b in pairwise(lightness))


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"group": "tourists"}, "No counts of 'tourists': choose return migrants"),
        ({"year": 1999}, "No counts of the year 1999; the years are 2020, 2021, 2022"),
        ({"level": 4}, r"level is 4: choose a level with outlines \(1, 2, 3\)"),
        ({"level": 0}, "level is 0: choose a level"),
        ({"kind": "pie"}, "kind is 'pie': choose coverage, choropleth, symbols, surface"),
        ({"indicator": "pie"}, "indicator is 'pie': choose individuals, households, density"),
        ({"indicator": "density", "kind": "symbols"}, "circles and surfaces show individuals"),
        ({"indicator": "mean_per_year", "year": 2021}, "it is of all years; leave out the year"),
        ({"indicator": "mean_per_year", "by_year": True}, "it is of all years"),
        ({"indicator": "per_1000"}, "no such figures .give assess.. a population, or --population"),
        ({"indicator": "households"}, "no such figures .the table counts no households"),
        ({"classes": 9}, "choose 1 to 6"),
        ({"breaks": (5.0, 1.0)}, "do not ascend"),
    ],
)
def test_choices_that_cannot_be_drawn(
    result: mtmgeo.Assessment, choices: dict[str, object], words: str
) -> None:
    with pytest.raises(mtmgeo.SpecError, match=words):
        compose(result, MapSpec(**choices))


def test_all_faults_of_a_spec_are_told_at_once(result: mtmgeo.Assessment) -> None:
    with pytest.raises(mtmgeo.SpecError) as caught:
        compose(result, MapSpec(level=7, year=1999, group="tourists"))
    assert len(caught.value.faults) >= 3


@pytest.mark.slow
def test_a_table_without_counts_can_only_show_coverage() -> None:
    table = pd.DataFrame({"oblast": ["Osh"], "район": ["Uzgen"], "village": ["Myrza-Ake"]})
    plain = mtmgeo.assess(mtmgeo.match(table))
    assert compose(plain, MapSpec(kind="coverage")).panels
    with pytest.raises(mtmgeo.SpecError, match="only coverage can be drawn"):
        compose(plain, MapSpec())


# --- borders that are not final -------------------------------------------------------------


@pytest.mark.slow
def test_the_legend_names_the_statuses_that_occur_down_to_the_level_of_the_map() -> None:
    cells = squares(20, 10)
    lines = doubtful(
        (1, "undetermined", shapely.LineString([(21, 10), (21, 11)])),
        (0, "disputed", shapely.LineString([(20, 10), (20, 13)])),
        (2, "administrative", shapely.LineString([(22, 10), (22, 11)])),
    )
    bounds = country(units(1, cells), lines=lines)
    drawn = compose(assessed(bounds, 1), MapSpec(level=1, date=DATE))
    entries = [entry for entry in drawn.legend if entry.shape == "line"]
    assert [entry.label for entry in entries] == ["Disputed border", "Undetermined border"]
    assert [entry.key for entry in entries] == ["line_disputed", "line_undetermined"]
    found = list(zip(drawn.lines["level"], drawn.lines["status"], strict=True))
    assert found == [(1, "undetermined"), (0, "disputed")]  # the country's is drawn last


@pytest.mark.slow
def test_a_stretch_that_is_claimed_twice_is_drawn_once() -> None:
    whole = shapely.LineString([(20, 10), (20, 11), (20, 12), (20, 13)])
    lines = doubtful(
        (1, "administrative", whole),
        (0, "disputed", shapely.LineString([(20, 11), (20, 12)])),
        (1, "disputed", shapely.LineString([(20, 10), (20, 11)])),
    )
    bounds = country(units(1, squares(20, 10)), lines=lines)
    drawn = compose(assessed(bounds, 1), MapSpec(level=1, date=DATE)).lines
    assert shapely.union_all(drawn.geometry.to_numpy()).length == pytest.approx(3)
    lengths = drawn.geometry.apply(lambda line: line.length)
    found = dict(zip(zip(drawn["level"], drawn["status"], strict=True), lengths, strict=True))
    assert found == {(0, "disputed"): 1, (1, "disputed"): 1, (1, "administrative"): 1}


def test_statuses_differ_in_their_dashes() -> None:
    assert set(LINES) == {"disputed", "line of control", "administrative", "undetermined"}
    assert len({entry.dash for entry in LINES.values()}) == 4
    assert all(entry.dash and entry.width_pt >= 0.7 for entry in LINES.values())


def test_a_set_whose_borders_are_final_has_no_such_lines(districts: Composition) -> None:
    assert districts.lines.empty
    assert not [entry for entry in districts.legend if entry.shape == "line"]


# --- land outside named units ---------------------------------------------------------------


@pytest.fixture(scope="module")
def pastures() -> BoundarySet:
    """Nine districts, of which the fourth to sixth have no name."""
    cells = squares(20, 10)
    whole = units(1, [shapely.union_all(cells)])
    districts = units(2, cells, parent="1-0")
    districts.loc[3:5, "name"] = ""
    return country(whole, districts)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["coverage", "choropleth", "symbols"])
def test_land_without_a_name_is_not_called_not_assessed(pastures: BoundarySet, kind: Any) -> None:
    drawn = compose(assessed(pastures, 2), MapSpec(kind=kind, date=DATE))
    areas = drawn.panels[0].areas.loc[["2-3", "2-4", "2-5"]]
    assert (areas["class"] == "unnamed").all()
    assert (areas["name"] == "Land outside named units").all()
    assert (areas["value_text"] == "").all()
    (entry,) = (entry for entry in drawn.legend if entry.key == "unnamed")
    assert entry.label == "Land outside named units"
    assert sorted(drawn.labels["text"]) == [f"{NAMES[i]}burg" for i in (0, 1, 2, 6, 7, 8)]
    assert drawn.panels[0].areas.loc["2-8", "class"] == "not_assessed"


@pytest.mark.slow
def test_land_without_a_name_shows_its_figures_where_somebody_was_counted(
    pastures: BoundarySet,
) -> None:
    found = assessed(pastures, 2).match
    frame = found.frame.copy()
    frame.loc[0, ["pcode", "adm2_pcode"]] = "2-4"
    result = mtmgeo.assess(replace(found, frame=frame))
    areas = compose(result, MapSpec(date=DATE)).panels[0].areas
    assert areas.loc["2-4", ["name", "value_text"]].tolist() == ["Land outside named units", "100"]
    assert areas.loc["2-4", "class"].startswith("class")
    assert areas.loc["2-3", "class"] == "unnamed"
    circles = compose(result, MapSpec(kind="symbols", date=DATE)).panels[0].symbols
    assert set(circles["name"]) == {"Land outside named units", "Boluburg", "Cesmeburg"}
    assert all(entry.key != "unnamed" for entry in _plain(result).legend)


def _plain(result: mtmgeo.Assessment) -> Composition:
    return compose(result, MapSpec(level=1, date=DATE))


@pytest.mark.slow
def test_parents_without_a_name_leave_no_gap_in_the_lineage_of_a_place() -> None:
    cells = squares(20, 10, columns=2, rows=1)
    bounds = country(
        units(1, [shapely.union_all(cells)]),
        units(2, cells[:1], parent="1-0").assign(name=""),
        units(3, cells[:1], parent="2-0"),
    )
    circles = compose(assessed(bounds, 3), MapSpec(kind="symbols", level=3)).panels[0].symbols
    assert circles["parent"].tolist() == ["Adraia"]


@pytest.mark.slow
def test_units_are_said_to_lie_in_those_above_but_for_the_country() -> None:
    cells = squares(20, 10, columns=2, rows=1)
    bounds = country(
        units(0, [shapely.union_all(cells)]),
        units(1, [shapely.union_all(cells)], parent="0-0"),
        units(2, cells, parent="1-0"),
        units(3, cells[:1], parent="2-0"),
    )
    areas = compose(assessed(bounds, 3), MapSpec(level=3)).panels[0].areas
    assert areas[["name", "level", "parent"]].to_numpy().tolist() == [
        ["Adramar", 3, "Adraburg, Adraia"],
        ["Boluburg", 2, "Adraia"],
    ]
    provinces = compose(assessed(bounds, 3), MapSpec(level=1)).panels[0].areas
    assert provinces["parent"].tolist() == [""]


@pytest.mark.slow
def test_units_above_are_named_in_the_language(result: mtmgeo.Assessment) -> None:
    districts = compose(result, MapSpec(lang="ru", date=DATE)).panels[0].areas
    assert districts["parent"]["KG02205000000"] == "Иссык-Кульская область"


# --- countries of all kinds -----------------------------------------------------------------

CELLS = squares(20, 10)
LONG = squares(-74, -55, side=3.8, columns=1, rows=10)[:9]
FIJI = np.array(
    [
        shapely.box(177.2, -18.2, 178.6, -17.3),
        shapely.MultiPolygon(
            [shapely.box(178.8, -17, 180, -16), shapely.box(-180, -17, -179.8, -16)]
        ),
        shapely.box(-179.4, -18.5, -178.5, -17),
    ]
)
COUNTRIES = {
    "admin 1 alone": (country(units(1, CELLS)), 1),
    "settlements alone": (country(units(4, CELLS)), 4),
    "no outline above": (
        country(
            units(1, [None]), units(2, [None], parent="1-0"), units(3, [None], parent="2-0"),
            units(4, CELLS, parent="3-0"),
        ),
        4,
    ),
    "across the equator": (
        country(
            units(0, [shapely.box(9, -1.5, 12, 1.5)]), units(1, squares(9, -1.5), parent="0-0")
        ),
        1,
    ),
    "one unit": (country(units(1, CELLS[:1])), 1),
    "long": (country(units(1, LONG)), 1),
    "far island": (country(units(1, [*LONG, shapely.Point(-109.3, -27.1).buffer(0.1)][1:])), 1),
    "across 180°": (country(units(0, [shapely.union_all(FIJI)]), units(1, FIJI, parent="0-0")), 1),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", COUNTRIES)
@pytest.mark.parametrize("kind", ["coverage", "choropleth", "symbols"])
def test_every_country_can_be_drawn(name: str, kind: Any) -> None:
    bounds, level = COUNTRIES[name]
    drawn = compose(assessed(bounds, level), MapSpec(kind=kind, level=level, date=DATE))
    count = len(bounds.at(level))
    areas = drawn.panels[0].areas
    assert len(areas) == count
    assert (areas["class"] != "not_assessed").sum() == min(3, count)
    assert drawn.outlines["level"].eq(0).sum() == 1
    axes = draw(drawn).axes[0]
    assert min(np.ptp(axes.get_xlim()), np.ptp(axes.get_ylim())) > 90e3
    assert "Squareland" in build([drawn]).get_root().render()


@pytest.mark.slow
def test_a_country_without_an_outline_has_that_of_its_units() -> None:
    drawn = compose(assessed(country(units(4, CELLS)), 4), MapSpec(level=4, date=DATE))
    assert drawn.outlines.geometry[0].equals(shapely.box(20, 10, 23, 13))
    assert drawn.outlines["name"].tolist() == ["Squareland"]


@pytest.mark.slow
def test_settlements_with_outlines_are_counted_as_such() -> None:
    result = assessed(country(units(1, CELLS), units(4, CELLS[:2], parent="1-0")), 4)
    notes = " ".join(compose(result, MapSpec(level=4, date=DATE)).notes)
    assert "tied to no" not in notes
    above = assessed(country(units(1, CELLS), units(4, CELLS[:2], parent="1-0")), 1)
    notes = " ".join(compose(above, MapSpec(level=4, date=DATE)).notes)
    assert "tied to no settlement, but to a larger unit or to none: 3" in notes


@pytest.mark.slow
def test_boundaries_without_outlines_are_refused_in_words() -> None:
    with pytest.raises(mtmgeo.SpecError, match="there are none: use boundaries with polygons"):
        compose(assessed(country(units(1, [None, None])), 1), MapSpec(level=1))


@pytest.mark.slow
def test_ground_that_is_not_divided_is_found_at_every_level_above() -> None:
    """A province without districts, and a district without aimaks that has a province's p-code."""
    provinces = units(1, CELLS[:3])
    districts = units(2, CELLS[:2], parent="1-0").assign(parent_pcode=["1-0", "1-1"])
    aimaks = units(3, CELLS[:1], parent="2-0").assign(pcode="2-1")
    bounds = country(provinces, districts, aimaks)
    areas = compose(assessed(bounds, 3), MapSpec(level=3, date=DATE)).panels[0].areas
    keys = zip(areas["level"], areas["pcode"], areas["class"], strict=True)
    assert list(keys) == [(3, "2-1", "class0"), (2, "2-1", "undivided"), (1, "1-2", "undivided")]


@pytest.mark.slow
def test_a_country_outline_above_orphans_does_not_cover_them() -> None:
    bounds = country(units(0, [shapely.union_all(CELLS)]), units(1, CELLS))
    areas = compose(assessed(bounds, 1), MapSpec(level=1, date=DATE)).panels[0].areas
    assert "undivided" not in set(areas["class"])


@pytest.mark.slow
def test_a_country_across_180_degrees_is_drawn_in_one_piece() -> None:
    bounds, _ = COUNTRIES["across 180°"]
    line = shapely.LineString([(-179.4, -18.5), (-179.4, -17)])
    lake = gpd.GeoDataFrame(
        {"name": ["L"]}, geometry=[shapely.box(-179, -18, -178.8, -17.5)], crs=4326
    )
    place = bounds.units.assign(
        lat=[np.nan, np.nan, np.nan, -17.1], lon=[np.nan, np.nan, np.nan, -179]
    )
    bounds = replace(bounds, lines=doubtful((0, "disputed", line)), water=lake, units=place)
    drawn = compose(assessed(bounds, 1), MapSpec(kind="symbols", level=1, date=DATE))
    for layer in (drawn.outlines, drawn.panels[0].areas, drawn.labels):
        west, _, east, _ = layer.total_bounds
        assert 177 < west < east < 182
    assert drawn.lines.total_bounds == pytest.approx([180.6, -18.5, 180.6, -17])
    assert drawn.water.total_bounds == pytest.approx([181, -18, 181.2, -17.5])
    circles = drawn.panels[0].symbols.set_index("name").geometry.x
    assert circles["Cesmeia"] == pytest.approx(181)
    split = drawn.panels[0].areas.geometry["1-1"]
    assert split.equals(shapely.box(178.8, -17, 180.2, -16))
    assert split.geom_type == "Polygon"  # no seam where its parts meet
    assert drawn.projection_name.endswith("centred on 17.2°\xa0S 179.4°\xa0E")
    west, _, east, _ = drawn.outlines.to_crs(drawn.projection).total_bounds
    assert east - west == pytest.approx(4.3 * 111.32e3 * np.cos(np.radians(17.2)), rel=0.02)


@pytest.mark.slow
def test_a_country_whose_centre_lies_beyond_180_degrees_says_so_in_the_usual_way() -> None:
    shapes = [shapely.box(179, 50, 180, 51), shapely.box(-180, 50, -176, 51)]
    drawn = compose(assessed(country(units(1, shapes)), 1), MapSpec(level=1, date=DATE))
    assert drawn.projection_name.endswith("centred on 50.5°\xa0N 178.5°\xa0W")


@pytest.mark.slow
def test_a_wide_country_is_not_torn_where_it_crosses_greenwich() -> None:
    shapes = [
        shapely.box(-178, -15, -176, -13),
        shapely.box(-5, 43, 8, 50),
        shapely.box(160, -22, 168, -18),
    ]
    drawn = compose(assessed(country(units(1, shapes)), 1), MapSpec(level=1, date=DATE))
    assert drawn.panels[0].areas.geometry.to_list() == shapes


# --- indicators -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rated(tmp_path_factory: pytest.TempPathFactory) -> mtmgeo.Assessment:
    """Five districts: 100, 200 and 300 individuals over two years, 3 and 4 (suppressed)."""
    bounds = country(
        units(0, [shapely.union_all(CELLS)]),
        units(1, [shapely.union_all(CELLS)], parent="0-0"),
        units(2, CELLS, parent="1-0"),
    )
    table = pd.DataFrame(
        {
            "district": bounds.at(2)["name"][:5].to_list(),
            "returnees_2021": [40, 50, 100, 3, 4],
            "returnees_2022": [60, 150, 200, 0, 0],
        }
    )
    people = pd.DataFrame({"ADM2_PCODE": bounds.at(2)["pcode"], "T_TL": 10_000})
    people.to_csv(file := tmp_path_factory.mktemp("people") / "people_2022.csv", index=False)
    return mtmgeo.assess(mtmgeo.match(table, boundaries=bounds), population=file)


@pytest.mark.parametrize(
    ("indicator", "title", "heading", "texts"),
    [
        (
            "per_1000", "Return migrants per 1,000 inhabitants by {}, 2021–2022",
            "Return migrants per 1,000 inhabitants", ["10", "20", "30"],
        ),
        (
            "share", "Share of the country's return migrants by {}, 2021–2022",
            "Share of the country's return migrants", ["16.5%", "32.9%", "49.4%"],
        ),
        (
            "mean_per_year", "Average return migrants a year by {}, 2021–2022",
            "Average return migrants a year", ["50", "100", "150"],
        ),
        (
            "density", "Return migrants per km² by {}, 2021–2022",
            "Return migrants per km²", ["0.00826", "0.0165", "0.0248"],
        ),
    ],
)  # fmt: skip
def test_each_indicator_is_named_and_read(
    rated: mtmgeo.Assessment, indicator: Any, title: str, heading: str, texts: list[str]
) -> None:
    drawn = compose(rated, MapSpec(indicator=indicator, date=DATE))
    assert drawn.title == title.format(rated.boundaries.level_names[2])
    assert drawn.legend_title == heading
    areas = drawn.panels[0].areas
    assert areas["value_text"].head(5).tolist() == [*texts, "suppressed", "suppressed"]


def test_classes_of_shares_are_in_percent(rated: mtmgeo.Assessment) -> None:
    drawn = compose(rated, MapSpec(indicator="share", date=DATE, breaks=(0.25, 0.4)))
    labels = [entry.label for entry in drawn.legend if entry.key.startswith("class")]
    assert labels == ["under 25%", "25% to under 40%", "40% or more"]


@pytest.mark.slow
def test_the_inhabitants_are_among_the_sources_where_they_are_shown(
    rated: mtmgeo.Assessment,
) -> None:
    source = "Population: people_2022.csv (2022), 9 units given"
    rates = compose(rated, MapSpec(indicator="per_1000", date=DATE))
    assert any(one.startswith(source) for one in rates.sources)
    assert not any("people_2022" in one for one in compose(rated, MapSpec(date=DATE)).sources)


@pytest.mark.slow
def test_rounded_counts_say_so(rated: mtmgeo.Assessment) -> None:
    rounded = mtmgeo.assess(rated.match, round_to=10)
    drawn = compose(rounded, MapSpec(date=DATE, breaks=(150,)))
    labels = [entry.label for entry in drawn.legend]
    assert labels[:3] == ["10–149", "150–300", "0 when rounded"]
    assert "Suppressed (small counts protected)" not in labels
    assert any("rounded to multiples of 10" in note for note in drawn.notes)
    circles = compose(rounded, MapSpec(kind="symbols", date=DATE)).legend
    assert [x.label for x in circles if x.key == "zero_symbol"] == ["0 when rounded"]


# --- surfaces -------------------------------------------------------------------------------

SURFACE = MapSpec(kind="surface", date=DATE)


def spread(values: Any, west: float = 20, north: float = 13, side: float = 0.5) -> Surface:
    """Return a surface of cells of half a degree, from the north-west corner of the squares."""
    pytest.importorskip("rasterio")
    cells = np.array(values, dtype=float)
    rows, columns = cells.shape
    place = Grid(CRS(4326), (west, north), (side, -side), columns, rows)
    return Surface(cells, place, PER_KM2, "Return migrants", ("People are spread.",))


def everywhere(value: float = 4.0) -> Any:
    return np.full((6, 6), value)


def at(picture: Picture, crs: Any, lon: float, lat: float) -> int:
    """Return the class of a picture at a place."""
    x, y = Transformer.from_crs(4326, crs, always_xy=True).transform(lon, lat)
    west, south, east, north = picture.bounds
    rows, columns = picture.classes.shape
    row, column = rows * (north - y) / (north - south), columns * (x - west) / (east - west)
    return int(picture.classes[int(row), int(column)])


@pytest.mark.slow
def test_a_surface_is_drawn_in_classes_of_individuals_per_km2(rated: mtmgeo.Assessment) -> None:
    cells = everywhere(0.0)
    cells[4:, :2], cells[4:, 2:4], cells[5, 4] = 1, 4, 30  # the districts 0, 1 and 2
    drawn = compose(rated, replace(SURFACE, breaks=(2, 10, 50)), surface=spread(cells))
    assert drawn.title == "Return migrants per square kilometre, 2021–2022"
    assert drawn.legend_title == "Return migrants per km²"
    assert [(entry.label, entry.shape, entry.fill) for entry in drawn.legend[:4]] == [
        ("under 2", "area", RAMP[0]),
        ("2 to under 10", "area", RAMP[2]),
        ("10 to under 50", "area", RAMP[3]),
        ("0 (assessed, nobody placed there)", "area", "#f7f7f5"),
    ]
    places = {(20.4, 10.4): 1, (21.6, 10.2): 2, (22.2, 10.2): 3, (22.2, 10.8): 0, (22.8, 12.8): 0}
    assert drawn.surface
    for crs in (drawn.projection, "EPSG:3857"):
        picture = drawn.surface.picture(crs, 300)
        assert {place: at(picture, crs, *place) for place in places} == places


@pytest.mark.slow
def test_units_under_a_surface_tell_their_mean_or_why_there_is_none(
    rated: mtmgeo.Assessment,
) -> None:
    areas = compose(rated, SURFACE, surface=spread(everywhere())).panels[0].areas
    assert areas["class"].tolist() == 3 * ["ground"] + 2 * ["suppressed"] + 4 * ["not_assessed"]
    assert areas["value_text"].iloc[0] == "0.00826 on average (100 individuals)"
    assert areas["value_text"].iloc[3] == "suppressed"
    assert areas["value"].head(3).tolist() == [100, 200, 300]


@pytest.mark.slow
def test_no_cell_is_drawn_in_units_that_are_suppressed_or_not_assessed(
    rated: mtmgeo.Assessment,
) -> None:
    drawn = compose(rated, SURFACE, surface=spread(everywhere()))
    assert drawn.surface
    picture = drawn.surface.picture(drawn.projection, 300)
    for x, y in [(20.5, 10.5), (21.5, 10.5), (22.5, 10.5)]:
        assert at(picture, drawn.projection, x, y) == 1
    for x, y in [(20.5, 11.5), (21.5, 11.5), (22.5, 11.5), (20.5, 12.5)]:
        assert at(picture, drawn.projection, x, y) == 0


@pytest.mark.slow
def test_nought_is_in_the_legend_only_where_it_is_seen(rated: mtmgeo.Assessment) -> None:
    full = compose(rated, SURFACE, surface=spread(everywhere()))
    assert [entry.key for entry in full.legend] == ["class0", "suppressed", "not_assessed"]
    beyond = everywhere()
    beyond[5, 0] = np.nan
    keys = [entry.key for entry in compose(rated, SURFACE, surface=spread(beyond)).legend]
    assert keys == ["class0", "ground", "suppressed", "not_assessed"]


@pytest.mark.slow
def test_thinly_spread_people_do_not_decide_on_the_classes(rated: mtmgeo.Assessment) -> None:
    cells = everywhere(0.001)
    cells[4, :6] = [2, 3, 30, 40, 300, 400]
    drawn = compose(rated, SURFACE, surface=spread(cells))
    assert drawn.surface
    assert min(drawn.surface.breaks) >= 30  # fewer than 1 in 20 are in all cells below it


@pytest.mark.slow
def test_notes_of_the_surface_stand_among_those_of_the_map(rated: mtmgeo.Assessment) -> None:
    notes = compose(rated, SURFACE, surface=spread(everywhere())).notes
    assert "People are spread." in notes
    assert "Cells are shown only in units whose figures are published." in notes
    assert any(note.startswith("Suppressed figures: 2 (counts below 5") for note in notes)


@pytest.mark.slow
def test_people_spread_over_a_raster_are_seen_where_its_inhabitants_are(
    rated: mtmgeo.Assessment, tmp_path: Path
) -> None:
    """From a raster: each district's individuals on the quarter of it where people live."""
    rasterio = pytest.importorskip("rasterio")
    people = np.zeros((6, 6), dtype=np.float32)
    people[1::2, ::2] = 500
    profile = {
        "driver": "GTiff", "width": 6, "height": 6, "count": 1, "dtype": "float32", "crs": 4326,
        "transform": rasterio.Affine(0.5, 0, 20, 0, -0.5, 13),
    }  # fmt: skip
    with rasterio.open(tmp_path / "ppp.tif", "w", **profile) as target:
        target.write(people, 1)
    raster = mtmgeo.read_raster(tmp_path / "ppp.tif")
    surface = mtmgeo.dasymetric(rated, raster, group="return migrants")
    drawn = compose(rated, SURFACE, surface=surface)
    assert drawn.surface
    picture = drawn.surface.picture(drawn.projection, 600)
    seen = [at(picture, drawn.projection, x, 10.25) > 0 for x in (20.2, 20.8, 21.2, 21.8)]
    assert seen == [True, False, True, False]


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({}, "A map of choropleth shows no surface: leave it out."),
        ({"kind": "surface", "by_year": True}, "of one year, or of all together"),
        ({"kind": "surface", "indicator": "density"}, "circles and surfaces show individuals"),
        ({"kind": "surface", "year": 2022}, "The surface is of all years, and the map of 2022"),
    ],
)
def test_surfaces_that_cannot_be_drawn(
    rated: mtmgeo.Assessment, choices: dict[str, Any], words: str
) -> None:
    surface = replace(spread(everywhere()), tags={"Group": "return migrants", "Year": "all years"})
    with pytest.raises(mtmgeo.SpecError, match=words) as caught:
        compose(rated, MapSpec(**choices), surface=surface)
    assert len(caught.value.faults) == 1


@pytest.mark.slow
def test_a_surface_must_be_there_of_the_group_and_of_the_place(rated: mtmgeo.Assessment) -> None:
    with pytest.raises(mtmgeo.SpecError, match="give the surface to be drawn"):
        compose(rated, SURFACE)
    other = replace(spread(everywhere()), tags={"Group": "emigrants"})
    with pytest.raises(mtmgeo.SpecError, match="of emigrants, and the map of return migrants"):
        compose(rated, SURFACE, surface=other)
    with pytest.raises(mtmgeo.SpecError, match="has nobody in a unit of level 2"):
        compose(rated, SURFACE, surface=spread(everywhere(), west=50))


@pytest.mark.slow
def test_cells_keep_their_edges_however_large_they_are(rated: mtmgeo.Assessment) -> None:
    cells = everywhere(0.0)
    cells[5, 0] = 4
    drawn = compose(rated, SURFACE, surface=spread(cells))
    assert drawn.surface
    picture = drawn.surface.picture("EPSG:4326", 600)
    rows, columns = np.nonzero(picture.classes)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (500, 599, 0, 99)
    assert len(rows) == 100 * 100


@pytest.mark.slow
def test_a_surface_of_nobody_is_drawn_as_nought(rated: mtmgeo.Assessment) -> None:
    drawn = compose(rated, SURFACE, surface=spread(everywhere(0.0)))
    assert [entry.key for entry in drawn.legend] == ["ground", "suppressed", "not_assessed"]
    assert drawn.surface
    assert not drawn.surface.picture(drawn.projection, 300).classes.any()
    assert draw(drawn).axes
    assert "cells in the colours" in build([drawn]).get_root().render()


@pytest.mark.slow
def test_the_command_line_spreads_people_and_draws_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rasterio = pytest.importorskip("rasterio")
    profile = {
        "driver": "GTiff", "width": 115, "height": 45, "count": 1, "dtype": "float32", "crs": 4326,
        "transform": rasterio.Affine(0.1, 0, 69, 0, -0.1, 43.5),
    }  # fmt: skip
    with rasterio.open(tmp_path / "ppp.tif", "w", **profile) as target:
        target.write(np.full((45, 115), 100, dtype=np.float32), 1)
    made = [tmp_path / name for name in ("map.png", "map.html", "people.tif", "hills.tif")]
    people = ["--population", str(tmp_path / "ppp.tif")]
    drawn = ["-o", str(made[0]), "-o", str(made[1]), "--year", "2021"]
    assert main(["map", str(SYNTHETIC), "--kind", "surface", *people, *drawn]) == 0
    assert main(["surface", str(SYNTHETIC), *people, "-o", str(made[2])]) == 0
    hills = ["--surface", "kernel", "--bandwidth", "30000", "-o", str(made[3])]
    assert main(["surface", str(SYNTHETIC), *hills]) == 0
    assert all(path.exists() for path in made)
    assert all(found.ok for found in mtmgeo.verify(*made[:2]))
    assert "bandwidth 30.0 km" in capsys.readouterr().out
    assert main(["surface", str(SYNTHETIC), "-o", str(made[2])]) == 2
    assert "give --population a raster (.tif)" in capsys.readouterr().err


# --- change ---------------------------------------------------------------------------------


def rounds() -> tuple[mtmgeo.Assessment, mtmgeo.Assessment]:
    """Return two rounds of nine districts; the first is lost, the last gained."""
    square = country(units(1, [shapely.box(0, 0, 3, 3)]), units(2, squares(0, 0), "1-0"))
    names = square.at(2)["name"].tolist()

    def counted(chosen: Sequence[str], numbers: Sequence[int]) -> mtmgeo.Assessment:
        table = pd.DataFrame({"district": chosen, "returnees_2022": numbers})
        return mtmgeo.assess(mtmgeo.match(table, boundaries=square))

    before = counted(names[:8], [10, 100, 100, 100, 100, 100, 100, 2])
    after = counted(names[1:], [100, 20, 60, 140, 190, 300, 100, 50])
    return before, after


@pytest.mark.slow
def test_change_between_rounds_is_that_of_units_in_both() -> None:
    before, after = rounds()
    drawn = compose(after, MapSpec(indicator="change", date=DATE), before=before)
    areas = drawn.panels[0].areas
    assert areas["value_text"].to_dict() == {
        "2-0": "Assessed in one round only",
        "2-1": "0",
        "2-2": "−80",
        "2-3": "−40",
        "2-4": "+40",
        "2-5": "+90",
        "2-6": "+200",
        "2-7": "suppressed",
        "2-8": "Assessed in one round only",
    }
    assert areas["class"][["2-0", "2-1", "2-7", "2-8"]].tolist() == [
        "once", "zero", "suppressed", "once",
    ]  # fmt: skip
    assert any(
        "(7)" in note and "1 were assessed in this round only" in note for note in drawn.notes
    )


@pytest.mark.slow
def test_classes_of_change_part_at_nought_and_have_colours_of_their_side() -> None:
    before, after = rounds()
    drawn = compose(after, MapSpec(indicator="change", date=DATE), before=before)
    areas = drawn.panels[0].areas.dropna(subset="value")
    sides = {
        entry.key: np.sign(areas["value"][areas["class"] == entry.key])
        for entry in drawn.legend
        if entry.key.startswith("class")
    }
    assert all(len(set(signs)) == 1 for signs in sides.values())
    looks = {entry.key: entry for entry in drawn.legend}
    warm = [to_rgb(looks[key].fill or "") for key, signs in sides.items() if signs.iloc[0] < 0]
    cold = [to_rgb(looks[key].fill or "") for key, signs in sides.items() if signs.iloc[0] > 0]
    assert warm
    assert cold
    assert all(red > blue for red, _, blue in warm)
    assert all(red < blue for red, _, blue in cold)


@pytest.mark.slow
def test_change_on_the_year_before_is_that_of_the_published_counts(
    result: mtmgeo.Assessment,
) -> None:
    drawn = compose(result, MapSpec(indicator="change", year=2022, date=DATE))
    areas = drawn.panels[0].areas
    now = result.select("return migrants", 2022, 2).set_index("pcode")["individuals"]
    then = result.select("return migrants", 2021, 2).set_index("pcode")["individuals"]
    known = (now - then).dropna().astype(float)
    assert areas["value"].dropna().sort_index().to_dict() == known.sort_index().to_dict()
    assert "2021–2022" in drawn.title


def test_the_first_year_has_no_map_of_change(result: mtmgeo.Assessment) -> None:
    drawn = compose(result, MapSpec(indicator="change_percent", by_year=True, date=DATE))
    assert [panel.title for panel in drawn.panels] == ["2021", "2022"]
    assert drawn.panels[0].areas["value_text"].str.contains("%").any()


@pytest.mark.slow
def test_every_group_is_compared_with_its_own_of_the_round_before() -> None:
    square = country(units(1, [shapely.box(0, 0, 3, 3)]), units(2, squares(0, 0), "1-0"))
    names = square.at(2)["name"].tolist()

    def counted(people: int, workers: int) -> mtmgeo.Assessment:
        table = {"district": names, "returnees_2022": people, "migrant_workers_2022": workers}
        return mtmgeo.assess(mtmgeo.match(pd.DataFrame(table), boundaries=square))

    spec = MapSpec(indicator="change", by_group=True, date=DATE)
    drawn = compose(counted(100, 100), spec, before=counted(90, 130))
    changes = {panel.title: set(panel.areas["value"]) for panel in drawn.panels}
    assert changes == {"Return migrants": {10.0}, "Migrant workers": {-30.0}}
    assert "between two rounds" in drawn.title
    labels = [entry.label for entry in drawn.legend]
    assert labels == ["−30 to −1", "+1 to +10"]


@pytest.mark.slow
def test_no_change_stands_between_falls_and_rises() -> None:
    before, after = rounds()
    drawn = compose(after, MapSpec(indicator="change", date=DATE), before=before)
    labels = [entry.label for entry in drawn.legend]
    zero = labels.index("No change")
    assert labels[zero - 1].startswith("−")
    assert labels[zero + 1].startswith("+")


@pytest.mark.slow
def test_the_map_in_words_tells_every_panel_and_what_is_invented(
    result: mtmgeo.Assessment,
) -> None:
    by_year = compose(result, MapSpec(by_year=True, date=DATE)).alt
    assert all(f"{year}: Highest: " in by_year for year in (2020, 2021, 2022))
    assert "SYNTHETIC DATA" in by_year
    coverage = compose(result, MapSpec(kind="coverage", date=DATE)).alt
    assert "Assessed: 44. Not assessed: 11." in coverage
    before, after = rounds()
    change = compose(after, MapSpec(indicator="change", date=DATE), before=before).alt
    assert "Highest: Geredburg (+200), Fatsaburg (+90) and Elmalburg (+40)." in change
    assert "Lowest: Cesmeburg (−80) and Dikilburg (−40)." in change


def test_every_look_of_a_unit_without_a_class_is_its_own() -> None:
    for style in STYLES.values():
        looks = [
            (style.blank, None),
            (style.blank, style.suppressed_hatch),
            (style.blank, style.missing_hatch),
            (style.blank, style.undivided_hatch),
            (style.blank, style.once_hatch),
            (style.not_assessed, style.not_assessed_hatch),
            (style.unnamed, None),
        ]
        assert len(set(looks)) == len(looks)


@pytest.mark.slow
def test_bounds_of_changes_have_no_more_figures_than_they_need() -> None:
    square = country(units(1, [shapely.box(0, 0, 3, 3)]), units(2, squares(0, 0), "1-0"))
    names = square.at(2)["name"].tolist()
    after = [100 + 7 * row for row in range(9)]
    table = pd.DataFrame({"district": names, "returnees_2020": 1000, "returnees_2021": after})
    given = mtmgeo.assess(mtmgeo.match(table, boundaries=square))
    spec = MapSpec(indicator="change_percent", year=2021, date=DATE)
    labels = " ".join(entry.label for entry in compose(given, spec).legend)
    assert not re.search(r"\d\.\d{3}", labels)


@pytest.mark.slow
def test_a_projection_of_the_country_s_own_is_taken(result: mtmgeo.Assessment) -> None:
    for projection in ("EPSG:3857", "EPSG:32643", "+proj=aea +lat_1=40 +lat_2=42 +lon_0=75"):
        assert compose(result, MapSpec(projection=projection)).projection == projection


# --- several groups, circles over colours ---------------------------------------------------


def test_groups_share_their_classes(result: mtmgeo.Assessment) -> None:
    drawn = compose(result, MapSpec(by_group=True, year=2022, date=DATE))
    assert [panel.title for panel in drawn.panels] == [
        "Return migrants", "Migrant workers", "Emigrants",
    ]  # fmt: skip
    top = max(panel.areas["value"].max() for panel in drawn.panels)
    last = [entry.label for entry in drawn.legend if entry.key.startswith("class")][-1]
    assert last.endswith(f"{int(top):,}")
    assert drawn.title.startswith("Individuals by district or city and group")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("choices", "panels"),
    [
        ({"kind": "coverage"}, [("", None)]),
        ({}, [("Return migrants", None)]),
        ({"year": 2021, "group": "emigrants"}, [("Emigrants", 2021)]),
        ({"kind": "symbols", "year": 2021}, [("Return migrants", 2021)]),
        (
            {"kind": "symbols", "by_year": True},
            [("Return migrants", year) for year in (2020, 2021, 2022)],
        ),
        (
            {"indicator": "change", "by_year": True},
            [("Return migrants", year) for year in (2021, 2022)],
        ),
        (
            {"by_group": True, "year": 2022, "lang": "fr"},
            [("Migrants de retour", 2022), ("Travailleurs migrants", 2022), ("Émigrants", 2022)],
        ),
    ],
)
def test_each_panel_says_whose_figures_it_shows_and_of_which_year(
    result: mtmgeo.Assessment, choices: Any, panels: list[tuple[str, int | None]]
) -> None:
    drawn = compose(result, MapSpec(date=DATE, **choices))
    assert [(panel.group, panel.year) for panel in drawn.panels] == panels


@pytest.mark.slow
@pytest.mark.parametrize(
    ("choices", "theme"),
    [
        ({"kind": "coverage"}, "Coverage by district or city"),
        ({}, "Individuals by district or city"),
        ({"by_year": True}, "Individuals by district or city"),
        ({"by_group": True, "year": 2022, "level": 1}, "Individuals by province"),
        ({"year": 2022, "group": "emigrants", "level": 1}, "Individuals by province"),
        ({"kind": "symbols"}, "Individuals by assessed location"),
        ({"kind": "symbols", "circles": "units"}, "Individuals by district or city, with circles"),
        ({"circles": "locations"}, "Individuals by district or city"),
        ({"indicator": "density"}, "Individuals per km² by district or city"),
        ({"indicator": "change", "year": 2022}, "Change in individuals by district or city"),
        (
            {"indicator": "change_percent", "year": 2022},
            "Change in individuals (per cent) by district or city",
        ),
        ({"title": "Who came back", "year": 2022}, "Who came back"),
        ({"title": "Who came back", "by_year": True}, "Individuals by district or city"),
        ({"lang": "ru", "level": 1}, "Лица по областям"),
        ({"lang": "ky", "kind": "coverage", "level": 1}, "Камтуу: облус боюнча"),
    ],
)
def test_a_map_has_a_short_name_without_group_and_year(
    result: mtmgeo.Assessment, choices: Any, theme: str
) -> None:
    assert compose(result, MapSpec(date=DATE, **choices)).theme == theme


@pytest.mark.slow
def test_maps_of_households_and_of_surfaces_have_short_names(rated: mtmgeo.Assessment) -> None:
    table = pd.DataFrame(
        {"district": ["Adraburg"], "returnees_2022": [90], "returnee_households_2022": [20]}
    )
    households = mtmgeo.assess(mtmgeo.match(table, boundaries=rated.boundaries))
    drawn = compose(households, MapSpec(indicator="households", date=DATE))
    assert drawn.theme == f"Households by {rated.boundaries.level_names[2]}"
    drawn = compose(rated, MapSpec(kind="surface", date=DATE), surface=spread(everywhere()))
    assert drawn.theme == "Individuals per square kilometre"


def test_circles_stand_over_colours_under_a_heading_of_their_own(
    result: mtmgeo.Assessment,
) -> None:
    drawn = compose(result, MapSpec(indicator="density", level=1, circles="locations", date=DATE))
    shapes = [entry.shape for entry in drawn.legend]
    heading = shapes.index("heading")
    assert set(shapes[:heading]) == {"area"}
    assert shapes[heading + 1] == "circle"
    assert "area of a circle is the count" in drawn.legend[heading].label
    assert drawn.panels[0].symbols["value"].sum() > 20_000
    assert drawn.panels[0].areas["class"].str.startswith("class").all()


def test_circles_at_units_show_the_counts_of_the_units(result: mtmgeo.Assessment) -> None:
    drawn = compose(result, MapSpec(kind="symbols", circles="units", level=1, date=DATE))
    symbols = drawn.panels[0].symbols.set_index("pcode")
    counts = result.select("return migrants", None, 1).set_index("pcode")["individuals"]
    assert symbols["value"].dropna().to_dict() == counts.dropna().astype(float).to_dict()
    assert "by province" in drawn.title


# --- classes and colours --------------------------------------------------------------------


@pytest.mark.parametrize("method", ["pretty", "quantile", "equal", "natural", "std"])
def test_every_method_gives_classes_that_are_not_empty(
    result: mtmgeo.Assessment, method: Any
) -> None:
    drawn = compose(result, MapSpec(method=method, classes=4, date=DATE))
    keys = {entry.key for entry in drawn.legend if entry.key.startswith("class")}
    assert keys == {key for key in drawn.panels[0].areas["class"] if key.startswith("class")}
    assert 2 <= len(keys) <= 4


def test_any_colormap_can_be_asked_for(result: mtmgeo.Assessment) -> None:
    drawn = compose(result, MapSpec(colours="viridis", date=DATE))
    fills = [entry.fill for entry in drawn.legend if entry.key.startswith("class")]
    assert len(set(fills)) == len(fills)
    assert not set(fills) & set(RAMP)
    with pytest.raises(mtmgeo.SpecError, match="blurple"):
        compose(result, MapSpec(colours="blurple"))


# --- languages ------------------------------------------------------------------------------


def words_of(drawn: Composition) -> str:
    areas, symbols = drawn.panels[0].areas, drawn.panels[0].symbols
    return " ".join(
        [
            drawn.title, drawn.subtitle, drawn.legend_title, drawn.alt,
            *(entry.label for entry in drawn.legend), *drawn.notes,
            *areas["value_text"], *symbols["value_text"],
        ]
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["ru", "ky"])
@pytest.mark.parametrize("kind", ["coverage", "choropleth", "symbols"])
def test_a_map_in_cyrillic_has_no_latin_words_but_the_sources(
    result: mtmgeo.Assessment, lang: str, kind: Any
) -> None:
    drawn = compose(result, MapSpec(kind=kind, lang=lang, date=DATE))
    latin = set(re.findall(r"[A-Za-z]{2,}", words_of(drawn)))
    assert latin == set()
    assert drawn.disclaimer.startswith("©IOM 2022 This map is for illustration purposes only.")
    names = {"ru": "Аламудунский район", "ky": "Аламүдүн"}
    assert names[lang] in set(drawn.panels[0].areas["name"])


@pytest.mark.slow
def test_numbers_are_written_as_in_the_language(result: mtmgeo.Assessment) -> None:
    english, french = (
        compose(result, MapSpec(level=1, lang=lang, date=DATE)) for lang in ("en", "fr")
    )
    counts = english.panels[0].areas["value_text"]
    assert counts.str.contains(",").any()
    assert french.panels[0].areas["value_text"].tolist() == [
        {"suppressed": None}.get(text, text.replace(",", "\u00a0")) for text in counts
    ]


# --- sizes, projections ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "mm", "dpi"),
    [
        ("A4", (297.0, 210.0), 200.0),
        ("A5 portrait", (148.0, 210.0), 200.0),
        ("A2 landscape", (594.0, 420.0), 200.0),
        ("1920x1080", (508.0, 285.75), 96.0),
        ((100.0, 80.0), (100.0, 80.0), 200.0),
    ],
)
def test_sizes_have_names(
    result: mtmgeo.Assessment, size: Any, mm: tuple[float, float], dpi: float
) -> None:
    drawn = compose(result, MapSpec(kind="coverage", size=size))
    assert drawn.size == pytest.approx(mm)
    assert drawn.dpi == dpi


def test_another_projection_is_named_on_the_map(result: mtmgeo.Assessment) -> None:
    drawn = compose(result, MapSpec(projection="EPSG:32643"))
    assert (drawn.projection, drawn.projection_name) == ("EPSG:32643", "WGS 84 / UTM zone 43N")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"size": "A9"}, "size is 'A9': give A5, A4, A3, A2"),
        ({"size": (10, 10)}, "give two sides of 60 to 3000 mm"),
        ({"size": "10x10"}, "a screen has 200 to 10000 pixels"),
        ({"dpi": 7}, "dpi is 7: give 72 to 1200"),
        ({"projection": "EPSG:4326"}, "WGS 84.*not in metres"),
        ({"projection": "EPSG:2263"}, "not in metres"),
        ({"projection": "somewhere"}, "'somewhere', which is not known"),
        ({"style": "neon"}, "style is 'neon': choose report, poster, slide, print-grey"),
        ({"lang": "de"}, "lang is 'de': choose en, ru, ky, fr, es"),
        ({"method": "magic"}, "method is 'magic': choose pretty, quantile"),
        ({"labels": "all"}, "labels is 'all': choose units, locations, both, none"),
        ({"circles": "moon"}, "circles is 'moon': choose locations, units"),
        ({"circles": "units", "kind": "coverage"}, "a map of coverage has none of its own"),
        ({"indicator": "change"}, "give the year, or an earlier round"),
        ({"by_year": True, "by_group": True}, "choose one of them"),
        ({"insets": "Osh"}, r"insets is 'Osh': give a tuple, such as .'Osh',"),
        ({"notes": "one note"}, "notes is 'one note': give a tuple"),
        ({"logos": "iom.png"}, "logos is 'iom.png': give a tuple"),
        ({"insets": (5,)}, "insets holds 5: give words"),
        ({"breaks": (float("nan"), 5.0)}, "give a tuple of numbers"),
        ({"breaks": (5.0, float("inf"))}, "give a tuple of numbers"),
        ({"breaks": 5.0}, "breaks is 5.0: give a tuple of numbers"),
        ({"breaks": (2.2, 2.7)}, "a class without a whole number"),
        ({"level": 2.0}, "level is 2.0: give a whole number"),
        ({"title": 5}, "title is 5: give words"),
        ({"size": "A2", "dpi": 600}, "more than the 64,000,000 of a map"),
        ({"kind": "symbols", "breaks": (5.0,)}, "a map of symbols has no classes"),
        ({"kind": "coverage", "year": 2021}, "of all years: leave out the year"),
        ({"labels": "both"}, "there are no locations without circles"),
        ({"insets": ("Osh",), "by_year": True}, "several maps on a sheet have none"),
        ({"indicator": "change", "year": 2022, "breaks": (5.0,)}, "have no 0"),
        ({"date": "2022-01-01"}, "date is '2022-01-01': give a datetime.date"),
        ({"size": None}, "size is None: give a name such as 'A4'"),
        ({"size": 5}, "size is 5: give a name"),
        ({"colours": 5}, "colours is 5: give the name of a colormap"),
        ({"colours": "#ff0000"}, "one colour '#ff0000': give two or more"),
        ({"notes": None}, "notes is None: give a tuple of words; an empty one for none"),
        ({"locator": "no"}, "locator is 'no': give True or False"),
        ({"breaks": (1e300,)}, "give a tuple of numbers"),
        ({"charts": ("year", "year")}, "charts has 'year' twice"),
        ({"logos": ("x.png",) * 6}, "6 logos are too many"),
        ({"labels": "both", "circles": "units", "by_year": True}, "name no locations"),
        ({"below_disclaimer": "long " * 300}, "1500 characters: give 1000 at most"),
        ({"below_disclaimer": disclaimer.text(2019)}, "not the disclaimer itself"),
        ({"projection": "EPSG:3031"}, "not made for where the country lies"),
        ({"projection": "EPSG:32717"}, "not made for where the country lies"),
        ({"projection": "+proj=ortho +lat_0=-40 +lon_0=-100"}, "not made for where"),
        ({"projection": "+proj=laea +lat_0=-41 +lon_0=-106"}, "not made for where"),
        ({"charts": ("pie",)}, "pie"),
    ],
)
def test_more_choices_that_cannot_be_drawn(
    result: mtmgeo.Assessment, choices: dict[str, Any], words: str
) -> None:
    with pytest.raises(mtmgeo.SpecError, match=words):
        compose(result, MapSpec(**choices))
