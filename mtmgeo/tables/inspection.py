"""A table looked at: what each column is taken for, what is left out, what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from mtmgeo.core.errors import InputError
from mtmgeo.tables.choose import role_of
from mtmgeo.tables.columns.cells import count, readable, tidy
from mtmgeo.tables.columns.cells import counts as counted
from mtmgeo.tables.columns.counts import TWICE
from mtmgeo.tables.columns.faults import Faults
from mtmgeo.tables.columns.headings import Column
from mtmgeo.tables.columns.roles import role
from mtmgeo.tables.forms.answers import ADDED
from mtmgeo.tables.opened import Opened, opened
from mtmgeo.tables.plan import Counting, Plan, encode
from mtmgeo.tables.table import Table, table_of

_SAMPLES: Final = 3
_LONG: Final = 30  # signs of a sample
_TRIED: Final = 500  # cells


@dataclass(frozen=True, kw_only=True)
class ColumnLook:
    """What a column was taken for.

    Attributes
    ----------
    heading
        As in the table, told apart from others of the same words.
    taken_for
        What it holds, in plain words; empty where it is not used.
    why
        ``heading``, ``hashtag``, ``form``, ``plan`` or ``named``; empty where it is not used,
        or was added by KoBo or ODK.
    filled
        Number of cells that are not blank.
    samples
        Its first values that differ.
    sum
        Of its numbers; None where it holds no counts.
    """

    heading: str
    taken_for: str
    why: str
    filled: int
    samples: tuple[str, ...]
    sum: int | None = None


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """What reading a table would come to.

    Attributes
    ----------
    source, sheet
        File name and worksheet.
    heading_row
        Number of the row of headings.
    columns
        From left to right.
    rows, rows_kept
        Below the headings, and of these counted.
    sums
        People (and households) by population.
    remarks
        Sentences on what is read otherwise than it looks, or not used.
    faults
        Sentences on what is wrong; empty where the table can be read.
    plan
        How it is read, to be saved with `write` as ``.toml``; None where it cannot be read.
    """

    source: str
    sheet: str | None
    heading_row: int
    columns: tuple[ColumnLook, ...]
    rows: int
    rows_kept: int
    sums: Mapping[str, Mapping[str, int]]
    remarks: tuple[str, ...]
    faults: tuple[str, ...]
    plan: Plan | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)

    def encoded_plan(self) -> bytes:
        """Return the plan as TOML, with what is seen in each column beside it."""
        if self.plan is None:
            raise InputError([f"{self.source} cannot be read, so that no plan of it is written.",
                              *self.faults])  # fmt: skip
        notes = {}
        for each in self.columns:
            values = ", ".join(each.samples) or "blank"
            total = "" if each.sum is None else f", sum {each.sum:,}"
            why = f"{_by(each.why)}; " if each.why else ""
            notes[each.heading] = f"{why}{each.filled:,} filled{total}: {values}"
        return encode(self.plan, notes)

    def summary(self) -> str:
        """Return it in lines for people."""
        where = f", sheet {self.sheet!r}" if self.sheet else ""
        lines = [f"{self.source}{where}: headings in row {self.heading_row}, {self.rows:,} rows"]
        for each in self.columns:
            what = (each.taken_for or "not used") + (f" ({_by(each.why)})" if each.why else "")
            values = ", ".join(each.samples) or "blank"
            lines.append(f"  {tidy(each.heading)[:60]!r}: {what}; {each.filled:,} filled: {values}")
        for group, counts in self.sums.items():
            said = ", ".join(f"{number:,} {what}" for what, number in counts.items())
            lines.append(f"{group}: {said}, in {self.rows_kept:,} rows")
        return "\n".join([*lines, *self.remarks, *self.faults])


def inspect_table(
    path: str | Path,
    *,
    sheet: str | None = None,
    columns: Mapping[str, str] | None = None,
    encoding: str | None = None,
    counts: Counting | None = None,
    at_round: str | int | None = None,
    plan: Plan | str | Path | None = None,
    form: str | Path | None = None,
) -> Inspection:
    """Say what `read_table` would take each column of a file for; nothing is written.

    Parameters
    ----------
    path, sheet, columns, encoding, counts, at_round, plan, form
        As for `read_table`.

    Returns
    -------
    inspection
        Every column, the rows and sums that would be counted, remarks and faults, and the plan.

    Raises
    ------
    InputError
        If no table is found in the file at all.
    """
    given = opened(path, sheet, columns, encoding, counts, at_round, plan, form)
    headed = given.headings(Faults(given.faults.source))
    wrong: tuple[str, ...] = ()
    table = None
    try:
        table = table_of(given)
    except InputError as error:
        wrong = error.faults
    taken = {} if table is None else {name: what for what, name in table.columns().items()}
    for first, others in ({} if table is None else table.spellings).items():
        taken |= dict.fromkeys(others, f"other spellings of {tidy(first)!r}")
    return Inspection(
        source=given.faults.source,
        sheet=given.faults.sheet,
        heading_row=headed.top,
        columns=tuple(_look(column, taken, given) for column in headed.columns),
        rows=len(headed.rows),
        rows_kept=0 if table is None else len(table.frame),
        sums={} if table is None else _sums(table),
        remarks=tuple(given.faults.remarks),
        faults=tuple(wrong),
        plan=None if table is None else table.plan,
    )


def _by(why: str) -> str:
    return "by the plan" if why == "plan" else f"by its {why}"


def _look(column: Column, taken: Mapping[str, str], given: Opened) -> ColumnLook:
    added = column.known == ADDED and column.name not in taken
    what = "added by KoBo or ODK" if added else taken.get(column.name, "")
    said = {
        "plan": given.plan is not None and bool(what),
        "named": column.name in given.columns.values(),
        "hashtag": bool(column.tag and what),
        "form": given.form is not None and column.role != role(column.heading, column.tag),
    }
    why = next((reason for reason, holds in said.items() if holds), "heading")
    told = [cell for cell in column.distinct.said if cell is not None]
    like = role_of(column) if not what and column.known != TWICE else None
    filled = sum(
        times
        for cell, times in zip(column.distinct.said, column.distinct.times.tolist(), strict=True)
        if cell is not None
    )
    return ColumnLook(
        heading=column.name,
        taken_for=what or (f"looks like {like}, not used" if like else ""),
        why=why if (what and not added) or like else "",
        filled=filled,
        samples=tuple(tidy(cell)[:_LONG] for cell in told[:_SAMPLES]),
        sum=_sum(column),
    )


def _sum(column: Column) -> int | None:
    """Return what the numbers of a column add up to; None where most cells are no counts."""
    good, bad = readable(column.cells[:_TRIED], lambda cell: count(cell, pointed=True))
    if bad >= good:
        return None
    return int(pd.Series(counted(column.distinct, None, (), column.name)).fillna(0).sum())


def _sums(table: Table) -> dict[str, dict[str, int]]:
    observed = table.observations()
    kinds = [name for name in ("individuals", "households") if name in observed]
    added = observed.groupby("group", observed=True)[kinds].sum()
    return {
        str(group): {kind: int(added.loc[group, kind]) for kind in kinds} for group in added.index
    }
