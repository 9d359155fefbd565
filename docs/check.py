"""Check the Markdown files: prose stands in lines of at most 120 signs, and links lead somewhere.

``python docs/check.py`` reads those that git knows; it asks no network.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT: Final = Path(__file__).resolve().parents[1]

_WIDTH: Final = 120
_MARKDOWN: Final = MarkdownIt("commonmark").enable("table")


def faults(path: Path) -> Iterator[str]:
    """Return what is wrong with a file: where, and what."""
    for line in _long_lines(path):
        yield f"{path.relative_to(ROOT)}:{line}: more than {_WIDTH} signs in a line of prose"
    for token in _spans(path):
        target = str(token.attrGet("href") or token.attrGet("src") or "")
        if target and not _leads_somewhere(path, target):
            yield f"{path.relative_to(ROOT)}: the link to {target} leads nowhere"


def _long_lines(path: Path) -> Iterator[int]:
    """Return numbers of lines in paragraphs, but not in tables or code, whose rows are lines."""
    lines = path.read_text("utf-8").splitlines()
    for token in _tokens(path):
        if token.type == "paragraph_open" and token.map:
            first, end = token.map
            yield from (i + 1 for i in range(first, end) if len(lines[i]) > _WIDTH)


def _leads_somewhere(path: Path, target: str) -> bool:
    if re.match(r"\w+:", target):
        return True
    name, _, heading = unquote(target).partition("#")
    there = path.parent / name if name else path
    return there.exists() and (not heading or heading in _headings(there))


@cache
def _headings(path: Path) -> frozenset[str]:
    """Return the headings of a page as they are written in links."""
    tokens = _tokens(path)
    words = [tokens[i + 1].content for i, each in enumerate(tokens) if each.type == "heading_open"]
    return frozenset(re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in words)


def _spans(path: Path) -> list[Token]:
    return [span for token in _tokens(path) for span in token.children or []]


@cache
def _tokens(path: Path) -> list[Token]:
    return _MARKDOWN.parse(path.read_text("utf-8"))


def main() -> None:
    """Print the faults of all files, and fail if there is one."""
    listed = subprocess.run(
        ("git", "ls-files", "-z", "*.md"), cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    paths = [ROOT / name for name in listed.split("\0") if name]
    found = [fault for path in paths if path.exists() for fault in faults(path)]
    if found:
        sys.exit("\n".join(found))


if __name__ == "__main__":
    main()
