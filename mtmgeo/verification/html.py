"""Web pages: the disclaimer at the top of the body, and nothing that could hide it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final
from xml.etree.ElementTree import Element

from mtmgeo.core import disclaimer
from mtmgeo.core.disclaimer import ELEMENT_ID
from mtmgeo.verification import csp
from mtmgeo.verification.css import PASSIVE, Guard
from mtmgeo.verification.seen import MAX_DEPTH, MAX_ELEMENTS, Fault, Seen, only_sentence, stated_in

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


def see(data: bytes) -> Seen:
    """Return what is seen in a page, with scripts and without."""
    modes = (True, False) if b"<noscript" in data.lower() else (True,)
    pages = [_page(data, scripting=mode) for mode in modes]
    faults = [fault for page in pages for fault in page.faults]
    return Seen(pages[0].stated, pages[0].shown, faults)


def _page(data: bytes, *, scripting: bool) -> Seen:
    root = _html_tree(data, scripting=scripting)
    elements = [element for element in root.iter() if isinstance(element.tag, str)]
    head, body = root.find("head"), root.find("body")
    marked = [element for element in elements if element.get("id") == ELEMENT_ID]
    if head is None or body is None or len(marked) != 1 or marked[0] not in list(body)[:1]:
        raise Fault(f"The page does not begin with one element with the id '{ELEMENT_ID}'.")
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
    return Seen(stated_in(stated), only_sentence(marked[0].text or ""), faults)


def _html_tree(data: bytes, *, scripting: bool) -> Element:
    """Parse a page as a browser does, within bounds."""
    import html5lib

    base = html5lib.getTreeBuilder("etree")

    class Tree(base):  # type: ignore[misc, valid-type]
        made = 0

        def elementClass(self, *parts: Any) -> Any:  # noqa: N802  (html5lib's name)
            self.made += 1
            if len(self.openElements) > MAX_DEPTH or self.made > MAX_ELEMENTS:
                raise Fault("The file has more elements, or deeper ones, than a map needs.")
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
