"""The marginalia of a page: what is printed about the map, one element per function."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any, Final

import numpy as np
from matplotlib.colors import to_rgba
from matplotlib.lines import Line2D
from matplotlib.patches import Ellipse, Polygon, Rectangle
from matplotlib.transforms import Affine2D
from pyproj import CRS, Geod, Transformer

from mtmgeo import disclaimer
from mtmgeo.errors import SpecError
from mtmgeo.mapspec import Composition, LegendEntry
from mtmgeo.paper import (
    BLUE,
    GREY,
    INK,
    RED,
    TINY,
    YELLOW,
    Item,
    Look,
    Page,
    breadth,
    font,
    missing_glyphs,
    rise,
    wrap,
)

OPACITY: Final = 0.8  # of circles
SYNTHETIC: Final = "SYNTHETIC DATA"
MONTHS: Final = (
    "January February March April May June July August September October November December"
).split()


class Sheet(Page):
    """The page of one composition, with what its elements have to know of each other.

    Parameters
    ----------
    composition
        What the sheet shows.

    Attributes
    ----------
    scale, centre
        Millimetres on the sheet per metre of the projection, and the centre of the (first) map
        in metres; known before legend and notes are drawn.
    nameless
        How many unit names found no room on the map.
    """

    scale: float
    centre: tuple[float, float]
    nameless: int = 0

    def __init__(self, composition: Composition) -> None:
        super().__init__(composition.spec.size, composition.title)
        self.composition = composition
        self.margin = max(self.mm(8), 5.0)
        self.single = len(composition.panels) == 1


def check_glyphs(composition: Composition) -> None:
    """Raise SpecError if a character would show as an empty box."""
    upright = [
        composition.subtitle,
        composition.projection_name,
        composition.disclaimer,
        *(entry.label for entry in composition.legend),
        *composition.notes,
        *composition.sources,
        *composition.labels["text"],
    ]
    bold = [composition.title, composition.legend_title, *(p.title for p in composition.panels)]
    faults = [
        *missing_glyphs(bold, font(TINY, bold=True)),
        *missing_glyphs(upright, font(TINY)),
        *missing_glyphs(composition.water["name"], font(TINY, italic=True)),
    ]
    if faults:
        raise SpecError(faults)


def header(page: Sheet) -> float:
    """Draw title, subtitle, the mark of synthetic data and a rule; return the height below."""
    left, right, top = page.margin, page.width - page.margin, page.height - 0.9 * page.margin
    title, subtitle = page.composition.title, page.composition.subtitle
    if page.composition.synthetic:
        size, pad = page.points(10), page.mm(2)
        height, width = rise(1, size) + pad, breadth(SYNTHETIC, size, bold=True) + 2 * pad
        page.add(Rectangle((right - width, top - height), width, height, color=RED))
        look: Look = {"ha": "center", "va": "center", "color": "white"}
        middle = right - width / 2, top - height / 2
        page.text(*middle, [SYNTHETIC], font(size, bold=True), **look)
        right -= width + page.mm(4)
    one_line, two_lines = [(size, 1) for size in (17, 16, 15, 14)], range(17, 7, -1)
    lines, size = page.shrink(
        title, right - left, [*one_line, *((size, 2) for size in two_lines)], bold=True
    )
    page.text(left, top, lines, font(size, bold=True), color=BLUE)
    top -= rise(len(lines), size) + page.mm(0.8)
    if subtitle:
        lines, size = page.shrink(subtitle, right - left, [(size, 2) for size in range(10, 5, -1)])
        page.text(left, top, lines, font(size), color=GREY)
        top -= rise(len(lines), size) + page.mm(0.8)
    top -= page.mm(1.6)
    for width, color in ((page.width - 2 * page.margin, BLUE), (page.mm(28), YELLOW)):
        page.add(Rectangle((page.margin, top), width, page.mm(0.7), color=color))
    return top - page.mm(3)


def disclaimer_band(page: Sheet) -> Item:
    """Return the band at the foot of the sheet; nothing may be drawn after it."""
    words, width = page.composition.disclaimer, page.width - 2 * page.margin
    sizes = [page.points(size, least=6.5) for size in (7.0, 6.75, 6.5)]
    lines, size = min(((wrap(words, width, size), size) for size in sizes), key=lambda t: len(t[0]))
    below = max(3.5, 0.6 * page.margin)
    height = below + rise(len(lines), size) + page.mm(1.5)

    def draw(left: float, top: float) -> None:
        ground: Look = {"color": "white", "zorder": 98}
        page.add(Rectangle((left, top - height), page.width, height, **ground))
        look: Look = {"gid": disclaimer.ELEMENT_ID, "va": "bottom", "zorder": 99}
        page.text(left + page.margin, top - height + below, lines, font(size), **look)

    return Item(height, draw)


def notes(page: Sheet, width: float, size: float, kept: int) -> list[Item]:
    """Return the first `kept` notes under their heading, and a line that counts the others."""
    lines = list(page.composition.notes)
    if kept < len(lines):
        lines[kept:] = [f"({len(lines) - kept} more notes in summary.md)"]
    heading = page.paragraph("Notes", width, size, bold=True, color=BLUE)
    return [heading, *(page.paragraph(line, width, size) for line in lines)]


def sources(page: Sheet, width: float, size: float) -> list[Item]:
    """Return sources, projection, date, and the count of names that found no room."""
    composition = page.composition
    lines = [*composition.sources, f"Projection: {composition.projection_name}"]
    if date := composition.spec.date:
        lines.append(f"Created {date.day} {MONTHS[date.month - 1]} {date.year}")
    items = [page.paragraph("Sources", width, size, bold=True, color=BLUE)]
    items += [page.paragraph(line, width, size, color=GREY) for line in lines]
    total = len(composition.labels)

    def remark(count: int) -> Item:
        words = f"{count} of {total} unit names could not be placed on the map."
        return page.paragraph(words, width, size, color=GREY)

    def draw(left: float, top: float) -> None:
        if page.nameless:
            remark(page.nameless).draw(left, top)

    return [*items, Item(remark(total).height, draw)] if page.single and total else items


def legend(page: Sheet, width: float, size: float) -> list[Item]:
    """Return the legend's heading and rows; circles of one class nest in one row."""
    composition = page.composition
    items = [page.paragraph(composition.legend_title, width, size, bold=True, color=BLUE)]
    circles = defaultdict(list)
    for entry in composition.legend:
        if entry.shape == "circle":
            circles[entry.key].append(entry)
    for entry in composition.legend:
        nest = circles.get(entry.key, []) if entry.shape == "circle" else []
        if len(nest) < 2:
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
            look["color"] = entry.edge or entry.fill or INK
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
            page.add(Line2D(ends, ups, color=GREY, linewidth=0.4))
            page.text(left + label_x, foot + up, lines, font(size), va="center")

    return Item(height, draw)


