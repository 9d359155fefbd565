"""What a map shows: the choices that make it, and the decisions that every renderer draws."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from mtmgeo.geo.crs import CRS
from mtmgeo.maps.shading import Shading
from mtmgeo.style.class_breaks import Method
from mtmgeo.style.languages import Language, phrase
from mtmgeo.style.style import STYLES, Style

Kind = Literal["coverage", "choropleth", "symbols", "surface"]
Indicator = Literal[
    "individuals", "households", "density", "per_1000", "share", "mean_per_year", "change",
    "change_percent",
]  # fmt: skip
Named = Literal["units", "locations", "both", "none"]

#: Width and height of sheets in millimetres, by name; screens are given in pixels.
PAPERS: Final[Mapping[str, tuple[float, float]]] = {
    "A5": (210.0, 148.0), "A4": (297.0, 210.0), "A3": (420.0, 297.0), "A2": (594.0, 420.0),
}  # fmt: skip
_ENGLISH: Final = Language("en")
#: Pixels per inch of screens, and of sheets.
SCREEN_DPI: Final = 96.0
PRINT_DPI: Final = 200.0


@dataclass(frozen=True, kw_only=True)
class MapSpec:
    """The display choices of one map.

    Attributes
    ----------
    kind
        ``coverage`` (units assessed or not), ``choropleth`` (units coloured by class),
        ``symbols`` (circles whose area is the count) or ``surface`` (cells coloured by individuals
        per km²; needs a Surface of the same group and year).
    indicator
        ``individuals``, ``households``, ``density`` (individuals per km² of equal-area unit area),
        ``per_1000`` (inhabitants; the result needs a population), ``share`` (of the country's),
        ``mean_per_year`` (of all years), ``change`` or ``change_percent`` (against the year before
        or, if an earlier round is given, against that).
    level
        Admin level of the units, 1 to 4, at which the boundaries have outlines.
    group
        Target population, as named in the result.
    year
        One year; None adds up all the years of the result.
    by_year, by_group
        Draw one panel per year, or per group, with one common scale (small multiples).
    circles
        Where circles stand: at assessed ``locations`` or at points of the ``units``. On a
        choropleth they are drawn over its colours, and show individuals; None: on maps of the
        kind ``symbols`` at locations, on others none.
    title, subtitle
        Text above the map; made from the other choices where None.
    number
        Of the map in its report, such as ``2``; empty: none.
    breaks
        Class breaks, ascending; a value equal to a break belongs to the class above it. Found by
        `method` where None.
    method
        ``pretty`` (round numbers), ``quantile``, ``equal`` (intervals), ``natural`` (breaks) or
        ``std`` (standard deviations).
    classes
        Number of classes to aim at where `breaks` is None, 1 to 6; on maps of change, 2 to 6.
    colours
        Name of a matplotlib colormap, or colours from the lowest class to the highest; those of
        the style where None.
    style
        A `Style`, or the name of one: ``report``, ``poster``, ``slide``, ``print-grey``.
    lang
        Language of the sheet's own words, of numbers, dates and, where the boundaries have them,
        of unit names: ``en``, ``ru``, ``ky``, ``fr``, ``es``. The disclaimer is always English.
    labels
        What is named on the map: ``units``, ``locations`` (those with circles), ``both``, ``none``.
    charts
        Bars beside the map: ``year``, ``admin1``, or a dimension of the table such as ``country of
        return``; each by year where there are several.
    locator
        Whether a small map shows where in the world the country lies, where there is room for it.
    insets
        Names or p-codes of units to be shown in a larger scale; ``auto``: places where units or
        circles crowd; empty: none.
    graticule
        Whether meridians and parallels are drawn and numbered.
    projection
        PROJ string or code (``EPSG:32643``) of a projection in metres; the equal-area projection
        about the country's centre where None.
    size
        Width and height of the static sheet in millimetres; or ``A5``, ``A4``, ``A3``, ``A2``,
        with `` portrait`` added for upright ones; or pixels of a screen (``1920x1080``).
    dpi
        Pixels per inch of pictures; 200, and 96 on screens, where None. On a screen it multiplies
        the pixels.
    producer
        Who made the map.
    logos
        PNG or JPEG files, shown in the header.
    date
        Creation date shown on the map, and the year of the disclaimer; today where None.
    notes
        Further notes of the caller, shown after the map's own.
    below_disclaimer
        Words of the caller beneath the disclaimer, such as a translation of it.
    """

    kind: Kind = "choropleth"
    indicator: Indicator = "individuals"
    level: int = 2
    group: str = "return migrants"
    year: int | None = None
    by_year: bool = False
    by_group: bool = False
    circles: Literal["locations", "units"] | None = None
    title: str | None = None
    subtitle: str | None = None
    number: str = ""
    breaks: tuple[float, ...] | None = None
    method: Method = "pretty"
    classes: int = 5
    colours: str | tuple[str, ...] | None = None
    style: Style | str = "report"
    lang: str = "en"
    labels: Named = "units"
    charts: tuple[str, ...] = ()
    locator: bool = True
    insets: Literal["auto"] | tuple[str, ...] = "auto"
    graticule: bool = False
    projection: str | None = None
    size: tuple[float, float] | str = "A4"
    dpi: float | None = None
    producer: str = ""
    logos: tuple[str | Path, ...] = ()
    date: dt.date | None = None
    notes: tuple[str, ...] = ()
    below_disclaimer: str = ""


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
        ``area`` (filled box), ``circle`` (symbol), ``line``, or ``heading`` (words alone, over the
        entries that follow).
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
    shape: Literal["area", "circle", "line", "heading"] = "area"
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
        GeoDataFrame in EPSG:4326, one row per unit: ``pcode``, ``level``, ``name``, ``parent``
        (names of the units above, without the country), ``class`` (key of a legend entry),
        ``value`` (float, NaN where not shown), ``value_text`` (what may be read: ``1,204``,
        ``suppressed``, ``not assessed``; empty for land outside named units), ``approximate``
        (bool), ``name_XX`` by language where there are such, and ``geometry``.
    symbols
        GeoDataFrame in EPSG:4326, one row per circle, largest first: ``pcode``, ``name``,
        ``parent`` (as of areas), ``unit`` and ``unit_level`` (p-code and level of the unit of the
        map that it is in), ``class``, ``value``, ``value_text``, ``radius_mm``, ``geometry``
        (points). May be empty.
    group
        Whose figures it shows, in the language: ``Return migrants``; empty for coverage.
    year
        Of the figures; None: all years, or a comparison of rounds of all years.
    notes
        Sentences under a map of this panel alone.
    """

    title: str
    areas: gpd.GeoDataFrame
    symbols: gpd.GeoDataFrame
    group: str = ""
    year: int | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Chart:
    """Bars beside the map.

    Attributes
    ----------
    title
        Words above the bars.
    rows
        What each group of bars is of, from above: provinces, countries of return, years.
    series
        What the bars of a group are of, in the order of drawing: years. One empty word if each
        group is one bar.
    values
        Individuals, a row per group and a column per series; NaN where not shown.
    texts
        What stands at each bar, in the same order: ``1,204``, ``suppressed``.
    colours
        ``#rrggbb`` of each series.
    """

    title: str
    rows: tuple[str, ...]
    series: tuple[str, ...]
    values: npt.NDArray[np.float64]
    texts: tuple[tuple[str, ...], ...]
    colours: tuple[str, ...]


def _no_countries() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"iso3": [], "name": []}, geometry=[], crs=CRS)


