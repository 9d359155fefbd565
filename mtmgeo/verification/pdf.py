"""PDF documents: the disclaimer on every page, as text and as ink."""

from __future__ import annotations

import math
import re
from typing import Any, Final

import numpy as np

from mtmgeo.core import disclaimer
from mtmgeo.verification import ink, legible
from mtmgeo.verification.seen import MAX_ELEMENTS, MAX_PAGES, Fault, Seen, stated_in

#: Type size in pixels at which pages are drawn for the comparison.
_PAGE_EM: Final = 24.0


# --- PDF ----------------------------------------------------------------------------------------


def see(data: bytes) -> Seen:
    """Return what is seen on the pages of a document."""
    import pypdfium2 as pdfium

    document = pdfium.PdfDocument(data)
    try:
        if not 0 < len(document) <= MAX_PAGES:
            raise Fault(f"The document has {len(document)} pages; a map has 1 to {MAX_PAGES}.")
        if document.get_formtype():
            raise Fault("The document holds form fields, which could cover the disclaimer.")
        stated = stated_in(document.get_metadata_dict().get("Subject", ""))
        pages = [_pdf_page(document[index]) for index in range(len(document))]
    finally:
        document.close()
    faults = [
        f"Page {number}: {fault}" if len(pages) > 1 else fault
        for number, (_, found) in enumerate(pages, 1)
        for fault in found
    ]
    odd = [shown for shown, _ in pages if shown != stated]
    return Seen(stated, odd[0] if odd else stated, faults)


def _pdf_page(page: Any) -> tuple[str | None, list[str]]:
    """Return the sentence that is best in view on a page, and what is wrong with it."""
    from pypdfium2 import raw

    page.set_rotation(0)
    text = page.get_textpage()
    if text.count_chars() > MAX_ELEMENTS:
        raise Fault("A page holds more text than a map needs.")
    signs = "".join(chr(raw.FPDFText_GetUnicode(text, i)) for i in range(text.count_chars()))
    found = [
        (_pdf_faults(page, text, signs, *match.span()), match.group())
        for match in disclaimer.PATTERN.finditer(signs)
    ]
    if not found:
        return None, ["The disclaimer is missing, or its words were changed."]
    faults, words = min(found, key=lambda one: len(one[0]))
    return disclaimer.find(words), faults


def _pdf_faults(page: Any, text: Any, signs: str, start: int, end: int) -> list[str]:
    faults = []
    for match in re.compile(r"[^\r\n]+").finditer(signs, start, end):
        boxes = [text.get_charbox(i) for i in range(*match.span()) if not signs[i].isspace()]
        if boxes:
            corners = np.array(boxes)
            low, high = corners[:, :2].min(axis=0).tolist(), corners[:, 2:].max(axis=0).tolist()
            faults.append(_pdf_fault(page, match.group().strip(), *low, *high))
    return [fault for fault in faults if fault]


def _pdf_fault(
    page: Any, line: str, left: float, bottom: float, right: float, top: float
) -> str | None:
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
