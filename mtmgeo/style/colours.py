"""Colours made out of those of a style."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import to_hex, to_rgb

from mtmgeo.style.style import Style


def blend(colour: str, ground: str, share: float) -> str:
    """Return a mixture that holds `share` of a colour, and the rest of another."""
    red, green, blue = share * np.array(to_rgb(colour)) + (1 - share) * np.array(to_rgb(ground))
    return to_hex((red, green, blue))


def sea(style: Style) -> str:
    """Return the colour of seas: that of lakes, paler, so that lakes stand out."""
    return blend(style.lake, style.paper, 0.35)


def edge_colour(style: Style) -> str:
    """Return the colour of frames and other fine lines."""
    return blend(style.border_inner, style.paper, 0.7)
