"""Vector layers in files, folders and zips: what is there, and what one holds."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pyogrio
import pyproj

from mtmgeo.boundaries.sources.archives import unpacked
from mtmgeo.core.errors import BoundaryError
from mtmgeo.geo.crs import CRS

#: Endings of the formats, the first being preferred where a folder holds several, and how a file of
#: each begins. GDAL goes by content: what begins otherwise might name other files or addresses.
_BEGINNINGS: Final = {
    ".gpkg": b"SQLite format 3\0",
    ".gdb": b"",
    ".fgb": b"fgb",
    ".parquet": b"PAR1",
    ".geoparquet": b"PAR1",
    ".geojson": b"{",
    ".json": b"{",
    ".shp": b"\x00\x00\x27\x0a",
}
ENDINGS: Final = tuple(_BEGINNINGS)
_PARQUET: Final = (".parquet", ".geoparquet")
_JSON: Final = (".geojson", ".json")
_GEOMETRY: Final = re.compile(rb'"type"\s*:\s*"(?:Multi)?(Polygon|LineString|Point)"')
_SOME: Final = 1 << 20
#: Language drivers of a DBF file that say no more than "the machine's own".
_UNSAID: Final = (0x00, 0x57)
_BOM: Final = b"\xef\xbb\xbf"
_FAULTS: Final = (OSError, ValueError, RuntimeError)


@dataclass(frozen=True)
class Layer:
    """A layer with outlines or lines, not read yet.

    Attributes
    ----------
    path, name
        The file (or ``.gdb`` folder), and the layer in it; None where a file is its only layer.
    label
        What to call it in a message.
    columns
        Headings.
    shape
        ``polygon``, ``line``, ``other``, or ``any`` where the file does not say.
    """

    path: Path
    name: str | None
    label: str
    columns: tuple[str, ...]
    shape: str

    @property
    def title(self) -> str:
        """The layer's name, or that of its file without the ending."""
        return self.name or self.path.stem

    @property
    def rank(self) -> int:
        """Place of the format in the order of preference."""
        return ENDINGS.index(self.path.suffix.lower())


@contextmanager
def opened(path: Path) -> Iterator[list[Layer]]:
    """Find the layers of a file, of a folder and those below it, or of a zip.

    Parameters
    ----------
    path
        A GeoPackage, File Geodatabase, FlatGeobuf, GeoParquet, GeoJSON or Shapefile, a folder that
        holds some (also in zips), or a zip.

    Yields
    ------
    layers
        Those with a geometry, by file; `read_layer` reads them while the block lasts.

    Raises
    ------
    BoundaryError
        If nothing is there, a zip is not safe to open, or a file is not what its ending says.
    """
    with ExitStack() as stack:
        if path.suffix.lower() == ".zip" and path.exists():
            layers = _inside(stack.enter_context(unpacked(path)), path)
        elif path.is_dir() and path.suffix.lower() != ".gdb":
            # A zip beside its own contents would only say the same again.
            layers = _inside(path, path) or [
                layer
                for file in sorted(path.iterdir())
                if file.suffix.lower() == ".zip"
                for layer in _inside(stack.enter_context(unpacked(file)), file)
            ]
        else:
            layers = _layers(path, path)
        if not layers:
            raise BoundaryError(
                f"{path.name} holds no layer with outlines: give a GeoJSON, Shapefile, GeoPackage, "
                "File Geodatabase, FlatGeobuf or GeoParquet file, a folder of them, or a zip."
            )
        yield layers


def _inside(folder: Path, given: Path) -> list[Layer]:
    return [layer for file in _files(folder) for layer in _layers(file, given)]


def _files(folder: Path) -> list[Path]:
    """Return the files of known formats below a folder, and geodatabases."""
    found = sorted(
        p for p in folder.rglob("*") if p.suffix.lower() in ENDINGS and not p.name.startswith("._")
    )
    bases = {p for p in found if p.is_dir() and p.suffix.lower() == ".gdb"}
    return [p for p in found if p in bases or (p.is_file() and not bases & {*p.parents})]


