"""Tables of locations and counts: a file or a DataFrame in; columns found, faults named.

A table goes down a line of steps, each from one value to the next: the grid of cells, the headings,
the role of each column, its cells read, the rows that are counted, and the `Table`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from mtmgeo.tables.again import counted_once
from mtmgeo.tables.body import Body, all_series, place_texts
from mtmgeo.tables.choose import (
    all_roles,
    aside,
    chosen_columns,
    find_people,
    find_places,
    find_points,
    find_time,
)
from mtmgeo.tables.columns import cells as read
from mtmgeo.tables.columns.cells import NOT_STATED, tidy
from mtmgeo.tables.columns.counts import find_counts, planned_counts
from mtmgeo.tables.columns.faults import Faults
from mtmgeo.tables.columns.grid import of_frame
from mtmgeo.tables.columns.roles import (
    DIMENSIONS,
    NO_GROUP,
    Measure,
    population,
)
from mtmgeo.tables.forms.answers import ADDED
from mtmgeo.tables.keep import counted_rows
from mtmgeo.tables.opened import Opened, opened
from mtmgeo.tables.plan import (
    Counting,
    Plan,
    fitted,
    remark_new,
    role_said,
)
from mtmgeo.tables.remarks import check_formulas, check_rows, check_unnamed, remark_numbers

__all__ = ["DIMENSIONS", "Measure", "Table", "read_table"]


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


def table_of(given: Opened, notes: Sequence[str] = ()) -> Table:
    """Find the columns, read their cells, and raise all faults at once."""
    grid, faults, counting = given.grid, given.faults, given.counts
    headed = given.headings(faults)
    check_unnamed(grid, headed, faults)
    plan = None if given.plan is None else fitted(given.plan, headed, faults)
    if plan is None:
        chosen = chosen_columns(headed, given.columns, faults)
        roles = all_roles(headed, chosen)
    else:
        chosen = plan.named
        roles = {c.name: plan.role(c.name) or aside(c) for c in headed.columns}
    places = find_places(headed, roles, chosen, faults, None if plan is None else plan.spellings)
    points = find_points(headed, roles, chosen, faults)
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
    when = find_time(headed, roles, chosen, counted, faults)
    who = find_people(headed, roles, chosen, places, counted, faults)
    body = Body(
        headed=headed, roles=roles, places=places, points=points, counted=counted, when=when,
        who=who, texts=place_texts(grid, headed, places, faults),
    )  # fmt: skip
    keep, is_stock = counted_rows(body, counting, wanted, faults)
    body = counted_once(body, keep, faults)
    counted = body.counted
    faults.take(unread, () if unread.empty else frozenset(headed.numbers[keep].tolist()))
    check_rows(body, keep, faults)
    if not keep.any():
        faults.stop("no row is left to be counted", "check the rows that are totals")
    remark_numbers(counted, faults)
    check_formulas(grid, headed, body, faults)
    series = all_series(body, keep, faults)
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


def _plan(body: Body, chosen: Mapping[str, str], given: Opened, *, stock: bool) -> Plan:
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
