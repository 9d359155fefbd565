"""The headings of a grid: which row they stand in, in how many lines, and what is below them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from mtmgeo.tables.columns.cells import Distinct, counts
from mtmgeo.tables.columns.faults import Faults, Row, show
from mtmgeo.tables.columns.grid import HEAD, Grid, Objects, blank
from mtmgeo.tables.columns.roles import CellError, Said, is_tags, measure, role, score
from mtmgeo.tables.columns.words import words

_LONGEST: Final = 200  # signs of a heading
#: The number of a question before its name: ``q1_province``, ``A.2 District``.
_NUMBERED: Final = re.compile(
    r"^(?:q|[a-z]?[0-9._]*[0-9])[0-9]*(?:[._)-][0-9]+)*[._) -]+", re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Column:
    """A column below its heading.

    Attributes
    ----------
    name
        Its heading, told apart from others of the same words.
    heading
        As written, with the group above it.
    tag
        The HXL hashtag below it; empty where there is none.
    cells
        Below the headings.
    at
        Its position in the grid.
    says
        What a form calls it and asks by it, beside its heading.
    known
        Its role where a form or the tool that exports its answers tells it; ``""`` where not.
    """

    name: str
    heading: str
    tag: str
    cells: Objects
    at: int
    says: tuple[str, ...] = ()
    known: str = ""

    @property
    def role(self) -> str | None:
        """What it is, as a form calls it or asks by it, or else as its heading says."""
        if self.known:
            return self.known
        asked = [text for each in self.says for text in (each, _NUMBERED.sub("", each))]
        said = (*map(role, asked), role(self.heading, self.tag))
        return next(filter(None, said), None)

    def counts(self) -> Said | None:
        """Return what it says that it counts, in the words that say it best.

        Raises
        ------
        CellError
            If it names a population, and numbers that are no years.
        """
        found = [measure(self.heading, self.tag), *map(measure, self.says)]
        told = [each for each in found if each is not None]
        return next((each for each in told if each.sure), told[0] if told else None)

    @cached_property
    def distinct(self) -> Distinct:
        """Its values, each once."""
        return Distinct(self.cells)

    @cached_property
    def tally(self) -> pd.Series:
        """Its counts (Int64), missing where a cell holds none."""
        return pd.Series(counts(self.distinct, None, (), self.name))


@dataclass(frozen=True, kw_only=True, eq=False)
class Headed:
    """A table below its headings.

    Attributes
    ----------
    columns
        From left to right; those without a heading are left out.
    unnamed
        Positions of the columns that have cells and no heading.
    rows
        The number of each row, as a spreadsheet shows it.
    top
        The number of the row of headings.
    notes
        Lines above that begin with ``#``.
    titles
        Other lines above.
    """

    columns: tuple[Column, ...]
    unnamed: tuple[int, ...]
    rows: tuple[int, ...]
    top: int
    notes: tuple[str, ...]
    titles: tuple[str, ...]

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        """The columns by their names."""
        return {column.name: column for column in self.columns}

    @cached_property
    def numbers(self) -> npt.NDArray[Any]:
        """The numbers of the rows, as an array."""
        joined = any(isinstance(row, Row) for row in self.rows)  # which say their sheet
        return np.array(self.rows, dtype=object if joined else np.int64)


def find_headings(
    grid: Grid, named: Mapping[str, str], faults: Faults, *, top: int | None = None
) -> Headed:
    """Find the headings of a grid, and part it from what stands above them.

    Parameters
    ----------
    grid
        All cells.
    named
        Headings that were named, by role.
    faults
        Learns what is wrong, and what was read otherwise than it looks.
    top
        Position of the row of headings, where it is known.
    """
    if not len(grid):
        faults.stop("there is no data", "check that the table was saved in full")
    head = [grid.row(at) for at in range(min(HEAD, len(grid)))]
    if top is None:
        top, tagged = _find_top(head, named)
    else:
        tagged = any(is_tags(row) for row in head[top : top + 2])
    lines = [_texts(head[top])]
    first = top + 1
    tags: list[str] = []
    if not tagged and (above := _group_line(grid, head, top)) is not None:
        lines.insert(0, above)
    if not tagged and (below := _second_line(grid, head, top)) is not None:
        lines = [*lines[:-1], _forward(grid, top, lines[-1], below), below]
        first += 1
    if first < len(head) and is_tags(head[first]):
        tags = _texts(head[first])
        first += 1
    if first >= len(grid):
        faults.stop("there are headings but no rows below them", "add the locations")
    used_above = len(lines) > 1 and lines[0] is not lines[-1] and first - top <= 2
    above_rows = range(top - 1 if used_above and _has_group(grid, head, top) else top)
    notes: list[str] = []
    titles: list[str] = []
    for at in above_rows:
        said = ", ".join(str(cell) for cell in head[at] if not blank(cell))
        (notes if _is_note(head[at]) else titles).append(said)
    if titles:
        count = len(titles)
        what = "the line above them was" if count == 1 else f"the {count} lines above them were"
        faults.remark(
            f"the headings stand in row {grid.rows[top]}; {what} taken for a title "
            f"({show(titles[0])})"
        )
    return _headed(grid, lines, tags, top, first, notes, titles, faults)


def _headed(
    grid: Grid,
    lines: Sequence[Sequence[str]],
    tags: Sequence[str],
    top: int,
    first: int,
    notes: Sequence[str],
    titles: Sequence[str],
    faults: Faults,
) -> Headed:
    seen: dict[str, int] = {}
    columns, unnamed, twice = [], [], []
    for at, cells in enumerate(grid.columns):
        parts = list(dict.fromkeys(filter(None, (line[at] for line in lines))))
        heading = parts[-1] if len(parts) == 1 else _joined(lines, at)
        below = cells[first:]
        if not heading:
            if any(not blank(cell) for cell in below):
                unnamed.append(at)
            continue
        seen[heading] = seen.get(heading, 0) + 1
        number = seen[heading]
        name = heading if number == 1 else f"{heading} ({number})"
        if number == 2:
            twice.append(heading)
        tag = tags[at].strip() if at < len(tags) else ""
        columns.append(Column(name=name, heading=heading, tag=tag, cells=below, at=at))
    if twice:
        said = ", ".join(show(heading) for heading in twice[:5]) + (" ..." if twice[5:] else "")
        faults.remark(
            f"several columns are headed {said}; the later ones are called "
            f"{show(f'{twice[0]} (2)')} and so on"
        )
    return Headed(
        columns=tuple(columns),
        unnamed=tuple(unnamed),
        rows=tuple(grid.rows[first:].tolist()),
        top=int(grid.rows[top]),
        notes=tuple(notes),
        titles=tuple(titles),
    )


def _joined(lines: Sequence[Sequence[str]], at: int) -> str:
    parts = [line[at] for line in lines if line[at]]
    return " / ".join(dict.fromkeys(parts))


def _texts(row: Sequence[object]) -> list[str]:
    return ["" if blank(cell) else _text(cell) for cell in row]


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.date):
        return f"{cell:%Y-%m-%d}"
    return str(cell)


def _is_note(row: Sequence[object]) -> bool:
    return bool(row) and isinstance(row[0], str) and row[0].startswith("#")


def _find_top(head: Sequence[Sequence[object]], named: Mapping[str, str]) -> tuple[int, bool]:
    """Return the position of the headings, and whether hashtags below say so.

    What stands directly above HXL hashtags are the headings, in whatever language.
    """
    for at, row in enumerate(head):
        if is_tags(row):
            above = at - 1
            if above >= 0 and not _is_note(head[above]):
                return above, True
            return at, True
    scores = [0 if _only_note(row) else score(row, named) for row in head]
    best = max(scores, default=0)
    if best:
        return scores.index(best), False
    filled = [sum(not blank(cell) for cell in row) for row in head]
    plain = [at for at, row in enumerate(head) if not _only_note(row)]
    return max(plain or [0], key=lambda at: (min(filled[at], 2), -at)), False


def _only_note(row: Sequence[object]) -> bool:
    """Return whether a row is a comment: one that begins with ``#`` and is no heading."""
    return _is_note(row) and (
        str(row[0]).strip() != "#" or sum(not blank(cell) for cell in row) < 2
    )


