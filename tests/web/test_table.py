"""The data table of the interactive map, before and after its script runs, and the same as CSV."""

import csv
import dataclasses
import datetime as dt
import io
import json
import math
from functools import cache
from pathlib import Path

import geopandas as gpd
import html5lib
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from mtmgeo.core import disclaimer
from mtmgeo.maps.composition import GROUND, Composition, LegendEntry, Panel
from mtmgeo.maps.spec import MapSpec
from mtmgeo.style.languages import LANGUAGES, Language
from mtmgeo.web import table as datatable
from mtmgeo.web.webmap import build
from mtmgeo.web.words import words
from tests.formulas import CELLS, formula, guarded
from tests.tries import tries

#: The sources of the page's script, which an installed package has in one file only.
WEB = Path(__file__).parents[2] / "mtmgeo/web/assets/source"
ENGLISH = words(Language("en"))
NAMES = ("Özgön", "Alpha", "Beta", "Gamma", "Delta")
FIGURES = (30.0, 1204.0, math.nan, 30.0, math.nan)
KEYS = ("few", "many", "suppressed", "few", "not_assessed")
TEXTS = ("30", "1,204", "suppressed", "30", "not assessed")
LEGEND = (
    LegendEntry(key="few", label="1–99", fill="#dbe6f5"),
    LegendEntry(key="many", label="100 or more", fill="#0033a0"),
    LegendEntry(key="suppressed", label="Suppressed", fill="#ffffff", hatch="////"),
    LegendEntry(key="not_assessed", label="Not assessed", fill="#e6e6e6"),
)
CIRCLES = tuple(
    LegendEntry(key=key, label=label, shape="circle", radius_mm=radius)
    for key, label, radius in (("symbol", "900", 6.0), ("symbol", "100", 2.0), ("zero", "0", 1.0))
)
#: The legend tells sizes of circles, which are no classes.
PLACED = [
    ["Birch", "North, Özgön", "XX0101", "900", ""],
    ["Ash", "North, Alpha", "XX0001", "100", ""],
    ["Cedar", "South, Beta", "XX0201", "0", "0"],
]
PAYLOADS = (
    "<img src=x onerror=alert(1)>",
    "</table></details><script>alert(1)</script>",
    "\"'><svg onload=alert(1)>",
    "{{7*7}} ${alert(1)} {count} {x[0]}",
    "\u202eevil\u2028&lt;b&gt;",
    "=HYPERLINK(1)",
)
PLAIN = "<!DOCTYPE html><html lang=en><meta charset=utf-8><title>Test</title>"


def frame(geometry, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(geometry), crs=4326)


def composition(kind="choropleth", circles=False, **changes):
    places = len(NAMES)
    areas = frame(
        [shapely.box(70 + k, 40, 71 + k, 41) for k in range(places)],
        pcode=[f"XX{k:02d}" for k in range(places)],
        level=[2] * places,
        name=list(NAMES),
        parent=["North", "North", "South", "South", None],
        value=list(FIGURES),
        value_text=list(TEXTS),
        approximate=[False] * places,
        **{"class": list(KEYS)},
    )
    symbols = frame(
        [shapely.Point(70.5, 40.5), shapely.Point(71.5, 40.5), shapely.Point(72.5, 40.5)],
        pcode=["XX0001", "XX0101", "XX0201"],
        level=[4] * 3,
        name=["Ash", "Birch", "Cedar"],
        parent=["North, Alpha", "North, Özgön", "South, Beta"],
        unit=[""] * 3,
        unit_level=[0] * 3,
        value=[100.0, 900.0, 0.0],
        value_text=["100", "900", "0"],
        radius_mm=[2.0, 6.0, 1.0],
        **{"class": ["symbol", "symbol", "zero"]},
    )
    circles = circles or kind == "symbols"
    made = Composition(
        spec=MapSpec(kind=kind, date=dt.date(2022, 11, 30)),
        title="Return migrants",
        subtitle="Squareland, November 2022",
        panels=(Panel(title="2021", areas=areas, symbols=symbols if circles else symbols[:0]),),
        legend_title="Individuals",
        legend=LEGEND + (CIRCLES if circles else ()),
        outlines=areas[["level", "name", "geometry"]][:0],
        lines=areas[:0],
        water=areas[:0],
        enclaves=areas[:0],
        labels=areas[:0],
        notes=("Counts below 5 are suppressed.", 'A "note", with signs;'),
        sources=("Outlines: the test.",),
        synthetic=True,
        projection="",
        projection_name="",
        disclaimer=disclaimer.text(2022),
    )
    return dataclasses.replace(made, **changes)


