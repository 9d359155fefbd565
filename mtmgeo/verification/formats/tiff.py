"""TIFF: a picture with the disclaimer in its pixels, or a GeoTIFF of numbers with it in its tags.

A GeoTIFF is one that holds a single floating-point number per cell, and nothing else: whatever
could be looked at as a picture is one, with keys of GeoTIFF or without.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from io import BytesIO
from typing import Any, BinaryIO, Final

from PIL import Image
from PIL.TiffImagePlugin import (
    BITSPERSAMPLE,
    COPYRIGHT,
    SAMPLEFORMAT,
    SAMPLESPERPIXEL,
    ImageFileDirectory_v2,
)
from PIL.TiffTags import lookup

from mtmgeo.core import disclaimer
from mtmgeo.verification.formats import pixels
from mtmgeo.verification.rules.lists import allowed, because
from mtmgeo.verification.rules.seen import MAX_BYTES, Fault, Seen, only_sentence

#: The number of the format with long offsets.
_BIG: Final = 43
_MAX_DIRECTORIES: Final = 32
_GEOKEYS: Final = 34735

#: What tags say of one floating-point number per cell: its kind, its bits, how many there are.
_NUMBERS: Final[dict[int, list[Any]]] = {
    SAMPLEFORMAT: [(3,)],
    BITSPERSAMPLE: [(32,), (64,)],
    SAMPLESPERPIXEL: [1],
}


def see(data: bytes) -> Seen:
    """Return what is seen in a picture with tags."""
    with Image.open(BytesIO(data), formats=["TIFF"]) as picture:
        pixels.bounded(picture)
        tags: ImageFileDirectory_v2 = picture.tag_v2  # type: ignore[attr-defined]
        said, places = _text(tags, COPYRIGHT), _text(tags, disclaimer.BOX_TAG)
        unlisted = [*_unlisted(tags)]
        picture.load()
        seen = pixels.see(picture, said, places)
    return Seen(seen.stated, seen.shown, [*unlisted, *seen.faults])


def surface(file: BinaryIO) -> str | None:
    """Return the sentence in the copyright of a GeoTIFF, however large, or None of a picture."""
    first, *others = list(_directories(file))
    numbers = [
        all(directory.get(tag, 1) in known for tag, known in _NUMBERS.items())
        for directory in (first, *others)
    ]
    if _GEOKEYS not in first or not numbers[0]:
        return None
    if not all(numbers):
        raise Fault("The file holds a picture beside its numbers, which cannot be checked.")
    if (found := only_sentence(_text(first, COPYRIGHT))) is None:
        raise Fault("The disclaimer is missing from the file's tags, or its words were changed.")
    for directory in (first, *others):
        for fault in _unlisted(directory):
            raise Fault(fault)
    return found


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


def _unlisted(tags: ImageFileDirectory_v2) -> Iterator[str]:
    """Yield which tags a file may not have."""
    listed = allowed("tiff")
    for number in tags:
        name = lookup(number).name
        if listed["tags"].isdisjoint({name, str(number)}):
            tag = str(number) if name == "unknown" else name
            why = because(listed, tag)
            yield f"The file has the tag '{tag}', which no map needs{why}: leave it out."


def _text(tags: ImageFileDirectory_v2, number: int) -> str:
    """Return a text, which is in UTF-8 whatever the reader takes it for."""
    value = tags.get(number, "")
    data = value if isinstance(value, bytes) else str(value).encode("latin-1", "replace")
    return data.decode("utf-8", "replace")
