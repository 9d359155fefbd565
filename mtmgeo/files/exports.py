"""Figures for others to work with: a tidy table, layers for GIS, HXL, workbooks, packages.

Nothing is taken but what `Assessment` publishes, so that no suppressed count can be in a file.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from mtmgeo.boundaries.boundary_set import DEEPEST, BoundarySet
from mtmgeo.core import disclaimer
from mtmgeo.core.errors import SpecError
from mtmgeo.figures.assess import ALL, Assessment
from mtmgeo.figures.indicators import DERIVED
from mtmgeo.files import gis, spreadsheets
from mtmgeo.files.data_dictionary import (
    ABOVE,
    AREA,
    COUNTED,
    DATA,
    DIVISIONS,
    GEOMETRY,
    HOUSEHOLDS,
    LOOKS,
    NAME_XX,
    NUMBER,
    PEOPLE,
    PERIOD,
    POPULATION,
    RATES,
    STATUS,
    TABLES,
    UNIT,
    WHOLE,
    YEAR,
    YEAR_BESIDE_PERIOD,
    Column,
    heading,
)
from mtmgeo.names.romanise import romanise
from mtmgeo.tables.columns.periods import last_year
from mtmgeo.tables.columns.roles import NO_GROUP

#: What a figure may be, and a unit of a layer.
SHOWN: Final = "shown"
SUPPRESSED: Final = "suppressed"
NO_FIGURE: Final = "no figure"
ASSESSED: Final = "assessed"
NOT_ASSESSED: Final = "not assessed"
NO_UNIT: Final = "other ground"

#: The dimension and the category of a figure that is not broken down.
TOTAL: Final = ("total", "all")

#: Decimals of numbers that are not whole.
_DECIMALS: Final = 6
_CELL: Final = 32_767  # letters that a cell of a workbook holds
_ROWS: Final = 1_048_576  # of a worksheet

#: What names of columns, and HXL attributes, make of the groups that every round has.
_STEMS: Final = {
    "return migrants": "ret",
    "migrant workers": "work",
    "emigrants": "emig",
    NO_GROUP: "ind",
}
_ATTRIBUTES: Final = {"return migrants": "returnees", NO_GROUP: ""}

#: Of the figures in a layer, what stands beside the individuals and the status.
_BESIDE: Final = (HOUSEHOLDS, *RATES, COUNTED)
#: What is never there for single years, for longer periods, and for all of them together.
_NEVER: Final = {
    int: [each.column for each in DERIVED if each.years == "all"],
    str: [each.column for each in DERIVED if each.years != "any"],
    type(None): [each.column for each in DERIVED if each.years == "one"],
}

_BLANK: Final = "Blank is never zero: the count is suppressed (see status), or there is none."
_LONGER: Final = (
    "A period longer than a year is one of its own, told by the column period; its year is blank. "
    "There is no change on the year before for it, and none after it. The average of a year is "
    "over the years that the periods hold, and blank where one has no beginning or no end."
)
_ADDING: Final = (
    "Units hold the units inside them, all years hold each year, and the categories of each "
    "dimension add up to the total: choose one level, one year or all, and one dimension before "
    "adding. Groups are different populations: do not add them."
)


def notes(result: Assessment) -> list[tuple[str, str]]:
    """Return what a reader of figures must know, each with its topic.

    There is no date of making, so that the same figures give the same file: the year in the
    disclaimer is that of the newest figures.
    """
    table, bounds, people = result.match.table, result.boundaries, result.population
    version = f", version {bounds.version}" if bounds.version else ""
    said = [
        ("data", "SYNTHETIC DATA: the counts are invented." if table.synthetic else ""),
        ("source", f"Figures: {table.source}"),
        *(("source", note) for note in table.notes),
        ("years", ", ".join(map(str, result.periods))),
        ("periods", _LONGER if result.longer else ""),
        ("groups", "; ".join(result.groups)),
        ("boundaries", f"{bounds.title or bounds.name}{version}"),
        *(("boundaries", source) for source in bounds.sources),
        ("licence of the boundaries", bounds.licence),
        *((f"boundaries, level {level}", note) for level, note in bounds.notes.items()),
        *(("population", note) for note in ((people.source, *people.notes) if people else ())),
        ("small counts", result.rule),
        ("blank cells", _BLANK),
        ("adding up", _ADDING),
        ("disclaimer", _disclaimer(result)),
    ]
    return [(topic, text) for topic, text in said if text]


def _disclaimer(result: Assessment) -> str:
    if result.periods:
        return disclaimer.text(max(map(last_year, result.periods)))
    return disclaimer.TEMPLATE.format(year="[year of the map]")


def _finished(table: pd.DataFrame, columns: Iterable[Column], result: Assessment) -> pd.DataFrame:
    """Return the columns that a table has of some, in their order and types, and describe them."""
    if result.match.table.synthetic:
        table = table.assign(data="synthetic")
    there = {column.name: column for column in columns if column.name in table.columns}
    if PERIOD.name in there and YEAR.name in there:
        there[YEAR.name] = YEAR_BESIDE_PERIOD
    whole = {name: "Int64" for name, column in there.items() if column.type == WHOLE}
    number = {name: "Float64" for name, column in there.items() if column.type == NUMBER}
    table = table[list(there)].astype(whole | number)
    table = table.assign(**{name: table[name].round(_DECIMALS) for name in number})
    table.attrs = {
        "notes": notes(result),
        "columns": [column.said for column in there.values()],
    }
    return table


def tidy(result: Assessment) -> pd.DataFrame:
    """Return all figures in one table: one row per unit, group, year, dimension and category.

    Parameters
    ----------
    result
        Figures to publish.

    Returns
    -------
    figures
        Figures of units, then of places, then of units broken down. The columns are those of the
        table ``figures`` of `data_dictionary`, as far as the result has them. What is suppressed
        is NA, and ``status`` says so. A figure that is not broken down has the dimension ``total``
        and the category ``all``.
    """
    dimension, category = TOTAL
    total = {"dimension": dimension, "category": category}
    parts = [
        result.figures.assign(of="unit", **total),
        result.places.assign(of="place", **total),
        result.breakdowns.rename(columns={"share": "share_of_total"}).assign(of="unit"),
    ]
    table = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    status = np.where(table["suppressed"].astype(bool), SUPPRESSED, SHOWN)
    above = _above(result.boundaries, table)
    table = table.assign(status=pd.Series(status, index=table.index, dtype="str")).join(above)
    return _finished(table, TABLES["figures"], result)


def _above(bounds: BoundarySet, units: pd.DataFrame) -> pd.DataFrame:
    """Return p-codes and names of the units that units lie in, and of their own; blank if none.

    Columns are those of `ABOVE`, the index is that of `units`.
    """
    keys = pd.MultiIndex.from_frame(units[["level", "pcode"]])
    known = pd.MultiIndex.from_frame(bounds.units[["level", "pcode"]])
    lineage = bounds.lineage.set_axis(known).reindex(keys)
    columns = {}
    for level in (0, *DIVISIONS):
        code = lineage[level].where(lineage[level].notna(), "")
        names = bounds.at(level)["name"].astype("str")
        columns[f"adm{level}_pcode"] = code.to_numpy()
        columns[f"adm{level}_name"] = names.reindex(code).fillna("").to_numpy()
    named = {column.name: columns[column.name] for column in ABOVE}
    return pd.DataFrame(named, index=units.index, dtype="str")


# --- layers ---------------------------------------------------------------------------------


def layer(result: Assessment, level: int) -> gpd.GeoDataFrame:
    """Return the units of a level with their outlines and figures, for GIS.

    Every unit is there, assessed or not. Settlements that have no outlines are points.

    Parameters
    ----------
    result
        Figures to publish.
    level
        0 (country) to 4 (settlement).

    Returns
    -------
    units
        GeoDataFrame in EPSG:4326 with the columns of the table ``units`` of `data_dictionary`: a
        column of individuals per group and year (``ret_2022``, and ``ret_all`` for all years
        together), its ``ret_2022_status``, and the other figures by their names
        (``ret_2022_per_km2``). What each column holds is said in ``attrs["columns"]``, and what
        else to know in ``attrs["notes"]``.

    Raises
    ------
    SpecError
        If the boundaries have no units of the level.
    """
    bounds = result.boundaries
    units = _units(bounds, level)
    base = _base(result, level, units)
    wide = dict(_wide(result, level, base))
    table = pd.concat([base, *(values.rename(each.name) for each, values in wide.items())], axis=1)
    languages = [
        replace(NAME_XX, name=name, meaning=f"name in {name.removeprefix('name_')}")
        for name in bounds.name_columns[1:]
    ]
    columns = [each for one in UNIT for each in (languages if one is NAME_XX else [one])]
    table = _finished(table, [*columns, *wide], result)
    geometry = units.geometry
    if geometry.isna().all():
        geometry = gpd.GeoSeries(gpd.points_from_xy(units["lon"], units["lat"]), crs=units.crs)
        geometry = geometry.where(units["lon"].notna() & units["lat"].notna(), None)
    shaped = gpd.GeoDataFrame(table, geometry=geometry)
    shaped.attrs = {**table.attrs, "columns": [*table.attrs["columns"], GEOMETRY.said]}
    return shaped


def _units(bounds: BoundarySet, level: int) -> gpd.GeoDataFrame:
    levels = [each for each in bounds.levels if each <= DEEPEST]
    if level not in levels:
        raise SpecError(
            f"The boundaries '{bounds.name}' have no units of level {level}: choose from "
            f"{', '.join(map(str, levels))}."
        )
    return bounds.at(level).reset_index(drop=True)


def _base(result: Assessment, level: int, units: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return what is known of the units of a level beside the figures."""
    bounds, codes = result.boundaries, units["pcode"]
    origin = result.provenance
    origin = origin[origin["of"].eq("unit") & origin["level"].eq(level)]
    rows = origin.set_index("pcode")["locations"]
    assessed = codes.isin(result.assessed(level))
    status = np.select([units["name"].eq(""), assessed], [NO_UNIT, ASSESSED], NOT_ASSESSED)
    base = pd.DataFrame(units.drop(columns=units.geometry.name))
    above = [column.name for column in ABOVE if int(column.name[3]) < level]
    base[above] = _above(bounds, units)[above]
    base["status"] = pd.Series(status, dtype="str")
    base["locations"] = codes.map(rows).fillna(0)
    base["area_km2"] = bounds.area_km2[bounds.units["level"].eq(level)].to_numpy()
    if result.population is not None:
        base["population"] = codes.map(result.population.at(level))
    return base


