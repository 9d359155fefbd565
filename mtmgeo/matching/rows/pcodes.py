"""P-codes of a table: the units they mean, read through what hands and spreadsheets do to codes."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import median_low
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from mtmgeo.boundaries.boundary_set import DEEPEST, BoundarySet
from mtmgeo.matching.linkage.candidates import Lookup
from mtmgeo.matching.linkage.evidence import Bools
from mtmgeo.matching.linkage.hashing import Ints, combinations
from mtmgeo.matching.rows.countries import country_name, own_codes
from mtmgeo.names.fold import is_blank
from mtmgeo.tables.table import Table

#: The units of a code, by level: a city may be admin 1 and admin 2 under one code.
_Units: TypeAlias = dict[int, int]

#: The column of names that codes of a role stand beside; those of any level, beside the first.
_COLUMN: Final = {"adm1": 0, "adm2": 1, "adm3": 2, "location": 3, "any": 0}
_LEVEL: Final = {"adm1": 1, "adm2": 2, "adm3": 3}
_MOST: Final = 0.5  # of the codes of a column must be read before any of them is guessed
_SAMPLE: Final = 1_000  # codes, not in the set, that tell whether a column is worth reading

_SIGNS: Final = re.compile(r"[\s\-_./\\]+")
_DECIMALS: Final = re.compile(r"\.0+$")
_PARTS: Final = re.compile(r"([a-z]*)(\d\w*)")
#: Cyrillic letters that look like the Latin ones of codes.
_LOOKS_LIKE: Final = str.maketrans("авекмнорстухі", "abekmhopctyxi")


class Said(NamedTuple):
    """A code as given, and what it says.

    Attributes
    ----------
    text
        The code.
    unit
        Position of the unit that it names; -1 where the set has no such code.
    code
        The p-code of that unit; ``""`` where there is none.
    """

    text: str
    unit: int = -1
    code: str = ""

    @property
    def exact(self) -> bool:
        """Whether the code stands in the set just so."""
        return self.text == self.code

    @property
    def read(self) -> str:
        """How it was read, in words."""
        return f"p-code {self.text!r} is read as {self.code}"


class Reading(NamedTuple):
    """What a code is read as.

    Attributes
    ----------
    unit
        Position of the unit; -1 where the code is none of the set's.
    exact
        Whether the code stands in the set just so.
    guess
        Whether digits, or the letters before them, were put in that the table does not have.
    """

    unit: int
    exact: bool
    guess: bool


_UNREAD: Final = Reading(-1, exact=False, guess=False)


@dataclass(frozen=True)
class Codes:
    """What the p-codes of rows say, once for each combination of codes that says something else.

    Attributes
    ----------
    of_row
        The combination that each row has; -1 where it has no code.
    unit
        Position of the deepest unit that the codes name; -1 where they name none, or contradict
        each other.
    said
        The code that names it.
    guess
        Whether that code is a guess, as a `Reading` is.
    column
        The column of names (0 to 3) beside a code below the unit that the set does not have; -1
        where there is none.
    clashes
        The codes that contradict each other.
    abroad
        For each row, the code that says it is of another country, and which: ``p-code 'HT0118' is
        of Haiti``; ``""`` where none does.
    notes, note_of_row
        Which codes were set aside, in words, and which of these sentences goes with each row; -1
        where none does.
    """

    of_row: Ints
    unit: Ints
    said: Sequence[Said]
    guess: Bools
    column: Ints
    clashes: Mapping[int, tuple[Said, ...]]
    abroad: npt.NDArray[np.object_]
    notes: Sequence[str]
    note_of_row: Ints

    def noted(self, reasons: pd.Series) -> pd.Series:
        """Return the reasons of rows with the notes on their codes."""
        notes = np.array([*(f"; {note}" for note in self.notes), ""], dtype=object)
        said = reasons.to_numpy(dtype=object) + notes[self.note_of_row]
        return pd.Series(said, index=reasons.index, dtype=reasons.dtype)


def read_codes(table: Table, boundaries: BoundarySet, lookup: Lookup) -> Codes | None:
    """Return what the columns of p-codes of a table say; None where it has none.

    A code that stands in the set is taken as it is. Any other is read only where one unit alone can
    be meant by it: in other case or with spaces, with decimals (``SD15034.0``), with a prefix of
    its own (``KGZ06242``), without the zeros at its end, or with its prefix or zeros lost.
    """
    columns = [
        _column(table.frame[heading], role, boundaries) for heading, role in table.codes.items()
    ]
    if not columns:
        return None
    given = np.column_stack([column.value for column in columns])
    first, of_row = combinations(given)
    return _Combined(columns, given[first], boundaries, lookup).codes(of_row)


def share_of_codes(cells: pd.Series, boundaries: BoundarySet) -> float:
    """Return the share of the filled cells of a column, each once, that are p-codes of a country.

    They are those of the set, and others that begin with the country's ISO code.
    """
    texts = [text for value in cells.unique() if (text := text_of(value))]
    exact, own = _reader(boundaries).exact, own_codes(boundaries)
    return sum(text in exact or _prefix(text) in own for text in texts) / max(len(texts), 1)


# --- a column -------------------------------------------------------------------------------


class _Column(NamedTuple):
    """A column of codes: the one that each row has (-1: none), and what each is read as."""

    role: str
    value: Ints
    texts: list[str]
    readings: list[Reading]

    def read(self, part: str, blank: int) -> Ints:
        """Return a part of the readings, and at last what stands for a blank."""
        return np.array([*(getattr(each, part) for each in self.readings), blank], dtype=np.int64)


def _column(cells: pd.Series, role: str, boundaries: BoundarySet) -> _Column:
    number, values = pd.factorize(cells.astype(object), use_na_sentinel=True)
    texts = [text_of(value) for value in values]
    position = {text: at for at, text in enumerate(dict.fromkeys(filter(None, texts)))}
    place = np.array([*(position.get(text, -1) for text in texts), -1], dtype=np.int64)
    readings = _reader(boundaries).read_all(position, role)
    return _Column(role, place[number], list(position), readings)


def text_of(value: object) -> str:
    """Return a code in one line; ``""`` where a cell says nothing."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if is_blank(value) else " ".join(str(value).split())


