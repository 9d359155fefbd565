"""What the options of a command name: tables read, matched and counted, inhabitants, surfaces."""

from __future__ import annotations

import argparse
from typing import Any

import mtmgeo
from mtmgeo.commands import arguments
from mtmgeo.core.errors import InputError


def reading(options: argparse.Namespace) -> dict[str, Any]:
    """Return how the table is to be read."""
    pairs = [text.partition("=") for text in options.column]
    if bad := [role for role, sign, heading in pairs if not sign or not heading]:
        raise InputError(f"--column {bad[0]} is incomplete: write ROLE=HEADING.")
    return {
        "sheet": options.sheet,
        "columns": {role: heading for role, _, heading in pairs},
        "encoding": options.encoding,
        "counts": options.counts,
        "at_round": options.round,
        "plan": options.plan,
        "form": options.form,
    }


def read(options: argparse.Namespace) -> mtmgeo.Table:
    """Read the table, and say what its columns were taken for, and what was left out."""
    from mtmgeo.tables.columns.cells import tidy

    table = mtmgeo.read_table(options.table, **reading(options))
    said = (f"{what}: {tidy(heading)!r}" for what, heading in table.columns().items())
    print(f"columns of {table.source}: {', '.join(said)}")
    if not table.measures and table.individuals_column is None:
        held = {} if table.plan is None else table.plan.columns
        unused = [tidy(each)[:40] for each in table.frame if held.get(str(each)) == "unused"]
        print(f"no counts were found in {table.source}; not used: {', '.join(unused) or 'nothing'}")
    say_remarks(table)
    return table


def matched(options: argparse.Namespace) -> mtmgeo.MatchResult:
    """Tie the rows of the table to units."""
    table = read(options)
    found = mtmgeo.match(
        table, options.boundaries, decisions=options.decisions, accept=options.accept
    )
    say_remarks(found.table, table)
    return found


def say_remarks(table: mtmgeo.Table, before: mtmgeo.Table | None = None) -> None:
    """Print what was read otherwise than it looks, and was not said before."""
    from mtmgeo.tables.columns.cells import tidy

    for remark in table.remarks:
        if before is None or remark not in before.remarks:
            print(tidy(remark))


def figures(options: argparse.Namespace) -> mtmgeo.Assessment:
    """Count the people of the table by unit."""
    match = matched(options)
    return mtmgeo.assess(
        match,
        population=people(options, match.boundaries),
        suppress_below=options.suppress_below,
        round_to=options.round_to,
        breakdown_level=options.breakdown_level,
    )


def people(options: argparse.Namespace, bounds: mtmgeo.BoundarySet) -> mtmgeo.Population | None:
    """Return the inhabitants that were asked for."""
    pairs = [text.partition("=") for text in options.population_option]
    known = ("year", "sheet", "encoding", "kind", "pcode", "population")
    for key, sign, value in pairs:
        if key not in known or not sign or not value or (key == "year" and not value.isdecimal()):
            raise InputError(
                f"--population-option {key}{sign}{value} cannot be used: write KEY=VALUE, the key "
                f"being one of {', '.join(known)}."
            )
    if options.population is None:
        if pairs:
            raise InputError("--population-option says how to read inhabitants: give --population.")
        return None
    said: dict[str, Any] = {key: value for key, _, value in pairs}
    columns: dict[str, str] = {key: said.pop(key) for key in ("pcode", "population") if key in said}
    year = int(said.pop("year")) if "year" in said else None
    return mtmgeo.read_population(
        options.population, bounds, columns=columns, year=year, progress=True, **said
    )


def spread(options: argparse.Namespace, result: mtmgeo.Assessment) -> mtmgeo.Surface:
    """Spread the people of a result over the ground."""
    chosen = arguments.chosen(options, "group", "year", "date")
    if options.surface == "kernel":
        return mtmgeo.kernel_density(result, bandwidth_m=options.bandwidth, **chosen)
    if result.population is None or result.population.raster is None:
        raise InputError("People are spread over inhabitants: give --population a raster (.tif).")
    return mtmgeo.dasymetric(
        result, result.population.raster, **arguments.chosen(options, "level"), **chosen
    )
