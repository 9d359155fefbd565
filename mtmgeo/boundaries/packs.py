"""Packs of the user's own: published boundaries kept under a name, or put over a pack."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from mtmgeo.boundaries.audit.audit import audit
from mtmgeo.boundaries.audit.faults import Audit
from mtmgeo.boundaries.boundary_set import LEVEL_NAMES, BoundarySet
from mtmgeo.boundaries.read import (
    PACK_FORMAT,
    added_folder,
    from_source,
    list_packs,
    packs_folder,
    read_boundaries,
    source_facts,
)
from mtmgeo.boundaries.sources.source import read_source, union
from mtmgeo.core.errors import InputError
from mtmgeo.core.staging import discard, staged, unfinished
from mtmgeo.geo.crs import CRS

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
#: What Windows takes for devices.
_RESERVED: Final = frozenset(("con", "prn", "aux", "nul", *(f"com{n}" for n in range(10)),
                              *(f"lpt{n}" for n in range(10))))  # fmt: skip
_FIRST: Final = ("pcode", "level", "parent_pcode", "name")
_LAST: Final = ("aliases", "type", "approximate", "lat", "lon")
#: An outline of which less than this is left beside official ones is none.
_LEFT: Final = 0.5
_LISTED: Final = 12


@dataclass(frozen=True)
class Added:
    """What became of boundary files that were added.

    Attributes
    ----------
    name, folder
        Of the pack.
    boundaries
        The pack, as it is read from now on.
    over
        Title of the embedded pack that the files were put over; ``""`` if they make a new one.
    again
        Whether they took the place of files that were added under this name before.
    joined
        Per level, how many units of the files are units of that pack.
    only_files, only_pack
        Per level, names and codes of the others: units of the files that the pack did not know
        (without those that have no name), and units of the pack that the files do not hold.
    nameless
        Per level, how many units of the files have no name: ground that can be no one's location.
    notes
        How the files were read.
    checked
        What checking them found.
    """

    name: str
    folder: Path
    boundaries: BoundarySet
    over: str
    again: bool
    joined: Mapping[int, int]
    only_files: Mapping[int, tuple[str, ...]]
    only_pack: Mapping[int, tuple[str, ...]]
    nameless: Mapping[int, int]
    notes: tuple[str, ...]
    checked: Audit

    def summary(self) -> str:
        """Return the report in words, one fact per line."""
        bounds = self.boundaries
        counts = ", ".join(f"{bounds.level_names[n]} {len(bounds.at(n)):,}" for n in bounds.levels)
        lines = [f"{self.name}: {bounds.title}", f"  units: {counts}"]
        if self.over:
            lines[0] += ", put over the embedded pack"
        if self.again:
            lines[0] += "; it takes the place of what was added under this name before"
        for level in bounds.levels:
            if level in self.joined:
                lines.append(f"  {LEVEL_NAMES[level]}: {self.joined[level]:,} joined by p-code")
            for what, units in (
                ("of the files alone", self.only_files.get(level, ())),
                ("of the pack alone", self.only_pack.get(level, ())),
            ):
                if self.over and units:
                    more = f" and {len(units) - _LISTED:,} more" if len(units) > _LISTED else ""
                    lines.append(f"    {what}: {', '.join(units[:_LISTED])}{more}")
            if self.nameless.get(level):
                lines.append(f"    without a name, so no one's location: {self.nameless[level]:,}")
        lines += [f"  {note}" for note in (*self.notes, *self.checked.warnings)]
        if not bounds.licence:
            lines.append("  No licence is stated, so maps state none: add again with --licence.")
        return "\n".join([*lines, f"  kept in {self.folder}"])


def add_pack(
    path: str | Path,
    *,
    name: str | None = None,
    columns: Mapping[str, str] | None = None,
    crs: str | None = None,
    licence: str | None = None,
    credit: str | None = None,
    provenance: Mapping[str, Any] | None = None,
) -> Added:
    """Keep published boundary files as a pack, which is from then on known by its name.

    Parameters
    ----------
    path
        The files.
    name
        Name of the pack; the country's ISO 3166-1 code in small letters where None. If there is an
        embedded pack of this name, the files are put over it: their outlines take the place of its
        own, its names, aliases and settlements stay, joined by p-code. What was added under this
        name before is replaced.
    columns, crs
        Of the files, as `read_boundaries` takes them.
    licence, credit
        What maps say of the source, where the files do not say it.
    provenance
        Further facts of the source to be kept in the pack: its address, size and SHA-256.

    Returns
    -------
    added
        What joined and what did not.

    Raises
    ------
    BoundaryError
        If the files cannot be read or have faults that stop a map.
    InputError
        If the name is none, or the pack cannot be written.
    """
    path = Path(path)
    source = read_source(path, columns=columns, crs=crs)
    if licence:
        source = replace(source, licence=licence)
    checked = audit(source, name=path.name)
    bounds = from_source(source, checked=checked)
    name = name or bounds.name
    if not _NAME.fullmatch(name) or name in _RESERVED:
        raise InputError(
            f"{name!r} is no name for a pack: give one of small letters, digits, - and _, such as "
            "--name hti."
        )
    facts: dict[str, Any] = {**source_facts(source), **(provenance or _provenance(path))}
    if credit:
        facts["credit"] = credit
    sources, over = [facts], ""
    joined: dict[int, int] = {}
    only_files: dict[int, tuple[str, ...]] = {}
    only_pack: dict[int, tuple[str, ...]] = {}
    new = bounds
    embedded, folder = packs_folder() / name, added_folder() / name
    if (embedded / "pack.json").is_file():
        base = read_boundaries(embedded)
        over = base.title
        joined, only_files, only_pack = _compared(base, new)
        made = source.units["row"].eq(0).groupby(source.units["level"]).all()
        if not any(joined.values()):
            raise InputError(
                f"No unit of {path.name} has a p-code of the embedded pack {name}: give another "
                "--name, or the boundaries of its country."
            )
        bounds = overlaid(base, new, made=made.index[made].tolist())
        about = json.loads((embedded / "pack.json").read_text(encoding="utf-8"))
        sources += [one for one in about["sources"] if one["credit"] != facts["credit"]]
    again = (folder / "pack.json").is_file()
    blank = new.units[new.units["name"].eq("")]["level"].value_counts()
    write_pack(folder, replace(bounds, name=name), sources)
    return Added(
        name=name,
        folder=folder,
        boundaries=read_boundaries(folder),
        over=over,
        again=again,
        joined=joined,
        only_files=only_files,
        only_pack=only_pack,
        nameless={int(level): int(number) for level, number in blank.items()},
        notes=source.notes,
        checked=checked,
    )


def install_pack(
    iso3: str,
    *,
    source: str = "cod-ab",
    name: str | None = None,
    server: str | None = None,
    sha256: str | None = None,
    progress: bool = False,
) -> Added:
    """Download a country's boundaries and keep them as a pack. Nothing else uses the network.

    Parameters
    ----------
    iso3
        ISO 3166-1 code of three letters.
    source
        ``cod-ab`` (OCHA, from HDX) or ``geoboundaries``.
    name
        Name of the pack; the code in small letters where None.
    server, sha256, progress
        As `download` takes them.

    Returns
    -------
    added
        What joined and what did not.

    Raises
    ------
    BoundaryError
        If there is no network or no such file, if it is not whole, or has faults that stop a map.
    InputError
        If the code or the name is none.
    """
    from mtmgeo.boundaries.sources.downloads import download  # nothing else needs a network

    got = download(iso3, source=source, server=server, sha256=sha256, progress=progress)
    whose = "OCHA COD-AB" if source == "cod-ab" else ""  # the other's title says it
    facts = [{"url": f.url, "file": f.name, "bytes": f.size, "sha256": f.sha256} for f in got.files]
    return add_pack(
        got.path,
        name=name or iso3.lower(),
        licence=got.licence,
        credit="Boundaries: " + ", ".join(filter(None, (whose, got.title, got.source))),
        provenance={"published": got.version, "files": facts},
    )


def remove_pack(name: str) -> Path:
    """Remove a pack that was added; an embedded one of its name is then in use again.

    Parameters
    ----------
    name
        Under which it was added.

    Returns
    -------
    folder
        Where it was.

    Raises
    ------
    InputError
        If no such pack was added.
    """
    folder = list_packs().get(name)
    if folder is None or folder.parent != added_folder():
        raise InputError(
            f"No pack {name!r} was added: `mtmgeo boundaries list` shows those there are."
        )
    try:
        discard(folder)
    except OSError as fault:
        raise InputError(
            f"{folder} cannot be removed ({fault.strerror}): close what uses it, and try again."
        ) from fault
    return folder


def _provenance(path: Path) -> dict[str, Any]:
    """Return name, size and SHA-256 of the file that a pack was made from."""
    if not path.is_file():
        return {"file": path.name}
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return {"file": path.name, "bytes": path.stat().st_size, "sha256": digest}


# --- official over approximate ----------------------------------------------------------------


def _compared(
    base: BoundarySet, new: BoundarySet
) -> tuple[dict[int, int], dict[int, tuple[str, ...]], dict[int, tuple[str, ...]]]:
    """Return per level how many units join, and which of either side do not."""
    joined, only_new, only_base = {}, {}, {}
    for level in new.levels:
        old, fresh = base.at(level), new.at(level)
        both = fresh["pcode"].isin(old["pcode"])
        joined[level] = int(both.sum())
        only_new[level] = _said(fresh[~both & fresh["name"].ne("")])
        only_base[level] = _said(old[~old["pcode"].isin(fresh["pcode"])])
    return joined, only_new, only_base


def _said(units: gpd.GeoDataFrame) -> tuple[str, ...]:
    return tuple(
        f"{n or '(no name)'} ({c})" for n, c in zip(units["name"], units["pcode"], strict=True)
    )


def overlaid(base: BoundarySet, new: BoundarySet, *, made: Sequence[int] = ()) -> BoundarySet:
    """Put official outlines over a pack.

    Parameters
    ----------
    base
        A pack, of which names, aliases, types, points and settlements stay.
    new
        Official boundaries, of which the outlines count at every level that they hold. Their names
        fill what the pack leaves blank and are spellings besides.
    made
        Levels of `new` that were made from those below: they are made again, from those of both.

    Returns
    -------
    boundaries
        Units of both, joined by level and p-code. A unit that only the pack has keeps what the
        official outlines of its level leave of its own, and none where that is less than half.
    """
    base_units, new_units = (b.units.set_index(["level", "pcode"], drop=False) for b in (base, new))
    languages = dict.fromkeys((*base.name_columns, *new.name_columns))
    for units in (base_units, new_units):
        for column in languages:
            units[column] = units.get(column, "")
    both = base_units.index.intersection(new_units.index)
    units = base_units.copy()
    official = new_units.loc[both]
    shaped = both[official.geometry.notna().to_numpy()]
    new_units["geometry"] = _dry(new_units.geometry, base.water)
    units.loc[shaped, "geometry"] = new_units.loc[shaped, "geometry"]
    units.loc[shaped, "approximate"] = False
    for column in languages:
        blank = units.loc[both, column].eq("")
        units.loc[both, column] = units.loc[both, column].mask(blank, official[column])
    units.loc[both, "aliases"] = _spellings(units.loc[both], official, list(languages))
    rest = base_units.index.difference(new_units.index)
    for level in new.levels:
        kept = [key for key in rest if key[0] == level and base_units.geometry[key] is not None]
        if kept:
            taken = new_units[(new_units["level"] == level) & new_units.geometry.notna()].geometry
            units.loc[kept, "geometry"] = _left(base_units.geometry[kept], taken)
    fresh = new_units.loc[new_units.index.difference(base_units.index)]
    every = pd.concat([units, fresh], ignore_index=True).sort_values(
        ["level", "pcode"], ignore_index=True
    )
    merged = replace(base, units=gpd.GeoDataFrame(every, geometry="geometry", crs=CRS))
    for level in sorted(made, reverse=True):
        merged = _remade(merged, level, new.at(level)["pcode"])
    return replace(
        merged,
        version=" + ".join(filter(None, (base.version, new.version))),
        licence="; ".join(dict.fromkeys(filter(None, (base.licence, new.licence)))),
        notes=_notes(base, new, merged.units),
        lines=pd.concat([base.lines, new.lines], ignore_index=True)
        if len(new.lines)
        else base.lines,
    )


def _remade(boundaries: BoundarySet, level: int, codes: pd.Series) -> BoundarySet:
    """Return a set with outlines of a level made from those below it, where it has some."""
    units, above = boundaries.units, boundaries.lineage[level]
    parts = units[(units["level"] == level + 1) & units.geometry.notna()]
    shapes = parts.geometry.groupby(above[parts.index]).agg(lambda some: union(some.to_numpy()))
    wanted = units["pcode"].isin(shapes.index) & units["pcode"].isin(codes)
    here = units.index[(units["level"] == level) & wanted]
    units.loc[here, "geometry"] = shapes.loc[units.loc[here, "pcode"]].to_numpy()
    return boundaries.with_units(units)


def _spellings(
    units: gpd.GeoDataFrame, official: gpd.GeoDataFrame, languages: list[str]
) -> list[str]:
    """Return the aliases of joined units, with the official spellings that are not theirs yet."""
    spelt = []
    for unit, other in zip(units.to_dict("records"), official.to_dict("records"), strict=True):
        own = {unit[column] for column in languages}
        more = [*unit["aliases"].split("|"), *(other[column] for column in languages)]
        spelt.append("|".join(x for x in dict.fromkeys(more) if x and x not in own))
    return spelt


def _dry(shapes: gpd.GeoSeries, water: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Return outlines without the lakes that they cover; a lake that they leave out stays so."""
    dry = shapes.copy()
    for lake in water.geometry:
        wet = dry.index[dry.intersects(lake)]
        covered = shapely.union_all(dry[wet].intersection(lake).to_numpy())
        if len(wet) and covered.area > _LEFT * lake.area:
            dry[wet] = dry[wet].difference(lake)
    return dry


