"""SVG drawings: the disclaimer drawn last, in plain groups, and nothing that moves."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from mtmgeo.core import disclaimer
from mtmgeo.core.disclaimer import ELEMENT_ID
from mtmgeo.verification.rules import ink, legible
from mtmgeo.verification.rules.css import Guard
from mtmgeo.verification.rules.lists import allowed, on
from mtmgeo.verification.rules.markup import SVG, parted, unlisted, written
from mtmgeo.verification.rules.seen import (
    MAX_DEPTH,
    MAX_ELEMENTS,
    Fault,
    Seen,
    only_sentence,
    stated_in,
)

_SVG: Final = f"{{{SVG}}}"
#: What is not painted where it stands.
_UNPAINTED: Final = {f"{_SVG}{name}" for name in ("defs", "desc", "metadata", "style", "title")}
_FONTS: Final = frozenset(disclaimer.SVG_TEXT["font-family"].lower().split(", "))


def see(data: bytes) -> Seen:
    """Return what is seen in a drawing."""
    root = _read(data)
    groups = [element for element in root.iter() if element.get("id") == ELEMENT_ID]
    if root.tag != f"{_SVG}svg" or len(groups) != 1:
        raise Fault(f"The drawing does not hold one group with the id '{ELEMENT_ID}'.")
    around, faults = _around(root, groups[0])
    faults += _unlisted(root)
    guard = Guard([*around, *groups[0].iter()], allowed("svg")["styles"], fonts=_FONTS)
    for sheet in root.iter(f"{_SVG}style"):
        for style in guard.sheet("".join(sheet.itertext())):
            fault = style if isinstance(style, str) else guard.fault(style)
            faults += [fault] if fault else []
    shown, problems = _lines(root, groups[0])
    return Seen(stated_in(root.findtext(f"{_SVG}desc", "")), shown, faults + problems)


def _read(data: bytes) -> Element:
    """Parse XML that declares no entities, within bounds."""
    builder, parser = TreeBuilder(), expat.ParserCreate(namespace_separator="}")
    depth = made = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, made
        depth, made = depth + 1, made + 1
        if depth > MAX_DEPTH or made > MAX_ELEMENTS:
            raise Fault("The file has more elements, or deeper ones, than a map needs.")
        builder.start("{" * ("}" in name) + name, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end("{" * ("}" in name) + name)

    def refuse(*_: Any) -> int:
        raise Fault("The file declares entities or names a style sheet, which no map needs.")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.EntityDeclHandler = parser.ExternalEntityRefHandler = refuse
    parser.ProcessingInstructionHandler = refuse
    parser.Parse(data, True)
    return builder.close()


# --- elements -----------------------------------------------------------------------------------


def _unlisted(element: Element, *, told: bool = False) -> Iterator[str]:
    """Yield what of an element, and of all in it, is not on the list; `told` within metadata."""
    space, name = parted(element.tag)
    if space == SVG:
        yield from unlisted(element, allowed("svg"), "drawing")
    elif not told or not on(allowed("svg")["metadata"], space):
        yield f"The drawing holds <{name}>, which is not of SVG: leave it out."
    for child in element:
        yield from _unlisted(child, told=told or element.tag == f"{_SVG}metadata")


def _around(root: Element, group: Element) -> tuple[list[Element], list[str]]:
    """Return the elements around `group`, and what in them could hide or cover it."""
    listed = allowed("svg")["around"]
    around: list[Element] = []
    faults: list[str] = []
    node, known = root, listed["svg"]
    while True:
        faults += [
            f"The drawing's {parted(node.tag)[1]} has the attribute '{name}', which could hide the "
            "disclaimer: leave it out."
            for name in sorted({*map(written, node.attrib)} - known)
        ]
        if node is group:
            return around, faults
        around.append(node)
        painted = [child for child in node if child.tag not in _UNPAINTED]
        if not painted or painted[-1].tag != f"{_SVG}g":
            faults.append("The disclaimer is not drawn last, in plain groups; it may be covered.")
            return around, faults
        node, known = painted[-1], listed["g"]


# --- lines --------------------------------------------------------------------------------------


def _lines(root: Element, group: Element) -> tuple[str | None, list[str]]:
    """Return the sentence in `group`, and what is wrong with how its lines are drawn."""
    view = [float(edge) for edge in root.get("viewBox", "").split()]
    sides = [re.fullmatch(r"([\d.]+)(pt|px|)", root.get(side, "")) for side in ("width", "height")]
    if len(view) != 4 or not all(sides) or len(group) < 2:
        raise Fault("The drawing has no viewBox, no size in points, or no lines on a ground.")
    points = [float(side[1]) * (1 if side[2] == "pt" else 0.75) for side in sides if side]
    scale = min(points[0] / view[2], points[1] / view[3])
    x0, y0, width, height = _numbers(group[0], "rect", "x", "y", "width", "height")
    left, top = max(x0, view[0]), max(y0, view[1])
    right, bottom = min(x0 + width, view[0] + view[2]), min(y0 + height, view[1] + view[3])
    faults: list[str | None] = []
    above = -math.inf
    for line in group[1:]:
        x, y, em, long = _numbers(
            line, "text", "x", "y", "font-size", "textLength", **disclaimer.SVG_TEXT
        )
        words = (line.text or "").strip()
        start, lower, end, upper = ink.extent(words or "-")
        if abs(long - end * em) > 0.03 * long or y - above < 0.9 * em:
            faults.append(f"The line of the disclaimer “{words}” is squeezed, or covers another.")
        if (
            x + start * em < left
            or x + long > right
            or y - upper * em < top
            or y - lower * em > bottom
        ):
            faults.append(f"The line of the disclaimer “{words}” leaves the drawing or its ground.")
        contrast = legible.contrast(_rgb(line), _rgb(group[0]))
        faults += [legible.small(em * scale), legible.faint(contrast)]
        above = y
    shown = only_sentence(" ".join(line.text or "" for line in group[1:]))
    return shown, [fault for fault in faults if fault]


def _numbers(element: Element, tag: str, *names: str, **fixed: str) -> list[float]:
    """Return the named numbers of an element that has these, `fixed`, a colour, and no more."""
    numbers = [element.get(name, "") for name in names]
    if (
        element.tag != f"{_SVG}{tag}"
        or len(element)
        or element.attrib.keys() != {*names, *fixed, "fill"}
        or any(element.get(name) != value for name, value in fixed.items())
        or not re.fullmatch(r"#[0-9a-f]{6}", element.get("fill", ""))
        or not all(re.fullmatch(r"-?\d+(\.\d+)?", number) for number in numbers)
    ):
        raise Fault(f"A <{tag}> of the disclaimer was changed, or stands where none may.")
    return [float(number) for number in numbers]


def _rgb(element: Element) -> Sequence[int]:
    return bytes.fromhex(element.get("fill", "")[1:])
