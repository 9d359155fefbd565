"""Words, numbers, dates and names of countries in the language of a map."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any, Final, NamedTuple

from mtmgeo.core.errors import SpecError
from mtmgeo.style.number_text import break_percent_text, break_text
from mtmgeo.tables.columns.periods import opening

#: Codes of the languages, English first.
LANGUAGES: Final = ("en", "ru", "ky", "fr", "es")

_LOCALES: Final = {"en": "en_GB"}
_MINUS: Final = "−"
#: Codes of countries that have another one now, or are no more.
_FORMER: Final = frozenset({"BUR", "DDR", "FXX", "TMP", "YMD", "ZAR"})
#: Columns of boundaries where a language has more than its own and ``name``: readers of Kyrgyz
#: know the Russian names better than the Latin ones.
_NAMES: Final = {"en": ("name",), "ky": ("name_ky", "name_ru", "name")}
#: What turns the Spanish `y` before it into an `e`.
_SOUNDS_I: Final = re.compile(r"[iíy](?![aeou])|hi(?![ae])", re.IGNORECASE)


def phrase(words: str, /) -> str:
    """Return an English template as it is, for `Language.say` to be given it elsewhere."""
    return words


#: Periods with an open end, by its side.
_OPEN_YEARS: Final = {
    "before": phrase("before {year}"),
    "until": phrase("until {year}"),
    "since": phrase("since {year}"),
    "after": phrase("after {year}"),
}
_OPEN_MONTHS: Final = {
    "before": phrase("before {month} {year}"),
    "until": phrase("until {month} {year}"),
    "since": phrase("since {month} {year}"),
    "after": phrase("after {month} {year}"),
}


def sentence(words: str) -> str:
    """Return words that begin with a capital letter."""
    return words[:1].upper() + words[1:]


@dataclass(frozen=True)
class Language:
    """A language of maps. Spaces within numbers and dates do not break.

    Attributes
    ----------
    code
        One of `LANGUAGES`.

    Raises
    ------
    SpecError
        If there is no such language.
    """

    code: str

    def __post_init__(self) -> None:
        if self.code not in LANGUAGES:
            raise SpecError(f"No language {self.code!r}: choose {', '.join(LANGUAGES)}.")

    def say(self, words: str, /, **values: object) -> str:
        """Return an English template in this language, its ``{fields}`` filled in.

        The values are given as they shall be read. Where one stands first, so does it in the
        sentence that comes back: its first letter is the caller's to raise.

        Raises
        ------
        KeyError
            If the catalogue lacks the template, or the template a value.
        """
        if self.code == "en":
            return words.format(**values)
        book = _catalogue(self.code)
        return book.fill.vformat(book.words[words], (), values)

    def term(self, words: str) -> str:
        """Return a word of the data in this language, or as it is where it is not known.

        Known are population groups, levels, dimensions, and countries by their English names; the
        first letter is a capital where it was one.
        """
        terms = _terms(self.code)
        if words in terms:
            return terms[words]
        found = terms.get(words[:1].lower() + words[1:])
        return words if found is None else sentence(found)

    def count(self, value: float) -> str:
        """Return a count as it is read: ``1,204``."""
        return f"{int(value):,}".translate(_style(self.code).marks)

    def number(self, value: float) -> str:
        """Return a number as it is read, to three figures or whole: ``0.125``, ``12,041``."""
        size = abs(value)
        text = f"{value:,.0f}" if size >= 100 else f"{Decimal(f'{value:.3g}'):f}"
        return text.translate(_style(self.code).marks)

    def percent(self, share: float) -> str:
        """Return a share from 0 to 1 as it is read: ``12.5%``."""
        return self.number(100 * share) + _style(self.code).percent

    def bound(self, value: float) -> str:
        """Return the bound of a class as it is read, with all of its figures: ``1,234.5``."""
        return break_text(value).translate(_style(self.code).marks)

    def percent_bound(self, share: float) -> str:
        """Return the bound of a class of shares as it is read: ``12.5%``."""
        number = break_percent_text(share).removesuffix("%")
        return number.translate(_style(self.code).marks) + _style(self.code).percent

    def per_cent_bound(self, percent: float) -> str:
        """Return the bound of a class of changes, which is in per cent: ``12.5%``."""
        return self.bound(percent) + _style(self.code).percent

    def signed(self, value: float, text: Callable[[float], str] | None = None) -> str:
        """Return a change with its sign: ``+1,204``, ``−15``, ``0``.

        Parameters
        ----------
        value
            The change.
        text
            How its size is read; as a count where None.
        """
        text = text or self.count
        size = text(abs(value))
        # What is read as nothing has no sign.
        return size if size == text(0) else ("+" if value > 0 else _MINUS) + size

    def signed_percent(self, percent: float) -> str:
        """Return a change in per cent with its sign: ``+12.5%``."""
        return self.signed(percent / 100, self.percent)

    def date(self, day: dt.date) -> str:
        """Return a date as it is read: ``30 November 2022``."""
        from babel.dates import format_date

        return _kept(format_date(day, "long", locale=_locale(self.code)))

    def period(self, when: int | str) -> str:
        """Return a year or a longer period as it is read: ``2020``, ``2020–2021``, ``before 2014``.

        Parameters
        ----------
        when
            As `mtmgeo.tables.columns.periods` has it.
        """
        if isinstance(when, int) or (end := opening(when)) is None:
            return str(when).replace("-", "–")
        if isinstance(end.month, str):
            other = f"{end.month} {end.year}".strip()
            return self.say(_OPEN_YEARS[end.side], year=other)
        from babel.dates import format_date

        month = format_date(dt.date(end.year, end.month, 1), "MMMM", locale=_locale(self.code))
        return self.say(_OPEN_MONTHS[end.side], month=month, year=end.year)

    def country(self, iso3: str) -> str:
        """Return the name of a country by its ISO 3166-1 alpha-3 code, ``""`` if there is none."""
        return _countries(self.code).get(iso3.upper(), "")

    def listed(self, names: Sequence[str]) -> str:
        """Return names as a list is read: ``a, b and c``."""
        from babel.lists import format_list

        text = format_list(list(names), locale=_locale(self.code))
        if self.code == "es" and len(names) > 1 and _SOUNDS_I.match(names[-1]):
            last = names[-1]
            text = f"{text.removesuffix(f' y {last}')} e {last}"
        return text

    @property
    def name_columns(self) -> tuple[str, ...]:
        """Columns of a boundary set to take the names of units from, the first filled one."""
        return _NAMES.get(self.code, (f"name_{self.code}", "name"))


class _Style(NamedTuple):
    """How numbers are written: what takes the place of ``,``, ``.`` and ``-``; the per cent."""

    marks: Mapping[int, str]
    percent: str


class _Filler(Formatter):
    """`str.format`, in which ``{name:form}`` takes the grammatical form of a value."""

    def __init__(self, forms: Mapping[str, Mapping[str, str]]) -> None:
        self._forms = forms

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return a value in a form; what has none stands in the words that serve any."""
        text = str(value)
        if not format_spec:
            return text
        forms = self._forms[format_spec]
        return forms.get(text[:1].lower() + text[1:]) or forms["default"].format(text)


