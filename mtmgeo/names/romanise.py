"""Letters of many scripts as Latin ones: Cyrillic, Arabic and accented Latin, language unknown."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Letter by letter into the commonest English romanisation; folding then merges the schemes.
_CYRILLIC: Final = {
    "а": "a", "б": "b", "в": "v", "г": "g", "ғ": "gh", "ґ": "g", "д": "d", "ђ": "dj", "е": "e",
    "ё": "yo", "є": "ye", "ж": "zh", "җ": "zh", "з": "z", "и": "i", "і": "i", "ї": "yi", "й": "y",
    "ӣ": "i", "ј": "y", "к": "k", "қ": "k", "ҡ": "k", "л": "l", "љ": "l", "м": "m", "н": "n",
    "ң": "ng", "ӊ": "ng", "њ": "n", "о": "o", "ө": "o", "п": "p", "р": "r", "с": "s", "т": "t",
    "ћ": "ch", "у": "u", "ұ": "u", "ү": "u", "ӯ": "u", "ў": "o", "ф": "f", "х": "kh", "ҳ": "kh",
    "һ": "kh", "ц": "ts", "ч": "ch", "ҷ": "j", "џ": "dj", "ш": "sh", "щ": "shch", "ъ": "",
    "ы": "y", "ь": "", "э": "e", "ә": "a", "ю": "yu", "я": "ya",
}  # fmt: skip

_LATIN: Final = {
    "ı": "i", "ş": "sh", "ș": "sh", "š": "sh", "ç": "ch", "č": "ch", "ć": "ch", "ž": "zh",
    "ğ": "g", "ø": "o", "œ": "oe", "ł": "l", "đ": "d", "ß": "ss", "æ": "ae",
    "ə": "a", "ɣ": "gh", "ŋ": "ng",
}  # fmt: skip

# The Arabic reading; `_OTHERWISE` has the letters that Dari and Pashto read otherwise.
_ARABIC: Final = {
    "ا": "a", "أ": "a", "إ": "i", "آ": "a", "ٱ": "a", "ى": "a", "ب": "b", "پ": "p", "ت": "t",
    "ټ": "t", "ٹ": "t", "ث": "th", "ج": "j", "چ": "ch", "ح": "h", "خ": "kh", "څ": "ts", "ځ": "dz",
    "د": "d", "ډ": "d", "ڈ": "d", "ذ": "dh", "ر": "r", "ړ": "r", "ڑ": "r", "ڕ": "r", "ز": "z",
    "ژ": "zh", "ږ": "g", "س": "s", "ش": "sh", "ښ": "kh", "ص": "s", "ض": "d", "ط": "t", "ظ": "z",
    "ع": "", "غ": "gh", "ف": "f", "ڤ": "v", "ق": "q", "ك": "k", "ک": "k", "ګ": "g", "گ": "g",
    "ڭ": "ng", "ل": "l", "ڵ": "l", "م": "m", "ن": "n", "ڼ": "n", "ں": "n", "ه": "h", "ھ": "h",
    "ە": "a", "ہ": "h", "ة": "a", "ۀ": "a", "ۆ": "o", "ي": "i", "ی": "i", "ې": "e", "ۍ": "i",
    "ێ": "e", "ئ": "i", "ؤ": "u", "ء": "", "ـ": "",
}  # fmt: skip
#: Stands between consonants of Arabic script, so that two of them do not look like one sound.
APART: Final = "ʔ"
_CONSONANT: Final = "[بپتټٹثجچحخځڅدډڈذرړڑڕزژږسشښصضطظغفڤقكکګگڭلڵمنڼںهھہ]"
_APART: Final = re.compile(f"(?<={_CONSONANT})(?={_CONSONANT})")
#: An h that makes no other sound of the letter before it: Voskhod.
APART_H: Final = "ħ"

# Letters that Dari and Pashto read otherwise than Arabic; s with a cedilla, which is sh to a Turk,
# and an emphatic s where Arabic is romanised; x, which is kh to a Kurd or Uzbek.
_OTHERWISE: Final = {
    "ث": "s",
    "ذ": "z",
    "ض": "z",
    "ښ": "sh",
    "ږ": "zh",
    "ş": "s",
    "غ": "q",
    "x": "kh",
}
_READ_OTHERWISE: Final = re.compile(f"[{''.join(_OTHERWISE)}]")

_TABLE: Final = str.maketrans({**_CYRILLIC, **_LATIN, **_ARABIC})
_OTHERWISE_TABLE: Final = str.maketrans(_OTHERWISE)

_IN_ARABIC: Final = re.compile(r"[\u0620-\u064a\u066e-\u06d3]")
# Waw is a consonant where a word begins or a long vowel is beside it, and a vowel elsewhere.
_WAW: Final = re.compile(r"\bو|و(?=[اآىەيیېوە])|(?<=[اآيی])و")
# A closing ha is a vowel after a consonant: ناوه is Nawa, but فراه is Farah.
_CLOSING_HA: Final = re.compile(r"(?<=[^\Wاويیآ])ه\b")
_MARKS: Final = re.compile(
    r"[\u0300-\u036f\u0483-\u0487\u0610-\u061a\u064b-\u065f\u0670\u20d0-\u20f0]+"
)

# Polish and scholarly spellings of Slavic names: Czernowce, Vižnicja.
_SLAVIC: Final = re.compile("cz|sz|[čšž]|c(?![hkz])")
_SLAVIC_LETTERS: Final = tuple(
    pair.split(">") for pair in "cz>ch č>ch sz>sh š>sh rz>r ž>@ ch>( c>ts (>ch j>y @>zh".split()
)

#: An s with a stroke, in the romanisations of Dari of some gazetteers: a sh.
_LONG_S: Final = "s\u0304"
_TURKIC: Final = re.compile("[çşğıêîû]")

#: Cyrillic letters and the Latin ones that look like them, for words in which the two are mixed.
AS_LATIN: Final = str.maketrans("аеёікорсухјѕвнмт", "aeeikopcyxjsbhmt")
_AS_CYRILLIC: Final = str.maketrans("aeikopcyxjsbhmt", "аеікорсухјѕвнмт")
_MIXED: Final = re.compile(r"[a-z]+[Ѐ-ӿ][a-zЀ-ӿ]*|[Ѐ-ӿ]+[a-z][a-zЀ-ӿ]*")


def in_abjad(text: str) -> bool:
    """Tell whether a text is in Arabic script, which leaves short vowels out."""
    return bool(_IN_ARABIC.search(text))


def _unmixed(found: re.Match[str]) -> str:
    """Return a word of two scripts in the one that has more of its letters."""
    word = found[0]
    latin = sum("a" <= letter <= "z" for letter in word)
    return word.translate(AS_LATIN if 2 * latin > len(word) else _AS_CYRILLIC)


def romanise(text: str) -> str:
    """Return casefolded text in Latin letters without accents; other scripts stay as they are."""
    if text.isascii():
        return text
    text = _MIXED.sub(_unmixed, text)
    if in_abjad(text):
        text = _CLOSING_HA.sub("a", _WAW.sub("w", _MARKS.sub("", text))).replace("و", "u")
        text = _APART.sub(APART, text)
    text = unicodedata.normalize("NFKD", text.translate(_TABLE))
    return _MARKS.sub("", text).translate(_TABLE)


def other_readings(text: str) -> list[str]:
    """Return a text with the letters that some languages read otherwise, if it has any."""
    readings = [text.translate(_OTHERWISE_TABLE)] if _READ_OTHERWISE.search(text) else []
    if _LONG_S in text:
        readings.append(text.replace(_LONG_S, "sh").replace("c", "ch"))
    elif "c" in text and _TURKIC.search(text):
        readings.append(text.replace("c", "j"))
    elif _SLAVIC.search(text):
        slavic = text
        for spelling, sound in _SLAVIC_LETTERS:
            slavic = slavic.replace(spelling, sound)
        readings.append(slavic)
    return readings
