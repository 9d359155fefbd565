"""The printed page: a composition drawn on paper, its legend and notes where the map leaves room.

The data coordinates of the figure's axes are metres of the composition's projection.
"""

from __future__ import annotations

import math
import os
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any, Final, overload

from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from mtmgeo.core import disclaimer
from mtmgeo.core.errors import SpecError
from mtmgeo.core.staging import put
from mtmgeo.figures.assess import Assessment
from mtmgeo.figures.surfaces import Surface
from mtmgeo.images.settings import drawing
from mtmgeo.maps.compose import compose
from mtmgeo.maps.composition import Composition
from mtmgeo.maps.spec import MapSpec
from mtmgeo.sheets import insets
from mtmgeo.sheets.frames import Frame, Layers, draw_frame, graticule, project
from mtmgeo.sheets.labels import name_lakes, name_neighbours, name_units, within
from mtmgeo.sheets.layout import best_layout, free_corner
from mtmgeo.sheets.marginalia import (
    SYNTHETIC,
    Sheet,
    check_glyphs,
    disclaimer_band,
    header,
    legend,
    legend_width,
    nameless,
    on_the_ground,
    scale_bar,
)
from mtmgeo.sheets.paper import INCH, Box, Item, Look, stacked
from mtmgeo.style.languages import phrase

_FOOT: Final = 0.3  # of a figure's height, for the disclaimer at most
_LEAST_MM: Final = 60.0  # of a side of axes
_KEY: Final = 0.45  # of the width of axes, for the legend at most
_WIDE_MM: Final = 100.0  # of one of several maps, for names on it
#: Settings that decide how files of a format are made, not how the sheet looks.
_FORMATS: Final = ("svg.", "pdf.", "ps.", "pgf.")


class MapFigure(Figure):
    """A sheet: a matplotlib figure that knows what it shows.

    Attributes
    ----------
    composition
        What was drawn.
    unplaced
        Names that found no room on the map, most important first.
    omitted
        Sentences that say what else found no room on the sheet.
    scale
        Metres on the ground for a metre on the sheet, at the centre of the first map.
    lang, alt
        Code of the sheet's language, and the map in words for those who do not see it.
    """

    composition: Composition
    unplaced: tuple[str, ...] = ()
    omitted: tuple[str, ...] = ()
    scale: float = math.nan
    lang: str = "en"
    alt: str = ""

    def draw(self, renderer: RendererBase) -> None:
        """Draw the sheet as `write` does, whatever the caller's matplotlib settings are."""
        with drawing(*_FORMATS):
            super().draw(renderer)

    def savefig(self, fname: Any, **options: Any) -> None:
        """Save the sheet as it is, unless told otherwise; see ``Figure.savefig``.

        A file appears whole or not at all.

        Raises
        ------
        InputError
            If the file cannot be written there; an older one is as it was.
        """
        named = isinstance(fname, str | os.PathLike)
        stream = BytesIO() if named else fname
        if named and not options.get("format"):
            kind = Path(fname).suffix[1:] or self.canvas.get_default_filetype()
            fname = Path(fname).with_suffix(f".{kind}")
            options["format"] = kind
        with drawing(*_FORMATS):
            super().savefig(stream, **options)
        if named:
            put(fname, stream.getvalue())


