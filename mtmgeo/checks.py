"""Find the disclaimer again in finished maps, or say in words what is wrong.

Every check looks at what a reader sees, not only at what the file says of itself: pictures and
pages are compared with the sentence drawn anew; drawings and web pages may hold nothing around the
sentence that is not known to leave it in view. Of surfaces, which hold numbers, the tags are read.
"""

from __future__ import annotations

import json
import math
import os
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import SEEK_END, BytesIO
from pathlib import Path
from stat import S_ISREG
from typing import Any, BinaryIO, Final
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

import numpy as np
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from mtmgeo import csp, disclaimer, ink
from mtmgeo.disclaimer import ELEMENT_ID
from mtmgeo.styles import PASSIVE, Guard

#: Limits that a map keeps, and a file made to exhaust the memory does not.
MAX_BYTES: Final = 64 * 2**20
MAX_PIXELS: Final = 64_000_000
MAX_ELEMENTS: Final = 500_000
MAX_DEPTH: Final = 200
MAX_PAGES: Final = 500

#: Attributes of each line in an SVG drawing. With its ``textLength`` a line is as wide in any font.
SVG_TEXT: Final = {
    "font-family": f"{disclaimer.FONT}, Verdana, sans-serif",
    "lengthAdjust": "spacingAndGlyphs",
}

#: Type size in pixels at which pages are drawn for the comparison.
_PAGE_EM: Final = 24.0


@dataclass(frozen=True)
class Finding:
    """What was found in one file or folder.

    Attributes
    ----------
    path
        As it was given, or as it was met in a folder.
    faults
        One sentence per fault; empty if all is well.
    note
        What was found where nothing is wrong, or how many files of a folder were examined.
    """

    path: Path
    faults: tuple[str, ...] = ()
    note: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


class _Fault(Exception):  # noqa: N818  (a finding; no caller ever sees it)
    """One sentence that ends the examination of a file."""


@dataclass(frozen=True)
class _Seen:
    """The sentence that a file's metadata state, the one in view, and what is wrong with it."""

    stated: str | None
    shown: str | None
    faults: list[str]


def verify(*paths: str | Path) -> tuple[Finding, ...]:
    """Find the disclaimer in finished maps.

    Parameters
    ----------
    *paths
        Files (PNG, TIFF, SVG, PDF, HTML) and folders, which are searched for such files.
        Symbolic links in folders are not followed.

    Returns
    -------
    findings
        One per map, and one per folder. A path that does not exist, a named file of another kind,
        a folder without a map, and a file that cannot be read have a fault like any other.
    """
    return tuple(finding for path in paths for finding in _findings(Path(path)))


def _findings(path: Path) -> Iterator[Finding]:
    try:
        regular = S_ISREG(path.stat().st_mode)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not a path"
        yield Finding(path, (f"The path cannot be examined: {reason}.",))
        return
    if path.is_dir():
        yield from _folder(path)
    elif not regular or path.suffix.lower() not in _KINDS:
        yield Finding(path, (f"The file is not a map: maps are {', '.join(_KINDS)} files.",))
    else:
        yield _examine(path)


def _folder(folder: Path) -> Iterator[Finding]:
    maps, others, faults = [], 0, []

    def closed(error: OSError) -> None:
        faults.append(f"The folder '{error.filename}' cannot be examined: {error.strerror}.")

    for root, _, names in os.walk(folder, onerror=closed):
        for path in (Path(root, name) for name in names):
            if path.suffix.lower() in _KINDS and path.is_file() and not path.is_symlink():
                maps.append(path)
            else:
                others += 1
    if not maps:
        faults.append("The folder holds no map.")
    yield Finding(folder, tuple(faults), f"{len(maps)} maps; {others} other files not examined")
    yield from map(_examine, sorted(maps))


def faults(data: bytes, suffix: str) -> tuple[str, ...]:
    """Return what `verify` would say against a file of these bytes whose name ends in `suffix`."""
    return tuple(_looked_at(BytesIO(data), suffix.lower())[0])


def _examine(path: Path) -> Finding:
    try:
        with path.open("rb") as file:
            found, note = _looked_at(file, path.suffix.lower())
    except OSError as error:
        found, note = [f"The file cannot be read: {error.strerror}."], ""
    return Finding(path, tuple(found), "" if found else note)


