"""A surface in the classes of a legend, as a picture of the cells that may be seen."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from mtmgeo.figures.surfaces import PER_KM2, Surface, Warped
from mtmgeo.population.rasters import needed

#: Individuals per km² that are no more than rounding.
TRIFLE: Final = 1e-6


class Picture(NamedTuple):
    """Cells to be drawn.

    ``classes`` holds rows from the north: 0 draws nothing, the lowest class is 1. ``bounds`` are
    west, south, east and north of the picture in its coordinate system.
    """

    classes: npt.NDArray[np.uint8]
    bounds: tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True, eq=False)
class Shading:
    """A surface in the classes of the legend, drawn beneath all edges.

    Attributes
    ----------
    surface
        Individuals per km².
    breaks
        Lower bounds of the second class and of those above it.
    colours
        ``#rrggbb`` of each class, the lowest first.
    ground
        Units of the class `GROUND`, in EPSG:4326: only on them is it drawn.
    """

    surface: Surface
    breaks: tuple[float, ...]
    colours: tuple[str, ...]
    ground: gpd.GeoSeries

    def picture(self, crs: Any, side: int) -> Picture:
        """Return the cells that touch `ground`, in another coordinate system.

        Parameters
        ----------
        crs
            Coordinate system of the map.
        side
            Cells along the longer side, more or less.
        """
        warped = fitted(self.surface, crs, side)
        values, _, bounds = warped
        classes = np.searchsorted(self.breaks, values, side="right") + 1
        classes = np.minimum(classes, len(self.colours))  # a mean may round beyond the densest
        drawn = (values > TRIFLE) & covered(self.ground, warped, touched=True)
        return Picture(np.where(drawn, classes, 0).astype(np.uint8), bounds)


def fitted(surface: Surface, crs: Any, side: int) -> Warped:
    """Return a surface of about `side` cells in another coordinate system.

    Cells that are larger than those of the picture are divided first, or their edges would blur.
    """
    grid = surface.grid
    columns = max(1, round(side * min(1, grid.width / grid.height)))
    times = math.ceil(columns / grid.width)
    if times > 1:
        fine = surface.per_km2.repeat(times, axis=0).repeat(times, axis=1)
        cell = grid.cell[0] / times, grid.cell[1] / times
        grid = replace(grid, cell=cell, width=grid.width * times, height=grid.height * times)
        surface = replace(surface, values=fine, grid=grid, units=PER_KM2)
    return surface.warped(crs, width=columns)


def covered(ground: gpd.GeoSeries, warped: Warped, *, touched: bool) -> npt.NDArray[np.bool_]:
    """Return which cells have their middle on the ground, or any part of them."""
    values, crs, (west, south, east, north) = warped
    rows, columns = values.shape
    if ground.empty:
        return np.zeros(values.shape, dtype=bool)
    inside: npt.NDArray[np.bool_] = needed("rasterio.features").geometry_mask(
        ground.to_crs(crs),
        (rows, columns),
        needed("rasterio").Affine(
            (east - west) / columns, 0, west, 0, (south - north) / rows, north
        ),
        all_touched=touched,
        invert=True,
    )
    return inside
