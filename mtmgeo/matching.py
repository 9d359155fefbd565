"""match(): tie the places a table names to the units of a boundary set, with reasons."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from mtmgeo.boundaries import LEVEL_NAMES, BoundarySet, read_boundaries
from mtmgeo.errors import InputError
from mtmgeo.names import Name, contradict, is_adjective, is_blank, likeness, parse
from mtmgeo.tables import Table

#: Columns that `match` adds, in this order: the contract with whoever reads the result.
RESULT_COLUMNS: Final = (
    "pcode",
    "level",
    "adm1_pcode",
    "adm2_pcode",
    "adm3_pcode",
    "settlement_code",
    "status",
    "score",
    "method",
    "reason",
    "candidates",
)

#: What a row can come to, best first.
STATUSES: Final = ("matched", "partial", "ambiguous", "unmatched")

_SPELLING = 0.76  # least likeness of a name that is not the same
_ALIAS = 0.95  # a second or former name
_STEM = 0.97  # an adjective for its noun: 'Ошская' for Ош
_ACCEPT = 0.74  # least score of an answer
_TIE = 0.04  # answers this near to the best are rivals
_NAMESAKE = 0.9  # confidence that is left where a namesake was passed over
_FIRST_ROW = 2  # the number that a table gives to the first row of a DataFrame
_SHOWN = 0.5  # answers at least this good are shown to the reviewer
_NAME_WEIGHT = 0.65  # what a name is worth when everything said of its parents is wrong
_PARENT_WEIGHTS = {2: 0.7, 1: 0.3}
_UNHEARD = 0.5  # agreement with a parent name that names nothing
_COMMON_WORD = 3  # a word in the names of so many units is a word of its own

# How far apart two kinds of place are, where the row says one and the unit is another.
_KIND_CONFLICT = 0.12
_NEAR_KINDS = ({"village", "aiyl aimak", "city"},)
_NEAR_CONFLICT = 0.05
_KIND_OF_TYPE = {
    "oblast": "oblast",
    "province": "oblast",
    "district": "district",
    "city district": "district",
    "city": "city",
    "independent city": "city",
    "town": "city",
    "aiyl aimak": "aiyl aimak",
    "village": "village",
}
_PLACE_KINDS = frozenset(_KIND_OF_TYPE.values())


@dataclass(frozen=True)
class MatchResult:
    """What became of every row of a table.

    Attributes
    ----------
    table
        The table as read.
    boundaries
        The units it was matched to.
    frame
        The input columns unchanged, then ``pcode`` (deepest unit that is certain), ``level`` (its
        level, Int64), ``adm1_pcode``, ``adm2_pcode``, ``adm3_pcode``, ``settlement_code``,
        ``status`` (``matched``: the deepest name given was found; ``partial``: only a unit above
        it; ``ambiguous``: several units fit equally; ``unmatched``: nothing fits), ``score`` (0 to
        1, confidence in ``pcode``), ``method``, ``reason`` (in words) and ``candidates`` (p-codes
        of the rivals or near misses, best first, joined by ``|``). Missing values are NA.
    """

    table: Table
    boundaries: BoundarySet
    frame: pd.DataFrame

    @cached_property
    def locations(self) -> pd.DataFrame:
        """The rows of `frame` without repetition: the first of each combination of names."""
        given = [column for column in self.table.name_columns if column]
        return self.frame.drop_duplicates(subset=given)

    def counts(self) -> dict[str, int]:
        """Return the number of locations of each status."""
        found = self.locations["status"].value_counts()
        return {status: int(found.get(status, 0)) for status in STATUSES}

    def summary(self) -> str:
        """Return the number of locations of each status in words."""
        return ", ".join(f"{number} {status}" for status, number in self.counts().items())

    def review(self) -> pd.DataFrame:
        """Return the rows that a person has to decide, with their rivals by name.

        Returns
        -------
        review
            Locations that are not ``matched``: ``row`` (their first in the file), the name columns,
            ``status``, ``reason``, ``found`` (name and p-code of the unit that is certain), and
            ``candidates`` (one ``name, parents (p-code)`` per line).
        """
        open_rows = self.locations[self.locations["status"] != "matched"]
        describe = _describer(self.boundaries)
        given = [column for column in self.table.name_columns if column]
        review = open_rows[given].copy()
        review.insert(0, "row", [self.table.rows[i] for i in open_rows.index])
        review["status"] = open_rows["status"]
        review["reason"] = open_rows["reason"]
        review["found"] = [
            "" if pd.isna(code) else describe(code, int(level))
            for code, level in zip(open_rows["pcode"], open_rows["level"], strict=True)
        ]
        review["candidates"] = [
            "" if pd.isna(codes) else "\n".join(describe(code, None) for code in codes.split("|"))
            for codes in open_rows["candidates"]
        ]
        return review.reset_index(drop=True)


@dataclass(frozen=True)
class _Answer:
    """The outcome for one distinct row; `unit` is a position in the boundary set's units."""

    unit: int | None
    status: str
    score: float
    method: str
    reason: str
    candidates: tuple[int, ...] = ()


