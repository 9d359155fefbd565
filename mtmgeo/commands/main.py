"""The command line: arguments in, calls of the library, sentences and exit codes out."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
import tempfile
import webbrowser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from mtmgeo.boundaries.audit.audit import audit
from mtmgeo.boundaries.boundary_set import DEEPEST, LEVEL_NAMES, BoundarySet
from mtmgeo.boundaries.packs import add_pack, install_pack, remove_pack
from mtmgeo.boundaries.read import list_packs, packs_folder, read_boundaries
from mtmgeo.boundaries.sources.schemas import ROLES
from mtmgeo.boundaries.sources.source import read_source
from mtmgeo.commands.report import report, shown
from mtmgeo.core.errors import BoundaryError, InputError, MtmgeoError
from mtmgeo.figures.assess import BREAKDOWN_LEVEL, SUPPRESS_BELOW, Assessment, assess
from mtmgeo.figures.distances import distances, positions, within
from mtmgeo.figures.rounds import compare_rounds
from mtmgeo.figures.surfaces import Surface, dasymetric, kernel_density
from mtmgeo.figures.surveys import distribution, proportion
from mtmgeo.files.exports import layer
from mtmgeo.files.write import write
from mtmgeo.files.xlsform import xlsform
from mtmgeo.images.png_tiff import FORMATS
from mtmgeo.maps.compose import compose
from mtmgeo.maps.page_specs import with_years
from mtmgeo.maps.spec import MapSpec
from mtmgeo.matching.match import ACCEPT, match
from mtmgeo.matching.result import CODES, MatchResult
from mtmgeo.population.population import Population, read_population
from mtmgeo.sheets.sheet import MapFigure, draw
from mtmgeo.tables.columns import tidy
from mtmgeo.tables.table import Table, read_table
from mtmgeo.verification.verify import verify
from mtmgeo.web.embed import embed
from mtmgeo.web.webmap import webmap


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
    _add_assess(commands)
    _add_map(commands)
    _add_surface(commands)
    _add_compare(commands)
    _add_distances(commands)
    _add_survey(commands)
    _add_verify(commands)
    _add_embed(commands)
    _add_boundaries(commands)
    _add_xlsform(commands)
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
        "names), lat, lon, gps (both in one cell), year, group, individuals, households, country "
        "(of return), reason, sex or age; may be repeated",
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


def _add_threshold(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--suppress-below",
        type=int,
        default=SUPPRESS_BELOW,
        metavar="N",
        help="suppress counts below N and those that would reveal them "
        f"(default: {SUPPRESS_BELOW}; 0: none)",
    )


def _add_population(command: argparse.ArgumentParser, what: str) -> None:
    command.add_argument("--population", metavar="FILE", help=f"inhabitants: {what}")
    command.add_argument(
        "--population-option",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="how to read them: year=2022, sheet=NAME, encoding=cp1251, kind=count or density (of "
        "a raster's cells), pcode=HEADING, population=HEADING; may be repeated",
    )


def _add_figures(command: argparse.ArgumentParser) -> None:
    _add_threshold(command)
    command.add_argument(
        "--round-to",
        type=int,
        default=0,
        metavar="N",
        help="round counts to multiples of N, so that they still add up, and suppress none",
    )
    _add_population(
        command, "of the units: a table by p-code (COD-PS and others), or a raster .tif"
    )
    command.add_argument(
        "--breakdown-level",
        type=int,
        default=BREAKDOWN_LEVEL,
        metavar="L",
        help="deepest level of figures by sex, age, reason and country of return; the deeper, the "
        "more of them are suppressed "
        f"(default: {BREAKDOWN_LEVEL})",
    )


def _add_outputs(command: argparse.ArgumentParser, kinds: str) -> None:
    command.add_argument(
        "-o",
        "--output",
        action="append",
        required=True,
        metavar="FILE",
        help=f"{kinds}; may be repeated",
    )


def _add_shown(command: argparse.ArgumentParser) -> None:
    command.add_argument("--level", type=int, default=2, help="admin level, 1 to 4 (default: 2)")
    command.add_argument("--group", default="return migrants", help="target population")
    command.add_argument("--year", type=int, help="one year (default: all years together)")
    command.add_argument(
        "--surface",
        choices=["dasymetric", "kernel"],
        default="dasymetric",
        help="dasymetric: people of a unit spread over its inhabitants, of the raster that "
        "--population names (default); kernel: hills about the assessed places",
    )
    command.add_argument(
        "--bandwidth", type=float, metavar="M", help="of the hills, in metres (default: found)"
    )


def _add_looks(command: argparse.ArgumentParser) -> None:
    command.add_argument("--date", type=_date, help="date on the maps, YYYY-MM-DD (default: today)")
    command.add_argument("--subtitle", help="line under the maps' titles")
    command.add_argument(
        "--lang",
        default="en",
        help="language of words, numbers and unit names: en, ru, ky, fr or es (default: en)",
    )
    command.add_argument(
        "--style", default="report", help="report, poster, slide or print-grey (default: report)"
    )
    command.add_argument(
        "--size",
        type=_size,
        default="A4",
        help="A5, A4, A3, A2, 'A4 portrait', pixels of a screen such as 1920x1080, or mm such as "
        "250,180 (default: A4)",
    )
    command.add_argument("--producer", default="", help="who made the maps")
    command.add_argument(
        "--logo", action="append", default=[], metavar="FILE", help="PNG or JPEG; may be repeated"
    )


def _size(text: str) -> tuple[float, float] | str:
    parts = text.split(",")
    try:
        return (float(parts[0]), float(parts[1])) if len(parts) == 2 else text
    except ValueError:
        return text


def _numbers(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no list such as 50,100,250") from None


def _colours(text: str) -> str | tuple[str, ...]:
    return tuple(text.split(",")) if "," in text else text


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date such as 2022-11-30") from None


def _add_report(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("report", help="write a folder of tables and maps")
    _add_table(command)
    _add_figures(command)
    _add_looks(command)
    command.add_argument("-o", "--output", required=True, metavar="DIR", help="folder to write")
    command.set_defaults(run=_report)


def _add_match(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("match", help="tie locations to p-codes")
    _add_table(command)
    command.add_argument("-o", "--output", required=True, metavar="OUT", help=".csv or .xlsx")
    command.add_argument("--review", metavar="XLSX", help="also write the sheet of rows to decide")
    command.set_defaults(run=_match)


def _add_assess(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("assess", help="count people and write the figures")
    _add_table(command)
    _add_figures(command)
    command.add_argument(
        "--level",
        type=int,
        default=2,
        metavar="L",
        help="admin level of the units in a .geojson (default: 2); the other formats hold all",
    )
    _add_outputs(command, ".csv, .hxl.csv, .xlsx, .gpkg, .geojson or .parquet")
    command.set_defaults(run=_assess)


def _add_map(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("map", help="draw one map")
    _add_table(command)
    _add_figures(command)
    _add_looks(command)
    command.add_argument(
        "--kind", default="choropleth", help="coverage, choropleth, symbols or surface"
    )
    command.add_argument(
        "--indicator",
        default="individuals",
        help="individuals, households, density, per_1000, share, mean_per_year, change or "
        "change_percent",
    )
    _add_shown(command)
    command.add_argument(
        "--before", metavar="FILE", help="table of an earlier round: the change is against that"
    )
    command.add_argument("--by-year", action="store_true", help="one panel per year")
    command.add_argument("--by-group", action="store_true", help="one panel per population group")
    command.add_argument(
        "--circles", help="where circles stand, on a choropleth as well: locations or units"
    )
    command.add_argument("--title", help="title (default: made from the choices)")
    command.add_argument("--number", default="", help="of the map in its report")
    command.add_argument(
        "--method",
        default="pretty",
        help="of the classes: pretty, quantile, equal, natural or std (default: pretty)",
    )
    command.add_argument("--classes", type=int, default=5, metavar="N", help="1 to 6 (default: 5)")
    command.add_argument(
        "--breaks", type=_numbers, metavar="N,N,...", help="the classes' bounds, as you want them"
    )
    command.add_argument(
        "--colours", type=_colours, metavar="NAME", help="a matplotlib colormap, or #rrggbb,#rrggbb"
    )
    command.add_argument(
        "--labels", default="units", help="names on the map: units, locations, both or none"
    )
    command.add_argument(
        "--chart",
        action="append",
        default=[],
        metavar="WHAT",
        help="bars beside the map: year, admin1, or a column such as 'country of return'; may be "
        "repeated",
    )
    command.add_argument(
        "--inset",
        action="append",
        default=[],
        metavar="UNIT",
        help="a unit to be shown larger, or none (default: where places crowd); may be repeated",
    )
    command.add_argument(
        "--no-locator", action="store_true", help="no small map of where the country lies"
    )
    command.add_argument("--graticule", action="store_true", help="meridians and parallels")
    command.add_argument(
        "--projection", metavar="CRS", help="such as EPSG:32643 (default: an equal-area one)"
    )
    command.add_argument(
        "--note", action="append", default=[], help="under the map's own notes; may be repeated"
    )
    command.add_argument(
        "--below-disclaimer", default="", metavar="TEXT", help="such as a translation of it"
    )
    command.add_argument(
        "--dpi", type=float, help="of pictures (default: 200 on paper, 96 on screens)"
    )
    command.add_argument(
        "--preview", action="store_true", help="show the map as a picture, in a temporary folder"
    )
    command.add_argument(
        "-o",
        "--output",
        action="append",
        default=[],
        metavar="FILE",
        help=".png, .svg, .pdf, .tif or .html; may be repeated",
    )
    command.set_defaults(run=_map)


def _add_surface(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("surface", help="spread people over the ground, as a GeoTIFF")
    _add_table(command)
    _add_figures(command)
    _add_shown(command)
    command.add_argument("--date", type=_date, help="of the disclaimer (default: today)")
    command.add_argument("-o", "--output", required=True, metavar="TIF", help=".tif")
    command.set_defaults(run=_surface)


def _add_compare(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "compare",
        help="compare two rounds in the units that were assessed in both",
        description="Compare two rounds in the units that were assessed in both. The options hold "
        "for both tables, --decisions for the later one.",
    )
    command.add_argument("before", metavar="BEFORE", help="CSV or XLSX of the earlier round")
    _add_table(command)
    _add_figures(command)
    command.add_argument("--level", type=int, default=2, help="admin level (default: 2)")
    command.add_argument("--year", type=int, help="one year (default: all of each round together)")
    command.add_argument("-o", "--output", required=True, metavar="FILE", help=".xlsx")
    command.set_defaults(run=_compare)


def _add_distances(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "distances", help="say how far settlements and people are from assessed locations"
    )
    _add_table(command)
    _add_population(command, "a raster .tif, or a table of settlements by p-code")
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
    _add_table(command)
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
    _add_threshold(command)
    command.add_argument("-o", "--output", required=True, metavar="FILE", help=".xlsx")
    command.set_defaults(run=_survey)


def _add_verify(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("verify", help="check that maps carry the disclaimer")
    command.add_argument("paths", nargs="+", metavar="PATH", help="maps, or folders of maps")
    command.set_defaults(run=_verify)


def _add_embed(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("embed", help="print the HTML that puts a map into another page")
    command.add_argument("page", metavar="MAP", help="a map that is an .html file")
    command.add_argument(
        "--url", help="where the map will lie (default: beside the page that shows it)"
    )
    command.add_argument(
        "--ratio", default="16/10", metavar="W/H", help="width to height (default: 16/10)"
    )
    command.set_defaults(run=_embed)


def _add_xlsform(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "xlsform", help="make a form for KoBo and ODK that asks for places by lists of p-codes"
    )
    command.add_argument(
        "set", metavar="SET", help="name of a pack, boundary files, or a CSV of units"
    )
    command.add_argument(
        "--level",
        type=int,
        default=DEEPEST,
        metavar="L",
        help=f"deepest level that is asked for, 1 to {DEEPEST} (default: {DEEPEST})",
    )
    command.add_argument("-o", "--output", required=True, metavar="XLSX", help=".xlsx")
    command.set_defaults(run=_xlsform)


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
    table = read_table(
        options.table, sheet=options.sheet, columns=columns, encoding=options.encoding
    )
    said = (f"{what}: {tidy(heading)!r}" for what, heading in table.columns().items())
    print(f"columns of {table.source}: {', '.join(said)}")
    if not table.measures and table.individuals_column is None:
        unused = [tidy(each)[:40] for each in table.frame if each not in table.columns().values()]
        print(f"no counts were found in {table.source}; not used: {', '.join(unused) or 'nothing'}")
    return table


def _matched(options: argparse.Namespace) -> MatchResult:
    return match(
        _read(options),
        options.boundaries,
        decisions=options.decisions,
        accept=options.accept,
    )


def _figures(options: argparse.Namespace) -> Assessment:
    matched = _matched(options)
    return assess(
        matched,
        population=_people(options, matched.boundaries),
        suppress_below=options.suppress_below,
        round_to=options.round_to,
        breakdown_level=options.breakdown_level,
    )


def _people(options: argparse.Namespace, bounds: BoundarySet) -> Population | None:
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
    return read_population(
        options.population, bounds, columns=columns, year=year, progress=True, **said
    )


def _assess(options: argparse.Namespace) -> int:
    result = _figures(options)
    print("\n".join([f"{result.match.summary()}. {result.rule}", *result.doubts]))
    for path in options.output:
        units = path.lower().endswith(".geojson")
        figures = layer(result, options.level) if units else result
        print(f"written: {write(figures, path)}")
    return 0


def _report(options: argparse.Namespace) -> int:
    table, bounds = _read(options), read_boundaries(options.boundaries)
    done = report(
        table,
        options.output,
        boundaries=bounds,
        decisions=options.decisions,
        accept=options.accept,
        population=_people(options, bounds),
        suppress_below=options.suppress_below,
        round_to=options.round_to,
        breakdown_level=options.breakdown_level,
        subtitle=options.subtitle,
        progress=True,
        **_looks(options),
    )
    summary = done.summary
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
    matched = _matched(options)
    print(matched.summary())
    print(f"written: {write(matched, options.output)}")
    if options.review:
        print(f"written: {write({'review': matched.review()}, options.review)}")
    return 0


def _map(options: argparse.Namespace) -> int:
    if not options.output and not options.preview:
        raise InputError("Nothing is to be written: give -o FILE, or --preview.")
    for path in map(Path, options.output):
        if path.suffix.lower() not in (*FORMATS, ".html"):
            raise InputError(f"{path.name}: maps are {', '.join(FORMATS)} and .html files.")
    if "none" in options.inset and len(options.inset) > 1:
        raise InputError("--inset none stands for itself: leave it or the others out.")
    result = _figures(options)
    spec = MapSpec(
        kind=options.kind,
        indicator=options.indicator,
        level=options.level,
        group=options.group,
        year=options.year,
        by_year=options.by_year,
        by_group=options.by_group,
        circles=options.circles,
        title=options.title,
        subtitle=options.subtitle,
        number=options.number,
        breaks=options.breaks,
        method=options.method,
        classes=options.classes,
        colours=options.colours,
        labels=options.labels,
        charts=tuple(options.chart),
        locator=not options.no_locator,
        insets=tuple(name for name in options.inset if name != "none") if options.inset else "auto",
        graticule=options.graticule,
        projection=options.projection,
        dpi=options.dpi,
        notes=tuple(options.note),
        below_disclaimer=options.below_disclaimer,
        **_looks(options),
    )
    before = None
    if options.before is not None:
        earlier = {**vars(options), "table": options.before, "decisions": None}
        before = _figures(argparse.Namespace(**earlier))
    surface = _spread(options, result) if spec.kind == "surface" else None
    pictures = [path for path in map(Path, options.output) if path.suffix.lower() != ".html"]
    figure = page = None
    if pictures or options.preview:
        figure = draw(compose(result, spec, surface=surface, before=before))
    if len(pictures) < len(options.output):
        page = webmap(result, *with_years(result, spec), surface=surface, before=before)
    for path in map(Path, options.output):
        made = figure if path in pictures else page
        print(f"written: {write(made, path)}")
    if figure is not None:
        _tell(figure)
    if len(pictures) < len(options.output) and (options.chart or options.inset):
        print("charts and insets stand on sheets, not on pages")
    if options.preview:
        folder = Path(tempfile.mkdtemp(prefix="mtmgeo-"))
        shown = write(figure, folder / "preview.png")
        print(f"preview: {shown}")
        webbrowser.open(shown.as_uri())
    return 0


def _tell(figure: MapFigure) -> None:
    """Say what of a map found no room on the sheet."""
    if figure.unplaced:
        print(f"names without room on the map: {', '.join(map(tidy, figure.unplaced))}")
    for sentence in figure.omitted:
        print(sentence)


def _looks(options: argparse.Namespace) -> dict[str, Any]:
    """Return the choices that all maps of a run share."""
    return {
        "date": options.date,
        "lang": options.lang,
        "style": options.style,
        "size": options.size,
        "producer": options.producer,
        "logos": tuple(options.logo),
    }


def _surface(options: argparse.Namespace) -> int:
    surface = _spread(options, _figures(options))
    print(f"written: {write(surface, options.output)}")
    print("\n".join(surface.notes))
    return 0


def _spread(options: argparse.Namespace, result: Assessment) -> Surface:
    figures = {"group": options.group, "year": options.year, "date": options.date}
    if options.surface == "kernel":
        return kernel_density(result, bandwidth_m=options.bandwidth, **figures)
    if result.population is None or result.population.raster is None:
        raise InputError("People are spread over inhabitants: give --population a raster (.tif).")
    return dasymetric(result, result.population.raster, level=options.level, **figures)


def _compare(options: argparse.Namespace) -> int:
    after = _figures(options)
    options.table, options.decisions = options.before, None
    before = _figures(options)
    change = compare_rounds(before, after, level=options.level, year=options.year)
    print(change.note)
    tables = {"figures": change.figures, "totals": change.totals, "units": change.units}
    return _tables(tables, [change.note, after.rule], options, before.match, after.match)


def _distances(options: argparse.Namespace) -> int:
    result = assess(_matched(options), suppress_below=0)  # nothing is counted
    tables, notes = {"distances": distances(result)}, [positions(result).note]
    people = _people(options, result.boundaries)
    if people is not None:
        tables = {"within": within(result, people, options.within), **tables}
        notes += [people.source, *people.notes]
        for km, number, of, share, _ in tables["within"].itertuples(index=False, name=None):
            print(f"within {km:g} km: {number:,.0f} of {of:,.0f} people, {share:.1%}")
    print(notes[0])
    return _tables(tables, notes, options, result.match)


def _survey(options: argparse.Namespace) -> int:
    matched = _matched(options)
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
        "answer": options.answer,
        "weight": options.weight,
        "at_least": options.at_least,
        "suppress_below": options.suppress_below,
    }
    if options.equals is None:
        shares = distribution(placed, **chosen)
    else:
        shares = proportion(placed, equals=options.equals, **chosen)
    names = matched.boundaries.at(options.level)["name"].reindex(shares["pcode"]).fillna("(all)")
    shares.insert(1, "name", names.to_numpy())
    note = f"{len(placed)} of {len(matched.frame)} interviews are tied to a unit of the level."
    print(note)
    return _tables({"shares": shares}, [note], options, matched)


def _tables(
    tables: Mapping[str, pd.DataFrame],
    notes: Sequence[str],
    options: argparse.Namespace,
    *matches: MatchResult,
) -> int:
    """Write tables into one workbook, with the notes that they must not go without."""
    if not options.output.lower().endswith(".xlsx"):
        raise InputError(
            f"{options.output}: give a name that ends in .xlsx, which holds the notes."
        )
    if any(match.table.synthetic for match in matches):
        notes = ["SYNTHETIC DATA: the figures are invented.", *notes]
        tables = {name: table.assign(data="synthetic") for name, table in tables.items()}
    tables = {name: table.round(6) for name, table in tables.items()}
    book = {**tables, "notes": pd.DataFrame({"note": list(notes)})}
    print(f"written: {write(book, options.output)}")
    return 0


def _xlsform(options: argparse.Namespace) -> int:
    form = xlsform(read_boundaries(options.set), level=options.level)
    lists = form["choices"].groupby("list_name").size()
    print("choices: " + "; ".join(f"{name} {size:,}" for name, size in lists.items()))
    print(f"written: {write(form, options.output)}")
    return 0


def _verify(options: argparse.Namespace) -> int:
    findings = verify(*options.paths)
    for finding in findings:
        note = f" ({finding.note})" if finding.note else ""
        print(f"{'ok   ' if finding.ok else 'FAULT'} {finding.path}{note}")
        for fault in finding.faults:
            print(f"      {fault}")
    return 0 if all(finding.ok for finding in findings) else 1


def _embed(options: argparse.Namespace) -> int:
    found = embed(options.page, url=options.url, ratio=options.ratio)
    print(f"A frame by itself:\n\n{found.iframe}\n")
    print(f"As wide as its place, whatever the site's style sheets say:\n\n{found.responsive}")
    return 0


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
