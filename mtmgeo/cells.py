"""What the headings of a table say, and what its cells hold: names, counts, years, degrees."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Real
from typing import Final

from mtmgeo.rows import blank, show

#: The columns that may be found or named, and the usual headings of each.
HEADINGS: Final = {
    "adm1": (
        "adm1|admin1|admin level 1|administrative level 1|name1|oblast|oblus|oblys|viloyat|"
        "velayat|область|облус|облусу|облысы|вилоят|вилояти|провинция|регион|region|province|"
        "provincia|governorate|wilaya|wilayah|state|estado|département|departamento|محافظة|"
        "المحافظة|ولاية|الولاية|ولایت|ولايت|استان"
    ),
    "adm2": (
        "adm2|admin2|admin level 2|administrative level 2|name2|rayon|raion|rajon|район|району|"
        "аудан|ауданы|tuman|туман|ноҳия|district|distrito|county|municipality|municipio|قضاء|"
        "القضاء|مديرية|المديرية|ولسوالی|ولسوالي|شهرستان"
    ),
    "adm3": (
        "adm3|admin3|admin level 3|administrative level 3|name3|aiyl aimak|ayil aimak|ayyl aimak|"
        "aiyl okmotu|ayil okmotu|айыл аймак|айыл аймагы|айыл өкмөтү|айылный аймак|айыльный аймак|"
        "аильный аймак|аильный округ|сельский округ|okrug|округ|jamoat|джамоат|ҷамоат|hromada|"
        "громада|community|commune|comuna|sub district|nahiya|nahia|nahiyah|ناحية|الناحية"
    ),
    "location": (
        "adm4|admin4|admin level 4|administrative level 4|name4|loc|location|village|settlement|"
        "locality|site|place|aiyl|ayil|айыл|айылы|село|кыштак|kishlak|кишлак|qishloq|қишлоқ|деҳа|"
        "ауыл|населенный пункт|название населенного пункта|наименование населенного пункта|"
        "местность|localidad|localité|قرية|القرية|قریه|موقع|الموقع"
    ),
    "lat": (
        "lat|lat dd|gps lat|geo lat|latitude|latitud|y coord|y coordinate|coord y|широта|кеңдик|"
        "خط العرض"
    ),
    "lon": (
        "lon|lon dd|lng|long|long dd|gps lon|gps lng|gps long|geo lon|longitude|longitud|x coord|"
        "x coordinate|coord x|долгота|узундук|خط الطول"
    ),
    "gps": (
        "gps|gps point|gps location|gps coordinates|geopoint|geolocation|geo coord|"
        "coord|coords|coordinates|lat lon|lat long|координаты|координаттар|إحداثيات"
    ),
    "year": "year|return year|year of return|year of mobility|год|год возвращения|жыл",
    "group": "group|population group|target group|target population|category|группа|категория|топ",
    "individuals": (
        "individuals|number of individuals|total individuals|persons|number of persons|people|"
        "number of people|count|количество|количество человек|человек|численность|адамдар|саны"
    ),
    "households": (
        "households|number of households|total households|hh|hhs|number of hh|families|"
        "number of families|домохозяйства|количество домохозяйств|семьи|количество семей|"
        "үй чарбалары|үй бүлөлөр"
    ),
    "country": (
        "country of return|country returned from|returned from|return country|last country|"
        "country of migration|country of last residence|country of destination|host country|"
        "страна возвращения|страна миграции|страна пребывания|страна назначения|"
        "кайткан өлкө|келген өлкө"
    ),
    "reason": (
        "reason|main reason|reason for return|reason of return|return reason|reasons for return|"
        "main reason for return|причина|основная причина|причина возвращения|себеп|негизги себеп|"
        "кайтуу себеби"
    ),
    "sex": "sex|gender|sex of individuals|пол|жыныс|жынысы",
    "age": "age|age group|age range|возраст|возрастная группа|жаш|жашы|жаш курагы",
}

#: The dimensions by which people may be counted, and the role of the column of each.
DIMENSIONS: Final = {
    "country of return": "country",
    "reason": "reason",
    "sex": "sex",
    "age group": "age",
}

#: The category of people for whom a dimension says nothing.
NOT_STATED: Final = "(not stated)"
_SEXES: Final = {
    "female": "f|female|females|woman|women|girl|girls|ж|жен|женский|женщина|женщины|аял|аялдар",
    "male": "m|male|males|man|men|boy|boys|м|муж|мужской|мужчина|мужчины|эркек|эркектер",
}

#: The roles of which a table must have at least one, from the highest level down.
PLACES: Final = ("adm1", "adm2", "adm3", "location")

#: Headings of whole addresses, and the roles in whose absence they hold the locations. A person
#: has a full name too, so that it is a place's only in a table that names no other.
ADDRESSES: Final = {
    "address": frozenset(["adm3", "location"]),
    "full name": frozenset(PLACES),
}
_ADDRESSES: Final = {
    "address": "address|full address|full place name|адрес|дарек|عنوان|العنوان",
    "full name": "full name",
}

#: The population of a count when nothing says which.
NO_GROUP: Final = "individuals"

_POPULATIONS: Final = {
    "return migrants": (
        "returnee|returnees|return migrant|return migrants|returned migrant|returned migrants|"
        "returning migrants|return migrant workers|returned migrant workers|returned|returns|"
        "returning migrant workers|возвратившиеся|возвратившиеся мигранты|вернувшиеся|"
        "вернувшиеся мигранты|возвращенцы|кайтып келген мигранттар|кайткан мигранттар"
    ),
    "migrant workers": (
        "migrant worker|migrant workers|labour migrants|labor migrants|трудовые мигранты|"
        "трудящиеся мигранты|эмгек мигранттары|эмгек мигранттар"
    ),
    "emigrants": "emigrant|emigrants|эмигрант|эмигранты|эмигранттар",
}
_FILLERS: Final = frozenset(
    "synthetic total number of in no sum year individuals в во год году г всего количество "
    "число человек жылы".split()
)
#: What stands about a heading of places: 'name of', 'name', and the language of the names.
_NAMED: Final = re.compile(
    r"(?:nameof(?:the)?)?(.+?)(?:(?:name|label|title)1?)?"
    r"(?:en|eng|english|ru|rus|russian|ky|kg|kir|kyrgyz|fr|es|ar|uk|ua|uz|tg|kk|fa|ps|local)?"
)
_HOMES: Final = frozenset(
    "household households hh hhs family families семья семьи семей домохозяйства "
    "домохозяйств".split()
)
_TAG: Final = re.compile(r"#[a-z]\w*(?:\s*\+\w+)*", re.IGNORECASE)
_YEARS: Final = range(1990, 2101)

_MISSING: Final = frozenset(["", "-", "–", "—", "n/a", "na", "н/д"])
_TOTALS: Final = frozenset(
    ["total", "grandtotal", "subtotal", "итого", "всего", "жалпы", "баары", "бардыгы"]
)
_TOTALISH: Final = re.compile("tota|итог|всег|жалп|баар|бард", re.IGNORECASE)
_FAILED: Final = frozenset(
    ["#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#N/A", "#SPILL!", "#CALC!"]
)
_GROUPED: Final = re.compile(r"[0-9]{1,3}([, \u00a0\u2009\u202f])[0-9]{3}(?:\1[0-9]{3})*")
_WHOLE: Final = re.compile(r"0*([0-9]+)(?:\.00?)?")
_MOST: Final = 10_000_000
_SIGNS: Final = r"\s?[°º]?\s?[NSEW]?"
_DEGREES: Final = re.compile(rf"([-−+]?[0-9]{{1,15}}(?:[.,][0-9]*)?){_SIGNS}", re.IGNORECASE)
_ANY: Final = rf"[-−+]?[0-9]{{1,15}}(?:[.,][0-9]+)?{_SIGNS}"
_POINTED: Final = rf"[-−+]?[0-9]{{1,15}}\.[0-9]+{_SIGNS}"
#: Latitude and longitude, then perhaps altitude and accuracy. A comma with no space about it
#: divides only what has decimal points.
_GEOPOINT: Final = re.compile(
    rf"(?:({_POINTED}) ?, ?({_POINTED})|({_ANY})(?: ?; ?|,? )({_ANY}))(?:[ ,;]+[-+0-9.]+){{0,2}}",
    re.IGNORECASE,
)
_MEND_COUNT: Final = "write a whole number in digits, or leave the cell blank if it is not known"
_MEND_DEGREES: Final = "write decimal degrees such as {}, or leave the cell blank if not known"


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
        The population counted: ``return migrants``, ``migrant workers``, ``emigrants``, or the
        heading's own words.
    households
        Whether it counts households, not individuals.
    sex
        ``female`` or ``male`` where it counts these alone.
    """

    column: str
    year: int | None
    group: str
    households: bool = False
    sex: str | None = None


