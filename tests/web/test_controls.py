"""What a reader of the page chooses: map, group, year and classes, in a real browser."""

import dataclasses
import json
import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from mtmgeo import Table, assess, match
from mtmgeo.maps.spec import MapSpec
from mtmgeo.web.webmap import webmap
from tests.example import result

SPECS = (
    MapSpec(),
    MapSpec(by_year=True),
    MapSpec(group="migrant workers", year=2021),
    MapSpec(group="migrant workers", year=2022),
    MapSpec(indicator="density"),
    MapSpec(kind="coverage"),
)
PLAY = {"name": "Play the years"}
#: What the scripts wrote into the live region, one sentence after the other.
LISTEN = """() => {
  window.heard = [];
  const live = document.getElementById("mtm-live");
  new MutationObserver(() => heard.push(live.textContent)).observe(live, {childList: true});
}"""


@cache
def html(*specs):
    return webmap(result(), *(specs or SPECS)).get_root().render()


def data(page):
    """Return the data block."""
    found = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])


def fills(visit):
    """Return the fill of each unit on the map, by its number; those filtered out are left out."""
    return visit.page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll("#mtm-drawing [data-unit]")]
          .filter(path => getComputedStyle(path).opacity > 0.5)
          .map(path => [path.dataset.unit, path.getAttribute("fill")]))"""
    )


def expected(block, **sought):
    """Return the fill that each unit has in the view that is sought."""
    view = next(v for v in block["views"] if sought.items() <= v.items())
    looks = block["maps"][view["map"]]["looks"]
    units = block["sets"][view["set"]]
    return {
        str(unit): looks[look]["fill"] for unit, look in zip(units, view["classes"], strict=True)
    }


def unfold(visit):
    """Open the panel where it is folded up."""
    if slider(visit).is_hidden():
        visit.page.locator(".mtm-panel > summary").click(position={"x": 20, "y": 8})


def slider(visit):
    return visit.page.get_by_role("slider")


def state(visit):
    """Return the year in words, from the slider's own name of its value and from the page."""
    said = slider(visit).get_attribute("aria-valuetext")
    assert visit.page.locator("#mtm-controls output").inner_text() == said
    return said


def test_the_choices_are_those_that_have_a_view(visit):
    opened = visit(html())
    block = data(html())
    themes = opened.page.get_by_label("Map", exact=True)
    groups = opened.page.get_by_label("Population group")
    assert themes.locator("option").all_inner_texts() == [x["name"] for x in block["themes"]]
    assert groups.locator("option").all_inner_texts() == ["Return migrants", "Migrant workers"]
    assert slider(opened).get_attribute("max") == "3"
    groups.select_option("Migrant workers")
    assert slider(opened).get_attribute("max") == "1"
    assert state(opened) in ("2021", "2022")
    slider(opened).press("Home")
    assert state(opened) == "2021"
    assert fills(opened) == expected(block, theme=0, group=1, year=2021)
    themes.select_option(index=1)
    assert groups.is_hidden()
    assert slider(opened).is_hidden()
    assert opened.page.get_by_role("button", **PLAY).is_hidden()
    assert fills(opened) == expected(block, theme=1)


def test_the_slider_says_the_year_and_the_map_follows_it(visit):
    opened = visit(html())
    block = data(html())
    opened.page.evaluate(LISTEN)
    assert opened.page.locator("#mtm-live").inner_text() == ""
    assert state(opened) == "All years"
    maps = [fills(opened)]
    for year in (2020, 2021, 2022):
        slider(opened).press("ArrowRight")
        assert state(opened) == str(year)
        maps.append(fills(opened))
        assert maps[-1] == expected(block, theme=0, group=0, year=year)
        assert str(year) in opened.page.evaluate("heard.at(-1)")
    assert all(one != other for one, other in pairwise(maps))
    slider(opened).press("ArrowRight")
    assert state(opened) == "2022"


