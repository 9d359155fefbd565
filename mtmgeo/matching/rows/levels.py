"""The level that each column of names is of: headings propose, the boundary set decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Final, TypeAlias

import numpy as np
import pandas as pd

from mtmgeo.boundaries.boundary_set import BoundarySet
from mtmgeo.core.errors import InputError
from mtmgeo.matching.linkage.candidates import lookup_of
from mtmgeo.matching.linkage.evidence import ALIAS, Bools, Floats
from mtmgeo.matching.linkage.hashing import Ints
from mtmgeo.matching.linkage.weigh import LOCATION, Scales, fits
from mtmgeo.matching.rows.column_pairs import are_one, is_everywhere, pairs_of, sampled, sound_alike
from mtmgeo.matching.rows.countries import abroad
from mtmgeo.matching.rows.given import remarked
from mtmgeo.matching.rows.pcodes import read_codes, share_of_codes
from mtmgeo.names.fold import folds, is_blank
from mtmgeo.tables.columns.faults import show, show_all
from mtmgeo.tables.table import Table

#: The roles of columns of names, in the order of their levels.
ROLES: Final = ("adm1", "adm2", "adm3", "location")

#: A column and the position of its role, for the columns that have one.
_Reading: TypeAlias = dict[str, int]

_WORDS: Final = ("admin 1", "admin 2", "admin 3", "location")
_SAMPLE: Final = 300  # distinct names of a column that are looked up, and rows that are compared
_FEWEST: Final = 5  # names that tell a column's level against its heading, or beside codes
_FOUND: Final = 0.5  # share of a column's names at a level, from which on it may be of that level
_NEARLY: Final = 0.8  # of the most that are found at any level, so that it may be of another
_SIMILAR: Final = 0.8  # what a name that is only like one of a level counts
_ALIKE: Final = 0.2  # difference of such shares that decides nothing
_SAME: Final = 0.9  # share of rows in which two columns name the same units
_CODES: Final = 0.8  # share of p-codes that makes a column of names one of p-codes

# What speaks for a reading beside the names that are found: that a heading proposes the level, most
# of all that of locations, which may be at any; that a column is used at all; and the order.
_PROPOSED: Final = (0.1, 0.1, 0.1, 0.25)
_USED: Final = 0.04
_STEP: Final = 0.01
_OUT_OF_ORDER: Final = 0.4


def settle(table: Table, boundaries: BoundarySet) -> Table:
    """Return a table whose columns of names are those of the levels that hold their names.

    Names of each column are looked up in the set, just as they are and by its index of like names,
    and beside p-codes, among the units of these. Of all readings the one is taken that finds most;
    the heading's proposal and the order of columns decide where two find as many.

    Parameters
    ----------
    table
        Columns of names with the roles that their headings propose, in `places`. A column that
        has a role and is not among these was named by the user, and stays.
    boundaries
        The units.

    Returns
    -------
    table
        With ``adm1``, ``adm2``, ``adm3``, ``location`` and the roles in ``places`` as read, and a
        remark on each column that was taken for another level than its heading proposes, or is not
        used. Columns that name the same units are spellings of each other; a column of p-codes
        under a heading of names is among ``codes``.

    Raises
    ------
    InputError
        If two columns of one heading's role name different units of its level.
    """
    table = _without_codes(table, boundaries)
    if not table.places:
        return table
    columns = _Columns(table, boundaries)
    reading = columns.best()
    if rivals := columns.rivals(reading):
        raise InputError([_question(table, role, pair) for role, pair in rivals])
    return _settled(table, columns, reading)


def _question(table: Table, role: str, pair: Sequence[str]) -> str:
    return (
        f"{table.source}: columns {show_all(pair)} could each be the {role} column; choose one "
        f"with --column {role}=HEADING, or columns={{'{role}': ...}} in Python."
    )


def _without_codes(table: Table, boundaries: BoundarySet) -> Table:
    """Return a table in which columns of p-codes under headings of names are known as such."""
    codes = {
        heading: role
        for heading, role in table.places.items()
        if share_of_codes(table.frame[heading], boundaries) >= _CODES
    }
    if not codes:
        return table
    table = remarked(
        table, (f"column {show(each)} holds p-codes, and is taken for such" for each in codes)
    )
    kept = {
        role: None if heading in codes else heading
        for role, heading in zip(ROLES, table.name_columns, strict=True)
    }
    return replace(
        table,
        **kept,  # type: ignore[arg-type]
        places={each: role for each, role in table.places.items() if each not in codes},
        codes={**table.codes, **codes},
    )


def _settled(table: Table, columns: _Columns, reading: _Reading) -> Table:
    before = dict(zip(ROLES, table.name_columns, strict=True))
    named = {role: each for role, each in before.items() if each and each not in table.places}
    found = {ROLES[at]: heading for heading, at in reading.items()} | named
    if "location" not in found and "adm3" in found:
        found["location"] = found.pop("adm3")
    remarks = [
        f"column {show(heading)} is taken for {_WORDS[at]}: {columns.why(heading, at)}"
        for heading, at in reading.items()
        if not {table.places[heading], *_roles_of(heading, before)}
        & {ROLES[at], *_roles_of(heading, found)}
    ]
    remarks += [
        f"column {show(each)} is not used: {columns.why_not(each)}"
        for each in table.places
        if each not in reading and each not in columns.spelt
    ]
    spellings = {
        each: (*table.spellings.get(each, ()), *columns.spellings.get(each, ()))
        for each in dict.fromkeys([*table.spellings, *columns.spellings])
    }
    return replace(
        remarked(table, remarks),
        **{role: found.get(role) for role in ROLES},  # type: ignore[arg-type]
        places={each: ROLES[reading[each]] if each in reading else role
                for each, role in table.places.items()},
        spellings=spellings,
    )  # fmt: skip


def _roles_of(heading: str, columns: Mapping[str, str | None]) -> list[str]:
    return [role for role, each in columns.items() if each == heading]


class _Columns:
    """The columns of names of a table, with what the set says of each.

    Parameters
    ----------
    table
        Its `places` are the columns.
    boundaries
        The units.
    """

    def __init__(self, table: Table, boundaries: BoundarySet) -> None:
        self._table = table
        self._lookup = lookup_of(boundaries)
        self._proposed = {each: ROLES.index(role) for each, role in table.places.items()}
        named = zip(ROLES, table.name_columns, strict=True)
        self._taken = {
            ROLES.index(role) for role, each in named if each and each not in table.places
        }
        _, countries = abroad(table, boundaries)
        self._frame = table.frame[(countries == "").to_numpy()]
        self._found = {each: self._shares(each) for each in table.places}
        self._coded = self._beside_codes(boundaries)
        self._sure = [each for each in table.places if self._found[each].max() >= _FOUND]
        self.spellings = self._spellings()
        self.spelt = {each for others in self.spellings.values() for each in others}
        self._words = {each for each in table.places if self._is_no_place(each)}
        self._columns = [
            each
            for each in table.places
            if each not in self.spelt
            and each not in self._words
            # Of columns of which nothing is known, the first is the location.
            and (each in self._sure or self._proposed[each] < LOCATION
                 or each in table.name_columns)
        ]  # fmt: skip

    def _is_no_place(self, heading: str) -> bool:
        """Tell whether words stand beside so many places of a level that they name none in them."""
        levels = {self._likeliest(each): each for each in self._sure if each != heading}
        deepest = max(levels, default=LOCATION)
        return (
            heading not in self._sure
            and self._proposed[heading] > deepest
            and is_everywhere(self._frame, heading, levels[deepest])
        )

    def why_not(self, heading: str) -> str:
        """Return in words why a column is of no level."""
        if heading in self._words:
            return "its words stand beside many places, and name none"
        return "no level is left for it"

    def why(self, heading: str, at: int) -> str:
        """Return in words what says that a column is of a level."""
        if self._found[heading][at] >= _FOUND:
            return "its names are found there"
        return "by its place among the columns, for its names are not known"

    def _distinct(self, heading: str) -> list[str]:
        """Return some of the names of a column, each once."""
        names = [str(each) for each in self._frame[heading].unique() if not is_blank(each)]
        return names[:: max(1, len(names) // _SAMPLE)]

    def _shares(self, heading: str) -> Floats:
        """Return the share of a column's names that the set has at each level, 1 to 4."""
        spelt = [heading, *self._table.spellings.get(heading, ())]
        found = [self._share(names) for each in spelt if (names := self._distinct(each))]
        return np.max(found, axis=0) if found else np.zeros(len(ROLES))

    def _share(self, texts: Sequence[str]) -> Floats:
        lookup = self._lookup
        query = lookup.query(lookup.parse(texts))
        hits = query.near()
        scales = Scales(lookup, query, len(texts), hits)
        exact = (hits.edits == 0) & (hits.how <= ALIAS)
        shares = np.zeros(len(ROLES))
        for at in range(len(ROLES)):
            known = _SIMILAR * scales.known(at + 1, np.arange(len(texts)))
            known[hits.name[exact & (lookup.level[hits.unit] == at + 1)]] = 1.0
            shares[at] = known.mean()
        return shares

    def _beside_codes(self, boundaries: BoundarySet) -> dict[str, Floats]:
        """Return the share of each column's names that are those of the codes' units, by level."""
        table, lookup = self._table, self._lookup
        none = {each: np.zeros(len(ROLES)) for each in table.places}
        some = self._frame.iloc[:: max(1, len(self._frame) // (10 * _SAMPLE))]
        codes = read_codes(replace(table, frame=some), boundaries, lookup)
        if codes is None:
            return none
        unit = np.append(codes.unit, -1)[codes.of_row]
        return {each: self._fitting(some[each], unit) for each in table.places}

    def _fitting(self, cells: pd.Series, unit: Ints) -> Floats:
        lookup = self._lookup
        number, values = pd.factorize(cells.astype(object))
        filled = np.array([*(not is_blank(value) for value in values), False])[number]
        texts = [str(value) for value in values]
        query = lookup.query(lookup.parse(texts))
        shares = np.zeros(len(ROLES))
        for at in range(len(ROLES)):
            meant = np.where(unit >= 0, lookup.ancestor[unit, at + 1], -1)
            pairs = np.unique(np.column_stack([number, meant])[filled & (meant >= 0)], axis=0)
            if len(pairs) >= _FEWEST:
                shares[at] = fits(lookup, query, pairs[:, 0], pairs[:, 1]).mean()
        return shares

    # --- readings ---------------------------------------------------------------------------

    def best(self) -> _Reading:
        """Return the reading that finds most names; a few names do not outweigh the headings."""
        readings = list(self._readings(self._columns, self._taken))
        found = max(readings, key=self._score)
        names = sum(
            len(self._distinct(each)) * float(self._found[each][at])
            for each, at in found.items()
            if at != self._proposed[each]
        )
        as_said = {each: self._proposed[each] for each in self._columns}
        return as_said if names < _FEWEST and as_said in readings else found

    def _readings(self, headings: Sequence[str], taken: set[int]) -> Iterator[_Reading]:
        if not headings:
            yield {}
            return
        first, *others = headings
        for rest in self._readings(others, taken):
            yield rest
            for at in self._levels(first):
                if at not in taken and at not in rest.values():
                    yield {first: at, **rest}

    def _levels(self, heading: str) -> list[int]:
        """Return the levels that a column may be of."""
        found, proposed = self._found[heading], self._proposed[heading]
        if found.max() < _FOUND:
            return list(range(len(ROLES)))
        near = _NEARLY * found.max()
        return [at for at in range(len(ROLES)) if found[at] >= near or at == proposed]

    def _score(self, reading: _Reading) -> float:
        score = 0.0
        for heading, at in reading.items():
            proposed = self._proposed[heading]
            score += float(self._found[heading][at]) + float(self._coded[heading][at]) / 2
            score += _USED + (_PROPOSED[at] if at == proposed else -_STEP * abs(at - proposed))
        # A column whose names say nothing stands where its heading and its place say.
        sure = {each for each, at in reading.items() if self._found[each][at] >= _FOUND}
        depth = {
            each: (at if each in sure else self._proposed[each], self._columns.index(each))
            for each, at in reading.items()
        }
        for one, other in combinations(reading, 2):
            told = not {one, other} <= sure
            if told and (depth[one] < depth[other]) != (reading[one] < reading[other]):
                score -= _OUT_OF_ORDER
        return score

    # --- what is left over ------------------------------------------------------------------

    def rivals(self, reading: _Reading) -> list[tuple[str, list[str]]]:
        """Return the roles that several columns could have, and these columns."""
        rivals: list[tuple[str, list[str]]] = []
        holder = {at: heading for heading, at in reading.items()}
        for heading in self._columns:
            at = self._likeliest(heading)
            other = holder.get(at)
            if heading not in reading and other is not None and self._equal(heading, other, at):
                rivals.append((ROLES[at], [other, heading]))
        return rivals

    def _likeliest(self, heading: str) -> int:
        return int((self._found[heading] + self._coded[heading] / 2).argmax())

    def _spellings(self) -> dict[str, list[str]]:
        """Return columns of the same names as one before them, by that one."""
        found: dict[str, list[str]] = {}
        for place, heading in enumerate(headings := list(self._table.places)):
            for other in headings[:place]:
                if any(other in each for each in found.values()):
                    continue
                if self._spell_alike(heading, other):
                    found.setdefault(other, []).append(heading)
                    break
        return found

    def _spell_alike(self, one: str, other: str) -> bool:
        """Tell whether two columns are of the same names."""
        at = self._likeliest(one)
        if {one, other} <= {*self._sure}:
            return self._likeliest(other) == at and self._alike(one, other, at)
        told = self._proposed[one] == self._proposed[other]
        if told and are_one(self._frame, one, other):
            return True
        return sound_alike(self._frame, one, other, scripts=not told)

    def _equal(self, one: str, other: str, at: int) -> bool:
        """Tell whether neither headings nor the set say which of two columns is of a level."""
        if self._proposed[one] != self._proposed[other] or self._found[one][at] < _FOUND:
            return False
        found, coded = (
            abs(float(shares[one][at] - shares[other][at])) for shares in (self._found, self._coded)
        )
        return found < _ALIKE and coded < _FOUND

    def _alike(self, one: str, other: str, at: int) -> bool:
        """Tell whether two columns name the same units of a level in most rows.

        Where their headings do not say that they are of one level, the spellings have to differ: a
        ward may bear the name of its district.
        """
        rows = sampled(pairs_of(self._frame, one, other))
        told = self._proposed[one] == self._proposed[other]
        if len(rows) < (1 if told else _FEWEST):
            return False
        texts = list(dict.fromkeys(text for pair in rows for text in pair))
        keys = dict(zip(texts, folds(texts), strict=True))
        units = dict(zip(texts, self._units(texts, at + 1), strict=True))
        same = [keys[a] == keys[b] or units[a] == units[b] >= 0 for a, b in rows]
        equal = [a.casefold() == b.casefold() for a, b in rows]
        return bool(np.mean(same) >= _SAME and (told or 2 * np.mean(equal) < 1))

    def _units(self, texts: Sequence[str], level: int) -> list[int]:
        """Return the unit of a level that each text is likest; -1 where none is like it."""
        lookup = self._lookup
        hits = lookup.query(lookup.parse(texts)).near()
        here: Bools = lookup.level[hits.unit] == level
        found = [-1] * len(texts)
        order = np.argsort(hits.odds[here], kind="stable")
        for name, unit in zip(hits.name[here][order], hits.unit[here][order], strict=True):
            found[name] = int(unit)
        return found
