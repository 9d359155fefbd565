"""Check boundary files before they are trusted: codes, parents, names, outlines, attributes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Final

import numpy as np
import pandas as pd
import shapely

from mtmgeo.boundaries.audit.check_names import check_spelling, plain
from mtmgeo.boundaries.audit.check_outlines import check_outlines
from mtmgeo.boundaries.audit.faults import Audit, Ledger, area_text, counted, shown
from mtmgeo.boundaries.sources.source import Source
from mtmgeo.geo.polygons import Floats, Ground

_PCODE: Final = re.compile(r"[A-Z]{2,3}\d+")
_NUMBER: Final = re.compile(r"[+-]?\d+([.,]\d+)?[eE]\+?\d+|\d+\.0+")
_AREA_NOTE: Final = 0.01
_AREA_WARNING: Final = 0.05
#: What areas in other units are multiplied with.
_AREA_UNITS: Final = {
    "m²": 1e6,
    "hectares": 100.0,
    "acres": 247.105,
    "square miles": 0.386102,
    "thousands of km²": 0.001,
}


def audit(source: Source, *, name: str = "") -> Audit:
    """Check boundary files before they are trusted.

    Parameters
    ----------
    source
        What the files say.
    name
        What to call them; the title or the first file where blank.

    Returns
    -------
    audit
        Every fault with its place. Nothing is changed: outlines that are not valid are checked as
        they are after repair.
    """
    found = Ledger(source)
    _check_codes(found)
    _check_parents(found)
    check_spelling(found)
    ground = check_outlines(found)
    _check_said(found)
    _check_areas(found, ground)
    title = name or source.title or next(iter(found.file), "")
    counts = {level: len(found.at(level)) for level in found.levels}
    return Audit(title, found.frame(ground.points), counts)


# --- codes and parents


def _check_codes(found: Ledger) -> None:
    for at, code in enumerate(found.pcode):
        if not code.strip():
            found.say("error", "pcode-blank", at, "the p-code is blank: fill it in.")
        elif (first := found.first(at)) != at:
            found.say(
                "error", "pcode-twice", at,
                f"the same level and p-code stand in {found.place(first)}: give one of the two "
                "units its own p-code, or delete it.",
            )  # fmt: skip
        if _NUMBER.fullmatch(code):
            found.say(
                "error", "pcode-number", at,
                f"the p-code {shown(code)!r} has become a number in a spreadsheet: restore it as "
                "text.",
            )  # fmt: skip
    if found.source.schema == "geoBoundaries":
        return
    # P-codes say where their units belong; other codes may or may not.
    severity = "warning" if found.source.schema.startswith("COD-AB") else "note"
    for level in found.levels:
        rows = [
            at
            for at in found.at(level).tolist()
            if found.pcode[at].strip() and not _NUMBER.fullmatch(found.pcode[at])
        ]
        _check_patterns(found, level, rows, severity)
        _check_lengths(found, level, rows, severity)
        _check_prefixes(found, level, [at for at in rows if found.parent[at] >= 0], severity)


def _check_patterns(found: Ledger, level: int, rows: Sequence[int], severity: str) -> None:
    # A country's own code is its letters alone.
    odd = [at for at in rows if not _PCODE.fullmatch(found.pcode[at] + "0" * (level == 0))]
    if severity == "note" and 2 * len(odd) > len(rows):
        found.say_of_level(
            severity, "pcode-pattern", level,
            f"codes of level {level} such as {shown(found.pcode[odd[0]])!r} are not p-codes, "
            "which are the country's letters and digits: use them only among themselves.",
        )  # fmt: skip
        return
    for at in odd:
        found.say(
            severity, "pcode-pattern", at,
            f"the p-code {shown(found.pcode[at])!r} is not two or three capital letters and then "
            "digits: compare it with the official list.",
        )  # fmt: skip


def _check_lengths(found: Ledger, level: int, rows: Sequence[int], severity: str) -> None:
    lengths = pd.Series([len(found.pcode[at]) for at in rows], dtype="int64")
    usual = int(lengths.mode().iloc[0]) if rows else 0
    if 2 * int((lengths == usual).sum()) <= len(rows):
        return
    for at in rows:
        if len(found.pcode[at]) != usual:
            found.say(
                severity, "pcode-length", at,
                f"the p-code {shown(found.pcode[at])!r} has {len(found.pcode[at])} signs, and "
                f"most of level {level} have {usual}: look whether signs were lost or added.",
            )  # fmt: skip


def _check_prefixes(found: Ledger, level: int, rows: Sequence[int], severity: str) -> None:
    """Compare codes with their parents', without the zeros that pad them to a fixed width."""
    odd = [at for at in rows if not found.pcode[at].startswith(_core(found, found.parent[at]))]
    if 2 * len(odd) > len(rows) and len(rows) > 2:
        found.say_of_level(
            "note", "pcode-parent", level,
            f"p-codes of level {level} do not begin as their parents' do: use the parents that "
            "the file states, not the beginnings of codes.",
        )  # fmt: skip
        return
    for at in odd:
        found.say(
            severity, "pcode-parent", at,
            "the p-code does not begin as that of its parent, "
            f"{found.label(found.parent[at])}: see which of the two is wrong.",
        )  # fmt: skip


