"""The coordinate systems that everything is kept and measured in."""

from __future__ import annotations

from typing import Final

#: Coordinates of all outlines and points; and the equal-area projection that areas are measured in.
CRS: Final = "EPSG:4326"
AREA_CRS: Final = "EPSG:6933"