def test_a_tap_on_the_name_of_a_year_shows_that_year(visit):
    opened = visit(html(), size=(320, 480))
    unfold(opened)
    for year in ("2021", "All years", "2022", "2020"):
        name = opened.page.locator(".mtm-ticks").get_by_text(year)
        name.scroll_into_view_if_needed()
        found = name.bounding_box()
        opened.page.mouse.click(found["x"] + found["width"] / 2, found["y"] + found["height"] / 2)
        assert state(opened) == year


def test_play_goes_through_the_single_years_and_stops_at_the_last(visit):
    opened = visit(html())
    opened.page.evaluate(LISTEN)
    opened.page.clock.install()
    play = opened.page.get_by_role("button", **PLAY)
    seen = []
    play.press("Enter")
    assert play.get_attribute("aria-pressed") == "true"
    for _ in range(3):
        seen.append(state(opened))
        opened.page.clock.run_for(1250)
    assert seen == ["2020", "2021", "2022"]
    assert play.get_attribute("aria-pressed") == "false"
    assert state(opened) == "2022"
    assert len(opened.page.evaluate("heard")) == 1
    play.press("Enter")
    assert state(opened) == "2020"


STOPS = {
    "slider": 'document.querySelector("#mtm-controls input").focus()',
    "map": "0",
    "hidden page": """Object.defineProperty(document, "hidden", {get: () => true});
      document.dispatchEvent(new Event("visibilitychange"))""",
}


@pytest.mark.parametrize("use", STOPS)
def test_play_stops_when_something_else_is_used(visit, use):
    opened = visit(html())
    opened.page.clock.install()
    play = opened.page.get_by_role("button", **PLAY)
    play.click()
    opened.page.evaluate(STOPS[use])
    if use == "slider":
        opened.page.keyboard.press("ArrowRight")
    elif use == "map":
        opened.page.locator(".mtm-map").click(position={"x": 5, "y": 300})
    shown = state(opened)
    opened.page.clock.run_for(5000)
    assert play.get_attribute("aria-pressed") == "false"
    assert state(opened) == shown == ("2021" if use == "slider" else "2020")


def entry(visit, label):
    return visit.page.locator(".mtm-legend:visible").get_by_role("button", name=label, exact=True)


def test_the_legend_filters_classes(visit):
    opened = visit(html())
    block = data(html())
    full = expected(block, theme=0, group=0, year=None)
    looks = block["maps"][0]["looks"]
    look = next(x for x in looks if x["key"] == "class1")
    others = {unit: fill for unit, fill in full.items() if fill != look["fill"]}
    button = entry(opened, look["label"])
    assert button.get_attribute("aria-pressed") == "true"
    assert button.bounding_box()["height"] >= 24
    button.press("Space")
    assert button.get_attribute("aria-pressed") == "false"
    assert "line-through" in button.evaluate("node => getComputedStyle(node).textDecorationLine")
    assert fills(opened) == others
    hidden = f"Hidden by the legend: {len(full) - len(others)}"
    assert opened.page.get_by_text(hidden).first.is_visible()
    opened.page.get_by_role("button", name="Show all classes").press("Enter")
    assert fills(opened) == full
    assert opened.page.get_by_role("button", name="Show all classes").count() == 0
    assert opened.page.evaluate("document.activeElement.className") == "mtm-filter"


def test_one_view_leaves_nothing_to_choose_but_classes(visit):
    opened = visit(html(MapSpec(kind="symbols")))
    assert opened.page.locator("#mtm-controls").is_hidden()
    legend = opened.page.locator(".mtm-legend:visible")
    buttons = legend.get_by_role("button")
    assert buttons.count() == legend.locator("li[data-looks]").count() > 0
    assert legend.locator("li:not([data-looks]) button").count() == 0
    legend.locator("li[data-looks] .mtm-key").first.click()
    assert buttons.first.get_attribute("aria-pressed") == "false"


