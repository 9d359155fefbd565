"""What a map shows, decided once: classes, colours, labels, legend and notes for both renderers."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple, get_args

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from mtmgeo import disclaimer
from mtmgeo.boundaries import BoundarySet
from mtmgeo.classes import (
    class_of,
    count_labels,
    count_text,
    density_labels,
    density_text,
    legend_sizes,
    percent_text,
    pretty_breaks,
)
from mtmgeo.errors import SpecError
from mtmgeo.indicators import Assessment
from mtmgeo.layers import CRS
from mtmgeo.matching import CODES
from mtmgeo.rasters import needed
from mtmgeo.surfaces import PER_KM2, Surface, Warped

Kind = Literal["coverage", "choropleth", "symbols", "surface"]
Indicator = Literal["individuals", "households", "density", "per_1000", "share", "mean_per_year"]


@dataclass(frozen=True, kw_only=True)
class MapSpec:
    """The display choices of one map.

    Attributes
    ----------
    kind
        ``coverage`` (units assessed or not), ``choropleth`` (units coloured by class),
        ``symbols`` (assessed locations as circles whose area is the count) or ``surface`` (cells
        coloured by individuals per km²; needs a Surface of the same group and year).
    indicator
        ``individuals``, ``households``, ``density`` (individuals per km² of equal-area unit area),
        ``per_1000`` (inhabitants; the result needs a population), ``share`` (of the country's) or
        ``mean_per_year`` (of all years).
    level
        Admin level of the units, 1 to 4, at which the boundaries have outlines.
    group
        Target population, as named in the result.
    year
        One year; None adds up all the years of the result.
    by_year
        Draw one panel per year with one common scale (small multiples).
    title, subtitle
        Text above the map; made from the other choices where None.
    breaks
        Class breaks, ascending; a value equal to a break belongs to the class above it. Round
        numbers are found where None.
    classes
        Number of classes to aim at where `breaks` is None, 1 to 6.
    size
        Width and height of the static sheet in millimetres (A4 landscape by default).
    date
        Creation date shown on the map, and the year of the disclaimer; today where None.
    notes
        Further notes of the caller, shown after the map's own.
    """

    kind: Kind = "choropleth"
    indicator: Indicator = "individuals"
    level: int = 2
    group: str = "return migrants"
    year: int | None = None
    by_year: bool = False
    title: str | None = None
    subtitle: str | None = None
    breaks: tuple[float, ...] | None = None
    classes: int = 5
    size: tuple[float, float] = (297.0, 210.0)
    date: dt.date | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LegendEntry:
    """One line of the legend, and the look of everything that carries its `key`.

    Attributes
    ----------
    key
        Class key found in the ``class`` column of areas and symbols.
    label
        Words of the legend.
    shape
        ``area`` (filled box), ``circle`` (symbol), ``line``.
    fill, edge
        Colours ``#rrggbb``; None draws none.
    hatch
        matplotlib hatch pattern for areas, such as ``"////"``, or None.
    radius_mm
        Radius of a circle at the sheet's size; 0 for other shapes.
    width_pt
        Line width in points.
    dash
        Lengths of the dashes and gaps of the edge or line in turn, in line widths; None draws a
        solid one.
    """

    key: str
    label: str
    shape: Literal["area", "circle", "line"] = "area"
    fill: str | None = None
    edge: str | None = "#ffffff"
    hatch: str | None = None
    radius_mm: float = 0.0
    width_pt: float = 0.4
    dash: tuple[float, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One map frame.

    Attributes
    ----------
    title
        Words above the frame (the year, in small multiples); empty for a single map.
    areas
        GeoDataFrame in EPSG:4326, one row per unit: ``pcode``, ``level``, ``name``, ``class`` (key
        of a legend entry), ``value`` (float, NaN where not shown), ``value_text`` (what may be
        read: ``1,204``, ``suppressed``, ``not assessed``; empty for land outside named units),
        ``approximate`` (bool) and ``geometry``.
    symbols
        GeoDataFrame in EPSG:4326, one row per circle, largest first: ``pcode``, ``name``,
        ``parent`` (names of the units above), ``class``, ``value``, ``value_text``, ``radius_mm``,
        ``geometry`` (points). May be empty.
    """

    title: str
    areas: gpd.GeoDataFrame
    symbols: gpd.GeoDataFrame


class Picture(NamedTuple):
    """Cells to be drawn.

    ``classes`` holds rows from the north: 0 draws nothing, the lowest class is 1. ``bounds`` are
    west, south, east and north of the picture in its coordinate system.
    """

    classes: npt.NDArray[np.uint8]
    bounds: tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True, eq=False)