def _layers(file: Path, given: Path) -> list[Layer]:
    """Return the layers of a file; one of a folder that is no boundary file has none."""
    inside = file != given
    where = f"{given.name}: {file.name}" if inside else file.name
    if not file.exists():
        raise BoundaryError(f"{file} does not exist: check the path.")
    if file.suffix.lower() not in ENDINGS:
        raise BoundaryError(
            f"{where} is no boundary file that is known: give GeoJSON, a Shapefile (.shp), "
            "GeoPackage, File Geodatabase, FlatGeobuf, GeoParquet, or a zip of them."
        )
    if not _begins_well(file):
        if inside and file.suffix.lower() == ".json":
            return []
        raise BoundaryError(
            f"{where} is no {file.suffix} file inside, or cut short: fetch or export it again."
        )
    if file.suffix.lower() in _PARQUET:
        return [Layer(file, None, where, _parquet_columns(file, where), "any")]
    try:
        infos = list(_infos(file))
    except _FAULTS as fault:
        if inside and file.suffix.lower() == ".json":
            return []
        raise _unreadable(where, fault) from fault
    several = len(infos) > 1 or file.suffix.lower() in (".gdb", ".gpkg")
    return [
        Layer(
            file,
            name if several else None,
            f"{where}, layer {name}" if several else where,
            tuple(map(str, info["fields"])),
            _shape(str(info["geometry_type"] or ""), file, name),
        )
        for name, info in infos
    ]


