from __future__ import annotations

import base64
import datetime as dt
import gc
import io
import itertools
import os
import pickle
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property
from typing import Any

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
import pypdfium2
import pytest
import shapely
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.image import BboxImage
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from PIL import Image
from pyproj import CRS, Geod, Transformer

import mtmgeo
from mtmgeo.core import disclaimer
from mtmgeo.core.errors import SpecError
from mtmgeo.figures.surfaces import PER_KM2, Surface
from mtmgeo.files.write import write
from mtmgeo.maps.composition import GROUND, LINES, PLAIN, Chart, Composition, LegendEntry, Panel
from mtmgeo.maps.shading import Shading
from mtmgeo.maps.spec import MapSpec
from mtmgeo.population.grids import Grid
from mtmgeo.sheets.paper import Page
from mtmgeo.sheets.sheet import MapFigure, draw, draw_into
from mtmgeo.style.languages import Language
from mtmgeo.style.style import STYLES
from mtmgeo.verification.verify import verify

pytestmark = pytest.mark.slow

SIZES = {
    "A4 landscape": (297.0, 210.0),
    "A4 portrait": (210.0, 297.0),
    "A5 landscape": (210.0, 148.0),
    "A5 portrait": (148.0, 210.0),
    "A3 landscape": (420.0, 297.0),
    "A3 portrait": (297.0, 420.0),
    "A2 landscape": (594.0, 420.0),
    "A2 portrait": (420.0, 594.0),
    "1920 x 1080": (508.0, 285.75),
    "1080 x 1350": (285.75, 357.1875),
}
#: Sizes with numbers of maps; each size has one map, and several maps stand on the smallest sheets.
CROWDED = [
    *((size, 1) for size in SIZES),
    ("A5 landscape", 2),
    ("A5 portrait", 3),
    ("A4 landscape", 4),
    ("A4 portrait", 5),
    ("A4 landscape", 6),
    ("A3 portrait", 6),
    ("1920 x 1080", 3),
    ("1080 x 1350", 2),
]
STYLED = {"A2 landscape": "poster", "1920 x 1080": "slide", "A4 portrait": "print-grey"}
LEGEND = (
    LegendEntry(key="low", label="1–99", fill="#d6e2f5"),
    LegendEntry(key="high", label="100–249", fill="#0f45a3"),
    LegendEntry(key="suppressed", label="Suppressed", fill="#ffffff", hatch="....", edge="#7f7f7f"),
    LegendEntry(key="not_assessed", label="Not assessed", fill="#dcdcda"),
    LegendEntry(key="approximate", label="Approximate outline", edge="#4d4d4d", dash=(3.0, 2.0)),
)
CIRCLES = tuple(
    LegendEntry(
        key="people", label=f"{n}", shape="circle", fill="#ff0000", edge="#ff0000", radius_mm=n / 2
    )
    for n in (8, 4)
)


def frame(geometry, **columns):
    return gpd.GeoDataFrame(columns, geometry=geometry, crs="EPSG:4326")


def symbols(*rows):
    """Rows of longitude, latitude and radius in mm."""
    lon, lat, radius = np.array(rows, dtype=float).reshape(-1, 3).T
    return frame(
        shapely.points(lon, lat),
        pcode=[f"S{n}" for n in range(len(lon))],
        name=[f"Place {n}" for n in range(len(lon))],
        value=radius**2,
        radius_mm=radius,
        **{"class": ["people"] * len(lon)},
    )


def composition(**changes):
    """Four districts of two provinces between 70° and 80° E, about a lake and an enclave."""
    # Straight edges in degrees bend in the projection: neighbours must share their vertices.
    lake, enclave = shapely.segmentize(
        [shapely.box(77, 41, 79, 41.5), shapely.box(70.8, 40.2, 71.2, 40.5)], 0.25
    )
    holes = lake | enclave
    edges = [70, 72.5, 75, 77.5, 80]
    units = [shapely.box(w, 39.5, e, 43) - holes for w, e in itertools.pairwise(edges)]
    names = ["Ала-Тоо", "Жеңиш", "Өзгөн $x_1$", "Үч-Коргон"]
    areas = frame(
        units,
        pcode=["A1", "A2", "B1", "B2"],
        name=names,
        level=2,
        value=[10.0, 120.0, np.nan, np.nan],
        approximate=[False, False, True, False],
        **{"class": ["low", "high", "suppressed", "not_assessed"]},
    )
    provinces = [units[0] | units[1], units[2] | units[3]]
    given = Composition(
        spec=MapSpec(date=dt.date(2022, 11, 30)),
        title="Return migrants by district",
        subtitle="A country, November 2022",
        panels=(Panel(title="", areas=areas, symbols=symbols()),),
        legend_title="Return migrants (individuals)",
        legend=LEGEND,
        outlines=frame([*provinces, provinces[0] | provinces[1]], level=[1, 1, 0], name=[*"ABC"]),
        lines=frame([], level=[], status=[]),
        water=frame([lake], name=["Ысык-Көл"]),
        enclaves=frame([enclave], name=[""]),
        labels=frame(
            [shapely.Point(x, 42.5) for x in (71, 73.5, 76, 78.5)],
            text=names,
            level=2,
            km2=9e4,
            pcode="",
        ),
        notes=("The outline of B1 is approximate.",),
        sources=("Boundaries: a source (CC BY 4.0)",),
        synthetic=False,
        projection="+proj=laea +lat_0=41.2 +lon_0=75 +datum=WGS84 +units=m",
        projection_name="Lambert azimuthal equal-area, centred on 41.2° N 75° E",
        disclaimer=disclaimer.text(2022),
    )
    return replace(given, **changes)


def on_size(given, size):
    screen = size[0] in {508.0, 285.75}
    return replace(given, size=size, dpi=96.0 if screen else 200.0, screen=screen)


def chart(title, rows):
    values = np.outer(np.arange(rows, 0, -1), [100.0, 900.0])
    values[0, 0] = np.nan
    return Chart(
        title=title,
        rows=tuple(f"Ысык-Көл облусу {row}" for row in range(rows)),
        series=("2021", "2022"),
        values=values,
        texts=tuple(
            tuple("скрыто" if np.isnan(value) else f"{value:,.0f}" for value in row)
            for row in values
        ),
        colours=("#0033a0", "#ffb81c"),
    )


def logo(path, mode="RGBA", size=(600, 200), kind="PNG"):
    Image.new(mode, size, "#0033a0").save(path, kind)
    return path


