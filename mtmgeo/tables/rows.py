"""Rows that are counted, and those that add up others: totals, units above, earlier rounds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from mtmgeo.tables.columns.cells import is_everybody, is_total, tidy, total_of
from mtmgeo.tables.columns.faults import Faults, show, some_rows
from mtmgeo.tables.columns.grid import Objects, empty, factorized
from mtmgeo.tables.columns.periods import last_year, parse
from mtmgeo.tables.columns.words import key

Bools = npt.NDArray[np.bool_]

_ROUNDED: Final = 0.001  # by which a sum may miss a total of rounded parts, at most
_TOLD: Final = 5  # rows that are named in a remark
_FOOTNOTE: Final = re.compile(
    r"^(?:source|sources|note|notes|n\.?b|нота|примечание|источник|fuente|remarque|nota)\b|^[*†]+\s*[^\W\d_]{3}",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Lines:
    """What rows say that decides whether they are counted.

    Attributes
    ----------
    rows
        Numbers as a spreadsheet shows them.
    places
        Names and codes by column, from the highest level down; ``""`` where blank.
    labels
        All columns of text in which a row may say that it is a total.
    counts
        Counts by heading; NaN where missing.
    others
        What else parts rows of one place: year, group, sex; as text.
    level
        The admin level that each row says; NaN where it says none. None: no such column.
    country
        The country of each row, as text; None: no such column.
    """

    rows: Sequence[int]
    places: Mapping[str, Objects]
    labels: Mapping[str, Objects]
    counts: Mapping[str, npt.NDArray[np.float64]]
    others: Mapping[str, Objects]
    level: npt.NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def depth(self) -> npt.NDArray[np.float64]:
        """The deepest level at which each row names a place; -1: none."""
        depth = np.full(len(self), -1.0)
        for level, column in enumerate(self.places.values()):
            depth[~empty(column)] = level
        return depth

    @cached_property
    def nameless(self) -> Bools:
        """Which rows name no place."""
        return np.asarray(self.depth < 0, dtype=bool)


def kept_rows(lines: Lines, faults: Faults) -> Bools:
    """Return which rows are counted; `faults` learns of each that is not, and why.

    Footnotes are left out. So are rows that add up others, where their sums agree; a fault names
    both numbers where they do not.
    """
    keep = ~_footnotes(lines, faults)
    keep &= ~_totals(lines, keep, faults)
    keep &= ~_units_above(lines, keep, faults)
    return keep & ~_everybody(lines, keep, faults)


def _named(lines: Lines, at: Sequence[int]) -> str:
    numbers = [lines.rows[each] for each in at]
    some = some_rows(numbers, _TOLD)
    return f"row {some}" if len(numbers) == 1 else f"rows {some}"


def _footnotes(lines: Lines, faults: Faults) -> Bools:
    """Return the rows at the end that are words about the table."""
    out = np.zeros(len(lines), dtype=bool)
    texts = {**lines.labels, **lines.places}
    for at in range(len(lines) - 1, -1, -1):
        said = [column[at] for column in texts.values() if column[at]]
        counted = any(not np.isnan(column[at]) for column in lines.counts.values())
        counted |= any(column[at] != "" for column in lines.others.values())
        if counted or len(said) != 1:
            break
        if not (_FOOTNOTE.match(said[0].strip()) or len(said[0]) > 60):
            break
        out[at] = True
    if out.any() and not out.all():
        where = np.flatnonzero(out)
        last = next(c[where[0]] for c in texts.values() if c[where[0]])
        faults.remark(
            f"{_named(lines, where.tolist())} below the table "
            f"{'was' if len(where) == 1 else 'were'} taken for a note ({show(last)})"
        )
        return out
    return np.zeros(len(lines), dtype=bool)


# --- totals -------------------------------------------------------------------------------------


def _totals(lines: Lines, keep: Bools, faults: Faults) -> Bools:
    """Return the rows that say that they are totals, or name no place and add up all others."""
    said: dict[int, str] = {}
    texts = {**lines.labels, **lines.places}
    for column in texts.values():
        codes, words = factorized(column)
        meant = [total_of(word) for word in words]
        if all(each is None for each in meant):
            continue
        for at in np.flatnonzero([meant[code] is not None for code in codes]).tolist():
            if at not in said:
                said[at] = meant[codes[at]] or ""
    blank = lines.nameless
    marked = np.zeros(len(lines), dtype=bool)
    marked[list(said)] = True
    for at in np.flatnonzero(blank & keep & ~marked).tolist():
        counted = any(not np.isnan(column[at]) for column in lines.counts.values())
        ordinary = keep & ~marked & ~blank
        if counted and _several(lines, ordinary) and _agrees(lines, at, ordinary):
            said[at] = ""
            marked[at] = True
    if not marked.any():
        return marked
    ordinary = keep & ~marked
    agreed: list[int] = []
    previous = -1
    for at in sorted(said):
        block = np.zeros(len(lines), dtype=bool)
        block[previous + 1 : at] = True
        groups = [ordinary & block, ordinary & _around(lines, at, said[at])]
        if not said[at]:
            groups.append(ordinary)
            after = np.zeros(len(lines), dtype=bool)
            after[at + 1 :] = True
            groups.append(ordinary & after)
        groups = [group & _alike(lines, at) for group in groups]
        if _silent(lines, at) or any(_agrees(lines, at, group) for group in groups):
            agreed.append(at)
        elif said[at] and not any(_holds(lines, at, group) for group in groups):
            marked[at] = False  # a place that is called so, such as the station of a company
            ordinary[at] = True
        else:
            best = max(groups, key=lambda group: int(group.sum()))
            _disagree(lines, at, best, faults)
        previous = at
    below = [at for at in _nameless_end(lines, keep) if not marked[at]]
    if below and marked[below[0] - 1]:
        marked[below] = True
        faults.remark(f"{_named(lines, below)} below the totals, where no place is named, "
                      f"{'was' if len(below) == 1 else 'were'} left out")  # fmt: skip
    if agreed:
        many = len(agreed) > 1
        faults.remark(
            f"{_named(lines, agreed)} "
            + ("are totals that agree" if many else "is a total that agrees")
            + f" with the rows {'they add' if many else 'it adds'} up, and "
            + f"{'were' if many else 'was'} left out"
        )
    return marked


def _nameless_end(lines: Lines, keep: Bools) -> list[int]:
    """Return the last rows, of which none says anything in words."""
    silent = lines.nameless.copy()
    for column in lines.labels.values():
        silent &= empty(column)
    out: list[int] = []
    for at in range(len(lines) - 1, 0, -1):
        if not silent[at]:
            break
        out.insert(0, at)
    return [at for at in out if keep[at]]


def _several(lines: Lines, group: Bools) -> bool:
    """Return whether two rows or more of a group count people."""
    told = np.zeros(len(lines), dtype=bool)
    for column in lines.counts.values():
        told |= ~np.isnan(column)
    return int((told & group).sum()) > 1


def _silent(lines: Lines, at: int) -> bool:
    return all(np.isnan(column[at]) for column in lines.counts.values())


def _alike(lines: Lines, at: int) -> Bools:
    """Return the rows of the same year, group and sex as a row, where it says any."""
    out = np.ones(len(lines), dtype=bool)
    for column in lines.others.values():
        if column[at] and not is_total(column[at]):
            out &= np.array([text == column[at] for text in column], dtype=bool)
    return out


def _around(lines: Lines, at: int, place: str) -> Bools:
    """Return the rows of the place that a total names, in words or by the cells beside it."""
    out = np.ones(len(lines), dtype=bool)
    told = False
    wanted = key(place)
    if wanted:
        found = np.zeros(len(lines), dtype=bool)
        for column in lines.places.values():
            found |= np.array([_means(text, wanted) for text in column], dtype=bool)
        if found.any():
            return found
    for column in lines.places.values():
        if column[at] and total_of(column[at]) is None:
            out &= np.array([text == column[at] for text in column], dtype=bool)
            told = True
    return out if told else np.zeros(len(lines), dtype=bool)


def _means(text: str, wanted: str) -> bool:
    own = key(text)
    if min(len(own), len(wanted)) < 4 or own[:4] != wanted[:4]:
        return own == wanted
    return own.startswith(wanted[:-2]) or wanted.startswith(own[:-2])


def _sum(column: npt.NDArray[np.float64], group: Bools) -> float:
    return float(np.nansum(column[group]))


def _agrees(lines: Lines, at: int, group: Bools) -> bool:
    """Return whether a row is the sum of others in every count that it gives."""
    if not group.any():
        return False
    told = [column for column in lines.counts.values() if not np.isnan(column[at])]
    return bool(told) and all(
        _is_sum(column[at], _sum(column, group), int(group.sum())) for column in told
    )


def _is_sum(total: float, summed: float, parts: int) -> bool:
    """Return whether parts add up to a total, but for the rounding of each."""
    gap = abs(total - summed)
    return gap == 0 or (gap <= (parts + 1) / 2 and gap <= _ROUNDED * abs(total))


def _exceeds(lines: Lines, at: int, inside: Sequence[int]) -> bool:
    """Return whether a row is no less than the sum of others, in every count that it gives."""
    group = _mask(len(lines), inside)
    return all(
        np.isnan(column[at]) or _sum(column, group) <= column[at]
        for column in lines.counts.values()
    )


def _holds(lines: Lines, at: int, group: Bools) -> bool:
    """Return whether a row is no less than any of the others, as their sum must be."""
    told = [column for column in lines.counts.values() if not np.isnan(column[at])]
    return bool(group.any()) and all(
        np.nanmax(np.append(column[group], 0.0)) <= column[at] for column in told
    )


def _disagree(
    lines: Lines, at: int, group: Bools, faults: Faults, also: Sequence[int] = ()
) -> None:
    own = _mask(len(lines), also or [at])
    for name, column in lines.counts.items():
        agrees = _is_sum(_sum(column, own), _sum(column, group), int(group.sum()))
        if not np.isnan(column[at]) and not agrees:
            what = (
                f"this looks like a row of totals, {_sum(column, own):,.0f}, but its rows add up "
                "to "
                f"{_sum(column, group):,.0f}; counted with them it would count people twice"
            )
            faults.add(what, "correct it, or delete the row", row=lines.rows[at], column=name)
            return


def _everybody(lines: Lines, keep: Bools, faults: Faults) -> Bools:
    """Return the rows of all groups, sexes or ages that add up those of each."""
    out = np.zeros(len(lines), dtype=bool)
    for name, column in lines.others.items():
        codes, said = factorized(column)
        whole = np.array([is_everybody(word) for word in said], dtype=bool)[codes] & keep & ~out
        if not whole.any():
            continue
        others = [other for key_, other in lines.others.items() if key_ != name]
        keys = list(zip(*lines.places.values(), *others, strict=True))
        inside: dict[tuple[str, ...], list[int]] = {}
        for at in np.flatnonzero(keep & ~out & ~whole).tolist():
            inside.setdefault(keys[at], []).append(at)
        agreed = [
            at
            for at in np.flatnonzero(whole).tolist()
            if keys[at] in inside and _agrees(lines, at, _mask(len(lines), inside[keys[at]]))
        ]
        apart = [at for at in np.flatnonzero(whole).tolist() if keys[at] in inside]
        apart = sorted(set(apart) - set(agreed))
        more = [at for at in apart if _exceeds(lines, at, inside[keys[at]])]
        if more and len(more) == len(apart):
            parts = sorted({each for at in [*agreed, *more] for each in inside[keys[at]]})
            out[parts] = True
            faults.remark(
                f"the others of column {show(name)} add up to less than {_named(lines, more)}, "
                f"which {'are of all' if len(more) > 1 else 'is of all'} and "
                f"{'are' if len(more) > 1 else 'is'} counted: {len(parts):,} rows were left out"
            )
            continue
        for at in apart:
            _disagree(lines, at, _mask(len(lines), inside[keys[at]]), faults)
        if agreed:
            out[agreed] = True
            many = len(agreed) > 1
            faults.remark(
                f"{_named(lines, agreed)} {'add' if many else 'adds'} up the others of column "
                f"{show(name)}, and {'were' if many else 'was'} left out"
            )
    return out


# --- units above --------------------------------------------------------------------------------


def _units_above(lines: Lines, keep: Bools, faults: Faults) -> Bools:
    """Return the rows of units that hold other rows' units, and add them up.

    A column of levels says which they are; else it is a row whose deeper places are blank beside
    rows of the same parents where they are not.
    """
    out = np.zeros(len(lines), dtype=bool)
    if len(lines.places) < 2 and lines.level is None:
        return out
    depth = lines.depth
    if lines.level is not None and np.unique(lines.level[~np.isnan(lines.level)]).size > 1:
        depth = np.where(np.isnan(lines.level), depth, lines.level)
        sure = True
    else:
        sure = False
    told = ~lines.nameless | (sure & ~np.isnan(depth))
    found = np.unique(depth[keep & told])
    if found.size < 2:
        return out
    keys = _keys(lines)
    stated: list[int] = []
    for level in found[-2::-1]:
        uppers = np.flatnonzero(keep & ~out & (depth == level) & told)
        deeper = keep & ~out & (depth > level)
        left = _add_up(lines, uppers, deeper, keys, sure=sure, faults=faults)
        out[left] = True
        stated += left
    if stated:
        many = len(stated) > 1
        sums = "; ".join(
            f"{show(name)} {_sum(column, _mask(len(lines), stated)):,.0f}"
            for name, column in list(lines.counts.items())[:3]
        )
        faults.remark(
            f"{_named(lines, sorted(stated))} add{'' if many else 's'} up the units inside "
            f"{'them' if many else 'it'}, which are in the table as well, and "
            f"{'were' if many else 'was'} left out ({sums})"
        )
    return out


def _mask(size: int, at: Sequence[int]) -> Bools:
    out = np.zeros(size, dtype=bool)
    out[list(at)] = True
    return out


def _keys(lines: Lines) -> list[tuple[str, ...]]:
    """Return the names of each row, from the highest level down, as they are compared."""
    columns = []
    for column in lines.places.values():
        codes, said = factorized(column)
        columns.append(np.array([key(text) for text in said], dtype=object)[codes])
    return list(zip(*columns, strict=True))


def _add_up(
    lines: Lines,
    uppers: npt.NDArray[np.int_],
    deeper: Bools,
    keys: Sequence[Sequence[str]],
    *,
    sure: bool,
    faults: Faults,
) -> list[int]:
    """Return those of some rows that are the sum of deeper rows with the same places above."""
    if not len(uppers) or not deeper.any():
        return []
    shapes = {_shape(keys[at]) for at in uppers.tolist()}
    above: dict[_Key, list[int]] = {}
    for at in uppers.tolist():
        if not _silent(lines, at):
            above.setdefault(_key(lines, keys, at, _shape(keys[at])), []).append(at)
    below: dict[_Key, list[int]] = {}
    for at in np.flatnonzero(deeper).tolist():
        for shape in shapes:
            below.setdefault(_key(lines, keys, at, shape), []).append(at)
    equal: list[int] = []
    single: list[int] = []
    apart: list[tuple[list[int], list[int]]] = []
    for name, mine in above.items():
        inside = below.get(name, [])
        whole = inside or below.get((*name[:2], ()), [])
        if not whole:
            continue
        if _same_sums(lines, mine, whole):
            (equal if len(whole) > 1 else single).extend(mine)
        else:
            apart.append((mine, whole))
    if apart:
        equal, apart = _together(lines, keys, apart, equal)
    if sure:
        for mine, inside in apart:
            _disagree(lines, mine[0], _mask(len(lines), inside), faults, also=mine)
        return equal + single
    told = [mine for mine in equal if not _nobody(lines, mine)]
    if equal or len(single) > 1:
        if len(told) > 2 and len(told) >= len(apart):  # such rows are totals in this table
            for mine, inside in apart:
                _disagree(lines, mine[0], _mask(len(lines), inside), faults, also=mine)
        return equal + single
    return []


_Shape: TypeAlias = tuple[int, ...]
_Key: TypeAlias = tuple[_Shape, tuple[str, ...], tuple[str, ...]]


def _shape(names: Sequence[str]) -> _Shape:
    return tuple(at for at, text in enumerate(names) if text)


def _key(lines: Lines, keys: Sequence[Sequence[str]], at: int, shape: _Shape) -> _Key:
    told = tuple(column[at] for column in lines.others.values())
    return shape, tuple(keys[at][each] for each in shape), told


def _together(
    lines: Lines,
    keys: Sequence[Sequence[str]],
    apart: list[tuple[list[int], list[int]]],
    equal: list[int],
) -> tuple[list[int], list[tuple[list[int], list[int]]]]:
    """Return rows that add up others once those of all years and groups are put together."""
    groups: dict[tuple[_Shape, tuple[str, ...]], tuple[set[int], set[int]]] = {}
    for mine, inside in apart:
        shape = _shape(keys[mine[0]])
        name = shape, tuple(keys[mine[0]][each] for each in shape)
        uppers, deeper = groups.setdefault(name, (set(), set()))
        uppers |= set(mine)
        deeper |= set(inside)
    left = []
    for uppers, deeper in groups.values():
        if _same_sums(lines, sorted(uppers), sorted(deeper)):
            equal = [*equal, *sorted(uppers)]
        else:
            left.append((sorted(uppers), sorted(deeper)))
    return equal, left


def _same_sums(lines: Lines, mine: Sequence[int], inside: Sequence[int]) -> bool:
    """Return whether some rows and others have the same sum, in every count that the first give."""
    own, others = _mask(len(lines), mine), _mask(len(lines), inside)
    told = [c for c in lines.counts.values() if not np.isnan(c[own]).all()]
    parts = len(mine) + len(inside)
    return bool(told) and all(
        _is_sum(_sum(column, own), _sum(column, others), parts) for column in told
    )


def _nobody(lines: Lines, at: int) -> bool:
    """Return whether a row counts nobody, so that what it adds up says nothing."""
    return not any(column[at] > 0 for column in lines.counts.values())


# --- rounds -------------------------------------------------------------------------------------


def round_order(text: str) -> tuple[float, str]:
    """Return what rounds are sorted by: their number or date, then their words."""
    if isinstance(period := parse(text), str):
        return float(last_year(period)), text
    iso = re.match(r"(\d{4})-(\d{2})(?:-(\d{2}))?", text)
    if iso:
        return float(iso[1] + iso[2] + (iso[3] or "00")), text
    numbers = re.findall(r"\d+", text)
    return (float(numbers[-1]) if numbers else -1.0), tidy(text).casefold()


def latest(rounds: Sequence[str]) -> str:
    """Return the latest of several rounds."""
    return max(rounds, key=round_order)