class Shading:
    """A surface in the classes of the legend, drawn beneath all edges.

    Attributes
    ----------
    surface
        Individuals per km².
    breaks
        Lower bounds of the second class and of those above it.
    colours
        ``#rrggbb`` of each class, the lowest first.
    ground
        Units of the class `GROUND`, in EPSG:4326: only on them is it drawn.
    """

    surface: Surface
    breaks: tuple[float, ...]
    colours: tuple[str, ...]
    ground: gpd.GeoSeries

    def picture(self, crs: Any, side: int) -> Picture:
        """Return the cells that touch `ground`, in another coordinate system.

        Parameters
        ----------
        crs
            Coordinate system of the map.
        side
            Cells along the longer side, more or less.
        """
        warped = _warped(self.surface, crs, side)
        values, _, bounds = warped
        classes = np.searchsorted(self.breaks, values, side="right") + 1
        classes = np.minimum(classes, len(self.colours))  # a mean may round beyond the densest
        drawn = (values > _TRIFLE) & _on(self.ground, warped, touched=True)
        return Picture(np.where(drawn, classes, 0).astype(np.uint8), bounds)


@dataclass(frozen=True, kw_only=True)
class Composition:
    """All that a renderer needs to draw a map; both renderers draw the same decisions.

    Attributes
    ----------
    spec
        The choices it was made from, with `date` filled in.
    title, subtitle
        Final words.
    panels
        One, or one per year; every panel has the same units and the same classes.
    surface
        What is drawn over the areas of the class `GROUND`, beneath all edges; or None.
    legend_title, legend
        Heading, and the entries in the order to be shown; only entries that occur on the map.
    outlines
        GeoDataFrame in EPSG:4326 of reference lines drawn over the areas: column ``level``
        (0 = country, 1 = admin 1), ``name``, ``geometry`` (polygons).
    lines
        GeoDataFrame in EPSG:4326 of borders that are not final, which take the place of the
        outlines beneath them: ``level``, ``status`` (key of `LINES`), ``geometry`` (lines), each
        stretch once, in the order of drawing.
    water
        GeoDataFrame in EPSG:4326 of lakes: ``name``, ``geometry``.
    enclaves
        GeoDataFrame in EPSG:4326 of foreign ground inside the outline: ``name``, ``geometry``.
    labels
        GeoDataFrame in EPSG:4326 of unit names to place on the map, most important first:
        ``text``, ``level``, ``km2`` (area of the unit, NaN where not known), ``geometry`` (points).
    notes, sources
        Sentences shown under the map.
    synthetic
        Whether any figure comes from synthetic data; the map then says so prominently.
    projection
        PROJ string of the equal-area projection centred on the country.
    projection_name
        Its name in words, for the sheet.
    disclaimer
        The full text.
    """

    spec: MapSpec
    title: str
    subtitle: str
    panels: tuple[Panel, ...]
    legend_title: str
    legend: tuple[LegendEntry, ...]
    outlines: gpd.GeoDataFrame
    lines: gpd.GeoDataFrame
    water: gpd.GeoDataFrame
    enclaves: gpd.GeoDataFrame
    labels: gpd.GeoDataFrame
    notes: tuple[str, ...]
    sources: tuple[str, ...]
    synthetic: bool
    projection: str
    projection_name: str
    disclaimer: str
    surface: Shading | None = None


class _Shown(NamedTuple):
    """How an indicator is shown: its column, and words in which {} is the group."""

    column: str
    title: str
    heading: str
    text: Callable[[float], str] = density_text


_SHOWN: Final[Mapping[str, _Shown]] = {
    "individuals": _Shown("individuals", "{}", "{} (individuals)", count_text),
    "households": _Shown("households", "Households of {}", "{} (households)", count_text),
    "density": _Shown("per_km2", "{} per km²", "{} per km²"),
    "per_1000": _Shown("per_1000", "{} per 1,000 inhabitants", "{} per 1,000 inhabitants"),
    "share": _Shown(
        "share_of_country", "Share of the country's {}", "Share of the country's {}", percent_text
    ),
    "mean_per_year": _Shown("mean_per_year", "Average {} a year", "Average {} a year"),
}


# --- looks: one place for every colour on every map -----------------------------------------

#: A sequential ramp of IOM's blue, light to dark; its lightness falls evenly, so that it also
#: reads in grey and to colour-blind eyes.
RAMP: Final = ("#d6e2f5", "#a3c0e8", "#6d98d7", "#3a6cc0", "#0f45a3", "#00226b")