def _wide(result: Assessment, level: int, base: pd.DataFrame) -> Iterator[tuple[Column, pd.Series]]:
    """Yield the figures of the units in `base`, a column for each group, year and indicator."""
    for group, stem in _stems(result.groups, _STEMS).items():
        for year in (None, *result.periods):
            figures = result.select(group, year, level).set_index("pcode").reindex(base["pcode"])
            figures = figures.reset_index(drop=True)
            name = f"{stem}_{_slug(str(year), '') if year else 'all'}"
            when = f"{group}, {year or 'all years together'}"
            yield _of(PEOPLE, name, when), figures["individuals"]
            seen = (
                figures["suppressed"].eq(other=True),
                figures["individuals"].notna(),
                base["status"].eq(ASSESSED),
            )
            status = np.select(
                [each.to_numpy(bool) for each in seen],
                [SUPPRESSED, SHOWN, NO_FIGURE],
                base["status"],
            )
            yield _of(STATUS, f"{name}_status", when), pd.Series(status, dtype="str")
            for column in _BESIDE:
                if column.name in figures and column.name not in _NEVER[type(year)]:
                    yield _of(column, f"{name}_{column.name}", when), figures[column.name]


def _of(column: Column, name: str, when: str) -> Column:
    return replace(column, name=name, meaning=f"{when}: {column.meaning}")


