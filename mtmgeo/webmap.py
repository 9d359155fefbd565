"""Draw compositions as one interactive map: a page that needs no network.

The map is a :class:`folium.Map`: layers can be added to it, and notebooks show it. What comes from
a table enters the page as escaped text or as JSON, never through a template.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import math
import re
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import folium
import numpy as np
import pandas as pd
import shapely
from branca.element import Element, Figure
from folium.template import Template
from matplotlib.colors import to_rgb
from PIL import Image

from mtmgeo import disclaimer
from mtmgeo.arcs import Arcs
from mtmgeo.composing import compose
from mtmgeo.errors import SpecError
from mtmgeo.mapspec import (
    GROUND,
    LINE_CASING,
    LINES,
    NUDGES,
    PLAIN,
    Composition,
    LegendEntry,
    MapSpec,
    Panel,
)
from mtmgeo.specs import CHANGES

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from mtmgeo.indicators import Assessment
    from mtmgeo.surfaces import Surface

#: Grid cells per degree to which coordinates are rounded: 1e-4 degrees, about 11 m.
GRID: Final = 10_000

_PX_PER_MM: Final = 96 / 25.4
_PX_PER_PT: Final = 96 / 72

#: The look of what the legend does not speak of.
_PLAIN: Final = {"fill": PLAIN.fill, "edge": PLAIN.edge, "weight": 0.75, "dash": None}
_SYMBOL_OPACITY: Final = 0.85
#: Radius of the largest circle of a map of symbols, where the map is 950 px wide or more.
_LARGEST_PX: Final = 26.0
#: Cells of a surface along its longer side.
_CELLS: Final = 1200
_RADIUS: Final = 6_378_137.0  # metres, of the sphere of Web Mercator
#: Borders nearer to water than this, in degrees, are its shore.
_SHORE_WIDTH: Final = 0.003

_HOME_ICON: Final = (
    '<svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true"><path fill="none" '
    'd="M2 8 8 2.5 14 8M4 7v6.5h3V10h2v3.5h3V7" stroke="#1d2530" stroke-width="1.6"/></svg>'
)


class _Literal(Element):
    """An element whose content is put on the page as it is, without being read as a template."""

    _template = Template("{{ this.content }}")

    def __init__(self, content: str) -> None:
        super().__init__()
        self.content = content


class _Page(Figure):
    """The HTML document around a map."""

    _template = Template(
        '<!DOCTYPE html>\n<html lang="{{ this.lang }}">\n<head>\n'
        "{{ this.header.render(**kwargs) }}\n</head>\n"
        "<body>\n{{ this.html.render(**kwargs) }}\n"
        "<script>\n{{ this.script.render(**kwargs) }}\n</script>\n</body>\n</html>\n"
    )

    def __init__(self, lang: str) -> None:
        super().__init__()
        self.lang = lang


class WebMap(folium.Map):
    """An interactive map whose thematic layers are chosen one at a time.

    Made by :func:`build`. Layers of folium may be added; they lie above the thematic layers. What
    they load from other hosts is not in the page; ``folium.Icon`` needs such files, the plain
    ``folium.Marker``, ``folium.DivIcon`` and shapes do not.
    ``get_root().render()`` gives the page. Each rendering puts the disclaimer in, first in the
    body, whatever was done to the page before.

    Parameters
    ----------
    compositions
        At least one; each panel becomes a layer.

    Attributes
    ----------
    year : int
        Year of the disclaimer: that of the latest composition.
    """

    _template = Template("")

    def __init__(self, compositions: Sequence[Composition]) -> None:
        self._extent = _extent(compositions)
        (south, west), (north, east) = self._extent
        super().__init__(location=[(south + north) / 2, (west + east) / 2], tiles=None)
        # folium's own lists name files on other hosts; what a user links is added to these.
        self.default_js = []
        self.default_css = []
        self._id = "mtmgeo"
        self.year = max(_date(composition).year for composition in compositions)
        self._title = compositions[0].title
        self._body = _body(compositions, map_id=self.get_name())
        _Page(compositions[0].language.code).add_child(self)

    def render(self, **kwargs: Any) -> str:
        """Put the page's head, body and script into the figure that holds the map."""
        figure = self.get_root()
        if not isinstance(figure, Figure):
            raise TypeError("A WebMap can be rendered only inside a Figure.")
        extras = bool(self._children)
        head = _Literal(_head(self._title, self.year, extras=extras))
        figure.header.add_child(head, name="mtmgeo_head", index=1)
        body = _Literal(f"{disclaimer.html_element(self.year)}\n{self._body}")
        figure.html.add_child(body, name="mtmgeo_body", index=0)
        in_front = [layer.get_name() for layer in self.objects_to_stay_in_front]
        script = _Literal(_script(self.get_name(), in_front))
        figure.script.add_child(script, name="mtmgeo_script", index=0)
        super().render(**kwargs)  # type: ignore[no-untyped-call]
        return ""

    def _get_self_bounds(self) -> list[list[float | None]]:
        return [list(corner) for corner in self._extent]


