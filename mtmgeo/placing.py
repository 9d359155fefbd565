"""Tie populated places to units: by name, within the ground where they may lie."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from itertools import chain
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from mtmgeo.boundaries import BoundarySet, units_from
from mtmgeo.matching import Gazetteer
from mtmgeo.names import Name, parse
from mtmgeo.partition import point

_ALIKE: Final = 0.85  # more than a row of a table needs: nobody reviews a place
_SECOND_NAME: Final = 0.99
_NAMED_BEFORE: Final = 0.004  # a town, or a village that its aimak is called by, before namesakes
_DOUBTFUL_KM: Final = 25.0


def spellings(place: Mapping[Hashable, str]) -> list[str]:
    """Return the names of a place, each once, the first name first."""
    fields = ("name", "names_ru", "names_ky", "names_other")
    texts = chain.from_iterable(place.get(field, "").split("|") for field in fields)
    return [text for text in dict.fromkeys(texts) if text and parse(text).key]


def _weighed_spellings(place: Mapping[Hashable, str]) -> list[tuple[Name, float]]:
    """Return the spellings of a place; a former or second name is worth less than the first."""
    first = {place.get(field, "").split("|")[0] for field in ("name", "names_ru", "names_ky")}
    return [(parse(t), 1.0 if t in first else _SECOND_NAME) for t in spellings(place)]


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
    gazetteer = Gazetteer(_as_boundaries(named))
    where = places.to_crs(metres).geometry
    records = places.drop(columns="geometry").to_dict("records")
    named_as = [_weighed_spellings(place) for place in records]
    hits = gazetteer.search(list({name for names in named_as for name, _ in names}))
    reach = _reach(units, outlines, recipe, metres)
    wanted = _settled(units, gazetteer)
    pairs: list[tuple[float, int, int]] = []
    for place, (names, spot) in enumerate(zip(named_as, where, strict=True)):
        best: dict[int, float] = {}
        for name, weight in names:
            for unit, hit in hits[name].items():
                if unit in wanted and hit.sim >= _ALIKE:
                    best[unit] = max(best.get(unit, 0.0), hit.sim * weight + wanted[unit])
        for unit, sim in best.items():
            allowed = reach.get(str(gazetteer.lineage[unit][2]))
            if allowed is not None and shapely.intersects(allowed, spot):
                pairs.append((sim, unit, place))
    xy = np.column_stack([where.x, where.y])
    key_of = {position: key for key, position in gazetteer.position.items()}
    return {key_of[unit]: place for unit, place in _assign(pairs, gazetteer, xy).items()}


def one_place(units: pd.DataFrame) -> pd.Series:
    """Tell which units are one place: settlements, towns without any, and cities."""
    parents = units[units["level"] == 4]["parent_pcode"]
    town = units["level"].eq(3) & ~units["pcode"].isin(parents)
    city = units["level"].eq(2) & units["type"].str.contains("city")
    return units["level"].eq(4) | town | city


def _settled(units: pd.DataFrame, gazetteer: Gazetteer) -> dict[int, float]:
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
        wanted[gazetteer.position[unit["level"], unit["pcode"]]] = _NAMED_BEFORE * before
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
    pairs: list[tuple[float, int, int]], gazetteer: Gazetteer, xy: np.ndarray
) -> dict[int, int]:
    """Give each unit its best place, each place to one unit; namesakes only where it is clear.

    Villages of one name in one district are told apart by their neighbours: the place nearest to
    the other villages of the aiyl aimak, if it is clearly nearer than the next.
    """
    tied: dict[int, int] = {}
    used: set[int] = set()
    for sim in sorted({round(sim, 3) for sim, _, _ in pairs}, reverse=True):
        by_unit: defaultdict[int, set[int]] = defaultdict(set)
        by_place: defaultdict[int, set[int]] = defaultdict(set)
        for score, unit, place in pairs:
            if round(score, 3) == sim and unit not in tied and place not in used:
                by_unit[unit].add(place)
                by_place[place].add(unit)
        for unit, places in sorted(by_unit.items()):
            if _one_spot(places, xy) and all(len(by_place[p]) == 1 for p in places):
                tied[unit] = min(places)
                used |= places
        while True:
            clear = _clear_pairs(by_unit, tied, used, gazetteer, xy)
            if not clear:
                break
            _, unit, place = min(clear)
            tied[unit] = place
            used.add(place)
    return tied


def _one_spot(places: Iterable[int], xy: np.ndarray) -> bool:
    """Tell whether places are one, entered twice: all within 2 km."""
    points = xy[sorted(places)]
    return bool(np.ptp(points, axis=0).max() < 2000)


def _clear_pairs(
    by_unit: Mapping[int, set[int]],
    tied: Mapping[int, int],
    used: set[int],
    gazetteer: Gazetteer,
    xy: np.ndarray,
) -> list[tuple[float, int, int]]:
    """Return unit and place, nearest neighbours first, where one place is clearly nearest."""
    kin: defaultdict[str | None, list[int]] = defaultdict(list)
    for unit, place in tied.items():
        kin[gazetteer.lineage[unit][3]].append(place)
    clear = []
    for unit, places in by_unit.items():
        neighbours = kin.get(gazetteer.lineage[unit][3])
        free = sorted(places - used)
        if unit in tied or not neighbours or not free:
            continue
        centre = np.median(xy[neighbours], axis=0)
        far = np.hypot(*(xy[free] - centre).T)
        order = np.argsort(far)
        if far[order[0]] > 1000 * _DOUBTFUL_KM:
            continue
        if len(free) == 1 or far[order[0]] < far[order[1]] / 2:
            clear.append((float(far[order[0]]), unit, free[order[0]]))
    return clear