class CellError(ValueError):
    """What is wrong with a cell (`what`), and how to mend it (`mend`)."""

    def __init__(self, what: str, mend: str) -> None:
        self.what, self.mend = what, mend
        super().__init__(what)


def _words(text: object) -> list[str]:
    plain = unicodedata.normalize("NFKD", str(text).casefold())
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return re.findall(r"[^\W\d_]+|[0-9]+", letters)


def key(text: object) -> str:
    """Return a heading without case, accents, spaces and signs."""
    return "".join(_words(text))


def _by_key(words: Mapping[str, str]) -> dict[str, str]:
    return {key(word): name for name, listed in words.items() for word in listed.split("|")}


_ROLES: Final = _by_key({**HEADINGS, **_ADDRESSES})
_GROUPS: Final = _by_key(_POPULATIONS)
_SEX: Final = _by_key(_SEXES)
#: What numbers with a year may be of that count no people who moved.
_NO_GROUPS: Final = frozenset(
    "population inhabitants phone telephone tel mobile id code lat lon latitude longitude "
    "size average avg mean median percent percentage rate ratio share age "
    "население телефон код калк средний среднее средняя доля процент".split()
)
#: Categories that add up the others.
_EVERYBODY: Final = _TOTALS | frozenset(
    "all both bothsexes bothgenders everybody everyone allages allcountries allreasons anyage все "
    "оба обапола всестраны всевозрасты всепричины".split()
)
_MONTH: Final = (
    "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|"
    "янв|фев|мар|апр|май|июн|июл|авг|сен|окт|ноя|дек"
)
_DATED: Final = re.compile(
    rf"(?:\d{{1,2}}[-. ](?:{_MONTH})\w*|(?:{_MONTH})\w*[-. ]\d{{1,2}}|\d{{4}}-\d\d-\d\d.*)",
    re.IGNORECASE,
)


