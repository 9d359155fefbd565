"""Names: one key for every spelling, type words apart, and no two places made one."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtmgeo.names import contradict, fold, is_blank, likeness, parse

LETTERS = st.text(
    alphabet=st.characters(codec="utf-8", categories=("L", "N", "P", "Z", "M")), max_size=40
)


@pytest.mark.parametrize(
    "spellings",
    [
        ["Zhumgal", "Jumgal", "Dzhumgal", "Djumgal", "Жумгал", "Джумгал", "ЖУМГАЛ"],
        ["Tash-Komur", "Tash Komur", "tashkomur", "Таш-Көмүр", "Tash-Kömür"],
        ["Kyzyl-Kyya", "Kyzyl-Kiya", "Kizil Kiya", "Кызыл-Кыя", "Кызыл-Кия"],
        ["Chon-Alai", "Chong-Alay", "Чоң-Алай", "Чоӊ-Алай", "Чон-Алай"],
        ["Tup", "Tyup", "Tiup", "Түп", "Тюп"],
        ["Khaidarkan", "Haidarkan", "Хайдаркан", "Ҳайдаркан"],
        ["Bishkek", "BISHKEK", "Бишкек", "Bishkek\u200b", "Ｂishkek"],
    ],
    ids=lambda names: names[0],
)
def test_spellings_of_one_name_have_one_key(spellings: list[str]) -> None:
    assert {fold(name) for name in spellings} == {fold(spellings[0])}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ak-Suu", "Ak-Sai"),
        ("Kara-Suu", "Kyzyl-Suu"),
        ("Nooken", "Nookat"),
        ("Osh", "Och"),
        ("Сокулук-1", "Сокулук-2"),
    ],
)
def test_names_of_two_places_keep_two_keys(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(LETTERS)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(LETTERS)
def test_case_spaces_and_hyphens_do_not_change_a_key(text: str) -> None:
    plain = text.casefold()
    assert fold(plain.replace("-", " ")) == fold(plain.replace("-", ""))
    assert fold(f"  {plain} ") == fold(plain)


@given(st.text(alphabet="abdegiklmnoprstuvz", max_size=20))
def test_accents_do_not_change_a_key(text: str) -> None:
    accented = unicodedata.normalize("NFC", "".join(letter + "\u0301" for letter in text))
    assert fold(accented) == fold(text)


@pytest.mark.parametrize(
    ("typed", "key", "kinds"),
    [
        ("Buzhum village", "Buzhum", {"village"}),
        ("с. Бужум", "Бужум", {"village"}),
        ("г.Баткен", "Баткен", {"city"}),
        ("Баткен ш.", "Баткен", {"city"}),
        ("Karakol (city)", "Karakol", {"city"}),
        ("Leninsky district", "Leninsky", {"district"}),
        ("J.M.Ak Orgo", "Ak Orgo", {"housing estate"}),
        ("W/M Kainda", "Kainda", {"housing estate"}),
        ("Ozgur (part)", "Ozgur", {"part"}),
        ("а/а Жал", "Жал", {"aiyl aimak"}),
        ("Чуйская область", "Чуйская", {"oblast"}),
        ("Айылный аймак им. Крупской", "Крупской", {"aiyl aimak", "name"}),
    ],
)
def test_type_words_are_set_aside(typed: str, key: str, kinds: set[str]) -> None:
    name = parse(typed)
    assert name.key == fold(key)
    assert name.kinds == kinds


@pytest.mark.parametrize("typed", ["Жаңы-Шаар", "City", "Г", "Aiyl", "Ш"])
def test_a_type_word_that_is_the_name_stays(typed: str) -> None:
    assert parse(typed).key == fold(typed)


@pytest.mark.parametrize(
    ("adjective", "noun"),
    [
        ("Кара-Кульджинский", "Kara-Kulja"),
        ("Ошская", "Osh"),
        ("Таласская", "Talas"),
        ("Ысык-Атинский", "Ysyk-Ata"),
        ("Тогуз-Тороуский", "Toguz-Toro"),
        ("Калининское", "Kalinin"),
        ("Московский", "Moscow"),
        ("Аксыйский", "Aksy"),
    ],
)
def test_an_adjective_shares_a_stem_with_its_noun(adjective: str, noun: str) -> None:
    assert parse(adjective).stems & parse(noun).stems


def test_adjectives_of_different_places_share_no_stem() -> None:
    assert not parse("Ноокенский").stems & parse("Ноокатский").stems


@pytest.mark.parametrize(
    "cell",
    ["", " ", "Unknown", "UNKNOWN ", "n/a", "-", "—", "?", "неизвестно", "нет", None, float("nan")],
)
def test_words_for_nothing_are_blank(cell: object) -> None:
    assert is_blank(cell)


@pytest.mark.parametrize("cell", ["Osh", "Неизвестновка", "7", "Nan-Suu"])
def test_names_are_not_blank(cell: object) -> None:
    assert not is_blank(cell)


def test_a_vowel_counts_half_as_much_as_a_consonant() -> None:
    vowel, consonant = likeness([parse("Kek-Jar")], [parse("Kok-Jar"), parse("Kel-Jar")])[0]
    assert vowel == pytest.approx((5 / 6 + 1) / 2)
    assert consonant == pytest.approx(5 / 6)


def test_two_known_words_that_differ_are_two_places() -> None:
    words = {"kara", "sari", "bulak"}
    assert contradict(parse("Kara-Bulak"), parse("Sary-Bulak"), words)
    assert not contradict(parse("Kara-Bulak"), parse("Kara-Bulok"), words)
    assert not contradict(parse("Kek-Jar"), parse("Kok-Jar"), {"kek", "kok", "jar"})
    assert contradict(parse("Жашасын-2"), parse("Жашасын-3"), set())