def _left(shapes: gpd.GeoSeries, taken: gpd.GeoSeries) -> list[shapely.Geometry | None]:
    """Return what official outlines leave of others; None where that is less than half."""
    tree = shapely.STRtree(taken.to_numpy())
    left: list[shapely.Geometry | None] = []
    for shape in shapes:
        near = taken.to_numpy()[tree.query(shape)]
        rest = shapely.difference(shape, shapely.union_all(near)) if len(near) else shape
        parts = [part for part in shapely.get_parts(rest) if shapely.get_dimensions(part) == 2]
        # Slivers along the other outlines are no part of the unit.
        parts = [part for part in parts if part.area > 0.01 * shape.area]
        rest = shapely.union_all(parts)
        left.append(rest if rest.area > _LEFT * shape.area else None)
    return left


def _notes(base: BoundarySet, new: BoundarySet, units: gpd.GeoDataFrame) -> dict[int, str]:
    """Return what maps of each level must still say."""
    notes = dict(base.notes)
    for level in new.levels:
        here = units[(units["level"] == level) & units["name"].ne("")]
        rough = here[here["approximate"] & here.geometry.notna()]
        none = here[here.geometry.isna()]
        said = [new.notes.get(level, "")]
        if len(rough):
            said.append(f"The outlines of {_listed(rough['name'])} are approximate.")
        if len(none):
            said.append(f"{_listed(none['name'])} have no outline at this level.")
        notes[level] = " ".join(filter(None, said))
    return {level: note for level, note in notes.items() if note}


