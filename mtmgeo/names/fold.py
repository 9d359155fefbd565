"""Place names as text: folded across scripts and romanisations, freed of type words.

The same place is typed 'Кек-Жар', 'Kök-Jar', 'Kokdzhar' or 'Kok Zhar village'. `parse` brings all
of them to one `Name`, whose `key` leaves out what spelling schemes disagree about.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA, Levenshtein

from mtmgeo.names.romanise import APART, APART_H, in_abjad, other_readings, romanise
from mtmgeo.names.type_words import KIND_OF

#: Spellings and their sounds in the order of replacing: the longer spelling of a sound goes before
#: the shorter one inside it. Letters that no scheme writes stand for sh (þ) and ch (ð), so that
#: each sound is one letter.
FOLDS: Final = tuple(
    pair.split(">")
    for pair in (
        "tsch>ð tch>ð shch>þ sch>þ sh>þ ch>ð dzh>j dj>j zh>j gh>g ph>f ck>k c>k q>k "
        "w>v \nx>\nh x>ks tz>ts ya>a ia>a yo>o io>o ye>e ie>e yu>u iu>u ou>u y>i ng>n ah\n>a\n"
    ).split(" ")
)
# A kh is an h, but for one after a letter that would make another sound of it: Voskhod.
_KH: Final = re.compile(r"(?<=[sczkgdpt])kh")
_DOUBLED: Final = tuple(letter * 2 for letter in "abcdefghijklmnopqrstuvwxyzþðħ")
_NO_LETTERS: Final = re.compile(r"[^\w\n]+|[_\u02b0-\u02ff]")

_BONES: Final = str.maketrans("gðħ", "hþh", "aeiouv")
_VOWELS: Final = re.compile(r"[aeiou]+")
_DIGITS: Final = re.compile(r"\d+")
#: Digits of Arabic script, and its marks of short vowels, which most names are written without.
_UNSAID: Final = {
    **str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789"),
    **dict.fromkeys([0x640, 0x670, *range(0x64B, 0x660)]),
}

# Slavic adjectives of places, folded: Кара-Кульджинский is Кара-Кульджа's, Ошская is Ош's.
_ADJECTIVE: Final = re.compile(r"(?P<link>in|n)?sk(?:i|a|aia|oe|e|ogo|oi|ii)$")
_SHORTEST_STEM: Final = 3

# The article of Arabic, before sun letters in their form: al-Basrah, ash-Shatrah.
_ARTICLE: Final = re.compile(
    r"\b(?:[aeu]l[- ]|a([dnrstz])[- ](?=\1)|ash[- ](?=sh)|ath[- ](?=th)|adh[- ](?=dh))(?=\w{3})"
)
_ARABIC_ARTICLE: Final = re.compile(r"(?<!\w)ال(?=\w{2})")

# One letter is a type word only with its dot or slash: 'г. Ош', 'Баткен ш.', not the name 'Г'.
_ABBREVIATION: Final = re.compile(r"^[^\W\d]{1,3}\.$")
_ROMAN: Final = {"ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8",
                 "іі": "2", "ііі": "3", "i": "1", "ix": "9"}  # fmt: skip

_UNKNOWN: Final = frozenset(
    (
        "unknown|n/a|na|nan|none|null|nil|not known|not given|no data|other|неизвестно|"
        "неизвестный|не известно|не указано|нет|нет данных|другое|белгисиз|жок|невідомо|"
        "غير معروف|نامعلوم|-|--|?|."
    ).split("|")
)
_LONGEST: Final = 200


class Name(NamedTuple):
    """A place name made comparable.

    Attributes
    ----------
    raw
        As typed.
    key
        Folded letters and digits, without spaces; equal keys are the same name.
    words
        The folded words that make the key.
    others
        Keys of other readings of the same text: without what stands in brackets, its parts around
        a slash, letters that languages read otherwise, all words with the type words.
    asides
        Keys of what stands in brackets.
    digits
        The numbers in the name: 'Сокулук-1' is not 'Сокулук-2'.
    kinds
        Kinds of place that its type words name, such as ``city``.
    abjad
        Whether it is in Arabic script, so that short vowels are missing.
    also
        Other spellings of it, as in another language.
    """

    raw: str
    key: str
    words: tuple[str, ...]
    others: tuple[str, ...]
    asides: tuple[str, ...]
    digits: tuple[str, ...]
    kinds: frozenset[str]
    abjad: bool
    also: tuple[Name, ...] = ()

    @property
    def skeleton(self) -> str:
        """The key with every run of vowels made one mark."""
        return _VOWELS.sub("a", self.key)

    @property
    def stems(self) -> frozenset[str]:
        """What may be left without an adjective's ending or a closing vowel."""
        return stems(self.key) or frozenset({_without_vowels(self.key)})