# --- several columns ------------------------------------------------------------------------


class _Combined:
    """Combinations of codes, with the unit that each code of them is read as."""

    def __init__(
        self, columns: Sequence[_Column], given: Ints, boundaries: BoundarySet, lookup: Lookup
    ) -> None:
        self._columns, self._given = columns, given
        self._lookup = lookup
        self._pcodes = boundaries.units["pcode"].tolist()

        def read(part: str, blank: int) -> Ints:
            parts = [each.read(part, blank)[given[:, at]] for at, each in enumerate(columns)]
            return np.column_stack(parts)

        guess, unit = read("guess", 0) == 1, read("unit", -1)
        sure = self._deepest(np.where(guess, -1, unit))[1]
        # A guess counts only where what is sure agrees with it.
        astray = guess & (sure[:, None] >= 0) & ~self._agree(unit, sure[:, None])
        self._unit = np.where(astray, -1, unit)
        self._which, self._best = self._deepest(self._unit)
        self._rows = np.arange(len(given))
        self._guess = guess[self._rows, self._which] & (self._best >= 0)
        self._lost = (given >= 0) & (self._unit < 0)
        self._own = own_codes(boundaries)

    def _deepest(self, unit: Ints) -> tuple[Ints, Ints]:
        """Return the column of the deepest unit of each combination, and that unit."""
        which = np.where(unit >= 0, self._lookup.level[unit], -1).argmax(axis=1)
        return which, unit[np.arange(len(unit)), which]

    def _agree(self, ones: Ints, others: Ints) -> Bools:
        holds = self._lookup.holds
        agree: Bools = holds(ones, others) | holds(others, ones)
        return agree

    def codes(self, of_row: Ints) -> Codes:
        """Return what the combinations say.

        Parameters
        ----------
        of_row
            The combination of each row.
        """
        best, given = self._best, self._given
        apart = (self._unit >= 0) & ~self._lookup.holds(self._unit, best[:, None])
        clash: Bools = np.asarray(apart.any(axis=1))
        value = np.where(best >= 0, given[self._rows, self._which], -1)
        which = np.where(best >= 0, self._which, -1)
        column = self._unread_column()
        alone = np.where(clash, self._rows, -1)
        first, number = combinations(np.column_stack([which, value, column, alone]))
        blank = (given < 0).all(axis=1)
        abroad = self._abroad()
        notes: dict[str, int] = {}
        note = np.full(len(given), -1, dtype=np.int64)
        for at in np.flatnonzero(self._lost.any(axis=1)).tolist():
            note[at] = notes.setdefault(self._told(at), len(notes))
        return Codes(
            of_row=np.where(blank, -1, number)[of_row],
            unit=np.where(clash, -1, best)[first],
            said=[self._said(at, int(self._which[at])) for at in first.tolist()],
            guess=self._guess[first],
            column=column[first],
            clashes={at: self._clash(one) for at, one in enumerate(first.tolist()) if clash[one]},
            abroad=abroad[of_row],
            notes=list(notes),
            note_of_row=note[of_row],
        )

    def _abroad(self) -> npt.NDArray[np.object_]:
        """Return in words which code says that a combination is of another country, or ``""``.

        Codes that begin with the ISO code of another country do, where none is of the set, and
        others in the table begin with that of the set's country.
        """
        said = np.full(len(self._given), "", dtype=object)
        mine = any(
            reading.exact and _prefix(text) in self._own
            for column in self._columns
            for text, reading in zip(column.texts, column.readings, strict=True)
        )
        lost = self._lost.any(axis=1) & (self._best < 0) & mine
        for at in np.flatnonzero(lost).tolist():
            for which in np.flatnonzero(self._lost[at]).tolist():
                code = self._said(at, which).text
                country = "" if _prefix(code) in self._own else country_name(_prefix(code))
                if country:
                    said[at] = f"p-code {code!r} is of {country}"
        return said

    def _unread_column(self) -> Ints:
        """Return the deepest column beside a code that is not read, below the unit; else -1."""
        level = np.where(self._best >= 0, self._lookup.level[self._best], 0)[:, None]
        beside = np.array([_COLUMN[column.role] for column in self._columns])[None, :]
        column: Ints = np.where(self._lost & (beside >= level), beside, -1).max(axis=1)
        return column

    def _said(self, at: int, which: int) -> Said:
        """Return the code of a combination in one of the columns."""
        value, unit = self._given[at, which], int(self._unit[at, which])
        text = self._columns[which].texts[value] if value >= 0 else ""
        return Said(text, unit, self._pcodes[unit]) if unit >= 0 else Said(text)

    def _clash(self, at: int) -> tuple[Said, ...]:
        """Return the codes of a combination whose units do not lie in one another."""
        order = [self._which[at], *range(len(self._columns))]
        said = (self._said(at, int(which)) for which in order if self._unit[at, which] >= 0)
        return tuple({each.unit: each for each in said}.values())

    def _told(self, at: int) -> str:
        """Return in words that codes of a combination were not found."""
        lost = (self._said(at, which).text for which in np.flatnonzero(self._lost[at]).tolist())
        texts = [repr(text) for text in dict.fromkeys(lost)]
        if len(texts) == 1:
            return f"p-code {texts[0]} is not in the boundaries and is set aside"
        return f"p-codes {', '.join(texts)} are not in the boundaries and are set aside"


