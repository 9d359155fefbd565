"""The interactive map: one page that needs no network, and shows its first view without scripts.

The map is a :class:`folium.Map`: layers can be added to it, and notebooks show it. What comes from
a table enters the page as escaped text or as JSON, never through a template.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import folium
from branca.element import Element, Figure
from folium.template import Template

from mtmgeo.core import disclaimer
from mtmgeo.core.errors import DisclaimerError, SpecError
from mtmgeo.core.staging import put
from mtmgeo.figures.indicators import SHOWN
from mtmgeo.maps.compose import compose
from mtmgeo.maps.composition import Composition, LegendEntry
from mtmgeo.maps.page_specs import page_specs
from mtmgeo.maps.spec import MapSpec
from mtmgeo.verification import verify
from mtmgeo.verification.rules import csp
from mtmgeo.web import first_view, page_data, table
from mtmgeo.web.escape import text
from mtmgeo.web.page_data import Page
from mtmgeo.web.swatches import numbers, pattern_id, patterns, pixels_per_mm, swatch
from mtmgeo.web.words import words

if TYPE_CHECKING:
    from mtmgeo.figures.assess import Assessment
    from mtmgeo.figures.surfaces import Surface

#: What Leaflet's style sheet has for layers, which a page without them does not need.
_LAYERS_ONLY: Final = re.compile(
    "popup|tooltip|icon|marker|layers|vml|image|shadow|tile|oldie|crosshair|zoom-box|overlay|safari"
)

#: Starts the map after the first frame, and where there are no frames (a hidden tab) soon.
_LATER: Final = """
(() => {
let begun = false;
const begin = () => { if (!begun) { begun = true; mtmgeoStart("NAME"); } };
requestAnimationFrame(() => setTimeout(begin));
setTimeout(begin, 300);
})();
"""

#: Pictures of buttons, of 16 by 16 pixels, as paths.
_ICONS: Final = {
    "home": "M2 8 8 2.5 14 8M4 7v6.5h3V10h2v3.5h3V7",
    "back": "M7 3 2.5 8 7 13M3 8h10.5",
    "play": "M4.5 3v10l8-5z",
    "pause": "M5 3v10M11 3v10",
    "share": "M6 10.5l4-4M7 5l1.5-1.5a2.8 2.8 0 0 1 4 4L11 9M9 11l-1.5 1.5a2.8 2.8 0 0 1-4-4L5 7",
    "full": "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
}


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
        self.extras = False

    def render(self, **kwargs: Any) -> str:
        """Return the page, with the policy that lets its own scripts run and no others."""
        html: str = super().render(**kwargs)
        return csp.with_policy(html, extras=self.extras)

    def save(self, outfile: Any, close_file: bool = True, **kwargs: Any) -> None:
        """Write the page, as `WebMap.save` does."""
        _save(self, outfile, close_file=close_file, **kwargs)


def _save(figure: Any, outfile: Any, *, close_file: bool, **kwargs: Any) -> None:
    data = figure.render(**kwargs).encode("utf-8", "backslashreplace")
    if found := verify.faults(data, ".html"):
        raise DisclaimerError([f"The map was not saved. {fault}" for fault in found])
    if not hasattr(outfile, "write"):
        put(outfile, data)
        return
    outfile.write(data)
    if close_file:
        outfile.close()


class WebMap(folium.Map):
    """An interactive map whose views are chosen by theme, population group and year.

    Made by :func:`build`. Layers of folium may be added; they lie above the units. A page that
    loads scripts or style sheets of other hosts, as ``folium.Icon`` and the plugins of folium do,
    is shown in notebooks, but cannot be written: nobody can say what they would do to the
    disclaimer. The plain ``folium.Marker``, ``folium.DivIcon``, shapes and tiles need none. Tiles
    (``folium.TileLayer``) lie beneath the units, which are seen through once a tile has loaded.
    ``get_root().render()`` gives the page. Each rendering puts the disclaimer in, first in the
    body, whatever was done to the page before.

    Parameters
    ----------
    page
        What is shown.

    Attributes
    ----------
    year : int
        Year of the disclaimer: that of the latest composition.
    """

    _template = Template("")

    def __init__(self, page: Page) -> None:
        self._extent = page.corners
        (south, west), (north, east) = self._extent
        super().__init__(location=[(south + north) / 2, (west + east) / 2], tiles=None)
        # folium's own lists name files on other hosts; what a user links is added to these.
        self.default_js = []
        self.default_css = []
        self._id = "mtmgeo"
        self.year = max(page_data.date(composition).year for composition in page.compositions)
        first = page.compositions[0]
        self._title = first.title
        self._body = _body(page, self.get_name(), disclaimer.text(self.year))
        _Page(first.language.code).add_child(self)

    def add_to(self, parent: Any, name: str | None = None, index: int | None = None) -> WebMap:
        """Put the map into a figure, which can hold one.

        Raises
        ------
        SpecError
            If it holds another one.
        """
        if parent._children.get(self.get_name(), self) is not self:  # noqa: SLF001  (no other way)
            raise SpecError("A page holds one interactive map: give each a Figure of its own.")
        super().add_to(parent, name, index)
        return self  # type: ignore[no-any-return]

    def render(self, **kwargs: Any) -> str:
        """Put the page's head, body and script into the figure that holds the map."""
        figure = self.get_root()
        if not isinstance(figure, Figure):
            raise TypeError("A WebMap can be rendered only inside a Figure.")
        extras = bool(self._children)
        if isinstance(figure, _Page):
            figure.extras = extras
        head = _Literal(_head(self._title, self.year, extras=extras))
        figure.header.add_child(head, name="mtmgeo_head", index=1)
        # Layers of folium want Leaflet in the head; without them the map is seen before it loads.
        leaflet = "" if extras else f"\n<script>{_leaflet_js()}</script>"
        body = _Literal(f"{disclaimer.html_element(self.year)}\n{self._body}{leaflet}")
        figure.html.add_child(body, name="mtmgeo_body", index=0)
        in_front = [layer.get_name() for layer in self.objects_to_stay_in_front]
        # What somebody else's script may ask for must be there when it runs.
        others = figure.script._children.keys() - {"mtmgeo_script"}  # noqa: SLF001  (no other way)
        extras = extras or bool(others)
        script = _Literal(_script(self.get_name(), in_front, extras=extras))
        figure.script.add_child(script, name="mtmgeo_script", index=0)
        super().render(**kwargs)  # type: ignore[no-untyped-call]
        return ""

    def save(self, outfile: Any, close_file: bool = True, **kwargs: Any) -> None:
        """Write the page, unless its disclaimer is missing or not in view.

        Parameters
        ----------
        outfile
            A path, where the page appears whole or not at all; or a file that is open for writing
            bytes.
        close_file
            Whether an open file is closed.
        **kwargs
            As of `folium.Figure.render`.

        Raises
        ------
        DisclaimerError
            If somebody has taken the disclaimer out.
        InputError
            If the file cannot be written there; an older one is as it was.
        """
        _save(self.get_root(), outfile, close_file=close_file, **kwargs)

    def _get_self_bounds(self) -> list[list[float | None]]:
        return [list(corner) for corner in self._extent]