def draw(composition: Composition) -> MapFigure:
    """Draw `composition` as a sheet to be printed.

    Parameters
    ----------
    composition
        What to draw. The sheet measures ``composition.size`` mm; circles keep their
        ``radius_mm``, every other size follows from the sheet's.

    Returns
    -------
    figure
        At ``composition.dpi``, with the title as its label, and one Axes per panel in metres of
        the composition's projection, before those of insets. The last of ``figure.texts``, with
        gid ``disclaimer.ELEMENT_ID``, is the disclaimer. How many notes and unit names found no
        room is said on the sheet.

    Raises
    ------
    SpecError
        If no unit has an outline, a character has no glyph in the font, a logo cannot be read, or
        the sheet is too small for its words.
    """
    check_glyphs(composition)
    with drawing():
        width, height = composition.size
        figure = MapFigure((width / INCH, height / INCH), composition.dpi)
        figure.set_facecolor(composition.style.paper)
        figure.set_label(composition.title)
        figure.composition = composition
        figure.lang, figure.alt = composition.language.code, composition.alt
        page, layers = Sheet(composition, figure, composition.size), project(composition)
        foot = disclaimer_band(page, page.margin, page.width - page.margin)
        floor, ceiling = foot.height + page.mm(2.5), header(page)
        body = Box(page.margin, floor, page.width - 2 * page.margin, ceiling - floor)
        found = best_layout(page, layers, body, with_scale=not page.single)
        corner = _scale_corner(page, layers, found.frames[0]) if page.single else None
        if page.single and not corner:
            found = best_layout(page, layers, body, with_scale=True)
        frames, figure.omitted = found.frames, found.omitted
        page.scale, page.centre = frames[0].scale, (frames[0].x, frames[0].y)
        figure.scale, _ = on_the_ground(page)
        if page.single:
            figure.omitted += _draw_single(page, layers, frames[0], corner)
        else:
            missing = [_draw_panel(page, layers, each, n) for n, each in enumerate(frames)]
            page.unplaced = tuple(dict.fromkeys(name for names in missing for name in names))
        figure.unplaced = page.unplaced
        for strip in found.strips:
            strip.draw()
        foot.draw(0.0, foot.height)
    return figure


def _draw_panel(page: Sheet, layers: Layers, frame: Frame, index: int) -> tuple[str, ...]:
    """Draw one of several maps, and return the names that found no room on it."""
    grid = graticule(page, layers, frame, []) if page.composition.spec.graticule else None
    draw_frame(page, layers, frame, index, grid)
    taken = [box for _, box in grid.labels] if grid else []
    taken += name_lakes(page, layers, frame, index)
    if not page.named or frame.box.w < _WIDE_MM:
        return ()
    one = replace(layers, areas=(layers.areas[index],), symbols=(layers.symbols[index],))
    return tuple(name_units(page, one, frame, taken))


def _draw_single(page: Sheet, layers: Layers, frame: Frame, corner: Box | None) -> tuple[str, ...]:
    """Draw the only map with all that stands in it, and return what found no room."""
    taken = [corner] if corner else []
    extras = insets.plan(page, layers, frame, taken)
    shown = page.composition.spec.graticule
    grid = graticule(page, layers, frame, [*taken, *extras.boxes]) if shown else None
    draw_frame(page, layers, frame, 0, grid)
    taken += [box for _, box in grid.labels] if grid else []
    taken += name_lakes(page, layers, frame, 0)
    if corner:
        scale_bar(page, corner.w).draw(corner.x, corner.top)
    taken += insets.draw(page, layers, extras)
    page.unplaced = _name(page, layers, frame, taken, extras)
    return extras.omitted


def _name(
    page: Sheet, layers: Layers, frame: Frame, taken: list[Box], extras: insets.Extras
) -> tuple[str, ...]:
    """Name units and places on the map and in its insets; return the names that stand nowhere."""
    unplaced = name_units(page, layers, frame, taken)
    name_neighbours(page, layers, frame, taken)
    for inset in extras.insets:
        standing = name_lakes(page, inset.layers, inset.frame, 0)
        shown = inset.layers.labels.index[within(inset.layers, inset.frame)]
        missing = name_units(page, inset.layers, inset.frame, standing)
        unplaced = unplaced.drop(shown.difference(missing.index), errors="ignore")
    return tuple(unplaced)


def _scale_corner(page: Sheet, layers: Layers, frame: Frame) -> Box | None:
    """Return the corner of the frame for the scale bar, if one is free."""
    width = page.mm(60) * page.style.type_scale
    size = Box(0.0, 0.0, width, scale_bar(page, width).height)
    return free_corner(layers, frame, size, page.mm(3))


# --- into given axes ------------------------------------------------------------------------


