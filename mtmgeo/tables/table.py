"""Tables of locations and counts: a CSV, an XLSX or a DataFrame in; columns found, faults named."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from mtmgeo.tables import cells
from mtmgeo.tables import headings as headings_module
from mtmgeo.tables.faults import Faults, show, show_all
from mtmgeo.tables.headings import DIMENSIONS, CellError, Measure
from mtmgeo.tables.read import HEAD, Rows, blank, kept, read_rows

__all__ = ["DIMENSIONS", "Measure", "Table", "read_table"]

_Parser: TypeAlias = Callable[[object], object]
_Dtype: TypeAlias = "str | pd.StringDtype[Any]"

#: What each heading of a table stands for, as `cells.role` returns it.
_Roles: TypeAlias = Mapping[str, str | None]

#: Text as Python holds it: half of a surrogate pair, which Arrow refuses, is a cell like others.
_TEXT: Final = pd.StringDtype("python", na_value=np.nan)
#: How cells are read, and the dtype they are kept in; objects are kept as they were.
_NAMES: Final[tuple[_Parser, _Dtype]] = (cells.name, _TEXT)
_COUNTS: Final[tuple[_Parser, _Dtype]] = (cells.count, "Int64")
_YEARS: Final[tuple[_Parser, _Dtype]] = (cells.year, "Int64")
_POINTS: Final[Mapping[str, tuple[_Parser, _Dtype]]] = {
    "lat": (cells.degrees, "object"),
    "lon": (cells.degrees, "object"),
    "gps": (cells.geopoint, "object"),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Table:
    """A table of locations, with or without counts, whose columns are known.

    Attributes
    ----------
    frame
        The rows (RangeIndex) under their headings, in order. Columns of names are text as typed,
        blank being ``""``; counts and years are Int64, missing being ``<NA>``; all others hold
        what the file held, blank being None. Blank rows and columns are left out, and so is a row
        of HXL hashtags below the headings.
    source
        File name without its folder.
    rows
        For each row of `frame`, its number as a spreadsheet shows it.
    sheet
        Name of the worksheet; None for CSV.
    adm1, adm2, adm3, location
        Headings of the columns of names; None where there is none. `location` holds the deepest:
        a lone column of admin 3 names is the location.
    lat, lon
        Headings of the columns of coordinates; None unless there are both.
    gps
        Heading of the column that holds latitude and longitude in one cell; None where not used.
    measures
        The count columns of a wide table.
    year_column, group_column, individuals_column, households_column
        Headings of a long table's columns; None where not used.
    dimensions
        Headings of the columns that say of whom a row counts: by ``country of return``,
        ``reason``, ``sex``, ``age group``.
    places
        Every column of names of places, by heading, in the table's order: the role that its
        heading proposes (``adm1``, ``adm2``, ``adm3``, ``location``). Several may propose one
        role; the boundary set decides.
    spellings
        Headings of further columns that spell the names of another column, as in another
        language, by the heading of that column.
    codes
        Every column of p-codes, by heading: ``adm1``, ``adm2``, ``adm3``, ``location``, or ``any``
        where the heading says no level.
    country
        Heading of the column that says the country of each row, by name or ISO code; None where
        there is none.
    remarks
        Sentences on what was read otherwise than it looks, or not used.
    notes
        Lines above the headings that start with ``#``, without it.
    synthetic
        Whether the file name, the sheet, a note or a heading of counts says ``synthetic``.
    """

    frame: pd.DataFrame
    source: str
    rows: tuple[int, ...]
    sheet: str | None = None
    adm1: str | None = None
    adm2: str | None = None
    adm3: str | None = None
    location: str | None = None
    lat: str | None = None
    lon: str | None = None
    gps: str | None = None
    measures: tuple[Measure, ...] = ()
    year_column: str | None = None
    group_column: str | None = None
    individuals_column: str | None = None
    households_column: str | None = None
    dimensions: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    spellings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
    country: str | None = None
    remarks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    synthetic: bool = False

    @property
    def name_columns(self) -> tuple[str | None, str | None, str | None, str | None]:
        """Headings of the admin 1, 2 and 3 and location columns; None where there is none."""
        return self.adm1, self.adm2, self.adm3, self.location

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        *,
        source: str = "table",
        columns: Mapping[str, str] | None = None,
        notes: Sequence[str] = (),
    ) -> Table:
        """Return the table held by a DataFrame, checked as a file would be.

        Parameters
        ----------
        frame
            Names and counts under headings such as `read_table` finds. The index is not used.
        source
            Name of the data, for messages and for the notes of a map.
        columns
            As for `read_table`.
        notes
            Sentences that go with the data.

        Raises
        ------
        InputError
            One sentence per fault; rows are numbered as in a file with the headings in row 1.
        """
        values = frame.astype(object).where(frame.notna(), None).to_numpy().tolist()
        rows = kept([(1, list(frame.columns)), *enumerate(values, start=2)])
        return _table(rows, Faults(source), columns or {}, notes)

    def points(self) -> pd.DataFrame:
        """Return the coordinates of each row, as given.

        Returns
        -------
        points
            Same index as `frame`; columns ``lat``, ``lon``: degrees, NaN where missing, perhaps
            out of range.
        """
        points: list[tuple[float | None, float | None]] = [(None, None)] * len(self.frame)
        if self.gps is not None:
            points = [cells.geopoint(cell) or (None, None) for cell in self.frame[self.gps]]
        elif self.lat is not None and self.lon is not None:
            pairs = zip(self.frame[self.lat], self.frame[self.lon], strict=True)
            points = [(cells.degrees(lat), cells.degrees(lon)) for lat, lon in pairs]
        columns = ["lat", "lon"]
        return pd.DataFrame(points, index=self.frame.index, columns=columns, dtype="float64")

    def columns(self) -> dict[str, str]:
        """Return which column was taken for what: headings by what they hold, in plain words."""
        names = zip(("admin 1", "admin 2", "admin 3", "location"), self.name_columns, strict=True)
        single = {
            "latitude": self.lat, "longitude": self.lon, "coordinates": self.gps,
            "year": self.year_column, "group": self.group_column,
            "individuals": self.individuals_column, "households": self.households_column,
        }  # fmt: skip
        counts = {
            " ".join(
                filter(
                    None,
                    [
                        each.group,
                        each.sex,
                        "(households)" * each.households,
                        str(each.year or ""),
                    ],
                )
            ): each.column
            for each in self.measures
        }
        found = {**dict(names), **single, **self.dimensions, **counts}
        return {what: heading for what, heading in found.items() if heading is not None}

    def observations(self) -> pd.DataFrame:
        """Return one row per count, in the order of the table; missing counts are left out.

        Returns
        -------
        observations
            Columns ``row`` (index label of `frame`), ``year`` (Int64, missing where none is
            given), ``group`` (categorical), ``individuals`` (Int64), ``households`` (Int64; only if
            they are counted), and a categorical one for each of `dimensions`, ``(not stated)``
            where blank.
        """
        kinds = {"row": "int64", "year": "Int64", "group": "category", "individuals": "Int64"}
        people, homes = self._measures()
        kinds |= {"households": "Int64"} if homes else {}
        kinds |= {"sex": "category"} if any(measure.sex for measure in people) else {}
        parts = [self._observed(measure, homes, people) for measure in people]
        counts = parts[0] if len(parts) == 1 else _stacked(parts, list(kinds))
        counts = counts.astype(kinds).dropna(subset="individuals").reset_index(drop=True)
        for dimension, heading in self.dimensions.items():
            if dimension in counts:
                continue
            said = _categories(dimension, self.frame[heading])
            counts[dimension] = said[counts["row"].to_numpy()]
        return counts

    def _measures(self) -> tuple[list[Measure], dict[tuple[str, int | None], str]]:
        """Return what counts individuals, and the columns of households by group and year."""
        homes = {(each.group, each.year): each.column for each in self.measures if each.households}
        if self.individuals_column is None:
            return [each for each in self.measures if not each.households], homes
        group = headings_module.population(self.individuals_column) or headings_module.NO_GROUP
        if self.households_column is not None:
            homes = {(group, None): self.households_column}
        return [Measure(column=self.individuals_column, year=None, group=group)], homes

    def _observed(
        self,
        measure: Measure,
        homes: Mapping[tuple[str, int | None], str],
        people: Sequence[Measure],
    ) -> pd.DataFrame:
        observed = pd.DataFrame({"row": self.frame.index})
        yearly = measure.year is None and self.year_column is not None
        observed["year"] = self.frame[self.year_column] if yearly else measure.year
        observed["group"] = _worded([measure.group], np.zeros(len(observed), dtype=int))
        if self.group_column is not None:
            code, said = pd.factorize(self.frame[self.group_column])
            observed["group"] = _worded([_group(each) for each in said], code)
        observed["individuals"] = self.frame[measure.column]
        if homes:
            column = homes.get((measure.group, measure.year)) if measure.sex is None else None
            observed["households"] = pd.NA if column is None else self.frame[column]
        if not any(each.sex for each in people):
            return observed
        sexes = [cells.NOT_STATED, "female", "male"]
        mine = sexes.index(measure.sex or cells.NOT_STATED)
        observed["sex"] = _worded(sexes, np.full(len(observed), mine))
        parts = [
            self.frame[each.column]
            for each in people
            if each.sex and (each.group, each.year) == (measure.group, measure.year)
        ]
        if measure.sex is None and parts:
            # Of all individuals, those remain who are counted as neither women nor men.
            given = pd.concat(parts, axis=1)
            rest = observed["individuals"] - given.fillna(0).sum(axis=1).astype("Int64")
            needed = (rest != 0) | given.isna().all(axis=1)
            if "households" in observed:
                needed |= observed["households"].notna()
            observed["individuals"] = rest.where(needed)
        return observed


def _stacked(parts: Sequence[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    """Return observations of several columns together, in the order of the rows."""
    if not parts:
        return pd.DataFrame({name: [] for name in columns})
    names = dict.fromkeys(name for part in parts for name in part["group"].cat.categories)
    groups = pd.Index(names, dtype=object)
    parts = [part.assign(group=part["group"].cat.set_categories(groups)) for part in parts]
    return pd.concat(parts).sort_values("row", kind="stable")


def _worded(names: Sequence[str], codes: npt.NDArray[np.int_]) -> pd.Categorical:
    """Return names by their position, where the same name may come more than once."""
    own = list(dict.fromkeys(names))
    place = np.array([own.index(name) for name in names], dtype=int)
    return pd.Categorical.from_codes(place[codes], categories=pd.Index(own, dtype=object))


def _categories(dimension: str, said: pd.Series) -> pd.Categorical:
    """Return the categories that cells name; of spellings that differ in case, the usual one."""
    codes, cells_ = pd.factorize(said)
    names = [cells.category(dimension, each) for each in cells_]
    usual: dict[str, str] = {}
    for at in np.argsort(-np.bincount(codes, minlength=len(names)), kind="stable"):
        usual.setdefault(names[at].casefold(), names[at])
    return _worded([usual[name.casefold()] for name in names], codes)


def _group(text: str) -> str:
    return headings_module.population(text) or cells.tidy(text)


def read_table(
    path: str | Path,
    *,
    sheet: str | None = None,
    columns: Mapping[str, str] | None = None,
    encoding: str | None = None,
) -> Table:
    """Read a table of locations, with or without counts of individuals.

    Parameters
    ----------
    path
        CSV (comma, semicolon or tab between cells) or XLSX. Headings stand in the first row, below
        any lines that start with ``#``; a row of HXL hashtags may follow them. Counts are either
        wide, one column per group and year (``returnees_2020``, and perhaps
        ``returnee_households_2020``), or long (``year``, ``individuals`` and perhaps ``group``,
        ``households``). Columns may say of whom a row counts: by country of return, reason, sex or
        age group.
    sheet
        Worksheet to read; by default the only visible one that has headings of places.
    columns
        Headings for what is not found by its usual heading; keys ``adm1``, ``adm2``, ``adm3``,
        ``location``, ``lat``, ``lon``, ``gps``, ``year``, ``group``, ``individuals``,
        ``households``, ``country`` (of return), ``reason``, ``sex``, ``age``.
    encoding
        Encoding of a CSV that is not UTF-8, such as ``cp1251``.

    Returns
    -------
    table
        The rows, and what their columns hold.

    Raises
    ------
    InputError
        One sentence per fault, each naming its place in the file and how to mend it.
    """
    path, columns = Path(path), columns or {}
    faults = Faults(path.name)
    rows = read_rows(
        path,
        sheet=sheet,
        encoding=encoding,
        score=lambda row: headings_module.score(row, columns),
        faults=faults,
    )
    return _table(rows, faults, columns, ())


def _table(rows: Rows, faults: Faults, columns: Mapping[str, str], notes: Sequence[str]) -> Table:
    """Find the columns, convert and check their cells, and raise all faults at once."""
    if not rows:
        faults.stop("there is no data", "check that the table was saved in full")
    top = _header(rows, columns)
    _check_titles(rows, top, faults)
    header, body = rows[top][1], rows[top + 1 :]
    tags = body.pop(0)[1] if body and headings_module.is_tags(body[0][1]) else []
    if not body:
        faults.stop("there are headings but no rows below them", "add the locations")
    raw = _by_heading(header, body, faults)
    roles = _roles(raw, dict(zip(map(str, header), map(str, tags), strict=False)), columns)
    places = _find_places(roles, columns, faults)
    points = _find_points(raw, roles, columns, faults)
    counts = _find_counts(raw, roles, columns, faults)
    dimensions = _find_dimensions(raw, roles, columns, list(places.values()), counts, faults)
    numbers = tuple(number for number, _ in body)
    parsers = {heading: _POINTS[role] for role, heading in points.items()}
    parsers |= dict.fromkeys(places.values(), _NAMES) | counts.parsers()
    parsers |= {heading: (_said(name), _TEXT) for name, heading in dimensions.items()}
    series = _convert(raw, numbers, parsers, faults)
    _check_rows(raw, numbers, list(places.values()), counts, faults)
    _check_parts(series, numbers, counts, faults)
    faults.check()
    notes = tuple(cells.tidy(note).lstrip("# ") for note in [*notes, *_notes(rows[:top])])
    said = " ".join([faults.source, faults.sheet or "", *notes, *counts.headings]).casefold()
    return Table(
        frame=pd.DataFrame(series),
        source=faults.source,
        sheet=faults.sheet,
        rows=numbers,
        **places,
        **points,
        measures=counts.measures,
        year_column=counts.year,
        group_column=counts.group,
        individuals_column=counts.individuals,
        households_column=counts.households,
        dimensions=dimensions,
        notes=notes,
        synthetic="synthetic" in said or "синтетич" in said,
    )


def _is_note(row: Sequence[object]) -> bool:
    return str(row[0]).startswith("#")


def _notes(rows: Rows) -> list[str]:
    noted = [row for _, row in rows if _is_note(row)]
    return [", ".join(str(cell) for cell in row if not blank(cell)) for row in noted]


def _header(rows: Rows, columns: Mapping[str, str]) -> int:
    """Return the position of the headings: the richest row, if all above it are shorter titles.

    What stands directly above HXL hashtags are the headings, in whatever language.
    """
    head = [row for _, row in rows[:HEAD]]
    for at, row in enumerate(head[1:]):
        if headings_module.is_tags(row) and not _is_note(head[at]):
            return at
    ranks = [(headings_module.score(row, columns), not _is_note(row)) for row in head]
    best = ranks.index(max(ranks))
    filled = [sum(not blank(cell) for cell in row) for row in head]
    above = [at for at in range(best) if not _is_note(head[at])]
    return best if all(filled[at] < filled[best] for at in above) else above[0]


def _check_titles(rows: Rows, top: int, faults: Faults) -> None:
    titles = [number for number, row in rows[:top] if not _is_note(row)]
    if titles:
        first, header = titles[0], rows[top][0]
        which = f"row {first}" if header == first + 1 else f"rows {first} to {header - 1}"
        what = f"row {first} looks like a title, the headings seem to be in row {header}"
        faults.add(what, f"delete {which}")


def _by_heading(header: list[object], body: Rows, faults: Faults) -> dict[str, list[object]]:
    """Return the cells under each heading; a column without heading and cells is left out."""
    raw: dict[str, list[object]] = {}
    for at, cell in enumerate(header):
        heading = "" if blank(cell) else str(cell)
        below = [row[at] if at < len(row) else None for _, row in body]
        filled = [
            number for (number, _), value in zip(body, below, strict=True) if not blank(value)
        ]
        if heading in raw:
            mend = "give each column a heading of its own"
            faults.add("two columns have this heading", mend, column=heading)
        elif heading:
            raw[heading] = below
        elif filled:
            mend = "write a heading for it, or clear it"
            faults.add(f"column {at + 1} has data but no heading", mend, row=filled[0])
    for number, row in body:
        if not all(blank(cell) for cell in row[len(header) :]):
            what = f"the row has {len(row)} cells under {len(header)} headings"
            mend = "put a name that holds a comma in quotation marks, or add the missing heading"
            faults.add(what, mend, row=number)
    return raw


def _roles(
    headings: Collection[str], tags: Mapping[str, str], columns: Mapping[str, str]
) -> _Roles:
    """Return what each heading, or the HXL hashtag below it, usually stands for."""
    named = {headings_module.key(heading) for heading in columns.values()}
    roles = {
        each: None
        if headings_module.key(each) in named
        else headings_module.role(each, tags.get(each, ""))
        for each in headings
    }
    for address, rivals in headings_module.ADDRESSES.items():
        if not rivals & {*roles.values(), *columns}:
            roles |= {each: "location" for each in roles if roles[each] == address}
    return roles


def _choose(role: str, roles: _Roles, columns: Mapping[str, str], faults: Faults) -> str | None:
    """Return the heading that is named for a role, or else the only usual one."""
    headings = list(roles)
    if role in columns:
        wanted = columns[role]
        alike = [
            each
            for each in headings
            if headings_module.key(each) == headings_module.key(wanted) != ""
        ]
        if wanted in headings or alike:
            return wanted if wanted in headings else alike[0]
        faults.add(f"there is no column {show(wanted)}", f"choose from {show_all(headings)}")
        return None
    usual = [each for each in headings if roles[each] == role]
    if len(usual) > 1:
        mend = f"choose one with --column {role}=HEADING, or columns={{'{role}': ...}} in Python"
        faults.add(f"columns {show_all(usual)} could each be the {role} column", mend)
    return usual[0] if usual else None


def _find_places(roles: _Roles, columns: Mapping[str, str], faults: Faults) -> dict[str, str]:
    for unknown in columns.keys() - headings_module.HEADINGS.keys():
        faults.add(
            f"{show(unknown)} is no kind of column", f"use {show_all(headings_module.HEADINGS)}"
        )
    chosen = {role: _choose(role, roles, columns, faults) for role in headings_module.PLACES}
    if chosen["location"] is None:
        chosen |= {"adm3": None, "location": chosen["adm3"]}
    if not any(chosen.values()) and not columns.keys() & set(headings_module.PLACES):
        faults.add(
            f"none of the headings {show_all(roles)} is known to hold names of places",
            "name one with --column location=HEADING, or columns={'location': ...} in Python",
        )
    return {role: heading for role, heading in chosen.items() if heading is not None}


def _find_points(
    raw: Mapping[str, list[object]], roles: _Roles, columns: Mapping[str, str], faults: Faults
) -> dict[str, str]:
    """Return the headings of latitude and longitude, or else of the column that holds both."""
    pair = {role: _choose(role, roles, columns, faults) for role in ("lat", "lon")}
    found = {role: heading for role, heading in pair.items() if heading is not None}
    if "gps" not in columns and len(found) == 2:
        return found
    for role, other in (("lat", "lon"), ("lon", "lat")):
        if role in columns and role in found and other not in columns:
            mend = f"name it with --column {other}=HEADING, or columns={{'{other}': ...}} in Python"
            faults.add(f"there is no column of {other} beside {show(found[role])}", mend)
    gps = _choose("gps", roles, columns, faults)
    sure = gps is not None and ("gps" in columns or _mostly(cells.geopoint, raw[gps]))
    return {"gps": gps} if gps is not None and sure else {}


@dataclass(frozen=True, kw_only=True)
class _Counts:
    """The columns that hold counts, and what goes with them in a long table."""

    measures: tuple[Measure, ...] = ()
    individuals: str | None = None
    households: str | None = None
    year: str | None = None
    group: str | None = None

    @property
    def headings(self) -> list[str]:
        long = [each for each in (self.individuals, self.households) if each]
        return long or [each.column for each in self.measures]

    @property
    def homes(self) -> list[tuple[str, str]]:
        """The columns of households, each with that of their members."""
        if self.individuals and self.households:
            return [(self.households, self.individuals)]
        people = {(m.group, m.year): m.column for m in self.measures if not m.households}
        return [
            (m.column, people[m.group, m.year])
            for m in self.measures
            if m.households and (m.group, m.year) in people
        ]

    @property
    def sexes(self) -> list[tuple[str, list[str]]]:
        """The columns of all individuals, each with those of women and men."""
        return [
            (whole.column, parts)
            for whole in self.measures
            if whole.sex is None and not whole.households
            and (parts := [
                m.column
                for m in self.measures
                if m.sex and (m.group, m.year) == (whole.group, whole.year)
            ])
        ]  # fmt: skip

    def parsers(self) -> dict[str, tuple[_Parser, _Dtype]]:
        year = {self.year: _YEARS} if self.year else {}
        group = {self.group: (cells.group, _TEXT)} if self.group else {}
        return {**dict.fromkeys(self.headings, _COUNTS), **year, **group}


def _find_counts(
    raw: Mapping[str, list[object]], roles: _Roles, columns: Mapping[str, str], faults: Faults
) -> _Counts:
    def choose(role: str) -> str | None:
        return _choose(role, roles, columns, faults)

    measures = () if "individuals" in columns else _find_measures(raw, roles, faults)
    said = {measure.column for measure in measures if headings_module.population(measure.column)}
    if "individuals" in roles.values() and not said:
        measures = ()  # other numbers beside the individuals of a long table
    if any(measure.year for measure in measures):
        return _Counts(measures=measures)
    if measures:
        homes = choose("households") if len({each.group for each in measures}) == 1 else None
        if homes is not None:
            group = measures[0].group
            measures += (Measure(column=homes, year=None, group=group, households=True),)
        return _Counts(measures=measures, year=choose("year"))
    individuals = choose("individuals")
    if individuals is None:
        return _Counts()
    named = [heading for heading in roles if _counts_households(heading)]
    return _Counts(
        individuals=individuals,
        households=named[0] if len(named) == 1 else choose("households"),
        year=choose("year"),
        group=choose("group"),
    )


def _counts_households(heading: str) -> bool:
    try:
        measure = headings_module.measure(heading)
    except CellError:
        return False
    return measure is not None and measure.households and measure.year is None


def _find_dimensions(
    raw: Mapping[str, list[object]],
    roles: _Roles,
    columns: Mapping[str, str],
    places: Sequence[str],
    counts: _Counts,
    faults: Faults,
) -> dict[str, str]:
    """Return the headings of the columns that say of whom a row counts.

    Sex and age are those of the people counted only where a place has rows for several of them:
    else they may be the informant's. Named ones are believed.
    """
    if not counts.headings:
        return {}
    chosen = {name: _choose(role, roles, columns, faults) for name, role in DIMENSIONS.items()}
    found = {name: heading for name, heading in chosen.items() if heading is not None}
    for name in ("sex", "age group"):
        if name in found and DIMENSIONS[name] not in columns:
            rows = zip(*(raw[heading] for heading in [*places, found[name]]), strict=True)
            seen = {tuple(map(str, row)) for row in rows if not blank(row[-1])}
            if len({row[:-1] for row in seen}) == len(seen):
                del found[name]
    return found


def _said(dimension: str) -> _Parser:
    """Return how the cells of a dimension are read: as typed, if they say one category."""

    def parser(cell: object) -> str:
        text = cells.name(cell)
        cells.category(dimension, text)
        return text

    return parser


def _find_measures(
    raw: Mapping[str, list[object]], roles: _Roles, faults: Faults
) -> tuple[Measure, ...]:
    found: list[Measure] = []
    for heading, values in raw.items():
        try:
            measure = (
                None
                if roles[heading] in headings_module.PLACES
                else headings_module.measure(heading)
            )
        except CellError as error:
            faults.add(error.what, error.mend, column=heading)
            continue
        sure = measure and measure.year and headings_module.population(heading)
        if measure and (sure or _mostly(cells.count, values)):
            found.append(measure)
    found = _with_groups(found)
    # A total over the years beside the years would count everyone twice.
    yearly = {measure.group for measure in found if measure.year}
    found = [measure for measure in found if measure.year or measure.group not in yearly]
    first: dict[tuple[str, int | None, bool, str | None], str] = {}
    for measure in found:
        kind = (measure.group, measure.year, measure.households, measure.sex)
        other = first.setdefault(kind, measure.column)
        if other != measure.column:
            both = f"columns {show_all([other, measure.column])} both count {measure.group}"
            faults.add(f"{both} {measure.year or ''}".rstrip(), "delete or rename one of them")
    return tuple(found)


def _with_groups(found: Sequence[Measure]) -> list[Measure]:
    """Return the measures with those of households tied to the group whose members are counted.

    Households of others are a group of their own.
    """
    people = {(each.group, each.year) for each in found if not each.households}
    groups = list(dict.fromkeys(each.group for each in found if not each.households))
    tied = []
    for each in found:
        if each.households and each.group == headings_module.NO_GROUP:
            group = groups[0] if len(groups) == 1 else "households"
        else:
            group = each.group
        if each.households and (group, each.year) not in people:
            own = group if group == "households" else f"households of {group}"
            tied.append(replace(each, group=own, households=False))
        else:
            tied.append(replace(each, group=group))
    return tied


def _mostly(parser: _Parser, values: Iterable[object]) -> bool:
    """Return whether more cells can be read than not; blank ones do not count."""
    readable = others = 0
    for value in values:
        try:
            readable += parser(value) is not None
        except CellError:
            others += 1
    return readable > others


def _convert(
    raw: Mapping[str, list[object]],
    numbers: Sequence[int],
    parsers: Mapping[str, tuple[_Parser, _Dtype]],
    faults: Faults,
) -> dict[str, Any]:
    """Return a Series per heading; a cell with a fault becomes missing."""
    series: dict[str, Any] = {}
    for heading, values in raw.items():
        if heading not in parsers:
            series[heading] = pd.Series(values, dtype="object")
            continue
        parser, dtype = parsers[heading]
        converted: list[object] = []
        for number, value in zip(numbers, values, strict=True):
            try:
                converted.append(parser(value))
            except CellError as error:
                faults.add(error.what, error.mend, row=number, column=heading)
                converted.append(None)
        series[heading] = pd.Series(values if dtype == "object" else converted, dtype=dtype)
    return series


def _check_parts(
    series: Mapping[str, pd.Series], numbers: Sequence[int], counts: _Counts, faults: Faults
) -> None:
    """Check that no column counts more than the one that holds it."""
    pairs = [([homes], people, "households than individuals") for homes, people in counts.homes]
    for whole, parts in counts.sexes:
        pairs.append((parts, whole, "women and men than individuals"))
    for parts, whole, what in pairs:
        sums = sum(series[part].fillna(0) for part in parts)
        more = (sums > series[whole]).fillna(value=False).to_numpy(dtype=bool)
        for at in np.flatnonzero(more).tolist():
            mend = f"correct it, or {show(whole)}"
            faults.add(f"there are more {what}", mend, row=numbers[at], column=parts[0])


def _check_rows(
    raw: Mapping[str, list[object]],
    numbers: Sequence[int],
    places: Sequence[str],
    counts: _Counts,
    faults: Faults,
) -> None:
    needed = [heading for heading in (counts.year, counts.group) if heading]
    for at, number in enumerate(numbers):
        names = [raw[heading][at] for heading in places]
        counted = any(not blank(raw[heading][at]) for heading in counts.headings)
        if places and counted and all(blank(name) for name in names):
            faults.add("no place is named", "fill in a name, or delete the row", row=number)
        elif any(cells.is_total(name) for name in names):
            what = "this looks like a row of totals, which would count everyone twice"
            faults.add(what, "delete the row", row=number)
        for heading in needed if counted else ():
            if blank(raw[heading][at]):
                faults.add("the cell is blank", "fill it in", row=number, column=heading)
        for homes, people in counts.homes:
            if not blank(raw[homes][at]) and blank(raw[people][at]):
                mend = f"fill in {show(people)}, or clear the households"
                faults.add("households without individuals", mend, row=number, column=homes)
