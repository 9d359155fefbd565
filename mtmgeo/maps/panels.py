"""The panels of a map: areas, circles and cells in their classes, and the legend of these."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd

from mtmgeo.boundaries.boundary_set import BoundarySet
from mtmgeo.core.errors import SpecError
from mtmgeo.figures.indicators import SHOWN
from mtmgeo.figures.surfaces import Surface
from mtmgeo.geo.crs import CRS
from mtmgeo.maps.composition import GROUND, PLAIN, LegendEntry, Panel
from mtmgeo.maps.settle import outlined
from mtmgeo.maps.shading import TRIFLE, Shading, covered, fitted
from mtmgeo.maps.words import Wording
from mtmgeo.style.class_breaks import (
    change_breaks,
    change_labels,
    change_rate_labels,
    class_breaks,
    class_of,
    count_labels,
    density_labels,
    legend_sizes,
)
from mtmgeo.style.languages import sentence
from mtmgeo.style.style import diverging, shades

_LARGEST_RADIUS_MM: Final = 7.0
_LOCATION_RADIUS_MM: Final = 1.1
_A4_MM2: Final = 297.0 * 210.0
_IN_PANELS: Final = 0.6  # of these radii, where several maps share a sheet
_SAMPLE: Final = 1500  # cells along the longer side, of which the classes of a surface are found
_THIN: Final = 0.05  # of the individuals, those spread thinnest, who have no say in that
UNNAMED: Final = "unnamed"
Legend = tuple[LegendEntry, ...]


class _View(NamedTuple):
    """What one panel is of."""

    title: str
    group: str
    year: int | str | None


@dataclass(frozen=True)
class Case(Wording):
    """A map to be made: what it is of, in the words of its language."""

    @property
    def say(self) -> Callable[..., str]:
        """Words in the language of the map."""
        return self.language.say

    def views(self) -> list[_View]:
        """Return what each panel is of."""
        spec, result = self.spec, self.result
        if spec.by_group:
            term, change = self.language.term, self.change
            groups = result.groups if change is None else change.totals["group"].tolist()
            return [_View(sentence(term(group)), group, spec.year) for group in groups]
        if not spec.by_year:
            return [_View("", spec.group, spec.year)]
        periods = result.periods
        if SHOWN[spec.indicator].years == "one":
            # The first year has no year before it, and a longer period has none.
            periods = tuple(each for each in periods[1:] if isinstance(each, int)) or result.years
        return [_View(sentence(self.language.period(each)), spec.group, each) for each in periods]

    def whose(self, view: _View) -> str:
        """Return whose figures a panel shows, in words; empty for coverage."""
        if self.spec.kind == "coverage":
            return ""
        return sentence(self.language.term(view.group))

    def radius(self, mm: float) -> float:
        """Return a radius that suits the sheet: as given at A4, less where panels share it."""
        width, height = self.settled.size
        several = self.spec.by_year or self.spec.by_group
        return mm * math.sqrt(width * height / _A4_MM2) * (_IN_PANELS if several else 1.0)


def _areas(case: Case, look: str, text: str) -> gpd.GeoDataFrame:
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
    areas.loc[areas["name"].eq(""), ["class", "value_text"]] = [UNNAMED, ""]
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
        name=shown_names(case, areas["name"]),
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


def shown_names(case: Case, names: pd.Series) -> pd.Series:
    """Return the names of units, and for ground without one what it is."""
    return names.mask(names.eq(""), case.say("Land outside named units"))


# --- looks that several maps share ----------------------------------------------------------


def _not_assessed(case: Case, label: str) -> LegendEntry:
    style = case.style
    return LegendEntry(
        key="not_assessed", label=label, fill=style.not_assessed, hatch=style.not_assessed_hatch,
        edge=style.hatch_ink if style.not_assessed_hatch else style.paper,
    )  # fmt: skip


def _zero(case: Case) -> LegendEntry:
    say = case.say
    label = say("0 when rounded") if case.result.round_to else say("0 (assessed, nobody counted)")
    return LegendEntry(key="zero", label=label, fill=case.style.blank, edge=case.style.edge)


def _unknown(case: Case, missing: str) -> Legend:
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


def coverage_panels(case: Case) -> tuple[tuple[Panel, ...], Legend]:
    """Return the panel of a map of coverage, and its legend."""
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


def _locations(case: Case) -> gpd.GeoDataFrame:
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


def _at_anchors(case: Case, places: pd.DataFrame) -> gpd.GeoDataFrame:
    """Add to `places` (``level``, ``pcode``) the name, names above, unit, and anchor of each."""
    bounds = case.result.boundaries
    units, position = bounds.units, bounds.position
    keys = [
        (int(level), code) for level, code in zip(places["level"], places["pcode"], strict=True)
    ]
    rows = [position[key] for key in keys]
    anchors = bounds.anchors.iloc[rows]
    above = bounds.lineage.iloc[rows][list(range(case.spec.level + 1))]
    # Of a unit that is not divided so far, the last one that there is.
    known = above.notna().to_numpy()[:, ::-1]
    depth = case.spec.level - known.argmax(axis=1)
    return gpd.GeoDataFrame(
        places.assign(
            unit=above.to_numpy()[np.arange(len(rows)), depth],
            unit_level=depth,
            name=shown_names(case, units["name"].iloc[rows]).to_numpy(),
            parent=_above(bounds, keys),
            basis=anchors["basis"].to_numpy(),
            **{
                column: units[column].iloc[rows].to_numpy()
                for column in bounds.name_columns
                if column != "name"
            },
        ),
        geometry=anchors.geometry.to_numpy(),
        crs=CRS,
    )


# --- choropleths ----------------------------------------------------------------------------


def choropleth_panels(case: Case) -> tuple[tuple[Panel, ...], Legend]:
    """Return the panels of units coloured by class, and the legend that all share."""
    spec, say = case.spec, case.say
    indicator = SHOWN[spec.indicator]
    column = indicator.column
    by_view = {view: _figures(case, view) for view in case.views()}
    values = pd.concat([figures[column] for figures in by_view.values()]).dropna().astype(float)
    changing = indicator.signed
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
    least = case.result.round_to or max(1, case.result.suppress_below)
    legend = (
        *_class_entries(case, values, breaks, least),
        _zero(case),
        *_unknown(case, say(indicator.missing)),
    )
    return tuple(panels), legend


def _figures(case: Case, view: _View) -> pd.DataFrame:
    """Return the figures that a panel is of, by p-code: those of a comparison, if there is one."""
    if case.change is not None:
        figures = case.change.figures
        return figures[figures["group"] == view.group].set_index("pcode")
    return case.result.select(view.group, view.year, case.spec.level).set_index("pcode")


def _change_legend(case: Case, values: pd.Series, breaks: Sequence[float]) -> Legend:
    """Return the entries of a map of change, the greatest fall first."""
    say, style = case.say, case.style
    language, parts = case.language, _parts(case)
    if SHOWN[case.spec.indicator].whole:
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
    case: Case, values: pd.Series, breaks: Sequence[float], least: int, *, counts: bool = True
) -> Legend:
    """Return the legend of classes; `least` is the smallest count that may be shown."""
    positive = values[values > 0].astype(float)
    if not len(positive):
        return ()
    language = case.language
    shown = SHOWN[case.spec.indicator]
    if counts and shown.whole:
        labels = count_labels(breaks, least, int(positive.max()), language.count)
    else:
        shares = counts and shown.number == "percent"
        text = language.percent_bound if shares else language.bound
        labels = density_labels(breaks, text, **_parts(case))
    colours = shades(len(labels), case.spec.colours, case.style)
    return tuple(
        LegendEntry(key=f"class{i}", label=label, fill=colour, edge=case.style.paper)
        for i, (label, colour) in enumerate(zip(labels, colours, strict=True))
    )


def _parts(case: Case) -> dict[str, str]:
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


def symbol_panels(case: Case) -> tuple[tuple[Panel, ...], Legend]:
    """Return the panels of circles on plain ground, and their legend."""
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


def with_circles(
    case: Case, panels: Sequence[Panel], legend: Legend
) -> tuple[tuple[Panel, ...], Legend]:
    """Draw circles over the colours of units."""
    circled, circles = _circled(case, panels)
    heading = LegendEntry(key="circles", label=case.circles(), shape="heading")
    return circled, (*legend, heading, *circles)


def _circled(case: Case, panels: Sequence[Panel]) -> tuple[tuple[Panel, ...], Legend]:
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


def _circle_legend(case: Case, largest: float, scale: float, small: float) -> Legend:
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


def _symbol_look(case: Case, individuals: Any, suppressed: Any) -> tuple[float, str, str]:
    """Return value, class and text of a circle."""
    if pd.isna(suppressed):
        return math.nan, "missing_symbol", case.say("no figure")
    if suppressed:
        return math.nan, "hidden_symbol", case.say("suppressed")
    look = "symbol" if individuals else "zero_symbol"
    return float(individuals), look, case.language.count(individuals)


def is_rough(case: Case) -> int:
    """Return how many circles stand at a point of their unit, for want of a better one."""
    if case.spec.circles == "units":
        return 0
    places = case.result.places
    known = _at_anchors(case, places[places["level"] > 0][["level", "pcode"]])
    return int(known.drop_duplicates("pcode")["basis"].ne("place").sum())


# --- surfaces -------------------------------------------------------------------------------


def surface_panels(case: Case, surface: Surface) -> tuple[tuple[Panel, ...], Legend, Shading]:
    """Return the panel of a surface, its legend, and its cells in classes."""
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
