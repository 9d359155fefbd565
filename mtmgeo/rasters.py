"""Population rasters: read window by window, told apart, and summed by unit with exact shares."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil, floor
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely
import shapely.geometry
from tqdm import tqdm

from mtmgeo.errors import InputError
from mtmgeo.grids import Edges, Grid, Pieces, area_km2, cell_km2, edges, pieces, projected
from mtmgeo.ground import areal, polygons

Kind: TypeAlias = Literal["count", "density"]
_Bools: TypeAlias = npt.NDArray[np.bool_]
_Floats: TypeAlias = npt.NDArray[np.float64]

_KINDS: Final[tuple[Kind, ...]] = ("count", "density")
_TILE: Final = 1 << 20  # cells that are worked on at a time, at most
_SIDE: Final = 512  # rows of a tile at most, and columns where blocks are narrower than the raster
_CACHE: Final = 64 << 20  # bytes of blocks kept by GDAL
_MOST_BLOCK: Final = 256 << 20  # bytes of a block, which can only be unpacked as a whole
#: No cell holds as many people, and no km²: what does is a code for no data.
_MOST_PEOPLE: Final = 1e8
#: Share of a unit, or of a cell, that is no more than rounding.
TRIFLE: Final = 1e-9
_SPECK_KM2: Final = 1e-7  # what rounding may leave of the area of a row around the earth
_DIGITS: Final = 6  # to which sums are kept, a millionth of a person
_TOLERANCE: Final = 1e-6  # of sums against each other

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
    odd = Odd()
    inside, covered = integrals(
        raster, edges(raster.grid, shapes), len(shapes), progress=progress, odd=odd
    )
    area = area_km2(shapes)
    share = np.clip(covered / area, 0.0, 1.0)
    found = covered > np.maximum(_SPECK_KM2, TRIFLE * area)
    table = {
        # Rounding of large sums would leave a trifle, or less than nothing, where nobody lives.
        "people": np.where(found, np.maximum(np.round(inside, _DIGITS), 0.0), np.nan),
        "covered": np.where(found, np.round(share, _DIGITS), 0.0),
    }
    return ZonalSums(pd.DataFrame(table, index=shapes.index), (raster.note, *odd.notes(raster)))


def conserved(
    raster: Raster, shapes: gpd.GeoSeries, sums: ZonalSums, *, progress: bool = False
) -> Total:
    """Check that units hold together what the raster holds inside the union of their outlines.

    The union is worked out on its own, by the exactextract package.

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
    total = Total(
        parts=float(sums.table["people"].sum()),
        whole=_inside(raster, _union(shapes), progress=progress),
    )
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
                "and name the kind 'density'."
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
        "name the kind, 'count' or 'density'."
    )


def _packed(source: Any, band: int) -> int:
    """Return the bytes of a block."""
    rows, columns = source.block_shapes[band - 1]
    together = source.count if source.profile["interleave"] == "pixel" else 1
    return int(rows * columns * together * np.dtype(source.dtypes[band - 1]).itemsize)


# --- tiles ----------------------------------------------------------------------------------


class Odd:
    """Values that no population can have, counted while tiles are read."""

    def __init__(self) -> None:
        self.cells = 0

    def notes(self, raster: Raster) -> tuple[str, ...]:
        """Return a sentence on them, if there were any."""
        text = (
            f"{raster.path.name}: {self.cells:,} cells hold values below 0 or above "
            f"{_MOST_PEOPLE:,.0f} that the file does not declare as no data; they were taken so."
        )
        return (text,) if self.cells else ()


class Cells(NamedTuple):
    """A tile: the people in each cell (0 without data), where there is data, and km²."""

    people: _Floats
    known: _Bools
    km2: _Floats


def read(source: Any, raster: Raster, rows: slice, columns: slice, odd: Odd | None = None) -> Cells:
    """Return the cells of an open raster in some rows and columns."""
    window = ((rows.start, rows.stop), (columns.start, columns.stop))
    stored = source.read(raster.band, window=window, masked=True)
    values = stored.data.astype(np.float64)
    if (scale := source.scales[raster.band - 1]) != 1:
        values *= scale
    if offset := source.offsets[raster.band - 1]:
        values += offset
    known = (values >= 0) & (values <= _MOST_PEOPLE)
    if stored.mask is not np.False_:
        known &= ~stored.mask
    if odd is not None:
        odd.cells += int((~known & ~stored.mask & ~np.isnan(values)).sum())
    values[~known] = 0.0
    km2 = cell_km2(raster.grid, rows, columns)
    if raster.kind == "density":
        values *= km2
    return Cells(values, known, km2)


