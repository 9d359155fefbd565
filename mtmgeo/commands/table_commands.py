"""From a table of locations to tables: inspect, report, match, assess, compare and others."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import mtmgeo
from mtmgeo.commands import arguments, inputs
from mtmgeo.core.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands to the parser."""
    _add_inspect(commands)
    _add_report(commands)
    _add_match(commands)
    _add_assess(commands)
    _add_compare(commands)
    _add_distances(commands)
    _add_survey(commands)


def _add_inspect(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "inspect", help="say what the columns of a table are taken for, before anything is made"
    )
    arguments.add_reading(command)
    command.add_argument("--json", action="store_true", help="as JSON, for programs")
    command.add_argument(
        "--save",
        metavar="TOML",
        help="write it as a reading plan, to be edited and given to --plan",
    )
    command.set_defaults(run=_inspect)


def _inspect(options: argparse.Namespace) -> int:
    found = mtmgeo.inspect_table(options.table, **inputs.reading(options))
    if options.json:
        print(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
    else:
        print(found.summary())
    if options.save:
        mended = f"{options.save} is not written before the faults are mended."
        said = mended if found.faults else f"written: {mtmgeo.write(found, options.save)}"
        print(said, file=sys.stderr)
    return 2 if found.faults else 0


def _add_report(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("report", help="write a folder of tables and maps")
    arguments.add_table(command)
    arguments.add_figures(command)
    arguments.add_choices(command, *arguments.LOOKS)
    command.add_argument("-o", "--output", required=True, metavar="DIR", help="folder to write")
    command.set_defaults(run=_report)


def _add_match(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("match", help="tie locations to p-codes")
    arguments.add_table(command)
    command.add_argument("-o", "--output", required=True, metavar="OUT", help=".csv or .xlsx")
    command.add_argument("--review", metavar="XLSX", help="also write the sheet of rows to decide")
    command.set_defaults(run=_match)


def _add_assess(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("assess", help="count people and write the figures")
    arguments.add_table(command)
    arguments.add_figures(command)
    command.add_argument(
        "--level",
        type=int,
        default=2,
        metavar="L",
        help="admin level of the units in a .geojson (default: 2); the other formats hold all",
    )
    arguments.add_outputs(command, ".csv, .hxl.csv, .xlsx, .gpkg, .geojson or .parquet")
    command.set_defaults(run=_assess)


def _add_compare(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "compare",
        help="compare two rounds in the units that were assessed in both",
        description="Compare two rounds in the units that were assessed in both. The options hold "
        "for both tables, --decisions for the later one.",
    )
    command.add_argument("before", metavar="BEFORE", help="CSV or XLSX of the earlier round")
    arguments.add_table(command)
    arguments.add_figures(command)
    command.add_argument("--level", type=int, default=2, help="admin level (default: 2)")
    command.add_argument(
        "--year",
        type=arguments.period,
        help="one year, or a longer period such as 2020-2021 (default: all of each round together)",
    )
    command.add_argument("-o", "--output", required=True, metavar="FILE", help=".xlsx")
    command.set_defaults(run=_compare)


def _add_distances(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "distances", help="say how far settlements and people are from assessed locations"
    )
    arguments.add_table(command)
    arguments.add_population(command, "a raster .tif, or a table of settlements by p-code")
    command.add_argument(
        "--within",
        type=float,
        nargs="+",
        default=[10, 25, 50],
        metavar="KM",
        help="distances within which people are counted (default: 10 25 50)",
    )
    command.add_argument("-o", "--output", required=True, metavar="FILE", help=".xlsx")
    command.set_defaults(run=_distances)


def _add_survey(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "survey", help="give the share of interviews with an answer, by unit"
    )
    arguments.add_table(command)
    command.add_argument("--answer", required=True, metavar="HEADING", help="column of answers")
    command.add_argument(
        "--equals", nargs="+", metavar="ANSWER", help="what is counted (default: every answer)"
    )
    command.add_argument("--weight", metavar="HEADING", help="column of weights")
    command.add_argument("--level", type=int, default=1, help="admin level (default: 1)")
    command.add_argument(
        "--at-least", type=int, default=30, metavar="N",
        help="fewest interviews for a share (default: 30)",
    )  # fmt: skip
    arguments.add_threshold(command)
    command.add_argument("-o", "--output", required=True, metavar="FILE", help=".xlsx")
    command.set_defaults(run=_survey)


def _report(options: argparse.Namespace) -> int:
    from mtmgeo.commands.report import shown

    table, bounds = inputs.read(options), mtmgeo.read_boundaries(options.boundaries)
    done = mtmgeo.report(
        table,
        options.output,
        boundaries=bounds,
        decisions=options.decisions,
        accept=options.accept,
        population=inputs.people(options, bounds),
        suppress_below=options.suppress_below,
        round_to=options.round_to,
        breakdown_level=options.breakdown_level,
        progress=True,
        **arguments.chosen(options, *arguments.LOOKS),
    )
    summary = done.summary
    inputs.say_remarks(done.result.match.table, table)
    print("\n".join(done.result.doubts), end="\n" if done.result.doubts else "")
    print(f"{summary['assessed_locations']} assessed locations: {done.result.match.summary()}.")
    for group, figures in summary["individuals"].items():
        mark = " (synthetic)" if summary["synthetic"] else ""
        print(
            f"{group}{mark}: {shown(figures['total'])} in the table = "
            f"{shown(figures['in_units'])} in units + {shown(figures['not_placed'])} not placed"
        )
    for level in summary["coverage"]:
        print(f"{level['name']}: {level['assessed']} of {level['units']} assessed")
    print(f"{len(done.files)} files in {done.folder}, made in {summary['seconds']} s.")
    return 0


def _match(options: argparse.Namespace) -> int:
    matched = inputs.matched(options)
    print(matched.summary())
    print(f"written: {mtmgeo.write(matched, options.output)}")
    if options.review:
        print(f"written: {mtmgeo.write({'review': matched.review()}, options.review)}")
    return 0


def _assess(options: argparse.Namespace) -> int:
    result = inputs.figures(options)
    print("\n".join([f"{result.match.summary()}. {result.rule}", *result.doubts]))
    for path in options.output:
        units = path.lower().endswith(".geojson")
        figures = mtmgeo.layer(result, options.level) if units else result
        print(f"written: {mtmgeo.write(figures, path)}")
    return 0


def _compare(options: argparse.Namespace) -> int:
    after = inputs.figures(options)
    options.table, options.decisions = options.before, None
    before = inputs.figures(options)
    change = mtmgeo.compare_rounds(before, after, level=options.level, year=options.year)
    print(change.note)
    tables = {"figures": change.figures, "totals": change.totals, "units": change.units}
    return _tables(tables, [change.note, after.rule], options, before.match, after.match)


def _distances(options: argparse.Namespace) -> int:
    result = mtmgeo.assess(inputs.matched(options), suppress_below=0)  # nothing is counted
    tables, notes = {"distances": mtmgeo.distances(result)}, [mtmgeo.positions(result).note]
    people = inputs.people(options, result.boundaries)
    if people is not None:
        tables = {"within": mtmgeo.within(result, people, options.within), **tables}
        notes += [people.source, *people.notes]
        for km, number, of, share, _ in tables["within"].itertuples(index=False, name=None):
            print(f"within {km:g} km: {number:,.0f} of {of:,.0f} people, {share:.1%}")
    print(notes[0])
    return _tables(tables, notes, options, result.match)


def _survey(options: argparse.Namespace) -> int:
    from mtmgeo.matching.result import CODES

    matched = inputs.matched(options)
    if options.level not in CODES:
        raise InputError(f"--level is {options.level}: choose from {', '.join(map(str, CODES))}.")
    code = CODES[options.level]
    placed = matched.frame.set_axis(list(matched.table.rows))
    placed = placed[placed[code].notna()]
    if placed.empty:
        raise InputError(
            f"{matched.table.source}: no interview is tied to a unit of level {options.level}; "
            "check the columns of places, or choose another level."
        )
    chosen = {
        "unit": code,
        "answer": matched.heading(options.answer),
        "weight": options.weight and matched.heading(options.weight),
        "at_least": options.at_least,
        "suppress_below": options.suppress_below,
    }
    if options.equals is None:
        shares = mtmgeo.distribution(placed, **chosen)
    else:
        shares = mtmgeo.proportion(placed, equals=options.equals, **chosen)
    names = matched.boundaries.at(options.level)["name"].reindex(shares["pcode"]).fillna("(all)")
    shares.insert(1, "name", names.to_numpy())
    note = f"{len(placed)} of {len(matched.frame)} interviews are tied to a unit of the level."
    print(note)
    return _tables({"shares": shares}, [note], options, matched)


def _tables(
    tables: Mapping[str, pd.DataFrame],
    notes: Sequence[str],
    options: argparse.Namespace,
    *matches: mtmgeo.MatchResult,
) -> int:
    """Write tables into one workbook, with the notes that they must not go without."""
    import pandas as pd

    if not options.output.lower().endswith(".xlsx"):
        raise InputError(
            f"{options.output}: give a name that ends in .xlsx, which holds the notes."
        )
    if any(match.table.synthetic for match in matches):
        notes = ["SYNTHETIC DATA: the figures are invented.", *notes]
        tables = {name: table.assign(data="synthetic") for name, table in tables.items()}
    tables = {name: table.round(6) for name, table in tables.items()}
    book = {**tables, "notes": pd.DataFrame({"note": list(notes)})}
    print(f"written: {mtmgeo.write(book, options.output)}")
    return 0