def _infos(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield name and facts of each layer that has a geometry."""
    if file.suffix.lower() in _JSON:  # one layer, of which every look parses the whole file
        yield file.stem, pyogrio.read_info(file)
        return
    for name, kind in pyogrio.list_layers(file):
        if kind:
            yield str(name), pyogrio.read_info(file, layer=name)


def _begins_well(file: Path) -> bool:
    if file.is_dir():
        return (file / "a00000001.gdbtable").is_file()
    with file.open("rb") as content:
        start = content.read(64)
    if file.suffix.lower() in _JSON:
        start = start.removeprefix(_BOM).lstrip()
    if not start.startswith(_BEGINNINGS[file.suffix.lower()]):
        return False
    # A shapefile says its own length, in words of two bytes; of one cut short GDAL reads the rest.
    whole = 2 * int.from_bytes(start[24:28], "big") if file.suffix.lower() == ".shp" else 0
    return whole <= file.stat().st_size


def _shape(kind: str, file: Path, layer: str) -> str:
    if kind == "Unknown" and file.suffix.lower() in _JSON:
        # Polygons and multipolygons together, or lines and multilines: the first one tells.
        with file.open("rb") as content:
            found = _GEOMETRY.search(content.read(_SOME))
        kind = found[1].decode() if found else kind
    elif kind == "Unknown":
        some = pyogrio.read_dataframe(file, layer=layer, columns=[], max_features=20)
        kind = next((str(k) for k in some.geometry.geom_type.dropna()), kind)
    if "polygon" in kind.lower() or "surface" in kind.lower():
        return "polygon"
    if "line" in kind.lower():
        return "line"
    return "any" if kind in ("", "Unknown", "GeometryCollection") else "other"


def _unreadable(where: str, fault: Exception) -> BoundaryError:
    said = re.sub(r"\s+", " ", str(fault)).replace("\x00", "").strip().rstrip(".")
    return BoundaryError(f"{where} cannot be read ({said[:200]}): fetch or export it again.")


def _parquet_columns(file: Path, where: str) -> tuple[str, ...]:
    """Return the headings of a GeoParquet file without reading its rows."""
    try:
        from pyarrow import parquet
    except ImportError as fault:
        raise BoundaryError(
            f"{where} needs the package pyarrow: install it with pip install 'mtmgeo[parquet]', or "
            "give the boundaries as GeoPackage or GeoJSON."
        ) from fault
    try:
        schema = parquet.read_schema(file)
        geometry = json.loads(schema.metadata[b"geo"])["primary_column"]
    except (*_FAULTS, LookupError, TypeError) as fault:
        raise _unreadable(where, fault) from fault
    return tuple(name for name in schema.names if name != geometry)


def read_layer(layer: Layer, *, crs: str | None = None) -> tuple[gpd.GeoDataFrame, tuple[str, ...]]:
    """Read a layer, as it is, into EPSG:4326.

    Parameters
    ----------
    layer
        One that `opened` yields.
    crs
        The coordinate reference system, in the place of what the file says or does not say.

    Returns
    -------
    frame
        All columns; the geometry may be invalid, three-dimensional or missing.
    notes
        Sentences on what was assumed.

    Raises
    ------
    BoundaryError
        If the layer cannot be read, or says no coordinate reference system.
    """
    notes = []
    if layer.path.suffix.lower() in _PARQUET:
        try:
            frame = gpd.read_parquet(layer.path)
        except _FAULTS as fault:
            raise _unreadable(layer.label, fault) from fault
        if frame.geometry.name != "geometry":
            frame = frame.rename_geometry("geometry")
    else:
        encoding = _encoding(layer.path) if layer.path.suffix.lower() == ".shp" else None
        if encoding:
            notes.append(f"{layer.label} does not say its code page; it was read as {encoding}.")
        try:
            with warnings.catch_warnings():
                # Rings that run the wrong way and dates that are none are no concern here.
                warnings.simplefilter("ignore")
                frame = pyogrio.read_dataframe(layer.path, layer=layer.name, encoding=encoding)
        except _FAULTS as fault:
            raise _unreadable(layer.label, fault) from fault
    if crs is not None:
        frame = frame.set_crs(_crs(crs), allow_override=True)
    if frame.crs is None:
        raise BoundaryError(
            f"{layer.label} does not say its coordinate reference system: "
            + ("put the .prj file beside it, or " if layer.path.suffix.lower() == ".shp" else "")
            + "name the system, such as `mtmgeo boundaries add ... --crs EPSG:32643`."
        )
    if not frame.crs.equals(CRS, ignore_axis_order=True):
        notes.append(f"{layer.label} was converted from {frame.crs.name} to WGS 84.")
        frame = frame.to_crs(CRS)
    return frame.set_crs(CRS, allow_override=True), tuple(notes)


def _crs(text: str) -> Any:
    try:
        crs = pyproj.CRS.from_user_input(text)
    except pyproj.exceptions.CRSError:
        crs = None
    if crs is None or not (crs.is_geographic or crs.is_projected):
        raise BoundaryError(
            f"{text!r} is no coordinate reference system of a map: write it as EPSG:4326."
        )
    return crs


def _encoding(shapefile: Path) -> str | None:
    """Return the code page of a shapefile that does not say it; None if it does or all is ASCII."""
    beside = {p.suffix.lower(): p for p in shapefile.parent.glob(f"{_escaped(shapefile.stem)}.*")}
    if ".cpg" in beside or ".dbf" not in beside:
        return None
    content = beside[".dbf"].read_bytes()
    header = int.from_bytes(content[8:10], "little")
    said, text = content[29] if len(content) > header else 0, content[header:]
    if text.isascii() or said not in _UNSAID:
        return None
    # A letter that is cut off at a field's end leaves a few bytes that are none.
    foreign = sum(byte > 127 for byte in text)
    lost = len(text) - len(text.decode("utf-8", errors="ignore").encode())
    if lost <= foreign // 50:
        return "UTF-8"
    return "cp1251" if re.search(rb"[\xc0-\xff]{4}", text) else "cp1252"


def _escaped(text: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", text)
