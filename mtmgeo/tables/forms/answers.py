"""A table as the answers to a form: what the tool has added, codes in words, repeats joined."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from mtmgeo.tables.columns.cells import count, readable
from mtmgeo.tables.columns.counts import TWICE
from mtmgeo.tables.columns.faults import Faults, Row, show, show_all
from mtmgeo.tables.columns.headings import Column, Headed
from mtmgeo.tables.columns.roles import NO_GROUP, PLACES, CellError, Said
from mtmgeo.tables.forms.form import Decoded, Form, decode
from mtmgeo.tables.forms.kobo import Export, in_rows, is_linked, is_of, join, recognise

#: The role of columns that the tool has added, or has parted from an answer.
ADDED: Final = "added"
#: What the tool adds that may tell rounds apart.
_DATES: Final = ("start", "end", "today", "time")
_SAMPLE: Final = 2000  # cells that are tried
_LISTED: Final = 5  # columns that are named, with their sums


def as_answers(
    headed: Headed, repeats: Mapping[str, Headed], form: Form | None, faults: Faults
) -> Headed:
    """Return a table as the answers to a form, if it is an export of KoBo or ODK.

    Parameters
    ----------
    headed
        The sheet of submissions.
    repeats
        The sheets of repeats, by name. Their rows are joined to those of `headed` where they count
        people whom no other sheet counts.
    form
        The form, if it is known.
    faults
        Learns of answers that the form does not have, and what is not joined.
    """
    names = [column.name for column in headed.columns]
    if form is not None and not is_of(form, names):
        known = [name for name in names if form.question(name)]
        faults.stop(
            f"{form.source} asks {len(known)} of its {len(names)} columns"
            + (f", {show_all(known[:_LISTED])}" if known else ""),
            "give the form with which it was filled in, or none",
        )
    main = _understood(headed, form, faults)
    parts = {name: _understood(each, form, faults) for name, each in repeats.items()}
    return _joined(main, parts, faults) if parts else main


def _understood(headed: Headed, form: Form | None, faults: Faults) -> Headed:
    """Return a table with what the tool and the form say of its columns."""
    names = [column.name for column in headed.columns]
    if form is None and recognise(pd.DataFrame(columns=names)) is None:
        return headed
    frame = _frame(headed)
    export = recognise(frame, form)
    if export is None:
        return headed
    told = [_told(column, export) for column in headed.columns]
    told = _with_point(told, export)
    if form is not None:
        told = list(_in_words(told, decode(frame, form), form, faults))
    return replace(headed, columns=tuple(told))


def _told(column: Column, export: Export) -> Column:
    what = export.added.get(column.name, "")
    if column.name in export.splits or (what and not (what in _DATES and column.role)):
        return replace(column, known=ADDED)
    name = export.names.get(column.name, column.name)
    return replace(column, says=(name, *export.labels.get(column.name, ())))


def _with_point(columns: Sequence[Column], export: Export) -> list[Column]:
    """Return columns with the best of several points as that of the rows."""
    parts = {
        each
        for point in export.points
        for each in ((point.lat, point.lon) if point.lat else (point.both,))
    }
    typed = {column.role for column in columns if column.name not in parts and not column.known}
    if not export.points or {"lat", "lon"} <= typed:
        return list(columns)
    best = export.points[0]
    roles = {best.lat: "lat", best.lon: "lon"} if best.lat else {best.both: "gps"}
    known = {heading: roles.get(heading, ADDED) for heading in parts - {None}}
    return [
        replace(column, known=known[column.name], cells=_without_nothing(column))
        if column.name in known
        else column
        for column in columns
    ]


def _without_nothing(column: Column) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Return cells without the points that a tool writes where there is none."""
    cells = column.cells.copy()
    cells[np.array([str(cell).strip() in _NOWHERE for cell in cells], dtype=bool)] = None
    return cells


_NOWHERE: Final = frozenset(["[None, None]", "[null, null]", "[None,None]", "[,]", "[]"])


# --- answers in words ---------------------------------------------------------------------------


def _in_words(
    columns: Iterable[Column], decoded: Decoded, form: Form, faults: Faults
) -> Iterator[Column]:
    """Yield the columns with the labels of choices, those of places with p-codes beside them."""
    for column in columns:
        if strange := decoded.unknown.get(column.name):
            faults.remark(
                f"answers in column {show(column.name)} that the form does not have stay as they "
                f"are: {show_all(strange[:_LISTED])}{' ...' if strange[_LISTED:] else ''}"
            )
        cells = decoded.frame[column.name].to_numpy(dtype=object, copy=True)
        code = decoded.codes.get(column.name)
        role = column.role or ""
        level = role.removeprefix("code:")
        if code is None or (level not in (*PLACES, "any") and not _leads_on(column, form)):
            yield replace(column, cells=cells)
            continue
        codes = decoded.frame[code].to_numpy(dtype=object, copy=True)
        codes[codes == ""] = None
        if role.startswith("code:"):  # what the form does not have stays
            name = f"{column.name} (name)"
            names = "location" if level == "any" else level
            unknown = np.array([cell is None for cell in codes], dtype=bool)
            codes[unknown], cells[unknown] = cells[unknown], None
            yield replace(column, cells=codes, known=role)
            yield replace(column, name=name, heading=name, cells=cells, says=(), known=names)
        else:
            known = f"code:{level if level in PLACES else 'any'}"
            yield replace(column, cells=cells)
            yield replace(column, name=code, heading=code, cells=codes, says=(), known=known)


