"""Cut a country into faces of which the units of every level are exact unions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import pyproj
import shapely

from mtmgeo.geo.crs import CRS

_GRID: Final = 1e-4  # degrees: about 10 metres, finer than any source


def point(lat_lon: Sequence[float], metres: pyproj.CRS) -> shapely.Point:
    """Return a point given as latitude and longitude in the projection `metres`."""
    lat, lon = lat_lon
    there = gpd.GeoSeries([shapely.Point(lon, lat)], crs=CRS).to_crs(metres)
    return shapely.Point(there.iloc[0])


def partition(
    units: pd.DataFrame,
    outlines: gpd.GeoDataFrame,
    context: gpd.GeoDataFrame,
    recipe: Mapping[str, Any],
    metres: pyproj.CRS,
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Cut the country into faces, each of one unit at every level.

    All lines, those of the published outlines and the approximate ones, are noded together on one
    grid, so that the units of every level, being unions of faces, share their edges exactly.

    Parameters
    ----------
    units
        With ``pcode``, ``level``, ``parent_pcode``, ``lat``, ``lon``.
    outlines, context
        Published polygons of admin 2 by ``pcode``, a valid coverage; lakes and enclaves by
        ``kind``.
    recipe
        Its ``[outlines]`` and ``[[approximate]]``.
    metres
        Projection to measure in.

    Returns
    -------
    faces
        GeoDataFrame in EPSG:4326 with ``adm1``, ``adm2``, ``adm3`` (None where unknown).
    context
        GeoDataFrame in EPSG:4326 with ``kind``, ``name``: what is left of lakes and enclaves.
    """
    tolerance = recipe["outlines"]["tolerance_degrees"]
    simpler = outlines.set_geometry(
        gpd.GeoSeries(shapely.coverage_simplify(outlines.geometry.values, tolerance), crs=CRS)
    )
    ground = _carve_cities(simpler, context, recipe, metres)
    seeds = _seeds(units, metres)
    cells = pd.concat([_cells(code, area, seeds) for code, area in ground.items()])
    lines = [*ground.boundary, *cells.geometry.boundary]
    noded = shapely.union_all(gpd.GeoSeries(lines, crs=metres).to_crs(CRS).values, grid_size=_GRID)
    faces = gpd.GeoDataFrame(geometry=list(shapely.polygonize([noded]).geoms), crs=CRS)
    inner = faces.representative_point().to_crs(metres)
    faces["adm2"] = _label(inner, ground)
    faces["adm3"] = _label(inner, cells.geometry)
    left = _context(faces, context)
    faces = faces.dropna(subset="adm2")
    parent = units[units["level"] == 2].set_index("pcode")["parent_pcode"]
    return faces.assign(adm1=faces["adm2"].map(parent)), left


def _label(points: gpd.GeoSeries, areas: gpd.GeoSeries) -> pd.Series:
    """Return the index label of the area in which each point lies, or None."""
    frame = gpd.GeoDataFrame({"label": areas.index}, geometry=areas.values, crs=points.crs)
    joined = gpd.sjoin(gpd.GeoDataFrame(geometry=points), frame, predicate="within")
    label: pd.Series = joined["label"].groupby(level=0).first().reindex(points.index)
    return label


def _carve_cities(
    outlines: gpd.GeoDataFrame,
    context: gpd.GeoDataFrame,
    recipe: Mapping[str, Any],
    metres: pyproj.CRS,
) -> gpd.GeoSeries:
    """Return the admin 2 outlines in metres, with an approximate one for each city without."""
    areas = outlines.to_crs(metres).set_index("pcode").geometry
    lakes = context[context["kind"] == "lake"].to_crs(metres).geometry
    country = shapely.union_all(areas.values)
    for city in recipe["approximate"]:
        code, ground = city["pcode"], city["ground"]
        centre = point(city["point"], metres)
        if ground == "lake":
            whole = _hole(country, lakes, centre)
        elif ground == "outside":
            near = country.intersection(centre.buffer(1000 * city["notch_km"]))
            whole = near.convex_hull.difference(country)
        else:
            whole = areas[ground]
        area = _nearest_part(whole, centre, city["area_km2"])
        if ground in areas.index:
            areas[ground] = areas[ground].difference(area)
        areas[code] = area
    return areas


