"""Find the units that names may mean: an index of spellings, and how well each explains a name.

No name is compared with all others: those that share a hash of the key, of the key without a
letter or of the consonants are candidates. Evidence is weighed in nats: the logarithm of how much
likelier a name is typed for a unit than by chance.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA, LCSseq

from mtmgeo.boundaries.boundary_set import DEEPEST, BoundarySet
from mtmgeo.matching.linkage.evidence import (
    ALIAS,
    ASIDE,
    EVIDENCE,
    FORM,
    NAME,
    OTHER,
    SHORT,
    WEIGHTS,
    Bools,
    Floats,
    Hits,
)
from mtmgeo.matching.linkage.hashing import Hashed, HashIndex, Ints, distinct, expand, find
from mtmgeo.names.fold import Name, bones, parse_all, stems
from mtmgeo.names.type_words import KIND_OF, PLACE_KINDS, USUAL_KINDS

_Columns: TypeAlias = dict[str, Any]

_COMMON_WORD: Final = 3  # a word in the names of so many units is a word of its own
_WORDS: Final = 4
_TYPE_SHARE: Final = 0.2  # a word in so large a share of a level's names, and in so many,
_TYPE_UNITS: Final = 5  # says its type
_SHORTEST_PREFIX: Final = 3
_LEVEL_KIND: Final = {1: "oblast", 2: "district", 3: "aiyl aimak", 4: "village"}
_KIND_BITS: Final = {kind: 1 << bit for bit, kind in enumerate(sorted(PLACE_KINDS))}
_NEAR_KINDS: Final = _KIND_BITS["village"] | _KIND_BITS["aiyl aimak"] | _KIND_BITS["city"]
# Consonants that Arabic script writes alike, or that its readers do not agree on: Chamchamal.
_LOOSE: Final = str.maketrans("jħ", "þh")
_PART: Final = 3  # of so many consonants one must agree
_FEW: Final = 60  # spellings of the same bones that are looked at first
_HOPELESS: Final = -6.0  # nats below which a candidate is not worth weighing


class _Spellings:
    """Spellings in columns: what is compared of them.

    Parameters
    ----------
    keys
        The spellings, folded.
    names
        What they come from; None for parts of names.
    vocabulary
        Numbers of the words that recur in a gazetteer.
    """

    def __init__(
        self, keys: Sequence[str], names: Sequence[Name | None], vocabulary: Mapping[str, int]
    ) -> None:
        self.key = keys
        self.bones = [bones(key) for key in keys]
        self.hashed, self.hashed_bones = Hashed(self.key), Hashed(self.bones)
        self.length = np.array([len(key) for key in keys], dtype=np.int64)
        self.bone_length = np.array([len(text) for text in self.bones], dtype=np.int64)
        self.abjad = np.array([name is not None and name.abjad for name in names], dtype=bool)
        self.digits: Ints = np.zeros(len(keys), dtype=np.int64)
        for at, name in enumerate(names):
            if name is not None and name.digits:
                self.digits[at] = zlib.crc32(" ".join(name.digits).encode())
        several = [
            (at, name.words)
            for at, name in enumerate(names)
            if name is not None and 1 < len(name.words) <= _WORDS and name.key == keys[at]
        ]
        where = [at for at, _ in several]
        self.word_count: Ints = np.zeros(len(keys), dtype=np.int64)
        self.word_count[where] = [len(words) for _, words in several]
        self.words: Ints = np.full((len(keys), _WORDS), -1, dtype=np.int64)
        number = vocabulary.get
        self.words[where] = np.array(
            [
                [number(word, -1) for word in words] + [-1] * (_WORDS - len(words))
                for _, words in several
            ],
            dtype=np.int64,
        ).reshape(len(several), _WORDS)

    @cached_property
    def loose_bones(self) -> list[str]:
        """The bones without what Arabic script does not tell apart."""
        return [text.translate(_LOOSE) for text in self.bones]


class _Spelt(NamedTuple):
    """The keys of names: whose each is, how it stands for it, which spelling it is of.

    `first` is the position of the key of that spelling itself.
    """

    keys: list[str]
    owner: Ints
    how: Ints
    sources: list[Name]
    first: Ints


def _spelt(names: Sequence[Name]) -> _Spelt:
    """Return the keys of names in all their spellings."""
    rows: list[tuple[str, int, int, Name, int]] = []
    for at, whole in enumerate(names):
        for name in (whole, *whole.also):
            if not name.key:
                continue
            first = len(rows)
            rows.append((name.key, at, NAME, name, first))
            rows += [(other, at, OTHER, name, first) for other in name.others]
            rows += [(aside, at, ASIDE, name, first) for aside in name.asides]
            if "sk" in name.key:
                forms = sorted(stems(name.key) - {name.key})
                rows += [(stem, at, FORM, name, first) for stem in forms]
    owner, how, start = (np.array([row[n] for row in rows], dtype=np.int64) for n in (1, 2, 4))
    return _Spelt([row[0] for row in rows], owner, how, [row[3] for row in rows], start)


class _Surprise:
    """How many nats a text says beyond chance: a letter is expected from the one before it."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._letters = {c: i for i, c in enumerate(sorted(set("".join(texts))), start=2)}
        size = len(self._letters) + 2  # 0 is the start, 1 a letter not seen
        counts = np.full((size, size), 0.3)
        np.add.at(counts, self._steps(texts)[:2], 1.0)
        self._nats = -np.log(counts / counts.sum(axis=1, keepdims=True))

    def _steps(self, texts: Sequence[str]) -> tuple[Ints, Ints, Ints]:
        length = np.array([len(text) for text in texts], dtype=np.int64)
        found = self._letters
        after = np.array([found.get(c, 1) for c in "".join(texts)], dtype=np.int64)
        before = np.zeros_like(after)
        before[1:] = after[:-1]
        before[(np.cumsum(length) - length)[length > 0]] = 0
        return before, after, np.repeat(np.arange(len(texts)), length)

    def __call__(self, texts: Sequence[str]) -> Floats:
        before, after, text = self._steps(texts)
        nats: Floats = self._nats[before, after]
        return np.bincount(text, weights=nats, minlength=len(texts)).astype(np.float64)


