"""The page for people who do not see it, do not point at it, or need it larger or still."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

import pytest

from mtmgeo.maps.spec import MapSpec
from mtmgeo.web.webmap import webmap
from tests.example import result

pytestmark = pytest.mark.slow

ISSUED = dt.date(2022, 11, 30)
LOOKS = tuple(
    replace(spec, date=ISSUED)
    for spec in (
        MapSpec(),
        MapSpec(by_year=True),
        MapSpec(group="migrant workers", year=2021),
        MapSpec(kind="symbols"),
        MapSpec(kind="coverage"),
    )
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
UNITS = "#mtm-drawing path[data-unit]"
#: Least width and height of what is pressed, in CSS pixels.
TARGET = 24
#: What a keyboard passes on a page with every control: map, panel, choices, legend, buttons, table.
MOST_STOPS = 28


@cache
def html(lang="en", looks=LOOKS):
    return webmap(result(), *(replace(spec, lang=lang) for spec in looks)).get_root().render()


@cache
def axe():
    return files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


def broken(page):
    """Return the rules that are broken, and where.

    Where the panel scrolls beneath its own heading, what is half beneath it counts as small: there
    a test of its own measures what is pressed.
    """
    page.evaluate(axe())
    found = page.evaluate(
        """async tags => {
          const rules = {"target-size": {enabled: innerWidth > 599}};
          const wanted = {runOnly: tags, rules, resultTypes: ["violations"]};
          const found = await axe.run(document, wanted);
          return found.violations.map(
            rule => [rule.id, rule.nodes.map(node => node.html.slice(0, 120))]);
        }""",
        RULES,
    )
    return {rule: places[:3] for rule, places in found}


def open_panel(page):
    """Open the panel, which is closed where there is little room, without going there."""
    page.locator(".mtm-panel").evaluate("panel => { panel.open = true; }")


def open_table(page):
    page.locator("#mtm-table > summary").click()


def focus_unit(page):
    page.locator(f"{UNITS}[tabindex='0']").focus()


def choose_unit(page):
    focus_unit(page)
    page.keyboard.press("Enter")


def search(page):
    open_panel(page)
    page.locator("#mtm-find").fill("kara")
    page.keyboard.press("ArrowDown")
    assert page.locator("[role=option]").count() > 1


def find_nothing(page):
    open_panel(page)
    page.locator("#mtm-find").fill("Wyvern 9")


def hide_a_class(page):
    open_panel(page)
    page.locator(".mtm-legend:not([hidden]) .mtm-filter").first.click()


def show_theme(index) -> Callable[[Any], None]:
    def choose(page):
        open_panel(page)
        page.get_by_label("Map", exact=True).select_option(index=index)

    return choose


def show_share(page):
    open_panel(page)
    page.get_by_role("button", name="Share this view").click()


def open_notes(page):
    open_panel(page)
    page.locator(".mtm-notes > summary").click()


STATES: dict[str, Callable[[Any], None]] = {
    "start": lambda _: None,
    "panel open": open_panel,
    "table": open_table,
    "unit with focus": focus_unit,
    "unit chosen": choose_unit,
    "search list": search,
    "nothing found": find_nothing,
    "class hidden": hide_a_class,
    "circles": show_theme(1),
    "coverage": show_theme(2),
    "link": show_share,
    "notes": open_notes,
}


@pytest.mark.parametrize("size", [(1280, 800), (320, 480)], ids=["wide", "small"])
@pytest.mark.parametrize("state", list(STATES))
def test_no_rule_of_accessibility_is_broken(visit, state, size):
    page = visit(html(), size).page
    STATES[state](page)
    assert broken(page) == {}


@pytest.mark.parametrize("lang", ["ru", "ky", "fr", "es"])
def test_no_rule_is_broken_in_other_languages(visit, lang):
    page = visit(html(lang, LOOKS[:2])).page
    open_table(page)
    assert page.evaluate("document.documentElement.lang") == lang
    assert broken(page) == {}


@pytest.mark.parametrize(
    "media",
    [{"color_scheme": "dark"}, {"forced_colors": "active"}, {"reduced_motion": "reduce"}],
    ids=str,
)
def test_no_rule_is_broken_in_colours_of_the_reader(visit, media):
    page = visit(html(), **media).page
    choose_unit(page)
    assert broken(page) == {}


def test_no_rule_is_broken_in_a_tiny_window(visit):
    assert broken(visit(html(), (300, 150)).page) == {}


# The keyboard

#: What the keyboard is at, and whether a reader can see that: outlined, in view, not covered.
STOP = """() => {
  const stop = document.activeElement;
  if (stop === document.body) return null;
  const box = stop.getBoundingClientRect(), look = getComputedStyle(stop);
  const parts = [.02, .2, .5, .8, .98];
  const seen = parts.some(x => parts.some(y => stop.contains(
    document.elementFromPoint(box.left + x * box.width, box.top + y * box.height))));
  const marked = look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2;
  return {tag: stop.localName, unit: stop.dataset.unit ?? null, seen,
    marked: marked || document.querySelector("path.mtm-pointed") !== null};
}"""


def name_of(page):
    """Return the name that a screen reader says of what the keyboard is at."""
    talk = page.context.new_cdp_session(page)
    there = talk.send("Runtime.evaluate", {"expression": "document.activeElement"})
    tree = talk.send(
        "Accessibility.getPartialAXTree",
        {"objectId": there["result"]["objectId"], "fetchRelatives": False},
    )
    talk.detach()
    return tree["nodes"][0].get("name", {}).get("value", "")


def walk(page, key="Tab"):
    """Press a key until the page is left; return the stops, with their names."""
    stops: list[dict[str, Any]] = []
    for _ in range(3 * MOST_STOPS):
        page.keyboard.press(key)
        stop = page.evaluate(STOP)
        if stop is None:
            return stops
        stops.append({**stop, "name": name_of(page)})
    pytest.fail("The keyboard does not get out of the page.")


@pytest.mark.parametrize("size", [(1280, 800), (320, 480)], ids=["wide", "small"])
def test_tab_stops_are_few_named_seen_and_none_is_a_trap(visit, size):
    page = visit(html(), size).page
    open_panel(page)
    stops = walk(page)
    # In a small window the panel closes when what it covers is reached.
    assert (15 if size[0] > 600 else 5) < len(stops) <= MOST_STOPS
    assert [stop for stop in stops if not stop["name"].strip()] == []
    assert [stop for stop in stops if not stop["seen"]] == []
    assert [stop for stop in stops if not stop["marked"]] == []
    assert len([stop for stop in stops if stop["unit"]]) == 1
    back = walk(page, "Shift+Tab")
    assert [stop["name"] for stop in back][: len(stops)] == [
        stop["name"] for stop in reversed(stops)
    ]


def test_table_and_search_add_few_stops(visit):
    page = visit(html()).page
    before = len(walk(page))
    open_table(page)
    page.evaluate("document.activeElement.blur()")
    page.mouse.click(640, 3)
    assert len(walk(page)) <= before + 8


#: The units that can be reached by arrow keys from each, and where their middles are.
ARROWS = """async () => {
  const units = [...document.querySelectorAll("#mtm-drawing path[data-unit]")], steps = {};
  const middle = unit => {
    const box = unit.getBBox();
    return [box.x + box.width / 2, box.y + box.height / 2];
  };
  for (const unit of units) {
    steps[unit.dataset.unit] = {};
    for (const key of ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"]) {
      unit.focus();
      unit.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true}));
      steps[unit.dataset.unit][key] = document.activeElement.dataset.unit;
    }
  }
  return [steps, Object.fromEntries(units.map(unit => [unit.dataset.unit, middle(unit)]))];
}"""


def test_arrow_keys_go_where_they_point_and_reach_every_unit(visit):
    page = visit(html()).page
    focus_unit(page)
    first = page.evaluate("document.activeElement.dataset.unit")
    steps, middles = page.evaluate(ARROWS)
    away = {"ArrowUp": (1, -1), "ArrowDown": (1, 1), "ArrowLeft": (0, -1), "ArrowRight": (0, 1)}
    for unit, moves in steps.items():
        for key, other in moves.items():
            axis, sign = away[key]
            gone = sign * (middles[other][axis] - middles[unit][axis])
            assert other == unit or gone > 0, (unit, key, other)
    reached, fresh = {first}, {first}
    while fresh:
        fresh = {other for unit in fresh for other in steps[unit].values()} - reached
        reached |= fresh
    assert reached == set(steps)
    assert len(reached) > 50


def test_a_unit_is_chosen_and_let_go_by_keys_alone(visit):
    page = visit(html()).page
    page.evaluate(LISTEN)
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.hasAttribute('data-unit')"):
            break
    name = name_of(page)
    unit = page.evaluate("document.activeElement.dataset.unit")
    assert page.locator(".mtm-tip").is_visible()
    page.keyboard.press("Enter")
    said = page.evaluate("heard")
    assert said
    assert name.split(",")[0] in said[-1]
    assert page.evaluate("document.activeElement.dataset.unit") == unit
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.unit") == unit
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.unit") is None


#: A point where the pointer meets a unit.
POINT = """unit => {
  const box = unit.getBoundingClientRect();
  for (let i = 1; i < 10; i++) for (let k = 1; k < 10; k++) {
    const at = [box.x + box.width * i / 10, box.y + box.height * k / 10];
    if (document.elementFromPoint(...at) === unit) return at;
  }
}"""


def test_names_of_units_say_what_the_pointer_reads(visit):
    page = visit(html()).page
    units = page.locator(UNITS)
    told = units.evaluate_all(
        "all => all.map(unit => [unit.getAttribute('role'), unit.getAttribute('aria-label')])"
    )
    assert len(told) == 55
    assert all(role and label for role, label in told)
    for number in (0, 10, 30):
        label = units.nth(number).get_attribute("aria-label")
        page.mouse.move(*units.nth(number).evaluate(POINT))
        lines = page.locator(".mtm-tip > :not(.mtm-other)").all_inner_texts()
        assert ", ".join(lines) == label


# What is said

LISTEN = """() => {
  window.heard = [];
  const live = document.getElementById("mtm-live");
  new MutationObserver(() => { if (live.textContent) heard.push(live.textContent); })
    .observe(live, {childList: true, characterData: true, subtree: true});
}"""


def test_every_change_is_said_once(visit):
    page = visit(html()).page
    page.evaluate(LISTEN)
    said = 0
    for change in (show_theme(1), show_theme(0), hide_a_class, search, find_nothing, choose_unit):
        change(page)
        heard = page.evaluate("heard")
        assert said < len(heard) <= said + 2, change
        assert len(set(heard[said:])) == len(heard[said:])
        said = len(heard)


def test_table_is_a_table_for_a_screen_reader(visit):
    page = visit(html()).page
    open_table(page)
    heads = page.locator("#mtm-table thead th[scope=col]")
    assert heads.count() == 5
    assert page.locator("#mtm-table thead th[aria-sort]").count() == 1
    assert page.locator("#mtm-table caption").inner_text()
    rows = page.locator("#mtm-table tbody tr").count()
    assert page.locator("#mtm-table tbody th[scope]").count() == rows
    heads.first.locator("button").press("Enter")
    assert heads.first.get_attribute("aria-sort") in ("ascending", "descending")


# Fingers, motion, large letters

SMALL = """least => [...document.querySelectorAll(
    "button, select, input, summary, a[href], [role=option], [tabindex='0']")]
  .filter(part => part.checkVisibility() && !part.closest("#mtm-drawing"))
  .map(part => {
    const box = (part.closest("label") ?? part).getBoundingClientRect();
    return [part.outerHTML.slice(0, 90), box.width, box.height];
  }).filter(([, wide, high]) => Math.min(wide, high) < least - .5)"""


@pytest.mark.parametrize("size", [(1280, 800), (320, 480)], ids=["wide", "small"])
def test_what_is_pressed_is_large_enough(visit, size):
    page = visit(html(), size, has_touch=True).page
    open_panel(page)
    page.locator("#mtm-find").fill("kara")
    page.evaluate("document.getElementById('mtm-table').open = true")
    page.wait_for_selector(".mtm-row")
    assert page.evaluate(SMALL, TARGET) == []


MOVES = """async () => {
  const drawing = document.getElementById("mtm-drawing"), seen = new Set();
  for (let i = 0; i < 30; i++) {
    await new Promise(done => requestAnimationFrame(done));
    const box = drawing.querySelector("path[data-unit]").getBoundingClientRect();
    seen.add([box.left, box.width].map(Math.round).join());
  }
  return [seen.size, document.getAnimations().length];
}"""


def test_reduced_motion_is_honoured(visit):
    page = visit(html(), reduced_motion="reduce").page
    page.evaluate("document.querySelector('#mtm-find').scrollIntoView()")
    page.locator("#mtm-find").fill("kochkor")
    page.keyboard.press("Enter")
    places, animations = page.evaluate(MOVES)
    assert places == 1
    assert animations == 0


@pytest.mark.parametrize("percent", [200, 400])
def test_large_letters_lose_nothing(visit, percent):
    """A window of 1280 px at 200% and 400% is one of 640 and of 320 px (WCAG 1.4.10)."""
    page = visit(html(), (1280 * 100 // percent, 1024 * 100 // percent)).page
    open_panel(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    cut = page.evaluate(
        """() => [...document.querySelectorAll("button, summary, label, h1, h2, option, li")]
        .filter(part => part.checkVisibility() && !part.closest(".mtm-unseen"))
        .filter(part => part.scrollWidth > part.clientWidth + 1 && part.clientWidth > 0
            && getComputedStyle(part).overflowX === "hidden")
        .map(part => part.outerHTML.slice(0, 90))"""
    )
    assert cut == []


def test_wider_spacing_of_text_loses_nothing(visit):
    """WCAG 1.4.12: line height 1.5, letters 0.12 em, words 0.16 em apart."""
    page = visit(html(), (640, 700)).page
    page.evaluate(
        """() => { const sheet = new CSSStyleSheet();
        sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important;"
          + " word-spacing: .16em !important }");
        document.adoptedStyleSheets = [sheet]; }"""
    )
    open_panel(page)
    cut = page.evaluate(
        """() => [...document.querySelectorAll("button, summary, label, h1, h2, li span")]
        .filter(part => part.checkVisibility() && !part.closest(".mtm-unseen"))
        .filter(part => part.scrollHeight > part.clientHeight + 2 && part.clientHeight > 0
            && getComputedStyle(part).overflowY === "hidden")
        .map(part => part.outerHTML.slice(0, 90))"""
    )
    assert cut == []
