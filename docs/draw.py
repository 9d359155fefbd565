"""Draw the pictures of the gallery and write its page: ``python docs/draw.py [PICTURE ...]``.

Each map is made by the lines that the page shows: they stand here once, as text, which is run and
printed. Names of pictures draw these alone; the page is written each time.
"""

from __future__ import annotations

import contextlib
import shlex
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from matplotlib import pyplot as plt
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

import mtmgeo
from mtmgeo.core import disclaimer

HERE: Final = Path(__file__).resolve().parent
PAGE: Final = HERE / "gallery.md"
IMAGES: Final = HERE / "images"
FOLDER: Final = HERE.parent / "examples/kgz_round1"

DAY: Final = "2022-11-30"

_DPI: Final = 110  # at which the disclaimer of an A4 sheet is legible
_PLAIN: Final = 64  # colours of areas and words, which are kept as they are
_COLOURS: Final = 256


@dataclass(frozen=True)
class Map:
    """A map of the gallery.

    Attributes
    ----------
    picture
        Name of its file.
    heading, words
        What it is, and a sentence on it; may be empty.
    code
        The lines that make ``figure``.
    command
        What makes the same map from the command line, without ``-o``; empty where nothing does.
    dpi
        Of the picture.
    """

    picture: str
    heading: str
    words: str
    code: str
    command: str = ""
    dpi: float = _DPI


#: What the lines of all maps begin from.
SETUP: Final = """
import datetime as dt

import mtmgeo
from mtmgeo import MapSpec

day = dt.date(2022, 11, 30)


def figures(path):
    return mtmgeo.assess(mtmgeo.match(mtmgeo.read_table(path)))


result = figures("kgz_round1_synthetic.csv")
by_country = figures("kgz_round1_by_country_synthetic.csv")
second = figures("kgz_round2_synthetic.csv")
"""

HEAD: Final = """
# Gallery of static maps

Each map below was drawn by the lines under it, and the page was written by the same script: `python docs/draw.py`.
[Static maps](maps.md) says what can be chosen. **All counts are [synthetic](../examples/kgz_round1/README.md)**; the
maps say so themselves.

The lines run in `examples/kgz_round1/`, after these:

```python
{setup}
```

A sheet is written with `mtmgeo.write(figure, "map.png")`, or as `.svg`, `.pdf`, `.tif`. The pictures of this page have
{dpi} pixels per inch instead of 200, and 256 colours, so that they are small. `day` is given so that the maps are the
same tomorrow; without it, they bear the day on which they are drawn.
"""  # noqa: E501  (of a page)

