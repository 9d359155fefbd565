"""What the headings of a table say: the role of a column, and whom it counts, where and when."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Final

import pandas as pd

from mtmgeo.tables.columns import periods
from mtmgeo.tables.columns.grid import COUNTS, blank
from mtmgeo.tables.columns.periods import YEAR as _YEAR
from mtmgeo.tables.columns.words import Phrases, key, listed, phrases, vocabulary, words

#: The roles of columns of places, from the highest level down.
PLACES: Final = ("adm1", "adm2", "adm3", "location")
#: The population of a count when nothing says which.
NO_GROUP: Final = "individuals"
#: The dimensions by which people may be counted, and the role of the column of each.
DIMENSIONS: Final = {
    "country of return": "country",
    "reason": "reason",
    "sex": "sex",
    "age group": "age",
}
#: The columns that may be named, by the word that names them.
NAMEABLE: Final = (
    *("adm1", "adm2", "adm3", "location", "lat", "lon", "gps", "year", "group", "individuals"),
    *("households", "country", "reason", "sex", "age", "adm0", "pcode", "round", "period"),
)
YEARS: Final = range(1990, 2101)

_TAG: Final = re.compile(r"#[a-z]\w*(?:\s*\+\s*\w+)*", re.IGNORECASE)
_LEVEL: Final = re.compile(r"(?:adm|admin|administrative|adminlevel|name)$")
_CODE_WORDS: Final = frozenset(["pcode", "pcodes", "code", "codes", "id", "код", "kod", "codigo"])
_SURE_CODES: Final = frozenset(["pcode", "pcodes"])
_BRACKETS: Final = re.compile(r"[(\[{][^)\]}]*[)\]}]")


@dataclass(frozen=True, kw_only=True)
class Period:
    """When people were counted, as a heading or a cell says.

    Attributes
    ----------
    year
        The calendar year; None where the period is no single year.
    text
        A longer period, as `periods` has it: ``2020-2021``, ``before 2014``; or a part of the
        year, as said.
    """

    year: int | None = None
    text: str = ""

    @property
    def when(self) -> periods.When | None:
        """The year, or else the longer period."""
        return self.year or self.text or None


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A column of counts.

    Attributes
    ----------
    column
        Its heading.
    year
        The year it counts; None where the table's year column says so, or nothing does.
    group
        The population counted: ``return migrants``, ``IDPs``, ``migrant workers``, ``emigrants``,
        ``refugees`` ..., or the heading's own words.
    households
        Whether it counts households, not individuals.
    sex
        ``female`` or ``male`` where it counts these alone.
    age
        The ages that it counts, as the heading says them; None: all.
    period
        What it counts that is no single year: ``2020-2021``, ``before 2014``; or the part of its
        year, as said.
    """

    column: str
    year: int | None
    group: str
    households: bool = False
    sex: str | None = None
    age: str | None = None
    period: str = ""

    @property
    def when(self) -> periods.When | None:
        """The year, or else the longer period; None where nothing is said."""
        return self.year or self.period or None

    @property
    def part(self) -> bool:
        """Whether it counts one sex or some ages only."""
        return self.sex is not None or self.age is not None

    @property
    def kind(self) -> tuple[str, int | None, str, bool]:
        """What measures have in common that are parts of one another."""
        return self.group, self.year, self.period, self.households


class CellError(ValueError):
    """What is wrong with a cell (`what`), and how to mend it (`mend`)."""

    def __init__(self, what: str, mend: str) -> None:
        self.what, self.mend = what, mend
        super().__init__(what)


# --- places, codes and other roles --------------------------------------------------------------


@cache
def _roles() -> Mapping[str, str]:
    """Return the role that each heading stands for, by its key."""
    found: dict[str, str] = {}
    for subject in ("columns", "places"):
        for role, section in vocabulary(subject).items():
            if role not in ("totals", "fillers", "elsewhere"):
                found |= {"".join(phrase): role for phrase in phrases(section)}
    return found


