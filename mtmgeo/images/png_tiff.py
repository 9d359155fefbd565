"""A sheet as the bytes of a PNG, TIFF, SVG or PDF file that carries the disclaimer."""

from __future__ import annotations

import json
import math
import struct
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any, Final

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from numpy.typing import NDArray
from PIL import Image
from PIL.TiffImagePlugin import (
    COPYRIGHT,
    IMAGEDESCRIPTION,
    SOFTWARE,
    XMP,
    ImageFileDirectory_v2,
)
from PIL.TiffTags import ASCII, BYTE

from mtmgeo.core import disclaimer
from mtmgeo.core.errors import DisclaimerError
from mtmgeo.images import svg
from mtmgeo.images.metadata import Facts, facts, software, srgb
from mtmgeo.images.settings import drawing
from mtmgeo.verification.rules import ink

FORMATS: Final = (".png", ".tif", ".tiff", ".svg", ".pdf")

#: Rows and columns of red, green and blue.
Pixels = NDArray[np.uint8]

#: How hard a PNG file is packed: harder takes twice the time and saves a twentieth.
_LEVEL: Final = 3
#: Bands that are packed at the same time. Another number would give other bytes.
_BANDS: Final = 4


def encode(figure: Figure, kind: str) -> bytes:
    """Return `figure` as a file, at its own resolution.

    Parameters
    ----------
    figure
        With one Text artist whose gid is ``disclaimer.ELEMENT_ID``: the disclaimer in upright,
        dark lines, drawn last and well apart from everything else. For its title, description and
        language see ``metadata.facts``.
    kind
        One of `FORMATS`.

    Raises
    ------
    DisclaimerError
        If that artist is missing, altered, or not drawn.
    SpecError
        If the figure's language is none.
    """
    artist = _artist(figure)
    said = facts(figure, " ".join(artist.get_text().split()))
    with drawing():
        if kind == ".svg":
            return svg.encode(figure, artist, said)
        if kind == ".pdf":
            from mtmgeo.images import pdf

            return pdf.encode(figure, said)
        pixels, extent = _render(figure, artist)
    places = _places(pixels, artist.get_text().split("\n"), extent)
    return (_png if kind == ".png" else _tiff)(pixels, figure.dpi, said, places)


def _artist(figure: Figure) -> Text:
    found = [each for each in _artists(figure) if each.get_gid() == disclaimer.ELEMENT_ID]
    artist = found[0] if len(found) == 1 else None
    words = artist.get_text() if isinstance(artist, Text) else ""
    if not isinstance(artist, Text) or disclaimer.find(words) != " ".join(words.split()):
        raise DisclaimerError(
            "The figure does not hold the disclaimer once, in its exact words: draw it again with "
            "mtmgeo.sheet."
        )
    return artist


def _artists(parent: Artist) -> Iterator[Artist]:
    """Yield all artists below one, but for those of axes' scales, which are many."""
    for child in parent.get_children():
        if not isinstance(child, Axis):
            yield child
            yield from _artists(child)


def _render(figure: Figure, artist: Text) -> tuple[Pixels, Any]:
    """Return the picture on white ground, and the extent of `artist` in it."""
    canvas: Any = figure.canvas
    try:
        drawn: Any = FigureCanvasAgg(figure)
        renderer = drawn.get_renderer()
        picture = np.asarray(renderer.buffer_rgba())
        picture[:] = 255
        figure.draw(renderer)
        return picture[..., :3], artist.get_window_extent(renderer).extents
    finally:
        figure.set_canvas(canvas)


def _places(pixels: Pixels, lines: list[str], extent: Any) -> str:
    """Return where within `extent` the lines are, as the file says it."""
    high, wide, _ = pixels.shape
    x0, y0 = max(math.floor(extent[0]) - 3, 0), max(math.floor(high - extent[3]) - 3, 0)
    x1, y1 = (max(math.ceil(end) + 3, 0) for end in (extent[2], high - extent[1]))
    part = Image.fromarray(np.ascontiguousarray(pixels[y0:y1, x0:x1])).convert("L")
    darkness = 255.0 - np.asarray(part, dtype=np.float64)
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
    return json.dumps({"size": (wide, high), "lines": placed})