def draw_into(axes: Axes, composition: Composition) -> Figure:
    """Draw `composition` into axes that stand already; see `sheet`."""
    figure = axes.get_figure()
    if not isinstance(figure, Figure):
        raise SpecError("The axes stand in no Figure of their own: give axes made by subplots().")
    if len(composition.panels) != 1:
        raise SpecError(
            f"{len(composition.panels)} maps do not go into one pair of axes: ask for one year "
            "and one group, or for a sheet of its own."
        )
    check_glyphs(composition)
    with drawing():
        width, height = figure.get_size_inches() * INCH
        page, layers = Sheet(composition, figure, (width, height)), project(composition)
        foot = disclaimer_band(page, page.margin, page.width - page.margin)
        if foot.height > _FOOT * page.height:
            raise SpecError(
                f"The figure measures {width:.0f} × {height:.0f} mm, too small for the disclaimer: "
                "make it larger."
            )
        shown = figure.findobj(lambda artist: artist.get_gid() == disclaimer.ELEMENT_ID)
        if not shown:
            _make_room(figure, foot.height / page.height)
        place = axes.get_position()
        box = Box(place.x0 * width, place.y0 * height, place.width * width, place.height * height)
        _draw_within(axes, page, layers, box)
        if not shown:
            foot.draw(0.0, foot.height)
    _tell(figure, page)
    return figure


def _tell(figure: Any, page: Sheet) -> None:
    """Let the figure know what was drawn into it, beside what it knows of other axes."""
    composition, chart = page.composition, phrase("There is no room for the chart “{title}”.")
    omitted = tuple(page.say(chart, title=each.title) for each in composition.charts)
    titles = getattr(figure, "titles", ())
    if figure.get_label() in {"", "; ".join(titles)}:
        figure.titles = tuple(dict.fromkeys((*titles, composition.title)))
        figure.set_label("; ".join(figure.titles))
    figure.unplaced = (*getattr(figure, "unplaced", ()), *page.unplaced)
    figure.omitted = (*getattr(figure, "omitted", ()), *omitted)
    figure.alt = f"{getattr(figure, 'alt', '')} {composition.alt}".strip()
    figure.lang = getattr(figure, "lang", composition.language.code)


def _measured(axes: Axes) -> tuple[float, float]:
    """Return width and height of axes in mm, if a map can be drawn into them."""
    if not isinstance(axes, Axes):
        raise SpecError(f"ax is {type(axes).__name__}: give one pair of axes, such as axes[0].")
    straight = axes.name == "rectilinear" and {axes.get_xscale(), axes.get_yscale()} == {"linear"}
    if not straight or axes.xaxis_inverted() or axes.yaxis_inverted():
        raise SpecError("The axes are not plain: give axes with linear scales, not turned round.")
    box, figure = axes.get_window_extent(), axes.get_figure(root=True)
    pixel = INCH / figure.dpi if figure else 0.0
    width, height = float(box.width * pixel), float(box.height * pixel)
    if min(width, height) < _LEAST_MM:
        raise _small(width, height)
    return width, height


def _small(width: float, height: float) -> SpecError:
    return SpecError(
        f"The axes measure {width:.0f} × {height:.0f} mm, too small for the map and its legend: "
        "make them larger."
    )


def _make_room(figure: Figure, share: float) -> None:
    """Move the axes of a figure up, and make them less high, where they reach into its foot."""
    figure.draw_without_rendering()  # so that a layout engine does its work, for the last time
    figure.set_layout_engine("none")
    height, shrink = figure.bbox.height, 1.0
    boxes = [(axes.get_position().y0, axes.get_tightbbox()) for axes in figure.axes]
    for bottom, outside in boxes:
        below = bottom - outside.y0 / height if outside else 0.0
        shrink = min(shrink, (1 - share - below) / (1 - bottom))
    if shrink <= 0:
        raise SpecError("The figure has no room for the disclaimer: make it larger.")
    for axes in figure.axes if shrink < 1 else ():
        place = axes.get_position()
        low, high = (1 - shrink * (1 - edge) for edge in (place.y0, place.y1))
        axes.set_position((place.x0, low, place.width, high - low))


