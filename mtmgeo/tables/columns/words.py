"""Words of headings and cells, compared without case, accents and signs; the vocabularies."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final

#: Where words that are written together part: ``numPresentIdpInd``, ``IDPInd``.
_HUMPS: Final = re.compile(r"(?<=[a-zа-я])(?=[A-ZА-Я])|(?<=[A-Z])(?=[A-Z][a-z]{2})")
_WORD: Final = re.compile(r"[^\W\d_]+|[0-9]+")
_MOST: Final = 400  # letters of a heading that are read


@lru_cache(maxsize=20_000)
def words(text: str) -> tuple[str, ...]:
    """Return the words and numbers of a text, without case, accents and signs.

    Digits of every script are those of ASCII; ``numPresentIdpInd`` is four words.
    """
    text = text[:_MOST]
    if not text.isascii():
        text = "".join(_plain(letter) for letter in unicodedata.normalize("NFKD", text))
    parted = _HUMPS.sub(" ", text).replace("'", " ").replace("’", " ")
    return tuple(_WORD.findall(parted.casefold()))


def _plain(letter: str) -> str:
    if unicodedata.combining(letter):
        return ""
    digit = unicodedata.digit(letter, None)
    return letter if digit is None else str(digit)


def key(text: object) -> str:
    """Return a heading without case, accents, spaces and signs."""
    return "".join(words(str(text)))


@cache
def vocabulary(subject: str) -> Mapping[str, Any]:
    """Return what a file of words holds: lists of words by subject and language."""
    file = files("mtmgeo.tables.columns").joinpath("vocabulary", f"{subject}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def phrases(section: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield the phrases of all languages of a section, each as its words."""
    for listed in section.values():
        if isinstance(listed, str):
            yield from filter(None, map(words, listed.split("|")))


def single(section: Mapping[str, Any]) -> frozenset[str]:
    """Return every word that stands in a section."""
    return frozenset(word for phrase in phrases(section) for word in phrase)


@cache
def listed(subject: str, section: str) -> frozenset[str]:
    """Return every word that stands in a section of a file of words."""
    return single(vocabulary(subject)[section])


class Phrases:
    """Phrases of one or more words, each with what it means; the longest that fits is taken."""

    def __init__(self, meanings: Mapping[str, Iterable[tuple[str, ...]]]) -> None:
        self._meaning = {phrase: name for name, said in meanings.items() for phrase in said}
        self._longest = max(map(len, self._meaning), default=0)

    def find(self, said: tuple[str, ...]) -> tuple[list[str], tuple[str, ...]]:
        """Return what the phrases in some words mean, in order, and the words left over."""
        found, rest, at = [], [], 0
        while at < len(said):
            for length in range(min(self._longest, len(said) - at), 0, -1):
                name = self._meaning.get(said[at : at + length])
                if name is not None:
                    found.append(name)
                    at += length
                    break
            else:
                rest.append(said[at])
                at += 1
        return found, tuple(rest)
