"""compare_rounds(): two rounds of assessment, and what can be compared between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from mtmgeo.core.errors import InputError
from mtmgeo.figures import rates
from mtmgeo.figures.assess import Assessment
from mtmgeo.tables.columns.faults import show, show_all

__all__ = ["RoundsComparison", "compare_rounds"]

#: What became of a unit: by whether it was assessed before, and after.
STATUSES: Final = {
    (True, True): "kept",
    (False, True): "gained",
    (True, False): "lost",
    (False, False): "never",
}

_LISTED: Final = 5  # p-codes in a message


@dataclass(frozen=True, kw_only=True, eq=False)
class RoundsComparison:
    """What two rounds of assessment have in common, and what has changed.

    Attributes
    ----------
    level, year
        What is compared; year None: all years together; a longer period by its words.
    units
        One row per named unit of the level: ``pcode``, ``name``, ``status``: ``kept`` (assessed
        in both rounds), ``gained`` (in the later one only), ``lost`` (in the earlier one only) or
        ``never``.
    figures
        One row per group and unit that was kept: ``pcode``, ``name``, ``group``, ``before`` and
        ``after`` (individuals, Int64; NA where suppressed or not counted), ``change`` (after -
        before), ``change_percent`` (Float64, 100 * change / before; NA where before is 0),
        ``suppressed`` (whether either is).
    totals
        One row per group: ``group``, ``units`` (kept), ``before``, ``after``, ``change``,
        ``change_percent`` of all kept units together; NA unless every one of them is published.
    note
        How many units were kept, gained and lost, and that only the kept are compared; a map or
        table of the changes must carry it.
    """

    level: int
    year: int | str | None
    units: pd.DataFrame
    figures: pd.DataFrame
    totals: pd.DataFrame
    note: str


def compare_rounds(
    before: Assessment,
    after: Assessment,
    *,
    level: int,
    group: str | None = None,
    year: int | str | None = None,
) -> RoundsComparison:
    """Compare two rounds of assessment, in the units that were assessed in both.

    A unit that only one round reached says nothing of a change: it enters no figure and no total.
    All figures are computed from published ones, so that they tell nothing that these do not.

    Parameters
    ----------
    before, after
        The earlier and the later round, of the same boundaries.
    level
        Admin level of the units, 1 to 4.
    group
        Target population; None: all that both rounds counted.
    year
        A year, or the words of a longer period, that both rounds counted; None: all years of each
        together.

    Returns
    -------
    comparison
        Units, figures and totals.

    Raises
    ------
    InputError
        If the rounds have other boundaries, or do not have the level, the group or the year.
    """
    _check_same(before, after, level)
    groups = _groups(before, after, group)
    _check_year(before, after, year)
    units = before.boundaries.at(level)
    units = units[units["name"].ne("")]
    was, now = (units.index.isin(list(each.assessed(level))) for each in (before, after))
    found = pd.DataFrame(
        {
            "pcode": units["pcode"].astype("str"),
            "name": units["name"].astype("str"),
            "status": [STATUSES[each] for each in zip(was.tolist(), now.tolist(), strict=True)],
        }
    ).reset_index(drop=True)
    kept = found[found["status"] == "kept"]
    parts = [_compared(before, after, kept, level, each, year) for each in groups]
    figures = pd.concat(parts, ignore_index=True)
    totals = [_total(part, each) for part, each in zip(parts, groups, strict=True)]
    return RoundsComparison(
        level=level,
        year=year,
        units=found,
        figures=figures,
        totals=pd.concat(totals, ignore_index=True),
        note=_note(before, after, found, figures, year),
    )


def _check_same(before: Assessment, after: Assessment, level: int) -> None:
    old, new = (each.boundaries.position.keys() for each in (before, after))
    if different := sorted(old ^ new):
        few = ", ".join(show(pcode) for _, pcode in different[:_LISTED])
        raise InputError(
            f"The rounds have other boundaries, {len(different):,} p-codes being in one of them"
            f" only ({few}{', ...' if len(different) > _LISTED else ''}): match both to the same."
        )
    levels = [each for each in before.boundaries.levels if each]
    if level not in levels:
        said = ", ".join(map(str, levels))
        raise InputError(f"The boundaries have no units of level {level}: choose from {said}.")


def _groups(before: Assessment, after: Assessment, group: str | None) -> list[str]:
    both = [each for each in before.groups if each in after.groups]
    if not both:
        raise InputError(
            "No group was counted in both rounds: "
            f"{show_all(before.groups) or 'none'} in the first, "
            f"{show_all(after.groups) or 'none'} in the second; name groups alike in both."
        )
    if group is not None and group not in both:
        raise InputError(
            f"The group {show(group)} was not counted in both rounds: choose from {show_all(both)}."
        )
    return both if group is None else [group]


def _check_year(before: Assessment, after: Assessment, year: int | str | None) -> None:
    both = [each for each in before.periods if each in after.periods]
    if year is not None and year not in both:
        said = ", ".join(map(str, both)) or "none"
        raise InputError(f"{year} was not counted in both rounds: they have in common: {said}.")


def _compared(
    before: Assessment,
    after: Assessment,
    kept: pd.DataFrame,
    level: int,
    group: str,
    year: int | str | None,
) -> pd.DataFrame:
    """Return the figures of a group in the units that were kept."""
    found = kept[["pcode", "name"]].assign(group=group).astype({"group": "str"})
    hidden = pd.Series(data=False, index=found.index)
    for name, result in (("before", before), ("after", after)):
        published = result.select(group, year, level).set_index("pcode")
        published = published.reindex(found["pcode"])
        found[name] = published["individuals"].astype("Int64").to_numpy()
        hidden |= published["suppressed"].eq(other=True).to_numpy(dtype=bool)
    return _changed(found).assign(suppressed=hidden)


def _changed(found: pd.DataFrame) -> pd.DataFrame:
    """Add ``change`` and ``change_percent``."""
    before, after = (found[name].astype("Int64") for name in ("before", "after"))
    return found.assign(
        before=before,
        after=after,
        change=rates.change(after, before),
        change_percent=rates.change_percent(after, before),
    )


def _total(figures: pd.DataFrame, group: str) -> pd.DataFrame:
    """Return the sums over units, each only if all its parts are published."""
    sums = {
        name: figures[name].sum(skipna=False) if len(figures) else pd.NA
        for name in ("before", "after")
    }
    return _changed(pd.DataFrame([{"group": group, "units": len(figures), **sums}]))


def _note(
    before: Assessment,
    after: Assessment,
    units: pd.DataFrame,
    figures: pd.DataFrame,
    year: int | str | None,
) -> str:
    number = units["status"].value_counts().reindex(list(STATUSES.values()), fill_value=0)
    reached = (
        f"Of {len(units):,} units, {number['kept']:,} were assessed in both rounds,"
        f" {number['gained']:,} in the later one only, {number['lost']:,} in the earlier one only"
        f" and {number['never']:,} in neither; only those assessed in both are compared."
    )
    said = [reached]
    hidden = int(figures["suppressed"].sum())
    if hidden:
        what = "1 change is" if hidden == 1 else f"{hidden:,} changes are"
        said.append(
            f"{what} not shown because a count is suppressed, nor are totals that hold one."
        )
    if before.round_to or after.round_to:
        said.append("Counts are rounded, so that small changes may come from rounding.")
    if year is None and before.periods != after.periods:
        then, now = (_years(each.periods) for each in (before, after))
        said.append(f"The rounds do not count the same years: {then} and {now}.")
    return " ".join(said)


def _years(years: Sequence[int | str]) -> str:
    return ", ".join(map(str, years)) or "none stated"