MAPS: Final = (
    Map(
        "coverage.png",
        "Coverage",
        "Which units were assessed, and where. Locations whose place within their unit is not "
        "known are hollow.",
        'spec = MapSpec(kind="coverage", date=day)\nfigure = mtmgeo.sheet(result, spec)',
        "kgz_round1_synthetic.csv --kind coverage",
    ),
    Map(
        "by_unit.png",
        "Counts by unit",
        "The default: round classes, each of which occurs. Suppressed, not assessed, and "
        "nobody counted are three things.",
        "figure = mtmgeo.sheet(result, MapSpec(date=day))",
        "kgz_round1_synthetic.csv",
    ),
    Map(
        "density.png",
        "Density",
        "Individuals per km² of a unit's equal-area outline, in classes of as many units each.",
        'spec = MapSpec(indicator="density", year=2022, method="quantile", date=day)\n'
        "figure = mtmgeo.sheet(result, spec)",
        "kgz_round1_synthetic.csv --indicator density --year 2022 --method quantile",
    ),
    Map(
        "map4_by_admin2_and_year.png",
        "By year",
        "One panel per year, with the same classes.",
        "spec = MapSpec(by_year=True, date=day)\nfigure = mtmgeo.sheet(result, spec)",
        "kgz_round1_synthetic.csv --by-year",
    ),
    Map(
        "by_group.png",
        "By population group",
        "One panel per group, with the same classes; here of own bounds, in a colormap of "
        "matplotlib.",
        """
breaks = (500, 2500, 5000, 10000)
spec = MapSpec(by_group=True, level=1, breaks=breaks, colours="YlGnBu", date=day)
figure = mtmgeo.sheet(result, spec)
""",
        "kgz_round1_synthetic.csv --by-group --level 1 --breaks 500,2500,5000,10000 "
        "--colours YlGnBu",
    ),
    Map(
        "map2_by_location.png",
        "Circles by location",
        "The area of a circle is the count. Bishkek and Osh, where circles crowd, have insets "
        "of their own.",
        'spec = MapSpec(kind="symbols", date=day)\nfigure = mtmgeo.sheet(result, spec)',
        "kgz_round1_synthetic.csv --kind symbols",
    ),
    Map(
        "colours_and_circles.png",
        "Colours and circles",
        "Units coloured by density, and the people at each location over them.",
        'spec = MapSpec(indicator="density", circles="locations", date=day)\n'
        "figure = mtmgeo.sheet(result, spec)",
        "kgz_round1_synthetic.csv --indicator density --circles locations",
    ),
    Map(
        "change.png",
        "Change on the year before",
        "Falls and rises part at 0; a change that would tell a suppressed count is suppressed too.",
        'spec = MapSpec(indicator="change_percent", year=2022, date=day)\n'
        "figure = mtmgeo.sheet(result, spec)",
        "kgz_round1_synthetic.csv --indicator change_percent --year 2022",
    ),
    Map(
        "rounds.png",
        "Change between two rounds",
        "Of the units that both rounds reached; those that one of them reached are told apart.",
        'spec = MapSpec(indicator="change", year=2022, date=dt.date(2023, 11, 30))\n'
        "figure = mtmgeo.sheet(second, spec, before=result)",
        "kgz_round2_synthetic.csv --before kgz_round1_synthetic.csv --indicator change --year 2022 "
        "--date 2023-11-30",
    ),
    Map(
        "charts_country.png",
        "With bars by country of return",
        "Figures 1 and 4 of the report beside the map: what is suppressed there is suppressed "
        "here.",
        'charts = ("country of return", "year")\n'
        'spec = MapSpec(kind="symbols", circles="units", level=1, charts=charts, date=day)\n'
        "figure = mtmgeo.sheet(by_country, spec)",
        "kgz_round1_by_country_synthetic.csv --kind symbols --circles units --level 1 "
        "--chart 'country of return' --chart year",
    ),
    Map(
        "charts_province.png",
        "With bars by province and year",
        "Figure 2 of the report.",
        'spec = MapSpec(level=1, charts=("admin1",), date=day)\n'
        "figure = mtmgeo.sheet(result, spec)",
        "kgz_round1_synthetic.csv --level 1 --chart admin1",
    ),
    Map(
        "surface.png",
        "Density surface",
        "Hills about the assessed places. With a raster of inhabitants, `mtmgeo.dasymetric` "
        "spreads people over these instead.",
        """
group = "return migrants"
surface = mtmgeo.kernel_density(result, group=group, bandwidth_m=30_000, date=day)
spec = MapSpec(kind="surface", date=day)
figure = mtmgeo.sheet(result, spec, surface=surface)
""",
        "kgz_round1_synthetic.csv --kind surface --surface kernel --bandwidth 30000",
    ),
    Map(
        "print_grey.png",
        "For a printer without colours",
        "",
        'spec = MapSpec(style="print-grey", number="2", date=day)\n'
        "figure = mtmgeo.sheet(result, spec)",
        "kgz_round1_synthetic.csv --style print-grey --number 2",
    ),
    Map(
        "slide.png",
        "For a screen",
        "1920 × 1080 pixels, in larger type.",
        'spec = MapSpec(kind="symbols", style="slide", size="1920x1080", labels="none", date=day)\n'
        "figure = mtmgeo.sheet(result, spec)",
        "kgz_round1_synthetic.csv --kind symbols --style slide --size 1920x1080 --labels none",
        dpi=96,
    ),
    Map(
        "russian.png",
        "In Russian",
        "The sheet's words, numbers, dates and, where the boundaries have them, unit names. "
        "The disclaimer is always English.",
        'spec = MapSpec(lang="ru", date=day)\nfigure = mtmgeo.sheet(result, spec)',
        "kgz_round1_synthetic.csv --lang ru",
    ),
    Map(
        "kyrgyz.png",
        "In Kyrgyz",
        "",
        'spec = MapSpec(kind="coverage", lang="ky", date=day)\nfigure = mtmgeo.sheet(result, spec)',
        "kgz_round1_synthetic.csv --kind coverage --lang ky",
    ),
    Map(
        "poster.png",
        "Upright, with a graticule",
        "A3, in the weights of a poster.",
        'spec = MapSpec(style="poster", size="A3 portrait", graticule=True, date=day)\n'
        "figure = mtmgeo.sheet(result, spec)",
        "kgz_round1_synthetic.csv --style poster --size 'A3 portrait' --graticule",
        dpi=72,
    ),
    Map(
        "own_layer.png",
        "With a layer of your own",
        "`figure.axes[0]` is the map, in metres of `figure.composition.projection`; insets have "
        "axes of their own (gid `inset`) in the same metres. The road from Bishkek to Osh was "
        "drawn by hand.",
        """
import geopandas as gpd
from shapely import LineString

lon = [74.59, 73.85, 73.82, 73.05, 72.94, 72.68, 72.22, 72.48, 73.00, 73.30, 72.80]
lat = [42.87, 42.81, 42.33, 42.20, 41.87, 41.63, 41.35, 41.04, 40.93, 40.77, 40.53]
road = LineString(zip(lon, lat, strict=True))
roads = gpd.GeoDataFrame(geometry=[road], crs="EPSG:4326")
spec = MapSpec(kind="symbols", date=day, notes=("Red: the road from Bishkek to Osh.",))
figure = mtmgeo.sheet(result, spec)
roads = roads.to_crs(figure.composition.projection)
roads.plot(ax=figure.axes[0], color="#c8102e", linewidth=1.5, zorder=6)
""",
    ),
    Map(
        "given_axes.png",
        "In given axes",
        "A map among panels of your own, drawn last. The disclaimer stands once at the foot of the "
        "figure, and axes that reach there move up.",
        """
import matplotlib.pyplot as plt

figure, (left, right) = plt.subplots(
    1, 2, figsize=(14, 5.5), width_ratios=(3, 1), layout="constrained"
)
totals = result.figures.query("level == 0 and group == 'return migrants'").dropna(subset="year")
right.bar(totals["year"].astype(str), totals["individuals"], color="#0033a0")
right.set_title("Return migrants by year")
mtmgeo.sheet(result, MapSpec(kind="symbols", labels="none", date=day), ax=left)
""",
    ),
)

