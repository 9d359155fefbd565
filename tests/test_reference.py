"""The reference: what guides say of the code is what the script makes of it."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).parents[1] / "docs"

_spec = importlib.util.spec_from_file_location("reference", DOCS / "reference.py")
assert _spec is not None
assert _spec.loader is not None
reference: Any = importlib.util.module_from_spec(_spec)
sys.modules["reference"] = reference
_spec.loader.exec_module(reference)

PAGES = sorted(DOCS.glob("*.md"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_holds_what_the_script_makes(path):
    text = path.read_text("utf-8")
    assert reference.page(text) == text


def test_all_that_is_made_stands_in_a_page():
    text = "".join(path.read_text("utf-8") for path in PAGES)
    assert all(f"reference.py: {name} -->" in text for name in reference.MADE)
