"""PNG and TIFF: the disclaimer in pixels, where the metadata say it is; GeoTIFFs by their tags."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from io import BytesIO
from typing import Any, BinaryIO, Final

import numpy as np
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from mtmgeo.core import disclaimer
from mtmgeo.verification import ink
from mtmgeo.verification.seen import MAX_BYTES, MAX_PIXELS, Fault, Seen, only_sentence, stated_in

# --- surfaces -----------------------------------------------------------------------------------

TIFF_KINDS: Final = (".tif", ".tiff")
_BIG: Final = 43  # the number of the format with long offsets
_MAX_DIRECTORIES: Final = 32

#: Tags of TIFF files. The last, of the numbers left for private use, says where the lines are.
DESCRIPTION, SOFTWARE, XMP, COPYRIGHT, PLACES = 270, 305, 700, 33432, 65017
_GEOKEYS: Final = 34735
#: What tags say of one floating-point number per cell: its kind, its bits, how many there are.
_NUMBERS: Final[dict[int, list[Any]]] = {339: [(3,)], 258: [(32,), (64,)], 277: [1]}


class _Sparing:
    """A file of which no more is read than a map may have."""

    def __init__(self, file: BinaryIO) -> None:
        self.left = MAX_BYTES
        self.seek, self.tell, self._read = file.seek, file.tell, file.read

    def read(self, size: int = -1) -> bytes:
        """Read on; nothing when the bound is reached."""
        data = self._read(self.left if size < 0 else min(size, self.left))
        self.left -= len(data)
        return data


def see_surface(file: BinaryIO) -> str | None:
    """Return the sentence in the copyright of a GeoTIFF, however large, or None of a picture.

    A GeoTIFF is one that holds a single floating-point number per cell, and nothing else: whatever
    could be looked at as a picture is one, with keys of GeoTIFF or without.
    """
    first, *others = list(_directories(file))
    numbers = [
        all(directory.get(tag, 1) in known for tag, known in _NUMBERS.items())
        for directory in (first, *others)
    ]
    if _GEOKEYS not in first or not numbers[0]:
        return None
    if not all(numbers):
        raise Fault("The file holds a picture beside its numbers, which cannot be checked.")
    if (found := only_sentence(_tag(first, COPYRIGHT))) is None:
        raise Fault("The disclaimer is missing from the file's tags, or its words were changed.")
    return found


def _directories(file: BinaryIO) -> Iterator[ImageFileDirectory_v2]:
    """Yield the tags of each picture or grid in a TIFF file, at least one."""
    sparing = _Sparing(file)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        head = sparing.read(8)
        if _BIG in head[2:4]:
            head += sparing.read(8)
        tags, seen = ImageFileDirectory_v2(head), {0}
        while tags.next not in seen:
            if len(seen) > _MAX_DIRECTORIES:
                raise Fault(f"The file holds more than {_MAX_DIRECTORIES} pictures.")
            seen.add(tags.next)
            sparing.seek(tags.next)
            tags = ImageFileDirectory_v2(head)
            tags.load(sparing)  # type: ignore[arg-type]
            yield tags
    if tags.next:  # where a cut file ends, the reader is at its first directory again
        raise Fault("The file cannot be read: it was cut off, or its tags lead in a circle.")


def _tag(tags: ImageFileDirectory_v2, number: int) -> str:
    """Return a text, which is in UTF-8 whatever the reader takes it for."""
    value = tags.get(number, "")
    data = value if isinstance(value, bytes) else str(value).encode("latin-1", "replace")
    return data.decode("utf-8", "replace")


# --- PNG and TIFF -------------------------------------------------------------------------------


def see_png(data: bytes) -> Seen:
    """Return what is seen in a picture."""
    with Image.open(BytesIO(data), formats=["PNG"]) as picture:
        _bounded(picture)
        picture.load()
        notes: dict[str, str] = picture.text  # type: ignore[attr-defined]
        said = notes.get(disclaimer.METADATA_KEY, "")
        return _picture(picture, said, notes.get(disclaimer.BOX_KEY))


def see_tiff(data: bytes) -> Seen:
    """Return what is seen in a picture with tags."""
    with Image.open(BytesIO(data), formats=["TIFF"]) as picture:
        _bounded(picture)
        tags: ImageFileDirectory_v2 = picture.tag_v2  # type: ignore[attr-defined]
        said, places = _tag(tags, COPYRIGHT), _tag(tags, PLACES)
        picture.load()
        return _picture(picture, said, places)


def _bounded(picture: Image.Image) -> None:
    if picture.width * picture.height > MAX_PIXELS:
        raise Fault(f"The picture has more than {MAX_PIXELS:,} pixels, which no map needs.")
    if getattr(picture, "is_animated", False):
        raise Fault(
            "The file holds more than one picture; the disclaimer must be in view all the time."
        )


def _picture(picture: Image.Image, said: str, places: str | None) -> Seen:
    size, lines = _placed(places)
    if size != picture.size:
        raise Fault(
            "The picture was cropped or resized: it was written with "
            f"{size[0]} x {size[1]} pixels and has {picture.width} x {picture.height}."
        )
    faults = [fault for line, box in lines if (fault := _line_fault(picture, line, *box))]
    shown = only_sentence(" ".join(line for line, _ in lines))
    return Seen(stated_in(said), shown, faults)


def _placed(places: str | None) -> tuple[tuple[int, int], list[tuple[str, list[int]]]]:
    """Return the size of the picture, and the lines with their boxes, as they were written."""
    try:
        said = json.loads(places or "")
        width, height = said["size"]
        lines = [(x["text"].strip(), [int(edge) for edge in x["box"]]) for x in said["lines"]]
        sound = all(0 < len(text) < 400 and len(box) == 4 for text, box in lines)
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
        sound = False
    if not sound:
        raise Fault(
            "The file's metadata does not say where the disclaimer was drawn: write the map again."
        )
    return (width, height), lines


def _line_fault(picture: Image.Image, line: str, x0: int, y0: int, x1: int, y1: int) -> str | None:
    if not (0 <= x0 < x1 <= picture.width and 0 <= y0 < y1 <= picture.height):
        return f"The line of the disclaimer “{line}” does not lie within the picture."
    em = ink.size((x0, y0, x1, y1), line)
    if em < disclaimer.MIN_PIXELS - 0.1:
        return f"The disclaimer is too small: {em:.1f} pixels of {disclaimer.MIN_PIXELS} needed."
    resolution = picture.info.get("dpi", (0, 0))[0]
    if resolution and (small := ink.small(em * 72 / resolution)):
        return small
    x, y = max(x0 - 6, 0), max(y0 - 6, 0)
    part = picture.crop((x, y, min(x1 + 6, picture.width), min(y1 + 6, picture.height)))
    part = part.convert("RGBA")
    if part.getchannel("A").getextrema() != (255, 255):
        return "The ground of the disclaimer is transparent."
    darkness = 255.0 - np.asarray(part.convert("L"), dtype=np.float64)
    return ink.misread(darkness, (x0 - x, y0 - y, x1 - x, y1 - y), line)
