"""Survey indicators by unit: shares of interviews, with intervals, that give nobody away."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from math import sqrt
from statistics import NormalDist
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from mtmgeo.core.errors import InputError
from mtmgeo.tables.columns.faults import show, show_all

__all__ = ["distribution", "proportion", "wilson"]

OK: Final = "ok"
INSUFFICIENT: Final = "insufficient"
SUPPRESSED: Final = "suppressed"

_TOTAL: Final = ""  # the p-code of all interviews together
_LISTED: Final = 10  # rows in a message


class _Sample(NamedTuple):
    """The interviews of a unit."""

    n: int
    missing: int
    yes: int
    weight: float
    squares: float
    weight_yes: float

    @property
    def share(self) -> float:
        return self.weight_yes / self.weight

    @property
    def effective(self) -> float:
        return self.weight**2 / self.squares


def wilson(share: float, n: float, confidence: float = 0.95) -> tuple[float, float]:
    """Return the score interval of a proportion (Wilson 1927).

    With z the standard normal quantile of (1 + confidence) / 2, its ends are
    (p + z²/2n ± z √(p (1 - p) / n + z²/4n²)) / (1 + z²/n).

    Parameters
    ----------
    share
        Proportion p of the sample, 0 to 1.
    n
        Size of the sample, or its effective size where it is weighted.
    confidence
        Above 0 and below 1.

    Returns
    -------
    low, high
        The ends, 0 to 1.
    """
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    middle = share + z * z / (2 * n)
    reach = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    whole = 1 + z * z / n
    low = 0.0 if share == 0 else (middle - reach) / whole
    high = 1.0 if share == 1 else (middle + reach) / whole
    return low, high


def proportion(
    data: pd.DataFrame,
    *,
    unit: str,
    answer: str,
    equals: object,
    weight: str | None = None,
    at_least: int = 30,
    confidence: float = 0.95,
    suppress_below: int = 5,
) -> pd.DataFrame:
    """Return the share of interviews with an answer, by unit and over all units.

    share = interviews with it / interviews with any answer; with weights, the sums of their
    weights. The interval is that of `wilson`; with weights, n in it is the effective sample size
    (sum of weights)² / sum of squared weights (Kish 1965). Interviews count as independent: where
    they were drawn in clusters the true interval is wider.

    Parameters
    ----------
    data
        One row per interview.
    unit
        Column of p-codes.
    answer
        Column of answers; blank where the question was not answered.
    equals
        The answer that is counted, or a list of them. Texts are compared without regard to case
        and to space around them.
    weight
        Column of weights, all above 0; None: all interviews count the same.
    at_least
        Fewest interviews for a share; a unit with fewer is ``insufficient``.
    confidence
        Of the interval, above 0 and below 1.
    suppress_below
        Numbers of people from 1 to this less one are not given away; 0 suppresses nothing.

    Returns
    -------
    shares
        One row per unit, by p-code, and a last one with p-code ``""`` for all together:

        - ``pcode``;
        - ``n`` (Int64), interviews with an answer, and ``missing`` (Int64), those without; NA
          where n is 1 to `suppress_below` - 1, or would tell such a number;
        - ``effective`` (Float64), effective sample size; n without weights;
        - ``share``, ``low``, ``high`` (Float64, 0 to 1);
        - ``status``: ``ok``; ``insufficient``: fewer than `at_least` interviews; ``suppressed``: 1
          to `suppress_below` - 1 people were asked, gave the answer, or gave another one; or the
          unit shields one of which that is true, the smallest units first. Only ``ok`` rows have
          shares.

    Raises
    ------
    InputError
        If a column is not there, an interview has no p-code, a weight is no number above 0, nobody
        gave the answer (unless it is a category of the column), or an option is out of range.
    """
    _check_options(at_least, confidence, suppress_below)
    survey, labels = _survey(data, unit, answer, weight)
    wanted = {_plain(each) for each in _listed(equals)}
    if unknown := [each for each in wanted if each not in labels]:
        known = show_all(labels.values())
        raise InputError(
            f"No answer in {show(answer)} is {show_all(unknown)}: give one of {known}."
        )
    samples = _samples(survey, survey["answer"].isin(wanted))
    status = {
        pcode: _status(each.n, (each.yes, each.n - each.yes), at_least, suppress_below)
        for pcode, each in samples.items()
    }
    status, uncounted = _shielded([samples], status, suppress_below)
    rows = []
    for pcode, sample in samples.items():
        row: dict[str, object] = {"pcode": pcode, "status": status[pcode]}
        if pcode not in uncounted:
            row |= {"n": sample.n, "missing": sample.missing}
        if status[pcode] == OK:
            low, high = wilson(sample.share, sample.effective, confidence)
            row |= {"effective": sample.effective, "share": sample.share, "low": low, "high": high}
        rows.append(row)
    floats = dict.fromkeys(("effective", "share", "low", "high"), "Float64")
    kinds = {"pcode": "str", "n": "Int64", "missing": "Int64", **floats, "status": "str"}
    return pd.DataFrame(rows, columns=list(kinds)).astype(kinds)


def distribution(
    data: pd.DataFrame,
    *,
    unit: str,
    answer: str,
    weight: str | None = None,
    at_least: int = 30,
    suppress_below: int = 5,
) -> pd.DataFrame:
    """Return the shares of all answers to a question, by unit and over all units.

    Parameters
    ----------
    data, unit, answer, weight, at_least, suppress_below
        As for `proportion`.

    Returns
    -------
    shares
        One row per unit and answer, a unit's together, those with p-code ``""`` (all interviews)
        last: ``pcode``, ``answer`` (as first spelt), ``n`` and ``missing`` as in `proportion`,
        ``share`` (Float64; those of a unit add up to 1), ``status`` (str). A unit is
        ``suppressed`` as a whole where any answer was given by 1 to `suppress_below` - 1 people:
        a single one would follow from the others.

    Raises
    ------
    InputError
        As for `proportion`.
    """
    _check_options(at_least, 0.95, suppress_below)
    survey, labels = _survey(data, unit, answer, weight)
    parts = {each: _samples(survey, survey["answer"].isin([each])) for each in labels}
    status = {}
    whole = _samples(survey, survey["answer"].notna())
    for pcode, sample in whole.items():
        counts = [part[pcode].yes for part in parts.values()]
        status[pcode] = _status(sample.n, counts, at_least, suppress_below)
    status, uncounted = _shielded(list(parts.values()), status, suppress_below)
    rows = [
        {
            "pcode": pcode,
            "answer": labels[each],
            "n": None if pcode in uncounted else sample.n,
            "missing": None if pcode in uncounted else sample.missing,
            "share": part[pcode].share if status[pcode] == OK else None,
            "status": status[pcode],
        }
        for pcode, sample in whole.items()
        for each, part in parts.items()
    ]
    kinds = {"pcode": "str", "answer": "object", "n": "Int64", "missing": "Int64"}
    kinds |= {"share": "Float64", "status": "str"}
    return pd.DataFrame(rows, columns=list(kinds)).astype(kinds)


# --- interviews -------------------------------------------------------------------------------


def _check_options(at_least: int, confidence: float, suppress_below: int) -> None:
    faults = []
    if at_least < 1:
        faults.append(f"at_least is {at_least}: give 1 or more interviews.")
    if not 0 < confidence < 1:
        faults.append(f"confidence is {confidence}: give a number between 0 and 1, such as 0.95.")
    if suppress_below < 0:
        faults.append(f"suppress_below is {suppress_below}: give 0 (none) or a positive number.")
    if faults:
        raise InputError(faults)


def _survey(
    data: pd.DataFrame, unit: str, answer: str, weight: str | None
) -> tuple[pd.DataFrame, dict[object, object]]:
    """Return ``pcode``, ``answer`` and ``weight`` of each interview, and how answers are spelt."""
    columns = [unit, answer, *([] if weight is None else [weight])]
    if absent := [column for column in columns if column not in data.columns]:
        known = show_all(data.columns)
        raise InputError(f"There is no column {show_all(absent)}: choose from {known}.")
    if data.empty:
        raise InputError("There are no interviews: check that rows are tied to units.")
    codes = data[unit].astype(object).map(_plain, na_action=None)
    weights = pd.Series(1.0, index=data.index)
    if weight is not None:
        weights = pd.to_numeric(data[weight], errors="coerce").astype("float64")
    faults = []
    for wrong, what in (
        (codes.isna(), f"no p-code in {show(unit)}: tie them to units, or leave them out"),
        (~(weights > 0) | np.isinf(weights), f"no weight above 0 in {show(weight)}: correct it"),
    ):
        if wrong.any():
            rows = show_all(data.index[wrong][:_LISTED])
            faults.append(f"{int(wrong.sum())} interviews (rows {rows}) have {what}.")
    if faults:
        raise InputError(faults)
    plain = data[answer].astype(object).map(_plain, na_action=None)
    given = data[answer][plain.notna()].tolist()
    if isinstance(data[answer].dtype, pd.CategoricalDtype):
        given += data[answer].cat.categories.tolist()
    labels: dict[object, object] = {}
    for each in given:
        labels.setdefault(_plain(each), each)
    pcodes = data[unit].astype(str).str.strip()
    return pd.DataFrame({"pcode": pcodes, "answer": plain, "weight": weights}), labels


def _plain(value: Any) -> object:
    """Return an answer to compare with others; None if it is blank."""
    if isinstance(value, str):
        return value.strip().casefold() or None
    return None if value is None or pd.isna(value) else value


def _listed(equals: object) -> Collection[object]:
    return equals if isinstance(equals, list | tuple | set | frozenset) else [equals]


def _samples(survey: pd.DataFrame, yes: pd.Series) -> dict[str, _Sample]:
    """Return the interviews of each unit, and last of all together."""
    given = survey["answer"].notna()
    weight = survey["weight"].where(given, 0.0)
    sums = pd.DataFrame(
        {
            "n": given.astype("int64"),
            "missing": (~given).astype("int64"),
            "yes": yes.astype("int64"),
            "weight": weight,
            "squares": weight**2,
            "weight_yes": weight.where(yes, 0.0),
        }
    )
    units = sums.groupby(survey["pcode"], sort=True).sum()
    found = [
        *zip(units.index, units.to_numpy().tolist(), strict=True),
        (_TOTAL, sums.sum().tolist()),
    ]
    return {
        str(pcode): _Sample(int(n), int(missing), int(count), *weights)
        for pcode, (n, missing, count, *weights) in found
    }


# --- what is shown ----------------------------------------------------------------------------


def _small(number: int, below: int) -> bool:
    return 0 < number < below


def _status(n: int, counts: Iterable[int], at_least: int, below: int) -> str:
    if _small(n, below):
        return SUPPRESSED
    if n < at_least:
        return INSUFFICIENT
    return SUPPRESSED if any(_small(count, below) for count in counts) else OK


def _shielded(
    parts: Sequence[Mapping[str, _Sample]], status: Mapping[str, str], below: int
) -> tuple[dict[str, str], set[str]]:
    """Suppress further units until the row of all together tells no small number of any.

    Returns the status of each unit, and the units of which not even `n` is shown. Where there is
    nothing left to suppress, the row of all together is, and no unit more.
    """
    first = {pcode for pcode, each in parts[0].items() if _small(each.n, below)}
    found, uncounted = dict(status), set(first)
    while leak := _leak(parts, found, uncounted, below):
        pool = [
            (sample.n, pcode)
            for pcode, sample in parts[0].items()
            if pcode and pcode not in uncounted and (found[pcode] == OK or leak == "n") and sample.n
        ]
        if not pool:
            return {**status, _TOTAL: SUPPRESSED}, first | {_TOTAL}
        _, pcode = min(pool)
        found[pcode] = SUPPRESSED
        uncounted |= {pcode} if leak == "n" else set()
    return found, uncounted | ({_TOTAL} if found[_TOTAL] == SUPPRESSED else set())


def _leak(
    parts: Sequence[Mapping[str, _Sample]],
    status: Mapping[str, str],
    uncounted: Collection[str],
    below: int,
) -> str:
    """Return what the row of all together gives away: ``n``, ``share``, or ``""`` for nothing.

    Whoever takes the units that are shown from it has the others together: `yes` interviews with
    the answer and `no` without. Each unit may hold what the others can leave it: that must be as
    many numbers as a suppressed count may be, unless none of them is small.
    """
    if status[_TOTAL] == SUPPRESSED:
        return ""
    few = [each.n for pcode, each in parts[0].items() if pcode in uncounted]
    most = sum(few) - len(few) + 1  # of one of them, each having an interview at least
    if few and _tight(most if len(few) == 1 else 1, most, most, below):
        return "n"
    for part in parts if status[_TOTAL] == OK else ():
        hidden = {pcode: each for pcode, each in part.items() if pcode and status[pcode] != OK}
        yes = sum(each.yes for each in hidden.values())
        no = sum(each.n for each in hidden.values()) - yes
        for pcode, each in hidden.items():
            fixed = pcode not in uncounted
            n = each.n if fixed else most
            for one, other in ((yes, no), (no, yes)):
                if _tight(max(0, n - other) if fixed else 0, min(n, one), n, below):
                    return "share"
    return ""


def _tight(least: int, most: int, n: int, below: int) -> bool:
    """Return whether too few numbers of n, one of them small, are left from least to most."""
    return most - least + 1 < min(max(2, below - 1), n + 1) and most > 0 and least < below