def _stems(groups: Iterable[str], known: Mapping[str, str]) -> dict[str, str]:
    """Return a short name for each group, none twice: what is known, or its words in ASCII."""
    stems: dict[str, str] = {}
    for group in groups:
        first = stem = known.get(group, _slug(group))
        count = 2
        while stem in stems.values():
            stem, count = f"{first}{count}", count + 1
        stems[group] = stem
    return stems


def _slug(text: str, first: str = "g_") -> str:
    """Return at most 20 small Latin letters, digits and underscores, a letter or `first` first."""
    plain = re.sub("[^a-z0-9]+", "_", romanise(text.casefold())).strip("_")
    return (plain if plain[:1].isalpha() else f"{first}{plain}")[:20].strip("_")


# --- files ----------------------------------------------------------------------------------


def hxl(result: Assessment, level: int | None = None) -> pd.DataFrame:
    """Return the figures of one level as a table with a row of HXL hashtags below its headings.

    Parameters
    ----------
    result
        Figures to publish.
    level
        1 to 4; None: the one nearest to 2 that has figures.

    Returns
    -------
    figures
        One row per unit and year, a column of individuals per group: the columns of the table
        ``hxl`` of `data_dictionary`. The first row holds the hashtags. All years together are
        there only where counts have no year, so that nothing is there twice.

    Raises
    ------
    SpecError
        If the boundaries have no units of the level.
    """
    there = [each for each in sorted(set(result.figures["level"])) if each in DIVISIONS]
    if level is None:
        level = min(there or result.boundaries.levels, key=lambda each: abs(each - 2))
    _units(result.boundaries, level)
    figures = result.figures[result.figures["level"].eq(level)]
    when = PERIOD if result.longer else YEAR
    if result.periods:
        figures = figures[figures["period"].ne(ALL) if result.longer else figures["year"].notna()]
    keys = ["pcode", when.name] if result.periods else ["pcode"]
    table = figures.drop_duplicates(keys)[["level", *keys]]
    order = {str(each): at for at, each in enumerate(result.periods)}
    table = table.sort_values(
        keys, ignore_index=True,
        key=lambda column: column.map(order) if column.name == PERIOD.name else column,
    )  # fmt: skip
    above = [column for column in ABOVE if int(column.name[3]) <= level]
    columns = [replace(column, name=heading(column.name)) for column in above]
    table = table.join(_above(result.boundaries, table).rename(columns=heading))
    columns += [when] if result.periods else []
    for column, values in _by_group(result, figures, table[keys]):
        table[column.name] = values.to_numpy()
        columns.append(column)
    one = figures.drop_duplicates("pcode").set_index("pcode")
    for column in (POPULATION, AREA):
        if column.name in one:
            table[column.name] = table["pcode"].map(one[column.name])
    finished = _finished(table, [*columns, POPULATION, AREA, DATA], result)
    tags = {column.name: column.hxl for column in [*columns, POPULATION, AREA, DATA]}
    top = pd.DataFrame([[tags[name] for name in finished.columns]], columns=finished.columns)
    return pd.concat([top.astype(object), finished.astype(object)], ignore_index=True)