def _looked_at(file: BinaryIO, kind: str) -> tuple[list[str], str]:
    """Return what is wrong with a file, or cannot be read of it, and what was found."""
    damaged = "it is damaged or of another kind"
    try:
        return _sought(file, kind)
    except _Fault as fault:
        return [str(fault)], ""
    except OSError as error:
        return [f"The file cannot be read: {error.strerror or damaged}."], ""
    except Exception as error:  # noqa: BLE001  (readers fail in many ways on damaged files)
        return [f"The file cannot be read: {damaged} ({type(error).__name__})."], ""


def _sought(file: BinaryIO, kind: str) -> tuple[list[str], str]:
    """Return what is wrong with a file, and what was found."""
    if kind in _TIFF and (stated := _surface(file)):
        return [], f"{stated[:9]}, in the tags: nothing else of a surface can be checked"
    if file.seek(0, SEEK_END) > MAX_BYTES:
        raise _Fault(f"The file is larger than {MAX_BYTES >> 20} MiB, which no map needs.")
    file.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        seen = _READERS[kind](file.read())
    found = list(dict.fromkeys(seen.faults))
    if seen.shown is None and not any("missing" in fault for fault in found):
        found.insert(0, "The disclaimer is missing, or its words were changed.")
    if seen.stated is None:
        found.append("The file's metadata does not hold the disclaimer.")
    elif seen.shown and seen.shown != seen.stated:
        found.append("The disclaimer in view and the one in the metadata differ in their year.")
    return found, f"{(seen.shown or '')[:9]}, in view"


def _stated(text: str) -> str | None:
    """Return the disclaimer that `text` holds among other words, if it holds that of one year."""
    found = {" ".join(match.group().split()) for match in disclaimer.PATTERN.finditer(text)}
    return found.pop() if len(found) == 1 else None


def _sentence(text: str) -> str | None:
    """Return the disclaimer if `text` is that and nothing else."""
    found = disclaimer.find(text)
    return found if found == " ".join(text.split()) else None


# --- surfaces -----------------------------------------------------------------------------------

_TIFF: Final = (".tif", ".tiff")
_BIG: Final = 43  # the number of the format with long offsets
_MAX_DIRECTORIES: Final = 32

#: Tags of TIFF files. The last, of the numbers left for private use, says where the lines are.
DESCRIPTION, SOFTWARE, XMP, COPYRIGHT, PLACES = 270, 305, 700, 33432, 65017
_GEOKEYS: Final = 34735
#: What tags say of one floating-point number per cell: its kind, its bits, how many there are.
_NUMBERS: Final[dict[int, list[Any]]] = {339: [(3,)], 258: [(32,), (64,)], 277: [1]}


class _Sparing:
    """A file of which no more is read than a map may have."""

    def __init__(self, file: BinaryIO) -> None:
        self.left = MAX_BYTES
        self.seek, self.tell, self._read = file.seek, file.tell, file.read

    def read(self, size: int = -1) -> bytes:
        """Read on; nothing when the bound is reached."""
        data = self._read(self.left if size < 0 else min(size, self.left))
        self.left -= len(data)
        return data


def _surface(file: BinaryIO) -> str | None:
    """Return the sentence in the copyright of a GeoTIFF, however large, or None of a picture.

    A GeoTIFF is one that holds a single floating-point number per cell, and nothing else: whatever
    could be looked at as a picture is one, with keys of GeoTIFF or without.
    """
    first, *others = list(_directories(file))
    numbers = [
        all(directory.get(tag, 1) in known for tag, known in _NUMBERS.items())
        for directory in (first, *others)
    ]
    if _GEOKEYS not in first or not numbers[0]:
        return None
    if not all(numbers):
        raise _Fault("The file holds a picture beside its numbers, which cannot be checked.")
    if (found := _sentence(_tag(first, COPYRIGHT))) is None:
        raise _Fault("The disclaimer is missing from the file's tags, or its words were changed.")
    return found


def _directories(file: BinaryIO) -> Iterator[ImageFileDirectory_v2]:
    """Yield the tags of each picture or grid in a TIFF file, at least one."""
    sparing = _Sparing(file)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        head = sparing.read(8)
        if _BIG in head[2:4]:
            head += sparing.read(8)
        tags, seen = ImageFileDirectory_v2(head), {0}
        while tags.next not in seen:
            if len(seen) > _MAX_DIRECTORIES:
                raise _Fault(f"The file holds more than {_MAX_DIRECTORIES} pictures.")
            seen.add(tags.next)
            sparing.seek(tags.next)
            tags = ImageFileDirectory_v2(head)
            tags.load(sparing)  # type: ignore[arg-type]
            yield tags
    if tags.next:  # where a cut file ends, the reader is at its first directory again
        raise _Fault("The file cannot be read: it was cut off, or its tags lead in a circle.")


