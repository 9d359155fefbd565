"""Elements, their attributes and the addresses in these: whether a list has them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from xml.etree.ElementTree import Element

from mtmgeo.verification.rules.lists import Words, because, on, said

SVG: Final = "http://www.w3.org/2000/svg"

#: Namespaces of attributes, by the prefix with which everybody writes them.
_PREFIXES: Final = {
    "http://www.w3.org/1999/xlink": "xlink:",
    "http://www.w3.org/2000/xmlns/": "xmlns:",
    "http://www.w3.org/XML/1998/namespace": "xml:",
}
#: Attributes that hold an address.
_LEADING: Final = frozenset({"cite", "href", "src", "xlink:href"})
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*:")


def parted(name: str) -> tuple[str, str]:
    """Return the namespace of a name, empty if it has none, and the name in it."""
    space, _, local = name.rpartition("}")
    return space.removeprefix("{"), local


def written(name: str) -> str:
    """Return the name of an attribute with its usual prefix."""
    space, local = parted(name)
    prefix = _PREFIXES.get(space, space)
    return local if local == "xmlns" else f"{prefix}{local}"


def unlisted(element: Element, listed: Mapping[str, Any], kind: str) -> Iterator[str]:
    """Yield what a list does not have of an element: its name, attributes, addresses.

    Parameters
    ----------
    element
        Of a page or a drawing.
    listed
        The list: ``elements``, ``attributes`` of any element and of some, ``values`` that these
        attributes may have, beginnings of ``addresses``, ``reasons`` why something is not there.
    kind
        What it stands in, in words.
    """
    name = parted(element.tag)[1]
    if name not in listed["elements"]:
        why = because(listed, name)
        yield f"The {kind} holds <{name}>, which no map needs{why}: leave it out."
    of_any, own = listed["attributes"]["*"], listed["attributes"].get(name, frozenset())
    for attribute, value in ((written(key), value) for key, value in element.items()):
        if attribute not in own and not on(of_any, attribute):
            why = because(listed, attribute)
            yield (
                f"The {kind}'s {name} has the attribute '{attribute}', which no map needs{why}: "
                "leave it out."
            )
        values = listed.get("values", {}).get(attribute)
        if values and not values.issuperset(value.lower().split()):
            yield (
                f"The {kind}'s {name} has the {attribute} '{value[:40]}': leave it out, or let it "
                f"be one of: {', '.join(sorted(values))}."
            )
        beginnings = said(listed["addresses"], name) or frozenset()
        if attribute in _LEADING and not _leads(value, beginnings):
            yield (
                f"The {kind}'s {name} leads to '{value[:40]}': leave it out, or let it begin with "
                f"one of: {', '.join(sorted(beginnings))}."
            )


def _leads(address: str, beginnings: Words) -> bool:
    """Return whether an address begins in one of these ways, as browsers read it."""
    plain = re.sub(r"[\x00-\x20]", "", address).lower()
    if "relative" in beginnings and not _SCHEME.match(plain):
        return True
    return plain.startswith(tuple(beginnings))
