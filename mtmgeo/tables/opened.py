"""A file whose cells are read, and how its columns are to be found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mtmgeo.core.errors import InputError
from mtmgeo.tables.columns.faults import Faults, show
from mtmgeo.tables.columns.grid import Grid, read_grid
from mtmgeo.tables.columns.headings import Headed, find_headings
from mtmgeo.tables.columns.roles import (
    score,
)
from mtmgeo.tables.forms.answers import as_answers
from mtmgeo.tables.forms.form import Form, read_form
from mtmgeo.tables.forms.kobo import is_repeat
from mtmgeo.tables.plan import (
    Counting,
    Plan,
    planned_headings,
    read_plan,
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Opened:
    """A file whose cells are read, and how its columns are to be found.

    Attributes
    ----------
    grid
        All cells.
    faults
        What was found wrong so far; it learns more.
    columns
        Headings that were named, by role.
    counts, at_round, plan
        As for `read_table`, of the plan where the caller says nothing.
    form
        The form, and the path that it was read from.
    """

    grid: Grid
    faults: Faults
    columns: Mapping[str, str]
    counts: Counting | None = None
    at_round: str | int | None = None
    plan: Plan | None = None
    form: tuple[Form, str] | None = None

    def headings(self, faults: Faults) -> Headed:
        """Find the headings, and what is known of the columns as answers to a form."""
        if self.plan is None:
            headed = find_headings(self.grid, self.columns, faults)
        else:
            headed = planned_headings(self.grid, self.plan, faults)
        repeats = {
            name: find_headings(grid, {}, Faults(faults.source), top=0)
            for name, grid in self.grid.repeats.items()
            if len(grid) > 1
        }
        return as_answers(headed, repeats, None if self.form is None else self.form[0], faults)


def opened(
    path: str | Path,
    sheet: str | None,
    columns: Mapping[str, str] | None,
    encoding: str | None,
    counts: Counting | None,
    at_round: str | int | None,
    plan: Plan | str | Path | None,
    form: str | Path | None,
) -> Opened:
    """Read the cells of a file; the parameters are those of `read_table`."""
    path, named = Path(path), columns or {}
    faults = Faults(path.name)
    if isinstance(plan, str | Path):
        plan = read_plan(plan)
    if plan is not None:
        if named:
            raise InputError(
                f"{path.name}: columns are named beside {plan.name}; write there what they hold."
            )
        given = {"sheet": sheet, "encoding": encoding, "counts": counts, "at_round": at_round,
                 "form": form}  # fmt: skip
        for name, value in given.items():
            own = getattr(plan, name)
            if value is not None and own is not None and str(value) != own:
                faults.remark(f"{name} is {show(value)}, and not {show(own)} as in {plan.name}")
        sheet = plan.sheet if sheet is None else sheet
        encoding = plan.encoding if encoding is None else encoding
        counts = plan.counts if counts is None else counts
        at_round = plan.at_round if at_round is None else at_round
        form = plan.form_path if form is None else form
    looked_for = named if plan is None else {each: each for each in plan.used}
    grid = read_grid(
        path,
        sheet=sheet,
        encoding=encoding,
        score=lambda row: score(row, looked_for),
        faults=faults,
        is_repeat=is_repeat,
    )
    return Opened(
        grid=grid, faults=faults, columns=named, counts=counts, at_round=at_round, plan=plan,
        form=None if form is None else (read_form(form), str(form)),
    )  # fmt: skip