def _tag(tags: ImageFileDirectory_v2, number: int) -> str:
    """Return a text, which is in UTF-8 whatever the reader takes it for."""
    value = tags.get(number, "")
    data = value if isinstance(value, bytes) else str(value).encode("latin-1", "replace")
    return data.decode("utf-8", "replace")


# --- PNG and TIFF -------------------------------------------------------------------------------


def _png(data: bytes) -> _Seen:
    with Image.open(BytesIO(data), formats=["PNG"]) as picture:
        _bounded(picture)
        picture.load()
        notes: dict[str, str] = picture.text  # type: ignore[attr-defined]
        said = notes.get(disclaimer.METADATA_KEY, "")
        return _picture(picture, said, notes.get(disclaimer.BOX_KEY))


def _tiff(data: bytes) -> _Seen:
    with Image.open(BytesIO(data), formats=["TIFF"]) as picture:
        _bounded(picture)
        tags: ImageFileDirectory_v2 = picture.tag_v2  # type: ignore[attr-defined]
        said, places = _tag(tags, COPYRIGHT), _tag(tags, PLACES)
        picture.load()
        return _picture(picture, said, places)


def _bounded(picture: Image.Image) -> None:
    if picture.width * picture.height > MAX_PIXELS:
        raise _Fault(f"The picture has more than {MAX_PIXELS:,} pixels, which no map needs.")
    if getattr(picture, "is_animated", False):
        raise _Fault(
            "The file holds more than one picture; the disclaimer must be in view all the time."
        )


def _picture(picture: Image.Image, said: str, places: str | None) -> _Seen:
    size, lines = _placed(places)
    if size != picture.size:
        raise _Fault(
            "The picture was cropped or resized: it was written with "
            f"{size[0]} x {size[1]} pixels and has {picture.width} x {picture.height}."
        )
    faults = [fault for line, box in lines if (fault := _line_fault(picture, line, *box))]
    shown = _sentence(" ".join(line for line, _ in lines))
    return _Seen(_stated(said), shown, faults)


def _placed(places: str | None) -> tuple[tuple[int, int], list[tuple[str, list[int]]]]:
    """Return the size of the picture, and the lines with their boxes, as they were written."""
    try:
        said = json.loads(places or "")
        width, height = said["size"]
        lines = [(x["text"].strip(), [int(edge) for edge in x["box"]]) for x in said["lines"]]
        sound = all(0 < len(text) < 400 and len(box) == 4 for text, box in lines)
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
        sound = False
    if not sound:
        raise _Fault(
            "The file's metadata does not say where the disclaimer was drawn: write the map again."
        )
    return (width, height), lines


def _line_fault(picture: Image.Image, line: str, x0: int, y0: int, x1: int, y1: int) -> str | None:
    if not (0 <= x0 < x1 <= picture.width and 0 <= y0 < y1 <= picture.height):
        return f"The line of the disclaimer “{line}” does not lie within the picture."
    em = ink.size((x0, y0, x1, y1), line)
    if em < disclaimer.MIN_PIXELS - 0.1:
        return f"The disclaimer is too small: {em:.1f} pixels of {disclaimer.MIN_PIXELS} needed."
    resolution = picture.info.get("dpi", (0, 0))[0]
    if resolution and (small := ink.small(em * 72 / resolution)):
        return small
    x, y = max(x0 - 6, 0), max(y0 - 6, 0)
    part = picture.crop((x, y, min(x1 + 6, picture.width), min(y1 + 6, picture.height)))
    part = part.convert("RGBA")
    if part.getchannel("A").getextrema() != (255, 255):
        return "The ground of the disclaimer is transparent."
    darkness = 255.0 - np.asarray(part.convert("L"), dtype=np.float64)
    return ink.misread(darkness, (x0 - x, y0 - y, x1 - x, y1 - y), line)


# --- PDF ----------------------------------------------------------------------------------------


