"""The rows that a person has to decide, those first that bring most."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from mtmgeo.boundaries.boundary_set import BoundarySet
from mtmgeo.matching.decisions import COLUMN, METHOD, NOTHING, describer, keys
from mtmgeo.matching.rows.given import given_columns
from mtmgeo.tables.table import Table

_SURE: Final = 0.97  # a match with this score is not shown again

# Individuals are ranked by powers of two from here on: an exact order would give away figures that
# a report suppresses beside it.
_FEW: Final = 15


def review(frame: pd.DataFrame, table: Table, boundaries: BoundarySet) -> pd.DataFrame:
    """Return the names that a person has to decide, with their rivals, and those decided before.

    Parameters
    ----------
    frame
        That of a MatchResult: a row for each row of `table`, with the result columns.
    table
        The table that was matched.
    boundaries
        The units it was matched to.

    Returns
    -------
    review
        One row for all rows with the same names (in any script or romanisation): ``rows`` (their
        number), ``row`` (the first in the file), the names and p-codes as typed, ``status``,
        ``score``, ``reason``, ``found`` (the unit that is certain), ``candidates`` (one ``name,
        parents (p-code)`` per line) and ``decision`` (empty, or as decided before). First what is
        not ``matched``, then what is with a score below 0.97, then what was decided before; in each
        part, by the power of two of the individuals, then the rows, that a decision settles.
    """
    headings = given_columns(table)
    names = keys(table.frame, table.name_columns, table.codes)
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    place = pd.Series([numbers[name] for name in names], index=frame.index)
    people = table.observations().groupby("row")["individuals"].sum().astype("int64")
    people = people.reindex(frame.index, fill_value=0).groupby(place).transform("sum")
    part = np.select(
        [frame["method"].eq(METHOD), frame["status"].ne("matched"), frame["score"].lt(_SURE)],
        [2, 0, 1],
        default=3,
    )
    ranks = pd.DataFrame(
        {
            "place": place,
            "part": part,
            "people": [max(int(number), _FEW).bit_length() for number in people],
            "rows": place.groupby(place).transform("size"),
        }
    )
    order = ["part", "people", "rows"]
    ranks = ranks[ranks["part"] < 3].sort_values(order, ascending=[True, False, False])
    ranks = ranks.drop_duplicates("place")
    shown = frame.loc[ranks.index]
    describe = describer(boundaries)
    found = [
        "" if pd.isna(code) else describe(code, int(level))
        for code, level in zip(shown["pcode"], shown["level"], strict=True)
    ]
    rivals = [
        "" if pd.isna(codes) else "\n".join(describe(code, None) for code in codes.split("|"))
        for codes in shown["candidates"]
    ]
    decided = ranks["part"].eq(2)
    columns = {
        "rows": ranks["rows"],
        "row": [table.rows[label] for label in shown.index],
        **{heading: table.frame.loc[shown.index, heading] for heading in headings},
        **{heading: shown[heading] for heading in ("status", "score", "reason")},
        "found": found,
        "candidates": rivals,
        COLUMN: [
            (unit or NOTHING) if done else "" for unit, done in zip(found, decided, strict=True)
        ],
    }
    return pd.DataFrame(columns, index=shown.index).reset_index(drop=True)