@cache
def _place_words() -> Mapping[str, str]:
    """Return the role that a word proposes wherever it stands in a heading of places."""
    names = vocabulary("places")
    return {"".join(phrase): role for role in ("adm0", *PLACES) for phrase in phrases(names[role])}


@cache
def _fillers() -> frozenset[str]:
    return listed("columns", "fillers")


@cache
def _elsewhere() -> frozenset[str]:
    return listed("places", "elsewhere") - _fillers() - frozenset(["from", "to"])


@lru_cache(maxsize=20_000)
def role(heading: str, tag: str = "") -> str | None:
    """Return the role of a column that is no count: a place, a code, a point, a date ...

    Parameters
    ----------
    heading
        As in the table; perhaps a path of groups (``location/admin1``) or a question.
    tag
        The HXL hashtag below it; one of places is believed against the heading.

    Returns
    -------
    role
        A key of the vocabularies of places and columns; for a column of p-codes ``code:`` and the
        role of its places, or ``code:any``; None where it says nothing known.
    """
    if tag:
        known = _tagged(tag)
        if known is not None:
            return known or None
    for text in _readings(heading):
        found = _role_of(words(text))
        if found is not None:
            return found
    return None


def _readings(heading: str) -> Iterable[str]:
    """Yield a heading, then what is left without its groups, its question and its brackets."""
    yield heading
    parts = re.split(r"[/\\>|]|::", heading)
    dotted = re.split(r"(?<=\w)\.(?=\w)", parts[-1])
    if len(dotted) < 4:  # else the dots are blanks: IDPs.in.camps.or.sites
        parts += dotted[1:] and [dotted[-1]]
    if len(parts) > 1:
        yield parts[-1]
    bare = _BRACKETS.sub(" ", parts[-1])
    if bare != parts[-1]:
        yield bare


def _role_of(said: tuple[str, ...]) -> str | None:
    if not said:
        return None
    together = "".join(said)
    if (named := _roles().get(together)) is not None:
        return named
    if said[-1] in ("latitude", "longitude"):
        return "lat" if said[-1] == "latitude" else "lon"
    if not _elsewhere().isdisjoint(said):
        return None
    code = _code(said)
    if code is not None:
        return code
    left = [word for word in said if word not in _fillers()]
    if not left or len(said) > 14:
        return None
    if (named := _roles().get("".join(left))) is not None and named not in ("group", "individuals"):
        return named
    if (level := _levelled(said)) is not None:
        return level
    if left[-1].endswith("s") and (one := _roles().get("".join(left).removesuffix("s"))) in PLACES:
        return one
    asked = {"which", "what", "quel", "quelle", "каком", "какой"}
    if asked & set(said) and len(said) <= 12:
        for word in left:
            if (place := _place_words().get(word)) is not None:
                return place
    return _misspelt("".join(left))


@lru_cache(maxsize=5_000)
def _misspelt(said: str) -> str | None:
    """Return the role of a word of places that is written with one wrong letter."""
    if len(said) < 7 or not said.isalpha():
        return None
    from rapidfuzz.distance import OSA

    near = {
        place
        for word, place in _place_words().items()
        if abs(len(word) - len(said)) <= 1 and OSA.distance(said, word, score_cutoff=1) <= 1
    }
    return near.pop() if len(near) == 1 else None


def _levelled(said: tuple[str, ...]) -> str | None:
    """Return the role of a heading that says its level as a number: ``ADM2_EN``, ``NAME_1``."""
    numbers = [word for word in said if word.isdecimal()]
    levels = {"0": "adm0", "1": "adm1", "2": "adm2", "3": "adm3", "4": "location"}
    rest = [word for word in said if not word.isdecimal() and word != "level"]
    known = {"adm", "admin", "administrative", "boundary", "level", "unit"} | _fillers()
    if (
        numbers
        and numbers[0] in levels
        and (len(numbers) == 1 or numbers[1:] in (["1"], ["2"]))
        and rest
        and rest[0] in ("adm", "admin", "administrative", "name")
        and all(word in known for word in rest)
    ):
        return levels[numbers[0]]
    return None


