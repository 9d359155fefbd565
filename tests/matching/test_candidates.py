"""Lookup: whatever is nearly alike is found, without comparing all with all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

import mtmgeo
from mtmgeo.matching.linkage.candidates import Lookup
from mtmgeo.matching.linkage.evidence import NAME
from mtmgeo.matching.linkage.hashing import Hashed, HashIndex

WORDS = st.lists(st.text("abcð", min_size=4, max_size=9), min_size=1, max_size=30)


@pytest.fixture(scope="module")
def lookup() -> Lookup:
    return Lookup(mtmgeo.read_boundaries("kgz"))


def pairs(ones: list[str], others: list[str]) -> set[tuple[int, int]]:
    mine, theirs = Hashed(ones), Hashed(others)
    index = HashIndex((theirs.whole, np.arange(len(others))), theirs.without_one(least=4))
    found = index.pairs((mine.whole, np.arange(len(ones))), mine.without_one(least=4))
    return set(zip(*(side.tolist() for side in found), strict=True))


@given(WORDS, WORDS)
def test_texts_that_differ_in_one_letter_share_a_hash(ones: list[str], others: list[str]) -> None:
    near = {
        (i, j)
        for i, one in enumerate(ones)
        for j, other in enumerate(others)
        if OSA.distance(one, other) <= 1
    }
    assert near <= pairs(ones, others)


@given(st.text("abc", min_size=2, max_size=8))
def test_a_text_without_two_letters_is_hashed_as_what_is_left(text: str) -> None:
    left = {
        text[:i] + text[i + 1 : j] + text[j + 1 :]
        for i in range(len(text))
        for j in range(i + 1, len(text))
    }
    found, _ = Hashed([text]).without_two(least=2)
    assert set(found.tolist()) == set(Hashed(sorted(left)).whole.tolist())


@pytest.mark.slow
@pytest.mark.parametrize("column", ["name", "name_ru", "name_ky", "name_en"])
def test_every_spelling_finds_its_unit(lookup: Lookup, column: str) -> None:
    units = mtmgeo.read_boundaries("kgz").units
    spelt = [(i, text) for i, text in enumerate(units[column]) if isinstance(text, str) and text]
    hits = lookup.query(lookup.parse(text for _, text in spelt)).near()
    found = set(zip(hits.name.tolist(), hits.unit.tolist(), strict=True))
    missed = [text for at, (unit, text) in enumerate(spelt) if (at, unit) not in found]
    assert missed == []


def test_a_misspelt_name_is_found_nearby_or_farther(lookup: Lookup) -> None:
    query = lookup.query(lookup.parse(["Bishkek", "Bishkik", "Bisqhkexk"]))
    bishkek = next(
        unit for unit, name in enumerate(mtmgeo.read_boundaries("kgz").units["name"])
        if name == "Bishkek"
    )  # fmt: skip
    near, far = query.near(), query.far(np.array([2]))
    assert {0, 1} <= set(near.name[near.unit == bishkek].tolist())
    assert set(far.name.tolist()) <= {2}
    best = near.name == 0
    assert near.how[best][np.argmax(near.odds[best])] == NAME


def test_among_weighs_only_the_units_beside(lookup: Lookup) -> None:
    query = lookup.query(lookup.parse(["Batken"]))
    near = query.near()
    unit = near.unit[:1]
    hits = query.among(np.array([0]), unit)
    assert hits.unit.tolist() == unit.tolist()
    assert hits.odds[0] == pytest.approx(near.odds[0])