#: What has no letters: no name is like it.
NO_NAME: Final = Name("", "", (), (), (), (), frozenset(), abjad=False)


def _clean_all(texts: Sequence[str]) -> list[str]:
    """Return texts in one line, case and width each, without marks that cannot be seen."""
    joined = "\n".join([" ".join(text[:_LONGEST].split()) for text in texts])
    joined = unicodedata.normalize("NFKC", joined).casefold()
    if not joined.isascii():
        joined = unicodedata.normalize("NFC", joined).translate(_UNSAID)
    if not joined.replace("\n", "").isprintable():
        joined = "".join(
            c if c.isprintable() or c == "\n" else " " if c.isspace() else "" for c in joined
        )
    return joined.split("\n")


def _clean(text: str) -> str:
    return " ".join(_clean_all([text])[0].split())


def _fold_all(texts: Sequence[str]) -> list[str]:
    """Return folded texts; they are folded as one, which is what makes it fast."""
    if not texts:
        return []
    joined = "\n" + romanise("\n".join(texts)) + "\n"
    joined = _NO_LETTERS.sub("", joined)
    previous = ""
    while previous != joined:  # a fold can bring together what an earlier one would have merged
        previous = joined
        joined = _KH.sub(APART_H, joined).replace("kh", "h")
        for spelling, sound in FOLDS:
            joined = joined.replace(spelling, sound)
        for pair in _DOUBLED:
            joined = joined.replace(pair, pair[0])
    return joined[1:-1].replace(APART, "").split("\n")


def fold(text: str) -> str:
    """Return `text` as letters and digits that sound alike in every usual romanisation.

    Case, accents, punctuation, spaces and hyphens are dropped, Cyrillic and Arabic script are
    romanised, and spellings of one sound (zh, dzh, dj, j; kh, h; y, i; yu, iu, u) become one
    letter. Folding twice changes nothing.
    """
    return folds([text])[0]


def folds(texts: Sequence[str]) -> list[str]:
    """Return many folded texts, as `fold` does one."""
    return _fold_all(_clean_all(texts)) if texts else []


def bones(key: str) -> str:
    """Return the consonants of a key, without those that schemes and dialects disagree on."""
    return key.translate(_BONES).rstrip("h") or key


