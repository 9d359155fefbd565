"""Outlines as plain polygons that can be compared: measured, merged, taken to pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from mtmgeo.geo.crs import AREA_CRS, CRS

Shapes: TypeAlias = npt.NDArray[np.object_]
Bools: TypeAlias = npt.NDArray[np.bool_]
Floats: TypeAlias = npt.NDArray[np.float64]
Positions: TypeAlias = npt.NDArray[np.int64]

#: Mean width (twice the area by the perimeter) below which a piece comes from rounding coordinates.
ROUNDING_M: Final = 1
#: Degrees along a side of the cells in which corners are one, as are those of cells that touch.
_CELL: Final = 5e-7
_SPAN: Final = 2**32
_DEGREE_M: Final = 111_320


@dataclass(frozen=True, eq=False)
class Ground:
    """The outlines that can be compared, by position of their units; None elsewhere.

    Attributes
    ----------
    shapes
        Valid polygons and multipolygons in EPSG:4326 without heights, as `matched` leaves them.
    sound
        Which units have one.
    km2
        Their areas; NaN elsewhere.
    seats
        The point that a file states for a unit, or None.
    """

    shapes: Shapes
    sound: Bools
    km2: Floats
    seats: Shapes

    def of(self, positions: Positions) -> Positions:
        """Return those of the positions that have an outline."""
        return positions[self.sound[positions]]

    def points(self, positions: Sequence[int]) -> dict[int, Any]:
        """Return a point in each unit, or the place that stands for it."""
        rows = np.asarray(positions, dtype=np.int64)
        inside = shapely.point_on_surface(self.shapes[rows])
        points = np.where(self.sound[rows], inside, self.seats[rows])
        return dict(zip(positions, points, strict=True))


def matched(shapes: Shapes) -> Shapes:
    """Return areas in which corners a few centimetres apart are one.

    Edges that were one before their coordinates were rounded are so again, at every level, which
    spares most of the work of comparing them.
    """
    corners, owner = shapely.get_coordinates(shapes, return_index=True)
    at = np.floor(corners / _CELL).astype(np.int64)
    cells, first, cell = np.unique(
        at[:, 0] * _SPAN + at[:, 1], return_index=True, return_inverse=True
    )
    into = np.arange(len(cells))
    for step in (1, _SPAN - 1, _SPAN, _SPAN + 1):
        beside = np.searchsorted(cells, cells + step).clip(max=len(cells) - 1)
        here = np.flatnonzero(cells[beside] == cells + step)
        np.minimum.at(into, beside[here], into[here])
    cell = into[into][cell]
    stays = np.zeros(len(cells), dtype=bool)
    while True:
        spots = np.where(stays[cell][:, None], corners, corners[first[cell]])
        moved = _moved(shapes, spots)
        # Corners that would break an outline stay where they are, in those beside it as well.
        back = cell[~shapely.is_valid(moved)[owner]]
        if stays[back].all():
            return moved
        stays[back] = True


def _moved(shapes: Shapes, corners: Floats) -> Shapes:
    moved: Shapes = shapely.transform(shapes, lambda _: corners)
    return moved


def merged(shapes: Shapes, unmatched: Bools) -> Any:
    """Return areas as one; `unmatched` are those with edges that no neighbour shares."""
    whole = shapely.coverage_union_all(shapes[~unmatched])
    if not unmatched.any():
        return whole
    return _union(np.array([whole, *shapes[unmatched]])[int(unmatched.all()) :])


def _union(shapes: Shapes) -> Any:
    """Return areas as one, without the holes that come from rounding.

    A few neighbours at a time: with those holes left in, every later step takes much longer.
    """
    held = shapes[gpd.GeoSeries(shapes).hilbert_distance().argsort().to_numpy()]
    while len(held) > 1:
        few = [shapely.union_all(held[at : at + 8]) for at in range(0, len(held), 8)]
        held = np.array([_filled(shape) for shape in few], dtype=object)
    return held[0]


def _filled(shape: Any) -> Any:
    """Return an area without those of its holes that come from rounding."""
    parts, _ = polygons([shape])
    rings, owner = shapely.get_rings(parts, return_index=True)
    kept = np.diff(owner, prepend=-1) > 0
    holes = np.asarray(shapely.polygons(rings[~kept]), dtype=object)
    kept[~kept] = wide(holes, ROUNDING_M)
    rings, owner = rings[kept], owner[kept]
    shells = np.flatnonzero(np.diff(owner, prepend=-1))
    own = np.split(rings, shells[1:])
    return joined([shapely.polygons(each[0], holes=each[1:]) for each in own])


def holes(shape: Any) -> Shapes:
    """Return the holes of an area that are more than rounding, without the islands in them."""
    parts, _ = polygons([shape])
    rings, owner = shapely.get_rings(parts, return_index=True)
    found: Shapes = shapely.polygons(rings[1:][owner[1:] == owner[:-1]])
    found = found[wide(found, ROUNDING_M)]
    outer, inner = shapely.STRtree(parts).query(found, predicate="contains")
    for at in np.unique(outer).tolist():
        found[at] = shapely.difference(found[at], shapely.union_all(parts[inner[outer == at]]))
    # An island may fill its hole but for a seam.
    return found[wide(found, ROUNDING_M)]


def areal(shapes: Shapes) -> Shapes:
    """Return shapes flat, valid, and of polygons alone; None where nothing is left."""
    flat = shapely.force_2d(shapes)
    flawed = ~shapely.is_valid(flat) & ~shapely.is_missing(flat)
    flat[flawed] = shapely.make_valid(flat[flawed])
    mixed = shapely.get_type_id(flat) == shapely.GeometryType.GEOMETRYCOLLECTION
    flat[mixed] = [
        shapely.union_all([p for p in shapely.get_parts(shape) if shapely.get_dimensions(p) == 2])
        for shape in flat[mixed]
    ]
    lost = shapely.is_empty(flat) | (shapely.get_dimensions(flat) < 2)
    flat[lost & ~shapely.is_missing(flat)] = None
    return np.asarray(flat)


def polygons(shapes: Shapes | Sequence[Any]) -> tuple[Shapes, Positions]:
    """Return all polygons that shapes are made of, and which shape each is of."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    parts, outer = shapely.get_parts(parts, return_index=True)
    kept = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    return parts[kept], owner[outer[kept]]


