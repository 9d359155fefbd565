"""Tables of locations and counts: a file or a DataFrame in; columns found, faults named.

A table goes down a line of steps, each from one value to the next: the grid of cells, the headings,
the role of each column, its cells read, the rows that are counted, and the `Table`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from mtmgeo.core.errors import InputError
from mtmgeo.tables import columns as read
from mtmgeo.tables.answers import ADDED, as_answers
from mtmgeo.tables.columns import NOT_STATED, TEXT, tidy
from mtmgeo.tables.counts import TWICE, Counted, find_counts, floats, planned_counts
from mtmgeo.tables.faults import Faults, show, show_all, some_rows
from mtmgeo.tables.form import Form, read_form
from mtmgeo.tables.grid import Grid, absent, empty, of_frame, read_grid
from mtmgeo.tables.headings import Column, Headed, find_headings
from mtmgeo.tables.kobo import is_repeat
from mtmgeo.tables.periods import parse, repeated
from mtmgeo.tables.plan import (
    Counting,
    Plan,
    fitted,
    planned_headings,
    read_plan,
    remark_new,
    role_said,
)
from mtmgeo.tables.roles import (
    DIMENSIONS,
    NAMEABLE,
    NO_GROUP,
    PLACES,
    Measure,
    is_part,
    odd_year,
    period,
    population,
    role,
    score,
)
from mtmgeo.tables.rows import Lines, kept_rows, latest
from mtmgeo.tables.words import key, listed, words

__all__ = ["DIMENSIONS", "Measure", "Table", "read_table"]

_ADDRESSES: Final = {"address": {"adm3", "location"}, "full name": set(PLACES)}
_LEVELS: Final = ("adm1", "adm2", "adm3", "location")
_CODE: Final = re.compile(r"[A-Za-z]{0,5}[-_ ]?\d[\dA-Za-z]*")
_DATES: Final = 0.2  # of dates to rows, up to which they are those of rounds
_FILLED: Final = 0.3  # share of blank cells from which parents are taken to be written once
_MANY_ROWS: Final = 100  # from which on a few may name no place
_SELDOM: Final = 0.02  # share of the people that are a few
_UNNAMED: Final = 5  # columns without a heading that are listed


@dataclass(frozen=True, kw_only=True, eq=False)
class Table:
    """A table of locations, with or without counts, whose columns are known.

    Attributes
    ----------
    frame
        The rows (RangeIndex) under their headings, in order. Columns of names are text as typed,
        blank being ``""``; counts and years are Int64, missing being ``<NA>`` (years are text where
        a period is longer: ``2020``, ``2020-2021``); all others hold
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
    year_column, group_column, round_column, individuals_column, households_column
        Headings of a long table's columns; None where not used.
    dimensions
        Headings of the columns that say of whom a row counts: by ``country of return``,
        ``reason``, ``sex``, ``age group``.
    places
        Every column of names of places, by heading, in the table's order: the role that its
        heading proposes (``adm1``, ``adm2``, ``adm3``, ``location``). Several may propose one
        role; the boundary set decides. A column that the user named for a role is not among them.
    spellings
        Headings of further columns that spell the names of another column, as in another
        language, by the heading of that column.
    codes
        Every column of p-codes, by heading: ``adm1``, ``adm2``, ``adm3``, ``location``, or ``any``
        where the heading says no level.
    country
        Heading of the column that says the country of each row, by name or ISO code; None where
        there is none.
    stock
        Whether people present are counted, who are not added over rounds and years.
    remarks
        Sentences on what was read otherwise than it looks, or not used.
    notes
        Lines above the headings that start with ``#``, without it.
    synthetic
        Whether the file name, the sheet, a note or a heading of counts says ``synthetic``.
    plan
        What it was taken for, so that another table is read the same way.
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
    round_column: str | None = None
    individuals_column: str | None = None
    households_column: str | None = None
    dimensions: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    spellings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
    country: str | None = None
    stock: bool = False
    remarks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    synthetic: bool = False
    plan: Plan | None = None

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
            Names and counts under headings such as `read_table` finds. The index is not used. The
            geometry of a GeoDataFrame is where the places lie.
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
        grid = of_frame(_with_points(frame))
        return table_of(Opened(grid=grid, faults=Faults(source), columns=columns or {}), notes)

    def points(self) -> pd.DataFrame:
        """Return the coordinates of each row, as given.

        Returns
        -------
        points
            Same index as `frame`; columns ``lat``, ``lon``: degrees, NaN where missing or not
            readable, perhaps out of range.
        """
        points = pd.DataFrame(np.nan, index=self.frame.index, columns=["lat", "lon"])
        rows = self.rows
        if self.gps is not None:
            cells = self.frame[self.gps].to_numpy(dtype=object)
            pairs = read.convert(cells, read.geopoint, Faults(self.source), rows, self.gps)
            known = [pair or (np.nan, np.nan) for pair in pairs]
            points[["lat", "lon"]] = np.array(known, dtype=np.float64).reshape(-1, 2)
        elif self.lat is not None and self.lon is not None:
            for name, heading in (("lat", self.lat), ("lon", self.lon)):
                cells = self.frame[heading].to_numpy(dtype=object)
                points[name] = _degrees(cells, Faults(self.source), rows, heading)
        return points.astype("float64")

    def columns(self) -> dict[str, str]:
        """Return which column was taken for what: headings by what they hold, in plain words."""
        names = zip(("admin 1", "admin 2", "admin 3", "location"), self.name_columns, strict=True)
        single_ = {
            "country": self.country,
            **{_coded(role_): heading for heading, role_ in self.codes.items()},
            "latitude": self.lat, "longitude": self.lon, "coordinates": self.gps,
            "year": self.year_column, "group": self.group_column, "round": self.round_column,
            "individuals": self.individuals_column, "households": self.households_column,
        }  # fmt: skip
        long = {self.individuals_column, self.households_column}
        counts = {_worded_measure(m): m.column for m in self.measures if m.column not in long}
        found = {**dict(names), **single_, **self.dimensions, **counts}
        return {what: heading for what, heading in found.items() if heading is not None}

    @property
    def has_periods(self) -> bool:
        """Whether people are counted in a period longer than a year."""
        long = self.year_column is not None and self.frame[self.year_column].dtype != "Int64"
        return long or any(isinstance(measure.when, str) for measure in self.measures)

    def observations(self) -> pd.DataFrame:
        """Return one row per count, in the order of the table; missing counts are left out.

        Returns
        -------
        observations
            Columns ``row`` (index label of `frame`), ``year`` (Int64, missing where none is
            given, or where the period is longer), ``period`` (categorical, the year or the longer
            period; only if one is longer than a year), ``group`` (categorical), ``individuals``
            (Int64), ``households`` (Int64; only if they are counted), and a categorical one for
            each of `dimensions`, ``(not stated)`` where blank.
        """
        kinds: dict[str, str] = {
            "row": "int64", "year": "Int64",
            **({"period": "category"} if self.has_periods else {}),
            "group": "category", "individuals": "Int64",
        }  # fmt: skip
        people = [m for m in self.measures if not m.households]
        homes = {m.kind[:3]: m.column for m in self.measures if m.households}
        sexes = any(m.sex for m in people)
        ages = any(m.age for m in people)
        kinds |= {"households": "Int64"} if homes else {}
        kinds |= {"sex": "category"} if sexes else {}
        kinds |= {"age group": "category"} if ages else {}
        parts = [self._observed(m, homes, people, sexes=sexes, ages=ages) for m in people]
        counts = parts[0] if len(parts) == 1 else _stacked(parts, list(kinds))
        counts = counts.astype(kinds).dropna(subset="individuals").reset_index(drop=True)
        for dimension, heading in self.dimensions.items():
            if dimension in counts:
                continue
            said = _categories(dimension, self.frame[heading])
            counts[dimension] = said[counts["row"].to_numpy()]
        return counts

    def _observed(
        self,
        measure: Measure,
        homes: Mapping[tuple[str, int | None, str], str],
        people: Sequence[Measure],
        *,
        sexes: bool,
        ages: bool,
    ) -> pd.DataFrame:
        observed = pd.DataFrame({"row": self.frame.index})
        yearly = self.year_column is not None and measure.when is None
        if self.has_periods:
            when = measure.when and str(measure.when)
            text = self.frame[self.year_column] if yearly else when
            observed["period"] = pd.Series(text, index=self.frame.index, dtype="str")
            observed["year"] = pd.to_numeric(observed["period"], errors="coerce")
            observed["period"] = observed["period"].astype("category")
        else:
            observed["year"] = self.frame[self.year_column] if yearly else measure.year
        observed["group"] = _worded([measure.group], np.zeros(len(observed), dtype=int))
        if self.group_column is not None and measure.group in (NO_GROUP, "households"):
            code, said = pd.factorize(self.frame[self.group_column])
            observed["group"] = _worded([_group(each) for each in said], code)
        observed["individuals"] = self.frame[measure.column]
        if homes:
            column = None if measure.part else homes.get(measure.kind[:3])
            observed["households"] = pd.NA if column is None else self.frame[column]
        if sexes:
            said_sex = [NOT_STATED, "female", "male"]
            mine = said_sex.index(measure.sex or NOT_STATED)
            observed["sex"] = _worded(said_sex, np.full(len(observed), mine))
        if ages:
            said_age = list(dict.fromkeys([NOT_STATED, *(m.age for m in people if m.age)]))
            at = said_age.index(measure.age or NOT_STATED)
            observed["age group"] = _worded(said_age, np.full(len(observed), at))
        parts = [self.frame[m.column] for m in people if m.part and m.kind == measure.kind]
        if not measure.part and parts:
            # Of all individuals, those remain who are counted in no part.
            given = pd.concat(parts, axis=1)
            rest = observed["individuals"] - given.fillna(0).sum(axis=1).astype("Int64")
            needed = (rest != 0) | given.isna().all(axis=1)
            if "households" in observed:
                needed |= observed["households"].notna()
            observed["individuals"] = rest.where(needed)
        return observed


