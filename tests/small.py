"""Small maps for the tests of files: a figure as the sheet draws it, and a page."""

import textwrap
from typing import Any

import folium
from branca.element import Element
from matplotlib.figure import Figure
from matplotlib.text import Text

from mtmgeo.core import disclaimer

PAGE_CSS = (
    "html, body { margin: 0; height: 100% } body { display: flex; flex-direction: column }"
    " main { flex: 1 1 0; background: #cde }"
)


def figure(words=None, *, dpi=200, points=7.0, width=70, label="Returnees", **look):
    """Return a figure with a filled map and the disclaimer in lines of `width` letters below it."""
    drawn = Figure((5.0, 3.0), dpi=dpi)
    drawn.set_label(label)
    axes = drawn.add_axes((0.05, 0.35, 0.9, 0.6))
    axes.fill([0, 1, 1, 0], [0, 0, 1, 1], color="#3566b8")
    lines = textwrap.fill(disclaimer.text(2022) if words is None else words, width)
    default = {"va": "bottom", "linespacing": 1.2, "color": "#1d2530", "zorder": 99}
    style: dict[str, Any] = default | look
    drawn.text(0.04, 0.04, lines, family=disclaimer.FONT, size=points, **style)
    drawn.texts[-1].set_gid(disclaimer.ELEMENT_ID)
    return drawn


def caption(drawn) -> Text:
    """Return the artist of the disclaimer."""
    artist = drawn.texts[-1]
    assert isinstance(artist, Text)
    return artist


def page(css="", content="<main>map</main>", *, year=2022, head="", attributes=""):
    """Return a page that carries the disclaimer."""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"{disclaimer.html_meta(year)}<style>{PAGE_CSS} {css}</style>{head}</head>"
        f"<body{attributes}>{disclaimer.html_element(year)}\n{content}</body></html>\n"
    )


class WebMap(folium.Map):
    """A folium map whose page is what `page` returns."""

    def __init__(self, **changes):
        super().__init__(tiles=None)
        self.changes = changes

    def get_root(self):
        return _Root(self.changes)


class _Root(Element):
    def __init__(self, changes):
        super().__init__()
        self.changes = changes

    def render(self, **_):
        return page(**self.changes)