def crowded(size, panels, picture):
    """Long words in two scripts, a dozen notes, charts, logos, circles at the edges, many names."""
    given = composition()
    long = "Возвратившиеся трудовые мигранты по районам и городам областного значения"
    note = "Контуры пяти городов приблизительны, the counts below five are suppressed. "
    german = "Verwaltungsgebietsgrenzenübersichtskarte der Bezirke"
    district = "Kreisverwaltungsbezirk Mecklenburgische Seenplatte"
    panel = replace(given.panels[0], symbols=symbols((70.1, 42.9, 5), (79.9, 39.6, 5), (74, 40, 2)))
    points = [shapely.Point(x, y) for x in range(70, 81) for y in (39.7, 40.1, 41.3, 42.9)]
    names = [f"Кара-Балта {n}" for n in range(len(points) - 1)]
    spec = replace(
        given.spec,
        number="12",
        producer=f"Internationale Organisation für Migration, {german}",
        logos=(picture,) * 2,
        graticule=True,
        below_disclaimer="Эта карта предназначена только для иллюстрации. " * 3,
    )
    crowd = replace(
        given,
        spec=spec,
        style=STYLES[STYLED.get(size, "report")],
        language=Language("en" if panels % 2 else "ru"),
        title=f"{long}, 2020–2022",
        subtitle=f"{long}: {long}",
        legend=(*LEGEND[:3], replace(LEGEND[3], label=f"{german}: {long}"), LEGEND[4], *CIRCLES),
        panels=tuple(replace(panel, title=str(2020 + n)) for n in range(panels))
        if panels > 1
        else (panel,),
        charts=(chart(f"{long} по годам", 2), chart("Countries of return", 7)),
        labels=frame(points, text=[*names, district], level=2, km2=9e4, pcode=""),
        notes=tuple(f"{n:02}. {note * (1 + n % 2)}" for n in range(12)),
        sources=(*given.sources, f"Figures: {'a_file_name_without_spaces' * 4}.csv"),
        synthetic=True,
    )
    return on_size(crowd, SIZES[size])


class Drawn:
    """A figure, its pixels, and its texts with their boxes in mm."""

    def __init__(self, given: Composition) -> None:
        self.composition, self.figure = given, draw(given)
        FigureCanvasAgg(self.figure)
        self.figure.draw_without_rendering()
        self.texts = [
            (artist, self.mm(artist))
            for artist in self.figure.findobj(Text)
            if artist.get_text().strip() and artist.get_gid() != "watermark"
        ]
        self.words = "\n".join(artist.get_text() for artist, _ in self.texts)
        self.maps = self.figure.axes[: len(given.panels)]

    def mm(self, artist):
        """Return left, lower, right and upper edge of an artist."""
        return np.asarray(artist.get_window_extent().extents) * 25.4 / self.figure.dpi

    @cached_property
    def pixels(self):
        canvas: Any = FigureCanvasAgg(self.figure)
        canvas.draw()
        return np.asarray(canvas.buffer_rgba())[..., :3]

    def at(self, lon, lat, panel=0):
        """Return the colour of the map at a place."""
        axes = self.figure.axes[panel]
        to_metres = Transformer.from_crs(4326, self.composition.projection, always_xy=True)
        x, y = axes.transData.transform(to_metres.transform(lon, lat))
        return tuple(float(v) / 255 for v in self.pixels[-1 - int(y), int(x)])

    def by_gid(self, gid):
        return self.figure.findobj(lambda artist: artist.get_gid() == gid)

    def saved(self, suffix, **rc):
        target = io.BytesIO()
        settings: Any = {"svg.fonttype": "none", "pdf.fonttype": 42, **rc}
        with mpl.rc_context(settings):
            self.figure.savefig(target, format=suffix)
        return target.getvalue()


@pytest.fixture(scope="module")
def plain():
    return Drawn(composition())


@pytest.fixture(scope="module", params=CROWDED, ids=str)
def full(request, tmp_path_factory):
    size, panels = request.param
    return Drawn(crowded(size, panels, logo(tmp_path_factory.mktemp("logo") / "logo.png")))


def number(pattern, words):
    """Return the one number that `pattern` finds in `words`."""
    (found,) = re.findall(pattern, words)
    return float(found.replace(",", ""))


def contrast(first, second):
    def luminance(color):
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color]
        return np.dot(linear, [0.2126, 0.7152, 0.0722])

    dark, light = sorted(luminance(to_rgb(color)) for color in (first, second))
    return (light + 0.05) / (dark + 0.05)


def apart(one, other, by=0.001):
    """Return whether two boxes are, with up to `by` mm in common."""
    return (
        one[2] <= other[0] + by
        or other[2] <= one[0] + by
        or one[3] <= other[1] + by
        or other[3] <= one[1] + by
    )


def inside(one, other, by=0.05):
    return (one[:2] >= other[:2] - by).all() and (one[2:] <= other[2:] + by).all()


def test_no_two_texts_overlap(full):
    for (one, a), (two, b) in itertools.combinations(full.texts, 2):
        assert apart(a, b), (one.get_text(), two.get_text())


def test_maps_samples_bars_and_logos_overlap_neither_each_other_nor_words(full):
    samples = full.figure.findobj(lambda artist: str(artist.get_gid()).startswith("legend-"))
    things = [full.mm(piece) for piece in (*samples, *full.by_gid("bar"), *full.by_gid("logo"))]
    frames = [full.mm(axes) for axes in full.maps]
    assert len(full.by_gid("logo")) == 2
    assert len(samples) >= 5
    for one, other in itertools.combinations([*things, *frames], 2):
        assert apart(one, other, 0.2)
    for artist, box in full.texts:
        for thing in things:
            assert apart(box, thing, 0.1), artist.get_text()
        for edges in frames:
            assert apart(box, edges) or inside(box, edges), artist.get_text()
    for extra in full.figure.axes[len(full.maps) :]:
        assert inside(full.mm(extra), frames[0])


def test_all_stands_on_the_sheet_with_a_margin(full):
    width, height = full.composition.size
    pieces = full.figure.findobj(lambda artist: isinstance(artist, (Axes, Rectangle, BboxImage)))
    ground = {id(full.figure.patch), *(id(axes.patch) for axes in full.figure.axes)}
    for piece in pieces:
        left, bottom, right, top = full.mm(piece)
        band = bottom <= 0.01 and right - left == pytest.approx(width)
        if id(piece) not in ground and not band:
            assert min(left, bottom, width - right, height - top) >= 3.0


def test_every_text_keeps_a_margin_and_a_legible_size(full):
    width, height = full.composition.size
    for artist, (left, bottom, right, top) in full.texts:
        assert min(left, bottom, width - right, height - top) >= 3.0, artist.get_text()
        assert artist.get_fontsize() >= 6.0
        assert artist.get_fontsize() / 72 * full.figure.dpi >= 10


def test_the_page_is_not_left_empty(full):
    """The map, on which words may stand, and the words take up most of the page."""
    width, height = full.composition.size
    boxes = [full.mm(axes) for axes in full.maps] + [box for _, box in full.texts]
    taken = shapely.union_all([shapely.box(*box).buffer(0.02 * width) for box in boxes])
    assert taken.area > 0.7 * width * height


def test_the_disclaimer_stands_last_and_legible_on_its_own_ground(full):
    figure = full.figure
    artist = figure.texts[-1]
    assert artist.get_gid() == disclaimer.ELEMENT_ID
    assert " ".join(artist.get_text().split()) == full.composition.disclaimer
    assert artist.get_fontsize() >= 6.5
    assert artist.get_fontsize() / 72 * figure.dpi >= disclaimer.MIN_PIXELS
    assert artist.get_fontsize() / 72 * 96 >= 8.5
    assert contrast(artist.get_color(), "white") >= disclaimer.MIN_CONTRAST
    assert all(other.zorder < artist.zorder for other in figure.get_children() if other != artist)
    if max(full.composition.size) > 400:  # pixels of large sheets take long
        return
    box = artist.get_window_extent().padded(4)
    rows = slice(full.pixels.shape[0] - int(box.y1), full.pixels.shape[0] - int(box.y0))
    band = full.pixels[rows, int(box.x0) : int(box.x1)].astype(int)
    assert (band.max(axis=2) - band.min(axis=2)).max() <= 2  # ink on white, nothing else
    assert (band[0] == 255).all()
    assert (band[:, 0] == 255).all()


