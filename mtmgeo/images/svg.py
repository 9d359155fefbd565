"""A sheet as SVG: its fonts inside, and the disclaimer's lines as wide in any font."""

from __future__ import annotations

import re
from base64 import b64encode
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from html import escape, unescape
from io import BytesIO
from pathlib import Path
from typing import Final

import matplotlib as mpl
import numpy as np
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.textpath import TextPath

from mtmgeo.core import disclaimer
from mtmgeo.core.errors import DisclaimerError
from mtmgeo.images.metadata import Facts, software

#: The name of the fonts inside: another than those of the disclaimer's lines, which must not
#: depend on what a file brings along.
FAMILY: Final = "mtmgeo"

#: Programs that take no fonts from a file find one that is as wide.
_FAMILIES: Final = f"{FAMILY}, '{disclaimer.FONT}', Verdana, sans-serif"

#: The anchor and the origin of a line of upright text, as matplotlib writes it.
_START: Final = re.compile(
    r'<text style="[^"]*?(?:text-anchor: (\w+)[^"]*)?"[^>]*transform="'
    r'(?:rotate\(-?0 |translate\()([-\d.]+) ([-\d.]+)\)">'
)
#: The disclaimer: lines of text, or groups of one line each.
_GROUP: Final = re.compile(
    rf'<g id="{disclaimer.ELEMENT_ID}">\s*'
    r'(?:(?:<g id="text_\d+">\s*<text.*?</g>\s*)+|.*?</text>\s*)</g>',
    re.DOTALL,
)
_HEAD: Final = re.compile(r"(<svg [^>]*)>\s*(?:<title>.*?</title>)?", re.DOTALL)
_WORDS: Final = re.compile(r"(<(?:text|tspan)\b[^>]*>)([^<]*)")
_BOLD: Final = re.compile(r"(?<![\w.])(bold|[6-9]00)\b")
_ITALIC: Final = re.compile(r"\b(italic|oblique)\b")
#: Outlines, and what of their numbers is finer than a hundredth of a point.
_PATH: Final = re.compile(r' d="[^"]*"')
_FRACTION: Final = re.compile(r"(\.\d\d)\d+")

_ANCHORS: Final = {"middle": 0.5, "end": 1.0}

#: Files of the faces, by whether they are bold and whether they are italic.
_FACES: Final = {
    (False, False): "DejaVuSans.ttf",
    (True, False): "DejaVuSans-Bold.ttf",
    (False, True): "DejaVuSans-Oblique.ttf",
    (True, True): "DejaVuSans-BoldOblique.ttf",
}


def encode(figure: Figure, artist: Text, facts: Facts) -> bytes:
    """Return `figure` as an SVG file.

    Parameters
    ----------
    figure
        To be drawn with the settings of `drawing`.
    artist
        Its disclaimer.
    facts
        What the file is to say of itself.

    Raises
    ------
    DisclaimerError
        If the disclaimer is not drawn in plain, upright lines.
    """
    stream = BytesIO()
    mpl.rcParams["svg.fonttype"], mpl.rcParams["svg.hashsalt"] = "none", "mtmgeo"
    said = {"Creator": software(), "Date": None, "Language": facts.lang}
    if facts.title:
        said["Title"] = facts.title
    figure.savefig(stream, format="svg", dpi=figure.dpi, metadata=said)
    drawing = stream.getvalue().decode()
    group = _GROUP.search(drawing)
    lines = _lines(group.group() if group else "", artist, to_hex(figure.get_facecolor()))
    before, after = (drawing[: group.start()], drawing[group.end() :]) if group else ("", "")
    used: dict[tuple[bool, bool], set[str]] = defaultdict(set)

    def renamed(found: re.Match[str]) -> str:
        tag, words = found.groups()
        if f"'{disclaimer.FONT}'" not in tag:
            return found.group()
        used[bool(_BOLD.search(tag)), bool(_ITALIC.search(tag))].update(unescape(words))
        return tag.replace(f"'{disclaimer.FONT}'", _FAMILIES) + words

    drawing = f"{_WORDS.sub(renamed, before)}{lines}{_WORDS.sub(renamed, after)}"
    drawing = _PATH.sub(lambda path: _FRACTION.sub(r"\1", path.group()), drawing)
    fonts = "".join(_font(*face, "".join(sorted(used[face]))) for face in sorted(used))
    return _HEAD.sub(lambda head: _head(head[1], facts, fonts), drawing, count=1).encode()


