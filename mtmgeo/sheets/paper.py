"""Paper: places in millimetres, and words that are measured before they are placed.

Words wrap, shrink or are refused; they are never guessed to fit.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.patheffects import Stroke
from matplotlib.text import Text
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D, Bbox

from mtmgeo.core import disclaimer
from mtmgeo.core.errors import SpecError
from mtmgeo.images.settings import APART
from mtmgeo.style.style import Style

INCH: Final = 25.4  # mm
TINY: Final = 6.0  # points: no word on a sheet is smaller
#: Hinting draws words a little wider or narrower than their outlines.
HINTING: Final = 1.03
_HALO: Final = 0.25  # of the type size
#: In type sizes: from one line to the next; from the top of a line to what its letters stand on.
_LINE: Final = 1.2
_BASE: Final = 0.86
_SUNK: Final = 0.05  # what stands in the middle of something looks too high without it
_TIGHT: Final = 0.9  # what matplotlib is to take for the height of a line
_MOST_TORN: Final = 3  # groups of items that run over into the next column

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


@dataclass(frozen=True)
class Flow:
    """Items in columns.

    Attributes
    ----------
    torn
        How often a group runs over into the next column.
    height
        Of the tallest column.
    items
        Each item with its column and its distance from the top.
    """

    torn: int
    height: float
    items: list[tuple[Item, int, float]]

    @property
    def used(self) -> float:
        """The heights of all items together."""
        return sum(item.height for item, _, _ in self.items)


class Haloed(Text):
    """Text with a white halo that stays text in SVG and PDF: only the halo becomes a path."""

    def draw(self, renderer: RendererBase) -> None:
        """Draw the halo, then the text."""
        width = _HALO * float(self.get_fontsize())
        self.set_path_effects([Stroke(linewidth=width, foreground="white", joinstyle="round")])
        super().draw(renderer)
        self.set_path_effects([])
        super().draw(renderer)


class Lines(Text):
    """Text in millimetres whose lines are drawn one by one.

    matplotlib keeps letters apart in text of one line only.
    """

    def draw(self, renderer: RendererBase) -> None:
        """Draw the lines."""
        if self.get_visible():
            renderer.open_group("text", self.get_gid())
            for line in self._lines():
                line.draw(renderer)
            renderer.close_group("text")

    def get_window_extent(
        self, renderer: RendererBase | None = None, dpi: float | None = None
    ) -> Bbox:
        """Return the box about all lines."""
        return Bbox.union([line.get_window_extent(renderer, dpi) for line in self._lines()])

    def _lines(self) -> list[Text]:
        """Return the lines, the last with its foot at the position of the whole."""
        x, foot = self.get_position()
        size, lines = float(self.get_fontsize()), self.get_text().split("\n")
        made = []
        for down, words in zip(_baselines(len(lines), size), lines, strict=True):
            line = Text()
            line.update_from(self)
            if figure := self.get_figure():
                line.set_figure(figure)
            look: Look = {"text": words, "x": x, "y": foot + rise(len(lines), size) - down}
            look |= {"va": "baseline", "parse_math": False, "linespacing": _TIGHT} | APART
            line.update(look)
            made.append(line)
        return made


class Page:
    """A matplotlib figure whose artists are placed in millimetres.

    Parameters
    ----------
    figure
        To be drawn on.
    style
        Of the words and lines.
    size
        Width and height in mm that lengths and type follow: those of the A4 design grow with the
        root of the area.
    """

    def __init__(self, figure: Figure, style: Style, size: tuple[float, float]) -> None:
        self.figure, self.style = figure, style
        self.width, self.height = size
        self._growth = math.sqrt(self.width * self.height / (297.0 * 210.0))
        self.unit = Affine2D().scale(1 / INCH) + figure.dpi_scale_trans
        self._tiny = max(TINY, disclaimer.MIN_PIXELS * 72 / figure.dpi)

    def mm(self, length: float) -> float:
        """Return a length of the A4 design at this page's size."""
        return length * self._growth

    def points(self, size: float, least: float = TINY) -> float:
        """Return a type size of the A4 design at this page's size.

        It is never below `least`, nor below the pixels that a word needs on a screen.
        """
        return self._type(size * self.style.type_scale, least)

    def map_points(self, size: float) -> float:
        """Return a type size for names on the map, where room is as scarce in every style."""
        return self._type(size * math.sqrt(self.style.type_scale), TINY)

    def _type(self, size: float, least: float) -> float:
        return max(round(size * self._growth, 2), least, self._tiny)

    def add(self, artist: Artist) -> None:
        """Put an artist, given in millimetres, on the page."""
        artist.set_transform(self.unit)
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
        look: Look = {"color": self.style.ink, "zorder": 10, "parse_math": False, "usetex": False}
        look |= {"fontproperties": style, "transform": self.unit, "figure": self.figure}
        look |= APART | more
        placed = [(y, "\n".join(lines))]
        if more.get("va") == "bottom":
            maker = Lines
        else:
            # Each line has its own baseline: matplotlib would part lines by what letters they have.
            size = style.get_size_in_points()
            half = rise(len(lines), size) / 2 - _SUNK * size / 72 * INCH
            top = y + half if more.get("va") == "center" else y
            look |= {"va": "baseline", "linespacing": _TIGHT}
            downs = _baselines(len(lines), size)
            placed = [(top - down, line) for down, line in zip(downs, lines, strict=True)]
        for up, words in placed:
            self.figure.texts.append(maker(x, up, words, **look))

    def fit(
        self,
        words: str,
        width: float,
        trials: Iterable[tuple[float, int]],
        *,
        bold: bool = False,
        indent: float = 0.0,
    ) -> tuple[list[str], float] | None:
        """Return lines and size of the first trial (design size, most lines) that `words` fit.

        Of the width, `indent` mm per point of the size are not theirs.
        """
        for design, most in trials:
            size = self.points(design)
            lines = wrap(words, width - indent * size, size, bold=bold)
            if len(lines) <= most:
                return lines, size
        return None

    def shrink(
        self,
        words: str,
        width: float,
        trials: Iterable[tuple[float, int]],
        *,
        bold: bool = False,
        indent: float = 0.0,
    ) -> tuple[list[str], float]:
        """Return what `fit` returns.

        Raises
        ------
        SpecError
            If the words fit in no trial.
        """
        if found := self.fit(words, width, trials, bold=bold, indent=indent):
            return found
        raise self.too_long(words)

    def too_long(self, words: str) -> SpecError:
        """Return what is to be said of words that no trial fits."""
        return SpecError(
            f"{words[:60]!r} has {len(words)} characters, too many for a sheet of "
            f"{self.width:g} × {self.height:g} mm: shorten it, or choose a larger size."
        )

    def paragraph(
        self,
        words: str,
        width: float,
        size: float,
        *,
        bold: bool = False,
        color: str | None = None,
    ) -> Item:
        """Return `words` as an item `width` mm wide."""
        lines = wrap(words, width, size, bold=bold)

        def draw(left: float, top: float) -> None:
            self.text(left, top, lines, font(size, bold=bold), color=color or self.style.ink)

        return Item(rise(len(lines), size) + self.mm(1), draw)


