"""Tables of units without outlines: a row a unit, or a row for each of the deepest level."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from mtmgeo.core.errors import BoundaryError, InputError
from mtmgeo.tables.columns.faults import Faults, show_all
from mtmgeo.tables.columns.grid import HEAD, Grid, blank, read_grid
from mtmgeo.tables.columns.words import key

#: The columns that a table with a row a unit must have.
REQUIRED: Final = ("pcode", "level", "name", "parent_pcode")
ENDINGS: Final = (".csv", ".tsv", ".xlsx", ".xls", ".xlsb", ".ods")

_FIRST: Final = 2  # the row below headings in the first
#: ADM2_PCODE, admin2Pcode; ADM2_EN, admin2Name_fr, admin2RefName.
_CODE: Final = re.compile(r"adm(?:in)?([0-4])p?code")
_NAME: Final = re.compile(r"adm(?:in)?([0-4])(?:name)?(?:([a-z]{2})[1-3]?)?")
_REFERENCE: Final = re.compile(r"adm(?:in)?([0-4])ref(?:name)?")


def read_units_table(path: Path) -> pd.DataFrame:
    """Return the units of a table, all text, with at least the columns of `REQUIRED`.

    Parameters
    ----------
    path
        CSV of any usual separator and encoding, or a workbook, of which the sheet with most known
        headings is read. Either a row a unit, under the headings of `REQUIRED`; or a row for each
        unit of the deepest level, with the names and p-codes of those above (``ADM1_EN``,
        ``ADM1_PCODE``, ``ADM2_EN`` ...), as OCHA publishes them.

    Returns
    -------
    units
        The label of a row and 2 is its number in the file.

    Raises
    ------
    BoundaryError
        If the file cannot be read, or lacks a column.
    """
    faults = Faults(path.name)
    try:
        grid = read_grid(path, score=_score, faults=faults, option=None)
        if not len(grid):
            faults.stop("there is no data", "check that the table was saved in full")
    except InputError as error:
        raise BoundaryError(error.faults) from error
    head = [_score(grid.row(at)) for at in range(min(HEAD, len(grid)))]
    table = _below(grid, head.index(max(head)))
    missing = [column for column in REQUIRED if column not in table]
    if not missing:
        return table
    levels = _levels(table)
    if len(levels) > 1:
        return _stacked(table, levels)
    raise BoundaryError(
        f"{path.name} lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}; it has "
        f"{show_all(table)}: rename or add them."
    )


def _score(cells: Sequence[object]) -> int:
    said = {key(cell) for cell in cells if isinstance(cell, str)}
    plain = sum(key(column) in said for column in REQUIRED)
    wide = sum(_CODE.fullmatch(each) is not None for each in said)
    return plain if plain == len(REQUIRED) else wide + len(said & {"pcode"})


def _below(grid: Grid, top: int) -> pd.DataFrame:
    """Return the text of the cells below the headings."""
    columns: dict[str, list[str]] = {}
    for cells in grid.columns:
        heading = "" if blank(cells[top]) else str(cells[top]).strip()
        if heading and heading not in columns:
            columns[heading] = ["" if blank(cell) else str(cell) for cell in cells[top + 1 :]]
    index = pd.Index(np.asarray(grid.rows[top + 1 :]) - _FIRST)
    return pd.DataFrame(columns, index=index, dtype=object)


def _levels(table: pd.DataFrame) -> dict[int, tuple[str, dict[str, str]]]:
    """Return the column of p-codes of each level, and those of its names by language."""
    codes: dict[int, str] = {}
    names: dict[int, dict[str, str]] = {}
    for heading in map(str, table):
        said = key(heading)
        if found := _CODE.fullmatch(said):
            codes.setdefault(int(found[1]), heading)
        elif found := _REFERENCE.fullmatch(said):
            names.setdefault(int(found[1]), {}).setdefault("aliases", heading)
        elif found := _NAME.fullmatch(said):
            language = f"name_{found[2]}" if found[2] else "name"
            names.setdefault(int(found[1]), {}).setdefault(language, heading)
    return {
        level: (codes[level], names[level])
        for level in sorted(codes)
        if any(each.startswith("name") for each in names.get(level, ()))
    }


def _stacked(table: pd.DataFrame, levels: dict[int, tuple[str, dict[str, str]]]) -> pd.DataFrame:
    """Return a row a unit, of a table with a row for each of the deepest level."""
    parts = []
    above: str | None = None
    for level, (code, names) in levels.items():
        first = next(each for each in names.values() if each != names.get("aliases"))
        part = pd.DataFrame(
            {
                "pcode": table[code],
                "level": str(level),
                "name": table[names.get("name_en", first)],
                "parent_pcode": "" if above is None else table[above],
                **{
                    to: table[heading]
                    for to, heading in names.items()
                    if to not in ("name", "name_en")
                },
            }
        )
        parts.append(part[part["pcode"] != ""].drop_duplicates(["pcode", "parent_pcode"]))
        above = code
    return pd.concat(parts).fillna("")
