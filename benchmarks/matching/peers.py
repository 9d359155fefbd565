"""The tools compared, behind one face: made once for a reference, then asked about rows.

Each peer is given what a careful user would give it: all names of every unit in Latin letters,
the type words to set aside, the parents' p-codes as far as they are known, and a second try in the
whole province when a district does not have the name.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import noise
import pandas as pd
from rapidfuzz import fuzz, process

import mtmgeo

Names = tuple[str, str, str]
Scorer = Callable[..., float]


@dataclass(frozen=True)
class Answer:
    """A tool's answer to a row: a p-code if it is settled, or that several units fit."""

    pcode: str | None = None
    ambiguous: bool = False


class Tool(Protocol):
    """Finds the units of rows."""

    def answers(self, rows: Sequence[Names]) -> list[Answer]:
        """Return an answer for each row."""


# The words typed, and those of the reference in Russian and Kyrgyz as they look in Latin letters.
_WORDS: Final = {word.lower() for words in noise.TYPE_WORDS.values() for word in words} | {
    "ayylnyy aymak", "ayyl aymagy", "rayon", "sh.", "im.", "j.m.",
}  # fmt: skip
_TYPE_WORDS: Final = re.compile(
    r"(?<!\w)(?:"
    + "|".join(re.escape(word) for word in sorted(_WORDS, key=len, reverse=True))
    + r"|\(.*?\))(?!\w)"
)
_COUNTRY: Final = "KGZ"  # a country must be named, whatever the reference
_ADJECTIVE: Final = re.compile(r"(?<=\w\w)(?:in)?sk(?:iy|aya|oe)\b")


def missing(package: str) -> bool:
    return importlib.util.find_spec(package) is None


def in_latin(name: str) -> tuple[str, str]:
    """Return a name in plain Latin letters, lower case: with type words, and without."""
    text = str(importlib.import_module("anyascii").anyascii(name)).lower().replace("'", "")
    whole, plain = (
        " ".join(re.sub(r"[^a-z0-9]+", " ", some).split())
        for some in (text, _ADJECTIVE.sub("", _TYPE_WORDS.sub(" ", text)))
    )
    return whole, plain or whole


class Mtmgeo:
    """mtmgeo itself."""

    def __init__(self, bounds: mtmgeo.BoundarySet) -> None:
        self.bounds = bounds

    def answers(self, rows: Sequence[Names]) -> list[Answer]:
        """Return an answer for each row."""
        frame = pd.DataFrame(rows, columns=["adm1", "adm2", "location"]).replace("", None)
        found = mtmgeo.match(frame, self.bounds).frame
        return [
            Answer(str(pcode) if status == "matched" else None, ambiguous=status == "ambiguous")
            for status, pcode in zip(found["status"], found["pcode"], strict=True)
        ]


def in_abjad(bounds: mtmgeo.BoundarySet) -> bool:
    """Tell whether the names of a reference are in Arabic script."""
    return bool(bounds.units["name"].str.contains("[\u0620-\u06d3]").mean() > 0.5)


@dataclass(frozen=True)
class _Entry:
    """A name of a unit: ``level`` 1, 2 or 3, all locations being at 3."""

    unit: tuple[int, str]
    level: int
    name: str
    within: dict[int, str]


def _entries(bounds: mtmgeo.BoundarySet) -> list[_Entry]:
    """Return every name of every unit, with and without type words.

    A name without them is left out if it is another unit's in full: Osh is the province, although
    there is Osh (city).
    """
    units = bounds.units
    columns = ["name", *(c for c in units.columns if c.startswith("name_"))]
    names = units[columns].fillna("").to_numpy().tolist()
    if "aliases" in units.columns:
        for own, aliases in zip(names, units["aliases"].fillna(""), strict=True):
            own.extend(aliases.split("|"))
    levels = [int(str(column)) for column in bounds.lineage.columns]
    whole: list[_Entry] = []
    plain: list[_Entry] = []
    for pcode, level, own, chain in zip(
        units["pcode"], units["level"], names, bounds.lineage.to_numpy().tolist(), strict=True
    ):
        within = {
            at: str(code) for at, code in zip(levels, chain, strict=True) if isinstance(code, str)
        }
        spelt = [in_latin(name) for name in own if name]
        for entries, form in ((whole, 0), (plain, 1)):
            entries.extend(
                _Entry((int(level), str(pcode)), min(int(level), 3), name, within)
                for name in dict.fromkeys(forms[form] for forms in spelt)
                if name
            )
    taken = {(entry.level, entry.name, entry.within.get(entry.level - 1)) for entry in whole}
    return whole + [
        entry
        for entry in plain
        if (entry.level, entry.name, entry.within.get(entry.level - 1)) not in taken
    ]


