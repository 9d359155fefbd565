"""report(): from a table of assessed locations to a folder of tables, maps and a summary."""

from __future__ import annotations

import datetime as dt
import html
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any, Final

import pandas as pd
from tqdm import tqdm

from mtmgeo.boundaries.boundary_set import BoundarySet
from mtmgeo.boundaries.read import read_boundaries
from mtmgeo.core import disclaimer
from mtmgeo.core.defaults import ACCEPT, BREAKDOWN_LEVEL, SUPPRESS_BELOW
from mtmgeo.core.staging import staged
from mtmgeo.figures.assess import ALL, Assessment, assess
from mtmgeo.files.write import write
from mtmgeo.maps.compose import compose
from mtmgeo.maps.composition import Composition
from mtmgeo.maps.page_specs import page_specs, with_years
from mtmgeo.maps.spec import MapSpec
from mtmgeo.matching.decisions import Decisions
from mtmgeo.matching.match import match
from mtmgeo.matching.result import RESULT_COLUMNS, STATUSES
from mtmgeo.population.population import Population
from mtmgeo.sheets.sheet import draw
from mtmgeo.style.style import Style
from mtmgeo.tables.columns.periods import parse
from mtmgeo.tables.table import Table, read_table
from mtmgeo.web.webmap import webmap

_FORMATS: Final = ("png", "svg", "pdf")
_MAIN_GROUP: Final = "return migrants"


@dataclass(frozen=True)
class Report:
    """What a report holds.

    Attributes
    ----------
    folder
        Where it was written.
    files
        Paths written, in the order of writing.
    result
        The figures.
    summary
        The contents of ``summary.json``.
    """

    folder: Path
    files: tuple[Path, ...]
    result: Assessment
    summary: Mapping[str, Any]


def report(
    table: str | Path | Table,
    folder: str | Path,
    *,
    boundaries: str | Path | BoundarySet = "kgz",
    decisions: str | Path | pd.DataFrame | Decisions | None = None,
    accept: float = ACCEPT,
    population: str | Path | Population | None = None,
    suppress_below: int = SUPPRESS_BELOW,
    round_to: int = 0,
    breakdown_level: int = BREAKDOWN_LEVEL,
    date: dt.date | None = None,
    subtitle: str | None = None,
    lang: str = "en",
    style: Style | str = "report",
    size: tuple[float, float] | str = "A4",
    producer: str = "",
    logos: tuple[str | Path, ...] = (),
    progress: bool = False,
) -> Report:
    """Write a report: every location with its p-code, figures, maps, and what is left to decide.

    All files appear together or none does. The folder then holds ``locations.csv`` and
    ``locations.xlsx`` (the names as given with p-codes and status), ``review.xlsx`` (the locations
    that a person has to decide, with their rivals; once filled, it goes back as `decisions`),
    ``figures.csv``, ``figures.hxl.csv``, ``figures.xlsx`` and ``figures.gpkg`` (counts, rates and
    coverage by unit, group and year, each with what its columns mean), ``summary.json`` and
    ``summary.md``, static maps as PNG, SVG and PDF, and ``map.html``. The counts of the table
    itself are not copied: small ones stay suppressed.

    Parameters
    ----------
    table
        A file that `read_table` reads, or a Table.
    folder
        Where to; created if it does not exist.
    boundaries
        A boundary set, or what `read_boundaries` takes.
    decisions, accept
        As for `match`.
    population, suppress_below, round_to, breakdown_level
        As for `assess`.
    date
        Date shown on the maps, and year of the disclaimer; today where None.
    subtitle
        Line under the maps' titles, such as the name of the round.
    lang, style, size, producer, logos
        Of all maps, as in `MapSpec`.
    progress
        Show a progress bar on standard error, if that is a terminal.

    Returns
    -------
    report
        What was written.

    Raises
    ------
    InputError, BoundaryError, SpecError, DisclaimerError
        If the table or the boundaries cannot be used, or a file cannot be written.
    """
    begun = time.perf_counter()
    folder = Path(folder)
    date = date or dt.datetime.now().astimezone().date()
    table = table if isinstance(table, Table) else read_table(table)
    bounds = boundaries if isinstance(boundaries, BoundarySet) else read_boundaries(boundaries)
    result = assess(
        match(table, bounds, decisions=decisions, accept=accept),
        population=population,
        suppress_below=suppress_below,
        round_to=round_to,
        breakdown_level=breakdown_level,
    )
    looks = MapSpec(
        date=date, subtitle=subtitle, lang=lang, style=style, size=size, producer=producer,
        logos=logos,
    )  # fmt: skip
    maps = {name: compose(result, spec) for name, spec in _specs(result, looks).items()}
    page = page_specs(result, looks)
    files: list[Path] = []
    with staged(folder) as stage:
        contents = chain(_tables(result, date), _maps(maps), _page(result, page))
        number = 7 + len(maps) * len(_FORMATS) + bool(page)
        quiet = None if progress else True  # None: shown on a terminal only
        for name, obj in tqdm(contents, total=number, disable=quiet, unit="file", leave=False):
            files.append(write(obj, stage / name))
        seconds = round(time.perf_counter() - begun, 1)
        summary = _summary(result, date, [path.name for path in files], seconds)
        files.append(write(summary, stage / "summary.json"))
        files.append(write(_markdown(summary, list(maps)), stage / "summary.md"))
    written = tuple(folder / path.name for path in files)
    return Report(folder, written, result, summary)