def build(compositions: Sequence[Composition]) -> WebMap:
    """Return one interactive map with a layer for each panel of each composition.

    Parameters
    ----------
    compositions
        In the order of the layer switch; the first is shown first. Geometry that they share is
        embedded once, rounded to 1e-4 degrees.

    Returns
    -------
    map
        A :class:`folium.Map` that shows the EPSG:4326 geometry in Web Mercator.

    Raises
    ------
    SpecError
        If there is no geometry to draw.
    """
    return WebMap(compositions)


def webmap(
    result: Assessment,
    *specs: MapSpec,
    surface: Surface | None = None,
    before: Assessment | None = None,
) -> WebMap:
    """Return one interactive map of `result`, with a layer for each panel of each spec.

    Parameters
    ----------
    result
        Figures by unit; those that may not be published do not reach the map.
    specs
        In the order of the layer switch; a choropleth of all years where none is given.
    surface
        What specs of the kind ``surface`` show.
    before
        An earlier round, against which specs of ``change`` show what became of it.

    Returns
    -------
    map
        See `build`.

    Raises
    ------
    SpecError
        If the result does not hold what a spec asks for.
    """
    specs = specs or (MapSpec(),)
    areal = any(spec.kind == "surface" for spec in specs)
    changing = any(spec.indicator in CHANGES for spec in specs)
    return build(
        [
            compose(
                result,
                spec,
                surface if spec.kind == "surface" or not areal else None,
                before if spec.indicator in CHANGES or not changing else None,
            )
            for spec in specs
        ]
    )