def squeezed(words):
    return "".join(words.split())


def test_words_of_every_element_are_there(full):
    flat, given, omitted = (
        squeezed(full.words),
        full.composition,
        squeezed(str(full.figure.omitted)),
    )
    say, spec = given.language.say, given.spec
    for words in (
        given.title,
        given.subtitle,
        *given.sources,
        spec.below_disclaimer,
        *(entry.label for entry in given.legend),
        say("Projection: {name}", name=given.projection_name),
        say("Map {number}", number="12"),
        say("Produced by {producer}", producer=spec.producer),
        say("Created {date}", date=given.language.date(spec.date)),
        say("SYNTHETIC DATA"),
        disclaimer.text(2022),
    ):
        assert squeezed(words) in flat
    for chart in given.charts:
        assert (squeezed(chart.title) in flat) is not (squeezed(chart.title) in omitted)
    shown = [squeezed(note) in flat for note in given.notes]
    left_out = [squeezed(note) in omitted for note in given.notes]
    assert left_out == [not note for note in shown]
    if cut := sum(left_out):
        assert squeezed(say("({count} more notes)", count=cut)) in flat


def test_names_are_placed_or_counted(full):
    names = set(full.composition.labels["text"])
    placed = {artist.get_text() for artist, _ in full.texts} & names
    if len(full.maps) > 1:
        assert not placed
        return
    assert len(placed) > 10
    assert set(full.figure.unplaced) == names - placed
    if missing := len(names) - len(placed):
        count = "Unit names that could not be placed on the map: {count} of {total}."
        said = full.composition.language.say(count, count=missing, total=len(names))
        assert squeezed(said) in squeezed(full.words)


def test_names_keep_off_lakes_and_the_middles_of_circles(full):
    if len(full.maps) > 1:
        return
    axes, figure = full.figure.axes[0], full.figure
    names = set(full.composition.labels["text"])
    boxes = [shapely.box(*(e * figure.dpi / 25.4)) for a, e in full.texts if a.get_text() in names]
    crs = full.composition.projection
    lake = full.composition.water.to_crs(crs).geometry[0]
    lake = shapely.transform(lake, axes.transData.transform)
    circles = full.composition.panels[0].symbols.to_crs(crs)
    centres = axes.transData.transform(shapely.get_coordinates(circles.geometry.to_numpy()))
    for box in boxes:
        assert not box.intersects(lake)
        assert not box.intersects(shapely.MultiPoint(centres))


@pytest.mark.parametrize(("km2", "beside"), [(9e4, False), (2.0, True)])
def test_a_name_stands_beside_a_unit_that_it_would_hide(km2, beside):
    point = shapely.Point(73.5, 42.5)
    labels = frame([point], text=["Жеңиш"], level=2, km2=km2)
    given = composition(labels=labels)
    figure = draw(given)
    FigureCanvasAgg(figure).draw()
    axes = figure.axes[0]
    [name] = [text for text in figure.findobj(Text) if text.get_text() == "Жеңиш"]
    there = gpd.GeoSeries([point], crs="EPSG:4326").to_crs(given.projection)[0]
    at = axes.transData.transform((there.x, there.y))
    assert name.get_window_extent().contains(*at) is not beside


def test_panels_share_one_scale_and_one_scale_bar(full):
    widths = {
        round(axes.get_window_extent().width / np.ptp(axes.get_xlim()), 9) for axes in full.maps
    }
    assert len(widths) == 1
    assert len(full.by_gid("scale-bar")) == 4


def test_map_is_not_stretched_and_fills_its_frame(full):
    axes = full.figure.axes[0]
    box = axes.get_window_extent()
    across, up = box.width / np.ptp(axes.get_xlim()), box.height / np.ptp(axes.get_ylim())
    assert across == pytest.approx(up, rel=1e-9)
    bounds = full.composition.outlines.to_crs(full.composition.projection).total_bounds
    (left, bottom), (right, top) = axes.transData.transform(bounds.reshape(2, 2))
    assert box.x0 < left
    assert box.y0 < bottom
    assert right < box.x1
    assert top < box.y1
    assert max((right - left) / box.width, (top - bottom) / box.height) > 0.6  # circles need room


def test_scale_bar_has_its_length_on_the_ground(full):
    pieces = full.by_gid("scale-bar")
    pixels = sum(piece.get_window_extent().width for piece in pieces)
    bar = pieces[0].get_window_extent()
    unit = f" {full.composition.language.say('km')}"
    labels = [artist for artist, _ in full.texts if artist.get_text().endswith(unit)]
    label = min(labels, key=lambda artist: abs(artist.get_window_extent().y0 - bar.y1))
    kilometres = float(re.sub(r"[^\d]", "", label.get_text()))
    axes = full.figure.axes[0]
    box = axes.get_window_extent()
    middle_x, middle_y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    ends = [(middle_x - pixels / 2, middle_y), (middle_x + pixels / 2, middle_y)]
    to_degrees = Transformer.from_crs(full.composition.projection, 4326, always_xy=True)
    lon, lat = to_degrees.transform(*axes.transData.inverted().transform(ends).T)
    length = Geod(ellps="WGS84").inv(lon[0], lat[0], lon[1], lat[1])[2]
    assert length == pytest.approx(kilometres * 1000, rel=0.003)
    assert re.fullmatch(r"[125]0*", f"{kilometres:g}")
    true_ratio = kilometres * 1e6 / (pixels / full.figure.dpi * 25.4)
    assert full.figure.scale == pytest.approx(true_ratio, rel=0.003)
    ratios = re.findall(r"\b1:([\d,\xa0]+)", full.words)
    if full.composition.screen:
        assert not ratios  # nobody knows how large a screen is
    else:
        [ratio] = (float(re.sub(r"[^\d]", "", found)) for found in ratios)
        assert ratio == pytest.approx(true_ratio, rel=0.06)


def test_figure_has_the_size_resolution_and_label_asked_for(full):
    figure = full.figure
    assert figure.get_size_inches() * 25.4 == pytest.approx(full.composition.size)
    assert figure.dpi == full.composition.dpi
    assert figure.get_label() == full.composition.title


def test_units_have_the_colours_of_their_legend_entries(plain):
    places = {"low": (71.5, 41.5), "high": (74.5, 40), "not_assessed": (78.5, 40)}
    fills = {entry.key: to_rgb(entry.fill or "none") for entry in LEGEND if entry.fill}
    for key, place in places.items():
        (sample,) = plain.by_gid(f"legend-{key}")
        x, y = sample.get_window_extent().get_points().mean(axis=0).astype(int)
        in_legend = plain.pixels[-1 - y, x] / 255
        assert plain.at(*place) == pytest.approx(fills[key], abs=0.003)
        assert in_legend == pytest.approx(fills[key], abs=0.003)


def test_lakes_are_blue_and_enclaves_look_like_foreign_ground(plain):
    assert plain.at(78.7, 41.1) == pytest.approx(to_rgb(STYLES["report"].lake), abs=0.003)
    assert plain.at(71, 40.35) == pytest.approx(to_rgb(STYLES["report"].abroad), abs=0.003)
    assert plain.at(75, 39.35) != plain.at(71.5, 41.5)


