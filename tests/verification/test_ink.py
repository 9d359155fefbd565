"""The disclaimer's lines drawn anew: as wide as matplotlib draws them, letter by letter."""

from __future__ import annotations

import string
from itertools import pairwise, product

import numpy as np
import pytest
from fontTools.ttLib import TTFont
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from mtmgeo.core import disclaimer
from mtmgeo.images.settings import APART, drawing
from mtmgeo.verification.rules import ink

SENTENCE = disclaimer.text(2022)
LINES = [SENTENCE, SENTENCE[:73].strip(), "©IOM 1999", "Organization for Migration."]


def drawn(line: str, em: float, dx: float = 0.0, dy: float = 0.0) -> ink.Array:
    """Return the darkness of a line as matplotlib draws it on a sheet."""
    with drawing():
        figure = Figure((em * ink.extent(line)[2] / 72 + 0.3, em / 72 + 0.3), dpi=72)
        canvas = FigureCanvasAgg(figure)
        look = {"size": em, "parse_math": False, "transform": None, "va": "baseline", **APART}
        figure.text(8 + dx, 8 + dy, line, **look)
        canvas.draw()
    return 255.0 - np.asarray(canvas.buffer_rgba())[..., 0]


def test_letters_stand_as_near_as_the_font_sets_them():
    with TTFont(ink.font_file()) as font:
        names, nearer = font.getBestCmap(), font["kern"].kernTables[0].kernTable
        units = font["head"].unitsPerEm
    digits = product(f" {string.digits}", repeat=2)
    pairs = {
        a + b: nearer.get((names[ord(a)], names[ord(b)])) for a, b in [*pairwise(SENTENCE), *digits]
    }
    assert {pair: -units for pair, units in pairs.items() if units} == ink.KERNED
    assert units == ink.UNITS


@pytest.mark.parametrize(
    "line", ["©IOM 2022", "This map is for illustration purposes only.", "rn-"]
)
def test_ends_of_the_ink_are_those_of_its_outline(line):
    outline = TextPath((0, 0), line, size=100, prop=FontProperties(fname=str(ink.font_file())))
    (left, lower), (right, upper) = outline.get_extents().get_points() / 100
    assert ink.extent(line) == pytest.approx((left, lower, right, upper), abs=0.003)


@pytest.mark.slow
@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize(("em", "at"), [(10.0, (0.3, 0.6)), (14.6, (0.0, 0.0)), (31.1, (0.5, 0.2))])
def test_a_line_is_known_again_wherever_it_stands_between_pixels(line, em, at):
    darkness = drawn(line, em, *at)
    assert ink.misread(darkness, ink.bounds(darkness), line) is None


@pytest.mark.parametrize("letter", sorted({*SENTENCE} - {*" .,i"}))
def test_a_letter_painted_over_is_seen(letter):
    darkness, at = drawn(SENTENCE, 20.0), SENTENCE.index(letter)
    box = ink.bounds(darkness)
    before, after = (round(ink.extent(SENTENCE[:end] or " ")[2] * 20 + 8) for end in (at, at + 1))
    darkness[:, before + 1 : after + 1] = 0
    assert "cannot be read" in (ink.misread(darkness, box, SENTENCE) or "")
