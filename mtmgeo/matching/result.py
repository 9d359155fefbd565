"""The result of matching: a status, codes, a score and a reason for each row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd

from mtmgeo.boundaries.boundary_set import BoundarySet
from mtmgeo.core.frozen import frozen, frozen_property
from mtmgeo.matching.linkage.evidence import AMBIGUOUS, MATCHED, PARTIAL, UNMATCHED
from mtmgeo.matching.review import review
from mtmgeo.matching.rows.given import CODES, RESULT_COLUMNS, given_columns
from mtmgeo.tables.table import Table

__all__ = ["CODES", "RESULT_COLUMNS", "STATUSES", "MatchResult"]

#: What a row can come to, best first.
STATUSES: Final = (MATCHED, PARTIAL, AMBIGUOUS, UNMATCHED)


@frozen
@dataclass(frozen=True)
class MatchResult:
    """What became of every row of a table.

    A result never changes: `frame` is a copy of your own, and so is `locations`.

    Attributes
    ----------
    table
        The table as it was matched: the columns that were taken for names, and the new headings.
    boundaries
        The units it was matched to.
    frame
        The input columns unchanged (one that is called like one of the following, such as
        ``status``, is now ``status (given)``), then ``pcode`` (deepest unit that is certain),
        ``level`` (its level, Int64), ``adm1_pcode``, ``adm2_pcode``, ``adm3_pcode``,
        ``settlement_code``, ``status`` (``matched``: the deepest name given was found;
        ``partial``: only a unit above it; ``ambiguous``: several units fit, or what is given
        contradicts itself; ``unmatched``: nothing fits), ``score`` (0 to 1, probability that
        ``pcode`` is right), ``method``, ``reason`` (in words) and ``candidates`` (p-codes of the
        rivals or near misses, best first, joined by ``|``). Missing values are NA.
    """

    table: Table
    boundaries: BoundarySet
    frame: pd.DataFrame

    @frozen_property
    def locations(self) -> pd.DataFrame:
        """The rows of `frame` without repetition: the first of each combination of names.

        Rows of the same names that have other p-codes are others.
        """
        return self.frame.drop_duplicates(subset=self.given)

    @property
    def given(self) -> list[str]:
        """Headings of the columns in which rows say where they are: names, then p-codes."""
        return given_columns(self.table)

    def heading(self, column: str) -> str:
        """Return the heading that a column of the input has in `frame`."""
        kept = f"{column} (given)"
        return kept if column in RESULT_COLUMNS and kept in self.frame else column

    def counts(self) -> dict[str, int]:
        """Return the number of locations of each status."""
        found = self.locations["status"].value_counts()
        return {status: int(found.get(status, 0)) for status in STATUSES}

    def summary(self) -> str:
        """Return the number of locations of each status in words."""
        return ", ".join(f"{number} {status}" for status, number in self.counts().items())

    def review(self) -> pd.DataFrame:
        """Return the names that a person has to decide, with their rivals, best gain first.

        Returns
        -------
        review
            As `mtmgeo.review.review` describes it: names that are open or were matched with a score
            below 0.97, and a column ``decision`` to be filled in; `match` takes it as `decisions`.
        """
        return review(self.frame, self.table, self.boundaries)
