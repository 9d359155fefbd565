"""Place names as text: folded across scripts and romanisations, freed of type words, compared.

The same place is typed 'Кек-Жар', 'Kök-Jar', 'Kokdzhar' or 'Kok Zhar village'. `parse` brings all
of them to one `Name`, whose `key` leaves out what spelling schemes disagree about, and
`similarity` says how near two keys are when a letter is wrong all the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

# Letter by letter into the commonest English romanisation; `_FOLDS` then merges the schemes.
_CYRILLIC: Final = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "ғ": "g", "ґ": "g", "д": "d", "е": "e", "ё": "yo",
        "є": "ye", "ж": "zh", "җ": "zh", "з": "z", "и": "i", "і": "i", "ї": "yi", "й": "y",
        "ӣ": "i", "ј": "y", "к": "k", "қ": "k", "л": "l", "м": "m", "н": "n", "ң": "ng",
        "ӊ": "ng", "о": "o", "ө": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u",
        "ұ": "u", "ү": "u", "ӯ": "u", "ў": "u", "ф": "f", "х": "kh", "ҳ": "kh", "һ": "kh",
        "ц": "ts", "ч": "ch", "ҷ": "j", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "",
        "э": "e", "ә": "a", "ю": "yu", "я": "ya",
    }
)  # fmt: skip

_LATIN: Final = str.maketrans(
    {"ı": "i", "ş": "sh", "ç": "ch", "ğ": "g", "ø": "o", "ł": "l", "đ": "d", "ß": "ss", "æ": "ae"}
)

# Order matters: the longer spelling of a sound goes before the shorter one inside it.
_FOLDS: Final = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"shch|sch|sh", "x"),
        (r"dzh|dj|zh", "j"),
        (r"tch|ch", "tx"),
        (r"kh|gh(?=[aeiou])", "h"),
        (r"ph", "f"),
        (r"ck|c|q", "k"),
        (r"w", "v"),
        (r"yo|io(?=[^aeiou]|$)", "o"),
        (r"yu|iu", "u"),
        (r"ya", "a"),
        (r"ye", "e"),
        (r"y", "i"),
        (r"ng", "n"),
        (r"(.)\1+", r"\1"),
    )
)

_VOWELS: Final = re.compile(r"[aeiou]+")
_CLOSING_VOWELS: Final = re.compile(r"[aeiou]+$")

# Slavic adjectives of places, folded: Кара-Кульджинский is Кара-Кульджа's, Ошская is Ош's.
_ADJECTIVE: Final = re.compile(r"(?P<link>in|n)?sk(?:i|a|aia|oe|ogo|oi)$")
_SHORTEST_STEM: Final = 3

#: Words that say what kind of place is meant, by kind. Written as typed, folded on loading.
_TYPE_WORDS: Final[dict[str, str]] = {
    "oblast": "oblast область обл облусу облус oblusu province region governorate viloyat вилояти",
    "district": "district rayon raion raiyon район районы району р-н rn dist",
    "city": "city town gorod город гор г шаары шаар ш shaar shaary пгт tumani",
    "aiyl aimak": "аймак аймагы айылный aimak aimag aymak okrug округ okmotu өкмөтү а/о с/о "
    "айыл-өкмөтү a/a а/а a/o s/o ao ао community",
    "village": "village vill selo село с поселок посёлок пос п айылы айыл aiyl aiyly ayil qishloq "
    "кишлак settlement",
    "housing estate": "j/m ж/м w/m zhilmassiv жилмассив жм jm wm mkr мкр микрорайон microdistrict",
    "part": "part часть бөлүгү",
    "name": "им имени imeni атындагы named after",
}

# One letter is a type word only with its dot or slash: 'г. Ош', 'Баткен ш.', not the name 'Г'.
_ABBREVIATION: Final = re.compile(r"^[^\W\d]{1,3}\.$")

_UNKNOWN: Final = frozenset(
    "unknown|n/a|na|nan|none|null|nil|not known|not given|no data|other|неизвестно|неизвестный|"
    "не известно|не указано|нет|нет данных|другое|белгисиз|жок|-|--|?|.".split("|")
)


@dataclass(frozen=True)
class Name:
    """A place name made comparable.

    Attributes
    ----------
    raw
        As typed.
    key
        Folded letters and digits, without spaces; equal keys are the same name.
    words
        The folded words that make the key.
    skeleton
        The key with every run of vowels made one mark: vowels are what schemes differ on most.
    stems
        What may be left without an adjective's ending or a closing vowel.
    digits
        The numbers in the name: 'Сокулук-1' is not 'Сокулук-2'.
    kinds
        Kinds of place that its type words name, such as ``city``.
    """

    raw: str
    key: str
    words: tuple[str, ...]
    skeleton: str
    stems: frozenset[str]
    digits: tuple[str, ...]
    kinds: frozenset[str]


def _plain(text: str) -> str:
    """Return `text` in one case and width, without marks that cannot be seen."""
    text = "".join(
        " " if c.isspace() else c
        for c in unicodedata.normalize("NFKC", text)
        if c.isspace() or unicodedata.category(c)[0] != "C"
    )
    return re.sub(r"\s+", " ", text.casefold()).strip()


def fold(text: str) -> str:
    """Return `text` as letters a-z and digits that sound alike in every usual romanisation.

    Case, accents, punctuation, spaces and hyphens are dropped, Cyrillic is romanised, and
    spellings of one sound (zh, dzh, dj, j; kh, h; y, i; yu, iu, u) become one letter.
    Folding twice changes nothing.
    """
    plain = _plain(text).translate(_CYRILLIC).translate(_LATIN)
    plain = "".join(
        c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c)
    ).translate(_LATIN)
    plain = "".join(c for c in plain if c.isalnum())
    previous = None
    while previous != plain:  # a fold can bring together what an earlier one would have merged
        previous = plain
        for pattern, sound in _FOLDS:
            plain = pattern.sub(sound, plain)
    return plain


_KIND_OF: Final = {
    word: kind for kind, words in _TYPE_WORDS.items() for word in (_plain(w) for w in words.split())
}


def is_blank(value: object) -> bool:
    """Tell whether a cell says nothing: empty, missing, or a word such as 'Unknown' or 'нет'."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return True
    plain = _plain(str(value))
    return plain in _UNKNOWN or not any(c.isalnum() for c in plain)


