"""Whether a map can be drawn as asked, and what its choices come to: all faults at once."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
import shapely
from pyproj import CRS, Proj
from pyproj.exceptions import CRSError

from mtmgeo.boundaries.boundary_set import BoundarySet
from mtmgeo.core.errors import SpecError
from mtmgeo.figures.assess import Assessment
from mtmgeo.figures.indicators import SHOWN
from mtmgeo.figures.surfaces import Surface
from mtmgeo.maps import chart_data
from mtmgeo.maps.rules import broken
from mtmgeo.maps.spec import PAPERS, PRINT_DPI, SCREEN_DPI, MapSpec, misshapen, unknown
from mtmgeo.style.languages import LANGUAGES, Language
from mtmgeo.style.style import STYLES, Style, shades, style_of
from mtmgeo.tables.columns.periods import years_in
from mtmgeo.verification.rules import seen

_INCH: Final = 25.4  # mm
_MM: Final = (60.0, 3000.0)  # of a side of the sheet
_PIXELS: Final = (200, 10_000)
_PANELS: Final = 12  # maps on a sheet
#: How much more of the country one place may show than another, and one direction than another.
_STRETCH: Final = (2.0, 1.5)


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
    if faults := list(misshapen(spec)):
        raise SpecError(faults)
    faults = [*unknown(spec), *broken(spec, compared=before is not None), *_missing(result, spec)]
    if spec.projection is not None:
        faults += _projection(spec.projection)
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
    yield from chart_data.unknown_year(result, spec)
    if spec.by_year and not result.periods:
        yield "by_year needs counts by year, and there are none."
    maps = len(result.periods) if spec.by_year else len(result.groups) if spec.by_group else 1
    if maps > _PANELS:
        yield f"{maps} maps do not fit on a sheet: assess fewer, or draw {_PANELS} at most."
    shown = SHOWN.get(spec.indicator, SHOWN["individuals"])
    if spec.kind == "choropleth" and shown.column not in result.figures:
        rounded = result.round_to and "households" in (shown.column, *shown.needs)
        mend = "rounded counts have none; use suppression instead" if rounded else shown.absent
        yield f"indicator is {spec.indicator!r}: there are no such figures ({mend})."
    endless = [each for each in result.longer if years_in(each) is None]
    if (
        spec.kind == "choropleth"
        and shown.years == "all"
        and endless
        and result.select(spec.group, None, spec.level)[shown.column].isna().all()
    ):
        yield (
            f"indicator is {spec.indicator!r}: it is not known how many years there are "
            f"{endless[0]}; choose another."
        )


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
