"""An attacker, who knows all that is published and wants to know what is not."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import coo_array

from mtmgeo.figures.assess import Assessment


class Left(NamedTuple):
    """What the attacker finds possible for a suppressed count."""

    least: float
    most: float
    alone: bool  # whether the sum that it is a part of is shown

    @property
    def many(self) -> float:
        return self.most - self.least + 1


def numbers(text: str) -> list[int]:
    """Return row numbers out of ranges: '2-4 9'."""
    ends = [part.partition("-")[::2] for part in text.split()]
    return [row for first, last in ends for row in range(int(first), int(last or first) + 1)]


class Attacker:
    """Everything published, as equations and limits over what is not known: the counts of rows.

    The attacker knows which rows each figure adds up, that no suppressed figure is 0, and that a
    household has a member. All categories of a suppressed count are suppressed, so that they may
    be 0.
    """

    def __init__(self, result: Assessment) -> None:
        self.unknown: dict[tuple[object, ...], int] = {}
        self.equal: list[tuple[dict[int, float], float]] = []
        self.most: list[tuple[dict[int, float], float]] = []
        self.hidden: dict[tuple[object, ...], tuple[dict[int, float], bool]] = {}
        trace = result.provenance.set_index(["of", "level", "pcode"])["rows"]
        self.rows = {key: numbers(text) for key, text in trace.items()}
        self.years = [*map(int, result.years)] or [0]
        self._learn_figures(result)
        self._learn_breakdowns(result)

    def _when(self, year: object) -> list[int]:
        return self.years if pd.isna(year) else [int(year)]

    def _sum(self, cells: Iterable[tuple[object, ...]], sign: float = 1.0) -> dict[int, float]:
        return {self.unknown.setdefault(cell, len(self.unknown)): sign for cell in cells}

    def _learn(self, key, cells, shown, least, alone=True) -> None:
        if pd.isna(shown):
            self.hidden[key] = self._sum(cells), alone
            self.most.append((self._sum(cells, -1.0), -least))
        else:
            self.equal.append((self._sum(cells), float(shown)))

    def _learn_figures(self, result: Assessment) -> None:
        # Where some rows count no households, a blank may be one of these.
        counts = result.match.table.observations()
        blanks = "households" in counts and bool(counts["households"].isna().any())
        for of, table in (("unit", result.figures), ("place", result.places)):
            for figure in table.to_dict("records"):
                unit = (of, figure["level"], figure["pcode"])
                where = [(row, y) for row in self.rows[unit] for y in self._when(figure["year"])]
                for what in {"individuals", "households"} & figure.keys():
                    if figure["suppressed"] or not pd.isna(figure[what]):
                        key = (what, figure["group"], *unit, self._year(figure["year"]))
                        cells = [(what, figure["group"], *cell) for cell in where]
                        least = float(what == "individuals" or not blanks)
                        self._learn(key, cells, figure[what], least)
        for cell in [key[1:] for key in self.unknown if key[0] == "households"]:
            homes = self._sum([("households", *cell)])
            self.most.append((homes | self._sum([("individuals", *cell)], -1.0), 0.0))

    def _year(self, year: object) -> int | None:
        return None if pd.isna(year) else int(year)

    def _learn_breakdowns(self, result: Assessment) -> None:
        table = result.breakdowns.assign(when=result.breakdowns["year"].fillna(0))
        keys = ["level", "pcode", "group", "when", "dimension"]
        shown = {
            (f["level"], f["pcode"], f["group"], self._year(f["year"])): not f["suppressed"]
            for f in result.figures.to_dict("records")
        }
        for (level, pcode, group, _, dimension), part in table.groupby(keys):
            year = self._year(part["year"].iloc[0])
            alone = shown[level, pcode, group, year]
            least = float(alone and not part["suppressed"].all())
            where = [
                (row, y)
                for row in self.rows["unit", level, pcode]
                for y in self._when(year or pd.NA)
            ]
            for row in part.to_dict("records"):
                key = (dimension, group, row["category"], level, pcode, year)
                cells = [(dimension, group, row["category"], *cell) for cell in where]
                self._learn(key, cells, row["individuals"], least, alone)
        for group in result.groups:
            for dimension, part in table[table["group"] == group].groupby("dimension"):
                for cell in [key[2:] for key in self.unknown if key[:2] == ("individuals", group)]:
                    parts = [(dimension, group, c, *cell) for c in part["category"].unique()]
                    whole = self._sum([("individuals", group, *cell)], -1.0)
                    self.equal.append((self._sum(parts) | whole, 0.0))

    def learn_category(self, dimension: str, group: str, row: int, category: str) -> None:
        """Learn that a row counts nobody of other categories."""
        for cell in [*self.unknown]:
            if cell[:2] == (dimension, group) and cell[3] == row and cell[2] != category:
                self.equal.append((self._sum([cell]), 0.0))

    def left(self) -> Mapping[tuple[object, ...], Left]:
        """Return the least and the most that each suppressed count can be."""
        limits = {
            "A_eq": self._matrix(self.equal), "b_eq": [number for _, number in self.equal],
            "A_ub": self._matrix(self.most), "b_ub": [number for _, number in self.most],
        }  # fmt: skip
        limits = {name: limit for name, limit in limits.items() if np.size(limit) or name == "x"}
        found = {}
        for key, (cells, alone) in self.hidden.items():
            aim = self._row(cells)
            least, most = linprog(aim, **limits), linprog(-aim, **limits)
            assert least.status == 0
            found[key] = Left(least.fun, np.inf if most.status == 3 else -most.fun, alone)
        return found

    def _row(self, cells: Mapping[int, float]) -> npt.NDArray[np.float64]:
        row = np.zeros(len(self.unknown))
        row[list(cells)] = list(cells.values())
        return row

    def _matrix(self, known: list[tuple[dict[int, float], float]]):
        if not known:
            return np.zeros((0, 0))
        at = [(i, j, value) for i, (cells, _) in enumerate(known) for j, value in cells.items()]
        rows, columns, values = zip(*at, strict=True)
        return coo_array((values, (rows, columns)), (len(known), len(self.unknown))).tocsr()