#: What no legend entry names, on every map: foreign ground; lakes, their shore and name; borders
#: (colour and points by admin level, in the order of drawing).
ABROAD: Final = "#f5f2ea"
LAKE: Final = "#a8dde6"
SHORE: Final = "#3f94a8"
LAKE_NAME: Final = "#12505f"
BORDERS: Final = {1: ("#56617a", 0.8), 0: ("#1f2a44", 1.3)}
#: Borders that are not final, by status; of two that claim one stretch, the first is drawn. Their
#: dashes differ in length more than in width, so that they can be told apart in grey and when thin.
LINES: Final = {
    "disputed": LegendEntry(
        key="line_disputed", label="Disputed border", shape="line", edge="#1f2a44", width_pt=1.3,
        dash=(4.0, 2.0),
    ),
    "line of control": LegendEntry(
        key="line_of_control", label="Line of control", shape="line", edge="#1f2a44", width_pt=1.3,
        dash=(1.0, 1.5),
    ),
    "undetermined": LegendEntry(
        key="line_undetermined", label="Undetermined border", shape="line", edge="#1f2a44",
        width_pt=1.2, dash=(4.0, 1.5, 1.0, 1.5),
    ),
    "administrative": LegendEntry(
        key="line_administrative", label="Administrative line", shape="line", edge="#1f2a44",
        width_pt=0.7, dash=(11.0, 4.0),
    ),
}  # fmt: skip
#: Points by which the white casing of these lines, which covers the border beneath, is wider.
LINE_CASING: Final = 1.7
#: Where a name may stand about its point, in widths and heights of the name; the point first.
NUDGES: Final = ((0, 0), (0, 0.8), (0, -0.8), (0.3, 0), (-0.3, 0), (0.3, 0.8), (-0.3, -0.8))

#: Class of the units beneath circles, and of those that a surface is drawn on.
GROUND: Final = "ground"

_ASSESSED = "#a3c0e8"
_NOT_ASSESSED = "#dcdcda"
_UNNAMED = "#e8ebdc"
_YELLOW = "#ffb81c"
_DARK_YELLOW = "#6b4700"
_LARGEST_RADIUS_MM = 7.0
_LOCATION_RADIUS_MM = 1.1
_WHOLE_SHEET_MM = 297.0
_MANY_UNITS = 100
_TRIFLE = 1e-6  # individuals per km² that are no more than rounding
_SAMPLE = 1500  # cells along the longer side, of which the classes of a surface are found
_THIN = 0.05  # of the individuals, those spread thinnest, who have no say in that

#: Dashes and gaps of approximate outlines, in line widths.
DASHES: Final = (3.0, 2.0)

#: The look of a unit whose class is not in the legend.
PLAIN: Final = LegendEntry(key="", label="", fill="#f7f7f5", edge="#b5b9c0")

_NOT_ASSESSED_ENTRY = LegendEntry(key="not_assessed", label="Not assessed", fill=_NOT_ASSESSED)
_ZERO_ENTRY = LegendEntry(
    key="zero", label="0 (assessed, nobody counted)", fill="#ffffff", edge="#8c8c8c"
)
_SUPPRESSED_ENTRY = LegendEntry(
    key="suppressed", label="Suppressed (small counts protected)", fill="#ffffff", edge="#7a7a7a",
    hatch="....",
)  # fmt: skip
_MISSING_ENTRY = LegendEntry(
    key="missing", label="Assessed, no figure given", fill="#ffffff", edge="#7a7a7a", hatch="////"
)
_UNDIVIDED_ENTRY = LegendEntry(
    key="undivided", label="Not divided at this level", fill="#ffffff", edge="#b5b9c0"
)
_UNNAMED_ENTRY = LegendEntry(
    key="unnamed", label="Land outside named units", fill=_UNNAMED, edge="#cfd3bf", width_pt=0.3
)
_APPROXIMATE_ENTRY = LegendEntry(
    key="approximate", label="Approximate outline", edge="#4d4d4d", width_pt=0.8, dash=DASHES
)