def _code(said: tuple[str, ...]) -> str | None:
    """Return ``code:`` and the role of the places whose p-codes a heading names, or None."""
    said = _joined(said)
    if _CODE_WORDS.isdisjoint(said):
        return None
    rest = tuple(word for word in said if word not in _CODE_WORDS and word != "p")
    sure = not _SURE_CODES.isdisjoint(said)
    if all(word.isdecimal() for word in rest):
        return "code:any" if sure else None
    place = _levelled((*rest, "name")) or _role_of(rest)
    if place in PLACES:
        if not sure and place == "location" and not {"locality", "settlement", "village"} & {*rest}:
            return None  # of sites, which have numbers of their own
        return f"code:{place}"
    if place == "adm0":
        return "adm0"
    return "code:any" if sure else None


def _joined(said: tuple[str, ...]) -> tuple[str, ...]:
    """Return words with ``p code`` and ``pcod`` as one."""
    out: list[str] = []
    for word in said:
        if out and out[-1] == "p" and word in ("code", "codes"):
            out[-1] = "pcode"
        elif word.endswith(("pcode", "pcod")) and len(word) < 12 and word != "pcode":
            out += [word.removesuffix("pcode").removesuffix("pcod"), "pcode"]
        else:
            out.append("pcode" if word in ("pcod", "padmin", "pccode") else word)
    return tuple(out)


def is_tag(cell: object) -> bool:
    """Return whether a cell holds an HXL hashtag."""
    return isinstance(cell, str) and _TAG.fullmatch(cell.strip()) is not None


def is_tags(row: Sequence[object]) -> bool:
    """Return whether a row holds HXL hashtags, one of them at least of places."""
    said = [cell for cell in row if not blank(cell)]
    tags = [str(cell) for cell in said if is_tag(cell)]
    return 2 * len(tags) > len(said) and any(_tagged(each) for each in tags)


def _tagged(tag: str) -> str | None:
    """Return the role that a hashtag says; ``""``: none of these, None: not known."""
    name, *attributes = re.split(r"\s*\+\s*", tag.strip().casefold().lstrip("#"))
    told = set(attributes)
    places = {"adm1": "adm1", "adm2": "adm2", "adm3": "adm3", "adm4": "location",
              "adm5": "location", "loc": "location", "country": "adm0", "adm0": "adm0",
              "admin1": "adm1", "admin2": "adm2", "admin3": "adm3", "admin4": "location",
              "admin0": "adm0"}  # fmt: skip
    if name in places:
        if told & {"origin", "former", "dest", "destination", "previous"}:
            return ""
        coded = told & {"code", "pcode", "id", "codes"} or {"v_pcode"} & told
        if name in ("country", "adm0"):
            return "adm0"
        return f"code:{places[name]}" if coded else places[name]
    if name == "geo":
        for attribute in ("lat", "lon", "coord"):
            if attribute in told:
                return "gps" if attribute == "coord" else attribute
        return ""
    if name == "date":
        return "year" if "year" in told else "period" if told & {"month", "period"} else None
    return None


# --- counts -------------------------------------------------------------------------------------


@cache
def _people() -> tuple[Phrases, Mapping[str, str], frozenset[str]]:
    """Return the phrases of counts, the names of populations, and those that are stocks."""
    said = vocabulary("people")
    populations = said["populations"]
    meanings = {f"group:{each['name']}": list(phrases(each)) for each in populations.values()}
    for part in ("individuals", "households", "female", "male", "fillers", "others"):
        meanings[part] = list(phrases(said[part]))
    meanings["age"] = list(phrases(said["ages"]))
    names = {
        "".join(phrase): each["name"] for each in populations.values() for phrase in phrases(each)
    }
    stocks = frozenset(each["name"] for each in populations.values() if each.get("stock"))
    return Phrases(dict(reversed(meanings.items()))), names, stocks


