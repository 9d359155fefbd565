"""The looks of maps: colours and weights that serve every eye and every printer, kept together."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from mtmgeo.core import disclaimer
from mtmgeo.core.errors import SpecError
from mtmgeo.verification.rules.legible import contrast

_SCALES: Final = (0.25, 4.0)  # of type and lines
_LEGIBLE: Final = disclaimer.MIN_CONTRAST
_HEX = re.compile("#[0-9a-fA-F]{6}")
_STRENGTHS = 3  # colours on each side of a map of change
#: The fewest and the most colours of each set, and what to give.
_SETS: Final[Mapping[str, tuple[float, float, str]]] = {
    "ramp": (2, math.inf, "2 colours or more"),
    "series": (2, math.inf, "2 colours or more"),
    "below": (_STRENGTHS, _STRENGTHS, f"{_STRENGTHS} colours"),
    "above": (_STRENGTHS, _STRENGTHS, f"{_STRENGTHS} colours"),
}


@dataclass(frozen=True, kw_only=True)
class Style:
    """The colours and weights of everything on a map; those of a printed report unless said.

    Colours are ``#rrggbb``, hatches are matplotlib's signs, or None.

    Attributes
    ----------
    name
        What it is called.
    ramp
        Colours of classes, light to dark; their lightness falls evenly.
    below, above
        Colours of changes below and above 0, three each, from the palest (nearest to 0) on.
    below_hatch
        Laid over the colours below 0 where lightness alone cannot tell the sides apart.
    circle, circle_edge, circle_hidden
        Of proportional circles and locations; and of circles whose count is suppressed.
    assessed, not_assessed, unnamed
        Units assessed and not, and land outside named units.
    ground
        Units beneath circles or a surface.
    blank
        Beneath the hatches of suppressed and missing figures, and of units with a count of 0.
    not_assessed_hatch, suppressed_hatch, missing_hatch, undivided_hatch, once_hatch
        What tells these apart besides colour; the last two are ground that is not divided at the
        map's level, and units that only one of two rounds reached.
    edge
        Of units as pale as paper.
    hatch_ink
        Of those hatches, and of the edges of hatched units.
    heading, ink, muted
        Words: titles, others, and those that matter less.
    accent
        Of rules and marks; never of words.
    alert
        Of the mark of synthetic data.
    abroad, lake, shore, lake_name
        Foreign land; lakes, their edge and their names.
    border, border_inner
        Lines of the country and of admin 1.
    series
        Colours of years or groups in charts, each unlike the others to every eye.
    type_scale, line_scale
        Times that words are larger, and lines heavier, than in a report.
    paper
        What everything stands on.

    Raises
    ------
    SpecError
        If a colour is not of the form ``#rrggbb``, there are too few, or a scale is not above 0.
    """

    name: str
    ramp: tuple[str, ...] = ("#d6e2f5", "#a3c0e8", "#6d98d7", "#3a6cc0", "#0f45a3", "#00226b")
    below: tuple[str, ...] = ("#fbdcb4", "#d48938", "#7c4008")
    above: tuple[str, ...] = ("#d6e2f5", "#6d98d7", "#0f45a3")
    below_hatch: str | None = None
    circle: str = "#ffb81c"
    circle_edge: str = "#6b4700"
    circle_hidden: str = "#bdbdbd"
    assessed: str = "#a3c0e8"
    not_assessed: str = "#d5d2ca"
    unnamed: str = "#e8ebdc"
    ground: str = "#f7f7f5"
    blank: str = "#ffffff"
    not_assessed_hatch: str | None = None
    suppressed_hatch: str | None = "...."
    missing_hatch: str | None = "////"
    undivided_hatch: str | None = "\\\\"
    once_hatch: str | None = "xxx"
    edge: str = "#8c8c8c"
    hatch_ink: str = "#7a7a7a"
    heading: str = "#0033a0"
    ink: str = "#1a1a1a"
    muted: str = "#4d4d4d"
    accent: str = "#ffb81c"
    alert: str = "#b3261e"
    abroad: str = "#f5f2ea"
    lake: str = "#a4d7ea"
    shore: str = "#3f94a8"
    lake_name: str = "#12505f"
    border: str = "#1f2a44"
    border_inner: str = "#56617a"
    series: tuple[str, ...] = ("#0033a0", "#ffb81c", "#3fa7a0", "#c8553d", "#8fb3e6", "#5b5b5b")
    type_scale: float = 1.0
    line_scale: float = 1.0
    paper: str = "#ffffff"

    def __post_init__(self) -> None:
        faults = [
            f"{field.name} of the style {fault}"
            for field in fields(self)
            for fault in _faults(field.name, getattr(self, field.name))
        ]
        faults = faults or [
            f"{name} of the style is {getattr(self, name)} on {self.paper}: too faint to be read."
            for name in ("ink", "muted", "heading", "alert")
            if contrast(_parts(getattr(self, name)), _parts(self.paper)) < _LEGIBLE
        ]
        if faults:
            raise SpecError(faults)

    @property
    def borders(self) -> Mapping[int, tuple[str, float]]:
        """Colour and points of borders by admin level, in the order of drawing."""
        return {
            1: (self.border_inner, 0.8 * self.line_scale),
            0: (self.border, 1.3 * self.line_scale),
        }


def _parts(colour: str) -> bytes:
    return bytes.fromhex(colour[1:])


def _faults(field: str, value: Any) -> Iterator[str]:
    """Yield what is wrong with the value of a field."""
    if field.endswith("_scale"):
        if not isinstance(value, int | float) or not _SCALES[0] <= value <= _SCALES[1]:
            yield f"is {value!r}: give {_SCALES[0]:g} to {_SCALES[1]:g}."
    elif field in _SETS:
        if not isinstance(value, tuple | list):
            yield f"is {value!r}: give colours as #rrggbb."
            return
        for colour in value:
            if not _HEX.fullmatch(str(colour)):
                yield f"holds {colour!r}: give colours as #rrggbb."
        fewest, most, words = _SETS[field]
        if not fewest <= len(value) <= most:
            yield f"is {value}: give {words}."
    elif field != "name" and not field.endswith("_hatch") and not _HEX.fullmatch(str(value)):
        yield f"is {value!r}: give a colour as #rrggbb."


_REPORT: Final = Style(name="report")

#: The styles that have names: for a page, for A2 and A1, for screens, and for one ink.
STYLES: Final[Mapping[str, Style]] = MappingProxyType(
    {
        "report": _REPORT,
        "poster": Style(name="poster", type_scale=1.4, line_scale=1.6),
        "slide": Style(name="slide", type_scale=1.25, line_scale=1.4, border_inner="#3d475e"),
        "print-grey": Style(
            name="print-grey",
            ramp=("#cfcfcf", "#a9a9a9", "#858585", "#626262", "#414141", "#222222"),
            below=("#bfbfbf", "#868686", "#454545"),
            above=("#d4d4d4", "#9a9a9a", "#575757"),
            below_hatch="||",
            circle="#6e6e6e",
            circle_edge="#1a1a1a",
            assessed="#a9a9a9",
            not_assessed="#f1f1f1",
            not_assessed_hatch="--",
            unnamed="#ececec",
            ground="#fafafa",
            hatch_ink="#6b6b6b",
            heading="#1a1a1a",
            accent="#8a8a8a",
            alert="#1a1a1a",
            abroad="#f8f8f8",
            lake="#e4e4e4",
            shore="#6b6b6b",
            lake_name="#3d3d3d",
            border="#1a1a1a",
            border_inner="#6b6b6b",
            series=("#2b2b2b", "#d0d0d0", "#6a6a6a", "#b0b0b0", "#4a4a4a", "#8c8c8c"),
        ),
    }
)


def style_of(style: str | Style) -> Style:
    """Return a style, which may be named.

    Raises
    ------
    SpecError
        If no style has the name.
    """
    if isinstance(style, Style):
        return style
    if style not in STYLES:
        raise SpecError(f"style is {style!r}: choose {', '.join(STYLES)}, or give a Style.")
    return STYLES[style]


def shades(count: int, colours: str | Sequence[str] | None, style: Style) -> tuple[str, ...]:
    """Return the colours of classes, the lowest first.

    Parameters
    ----------
    count
        Number of classes.
    colours
        The name of a matplotlib colormap (each class has the colour in the middle of its share); a
        sequence of colours, one for each class or at least two to mix others from; or None for
        the style's ramp.
    style
        The style of the map.

    Returns
    -------
    shades
        ``#rrggbb`` of each class.

    Raises
    ------
    SpecError
        If there is no such colormap or colour, or only one colour for several classes.
    """
    if isinstance(colours, str):
        return _sampled(colours, (np.arange(count) + 0.5) / max(count, 1))
    if colours is not None:
        return _mixed(_named(colours, count), np.linspace(0, 1, count) if count > 1 else [0.5])
    # With few classes, the ramp's ends are too far apart to leave out the middle.
    first = 0 if count > 2 else 1
    last = len(style.ramp) - 1
    if count > len(style.ramp):
        return _mixed(style.ramp, np.linspace(0, 1, count))
    picks = np.linspace(min(first, last - 1), last, count).round().astype(int)
    return tuple(style.ramp[pick] for pick in picks)


def diverging(
    below: int, above: int, colours: str | Sequence[str] | None, style: Style
) -> tuple[str, ...]:
    """Return the colours of classes below and above 0, the lowest first.

    The n-th class from 0 is as strong on one side as on the other.

    Parameters
    ----------
    below, above
        Number of classes on each side of 0.
    colours
        The name of a matplotlib colormap, whose middle is 0; a sequence of colours, one for each
        class or at least two to mix others from, whose middle is 0; or None for the style's.
    style
        The style of the map.

    Returns
    -------
    colours
        ``#rrggbb`` of each class.

    Raises
    ------
    SpecError
        If there is no such colormap or colour, or only one colour for several classes.
    """
    most = max(below, above, 1)
    steps = np.array([*range(-below, 0), *range(1, above + 1)], dtype=float)
    if isinstance(colours, str):
        return _sampled(colours, 0.5 + (steps - 0.5 * np.sign(steps)) / (2 * most))
    if colours is not None:
        given = _named(colours, below + above)
        if len(given) == below + above:
            return tuple(given)
        # Of an odd number, the middle one is 0 itself, and the nearest class is a step away.
        whole = steps if len(given) % 2 else steps - 0.5 * np.sign(steps)
        return _mixed(given, 0.5 + whole / (2 * most - (len(given) % 2 == 0)))
    places = np.arange(most) / (most - 1) if most > 1 else np.array([0.5])
    falls, rises = _mixed(style.below, places), _mixed(style.above, places)
    return (*reversed(falls[:below]), *rises[:above])


def _sampled(name: str, places: npt.NDArray[np.float64]) -> tuple[str, ...]:
    """Return the colours of a colormap at places from 0 to 1."""
    from matplotlib import colormaps
    from matplotlib.colors import is_color_like, to_hex

    if is_color_like(name) and name not in colormaps:
        raise SpecError(f"colours is the one colour {name!r}: give two or more, or a colormap.")
    if name not in colormaps:
        known = {each.lower(): each for each in colormaps}
        near = difflib.get_close_matches(name.lower(), known, n=2)
        few = dict.fromkeys(
            [*(known[each] for each in near), "Blues", "viridis", "cividis", "PuOr"]
        )
        raise SpecError(
            f"colours is {name!r}, which is no colormap of matplotlib: choose {', '.join(few)} or "
            "another one; _r after a name turns it round."
        )
    colormap = colormaps[name]
    return tuple(to_hex(colormap(float(place))) for place in places)


def _named(colours: Sequence[str], count: int) -> list[str]:
    """Return colours as ``#rrggbb``, enough of them for a number of classes."""
    from matplotlib.colors import is_color_like, to_hex

    faults = [
        f"colours holds {colour!r}, which is no colour: give #rrggbb or a name such as navy."
        for colour in colours
        if not is_color_like(colour)
    ]
    if not colours or len(colours) < min(count, 2):
        faults.append(f"colours holds {len(colours)} for {count} classes: give 2 or more.")
    if faults:
        raise SpecError(faults)
    return [to_hex(colour) for colour in colours]


def _mixed(colours: Sequence[str], places: Any) -> tuple[str, ...]:
    """Return mixtures of colours that stand at even steps from 0 to 1."""
    parts = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in colours])
    at = np.linspace(0, 1, len(colours))
    red, green, blue = (np.interp(places, at, part).round().astype(int) for part in parts.T)
    return tuple(f"#{r:02x}{g:02x}{b:02x}" for r, g, b in zip(red, green, blue, strict=True))
