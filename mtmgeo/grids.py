"""Grids of cells on the earth: their areas, and the shares of them that lie in units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from mtmgeo.errors import InputError
from mtmgeo.ground import areal, polygons
from mtmgeo.layers import AREA_CRS, CRS

_Floats: TypeAlias = npt.NDArray[np.float64]
_Bools: TypeAlias = npt.NDArray[np.bool_]
_Ints: TypeAlias = npt.NDArray[np.int64]
_Shapes: TypeAlias = npt.NDArray[np.object_]

#: Longest straight line, in degrees and in metres, before it is bent to another projection.
_STEP: Final = {True: 0.01, False: 1000.0}
_EVERY: Final = 16  # cells between those of which the area is worked out
_LATTICE: Final = 65
_UNITS: Final = 500  # whose outlines are taken to pieces at a time
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
class Edges:
    """Edges of outlines in columns (x) and rows (y) of a grid, by their lower row.

    Attributes
    ----------
    x0, y0, x1, y1
        Ends; y0 is less than y1.
    unit
        Position of the unit.
    sign
        1 where the unit is on the side of the lower columns, -1 where it is on the other.
    """

    x0: _Floats
    y0: _Floats
    x1: _Floats
    y1: _Floats
    unit: _Ints
    sign: _Floats


@dataclass(frozen=True, eq=False)
class Pieces:
    """Edges cut where cells meet, by column: the unit is what lies to the left of them.

    Attributes
    ----------
    row, col
        The cell.
    x
        Middle of the piece, in columns.
    high
        Rows that it spans, less than 0 where what lies to the left is to be taken away.
    unit
        Position of the unit.
    """

    row: _Ints
    col: _Ints
    x: _Floats
    high: _Floats
    unit: _Ints

    def __getitem__(self, which: slice | _Bools) -> Pieces:
        return Pieces(
            self.row[which], self.col[which], self.x[which], self.high[which], self.unit[which]
        )


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


def edges(grid: Grid, shapes: gpd.GeoSeries) -> Edges:
    """Return the edges of units in columns and rows of a grid.

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
    # Some units at a time, for the copies that are made on the way.
    some = [
        _edges(grid, shapes.iloc[first : first + _UNITS], first)
        for first in range(0, max(1, len(shapes)), _UNITS)
    ]
    y0 = np.concatenate([each.y0 for each in some])
    by = np.argsort(y0, kind="stable")
    return Edges(
        np.concatenate([each.x0 for each in some])[by],
        y0[by],
        np.concatenate([each.x1 for each in some])[by],
        np.concatenate([each.y1 for each in some])[by],
        np.concatenate([each.unit for each in some])[by],
        np.concatenate([each.sign for each in some])[by],
    )


def _edges(grid: Grid, shapes: gpd.GeoSeries, first: int) -> Edges:
    """Return the edges of units of which the first is at a position."""
    parts, owner = projected(grid, shapes)
    rings, ring_of = shapely.get_rings(shapely.orient_polygons(parts), return_index=True)
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    (left, top), (wide, high) = grid.origin, grid.cell
    x, y = (corners[:, 0] - left) / wide, (corners[:, 1] - top) / high
    kept = (ring[1:] == ring[:-1]) & (y[1:] != y[:-1])
    unit = first + owner[ring_of[ring[:-1]]][kept]
    x0, x1, y0, y1 = x[:-1][kept], x[1:][kept], y[:-1][kept], y[1:][kept]
    # Outlines run with their ground on the left, seen with x to the right and y upwards.
    sign = np.where(y1 > y0, 1.0, -1.0) * np.sign(wide * high)
    down = y0 > y1  # both sides of a border are cut in the same places
    start, end = np.where(down, x1, x0), np.where(down, x0, x1)
    return Edges(start, np.minimum(y0, y1), end, np.maximum(y0, y1), unit, sign)


def projected(grid: Grid, shapes: gpd.GeoSeries) -> tuple[_Shapes, _Ints]:
    """Return the polygons of units in the grid's coordinates, and the position of their unit.

    Those far away are left out. In a grid of longitudes they are where it sees them, be it a turn
    of 360 degrees away.

    Raises
    ------
    InputError
        If a unit has no polygon, or cannot be projected.
    """
    if shapes.crs is None:
        raise InputError("The outlines have no coordinate system: set it (set_crs).")
    flat = areal(shapes.to_numpy(copy=True))
    if (absent := shapely.is_missing(flat)).any():
        raise InputError(f"The unit '{_first(shapes, absent)}' has no polygon: leave it out.")
    if not grid.crs.equals(shapes.crs, ignore_axis_order=True):
        flat = _bent(grid, gpd.GeoSeries(flat, shapes.index, shapes.crs))
    parts, owner = polygons(flat)
    return _around(grid, parts, owner) if grid.crs.is_geographic else (parts, owner)


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


