"""The features of a layer as units: codes, names, what they say of the units above them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from mtmgeo.boundaries.sources.layers import Layer
from mtmgeo.boundaries.sources.schemas import GEOBOUNDARIES, NAMED, Fields, Schema, level_in
from mtmgeo.core.errors import BoundaryError

_YES: Final = ("1", "1.0", "yes", "true", "y")
_NULLS: Final = ("", "<Null>", "<null>", "NULL", "null", "None", "N/A", "n/a")
_STATUS_WORDS: Final = {
    "line of control": r"line of control|loc|cease-?fire|armistice",
    "disputed": r"disputed?|in dispute|contested",
    "undetermined": r"undetermined|not determined|indefinite|undefined",
    "administrative": r"administrative|provisional",
    "final": r"final|official|international|determined|definite",
}
#: Whole headings of columns that differ between the pieces of one unit.
_OF_PIECES: Final = re.compile(
    r"(ogc_)?fid|gid|id|[xy]|lat|lon(g)?|(objectid|shape_?(le|ar)|area|perimeter|cent(er|re|roid)).*",
    re.IGNORECASE,
)


def level_of(layer: Layer, schema: Schema) -> int | None:
    """Return the level of a layer's rows; None where the rows themselves say it."""
    if schema.level is not None:
        return schema.level
    if schema.kind == GEOBOUNDARIES:
        return level_in(layer.title)
    return None if "level" in schema.whole else schema.deepest


def units_of(frame: gpd.GeoDataFrame, schema: Schema, layer: Layer) -> list[pd.DataFrame]:
    """Return the units of a layer, one table per level, with what they say of those above."""
    _refuse_numbers(frame, schema, layer)
    texts = _texts(frame)
    numbers = {c for c in texts.columns if pd.api.types.is_numeric_dtype(frame[c])}
    level = _levels(texts, schema, layer)
    other = _other(texts)
    area = _number(frame, schema.whole.get("area"))
    shapes = frame.geometry.to_numpy()
    tables = []
    for number in sorted(set(level.tolist())):
        rows = np.flatnonzero(level == number)
        part = texts.iloc[rows]
        own = schema.own or schema.levels.get(number, Fields())
        table = _named_units(part, own, schema, numbers)
        if schema.kind == GEOBOUNDARIES:
            table = _geoboundaries(table, part, schema)
        table["level"], table["file"], table["row"] = number, layer.label, rows + 1
        for up in range(number):
            above = _named_units(part, schema.levels.get(up, Fields()), schema, numbers)
            table[f"pcode{up}"], table[f"name{up}"] = above["pcode"], above["name"]
            for column in above.columns:
                if column.startswith("name_") or column in ("aliases", "type"):
                    table[f"{column}@{up}"] = above[column]
        if "parent" in schema.whole and number:
            table[f"pcode{number - 1}"] = _column(part, schema.whole["parent"])
            if "parent_name" in schema.whole:
                table[f"name{number - 1}"] = _column(part, schema.whole["parent_name"])
        table["area_said"] = area[rows]
        status = own.status or schema.whole.get("status")
        table["status"] = statuses_of(_column(part, status), status)
        for role in ("version", "iso3"):
            table[role] = _column(part, schema.whole.get(role))
        table["date"] = _dates(part, schema.whole.get("date"))
        table["schema"] = schema.kind
        table["other"] = other[rows]
        table["geometry"] = shapes[rows]
        tables.append(table.reset_index(drop=True))
    return tables


def _other(texts: pd.DataFrame) -> npt.NDArray[np.uint64]:
    """Return a number that two features share if all they say of themselves is the same."""
    said = [column for column in texts.columns if not _OF_PIECES.fullmatch(str(column))]
    numbers = pd.util.hash_pandas_object(texts[said].astype(object), index=False)
    return np.asarray(numbers, dtype=np.uint64)


def _refuse_numbers(frame: gpd.GeoDataFrame, schema: Schema, layer: Layer) -> None:
    fields = [*schema.levels.values(), schema.own or Fields()]
    codes = [field.pcode for field in fields] + [schema.whole.get("parent")]
    faults = [
        f"{layer.label}, column {column!r} holds numbers such as {values.iloc[0]:.5G}, so zeros "
        "and digits of the p-codes may be lost: export it again as text."
        for column in codes
        if column and pd.api.types.is_numeric_dtype(frame[column])
        and len(values := frame[column].dropna())
    ]  # fmt: skip
    if faults:
        raise BoundaryError(list(dict.fromkeys(faults)))


def _levels(texts: pd.DataFrame, schema: Schema, layer: Layer) -> npt.NDArray[np.int64]:
    """Return the level of each row."""
    if schema.kind == GEOBOUNDARIES and "shapetype" in schema.whole:
        said = _column(texts, schema.whole["shapetype"]).str.extract(r"([0-5])$")[0]
        if said.notna().all():
            return said.to_numpy(np.int64)
    if "level" in schema.whole and (schema.level is None or schema.kind != NAMED):
        said = _column(texts, schema.whole["level"]).str.extract(r"([0-5])(?:\.0)?$")[0]
        if bad := np.flatnonzero(said.isna()).tolist():
            raise BoundaryError(
                f"{layer.label}, row {bad[0] + 1}: column {schema.whole['level']!r} must hold a "
                "level from 0 to 5."
            )
        return said.to_numpy(np.int64)
    level = level_of(layer, schema)
    if level is None:
        raise BoundaryError(
            f"{layer.label} does not say its admin level: name the file as geoBoundaries does, "
            "such as geoBoundaries-KGZ-ADM2.geojson."
        )
    levels = np.full(len(texts), level)
    if schema.level is None:
        # All levels in one layer: the row of a district leaves what is below it blank. A row that
        # does so without being the only one of its code is faulty, not a district.
        deepest = np.full(len(texts), -1)
        for up, fields in sorted(schema.levels.items()):
            deepest[~_blank(texts, fields)] = up
        for up in set(deepest[deepest >= 0].tolist()) - {level}:
            codes = _column(texts, schema.levels[up].pcode)[deepest == up]
            alone = codes.index[codes.ne("") & ~codes.duplicated(keep=False)]
            levels[texts.index.isin(alone)] = up
    return levels


