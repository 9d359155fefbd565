"""How far people live from the nearest assessed location: distances of places, shares of people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from mtmgeo.boundaries.boundary_set import BoundarySet, equal_area
from mtmgeo.boundaries.points import witness
from mtmgeo.core.errors import InputError
from mtmgeo.geo.crs import CRS
from mtmgeo.matching.linkage.evidence import AMBIGUOUS, MATCHED
from mtmgeo.population.grids import outlines
from mtmgeo.population.population import Population
from mtmgeo.population.rasters import Raster, tiles
from mtmgeo.tables.columns.faults import show
from mtmgeo.tables.table import Table, read_table

if TYPE_CHECKING:
    from mtmgeo.figures.assess import Assessment

__all__ = ["distances", "positions", "within"]

_Floats: TypeAlias = npt.NDArray[np.float64]
_Ints: TypeAlias = npt.NDArray[np.int64]
_Shapes: TypeAlias = npt.NDArray[np.object_]

_SETTLEMENT: Final = 4
_GEOD: Final = pyproj.Geod(ellps="WGS84")
_AT_ONCE: Final = 100_000  # points measured together
_SLACK: Final = 1.005  # of distances in the plane, for the flattening of the earth


class Positions(NamedTuple):
    """Where the assessed locations are.

    Attributes
    ----------
    frame
        One row per row of the table, same index: ``lat``, ``lon`` (degrees, NaN where not known),
        ``basis``: ``coordinates`` (the row's own, unless they contradict its names), ``place`` (a
        populated place that stands for the unit that the row was matched to) or ``unknown``.
    note
        A sentence on how many have which.
    """

    frame: pd.DataFrame
    note: str


def positions(result: Assessment) -> Positions:
    """Return where the assessed locations are, as far as that is known.

    A point inside a unit's outline is never taken for a location's own: a row that was tied to a
    district at best has no position unless it has coordinates.

    Parameters
    ----------
    result
        Assessed locations.

    Returns
    -------
    positions
        One for each row of the table.
    """
    match = result.match
    bounds, frame = match.boundaries, match.frame
    seen = witness(match.table.points(), bounds)
    own = (seen["lat"].notna() & frame["status"].ne(AMBIGUOUS).to_numpy(dtype=bool)).to_numpy()
    anchors = bounds.anchors
    keys = zip(frame["level"].fillna(-1), frame["pcode"].fillna(""), strict=True)
    units = np.array([bounds.position.get((int(level), code), -1) for level, code in keys])
    placed = anchors["basis"].eq("place").to_numpy()[units] & (units >= 0)
    placed &= frame["status"].eq(MATCHED).to_numpy(dtype=bool) & ~own
    points = anchors.geometry.to_numpy()[units]
    lat = np.where(placed, shapely.get_y(points), np.where(own, seen["lat"], np.nan))
    lon = np.where(placed, shapely.get_x(points), np.where(own, seen["lon"], np.nan))
    basis = np.select([own, placed], ["coordinates", "place"], "unknown")
    found = pd.DataFrame({"lat": lat, "lon": lon, "basis": basis}, index=frame.index)
    return Positions(found.astype({"basis": "str"}), _note(basis))


def _note(basis: npt.NDArray[np.str_]) -> str:
    known, unknown = int((basis != "unknown").sum()), int((basis == "unknown").sum())
    if not unknown:
        return f"Distances are to all {known:,} assessed locations."
    return (
        f"Distances are to the {known:,} assessed locations of which the position is known; that of"
        f" {unknown:,} is not, so that true distances may be shorter."
    )


def distances(
    result: Assessment, places: gpd.GeoDataFrame | pd.DataFrame | str | Path | None = None
) -> pd.DataFrame:
    """Return how far each place is from the nearest assessed location.

    Distances are geodesics on the ellipsoid of WGS 84, as the crow flies: mountains and borders
    between make the way longer.

    Parameters
    ----------
    result
        Assessed locations, of which `positions` are known.
    places
        Points to measure from: a GeoDataFrame of points, a DataFrame or file that `read_table`
        takes with coordinates; None: the settlements of the boundaries.

    Returns
    -------
    distances
        One row per place: ``pcode`` and ``name`` (``""`` where not known), ``lat``, ``lon``
        (degrees, NaN where missing or of no use), ``km`` (Float64, NA where the place has no
        position), ``row`` (Int64, number in the file of the location that is nearest).

    Raises
    ------
    InputError
        If no location or no place has a position, or the places cannot be read.
    """
    bounds = result.match.boundaries
    found = _settlements(bounds) if places is None else _given(places, bounds)
    known = found["lat"].notna().to_numpy()
    if not known.any():
        whose = f"the settlements of {bounds.name}" if places is None else "the places"
        raise InputError(f"None of {whose} has coordinates in the country: give places that have.")
    index = _Index(result)
    lat, lon = (found[axis].to_numpy(dtype="float64")[known] for axis in ("lat", "lon"))
    km, nearest = index.nearest(lat, lon)
    found["km"] = pd.Series(pd.NA, index=found.index, dtype="Float64")
    found["row"] = pd.Series(pd.NA, index=found.index, dtype="Int64")
    found.loc[known, "km"] = km
    found.loc[known, "row"] = index.rows[nearest]
    return found


def within(
    result: Assessment, population: Population, distances_km: Sequence[float] = (10, 25, 50)
) -> pd.DataFrame:
    """Return how many people live within distances of an assessed location, as the crow flies.

    With a raster, people live at the centre of their cell, and a cell on the border counts by its
    exact share in the country. With a table of settlements they live at the settlement's point.

    Parameters
    ----------
    result
        Assessed locations, of which `positions` are known.
    population
        From a raster, or with people of settlements.
    distances_km
        Distances in km.

    Returns
    -------
    within
        One row per distance: ``km``, ``population`` (people within it), ``of`` (people whose
        distance is known), ``share`` (population / of), ``unknown`` (people of settlements
        without a position).

    Raises
    ------
    InputError
        If the population is known for larger units only, or no location has a position, or a
        distance is not above 0.
    """
    if not all(distance > 0 for distance in distances_km) or not len(distances_km):
        raise InputError(f"distances_km is {list(distances_km)}: give distances above 0 km.")
    reach = np.array(distances_km, dtype="float64")
    bounds = result.match.boundaries
    index = _Index(result)
    if population.raster is not None:
        parts = _cells(population.raster, bounds)
        unknown = 0.0
    else:
        settled, unknown = _settled(population, bounds)
        parts = iter([settled])
    inside, of = np.zeros(len(reach)), 0.0
    for lat, lon, living in parts:
        for start in range(0, len(living), _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            km = index.sorted_out(lat[some], lon[some], reach)
            inside += ((km <= reach[:, None]) * living[some]).sum(axis=1)
        of += float(living.sum())
    share = inside / of if of else np.full(len(reach), np.nan)
    columns = {"km": reach, "population": inside, "of": of, "share": share, "unknown": unknown}
    return pd.DataFrame(columns).astype("float64")


# --- places -----------------------------------------------------------------------------------


def _settlements(bounds: BoundarySet) -> pd.DataFrame:
    units = bounds.units[bounds.units["level"] == _SETTLEMENT]
    return pd.DataFrame(units[["pcode", "name", "lat", "lon"]]).reset_index(drop=True)


def _given(
    places: gpd.GeoDataFrame | pd.DataFrame | str | Path, bounds: BoundarySet
) -> pd.DataFrame:
    """Return places of the user's own; those abroad or with impossible coordinates have none."""
    if isinstance(places, gpd.GeoDataFrame):
        frame = places
        if places.crs is None or not places.geom_type.dropna().eq("Point").all():
            raise InputError("The places are not points with a coordinate system: give such.")
        flat = places.geometry.to_crs(CRS)
        points = pd.DataFrame({"lat": flat.y, "lon": flat.x}, index=places.index)
        name = "name"
    else:
        table = Table.from_frame(places) if isinstance(places, pd.DataFrame) else read_table(places)
        frame, points = table.frame, table.points()
        if points.isna().to_numpy().all():
            raise InputError(f"{show(table.source)} has no coordinates: add lat and lon.")
        name = next((column for column in reversed(table.name_columns) if column), "")
    seen = witness(points, bounds)
    return pd.DataFrame(
        {
            "pcode": frame["pcode"].astype(str).to_numpy() if "pcode" in frame else "",
            "name": frame[name].fillna("").astype(str).to_numpy() if name in frame else "",
            "lat": seen["lat"].to_numpy(),
            "lon": seen["lon"].to_numpy(),
        }
    )


