"""Boundary sets read: packs, boundary files as they are published, plain tables of units."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd
import platformdirs

from mtmgeo.boundaries import units_table
from mtmgeo.boundaries.audit.audit import audit
from mtmgeo.boundaries.audit.faults import Audit
from mtmgeo.boundaries.boundary_set import LEVEL_NAMES, BoundarySet
from mtmgeo.boundaries.sources.layers import ENDINGS
from mtmgeo.boundaries.sources.schemas import GEOBOUNDARIES, NAMED
from mtmgeo.boundaries.sources.source import Source, read_source
from mtmgeo.core.errors import BoundaryError
from mtmgeo.geo.crs import CRS
from mtmgeo.geo.polygons import areal

#: The version of the format of packs that is written, and the newest that is read.
PACK_FORMAT: Final = 2

_TEXT: Final = ("pcode", "name", "parent_pcode", "aliases", "type")
_DEGREES: Final = {"lat": 90, "lon": 180}
_HOME: Final = "MTMGEO_BOUNDARIES"
_VECTOR: Final = (*ENDINGS, ".zip")
#: What publishers write for ground that has no name of its own.
_NAMELESS: Final = frozenset(
    (
        "unknown",
        "unnamed",
        "no name",
        "inconnu",
        "desconocido",
        "неизвестно",
        "неизвестный",
        "белгисиз",
    )
)
_TOLD: Final = 30
_CREDIT: Final = {GEOBOUNDARIES: "geoBoundaries", NAMED: ""}


def packs_folder() -> Path:
    """Return the folder of the embedded packs, in an installed wheel or in a checkout."""
    installed = Path(str(resources.files("mtmgeo") / "boundaries_packs"))
    return installed if installed.is_dir() else Path(__file__).resolve().parents[2] / "boundaries"


def added_folder() -> Path:
    """Return the folder of the packs that the user has added.

    It is ``boundaries`` in the user's data folder, or what the environment variable
    ``MTMGEO_BOUNDARIES`` names.
    """
    chosen = os.environ.get(_HOME)
    return Path(chosen) if chosen else platformdirs.user_data_path("mtmgeo", False) / "boundaries"


def list_packs() -> dict[str, Path]:
    """Return the folders of the packs by name; one that was added hides an embedded one."""
    homes = (packs_folder(), added_folder())
    found = {path.parent.name: path.parent for home in homes for path in home.glob("*/pack.json")}
    return dict(sorted(found.items()))


def read_boundaries(
    reference: str | Path = "kgz",
    *,
    columns: Mapping[str, str] | None = None,
    crs: str | None = None,
) -> BoundarySet:
    """Read a boundary set.

    Parameters
    ----------
    reference
        Name of an embedded or added pack (``kgz``); a pack's folder; boundary files as they are
        published by COD-AB or geoBoundaries (a GeoJSON, Shapefile, GeoPackage, File Geodatabase,
        FlatGeobuf or GeoParquet file, a folder of them, or a zip); or a table (CSV or workbook)
        with the columns ``pcode``, ``level``, ``name``, ``parent_pcode`` and optionally
        ``name_XX``, ``aliases``, ``type``, ``lat``, ``lon``, or with those of each level beside
        each other (``ADM1_EN``, ``ADM1_PCODE``, ``ADM2_EN`` ...); its units have no outline.
    columns
        For boundary files of another schema: headings by role (``level``, ``pcode``, ``name``,
        ``name_XX``, ``parent``, ``parent_name``, ``type``, ``aliases``, ``status``).
    crs
        For boundary files: their coordinate reference system, in the place of what they say or do
        not say.

    Returns
    -------
    boundaries
        The units of all levels. What was found wrong with boundary files, but does not stop a map,
        is in `notes`.

    Raises
    ------
    BoundaryError
        If nothing is there, or the units contradict each other; every fault is named.
    """
    packs = list_packs()
    if str(reference) in packs:
        return _read_pack(packs[str(reference)])
    path = Path(reference)
    if (path / "pack.json").is_file():
        return _read_pack(path)
    if path.suffix.lower() in units_table.ENDINGS and path.is_file():
        units = units_from(units_table.read_units_table(path), path.name)
        return BoundarySet(units, name=path.stem, title=path.stem, sources=(f"Units: {path.name}",))
    if path.is_dir() or path.suffix.lower() in _VECTOR:
        return from_source(read_source(path, columns=columns, crs=crs))
    raise BoundaryError(
        f"{str(reference)!r} is no boundary set: give the name of a pack "
        f"({', '.join(packs)}), boundary files (GeoJSON, Shapefile, GeoPackage, File Geodatabase, "
        "FlatGeobuf, GeoParquet, or a zip of them), a pack's folder with pack.json, or a table "
        f"with the columns {', '.join(units_table.REQUIRED)}."
    )


def from_source(source: Source, *, checked: Audit | None = None) -> BoundarySet:
    """Return the boundary set that published files describe.

    Parameters
    ----------
    source
        The files, as read.
    checked
        What checking them has found, where that is known.

    Raises
    ------
    BoundaryError
        If a fault stops a map.
    """
    checked = checked or audit(source)
    if not checked.ok:
        raise BoundaryError(_errors(checked))
    units = source.units.drop(columns=["status", "area_said", "file", "row"])
    texts = [c for c in units.columns if c not in ("level", "lat", "lon", "geometry")]
    units[texts] = units[texts].apply(lambda column: column.str.split().str.join(" "))
    for column in [c for c in texts if c.startswith("name")]:
        units[column] = units[column].where(~units[column].str.lower().isin(_NAMELESS), "")
    units["geometry"] = gpd.GeoSeries(areal(units.geometry.to_numpy()), units.index, CRS)
    if units.geometry.isna().all():
        raise BoundaryError(
            f"{source.title} has units but no outlines: fetch it again, or give the units as a CSV."
        )
    units["approximate"] = False
    units = units.sort_values(["level", "pcode"], ignore_index=True)
    name = (source.iso3 or source.title).lower()
    return BoundarySet(
        gpd.GeoDataFrame(units, geometry="geometry", crs=CRS),
        name=name,
        title=f"{source.country or source.title}: administrative boundaries",
        country=source.country,
        version=source.version or source.date,
        licence=source.licence,
        sources=(cite(source_facts(source)),),
        notes=_warnings_of(source, checked),
        level_names={**LEVEL_NAMES, 4: "admin 4"},
        lines=source.lines,
    )


def _errors(checked: Audit) -> list[str]:
    messages = checked.faults.loc[checked.faults["severity"] == "error", "message"].tolist()
    more = len(messages) - _TOLD
    rest = [f"... and {more:,} more: see `mtmgeo boundaries check`."] if more > 0 else []
    return [*messages[:_TOLD], *rest]


def source_facts(source: Source) -> dict[str, str]:
    """Return credit, licence and date of published files, as a pack keeps them."""
    credit = " ".join(filter(None, (_CREDIT.get(source.schema, "OCHA COD-AB"), source.version)))
    return {
        "credit": "Boundaries: " + ", ".join(filter(None, (credit, source.title))),
        "licence": source.licence,
        "date": f"valid {source.date}" if source.date else "",
    }


def _warnings_of(source: Source, checked: Audit) -> dict[int, str]:
    """Return what a map of each level must say of its boundaries."""
    said = {}
    for level in sorted({int(level) for level in source.units["level"]}):
        faults = checked.found("warning", level)
        told = [f"Checking the boundaries found {'; '.join(faults)}."] if faults else []
        said[level] = " ".join((*source.doubts.get(level, ()), *told))
    return {level: text for level, text in said.items() if text}


def _read_pack(folder: Path) -> BoundarySet:
    """Return the set of a pack; as long as its files stay as they are, the one read before."""
    try:
        found = [(path, path.stat()) for path in sorted(folder.rglob("*"))]
    except OSError as fault:
        raise _unreadable(folder, fault) from fault
    return _pack_of(folder, tuple((path, at.st_size, at.st_mtime_ns) for path, at in found))


def _unreadable(folder: Path, fault: Exception) -> BoundaryError:
    return BoundaryError(
        f"The boundary pack {folder} cannot be read ({fault}): build or install it again."
    )


@lru_cache(maxsize=4)
def _pack_of(folder: Path, _files: tuple[tuple[Path, int, int], ...]) -> BoundarySet:
    try:
        about = json.loads((folder / "pack.json").read_text(encoding="utf-8"))
        if about["format"] > PACK_FORMAT:
            raise BoundaryError(
                f"The boundary pack {folder} was made by a newer mtmgeo: update mtmgeo."
            )
        bounds = BoundarySet(
            _pack_units(folder / "units.csv"),
            name=about["name"],
            title=about["title"],
            country=about["country"],
            version=about["version"],
            licence=about["licence"],
            sources=tuple(cite(source) for source in about["sources"]),
            notes={int(level): note for level, note in about["notes"].items()},
            level_names={**LEVEL_NAMES, **{int(k): v for k, v in about["level_names"].items()}},
        )
        full = _outlined(bounds, folder, about["outlines"])
        if about["drawn"]:
            # What maps show was generalised when the pack was made, which takes seconds.
            full.__dict__["drawn"] = _outlined(bounds, folder / "drawn", about["outlines"])
    except (OSError, LookupError, TypeError, AttributeError, ValueError, RuntimeError) as fault:
        raise _unreadable(folder, fault) from fault
    return full


def _outlined(boundaries: BoundarySet, folder: Path, levels: Sequence[int]) -> BoundarySet:
    """Return a set with the outlines, lakes, enclaves and lines in a folder."""
    outlines = pd.concat(
        [
            gpd.read_file(folder / f"adm{int(level)}.fgb", columns=["pcode"]).assign(level=level)
            for level in levels
        ],
        ignore_index=True,
    )
    units = boundaries.units.drop(columns="geometry").merge(
        outlines, on=["level", "pcode"], how="left", validate="one_to_one"
    )
    context = gpd.read_file(folder / "context.fgb")
    kept = [column for column in map(str, context.columns) if column != "kind"]
    return replace(
        boundaries,
        units=gpd.GeoDataFrame(units, geometry="geometry", crs=CRS),
        water=context.loc[context["kind"] == "lake", kept].reset_index(drop=True),
        enclaves=context.loc[context["kind"] == "enclave", kept].reset_index(drop=True),
        lines=gpd.read_file(folder / "lines.fgb"),
    )


def cite(source: Mapping[str, str]) -> str:
    """Return the sentence by which a map names a source: credit, date, licence."""
    facts = "; ".join(fact for fact in (source["date"], source["licence"]) if fact)
    return f"{source['credit']} ({facts})" if facts else source["credit"]


def _pack_units(path: Path) -> gpd.GeoDataFrame:
    try:
        raw = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as fault:
        raise BoundaryError(f"{path} is damaged ({fault}): add the pack again.") from fault
    return units_from(raw, path.name, nameless=True)


def units_from(raw: pd.DataFrame, source: str, *, nameless: bool = False) -> gpd.GeoDataFrame:
    """Return checked units; `raw` is all text, with at least the required columns.

    A pack may hold ground without a name (`nameless`).
    """
    units = raw.apply(lambda column: column.str.strip())
    for column in (*_TEXT, *_DEGREES):
        units[column] = units.get(column, "")
    faults = _unit_faults(units, source, nameless=nameless)
    if faults:
        raise BoundaryError(faults)
    for column in _DEGREES:
        units[column] = _numbers(units[column])
    units["level"] = units["level"].astype(int)
    units["approximate"] = units.get("approximate", pd.Series("", index=units.index)).eq("true")
    units = units.sort_values(["level", "pcode"], ignore_index=True)
    return gpd.GeoDataFrame(units, geometry=gpd.GeoSeries([None] * len(units), crs=CRS), crs=CRS)


def _numbers(cells: pd.Series) -> pd.Series:
    numbers: pd.Series = pd.to_numeric(cells.replace("", None), errors="coerce").astype(float)
    return numbers


def _unit_faults(units: pd.DataFrame, source: str, *, nameless: bool) -> list[str]:
    """Return one sentence per fault of a table of units, with the file's row numbers."""
    if units.empty:
        return [f"{source} has headings but no units below them: add the units."]
    faults: list[str] = []

    def say(rows: pd.Series, what: str) -> None:
        faults.extend(f"{source}, row {label + 2}: {what}" for label in units.index[rows])

    say(units["pcode"].eq(""), "the p-code is blank: fill it in or delete the row.")
    say(
        units["pcode"].str.fullmatch(r"\d+(\.\d+)?[eE]\+?\d+"),
        "the p-code has become a number such as 4.17E+13 in a spreadsheet: restore it as text.",
    )
    levels = [str(level) for level in LEVEL_NAMES]
    say(~units["level"].isin(levels), "the level must be 0, 1, 2, 3, 4 (a settlement) or 5.")
    blank = units["name"].eq("") & (not nameless)
    say(blank, "the name is blank: fill it in or delete the row.")
    say(
        units.duplicated(["level", "pcode"]) & units["pcode"].ne(""),
        "the same level and p-code stand in an earlier row: keep one of them.",
    )
    for column, limit in _DEGREES.items():
        placed = units[column].eq("") | _numbers(units[column]).between(-limit, limit)
        say(~placed, f"{column} must be blank or degrees from -{limit} to {limit}.")
    known = set(zip(units["level"], units["pcode"], strict=True))
    orphan = [
        parent != "" and not any((str(up), parent) in known for up in range(int(level)))
        if level in levels
        else False
        for level, parent in zip(units["level"], units["parent_pcode"], strict=True)
    ]
    say(
        pd.Series(orphan, index=units.index, dtype=bool),
        "parent_pcode names no unit of a higher level: correct it, or add that unit.",
    )
    return faults