@dataclass(frozen=True)
class _Hit:
    """A unit that a name may mean: `sim` after kinds were weighed, `how` it was found."""

    sim: float
    how: str


class Gazetteer:
    """The names of a boundary set, indexed for search.

    Parameters
    ----------
    boundaries
        Units with ``name``, ``name_XX`` and ``aliases``.
    """

    def __init__(self, boundaries: BoundarySet) -> None:
        units = boundaries.units
        self.level: list[int] = units["level"].tolist()
        self.lineage: list[list[str | None]] = boundaries.lineage.to_numpy().tolist()
        self.position = boundaries.position
        records = units.drop(columns="geometry").to_dict("records")
        spellings = [(_names(unit), _aliases(unit)) for unit in records]
        self.kinds = [
            _kinds(unit["type"], names) for unit, (names, _) in zip(records, spellings, strict=True)
        ]
        self.names: list[Name] = []
        self._owners: list[dict[int, float]] = []
        self._by_stem: defaultdict[str, list[int]] = defaultdict(list)
        self._by_key: dict[str, int] = {}
        for unit, (names, aliases) in enumerate(spellings):
            for name in names:
                self._enter(name, unit, 1.0)
            for name in aliases:
                self._enter(name, unit, _ALIAS)
        common = Counter(
            word for names, _ in spellings for word in {w for name in names for w in name.words}
        )
        self.vocabulary = frozenset(w for w, n in common.items() if n >= _COMMON_WORD)

    def _enter(self, name: Name, unit: int, worth: float) -> None:
        index = self._by_key.setdefault(name.key, len(self.names))
        if index == len(self.names):
            self.names.append(name)
            self._owners.append({})
            for stem in name.stems:
                self._by_stem[stem].append(index)
        self._owners[index].setdefault(unit, worth)

    def search(self, queries: Sequence[Name], *, chunk: int = 512) -> dict[Name, dict[int, _Hit]]:
        """Return, for each name, the units it may mean.

        Parameters
        ----------
        queries
            Names to look up.
        chunk
            Names compared at once; bounds the memory.

        Returns
        -------
        hits
            Per name, positions of units in the boundary set with how alike they are.
        """
        found: dict[Name, dict[int, _Hit]] = {}
        for start in range(0, len(queries), chunk):
            part = queries[start : start + chunk]
            alike = likeness(part, self.names) if self.names else np.empty((len(part), 0))
            for query, row in zip(part, alike, strict=True):
                found[query] = self._hits(query, row)
        return found

    def _hits(self, query: Name, row: np.ndarray) -> dict[int, _Hit]:
        scored = {
            int(i): (float(row[i]), "similar")
            for i in np.flatnonzero(row >= _SPELLING)
            if not contradict(query, self.names[i], self.vocabulary)
        }
        for stem in query.stems:
            for i in self._by_stem.get(stem, ()):
                if query.digits == self.names[i].digits:
                    scored[i] = (_STEM, "word form")
        if query.key in self._by_key:
            scored[self._by_key[query.key]] = (1.0, "exact")
        hits: dict[int, _Hit] = {}
        for i, (sim, how) in scored.items():
            for unit, worth in self._owners[i].items():
                meant = how if worth == 1.0 or how != "exact" else "alias"
                hit = _Hit(sim * worth - self._kind_conflict(query, unit), meant)
                if unit not in hits or hit.sim > hits[unit].sim:
                    hits[unit] = hit
        return hits

    def _kind_conflict(self, query: Name, unit: int) -> float:
        said, kinds = query.kinds & _PLACE_KINDS, self.kinds[unit]
        if not said or not kinds or said & kinds:
            return 0.0
        near = any(said & group and kinds & group for group in _NEAR_KINDS)
        return _NEAR_CONFLICT if near else _KIND_CONFLICT

    def ancestor(self, unit: int, level: int) -> int | None:
        """Return the position of the unit above `unit` (or itself) at `level`."""
        code = self.lineage[unit][level]
        return None if code is None else self.position[level, code]

    def common_ancestor(self, units: Sequence[int]) -> int | None:
        """Return the deepest unit that lies above all of `units`, below the country."""
        for level in (4, 3, 2, 1):
            above = {self.ancestor(unit, level) for unit in units}
            if len(above) == 1 and None not in above:
                return above.pop()
        return None


