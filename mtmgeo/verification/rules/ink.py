"""Lines of the disclaimer as ink: how they are drawn, and whether a picture shows them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib.util import find_spec
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from mtmgeo.verification.rules.legible import contrast, faint

Array = NDArray[np.float64]

#: Left, top, right and bottom edge.
Box = tuple[float, float, float, float]

#: Darkness (0 to 255) from which a pixel counts as ink when a line is measured.
INK: Final = 32

#: Least correlation of a piece of a line with the same piece drawn anew. With other versions of
#: matplotlib, in a PDF file and as a browser draws it, it stays above 0.87; a letter painted over
#: leaves less, but for some of the thinnest.
ALIKE: Final = 0.84

#: Largest type size in pixels that is compared.
MAX_EM: Final = 500.0

#: How far in pixels a piece may lie from where it is expected.
_REACH: Final = 2

#: Units of the font in an em, and those by which it sets a letter nearer to the one before it: the
#: pairs of the disclaimer for which it does.
UNITS: Final = 2048
KERNED: Final[Mapping[str, int]] = {"rg": 36, "rn": 36, "y.": 292}

#: Pixels for one of a line that is drawn, so that its letters stand between whole pixels as well;
#: fewer if their type would be larger than the second number.
_FINE, _FINEST = 8, 256.0
#: Type size in which the ends of a letter's ink are found.
_LARGE: Final = 512


@cache
def font_file() -> Path:
    """Return the font of the disclaimer, which lies in matplotlib."""
    home = find_spec("matplotlib")  # not imported: that takes longer than to check a picture
    folders = home.submodule_search_locations if home else None
    return Path((folders or [""])[0], "mpl-data/fonts/ttf/DejaVuSans.ttf")


@lru_cache(maxsize=16)
def _font(size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font_file(), size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=256)
def _origins(line: str) -> tuple[float, ...]:
    """Return where the letters of `line` begin, in ems from its origin."""
    font = _font(UNITS)
    steps = (font.getlength(one) - KERNED.get(one + other, 0) for one, other in pairwise(line))
    return tuple(step / UNITS for step in accumulate(steps, initial=0.0))


def _ends(letter: str) -> tuple[float, float]:
    """Return where the ink of a letter begins and ends, in ems from its origin."""
    picture = Image.new("L", (3 * _LARGE, 2 * _LARGE))
    origin = _LARGE, round(1.5 * _LARGE)
    ImageDraw.Draw(picture).text(origin, letter, 255, _font(_LARGE), anchor="ls")
    left, _, right, _ = picture.getbbox() or (_LARGE, 0, _LARGE, 0)
    return left / _LARGE - 1, right / _LARGE - 1


@lru_cache(maxsize=256)
def extent(line: str) -> tuple[float, float, float, float]:
    """Return left, lower, right and upper end of the ink of `line`, in ems from its origin."""
    boxes = [_font(UNITS).getbbox(letter, anchor="ls") for letter in {*line}]
    upper, lower = (-edge / UNITS for edge in (min(x[1] for x in boxes), max(x[3] for x in boxes)))
    return _ends(line[0])[0], lower, _origins(line)[-1] + _ends(line[-1])[1], upper


def size(box: Sequence[float], line: str) -> float:
    """Return the type size at which the ink of `line` is as wide as `box`."""
    left, _, right, _ = extent(line)
    return (box[2] - box[0]) / (right - left)


def bounds(darkness: Array) -> tuple[int, int, int, int] | None:
    """Return the box around all ink of a picture, or None."""
    dark = darkness > INK
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    if not len(rows):
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def misread(darkness: Array, box: Box, line: str) -> str | None:
    """Return what is wrong with a line as a picture shows it, or None.

    Parameters
    ----------
    darkness
        The picture, from 0 (white) to 255 (black).
    box
        Where in it the ink of the line is said to be, in pixels.
    line
        Its words.
    """
    _, lower, _, upper = extent(line)
    em = size(box, line)
    if em > MAX_EM or abs(box[3] - box[1] - (upper - lower) * em) > max(2.0, 0.08 * em):
        return f"The line of the disclaimer “{line}” is squeezed, cut or blown up."
    drawn, margin = _drawn(line, round(em, 3)), 8
    picture, wide = _smooth(np.pad(darkness, margin, mode="edge")), round(em)
    scale = (box[2] - box[0]) / (drawn.shape[1] - 4)
    middle = margin + (box[1] + box[3]) / 2
    ratios = []
    for start in range(0, max(drawn.shape[1] - wide // 2, 1), max(wide // 2, 1)):
        piece = drawn[:, start : start + wide]
        if np.ptp(piece) < 2 * INK:
            continue
        centre = margin + box[0] + (start - 2 + piece.shape[1] / 2) * scale
        likeness, ratio = _likeness(picture, piece, centre, middle)
        if likeness < ALIKE:
            place = round((start + wide / 2) / drawn.shape[1] * len(line))
            word = re.findall(r"\S+", line[:place] + line[place:].split(" ", 1)[0])[-1]
            return (
                f"The disclaimer cannot be read in the picture near “{word}”: it was covered, cut, "
                "changed or blurred."
            )
        ratios.append(ratio)
    return faint(min(ratios, default=1.0))


@lru_cache(maxsize=32)  # the maps of a report have the same lines
def _drawn(line: str, em: float) -> Array:
    """Return the darkness of `line`, black on white with a margin of two pixels, smoothed."""
    left, lower, right, upper = extent(line)
    fine = max(min(_FINE, round(_FINEST / em)), 1)
    wide, high = int((right - left) * em + 16), int((upper - lower) * em + 16)
    picture = Image.new("L", (wide * fine, high * fine))
    draw, font = ImageDraw.Draw(picture), _font(em * fine)
    base = round((high - 8 + lower * em) * fine)
    for letter, origin in zip(line, _origins(line), strict=True):
        at = round((8 + (origin - left) * em) * fine), base
        draw.text(at, letter, 255, font, anchor="ls")
    darkness = np.asarray(picture).reshape(high, fine, wide, fine).mean(axis=(1, 3))
    x0, y0, x1, y1 = bounds(darkness) or (2, 2, 3, 3)
    return _smooth(darkness[y0 - 2 : y1 + 2, x0 - 2 : x1 + 2])


def _smooth(image: Array) -> Array:
    """Return `image` blurred by less than a pixel: how glyphs fall on the grid must not matter."""
    p = np.pad(image, 1, mode="edge")
    p = (p[:-2] + 2 * p[1:-1] + p[2:]) / 4
    return (p[:, :-2] + 2 * p[:, 1:-1] + p[:, 2:]) / 4


def _likeness(picture: Array, piece: Array, x: float, y: float) -> tuple[float, float]:
    """Return the best correlation of `piece` with `picture` around x, y, and the contrast there."""
    height, width = piece.shape
    top, left = (round(centre - side / 2) - _REACH for centre, side in ((y, height), (x, width)))
    around = picture[max(top, 0) :, max(left, 0) :][: height + 2 * _REACH, : width + 2 * _REACH]
    if around.shape[0] < height or around.shape[1] < width:
        return 0.0, 1.0
    parts = np.lib.stride_tricks.sliding_window_view(around, piece.shape)
    means = parts.mean(axis=(2, 3))
    shape = piece - piece.mean()
    products = np.einsum("ijkl,kl->ij", parts, shape)
    squares = np.einsum("ijkl,ijkl->ij", parts, parts) - piece.size * means**2
    spread = np.sqrt(np.maximum(squares, 0.0) * (shape**2).sum())
    likeness = products / np.maximum(spread, 1e-6)
    best = np.unravel_index(int(likeness.argmax()), likeness.shape)
    # Two drawings of one line differ a little everywhere, which makes the slope of one on the other
    # too flat, and its inverse too steep: half of that is put right.
    slope = float(products[best] / (shape**2).sum() / np.sqrt(max(likeness[best], 0.25)))
    ground = 255.0 - (means[best].item() - slope * float(piece.mean()))
    return float(likeness[best]), contrast([ground] * 3, [ground - slope * 255.0] * 3)