@dataclass(frozen=True, kw_only=True)
class Composition:
    """All that a renderer needs to draw a map; both renderers draw the same decisions.

    Attributes
    ----------
    spec
        The choices it was made from, with `date` filled in.
    size
        Width and height of the static sheet in millimetres.
    dpi
        Pixels per inch of the sheet as a picture.
    screen
        Whether it is for a screen, on which nobody knows its size.
    language, style
        Of the words and of the looks.
    title, subtitle
        Final words.
    theme
        The map in a list of maps: what is shown, by what units, without group and years
        (``Individuals by district``); or the caller's title, if the map is not by year or group.
    figure
        What the figures are, before one of them: ``Return migrants (individuals)``.
    panels
        One, or one per year or group; every panel has the same units and the same classes.
    charts
        Bars beside the map.
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
    neighbours
        GeoDataFrame in EPSG:4326 of the countries around, to be drawn beneath the map: ``iso3``,
        ``name`` (in the language), ``geometry``.
    labels
        GeoDataFrame in EPSG:4326 of names to place on the map, most important first: ``text``,
        ``level``, ``km2`` (area of the unit; NaN where not known, and for names of places),
        ``pcode``, ``geometry`` (points).
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
    alt
        The map in words, for who cannot see it.
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
    charts: tuple[Chart, ...] = ()
    neighbours: gpd.GeoDataFrame = field(default_factory=_no_countries)
    size: tuple[float, float] = PAPERS["A4"]
    dpi: float = PRINT_DPI
    screen: bool = False
    theme: str = ""
    figure: str = ""
    language: Language = _ENGLISH
    style: Style = STYLES["report"]
    alt: str = ""


#: Borders that are not final, by status; of two that claim one stretch, the first is drawn. Their
#: dashes differ in length more than in width, so that they can be told apart in grey and when thin.
LINES: Final = {
    "disputed": LegendEntry(
        key="line_disputed", label=phrase("Disputed border"), shape="line",
        edge="#1f2a44", width_pt=1.3, dash=(4.0, 2.0),
    ),
    "line of control": LegendEntry(
        key="line_of_control", label=phrase("Line of control"), shape="line",
        edge="#1f2a44", width_pt=1.3, dash=(1.0, 1.5),
    ),
    "undetermined": LegendEntry(
        key="line_undetermined", label=phrase("Undetermined border"), shape="line", edge="#1f2a44",
        width_pt=1.2, dash=(4.0, 1.5, 1.0, 1.5),
    ),
    "administrative": LegendEntry(
        key="line_administrative", label=phrase("Administrative line"), shape="line",
        edge="#1f2a44", width_pt=0.7, dash=(11.0, 4.0),
    ),
}  # fmt: skip
#: Points by which the white casing of these lines, which covers the border beneath, is wider.
LINE_CASING: Final = 1.7
#: Where a name may stand about its point, in widths and heights of the name; the point first.
NUDGES: Final = ((0, 0), (0, 0.8), (0, -0.8), (0.3, 0), (-0.3, 0), (0.3, 0.8), (-0.3, -0.8))

#: Class of the units beneath circles, and of those that a surface is drawn on.
GROUND: Final = "ground"

#: Dashes and gaps of approximate outlines, in line widths.
DASHES: Final = (3.0, 2.0)
#: Approximate units up to which each has these; where more are all that there are, edges are solid.
MOST_DASHED: Final = 60

#: The look of a unit whose class is not in the legend.
PLAIN: Final = LegendEntry(key="", label="", fill="#f7f7f5", edge="#b5b9c0")
