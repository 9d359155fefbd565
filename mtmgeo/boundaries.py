"""Boundary sets: units with p-codes, names and outlines, read from a pack or a plain table."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from mtmgeo.errors import BoundaryError

#: Names of the levels, as they are said in messages and summaries.
LEVEL_NAMES: Final = {0: "country", 1: "admin 1", 2: "admin 2", 3: "admin 3", 4: "settlement"}

_REQUIRED: Final = ("pcode", "level", "name", "parent_pcode")
_TEXT: Final = ("pcode", "name", "parent_pcode", "name_en", "name_ru", "name_ky", "aliases", "type")
_DEGREES: Final = {"lat": 90, "lon": 180}
#: Coordinates of all outlines and points; and the equal-area projection that areas are measured in.
CRS: Final = "EPSG:4326"
AREA_CRS: Final = "EPSG:6933"


def _no_outlines() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"name": pd.Series(dtype=object)}, geometry=[], crs=CRS)


@dataclass(frozen=True, eq=False)
class BoundarySet:
    """The units of a country, with what is known of their names and outlines.

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
        GeoDataFrames in EPSG:4326 (``name``, ``geometry``): lakes, and foreign ground inside the
        country's outline. Neither belongs to any unit.
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

    def at(self, level: int) -> gpd.GeoDataFrame:
        """Return the units of one level, same columns, indexed by p-code."""
        found = self.units[self.units["level"] == level]
        return found.set_index("pcode", drop=False).rename_axis(None)

    @cached_property
    def levels(self) -> tuple[int, ...]:
        """Levels that hold units, ascending."""
        return tuple(int(level) for level in sorted(self.units["level"].unique()))

    @property
    def name_columns(self) -> list[str]:
        """Columns of `units` that hold names: ``name`` and every ``name_XX``."""
        return [c for c in map(str, self.units.columns) if c == "name" or c.startswith("name_")]

    @cached_property
    def position(self) -> dict[tuple[int, str], int]:
        """Row of `units` by level and p-code."""
        keys = zip(self.units["level"].tolist(), self.units["pcode"], strict=True)
        return {key: row for row, key in enumerate(keys)}

    def names_up(self, level: int, pcode: str) -> list[str]:
        """Return the names of a unit and of those above it below the country, deepest first."""
        names, lineages = self._named
        codes = lineages[self.position[level, pcode]]
        return [
            names[self.position[up, code]]
            for up, code in zip(range(level, 0, -1), codes[level:0:-1], strict=True)
            if code is not None
        ]

    @cached_property
    def _named(self) -> tuple[list[str], list[list[str | None]]]:
        """Names and lineages of all units, in plain lists."""
        return self.units["name"].astype(str).tolist(), self.lineage.to_numpy(object).tolist()

    @cached_property
    def lineage(self) -> pd.DataFrame:
        """P-codes above each unit.

        Returns
        -------
        lineage
            Same index as `units`; columns 0 to 4 hold the p-code of the unit or of its ancestor at
            that level, or None.
        """
        keys = list(zip(self.units["level"], self.units["pcode"], strict=True))
        parents = dict(zip(keys, self.units["parent_pcode"], strict=True))
        chains: dict[tuple[int, str], dict[int, str]] = {}
        for level, pcode in sorted(keys):
            above = next(
                (chains[up, parents[level, pcode]] for up in range(level - 1, -1, -1)
                 if (up, parents[level, pcode]) in chains),
                {},
            )  # fmt: skip
            chains[level, pcode] = {**above, level: pcode}
        rows = [[chains[key].get(level) for level in range(5)] for key in keys]
        return pd.DataFrame(rows, index=self.units.index, columns=list(range(5)), dtype=object)

    @cached_property
    def area_km2(self) -> pd.Series:
        """Areas of the outlines in km², in the equal-area EPSG:6933; NaN without an outline.

        Lakes and enclaves are holes of the outlines, so that they are not counted.
        """
        area: pd.Series = self.units.geometry.to_crs(AREA_CRS).area / 1e6
        return area.where(area > 0).rename("area_km2")

    @cached_property
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
        for i in units.index[basis == "none"]:  # ascending levels, so that a parent is settled
            above = self.lineage.loc[i]
            for level in range(int(units["level"][i]) - 1, 0, -1):
                parent = self.position.get((level, above[level]))
                if parent is not None and points[parent] is not None:
                    points[i], basis[i] = points[parent], "above"
                    break
        return gpd.GeoDataFrame({"basis": basis}, geometry=points, crs=CRS)

    @cached_property
    def centre(self) -> tuple[float, float]:
        """Latitude and longitude of the middle of all outlines, to a tenth of a degree."""
        return centre_of(self.units.total_bounds)

    @property
    def projection(self) -> str:
        """PROJ string of the Lambert azimuthal equal-area projection about `centre`, in metres."""
        return equal_area(*self.centre)


def centre_of(bounds: Sequence[float]) -> tuple[float, float]:
    """Return latitude and longitude of the middle of west, south, east and north, to 0.1 degree."""
    west, south, east, north = bounds
    return round((south + north) / 2, 1), round((west + east) / 2, 1)