def compose(result: Assessment, spec: MapSpec, surface: Surface | None = None) -> Composition:
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

    Returns
    -------
    composition
        Everything a renderer needs.

    Raises
    ------
    SpecError
        If the result has no such group, year, level or count, its units have no outlines, or the
        surface is missing, of something else, or elsewhere.
    """
    _check(result, spec, surface)
    date = spec.date or dt.datetime.now().astimezone().date()
    spec = replace(spec, date=date)
    bounds = _unrolled(result.boundaries).drawn
    result = replace(result, match=replace(result.match, boundaries=bounds))
    years = result.years if spec.by_year else (spec.year,)
    shading = None
    if surface is not None:
        panels, legend, shading = _surface_panels(result, spec, surface)
    elif spec.kind == "coverage":
        panels, legend = _coverage_panels(result, spec)
    elif spec.kind == "choropleth":
        panels, legend = _choropleth_panels(result, spec, years)
    else:
        panels, legend = _symbol_panels(result, spec, years)
    shown = {key for p in panels for key in (*p.areas["class"], *p.symbols["class"])}
    shown |= {f"class{i}" for i in range(len(shading.colours))} if shading else set()
    approximate = any(bool(panel.areas["approximate"].any()) for panel in panels)
    ground = (_UNNAMED_ENTRY, _UNDIVIDED_ENTRY)
    entries = tuple(entry for entry in (*legend, *ground) if entry.key in shown)
    entries += (_APPROXIMATE_ENTRY,) if approximate else ()
    lines = _lines(bounds, spec.level)
    entries += tuple(entry for status, entry in LINES.items() if status in set(lines["status"]))
    title, subtitle, heading = _words(result, spec)
    sources = [*bounds.sources, f"Figures: {result.match.table.source}"]
    if spec.indicator == "per_1000" and result.population is not None:
        sources.append(result.population.source)
    return Composition(
        spec=spec,
        title=title,
        subtitle=subtitle,
        panels=panels,
        legend_title=heading,
        legend=entries,
        outlines=_outlines(bounds, spec.level),
        lines=lines,
        water=bounds.water,
        enclaves=bounds.enclaves,
        labels=_labels(result, spec, panels),
        notes=_notes(result, spec, panels, surface),
        sources=tuple(sources),
        synthetic=result.match.table.synthetic,
        projection=bounds.projection,
        projection_name=_projection_name(bounds),
        disclaimer=disclaimer.text(date.year),
        surface=shading,
    )


def _check(result: Assessment, spec: MapSpec, surface: Surface | None) -> None:
    faults = []
    if spec.kind not in get_args(Kind):
        faults.append(f"kind is {spec.kind!r}: choose {', '.join(get_args(Kind))}.")
    faults += _check_indicator(result, spec)
    faults += _check_surface(spec, surface)
    levels = sorted({*_outlined(result.boundaries)["level"]} & {1, 2, 3, 4})
    if spec.level not in levels:
        choice = ", ".join(map(str, levels)) or "there are none: use boundaries with polygons"
        faults.append(f"level is {spec.level}: choose a level with outlines ({choice}).")
    if not 1 <= spec.classes <= len(RAMP):
        faults.append(f"classes is {spec.classes}: choose 1 to {len(RAMP)}.")
    if spec.breaks is not None and list(spec.breaks) != sorted(set(spec.breaks)):
        faults.append(f"breaks {spec.breaks} do not ascend: put them in order, each once.")
    if spec.breaks is not None and len(spec.breaks) >= len(RAMP):
        faults.append(f"{len(spec.breaks)} breaks are too many: give {len(RAMP) - 1} at most.")
    if spec.kind != "coverage":
        if not result.groups:
            faults.append(f"{result.match.table.source} has no counts: only coverage can be drawn.")
        elif spec.group not in result.groups:
            faults.append(f"No counts of {spec.group!r}: choose {', '.join(result.groups)}.")
        if spec.year is not None and spec.year not in result.years:
            years = ", ".join(map(str, result.years)) or "none"
            faults.append(f"No counts of the year {spec.year}; the years are {years}.")
        if spec.by_year and not result.years:
            faults.append("by_year needs counts by year, and there are none.")
    if faults:
        raise SpecError(faults)


def _check_indicator(result: Assessment, spec: MapSpec) -> list[str]:
    said = f"indicator is {spec.indicator!r}"
    if spec.indicator not in _SHOWN:
        return [f"{said}: choose {', '.join(_SHOWN)}."]
    if spec.kind in ("symbols", "surface") and spec.indicator != "individuals":
        return [f"{said}: circles and surfaces show individuals; choose kind='choropleth'."]
    if spec.indicator == "mean_per_year" and (spec.year is not None or spec.by_year):
        return [f"{said}: it is of all years; leave out the year."]
    if spec.kind == "choropleth" and _SHOWN[spec.indicator].column not in result.figures:
        mend = {
            "per_1000": "give assess() a population, or --population",
            "households": "rounded counts have none; use suppression instead"
            if result.round_to
            else "the table counts no households: give a column of them",
        }[spec.indicator]
        return [f"{said}: there are no such figures ({mend})."]
    return []


def _check_surface(spec: MapSpec, surface: Surface | None) -> list[str]:
    if spec.kind != "surface":
        return [] if surface is None else [f"A map of {spec.kind} shows no surface: leave it out."]
    if surface is None:
        return ["kind is 'surface': give the surface to be drawn (surface=)."]
    if spec.by_year:
        return ["by_year: a surface is of one year, or of all together; leave it out."]
    asked = {"Group": spec.group, "Year": str(spec.year or "all years")}
    return [
        f"The surface is of {surface.tags[what]}, and the map of {words}: give both the same."
        for what, words in asked.items()
        if surface.tags.get(what, words) != words
    ]


# --- panels ---------------------------------------------------------------------------------


def _outlined(bounds: BoundarySet) -> gpd.GeoDataFrame:
    """Return the units that have an outline."""
    units = bounds.units
    return units[units.geometry.notna() & ~units.geometry.is_empty]


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


def _areas(result: Assessment, level: int, look: str, text: str) -> gpd.GeoDataFrame:
    """Return the outlined units of a level: assessed ones with class and text, others without.

    Ground of the levels above that none of them covers (a city without aiyl aimaks) comes last.
    """
    bounds, units = result.boundaries, _outlined(result.boundaries)
    shown = units[units["level"] == level]
    rest = shown[:0]
    for up in range(level - 1, 0, -1):
        covered = bounds.lineage.loc[shown.index.union(rest.index), up]
        above = units[units["level"] == up]
        rest = pd.concat([rest, above[~above["pcode"].isin(covered)]])
    areas = shown.assign(**{"class": "not_assessed", "value_text": "not assessed"})
    areas.loc[areas["name"].eq(""), ["class", "value_text"]] = [_UNNAMED_ENTRY.key, ""]
    areas.loc[areas["pcode"].isin(result.assessed(level)), ["class", "value_text"]] = [look, text]
    rest = rest.assign(**{"class": _UNDIVIDED_ENTRY.key, "value_text": "not divided"})
    # A unit may have the p-code of one of another level.
    index = [
        *areas["pcode"],
        *(f"{up} {code}" for up, code in zip(rest["level"], rest["pcode"], strict=True)),
    ]
    areas = pd.concat([areas, rest]).set_axis(index)
    areas = areas.assign(name=_named(areas["name"]), value=np.nan)
    columns = ["pcode", "level", "name", "approximate", "class", "value", "value_text", "geometry"]
    return gpd.GeoDataFrame(areas[columns], crs=units.crs)


def _named(names: pd.Series) -> pd.Series:
    return names.mask(names.eq(""), _UNNAMED_ENTRY.label)


def _no_symbols() -> gpd.GeoDataFrame:
    columns = ["pcode", "name", "parent", "class", "value", "value_text", "radius_mm"]
    return gpd.GeoDataFrame({column: [] for column in columns}, geometry=[], crs=CRS)


def _coverage_panels(
    result: Assessment, spec: MapSpec
) -> tuple[tuple[Panel, ...], tuple[LegendEntry, ...]]:
    areas = _areas(result, spec.level, "assessed", "assessed")
    symbols = _locations(result)
    counts = result.coverage.set_index("level").loc[spec.level]
    exact = int(symbols.loc[symbols["class"] == "location", "value"].sum())
    rough = int(symbols.loc[symbols["class"] == "rough_location", "value"].sum())
    circle = LegendEntry(
        key="location", label=f"Assessed location ({exact})", shape="circle", fill=_YELLOW,
        edge=_DARK_YELLOW, radius_mm=_radius(_LOCATION_RADIUS_MM, spec),
    )  # fmt: skip
    legend = (
        circle,
        replace(
            circle, key="rough_location", fill="#ffffff",
            label=f"Assessed location, its place within the unit not known ({rough})",
        ),
        LegendEntry(
            key="assessed", fill=_ASSESSED,
            label=f"{_unit_word(result, spec.level)} assessed ({counts['assessed']})",
        ),
        replace(_NOT_ASSESSED_ENTRY, label=f"Not assessed ({counts['not_assessed']})"),
    )  # fmt: skip
    symbols["radius_mm"] = _radius(_LOCATION_RADIUS_MM, spec)
    return (Panel(title="", areas=areas, symbols=symbols),), legend


def _locations(result: Assessment) -> gpd.GeoDataFrame:
    """Return one symbol per unit that rows were tied to; its value is the number of rows."""
    locations = result.match.locations
    placed = locations[locations["pcode"].notna()]
    grouped = placed.groupby(["level", "pcode"])["status"]
    symbols = _at_anchors(result, grouped.size().rename("value").astype(float).reset_index())
    sure = grouped.agg(lambda status: bool((status == "matched").all())).to_numpy()
    symbols["class"] = np.where(
        sure & (symbols.pop("basis") == "place"), "location", "rough_location"
    )
    symbols["value_text"] = [f"{int(n)} assessed location{'s' * (n > 1)}" for n in symbols["value"]]
    return symbols[symbols.geometry.notna()].reset_index(drop=True)


def _at_anchors(result: Assessment, places: pd.DataFrame) -> gpd.GeoDataFrame:
    """Add to `places` (``level``, ``pcode``) the name, parents' names, and anchor point of each."""
    bounds = result.boundaries
    keys = [
        (int(level), code) for level, code in zip(places["level"], places["pcode"], strict=True)
    ]
    rows = [bounds.position[key] for key in keys]
    anchors = bounds.anchors.iloc[rows]
    return gpd.GeoDataFrame(
        places.assign(
            name=_named(bounds.units["name"].iloc[rows]).to_numpy(),
            parent=[
                ", ".join(filter(None, dict.fromkeys(bounds.names_up(*key)[1:]))) for key in keys
            ],
            basis=anchors["basis"].to_numpy(),
        ),
        geometry=anchors.geometry.to_numpy(),
        crs=CRS,
    )