def _extent(compositions: Sequence[Composition]) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the south-west and north-east corner of all that is drawn, as (lat, lon)."""
    frames = [
        frame
        for composition in compositions
        for panel in composition.panels
        for frame in (composition.outlines, panel.areas, panel.symbols)
        if _drawable(frame)
    ]
    if not frames:
        raise SpecError("The map has no geometry to draw: use a boundary set with outlines.")
    bounds = np.array([frame.total_bounds for frame in frames])
    west, south = (float(x) for x in bounds[:, :2].min(axis=0))
    east, north = (float(x) for x in bounds[:, 2:].max(axis=0))
    return (south, west), (north, east)


def _date(composition: Composition) -> dt.date:
    date = composition.spec.date
    if date is None:
        raise SpecError(f"The map '{composition.title}' has no date: give its MapSpec one.")
    return date


# The document


def _head(title: str, year: int, *, extras: bool) -> str:
    """Return the head; `extras` adds what layers of folium itself need."""
    scripts = _leaflet_js() + (_asset("folium.js") + _marker_images() if extras else "")
    return (
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_text(title)}</title>\n{disclaimer.html_meta(year)}\n"
        '<link rel="icon" href="data:,">\n'
        f"<style>{_leaflet_css(images=extras)}</style>\n<style>{_asset('page.css')}</style>\n"
        f"<script>{scripts}</script>"
    )


def _script(name: str, in_front: Sequence[str]) -> str:
    script = f'{_asset("page.js")}var {name} = mtmgeoStart("{name}", "mtmgeo-data");'
    if in_front:
        raise_all = f"() => [{', '.join(in_front)}].forEach((layer) => layer.bringToFront())"
        script += f'\n{name}.on("overlayadd", {raise_all}); addEventListener("load", {raise_all});'
    return script


def _body(compositions: Sequence[Composition], *, map_id: str) -> str:
    """Return the body below the disclaimer; its words can be read without scripts."""
    heads, legends, notes, patterns = (
        "\n".join(part(composition, i) for i, composition in enumerate(compositions))
        for part in (_head_block, _legend_block, _notes_block, _patterns)
    )
    title, say = _text(compositions[0].title), compositions[0].language.say
    no_script = say(
        "The map is drawn by JavaScript, which is switched off here. Its legend, notes and sources "
        "can be read without it."
    )
    return f"""<header class="mtm-header">{heads}</header>