def _core(found: Ledger, at: int) -> str:
    code = found.pcode[at]
    return code.rstrip("0") if found.level[at] else "".join(filter(str.isalpha, code)) or code


def _check_parents(found: Ledger) -> None:
    lowest = found.levels[0] if found.levels else 0
    for level in sorted({*range(lowest, max(found.levels, default=lowest))} - {*found.levels}):
        below = min(one for one in found.levels if one > level)
        found.say_of_level(
            "warning", "level-missing", below,
            f"level {level} has no units, though levels above and below it have: add its file.",
        )  # fmt: skip
    for at, (level, code) in enumerate(zip(found.level.tolist(), found.parent_pcode, strict=True)):
        parent = int(found.parent[at])
        between = [one for one in found.levels if found.level[parent] < one < level]
        if level > lowest and not code.strip():
            found.say("error", "parent-blank", at, "the parent's p-code is blank: fill it in.")
        elif level > lowest and parent < 0:
            found.say(
                "error", "parent-unknown", at,
                f"the parent's p-code {shown(code)!r} names no unit of a higher level: correct "
                "it, or add that unit.",
            )  # fmt: skip
        elif parent >= 0 and between:
            found.say(
                "warning", "parent-far", at,
                f"its parent {found.label(parent)} is of level {found.level[parent]}, and level "
                f"{between[-1]} has units: name the one that it belongs to.",
            )  # fmt: skip


# --- what the attributes say


def _check_said(found: Ledger) -> None:
    """Compare what units say of those above them with what those say of themselves."""
    said, above, known = found.source.said, found.ancestors(), _known_names(found)
    for level, holders in above.items():
        for check, column in (("said-code", f"pcode{level}"), ("said-name", f"name{level}")):
            if column not in said.columns:
                continue
            texts = said[column].astype(str).tolist()
            groups: dict[tuple[int, int, str], list[int]] = {}
            for at in np.flatnonzero(holders >= 0).tolist():
                text, holder = texts[at], int(holders[at])
                own = {found.pcode[holder]} if check == "said-code" else known(holder)
                if (
                    text.strip()
                    and own
                    and (text if check == "said-code" else plain(text)) not in own
                ):
                    groups.setdefault((int(found.level[at]), holder, text), []).append(at)
            for (_, holder, text), rows in groups.items():
                more = f" and in {counted(len(rows) - 1, 'more row')}" if len(rows) > 1 else ""
                found.say(
                    "warning", check, rows[0],
                    f"the unit of level {level} above it is {shown(text)!r} here{more}, but "
                    f"{found.label(holder)} in its own layer, {found.place(holder)}: correct the "
                    "one that is wrong.",
                )  # fmt: skip


def _known_names(found: Ledger) -> Callable[[int], set[str]]:
    """Return what gives the names that a unit is known by."""
    aliases = found.source.units["aliases"].astype(str).tolist()

    @cache
    def known(at: int) -> set[str]:
        every = (*(texts[at] for texts in found.names.values()), *aliases[at].split("|"))
        return {plain(name) for name in every} - {""}

    return known


def _check_areas(found: Ledger, ground: Ground) -> None:
    """Compare the areas that a column states with those of the outlines."""
    said = found.source.units["area_said"].to_numpy(dtype="float64")
    comparable = (ground.km2 > 0) & (said > 0)
    for level in found.levels:
        rows = found.at(level)
        rows = rows[comparable[rows]]
        if not rows.size:
            continue
        stated, km2 = said[rows], ground.km2[rows]
        unit, expected = _area_unit(stated, km2, shapely.area(ground.shapes[rows]))
        if unit:
            found.say_of_level(
                "note", "area-unit", level,
                f"the areas that level {level} states are {unit}, not km²: they are compared as "
                "such, and maps use those of the outlines.",
            )  # fmt: skip
        slack = _last_digit(stated) / 2
        off = np.maximum(np.abs(stated - expected) - slack, 0) / expected
        for at in np.flatnonzero(off > _AREA_NOTE).tolist():
            claimed = stated[at] / expected[at] * km2[at]
            found.say(
                "warning" if off[at] > _AREA_WARNING else "note", "area", rows[at],
                f"the stated area of {area_text(claimed)} is not that of the outline, "
                f"{area_text(km2[at])}: see which of the two is wrong.",
            )  # fmt: skip


def _area_unit(stated: Floats, km2: Floats, degrees: Floats) -> tuple[str, Floats]:
    """Return the unit of stated areas, ``""`` for km², and the areas of the outlines in it."""
    times = float(np.median(stated / km2))
    if abs(np.median(stated / degrees) - 1) < 0.1:
        return "square degrees", degrees
    for unit, factor in _AREA_UNITS.items():
        if abs(times / factor - 1) < 0.1:
            return unit, km2 * factor
    low, high = np.quantile(stated / km2, [0.25, 0.75])
    if len(stated) >= 5 and abs(times - 1) > 0.1 and high < 1.1 * low:
        return f"in a unit that goes {times:.4g} times into a km²", km2 * times
    return "", km2


def _last_digit(numbers: Floats) -> float:
    """Return the worth of the last digit that numbers were rounded to."""
    return next(
        (10.0**-digits for digits in range(4) if np.array_equal(numbers, numbers.round(digits))),
        0.0,
    )
