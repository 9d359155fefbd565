"""Paper: places in millimetres, and words that are measured before they are placed.

Words wrap, shrink or are refused; they are never guessed to fit.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.patheffects import Stroke
from matplotlib.text import Text
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D

from mtmgeo.errors import SpecError

DPI: Final = 200
INCH: Final = 25.4  # mm
TINY: Final = 6.0  # points: no word on a sheet is smaller
INK, GREY, BLUE, YELLOW, RED = "#1a1a1a", "#4d4d4d", "#0033a0", "#ffb81c", "#b3261e"
#: Hinting draws words a little wider or narrower than their outlines.
HINTING: Final = 1.03

#: Looks of an artist, as matplotlib names them.
Look = dict[str, Any]


@dataclass(frozen=True)
class Box:
    """A rectangle in millimetres, from the lower left corner of the sheet."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.w

    @property
    def top(self) -> float:
        """The upper edge."""
        return self.y + self.h

    def inset(self, by: float) -> Box:
        """Return the box with `by` mm less on each side."""
        return Box(self.x + by, self.y + by, self.w - 2 * by, self.h - 2 * by)

    def holds(self, other: Box) -> bool:
        """Return whether `other` lies wholly inside."""
        across = self.x <= other.x and other.right <= self.right
        return across and self.y <= other.y and other.top <= self.top

    def meets(self, other: Box) -> bool:
        """Return whether the two overlap."""
        across = self.x < other.right and other.x < self.right
        return across and self.y < other.top and other.y < self.top

    def grid(self, rows: int, columns: int, gap: float) -> list[Box]:
        """Return equal cells with `gap` mm between them, row by row from the upper left."""
        w, h = (self.w + gap) / columns - gap, (self.h + gap) / rows - gap
        return [
            Box(self.x + column * (w + gap), self.top - h - row * (h + gap), w, h)
            for row in range(rows)
            for column in range(columns)
        ]


@dataclass(frozen=True)
class Item:
    """Something to stand in a column: its height in mm, and how to draw it at (left, top)."""

    height: float
    draw: Callable[[float, float], None]


#: Items with their left and top.
Placed = list[tuple[Item, float, float]]


class Haloed(Text):
    """Text with a white halo that stays text in SVG and PDF: only the halo becomes a path."""

    def draw(self, renderer: RendererBase) -> None:
        """Draw the halo, then the text."""
        self.set_path_effects([Stroke(linewidth=1.6, foreground="white", joinstyle="round")])
        super().draw(renderer)
        self.set_path_effects([])
        super().draw(renderer)


class Page:
    """A matplotlib figure whose artists are placed in millimetres.

    Parameters
    ----------
    size
        Width and height in mm. Lengths and type of the A4 design grow with the root of the area.
    title
        Label of the figure.
    """

    def __init__(self, size: tuple[float, float], title: str) -> None:
        self.width, self.height = size
        self.figure = Figure((self.width / INCH, self.height / INCH), DPI, facecolor="white")
        self.figure.set_label(title)
        self._growth = math.sqrt(self.width * self.height / (297.0 * 210.0))
        self._unit = Affine2D().scale(1 / INCH) + self.figure.dpi_scale_trans

    def mm(self, length: float) -> float:
        """Return a length of the A4 design at this page's size."""
        return length * self._growth

    def points(self, size: float, least: float = TINY) -> float:
        """Return a type size of the A4 design at this page's size, never below `least`."""
        return max(round(size * self._growth, 2), least)

    def add(self, artist: Artist) -> None:
        """Put an artist, given in millimetres, on the page."""
        artist.set_transform(self._unit)
        self.figure.add_artist(artist)

    def text(
        self,
        x: float,
        y: float,
        lines: list[str],
        style: FontProperties,
        *,
        maker: type[Text] = Text,
        **more: Any,
    ) -> None:
        """Write `lines`, each letter for itself, with their upper left corner at (x, y)."""
        look: Look = {"va": "top", "color": INK, "linespacing": 1.2, "zorder": 10} | more
        look |= {"fontproperties": style, "parse_math": False, "usetex": False}
        artist = maker(x, y, "\n".join(lines), transform=self._unit, figure=self.figure, **look)
        self.figure.texts.append(artist)

    def shrink(
        self, words: str, width: float, trials: Iterable[tuple[float, int]], *, bold: bool = False
    ) -> tuple[list[str], float]:
        """Return lines and size of the first trial (design size, most lines) that `words` fit.

        Raises
        ------
        SpecError
            If they fit none.
        """
        for design, most in trials:
            size = self.points(design)
            lines = wrap(words, width, size, bold=bold)
            if len(lines) <= most:
                return lines, size
        raise SpecError(
            f"{words[:60]!r} has {len(words)} characters, too many for a sheet of "
            f"{self.width:g} × {self.height:g} mm: shorten it, or choose a larger size."
        )

    def paragraph(
        self, words: str, width: float, size: float, *, bold: bool = False, color: str = INK
    ) -> Item:
        """Return `words` as an item `width` mm wide."""
        lines = wrap(words, width, size, bold=bold)

        def draw(left: float, top: float) -> None:
            self.text(left, top, lines, font(size, bold=bold), color=color)

        return Item(rise(len(lines), size) + self.mm(1), draw)