<main class="mtm-main">
<div class="folium-map mtm-map" id="{map_id}" role="region" aria-label="{title}">
<noscript><p>{_text(no_script)}</p></noscript>
</div>
<details class="mtm-panel" open><summary>{_text(say("Legend and layers"))}</summary>
<div class="mtm-inside">
{_switch(compositions)}
{legends}
{notes}
</div></details>
</main>
<svg class="mtm-patterns" aria-hidden="true"><defs>{patterns}</defs></svg>
<template id="mtm-home-icon">{_HOME_ICON}</template>
<script type="application/json" id="mtmgeo-data">{_json(_data(compositions))}</script>"""


def _block(tag: str, name: str, index: int, content: str) -> str:
    """Return an element that is shown with the layers of one composition only."""
    hidden = " hidden" if index else ""
    return f'<{tag} class="{name}" data-map="{index}"{hidden}>{content}</{tag}>'


def _head_block(composition: Composition, index: int) -> str:
    first = composition.panels[0].title
    shown = f'<span class="mtm-panel-title">{_text(f" – {first}" if first else "")}</span>'
    mark = composition.language.say("SYNTHETIC DATA")
    badge = f'<p class="mtm-badge">{_text(mark)}</p>' if composition.synthetic else ""
    return _block(
        "div",
        "mtm-head",
        index,
        f"<h1>{_text(composition.title)}{shown}</h1>"
        f'<p class="mtm-subtitle">{_text(composition.subtitle)}</p>{badge}',
    )


def _switch(compositions: Sequence[Composition]) -> str:
    """Return a radio button per panel, in the order of the layers; none for a single panel."""
    groups = [_radios(composition) for composition in compositions]
    buttons = "".join(groups).replace("<input ", "<input checked ", 1)
    if buttons.count("<input ") < 2:
        return ""
    layers = _text(compositions[0].language.say("Map layers"))
    return (
        f'<details class="mtm-layers" open><summary>{layers}</summary>'
        f'<fieldset aria-label="{layers}">{buttons}</fieldset></details>'
    )


def _radios(composition: Composition) -> str:
    title = _text(composition.title)
    radio = '<label><input type="radio" name="mtm-layer"><span>{}</span></label>'
    if len(composition.panels) == 1:
        return radio.format(title)
    buttons = "".join(radio.format(_text(panel.title)) for panel in composition.panels)
    return (
        f'<div role="group" aria-label="{title}"><p>{title}</p>'
        f'<div class="mtm-years">{buttons}</div></div>'
    )


def _legend_block(composition: Composition, index: int) -> str:
    size = _pixels_per_mm(composition)
    entries = "".join(
        f'<li class="mtm-heading">{_text(entry.label)}</li>'
        if entry.shape == "heading"
        else f'<li><span class="mtm-key">{_swatch(entry, _pattern_id(index, i), size)}</span>'
        f"<span>{_text(entry.label)}</span></li>"
        for i, entry in enumerate(composition.legend)
    )
    heading = f"<h2>{_text(composition.legend_title)}</h2>"
    return _block("section", "mtm-legend", index, f"{heading}<ul>{entries}</ul>")


def _notes_block(composition: Composition, index: int) -> str:
    def listed(sentences: Sequence[str]) -> str:
        return "<ul>" + "".join(f"<li>{_text(sentence)}</li>" for sentence in sentences) + "</ul>"

    language = composition.language
    made = language.say("Created {date}", date=language.date(_date(composition)))
    content = (
        f"<summary>{_text(language.say('Notes and sources'))}</summary>"
        f"{listed((*composition.notes, made))}"
        f"<h2>{_text(language.say('Sources'))}</h2>{listed(composition.sources)}"
    )
    return _block("details", "mtm-notes", index, content)


# Looks


def _swatch(entry: LegendEntry, pattern: str, pixels_per_mm: float) -> str:
    fill = _text(_fill(entry, pattern) or "none")
    # A white edge sets units apart on the map; beside the legend's white it needs a line.
    edge = entry.edge if entry.edge not in (None, "#ffffff") else "#9aa1ab"
    dash = f' stroke-dasharray="{_dash(entry)}"' if entry.dash else ""
    stroke = f'stroke="{_text(edge)}" stroke-width="{max(1.0, _weight(entry)):g}"{dash}'
    if entry.shape == "circle":
        size = round(2 * entry.radius_mm * pixels_per_mm + 2, 1)
        return (
            f'<svg data-size="{size}" width="{size}" height="{size}" viewBox="0 0 {size} {size}" '
            f'aria-hidden="true"><circle cx="50%" cy="50%" r="{size / 2 - 1:.1f}" fill="{fill}" '
            f'fill-opacity="{_SYMBOL_OPACITY}" {stroke}/></svg>'
        )
    drawn = (
        f'<path d="M1 8h24" fill="none" {stroke}/>'
        if entry.shape == "line"
        else f'<rect x="1" y="1" width="24" height="14" fill="{fill}" {stroke}/>'
    )
    return f'<svg width="26" height="16" viewBox="0 0 26 16" aria-hidden="true">{drawn}</svg>'


def _weight(entry: LegendEntry) -> float:
    return round(entry.width_pt * _PX_PER_PT, 2)


def _dash(entry: LegendEntry) -> str | None:
    """Return dashes and gaps in whole pixels: parts of one would blur."""
    lengths = [math.ceil(length * _weight(entry)) for length in entry.dash or ()]
    return " ".join(map(str, lengths)) or None


def _fill(entry: LegendEntry, pattern: str) -> str | None:
    return f"url(#{pattern})" if entry.hatch else entry.fill


def _pattern_id(composition: int, entry: int) -> str:
    return f"mtm-hatch-{composition}-{entry}"


def _patterns(composition: Composition, index: int) -> str:
    return "".join(
        _pattern(entry, _pattern_id(index, i))
        for i, entry in enumerate(composition.legend)
        if entry.hatch
    )


def _pattern(entry: LegendEntry, name: str) -> str:
    """Return the SVG pattern of a matplotlib hatch; the more often a sign, the denser."""
    signs = entry.hatch or ""
    # matplotlib draws six lines per sign and inch.
    size = max(4.0, round(16 / max(signs.count(sign) for sign in set(signs)), 1))
    half = size / 2
    rising = f"M-1 1l2-2M0 {size}L{size} 0M{size - 1} {size + 1}l2-2"
    falling = f"M-1 {size - 1}l2 2M0 0L{size} {size}M{size - 1}-1l2 2"
    level, upright = f"M0 {half}h{size}", f"M{half} 0v{size}"
    strokes = {"/": rising, "\\": falling, "x": rising + falling}
    strokes |= {"-": level, "|": upright, "+": level + upright}
    edge = _text(entry.edge or "#7f7f7f")
    dot = f'<circle cx="{half}" cy="{half}" r="{size / 5:g}" fill="{edge}"/>'
    lines = "".join(path for sign, path in strokes.items() if sign in signs)
    return (
        f'<pattern id="{name}" width="{size}" height="{size}" patternUnits="userSpaceOnUse">'
        f'<rect width="{size}" height="{size}" fill="{_text(entry.fill or "#ffffff")}"/>'
        f'<path d="{lines}" stroke="{edge}" stroke-width=".8"/>'
        f"{dot if set(signs) & set('.oO*') else ''}</pattern>"
    )


def _looks(composition: Composition, index: int) -> dict[str, dict[str, Any]]:
    """Return the look of each class; of several entries of a class (sizes), the first counts."""
    looks: dict[str, dict[str, Any]] = {}
    for i, entry in enumerate(composition.legend):
        look = {
            "fill": _fill(entry, _pattern_id(index, i)) or PLAIN.fill,
            "edge": entry.edge or "none",
            "weight": _weight(entry),
            "dash": _dash(entry),
        }
        looks.setdefault(entry.key, look)
    return looks


# The data


class _Once:
    """A list in which equal items stand once."""

    def __init__(self) -> None:
        self.items: list[Any] = []
        self._seen: dict[str, int] = {}

    def index(self, item: Any) -> int:
        key = json.dumps(item)
        if key not in self._seen:
            self._seen[key] = len(self.items)
            self.items.append(item)
        return self._seen[key]


def _data(compositions: Sequence[Composition]) -> dict[str, Any]:
    """Return what the script draws.

    ``arcs``: x, y of the first grid cell, then steps; ``units``: [p-code, name, approximate,
    polygons as chains of arcs]; ``places``: [p-code, name, parent, x, y]; ``bases``: water,
    enclaves, border lines, and those that are not final; ``maps``: one per composition;
    ``layers``: one per panel, with the indices of its units and places and, beside each, the index
    of its look and its text.
    """
    arcs = Arcs(_all_shapes(compositions), grid=GRID)
    units, places, bases = _Once(), _Once(), _Once()
    maps, layers = [], []
    for index, composition in enumerate(compositions):
        looks = _looks(composition, index)
        maps.append(
            {
                "title": _plain(composition.title),
                "legend": _plain(composition.legend_title),
                "base": bases.index(_base(composition, arcs)),
                "labels": _labels(composition),
                "looks": [*looks.values(), _PLAIN],
                "surface": _surface(composition, list(looks), arcs),
                "approximate": looks.get("approximate", _PLAIN),
            }
        )
        size = _pixels_per_mm(composition)
        layers += [
            {"map": index, **_layer(panel, list(looks), size, arcs, units, places)}
            for panel in composition.panels
        ]
    (south, west), (north, east) = _extent(compositions)
    say, style = compositions[0].language.say, compositions[0].style
    return {
        "scale": GRID,
        "bounds": [[south, west], [north, east]],
        "symbolOpacity": _SYMBOL_OPACITY,
        "nudges": NUDGES,
        "theme": {
            "abroad": style.abroad,
            "lake": style.lake,
            "shore": style.shore,
            "border": style.border,
            "casing": round(LINE_CASING * _PX_PER_PT, 2),
        },
        "arcs": arcs.steps(),
        "units": units.items,
        "places": places.items,
        "bases": bases.items,
        "maps": maps,
        "layers": layers,
        "words": {
            "home": say("Show the whole country"),
            "approximate": say("Approximate outline"),
        },
    }


def _surface(composition: Composition, keys: Sequence[str], arcs: Arcs) -> dict[str, Any] | None:
    """Return the picture of a surface, the look through which it is seen, and where it ends."""
    shading = composition.surface
    if shading is None:
        return None
    (_, west), (_, east) = _extent([composition])
    middle = (west + east) / 2  # of a country on both sides of 180° too
    crs = f"+proj=webmerc +lon_0={middle} +datum=WGS84 +units=m"
    classes, edges = shading.picture(crs, _CELLS)
    (west, east), (south, north) = np.array(edges).reshape(2, 2).T / _RADIUS
    picture = Image.fromarray(classes).convert("P")
    colours = [to_rgb(colour) for colour in ("#ffffff", *shading.colours)]
    picture.putpalette([round(255 * part) for colour in colours for part in colour])
    stream = BytesIO()
    picture.save(stream, "PNG", transparency=0, bits=4, compress_level=9)
    return {
        "url": f"data:image/png;base64,{base64.b64encode(stream.getvalue()).decode()}",
        "bounds": [
            [math.degrees(math.atan(math.sinh(y))), middle + math.degrees(x)]
            for y, x in ((south, west), (north, east))
        ],
        "alt": _plain(f"{composition.title}: cells in the colours of the legend."),
        "look": keys.index(GROUND) if GROUND in keys else len(keys),
        "country": [
            arcs.chains(shape) for row, shape in _drawable(composition.outlines) if row.level == 0
        ],
    }


def _all_shapes(compositions: Sequence[Composition]) -> Iterator[Any]:
    for composition in compositions:
        for name in ("outlines", "lines", "water", "enclaves"):
            yield from _shapes(getattr(composition, name))
        for panel in composition.panels:
            yield from _shapes(panel.areas)


def _pixels_per_mm(composition: Composition) -> float:
    """Return the scale of circles; small multiples have smaller ones, yet each fills the page."""
    radii = [float(x) for panel in composition.panels for x in panel.symbols["radius_mm"]]
    if composition.spec.kind == "symbols" and max(radii, default=0.0) > 0:
        return _LARGEST_PX / max(radii)
    return _PX_PER_MM


def _layer(
    panel: Panel, keys: Sequence[str], size: float, arcs: Arcs, units: _Once, places: _Once
) -> dict[str, Any]:
    def look(key: Any) -> int:
        return keys.index(key) if key in keys else len(keys)

    areas, symbols = _drawable(panel.areas), _drawable(panel.symbols)
    return {
        "title": _plain(panel.title),
        "units": [
            units.index([_plain(x.pcode), _plain(x.name), int(x.approximate), arcs.chains(shape)])
            for x, shape in areas
        ],
        "classes": [look(x.key) for x, _ in areas],
        "texts": [_plain(x.value_text) for x, _ in areas],
        "symbols": [
            [
                places.index([_plain(x.pcode), _plain(x.name), _plain(x.parent), *_cell(point)]),
                look(x.key),
                round(float(x.radius_mm) * size, 1),
                _plain(x.value_text),
            ]
            for x, point in symbols
        ],
    }


def _drawable(frame: gpd.GeoDataFrame) -> list[tuple[Any, Any]]:
    """Return the rows that have a geometry, as (columns, geometry); `class` is called `key`."""
    columns = pd.DataFrame(frame).rename(columns={"class": "key"}).itertuples(index=False)
    return [
        (row, shape)
        for row, shape in zip(columns, _shapes(frame), strict=True)
        if shape is not None and not shape.is_empty
    ]


def _shapes(frame: gpd.GeoDataFrame) -> NDArray[np.object_]:
    return np.array([]) if frame.empty else frame.geometry.to_numpy()


def _base(composition: Composition, arcs: Arcs) -> dict[str, Any]:
    lines = _borders(composition, arcs)
    return {
        "water": [arcs.chains(shape) for shape in _shapes(composition.water)],
        "enclaves": [arcs.chains(shape) for shape in _shapes(composition.enclaves)],
        "lines": [
            [level, color, round(width * _PX_PER_PT, 2), lines[level]]
            for level, (color, width) in composition.style.borders.items()
            if lines.get(level)
        ],
        "open": [
            [
                LINES[row.status].edge,
                _weight(LINES[row.status]),
                _dash(LINES[row.status]),
                arcs.tracks(shape),
            ]
            for row, shape in _drawable(composition.lines)
        ],
    }


def _borders(composition: Composition, arcs: Arcs) -> dict[int, list[int]]:
    """Return the arcs of each level's outlines: none twice, none along a shore."""
    shores = shapely.buffer(shapely.union_all(_shapes(composition.water)), _SHORE_WIDTH)
    drawn: set[int] = set()
    borders = {}
    for level in sorted(composition.style.borders):
        rows = [shape for row, shape in _drawable(composition.outlines) if row.level == level]
        chains = [chain for shape in rows for rings in arcs.chains(shape) for chain in rings]
        used = {max(number, ~number) for chain in chains for number in chain} - drawn
        drawn |= used
        borders[level] = sorted(n for n in used if not shores.covers(arcs.line(n)))
    return borders


