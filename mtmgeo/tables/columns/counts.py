"""Which columns count people: whole populations, their parts, households, and what is left."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from mtmgeo.tables.columns.cells import count, counts, fraction, is_total, readable
from mtmgeo.tables.columns.faults import Faults, show, show_all, some_rows
from mtmgeo.tables.columns.headings import Column
from mtmgeo.tables.columns.periods import When, opening, repeated
from mtmgeo.tables.columns.roles import (
    NO_GROUP,
    CellError,
    Measure,
    Said,
    is_minor,
    is_stock,
    latest_year,
    measure,
    odd_year,
)
from mtmgeo.tables.columns.words import listed, words

_Part: TypeAlias = tuple[tuple[str, int | None, str, bool], str | None, str | None]
Ints: TypeAlias = pd.api.extensions.ExtensionArray
#: The role of columns that count people who are counted by others.
TWICE: Final = "twice"
#: The group of households whose people are not counted.
HOMES: Final = "households"
_DATED: Final = re.compile(
    r"\d[-/.:]\d+[-/.:]|[a-zа-я]{3,} \d{4}|^\d+ ?(?:-|–|to) ?\d+", re.IGNORECASE
)
_LISTED: Final = 12  # columns that are named, with their sums
_SELDOM: Final = 0.05  # share of rows that may contradict the others
_FEW: Final = 20  # rows of a table in which one may contradict others by chance
_SOME: Final = 5  # rows from which columns may be told to be parts of one another
_SAMPLE: Final = 2000  # cells that are tried
_ROLES: Final = frozenset(["individuals", "households", None])
_NUMBERED: Final = re.compile(r" \(\d+\)$")  # how headings that come again are told apart


@dataclass(frozen=True, kw_only=True, eq=False)
class Counted:
    """The columns that count people.

    Attributes
    ----------
    measures
        In the order of the table.
    numbers
        Their counts (Int64) by heading.
    individuals, households
        Headings of a long table's columns of counts; None where it is wide.
    unused
        Sums of the columns of numbers that are not used, by heading.
    stock
        Whether what is counted is there at one time, so that counts of several are not added.
    """

    measures: tuple[Measure, ...] = ()
    numbers: Mapping[str, Ints] = field(default_factory=dict)
    individuals: str | None = None
    households: str | None = None
    unused: Mapping[str, int] = field(default_factory=dict)
    stock: bool = False

    @property
    def headings(self) -> list[str]:
        """The columns of counts."""
        return list(self.numbers)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Candidate:
    column: Column
    said: Said
    role: str | None


def find_counts(
    columns: Sequence[Column],
    roles: Mapping[str, str | None],
    named: Mapping[str, str],
    rows: Sequence[int],
    faults: Faults,
    *,
    as_stock: bool | None = None,
    at_round: str | None = None,
) -> Counted:
    """Find the columns that count people, and read them.

    Parameters
    ----------
    columns
        All columns of the table.
    roles
        What each is, by name; columns of other roles count nobody.
    named
        Names of columns by role, where the caller said them.
    rows
        Numbers of the rows.
    faults
        Learns of cells that cannot be read, and what is not used.
    as_stock
        Whether counts are of presence; found where None.
    at_round
        The year that is taken of counts of presence in several; the latest where None.
    """
    by_name = {column.name: column for column in columns}
    if "individuals" in named:
        chosen = _named(named)
        left: list[_Candidate] = []
    else:
        found = _candidates(columns, roles, faults)
        chosen, left = _choose(found, roles, named, faults)
        if whole := _total_of_parts(chosen, left):
            chosen = [*chosen, whole]
            left = [each for each in left if each.column.name != whole.column]
    stock = _is_stock(chosen) if as_stock is None else as_stock
    if stock:
        chosen = _one_time(chosen, at_round, by_name, faults)
    chosen, values = _read(chosen, by_name, rows, faults)
    read = [each.column for each in chosen if not each.part]
    chosen, twins = _without_twins(chosen, values, faults)
    chosen, totals = _without_totals(chosen, values, faults)
    twins |= totals
    chosen = _parts(chosen, values, faults)
    chosen = _households(chosen, values, faults)
    if as_stock is None and not stock and _is_stock(chosen):  # once others are left out
        stock = True
        chosen = _one_time(chosen, at_round, by_name, faults)
    kept = {each.column for each in chosen}
    values = {name: cells for name, cells in values.items() if name in kept}
    _check(chosen, values, rows, faults)
    named_ = [each.column.name for each in left]
    named_ += [name for name in read if name not in kept | twins]
    unused = _unused(columns, roles, kept | twins, named_)
    return _counted(chosen, values, unused, stock=stock)


def planned_counts(
    measures: Sequence[Measure],
    columns: Sequence[Column],
    roles: Mapping[str, str | None],
    rows: Sequence[int],
    faults: Faults,
    *,
    as_stock: bool | None = None,
    at_round: str | None = None,
) -> Counted:
    """Read the columns that are known to count people; the parameters are as for `find_counts`."""
    by_name = {column.name: column for column in columns}
    stock = _is_stock(measures) if as_stock is None else as_stock
    if stock:
        measures = _one_time(measures, at_round, by_name, faults)
    kept = [each.column for each in measures]
    values = {name: counts(by_name[name].distinct, faults, rows, name) for name in kept}
    measures, totals = _without_totals(measures, values, faults)
    values = {name: cells for name, cells in values.items() if name not in totals}
    _check(measures, values, rows, faults)
    return _counted(measures, values, _unused(columns, roles, {*kept}, ()), stock=stock)


def _counted(
    chosen: Sequence[Measure], values: Mapping[str, Ints], unused: Mapping[str, int], *, stock: bool
) -> Counted:
    """Return what is counted, with the headings of a table that is long."""
    long = [each for each in chosen if each.year is None and not each.period and not each.part]
    people = [each.column for each in long if not each.households]
    homes = [each.column for each in long if each.households]
    is_long = len(people) == 1 and all(each.year is None for each in chosen)
    return Counted(
        measures=tuple(chosen),
        numbers=values,
        individuals=people[0] if is_long else None,
        households=homes[0] if is_long and len(homes) == 1 else None,
        unused=unused,
        stock=stock,
    )


def _read(
    measures: Sequence[Measure], columns: Mapping[str, Column], rows: Sequence[int], faults: Faults
) -> tuple[list[Measure], dict[str, Ints]]:
    """Read the columns of counts; of parts that hold what is no count, none of their kind stays.

    A cell with a fault costs a table only where a whole is counted.
    """
    values: dict[str, Ints] = {}
    spoilt: dict[object, str] = {}
    for each in measures:
        quiet = Faults(faults.source)
        into = quiet if each.part else faults
        values[each.column] = counts(columns[each.column].distinct, into, rows, each.column)
        if quiet.rows:
            way = (each.kind, each.sex is None, each.age is None)
            spoilt.setdefault(way, f"{show(each.column)}, row {quiet.rows[0]}")
    kept = [m for m in measures if (m.kind, m.sex is None, m.age is None) not in spoilt]
    if spoilt:
        faults.remark(
            f"counts by sex or age were left out, since some cells are no counts "
            f"({'; '.join(spoilt.values())})"
        )
    return kept, values


def _named(named: Mapping[str, str]) -> list[Measure]:
    """Return the measures that the caller named."""
    chosen = []
    for role in ("individuals", "households"):
        if role in named:
            heading = named[role]
            said = _said(heading, "")
            group = said.measure.group if said and said.sure else NO_GROUP
            chosen.append(
                Measure(column=heading, year=None, group=group, households=role == "households")
            )
    if len(chosen) == 2:
        chosen[1] = replace(chosen[1], group=chosen[0].group)
    return chosen


def _said(heading: str, tag: str) -> Said | None:
    try:
        return measure(heading, tag)
    except CellError:
        return None


def _candidates(
    columns: Sequence[Column], roles: Mapping[str, str | None], faults: Faults
) -> list[_Candidate]:
    """Return the columns whose headings say that they count, and whose cells are counts."""
    found = []
    for column in columns:
        if roles[column.name] not in _ROLES or "%" in column.heading:
            continue
        try:
            said = column.counts()
        except CellError as error:
            if _countable(column):
                odd = odd_year(column.heading)
                what, mend = (odd, "write the year of the common calendar") if odd else (
                    error.what, error.mend)  # fmt: skip
                faults.add(what, mend, column=column.name)
            continue
        if said and said.measure.when and (odd := odd_year(str(said.measure.when))):
            if _countable(column):
                faults.add(odd, "write the year of the common calendar", column=column.name)
            continue
        if said is None and roles[column.name] in ("individuals", "households"):
            homes = roles[column.name] == "households"
            alone = Measure(column=column.heading, year=None, group=NO_GROUP, households=homes)
            said = Said(alone, sure=True)
        if said is None and is_total(column.heading) and roles[column.name] is None:
            alone = Measure(column=column.heading, year=None, group=NO_GROUP)
            said = Said(alone, sure=False)
        if said is None:
            continue
        certain = bool(
            said.sure and said.measure.year and said.measure.group != NO_GROUP and not said.own
        )
        certain |= said.sure and said.measure.group != NO_GROUP and _numeric(column)
        if certain or _countable(column):
            said = replace(said, measure=replace(said.measure, column=column.name))
            found.append(_Candidate(column=column, said=said, role=roles[column.name]))
    return found


def _numeric(column: Column) -> bool:
    """Return whether most cells are texts or numbers with digits, if no counts: ``about 50``."""
    told = [cell for cell in column.distinct.said if cell is not None]
    digits = [isinstance(cell, str | int | float) and any(map(str.isdigit, str(cell)))
              and not _DATED.search(str(cell)) for cell in told]  # fmt: skip
    return 2 * sum(digits) > len(told)


def _countable(column: Column) -> bool:
    """Return whether more cells hold counts than do not; blank ones do not matter."""
    cells = column.cells[:_SAMPLE]
    good, bad = readable(cells, _a_count)
    return good > bad or good == bad == 0


def _a_count(cell: object) -> object:
    part = fraction(cell, pointed=False)  # parts of people are estimates
    return count(cell, pointed=True) if part is None else part


def _choose(
    found: Sequence[_Candidate],
    roles: Mapping[str, str | None],
    named: Mapping[str, str],
    faults: Faults,
) -> tuple[list[Measure], list[_Candidate]]:
    """Return the measures to be counted, and the candidates that are left."""
    del roles
    sure = [each for each in found if each.said.sure]
    if not sure and (likely := _likely(found)):
        faults.remark(
            f"{show_all(each.column.name for each in likely)} "
            f"{'is' if len(likely) == 1 else 'are'} taken for counts of "
            f"{likely[0].said.measure.group}, since no other column is; choose with --column "
            "individuals=HEADING"
        )
        sure = likely
    left = [each for each in found if each not in sure]
    own = [each for each in sure if each.said.measure.group != NO_GROUP and not each.said.own]
    exact = {each.said.measure.kind for each in own if not each.said.vague}
    vague = [each for each in own if each.said.vague and each.said.measure.kind in exact]
    left += vague
    own = [each for each in own if each not in vague]
    rest = [each for each in sure if each not in own]
    if len({is_minor(each.said.measure.group) for each in own}) == 2:
        left += [each for each in own if is_minor(each.said.measure.group)]
        own = [each for each in own if each not in left]
    wholes = [each for each in own if not each.said.measure.part]
    populations = list(dict.fromkeys(each.said.measure.group for each in own))
    chosen = list(own)
    if not own:
        return _unnamed(rest, left, faults)
    people = [each for each in wholes if not each.said.measure.households]
    for each in rest:
        kind = each.said.measure
        if kind.households and not each.said.own:
            chosen.append(each)  # tied to the only group, or a group of its own
        elif (
            kind.part and not kind.households and len(populations) == 1 and not each.said.own
        ) or (
            not people
            and not kind.part
            and len(populations) == 1
            and not each.said.own
            and (kind.year, kind.period) == _only_time(own)
        ):
            chosen.append(_of(each, populations[0], _only_time(own)))
        else:
            left.append(each)
    if "households" in named:
        chosen = [each for each in chosen if not each.said.measure.households]
        group = populations[0] if len(populations) == 1 else HOMES
        homes = Measure(column=named["households"], year=None, group=group, households=True)
        return [*(each.said.measure for each in chosen), homes], left
    return [each.said.measure for each in chosen], left


def _likely(found: Sequence[_Candidate]) -> list[_Candidate]:
    """Return the only counts of the only population that headings name among other words."""
    named = [
        each
        for each in found
        if each.said.measure.group != NO_GROUP
        and not is_minor(each.said.measure.group)
        and not each.said.measure.part
        and _many(each.column)
    ]
    if all(is_total(each.column.heading) for each in found):
        named = list(found)
    ways = [each.said.measure.households for each in named]
    one = len({each.said.measure.group for each in named}) == 1 and len(set(ways)) == len(ways)
    return [replace(each, said=replace(each.said, own="")) for each in named] if one else []


def _total_of_parts(chosen: Sequence[Measure], left: Sequence[_Candidate]) -> Measure | None:
    """Return the only column of totals, where people are counted by sex or age alone."""
    totals = [each for each in left if is_total(each.column.heading)]
    kinds = {each.kind for each in chosen}
    if len(totals) != 1 or len(kinds) != 1 or not all(each.part for each in chosen):
        return None
    return replace(chosen[0], column=totals[0].column.name, sex=None, age=None)


def _many(column: Column) -> bool:
    """Return whether numbers are more than the 0 and 1 of yes and no."""
    return bool((column.tally > 1).any())


def _of(each: _Candidate, group: str, time: tuple[int | None, str] | None = None) -> _Candidate:
    """Return a candidate as one of a group, and of the only time there is if it says none."""
    made = replace(each.said.measure, group=group)
    if time is not None and made.year is None and not made.period:
        made = replace(made, year=time[0], period=time[1])
    return _Candidate(column=each.column, said=replace(each.said, measure=made), role=each.role)


def _only_time(own: Sequence[_Candidate]) -> tuple[int | None, str] | None:
    times = {(each.said.measure.year, each.said.measure.period) for each in own}
    return times.pop() if len(times) == 1 else None


def _unnamed(
    rest: list[_Candidate], left: list[_Candidate], faults: Faults
) -> tuple[list[Measure], list[_Candidate]]:
    """Return the measures of a table whose headings name no population."""
    plain = [each for each in rest if each.role == "individuals" and not each.said.own
             and each.said.measure.year is None]  # fmt: skip
    homes = [each for each in rest if each.said.measure.households and not each.said.own]
    parts = [each for each in rest if each.said.measure.part and not each.said.own]
    yearly = [
        each for each in rest
        if (each.said.measure.year or each.said.measure.period) and each not in parts
    ]  # fmt: skip
    others = [
        each for each in rest
        if each not in [*plain, *homes, *parts, *yearly]
    ]  # fmt: skip
    if not plain and others:
        plain, others = _preferred(others), []
    if plain:
        if len(plain) > 1:
            which = show_all(each.column.name for each in plain)
            mend = (
                "choose one with --column individuals=HEADING, or columns={'individuals': ...} in "
                "Python"
            )
            if not _same(plain):
                faults.add(f"columns {which} could each be the individuals column", mend)
            plain = plain[:1]
        still = [each for each in homes if each.said.measure.year is None]
        used = [*plain, *still, *[each for each in parts if each.said.measure.year is None]]
        return [each.said.measure for each in used], [*left, *(x for x in rest if x not in used)]
    if yearly:
        used = [*yearly, *[each for each in parts if each.said.measure.year is not None],
                *[each for each in homes if each not in yearly]]  # fmt: skip
        own = {each.said.measure.group for each in yearly}
        if len(own) > 1 and any(each.said.own for each in used) and NO_GROUP in own:
            used = [each for each in used if not each.said.own]
        return [each.said.measure for each in used], [*left, *(x for x in rest if x not in used)]
    used = [*parts, *homes]
    return [each.said.measure for each in used], [*left, *(x for x in rest if x not in used)]


def _preferred(others: list[_Candidate]) -> list[_Candidate]:
    total = [each for each in others if "total" in words(each.column.heading)]
    return total or others


def _same(found: Sequence[_Candidate]) -> bool:
    first = found[0].column.cells
    return all(
        len(each.column.cells) == len(first) and (each.column.cells == first).all()
        for each in found[1:]
    )


#: Words of headings that part the people present by when they came.
_ARRIVED: Final = frozenset(
    "arrived arrivals arrival came arrives arrivees arrivee llegados llegaron прибыли прибывшие "
    "прибувші chegados".split()
)


def _is_stock(measures: Sequence[Measure]) -> bool:
    groups = {each.group for each in measures} - {NO_GROUP}
    yearly = [each for each in measures if each.year or each.period]
    if yearly and all(not _ARRIVED.isdisjoint(words(each.column)) for each in yearly):
        return False  # those who came in each year, who are still there
    return bool(groups) and all(is_stock(group) for group in groups)


def _one_time(
    measures: Sequence[Measure],
    at_round: str | None,
    columns: Mapping[str, Column],
    faults: Faults,
) -> list[Measure]:
    """Return the measures of one time: presence in several years is not added up."""
    times = list(dict.fromkeys((m.year, m.period) for m in measures if m.year or m.period))
    if len(times) < 2:
        return list(measures)
    said = {period or str(year): (year, period) for year, period in times}
    if at_round is not None:
        wanted = [time for text, time in said.items() if text.casefold() == at_round.casefold()]
        if not wanted:
            faults.add(f"there are no counts of {at_round}", f"choose from {show_all(said)}")
            return list(measures)
        taken = wanted[0]
    else:
        taken = max(times, key=lambda time: latest_year(*time))
    others = [m for m in measures if (m.year, m.period) not in (taken, (None, ""))]
    sums = ", ".join(
        f"{show(m.column)} {_sum(columns[m.column].tally):,}"
        for m in others[:_LISTED]
        if not m.part
    )
    faults.remark(
        f"people present in several years are not added up: {taken[1] or taken[0]} is taken "
        f"(choose with --round), and not {sums}"
    )
    return [m for m in measures if m not in others]


def _without_twins(
    measures: Sequence[Measure],
    values: Mapping[str, Ints],
    faults: Faults,
) -> tuple[list[Measure], set[str]]:
    """Return the measures without those that say the same again, and totals over years.

    Also the columns that are left out.
    """
    first: dict[_Part, Measure] = {}
    twins: set[str] = set()
    rivals: dict[_Part, list[Measure]] = {}
    kept: list[Measure] = []
    for each in sorted(measures, key=lambda m: m.part):
        kind = (each.kind, each.sex, each.age)
        other = first.setdefault(kind, each)
        if other is each:
            kept.append(each)
        elif pd.isna(values[each.column]).all():
            twins.add(each.column)
        elif pd.isna(values[other.column]).all():
            kept[kept.index(other)] = each
            first[kind] = each
        elif pd.Series(values[other.column]).equals(pd.Series(values[each.column])):
            twins.add(each.column)
            faults.remark(f"columns {show(other.column)} and {show(each.column)} hold the same")
        else:
            rivals.setdefault(kind, [other]).append(each)
    for kind, tied in rivals.items():
        whole = _whole(tied, values)
        others = [m for m in tied if m is not whole]
        kept = [m for m in kept if m not in tied or m is whole]
        if whole is not None:
            first[kind] = whole
            kept += [whole] if whole not in kept else []
            twins |= {m.column for m in others}
            faults.remark(
                f"{show(whole.column)} is taken for all {whole.group}; not used, since no more "
                f"than that: {_summed(others, values)}"
            )
            continue
        if any(not m.part and m.group != tied[0].group for m in kept) or tied[0].part:
            twins |= {m.column for m in tied}
            faults.remark(
                f"not used, since each could count {tied[0].group}: {_summed(tied, values)}; "
                "choose with --column individuals=HEADING"
            )
            continue
        both = f"columns {show_all(m.column for m in tied)} {'both' if len(tied) == 2 else 'all'}"
        when = tied[0].period or tied[0].year or ""
        faults.add(f"{both} count {tied[0].group} {when}".rstrip(), "delete or rename one of them")
        kept.append(tied[0])
    # A total over the years beside the years would count everyone twice.
    yearly = {(m.group, m.households) for m in kept if m.year or m.period}
    totals = [
        m for m in kept
        if not (m.year or m.period) and (m.group, m.households) in yearly and not m.part
    ]  # fmt: skip
    left_out: list[Measure] = []
    for each in totals:
        parts = [
            m for m in kept
            if (m.year or m.period) and (m.group, m.households) == (each.group, each.households)
            and not m.part
        ]  # fmt: skip
        total = _sum(values[each.column])
        summed = sum(_sum(values[m.column]) for m in parts)
        if summed < total:  # some years only
            left_out += [m for m in kept if (m.year or m.period) and m.group == each.group
                         and m.households == each.households]  # fmt: skip
            faults.remark(
                f"column {show(each.column)} says {total:,}, its years add up to {summed:,}: the "
                "column is counted, and not the years"
            )
            continue
        left_out.append(each)
        if total != summed:
            faults.remark(
                f"column {show(each.column)} says {total:,}, its years add up to {summed:,}: the "
                "years are counted"
            )
    return [m for m in kept if m not in left_out], twins | {m.column for m in left_out}


def _without_totals(
    measures: Sequence[Measure], values: Mapping[str, Ints], faults: Faults
) -> tuple[list[Measure], set[str]]:
    """Return the measures without periods that are the sum of others, and the columns left out.

    Periods that run into each other otherwise would count people twice: that is a fault.
    """
    said: dict[tuple[object, ...], dict[When, list[Measure]]] = {}
    for each in measures:
        if each.when is not None and not pd.isna(values[each.column]).all():
            kind = (each.group, each.households, each.sex, each.age)
            said.setdefault(kind, {}).setdefault(each.when, []).append(each)
    left_out: set[tuple[str, When | None]] = set()
    for (group, *_), by_period in said.items():
        if all(isinstance(when, int) for when in by_period):
            continue
        totals, clashes = repeated(
            {
                when: np.sum([floats(values[m.column], 0.0) for m in mine], axis=0)
                for when, mine in by_period.items()
            }
        )
        pairs = [[by_period[when][0] for when in clash] for clash in clashes]
        pairs = [pair for pair in pairs if not _within_year(*pair)]
        told = {m.column: m for pair in pairs for m in pair if (m.group, m.when) not in left_out}
        if told:
            faults.add(
                f"columns {_summed([*told.values()], values)} count some {group} twice, since "
                "their periods overlap and no longer one is the sum of those in it",
                "delete the longer ones, or the shorter ones",
            )
        for when in totals:
            whole = by_period[when][0]
            if (whole.group, when) not in left_out:
                faults.remark(
                    f"column {show(whole.column)} ({_sum(values[whole.column]):,}) is the sum of "
                    "the periods in it, and is not counted again"
                )
            left_out.add((whole.group, when))
    out = {m.column for m in measures if (m.group, m.when) in left_out}
    return [m for m in measures if m.column not in out], out


def _within_year(one: Measure, other: Measure) -> bool:
    """Return whether one counts a part of a year in which the other begins or ends."""
    parts = [each for each in (one, other) if each.year and each.period]
    longer = [opening(each.when) for each in (one, other) if isinstance(each.when, str)]
    return bool(parts) and any(each and each.year == parts[0].year for each in longer)


def _whole(tied: Sequence[Measure], values: Mapping[str, Ints]) -> Measure | None:
    """Return the one of several columns that is nowhere less than any other; None: there is none.

    Others of the same population are then parts of it, such as those by reason or of a period.
    """
    numbers = {m.column: floats(values[m.column], 0.0) for m in tied}
    if min(map(len, numbers.values())) < _SOME:
        return None
    for each in tied:
        if _again(each, tied):
            continue  # one of several that say the same: of another part of the form
        mine = numbers[each.column]
        less = [(mine < numbers[m.column]).mean() for m in tied if m is not each]
        if max(less) <= _SELDOM and mine.sum() >= max(n.sum() for n in numbers.values()):
            return each
    return None


def _again(measure_: Measure, others: Sequence[Measure]) -> bool:
    """Return whether the heading of a measure stands above others as well."""
    heading = _NUMBERED.sub("", measure_.column)
    return sum(_NUMBERED.sub("", each.column) == heading for each in others) > 1


def _summed(measures: Sequence[Measure], values: Mapping[str, Ints]) -> str:
    said = ", ".join(f"{show(m.column)} ({_sum(values[m.column]):,})" for m in measures[:_LISTED])
    return said + (" ..." if len(measures) > _LISTED else "")


def _sum(values: Ints | pd.Series) -> int:
    return int(pd.Series(values).fillna(0).sum())


def _parts(
    measures: Sequence[Measure],
    values: dict[str, Ints],
    faults: Faults,
) -> list[Measure]:
    """Return the measures with one way of parting each whole: by sex and age, by sex, or by age.

    Parts that do not fit into their whole are left alone, and named.
    """
    out = [m for m in measures if not m.part]
    kinds = list(dict.fromkeys(m.kind for m in measures if m.part))
    for kind in kinds:
        mine = [m for m in measures if m.part and m.kind == kind]
        whole = next((m for m in out if m.kind == kind), None)
        if kind[3]:
            faults.remark(_not_used(mine, values, "are households of one sex or age"))
            continue
        ways = [
            [m for m in mine if m.sex and m.age],
            [m for m in mine if m.sex and not m.age],
            [m for m in mine if m.age and not m.sex],
        ]
        ways = [way for way in ways if way]
        fits = [way for way in ways if _fits(way, whole, values)]
        if whole is not None and not fits and ways:
            by_sex = next((way for way in ways if way[0].sex and not way[0].age), None)
            if by_sex is not None and len(ways) == 1:
                fits = [by_sex]  # the fault is named, cell by cell
        taken = fits[0] if fits else []
        if whole is None:
            taken = _fullest(ways, values, faults)
        if whole is not None and taken and all(m.sex and m.age for m in taken):
            exact = [way for way in fits if _sums(way, values) == _sum(values[whole.column])]
            taken = exact[0] if exact else taken
        out += taken
        rest = [m for m in mine if m not in taken]
        if rest and not _explained(rest, taken):
            faults.remark(_not_used(rest, values, "do not part the people counted"))
    order = {m.column: at for at, m in enumerate(measures)}
    return sorted(out, key=lambda m: order[m.column])


def _fullest(
    ways: Sequence[Sequence[Measure]], values: Mapping[str, Ints], faults: Faults
) -> list[Measure]:
    """Return the way of parting people, of whom no whole is given, that counts most of them."""
    best = max(ways, key=lambda way: _sums(way, values))
    for way in ways:
        if _sums(way, values) != _sums(best, values):
            faults.remark(
                f"{show_all(m.column for m in best)} add up to {_sums(best, values):,} and are "
                f"counted; {show_all(m.column for m in way)} to {_sums(way, values):,}"
            )
    return list(best)


def _explained(rest: Sequence[Measure], taken: Sequence[Measure]) -> bool:
    """Return whether columns say again, in sums, what finer ones say."""
    return (
        bool(taken)
        and all((m.sex and not m.age) or (m.age and not m.sex) for m in rest)
        and all(t.sex and t.age for t in taken)
    )


def _not_used(measures: Sequence[Measure], values: Mapping[str, Ints], why: str) -> str:
    return f"not used, since they {why}: {_summed(measures, values)}"


def _sums(way: Sequence[Measure], values: Mapping[str, Ints]) -> int:
    return sum(_sum(values[m.column]) for m in way)


def _fits(
    way: Sequence[Measure],
    whole: Measure | None,
    values: Mapping[str, Ints],
) -> bool:
    """Return whether parts are no more than their whole, in every row."""
    if whole is None:
        return True
    summed = np.sum([floats(values[m.column], 0.0) for m in way], axis=0)
    total = floats(values[whole.column], np.nan)
    known = ~np.isnan(total)
    return bool((summed[known] <= total[known]).all())


def floats(values: Ints, missing: float) -> npt.NDArray[np.float64]:
    """Return counts as numbers, with one for those that are missing."""
    return pd.Series(values).to_numpy(dtype=np.float64, na_value=missing)


def _households(
    measures: Sequence[Measure], values: Mapping[str, Ints], faults: Faults
) -> list[Measure]:
    """Return the measures with those of households tied to the group whose members are counted.

    Where nobody is counted but households, they are a group of their own. Households that
    contradict the people in many rows are left out.
    """
    people = {(m.group, m.year, m.period) for m in measures if not m.households and not m.part}
    people |= {(m.group, m.year, m.period) for m in measures if not m.households}
    groups = list(dict.fromkeys(m.group for m in measures if not m.households))
    tied = []
    for each in measures:
        if not each.households:
            tied.append(each)
            continue
        group = each.group
        if group == NO_GROUP and (NO_GROUP, each.year, each.period) not in people:
            group = groups[0] if len(groups) == 1 else HOMES
        if (group, each.year, each.period) not in people:
            if people:
                continue  # households of people who are not counted
            own = group if group == HOMES else f"households of {group}"
            tied.append(replace(each, group=own, households=False))
        else:
            tied.append(replace(each, group=group))
    wholes = {m.kind[:3]: m.column for m in tied if not m.households and not m.part}
    odd = []
    for each in tied:
        whole = wholes.get(each.kind[:3])
        if each.households and whole is not None and len(values[whole]) >= _FEW:
            homes, people_ = floats(values[each.column], 0.0), floats(values[whole], 0.0)
            if (homes > people_).mean() > _SELDOM:
                odd.append(each)
    if odd:
        faults.remark(_not_used(odd, values, "are more than the people in many rows"))
    return [m for m in tied if m not in odd]


def _check(
    measures: Sequence[Measure],
    values: Mapping[str, Ints],
    rows: Sequence[int],
    faults: Faults,
) -> None:
    """Check that columns count single people, and none more than the one that holds it."""
    multiples = listed("people", "multiples")
    for name in dict.fromkeys(m.column for m in measures):
        if not multiples.isdisjoint(words(name)):
            what = "the heading says that people are counted in thousands or millions"
            faults.add(what, "write all digits, and a heading without that word", column=name)
    wholes = {m.kind[:3]: m.column for m in measures if not m.households and not m.part}
    for each in measures:
        whole = wholes.get(each.kind[:3])
        if each.households and whole is not None:
            more = floats(values[each.column], 0.0) > floats(values[whole], np.inf)
            _more(more, "households than individuals", each.column, whole, rows, faults)
            alone = floats(values[each.column], 0.0) > 0
            alone &= np.isnan(floats(values[whole], np.nan))
            if len(alone) >= _FEW and alone.any():
                some = ", ".join(str(rows[at]) for at in np.flatnonzero(alone).tolist()[:6])
                faults.remark(f"there are households without individuals in rows {some}, which "
                              f"are not counted: check {show(whole)}")  # fmt: skip
                continue
            for at in np.flatnonzero(alone).tolist():
                mend = f"fill in {show(whole)}, or clear the households"
                faults.add("households without individuals", mend, row=rows[at], column=each.column)
    for kind, whole in wholes.items():
        parts = [m.column for m in measures if m.part and m.kind[:3] == kind and not m.households]
        if parts:
            summed = sum(floats(values[part], 0.0) for part in parts)
            more = summed > floats(values[whole], np.inf)
            _more(more, "women and men than individuals", parts[0], whole, rows, faults)


def _more(
    more: npt.NDArray[np.bool_],
    what: str,
    column: str,
    whole: str,
    rows: Sequence[int],
    faults: Faults,
) -> None:
    where = np.flatnonzero(more).tolist()
    if len(where) <= _SELDOM * len(more) or len(more) >= 10 * _FEW:
        if where:
            some = some_rows([rows[at] for at in where])
            faults.remark(f"there are more {what} in rows {some}: check {show(column)}")
        return
    for at in where:
        mend = f"correct it, or {show(whole)}"
        faults.add(f"there are more {what}", mend, row=rows[at], column=column)


def _unused(
    columns: Sequence[Column],
    roles: Mapping[str, str | None],
    kept: set[str],
    left: Sequence[str],
) -> dict[str, int]:
    """Return the sums of the columns of numbers that are not used, those that say counts first."""
    others = listed("people", "others")
    found: dict[str, int] = {}
    for column in columns:
        if column.name in kept or roles[column.name] not in (*_ROLES, "group", TWICE):
            continue
        likely = column.name in left
        if not likely and not others.isdisjoint(words(column.heading)):
            continue
        good, bad = readable(column.cells[:_SAMPLE], _a_count)
        if not good or 5 * bad > good or _are_shares(column):
            continue
        total = _sum(column.tally)
        if total and (likely or not _numbering(column.tally)):
            found[column.name] = total
    return dict(sorted(found.items(), key=lambda item: item[0] not in left))


def _are_shares(column: Column) -> bool:
    """Return whether no number is more than 1, and some are not whole."""
    parts = [fraction(cell, pointed=False) for cell in column.distinct.said]
    told = [part for part in parts if part is not None]
    return bool(told) and max(told) < 1 and not (column.tally > 1).any()


def _numbering(values: pd.Series) -> bool:
    """Return whether numbers are those of rows: each one more than the last."""
    told = values.dropna().astype("int64")
    return len(told) > 2 and told.iloc[0] in (0, 1) and bool((told.diff().iloc[1:] == 1).all())