def _choropleth_panels(
    result: Assessment, spec: MapSpec, years: Sequence[int | None]
) -> tuple[tuple[Panel, ...], tuple[LegendEntry, ...]]:
    column, *_, text = _SHOWN[spec.indicator]
    by_year = {
        year: result.select(spec.group, year, spec.level).set_index("pcode") for year in years
    }
    values = pd.concat([figures[column] for figures in by_year.values()]).dropna()
    breaks = spec.breaks if spec.breaks is not None else pretty_breaks(values, spec.classes)
    blank = _areas(result, spec.level, "missing", "no figure")
    panels = []
    for year, figures in by_year.items():
        areas = blank.copy()
        known = figures[figures.index.isin(areas.index)]
        suppressed = known.index[known["suppressed"]]
        shown = known[column].dropna().astype(float)
        areas.loc[shown.index, "value"] = shown
        areas.loc[shown.index, "value_text"] = shown.map(text)
        areas.loc[shown.index, "class"] = [
            f"class{class_of(value, breaks)}" if value else "zero" for value in shown
        ]
        areas.loc[suppressed, ["class", "value_text"]] = ["suppressed", "suppressed"]
        title = str(year) if spec.by_year else ""
        panels.append(Panel(title=title, areas=areas, symbols=_no_symbols()))
    legend = (
        *_class_entries(values, breaks, text, result.round_to or max(1, result.suppress_below)),
        replace(_ZERO_ENTRY, label="0 when rounded") if result.round_to else _ZERO_ENTRY,
        _SUPPRESSED_ENTRY,
        replace(_MISSING_ENTRY, label="Assessed, count or inhabitants not known")
        if spec.indicator == "per_1000"
        else _MISSING_ENTRY,
        _NOT_ASSESSED_ENTRY,
    )
    return tuple(panels), legend


