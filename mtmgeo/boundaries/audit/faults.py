"""What may be wrong with a boundary file: faults gathered, counted, and put into words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from mtmgeo.boundaries.sources.source import Source
from mtmgeo.geo.crs import CRS

Positions: TypeAlias = npt.NDArray[np.int64]

#: From what keeps a file from being used to what is good to know.
SEVERITIES: Final = ("error", "warning", "note")

#: Every check, and what several of its faults at one level are called together.
CHECKS: Final[Mapping[str, str]] = {
    "pcode-blank": "units of level {} without a p-code",
    "pcode-twice": "units of level {} with the p-code of another",
    "pcode-number": "p-codes of level {} spoilt by a spreadsheet",
    "pcode-pattern": "p-codes of level {} not made of the country's letters and digits",
    "pcode-length": "p-codes of level {} longer or shorter than most",
    "pcode-parent": "p-codes of level {} with another beginning than the parent's",
    "parent-blank": "units of level {} without a parent",
    "parent-unknown": "units of level {} whose parents are not there",
    "parent-far": "units of level {} with a parent more than one level up",
    "level-missing": "a break in the levels above level {}",
    "name-blank": "units of level {} without a name",
    "name-unnamed": "pieces of land of level {} without a name",
    "name-capitals": "names of level {} in capitals",
    "name-spaces": "names of level {} with stray spaces or invisible signs",
    "name-letters": "names of level {} without a letter",
    "name-script": "names of level {} in another script than the language's",
    "name-garbled": "names of level {} with garbled letters",
    "name-twice": "names of level {} that a sibling bears as well",
    "outline-missing": "units of level {} without an outline",
    "outline-kind": "units of level {} with an outline that is no area",
    "outline-range": "outlines of level {} with coordinates off the earth",
    "outline-height": "outlines of level {} with heights",
    "outline-invalid": "outlines of level {} with faulty geometry",
    "outline-tiny": "outlines of level {} with specks or splinters",
    "outline-twice": "units of level {} with the outline of another",
    "overlap": "overlaps between units of level {}",
    "gap": "gaps between units of level {}",
    "hole": "holes among the units of level {}",
    "outside-parent": "units of level {} partly or wholly outside the parent",
    "parent-unfilled": "units of level {} not filled by those below",
    "said-code": "p-codes above level {} that it states otherwise",
    "said-name": "names above level {} that it states otherwise",
    "area-unit": "areas of level {} in another unit than km²",
    "area": "stated areas of level {} that the outlines do not bear out",
}

_LISTED: Final = 10
_LONGEST: Final = 120


@dataclass(frozen=True, eq=False)
class Audit:
    """What is wrong with a boundary file.

    Attributes
    ----------
    source
        What was checked.
    faults
        GeoDataFrame in EPSG:4326, one row per fault, sorted by severity, check, level and p-code:
        ``severity`` (``error``: not fit for a map; ``warning``: usable, but a map has to say it;
        ``note``: good to know), ``check`` (a code from `CHECKS`), ``level`` (Int64), ``pcode``,
        ``name``, ``file``, ``row`` (0: of the whole level, or of a unit made from others),
        ``message``, ``geometry`` (the place of the fault: the overlap, the gap, the point where a
        line crosses itself, a point in the unit; None if it has none).
    units
        Number of units by level.
    """

    source: str
    faults: gpd.GeoDataFrame
    units: Mapping[int, int]

    @property
    def errors(self) -> tuple[str, ...]:
        """What keeps the file from being used; equal faults of a level in one sentence."""
        return self._sentences("error")

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a map from the file has to say; equal faults of a level in one sentence."""
        return self._sentences("warning")

    @property
    def notes(self) -> tuple[str, ...]:
        """What is good to know; equal faults of a level in one sentence."""
        return self._sentences("note")

    @property
    def ok(self) -> bool:
        """Whether the file can be used."""
        return not self.faults["severity"].eq("error").any()

    @property
    def counts(self) -> Mapping[str, int]:
        """Number of faults by severity."""
        return {one: int(self.faults["severity"].eq(one).sum()) for one in SEVERITIES}

    def found(self, severity: str, level: int) -> tuple[str, ...]:
        """Return how many faults of each kind a level has, such as ``3 overlaps between ...``."""
        return tuple(
            _counted(group, check, level)
            for check, at, group in self._groups(severity)
            if at == level
        )

    def summary(self) -> str:
        """Return a report in plain text: counts, then the faults with at most ten of a kind."""
        counts = ", ".join(counted(number, one) for one, number in self.counts.items())
        levels = ", ".join(f"{counted(n, 'unit')} of level {at}" for at, n in self.units.items())
        lines = [f"{self.source}: {counts}", levels or "No units"]
        for severity in SEVERITIES:
            lines += ["", f"{severity.capitalize()}s"] if self.counts[severity] else []
            for check, level, group in self._groups(severity):
                several = len(group) > 1
                lines.append(f"  {check}" + f": {_counted(group, check, level)}" * several)
                lines += [f"    {message}" for message in group["message"].head(_LISTED)]
                if len(group) > _LISTED:
                    lines.append(f"    ... and {len(group) - _LISTED:,} more")
        return "\n".join(lines) + "\n"

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as values that JSON can hold; a fault's place as a point."""
        points = shapely.point_on_surface(self.faults.geometry.to_numpy())
        text = ["severity", "check", "pcode", "name", "file", "message"]
        records = self.faults[text].to_dict("records")
        rows = zip(records, self.faults["level"], self.faults["row"], points, strict=True)
        faults = [
            record | {"level": int(level), "row": int(row)} | _lon_lat(point)
            for record, level, row, point in rows
        ]
        return {
            "source": self.source,
            "ok": self.ok,
            "counts": dict(self.counts),
            "units": {str(level): number for level, number in self.units.items()},
            "faults": faults,
        }

    def _groups(self, severity: str) -> Iterator[tuple[str, int, pd.DataFrame]]:
        chosen = self.faults[self.faults["severity"] == severity]
        for (check, level), group in chosen.groupby(["check", "level"], sort=False):
            yield check, int(level), group

    def _sentences(self, severity: str) -> tuple[str, ...]:
        said = []
        for check, level, group in self._groups(severity):
            if len(group) == 1:
                said.append(f"{check}: {group['message'].iloc[0]}")
                continue
            columns = (group[column] for column in ("name", "pcode", "row", "file"))
            such = dict.fromkeys(
                label(name, pcode) or (f"row {row} of {file}" if row else file)
                for name, pcode, row, file in zip(*columns, strict=True)
            )
            what = _counted(group, check, level)
            said.append(f"{check}: {what}, such as {', '.join([*such][:3])}.")
        return tuple(said)


