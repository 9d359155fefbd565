"""Web pages: the disclaimer first in the body, and nothing that could hide, cover or move it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final
from xml.etree.ElementTree import Element

import html5lib

from mtmgeo.core import disclaimer
from mtmgeo.core.disclaimer import ELEMENT_ID
from mtmgeo.verification.rules import csp, scripts
from mtmgeo.verification.rules.css import Guard, Style
from mtmgeo.verification.rules.lists import allowed
from mtmgeo.verification.rules.markup import SVG, parted, unlisted
from mtmgeo.verification.rules.seen import (
    MAX_DEPTH,
    MAX_ELEMENTS,
    Fault,
    Seen,
    only_sentence,
    stated_in,
)

#: How many elements may lie in the body beside the disclaimer, each of which has to be watched.
_MAX_BESIDE: Final = 1000

_BASE: Final[Any] = html5lib.getTreeBuilder("etree")


def see(data: bytes) -> Seen:
    """Return what is seen in a page, with scripts and without."""
    modes = (True, False) if b"<noscript" in data.lower() else (True,)
    pages = [_page(data, scripting=mode) for mode in modes]
    faults = [fault for page in pages for fault in page.faults]
    return Seen(pages[0].stated, pages[0].shown, faults)


def _page(data: bytes, *, scripting: bool) -> Seen:
    listed = allowed("html")
    root, slips = _read(data, scripting=scripting)
    elements = [element for element in root.iter() if isinstance(element.tag, str)]
    head, body = root.find("head"), root.find("body")
    marked = [element for element in elements if element.get("id") == ELEMENT_ID]
    if head is None or body is None or len(marked) != 1 or marked[0] not in list(body)[:1]:
        raise Fault(f"The page does not begin with one element with the id '{ELEMENT_ID}'.")
    (notice,) = marked
    faults = list(slips)
    if notice.tag != "p" or notice.attrib not in disclaimer.HTML_ATTRIBUTES or len(notice):
        faults.append("The disclaimer's element was changed; it could be hidden.")
    for element in (root, head, body):
        unknown = sorted(element.attrib.keys() - listed["around"][element.tag])
        faults += [
            f"The page's {element.tag} has the attribute '{name}', which could hide the "
            "disclaimer: leave it out."
            for name in unknown
        ]
    faults += _styled([root, head, body, notice], elements)
    for element in elements:
        faults += _named(element)
        faults += _loaded(element)
        faults += _scripted(element)
    faults += _policed(elements, notice.get("style", ""))
    faults += _scaled(root)
    facts = [(x.get("name", "").lower(), x.get("content", "")) for x in root.iter("meta")]
    stated = " ".join(text for name, text in facts if name == disclaimer.METADATA_KEY.lower())
    return Seen(stated_in(stated), only_sentence(notice.text or ""), faults)


# --- reading ------------------------------------------------------------------------------------


class _Tree(_BASE):  # type: ignore[misc]
    """A tree of no more elements, and no deeper ones, than a map needs."""

    made = 0

    def elementClass(self, *parts: Any) -> Any:  # noqa: N802  (html5lib's name)
        self.made += 1
        if len(self.openElements) > MAX_DEPTH or self.made > MAX_ELEMENTS:
            raise Fault("The file has more elements, or deeper ones, than a map needs.")
        return _BASE.elementClass(*parts)


def _read(data: bytes, *, scripting: bool) -> tuple[Element, Iterator[str]]:
    """Return a page as a browser reads it, and what browsers could read in different ways."""
    parser = html5lib.HTMLParser(tree=_Tree, namespaceHTMLElements=False)
    root: Element = parser.parse(data, scripting=scripting, useChardet=False)
    return root, _slips(parser)


def _slips(parser: Any) -> Iterator[str]:
    listed = allowed("html")
    if parser.documentEncoding not in listed["encodings"]:
        yield f"The page is in the encoding '{parser.documentEncoding}': write it in UTF-8."
    slips = (error for error in parser.errors if error[1] not in listed["slips"])
    for (line, _), slip, about in islice(slips, 1):
        name = f", at '{about['name']}'" if "name" in about else ""
        yield (
            f"Browsers could read the page in different ways from its line {line} on ({slip}"
            f"{name}): mend its HTML there."
        )


# --- elements -----------------------------------------------------------------------------------


def _named(element: Element) -> Iterator[str]:
    """Yield what of an element is on no list."""
    space, name = parted(element.tag)
    if space not in {"", SVG}:
        yield f"The page holds <{name}>, which no map needs: leave it out."
    else:
        yield from unlisted(element, allowed("svg" if space else "html"), "page")


def _loaded(element: Element) -> Iterator[str]:
    """Yield what an element brings along that cannot be examined, or orders the browser to do."""
    name, place = parted(element.tag)[1], _place(element)
    sheet = name == "link" and "stylesheet" in element.get("rel", "").lower()
    if sheet or (name == "script" and place):
        yield f"The page loads '{place}', which cannot be examined: put it into the page."
    order = element.get("http-equiv", "").lower() if name == "meta" else ""
    if order and order not in allowed("html")["orders"]:
        yield f"The page orders the browser to change it: '{order}'. Leave that out."


def _place(element: Element) -> str:
    """Return what an element leads to."""
    places = (value for key, value in element.items() if parted(key)[1] in {"href", "src"})
    return next(places, "")


def _scripted(element: Element) -> Iterator[str]:
    """Yield what the scripts of an element could do to the disclaimer."""
    found = [value for key, value in element.items() if key.startswith("on") or key == "srcdoc"]
    place = _place(element)
    found += [place] if place.lstrip().lower().startswith("javascript:") else []
    found += [_code(element)] if _runs(element) else []
    read = [scripts.tokens(script) for script in found]
    if any(map(scripts.names_element, read)):
        yield "A script on the page names the disclaimer's element; it could hide it."
    if any(map(scripts.reaches, read)):
        yield "A script on the page reaches for the disclaimer's element; it could hide it."


def _runs(element: Element) -> bool:
    """Return whether `element` is a script that a browser could run."""
    return parted(element.tag)[1] == "script" and element.get("type") != csp.DATA


def _code(script: Element) -> str:
    return "".join(script.itertext())


def _scaled(root: Element) -> Iterator[str]:
    """Yield whether a page is not set to the width of small screens."""
    listed = allowed("html")["viewport"]
    scales = [
        x.get("content", "") for x in root.iter("meta") if x.get("name", "").lower() == "viewport"
    ]
    said = [
        [part.partition("=")[::2] for part in re.sub(r"\s", "", scale).split(",")]
        for scale in scales
    ]
    known = all(value in listed.get(key, ()) for scale in said for key, value in scale)
    if not scales or not known or not all(scale[0][0] == "width" for scale in said):
        yield "The page is not set to the width of small screens; it cannot be read there."


# --- styles -------------------------------------------------------------------------------------


def _styled(around: Sequence[Element], elements: Sequence[Element]) -> Iterator[str]:
    """Yield what the styles of a page could do to the disclaimer, the last of those `around`."""
    listed, (*_, body, notice) = allowed("html"), around
    beside = [x for x in body if x is not notice and isinstance(x.tag, str)]
    if len(beside) > _MAX_BESIDE:
        raise Fault(f"More than {_MAX_BESIDE:,} elements lie in the body: put them into one.")
    used = {element: _later(element, listed["later"]) for element in (*around, *beside)}
    watched = [used[element] for element in around]
    guard = Guard(watched, listed["styles"], [used[element] for element in beside])
    styles: list[Style] = []
    for element in elements:
        found: list[Style | str] = []
        if parted(element.tag)[1] == "style":
            found += guard.sheet("".join(element.itertext()))
        if element is not notice and "style" in element.attrib:
            reached = [used[element]] if element in used else []
            found += guard.attribute(element.get("style", ""), *reached)
        yield from (one for one in found if isinstance(one, str))
        styles += (one for one in found if isinstance(one, Style))
    yield from filter(None, map(guard.fault, styles))
    if len(_clipping(styles, watched)) > 1:
        yield (
            "The styles of the page clip both html and body, so that the disclaimer could lie "
            "beyond what is shown: let one of them be visible."
        )


def _later(element: Element, added: Mapping[str, Iterable[str]]) -> Element:
    """Return an element with the classes and attributes that it gets while the page is used."""
    more = {word.strip(".[]"): word for word in added.get(element.tag, ())}
    classes = [element.get("class", ""), *(name for name, word in more.items() if word[0] == ".")]
    attributes = {name: "" for name, word in more.items() if word[0] == "["}
    return Element(element.tag, {**attributes, **element.attrib, "class": " ".join(classes)})


def _clipping(styles: Iterable[Style], around: Sequence[Element]) -> set[str]:
    """Return the tags of elements around the disclaimer that clip what they hold."""
    return {
        element.tag
        for style in styles
        for element in style.reached
        if style.name.startswith("overflow") and style.text != "visible" and element in around[:3]
    }


# --- security policies --------------------------------------------------------------------------


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
