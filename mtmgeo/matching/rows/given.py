"""What a table gave, kept apart from what matching adds: headings that both would have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from mtmgeo.tables.columns.faults import show
from mtmgeo.tables.table import Table

#: Columns of the p-codes that a row has at each level.
CODES: Final = {1: "adm1_pcode", 2: "adm2_pcode", 3: "adm3_pcode", 4: "settlement_code"}

#: Columns that `match` adds, in this order: the contract with whoever reads the result.
RESULT_COLUMNS: Final = (
    "pcode",
    "level",
    *CODES.values(),
    "status",
    "score",
    "method",
    "reason",
    "candidates",
)
#: Columns of a review, beside those of the result and those that say where a row is.
REVIEW_COLUMNS: Final = ("rows", "row", "found", "decision")

_SINGLE: Final = (
    "adm1", "adm2", "adm3", "location", "lat", "lon", "gps", "year_column", "group_column",
    "round_column", "individuals_column", "households_column", "country",
)  # fmt: skip


def given_columns(table: Table) -> list[str]:
    """Return the headings under which the rows of a table say where they are: names, p-codes."""
    return [*(heading for heading in table.name_columns if heading), *table.codes]


def set_apart(table: Table, frame: pd.DataFrame) -> tuple[Table, pd.DataFrame]:
    """Return a table whose columns are not taken for those of a result or a review.

    ``status`` becomes ``status (given)``, in any case: some formats tell no ``Status`` from it.

    Parameters
    ----------
    table
        As read.
    frame
        Its rows as they go into the result: those of `table`, or the caller's own, whose types and
        geometry are kept.
    """
    said = given_columns(table)
    columns = [str(column) for column in table.frame.columns]
    taken = {each.casefold() for each in columns}
    names: dict[str, str] = {}
    for column in columns:
        reserved = RESULT_COLUMNS + (REVIEW_COLUMNS if column in said else ())
        if column.casefold() in reserved:
            names[column] = next(each for each in _others(column) if each.casefold() not in taken)
            taken.add(names[column].casefold())
    if not names:
        return table, frame
    kept = [f"column {show(old)} is kept as {show(new)}" for old, new in names.items()]
    return remarked(_renamed(table, names), kept), _rename(frame, names)


def remarked(table: Table, said: Iterable[str]) -> Table:
    """Return a table with more remarks, which are made sentences."""
    sentences = (f"{each[0].upper()}{each[1:]}." for each in said)
    return replace(table, remarks=(*table.remarks, *sentences))


def _others(column: str) -> Iterable[str]:
    yield f"{column} (given)"
    yield from (f"{column} (given {number})" for number in range(2, 1_000))


def _rename(frame: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    if isinstance(frame, gpd.GeoDataFrame) and frame.active_geometry_name in names:
        frame = frame.rename_geometry(names[frame.active_geometry_name])
    return frame.rename(columns=names)


def _renamed(table: Table, names: Mapping[str, str]) -> Table:
    """Return a table with other headings, in the columns and in what is known of them."""

    def new(heading: str) -> str:
        return names.get(heading, heading)

    single: dict[str, Any] = {
        part: None if getattr(table, part) is None else new(getattr(table, part))
        for part in _SINGLE
    }
    return replace(
        table,
        frame=table.frame.rename(columns=names),
        **single,
        measures=tuple(replace(each, column=new(each.column)) for each in table.measures),
        dimensions={what: new(heading) for what, heading in table.dimensions.items()},
        places={new(heading): role for heading, role in table.places.items()},
        codes={new(heading): role for heading, role in table.codes.items()},
        spellings={
            new(heading): tuple(map(new, others)) for heading, others in table.spellings.items()
        },
    )
