"""Lighter outlines for maps: corners left out, of all levels alike, so that nothing comes apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from mtmgeo.core.errors import BoundaryError, InputError

_Floats: TypeAlias = npt.NDArray[np.float64]
_Ints: TypeAlias = npt.NDArray[np.int64]
_Bools: TypeAlias = npt.NDArray[np.bool_]

_SEEN_M: Final = 0.0002  # on paper, below which detail is not seen
_BYTES: Final = 16  # of a corner as text, such as [74.59,42.8746],
_DEGREE_M: Final = 111_195.08  # of latitude
_NEAR: Final = 1e-12  # degrees, within which a corner counts as on a line
_FIRST_M: Final = 1.0
_EARTH_M: Final = 4e7
_FLAT: Final = 1e-24  # square degrees
_LAST: Final = np.iinfo(np.int64).max
_MIXER: Final = np.uint64(0x9E3779B97F4A7C15)


def generalise(
    units: gpd.GeoDataFrame, *, scale: float | None = None, max_bytes: int | None = None
) -> gpd.GeoSeries:
    """Return lighter outlines for a map, by leaving out corners.

    A corner is left out of every ring it stands in, or of none, and where lines meet it stays. So
    neighbours keep sharing their edges, and a unit that was the union of those below it still is,
    exactly. No unit, part or hole is lost, and valid outlines stay valid. Where outlines overlap
    or leave gaps, each side moves by itself, within the tolerance. Take areas, and what holds a
    point, from the full outlines.

    Parameters
    ----------
    units
        Columns ``pcode``, ``level`` and ``geometry`` in EPSG:4326 (polygons, multipolygons or
        None), of one level or several. Rows that share edges with them, such as lakes, may be
        among them.
    scale
        Denominator of the map's scale, such as 2_000_000. Outlines move by up to about 0.2 mm on
        paper, which is 400 m on the ground there.
    max_bytes
        Most bytes for the corners of all units together, counted as 16 for each corner of each
        ring, the closing one too; what moves outlines least is left out first. Give either this
        or `scale`.

    Returns
    -------
    outlines
        Same index as `units`, in EPSG:4326; their corners are corners of the given outlines.

    Raises
    ------
    InputError
        If not just one of `scale` and `max_bytes` is given, or it is not above 0.
    BoundaryError
        If the outlines are not in EPSG:4326 or no polygons, or cannot be as light as `max_bytes`.
    """
    _check(units, scale, max_bytes)
    shapes = shapely.force_2d(units.geometry.to_numpy())
    parts, unit_of = shapely.get_parts(shapes, return_index=True)
    parts, unit_of = parts[~shapely.is_empty(parts)], unit_of[~shapely.is_empty(parts)]
    rings, part_of = shapely.get_rings(parts, return_index=True)
    corners, ring_of = shapely.get_coordinates(rings, return_index=True)
    closing = np.append(ring_of[1:] != ring_of[:-1], True)[: len(ring_of)]
    corners, ring_of = corners[~closing], ring_of[~closing]
    if not len(corners):
        return gpd.GeoSeries(shapes, index=units.index, crs=units.crs)

    spots, spot_of = np.unique(corners[:, 0] + 1j * corners[:, 1], return_inverse=True)
    uses = np.bincount(spot_of)
    lines = _Lines(spots, _segments(spot_of, ring_of, len(spots)))
    budget = 0 if max_bytes is None else max_bytes // _BYTES - len(rings)
    for limit in _limits(_EARTH_M if scale is None else scale * _SEEN_M):
        lines.thin(limit, uses, budget)
    if max_bytes is not None and uses[lines.alive].sum() > budget:
        least = _BYTES * (int(uses[lines.alive].sum()) + len(rings))
        raise BoundaryError(
            f"The outlines cannot take less than {least:,} bytes without a unit, a part or a hole "
            f"being lost: raise max_bytes from {max_bytes:,}, or leave out a level."
        )
    stays = lines.alive[spot_of]
    lighter = shapely.linearrings(corners[stays], indices=ring_of[stays])
    made = _assembled(shapes, shapely.polygons(lighter, indices=part_of), unit_of)
    return gpd.GeoSeries(made, index=units.index, crs=units.crs)


def _check(units: gpd.GeoDataFrame, scale: float | None, max_bytes: int | None) -> None:
    given = [value for value in (scale, max_bytes) if value is not None]
    if len(given) != 1 or not 0 < given[0] < np.inf:
        raise InputError("Give either scale or max_bytes, as a number above 0.")
    if units.crs is None or not units.crs.equals("EPSG:4326", ignore_axis_order=True):
        raise BoundaryError(
            "The outlines are not known to be in EPSG:4326: use set_crs() if they have no "
            "reference system, or to_crs(4326)."
        )
    kinds = units.geometry.geom_type
    wrong = kinds.notna() & ~kinds.isin(["Polygon", "MultiPolygon"])
    if wrong.any():
        raise BoundaryError(
            [
                f"The outline of {pcode} (level {level}) is a {kind}: replace it by a polygon."
                for pcode, level, kind in zip(
                    units["pcode"][wrong], units["level"][wrong], kinds[wrong], strict=True
                )
            ]
        )


def _limits(most: float) -> Iterator[float]:
    """Yield tolerances in metres, each twice the one before, up to `most`."""
    limit = _FIRST_M
    while limit < most:
        yield limit
        limit *= 2
    yield most


def _segments(spot_of: _Ints, ring_of: _Ints, count: int) -> _Ints:
    """Return the pairs of spots that rings join, each once, the smaller first."""
    first = np.flatnonzero(np.diff(ring_of, prepend=-1))
    after = np.append(spot_of[1:], spot_of[0])
    after[np.append(first[1:], len(ring_of)) - 1] = spot_of[first]
    low, high = np.minimum(spot_of, after), np.maximum(spot_of, after)
    keys = np.unique((low * count + high)[low != high])
    return np.stack([keys // count, keys % count], axis=1)


class _Lines:
    """The lines of all outlines, each once.

    A spot where two segments meet, and no more, may be left out. The two spots it is joined to
    are its `ends`, and `moved` is how far, at most, what was left out is from these segments.
    """

    def __init__(self, spots: npt.NDArray[np.complex128], segments: _Ints) -> None:
        self.x, self.y = spots.real.copy(), spots.imag.copy()
        count = len(spots)
        self.alive = np.ones(count, dtype=bool)
        self.free = np.bincount(segments.ravel(), minlength=count) == 2
        ends, others = segments.ravel(), segments[:, ::-1].ravel()
        inner = self.free[ends]
        order = np.argsort(ends[inner], kind="stable")
        self.ends = np.full((count, 2), -1, dtype=np.int64)
        self.ends[self.free] = others[inner][order].reshape(-1, 2)
        self.moved = np.zeros((count, 2))
        # A live spot that stands in the way of leaving out this one.
        self.hinders = np.full(count, -1, dtype=np.int64)
        self.shift = np.full(count, np.inf)
        # Whose turn is first: the smaller triangle, and by lot among those about as large, since
        # a long row of ever larger ones would have to go one by one.
        self.turn = np.full(count, _LAST)
        self.lot = np.argsort(np.arange(count, dtype=np.uint64) * _MIXER, kind="stable")
        self.measure(np.flatnonzero(self.free))
        bound = segments[~self.free[segments].any(axis=1)]
        self.joined = bound[:, 0] * count + bound[:, 1]
        self.tree, self.listed = self._tree()

    def _tree(self) -> tuple[shapely.STRtree, _Ints]:
        listed = np.flatnonzero(self.alive)
        points = np.asarray(shapely.points(self.x[listed], self.y[listed]))
        return shapely.STRtree(points), listed

    def measure(self, spots: _Ints) -> None:
        """Find how far outlines move, in metres, if each of the spots is left out."""
        narrow = np.cos(np.radians(self.y[spots]))
        one, two = self.ends[spots].T
        x, y = (self.x[spots] - self.x[one]) * narrow, self.y[spots] - self.y[one]
        across, up = (self.x[two] - self.x[one]) * narrow, self.y[two] - self.y[one]
        along = np.clip((x * across + y * up) / (across**2 + up**2), 0, 1)
        height = np.hypot(x - along * across, y - along * up) * _DEGREE_M
        size = np.maximum(np.abs(x * up - y * across), _FLAT)
        self.turn[spots] = (8 * np.log2(size)).astype(np.int64) * len(self.x) + self.lot[spots]
        self.shift[spots] = height + self.moved[spots].max(axis=1)
        self.hinders[spots] = -1

    def thin(self, limit: float, uses: _Ints, most: int) -> None:
        """Leave out what moves no outline by more than `limit`, until `most` uses are left."""
        left = int(uses[self.alive].sum())
        live = np.flatnonzero(self.alive & self.free)
        while left > most:
            live = live[self.alive[live]]
            ready = live[(self.shift[live] <= limit) & ~self._hindered(live)]
            if not len(ready):
                return
            taken = self._clear(self._apart(ready))
            if left - uses[taken].sum() < most:
                taken = taken[np.argsort(self.shift[taken], kind="stable")]
                taken = taken[: np.searchsorted(np.cumsum(uses[taken]), left - most) + 1]
            self._leave_out(taken)
            left -= int(uses[taken].sum())

    def _hindered(self, spots: _Ints) -> _Bools:
        hinders = self.hinders[spots]
        return (hinders >= 0) & self.alive[hinders]

    def _apart(self, ready: _Ints) -> _Ints:
        """Return spots of which no two are joined, nor leave the same segment behind."""
        turn = np.full(len(self.x), _LAST)
        turn[ready] = self.turn[ready]
        found = ready[(turn[self.ends[ready]] > turn[ready, None]).all(axis=1)]
        _, first = np.unique(self._keys(found), return_index=True)
        return found[np.sort(first)]

    def _keys(self, spots: _Ints) -> _Ints:
        low, high = np.sort(self.ends[spots], axis=1).T
        keys: _Ints = low * len(self.x) + high
        return keys

    def _clear(self, spots: _Ints) -> _Ints:
        """Return those that can go without a line being crossed or met; note what hinders others.

        If nothing is in the triangle of a spot and its ends, no line crosses the third side that
        does not cross the other two.
        """
        one, two = self.ends[spots].T
        self.hinders[spots] = -1
        double = np.isin(self._keys(spots), self.joined)
        double |= (self.ends[one] == two[:, None]).any(axis=1)
        double |= (self.ends[two] == one[:, None]).any(axis=1)
        self.hinders[spots[double]] = spots[double]
        spots = spots[~double]

        if 2 * np.count_nonzero(self.alive) < len(self.listed):
            self.tree, self.listed = self._tree()
        corners = np.column_stack([spots, self.ends[spots]])
        x, y = self.x[corners], self.y[corners]
        boxes = shapely.box(x.min(axis=1), y.min(axis=1), x.max(axis=1), y.max(axis=1))
        row, hit = self.tree.query(boxes)
        hit = self.listed[hit]
        other = self.alive[hit] & (hit[:, None] != corners[row]).all(axis=1)
        row, hit = row[other], hit[other]
        inside = _inside(x[row], y[row], self.x[hit], self.y[hit])
        self.hinders[spots[row[inside]]] = hit[inside]
        return spots[self.hinders[spots] < 0]

    def _leave_out(self, spots: _Ints) -> None:
        for end, other in ((0, 1), (1, 0)):
            inner = spots[self.free[self.ends[spots, end]]]
            near, far = self.ends[inner, end], self.ends[inner, other]
            slot = (self.ends[near, 1] == inner).astype(np.int64)
            self.moved[near, slot] = self.shift[inner]
            self.ends[near, slot] = far
        self.alive[spots] = False
        ends = self.ends[spots]
        bound = spots[~self.free[ends].any(axis=1)]
        self.joined = np.append(self.joined, self._keys(bound))
        self.measure(np.unique(ends[self.free[ends]]))


def _inside(x: _Floats, y: _Floats, at_x: _Floats, at_y: _Floats) -> _Bools:
    """Return whether points are in or on triangles, given by three corners a row."""
    east, north = x[:, 1:] - x[:, :1], y[:, 1:] - y[:, :1]
    turn = np.sign(east[:, 0] * north[:, 1] - east[:, 1] * north[:, 0])
    inside = np.ones(len(x), dtype=bool)
    for a, b in ((0, 1), (1, 2), (2, 0)):
        across, up = x[:, b] - x[:, a], y[:, b] - y[:, a]
        away = across * (at_y - y[:, a]) - up * (at_x - x[:, a])
        # A flat triangle has no inner side: what is near its line counts.
        inside &= np.where(turn == 0, -np.abs(away), turn * away) >= -_NEAR * np.hypot(across, up)
    return inside


def _assembled(
    shapes: npt.NDArray[np.object_], parts: npt.NDArray[np.object_], unit_of: _Ints
) -> npt.NDArray[np.object_]:
    """Return the shapes made of their new parts, each of its own kind."""
    made = shapes.copy()
    single = shapely.get_type_id(shapes)[unit_of] == shapely.GeometryType.POLYGON
    made[unit_of[single]] = parts[single]
    units, group = np.unique(unit_of[~single], return_inverse=True)
    made[units] = shapely.multipolygons(parts[~single], indices=group)
    return made
