"""compose(): what a map shows, decided once for both renderers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from mtmgeo.boundaries import world
from mtmgeo.boundaries.boundary_set import BoundarySet
from mtmgeo.core import disclaimer
from mtmgeo.figures.assess import Assessment
from mtmgeo.figures.rounds import compare_rounds
from mtmgeo.figures.surfaces import Surface
from mtmgeo.geo.crs import CRS
from mtmgeo.maps.chart_data import charts
from mtmgeo.maps.composition import DASHES, LINES, MOST_DASHED, Composition, LegendEntry, Panel
from mtmgeo.maps.panels import (
    UNNAMED,
    Case,
    Legend,
    choropleth_panels,
    coverage_panels,
    is_rough,
    shown_names,
    surface_panels,
    symbol_panels,
    with_circles,
)
from mtmgeo.maps.settle import outlined, settle
from mtmgeo.maps.spec import MapSpec
from mtmgeo.style.languages import Language

_MANY_UNITS: Final = 100

_AROUND: Final = 1.5  # how far about a country its neighbours reach, in its longer side
#: What names say of the kind of their unit, and maps do without.
_KINDS: Final = r" \(city\)$| район$| область$|^г\. | району$| облусу$| шаары$| ш\.$"


def compose(
    result: Assessment,
    spec: MapSpec,
    *,
    surface: Surface | None = None,
    before: Assessment | None = None,
) -> Composition:
    """Decide what a map shows.

    Parameters
    ----------
    result
        Figures, of which only those that may be published reach the map.
    spec
        Display choices.
    surface
        What a map of the kind ``surface`` shows, and no other: `dasymetric` or `kernel_density` of
        the same figures.
    before
        An earlier round of the same boundaries, against which ``change`` is shown.

    Returns
    -------
    composition
        Everything a renderer needs.

    Raises
    ------
    SpecError
        If the result has no such group, year, level or count, its units have no outlines, the
        surface is missing, of something else, or elsewhere, or a choice is not known.
    InputError
        If the earlier round cannot be compared.
    """
    settled = settle(result, spec, surface, before)
    language = settled.language
    date = spec.date or dt.datetime.now().astimezone().date()
    spec = replace(spec, date=date)
    bounds = _localised(_unrolled(result.boundaries).drawn, language)
    change = None
    if before is not None:
        group = None if spec.by_group else spec.group
        change = compare_rounds(before, result, level=spec.level, group=group, year=spec.year)
    result = replace(result, match=replace(result.match, boundaries=bounds))
    case = Case(result, spec, settled, before, change)
    shading = None
    centred = 0
    if surface is not None:
        panels, legend, shading = surface_panels(case, surface)
    elif spec.kind == "coverage":
        panels, legend = coverage_panels(case)
    elif spec.kind == "symbols":
        panels, legend = symbol_panels(case)
        centred = is_rough(case)
    else:
        panels, legend = choropleth_panels(case)
        if spec.circles:
            panels, legend = with_circles(case, panels, legend)
            centred = is_rough(case)
    panels = tuple(
        replace(
            panel,
            group=case.whose(view),
            year=view.year,
            notes=case.notes([panel], surface, centred),
        )
        for panel, view in zip(panels, case.views(), strict=True)
    )
    shown = {key for p in panels for key in (*p.areas["class"], *p.symbols["class"])}
    shown |= {f"class{i}" for i in range(len(shading.colours))} if shading else set()
    rough = pd.concat([panel.areas for panel in panels])["approximate"].astype(bool)
    units = panels[0].areas["level"] == spec.level
    dashed = not panels[0].areas["approximate"][units].all() or units.sum() <= MOST_DASHED
    unnamed = LegendEntry(
        key=UNNAMED, label=case.say("Land outside named units"), fill=settled.style.unnamed,
        edge=settled.style.edge, width_pt=0.3,
    )  # fmt: skip
    undivided = LegendEntry(
        key="undivided", label=case.say("Not divided at this level"), fill=settled.style.blank,
        edge=settled.style.hatch_ink, hatch=settled.style.undivided_hatch,
    )  # fmt: skip
    entries = _occurring((*legend, unnamed, undivided), shown)
    if rough.any():
        entries += (
            LegendEntry(
                key="approximate", label=case.say("Approximate outline"), edge=settled.style.muted,
                width_pt=0.8, dash=DASHES if dashed else None,
            ),
        )  # fmt: skip
    lines = _lines(bounds, spec.level)
    entries += tuple(
        replace(entry, label=case.say(entry.label), edge=settled.style.border)
        for status, entry in LINES.items()
        if status in set(lines["status"])
    )
    title, subtitle = case.title(), case.subtitle()
    neighbours = _neighbours(bounds).copy()  # what is handed out may be changed
    projection, projection_name = case.projection()
    return Composition(
        spec=spec,
        title=title,
        subtitle=subtitle,
        theme=case.theme(),
        figure=case.figure(),
        panels=panels,
        legend_title=case.heading(),
        legend=entries,
        outlines=_outlines(bounds, spec.level),
        lines=lines,
        water=bounds.water,
        enclaves=bounds.enclaves,
        labels=_labels(case, panels),
        notes=case.notes(panels, surface, centred),
        sources=case.sources(neighbours=len(neighbours) > 0),
        synthetic=result.match.table.synthetic,
        projection=projection,
        projection_name=projection_name,
        disclaimer=disclaimer.text(date.year),
        surface=shading,
        charts=charts(result, spec, language, settled.style),
        neighbours=neighbours.assign(name=[language.country(iso) for iso in neighbours["iso3"]]),
        size=settled.size,
        dpi=settled.dpi,
        screen=settled.screen,
        language=language,
        style=settled.style,
        alt=case.alt(title, subtitle, panels),
    )


def _occurring(entries: Sequence[LegendEntry], shown: set[str]) -> Legend:
    """Return the entries that occur on the map, and the headings that have some under them."""
    kept: list[LegendEntry] = []
    for entry in reversed(entries):
        under = bool(kept) and kept[-1].shape != "heading"
        if entry.key in shown or (entry.shape == "heading" and under):
            kept.append(entry)
    return tuple(reversed(kept))


# --- boundaries -----------------------------------------------------------------------------


@lru_cache(maxsize=2)
def _unrolled(bounds: BoundarySet) -> BoundarySet:
    """Return a country on both sides of 180° in one piece: its longitudes run on beyond 180°."""
    if not bounds.extent[2] > 180:
        return bounds

    def unroll(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        moved = shapely.transform(
            frame.geometry.to_numpy(),
            lambda points: np.column_stack([points[:, 0] % 360, points[:, 1]]),
        )
        # Each united with itself: its parts on both sides of 180° meet there.
        whole = shapely.union_all(moved[:, None], axis=1) if len(moved) else moved
        return frame.set_geometry(
            gpd.GeoSeries(whole, frame.index, CRS).where(frame.geometry.notna())
        )

    return replace(
        bounds,
        units=unroll(bounds.units.assign(lon=bounds.units["lon"] % 360)),
        water=unroll(bounds.water),
        enclaves=unroll(bounds.enclaves),
        lines=unroll(bounds.lines),
    )


@lru_cache(maxsize=4)
def _localised(bounds: BoundarySet, language: Language) -> BoundarySet:
    """Return the set with names in the language where it has them."""

    def named(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        columns = [name for name in language.name_columns if name in frame]
        if columns[:1] in ([], ["name"]):
            return frame
        names = frame[columns].replace("", None).bfill(axis=1).iloc[:, 0]
        return frame.assign(name=names.fillna("").where(frame["name"].ne(""), ""))

    if language.name_columns[0] == "name":
        return bounds
    units = named(bounds.units)
    country = units["name"][units["level"] == 0]
    one = str(country.iloc[0]) if len(country) == 1 else bounds.country
    return replace(bounds, units=units, water=named(bounds.water), country=one or bounds.country)


@lru_cache(maxsize=4)
def _neighbours(bounds: BoundarySet) -> gpd.GeoDataFrame:
    return world.neighbours(bounds, margin=_AROUND)


def _outlines(bounds: BoundarySet, level: int) -> gpd.GeoDataFrame:
    """Return the outlines of the country and, at most, admin 1; the country is drawn last."""
    units = outlined(bounds)
    lines = units[units["level"] <= min(1, level)]
    if not lines["level"].eq(0).any():
        first = units.geometry[units["level"] == units["level"].min()]
        whole = {"level": 0, "pcode": "", "name": bounds.country, "geometry": first.union_all()}
        lines = pd.concat([lines, gpd.GeoDataFrame([whole], crs=CRS)])
    ordered = lines.sort_values(["level", "pcode"], ascending=[False, True])
    return ordered[["level", "name", "geometry"]].reset_index(drop=True)


def _lines(bounds: BoundarySet, level: int) -> gpd.GeoDataFrame:
    """Return the borders that are not final, down to a level; none lies on a higher one."""
    found: list[tuple[int, str, Any]] = []
    drawn: Any = shapely.LineString()
    lines = bounds.lines
    for depth in range(level + 1):
        for status in LINES:
            chosen = lines["level"].eq(depth) & lines["status"].eq(status)
            line = shapely.union_all(lines.geometry[chosen].to_numpy())
            rest = shapely.line_merge(shapely.difference(line, drawn))
            if not rest.is_empty:
                found.append((depth, status, rest))
            drawn = shapely.union(drawn, line)
    columns = pd.DataFrame(found[::-1], columns=["level", "status", "geometry"])
    return gpd.GeoDataFrame(columns, geometry="geometry", crs=CRS)


# --- names ----------------------------------------------------------------------------------


def _labels(case: Case, panels: Sequence[Panel]) -> gpd.GeoDataFrame:
    """Return the names that the map is to show, the most important first."""
    wanted = case.spec.labels
    parts = []
    if wanted in ("units", "both"):
        parts.append(_unit_labels(case, panels[-1].areas))
    if wanted in ("locations", "both"):
        symbols = panels[-1].symbols
        # A row that is tied to a unit alone has that unit's name.
        above = symbols["level"].le(case.spec.level) & (wanted == "both")
        order = symbols[~above].sort_values(["value", "pcode"], ascending=[False, True])
        columns = {"text": order["name"], "pcode": order["pcode"], "level": 4, "km2": np.nan}
        parts.append(gpd.GeoDataFrame(columns, geometry=order.geometry, crs=CRS))
    if not parts:
        nothing: dict[str, list[Any]] = {"text": [], "pcode": [], "level": [], "km2": []}
        return gpd.GeoDataFrame(nothing, geometry=[], crs=CRS)
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=CRS)


def _unit_labels(case: Case, areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the names of the units, those with the most people first, then the largest.

    Where units are many, those that were not assessed go without.
    """
    bounds, level = case.result.boundaries, case.spec.level
    areas = areas[
        areas["class"].ne(UNNAMED) & areas["name"].ne(shown_names(case, pd.Series([""]))[0])
    ]
    if len(areas) > _MANY_UNITS:
        areas = areas[~areas["class"].isin(("not_assessed", "undivided"))]
    value = areas["value"].fillna(-1.0)
    size = bounds.area_km2[bounds.units["level"] == level].to_numpy()
    size_of = dict(zip(bounds.at(level)["pcode"], size, strict=True))
    order = areas.assign(
        first=value.where(value > 0, areas["class"].ne("not_assessed").astype(float) - 1),
        size=areas["pcode"].map(size_of),
    ).sort_values(["first", "size", "pcode"], ascending=[False, False, True])
    short = order["name"].str.replace(_KINDS, "", regex=True)
    text = short.where(~short.duplicated(keep=False), order["name"])
    columns = {
        "text": text.to_numpy(),
        "pcode": order["pcode"].to_numpy(),
        "level": level,
        "km2": order["size"].to_numpy(dtype=float),
    }
    return gpd.GeoDataFrame(columns, geometry=order.representative_point().to_numpy(), crs=CRS)
