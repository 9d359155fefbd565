"""Countries: by name in any language of CLDR, and by ISO code."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Final

import numpy as np
import pandas as pd

from mtmgeo.boundaries.boundary_set import BoundarySet
from mtmgeo.matching.rows.given import remarked
from mtmgeo.names.fold import fold, is_blank
from mtmgeo.tables.columns.cells import tidy
from mtmgeo.tables.columns.faults import show, show_all
from mtmgeo.tables.table import Table

#: Languages that tables are written in: one of their names goes before those of other languages,
#: in some of which another country is called so.
_FIRST: Final = (
    "en fr es pt ru ar uk ky uz tg kk tk az tr fa ps ur de it nl sw so am ti ne bn my km th vi id"
).split()
#: Codes of CLDR that are no country's.
_NO_COUNTRY: Final = frozenset(["EA", "EU", "EZ", "IC", "QO", "UN", "XA", "XB", "ZZ"])
#: Names in use at the United Nations and in the field that CLDR does not have.
_MORE: Final = {
    "BO": "Plurinational State of Bolivia|Estado Plurinacional de Bolivia",
    "CD": (
        "DR Congo|DRC|D.R. Congo|RDC|RD Congo|Congo|Congo DR|Congo DRC|Dem. Rep. of the Congo|"
        "Democratic Republic of the Congo|Democratic Republic of Congo|"
        "République démocratique du Congo|Rép. Dém. du Congo"
    ),
    "CF": "CAR|RCA",
    "CG": "Congo|Republic of Congo|République du Congo",
    "CI": "Ivory Coast",
    "CV": "Cape Verde",
    "CZ": "Czech Republic",
    "FM": "Federated States of Micronesia",
    "GB": "UK|United Kingdom of Great Britain and Northern Ireland",
    "IR": "Islamic Republic of Iran|République islamique d'Iran",
    "KG": "Kyrgyz Republic|Кыргызская Республика|Киргизия|Кыргыз Республикасы",
    "KP": "Democratic People's Republic of Korea|DPRK",
    "KR": "Republic of Korea",
    "LA": "Lao People's Democratic Republic|Lao PDR",
    "MD": "Republic of Moldova",
    "MK": "Macedonia|The former Yugoslav Republic of Macedonia",
    "MM": "Burma",
    "PS": (
        "Palestine|State of Palestine|Occupied Palestinian Territory|oPt|West Bank and Gaza|"
        "Palestine, State of"
    ),
    "RU": "Russian Federation|Fédération de Russie|Российская Федерация",
    "SD": "Republic of the Sudan",
    "SS": "Republic of South Sudan|RSS",
    "SY": "Syrian Arab Republic|République arabe syrienne|República Árabe Siria",
    "SZ": "Swaziland",
    "TR": "Turkey|Turkiye",
    "TZ": "United Republic of Tanzania|République-Unie de Tanzanie",
    "US": "USA|United States of America",
    "VE": "Bolivarian Republic of Venezuela|República Bolivariana de Venezuela",
    "VN": "Viet Nam",
}
_NO_COUNTRY_SAID: Final = "is no country that is known, so that its rows are taken as they are"
_BRACKETED: Final = re.compile(r"\(([^()]*)\)")
_STATE: Final = re.compile(
    r"(?:the )?(?:[a-z]+ ){0,2}(?:republic|kingdom|state|union|sultanate|commonwealth) of (?:the )?"
)


@lru_cache(maxsize=4)
def own_codes(boundaries: BoundarySet) -> frozenset[str]:
    """Return the ISO codes of a boundary set's country, of two letters and of three.

    They are told by the code of the whole, by its names, or by the letters that all p-codes begin
    with; empty where none of these is a country's.
    """
    units = boundaries.units
    whole = units[units["level"] == 0]
    said = ["".join(filter(str.isalpha, code)) for code in whole["pcode"]]
    said += [boundaries.country, *whole["name"], boundaries.name]
    first = {code[:2] for code in units.loc[units["level"] == 1, "pcode"]}
    said += first if len(first) == 1 else []
    for each in said:
        found = alpha2(each)
        if len(found) == 1:
            return found | {iso3 for iso3, iso2 in _alpha3().items() if iso2 in found}
    return frozenset()


def own_names(boundaries: BoundarySet) -> frozenset[str]:
    """Return the names of a boundary set's country, folded."""
    units = boundaries.units
    here = units[units["level"] == 0]
    names = [boundaries.country, *here[boundaries.name_columns].to_numpy().ravel()]
    names += "|".join(here["aliases"]).split("|")
    return frozenset(fold(name) for name in names if isinstance(name, str)) - {""}


