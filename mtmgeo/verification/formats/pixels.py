"""The disclaimer in the pixels of a picture: each line is compared with the same line drawn anew.

Where the lines are, and how large the picture was, is said in the file.
"""

from __future__ import annotations

import json
from io import BytesIO
from typing import Final

import numpy as np
from PIL import Image, ImageCms

from mtmgeo.verification.rules import ink, legible
from mtmgeo.verification.rules.seen import MAX_PIXELS, Fault, Seen, only_sentence, stated_in

#: Pixels around a line that are looked at with it.
_AROUND: Final = 6

#: The modes of pictures that a colour profile can be of, by the colours that it says.
_PROFILED: Final = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}


def bounded(picture: Image.Image) -> None:
    """Refuse, before it is unpacked, a picture too large for a map, or one of several in a file."""
    if picture.width * picture.height > MAX_PIXELS:
        raise Fault(f"The picture has more than {MAX_PIXELS:,} pixels, which no map needs.")
    if getattr(picture, "is_animated", False):
        raise Fault(
            "The file holds more than one picture; the disclaimer must be in view all the time."
        )


def see(picture: Image.Image, said: str, places: str | None) -> Seen:
    """Return what is seen in a picture.

    Parameters
    ----------
    picture
        Unpacked.
    said
        The sentence that its file states.
    places
        Where the file says that the lines are; see ``disclaimer.BOX_KEY``.
    """
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
    """Return what is wrong with a line whose ink is said to fill that box, or None."""
    if not (0 <= x0 < x1 <= picture.width and 0 <= y0 < y1 <= picture.height):
        return f"The line of the disclaimer “{line}” does not lie within the picture."
    em = ink.size((x0, y0, x1, y1), line)
    resolution = picture.info.get("dpi", (0, 0))[0]
    small = legible.few_pixels(em) or (resolution and legible.small(em * 72 / resolution))
    if small:
        return small
    x, y = max(x0 - _AROUND, 0), max(y0 - _AROUND, 0)
    edges = min(x1 + _AROUND, picture.width), min(y1 + _AROUND, picture.height)
    part = picture.crop((x, y, *edges))
    if part.convert("RGBA").getchannel("A").getextrema() != (255, 255):
        return "The ground of the disclaimer is transparent."
    seen = _as_shown(part, picture.info.get("icc_profile"))
    darkness = 255.0 - np.asarray(seen.convert("L"), dtype=np.float64)
    return ink.misread(darkness, (x0 - x, y0 - y, x1 - x, y1 - y), line)


def _as_shown(part: Image.Image, profile: bytes | None) -> Image.Image:
    """Return a part of a picture as programs show it that heed its colour profile."""
    part = part if part.mode in _PROFILED.values() else part.convert("RGB")
    if not profile:
        return part
    try:
        given = ImageCms.ImageCmsProfile(BytesIO(profile))
        if _PROFILED.get(given.profile.xcolor_space.strip()) != part.mode:
            return part  # what fits no picture is left aside
        own = ImageCms.createProfile("sRGB")
        shown = ImageCms.profileToProfile(part, given, own, outputMode="RGB")
    except (OSError, ImageCms.PyCMSError) as error:
        raise Fault("The picture's colour profile cannot be read: leave it out.") from error
    return shown or part
