"""The data dictionary: what the columns of exported tables mean, said once for every format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd

from mtmgeo.boundaries.boundary_set import DEEPEST
from mtmgeo.figures.indicators import DERIVED, SHOWN, Indicator

#: Levels of the units inside a country.
DIVISIONS: Final = range(1, DEEPEST + 1)


@dataclass(frozen=True)
class Column:
    """A column of a data dictionary, and how a workbook shows its numbers."""

    name: str
    type: str
    unit: str
    meaning: str
    formula: str = ""
    look: str = ""
    hxl: str = ""

    @property
    def said(self) -> dict[str, str]:
        """What a data dictionary says of it."""
        return {
            "column": self.name,
            "type": self.type,
            "unit": self.unit,
            "meaning": self.meaning,
            "formula": self.formula,
        }


def _figure(each: Indicator) -> Column:
    kind = WHOLE if each.whole else NUMBER
    return Column(each.column, kind, each.unit, each.meaning, each.said, each.look, each.hxl)


_TEXT, WHOLE, NUMBER, _YES = "text", "whole number", "number", "yes or no"
_COUNTED, _EXACT, _SHARE, _PROSE = "#,##0", "#,##0.00", "0.0%", "@"

_OF: Final = Column(
    "of", _TEXT, "",
    "unit: the rows tied to the unit and to those inside it; place: the rows tied to the unit "
    "itself and to none inside it",
)  # fmt: skip
_LEVEL: Final = Column(
    "level", WHOLE, "", "-1 all rows of the input, 0 country, 1 to 3 admin level, 4 settlement"
)
_PCODE: Final = Column("pcode", _TEXT, "", "p-code of the unit; blank at level -1")
_NAME: Final = Column("name", _TEXT, "", "name of the unit")
ABOVE: Final = (
    Column("adm0_pcode", _TEXT, "", "p-code of the country it lies in", hxl="#country+code"),
    *(
        Column(f"adm{level}_{part}", _TEXT, "", f"{said} of its unit of level {level}", hxl=tag)
        for level in DIVISIONS
        for part, said, tag in (
            ("pcode", "p-code", f"#adm{level}+code"),
            ("name", "name", f"#adm{level}+name"),
        )
    ),
)
_GROUP: Final = Column("group", _TEXT, "", "population counted")
YEAR: Final = Column(
    "year", WHOLE, "year", "year counted; blank: all years together", hxl="#date+year"
)
#: What stands beside the year where a period is longer than one, and what the year is then.
PERIOD: Final = Column(
    "period", _TEXT, "",
    "period counted: a year, or a longer one such as 2020-2021, before 2014, since April 2022; "
    "all: all of them together; the column is there only where one is longer than a year",
    hxl="#date+period",
)  # fmt: skip
YEAR_BESIDE_PERIOD: Final = replace(
    YEAR, meaning="year counted; blank: all together, or a period longer than a year"
)
STATUS: Final = Column(
    "status", _TEXT, "",
    "shown; or suppressed: the count is too small to be published, or would reveal one that is",
    hxl="#meta+status",
)  # fmt: skip
PEOPLE: Final = _figure(SHOWN["individuals"])
HOUSEHOLDS: Final = _figure(SHOWN["households"])
_SHARE_OF_TOTAL: Final = Column(
    "share_of_total", NUMBER, "0 to 1", "share of the category",
    "individuals / those of the same unit, group and year in all categories", _SHARE,
)  # fmt: skip
RATES: Final = (
    *map(_figure, DERIVED),
    Column(
        "rank", WHOLE, "", "1 is the most individuals among the units of the level that are shown, "
        "for the same group and year; equals share the better rank", "", _COUNTED,
    ),
)  # fmt: skip
_LOCATIONS: Final = Column(
    "locations", WHOLE, "rows", "rows of the table in the unit, or at the place", "", _COUNTED
)
COUNTED: Final = Column(
    "counted", WHOLE, "places",
    "places with a count of the group in that year: fewer than in another year may be why a figure "
    "is less",
    "", _COUNTED,
)  # fmt: skip
AREA: Final = Column(
    "area_km2", NUMBER, "km²",
    "equal-area (EPSG:6933) area of the outline without lakes and enclaves; blank without outline",
    "", _EXACT, "#indicator+area_km2+num",
)  # fmt: skip
POPULATION: Final = Column(
    "population", NUMBER, "people", "inhabitants", "", _COUNTED, "#population"
)
DATA: Final = Column(
    "data", _TEXT, "", "synthetic: the counts are invented; the column is there only then",
    hxl="#meta+synthetic",
)  # fmt: skip

NAME_XX: Final = Column("name_xx", _TEXT, "", "name by language: name_en, name_ru ...")
UNIT: Final = (
    *(_PCODE, _LEVEL, _NAME, NAME_XX),
    Column("parent_pcode", _TEXT, "", "p-code of the unit above"),
    *ABOVE,
    Column("type", _TEXT, "", "kind of unit, such as district or city"),
    Column("approximate", _YES, "", "whether the outline is an estimate"),
    Column(
        "status", _TEXT, "", "assessed; not assessed; or other ground, which is of no unit"
    ),
    *(_LOCATIONS, AREA, POPULATION, DATA),
)  # fmt: skip
GEOMETRY: Final = Column(
    "geometry", "outline or point", "EPSG:4326", "outline; of settlements, the place"
)


def _listed(years: str) -> str:
    return " and ".join(each.column for each in DERIVED if each.years == years)


def heading(name: str) -> str:
    """Return the heading of a column such as ``adm1_pcode``, which `match` is to write itself."""
    return f"admin {name[3]} {name[5:].replace('pcode', 'p-code')}"


#: The columns of each table, in the order in which they are written.
TABLES: Final[Mapping[str, tuple[Column, ...]]] = {
    "figures": (
        *(_OF, _LEVEL, _PCODE, _NAME, *ABOVE, _GROUP, YEAR, PERIOD),
        Column(
            "dimension", _TEXT, "",
            "total; or what the figure is a part by: country of return, reason, sex, age group",
        ),
        Column("category", _TEXT, "", "all; or the category, as the table has it"),
        *(STATUS, PEOPLE, HOUSEHOLDS, _SHARE_OF_TOTAL, *RATES),
        *(_LOCATIONS, COUNTED, AREA, POPULATION, DATA),
    ),
    "coverage": (
        _LEVEL,
        Column("name", _TEXT, "", "what a unit of the level is called"),
        Column("units", WHOLE, "units", "units of the level", "", _COUNTED),
        Column("assessed", WHOLE, "units", "units with an assessed location", "", _COUNTED),
        Column("not_assessed", WHOLE, "units", "units without one", "", _COUNTED),
        Column("share", NUMBER, "0 to 1", "assessment coverage", "assessed / units", _SHARE),
        Column("area_share", NUMBER, "0 to 1", "share of the area in assessed units",
                "area of assessed units / area of all units", _SHARE),
        Column("population_share", NUMBER, "0 to 1", "share of the inhabitants in assessed units",
                "population of assessed units / population of all units", _SHARE),
    ),
    "matched": (
        *(_GROUP, YEAR, PERIOD),
        Column(
            "matched_percent", WHOLE, "%",
            "people in rows that are matched, of all people; blank where it would narrow a "
            "suppressed count",
            "100 × individuals in matched rows / individuals",
        ),
    ),
    "provenance": (
        *(_OF, _LEVEL, _PCODE, _LOCATIONS),
        Column("rows", _TEXT, "", "numbers of the rows in the file that are added up: 2-4 9", "",
                _PROSE),
    ),
    "units": (
        *UNIT,
        Column(
            "ret_2022", WHOLE, "people",
            "individuals of a group and year (ret, work, emig, ind or the group's own words; the "
            "year, the longer period, or all); blank unless shown",
        ),
        Column(
            "ret_2022_status", _TEXT, "",
            "of that figure: shown, suppressed, no figure (assessed, with no count of the group "
            "and year), not assessed, other ground",
        ),
        Column(
            "ret_2022_per_km2", NUMBER, "",
            "every other figure by the name that it has in figures; "
            f"{_listed('all')} for all only, {_listed('one')} for years only",
        ),
        GEOMETRY,
    ),
    "hxl": (
        *(replace(column, name=heading(column.name)) for column in ABOVE),
        replace(YEAR, meaning="year counted; there is none for all years together"),
        replace(PERIOD, meaning="in the stead of the year, where a period is longer than one"),
        replace(PEOPLE, name="return migrants individuals", hxl="#affected+returnees+ind"),
        replace(HOUSEHOLDS, name="return migrants households", hxl="#affected+returnees+hh"),
        replace(STATUS, name="return migrants status", hxl="#meta+returnees+status"),
        *(POPULATION, AREA, DATA),
    ),
}  # fmt: skip

#: How a workbook shows columns.
LOOKS: Final = {
    column.name: column.look for table in TABLES.values() for column in table if column.look
} | dict.fromkeys(("text", "meaning", "formula"), _PROSE)


def data_dictionary() -> pd.DataFrame:
    """Return what the columns of every exported table mean.

    Returns
    -------
    dictionary
        ``table`` (figures, coverage, matched, provenance, units, hxl), ``column``, ``type``,
        ``unit``, ``meaning``, ``formula``, ``hxl`` (hashtag and attributes). Columns of a group
        are there once, for return migrants in 2022.
    """
    said = [
        {"table": table, **column.said, "hxl": column.hxl}
        for table, columns in TABLES.items()
        for column in columns
    ]
    return pd.DataFrame(said, dtype="str")
