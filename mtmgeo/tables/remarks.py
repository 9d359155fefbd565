"""What is said of columns and rows: without a heading or a place, again, not counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from mtmgeo.tables.body import Body
from mtmgeo.tables.columns.counts import Counted, floats
from mtmgeo.tables.columns.faults import Faults, show, some_rows
from mtmgeo.tables.columns.grid import Grid, empty
from mtmgeo.tables.columns.headings import Headed

_MANY_ROWS: Final = 100  # from which on a few may name no place
_SELDOM: Final = 0.02  # share of the people that are a few
_UNNAMED: Final = 5  # columns without a heading that are listed


def check_unnamed(grid: Grid, headed: Headed, faults: Faults) -> None:
    """Say which columns have no heading; of a CSV, which rows have too many cells."""
    last = max((column.at for column in headed.columns), default=-1)
    first = len(grid) - len(headed.rows)
    beyond = [at for at in headed.unnamed if at > last]
    if grid.separator and beyond:
        long = ~np.logical_and.reduce([empty(grid.columns[at][first:]) for at in beyond])
        if long.mean() <= 0.5 or len(long) < 3:
            for at in np.flatnonzero(long).tolist():
                cells = [to for to in beyond if grid.columns[to][first + at] is not None]
                what = f"the row has {max(cells) + 1} cells under {last + 1} headings"
                mend = (
                    "put a name that holds a comma in quotation marks, or add the missing heading"
                )
                faults.add(what, mend, row=headed.rows[at])
    others = [at for at in headed.unnamed if at < last or not grid.separator]
    if others:
        said = ", ".join(str(at + 1) for at in others[:_UNNAMED])
        more = " ..." if len(others) > _UNNAMED else ""
        many = len(others) > 1
        faults.remark(
            f"column{'s' * many} {said}{more} {'have' if many else 'has'} cells but no heading, "
            f"and {'were' if many else 'was'} not used"
        )
    hidden = [number for number in headed.rows if number in grid.hidden] if grid.hidden else []
    if hidden:
        faults.remark(f"rows {some_rows(hidden)} are hidden in the sheet, and were read")


def check_rows(body: Body, keep: npt.NDArray[np.bool_], faults: Faults) -> None:
    """Name rows that count people but no place, year or group, and places that come again."""
    counted = np.zeros(len(keep), dtype=bool)
    for values in body.counted.numbers.values():
        counted |= ~pd.Series(values).isna().to_numpy()
    named = np.zeros(len(keep), dtype=bool)
    country = [] if body.places.country is None else [body.text(body.places.country)]
    for text in [*body.texts.values(), *country]:
        named |= ~empty(text)
    rows = body.headed.rows
    if body.texts:
        nameless = np.flatnonzero(keep & counted & ~named).tolist()
        few = len(keep) >= _MANY_ROWS and _are_few(body, keep, nameless)
        if few and nameless:
            some = some_rows([rows[at] for at in nameless])
            faults.remark(f"no place is named in rows {some}, which stay unmatched")
        for at in () if few else nameless:
            faults.add("no place is named", "fill in a name, or delete the row", row=rows[at])
    for name in filter(None, (body.when.year, body.who.group)):
        cells = body.headed.by_name[name].cells
        for at in np.flatnonzero(keep & counted & empty(cells)).tolist():
            faults.add("the cell is blank", "fill it in", row=rows[at], column=name)
    _remark_twice(body, keep & counted, faults)


def _are_few(body: Body, keep: npt.NDArray[np.bool_], nameless: Sequence[int]) -> bool:
    """Return whether some rows count few of the people in each column."""
    numbers = [floats(values, 0.0) for values in body.counted.numbers.values()]
    return all(column[nameless].sum() <= _SELDOM * column[keep].sum() for column in numbers)


def _remark_twice(body: Body, counted: npt.NDArray[np.bool_], faults: Faults) -> None:
    """Name places that several rows report in one round, by the same words throughout."""
    names = [*body.places.names, *body.places.codes, body.when.year, body.when.round,
             body.who.group, *body.who.dimensions.values()]  # fmt: skip
    texts = {name: body.text(name) for name in filter(None, names)}
    deepest = body.places.levels.get("location")
    if deepest is None or len(body.headed.rows) > 200_000:
        return
    frame = pd.DataFrame(texts, dtype=object)[counted]
    filled = frame[deepest].str.strip().ne("")
    alike = frame.duplicated(keep=False) & filled
    for name, values in body.counted.numbers.items():
        frame[f"={name}"] = pd.Series(values).to_numpy(object)[counted]
    again = frame.duplicated(keep=False) & filled
    _remark_again(body, counted, again, "the same places and counts again", faults)
    if body.when.round is not None or not again.any():
        other = alike & ~again
        _remark_again(body, counted, other, "the same places again, with other counts", faults)


def _remark_again(
    body: Body, counted: npt.NDArray[np.bool_], again: pd.Series, what: str, faults: Faults
) -> None:
    if again.any():
        numbers = body.headed.numbers[counted][again.to_numpy()].tolist()
        faults.remark(f"rows {some_rows(numbers)} say {what}; each is counted")


def remark_numbers(counted: Counted, faults: Faults) -> None:
    """Say which columns of numbers are not counted, with their sums."""
    if counted.unused:
        listed = list(counted.unused.items())
        said = ", ".join(f"{show(name)} ({total:,})" for name, total in listed[:12])
        more = f" and {len(listed) - 12} more" if len(listed) > 12 else ""
        faults.remark(f"numbers that were not counted, with their sums: {said}{more}")


def check_formulas(grid: Grid, headed: Headed, body: Body, faults: Faults) -> None:
    """Find formulas without a stored result in what is used: they would pass for blank cells."""
    if not grid.bare:
        return
    from openpyxl.utils import get_column_letter

    used = {*body.texts, *body.counted.headings, *body.points.values()}
    used |= set(filter(None, [body.when.year, body.who.group, *body.who.dimensions.values()]))
    places = {column.at for column in headed.columns if column.name in used}
    rows = set(headed.rows)
    mend = "open the file in a spreadsheet program and save it, or paste the values"
    for row, at in grid.bare:
        if at in places and row in rows:
            what = "the formula has no stored result"
            faults.add(what, mend, row=row, column=get_column_letter(at + 1))
