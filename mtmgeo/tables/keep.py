"""Which rows are counted: of the latest round, of no total, of no sum of other periods."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from mtmgeo.tables.again import without_sectors
from mtmgeo.tables.body import LEVELS, Body, plain
from mtmgeo.tables.columns.counts import floats
from mtmgeo.tables.columns.faults import Faults, show, show_all
from mtmgeo.tables.columns.grid import empty
from mtmgeo.tables.columns.periods import parse, repeated
from mtmgeo.tables.columns.words import key, words
from mtmgeo.tables.plan import (
    Counting,
)
from mtmgeo.tables.rows import Lines, kept_rows, latest

_DATES: Final = 0.2  # of dates to rows, up to which they are those of rounds


def counted_rows(
    body: Body, counting: Counting | None, at_round: str | None, faults: Faults
) -> tuple[npt.NDArray[np.bool_], bool]:
    """Return which rows are counted, and whether what they count is a stock."""
    headed, counted = body.headed, body.counted
    current, stock = _of_round(body, counting, at_round, faults)
    current = current & _of_periods(body, current, faults)
    current, sectors = without_sectors(body, current, faults)
    places = {}
    if body.places.country is not None:
        places["adm0"] = body.text(body.places.country)
    for role_ in LEVELS:
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
    used = {*body.texts, *counted.headings, body.who.group, *body.who.dimensions.values(), sectors}
    labels = {}
    for column in headed.columns[:4]:
        if column.name not in used and any(
            isinstance(each, str) for each in column.distinct.said[:2000]
        ):
            labels[column.name] = plain(column)
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
    body: Body, current: npt.NDArray[np.bool_], faults: Faults
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


def _levels(body: Body) -> npt.NDArray[np.float64] | None:
    """Return the admin level that each row says, if a column does."""
    for column in body.headed.columns:
        if body.roles[column.name] == "level":
            found = [word for text in plain(column) for word in [_level(text)]]
            return np.array(found, dtype=np.float64)
    return None


def _level(text: str) -> float:
    numbers = [word for word in words(text) if word.isdecimal()]
    if len(numbers) == 1 and numbers[0] in "012345":
        return float(numbers[0])
    return 0.0 if {"country", "national"} & set(words(text)) else np.nan


def _of_round(
    body: Body, counting: Counting | None, at_round: str | None, faults: Faults
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


def _snapshots(body: Body, *, stock: bool) -> tuple[str | None, npt.NDArray[np.object_]]:
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


def _repeats(body: Body, rounds: npt.NDArray[np.object_], *, dates: bool) -> bool:
    """Return whether the same places come again in several rounds."""
    names = [*body.places.names, *body.places.codes, body.who.group, body.when.year]
    texts = [body.text(name) for name in filter(None, [*names, *body.who.dimensions.values()])]
    kept = [text for text in texts if not (text == rounds).all()]
    frame = pd.DataFrame(dict(enumerate([*kept, rounds])), dtype=object).drop_duplicates()
    again = frame.drop(columns=len(kept)).duplicated(keep=False).mean()
    return bool(again > (0.3 if dates else 0.0))