def _specs(result: Assessment, looks: MapSpec) -> dict[str, MapSpec]:
    """Return the maps of a report by file name, as far as the table has figures for them."""
    units = result.boundaries.units
    levels = {1, 2, 3, 4} & {*units["level"][units.geometry.notna()]}
    if not levels:
        return {}
    level = min(levels, key=lambda level: abs(level - 2))
    coverage = replace(looks, kind="coverage", level=level)
    if not result.groups:
        return {"map1_coverage": replace(coverage, number="1")}
    group = _MAIN_GROUP if _MAIN_GROUP in result.groups else result.groups[0]
    figures = replace(coverage, group=group, kind="choropleth")
    specs = {
        "map1_coverage": coverage,
        "map2_by_location": replace(figures, kind="symbols"),
        f"map3_by_admin{level}": figures,
    }
    for by_year in with_years(result, figures)[1:]:
        specs[f"map4_by_admin{level}_and_year"] = by_year
        if level > 1 and 1 in levels:
            specs["map5_by_admin1_and_year"] = replace(by_year, level=1)
    return {name: replace(spec, number=str(i)) for i, (name, spec) in enumerate(specs.items(), 1)}


def _maps(maps: Mapping[str, Composition]) -> Iterator[tuple[str, Any]]:
    for name, composition in maps.items():
        figure = draw(composition)
        for suffix in _FORMATS:
            yield f"{name}.{suffix}", figure


def _page(result: Assessment, specs: Sequence[MapSpec]) -> Iterator[tuple[str, Any]]:
    if specs:
        yield "map.html", webmap(result, *specs)


def _tables(result: Assessment, date: dt.date) -> Iterator[tuple[str, Any]]:
    """Yield the tables: none holds a count of the input that is too small to publish."""
    matched = result.match
    locations = matched.frame[[*matched.given, *RESULT_COLUMNS]].copy()
    locations.insert(0, "row", list(matched.table.rows))
    notes = pd.DataFrame({"note": _notes(result, date)})
    yield "locations.csv", locations
    yield "locations.xlsx", {"locations": locations, "notes": notes}
    yield "review.xlsx", {"review": matched.review(), "notes": notes}
    for suffix in ("csv", "hxl.csv", "xlsx", "gpkg"):
        yield f"figures.{suffix}", result


def _notes(result: Assessment, date: dt.date) -> list[str]:
    table, bounds = result.match.table, result.boundaries
    return [
        *(["SYNTHETIC DATA: the counts are invented."] if table.synthetic else []),
        *table.notes,
        f"Figures: {table.source}",
        *bounds.sources,
        *([f"Boundaries: licence {bounds.licence}"] if bounds.licence else []),
        *bounds.notes.values(),
        *([result.population.source] if result.population else []),
        *(result.population.notes if result.population else []),
        *result.doubts,
        result.rule,
        disclaimer.text(date.year),
    ]


# --- summary --------------------------------------------------------------------------------


def _summary(
    result: Assessment, date: dt.date, files: Sequence[str], seconds: float
) -> dict[str, Any]:
    table, bounds, status = result.match.table, result.boundaries, result.match.counts()
    summary: dict[str, Any] = {
        "source": table.source,
        "synthetic": table.synthetic,
        "date": date.isoformat(),
        "boundaries": {"name": bounds.name, "version": bounds.version, "licence": bounds.licence},
        "assessed_locations": len(result.match.locations),
        "locations": status,
        "suppress_below": result.suppress_below,
        "round_to": result.round_to,
        "columns": table.columns(),
    }
    if _MAIN_GROUP in result.groups:
        summary["returnees"] = _total(result, _MAIN_GROUP)
    return summary | {
        "individuals": {group: _individuals(result, group) for group in result.groups},
        "conservation": _conservation(result),
        "coverage": result.coverage.round(4).to_dict("records"),
        "open_locations": _open(result),
        "notes": _notes(result, date),
        "files": list(files),
        "seconds": seconds,
    }


def _numbers(figures: pd.DataFrame) -> dict[str, Any]:
    """Return figures by p-code: a number, or the word suppressed."""
    return {
        code: "suppressed" if pd.isna(number) else int(number)
        for code, number in zip(figures["pcode"], figures["individuals"], strict=True)
    }


def _sum(figures: Iterable[Any]) -> Any:
    """Return the sum of the country's figures, or of the countries'; suppressed if one is."""
    known = list(figures)
    return sum(known) if all(isinstance(n, int) for n in known) else "suppressed"


def _total(result: Assessment, group: str, year: int | str | None = None) -> Any:
    """Return the individuals in all rows of the input: a number, or the word suppressed."""
    return _numbers(result.select(group, year, -1)).get("", 0)