def role(heading: str, tag: str = "") -> str | None:
    """Return the key of `HEADINGS` or `ADDRESSES` that a heading stands for, or None.

    Parameters
    ----------
    heading
        As in the table.
    tag
        The HXL hashtag below it; one of places is believed against the heading.
    """
    said = key(tag if tag.startswith(("#adm", "#loc", "#geo")) else heading)
    if said.endswith(("latitude", "longitude")):
        return "lat" if said.endswith("latitude") else "lon"
    named = _NAMED.fullmatch(said)
    return _ROLES.get(said) or (_ROLES.get(named[1]) if named else None)


def score(cells: Iterable[object], columns: Mapping[str, str]) -> int:
    """Return how many headings of places, or headings that were named, a row holds."""
    named = {key(heading) for heading in columns.values()}
    said = {key(cell) for cell in cells if isinstance(cell, str)}
    return len({role(each) for each in said - named} & set(PLACES)) + len(said & named)


def is_tags(row: Sequence[object]) -> bool:
    """Return whether a row holds HXL hashtags, one of them at least of places."""
    said = [cell for cell in row if not blank(cell)]
    tags = [str(cell).strip() for cell in said]
    return score(tags, {}) > 0 and all(map(_TAG.fullmatch, tags))


def tidy(text: object) -> str:
    """Return text in one line: single spaces, no control characters."""
    plain = str(text)
    if not plain.isprintable():
        plain = "".join(c if c.isprintable() else " " for c in plain)
    return " ".join(plain.split())


def population(text: str) -> str | None:
    """Return the target population that a text names among numbers and fillers, or None."""
    said = (word for word in _words(text) if not word.isdecimal() and word not in _FILLERS)
    return _GROUPS.get("".join(said))


def group(cell: object) -> str:
    """Return the text of a cell that names a population group, as typed; ``""`` where blank."""
    if is_total(text := name(cell)):
        what = f"{show(text)} adds up the other groups, which would count everyone twice"
        raise CellError(what, "delete the row")
    return text


def category(dimension: str, text: str) -> str:
    """Return what a cell says of a dimension: tidy text, `NOT_STATED` where it is blank.

    Raises
    ------
    CellError
        If it adds up other categories, or is an age that a spreadsheet has made a date of.
    """
    plain = tidy(text)
    if plain.casefold() in _MISSING:
        return NOT_STATED
    if key(plain) in _EVERYBODY:
        raise CellError(
            f"{show(plain)} adds up the other categories, which would count everyone twice",
            "delete the row, or write whom it counts",
        )
    if dimension == "age group" and _DATED.fullmatch(plain):
        raise CellError(
            f"{show(plain)} is a date, made from an age group perhaps",
            "format the column as text and write the age group again",
        )
    return _SEX.get(key(plain), plain) if dimension == "sex" else plain