def _cut(lines: tuple[_Floats, ...], least: int, most: int) -> tuple[tuple[_Floats, ...], _Ints]:
    """Cut lines (a0, b0, a1, b1) where a is a whole number from `least` to `most`.

    Returns the pieces, and which line each is of.
    """
    a0, b0, a1, b1 = lines
    first = np.clip(np.floor(np.minimum(a0, a1)) + 1, least, most + 1)
    last = np.clip(np.ceil(np.maximum(a0, a1)) - 1, least - 1, most)
    cuts = np.maximum(last - first + 1, 0).astype(np.int64)
    of = np.repeat(np.arange(len(cuts)), cuts + 1)
    nth = np.arange(len(of)) - np.repeat(np.cumsum(cuts + 1) - cuts - 1, cuts + 1)
    up = (a1 >= a0)[of]
    start = np.where(up, first[of] + nth - 1, last[of] - nth + 1)
    end = np.where(up, start + 1, start - 1)
    start = np.where(nth == 0, a0[of], start)
    end = np.where(nth == cuts[of], a1[of], end)
    flat = a1 == a0
    slope = np.divide(b1 - b0, a1 - a0, out=np.zeros_like(a0), where=~flat)[of]
    there = np.where(nth == 0, b0[of], b0[of] + (start - a0[of]) * slope)
    then = np.where(nth == cuts[of], b1[of], b0[of] + (end - a0[of]) * slope)
    return (start, there, end, then), of


def pieces(lines: Edges, top: int, bottom: int, width: int) -> Pieces:
    """Return the edges between two rows, cut where cells meet, sorted by column.

    Parameters
    ----------
    lines
        As `edges` returns them.
    top, bottom
        First row, and the one after the last.
    width
        Columns of the grid; pieces outside are not cut by column.
    """
    here = np.flatnonzero(lines.y1[: np.searchsorted(lines.y0, bottom)] > top)
    x0, y0, x1, y1 = lines.x0[here], lines.y0[here], lines.x1[here], lines.y1[here]
    slope = (x1 - x0) / (y1 - y0)
    low, high = np.maximum(y0, top), np.minimum(y1, bottom)
    start = np.where(low > y0, x0 + (low - y0) * slope, x0)
    end = np.where(high < y1, x0 + (high - y0) * slope, x1)
    (y0, x0, y1, x1), of = _cut((low, start, high, end), top, bottom)
    (x0, y0, x1, y1), again = _cut((x0, y0, x1, y1), 0, width)
    of = here[of[again]]
    x = (x0 + x1) / 2
    row = np.clip(np.floor((y0 + y1) / 2), top, bottom - 1).astype(np.int64) - top
    col = np.clip(np.floor(x), -1, width).astype(np.int64)
    by = np.argsort(col, kind="stable")
    return Pieces(row[by], col[by], x[by], ((y1 - y0) * lines.sign[of])[by], lines.unit[of][by])


def shares(lines: Edges, weights: _Floats, rows: slice, columns: slice, width: int) -> _Floats:
    """Return, for each cell, the sum over units of a weight times the share of the cell in it.

    Parameters
    ----------
    lines
        Edges of the units.
    weights
        A number per unit.
    rows, columns
        The cells.
    width
        Columns of the grid.
    """
    found = pieces(lines, rows.start, rows.stop, width)
    size = columns.stop - columns.start
    col = np.clip(found.col - columns.start, -1, size)
    amount = found.high * weights[found.unit]
    # One column before the first and one after the last take what lies beyond.
    flat = found.row * (size + 2) + col + 1
    shape = rows.stop - rows.start, size + 2
    whole = np.bincount(flat, amount, shape[0] * shape[1]).reshape(shape)
    part = np.bincount(flat, amount * (found.x - found.col), whole.size).reshape(shape)
    # A piece takes all cells left of its own.
    beside = np.cumsum(whole[:, ::-1], axis=1)[:, ::-1] - whole
    held: _Floats = (beside + part)[:, 1:-1]
    return held