def test_a_class_without_legend_entry_gets_a_neutral_ground():
    given = composition()
    areas = given.panels[0].areas.assign(**{"class": "ground"})
    drawn = Drawn(replace(given, panels=(replace(given.panels[0], areas=areas),)))
    assert drawn.at(71.5, 41.5) == pytest.approx(to_rgb("#f7f7f5"), abs=0.003)


def test_lake_is_named_where_the_name_fits(plain):
    assert "Ысык-Көл" in plain.words
    pond = composition().water.assign(geometry=[shapely.box(78, 41.1, 78.1, 41.2)])
    assert "Ысык-Көл" not in Drawn(composition(water=pond)).words


def test_approximate_units_have_a_dashed_edge(plain):
    def dashed(drawn):
        collections = drawn.figure.axes[0].findobj(LineCollection)
        styles: Any = [c.get_linestyle() for c in collections if c.get_segments()]
        return any(dashes for style in styles for _, dashes in style)

    exact = composition().panels[0].areas.assign(approximate=False)
    without = Drawn(composition(panels=(Panel(title="", areas=exact, symbols=symbols()),)))
    assert dashed(plain)
    assert not dashed(without)


def along(drawn, lat, west, east):
    """Return how dark a parallel that is drawn over the map is, pixel by pixel."""
    axes = drawn.figure.axes[0]
    to_metres = Transformer.from_crs(4326, drawn.composition.projection, always_xy=True)
    lon = np.linspace(west, east, 4000)
    x, y = axes.transData.transform(np.column_stack(to_metres.transform(lon, [lat] * 4000))).T
    _, first = np.unique(x.astype(int), return_index=True)
    return 255 - drawn.pixels[-1 - y[first].astype(int), x[first].astype(int)].mean(axis=1)


@pytest.fixture(scope="module")
def open_borders():
    """The southern border of the country, final from 79.5° E on and of four statuses before."""
    edges = np.arange(70, 79.1, 2.25)
    lines = [
        shapely.segmentize(shapely.LineString([(w, 39.5), (e, 39.5)]), 0.05)
        for w, e in itertools.pairwise(edges)
    ]
    south = shapely.segmentize(shapely.box(70, 39.5, 80, 43), 0.05)
    given = composition(
        lines=frame(lines, level=[0] * 4, status=list(LINES)),
        outlines=frame([south], level=[0], name=["C"]),
        legend=(*LEGEND, *LINES.values()),
        labels=composition().labels[:0],
    )
    areas = given.panels[0].areas.assign(**{"class": "not_assessed", "approximate": False})
    drawn = Drawn(replace(given, panels=(replace(given.panels[0], areas=areas),)))
    return drawn, dict(zip(LINES, itertools.pairwise(edges), strict=True))


def test_borders_that_are_not_final_do_not_show_the_border_beneath(open_borders):
    drawn, places = open_borders
    ink = 255 - 255 * np.mean(to_rgb(STYLES["report"].border))
    assert along(drawn, 39.5, 79.3, 79.9).min() > 0.7 * ink
    for west, east in places.values():
        dark = along(drawn, 39.5, west + 0.1, east - 0.1)
        assert dark.max() > 0.7 * ink
        assert dark.min() < 0.1 * ink


def test_borders_that_are_not_final_can_be_told_apart_in_grey(open_borders):
    drawn, places = open_borders
    seen = {}
    for status, (west, east) in places.items():
        dark = along(drawn, 39.5, west + 0.1, east - 0.1) > 100
        turns = np.flatnonzero(np.diff(dark)) + 1
        runs = np.diff(turns)[int(dark[turns[0]]) == 0 :: 2]  # lengths of whole dashes, in pixels
        seen[status] = np.median(runs), runs.max() / runs.min()
    thick, dots = seen["disputed"][0], seen["line of control"][0]
    assert thick > 2.5 * dots
    assert seen["administrative"][0] > 1.3 * thick
    assert seen["undetermined"][1] > 2  # dashes and dots
    assert max(seen["disputed"][1], seen["administrative"][1]) < 1.5


def test_legend_has_the_dashes_of_the_map(open_borders):
    drawn, _ = open_borders
    style = r"dasharray: ([\d.,]+); stroke-dashoffset: 0; stroke: #1f2a44; stroke-width: ([\d.]+)"
    styles = [
        tuple(round(float(length) / float(width), 3) for length in lengths.split(","))
        for lengths, width in re.findall(style, drawn.saved("svg").decode())
    ]
    for entry in LINES.values():
        assert entry.label in drawn.words
        assert styles.count(entry.dash) == 2
    assert len(styles) == 2 * len(LINES)


def test_circles_have_their_radius_in_print():
    given = composition()
    areas = given.panels[0].areas.assign(**{"class": "not_assessed", "approximate": False})
    panel = Panel(title="", areas=areas, symbols=symbols((76, 42, 2.0), (73.5, 41, 4.0)))
    drawn = Drawn(
        replace(given, panels=(panel,), legend=(LEGEND[3], CIRCLES[0]), labels=given.labels[:0])
    )
    box = drawn.figure.axes[0].get_window_extent()
    height = drawn.pixels.shape[0]
    on_map = drawn.pixels[height - int(box.y1) : height - int(box.y0)].astype(int)
    red = on_map[..., 0] - on_map[..., 2] > 100
    to_metres = Transformer.from_crs(4326, given.projection, always_xy=True)
    metres = to_metres.transform(74.75, 41)
    middle = int(drawn.figure.axes[0].transData.transform(metres)[0])
    per_mm2 = (200 / 25.4) ** 2
    edge = 0.2 / 72 * 25.4  # half of the line about a circle
    large, small = red[:, :middle].sum() / per_mm2, red[:, middle:].sum() / per_mm2
    assert large == pytest.approx(np.pi * (4 + edge) ** 2, rel=0.02)
    assert small == pytest.approx(np.pi * (2 + edge) ** 2, rel=0.03)


def test_small_circles_are_drawn_over_large_ones():
    given = composition(labels=composition().labels[:0])
    rows = symbols((74, 41.5, 1.5), (74, 41.5, 6.0))
    rows["class"] = ["small", "people"]
    small = LegendEntry(key="small", label="s", shape="circle", fill="#0000ff", radius_mm=1.5)
    panel = replace(given.panels[0], symbols=rows)
    red, _, blue = Drawn(replace(given, panels=(panel,), legend=(*LEGEND, small))).at(74, 41.5)
    assert blue > red


def test_circles_of_one_class_nest_in_the_legend():
    drawn = Drawn(composition(legend=(*LEGEND, *CIRCLES)))
    labels = [box for artist, box in drawn.texts if artist.get_text() in {"8", "4"}]
    assert abs(labels[0][0] - labels[1][0]) < 0.01  # one above the other
    assert abs(labels[0][1] - labels[1][1]) < 9


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_same_input_gives_the_same_bytes(plain, suffix):
    salt = {"svg.hashsalt": "mtmgeo"}
    again = Drawn(composition())
    if suffix == "svg":
        pattern = re.compile(rb"<dc:date>[^<]*</dc:date>")
        first, second = (pattern.sub(b"", d.saved("svg", **salt)) for d in (plain, again))
    else:
        first, second = plain.saved("png"), again.saved("png")
    assert first == second


