"""Grids of cells on the earth: their areas, and the outlines of units in them."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from typing import Final, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from mtmgeo.core.errors import InputError
from mtmgeo.geo.crs import AREA_CRS, CRS
from mtmgeo.geo.polygons import areal, polygons

_Floats: TypeAlias = npt.NDArray[np.float64]
_Bools: TypeAlias = npt.NDArray[np.bool_]
_Ints: TypeAlias = npt.NDArray[np.int64]
_Shapes: TypeAlias = npt.NDArray[np.object_]

#: Longest straight line, in degrees and in metres, before it is bent to another projection.
_STEP: Final = {True: 0.01, False: 1000.0}
_EVERY: Final = 16  # cells between those of which the area is worked out
_LATTICE: Final = 65
_UNITS: Final = 500  # whose outlines are projected at a time
#: Cells. Corners are multiples of it: exactextract 0.3 takes whole cells too many or too few, or
#: crashes, where an outline is as narrow as rounding or cut to a tile by rounded corners.
_GRAIN: Final = 2.0**-30
_WHOLE: Final = 270.0  # degrees of longitude, from which a grid may as well go around the earth

_A: Final = 6378.137  # km, WGS 84
_E: Final = 0.0818191908426215


@dataclass(frozen=True, eq=False)
class Grid:
    """Cells along the axes of a coordinate system.

    Attributes
    ----------
    crs
        Coordinate system.
    origin, cell
        X and y of the corner of the first cell, and the steps from one cell to the next.
    width, height
        Number of columns and rows.
    """

    crs: pyproj.CRS
    origin: tuple[float, float]
    cell: tuple[float, float]
    width: int
    height: int

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Least x and y, and greatest x and y."""
        x = self.origin[0], self.origin[0] + self.cell[0] * self.width
        y = self.origin[1], self.origin[1] + self.cell[1] * self.height
        return min(x), min(y), max(x), max(y)


@dataclass(frozen=True, eq=False)
class Outlines:
    """Polygons of units in cells of a grid: x is columns, y is rows upwards, from 0 down.

    Attributes
    ----------
    parts
        Valid polygons.
    owner
        Position of the unit of each.
    units
        Number of units.
    """

    parts: _Shapes
    owner: _Ints
    units: int

    def window(self, grid: Grid) -> tuple[slice, slice]:
        """Return the rows and columns of a grid that the outlines touch; one of each at least."""
        if not len(self.parts):
            return slice(0, 1), slice(0, 1)
        west, south, east, north = shapely.total_bounds(self.parts)
        spans = ((-north, -south, grid.height), (west, east, grid.width))
        rows, columns = (_span(low, high, size) for low, high, size in spans)
        return rows, columns

    def cut(self, rows: slice, columns: slice) -> Outlines:
        """Return what of the outlines lies in rows and columns."""
        tile = shapely.box(columns.start, -rows.stop, columns.stop, -rows.start)
        near = np.sort(shapely.STRtree(self.parts).query(tile))
        # Not clip_by_rect, which now and then returns too much (GEOS 3.14).
        cut = shapely.intersection(self.parts[near], tile, grid_size=_GRAIN)
        parts, of = polygons(cut[there := ~shapely.is_empty(cut)])
        return Outlines(parts, self.owner[near][there][of], self.units)


def _span(low: float, high: float, size: int) -> slice:
    start = min(max(0, floor(low)), size - 1)
    return slice(start, max(start + 1, min(size, ceil(high))))


