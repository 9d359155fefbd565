"""Check outlines: each by itself, against those beside it, and against those above and below."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely

from mtmgeo.boundaries.audit.faults import Ledger, area_text, counted, listed, share_text
from mtmgeo.geo.polygons import (
    ROUNDING_M,
    Bools,
    Ground,
    Positions,
    Shapes,
    areal,
    areas_km2,
    holes,
    joined,
    matched,
    merged,
    pieces,
    polygons,
    rough_km2,
    wide,
)

#: Least area of an overlap, a gap or a hole: a hectare, which no map of units shows.
_LEAST_KM2: Final = 0.01
#: Mean width from which a hole may be meant, as a lake or foreign ground; a gap is narrower. Also
#: that of a piece by which levels differ in more than how finely they were drawn.
_MEANT_M: Final = 100
#: Share of a unit by which it may differ from those above and below it.
_MISFIT: Final = 0.02
#: Degrees (some ten metres) that outlines may move by where levels are compared.
_SIMPLER: Final = 1e-4
_SPECK_KM2: Final = 0.0001
_SAME: Final = 0.999


def check_outlines(found: Ledger) -> Ground:
    """Check the outlines of all units, and return those that are sound."""
    ground = _ground(found)
    _check_specks(found, ground)
    covers = [_check_level(found, ground, level) for level in found.levels]
    _check_holes(found, ground, covers)
    _check_nesting(found, ground, covers)
    return ground


# --- each by itself


def _ground(found: Ledger) -> Ground:
    units = found.source.units
    given: Shapes = units.geometry.to_numpy()
    placed = (units["lat"].notna() & units["lon"].notna()).to_numpy()
    seats = np.full(len(units), None, dtype=object)
    seats[placed] = gpd.points_from_xy(units["lon"][placed], units["lat"][placed])
    missing = shapely.is_missing(given) | shapely.is_empty(given)
    polygonal = np.isin(shapely.get_type_id(given), (3, 6)) & ~missing
    corners, owner = shapely.get_coordinates(given, return_index=True)
    with np.errstate(invalid="ignore"):
        # A millionth of a degree beyond is rounding at the date line.
        near = (np.abs(corners) <= np.array([180, 90]) + 1e-6).all(axis=1)
    ranged = np.bincount(owner[~near], minlength=len(given)) == 0
    sound = polygonal & ranged
    invalid = sound & ~shapely.is_valid(given)
    shapes: Shapes = given.copy()
    shapes[invalid] = areal(given[invalid])
    sound[invalid] = ~shapely.is_missing(shapes[invalid])
    for at in np.flatnonzero(invalid).tolist():
        _say_invalid(found, at, given[at], kept=bool(sound[at]))
    for at in np.flatnonzero(missing).tolist():
        found.say("warning", "outline-missing", at, "the unit has no outline: add it.")
    for at in np.flatnonzero(~polygonal & ~missing).tolist():
        kind = given[at].geom_type
        found.say("error", "outline-kind", at, f"the outline is a {kind}: replace it by a polygon.")
    for at in np.flatnonzero(polygonal & ~ranged).tolist():
        place = corners[(owner == at) & ~near][0]
        found.say(
            "error", "outline-range", at,
            f"the outline has the coordinates {place[0]:.10g}, {place[1]:.10g}, which are no "
            "longitude and latitude in degrees: correct them, or state the layer's projection.",
        )  # fmt: skip
    for level in found.levels:
        high = int(shapely.has_z(given[found.at(level)]).sum())
        if high:
            found.say_of_level(
                "note", "outline-height", level,
                f"{counted(high, 'outline')} of level {level} {'have' if high > 1 else 'has'} "
                "heights, which maps do not use: they are left out.",
            )  # fmt: skip
    shapes[~sound] = None
    shapes[sound] = matched(shapely.force_2d(shapes[sound]))
    km2 = np.full(len(given), np.nan)
    km2[sound] = areas_km2(shapes[sound])
    return Ground(shapes, sound, km2, seats)


def _say_invalid(found: Ledger, at: int, shape: Any, *, kept: bool) -> None:
    reason, _, place = shapely.is_valid_reason(shape).partition("[")
    numbers = [float(number) for number in re.findall(r"-?\d[\d.eE+-]*", place)]
    point = shapely.Point(numbers[:2]) if len(numbers) > 1 else None
    where = f" at {numbers[0]:.6f}, {numbers[1]:.6f}" if point else ""
    after = "it is repaired when read; correct it there" if kept else "no area is left: redraw it"
    found.say(
        "warning", "outline-invalid", at,
        f"the outline is not valid ({reason.strip().lower()}{where}): {after}.", point,
    )  # fmt: skip


def _check_specks(found: Ledger, ground: Ground) -> None:
    """Find parts of outlines that are too small or too narrow to be land."""
    rows = np.flatnonzero(ground.sound)
    parts, owner = polygons(ground.shapes[rows])
    small = rough_km2(parts) < 2 * _SPECK_KM2
    small[small] = areas_km2(parts[small]) < _SPECK_KM2
    speck = small | ~wide(parts, ROUNDING_M)
    parts, owner = parts[speck], rows[owner[speck]]
    for at in np.unique(owner).tolist():
        own = parts[owner == at]
        if len(own) == shapely.get_num_geometries(ground.shapes[at]):
            size = area_text(ground.km2[at])
            found.say(
                "warning", "outline-tiny", at,
                f"the whole outline is a speck or splinter of {size}: redraw it.", joined(own),
            )  # fmt: skip
        else:
            found.say(
                "note", "outline-tiny", at,
                f"the outline has {counted(len(own), 'part')} of less than 100 m² or narrower than "
                f"{ROUNDING_M} m: delete what is no island.", joined(own),
            )  # fmt: skip


# --- beside each other


@dataclass(frozen=True, eq=False)
class _Cover:
    """The ground that a level covers: by parent (-1: of units without one), and as a whole."""

    rows: Positions
    groups: Mapping[int, Any]
    whole: Any


def _cover(found: Ledger, ground: Ground, rows: Positions, unmatched: Bools) -> _Cover:
    shapes, parents = ground.shapes[rows], found.parent[rows]
    held = {parent: parents == parent for parent in np.unique(parents).tolist()}
    groups = {parent: merged(shapes[own], unmatched[own]) for parent, own in held.items()}
    parts = np.array(list(groups.values()), dtype=object)
    loose = np.array([unmatched[own].any() for own in held.values()], dtype=bool)
    return _Cover(rows, groups, merged(parts, loose))


def _check_level(found: Ledger, ground: Ground, level: int) -> _Cover:
    """Find units of a level that cover the same ground."""
    rows = ground.of(found.at(level))
    shapes = ground.shapes[rows]
    unmatched = ~shapely.is_empty(shapely.coverage_invalid_edges(shapes))
    suspects = np.flatnonzero(unmatched)
    again = _repeated(shapes[suspects])
    for at, first in again.items():
        _say_twice(found, rows[suspects[at]], rows[suspects[first]], shapes[suspects[at]])
    others = np.delete(np.arange(len(rows)), suspects[list(again)])
    suspects = np.delete(suspects, list(again))
    one, other = shapely.STRtree(shapes[others]).query(shapes[suspects], predicate="intersects")
    pairs = np.sort(np.stack([suspects[one], others[other]], axis=1), axis=1)
    pairs = np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)
    both = shapely.intersection(shapes[pairs[:, 0]], shapes[pairs[:, 1]])
    for pair, piece, km2 in pieces(both, ROUNDING_M):
        first, second = sorted(rows[pairs[pair]].tolist())
        if km2 >= _SAME * max(ground.km2[first], ground.km2[second]):
            _say_twice(found, second, first, piece)
        elif km2 >= _LEAST_KM2:
            share = km2 / min(ground.km2[first], ground.km2[second])
            found.say(
                "warning", "overlap", first,
                f"{area_text(km2)} of it is also in {found.label(second)} of the same level, "
                f"{share_text(share)} of the smaller of the two: give the ground to one of them.",
                piece,
            )  # fmt: skip
    return _cover(found, ground, rows, unmatched)


def _say_twice(found: Ledger, at: int, first: int, shape: Any) -> None:
    found.say(
        "warning", "outline-twice", at,
        f"the outline is that of {found.label(first)} of the same level, in {found.place(first)}: "
        "replace the one that is wrong.", shape,
    )  # fmt: skip


def _repeated(shapes: Shapes) -> dict[int, int]:
    """Return which shapes are equal to an earlier one, and to which."""
    first: dict[bytes, int] = {}
    keys = shapely.to_wkb(shapely.normalize(shapes)).tolist()
    return {at: first[key] for at, key in enumerate(keys) if first.setdefault(key, at) != at}


def _check_holes(found: Ledger, ground: Ground, covers: Iterable[_Cover]) -> None:
    """Find ground that a level surrounds and has no unit for; once, where levels share it."""
    narrow: list[tuple[Positions, Any]] = []
    meant: list[tuple[Positions, Any]] = []
    for cover in covers:
        shapes = holes(cover.whole)
        shapes = shapes[areas_km2(shapes) >= _LEAST_KM2]
        at, unit = shapely.STRtree(ground.shapes[cover.rows]).query(shapes, predicate="intersects")
        for hole, (shape, broad) in enumerate(zip(shapes, wide(shapes, _MEANT_M), strict=True)):
            near = cover.rows[np.sort(unit[at == hole])]
            # What a single unit surrounds was left out of it on purpose.
            (meant if broad or len(near) < 2 else narrow).append((near, shape))
    places = np.array([shape for _, shape in narrow + meant], dtype=object)
    inner, outer = shapely.STRtree(places).query(shapely.point_on_surface(places), "within")
    again = set(inner[outer < inner].tolist())
    sizes = areas_km2(places)
    for at, (near, shape) in enumerate(narrow + meant):
        if at in again:
            continue
        names = listed([found.label(unit) for unit in near[1:]])
        where = f"{area_text(sizes[at])} here{names and f', beside {names},'}"
        if at < len(narrow):
            found.say(
                "warning", "gap", near[0],
                f"a gap of {where} is in no unit of the level: draw the outlines up to each "
                "other.", shape,
            )  # fmt: skip
        else:
            found.say(
                "note", "hole", near[0],
                f"{where} is in no unit of the level: lakes and foreign ground may be left out, "
                "units may not.", shape,
            )  # fmt: skip


# --- above and below


def _check_nesting(found: Ledger, ground: Ground, covers: Iterable[_Cover]) -> None:
    """Find where a unit and those that name it as their parent do not hold the same ground."""
    groups: dict[int, list[Any]] = {}
    for cover in covers:
        for parent, shape in cover.groups.items():
            if parent >= 0 and ground.sound[parent]:
                groups.setdefault(parent, []).append(shape)
    parents = np.array(list(groups), dtype=np.int64)
    held = np.array(
        [each[0] if len(each) == 1 else shapely.union_all(each) for each in groups.values()],
        dtype=object,
    )
    shapes = ground.shapes[parents]
    alike = shapely.equals_exact(shapely.normalize(shapes), shapely.normalize(held))
    parents = parents[~alike]
    # Lines that run beside each other take long to overlay, and only wide pieces are told.
    held, shapes = (shapely.simplify(each[~alike], _SIMPLER) for each in (held, shapes))
    for at, piece, km2 in pieces(shapely.difference(shapes, held), _MEANT_M):
        parent, rows = int(parents[at]), np.flatnonzero(found.parent == parents[at])
        if km2 >= _MISFIT * ground.km2[parent] and ground.sound[rows].all():
            levels = " and ".join(map(str, np.unique(found.level[rows]).tolist()))
            found.say(
                "warning", "parent-unfilled", parent,
                f"{area_text(km2)} of it ({share_text(km2 / ground.km2[parent])}) is in none of "
                f"its {counted(len(rows), 'unit')} of level {levels}: see whether it is a lake, or "
                "a unit is missing or has another parent.", piece,
            )  # fmt: skip
    for at, piece, _ in pieces(shapely.difference(held, shapes), _MEANT_M):
        rows = ground.of(np.flatnonzero(found.parent == parents[at]))
        outside = shapely.intersection(ground.shapes[rows], piece)
        for child, strip, km2 in pieces(outside, ROUNDING_M):
            if km2 >= _MISFIT * ground.km2[rows[child]]:
                _say_outside(found, ground, int(rows[child]), strip, km2)


def _say_outside(found: Ledger, ground: Ground, at: int, piece: Any, km2: float) -> None:
    parent, share = int(found.parent[at]), km2 / ground.km2[at]
    peers = ground.of(found.at(int(found.level[parent])))
    inside = shapely.intersects(ground.shapes[peers], shapely.point_on_surface(piece))
    there = listed([found.label(peer) for peer in peers[inside]])
    held = f" and inside {there}" if there else ""
    found.say(
        "warning", "outside-parent", at,
        f"{share_text(share)} of it ({area_text(km2)}) lies outside its parent "
        f"{found.label(parent)}{held}: correct the outline, or the parent's p-code.", piece,
    )  # fmt: skip