def _listed(names: pd.Series) -> str:
    some = list(names)
    if len(some) > _LISTED:
        return f"{len(some):,} units"
    return " and ".join(filter(None, (", ".join(some[:-1]), some[-1])))


# --- files ------------------------------------------------------------------------------------


def write_pack(folder: Path, boundaries: BoundarySet, sources: list[dict[str, Any]]) -> None:
    """Write a pack's files: all of them, or none.

    Parameters
    ----------
    folder
        Created if it is not there.
    boundaries
        What the pack holds.
    sources
        Credit, licence, date of each source, and what else is to be kept of it.

    Raises
    ------
    InputError
        If the folder cannot be written to.
    """
    units = boundaries.units
    names = [column for column in boundaries.name_columns if column != "name"]
    text = pd.DataFrame(units[[*_FIRST, *names, *_LAST]])
    text["approximate"] = np.where(text["approximate"], "true", "false")
    outlined = sorted({int(level) for level in units["level"][units.geometry.notna()]})
    light = boundaries.drawn
    about = {
        "format": PACK_FORMAT,
        "name": boundaries.name,
        "title": boundaries.title,
        "country": boundaries.country,
        "version": boundaries.version,
        "licence": boundaries.licence,
        "crs": CRS,
        "units": {str(level): len(boundaries.at(level)) for level in boundaries.levels},
        "outlines": outlined,
        "drawn": light is not boundaries,
        "level_names": {str(level): name for level, name in boundaries.level_names.items()},
        "sources": sources,
        "notes": {str(level): note for level, note in boundaries.notes.items()},
    }
    files = {
        "units.csv": text.to_csv(index=False, lineterminator="\n").encode(),
        **_outlines(boundaries),
        **({} if light is boundaries else {f"drawn/{k}": v for k, v in _outlines(light).items()}),
        "pack.json": (json.dumps(about, ensure_ascii=False, indent=2) + "\n").encode(),
    }
    with staged(folder, clearing="**/*.fgb") as stage:  # of levels that the pack had before
        for name, content in files.items():
            with unfinished(stage / name) as file:
                file.write(content)


