"""The marginalia of a page: what is printed about the map, one element per function."""

from __future__ import annotations

import math
import struct
import warnings
import zlib
from collections import defaultdict
from pathlib import Path
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.image import BboxImage
from matplotlib.lines import Line2D
from matplotlib.patches import Ellipse, Polygon, Rectangle
from matplotlib.transforms import Affine2D, Bbox, TransformedBbox
from numpy.typing import NDArray
from PIL import Image, ImageOps
from pyproj import CRS, Geod, Transformer

from mtmgeo.core import disclaimer
from mtmgeo.core.errors import SpecError
from mtmgeo.maps.composition import Composition, LegendEntry
from mtmgeo.sheets.paper import (
    INCH,
    TINY,
    Item,
    Look,
    Page,
    breadth,
    font,
    lowered,
    missing_glyphs,
    rise,
    wrap,
)
from mtmgeo.style.languages import phrase

OPACITY: Final = 0.8  # of circles
SYNTHETIC: Final = "SYNTHETIC DATA"
DARK: Final = "#1a1a1a"  # of the disclaimer, in every style
_TITLE: Final = range(17, 9, -1)  # points
_NUMBER: Final = 0.4  # of the width of a header, for the number of the map at most
_FEW: Final = 12  # names that stand in each of several maps
BELOW_ID: Final = "mtmgeo-below-disclaimer"
_LOGO_DPI: Final = 300.0
_LOGO_PIXELS: Final = 40_000_000
_LOGO_FAULTS: Final = (OSError, SyntaxError, ValueError, struct.error, zlib.error)


class Sheet(Page):
    """The page of one composition, with what its elements have to know of each other.

    Parameters
    ----------
    composition
        What the sheet shows.
    figure
        To be drawn on.
    size
        Of the figure, in millimetres.

    Attributes
    ----------
    scale, centre
        Millimetres on the sheet per metre of the projection, and the centre of the (first) map
        in metres; known before legend and notes are drawn.
    named
        Whether names stand on the maps, where these are large enough.
    unplaced
        Names that found no room on the map; known before the sources are drawn.
    axes
        Axes that stand already, for the map to be drawn into; or None.
    """

    scale: float
    centre: tuple[float, float]
    unplaced: tuple[str, ...] = ()
    axes: Axes | None = None

    def __init__(self, composition: Composition, figure: Figure, size: tuple[float, float]) -> None:
        super().__init__(figure, composition.style, size)
        self.composition = composition
        self.say = composition.language.say
        self.margin = max(self.mm(8), 5.0)
        self.single = len(composition.panels) == 1
        self.named = self.single or len(composition.labels) <= _FEW


def check_glyphs(composition: Composition) -> None:
    """Raise SpecError if a character would show as an empty box."""
    spec, charts = composition.spec, composition.charts
    upright = [
        composition.subtitle,
        composition.projection_name,
        composition.disclaimer,
        spec.below_disclaimer,
        spec.producer,
        *(entry.label for entry in composition.legend),
        *composition.notes,
        *composition.sources,
        *composition.labels["text"],
        *composition.neighbours["name"],
        *(word for chart in charts for word in (*chart.rows, *chart.series)),
        *(word for chart in charts for words in chart.texts for word in words),
    ]
    bold = [
        composition.title,
        spec.number,
        composition.legend_title,
        *(panel.title for panel in composition.panels),
        *(chart.title for chart in charts),
    ]
    faults = [
        *missing_glyphs(bold, font(TINY, bold=True)),
        *missing_glyphs(upright, font(TINY)),
        *missing_glyphs(composition.water["name"], font(TINY, italic=True)),
    ]
    if faults:
        raise SpecError(faults)