@cache
def _minor() -> frozenset[str]:
    populations = vocabulary("people")["populations"].values()
    return frozenset(each["name"] for each in populations if each.get("minor"))


def is_minor(group: str) -> bool:
    """Return whether a population is counted only in tables that count no other: by need or aid."""
    return group in _minor()


def is_stock(group: str) -> bool:
    """Return whether a population is counted as present, not as arriving."""
    return group in _people()[2]


def population(text: str) -> str | None:
    """Return the population that a text names among numbers and fillers, or None."""
    found, rest = _people()[0].find(words(text))
    groups = dict.fromkeys(each[6:] for each in found if each.startswith("group:"))
    rest = tuple(word for word in rest if not word.isdecimal())
    return next(iter(groups)) if len(groups) == 1 and not rest and "others" not in found else None


def is_part(text: str) -> bool:
    """Return whether a text says a sex, an age or everybody, and no population: ``F_00_04``."""
    try:
        said = measure(text)
    except CellError:
        return False
    return said is not None and said.sure and said.measure.group == NO_GROUP


@dataclass(frozen=True)
class Said:
    """What a heading says of a count.

    `sure` where it says nothing else; `own`: other words; `vague`: displaced people, of whom it
    does not say that they are displaced inside the country, and all of them.
    """

    measure: Measure
    sure: bool
    own: str = ""
    vague: bool = False


@lru_cache(maxsize=20_000)
def measure(heading: str, tag: str = "") -> Said | None:
    """Return what a heading says that its column counts; None if it says nothing of the kind.

    Raises
    ------
    CellError
        If it names a population, and numbers that are no years.
    """
    if tag and (tagged := _tagged_count(heading, tag)) is not None:
        return tagged
    text = re.split(r"[/\\](?=[^/\\]*$)", heading)
    whole = _measured(heading, heading)
    if whole is None and len(text) > 1:
        return _measured(text[-1], heading)
    return whole


def _measured(text: str, heading: str) -> Said | None:
    told, rest_text = _age_digits(text)
    when, rest_text = _when(rest_text)
    said = words(rest_text)
    found, rest = _people()[0].find(said)
    groups = list(dict.fromkeys(each[6:] for each in found if each.startswith("group:")))
    if len(groups) == 2 and _BOTH.search(rest_text) is None and (one := _returned(groups)):
        groups = [one]
    groups_ok = "others" not in found and len(groups) < 2
    sexes = [each for each in ("female", "male") if each in found]
    age_words = "age" in found
    digits = [word for word in rest if word.isdecimal()]
    letters = tuple(word for word in rest if not word.isdecimal())
    homes = "households" in found
    persons = "individuals" in found
    if not groups_ok:
        return None
    group = groups[0] if groups else None
    counted_by = bool(sexes or told or age_words or homes)
    sex = sexes[0] if len(sexes) == 1 else None
    age = told or (_age_text(said) if age_words else None)
    if age is None and not _children().isdisjoint(said) and sex is not None:
        age = "children"
    if group and not letters and len(digits) == 1 and len(digits[0]) in (2, 4) and not counted_by:
        raise CellError("its year is not of four digits", "write the heading with 2022, say")
    counted = bool(group or homes or persons or sexes or age)
    made = Measure(
        column=heading,
        year=when.year if when else None,
        group=group or NO_GROUP,
        households=homes,
        sex=sex,
        age=age,
        period=when.text if when else "",
    )
    if letters or digits:
        own = " ".join(_own(rest_text))
        if when is not None and not counted and not digits and _ends_with_year(text):
            return Said(replace(made, group=own or NO_GROUP), sure=True, own=own)
        return Said(made, sure=False, own=own) if counted else None
    if not counted and when is None:
        return None
    return Said(made, sure=True, vague=group == "IDPs" and _VAGUE.isdisjoint(said))


_BOTH: Final = re.compile(r"[&+/,]|\b(?:and|et|y|e|и|та|or|ou|o|или)\b", re.IGNORECASE)


