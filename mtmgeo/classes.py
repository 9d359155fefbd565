"""Classes of figures: round breaks, and what a legend says of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd


def pretty_breaks(values: pd.Series, classes: int) -> tuple[float, ...]:
    """Return round class breaks that leave no class empty.

    Parameters
    ----------
    values
        Figures; zeros and missing values are left out.
    classes
        Number of classes to aim at; fewer come back where values are few or alike.

    Returns
    -------
    breaks
        Lower bounds of the second class and of those above it, ascending: 1, 2.5 or 5 times a
        power of ten.
    """
    positive = np.sort(values[values > 0].dropna().astype(float).to_numpy())
    whole = bool((positive == np.floor(positive)).all())
    edges = [number for number in _round_numbers(positive) if not whole or number[1] % 1 == 0]
    breaks: list[float] = []
    while len(breaks) + 1 < classes:
        # The class that holds most figures is split where its halves are most alike.
        members = np.bincount(np.searchsorted(breaks, positive, side="right"))
        splits = []
        for roughness, edge in edges:
            place = int(np.searchsorted(breaks, edge))
            size = int(members[place]) if place < len(members) else 0
            below = int((positive < edge).sum()) - int(members[:place].sum())
            if 0 < below < size:
                splits.append((-size, abs(2 * below - size), roughness, edge))
        if not splits:
            break
        breaks = sorted([*breaks, min(splits)[-1]])
    return tuple(breaks)


def _round_numbers(positive: npt.NDArray[np.floating]) -> list[tuple[int, float]]:
    """Return 1, 5 and 2.5 times the powers of ten among the figures, with how rough each is."""
    if not len(positive):
        return []
    powers = range(math.floor(math.log10(positive[0])), math.ceil(math.log10(positive[-1])) + 1)
    numbers = ((i, float(f"{m}e{power}")) for power in powers for i, m in enumerate((1, 5, 2.5)))
    return [(i, number) for i, number in numbers if positive[0] < number <= positive[-1]]


def _round_number(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value))
    mantissa = min((1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10), key=lambda m: abs(m - value / power))
    return round(mantissa * power, 9)


def class_of(value: float, breaks: Sequence[float]) -> int:
    """Return the place of the class that holds `value`, 0 being the lowest."""
    return int(np.searchsorted(breaks, value, side="right"))


def count_labels(breaks: Sequence[float], least: int, largest: int) -> list[str]:
    """Return what a legend says of classes of counts: ``5–99``, ``100–249``.

    Parameters
    ----------
    breaks
        Lower bounds of the second class and of those above it.
    least, largest
        Smallest count that may be shown, and the largest count there is.
    """
    first = least if not breaks or least < breaks[0] else 1
    lower = [first, *(math.ceil(edge) for edge in breaks)]
    upper = [*(low - 1 for low in lower[1:]), largest]
    return [
        count_text(low) if high <= low else f"{count_text(low)}–{count_text(high)}"
        for low, high in zip(lower, upper, strict=True)
    ]


def density_labels(
    breaks: Sequence[float], text: Callable[[float], str] | None = None
) -> list[str]:
    """Return what a legend says of classes of densities: ``0.1 to under 0.25``.

    Parameters
    ----------
    breaks
        Lower bounds of the second class and of those above it.
    text
        How a number is read; as a density where None.
    """
    if not breaks:
        return ["above 0"]
    texts = [(text or density_text)(edge) for edge in breaks]
    between = [f"{low} to under {high}" for low, high in pairwise(texts)]
    return [f"under {texts[0]}", *between, f"{texts[-1]} or more"]


def legend_sizes(largest: float) -> list[float]:
    """Return up to three round counts, the largest first, for the nested circles of a legend."""
    if largest < 1:
        return []
    top = _round_number(largest)
    top = top if top <= largest else _round_number(largest * 0.8)
    sizes = [top, _round_number(top / 3), _round_number(top / 12)]
    return list(dict.fromkeys(size for size in sizes if size >= 1 and size == int(size)))


def count_text(value: float) -> str:
    """Return a count as it is read: ``1,204``."""
    return f"{int(value):,}"


def density_text(value: float) -> str:
    """Return a density as it is read, to three figures."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def percent_text(value: float) -> str:
    """Return a share from 0 to 1 as it is read: ``12.5%``."""
    return f"{100 * value:.3g}%"
