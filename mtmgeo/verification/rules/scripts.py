"""Scripts: whether one reaches for the disclaimer's element, or for what is around it, to hide it.

A script is read as its words and signs, whatever blanks, comments and escapes are between and in
them, and so is what stands in its strings. The calls that give and that hide are a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple
from xml.etree.ElementTree import Element

from mtmgeo.core import disclaimer
from mtmgeo.verification.rules.css import could_match
from mtmgeo.verification.rules.lists import allowed, on

#: How far a script is followed from where it has the element, in words and signs: back along a path
#: to the name that it gives it, on along a chain of calls, and to where it uses the name.
_PATH: Final = 20
_CHAIN: Final = 40
_SCOPE: Final = 160
#: How often a script may take hold of a page: more often than a map of many markers does.
_MOST: Final = 100_000
#: How deep scripts are looked for in strings of scripts.
_DEEPEST: Final = 4


class Token(NamedTuple):
    """A word or sign of a script; of a string, what it says."""

    kind: str
    text: str


_DOT: Final = Token("sign", ".")

# --- words and signs ----------------------------------------------------------------------------

#: What a script is made of. What is not closed ends with the script, or with its line; many numbers
#: in lists are as one.
_KINDS: Final = {
    "blank": r"\s+ | //[^\n]* | /\*.*?(?:\*/|\Z)",
    "string": r"'(?:\\.|[^'\\\n])*'? | \"(?:\\.|[^\"\\\n])*\"? | `(?:\\.|[^`\\])*`?",
    "number": r"(?:[\[\s]{0,9} -?\d[\d.]* [\]\s]{0,9} ,){4,} | \.?\d[\w.]*",
    "name": r"(?:[\w$] | \\u[\da-fA-F]{4} | \\u\{[\da-fA-F]+\})+",
    "sign": r"\?\. | [=!]==? | => | [<>]= | [-+*/%&|^?]{1,3}= | .",
}
_TOKEN: Final = re.compile(
    "|".join(f"(?P<{kind}>{signs})" for kind, signs in _KINDS.items()), re.DOTALL | re.VERBOSE
)
_PATTERN: Final = re.compile(r"/(?:\\.|\[(?:\\.|[^\]\\\n])*\]?|[^/\\\n\[])+/?\w*")
_ESCAPE: Final = re.compile(
    r"\\(?:u\{([\da-fA-F]+)\}|u([\da-fA-F]{4})|x([\da-fA-F]{2})|(.))", re.DOTALL
)
#: Words after which a slash begins a pattern.
_BEFORE_PATTERN: Final = frozenset({"case", "delete", "in", "of", "return", "typeof", "void"})


def tokens(script: str) -> list[Token]:
    """Return the words and signs of a script; ``a?.b`` and ``a["b"]`` as ``a.b``."""
    read: list[Token] = []
    for token in _raw(script):
        if token.text in {"(", "["} and read[-1:] == [_DOT]:
            read[-1] = token
        elif token.text == "]" and _kinds(read[-2:]) == ["[", "string"]:
            read[-2:] = [_DOT, Token("name", read[-1].text)]
        elif token.kind == "string" and _kinds(read[-2:]) == ["string", "+"]:
            read[-2:] = [Token("string", read[-2].text + token.text)]
        else:
            read.append(_DOT if token.text == "?." else token)
    return read


def _kinds(read: Sequence[Token]) -> list[str]:
    """Return the kinds of words, and the signs as they are."""
    return [token.text if token.kind == "sign" else token.kind for token in read]


def _raw(script: str) -> Iterator[Token]:
    at, before = 0, _token("sign", ";")
    while found := _TOKEN.match(script, at):
        kind, text = str(found.lastgroup), found.group()
        if text == "/" and not _is_value(before):
            found = _PATTERN.match(script, at) or found
            kind, text = "string", found.group()
        at = found.end()
        if kind == "blank":
            continue
        if kind == "string":
            before = Token(kind, _unescaped(text[1:].removesuffix(text[0])))
        else:
            before = _token(kind, "0" if kind == "number" else _unescaped(text))
        yield before


#: Makes words and signs; those that come again take no room.
_token: Final = lru_cache(maxsize=4096)(Token)


def _is_value(token: Token) -> bool:
    if token.kind == "name":
        return token.text not in _BEFORE_PATTERN
    return token.kind != "sign" or token.text in {")", "]", "}"}


def _unescaped(text: str) -> str:
    def sign(found: re.Match[str]) -> str:
        code = found[1] or found[2] or found[3]
        return chr(min(int(code, 16), 0x10FFFF)) if code else found[4]

    return _ESCAPE.sub(sign, text) if "\\" in text else text


# --- what they do -------------------------------------------------------------------------------


def names_element(read: Iterable[Token]) -> bool:
    """Return whether a script says the id of the disclaimer's element."""
    return any(disclaimer.ELEMENT_ID in token.text for token in read)


def reaches(read: Sequence[Token], depth: int = 0) -> bool:
    """Return whether a script takes hold of the disclaimer's element, or its page, to hide it."""
    listed, words = allowed("scripts"), _first_words()
    starts = [at for at, token in enumerate(read) if token.text in words and token.kind == "name"]
    if len(starts) > _MOST or any(_reaches_at(read, at, listed) for at in starts):
        return True
    inner = (token.text for token in read if _is_script(token) and depth < _DEEPEST)
    return any(reaches(tokens(text), depth + 1) for text in inner)


