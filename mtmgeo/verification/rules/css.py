"""Style sheets: what in them could hide, cover or push away an element, by a list of what cannot.

A selector is taken to reach an element unless its tags, classes, ids and attributes rule that
out; its states, such as ``:hover``, and the conditions around it, such as ``@media``, never do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from xml.etree.ElementTree import Element

import tinycss2
import tinycss2.color3

from mtmgeo.verification.rules.lists import Words, said

_contents = partial(tinycss2.parse_blocks_contents, skip_comments=True, skip_whitespace=True)
_rules = partial(tinycss2.parse_rule_list, skip_comments=True, skip_whitespace=True)

#: Where `Style` has none of the elements, but paper.
PAGE: Final = "@page"


@dataclass(frozen=True)
class Style:
    """One declaration, and what it could style.

    Attributes
    ----------
    where
        The selector of its rule; of a style attribute, the element's tag.
    reached
        The elements that it could style, of those that are watched.
    name
        Of the property, in small letters.
    value
        Its tokens.
    """

    where: str
    reached: tuple[Element, ...]
    name: str
    value: Sequence[Any]

    @property
    def text(self) -> str:
        """The value as it is written, in small letters and without idle blanks."""
        return " ".join(tinycss2.serialize(self.value).lower().split())


@dataclass(frozen=True)
class Guard:
    """Looks for styles that could hide, cover or push away some elements.

    Attributes
    ----------
    around
        The elements: those to be seen, and all those around them.
    styles
        The list: names of ``rules`` and ``nesting`` rules, and tables of properties with their
        values. Only what is in ``around`` may be said of the elements; in ``body``, besides, of
        the body alone; in ``page``, of paper. What ``everywhere`` and ``beside`` name may have no
        other value, anywhere and beside the elements.
    beside
        Elements beside them, which could push them away.
    fonts
        Names, in small letters, of the fonts in which the elements are drawn, and which no sheet
        may bring along; None if it may bring any.
    """

    around: Sequence[Element]
    styles: Mapping[str, Any]
    beside: Sequence[Element] = ()
    fonts: frozenset[str] | None = None

    def sheet(self, css: str) -> Iterator[Style | str]:
        """Yield the styles in a style sheet, and a sentence for each rule that it may not have."""
        sheet = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
        return self._nodes(sheet, None)

    def attribute(self, style: str, *reached: Element) -> Iterator[Style | str]:
        """Yield the same for a style attribute; `reached` is its element, if that is watched."""
        where = "".join(f"<{element.tag.rpartition('}')[2]}>" for element in reached)
        return self._nodes(_contents(style), Style(where, reached, "", ()))

    def fault(self, style: Style) -> str | None:
        """Return what is wrong with a style, or None."""
        allowed = self._allowed(style)
        if allowed is None or _fits(style.value, allowed):
            return None
        shown = f"{style.where[:60]} {{ {style.name}: {style.text[:40]} }}".strip()
        known = (
            f", or let it be one of: {', '.join(map(_words, sorted(allowed)))}" if allowed else ""
        )
        return f"The style '{shown}' could hide or cover the disclaimer: leave it out{known}."

    def _allowed(self, style: Style) -> Words | None:
        """Return the words of which a style's value may consist; None if of any."""
        tables, none = self.styles, frozenset[str]()
        if style.where == PAGE:
            return said(tables["page"], style.name) or none
        anywhere = said(tables.get("everywhere", {}), _unprefixed(style.name))
        around = [element for element in style.reached if element in self.around]
        if around:
            alone = tables.get("body", {}) if all(x.tag == "body" for x in around) else {}
            return said({**alone, **tables["around"]}, style.name) or none
        beside = said(tables.get("beside", {}), _unprefixed(style.name)) if style.reached else None
        return anywhere or beside

    def _nodes(self, nodes: Iterable[Any], rule: Style | None) -> Iterator[Style | str]:
        """Go through parsed rules and declarations.

        `rule` is a style without name and value: what the rule reaches in which they stand; None
        outside of rules.
        """
        for node in nodes:
            word = getattr(node, "lower_at_keyword", "")
            if node.type == "declaration":
                inside = rule or Style("", (), "", ())
                yield Style(inside.where, inside.reached, node.lower_name, node.value)
            elif node.type == "qualified-rule":
                yield from self._rule(node)
            elif word in self.styles["nesting"]:
                parse = _rules if rule is None else _contents
                yield from self._nodes(parse(node.content or []), rule)
            elif word == "page" and "page" in self.styles:
                yield from self._nodes(_contents(node.content or []), Style(PAGE, (), "", ()))
            elif word == "font-face" and self.fonts is not None:
                yield from self._font(_contents(node.content or []))
            elif word and word not in self.styles["rules"]:
                yield (
                    f"The style rule '@{word}' cannot be examined; it could hide the disclaimer: "
                    "leave it out."
                )

    def _rule(self, node: Any) -> Iterator[Style | str]:
        where = tinycss2.serialize(node.prelude).strip()
        reached: dict[Element, None] = {}
        for selector in _split(node.prelude, ","):
            found = self._reached(selector)
            if found and any(_is_pseudo_element(selector, i) for i in range(len(selector))):
                if not set(found).isdisjoint(self.around):
                    yield (
                        f"The style rule '{where[:60]}' could hide the disclaimer: leave it out."
                    )
            else:
                reached.update(dict.fromkeys(found))
        yield from self._nodes(_contents(node.content), Style(where, tuple(reached), "", ()))

    def _font(self, nodes: Iterable[Any]) -> Iterator[str]:
        """Yield what is wrong with a font that a sheet brings along."""
        for node in nodes:
            name = getattr(node, "lower_name", "")
            parts = [part for part in getattr(node, "value", ()) if part.type != "whitespace"]
            words = " ".join(str(getattr(part, "value", "")) for part in parts)
            if name == "font-family" and words.lower() in (self.fonts or ()):
                yield f"The style rule '@font-face' changes '{words}', the disclaimer's font."
            if name == "src" and not _FONT.fullmatch(words):
                yield (
                    f"The style rule '@font-face' takes its font from '{words[:40]}': put it into "
                    "the file."
                )

    def _reached(self, selector: Sequence[Any]) -> list[Element]:
        """Return the elements that a selector could reach."""
        compounds = [part for part in _split(selector, " >+~") if part]
        if not compounds:
            return []
        siblings = any(token.type == "literal" and token.value in "+~" for token in selector)
        before = [*self.around, *(self.beside if siblings else ())]
        *first, last = compounds
        found = []
        for elements, others in ((self.around, self.around), (self.beside, before)):
            if all(any(could_be(part, other) for other in others) for part in first):
                found += [element for element in elements if could_be(last, element)]
        return found


