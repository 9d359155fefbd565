"""Which column is what: places, points, time and people, by headings and cells."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from mtmgeo.tables.columns import cells as read
from mtmgeo.tables.columns.counts import TWICE, Counted
from mtmgeo.tables.columns.faults import Faults, show, show_all
from mtmgeo.tables.columns.headings import Column, Headed
from mtmgeo.tables.columns.periods import parse
from mtmgeo.tables.columns.roles import (
    DIMENSIONS,
    NAMEABLE,
    NO_GROUP,
    PLACES,
    is_part,
    odd_year,
    period,
    role,
)
from mtmgeo.tables.columns.words import key, listed, words
from mtmgeo.tables.forms.answers import ADDED

_ADDRESSES: Final = {"address": {"adm3", "location"}, "full name": set(PLACES)}
_CODE: Final = re.compile(r"[A-Za-z]{0,5}[-_ ]?\d[\dA-Za-z]*")


def chosen_columns(headed: Headed, named: Mapping[str, str], faults: Faults) -> dict[str, str]:
    """Return the names of the columns that the caller named, by role."""
    for unknown in named.keys() - set(NAMEABLE):
        faults.add(f"{show(unknown)} is no kind of column", f"use {show_all(NAMEABLE)}")
    names = [column.name for column in headed.columns]
    chosen = {}
    for role_, wanted in named.items():
        if role_ not in NAMEABLE:
            continue
        alike = [each for each in names if key(each) == key(wanted) != ""]
        alike += [c.name for c in headed.columns if key(c.heading) == key(wanted) != ""]
        if wanted in names or alike:
            chosen[role_] = wanted if wanted in names else alike[0]
        else:
            faults.add(f"there is no column {show(wanted)}", f"choose from {show_all(names)}")
    return chosen


def all_roles(headed: Headed, chosen: Mapping[str, str]) -> dict[str, str | None]:
    """Return what each column is; None where its heading says nothing known."""
    roles = {column.name: role_of(column) for column in headed.columns}
    places = [name for name, usual in roles.items() if usual in PLACES]
    for column in headed.columns if len(places) > 1 else ():
        if roles[column.name] == "location" and _are_numbers(column):
            roles[column.name] = None  # how many are in a camp
    for role_ in chosen:
        for name in [name for name, usual in roles.items() if usual == role_]:
            roles[name] = None
    for role_, name in chosen.items():
        roles[name] = "code:any" if role_ == "pcode" else role_
    for address, rivals in _ADDRESSES.items():
        if not rivals & {*filter(None, roles.values())}:
            roles |= {name: "location" for name, usual in roles.items() if usual == address}
    return roles


def aside(column: Column) -> str | None:
    """Return the role of a column that counts nobody, or nobody anew, whatever its heading."""
    return column.known if column.known in (ADDED, TWICE) else None


def role_of(column: Column) -> str | None:
    """Return what a column is; its cells decide where heading and hashtag say name and p-code."""
    said = column.role
    if said in ("code:location", "code:any", None) and _look_like_countries(column):
        return "adm0"
    if column.tag and said is not None:
        own = role(column.heading)
        if (
            own is not None
            and own != said
            and own.removeprefix("code:") == said.removeprefix("code:")
        ):
            level = said.removeprefix("code:")
            return f"code:{level}" if _look_like_codes(column.cells) else level
    return said


def _look_like_countries(column: Column) -> bool:
    """Return whether a column of codes, by its heading, holds those of countries."""
    if not {"code", "iso", "isocode", "iso3", "coa"} & set(words(column.heading)):
        return False
    told = [cell for cell in column.cells[:500] if cell is not None]
    return bool(told) and all(
        isinstance(cell, str) and len(cell) == 3 and cell.isalpha() and cell.isupper()
        for cell in told
    )


def _are_numbers(column: Column) -> bool:
    told = [cell for cell in column.cells[:500] if cell is not None]
    return len(told) > 1 and all(
        cell.strip().isdecimal() if isinstance(cell, str) else isinstance(cell, int | float)
        for cell in told
    )


def _look_like_codes(cells: npt.NDArray[np.object_]) -> bool:
    told = [str(cell).strip() for cell in cells[:500] if cell is not None]
    return sum(_CODE.fullmatch(text) is not None for text in told) > 0.8 * len(told)


def _one(
    role_: str,
    roles: Mapping[str, str | None],
    chosen: Mapping[str, str],
    faults: Faults,
    headed: Headed,
    *,
    strict: bool = True,
) -> str | None:
    """Return the column of a role: the one that was named, or the only usual one."""
    if role_ in chosen:
        return chosen[role_]
    usual = [name for name, each in roles.items() if each == role_]
    if len(usual) > 1 and strict:
        first, *others = (headed.by_name[name].cells for name in usual)
        if all((cells == first).all() for cells in others):
            return usual[0]
        mend = f"choose one with --column {role_}=HEADING, or columns={{'{role_}': ...}} in Python"
        faults.add(f"columns {show_all(usual)} could each be the {role_} column", mend)
    return usual[0] if usual else None


def _only(
    role_: str,
    roles: Mapping[str, str | None],
    chosen: Mapping[str, str],
    faults: Faults,
    headed: Headed,
) -> str | None:
    """Return the column of a role that can be done without: none where several could be it."""
    quiet = Faults(faults.source)
    found = _one(role_, roles, chosen, quiet, headed)
    if not quiet.empty:
        usual = show_all(name for name, each in roles.items() if each == role_)
        faults.remark(
            f"columns {usual} could each be the {role_} column, and none is used; choose one with "
            f"--column {role_}=HEADING"
        )
        return None
    return found


@dataclass(frozen=True, kw_only=True)
class Places:
    """The columns of places: those of each level, and all others."""

    levels: Mapping[str, str]
    names: Mapping[str, str]
    spellings: Mapping[str, tuple[str, ...]]
    codes: Mapping[str, str]
    country: str | None

    def at(self, role_: str) -> list[str]:
        """Return the columns of a level: names first, then p-codes."""
        mine = [name for name, each in self.names.items() if each == role_]
        mine += [other for name in mine for other in self.spellings.get(name, ())]
        return mine + [name for name, each in self.codes.items() if each == role_]


def find_places(
    headed: Headed,
    roles: Mapping[str, str | None],
    chosen: Mapping[str, str],
    faults: Faults,
    spelt: Mapping[str, str] | None,
) -> Places:
    """Return the columns of places; `spelt` says of which column a planned one is a spelling."""
    names: dict[str, str] = {}
    spellings: dict[str, tuple[str, ...]] = {}
    bases: dict[tuple[str, str], str] = {}
    for name, role_ in roles.items():
        if role_ not in PLACES:
            continue
        if spelt is None:
            first = bases.setdefault((role_, _base(name)), name)
        else:
            first = spelt.get(name, name)
        if first == name or role_ in chosen:
            names[name] = role_
        else:
            spellings[first] = (*spellings.get(first, ()), name)
    codes = {name: r.removeprefix("code:") for name, r in roles.items() if r and r[:5] == "code:"}
    country = _one("adm0", roles, chosen, faults, headed, strict=False)
    if not names and not codes and not chosen.keys() & set(PLACES) and country is not None:
        faults.add(
            f"column {show(country)} names countries, and no column places inside them",
            "give a table by admin 1 or deeper, or name a column with --column location=HEADING, "
            "or columns={'location': ...} in Python",
        )
    elif not names and not codes and not chosen.keys() & set(PLACES):
        faults.add(
            f"none of the headings {show_all(roles)} is known to hold names of places",
            "name one with --column location=HEADING, or columns={'location': ...} in Python",
        )
    levels: dict[str, str] = {}
    for name, role_ in names.items():
        levels.setdefault(role_, name)
    levels |= {role_: chosen[role_] for role_ in PLACES if role_ in chosen}
    if "location" not in levels and "adm3" in levels:
        levels["location"] = levels.pop("adm3")
    return Places(levels=levels, names=names, spellings=spellings, codes=codes, country=country)


def _base(heading: str) -> str:
    """Return a heading without the language of its names and what changes nothing."""
    fillers = listed("columns", "fillers")
    return " ".join(word for word in words(heading) if word not in fillers)


def find_points(
    headed: Headed, roles: Mapping[str, str | None], chosen: Mapping[str, str], faults: Faults
) -> dict[str, str]:
    """Return the columns of latitude and longitude, or else the one that holds both."""
    pair = {each: _one(each, roles, chosen, faults, headed) for each in ("lat", "lon")}
    found = {role_: name for role_, name in pair.items() if name is not None}
    if "gps" not in chosen and len(found) == 2:
        return found
    for role_, other in (("lat", "lon"), ("lon", "lat")):
        if role_ in chosen and role_ in found and other not in chosen:
            mend = f"name it with --column {other}=HEADING, or columns={{'{other}': ...}} in Python"
            faults.add(f"there is no column of {other} beside {show(found[role_])}", mend)
    if "gps" in chosen:
        return {"gps": chosen["gps"]}
    usual = [name for name, each in roles.items() if each in ("gps", "utm")]
    sure = []
    for name in usual:
        good, bad = read.readable(headed.by_name[name].cells[:500], read.geopoint)
        if good and good >= bad:
            sure.append(name)
    return {"gps": sure[0]} if sure else {}


@dataclass(frozen=True, kw_only=True)
class When:
    """The columns that say when people were counted."""

    year: str | None = None
    years: Any = None
    round: str | None = None
    date: str | None = None


def find_time(
    headed: Headed,
    roles: Mapping[str, str | None],
    chosen: Mapping[str, str],
    counted: Counted,
    faults: Faults,
) -> When:
    """Return when people were counted: years and longer periods of a long table, and rounds."""
    rounds = _one("round", roles, chosen, faults, headed, strict=False)
    date = _one("date", roles, chosen, faults, headed, strict=False)
    if any(m.when for m in counted.measures) or not counted.measures:
        return When(round=rounds, date=date)
    year = _one("year", roles, chosen, faults, headed)
    if year is not None and not _longer((years_ := headed.by_name[year].distinct).said):
        values = read.convert(years_, read.year, faults, headed.rows, year)
        return When(year=year, years=read.integers(values), round=rounds, date=date)
    named = year or _one("period", roles, chosen, faults, headed, strict="period" in chosen)
    if named is None:
        return When(round=rounds, date=date)
    cells = headed.by_name[named].cells
    good, bad = read.readable(cells, period)
    if year is None and (bad or not good):
        return When(round=rounds, date=date or named)
    said = read.convert(cells, period, faults, headed.rows, named)
    whens = [None if each is None else each.when for each in said]
    for when in dict.fromkeys(filter(None, whens)):
        if odd := odd_year(str(when)):
            faults.add(odd, "write the year of the common calendar", column=named)
    longer = any(isinstance(each, str) for each in whens)
    texts = pd.array([each and str(each) for each in whens], dtype="str") if longer else None
    years = pd.array(whens, dtype="Int64") if texts is None else texts
    return When(year=named, years=years, round=rounds, date=date)


def _longer(cells: Sequence[object]) -> bool:
    """Return whether a cell says a period longer than a year."""
    return any(isinstance(cell, str) and isinstance(parse(cell), str) for cell in cells)


@dataclass(frozen=True, kw_only=True)
class Who:
    """The columns that say of whom a row counts."""

    group: str | None
    dimensions: Mapping[str, str]


def find_people(
    headed: Headed,
    roles: Mapping[str, str | None],
    chosen: Mapping[str, str],
    places: Places,
    counted: Counted,
    faults: Faults,
) -> Who:
    """Return the columns that say of whom a row counts.

    Sex and age are those of the people counted only where a place has rows for several of them:
    else they may be the informant's. Named ones are believed.
    """
    if not counted.measures:
        return Who(group=None, dimensions={})
    group = None
    if any(m.group in (NO_GROUP, "households") for m in counted.measures):
        group = _one("group", roles, chosen, faults, headed)
        if group is not None and "group" not in chosen and not _says_groups(headed.by_name[group]):
            group = None
    found = {}
    for dimension, role_ in DIMENSIONS.items():
        name = _only(role_, roles, chosen, faults, headed)
        if name is not None and not (
            (dimension == "sex" and any(m.sex for m in counted.measures))
            or (dimension == "age group" and any(m.age for m in counted.measures))
        ):
            found[dimension] = name
    for dimension in ("sex", "age group"):
        if dimension in found and DIMENSIONS[dimension] not in chosen:
            names = (*places.levels.values(), *places.codes, found[dimension])
            rows = zip(*(headed.by_name[name].cells for name in names), strict=True)
            seen = {tuple(map(str, row)) for row in rows if row[-1] is not None}
            if len({row[:-1] for row in seen}) == len(seen):
                del found[dimension]
    return Who(group=group, dimensions=found)


def _says_groups(column: Column) -> bool:
    """Return whether a column says populations: a few words, most of them not numbers."""
    said = [each for each in column.distinct.said if each is not None]
    texts = [each for each in said if isinstance(each, str) and not each.strip().isdecimal()]
    if len(said) > 60 or 2 * len(texts) < len(said):
        return False
    return 2 * sum(map(is_part, texts)) < max(len(texts), 1)  # F_00_04, T_TL: sexes and ages