def _with_points(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a GeoDataFrame with a point in degrees for each outline; other frames as they are."""
    import geopandas as gpd

    if not isinstance(frame, gpd.GeoDataFrame) or frame.crs is None:
        return frame
    points = frame.geometry.to_crs("EPSG:4326").representative_point()
    return pd.DataFrame(frame).assign(**{str(frame.geometry.name): points.to_wkt()})


def _worded_measure(measure: Measure) -> str:
    when = measure.period or str(measure.year or "")
    homes = "(households)" * measure.households
    said = [measure.group, measure.sex, measure.age, homes, when]
    return " ".join(filter(None, said))


def _coded(role_: str) -> str:
    names = {"adm1": "admin 1", "adm2": "admin 2", "adm3": "admin 3", "location": "location"}
    return f"p-codes of {names[role_]}" if role_ in names else "p-codes"


def _stacked(parts: Sequence[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    """Return observations of several columns together, in the order of the rows."""
    if not parts:
        return pd.DataFrame({name: [] for name in columns})
    for name in ("period", "group", "age group", "sex"):
        if name not in parts[0]:
            continue
        names = dict.fromkeys(each for part in parts for each in part[name].cat.categories)
        listed = pd.Index(names, dtype=object)
        parts = [part.assign(**{name: part[name].cat.set_categories(listed)}) for part in parts]
    return pd.concat(parts).sort_values("row", kind="stable")


def _worded(names: Sequence[str], codes: npt.NDArray[np.int_]) -> pd.Categorical:
    """Return names by their position, where the same name may come more than once."""
    own = list(dict.fromkeys(names))
    place = np.array([own.index(name) for name in names], dtype=int)
    return pd.Categorical.from_codes(place[codes], categories=pd.Index(own, dtype=object))


def _categories(dimension: str, said: pd.Series) -> pd.Categorical:
    """Return the categories that cells name; of spellings that differ in case, the usual one."""
    codes, cells = pd.factorize(said)
    names = [read.category(dimension, each) for each in cells]
    usual: dict[str, str] = {}
    for at in np.argsort(-np.bincount(codes, minlength=len(names)), kind="stable"):
        usual.setdefault(names[at].casefold(), names[at])
    return _worded([usual[name.casefold()] for name in names], codes)


def _group(text: str) -> str:
    return population(text) or tidy(text)


def _degrees(
    cells: npt.NDArray[np.object_], faults: Faults, rows: Sequence[int], name: str
) -> npt.NDArray[np.float64]:
    numbers = pd.to_numeric(pd.Series(cells, dtype=object), errors="coerce").to_numpy(np.float64)
    odd = np.isnan(numbers)
    if odd.any():
        where = [rows[at] for at in np.flatnonzero(odd).tolist()]
        left = read.convert(cells[odd], read.degrees, faults, where, name)
        numbers = numbers.copy()
        numbers[odd] = [np.nan if each is None else each for each in left]
    return numbers


# --- reading ------------------------------------------------------------------------------------


def read_table(
    path: str | Path,
    *,
    sheet: str | None = None,
    columns: Mapping[str, str] | None = None,
    encoding: str | None = None,
    counts: Counting | None = None,
    at_round: str | int | None = None,
    plan: Plan | str | Path | None = None,
    form: str | Path | None = None,
) -> Table:
    """Read a table of locations, with or without counts of individuals.

    Parameters
    ----------
    path
        CSV (any usual separator and encoding), XLSX, XLS, XLSB or ODS. The headings are found, in
        one line or two, below titles and lines that start with ``#``; a row of HXL hashtags may
        follow them. Counts are either wide, one column per population and year (``returnees_2020``,
        ``IDP HH``, ``IDP IND``), or long (``year``, ``individuals`` and perhaps ``group``,
        ``households``). Columns may say of whom a row counts: by country of return, reason, sex or
        age group. Rows that add up others, and rounds before the latest, are left out and named.
    sheet
        Worksheet to read; by default the only visible one that has headings of places.
    columns
        Headings for what is not found by its usual heading; keys ``adm1``, ``adm2``, ``adm3``,
        ``location``, ``lat``, ``lon``, ``gps``, ``year``, ``group``, ``individuals``,
        ``households``, ``country`` (of return), ``reason``, ``sex``, ``age``, ``adm0`` (the country
        of a row), ``pcode``, ``round``, ``period``.
    encoding
        Encoding of a CSV, such as ``cp1251``; found where None.
    counts
        ``stock``: people present, who are not added over rounds and years; ``flow``: people who
        arrived, who are. Found by the population where None.
    at_round
        The round, or year, whose people are counted where counts are a stock; the latest where
        None.
    plan
        How it is read, as `inspect_table` found it for an earlier table: a `Plan`, or the path of
        one. A column of the plan that is missing is a fault, one that is new is named. `sheet`,
        `encoding`, `counts`, `at_round` and `form` go before those of the plan; what columns hold
        is said in the plan alone.
    form
        The XLSForm of which it is an export of KoBo or ODK: answers are read as the labels of their
        choices, with p-codes where the form has them.

    Returns
    -------
    table
        The rows, and what their columns hold.

    Raises
    ------
    InputError
        One sentence per fault, each naming its place in the file and how to mend it.
    """
    return table_of(opened(path, sheet, columns, encoding, counts, at_round, plan, form))


@dataclass(frozen=True, kw_only=True, eq=False)
class Opened:
    """A file whose cells are read, and how its columns are to be found.

    Attributes
    ----------
    grid
        All cells.
    faults
        What was found wrong so far; it learns more.
    columns
        Headings that were named, by role.
    counts, at_round, plan
        As for `read_table`, of the plan where the caller says nothing.
    form
        The form, and the path that it was read from.
    """

    grid: Grid
    faults: Faults
    columns: Mapping[str, str]
    counts: Counting | None = None
    at_round: str | int | None = None
    plan: Plan | None = None
    form: tuple[Form, str] | None = None

    def headings(self, faults: Faults) -> Headed:
        """Find the headings, and what is known of the columns as answers to a form."""
        if self.plan is None:
            headed = find_headings(self.grid, self.columns, faults)
        else:
            headed = planned_headings(self.grid, self.plan, faults)
        repeats = {
            name: find_headings(grid, {}, Faults(faults.source), top=0)
            for name, grid in self.grid.repeats.items()
            if len(grid) > 1
        }
        return as_answers(headed, repeats, None if self.form is None else self.form[0], faults)


def opened(
    path: str | Path,
    sheet: str | None,
    columns: Mapping[str, str] | None,
    encoding: str | None,
    counts: Counting | None,
    at_round: str | int | None,
    plan: Plan | str | Path | None,
    form: str | Path | None,
) -> Opened:
    """Read the cells of a file; the parameters are those of `read_table`."""
    path, named = Path(path), columns or {}
    faults = Faults(path.name)
    if isinstance(plan, str | Path):
        plan = read_plan(plan)
    if plan is not None:
        if named:
            raise InputError(
                f"{path.name}: columns are named beside {plan.name}; write there what they hold."
            )
        given = {"sheet": sheet, "encoding": encoding, "counts": counts, "at_round": at_round,
                 "form": form}  # fmt: skip
        for name, value in given.items():
            own = getattr(plan, name)
            if value is not None and own is not None and str(value) != own:
                faults.remark(f"{name} is {show(value)}, and not {show(own)} as in {plan.name}")
        sheet = plan.sheet if sheet is None else sheet
        encoding = plan.encoding if encoding is None else encoding
        counts = plan.counts if counts is None else counts
        at_round = plan.at_round if at_round is None else at_round
        form = plan.form_path if form is None else form
    looked_for = named if plan is None else {each: each for each in plan.used}
    grid = read_grid(
        path,
        sheet=sheet,
        encoding=encoding,
        score=lambda row: score(row, looked_for),
        faults=faults,
        is_repeat=is_repeat,
    )
    return Opened(
        grid=grid, faults=faults, columns=named, counts=counts, at_round=at_round, plan=plan,
        form=None if form is None else (read_form(form), str(form)),
    )  # fmt: skip


def table_of(given: Opened, notes: Sequence[str] = ()) -> Table:
    """Find the columns, read their cells, and raise all faults at once."""
    grid, faults, counting = given.grid, given.faults, given.counts
    headed = given.headings(faults)
    _check_unnamed(grid, headed, faults)
    plan = None if given.plan is None else fitted(given.plan, headed, faults)
    if plan is None:
        chosen = _chosen(headed, given.columns, faults)
        roles = _roles(headed, chosen)
    else:
        chosen = plan.named
        roles = {c.name: plan.role(c.name) or _aside(c) for c in headed.columns}
    places = _find_places(headed, roles, chosen, faults, None if plan is None else plan.spellings)
    points = _find_points(headed, roles, chosen, faults)
    wanted = None if given.at_round is None else str(given.at_round)
    stock = None if counting is None else counting == "stock"
    unread = Faults(faults.source)  # of cells, perhaps in rows that are not counted
    unread.sheet = faults.sheet
    if plan is None:
        counted = find_counts(
            headed.columns, roles, chosen, headed.rows, unread, as_stock=stock, at_round=wanted
        )
    else:
        counted = planned_counts(
            plan.measures, headed.columns, roles, headed.rows, unread, as_stock=stock,
            at_round=wanted,
        )  # fmt: skip
        remark_new(plan, headed, counted.unused, faults)
    when = _find_time(headed, roles, chosen, counted, faults)
    who = _find_people(headed, roles, chosen, places, counted, faults)
    body = _Body(
        headed=headed, roles=roles, places=places, points=points, counted=counted, when=when,
        who=who, texts=_texts(grid, headed, places, faults),
    )  # fmt: skip
    keep, is_stock = _kept(body, counting, wanted, faults)
    faults.take(unread, () if unread.empty else frozenset(headed.numbers[keep].tolist()))
    _check_rows(body, keep, faults)
    if not keep.any():
        faults.stop("no row is left to be counted", "check the rows that are totals")
    _remark_numbers(counted, faults)
    _check_formulas(grid, headed, body, faults)
    series = _series(body, keep, faults)
    faults.check()
    noted = tuple(tidy(note).lstrip("# ") for note in [*notes, *headed.notes])
    said = " ".join([faults.source, faults.sheet or "", *noted, *headed.titles, *counted.headings])
    return Table(
        frame=pd.DataFrame(series).reset_index(drop=True),
        source=faults.source,
        sheet=faults.sheet,
        rows=tuple(headed.numbers[keep].tolist()),
        **places.levels,
        **points,
        measures=counted.measures,
        year_column=when.year,
        group_column=who.group,
        round_column=when.round,
        individuals_column=counted.individuals,
        households_column=counted.households,
        dimensions=who.dimensions,
        places={name: r for name, r in places.names.items() if name not in chosen.values()},
        spellings=places.spellings,
        codes=places.codes,
        country=places.country,
        stock=is_stock,
        remarks=tuple(faults.remarks),
        notes=noted,
        synthetic="synthetic" in said.casefold() or "синтетич" in said.casefold(),
        plan=_plan(body, chosen, given, stock=is_stock),
    )


def _plan(body: _Body, chosen: Mapping[str, str], given: Opened, *, stock: bool) -> Plan:
    """Return what a table was taken for."""
    places, when, who = body.places, body.when, body.who
    single_ = {
        "adm0": places.country, **body.points, "round": when.round, "date": when.date,
        "group": who.group, **{DIMENSIONS[each]: name for each, name in who.dimensions.items()},
    }  # fmt: skip
    held = {name: what for what, name in single_.items() if name is not None}
    for name, role_ in body.roles.items():
        times = role_ in ("year", "period") and name == when.year
        if role_ is not None and (times or role_ in ("level", ADDED)):
            held[name] = role_
    held |= {name: role_said(f"code:{role_}", sure=True) for name, role_ in places.codes.items()}
    for name, role_ in places.names.items():
        held[name] = role_said(role_, sure=name in chosen.values())
        held |= dict.fromkeys(places.spellings.get(name, ()), f"spelling of {name}")
    names = [column.name for column in body.headed.columns]
    return Plan(
        sheet=given.faults.sheet,
        heading_row=body.headed.top,
        encoding=given.faults.encoding,
        counts="stock" if stock else given.counts,
        at_round=None if given.at_round is None else str(given.at_round),
        form=None if given.form is None else given.form[1],
        columns={
            name: held.get(name, "unused") for name in names if name not in body.counted.numbers
        },
        measures=body.counted.measures,
    )


# --- which column is what -----------------------------------------------------------------------


def _chosen(headed: Headed, named: Mapping[str, str], faults: Faults) -> dict[str, str]:
    """Return the names of the columns that the caller named, by role."""
    for unknown in named.keys() - set(NAMEABLE):
        faults.add(f"{show(unknown)} is no kind of column", f"use {show_all(NAMEABLE)}")
    names = [column.name for column in headed.columns]
    chosen = {}
    for role_, wanted in named.items():
        if role_ not in NAMEABLE:
            continue
        alike = [each for each in names if key(each) == key(wanted) != ""]
        alike += [c.name for c in headed.columns if key(c.heading) == key(wanted) != ""]
        if wanted in names or alike:
            chosen[role_] = wanted if wanted in names else alike[0]
        else:
            faults.add(f"there is no column {show(wanted)}", f"choose from {show_all(names)}")
    return chosen


def _roles(headed: Headed, chosen: Mapping[str, str]) -> dict[str, str | None]:
    """Return what each column is; None where its heading says nothing known."""
    roles = {column.name: role_of(column) for column in headed.columns}
    places = [name for name, usual in roles.items() if usual in PLACES]
    for column in headed.columns if len(places) > 1 else ():
        if roles[column.name] == "location" and _are_numbers(column):
            roles[column.name] = None  # how many are in a camp
    for role_ in chosen:
        for name in [name for name, usual in roles.items() if usual == role_]:
            roles[name] = None
    for role_, name in chosen.items():
        roles[name] = "code:any" if role_ == "pcode" else role_
    for address, rivals in _ADDRESSES.items():
        if not rivals & {*filter(None, roles.values())}:
            roles |= {name: "location" for name, usual in roles.items() if usual == address}
    return roles


def _aside(column: Column) -> str | None:
    """Return the role of a column that counts nobody, or nobody anew, whatever its heading."""
    return column.known if column.known in (ADDED, TWICE) else None


def role_of(column: Column) -> str | None:
    """Return what a column is; its cells decide where heading and hashtag say name and p-code."""
    said = column.role
    if said in ("code:location", "code:any", None) and _look_like_countries(column):
        return "adm0"
    if column.tag and said is not None:
        own = role(column.heading)
        if (
            own is not None
            and own != said
            and own.removeprefix("code:") == said.removeprefix("code:")
        ):
            level = said.removeprefix("code:")
            return f"code:{level}" if _look_like_codes(column.cells) else level
    return said


def _look_like_countries(column: Column) -> bool:
    """Return whether a column of codes, by its heading, holds those of countries."""
    if not {"code", "iso", "isocode", "iso3", "coa"} & set(words(column.heading)):
        return False
    told = [cell for cell in column.cells[:500] if cell is not None]
    return bool(told) and all(
        isinstance(cell, str) and len(cell) == 3 and cell.isalpha() and cell.isupper()
        for cell in told
    )


def _are_numbers(column: Column) -> bool:
    told = [cell for cell in column.cells[:500] if cell is not None]
    return len(told) > 1 and all(
        cell.strip().isdecimal() if isinstance(cell, str) else isinstance(cell, int | float)
        for cell in told
    )


def _look_like_codes(cells: npt.NDArray[np.object_]) -> bool:
    told = [str(cell).strip() for cell in cells[:500] if cell is not None]
    return sum(_CODE.fullmatch(text) is not None for text in told) > 0.8 * len(told)


def _one(
    role_: str,
    roles: Mapping[str, str | None],
    chosen: Mapping[str, str],
    faults: Faults,
    headed: Headed,
    *,
    strict: bool = True,
) -> str | None:
    """Return the column of a role: the one that was named, or the only usual one."""
    if role_ in chosen:
        return chosen[role_]
    usual = [name for name, each in roles.items() if each == role_]
    if len(usual) > 1 and strict:
        first, *others = (headed.by_name[name].cells for name in usual)
        if all((cells == first).all() for cells in others):
            return usual[0]
        mend = f"choose one with --column {role_}=HEADING, or columns={{'{role_}': ...}} in Python"
        faults.add(f"columns {show_all(usual)} could each be the {role_} column", mend)
    return usual[0] if usual else None


def _only(
    role_: str,
    roles: Mapping[str, str | None],
    chosen: Mapping[str, str],
    faults: Faults,
    headed: Headed,
) -> str | None:
    """Return the column of a role that can be done without: none where several could be it."""
    quiet = Faults(faults.source)
    found = _one(role_, roles, chosen, quiet, headed)
    if not quiet.empty:
        usual = show_all(name for name, each in roles.items() if each == role_)
        faults.remark(
            f"columns {usual} could each be the {role_} column, and none is used; choose one with "
            f"--column {role_}=HEADING"
        )
        return None
    return found


@dataclass(frozen=True, kw_only=True)
class _Places:
    """The columns of places: those of each level, and all others."""

    levels: Mapping[str, str]
    names: Mapping[str, str]
    spellings: Mapping[str, tuple[str, ...]]
    codes: Mapping[str, str]
    country: str | None

    def at(self, role_: str) -> list[str]:
        """Return the columns of a level: names first, then p-codes."""
        mine = [name for name, each in self.names.items() if each == role_]
        mine += [other for name in mine for other in self.spellings.get(name, ())]
        return mine + [name for name, each in self.codes.items() if each == role_]


def _find_places(
    headed: Headed,
    roles: Mapping[str, str | None],
    chosen: Mapping[str, str],
    faults: Faults,
    spelt: Mapping[str, str] | None,
) -> _Places:
    names: dict[str, str] = {}
    spellings: dict[str, tuple[str, ...]] = {}
    bases: dict[tuple[str, str], str] = {}
    for name, role_ in roles.items():
        if role_ not in PLACES:
            continue
        if spelt is None:
            first = bases.setdefault((role_, _base(name)), name)
        else:
            first = spelt.get(name, name)
        if first == name or role_ in chosen:
            names[name] = role_
        else:
            spellings[first] = (*spellings.get(first, ()), name)
    codes = {name: r.removeprefix("code:") for name, r in roles.items() if r and r[:5] == "code:"}
    country = _one("adm0", roles, chosen, faults, headed, strict=False)
    if not names and not codes and not chosen.keys() & set(PLACES) and country is not None:
        faults.add(
            f"column {show(country)} names countries, and no column places inside them",
            "give a table by admin 1 or deeper, or name a column with --column location=HEADING, "
            "or columns={'location': ...} in Python",
        )
    elif not names and not codes and not chosen.keys() & set(PLACES):
        faults.add(
            f"none of the headings {show_all(roles)} is known to hold names of places",
            "name one with --column location=HEADING, or columns={'location': ...} in Python",
        )
    levels: dict[str, str] = {}
    for name, role_ in names.items():
        levels.setdefault(role_, name)
    levels |= {role_: chosen[role_] for role_ in PLACES if role_ in chosen}
    if "location" not in levels and "adm3" in levels:
        levels["location"] = levels.pop("adm3")
    return _Places(levels=levels, names=names, spellings=spellings, codes=codes, country=country)


def _base(heading: str) -> str:
    """Return a heading without the language of its names and what changes nothing."""
    fillers = listed("columns", "fillers")
    return " ".join(word for word in words(heading) if word not in fillers)


def _find_points(
    headed: Headed, roles: Mapping[str, str | None], chosen: Mapping[str, str], faults: Faults
) -> dict[str, str]:
    """Return the columns of latitude and longitude, or else the one that holds both."""
    pair = {each: _one(each, roles, chosen, faults, headed) for each in ("lat", "lon")}
    found = {role_: name for role_, name in pair.items() if name is not None}
    if "gps" not in chosen and len(found) == 2:
        return found
    for role_, other in (("lat", "lon"), ("lon", "lat")):
        if role_ in chosen and role_ in found and other not in chosen:
            mend = f"name it with --column {other}=HEADING, or columns={{'{other}': ...}} in Python"
            faults.add(f"there is no column of {other} beside {show(found[role_])}", mend)
    if "gps" in chosen:
        return {"gps": chosen["gps"]}
    usual = [name for name, each in roles.items() if each in ("gps", "utm")]
    sure = []
    for name in usual:
        good, bad = read.readable(headed.by_name[name].cells[:500], read.geopoint)
        if good and good >= bad:
            sure.append(name)
    return {"gps": sure[0]} if sure else {}


@dataclass(frozen=True, kw_only=True)
class _When:
    """The columns that say when people were counted."""

    year: str | None = None
    years: Any = None
    round: str | None = None
    date: str | None = None


def _find_time(
    headed: Headed,
    roles: Mapping[str, str | None],
    chosen: Mapping[str, str],
    counted: Counted,
    faults: Faults,
) -> _When:
    """Return when people were counted: years and longer periods of a long table, and rounds."""
    rounds = _one("round", roles, chosen, faults, headed, strict=False)
    date = _one("date", roles, chosen, faults, headed, strict=False)
    if any(m.when for m in counted.measures) or not counted.measures:
        return _When(round=rounds, date=date)
    year = _one("year", roles, chosen, faults, headed)
    if year is not None and not _longer((years_ := headed.by_name[year].distinct).said):
        values = read.convert(years_, read.year, faults, headed.rows, year)
        return _When(year=year, years=read.integers(values), round=rounds, date=date)
    named = year or _one("period", roles, chosen, faults, headed, strict="period" in chosen)
    if named is None:
        return _When(round=rounds, date=date)
    cells = headed.by_name[named].cells
    good, bad = read.readable(cells, period)
    if year is None and (bad or not good):
        return _When(round=rounds, date=date or named)
    said = read.convert(cells, period, faults, headed.rows, named)
    whens = [None if each is None else each.when for each in said]
    for when in dict.fromkeys(filter(None, whens)):
        if odd := odd_year(str(when)):
            faults.add(odd, "write the year of the common calendar", column=named)
    longer = any(isinstance(each, str) for each in whens)
    texts = pd.array([each and str(each) for each in whens], dtype="str") if longer else None
    years = pd.array(whens, dtype="Int64") if texts is None else texts
    return _When(year=named, years=years, round=rounds, date=date)


def _longer(cells: Sequence[object]) -> bool:
    """Return whether a cell says a period longer than a year."""
    return any(isinstance(cell, str) and isinstance(parse(cell), str) for cell in cells)


@dataclass(frozen=True, kw_only=True)
class _Who:
    """The columns that say of whom a row counts."""

    group: str | None
    dimensions: Mapping[str, str]


def _find_people(
    headed: Headed,
    roles: Mapping[str, str | None],
    chosen: Mapping[str, str],
    places: _Places,
    counted: Counted,
    faults: Faults,
) -> _Who:
    """Return the columns that say of whom a row counts.

    Sex and age are those of the people counted only where a place has rows for several of them:
    else they may be the informant's. Named ones are believed.
    """
    if not counted.measures:
        return _Who(group=None, dimensions={})
    group = None
    if any(m.group in (NO_GROUP, "households") for m in counted.measures):
        group = _one("group", roles, chosen, faults, headed)
        if group is not None and "group" not in chosen and not _says_groups(headed.by_name[group]):
            group = None
    found = {}
    for dimension, role_ in DIMENSIONS.items():
        name = _only(role_, roles, chosen, faults, headed)
        if name is not None and not (
            (dimension == "sex" and any(m.sex for m in counted.measures))
            or (dimension == "age group" and any(m.age for m in counted.measures))
        ):
            found[dimension] = name
    for dimension in ("sex", "age group"):
        if dimension in found and DIMENSIONS[dimension] not in chosen:
            names = (*places.levels.values(), *places.codes, found[dimension])
            rows = zip(*(headed.by_name[name].cells for name in names), strict=True)
            seen = {tuple(map(str, row)) for row in rows if row[-1] is not None}
            if len({row[:-1] for row in seen}) == len(seen):
                del found[dimension]
    return _Who(group=group, dimensions=found)


def _says_groups(column: Column) -> bool:
    """Return whether a column says populations: a few words, most of them not numbers."""
    said = [each for each in column.distinct.said if each is not None]
    texts = [each for each in said if isinstance(each, str) and not each.strip().isdecimal()]
    if len(said) > 60 or 2 * len(texts) < len(said):
        return False
    return 2 * sum(map(is_part, texts)) < max(len(texts), 1)  # F_00_04, T_TL: sexes and ages


# --- rows ---------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, eq=False)
class _Body:
    """What is known of the columns, and the texts of those that decide about rows."""

    headed: Headed
    roles: Mapping[str, str | None]
    places: _Places
    points: Mapping[str, str]
    counted: Counted
    when: _When
    who: _Who
    texts: Mapping[str, npt.NDArray[np.object_]]

    def text(self, name: str) -> npt.NDArray[np.object_]:
        """Return a column as text; ``""`` where blank."""
        if name in self.texts:
            return self.texts[name]
        return _plain(self.headed.by_name[name])


def _plain(column: Column) -> npt.NDArray[np.object_]:
    """Return a column as text; ``""`` where blank."""
    return column.distinct.spread([_text(cell) for cell in column.distinct.said])


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def _texts(
    grid: Grid, headed: Headed, places: _Places, faults: Faults
) -> dict[str, npt.NDArray[np.object_]]:
    """Return the columns of places as text, merged cells filled down."""
    by_name = headed.by_name
    names = dict.fromkeys([*places.levels.values(), *places.names, *places.codes])
    names |= dict.fromkeys(other for others in places.spellings.values() for other in others)
    texts = {}
    for name in names:
        quiet = Faults(faults.source)
        into = quiet if name in places.codes else faults
        values = read.convert(by_name[name].distinct, read.name, into, headed.rows, name)
        # A cell with a fault is no blank one.
        column = values.copy()
        gone = absent(column)
        column[gone] = ["" if cell is None else str(cell) for cell in by_name[name].cells[gone]]
        if quiet.rows:
            column[gone] = ""
            faults.remark(f"p-codes in column {show(name)} that cannot be read are left out: "
                          f"rows {some_rows(quiet.rows)}")  # fmt: skip
        texts[name] = column
    deepest = [places.levels[each] for each in reversed(_LEVELS) if each in places.levels]
    _fill_merged(grid, headed, by_name, texts, faults)
    if len(deepest) > 1:
        _fill_parents(deepest, texts, faults)
    return texts


def _fill_merged(
    grid: Grid,
    headed: Headed,
    columns: Mapping[str, Column],
    texts: Mapping[str, npt.NDArray[np.object_]],
    faults: Faults,
) -> None:
    if not grid.merged:
        return
    at_row = {number: at for at, number in enumerate(headed.rows)}
    filled = []
    for name, text in texts.items():
        for top, bottom, left, right in grid.merged:
            if bottom > top and left <= columns[name].at <= right and top in at_row:
                inside = [at_row[n] for n in range(top, bottom + 1) if n in at_row]
                text[inside] = text[inside[0]]
                filled.append(name)
    if filled:
        faults.remark(f"merged cells of column {show_all(dict.fromkeys(filled))} were filled down")


def _fill_parents(
    deepest: Sequence[str], texts: Mapping[str, npt.NDArray[np.object_]], faults: Faults
) -> None:
    """Fill names of units above down, where they are written once over the rows of a unit."""
    below = ~empty(texts[deepest[0]])
    for name in deepest[1:]:
        text = texts[name]
        gone = empty(text)
        holes = gone & below
        if gone[0] or holes.mean() < _FILLED or (gone & ~below).any():
            below = below | ~gone
            continue
        last = np.maximum.accumulate(np.where(gone, 0, np.arange(len(text))))
        once = pd.Series(text[~gone], dtype=object)
        if once.duplicated().mean() > _FILLED:
            continue
        text[:] = text[last]
        faults.remark(
            f"names in column {show(name)} stand once over their rows, and were filled down"
        )


def _kept(
    body: _Body, counting: Counting | None, at_round: str | None, faults: Faults
) -> tuple[npt.NDArray[np.bool_], bool]:
    """Return which rows are counted, and whether what they count is a stock."""
    headed, counted = body.headed, body.counted
    current, stock = _of_round(body, counting, at_round, faults)
    current = current & _of_periods(body, current, faults)
    places = {}
    if body.places.country is not None:
        places["adm0"] = body.text(body.places.country)
    for role_ in _LEVELS:
        columns = [body.text(name) for name in body.places.at(role_)]
        if columns:
            merged = columns[0].copy()
            for other in columns[1:]:
                gone = empty(merged)
                merged[gone] = other[gone]
            places[role_] = merged
    alone = [body.text(name) for name, role_ in body.places.codes.items() if role_ == "any"]
    if not places and alone:
        places["location"] = alone[0]
    used = {*body.texts, *counted.headings, body.who.group, *body.who.dimensions.values()}
    labels = {}
    for column in headed.columns[:4]:
        if column.name not in used and any(
            isinstance(each, str) for each in column.distinct.said[:2000]
        ):
            labels[column.name] = _plain(column)
    level = _levels(body)
    others = [body.when.year, body.who.group, *body.who.dimensions.values()]
    told = {name: body.text(name) for name in filter(None, others)}
    lines = Lines(
        rows=headed.numbers[current].tolist(),
        places={name: text[current] for name, text in places.items()},
        labels={name: text[current] for name, text in labels.items()},
        counts={name: floats(values, np.nan)[current] for name, values in counted.numbers.items()},
        others={name: text[current] for name, text in told.items()},
        level=None if level is None else level[current],
    )
    keep = current.copy()
    keep[current] = kept_rows(lines, faults)
    return keep, stock


def _of_periods(
    body: _Body, current: npt.NDArray[np.bool_], faults: Faults
) -> npt.NDArray[np.bool_]:
    """Return the rows but those of periods that are the sum of others; others may not overlap."""
    everything = np.ones(len(current), dtype=bool)
    when, places, who = body.when, body.places, body.who
    if when.year is None or when.years is None or when.years.dtype == "Int64":
        return everything
    names = [*places.names, *places.codes, places.country, when.round, when.date, who.group,
             *who.dimensions.values()]  # fmt: skip
    texts = [body.text(name) for name in filter(None, names) if name != when.year]
    same = pd.DataFrame(dict(enumerate(texts)), dtype=object).groupby([*range(len(texts))]).ngroup()
    said = pd.Series(when.years).to_numpy(dtype=object)
    numbers = [floats(values, 0.0) for values in body.counted.numbers.values()]
    sums, by_text = {}, {}
    for text in pd.unique(said[current & ~pd.isna(said)]):
        mine = current & (said == text)
        period_ = parse(text) or text
        by_text[period_] = text
        sums[period_] = np.concatenate(
            [np.bincount(same[mine], each[mine], int(same.max()) + 1) for each in numbers]
        )
    totals, clashes = repeated(sums)
    for one, other in clashes:
        faults.add(
            f"{by_text[one]} and {by_text[other]} overlap, and the longer one is not the sum of "
            "those in it", "delete the rows of one of them", column=when.year,
        )  # fmt: skip
    for total in totals:
        mine = current & (said == by_text[total])
        faults.remark(
            f"the {int(mine.sum()):,} rows of {by_text[total]} in column {show(when.year)} are the "
            "sum of the periods in it, and are not counted again"
        )
        everything &= ~mine
    return everything


def _levels(body: _Body) -> npt.NDArray[np.float64] | None:
    """Return the admin level that each row says, if a column does."""
    for column in body.headed.columns:
        if body.roles[column.name] == "level":
            found = [word for text in _plain(column) for word in [_level(text)]]
            return np.array(found, dtype=np.float64)
    return None


def _level(text: str) -> float:
    numbers = [word for word in words(text) if word.isdecimal()]
    if len(numbers) == 1 and numbers[0] in "012345":
        return float(numbers[0])
    return 0.0 if {"country", "national"} & set(words(text)) else np.nan


def _of_round(
    body: _Body, counting: Counting | None, at_round: str | None, faults: Faults
) -> tuple[npt.NDArray[np.bool_], bool]:
    """Return the rows of the latest round, or of the one asked for, where counts are a stock."""
    everything = np.ones(len(body.headed.rows), dtype=bool)
    stock = body.counted.stock or counting == "stock"
    if counting == "flow" or not body.counted.measures:
        return everything, False
    name, times = _snapshots(body, stock=stock)
    if name is None:
        return everything, stock
    country = "" if body.places.country is None else body.text(body.places.country)
    keep = everything.copy()
    if at_round is not None:
        rounds = [each for each in pd.unique(times) if each]
        alike = [each for each in rounds if key(each) == key(at_round)]
        alike = alike or [each for each in rounds if key(at_round) in words(each)]
        if not alike:
            faults.add(f"there is no round {at_round}", f"choose from {show_all(rounds)}")
            return everything, stock
        keep = np.isin(times, alike)
        chosen = [alike[0]]
    else:
        frame = pd.DataFrame({"time": times, "country": country}, dtype=object)
        last = {
            place: latest([each for each in pd.unique(part["time"]) if each] or [""])
            for place, part in frame.groupby("country", sort=False)
        }
        keep = np.asarray(frame["time"] == frame["country"].map(last), dtype=bool)
        chosen = list(dict.fromkeys(last.values()))
    each = show(chosen[0]) if len(chosen) == 1 else "the latest of each country"
    faults.remark(
        f"people present in several rounds are not added up: of column {show(name)}, {each} is "
        f"counted ({int(keep.sum()):,} of {len(keep):,} rows; choose with --round, or give "
        "--counts flow if they are arrivals)"
    )
    return keep, True


def _snapshots(body: _Body, *, stock: bool) -> tuple[str | None, npt.NDArray[np.object_]]:
    """Return the column that tells rounds apart in which the same places come again, and its texts.

    Dates go before numbers, of which each operation has its own; but not the dates of interviews,
    of which a round has many.
    """
    names = [body.when.round]
    if body.when.date is not None and (stock or body.when.round is not None):
        text = body.text(body.when.date)
        days = pd.unique(text)
        if len(days) <= max(2, _DATES * len(body.headed.rows)):
            names.insert(0, body.when.date)
    names += [body.when.year] if stock else []
    for name in filter(None, names):
        text = body.text(name)
        rounds = [each for each in pd.unique(text) if each]
        if len(rounds) > 1 and _repeats(body, text, dates=name == body.when.date):
            return name, text
    return None, np.empty(0, dtype=object)


def _repeats(body: _Body, rounds: npt.NDArray[np.object_], *, dates: bool) -> bool:
    """Return whether the same places come again in several rounds."""
    names = [*body.places.names, *body.places.codes, body.who.group, body.when.year]
    texts = [body.text(name) for name in filter(None, [*names, *body.who.dimensions.values()])]
    kept = [text for text in texts if not (text == rounds).all()]
    frame = pd.DataFrame(dict(enumerate([*kept, rounds])), dtype=object).drop_duplicates()
    again = frame.drop(columns=len(kept)).duplicated(keep=False).mean()
    return bool(again > (0.3 if dates else 0.0))


def _check_rows(body: _Body, keep: npt.NDArray[np.bool_], faults: Faults) -> None:
    counted = np.zeros(len(keep), dtype=bool)
    for values in body.counted.numbers.values():
        counted |= ~pd.Series(values).isna().to_numpy()
    named = np.zeros(len(keep), dtype=bool)
    country = [] if body.places.country is None else [body.text(body.places.country)]
    for text in [*body.texts.values(), *country]:
        named |= ~empty(text)
    rows = body.headed.rows
    if body.texts:
        nameless = np.flatnonzero(keep & counted & ~named).tolist()
        few = len(keep) >= _MANY_ROWS and _are_few(body, keep, nameless)
        if few and nameless:
            some = some_rows([rows[at] for at in nameless])
            faults.remark(f"no place is named in rows {some}, which stay unmatched")
        for at in () if few else nameless:
            faults.add("no place is named", "fill in a name, or delete the row", row=rows[at])
    for name in filter(None, (body.when.year, body.who.group)):
        cells = body.headed.by_name[name].cells
        for at in np.flatnonzero(keep & counted & empty(cells)).tolist():
            faults.add("the cell is blank", "fill it in", row=rows[at], column=name)
    _remark_twice(body, keep & counted, faults)


def _are_few(body: _Body, keep: npt.NDArray[np.bool_], nameless: Sequence[int]) -> bool:
    """Return whether some rows count few of the people in each column."""
    numbers = [floats(values, 0.0) for values in body.counted.numbers.values()]
    return all(column[nameless].sum() <= _SELDOM * column[keep].sum() for column in numbers)


def _remark_twice(body: _Body, counted: npt.NDArray[np.bool_], faults: Faults) -> None:
    """Name places that several rows report in one round, by the same words throughout."""
    names = [*body.places.names, *body.places.codes, body.when.year, body.when.round,
             body.who.group, *body.who.dimensions.values()]  # fmt: skip
    texts = {name: body.text(name) for name in filter(None, names)}
    deepest = body.places.levels.get("location")
    if deepest is None or len(body.headed.rows) > 200_000:
        return
    frame = pd.DataFrame(texts, dtype=object)[counted]
    filled = frame[deepest].str.strip().ne("")
    alike = frame.duplicated(keep=False) & filled
    for name, values in body.counted.numbers.items():
        frame[f"={name}"] = pd.Series(values).to_numpy(object)[counted]
    again = frame.duplicated(keep=False) & filled
    _remark_again(body, counted, again, "the same places and counts again", faults)
    if body.when.round is not None or not again.any():
        other = alike & ~again
        _remark_again(body, counted, other, "the same places again, with other counts", faults)


def _remark_again(
    body: _Body, counted: npt.NDArray[np.bool_], again: pd.Series, what: str, faults: Faults
) -> None:
    if again.any():
        numbers = body.headed.numbers[counted][again.to_numpy()].tolist()
        faults.remark(f"rows {some_rows(numbers)} say {what}; each is counted")


# --- remarks and faults -------------------------------------------------------------------------


def _check_unnamed(grid: Grid, headed: Headed, faults: Faults) -> None:
    """Say which columns have no heading; of a CSV, which rows have too many cells."""
    last = max((column.at for column in headed.columns), default=-1)
    first = len(grid) - len(headed.rows)
    beyond = [at for at in headed.unnamed if at > last]
    if grid.separator and beyond:
        long = ~np.logical_and.reduce([empty(grid.columns[at][first:]) for at in beyond])
        if long.mean() <= 0.5 or len(long) < 3:
            for at in np.flatnonzero(long).tolist():
                cells = [to for to in beyond if grid.columns[to][first + at] is not None]
                what = f"the row has {max(cells) + 1} cells under {last + 1} headings"
                mend = (
                    "put a name that holds a comma in quotation marks, or add the missing heading"
                )
                faults.add(what, mend, row=headed.rows[at])
    others = [at for at in headed.unnamed if at < last or not grid.separator]
    if others:
        said = ", ".join(str(at + 1) for at in others[:_UNNAMED])
        more = " ..." if len(others) > _UNNAMED else ""
        many = len(others) > 1
        faults.remark(
            f"column{'s' * many} {said}{more} {'have' if many else 'has'} cells but no heading, "
            f"and {'were' if many else 'was'} not used"
        )
    hidden = [number for number in headed.rows if number in grid.hidden] if grid.hidden else []
    if hidden:
        faults.remark(f"rows {some_rows(hidden)} are hidden in the sheet, and were read")


def _remark_numbers(counted: Counted, faults: Faults) -> None:
    """Say which columns of numbers are not counted, with their sums."""
    if counted.unused:
        listed = list(counted.unused.items())
        said = ", ".join(f"{show(name)} ({total:,})" for name, total in listed[:12])
        more = f" and {len(listed) - 12} more" if len(listed) > 12 else ""
        faults.remark(f"numbers that were not counted, with their sums: {said}{more}")


def _check_formulas(grid: Grid, headed: Headed, body: _Body, faults: Faults) -> None:
    """Find formulas without a stored result in what is used: they would pass for blank cells."""
    if not grid.bare:
        return
    from openpyxl.utils import get_column_letter

    used = {*body.texts, *body.counted.headings, *body.points.values()}
    used |= set(filter(None, [body.when.year, body.who.group, *body.who.dimensions.values()]))
    places = {column.at for column in headed.columns if column.name in used}
    rows = set(headed.rows)
    mend = "open the file in a spreadsheet program and save it, or paste the values"
    for row, at in grid.bare:
        if at in places and row in rows:
            what = "the formula has no stored result"
            faults.add(what, mend, row=row, column=get_column_letter(at + 1))


def _series(body: _Body, keep: npt.NDArray[np.bool_], faults: Faults) -> dict[str, pd.Series]:
    """Return the columns of the frame, of the rows that are kept."""
    dimensions = {name: dimension for dimension, name in body.who.dimensions.items()}
    rows = body.headed.numbers[keep].tolist()
    series: dict[str, pd.Series] = {}
    for column in body.headed.columns:
        name, cells = column.name, column.cells[keep]
        if name in body.texts:
            series[name] = pd.Series(body.texts[name][keep], dtype=TEXT)
        elif name in body.counted.numbers:
            series[name] = pd.Series(body.counted.numbers[name])[keep].reset_index(drop=True)
        elif name == body.when.year:
            series[name] = pd.Series(body.when.years)[keep].reset_index(drop=True)
        elif name == body.who.group:
            series[name] = pd.Series(
                read.convert(cells, read.group, faults, rows, name), dtype=TEXT
            )
        elif name in dimensions:
            parser = _said(dimensions[name])
            series[name] = pd.Series(read.convert(cells, parser, faults, rows, name), dtype=TEXT)
        else:
            series[name] = pd.Series(cells, dtype="object")
    for name in body.points.values():
        parser = read.geopoint if "gps" in body.points else read.degrees
        quiet = Faults(faults.source)
        read.convert(series[name].to_numpy(object), parser, quiet, rows, name)
        if bad := quiet.rows:
            what = f"row {bad[0]} has" if len(bad) == 1 else f"rows {some_rows(bad)} have"
            faults.remark(f"{what} coordinates in column {show(name)} that cannot be read; their "
                          "points are left out")  # fmt: skip
    return series


def _said(dimension: str) -> read.Parser:
    """Return how the cells of a dimension are read: as typed, if they say one category."""

    def parser(cell: object) -> str:
        text = read.name(cell)
        read.category(dimension, text)
        return text

    return parser
