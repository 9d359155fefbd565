"""Classes of figures: where they part, and what a legend says of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Context
from itertools import pairwise
from typing import Final, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from mtmgeo.style.number_text import break_percent_text, break_text, count_text

Method = Literal["pretty", "quantile", "equal", "natural", "std"]
METHODS: Final[tuple[Method, ...]] = get_args(Method)

#: Classes on each side of a map of change.
MOST_ON_A_SIDE: Final = 3

_Floats = npt.NDArray[np.float64]
_Positions = npt.NDArray[np.intp]
_MINUS = "−"
_FEW = 200  # of so many figures, one may change class for a short label
_MOST_DIGITS = 17  # which tell any two floats apart


# --- breaks ---------------------------------------------------------------------------------


def class_breaks(values: pd.Series, method: Method, classes: int) -> tuple[float, ...]:
    """Return class breaks that leave no class empty.

    Parameters
    ----------
    values
        Figures; zeros, negative and missing values are left out.
    method
        ``pretty`` (see `pretty_breaks`), ``quantile`` (as many figures in each class as ties
        allow), ``equal`` (classes of one width), ``natural`` (Fisher and Jenks: the least sum of
        squared distances from the means of the classes, exact for any number of figures) or
        ``std`` (classes one standard deviation wide about the mean).
    classes
        Number of classes to aim at; fewer come back where one of them would be empty.

    Returns
    -------
    breaks
        Lower bounds of the second class and of those above it, ascending. Each is the roundest
        number between the two figures that it parts; whole where all figures are. Where more than
        three digits would part many figures, three do, if no more than 1 in 200 of the figures
        change class by it.
    """
    if method == "pretty":
        return pretty_breaks(values, classes)
    distinct, sizes = np.unique(_positive(values), return_counts=True)
    counts = sizes.astype(np.float64)
    if len(distinct) < 2 or classes < 2:
        return ()
    return _between(distinct, _short(distinct, counts, _TARGETS[method](distinct, counts, classes)))


def pretty_breaks(values: pd.Series, classes: int) -> tuple[float, ...]:
    """Return round class breaks that leave no class empty.

    Parameters
    ----------
    values
        Figures; zeros, negative and missing values are left out.
    classes
        Number of classes to aim at; fewer come back where values are few or alike.

    Returns
    -------
    breaks
        Lower bounds of the second class and of those above it, ascending: 1, 2.5 or 5 times a
        power of ten. Where none of these lies among the figures, the roundest numbers between
        quantiles.
    """
    positive = np.sort(_positive(values))
    whole = bool((positive == np.floor(positive)).all())
    edges = [number for number in _round_numbers(positive) if not whole or number[1] % 1 == 0]
    if not edges:
        return class_breaks(values, "quantile", classes)
    beneath = {edge: int(np.searchsorted(positive, edge)) for _, edge in edges}
    breaks: list[float] = []
    while len(breaks) + 1 < classes:
        # The class that holds most figures is split where its halves are most alike.
        bounds = [0, *(beneath[edge] for edge in breaks), len(positive)]
        splits = []
        for roughness, edge in edges:
            place = int(np.searchsorted(breaks, edge))
            size = bounds[place + 1] - bounds[place]
            below = beneath[edge] - bounds[place]
            if 0 < below < size:
                splits.append((-size, abs(2 * below - size), roughness, edge))
        if not splits:
            break
        breaks = sorted([*breaks, min(splits)[-1]])
    return tuple(breaks)


def change_breaks(values: pd.Series, method: Method, classes: int) -> tuple[float, ...]:
    """Return breaks of changes, the same on both sides of 0.

    Parameters
    ----------
    values
        Changes, negative and positive; zeros and missing values are left out.
    method
        How the absolute values are parted, as in `class_breaks`.
    classes
        Number of classes to aim at on each side, 3 at most.

    Returns
    -------
    breaks
        Lower bounds of the second class and of those above it, ascending, always with 0 (-250,
        -50, 0, 50, 250). A side does without those that would leave one of its classes empty; it
        is empty itself where no value is negative, or none is positive.
    """
    numbers = values.dropna().to_numpy(dtype="float64")
    numbers = numbers[np.isfinite(numbers) & (numbers != 0)]
    sizes = class_breaks(pd.Series(np.abs(numbers)), method, min(classes, MOST_ON_A_SIDE))
    falls, rises = numbers[numbers < 0], numbers[numbers > 0]
    above: list[float] = []
    below: list[float] = []
    for size in sizes:
        # Every break has to part some value from those between it and the one before.
        if _holds(rises, above[-1] if above else 0.0, size) and (rises >= size).any():
            above.append(size)
        if _holds(falls, -size, below[-1] if below else 0.0) and (falls < -size).any():
            below.append(-size)
    return (*reversed(below), 0.0, *above)


def _positive(values: pd.Series) -> _Floats:
    numbers: _Floats = values.dropna().to_numpy(dtype="float64")
    return numbers[np.isfinite(numbers) & (numbers > 0)]


def _holds(numbers: _Floats, low: float, high: float) -> bool:
    return bool(((numbers >= low) & (numbers < high)).any())


def _round_numbers(positive: _Floats) -> list[tuple[int, float]]:
    """Return 1, 5 and 2.5 times the powers of ten among the figures, with how rough each is."""
    if not len(positive):
        return []
    powers = range(math.floor(math.log10(positive[0])), math.ceil(math.log10(positive[-1])) + 1)
    numbers = ((i, float(f"{m}e{power}")) for power in powers for i, m in enumerate((1, 5, 2.5)))
    return [(i, number) for i, number in numbers if positive[0] < number <= positive[-1]]


def _between(distinct: _Floats, targets: _Floats) -> tuple[float, ...]:
    """Return the roundest number in each gap between neighbouring figures that has a target."""
    wanted: dict[int, float] = {}
    for target in targets:
        wanted.setdefault(int(np.searchsorted(distinct, target)), float(target))
    return tuple(
        _roundest(float(distinct[gap - 1]), float(distinct[gap]), wanted[gap])
        for gap in sorted(wanted)
        if 0 < gap < len(distinct)
    )


def _short(distinct: _Floats, counts: _Floats, targets: _Floats) -> _Floats:
    """Return targets of three digits where that moves few figures into another class."""
    short = np.array([float(f"{target:.3g}") for target in targets])
    below = np.concatenate([[0.0], np.cumsum(counts)])
    moved = below[np.searchsorted(distinct, short)] - below[np.searchsorted(distinct, targets)]
    return np.where(np.abs(moved) <= below[-1] / _FEW, short, targets)


def _roundest(low: float, high: float, target: float) -> float:
    """Return the number above `low`, up to `high`, of fewest digits, the nearest to the target."""
    for digits in range(1, _MOST_DIGITS + 1):
        near = [
            float(Context(prec=digits, rounding=way).create_decimal_from_float(target))
            for way in (ROUND_FLOOR, ROUND_CEILING)
        ]
        inside = [x for x in near if low < x <= high]
        if inside:
            return min(inside, key=lambda x: abs(x - target))
    return high


def _quantiles(distinct: _Floats, counts: _Floats, classes: int) -> _Floats:
    """Return the middles of the gaps nearest to where equal numbers of figures lie below."""
    below = np.cumsum(counts)
    wanted = below[-1] * np.arange(1, classes) / classes
    after = np.abs(below[:-1, None] - wanted).argmin(axis=0)
    return _middles(distinct, after + 1)


def _equal_steps(distinct: _Floats, counts: _Floats, classes: int) -> _Floats:  # noqa: ARG001
    steps: _Floats = np.linspace(distinct[0], distinct[-1], classes + 1)[1:-1]
    return steps


def _deviations(distinct: _Floats, counts: _Floats, classes: int) -> _Floats:
    scaled, weights = distinct / distinct[-1], counts / counts.sum()
    mean = float(scaled @ weights)
    spread = math.sqrt(float((scaled - mean) ** 2 @ weights))
    steps = np.arange(classes - 1, dtype=np.float64) - (classes - 2) / 2
    return np.asarray((mean + spread * steps) * distinct[-1], dtype=np.float64)


def _natural(distinct: _Floats, counts: _Floats, classes: int) -> _Floats:
    """Return the middles of the gaps where the best classes part.

    The sum of squares within classes is least where the sum over classes of (sum of the members)²
    / (number of members) is largest. The best start of a last class never falls as its end
    rises, so that ends are worked through by halves, each between the starts of its neighbours.
    """
    scaled = distinct / distinct[-1]
    scaled = scaled - np.average(scaled, weights=counts)
    sums = np.concatenate([[0.0], np.cumsum(scaled * counts)])
    sizes = np.concatenate([[0.0], np.cumsum(counts)])
    best = np.concatenate([[0.0], sums[1:] ** 2 / sizes[1:]])
    starts = []
    for _ in range(min(classes, len(distinct)) - 1):
        best, start = _one_class_more(best, sums, sizes)
        starts.append(start)
    cuts, end = [], len(distinct)
    for start in reversed(starts):
        end = int(start[end])
        cuts.append(end)
    return _middles(distinct, np.array([cut for cut in cuts if cut], dtype=np.intp))


def _one_class_more(best: _Floats, sums: _Floats, sizes: _Floats) -> tuple[_Floats, _Positions]:
    """Return, for each end, the gain with one class more, and where that class starts."""
    last = len(best) - 1
    step = 1 << last.bit_length()
    gain, start = np.zeros_like(best), np.full(step + 1, last, dtype=np.intp)
    start[0] = 0
    while step > 1:
        step //= 2
        ends = np.arange(step, last + 1, 2 * step)
        lowest, highest = start[ends - step], np.minimum(ends, start[ends + step])
        lengths = highest - lowest + 1
        heads = np.cumsum(lengths) - lengths
        tried = np.arange(lengths.sum()) - np.repeat(heads - lowest, lengths)
        end = np.repeat(ends, lengths)
        members = np.maximum(sizes[end] - sizes[tried], 1.0)
        score = best[tried] + (sums[end] - sums[tried]) ** 2 / members
        gain[ends] = np.maximum.reduceat(score, heads)
        hits = np.flatnonzero(score == np.repeat(gain[ends], lengths))
        start[ends] = tried[hits[np.searchsorted(hits, heads)]]
    return gain, start


def _middles(distinct: _Floats, gaps: _Positions) -> _Floats:
    """Return the middle of each gap; of two figures next to each other, the upper one."""
    low, high = distinct[gaps - 1], distinct[gaps]
    middle = low + (high - low) / 2
    return np.where(middle > low, middle, high)


_TARGETS: Final[Mapping[str, Callable[[_Floats, _Floats, int], _Floats]]] = {
    "quantile": _quantiles,
    "equal": _equal_steps,
    "natural": _natural,
    "std": _deviations,
}


def _round_number(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value))
    mantissa = min((1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10), key=lambda m: abs(m - value / power))
    return round(mantissa * power, 9)


def class_of(value: float, breaks: Sequence[float]) -> int:
    """Return the place of the class that holds `value`, 0 being the lowest."""
    return int(np.searchsorted(breaks, value, side="right"))


# --- labels ---------------------------------------------------------------------------------


def count_labels(
    breaks: Sequence[float], least: int, largest: int, text: Callable[[float], str] = count_text
) -> list[str]:
    """Return what a legend says of classes of counts: ``5–99``, ``100–249``.

    Parameters
    ----------
    breaks
        Lower bounds of the second class and of those above it.
    least, largest
        Smallest count that may be shown, and the largest count there is.
    text
        How a whole number is read.
    """
    first = least if not breaks or least < breaks[0] else 1
    lower = [first, *(math.ceil(edge) for edge in breaks)]
    upper = [*(low - 1 for low in lower[1:]), largest]
    return [
        text(low) if high <= low else f"{text(low)}–{text(high)}"
        for low, high in zip(lower, upper, strict=True)
    ]


def density_labels(
    breaks: Sequence[float],
    text: Callable[[float], str] = break_text,
    under: str = "under {number}",
    between: str = "{low} to under {high}",
    above: str = "{number} or more",
    only: str = "above {number}",
) -> list[str]:
    """Return what a legend says of classes of densities: ``0.1 to under 0.25``.

    Parameters
    ----------
    breaks
        Lower bounds of the second class and of those above it.
    text
        How a break is read; no two breaks may read alike.
    under, between, above
        Words of the lowest class, of those between and of the highest.
    only
        Words of a class that is alone; its ``{number}`` is 0.
    """
    if not breaks:
        return [only.format(number=text(0))]
    texts = [text(edge) for edge in breaks]
    middle = [between.format(low=low, high=high) for low, high in pairwise(texts)]
    return [under.format(number=texts[0]), *middle, above.format(number=texts[-1])]


def change_labels(
    breaks: Sequence[float],
    lowest: int,
    highest: int,
    text: Callable[[float], str] = count_text,
    *,
    between: str = "{low} to {high}",
) -> list[str]:
    """Return what a legend says of changes of counts: ``−50 to −1``, ``+1 to +49``.

    Parameters
    ----------
    breaks
        Lower bounds of the second class and of those above it, with 0, as `change_breaks` returns
        them. 0 itself belongs to no class.
    lowest, highest
        The smallest and the largest change there are.
    text
        How a whole number without its sign is read.
    between
        Words of a class of more than one number.
    """
    edges = [math.ceil(edge) for edge in breaks]
    lower = [min(lowest, edges[0] - 1), *(edge or 1 for edge in edges)]
    upper = [*(edge - 1 for edge in edges), max(highest, lower[-1])]
    return [
        _signed(low, text)
        if high <= low
        else between.format(low=_signed(low, text), high=_signed(high, text))
        for low, high in zip(lower, upper, strict=True)
    ]


def change_rate_labels(
    breaks: Sequence[float],
    text: Callable[[float], str] = break_percent_text,
    *,
    under: str = "under {number}",
    between: str = "{low} to under {high}",
    above: str = "{number} or more",
    over: str = "above {low} to under {high}",
    only: str = "above {number}",
) -> list[str]:
    """Return what a legend says of changes that are not whole: ``−25% to under 0%``.

    Parameters
    ----------
    breaks
        Lower bounds of the second class and of those above it, with 0, as `change_breaks` returns
        them. 0 itself belongs to no class.
    text
        How a break without its sign is read; no two breaks may read alike.
    under, between, above
        Words of the lowest class, of those between and of the highest.
    over, only
        Words of the class above 0 where there are others above it, and where there are none.
    """
    texts = [_signed(edge, text) for edge in breaks]
    middle = [
        (between if edge else over).format(low=low, high=high)
        for edge, (low, high) in zip(breaks, pairwise(texts), strict=False)
    ]
    last = (above if breaks[-1] else only).format(number=texts[-1])
    return [under.format(number=texts[0]), *middle, last]


def _signed(value: float, text: Callable[[float], str]) -> str:
    sign = _MINUS if value < 0 else "+" if value > 0 else ""
    return sign + text(abs(value))


def legend_sizes(largest: float) -> list[float]:
    """Return up to three round counts, the largest first, for the nested circles of a legend."""
    if largest < 1:
        return []
    top = _round_number(largest)
    top = top if top <= largest else _round_number(largest * 0.8)
    sizes = [top, _round_number(top / 3), _round_number(top / 12)]
    return list(dict.fromkeys(size for size in sizes if size >= 1 and size == int(size)))
