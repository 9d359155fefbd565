"""The looks of a composition's classes as SVG: what shapes carry, swatches, hatch patterns."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from mtmgeo.maps.composition import PLAIN, Composition, LegendEntry
from mtmgeo.web.escape import plain, text

PX_PER_MM: Final = 96 / 25.4
PX_PER_PT: Final = 96 / 72
SYMBOL_OPACITY: Final = 0.85
#: Radius of the largest circle of a map of symbols, where the map is 950 px wide or more.
_LARGEST_PX: Final = 26.0


def looks(composition: Composition, index: int) -> list[dict[str, Any]]:
    """Return the look of each class, the last of them that of what the legend does not speak of.

    Of several entries of a class (sizes), the first counts, and none is its label.

    Parameters
    ----------
    composition, index
        One of a page's, and its number on the page.

    Returns
    -------
    looks
        Each with ``key``, ``label``, and what its shapes carry: ``fill`` (a colour, the address of
        a pattern, or ``none``), ``edge``, ``weight`` (px) and ``dash`` (px, or None).
    """
    keys = [entry.key for entry in composition.legend]
    found: dict[str, dict[str, Any]] = {}
    for i, entry in enumerate(composition.legend):
        if entry.shape != "heading":
            look = {
                "key": plain(entry.key),
                "label": plain(entry.label) if keys.count(entry.key) == 1 else "",
                "fill": _fill(entry, pattern_id(index, i)) or "none",
                "edge": entry.edge or "none",
                "weight": weight(entry),
                "dash": dash(entry),
            }
            found.setdefault(entry.key, look)
    rest = {"key": "", "label": "", "fill": PLAIN.fill, "edge": PLAIN.edge, "weight": 0.75}
    return [*found.values(), {**rest, "dash": None}]


def approximate(found: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return which of some `looks` edges have that are approximate."""
    return next((look for look in found if look["key"] == "approximate"), found[-1])


def numbers(composition: Composition) -> dict[str, int]:
    """Return the number of each class's look among `looks`."""
    keys = [entry.key for entry in composition.legend if entry.shape != "heading"]
    return {key: i for i, key in enumerate(dict.fromkeys(keys))}


def weight(entry: LegendEntry) -> float:
    """Return the width of an entry's line in pixels."""
    return round(entry.width_pt * PX_PER_PT, 2)


def dash(entry: LegendEntry) -> str | None:
    """Return dashes and gaps in whole pixels: parts of one would blur."""
    lengths = [math.ceil(length * weight(entry)) for length in entry.dash or ()]
    return " ".join(map(str, lengths)) or None


def pixels_per_mm(composition: Composition) -> float:
    """Return the scale of circles; small multiples have smaller ones, yet each fills the page."""
    if composition.spec.kind != "symbols" and not composition.spec.circles:
        return PX_PER_MM
    counted = [
        float(radius)
        for panel in composition.panels
        for radius in panel.symbols["radius_mm"][panel.symbols["value"].gt(0)]
    ]
    return _LARGEST_PX / max(counted) if counted else PX_PER_MM


def swatch(entry: LegendEntry, pattern: str, scale: float) -> str:
    """Return the swatch of an entry of the legend; circles in pixels to the millimetre `scale`."""
    fill = text(_fill(entry, pattern) or "none")
    # A white edge sets units apart on the map; beside the legend's white it needs a line.
    edge = entry.edge if entry.edge not in (None, "#ffffff") else "#9aa1ab"
    dashed = f' stroke-dasharray="{dash(entry)}"' if entry.dash else ""
    stroke = f'stroke="{text(edge)}" stroke-width="{max(1.0, weight(entry)):g}"{dashed}'
    if entry.shape == "circle":
        size = round(2 * entry.radius_mm * scale + 2, 1)
        return (
            f'<svg data-size="{size}" width="{size}" height="{size}" viewBox="0 0 {size} {size}" '
            f'aria-hidden="true"><circle cx="50%" cy="50%" r="{size / 2 - 1:.1f}" fill="{fill}" '
            f'fill-opacity="{SYMBOL_OPACITY}" {stroke}/></svg>'
        )
    drawn = (
        f'<path d="M1 8h24" fill="none" {stroke}/>'
        if entry.shape == "line"
        else f'<rect x="1" y="1" width="24" height="14" fill="{fill}" {stroke}/>'
    )
    return f'<svg width="26" height="16" viewBox="0 0 26 16" aria-hidden="true">{drawn}</svg>'


def pattern_id(composition: int, entry: int, place: str = "hatch") -> str:
    """Return the id of an entry's pattern: that on the map, or that in the legend (``key``)."""
    return f"mtm-{place}-{composition}-{entry}"


def patterns(composition: Composition, index: int, scale: float, place: str = "hatch") -> str:
    """Return the SVG patterns of the hatched entries, drawn `scale` times as large."""
    return "".join(
        _pattern(entry, pattern_id(index, i, place), scale)
        for i, entry in enumerate(composition.legend)
        if entry.hatch
    )


def _fill(entry: LegendEntry, pattern: str) -> str | None:
    return f"url(#{pattern})" if entry.hatch else entry.fill


def _pattern(entry: LegendEntry, name: str, scale: float) -> str:
    """Return the SVG pattern of a matplotlib hatch; the more often a sign, the denser."""
    signs = entry.hatch or ""
    # matplotlib draws six lines per sign and inch.
    size = max(4.0, round(16 / max(signs.count(sign) for sign in set(signs)), 1))
    half = size / 2
    rising = f"M-1 1l2-2M0 {size}L{size} 0M{size - 1} {size + 1}l2-2"
    falling = f"M-1 {size - 1}l2 2M0 0L{size} {size}M{size - 1}-1l2 2"
    level, upright = f"M0 {half}h{size}", f"M{half} 0v{size}"
    strokes = {"/": rising, "\\": falling, "x": rising + falling}
    strokes |= {"-": level, "|": upright, "+": level + upright}
    edge = text(entry.edge or "#7f7f7f")
    dot = f'<circle cx="{half}" cy="{half}" r="{size / 5:g}" fill="{edge}"/>'
    lines = "".join(path for sign, path in strokes.items() if sign in signs)
    return (
        f'<pattern id="{name}" width="{size}" height="{size}" patternUnits="userSpaceOnUse" '
        f'patternTransform="scale({scale:.6g})">'
        f'<rect width="{size}" height="{size}" fill="{text(entry.fill or "#ffffff")}"/>'
        f'<path d="{lines}" stroke="{edge}" stroke-width=".8"/>'
        f"{dot if set(signs) & set('.oO*') else ''}</pattern>"
    )
