"""Boundaries: list, add, install, check, remove; and forms that ask for their units."""

from __future__ import annotations

import argparse
from pathlib import Path

import mtmgeo
from mtmgeo.boundaries.sources.schemas import ROLES
from mtmgeo.core.errors import BoundaryError, InputError


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands to the parser."""
    _add_boundaries(commands)
    _add_xlsform(commands)


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
        default=4,
        metavar="L",
        help="deepest level that is asked for, 1 to 4 (default: 4)",
    )
    command.add_argument("-o", "--output", required=True, metavar="XLSX", help=".xlsx")
    command.set_defaults(run=_xlsform)


def _list(_: argparse.Namespace) -> int:
    from mtmgeo.boundaries.boundary_set import LEVEL_NAMES
    from mtmgeo.boundaries.read import list_packs, packs_folder

    for name, folder in list_packs().items():
        try:
            bounds = mtmgeo.read_boundaries(name)
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


def _units(bounds: mtmgeo.BoundarySet, level: int) -> str:
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
    added = mtmgeo.add_pack(
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
    added = mtmgeo.install_pack(
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
    source = mtmgeo.read_source(options.path, columns=_columns(options), crs=options.crs)
    found = mtmgeo.audit(source, name=Path(options.path).name)
    print("\n".join((found.summary(), *source.notes)).rstrip())
    for path in options.output:
        print(f"written: {mtmgeo.write(found, path)}")
    return 0 if found.ok else 1


def _remove(options: argparse.Namespace) -> int:
    print(f"removed: {mtmgeo.remove_pack(options.name)}")
    return 0


def _xlsform(options: argparse.Namespace) -> int:
    form = mtmgeo.xlsform(mtmgeo.read_boundaries(options.set), level=options.level)
    lists = form["choices"].groupby("list_name").size()
    print("choices: " + "; ".join(f"{name} {size:,}" for name, size in lists.items()))
    print(f"written: {mtmgeo.write(form, options.output)}")
    return 0
