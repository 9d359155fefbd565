"""The countries around a map, cut to its own outline, and the lines between them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file, files
from math import cos, pi, radians
from typing import Final, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from mtmgeo.boundaries.boundary_set import BoundarySet
from mtmgeo.geo.crs import CRS
from mtmgeo.style.languages import phrase

_Ints: TypeAlias = npt.NDArray[np.int64]
_Bools: TypeAlias = npt.NDArray[np.bool_]
_Shapes: TypeAlias = npt.NDArray[np.object_]
_Box: TypeAlias = tuple[float, float, float, float]

#: What a sheet that shows them says of where they are from.
CREDIT: Final = phrase("Neighbouring countries: Natural Earth (public domain)")

_GRID: Final = 99_999  # steps around the earth in the file
_WHOLE: Final = 0.9  # of a country, from which a set is all of it
_APART: Final = 0.03  # of a set's longer side, by which two outlines of a country may differ
_LEAST_APART: Final = 0.01  # degrees
_MOST_APART: Final = 0.1
_WIDE: Final = 40.0  # degrees, from which light outlines do
_TOUCH: Final = 1e-9  # degrees
_STEP: Final = 1.0  # degrees, over which an edge bends little in any projection
_NONE: Final = -1

#: Borders that are not final on maps of the United Nations: two countries, status, where.
_UNSETTLED: Final[tuple[tuple[str, str, str, _Box], ...]] = (
    ("IND", "PAK", "line of control", (73.3, 32.4, 77.9, 36.0)),
    ("CHN", "IND", "undetermined", (77.0, 30.0, 81.3, 36.0)),
    ("CHN", "IND", "undetermined", (91.5, 26.5, 97.5, 29.9)),
    ("CHN", "PAK", "undetermined", (74.4, 35.0, 77.9, 37.2)),
    ("SDN", "SSD", "undetermined", (-180, -90, 180, 90)),
    ("EGY", "SDN", "disputed", (33.1, 21.0, 37.5, 24.0)),
    ("KEN", "SSD", "disputed", (33.5, 4.0, 36.0, 6.0)),
    ("ETH", "SOM", "undetermined", (41.0, 3.5, 48.1, 8.1)),
    ("ESH", "MAR", "undetermined", (-180, -90, 180, 90)),
    ("ISR", "PSE", "undetermined", (-180, -90, 180, 90)),
    ("ISR", "SYR", "undetermined", (-180, -90, 180, 90)),
    ("KOR", "PRK", "undetermined", (-180, -90, 180, 90)),
)


@dataclass(frozen=True, eq=False)
class _World:
    """Polygons, the country of each, and what countries are called."""

    parts: _Shapes
    owner: _Ints
    iso3: _Shapes
    name: _Shapes

    @property
    def land(self) -> _Ints:
        """The country of each polygon by number; each without a code is a land of its own."""
        count = len(self.iso3)
        return np.where(self.iso3[self.owner] == "", count + np.arange(len(self.owner)), self.owner)

    def within(self, window: _Box) -> _World:
        """Return what may be seen in a window, longitudes running on as the window's do."""
        bounds = shapely.bounds(self.parts)
        turned, rows = [], []
        for turn in (-360.0, 0.0, 360.0):
            west, south, east, north = (bounds + np.array([turn, 0, turn, 0])).T
            seen = (west < window[2]) & (east > window[0])
            seen &= (south < window[3]) & (north > window[1])
            at = np.flatnonzero(seen)
            turned.append(_moved(self.parts[at], turn))
            rows.append(at)
        owner = self.owner[np.concatenate(rows)]
        return _World(np.concatenate(turned), owner, self.iso3, self.name)

    def frame(self, lands: _Ints, shapes: _Shapes) -> gpd.GeoDataFrame:
        """Return lands as rows."""
        nameless = np.flatnonzero(self.iso3 == "")[0]
        owner = np.where(lands < len(self.iso3), lands, nameless)
        columns = {"iso3": self.iso3[owner], "name": self.name[owner]}
        return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def neighbours(bounds: BoundarySet, *, margin: float = 0.5) -> gpd.GeoDataFrame:
    """Return the countries around a set.

    What the set covers is cut out. Its outline and Natural Earth's of the same country differ: what
    lies between the two goes to the neighbour beyond, or to the sea, so that neither a gap nor an
    overlap shows. Ground that is in no polygon, and not in the set, is sea.

    Parameters
    ----------
    bounds
        Units with outlines; what is lighter is faster (`BoundarySet.drawn`). If they cover a part
        of a country, the rest of it is among the countries around. Lakes of the set count as its
        own ground. Its enclaves go to the country that Natural Earth has there, or nearest to them.
    margin
        How far the ground goes beyond the set's extent on each side, as a share of the longer side
        of it on the ground.

    Returns
    -------
    neighbours
        GeoDataFrame in EPSG:4326, a row for each country, sorted by ``iso3``: ``iso3`` (ISO 3166-1
        alpha-3), ``name`` (English, as in the United Nations' M49 list), ``geometry`` (polygons;
        longitudes run on beyond 180 as those of ``bounds.extent`` do). Ground that no ISO code is
        for has neither code nor name, and a row for each piece. Neighbours share their corners,
        with each other and with the outline of the set.
    """
    if not bounds.units.geometry.notna().any():
        return _world("light").frame(np.array([], dtype=np.int64), np.array([], dtype=object))
    ground, enclaves = _ground(bounds)
    west, south, east, north = bounds.extent
    longer = max((east - west) * cos(radians((south + north) / 2)), north - south)
    world = _world("fine" if longer < _WIDE else "light")
    window = _window(bounds.extent, margin * longer)
    apart = float(np.clip(_APART * longer, _LEAST_APART, _MOST_APART))
    near = world.within(window)
    land = near.land
    filled = shapely.union_all(shapely.polygons(shapely.get_exterior_ring(_parts(ground))))
    home, whole = _home(near, world, ground)
    own = np.unique(land[home])
    rim, beyond_rim = _rim(near.parts, land, home, window)
    rest = _rest(near.parts[home], filled, window, apart)

    outlines = shapely.boundary(np.array([*near.parts, ground, rest]))
    clipped = shapely.clip_by_rect(outlines, *window)
    faces = _faces([*clipped, shapely.boundary(_framed(window)), *_cuts(rim, beyond_rim, ground)])
    inner = shapely.point_on_surface(faces)
    lands = np.full(len(faces), _NONE)
    part, face = shapely.STRtree(inner).query(near.parts, predicate="contains")
    lands[face] = land[part]
    lands = _in_holes(lands, faces, inner, ground, enclaves, own, near, whole)
    outside = ~shapely.contains(filled, inner) & ~shapely.contains(rest, inner)
    at = np.flatnonzero(np.isin(lands, own) & outside)
    lands[at] = _beyond(lands[at], faces[at], inner[at], ground, rim, beyond_rim, whole)
    lands[shapely.contains(ground, inner)] = _NONE
    found = np.unique(lands[lands != _NONE])
    shapes = [shapely.coverage_union_all(faces[lands == each]) for each in found]
    return world.frame(found, np.array(shapes, dtype=object))


