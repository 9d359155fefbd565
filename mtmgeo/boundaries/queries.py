"""Questions of place: what holds a point, who is next to whom, and what a name or p-code means."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from mtmgeo.boundaries.boundary_set import BoundarySet
from mtmgeo.core.errors import BoundaryError, InputError
from mtmgeo.geo.crs import CRS
from mtmgeo.names.fold import parse, parse_all

_Floats: TypeAlias = npt.NDArray[np.float64]
_Positions: TypeAlias = npt.NDArray[np.int64]
_Shapes: TypeAlias = npt.NDArray[np.object_]

_EARTH: Final = pyproj.Geod(ellps="WGS84")
_SAME_M: Final = 1.0  # by which the outline of a unit may be farther than that of its parent
_SHORT: Final = 0.02  # degrees, over which a line bends by less than that in any projection
_SHOWN: Final = 5


def locate(
    points: pd.DataFrame | gpd.GeoDataFrame | gpd.GeoSeries,
    boundaries: BoundarySet,
    *,
    within_km: float = 0.0,
) -> pd.DataFrame:
    """Return the units that hold each point.

    Parameters
    ----------
    points
        Columns ``lat`` and ``lon`` in degrees; or points in any reference system, which must be
        set.
    boundaries
        Units with outlines.
    within_km
        How far outside all outlines a point may be and still go to the nearest unit, in km.

    Returns
    -------
    located
        Same index as `points`, with the columns

        - ``adm0_pcode``, ``adm1_pcode`` and so on, for each level that has outlines: p-codes of
          the deepest unit that holds the point and of those above it. Where a unit is not divided
          further, the levels below it are missing. A point on a border goes to the smallest
          p-code;
        - ``inside``: whether an outline holds the point;
        - ``distance_km``: 0 inside; outside, the distance to the nearest unit within `within_km`;
          NaN farther away, and for a missing point.

    Raises
    ------
    InputError
        If `points` are no points, or it is not known where they are.
    BoundaryError
        If no unit has an outline.
    """
    if not 0 <= within_km < np.inf:
        raise InputError(f"within_km is {within_km}: give a distance in km, 0 or more.")
    levels, places = _outlined(boundaries), _places(points)
    held = _holders(boundaries, levels, places)
    inside = held >= 0
    distance = np.where(inside, 0.0, np.nan)
    away = np.flatnonzero(~inside & ~shapely.is_missing(places))
    if within_km > 0 and len(away):
        held[away], distance[away] = _nearest(boundaries, levels, places[away], 1000 * within_km)
    # One more row, which the position -1 picks.
    lineage = boundaries.lineage[levels].to_numpy(dtype=object)
    above = np.vstack([lineage, np.full(len(levels), None)])
    codes = pd.DataFrame(
        above[held], index=points.index, columns=[f"adm{level}_pcode" for level in levels]
    )
    return codes.assign(inside=inside, distance_km=distance)


def find(text: str, boundaries: BoundarySet, *, level: int | None = None) -> gpd.GeoDataFrame:
    """Return the units that a p-code or a name may mean.

    Parameters
    ----------
    text
        A p-code in any case; or any name or alias of a unit, in any script and spelling that the
        library holds to be the same, with or without a word for its kind: ``г. Ош``.
    boundaries
        The units to look among.
    level
        Only units of this level.

    Returns
    -------
    units
        Rows of ``boundaries.units``, the deepest level last; none if nothing fits.
    """
    units = boundaries.units
    code = units["pcode"].str.casefold() == text.strip().casefold()
    rows = set(np.flatnonzero(code)) | set(_named(boundaries).get(parse(text).key, ()))
    found = units.iloc[sorted(rows)]
    return found if level is None else found[found["level"] == level]


def neighbours(boundaries: BoundarySet, level: int) -> pd.DataFrame:
    """Return the units that share a border, and how long it is.

    Parameters
    ----------
    boundaries
        Units with outlines. A border counts as far as it is the same line in both outlines: where
        they leave a gap or overlap, however thin, there is none.
    level
        Level of the units.

    Returns
    -------
    neighbours
        ``pcode``, ``neighbour``, ``border_km`` (on the ellipsoid, without shores of lakes between
        them), sorted, each pair in both orders. Units that meet only in points are not
        neighbours.

    Raises
    ------
    BoundaryError
        If no unit of `level` has an outline.
    """
    units = _shaped(boundaries, level)
    shapes = units.geometry.to_numpy()
    one, two = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, two = one[one < two], two[one < two]
    rims = shapely.boundary(shapes)
    km = _length_km(shapely.intersection(rims[one], rims[two]))
    one, two, km = one[km > 0], two[km > 0], km[km > 0]
    codes = units["pcode"].to_numpy()
    pairs = pd.DataFrame(
        {
            "pcode": codes[np.append(one, two)],
            "neighbour": codes[np.append(two, one)],
            "border_km": np.append(km, km),
        }
    )
    return pairs.sort_values(["pcode", "neighbour"], ignore_index=True)


def dissolve(boundaries: BoundarySet, level: int) -> gpd.GeoDataFrame:
    """Return the outlines of a level as unions of those below.

    Parameters
    ----------
    boundaries
        Units of which some below `level` have outlines.
    level
        Level of the units to return.

    Returns
    -------
    units
        GeoDataFrame in EPSG:4326, one row per unit of `level`: ``pcode``, ``name``, ``geometry``:
        the union of the deepest outlines within the unit, without ground that none of them takes.
        What is not divided further stands for itself; None where there is no outline at all.
        Edges that are shared exactly leave no trace; gaps stay, and overlaps are merged.

    Raises
    ------
    BoundaryError
        If nothing below `level` has an outline.
    """
    units = boundaries.units
    shaped = units["level"].ge(level) & units.geometry.notna()
    if not (shaped & units["level"].gt(level)).any():
        raise BoundaryError(
            f"{boundaries.title} has no outlines below level {level}, which could be dissolved: "
            f"use the outlines of level {level}, or a set that has deeper ones."
        )
    whole = shaped.copy()
    for upper in range(level, int(units["level"].max())):
        divided = boundaries.lineage.loc[shaped & (units["level"] > upper), upper]
        whole &= ~((units["level"] == upper) & units["pcode"].isin(divided.dropna()))
    groups = units.geometry[whole].groupby(boundaries.lineage.loc[whole, level])
    merged = {code: _union(group.to_numpy()) for code, group in groups}
    own = boundaries.at(level)
    shapes = gpd.GeoSeries([merged.get(code) for code in own.index], crs=CRS)
    columns = own[["pcode", "name"]].reset_index(drop=True)
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def _union(shapes: _Shapes) -> shapely.Geometry:
    if shapely.coverage_is_valid(shapes):
        return shapely.coverage_union_all(shapes)
    return shapely.union_all(shapely.make_valid(shapes))


def _outlined(boundaries: BoundarySet) -> list[int]:
    """Return the levels that have outlines, ascending."""
    units = boundaries.units
    levels = sorted({int(level) for level in units["level"][units.geometry.notna()]})
    if not levels:
        raise BoundaryError(
            f"{boundaries.title} has no outlines: use a boundary set that has them, such as the "
            "pack kgz."
        )
    return levels


def _shaped(boundaries: BoundarySet, level: int) -> gpd.GeoDataFrame:
    """Return the units of a level that have outlines."""
    levels, units = _outlined(boundaries), boundaries.units
    if level not in levels:
        raise BoundaryError(
            f"{boundaries.title} has no outlines of level {level}: choose one of "
            f"{', '.join(map(str, levels))}."
        )
    return units[(units["level"] == level) & units.geometry.notna()]


def _places(points: pd.DataFrame | gpd.GeoDataFrame | gpd.GeoSeries) -> _Shapes:
    """Return points in degrees, None where missing."""
    if isinstance(points, gpd.GeoDataFrame | gpd.GeoSeries):
        lon, lat = _coordinates(points.geometry)
    else:
        lon, lat = _degrees(points, "lon"), _degrees(points, "lat")
    places = np.full(len(points), None, dtype=object)
    known = np.isfinite(lon) & np.isfinite(lat)
    places[known] = shapely.points(lon[known], lat[known])
    return places


def _coordinates(points: gpd.GeoSeries) -> tuple[_Floats, _Floats]:
    if points.crs is None:
        raise InputError(
            "The points have no reference system: say which it is with set_crs(), such as "
            "set_crs(4326) for degrees."
        )
    kinds = points.geom_type
    wrong = kinds.notna() & (kinds != "Point")
    if wrong.any():
        raise InputError(
            [
                f"Row {row} is a {kind}: give points, such as its representative_point()."
                for row, kind in kinds[wrong].head(_SHOWN).items()
            ]
        )
    there = points.to_crs(CRS).to_numpy()
    there[shapely.is_empty(there)] = None
    return shapely.get_x(there), shapely.get_y(there)


def _degrees(points: pd.DataFrame, axis: str) -> _Floats:
    if axis not in points.columns:
        raise InputError(
            f"The points lack the column {axis}; they have {', '.join(map(str, points.columns))}: "
            "give lat and lon in degrees, or a GeoDataFrame of points."
        )
    given = points[axis]
    numbers = pd.to_numeric(given, errors="coerce")
    wrong = numbers.isna() & given.notna() & given.astype(str).str.strip().ne("")
    if wrong.any():
        raise InputError(
            [
                f"Row {row}, column {axis}: {cell!r} is no number of degrees: correct it, or leave "
                "it blank."
                for row, cell in given[wrong].head(_SHOWN).items()
            ]
        )
    return numbers.to_numpy(dtype="float64", na_value=np.nan)


def _holders(boundaries: BoundarySet, levels: list[int], places: _Shapes) -> _Positions:
    """Return the position of the deepest unit that holds each point, or -1."""
    held = np.full(len(places), -1, dtype=np.int64)
    tree = shapely.STRtree(places)
    for level in levels:
        positions = _by_code(boundaries, level)[::-1]
        shapes = boundaries.units.geometry.to_numpy()[positions]
        unit, point = tree.query(shapes, predicate="intersects")
        # The last one stands: that of the smallest p-code.
        order = np.argsort(unit, kind="stable")
        held[point[order]] = positions[unit[order]]
    return held


def _by_code(boundaries: BoundarySet, level: int) -> _Positions:
    """Return the positions of the units of a level that have outlines, by p-code."""
    units = boundaries.units
    positions = np.flatnonzero((units["level"] == level) & units.geometry.notna())
    codes = units["pcode"].to_numpy(dtype=object)[positions]
    sorted_positions: _Positions = positions[np.argsort(codes, kind="stable")]
    return sorted_positions


def _nearest(
    boundaries: BoundarySet, levels: list[int], places: _Shapes, reach: float
) -> tuple[_Positions, _Floats]:
    """Return the position of the nearest unit, the deepest one, and the distance in km.

    They are -1 and NaN where none is within `reach`, in metres.
    """
    held = np.full(len(places), -1, dtype=np.int64)
    least = np.full(len(places), np.inf)
    metres = boundaries.projection
    points = gpd.GeoSeries(places, crs=CRS).to_crs(metres).to_numpy()
    for level in levels:
        positions = _by_code(boundaries, level)
        # A long straight line in degrees is none in metres.
        outlines = boundaries.units.geometry.iloc[positions].segmentize(_SHORT)
        sides, unit_of = _sides(outlines.to_crs(metres).to_numpy())
        point, side = shapely.STRtree(sides).query_nearest(points, max_distance=reach)
        unit, far = unit_of[side], shapely.distance(points[point], sides[side])
        order = np.lexsort((-unit, point))
        point, unit, far = point[order], unit[order], far[order]
        near = far <= least[point] + _SAME_M
        # The last one stands: that of the smallest p-code.
        held[point[near]], least[point[near]] = positions[unit[near]], far[near]
    return held, np.where(held >= 0, least / 1000, np.nan)


def _sides(shapes: _Shapes) -> tuple[_Shapes, _Positions]:
    """Return the segments of the edges of shapes, and for each the position of its shape."""
    rims, shape_of = shapely.get_parts(shapely.boundary(shapes), return_index=True)
    corners, rim = shapely.get_coordinates(rims, return_index=True)
    same = rim[1:] == rim[:-1]
    ends = np.stack([corners[:-1][same], corners[1:][same]], axis=1)
    return np.asarray(shapely.linestrings(ends)), shape_of[rim[1:][same]]


def _length_km(lines: _Shapes) -> _Floats:
    """Return the length of lines on the ellipsoid; points have none."""
    parts, row = shapely.get_parts(lines, return_index=True)
    linear = shapely.get_dimensions(parts) == 1
    corners, part = shapely.get_coordinates(parts[linear], return_index=True)
    same = part[1:] == part[:-1]
    (lon, lat), (to_lon, to_lat) = corners[:-1][same].T, corners[1:][same].T
    _, _, metres = _EARTH.inv(lon, lat, to_lon, to_lat)
    line = row[linear][part[1:][same]]
    return np.bincount(line, np.asarray(metres) / 1000, len(lines)).astype(np.float64)


@lru_cache(maxsize=4)
def _named(boundaries: BoundarySet) -> dict[str, list[int]]:
    """Return positions of units by the keys of their names and aliases."""
    said: dict[str, list[int]] = {}
    for column in [*boundaries.name_columns, "aliases"]:
        for row, cell in enumerate(boundaries.units[column].astype(str)):
            for name in cell.split("|") if column == "aliases" else [cell]:
                said.setdefault(name.strip(), []).append(row)
    said.pop("", None)
    keyed: dict[str, list[int]] = {}
    for name, rows in zip(parse_all(said), said.values(), strict=True):
        if name.key:
            keyed.setdefault(name.key, []).extend(rows)
    return keyed
