"""Lines of the disclaimer as ink: how they are drawn, and whether a picture shows them."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.textpath import TextPath
from numpy.typing import NDArray

from mtmgeo.verification.legible import contrast, faint

Array = NDArray[np.float64]

#: Left, top, right and bottom edge.
Box = tuple[float, float, float, float]

#: Darkness (0 to 255) from which a pixel counts as ink when a line is measured.
INK: Final = 32

#: Least correlation of a piece of a line with the same piece drawn anew. With other versions of
#: matplotlib and as a page it stays above 0.87; a letter painted over leaves less than 0.8.
ALIKE: Final = 0.82

#: Largest type size in pixels that is compared.
MAX_EM: Final = 500.0

#: How far in pixels a piece may lie from where it is expected.
_REACH: Final = 2


#: What keeps letters apart: in a PDF file, ligatures stand where rounding has not moved the rest.
APART: Final[dict[str, Any]] = (
    {"fontfeatures": ("-liga",)} if hasattr(Text, "set_fontfeatures") else {}
)


#: The settings are those of all threads: one draws at a time.
_TURN: Final = threading.RLock()


@contextmanager
def drawing(*kept: str) -> Iterator[None]:
    """Set the caller's matplotlib settings aside, and make text as wide in every format.

    Settings whose names begin with one of `kept` stay as they are.
    """
    with _TURN, mpl.rc_context():
        stay = {key: mpl.rcParams[key] for key in mpl.rcParams if key.startswith(kept)}
        mpl.rcdefaults()
        mpl.rcParams.update(stay)
        mpl.rcParams["text.hinting"], mpl.rcParams["hatch.linewidth"] = "none", 0.5
        yield


@cache
def _font() -> FontProperties:
    return FontProperties(fname=str(Path(mpl.get_data_path(), "fonts/ttf/DejaVuSans.ttf")))


@lru_cache(maxsize=256)
def extent(line: str) -> tuple[float, float, float, float]:
    """Return left, lower, right and upper end of the ink of `line`, in ems from its origin."""
    outlines = TextPath((0, 0), line, size=100, prop=_font()).to_polygons(closed_only=False)
    points = np.concatenate(outlines or [np.zeros((1, 2))]) / 100
    (left, lower), (right, upper) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    return left, lower, right, upper


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
    drawn, margin = _drawn(line, em), 8
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


def _drawn(line: str, em: float) -> Array:
    """Return the darkness of `line`, black on white with a margin of two pixels, smoothed."""
    left, lower, right, upper = extent(line)
    inches = ((right - left) * em + 16) / 72, ((upper - lower) * em + 16) / 72
    with drawing():
        figure = Figure(inches, dpi=72)
        canvas: Any = FigureCanvasAgg(figure)
        look: Any = {"font": _font(), "size": em, "parse_math": False, "transform": None}
        look |= APART
        figure.text(8 - left * em, 8 - lower * em, line, va="baseline", **look)
        canvas.draw()
    darkness = 255.0 - np.asarray(canvas.buffer_rgba())[..., 0]
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
    slope = float(products[best] / (shape**2).sum())
    ground = 255.0 - (means[best].item() - slope * float(piece.mean()))
    return float(likeness[best]), contrast([ground] * 3, [ground - slope * 255.0] * 3)