@cache
def _first_words() -> frozenset[str]:
    """Return the words with which something that reaches for the element can begin."""
    listed = allowed("scripts")
    paths = listed["around"]["gives"]
    return frozenset(
        {"body", *listed["finds"], *listed["given"], *(x.split(".")[0] for x in paths)}
    )


def _is_script(token: Token) -> bool:
    """Return whether a string could be run and could reach for anything."""
    return token.kind == "string" and "." in token.text and not {"(", "="}.isdisjoint(token.text)


def _reaches_at(read: Sequence[Token], at: int, listed: Mapping[str, Any]) -> bool:
    """Return whether what begins with a word reaches for the element, or for what is around it."""
    word, around = read[at].text, listed["around"]
    if word == "document" and _does(read, at + 1, listed["document"]):
        return True
    if word in listed["given"] and _text(read, at + 1) == "(":
        return any(_given(read, one, listed) for one in _chain(read, at + 1))
    for end in filter(None, (_path(read, at, path) for path in around["gives"])):
        for one in (end, *_uses(read, at, end)):
            if _does(read, one, around) or _styles(read, one, around):
                return True
            if _is_first(read, one, listed) and _is_hidden(read, at, one + 2, listed):
                return True
    end = _given(read, at, listed)
    return bool(end) and _is_hidden(read, at, end, listed)


def _is_hidden(read: Sequence[Token], at: int, end: int, listed: Mapping[str, Any]) -> bool:
    """Return whether the element, given by the words from one place to another, is hidden."""
    places = (*_chain(read, end), *_uses(read, at, end))
    return any(_does(read, one, listed) for one in places)


def _is_first(read: Sequence[Token], at: int, listed: Mapping[str, Any]) -> bool:
    """Return whether a member stands there with which the body gives its first element."""
    return _text(read, at) == "." and _text(read, at + 1) in listed["first"]


def _text(read: Sequence[Token], at: int) -> str:
    """Return a word or sign; an empty text for a string, and beyond the end."""
    return read[at].text if 0 <= at < len(read) and read[at].kind != "string" else ""


def _path(read: Sequence[Token], at: int, path: str) -> int:
    """Return where a path of names ends that begins with a word; 0 if it does not."""
    parts = re.split(r"(\.)", path)
    end = at + len(parts)
    return end if [_text(read, i) for i in range(at, end)] == parts else 0


def _given(read: Sequence[Token], at: int, listed: Mapping[str, Any]) -> int:
    """Return where what gives the element ends, if it begins with a word; otherwise 0."""
    if read[at].text in listed["finds"] and _text(read, at + 1) == "(":
        found = read[at + 2] if at + 2 < len(read) else None
        return at + 4 if found and found.kind == "string" and _could_find(found.text) else 0
    return at + 3 if read[at].text == "body" and _is_first(read, at + 1, listed) else 0


@cache
def _could_find(selector: str) -> bool:
    """Return whether a selector, which is no HTML, could find the element or one around it."""
    elements = Element("p", disclaimer.HTML_ATTRIBUTES[0]), Element("body"), Element("html")
    return not selector.lstrip().startswith("<") and any(
        could_match(selector, element) for element in elements
    )


def _does(read: Sequence[Token], at: int, listed: Mapping[str, Any]) -> bool:
    """Return whether a listed member is touched, called or set there."""
    name, then = _text(read, at + 1), _text(read, at + 2)
    return _text(read, at) == "." and (
        name in listed.get("touched", ())
        or (then == "(" and on(listed["called"], name))
        or (_sets(then) and on(listed["set"], name))
    )


def _styles(read: Sequence[Token], at: int, listed: Mapping[str, Any]) -> bool:
    """Return whether a listed style is set there, directly or by a call."""
    if [_text(read, i) for i in range(at, at + 3)] != [".", "style", "."]:
        return False
    name, then = _text(read, at + 3), _text(read, at + 4)
    first = read[at + 5].text if at + 5 < len(read) else ""
    # A call may set a value for other styles.
    called = then == "(" and not first.startswith("--")
    return on(listed["styles"], name) and (called or _sets(then))


def _sets(sign: str) -> bool:
    return sign.endswith("=") and sign not in {"==", "===", "!=", "!==", "<=", ">="}


def _chain(read: Sequence[Token], start: int) -> Iterator[int]:
    """Yield the places of a chain of members and calls, and of all that its calls are given."""
    depth = 0
    for at in range(start, min(start + _CHAIN, len(read))):
        text = _text(read, at)
        if text in {"(", "["} or (depth and text == "{"):
            depth += 1
        elif text in {")", "]", "}"}:
            depth = max(depth - 1, 0)  # one that opened before what is followed
        elif depth == 0 and "." not in (text, _text(read, at - 1)) and read[at].kind != "number":
            return
        yield at


def _uses(read: Sequence[Token], at: int, end: int) -> Iterator[int]:
    """Yield the places after the name that a script gives to what it has, where it is used."""
    start = at - 1
    while start > max(at - _PATH, 0) and (
        _text(read, start) in {".", "..."}
        or (_text(read, start) != "of" and read[start].kind == "name")
    ):
        start -= 1
    if _text(read, start) not in {"=", "of"}:
        return
    name = _text(read, start - 1 if _text(read, start - 1) != "]" else start - 2)
    depth = 0
    for use in range(end, min(end + _SCOPE, len(read))):
        depth += (_text(read, use) == "{") - (_text(read, use) == "}")
        if depth < 0:
            return
        if name and _text(read, use) == name:
            yield use + 1