def _parsed(texts: Iterable[object]) -> list[Name]:
    names = (parse(text) for text in dict.fromkeys(texts) if isinstance(text, str) and text)
    return [name for name in names if name.key]


def _names(unit: Mapping[Hashable, Any]) -> list[Name]:
    return _parsed([unit["name"], *(v for k, v in unit.items() if str(k).startswith("name_"))])


def _aliases(unit: Mapping[Hashable, Any]) -> list[Name]:
    return _parsed(unit["aliases"].split("|"))


def _kinds(type_word: str, names: Iterable[Name]) -> frozenset[str]:
    """Return the kinds of a unit: that of its type, or else those that its names say."""
    if type_word in _KIND_OF_TYPE:
        return frozenset({_KIND_OF_TYPE[type_word]})
    return frozenset().union(*(name.kinds & _PLACE_KINDS for name in names))


def match(table: Table | pd.DataFrame, boundaries: BoundarySet | str | Path = "kgz") -> MatchResult:
    """Tie each row of a table to a unit.

    A row's names are weighed together: the location's own name first, the admin 1 and 2 names as
    evidence for or against it. Scripts and romanisations are folded together and type words
    ('village', 'район') set aside. Where several units fit equally the row is ``ambiguous`` and
    its rivals are named; a unit is never chosen among equals.

    Parameters
    ----------
    table
        Rows with admin 1, admin 2 and location names, any of which may be missing; a Table, or a
        DataFrame whose columns are found by their usual headings. Blank rows are left out, and
        the index of a DataFrame is not kept; its columns are.
    boundaries
        Units to match to, or what `read_boundaries` takes.

    Returns
    -------
    result
        One answer per row, in the table's order.

    Raises
    ------
    InputError
        If the table has no column of names.
    BoundaryError
        If `boundaries` names no boundary set.
    """
    if isinstance(table, pd.DataFrame):
        original, table = table, Table.from_frame(table)
        # The caller's own columns go into the result: their types and geometry are kept.
        frame = original.iloc[[number - _FIRST_ROW for number in table.rows]].reset_index(drop=True)
    else:
        frame = table.frame
    if not isinstance(boundaries, BoundarySet):
        boundaries = read_boundaries(boundaries)
    clash = [column for column in table.frame.columns if column in RESULT_COLUMNS]
    if clash:
        raise InputError(
            f"{table.source}: the column{'s' * (len(clash) > 1)} {', '.join(map(repr, clash))} "
            "would be overwritten by the result: rename or delete them."
        )
    given = [_given(table.frame, column) for column in table.name_columns]
    rows = list(zip(*given, strict=True))
    gazetteer = _gazetteer(boundaries)
    distinct = list(dict.fromkeys(rows))
    names = list(dict.fromkeys(name for row in distinct for name in row if name))
    hits = gazetteer.search(names)
    decider = _Decider(gazetteer, hits, _describer(boundaries))
    answers = {row: decider.decide(*row) for row in distinct}
    found = _columns(gazetteer, [answers[row] for row in rows], table.frame.index)
    return MatchResult(table, boundaries, pd.concat([frame, found], axis="columns"))