class Lookup:
    """The spellings of a boundary set's units, indexed.

    Parameters
    ----------
    boundaries
        Units with ``name``, ``name_XX``, ``aliases`` and ``type``.
    """

    def __init__(self, boundaries: BoundarySet) -> None:
        units = boundaries.units
        units = units[units["level"] <= DEEPEST]  # the first rows, since they stand by level
        self.level = units["level"].to_numpy(np.int64)
        self.size = len(units)
        #: How many units with a name there are at each level, at least one.
        named = self.level[units["name"].ne("").to_numpy()]
        self.number = np.maximum(np.bincount(named, minlength=DEEPEST + 1), 1)
        self.ancestor = _ancestors(boundaries)
        self._inside: dict[int, tuple[Ints, Ints]] = {}
        spelt = [
            (text, unit, NAME)
            for column in boundaries.name_columns
            for unit, text in enumerate(units[column])
            if isinstance(text, str) and text
        ]
        spelt += [
            (text.strip(), unit, ALIAS)
            for unit, cell in enumerate(units["aliases"])
            if isinstance(cell, str)
            for text in cell.split("|")
            if text.strip()
        ]
        spelt = list(dict.fromkeys(spelt))
        texts = list(dict.fromkeys(text for text, _, _ in spelt))
        at = {text: i for i, text in enumerate(texts)}
        owner = np.array([at[text] for text, _, _ in spelt], dtype=np.int64)
        unit = np.array([unit for _, unit, _ in spelt], dtype=np.int64)
        how = np.array([how for _, _, how in spelt], dtype=np.int64)
        names = parse_all(texts)
        self.type_words = self._learn(names, owner, unit)
        if self.type_words:
            names = parse_all(texts, type_words=self.type_words)
        counted = Counter(
            word
            for _, word in {
                (u, word)
                for o, u in zip(owner.tolist(), unit.tolist(), strict=True)
                for word in names[o].words
            }
        )
        self._known = frozenset(counted)
        common = sorted(word for word, number in counted.items() if number >= _COMMON_WORD)
        self.vocabulary = {word: i for i, word in enumerate(common)}
        self.at_odds = _at_odds(common)
        self._index(names, owner, unit, how)
        self.kinds = self._kinds(units["type"].tolist(), names, owner, unit)

    def _learn(self, names: Sequence[Name], owner: Ints, unit: Ints) -> dict[str, str]:
        """Return the kinds of words that so many names of a level hold that they say its type."""
        learned: dict[str, str] = {}
        for level, kind in _LEVEL_KIND.items():
            here = self.level[unit] == level
            words = {
                (u, word)
                for o, u in zip(owner[here].tolist(), unit[here].tolist(), strict=True)
                for word in names[o].words
            }
            said = Counter(word for _, word in words)
            total = len(set(unit[here].tolist()))
            least = max(_TYPE_UNITS, _TYPE_SHARE * total)
            learned |= {word: kind for word, n in said.items() if n >= least and len(word) > 1}
        return learned

    def _index(self, names: Sequence[Name], owner: Ints, unit: Ints, how: Ints) -> None:
        """Set up the spellings, each key once, and the units they stand for."""
        keys, key_owner, key_how, *_ = _spelt(names)
        by_name = np.argsort(owner, kind="stable")
        starts = np.searchsorted(owner[by_name], np.arange(len(names) + 1))
        form, place = expand(starts[key_owner], np.diff(starts)[key_owner])
        entry = by_name[place]
        short = [
            (text, u)
            for o, u in zip(owner.tolist(), unit.tolist(), strict=True)
            if self.level[u] in (1, 2)
            for text in _shortened(names[o])
        ]
        position: dict[str, int] = {}
        source: list[Name | None] = []
        for key, at in zip(keys, key_owner.tolist(), strict=True):
            if position.setdefault(key, len(position)) == len(source):
                source.append(names[at])
        whole = len(position)
        for key, _ in short:
            position.setdefault(key, len(position))
        source += [None] * (len(position) - whole)
        self.spellings = _Spellings(list(position), source, self.vocabulary)
        #: Which spellings may have wrong letters: whole names, not short forms.
        self.whole = np.arange(len(position)) < whole
        entry_key = np.array(
            [*(position[keys[f]] for f in form.tolist()), *(position[key] for key, _ in short)],
            dtype=np.int64,
        )
        entry_unit = np.concatenate([unit[entry], np.array([u for _, u in short], np.int64)])
        entry_how = np.concatenate(
            [np.maximum(key_how[form], how[entry]), np.full(len(short), SHORT)]
        )
        order = np.lexsort((entry_how, entry_unit, entry_key))
        self.entry_unit, self.entry_how = entry_unit[order], entry_how[order]
        self.starts = np.searchsorted(entry_key[order], np.arange(len(position) + 1))
        use = self.whole[entry_key]
        pair = np.unique(entry_unit[use] * len(position) + entry_key[use])
        self.unit_keys = pair % max(len(position), 1)
        self.unit_starts = np.searchsorted(pair // max(len(position), 1), np.arange(self.size + 1))
        self.surprise = _Surprise(self.spellings.key)
        self.surprise_bones = _Surprise(self.spellings.bones)
        hashed, everyone = self.spellings.hashed, np.arange(len(position))
        self.by_key = HashIndex((hashed.whole, everyone), hashed.without_one(least=4))
        self.by_bones = HashIndex((self.spellings.hashed_bones.whole, everyone))

    @cached_property
    def by_bones_less(self) -> HashIndex:
        """Spellings by their bones without a letter."""
        return HashIndex(self.spellings.hashed_bones.without_one(least=4))

    @cached_property
    def by_key_less(self) -> HashIndex:
        """Spellings by their key, and by it without one letter or two."""
        hashed = self.spellings.hashed
        return HashIndex(
            (hashed.whole, np.arange(len(self.spellings.key))),
            hashed.without_one(least=6),
            hashed.without_two(least=7),
        )

    def _kinds(self, types: Sequence[str], names: Sequence[Name], owner: Ints, unit: Ints) -> Ints:
        """Return the kinds of each unit, as bits: of its type, or its names, or usual ones."""
        said: list[frozenset[str]] = [_kinds_of(kind) for kind in types]
        by_names: list[set[str]] = [set() for _ in types]
        for o, u in zip(owner.tolist(), unit.tolist(), strict=True):
            by_names[u] |= names[o].kinds & PLACE_KINDS
        explicit = [kinds or frozenset(by_names[u]) for u, kinds in enumerate(said)]
        told = np.array([bool(kinds) for kinds in explicit], dtype=bool)
        # Where some units of a level say what they are, the others are less likely what a row says.
        self.vague: Bools = ~told & np.isin(self.level, self.level[told])
        usual = [USUAL_KINDS.get(level, frozenset()) for level in self.level.tolist()]
        return np.array(
            [_kind_bits(one or other) for one, other in zip(explicit, usual, strict=True)],
            dtype=np.int64,
        )

    def inside(self, level: int, units: Ints) -> tuple[Ints, Ints, Ints]:
        """Return where the units inside each of some units begin in a list, how many, and it."""
        if level not in self._inside:
            above = self.ancestor[:, level]
            order = np.argsort(above, kind="stable")
            self._inside[level] = order, above[order]
        order, above = self._inside[level]
        start = np.searchsorted(above, units, "left")
        return start, np.searchsorted(above, units, "right") - start, order

    def holds(self, outer: Ints, inner: Ints) -> Bools:
        """Tell which units lie above the one beside them, or are it; none where one is -1."""
        above = self.ancestor[inner, np.maximum(self.level[outer], 0)]
        held: Bools = (outer >= 0) & (inner >= 0) & (above == outer)
        return held

    def related(self, unit: int, others: Sequence[int]) -> bool:
        """Tell whether a unit is any of the others, or lies in or above one."""
        one, other = np.full(len(others), unit), np.array(others, dtype=np.int64)
        return bool((self.holds(one, other) | self.holds(other, one)).any())

    def common(self, units: Sequence[int]) -> int:
        """Return the deepest unit that lies above all of `units`, below the country; -1 if none."""
        for level in (4, 3, 2, 1):
            above = set(self.ancestor[list(units), level].tolist())
            if len(above) == 1 and -1 not in above:
                return int(above.pop())
        return -1

    def namesakes(self, ones: Ints, others: Ints) -> Bools:
        """Tell which units share a key with the unit beside them."""
        return np.array(
            [
                other >= 0 and not self._keys_of(one).isdisjoint(self._keys_of(other))
                for one, other in zip(ones.tolist(), others.tolist(), strict=True)
            ],
            dtype=bool,
        )

    def _keys_of(self, unit: int) -> set[int]:
        return set(self.unit_keys[self.unit_starts[unit] : self.unit_starts[unit + 1]].tolist())

    def parse(self, texts: Iterable[str]) -> list[Name]:
        """Return names as typed in their comparable form, type words of the reference set aside."""
        return parse_all(texts, type_words=self.type_words, known=self._known)

    def query(self, names: Sequence[Name]) -> Query:
        """Return names made ready to be looked up."""
        return Query(self, names)


@lru_cache(maxsize=4)
def lookup_of(boundaries: BoundarySet) -> Lookup:
    """Return the index of a boundary set, which is kept for the sets used last."""
    return Lookup(boundaries)


class Query:
    """Names that are looked up, with what each says beyond chance.

    Parameters
    ----------
    lookup
        The index.
    names
        What to look up; hits give positions in it.
    """

    def __init__(self, lookup: Lookup, names: Sequence[Name]) -> None:
        self._lookup = lookup
        keys, self._owner, self._how, sources, whole = _spelt(names)
        self._forms = forms = _Spellings(keys, sources, lookup.vocabulary)
        self._bone_info = lookup.surprise_bones(forms.bones)
        self._vowel_info = np.maximum(lookup.surprise(forms.key) - self._bone_info, 0.0)
        # An adjective's ending is no less explained where its stem is compared.
        for info in (self._bone_info, self._vowel_info):
            info[self._how == FORM] = info[whole[self._how == FORM]]
        self.kinds = np.array(
            [_kind_bits(name.kinds.union(*(each.kinds for each in name.also))) for name in names],
            dtype=np.int64,
        )

    def near(self, names: Ints | None = None, within: Ints | None = None) -> Hits:
        """Return units of which a spelling has the bones of a name, or its key but for letters.

        Parameters
        ----------
        names
            Which of the names to look up; all by default.
        within
            Codes of names and of the admin 2 units inside which they are looked for, as
            `code` gives them, ascending. An equal key is found wherever it is.
        """
        lookup = self._lookup
        mine = np.arange(len(self._owner))
        if names is not None:
            mine = mine[np.isin(self._owner, names)]
        key, bone = self._forms.hashed.take(mine), self._forms.hashed_bones.take(mine)
        everyone = np.arange(len(mine))
        found = [
            lookup.by_bones.pairs((bone.whole, everyone), most=_FEW),
            lookup.by_key.pairs((key.whole, everyone), key.without_one(least=4)),
        ]
        form, spelling = self._distinct(found)
        form = mine[form]
        if within is not None:
            start = lookup.starts[spelling]
            pair, place = expand(start, lookup.starts[spelling + 1] - start)
            above = lookup.ancestor[lookup.entry_unit[place], 2]
            codes = self.code(self._owner[form[pair]], above)
            inside = np.zeros(len(form), dtype=bool)
            inside[pair[find(codes, within)[1]]] = True
            keys = self._forms.hashed.whole[form] == lookup.spellings.hashed.whole[spelling]
            form, spelling = form[inside | keys], spelling[inside | keys]
        return self._hits(form, spelling)

    def code(self, names: Ints, units: Ints) -> Ints:
        """Return a number for each name and the unit beside it."""
        return names * (self._lookup.size + 1) + units + 1

    def far(self, names: Ints) -> Hits:
        """Return, for some of the names, units whose bones differ in a letter at most.

        Also those whose key differs by two letters that were changed or left out.
        """
        lookup = self._lookup
        mine = np.flatnonzero(np.isin(self._owner, names))
        key, bone = self._forms.hashed.take(mine), self._forms.hashed_bones.take(mine)
        whole = bone.whole, np.arange(len(mine))
        found = [
            lookup.by_bones.pairs(whole),
            lookup.by_bones_less.pairs(whole, most=_FEW),
            lookup.by_bones.pairs(bone.without_one(least=4), most=_FEW),
            lookup.by_key_less.pairs(key.without_one(least=6), key.without_two(least=7)),
        ]
        form, spelling = self._distinct(found)
        return self._hits(mine[form], spelling)

    def among(self, names: Ints, units: Ints) -> Hits:
        """Return how well each unit beside a name explains it, whatever their spellings."""
        form, key, unit = self._pairs(names, units)
        spellings = self._lookup.spellings
        apart = _compare(self._forms.bones, form, spellings.bones, key, OSA.distance)
        longer = np.maximum(self._forms.bone_length[form], spellings.bone_length[key])
        alike = _worthwhile(apart, longer)
        return self._hits(form[alike], key[alike], unit[alike])

    def at_level(self, names: Ints, level: int) -> Hits:
        """Return the units of a level that any spelling of some of the names is at all like."""
        lookup, spellings = self._lookup, self._lookup.spellings
        form = np.flatnonzero(np.isin(self._owner, names))
        start, count = lookup.unit_starts[:-1], np.diff(lookup.unit_starts)
        _, place = expand(start, np.where(lookup.level == level, count, 0))
        key = distinct(lookup.unit_keys[place])
        if not (len(form) and len(key)):
            return self._hits(form[:0], key[:0])
        apart = process.cdist(
            [self._forms.bones[at] for at in form.tolist()],
            [spellings.bones[at] for at in key.tolist()],
            scorer=OSA.distance,
            dtype=np.uint8,
        )
        longer = np.maximum.outer(self._forms.bone_length[form], spellings.bone_length[key])
        some, which = np.nonzero(_worthwhile(apart.astype(np.int64), longer))
        return self._hits(form[some], key[which])

    def evidence(self, names: Ints, units: Ints) -> tuple[Ints, Ints, Floats, Floats]:
        """Return what units say for the names beside them, one row for each pair of spellings.

        Returns
        -------
        name, unit, odds, evidence
            The pair, the odds, and the columns of `EVIDENCE` whose weighted sum they are.
        """
        name, unit, odds, _, _, columns = self._weigh(*self._pairs(names, units))
        none = np.zeros(len(name))
        return name, unit, odds, np.column_stack([columns.get(each, none) for each in EVIDENCE])

    def _distinct(self, found: Sequence[tuple[Ints, Ints]]) -> tuple[Ints, Ints]:
        size = len(self._lookup.spellings.key)
        code = distinct(np.concatenate([form * size + key for form, key in found]))
        return code // size, code % size

    def _pairs(self, names: Ints, units: Ints) -> tuple[Ints, Ints, Ints]:
        """Return every form of each name beside every spelling of the unit beside it."""
        lookup = self._lookup
        start = np.searchsorted(self._owner, names, "left")  # owners ascend
        pair, form = expand(start, np.searchsorted(self._owner, names, "right") - start)
        unit = units[pair]
        start = lookup.unit_starts[unit]
        which, place = expand(start, lookup.unit_starts[unit + 1] - start)
        return form[which], lookup.unit_keys[place], unit[which]

    def _hits(self, form: Ints, key: Ints, only: Ints | None = None) -> Hits:
        name, unit, odds, how, edits, _ = self._weigh(form, key, only)
        return Hits.best(name, unit, odds, how, edits)

    def _weigh(
        self, form: Ints, key: Ints, only: Ints | None = None
    ) -> tuple[Ints, Ints, Floats, Ints, Ints, _Columns]:
        """Return name, unit, odds, how, edits and evidence for pairs of a form and a spelling.

        A spelling stands for all its units, or for that in `only`.
        """
        lookup, forms, spellings = self._lookup, self._forms, self._lookup.spellings
        exact = forms.hashed.whole[form] == spellings.hashed.whole[key]
        use = (forms.digits[form] == spellings.digits[key]) & (exact | lookup.whole[key])
        pair = np.flatnonzero(use)
        evidence, edits = self._spelling(form[pair], key[pair], exact[pair])
        odds = _weighted(evidence, len(pair))
        good = np.flatnonzero(odds > _HOPELESS)
        pair, odds, edits = pair[good], odds[good], edits[good]
        start = lookup.starts[key[pair]]
        which, place = expand(start, lookup.starts[key[pair] + 1] - start)
        unit, how = lookup.entry_unit[place], lookup.entry_how[place]
        if only is not None:
            mine = unit == only[pair][which]
            which, unit, how = which[mine], unit[mine], how[mine]
        form = form[pair][which]
        standing = self._standing(form, how, unit)
        odds = odds[which] + _weighted(standing, len(which))
        columns = {each: column[good[which]] for each, column in evidence.items()} | standing
        return (
            self._owner[form], unit, odds, np.maximum(self._how[form], how), edits[which], columns,
        )  # fmt: skip

    def _spelling(self, form: Ints, key: Ints, exact: Bools) -> tuple[_Columns, Ints]:
        """Return what spellings say for names, by columns of `EVIDENCE`; and edits."""
        lookup, forms, spellings = self._lookup, self._forms, self._lookup.spellings
        edits, bone_edits = (np.zeros(len(form), dtype=np.int64) for _ in range(2))
        at = np.flatnonzero(~exact)
        edits[at] = _compare(forms.key, form[at], spellings.key, key[at], OSA.distance)
        bone_edits[at] = _compare(forms.bones, form[at], spellings.bones, key[at], OSA.distance)
        mixed = forms.abjad[form] != spellings.abjad[key]
        at = np.flatnonzero(mixed & ~exact & (bone_edits > 0))
        bone_edits[at] = _compare(
            forms.loose_bones, form[at], spellings.loose_bones, key[at], OSA.distance
        )
        vowel_edits = np.maximum(edits - bone_edits, 0)
        shared_vowels = (forms.length - forms.bone_length)[form]
        at = np.flatnonzero(mixed & ~exact)
        if len(at):
            # The vowels that Arabic script writes must be there, those it leaves out may be.
            shared = _compare(forms.key, form[at], spellings.key, key[at], LCSseq.similarity)
            written = np.where(
                forms.abjad[form[at]], forms.length[form[at]], spellings.length[key[at]]
            )
            vowel_edits[at] = np.maximum(written - shared - bone_edits[at], 0)
            heard = forms.bone_length[form[at]] - bone_edits[at]
            shared_vowels[at] = np.maximum(shared - np.maximum(heard, 0), 0)
        against = np.zeros(len(form), dtype=bool)
        words = forms.word_count[form]
        at = np.flatnonzero((words == spellings.word_count[key]) & (words > 1) & (edits > 0))
        mine, theirs = forms.words[form[at]], spellings.words[key[at]]
        known = (mine >= 0) & (theirs >= 0)
        against[at] = (known & lookup.at_odds[mine, theirs]).any(axis=1)
        bones_heard = 1 - bone_edits / forms.bone_length[form]
        bone_info = self._bone_info[form] * np.maximum(bones_heard, 0)
        vowels_heard = 1 - vowel_edits / np.maximum(forms.length - forms.bone_length, 1)[form]
        vowel_info = self._vowel_info[form] * np.maximum(vowels_heard, 0)
        columns = {
            "bone_info": bone_info,
            "vowel_info": vowel_info,
            "bone_edit": -bone_edits,
            "vowel_edit": -vowel_edits,
        }
        if mixed.any():
            vague = {
                "abjad_info": bone_info,
                "abjad_vowel": shared_vowels,
                "abjad_bone_edit": -bone_edits,
                "abjad_vowel_edit": -vowel_edits,
            }
            columns = {each: np.where(mixed, 0, column) for each, column in columns.items()}
            columns |= {each: np.where(mixed, column, 0) for each, column in vague.items()}
            edits = np.where(mixed, bone_edits + vowel_edits, edits)
        columns["bone_share"] = -bone_edits / forms.bone_length[form]
        columns["contradiction"] = -against.astype(np.int64)
        return columns, edits

    def _standing(self, form: Ints, how: Ints, unit: Ints) -> _Columns:
        """Return what speaks against a unit beside its spelling, by columns of `EVIDENCE`."""
        own = self._how[form]
        said, kinds = self.kinds[self._owner[form]], self._lookup.kinds[unit]
        clash = (said != 0) & (kinds != 0) & (said & kinds == 0)
        near = clash & (said & _NEAR_KINDS != 0) & (kinds & _NEAR_KINDS != 0)
        ways = {"other": OTHER, "alias": ALIAS, "form": FORM, "short": SHORT, "aside": ASIDE}
        columns: _Columns = {
            each: -((how == way) | (own == way)).astype(np.int64) for each, way in ways.items()
        }
        columns["stem"] = -((own == FORM) & (how != FORM)).astype(np.int64)
        columns["form"] = -(how == FORM).astype(np.int64)
        columns["vague"] = -((said != 0) & self._lookup.vague[unit]).astype(np.int64)
        columns["kind_far"] = -(clash & ~near).astype(np.int64)
        columns["kind_near"] = -near.astype(np.int64)
        return columns


def _weighted(columns: _Columns, size: int) -> Floats:
    odds = np.zeros(size)
    for each, column in columns.items():
        odds += getattr(WEIGHTS, each) * column
    return odds


def _worthwhile(apart: Ints, longer: Ints) -> Bools:
    """Tell which pairs have enough consonants in common to be looked at more closely."""
    return apart * _PART <= longer * (_PART - 1)


def _compare(
    ones: Sequence[str], one: Ints, others: Sequence[str], other: Ints, scorer: Any
) -> Ints:
    """Return distances of texts, given by their positions."""
    if not len(one):
        return np.zeros(0, dtype=np.int64)
    found: Ints = process.cpdist(
        [ones[i] for i in one.tolist()],
        [others[i] for i in other.tolist()],
        scorer=scorer,
        dtype=np.uint8,
    ).astype(np.int64)
    return found


def _ancestors(boundaries: BoundarySet) -> Ints:
    """Return positions of the units above each, or itself, by level; -1 where there is none."""
    known = (boundaries.units["level"] <= DEEPEST).to_numpy()
    lineage = boundaries.lineage.to_numpy()[known, : DEEPEST + 1]
    position = boundaries.position
    return np.array(
        [[-1 if code is None else position[level, code] for level, code in enumerate(row)]
         for row in lineage],
        dtype=np.int64,
    ).reshape(len(lineage), DEEPEST + 1)  # fmt: skip


def _at_odds(words: Sequence[str]) -> Bools:
    """Return which words of a gazetteer cannot be spellings of one another."""
    if not words:
        return np.zeros((1, 1), dtype=bool)
    bare = [bones(word) for word in words]
    apart = process.cdist(bare, bare, scorer=OSA.distance, dtype=np.uint8)
    return np.asarray(apart > 0)


def _shortened(name: Name) -> list[str]:
    """Return the initials and the beginnings of a name, as they stand for large units."""
    initials = "".join(word[0] for word in name.words)
    beginnings = [name.key[:n] for n in range(_SHORTEST_PREFIX, len(name.key) - 1)]
    return [*beginnings, *([initials] if len(initials) > 1 else [])]


def _kinds_of(kind: str) -> frozenset[str]:
    """Return the kinds that a unit's type names."""
    said = {KIND_OF[word] for word in kind.casefold().split() if word in KIND_OF} & PLACE_KINDS
    for stronger, weaker in (("aiyl aimak", "village"), ("district", "city")):
        if stronger in said:
            said.discard(weaker)
    return frozenset(said)


def _kind_bits(kinds: Iterable[str]) -> int:
    """Return kinds as bits of a number."""
    return sum(_KIND_BITS.get(kind, 0) for kind in set(kinds))