def cell_km2(grid: Grid, rows: slice, columns: slice) -> _Floats:
    """Return the areas of cells on the ellipsoid of WGS 84, in km².

    Those of a projected grid are worked out for every 16th cell and interpolated between, to a few
    millionths where cells are 1 km wide.
    """
    height, width = rows.stop - rows.start, columns.stop - columns.start
    at = np.arange(0.0, height), np.zeros(1)
    if not grid.crs.is_geographic:
        at = _nodes(height), _nodes(width)
    # The four corners of each cell, in turn.
    y = rows.start + at[0][:, None, None] + np.array([0, 0, 1, 1])
    x = columns.start + at[1][:, None] + np.array([0, 1, 1, 0])
    x, y = np.broadcast_arrays(grid.origin[0] + grid.cell[0] * x, grid.origin[1] + grid.cell[1] * y)
    lon, lat = x, y
    if not grid.crs.is_geographic:
        lon, lat = _to_degrees(grid).transform(x, y)
    with np.errstate(invalid="ignore"):
        east = np.radians((lon - lon[..., :1] + 180) % 360 - 180)
        north = _authalic(np.radians(np.clip(lat, -90, 90)))
        ring = east * np.roll(north, -1, -1) - np.roll(east, -1, -1) * north
        areas = np.abs(ring.sum(axis=-1)) / 2
    there = np.isfinite(areas)
    areas[~there] = np.median(areas[there]) if there.any() else 0.0  # corners beyond the earth
    if grid.crs.is_geographic:
        return np.broadcast_to(areas, (height, width))
    return _between(_between(areas, at[0], height).T, at[1], width).T


def area_km2(shapes: gpd.GeoSeries) -> _Floats:
    """Return equal-area areas in km²."""
    areas: _Floats = shapes.to_crs(AREA_CRS).area.to_numpy() / 1e6
    return areas


def _authalic(lat: _Floats) -> _Floats:
    """Return km² per radian of longitude between the equator and latitudes in radians."""
    sine = np.sin(lat)
    curve: _Floats = sine / (1 - (_E * sine) ** 2) + np.arctanh(_E * sine) / _E
    return _A**2 * (1 - _E**2) / 2 * curve


def _nodes(size: int) -> _Floats:
    return np.unique(np.append(np.arange(0.0, size, _EVERY), size - 1.0))


def _between(rows: _Floats, at: _Floats, size: int) -> _Floats:
    """Return `size` rows, interpolated between those that are given at some of them."""
    if len(at) == 1:
        return np.repeat(rows, size, axis=0)
    place = np.arange(size)
    before = np.clip(np.searchsorted(at, place, side="right") - 1, 0, len(at) - 2)
    share = ((place - at[before]) / (at[before + 1] - at[before]))[:, None]
    found: _Floats = rows[before] * (1 - share) + rows[before + 1] * share
    return found


def _to_degrees(grid: Grid) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(grid.crs, CRS, always_xy=True)


def outlines(grid: Grid, shapes: gpd.GeoSeries) -> Outlines:
    """Return the outlines of units in columns and rows of a grid.

    Those far away are left out. In a grid of longitudes they are where it sees them, be it a turn
    of 360 degrees away.

    Parameters
    ----------
    grid
        The cells.
    shapes
        Polygons with their coordinate system.

    Raises
    ------
    InputError
        If a unit has no polygon, or cannot be projected.
    """
    if shapes.crs is None:
        raise InputError("The outlines have no coordinate system: set it (set_crs).")
    # Some units at a time, for the copies that are made on the way.
    some = [
        _placed(grid, shapes.iloc[first : first + _UNITS])
        for first in range(0, max(1, len(shapes)), _UNITS)
    ]
    owner = [each + nth * _UNITS for nth, (_, each) in enumerate(some)]
    return Outlines(
        np.concatenate([parts for parts, _ in some]), np.concatenate(owner), len(shapes)
    )


