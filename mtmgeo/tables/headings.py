"""What the headings of a table say: the role of a column, and whom it counts and when."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from mtmgeo.tables.read import blank

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
YEARS: Final = range(1990, 2101)


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
SEX: Final = _by_key(_SEXES)
#: What numbers with a year may be of that count no people who moved.
_NO_GROUPS: Final = frozenset(
    "population inhabitants phone telephone tel mobile id code lat lon latitude longitude "
    "size average avg mean median percent percentage rate ratio share age "
    "население телефон код калк средний среднее средняя доля процент".split()
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


def population(text: str) -> str | None:
    """Return the target population that a text names among numbers and fillers, or None."""
    said = (word for word in _words(text) if not word.isdecimal() and word not in _FILLERS)
    return _GROUPS.get("".join(said))


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
    if len(sexes := {SEX[word] for word in _words(heading) if word in SEX}) == 1:
        rest = _without(heading, SEX)
        found = measure(rest if population(rest) else f"individuals {rest}")
        return found and replace(found, column=heading, sex=sexes.pop())
    digits = [word for word in _words(heading) if word.isdecimal()]
    years = [int(word) for word in digits if len(word) == 4 and int(word) in YEARS]
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
