"""Coordinates as witnesses: the units that hold a point, and what is wrong with the point."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from mtmgeo.boundaries.boundary_set import BoundarySet, centre_of, equal_area
from mtmgeo.geo.crs import AREA_CRS, CRS

_Floats: TypeAlias = npt.NDArray[np.float64]
_Positions: TypeAlias = npt.NDArray[np.int64]
_Bools: TypeAlias = npt.NDArray[np.bool_]
_Shapes: TypeAlias = npt.NDArray[np.object_]

_EARTH_KM: Final = 6371.0088
_ABROAD_M: Final = 5_000  # from the country, beyond which a point is not its own
_UNSURE_M: Final = 2_000  # to another admin 2 unit, within which a point may be that one's
_REACH_M: Final = 10_000  # of a settlement that has no outline


def witness(points: pd.DataFrame, boundaries: BoundarySet) -> pd.DataFrame:
    """Return the units that hold each point.

    Parameters
    ----------
    points
        Columns ``lat`` and ``lon`` in degrees, NaN where missing, as `Table.points` returns them.
    boundaries
        Units with outlines, be they approximate. Where a set has none, the nearest settlement
        within 10 km (or unit of the deepest level that has coordinates) tells the units; who is
        abroad cannot be told.

    Returns
    -------
    witness
        Same index as `points`, with the columns

        - ``lat``, ``lon``: as used, in degrees; NaN where the point is of no use;
        - ``adm1``, ``adm2``, ``adm3``: position in ``boundaries.units`` of the unit of that level
          that holds the point; -1 where none does;
        - ``certain``: whether there is no doubt of admin 2: its outline is not approximate, and no
          other one is within 2 km;
        - ``problem``: why the point is of no use, or that its axes were swapped, which is done if
          only that puts it into the country; ``""`` if nothing is wrong. Abroad is more than 5 km
          outside all outlines and lakes.
    """
    lat, lon = (points[axis].to_numpy(dtype="float64") for axis in ("lat", "lon"))
    outlined = bool(boundaries.units.geometry.notna().any())
    home = _outlines(boundaries) if outlined else _places(boundaries)
    reach = _ABROAD_M if outlined else _REACH_M

    problem = _impossible(lat, lon)
    given = ~np.isnan(lat) & ~np.isnan(lon) & ((lat != 0) | (lon != 0))
    fits = given & (problem == "")
    used = _near(home, lat, lon, fits, reach)
    turns = given & ~used & (np.abs(lat) <= 180) & (np.abs(lon) <= 90)
    swapped = _near(home, lon, lat, turns, reach)
    problem[swapped] = "latitude and longitude are swapped"
    lat, lon = np.where(swapped, lon, lat), np.where(swapped, lat, lon)
    used |= swapped
    if outlined:
        away = np.flatnonzero(fits & ~used)
        far = _km_outside(home, lat[away], lon[away])
        problem[away] = [f"lies abroad, {km:,.0f} km from the country" for km in far]
        held = _holders(boundaries, lat, lon, used)
        certain = _certain(boundaries, held[1], lat, lon, home.crs)
    else:
        used |= fits
        held = _lineages(boundaries, _nearest(home, lat, lon, used))
        certain = np.zeros(len(points), dtype=bool)
    columns = {
        "lat": np.where(used, lat, np.nan),
        "lon": np.where(used, lon, np.nan),
        **{f"adm{level}": positions for level, positions in enumerate(held, start=1)},
        "certain": certain,
        "problem": problem,
    }
    return pd.DataFrame(columns, index=points.index)


def distance_km(
    points: pd.DataFrame, boundaries: BoundarySet, rows: npt.ArrayLike, units: npt.ArrayLike
) -> _Floats:
    """Return great-circle distances between points and what stands for units, pair by pair.

    Parameters
    ----------
    points
        Columns ``lat`` and ``lon`` in degrees, as `witness` returns them.
    boundaries
        The units; their `anchors` are measured to.
    rows, units
        Positions in `points` and in ``boundaries.units``, of equal length.

    Returns
    -------
    distance
        In km, one for each pair; NaN where the point or the anchor is missing.
    """
    rows, units = np.asarray(rows, dtype=np.intp), np.asarray(units, dtype=np.intp)
    lat, lon = (points[axis].to_numpy(dtype="float64")[rows] for axis in ("lat", "lon"))
    anchors = boundaries.anchors.geometry.to_numpy()[units]
    return _great_circle(lat, lon, shapely.get_y(anchors), shapely.get_x(anchors))


def _great_circle(lat1: _Floats, lon1: _Floats, lat2: _Floats, lon2: _Floats) -> _Floats:
    phi1, lambda1, phi2, lambda2 = (np.radians(each) for each in (lat1, lon1, lat2, lon2))
    across = np.cos(phi1) * np.cos(phi2) * np.sin((lambda2 - lambda1) / 2) ** 2
    chord: _Floats = np.sqrt(np.clip(np.sin((phi2 - phi1) / 2) ** 2 + across, 0, 1))
    return 2 * _EARTH_KM * np.arcsin(chord)


def _impossible(lat: _Floats, lon: _Floats) -> _Shapes:
    """Return what cannot be right of any place on earth; ``""`` where nothing is wrong."""
    problem = np.full(len(lat), "", dtype=object)
    problem[np.isnan(lat) & ~np.isnan(lon)] = "the latitude is missing"
    problem[np.isnan(lon) & ~np.isnan(lat)] = "the longitude is missing"
    problem[(lat == 0) & (lon == 0)] = "0/0 is no place"
    for axis, degrees, most in (("longitude", lon, 180), ("latitude", lat, 90)):
        for row in np.flatnonzero(np.abs(degrees) > most):
            problem[row] = f"{axis} {degrees[row]:.10g} is not between -{most} and {most}"
    return problem


def _outlines(boundaries: BoundarySet) -> gpd.GeoSeries:
    """Return the country's ground in metres: the outlines of the highest level, and lakes."""
    shaped = boundaries.units[boundaries.units.geometry.notna()]
    highest = shaped.geometry[shaped["level"] == shaped["level"].min()]
    return pd.concat([highest, boundaries.water.geometry]).to_crs(boundaries.projection)