# --- the nearest ------------------------------------------------------------------------------


class _Index:
    """The assessed locations of which the position is known, to find the nearest of."""

    def __init__(self, result: Assessment) -> None:
        found = positions(result).frame
        known = found["lat"].notna().to_numpy()
        if not known.any():
            raise InputError(
                f"None of the {len(found)} assessed locations has a known position: add their"
                " coordinates, or match them to populated places."
            )
        self.rows: _Ints = np.array(result.match.table.rows)[known]
        self._lat = found["lat"].to_numpy()[known]
        self._lon = found["lon"].to_numpy()[known]
        self._centre = _middle(self._lat, self._lon)
        way = equal_area(*self._centre)
        self._way = pyproj.Transformer.from_crs(CRS, way, always_xy=True)
        self._tree = shapely.STRtree(self._flat(self._lat, self._lon))

    def _flat(self, lat: _Floats, lon: _Floats) -> _Shapes:
        flat: _Shapes = shapely.points(*self._way.transform(lon, lat))
        return flat

    def nearest(self, lat: _Floats, lon: _Floats) -> tuple[_Floats, _Ints]:
        """Return the km to the nearest location of each point, and its position in `rows`.

        What is nearest in the plane may not be so on the earth: all locations are measured that
        are so near in the plane that they could be.
        """
        flat, away, stretch = self._planar(lat, lon)
        point, place = self._tree.query(flat, predicate="dwithin", distance=away * stretch**2 + 1)
        metres = np.asarray(
            _GEOD.inv(lon[point], lat[point], self._lon[place], self._lat[place])[2]
        )
        order = np.lexsort((place, metres, point))
        first = order[np.flatnonzero(np.diff(point[order], prepend=-1))]
        return metres[first] / 1000, place[first]

    def sorted_out(self, lat: _Floats, lon: _Floats, reach: _Floats) -> _Floats:
        """Return km that are as `nearest` says on either side of `reach`, and near it elsewhere."""
        _, away, stretch = self._planar(lat, lon)
        km = away / 1000
        ends = (np.searchsorted(np.sort(reach), end) for end in (km / stretch, km * stretch))
        unsure = np.flatnonzero(np.not_equal(*ends))
        km[unsure] = self.nearest(lat[unsure], lon[unsure])[0]
        return km

    def _planar(self, lat: _Floats, lon: _Floats) -> tuple[_Shapes, _Floats, float]:
        """Return points in the plane, metres to the nearest location there, and how wrong they are.

        At an angle c from its centre the projection stretches by 1 / cos(c/2) one way, and shrinks
        by it the other way.
        """
        flat = self._flat(lat, lon)
        _, away = self._tree.query_nearest(flat, all_matches=False, return_distance=True)
        far = max(_angle(*self._centre, lat, lon), _angle(*self._centre, self._lat, self._lon))
        return flat, away, _SLACK / float(np.cos(far / 2))