def _leads_on(column: Column, form: Form) -> bool:
    """Return whether a list is one of several of which one filters the next, as places are."""
    asked = form.question(column.name)
    names = {name for each in form.questions for some in each.filters.values() for name in some}
    return asked is not None and (bool(asked.filters) or asked.name in names)


# --- repeats ------------------------------------------------------------------------------------


def _joined(main: Headed, repeats: Mapping[str, Headed], faults: Faults) -> Headed:
    """Return the rows of repeats that count people, each with the place of its submission."""
    frames = {name: _frame(each) for name, each in {"": main, **repeats}.items()}
    around = {
        name: [other for other in repeats if other != name
               and in_rows(frames[name], other, frames[other])]
        for name in repeats
    }  # fmt: skip
    taken = _people([column for column in main.columns if not _of_homes(column)])
    used: list[str] = []
    for name, repeat in repeats.items():
        own = _people(repeat.columns, alone=False)
        if not own:
            _remark_unread(name, repeat, "it counts no people", faults)
        elif not any(is_linked(frames[each], frames[""]) for each in (name, *around[name])):
            _remark_unread(name, repeat, "nothing says to which rows its own belong", faults)
        elif _overlap(own, taken):
            _remark_unread(name, repeat, "its people are counted elsewhere", faults)
        else:
            used.append(name)
            taken |= own
    if not used:
        return main
    held = {*used, *(outer for name in used for outer in around[name])}
    parts = {name: repeat for name, repeat in repeats.items() if name in held}
    keep = [c.name for each in (main, *parts.values()) for c in each.columns if _stays(c)]
    found = join(frames[""], {name: frames[name] for name in parts}, keep=keep)
    known = {c.name: c for each in parts.values() for c in reversed(each.columns)}
    counted = set().union(*(_people(repeats[name].columns) for name in used))
    for column in main.columns:
        again = not column.known and _overlap(_people([column]), counted)
        known[found.headings[column.name]] = replace(column, known=TWICE) if again else column
    columns = [
        replace(known[name], name=name, cells=found.frame[name].to_numpy(dtype=object, copy=True))
        for name in map(str, found.frame)
    ]
    places = zip(found.sheets, found.rows.tolist(), found.main.tolist(), strict=True)
    rows = [
        Row(parts[sheet].rows[at], sheet) if sheet else main.rows[of] for sheet, at, of in places
    ]
    faults.remark(
        f"the rows of {show_all(used)} were joined to those of sheet {show(faults.sheet)} that "
        "they belong to; their numbers are those of their own sheets"
    )
    return replace(main, columns=tuple(columns), rows=tuple(rows), unnamed=())


def _frame(headed: Headed) -> pd.DataFrame:
    return pd.DataFrame({column.name: column.cells for column in headed.columns}, dtype=object)


def _stays(column: Column) -> bool:
    """Return whether a column says where, when or of whom all rows of a submission are."""
    return column.role not in (None, ADDED, "individuals", "households")


def _people(columns: Iterable[Column], *, alone: bool = True) -> set[str]:
    """Return the populations that columns count; of people in parts, those of a sex or of ages.

    Where no column stands `alone`, parts are two at least, and say more than yes and no: these say
    it of each member of a household.
    """
    found = {column.name: said.measure for column in columns if (said := _counting(column))}
    parts = {
        column.name
        for column in columns
        if (each := found.get(column.name))
        and (each.sex or re.search("[0-9]", each.age or ""))
        and (alone or bool((column.tally > 1).any()))
    }
    fine = parts if alone or len(parts) > 1 else set()
    return {each.group for name, each in found.items() if not each.part or name in fine}


def _counting(column: Column) -> Said | None:
    """Return what a column of numbers counts, if its words say it."""
    if column.role not in (None, "individuals", "households") or not _is_numbers(column):
        return None
    try:
        said = column.counts()
    except CellError:
        return None
    return said if said and (said.sure or said.measure.group != NO_GROUP) else None


def _is_numbers(column: Column) -> bool:
    good, bad = readable(column.cells[:_SAMPLE], lambda cell: count(cell, pointed=True))
    return good > bad


def _of_homes(column: Column) -> bool:
    """Return whether a column counts households, and nobody in them."""
    said = _counting(column)
    return said is not None and said.measure.households


def _overlap(some: set[str], others: set[str]) -> bool:
    """Return whether people may be counted in both: those of no group may be of any."""
    return bool(some and others) and (NO_GROUP in some | others or bool(some & others))


def _remark_unread(name: str, repeat: Headed, why: str, faults: Faults) -> None:
    sums = {
        column.name: int(column.tally.sum())
        for column in repeat.columns
        if column.role in (None, "individuals", "households") and _is_numbers(column)
    }
    said = ", ".join(f"{show(each)} ({sums[each]:,})" for each in list(sums)[:_LISTED])
    more = " ..." if len(sums) > _LISTED else ""
    numbers = f"; its numbers, with their sums: {said}{more}" if said else ""
    faults.remark(f"sheet {show(name)} was not joined, since {why}{numbers}")