def _by_group(
    result: Assessment, figures: pd.DataFrame, rows: pd.DataFrame
) -> Iterator[tuple[Column, pd.Series]]:
    """Yield the individuals, households and status of each group in some rows."""
    # Whoever reads the file again is to know it too, and looks at the headings of counts.
    data = " (synthetic)" if result.match.table.synthetic else ""
    for group, stem in _stems(result.groups, _ATTRIBUTES).items():
        mine = rows.merge(figures[figures["group"].eq(group)], "left", list(rows.columns))
        mine["status"] = mine["suppressed"].map({True: SUPPRESSED, False: SHOWN}).fillna(NO_FIGURE)
        for column in (PEOPLE, HOUSEHOLDS, STATUS):
            if column.name in mine:
                alone = group == NO_GROUP and column is not STATUS
                name = column.name if alone else f"{group} {column.name}"
                tag, _, last = column.hxl.rpartition("+")
                tags = "+".join(filter(None, (tag, stem, last)))
                yield replace(column, name=f"{name}{data}", hxl=tags), mine[column.name]


def workbook(result: Assessment) -> dict[str, pd.DataFrame]:
    """Return the sheets of a workbook: what it is, the figures, and what their columns mean.

    Raises
    ------
    SpecError
        If there are more figures than a sheet has rows.
    """
    table = tidy(result)
    if len(table) >= _ROWS:
        raise SpecError(
            f"A sheet has {_ROWS:,} rows and there are {len(table):,} figures: write .csv, .gpkg "
            "or .parquet."
        )
    total = table["dimension"].eq(TOTAL[0])
    parts = ["dimension", "category", "share_of_total"]
    whole = ["of", *result.figures.columns.difference(result.breakdowns.columns)]
    sheets = {
        "figures": table[total].drop(columns=parts, errors="ignore"),
        "breakdowns": table[~total].drop(columns=whole, errors="ignore"),
        **_others(result),
    }
    if total.all():
        del sheets["breakdowns"]
    dictionary = _dictionary(sheets)
    sheets["provenance"] = _in_cells(sheets["provenance"])
    said = pd.DataFrame(notes(result), columns=["topic", "text"])
    return {
        "README": said,
        **{name: _worded(sheet) for name, sheet in sheets.items()},
        "data dictionary": dictionary,
    }