def header(page: Sheet) -> float:
    """Draw number, title, subtitle, logos, the mark of synthetic data and a rule.

    Returns
    -------
    floor
        The height below.
    """
    composition, style = page.composition, page.style
    left, right, top = page.margin, page.width - page.margin, page.height - 0.9 * page.margin
    end, foot = _marks(page, right, top)
    number = composition.spec.number
    number = page.say("Map {number}", number=number) if number else ""
    if breadth(number, page.points(8), bold=True) > _NUMBER * (right - left):
        raise page.too_long(number)
    indent = breadth(f"{number}n", 1, bold=True) if number else 0.0  # mm per point
    title = composition.title
    beside = [*((size, 1) for size in _TITLE[:4]), *((size, 2) for size in _TITLE)]
    found = page.fit(title, end - left, beside, bold=True, indent=indent)
    if not found:  # the title stands below logos and mark
        end, top = right, foot - page.mm(1)
        beneath = [(size, lines) for lines in (2, 3) for size in range(14, 7, -1)]
        found = page.shrink(title, end - left, beneath, bold=True, indent=indent)
    lines, size = found
    if number:
        page.text(left, top, [number], font(size, bold=True), color=style.muted)
    page.text(left + indent * size, top, lines, font(size, bold=True), color=style.heading)
    top -= rise(len(lines), size) + page.mm(0.8)
    if composition.subtitle:
        trials = [(size, lines) for lines in (2, 3, 4) for size in range(10, 4 + lines, -1)]
        lines, size = page.shrink(composition.subtitle, end - left, trials)
        page.text(left, top, lines, font(size), color=style.muted)
        top -= rise(len(lines), size) + page.mm(0.8)
    top = min(top, foot) - page.mm(1.6)
    rules = (page.width - 2 * page.margin, style.heading), (page.mm(28), style.accent)
    for width, color in rules:
        page.add(Rectangle((page.margin, top), width, page.mm(0.7), color=color))
    return top - page.mm(3)


def _marks(page: Sheet, right: float, top: float) -> tuple[float, float]:
    """Draw logos and the mark of synthetic data; return where they end at the left and below."""
    right, foot = _logos(page, right, top)
    if page.composition.synthetic:
        words = page.say(SYNTHETIC)
        size, pad = page.points(10), page.mm(2)
        height, width = rise(1, size) + pad, breadth(words, size, bold=True) + 2 * pad
        page.add(Rectangle((right - width, top - height), width, height, color=page.style.alert))
        look: Look = {"ha": "center", "va": "center", "color": "white"}
        middle = right - width / 2, top - height / 2
        page.text(*middle, [words], font(size, bold=True), **look)
        right, foot = right - width - page.mm(4), min(foot, top - height - page.mm(0.8))
    return right, foot


def _logos(page: Sheet, right: float, top: float) -> tuple[float, float]:
    """Draw the logos from `right` leftward, and return where they end at the left and below."""
    pictures = [_logo(path) for path in page.composition.spec.logos]
    sides = [(picture.shape[1], picture.shape[0]) for picture in pictures]
    largest, widest, gap = INCH / _LOGO_DPI, 0.35 * page.width, page.mm(3)
    sizes = []
    for across, up in sides:
        scale = min(page.mm(13) / up, page.mm(45) / across, largest)
        sizes.append((across * scale, up * scale))
    total = sum(width for width, _ in sizes) + gap * (len(sizes) - 1)
    shrunk = min(1.0, widest / total) if sizes else 1.0
    foot = top
    for picture, (width, height) in zip(reversed(pictures), reversed(sizes), strict=True):
        across, up = width * shrunk, height * shrunk
        box = Bbox.from_bounds(right - across, top - up, across, up)
        image = BboxImage(TransformedBbox(box, page.unit), zorder=9, gid="logo")
        image.set_data(picture)
        page.figure.add_artist(image)
        right, foot = right - across - gap * shrunk, min(foot, top - up - page.mm(0.8))
    return right - (page.mm(2) if sizes else 0.0), foot


def _logo(path: str | Path) -> NDArray[np.uint8]:
    """Return the pixels of a logo."""
    wrong = f"The logo {str(path)!r} cannot be read: give the path of a PNG or JPEG file."
    try:
        if not Path(path).is_file():  # a pipe would never end
            raise SpecError(wrong)
        with warnings.catch_warnings(), Path(path).open("rb") as file:
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(file, formats=["PNG", "JPEG"]) as picture:
                if picture.width * picture.height <= _LOGO_PIXELS:
                    return np.asarray(ImageOps.exif_transpose(picture).convert("RGBA"))
    except Image.DecompressionBombError:
        pass
    except _LOGO_FAULTS:
        raise SpecError(wrong) from None
    raise SpecError(
        f"The logo {str(path)!r} has more than {_LOGO_PIXELS:,} pixels: give a smaller one."
    )


