"""compose(): what a map shows, decided once for both renderers."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from mtmgeo import disclaimer, world
from mtmgeo.boundaries import BoundarySet
from mtmgeo.charting import charts
from mtmgeo.classes import (
    change_breaks,
    change_labels,
    change_rate_labels,
    class_breaks,
    class_of,
    count_labels,
    density_labels,
    legend_sizes,
)
from mtmgeo.errors import SpecError
from mtmgeo.indicators import Assessment
from mtmgeo.languages import Language, sentence
from mtmgeo.layers import CRS
from mtmgeo.looks import diverging, shades
from mtmgeo.mapspec import (
    DASHES,
    GROUND,
    LINES,
    MOST_DASHED,
    PLAIN,
    Composition,
    LegendEntry,
    MapSpec,
    Panel,
)
from mtmgeo.mapwords import Wording
from mtmgeo.rounds import compare_rounds
from mtmgeo.shading import TRIFLE, Shading, covered, fitted
from mtmgeo.specs import CHANGES, COLUMNS, outlined, settle
from mtmgeo.surfaces import Surface

_LARGEST_RADIUS_MM: Final = 7.0
_LOCATION_RADIUS_MM: Final = 1.1
_A4_MM2: Final = 297.0 * 210.0
_IN_PANELS: Final = 0.6  # of these radii, where several maps share a sheet
_MANY_UNITS: Final = 100
_SAMPLE: Final = 1500  # cells along the longer side, of which the classes of a surface are found
_THIN: Final = 0.05  # of the individuals, those spread thinnest, who have no say in that

_AROUND: Final = 1.5  # how far about a country its neighbours reach, in its longer side
_UNNAMED: Final = "unnamed"
#: What names say of the kind of their unit, and maps do without.
_KINDS: Final = r" \(city\)$| район$| область$|^г\. | району$| облусу$| шаары$| ш\.$"
_Legend = tuple[LegendEntry, ...]


class _View(NamedTuple):
    """What one panel is of."""

    title: str
    group: str
    year: int | None


@dataclass(frozen=True)
class _Case(Wording):
    """A map to be made: what it is of, in the words of its language."""

    @property
    def say(self) -> Callable[..., str]:
        return self.language.say

    def views(self) -> list[_View]:
        spec, result = self.spec, self.result
        if spec.by_group:
            term, change = self.language.term, self.change
            groups = result.groups if change is None else change.totals["group"].tolist()
            return [_View(sentence(term(group)), group, spec.year) for group in groups]
        if not spec.by_year:
            return [_View("", spec.group, spec.year)]
        # The first year has no year before it.
        years = result.years[spec.indicator in CHANGES :] or result.years
        return [_View(str(year), spec.group, year) for year in years]

    def whose(self, view: _View) -> str:
        if self.spec.kind == "coverage":
            return ""
        return sentence(self.language.term(view.group))

    def radius(self, mm: float) -> float:
        """Return a radius that suits the sheet: as given at A4, less where panels share it."""
        width, height = self.settled.size
        several = self.spec.by_year or self.spec.by_group
        return mm * math.sqrt(width * height / _A4_MM2) * (_IN_PANELS if several else 1.0)


def compose(
    result: Assessment,
    spec: MapSpec,
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
    case = _Case(result, spec, settled, before, change)
    shading = None
    centred = 0
    if surface is not None:
        panels, legend, shading = _surface_panels(case, surface)
    elif spec.kind == "coverage":
        panels, legend = _coverage_panels(case)
    elif spec.kind == "symbols":
        panels, legend = _symbol_panels(case)
        centred = _rough(case)
    else:
        panels, legend = _choropleth_panels(case)
        if spec.circles:
            panels, legend = _with_circles(case, panels, legend)
            centred = _rough(case)
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
        key=_UNNAMED, label=case.say("Land outside named units"), fill=settled.style.unnamed,
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
    neighbours = _neighbours(bounds)
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


def _occurring(entries: Sequence[LegendEntry], shown: set[str]) -> _Legend:
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


def _areas(case: _Case, look: str, text: str) -> gpd.GeoDataFrame:
    """Return the outlined units of a level: assessed ones with class and text, others without.

    Ground of the levels above that none of them covers (a city without aiyl aimaks) comes last.
    """
    bounds, level = case.result.boundaries, case.spec.level
    units = outlined(bounds)
    shown = units[units["level"] == level]
    rest = shown[:0]
    for up in range(level - 1, 0, -1):
        below = bounds.lineage.loc[shown.index.union(rest.index), up]
        above = units[units["level"] == up]
        rest = pd.concat([rest, above[~above["pcode"].isin(below)]])
    areas = shown.assign(**{"class": "not_assessed", "value_text": case.say("not assessed")})
    areas.loc[areas["name"].eq(""), ["class", "value_text"]] = [_UNNAMED, ""]
    assessed = areas["pcode"].isin(case.result.assessed(level))
    areas.loc[assessed, ["class", "value_text"]] = [look, text]
    rest = rest.assign(**{"class": "undivided", "value_text": case.say("not divided")})
    # A unit may have the p-code of one of another level.
    index = [
        *areas["pcode"],
        *(f"{up} {code}" for up, code in zip(rest["level"], rest["pcode"], strict=True)),
    ]
    areas = pd.concat([areas, rest]).set_axis(index)
    areas = areas.assign(
        name=_named(case, areas["name"]),
        parent=_above(bounds, zip(areas["level"], areas["pcode"], strict=True)),
        value=np.nan,
    )
    columns = [
        "pcode", "level", "name", "parent", "approximate", "class", "value", "value_text",
        "geometry",
    ]  # fmt: skip
    others = [column for column in bounds.name_columns if column != "name"]
    return gpd.GeoDataFrame(areas[[*columns, *others]], crs=units.crs)


def _above(bounds: BoundarySet, keys: Iterable[tuple[int, str]]) -> list[str]:
    """Return the names of the units above each, by level and p-code, as they are read."""
    return [", ".join(filter(None, dict.fromkeys(bounds.names_up(*key)[1:]))) for key in keys]


def _named(case: _Case, names: pd.Series) -> pd.Series:
    return names.mask(names.eq(""), case.say("Land outside named units"))


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
    for depth in range(level + 1):
        for status in LINES:
            chosen = bounds.lines["level"].eq(depth) & bounds.lines["status"].eq(status)
            line = shapely.union_all(bounds.lines.geometry[chosen].to_numpy())
            rest = shapely.line_merge(shapely.difference(line, drawn))
            if not rest.is_empty:
                found.append((depth, status, rest))
            drawn = shapely.union(drawn, line)
    columns = pd.DataFrame(found[::-1], columns=["level", "status", "geometry"])
    return gpd.GeoDataFrame(columns, geometry="geometry", crs=CRS)


# --- looks that several maps share ----------------------------------------------------------


def _not_assessed(case: _Case, label: str) -> LegendEntry:
    style = case.style
    return LegendEntry(
        key="not_assessed", label=label, fill=style.not_assessed, hatch=style.not_assessed_hatch,
        edge=style.hatch_ink if style.not_assessed_hatch else style.paper,
    )  # fmt: skip


def _zero(case: _Case) -> LegendEntry:
    say = case.say
    label = say("0 when rounded") if case.result.round_to else say("0 (assessed, nobody counted)")
    return LegendEntry(key="zero", label=label, fill=case.style.blank, edge=case.style.edge)


def _unknown(case: _Case, missing: str) -> _Legend:
    """Return the entries of units without a figure in view."""
    say, style = case.say, case.style
    return (
        LegendEntry(
            key="suppressed", label=say("Suppressed (small counts protected)"), fill=style.blank,
            edge=style.hatch_ink, hatch=style.suppressed_hatch,
        ),
        LegendEntry(
            key="missing", label=missing, fill=style.blank, edge=style.hatch_ink,
            hatch=style.missing_hatch,
        ),
        _not_assessed(case, say("Not assessed")),
    )  # fmt: skip


# --- coverage -------------------------------------------------------------------------------


def _coverage_panels(case: _Case) -> tuple[tuple[Panel, ...], _Legend]:
    result, say, style = case.result, case.say, case.style
    count = case.language.count
    areas = _areas(case, "assessed", say("assessed"))
    symbols = _locations(case)
    counts = result.coverage[result.coverage["level"] == case.spec.level].iloc[0].to_dict()
    exact = int(symbols.loc[symbols["class"] == "location", "value"].sum())
    rough = int(symbols.loc[symbols["class"] == "rough_location", "value"].sum())
    radius = case.radius(_LOCATION_RADIUS_MM)
    circle = LegendEntry(
        key="location", label=say("Assessed location ({count})", count=count(exact)),
        shape="circle", fill=style.circle, edge=style.circle_edge, radius_mm=radius,
    )  # fmt: skip
    unit = sentence(case.unit())
    legend = (
        circle,
        replace(
            circle, key="rough_location", fill=style.blank,
            label=say(
                "Assessed location, its place within the unit not known ({count})",
                count=count(rough),
            ),
        ),
        LegendEntry(
            key="assessed", fill=style.assessed,
            label=say("{unit} assessed ({count})", unit=unit, count=count(counts["assessed"])),
        ),
        _not_assessed(case, say("Not assessed ({count})", count=count(counts["not_assessed"]))),
    )  # fmt: skip
    symbols["radius_mm"] = radius
    return (Panel(title="", areas=areas, symbols=symbols),), legend


def _locations(case: _Case) -> gpd.GeoDataFrame:
    """Return one symbol per unit that rows were tied to; its value is the number of rows."""
    locations = case.result.match.locations
    placed = locations[locations["pcode"].notna()]
    grouped = placed.groupby(["level", "pcode"])["status"]
    symbols = _at_anchors(case, grouped.size().rename("value").astype(float).reset_index())
    sure = grouped.agg(lambda status: bool((status == "matched").all())).to_numpy()
    symbols["class"] = np.where(
        sure & (symbols.pop("basis") == "place"), "location", "rough_location"
    )
    count = case.language.count
    symbols["value_text"] = [
        case.say("assessed locations: {count}", count=count(n)) for n in symbols["value"]
    ]
    return symbols[symbols.geometry.notna()].reset_index(drop=True)


def _at_anchors(case: _Case, places: pd.DataFrame) -> gpd.GeoDataFrame:
    """Add to `places` (``level``, ``pcode``) the name, names above, unit, and anchor of each."""
    bounds = case.result.boundaries
    keys = [
        (int(level), code) for level, code in zip(places["level"], places["pcode"], strict=True)
    ]
    rows = [bounds.position[key] for key in keys]
    anchors = bounds.anchors.iloc[rows]
    above = bounds.lineage.iloc[rows][list(range(case.spec.level + 1))]
    # Of a unit that is not divided so far, the last one that there is.
    known = above.notna().to_numpy()[:, ::-1]
    depth = case.spec.level - known.argmax(axis=1)
    return gpd.GeoDataFrame(
        places.assign(
            unit=above.to_numpy()[np.arange(len(rows)), depth],
            unit_level=depth,
            name=_named(case, bounds.units["name"].iloc[rows]).to_numpy(),
            parent=_above(bounds, keys),
            basis=anchors["basis"].to_numpy(),
            **{
                column: bounds.units[column].iloc[rows].to_numpy()
                for column in bounds.name_columns
                if column != "name"
            },
        ),
        geometry=anchors.geometry.to_numpy(),
        crs=CRS,
    )


# --- choropleths ----------------------------------------------------------------------------


def _choropleth_panels(case: _Case) -> tuple[tuple[Panel, ...], _Legend]:
    spec, say = case.spec, case.say
    column = COLUMNS[spec.indicator]
    by_view = {view: _figures(case, view) for view in case.views()}
    values = pd.concat([figures[column] for figures in by_view.values()]).dropna().astype(float)
    changing = spec.indicator in CHANGES
    breaks = spec.breaks
    if breaks is None and changing:
        breaks = change_breaks(values, spec.method, (spec.classes + 1) // 2)
    elif breaks is None:
        breaks = class_breaks(values, spec.method, spec.classes)
    blank = _areas(case, "missing", say("no figure"))
    panels = []
    for view, figures in by_view.items():
        areas = blank.copy()
        known = figures[figures.index.isin(areas.index)]
        suppressed = known.index[known["suppressed"].astype(bool)]
        shown = known[column].dropna().astype(float)
        areas.loc[shown.index, "value"] = shown
        areas.loc[shown.index, "value_text"] = shown.map(case.number)
        areas.loc[shown.index, "class"] = [
            f"class{class_of(value, breaks)}" if value else "zero" for value in shown
        ]
        areas.loc[suppressed, ["class", "value_text"]] = ["suppressed", say("suppressed")]
        if case.change is not None:
            units = case.change.units
            once = units["pcode"][units["status"].isin(("gained", "lost"))]
            words = say("Assessed in one round only")
            areas.loc[areas.index.isin(once), ["class", "value_text"]] = ["once", words]
        panels.append(Panel(title=view.title, areas=areas, symbols=_no_symbols()))
    if changing:
        return tuple(panels), _change_legend(case, values, breaks)
    missing = say("Assessed, no figure given")
    if spec.indicator == "per_1000":
        missing = say("Assessed, count or inhabitants not known")
    least = case.result.round_to or max(1, case.result.suppress_below)
    legend = (
        *_class_entries(case, values, breaks, least),
        _zero(case),
        *_unknown(case, missing),
    )
    return tuple(panels), legend


def _figures(case: _Case, view: _View) -> pd.DataFrame:
    """Return the figures that a panel is of, by p-code: those of a comparison, if there is one."""
    if case.change is not None:
        figures = case.change.figures
        return figures[figures["group"] == view.group].set_index("pcode")
    return case.result.select(view.group, view.year, case.spec.level).set_index("pcode")


def _change_legend(case: _Case, values: pd.Series, breaks: Sequence[float]) -> _Legend:
    """Return the entries of a map of change, the greatest fall first."""
    say, style = case.say, case.style
    language, parts = case.language, _parts(case)
    if case.spec.indicator == "change":
        span = (int(values.min()), int(values.max())) if len(values) else (0, 0)
        between = say("{low} to {high}", low="{low}", high="{high}")
        labels = change_labels(breaks, *span, language.count, between=between)
    else:
        over = say("above {low} to under {high}", low="{low}", high="{high}")
        labels = change_rate_labels(breaks, language.per_cent_bound, over=over, **parts)
    below = class_of(0.0, breaks)
    colours = diverging(below, len(labels) - below, case.spec.colours, style)
    entries = tuple(
        LegendEntry(
            key=f"class{i}", label=label, fill=colour, edge=style.paper,
            hatch=style.below_hatch if i < below else None,
        )
        for i, (label, colour) in enumerate(zip(labels, colours, strict=True))
    )  # fmt: skip
    zero = LegendEntry(key="zero", label=say("No change"), fill=style.blank, edge=style.edge)
    return (
        *entries[:below],
        zero,
        *entries[below:],
        LegendEntry(
            key="once", label=say("Assessed in one round only"), fill=style.blank,
            edge=style.hatch_ink, hatch=style.once_hatch,
        ),
        *_unknown(case, say("Assessed, no change known")),
    )  # fmt: skip


def _class_entries(
    case: _Case, values: pd.Series, breaks: Sequence[float], least: int, *, counts: bool = True
) -> _Legend:
    """Return the legend of classes; `least` is the smallest count that may be shown."""
    positive = values[values > 0].astype(float)
    if not len(positive):
        return ()
    language = case.language
    if counts and case.spec.indicator in ("individuals", "households"):
        labels = count_labels(breaks, least, int(positive.max()), language.count)
    else:
        shares = counts and case.spec.indicator == "share"
        text = language.percent_bound if shares else language.bound
        labels = density_labels(breaks, text, **_parts(case))
    colours = shades(len(labels), case.spec.colours, case.style)
    return tuple(
        LegendEntry(key=f"class{i}", label=label, fill=colour, edge=case.style.paper)
        for i, (label, colour) in enumerate(zip(labels, colours, strict=True))
    )


def _parts(case: _Case) -> dict[str, str]:
    """Return the words between the bounds of classes."""
    say, number = case.say, "{number}"
    return {
        "under": say("under {number}", number=number),
        "between": say("{low} to under {high}", low="{low}", high="{high}"),
        "above": say("{number} or more", number=number),
        "only": say("above {number}", number=number),
    }


# --- circles --------------------------------------------------------------------------------


def _no_symbols() -> gpd.GeoDataFrame:
    columns = ["level", "pcode", "name", "parent", "class", "value", "value_text", "radius_mm"]
    return gpd.GeoDataFrame({column: [] for column in columns}, geometry=[], crs=CRS)


def _symbol_panels(case: _Case) -> tuple[tuple[Panel, ...], _Legend]:
    areas = _areas(case, GROUND, case.say("assessed"))
    blank = [Panel(title=view.title, areas=areas, symbols=_no_symbols()) for view in case.views()]
    panels, circles = _circled(case, blank)
    unit = sentence(case.unit())
    legend = (
        *circles,
        LegendEntry(
            key=GROUND, label=case.say("{unit} with assessed locations", unit=unit),
            fill=case.style.ground, edge=case.style.edge,
        ),
        _not_assessed(case, case.say("Not assessed")),
    )  # fmt: skip
    return panels, legend


def _with_circles(
    case: _Case, panels: Sequence[Panel], legend: _Legend
) -> tuple[tuple[Panel, ...], _Legend]:
    """Draw circles over the colours of units."""
    circled, circles = _circled(case, panels)
    heading = LegendEntry(key="circles", label=case.circles(), shape="heading")
    return circled, (*legend, heading, *circles)


def _circled(case: _Case, panels: Sequence[Panel]) -> tuple[tuple[Panel, ...], _Legend]:
    """Return the panels with circles whose area is the count, and what a legend says of them."""
    at_units = case.spec.circles == "units"
    found = []
    for view in case.views():
        figures = case.result.select(
            view.group, view.year, case.spec.level if at_units else None, places=not at_units
        )
        found.append(figures[figures["level"] > 0])
    counts = pd.concat([figures["individuals"] for figures in found]).dropna()
    largest = float(counts.max()) if len(counts) else 0.0
    small = case.radius(_LOCATION_RADIUS_MM)
    scale = case.radius(_LARGEST_RADIUS_MM) / math.sqrt(largest) if largest else 0.0
    places = case.result.match.locations[["level", "pcode"]].dropna().drop_duplicates()
    if at_units:
        units = case.result.assessed(case.spec.level)
        places = pd.DataFrame({"level": case.spec.level, "pcode": list(units)})
    circled = []
    for panel, figures in zip(panels, found, strict=True):
        columns = ["level", "pcode", "individuals", "suppressed"]
        symbols = _at_anchors(case, places.merge(figures[columns], "left", ["level", "pcode"]))
        looks = [
            _symbol_look(case, *figure)
            for figure in zip(symbols.pop("individuals"), symbols.pop("suppressed"), strict=True)
        ]
        symbols[["value", "class", "value_text"]] = pd.DataFrame(
            looks, columns=["value", "class", "value_text"], index=symbols.index
        ).astype({"value": float})
        radius = scale * np.sqrt(symbols["value"].fillna(0.0))
        symbols["radius_mm"] = radius.where(symbols["class"] == "symbol", small)
        symbols = symbols[symbols.geometry.notna()].drop(columns="basis")
        symbols = symbols.sort_values(["radius_mm", "pcode"], ascending=[False, True])
        circled.append(replace(panel, symbols=symbols.reset_index(drop=True)))
    return tuple(circled), _circle_legend(case, largest, scale, small)


def _circle_legend(case: _Case, largest: float, scale: float, small: float) -> _Legend:
    say, style = case.say, case.style
    circle = LegendEntry(
        key="symbol", label="", shape="circle", fill=style.circle, edge=style.circle_edge,
        width_pt=0.5,
    )  # fmt: skip
    sizes = tuple(
        replace(circle, label=case.language.count(size), radius_mm=scale * math.sqrt(size))
        for size in legend_sizes(largest)
    )
    zero = say("0 when rounded") if case.result.round_to else "0"
    return (
        *sizes,
        replace(circle, key="zero_symbol", label=zero, fill=style.blank, radius_mm=small),
        replace(
            circle, key="hidden_symbol", label=say("Suppressed (small counts protected)"),
            fill=style.circle_hidden, edge=style.muted, radius_mm=small,
        ),
        replace(
            circle, key="missing_symbol", label=say("Assessed, no figure given"), fill=None,
            edge=style.muted, radius_mm=small,
        ),
    )  # fmt: skip


def _symbol_look(case: _Case, individuals: Any, suppressed: Any) -> tuple[float, str, str]:
    """Return value, class and text of a circle."""
    if pd.isna(suppressed):
        return math.nan, "missing_symbol", case.say("no figure")
    if suppressed:
        return math.nan, "hidden_symbol", case.say("suppressed")
    look = "symbol" if individuals else "zero_symbol"
    return float(individuals), look, case.language.count(individuals)


def _rough(case: _Case) -> int:
    """Return how many circles stand at a point of their unit, for want of a better one."""
    if case.spec.circles == "units":
        return 0
    places = case.result.places
    known = _at_anchors(case, places[places["level"] > 0][["level", "pcode"]])
    return int(known.drop_duplicates("pcode")["basis"].ne("place").sum())


# --- surfaces -------------------------------------------------------------------------------


def _surface_panels(case: _Case, surface: Surface) -> tuple[tuple[Panel, ...], _Legend, Shading]:
    result, spec, say = case.result, case.spec, case.say
    language = case.language
    areas = _areas(case, "missing", say("no figure"))
    figures = result.select(spec.group, spec.year, spec.level).set_index("pcode")
    known = figures[figures.index.isin(areas.index)]
    suppressed = known.index[known["suppressed"]]
    areas.loc[suppressed, ["class", "value_text"]] = ["suppressed", say("suppressed")]
    shown = known[["individuals", "per_km2"]].dropna().astype(float)
    areas.loc[shown.index, "class"] = GROUND
    areas.loc[shown.index, "value"] = shown["individuals"]
    areas.loc[shown.index, "value_text"] = [
        say(
            "{mean} on average ({count} individuals)",
            mean=language.number(mean),
            count=language.count(number),
        )
        if number
        else "0"
        for number, mean in zip(shown["individuals"], shown["per_km2"], strict=True)
    ]
    ground = areas.geometry[areas["class"] == GROUND]
    warped = fitted(surface, result.boundaries.projection, _SAMPLE)
    cells, *_ = warped
    values = cells[covered(ground, warped, touched=False)]
    drawn = np.sort(values[values > TRIFLE])
    if not len(drawn) and np.nanmax(surface.values, initial=0) > 0:
        raise SpecError(
            f"The surface has nobody in a unit of level {spec.level} with a published figure: make "
            "it of the same figures."
        )
    thin = np.searchsorted(np.cumsum(drawn), _THIN * drawn.sum())
    breaks = spec.breaks
    if breaks is None:
        breaks = class_breaks(pd.Series(drawn[thin:]), spec.method, spec.classes)
    # No cell of a picture has more than the densest one of the surface has.
    densest = class_of(np.nanmax(surface.per_km2, initial=0), breaks)
    entries = _class_entries(case, pd.Series(drawn), breaks, 1, counts=False)[: densest + 1]
    nobody = say("0 (assessed, nobody placed there)")
    if result.round_to:
        nobody = say("0 when rounded, or nobody placed there")
    empty = replace(PLAIN, key=GROUND, label=nobody, fill=case.style.ground)
    legend = (
        *entries,
        *([empty] if len(drawn) < len(values) else []),
        *_unknown(case, say("Assessed, no figure given")),
    )
    colours = tuple(entry.fill or "" for entry in entries)
    shading = Shading(surface=surface, breaks=tuple(breaks), colours=colours, ground=ground)
    return (Panel(title="", areas=areas, symbols=_no_symbols()),), legend, shading


# --- names ----------------------------------------------------------------------------------


def _labels(case: _Case, panels: Sequence[Panel]) -> gpd.GeoDataFrame:
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


def _unit_labels(case: _Case, areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the names of the units, those with the most people first, then the largest.

    Where units are many, those that were not assessed go without.
    """
    bounds, level = case.result.boundaries, case.spec.level
    areas = areas[areas["class"].ne(_UNNAMED) & areas["name"].ne(_named(case, pd.Series([""]))[0])]
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