def test_callers_settings_neither_matter_nor_change(plain):
    odd: Any = {
        "font.family": "serif",
        "axes.grid": True,
        "hatch.linewidth": 4.0,
        "lines.linewidth": 9,
    }
    with mpl.rc_context(odd):
        before = dict(mpl.rcParams)
        figure = draw(composition())
        assert dict(mpl.rcParams) == before
    target = io.BytesIO()
    figure.savefig(target, format="png")
    assert target.getvalue() == plain.saved("png")


def test_names_stay_text_and_literal_in_svg_and_pdf():
    drawn = Drawn(composition(title=r"Cost of $x_1$ & 5 \alpha_2 <b>"))
    svg = drawn.saved("svg").decode()
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", svg)
    document = pypdfium2.PdfDocument(drawn.saved("pdf"))
    pdf = document[0].get_textpage().get_text_range()
    document.close()
    assert r"Cost of $x_1$ &amp; 5 \alpha_2 &lt;b&gt;" in texts
    assert r"Cost of $x_1$ & 5 \alpha_2 <b>" in pdf
    for name in ("Ала-Тоо", "Жеңиш", "Өзгөн $x_1$", "Үч-Коргон"):
        assert texts.count(name) == 1
        assert pdf.count(name) == 1
    assert disclaimer.find(" ".join(texts)) == disclaimer.text(2022)
    assert disclaimer.find(pdf) == disclaimer.text(2022)


def test_letters_the_font_lacks_are_named():
    given = composition(title="家 plan", notes=("A \U0001f3e0 note", "fine"))
    with pytest.raises(SpecError) as caught:
        draw(given)
    first, second = caught.value.faults
    assert "'家' (U+5BB6) in '家 plan'" in first
    assert "U+1F3E0" in second
    assert "'A \U0001f3e0 note'" in second


def test_synthetic_data_are_marked_on_the_sheet_and_across_each_map():
    given = composition(synthetic=True)
    panels = tuple(replace(given.panels[0], title=str(year)) for year in (2020, 2021))
    drawn = Drawn(replace(given, panels=panels))
    assert drawn.words.count("SYNTHETIC DATA") == 1
    assert [mark.get_text() for mark in drawn.by_gid("watermark")] == ["SYNTHETIC DATA"] * 2
    assert "SYNTHETIC" not in Drawn(composition()).words


def test_real_data_carry_no_such_mark(plain):
    assert not plain.by_gid("watermark")


def test_notes_beyond_the_smallest_type_are_counted():
    notes = tuple(f"Note {n}: {'words that fill a line of the column ' * 3}" for n in range(60))
    drawn = Drawn(on_size(composition(notes=notes), SIZES["A5 landscape"]))
    cut = number(r"\((\d+) more notes\)", drawn.words)
    assert len(re.findall(r"^Note \d+:", drawn.words, re.MULTILINE)) == 60 - cut
    assert cut > 0


def test_long_notes_give_way_to_the_map():
    size, note = SIZES["A5 landscape"], "Контуры пяти городов приблизительны, and so on. " * 4
    bare = draw(on_size(composition(notes=()), size))
    full = draw(on_size(composition(notes=tuple(f"{n}. {note}" for n in range(12))), size))
    assert bare.scale / full.scale > 0.6
    assert 0 < len(full.omitted) < 12


def test_a_number_of_the_map_that_is_too_long_is_named():
    given = composition()
    given = replace(given, spec=replace(given.spec, number="12 of the second annex " * 5))
    with pytest.raises(SpecError, match=r"'Map 12 of the second annex .*shorten it"):
        draw(given)


def test_headings_in_the_legend_look_like_its_own_and_stand_apart():
    heading = LegendEntry(key="", label="Assessed locations", shape="heading")
    drawn = Drawn(composition(legend=(*LEGEND[:2], heading, *LEGEND[2:])))
    artists = {artist.get_text(): (artist, box) for artist, box in drawn.texts}
    first, second = artists["Return migrants (individuals)"], artists["Assessed locations"]
    assert second[0].get_color() == first[0].get_color() != STYLES["report"].ink
    above, below = artists["100–249"][1][1], second[1][3]
    plain = artists["1–99"][1][1] - artists["100–249"][1][3]
    assert above - below > plain + 1


def test_the_ratio_is_told_on_paper_of_any_resolution_and_on_no_screen():
    on_paper = Drawn(composition(dpi=96.0))
    on_screen = Drawn(composition(size=SIZES["1920 x 1080"], dpi=144.0, screen=True))
    assert re.search(r"1:[\d,]+ at 297 × 210 mm", on_paper.words)
    assert " mm" not in on_screen.words


@pytest.mark.parametrize("count", [12, 13])
def test_each_of_several_large_maps_names_its_units_if_they_are_few(count):
    given = composition()
    points = [shapely.Point(x, 42.5) for x in (71, 73.5, 76, 78.5)]
    points += [shapely.Point(78, 41.2)] * (count - 4)  # on a lake, where no name stands
    names = [f"Unit {n}" for n in range(count)]
    labels = frame(points, text=names, level=2, km2=9e4, pcode="")
    titled = tuple(replace(given.panels[0], title=str(year)) for year in (2020, 2021))
    drawn = Drawn(replace(given, panels=titled, labels=labels))
    placed = [artist.get_text() for artist, _ in drawn.texts if artist.get_text() in names]
    assert len(drawn.maps) == 2
    if count > 12:
        assert not placed
        return
    for axes in drawn.maps:
        box = drawn.mm(axes)
        inside_it = {a.get_text() for a, b in drawn.texts if inside(b, box)} & set(names)
        assert inside_it >= {"Unit 0", "Unit 1", "Unit 2", "Unit 3"}
    assert set(drawn.figure.unplaced) == {name for name in names if placed.count(name) < 2}
    said = f"could not be placed on the map: {len(drawn.figure.unplaced)} of"
    assert squeezed(said) in squeezed(drawn.words)


def test_small_maps_name_no_units():
    given = composition()
    titled = tuple(replace(given.panels[0], title=str(year)) for year in range(2016, 2022))
    drawn = Drawn(on_size(replace(given, panels=titled), SIZES["A5 landscape"]))
    assert not {artist.get_text() for artist, _ in drawn.texts} & set(given.labels["text"])
    assert not drawn.figure.unplaced


def test_names_on_the_map_grow_less_than_other_words():
    plain, poster = (Page(Figure(), STYLES[name], (297.0, 210.0)) for name in ("report", "poster"))
    assert poster.points(10) == pytest.approx(1.4 * plain.points(10))
    assert poster.map_points(10) == pytest.approx(1.4**0.5 * plain.map_points(10), abs=0.01)
    assert plain.map_points(10) == plain.points(10)
    assert poster.map_points(1) == plain.points(1)


def test_rows_without_geometry_are_left_out():
    given = composition()
    areas = given.panels[0].areas.copy()
    areas.loc[3, "geometry"] = None
    drawn = Drawn(replace(given, panels=(replace(given.panels[0], areas=areas),)))
    assert drawn.at(71.5, 41.5) == pytest.approx(to_rgb("#d6e2f5"), abs=0.003)


def test_a_map_without_outlines_is_refused():
    given = composition()
    panel = replace(given.panels[0], areas=given.panels[0].areas[:0])
    with pytest.raises(SpecError, match="No unit of this map has an outline"):
        draw(replace(given, panels=(panel,), outlines=given.outlines[:0]))