class _Catalogue(NamedTuple):
    """What an asset holds."""

    words: Mapping[str, str]
    terms: Mapping[str, str]
    countries: Mapping[str, str]
    fill: _Filler


@cache
def _catalogue(code: str) -> _Catalogue:
    asset = files("mtmgeo.style").joinpath("catalogues", f"{code}.toml")
    tables = tomllib.loads(asset.read_text(encoding="utf-8"))
    words, terms, forms = (tables.get(name, {}) for name in ("words", "terms", "forms"))
    return _Catalogue(words, terms, tables["countries"], _Filler(forms))


@cache
def _terms(code: str) -> dict[str, str]:
    """Return terms by their English; what is not in a catalogue is a country."""
    if code == "en":
        return {}
    own, english = _countries(code), (_cldr("en"), _countries("en"))
    names = {name: own[iso3] for names in english for iso3, name in names.items()}
    return {**names, **_catalogue(code).terms}


@cache
def _countries(code: str) -> dict[str, str]:
    """Return names of countries by alpha-3 code."""
    return {**_cldr(code), **_catalogue(code).countries}


@cache
def _cldr(code: str) -> dict[str, str]:
    """Return CLDR's names of countries by alpha-3 code."""
    from babel.core import get_global

    names = _locale(code).territories
    codes = {
        iso3: iso2[0]
        for iso3, iso2 in get_global("territory_aliases").items()
        if len(iso3) == 3 and iso3.isalpha() and len(iso2) == 1 and iso3 not in _FORMER
    }
    return {iso3: _kept(names[iso2]) for iso3, iso2 in codes.items() if iso2 in names}


@cache
def _locale(code: str) -> Any:
    from babel.core import Locale

    return Locale.parse(_LOCALES.get(code, code))


@cache
def _style(code: str) -> _Style:
    from babel.numbers import format_percent, get_decimal_symbol, get_group_symbol

    locale = _locale(code)
    marks = {",": get_group_symbol(locale), ".": get_decimal_symbol(locale), "-": _MINUS}
    percent = format_percent(0, locale=locale).removeprefix("0")
    return _Style(str.maketrans({mark: _kept(own) for mark, own in marks.items()}), _kept(percent))


def _kept(text: str) -> str:
    """Return text with the no-break space that fonts have in place of the narrow one."""
    return text.replace("\u202f", "\u00a0")