def _lines(group: str, artist: Text, paper: str) -> str:
    """Return the disclaimer's lines in known widths on their own ground."""
    lines, starts = artist.get_text().split("\n"), _START.findall(group)
    if len(starts) != len(lines):
        raise DisclaimerError(
            "The figure does not show the disclaimer in plain, upright lines: draw it again with "
            "mtmgeo.sheet."
        )
    size, color = float(artist.get_fontsize()), to_hex(artist.get_color())
    texts, corners = [], []
    for line, (anchor, x, y) in zip(lines, starts, strict=True):
        left, lower, right, upper = (size * edge for edge in _extent(line))
        start, base = float(x) - right * _ANCHORS.get(anchor, 0.0), float(y)
        corners += [(start + left, base - upper), (start + right, base - lower)]
        numbers = {"x": start, "y": base, "font-size": size, "textLength": right}
        texts.append(_tag("text", numbers, color, escape(line), **disclaimer.SVG_TEXT))
    (x0, y0), (x1, y1) = np.min(corners, axis=0) - size / 4, np.max(corners, axis=0) + size / 4
    ground = _tag("rect", {"x": x0, "y": y0, "width": x1 - x0, "height": y1 - y0}, paper, "")
    return "\n   ".join([f'<g id="{disclaimer.ELEMENT_ID}">', ground, *texts]) + "\n  </g>"


@lru_cache(maxsize=256)
def _extent(line: str) -> tuple[float, float, float, float]:
    """Return left, lower, right and upper end of the ink of `line`, in ems from its origin."""
    face = FontProperties(fname=str(Path(mpl.get_data_path(), "fonts/ttf", _FACES[False, False])))
    outlines = TextPath((0, 0), line, size=100, prop=face).to_polygons(closed_only=False)
    points = np.concatenate(outlines or [np.zeros((1, 2))]) / 100
    (left, lower), (right, upper) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    return left, lower, right, upper


def _tag(name: str, numbers: Mapping[str, float], fill: str, content: str, **more: str) -> str:
    known = {**{key: f"{value:.3f}" for key, value in numbers.items()}, **more, "fill": fill}
    attributes = " ".join(f'{key}="{value}"' for key, value in known.items())
    return f"<{name} {attributes}>{content}</{name}>"


def _head(start: str, facts: Facts, fonts: str) -> str:
    """Return the start of the file with what screen readers say of the picture, and its fonts."""
    title = f'\n <title id="title">{escape(facts.title)}</title>' if facts.title else ""
    named = "title desc" if title else "desc"
    return (
        f'{start} role="img" aria-labelledby="{named}" xml:lang="{facts.lang}">{title}\n '
        f'<desc id="desc">{escape(facts.about)}</desc>\n '
        f'<style type="text/css">svg{{text-rendering:geometricPrecision}}\n{fonts}</style>'
    )


@lru_cache(maxsize=64)
def _font(bold: bool, italic: bool, letters: str) -> str:
    """Return the style rule with the face that holds `letters` and no more."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    options = Options()
    options.layout_features = ["ccmp", "kern", "mark", "mkmk"]
    options.hinting = options.legacy_kern = options.glyph_names = False
    options.name_IDs = [0]  # copyright
    options.drop_tables += ["FFTM"]  # times
    path = Path(mpl.get_data_path(), "fonts/ttf", _FACES[bold, italic])
    saved = BytesIO()
    with TTFont(path, lazy=True, recalcTimestamp=False) as font:
        subsetter = Subsetter(options)
        subsetter.populate(text=letters)
        subsetter.subset(font)
        font.flavor = "woff"
        font.save(saved, reorderTables=False)
    return (
        f"@font-face{{font-family:{FAMILY};font-weight:{'bold' if bold else 'normal'};"
        f"font-style:{'italic' if italic else 'normal'};"
        f"src:url(data:font/woff;base64,{b64encode(saved.getvalue()).decode()})}}\n"
    )
