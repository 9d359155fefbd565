"""compose(): classes, legend and words, decided once and true to the figures."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb

import mtmgeo
from mtmgeo.classes import count_labels, density_labels, pretty_breaks
from mtmgeo.mapspec import RAMP, Composition, MapSpec, compose

SYNTHETIC = Path(__file__).parents[1] / "examples/kgz_round1/kgz_round1_synthetic.csv"
DATE = dt.date(2022, 11, 30)


@pytest.fixture(scope="module")
def result() -> mtmgeo.Assessment:
    return mtmgeo.assess(mtmgeo.match(mtmgeo.read_table(SYNTHETIC)))


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


def test_small_multiples_share_their_classes(result: mtmgeo.Assessment) -> None:
    drawn = compose(result, MapSpec(by_year=True, date=DATE))
    assert [panel.title for panel in drawn.panels] == ["2020", "2021", "2022"]
    legend = {entry.key for entry in drawn.legend}
    assert all(set(panel.areas["class"]) <= legend for panel in drawn.panels)


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
        ({"level": 4}, "level is 4: choose 1, 2 or 3"),
        ({"kind": "pie"}, "kind is 'pie'"),
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


def test_a_table_without_counts_can_only_show_coverage() -> None:
    table = pd.DataFrame({"oblast": ["Osh"], "район": ["Uzgen"], "village": ["Myrza-Ake"]})
    plain = mtmgeo.assess(mtmgeo.match(table))
    assert compose(plain, MapSpec(kind="coverage")).panels
    with pytest.raises(mtmgeo.SpecError, match="only coverage can be drawn"):
        compose(plain, MapSpec())
