"""Tie populated places to units: by name, within the ground where they may lie."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from boundaries.builder.partition import point
from mtmgeo.boundaries.boundary_set import BoundarySet
from mtmgeo.boundaries.read import units_from
from mtmgeo.matching.linkage.candidates import Lookup
from mtmgeo.names.fold import Name, bones, likeness, parse

_ALIKE: Final = 0.83  # one letter in six: nobody reviews a place
_SURE: Final = 0.9  # below, the neighbours are asked, too
_ALIAS: Final = 0.95
_WORD_FORM: Final = 0.97  # an adjective for its noun
_SECOND_NAME: Final = 0.99
_NAMED_BEFORE: Final = 0.004  # a town, or a village that its aimak is called by, before namesakes
_DOUBTFUL_KM: Final = 25.0
_BRACKETS: Final = re.compile(r"[()]")


def spellings(place: Mapping[Hashable, str]) -> list[str]:
    """Return the names of a place, each once, the first name first."""
    fields = ("name", "names_ru", "names_ky", "names_other")
    texts = chain.from_iterable(place.get(field, "").split("|") for field in fields)
    return [text for text in dict.fromkeys(texts) if text and parse(text).key]


def _parsed(text: str) -> Name:
    """Return a name with its aside: Ivanovka (geological base) is not Ivanovka."""
    return parse(_BRACKETS.sub(" ", text))


def _weighed_spellings(place: Mapping[Hashable, str]) -> list[tuple[Name, float]]:
    """Return the spellings of a place; a former or second name is worth less than the first."""
    first = {place.get(field, "").split("|")[0] for field in ("name", "names_ru", "names_ky")}
    return [(_parsed(t), 1.0 if t in first else _SECOND_NAME) for t in spellings(place)]


def tie(
    units: pd.DataFrame,
    places: gpd.GeoDataFrame,
    outlines: gpd.GeoDataFrame,
    recipe: Mapping[str, Any],
    metres: pyproj.CRS,
) -> dict[tuple[int, str], int]:
    """Tie populated places to units by name within the admin 2 unit they lie in.

    Returns
    -------
    tied
        Position of a place in the source table, by level and p-code of the unit; each used once.
    """
    named = units.assign(name=units["name"].where(units["name"] != "", units["name_ru"]))
    boundaries = _as_boundaries(named)
    lookup = Lookup(boundaries)
    where = places.to_crs(metres).geometry
    xy = np.column_stack([where.x, where.y])
    named_as = [_weighed_spellings(place) for place in places.to_dict("records")]
    reach = _reach(units, outlines, recipe, metres)
    wanted = _settled(units, boundaries)
    codes = boundaries.units["pcode"].tolist()
    alike: dict[tuple[int, int], float] = {}
    for place, unit, sim in _alike(lookup, boundaries, named_as):
        allowed = reach.get(codes[lookup.ancestor[unit, 2]])
        if (
            unit in wanted
            and allowed is not None
            and shapely.intersects(allowed, where.iloc[place])
        ):
            alike[unit, place] = max(alike.get((unit, place), 0.0), sim + wanted[unit])
    pairs = [(sim, unit, place) for (unit, place), sim in alike.items()]
    above = lookup.ancestor[:, 3].tolist()
    return {
        (int(lookup.level[unit]), codes[unit]): place
        for unit, place in _assign(pairs, above, xy).items()
    }


def _alike(
    lookup: Lookup, boundaries: BoundarySet, named_as: Sequence[Sequence[tuple[Name, float]]]
) -> Iterator[tuple[int, int, float]]:
    """Yield place, unit and how alike they are spelt, for each spelling of a place."""
    spelt = [_spellings_of(unit) for unit in boundaries.units.to_dict("records")]
    names = list({name: None for some in named_as for name, _ in some})
    query = lookup.query(names)
    hits = query.near().merged(query.far(np.arange(len(names))))
    meant: defaultdict[Name, list[int]] = defaultdict(list)
    for i, unit in zip(hits.name.tolist(), hits.unit.tolist(), strict=True):
        meant[names[i]].append(unit)
    for place, some in enumerate(named_as):
        for name, weight in some:
            for unit in meant[name]:
                sim = max(
                    _similarity(name, each, lookup.vocabulary) * worth
                    for each, worth in spelt[unit]
                )
                if sim >= _ALIKE:
                    yield place, unit, sim * weight


def _spellings_of(unit: Mapping[Hashable, Any]) -> list[tuple[Name, float]]:
    """Return the names of a unit, and its aliases, which are worth less."""
    names = [unit["name"], *(text for key, text in unit.items() if str(key).startswith("name_"))]
    texts = [(text, 1.0) for text in names] + [(t, _ALIAS) for t in unit["aliases"].split("|")]
    return [(_parsed(text), worth) for text, worth in texts if text]


def _similarity(one: Name, other: Name, known: Container[str]) -> float:
    """Return how alike two names are spelt, 0 to 1; 0 where they must be of two places.

    They must where their numbers differ, or where one word is another that recurs, in `known`:
    Kara-Bulak is not Sary-Bulak.
    """
    if one.digits != other.digits:
        return 0.0
    if one.key == other.key:
        return 1.0
    if one.stems & other.stems:
        return _WORD_FORM
    if len(one.words) == len(other.words) and any(
        a in known and b in known and bones(a) != bones(b)
        for a, b in zip(one.words, other.words, strict=True)
    ):
        return 0.0
    return likeness(one, other)


def one_place(units: pd.DataFrame) -> pd.Series:
    """Tell which units are one place: settlements, towns without any, and cities."""
    parents = units[units["level"] == 4]["parent_pcode"]
    town = units["level"].eq(3) & ~units["pcode"].isin(parents)
    city = units["level"].eq(2) & units["type"].str.contains("city")
    return units["level"].eq(4) | town | city


def _settled(units: pd.DataFrame, boundaries: BoundarySet) -> dict[int, float]:
    """Return the units that are one place, with what puts them before others of their name."""
    parents = set(units[units["level"] == 4]["parent_pcode"])
    stems = {
        code: parse(name).stems
        for code, name in zip(units["pcode"], units["name_ru"], strict=True)
        if code in parents
    }
    wanted: dict[int, float] = {}
    for unit in units[one_place(units)].to_dict("records"):
        aimak = stems.get(unit["parent_pcode"], frozenset())
        seat = not aimak.isdisjoint(parse(unit["name_ru"]).stems)
        before = {2: 1.5, 3: 1.0, 4: float(seat)}[unit["level"]]
        wanted[boundaries.position[unit["level"], unit["pcode"]]] = _NAMED_BEFORE * before
    return wanted


def _as_boundaries(units: pd.DataFrame) -> BoundarySet:
    text = units.assign(level=units["level"].astype(str)).fillna("").astype(str)
    return BoundarySet(units_from(text, "the source figures"), name="", title="")


def _reach(
    units: pd.DataFrame,
    outlines: gpd.GeoDataFrame,
    recipe: Mapping[str, Any],
    metres: pyproj.CRS,
) -> dict[str, shapely.Geometry]:
    """Return the ground on which the settlements of each admin 2 unit may lie."""
    outline = outlines.to_crs(metres).set_index("pcode").geometry
    cities = units[(units["level"] == 2) & units["type"].str.contains("city")]["pcode"]
    reach: dict[str, shapely.Geometry] = {
        code: area.buffer(
            1000 * recipe["outlines"]["city_reach_km" if code in set(cities) else "reach_km"]
        )
        for code, area in outline.items()
    }
    for city in recipe["approximate"]:
        centre = point(city["point"], metres)
        reach[city["pcode"]] = centre.buffer(1000 * recipe["outlines"]["city_reach_km"])
    return reach


def _assign(
    pairs: list[tuple[float, int, int]], above: Sequence[int], xy: np.ndarray
) -> dict[int, int]:
    """Give each unit its best place, each place to one unit; namesakes only where it is clear.

    Villages of one name in one district are told apart by their neighbours: the place nearest to
    the other villages of the aiyl aimak, if it is clearly nearer than the next. A name that is not
    quite the place's has to lie near to them, too.
    """
    tied: dict[int, int] = {}
    used: set[int] = set()
    kin: defaultdict[int, list[int]] = defaultdict(list)  # places tied, by aiyl aimak

    def settle(unit: int, place: int) -> None:
        tied[unit] = place
        used.add(place)
        kin[above[unit]].append(place)

    for sim in sorted({round(sim, 3) for sim, _, _ in pairs}, reverse=True):
        by_unit: defaultdict[int, set[int]] = defaultdict(set)
        by_place: defaultdict[int, set[int]] = defaultdict(set)
        for score, unit, place in pairs:
            if round(score, 3) == sim and unit not in tied and place not in used:
                by_unit[unit].add(place)
                by_place[place].add(unit)
        for unit, places in sorted(by_unit.items()):
            alone = all(len(by_place[p]) == 1 for p in places) and _one_spot(places, xy)
            if alone and (
                sim >= _SURE or _from_kin(places, kin[above[unit]], xy)[0] < _DOUBTFUL_KM
            ):
                settle(unit, min(places))
                used |= places
        while True:
            free = {unit: places - used for unit, places in by_unit.items() if unit not in tied}
            clear = _clear_pairs(free, kin, above, xy)
            if not clear:
                break
            _, unit, place = min(clear)
            settle(unit, place)
    return tied


def _one_spot(places: Iterable[int], xy: np.ndarray) -> bool:
    """Tell whether places are one, entered twice: all within 2 km."""
    points = xy[sorted(places)]
    return bool(np.ptp(points, axis=0).max() < 2000)


def _from_kin(places: Iterable[int], kin: Sequence[int], xy: np.ndarray) -> np.ndarray:
    """Return how far each place is from the middle of its neighbours, in km; 0 if it has none."""
    points = xy[sorted(places)]
    centre = np.median(xy[kin], axis=0) if kin else points
    distance: np.ndarray = np.hypot(*(points - centre).T) / 1000
    return distance


def _clear_pairs(
    free: Mapping[int, set[int]],
    kin: Mapping[int, Sequence[int]],
    above: Sequence[int],
    xy: np.ndarray,
) -> list[tuple[float, int, int]]:
    """Return unit and place, nearest neighbours first, where one place is clearly nearest."""
    clear = []
    for unit, places in free.items():
        neighbours = kin.get(above[unit])
        if not neighbours or not places:
            continue
        far = _from_kin(places, neighbours, xy)
        order = np.argsort(far)
        if far[order[0]] > _DOUBTFUL_KM:
            continue
        if len(places) == 1 or far[order[0]] < far[order[1]] / 2:
            clear.append((float(far[order[0]]), unit, sorted(places)[order[0]]))
    return clear
