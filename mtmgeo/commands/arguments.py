"""The options that several commands have, and how a word of them is read."""

from __future__ import annotations

import argparse
import datetime as dt

from mtmgeo.core.defaults import ACCEPT, BREAKDOWN_LEVEL, SUPPRESS_BELOW


def add_reading(command: argparse.ArgumentParser) -> None:
    """Add the table of locations, and how it is read."""
    command.add_argument(
        "table", metavar="INPUT", help="CSV, XLSX, XLS, XLSB or ODS of assessed locations"
    )
    command.add_argument("--sheet", help="worksheet of a workbook")
    command.add_argument("--encoding", help="encoding of a CSV file (default: found)")
    command.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="ROLE=HEADING",
        help="name a column that is not found by itself: adm1, adm2, adm3, location (the deepest "
        "names), lat, lon, gps (both in one cell), year, group, individuals, households, country "
        "(of return), reason, sex, age, adm0 (country of a row), pcode, round or period; may be "
        "repeated",
    )
    command.add_argument(
        "--counts",
        choices=["stock", "flow"],
        help="stock: people present, not added over rounds and years; flow: people who arrived, "
        "added (default: told by the population)",
    )
    command.add_argument(
        "--round",
        metavar="ROUND",
        help="round, date or year whose people are counted where counts are a stock (default: the "
        "latest)",
    )


def add_table(command: argparse.ArgumentParser) -> None:
    """Add the table of locations, and how it is read and matched."""
    add_reading(command)
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


def add_threshold(command: argparse.ArgumentParser) -> None:
    """Add the least count that is published."""
    command.add_argument(
        "--suppress-below",
        type=int,
        default=SUPPRESS_BELOW,
        metavar="N",
        help="suppress counts below N and those that would reveal them "
        f"(default: {SUPPRESS_BELOW}; 0: none)",
    )


def add_population(command: argparse.ArgumentParser, what: str) -> None:
    """Add the file of inhabitants, which is of `what`, and how it is read."""
    command.add_argument("--population", metavar="FILE", help=f"inhabitants: {what}")
    command.add_argument(
        "--population-option",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="how to read them: year=2022, sheet=NAME, encoding=cp1251, kind=count or density (of "
        "a raster's cells), pcode=HEADING, population=HEADING; may be repeated",
    )


def add_figures(command: argparse.ArgumentParser) -> None:
    """Add how people are counted."""
    add_threshold(command)
    command.add_argument(
        "--round-to",
        type=int,
        default=0,
        metavar="N",
        help="round counts to multiples of N, so that they still add up, and suppress none",
    )
    add_population(command, "of the units: a table by p-code (COD-PS and others), or a raster .tif")
    command.add_argument(
        "--breakdown-level",
        type=int,
        default=BREAKDOWN_LEVEL,
        metavar="L",
        help="deepest level of figures by sex, age, reason and country of return; the deeper, the "
        "more of them are suppressed "
        f"(default: {BREAKDOWN_LEVEL})",
    )


def add_outputs(command: argparse.ArgumentParser, kinds: str) -> None:
    """Add the files to write, which are of `kinds`."""
    command.add_argument(
        "-o",
        "--output",
        action="append",
        required=True,
        metavar="FILE",
        help=f"{kinds}; may be repeated",
    )


def add_shown(command: argparse.ArgumentParser) -> None:
    """Add whose figures are shown, and how a surface is made of them."""
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


def add_looks(command: argparse.ArgumentParser) -> None:
    """Add the choices that all maps of a run share."""
    command.add_argument("--date", type=date, help="date on the maps, YYYY-MM-DD (default: today)")
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
        type=size,
        default="A4",
        help="A5, A4, A3, A2, 'A4 portrait', pixels of a screen such as 1920x1080, or mm such as "
        "250,180 (default: A4)",
    )
    command.add_argument("--producer", default="", help="who made the maps")
    command.add_argument(
        "--logo", action="append", default=[], metavar="FILE", help="PNG or JPEG; may be repeated"
    )


def size(text: str) -> tuple[float, float] | str:
    """Read a name, pixels such as ``1920x1080``, or mm such as ``250,180``."""
    parts = text.split(",")
    try:
        return (float(parts[0]), float(parts[1])) if len(parts) == 2 else text
    except ValueError:
        return text


def numbers(text: str) -> tuple[float, ...]:
    """Read numbers with commas between them."""
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no list such as 50,100,250") from None


def colours(text: str) -> str | tuple[str, ...]:
    """Read the name of a colormap, or colours with commas between them."""
    return tuple(text.split(",")) if "," in text else text


def date(text: str) -> dt.date:
    """Read a date such as ``2022-11-30``."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date such as 2022-11-30") from None
