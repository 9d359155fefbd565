"""Classes: none empty, none in doubt, and labels that say so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mtmgeo.style.class_breaks import (
    METHODS,
    Method,
    change_breaks,
    change_labels,
    change_rate_labels,
    class_breaks,
    class_of,
    count_labels,
    density_labels,
    pretty_breaks,
)
from mtmgeo.style.number_text import break_percent_text, break_text, count_text

methods = pytest.mark.parametrize("method", METHODS)

magnitudes = st.floats(1e-9, 1e12) | st.floats(1, 2) | st.sampled_from([1e-9, 0.1, 0.3, 1e12])
figures = st.lists(magnitudes | st.integers(0, 50).map(float) | st.just(7.5), max_size=60)
whole = st.lists(st.integers(0, 12) | st.integers(0, 10**12), max_size=60)
changes = st.lists(st.integers(-40, 40) | st.integers(-(10**9), 10**9), max_size=40)


def series(values: Sequence[float]) -> pd.Series:
    return pd.Series(values, dtype=float)


def sizes(values: Sequence[float], breaks: Sequence[float]) -> list[int]:
    """Return how many of the values are in each class."""
    held = np.searchsorted(breaks, np.array(values, dtype=float), side="right")
    return list(np.bincount(held, minlength=len(breaks) + 1))


def number(text: str) -> float:
    size = text.strip("+−%").replace(",", "")
    return float(size) * (-1 if text.startswith("−") else 1) / (100 if text.endswith("%") else 1)


def says(label: str, value: float) -> bool:
    """Return whether a label, read as a person would, is of a value."""
    found = [number(text) for text in re.findall(r"[+−]?[\d.,]+%?", label)]
    if label.startswith("under"):
        return value < found[0]
    if label.endswith("or more"):
        return value >= found[0]
    if label.startswith("above"):
        return found[0] < value < (found[1] if len(found) == 2 else np.inf)
    if "under" in label:
        return found[0] <= value < found[1]
    return found[0] <= value <= found[-1]


@methods
@given(values=figures, classes=st.integers(1, 6))
@example(values=[1e12] * 9 + [1e12 + 0.001], classes=6)
@example(values=[1.0, float(np.nextafter(1, 2)), float(np.nextafter(1, 0))], classes=6)
@example(values=[0.1, 0.1, 0.2, 0.3], classes=3)
def test_each_figure_is_in_the_class_whose_label_holds_it(
    method: Method, values: list[float], classes: int
) -> None:
    breaks = class_breaks(series(values), method, classes)
    positive = [value for value in values if value]
    assert len(breaks) <= max(0, classes - 1)
    assert list(breaks) == sorted(set(breaks))
    assert not positive or min(sizes(positive, breaks)) > 0
    labels = density_labels(breaks)
    assert len(set(labels)) == len(breaks) + 1
    for value in positive:
        assert [says(label, value) for label in labels].index(True) == class_of(value, breaks)
        assert sum(says(label, value) for label in labels) == 1


@methods
@given(values=whole, classes=st.integers(1, 6))
def test_each_count_is_in_the_class_whose_label_holds_it(
    method: Method, values: list[int], classes: int
) -> None:
    positive = [value for value in values if value]
    breaks = class_breaks(series(values), method, classes)
    assert all(edge == int(edge) for edge in breaks)
    assert not positive or min(sizes(positive, breaks)) > 0
    if positive:
        labels = count_labels(breaks, min(positive), max(positive))
        assert len(set(labels)) == len(breaks) + 1
        for value in positive:
            of = [place for place, label in enumerate(labels) if _holds(label, value)]
            assert of == [class_of(value, breaks)]


def _holds(label: str, value: int) -> bool:
    low, _, high = label.replace(",", "").partition("–")
    return int(low) <= value <= int(high or low)


@methods
@given(values=changes, classes=st.integers(1, 5))
@example(values=[-300, 1, 2, 30, 60, 300], classes=3)
@example(values=[-50, -10, 60, 5], classes=2)
def test_each_change_is_in_the_class_whose_label_holds_it(
    method: Method, values: list[int], classes: int
) -> None:
    breaks = change_breaks(series(values), method, classes)
    assert list(breaks) == sorted(set(breaks))
    assert 0 in breaks
    zero = breaks.index(0)
    low, high = [-edge for edge in breaks[:zero]], breaks[zero + 1 :]
    # Whatever one side lacks of the other, both are made of the same breaks.
    assert set(low) | set(high) <= set(
        class_breaks(series(np.abs(values)), method, min(classes, 3))
    )
    assert max(len(low), len(high)) < 3
    filled = sizes([value for value in values if value], breaks)
    assert not any(value < 0 for value in values) or min(filled[: zero + 1]) > 0
    assert not any(value > 0 for value in values) or min(filled[zero + 1 :]) > 0
    labels = change_labels(breaks, min(values, default=0), max(values, default=0))
    rates = change_rate_labels(breaks)
    assert len(set(labels)) == len(set(rates)) == len(breaks) + 1
    for value in values:
        of = [class_of(value, breaks)] if value else []
        assert [place for place, label in enumerate(labels) if says(label, value)] == of
        assert [place for place, label in enumerate(rates) if says(label, value)] == of


@methods
def test_breaks_of_nothing_or_of_one_value(method: Method) -> None:
    assert class_breaks(series([]), method, 5) == ()
    assert class_breaks(series([0, np.nan, -4]), method, 5) == ()
    assert class_breaks(series([7, 7, 7]), method, 5) == ()
    assert class_breaks(series([7, 8]), method, 1) == ()
    assert class_breaks(series([7, 8]), method, 5) == (8,)
    assert class_breaks(pd.Series([7, None, 8], dtype="Int64"), method, 5) == (8,)


def test_quantiles_hold_equally_many() -> None:
    values = series([1, 2, 3, 14, 15, 16, 107, 208, 309])
    assert class_breaks(values, "quantile", 3) == (8, 60)
    assert sizes(list(values), (8, 60)) == [3, 3, 3]
    # Five of the eight are alike: a class of their own is all that can be done.
    assert class_breaks(series([3, 3, 3, 3, 3, 4, 9, 20]), "quantile", 4) == (4, 6)


def test_equal_classes_without_those_that_nothing_is_in() -> None:
    assert class_breaks(series(range(1, 102)), "equal", 4) == (26, 51, 76)
    assert class_breaks(series([1, 2, 3, 101]), "equal", 4) == (30,)
    assert class_breaks(series([0.1, 0.2, 0.9]), "equal", 2) == (0.5,)


def test_deviations_are_counted_from_the_mean() -> None:
    values = [2, 4, 4, 4, 5, 5, 7, 9]  # mean 5, standard deviation 2
    assert class_breaks(series([100 * value for value in values]), "std", 4) == (300, 500, 700)
    assert class_breaks(series([100 * value for value in values]), "std", 3) == (400, 600)


def test_natural_classes_part_where_figures_do() -> None:
    values = series([1, 2, 3, 31, 32, 33, 33, 250, 260])
    assert class_breaks(values, "natural", 3) == (20, 100)


@given(st.lists(st.integers(1, 60), min_size=1, max_size=14), st.integers(1, 5))
def test_natural_classes_are_the_best_there_are(values: list[int], classes: int) -> None:
    def scatter(breaks: Sequence[float]) -> float:
        held = np.searchsorted(breaks, values, side="right")
        parts = [np.array(values)[held == each] for each in np.unique(held)]
        return float(sum(((part - part.mean()) ** 2).sum() for part in parts))

    others = sorted(set(values))[1:]
    best = min(scatter(cut) for cut in combinations(others, min(classes - 1, len(others))))
    assert scatter(class_breaks(series(values), "natural", classes)) == pytest.approx(best)


def test_breaks_are_the_roundest_numbers_in_their_gaps() -> None:
    assert class_breaks(series([180, 240, 1240, 1312]), "natural", 2) == (700,)
    assert class_breaks(series([1.234, 1.2351, 1.2362]), "quantile", 3) == (1.235, 1.236)
    assert class_breaks(series([12, 13, 14]), "quantile", 3) == (13, 14)
    assert class_breaks(series([3e-9, 8e-9]), "equal", 2) == (5e-9,)
    after = float(np.nextafter(1, 2))
    assert class_breaks(series([1, after]), "natural", 2) == (after,)


@methods
def test_many_figures_part_at_short_numbers(method: Method) -> None:
    values = np.random.default_rng(3).lognormal(3, 1, 20_000)
    breaks = class_breaks(series(values), method, 5)
    assert len(breaks) >= 3
    assert all(edge == float(f"{edge:.3g}") for edge in breaks)
    if method == "quantile":
        assert sizes(list(values), breaks) == pytest.approx([4000] * 5, rel=0.05)


def test_figures_alike_have_pretty_classes_too() -> None:
    rates = series([1100, 1240, 1500, 1730, 2100, 2300, 2400])
    assert pretty_breaks(rates, 5) == (1200, 1600, 2000, 2400)
    assert pretty_breaks(rates, 2) == (1600,)


@pytest.mark.slow
@methods
def test_a_hundred_thousand_figures_are_parted_too(method: Method) -> None:
    values = series(np.random.default_rng(1).lognormal(3, 3, 100_000))
    breaks = class_breaks(values, method, 6)
    assert list(breaks) == sorted(set(breaks))
    assert min(sizes(list(values), breaks)) > 0


def test_changes_are_parted_alike_on_both_sides() -> None:
    values = series([-900, -260, -40, -7, 0, 3, 20, 80, 400, np.nan])
    assert change_breaks(values, "pretty", 3) == (-50, -10, 0, 10, 50)
    assert change_breaks(values, "pretty", 5) == (-50, -10, 0, 10, 50)
    assert change_breaks(values, "pretty", 1) == (0,)


def test_a_side_lacks_the_breaks_beyond_its_values() -> None:
    assert change_breaks(series([-7, 3, 20, 80, 400]), "pretty", 3) == (0, 10, 100)
    # No fall is less than 50: those of 300 are one class, not the second of two.
    assert change_breaks(series([-300, 3, 20, 80, 400]), "pretty", 3) == (0, 10, 100)
    assert change_breaks(series([4, 30]), "pretty", 3) == (0, 10)
    assert change_breaks(series([]), "pretty", 3) == (0,)


def test_labels_of_changes() -> None:
    assert change_labels((-250, -50, 0, 50, 250), -900, 400) == [
        "−900 to −251", "−250 to −51", "−50 to −1", "+1 to +49", "+50 to +249", "+250 to +400",
    ]  # fmt: skip
    assert change_labels((0, 2), -1, 2) == ["−1", "+1", "+2"]
    assert change_labels((0,), 0, 0) == ["−1", "+1"]
    assert change_labels(
        (0,), -1200, 5, lambda value: f"{value:.0f}", between="de {low} à {high}"
    ) == ["de −1200 à −1", "de +1 à +5"]


def test_labels_of_changes_in_rates() -> None:
    assert change_rate_labels((-0.25, 0, 0.25, 0.5)) == [
        "under −25%", "−25% to under 0%", "above 0% to under +25%", "+25% to under +50%",
        "+50% or more",
    ]  # fmt: skip
    assert change_rate_labels((0,), break_text) == ["under 0", "above 0"]
    assert change_rate_labels(
        (-0.5, 0, 0.5), under="< {number}", between="{low} – {high}", above="≥ {number}",
        over="{low} < {high}",
    ) == ["< −50%", "−50% – 0%", "0% < +50%", "≥ +50%"]  # fmt: skip
    assert change_rate_labels((0,), only="> {number}")[1] == "> 0%"


def test_labels_in_other_words() -> None:
    def spaced(value: float) -> str:
        return count_text(value).replace(",", " ")

    assert count_labels((1000,), 5, 2500, spaced) == ["5–999", "1 000–2 500"]
    words = {"under": "moins de {number}", "between": "{low} à moins de {high}"}
    assert density_labels((0.1, 0.25, 3), above="{number} et plus", **words) == [
        "moins de 0.1", "0.1 à moins de 0.25", "0.25 à moins de 3", "3 et plus",
    ]  # fmt: skip
    assert density_labels((), break_percent_text) == ["above 0%"]


@pytest.mark.parametrize(
    ("value", "text", "percent"),
    [
        (0, "0", "0%"),
        (0.07, "0.07", "7%"),
        (0.125, "0.125", "12.5%"),
        (1234.5, "1,234.5", "123,450%"),
        (1e-9, "0.000000001", "0.0000001%"),
        (1e12, "1,000,000,000,000", "100,000,000,000,000%"),
        (250.0, "250", "25,000%"),
    ],
)
def test_breaks_are_read_in_full(value: float, text: str, percent: str) -> None:
    assert break_text(value) == text
    assert break_percent_text(value) == percent
