"""The command line: arguments in, calls of the library, sentences and exit codes out."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from mtmgeo.auditing import audit
from mtmgeo.boundaries import LEVEL_NAMES, BoundarySet
from mtmgeo.building import build_pack
from mtmgeo.checks import verify
from mtmgeo.errors import BoundaryError, InputError, MtmgeoError
from mtmgeo.indicators import SUPPRESS_BELOW, assess
from mtmgeo.mapspec import MapSpec
from mtmgeo.matching import ACCEPT, MatchResult, match
from mtmgeo.outputs import write
from mtmgeo.packs import add_pack, install_pack, remove_pack
from mtmgeo.reading import list_packs, packs_folder, read_boundaries
from mtmgeo.report import report, shown
from mtmgeo.schemas import ROLES
from mtmgeo.sheet import sheet
from mtmgeo.sources import read_source
from mtmgeo.tables import Table, read_table
from mtmgeo.webmap import webmap


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments
        Words after the program's name; those of the process where None.

    Returns
    -------
    status
        0 if all is well, 1 if `verify` or `boundaries check` finds a fault, 2 if something given
        cannot be used.
    """
    options = _parser().parse_args(arguments)
    try:
        status = int(options.run(options))
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read the output, such as head, has had enough; nothing is to be said of that.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except MtmgeoError as error:
        for fault in error.faults:
            print(f"mtmgeo: {fault}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("mtmgeo: stopped; nothing was written.", file=sys.stderr)
        return 130
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mtmgeo",
        description="Tie assessed locations to p-codes, count people by unit, and draw maps that "
        "carry IOM's disclaimer.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_report(commands)
    _add_match(commands)
    _add_map(commands)
    _add_verify(commands)
    _add_boundaries(commands)
    return parser


def _add_table(command: argparse.ArgumentParser) -> None:
    command.add_argument("table", metavar="INPUT", help="CSV or XLSX of assessed locations")
    command.add_argument("--sheet", help="worksheet of an XLSX file")
    command.add_argument("--encoding", help="encoding of a CSV file that is not UTF-8")
    command.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="ROLE=HEADING",
        help="name a column that is not found by itself: adm1, adm2, adm3, location (the deepest "
        "names), lat, lon, gps (both in one cell), year, group or individuals; may be repeated",
    )
    command.add_argument(
        "--decisions",
        metavar="FILE",
        help="a filled review sheet, or a CSV or XLSX of names and decisions",
    )
    command.add_argument(
        "--accept",
        type=float,
        default=ACCEPT,
        metavar="P",
        help="least probability of a match: higher gives fewer wrong ones and more to decide "
        f"(default: {ACCEPT})",
    )
    command.add_argument(
        "--boundaries",
        default="kgz",
        metavar="REF",
        help="name of a pack (see `boundaries list`), boundary files of COD-AB or geoBoundaries, a "
        "pack's folder, or a CSV of units (default: kgz)",
    )


def _add_figures(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--suppress-below",
        type=int,
        default=SUPPRESS_BELOW,
        metavar="N",
        help="suppress counts below N and those that would reveal them "
        f"(default: {SUPPRESS_BELOW}; 0: none)",
    )
    command.add_argument("--date", type=_date, help="date on the maps, YYYY-MM-DD (default: today)")
    command.add_argument("--subtitle", help="line under the maps' titles")
    command.add_argument("--lang", choices=["en"], default="en", help="language (default: en)")


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date such as 2022-11-30") from None