def _span(grid: Grid, row: int, at: int) -> tuple[int, int] | None:
    """Return the columns that a merged cell covers, if one begins or lies at a place."""
    for top, bottom, left, right in grid.merged:
        if top <= row <= bottom and left <= at <= right:
            return left, right
    return None


def _has_group(grid: Grid, head: Sequence[Sequence[object]], top: int) -> bool:
    return _group_line(grid, head, top) is not None


def _group_line(grid: Grid, head: Sequence[Sequence[object]], top: int) -> list[str] | None:
    """Return the line of groups above the headings, spread over what each is of, or None.

    It is one where cells of the headings are blank or say the same twice, or count nobody in
    particular, and the cells above say more of them.
    """
    if top == 0 or grid.rows[top] - grid.rows[top - 1] != 1 or _is_note(head[top - 1]):
        return None
    upper, own = _texts(head[top - 1]), _texts(head[top])
    filled = [at for at, text in enumerate(upper) if text]
    if not filled or any(len(upper[at]) > _LONGEST for at in filled):
        return None
    if len(filled) == 1 and filled[0] == 0 and not _span(grid, int(grid.rows[top - 1]), 0):
        return None
    spread = _spread(grid, top - 1, upper, own)
    helps = 0
    for at, (group, text) in enumerate(zip(spread, own, strict=True)):
        if not group:
            continue
        if not text:
            helps += upper[at] != ""
        elif (own.count(text) > 1 and role(text) is None) or _says_more(group, text):
            helps += 1
    if not helps:
        return None
    known = [role(text) is not None and own.count(text) == 1 for text in own]
    return [
        group if not text or not is_known else ""
        for group, text, is_known in zip(spread, own, known, strict=True)
    ]