@pytest.mark.parametrize(
    ("changes", "size", "fault"),
    [
        ({}, (40.0, 30.0), "40 × 30 mm"),
        ({"title": "много слов " * 60}, (297.0, 210.0), "shorten it"),
    ],
)
def test_what_cannot_fit_is_refused_in_words(changes, size, fault):
    with pytest.raises(SpecError, match=fault):
        draw(on_size(composition(**changes), size))


# --- surfaces -------------------------------------------------------------------------------

THIN, HOT = "#00ff00", "#ff00ff"


def shaded(hot=None, **changes):
    """The first two districts under cells of 0.1° with people; one more crowded, by its corner."""
    pytest.importorskip("rasterio")
    cells = np.full((60, 140), 1.0)  # from 68° E and 45° N, beyond the country on all sides
    if hot:
        column, row = round((hot[0] - 68) / 0.1), round((45 - hot[1]) / 0.1)
        cells[:] = np.nan
        cells[row, column] = 9.0
    place = Grid(CRS(4326), (68.0, 45.0), (0.1, -0.1), 140, 60)
    given = composition(size=SIZES["A5 landscape"])
    areas = given.panels[0].areas.copy()
    areas.loc[:1, "class"] = GROUND
    shading = Shading(
        surface=Surface(cells, place, PER_KM2, "People"),
        breaks=(5.0,),
        colours=(THIN, HOT),
        ground=areas.geometry[:2],
    )
    panel = replace(given.panels[0], areas=areas)
    return replace(given, panels=(panel,), surface=shading, **changes)


@pytest.mark.parametrize("size", ["A4 landscape", "A5 portrait", "1920 x 1080"])
@pytest.mark.parametrize("corner", [(70.7, 42.3), (73.6, 40.1)])
def test_a_cell_of_a_surface_is_drawn_where_it_lies(corner, size):
    drawn = Drawn(on_size(shaded(corner, labels=composition().labels[:0]), SIZES[size]))
    found = np.argwhere((drawn.pixels == [255, 0, 255]).all(axis=-1))
    (top, left), (bottom, right) = found.min(axis=0), found.max(axis=0) + 1
    west, north = corner
    to_metres = Transformer.from_crs(4326, drawn.composition.projection, always_xy=True)
    edges = to_metres.transform_bounds(west, north - 0.1, west + 0.1, north)
    x, y = drawn.figure.axes[0].transData.transform(np.reshape(edges, (2, 2))).T
    height = len(drawn.pixels)
    assert [left, right, height - bottom, height - top] == pytest.approx([*x, *y], abs=2)


def test_a_surface_ends_at_the_units_that_it_is_of():
    drawn = Drawn(shaded(labels=composition().labels[:0]))
    places = {
        (74.93, 40.2): THIN,
        (79, 42): "#dcdcda",
        (78, 41.2): STYLES["report"].lake,
        (71, 40.35): STYLES["report"].abroad,
    }
    for place, color in places.items():
        assert drawn.at(*place) == pytest.approx(to_rgb(color), abs=0.003), place
    areas = drawn.composition.panels[0].areas
    ground = areas[areas["class"] == GROUND].to_crs(drawn.composition.projection)
    x, y = drawn.figure.axes[0].transData.transform(ground.total_bounds.reshape(2, 2)).T
    found = np.argwhere((drawn.pixels == [0, 255, 0]).all(axis=-1))
    (top, left), (bottom, right) = found.min(axis=0), found.max(axis=0) + 1
    edges = [left, right, len(drawn.pixels) - bottom, len(drawn.pixels) - top]
    assert edges == pytest.approx([*x, *y], abs=8)  # the border is as wide
    assert edges[0] > x[0]
    assert edges[1] < x[1]


def test_ground_without_people_is_plain():
    drawn = Drawn(shaded((73.6, 40.1)))
    assert drawn.at(71.8, 41.4) == pytest.approx(to_rgb(PLAIN.fill), abs=0.003)


def test_names_and_borders_lie_over_a_surface():
    drawn = Drawn(shaded())
    assert drawn.at(72.5, 41) != pytest.approx(to_rgb(THIN), abs=0.1)
    assert drawn.at(75, 40.5) != pytest.approx(to_rgb(THIN), abs=0.1)
    assert "Ала-Тоо" in drawn.words


def test_a_surface_is_one_picture_of_bounded_size_and_words_stay_text(tmp_path):
    given = replace(shaded(), dpi=130.0)
    kinds, first, again = (".svg", ".pdf"), draw(given), draw(given)
    svg, pdf = pages = [write(first, tmp_path / f"1{kind}") for kind in kinds]
    for kind, page in zip(kinds, pages, strict=True):
        assert write(again, tmp_path / f"2{kind}").read_bytes() == page.read_bytes()
    drawing = svg.read_text("utf-8")
    (picture,) = re.findall(r"data:image/png;base64,([^\"]+)", drawing)
    width, height = Image.open(io.BytesIO(base64.b64decode(picture))).size
    assert 1500 < max(width, height) <= 3000
    assert "image-rendering:pixelated" in drawing
    assert ">Return migrants by district</text>" in drawing
    document = pypdfium2.PdfDocument(pdf)
    found = [one.type for one in document[0].get_objects()]
    assert found.count(pypdfium2.raw.FPDF_PAGEOBJ_IMAGE) == 1
    assert "Return migrants by district" in document[0].get_textpage().get_text_range()
    document.close()


# --- the figure -----------------------------------------------------------------------------


def test_a_figure_knows_what_it_shows(plain):
    figure = plain.figure
    assert isinstance(figure, MapFigure)
    assert figure.composition is plain.composition
    assert (figure.lang, figure.unplaced) == ("en", ())
    assert draw(composition(alt="A map.", language=Language("ky"))).alt == "A map."
    assert draw(composition(language=Language("ky"))).lang == "ky"


@pytest.mark.parametrize("size", ["A5 portrait", "A4 landscape"])
def test_a_saved_figure_is_what_is_written_whatever_the_caller_s_settings(tmp_path, size):
    figure = draw(composition(size=SIZES[size], dpi=96.0))
    path = write(figure, tmp_path / "map.png")
    odd: Any = {"text.hinting": "default", "savefig.bbox": "tight", "savefig.dpi": 50}
    saved, shown = io.BytesIO(), FigureCanvasAgg(figure)
    with plt.style.context("dark_background"), mpl.rc_context(odd):
        figure.savefig(saved, format="png")
        shown.draw()
        right = figure.texts[-1].get_window_extent().x1
    with Image.open(path) as one, Image.open(saved) as other:
        expected = np.asarray(one)
        assert (np.asarray(other)[..., :3] == expected).all()
    assert (np.asarray(shown.buffer_rgba())[..., :3] == expected).all()
    assert right < figure.bbox.width


def test_a_saved_figure_heeds_what_the_caller_asks_for():
    figure, saved = draw(composition()), io.BytesIO()
    with mpl.rc_context({"svg.fonttype": "none"}):
        figure.savefig(saved, format="svg", facecolor="#ff00ff")
    assert b">Return migrants by district</text>" in saved.getvalue()
    assert b"#ff00ff" in saved.getvalue()