def _places(boundaries: BoundarySet) -> gpd.GeoSeries:
    """Return the points of the deepest level that has any, in metres, by position in the units."""
    units = boundaries.units.reset_index(drop=True)
    placed = units[units["lat"].notna() & units["lon"].notna()]
    placed = placed[placed["level"] == placed["level"].max()]
    places = gpd.GeoSeries(
        gpd.points_from_xy(placed["lon"], placed["lat"]), index=placed.index, crs=CRS
    )
    return places.to_crs(AREA_CRS if places.empty else equal_area(*centre_of(places.total_bounds)))


def _flat(lat: _Floats, lon: _Floats, crs: Any) -> _Shapes:
    flat: _Shapes = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs=CRS).to_crs(crs).to_numpy()
    return flat


def _near(home: gpd.GeoSeries, lat: _Floats, lon: _Floats, rows: _Bools, reach: float) -> _Bools:
    """Return which of the rows are within a reach of home, in metres."""
    at = np.flatnonzero(rows)
    tree = shapely.STRtree(_flat(lat[at], lon[at], home.crs))
    _, hits = tree.query(home.to_numpy(), predicate="dwithin", distance=reach)
    near = np.zeros(len(lat), dtype=bool)
    near[at[hits]] = True
    return near


def _km_outside(home: gpd.GeoSeries, lat: _Floats, lon: _Floats) -> _Floats:
    """Return great-circle distances from home in km."""
    corners, ring = shapely.get_coordinates(home.boundary.explode().to_numpy(), return_index=True)
    sides = np.stack([corners[:-1], corners[1:]], axis=1)[ring[:-1] == ring[1:]]
    lines, points = shapely.linestrings(sides), _flat(lat, lon, home.crs)
    hits, nearest = shapely.STRtree(lines).query_nearest(points, all_matches=False)
    ends = shapely.get_point(shapely.shortest_line(points[hits], lines[nearest]), 1)
    back = gpd.GeoSeries(ends, crs=home.crs).to_crs(CRS)
    # The antipode alone has no place in the plane, and no greater distance either.
    far = np.full(len(lat), np.pi * _EARTH_KM)
    far[hits] = _great_circle(lat[hits], lon[hits], back.y.to_numpy(), back.x.to_numpy())
    return far


def _holders(boundaries: BoundarySet, lat: _Floats, lon: _Floats, rows: _Bools) -> list[_Positions]:
    """Return, for levels 1 to 3, the unit whose outline holds each row's point, or -1."""
    units, at = boundaries.units, np.flatnonzero(rows)
    tree = shapely.STRtree(np.asarray(shapely.points(lon[at], lat[at])))
    found = np.full((3, len(lat)), -1, dtype=np.int64)
    for level, holders in enumerate(found, start=1):
        named = (units["level"] == level) & units["name"].ne("")  # others are no one's location
        positions = np.flatnonzero(named & units.geometry.notna())
        shapes = units.geometry.iloc[positions].to_numpy()
        holding, held = tree.query(shapes, predicate="intersects")
        holders[at[held]] = positions[holding]
    return list(found)


def _certain(
    boundaries: BoundarySet, adm2: _Positions, lat: _Floats, lon: _Floats, crs: Any
) -> _Bools:
    """Return where admin 2 is an exact outline, with no other one so near that it may be meant."""
    units, at = boundaries.units, np.flatnonzero(adm2 >= 0)
    certain = adm2 >= 0
    certain[at] = ~units["approximate"].to_numpy(dtype=bool)[adm2[at]]
    positions = np.flatnonzero((units["level"] == 2) & units.geometry.notna())
    shapes = units.geometry.iloc[positions].to_crs(crs).to_numpy()
    tree = shapely.STRtree(_flat(lat[at], lon[at], crs))
    near, rows = tree.query(shapes, predicate="dwithin", distance=_UNSURE_M)
    rows = at[rows]
    certain[rows[positions[near] != adm2[rows]]] = False
    return certain


def _nearest(home: gpd.GeoSeries, lat: _Floats, lon: _Floats, rows: _Bools) -> _Positions:
    """Return the position of the unit whose place is nearest to each row's point, or -1."""
    at = np.flatnonzero(rows)
    points = _flat(lat[at], lon[at], home.crs)
    hits, places = shapely.STRtree(home.to_numpy()).query_nearest(
        points, max_distance=_REACH_M, all_matches=False
    )
    found = np.full(len(lat), -1, dtype=np.int64)
    found[at[hits]] = home.index.to_numpy()[places]
    return found


def _lineages(boundaries: BoundarySet, found: _Positions) -> list[_Positions]:
    """Return the positions of the units of levels 1 to 3 that hold each unit, -1 where none."""
    above = [
        [boundaries.position.get((level, code), -1) for code in boundaries.lineage[level]]
        for level in (1, 2, 3)
    ]
    # One more column, which the position -1 picks.
    padded = np.pad(np.array(above, dtype=np.int64), ((0, 0), (0, 1)), constant_values=-1)
    return list(padded[:, found])
