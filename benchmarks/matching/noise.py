"""Type names as people do: misspelt, romanised otherwise, with type words, in any case.

Every function takes a name and dice, and returns the name as typed; the same seed, the same name.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Final

# Vowels and common consonants twice: slips are seldom rare letters.
_LETTERS: Final = "aaeeiioouuyyklmnnrrsstt" + "bdghjpz"

# What one scheme of romanisation has and another has instead.
_SCHEMES: Final = (
    (("zh", "j"), ("j", "zh"), ("zh", "dj"), ("j", "dj"), ("j", "dzh"), ("zh", "z")),
    (("y", "i"), ("i", "y"), ("y", "ı")),
    (("kh", "h"), ("h", "kh"), ("kh", "x")),
    (("yu", "iu"), ("iu", "yu"), ("ya", "ia"), ("ia", "ya")),
    (("yo", "o"), ("o", "yo"), ("o", "ö"), ("yo", "e")),
    (("u", "oo"), ("u", "ü"), ("uu", "u"), ("oo", "u"), ("ee", "e")),
    (("sh", "ş"), ("ch", "ç"), ("ch", "tch")),
    (("k", "q"), ("v", "w"), ("g", "gh"), ("ts", "c")),
    (("ai", "ay"), ("oi", "oy"), ("ei", "ey"), ("e", "ye"), ("e", "ie")),
)

TYPE_WORDS: Final = {
    "oblast": ("oblast", "region", "province", "obl.", "oblusu"),
    "city": ("city", "g.", "shaary"),
    "independent city": ("city", "g.", "shaary"),
    "district": ("district", "raion", "rayon", "r-n"),
    "city district": ("district", "raion"),
    "aiyl aimak": ("aiyl aimak", "a/a", "A.A.", "aiyl okmotu", "okrug"),
    "town": ("town", "city", "g."),
    "village": ("village", "s.", "selo", "aiyl"),
}
_BEFORE: Final = {"g.", "s.", "selo", "obl."}
_NOTES: Final = (" (part)", " J.M.")


def _cased(new: str, old: str) -> str:
    return new.capitalize() if old[:1].isupper() else new


def slip(name: str, dice: random.Random) -> str:
    """Return the name with one letter wrong, missing, too many, or swapped with the next."""
    places = [i for i, letter in enumerate(name) if letter.isalpha()]
    if len(places) < 4:
        return name
    i = dice.choice(places)
    kind = dice.randrange(4)
    if kind == 0:
        typed = name[:i] + _cased(dice.choice(_LETTERS), name[i]) + name[i + 1 :]
    elif kind == 1:
        typed = name[:i] + name[i + 1 :]
    elif kind == 2:
        typed = name[: i + 1] + dice.choice(_LETTERS) + name[i + 1 :]
    else:
        typed = name[:i] + name[i : i + 2][::-1] + name[i + 2 :]
    return typed[:1].upper() + typed[1:] if name[:1].isupper() else typed


def respell(name: str, dice: random.Random) -> str:
    """Return the name with one sound written as another scheme of romanisation has it."""
    rules = [rule for scheme in _SCHEMES for rule in scheme if rule[0] in name.lower()]
    if not rules:
        return name
    old, new = dice.choice(rules)
    at = dice.choice([found.start() for found in re.finditer(old, name.lower())])
    return name[:at] + _cased(new, name[at:]) + name[at + len(old) :]


def double(name: str, dice: random.Random) -> str:
    """Return the name with one letter doubled, or a double one single."""
    places = [i for i, letter in enumerate(name) if letter.lower() in "aeklmnrstu"]
    if not places:
        return name
    i = dice.choice(places)
    if name[i + 1 : i + 2] == name[i].lower():
        return name[:i] + name[i + 1 :] if i else name[0] + name[2:]
    return name[: i + 1] + name[i].lower() + name[i + 1 :]


def space(name: str, dice: random.Random) -> str:
    """Return the name with its hyphens or spaces written otherwise."""
    if "-" in name:
        return name.replace("-", dice.choice((" ", "", " - ", "–")))
    if " " in name:
        return name.replace(" ", dice.choice(("-", "")), 1)
    return dice.choice((f" {name}", f"{name} ", f"{name}."))


def recase(name: str, dice: random.Random) -> str:
    return dice.choice((name.upper(), name.lower()))


def with_type(name: str, kind: str, dice: random.Random) -> str:
    """Return the name with a word for what kind of unit it is."""
    word = dice.choice(TYPE_WORDS[kind])
    return f"{word} {name}" if word in _BEFORE else f"{name} {word}"


def type_name(
    name: str, kind: str, dice: random.Random, *, careful: bool = False
) -> tuple[str, set[str]]:
    """Return a name as typed, and what was done to it: several things at a time.

    ``careful`` is for the names of provinces and districts, which are oftener copied than typed.
    """
    odds = (0.10, 0.25, 0.08, 0.12, 0.35, 0.2) if careful else (0.45, 0.35, 0.12, 0.25, 0.3, 0.3)
    done: set[str] = set()
    typed = name
    changes: tuple[tuple[str, Callable[[str, random.Random], str]], ...] = (
        ("respelt", respell),
        ("misspelt", slip),
        ("doubled", double),
        ("spaced", space),
    )
    for (what, change), chance in zip(changes, odds, strict=False):
        if dice.random() < chance:
            times = 1 + (what == "misspelt" and len(name) > 7 and dice.random() < 0.25)
            for _ in range(times):
                typed = change(typed, dice)
            if typed != name:
                done.add(what)
    if kind in TYPE_WORDS and "(" not in name and dice.random() < odds[4]:
        typed = with_type(typed, kind, dice)
        done.add("type word")
    elif kind in ("village", "town") and dice.random() < 0.03:
        typed += dice.choice(_NOTES)
        done.add("note")
    if dice.random() < odds[5]:
        typed = recase(typed, dice)
        done.add("case")
    return typed, done