def disclaimer_band(page: Sheet, left: float, right: float) -> Item:
    """Return the band at the foot of the sheet, its words between `left` and `right`.

    The caller's words stand beneath the disclaimer. Nothing may be drawn after it.
    """
    words, width = page.composition.disclaimer, right - left
    sizes = [page.points(size, least=6.5) for size in (7.0, 6.75, 6.5)]
    lines, size = min(((wrap(words, width, size), size) for size in sizes), key=lambda t: len(t[0]))
    small = min(size, page.points(6.5))
    further = wrap(page.composition.spec.below_disclaimer, width, small)
    below, apart = max(3.5, 0.6 * page.margin), max(page.mm(1.5), 1.2)
    under = rise(len(further), small) + apart if further else 0.0
    height = below + under + rise(len(lines), size) + page.mm(1.5)

    def draw(_: float, top: float) -> None:
        foot = top - height + below
        page.add(Rectangle((0.0, top - height), page.width, height, color="white", zorder=98))
        look: Look = {"va": "bottom", "zorder": 98.5, "color": DARK}
        if further:
            page.text(left, foot, further, font(small), gid=BELOW_ID, **look)
        look |= {"gid": disclaimer.ELEMENT_ID, "zorder": 99}
        page.text(left, foot + under, lines, font(size), **look)

    return Item(height, draw)


def notes(page: Sheet, width: float, size: float, kept: int) -> list[Item]:
    """Return the first `kept` notes under their heading, and a line that counts the others."""
    lines = list(page.composition.notes)
    if kept < len(lines):
        count = page.composition.language.count(len(lines) - kept)
        lines[kept:] = [page.say("({count} more notes)", count=count)]
    return _paragraphs(page, phrase("Notes"), lines, width, size) if lines else []


def sources(page: Sheet, width: float, size: float) -> list[Item]:
    """Return sources, projection, producer, date, and the count of names that found no room."""
    composition, say = page.composition, page.say
    lines = [*composition.sources, say("Projection: {name}", name=composition.projection_name)]
    if producer := composition.spec.producer:
        lines.append(say("Produced by {producer}", producer=producer))
    if date := composition.spec.date:
        lines.append(say("Created {date}", date=composition.language.date(date)))
    items = _paragraphs(page, "Sources", lines, width, size, color=page.style.muted)
    return [*items, *nameless(page, width, size)]


def _paragraphs(
    page: Sheet,
    heading: str,
    lines: list[str],
    width: float,
    size: float,
    color: str | None = None,
) -> list[Item]:
    """Return paragraphs under a heading."""
    first = page.paragraph(page.say(heading), width, size, bold=True, color=page.style.heading)
    return [first, *(page.paragraph(line, width, size, color=color) for line in lines)]


def nameless(page: Sheet, width: float, size: float) -> list[Item]:
    """Return the count of names that found no room, if any name is to be placed."""
    total, text = len(page.composition.labels), page.composition.language.count
    template = phrase("Unit names that could not be placed on the map: {count} of {total}.")

    def remark(count: int) -> Item:
        words = page.say(template, count=text(count), total=text(total))
        return page.paragraph(words, width, size, color=page.style.muted)

    def draw(left: float, top: float) -> None:
        if page.unplaced:
            remark(len(page.unplaced)).draw(left, top)

    return [Item(remark(total).height, draw)] if page.named and total else []


def legend_width(page: Sheet, size: float, most: float) -> float:
    """Return the width in mm, up to `most`, in which no label of the legend is wrapped."""
    entries, wide = page.composition.legend, page.mm(45)
    circles = [2 * entry.radius_mm for entry in entries if entry.shape == "circle"]
    sample = max([page.mm(6), *circles]) + page.mm(4)
    labels = (sample + breadth(entry.label, size) for entry in entries)
    return min(max([wide, *labels]) * 1.01, most)