def _hole(
    country: shapely.Geometry, lakes: gpd.GeoSeries, centre: shapely.Point
) -> shapely.Geometry:
    """Return the hole of the country that holds the lake nearest to a point."""
    lake = lakes.loc[lakes.distance(centre).idxmin()]
    holes = [
        shapely.Polygon(ring) for part in shapely.get_parts(country) for ring in part.interiors
    ]
    return next(hole for hole in holes if hole.contains(lake.representative_point()))


def _nearest_part(ground: shapely.Geometry, centre: shapely.Point, km2: float) -> shapely.Geometry:
    """Return the part of `ground` within the distance of `centre` that gives it `km2`, or less.

    Only what hangs together with the nearest ground is taken.
    """
    nearest = min(shapely.get_parts(ground), key=lambda part: part.distance(centre))
    low, high = 0.0, 60_000.0
    for _ in range(50):
        radius = (low + high) / 2
        part = nearest.intersection(centre.buffer(radius))
        low, high = (radius, high) if part.area < km2 * 1e6 else (low, radius)
    largest: shapely.Geometry = max(shapely.get_parts(part), key=lambda piece: piece.area)
    return largest


def _seeds(units: pd.DataFrame, metres: pyproj.CRS) -> gpd.GeoDataFrame:
    """Return the located settlements and towns with the admin 3 and 2 unit they belong to."""
    located = units[units["level"].isin((3, 4)) & units["lat"].notna()]
    above = units[units["level"] == 3].set_index("pcode")["parent_pcode"]
    adm3 = located["parent_pcode"].where(located["level"] == 4, located["pcode"])
    points = gpd.points_from_xy(located["lon"], located["lat"])
    seeds = gpd.GeoDataFrame({"adm3": adm3, "adm2": adm3.map(above)}, geometry=points, crs=CRS)
    return seeds.to_crs(metres).drop_duplicates("geometry")


def _cells(code: str, area: shapely.Geometry, seeds: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return Thiessen cells of one admin 2 unit's settlements, dissolved by admin 3."""
    own = seeds[seeds["adm2"] == code]
    if own["adm3"].nunique() < 2:
        index = own["adm3"].unique()
        return gpd.GeoDataFrame(geometry=[area] * len(index), index=index, crs=seeds.crs)
    whole = shapely.union_all([area, *own.geometry])
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.MultiPoint(own.geometry.values), extend_to=whole)
    )
    tree = shapely.STRtree(cells)
    seed, cell = tree.query(own.geometry.values, predicate="intersects")
    label = dict(zip(cell.tolist(), own["adm3"].iloc[seed], strict=True))
    frame = gpd.GeoDataFrame(
        {"adm3": [label[i] for i in range(len(cells))]}, geometry=cells, crs=seeds.crs
    )
    merged = frame.dissolve("adm3").geometry.intersection(area)
    return gpd.GeoDataFrame(geometry=merged[~merged.is_empty])


def _context(faces: gpd.GeoDataFrame, context: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return lakes and enclaves as the faces that no unit has taken."""
    free = faces[faces["adm2"].isna()].geometry
    inner = free.representative_point()
    kept = []
    for row in context.itertuples():
        parts = free[inner.within(row.geometry.buffer(0.01))]
        kept.append(
            {"kind": row.kind, "name": row.name, "geometry": shapely.union_all(parts.values)}
        )
    return gpd.GeoDataFrame(kept, crs=CRS)


def dissolve(faces: gpd.GeoDataFrame, level: int) -> gpd.GeoSeries:
    """Return the outlines of a level in EPSG:4326, as exact unions of the faces, by p-code."""
    if level == 0:
        return gpd.GeoSeries(
            [shapely.coverage_union_all(faces.geometry.values)], index=[""], crs=CRS
        )
    label = f"adm{level}"
    groups = faces.dropna(subset=label).groupby(label).geometry
    merged = {code: shapely.coverage_union_all(group.values) for code, group in groups}
    return gpd.GeoSeries(merged, crs=CRS)