def countries(extent: _Box | None = None) -> gpd.GeoDataFrame:
    """Return the countries of the world in light outlines, for a locator.

    Parameters
    ----------
    extent
        West, south, east and north in degrees; east (or west) may be beyond 180. None is the whole
        world.

    Returns
    -------
    countries
        As `neighbours` returns them, with nothing cut out: lines within 6 km of Natural Earth's.
    """
    world = _world("light")
    window = (-180.0, -90.0, 180.0, 90.0) if extent is None else extent
    near = world.within(window)
    west, south, east, north = shapely.bounds(near.parts).T
    cut = (west < window[0]) | (east > window[2]) | (south < window[1]) | (north > window[3])
    parts = near.parts.copy()
    parts[cut] = shapely.intersection(parts[cut], _framed(window))
    parts, row = shapely.get_parts(parts, return_index=True)
    solid = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    lands, group = np.unique(near.land[row[solid]], return_inverse=True)
    order = np.argsort(group, kind="stable")
    shapes = shapely.multipolygons(parts[solid][order], indices=group[order])
    bounds = shapely.bounds(shapes)
    for seam in (-180.0, 180.0):
        for each in np.flatnonzero((bounds[:, 0] < seam) & (bounds[:, 2] > seam)):
            shapes[each] = shapely.union_all(shapely.get_parts(shapes[each]))
    return world.frame(lands, shapes)