def _surface_panels(
    result: Assessment, spec: MapSpec, surface: Surface
) -> tuple[tuple[Panel, ...], tuple[LegendEntry, ...], Shading]:
    areas = _areas(result, spec.level, "missing", "no figure")
    figures = result.select(spec.group, spec.year, spec.level).set_index("pcode")
    known = figures[figures.index.isin(areas.index)]
    suppressed = known.index[known["suppressed"]]
    areas.loc[suppressed, ["class", "value_text"]] = ["suppressed", "suppressed"]
    shown = known[["individuals", "per_km2"]].dropna().astype(float)
    areas.loc[shown.index, "class"] = GROUND
    areas.loc[shown.index, "value"] = shown["individuals"]
    areas.loc[shown.index, "value_text"] = [
        f"{density_text(mean)} on average ({count_text(number)} individuals)" if number else "0"
        for number, mean in zip(shown["individuals"], shown["per_km2"], strict=True)
    ]
    ground = areas.geometry[areas["class"] == GROUND]
    warped = _warped(surface, result.boundaries.projection, _SAMPLE)
    cells, *_ = warped
    values = cells[_on(ground, warped, touched=False)]
    drawn = np.sort(values[values > _TRIFLE])
    if not len(drawn) and np.nanmax(surface.values, initial=0) > 0:
        raise SpecError(
            f"The surface has nobody in a unit of level {spec.level} with a published figure: make "
            "it of the same figures."
        )
    thin = np.searchsorted(np.cumsum(drawn), _THIN * drawn.sum())
    breaks = spec.breaks
    if breaks is None:
        breaks = pretty_breaks(pd.Series(drawn[thin:]), spec.classes)
    # No cell of a picture has more than the densest one of the surface has.
    densest = class_of(np.nanmax(surface.per_km2, initial=0), breaks)
    entries = _class_entries(pd.Series(drawn), breaks, density_text, 1)[: densest + 1]
    nobody = "0 when rounded, or nobody placed there"
    empty = replace(
        PLAIN, key=GROUND, label=nobody if result.round_to else "0 (assessed, nobody placed there)"
    )
    legend = (
        *entries,
        *([empty] if len(drawn) < len(values) else []),
        _SUPPRESSED_ENTRY,
        _MISSING_ENTRY,
        _NOT_ASSESSED_ENTRY,
    )
    colours = tuple(entry.fill or "" for entry in entries)
    shading = Shading(surface=surface, breaks=tuple(breaks), colours=colours, ground=ground)
    return (Panel(title="", areas=areas, symbols=_no_symbols()),), legend, shading


def _warped(surface: Surface, crs: Any, side: int) -> Warped:
    """Return a surface of about `side` cells in another coordinate system.

    Cells that are larger than those of the picture are divided first, or their edges would blur.
    """
    grid = surface.grid
    columns = max(1, round(side * min(1, grid.width / grid.height)))
    times = math.ceil(columns / grid.width)
    if times > 1:
        fine = surface.per_km2.repeat(times, axis=0).repeat(times, axis=1)
        cell = grid.cell[0] / times, grid.cell[1] / times
        grid = replace(grid, cell=cell, width=grid.width * times, height=grid.height * times)
        surface = replace(surface, values=fine, grid=grid, units=PER_KM2)
    return surface.warped(crs, width=columns)


def _on(ground: gpd.GeoSeries, warped: Warped, *, touched: bool) -> npt.NDArray[np.bool_]:
    """Return which cells have their middle on the ground, or any part of them."""
    values, crs, (west, south, east, north) = warped
    rows, columns = values.shape
    if ground.empty:
        return np.zeros(values.shape, dtype=bool)
    inside: npt.NDArray[np.bool_] = needed("rasterio.features").geometry_mask(
        ground.to_crs(crs),
        (rows, columns),
        needed("rasterio").Affine(
            (east - west) / columns, 0, west, 0, (south - north) / rows, north
        ),
        all_touched=touched,
        invert=True,
    )
    return inside