def static(made, **options):
    """Return the table as a parser of HTML reads it: caption, headings, and lines of cells."""
    tree = html5lib.parse(datatable.html(made, ENGLISH, **options), namespaceHTMLElements=False)
    (table,) = tree.iter("table")
    lines = [["".join(cell.itertext()) for cell in line] for line in table.iter("tr")]
    return tree, lines[0], lines[1:]


# Before any script


def test_the_static_table_says_what_the_map_shows():
    tree, heads, lines = static(composition())

    assert heads == ["Name", "Within", "P-code", "Figure", "Class"]
    assert lines == [
        ["Alpha", "North", "XX01", "1,204", "100 or more"],
        ["Gamma", "South", "XX03", "30", "1–99"],
        ["Özgön", "North", "XX00", "30", "1–99"],
        ["Beta", "South", "XX02", "suppressed", "Suppressed"],
        ["Delta", "", "XX04", "not assessed", "Not assessed"],
    ]
    said = "".join(next(tree.iter("caption")).itertext())
    assert said == "Return migrants – 2021 Individuals SYNTHETIC DATA"
    (details,) = tree.iter("details")
    assert details.attrib == {"class": "mtm-table", "id": "mtm-table"}
    assert {head.get("scope") for head in next(tree.iter("thead")).iter("th")} == {"col"}
    assert {head.get("scope") for head in next(tree.iter("tbody")).iter("th")} == {"row"}


def test_units_have_no_words_on_those_above_where_the_map_does_not_know_them():
    made = composition()
    areas = made.panels[0].areas.drop(columns="parent")
    panel = dataclasses.replace(made.panels[0], areas=areas)

    _, _, lines = static(dataclasses.replace(made, panels=(panel,)))

    assert [line[1] for line in lines] == [""] * 5


def test_circles_over_units_stand_apart_from_them():
    _, _, lines = static(composition(circles=True))

    assert lines[0] == ["Units"]
    assert lines[6] == ["Locations"]
    assert lines[7:] == PLACED
    _, _, lines = static(composition(circles=True), within=True)
    assert len(lines) == 5


def test_a_map_of_symbols_has_the_places_of_its_circles():
    _, _, lines = static(composition("symbols"))

    assert lines == PLACED


def test_groups_say_of_what_their_figures_are_where_they_differ():
    heading = LegendEntry(key="circles", label="Households", shape="heading")

    _, _, lines = static(composition(circles=True, legend=(*LEGEND, heading, *CIRCLES)))

    assert [line for line in lines if len(line) == 1] == [
        ["Units: Individuals"],
        ["Locations: Households"],
    ]


def test_a_surface_has_no_class_for_a_whole_unit():
    ground = LegendEntry(key=GROUND, label="0 (nobody placed there)")
    made = composition(legend=(*LEGEND, ground), surface=object())
    made.panels[0].areas.loc[0, "class"] = GROUND

    _, _, lines = static(made)

    assert ["Özgön", "North", "XX00", "30", ""] in lines


@pytest.mark.parametrize("limit", [3, 6, 8])
def test_a_long_table_says_how_many_rows_there_are(limit):
    tree, _, lines = static(composition(circles=True), limit=limit)

    rows = [line for line in lines if len(line) > 1]
    assert len(rows) == limit
    said = ["".join(part.itertext()) for part in tree.iter("p")]
    assert said == ([f"{limit} of 8 rows"] if limit < 8 else [])
    assert (["Locations"] in lines) == (limit > 5)


@pytest.mark.parametrize("code", LANGUAGES)
def test_words_are_in_the_language_of_the_map(code):
    language = Language(code)
    written = datatable.html(composition(language=language), words(language), limit=2)

    for key in ("table", "name", "parent", "pcode", "value", "status", "synthetic"):
        assert words(language)[key] in written


