"""The shapes of some maps, generalised together, as the arcs and paths of one drawing.

The drawing is in Web Mercator, as pages that pan and zoom are: its unit is a fraction of the
country, its x axis runs east and its y axis south, and all its numbers are whole.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from mtmgeo.geo.crs import CRS
from mtmgeo.geo.generalise import generalise
from mtmgeo.geo.topology import Arcs, steps

#: Radius of the sphere of Web Mercator in metres.
RADIUS: Final = 6_378_137.0
#: Units along the longer side of a drawing.
_UNITS: Final = 16_000
_Cells = NDArray[np.int64]
_Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Frame:
    """Where a drawing lies.

    Attributes
    ----------
    left, top
        Web Mercator coordinates of its corner in metres.
    unit
        Metres of Web Mercator to a unit.
    width, height
        In units.
    """

    left: float
    top: float
    unit: float
    width: int
    height: int

    @classmethod
    def around(cls, west: float, south: float, east: float, north: float) -> Frame:
        """Return the frame about an extent in degrees."""
        (left, bottom), (right, top) = mercator(np.array([[west, south], [east, north]])).tolist()
        unit = max(right - left, top - bottom, 1.0) / _UNITS
        return cls(
            left, top, unit, math.ceil((right - left) / unit), math.ceil((top - bottom) / unit)
        )

    def place(self, degrees: _Floats) -> _Floats:
        """Return points of the drawing by longitude and latitude, a row each."""
        placed: _Floats = (mercator(degrees) - [self.left, self.top]) / [self.unit, -self.unit]
        return placed

    def cell(self, point: Any) -> list[int]:
        """Return the nearest whole x and y of a point."""
        return [round(x) for x in self.place(np.array([[point.x, point.y]]))[0].tolist()]

    @property
    def metres(self) -> float:
        """Metres on the ground to a unit, in the middle of the drawing."""
        middle = self.top - self.unit * self.height / 2
        return self.unit / math.cosh(middle / RADIUS)


def mercator(degrees: _Floats) -> _Floats:
    """Return Web Mercator coordinates of points; longitudes may run on beyond 180°."""
    # The poles themselves are infinitely far away.
    radians = np.radians(np.column_stack([degrees[:, 0], degrees[:, 1].clip(-85.06, 85.06)]))
    found: _Floats = RADIUS * np.column_stack([radians[:, 0], np.arcsinh(np.tan(radians[:, 1]))])
    return found


class Plate:
    """Shapes as lines of a drawing, in one degree of detail.

    Parameters
    ----------
    frame
        Of the drawing.
    polygons, lines
        All that will be asked for, in EPSG:4326; what else they are is passed over.
    scale
        Denominator for which outlines are generalised, as for `generalise`.
    """

    def __init__(
        self, frame: Frame, polygons: Sequence[Any], lines: Sequence[Any], scale: float
    ) -> None:
        self.frame = frame
        shapes = {_key(shape): _areal(shape) for shape in polygons}
        before = np.array(list(shapes.values()), dtype=object)
        table = {"pcode": "", "level": range(len(before))}
        after = generalise(gpd.GeoDataFrame(table, geometry=before, crs=CRS), scale=scale)
        lighter = after.to_numpy()
        gone = np.setdiff1d(_corners(before), _corners(lighter))
        kept = {_key(line): _thinned(line, gone) for line in lines}
        every = np.array([*lighter, *kept.values()], dtype=object)
        drawn = shapely.transform(every, frame.place)
        self._drawn = dict(zip([*shapes, *kept], drawn, strict=True))
        self.arcs = Arcs(drawn, grid=1)

    def shape(self, shape: Any) -> Any:
        """Return one of the shapes as it is in the drawing."""
        return self._drawn[_key(shape)]

    def chains(self, shape: Any) -> list[list[list[int]]]:
        """Return the chains of arcs of some polygons, as `Arcs.chains` does."""
        return self.arcs.chains(self.shape(shape))

    def tracks(self, shape: Any) -> list[list[int]]:
        """Return the chains of arcs of some lines, as `Arcs.tracks` does."""
        return self.arcs.tracks(self.shape(shape))

    def path(self, shape: Any, step: int) -> str:
        """Return some polygons or lines as the data of an SVG path in steps of so many units."""
        return path(self.shape(shape), step)


def path(drawn: Any, step: int) -> str:
    """Return polygons or lines of a drawing as the data of an SVG path in steps of some units."""
    closed = drawn.geom_type.endswith("Polygon")
    parts = shapely.get_parts(drawn)
    lines = shapely.get_rings(parts) if closed else parts
    return paths([shapely.get_coordinates(line) for line in lines], step, closed=closed)


def paths(lines: Iterable[Any], step: int, *, closed: bool) -> str:
    """Return lines as the data of an SVG path; closed ones come with their first point again."""
    cells = (np.rint(np.asarray(line) / step).astype(np.int64) for line in lines)
    return "".join(_path(line, closed=closed) for line in cells)


def _path(line: _Cells, *, closed: bool) -> str:
    line = line[np.append(True, (line[1:] != line[:-1]).any(axis=1))]
    if len(line) < 2 + 2 * closed:
        return ""
    numbers = steps(line[:-1] if closed else line)
    start, rest = numbers[:2], numbers[2:]
    return f"M{_joined(start)}l{_joined(rest)}{'z' if closed else ''}"


def _joined(numbers: Iterable[int]) -> str:
    return " ".join(map(str, numbers)).replace(" -", "-")


def _key(shape: Any) -> bytes:
    return bytes(shape.wkb)


def _areal(shape: Any) -> Any:
    """Return the polygons of a shape."""
    if shape.geom_type in {"Polygon", "MultiPolygon"}:
        return shapely.force_2d(shape)
    parts = [x for x in shapely.get_parts(shape) if x.geom_type == "Polygon"]
    return shapely.force_2d(shapely.multipolygons(parts))


def _corners(shapes: Any) -> NDArray[np.complex128]:
    corners = shapely.get_coordinates(shapes)
    return np.unique(corners[:, 0] + 1j * corners[:, 1])


def _thinned(shape: Any, gone: NDArray[np.complex128]) -> Any:
    """Return lines without the corners that outlines have lost; their ends stay."""
    lines: list[Any] = []
    for line in shapely.get_parts(shape):
        if line.geom_type == "LineString" and not line.is_empty:
            corners = shapely.get_coordinates(line)
            stays = ~np.isin(corners[:, 0] + 1j * corners[:, 1], gone)
            stays[[0, -1]] = True
            lines.append(shapely.linestrings(corners[stays]))
    return shapely.multilinestrings(lines)
