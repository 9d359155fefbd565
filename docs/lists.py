"""Write what a published file may hold into disclaimer.md, from the lists that `verify` reads.

python docs/lists.py
"""

from __future__ import annotations

import textwrap
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

DOCS: Final = Path(__file__).parent
PAGE: Final = DOCS / "disclaimer.md"
LISTS: Final = DOCS.parent / "mtmgeo/verification/rules/allowed"

#: Where the lists stand on the page: between the two.
BEGIN: Final = "<!-- The lists, as docs/lists.py writes them. -->\n"
END: Final = "<!-- The end of the lists. -->\n"

FORMATS: Final = {
    "png": "PNG",
    "tiff": "TIFF",
    "pdf": "PDF",
    "svg": "SVG, a file of its own or a drawing in a page",
    "html": "HTML",
    "scripts": "Scripts of a page: what none may do",
}

#: What the keys of the lists say.
TITLES: Final = {
    "addresses": "How the addresses of elements begin",
    "around": "Around the disclaimer",
    "attributes": "Attributes, of any element and of single ones besides",
    "beside": "Beside the disclaimer, of these styles only",
    "body": "Of the body alone, besides",
    "called": "Members that are not called",
    "chunks": "Chunks",
    "document": "Of the document",
    "elements": "Elements",
    "encodings": "Encodings",
    "everywhere": "Anywhere, of these styles only",
    "finds": "Calls that find it by a selector",
    "first": "Members of the body that give the disclaimer's element",
    "given": "Calls that are not given it",
    "gives": "What gives the elements",
    "holding": "Chunks with these bytes only",
    "later": "What elements get while a page is used",
    "metadata": "Namespaces in metadata",
    "nesting": "Style rules around other rules",
    "orders": "Orders to the browser",
    "page": "Of paper",
    "rules": "Style rules that style nothing by themselves",
    "set": "Members that are not set",
    "slips": "Slips of HTML that all browsers read alike",
    "styles": "Styles",
    "tags": "Tags",
    "touched": "Members that are not touched",
    "values": "Values of attributes and entries",
    "viewport": "Width of small screens",
}


def section() -> str:
    """Return all lists as Markdown."""
    parts = []
    for kind, title in FORMATS.items():
        table = tomllib.loads((LISTS / f"{kind}.toml").read_text("utf-8"))
        table.pop("reasons", None)
        lines = _objects(table) if kind == "pdf" else _lines(table, kind)
        parts.append(f"### {title}\n\n" + "\n".join(lines) + "\n")
    return "\n" + "\n".join(parts) + "\n"


def _lines(table: Mapping[str, Any], kind: str, indent: str = "") -> Iterator[str]:
    """Yield a line for each key, or for those of which the same is said."""
    titled = bool(kind)
    alike: dict[str, list[str]] = {}
    for key, value in table.items():
        if isinstance(value, str):
            alike.setdefault(_said(value), []).append(key)
    for words, keys in alike.items():
        names = ", ".join(TITLES[key] for key in keys) if titled else _code(" ".join(keys))
        yield _wrapped(f"{names}: {words}", indent)
    for key, value in table.items():
        if not isinstance(value, str):
            yield _wrapped(f"{TITLES[key] if titled else _code(key)}:", indent)
            deeper = kind if kind == "scripts" or key == "styles" else ""
            yield from _lines(value, deeper, f"{indent}  ")


def _objects(table: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """Yield a line for each kind of objects: its entries, and to which kinds some lead."""
    values = table["values"]
    for kind, entries in table.items():
        parts = [_code(entries["entries"])] if entries.get("entries") else []
        parts += [
            f"{_code(name)} to {' or '.join(_code(one) for one in kinds.split())}"
            for name, kinds in entries.items()
            if name not in {"entries", "is"} and kinds != "-"
        ]
        if kind != "values":
            yield _wrapped(f"{kind}: {'; '.join(parts)}", "")
    for name, value in values.items():
        yield _wrapped(f"{_code(name)} holds nothing but {_code(value)}", "")


def _said(words: str) -> str:
    return "none" if not words else "whatever it is" if words == "*" else _code(words)


def _code(words: str) -> str:
    return " ".join("any" if word == "*" else f"`{word}`" for word in words.split())


def _wrapped(line: str, indent: str) -> str:
    return textwrap.fill(
        line, 120, initial_indent=f"{indent}- ", subsequent_indent=f"{indent}  ",
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def written(text: str) -> str:
    """Return the page with the lists as they are."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{section()}{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text("utf-8")), "utf-8")
