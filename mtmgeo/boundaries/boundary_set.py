"""Boundary sets: the units of a country with p-codes, names and outlines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import cos, radians
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from mtmgeo.core.errors import BoundaryError
from mtmgeo.core.frozen import frozen, frozen_property
from mtmgeo.geo.crs import AREA_CRS, CRS
from mtmgeo.geo.generalise import generalise

#: Names of the levels, as they are said in messages and summaries.
LEVEL_NAMES: Final = {
    0: "country", 1: "admin 1", 2: "admin 2", 3: "admin 3", 4: "settlement", 5: "admin 5",
}  # fmt: skip
#: The deepest level that names are matched to.
DEEPEST: Final = 4

_UNIT_COLUMNS: Final = (
    "pcode", "level", "parent_pcode", "name", "aliases", "type", "approximate", "lat", "lon",
)  # fmt: skip
_LIGHT: Final = 60_000  # corners of all outlines, a megabyte of text
_SHEET_M: Final = 0.42  # the long side of A3
_DEGREE_M: Final = 111_195


def _no_outlines() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"name": pd.Series(dtype=object)}, geometry=[], crs=CRS)


def _no_lines() -> gpd.GeoDataFrame:
    empty = {"level": pd.Series(dtype=int), "status": pd.Series(dtype=object)}
    return gpd.GeoDataFrame(empty, geometry=[], crs=CRS)


@frozen
@dataclass(frozen=True, eq=False)
class BoundarySet:
    """The units of a country, with what is known of their names and outlines.

    A set never changes, so that all that is worked out from it stays true. Each frame is a copy of
    your own: what is done to it leaves the set as it was. `with_units` gives a set with other
    units, `dataclasses.replace` one in which something else is different.

    Attributes
    ----------
    units
        GeoDataFrame in EPSG:4326, one row per unit, sorted by level and p-code: ``pcode``,
        ``level`` (0 country to 3 admin 3, 4 settlement), ``parent_pcode``, ``name`` (to be shown),
        ``name_en``, ``name_ru``, ``name_ky`` (and any other ``name_XX``), ``aliases``
        (``|``-separated), ``type``, ``approximate`` (the outline is an estimate), ``lat``, ``lon``
        (a populated place that stands for the unit; NaN where none is known), ``geometry``
        (polygon, or None). A level and a p-code together are unique: a city that is its own admin
        1 and admin 2 unit has one p-code at both levels.
    name, title, country
        Short name (``kgz``), title, and the country's name.
    version, licence
        Of the set as a whole.
    level_names
        What a unit of each level is called in the country (``district or city``).
    sources
        Sentences that every map made from the set shows.
    notes
        Sentences that every map of a level shows, by level.
    water, enclaves
        GeoDataFrames in EPSG:4326 (``name``, ``name_XX`` by language, ``geometry``): lakes, and
        foreign ground inside the country's outline. Neither belongs to any unit.
    lines
        GeoDataFrame in EPSG:4326 of borders that are not final: ``level``, ``status``
        (``disputed``, ``line of control``, ``administrative``, ``undetermined``), ``geometry``
        (lines).
    """

    units: gpd.GeoDataFrame
    name: str
    title: str
    country: str = ""
    version: str = ""
    licence: str = ""
    sources: tuple[str, ...] = ()
    notes: Mapping[int, str] = field(default_factory=dict)
    level_names: Mapping[int, str] = field(default_factory=lambda: dict(LEVEL_NAMES))
    water: gpd.GeoDataFrame = field(default_factory=_no_outlines)
    enclaves: gpd.GeoDataFrame = field(default_factory=_no_outlines)
    lines: gpd.GeoDataFrame = field(default_factory=_no_lines)

    def with_units(self, units: gpd.GeoDataFrame) -> BoundarySet:
        """Return the set with other units, such as its own with a name corrected.

        Parameters
        ----------
        units
            The columns of `units`, in any order of rows and in any coordinate system.

        Raises
        ------
        BoundaryError
            If there is no geometry, a column is missing, or two units of a level have one p-code.
        """
        ordered = _checked(units).sort_values(["level", "pcode"], ignore_index=True)
        return replace(self, units=ordered)

    def at(self, level: int) -> gpd.GeoDataFrame:
        """Return the units of one level, same columns, indexed by p-code."""
        units = self.units
        found = units[units["level"] == level]
        return found.set_index("pcode", drop=False).rename_axis(None)

    @cached_property
    def levels(self) -> tuple[int, ...]:
        """Levels that hold units, ascending."""
        return tuple(int(level) for level in sorted(self.units["level"].unique()))

    @frozen_property
    def name_columns(self) -> list[str]:
        """Columns of `units` that hold names: ``name`` and every ``name_XX``."""
        return [column for column in map(str, self.units.columns) if _is_name(column)]

    @frozen_property
    def position(self) -> Mapping[tuple[int, str], int]:
        """Row of `units` by level and p-code."""
        units = self.units
        keys = zip(units["level"].tolist(), units["pcode"], strict=True)
        return {key: row for row, key in enumerate(keys)}

    def names_up(self, level: int, pcode: str) -> list[str]:
        """Return the names of a unit and of those above it below the country, deepest first."""
        (names, lineages), position = self._named, self.position
        codes = lineages[position[level, pcode]]
        return [
            names[position[up, code]]
            for up, code in zip(range(level, 0, -1), codes[level:0:-1], strict=True)
            if code is not None
        ]

    @cached_property
    def _named(self) -> tuple[list[str], list[list[str | None]]]:
        """Names and lineages of all units, in plain lists."""
        return self.units["name"].astype(str).tolist(), self.lineage.to_numpy(object).tolist()

    @frozen_property
    def lineage(self) -> pd.DataFrame:
        """P-codes above each unit.

        Returns
        -------
        lineage
            Same index as `units`; columns 0 to 5 hold the p-code of the unit or of its ancestor at
            that level, or None.
        """
        units = self.units
        keys = list(zip(units["level"], units["pcode"], strict=True))
        parents = dict(zip(keys, units["parent_pcode"], strict=True))
        chains: dict[tuple[int, str], dict[int, str]] = {}
        for level, pcode in sorted(keys):
            above = next(
                (chains[up, parents[level, pcode]] for up in range(level - 1, -1, -1)
                 if (up, parents[level, pcode]) in chains),
                {},
            )  # fmt: skip
            chains[level, pcode] = {**above, level: pcode}
        rows = [[chains[key].get(level) for level in range(len(LEVEL_NAMES))] for key in keys]
        return pd.DataFrame(rows, index=units.index, columns=list(LEVEL_NAMES), dtype=object)

    @frozen_property
    def area_km2(self) -> pd.Series:
        """Areas of the outlines in km², in the equal-area EPSG:6933; NaN without an outline.

        Lakes and enclaves are holes of the outlines, so that they are not counted.
        """
        area: pd.Series = self.units.geometry.to_crs(AREA_CRS).area / 1e6
        return area.where(area > 0).rename("area_km2")

    @frozen_property
    def anchors(self) -> gpd.GeoDataFrame:
        """A point that stands for each unit.

        Returns
        -------
        anchors
            GeoDataFrame in EPSG:4326, same index as `units`: ``geometry`` and ``basis``: ``place``
            (a populated place), ``outline`` (a point inside the outline), ``above`` (that of the
            unit above it), or ``none``.
        """
        units = self.units
        place = units["lat"].notna() & units["lon"].notna()
        shaped = units.geometry.notna() & ~place
        points = gpd.GeoSeries([None] * len(units), index=units.index, crs=CRS)
        points[place] = gpd.points_from_xy(units.loc[place, "lon"], units.loc[place, "lat"])
        points[shaped] = units.geometry[shaped].representative_point()
        basis = pd.Series("none", index=units.index).mask(shaped, "outline").mask(place, "place")
        lineage, position = self.lineage, self.position
        for i in units.index[basis == "none"]:  # ascending levels, so that a parent is settled
            above = lineage.loc[i]
            for level in range(int(units["level"][i]) - 1, 0, -1):
                parent = position.get((level, above[level]))
                if parent is not None and points[parent] is not None:
                    points[i], basis[i] = points[parent], "above"
                    break
        return gpd.GeoDataFrame({"basis": basis}, geometry=points, crs=CRS)

    @cached_property
    def drawn(self) -> BoundarySet:
        """The set with outlines as light as maps need; itself where they are light enough.

        All levels, lakes, enclaves and lines are generalised together, to what can be seen on a
        sheet of A3 that the country fills.
        """
        frames = [self.units[["pcode", "level", "geometry"]]]
        for kind, frame in (("lake", self.water), ("enclave", self.enclaves)):
            frames.append(frame[["geometry"]].assign(pcode=kind, level=-1))
        every = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=CRS)
        if shapely.get_num_coordinates(every.geometry.to_numpy()).sum() <= _LIGHT:
            return self
        west, south, east, north = self.extent
        metres = _DEGREE_M * max((east - west) * cos(radians((south + north) / 2)), north - south)
        shapes = generalise(every, scale=metres / _SHEET_M)
        ends = np.cumsum([len(frame) for frame in frames])
        parts = np.split(shapes.to_numpy(), ends[:-1])
        return replace(
            self,
            units=self.units.set_geometry(gpd.GeoSeries(parts[0], self.units.index, CRS)),
            water=self.water.set_geometry(gpd.GeoSeries(parts[1], self.water.index, CRS)),
            enclaves=self.enclaves.set_geometry(gpd.GeoSeries(parts[2], self.enclaves.index, CRS)),
            lines=_thinned(self.lines, every.geometry, shapes),
        )

    @cached_property
    def extent(self) -> tuple[float, float, float, float]:
        """West, south, east and north of all outlines, in degrees.

        East is beyond 180 where that makes a country on both sides of 180° narrower.
        """
        west, south, east, north = map(float, self.units.total_bounds)
        if east - west > 180:
            onward = shapely.get_coordinates(self.units.geometry.to_numpy())[:, 0] % 360
            if np.ptp(onward) < east - west:
                return float(onward.min()), south, float(onward.max()), north
        return west, south, east, north

    @property
    def centre(self) -> tuple[float, float]:
        """Latitude and longitude of the middle of all outlines, to a tenth of a degree."""
        return centre_of(self.extent)

    @property
    def projection(self) -> str:
        """PROJ string of the Lambert azimuthal equal-area projection about `centre`, in metres."""
        return equal_area(*self.centre)


def _checked(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return units in EPSG:4326, once they have what the units of a set must have."""
    if not isinstance(units, gpd.GeoDataFrame) or units.active_geometry_name != "geometry":
        raise BoundaryError("The units have no column geometry: give a GeoDataFrame like `units`.")
    if units.crs is None:
        raise BoundaryError("The units have no coordinate system: set it with set_crs().")
    missing = [column for column in _UNIT_COLUMNS if column not in units]
    if missing:
        raise BoundaryError(f"The units lack the columns {', '.join(missing)}: add them.")
    twice = units[units.duplicated(["level", "pcode"])]
    if len(twice):
        level, code = twice[["level", "pcode"]].iloc[0]
        raise BoundaryError(f"Two units of level {level} have the p-code {code!r}: keep one.")
    texts = [c for c in units if c in ("parent_pcode", "aliases", "type") or _is_name(c)]
    return units.fillna(dict.fromkeys(texts, "")).reset_index(drop=True).to_crs(CRS)