@pytest.mark.parametrize("payload", PAYLOADS)
def test_every_string_in_the_static_table_is_text(payload):
    _, _, lines = static(hostile(payload))

    cells = {cell for line in lines for cell in line}
    assert cells - {payload} == {"Units", "Locations"}


def hostile(text):
    made = composition(circles=True)
    for rows in (made.panels[0].areas, made.panels[0].symbols):
        for column in ("pcode", "name", "parent", "value_text"):
            rows[column] = text
        rows["class"] = "few"
    panel = dataclasses.replace(made.panels[0], title=text)
    legend = (dataclasses.replace(LEGEND[0], label=text),)
    return dataclasses.replace(
        made, title=text, legend_title=text, panels=(panel,), legend=legend, subtitle=text
    )


# In a browser, on a page that has no more than the table needs

#: Stands for the page's own script: holds the rows of two views, and tells what it was asked.
STAND_IN = """
const data = JSON.parse(document.getElementById("data").textContent), listeners = [], asked = [];
const page = {
  data, words: data.words, state: { off: new Set() }, row: null,
  period: (year) => (year === null ? data.words.all_years : String(year)),
  view: data.views[0], spec: data.maps[0], foot: document.getElementById("foot"),
  fill: (template, values) => template.replace(/{(\\w+)}/g, (whole, name) => values[name]),
  rows: () => page.view.rows.map((row) => ({ ...row, shown: !page.state.off.has(row.key) })),
  on: (listener) => { listeners.push(listener); listener(page); },
  tell: () => listeners.forEach((listener) => listener(page)),
  point: (row) => asked.push(["point", row && row.id]),
  choose: (row) => { asked.push(["choose", row && row.id]); page.row = row; page.tell(); },
  el: (tag, attributes, ...children) => {
    const made = document.createElement(tag);
    Object.entries(attributes).forEach(([name, value]) => typeof value === "function"
      ? made.addEventListener(name.slice(2), value) : made.setAttribute(name, value));
    made.append(...children);
    return made;
  },
};
"""


@cache
def asset(name):
    return (WEB / name).read_text("utf-8")


def row(number, name, value=None, text="", key="few", **others):
    return {
        "id": f"u{number}", "kind": "unit", "name": name, "parent": "North",
        "pcode": f"XX{number:02d}", "level": 2, "value": value, "text": text, "key": key, **others,
    }  # fmt: skip


ROWS = [
    row(k, name, None if math.isnan(value) else value, text, key)
    for k, (name, value, key, text) in enumerate(zip(NAMES, FIGURES, KEYS, TEXTS, strict=True))
]
PLACES = [
    row(7, "Ash", 100, "100", "symbol", kind="place", id="p0"),
    row(8, "Birch", 900, "900", "symbol", kind="place", id="p1"),
]


#: As the page's legend: classes can be told by their numbers, sizes of circles cannot.
KEYED = "".join(f'<li data-looks="{i}">{x.label}</li>' for i, x in enumerate(LEGEND))
KEYED = f'<ul class="mtm-legend" data-map="0">{KEYED}<li class="mtm-heading">Households</li></ul>'


def table_page(rows=ROWS, later=ROWS[:2], **spec):
    """Return a page with the table, its scripts, and what it needs of the page's own."""
    of_map = {
        "title": "Return migrants", "subtitle": "Squareland", "legend": "Individuals",
        "looks": [{"key": entry.key, "label": entry.label} for entry in LEGEND],
        "synthetic": True,
        "notes": ["Counts below 5 are suppressed.", 'A "note", with signs;'],
        "sources": ["Outlines: the test."],
    }  # fmt: skip
    data = {
        "lang": "en", "date": "30 November 2022", "words": ENGLISH, "groups": ["Return migrants"],
        "maps": [of_map | spec],
        "views": [
            {"title": "2021", "year": 2021, "group": 0, "rows": rows},
            {"title": "2022", "year": None, "group": None, "rows": later},
        ],
    }  # fmt: skip
    written = json.dumps(data).replace("<", "\\u003c")
    return f"""{PLAIN}<style>{asset("table.css")}</style>
<style>:root {{ --rule: #d5dae1; --mute: #5a6472; --iom: #0033a0 }}
body {{ margin: 0; height: 100dvh; display: flex; flex-direction: column; font-size: 13px }}
main {{ flex: 1 1 0; min-height: 0; overflow: hidden }}
[hidden] {{ display: none !important }}</style><body><main>{KEYED}</main>
{datatable.html(composition(), ENGLISH)}
<p id=foot>{disclaimer.text(2022)}</p><script type="application/json" id="data">{written}</script>
<script>"use strict";{asset("table.js")}{STAND_IN}startTable(page);</script>"""


