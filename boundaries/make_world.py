# ruff: noqa: INP001
"""Make ``mtmgeo/boundaries/world.npz``, the countries around a map: ``python make_world.py TGZ``.

TGZ is ``world-atlas-2.0.2.tgz`` as ``npm pack world-atlas@2.0.2`` fetches it: Natural Earth 4.1, in
the public domain, as TopoJSON. Babel is needed for the ISO codes. The same TGZ gives the same file.

Natural Earth shows who holds a place. What is changed for maps of the United Nations:

- Crimea goes to Ukraine, and the Golan to the Syrian Arab Republic, by a line of ten corners along
  the Jordan that is right to about 2 km; all of Western Sahara south of 27°40' N to itself.
- Somaliland, northern Cyprus and the buffer zone, Baikonur, Guantánamo and Taiwan go to Somalia,
  Cyprus, Kazakhstan, Cuba and China.
- Kosovo, the Siachen glacier, the bases in Cyprus and reefs that several countries claim have
  neither code nor name.
- Overseas parts that have an ISO code of their own get it: French Guiana, Réunion, Svalbard ...
- Names are those of the United Nations' M49 list.

The file holds the countries twice, ``fine`` (lines within 800 m of Natural Earth's) and ``light``
(within 6 km, without islets). Of each: ``step``, the way from corner to corner in units of
360°/99,999 east and 180°/99,999 north, counted from 180° W 90° S for a ring's first; ``ring``, the
corners of each ring; ``part``, the rings of each polygon; ``owner``, the polygon's country. And for
both ``iso3``, ``name`` and ``source``.
"""

from __future__ import annotations

import json
import sys
import tarfile
from pathlib import Path
from typing import IO, Any, Final, cast

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from babel.core import get_global

from mtmgeo.geo.generalise import generalise

TARGET: Final = Path(__file__).parents[1] / "mtmgeo/boundaries/world.npz"
SOURCE: Final = (
    "Natural Earth 4.1, admin 0 countries, 1:10m (public domain, naturalearthdata.com), by way of "
    "world-atlas 2.0.2 (npm); changed and generalised by boundaries/make_world.py"
)
MEMBER: Final = "package/countries-10m.json"
GRID: Final = 99_999
ONE_DEGREE: Final = GRID / 360
TO_GRID: Final = np.array([GRID / 360, GRID / 180])
ORIGIN: Final = np.array([180, 90])
FORMER: Final = set("ANT BUR DDR FXX NTZ SCG SUN TMP YMD YUG ZAR".split())
#: Scales that lines are made for, and the area in km² from which an islet is kept.
SIZES: Final = {"fine": (4_000_000, 0.3), "light": (30_000_000, 100.0)}
SMALL_KM2: Final = 5_000  # a country that keeps all its islets

