"""Population rasters: read window by window, told apart, and summed by unit with exact shares."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely
from shapely.geometry import mapping
from tqdm import tqdm

from mtmgeo.core.errors import InputError, MtmgeoError
from mtmgeo.geo.polygons import areal
from mtmgeo.population.grids import Grid, Outlines, area_km2, cell_km2, outlines

Kind: TypeAlias = Literal["count", "density"]
_Bools: TypeAlias = npt.NDArray[np.bool_]
_Floats: TypeAlias = npt.NDArray[np.float64]
_Ints: TypeAlias = npt.NDArray[np.int64]

_KINDS: Final[tuple[Kind, ...]] = ("count", "density")
_TILE: Final = 1 << 20  # cells that are worked on at a time, at most
_SIDE: Final = 512  # rows of a tile at most, and columns where blocks are narrower than the raster
_CACHE: Final = 64 << 20  # bytes of blocks kept by GDAL
_MOST_BLOCK: Final = 256 << 20  # bytes of a block, which can only be unpacked as a whole
#: No cell holds as many people, and no km²: what does is a code for no data.
_MOST_PEOPLE: Final = 1e8
#: Share of a unit, or of a cell, that is no more than rounding.
TRIFLE: Final = 1e-9
_DIGITS: Final = 6  # to which sums are kept, a millionth of a person
_TOLERANCE: Final = 1e-6  # of sums against each other
_MISSED: Final = 0.1  # cells, more than rounding of their shares to single precision leaves

_SAID: Final[Mapping[Kind, re.Pattern[str]]] = {
    "density": re.compile(
        r"\bdensit(y|ies)\b|(\bper |/ ?)(sq(uare)?[. ]*(km|kilomet)|km ?(\^?2|²))|\bkm ?-2\b",
        re.IGNORECASE,
    ),
    "count": re.compile(
        r"\bcounts?\b|\bper (pixel|grid|cell)|\b(number|total) of (people|persons|inhabitants)"
        r"|\bppp\b",
        re.IGNORECASE,
    ),
}
_HECTARE: Final = re.compile(r"(\bper |/ ?)(ha\b|hectare)|\bpph\b", re.IGNORECASE)
_PEOPLE: Final = re.compile(
    r"\s*(people|persons?|inhabitants?|population|individuals?)\s*", re.IGNORECASE
)
_NAMED: Final[Mapping[Kind, re.Pattern[str]]] = {
    "density": re.compile(r"\bpd\b|\bdens(ity)?\b|\bpopdens(ity)?\b"),
    "count": re.compile(r"\bppp\b|\bghs pop\b|\bpop \d{4}\b|\b(pop)?count\b|\blandscan\b"),
}


@dataclass(frozen=True, eq=False)
class Raster:
    """A band of a GeoTIFF that holds people, not read yet.

    Attributes
    ----------
    path, band
        The file, and the number of the band in it.
    kind
        ``count``: people per cell; ``density``: people per km².
    why
        What the kind was taken from, in words.
    grid
        Where the cells are.
    block
        Rows and columns that are packed together in the file.
    """

    path: Path
    band: int
    kind: Kind
    why: str
    grid: Grid
    block: tuple[int, int]

    @property
    def note(self) -> str:
        """What the cells hold, in a sentence."""
        what = {"count": "people per cell", "density": "people per km²"}[self.kind]
        return f"{self.path.name} holds {what} ({self.why})."


@dataclass(frozen=True, eq=False)
class ZonalSums:
    """People in units.

    Attributes
    ----------
    table
        Index of the units; ``people`` (to a millionth; NaN where no cell in the unit has a value),
        ``covered`` (share of the unit's equal-area area that lies on cells with a value, 0 to 1).
    notes
        Sentences on the raster and on what was left out.
    """

    table: pd.DataFrame
    notes: tuple[str, ...]


class Total(NamedTuple):
    """People in units, added up, beside those inside the union of their outlines."""

    parts: float
    whole: float

    @property
    def difference(self) -> float:
        """Parts less whole."""
        return self.parts - self.whole


def read_raster(path: str | Path, *, kind: Kind | None = None, band: int | None = None) -> Raster:
    """Find out what a population raster holds.

    Parameters
    ----------
    path
        A GeoTIFF: WorldPop, GHS-POP, or any other, in any coordinate system. Files beside it
        (``.aux.xml``, ``.ovr``, ``.tfw``) are not looked at.
    kind
        ``count`` (people per cell) or ``density`` (people per km²); where None it is taken from
        the band's unit, its description and tags, or the name of the file.
    band
        Number of the band, from 1; needed where there is more than one.

    Returns
    -------
    raster
        Its grid and its kind; the cells are not read yet.

    Raises
    ------
    InputError
        If the file is no GeoTIFF, is rotated or not placed on the earth, is packed in pieces that
        do not fit the memory, or if its band or its kind cannot be told.
    """
    path = Path(path)
    if kind is not None and kind not in _KINDS:
        raise InputError(f"The kind of {path.name} is '{kind}': give 'count' or 'density'.")
    with opened(path) as source:
        band = _band(path, source, band)
        grid = _grid(path, source)
        told, why = (kind, "as given") if kind else _told(path, source, band)
        rows, columns = source.block_shapes[band - 1]
        if _packed(source, band) > _MOST_BLOCK:
            raise InputError(
                f"{path.name} is packed in pieces of {columns} x {rows} cells, too large to read: "
                "save it anew in tiles (gdal_translate -co TILED=YES -co COMPRESS=DEFLATE)."
            )
    return Raster(path, band, told, why, grid, (rows, columns))


def zonal_sum(raster: Raster, shapes: gpd.GeoSeries, *, progress: bool = False) -> ZonalSums:
    """Add up the people in units, each cell by the exact share of it that lies in the unit.

    people = sum over cells of value x share of the cell in the unit; in a raster of densities
    value x area of the cell in km² on the ellipsoid x share. The cells of all units are read once,
    a tile of a million at a time.

    Parameters
    ----------
    raster
        As `read_raster` found it.
    shapes
        Polygons of the units, with their coordinate system; edges are straight in it, and become
        curves in that of the raster.
    progress
        Show a bar on the standard error, if it is a terminal.

    Returns
    -------
    sums
        People and the share of the area with data, by unit.

    Raises
    ------
    InputError
        If an outline is missing or cannot be projected, or the file is damaged.
    """
    inside, covered, odd = np.zeros(len(shapes)), np.zeros(len(shapes)), 0
    for tile in tiles(raster, outlines(raster.grid, shapes), progress=progress):
        inside += tile.by_unit(tile.people)
        covered += tile.by_unit(tile.km2 * tile.known)
        odd += tile.odd
    area = area_km2(shapes)
    share = np.clip(covered / area, 0.0, 1.0)
    found = covered > TRIFLE * area
    table = {
        "people": np.where(found, np.round(inside, _DIGITS), np.nan),
        "covered": np.where(found, np.round(share, _DIGITS), 0.0),
    }
    notes = [raster.note]
    if odd:
        notes.append(
            f"{raster.path.name}: {odd:,} cells hold values below 0 or above {_MOST_PEOPLE:,.0f} "
            "that the file does not declare as no data; they were taken so."
        )
    return ZonalSums(pd.DataFrame(table, index=shapes.index), tuple(notes))


def conserved(
    raster: Raster, shapes: gpd.GeoSeries, sums: ZonalSums, *, progress: bool = False
) -> Total:
    """Check that units hold together what the raster holds inside the union of their outlines.

    The union is one outline, worked out and laid over the cells on its own.

    Parameters
    ----------
    raster, shapes, sums
        What `zonal_sum` was given for units that do not overlap, and what it returned.
    progress
        Show a bar on the standard error, if it is a terminal.

    Returns
    -------
    total
        Both sums.

    Raises
    ------
    InputError
        If they differ by more than a millionth, as they do where outlines overlap.
    """
    union = zonal_sum(raster, _union(shapes), progress=progress).table
    total = Total(float(sums.table["people"].sum()), float(union["people"].sum()))
    if abs(total.difference) > _TOLERANCE * (total.whole + len(shapes)):
        raise InputError(
            f"{raster.path.name}: the units hold {total.parts:,.1f} people together, but there are "
            f"{total.whole:,.1f} inside all their outlines: check that no two outlines overlap."
        )
    return total


# --- the file -------------------------------------------------------------------------------


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """Open a GeoTIFF and nothing else, without the files beside it; say what goes wrong with it."""
    rasterio = needed("rasterio")

    if not path.is_file():
        raise InputError(f"{path} is not a file: check the path; addresses are not read.")
    if not _is_tiff(path):
        raise InputError(f"{path.name} is not a GeoTIFF: save the raster as one (.tif).")
    with rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR", GDAL_CACHEMAX=_CACHE):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
                source = rasterio.open(path.absolute(), driver="GTiff", sharing=False)
            with source:
                yield source
        except rasterio.errors.RasterioError as error:
            reason = " ".join(str(error.__cause__ or error).split())[:200]
            raise InputError(
                f"{path.name} cannot be read as a GeoTIFF ({reason}): download or save it anew."
            ) from error


def needed(name: str) -> Any:
    """Import a package of the extra ``raster``."""
    from importlib import import_module

    try:
        return import_module(name)
    except ImportError as error:
        raise InputError(
            f"Rasters need the package {name}, which is not there: install mtmgeo[raster]."
        ) from error


def _is_tiff(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) in {b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"}
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}; check the file.") from error


def _band(path: Path, source: Any, band: int | None) -> int:
    if band is None and source.count != 1:
        raise InputError(f"{path.name} has {source.count} bands: say which one holds the people.")
    band = band or 1
    if not 0 < band <= source.count:
        raise InputError(f"{path.name} has no band {band}: give 1 to {source.count}.")
    if source.dtypes[band - 1].startswith("complex"):
        raise InputError(f"{path.name}: band {band} holds complex numbers, not people.")
    return band


def _grid(path: Path, source: Any) -> Grid:
    """Return where the cells are."""
    a, b, x, d, e, y = tuple(source.transform)[:6]
    if source.crs is None or source.transform.is_identity:
        raise InputError(
            f"{path.name} does not say where on the earth it lies: save it with its coordinate "
            "system in the GeoTIFF itself."
        )
    if b or d:
        raise InputError(f"{path.name} is rotated: warp it to a grid along its axes (gdalwarp).")
    try:
        crs = pyproj.CRS.from_wkt(source.crs.to_wkt())
    except pyproj.exceptions.CRSError:
        crs = None
    if crs is None or not (crs.is_geographic or crs.is_projected):
        raise InputError(f"{path.name} has a coordinate system that is not of the earth: warp it.")
    if crs.is_geographic and abs(a) * source.width > 360 + abs(a):
        raise InputError(f"{path.name} goes around the earth more than once: cut it to 360°.")
    return Grid(crs, (x, y), (a, e), source.width, source.height)


def _told(path: Path, source: Any, band: int) -> tuple[Kind, str]:
    """Return the kind of a band, and what it was taken from."""
    said = [source.descriptions[band - 1] or "", *source.tags(band).values()]
    said += source.tags().values()
    said = [" ".join(text.split()) for text in said]
    for where, texts in (("unit", [source.units[band - 1] or ""]), ("description", said)):
        if ares := list(filter(_HECTARE.search, texts)):
            raise InputError(
                f"{path.name} holds people per hectare ('{ares[0][:60]}'): multiply it by 100 "
                "and give --population-option kind=density, or kind='density' in Python."
            )
        words = {kind: list(filter(_SAID[kind].search, texts)) for kind in _KINDS}
        if where == "unit":
            words["count"] += filter(_PEOPLE.fullmatch, texts)
        found = [kind for kind in _KINDS if words[kind]]
        if len(found) == 1:
            return found[0], f"its {where} says '{words[found[0]][0][:60]}'"
    name = re.sub(r"[\W_]+", " ", path.stem.lower())
    found = [kind for kind in _KINDS if _NAMED[kind].search(name)]
    if len(found) == 1:
        return found[0], "by the name of the file"
    raise InputError(
        f"{path.name} does not say whether its cells hold people or people per km²: "
        "give --population-option kind=count or kind=density, or kind=... in Python."
    )


def _packed(source: Any, band: int) -> int:
    """Return the bytes of a block."""
    rows, columns = source.block_shapes[band - 1]
    together = source.count if source.profile["interleave"] == "pixel" else 1
    return int(rows * columns * together * np.dtype(source.dtypes[band - 1]).itemsize)


# --- tiles ----------------------------------------------------------------------------------


class Tile(NamedTuple):
    """Cells of a raster, and the shares of them that lie in units.

    Attributes
    ----------
    rows, columns
        Where they are in the raster.
    people, known, km2
        By cell: people (0 without data), whether there is data, and its area.
    odd
        Number of cells with values that no population can have, taken as without data.
    unit, cell, share
        For each unit and cell that meet: positions, and the share of the cell in the unit. Cells
        are counted along the rows of the tile.
    units
        Number of units.
    """

    rows: slice
    columns: slice
    people: _Floats
    known: _Bools
    km2: _Floats
    odd: int
    unit: _Ints
    cell: _Ints
    share: _Floats
    units: int

    def by_unit(self, values: _Floats) -> _Floats:
        """Return the sums over the cells of each unit of a value times the share."""
        parts = self.share * values.ravel()[self.cell]
        return np.bincount(self.unit, parts, self.units).astype(np.float64)

    def by_cell(self, weights: _Floats) -> _Floats:
        """Return the sums over the units of each cell of a weight times the share."""
        parts = self.share * weights[self.unit]
        sums = np.bincount(self.cell, parts, self.people.size).astype(np.float64)
        return sums.reshape(self.people.shape)


def tiles(raster: Raster, lines: Outlines, *, progress: bool = False) -> Iterator[Tile]:
    """Return the cells that units touch, each once, a million at a time.

    Parameters
    ----------
    raster
        As `read_raster` found it.
    lines
        Outlines of the units in its grid.
    progress
        Show a bar on the standard error, if it is a terminal.

    Raises
    ------
    InputError
        If the file is damaged, or the package exactextract is not there.
    """
    down, across = lines.window(raster.grid)
    high, wide = _steps(raster)
    tops = range(down.start // high * high, down.stop, high)
    bar = tqdm(tops, desc=raster.path.name, disable=None if progress else True, leave=False)
    with opened(raster.path) as source:
        for top in bar:
            rows = slice(max(top, down.start), min(top + high, down.stop))
            band = lines.cut(rows, across)
            for left in range(across.start // wide * wide, across.stop, wide):
                columns = slice(max(left, across.start), min(left + wide, across.stop))
                here = band.cut(rows, columns)
                if len(here.parts):
                    yield _tile(source, raster, here, rows, columns)


def _tile(source: Any, raster: Raster, lines: Outlines, rows: slice, columns: slice) -> Tile:
    """Return some cells of an open raster, and their shares in outlines that were cut to them."""
    stored = source.read(
        raster.band,
        window=((rows.start, rows.stop), (columns.start, columns.stop)),
        masked=True,
    )
    people = stored.data.astype(np.float64)
    if (scale := source.scales[raster.band - 1]) != 1:
        people *= scale
    if offset := source.offsets[raster.band - 1]:
        people += offset
    known = (people >= 0) & (people <= _MOST_PEOPLE)
    if stored.mask is not np.False_:
        known &= ~stored.mask
    odd = int((~known & ~stored.mask & ~np.isnan(people)).sum())
    people[~known] = 0.0
    km2 = cell_km2(raster.grid, rows, columns)
    if raster.kind == "density":
        people *= km2
    unit, cell, share = _shares(lines, rows, columns)
    return Tile(rows, columns, people, known, km2, odd, unit, cell, share, lines.units)


def _shares(lines: Outlines, rows: slice, columns: slice) -> tuple[_Ints, _Ints, _Floats]:
    """Return which units and cells meet, and the shares, by the exactextract package."""
    exactextract = needed("exactextract")
    none = np.broadcast_to(0.0, (rows.stop - rows.start, columns.stop - columns.start))
    cells = exactextract.raster.NumPyRasterSource(
        none, columns.start, -rows.stop, columns.stop, -rows.start
    )
    shapes = [{"type": "Feature", "geometry": mapping(part)} for part in lines.parts]
    met = exactextract.exact_extract(cells, shapes, ["cell_id", "coverage"])
    cell, share = ([each["properties"][name] for each in met] for name in ("cell_id", "coverage"))
    missed = shapely.area(lines.parts) - [each.sum() for each in share]
    if (np.abs(missed) > _MISSED).any():
        raise MtmgeoError("The shares of cells do not add up to the outline: please report this.")
    unit = np.repeat(lines.owner, [len(each) for each in cell])
    return unit, np.concatenate(cell), np.concatenate(share)


def _steps(raster: Raster) -> tuple[int, int]:
    """Return rows and columns of a tile: whole blocks where they are not too large for it."""
    high, wide = raster.block
    width = raster.grid.width
    columns = min(width if wide >= width else wide * ceil(_SIDE / wide), _TILE)
    rows = min(max(1, _TILE // columns), _SIDE)
    return (rows // high * high if rows >= high else rows), columns


def _union(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    flat = areal(shapes.to_numpy(copy=True))
    shared = bool(shapely.coverage_is_valid(flat))
    union = shapely.coverage_union_all(flat) if shared else shapely.union_all(flat)
    return gpd.GeoSeries([union], index=["all units"], crs=shapes.crs)