def equal_area(lat: float, lon: float) -> str:
    """Return the PROJ string of the Lambert azimuthal equal-area projection about a point."""
    return f"+proj=laea +lat_0={lat} +lon_0={lon} +datum=WGS84 +units=m +type=crs"


def packs_folder() -> Path:
    """Return the folder of the embedded packs, in an installed wheel or in a checkout."""
    installed = Path(str(resources.files("mtmgeo") / "boundaries_packs"))
    return installed if installed.is_dir() else Path(__file__).resolve().parents[1] / "boundaries"


def list_packs() -> tuple[str, ...]:
    """Return the names of the embedded packs."""
    return tuple(sorted(path.parent.name for path in packs_folder().glob("*/pack.json")))


def read_boundaries(reference: str | Path = "kgz") -> BoundarySet:
    """Read a boundary set.

    Parameters
    ----------
    reference
        Name of an embedded pack (``kgz``), a pack's folder, or a CSV file with the columns
        ``pcode``, ``level``, ``name``, ``parent_pcode`` and optionally ``name_XX``, ``aliases``,
        ``type``, ``lat``, ``lon``, whose units then have no outline.

    Returns
    -------
    boundaries
        The units of all levels.

    Raises
    ------
    BoundaryError
        If nothing is there, or the units contradict each other; every fault is named.
    """
    if str(reference) in list_packs():
        return _read_pack(packs_folder() / str(reference))
    path = Path(reference)
    if (path / "pack.json").is_file():
        return _read_pack(path)
    if path.suffix.lower() == ".csv" and path.is_file():
        units = _read_units(path)
        return BoundarySet(units, name=path.stem, title=path.stem, sources=(f"Units: {path.name}",))
    raise BoundaryError(
        f"{str(reference)!r} is no boundary set: give the name of an embedded pack "
        f"({', '.join(list_packs())}), a pack's folder with pack.json, or a CSV file with the "
        f"columns {', '.join(_REQUIRED)}."
    )


def _read_pack(folder: Path) -> BoundarySet:
    try:
        about = json.loads((folder / "pack.json").read_text(encoding="utf-8"))
        units = _read_units(folder / "units.csv")
        outlines = pd.concat(
            [
                gpd.read_file(folder / f"adm{level}.geojson", columns=["pcode"]).assign(level=level)
                for level in about["outlines"]
            ],
            ignore_index=True,
        )
        context = gpd.read_file(folder / "context.geojson")
    except (OSError, KeyError, ValueError, RuntimeError) as fault:
        raise BoundaryError(
            f"The boundary pack {folder} cannot be read ({fault}): build or install it again."
        ) from fault
    places = units.drop(columns="geometry").merge(
        outlines, on=["level", "pcode"], how="left", validate="one_to_one"
    )
    return BoundarySet(
        gpd.GeoDataFrame(places, geometry="geometry", crs=CRS),
        name=about["name"],
        title=about["title"],
        country=about["country"],
        version=about["version"],
        licence=about["licence"],
        sources=tuple(_cite(source) for source in about["sources"]),
        notes={int(level): note for level, note in about["notes"].items()},
        level_names={**LEVEL_NAMES, **{int(k): v for k, v in about["level_names"].items()}},
        water=context[context["kind"] == "lake"][["name", "geometry"]].reset_index(drop=True),
        enclaves=context[context["kind"] == "enclave"][["name", "geometry"]].reset_index(drop=True),
    )


def _cite(source: Mapping[str, str]) -> str:
    """Return the sentence by which a map names a source: credit, date, licence."""
    facts = "; ".join(fact for fact in (source["date"], source["licence"]) if fact)
    return f"{source['credit']} ({facts})" if facts else source["credit"]


def _read_units(path: Path) -> gpd.GeoDataFrame:
    try:
        raw = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as fault:
        raise BoundaryError(
            f"{path.name} cannot be read as a UTF-8 CSV file ({fault}): save it again as CSV UTF-8."
        ) from fault
    missing = [column for column in _REQUIRED if column not in raw.columns]
    if missing:
        raise BoundaryError(
            f"{path.name} lacks the column{'s' * (len(missing) > 1)} {', '.join(missing)}; it has "
            f"{', '.join(raw.columns)}: rename or add them."
        )
    return units_from(raw, path.name)


def units_from(raw: pd.DataFrame, source: str) -> gpd.GeoDataFrame:
    """Return checked units; `raw` is all text, with at least the required columns."""
    units = raw.apply(lambda column: column.str.strip())
    for column in (*_TEXT, *_DEGREES):
        units[column] = units.get(column, "")
    faults = _unit_faults(units, source)
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


def _unit_faults(units: pd.DataFrame, source: str) -> list[str]:
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
    say(~units["level"].isin(list("01234")), "the level must be 0, 1, 2, 3, or 4 for a settlement.")
    say(units["name"].eq(""), "the name is blank: fill it in or delete the row.")
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
        if level in "01234" and level
        else False
        for level, parent in zip(units["level"], units["parent_pcode"], strict=True)
    ]
    say(
        pd.Series(orphan, index=units.index, dtype=bool),
        "parent_pcode names no unit of a higher level: correct it, or add that unit.",
    )
    return faults