def _pdf(data: bytes) -> _Seen:
    import pypdfium2 as pdfium

    document = pdfium.PdfDocument(data)
    try:
        if not 0 < len(document) <= MAX_PAGES:
            raise _Fault(f"The document has {len(document)} pages; a map has 1 to {MAX_PAGES}.")
        if document.get_formtype():
            raise _Fault("The document holds form fields, which could cover the disclaimer.")
        stated = _stated(document.get_metadata_dict().get("Subject", ""))
        pages = [_pdf_page(document[index]) for index in range(len(document))]
    finally:
        document.close()
    faults = [
        f"Page {number}: {fault}" if len(pages) > 1 else fault
        for number, (_, found) in enumerate(pages, 1)
        for fault in found
    ]
    odd = [shown for shown, _ in pages if shown != stated]
    return _Seen(stated, odd[0] if odd else stated, faults)


def _pdf_page(page: Any) -> tuple[str | None, list[str]]:
    """Return the sentence that is best in view on a page, and what is wrong with it."""
    from pypdfium2 import raw

    page.set_rotation(0)
    text = page.get_textpage()
    if text.count_chars() > MAX_ELEMENTS:
        raise _Fault("A page holds more text than a map needs.")
    signs = "".join(chr(raw.FPDFText_GetUnicode(text, i)) for i in range(text.count_chars()))
    found = [
        (_pdf_faults(page, text, signs, *match.span()), match.group())
        for match in disclaimer.PATTERN.finditer(signs)
    ]
    if not found:
        return None, ["The disclaimer is missing, or its words were changed."]
    faults, words = min(found, key=lambda one: len(one[0]))
    return disclaimer.find(words), faults


def _pdf_faults(page: Any, text: Any, signs: str, start: int, end: int) -> list[str]:
    faults = []
    for match in re.compile(r"[^\r\n]+").finditer(signs, start, end):
        boxes = [text.get_charbox(i) for i in range(*match.span()) if not signs[i].isspace()]
        if boxes:
            corners = np.array(boxes)
            low, high = corners[:, :2].min(axis=0).tolist(), corners[:, 2:].max(axis=0).tolist()
            faults.append(_pdf_fault(page, match.group().strip(), *low, *high))
    return [fault for fault in faults if fault]


def _pdf_fault(
    page: Any, line: str, left: float, bottom: float, right: float, top: float
) -> str | None:
    em, edge = ink.size((left, bottom, right, top), line), page.get_bbox()
    if small := ink.small(em):
        return small
    outside = (left - edge[0], bottom - edge[1], edge[2] - right, edge[3] - top)
    if min(outside) < 0:
        return f"The line of the disclaimer “{line}” does not lie within the page."
    if top - bottom > 2 * em:
        return f"The line of the disclaimer “{line}” is squeezed."
    scale = _PAGE_EM / em
    crop = [max(gap - em / 2, 0.0) for gap in outside]
    picture = page.render(scale=scale, crop=tuple(crop), grayscale=True).to_numpy()
    darkness = 255.0 - picture.reshape(picture.shape[:2]).astype(np.float64)
    x, y = (outside[side] * scale - math.ceil(crop[side] * scale) for side in (0, 3))
    box = (x, y, x + (right - left) * scale, y + (top - bottom) * scale)
    return ink.misread(darkness, box, line)


# --- SVG ----------------------------------------------------------------------------------------

_SVG: Final = "{http://www.w3.org/2000/svg}"
_LANG: Final = "http://www.w3.org/XML/1998/namespace}lang"
_SPOKEN: Final = frozenset({"role", "aria-labelledby", _LANG})  # attributes that change no view
_UNPAINTED: Final = {f"{_SVG}{name}" for name in ("defs", "desc", "metadata", "style", "title")}
_ACTIVE: Final = re.compile(
    r"animate\w*|discard|font(-\w+)*|foreignObject|handler|script|set|switch"
)
_SVG_FONTS: Final = frozenset(SVG_TEXT["font-family"].lower().split(", "))
_SVG_KEEPS: Final = re.compile(
    r"[a-z]*\{(stroke-line(join|cap):.*|text-rendering:geometricprecision)\}"
)


