"""Inhabitants out of a table by names: read and matched as a table of locations is."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd

from mtmgeo.boundaries.boundary_set import BoundarySet
from mtmgeo.core.errors import InputError
from mtmgeo.matching.linkage.evidence import MATCHED
from mtmgeo.matching.match import match
from mtmgeo.matching.result import MatchResult
from mtmgeo.matching.rows.countries import abroad
from mtmgeo.population.tables import Counted, Unit
from mtmgeo.tables.columns.faults import show_all, some_rows
from mtmgeo.tables.columns.roles import NO_GROUP
from mtmgeo.tables.table import Table, read_table


def count_names(
    path: Path,
    boundaries: BoundarySet,
    *,
    people: tuple[str, int | None] | None,
    sheet: str | None,
    encoding: str | None,
    year: int | None,
) -> Counted:
    """Return the people of each unit that a table names.

    Parameters
    ----------
    path
        What `read_table` reads.
    boundaries
        The units.
    people
        Heading of the column of inhabitants, and the year that it says; found where None.
    sheet, encoding, year
        As for `read_population`.

    Raises
    ------
    InputError
        If the table cannot be read, counts nobody or in several years, or most of its people are
        in units that are not found.
    """
    heading, said = people or (None, None)
    columns = None if heading is None else {"individuals": heading}
    table = read_table(path, sheet=sheet, encoding=encoding, columns=columns)
    counts, when = _of_year(table, year)
    result = match(table, boundaries)
    number = counts.groupby("row")["individuals"].sum().reindex(table.frame.index)
    counted = number.notna()
    away = abroad(result.table, boundaries)[1].ne("") & counted
    found = result.frame["status"].eq(MATCHED) & counted & ~away
    lost = counted & ~found & ~away
    if 2 * number[lost].sum() > number[counted & ~away].sum():
        rows = some_rows(_rows(table, lost))
        raise InputError(
            f"{path.name}: most of its people ({int(number[lost].sum()):,}) are in rows {rows}, "
            f"whose names are not found in the boundaries {boundaries.name}: check that it is of "
            "the same country, or add a column of p-codes."
        )
    notes = [f"{path.name}: {remark}" for remark in result.table.remarks]
    for which, what in (
        (lost, "whose names are not found"),
        (away, "which are of another country"),
    ):
        if which.any():
            rows = some_rows(_rows(table, which))
            notes.append(
                f"Not counted: {int(number[which].sum()):,} people of {path.name} in rows {rows}, "
                f"{what}."
            )
    return Counted(_sums(result, number[found]), when or said, notes)


def _of_year(table: Table, year: int | None) -> tuple[pd.DataFrame, int | None]:
    """Return the counts of inhabitants, all of one year, and that year."""
    counts = table.observations()
    counts = counts[counts["group"].eq(NO_GROUP)]
    if counts.empty:
        raise InputError(
            f"{table.source}: none of {show_all(table.frame.columns)} is known to hold the "
            "population; name it with --population-option population=HEADING, or "
            "columns={'population': ...} in Python."
        )
    whens = counts["period"] if table.has_periods else counts["year"]
    years = list(dict.fromkeys(whens.dropna().astype(str)))
    wanted = years if year is None else [str(year)]
    if len(years) > 1 and (len(wanted) > 1 or wanted[0] not in years):
        where = "there are columns" if table.year_column is None else "there are rows"
        raise InputError(
            f"{table.source}: {where} of population for {', '.join(years)}; choose one with "
            "--population-option year=2022, say, or year=... in Python."
        )
    if len(years) > 1:
        counts = counts[whens.astype(str).eq(wanted[0])]
    said = wanted[0] if len(wanted) == 1 else ""
    return counts, int(said) if said.isdecimal() else year


def _rows(table: Table, which: pd.Series) -> list[int]:
    return [row for row, here in zip(table.rows, which, strict=True) if here]


def _sums(result: MatchResult, number: pd.Series) -> dict[Unit, int]:
    """Return the people of each unit; of two under one p-code, the row says the level."""
    people: Counter[Unit] = Counter()
    units = result.frame.loc[number.index, ["level", "pcode"]].itertuples(index=False, name=None)
    for (level, pcode), some in zip(units, number, strict=True):
        people[int(level), str(pcode)] += int(some)
    return dict(people)