def test_threads_draw_and_write_one_after_the_other(tmp_path):
    given, before = composition(size=SIZES["A5 landscape"], dpi=130.0), dict(mpl.rcParams)

    def made(number):
        return write(draw(given), tmp_path / f"{number}.{['png', 'svg'][number % 2]}").read_bytes()

    expected = [made(0), made(1)] * 3
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(made, range(6))) == expected
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize(
    ("size", "dpi"), [((297.0, 420.0), 200.0), ((285.75, 357.1875), 96.0), ((250.0, 180.0), 200.0)]
)
def test_letters_of_the_disclaimer_stay_together_in_documents(tmp_path, size, dpi):
    path = write(draw(composition(size=size, dpi=dpi)), tmp_path / "map.pdf")
    assert verify(path)[0].faults == ()
    document = pypdfium2.PdfDocument(path)
    words = document[0].get_textpage().get_text_range()
    document.close()
    assert disclaimer.find(words) == disclaimer.text(2022)


def test_a_figure_can_be_pickled(plain):
    again = pickle.loads(pickle.dumps(plain.figure))  # noqa: S301
    assert again.scale == plain.figure.scale
    assert again.lang == "en"
    target = io.BytesIO()
    again.savefig(target, format="png")
    assert target.getvalue() == plain.saved("png")


def test_sheets_leave_nothing_behind():
    draw(composition())
    gc.collect()
    before = len(gc.get_objects())
    for _ in range(3):
        draw(composition())
    gc.collect()
    assert len(gc.get_objects()) - before < 1000
    assert not plt.get_fignums()


def test_layers_of_ones_own_go_on_the_map(tmp_path):
    figure = draw(composition())
    place = gpd.GeoSeries([shapely.Point(74, 40.2)], crs="EPSG:4326").to_crs(
        figure.composition.projection
    )
    before = figure.axes[0].get_xlim()
    place.plot(ax=figure.axes[0], zorder=6, color="#ff00ff", markersize=400)
    assert figure.axes[0].get_xlim() == before
    path = write(figure, tmp_path / "map.png")
    assert verify(path)[0].faults == ()
    with Image.open(path) as picture:
        assert (np.asarray(picture) == [255, 0, 255]).all(axis=2).sum() > 500


def test_words_are_in_the_language_of_the_composition():
    given = composition(language=Language("ru"), synthetic=True)
    given = replace(given, spec=replace(given.spec, number="3", producer="МОМ"))
    words = Drawn(given).words
    for said in ("Карта 3", "Источники", "Подготовлено: МОМ", "30 ноября 2022", "Примечания"):
        assert said in words
    for english in ("Sources", "Notes", "Created", "SYNTHETIC", "km", " at "):
        assert english not in words
    assert disclaimer.find(words) == disclaimer.text(2022)


def test_a_style_sets_colours_and_sizes():
    style = replace(STYLES["report"], heading="#123456", ink="#654321", type_scale=1.2)
    plain, styled = (
        {a.get_text(): a for a, _ in Drawn(composition(style=s)).texts}
        for s in (STYLES["report"], style)
    )
    assert to_rgb(styled["Notes"].get_color()) == to_rgb("#123456")
    assert to_rgb(styled["1–99"].get_color()) == to_rgb("#654321")
    title = composition().title
    assert styled[title].get_fontsize() == pytest.approx(1.2 * plain[title].get_fontsize())


@pytest.mark.parametrize("kind", [".png", ".pdf", ".svg"])
def test_words_below_the_disclaimer_leave_it_verifiable(tmp_path, kind):
    given = composition()
    below = "Эта карта предназначена только для иллюстрации. Названия не означают признания."
    figure = draw(replace(given, spec=replace(given.spec, below_disclaimer=below)))
    artists = {artist.get_gid(): artist for artist in figure.texts}
    under, shown = artists["mtmgeo-below-disclaimer"], artists[disclaimer.ELEMENT_ID]
    assert figure.texts[-1] is shown
    assert 6 <= under.get_fontsize() <= shown.get_fontsize()
    FigureCanvasAgg(figure)
    assert under.get_window_extent().y1 < shown.get_window_extent().y0 - 4
    assert verify(write(figure, tmp_path / f"map{kind}"))[0].faults == ()


def with_logos(*paths):
    given = composition()
    return replace(given, spec=replace(given.spec, logos=paths))


def test_logos_keep_their_shape_and_are_not_enlarged(tmp_path):
    small = logo(tmp_path / "small.png", size=(60, 30))
    wide = logo(tmp_path / "wide.jpg", "CMYK", (3000, 300), "JPEG")
    drawn = Drawn(with_logos(small, wide))
    first, second = sorted((drawn.mm(image) for image in drawn.by_gid("logo")), key=lambda b: b[0])
    assert [first[2] - first[0], first[3] - first[1]] == pytest.approx([60 / 300 * 25.4, 2.54])
    assert second[2] == pytest.approx(297 - 8)
    assert (second[2] - second[0]) / (second[3] - second[1]) == pytest.approx(10)
    assert first[2] < second[0]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (None, "cannot be read"),
        (b"GIF89a", "cannot be read"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", "cannot be read"),
    ],
)
def test_a_logo_that_is_none_is_named(tmp_path, content, fault):
    path = tmp_path / "logo of ours.png"
    if content:
        path.write_bytes(content)
    with pytest.raises(SpecError, match=f"logo of ours.png.*{fault}"):
        draw(with_logos(path))


def test_a_logo_with_too_many_pixels_is_refused(tmp_path):
    path = logo(tmp_path / "huge.png", "1", (10_000, 5_000))
    with pytest.raises(SpecError, match="more than 40,000,000 pixels"):
        draw(with_logos(path))


# --- into given axes ------------------------------------------------------------------------


def into(axes, **changes):
    given = composition(**changes)
    return draw_into(axes, replace(given, size=(150.0, 100.0)))


@pytest.mark.parametrize("layout", [None, "constrained", "tight"])
def test_maps_go_into_given_axes_and_the_disclaimer_at_their_feet_once(tmp_path, layout):
    figure, grid = plt.subplots(2, 2, figsize=(12, 9), layout=layout)
    for axes in grid[1]:
        assert into(axes) is figure
    grid[0, 1].plot([1, 2, 3])
    grid[1, 1].set_xlabel("about the map")
    FigureCanvasAgg(figure).draw()
    [shown] = figure.findobj(lambda artist: artist.get_gid() == disclaimer.ELEMENT_ID)
    ceiling = shown.get_window_extent().y1
    assert min(axes.get_window_extent().y0 for axes in figure.axes) > ceiling
    for axes in grid[1]:
        box = axes.get_window_extent()
        across, up = box.width / np.ptp(axes.get_xlim()), box.height / np.ptp(axes.get_ylim())
        assert across == pytest.approx(up, rel=1e-6)
    assert len(figure.axes) == 4
    for kind in (".png", ".svg"):
        assert verify(write(figure, tmp_path / f"map{kind}"))[0].faults == ()
    plt.close(figure)


