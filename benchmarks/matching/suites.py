"""Rows whose answers are known, made of the Kyrgyzstan pack: names in three languages, typed badly.

A row's truth is settled before anything is done to its names: the units that bear the name within
the parents given. Where several do and no name can tell them apart, the row is *ambiguous*, and a
good tool says so; a settlement that shares its name with the units above it is not, and any of
them is accepted. Rows in which noise brings a name as near to another unit are thrown away.
"""

from __future__ import annotations

import random
import re
import tempfile
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import noise
import pandas as pd
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

import mtmgeo

Place = tuple[int, str]  # level and p-code: a city can be the same unit at two levels

# Letters of Kyrgyz and Russian, in five ways of writing them in Latin ones ("_" for nothing).
_LETTERS: Final = "абвгдеёжзийклмнңоөпрстуүфхцчшщъыьэюя"
SCHEMES: Final = {
    "BGN": "a b v g d e yo j z i y k l m n ng o ö p r s t u ü f kh ts ch sh shch _ y _ e yu ya",
    "Turkic": "a b v g d e yo c z i y k l m n ñ o ö p r s t u ü f h ts ç ş şç _ ı _ e yu ya",
    "plain": "a b v g d e yo j z i i k l m n n o o p r s t u u f h ts ch sh sh _ y _ e iu ia",
    "Russian": "a b v g d e e zh z i y k l m n n o o p r s t u u f kh ts ch sh sch _ y _ e yu ya",
    "scientific": "a b v g d e ë ž z i j k l m n ń o ö p r s t u ü f h c č š šč _ y ’ è û â",
}  # fmt: skip
_TABLES: Final = {
    scheme: dict(zip(_LETTERS, letters.replace("_", "\0").split(" "), strict=True))
    for scheme, letters in SCHEMES.items()
}
_SOUNDS: Final = tuple(
    pair.split(">")
    for pair in (
        "shch>s dzh>j zh>j dj>j tch>c kh>h gh>g ch>c ts>c sh>s yu>u iu>u ya>a ia>a yo>o oo>u "
        "ee>i ie>i ye>i q>k w>v x>h y>i e>i o>u"
    ).split()
)
_TYPES: Final = re.compile(
    r"\(.*\)|\b(айылный аймак|айыл аймагы|район\w*|област\w*|шаары|имени)\b|^(г|им)\.| ш\.$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Row:
    """A row as typed and what it means.

    Attributes
    ----------
    names
        Admin 1, admin 2 and location as typed, empty where not given.
    kind
        ``match``, ``none`` (the place exists nowhere) or ``ambiguous``.
    truth
        P-codes that are right answers; none unless the kind is ``match``.
    noise
        What was done to the names.
    """

    names: tuple[str, str, str]
    kind: str
    truth: frozenset[str]
    noise: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Suite:
    """Rows and the reference to find their units in.

    Attributes
    ----------
    units
        Columns pcode, level, name, parent_pcode, type and optionally name_XX and aliases.
    """

    name: str
    units: pd.DataFrame
    rows: list[Row]

    def boundaries(self) -> mtmgeo.BoundarySet:
        """Return the reference as mtmgeo reads it."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "units.csv"
            self.units.to_csv(path, index=False)
            return mtmgeo.read_boundaries(path)


@dataclass(frozen=True)
class Unit:
    """A unit of the pack: its names in all languages, and the units it lies in, itself included."""

    pcode: str
    level: int
    kind: str
    name: str
    english: str
    russian: str
    kyrgyz: str
    chain: dict[int, str] = field(hash=False)
    spellings: frozenset[str]

    @property
    def place(self) -> Place:
        """Return what tells the unit from all others."""
        return self.level, self.pcode


def bare(name: str) -> str:
    """Return the name without type words."""
    return _TYPES.sub(" ", name).strip(" .") or name


def romanise(name: str, scheme: str) -> str:
    table = _TABLES[scheme]
    letters = []
    for letter in name.replace("ӊ", "ң"):
        latin = table.get(letter.lower(), letter)
        letters.append(latin.capitalize() if letter.isupper() else latin)
    return "".join(letters).replace("\0", "")


def sound(name: str) -> str:
    """Return what a name sounds like, roughly: the same for most spellings of it."""
    text = unicodedata.normalize("NFKD", romanise(bare(name), "plain").lower().replace("ı", "y"))
    text = re.sub(r"[^a-z]", "", text)
    for old, new in _SOUNDS:
        text = text.replace(old, new)
    return re.sub(r"(.)\1+", r"\1", text)


def letters_of(name: str) -> str:
    """Return the letters of a name and nothing else; what stands in brackets tells names apart."""
    inside = "".join(re.findall(r"\((.*)\)", name))
    return re.sub(r"[\W_]", "", bare(name) + inside).casefold()


class Pack:
    """The units of the embedded pack, and who bears a name where."""

    def __init__(self) -> None:
        bounds = mtmgeo.read_boundaries("kgz")
        self.units: list[Unit] = []
        names = bounds.units.drop(columns="geometry").fillna("")
        for row, chain in zip(names.itertuples(), bounds.lineage.itertuples(), strict=True):
            level = int(str(row.level))
            if level:
                spelt = (row.name, row.name_en, row.name_ru, row.name_ky, *row.aliases.split("|"))
                self.units.append(
                    Unit(
                        row.pcode, level, row.type, row.name, row.name_en, row.name_ru, row.name_ky,
                        {at: chain[at + 1] for at in range(1, level + 1)},
                        frozenset(sound(name) for name in spelt if name),
                    )
                )  # fmt: skip
        self.at: dict[Place, Unit] = {unit.place: unit for unit in self.units}
        self.bearers: dict[str, list[Unit]] = defaultdict(list)
        self.members: dict[str, list[Unit]] = defaultdict(list)
        for unit in self.units:
            for spelling in unit.spellings:
                self.bearers[spelling].append(unit)
            for pcode in {*unit.chain.values(), ""}:
                self.members[pcode].append(unit)

    def above(self, unit: Unit, level: int) -> Unit:
        """Return the unit of a level that a unit lies in."""
        return self.at[level, unit.chain[level]]

    def known_as(self, name: str, level: int) -> frozenset[str]:
        """Return the p-codes of the units of a level that a parent's name may mean."""
        return frozenset(unit.pcode for unit in self.bearers[sound(name)] if unit.level == level)


@dataclass
class Judge:
    """Say what a row means, by the names of one reference."""

    pack: Pack
    names: dict[Place, str]

    def inside(self, unit: Unit, adm1: frozenset[str] | None, adm2: frozenset[str] | None) -> bool:
        """Tell whether a unit lies in what the parents given may mean."""
        return (adm1 is None or unit.chain[1] in adm1) and (
            adm2 is None or unit.chain.get(2) in adm2
        )

    def meant(
        self, unit: Unit, adm1: frozenset[str] | None, adm2: frozenset[str] | None, kind: str | None
    ) -> tuple[str, frozenset[str]] | None:
        """Return the kind of row and its right answers; None if nobody could say.

        ``adm1`` and ``adm2`` are what the parents given mean, None where not given; ``kind`` the
        kind of unit if the row has a word for it.
        """
        levels = {3, 4} if adm2 is not None else {2, 3, 4}
        fits = [
            other
            for spelling in unit.spellings
            for other in self.pack.bearers[spelling]
            if other.level in levels and self.inside(other, adm1, adm2)
        ]
        fits = list({other.place: other for other in fits}.values())
        if kind is not None:
            fits = [other for other in fits if other.kind == kind]
        above = {place for other in fits for place in list(other.chain.items())[:-1]}
        lowest = [other for other in fits if other.place not in above]
        codes = {other.pcode for other in lowest}
        if unit not in fits:
            return None
        if len(codes) == 1:
            return "match", frozenset(other.pcode for other in fits)
        # Only names that are letter for letter the same are beyond telling apart.
        if len({letters_of(self.names[other.place]) for other in lowest}) > 1:
            return None
        return "ambiguous", frozenset()

    def unmistaken(
        self, typed: str, unit: Unit, adm1: frozenset[str] | None, adm2: frozenset[str] | None
    ) -> bool:
        """Tell whether a name as typed is nearer to its own unit than to any other in reach."""
        text = sound(typed)
        own = min(OSA.distance(text, spelling) for spelling in unit.spellings)
        levels = {unit.level} if unit.level < 3 else {2, 3, 4} if adm2 is None else {3, 4}
        for other in self.pack.units:
            if (
                other.level in levels
                and self.inside(other, adm1, adm2)
                and not other.spellings & unit.spellings
                and min(OSA.distance(text, x, score_cutoff=own) for x in other.spellings) <= own
            ):
                return False
        return True


def reference(pack: Pack, name_of: Callable[[Unit], str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "pcode": unit.pcode,
            "level": unit.level,
            "name": name_of(unit),
            "parent_pcode": unit.chain.get(unit.level - 1, ""),
            "type": unit.kind,
        }
        for unit in pack.units
    )


class Typist:
    """Type rows about the pack's units in Latin letters, several things wrong at a time."""

    def __init__(self, pack: Pack, judges: Iterable[Judge], seed: int) -> None:
        self.pack = pack
        self.judges = list(judges)
        self.dice = random.Random(seed)  # noqa: S311  (no secret: the same rows in every run)
        self.pools: dict[int, list[Unit]] = defaultdict(list)
        for unit in pack.units:
            self.pools[unit.level].append(unit)
        words = {word for unit in pack.units for word in re.split(r"[ -]", bare(unit.name))}
        self.words = sorted(word for word in words if len(word) > 2)
        self.syllables = sorted(
            {
                part
                for word in self.words
                for part in re.findall(r"[^aeiouy]*[aeiouy]+[^aeiouy]?", word.lower())
            }
        )

    def rows(self, count: int) -> list[Row]:
        """Return so many rows, no two with the same names."""
        made: dict[tuple[str, str, str], Row] = {}
        while len(made) < count:
            level = self.dice.choices((4, 3, 2, 1), (50, 33, 14, 3))[0]
            unit = self.dice.choice(self.pools[level])
            row = self._invented(unit) if self.dice.random() < 0.05 else self._row(unit)
            if row is not None and any(name.strip() for name in row.names):
                made.setdefault(row.names, row)
        return list(made.values())

    def _parents(self, unit: Unit) -> tuple[list[Unit | None], set[str]]:
        """Return the parents to be typed; some are left out, some are a neighbour instead."""
        given: list[Unit | None] = [self.pack.above(unit, 1), None]
        done = set()
        if unit.level > 1:
            given[1] = self.pack.above(unit, 2)
            if self.dice.random() < 0.1:
                given[0] = None
                done.add("no admin 1")
        if unit.level > 2:
            chance = self.dice.random()
            if chance < 0.1:
                given[1] = None
                done.add("no admin 2")
            elif chance < 0.15 and given[0] is not None:
                near = [
                    x for x in self.pools[2] if x.chain[1] == unit.chain[1] and x is not given[1]
                ]
                given[1] = self.dice.choice(near) if near else given[1]
                done |= {"wrong admin 2"} if near else set()
        return given, done

    def _means(self, given: list[Unit | None]) -> tuple[frozenset[str] | None, ...]:
        return tuple(
            None if parent is None else self.pack.known_as(parent.name, level)
            for level, parent in enumerate(given, 1)
        )

    def _type(self, parent: Unit | None, *, careful: bool = True) -> tuple[str, set[str]]:
        if parent is None:
            return "", set()
        return noise.type_name(parent.name, parent.kind, self.dice, careful=careful)

    def _row(self, unit: Unit) -> Row | None:
        given, done = self._parents(unit)
        means = list(self._means(given))
        wrong = "wrong admin 2" in done
        typed = [self._type(parent, careful=unit.level > 2) for parent in given]
        own, changes = ("", set()) if unit.level < 3 else self._type(unit, careful=False)
        names = [typed[0][0], typed[1][0], own]
        if unit.level < 3:
            own, changes = typed[unit.level - 1]
            means[unit.level - 1] = None
            means[1] = None
        if wrong:
            neighbour = self.pack.members[given[1].pcode] if given[1] else []
            like = [spelling for other in neighbour for spelling in other.spellings]
            if process.extractOne(sound(unit.name), like, scorer=fuzz.ratio, score_cutoff=72):
                return None
            means[1] = None
        verdict = self._verdict(unit, own, changes, means)
        if verdict is None:
            return None
        kind, truth = verdict
        if kind == "match" and unit.level > 1 and not done and self.dice.random() < 0.04:
            moved = self._misplaced(unit, names)
            done |= {"wrong column"} if moved != names else set()
            names = moved
        every = done | changes | {change for _, some in typed for change in some}
        return Row((names[0], names[1], names[2]), kind, truth, frozenset(every))

    def _verdict(
        self, unit: Unit, own: str, changes: set[str], means: list[frozenset[str] | None]
    ) -> tuple[str, frozenset[str]] | None:
        """Return what all references agree that the row means."""
        if changes & {"misspelt", "respelt", "doubled"} and not self.judges[0].unmistaken(
            own, unit, means[0], means[1]
        ):
            return None
        if unit.level < 3:
            twins = [
                other
                for other in self.pools[unit.level]
                if other.spellings & unit.spellings
                and other.pcode != unit.pcode
                and ("city" in other.kind) == ("city" in unit.kind)
                and self.judges[0].inside(other, means[0] if unit.level == 2 else None, None)
            ]
            return None if twins else ("match", frozenset({unit.pcode}))
        kind = unit.kind if "type word" in changes else None
        verdicts = {judge.meant(unit, means[0], means[1], kind) for judge in self.judges}
        return verdicts.pop() if len(verdicts) == 1 else None

    def _misplaced(self, unit: Unit, names: list[str]) -> list[str]:
        """Return the names in other columns than their own, if that leaves the row's meaning."""
        adm1, adm2, location = names
        others = {other.level for other in self.pack.bearers[sound(unit.name)]} - {unit.level}
        if not adm1 or (unit.level > 2 and others & {1, 2}) or (unit.level == 2 and others):
            return names
        if unit.level == 2:
            return self.dice.choice(([adm2, adm1, ""], ["", adm1, adm2]))
        return self.dice.choice(
            ([adm1, location, adm2], [adm2, adm1, location], [adm2, location, ""])
        )

    def _invented(self, unit: Unit) -> Row | None:
        """Return a row about a place that does not exist, unlike any that does in its district."""
        given, done = self._parents(unit)
        if unit.level < 3 or "wrong admin 2" in done:
            return None
        if self.dice.random() < 0.5:
            name = "-".join(self.dice.choice(self.words) for _ in range(2))
        else:
            parts = self.dice.choice((2, 3, 3, 4))
            name = "".join(self.dice.choice(self.syllables) for _ in range(parts)).capitalize()
        text = sound(name)
        around = (given[1] or given[0] or unit).pcode if given[1] or given[0] else ""
        like = [spelling for other in self.pack.members[around] for spelling in other.spellings]
        if len(text) < 4 or text in self.pack.bearers:
            return None
        if process.extractOne(text, like, scorer=fuzz.ratio, score_cutoff=76):
            return None
        typed = [self._type(parent)[0] for parent in given]
        own, _ = noise.type_name(name, unit.kind, self.dice)
        return Row((typed[0], typed[1], own), "none", frozenset(), frozenset({"invented"}))


def other_language(
    pack: Pack, judge: Judge, write: Callable[[Unit, random.Random], Iterator[str]], seed: int
) -> list[Row]:
    """Return rows that name every unit in another language or script, without slips."""
    dice = random.Random(seed)  # noqa: S311  (no secret: the same rows in every run)
    made: dict[tuple[str, str, str], Row | None] = {}
    for unit in pack.units:
        for own in write(unit, dice):
            parents = [
                next(write(pack.above(unit, level), dice), "") if level < unit.level else ""
                for level in (1, 2)
            ]
            chance = dice.random()
            if unit.level > 1 and chance < 0.1:
                parents[0] = ""
            elif unit.level > 2 and chance < 0.2:
                parents[1] = ""
            means = [
                pack.known_as(pack.above(unit, level).name, level) if parent else None
                for level, parent in enumerate(parents, 1)
            ]
            if unit.level < 3:
                parents[unit.level - 1] = own
                if pack.known_as(unit.name, unit.level) - {unit.pcode}:
                    continue
                verdict: tuple[str, frozenset[str]] | None = "match", frozenset({unit.pcode})
            else:
                kind = "aiyl aimak" if "аймак" in own else None
                verdict = judge.meant(unit, means[0], means[1], kind)
            if verdict is None:
                continue
            names = (parents[0], parents[1], own if unit.level > 2 else "")
            row = Row(names, *verdict)
            # The same words for two units of one row are no question with an answer.
            made[names] = row if made.get(names, row) == row else None
    return [row for row in made.values() if row is not None]


def _in_latin(unit: Unit, dice: random.Random) -> Iterator[str]:
    city = " (city)" if "city" in unit.kind and unit.level < 3 else ""
    if unit.kyrgyz:
        for scheme in dice.sample(list(SCHEMES), 2):
            yield romanise(bare(unit.kyrgyz), scheme) + city
    if unit.level < 3 or unit.kyrgyz:
        yield unit.english


def _in_russian(unit: Unit, _: random.Random) -> Iterator[str]:
    # Some units of the pack have the name of another in one of the languages.
    spoken = sound(unit.russian)
    if unit.level < 3 or (unit.kyrgyz and fuzz.partial_ratio(spoken, sound(unit.kyrgyz)) >= 75):
        yield unit.russian


def pack_suites(seed: int, count: int) -> list[Suite]:
    """Return the suites made of the pack alone."""
    pack = Pack()
    latin = reference(pack, lambda unit: unit.name)
    russian = reference(pack, lambda unit: unit.russian)
    kyrgyz = reference(pack, lambda unit: unit.kyrgyz or unit.russian)
    judges = [
        Judge(
            pack, {unit.place: name for unit, name in zip(pack.units, units["name"], strict=True)}
        )
        for units in (latin, russian, kyrgyz)
    ]
    rows = Typist(pack, judges[:2], seed).rows(count)
    every = latin.assign(
        name_ru=[unit.russian for unit in pack.units], name_ky=[unit.kyrgyz for unit in pack.units]
    )
    return [
        Suite("typed Latin, Latin names", latin, rows),
        Suite("typed Latin, Russian names", russian, rows),
        Suite("typed Latin, names in 3 languages", every, rows),
        Suite("romanised, Kyrgyz names", kyrgyz, other_language(pack, judges[2], _in_latin, seed)),
        Suite("Russian, Kyrgyz names", kyrgyz, other_language(pack, judges[2], _in_russian, seed)),
    ]


def shortened(suite: Suite, limit: int | None, seed: int) -> Suite:
    """Return the suite with at most so many rows."""
    if limit is None or len(suite.rows) <= limit:
        return suite
    dice = random.Random(seed)  # noqa: S311  (no secret: the same rows in every run)
    return replace(suite, rows=dice.sample(suite.rows, limit))
