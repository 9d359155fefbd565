"""From a table of locations to a map or a surface: map, surface."""

from __future__ import annotations

import argparse
import webbrowser
from pathlib import Path

import mtmgeo
from mtmgeo.commands import arguments, inputs
from mtmgeo.core.errors import InputError
from mtmgeo.core.staging import lasting_scratch
from mtmgeo.figures.indicators import SHOWN


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands to the parser."""
    _add_map(commands)
    _add_surface(commands)


def _add_map(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    indicators = (f"  {each.name:<16}  {each.help}" for each in SHOWN.values())
    command = commands.add_parser(
        "map",
        help="draw one map",
        epilog="\n".join(["indicators:", *indicators]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    arguments.add_table(command)
    arguments.add_figures(command)
    arguments.add_choices(command)
    earlier = command.add_argument_group("an earlier round")
    earlier.add_argument("--before", metavar="FILE", help="its table: the change is against that")
    arguments.add_spread(command.add_argument_group("a surface"))
    output = command.add_argument_group("the files")
    output.add_argument(
        "--preview", action="store_true", help="show the map as a picture, in a temporary folder"
    )
    output.add_argument(
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
    arguments.add_table(command)
    arguments.add_figures(command)
    arguments.add_choices(command, "level", "group", "year", "date")
    arguments.add_spread(command.add_argument_group("how they are spread"))
    command.add_argument("-o", "--output", required=True, metavar="TIF", help=".tif")
    command.set_defaults(run=_surface)


def _map(options: argparse.Namespace) -> int:
    from mtmgeo.images.png_tiff import FORMATS
    from mtmgeo.maps.page_specs import with_years

    if not options.output and not options.preview:
        raise InputError("Nothing is to be written: give -o FILE, or --preview.")
    for path in map(Path, options.output):
        if path.suffix.lower() not in (*FORMATS, ".html"):
            raise InputError(f"{path.name}: maps are {', '.join(FORMATS)} and .html files.")
    chosen = arguments.chosen(options)
    result = inputs.figures(options)
    spec = mtmgeo.MapSpec(**chosen)
    before = None
    if options.before is not None:
        earlier = {**vars(options), "table": options.before, "decisions": None}
        before = inputs.figures(argparse.Namespace(**earlier))
    surface = inputs.spread(options, result) if spec.kind == "surface" else None
    pictures = [path for path in map(Path, options.output) if path.suffix.lower() != ".html"]
    figure = page = None
    if pictures or options.preview:
        figure = mtmgeo.sheet(result, spec, surface=surface, before=before)
    if len(pictures) < len(options.output):
        page = mtmgeo.webmap(result, *with_years(result, spec), surface=surface, before=before)
    for path in map(Path, options.output):
        made = figure if path in pictures else page
        print(f"written: {mtmgeo.write(made, path)}")
    if figure is not None:
        _tell(figure)
    if len(pictures) < len(options.output) and (options.charts or options.insets):
        print("charts and insets stand on sheets, not on pages")
    if options.preview:
        shown = mtmgeo.write(figure, lasting_scratch() / "preview.png")
        print(f"preview: {shown}")
        webbrowser.open(shown.as_uri())
    return 0


def _tell(figure: mtmgeo.MapFigure) -> None:
    """Say what of a map found no room on the sheet."""
    from mtmgeo.tables.columns.cells import tidy

    if figure.unplaced:
        print(f"names without room on the map: {', '.join(map(tidy, figure.unplaced))}")
    for sentence in figure.omitted:
        print(sentence)


def _surface(options: argparse.Namespace) -> int:
    surface = inputs.spread(options, inputs.figures(options))
    print(f"written: {mtmgeo.write(surface, options.output)}")
    print("\n".join(surface.notes))
    return 0
