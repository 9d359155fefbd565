"""Write results to files: whole, verified, and the same bytes for the same input, or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import folium
import pandas as pd
from matplotlib.figure import Figure

from mtmgeo.boundaries.audit.faults import Audit
from mtmgeo.core.errors import DisclaimerError, SpecError
from mtmgeo.core.staging import put
from mtmgeo.figures import surfaces
from mtmgeo.files import exports, gis, spreadsheets
from mtmgeo.images import png_tiff
from mtmgeo.matching.result import MatchResult
from mtmgeo.tables import plan
from mtmgeo.tables.inspection import Inspection
from mtmgeo.verification import verify

_SUPPORTED: Final = (
    "a static map as .png, .tif, .svg or .pdf; an interactive map as .html; a table as .csv, .xlsx "
    "or .parquet; tables by sheet name as .xlsx; figures as .csv, .hxl.csv, .xlsx, .gpkg or "
    ".parquet; a layer as .geojson, .gpkg or .parquet (mtmgeo.layer makes one of figures); a match "
    "result as .csv or .xlsx; values by name as .json; text as .md or .txt; what checking "
    "boundaries has found as .txt, .json or .gpkg; a surface as .tif; a reading plan as .toml"
)


def write(obj: Any, path: str | Path) -> Path:
    """Write a result to a file.

    The file appears whole or not at all, and only then replaces an older one. A map or a surface is
    verified before.

    Parameters
    ----------
    obj
        A static map (a matplotlib Figure: ``.png``, ``.tif``, ``.svg``, ``.pdf``) or an interactive
        one (a folium Map: ``.html``), each with the disclaimer; an Assessment (``.csv``,
        ``.hxl.csv``, ``.xlsx``, ``.gpkg``, ``.parquet``); a GeoDataFrame (``.geojson``, ``.gpkg``,
        ``.parquet``); a DataFrame (``.csv``, ``.xlsx``, ``.parquet``), whose index is left out; a
        mapping of sheet names to DataFrames (``.xlsx``) or of names to plain values (``.json``:
        missing and infinite numbers become null); text (``.md``, ``.txt``); a MatchResult
        (``.csv``; ``.xlsx``, which begins with the rows to decide); an Audit (``.txt``, ``.json``;
        ``.gpkg``, the faults in their places); a Surface (``.tif``, a Cloud Optimized GeoTIFF); a
        Plan, or an Inspection with its plan (``.toml``).
        A Figure is written at its own resolution, with its label as the title; its attributes
        ``alt``, the map in words, and ``lang``, the code of its language, are written if it has
        them. Text in tables is never a formula: in CSV what a spreadsheet would take for one is
        preceded by an apostrophe.
    path
        Where to. The ending names the format; the folder must exist.

    Returns
    -------
    path
        Of the file.

    Raises
    ------
    DisclaimerError
        If the disclaimer of a map is missing, altered, or not in view.
    SpecError
        If `obj` cannot be written in that format.
    InputError
        If the file cannot be written there.
    """
    path = Path(path)
    content = _content(obj, path)
    if path.suffix.lower() in {*png_tiff.FORMATS, ".html"}:
        faults = verify.faults(content, path.suffix)
        if faults:
            raise DisclaimerError([f"{path.name} was not written. {x}" for x in faults])
    put(path, content)
    return path


def _content(obj: Any, path: Path) -> bytes:
    kind = path.suffix.lower()
    exported = exports.encode(obj, path.name)
    if exported is not None:
        return exported
    if isinstance(obj, MatchResult):
        tables = {"review": obj.review(), "locations": obj.frame}
        obj = tables if kind == ".xlsx" else obj.frame
    if isinstance(obj, Audit) and kind == ".gpkg":
        return gis.encode_geopackage({"faults": obj.faults})
    if isinstance(obj, Audit):
        obj = obj.summary() if kind == ".txt" else obj.to_dict()
    if isinstance(obj, Figure) and kind in png_tiff.FORMATS:
        return png_tiff.encode(obj, kind)
    if isinstance(obj, pd.DataFrame) and kind == ".csv":
        return spreadsheets.encode_csv(obj)
    if isinstance(obj, pd.DataFrame) and kind == ".xlsx":
        return spreadsheets.encode_xlsx({"Table": obj})
    if isinstance(obj, Mapping) and kind == ".xlsx" and _are_tables(obj):
        return spreadsheets.encode_xlsx(obj)
    if isinstance(obj, Mapping) and kind == ".json":
        values = spreadsheets.plain(obj)
        return _utf8(json.dumps(values, ensure_ascii=False, allow_nan=False, indent=2) + "\n")
    if isinstance(obj, str) and kind in {".md", ".txt"}:
        return _utf8(obj)
    if isinstance(obj, surfaces.Surface) and kind in {".tif", ".tiff"}:
        return surfaces.encode(obj)
    if isinstance(obj, plan.Plan) and kind == ".toml":
        return plan.encode(obj)
    if isinstance(obj, Inspection) and kind == ".toml":
        return obj.encoded_plan()
    if isinstance(obj, folium.Map) and kind == ".html":
        return _utf8(obj.get_root().render())
    raise SpecError(
        f"{path.name}: {type(obj).__name__} cannot be written as '{kind}'. What can be written: "
        f"{_SUPPORTED}."
    )


def _are_tables(obj: Mapping[Any, Any]) -> bool:
    return bool(obj) and all(isinstance(table, pd.DataFrame) for table in obj.values())


def _utf8(text: str) -> bytes:
    """Encode `text`; half of a surrogate pair, which is no character, is written as an escape."""
    return text.encode("utf-8", errors="backslashreplace")