#: The map that most people would draw of the second one.
BARE: Final = Map(
    "bare.png",
    "Side by side",
    "The same figures by GeoPandas, as it is mostly done, and by `mtmgeo.sheet`. The disclaimer "
    "and the mark of synthetic data were put on the first for this page.",
    """
units = mtmgeo.layer(result, 2)
figure = units.plot(column="ret_all", legend=True, figsize=(11.7, 8.3)).figure
""",
)

COMPARED: Final = """
| ![By GeoPandas](images/bare.png) | ![By mtmgeo.sheet](images/by_unit.png) |
|---|---|

| | `.plot(column=..., legend=True)` | `mtmgeo.sheet` |
|---|---|---|
| disclaimer | none | on every sheet, in its metadata, and verified before the file is written |
| not assessed, suppressed, no figure, nobody counted | all blank, or all 0 if they were filled, as is often done | a look and a legend entry each |
| projection | degrees, stretched to suit the middle; areas are up to 3% off | equal-area about the country's centre, stated on the sheet |
| colours | a ramp without classes, safe for colour-blind eyes; one large count makes most others alike | classes of round numbers in whole individuals, safe for colour-blind eyes and in grey |
| legend | a bar without words | title, unit, classes that do not overlap |
| names | none | by importance, without overlap; those without room are listed |
| small units | not to be seen | insets where units crowd (on the full sheet) |
| scale, north, sources, licence, date | none | all of them |
| lakes, foreign ground, neighbours | blank like units without a figure | drawn as what they are |
| approximate outlines | like all others | dashed, and noted |
| file | picture alone | title, description, language and disclaimer in PNG, TIFF, SVG, PDF; the same bytes for the same input |
"""  # noqa: E501  (a row of a table is a line)

#: Measured by benchmarks/sheet.py: A4 at 300 dpi, on two cores.
COST: Final = (
    "What it costs: an A4 sheet at 300 dpi takes 2.9 times as long as a bare plot (0.84 s and "
    "0.30 s on two cores, with checking the disclaimer; the goal was 1.5; "
    "`python benchmarks/sheet.py`). A bare plot takes any column of any layer, and shows while you "
    "explore; a sheet takes what `assess` has counted."
)