def _is_name(column: object) -> bool:
    return str(column) == "name" or str(column).startswith("name_")


def _thinned(
    lines: gpd.GeoDataFrame, full: gpd.GeoSeries, light: gpd.GeoSeries
) -> gpd.GeoDataFrame:
    """Return lines without the corners that outlines along them have lost."""
    if lines.empty:
        return lines
    shapes = lines.geometry.to_numpy(copy=True)
    parts, line_of = shapely.get_parts(shapes, return_index=True)
    corners, part_of = shapely.get_coordinates(parts, return_index=True)
    here = _spots(parts)
    lost = np.isin(here, _spots(full.to_numpy())) & ~np.isin(here, _spots(light.to_numpy()))
    end = (np.diff(part_of, prepend=-1) != 0) | (np.diff(part_of, append=-1) != 0)
    stays = end | ~lost
    lighter = shapely.linestrings(corners[stays], indices=part_of[stays])
    some, group = np.unique(line_of, return_inverse=True)
    shapes[some] = shapely.multilinestrings(lighter, indices=group)
    return lines.set_geometry(gpd.GeoSeries(shapes, lines.index, CRS))


def _spots(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.complex128]:
    x, y = shapely.get_coordinates(shapes).T
    spots: npt.NDArray[np.complex128] = x + 1j * y
    return spots


def centre_of(bounds: Sequence[float]) -> tuple[float, float]:
    """Return latitude and longitude of the middle of west, south, east and north, to 0.1 degree."""
    west, south, east, north = bounds
    return round((south + north) / 2, 1), round(((west + east) / 2 + 180) % 360 - 180, 1)


def equal_area(lat: float, lon: float) -> str:
    """Return the PROJ string of the Lambert azimuthal equal-area projection about a point."""
    return f"+proj=laea +lat_0={lat} +lon_0={lon} +datum=WGS84 +units=m +type=crs"