def _returned(groups: Sequence[str]) -> str | None:
    """Return whom two populations mean together: the displaced who have returned."""
    return "return migrants" if set(groups) == {"IDPs", "return migrants"} else None


#: Words of which one stands in every heading of people displaced inside their country.
_VAGUE: Final = frozenset(
    "idp idps pdi pid впл впо internally internes interne internos internas internos внутренне "
    "внутрішньо ички".split()
)


def _own(text: str) -> list[str]:
    import unicodedata

    fillers = listed("people", "fillers")
    said = re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", text).casefold())
    return [word for word in said if "".join(words(word)) not in fillers]


def _ends_with_year(text: str) -> bool:
    fillers = listed("people", "fillers")
    said = [word for word in words(text) if word not in fillers]
    return bool(said) and said[-1].isdecimal()


_AGES: Final = re.compile(
    r"(?<![0-9])(?:(?P<a>[0-9]{1,2})(?:/|[\s_]*(?:[-–—_+]|to|à|a|до)[\s_]*)(?P<b>[0-9]{1,2})(?![0-9])"
    r"|(?P<plus>[0-9]{1,2})[\s_]*(?:(?:years?|yrs?|ans|años|anos|лет|років)[\s_]*)?"
    r"(?:(?:and|et|y|e|и|or|ou)[\s_]*)?(?:\+|plus|above|over|older|más|mas|mais|старше)(?![^\W_])"
    r"|(?:<|≤|under|below|less[\s_]than|moins[\s_]de|menos[\s_]de|до|младше)[\s_]*"
    r"(?P<under>[0-9]{1,2})(?![0-9])"
    r"|(?:>|≥|over|above|more[\s_]than|plus[\s_]de|más[\s_]de|старше)[\s_]*"
    r"(?P<over>[0-9]{1,2})(?![0-9]))",
    re.IGNORECASE,
)
_RUN: Final = re.compile(r"(?:girls|boys|women|men|female|male|f|m)_?([0-9]{2,4})\b", re.IGNORECASE)


def _age_digits(text: str) -> tuple[str | None, str]:
    """Return the ages that a text says in numbers, in one form, and the text without them."""
    found = _AGES.search(text)
    if found is None:
        girls = _RUN.search(text)
        if girls and not re.fullmatch(r"(?:19|20)[0-9]{2}", girls[1]):
            digits = girls[1]
            half = {2: 1, 3: 1, 4: 2}.get(len(digits), 0)
            low, high = digits[:half], digits[half:]
            if half and low.isdecimal() and high.isdecimal() and int(low) < int(high) <= 99:
                return f"{int(low)}-{int(high)}", text[: girls.start(1)] + text[girls.end(1) :]
        return None, text
    rest = f"{text[: found.start()]} {text[found.end() :]}"
    if found["a"]:
        low, high = int(found["a"]), int(found["b"])
        return (f"{low}-{high}", rest) if low < high else (None, text)
    if found["plus"]:
        return f"{int(found['plus'])}+", rest
    if found["under"]:
        return f"under {int(found['under'])}", rest
    return f"over {int(found['over'])}", rest


@cache
def _children() -> frozenset[str]:
    """Return the words for girls and boys, which say an age with the sex."""
    listed = "girl girls boy boys fille filles garçon garçons niña niñas niño niños девочки "
    listed += "девочек мальчики мальчиков дівчата дівчат хлопці хлопців meninas meninos فتيات فتيان"
    return frozenset(word for each in listed.split() for word in words(each))


def _age_text(said: Sequence[str]) -> str:
    ages = listed("people", "ages")
    return " ".join(word for word in said if word in ages)


