"""The languages of maps: catalogues held to what the code says; numbers, dates, countries."""

from __future__ import annotations

import ast
import datetime as dt
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from babel.core import get_global
from babel.numbers import parse_decimal
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.font_manager import FontProperties, findfont, get_font

import mtmgeo
from mtmgeo.core.errors import SpecError
from mtmgeo.style.languages import LANGUAGES, Language, phrase
from mtmgeo.web.words import words

PACKAGE = Path(mtmgeo.__file__).parent
TRANSLATED = LANGUAGES[1:]
DAYS = [dt.date(2022, month, 30 if month != 2 else 28) for month in range(1, 13)]


@cache
def tables(code: str) -> dict[str, Any]:
    path = PACKAGE / "style/catalogues" / f"{code}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def forms(code: str) -> dict[str, dict[str, str]]:
    return tables(code).get("forms", {})


def texts(code: str) -> list[str]:
    found = tables(code)
    own = [found.get(name, {}) for name in ("words", "terms", "countries")]
    return [text for table in (*own, *forms(code).values()) for text in table.values()]


def fields(template: str) -> list[tuple[str, str]]:
    return [(name, spec or "") for _, name, spec, _ in Formatter().parse(template) if name]


# The words that the code says


def literals(source: str) -> Iterator[str]:
    """Yield what is said: the literals that are the one positional argument of `say` or `phrase`.

    (The `say` of boundary checks takes more of them.)
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and len(node.args) == 1:
            called = node.func
            method = isinstance(called, ast.Attribute) and called.attr == "say"
            if method or (isinstance(called, ast.Name) and called.id in {"say", "phrase"}):
                yield from alternatives(node.args[0])


def alternatives(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from alternatives(node.body)
        yield from alternatives(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr | ast.BinOp):
        pytest.fail(f"No catalogue can hold {ast.unparse(node)}: say a template with {{fields}}.")


@cache
def used() -> frozenset[str]:
    files = sorted(PACKAGE.rglob("*.py"))
    return frozenset(
        words for path in files for words in literals(path.read_text(encoding="utf-8"))
    )


def test_what_is_said_is_found_in_the_code() -> None:
    source = """
