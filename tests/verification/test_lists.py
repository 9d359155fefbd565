"""The lists of what a published file may hold: whole, and said in the docs as they are."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from mtmgeo.verification.rules.lists import allowed, on, said

DOCS = Path(__file__).parents[2] / "docs"


def test_the_docs_say_the_lists_that_files_are_held_against():
    spec = importlib.util.spec_from_file_location("lists", DOCS / "lists.py")
    assert spec is not None
    assert spec.loader is not None
    lists: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(lists)
    text = lists.PAGE.read_text("utf-8")
    assert lists.written(text) == text  # if not: python docs/lists.py
    assert {*lists.FORMATS} == {path.stem for path in lists.LISTS.glob("*.toml")}
    assert all(f"`{name}`" in text for name in allowed("html")["elements"])


def test_every_kind_of_object_that_a_document_leads_to_is_on_its_list():
    kinds = {key: kind for key, kind in allowed("pdf").items() if key not in {"values", "reasons"}}
    led = {
        one
        for kind in kinds.values()
        for name, leads in kind.items()
        if name not in {"entries", "is"}
        for one in leads - {"-"}
    }
    assert led == {*kinds} - {"Trailer"}


def test_reasons_are_given_for_what_is_not_on_a_list():
    html, svg = allowed("html"), allowed("svg")
    attributes = frozenset().union(*html["attributes"].values())
    assert [name for name in html["reasons"] if name in html["elements"] | attributes] == []
    assert [
        name for name in svg["reasons"] if name in svg["elements"] | svg["attributes"]["*"]
    ] == []
    assert allowed("png")["chunks"].isdisjoint(allowed("png")["reasons"])
    assert allowed("tiff")["tags"].isdisjoint(allowed("tiff")["reasons"])


@pytest.mark.parametrize(("name", "found"), [("data-x", True), ("data", False), ("xdata-", False)])
def test_a_star_is_the_beginning_of_a_name(name, found):
    assert on(frozenset({"data-*", "id"}), name) == found
    assert said({"data-*": 1, "id": 2}, name) == (1 if found else None)