class Ledger:
    """The units of a source in plain arrays, and the faults noted so far."""

    def __init__(self, source: Source) -> None:
        units = source.units
        self.source = source
        self.level: Positions = units["level"].to_numpy(dtype=np.int64)
        self.pcode, self.parent_pcode, self.name, self.type, self.file = (
            units[column].astype(str).tolist()
            for column in ("pcode", "parent_pcode", "name", "type", "file")
        )
        self.row: list[int] = units["row"].astype(int).tolist()
        self.names: dict[str, list[str]] = {
            column: units[column].astype(str).tolist()
            for column in map(str, units.columns)
            if column == "name" or column.startswith("name_")
        }
        self.levels: list[int] = sorted(set(self.level.tolist()))
        self._position: dict[tuple[int, str], int] = {}
        for at, key in enumerate(zip(self.level.tolist(), self.pcode, strict=True)):
            self._position.setdefault(key, at)
        self.parent = self._parents()
        self._rows: list[tuple[str, str, int, int, str, Any]] = []

    def at(self, level: int) -> Positions:
        """Return the positions of the units of a level."""
        return np.flatnonzero(self.level == level)

    def first(self, at: int) -> int:
        """Return the first unit of the level and p-code of another."""
        return self._position[int(self.level[at]), self.pcode[at]]

    def ancestors(self) -> dict[int, Positions]:
        """Return the positions of the units above each, by level; -1 where there is none."""
        above = {level: np.full(len(self.level), -1, dtype=np.int64) for level in self.levels}
        up = self.parent
        while (held := np.flatnonzero(up >= 0)).size:
            for level in self.levels:
                rows = held[self.level[up[held]] == level]
                above[level][rows] = up[rows]
            up = np.where(up >= 0, self.parent[up], -1)
        return above

    def label(self, at: int) -> str:
        """Return what to call a unit."""
        return label(self.name[at], self.pcode[at]) or self.place(at)

    def place(self, at: int) -> str:
        """Return where a unit stands."""
        file = shown(self.file[at])
        return f"{file}, row {self.row[at]}" if self.row[at] else file

    def say(self, severity: str, check: str, at: int, what: str, shape: Any = None) -> None:
        """Note a fault of a unit."""
        named = label(self.name[at], self.pcode[at])
        where = f"{self.place(at)}, {named}" if named else self.place(at)
        fault = (severity, check, int(self.level[at]), at, f"{where}: {what}", shape)
        self._rows.append(fault)

    def say_of_level(self, severity: str, check: str, level: int, what: str) -> None:
        """Note a fault of a whole level; it has no place."""
        message = f"{shown(self._files(level))}: {what}"
        self._rows.append((severity, check, level, -1, message, None))

    def frame(self, points: Callable[[Sequence[int]], Mapping[int, Any]]) -> gpd.GeoDataFrame:
        """Return the faults, sorted; `points` gives the place of units where a fault has none."""
        about = [row[3] for row in self._rows]
        inside = points(
            sorted({at for *_, at, _, shape in self._rows if shape is None and at >= 0})
        )
        shapes = [inside.get(at) if shape is None else shape for *_, at, _, shape in self._rows]
        columns = {
            "severity": [row[0] for row in self._rows],
            "check": [row[1] for row in self._rows],
            "level": pd.array([row[2] for row in self._rows], dtype="Int64"),
            "pcode": [self.pcode[at] if at >= 0 else "" for at in about],
            "name": [self.name[at] if at >= 0 else "" for at in about],
            "file": [
                self.file[at] if at >= 0 else self._files(row[2])
                for at, row in zip(about, self._rows, strict=True)
            ],
            "row": [self.row[at] if at >= 0 else 0 for at in about],
            "message": [row[4] for row in self._rows],
        }
        frame = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapes, crs=CRS), crs=CRS)
        for column in ("severity", "check", "pcode", "name", "file", "message"):
            frame[column] = frame[column].astype(object)
        rank = frame["severity"].map(SEVERITIES.index)
        order = frame.assign(rank=rank.astype(int)).sort_values(
            ["rank", "check", "level", "pcode"], kind="stable", ignore_index=True
        )
        return order.drop(columns="rank")

    def _files(self, level: int) -> str:
        """Return the files that hold a level."""
        return ", ".join(dict.fromkeys(self.file[at] for at in self.at(level)))

    def _parents(self) -> Positions:
        """Return the position of each unit's parent, of the nearest level that has it, or -1."""
        found = np.full(len(self.level), -1, dtype=np.int64)
        units = zip(self.level.tolist(), self.parent_pcode, strict=True)
        for at, (level, code) in enumerate(units):
            for up in range(level - 1, -1, -1) if code else ():
                if (up, code) in self._position:
                    found[at] = self._position[up, code]
                    break
        return found


