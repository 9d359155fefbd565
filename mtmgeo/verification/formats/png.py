"""PNG: the disclaimer in the pixels, where a text chunk says it is; no chunk that changes them."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from io import BytesIO

from PIL import Image

from mtmgeo.core import disclaimer
from mtmgeo.verification.formats import pixels
from mtmgeo.verification.rules.lists import allowed, because
from mtmgeo.verification.rules.seen import Seen


def see(data: bytes) -> Seen:
    """Return what is seen in a picture."""
    with Image.open(BytesIO(data), formats=["PNG"]) as picture:
        pixels.bounded(picture)
        picture.load()
        notes: dict[str, str] = picture.text  # type: ignore[attr-defined]
        said = notes.get(disclaimer.METADATA_KEY, "")
        seen = pixels.see(picture, said, notes.get(disclaimer.BOX_KEY))
    return Seen(seen.stated, seen.shown, [*_unlisted(data), *seen.faults])


def _unlisted(data: bytes) -> Iterator[str]:
    """Yield which chunks a picture may not hold, or not with what is in them."""
    listed = allowed("png")
    for kind, content in _chunks(data):
        if kind not in listed["chunks"]:
            why = because(listed, kind)
            yield f"The picture has the chunk '{kind}', which no map needs{why}: leave it out."
        elif content.hex() not in listed["holding"].get(kind, {content.hex()}):
            yield f"The picture's '{kind}' changes its colours: save it with those of sRGB."


def _chunks(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each chunk of a file, but for contents that may be long."""
    at, end = 8, len(data)
    while at + 8 <= end:
        length, name = struct.unpack_from(">I4s", data, at)
        kind = name.decode("latin-1")
        yield kind, data[at + 8 : at + 8 + min(length, 32)]
        at += length + 12
        if kind == "IEND":
            return
