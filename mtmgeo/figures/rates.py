"""The indicators: each a formula over published counts, missing where a part of it is missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def density(individuals: pd.Series, area_km2: pd.Series) -> pd.Series:
    """Return individuals per km².

    Parameters
    ----------
    individuals
        Counts (Int64); NA where suppressed.
    area_km2
        Equal-area (EPSG:6933) areas of the outlines without lakes, in km², same index; missing or
        0 without an outline.

    Returns
    -------
    per_km2
        individuals / area_km2 (Float64); NA where either is missing.
    """
    return _ratio(individuals, area_km2).rename("per_km2")


def per_1000(individuals: pd.Series, population: pd.Series) -> pd.Series:
    """Return individuals per 1,000 inhabitants.

    Parameters
    ----------
    individuals
        Counts (Int64); NA where suppressed.
    population
        Inhabitants, same index; missing where not known.

    Returns
    -------
    per_1000
        1000 * individuals / population (Float64); NA where either is missing, or nobody lives.
    """
    return (1000 * _ratio(individuals, population)).rename("per_1000")


def share(individuals: pd.Series, of: pd.Series) -> pd.Series:
    """Return the part that counts are of other counts: of the country's, or of the parent's.

    Parameters
    ----------
    individuals
        Counts (Int64); NA where suppressed.
    of
        Counts that hold them, same index.

    Returns
    -------
    share
        individuals / of, from 0 to 1 (Float64); NA where either is missing, or there are none.
    """
    return _ratio(individuals, of).rename("share")


def change(individuals: pd.Series, before: pd.Series) -> pd.Series:
    """Return the absolute change between two years.

    Parameters
    ----------
    individuals
        Counts (Int64); NA where suppressed.
    before
        Counts of the same units in the year before, same index; missing where there was none.

    Returns
    -------
    change
        individuals - before (Int64); NA where either is missing.
    """
    return (individuals.astype("Int64") - before.astype("Int64")).rename("change")


def change_percent(individuals: pd.Series, before: pd.Series) -> pd.Series:
    """Return the relative change between two years, in percent.

    Parameters
    ----------
    individuals, before
        As for `change`.

    Returns
    -------
    change_percent
        100 * (individuals - before) / before (Float64); NA where either is missing, or before is 0.
    """
    return (100 * _ratio(change(individuals, before), before)).rename("change_percent")


def mean_per_year(individuals: pd.Series, years: pd.Series) -> pd.Series:
    """Return the average of a year.

    Parameters
    ----------
    individuals
        Counts of all years together (Int64).
    years
        Number of years in which there was a count, same index.

    Returns
    -------
    mean_per_year
        individuals / years (Float64); NA where suppressed.
    """
    return _ratio(individuals, years).rename("mean_per_year")


def rank(individuals: pd.Series, by: Sequence[pd.Series]) -> pd.Series:
    """Return the place of each count among those of its kind that are shown, the most being 1.

    Parameters
    ----------
    individuals
        Counts (Int64); NA where suppressed.
    by
        Keys that are alike for counts of one kind, same index.

    Returns
    -------
    rank
        Int64; equal counts have the same, the next is as many further; NA where suppressed.
    """
    keys = [key.reset_index(drop=True) for key in by]
    ranks = (
        individuals.reset_index(drop=True).groupby(keys, dropna=False).rank("min", ascending=False)
    )
    return ranks.astype("Int64").set_axis(individuals.index).rename("rank")


def _ratio(upper: pd.Series, lower: pd.Series) -> pd.Series:
    lower = lower.astype("Float64")
    ratio: pd.Series = upper.astype("Float64") / lower.where(lower > 0)
    return ratio
