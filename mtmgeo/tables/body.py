"""What is known of a table below its headings: columns, and the texts that name places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from mtmgeo.tables.choose import Places, When, Who
from mtmgeo.tables.columns import cells as read
from mtmgeo.tables.columns.cells import TEXT
from mtmgeo.tables.columns.counts import Counted
from mtmgeo.tables.columns.faults import Faults, show, show_all, some_rows
from mtmgeo.tables.columns.grid import Grid, absent, empty
from mtmgeo.tables.columns.headings import Column, Headed

LEVELS: Final = ("adm1", "adm2", "adm3", "location")
_FILLED: Final = 0.3  # share of blank cells from which parents are taken to be written once


@dataclass(frozen=True, kw_only=True, eq=False)
class Body:
    """What is known of the columns, and the texts of those that decide about rows."""

    headed: Headed
    roles: Mapping[str, str | None]
    places: Places
    points: Mapping[str, str]
    counted: Counted
    when: When
    who: Who
    texts: Mapping[str, npt.NDArray[np.object_]]

    def text(self, name: str) -> npt.NDArray[np.object_]:
        """Return a column as text; ``""`` where blank."""
        if name in self.texts:
            return self.texts[name]
        return plain(self.headed.by_name[name])


def plain(column: Column) -> npt.NDArray[np.object_]:
    """Return a column as text; ``""`` where blank."""
    return column.distinct.spread([_text(cell) for cell in column.distinct.said])


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def place_texts(
    grid: Grid, headed: Headed, places: Places, faults: Faults
) -> dict[str, npt.NDArray[np.object_]]:
    """Return the columns of places as text, merged cells filled down."""
    by_name = headed.by_name
    names = dict.fromkeys([*places.levels.values(), *places.names, *places.codes])
    names |= dict.fromkeys(other for others in places.spellings.values() for other in others)
    texts = {}
    for name in names:
        quiet = Faults(faults.source)
        into = quiet if name in places.codes else faults
        values = read.convert(by_name[name].distinct, read.name, into, headed.rows, name)
        # A cell with a fault is no blank one.
        column = values.copy()
        gone = absent(column)
        column[gone] = ["" if cell is None else str(cell) for cell in by_name[name].cells[gone]]
        if quiet.rows:
            column[gone] = ""
            faults.remark(f"p-codes in column {show(name)} that cannot be read are left out: "
                          f"rows {some_rows(quiet.rows)}")  # fmt: skip
        texts[name] = column
    deepest = [places.levels[each] for each in reversed(LEVELS) if each in places.levels]
    _fill_merged(grid, headed, by_name, texts, faults)
    if len(deepest) > 1:
        _fill_parents(deepest, texts, faults)
    return texts


def _fill_merged(
    grid: Grid,
    headed: Headed,
    columns: Mapping[str, Column],
    texts: Mapping[str, npt.NDArray[np.object_]],
    faults: Faults,
) -> None:
    if not grid.merged:
        return
    at_row = {number: at for at, number in enumerate(headed.rows)}
    filled = []
    for name, text in texts.items():
        for top, bottom, left, right in grid.merged:
            if bottom > top and left <= columns[name].at <= right and top in at_row:
                inside = [at_row[n] for n in range(top, bottom + 1) if n in at_row]
                text[inside] = text[inside[0]]
                filled.append(name)
    if filled:
        faults.remark(f"merged cells of column {show_all(dict.fromkeys(filled))} were filled down")


def _fill_parents(
    deepest: Sequence[str], texts: Mapping[str, npt.NDArray[np.object_]], faults: Faults
) -> None:
    """Fill names of units above down, where they are written once over the rows of a unit."""
    below = ~empty(texts[deepest[0]])
    for name in deepest[1:]:
        text = texts[name]
        gone = empty(text)
        holes = gone & below
        if gone[0] or holes.mean() < _FILLED or (gone & ~below).any():
            below = below | ~gone
            continue
        last = np.maximum.accumulate(np.where(gone, 0, np.arange(len(text))))
        once = pd.Series(text[~gone], dtype=object)
        if once.duplicated().mean() > _FILLED:
            continue
        text[:] = text[last]
        faults.remark(
            f"names in column {show(name)} stand once over their rows, and were filled down"
        )


def all_series(body: Body, keep: npt.NDArray[np.bool_], faults: Faults) -> dict[str, pd.Series]:
    """Return the columns of the frame, of the rows that are kept."""
    dimensions = {name: dimension for dimension, name in body.who.dimensions.items()}
    rows = body.headed.numbers[keep].tolist()
    series: dict[str, pd.Series] = {}
    for column in body.headed.columns:
        name, cells = column.name, column.cells[keep]
        if name in body.texts:
            series[name] = pd.Series(body.texts[name][keep], dtype=TEXT)
        elif name in body.counted.numbers:
            series[name] = pd.Series(body.counted.numbers[name])[keep].reset_index(drop=True)
        elif name == body.when.year:
            series[name] = pd.Series(body.when.years)[keep].reset_index(drop=True)
        elif name == body.who.group:
            series[name] = pd.Series(
                read.convert(cells, read.group, faults, rows, name), dtype=TEXT
            )
        elif name in dimensions:
            parser = _said(dimensions[name])
            series[name] = pd.Series(read.convert(cells, parser, faults, rows, name), dtype=TEXT)
        else:
            series[name] = pd.Series(cells, dtype="object")
    for name in body.points.values():
        parser = read.geopoint if "gps" in body.points else read.degrees
        quiet = Faults(faults.source)
        read.convert(series[name].to_numpy(object), parser, quiet, rows, name)
        if bad := quiet.rows:
            what = f"row {bad[0]} has" if len(bad) == 1 else f"rows {some_rows(bad)} have"
            faults.remark(f"{what} coordinates in column {show(name)} that cannot be read; their "
                          "points are left out")  # fmt: skip
    return series


def _said(dimension: str) -> read.Parser:
    """Return how the cells of a dimension are read: as typed, if they say one category."""

    def parser(cell: object) -> str:
        text = read.name(cell)
        read.category(dimension, text)
        return text

    return parser