def font(size: float, *, bold: bool = False, italic: bool = False) -> FontProperties:
    """Return the typeface of all sheets (bundled with matplotlib), `size` points high."""
    look: Look = {"weight": "bold" if bold else "normal", "style": "italic" if italic else "normal"}
    return FontProperties(family="DejaVu Sans", size=size, **look)


def missing_glyphs(texts: Iterable[str], style: FontProperties) -> list[str]:
    """Return a sentence for each character of `texts` that would show as an empty box."""
    glyphs = get_font(findfont(style))
    return [
        f"The map's font has no glyph for {letter!r} (U+{ord(letter):04X}) in {text!r}: "
        "write it in other letters."
        for text in texts
        for letter in sorted(set(text))
        if letter not in "\t\n\r\f\v" and not glyphs.get_char_index(ord(letter))
    ]


@lru_cache(maxsize=256)
def rise(lines: int, size: float) -> float:
    """Return the height in mm of that many lines of the tallest letters."""
    figure = Figure((1, 1), DPI)
    words = "\n".join(["ÅЙp"] * lines)
    probe = figure.text(0, 0, words, fontproperties=font(size, bold=True), linespacing=1.2)
    FigureCanvasAgg(figure)  # gives the figure the renderer to measure with
    return probe.get_window_extent().height / DPI * INCH


@lru_cache(maxsize=8192)
def _width(word: str, *, bold: bool) -> float:
    """Return the width of `word` in mm per point of type size."""
    style = font(100, bold=bold)
    points, _, _ = text_to_path.get_text_width_height_descent(word, style, ismath=False)
    return HINTING * float(points) / 100 / 72 * INCH


def breadth(line: str, size: float, *, bold: bool = False) -> float:
    """Return the width of one line in mm, with some room for hinting."""
    words = line.split(" ")
    space = _width("n n", bold=bold) - _width("nn", bold=bold)
    return size * (sum(_width(word, bold=bold) for word in words) + space * (len(words) - 1))


def wrap(words: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Return `words` in lines of at most `width` mm; a word longer than a line is broken."""
    lines = [""]
    for word in re.split(r"[ \t\n\r\f\v]+", words.strip()):
        longer = f"{lines[-1]} {word}".removeprefix(" ")
        if breadth(longer, size, bold=bold) <= width:
            lines[-1] = longer
        elif breadth(word, size, bold=bold) <= width:
            lines.append(word)
        else:
            lines.append("")
            for letter in word:
                if lines[-1] and breadth(lines[-1] + letter, size, bold=bold) > width:
                    lines.append("")
                lines[-1] += letter
    return [line for line in lines if line]


def flow(groups: list[list[Item]], count: int, box: Box, gap: float) -> tuple[int, Placed] | None:
    """Place groups of items in `count` columns at the top of `box`, in as little height as will do.

    A group's first item is its heading; `gap` mm part columns and groups. Groups stay whole
    where that costs little height.

    Returns
    -------
    over, placed
        How often a group runs over into the next column, and the items with their left and top;
        None if `box` is too small for them.
    """
    width = (box.w + gap) / count
    total = sum(item.height for group in groups for item in group)
    trials: list[tuple[int, float, list[tuple[Item, int, float]]]] = []
    for height in (*np.arange(total / count, box.h, 1.0), box.h):
        if trials and height > 1.2 * trials[0][1]:
            break
        filled = (_fill(groups, count, height, gap, apart=apart) for apart in (True, False))
        trials += [(found[0], height, found[1]) for found in filled if found]
    if not trials:
        return None
    over, _, best = min(trials, key=lambda trial: trial[:2])
    return over, [(item, box.x + column * width, box.top - down) for item, column, down in best]


def _fill(
    groups: list[list[Item]], count: int, height: float, gap: float, *, apart: bool
) -> tuple[int, list[tuple[Item, int, float]]] | None:
    """Fill columns of `height`; return how often a group ran over into the next column.

    With it comes each item's column and its distance from the top.

    A heading never stands alone at the foot of a column, and what runs over into the next column
    starts level with what stands under the heading.
    """
    placed: list[tuple[Item, int, float]] = []
    column, down, over = 0, 0.0, 0
    for heading, *items in groups:
        down += gap if down else 0.0
        if down and (apart or down + heading.height + items[0].height > height):
            column, down = column + 1, 0.0
        placed.append((heading, column, down))
        down += heading.height
        for item in items:
            if down + item.height > height:
                column, down, over = column + 1, heading.height, over + 1
            placed.append((item, column, down))
            down += item.height
            if column >= count or down > height:
                return None
    return over, placed