def opened(visit, *args, size=(1280, 800), **options):
    seen = visit(table_page(*args, **options), size)
    seen.page.locator("summary").click()
    return seen


def names(seen):
    seen.settle()  # the rows of a table that was just opened are made a moment later
    return seen.page.locator(".mtm-row").all_inner_texts()


def asked(seen):
    return seen.page.evaluate("asked.splice(0)")


def sort(seen, heading):
    seen.page.get_by_role("button", name=heading, exact=True).click()
    return names(seen)


def test_the_script_shows_the_same_table(visit):
    seen = opened(visit)

    cells = seen.page.evaluate(
        "[...document.querySelectorAll('tr')].map(r => [...r.cells].map(c => c.textContent))"
    )
    _, heads, lines = static(composition())
    assert [cells[0], [line[0] for line in cells]] == [heads, ["Name", *(x[0] for x in lines)]]
    assert [line[2:] for line in cells[1:]] == [line[2:] for line in lines]
    assert seen.page.locator("caption").text_content().startswith("Return migrants – 2021")
    assert seen.page.locator(".mtm-count span").inner_text() == "5 rows"


def test_columns_are_sorted_as_readers_expect_with_missing_figures_last(visit):
    seen = opened(visit)
    assert names(seen) == ["Alpha", "Gamma", "Özgön", "Beta", "Delta"]
    head = seen.page.locator("th", has_text="Figure")
    assert head.get_attribute("aria-sort") == "descending"

    assert sort(seen, "Figure") == ["Gamma", "Özgön", "Alpha", "Beta", "Delta"]
    assert head.get_attribute("aria-sort") == "ascending"
    assert sort(seen, "Name") == ["Alpha", "Beta", "Delta", "Gamma", "Özgön"]
    assert sort(seen, "Name") == ["Özgön", "Gamma", "Delta", "Beta", "Alpha"]
    assert head.get_attribute("aria-sort") is None
    assert sort(seen, "P-code")[0] == "Özgön"
    # In the order of the legend.
    assert sort(seen, "Class") == ["Gamma", "Özgön", "Alpha", "Beta", "Delta"]


def test_names_are_sorted_by_the_rules_of_the_language(visit):
    rows = [row(k, name) for k, name in enumerate(["Zeta 10", "zeta 2", "Émile", "Étoile", "Fa"])]
    assert sort(opened(visit, rows), "Name") == ["Émile", "Étoile", "Fa", "zeta 2", "Zeta 10"]


def test_circles_stay_apart_from_units_however_they_are_sorted(visit):
    seen = opened(visit, [*PLACES, *ROWS])
    groups = seen.page.locator("th[scope=rowgroup]")

    assert groups.all_inner_texts() == ["Units: Individuals", "Locations: Households"]
    assert seen.page.locator("tr", has_text="Birch").locator("td").last.inner_text() == ""
    assert names(seen)[4:] == ["Delta", "Birch", "Ash"]
    assert sort(seen, "Name")[4:] == ["Özgön", "Ash", "Birch"]


def test_the_table_follows_the_view_and_the_legend_filter(visit):
    seen = opened(visit)
    seen.page.evaluate("() => { page.state.off.add('few'); page.tell(); }")
    assert names(seen) == ["Alpha", "Beta", "Delta"]
    assert seen.page.locator(".mtm-count span").inner_text() == "3 of 5 rows"

    seen.page.evaluate("() => { page.state.off.clear(); page.view = data.views[1]; page.tell(); }")
    assert names(seen) == ["Alpha", "Özgön"]
    assert "2022" in seen.page.locator("caption").inner_text()