def _svg(data: bytes) -> _Seen:
    root = _xml(data)
    groups = [element for element in root.iter() if element.get("id") == ELEMENT_ID]
    if root.tag != f"{_SVG}svg" or len(groups) != 1:
        raise _Fault(f"The drawing does not hold one group with the id '{ELEMENT_ID}'.")
    around, faults = _svg_around(root, groups[0])
    guard = Guard([*around, *groups[0].iter()], _SVG_KEEPS, fonts=_SVG_FONTS)
    for element in root.iter():
        name = element.tag.rpartition("}")[2]
        if _ACTIVE.fullmatch(name) or any(key.startswith("on") for key in element.attrib):
            faults.append(f"The drawing's <{name}> is not at rest, or can hide the disclaimer.")
        if name == "style":
            faults += guard.sheet("".join(element.itertext()))
    shown, problems = _svg_lines(root, groups[0])
    return _Seen(_stated(root.findtext(f"{_SVG}desc", "")), shown, faults + problems)


def _xml(data: bytes) -> Element:
    """Parse XML that declares no entities, within bounds."""
    builder, parser = TreeBuilder(), expat.ParserCreate(namespace_separator="}")
    depth = made = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, made
        depth, made = depth + 1, made + 1
        if depth > MAX_DEPTH or made > MAX_ELEMENTS:
            raise _Fault("The file has more elements, or deeper ones, than a map needs.")
        builder.start("{" * ("}" in name) + name, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end("{" * ("}" in name) + name)

    def refuse(*_: Any) -> int:
        raise _Fault("The file declares entities or names a style sheet, which no map needs.")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    parser.EntityDeclHandler = parser.ExternalEntityRefHandler = refuse
    parser.ProcessingInstructionHandler = refuse
    parser.Parse(data, True)
    return builder.close()


def _svg_around(root: Element, group: Element) -> tuple[list[Element], list[str]]:
    """Return the elements around `group`, and what in them could hide or cover it."""
    around: list[Element] = []
    faults: list[str] = []
    node, known = root, {"id", "width", "height", "viewBox", "version", *_SPOKEN}
    while True:
        faults += [
            f"The <{node.tag.rpartition('}')[2]}> with the disclaimer has the attribute "
            f"'{name.rpartition('}')[2]}', which could hide it."
            for name in sorted(node.attrib.keys() - known)
        ]
        if node is group:
            return around, faults
        around.append(node)
        painted = [child for child in node if child.tag not in _UNPAINTED]
        if not painted or painted[-1].tag != f"{_SVG}g":
            faults.append("The disclaimer is not drawn last, in plain groups; it may be covered.")
            return around, faults
        node, known = painted[-1], {"id"}


def _svg_lines(root: Element, group: Element) -> tuple[str | None, list[str]]:
    """Return the sentence in `group`, and what is wrong with how its lines are drawn."""
    view = [float(edge) for edge in root.get("viewBox", "").split()]
    sides = [re.fullmatch(r"([\d.]+)(pt|px|)", root.get(side, "")) for side in ("width", "height")]
    if len(view) != 4 or not all(sides) or len(group) < 2:
        raise _Fault("The drawing has no viewBox, no size in points, or no lines on a ground.")
    points = [float(side[1]) * (1 if side[2] == "pt" else 0.75) for side in sides if side]
    scale = min(points[0] / view[2], points[1] / view[3])
    x0, y0, width, height = _numbers(group[0], "rect", "x", "y", "width", "height")
    left, top = max(x0, view[0]), max(y0, view[1])
    right, bottom = min(x0 + width, view[0] + view[2]), min(y0 + height, view[1] + view[3])
    faults: list[str | None] = []
    above = -math.inf
    for line in group[1:]:
        x, y, em, long = _numbers(line, "text", "x", "y", "font-size", "textLength", **SVG_TEXT)
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
        faults += [ink.small(em * scale), ink.faint(ink.contrast(_rgb(line), _rgb(group[0])))]
        above = y
    shown = _sentence(" ".join(line.text or "" for line in group[1:]))
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
        raise _Fault(f"A <{tag}> of the disclaimer was changed, or stands where none may.")
    return [float(number) for number in numbers]


def _rgb(element: Element) -> Sequence[int]:
    return bytes.fromhex(element.get("fill", "")[1:])


# --- HTML ---------------------------------------------------------------------------------------

#: Styles that leave the disclaimer in view. Only the body may be laid out anew.
_PAGE_KEEPS: Final = re.compile(
    r"""(?x) <?body>? \{ display : (block|flex) \}
    | @page \{ (size : (a\d)?[ ]?(landscape|portrait)? | margin : ([ ]?(0|[12]?\dmm))+) \}
    | [@<>a-z]* \{ (?: --.* : .*
    | (accent-)?color(-scheme)? : .* | (background|font)(-[a-z-]+)? : .*
    | (align-items|box-sizing|cursor|letter-spacing|line-height|text-align|touch-action) : .*
    | (-\w+-)?(osx-)?(font-smoothing|print-color-adjust|tap-highlight-color|text-size-adjust) : .*
    | (over)?scroll-behavior : .* | flex-direction : column | position : (static|relative)
    | outline(-offset)? : (none|0|\dpx([ ].*)?) | overflow(-[xy])? : (visible|hidden|auto)
    | (margin|padding)(-[a-z]+)? : ([ ]?(0|[12]?\dpx))+
    | (height|width) : (auto|100(\.0)?%|100[dls]?v[hw]|[1-9]\d\dmm)
    | min-(height|width) : (0|auto|100%|100[dls]?v[hw]|[1-3]?\d\dpx)
    | max-(height|width) : (none|100%|100[dls]?v[hw]) ) \}"""
)
_VIEWPORT: Final = re.compile(
    r"width=device-width(,(initial|maximum)-scale=1(\.0)?|,user-scalable=no)*"
)


def _html(data: bytes) -> _Seen:
    modes = (True, False) if b"<noscript" in data.lower() else (True,)
    pages = [_page(data, scripting=mode) for mode in modes]
    faults = [fault for page in pages for fault in page.faults]
    return _Seen(pages[0].stated, pages[0].shown, faults)


def _page(data: bytes, *, scripting: bool) -> _Seen:
    root = _html_tree(data, scripting=scripting)
    elements = [element for element in root.iter() if isinstance(element.tag, str)]
    head, body = root.find("head"), root.find("body")
    marked = [element for element in elements if element.get("id") == ELEMENT_ID]
    if head is None or body is None or len(marked) != 1 or marked[0] not in list(body)[:1]:
        raise _Fault(f"The page does not begin with one element with the id '{ELEMENT_ID}'.")
    style = marked[0].get("style", "")
    faults = []
    known = marked[0].attrib in disclaimer.HTML_ATTRIBUTES
    if marked[0].tag != "p" or not known or len(marked[0]):
        faults.append("The disclaimer's element was changed; it could be hidden.")
    guard = Guard([root, head, body, marked[0]], _PAGE_KEEPS, PASSIVE | {"font-face"})
    for element in (root, body):
        unknown = sorted(element.attrib.keys() - {"class", "id", "lang", "style"})
        faults += [f"The page's {element.tag} has the attribute '{name}'." for name in unknown]
        faults += guard.attribute(element.get("style", ""), f"<{element.tag}>")
    for element in elements:
        faults += _hazards(element)
        if element.tag.rpartition("}")[2] == "style":
            faults += guard.sheet("".join(element.itertext()))
        if element is not marked[0]:
            faults += guard.attribute(element.get("style", ""), None)
    faults += _policed(elements, style)
    facts = [(x.get("name", "").lower(), x.get("content", "")) for x in root.iter("meta")]
    scales = [re.sub(r"\s", "", content) for name, content in facts if name == "viewport"]
    if not scales or not all(_VIEWPORT.fullmatch(scale) for scale in scales):
        faults.append("The page is not set to the width of small screens; it cannot be read there.")
    stated = " ".join(text for name, text in facts if name == disclaimer.METADATA_KEY.lower())
    return _Seen(_stated(stated), _sentence(marked[0].text or ""), faults)


def _html_tree(data: bytes, *, scripting: bool) -> Element:
    """Parse a page as a browser does, within bounds."""
    import html5lib

    base = html5lib.getTreeBuilder("etree")

    class Tree(base):  # type: ignore[misc, valid-type]
        made = 0

        def elementClass(self, *parts: Any) -> Any:  # noqa: N802  (html5lib's name)
            self.made += 1
            if len(self.openElements) > MAX_DEPTH or self.made > MAX_ELEMENTS:
                raise _Fault("The file has more elements, or deeper ones, than a map needs.")
            return base.elementClass(*parts)

    parser = html5lib.HTMLParser(tree=Tree, namespaceHTMLElements=False)
    tree: Element = parser.parse(data, scripting=scripting, useChardet=False)
    return tree


#: What in a script gives the first element of the body, or all paragraphs; and what hides it.
#: Blanks are left out before, and quotes are alike.
_GIVES: Final = r"""
    (?: body \. (?: first(Element)?Child | child(ren|Nodes) (\[\d\] | \.item\(\d\)) )
    | (?: querySelector(All)? | \$ | jQuery ) \( ' (html)? >? (body)? >? [*p]?
      (?: \[ (id|lang|style) \b [^;]{0,80}? | : (first|nth|not|is|has) [^;]{0,80}? )? ' \)
    | getElementsByTagName \( ' [*p] ' \) )"""
_HIDES: Final = r"""(?: \. (?: style \b
    | (?: remove | replace\w{1,9} | (set|remove|toggle)Attribute\w{0,4} | attachShadow | animate
        | hide | css | detach | empty | (fade|slide)\w{1,9} ) \(
    | (?: hidden | id | className | textContent | (inner|outer)\w{1,9} ) = (?!=) ))"""
_TAMPERING: Final = re.compile(
    rf"""(?x) {_GIVES} [^;,]{{0,60}}? {_HIDES}
    | (const|let|var) (?P<it>\w{{1,40}}) = [\w.]{{0,40}}? {_GIVES} .{{0,400}}? \b (?P=it) {_HIDES}
    | (remove|replace)Child \( [^;]{{0,60}}? {_GIVES}
    | (document\.body|documentElement) \. (?: (remove|replace\w{{1,9}}) \(
        | (hidden|textContent|(inner|outer)\w{{1,9}}) = (?!=)
        | style\.(cssText|display|visibility|opacity|transform|zoom|filter|clip) )
    | document \. (?: body = (?!=) | write(ln)? \( )"""
)


def _hazards(element: Element) -> Iterator[str]:
    """Yield what `element` could do to the disclaimer, wherever on the page it stands."""
    name = element.tag.rpartition("}")[2]
    loaded = next((value for key, value in element.items() if re.search(r"\b(src|href)$", key)), "")
    sheet = name == "link" and "stylesheet" in element.get("rel", "").lower()
    if sheet or (name == "script" and loaded):
        yield f"The page loads '{loaded}', which cannot be examined: put it into the page."
    order = element.get("http-equiv", "content-type") if name == "meta" else "content-type"
    if order.lower() not in {"content-type", csp.HEADER.lower()}:
        yield f"The page orders the browser to change it: '{order}'."
    if not element.attrib.keys().isdisjoint({"shadowrootmode", "shadowroot"}):
        yield "The page has a shadow tree, which could hide the disclaimer."
    scripts = [value for key, value in element.items() if key.startswith("on") or key == "srcdoc"]
    scripts += [loaded] if loaded.lstrip().lower().startswith("javascript:") else []
    scripts += [_code(element)] if _runs(element) else []
    if any(ELEMENT_ID in script for script in scripts):
        yield "A script on the page names the disclaimer's element; it could hide it."
    if any(_TAMPERING.search(_bare(script)) for script in scripts):
        yield "A script on the page reaches for the disclaimer's element; it could hide it."


def _runs(element: Element) -> bool:
    """Return whether `element` is a script that a browser could run."""
    return element.tag.rpartition("}")[2] == "script" and element.get("type") != csp.DATA


def _code(script: Element) -> str:
    return "".join(script.itertext())


def _bare(script: str) -> str:
    """Return a script without blanks, its quotes and its chains of one kind."""
    return re.sub(r"\s+", "", script).translate({34: "'", 96: "'"}).replace("?.", ".")


def _policed(elements: Sequence[Element], style: str) -> Iterator[str]:
    """Yield what the security policies of a page say against its scripts or its disclaimer."""
    codes = {_code(element): None for element in elements if _runs(element)}
    for meta in elements:
        if meta.tag != "meta" or meta.get("http-equiv", "").lower() != csp.HEADER.lower():
            continue
        rules = meta.get("content", "")
        if not csp.allows_style(rules, style):
            yield "The page's security policy takes the disclaimer's style away."
        if not all(csp.knows_script(rules, code) for code in codes):
            yield (
                "A script on the page was changed or added: the page's security policy does not "
                "name it."
            )


#: The check of each kind of map.
_READERS: Final[dict[str, Callable[[bytes], _Seen]]] = {
    ".png": _png,
    ".tif": _tiff,
    ".tiff": _tiff,
    ".svg": _svg,
    ".pdf": _pdf,
    ".html": _html,
    ".htm": _html,
}
_KINDS: Final = tuple(_READERS)