def _placed(grid: Grid, shapes: gpd.GeoSeries) -> tuple[_Shapes, _Ints]:
    """Return the polygons of a few units in cells, and the position of their unit."""
    flat = areal(shapes.to_numpy(copy=True))
    if (absent := shapely.is_missing(flat)).any():
        raise InputError(f"The unit '{_first(shapes, absent)}' has no polygon: leave it out.")
    if not grid.crs.equals(shapes.crs, ignore_axis_order=True):
        flat = _bent(grid, gpd.GeoSeries(flat, shapes.index, shapes.crs))
    parts, owner = polygons(flat)
    if grid.crs.is_geographic:
        parts, owner = _around(grid, parts, owner)
    origin, cell = np.array(grid.origin), np.array(grid.cell)
    cells = shapely.transform(parts, lambda at: (at - origin) / cell * [1, -1])
    # Bending may have let an outline cross itself.
    parts, of = polygons(areal(cells))
    return parts, owner[of]


def _first(shapes: gpd.GeoSeries, which: _Bools) -> object:
    return shapes.index[int(which.argmax())]


def _bent(grid: Grid, shapes: gpd.GeoSeries) -> _Shapes:
    """Return polygons in the grid's coordinates, with corners enough to bend their edges."""
    dense = shapes.segmentize(_STEP[shapes.crs.is_geographic]).to_crs(CRS)
    flat: _Shapes = dense.to_numpy()
    if grid.crs.is_projected:
        flat = _near(grid, flat)
    way = pyproj.Transformer.from_crs(CRS, grid.crs, always_xy=True)
    bent: _Shapes = shapely.transform(
        flat, lambda at: np.column_stack(way.transform(at[:, 0], at[:, 1]))
    )
    lost = ~shapely.is_empty(bent) & ~np.isfinite(shapely.bounds(bent)).all(axis=1)
    if lost.any():
        raise InputError(
            f"The outline of '{_first(shapes, lost)}' has no place in the raster's coordinate "
            "system: warp the raster to EPSG:4326."
        )
    return bent


def _near(grid: Grid, flat: _Shapes) -> _Shapes:
    """Return what of the polygons lies in the grid's reach: farther away projections fold."""
    west, south, east, north = grid.bounds
    x, y = np.meshgrid(np.linspace(west, east, _LATTICE), np.linspace(south, north, _LATTICE))
    lon, lat = _to_degrees(grid).transform(x.ravel(), y.ravel())
    seen = np.isfinite(lon) & np.isfinite(lat)
    lon, lat = np.sort(lon[seen] % 360), lat[seen]
    if not len(lon):
        raise InputError("The raster lies outside the earth: check its coordinates.")
    pad = 0.1 + 2 * np.ptp(lat) / _LATTICE
    south, north = max(-90.0, lat.min() - pad), min(90.0, lat.max() + pad)
    gaps = np.diff(lon, append=lon[0] + 360)
    widest = int(gaps.argmax())
    span = 360 - float(gaps[widest])
    if span > _WHOLE:
        west, span = -180.0, 360.0
    else:
        pad = 0.1 + 2 * span / _LATTICE / max(0.1, np.cos(np.radians(np.abs(lat).max())))
        west, span = float(lon[(widest + 1) % len(lon)]) - pad, min(span + 2 * pad, 360.0)
    turns = (west - 360, west, west + 360)
    region = shapely.union_all([shapely.box(edge, south, edge + span, north) for edge in turns])
    shapely.prepare(region)
    cut = ~shapely.covers(region, flat)
    near = flat.copy()
    near[cut] = shapely.intersection(flat[cut], region)
    return near


def _around(grid: Grid, parts: _Shapes, owner: _Ints) -> tuple[_Shapes, _Ints]:
    """Return polygons where the grid's longitudes see them, be it a turn further."""
    left, _, right, _ = grid.bounds
    west, _, east, _ = shapely.bounds(parts).T
    every, units = [], []
    for turn in (-360.0, 0.0, 360.0):
        seen = (west + turn < right) & (east + turn > left)
        every.append(_turned(parts[seen], turn))
        units.append(owner[seen])
    return np.concatenate(every), np.concatenate(units)


def _turned(parts: _Shapes, turn: float) -> _Shapes:
    turned: _Shapes = shapely.transform(parts, lambda at: at + np.array([turn, 0.0]))
    return turned