#: A day: ``2015-12-03`` (and a time), ``Dec. 3, 2015``, ``3 Dec 2015``.
_DAY: Final = re.compile(
    rf"(?<![0-9])(?P<y>{_YEAR})-(?P<m>[01]?[0-9])-(?P<d>[0-3]?[0-9])(?:[ T]\d\d:\d\d(?::\d\d)?)?"
    rf"|\b(?:[^\W\d_]{{3,9}}\.?\s+[0-3]?[0-9](?:st|nd|rd|th)?"
    rf"|[0-3]?[0-9](?:st|nd|rd|th)?\s+[^\W\d_]{{3,9}}\.?),?\s+(?P<z>{_YEAR})(?![0-9])",
    re.IGNORECASE,
)
_PART: Final = re.compile(
    rf"\b((?:Q[1-4]|H[12]|S[12]|T[1-4]|[1-4]Q|half ?[12])[\s_-]*{_YEAR}|"
    rf"{_YEAR}[\s_-]*(?:Q[1-4]|H[12]|S[12]|T[1-4]))\b",
    re.IGNORECASE,
)


def _when(text: str) -> tuple[Period | None, str]:
    """Return the period that a text says, and the text without it."""
    spaced = text.replace("_", " ")
    if day := _DAY.search(spaced):
        year = int(day["y"] or day["z"])
        said = (
            f"{year}-{int(day['m']):02d}-{int(day['d']):02d}"
            if day["y"]
            else " ".join(day[0].split())
        )
        return Period(year=year, text=said), spaced.replace(day[0], " ")
    if longer := periods.find(spaced):
        when, rest = longer.when, spaced.replace(longer.said, " ")
        return (Period(year=when) if isinstance(when, int) else Period(text=when)), rest
    fours = [word for word in words(spaced) if word.isdecimal() and len(word) == 4]
    years = [int(word) for word in fours if int(word) in YEARS]
    if len(years) != 1:
        return None, text
    plain = re.sub(rf"(?<![0-9]){years[0]}(?![0-9])", " ", _ascii_digits(spaced), count=1)
    if part := _PART.search(spaced):
        return Period(year=years[0], text=part[1]), spaced.replace(part[0], " ")
    months = [word for word in words(plain) if word in periods.months()]
    if len(months) == 1:
        bare = re.sub(months[0], " ", plain, flags=re.IGNORECASE)
        return Period(year=years[0], text=f"{months[0]} {years[0]}"), bare
    return Period(year=years[0]), plain


def _ascii_digits(text: str) -> str:
    return "".join(
        str(ord(c) - ord("٠")) if "٠" <= c <= "٩" else
        str(ord(c) - ord("۰")) if "۰" <= c <= "۹" else c
        for c in text
    )  # fmt: skip


def period(cell: object) -> Period | None:
    """Return the period that a cell says, None where it is blank.

    Raises
    ------
    CellError
        If it says none that is understood, or one of another calendar or of the future.
    """
    if blank(cell):
        return None
    if isinstance(cell, dt.date):
        return Period(year=cell.year, text=f"{cell:%Y-%m}")
    text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
    found, rest = _when(text)
    if found is None:
        iso = re.fullmatch(r"((?:19|20)\d\d)-(\d\d)(?:-\d\d.*)?", text)
        if iso:
            return Period(year=int(iso[1]), text=f"{iso[1]}-{iso[2]}")
        raise CellError(f"{text[:40]!r} says no year", "write a year of four digits")
    del rest
    return found


def other_calendar(number: int) -> str | None:
    """Return what a year of another calendar may be, in words; None for one that is usual."""
    this = dt.datetime.now(tz=dt.UTC).year
    if 1370 <= number <= this - 600:
        return (
            f"{number} is a year of the solar Hijri calendar perhaps, {number + 621}/{number + 622}"
        )
    if this + 1 < number <= this + 60:
        bikram = f"; of the calendar of Nepal it would be {number - 57}/{number - 56}"
        return f"{number} is in the future{bikram if number > this + 40 else ''}"
    return None


def odd_year(text: str) -> str | None:
    """Return what is odd about the years in a text, in words; None where all are usual."""
    numbers = [int(word) for word in words(text) if word.isdecimal() and len(word) == 4]
    return next(filter(None, map(other_calendar, numbers)), None)


