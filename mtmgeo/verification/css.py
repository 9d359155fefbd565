"""Style sheets: what in them could hide or cover an element. What is not known to be harmless can.

A selector is taken to reach an element unless its tags, classes, ids and attributes rule that
out; its states, such as ``:hover``, and the conditions around it, such as ``@media``, never do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from xml.etree.ElementTree import Element

import tinycss2

#: Rules that style nothing by themselves, and rules around other rules.
PASSIVE: Final = frozenset({"charset", "keyframes", "-webkit-keyframes", "namespace", "property"})
_NESTING: Final = frozenset({"container", "layer", "media", "scope", "starting-style", "supports"})

_contents = partial(tinycss2.parse_blocks_contents, skip_comments=True, skip_whitespace=True)
_rules = partial(tinycss2.parse_rule_list, skip_comments=True, skip_whitespace=True)


@dataclass(frozen=True)
class Guard:
    """Looks for styles that could hide or cover some elements.

    Attributes
    ----------
    elements
        The elements: the one to be seen, and all those around it.
    keeps
        What ``{property:value}``, preceded by the selector if that is a bare tag, matches if it
        leaves them in view.
    passive
        Names of at-rules that cannot hide them.
    fonts
        Names, in small letters, of the fonts in which they are drawn, and which no sheet may bring
        along; None if it may bring none.
    """

    elements: Sequence[Element]
    keeps: re.Pattern[str]
    passive: frozenset[str] = PASSIVE
    fonts: frozenset[str] | None = None

    def sheet(self, css: str) -> Iterator[str]:
        """Yield a sentence for each style in a style sheet that could hide the elements."""
        sheet = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
        return self._nodes(sheet, None)

    def attribute(self, style: str, selector: str | None) -> Iterator[str]:
        """Yield the same for a style attribute; of an element around them, named `selector`."""
        return self._nodes(_contents(style), selector or "")

    def _nodes(self, nodes: Iterable[Any], inside: str | None) -> Iterator[str]:
        """Go through parsed rules and declarations.

        `inside` is the selector of the rule in which they stand, empty if that reaches none of the
        elements, and None outside of rules.
        """
        for node in nodes:
            word = getattr(node, "lower_at_keyword", "")
            if node.type == "declaration":
                yield from self._declaration(node, inside)
            elif node.type == "qualified-rule":
                selector = tinycss2.serialize(node.prelude).strip()
                reached = list(self._reached(node.prelude))
                if any(_PSEUDO_ELEMENT.search(part) for part in reached):
                    yield f"The style rule '{selector[:60]}' could hide the disclaimer."
                yield from self._nodes(_contents(node.content), selector if reached else "")
            elif word in _NESTING:
                parse = _rules if inside is None else _contents
                yield from self._nodes(parse(node.content or []), inside)
            elif word == "page":
                yield from self._nodes(_contents(node.content or []), "@page")
            elif word == "font-face" and self.fonts is not None:
                yield from self._font(_contents(node.content or []))
            elif word and word not in self.passive:
                yield f"The style rule '@{word}' cannot be examined; it could hide the disclaimer."

    def _declaration(self, node: Any, selector: str | None) -> Iterator[str]:
        value = " ".join(tinycss2.serialize(node.value).lower().split())
        # Any other selector is left out: it may hold what looks like a style.
        place = selector if selector and re.fullmatch(r"@?[a-z]+|<[a-z]+>", selector) else ""
        known = self.keeps.fullmatch(f"{place}{{{node.lower_name}:{value}}}")
        # The disclaimer has the highest level there is; nothing else may come near it.
        on_top = node.lower_name == "z-index" and not re.fullmatch(r"-?\d{1,9}|[a-z]+", value)
        if (selector and not known) or on_top:
            style = f"{selector or ''} {{ {node.lower_name}: {value[:40]} }}".strip()
            yield f"The style '{style}' could hide or cover the disclaimer."

    def _font(self, nodes: Iterable[Any]) -> Iterator[str]:
        """Yield what is wrong with a font that a sheet brings along."""
        for node in nodes:
            name = getattr(node, "lower_name", "")
            parts = [part for part in getattr(node, "value", ()) if part.type != "whitespace"]
            words = " ".join(str(getattr(part, "value", "")) for part in parts)
            if name == "font-family" and words.lower() in (self.fonts or ()):
                yield f"The style rule '@font-face' changes '{words}', the disclaimer's font."
            if name == "src" and not _FONT.fullmatch(words):
                yield f"The style rule '@font-face' takes its font from '{words[:40]}'."

    def _reached(self, prelude: Sequence[Any]) -> Iterator[str]:
        """Yield the last part of each selector in a list that could reach one of the elements."""
        for selector in _split(prelude, ","):
            parts = [part for part in _split(selector, " >+~") if part]
            if parts and all(any(_matches(part, x) for x in self.elements) for part in parts):
                yield tinycss2.serialize(parts[-1])


_FONT: Final = re.compile(r"data:font/(woff2?|ttf|otf);base64,[A-Za-z0-9+/=]+")
_PSEUDO_ELEMENT: Final = re.compile(r"::|:(before|after|first-line|first-letter)\b", re.IGNORECASE)


def _split(tokens: Sequence[Any], separators: str) -> list[list[Any]]:
    parts: list[list[Any]] = [[]]
    for token in tokens:
        sign = " " if token.type == "whitespace" else token.value if token.type == "literal" else ""
        if sign and sign in separators:
            parts.append([])
        elif token.type != "comment":
            parts[-1].append(token)
    return parts


def _matches(compound: Sequence[Any], element: Element) -> bool:
    """Return whether a selector without combinators could match `element`."""
    before = ""
    for token in compound:
        if token.type == "literal":
            before = token.value
            if before == "|":  # a namespace
                return True
            continue
        value = str(getattr(token, "value", "")).lower()
        matched = True
        if token.type == "hash":
            matched = value == element.get("id", "").lower()
        elif token.type == "[] block":
            names = {part.lower_value for part in token.content if part.type == "ident"}
            matched = not names or not names.isdisjoint(element.attrib)
        elif token.type == "ident" and before == ".":
            matched = value in element.get("class", "").lower().split()
        elif token.type == "ident" and not before:
            matched = value == element.tag.rpartition("}")[2].lower()
        if not matched:
            return False
        before = ""
    return True