@lru_cache(maxsize=256)
def font(size: float, *, bold: bool = False, italic: bool = False) -> FontProperties:
    """Return the typeface of all sheets (bundled with matplotlib), `size` points high."""
    look: Look = {"weight": "bold" if bold else "normal", "style": "italic" if italic else "normal"}
    return FontProperties(family="DejaVu Sans", size=size, **look)


def missing_glyphs(texts: Iterable[str], style: FontProperties) -> list[str]:
    """Return a sentence for each character of `texts` that would show as an empty box."""
    texts, glyphs = list(texts), get_font(findfont(style))
    letters = set().union(*texts) - set("\t\n\r\f\v")
    # The mark of the order of bytes has a glyph, and nothing to show.
    missing = {letter for letter in letters if not glyphs.get_char_index(ord(letter))}
    missing |= letters & {"\ufeff"}
    return [
        f"The map's font has no glyph for {letter!r} (U+{ord(letter):04X}) in {text!r}: "
        "write it in other letters."
        for text in (texts if missing else ())
        for letter in sorted(missing.intersection(text))
    ]


def rise(lines: int, size: float) -> float:
    """Return the height in mm of that many lines."""
    return lines * _LINE * size / 72 * INCH


def _baselines(lines: int, size: float) -> list[float]:
    """Return how far below the top of a text its lines stand, in mm."""
    return [(_BASE + _LINE * line) * size / 72 * INCH for line in range(lines)]


@lru_cache(maxsize=8192)
def _width(word: str, *, bold: bool) -> float:
    """Return the width of `word` in mm per point of type size."""
    style = font(100, bold=bold)
    points, _, _ = text_to_path.get_text_width_height_descent(word, style, ismath=False)
    return HINTING * float(points) / 100 / 72 * INCH


