"""Colours: told apart by every eye, and in grey."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from itertools import combinations, pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
import pytest

from mtmgeo.core.errors import SpecError
from mtmgeo.style.style import STYLES, Style, diverging, shades, style_of

REPORT: Final = STYLES["report"]
GREY: Final = STYLES["print-grey"]

#: Distances in OKLab (Ottosson 2020), where 0.02 is just noticed: (full colour vision, without one
#: kind of cones or without any colour).
CLASSES_APART: Final = (0.1, 0.09)
LOOKS_APART: Final = (0.06, 0.045)

#: What is left of linear RGB without one kind of cones: Machado, Oliveira and Fernandes (2009), "A
#: physiologically-based model for simulation of color vision deficiency", severity 1.0. In grey:
#: the luminance of Rec. 709.
EYES: Final = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
    "grey": np.tile([0.2126, 0.7152, 0.0722], (3, 1)),
}
IN_COLOUR: Final = ("normal", "protanopia", "deuteranopia", "tritanopia")

_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_OKLAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def linear(colour: str) -> npt.NDArray[np.float64]:
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def seen(colour: str, eye: str = "normal") -> npt.NDArray[np.float64]:
    """Return lightness, green to red and blue to yellow as an eye sees them."""
    return _OKLAB @ np.cbrt(_CONES @ np.clip(EYES[eye] @ linear(colour), 0, 1))


def apart(one: str, other: str, eye: str) -> float:
    return float(np.linalg.norm(seen(one, eye) - seen(other, eye)))


def least(threshold: tuple[float, float], eye: str) -> float:
    return threshold[eye != "normal"]


def contrast(one: str, other: str) -> float:
    """Return the ratio of WCAG 2."""
    dark, light = sorted(float(linear(each) @ EYES["grey"][0]) for each in (one, other))
    return (light + 0.05) / (dark + 0.05)


def fills(style: Style) -> dict[str, tuple[str, str | None]]:
    """Return what may lie side by side on a map: colour and hatch."""
    return {
        "darkest": (style.ramp[-1], None),
        "lightest": (style.ramp[0], None),
        "not assessed": (style.not_assessed, style.not_assessed_hatch),
        "suppressed": (style.blank, style.suppressed_hatch),
        "lake": (style.lake, None),
        "abroad": (style.abroad, None),
        "circle": (style.circle, None),
    }


styles = pytest.mark.parametrize("style", STYLES.values(), ids=list(STYLES))
eyes = pytest.mark.parametrize("eye", EYES)


def test_distances_are_those_of_oklab() -> None:
    assert seen("#ffffff") == pytest.approx([1, 0, 0], abs=1e-3)
    assert seen("#ff0000") == pytest.approx([0.628, 0.2249, 0.1258], abs=1e-3)
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    # Red and green of one lightness, which who lacks the cones for red or green confuses.
    confused = apart("#b5651d", "#6f7f1d", "normal"), apart("#b5651d", "#6f7f1d", "deuteranopia")
    assert confused[1] < confused[0] / 2


@styles
@eyes
@pytest.mark.parametrize("count", range(2, 7))
def test_neighbouring_classes_differ(style: Style, eye: str, count: int) -> None:
    colours = shades(count, None, style)
    assert len(colours) == count
    for one, other in pairwise(colours):
        assert apart(one, other, eye) >= least(CLASSES_APART, eye)
        assert seen(one, eye)[0] > seen(other, eye)[0]


@styles
@eyes
@pytest.mark.parametrize("below", range(1, 4))
@pytest.mark.parametrize("above", range(1, 4))
def test_classes_of_change_differ(style: Style, eye: str, below: int, above: int) -> None:
    colours = diverging(below, above, None, style)
    falls, rises = colours[:below][::-1], colours[below:]
    assert (len(falls), len(rises)) == (below, above)
    for side in (falls, rises):
        for one, other in pairwise(side):
            assert apart(one, other, eye) >= least(CLASSES_APART, eye)
            assert seen(one, eye)[0] > seen(other, eye)[0]
    if style.below_hatch or eye == "grey":
        return
    for fall in falls:
        assert min(apart(fall, rise, eye) for rise in rises) >= least(LOOKS_APART, eye)


def test_the_sides_of_change_are_told_apart_in_one_ink() -> None:
    assert GREY.below_hatch
    assert GREY.below_hatch not in {GREY.missing_hatch, GREY.suppressed_hatch}


@styles
@eyes
def test_changes_differ_from_no_change_and_what_is_not_known(style: Style, eye: str) -> None:
    for colour in (*style.below, *style.above):
        assert apart(colour, style.blank, eye) >= least(LOOKS_APART, eye)
        if eye != "grey" and not style.not_assessed_hatch:
            assert apart(colour, style.not_assessed, eye) >= least(LOOKS_APART, eye)


@styles
@pytest.mark.parametrize("eye", IN_COLOUR)
def test_what_lies_side_by_side_differs(style: Style, eye: str) -> None:
    looks = fills(style)
    for one, other in combinations(looks, 2):
        (colour, hatch), (colour2, hatch2) = looks[one], looks[other]
        if hatch == hatch2:
            assert apart(colour, colour2, eye) >= least(LOOKS_APART, eye), (one, other)


@styles
@pytest.mark.parametrize("eye", IN_COLOUR)
def test_all_classes_differ_from_lakes_and_units_not_assessed(style: Style, eye: str) -> None:
    for colour in style.ramp:
        assert apart(colour, style.lake, eye) >= least(LOOKS_APART, eye)
        if not style.not_assessed_hatch:
            assert apart(colour, style.not_assessed, eye) >= least(LOOKS_APART, eye)


@styles
def test_units_differ_when_printed_in_grey(style: Style) -> None:
    assert shades(6, None, style) == style.ramp
    if not style.not_assessed_hatch:
        for colour in (*style.ramp, style.blank, style.abroad):
            assert apart(colour, style.not_assessed, "grey") >= LOOKS_APART[1]
    for colour in style.ramp:
        assert apart(colour, style.blank, "grey") >= LOOKS_APART[1]
        assert apart(colour, style.abroad, "grey") >= LOOKS_APART[1]
    assert apart(style.assessed, style.not_assessed, "grey") >= LOOKS_APART[1]
    # Lakes and circles are known by their edges.
    assert apart(style.lake, style.shore, "grey") >= 0.2
    assert apart(style.circle, style.circle_edge, "grey") >= 0.2


def test_one_ink_is_enough_for_print_grey() -> None:
    texts = [value for each in fields(GREY) for value in np.ravel(getattr(GREY, each.name))]
    colours = [text for text in texts if str(text).startswith("#")]
    assert len(colours) > 30
    assert all(re.fullmatch(r"#(..)\1\1", colour) for colour in colours)
    unknown = {GREY.not_assessed_hatch, GREY.suppressed_hatch, GREY.missing_hatch, None}
    assert len(unknown) == 4  # zero has none


@styles
@pytest.mark.parametrize("eye", IN_COLOUR)
def test_series_differ(style: Style, eye: str) -> None:
    assert len(style.series) == 6
    near = min(apart(one, other, eye) for one, other in combinations(style.series, 2))
    assert near >= 0.08


@styles
def test_words_are_legible(style: Style) -> None:
    for words in (style.heading, style.ink, style.muted):
        for ground in (style.paper, style.abroad, style.ground, style.blank):
            assert contrast(words, ground) >= 4.5
    assert contrast(style.lake_name, style.lake) >= 4.5
    for ground in (style.not_assessed, style.unnamed, style.assessed):
        assert contrast(style.ink, ground) >= 4.5


def test_shades_of_the_style_spread_over_its_ramp() -> None:
    ramp = REPORT.ramp
    assert shades(0, None, REPORT) == ()
    assert shades(1, None, REPORT) == (ramp[1],)
    assert shades(2, None, REPORT) == (ramp[1], ramp[5])
    assert shades(3, None, REPORT) == (ramp[0], ramp[2], ramp[5])
    assert shades(5, None, REPORT) == (ramp[0], ramp[1], ramp[2], ramp[4], ramp[5])
    assert shades(2, None, replace(REPORT, ramp=("#eeeeee", "#222222"))) == ("#eeeeee", "#222222")
    assert shades(3, None, replace(REPORT, ramp=("#000000", "#ffffff"))) == (
        "#000000", "#808080", "#ffffff",
    )  # fmt: skip


def test_shades_of_a_colormap_are_in_the_middle_of_their_shares() -> None:
    assert shades(2, "Greys", REPORT) == ("#d9d9d9", "#515151")
    assert shades(2, "Greys_r", REPORT) == ("#525252", "#dadada")
    assert shades(0, "Greys", REPORT) == ()


def test_shades_of_given_colours() -> None:
    assert shades(2, ["white", "#00f"], REPORT) == ("#ffffff", "#0000ff")
    assert shades(3, ["#000000", "#0000ff"], REPORT) == ("#000000", "#000080", "#0000ff")
    assert shades(2, ["#000000", "#777777", "#ffffff"], REPORT) == ("#000000", "#ffffff")
    assert shades(1, ["#123456"], REPORT) == ("#123456",)


def test_the_sides_of_change_are_equally_strong() -> None:
    low, high = REPORT.below, REPORT.above
    assert diverging(3, 3, None, REPORT) == (*reversed(low), *high)
    assert diverging(1, 3, None, REPORT) == (low[0], *high)
    assert diverging(2, 2, None, REPORT) == (low[2], low[0], high[0], high[2])
    assert diverging(1, 1, None, REPORT) == (low[1], high[1])
    assert diverging(0, 1, None, REPORT) == (high[1],)
    assert len(set(diverging(4, 4, None, REPORT))) == 8


def test_the_middle_of_a_colormap_is_no_change() -> None:
    both = diverging(2, 2, "RdBu", REPORT)
    assert both == shades(4, "RdBu", REPORT)
    assert diverging(0, 2, "RdBu", REPORT) == both[2:]
    assert diverging(1, 2, "RdBu", REPORT) == both[1:]
    red, blue = linear(both[0]), linear(both[-1])
    assert red[0] > red[2]
    assert blue[2] > blue[0]


def test_changes_in_given_colours() -> None:
    given = ["#000000", "#333333", "#777777", "#aaaaaa", "#ffffff"]
    assert diverging(2, 3, given, REPORT) == tuple(given)
    assert diverging(2, 2, given, REPORT) == ("#000000", "#333333", "#aaaaaa", "#ffffff")
    assert diverging(1, 2, given[:4], REPORT) == ("#333333", "#777777", "#aaaaaa")
    assert diverging(1, 1, ["red", "white", "blue"], REPORT) == ("#ff0000", "#0000ff")


@pytest.mark.parametrize(
    ("colours", "words"),
    [
        ("blues", "colours is 'blues', which is no colormap of matplotlib: choose Blues"),
        ("", "is no colormap of matplotlib: choose Blues, viridis"),
        (["red", "nocolour"], "colours holds 'nocolour', which is no colour"),
        (["red"], "colours holds 1 for 3 classes: give 2 or more"),
        ([], "colours holds 0 for 3 classes"),
    ],
)
def test_colours_that_are_none(colours: str | list[str], words: str) -> None:
    with pytest.raises(SpecError, match=words):
        shades(3, colours, REPORT)
    with pytest.raises(SpecError, match=words):
        diverging(1, 2, colours, REPORT)


def test_styles_by_name() -> None:
    assert list(STYLES) == ["report", "poster", "slide", "print-grey"]
    assert all(style.name == name for name, style in STYLES.items())
    assert style_of("slide") is STYLES["slide"]
    assert style_of(REPORT) is REPORT
    with pytest.raises(SpecError, match="style is 'neon': choose report, poster, slide"):
        style_of("neon")


def test_borders_grow_with_the_style() -> None:
    assert REPORT.borders == {1: ("#56617a", 0.8), 0: ("#1f2a44", 1.3)}
    assert list(REPORT.borders) == [1, 0]
    assert replace(REPORT, line_scale=2).borders[0] == ("#1f2a44", 2.6)


def test_a_style_says_what_is_wrong_with_it() -> None:
    with pytest.raises(SpecError) as caught:
        Style(name="x", lake="blue", below=("#ffffff", "#00000"), ramp=("#ffffff",), type_scale=0)
    assert caught.value.faults == (
        "ramp of the style is ('#ffffff',): give 2 colours or more.",
        "below of the style holds '#00000': give colours as #rrggbb.",
        "below of the style is ('#ffffff', '#00000'): give 3 colours.",
        "lake of the style is 'blue': give a colour as #rrggbb.",
        "type_scale of the style is 0: give 0.25 to 4.",
    )


def test_words_that_nobody_could_read_are_refused() -> None:
    with pytest.raises(SpecError, match="ink of the style is #ffffff on #ffffff: too faint"):
        Style(name="x", ink="#ffffff")
    with pytest.raises(SpecError, match="line_scale of the style is 100000"):
        Style(name="x", line_scale=1e5)
    with pytest.raises(SpecError, match="ramp of the style is None"):
        Style(name="x", ramp=None)