def _outlines(boundaries: BoundarySet) -> dict[str, bytes]:
    """Return files of the outlines of each level, lakes and enclaves, and lines, by name."""
    units = boundaries.units
    shaped = units[units.geometry.notna()]
    layers = {
        f"adm{level}": here[["pcode", "name", "approximate", "geometry"]]
        for level, here in shaped.groupby("level")
    }
    kinds = (("lake", boundaries.water), ("enclave", boundaries.enclaves))
    context = pd.concat([frame.assign(kind=kind) for kind, frame in kinds], ignore_index=True)
    named = [column for column in map(str, context.columns) if column.startswith("name")]
    context = context.fillna(dict.fromkeys(named, ""))
    layers["context"] = context[["kind", *named, "geometry"]]
    layers["lines"] = boundaries.lines[["level", "status", "geometry"]]
    return {f"{name}.fgb": _flatgeobuf(frame, name) for name, frame in layers.items()}


def _flatgeobuf(frame: gpd.GeoDataFrame, name: str) -> bytes:
    # Made in memory: on a full disk GDAL would cut the file short without a word.
    stream = BytesIO()
    gpd.GeoDataFrame(frame, crs=CRS).to_file(
        stream,
        driver="FlatGeobuf",
        engine="pyogrio",
        layer=name,
        geometry_type="Unknown",
        promote_to_multi=False,
        SPATIAL_INDEX="NO",  # a pack is always read whole, in the order of its p-codes
    )
    return stream.getvalue()
