"""Names as a page finds them: the keys of its places, and tables to fold what a reader types."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from mtmgeo.names.fold import FOLDS, fold, parse_all
from mtmgeo.names.romanise import AS_LATIN, romanise
from mtmgeo.names.type_words import KIND_OF

#: Latin with marks, phonetic letters, Cyrillic, Arabic.
_BLOCKS: Final = (range(0x80, 0x2B0), range(0x400, 0x530), range(0x620, 0x700))
#: A type word whose key is no longer than this counts only as it is listed, not by its key.
_SHORT: Final = 4


def keys(names: Sequence[str], pcode: str) -> str:
    """Return the keys by which a page finds a unit or a place.

    Parameters
    ----------
    names
        Its names in every language, and others that it goes by.
    pcode
        Its p-code, which the page finds by itself: a name that only repeats it has no key.

    Returns
    -------
    keys
        Folded names and other readings of them, as :func:`mtmgeo.names.parse` gives them, each
        once and with a space between; without those that keep the type words.
    """
    found: dict[str, None] = {}
    for name in parse_all(name for name in names if name and name != pcode):
        whole = fold(name.raw) if name.kinds else ""
        others = (key for key in (*name.others, *name.asides) if key != whole)
        found.update(dict.fromkeys((name.key, *others)))
    found.pop("", None)
    return " ".join(found)


def tables() -> dict[str, str]:
    """Return what a script needs to fold a text as :func:`mtmgeo.names.parse` does.

    Returns
    -------
    tables
        Words with a space between them. ``letters``: a letter and how it is romanised; letters
        that only bear marks are left out, as are those that romanising leaves alone. ``alike``:
        a Cyrillic letter and the Latin one that looks like it. ``folds``: ``spelling>sound``, in
        the order in which they are replaced. ``types``: type words as they are listed. ``kinds``:
        keys of the longer type words, in place of all their spellings.
    """
    letters = (chr(code) for block in _BLOCKS for code in block)
    types = {word: fold(word) for word in KIND_OF}
    return {
        "letters": " ".join(c + romanise(c) for c in letters if c.isalpha() and _is_listed(c)),
        "alike": " ".join(chr(one) + chr(other) for one, other in AS_LATIN.items()),
        "folds": " ".join(">".join(pair) for pair in FOLDS),
        "types": _once(word for word, key in types.items() if len(key) <= _SHORT),
        "kinds": _once(key for key in types.values() if len(key) > _SHORT),
    }


def _is_listed(letter: str) -> bool:
    """Tell whether a letter is romanised otherwise than by taking its marks off."""
    if letter != unicodedata.normalize("NFKC", letter).casefold():
        return False  # no text has it once it is cleaned
    bare, sound = unicodedata.normalize("NFKD", letter)[0], romanise(letter)
    return sound not in (bare, romanise(bare)) if bare != letter else sound != letter


def _once(words: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(words))