def build(compositions: Sequence[Composition], *, within: Collection[int] = ()) -> WebMap:
    """Return one interactive map of all panels of some compositions.

    Compositions of one theme, level and kind stand under one name in the list of maps, and their
    panels are chosen by group and year.

    Parameters
    ----------
    compositions
        The first panel of the first one is shown first. Geometry that they share is embedded once,
        generalised for a screen.
    within
        Numbers of compositions whose circles are shown only inside the unit that a reader chose.

    Returns
    -------
    map
        A :class:`folium.Map` that shows the EPSG:4326 geometry in Web Mercator.

    Raises
    ------
    SpecError
        If there is no geometry to draw.
    """
    return WebMap(Page.of(compositions, [i in within for i in range(len(compositions))]))


def webmap(
    result: Assessment,
    *specs: MapSpec,
    surface: Surface | None = None,
    before: Assessment | None = None,
) -> WebMap:
    """Return one interactive map of `result`, with a view for each panel of each spec.

    Parameters
    ----------
    result
        Figures by unit; those that may not be published do not reach the map.
    *specs
        In the order of the list of maps; those of `page_specs` where none is given.
    surface
        What specs of the kind ``surface`` show.
    before
        An earlier round, against which specs of ``change`` show what became of it.

    Returns
    -------
    map
        See `build`. On a choropleth, the locations inside a unit show when it is chosen.

    Raises
    ------
    SpecError
        If the result does not hold what a spec asks for.
    """
    specs = specs or page_specs(result)
    areal = any(spec.kind == "surface" for spec in specs)
    compared = [SHOWN[spec.indicator].rounds for spec in specs]
    within = {
        i
        for i, spec in enumerate(specs)
        if spec.kind == "choropleth" and spec.circles is None and not compared[i]
    }
    compositions = [
        compose(
            result,
            replace(spec, circles="locations") if i in within else spec,
            surface=surface if spec.kind == "surface" or not areal else None,
            before=before if compared[i] or not any(compared) else None,
        )
        for i, spec in enumerate(specs)
    ]
    return build(compositions, within=within)