def abroad(table: Table, boundaries: BoundarySet) -> tuple[Table, pd.Series]:
    """Return of which other country each row is, by the column that says so.

    Returns
    -------
    table
        With a remark on what in the column is no country's name.
    countries
        The cell as given, by row; ``""`` where it says nothing else than the boundaries.
    """
    none = pd.Series("", index=table.frame.index, dtype=object)
    if table.country is None:
        return table, none
    own, names = own_codes(boundaries), own_names(boundaries)
    where = f"column {show(table.country)}"
    if not own:
        remark = f"{where} is not used: the boundaries do not say which country they are of"
        return remarked(table, [remark]), none
    codes, values = pd.factorize(table.frame[table.country].astype(object))
    said, unknown = [""] * len(values), []
    for at, value in enumerate(values):
        text = tidy(value)
        if is_blank(value) or fold(text) in names:
            continue
        found = alpha2(text)
        if not found:
            unknown.append(text)
        elif not found & own:
            said[at] = text
    if unknown:
        table = remarked(table, [f"{where}: {show_all(unknown)} {_NO_COUNTRY_SAID}"])
    countries = np.array([*said, ""], dtype=object)[codes]
    return table, pd.Series(countries, index=table.frame.index, dtype=object)


def country_name(code: str) -> str:
    """Return the English name of the country of an ISO code; ``""`` if it is no country's."""
    from babel.core import Locale

    alpha = _alpha3().get(code.upper(), code.upper())
    name = "" if alpha in _NO_COUNTRY else Locale.parse("en").territories.get(alpha, "")
    return str(name) if len(code) in (2, 3) and code.isalpha() else ""


def alpha2(text: str) -> frozenset[str]:
    """Return the ISO codes, of two letters, of the countries that a text may name.

    Several are rare (both Congos are called Congo); none is found in what is not a country's name
    in any language, nor its code.
    """
    plain = " ".join(text.split())
    bare = _BRACKETED.sub(" ", plain)
    spellings = [plain, bare, _STATE.sub("", bare.casefold(), count=1)]
    # What stands in brackets is a code, or an article: Congo (la), Afghanistan (AFG).
    spellings += [each for each in _BRACKETED.findall(plain) if each.isupper() or len(each) > 3]
    keys = [key for key in map(_key, spellings) if key]
    for names in (_codes, _first, _all):
        for key in keys:
            if key in names():
                return names()[key]
    return frozenset()


def _key(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if c.isalpha())


@cache
def _alpha3() -> dict[str, str]:
    """Return the codes of two letters by those of three."""
    from babel.core import get_global

    aliases = get_global("territory_aliases").items()
    return {one: two[0] for one, two in aliases if re.fullmatch("[A-Z]{3}", one) and len(two) == 1}


@cache
def _codes() -> dict[str, frozenset[str]]:
    """Return countries by their codes, as `_key` writes them."""
    return {
        **{two.casefold(): frozenset({two}) for two in _alpha3().values()},
        **{three.casefold(): frozenset({two}) for three, two in _alpha3().items()},
    }


@cache
def _first() -> dict[str, frozenset[str]]:
    """Return countries by their names in the languages that go first."""
    more = [(two, name) for two, names in _MORE.items() for name in names.split("|")]
    return _by_key([*more, *_names(_FIRST)])


@cache
def _all() -> dict[str, frozenset[str]]:
    """Return countries by their names in every language."""
    from babel.localedata import locale_identifiers

    return _by_key(_names(each for each in locale_identifiers() if "_" not in each))


def _names(languages: Iterable[str]) -> Iterator[tuple[str, str]]:
    from babel.core import Locale

    for language in languages:
        for code, name in Locale.parse(language).territories.items():
            if len(code) == 2 and code not in _NO_COUNTRY:
                yield code, name


def _by_key(names: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for code, name in names:
        found[_key(name)].add(code)
    return {key: frozenset(codes) for key, codes in found.items()}
