"""The first view of a page as inline SVG, which is there before any script and any style sheet."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final

import shapely

from mtmgeo.boundaries import world
from mtmgeo.maps.composition import LINE_CASING, LINES, NUDGES, Composition, Panel
from mtmgeo.style.colours import sea
from mtmgeo.style.style import Style
from mtmgeo.web.escape import text
from mtmgeo.web.page_data import MANY, WIDE_PX, Page, borders, drawable, labels, shapes
from mtmgeo.web.shapes import Frame, path, paths
from mtmgeo.web.swatches import (
    PX_PER_PT,
    SYMBOL_OPACITY,
    approximate,
    dash,
    looks,
    numbers,
    patterns,
    pixels_per_mm,
    weight,
)
from mtmgeo.web.words import words

#: Attribute of lines that are as wide at any scale.
_FIRM: Final = 'vector-effect="non-scaling-stroke"'
#: Units to a step of the drawing's outlines, in which they are as exact as they are seen.
_STEP: Final = 4
#: Names, the most important first, for which room is sought before scripts seek more.
_MOST_NAMES: Final = 200
#: How far around the neighbours reach, in longer sides, and by how many pixels they may be off.
_AROUND: Final = 0.6
_ABROAD_PX: Final = 2.5
_EM_PX: Final = 11.0
#: Mean width of a letter, and height of a line, in ems of the usual fonts.
_LETTER: Final = 0.58
_LINE: Final = 1.2
_BAR_SHARE: Final = 0.22  # of the width of a drawing, at most, that is the scale bar


def drawing(page: Page, alt: str, disclaimer: str) -> str:
    """Return the SVG element of a page's first panel.

    Parameters
    ----------
    page
        See `Page.of`.
    alt
        The map in words.
    disclaimer
        Its text, which stands in the ``<desc>``.

    Returns
    -------
    svg
        With presentation attributes alone; sizes of letters, circles and hatches suit a map that
        is 900 px wide, and those of lines any.
    """
    composition = page.compositions[0]
    panel = composition.panels[0]
    frame = page.frame
    px = max(frame.width, frame.height) / WIDE_PX  # units
    pad = round(px)
    box = f"{-pad} {-pad} {frame.width + 2 * pad} {frame.height + 2 * pad}"
    hatches = "".join(patterns(one, i, px / _STEP) for i, one in enumerate(page.compositions))
    parts = "".join(
        (
            _around(page, composition),
            _areas(page, composition, panel),
            _lines(page, composition),
            _circles(page, composition, panel, px),
            _names(page, composition, panel, px),
            _bar(page, px),
        )
    )
    return (
        f'<svg id="mtm-drawing" class="mtm-drawing" xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="{box}" width="100%" role="img" aria-labelledby="mtm-title mtm-desc">'
        f'<desc id="mtm-desc">{text(alt)} {text(disclaimer)}</desc>'
        f"<defs>{hatches}</defs>{parts}</svg>"
    )


def _path(data: str, attributes: str, content: str = "") -> str:
    return f'<path d="{data}" {attributes}>{content}</path>' if data else ""


def _around(page: Page, composition: Composition) -> str:
    """Return the sea, and the borders of the neighbours among each other."""
    style, frame = composition.style, page.frame
    lands = shapes(composition.neighbours)
    if not lands:
        return '<g class="mtm-ground"></g>'
    off = frame.unit * max(frame.width, frame.height) / WIDE_PX / 111_000 * _ABROAD_PX  # degrees
    land = shapely.union_all([*lands, *shapes(composition.outlines)])
    (south, west), (north, east) = page.corners
    reach = _AROUND * max(east - west, north - south)
    near = (west - reach, south - reach, east + reach, north + reach)
    water = shapely.difference(shapely.box(*near), land.buffer(off))
    between = world.between(composition.neighbours)
    edge = f'stroke="{sea(style)}" stroke-width="4" {_FIRM}'
    drawn = [_path(path(_placed(frame, water, off), _STEP), f'fill="{sea(style)}" {edge}')]
    lines = shapely.clip_by_rect(between["geometry"].to_numpy(), *near)
    for status, line in zip(between["status"], lines, strict=True):
        dashes = f' stroke-dasharray="{dash(LINES[status])}"' if status else ""
        look = f'fill="none" stroke="{style.muted}" stroke-width=".6" stroke-opacity=".6"{dashes}'
        drawn.append(_path(path(_placed(frame, line, off), _STEP), f"{look} {_FIRM}"))
    return f'<g class="mtm-ground" transform="scale({_STEP})">{"".join(drawn)}</g>'


def _placed(frame: Frame, shape: Any, off: float) -> Any:
    """Return a shape of the world around, as light as it is seen, in the drawing."""
    return shapely.transform(shape.simplify(off), frame.place)


def _surface(page: Page, composition: Composition) -> str:
    """Return the picture of a surface, seen through what is clear, and what lies around it."""
    picture = page.surfaces[0]
    if picture is None:
        return '<g class="mtm-surface"></g>'
    x, y, width, height = picture["box"]
    ground = text(looks(composition, 0)[picture["look"]]["fill"])
    country = [shape for row, shape in drawable(composition.outlines) if row.level == 0]
    side = max(page.frame.width, page.frame.height)
    outside = f"M{-side}-{side}h{3 * side}v{3 * side}h-{3 * side}z"
    holes = "".join(page.coarse.path(shape, 1) for shape in country)
    abroad = f'fill="{composition.style.abroad}" fill-rule="evenodd"'
    area = f'x="{x}" y="{y}" width="{width}" height="{height}"'
    return (
        f'<g class="mtm-surface"><rect {area} fill="{ground}"/>'
        f'<image {area} href="{picture["url"]}" preserveAspectRatio="none" '
        f'image-rendering="pixelated"/>{_path(outside + holes, abroad)}</g>'
    )


def _areas(page: Page, composition: Composition, panel: Panel) -> str:
    known = looks(composition, 0)
    number_of = numbers(composition)
    dashed = approximate(known)
    rows = drawable(panel.areas)
    clear = page.surfaces[0] and page.surfaces[0]["look"]
    drawn = []
    for i, (row, shape) in enumerate(rows):
        number = number_of.get(row.key, len(known) - 1)
        look, edge = known[number], dashed if row.approximate else known[number]
        title = f"{row.name}: {row.value_text}" if row.value_text else row.name
        dashes = f' stroke-dasharray="{edge["dash"]}"' if edge["dash"] else ""
        attributes = (
            f'data-unit="{i}" fill="{text(look["fill"])}" stroke="{text(edge["edge"])}" '
            f'stroke-width="{edge["weight"]:g}"{dashes} stroke-linejoin="round" {_FIRM}'
            + (' fill-opacity="0"' if clear is not None and clear == number else "")
        )
        words = f"<title>{text(title)}</title>" if len(rows) <= MANY else ""
        path = _path(page.coarse.path(shape, _STEP) or "M0 0", attributes, words)
        # Edges shared by neighbours: a dark one covers a white one, and a dashed one both.
        rank = 2 * bool(row.approximate) + (edge["edge"] != "#ffffff")
        drawn.append((rank, path))
    ordered = [path for _, path in sorted(drawn, key=lambda pair: pair[0])]
    return f'<g class="mtm-areas" transform="scale({_STEP})">{"".join(ordered)}</g>'


def _lines(page: Page, composition: Composition) -> str:
    """Return lakes, borders and enclaves; as the script draws them for other views."""
    style, plate = composition.style, page.coarse
    drawn = []

    def fill(shape: Any, colour: str, edge: str) -> None:
        look = f'fill="{colour}" stroke="{edge}" stroke-width=".7" {_FIRM}'
        drawn.append(_path(plate.path(shape, _STEP), look))

    def line(data: str, *looks: str) -> None:
        # Drawn several times, one over the other, yet written once.
        name = f"mtm-line-{len(drawn)}"
        uses = "".join(f'<use href="#{name}" fill="none" {look}/>' for look in looks)
        drawn.append(f'<defs><path id="{name}" d="{data}" {_FIRM}/></defs>{uses}' if data else "")

    for shape in shapes(composition.water):
        fill(shape, style.lake, style.shore)
    found = borders(composition, plate)
    cells = plate.arcs.cells()
    for level, colour, width, arcs in found:
        data = paths([cells[number] for number in arcs], _STEP, closed=False)
        # On dark units a dark line would be lost without a light one under it.
        light = f'stroke="#fff" stroke-width="{2.2 * width:g}" stroke-opacity=".6"'
        dark = f'stroke="{colour}" stroke-width="{width:g}" stroke-linejoin="round"'
        line(data, *([light, dark] if level else [dark]))
    for shape in shapes(composition.enclaves):
        fill(shape, style.abroad, style.border)
    for row, shape in drawable(composition.lines):
        entry = LINES[row.status]
        casing = f'stroke="#fff" stroke-width="{weight(entry) + LINE_CASING * PX_PER_PT:.2f}"'
        dashes = f'stroke-dasharray="{dash(entry)}"' if entry.dash else ""
        look = f'stroke="{style.border}" stroke-width="{weight(entry):g}" {dashes}'
        line(plate.path(shape, _STEP), casing, look)
    return f'<g class="mtm-lines" transform="scale({_STEP})">{"".join(drawn)}</g>'


def _circles(page: Page, composition: Composition, panel: Panel, px: float) -> str:
    rows = drawable(panel.symbols)
    if page.within[0]:
        rows = []
    known, number_of = looks(composition, 0), numbers(composition)
    scale = pixels_per_mm(composition)
    drawn = []
    dots: dict[tuple[str, float], list[str]] = {}
    for row, point in rows:
        look = known[number_of.get(row.key, len(known) - 1)]
        x, y = page.frame.cell(point)
        radius = max(1.5, row.radius_mm * scale)
        if len(rows) > MANY:
            dots.setdefault((look["fill"], round(radius)), []).append(f"M{x} {y}h0")
            continue
        drawn.append(
            f'<circle cx="{x}" cy="{y}" r="{radius * px:.0f}" fill="{text(look["fill"])}" '
            f'stroke="{text(look["edge"])}" stroke-width="{look["weight"]:g}" {_FIRM}>'
            f"<title>{text(f'{row.name}: {row.value_text}')}</title></circle>"
        )
    for (fill, radius), points in dots.items():
        attributes = (
            f'fill="none" stroke="{text(fill)}" stroke-linecap="round" '
            f'stroke-width="{2 * radius:g}" stroke-opacity="{SYMBOL_OPACITY}" {_FIRM}'
        )
        drawn.append(_path("".join(points), attributes))
    return f'<g class="mtm-symbols" fill-opacity="{SYMBOL_OPACITY}">{"".join(drawn)}</g>'


def _names(page: Page, composition: Composition, panel: Panel, px: float) -> str:
    """Return the names that find room, the most important first, as the script places them."""
    taken: list[tuple[float, float, float, float]] = []
    if not page.within[0]:
        scale = pixels_per_mm(composition)
        for row, point in drawable(panel.symbols)[:MANY]:
            x, y = page.frame.cell(point)
            half = row.radius_mm * scale * px / 2
            taken.append((x - half, y - half, x + half, y + half))
    drawn = []
    for name, kind, x, y, _ in labels(page, composition)[:_MOST_NAMES]:
        width, height = len(name) * _LETTER * _EM_PX * px, _LINE * _EM_PX * px
        for across, up in NUDGES[: 1 if kind == "lake" else None]:
            at = (x + across * width, y - up * height)
            box = (
                at[0] - width / 2,
                at[1] - height / 2,
                at[0] + width / 2,
                at[1] + height / 2,
            )
            if not _inside(page, box) or any(_meet(box, other) for other in taken):
                continue
            taken.append(box)
            drawn.append(
                f'<text class="mtm-name-{kind}" x="{at[0]:.0f}" y="{at[1]:.0f}"'
                f"{_letters(kind, composition.style)}>{text(name)}</text>"
            )
            break
    look = (
        f'font-size="{_EM_PX * px:.0f}" font-family="sans-serif" text-anchor="middle" '
        f'dominant-baseline="central" fill="#111820" stroke="#fff" stroke-width="{3 * px:.0f}" '
        'stroke-linejoin="round" paint-order="stroke"'
    )
    return f'<g class="mtm-names" aria-hidden="true" {look}>{"".join(drawn)}</g>'


def _letters(kind: Any, style: Style) -> str:
    if kind == "lake":
        return f' font-style="italic" fill="{style.lake_name}"'
    return ' font-weight="700"' if kind == 1 else ""


def _inside(page: Page, box: Sequence[float]) -> bool:
    return (
        box[0] >= 0 and box[1] >= 0 and box[2] <= page.frame.width and box[3] <= page.frame.height
    )


def _meet(one: Sequence[float], other: Sequence[float]) -> bool:
    return one[0] < other[2] and one[2] > other[0] and one[1] < other[3] and one[3] > other[1]


def _bar(page: Page, px: float) -> str:
    """Return a scale bar, true in the middle of the drawing, and an arrow to the north."""
    frame = page.frame
    most = _BAR_SHARE * frame.width * frame.metres
    metres = max(_lengths(most))
    long = metres / frame.metres
    right, foot = frame.width, frame.height
    said = words(page.compositions[0].language)
    label = f"{metres / 1000:g} {said['km']}" if metres >= 1000 else f"{metres:g} {said['m']}"
    tick, wide, high = round(5 * px), round(9 * px), round(20 * px)
    bar = f"M{right - long:.0f} {foot - tick}v{tick}h{long:.0f}v-{tick}"
    look = f'fill="none" stroke="#1d2530" stroke-width="1.2" {_FIRM}'
    arrow = f"M{right - 2 * wide} {high}l{wide}-{high} {wide} {high}-{wide}-{tick}z"
    letters = f'font-size="{_EM_PX * px:.0f}" font-family="sans-serif" fill="#1d2530"'
    at = f'x="{right - long / 2:.0f}" y="{foot - 1.2 * tick:.0f}" text-anchor="middle"'
    return (
        f'<g class="mtm-bar" aria-hidden="true">{_path(bar, look)}'
        f"<text {at} {letters}>{label}</text>" + _path(arrow, 'fill="#1d2530"') + "</g>"
    )


def _lengths(most: float) -> Iterator[float]:
    """Yield round lengths up to `most`, the longest last."""
    power = 10.0 ** math.floor(math.log10(max(most, 1.0)))
    yield from (step * power for step in (1, 2, 5) if step * power <= max(most, 1.0))