def test_a_closed_table_is_left_alone_and_made_when_opened(visit):
    seen = visit(table_page())
    before = seen.page.locator("tbody").inner_html()
    seen.page.evaluate("() => { page.view = data.views[1]; page.tell(); }")
    assert seen.page.locator("tbody").inner_html() == before

    seen.page.locator("summary").click()
    assert names(seen) == ["Alpha", "Özgön"]


def test_rows_point_at_the_map_and_are_chosen_on_it(visit):
    seen = opened(visit)
    button = seen.page.get_by_role("button", name="Beta")
    button.hover()
    assert asked(seen)[-1] == ["point", "u2"]
    seen.page.mouse.move(5, 5)
    assert asked(seen) == [["point", None]]

    button.focus()
    assert asked(seen) == [["point", "u2"]]
    seen.page.keyboard.press("Enter")
    assert asked(seen) == [["choose", "u2"]]
    chosen = seen.page.locator("tr[aria-current=true]")
    assert chosen.inner_text().startswith("Beta")
    assert button.evaluate("button => button === document.activeElement")
    seen.page.keyboard.press("Enter")
    assert asked(seen) == [["choose", None]]
    assert chosen.count() == 0


def test_one_tab_stop_for_all_rows_and_arrow_keys_between_them(visit):
    seen = opened(visit)
    focused = "document.activeElement.textContent"
    seen.page.get_by_role("button", name="Class", exact=True).focus()
    seen.page.keyboard.press("Tab")
    assert seen.page.evaluate(focused) == "Alpha"
    for key, name in (("ArrowDown", "Gamma"), ("End", "Delta"), ("ArrowDown", "Delta"),
                      ("ArrowUp", "Beta"), ("Home", "Alpha")):  # fmt: skip
        seen.page.keyboard.press(key)
        assert seen.page.evaluate(focused) == name
    seen.page.keyboard.press("ArrowDown")
    assert seen.page.locator("table [tabindex='0']").all_inner_texts() == ["Gamma"]
    seen.page.keyboard.press("Tab")
    assert not seen.page.evaluate(
        "document.querySelector('table').contains(document.activeElement)"
    )


def test_the_focus_stays_on_its_row_when_the_view_changes(visit):
    seen = opened(visit)
    seen.page.get_by_role("button", name="Özgön").focus()
    seen.page.evaluate("() => { page.view = data.views[1]; page.tell(); }")

    assert seen.page.evaluate("document.activeElement.textContent") == "Özgön"


MANY = [row(k, f"Unit {k}", k, f"{k:,}", "few" if k % 2 else "many") for k in range(5000)]


def test_thousands_of_rows_open_at_once(visit):
    seen = visit(table_page(MANY))
    meter = seen.page.context.new_cdp_session(seen.page)
    meter.send("Performance.enable")

    def spent():
        """Return the processor's time, which others on the machine do not lengthen, in ms."""
        found = {x["name"]: x["value"] for x in meter.send("Performance.getMetrics")["metrics"]}
        return 1000 * found["ThreadTime"]

    start = spent()
    seen.page.locator("summary").click()
    seen.page.locator(".mtm-row").first.wait_for()
    seen.settle()
    assert spent() - start < 300
    assert len(names(seen)) == 500
    assert names(seen)[0] == "Unit 4999"
    assert seen.page.locator(".mtm-count span").inner_text() == "500 of 5,000 rows"


def test_more_rows_come_when_asked_for(visit):
    seen = opened(visit, MANY[:1200])
    more = seen.page.get_by_role("button", name="Show more rows")
    seen.page.evaluate("page.choose(page.rows()[1100])")
    more.click()
    assert len(names(seen)) == 1000
    assert seen.page.locator("tr[aria-current]").inner_text().startswith("Unit 1100")
    assert seen.page.evaluate("document.activeElement.textContent") == "Unit 699"

    more.click()
    assert len(names(seen)) == 1200
    assert seen.page.locator(".mtm-count span").inner_text() == "1,200 rows"
    assert not more.is_visible()
    assert sort(seen, "Name")[499:] == ["Unit 499", "Unit 1100"]


