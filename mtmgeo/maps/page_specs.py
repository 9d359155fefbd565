"""Which maps an interactive page has: those of one spec by year too, or those of a result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from mtmgeo.core.errors import SpecError
from mtmgeo.figures.assess import Assessment
from mtmgeo.figures.indicators import SHOWN
from mtmgeo.maps.settle import outlined, settle
from mtmgeo.maps.spec import MapSpec

#: A level below is shown where its units are no more than these: each weighs on the page.
_MANY_UNITS: Final = 200


def page_specs(result: Assessment, looks: MapSpec | None = None) -> tuple[MapSpec, ...]:
    """Return the maps of a page, as far as there are figures and outlines for them.

    The first is of individuals at the level nearest to admin 2 that has figures. It and those of
    other groups, of the levels above and below, of assessed locations and of households are also
    there by year, where there are several. Density, rates and, last, coverage are of all years. A
    level below of many units is left out, so that the page stays small: ask for it by a MapSpec.

    Parameters
    ----------
    result
        Figures.
    looks
        Choices that all the maps share. Its group comes first; the first of the result does, if
        that has no such group.

    Returns
    -------
    specs
        For `webmap`; none if no unit has an outline.
    """
    units = outlined(result.boundaries)["level"].value_counts()
    levels = sorted({1, 2, 3, 4} & {*units.index})
    if not levels:
        return ()
    counted = {*result.figures["level"][result.figures["level"] > 0]} & {*levels}
    level = min(counted or levels, key=lambda level: abs(level - 2))
    main = replace(looks or MapSpec(), kind="choropleth", indicator="individuals", level=level)
    if not result.groups:
        return (replace(main, kind="coverage"),)
    group = main.group if main.group in result.groups else result.groups[0]
    main = replace(main, group=group)
    others = [replace(main, group=other) for other in result.groups if other != group]
    above = [other for other in levels if other < level][-1:]
    below = [other for other in levels if other > level and units[other] <= _MANY_UNITS][:1]
    yearly = [
        main,
        *others,
        *(replace(main, level=other) for other in (*above, *below)),
        replace(main, kind="symbols"),
        *_counted(result, replace(main, indicator="households")),
    ]
    constant = [
        *_counted(result, replace(main, indicator="density")),
        *_counted(result, replace(main, indicator="per_1000")),
        replace(main, kind="coverage"),
    ]
    return (*(each for spec in yearly for each in with_years(result, spec)), *constant)


def with_years(result: Assessment, spec: MapSpec) -> tuple[MapSpec, ...]:
    """Return a spec and, where it is of all of several years, the same by year.

    A map with a title of the caller's stays alone: the title may name the years.

    Parameters
    ----------
    result
        Figures.
    spec
        One map of a page.

    Returns
    -------
    specs
        The spec, and the one by year if that can be drawn.
    """
    by_year = replace(spec, by_year=True)
    any_year = SHOWN[spec.indicator].years != "one"
    whole = spec.year is None and spec.title is None and any_year
    if by_year == spec or not whole or len(result.periods) < 2:
        return (spec,)
    try:
        settle(result, by_year, None, None)
    except SpecError:
        return (spec,)
    return (spec, by_year)


def _counted(result: Assessment, spec: MapSpec) -> Iterator[MapSpec]:
    """Yield a spec if there is a figure of its indicator and group."""
    figures = result.figures
    column = SHOWN[spec.indicator].column
    if column in figures and figures.loc[figures["group"].eq(spec.group), column].notna().any():
        yield spec