def _draw_within(axes: Axes, page: Sheet, layers: Layers, box: Box) -> None:
    """Draw map, legend, scale bar and names within a box."""
    found = _key_places(page, layers, box)
    if not found:
        raise _small(box.w, box.h)
    _, frame, plate, items = max(found, key=lambda place: place[0])
    page.scale, page.centre = frame.scale, (frame.x, frame.y)
    page.axes = axes
    grid = graticule(page, layers, frame, [plate]) if page.composition.spec.graticule else None
    draw_frame(page, layers, frame, 0, grid)
    axes.set_aspect("equal")
    look: Look = {"facecolor": page.style.paper, "edgecolor": page.style.muted, "linewidth": 0.4}
    taken = [plate, *(box for _, box in grid.labels)] if grid else [plate]
    taken += name_lakes(page, layers, frame, 0)
    page.unplaced = tuple(name_units(page, layers, frame, taken))
    name_neighbours(page, layers, frame, taken)
    page.add(Rectangle((plate.x, plate.y), plate.w, plate.h, gid="legend", **look))
    pad = page.mm(2)
    items.draw(plate.x + pad, plate.top - pad)


def _key_places(page: Sheet, layers: Layers, box: Box) -> list[tuple[float, Frame, Box, Item]]:
    """Return where the legend may stand: the merit, the map, the legend's plate and its words.

    It stands in a corner that the map leaves free, or the map moves aside for it.
    """
    found, pad, margin = [], page.mm(2), page.mm(2)
    for growth in (1.0, 0.9, 0.8):
        size = page.points(8 * growth)
        width = legend_width(page, size, _KEY * box.w)
        mark = [page.paragraph(page.say(SYNTHETIC), width, size, bold=True, color=page.style.alert)]
        first = mark if page.composition.synthetic else []
        rest = [*nameless(page, width, page.points(7 * growth)), scale_bar(page, width)]
        items = stacked([*first, *legend(page, width, size), *rest])
        plate = Box(0.0, 0.0, width + 2 * pad, items.height + 2 * pad)
        wide, high = plate.w + margin, plate.h + margin
        rooms = (
            box,
            Box(box.x, box.y, box.w - wide, box.h),
            Box(box.x, box.y + high, box.w, box.h - high),
        )
        for room in rooms:
            inner = room.inset(page.mm(3))
            if min(inner.w, inner.h) < 15.0:
                continue
            scale, x, y = layers.fit(inner.w, inner.h)
            x += (box.x + box.w / 2 - room.x - room.w / 2) / scale
            y += (box.y + box.h / 2 - room.y - room.h / 2) / scale
            frame = Frame(box, scale, x, y)
            if corner := free_corner(layers, frame, plate, margin):
                found.append((scale * growth**0.5, frame, corner, items))
    return found


@overload
def sheet(
    result: Assessment,
    spec: MapSpec,
    *,
    surface: Surface | None = None,
    before: Assessment | None = None,
    ax: None = None,
) -> MapFigure: ...


@overload
def sheet(
    result: Assessment,
    spec: MapSpec,
    *,
    surface: Surface | None = None,
    before: Assessment | None = None,
    ax: Axes,
) -> Figure: ...


def sheet(
    result: Assessment,
    spec: MapSpec,
    *,
    surface: Surface | None = None,
    before: Assessment | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draw the map of `result` that `spec` asks for, as a sheet to be printed.

    Layers of your own go on the figure before it is written::

        figure = mtmgeo.sheet(result, spec)
        roads.to_crs(figure.composition.projection).plot(ax=figure.axes[0], zorder=6)
        mtmgeo.write(figure, "map.pdf")

    Parameters
    ----------
    result
        Figures by unit; those that may not be published do not reach the sheet.
    spec
        Display choices.
    surface
        What a map of the kind ``surface`` shows.
    before
        An earlier round, against which change is shown.
    ax
        Axes to draw the map into, with its legend and scale bar and without title and notes, once
        the figure is laid out: size and style of the words follow from the figure's size. The
        figure then has the disclaimer at its foot, once for all its maps; axes that reach there
        move up.

    Returns
    -------
    figure
        See `draw`; with `ax`, the figure of these axes, which then knows ``unplaced``, ``omitted``,
        ``lang`` and ``alt`` of all its maps, and has their titles as its label if it had none.

    Raises
    ------
    SpecError
        If the result does not hold what `spec` asks for, or the sheet cannot show it.
    """
    if ax is None:
        return draw(compose(result, spec, surface=surface, before=before))
    if spec.insets not in ("auto", ()):
        raise SpecError("insets: a map in given axes has none; leave them out.")
    fitting = replace(spec, size=_measured(ax))  # circles suit the axes, not a sheet
    return draw_into(ax, compose(result, fitting, surface=surface, before=before))
