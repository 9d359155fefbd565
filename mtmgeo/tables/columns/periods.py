"""Periods in which people are counted: calendar years, and longer ones by their words.

A calendar year is an `int`. A longer period is a `str` in one of these forms: ``2020-2021``,
``before 2014`` (without that year), ``until 2014``, ``since 2022`` (with it), ``after 2022``. In
the last four a month or another word may stand before the year: ``since April 2022``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from mtmgeo.tables.columns.words import words

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

#: A calendar year, or a longer period by its words.
When: TypeAlias = int | str

YEAR: Final = r"(?:19|20)[0-9]{2}"
#: Words of several languages before the year at which a period has an open end.
_ENDS: Final = {
    "before": "before|prior to|pre|avant|antes de|до",
    "until": "until",
    "after": "after|post|après|después de|после",
    "since": "since|depuis|desde|с|from",
}
#: Of these, those that places and people follow too (``from Iran 2022``), but for these words.
_OF_PLACES: Final = ("from", "с")
_PARTS: Final = ("early", "mid", "late", "начала", "середины", "конца")
_OPEN: Final = re.compile(
    rf"\b({'|'.join(_ENDS.values())})[\s_-]+(?:([^\W\d_]+)[\s_.-]+)?({YEAR})(?![0-9])",
    re.IGNORECASE,
)
_SPAN: Final = re.compile(
    rf"(?<![0-9])({YEAR})\s*(?:[-–—/_]|to|à|au|по|до|al?|through|and|&)\s*({YEAR})(?![0-9])",
    re.IGNORECASE,
)
#: Names of the months in English, and in other languages and cases by the month's number.
MONTHS: Final = (
    "January February March April May June July August September October November December"
).split()
_MONTHS: Final = (
    "january february march april may june july august september october november december",
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
    "janv fev mars avr mai juin juil aout sept oct nov dec",
    "janv fevr mars avr mai juin juil aout sept oct nov dec",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "ene feb mar abr may jun jul ago set oct nov dic",
    "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "янв фев март апр май июн июл авг сен окт ноя дек",
    "янв фев март апр май июн июл авг сент окт ноя дек",
)


@cache
def months() -> Mapping[str, int]:
    """Return the number of each month, 1 to 12, by its names as `words` reads them."""
    return {
        "".join(words(name)): number
        for listed in _MONTHS
        for number, name in enumerate(listed.split(), 1)
    }


class Found(NamedTuple):
    """A longer period in a text: the period, and how the text says it."""

    when: When
    said: str


class Ends(NamedTuple):
    """The first and the last month of a period, counted from the year 0; infinite where open."""

    first: float
    last: float


def find(text: str) -> Found | None:
    """Return the longer period that a text names; a year, if it is from that year to the same."""
    if span := _SPAN.search(text):
        first, last = sorted((int(span[1]), int(span[2])))
        return Found(first if first == last else f"{first}-{last}", span[0])
    for end in _OPEN.finditer(text):
        said, word = " ".join(end[1].casefold().split()), end[2] or ""
        number = months().get("".join(words(word)))
        if said in _OF_PLACES and word and not number and word.casefold() not in _PARTS:
            continue
        which = next(name for name, listed in _ENDS.items() if said in listed.split("|"))
        month = MONTHS[number - 1] if number else word.casefold()
        return Found(" ".join(filter(None, (which, month, end[3]))), end[0])
    return None


def parse(text: str) -> When | None:
    """Return the year or the longer period that a text is, None if it is neither."""
    text = " ".join(text.split())
    if re.fullmatch(r"[0-9]{4}", text):
        return int(text)
    found = find(text)
    return found.when if found and found.said == text else None


class Opening(NamedTuple):
    """What a period with an open end says: on which side of what, and the year.

    `side` is ``before``, ``until``, ``since`` or ``after``; `month` a number or another word.
    """

    side: str
    month: int | str
    year: int


def opening(period: str) -> Opening | None:
    """Return what a longer period with an open end says; None if it has both ends."""
    if " " not in period:
        return None
    side, *between, year = period.split()
    word = between[0] if between else ""
    return Opening(side, MONTHS.index(word) + 1 if word in MONTHS else word, int(year))


def ends(when: When) -> Ends:
    """Return the first and the last month of a period, by which periods are put in order.

    What is before or after a part of a year that is no month may lie in that year.
    """
    if isinstance(when, int):
        return Ends(12 * when, 12 * when + 11)
    found = opening(when)
    if found is None:
        first, last = map(int, when.split("-"))
        return Ends(12 * first, 12 * last + 11)
    first, last = 12 * found.year, 12 * found.year + 11
    if isinstance(found.month, int):
        first = last = first + found.month - 1
    vague = bool(found.month) and isinstance(found.month, str)
    if found.side in ("before", "until"):
        return Ends(-math.inf, last if vague or found.side == "until" else first - 1)
    return Ends(first if vague or found.side == "since" else last + 1, math.inf)


def years_in(when: When) -> int | None:
    """Return how many years a period holds; None where an end is open."""
    first, last = ends(when)
    return int(last - first + 1) // 12 if math.isfinite(last - first) else None


def last_year(when: When) -> int:
    """Return the last year of a period; the first of one that has no end."""
    first, last = ends(when)
    return int(last if math.isfinite(last) else first) // 12


def span(periods: Sequence[When]) -> When | None:
    """Return the period from the first of several to the last; None if it is all of time."""
    if len(periods) < 2:
        return periods[0] if periods else None
    first = min(ends(each).first for each in periods)
    last = max(ends(each).last for each in periods)
    if math.isfinite(first) and math.isfinite(last):
        years = int(first) // 12, int(last) // 12
        return years[0] if years[0] == years[1] else f"{years[0]}-{years[1]}"
    if math.isfinite(last):
        return f"until {int(last) // 12}"
    return f"since {int(first) // 12}" if math.isfinite(first) else None


class Repeated(NamedTuple):
    """Periods that count people whom others count too.

    `totals` are the sum of those inside them; both of each of `clashes` count people in the same
    places, perhaps the same ones.
    """

    totals: tuple[When, ...]
    clashes: tuple[tuple[When, When], ...]


def repeated(counts: Mapping[When, npt.NDArray[np.float64]]) -> Repeated:
    """Find periods that hold others, or run into them.

    Parameters
    ----------
    counts
        Of each period, the counts of the same rows or places in the same order; 0 where there are
        none.
    """
    left = sorted(counts, key=lambda each: (_length(each), ends(each)))
    totals: list[When] = []
    for each in list(left):
        whole = ends(each)
        inside = [one for one in left if one != each and _holds(whole, ends(one))]
        rest = counts[each] - sum(counts[one] for one in inside)
        if inside and not rest.any():
            totals.append(each)
            left.remove(each)
    left.sort(key=ends)
    clashes = [
        (one, other)
        for at, one in enumerate(left)
        for other in left[at + 1 :]
        if ends(other).first <= ends(one).last and (counts[one] * counts[other]).any()
    ]
    return Repeated(tuple(totals), tuple(clashes))


def _length(when: When) -> float:
    first, last = ends(when)
    return last - first


def _holds(whole: Ends, part: Ends) -> bool:
    return whole.first <= part.first and part.last <= whole.last