def _steps(raster: Raster) -> tuple[int, int]:
    """Return rows and columns of a tile: whole blocks where they are not too large for it."""
    high, wide = raster.block
    width = raster.grid.width
    columns = min(width if wide >= width else wide * ceil(_SIDE / wide), _TILE)
    rows = min(max(1, _TILE // columns), _SIDE)
    return (rows // high * high if rows >= high else rows), columns


def integrals(
    raster: Raster,
    lines: Edges,
    units: int,
    *,
    everywhere: bool = False,
    progress: bool = False,
    odd: Odd | None = None,
) -> tuple[_Floats, _Floats]:
    """Return people and km² of units, each cell by its exact share.

    By Green's theorem the sum over a unit is one along its edges: for each piece of an edge the
    rows it spans, times all cells to the left of it in its row. Borders that units share cancel.

    Parameters
    ----------
    raster, lines
        The cells, and the edges of the units in them.
    units
        Number of units.
    everywhere
        Whether the area of all cells counts, or of those alone that have a value.
    progress
        Show a bar on the standard error, if it is a terminal.
    odd
        Counts values that no population has.
    """
    high, wide = _steps(raster)
    height, width = raster.grid.height, raster.grid.width
    sums = np.zeros((2, units))
    first = max(0, floor(lines.y0.min(initial=height))) // high * high
    tops = range(first, min(height, ceil(lines.y1.max(initial=0.0))), high)
    bar = tqdm(tops, desc=raster.path.name, disable=None if progress else True, leave=False)
    with opened(raster.path) as source:
        for top in bar:
            rows = slice(top, min(top + high, height))
            found = pieces(lines, rows.start, rows.stop, width)
            left = np.zeros((2, rows.stop - rows.start))  # of all cells before the tile
            done = int(np.searchsorted(found.col, 0))
            held = np.zeros(left.shape[1])  # units that hold the cells just before the tile
            held += np.bincount(found.row[:done], found.high[:done], len(held))
            for tile in range(0, width, wide):
                start, stop = tile, min(tile + wide, width)
                before, done = done, int(np.searchsorted(found.col, stop))
                here = found[before:done]
                empty = (np.abs(held) < TRIFLE).all()
                if empty and not len(here.row):
                    continue
                held += np.bincount(here.row, here.high, len(held))
                if empty:
                    start = int(here.col.min(initial=stop - 1))
                if (np.abs(held) < TRIFLE).all():
                    stop = int(here.col.max(initial=start)) + 1
                cells = read(source, raster, rows, slice(start, stop), odd)
                area = cells.km2 if everywhere else cells.km2 * cells.known
                values = np.stack([cells.people, area])
                upto = np.cumsum(values, axis=2)
                at = here.row, here.col - start
                beyond = here.col + 1 - here.x  # the share of the piece's own cell on its right
                sided = left[:, here.row] + upto[:, *at] - values[:, *at] * beyond
                sums += _by_unit(here, sided, units)
                left += upto[:, :, -1]
            after = found[done:]
            sums += _by_unit(after, left[:, after.row], units)
    return sums[0], sums[1]


def _by_unit(found: Pieces, sided: _Floats, units: int) -> _Floats:
    return np.stack([np.bincount(found.unit, layer * found.high, units) for layer in sided])


# --- the check ------------------------------------------------------------------------------


def _union(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    flat = areal(shapes.to_numpy(copy=True))
    shared = bool(shapely.coverage_is_valid(flat))
    union = shapely.coverage_union_all(flat) if shared else shapely.union_all(flat)
    return gpd.GeoSeries([union], index=["all units"], crs=shapes.crs)


def _inside(raster: Raster, outline: gpd.GeoSeries, *, progress: bool) -> float:
    """Return the people inside an outline, by the exactextract package, tile by tile."""
    exactextract = needed("exactextract")
    grid = raster.grid
    parts, _ = projected(grid, outline)
    # In columns and rows, but with rows upwards.
    cells = shapely.transform(parts, lambda at: (at - grid.origin) / np.array(grid.cell) * [1, -1])
    tree = shapely.STRtree(cells)
    high, wide = _steps(raster)
    tiles = [
        (slice(top, min(top + high, grid.height)), slice(left, min(left + wide, grid.width)))
        for top in range(0, grid.height, high)
        for left in range(0, grid.width, wide)
    ]
    total = 0.0
    with opened(raster.path) as source:
        for rows, columns in tqdm(
            tiles, desc="check", disable=None if progress else True, leave=False
        ):
            box = columns.start, -rows.stop, columns.stop, -rows.start
            tile = shapely.box(*box)
            # Not clip_by_rect, which now and then returns too much (GEOS 3.14).
            clipped, _ = polygons(shapely.intersection(cells[tree.query(tile)], tile))
            clipped = clipped[~shapely.is_empty(clipped)]
            if len(clipped):
                values = read(source, raster, rows, columns).people
                held = exactextract.exact_extract(
                    exactextract.raster.NumPyRasterSource(values, *box),
                    [{"type": "Feature", "geometry": shapely.geometry.mapping(p)} for p in clipped],
                    ["sum"],
                )
                total += sum(float(each["properties"]["sum"]) for each in held)
    return total
