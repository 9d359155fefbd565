"""Boundary files as they are published: COD-AB of three ages, geoBoundaries, or named columns."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from mtmgeo.boundaries.sources.features import level_of, statuses_of, text_of, units_of
from mtmgeo.boundaries.sources.layers import Layer, opened, read_layer
from mtmgeo.boundaries.sources.schemas import (
    STATUS_COLUMNS,
    Schema,
    has,
    level_in,
    named,
    recognise,
)
from mtmgeo.core.errors import BoundaryError
from mtmgeo.geo.crs import CRS
from mtmgeo.geo.polygons import areal

#: A country in the name of a file or layer, such as hti_admbnda_adm2_cnigs_20181129.
_ISO3: Final = re.compile(r"(?<![a-z])([a-z]{3})[_-]adm", re.IGNORECASE)
#: Names of layers that say the same in another way: simplified, or matched at its edges to others.
_LIGHTER: Final = re.compile(r"simpl|_em(?![a-z])", re.IGNORECASE)
_OVERLAP: Final = 0.01
_SEAM_DEGREES: Final = 1e-4  # of width: about ten metres


@dataclass(frozen=True, eq=False)
class Source:
    """What boundary files say, before it is trusted.

    Attributes
    ----------
    units
        GeoDataFrame in EPSG:4326, one row per feature, by level and then in the order of the files;
        RangeIndex. ``pcode``, ``level`` (0 country to 5), ``parent_pcode``, ``name``, ``name_XX``
        (XX is a language), ``aliases`` (``|``-separated), ``type``, ``status`` (of its outline:
        ``""``, ``final``, ``disputed``, ``line of control``, ``administrative`` or
        ``undetermined``); text as given, ``""`` where nothing is. ``lat``, ``lon``
        (float degrees, NaN where not given), ``area_said`` (km², float, NaN where not given),
        ``file`` (what to call the file and layer in a message), ``row`` (number of the feature in
        its layer, from 1; 0 for a unit made from those below it), ``geometry`` (as given, perhaps
        invalid or None).
    said
        DataFrame, same index: what each feature says of the units above it, ``pcode0``, ``name0``,
        ``pcode1`` ...; ``""`` where it says nothing, or at its own level and below.
    lines
        GeoDataFrame in EPSG:4326 of borders that are not final: ``level``, ``status``,
        ``geometry`` (lines).
    schema
        One of the kinds in `mtmgeo.schemas`.
    title, country, iso3, version, date, licence
        As far as the files say; ``""`` otherwise. `date` is that from which the units are valid.
    notes
        Sentences on how the files were read: layers left out, a code page assumed.
    doubts
        Sentences that a map of a level must say: that parents were found by position.
    """

    units: gpd.GeoDataFrame
    said: pd.DataFrame
    lines: gpd.GeoDataFrame
    schema: str
    title: str = ""
    country: str = ""
    iso3: str = ""
    version: str = ""
    date: str = ""
    licence: str = ""
    notes: tuple[str, ...] = ()
    doubts: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


def read_source(
    path: str | Path, *, columns: Mapping[str, str] | None = None, crs: str | None = None
) -> Source:
    """Read boundary files as they are published.

    Parameters
    ----------
    path
        A GeoJSON, Shapefile, GeoPackage, File Geodatabase, FlatGeobuf or GeoParquet file, a folder
        that holds some, or a zip: one layer for each level, or all levels in one.
    columns
        Headings by role (`mtmgeo.schemas.ROLES`), where they are of no known schema.
    crs
        Coordinate reference system, in the place of what the files say or do not say.

    Returns
    -------
    source
        The units of all levels. Levels that have no layer of their own are made from the layer
        below that names them.

    Raises
    ------
    BoundaryError
        If nothing can be read, no schema is recognised, a column of codes holds numbers, or there
        are two layers of one level.
    """
    path = Path(path)
    with opened(path) as every:
        lined = [layer for layer in every if layer.shape == "line"]
        layers = _meant(every, columns)
        pairs = [
            (layer, schema)
            for layer in layers
            if layer.shape in ("polygon", "any") and (schema := _schema(layer, columns)) is not None
        ]
        if not pairs:
            raise BoundaryError(_unrecognised(path, layers))
        pairs, notes = _chosen(pairs, path)
        tables = []
        for layer, schema in pairs:
            frame, remarks = read_layer(layer, crs=crs)
            notes += remarks
            tables += units_of(frame, schema, layer)
        first = min((layer.rank for layer in lined), default=0)
        lines = [_lines(layer, crs) for layer in lined if layer.rank == first]
    return _together(tables, lines, notes, path)


def _meant(layers: list[Layer], columns: Mapping[str, str] | None) -> list[Layer]:
    """Return the layers that have the column of codes that was named, all if none has it."""
    code = (columns or {}).get("pcode", "").lower()
    meant = [x for x in layers if code in (column.lower() for column in x.columns)]
    return meant if columns and meant else layers


def _schema(layer: Layer, columns: Mapping[str, str] | None) -> Schema | None:
    if columns:
        return named(columns, layer.columns, layer.title, layer.label)
    return recognise(layer.columns, layer.title)


def _unrecognised(path: Path, layers: Sequence[Layer]) -> str:
    listed = "; ".join(f"{layer.label}: {has(layer.columns)}" for layer in layers[:5])
    return (
        f"{path.name} follows no schema that is known (COD-AB, geoBoundaries): name its columns, "
        f"such as `mtmgeo boundaries add {path.name} --columns level=2,pcode=CODE,name=NAME,"
        f"parent=PARENT_CODE`. {listed}."
    )


# --- which layers -----------------------------------------------------------------------------


def _chosen(
    pairs: Sequence[tuple[Layer, Schema]], path: Path
) -> tuple[list[tuple[Layer, Schema]], list[str]]:
    """Return one layer of each level, all of one format, and what was left out."""
    found = [_ISO3.search(layer.title) for layer, _ in pairs]
    _refuse_several({name[1] for name in found if name}, path, "files")
    by_format: defaultdict[int, list[tuple[Layer, Schema]]] = defaultdict(list)
    for layer, schema in pairs:
        by_format[layer.rank].append((layer, schema))
    levels = {rank: {level_of(*pair) for pair in found} for rank, found in by_format.items()}
    best = min(by_format, key=lambda rank: (-len(levels[rank]), rank))
    notes, others = [], []
    for layer, schema in [
        pair for rank in sorted({*by_format} - {best}) for pair in by_format[rank]
    ]:
        level = level_of(layer, schema)
        if level is None or None in levels[best] or level in levels[best]:
            others.append(layer.label)
        else:  # a level that only this format has
            levels[best].add(level)
            by_format[best].append((layer, schema))
    if others:
        notes.append(f"The same levels in another format were left out: {', '.join(others)}.")
    kept, faults = [], []
    for level in sorted(levels[best], key=lambda level: (level is None, level)):
        here = [pair for pair in by_format[best] if level_of(*pair) == level]
        named = [pair for pair in here if level_in(pair[0].title) is not None]
        plain = [pair for pair in named or here if not _LIGHTER.search(pair[0].title)]
        if len(plain) > 1 and level is not None:
            listed = ", ".join(layer.label for layer, _ in plain)
            faults.append(
                f"{path.name} holds several layers of admin {level} ({listed}): give one file of "
                "each level."
            )
        kept += (plain or named or here)[:1] if level is not None else here
        left = [layer.label for layer, _ in here if all(layer is not one for one, _ in kept)]
        if left and not faults:
            notes.append(f"Left out beside the full layer: {', '.join(left)}.")
    if faults:
        raise BoundaryError(faults)
    return kept, notes


def _refuse_several(codes: set[str], path: Path, what: str) -> None:
    countries = sorted({code.upper() for code in codes})
    if len(countries) > 1:
        raise BoundaryError(
            f"{path.name} holds the boundaries of several countries ({', '.join(countries)}): give "
            f"the {what} of one."
        )


# --- all of it --------------------------------------------------------------------------------


def _together(
    tables: Sequence[pd.DataFrame],
    lines: Sequence[gpd.GeoDataFrame],
    notes: Sequence[str],
    path: Path,
) -> Source:
    """Put the levels together: levels that are only named made from those below, and parents."""
    if not tables:
        raise BoundaryError(f"{path.name} has layers, but no units in them: fetch it again.")
    rows = pd.concat(tables, ignore_index=True)
    _refuse_several({code.strip() for code in rows["iso3"].fillna("")} - {""}, path, "units")
    rows, pieces = _whole(rows)
    rows, made = _upper_levels(rows)
    rows = rows.sort_values("level", kind="stable", ignore_index=True)
    said = pd.DataFrame(
        {
            f"{what}{up}": rows.get(f"{what}{up}", pd.Series("", index=rows.index)).fillna("")
            for up in range(int(rows["level"].max()))
            for what in ("pcode", "name")
        },
        index=rows.index,
    )
    kept = ["pcode", "level", "name", *sorted(_languages(rows)), "aliases", "type", "status"]
    text = rows[kept].fillna("")
    units = gpd.GeoDataFrame(
        text.assign(lat=np.nan, lon=np.nan, **rows[["area_said", "file", "row"]]),
        geometry=gpd.GeoSeries(rows["geometry"].to_numpy(), crs=CRS),
    )
    units.insert(2, "parent_pcode", _parents(units, said))
    doubts = _by_position(units, said)
    country = units.loc[units["level"] == 0, "name"]
    schema = str(rows["schema"].iloc[-1])
    return Source(
        units=units,
        said=said,
        lines=_statuses(units, lines),
        schema=schema,
        title=path.stem.partition(".")[0],
        country=str(country.iloc[0]).strip() if len(country) == 1 else "",
        iso3=_one(rows["iso3"]) or _one(rows["file"].str.extract(_ISO3)[0]).upper(),
        version=_one(rows["version"]),
        date=max(rows["date"].fillna("")),
        notes=tuple(dict.fromkeys([*notes, *pieces, *made])),
        doubts=doubts,
    )


def _languages(rows: pd.DataFrame) -> list[str]:
    return [c for c in rows.columns if c.startswith("name_") and "@" not in c]


def _one(values: pd.Series) -> str:
    """Return the value that a column has most often, ``""`` if it has none."""
    given = values.fillna("").str.strip()
    given = given[given.ne("")]
    return str(given.mode().iloc[0]) if len(given) else ""


def _whole(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Put together units that are given piece by piece: alike in all but their ground."""
    alike = rows.columns.difference(["geometry", "row", "area_said"]).tolist()
    again = rows.duplicated(alike, keep=False) & rows["pcode"].ne("")
    dropped: list[int] = []
    shaped, said = rows["geometry"].to_numpy(copy=True), rows["area_said"].to_numpy(copy=True)
    for _, pieces in rows[again].groupby(alike, sort=False, dropna=False):
        shapes = areal(pieces["geometry"].to_numpy())
        whole = union(shapes)
        # The same ground twice is a fault, and is left to be found.
        if whole is not None and shapely.area(whole) > (1 - _OVERLAP) * shapely.area(shapes).sum():
            shaped[pieces.index[0]] = whole
            areas = set(pieces["area_said"])  # of the unit in every piece, or of each piece
            said[pieces.index[0]] = sum(areas) if len(areas) > 1 else areas.pop()
            dropped += pieces.index[1:].tolist()
    if not dropped:
        return rows, []
    note = f"{len(dropped)} features are pieces of units in other features, and joined to them."
    rows = rows.assign(geometry=shaped, area_said=said)
    return rows.drop(index=dropped).reset_index(drop=True), [note]


