"""What a map shows, decided once for every renderer: panels, classes, legend, words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from mtmgeo.geo.crs import CRS
from mtmgeo.maps.shading import Shading
from mtmgeo.maps.spec import PAPERS, PRINT_DPI, MapSpec
from mtmgeo.style.languages import Language, phrase
from mtmgeo.style.style import STYLES, Style

_ENGLISH: Final = Language("en")


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
        Of the figures, or the words of a longer period; None: all years, or a comparison of rounds
        of all years.
    notes
        Sentences under a map of this panel alone.
    """

    title: str
    areas: gpd.GeoDataFrame
    symbols: gpd.GeoDataFrame
    group: str = ""
    year: int | str | None = None
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