def _spaced(plain: str) -> str:
    """Set type words apart from the name: 'j.m.ak orgo' -> 'j/m ak orgo', 'г.ош' -> 'г. ош'."""
    plain = re.sub(r"[«»\"“”„‟]", " ", plain)
    plain = re.sub(r"\(([^)]*)\)", r" \1 ", plain)
    plain = re.sub(r"\s*[-‐-―]\s*", "-", plain)
    plain = re.sub(r"(?<!\w)([^\W\d])\s?[./]\s?([^\W\d])(?:\.|(?=\s|$))", _pair, plain)
    plain = re.sub(r"(?<!\w)([^\W\d]{1,3})\.(?=\w)", r"\1. ", plain)
    return re.sub(r"[\s,;]+", " ", plain).strip()


def _pair(found: re.Match[str]) -> str:
    joined = f"{found[1]}/{found[2]}"
    return f" {joined} " if joined in _KIND_OF else found[0]


@lru_cache(maxsize=200_000)
def parse(raw: str) -> Name:
    """Return the comparable form of a name as typed.

    Type words are set aside only where something else remains, and only as whole words:
    'г. Ош' is Ош, a city; 'Жаңы-Шаар' keeps its Шаар.
    """
    kept: list[str] = []
    kinds: set[str] = set()
    for word in _spaced(_plain(raw)).split():
        bare = word.rstrip(".:")
        one_letter = len(bare) == 1
        kind = _KIND_OF.get(bare) if not one_letter or _ABBREVIATION.match(word) else None
        if kind:
            kinds.add(kind)
        else:
            kept.append(word)
    if not kept:
        kept = _spaced(_plain(raw)).split()
    text = " ".join(kept)
    key = fold(text)
    words = tuple(w for w in (fold(part) for part in re.split(r"[^\w]+", text)) if w)
    return Name(
        raw=raw,
        key=key,
        words=words,
        skeleton=_VOWELS.sub("a", key),
        stems=_stems(key),
        digits=tuple(re.findall(r"\d+", text)),
        kinds=frozenset(kinds),
    )


def _stems(key: str) -> frozenset[str]:
    adjective = _ADJECTIVE.search(key)
    if not adjective:
        bare = _CLOSING_VOWELS.sub("", key)
        return frozenset({bare if len(bare) >= _SHORTEST_STEM else key})
    stem, link = key[: adjective.start()], adjective["link"] or ""
    # Folding has merged the doubled letter of Talas-skaya, so the s may be the name's own.
    stems = {stem + link, stem + link + "s", _CLOSING_VOWELS.sub("", stem + link)}
    if link and len(stem) > _SHORTEST_STEM:
        stems |= {stem, _CLOSING_VOWELS.sub("", stem)}
    return frozenset(s for s in stems if len(s) >= min(_SHORTEST_STEM, len(stem))) - {""}


def is_adjective(name: Name) -> bool:
    """Tell whether a name has the form of a Slavic adjective ('Kara-Kulzhinsky')."""
    return bool(_ADJECTIVE.search(name.key))


def likeness(queries: Sequence[Name], references: Sequence[Name]) -> npt.NDArray[np.float32]:
    """Return how alike names are spelt, 0 to 1, one row per query and one column per reference.

    The mean of two edit similarities: of the keys, and of their skeletons, so that a vowel
    counts half as much as a consonant.
    """
    views = [
        process.cdist(
            [getattr(q, view) for q in queries],
            [getattr(r, view) for r in references],
            scorer=Levenshtein.normalized_similarity,
            dtype=np.float32,
        )
        for view in ("key", "skeleton")
    ]
    mean: npt.NDArray[np.float32] = (views[0] + views[1]) / 2
    return mean


def contradict(one: Name, other: Name, vocabulary: Collection[str]) -> bool:
    """Tell whether two names that are spelt alike must all the same be two places.

    They are where their numbers differ, or where a word of each is a word of its own in
    `vocabulary` (folded words that recur in a gazetteer): Kara-Bulak is not Sary-Bulak.
    """
    if one.digits != other.digits:
        return True
    if len(one.words) != len(other.words):
        return False
    return any(
        a != b
        and a in vocabulary
        and b in vocabulary
        and _VOWELS.sub("a", a) != _VOWELS.sub("a", b)
        for a, b in zip(one.words, other.words, strict=True)
    )