def scale_bar(page: Sheet, width: float) -> Item:
    """Return north arrow, bar in round kilometres, and the ratio at the sheet's size.

    They take no more than `width` mm, whatever the scale will be.
    """
    size, gap, bar_h, indent = page.points(6.5), page.mm(0.8), page.mm(1.3), page.mm(11)
    line, above = rise(1, size), page.mm(2)
    paper = f"at {page.width:g} × {page.height:g} mm"
    lines = len(wrap(f"1:{10**9:,} {paper}", width - indent, size))
    height = above + (1 + lines) * line + 2 * gap + bar_h
    overhang = breadth("1,000", size) / 2 + breadth(" km", size)
    longest = min(page.mm(45), width - indent - overhang)

    def draw(left: float, top: float) -> None:
        stretch, north = _local(page.composition.projection, *page.centre)
        scale = page.scale / stretch  # mm per metre on the ground
        length = _round_down(longest / scale / 1000)
        long, top = 1000 * length * scale, top - above
        x, y = left + indent, top - line - gap - bar_h
        for quarter in range(4):
            look: Look = {"facecolor": "white" if quarter % 2 else INK, "edgecolor": INK}
            corner = x + quarter * long / 4, y
            page.add(Rectangle(corner, long / 4, bar_h, linewidth=0.5, gid="scale-bar", **look))
        for share, unit in ((0, ""), (0.5, ""), (1, " km")):
            number = f"{length * share:,g}"
            start = x + share * long - breadth(number, size) / 2
            page.text(start, top, [number + unit], font(size))
        ratio = f"1:{float(f'{1000 / scale:.2g}'):,.0f} {paper}"
        page.text(x, y - gap, wrap(ratio, width - indent, size), font(size), color=GREY)
        _north_arrow(page, left + page.mm(4), top, y - gap - line, north)

    return Item(height, draw)


def _north_arrow(page: Sheet, x: float, top: float, foot: float, north: float) -> None:
    """Draw a small arrow that points `north` radians clockwise from up."""
    size = page.points(7)
    page.text(x, top, ["N"], font(size, bold=True), ha="center")
    tall = top - rise(1, size) - foot
    middle = top - rise(1, size) - tall / 2
    turn = Affine2D().translate(0, -tall / 2).rotate(-north).translate(x, middle)
    for side, color in ((-0.3, INK), (0.3, "white")):
        half = turn.transform(np.array([(0, tall), (side * tall, 0), (0, 0.25 * tall)]))
        page.add(Polygon(half, facecolor=color, edgecolor=INK, linewidth=0.5))


def _local(projection: str, x: float, y: float) -> tuple[float, float]:
    """Return ground metres per projected metre eastward, and the bearing of up, at a point."""
    crs = CRS(projection)
    to_degrees = Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
    geod, step = crs.get_geod() or Geod(ellps="WGS84"), 1000.0
    west, east, south, north = (
        to_degrees.transform(x + dx, y + dy)
        for dx, dy in ((-step, 0), (step, 0), (0, -step), (0, step))
    )
    bearing, _, _ = geod.inv(*south, *north)
    return geod.inv(*west, *east)[2] / (2 * step), -math.radians(bearing)


def _round_down(value: float) -> float:
    """Return the largest of 1, 2 and 5 times a power of ten that is not above `value`."""
    power = 10.0 ** math.floor(math.log10(value))
    return max(digit * power for digit in (1, 2, 5) if digit * power <= value)


def strokes(entry: LegendEntry) -> Any:
    """Return the line style of an edge or line, as matplotlib takes it."""
    return (0, entry.dash) if entry.dash else "-"


def face(entry: LegendEntry) -> Any:
    """Return the fill of a circle: overlaps can be seen through it."""
    return to_rgba(entry.fill, OPACITY) if entry.fill else (0, 0, 0, 0)