# --- one code -------------------------------------------------------------------------------


class _Pattern(NamedTuple):
    """How the codes of a level are written: letters, so many signs after them, zeros at the end."""

    prefix: str
    width: int
    padding: int


@lru_cache(maxsize=4)
def _reader(boundaries: BoundarySet) -> _Reader:
    return _Reader(boundaries)


class _Reader:
    """Reads single codes as units of a set.

    Parameters
    ----------
    boundaries
        The units.
    """

    def __init__(self, boundaries: BoundarySet) -> None:
        #: The units of each code.
        self.exact: defaultdict[str, _Units] = defaultdict(dict)
        self._plain: defaultdict[str, set[str]] = defaultdict(set)
        self._country = {code.casefold() for code in own_codes(boundaries)}
        units = boundaries.units
        known = ((units["level"] > 0) & (units["level"] <= DEEPEST)).to_numpy()
        patterns: defaultdict[int, list[_Pattern]] = defaultdict(list)
        level_of, code_of = units["level"].tolist(), units["pcode"].tolist()
        for unit in np.flatnonzero(known).tolist():
            level, code = int(level_of[unit]), str(code_of[unit])
            self.exact[code][level] = unit
            plain = _plain(code)
            self._plain[plain].add(code)
            if parts := _PARTS.fullmatch(plain):
                zeros = len(parts[2]) - len(parts[2].rstrip("0"))
                patterns[level].append(_Pattern(parts[1], len(parts[2]), zeros))
        self._patterns = {level: _usual(listed) for level, listed in patterns.items()}

    def read_all(self, texts: Collection[str], role: str) -> list[Reading]:
        """Return what the codes of a column are read as, each once.

        None is guessed where half of the column is no codes of the set; and where so many are none
        that it must be of other things, none is tried.
        """
        level = _LEVEL.get(role)
        others = [text for text in texts if text not in self.exact]
        sample = others[:: max(1, len(others) // _SAMPLE)]
        tried = len(others) <= _SAMPLE or any(self._read(text, level).unit >= 0 for text in sample)
        if not tried:
            known = self.exact
            return [self._read(text, level) if text in known else _UNREAD for text in texts]
        readings = [self._read(text, level) for text in texts]
        if sum(each.unit >= 0 for each in readings) < _MOST * len(readings):
            readings = [_UNREAD if each.guess else each for each in readings]
        return readings

    def _read(self, text: str, level: int | None) -> Reading:
        """Return what a code is read as, at a level if it has one there."""
        if text in self.exact:
            return Reading(self._at(text, level), exact=True, guess=False)
        plain = _plain(text)
        found = self._plain.get(plain, set())
        guess = False
        for guess, codes in ((False, found), *self._mended(plain, level)):
            if len(codes) == 1:
                unit = self._at(next(iter(codes)), level)
                return Reading(unit, exact=False, guess=guess)
            if codes:
                break
        return _UNREAD

    def _at(self, code: str, level: int | None) -> int:
        units = self.exact[code]
        return units[level if level in units else max(units)]

    def _mended(self, plain: str, level: int | None) -> Iterator[tuple[bool, set[str]]]:
        """Yield the codes that may be meant, the likeliest first; and whether they are guesses."""
        parts = _PARTS.fullmatch(plain)
        if parts is None:
            return
        own, signs = parts.groups()
        levels = [level] if level in self._patterns else list(self._patterns)
        for guess, fill in ((False, _trimmed), (True, self._filled)):
            codes: set[str] = set()
            for at in levels:
                for pattern in self._patterns[at]:
                    if self._may_be(own, pattern.prefix):
                        for each in fill(signs, pattern, at):
                            codes |= self._plain.get(pattern.prefix + each, set())
            codes = {code for code in codes if any(at in self.exact[code] for at in levels)}
            yield guess or not own, codes

    def _may_be(self, own: str, prefix: str) -> bool:
        """Tell whether the letters of a code may stand for those of the set's."""
        alike = own.startswith(prefix) or prefix.startswith(own)
        return alike or (own in self._country and prefix in self._country)

    def _filled(self, signs: str, pattern: _Pattern, level: int) -> Iterator[str]:
        """Yield digits with the zeros put in that may be lost before them, or before a part."""
        if len(signs) >= pattern.width:
            return
        yield signs.zfill(pattern.width)
        for above in self._patterns.get(level - 1, ()):
            first, rest = signs[: above.width], signs[above.width :]
            if rest:
                yield first + rest.zfill(pattern.width - above.width)


def _plain(text: str) -> str:
    """Return a code without case, signs, decimals, and letters of another script."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_LOOKS_LIKE)
    plain = "".join(str(int(c)) if c.isdecimal() else c for c in plain.strip())
    return _SIGNS.sub("", _DECIMALS.sub("", plain))


def _prefix(text: str) -> str:
    """Return the letters that a code begins with, in capitals, if digits follow."""
    parts = _PARTS.fullmatch(_plain(text))
    return parts[1].upper() if parts else ""


def _usual(patterns: Sequence[_Pattern]) -> list[_Pattern]:
    """Return the ways in which codes are written, each with the zeros that end most of them."""
    padding: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
    for prefix, width, zeros in patterns:
        padding[prefix, width].append(zeros)
    return [_Pattern(*shape, median_low(zeros)) for shape, zeros in padding.items()]


def _trimmed(signs: str, pattern: _Pattern, _level: int) -> Iterator[str]:
    """Yield digits as long as those of a level: zeros added to or taken from their end."""
    missing = pattern.width - len(signs)
    if missing <= pattern.padding and not signs[pattern.width :].strip("0"):
        yield signs[: pattern.width].ljust(pattern.width, "0")
