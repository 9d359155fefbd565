"""charts(): the bars beside a map, of figures that may be published."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from mtmgeo.core.errors import SpecError
from mtmgeo.figures.assess import Assessment
from mtmgeo.figures.counts import INPUT
from mtmgeo.maps.composition import Chart
from mtmgeo.maps.spec import MapSpec
from mtmgeo.style.languages import Language, sentence
from mtmgeo.style.style import Style, shades
from mtmgeo.tables.columns.cells import NOT_STATED
from mtmgeo.tables.columns.periods import When

#: Most provinces, and most categories, of a chart; how many more there are is said.
MOST_PROVINCES: Final = 14
MOST_CATEGORIES: Final = 8

_YEAR: Final = "year"
_PROVINCE: Final = "admin1"
_AGE: Final = "age group"
_TOGETHER: Final = 0  # in the place of the period: all years together


class _Bar(NamedTuple):
    """How long a bar is (NaN: not shown), and what stands at its end."""

    value: float
    text: str


def charts(
    result: Assessment, spec: MapSpec, language: Language, style: Style
) -> tuple[Chart, ...]:
    """Return the bars that `spec` asks for beside its map.

    They are published figures of its group, none of them added up from others. Years and
    categories are those of the whole table, with the rows that were tied to no unit.

    Parameters
    ----------
    result
        Figures; its units are named as they shall be on the sheet.
    spec
        Display choices: `charts` and `group`, and `year`, which is that of all charts but the one
        of the years. Without it, each group of bars has one per year.
    language, style
        Of the words, and of the colours.

    Returns
    -------
    charts
        In the order asked for; their groups of bars from the largest figure to the smallest, of
        the year or of all years together, and those not shown after them. Years and age groups
        stand in their own order, and people of whom nothing is stated last. Where there are more
        than `MOST_PROVINCES` or `MOST_CATEGORIES`, a row without bars says how many more.

    Raises
    ------
    SpecError
        With what `faults` finds.
    """
    found = faults(result, spec)
    if found:
        raise SpecError(found)
    return tuple(_chart(result, spec, name, language, style) for name in spec.charts)


def faults(result: Assessment, spec: MapSpec) -> list[str]:
    """Return a sentence for each chart that `spec` asks for and `result` cannot give."""
    if not spec.charts:
        return []
    if not result.groups:
        return [f"{result.match.table.source} has no counts: leave out charts."]
    if spec.group not in result.groups:
        return [f"No counts of {spec.group!r}: choose {', '.join(result.groups)}."]
    if unknown := list(unknown_year(result, spec)):
        return unknown
    mine, parts = (
        table[table["group"].eq(spec.group)] for table in (result.figures, result.breakdowns)
    )
    known = [_YEAR] if any(when for when in _when(result, mine)) else []
    known += [_PROVINCE] if mine["level"].eq(1).any() else []
    known += list(parts["dimension"].unique())
    mend = f"choose {', '.join(known)}." if known else "there are none of these counts."
    return [f"charts has {name!r}: {mend}" for name in spec.charts if name not in known]


def unknown_year(result: Assessment, spec: MapSpec) -> Iterator[str]:
    """Yield a sentence if there are no counts of the year or longer period that is asked for."""
    if spec.year is not None and spec.year not in result.periods:
        years = ", ".join(map(str, result.periods)) or "none"
        what = "year" if isinstance(spec.year, int) else "period"
        yield f"No counts of the {what} {spec.year}; the years are {years}."


def _chart(result: Assessment, spec: MapSpec, name: str, language: Language, style: Style) -> Chart:
    found = _found(result, spec.group, name, language)
    columns = _columns(result, spec, name, found)
    unknown = _Bar(math.nan, language.say("no figure"))
    rows = _ranked(found, columns[0] if len(columns) == 1 else _TOGETHER)
    most = {_YEAR: len(result.periods), _PROVINCE: MOST_PROVINCES}.get(name, MOST_CATEGORIES)
    shown, more = rows[:most], len(rows[most:])
    if name == _YEAR:
        shown = [str(when) for when in result.periods]
    elif name == _AGE:
        shown.sort(key=lambda ages: [int(number) for number in re.findall(r"\d+", ages)])
    shown.sort(key=NOT_STATED.__eq__)
    grid = [[found.get((row, column), unknown) for column in columns] for row in shown]
    labels = [_label(result, name, row, language) for row in shown]
    if more:
        grid.append([_Bar(math.nan, "")] * len(columns))
        labels.append(language.say("and {count} more", count=language.count(more)))
    several = len(columns) > 1
    return Chart(
        title=_title(result, spec, name, language, columns),
        rows=tuple(labels),
        series=tuple(sentence(language.period(when)) for when in columns) if several else ("",),
        values=np.array([[bar.value for bar in bars] for bars in grid], dtype=float),
        texts=tuple(tuple(bar.text for bar in bars) for bars in grid),
        colours=_colours(len(columns), style),
    )


def _found(
    result: Assessment, group: str, name: str, language: Language
) -> dict[tuple[str, When], _Bar]:
    """Return the bars of a chart by what they are of (p-code, category, period) and by period."""
    parts = name not in (_YEAR, _PROVINCE)
    table = result.breakdowns if parts else result.figures
    level = 1 if name == _PROVINCE else INPUT
    table = table[table["group"].eq(group) & table["level"].eq(level)]
    when = _when(result, table)
    if name == _YEAR:
        table = table[when.ne(_TOGETHER)]
        keys = [(str(each), _TOGETHER) for each in when[table.index]]
    else:
        table = table[table["dimension"].eq(name)] if parts else table
        rows = table["category" if parts else "pcode"]
        keys = list(zip(rows, when[table.index], strict=True))
    hidden = _Bar(math.nan, language.say("suppressed"))
    bars = [
        hidden if pd.isna(people) else _Bar(float(people), language.count(people))
        for people in table["individuals"]
    ]
    return dict(zip(keys, bars, strict=True))


def _when(result: Assessment, table: pd.DataFrame) -> pd.Series[Any]:
    """Return the periods of figures."""
    if not result.longer:
        return table["year"].fillna(_TOGETHER).astype(int)
    known = {str(each): each for each in result.periods}
    return table["period"].map(lambda said: known.get(said, _TOGETHER)).astype(object)


def _columns(
    result: Assessment, spec: MapSpec, name: str, found: Iterable[tuple[str, When]]
) -> list[When]:
    """Return the periods of the bars of each group, or that they are of all together."""
    if name == _YEAR or not any(when for _, when in found):
        return [_TOGETHER]
    return [spec.year] if spec.year is not None else list(result.periods)


def _ranked(found: Mapping[tuple[str, When], _Bar], when: When) -> list[str]:
    """Return what the bars are of, from the largest figure of a year (or of all) down."""
    largest: dict[str, list[float]] = {}
    for (row, year), bar in found.items():
        size = math.inf if math.isnan(bar.value) else -bar.value
        first, any_year = largest.setdefault(row, [math.inf, math.inf])
        largest[row] = [size if year == when else first, min(size, any_year)]
    return sorted(largest, key=lambda row: (largest[row], row))


def _label(result: Assessment, name: str, row: str, language: Language) -> str:
    if name == _YEAR:
        return sentence(language.period(int(row) if row.isdecimal() else row))
    if name == _PROVINCE:
        return str(result.boundaries.at(1)["name"][row])
    return sentence(language.term(row))


def _title(
    result: Assessment, spec: MapSpec, name: str, language: Language, columns: list[When]
) -> str:
    say, term = language.say, language.term
    of = term(result.boundaries.level_names[1] if name == _PROVINCE else name)
    if name == _YEAR:
        by = say("By year")
    elif len(columns) > 1:
        by = say("By {dimension} and year", dimension=of)
    else:
        by = say("By {dimension}", dimension=of)
    what = say("{group} (individuals)", group=sentence(term(spec.group)))
    one = [language.period(when) for when in columns if when != _TOGETHER and len(columns) == 1]
    return ", ".join([what, by[:1].lower() + by[1:], *one])


def _colours(count: int, style: Style) -> tuple[str, ...]:
    """Return a colour for each year; bars of one series have one that no year has."""
    if count == 1:
        return (style.ramp[len(style.ramp) // 2 - 1],)
    return style.series[:count] if count <= len(style.series) else shades(count, None, style)