def _labels(composition: Composition) -> list[list[Any]]:
    """Return [text, kind, x, y] of the names of units, most important first, then of lakes."""
    names = [
        [_plain(row.text), int(row.level), *_cell(point)]
        for row, point in _drawable(composition.labels)
    ]
    lakes = [
        [_plain(row.name), "lake", *_cell(shape.representative_point())]
        for row, shape in _drawable(composition.water)
    ]
    return [*names, *(lake for lake in lakes if lake[0])]


def _cell(point: Any) -> list[int]:
    return [round(point.x * GRID), round(point.y * GRID)]


# Text


def _plain(value: Any) -> str:
    """Return `value` as text that any document can hold; missing values are empty."""
    if value is None or value != value:  # noqa: PLR0124  (NaN)
        return ""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", " ", str(value))


def _text(value: Any) -> str:
    """Return `value` for use between tags and in quoted attributes."""
    return escape(_plain(value), quote=True)


def _json(value: Any) -> str:
    """Return JSON that is safe inside a script element."""
    written = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return re.sub(r"[<>&\u2028\u2029]", lambda found: f"\\u{ord(found.group()):04x}", written)


# Files


@cache
def _asset(name: str) -> str:
    return files("mtmgeo").joinpath("assets", name).read_text(encoding="utf-8")


