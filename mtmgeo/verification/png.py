"""PNG: the disclaimer in the pixels, where a text chunk says it is."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from mtmgeo.core import disclaimer
from mtmgeo.verification import pixels
from mtmgeo.verification.seen import Seen


def see(data: bytes) -> Seen:
    """Return what is seen in a picture."""
    with Image.open(BytesIO(data), formats=["PNG"]) as picture:
        pixels.bounded(picture)
        picture.load()
        notes: dict[str, str] = picture.text  # type: ignore[attr-defined]
        said = notes.get(disclaimer.METADATA_KEY, "")
        return pixels.see(picture, said, notes.get(disclaimer.BOX_KEY))