@lru_cache(maxsize=4)
def _gazetteer(boundaries: BoundarySet) -> Gazetteer:
    return Gazetteer(boundaries)


def _given(frame: pd.DataFrame, column: str | None) -> list[Name | None]:
    if column is None:
        return [None] * len(frame)
    return [None if is_blank(value) else parse(str(value)) for value in frame[column]]


def _columns(gazetteer: Gazetteer, answers: Sequence[_Answer], index: pd.Index) -> pd.DataFrame:
    codes = {
        level: [None if a.unit is None else gazetteer.lineage[a.unit][level] for a in answers]
        for level in range(5)
    }
    levels = [None if a.unit is None else gazetteer.level[a.unit] for a in answers]
    deepest = [None if level is None else codes[level][i] for i, level in enumerate(levels)]
    rivals = [
        "|".join(dict.fromkeys(str(gazetteer.lineage[u][gazetteer.level[u]]) for u in a.candidates))
        for a in answers
    ]
    columns = {
        "pcode": pd.array(deepest, dtype="string"),
        "level": pd.array(levels, dtype="Int64"),
        "adm1_pcode": pd.array(codes[1], dtype="string"),
        "adm2_pcode": pd.array(codes[2], dtype="string"),
        "adm3_pcode": pd.array(codes[3], dtype="string"),
        "settlement_code": pd.array(codes[4], dtype="string"),
        "status": pd.array([a.status for a in answers], dtype="string"),
        "score": pd.array([round(a.score, 3) for a in answers], dtype="Float64"),
        "method": pd.array([a.method for a in answers], dtype="string"),
        "reason": pd.array([a.reason for a in answers], dtype="string"),
        "candidates": pd.array([text or None for text in rivals], dtype="string"),
    }
    return pd.DataFrame(columns, index=index)


def _describer(boundaries: BoundarySet) -> Callable[[str, int | None], str]:
    """Return a function that names a unit: 'Ak-Terek [village], Uzgen, Osh (KG06255813020)'."""
    position, types = boundaries.position, boundaries.units["type"]

    def describe(code: str, level: int | None) -> str:
        depth = level or max(at for at in range(1, 5) if (at, code) in position)
        names = boundaries.names_up(depth, code)
        kind = types.iloc[position[depth, code]]
        # A village and its aiyl aimak often share a name; districts and cities say what they are.
        if depth > 2 and kind:
            names[0] = f"{names[0]} [{kind}]"
        return f"{', '.join(dict.fromkeys(names))} ({code})"

    return describe


@dataclass(frozen=True)
class _Candidate:
    """A unit that may be the answer; `agreement` says how far each parent given agrees."""

    unit: int
    score: float
    hit: _Hit
    agreement: Mapping[int, float]


