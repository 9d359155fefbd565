"""The search box of a page, in a real browser: any spelling, any hand, any name."""

import json
import re
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import strategies as st
from playwright.sync_api import expect
from rapidfuzz import process
from rapidfuzz.distance import OSA

from mtmgeo.maps.spec import MapSpec
from mtmgeo.names.fold import parse, parse_all
from mtmgeo.names.type_words import KIND_OF
from mtmgeo.web import search
from mtmgeo.web.webmap import webmap
from tests.example import result
from tests.tries import tries

ROOT = Path(__file__).parents[2]
SCRIPT = (ROOT / "mtmgeo/web/assets/source/search.js").read_text(encoding="utf-8")

#: The script with what it keeps to itself, the folding and the finding, handed out.
INNER = f"{SCRIPT.rstrip().removesuffix('}')}return {{ find, key }};\n}}"
#: A page with no more than it needs: places that are circles of one view.
ALONE = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Search</title>
<link rel="icon" href="data:,"><div id="mtm-search" hidden></div>
<script type="application/json" id="data">{data}</script><script>"use strict";
{script}
const data = JSON.parse(document.getElementById("data").textContent);
const el = (tag) => document.createElement(tag);
const search = startSearch({{data, words: {{}}, el, on() {{}}, view: data.views[0]}});
</script></html>"""

CYRILLIC = "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґғқңӊөұүһәҳҷӣӯўҡҗјљњђћџ"
ARABIC = "اأإآبپتثجچحخدذرزژسشصضطظعغفقكکگلمنوهيیېةىئؤءـ٠١۲"
WORDS = [
    *KIND_OF,
    *"Kök-Jar Узген Өзгөн Бaткен ناوه البصرة al-Basrah ash-Shatrah kh II v 2".split(),
]
TEXTS = st.one_of(
    st.text(CYRILLIC + CYRILLIC.upper() + " -.'1205()", max_size=30),
    st.text(ARABIC + " -()abx", max_size=20),
    st.text(st.characters(max_codepoint=0x24F, exclude_categories=("Cs",)), max_size=30),
    # What Greek writes below a letter is a letter of its own only to Python's casefold.
    st.text(st.characters(max_codepoint=0x6FF, exclude_characters="\u0345\u037a"), max_size=20),
    st.lists(
        st.tuples(
            st.sampled_from(WORDS), st.sampled_from(" |-|. |.|/|(|) | (|, |№|° |'".split("|"))
        ),
        max_size=5,
    ).map(lambda parts: "".join(word + sign for word, sign in parts)),
)


@cache
def gazetteer():
    table = pd.read_csv(ROOT / "boundaries/kgz/units.csv", dtype=str, keep_default_na=False)
    return table[table.level > "0"]


SPECS = (MapSpec(), MapSpec(by_year=True), MapSpec(level=3), MapSpec(kind="symbols"))


@cache
def html(*specs):
    return webmap(result(), *(specs or SPECS)).get_root().render()


def alone(places=()):
    keys, at = [name.key for name in parse_all(name for name, _ in places)], range(len(places))
    data = {
        "fold": search.tables(),
        "units": [],
        "places": [
            [name, "", code, 4, 0, 0, key] for (name, code), key in zip(places, keys, strict=True)
        ],
        "sets": [[]],
        "maps": [{"within": False}],
        "themes": [{"kind": "symbols"}],
        "views": [{"map": 0, "theme": 0, "set": 0, "symbols": [{"place": i} for i in at]}],
    }
    return ALONE.format(data=json.dumps(data).replace("<", "\\u003c"), script=INNER)


def find(opened):
    return opened.page.get_by_role("combobox", name="Search for a place")


@pytest.fixture
def box(visit):
    return find(visit(html()))


def options(box):
    """Return what the results say, a list of lines each."""
    found = box.page.locator("#mtm-search [role=option]")
    return [text.split("\n") for text in found.all_inner_texts()]


def labels(found):
    return found.evaluate_all("all => all.map(one => one.getAttribute('aria-label'))")


def live(box):
    return box.page.locator("#mtm-live").text_content()


def title(box):
    return box.page.locator("#mtm-title").inner_text()


@pytest.fixture
def keys(visit):
    page = visit(alone()).page
    return lambda texts: page.evaluate("texts => texts.map(search.key)", texts)


@tries(60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXTS, min_size=20, max_size=60))
@example(texts=[" 0-A"])
def test_the_page_folds_what_is_typed_as_the_library_does(keys, texts):
    assert keys(texts) == [name.key for name in parse_all(texts)]


def test_the_page_folds_the_names_of_a_country_as_the_library_does(keys):
    table = gazetteer()
    names = [*table.name_en, *table.name_ru, *table.name_ky, *table.aliases.str.replace("|", ", ")]
    names = sorted({name for name in names if name})
    assert len(names) > 4000
    names += "II|Сокулук-II|Sokuluk ІІ|v-v|1-Май|Bazar 2-chi|№5 Ak-Orgo|j.m.Ak-Orgo".split("|")
    assert keys(names) == [parse(name).key for name in names]


def test_letters_of_every_script_fold_as_in_the_library(keys):
    # Cherokee and a few letters of old books have a case of their own in Python.
    texts = [
        f"a{chr(code)}b"
        for code in (*range(0x20, 0x345), *range(0x37B, 0x13A0), *range(0x1400, 0x1C80))
    ]
    said = [parse(text).key for text in texts]
    different = {
        text[1] for text, one, other in zip(texts, keys(texts), said, strict=True) if one != other
    }
    # The browser may know letters that Python does not know yet.
    assert {letter for letter in different if letter.isprintable()} == set()


def test_a_place_is_found_by_any_spelling(box):
    uzgen, osh, kok_jar = "KG06255000000", "KG21000000000", "KG04235837000"
    spellings = {
        uzgen: "Узген|Uzgen|Өзгөн|узген рай|Узгенский район|Uzgn|uzegn district|kg06255",
        osh: "г. Ош|Ош шаары|Osh|Ош / Osh|Ош (Osh|osh, city",
        "KG03410000010": "Жалал-Абад|Jalal-Abad|Dzhalal Abad|Жалалабат|г.Джалал-Абад|Jalal-Abat",
        kok_jar: "Kök-Jar|Kokdzhar|с. Кокжар|KOK  ZHAR|Көк-Жар",
        "KG04210830000": "Кек-Жар|Kek-Jar",
    }
    expected = {typed: code for code, listed in spellings.items() for typed in listed.split("|")}
    found = {}
    for typed in expected:
        box.fill(typed)
        found[typed] = box.page.locator(".mtm-hit").first.inner_text().split("· ")[-1][:13]
    assert found == expected


def test_part_of_a_name_finds_it_after_those_that_begin_so(box):
    box.fill("tala")
    names = [hit[0] for hit in options(box)]
    begins = [name.startswith("Tala") for name in names]
    assert begins == sorted(begins, reverse=True)
    assert "Ak-Tala" in names
    # Two letters are in too many names.
    box.fill("al")
    assert {hit[0][:2] for hit in options(box)} == {"Al"}


def test_the_alphabet_of_p_codes_finds_nothing_by_itself(box):
    box.fill("KG")
    assert not any("· KG" in line for hit in options(box) for line in hit if "Kg" not in hit[0])


@pytest.mark.parametrize("typed", ["", "  ", "!!!", "Ouagadougou", "\u202e", "KG99999"])
def test_what_is_not_there_is_not_found(box, typed):
    box.fill(typed)
    assert options(box) == []
    expect(box).to_have_attribute("aria-expanded", "false")
    assert live(box) == ("No place found" if typed.strip() else "")


def test_results_say_the_figure_or_the_map_that_shows_it(box):
    box.fill("uzgen")
    first, second = options(box)
    assert first == ["Uzgen", "1,029", "Osh · KG06255000000"]
    assert second[0] == "Uzgen"
    assert second[-1] == "Individuals by aiyl aimak or town"
    assert live(box) == "Found: 2"


def test_the_keyboard_goes_through_the_results_and_takes_one(box):
    box.focus()
    box.page.keyboard.type("kar")
    expect(box).to_have_attribute("aria-expanded", "true")
    hits = box.page.get_by_role("listbox").get_by_role("option")
    assert hits.count() == 8
    assert box.get_attribute("aria-activedescendant") is None
    for key, at in [("ArrowDown", 0), ("ArrowDown", 1), ("ArrowUp", 0), ("ArrowUp", 7)]:
        box.press(key)
        chosen = box.page.locator("[role=option][aria-selected=true]")
        assert chosen.get_attribute("id") == box.get_attribute("aria-activedescendant")
        assert hits.nth(at).get_attribute("aria-selected") == "true"
        assert chosen.count() == 1
    box.press("ArrowDown")
    name = options(box)[0][0]
    box.press("Enter")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_be_focused()
    expect(box).to_have_value(name)
    assert live(box).startswith(name)
    assert box.page.locator(".mtm-chosen").count() > 0


def test_escape_closes_the_results_first(box):
    box.fill("osh")
    box.press("ArrowDown")
    box.press("Escape")
    assert options(box) == []
    expect(box).to_have_value("osh")
    assert box.get_attribute("aria-activedescendant") is None
    box.press("ArrowDown")
    assert len(options(box)) > 0
    box.press("Tab")
    assert options(box) == []


def test_a_place_of_another_map_brings_that_map(box):
    assert "district" in title(box)
    box.fill("Uzgen")
    box.fill("Kok-Jar")
    box.press("Enter")
    assert "aiyl aimak" in title(box)
    assert live(box).startswith("Kok-Jar, Kochkor, Naryn, KG04235837000")
    # Of names spelt alike, the one on the map now comes first.
    box.fill("Uzgen")
    town, district = options(box)
    assert town[-1] == "Uzgen, Osh · KG06255600010"
    assert district[-1] == "Individuals by district or city"


def test_a_place_inside_a_unit_opens_the_unit(visit):
    box = find(visit(html(SPECS[0])))
    assert box.page.locator("circle[data-place]").count() == 0
    box.fill("Kok-Jar")
    ((name, figure, where),) = options(box)
    assert (name, where) == ("Kok-Jar", "Kok-Jar, Kochkor, Naryn · KG04235837010")
    box.press("ArrowDown")
    assert box.page.locator(".mtm-tip").inner_text().startswith("Kok-Jar")
    box.press("Enter")
    assert live(box).startswith("Kok-Jar, Kok-Jar, Kochkor, Naryn, KG04235837010")
    assert figure in live(box)
    there = box.page.locator("circle[data-place]")
    assert there.count() > 0
    assert "Kok-Jar" in [label.split(",")[0] for label in labels(there)]
    # Its neighbours in the unit are there as well, and the place itself is outlined.
    expect(box.page.locator("path.mtm-chosen").first).to_be_attached()


def test_a_place_that_the_legend_hides_is_shown_again(box):
    page = box.page
    page.locator(".mtm-legend:visible button", has_text="1,000").click()
    assert "mtm-off" in page.locator("path[data-unit]").evaluate_all(
        "all => all.map(one => one.getAttribute('class'))"
    )
    box.fill("Uzgen")
    box.press("Enter")
    assert live(box).startswith("Uzgen, Osh")
    assert "mtm-off" not in page.locator("path[data-unit]").evaluate_all(
        "all => all.map(one => one.getAttribute('class'))"
    )


def test_the_pointer_previews_a_result_and_takes_it(box):
    box.fill("uzgen")
    tip = box.page.locator(".mtm-tip")
    hit = box.page.locator(".mtm-hit").first
    hit.hover()
    expect(tip).to_be_visible()
    assert tip.inner_text().startswith("Uzgen")
    assert hit.get_attribute("aria-selected") == "true"
    box.page.mouse.move(5, 5)
    expect(tip).to_be_hidden()
    hit.click()
    assert live(box).startswith("Uzgen, Osh")
    expect(box).to_be_focused()


def test_names_and_what_is_typed_stay_text(visit):
    payload = "<img src=x onerror=alert(1)>`${alert(2)}` {count} \u202eUzgen"
    page = html()
    block = re.search(r'(<script type="application/json" id="mtmgeo-data">)(.*?)</script>', page)
    assert block
    data = json.loads(block[2])
    for unit in data["units"]:
        unit[:2] = [payload, payload]
    text = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    opened = visit(page.replace(block[2], text))
    box = find(opened)
    before = opened.page.locator("img, iframe").count()
    box.fill("uzgen")
    assert payload in opened.page.locator(".mtm-hit").first.text_content()
    box.press("Enter")
    expect(box).to_have_value(payload)
    for typed in (payload, "</script><script>alert(3)</script>", "constructor", "__proto__"):
        box.fill(typed)
    assert opened.page.locator("img, iframe").count() == before


@pytest.mark.parametrize("size", [(1280, 800), (320, 480), (300, 150)])
def test_results_can_be_touched_and_the_panel_gives_way(visit, size):
    opened = visit(html(), size)
    panel = opened.page.locator(".mtm-panel")
    narrow = size[0] < 600
    if narrow:
        panel.locator("> summary").click()
    box = find(opened)
    box.fill("kara")
    hits = opened.page.locator(".mtm-hit")
    assert hits.count() == 8
    for hit in [box, *hits.all()]:
        room = hit.bounding_box()
        assert room
        assert room["height"] >= 24
        assert room["x"] >= 0
        assert room["x"] + room["width"] <= size[0]
    cut = opened.page.locator("#mtm-search *").evaluate_all(
        "all => all.filter(e => e.clientWidth && e.scrollWidth > e.clientWidth + 1).length"
    )
    assert cut == 0
    hits.nth(7).click()
    assert (panel.get_attribute("open") is None) == narrow


def test_a_misspelt_name_finds_all_that_are_as_near(visit):
    names = sorted({parse(name).key for name in gazetteer().name_en} - {""})
    rng = np.random.default_rng(7)
    typed = []
    for name in rng.choice([name for name in names if len(name) > 5], 150, replace=False):
        at, letter = rng.integers(1, len(name) - 1), "bdfgklmrstvz"[rng.integers(12)]
        swapped = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
        typed += [name[:at] + letter + name[at:], name[:at] + name[at + 1 :], swapped]
    typed = [
        text for text in typed if parse(text).key == text and not any(text in n for n in names)
    ]
    page = visit(alone([(name, f"KG{i}") for i, name in enumerate(names)])).page
    found = page.evaluate(
        "typed => typed.map(text => search.find(text).map(({name}) => name))", typed
    )
    far = process.cdist(typed, names, scorer=OSA.distance)
    assert len(typed) > 200
    for text, hits, distances in zip(typed, found, far, strict=True):
        limit = 2 if len(text) > 6 else 1
        near = {name for name, distance in zip(names, distances, strict=True) if distance <= limit}
        assert near <= set(hits), text
        begins = {hit for hit in hits if OSA.distance(text, hit[: len(text)]) <= 2}
        assert set(hits) == near | begins, text
        order = [OSA.distance(text, hit) for hit in hits if hit in near]
        assert order == sorted(order), text


def test_twenty_thousand_places_answer_at_once(visit):
    names = [name for name in gazetteer().name_en if name]
    places = [
        (f"{names[i % len(names)]} {i // len(names) or ''}", f"KG{i:09}") for i in range(20_000)
    ]
    page = visit(alone(places)).page
    meter = page.context.new_cdp_session(page)
    meter.send("Performance.enable")

    def spent():
        """Return the processor's time, which others on the machine do not lengthen, in ms."""
        found = {x["name"]: x["value"] for x in meter.send("Performance.getMetrics")["metrics"]}
        return 1000 * found["ThreadTime"]

    page.evaluate("search.find('a')")
    for typed in ("k", "kara", "Кара-Балта", "Karabaltta", "kg0000123", "xyzzyx", "Ош (Osh) рай"):
        start = spent()
        page.evaluate("typed => { for (let i = 0; i < 5; i++) search.find(typed); }", typed)
        assert (spent() - start) / 5 < 50, typed
