"""How large and how dark the disclaimer has to be."""

from __future__ import annotations

from collections.abc import Sequence

from mtmgeo.core import disclaimer


def small(points: float) -> str | None:
    """Return what is wrong with type of that many points, or None."""
    if points >= disclaimer.MIN_POINTS - 0.05:
        return None
    return f"The disclaimer is too small: {points:.1f} points of {disclaimer.MIN_POINTS} needed."


def few_pixels(pixels: float) -> str | None:
    """Return what is wrong with type that is drawn that many pixels large, or None."""
    if pixels >= disclaimer.MIN_PIXELS - 0.1:
        return None
    return f"The disclaimer is too small: {pixels:.1f} pixels of {disclaimer.MIN_PIXELS} needed."


def faint(ratio: float) -> str | None:
    """Return what is wrong with that contrast ratio, or None."""
    if ratio >= disclaimer.MIN_CONTRAST:
        return None
    return f"The disclaimer is too faint: contrast {ratio:.1f} of {disclaimer.MIN_CONTRAST} needed."


def contrast(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the contrast ratio (WCAG 2) of two colours, given as sRGB components of 0 to 255."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: Sequence[float]) -> float:
    parts = (min(max(value / 255, 0.0), 1.0) for value in color)
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