def _rows(darkness: ink.Array, level: float) -> list[tuple[int, int, int, int]]:
    """Return the boxes of ink that rows without pixels darker than `level` part."""
    dark = np.concatenate([[False], (darkness > level).any(axis=1), [False]])
    edges = np.flatnonzero(dark[1:] != dark[:-1]).tolist()
    bands = zip(edges[::2], edges[1::2], strict=True)
    found = [(top, bottom, ink.bounds(darkness[top:bottom])) for top, bottom in bands]
    return [(box[0], top, box[2], bottom) for top, bottom, box in found if box]


# --- PNG ----------------------------------------------------------------------------------------


def _png(pixels: Pixels, dpi: float, said: Facts, places: str) -> bytes:
    high, wide, _ = pixels.shape
    texts = {
        "Title": said.title,
        "Description": said.alt,
        disclaimer.METADATA_KEY: said.disclaimer,
        disclaimer.BOX_KEY: places,
        "Language": said.lang,
        "Software": software(),
    }
    per_metre = round(dpi / 0.0254)
    parts = [
        b"\x89PNG\r\n\x1a\n",
        _chunk(b"IHDR", struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)),
        _chunk(b"sRGB", b"\0"),
        _chunk(b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1)),
        *(_text(key, words) for key, words in texts.items() if words),
        *(_chunk(b"IDAT", data) for data in _packed(pixels)),
        _chunk(b"IEND", b""),
    ]
    return b"".join(parts)


def _text(key: str, words: str) -> bytes:
    try:
        return _chunk(b"tEXt", f"{key}\0{words}".encode("latin-1"))
    except UnicodeEncodeError:
        return _chunk(b"iTXt", f"{key}\0\0\0\0\0{words}".encode())


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _packed(pixels: Pixels) -> Iterator[bytes]:
    """Yield the pieces of the packed picture, in which rows stand as they are.

    Maps have large flat areas, which the filters of PNG only make harder to pack.
    """
    high, wide, _ = pixels.shape
    starts = np.linspace(0, high, _BANDS + 1).astype(int).tolist()

    def pack(band: int) -> tuple[NDArray[np.uint8], bytes]:
        part = pixels[starts[band] : starts[band + 1]]
        rows = np.zeros((len(part), 1 + 3 * wide), np.uint8)  # each begins with "no filter"
        rows[:, 1:].reshape(part.shape)[:] = part
        packer = zlib.compressobj(_LEVEL, wbits=-zlib.MAX_WBITS)
        ending = zlib.Z_FINISH if band == _BANDS - 1 else zlib.Z_SYNC_FLUSH
        return rows, packer.compress(rows.data) + packer.flush(ending)

    yield b"\x78\x5e"
    check = 1
    with ThreadPoolExecutor(_BANDS) as pool:
        for rows, packed in pool.map(pack, range(_BANDS)):
            check = zlib.adler32(rows.data, check)
            yield packed
    yield struct.pack(">I", check)


# --- TIFF ---------------------------------------------------------------------------------------


def _tiff(pixels: Pixels, dpi: float, said: Facts, places: str) -> bytes:
    tags = ImageFileDirectory_v2()
    texts = {
        IMAGEDESCRIPTION: said.title,
        SOFTWARE: software(),
        COPYRIGHT: said.disclaimer,
        disclaimer.BOX_TAG: places,
    }
    for tag, words in ((tag, words) for tag, words in texts.items() if words):
        tags.tagtype[tag] = ASCII
        tags[tag] = words.encode()
    tags.tagtype[XMP] = BYTE
    tags[XMP] = said.xmp("image/tiff")
    picture, saved = Image.fromarray(np.ascontiguousarray(pixels)), BytesIO()
    picture.save(
        saved, "TIFF", compression="tiff_lzw", tiffinfo=tags, dpi=(dpi, dpi), icc_profile=srgb()
    )
    return saved.getvalue()