language.say("a" if x else "b {c}", c=1)
self.composition.language.say("d " "e")
LABEL = phrase("f")
language.say(LABEL)
say = language.say
say("g")
print("h")
audit.say("error", "i")
"""
    assert set(literals(source)) == {"a", "b {c}", "d e", "f", "g"}


@pytest.mark.parametrize("said", ['f"{count} places"', '"places of " + name'])
def test_what_no_catalogue_can_hold_is_found_in_the_code(said: str) -> None:
    with pytest.raises(pytest.fail.Exception, match="No catalogue can hold"):
        list(literals(f"language.say({said})"))


@pytest.mark.slow
@pytest.mark.parametrize("code", TRANSLATED)
def test_every_catalogue_has_what_is_said(code: str) -> None:
    assert set(used() - set(tables(code)["words"])) == set()


@pytest.mark.slow
@pytest.mark.parametrize("code", TRANSLATED)
def test_no_catalogue_has_what_nobody_says(code: str) -> None:
    assert set(tables(code)["words"]) - used() == set()


# The catalogues


@pytest.mark.parametrize("code", TRANSLATED)
def test_catalogues_hold_the_same(code: str) -> None:
    for name in ("words", "terms", "countries"):
        assert list(tables(code)[name]) == list(tables("ru")[name])
    assert set(tables(code)["countries"]) <= set(tables("en")["countries"])


@pytest.mark.parametrize("code", TRANSLATED)
def test_translations_have_the_fields_of_their_template(code: str) -> None:
    for english, own in tables(code)["words"].items():
        assert {spec for _, spec in fields(english)} <= {""}
        assert sorted(name for name, _ in fields(own)) == sorted(n for n, _ in fields(english))
        assert {spec for _, spec in fields(own)} <= {"", *forms(code)}, own
        filled = Language(code).say(english, **{name: "#" for name, _ in fields(english)})
        assert "{" not in filled


@pytest.mark.parametrize("code", TRANSLATED)
def test_forms_are_of_words_that_the_catalogue_has(code: str) -> None:
    known = {*tables(code)["terms"].values(), *tables(code)["words"].values(), "default"}
    specs = {spec for own in tables(code)["words"].values() for _, spec in fields(own)}
    assert specs - {""} == set(forms(code))
    for form in forms(code).values():
        assert set(form) <= known
        assert fields(form["default"].replace("{}", "{x}")) == [("x", "")]


@pytest.mark.parametrize("style", ["normal", "bold", "oblique"])
@pytest.mark.parametrize("code", LANGUAGES)
def test_the_font_has_every_letter(code: str, style: str) -> None:
    looks = {"weight": "bold"} if style == "bold" else {"style": style}
    face = FontProperties(family="DejaVu Sans", **looks)
    font = get_font(findfont(face, fallback_to_default=False))
    language = Language(code)
    said = [*texts(code), *map(language.date, DAYS)]
    said += map(language.country, get_global("territory_aliases"))
    said += [language.count(1234567), language.percent(0.1234), language.signed(-1.5)]
    letters = {letter for text in said for letter in text}
    assert {letter for letter in letters if not font.get_char_index(ord(letter))} == set()


@pytest.mark.parametrize("code", TRANSLATED)
def test_no_word_mixes_alphabets(code: str) -> None:
    words = {
        word for text in texts(code) for word in re.findall(r"\w+", re.sub(r"{.*?}", "", text))
    }
    cyrillic = {word for word in words if re.search("[\u0400-\u04ff]", word)}
    latin = {word for word in words if re.search("[A-Za-z\u00c0-\u024f]", word)}
    assert cyrillic & latin == set()
    if code in {"ru", "ky"}:
        assert latin <= {*"Natural Earth summary md CSV PNG SVG P".split()}
    else:
        assert cyrillic == set()


@pytest.mark.parametrize("text", texts("fr"))
def test_french_marks_stand_off_from_their_words(text: str) -> None:
    bare = re.sub(r"{.*?}", "x", text)
    assert not re.search(r"(?<!\u00a0)[:;!?%»]|«(?!\u00a0)|'", bare)


@pytest.mark.parametrize("code", TRANSLATED)
def test_spaces_are_single_and_ends_have_none(code: str) -> None:
    assert [text for text in texts(code) if re.search(r"\s\s|^\s|\s$|\u202f", text)] == []


# Words


def test_a_language_that_is_not_there_is_an_error_that_names_those_that_are() -> None:
    with pytest.raises(SpecError, match=r"No language 'de': choose en, ru, ky, fr, es\."):
        Language("de")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("en", "Return migrants by district or city"),
        ("ru", "Возвратившиеся мигранты по районам и городам"),
        ("ky", "Кайтып келген мигранттар: район же шаар боюнча"),
        ("fr", "Migrants de retour par district ou ville"),
        ("es", "Migrantes retornados por distrito o ciudad"),
    ],
)
def test_templates_are_filled_with_terms(code: str, said: str) -> None:
    language = Language(code)
    group, where = language.term("Return migrants"), language.term("district or city")
    assert language.say("{what} by {where}", what=group, where=where) == said


@pytest.mark.parametrize(
    ("code", "group", "said"),
    [
        ("ru", "return migrants", "Изменение численности возвратившихся мигрантов"),
        ("ru", "Return migrants", "Изменение численности возвратившихся мигрантов"),
        ("ru", "IDPs", "Изменение численности группы «IDPs»"),
        ("ky", "migrant workers", "эмгек мигранттарынын санынын өзгөрүшү"),
        ("ky", "IDPs", "«IDPs» тобунун санынын өзгөрүшү"),
        ("fr", "emigrants", "Variation du nombre d’émigrants"),
        ("fr", "return migrants", "Variation du nombre de migrants de retour"),
        ("es", "emigrants", "Variación del número de emigrantes"),
    ],
)
def test_terms_take_the_case_that_the_sentence_asks_for(code: str, group: str, said: str) -> None:
    language = Language(code)
    assert language.say("Change in {group}", group=language.term(group)) == said


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_scripts_of_a_page_are_given_its_words_with_their_fields(code: str) -> None:
    own, english = words(Language(code)), words(Language("en"))
    assert list(own) == list(english)
    for key, template in english.items():
        assert sorted(fields(own[key])) == sorted(fields(template)), key


@pytest.mark.parametrize("code", LANGUAGES)
def test_values_are_no_templates(code: str) -> None:
    name = "{group.__class__} {0} %s {x:genitive}"
    assert name in Language(code).say("Approximate outlines: {names}.", names=name)
    assert name in Language(code).say("Households of {group}", group=name)


def test_a_template_that_no_catalogue_has_is_an_error_of_the_programme() -> None:
    with pytest.raises(KeyError, match="no such words"):
        Language("ru").say("no such words")
    assert Language("en").say("no such words") == "no such words"


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_value_that_is_missing_is_an_error_of_the_programme(code: str) -> None:
    with pytest.raises(KeyError, match="count"):
        Language(code).say("Not assessed ({count})")


def test_a_phrase_is_the_english_that_say_takes() -> None:
    assert Language("es").say(phrase("Notes")) == "Notas"


@pytest.mark.parametrize(
    ("code", "words", "own"),
    [
        ("ru", "emigrants", "эмигранты"),
        ("ru", "Emigrants", "Эмигранты"),
        ("ru", "district or city", "район или город"),
        ("ky", "Age group", "Курак тобу"),
        ("fr", "Russia", "Russie"),
        ("ru", "Russian Federation", "Российская Федерация"),
        ("ru", "Myanmar (Burma)", "Мьянма"),
        ("ru", "Myanmar", "Мьянма"),
        ("es", "Turkey", "Türkiye"),
        ("es", "Somewhere else", "Somewhere else"),
        ("ru", "somewhere else", "somewhere else"),
        ("fr", "", ""),
        ("en", "return migrants", "return migrants"),
        ("en", "Myanmar (Burma)", "Myanmar (Burma)"),
    ],
)
def test_terms_keep_their_first_letter_and_are_kept_where_not_known(
    code: str, words: str, own: str
) -> None:
    assert Language(code).term(words) == own


@pytest.mark.parametrize(
    ("code", "names", "listed"),
    [
        ("en", ["Osh", "Chui", "Talas"], "Osh, Chui and Talas"),
        ("en", ["Osh"], "Osh"),
        ("en", [], ""),
        ("ru", ["Ош", "Чуй", "Талас"], "Ош, Чуй и Талас"),
        ("ky", ["Ош", "Чүй"], "Ош жана Чүй"),
        ("fr", ["Och", "Tchouï"], "Och et Tchouï"),
        ("es", ["Osh", "Chui"], "Osh y Chui"),
        ("es", ["Talas", "Chui", "Issyk-Kul"], "Talas, Chui e Issyk-Kul"),
        ("es", ["Chui", "Ysyk-Köl"], "Chui e Ysyk-Köl"),
        ("es", ["Kenya", "Yemen"], "Kenya y Yemen"),
        ("es", ["Cuba", "Hialeah"], "Cuba y Hialeah"),
        ("es", ["Issyk-Kul"], "Issyk-Kul"),
    ],
)
def test_names_are_listed(code: str, names: list[str], listed: str) -> None:
    assert Language(code).listed(names) == listed


def test_names_of_units_come_from_the_columns_of_the_language() -> None:
    assert {code: Language(code).name_columns for code in LANGUAGES} == {
        "en": ("name",),
        "ru": ("name_ru", "name"),
        "ky": ("name_ky", "name_ru", "name"),
        "fr": ("name_fr", "name"),
        "es": ("name_es", "name"),
    }


# Numbers and dates


@pytest.mark.parametrize(
    ("code", "figures"),
    [
        ("en", ["1,204", "0.125", "12,041", "12.5%", "+1,204", "−3.4%"]),
        ("ru", ["1 204", "0,125", "12 041", "12,5 %", "+1 204", "−3,4 %"]),
        ("ky", ["1 204", "0,125", "12 041", "12,5%", "+1 204", "−3,4%"]),
        ("fr", ["1 204", "0,125", "12 041", "12,5 %", "+1 204", "−3,4 %"]),
        ("es", ["1.204", "0,125", "12.041", "12,5 %", "+1.204", "−3,4 %"]),
    ],
)
def test_figures_are_read_as_in_the_language(code: str, figures: list[str]) -> None:
    language = Language(code)
    found = [
        language.count(1204),
        language.number(0.125),
        language.number(12040.7),
        language.percent(0.125),
        language.signed(1204),
        language.signed_percent(-3.4),
    ]
    assert found == [figure.replace(" ", "\u00a0") for figure in figures]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (0.00001234, "0.0000123"), (1, "1"), (3.14159, "3.14"), (99.96, "100"),
        (999.6, "1,000"), (-0.1234, "−0.123"), (-1204.6, "−1,205"),
    ],
)  # fmt: skip
def test_numbers_have_three_figures_or_are_whole_and_know_no_powers_of_ten(
    value: float, text: str
) -> None:
    assert Language("en").number(value) == text


def test_changes_that_are_read_as_nothing_have_no_sign() -> None:
    language = Language("en")
    assert [language.signed(change) for change in (0, 0.4, -0.4, -1)] == ["0", "0", "0", "−1"]
    assert [language.signed_percent(change) for change in (0, 250, -100)] == [
        "0%",
        "+250%",
        "−100%",
    ]
    assert language.signed(-0.256, language.number) == "−0.256"


@given(st.sampled_from(LANGUAGES), st.integers(-(10**15), 10**15))
def test_counts_can_be_read_back(code: str, value: int) -> None:
    text = Language(code).count(value)
    locale = "en_GB" if code == "en" else code
    back = text.replace("−", "-").replace("\u00a0", "\u202f" if code == "fr" else "\u00a0")
    assert parse_decimal(back, locale=locale, strict=True) == value
    assert re.fullmatch(r"−?\d{1,3}([,.\u00a0]\d{3})*", text)


@given(st.sampled_from(LANGUAGES), st.floats(1e-9, 1e12))
def test_numbers_can_be_read_back_to_three_figures(code: str, value: float) -> None:
    text = Language(code).number(value).replace("\u00a0", "")
    plain = text.replace(",", "") if code == "en" else text.replace(".", "").replace(",", ".")
    assert float(plain) == pytest.approx(value, rel=0.00501)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "30 November 2022"),
        ("ru", "30 ноября 2022 г."),
        ("ky", "2022-ж., 30-ноябрь"),
        ("fr", "30 novembre 2022"),
        ("es", "30 de noviembre de 2022"),
    ],
)
def test_dates_are_read_as_in_the_language(code: str, text: str) -> None:
    assert Language(code).date(dt.date(2022, 11, 30)).replace("\u00a0", " ") == text


# Countries


@pytest.mark.parametrize(
    ("iso3", "names"),
    [
        ("KGZ", ["Kyrgyzstan", "Кыргызстан", "Кыргызстан", "Kirghizistan", "Kirguistán"]),
        ("uzb", ["Uzbekistan", "Узбекистан", "Өзбекстан", "Ouzbékistan", "Uzbekistán"]),
        ("CHN", ["China", "Китай", "Кытай", "Chine", "China"]),
        ("ZAR", [""] * 5),
        ("SUN", [""] * 5),
        ("KG", [""] * 5),
        ("417", [""] * 5),
        ("-99", [""] * 5),
        ("", [""] * 5),
    ],
)
def test_countries_are_named_by_their_codes(iso3: str, names: list[str]) -> None:
    assert [Language(code).country(iso3) for code in LANGUAGES] == names


@pytest.mark.parametrize("code", LANGUAGES)
def test_countries_have_the_names_of_the_united_nations(code: str) -> None:
    for iso3, name in tables(code)["countries"].items():
        assert Language(code).country(iso3) == name