def _middle(lat: _Floats, lon: _Floats) -> tuple[float, float]:
    """Return latitude and longitude of the middle of points, wherever they are on the earth."""
    north, east = np.radians(lat), np.radians(lon)
    x, y = (np.cos(north) * np.cos(east)).mean(), (np.cos(north) * np.sin(east)).mean()
    return float(np.degrees(np.arctan2(np.sin(north).mean(), np.hypot(x, y)))), float(
        np.degrees(np.arctan2(y, x))
    )


def _angle(lat: float, lon: float, lats: _Floats, lons: _Floats) -> float:
    """Return the largest angle between a point and others, in radians."""
    one, north, east = np.radians(lat), np.radians(lats), np.radians(lons - lon)
    cosine = np.sin(one) * np.sin(north) + np.cos(one) * np.cos(north) * np.cos(east)
    return float(np.arccos(np.clip(cosine, -1, 1)).max(initial=0.0))


# --- people -----------------------------------------------------------------------------------


class _Living(NamedTuple):
    """People at points."""

    lat: _Floats
    lon: _Floats
    people: _Floats


def _settled(population: Population, bounds: BoundarySet) -> tuple[_Living, float]:
    """Return the people of settlements, and the number of those whose settlement has no point."""
    places = _settlements(bounds)
    living = (
        population.at(_SETTLEMENT).reindex(places["pcode"]).to_numpy("float64", na_value=np.nan)
    )
    given = ~np.isnan(living)
    if not given.any():
        raise InputError(
            f"The population ({population.source.rstrip('.')}) is not known by settlement: give a"
            " raster of people, or a table with the p-codes of settlements."
        )
    lat, lon = (places[axis].to_numpy(dtype="float64") for axis in ("lat", "lon"))
    known = given & ~np.isnan(lat) & ~np.isnan(lon)
    unknown = float(living[given & ~known].sum())
    return _Living(lat[known], lon[known], living[known]), unknown


def _cells(raster: Raster, bounds: BoundarySet) -> Iterator[_Living]:
    """Return the people of cells, each with its share in the country, tile by tile."""
    shaped = bounds.units[bounds.units.geometry.notna()]
    outer = shaped.geometry[shaped["level"] == shaped["level"].min()]
    grid = raster.grid
    way = pyproj.Transformer.from_crs(grid.crs, CRS, always_xy=True)
    for tile in tiles(raster, outlines(grid, outer)):
        living = tile.people * tile.by_cell(np.ones(len(outer)))
        row, column = np.nonzero(living > 0)
        x = grid.origin[0] + grid.cell[0] * (tile.columns.start + column + 0.5)
        y = grid.origin[1] + grid.cell[1] * (tile.rows.start + row + 0.5)
        lon, lat = way.transform(x, y)
        yield _Living(np.asarray(lat), np.asarray(lon), living[row, column])