@pytest.mark.parametrize("size", [(10, 8), (6, 4)])
def test_synthetic_data_are_marked_in_the_legend_of_given_axes(size):
    figure, axes = plt.subplots(figsize=size, dpi=150)
    into(axes, synthetic=True)
    FigureCanvasAgg(figure).draw()
    [plate] = figure.findobj(lambda artist: artist.get_gid() == "legend")
    here = plate.get_window_extent()
    [mark] = [text for text in figure.texts if text.get_text() == "SYNTHETIC DATA"]
    words = [text for text in figure.texts if here.contains(*text.get_window_extent().p0)]
    assert max(words, key=lambda text: text.get_window_extent().y0) is mark
    assert here.contains(*mark.get_window_extent().p1)
    assert mark.get_color() == STYLES["report"].alert
    assert mark.get_fontweight() == "bold"
    real, others = plt.subplots(figsize=size)
    into(others)
    assert "SYNTHETIC DATA" not in [text.get_text() for text in real.texts]
    plt.close("all")


def test_a_figure_knows_what_was_drawn_into_its_axes(tmp_path):
    figure: Any
    figure, grid = plt.subplots(1, 2, figsize=(14, 6))
    into(grid[0], alt="One map.", language=Language("ru"), charts=(chart("Bars", 2),))
    assert figure.get_label() == "Return migrants by district"
    into(grid[1], alt="Another map.", title="Emigrants", language=Language("ky"))
    assert figure.get_label() == "Return migrants by district; Emigrants"
    assert (figure.lang, figure.alt) == ("ru", "One map. Another map.")
    assert len(figure.omitted) == 1
    assert "Bars" in figure.omitted[0]
    with Image.open(write(figure, tmp_path / "map.png")) as picture:
        assert picture.info["Title"] == "Return migrants by district; Emigrants"
        assert picture.info["Description"] == "One map. Another map."
        assert picture.info["Language"] == "ru"
    plt.close(figure)


def test_names_that_find_no_room_in_given_axes_are_kept():
    figure: Any
    figure, grid = plt.subplots(1, 2, figsize=(14, 6))
    points = [shapely.Point(71, 42.5)] * 60
    names = [f"Name {n} of a unit" for n in range(60)]
    for axes in grid:
        into(axes, labels=frame(points, text=names, level=2, km2=9e4, pcode=""))
    shown = [text.get_text() for text in figure.texts]
    assert len(figure.unplaced) == 120 - sum(shown.count(name) for name in names)
    assert 0 < len(figure.unplaced) < 120
    plt.close(figure)


def test_a_name_that_the_caller_gave_a_figure_stays():
    figure, axes = plt.subplots(figsize=(7, 7), num="Mine")
    into(axes)
    assert figure.get_label() == "Mine"
    plt.close(figure)


def test_meridians_and_parallels_are_drawn_into_given_axes():
    figure, axes = plt.subplots(figsize=(9, 7))
    into(axes, spec=MapSpec(date=dt.date(2022, 11, 30), graticule=True))
    degrees = [text.get_text() for text in figure.findobj(Text) if "°" in text.get_text()]
    assert {"72°\xa0E", "42°\xa0N"} <= set(degrees)
    plt.close(figure)


@pytest.mark.parametrize("size", [(10, 4), (4.5, 9), (7, 7)])
def test_the_legend_in_given_axes_hides_neither_map_nor_names(size):
    figure, axes = plt.subplots(figsize=size, dpi=150)
    into(axes, legend=(*LEGEND, *CIRCLES))
    FigureCanvasAgg(figure).draw()
    [plate] = figure.findobj(lambda artist: artist.get_gid() == "legend")
    box, frame = plate.get_window_extent(), axes.get_window_extent()
    given = composition()
    land = given.outlines.to_crs(given.projection).geometry[2]
    land = shapely.transform(land, axes.transData.transform)
    assert frame.x0 < box.x0 < box.x1 < frame.x1
    assert frame.y0 < box.y0 < box.y1 < frame.y1
    assert not land.intersects(shapely.box(*box.extents))
    assert shapely.box(*frame.extents).contains(land)
    names = set(given.labels["text"])
    for artist in figure.texts:
        here = artist.get_window_extent()
        assert (artist.get_text() in names) is not box.overlaps(here) or here.y1 < frame.y0
    plt.close(figure)


def test_axes_that_cannot_hold_a_map_are_refused():
    figure, axes = plt.subplots(figsize=(1.5, 1.0))
    with pytest.raises(SpecError, match="too small for the disclaimer"):
        into(axes)
    plt.close(figure)
    figure, axes = plt.subplots(3, 4, figsize=(8, 6))
    with pytest.raises(SpecError, match="too small for the map and its legend"):
        into(axes[0, 0])
    plt.close(figure)
    figure, axes = plt.subplots()
    given = composition()
    with pytest.raises(SpecError, match="2 maps do not go into one pair of axes"):
        draw_into(axes, replace(given, panels=given.panels * 2))
    plt.close(figure)


def test_lines_of_a_paragraph_are_evenly_spaced():
    note = "демонстрации и не являются ЙЁ результатами Å какой-либо оценки (Й) plain words " * 4
    drawn = Drawn(composition(notes=(note,)))
    lines = [artist for artist, _ in drawn.texts if artist.get_text() in note]
    steps = np.diff([artist.get_position()[1] for artist in lines if len(artist.get_text()) > 9])
    assert len(steps) > 2
    assert steps == pytest.approx(steps[0])


def test_a_pipe_is_no_logo(tmp_path):
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    given = composition()
    with pytest.raises(SpecError, match="cannot be read: give the path of a PNG or JPEG"):
        draw(replace(given, spec=replace(given.spec, logos=(pipe,))))


def test_a_logo_of_too_many_pixels_is_named_as_such(tmp_path):
    bomb = tmp_path / "bomb.png"
    Image.new("1", (20_000, 20_000)).save(bomb)
    given = composition()
    with pytest.raises(SpecError, match="has more than 40,000,000 pixels"):
        draw(replace(given, spec=replace(given.spec, logos=(bomb,))))


def test_a_mark_of_byte_order_in_words_is_refused():
    with pytest.raises(SpecError, match=r"U\+FEFF"):
        draw(composition(title="Return\ufeff migrants"))


@pytest.mark.parametrize("wrong", ["log", "polar", "turned", "several"])
def test_axes_that_are_not_plain_are_refused(wrong):
    options = {"subplot_kw": {"projection": "polar"}} if wrong == "polar" else {}
    figure = Figure((10, 8))
    axes = figure.subplots(**options)
    if wrong == "log":
        axes.set_xscale("log")
    if wrong == "turned":
        axes.invert_yaxis()
    given = [axes, axes] if wrong == "several" else axes
    table = pd.DataFrame({"oblast": ["Osh"], "район": ["Uzgen"], "village": ["Myrza-Ake"]})
    result = mtmgeo.assess(mtmgeo.match(table))
    with pytest.raises(SpecError, match=r"not plain|one pair of axes"):
        mtmgeo.sheet(result, MapSpec(kind="coverage"), ax=given)


def test_charts_and_the_caller_s_notes_give_way_before_what_the_map_says_of_its_figures():
    note = "Контуры пяти городов приблизительны, the counts below five are suppressed. "
    notes = tuple(f"{n:02}. {note * 2}" for n in range(14))
    given = on_size(composition(charts=(chart("By year", 9),), notes=notes), SIZES["A5 landscape"])
    own = draw(given).omitted
    assert any("By year" in said for said in own)
    assert not any(note in said for said in own)
    callers = draw(replace(given, spec=replace(given.spec, notes=notes[2:]))).omitted
    assert any(note in said for said in callers)
    assert not any("By year" in said for said in callers)
