"""The same map four times: units of admin 2 by class, a circle per location, legend, tooltips.

Each maker takes what was composed for the sheet, so that all show the same figures, classes,
colours and words, and writes one HTML file. The disclaimer stands on all of them: where a library
has no place for it, in a bar fixed to the foot of the window, as one would put it by hand.
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import branca.colormap
import folium
import geopandas as gpd
import shapely
from branca.element import Element

import mtmgeo

#: Leaflet's pixels per millimetre of a circle's radius on the sheet.
PIXELS = 3.7
SPEC = mtmgeo.MapSpec(circles="locations")

Maker = Callable[[mtmgeo.Assessment, mtmgeo.Composition, Path], None]


def by_mtmgeo(result: mtmgeo.Assessment, composition: mtmgeo.Composition, path: Path) -> None:
    mtmgeo.write(mtmgeo.webmap(result, composition.spec), path)


def by_explore(_: mtmgeo.Assessment, composition: mtmgeo.Composition, path: Path) -> None:
    """Write what ``GeoDataFrame.explore`` makes, with a legend of its own."""
    units, places = rows(composition)
    words = [entry.label for entry in classes(composition)]
    drawn = units.explore(
        column="label",
        categories=words,
        cmap=[entry.fill for entry in classes(composition)],
        categorical=True,
        legend_kwds={"caption": composition.legend_title},
        tooltip=["name", "parent", "pcode", "value"],
        popup=True,
        tiles=None,
        style_kwds={"fillOpacity": 1.0, "color": "#ffffff", "weight": 1},
    )
    places.explore(
        m=drawn,
        color="#ffb81c",
        tooltip=["name", "parent", "pcode", "value"],
        style_kwds={"style_function": sized, "fillOpacity": 0.85, "weight": 1},
    )
    finish(drawn, composition)
    drawn.save(path)


def sized(feature: dict[str, Any]) -> dict[str, Any]:
    return {"radius": feature["properties"]["radius"]}


def by_folium(_: mtmgeo.Assessment, composition: mtmgeo.Composition, path: Path) -> None:
    """Write what folium's own tutorial leads to: GeoJson, CircleMarker, a colour bar."""
    units, places = rows(composition)
    drawn = folium.Map(tiles=None)
    fill_folium(drawn, units, places)
    coloured = [entry for entry in classes(composition) if entry.key.startswith("class")]
    branca.colormap.StepColormap(
        [entry.fill for entry in coloured],
        index=[*range(len(coloured)), len(coloured)],
        caption=composition.legend_title,
    ).add_to(drawn)
    finish(drawn, composition)
    drawn.save(path)


def by_hand(_: mtmgeo.Assessment, composition: mtmgeo.Composition, path: Path) -> None:
    """Write folium's map as a careful user would: only Leaflet, inside the page; 4 decimals."""
    from xstatic.pkg import leaflet

    base = Path(leaflet.BASE_DIR)
    units, places = rows(composition)
    units = units.set_geometry(shapely.set_precision(units.geometry.to_numpy(), 1e-4))
    drawn = folium.Map(tiles=None)
    drawn.default_js, drawn.default_css = [], []
    head = drawn.get_root().header  # type: ignore[attr-defined]
    for tag, name in (("style", "leaflet.css"), ("script", "leaflet.js")):
        text = (base / name).read_text("utf-8")
        head.add_child(Verbatim(f"<{tag}>{text}</{tag}>"), name=name, index=0)
    fill_folium(drawn, units, places)
    items = "".join(
        f'<div><i style="display:inline-block;width:14px;height:14px;background:{entry.fill}">'
        f"</i> {html.escape(entry.label)}</div>"
        for entry in classes(composition)
    )
    box = "position:fixed;right:10px;top:10px;z-index:999;background:#fff;padding:8px"
    title = html.escape(composition.legend_title)
    drawn.get_root().html.add_child(  # type: ignore[attr-defined]
        Verbatim(f'<div class="legend" style="{box}"><b>{title}</b>{items}</div>')
    )
    finish(drawn, composition)
    drawn.save(path)


class Verbatim(Element):
    """What stands on a page as it is."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self, **_: Any) -> str:
        """Return the text, which is no template."""
        return self.text


def fill_folium(drawn: folium.Map, units: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> None:
    told = ["name", "parent", "pcode", "value"]
    folium.GeoJson(
        json.loads(units.to_json()),
        style_function=lambda feature: {
            "fillColor": feature["properties"]["fill"],
            "fillOpacity": 1.0,
            "color": "#ffffff",
            "weight": 1,
        },
        tooltip=folium.GeoJsonTooltip(fields=told),
    ).add_to(drawn)
    for place in places.itertuples():
        folium.CircleMarker(
            [place.geometry.y, place.geometry.x],
            radius=place.radius,
            color="#7a5200",
            weight=1,
            fill=True,
            fill_color="#ffb81c",
            fill_opacity=0.85,
            tooltip=f"{place.name}<br>{place.parent}<br>{place.pcode}<br>{place.value}",
        ).add_to(drawn)
    west, south, east, north = (float(edge) for edge in units.total_bounds)
    drawn.fit_bounds([[south, west], [north, east]])


def finish(drawn: folium.Map, composition: mtmgeo.Composition) -> None:
    """Put the title and the disclaimer on a page that has neither."""
    root: Any = drawn.get_root()
    bar = (
        "position:fixed;left:0;right:0;bottom:0;z-index:999;margin:0;background:#fff;font-size:11px"
    )
    root.html.add_child(
        Verbatim(f'<p class="disclaimer" style="{bar}">{html.escape(composition.disclaimer)}</p>')
    )
    root.header.add_child(Verbatim(f"<title>{html.escape(composition.title)}</title>"))


def classes(composition: mtmgeo.Composition) -> list[Any]:
    """Return the legend's entries for units."""
    return [entry for entry in composition.legend if entry.shape == "area" and entry.fill]


def rows(composition: mtmgeo.Composition) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return units and places with the columns that the libraries are asked to show."""
    looks = {entry.key: entry for entry in classes(composition)}
    (panel,) = composition.panels
    units, places = panel.areas, panel.symbols
    units = units.assign(
        label=[looks[key].label for key in units["class"]],
        fill=[looks[key].fill for key in units["class"]],
        value=units["value_text"],
    )
    places = places.assign(value=places["value_text"], radius=PIXELS * places["radius_mm"])
    told = ["name", "parent", "pcode", "value"]
    return (
        units[[*told, "label", "fill", "geometry"]].reset_index(drop=True),
        places[[*told, "radius", "geometry"]],
    )


MAKERS: dict[str, Maker] = {
    "geopandas.explore": by_explore,
    "folium": by_folium,
    "folium, Leaflet inlined by hand": by_hand,
    "mtmgeo": by_mtmgeo,
}
