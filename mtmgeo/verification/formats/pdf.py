"""PDF documents: the disclaimer on every page, as text and as ink, and no object that could act."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any, Final

import numpy as np
import pypdfium2 as pdfium
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject
from pypdfium2 import raw

from mtmgeo.core import disclaimer
from mtmgeo.verification.rules import ink, legible
from mtmgeo.verification.rules.lists import Words, allowed, because, on, said
from mtmgeo.verification.rules.seen import MAX_ELEMENTS, MAX_PAGES, Fault, Seen, stated_in

#: Type size in pixels at which pages are drawn for the comparison.
_PAGE_EM: Final = 32.0


def see(data: bytes) -> Seen:
    """Return what is seen on the pages of a document."""
    document = pdfium.PdfDocument(data)
    try:
        if not 0 < len(document) <= MAX_PAGES:
            raise Fault(f"The document has {len(document)} pages; a map has 1 to {MAX_PAGES}.")
        if document.get_formtype():
            raise Fault("The document holds form fields, which could cover the disclaimer.")
        stated = stated_in(document.get_metadata_dict().get("Subject", ""))
        pages = [_page(document[index]) for index in range(len(document))]
    finally:
        document.close()
    faults = [
        f"Page {number}: {fault}" if len(pages) > 1 else fault
        for number, (_, found) in enumerate(pages, 1)
        for fault in found
    ]
    odd = [shown for shown, _ in pages if shown != stated]
    return Seen(stated, odd[0] if odd else stated, [*faults, *_unlisted(data)])


# --- pages --------------------------------------------------------------------------------------


def _page(page: Any) -> tuple[str | None, list[str]]:
    """Return the sentence that is best in view on a page, and what is wrong with it."""
    page.set_rotation(0)
    text = page.get_textpage()
    if text.count_chars() > MAX_ELEMENTS:
        raise Fault("A page holds more text than a map needs.")
    signs = "".join(chr(raw.FPDFText_GetUnicode(text, i)) for i in range(text.count_chars()))
    found = [
        (_lines(page, text, signs, *match.span()), match.group())
        for match in disclaimer.PATTERN.finditer(signs)
    ]
    if not found:
        return None, ["The disclaimer is missing, or its words were changed."]
    faults, words = min(found, key=lambda one: len(one[0]))
    return disclaimer.find(words), faults


def _lines(page: Any, text: Any, signs: str, start: int, end: int) -> list[str]:
    """Return what is wrong with the lines of a sentence that stands at some signs of the text."""
    faults = []
    for match in re.compile(r"[^\r\n]+").finditer(signs, start, end):
        boxes = [text.get_charbox(i) for i in range(*match.span()) if not signs[i].isspace()]
        if boxes:
            corners = np.array(boxes)
            low, high = corners[:, :2].min(axis=0).tolist(), corners[:, 2:].max(axis=0).tolist()
            faults.append(_line(page, match.group().strip(), *low, *high))
    return [fault for fault in faults if fault]


def _line(page: Any, line: str, left: float, bottom: float, right: float, top: float) -> str | None:
    """Return what is wrong with a line whose letters fill that box, or None."""
    em, edge = ink.size((left, bottom, right, top), line), page.get_bbox()
    if small := legible.small(em):
        return small
    outside = (left - edge[0], bottom - edge[1], edge[2] - right, edge[3] - top)
    if min(outside) < 0:
        return f"The line of the disclaimer “{line}” does not lie within the page."
    if top - bottom > 2 * em:
        return f"The line of the disclaimer “{line}” is squeezed."
    scale = _PAGE_EM / em
    crop = [max(gap - em / 2, 0.0) for gap in outside]
    picture = page.render(scale=scale, crop=tuple(crop), grayscale=True).to_numpy()
    darkness = 255.0 - picture.reshape(picture.shape[:2]).astype(np.float64)
    x, y = (outside[side] * scale - math.ceil(crop[side] * scale) for side in (0, 3))
    box = (x, y, x + (right - left) * scale, y + (top - bottom) * scale)
    return ink.misread(darkness, box, line)


# --- objects ------------------------------------------------------------------------------------


def _unlisted(data: bytes) -> Iterator[str]:
    """Yield what objects of a document have that is not on the list."""
    listed, seen = allowed("pdf"), set[tuple[int, Words]]()
    trailer = PdfReader(BytesIO(data), strict=True).trailer
    waiting: list[tuple[Any, Words, str]] = [(trailer, frozenset({"Trailer"}), "")]
    while waiting:
        thing, kinds, place = waiting.pop()
        if isinstance(thing, IndirectObject):
            if (thing.idnum, kinds) in seen:
                continue
            seen.add((thing.idnum, kinds))
            thing = thing.get_object()
        if len(seen) + len(waiting) > MAX_ELEMENTS:
            raise Fault("The document has more objects than a map needs.")
        if isinstance(thing, ArrayObject):
            waiting += [(one, kinds, place) for one in thing]
        elif isinstance(thing, DictionaryObject):
            kind = _kind(thing, kinds)
            if not kind:
                why = because(listed, min(kinds, default=""))
                yield f"The document holds {place} what no map needs there{why}: leave it out."
            for key, value in thing.items() if kind else ():
                name = key.removeprefix("/")
                leads = _leads(kind, name, value)
                if leads is None:
                    why = because(listed, name)
                    yield (
                        f"The document's {kind} has '{name}', which no map needs{why}: leave it "
                        "out."
                    )
                elif "-" not in leads:
                    waiting.append((value, leads, f"as '{name}' of its {kind}"))


def _kind(thing: Mapping[str, Any], kinds: Words) -> str:
    """Return of which of some kinds an object is; an empty text if of none."""
    types = {str(thing.get(key, ""))[1:] for key in ("/Type", "/Subtype", "/S")}
    alone = len(kinds) == 1 and all("is" not in allowed("pdf")[kind] for kind in kinds)
    return min(kinds if alone else kinds & types, default="")


def _leads(kind: str, name: str, value: Any) -> Words | None:
    """Return the kinds of objects to which an entry may lead, or None if it may not be there."""
    table, values = allowed("pdf")[kind], allowed("pdf")["values"].get(name)
    if values and not values.issuperset(map(str, value)):
        return None
    if on(table.get("entries", frozenset()), name):
        return frozenset()
    return None if name in {"entries", "is"} else said(table, name)