# The document


def _head(title: str, year: int, *, extras: bool) -> str:
    """Return the head; `extras` adds what layers of folium itself need."""
    scripts = _leaflet_js() + _asset("folium.js") + _marker_images() if extras else ""
    return (
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(title)}</title>\n{disclaimer.html_meta(year)}\n"
        '<link rel="icon" href="data:,">\n'
        f"<style>{_leaflet_css(images=extras)}</style>\n<style>{_asset('page.css')}</style>"
        + (f"\n<script>{scripts}</script>" if extras else "")
    )


def _script(name: str, in_front: Sequence[str], *, extras: bool) -> str:
    """Return the script that starts the map; without `extras`, when its drawing has been seen."""
    start = f'var {name} = mtmgeoStart("{name}");' if extras else _LATER.replace("NAME", name)
    script = _asset("page.js") + start
    if in_front:
        raise_all = f"() => [{', '.join(in_front)}].forEach((layer) => layer.bringToFront())"
        script += f'\n{name}.on("overlayadd", {raise_all}); addEventListener("load", {raise_all});'
    return script


def _body(page: Page, map_id: str, stated: str) -> str:
    """Return the body below the disclaimer; all of it can be read without scripts."""
    first = page.compositions[0]
    said = words(first.language)
    alt = first_view.drawing(page, first.alt, stated)
    hatches = "".join(patterns(one, i, 1, "key") for i, one in enumerate(page.compositions))
    legends = "\n".join(_legend(page, i) for i in range(len(page.compositions)))
    icons = "".join(
        f'<svg data-icon="{name}" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">'
        f'<path fill="none" stroke="currentColor" stroke-width="1.6" d="{path}"/></svg>'
        for name, path in _ICONS.items()
    )
    return f"""{_header(first, said)}
<main class="mtm-main">
<div class="folium-map mtm-map" id="{map_id}">{alt}</div>
<details class="mtm-panel" open><summary>{text(said["legend_and_layers"])}</summary>
<div class="mtm-inside">
<div id="mtm-search" hidden></div>
<div id="mtm-controls" hidden></div>
{legends}
<div id="mtm-actions" hidden></div>
{_notes(page, said)}
</div></details>
</main>
{table.html(first, said, within=page.within[0])}
<p id="mtm-live" class="mtm-unseen" role="status"></p>
<svg class="mtm-unseen" width="0" height="0" aria-hidden="true"><defs>{hatches}</defs></svg>
<template id="mtm-icons">{icons}</template>
<script type="application/json" id="mtmgeo-data">{_json(page_data.data(page))}</script>"""


def _header(first: Composition, said: dict[str, str]) -> str:
    panel = first.panels[0].title
    title = f"{first.title} – {panel}" if panel else first.title
    hidden = "" if first.synthetic else " hidden"
    return (
        f'<header class="mtm-header"><h1 id="mtm-title">{text(title)}</h1>'
        f'<p id="mtm-subtitle" class="mtm-subtitle">{text(first.subtitle)}</p>'
        f'<p class="mtm-badge"{hidden}>{text(said["synthetic"])}</p></header>'
    )


