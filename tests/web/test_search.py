"""The keys by which a page finds its places, and the tables by which it folds what is typed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtmgeo.names.fold import FOLDS, fold, parse
from mtmgeo.names.type_words import KIND_OF
from mtmgeo.web import search

NAMES = st.lists(st.text(max_size=20) | st.sampled_from(["г. Ош", "Кара-Суу (Кара)", "Жал/Jal"]))


@pytest.mark.parametrize(
    ("names", "keys"),
    [
        (["Uzgen", "Узген", "Өзгөн"], ["uzgen", "ozgon"]),
        (["Osh", "г. Ош", "Ош шаары"], ["oþ"]),
        (["Kara-Suu (Bazar)"], ["karasubazar", "karasu", "bazar"]),
        (["Ош/Osh"], ["oþoþ", "oþ"]),
        (["Кара-Кульджинский район", "Шаар"], ["karakuljinski", "þar"]),
        (["", "---"], []),
        ([], []),
    ],
)
def test_a_place_is_found_by_each_spelling_once(names, keys):
    assert search.keys(names, "KG06").split() == keys


def test_a_name_that_is_the_p_code_has_no_key():
    assert search.keys(["KG06255000000", "Узген"], "KG06255000000") == "uzgen"


@given(NAMES)
def test_every_name_is_found_by_its_own_key(names):
    keys = search.keys(names, "").split()
    assert {parse(name).key for name in names} - {""} <= set(keys)
    assert len(set(keys)) == len(keys)


def test_the_tables_are_small():
    assert len(json.dumps(search.tables(), ensure_ascii=False).encode()) < 2500


def test_every_type_word_is_in_the_tables():
    tables = search.tables()
    types, kinds = tables["types"].split(), tables["kinds"].split()
    assert all(word in types or fold(word) in kinds for word in KIND_OF)
    assert all(parse(f"{word} Бужум").key == "bujum" for word in types if len(word) > 1)
    assert all(parse(f"{key} Бужум").key == "bujum" for key in kinds if fold(key) == key)


def test_letters_are_in_the_tables_unless_they_only_bear_marks():
    pairs = search.tables()["letters"].split(" ")
    letters = {pair[0]: pair[1:] for pair in pairs}
    assert len(letters) == len(pairs)
    assert (letters["ж"], letters["й"], letters["ь"], letters["ş"]) == ("zh", "y", "", "sh")
    assert not letters.keys() & set("ñáӯabc日")


def test_the_order_of_folding_is_kept():
    assert [pair.split(">") for pair in search.tables()["folds"].split(" ")] == list(FOLDS)
