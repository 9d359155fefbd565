"""Surfaces: people spread over the ground, to be drawn under a map and written as GeoTIFF."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil, floor, log, sqrt
from typing import Any, Final, NamedTuple, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj

from mtmgeo.boundaries.boundary_set import LEVEL_NAMES
from mtmgeo.core import disclaimer
from mtmgeo.core.errors import DisclaimerError, InputError, MtmgeoError, SpecError
from mtmgeo.figures.assess import Assessment
from mtmgeo.population.grids import Grid, Outlines, area_km2, cell_km2, outlines
from mtmgeo.population.rasters import TRIFLE, Raster, needed, tiles
from mtmgeo.style.languages import Language, sentence
from mtmgeo.tables.columns.periods import span

_Floats: TypeAlias = npt.NDArray[np.float64]

#: Units of the two surfaces.
PER_CELL: Final = "individuals per cell"
PER_KM2: Final = "individuals per km²"

_MOST_CELLS: Final = 100_000_000  # of a surface, which is kept in the memory as a whole
_TOLERANCE: Final = 1e-6  # people, and of sums against each other
_COVERED: Final = 0.99  # of a unit, from which the raster is taken to cover it
_FINEST: Final = 10  # cells in a bandwidth, unless the caller says otherwise


@dataclass(frozen=True, eq=False)
class Surface:
    """People spread over cells.

    Attributes
    ----------
    values
        Rows and columns of cells, NaN where nothing is shown.
    grid
        Where the cells are.
    units
        ``individuals per cell`` or ``individuals per km²``.
    title
        What is shown.
    notes
        Sentences on how it was made and what it leaves out.
    tags
        What a file says of itself, by name; with the disclaimer.
    """

    values: _Floats
    grid: Grid
    units: str
    title: str
    notes: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def crs(self) -> pyproj.CRS:
        """Coordinate system of the cells."""
        return self.grid.crs

    @property
    def transform(self) -> tuple[float, float, float, float, float, float]:
        """From columns and rows to x and y, in the order of ``affine.Affine``."""
        (x, y), (wide, high) = self.grid.origin, self.grid.cell
        return wide, 0.0, x, 0.0, high, y

    @property
    def per_km2(self) -> _Floats:
        """Individuals per km², whatever the values are: what a colour may stand for."""
        if self.units == PER_KM2:
            return self.values
        rows, columns = slice(0, self.grid.height), slice(0, self.grid.width)
        return self.values / cell_km2(self.grid, rows, columns)

    def warped(self, crs: Any, *, width: int = 2000) -> Warped:
        """Return individuals per km² in another coordinate system, to be drawn.

        A cell of the result is the mean of what it covers, weighted by area. Means keep densities
        right and not sums: count people in `values`, never in what is drawn.

        Parameters
        ----------
        crs
            Coordinate system of the map: ``EPSG:3857``, ``EPSG:4326``, a PROJ string.
        width
            Columns of the result at most; it is no finer than the surface.

        Returns
        -------
        warped
            Values and the edges of the picture.
        """
        warp, rasterio = needed("rasterio.warp"), needed("rasterio")
        target = pyproj.CRS.from_user_input(crs)
        way = pyproj.Transformer.from_crs(self.crs, target, always_xy=True)
        west, south, east, north = way.transform_bounds(*self.grid.bounds)
        if not 0 < east - west < np.inf:
            raise SpecError(
                "The surface lies on both sides of the edge of the map's coordinate system: choose "
                "one about the middle of the country."
            )
        columns = min(width, self.grid.width)
        step = (east - west) / columns
        rows = max(1, ceil((north - south) / step))
        values = np.full((rows, columns), np.nan)
        warp.reproject(
            self.per_km2, values, src_nodata=np.nan, dst_nodata=np.nan,
            src_transform=rasterio.Affine(*self.transform), src_crs=self.crs.to_wkt(),
            dst_transform=rasterio.Affine(step, 0, west, 0, -step, north), dst_crs=target.to_wkt(),
            resampling=warp.Resampling.average,
        )  # fmt: skip
        return Warped(values, target, (west, north - rows * step, east, north))


class Warped(NamedTuple):
    """Individuals per km² to be drawn.

    ``bounds`` are west, south, east and north of the picture in its coordinate system.
    """

    values: _Floats
    crs: pyproj.CRS
    bounds: tuple[float, float, float, float]


def dasymetric(
    result: Assessment,
    raster: Raster,
    *,
    group: str,
    year: int | str | None = None,
    level: int = 2,
    date: dt.date | None = None,
) -> Surface:
    """Spread the individuals of each unit over its inhabitants.

    cell = sum over units of individuals of the unit x inhabitants of the cell in the unit /
    inhabitants of the unit, where a cell on a border belongs to each unit by its exact share. The
    cells of a unit add up to its individuals. Units without inhabitants in the raster have theirs
    spread evenly over their ground. Only published figures are used; units that are suppressed or
    not assessed add nothing, and cells that hold no other are NaN.

    Parameters
    ----------
    result
        Figures to spread.
    raster
        Inhabitants, as `read_raster` found them.
    group, year, level
        Which figures: a year, or the words of a longer period; None is all years together. Level
        1 to 3.
    date
        Of the disclaimer; today where None.

    Returns
    -------
    surface
        Individuals per cell, on the cells of the raster that the units touch.

    Raises
    ------
    SpecError
        If there are no such figures, or none of a unit with an outline.
    InputError
        If the surface would be too large, or the raster does not reach a unit with individuals.
    """
    counts, shapes, notes = _published(result, group, year, level)
    lines = outlines(raster.grid, shapes)
    rows, columns = lines.window(raster.grid)
    cells = (rows.stop - rows.start) * (columns.stop - columns.start)
    _bounded(cells, "aggregate the raster to larger cells, 1 km for a large country")
    inhabitants, km2 = np.zeros(len(shapes)), np.zeros(len(shapes))
    for tile in tiles(raster, lines):
        inhabitants += tile.by_unit(tile.people)
        km2 += tile.by_unit(tile.km2)
    _reached(shapes, counts, km2, raster)
    living = inhabitants > _TOLERANCE
    people = np.divide(counts, inhabitants, out=np.zeros_like(counts), where=living)
    even = np.divide(counts, km2, out=np.zeros_like(counts), where=~living & (km2 > 0))
    if (part := (km2 < _COVERED * area_km2(shapes)) & (counts > 0)).any():
        notes.append(
            f"Units that {raster.path.name} covers only in part: {int(part.sum())}; all their "
            "individuals are spread over that part."
        )
    if (flat := ~living & (counts > 0)).any():
        notes.append(
            f"Units without inhabitants in {raster.path.name}: {int(flat.sum())}; their "
            f"{int(counts[flat].sum()):,} individuals are spread evenly over their ground."
        )
    values = _spread(raster, lines, np.stack([people, even]), rows, columns)
    if abs(np.nansum(values) - counts.sum()) > _TOLERANCE * max(1.0, counts.sum()):
        raise MtmgeoError("The cells do not add up to the individuals spread: please report this.")
    grid = raster.grid
    window = Grid(
        grid.crs,
        (grid.origin[0] + columns.start * grid.cell[0], grid.origin[1] + rows.start * grid.cell[1]),
        grid.cell,
        columns.stop - columns.start,
        rows.stop - rows.start,
    )
    where = result.boundaries.level_names.get(level, LEVEL_NAMES[level])
    notes = [
        f"Individuals of each {where} are spread over its inhabitants; {raster.note}",
        *notes,
    ]
    title = f"{sentence(group)}{_span(result, year)}"
    return _surface(result, values, window, PER_CELL, title, notes, group, year, date)


def kernel_density(
    result: Assessment,
    *,
    group: str,
    year: int | str | None = None,
    bandwidth_m: float | None = None,
    cell_m: float | None = None,
    date: dt.date | None = None,
) -> Surface:
    """Smooth the individuals of the assessed places over the ground around them.

    Each place becomes a hill (a quartic kernel): 3 / (pi h²) x (1 - d² / h²)² per individual at a
    distance d up to the bandwidth h. Distances are metres in the equal-area projection about the
    middle of the country. Every hill holds as many people as its place: it is scaled to that on the
    cells, and the grid reaches one bandwidth beyond the outermost places. It is not cut off at
    borders or shores.

    Parameters
    ----------
    result
        Places with published counts.
    group, year
        Which counts: a year, or the words of a longer period; None is all years together.
    bandwidth_m
        In metres; where None by Silverman's rule as GIS use it:
        0.9 x min(standard distance, median distance / sqrt(ln 2)) x n^(-1/5), with distances from
        the mean centre, both weighted by individuals, and n the number of places.
    cell_m
        Side of a cell in metres; a tenth of the bandwidth where None.
    date
        Of the disclaimer; today where None.

    Returns
    -------
    surface
        Individuals per km²; NaN farther from all places than the bandwidth.

    Raises
    ------
    SpecError
        If no place has a published count above 0.
    InputError
        If the bandwidth or the cells cannot be used.
    """
    counts, at, notes = _places(result, group, year)
    h = _bandwidth(counts, at) if bandwidth_m is None else float(bandwidth_m)
    cell = h / _FINEST if cell_m is None else float(cell_m)
    if not 0 < cell <= h < np.inf:
        raise InputError(
            f"The bandwidth is {h:g} m and the cells are {cell:g} m: give a bandwidth above 0, and "
            "cells that are not larger."
        )
    west, south = np.floor((at.min(axis=0) - h) / cell) * cell
    east, north = np.ceil((at.max(axis=0) + h) / cell) * cell
    size = round((east - west) / cell), round((north - south) / cell)
    _bounded(size[0] * size[1], "give larger cells (cell_m)")
    grid = Grid(
        pyproj.CRS.from_user_input(result.boundaries.projection),
        (west, north),
        (cell, -cell),
        *size,
    )
    values = _hills(counts, (at - [west, north]) / [cell, -cell], h / cell, size)
    values *= 1e6 / cell**2
    how = " (by rule of thumb)" if bandwidth_m is None else ""
    first = (
        f"Kernel density of {len(counts)} places: quartic kernel, bandwidth {h / 1000:,.1f} km"
        f"{how}, not cut off at borders."
    )
    notes = [first, *notes]
    title = f"{sentence(group)} per km²{_span(result, year)}"
    return _surface(result, values, grid, PER_KM2, title, notes, group, year, date)


# --- spreading ------------------------------------------------------------------------------


def _published(
    result: Assessment, group: str, year: int | str | None, level: int
) -> tuple[_Floats, gpd.GeoSeries, list[str]]:
    """Return published counts of units and their outlines, and what is left out."""
    figures = result.select(group, year, level)
    if figures.empty or level not in {1, 2, 3}:
        raise SpecError(
            f"There are no figures of '{group}'{_span(result, year)} at level {level}: the groups "
            f"are {', '.join(result.groups)}; the levels are 1 to 3."
        )
    shown = figures.dropna(subset=["individuals"])
    hidden = len(figures) - len(shown)
    shapes = result.boundaries.at(level).geometry.reindex(shown["pcode"])
    there = shapes.notna().to_numpy()
    if not there.any():
        raise SpecError(f"No unit of level {level} has both a published figure and an outline.")
    notes = []
    if hidden:
        notes.append(f"Units left out because their figures are suppressed: {hidden}.")
    if not there.all():
        notes.append(f"Units left out because they have no outline: {int((~there).sum())}.")
    counts = shown["individuals"].to_numpy(dtype=np.float64)[there]
    return counts, shapes[there], notes


def _reached(shapes: gpd.GeoSeries, counts: _Floats, km2: _Floats, raster: Raster) -> None:
    beyond = (km2 <= 0) & (counts > 0)
    if beyond.any():
        raise InputError(
            f"{raster.path.name} does not reach {int(beyond.sum())} units that have individuals "
            f"(the first is {shapes.index[int(beyond.argmax())]}): give a raster of the country."
        )


def _bounded(cells: int, advice: str) -> None:
    if cells > _MOST_CELLS:
        raise InputError(
            f"The surface would have {cells:,} cells, more than {_MOST_CELLS:,}: {advice}."
        )


def _spread(
    raster: Raster, lines: Outlines, rates: _Floats, rows: slice, columns: slice
) -> _Floats:
    """Return individuals per cell from those per inhabitant and those per km² of each unit."""
    values = np.full((rows.stop - rows.start, columns.stop - columns.start), np.nan)
    flat = (rates[1] > 0).astype(np.float64)
    for tile in tiles(raster, lines):
        found = tile.people * tile.by_cell(rates[0]) + tile.km2 * tile.by_cell(rates[1])
        shown = tile.known & (tile.by_cell(np.ones(len(flat))) > TRIFLE)
        shown |= tile.by_cell(flat) > TRIFLE
        place = (
            slice(tile.rows.start - rows.start, tile.rows.stop - rows.start),
            slice(tile.columns.start - columns.start, tile.columns.stop - columns.start),
        )
        values[place] = np.where(shown, found, np.nan)
    return values


# --- hills ----------------------------------------------------------------------------------


def _places(
    result: Assessment, group: str, year: int | str | None
) -> tuple[_Floats, _Floats, list[str]]:
    """Return published counts above 0 of places, where they are in metres, and what is left out."""
    bounds = result.boundaries
    places = result.select(group, year, places=True)
    places = places[places["level"] > 0]
    hidden = int(places["individuals"].isna().sum())
    shown = places[places["individuals"].fillna(0) > 0]
    rows = [bounds.position[key] for key in zip(shown["level"], shown["pcode"], strict=True)]
    anchors = bounds.anchors.iloc[rows]
    known = anchors["basis"].ne("none").to_numpy()
    if not known.any():
        raise SpecError(
            f"No place of '{group}'{_span(result, year)} has a published count and a known point."
        )
    notes = []
    if hidden:
        notes.append(f"Places left out because their counts are suppressed: {hidden}.")
    if not known.all():
        notes.append(f"Places left out because no point of them is known: {int((~known).sum())}.")
    if coarse := int(anchors["basis"].isin(["outline", "above"]).sum()):
        notes.append(f"Places put at some point inside their unit: {coarse}.")
    flat = anchors.geometry[known].to_crs(bounds.projection)
    counts = shown["individuals"].to_numpy(dtype=np.float64)[known]
    return counts, np.column_stack([flat.x, flat.y]), notes


def _bandwidth(counts: _Floats, at: _Floats) -> float:
    share = counts / counts.sum()
    away = np.hypot(*(at - share @ at).T)
    order = np.argsort(away)
    median = away[order][np.searchsorted(np.cumsum(share[order]), 0.5)]
    standard = sqrt(float(share @ away**2))
    spread = min(standard, float(median) / sqrt(log(2))) or standard
    if not spread > 1:
        raise InputError("All individuals are at one place: give the bandwidth in metres.")
    return float(0.9 * spread * len(counts) ** -0.2)


def _hills(counts: _Floats, at: _Floats, h: float, size: tuple[int, int]) -> _Floats:
    """Return individuals per cell around places, all in cells; NaN beyond the bandwidth."""
    width, height = size
    values = np.zeros((height, width))
    reached = np.zeros((height, width), dtype=bool)
    for count, (x, y) in zip(counts, at, strict=True):
        rows = slice(max(0, floor(y - h)), min(height, ceil(y + h)))
        columns = slice(max(0, floor(x - h)), min(width, ceil(x + h)))
        down = (np.arange(rows.start, rows.stop) + 0.5 - y) ** 2
        along = (np.arange(columns.start, columns.stop) + 0.5 - x) ** 2
        hill = np.clip(1 - (down[:, None] + along) / h**2, 0, None) ** 2
        values[rows, columns] += count * hill / hill.sum()
        reached[rows, columns] |= hill > 0
    values[~reached] = np.nan
    return values


# --- what a surface says of itself ----------------------------------------------------------


def _span(result: Assessment, year: int | str | None) -> str:
    when = year or span(result.periods)
    return f", {Language('en').period(when)}" if when else ""


def _surface(
    result: Assessment,
    values: _Floats,
    grid: Grid,
    units: str,
    title: str,
    notes: list[str],
    group: str,
    year: int | str | None,
    date: dt.date | None,
) -> Surface:
    sources = " ".join((f"Table: {result.match.table.source}.", *result.boundaries.sources))
    made = date or dt.datetime.now().astimezone().date()
    tags = {
        "Title": title,
        "Source": sources,
        "Group": group,
        "Year": str(year) if year else "all years",
        "Notes": " ".join(notes),
        disclaimer.METADATA_KEY: disclaimer.text(made.year),
    }
    return Surface(values, grid, units, title, tuple(notes), tags)


# --- GeoTIFF --------------------------------------------------------------------------------


def encode(surface: Surface) -> bytes:
    """Return a Cloud Optimized GeoTIFF; the same bytes for the same surface.

    Its overviews are means. The disclaimer is in the tags ``TIFFTAG_COPYRIGHT`` and ``Disclaimer``.

    Raises
    ------
    DisclaimerError
        If the surface does not carry the disclaimer.
    """
    rasterio = needed("rasterio")
    words = surface.tags.get(disclaimer.METADATA_KEY, "")
    if disclaimer.find(words) != words:
        raise DisclaimerError("The surface does not carry the disclaimer in its tags.")
    tags = dict(surface.tags)
    tags |= {"TIFFTAG_COPYRIGHT": words, "TIFFTAG_IMAGEDESCRIPTION": surface.title}
    profile = {
        "driver": "GTiff", "width": surface.grid.width, "height": surface.grid.height, "count": 1,
        "dtype": "float64", "nodata": np.nan, "crs": surface.crs.to_wkt(), "tiled": True,
        "transform": rasterio.Affine(*surface.transform), "bigtiff": "if_safer",
    }  # fmt: skip
    memory = needed("rasterio.io").MemoryFile
    plain, cloud = memory(filename="plain.tif"), memory(filename="cloud.tif")
    with rasterio.Env(GDAL_NUM_THREADS="1"), plain, cloud:
        with plain.open(**profile) as target:
            target.write(surface.values, 1)
            target.update_tags(**tags)
            target.set_band_description(1, surface.title)
            target.units = (surface.units,)
        needed("rasterio.shutil").copy(
            plain.name, cloud.name, driver="COG", compress="DEFLATE", predictor="YES",
            blocksize=512, overview_resampling="AVERAGE", num_threads=1,
        )  # fmt: skip
        return bytes(cloud.getbuffer())
