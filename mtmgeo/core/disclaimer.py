"""The one text of the disclaimer, and the forms in which artefacts carry it."""

from __future__ import annotations

import re
from html import escape
from typing import Final

TEMPLATE: Final = (
    "©IOM {year} This map is for illustration purposes only. The boundaries and names shown and "
    "the designations used on this map do not imply official endorsement or acceptance by the "
    "International Organization for Migration."
)

#: Key of the disclaimer in PNG text chunks and, in small letters, HTML ``<meta>`` elements. A PDF
#: file has it in its subject, an SVG file in its ``<desc>``, a TIFF file as its copyright.
METADATA_KEY: Final = "Disclaimer"

#: Key of the PNG text chunk that says where the lines were drawn, as JSON: ``size`` of the picture
#: in pixels, and for each of the ``lines`` its ``text`` and the ``box`` (left, top, right, bottom)
#: of its ink.
BOX_KEY: Final = "Disclaimer-Box"

#: Tag of a TIFF file that says the same, one of those left for private use.
BOX_TAG: Final = 65017

#: The font that draws it; matplotlib brings it along.
FONT: Final = "DejaVu Sans"

#: Attributes of each line in an SVG drawing. With its ``textLength`` a line is as wide in any font.
SVG_TEXT: Final = {
    "font-family": f"{FONT}, Verdana, sans-serif",
    "lengthAdjust": "spacingAndGlyphs",
}

#: ``id`` of the element (SVG, HTML) or ``gid`` of the artist (matplotlib) that shows it.
ELEMENT_ID: Final = "mtmgeo-disclaimer"

#: Smallest legible size in print (points) and on screen (CSS pixels).
MIN_POINTS: Final = 6.0
MIN_PIXELS: Final = 10.0

#: Smallest contrast ratio of the text against its ground (WCAG 2 AA).
MIN_CONTRAST: Final = 4.5


def _style(size: str, *more: str) -> str:
    """Return the inline style of the element on a page, with type of `size`.

    ``all`` and ``!important`` together leave no style sheet, animation or inherited property a
    say; the element is the opaque foot of a flex column, and stays in view where the page is
    longer than the window.
    """
    declarations = (
        "all:initial",
        "direction:ltr",
        "unicode-bidi:normal",
        "display:block",
        "position:sticky",
        "bottom:0",
        "left:0",
        "z-index:2147483647",
        "order:2147483647",
        "flex:none",
        "align-self:stretch",
        "box-sizing:border-box",
        "max-width:100vw",
        "padding:4px 8px",
        "border-top:1px solid #d5dae1",
        "background:#fff",
        "color:#1d2530",
        f"font:{size} sans-serif",
        "overflow-wrap:anywhere",
        "text-size-adjust:100%",
        "print-color-adjust:exact",
        *more,
    )
    return "".join(f"{declaration}!important;" for declaration in declarations)


#: Inline style of the element on a page. The type grows with what the reader has set in the
#: browser, as far as the window has room, and its lines are as far apart as WCAG 1.4.12 wants them;
#: where even the smallest does not fit, the element takes the whole window and scrolls.
HTML_STYLE: Final = _style(
    "clamp(10px,.6875rem,min(24px,3vw + 3vh - 3.5px))/min(1.5em,5vh + 7.5px)",
    "max-height:100vh",
    "max-height:100dvh",
    "overflow:auto",
    "color-scheme:only light",
)

#: The attributes that keep the element in view: those of now, and those of earlier versions.
HTML_ATTRIBUTES: Final = (
    {"id": ELEMENT_ID, "lang": "en", "role": "contentinfo", "style": HTML_STYLE},
    {"id": ELEMENT_ID, "lang": "en", "style": _style("11px/1.3")},
)

#: Finds the disclaimer of any year in running text, whatever white space parts its words.
PATTERN: Final = re.compile(
    r"\s+".join(re.escape(word) for word in TEMPLATE.split()).replace(r"\{year\}", "[0-9]{4}")
)


def text(year: int) -> str:
    """Return the disclaimer of a map made in `year`, exactly as IOM requires it."""
    return TEMPLATE.format(year=f"{year:04d}")


def find(content: str) -> str | None:
    """Return the disclaimer found in `content`, single-spaced, or None.

    White space may differ (line breaks of a layout); every other character must agree.
    """
    found = PATTERN.search(content)
    return " ".join(found.group().split()) if found else None


def html_meta(year: int) -> str:
    """Return the ``<meta>`` element that carries the disclaimer of `year` in a page's head."""
    return f'<meta name="{METADATA_KEY.lower()}" content="{escape(text(year))}">'


def html_element(year: int) -> str:
    """Return the paragraph that shows the disclaimer of `year` on a page.

    It must stand first in the body, which lays its children out in a column
    (``display:flex;flex-direction:column``); it is shown as the page's foot.
    """
    written = " ".join(f'{name}="{value}"' for name, value in HTML_ATTRIBUTES[0].items())
    return f"<p {written}>{escape(text(year))}</p>"