def legend(page: Sheet, width: float, size: float) -> list[Item]:
    """Return the legend's heading and rows; circles of one class nest in one row."""
    composition = page.composition
    items = [
        page.paragraph(composition.legend_title, width, size, bold=True, color=page.style.heading)
    ]
    circles = defaultdict(list)
    for entry in composition.legend:
        if entry.shape == "circle":
            circles[entry.key].append(entry)
    for entry in composition.legend:
        nest = circles.get(entry.key, []) if entry.shape == "circle" else []
        if entry.shape == "heading":
            words = page.paragraph(entry.label, width, size, bold=True, color=page.style.heading)
            items.append(lowered(words, page.mm(2)))
        elif len(nest) < 2:
            items.append(_row(page, entry, width, size))
        elif entry is nest[0]:
            items.append(_nest(page, nest, width, size))
    return items


def _row(page: Sheet, entry: LegendEntry, width: float, size: float) -> Item:
    """Return a sample of `entry` with its label beside it."""
    box_w, box_h = (max(page.mm(side), 2 * entry.radius_mm) for side in (6, 4))
    label_x = box_w + page.mm(2)
    lines = wrap(entry.label, width - label_x, size)
    height = max(box_h, rise(len(lines), size)) + page.mm(1.2)

    def draw(left: float, top: float) -> None:
        middle = top - height / 2
        look: Look = {"linewidth": entry.width_pt, "linestyle": strokes(entry)}
        if entry.shape == "circle":
            page.add(_circle(entry, left + box_w / 2, middle))
        elif entry.shape == "line":
            look["color"] = entry.edge or entry.fill or page.style.ink
            page.add(Line2D([left, left + box_w], [middle, middle], **look))
        else:
            look |= {"facecolor": entry.fill or "none", "edgecolor": entry.edge or "none"}
            look |= {"hatch": entry.hatch, "gid": f"legend-{entry.key}"}
            page.add(Rectangle((left, middle - box_h / 2), box_w, box_h, **look))
        page.text(left + label_x, middle, lines, font(size), va="center")

    return Item(height, draw)


def _circle(entry: LegendEntry, x: float, y: float) -> Ellipse:
    look: Look = {"edgecolor": entry.edge or "none", "linewidth": entry.width_pt}
    diameter = 2 * entry.radius_mm
    return Ellipse((x, y), diameter, diameter, facecolor=face(entry), **look)


def _nest(page: Sheet, entries: list[LegendEntry], width: float, size: float) -> Item:
    """Return circles standing in each other on one foot, with a line from each to its label."""
    entries = sorted(entries, key=lambda entry: entry.radius_mm)
    widest = 2 * entries[-1].radius_mm
    label_x = max(widest, page.mm(6)) + page.mm(4)
    rows, level = [], 0.0
    for entry in entries:
        lines = wrap(entry.label, width - label_x, size)
        half = rise(len(lines), size) / 2
        level = max(2 * entry.radius_mm, level + half)
        rows.append((entry, lines, level))
        level += half
    height = max(widest, level) + page.mm(1.5)

    def draw(left: float, top: float) -> None:
        foot, middle = top - height + page.mm(0.8), left + max(widest, page.mm(6)) / 2
        for entry, lines, up in reversed(rows):
            page.add(_circle(entry, middle, foot + entry.radius_mm))
            ends = [middle, left + label_x - page.mm(2.5), left + label_x - page.mm(0.8)]
            ups = [foot + 2 * entry.radius_mm, foot + up, foot + up]
            page.add(Line2D(ends, ups, color=page.style.muted, linewidth=0.4))
            page.text(left + label_x, foot + up, lines, font(size), va="center")

    return Item(height, draw)