class _Decider:
    """Weighs the names of a row together; holds nothing that changes between rows."""

    def __init__(
        self,
        gazetteer: Gazetteer,
        hits: Mapping[Name, Mapping[int, _Hit]],
        describe: Callable[[str, int | None], str],
    ) -> None:
        self._gazetteer = gazetteer
        self._hits = hits
        self._describe = describe

    def decide(self, adm1: Name | None, adm2: Name | None, location: Name | None) -> _Answer:
        """Return the answer for one combination of names."""
        parents = {level: name for level, name in ((1, adm1), (2, adm2)) if name}
        if location is None:
            return self._decide_parents(parents, "no location is named")
        levels = range(2, 5) if parents else range(1, 5)
        ranked = self._rank(location, levels, parents)
        answer = self._settle(location, ranked, parents)
        if answer:
            return answer
        above = self._decide_parents(parents, "")
        near = tuple(c.unit for c in ranked if c.score >= _SHOWN)[:5]
        reason = f"{location.raw!r} is not a name known"
        if above.unit is None:
            return _Answer(None, "unmatched", 0.0, "none", f"{reason} in the boundaries", near)
        where = self._name(above.unit)
        near = near or above.candidates
        return _Answer(above.unit, "partial", above.score, "parent", f"{reason} in {where}", near)

    def _decide_parents(self, parents: Mapping[int, Name], missing: str) -> _Answer:
        """Return the answer for a row whose location is blank or cannot be found."""
        first: _Answer | None = None
        for level in sorted(parents, reverse=True):
            above = {up: name for up, name in parents.items() if up < level}
            ranked = self._rank(parents[level], [level], above)
            answer = self._settle(parents[level], ranked, above)
            if answer and answer.unit is not None and first:
                reason = f"{first.reason}; {answer.reason}"
                return _Answer(answer.unit, "partial", answer.score, "parent", reason)
            if answer:
                reason = f"{missing}; {answer.reason}" if missing else answer.reason
                return _Answer(
                    answer.unit,
                    answer.status,
                    answer.score,
                    answer.method,
                    reason,
                    answer.candidates,
                )
            unknown = f"{parents[level].raw!r} is not a name known at {LEVEL_NAMES[level]}"
            first = first or _Answer(None, "unmatched", 0.0, "none", unknown)
        return first or _Answer(None, "unmatched", 0.0, "none", "no name is given")

    def _rank(
        self, name: Name, levels: Iterable[int], parents: Mapping[int, Name]
    ) -> list[_Candidate]:
        """Return the units that a name may mean, best first; ties in the order of p-codes."""
        wanted = set(levels)
        agreement = {level: self._agreement(parent, level) for level, parent in parents.items()}
        ranked = []
        for unit, hit in self._hits[name].items():
            if self._gazetteer.level[unit] not in wanted:
                continue
            agrees = {level: agree(unit) for level, agree in agreement.items()}
            # A unit's only parent is weighed as one of two: an admin 2 name that is right is not
            # given up because the province beside it is wrong.
            total = 1.0 if wanted == {2} else sum(_PARENT_WEIGHTS[level] for level in agrees)
            lost = sum(_PARENT_WEIGHTS[level] * (1 - value) for level, value in agrees.items())
            support = 1 - lost / total if total else 1.0
            score = hit.sim * (_NAME_WEIGHT + (1 - _NAME_WEIGHT) * support)
            ranked.append(_Candidate(unit, score, hit, agrees))
        return sorted(ranked, key=lambda c: (-c.score, c.unit))

    def _agreement(self, parent: Name, level: int) -> Callable[[int], float]:
        """Return how far a unit lies where the parent's name says, 0 to 1."""
        hits = {
            u: h.sim for u, h in self._hits[parent].items() if self._gazetteer.level[u] == level
        }
        best = max(hits.values(), default=0.0)

        def agree(unit: int) -> float:
            above = self._gazetteer.ancestor(unit, level)
            if not hits or above is None:
                return _UNHEARD
            return hits[above] if above in hits and hits[above] >= best - _TIE else 0.0

        return agree

    def _settle(
        self, name: Name, ranked: Sequence[_Candidate], parents: Mapping[int, Name]
    ) -> _Answer | None:
        """Return the answer that the best candidates allow, or None where none is good enough."""
        if not ranked or ranked[0].score < _ACCEPT:
            return None
        near = [c for c in ranked if c.score >= ranked[0].score - _TIE]
        rivals = self._rivals(near, name)
        top = self._named_twice(rivals, near)
        best = top[0]
        if len(top) == 1:
            reason = self._reading(name, best) + self._objections(best, parents)
            namesakes = tuple(c.unit for c in rivals if c is not best)
            score = best.score
            if namesakes:
                others = "; ".join(self._name(unit) for unit in namesakes)
                reason += f", whose name is also that of the unit above it; not {others}"
                score *= _NAMESAKE
            return _Answer(best.unit, "matched", score, best.hit.how, reason, namesakes)
        units = tuple(c.unit for c in top)
        known = self._gazetteer.common_ancestor(units)
        where = f" in {self._name(known)}" if known is not None else ""
        listed = "; ".join(self._name(unit) for unit in units)
        reason = f"{name.raw!r} fits {len(units)} units{where}: {listed}"
        return _Answer(known, "ambiguous", best.score, best.hit.how, reason, units)

    def _rivals(self, top: Sequence[_Candidate], name: Name) -> list[_Candidate]:
        """Leave one of a unit and the units inside it that share its name: usually the deeper.

        The adjective of an aiyl aimak ('Kara-Kulzhinsky') means the aimak, not its village.
        """

        def beaten(c: _Candidate) -> bool:
            return any(
                (self._lies_in(o.unit, c.unit) and not self._means(name, c, o))
                or (self._lies_in(c.unit, o.unit) and self._means(name, o, c))
                for o in top
            )

        return [c for c in top if not beaten(c)]

    def _named_twice(self, rivals: list[_Candidate], top: Sequence[_Candidate]) -> list[_Candidate]:
        """Leave, of villages of one name, the one whose own aiyl aimak bears the name too.

        It is what an admin 3 column means; the others are namesakes inside aimaks called otherwise.
        """
        level = self._gazetteer.level
        twice = [
            c
            for c in rivals
            if any(level[o.unit] == 3 and self._lies_in(c.unit, o.unit) for o in top)
        ]
        return twice if len(twice) == 1 else rivals

    def _means(self, name: Name, above: _Candidate, inside: _Candidate) -> bool:
        """Tell whether `name` means the unit `above` rather than the one `inside` it."""
        closer = above.hit.sim > inside.hit.sim
        return self._gazetteer.level[above.unit] > 2 and closer and is_adjective(name)

    def _lies_in(self, inner: int, outer: int) -> bool:
        level = self._gazetteer.level
        return (
            level[inner] > level[outer] and self._gazetteer.ancestor(inner, level[outer]) == outer
        )

    def _reading(self, name: Name, best: _Candidate) -> str:
        where = self._name(best.unit)
        if best.hit.how == "exact":
            return f"{name.raw!r} is {where}"
        if best.hit.how == "alias":
            return f"{name.raw!r} is another name of {where}"
        if best.hit.how == "word form":
            return f"{name.raw!r} is another form of {where}"
        return f"{name.raw!r} read as {where}, spelt {best.hit.sim:.0%} alike"

    def _objections(self, best: _Candidate, parents: Mapping[int, Name]) -> str:
        doubts = []
        for level, agree in sorted(best.agreement.items(), reverse=True):
            if agree < _UNHEARD:
                doubts.append(f"although {LEVEL_NAMES[level]} is given as {parents[level].raw!r}")
            elif agree == _UNHEARD:
                doubts.append(f"{LEVEL_NAMES[level]} {parents[level].raw!r} is not a name known")
        return "".join(f"; {doubt}" for doubt in doubts)

    def _name(self, unit: int) -> str:
        gazetteer = self._gazetteer
        level = gazetteer.level[unit]
        return self._describe(str(gazetteer.lineage[unit][level]), level)
