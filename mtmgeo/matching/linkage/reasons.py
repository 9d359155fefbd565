"""Say in words what was done with the names of a row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Final

from mtmgeo.matching.linkage.decide import BY_CODE, BY_NOTHING, BY_PARENT, BY_POINT, Outcome
from mtmgeo.matching.linkage.evidence import (
    ALIAS,
    AMBIGUOUS,
    ASIDE,
    FORM,
    LEARNT,
    MATCHED,
    PARTIAL,
    SHORT,
    UNMATCHED,
)
from mtmgeo.matching.linkage.hashing import Ints
from mtmgeo.matching.linkage.weigh import deepest

_COLUMNS: Final = ("admin 1", "admin 2", "admin 3", "location")
_READ: Final = {
    ALIAS: "is another name of",
    FORM: "is another form of",
    SHORT: "is short for",
    ASIDE: "has in brackets",
    LEARNT: "is taken, from its other places, for",
}
_METHODS: Final = {
    ALIAS: "alias",
    FORM: "word form",
    SHORT: "short form",
    ASIDE: "alias",
    LEARNT: "learnt",
    BY_PARENT: "parent",
    BY_POINT: "point",
    BY_NOTHING: "none",
    BY_CODE: "code",
}
_LONGEST: Final = 60
_LISTED: Final = 8  # rivals that a reason names; the candidates hold them all


def methods(outcome: Outcome) -> list[str]:
    """Return how each row was answered, in a word."""
    found = [
        "similar" if how >= 0 and edits else _METHODS.get(how, "exact")
        for how, edits in zip(outcome.how.tolist(), outcome.edits.tolist(), strict=True)
    ]
    for at, aside in outcome.asides.items():
        if aside == "point":
            found[at] = "point"
    return found


def reasons(
    outcome: Outcome,
    rows: Ints,
    texts: Sequence[str],
    describe: Callable[[int], str],
    problems: Sequence[str] | None = None,
    *,
    given: Ints | None = None,
    labels: Sequence[tuple[str, str]] = (),
) -> list[str]:
    """Return what was done with each row, in words.

    Parameters
    ----------
    outcome
        What the rows came to.
    rows
        Positions of their names in `texts`; -1 where blank.
    texts
        The names as typed.
    describe
        Names a unit, given by its position.
    problems
        What is wrong with the coordinates of each row; ``""`` if nothing.
    given
        Positions of the names as given, where the rows that were decided on differ from them.
    labels
        How what stands after the names in rows, codes, is said; and the verb that goes with it.
    """
    return _Words(outcome, rows, texts, describe, problems, given, labels).all()


class _Words:
    def __init__(
        self,
        outcome: Outcome,
        rows: Ints,
        texts: Sequence[str],
        describe: Callable[[int], str],
        problems: Sequence[str] | None,
        given: Ints | None,
        labels: Sequence[tuple[str, str]],
    ) -> None:
        self._outcome = outcome
        self._rows = rows.tolist()
        self._given = self._rows if given is None else given.tolist()
        self._labels = labels
        self._target = deepest(rows).tolist()
        self._texts = texts
        self._name = cache(describe)
        self._problems = problems

    def all(self) -> list[str]:
        outcome = self._outcome
        found = []
        columns = zip(
            outcome.status, outcome.unit.tolist(), outcome.how.tolist(), outcome.name.tolist(),
            outcome.edits.tolist(), (outcome.wrong | outcome.unheard).tolist(),
            outcome.move.tolist(), strict=True,
        )  # fmt: skip
        for at, (status, unit, how, name, edits, doubts, move) in enumerate(columns):
            if status == MATCHED:
                text = f"{self._quoted(name)} {self._verb(name, how, edits)} {self._name(unit)}"
                if doubts or move >= 0 or at in outcome.rivals or at in outcome.asides:
                    text += self._besides(at)
            else:
                text = self._open(at)
            if self._problems and self._problems[at]:
                text += f"; its point: {self._problems[at]}"
            found.append(text)
        return found

    def _quoted(self, name: int) -> str:
        if name >= len(self._texts):
            return self._labels[name - len(self._texts)][0]
        text = self._texts[name]
        return repr(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")

    def _verb(self, name: int, how: int = 0, edits: int = 0) -> str:
        if name >= len(self._texts):
            return self._labels[name - len(self._texts)][1]
        if edits:
            return f"with {edits} letter{'s' * (edits > 1)} changed reads as"
        return _READ.get(how, "is")

    def _units(self, units: Sequence[int]) -> str:
        listed = "; ".join(self._name(unit) for unit in units[:_LISTED])
        more = len(units) - _LISTED
        return f"{listed}; and {more} more" if more > 0 else listed

    def _besides(self, at: int) -> str:
        outcome = self._outcome
        said: list[str] = []
        if outcome.move[at] >= 0:
            said.append("names stand in each other's columns")
        said += self._objections(at)
        if outcome.asides.get(at) == "point":
            said.append("the point decides")
        if outcome.rivals.get(at):
            said.append(f"not {self._units(outcome.rivals[at])}")
        return _added(said)

    def _objections(self, at: int) -> list[str]:
        """Return which names above the deepest do not agree with what was found."""
        outcome, row = self._outcome, self._given[at]
        said: list[str] = []
        for column in (3, 2, 1, 0):
            bit = 1 << column
            if row[column] < 0 or outcome.move[at] >= 0:
                continue
            if outcome.wrong[at] & bit:
                said.append(f"although {_COLUMNS[column]} is given as {self._quoted(row[column])}")
            elif outcome.unheard[at] & bit:
                said.append(f"{_COLUMNS[column]} {self._quoted(row[column])} is not a name known")
        return said

    def _open(self, at: int) -> str:
        outcome, row, target = self._outcome, self._rows[at], self._target[at]
        status, unit = outcome.status[at], int(outcome.unit[at])
        if at in outcome.clashes:
            return ", but ".join(self._read(*each) for each in outcome.clashes[at])
        if outcome.asides.get(at) == "conflict":
            return self._conflict(at)
        if status == AMBIGUOUS and outcome.how[at] != BY_PARENT:
            where = f" in {self._name(unit)}" if unit >= 0 else ""
            fits = self._read(int(outcome.name[at]), outcome.rivals[at], where)
            return fits + _added(self._objections(at))
        if target < 0:
            if outcome.how[at] == BY_POINT:
                return f"no name is given; the point lies in {self._name(unit)}"
            return "no name is given"
        known = "a name known" if row[target] < len(self._texts) else "known"
        missing = f"{self._quoted(row[target])} is not {known}"
        if outcome.how[at] == BY_POINT:
            return f"{missing}; the point lies in {self._name(unit)}"
        if status == UNMATCHED:
            return f"{missing} in the boundaries{self._near(at)}"
        if status == PARTIAL:
            by = int(outcome.name[at])
            read = f"{self._quoted(by)} {self._verb(by, 0, int(outcome.edits[at]))} it"
            said = f"{missing} in {self._name(unit)}{self._near(at)}; {read}"
            if outcome.how[at] == BY_CODE:
                said += _added(self._objections(at))
            if outcome.asides.get(at) == "left":
                left = self._name(outcome.rivals[at][0])
                said += f"; the only unit of it that no row names is {left}"
            return said
        units = outcome.rivals.get(at, ())
        name = self._quoted(int(outcome.name[at]))
        return f"{missing}, and {name} fits several units: {self._units(units)}"

    def _read(self, name: int, units: Sequence[int], where: str = "") -> str:
        if len(units) == 1:
            return f"{self._quoted(name)} {self._verb(name)} {self._name(units[0])}"
        return f"{self._quoted(name)} fits {len(units)} units{where}: {self._units(units)}"

    def _near(self, at: int) -> str:
        units = self._outcome.rivals.get(at)
        return f" (perhaps {self._units(units)}, but not surely)" if units else ""

    def _conflict(self, at: int) -> str:
        outcome = self._outcome
        named, *held = outcome.rivals[at]
        where = f"lies in {self._name(held[0])}" if held else "lies far from it"
        return (
            f"{self._quoted(int(outcome.name[at]))} is {self._name(named)}, but the point {where}"
        )


def _added(parts: Sequence[str]) -> str:
    return "".join(f"; {part}" for part in parts)