def test_the_row_chosen_on_the_map_comes_into_view_within_the_table_alone(visit):
    seen = opened(visit, MANY)
    seen.page.evaluate("() => { const row = page.rows()[12]; page.choose(row); }")
    chosen, room = seen.box("tr[aria-current]"), seen.box(".mtm-scroll")

    assert names(seen)[-2:] == ["Unit 4500", "Unit 12"]
    assert chosen["top"] >= seen.box("thead")["bottom"] - 1
    assert chosen["bottom"] <= room["bottom"]
    assert seen.page.evaluate("[scrollY, document.body.scrollTop]") == [0, 0]


def test_every_string_the_script_writes_is_text(visit):
    rows = [row(k, x, 1, x, parent=x, pcode=x) for k, x in enumerate(PAYLOADS)]
    title = " ".join(PAYLOADS)
    looks = [{"key": "few", "label": title}]
    seen = opened(visit, rows, title=title, legend=title, looks=looks)

    assert sorted(seen.page.locator(".mtm-row").all_text_contents()) == sorted(PAYLOADS)
    assert {*seen.page.locator("td").all_text_contents()} == {*PAYLOADS, title}
    assert seen.page.locator("caption span").text_content() == title
    assert seen.page.locator("svg, img").count() == 0


def test_cells_of_a_surface_are_no_class_of_a_unit(visit):
    seen = opened(visit, surface={"look": 0})
    classes = seen.page.locator("td:last-child").all_inner_texts()

    assert classes == ["100 or more", "", "", "Suppressed", "Not assessed"]


# On the map's own page


def test_table_and_map_follow_each_other(visit):
    seen = visit(build([composition(), composition("symbols")]).get_root().render())
    seen.page.locator(".mtm-table > summary").click()
    assert names(seen) == ["Alpha", "Gamma", "Özgön", "Beta", "Delta"]
    beta = seen.page.get_by_role("button", name="Beta", exact=True)
    beta.hover()
    assert "suppressed" in seen.page.locator(".mtm-tip").inner_text()
    beta.click()
    assert seen.page.locator("#mtm-live").inner_text().startswith("Beta")

    seen.page.locator(".mtm-home button").first.click()
    assert seen.page.locator("tr[aria-current]").count() == 0
    seen.settle()
    seen.page.locator("path[data-unit='1']").click()
    assert seen.page.locator("tr[aria-current]").inner_text().startswith("Alpha")

    seen.page.locator(".mtm-choice select").first.select_option(index=1)
    assert names(seen) == ["Birch", "Ash", "Cedar"]


@pytest.mark.parametrize("size", [(1280, 800), (320, 480), (320, 240), (300, 150)])
def test_the_table_takes_a_line_until_opened_and_then_less_than_half(visit, size):
    seen = visit(build([composition()]).get_root().render(), size)
    foot = seen.box(f"#{disclaimer.ELEMENT_ID}")
    for most in (28, 0.45 * size[1] + 1):
        summary = seen.page.locator(".mtm-table > summary").bounding_box()
        assert summary["height"] >= 24
        room, table = seen.box(".mtm-map"), seen.box(".mtm-table")
        assert table["height"] <= most
        assert seen.box(f"#{disclaimer.ELEMENT_ID}") == foot
        assert table["bottom"] <= foot["top"]
        assert room["bottom"] <= table["top"]
        assert room["height"] >= 20
        seen.page.locator(".mtm-table > summary").click()
        seen.settle()


def test_a_closed_table_shares_the_line_of_the_legend_on_a_telephone(visit):
    seen = visit(build([composition()]).get_root().render(), (320, 480))
    table, legend = seen.box(".mtm-table > summary"), seen.box(".mtm-panel > summary")

    assert legend["top"] <= table["top"] < table["bottom"] <= legend["bottom"] + 1
    assert table["left"] > 160
    assert seen.box(".mtm-main")["bottom"] == seen.box(f"#{disclaimer.ELEMENT_ID}")["top"]
    seen.page.locator(".mtm-table > summary").click()
    assert names(seen) == ["Alpha", "Gamma", "Özgön", "Beta", "Delta"]