def _symbol_panels(
    result: Assessment, spec: MapSpec, years: Sequence[int | None]
) -> tuple[tuple[Panel, ...], tuple[LegendEntry, ...]]:
    by_year = {year: result.select(spec.group, year, places=True) for year in years}
    by_year = {year: figures[figures["level"] > 0] for year, figures in by_year.items()}
    counts = pd.concat([figures["individuals"] for figures in by_year.values()]).dropna()
    largest = float(counts.max()) if len(counts) else 0.0
    small = _radius(_LOCATION_RADIUS_MM, spec)
    scale = _radius(_LARGEST_RADIUS_MM, spec) / math.sqrt(largest) if largest else 0.0
    places = result.match.locations[["level", "pcode"]].dropna().drop_duplicates()
    areas = _areas(result, spec.level, GROUND, "assessed")
    panels = []
    for year, figures in by_year.items():
        columns = ["level", "pcode", "individuals", "suppressed"]
        symbols = _at_anchors(result, places.merge(figures[columns], "left", ["level", "pcode"]))
        looks = [
            _symbol_look(*figure)
            for figure in zip(symbols.pop("individuals"), symbols.pop("suppressed"), strict=True)
        ]
        symbols[["value", "class", "value_text"]] = pd.DataFrame(
            looks, columns=["value", "class", "value_text"], index=symbols.index
        ).astype({"value": float})
        radius = scale * np.sqrt(symbols["value"].fillna(0.0))
        symbols["radius_mm"] = radius.where(symbols["class"] == "symbol", small)
        symbols = symbols[symbols.geometry.notna()].drop(columns="basis")
        symbols = symbols.sort_values(["radius_mm", "pcode"], ascending=[False, True])
        title = str(year) if spec.by_year else ""
        panels.append(Panel(title=title, areas=areas, symbols=symbols.reset_index(drop=True)))
    circle = LegendEntry(
        key="symbol", label="", shape="circle", fill=_YELLOW, edge=_DARK_YELLOW, width_pt=0.5
    )
    sizes = tuple(
        replace(circle, label=count_text(size), radius_mm=scale * math.sqrt(size))
        for size in legend_sizes(largest)
    )
    legend = (
        *sizes,
        replace(
            circle, key="zero_symbol", label="0 when rounded" if result.round_to else "0",
            fill="#ffffff", radius_mm=small,
        ),
        replace(
            circle, key="hidden_symbol", label="Suppressed (small counts protected)",
            fill="#bdbdbd", edge="#5a5a5a", radius_mm=small,
        ),
        replace(
            circle, key="missing_symbol", label="Assessed, no figure given", fill=None,
            edge="#5a5a5a", radius_mm=small,
        ),
        LegendEntry(
            key=GROUND, label=f"{_unit_word(result, spec.level)} with assessed locations",
            fill="#f7f7f5", edge="#8c8c8c",
        ),
        _NOT_ASSESSED_ENTRY,
    )  # fmt: skip
    return tuple(panels), legend


def _symbol_look(individuals: Any, suppressed: Any) -> tuple[float, str, str]:
    """Return value, class and text of a circle."""
    if pd.isna(suppressed):
        return math.nan, "missing_symbol", "no figure"
    if suppressed:
        return math.nan, "hidden_symbol", "suppressed"
    look = "symbol" if individuals else "zero_symbol"
    return float(individuals), look, count_text(individuals)


def _radius(mm: float, spec: MapSpec) -> float:
    """Return a radius that suits the sheet: as given at A4, less where panels share the sheet."""
    return mm * min(1.0, max(spec.size) / _WHOLE_SHEET_MM) * (0.6 if spec.by_year else 1.0)


def _class_entries(
    values: pd.Series, breaks: Sequence[float], text: Callable[[float], str], least: int
) -> tuple[LegendEntry, ...]:
    """Return the legend of classes; `least` is the smallest count that may be shown."""
    positive = values[values > 0].astype(float)
    if not len(positive):
        return ()
    if text is count_text:
        labels = count_labels(breaks, least, int(positive.max()))
    else:
        labels = density_labels(breaks, text)
    # With few classes, the ramp's ends are too far apart to leave out the middle.
    first = 0 if len(labels) > 2 else 1
    shades = np.linspace(first, len(RAMP) - 1, len(labels)).round().astype(int)
    return tuple(
        LegendEntry(key=f"class{i}", label=label, fill=RAMP[shade])
        for i, (label, shade) in enumerate(zip(labels, shades, strict=True))
    )


# --- words ----------------------------------------------------------------------------------