def _upper_levels(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Add the levels that no layer holds but the layer below names, as unions of their units."""
    made, tables = [], [rows]
    present = {int(level) for level in rows["level"]}
    below = rows[rows["level"] == max(present)]
    for level in range(max(present) - 1, -1, -1):
        codes = below.get(f"pcode{level}")
        if level in present:
            below = rows[rows["level"] == level]
        elif codes is not None and codes.fillna("").ne("").any():
            named = codes.fillna("").ne("")
            tables.append(_made(below[named], level))
            # What names no unit of this level may name one of the next.
            below = pd.concat([tables[-1], below[~named]], ignore_index=True)
            made.append(f"Admin {level} was made from the units below it.")
    return pd.concat(tables, ignore_index=True), made


def _made(parts: pd.DataFrame, level: int) -> pd.DataFrame:
    """Return the units of a level that those below it name, as unions of these."""
    codes = parts[f"pcode{level}"].to_numpy()
    shapes = gpd.GeoSeries(parts["geometry"].to_numpy()).groupby(codes)
    first = parts.drop_duplicates(f"pcode{level}").reset_index(drop=True)
    own = dict.fromkeys((*_languages(parts), "aliases", "type"), "") | {
        column.partition("@")[0]: first[column]
        for column in first.columns
        if column.endswith(f"@{level}")
    }
    merged = shapes.agg(lambda some: union(some.to_numpy()))
    return first.assign(
        **own,
        pcode=first[f"pcode{level}"],
        name=first[f"name{level}"],
        level=level,
        row=0,
        status="",
        area_said=np.nan,
        geometry=merged.reindex(first[f"pcode{level}"]).to_numpy(),
    )


def union(shapes: npt.NDArray[np.object_]) -> shapely.Geometry | None:
    """Return the union of polygons: exact where they share their edges, repaired where invalid."""
    some = areal(shapes)
    some = some[~shapely.is_missing(some)]
    if not len(some):
        return None
    if shapely.coverage_is_valid(some):
        return shapely.coverage_union_all(some)
    parts = [
        shapely.Polygon(part.exterior, [ring for ring in part.interiors if _wide(ring)])
        for part in shapely.get_parts(shapely.union_all(some))
    ]
    return shapely.union_all(parts)


def _wide(ring: shapely.LinearRing) -> bool:
    """Return whether a hole is more than where two outlines do not quite meet."""
    return float(2 * shapely.Polygon(ring).area) > _SEAM_DEGREES * float(ring.length)


def _parents(units: gpd.GeoDataFrame, said: pd.DataFrame) -> pd.Series:
    """Return the code of the unit just above that each feature names, or of the one above that."""
    parent = pd.Series("", index=units.index, dtype=object)
    for up in range(int(units["level"].max())):
        codes = said[f"pcode{up}"].str.strip()
        parent = parent.where((units["level"] <= up) | codes.eq(""), codes)
    return parent


def _by_position(units: gpd.GeoDataFrame, said: pd.DataFrame) -> dict[int, tuple[str, ...]]:
    """Fill in the parents of units whose layer names none, by where they lie; say so by level."""
    doubts: dict[int, tuple[str, ...]] = {}
    levels = sorted(int(level) for level in units["level"].unique())
    for upper, level in pairwise(levels):
        here = units["level"] == level
        if said.loc[here, [c for c in said.columns if c.startswith("pcode")]].ne("").any(axis=None):
            continue
        above = units[(units["level"] == upper) & units.geometry.notna()]
        rows = units.index[here & units.geometry.notna() & ~units.geometry.is_empty]
        if above.empty or rows.empty:
            continue
        points = shapely.point_on_surface(shapely.make_valid(units.geometry[rows].to_numpy()))
        tree = shapely.STRtree(shapely.make_valid(above.geometry.to_numpy()))
        at, holder = tree.query(points, predicate="within")
        codes = above["pcode"].to_numpy()
        units.loc[rows[at], "parent_pcode"] = codes[holder]
        lost = np.setdiff1d(np.arange(len(rows)), at)
        near, nearest = tree.query_nearest(points[lost], all_matches=False)
        units.loc[rows[lost[near]], "parent_pcode"] = codes[nearest]
        if len(above) == 1:
            continue
        doubts[level] = (
            f"The files do not say in which admin {upper} unit an admin {level} unit lies: it was "
            "found by position" + (f" ({len(near)} by the nearest)." if len(near) else "."),
        )
    return doubts


# --- borders ----------------------------------------------------------------------------------


def _lines(layer: Layer, crs: str | None) -> gpd.GeoDataFrame:
    """Return the lines of a layer with their levels and statuses."""
    frame, _ = read_layer(layer, crs=crs)
    lower = {column.lower(): column for column in layer.columns}
    level = next((lower[c] for c in ("adm_level", "admlevel", "level") if c in lower), None)
    status = next((lower[c] for c in STATUS_COLUMNS if c in lower), None)
    # Other numbers (85, 99) are kinds of international borders.
    numbers = text_of(frame, level).str.extract(r"^([0-5])(?:\.0)?$")[0].fillna("0").astype(int)
    lines = gpd.GeoDataFrame(
        {"level": numbers, "status": statuses_of(text_of(frame, status), status)},
        geometry=frame.geometry,
    )
    return lines[lines.geometry.notna()]


def _statuses(units: gpd.GeoDataFrame, lines: Sequence[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Return the borders that are not final: of lines, and of units that say so of theirs."""
    known = ~shapely.is_missing(units.geometry.to_numpy())  # an empty outline has no border either
    own = units[~units["status"].isin(("", "final")) & known]
    edges = gpd.GeoDataFrame(own[["level", "status"]], geometry=own.geometry.boundary, crs=CRS)
    every = pd.concat([*lines, edges], ignore_index=True)
    return gpd.GeoDataFrame(
        every[~every["status"].isin(("", "final"))].reset_index(drop=True), crs=CRS
    )
