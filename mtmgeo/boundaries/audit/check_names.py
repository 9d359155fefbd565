"""Check how names are written: blank, in capitals, of another script, garbled, borne twice."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from mtmgeo.boundaries.audit.faults import Ledger, shown

_LETTER: Final = re.compile(r"[^\W\d_]")

_NO_LAND_NAME: Final = re.compile(r"9\d\d$")
_INVISIBLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\ufeff]")
_SPACES: Final = re.compile(r"^\s|\s$|\s\s|[^\S ]")
_GARBLED: Final = re.compile(r"\ufffd|\?\?|\w\?\w|[ÃÂÐÑØÙ][\u0080-\u00bf]")
_SCRIPTS: Final = {
    "Cyrillic": ("ru uk be bg mk ky kk mn tg tt", "\u0400-\u052f"),
    "Arabic": (
        "ar fa prs ps ur ckb sd ug",
        "\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff",
    ),
    "Latin": (
        "en fr es pt de it nl ro pl cs hu tr vi id sw so ht",
        "A-Za-zªº\u00c0-\u024f\u0250-\u02bb\u1e00-\u1eff",
    ),
    "Ethiopic": ("am ti", "\u1200-\u139f\u2d80-\u2ddf\uab00-\uab2f"),
    "Myanmar": ("my", "\u1000-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f"),
    "Thai": ("th", "\u0e00-\u0e7f"),
    "Khmer": ("km", "\u1780-\u17ff"),
    "Lao": ("lo", "\u0e80-\u0eff"),
    "Devanagari": ("ne hi mr", "\u0900-\u097f"),
    "Bengali": ("bn", "\u0980-\u09ff"),
    "Georgian": ("ka", "\u10a0-\u10ff\u1c90-\u1cbf\u2d00-\u2d2f"),
    "Armenian": ("hy", "\u0530-\u058f\ufb13-\ufb17"),
    "Tamil": ("ta", "\u0b80-\u0bff"),
    "Sinhala": ("si", "\u0d80-\u0dff"),
    "Hebrew": ("he", "\u0590-\u05ff\ufb1d-\ufb4f"),
    "Greek": ("el", "\u0370-\u03ff\u1f00-\u1fff"),
    "Chinese": ("zh", "\u3005-\u3007\u3400-\u9fff\uf900-\ufaff"),
    "Japanese": ("ja", "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff"),
    "Korean": ("ko", "\u1100-\u11ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7af"),
}
#: Languages that one script is expected of; those written in several, such as uz and sr, are not.
_SCRIPT_OF: Final = {
    language: (script, re.compile(f"[{letters}]"))
    for script, (languages, letters) in _SCRIPTS.items()
    for language in languages.split()
}


def check_spelling(found: Ledger) -> None:
    """Check the names of all units, in every language."""
    for at, name in enumerate(found.name):
        if _unnamed(found, at):
            found.say(
                "note", "name-unnamed", at,
                "this is land without a name, such as a lake or a forest: leave it out of counts "
                "of units.",
            )  # fmt: skip
        elif not name.strip():
            found.say("warning", "name-blank", at, "the name is blank: fill it in.")
    seen: set[tuple[int, str]] = set()
    for column, texts in found.names.items():
        given = [at for at, text in enumerate(texts) if text.strip()]
        new = [at for at in given if (at, texts[at]) not in seen]
        seen.update((at, texts[at]) for at in new)
        _check_signs(found, column, texts, new)
        _check_capitals(found, column, texts, new)
        _check_script(found, column, texts, given)
    _check_siblings(found)


def plain(name: str) -> str:
    """Return a name without differences of case, spaces and composition."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def _unnamed(found: Ledger, at: int) -> bool:
    name = found.name[at].strip().casefold()
    return name == "unknown" or (not name and bool(_NO_LAND_NAME.search(found.pcode[at])))


def _check_signs(found: Ledger, column: str, texts: Sequence[str], rows: Sequence[int]) -> None:
    for at in rows:
        text = texts[at]
        said = f"{column} {shown(text)!r}"
        if _INVISIBLE.search(text) or _SPACES.search(text):
            found.say(
                "warning", "name-spaces", at,
                f"{column} {text!a} has spaces at an end or side by side, or invisible signs: "
                "leave single plain spaces between words.",
            )  # fmt: skip
        if (meant := _ungarbled(text)) is not None:
            hint = f" as {meant!r}" if meant else ""
            found.say(
                "warning", "name-garbled", at,
                f"{said} was read with the wrong encoding: write it again{hint}.",
            )  # fmt: skip
        elif not _LETTER.search(text):
            found.say("warning", "name-letters", at, f"{said} has no letters: write the name.")