def _individuals(result: Assessment, group: str) -> dict[str, Any]:
    """Return a group's figures; what was placed in units and what was not add up to the input."""
    units = result.boundaries.at(1)
    total = _numbers(result.select(group, None, 1))
    by_year = {year: _numbers(result.select(group, year, 1)) for year in result.periods}
    return {
        "total": _total(result, group),
        "in_units": _sum(_numbers(result.select(group, None, 0)).values()),
        "not_placed": _numbers(result.select(group, None, -1, places=True)).get("", 0),
        "by_year": {str(year): _total(result, group, year) for year in result.periods},
        "by_admin1": [
            {
                "pcode": code,
                "name": units["name"][code],
                "total": number,
                "by_year": {str(year): by_year[year].get(code) for year in result.periods},
            }
            for code, number in sorted(total.items(), key=_largest_first)
        ],
    }


def _conservation(result: Assessment) -> dict[str, Any]:
    """Return the number of sums that hold, and those of the input as far as they are published."""
    matched = result.matched
    whens = matched["period" if result.longer else "year"]
    sums = [
        {
            "group": group,
            "year": year if isinstance(year, int) else None,
            **({"period": ALL if year is None else str(year)} if result.longer else {}),
            "in": _total(result, group, year),
            "in_units": _sum(_numbers(result.select(group, year, 0)).values()),
            "not_placed": _numbers(result.select(group, year, -1, places=True)).get("", 0),
            "matched_percent": None if pd.isna(percent) else int(percent),
        }
        for group, when, percent in zip(
            matched["group"], whens, matched["matched_percent"], strict=True
        )
        for year in [None if pd.isna(when) else parse(str(when))]
    ]
    return {"sums_checked": result.sums_checked, "sums": sums}


def _largest_first(item: tuple[str, Any]) -> tuple[int, str]:
    code, number = item
    return (-number if isinstance(number, int) else 1, code)


def _open(result: Assessment) -> list[dict[str, Any]]:
    given = result.match.given
    review = result.match.review()
    review = review[review["status"].ne("matched") & review["decision"].eq("")]
    return [
        {
            "row": int(row["row"]),
            "given": [str(row[column]) for column in given],
            "status": row["status"],
            "found": row["found"] or None,
            "reason": row["reason"],
        }
        for row in review.to_dict("records")
    ]


def _markdown(summary: Mapping[str, Any], maps: Sequence[str]) -> str:
    status = summary["locations"]
    lines = [
        f"# Report on {_text(summary['source'])}",
        "",
        *(["**SYNTHETIC DATA: the counts are invented.**", ""] if summary["synthetic"] else []),
        f"{summary['assessed_locations']:,} assessed locations: "
        + ", ".join(f"{status[name]:,} {name}" for name in STATUSES)
        + f". Made in {summary['seconds']} seconds.",
        "",
        "| Level | Units | Assessed | Not assessed | Share | Share of area | Share of population |",
        "|---|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {_text(row['name'])} | {row['units']:,} | {row['assessed']:,} | "
            f"{row['not_assessed']:,} | {row['share']:.1%} | {_percent(row['area_share'])} | "
            f"{_percent(row['population_share'])} |"
            for row in summary["coverage"]
        ),
    ]
    for group, figures in summary["individuals"].items():
        years = list(figures["by_year"])
        head = [_text(group.capitalize()), "Total", *years]
        rows = [["All rows", figures["total"], *figures["by_year"].values()]]
        rows += [
            [_text(unit["name"]), unit["total"], *unit["by_year"].values()]
            for unit in figures["by_admin1"]
        ]
        rows += [["Not placed in any unit", figures["not_placed"], *[""] * len(years)]]
        lines += ["", f"| {' | '.join(head)} |", f"|---{'|---:' * (len(years) + 1)}|"]
        lines += [f"| {' | '.join(shown(value) for value in row)} |" for row in rows]
    if summary["open_locations"]:
        lines += [
            "",
            "## Locations to decide",
            "",
            "| Row | Given | Status | Why |",
            "|---:|---|---|---|",
        ]
        lines += [
            f"| {row['row']} | {_text(', '.join(row['given']))} | {row['status']} | "
            f"{_text(row['reason'])} |"
            for row in summary["open_locations"]
        ]
    for name in maps:
        lines += ["", f"![{name}]({name}.png)"]
    lines += ["", "## Notes", "", *(f"- {_text(note)}" for note in summary["notes"]), ""]
    return "\n".join(lines)


def shown(value: Any) -> str:
    """Return a figure of the summary in words: ``1,204``, ``suppressed``, ``no figure``."""
    if value is None:
        return "no figure"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _percent(share: float) -> str:
    return "" if pd.isna(share) else f"{share:.1%}"


def _text(value: str) -> str:
    """Return text that Markdown shows as it is: no markup, no table cell ended early."""
    escaped = html.escape(" ".join(value.split()), quote=False)
    return re.sub(r"([\\`*_\[\]|#!~])", r"\\\1", escaped)
