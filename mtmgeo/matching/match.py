"""match(): tie the places a table names to the units of a boundary set, with reasons."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from mtmgeo.boundaries.boundary_set import DEEPEST, BoundarySet
from mtmgeo.boundaries.points import witness
from mtmgeo.boundaries.read import read_boundaries
from mtmgeo.core.defaults import ACCEPT
from mtmgeo.core.errors import InputError
from mtmgeo.matching.decisions import METHOD, ROLES, Decisions, describer, keys, read_decisions
from mtmgeo.matching.linkage.candidates import Lookup, lookup_of
from mtmgeo.matching.linkage.decide import Decider, Outcome
from mtmgeo.matching.linkage.evidence import MATCHED, UNMATCHED
from mtmgeo.matching.linkage.hashing import Ints, combinations
from mtmgeo.matching.linkage.reasons import methods, reasons
from mtmgeo.matching.linkage.weigh import LOCATION
from mtmgeo.matching.result import MatchResult
from mtmgeo.matching.rows.coded import Ruling, decide_coded, location_level
from mtmgeo.matching.rows.countries import abroad
from mtmgeo.matching.rows.given import CODES, RESULT_COLUMNS, set_apart
from mtmgeo.matching.rows.levels import settle
from mtmgeo.matching.rows.pcodes import Codes, read_codes
from mtmgeo.matching.rows.row_names import RowNames
from mtmgeo.matching.rows.spellings import hear_spellings
from mtmgeo.tables.table import Table

_FIRST_ROW: Final = 2  # the number that a table gives to the first row of a DataFrame
#: Distinct rows that are decided together, and rows times units: bounds the memory.
_AT_ONCE: Final = 25_000
_MOST_PAIRS: Final = 500_000_000
_LEVELS: Final = {"adm1": 1, "adm2": 2, "adm3": 3}


def match(
    table: Table | pd.DataFrame,
    boundaries: BoundarySet | str | Path = "kgz",
    *,
    decisions: Decisions | pd.DataFrame | str | Path | None = None,
    accept: float = ACCEPT,
) -> MatchResult:
    """Tie each row of a table to a unit.

    All names of a row are weighed together with its coordinates, if it has any: scripts and
    romanisations are folded together, type words ('village', 'район') set aside, letters may be
    wrong, a name may stand in another column than its own. What comes out is a probability. Where
    several units fit equally the row is ``ambiguous`` and its rivals are named; a unit is never
    chosen among equals.

    Parameters
    ----------
    table
        Rows with names of admin 1, 2, 3 and locations, any of which may be missing, and perhaps
        coordinates; a Table, or a DataFrame whose columns are found by their usual headings. Where
        the location is the only column of names, it may hold several, as in 'Zhal village,
        Kadamzhai, Batken'. Blank rows are left out, and the index of a DataFrame is not kept; its
        columns are.
    boundaries
        Units to match to, or what `read_boundaries` takes.
    decisions
        What a person decided on names, or what `read_decisions` takes; it is followed for every
        row with these names.
    accept
        Least probability of an answer, above 0 and up to 1. Higher gives fewer wrong answers and
        more rows to decide.

    Returns
    -------
    result
        One answer per row, in the table's order.

    Raises
    ------
    InputError
        If the table has no column of names, or the decisions have faults.
    BoundaryError
        If `boundaries` names no boundary set.
    """
    if isinstance(table, pd.DataFrame):
        original, table = table, Table.from_frame(table)
        # The caller's own columns go into the result: their types and geometry are kept.
        frame = original.iloc[[number - _FIRST_ROW for number in table.rows]].reset_index(drop=True)
    else:
        frame = table.frame
    if not isinstance(boundaries, BoundarySet):
        boundaries = read_boundaries(boundaries)
    if not (isinstance(accept, Real) and 0 < accept <= 1):
        raise InputError(f"accept is {accept!r}: give a probability above 0 and up to 1.")
    table, frame = set_apart(settle(table, boundaries), frame)
    if decisions is not None and not isinstance(decisions, Decisions):
        named = {role: name for role, name in zip(ROLES, table.name_columns, strict=True) if name}
        decisions = read_decisions(decisions, boundaries, columns=named, codes=[*table.codes])
    table, countries = abroad(table, boundaries)
    found = _found(table, boundaries, accept, countries)
    if decisions is not None:
        _follow(decisions, found, table, boundaries)
    return MatchResult(table, boundaries, pd.concat([frame, found], axis="columns"))


def _found(
    table: Table, boundaries: BoundarySet, accept: float, countries: pd.Series
) -> pd.DataFrame:
    """Return the result columns for a table."""
    lookup = lookup_of(boundaries)
    names = RowNames.of(table, boundaries)
    texts, rows = names.texts, names.rows
    codes = read_codes(table, boundaries, lookup)
    code = np.full(len(rows), -1) if codes is None else codes.of_row
    away = _reasons_abroad(countries, codes)
    rows[away != ""], code = -1, np.where(away == "", code, -1)
    location = LOCATION + 1
    if codes is not None:
        location = _LEVELS.get(table.places.get(table.location or "", ""), location)
        location = location_level(lookup, texts, rows, codes, code, location)
    points = table.points()
    if points.notna().to_numpy().any():
        seen, place = witness(points, boundaries), np.arange(len(rows))
    else:  # rows of the same names and codes have the same answer
        first, place = combinations(np.column_stack([rows, code]))
        seen, rows, code = None, rows[first], code[first]
    order = _sorted(rows, texts)
    at_once = max(1, min(_AT_ONCE, _MOST_PAIRS // max(lookup.size, 1)))
    parts = [
        _answers(
            lookup,
            boundaries,
            names.of_rows(rows[some]),
            None if seen is None else seen.iloc[some].reset_index(drop=True),
            accept,
            codes,
            code[some],
            location,
        )
        for some in np.array_split(order, max(1, -(-len(order) // at_once)))
    ]
    back = np.empty(len(order), dtype=np.int64)
    back[order] = np.arange(len(order))
    found = pd.concat(parts, ignore_index=True).iloc[back[place]].set_axis(table.frame.index)
    if codes is not None:
        found["reason"] = codes.noted(found["reason"])
    _send_abroad(found, away)
    return found


def _reasons_abroad(countries: pd.Series, codes: Codes | None) -> npt.NDArray[np.object_]:
    """Return why each row is of another country; ``""`` where it is not."""
    said: npt.NDArray[np.object_] = countries.to_numpy(dtype=object)
    if codes is None:
        return said
    return np.where(said == "", codes.abroad, said)


def _send_abroad(found: pd.DataFrame, why: npt.NDArray[np.object_]) -> None:
    """Put into the result columns that rows are of another country."""
    away = why != ""
    if away.any():
        found.loc[away, list(RESULT_COLUMNS)] = pd.NA
        found.loc[away, ["status", "method"]] = [UNMATCHED, "none"]
        found.loc[away, "score"] = 0.0
        found.loc[away, "reason"] = [f"the row is of another country: {said}" for said in why[away]]


def _sorted(rows: Ints, texts: Sequence[str]) -> Ints:
    """Return the order of rows by their names, so that those of one district are together."""
    rank = np.empty(len(texts) + 1, dtype=np.int64)
    rank[sorted(range(len(texts)), key=texts.__getitem__)] = np.arange(len(texts))
    rank[-1] = -1
    order: Ints = np.lexsort(rank[rows[:, ::-1]].T)
    return order


def _answers(
    lookup: Lookup,
    boundaries: BoundarySet,
    said: RowNames,
    seen: pd.DataFrame | None,
    accept: float,
    codes: Codes | None,
    code: Ints,
    location: int,
) -> pd.DataFrame:
    """Return the result columns for some rows of names and codes."""
    names, rows = said.parsed(lookup), said.rows
    if codes is None:
        outcome = Decider(lookup, boundaries, names, accept).decide(rows, seen)
        ruling = Ruling(outcome, rows, (), ())
    else:
        ruling = decide_coded(
            lookup, boundaries, names, accept, rows, codes, code, seen, location=location
        )
    if said.spellings:
        hear_spellings(Decider(lookup, boundaries, names, accept), ruling.outcome, said)
    pcodes, levels = boundaries.units["pcode"].tolist(), lookup.level.tolist()
    describe = describer(boundaries)
    told = reasons(
        ruling.outcome,
        ruling.rows,
        said.texts,
        lambda unit: describe(pcodes[unit], levels[unit]),
        None if seen is None else seen["problem"].tolist(),
        given=rows,
        labels=ruling.labels,
    )
    if ruling.notes:
        told = ["; ".join(filter(None, pair)) for pair in zip(told, ruling.notes, strict=True)]
    return _columns(lookup, boundaries, ruling.outcome, told)


def _columns(
    lookup: Lookup, boundaries: BoundarySet, outcome: Outcome, said: Sequence[str]
) -> pd.DataFrame:
    pcode = np.array([*boundaries.units["pcode"], None], dtype=object)  # -1 is the last
    unit = outcome.unit
    above = {level: np.where(unit >= 0, lookup.ancestor[unit, level], -1) for level in CODES}
    rivals: list[str | None] = [None] * len(unit)
    for row, units in outcome.rivals.items():
        rivals[row] = "|".join(dict.fromkeys(pcode[list(units)]))
    level = np.where(unit >= 0, lookup.level[unit], 0).astype(object)
    level[unit < 0] = pd.NA
    columns = {
        "pcode": pcode[unit],
        "level": level,
        **{column: pcode[above[level]] for level, column in CODES.items()},
        "status": np.array(outcome.status, dtype=object),
        "score": outcome.share.round(3),
        "method": np.array(methods(outcome), dtype=object),
        "reason": np.array(said, dtype=object),
        "candidates": np.array(rivals, dtype=object),
    }
    kinds = {"level": "Int64", "score": "Float64"}
    # Held by Python, since the texts may be of signs that Arrow refuses.
    text = dict.fromkeys(columns, pd.StringDtype("python"))
    return pd.DataFrame(columns).astype({**text, **kinds})


def _follow(
    decisions: Decisions, found: pd.DataFrame, table: Table, boundaries: BoundarySet
) -> None:
    """Put what was decided on the names of each row into the result columns."""
    position, lineage = boundaries.position, boundaries.lineage.to_numpy(object)
    by_names = decisions.by_names
    given = keys(table.frame, table.name_columns, table.codes)
    for at, names in zip(found.index, given, strict=True):
        decision = by_names.get(names) or by_names.get(names[: len(ROLES)])
        if decision is None:
            continue
        unit = decision.unit
        if unit is not None and unit not in position:
            raise InputError(
                f"{decisions.source}, row {decision.row}: the p-code {unit[1]!r} is not in the "
                f"boundaries {boundaries.name}; read the decisions again with these boundaries."
            )
        above = [None] * DEEPEST if unit is None else lineage[position[unit]][1 : DEEPEST + 1]
        level, code = unit or (pd.NA, pd.NA)
        found.loc[at, list(RESULT_COLUMNS[:-1])] = [
            code,
            level,
            *(each or pd.NA for each in above),
            UNMATCHED if unit is None else MATCHED,
            1.0,
            METHOD,
            f"decided in {decisions.source}, row {decision.row}",
        ]