def test_the_table_is_not_printed(visit):
    seen = visit(build([composition()]).get_root().render())
    seen.page.locator(".mtm-table > summary").click()
    seen.page.emulate_media(media="print")

    assert not seen.page.locator(".mtm-table").is_visible()


# CSV


def parsed(text):
    assert text.startswith("\ufeff")
    assert text.endswith("\r\n")
    return list(csv.reader(io.StringIO(text[1:], newline=""), strict=True))


def test_csv_holds_what_is_shown_and_what_must_be_known_of_it(visit):
    rows = [*ROWS, row(5, "Epsilon", -3.5, "−3.5")]
    seen = visit(table_page(rows))
    found = parsed(seen.page.evaluate("csvOf(page)"))

    assert found[0] == [
        "Name", "Within", "P-code", "Level", "Figure", "On the map", "Class",
        disclaimer.text(2022),
    ]  # fmt: skip
    about = "Return migrants – 2021 – SYNTHETIC DATA"
    assert found[1:7] == [
        ["Alpha", "North", "XX01", "2", "1204", "1,204", "100 or more", about],
        ["Gamma", "North", "XX03", "2", "30", "30", "1–99", about],
        ["Özgön", "North", "XX00", "2", "30", "30", "1–99", about],
        ["Epsilon", "North", "XX05", "2", "-3.5", "−3.5", "1–99", about],
        ["Beta", "North", "XX02", "2", "", "suppressed", "Suppressed", about],
        ["Delta", "North", "XX04", "2", "", "not assessed", "Not assessed", about],
    ]
    assert found[7:] == [
        [],
        ["Map", "Return migrants – 2021"],
        ["Map", "Squareland"],
        ["Population group", "Return migrants"],
        ["Year", "2021"],
        ["Figure", "Individuals"],
        ["Notes", "Counts below 5 are suppressed."],
        ["Notes", 'A "note", with signs;'],
        ["Sources", "Outlines: the test."],
        ["Notes", "Created 30 November 2022"],
        ["Notes", "SYNTHETIC DATA"],
        ["Disclaimer", disclaimer.text(2022)],
    ]


def test_csv_says_what_circles_are_of(visit):
    seen = visit(table_page([*ROWS, *PLACES]))
    found = parsed(seen.page.evaluate("csvOf(page)"))

    assert found[6][:7] == ["Birch", "North", "XX08", "2", "900", "900", ""]
    assert ["Locations", "Households"] in found


def test_csv_of_all_years_and_of_no_group_says_so(visit):
    seen = visit(table_page())
    seen.page.evaluate("() => { page.view = data.views[1]; }")
    found = parsed(seen.page.evaluate("csvOf(page)"))

    assert ["Year", "All years"] in found
    assert not [line for line in found if line[:1] == ["Population group"]]


def test_csv_leaves_out_what_the_legend_hides_and_says_so(visit):
    seen = visit(table_page())
    seen.page.evaluate("() => { page.state.off.add('few'); }")
    found = parsed(seen.page.evaluate("csvOf(page)"))

    assert [line[0] for line in found[1:4]] == ["Alpha", "Beta", "Delta"]
    assert ["Notes", "Hidden by the legend: 2"] in found


def test_csv_read_back_gives_the_same_words_and_no_formula(visit):
    seen = visit(table_page())
    write = """cells => { const [name, parent, pcode, text, title] = cells;
    page.view = { title, rows: [{ ...data.views[0].rows[0], name, parent, pcode, text }] };
    return csvOf(page); }"""

    @given(st.lists(CELLS, min_size=5, max_size=5))
    @tries(100)
    def check(cells):
        found = parsed(seen.page.evaluate(write, cells))
        name, parent, pcode, _, _, text, *_ = found[1]
        for cell, read in zip(cells[:4], (name, parent, pcode, text), strict=True):
            assert read == guarded(cell)
        # The fifth cell is a number, which may have a minus.
        others = [read for line in found for read in line[:4] + line[5:]]
        assert not any(formula(read) for read in others if not read.startswith("'"))

    check()