def _unit_word(result: Assessment, level: int) -> str:
    return result.boundaries.level_names[level].capitalize()


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _words(result: Assessment, spec: MapSpec) -> tuple[str, str, str]:
    """Return title, subtitle and the legend's heading."""
    bounds = result.boundaries
    if spec.kind == "coverage":
        title, heading = "Geographic coverage of the assessment", "Assessment coverage"
    else:
        shown = _SHOWN["density" if spec.kind == "surface" else spec.indicator]
        where = "assessed location" if spec.kind == "symbols" else bounds.level_names[spec.level]
        what = _sentence(shown.title.format(spec.group))
        title = f"{what} by {where}" + (" and year" if spec.by_year else "")
        if spec.kind == "surface":
            title = _sentence(f"{spec.group} per square kilometre")
        heading = _sentence(shown.heading.format(spec.group))
        if spec.kind == "symbols":
            heading += "; the area of a circle is the count"
        span = [spec.year] if spec.year else [*result.years[:1], *result.years[1:][-1:]]
        title += f", {'–'.join(map(str, span))}" if span and not spec.by_year else ""
    rows = f"{len(result.match.locations):,} assessed locations"
    subtitle = spec.subtitle or ", ".join(text for text in (bounds.country, rows) if text)
    return spec.title or title, subtitle, heading


def _notes(
    result: Assessment, spec: MapSpec, panels: Sequence[Panel], surface: Surface | None
) -> tuple[str, ...]:
    bounds, table = result.boundaries, result.match.table
    status = result.match.counts()
    notes = []
    if table.synthetic:
        notes.append(
            "SYNTHETIC DATA: the counts are invented for demonstration and are no findings of any "
            "assessment."
        )
    if spec.level in bounds.notes:
        notes.append(bounds.notes[spec.level])
    total = len(result.match.locations)
    if status["matched"] < total:
        notes.append(
            f"Of {total} locations, {status['matched']} are tied to a unit by name; "
            f"{status['partial']} only to a unit above it, {status['ambiguous']} to several of one "
            f"name (counted in the unit that holds them), {status['unmatched']} to none."
        )
    if spec.kind != "symbols":
        inside = result.match.locations[CODES[spec.level]].notna().sum()
        if inside < total:
            notes.append(
                f"{total - inside} locations are tied to no {bounds.level_names[spec.level]}, but "
                "to a larger unit or to none: they are not in the colours of this map."
            )
    if spec.kind != "coverage":
        hidden = sum(
            int(panel.areas["class"].eq("suppressed").sum())
            + int(panel.symbols["class"].eq("hidden_symbol").sum())
            for panel in panels
        )
        if hidden:
            notes.append(
                f"{hidden} figures are suppressed: counts below {result.suppress_below}, and those "
                "that would reveal them."
            )
        if result.round_to:
            notes.append(result.rule)
    if spec.kind == "symbols":
        known = _at_anchors(result, result.places[result.places["level"] > 0][["level", "pcode"]])
        rough = known.drop_duplicates("pcode")["basis"].ne("place").sum()
        if rough:
            notes.append(
                f"{rough} circles stand at a point of their unit, as the position of the place is "
                "not known."
            )
    if surface is not None:
        notes += [*surface.notes, "Cells are shown only in units whose figures are published."]
    return (*notes, *spec.notes)


def _projection_name(bounds: BoundarySet) -> str:
    lat, lon = bounds.centre
    return (
        f"Lambert azimuthal equal-area, centred on {abs(lat):g}°\u00a0{'N' if lat >= 0 else 'S'} "
        f"{abs(lon):g}°\u00a0{'E' if lon >= 0 else 'W'}"
    )


def _outlines(bounds: BoundarySet, level: int) -> gpd.GeoDataFrame:
    """Return the outlines of the country and, at most, admin 1; the country is drawn last."""
    units = _outlined(bounds)
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


def _labels(result: Assessment, spec: MapSpec, panels: Sequence[Panel]) -> gpd.GeoDataFrame:
    """Return the names of the units, those with the most people first, then the largest.

    Where units are many, those that were not assessed go without.
    """
    areas = panels[-1].areas
    areas = areas[areas["name"].ne(_UNNAMED_ENTRY.label)]
    if len(areas) > _MANY_UNITS:
        areas = areas[~areas["class"].isin(("not_assessed", "undivided"))]
    value = areas["value"].fillna(-1.0)
    size = result.boundaries.area_km2[result.boundaries.units["level"] == spec.level].to_numpy()
    units = result.boundaries.at(spec.level)["pcode"]
    size_of = dict(zip(units, size, strict=True))
    order = areas.assign(
        first=value.where(value > 0, areas["class"].ne("not_assessed").astype(float) - 1),
        size=areas["pcode"].map(size_of),
    ).sort_values(["first", "size", "pcode"], ascending=[False, False, True])
    short = order["name"].str.removesuffix(" (city)")
    text = short.where(~short.duplicated(keep=False), order["name"])
    return gpd.GeoDataFrame(
        {"text": text.to_numpy(), "level": spec.level, "km2": order["size"].to_numpy(dtype=float)},
        geometry=order.representative_point().to_numpy(),
        crs=CRS,
    )
