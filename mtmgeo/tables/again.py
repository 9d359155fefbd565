"""People that several rows of a place count: in each sector, or the same figure in every row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from mtmgeo.tables.body import Body, plain
from mtmgeo.tables.columns.counts import Ints, floats
from mtmgeo.tables.columns.faults import Faults, show, some_rows
from mtmgeo.tables.columns.headings import Column
from mtmgeo.tables.columns.words import key, phrases, vocabulary

_Bools = npt.NDArray[np.bool_]

_FEW: Final = 3  # places from which on it is no chance that a figure is the same in all rows
_MOST: Final = 0.5  # of the rows, which are of such places
_DIFFER: Final = 0.5  # of the figures of places, which have to be different ones
_LEAST: Final = 10  # of the middle figure: smaller ones may be the same by chance
_SECTORS: Final = 0.6  # of the words of a column, which have to be known sectors
_MANY: Final = 60  # different words, from which on a column is no list of kinds


def without_sectors(body: Body, keep: _Bools, faults: Faults) -> tuple[_Bools, str | None]:
    """Return the rows of whole populations, and the column of sectors where others are left out.

    Those count people in need of each sector. A person is in need of several: their rows cannot be
    added up. Without a row of the whole, that is a fault.
    """
    told = _sectors()
    for column in _kinds(body):
        known = {text: told.get(key(text)) for text in set(plain(column)[keep]) - {""}}
        if not known or sum(map(bool, known.values())) < max(2, _SECTORS * len(known)):
            continue
        texts = plain(column)
        whole = np.array([known.get(text) == "whole" for text in texts])
        place = _places(body, keep)
        several = pd.Series(texts[keep]).groupby(place[keep]).transform("nunique").gt(1).to_numpy()
        if not several.any():
            continue
        has = pd.Series(whole[keep]).groupby(place[keep]).transform("any").to_numpy(bool)
        if (several & ~has).any():
            at = np.flatnonzero(keep)[several & ~has]
            same = at[place[at] == place[at[0]]]
            rows = some_rows([body.headed.rows[i] for i in same.tolist()])
            faults.add(
                f"rows {rows} count the same people for several sectors",
                "keep the rows of one sector, or of all sectors together",
                column=column.name,
            )
            return keep, column.name
        left = np.zeros(len(keep), dtype=bool)
        left[np.flatnonzero(keep)[has & ~whole[keep]]] = True
        sums = _sums(body.counted.numbers, keep & ~left, left)
        faults.remark(
            f"the {int(left.sum()):,} rows of single sectors in column {show(column.name)} are not "
            f"added to those of all sectors together{sums}"
        )
        return keep & ~left, column.name
    return keep, None


def counted_once(body: Body, keep: _Bools, faults: Faults) -> Body:
    """Return a table in which a figure that all rows of a place repeat is counted in the first.

    The rows are told apart by a column of kinds that come again in other places: phases, sectors.
    """
    numbers = body.counted.numbers
    if not numbers or not keep.any():
        return body
    place = _places(body, keep)
    size = pd.Series(place[keep]).groupby(place[keep]).transform("size").to_numpy()
    several = np.zeros(len(keep), dtype=bool)
    several[np.flatnonzero(keep)[size > 1]] = True
    kind = _telling(body, several, place)
    if kind is None or several.sum() < _MOST * keep.sum():
        return body
    again = [name for name, values in numbers.items() if _repeated(values, several, place)]
    homes = {m.column for m in body.counted.measures if m.households}
    if not again or (homes - {*again} and {*again} - homes):
        return body
    first = ~pd.Series(place).where(keep, np.arange(len(keep)) - len(keep)).duplicated().to_numpy()
    masked = dict(numbers)
    for name in again:
        masked[name] = pd.Series(numbers[name]).mask(several & ~first).array
    for name in again:
        once, each = (int(np.nansum(floats(x[name], 0.0)[keep])) for x in (masked, numbers))
        faults.remark(
            f"{show(name)} is the same in all rows of a place, which {show(kind)} tells apart: it "
            f"is counted once for each ({once:,}, and not {each:,})"
        )
    return replace(body, counted=replace(body.counted, numbers=masked))


@cache
def _sectors() -> Mapping[str, str]:
    """Return what the keys of words mean: a sector, or the whole."""
    kinds = {"sectors": "sector", "all sectors": "whole"}
    return {
        "".join(phrase): kind
        for section, kind in kinds.items()
        for phrase in phrases(vocabulary("people")[section])
    }


def _kinds(body: Body) -> list[Column]:
    """Return the columns that say neither where, when, whom nor how many."""
    used = {*body.texts, *body.counted.numbers, *body.points.values(), body.places.country,
            body.when.year, body.when.round, body.when.date, body.who.group,
            *body.who.dimensions.values()}  # fmt: skip
    return [
        column
        for column in body.headed.columns
        if column.name not in used and 1 < len(column.distinct.said) <= _MANY
    ]


def _places(body: Body, keep: _Bools) -> npt.NDArray[np.int_]:
    """Return a number for each place, time and group; -1 in rows that are not kept."""
    names = [*body.places.names, *body.places.codes, body.places.country, body.when.year,
             body.when.round, body.when.date, body.who.group,
             *body.who.dimensions.values()]  # fmt: skip
    texts = [body.text(name) for name in dict.fromkeys(filter(None, names))]
    number = np.full(len(keep), -1)
    if texts:
        frame = pd.DataFrame(dict(enumerate(texts)), dtype=object)[keep]
        number[keep] = frame.groupby([*frame], sort=False).ngroup().to_numpy()
    return number


def _telling(body: Body, several: _Bools, place: npt.NDArray[np.int_]) -> str | None:
    """Return the column whose kinds tell the rows of a place apart and come again in others."""
    for column in _kinds(body):
        frame = pd.DataFrame({"kind": plain(column), "place": place}, dtype=object)[several]
        apart = not frame.duplicated().any() and frame["kind"].ne("").all()
        if apart and frame["kind"].value_counts().min() > 1:
            return column.name
    return None


def _repeated(values: Ints, several: _Bools, place: npt.NDArray[np.int_]) -> bool:
    """Return whether a figure is the same in all rows of each place, and that is no chance."""
    figures = pd.Series(floats(values, np.nan)[several]).groupby(place[several])
    least, most = figures.min().dropna(), figures.max().dropna()
    whole = bool(figures.count().eq(figures.size()).all())
    return bool(
        whole
        and len(least) >= _FEW
        and least.eq(most).all()
        and least.median() >= _LEAST
        and least.nunique() >= max(2, _DIFFER * len(least))
    )


def _sums(numbers: Mapping[str, Ints], kept: _Bools, left: _Bools) -> str:
    """Return in words what the first column counts in some rows, and in others."""
    first: Sequence[Ints] = list(numbers.values())[:1]
    said = [f"{int(floats(first[0], 0.0)[rows].sum()):,}" for rows in (kept, left) if first]
    return f" ({said[0]}, and not {said[1]} more)" if said else ""