class ByLevel:
    """Rapidfuzz on romanised names: admin 1, admin 2 inside it, then the location inside that.

    Without a cutoff it takes what is best for the reference's script: a lower one for names whose
    vowels are not written.
    """

    def __init__(
        self,
        bounds: mtmgeo.BoundarySet,
        scorer: Scorer = fuzz.ratio,
        cutoff: float | None = None,
    ) -> None:
        self.scorer = scorer
        self.cutoff = (40 if in_abjad(bounds) else 60) if cutoff is None else cutoff
        self.names: dict[tuple[int, str], list[str]] = defaultdict(list)
        self.units: dict[tuple[int, str], list[_Entry]] = defaultdict(list)
        self.exact: dict[tuple[int, str, str], list[_Entry]] = defaultdict(list)
        for entry in _entries(bounds):
            above = [entry.within[at] for at in (1, 2) if at < entry.level and at in entry.within]
            for parent in {"", *above}:
                self.names[entry.level, parent].append(entry.name)
                self.units[entry.level, parent].append(entry)
                self.exact[entry.level, parent, entry.name].append(entry)

    def answers(self, rows: Sequence[Names]) -> list[Answer]:
        """Return an answer for each row."""
        return [self._answer(*row) for row in rows]

    def _answer(self, adm1: str, adm2: str, location: str) -> Answer:
        found = Answer()
        parents = [""]
        for level, name in enumerate((adm1, adm2, location), 1):
            if not name.strip():
                continue
            found = self._best(level, name, parents)
            if found.pcode is not None and level < 3:
                parents.insert(0, found.pcode)
        return found

    def _best(self, level: int, name: str, parents: Sequence[str]) -> Answer:
        whole, plain = in_latin(name)
        # A district that does not have the name gives way to its province, never to the country.
        for parent in parents if len(parents) == 1 else parents[:-1]:
            best = self.exact.get((level, parent, whole)) or self._like(level, parent, plain)
            if best:
                return self._settled(best)
        return Answer()

    def _like(self, level: int, parent: str, text: str) -> list[_Entry]:
        hits = process.extract(
            text,
            self.names.get((level, parent), []),
            scorer=self.scorer,
            score_cutoff=self.cutoff,
            limit=8,
        )
        return [self.units[level, parent][at] for _, score, at in hits if score == hits[0][1]]

    def _settled(self, best: Sequence[_Entry]) -> Answer:
        """Return the unit among equals that lies in all the others, if there is one."""
        lowest = max(best, key=lambda entry: entry.unit[0])
        if all(lowest.within[entry.unit[0]] == entry.unit[1] for entry in best):
            return Answer(lowest.unit[1])
        return Answer(ambiguous=True)


class AdminLevels:
    """OCHA's AdminLevel of hdx-python-country, one for each level and kind of parent."""

    def __init__(self, bounds: mtmgeo.BoundarySet) -> None:
        make = importlib.import_module("hdx.location.adminlevel").AdminLevel
        rows: dict[tuple[int, int], list[dict[str, str]]] = defaultdict(list)
        # Of names alike in one parent the last is kept: the settlement rather than its aimak.
        for entry in sorted(_entries(bounds), key=lambda entry: entry.unit[0]):
            for above in range(entry.level):
                if above and above not in entry.within:
                    continue
                parent = entry.within[above] if above else _COUNTRY
                rows[entry.level, above].append(
                    {
                        "Location": _COUNTRY,
                        "P-Code": entry.unit[1],
                        "Name": entry.name,
                        "Parent P-Code": parent,
                    }
                )
        self.levels: dict[tuple[int, int], Any] = {}
        for key, some in rows.items():
            self.levels[key] = make()
            self.levels[key].setup_from_iterable(some)

    def answers(self, rows: Sequence[Names]) -> list[Answer]:
        """Return an answer for each row."""
        return [Answer(self._answer(*row)) for row in rows]

    def _answer(self, adm1: str, adm2: str, location: str) -> str | None:
        pcode: str | None = None
        parents: list[tuple[int, str]] = [(0, _COUNTRY)]
        for level, name in enumerate((adm1, adm2, location), 1):
            if not name.strip():
                continue
            pcode = self._best(level, name, parents)
            if pcode is not None and level < 3:
                parents.insert(0, (level, pcode))
        return pcode

    def _best(self, level: int, name: str, parents: Sequence[tuple[int, str]]) -> str | None:
        whole, plain = in_latin(name)
        for above, parent in parents if len(parents) == 1 else parents[:-1]:
            finder = self.levels.get((level, above))
            if finder is None or parent not in finder.name_parent_to_pcode[_COUNTRY]:
                continue
            for text, fuzzy in ((whole, False), (plain, True)):
                pcode: str | None = finder.get_pcode(
                    _COUNTRY, text, parent=parent, fuzzy_match=fuzzy
                )[0]
                if pcode is not None:
                    return pcode
        return None


def tools() -> dict[str, Callable[[mtmgeo.BoundarySet], Tool]]:
    """Return the tools that are installed."""
    found: dict[str, Callable[[mtmgeo.BoundarySet], Tool]] = {"mtmgeo": Mtmgeo}
    if not missing("anyascii"):
        found["rapidfuzz by level"] = ByLevel
        if not missing("hdx"):
            found["hdx AdminLevel"] = AdminLevels
    return found