def _others(result: Assessment) -> dict[str, pd.DataFrame]:
    """Return the tables that go with the figures."""
    tables = {
        "coverage": result.coverage,
        "matched": result.matched,
        "provenance": result.provenance,
    }
    return {
        name: _finished(table, TABLES[name], result)
        for name, table in tables.items()
        if len(table.columns)
    }


def _in_cells(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the input in as many rows as their list takes cells."""
    lists = table["rows"].map(lambda rows: textwrap.wrap(rows, _CELL) or [""])
    return table.assign(rows=lists).explode("rows", ignore_index=True)


def _worded(sheet: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose suppressed counts say so in their cells."""
    if "individuals" not in sheet:
        return sheet
    hidden = sheet["status"].eq(SUPPRESSED)
    worded = {"individuals": hidden}
    if "households" in sheet:
        worded["households"] = hidden & sheet["group"].isin(
            sheet["group"][sheet["households"].notna()]
        )
    return sheet.assign(
        **{
            name: sheet[name].astype(object).mask(where & sheet[name].isna(), SUPPRESSED)
            for name, where in worded.items()
        }
    )


def _dictionary(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return what the columns of some tables mean."""
    said = [
        {"table": table, **column}
        for table, frame in tables.items()
        for column in frame.attrs["columns"]
        if column["column"] in frame.columns
    ]
    return pd.DataFrame(said, dtype="str")


def geopackage(result: Assessment) -> dict[str, pd.DataFrame]:
    """Return the layers and tables of a GeoPackage: the levels that have outlines or places."""
    levels = [level for level in result.boundaries.levels if level <= DEEPEST]
    layers = {f"adm{level}": layer(result, level) for level in levels}
    tables = {
        **{name: units for name, units in layers.items() if units.geometry.notna().any()},
        "figures": tidy(result),
        **_others(result),
    }
    said = pd.DataFrame(notes(result), columns=["topic", "text"], dtype="str")
    return {**tables, "data_dictionary": _dictionary(tables), "notes": said}


def encode(obj: Any, name: str) -> bytes | None:
    """Return the bytes of a file of figures, or None if `obj` is not written in that format.

    Parameters
    ----------
    obj
        Assessment (``.csv``, ``.hxl.csv``, ``.xlsx``, ``.gpkg``, ``.parquet``), GeoDataFrame
        (``.geojson``, ``.gpkg``, ``.parquet``) or DataFrame (``.parquet``).
    name
        Of the file.
    """
    stem, _, kind = name.lower().rpartition(".")
    if isinstance(obj, Assessment) and kind == "csv":
        return spreadsheets.encode_csv(hxl(obj) if stem.endswith(".hxl") else tidy(obj))
    if isinstance(obj, Assessment) and kind == "xlsx":
        return spreadsheets.encode_xlsx(workbook(obj), LOOKS)
    if isinstance(obj, Assessment) and kind == "gpkg":
        return gis.encode_geopackage(geopackage(obj))
    if isinstance(obj, Assessment) and kind == "parquet":
        return gis.encode_parquet(tidy(obj))
    if isinstance(obj, gpd.GeoDataFrame) and kind == "gpkg":
        return gis.encode_geopackage({name.rpartition(".")[0]: obj})
    if isinstance(obj, gpd.GeoDataFrame) and kind == "geojson":
        return gis.encode_geojson(obj)
    if isinstance(obj, pd.DataFrame) and kind == "parquet":
        return gis.encode_parquet(obj)
    return None
