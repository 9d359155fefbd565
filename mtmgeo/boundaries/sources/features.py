"""The features of a layer as units: codes, names, what they say of the units above them."""

from __future__ import annotations

import re
from collections.abc import Sequence
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
    level = _levels(frame, schema, layer)
    tables = []
    for number in sorted(set(level.tolist())):
        rows = np.flatnonzero(level == number)
        part = frame.iloc[rows]
        own = schema.own or schema.levels.get(number, Fields())
        table = _named_units(part, own, schema)
        if schema.kind == GEOBOUNDARIES:
            table = _geoboundaries(table, part, schema)
        table["level"], table["file"], table["row"] = number, layer.label, rows + 1
        for up in range(number):
            above = _named_units(part, schema.levels.get(up, Fields()), schema)
            table[f"pcode{up}"], table[f"name{up}"] = above["pcode"], above["name"]
            for column in above.columns:
                if column.startswith("name_") or column in ("aliases", "type"):
                    table[f"{column}@{up}"] = above[column]
        if "parent" in schema.whole and number:
            table[f"pcode{number - 1}"] = text_of(part, schema.whole["parent"])
            if "parent_name" in schema.whole:
                table[f"name{number - 1}"] = text_of(part, schema.whole["parent_name"])
        table["area_said"] = _number(part, schema.whole.get("area"))
        status = own.status or schema.whole.get("status")
        table["status"] = statuses_of(text_of(part, status), status)
        for role in ("version", "iso3"):
            table[role] = text_of(part, schema.whole.get(role))
        table["date"] = _dates(part, schema.whole.get("date"))
        table["schema"] = schema.kind
        table["other"] = _other(part)
        table["geometry"] = part.geometry.to_numpy()
        tables.append(table.reset_index(drop=True))
    return tables


def _other(frame: gpd.GeoDataFrame) -> npt.NDArray[np.uint64]:
    """Return a number that two features share if all they say of themselves is the same."""
    said = [
        c for c in frame.columns if c != frame.geometry.name and not _OF_PIECES.fullmatch(str(c))
    ]
    texts = pd.DataFrame({at: text_of(frame, column) for at, column in enumerate(said)})
    numbers = pd.util.hash_pandas_object(texts.astype(object), index=False)
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


def _levels(frame: gpd.GeoDataFrame, schema: Schema, layer: Layer) -> npt.NDArray[np.int64]:
    """Return the level of each row."""
    if schema.kind == GEOBOUNDARIES and "shapetype" in schema.whole:
        said = text_of(frame, schema.whole["shapetype"]).str.extract(r"([0-5])$")[0]
        if said.notna().all():
            return said.to_numpy(np.int64)
    if "level" in schema.whole and (schema.level is None or schema.kind != NAMED):
        said = text_of(frame, schema.whole["level"]).str.extract(r"([0-5])(?:\.0)?$")[0]
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
    levels = np.full(len(frame), level)
    if schema.level is None:
        # All levels in one layer: the row of a district leaves what is below it blank. A row that
        # does so without being the only one of its code is faulty, not a district.
        deepest = np.full(len(frame), -1)
        for up, fields in sorted(schema.levels.items()):
            deepest[~_blank(frame, fields)] = up
        for up in set(deepest[deepest >= 0].tolist()) - {level}:
            codes = text_of(frame, schema.levels[up].pcode)[deepest == up]
            alone = codes.index[codes.ne("") & ~codes.duplicated(keep=False)]
            levels[frame.index.isin(alone)] = up
    return levels


def _blank(frame: gpd.GeoDataFrame, fields: Fields) -> npt.NDArray[np.bool_]:
    texts = [text_of(frame, column) for column in (fields.pcode, *fields.names.values())]
    blank: npt.NDArray[np.bool_] = np.logical_and.reduce([t.eq("").to_numpy() for t in texts])
    return blank


def _named_units(frame: gpd.GeoDataFrame, fields: Fields, schema: Schema) -> pd.DataFrame:
    """Return code, names, aliases and type of the units that some fields speak of."""
    table = pd.DataFrame({"pcode": text_of(frame, fields.pcode).str.strip()}, index=frame.index)
    blank = pd.Series("", index=frame.index)
    table["name"] = text_of(frame, fields.names.get(""))
    others = [blank]
    for what, column in fields.names.items():
        if pd.api.types.is_numeric_dtype(frame[column]):
            continue  # ADM2_HH, say, which counts households
        text = text_of(frame, column)
        if what in ("", "1", "2", "3"):
            said = text_of(frame, schema.whole.get(f"lang{what}")).str.strip().str.lower()
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
    others += [text_of(frame, column) for column in fields.aliases]
    table["aliases"] = _joined(others, [table["name"], *(table[c] for c in order)])
    table["type"] = text_of(frame, fields.type)
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


def _geoboundaries(table: pd.DataFrame, frame: gpd.GeoDataFrame, schema: Schema) -> pd.DataFrame:
    """Take ISO codes for codes where every unit has one."""
    iso = text_of(frame, schema.whole.get("shapeiso"))
    if iso.ne("").all() and not iso.duplicated().any():
        table["pcode"] = iso
    return table


# --- cells ------------------------------------------------------------------------------------


def text_of(frame: gpd.GeoDataFrame, column: str | None) -> pd.Series:
    """Return a column as text, ``""`` where nothing is given."""
    if column is None:
        return pd.Series("", index=frame.index, dtype=object)
    cells = frame[column]
    given = zip(cells.astype(object), cells.notna(), strict=True)
    texts = (str(cell) if known else "" for cell, known in given)
    plain = ["" if text.strip() in _NULLS else text for text in texts]
    return pd.Series(plain, index=cells.index, name=cells.name, dtype=object)


def _number(frame: gpd.GeoDataFrame, column: str | None) -> pd.Series:
    if column is None:
        return pd.Series(np.nan, index=frame.index)
    numbers: pd.Series = pd.to_numeric(frame[column], errors="coerce").astype(float)
    return numbers


def _dates(frame: gpd.GeoDataFrame, column: str | None) -> pd.Series:
    text = text_of(frame, column)
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
