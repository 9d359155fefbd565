"""The printed page: a composition drawn on paper, its legend and notes where the map leaves room.

The data coordinates of the figure's axes are metres of the composition's projection.
"""

from __future__ import annotations

from matplotlib.figure import Figure

from mtmgeo import ink
from mtmgeo.frames import draw_frame, project
from mtmgeo.indicators import Assessment
from mtmgeo.layout import best_layout, free_corner
from mtmgeo.mapspec import Composition, MapSpec, compose
from mtmgeo.marginalia import Sheet, check_glyphs, disclaimer_band, header, scale_bar
from mtmgeo.naming import name_lakes, name_units
from mtmgeo.paper import Box
from mtmgeo.surfaces import Surface


def draw(composition: Composition) -> Figure:
    """Draw `composition` as a sheet to be printed.

    Parameters
    ----------
    composition
        What to draw. The sheet measures ``composition.spec.size`` mm; circles keep their
        ``radius_mm``, every other size follows from the sheet's.

    Returns
    -------
    figure
        At 200 dpi, with the title as its label, and one Axes per panel in metres of the
        composition's projection. The last of ``figure.texts``, with gid
        ``disclaimer.ELEMENT_ID``, is the disclaimer. How many notes and unit names found no
        room is said on the sheet.

    Raises
    ------
    SpecError
        If no unit has an outline, a character has no glyph in the font, or the sheet is too
        small for its words.
    """
    check_glyphs(composition)
    with ink.drawing():
        page, layers = Sheet(composition), project(composition)
        foot = disclaimer_band(page)
        floor, ceiling = foot.height + page.mm(2.5), header(page)
        body = Box(page.margin, floor, page.width - 2 * page.margin, ceiling - floor)
        layout = best_layout(page, layers, body, with_scale=not page.single)
        corner = free_corner(page, layers, layout.frames[0]) if page.single else None
        if page.single and not corner:
            layout = best_layout(page, layers, body, with_scale=True)
        first = layout.frames[0]
        page.scale, page.centre = first.scale, (first.x, first.y)
        for index, frame in enumerate(layout.frames):
            draw_frame(page, layers, frame, index)
            taken = name_lakes(page, layers, frame, index)
            if corner:
                scale_bar(page, corner.w).draw(corner.x, corner.top)
                taken.append(corner)
            if page.single:
                page.nameless = name_units(page, layers, frame, taken)
        for item, left, top in layout.words.items:
            item.draw(left, top)
        foot.draw(0.0, foot.height)
    return page.figure


def sheet(result: Assessment, spec: MapSpec, *, surface: Surface | None = None) -> Figure:
    """Draw the map of `result` that `spec` asks for, as a sheet to be printed.

    Parameters
    ----------
    result
        Figures by unit; those that may not be published do not reach the sheet.
    spec
        Display choices.
    surface
        What a map of the kind ``surface`` shows.

    Returns
    -------
    figure
        See `draw`.

    Raises
    ------
    SpecError
        If the result does not hold what `spec` asks for, or the sheet cannot show it.
    """
    return draw(compose(result, spec, surface))