def page() -> str:
    """Return the gallery."""
    parts = [HEAD.strip().format(setup=SETUP.strip(), dpi=_DPI)]
    parts += [_section(each) for each in MAPS]
    parts += [f"## {BARE.heading}", _filled(BARE.words), _lines(BARE)]
    parts += [COMPARED.strip(), _filled(COST)]
    return "\n\n".join(parts) + "\n"


def _section(shown: Map) -> str:
    parts = [f"## {shown.heading}"]
    parts += [_filled(shown.words)] if shown.words else []
    parts += [
        f"![{shown.heading}](images/{shown.picture})",
        f"```python\n{shown.code.strip()}\n```",
    ]
    parts += [f"    mtmgeo {shlex.join(command(shown))}"] if shown.command else []
    return "\n\n".join(parts)


def _filled(words: str) -> str:
    return textwrap.fill(words, 120, break_long_words=False, break_on_hyphens=False)


def _lines(shown: Map) -> str:
    return f"```python\n{shown.code.strip()}\n```"


def command(shown: Map, output: str = "map.png") -> list[str]:
    """Return the words that follow ``mtmgeo`` on the command line."""
    words = ["map", *shlex.split(shown.command)]
    dated = [] if "--date" in words else ["--date", DAY]
    return [*words, *dated, "-o", output]


def run(code: str, names: dict[str, Any]) -> dict[str, Any]:
    """Run lines of the page in the folder of the example; return all names they know."""
    names = dict(names)
    with contextlib.chdir(FOLDER):
        exec(compile(code, PAGE.name, "exec"), names)  # noqa: S102  (lines of this file)
    return names


def draw(shown: Map, names: dict[str, Any]) -> Path:
    """Draw a map of the gallery, and return the path of its picture."""
    figure = run(shown.code, names)["figure"]
    figure.set_dpi(shown.dpi)
    if shown is BARE:
        figure.text(0.02, 0.95, "SYNTHETIC DATA", weight="bold", color="#b32019")
        figure.text(0.02, 0.02, disclaimer.text(2022), size=7, gid=disclaimer.ELEMENT_ID)
    path = mtmgeo.write(figure, IMAGES / shown.picture)
    plt.close("all")
    _pack(path)
    (found,) = mtmgeo.verify(path)
    if not found.ok:
        raise SystemExit(str(found))
    return path


def _pack(path: Path) -> None:
    """Keep a picture in 256 colours: the most frequent as they are, others nearly."""
    picture: Any = Image.open(path)
    notes = PngInfo()
    for key, words in picture.text.items():
        notes.add_text(key, words)
    pixels = np.asarray(picture.convert("RGB"), dtype=np.uint32) @ (65536, 256, 1)
    colours, places, counts = np.unique(pixels, return_inverse=True, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    plain, rims = order[:_PLAIN], order[_PLAIN:]
    strip = Image.fromarray(_colours(np.repeat(colours[rims], counts[rims]))[None])
    reduced = strip.quantize(_COLOURS - len(plain), Image.Quantize.MEDIANCUT)
    first = np.cumsum(counts[rims]) - counts[rims]
    index = np.empty(len(colours), dtype=np.uint8)
    index[plain] = np.arange(len(plain))
    index[rims] = len(plain) + np.asarray(reduced)[0, first]
    packed = Image.fromarray(index[places].reshape(pixels.shape), "P")
    packed.putpalette([*_colours(colours[plain]).ravel().tolist(), *(reduced.getpalette() or [])])
    packed.save(path, pnginfo=notes, dpi=picture.info["dpi"], optimize=True)


def _colours(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    """Return red, green and blue of pixels that are numbers."""
    return np.stack([pixels >> 16, pixels >> 8 & 255, pixels & 255], axis=-1).astype(np.uint8)


def main(chosen: list[str]) -> None:
    """Write the page, and the pictures that are named, or all of them."""
    names = run(SETUP, {})
    for shown in (*MAPS, BARE):
        if not chosen or shown.picture in chosen:
            path = draw(shown, names)
            print(f"{path.name}: {path.stat().st_size // 1024} kB")
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