def _ungarbled(text: str) -> str | None:
    """Return what a garbled text means, ``""`` if that is lost, None if it is not garbled."""
    if text.isascii() and "?" not in text:
        return None
    for codec, least in (("cp1252", 1), ("latin-1", 1), ("cp1251", 3)):
        try:
            meant = text.encode(codec).decode("utf-8")
        except UnicodeError:
            continue
        if sum(not sign.isascii() for sign in meant) >= least and meant.isprintable():
            return meant
    return "" if _GARBLED.search(text) else None


def _check_capitals(found: Ledger, column: str, texts: Sequence[str], rows: Sequence[int]) -> None:
    cased = [at for at in rows if texts[at].lower() != texts[at].upper()]
    capitals = [at for at in rows if texts[at].isupper()]
    for level, odd, most in _by_level(found, cased, capitals):
        if most:
            found.say_of_level(
                "warning", "name-capitals", level,
                f"{column} of level {level} is in capitals, such as {shown(texts[odd[0]])!r}: "
                "write names as on a map.",
            )  # fmt: skip
            continue
        for at in odd:
            # Short ones are initials: FATA.
            if sum(map(str.isupper, texts[at])) > 4:
                found.say(
                    "warning", "name-capitals", at,
                    f"{column} {shown(texts[at])!r} is in capitals: write it as on a map.",
                )  # fmt: skip


def _check_script(found: Ledger, column: str, texts: Sequence[str], rows: Sequence[int]) -> None:
    language = re.split("[-_]", column.removeprefix("name_").lower())[0]
    if language not in _SCRIPT_OF or column == "name":
        return
    script, letters = _SCRIPT_OF[language]
    wrong = []
    for at in rows:
        own = "".join(_LETTER.findall(texts[at]))
        if 2 * len(letters.findall(own)) < len(own):
            wrong.append(at)
    for level, odd, most in _by_level(found, rows, wrong):
        if most:
            found.say_of_level(
                "warning", "name-script", level,
                f"{column} of level {level} is not in {script} script, such as "
                f"{shown(texts[odd[0]])!r}: see which language the column holds.",
            )  # fmt: skip
            continue
        for at in odd:
            found.say(
                "warning", "name-script", at,
                f"{column} {shown(texts[at])!r} is not in {script} script: move it to the column "
                "of its language.",
            )  # fmt: skip


def _by_level(
    found: Ledger, rows: Iterable[int], odd: Iterable[int]
) -> Iterator[tuple[int, list[int], bool]]:
    """Return the odd rows of each level that has any, and whether most of its rows are."""
    of = found.level.tolist()
    sizes = Counter(of[at] for at in rows)
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for at in odd:
        groups[of[at]].append(at)
    for level, some in sorted(groups.items()):
        yield level, some, len(some) > 2 and 2 * len(some) > sizes[level]


def _check_siblings(found: Ledger) -> None:
    """Find siblings of one name; a city and the district of its name tell themselves apart."""
    namesakes: defaultdict[tuple[int, str, str], dict[str, int]] = defaultdict(dict)
    for at, name in enumerate(found.name):
        if not plain(name) or _unnamed(found, at):
            continue
        kind = plain(found.type[at])
        earlier = namesakes[int(found.level[at]), found.parent_pcode[at], plain(name)]
        if earlier:
            twin = earlier.get(kind, earlier.get("", next(iter(earlier.values()))))
            where = f"{found.label(twin)} in {found.place(twin)} has the same parent and name"
            if not kind or kind in earlier or "" in earlier:
                found.say("warning", "name-twice", at, f"{where}: add what tells the two apart.")
            else:
                kinds = f"{shown(found.type[twin])}, not {shown(found.type[at])}"
                found.say(
                    "note", "name-twice", at,
                    f"{where}, but is of another type ({kinds}): say the type wherever you write "
                    "the name.",
                )  # fmt: skip
        earlier.setdefault(kind, at)