def _legend(page: Page, index: int) -> str:
    """Return the legend of a composition, which is hidden while another one is shown."""
    composition = page.compositions[index]
    scale = pixels_per_mm(composition)
    keys = [entry.key for entry in composition.legend]
    circles = next(
        (i for i, entry in enumerate(composition.legend) if entry.key == "circles"), len(keys)
    )
    entries = ""
    for i, entry in enumerate(composition.legend):
        inside = " data-circles" if page.within[index] and i >= circles and _circle(entry) else ""
        if entry.shape == "heading":
            entries += f'<li class="mtm-heading"{inside}>{text(entry.label)}</li>'
            continue
        # What stands in several entries (sizes), and what no shape is of, cannot be left out.
        one = keys.count(entry.key) == 1 and entry.shape != "line" and entry.key != "approximate"
        looks = f' data-looks="{numbers(composition)[entry.key]}"' if one else ""
        key = swatch(entry, pattern_id(index, i, "key"), scale)
        entries += (
            f'<li{looks}{inside}><span class="mtm-key">{key}</span>'
            f"<span>{text(entry.label)}</span></li>"
        )
    return (
        f'<section class="mtm-legend" data-map="{index}"{" hidden" if index else ""}>'
        f"<h2>{text(composition.legend_title)}</h2><ul>{entries}</ul></section>"
    )


def _circle(entry: LegendEntry) -> bool:
    return entry.shape in {"circle", "heading"}


def _notes(page: Page, said: dict[str, str]) -> str:
    """Return all notes and sources, each once; those of other views are hidden."""
    first = page.compositions[0]
    made = first.language.say("Created {date}", date=first.language.date(page_data.date(first)))
    panels = [(one, panel) for one in page.compositions for panel in one.panels]
    notes = _listed([(*page_data.notes(*each), made) for each in panels])
    sources = _listed([one.sources for one, _ in panels])
    heading = first.language.say("Notes and sources")
    return (
        f'<details class="mtm-notes"><summary>{text(heading)}</summary>{notes}'
        f"<h2>{text(said['sources'])}</h2>{sources}</details>"
    )


def _listed(by_view: Sequence[Sequence[str]]) -> str:
    found: dict[str, list[int]] = {}
    for index, sentences in enumerate(by_view):
        for sentence in dict.fromkeys(sentences):
            found.setdefault(sentence, []).append(index)
    items = "".join(
        f"<li{_where(which, len(by_view))}>{text(sentence)}</li>"
        for sentence, which in found.items()
    )
    return f"<ul>{items}</ul>"


def _where(which: Sequence[int], count: int) -> str:
    """Return the attributes of what stands under some views only."""
    if len(which) == count:
        return ""
    return f' data-views="{" ".join(map(str, which))}"' + ("" if 0 in which else " hidden")


def _json(value: Any) -> str:
    """Return JSON that is safe inside a script element."""
    written = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return re.sub(r"[<>&\u2028\u2029]", lambda found: f"\\u{ord(found.group()):04x}", written)


# Files


@cache
def _asset(name: str) -> str:
    return files("mtmgeo.web").joinpath("assets", name).read_text(encoding="utf-8")


def _leaflet(name: str) -> Path:
    from xstatic.pkg import leaflet

    return Path(leaflet.BASE_DIR, name)


@cache
def _leaflet_js() -> str:
    script = _leaflet("leaflet.js").read_text(encoding="utf-8")
    return re.sub(r"//# sourceMappingURL=.*", "", script)


@cache
def _leaflet_css(*, images: bool) -> str:
    """Return Leaflet's style sheet, its pictures inside it; or what a map without layers needs."""

    def picture(found: re.Match[str]) -> str:
        return f"url(data:image/png;base64,{_base64(found.group(1))})"

    sheet = re.sub(r"/\*.*?\*/", "", _leaflet("leaflet.css").read_text("utf-8"), flags=re.DOTALL)
    if images:
        return re.sub(r"url\(images/([\w-]+\.png)\)", picture, sheet)
    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", sheet[: sheet.index("@media")])
    kept = (
        (",".join(part for part in names.split(",") if not _LAYERS_ONLY.search(part)), what)
        for names, what in rules
    )
    return "".join(f"{' '.join(f'{x}{{{y}}}'.split())}\n" for x, y in kept if x)


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