def _blank(texts: pd.DataFrame, fields: Fields) -> npt.NDArray[np.bool_]:
    cells = [_column(texts, column) for column in (fields.pcode, *fields.names.values())]
    blank: npt.NDArray[np.bool_] = np.logical_and.reduce([c.eq("").to_numpy() for c in cells])
    return blank


def _named_units(
    texts: pd.DataFrame, fields: Fields, schema: Schema, numbers: AbstractSet[str]
) -> pd.DataFrame:
    """Return code, names, aliases and type of the units that some fields speak of.

    Columns of numbers hold no names: ``ADM2_HH``, say, counts households.
    """
    table = pd.DataFrame({"pcode": _column(texts, fields.pcode).str.strip()}, index=texts.index)
    blank = pd.Series("", index=texts.index)
    table["name"] = _column(texts, fields.names.get(""))
    others = [blank]
    for what, column in fields.names.items():
        if column in numbers:
            continue
        text = _column(texts, column)
        if what in ("", "1", "2", "3"):
            said = _column(texts, schema.whole.get(f"lang{what}")).str.strip().str.lower()
            for language in sorted(set(said[text.ne("")])):
                if re.fullmatch(r"[a-z]{2,3}", language):
                    heading = f"name_{language}"
                    here = said.eq(language)
                    table[heading] = text.where(here, table.get(heading, blank))
                elif what:
                    others.append(text.where(said.eq(language), ""))
        else:
            table[f"name_{what}"] = text
    order = sorted(
        (c for c in table.columns if c.startswith("name_")), key=lambda c: c != "name_en"
    )
    for column in order:
        table["name"] = table["name"].where(table["name"].str.strip().ne(""), table[column])
    for other in others:
        table["name"] = table["name"].where(table["name"].str.strip().ne(""), other)
    others += [_column(texts, column) for column in fields.aliases]
    table["aliases"] = _joined(others, [table["name"], *(table[c] for c in order)])
    table["type"] = _column(texts, fields.type)
    return table


def _joined(columns: Sequence[pd.Series], names: Sequence[pd.Series]) -> list[str]:
    """Join other spellings by |, each once, without those that the names already are."""
    if len(columns) < 2:
        return [""] * len(columns[0])
    return [
        "|".join(
            dict.fromkeys(
                part.strip()
                for cell in row[: len(columns)]
                for part in cell.split("|")
                if part.strip() and part.strip() not in row[len(columns) :]
            )
        )
        for row in zip(*columns, *names, strict=True)
    ]


def _geoboundaries(table: pd.DataFrame, texts: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """Take ISO codes for codes where every unit has one."""
    iso = _column(texts, schema.whole.get("shapeiso"))
    if iso.ne("").all() and not iso.duplicated().any():
        table["pcode"] = iso
    return table


# --- cells ------------------------------------------------------------------------------------


def _texts(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return all columns but the geometry as text."""
    cells = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    return pd.DataFrame({c: text_of(cells, c) for c in cells.columns}, index=frame.index)


def _column(texts: pd.DataFrame, column: str | None) -> pd.Series:
    """Return a column of texts; ``""`` throughout where there is none."""
    return pd.Series("", index=texts.index, dtype=object) if column is None else texts[column]


def text_of(frame: pd.DataFrame, column: str | None) -> pd.Series:
    """Return a column as text, ``""`` where nothing is given."""
    if column is None:
        return pd.Series("", index=frame.index, dtype=object)
    cells = frame[column]
    given = zip(cells.astype(object), cells.notna(), strict=True)
    texts = (str(cell) if known else "" for cell, known in given)
    plain = ["" if text.strip() in _NULLS else text for text in texts]
    return pd.Series(plain, index=cells.index, name=cells.name, dtype=object)


def _number(frame: gpd.GeoDataFrame, column: str | None) -> npt.NDArray[np.float64]:
    if column is None:
        return np.full(len(frame), np.nan)
    numbers: pd.Series = pd.to_numeric(frame[column], errors="coerce").astype(float)
    return numbers.to_numpy()


def _dates(texts: pd.DataFrame, column: str | None) -> pd.Series:
    text = _column(texts, column)
    found = text.str.extract(r"(\d{4})[-/]?(\d{2})[-/]?(\d{2})")
    return (found[0] + "-" + found[1] + "-" + found[2]).fillna("")


def statuses_of(text: pd.Series, heading: str | None) -> pd.Series:
    """Return statuses in the words of `_STATUS_WORDS`, ``""`` for others."""
    low = text.str.strip().str.lower()
    yes = heading is not None and heading.lower() == "disputed"
    of = {said: "disputed" if yes and said in _YES else _status_of(said) for said in set(low)}
    return low.map(of).astype(object)


def _status_of(said: str) -> str:
    if re.search(r"\b(not|non|no|un)\b(?! determined)", said):
        return ""
    words = _STATUS_WORDS.items()
    return next((name for name, word in words if re.search(rf"\b({word})\b", said)), "")