def _counted(group: pd.DataFrame, check: str, level: int) -> str:
    what = CHECKS[check].format(level)
    if (group["row"].eq(0) & group["pcode"].eq("")).any():
        return what  # of the whole level, whatever the number of its units
    return f"1 {what.replace('s ', ' ', 1)}" if len(group) == 1 else f"{len(group):,} {what}"


def label(name: str, pcode: str) -> str:
    """Return what to call a unit in a message."""
    name, pcode = shown(name), shown(pcode)
    return f"{name} ({pcode})" if name and pcode else name or pcode


def shown(text: str) -> str:
    """Return text from a file as it may stand in a message."""
    text = text.strip()
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return text if text.isprintable() else ascii(text)[1:-1]


def listed(labels: Sequence[str]) -> str:
    """Return the first three of several, and how many more there are."""
    more = len(labels) - 3
    return ", ".join(labels[:3]) + (f" and {more} more" if more > 0 else "")


def counted(number: int, noun: str) -> str:
    """Return a number of things."""
    return f"{number:,} {noun}" + "s" * (number != 1)


def area_text(km2: float) -> str:
    """Return an area to three digits, or to the km²."""
    return f"{km2:,.0f} km²" if km2 >= 100 else f"{km2:.3g} km²"


def share_text(share: float) -> str:
    """Return a share as a percentage."""
    if share < 0.001:
        return "less than 0.1%"
    return f"{share:.0%}" if share >= 0.1 else f"{share:.1%}"


def _lon_lat(point: Any) -> dict[str, float | None]:
    if point is None:
        return {"lon": None, "lat": None}
    return {"lon": round(point.x, 6), "lat": round(point.y, 6)}
