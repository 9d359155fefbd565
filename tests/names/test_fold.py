"""Names: one key for every spelling, type words apart, and no two places made one."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtmgeo.names.fold import bones, fold, is_blank, likeness, parse, parse_all

BETWEEN = " -.'1205()"
CYRILLIC = "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґғқңӊөұүһәҳҷӣӯўҡҗјљњђћџ"
LATIN_OR_CYRILLIC = st.text(CYRILLIC + CYRILLIC.upper() + BETWEEN, max_size=40) | st.text(
    st.characters(max_codepoint=0x24F, categories=("L",)) | st.sampled_from(BETWEEN), max_size=40
)
ANYTHING = st.text(max_size=40)


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
        ["Khujand", "Хуҷанд", "Худжанд", "Hujand"],
        ["Ghafurov", "Ғафуров", "Gafurov"],
        ["Qyzylorda", "Қызылорда", "Kyzylorda"],
        ["Uzynagash", "Ұзынағаш"],
        ["Farg'ona", "Fargʻona", "Фарғона"],
        ["Vinnytsia", "Vinnitsa", "Винница", "Вінниця"],
        ["Basra", "Basrah"],
        ["Nawa", "ناوه"],
        ["Bamyan", "بامیان"],
    ],
    ids=lambda names: names[0],
)
def test_spellings_of_one_name_have_one_key(spellings: list[str]) -> None:
    assert {parse(name).key for name in spellings} == {fold(spellings[0])}


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


@given(LATIN_OR_CYRILLIC)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(LATIN_OR_CYRILLIC)
def test_case_spaces_and_hyphens_do_not_change_a_key(text: str) -> None:
    plain = text.casefold()
    assert fold(plain.replace("-", " ")) == fold(plain.replace("-", ""))
    assert fold(f"  {plain} ") == fold(plain)


@given(LATIN_OR_CYRILLIC)
def test_composed_and_decomposed_letters_are_the_same(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(ANYTHING)
def test_anything_can_be_a_name(text: str) -> None:
    assert parse(text).raw == text
    assert parse_all([text, "г. Ош"])[0] == parse(text)


def test_names_are_read_up_to_a_length() -> None:
    assert len(parse("Kara-Suu " * 1200).key) < 1000
    assert parse("Kara-Suu" + " " * 10_000).key == fold("Kara-Suu")


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
    ("adjective", "noun"),
    [
        ("Вінницька область", "Vinnytsia"),
        ("Львівська", "Lviv"),
        ("Одеська", "Odesa"),
        ("Донецька", "Donetsk"),
        ("Івано-Франківська", "Ivano-Frankivsk"),
    ],
)
def test_a_ukrainian_adjective_shares_a_stem_with_its_noun(adjective: str, noun: str) -> None:
    assert parse(adjective).stems & parse(noun).stems


@pytest.mark.parametrize(
    ("arabic", "latin"),
    [
        ("البصرة", "Al-Basrah"),
        ("الشطرة", "Ash-Shatrah"),
        ("الرمادي", "Ar Ramadi"),
        ("النجف", "Najaf"),
        ("قضاء الموصل", "Mosul district"),
        ("کندهار", "Kandahar"),
        ("قندهار", "Kandahar"),
        ("هرات", "Herat"),
        ("ولسوالی کوټ", "Kot"),
        ("فراه", "Farah"),
        ("\u200fالبصرة\u200f", "Basra"),
        ("البَصْرَة", "Basra"),
    ],
)
def test_arabic_script_has_the_consonants_of_the_latin_name(arabic: str, latin: str) -> None:
    assert bones(parse(arabic).key) == bones(parse(latin).key)
    assert parse(arabic).abjad
    assert not parse(latin).abjad


def test_waw_is_a_consonant_or_a_vowel() -> None:
    assert parse("ناوه").key == "nava"
    assert parse("وانت").key[0] == "v"
    assert "u" in parse("کوټ").key


@pytest.mark.parametrize(
    ("typed", "reading"),
    [
        ("فیض آباد", "Faizabad"),  # ض is a z to a Dari reader
        ("پښتونکوټ", "Pashtunkot"),
        ("Şanlı", "Sanli"),
        ("Ош/Osh", "Osh"),
        ("Kara-Suu (Karasuu-Bazar)", "Kara-Suu"),
        ("Czernowce", "Chernovtse"),
        ("Buzhum village", "Buzhumvillage"),
    ],
)
def test_a_name_has_other_readings(typed: str, reading: str) -> None:
    assert bones(fold(reading)) in {bones(other) for other in parse(typed).others}


def test_what_stands_in_brackets_is_an_aside() -> None:
    name = parse("Osh (Ош")
    assert name.key == fold("Osh Ош")
    assert name.others == (fold("Osh"),)
    assert name.asides == (fold("Ош"),)
    assert parse("(Osh)").key == fold("Osh")
    assert parse("Ош [город]").kinds == {"city"}
    assert parse("Ош [город]").key == fold("Ош")


@pytest.mark.parametrize("mixed", ["Бaткен", "Батkен", "Bатken"])
def test_letters_of_another_script_that_look_alike_are_read_as_meant(mixed: str) -> None:
    assert parse(mixed).key == fold("Batken")


@pytest.mark.parametrize("typed", ["Сокулук-II", "Сокулук II", "Sokuluk ІІ", "Сокулук-Ⅱ"])
def test_roman_numerals_are_numbers(typed: str) -> None:
    assert parse(typed).key == parse("Сокулук-2").key
    assert parse(typed).digits == ("2",)


@pytest.mark.parametrize("typed", ["كمب ١٢", "كمب ۱۲", "كمب № 12", "كمب １２"])
def test_digits_of_every_script_are_digits(typed: str) -> None:
    assert parse(typed).digits == ("12",)
    assert parse(typed).key == parse("كمب 12").key


def test_a_misspelt_type_word_counts_where_the_reference_has_no_such_word() -> None:
    (name,) = parse_all(["Leilek distrct"], known={"leilek"})
    assert (name.key, *name.kinds) == ("leilek", "district")
    (name,) = parse_all(["Leilek distrct"], known={"leilek", fold("distrct")})
    assert (name.key, name.kinds) == (fold("leilekdistrct"), frozenset())
    assert parse("Leilek distrct").kinds == frozenset()


def test_a_reference_can_have_type_words_of_its_own() -> None:
    (name,) = parse_all(["Camp Alma"], type_words={"kamp": "village"})
    assert (name.key, *name.kinds) == ("alma", "village")


@pytest.mark.parametrize(
    "cell",
    [
        "",
        " ",
        "Unknown",
        "UNKNOWN ",
        "n/a",
        "-",
        "—",
        "?",
        "неизвестно",
        "нет",
        "невідомо",
        "نامعلوم",
        None,
        float("nan"),
    ],
)
def test_words_for_nothing_are_blank(cell: object) -> None:
    assert is_blank(cell)


@pytest.mark.parametrize("cell", ["Osh", "Неизвестновка", "7", "Nan-Suu"])
def test_names_are_not_blank(cell: object) -> None:
    assert not is_blank(cell)


def test_a_vowel_counts_half_as_much_as_a_consonant() -> None:
    assert likeness(parse("Kek-Jar"), parse("Kok-Jar")) == pytest.approx((5 / 6 + 1) / 2)
    assert likeness(parse("Kek-Jar"), parse("Kel-Jar")) == pytest.approx(5 / 6)
    assert likeness(parse("Кек-Жар"), parse("Kek-Jar")) == 1