JOINED: Final = {
    "Somaliland": "SOM", "N. Cyprus": "CYP", "Cyprus U.N. Buffer Zone": "CYP", "Baikonur": "KAZ",
    "USNB Guantanamo Bay": "CUB", "Taiwan": "CHN", "Coral Sea Is.": "AUS", "Clipperton I.": "FRA",
    "Indian Ocean Ter.": "CXR",
}  # fmt: skip
#: Parts of a country, by where they are: what they belong to instead.
GOLAN: Final = (
    (36.2, 33.6), (35.66, 33.4), (35.66, 33.25), (35.64, 33.2), (35.645, 33.1), (35.628, 33.01),
    (35.617, 32.89), (35.645, 32.83), (35.655, 32.78), (35.66, 32.73), (35.77, 32.72), (36.2, 32.6),
)  # fmt: skip
MOVED: Final = (
    ("RUS", "UKR", shapely.box(32, 44, 36.66, 46.4)),
    ("ISR", "SYR", shapely.Polygon(GOLAN)),
    ("MAR", "ESH", shapely.box(-20, 20, -8, 27 + 2 / 3)),
    ("FRA", "GUF", shapely.box(-55, 2, -51, 6)),
    ("FRA", "MTQ", shapely.box(-61.4, 14.3, -60.7, 15)),
    ("FRA", "GLP", shapely.box(-62, 15.7, -60.9, 16.6)),
    ("FRA", "REU", shapely.box(55, -22, 56, -20)),
    ("FRA", "MYT", shapely.box(44.9, -13.1, 45.4, -12.5)),
    ("NLD", "BES", shapely.box(-69, 12, -62, 18)),
    ("NOR", "SJM", shapely.box(-10, 70.5, -7, 71.5)),
    ("NOR", "SJM", shapely.box(8, 73, 40, 82)),
    ("NOR", "BVT", shapely.box(2, -56, 5, -53)),
    ("NZL", "TKL", shapely.box(-173, -10, -171, -8)),
    ("CXR", "CCK", shapely.box(96, -13, 98, -11)),
)
NAMES: Final = dict(
    line.strip().split(" ", 1)
    for line in """
    ALA Åland Islands
    ATF French Southern Territories
    ATG Antigua and Barbuda
    BES Bonaire, Sint Eustatius and Saba
    BIH Bosnia and Herzegovina
    BLM Saint Barthélemy
    BOL Bolivia (Plurinational State of)
    BRN Brunei Darussalam
    BVT Bouvet Island
    CAF Central African Republic
    CCK Cocos (Keeling) Islands
    CIV Côte d'Ivoire
    COD Democratic Republic of the Congo
    COK Cook Islands
    CXR Christmas Island
    CYM Cayman Islands
    DOM Dominican Republic
    ESH Western Sahara
    FLK Falkland Islands (Malvinas)
    FRO Faroe Islands
    FSM Micronesia (Federated States of)
    GBR United Kingdom of Great Britain and Northern Ireland
    GLP Guadeloupe
    GNQ Equatorial Guinea
    GUF French Guiana
    HKG China, Hong Kong Special Administrative Region
    HMD Heard Island and McDonald Islands
    IOT British Indian Ocean Territory
    IRN Iran (Islamic Republic of)
    KNA Saint Kitts and Nevis
    KOR Republic of Korea
    LAO Lao People's Democratic Republic
    MAC China, Macao Special Administrative Region
    MAF Saint Martin (French part)
    MDA Republic of Moldova
    MHL Marshall Islands
    MKD North Macedonia
    MNP Northern Mariana Islands
    MTQ Martinique
    MYT Mayotte
    NLD Netherlands (Kingdom of the)
    PCN Pitcairn
    PRK Democratic People's Republic of Korea
    PSE State of Palestine
    PYF French Polynesia
    REU Réunion
    RUS Russian Federation
    SGS South Georgia and the South Sandwich Islands
    SJM Svalbard and Jan Mayen Islands
    SLB Solomon Islands
    SPM Saint Pierre and Miquelon
    SSD South Sudan
    STP Sao Tome and Principe
    SWZ Eswatini
    SXM Sint Maarten (Dutch part)
    SYR Syrian Arab Republic
    TCA Turks and Caicos Islands
    TKL Tokelau
    TUR Türkiye
    TZA United Republic of Tanzania
    UMI United States Minor Outlying Islands
    VAT Holy See
    VCT Saint Vincent and the Grenadines
    VEN Venezuela (Bolivarian Republic of)
    VGB British Virgin Islands
    VIR United States Virgin Islands
    VNM Viet Nam
    WLF Wallis and Futuna Islands
    """.strip().splitlines()
)


def main(archive: str) -> None:
    """Write the file."""
    topology = read(archive)
    shapes, codes, names = countries(topology)
    faces, owners = divided(shapes, codes)
    every = sorted(set(owners))
    named = {**names, **NAMES, "": ""}
    arrays: dict[str, Any] = {
        "iso3": np.array(every),
        "name": np.array([named[code] for code in every]),
        "source": np.array(SOURCE),
    }
    for size, (scale, least) in SIZES.items():
        parts, owner = lighter(faces, owners, every, scale, least)
        arrays |= {f"{size}_{key}": values for key, values in packed(parts, owner).items()}
    np.savez_compressed(TARGET, **arrays)


def read(archive: str) -> Any:
    """Return the topology of all countries."""
    with tarfile.open(archive) as files:
        return json.loads(cast("IO[bytes]", files.extractfile(MEMBER)).read())


def countries(topology: Any) -> tuple[list[Any], list[str], dict[str, str]]:
    """Return polygons on the grid, the code of each, and names by code."""
    transform = topology["transform"]
    scale, shift = np.array(transform["scale"]), np.array(transform["translate"])
    arcs = [
        np.rint((np.cumsum(arc, axis=0) * scale + shift + ORIGIN) * TO_GRID)
        for arc in topology["arcs"]
    ]

    def ring(indices: list[int]) -> npt.NDArray[np.float64]:
        pieces = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in indices]
        return np.vstack([pieces[0], *[piece[1:] for piece in pieces[1:]]])

    shapes: list[Any] = []
    codes: list[str] = []
    names: dict[str, str] = {}
    iso3 = alpha3()
    for each in topology["objects"]["countries"]["geometries"]:
        name = each["properties"]["name"]
        code = JOINED.get(name, iso3.get(each.get("id"), ""))
        if code and name not in JOINED and code not in names:
            names[code] = name
        polygons = each.get("arcs", [])
        for indexed in [polygons] if each["type"] == "Polygon" else polygons:
            rings = [unrolled(ring(indices)) for indices in indexed]
            if len(rings[0]) > 3:
                holes = [hole for hole in rings[1:] if len(hole) > 3]
                polygon = shapely.Polygon(rings[0], holes)
                shapes.append(shapely.make_valid(polygon, method="structure", keep_collapsed=False))
                codes.append(code)
    return shapes, codes, names


