"""A sheet as the bytes of a PNG, SVG or PDF file that carries the disclaimer."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from html import escape
from importlib.metadata import PackageNotFoundError, version
from io import BytesIO
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from mtmgeo import checks, disclaimer, ink
from mtmgeo.errors import DisclaimerError

FORMATS: Final = (".png", ".svg", ".pdf")

#: The anchor and the origin of a line of upright text, as matplotlib writes it.
_START: Final = re.compile(
    r'<text style="[^"]*?(?:text-anchor: (\w+)[^"]*)?"[^>]*transform="'
    r'(?:rotate\(-?0 |translate\()([-\d.]+) ([-\d.]+)\)">'
)
#: Outlines, and what of their numbers is finer than a hundredth of a point.
_PATH: Final = re.compile(r' d="[^"]*"')
_FRACTION: Final = re.compile(r"(\.\d\d)\d+")

_ANCHORS: Final = {"middle": 0.5, "end": 1.0}


def encode(figure: Figure, kind: str) -> bytes:
    """Return `figure` as a file, at its own resolution and with its label as the title.

    Parameters
    ----------
    figure
        With one Text artist whose gid is ``disclaimer.ELEMENT_ID``: the disclaimer in upright,
        dark lines, drawn last and well apart from everything else.
    kind
        One of `FORMATS`.

    Raises
    ------
    DisclaimerError
        If that artist is missing, altered, or not drawn.
    """
    artist = _artist(figure)
    sentence = " ".join(artist.get_text().split())
    title = " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", str(figure.get_label())).split())
    facts: dict[str, Any] = {"Title": title} if title else {}
    stream = BytesIO()
    with ink.drawing():
        mpl.rcParams["svg.fonttype"], mpl.rcParams["svg.hashsalt"] = "none", "mtmgeo"
        mpl.rcParams["pdf.fonttype"] = 42
        if kind == ".pdf":
            facts |= {"Subject": sentence, "Creator": _software(), "CreationDate": None}
        if kind == ".svg":
            facts |= {"Creator": _software(), "Date": None}
        fast = {"pil_kwargs": {"compress_level": 0}}  # a PNG file is packed once it has its facts
        options: dict[str, Any] = fast if kind == ".png" else {"metadata": facts}
        figure.savefig(stream, format=kind[1:], dpi=figure.dpi, **options)
        extent = artist.get_window_extent().extents
    if kind == ".svg":
        paper = to_hex(figure.get_facecolor())
        return _svg(stream.getvalue().decode(), artist, paper, sentence).encode()
    if kind == ".png":
        facts |= {disclaimer.METADATA_KEY: sentence, "Software": _software()}
        return _png(stream, figure.dpi, artist.get_text().split("\n"), extent, facts)
    return stream.getvalue()


def _artist(figure: Figure) -> Text:
    found = figure.findobj(lambda artist: artist.get_gid() == disclaimer.ELEMENT_ID)
    artist = found[0] if len(found) == 1 else None
    words = artist.get_text() if isinstance(artist, Text) else ""
    if not isinstance(artist, Text) or disclaimer.find(words) != " ".join(words.split()):
        raise DisclaimerError(
            "The figure does not hold the disclaimer once, in its exact words: draw it again with "
            "mtmgeo.sheet."
        )
    return artist


def _png(
    stream: BytesIO, dpi: float, lines: Sequence[str], extent: Any, facts: Mapping[str, str]
) -> bytes:
    """Return the picture with its `facts`, one of them where its `lines` are within `extent`."""
    with Image.open(stream) as drawn:
        picture = Image.new("RGB", drawn.size, "white")
        picture.paste(drawn, mask=drawn.getchannel("A"))
    x0, y0 = max(math.floor(extent[0]) - 3, 0), max(math.floor(picture.height - extent[3]) - 3, 0)
    x1, y1 = math.ceil(extent[2]) + 3, math.ceil(picture.height - extent[1]) + 3
    box = (x0, y0, max(x0, min(x1, picture.width)), max(y0, min(y1, picture.height)))
    darkness = 255.0 - np.asarray(picture.crop(box).convert("L"), dtype=np.float64)
    # Small lines may touch with the faint rims of their letters.
    found = (_rows(darkness, level) for level in (ink.INK, 64, 96, 128))
    rows = next((rows for rows in found if len(rows) == len(lines)), None)
    if rows is None:
        raise DisclaimerError(
            "The figure does not show the disclaimer within its edges, in dark lines that stand "
            "well apart on a white ground: draw it again with mtmgeo.sheet."
        )
    boxes = [(x0 + a, y0 + b, x0 + c, y0 + d) for a, b, c, d in rows]
    placed = [{"text": line, "box": box} for line, box in zip(lines, boxes, strict=True)]
    said = json.dumps({"size": picture.size, "lines": placed}, ensure_ascii=False)
    notes = PngInfo()
    for key, value in {**facts, disclaimer.BOX_KEY: said}.items():
        notes.add_text(key, value)
    saved = BytesIO()
    picture.save(saved, format="PNG", pnginfo=notes, dpi=(dpi, dpi))
    return saved.getvalue()


def _rows(darkness: ink.Array, level: float) -> list[tuple[int, int, int, int]]:
    """Return the boxes of ink that rows without pixels darker than `level` part."""
    dark = np.concatenate([[False], (darkness > level).any(axis=1), [False]])
    edges = np.flatnonzero(dark[1:] != dark[:-1]).tolist()
    bands = zip(edges[::2], edges[1::2], strict=True)
    found = [(top, bottom, ink.bounds(darkness[top:bottom])) for top, bottom in bands]
    return [(box[0], top, box[2], bottom) for top, bottom, box in found if box]


def _svg(drawing: str, artist: Text, paper: str, sentence: str) -> str:
    """Add the description, and draw the disclaimer's lines in known widths on their own ground."""
    lines = artist.get_text().split("\n")
    group = re.search(rf'<g id="{disclaimer.ELEMENT_ID}">.*?</text>\s*</g>', drawing, re.DOTALL)
    starts = _START.findall(group.group()) if group else []
    if not group or len(starts) != len(lines):
        raise DisclaimerError(
            "The figure does not show the disclaimer in plain, upright lines: draw it again with "
            "mtmgeo.sheet."
        )
    size, color = float(artist.get_fontsize()), to_hex(artist.get_color())
    texts, corners = [], []
    for line, (anchor, x, y) in zip(lines, starts, strict=True):
        left, lower, right, upper = (size * edge for edge in ink.extent(line))
        start, base = float(x) - right * _ANCHORS.get(anchor, 0.0), float(y)
        corners += [(start + left, base - upper), (start + right, base - lower)]
        numbers = {"x": start, "y": base, "font-size": size, "textLength": right}
        texts.append(_tag("text", numbers, color, escape(line), **checks.SVG_TEXT))
    (x0, y0), (x1, y1) = np.min(corners, axis=0) - size / 4, np.max(corners, axis=0) + size / 4
    ground = _tag("rect", {"x": x0, "y": y0, "width": x1 - x0, "height": y1 - y0}, paper, "")
    shown = "\n   ".join([f'<g id="{disclaimer.ELEMENT_ID}">', ground, *texts])
    drawing = f"{drawing[: group.start()]}{shown}\n  </g>{drawing[group.end() :]}"
    # Programs without the font find one that is as wide.
    drawing = drawing.replace(f"'{disclaimer.FONT}'", f"'{disclaimer.FONT}', Verdana, sans-serif")
    drawing = _PATH.sub(lambda path: _FRACTION.sub(r"\1", path.group()), drawing)
    return re.sub(r"(<svg [^>]*>)", rf"\1\n <desc>{escape(sentence)}</desc>", drawing, count=1)


def _tag(name: str, numbers: Mapping[str, float], fill: str, content: str, **more: str) -> str:
    known = {**{key: f"{value:.3f}" for key, value in numbers.items()}, **more, "fill": fill}
    attributes = " ".join(f'{key}="{value}"' for key, value in known.items())
    return f"<{name} {attributes}>{content}</{name}>"


def _software() -> str:
    try:
        return f"mtmgeo {version('mtmgeo')}"
    except PackageNotFoundError:  # run from a folder, not installed
        return "mtmgeo"