def is_blank(value: object) -> bool:
    """Tell whether a cell says nothing: empty, missing, or a word such as 'Unknown' or 'нет'."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return True
    text = str(value)
    if text.isalpha() and text.casefold() not in _UNKNOWN:
        return False  # most names; the rest is looked at more closely
    plain = _clean(text)
    return plain in _UNKNOWN or not any(c.isalnum() for c in plain)


_SIGNS: Final = str.maketrans(
    {
        **dict.fromkeys('«»"“”„‟', " "),
        **dict.fromkeys("ʻʼ'’‘`´ʾʿ", ""),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("[{", "("),
        **dict.fromkeys("]}", ")"),
        **dict.fromkeys(",;:_", " "),
    }
)
_MARKED: Final = frozenset("./№#°0123456789")
_INITIAL_PAIR: Final = re.compile(r"(?<!\w)([^\W\d_]) ?[./] ?([^\W\d_])(?:\.|(?=\s|$))")
_GLUED: Final = re.compile(r"(?<!\w)([^\W\d_]{1,3})\.(?=\w)")
#: A dot that parts words as a space does: they are too long to be initials.
_DOT: Final = re.compile(r"(?<=[^\W\d_]{2})\.(?=[^\W\d_]{2})")
_NUMBER: Final = re.compile(r"(?<!\w)(?:№|no\.?|n°|#) ?(?=\d)")
_FIRST_NUMBER: Final = re.compile(r"^(\d+)[- ]+([^\W\d].*)$")
_ORDINAL: Final = re.compile(r"(\d)-?(?:й|я|е|ое|ая|ый|чи|чү|чы|inchi|chi|st|nd|rd|th)(?!\w)")
_BRACKETS: Final = re.compile(r"\(([^()]*)\)?")


def _pair(found: re.Match[str]) -> str:
    joined = f"{found[1]}/{found[2]}"
    return f" {joined} " if joined in KIND_OF else found[0]


def _spaced(line: str) -> str:
    """Set type words and numbers apart: 'j.m.ak orgo' -> 'j/m ak orgo', 'г.ош' -> 'г. ош'."""
    line = _FIRST_NUMBER.sub(r"\2 \1", line)
    line = _GLUED.sub(r"\1. ", _INITIAL_PAIR.sub(_pair, line))
    return _ORDINAL.sub(r"\1", _NUMBER.sub("", line))


@lru_cache(maxsize=50_000)
def parse(raw: str) -> Name:
    """Return the comparable form of a name as typed.

    Type words are set aside only where something else remains, and only as whole words:
    'г. Ош' is Ош, a city; 'Жаңы-Шаар' keeps its Шаар.
    """
    return parse_all([raw])[0]


def parse_all(
    texts: Iterable[str],
    *,
    type_words: Mapping[str, str] | None = None,
    known: Collection[str] | None = None,
) -> list[Name]:
    """Return the comparable forms of many names, as `parse` does of one.

    Parameters
    ----------
    texts
        Names as typed.
    type_words
        Kinds by further type words, folded, such as those that a reference repeats.
    known
        Folded words of the reference's own names. Where given, a word that is a listed type word
        but for one letter, and is not among them, counts as that type word.
    """
    raws = list(texts)
    if not raws:
        return []
    joined = "\n".join(_clean_all(raws)).translate(_SIGNS)
    joined = joined.replace(" -", "-").replace("- ", "-")
    joined = _ARABIC_ARTICLE.sub("", _ARTICLE.sub("", _DOT.sub(" ", joined)))
    lines = [line if _MARKED.isdisjoint(line) else _spaced(line) for line in joined.split("\n")]
    return _assemble(raws, lines, _Kinds(lines, type_words or {}, known))


class _Kinds:
    """The kinds that the words of some texts name, as far as they are type words."""

    def __init__(
        self, lines: Sequence[str], type_words: Mapping[str, str], known: Collection[str] | None
    ) -> None:
        spaced = " ".join(lines).replace("(", " ").replace(")", " ")
        words = list(dict.fromkeys(spaced.split()))
        keys = _fold_all(words)
        #: Folded words, as far as they stand alone.
        self.folded = dict(zip(words, keys, strict=True))
        listed = {**_FOLDED_KINDS, **type_words}
        self.kinds: dict[str, str] = {}
        odd: dict[str, list[str]] = {}
        for word, key in zip(words, keys, strict=True):
            bare = word.rstrip(".")
            if len(bare) == 1:
                kind = KIND_OF.get(bare) if _ABBREVIATION.match(word) else None
            else:
                kind = KIND_OF.get(bare) or listed.get(key)
            if kind is not None:
                self.kinds[word] = kind
            elif known is not None and len(key) > 4 and key not in known:
                odd.setdefault(key, []).append(word)
        if odd:
            self._add_misspelt(odd)

    def _add_misspelt(self, words: Mapping[str, Sequence[str]]) -> None:
        keys = list(words)
        found = process.cdist(
            keys, _LONG_TYPE_WORDS, scorer=OSA.distance, score_cutoff=1, dtype=np.uint8
        )
        for at, which in zip(*np.nonzero(found <= 1), strict=True):
            kind = _FOLDED_KINDS[_LONG_TYPE_WORDS[which]]
            self.kinds.update(dict.fromkeys(words[keys[at]], kind))

    def sift(self, words: list[str]) -> tuple[list[str], set[str]]:
        """Part the words of a text into those of the name and the kinds that the others name."""
        if self.kinds.keys().isdisjoint(words):
            kept, kinds = words, set[str]()
        else:
            kept = [word for word in words if word not in self.kinds]
            kinds = {self.kinds[word] for word in words if word in self.kinds}
        if kept:
            *_, last = words_of_last = kept[-1].split("-")
            if last in _ROMAN and len(kept) + len(words_of_last) > 2:
                kept = [*kept[:-1], "-".join([*words_of_last[:-1], _ROMAN[last]])]
        return kept, kinds


class _Readings(NamedTuple):
    """The texts of a name, its own first, with what else it says."""

    texts: list[str]
    asides: list[str]
    kinds: frozenset[str]
    abjad: bool


def _read(line: str, kinds_of: _Kinds) -> _Readings:
    words = line.replace("(", " ").replace(")", " ").split() if "(" in line else line.split()
    kept, kinds = kinds_of.sift(words)
    texts, asides = [" ".join(kept or words)], []
    if kinds and kept:
        texts.append(" ".join(words))
    elif kinds:  # the type word is the name
        kinds = set()
    if "(" in line:
        outside, _ = kinds_of.sift(_BRACKETS.sub(" ", line).replace(")", " ").split())
        parts = [kinds_of.sift(part.split())[0] for part in _BRACKETS.findall(line)]
        asides = [" ".join(part) for part in parts if part]
        if outside:
            texts.append(" ".join(outside))
    text = texts[0]
    if "/" in text:
        texts += [part for part in text.split("/") if part.strip()]
    if "dh" in text:  # what Arabic writes as one letter is a d to many: Dhale is Dali
        texts.append(text.replace("dh", "d"))
    abjad = False
    if not (text.isascii() and _PLAIN.isdisjoint(text)):
        abjad = in_abjad(text)
        texts += other_readings(text)
    if "aiyl aimak" in kinds:
        kinds.discard("village")
    return _Readings(texts, asides, frozenset(kinds) if kinds else _NO_KINDS, abjad)


def _assemble(raws: Sequence[str], lines: Sequence[str], kinds_of: _Kinds) -> list[Name]:
    """Return the names of texts, everything in them folded at once."""
    read = [_read(line, kinds_of) for line in lines]
    folded = kinds_of.folded
    texts = dict.fromkeys(text for each in read for text in (*each.texts, *each.asides))
    compound = [text for text in texts if text not in folded]
    key_of = {**folded, **dict(zip(compound, _fold_all(compound), strict=True))}
    joined = "\n".join([each.texts[0] for each in read]).replace("/", " ").replace("-", " ")
    parts = [line.split() for line in joined.split("\n")]
    new = list(dict.fromkeys(word for words in parts for word in words if word not in key_of))
    key_of.update(zip(new, _fold_all(new), strict=True))
    names = []
    for raw, words, (own, asides, kinds, abjad) in zip(raws, parts, read, strict=True):
        key, *others = map(key_of.__getitem__, own)
        names.append(
            Name(
                raw,
                key,
                tuple(filter(None, map(key_of.__getitem__, words))),
                tuple(dict.fromkeys(o for o in others if o and o != key)) if others else (),
                tuple(key for key in map(key_of.__getitem__, asides) if key) if asides else (),
                () if key.isalpha() else tuple(_DIGITS.findall(key)),
                kinds,
                abjad,
            )
        )
    return names


#: Letters, beside those with marks, that not all languages read alike.
_PLAIN: Final = frozenset("cxz")
_NO_KINDS: Final[frozenset[str]] = frozenset()


def stems(key: str) -> frozenset[str]:
    """Return what may be left of a key without an adjective's ending; nothing if it has none."""
    adjective = _ADJECTIVE.search(key) if "sk" in key else None
    if not adjective:
        return frozenset()
    stem, link = key[: adjective.start()], adjective["link"] or ""
    # Folding has merged the doubled letter of Talas-skaya, so the s may be the name's own.
    found = {stem + link, stem + link + "s", stem + link + "sk", _without_vowels(stem + link)}
    if stem.endswith("t") and not link:  # Донецкая is Донецк's
        found.add(stem[:-1] + "k")
    if link and len(stem) > _SHORTEST_STEM:
        found |= {stem, _without_vowels(stem)}
    return frozenset(s for s in found if len(s) >= min(_SHORTEST_STEM, len(stem))) - {""}


def _without_vowels(key: str) -> str:
    bare = key.rstrip("aeiou")
    return bare if len(bare) >= _SHORTEST_STEM else key


def is_adjective(name: Name) -> bool:
    """Tell whether a name has the form of a Slavic adjective ('Kara-Kulzhinsky')."""
    return bool(_ADJECTIVE.search(name.key))


def likeness(one: Name, other: Name) -> float:
    """Return how alike two names are spelt, 0 to 1; a vowel counts half as much as a consonant."""
    keys = Levenshtein.normalized_similarity(one.key, other.key)
    return (keys + Levenshtein.normalized_similarity(one.skeleton, other.skeleton)) / 2


_FOLDED_KINDS: Final = {
    key: kind
    for key, kind in zip(_fold_all(list(KIND_OF)), KIND_OF.values(), strict=True)
    if len(key) > 4
}
_LONG_TYPE_WORDS: Final = tuple(key for key in _FOLDED_KINDS if len(key) > 5)