def _leaflet(name: str) -> Path:
    from xstatic.pkg import leaflet

    return Path(leaflet.BASE_DIR, name)


@cache
def _leaflet_js() -> str:
    script = _leaflet("leaflet.js").read_text(encoding="utf-8")
    return re.sub(r"//# sourceMappingURL=.*", "", script)


@cache
def _leaflet_css(*, images: bool) -> str:
    """Return Leaflet's style sheet with its pictures inside it, or without them."""

    def picture(found: re.Match[str]) -> str:
        return f"url(data:image/png;base64,{_base64(found.group(1))})" if images else "none"

    return re.sub(
        r"url\(images/([\w-]+\.png)\)", picture, _leaflet("leaflet.css").read_text(encoding="utf-8")
    )


@cache
def _marker_images() -> str:
    """Return the script that gives Leaflet's default marker its pictures."""
    options = {
        "imagePath": "data:image/png;base64,",
        "iconUrl": _base64("marker-icon.png"),
        "iconRetinaUrl": _base64("marker-icon-2x.png"),
        "shadowUrl": _base64("marker-shadow.png"),
    }
    return f"L.Icon.Default.mergeOptions({json.dumps(options)});"


def _base64(image: str) -> str:
    return base64.b64encode(_leaflet("images").joinpath(image).read_bytes()).decode()
