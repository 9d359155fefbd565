"""Bars beside the map, drawn as items of a column: their values stand at their ends."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from matplotlib.patches import Rectangle

from mtmgeo.maps.composition import Chart
from mtmgeo.sheets.paper import Item, Look, Page, breadth, font, rise, wrap

#: What tests and readers of an SVG find bars by: those of figures, and stubs of those not shown.
BAR: Final = "bar"
UNSEEN: Final = "bar-unseen"

_BESIDE: Final = 0.4  # of the width, at most, for words beside bars
_LINES: Final = 2  # of them, at most, beside a single bar
_THICK: Final = 0.7  # of a line is a bar
_EDGE: Final = 0.3  # points


def chart_items(page: Page, chart: Chart, width: float, size: float) -> list[Item]:
    """Return a chart as items: its heading, the key of its series, and each group of bars.

    Lengths are proportional to values, from 0 and on one scale for the whole chart, so that the
    longest bar and the text at its end fill the width. A figure that is not shown has a stub of
    one length, whatever it is of.

    Parameters
    ----------
    page
        To be drawn on.
    chart
        What to draw; a row of empty texts stands without bars.
    width
        Of the column, in mm.
    size
        Of the type, in points.
    """
    heading = page.paragraph(chart.title, width, size, bold=True, color=page.style.heading)
    plan = _Plan.of(page, chart, width, size)
    key = [_key(page, chart, width, size)] if len(chart.series) > 1 else []
    return [heading, *key, *(_group(page, chart, plan, row) for row in range(len(chart.rows)))]


@dataclass(frozen=True)
class _Plan:
    """Where the bars of a chart stand, in mm: from `left` on, `scale` for one individual."""

    width: float
    size: float
    left: float
    scale: float
    gap: float  # between a bar and its text
    stub: float

    @classmethod
    def of(cls, page: Page, chart: Chart, width: float, size: float) -> _Plan:
        """Return the plan of a chart."""
        gap, most = page.mm(1), _BESIDE * width
        tall = rise(max(len(chart.series), _LINES), size)
        words = [wrap(row, most, size) for row in chart.rows]
        beside = all(
            rise(len(lines), size) <= tall and " ".join(lines) == " ".join(row.split())
            for row, lines in zip(chart.rows, words, strict=True)
        )
        widest = max((breadth(line, size) for lines in words for line in lines), default=0.0)
        left = min(widest, most) + page.mm(2) if beside else 0.0
        shown = [
            (value, text)
            for values, texts in zip(chart.values.tolist(), chart.texts, strict=True)
            for value, text in zip(values, texts, strict=True)
            if value > 0
        ]
        room = width - left - gap
        scale = min(((room - breadth(text, size)) / value for value, text in shown), default=0.0)
        return cls(width, size, left, scale, gap, page.mm(4))

    def wrapped(self, row: str) -> list[str]:
        """Return the lines of the words of a group of bars."""
        return wrap(row, _BESIDE * self.width if self.left else self.width, self.size)


def _group(page: Page, chart: Chart, plan: _Plan, row: int) -> Item:
    """Return the bars of a group, with its words beside or above them."""
    size, words = plan.size, plan.wrapped(chart.rows[row])
    texts = chart.texts[row]
    if not any(texts):
        return page.paragraph(chart.rows[row], plan.width, size, color=page.style.muted)
    bars = list(zip(chart.values[row].tolist(), texts, chart.colours, strict=True))
    if len(set(texts)) == 1 and all(math.isnan(value) for value, *_ in bars):
        bars = bars[:1]  # nothing is shown of the group: one stub says so
    unseen = plan.width - plan.left - plan.stub - plan.gap
    lines = [wrap(text, unseen if math.isnan(value) else math.inf, size) for value, text, _ in bars]
    heights = [rise(max(len(each), 1), size) for each in lines]
    label, below = rise(len(words), size), sum(heights)
    block = max(label, below) if plan.left else label + below
    thick = _THICK * rise(1, size)

    def draw(left: float, top: float) -> None:
        page.text(left, top - (block if plan.left else label) / 2, words, font(size), va="center")
        x, y = left + plan.left, top - ((block - below) / 2 if plan.left else label)
        for (value, _, colour), said, height in zip(bars, lines, heights, strict=True):
            look: Look = {"edgecolor": page.style.hatch_ink, "linewidth": _EDGE}
            hidden = math.isnan(value)
            if hidden:
                look |= {"facecolor": page.style.blank, "hatch": page.style.suppressed_hatch}
            else:
                look["facecolor"] = colour
            long, middle = plan.stub if hidden else value * plan.scale, y - height / 2
            gid, ink = (UNSEEN, page.style.muted) if hidden else (BAR, page.style.ink)
            page.add(Rectangle((x, middle - thick / 2), long, thick, gid=gid, **look))
            page.text(x + long + plan.gap, middle, said, font(size), va="center", color=ink)
            y -= height

    return Item(block + page.mm(1.2 if len(chart.series) > 1 else 0.8), draw)


def _key(page: Page, chart: Chart, width: float, size: float) -> Item:
    """Return which colour is which series, in the order of the bars."""
    box, gap = page.mm(3), page.mm(1)
    across, down, tall, placed = 0.0, 0.0, 0.0, []
    for series, colour in zip(chart.series, chart.colours, strict=True):
        lines = wrap(series, width - box - gap, size)
        needed = box + gap + max(breadth(line, size) for line in lines)
        if across and across + needed > width:
            across, down, tall = 0.0, down + tall, 0.0
        tall = max(tall, rise(len(lines), size))
        placed.append((across, down, lines, colour))
        across += needed + page.mm(3)

    def draw(left: float, top: float) -> None:
        thick = _THICK * rise(1, size)
        for x, y, lines, colour in placed:
            middle = top - y - rise(1, size) / 2
            look: Look = {"facecolor": colour, "edgecolor": page.style.hatch_ink}
            page.add(Rectangle((left + x, middle - thick / 2), box, thick, linewidth=_EDGE, **look))
            page.text(left + x + box + gap, top - y, lines, font(size))

    return Item(down + tall + page.mm(1.2), draw)
