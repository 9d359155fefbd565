"""The options that several commands have, and how a word of them is read."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from mtmgeo.core.defaults import ACCEPT, BREAKDOWN_LEVEL, SUPPRESS_BELOW
from mtmgeo.core.errors import InputError
from mtmgeo.maps.spec import OPTIONS, Form, Option
from mtmgeo.tables.columns.periods import parse

#: A parser, or a group of its options.
Arguments: TypeAlias = "argparse._ActionsContainer"  # noqa: SLF001  (it has no public name)

#: Choices that all maps of a report share.
LOOKS: Final = ("date", "subtitle", "lang", "style", "size", "producer", "logos")


def add_reading(command: argparse.ArgumentParser) -> None:
    """Add the table of locations, and how it is read."""
    group = command.add_argument_group("the table")
    command.add_argument(
        "table", metavar="INPUT", help="CSV, XLSX, XLS, XLSB or ODS of assessed locations"
    )
    group.add_argument(
        "--plan",
        metavar="TOML",
        help="how it is read, as `inspect --save` writes it; --sheet, --encoding, --counts, "
        "--round and --form go before it",
    )
    group.add_argument(
        "--form",
        metavar="XLSX",
        help="XLSForm of an export of KoBo or ODK: labels and p-codes of what was chosen",
    )
    group.add_argument("--sheet", help="worksheet of a workbook")
    group.add_argument("--encoding", help="encoding of a CSV file (default: found)")
    group.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="ROLE=HEADING",
        help="name a column that is not found by itself: adm1, adm2, adm3, location (the deepest "
        "names), lat, lon, gps (both in one cell), year, group, individuals, households, country "
        "(of return), reason, sex, age, adm0 (country of a row), pcode, round or period; may be "
        "repeated",
    )
    group.add_argument(
        "--counts",
        choices=["stock", "flow"],
        help="stock: people present, not added over rounds and years; flow: people who arrived, "
        "added (default: told by the population)",
    )
    group.add_argument(
        "--round",
        metavar="ROUND",
        help="round, date or year whose people are counted where counts are a stock (default: the "
        "latest)",
    )


def add_table(command: argparse.ArgumentParser) -> None:
    """Add the table of locations, and how it is read and matched."""
    add_reading(command)
    group = command.add_argument_group("how it is matched")
    group.add_argument(
        "--decisions",
        metavar="FILE",
        help="a filled review sheet, or a CSV or XLSX of names and decisions",
    )
    group.add_argument(
        "--accept",
        type=float,
        default=ACCEPT,
        metavar="P",
        help="least probability of a match: higher gives fewer wrong ones and more to decide "
        f"(default: {ACCEPT})",
    )
    group.add_argument(
        "--boundaries",
        default="kgz",
        metavar="REF",
        help="name of a pack (see `boundaries list`), boundary files of COD-AB or geoBoundaries, a "
        "pack's folder, or a CSV of units (default: kgz)",
    )


def add_threshold(command: Arguments) -> None:
    """Add the least count that is published."""
    command.add_argument(
        "--suppress-below",
        type=int,
        default=SUPPRESS_BELOW,
        metavar="N",
        help="suppress counts below N and those that would reveal them "
        f"(default: {SUPPRESS_BELOW}; 0: none)",
    )


def add_population(command: Arguments, what: str) -> None:
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
    group = command.add_argument_group("how people are counted")
    add_threshold(group)
    group.add_argument(
        "--round-to",
        type=int,
        default=0,
        metavar="N",
        help="round counts to multiples of N, so that they still add up, and suppress none",
    )
    add_population(group, "of the units: a table by p-code (COD-PS and others), or a raster .tif")
    group.add_argument(
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


def add_choices(command: argparse.ArgumentParser, *fields: str) -> None:
    """Add choices of a map, those of `fields` or all."""
    groups: dict[str, Arguments] = {}
    for option in OPTIONS:
        if fields and option.field not in fields:
            continue
        if option.group not in groups:
            groups[option.group] = command.add_argument_group(option.group)
        groups[option.group].add_argument(
            option.flag, dest=option.field, help=_help(option), **_reading(option)
        )


def chosen(options: argparse.Namespace, *fields: str) -> dict[str, Any]:
    """Return the choices of a map, as given or by default, of `fields` or all."""
    made = {}
    for option in OPTIONS:
        if not fields or option.field in fields:
            value = getattr(options, option.field)
            if isinstance(value, list):
                value = _without(option, value)
            made[option.field] = option.default if value is None else value
    return made


def _without(option: Option, given: Sequence[str]) -> tuple[str, ...]:
    """Return words of a list, without the one that stands for none of them."""
    if not option.none:
        return tuple(given)
    if option.none in given and len(given) > 1:
        raise InputError(f"{option.flag} none stands for itself: leave it or the others out.")
    return tuple(word for word in given if word != option.none)


def _reading(option: Option) -> dict[str, Any]:
    """Return how the parser reads a choice."""
    if option.form == "yes or no":
        return {
            "action": argparse.BooleanOptionalAction if option.default else "store_true",
            "default": option.default,
        }
    if option.form in ("list", "files"):
        return {"action": "append", "metavar": option.metavar}
    metavar = option.metavar or ("WORD" if option.choices else None)
    return {"type": _READ.get(option.form, str), "metavar": metavar}


def _help(option: Option) -> str:
    said = f"{_listed(option.choices)}: {option.help}" if option.choices else option.help
    default = option.unset or (option.default if option.form != "yes or no" else "")
    said += f" (default: {default})" if default else ""
    return said + "; may be repeated" * (option.form in ("list", "files"))


def _listed(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


def add_spread(command: Arguments) -> None:
    """Add how a surface is made."""
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


def period(text: str) -> int | str:
    """Read a year such as ``2022``, or a longer period: ``2020-2021``, ``before 2014``."""
    found = parse(text)
    if found is None:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no year such as 2022, and no period such as 2020-2021 or 'before 2014'"
        )
    return found


#: How a word of the command line is read, by what is asked for.
_READ: Final[Mapping[Form, Callable[[str], Any]]] = {
    "whole number": int,
    "period": period,
    "number": float,
    "numbers": numbers,
    "date": date,
    "size": size,
    "colours": colours,
}