def between(around: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the borders between neighbours.

    Parameters
    ----------
    around
        As `neighbours` or `countries` returns them.

    Returns
    -------
    borders
        GeoDataFrame in EPSG:4326, each stretch once: ``status``, ``""`` or, as in
        ``BoundarySet.lines``, what makes it not final (``disputed``, ``line of control``,
        ``undetermined``); ``geometry`` (lines). None along the set's own outline, along the edge of
        the ground shown, or along a coast.
    """
    ends, rows = _segments(around.geometry.to_numpy())
    _, first, which = np.unique(ends, axis=0, return_index=True, return_inverse=True)
    which = which.ravel()
    order = np.argsort(which, kind="stable")
    twice = which[order][1:] == which[order][:-1]
    one, two = rows[order][:-1][twice], rows[order][1:][twice]
    shared = ends[first[which[order][1:][twice]]]
    status = _statuses(around["iso3"].to_numpy(dtype=object), one, two, shared)
    found = sorted(set(status))
    lines = [
        shapely.line_merge(shapely.multilinestrings(_drawn(shared[status == s]))) for s in found
    ]
    return gpd.GeoDataFrame({"status": pd.Series(found, dtype=object)}, geometry=lines, crs=CRS)


def coasts(around: gpd.GeoDataFrame, bounds: BoundarySet) -> gpd.GeoSeries:
    """Return the coasts of the countries around a set, as lines.

    Parameters
    ----------
    around
        As `neighbours` returns them for `bounds`.
    bounds
        The set, whose own outline is left out.

    Returns
    -------
    coasts
        GeoSeries in EPSG:4326 of one shape, or of none. Nothing runs along the edge of the ground.
    """
    ends, _ = _segments(around.geometry.to_numpy())
    own, _ = _segments(np.array([_ground(bounds)[0]]))
    every, count = np.unique(ends, axis=0, return_counts=True)
    single = every[count == 1]
    west, south, east, north = around.total_bounds
    x, y = single.real, single.imag
    edge = (x == west).all(axis=1) | (x == east).all(axis=1)
    edge |= (y == south).all(axis=1) | (y == north).all(axis=1)
    single = single[~edge]
    middle = single.mean(axis=1)
    points = shapely.points(middle.real, middle.imag)
    tree = shapely.STRtree(_drawn(own))
    along = tree.query(points, predicate="dwithin", distance=_TOUCH)[0]
    single = np.delete(single, np.unique(along), axis=0)
    shapes = [shapely.line_merge(shapely.multilinestrings(_drawn(single)))] if len(single) else []
    return gpd.GeoSeries(shapes, crs=CRS)


@lru_cache(maxsize=2)
def _world(size: str) -> _World:
    """Return the file's countries, ``fine`` or ``light`` (see ``boundaries/make_world.py``)."""
    with as_file(files("mtmgeo.boundaries").joinpath("world.npz")) as path, np.load(path) as file:
        step, ring, part = (file[f"{size}_{key}"] for key in ("step", "ring", "part"))
        owner, iso3, name = file[f"{size}_owner"], file["iso3"], file["name"]
    walked = np.cumsum(step, axis=0, dtype=np.int64)
    first = np.cumsum(ring) - ring
    corners = walked - np.repeat(walked[first] - step[first], ring, axis=0)
    degrees = corners * np.array([360 / _GRID, 180 / _GRID]) - [180, 90]
    rings = shapely.linearrings(degrees, indices=np.repeat(np.arange(len(ring)), ring))
    parts = shapely.polygons(rings, indices=np.repeat(np.arange(len(part)), part))
    return _World(parts, owner.astype(np.int64), iso3.astype(object), name.astype(object))


def _moved(parts: _Shapes, turn: float) -> _Shapes:
    if not turn:
        return parts
    moved: _Shapes = shapely.transform(parts, lambda points: points + np.array([turn, 0]))
    return moved


def _parts(shape: shapely.Geometry) -> _Shapes:
    """Return the polygons of a shape, without lines and points."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    polygons: _Shapes = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    return polygons


def _ground(bounds: BoundarySet) -> tuple[shapely.Geometry, shapely.Geometry]:
    """Return what a set covers, lakes too, by the outlines of its highest level; and enclaves."""
    shaped = bounds.units[bounds.units.geometry.notna()]
    own = shaped.geometry[shaped["level"] == shaped["level"].min()].to_numpy()
    east = bounds.extent[2]
    covered = shapely.union_all(_onward(np.append(own, bounds.water.geometry.to_numpy()), east))
    enclaves = shapely.union_all(_onward(bounds.enclaves.geometry.to_numpy(), east))
    return shapely.MultiPolygon(list(_parts(shapely.difference(covered, enclaves)))), enclaves


def _onward(shapes: _Shapes, east: float) -> _Shapes:
    """Return shapes whose longitudes run on beyond 180, if those of the set do."""
    if east <= 180:
        return shapes
    moved: _Shapes = shapely.transform(
        shapes, lambda points: np.column_stack([points[:, 0] % 360, points[:, 1]])
    )
    return moved


def _window(extent: _Box, degrees: float) -> _Box:
    """Return an extent grown on each side by as many degrees of latitude, on the earth."""
    west, south, east, north = extent
    wide = degrees / max(cos(radians((south + north) / 2)), 0.1)
    wide = min(wide, (360 - (east - west)) / 2)
    return west - wide, max(south - degrees, -90.0), east + wide, min(north + degrees, 90.0)


def _framed(window: _Box) -> shapely.Geometry:
    return shapely.segmentize(shapely.box(*window), _STEP)


def _home(near: _World, world: _World, ground: shapely.Geometry) -> tuple[_Bools, bool]:
    """Return which polygons are the set's own country's, and whether the set covers all of it."""
    shapely.prepare(ground)
    touched = np.flatnonzero(shapely.intersects(ground, near.parts))
    held = np.zeros(len(near.parts))
    held[touched] = shapely.area(shapely.intersection(near.parts[touched], ground))
    count = len(world.iso3)
    total = np.bincount(world.owner, shapely.area(world.parts), minlength=count)
    covered = np.bincount(near.owner, held, minlength=count)
    if not covered.any():
        return np.zeros(len(near.parts), dtype=bool), True
    own = (covered == covered.max()) | (covered > total / 2)
    nameless = near.iso3[near.owner] == ""
    home = np.where(nameless, held > shapely.area(near.parts) / 2, own[near.owner])
    own_area = total[own & (world.iso3 != "")].sum()
    return home, bool(covered[own].sum() >= _WHOLE * own_area)


def _segments(shapes: _Shapes) -> tuple[npt.NDArray[np.complex128], _Ints]:
    """Return the two ends of each segment of outlines, the smaller first, and the row of each."""
    parts, row_of = shapely.get_parts(shapes, return_index=True)
    rings, part_of = shapely.get_rings(parts, return_index=True)
    corners, ring_of = shapely.get_coordinates(rings, return_index=True)
    spots = corners[:, 0] + 1j * corners[:, 1]
    same = ring_of[1:] == ring_of[:-1]
    ends = np.sort(np.column_stack([spots[:-1], spots[1:]])[same], axis=1)
    return ends, row_of[part_of[ring_of[:-1][same]]]


def _statuses(
    iso3: _Shapes, one: _Ints, two: _Ints, ends: npt.NDArray[np.complex128]
) -> npt.NDArray[np.str_]:
    """Return what makes each segment between two rows not final, or ``""``."""
    codes = np.sort(np.column_stack([iso3[one], iso3[two]]).astype(str), axis=1)
    middle = ends.mean(axis=1)
    lon, lat = (middle.real + 180) % 360 - 180, middle.imag
    status = np.where(codes[:, 0] == "", "undetermined", "").astype(object)
    for first, second, said, (west, south, east, north) in _UNSETTLED:
        pair = (codes[:, 0] == first) & (codes[:, 1] == second)
        status[pair & (lon > west) & (lon < east) & (lat > south) & (lat < north)] = said
    return status.astype(str)


def _drawn(ends: npt.NDArray[np.complex128]) -> _Shapes:
    return np.asarray(shapely.linestrings(np.stack([ends.real, ends.imag], axis=-1)), dtype=object)


def _rim(
    parts: _Shapes, land: _Ints, home: _Bools, window: _Box
) -> tuple[npt.NDArray[np.complex128], _Ints]:
    """Return the segments of the own country's border, and the land beyond each, or none."""
    ends, rows = _segments(parts)
    seen = (ends.real.min(axis=1) <= window[2]) & (ends.real.max(axis=1) >= window[0])
    seen &= (ends.imag.min(axis=1) <= window[3]) & (ends.imag.max(axis=1) >= window[1])
    ends, rows = ends[seen], rows[seen]
    every, which = np.unique(ends, axis=0, return_inverse=True)
    which = which.ravel()
    inside = np.bincount(which[home[rows]], minlength=len(every))
    beyond = np.full(len(every), _NONE)
    beyond[which[~home[rows]]] = land[rows[~home[rows]]]
    rim = inside == 1
    return every[rim], beyond[rim]


def _rest(home: _Shapes, filled: shapely.Geometry, window: _Box, apart: float) -> shapely.Geometry:
    """Return the broad ground of the own country that a set does not cover."""
    shapes = shapely.union_all(shapely.intersection(home, shapely.box(*window)))
    pieces = _parts(shapely.difference(shapes, filled))
    pieces = pieces[shapely.area(pieces) > pi * apart**2]
    core = shapely.buffer(pieces, -apart, join_style="mitre")
    return shapely.union_all(shapely.buffer(core, 1.01 * apart, join_style="mitre", mitre_limit=2))


def _cuts(
    rim: npt.NDArray[np.complex128], beyond: _Ints, ground: shapely.Geometry
) -> list[shapely.Geometry]:
    """Return lines from where two lands beyond the border meet, to the outline of the set."""
    spots, which = np.unique(rim.ravel(), return_inverse=True)
    lands = np.repeat(beyond, 2)
    low, high = np.full(len(spots), np.iinfo(np.int64).max), np.full(len(spots), -2)
    np.minimum.at(low, which.ravel(), lands)
    np.maximum.at(high, which.ravel(), lands)
    meets = spots[low < high]
    points = shapely.points(meets.real, meets.imag)
    lines = np.asarray(shapely.shortest_line(points, ground), dtype=object)
    return list(lines[shapely.length(lines) > _TOUCH])


def _faces(lines: list[shapely.Geometry]) -> _Shapes:
    faces: _Shapes = shapely.get_parts(shapely.polygonize([shapely.union_all(lines)]))
    return faces


def _beyond(
    lands: _Ints,
    faces: _Shapes,
    inner: _Shapes,
    ground: shapely.Geometry,
    rim: npt.NDArray[np.complex128],
    beyond_rim: _Ints,
    whole: bool,
) -> _Ints:
    """Return the land of faces of the own country that its set does not cover.

    Those between the two outlines are of what lies beyond; so are all, such as islets, if the set
    is all of the country. The others are the rest of the country.
    """
    if not len(rim) or not len(faces):
        return lands
    tree = shapely.STRtree(_drawn(rim))
    side = tree.nearest(inner)
    if whole:
        return beyond_rim[side]
    strip = shapely.dwithin(ground, faces, _TOUCH)
    strip &= shapely.dwithin(faces, tree.geometries[side], _TOUCH)
    return np.where(strip, beyond_rim[side], lands)


def _in_holes(
    lands: _Ints,
    faces: _Shapes,
    inner: _Shapes,
    ground: shapely.Geometry,
    enclaves: shapely.Geometry,
    own: _Ints,
    near: _World,
    whole: bool,
) -> _Ints:
    """Return the land of each face, those in holes of the set's outline each of one land.

    An enclave is of the country there, or of the nearest. Another hole is of the country that has
    most of it; else it is the rest of the own country, or water if the set is all of it.
    """
    found = lands.copy()
    holes = _holes(ground)
    face, hole = shapely.STRtree(holes).query(inner, predicate="within")
    shapely.prepare(enclaves)
    foreign = np.flatnonzero(~np.isin(near.land, own))
    for each in np.unique(hole):
        rows = face[hole == each]
        area = pd.Series(shapely.area(faces[rows])).groupby(lands[rows]).sum()
        there = area.drop(index=[_NONE, *own], errors="ignore")
        enclave = shapely.intersects(enclaves, shapely.point_on_surface(holes[each]))
        if there.sum() > area.sum() / 2 or (enclave and len(there)):
            found[rows] = there.index[int(there.argmax())]
        elif enclave and len(foreign):
            nearest = shapely.STRtree(near.parts[foreign]).nearest(holes[each])
            found[rows] = near.land[foreign[nearest]]
        elif whole or enclave:
            found[rows] = _NONE
        else:
            found[rows] = own[0]
    return found


def _holes(ground: shapely.Geometry) -> _Shapes:
    """Return the holes of a shape as polygons."""
    parts = _parts(ground)
    rings, part = shapely.get_rings(parts, return_index=True)
    holes: _Shapes = shapely.polygons(rings[np.diff(part, prepend=-1) == 0])
    return holes