def measure(heading: str) -> Measure | None:
    """Return what a heading says that its column counts; None if it says nothing of the kind.

    Raises
    ------
    CellError
        If it names a target population, and numbers that are no years.
    """
    if _HOMES & {*_words(heading)}:
        found = measure(f"individuals {_without(heading, _HOMES)}")
        return found and Measure(
            column=heading, year=found.year, group=found.group, households=True
        )
    if len(sexes := {_SEX[word] for word in _words(heading) if word in _SEX}) == 1:
        rest = _without(heading, _SEX)
        found = measure(rest if population(rest) else f"individuals {rest}")
        return found and replace(found, column=heading, sex=sexes.pop())
    digits = [word for word in _words(heading) if word.isdecimal()]
    years = [int(word) for word in digits if len(word) == 4 and int(word) in _YEARS]
    year = years[0] if len(years) == 1 else None
    if group := population(heading):
        if len(years) < len(digits):
            raise CellError("its year is not of four digits", "write the heading with 2022, say")
        return Measure(column=heading, year=year, group=group)
    said = [word for word in _words(heading) if word not in _FILLERS]
    if not _NO_GROUPS.isdisjoint(said):
        return None
    if year is None or len(digits) > 1 or said[-1] != digits[0]:
        return None
    words = re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", heading).casefold())
    own = " ".join(word for word in words if word not in _FILLERS)
    return Measure(column=heading, year=year, group=own or NO_GROUP)


def _without(heading: str, words: Container[str]) -> str:
    return " ".join(word for word in re.split(r"[\W_]+", heading) if key(word) not in words)


def is_total(cell: object) -> bool:
    """Return whether a name says that its row adds up others."""
    if not isinstance(cell, str) or len(cell) >= 20:
        return False
    # Most names hold none of these, which is quickly seen.
    return _TOTALISH.search(cell) is not None and key(cell) in _TOTALS


def name(cell: object) -> str:
    """Return the text of a cell of names, as typed; ``""`` where it is blank."""
    if isinstance(cell, dt.date | dt.time | dt.timedelta):
        mend = "format the column as text and type the name again"
        raise CellError(f"{show(cell)} is a date, made from a name perhaps", mend)
    if isinstance(cell, str) and cell in _FAILED:
        raise CellError(f"the formula has failed with {cell}", "type the name in its place")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def count(cell: object) -> int | None:
    """Return a count of individuals, or None where it is missing."""
    text = str(cell).strip()
    if cell is None or text.casefold() in _MISSING:
        return None
    if _GROUPED.fullmatch(text):
        text = re.sub("[^0-9]", "", text)
    whole = _WHOLE.fullmatch(text)
    if whole is None or isinstance(cell, bool) or not isinstance(cell, str | Real):
        raise _no_count(cell, text)
    if len(whole[1]) > 15 or int(whole[1]) > _MOST:
        raise CellError(f"{show(cell)} is more than {_MOST:,}", "correct it")
    return int(whole[1])


def _date(cell: object) -> CellError | None:
    if not isinstance(cell, dt.date | dt.time | dt.timedelta):
        return None
    return CellError(f"{show(cell)} is a date", "format the column as numbers and type it again")


def _no_count(cell: object, text: str) -> CellError:
    if date := _date(cell):
        return date
    if re.fullmatch(r"[-−–][0-9.,]+", text):
        return CellError(f"{show(cell)} is negative", _MEND_COUNT)
    if re.fullmatch(r"[0-9]+[.,][0-9]+", text):
        return CellError(f"{show(cell)} is not whole", f"{_MEND_COUNT} (1204, not 1.204)")
    return CellError(f"{show(cell)} is not a number", _MEND_COUNT)


def year(cell: object) -> int | None:
    """Return a year of four digits, or None where it is missing."""
    try:
        number = count(cell)
    except CellError:
        number = 0
    if number is not None and number not in _YEARS:
        mend = f"write a year of four digits, {_YEARS[0]} to {_YEARS[-1]}"
        raise CellError(f"{show(cell)} is not a year", mend)
    return number


def degrees(cell: object) -> float | None:
    """Return a latitude or longitude, of whatever size, or None where it is missing."""
    if isinstance(cell, Real) and not isinstance(cell, bool) and math.isfinite(cell):
        return float(cell)
    text = tidy(cell)
    if cell is None or text.casefold() in _MISSING:
        return None
    found = _DEGREES.fullmatch(text)
    if found is None:
        mend = _MEND_DEGREES.format("42.87")
        raise _date(cell) or CellError(f"{show(cell)} is not a number of degrees", mend)
    size = float(found[1].replace(",", ".").replace("−", "-"))
    return -abs(size) if text[-1] in "SsWw" else size


def geopoint(cell: object) -> tuple[float | None, float | None] | None:
    """Return latitude and longitude of a cell such as ``42.87 74.59 760 5``; None if missing."""
    text = tidy(cell)
    if cell is None or text.casefold() in _MISSING:
        return None
    found = _GEOPOINT.fullmatch(text.strip("[]() ")) if len(text) < 100 else None
    if found is None:
        mend = _MEND_DEGREES.format("42.87 74.59")
        raise CellError(f"{show(cell)} is not a latitude and a longitude", mend)
    lat, lon = filter(None, found.groups())
    return degrees(lat), degrees(lon)