_TAG_GROUPS: Final = {
    "idps": "IDPs", "idp": "IDPs", "displaced": "IDPs", "returnees": "return migrants",
    "returnee": "return migrants", "returned": "return migrants", "ret": "return migrants",
    "refugees": "refugees", "asylum": "asylum seekers",
    "asylumseekers": "asylum seekers", "migrants": "migrants", "hosts": "host community",
    "host": "host community", "nondisplaced": "host community", "stateless": "stateless persons",
}  # fmt: skip


def _tagged_count(heading: str, tag: str) -> Said | None:
    """Return what a hashtag says of a count; None if it says nothing of it."""
    name, *attributes = re.split(r"\s*\+\s*", tag.strip().casefold().lstrip("#"))
    told = set(attributes)
    if name not in ("affected", "inneed", "population", "beneficiary") or told & {
        "pct", "percent", "rate", "ratio", "code", "type", "name", "notes", "text", "date",
    }:  # fmt: skip
        return None
    groups = {_TAG_GROUPS[each] for each in attributes if each in _TAG_GROUPS}
    group = _returned(sorted(groups)) or next(
        (_TAG_GROUPS[each] for each in attributes if each in _TAG_GROUPS), None
    )
    if group == "return migrants" and told & {"external", "abroad", "refugees", "crossborder"}:
        group = "returnees from abroad"
    if group is None and name == "inneed":
        group = "people in need"
    if group is None and name != "affected":
        return None
    sexes = {"f": "female", "females": "female", "female": "female", "girls": "female",
             "women": "female", "m": "male", "males": "male", "male": "male", "boys": "male",
             "men": "male"}  # fmt: skip
    sex = next((sexes[each] for each in attributes if each in sexes), None)
    ages = {"children", "adults", "elderly", "infants", "adolescents", "girls", "boys"}
    age = next((each[4:].replace("_", "-") for each in attributes if each.startswith("age_")), None)
    age = age or next((each for each in attributes if each in ages), None)
    try:
        own = measure(heading)
    except CellError:
        own = None
    return Said(
        Measure(
            column=heading,
            year=own.measure.year if own else _only_year(heading),
            group=group or (own.measure.group if own else NO_GROUP if told else "affected people"),
            households=bool(told & {"hh", "households", "families"}),
            sex=sex,
            age=age,
            period=own.measure.period if own else "",
        ),
        sure=True,
        vague=own is not None and own.vague,
    )


def _only_year(heading: str) -> int | None:
    found, _ = _when(heading)
    return found.year if found else None


def score(cells: Iterable[object], columns: Mapping[str, str]) -> int:
    """Return how much a row looks like headings: places most, then codes, counts and others.

    A row that counts people beside places goes before all that do not.
    """
    named = {key(heading) for heading in columns.values()}
    said = list(dict.fromkeys(cell for cell in cells if isinstance(cell, str) and len(cell) < 300))
    sure = sum(key(cell) in named for cell in said if named)
    places = codes = others = people = 0
    for cell in said:
        found = _tagged(cell) if is_tag(cell) else role(cell)
        if found in PLACES or found in ("address", "full name"):
            places += 1
        elif found and found.startswith("code:"):
            codes += 1
        elif found in ("individuals", "households"):
            people += 1
        elif found:
            others += 1
        else:
            try:
                people += (count := measure(cell)) is not None and count.sure
            except CellError:
                others += 1
    if not (places or codes or sure):
        return 0
    richness = 3 * (places + sure) + 2 * codes + 3 * min(people, 6) + others
    return richness + (COUNTS if people else 0)


def latest_year(year: int | None, text: str) -> tuple[int, float, str]:
    """Return what periods are sorted by: the last year that they hold, the day, their words."""
    numbers = [int(word) for word in words(text) if word.isdecimal() and len(word) == 4]
    try:
        day = pd.Timestamp(text).timestamp() if text else 0.0
    except ValueError:
        day = 0.0
    return max([*numbers, year or 0]), day, text