def joined(parts: Shapes | Sequence[Any]) -> Any:
    """Return polygons as one shape."""
    return parts[0] if len(parts) == 1 else shapely.multipolygons(parts)


def pieces(shapes: Shapes, least_m: float) -> Iterator[tuple[int, Any, float]]:
    """Return, of each shape that has any, the parts of at least a mean width, and their km²."""
    parts, owner = polygons(shapes)
    enough = wide(parts, least_m)
    parts, owner = parts[enough], owner[enough]
    km2 = areas_km2(parts)
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    ends = np.append(starts[1:], len(owner))[: len(starts)]
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        yield int(owner[start]), joined(parts[start:end]), float(km2[start:end].sum())


def areas_km2(shapes: Shapes) -> Floats:
    """Return equal-area areas."""
    areas: Floats = gpd.GeoSeries(shapes, crs=CRS).to_crs(AREA_CRS).area.to_numpy() / 1e6
    return areas


def rough_km2(shapes: Shapes) -> Floats:
    """Return areas of small shapes to about a percent, much sooner."""
    areas: Floats = shapely.area(shapes) * (_DEGREE_M / 1000) ** 2 * _across(shapes)
    return areas


def wide(polygons: Shapes, least_m: float) -> Bools:
    """Tell which polygons are of at least a mean width: twice the area by the perimeter."""
    length = shapely.length(polygons)
    # As if a degree of longitude were as long as one of latitude; then as if both were as short.
    most = 2 * shapely.area(polygons) * _DEGREE_M > least_m * length
    found: Bools = 2 * shapely.area(polygons) * _DEGREE_M * _across(polygons) > least_m * length
    unsure = most & ~found
    corners, owner = shapely.get_coordinates(polygons[unsure], return_index=True)
    corners = corners * _DEGREE_M
    corners[:, 0] *= _across(polygons[unsure])[owner]
    flat = _moved(polygons[unsure], corners)
    found[unsure] = 2 * shapely.area(flat) > least_m * shapely.length(flat)
    return found


def _across(shapes: Shapes) -> Floats:
    """Return how long a degree of longitude is at each shape, to one of latitude."""
    south, north = shapely.bounds(shapes)[:, [1, 3]].T
    across: Floats = np.cos(np.radians((south + north) / 2))
    return across