def could_match(selector: str, element: Element) -> bool:
    """Return whether the last part of a selector, or of one in a list, could match `element`."""
    tokens = tinycss2.parse_component_value_list(selector, skip_comments=True)
    lists = ([part for part in _split(one, " >+~") if part] for one in _split(tokens, ","))
    return any(could_be(parts[-1], element) for parts in lists if parts)


def could_be(compound: Sequence[Any], element: Element) -> bool:
    """Return whether a selector without combinators could match `element`."""
    if any(token.type == "literal" and "|" in token.value for token in compound):
        return True  # with a namespace, of which the sheet says what it is
    attributes = {name.rpartition("}")[2].lower() for name in element.attrib}
    before = ""
    for token in compound:
        if token.type == "literal":
            before = token.value
            continue
        value = str(getattr(token, "value", "")).lower()
        matched = True
        if token.type == "hash":
            matched = value == element.get("id", "").lower()
        elif token.type == "[] block":
            names = {part.lower_value for part in token.content if part.type == "ident"}
            matched = not names or not names.isdisjoint(attributes)
        elif token.type == "ident" and before == ".":
            matched = value in element.get("class", "").lower().split()
        elif token.type == "ident" and not before:
            matched = value == element.tag.rpartition("}")[2].lower()
        if not matched:
            return False
        before = ""
    return True


_FONT: Final = re.compile(r"data:font/(woff2?|ttf|otf);base64,[A-Za-z0-9+/=]+")
_OLD_PSEUDO_ELEMENTS: Final = frozenset({"after", "before", "first-letter", "first-line"})
_RANGE: Final = re.compile(r"(-?\d+)(?:\.\.(\d*))?([a-z%]*)")


def _is_pseudo_element(tokens: Sequence[Any], at: int) -> bool:
    """Return whether a pseudo-element begins with the token there."""
    follows = tokens[at + 1] if at + 1 < len(tokens) else None
    if tokens[at].type != "literal" or tokens[at].value != ":" or follows is None:
        return False
    return bool(follows == ":" or getattr(follows, "lower_value", "") in _OLD_PSEUDO_ELEMENTS)


def _split(tokens: Sequence[Any], separators: str) -> list[list[Any]]:
    parts: list[list[Any]] = [[]]
    for token in tokens:
        sign = " " if token.type == "whitespace" else token.value if token.type == "literal" else ""
        if sign and sign in separators:
            parts.append([])
        elif token.type != "comment":
            parts[-1].append(token)
    return parts


def _unprefixed(name: str) -> str:
    """Return the name of a property without that of a browser."""
    return name if name.startswith("--") else re.sub(r"^-[a-z]+-", "", name)


def _fits(value: Sequence[Any], words: Words) -> bool:
    """Return whether a value is made of listed words, of numbers in listed ranges, or is free."""
    parts = [part for part in value if part.type not in {"whitespace", "comment"}]
    return "*" in words or all(_is_listed(part, words) for part in parts)


def _is_listed(part: Any, words: Words) -> bool:
    if part.type == "ident":
        return "word" in words or part.lower_value in words
    if part.type in {"number", "percentage", "dimension"}:
        unit = "%" if part.type == "percentage" else str(getattr(part, "lower_unit", ""))
        return any(_is_within(part.value, unit, word) for word in words)
    return "colour" in words and tinycss2.color3.parse_color(part) is not None


def _words(word: str) -> str:
    """Return a word of a list for readers."""
    return re.sub(r"\.\.$", " or more", word).replace("..", " to ")


def _is_within(number: float, unit: str, word: str) -> bool:
    """Return whether a number is in a range such as ``0..29px``, ``100%``, or ``0..`` of any unit.

    Zero needs no unit.
    """
    found = _RANGE.fullmatch(word)
    if found is None:
        return False
    low, high, listed = found.groups()
    most = float("inf") if high == "" else float(low if high is None else high)
    return (unit == listed or number == 0 or high == "") and float(low) <= number <= most
