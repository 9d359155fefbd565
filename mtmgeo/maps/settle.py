"""Whether a map can be drawn as asked, and what its choices come to: all faults at once."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, get_args

import numpy as np
import shapely
from pyproj import CRS, Proj
from pyproj.exceptions import CRSError

from mtmgeo.boundaries.boundary_set import BoundarySet
from mtmgeo.core import disclaimer
from mtmgeo.core.errors import SpecError
from mtmgeo.figures.assess import Assessment
from mtmgeo.figures.surfaces import Surface
from mtmgeo.maps import chart_data
from mtmgeo.maps.spec import PAPERS, PRINT_DPI, SCREEN_DPI, Indicator, Kind, MapSpec, Named
from mtmgeo.style.class_breaks import METHODS
from mtmgeo.style.languages import LANGUAGES, Language
from mtmgeo.style.style import STYLES, Style, shades, style_of
from mtmgeo.verification import seen

#: Most classes of a map.
MOST_CLASSES: Final = 6
_INCH: Final = 25.4  # mm
_MM: Final = (60.0, 3000.0)  # of a side of the sheet
_PIXELS: Final = (200, 10_000)
_DPI: Final = (72, 1200)
_MOST: Final = 1e15  # of a number whose digits a legend can show
_BELOW: Final = 1000  # characters beneath the disclaimer
_PANELS: Final = 12  # maps on a sheet
_LOGOS: Final = 5
#: How much more of the country one place may show than another, and one direction than another.
_STRETCH: Final = (2.0, 1.5)

#: The column of the figures that each indicator shows.
COLUMNS: Final[Mapping[str, str]] = {
    "individuals": "individuals",
    "households": "households",
    "density": "per_km2",
    "per_1000": "per_1000",
    "share": "share_of_country",
    "mean_per_year": "mean_per_year",
    "change": "change",
    "change_percent": "change_percent",
}
#: Those that may be below nought.
CHANGES: Final = ("change", "change_percent")


class Settled(NamedTuple):
    """What names in a spec stand for: size in mm, dots per inch, whether that is of a screen."""

    style: Style
    language: Language
    size: tuple[float, float]
    dpi: float
    screen: bool


def settle(
    result: Assessment, spec: MapSpec, surface: Surface | None, before: Assessment | None
) -> Settled:
    """Return what the names in a spec stand for, once all its choices are known to be possible.

    Raises
    ------
    SpecError
        With a sentence for each choice that is not.
    """
    if faults := list(_misshapen(spec)):
        raise SpecError(faults)
    faults = [*_unknown(spec), *_mixed(spec, before), *_missing(result, spec)]
    faults += _surface(spec, surface)
    if not faults and spec.projection is not None:
        faults += _stretched(result.boundaries, spec.projection)
    language = Language(spec.lang) if spec.lang in LANGUAGES else Language("en")
    size, dpi, wrong = _sized(spec)
    dpi, screen = spec.dpi or dpi, dpi == SCREEN_DPI
    if not wrong and math.prod(size) * (dpi / _INCH) ** 2 > seen.MAX_PIXELS:
        wide, high = (round(side * dpi / _INCH) for side in size)
        wrong.append(
            f"{wide:,} x {high:,} pixels are more than the {seen.MAX_PIXELS:,} of a map: give a "
            "smaller dpi or size."
        )
    faults += [*wrong, *chart_data.faults(result, spec)]
    style = STYLES["report"]
    try:
        style = style_of(spec.style)
        shades(2, spec.colours, style)
    except SpecError as error:
        faults += error.faults
    if faults:
        raise SpecError(list(dict.fromkeys(faults)))
    return Settled(style, language, size, dpi, screen)


def outlined(bounds: BoundarySet) -> Any:
    """Return the units that have an outline."""
    units = bounds.units
    return units[units.geometry.notna() & ~units.geometry.is_empty]


def _misshapen(spec: MapSpec) -> Iterator[str]:
    """Yield a sentence for each choice that is not even of the kind of thing asked for."""
    for name in ("title", "subtitle", "number", "producer", "below_disclaimer", "group"):
        value = getattr(spec, name)
        if not isinstance(value, str) and not (value is None and name in ("title", "subtitle")):
            yield f"{name} is {value!r}: give words."
    for name in ("by_year", "by_group", "locator", "graticule"):
        if not isinstance(getattr(spec, name), bool):
            yield f"{name} is {getattr(spec, name)!r}: give True or False."
    if spec.date is not None and not isinstance(spec.date, dt.date):
        yield f"date is {spec.date!r}: give a datetime.date."
    if not isinstance(spec.size, str) and not (
        isinstance(spec.size, Sequence) and len(spec.size) == 2 and all(map(_finite, spec.size))
    ):
        yield f"size is {spec.size!r}: give a name such as 'A4', or width and height in mm."
    if not isinstance(spec.colours, str | Sequence | None):
        yield f"colours is {spec.colours!r}: give the name of a colormap, or a tuple of colours."
    for name in ("level", "classes"):
        if not isinstance(getattr(spec, name), int | np.integer):
            yield f"{name} is {getattr(spec, name)!r}: give a whole number."
    for name in ("notes", "charts", "logos", "insets"):
        value, words = getattr(spec, name), (str, Path) if name == "logos" else str
        if name == "insets" and value == "auto":
            continue
        if isinstance(value, str | Path):
            yield f"{name} is {value!r}: give a tuple, such as ({str(value)!r},)."
        elif not isinstance(value, Sequence):
            yield f"{name} is {value!r}: give a tuple of words; an empty one for none."
        elif bad := [each for each in value if not isinstance(each, words)]:
            yield f"{name} holds {bad[0]!r}: give words."
    if spec.dpi is not None and not _finite(spec.dpi):
        yield f"dpi is {spec.dpi!r}: give a number."
    if spec.breaks is not None and not (
        isinstance(spec.breaks, Sequence) and all(map(_finite, spec.breaks))
    ):
        yield f"breaks is {spec.breaks!r}: give a tuple of numbers, such as (50, 100)."
    if disclaimer.PATTERN.search(spec.below_disclaimer) or len(spec.below_disclaimer) > _BELOW:
        yield (
            f"below_disclaimer has {len(spec.below_disclaimer)} characters: give {_BELOW} at most, "
            "and not the disclaimer itself, which is there already."
        )


def _finite(value: object) -> bool:
    number = float(value) if isinstance(value, int | float | np.integer) else math.nan
    return math.isfinite(number) and abs(number) < _MOST


def _unknown(spec: MapSpec) -> Iterator[str]:
    """Yield a sentence for each choice that is not among those there are."""
    for name, choices in {
        "kind": get_args(Kind),
        "indicator": get_args(Indicator),
        "method": METHODS,
        "circles": ("locations", "units"),
        "labels": get_args(Named),
        "lang": LANGUAGES,
    }.items():
        given = getattr(spec, name)
        if given not in choices and not (name == "circles" and given is None):
            yield f"{name} is {given!r}: choose {', '.join(choices)}."
    if not 1 <= spec.classes <= MOST_CLASSES:
        yield f"classes is {spec.classes}: choose 1 to {MOST_CLASSES}."
    if spec.breaks is not None and list(spec.breaks) != sorted(set(spec.breaks)):
        yield f"breaks {spec.breaks} do not ascend: put them in order, each once."
    if spec.breaks is not None and len(spec.breaks) >= MOST_CLASSES:
        yield f"{len(spec.breaks)} breaks are too many: give {MOST_CLASSES - 1} at most."
    if spec.dpi is not None and not _DPI[0] <= spec.dpi <= _DPI[1]:
        yield f"dpi is {spec.dpi:g}: give {_DPI[0]} to {_DPI[1]} pixels per inch."
    if spec.breaks is not None and spec.indicator in ("individuals", "households", "change"):
        whole = [math.ceil(edge) for edge in spec.breaks]
        if len(set(whole)) < len(whole):
            yield f"breaks {spec.breaks} leave a class without a whole number: widen it."
    if spec.projection is not None:
        yield from _projection(spec.projection)


def _projection(given: str) -> Iterator[str]:
    mend = "give a PROJ string or code of a projection in metres, such as 'EPSG:32643'."
    try:
        crs = CRS(given)
    except CRSError:
        yield f"projection is {given!r}, which is not known: {mend}"
        return
    if not crs.is_projected or any(axis.unit_conversion_factor != 1 for axis in crs.axis_info):
        yield f"projection is {given!r} ({crs.name}), which is not in metres: {mend}"


def _stretched(bounds: BoundarySet, given: str) -> Iterator[str]:
    """Yield a sentence if a projection is not made for where the country lies."""
    west, south, east, north = bounds.extent
    use = CRS(given).area_of_use
    known = shapely.box(*use.bounds) if use and use.west <= use.east else None
    apart = known is not None and not known.intersects(shapely.box(west, south, east, north))
    lon, lat = np.meshgrid(np.linspace(west, east, 5), np.linspace(south, north, 5))
    factors = Proj(given).get_factors(lon.ravel(), lat.ravel())
    areas = np.abs(factors.areal_scale)
    lengths = np.array([factors.tissot_semimajor, factors.tissot_semiminor])
    fits = bool(np.isfinite(areas).all() and np.isfinite(lengths).all() and (lengths > 0).all())
    if (
        apart
        or not fits
        or (
            areas.max() / areas.min() > _STRETCH[0] or (lengths[0] / lengths[1]).max() > _STRETCH[1]
        )
    ):
        yield (
            f"projection is {given!r}, which is not made for where the country lies: choose "
            "another one, or leave it out for an equal-area one."
        )


def _mixed(spec: MapSpec, before: Assessment | None) -> Iterator[str]:
    """Yield a sentence for each choice that does not go with the others."""
    said = f"indicator is {spec.indicator!r}"
    if spec.by_year and spec.by_group:
        yield "by_year and by_group: choose one of them."
    if spec.kind in ("symbols", "surface") and spec.indicator != "individuals":
        yield f"{said}: circles and surfaces show individuals; choose kind='choropleth'."
    if spec.circles and spec.kind not in ("choropleth", "symbols"):
        yield f"circles: a map of {spec.kind} has none of its own; leave it out."
    if spec.indicator == "mean_per_year" and (spec.year is not None or spec.by_year):
        yield f"{said}: it is of all years; leave out the year."
    if spec.kind == "coverage" and (spec.by_year or spec.by_group):
        yield "A map of coverage has one panel: leave out by_year and by_group."
    if spec.kind == "coverage" and spec.year is not None:
        yield "A map of coverage is of all years: leave out the year."
    if spec.kind in ("coverage", "symbols"):
        for name in ("breaks", "colours"):
            if getattr(spec, name) is not None:
                yield f"{name}: a map of {spec.kind} has no classes; leave it out."
    if twice := [name for i, name in enumerate(spec.charts) if name in spec.charts[:i]]:
        yield f"charts has {twice[0]!r} twice: leave one out."
    if len(spec.logos) > _LOGOS:
        yield f"{len(spec.logos)} logos are too many for a sheet: give {_LOGOS} at most."
    if spec.labels in ("locations", "both") and (spec.by_year or spec.by_group):
        yield f"labels is {spec.labels!r}: several maps on a sheet name no locations."
    circled = spec.kind in ("coverage", "symbols") or spec.circles is not None
    if spec.labels in ("locations", "both") and not circled:
        yield f"labels is {spec.labels!r}: there are no locations without circles; add circles."
    if spec.insets not in ("auto", ()) and (spec.by_year or spec.by_group):
        yield "insets: several maps on a sheet have none; leave them out."
    changes = spec.indicator in CHANGES
    if changes and before is None and spec.year is None and not spec.by_year:
        yield f"{said}: give the year, or an earlier round, against which there is a change."
    if changes and before is not None and spec.by_year:
        yield f"{said}: between two rounds there is one map; leave out by_year."
    if changes and spec.breaks is not None and 0 not in spec.breaks:
        yield f"breaks {spec.breaks} have no 0, where falls and rises part: add it."
    if before is not None and not changes:
        yield f"{said}: an earlier round is needed for 'change' and 'change_percent' alone."


def _missing(result: Assessment, spec: MapSpec) -> Iterator[str]:
    """Yield a sentence for each thing that the result does not hold."""
    levels = sorted({*outlined(result.boundaries)["level"]} & {1, 2, 3, 4})
    if spec.level not in levels:
        choice = ", ".join(map(str, levels)) or "there are none: use boundaries with polygons"
        yield f"level is {spec.level}: choose a level with outlines ({choice})."
    if spec.kind == "coverage":
        return
    if not result.groups:
        yield f"{result.match.table.source} has no counts: only coverage can be drawn."
    elif spec.group not in result.groups and not spec.by_group:
        yield f"No counts of {spec.group!r}: choose {', '.join(result.groups)}."
    if spec.year is not None and spec.year not in result.years:
        years = ", ".join(map(str, result.years)) or "none"
        yield f"No counts of the year {spec.year}; the years are {years}."
    if spec.by_year and not result.years:
        yield "by_year needs counts by year, and there are none."
    maps = len(result.years) if spec.by_year else len(result.groups) if spec.by_group else 1
    if maps > _PANELS:
        yield f"{maps} maps do not fit on a sheet: assess fewer, or draw {_PANELS} at most."
    column = COLUMNS.get(spec.indicator, "individuals")
    if spec.kind == "choropleth" and column not in result.figures:
        mend = {
            "per_1000": "give assess() a population, or --population",
            "households": "rounded counts have none; use suppression instead"
            if result.round_to
            else "the table counts no households: give a column of them",
        }.get(spec.indicator, "the table has none")
        yield f"indicator is {spec.indicator!r}: there are no such figures ({mend})."


def _surface(spec: MapSpec, surface: Surface | None) -> list[str]:
    if spec.kind != "surface":
        return [] if surface is None else [f"A map of {spec.kind} shows no surface: leave it out."]
    if surface is None:
        return ["kind is 'surface': give the surface to be drawn (surface=)."]
    if spec.by_year or spec.by_group:
        whole = "A surface is of one group and of one year, or of all together"
        return [f"{whole}: leave out by_year and by_group."]
    asked = {"Group": spec.group, "Year": str(spec.year or "all years")}
    return [
        f"The surface is of {surface.tags[what]}, and the map of {words}: give both the same."
        for what, words in asked.items()
        if surface.tags.get(what, words) != words
    ]


def _sized(spec: MapSpec) -> tuple[tuple[float, float], float, list[str]]:
    """Return width and height in mm, dots per inch, and what is wrong with the size."""
    size, dpi = spec.size, PRINT_DPI
    if isinstance(size, str):
        name, _, turned = size.partition(" ")
        pixels = re.fullmatch(r"([0-9]{1,5})[x×]([0-9]{1,5})", size)
        if pixels:
            dpi = SCREEN_DPI
            sides = [int(side) for side in pixels.groups()]
            if not all(_PIXELS[0] <= side <= _PIXELS[1] for side in sides):
                bounds = " to ".join(map(str, _PIXELS))
                return PAPERS["A4"], dpi, [f"size is {size!r}: a screen has {bounds} pixels."]
            size = sides[0] / dpi * _INCH, sides[1] / dpi * _INCH
        elif name in PAPERS and turned in ("", "landscape", "portrait"):
            wide, high = PAPERS[name]
            size = (high, wide) if turned == "portrait" else (wide, high)
        else:
            known = ", ".join(PAPERS)
            fault = (
                f"size is {size!r}: give {known}, one of them with ' portrait', pixels such as "
                "1920x1080, or width and height in mm."
            )
            return PAPERS["A4"], dpi, [fault]
    if not (len(size) == 2 and all(_MM[0] <= side <= _MM[1] for side in size)):
        bounds = f"{_MM[0]:g} to {_MM[1]:g} mm"
        return PAPERS["A4"], dpi, [f"size is {size}: give two sides of {bounds}."]
    return (float(size[0]), float(size[1])), dpi, []