def _space(*, bold: bool) -> float:
    return _width("n n", bold=bold) - _width("nn", bold=bold)


def breadth(line: str, size: float, *, bold: bool = False) -> float:
    """Return the width of one line in mm, with some room for hinting."""
    words = line.split(" ")
    widths = sum(_width(word, bold=bold) for word in words)
    return size * (widths + _space(bold=bold) * (len(words) - 1))


@lru_cache(maxsize=4096)
def _wrapped(words: str, width: float, size: float, *, bold: bool) -> tuple[str, ...]:
    lines, space, used = [""], _space(bold=bold), -1.0
    room = width / size
    for word in re.split(r"[ \t\n\r\f\v]+", words.strip()):
        wide = _width(word, bold=bold)
        if lines[-1] and used + space + wide <= room:
            lines[-1] += f" {word}"
            used += space + wide
        elif wide <= room:
            lines.append(word)
            used = wide
        else:
            lines.append("")
            for letter in word:
                longer = breadth(lines[-1] + letter, size, bold=bold)
                if lines[-1] and longer > width:
                    lines.append("")
                lines[-1] += letter
            used = _width(lines[-1], bold=bold)
    return tuple(line for line in lines if line)


def wrap(words: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Return `words` in lines of at most `width` mm; a word longer than a line is broken."""
    return list(_wrapped(words, width, size, bold=bold))


def lowered(item: Item, by: float) -> Item:
    """Return an item with `by` mm of room above it."""
    return Item(item.height + by, lambda left, top: item.draw(left, top - by))


def stacked(items: Sequence[Item]) -> Item:
    """Return items in one piece."""

    def draw(left: float, top: float) -> None:
        for item in items:
            item.draw(left, top)
            top -= item.height

    return Item(sum(item.height for item in items), draw)


def flow(groups: Sequence[Sequence[Item]], count: int, gap: float) -> list[Flow]:
    """Return the ways to place groups of items in at most `count` columns.

    A group's first item is its heading, which never stands alone at the foot of a column; what
    runs over into the next column starts level with what stands under the heading. `gap` mm part
    groups.

    Returns
    -------
    flows
        The lowest without a torn group first, if there is one; each further one is lower, and
        more often torn.
    """
    items = [item for group in groups for item in group]
    starts = np.array([not place for group in groups for place in range(len(group))])
    heads = [group[0].height for group in groups for _ in group]
    number = len(items)
    steps = np.array([item.height for item in items]) + gap * starts
    ends = np.concatenate([[0.0], np.cumsum(steps)])
    lead = np.where(starts, -gap, heads)
    # Heights of columns from each item (down) to before each item (across).
    heights = lead[:, None] + ends[None, :] - ends[:-1, None]
    heights[np.arange(number)[:, None] >= np.arange(number + 1)[None, :]] = math.inf
    alone = np.flatnonzero(starts[:-1] & ~starts[1:]) + 1
    heights[:, alone] = math.inf
    best = np.full((_MOST_TORN + 1, number + 1), math.inf)
    best[0] = heights[0]
    came: list[Any] = []
    torn = ~starts
    for _ in range(1, count):
        fewer = np.vstack([np.full(number + 1, math.inf), best[:-1]])
        before = np.where(torn, fewer[:, :-1], best[:, :-1])  # by tears, and first item of a column
        trial = np.maximum(before[:, :, None], heights[None])
        first = trial.argmin(axis=1)
        least = np.take_along_axis(trial, first[:, None], axis=1)[:, 0]
        came.append(np.where(least < best, first, -1))
        best = np.minimum(best, least)
    flows: list[Flow] = []
    for tears, height in enumerate(best[:, number].tolist()):
        if height < min((other.height for other in flows), default=math.inf):
            flows.append(Flow(tears, height, _standing(items, starts, lead, gap, came, tears)))
    return flows


def _standing(
    items: list[Item], starts: Any, lead: Any, gap: float, came: list[Any], tears: int
) -> list[tuple[Item, int, float]]:
    """Return each item with its column and its distance from the top."""
    breaks, end = [0], len(items)
    for first in reversed(came):
        if (start := int(first[tears, end])) >= 0:
            breaks.append(start)
            tears, end = tears - int(not starts[start]), start
    breaks.sort()
    placed: list[tuple[Item, int, float]] = []
    column, down = -1, 0.0
    for place, item in enumerate(items):
        if column + 1 < len(breaks) and place == breaks[column + 1]:
            column, down = column + 1, float(lead[place])
        down += gap * int(starts[place])
        placed.append((item, column, down))
        down += item.height
    return placed
