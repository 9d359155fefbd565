"""Tables and outlines as the bytes of GeoPackage, GeoJSON and Parquet files.

A frame's ``attrs`` say what goes with it: ``notes``, pairs of a topic and a text, and ``columns``,
one mapping per column as a data dictionary has them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from io import BytesIO
from tempfile import gettempdir
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from mtmgeo.core.errors import InputError, SpecError
from mtmgeo.core.staging import scratch
from mtmgeo.files.spreadsheets import plain

#: The coordinate system of every file, as RFC 7946 has it: degrees, longitude first.
CRS: Final = "EPSG:4326"

_DIGITS: Final = 6  # of a degree: a tenth of a metre
_MOST_COLUMNS: Final = 1_900  # SQLite takes 2,000
_NOW: Final = "2000-01-01T00:00:00.000Z"  # so that the same frames give the same bytes


def encode_geopackage(tables: Mapping[str, pd.DataFrame]) -> bytes:
    """Return a GeoPackage with a layer for each GeoDataFrame and a plain table for each DataFrame.

    Text is stored as it is. The same tables give the same bytes.

    Raises
    ------
    SpecError
        If a table has more columns than the format holds.
    InputError
        If there is no room for it in the folder of temporary files.
    """
    for name, table in tables.items():
        if len(table.columns) > _MOST_COLUMNS:
            raise SpecError(
                f"'{name}' has {len(table.columns):,} columns and a GeoPackage holds "
                f"{_MOST_COLUMNS:,}: write .parquet, or keep fewer groups or years."
            )
    was = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _NOW})
    try:
        with scratch() as folder:
            path = folder / "layers.gpkg"
            for name, table in tables.items():
                pyogrio.write_dataframe(_texts(table), path, layer=name, driver="GPKG")
            return path.read_bytes()
    except (OSError, DataSourceError, DataLayerError) as error:
        why = str(error).rpartition("failed: ")[2]
        raise InputError(
            f"A GeoPackage cannot be made in {gettempdir()} ({why}): make room there, or name "
            "another folder for temporary files in TMPDIR."
        ) from error
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": was})


def encode_geojson(frame: gpd.GeoDataFrame) -> bytes:
    """Return a layer as GeoJSON (RFC 7946), with its notes and columns as foreign members.

    Coordinates are degrees with six decimals, and outlines run counterclockwise.
    """
    shapes = frame.geometry.to_crs(CRS).to_numpy()
    # Corners are rounded one by one, so that neighbours still share theirs.
    shapes = shapely.transform(shapes, lambda corners: np.round(corners, _DIGITS) + 0.0)
    shapes = shapely.orient_polygons(shapes)
    values = _texts(frame.drop(columns=frame.geometry.name)).to_dict("records")
    features = [
        {
            "type": "Feature",
            "geometry": None if shape is None else shapely.geometry.mapping(shape),
            "properties": plain(record),
        }
        for shape, record in zip(shapes, values, strict=True)
    ]
    about = {key: plain(value) for key, value in _about(frame).items()}
    collection = {"type": "FeatureCollection", **about, "features": features}
    return json.dumps(collection, ensure_ascii=False, allow_nan=False).encode()


def encode_parquet(frame: pd.DataFrame) -> bytes:
    """Return a table as Parquet, or a layer as GeoParquet, with notes and columns in its schema.

    Raises
    ------
    SpecError
        If pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise SpecError(
            "Writing .parquet needs the package pyarrow: install it with "
            "pip install 'mtmgeo[parquet]', or write .csv or .gpkg."
        ) from error
    texts = _texts(frame)
    texts.attrs = {}
    if isinstance(texts, gpd.GeoDataFrame):
        stream = BytesIO()
        texts.to_parquet(stream, index=False)
        table = parquet.read_table(stream)
    else:
        table = pa.Table.from_pandas(texts, preserve_index=False)
    about = {key: json.dumps(plain(v), ensure_ascii=False) for key, v in _about(frame).items()}
    fields = [
        table.schema.field(name).with_metadata(said) if said else table.schema.field(name)
        for name, said in zip(table.column_names, _said(frame, table.column_names), strict=True)
    ]
    schema = pa.schema(fields, metadata={**(table.schema.metadata or {}), **about})
    stream = BytesIO()
    parquet.write_table(table.cast(schema), stream)
    return stream.getvalue()


def _about(frame: pd.DataFrame) -> dict[str, Any]:
    """Return the notes, by topic, and the columns that go with a frame."""
    about: dict[str, Any] = {}
    for topic, text in frame.attrs.get("notes", ()):
        about.setdefault("notes", []).append({"topic": topic, "text": text})
    if "columns" in frame.attrs:
        about["columns"] = frame.attrs["columns"]
    return about


def _said(frame: pd.DataFrame, names: Iterable[str]) -> list[dict[str, str]]:
    """Return what is said of each column, without what is blank."""
    known = {said["column"]: said for said in frame.attrs.get("columns", ())}
    return [
        {key: text for key, text in known.get(name, {}).items() if key != "column" and text}
        for name in names
    ]


def _texts(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame in whose texts no half of a surrogate pair is left, which is no character."""
    frame = frame.copy()
    for name in frame.columns:
        column = frame[name]
        if pd.api.types.is_string_dtype(column.dtype) and column.dtype.name != "geometry":
            frame[name] = column.map(_character, na_action="ignore")
    return frame


def _character(text: Any) -> Any:
    if not isinstance(text, str) or text.isascii():
        return text
    return text.encode("utf-8", "backslashreplace").decode()