def unrolled(ring: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return a ring with 180° E where the file says 180° W of it, and closed around the pole."""
    turns = np.cumsum(np.rint(np.diff(ring[:, 0], prepend=ring[0, 0]) / GRID))
    x = ring[:, 0] - GRID * turns
    x += GRID * (x.min() < 0)
    made = np.column_stack([x, ring[:, 1]])
    if x[0] != x[-1]:
        made = np.vstack([made, [[x[-1], 0], [x[0], 0], made[0]]])
    return made


def alpha3() -> dict[str, str]:
    """Return alpha-3 codes by numeric ones."""
    aliases = get_global("territory_aliases")
    by_alpha2 = {
        two[0]: code
        for code, two in aliases.items()
        if len(code) == 3 and code.isalpha() and len(two) == 1 and code not in FORMER
    }
    return {
        code: by_alpha2[two[0]]
        for code, two in aliases.items()
        if code.isdigit() and len(two) == 1 and two[0] in by_alpha2
    }


def divided(
    shapes: list[shapely.Geometry], codes: list[str]
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.str_]]:
    """Return the faces between all lines, on the grid, and who owns each."""
    areas = [
        shapely.transform(area, lambda points: (points + ORIGIN) * TO_GRID) for _, _, area in MOVED
    ]
    lines = [*shapely.boundary(shapes), *(area.boundary for area in areas)]
    noded = shapely.unary_union(np.array(lines), grid_size=1)
    faces = shapely.get_parts(shapely.polygonize([noded]))
    inner = shapely.point_on_surface(faces)
    face, shape = shapely.STRtree(inner).query(shapes, predicate="contains")[::-1]
    order = np.lexsort((np.array(codes)[shape] == "", face))  # a country before ground without one
    face, shape = face[order], shape[order]
    found, first = np.unique(face, return_index=True)
    owners = np.array(codes)[shape[first]]
    faces, inner = faces[found], inner[found]
    for (old, new, _), area in zip(MOVED, areas, strict=True):
        owners[(owners == old) & shapely.contains(area, inner)] = new
    return faces, owners


def lighter(
    faces: npt.NDArray[np.object_],
    owners: npt.NDArray[np.str_],
    every: list[str],
    scale: float,
    least: float,
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.int64]]:
    """Return polygons in degrees that share their edges, islets left out, and whose they are."""
    grid = [shapely.union_all(faces[owners == code]) for code in every]
    parts, owner = shapely.get_parts(
        shapely.transform(grid, lambda points: points / TO_GRID - ORIGIN), return_index=True
    )
    area = gpd.GeoSeries(parts, crs=4326).to_crs("EPSG:6933").area.to_numpy() / 1e6
    whole = np.bincount(owner, area)[owner]
    keep = (area >= least) | ((whole < SMALL_KM2) & (area >= least / 20))
    keep |= area == np.maximum.reduceat(area, np.flatnonzero(np.diff(owner, prepend=-1)))[owner]
    parts, owner = parts[keep], owner[keep]
    frame = gpd.GeoDataFrame({"pcode": owner.astype(str), "level": 0}, geometry=parts, crs=4326)
    return generalise(frame, scale=scale).to_numpy(), owner


def packed(
    parts: npt.NDArray[np.object_], owner: npt.NDArray[np.int64]
) -> dict[str, npt.NDArray[Any]]:
    """Return polygons as the file holds them."""
    rings, part_of = shapely.get_rings(parts, return_index=True)
    corners, ring_of = shapely.get_coordinates(rings, return_index=True)
    spots, ring_of = stepped(np.rint((corners + ORIGIN) * TO_GRID).astype(np.int64), ring_of)
    first = np.diff(ring_of, prepend=-1) != 0
    step = np.diff(spots, axis=0, prepend=0)
    step[first] = spots[first]
    return {
        "step": step.astype(np.int32),
        "ring": np.bincount(ring_of).astype(np.int32),
        "part": np.bincount(part_of).astype(np.int32),
        "owner": owner.astype(np.int16),
    }


def stepped(
    corners: npt.NDArray[np.int64], ring_of: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return corners with more of them where two are over a degree apart, alike both ways."""
    ends, others = corners[:-1], corners[1:]
    turned = (ends[:, 0] > others[:, 0]) | (
        (ends[:, 0] == others[:, 0]) & (ends[:, 1] > others[:, 1])
    )
    low, high = np.where(turned[:, None], others, ends), np.where(turned[:, None], ends, others)
    across = np.hypot(*((high - low) / [ONE_DEGREE, 2 * ONE_DEGREE]).T)
    pieces = np.where(ring_of[:-1] == ring_of[1:], np.maximum(np.ceil(across), 1), 1).astype(int)
    at = np.repeat(np.arange(len(pieces)), pieces)
    nth = np.arange(len(at)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    share = np.where(turned[at] & (nth > 0), pieces[at] - nth, nth) / pieces[at]
    start = np.where((nth == 0)[:, None], ends[at], low[at])
    made = np.where(
        (nth == 0)[:, None], start, np.rint(low[at] + share[:, None] * (high - low)[at])
    ).astype(np.int64)
    return np.vstack([made, corners[-1:]]), np.append(ring_of[at], ring_of[-1])


if __name__ == "__main__":
    main(sys.argv[1])