def test_a_filter_is_kept_on_another_map_only_where_the_class_is_the_same(visit):
    opened = visit(html())
    block = data(html())
    first, second = block["maps"][0]["looks"], block["maps"][4]["looks"]
    label = {x["key"]: x["label"] for x in first}
    both = [x["key"] for x in second if x["key"] and label.get(x["key"]) == x["label"]]
    other = [x for x in second if x["key"] in label and label[x["key"]] != x["label"]]
    assert both
    assert other
    entry(opened, label[both[0]]).click()
    entry(opened, label[other[0]["key"]]).click()
    opened.page.get_by_label("Map", exact=True).select_option(index=1)
    assert entry(opened, label[both[0]]).get_attribute("aria-pressed") == "false"
    assert entry(opened, other[0]["label"]).get_attribute("aria-pressed") == "true"


def test_every_control_can_be_reached_and_read_on_every_screen(visit):
    specs = (*SPECS[:2], *SPECS[3:5])
    opened = visit(html(*(dataclasses.replace(spec, lang="ky") for spec in specs)))
    for width, height in ((1280, 800), (620, 500), (320, 480), (320, 240)):
        opened.page.set_viewport_size({"width": width, "height": height})
        opened.settle()
        unfold(opened)
        panel = opened.box(".mtm-panel")
        parts = opened.page.locator("#mtm-controls").locator("select, input, button")
        assert parts.count() == 4
        for part in [*parts.all(), *opened.page.locator(".mtm-filter:visible").all()]:
            part.scroll_into_view_if_needed()
            found = part.bounding_box()
            assert min(found["height"], found["width"]) >= 24
            assert found["x"] >= panel["left"]
            assert found["x"] + found["width"] <= panel["right"]
        names = opened.page.locator(".mtm-ticks span span:visible").all()
        boxes = [name.bounding_box() for name in names]
        assert len(boxes) >= 2
        assert all(one["x"] + one["width"] < other["x"] for one, other in pairwise(boxes))
        assert boxes[-1]["x"] + boxes[-1]["width"] <= panel["right"]


# --- periods longer than a year ---------------------------------------------------------------


@cache
def periods():
    """Return a page of a table with periods longer than a year, in Russian."""
    table = Table.from_frame(
        pd.DataFrame(
            [("Osh", "Nookat", 30, 12, 20, 40), ("Osh", "Alai", 8, 20, 30, 10)],
            columns=["province", "district", "Before 2014", "2014-2016", "2020", "2021"],
        )
    )
    made = assess(match(table), suppress_below=0)
    main = MapSpec(group="individuals", lang="ru")
    # Single years come in any order.
    others = [MapSpec(group="individuals", indicator="density", lang="ru", year=year)
              for year in (2021, "before 2014", "2014-2016")]  # fmt: skip
    specs = (main, dataclasses.replace(main, by_year=True), *others)
    return webmap(made, *specs).get_root().render()


def test_the_slider_steps_through_longer_periods(visit):
    seen = visit(periods())
    said = []
    slider(seen).press("Home")
    for _ in range(5):
        said.append(state(seen))
        slider(seen).press("ArrowRight")
    assert said == ["Все годы", "До 2014 года", "2014–2016", "2020", "2021"]
    seen.page.get_by_label("Карта", exact=True).select_option(index=1)
    slider(seen).press("Home")
    said = []
    for _ in range(3):
        said.append(state(seen))
        slider(seen).press("ArrowRight")
    assert said == ["До 2014 года", "2014–2016", "2021"]


def test_a_period_is_in_the_address_the_table_and_the_name_of_a_file(visit):
    seen = visit(periods())
    slider(seen).press("Home")
    slider(seen).press("ArrowRight")
    seen.page.wait_for_url(re.compile("year=before%202014"))
    with seen.page.expect_download() as download:
        seen.page.locator(".mtm-save button", has_text="CSV").click()
    assert download.value.suggested_filename.endswith("_before_2014.csv")
    text = Path(download.value.path()).read_text("utf-8-sig")
    assert "До 2014 года" in text
    assert "30" in text
    seen.page.evaluate("location.hash = location.hash.replace(/year=[^&]*/, 'year=2014-2016')")
    seen.page.reload()
    assert state(seen) == "2014–2016"
