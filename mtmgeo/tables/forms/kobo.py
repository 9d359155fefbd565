"""Tables that KoBo and ODK export: what the tool has added, groups, points, repeats."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from mtmgeo.core.errors import InputError
from mtmgeo.tables.forms.form import Form, Question, text_of

#: What the tools add, by what it is called.
_ADDED: Final = {
    "start": r"_?start(?:_?time)?",
    "end": r"_?end(?:_?time)?",
    "today": r"today",
    "id": r"_id",
    "uuid": r"_uuid|instanceid|meta[/:.-]instanceid",
    "time": r"_submission_time|submissiondate",
    "index": r"_index",
    "parent table": r"_parent_table_name",
    "parent index": r"_parent_index",
    "parent id": r"_submission__id",
    "parent uuid": r"_submission__uuid",
    "key": r"key",
    "parent key": r"parent_key",
    "other": r"_submission__\w+|_(?:validation_status|notes|tags|status|submitted_by|attachments|"
    r"xform_id(?:_string)?|bamboo_dataset_id|duration|total_media|media_count|media_all_received|"
    r"date_modified|last_edited|edited|version_?)|__version__|formhub[/:.-]uuid|"
    r"meta[/:.-]\w+|set-of-.+|\$edited|deviceid|subscriberid|simserial|phonenumber|username|audit",
}
#: What those of ODK add besides, who call it as others may call an answer.
_ADDED_BY_ODK: Final = (
    r"completiondate|submitterid|submittername|attachmentspresent|attachmentsexpected|status|"
    r"reviewstate|edits|formversion|formdef_version|instancename|isvalidated"
)
#: What no other table has, and of what only several together tell.
_SURE: Final = re.compile(
    r"_uuid|_submission_time|_submission__.+|_parent_(?:index|table_name)|__version__|"
    r"_validation_status|_submitted_by|_xform_id_string|_bamboo_dataset_id|parent_key|set-of-.+|"
    r"(?:meta|formhub)[/:.-]\w+"
)
_UNSURE: Final = re.compile(r"_id|_index|_geolocation|key|submissiondate|instanceid|_tags|_notes")
#: Kinds of questions that nobody answers.
_UNASKED: Final = frozenset(
    "start end today deviceid subscriberid simserial phonenumber username email audit "
    "calculate note hidden".split()
)

_PART: Final = re.compile(
    r"(?P<before>(?:.*(?:[/:.-]))?)"
    r"(?:X?_(?P<kobo>.+)_(?P<kobo_part>latitude|longitude|altitude|precision)"
    r"|(?P<odk>[^/:.]+)[-:.](?P<odk_part>Latitude|Longitude|Altitude|Accuracy))"
)
_NAME: Final = r"[^\W\d]\w*"
_FLAGS: Final = frozenset(["0", "1", "True", "False", "TRUE", "FALSE"])
#: What only groups of forms are called.
_FORMS_OWN: Final = re.compile(r"[a-z0-9]+_[a-z0-9_]+|gr(?:ou)?p\w*|rep(?:eat)?\w*")

#: By what a row of a repeat names the row that holds it, the surest first.
_LINKS: Final = (
    ("id", "parent id"),
    ("uuid", "parent uuid"),
    ("key", "parent key"),
    ("index", "parent index"),
)

Positions: TypeAlias = npt.NDArray[np.int64]
Booleans: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Point:
    """Columns of one position: latitude and longitude, or both (and more) in one cell.

    Attributes
    ----------
    lat, lon, both
        Headings; None where there is no such column.
    """

    lat: str | None = None
    lon: str | None = None
    both: str | None = None


@dataclass(frozen=True)
class Export:
    """What is known of a table because KoBo or ODK has exported it.

    Attributes
    ----------
    names
        What each heading says without the groups before it, if no other says the same then. Of
        whom a column counts may be said by its group (``idps/individuals``), so that counts are
        known by the whole heading.
    added
        What the columns hold that the tool has added, by heading: ``start``, ``end``, ``today``,
        ``time`` (of submission), ``id``, ``uuid``, ``key``, ``index``, ``parent index`` ...,
        ``other``. None of them counts people.
    splits
        Headings of columns of 0 and 1 that each say whether a question of many answers was given
        one, by heading: the question.
    points
        The best first.
    labels
        What each heading asks, in every language, if the form is known.
    """

    names: Mapping[str, str]
    added: Mapping[str, str]
    splits: Mapping[str, str]
    points: tuple[Point, ...]
    labels: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, eq=False)
class Joined:
    """Rows of repeats, each with the place of the submission that it belongs to.

    Attributes
    ----------
    frame
        Row by row of the main table, the rows of its repeats; one blank in the columns of repeats
        for a row that has none. Last come rows of repeats that belong to no row.
    main
        For each row, the row of the main table, from 0; -1 where there is none.
    sheets, rows
        For each row, the repeat and its row there, from 0; ``""`` and -1 where there is none.
    headings
        Headings in `frame` of the columns of the main table.
    """

    frame: pd.DataFrame
    main: Positions
    sheets: tuple[str, ...]
    rows: Positions
    headings: Mapping[str, str]


# --- recognising ------------------------------------------------------------------------------


def recognise(frame: pd.DataFrame, form: Form | None = None) -> Export | None:
    """Return what is known of a table as an export of KoBo or ODK; None if it is none.

    Parameters
    ----------
    frame
        The table, or its first rows.
    form
        The form, if it is known.
    """
    headings = [str(heading) for heading in frame.columns]
    asked = {heading: form.question(heading) if form else None for heading in headings}
    parts = {heading: part for heading in headings if (part := _point_part(heading))}
    if not (_is_export(headings, parts) or (form and is_of(form, headings))):
        return None
    odk = any(_added(heading) in ("key", "parent key") for heading in headings)
    added = {
        heading: what
        for heading in headings
        if (what := _added(heading, odk=odk)) and not _is_answer(asked[heading])
    }
    added |= {
        heading: "other"
        for heading, (_, part) in parts.items()
        if part in ("altitude", "precision")
    }
    points = tuple(_points(headings, parts, asked))
    located = {heading for point in points for heading in (point.lat, point.lon)}
    rest = [
        heading
        for heading in headings
        if heading not in {*added, *parts, *located} and _plain(heading) != "_geolocation"
    ]
    splits = dict(_splits(frame, rest, form))
    rest = [heading for heading in rest if heading not in splits]
    bare = {heading: _bare(heading, rest, odk=odk) for heading in rest}
    bare |= {heading: question.name for heading in rest if (question := asked[heading])}
    times = Counter(bare.values())
    return Export(
        names={heading: name if times[name] == 1 else heading for heading, name in bare.items()},
        added=added,
        splits=splits,
        points=points,
        labels={
            heading: tuple(dict.fromkeys(question.labels.values()))
            for heading in rest
            if (question := asked[heading]) and question.labels
        },
    )


def _is_export(headings: Sequence[str], parts: Mapping[str, tuple[str, str]]) -> bool:
    plain = [_plain(heading) for heading in headings]
    sure = any(_SURE.fullmatch(heading) for heading in plain)
    unsure = sum(_UNSURE.fullmatch(heading) is not None for heading in plain)
    return sure or unsure > 1 or any(part == "precision" for _, part in parts.values())


def is_of(form: Form, headings: Iterable[str]) -> bool:
    """Return whether a table has half of the questions of a form, or asks little else."""
    answered = {each.name for each in form.questions if each.kind not in _UNASKED}
    asked = [form.question(heading) for heading in headings if not _added(heading)]
    known = [question for question in asked if question is not None]
    found = answered & {question.name for question in known}
    return bool(found) and (2 * len(found) >= len(answered) or 2 * len(known) > len(asked))


def _is_answer(question: Question | None) -> bool:
    return question is not None and question.kind not in _UNASKED


def _plain(heading: str) -> str:
    """Return a heading in lower case, without the X that R puts before a ``_``."""
    return re.sub("^x(?=_)", "", heading.strip().lower())


def _added(heading: str, *, odk: bool = False) -> str:
    plain = _plain(heading)
    if odk and re.fullmatch(_ADDED_BY_ODK, plain):
        return "other"
    return next((what for what, said in _ADDED.items() if re.fullmatch(said, plain)), "")


def _splits(
    frame: pd.DataFrame, headings: Sequence[str], form: Form | None
) -> Iterator[tuple[str, str]]:
    """Yield headings such as ``needs/food`` of a question ``needs``, and that of the question.

    Where no form says what it is, it holds 0 and 1 alone: nobody's count shall be lost.
    """
    for heading in headings:
        for mark in re.finditer(r"::|(?<! )[/.](?! )", heading):
            before = heading[: mark.start()]
            question = form.question(before) if form else None
            many = question is not None and question.kind == "select_multiple"
            if many or (before in headings and _holds_flags(frame[heading])):
                yield heading, before
                break


def _holds_flags(cells: pd.Series) -> bool:
    said = set(map(text_of, cells.unique())) - {""}
    return bool(said) and said <= _FLAGS


def _bare(heading: str, headings: Sequence[str], *, odk: bool) -> str:
    """Return a heading without the groups before it.

    A group is what two headings share, or what is called as only groups of forms are; among names
    in XML, which have no blanks, whatever a ``/`` parts. Where nothing is parted by ``/``, a point
    may part groups of what has no blanks, in ODK a dash too.
    """
    slashed = any(re.search(r"\S/\S|::", each) for each in headings)
    xml = not any(" " in each for each in headings)
    signs = "/|::" if slashed else "[:.-]" if odk else "[:.]"
    tight = slashed or re.fullmatch(rf"{_NAME}(?:(?:{signs}){_NAME})+", heading)
    marks = list(re.finditer(rf"(?<! )(?:{signs})(?! )", heading)) if tight else []
    for mark in reversed(marks):
        group = heading[: mark.end()]
        alike = sum(each.startswith(group) for each in headings)
        own = re.split(signs, group.removesuffix(mark[0]))[-1]
        if alike > 1 or (slashed and xml) or _FORMS_OWN.fullmatch(own):
            return heading[mark.end() :]
    return heading


# --- points -----------------------------------------------------------------------------------


def _point_part(heading: str) -> tuple[str, str] | None:
    """Return the question and the part of a point that a heading names: ``_gps_latitude``."""
    found = _PART.fullmatch(heading)
    if found is None:
        return None
    if found["kobo"]:
        return f"{found['before']}{found['kobo']}", found["kobo_part"]
    return (
        f"{found['before']}{found['odk']}",
        found["odk_part"].lower().replace("accuracy", "precision"),
    )


def _points(
    headings: Sequence[str],
    parts: Mapping[str, tuple[str, str]],
    asked: Mapping[str, Question | None],
) -> Iterator[Point]:
    heading_of = {part: heading for heading, part in parts.items()}
    said: set[str | None] = set()
    for question in dict.fromkeys(question for question, _ in parts.values()):
        lat = heading_of.get((question, "latitude"))
        lon = heading_of.get((question, "longitude"))
        if lat and lon:
            # KoBo writes the groups before the parts of a point, but not before the point.
            names = (question, re.split("[/:.-]", question)[-1])
            both = next((name for name in names if name in headings), None)
            said.add(both)
            yield Point(lat, lon, both)
    for heading in headings:
        point = asked[heading]
        if point and point.kind == "geopoint" and heading not in parts and heading not in said:
            yield Point(both=heading)
    plain = {_plain(heading): heading for heading in headings}
    if "_geolocation" in plain:
        yield Point(both=plain["_geolocation"])
    for mark in "/.":
        lat, lon = (plain.get(f"_geolocation{mark}{at}") for at in (0, 1))
        if lat and lon:
            yield Point(lat, lon)


# --- repeats ----------------------------------------------------------------------------------


def is_repeat(rows: Sequence[Sequence[object]]) -> bool:
    """Return whether a sheet, of which these are the first rows, holds those of a repeat.

    That of submissions may have the columns that say what a row belongs to; it leaves them blank.
    """
    links = ("parent index", "parent key")
    at = [to for to, heading in enumerate(rows[0]) if _added(str(heading)) in links] if rows else []
    return bool(at) and (len(rows) == 1 or any(text_of(row[to]) for row in rows[1:] for to in at))


def is_linked(repeat: pd.DataFrame, other: pd.DataFrame) -> bool:
    """Return whether a column of a repeat names rows of another sheet."""
    return any(
        _column(repeat, below) is not None and _column(other, above) is not None
        for above, below in _LINKS
    )


def join(main: pd.DataFrame, repeats: Mapping[str, pd.DataFrame], *, keep: Iterable[str]) -> Joined:
    """Return the rows of repeats, each with the columns of its submission that tell its place.

    Parameters
    ----------
    main
        The sheet of submissions.
    repeats
        The sheets of repeats, by name; one may lie inside another.
    keep
        Headings of `main` that are said again in each row of a submission: places, p-codes,
        points, dates. All others stand in its first row alone, so that no count is added twice.
        Those of a repeat are said again in the rows of the repeats inside it: of whom they count.

    Raises
    ------
    InputError
        If nothing in a repeat says to which submission its rows belong.
    """
    main = main.rename(columns=str)
    repeats = {name: repeat.rename(columns=str) for name, repeat in repeats.items()}
    known: dict[str, dict[str, Positions]] = {}
    for name in repeats:
        _above(name, main, repeats, known)
    numbered = sorted(
        (owner if owner >= 0 else len(main), at, row, name)
        for at, name in enumerate(repeats)
        for row, owner in enumerate(known[name][""].tolist())
    )
    alone = sorted({*range(len(main))} - {owner for owner, *_ in numbered})
    numbered = sorted([*numbered, *((row, 0, -1, "") for row in alone)])
    owners, _, at, sheets = zip(*numbered, strict=True) if numbered else ((), (), (), ())
    rows = np.array(at, dtype=np.int64)
    main_rows = np.array([owner if owner < len(main) else -1 for owner in owners], dtype=np.int64)
    first = np.diff(main_rows, prepend=-2) != 0
    taken = {str(heading) for repeat in repeats.values() for heading in repeat}
    headings = {each: f"{each} (main)" if each in taken else each for each in map(str, main)}
    kept = set(keep)
    columns = {
        own: _taken(main[heading], np.where(first | (heading in kept), main_rows, -1))
        for heading, own in headings.items()
    }
    for name, repeat in repeats.items():
        mine = np.where([sheet == name for sheet in sheets], rows, -1)
        around = _rows_around(name, sheets, rows, known)
        for heading in map(str, repeat):
            cells = _taken(repeat[heading], around if heading in kept else mine)
            before = columns.get(heading)
            if before is not None:
                cells = np.where((mine < 0) & pd.notna(before), before, cells)
            columns[heading] = cells
    return Joined(pd.DataFrame(columns, dtype=object), main_rows, sheets, rows, headings)


def in_rows(inner: pd.DataFrame, name: str, outer: pd.DataFrame) -> bool:
    """Return whether rows of a repeat lie in rows of another, which is called `name`."""
    tables = {table[:31] for table in _column(inner, "parent table") or []}
    keys = set(_column(inner, "parent key") or []) & set(_column(outer, "key") or [])
    return name[:31] in tables or bool(keys - {""})


def _rows_around(
    name: str,
    sheets: Sequence[str],
    rows: Positions,
    known: Mapping[str, Mapping[str, Positions]],
) -> Positions:
    """Return for each row the row of a repeat that it is or lies in, -1 where there is none."""
    around = np.full(len(rows), -1, dtype=np.int64)
    for inner, above in known.items():
        if name in above:
            here = np.array([sheet == inner for sheet in sheets], dtype=bool)
            around[here] = above[name][rows[here]]
    return around


def _taken(column: pd.Series, rows: Positions) -> npt.NDArray[np.object_]:
    """Return the cells of some rows, None for row -1."""
    cells = np.empty(len(column) + 1, dtype=object)
    cells[:-1] = column.astype(object).to_numpy(dtype=object)
    taken: npt.NDArray[np.object_] = cells[rows]
    return taken


def _above(
    name: str,
    main: pd.DataFrame,
    repeats: Mapping[str, pd.DataFrame],
    known: dict[str, dict[str, Positions]],
) -> dict[str, Positions]:
    """Return for each row of a repeat the rows that hold it, -1 where there is none.

    By sheet: ``""`` is the main one, and each row holds itself.
    """
    if name in known:
        return known[name]
    repeat = repeats[name]
    nothing = np.full(len(repeat), -1, dtype=np.int64)
    found = known[name] = {"": nothing, name: np.arange(len(repeat), dtype=np.int64)}
    linked = False
    for above, below in _LINKS:
        wanted = _column(repeat, below)
        for sheet, frame in {"": main, **repeats}.items():
            ids = _column(frame, above)
            if ids is None or wanted is None or sheet == name:
                continue
            linked = True
            rows = np.where(_lie_in(repeat, sheet, repeats, below), _places(ids, wanted), -1)
            held = {"": rows}
            if sheet and (rows >= 0).any():
                outer = _above(sheet, main, repeats, known)
                held = {each: np.append(outer[each], -1)[rows] for each in outer}
            for each, its in held.items():
                before = found.get(each, nothing)
                found[each] = np.where(before < 0, its, before)
    if not linked:
        raise InputError(
            f"Sheet '{name}' cannot be joined to its submissions: it needs a column _parent_index, "
            "_submission__id, _submission__uuid or PARENT_KEY, and the main sheet _index, _id, "
            "_uuid or KEY. Export both again."
        )
    return found


def _lie_in(
    repeat: pd.DataFrame, sheet: str, repeats: Mapping[str, pd.DataFrame], link: str
) -> Booleans:
    """Return which rows of a repeat may lie in a sheet, the main one being ``""``.

    Only numbers of rows are the same in every sheet, so that the name of the table counts, of
    which a worksheet has the first 31 letters.
    """
    if link != "parent index":
        return np.ones(len(repeat), dtype=bool)
    tables = [table[:31] for table in _column(repeat, "parent table") or [""] * len(repeat)]
    known = {each[:31] for each in repeats}
    return np.array([(table if table in known else "") == sheet[:31] for table in tables], bool)


def _column(frame: pd.DataFrame, what: str) -> list[str] | None:
    found = [heading for heading in frame.columns if _added(str(heading)) == what]
    return [text_of(x).removeprefix("uuid:") for x in frame[found[0]]] if found else None


def _places(ids: Sequence[str], wanted: Sequence[str]) -> Positions:
    """Return where each wanted id stands; -1 for one that is blank, missing or there twice."""
    times = Counter(ids)
    at = {each: row for row, each in enumerate(ids) if each and times[each] == 1}
    return np.array([at.get(each, -1) for each in wanted], dtype=np.int64)