def _says_more(group: str, text: str) -> bool:
    """Return whether a count under a group is of a population that it does not say itself."""
    try:
        alone, both = measure(text), measure(f"{group} / {text}")
    except CellError:
        return False
    return bool(
        both
        and both.sure
        and (alone is None or not alone.sure or alone.measure.kind != both.measure.kind)
        and (alone is not None or role(text) is None)
    )


def _spread(grid: Grid, at_row: int, upper: Sequence[str], own: Sequence[str]) -> list[str]:
    number = int(grid.rows[at_row])
    spread: list[str] = []
    current, until = "", -1
    for at, text in enumerate(upper):
        if text:
            current = text
            span = _span(grid, number, at)
            until = span[1] if span else (at if grid.merged else len(upper))
        elif at > until or (not grid.merged and own[at] and role(own[at]) is not None):
            current = ""
        spread.append(current)
    return spread


def _second_line(grid: Grid, head: Sequence[Sequence[object]], top: int) -> list[str] | None:
    """Return the line below the headings that parts them into units, sexes or years, or None."""
    at = top + 1
    if at >= len(head) or grid.rows[at] - grid.rows[top] != 1 or is_tags(head[at]):
        return None
    above, below = _texts(head[top]), _texts(head[at])
    filled = [to for to, text in enumerate(below) if text]
    if not filled or any(_is_number(cell) for cell in head[at]):
        return None
    if any(role(above[to]) is not None and below[to] for to in range(len(above))):
        return None
    groups = _forward(grid, top, above, below)
    helps = 0
    for to in filled:
        try:
            both = measure(f"{groups[to]} / {below[to]}") if groups[to] else measure(below[to])
        except CellError:
            return None
        helps += both is not None and both.sure
    return below if 2 * helps >= len(filled) else None


def _forward(grid: Grid, top: int, above: Sequence[str], below: Sequence[str]) -> list[str]:
    """Return the headings with each group spread over the columns that the line below parts."""
    spread, current = [], ""
    number = int(grid.rows[top])
    until = -1
    for at, text in enumerate(above):
        if text:
            current = text
            span = _span(grid, number, at)
            until = span[1] if span else len(above)
            if role(text) is not None:
                until = at
        spread.append(text or (current if below[at] and at <= until else ""))
    return spread


def _is_number(cell: object) -> bool:
    if isinstance(cell, bool) or not isinstance(cell, int | float | np.number | str) or blank(cell):
        return False
    said = words(str(cell))
    if isinstance(cell, str) and not all(word.isdecimal() for word in said):
        return False
    year = _text(cell)
    return not (len(year) == 4 and year.startswith(("19", "20")))