def scale_bar(page: Sheet, width: float) -> Item:
    """Return north arrow, bar in round kilometres and, on paper, the ratio at the sheet's size.

    They take no more than `width` mm, whatever the scale will be.
    """
    size, gap, bar_h, indent = page.points(6.5), page.mm(0.8), page.mm(1.3), page.mm(11)
    line, above, text = rise(1, size), page.mm(2), page.composition.language.number
    lines = len(_ratio(page, 10**9, width - indent, size))
    height = above + (1 + max(lines, 1)) * line + 2 * gap + bar_h
    unit = f" {page.say('km')}"
    overhang = breadth(text(1000), size) / 2 + breadth(unit, size)
    longest = min(page.mm(45), width - indent - overhang)

    def draw(left: float, top: float) -> None:
        ground, north = on_the_ground(page)
        length = round_down(longest * ground / 1e6)
        long, top = 1e6 * length / ground, top - above
        x, y = left + indent, top - line - gap - bar_h
        for quarter in range(4):
            look: Look = {"facecolor": "white" if quarter % 2 else page.style.ink}
            look |= {"edgecolor": page.style.ink, "linewidth": 0.5, "gid": "scale-bar"}
            page.add(Rectangle((x + quarter * long / 4, y), long / 4, bar_h, **look))
        marks = [(0.0, ""), (0.5, ""), (1.0, unit)]
        if breadth(text(length), size) + page.mm(1) > long / 2:
            del marks[1]
        for share, after in marks:
            number = text(length * share)
            start = x + share * long - breadth(number, size) / 2
            page.text(start, top, [number + after], font(size))
        if words := _ratio(page, ground, width - indent, size):
            page.text(x, y - gap, words, font(size), color=page.style.muted)
        _north_arrow(page, left + page.mm(4), top, y - gap - line, north)

    return Item(height, draw)


def _ratio(page: Sheet, ground: float, width: float, size: float) -> list[str]:
    """Return the lines that say the ratio; none on a screen, whose size nobody knows."""
    composition = page.composition
    if composition.screen:
        return []
    text = composition.language.number
    ratio = f"1:{text(float(f'{ground:.2g}'))}"
    said = {"width": text(round(page.width)), "height": text(round(page.height))}
    words = page.say("{ratio} at {width} × {height} mm", ratio=ratio, **said)
    return wrap(words, width, size)


def _north_arrow(page: Sheet, x: float, top: float, foot: float, north: float) -> None:
    """Draw a small arrow that points `north` radians clockwise from up."""
    size = page.points(7)
    page.text(x, top, [page.say("N")], font(size, bold=True), ha="center")
    tall = top - rise(1, size) - foot
    middle = top - rise(1, size) - tall / 2
    turn = Affine2D().translate(0, -tall / 2).rotate(-north).translate(x, middle)
    for side, color in ((-0.3, page.style.ink), (0.3, "white")):
        half = turn.transform(np.array([(0, tall), (side * tall, 0), (0, 0.25 * tall)]))
        page.add(Polygon(half, facecolor=color, edgecolor=page.style.ink, linewidth=0.5))


def on_the_ground(page: Sheet) -> tuple[float, float]:
    """Return metres on the ground per metre on the sheet, and the bearing of up, in its centre."""
    stretch, north = local(page.composition.projection, *page.centre)
    return 1000 * stretch / page.scale, north


def local(projection: str, x: float, y: float, step: float = 1000.0) -> tuple[float, float]:
    """Return ground metres per projected metre eastward, and the bearing of up, about a point.

    They are those of `step` metres to each side.
    """
    crs = CRS(projection)
    to_degrees = Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
    geod = crs.get_geod() or Geod(ellps="WGS84")
    west, east, south, north = (
        to_degrees.transform(x + dx, y + dy)
        for dx, dy in ((-step, 0), (step, 0), (0, -step), (0, step))
    )
    bearing, _, _ = geod.inv(*south, *north)
    return geod.inv(*west, *east)[2] / (2 * step), -math.radians(bearing)


def round_down(value: float) -> float:
    """Return the largest of 1, 2 and 5 times a power of ten that is not above `value`."""
    power = 10.0 ** math.floor(math.log10(value))
    return max(digit * power for digit in (1, 2, 5) if digit * power <= value)


def strokes(entry: LegendEntry) -> Any:
    """Return the line style of an edge or line, as matplotlib takes it."""
    return (0, entry.dash) if entry.dash else "-"


def face(entry: LegendEntry) -> Any:
    """Return the fill of a circle: overlaps can be seen through it."""
    return to_rgba(entry.fill, OPACITY) if entry.fill else (0, 0, 0, 0)
