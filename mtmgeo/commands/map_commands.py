"""From a table of locations to a map or a surface: map, surface."""

from __future__ import annotations

import argparse
import tempfile
import webbrowser
from pathlib import Path

import mtmgeo
from mtmgeo.commands import arguments, inputs
from mtmgeo.core.errors import InputError


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands to the parser."""
    _add_map(commands)
    _add_surface(commands)


def _add_map(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("map", help="draw one map")
    arguments.add_table(command)
    arguments.add_figures(command)
    arguments.add_looks(command)
    command.add_argument(
        "--kind", default="choropleth", help="coverage, choropleth, symbols or surface"
    )
    command.add_argument(
        "--indicator",
        default="individuals",
        help="individuals, households, density, per_1000, share, mean_per_year, change or "
        "change_percent",
    )
    arguments.add_shown(command)
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
        "--breaks",
        type=arguments.numbers,
        metavar="N,N,...",
        help="the classes' bounds, as you want them",
    )
    command.add_argument(
        "--colours",
        type=arguments.colours,
        metavar="NAME",
        help="a matplotlib colormap, or #rrggbb,#rrggbb",
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
    arguments.add_table(command)
    arguments.add_figures(command)
    arguments.add_shown(command)
    command.add_argument("--date", type=arguments.date, help="of the disclaimer (default: today)")
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
    if "none" in options.inset and len(options.inset) > 1:
        raise InputError("--inset none stands for itself: leave it or the others out.")
    result = inputs.figures(options)
    spec = mtmgeo.MapSpec(
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
        **inputs.looks(options),
    )
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
    if len(pictures) < len(options.output) and (options.chart or options.inset):
        print("charts and insets stand on sheets, not on pages")
    if options.preview:
        folder = Path(tempfile.mkdtemp(prefix="mtmgeo-"))
        shown = mtmgeo.write(figure, folder / "preview.png")
        print(f"preview: {shown}")
        webbrowser.open(shown.as_uri())
    return 0


def _tell(figure: mtmgeo.MapFigure) -> None:
    """Say what of a map found no room on the sheet."""
    from mtmgeo.tables.columns import tidy

    if figure.unplaced:
        print(f"names without room on the map: {', '.join(map(tidy, figure.unplaced))}")
    for sentence in figure.omitted:
        print(sentence)


def _surface(options: argparse.Namespace) -> int:
    surface = inputs.spread(options, inputs.figures(options))
    print(f"written: {mtmgeo.write(surface, options.output)}")
    print("\n".join(surface.notes))
    return 0