def _add_report(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("report", help="write a folder of tables and maps")
    _add_table(command)
    _add_figures(command)
    command.add_argument("-o", "--output", required=True, metavar="DIR", help="folder to write")
    command.set_defaults(run=_report)


def _add_match(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("match", help="tie locations to p-codes")
    _add_table(command)
    command.add_argument("-o", "--output", required=True, metavar="OUT", help=".csv or .xlsx")
    command.add_argument("--review", metavar="XLSX", help="also write the sheet of rows to decide")
    command.set_defaults(run=_match)


def _add_map(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("map", help="draw one map")
    _add_table(command)
    _add_figures(command)
    command.add_argument("--kind", default="choropleth", help="coverage, choropleth or symbols")
    command.add_argument("--indicator", default="individuals", help="individuals or density")
    command.add_argument("--level", type=int, default=2, help="admin level, 1 to 4 (default: 2)")
    command.add_argument("--group", default="return migrants", help="target population")
    command.add_argument("--year", type=int, help="one year (default: all years together)")
    command.add_argument("--by-year", action="store_true", help="one panel per year")
    command.add_argument("--title", help="title (default: made from the choices)")
    command.add_argument(
        "-o",
        "--output",
        action="append",
        required=True,
        metavar="FILE",
        help=".png, .svg, .pdf or .html; may be repeated",
    )
    command.set_defaults(run=_map)


def _add_verify(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("verify", help="check that maps carry the disclaimer")
    command.add_argument("paths", nargs="+", metavar="PATH", help="maps, or folders of maps")
    command.set_defaults(run=_verify)


def _add_boundaries(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("boundaries", help="list, check, add, install boundaries")
    actions = command.add_subparsers(required=True, metavar="ACTION")
    actions.add_parser("list", help="list the packs there are").set_defaults(run=_list)
    add = actions.add_parser("add", help="keep boundary files as a pack, or put them over one")
    _add_files(add)
    _add_pack_name(add)
    add.add_argument("--licence", metavar="TEXT", help="licence, where the files do not say it")
    add.add_argument("--credit", metavar="TEXT", help="whom maps name as the source")
    add.set_defaults(run=_add)
    install = actions.add_parser("install", help="download a country's boundaries, and add them")
    install.add_argument("country", metavar="ISO3", help="ISO 3166-1 code of three letters: KGZ")
    install.add_argument(
        "--source",
        choices=["cod-ab", "geoboundaries"],
        default="cod-ab",
        help="where from (default: cod-ab, OCHA's on HDX)",
    )
    _add_pack_name(install)
    install.add_argument("--server", metavar="URL", help="a mirror of the source")
    install.add_argument("--sha256", metavar="HEX", help="what the file's SHA-256 must be")
    install.set_defaults(run=_install)
    check = actions.add_parser("check", help="say what is wrong with boundary files, and where")
    _add_files(check)
    check.add_argument(
        "-o", "--output", action="append", default=[], metavar="FILE",
        help="also write the report: .txt, .json, or .gpkg with the places; may be repeated",
    )  # fmt: skip
    check.set_defaults(run=_check)
    remove = actions.add_parser("remove", help="remove a pack that was added")
    remove.add_argument("name", metavar="NAME")
    remove.set_defaults(run=_remove)
    build = actions.add_parser("build", help="build a pack from source figures")
    build.add_argument("figures", help="folder of the source figures")
    build.add_argument("pack", help="folder of the pack, with recipe.toml")
    build.set_defaults(run=_build)


def _add_files(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "path",
        metavar="PATH",
        help="GeoJSON, Shapefile, GeoPackage, File Geodatabase, FlatGeobuf or GeoParquet; a folder "
        "of them; or a zip",
    )
    command.add_argument(
        "--columns",
        metavar="ROLE=HEADING,...",
        help=f"name the columns of files that are of no known schema: {', '.join(ROLES)}",
    )
    command.add_argument("--crs", help="coordinate reference system, where the files say none")


def _add_pack_name(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--name", help="name of the pack (default: the country's ISO3 code, in small letters)"
    )


def _read(options: argparse.Namespace) -> Table:
    pairs = [text.partition("=") for text in options.column]
    if bad := [role for role, sign, heading in pairs if not sign or not heading]:
        raise InputError(f"--column {bad[0]} is incomplete: write ROLE=HEADING.")
    columns = {role: heading for role, _, heading in pairs}
    return read_table(
        options.table, sheet=options.sheet, columns=columns, encoding=options.encoding
    )


def _matched(options: argparse.Namespace) -> MatchResult:
    return match(
        _read(options),
        options.boundaries,
        decisions=options.decisions,
        accept=options.accept,
    )


def _report(options: argparse.Namespace) -> int:
    done = report(
        _read(options),
        options.output,
        boundaries=options.boundaries,
        decisions=options.decisions,
        accept=options.accept,
        suppress_below=options.suppress_below,
        date=options.date,
        subtitle=options.subtitle,
        progress=True,
    )
    summary = done.summary
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
    matched = _matched(options)
    print(matched.summary())
    print(f"written: {write(matched, options.output)}")
    if options.review:
        print(f"written: {write({'review': matched.review()}, options.review)}")
    return 0


def _map(options: argparse.Namespace) -> int:
    matched = _matched(options)
    result = assess(matched, suppress_below=options.suppress_below)
    spec = MapSpec(
        kind=options.kind,
        indicator=options.indicator,
        level=options.level,
        group=options.group,
        year=options.year,
        by_year=options.by_year,
        title=options.title,
        subtitle=options.subtitle,
        date=options.date,
    )
    for path in map(Path, options.output):
        drawn = webmap(result, spec) if path.suffix.lower() == ".html" else sheet(result, spec)
        print(f"written: {write(drawn, path)}")
    return 0


def _verify(options: argparse.Namespace) -> int:
    findings = verify(*options.paths)
    for finding in findings:
        note = f" ({finding.note})" if finding.note else ""
        print(f"{'ok   ' if finding.ok else 'FAULT'} {finding.path}{note}")
        for fault in finding.faults:
            print(f"      {fault}")
    return 0 if all(finding.ok for finding in findings) else 1


def _list(_: argparse.Namespace) -> int:
    for name, folder in list_packs().items():
        try:
            bounds = read_boundaries(name)
        except BoundaryError as fault:
            print(f"{name}: {fault}")
            continue
        print(f"{name}: {bounds.title}")
        print(f"  version {bounds.version or 'not given'}; licence {bounds.licence or 'not given'}")
        for level in bounds.levels:
            print(f"  {LEVEL_NAMES[level]}: {bounds.level_names[level]}, {_units(bounds, level)}")
        for source in bounds.sources:
            print(f"  {source}")
        print(f"  {'embedded' if folder.parent == packs_folder() else f'added, in {folder}'}")
    return 0


def _units(bounds: BoundarySet, level: int) -> str:
    units = bounds.at(level)
    shaped = int(units.geometry.notna().sum())
    rough = int(units["approximate"][units.geometry.notna()].sum())
    said = f"{len(units):,} unit{'s' * (len(units) > 1)}"
    if not shaped:
        return f"{said}, no outlines"
    some = "" if shaped == len(units) else f"{shaped:,} with outlines, "
    return f"{said}, {some}{f'{rough:,} approximate' if rough else 'official'}"


def _columns(options: argparse.Namespace) -> dict[str, str] | None:
    if options.columns is None:
        return None
    pairs = [text.partition("=") for text in options.columns.split(",")]
    if bad := [role for role, sign, heading in pairs if not sign or not heading.strip()]:
        raise InputError(f"--columns {bad[0]} is incomplete: write ROLE=HEADING,ROLE=HEADING.")
    return {role.strip(): heading.strip() for role, _, heading in pairs}


def _add(options: argparse.Namespace) -> int:
    added = add_pack(
        options.path,
        name=options.name,
        columns=_columns(options),
        crs=options.crs,
        licence=options.licence,
        credit=options.credit,
    )
    print(added.summary())
    return 0


def _install(options: argparse.Namespace) -> int:
    added = install_pack(
        options.country,
        source=options.source,
        name=options.name,
        server=options.server,
        sha256=options.sha256,
        progress=True,
    )
    print(added.summary())
    return 0


def _check(options: argparse.Namespace) -> int:
    source = read_source(options.path, columns=_columns(options), crs=options.crs)
    found = audit(source, name=Path(options.path).name)
    print("\n".join((found.summary(), *source.notes)).rstrip())
    for path in options.output:
        print(f"written: {write(found, path)}")
    return 0 if found.ok else 1


def _remove(options: argparse.Namespace) -> int:
    print(f"removed: {remove_pack(options.name)}")
    return 0


def _build(options: argparse.Namespace) -> int:
    print(build_pack(options.figures, options.pack).summary())
    return 0
