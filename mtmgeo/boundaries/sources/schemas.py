"""What the columns of boundary files say: COD-AB of three ages, geoBoundaries, or as named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from mtmgeo.core.errors import BoundaryError

COD_AB: Final = "COD-AB"
COD_AB_BEFORE: Final = "COD-AB (before 2025)"
COD_AB_GDB: Final = "COD-AB (geodatabase)"
GEOBOUNDARIES: Final = "geoBoundaries"
NAMED: Final = "named columns"

#: What may be named by hand, and what it means.
ROLES: Final = {
    "level": "a column of levels (0 to 5), or one level for all",
    "pcode": "codes of the units",
    "name": "names; name_XX for those in a language, such as name_fr",
    "parent": "codes of the units above",
    "parent_name": "names of the units above",
    "type": "what kind of unit it is",
    "aliases": "other spellings, joined by |",
    "status": "status of the border",
}

_FIELD: Final = re.compile(r"adm(?:in)?_?([0-5])_?(.*)")
_LEVEL_IN_NAME: Final = re.compile(r"(?:adm|admin|level|lvl)[_ -]?([0-5])(?!\d)", re.IGNORECASE)
_NOT_LANGUAGES: Final = frozenset(("id", "pc", "sq", "km", "no"))
#: Usual headings of the status of a border.
STATUS_COLUMNS: Final = (
    "status", "bnd_status", "bndstatus", "boundary_status", "bdystatus", "disputed",
)  # fmt: skip
_WHOLE: Final = {
    "version": ("version", "cod_version", "cod_versio"),
    "date": ("valid_on", "validon", "date"),
    "area": ("area_sqkm", "area_km2", "sqkm"),
    "iso3": ("iso3",),
    "status": STATUS_COLUMNS,
    "level": ("adm_level", "admlevel"),
    "type": ("unittype", "unit_type"),
    **{f"lang{n}": (f"lang{n}",) for n in ("", 1, 2, 3)},
}


@dataclass(frozen=True)
class Fields:
    """The columns that speak of one level.

    Attributes
    ----------
    pcode, type, status
        Headings, or None.
    names
        Headings by what the name is: ``""`` (the name), ``"1"`` to ``"3"`` (in the language that
        the column ``lang1`` says ...), or a language's code.
    aliases
        Headings of other spellings.
    """

    pcode: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    type: str | None = None
    status: str | None = None


@dataclass(frozen=True)
class Schema:
    """What the columns of a layer say.

    Attributes
    ----------
    kind
        One of the kinds of this module.
    levels
        Fields by level.
    whole
        Headings that do not speak of one level: ``version``, ``date``, ``area``, ``iso3``,
        ``status``, ``level``, ``lang`` to ``lang3``, ``parent``, ``parent_name`` ...
    level
        The level of the layer's own rows, where its name or the caller says it.
    own
        Fields of the layer's own rows, where the columns do not say of which level they speak.
    """

    kind: str
    levels: Mapping[int, Fields]
    whole: Mapping[str, str]
    level: int | None = None
    own: Fields | None = None

    @property
    def deepest(self) -> int:
        """The deepest level that has codes or names."""
        return max(level for level, fields in self.levels.items() if fields.pcode or fields.names)


def recognise(columns: Sequence[str], title: str) -> Schema | None:
    """Return what columns say, in any case; None if they are of no known schema.

    Parameters
    ----------
    columns
        Headings.
    title
        Name of the layer or file, such as ``kgz_admin2`` or ``hti_admbnda_adm2_cnigs_20181129``.
    """
    lower = {column.lower(): column for column in columns}
    if {"shapename", "shapeid"} <= set(lower):
        own = Fields(pcode=lower["shapeid"], names={"": lower["shapename"]})
        whole = {
            column.lower(): column
            for column in columns
            if column.lower() in ("shapetype", "shapeiso")
        }
        if "shapegroup" in lower:
            whole["iso3"] = lower["shapegroup"]
        return Schema(GEOBOUNDARIES, {}, whole, level_in(title), own)
    parts: dict[int, dict[str, str]] = {}
    for low, column in lower.items():
        if found := _FIELD.fullmatch(low):
            parts.setdefault(int(found[1]), {})[found[2].replace("_", "")] = column
    levels = {level: fields for level in parts if (fields := _fields(parts[level])).names}
    if not any(fields.pcode for fields in levels.values()):
        return None
    whole = {
        role: next(lower[name] for name in names if name in lower)
        for role, names in _WHOLE.items()
        if any(name in lower for name in names)
    }
    kind = COD_AB_BEFORE
    if any(low.startswith("admin") for low in lower if _FIELD.fullmatch(low)):
        kind = COD_AB_GDB
    elif any("" in fields.names for fields in levels.values()):
        kind = COD_AB
    level = level_in(title)
    return Schema(kind, dict(sorted(levels.items())), whole, level if level in levels else None)


def level_in(title: str) -> int | None:
    """Return the level that the name of a layer or file says, or None."""
    found = _LEVEL_IN_NAME.findall(title)
    return int(found[-1]) if found else None


def _fields(parts: Mapping[str, str]) -> Fields:
    """Return the fields of a level by what follows its number, such as ``alt1en``."""
    names: dict[str, str] = {}
    aliases: list[str] = []
    pcode = kind = status = None
    for rest, column in parts.items():
        if rest in ("pcode", "pcod", "pcd"):
            pcode = column
        elif re.fullmatch(r"(name)?(ref|alt|old).*|al\d|na\d", rest):
            aliases.append(column)
        elif re.fullmatch(r"typ(e|een|en)?", rest):
            kind = column
        elif rest.startswith("typ"):
            kind = kind or column
        elif rest.endswith("status"):
            status = column
        elif found := re.fullmatch(r"name([123]|[a-z]{2,3})?|([a-z]{2})", rest):
            what = found[1] or found[2] or ""
            if rest.startswith("name") or what not in _NOT_LANGUAGES:
                names[what] = column
    if pcode is None and "code" in parts:
        pcode = parts["code"]
    return Fields(pcode, names, tuple(aliases), kind, status)


def named(choice: Mapping[str, str], columns: Sequence[str], title: str, label: str) -> Schema:
    """Return what columns say that the caller names.

    Parameters
    ----------
    choice
        Headings by role, as in `ROLES`; `level` may be a number.
    columns, title, label
        Headings, name of the layer, and what to call it in a message.

    Raises
    ------
    BoundaryError
        If a role is unknown, a heading is not there, or no codes or names are named.
    """
    lower = {column.lower(): column for column in columns}
    faults = []
    found: dict[str, str] = {}
    level = level_in(title)
    for role, heading in choice.items():
        if role not in ROLES and not re.fullmatch(r"name_[a-z]{2,3}", role):
            faults.append(f"--columns {role}= is unknown: choose {', '.join(ROLES)} or name_XX.")
        elif role == "level" and heading in tuple("012345"):
            level = int(heading)
        elif heading.lower() in lower:
            found[role] = lower[heading.lower()]
        else:
            faults.append(f"{label} has no column {heading!r} for {role}; {has(columns)}.")
    names = {role.removeprefix("name").removeprefix("_"): heading
             for role, heading in found.items() if role.startswith("name")}  # fmt: skip
    faults += [
        f"{label}: say which column holds the {what}, such as --columns {role}=HEADING; "
        f"{has(columns)}."
        for role, what, given in (("pcode", "codes", "pcode" in found), ("name", "names", names))
        if not given
    ]
    if faults:
        raise BoundaryError(faults)
    alias = (found["aliases"],) if "aliases" in found else ()
    own = Fields(found["pcode"], names, alias, found.get("type"), found.get("status"))
    apart = ("level", "parent", "parent_name")
    whole = {role: heading for role, heading in found.items() if role in apart}
    if level is None and "level" not in whole:
        level = 1
    return Schema(NAMED, {}, whole, level, own)


def has(columns: Iterable[str]) -> str:
    """Say which columns there are."""
    listed = ", ".join(map(repr, columns))
    return f"it has the columns {listed}" if listed else "it has no columns"
