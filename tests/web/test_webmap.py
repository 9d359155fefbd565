"""The interactive map, in a real browser without a network."""

import base64
import dataclasses
import datetime as dt
import io
import itertools
import json
import math
import re
import runpy
from pathlib import Path
from typing import Any

import folium
import folium.plugins
import geopandas as gpd
import numpy as np
import pytest
import shapely
from PIL import Image
from pyproj import CRS

import mtmgeo
from mtmgeo.core import disclaimer
from mtmgeo.core.errors import DisclaimerError, SpecError
from mtmgeo.figures.surfaces import PER_KM2, Surface
from mtmgeo.files.write import write
from mtmgeo.maps.composition import GROUND, LINES, Composition, LegendEntry, Panel
from mtmgeo.maps.shading import Shading
from mtmgeo.maps.spec import MapSpec
from mtmgeo.population.grids import Grid
from mtmgeo.style.languages import Language
from mtmgeo.verification.verify import verify
from mtmgeo.web.webmap import WebMap, build

pytestmark = pytest.mark.slow

DISCLAIMER = f"#{disclaimer.ELEMENT_ID}"
FEW = LegendEntry(key="few", label="1–99", fill="#dbe6f5")
MANY = LegendEntry(key="many", label="100–499", fill="#0033a0")
NONE = LegendEntry(key="not_assessed", label="Not assessed", fill="#e6e6e6")
HIDDEN = LegendEntry(
    key="suppressed", label="Suppressed", fill="#ffffff", edge="#7f7f7f", hatch="////"
)
DASHED = LegendEntry(
    key="approximate", label="Approximate outline", edge="#555555", dash=(3.0, 2.0)
)
CIRCLES = tuple(
    LegendEntry(
        key="place", label=label, shape="circle", fill="#ffb81c", edge="#7a5200", radius_mm=radius
    )
    for label, radius in (("900", 6.0), ("100", 2.0))
)


def grid(columns=3, rows=2, density=0):
    """Return squares of one degree whose shared edges agree; `density` adds points to each."""
    cells = [
        shapely.box(70 + x, 40 + y, 71 + x, 41 + y) for y in range(rows) for x in range(columns)
    ]
    squares = np.array(cells)
    if density:
        squares = shapely.segmentize(squares, 1 / density)
        squares = shapely.transform(squares, lambda c: c + 0.02 * np.sin(37 * c[:, ::-1]))
    return squares


def frame(geometry, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(geometry), crs=4326)


def composition(kind="choropleth", years=(None,), squares=None, classes=None, **changes):
    squares = grid() if squares is None else squares
    n = len(squares)
    classes = classes or ["few", "many", "not_assessed", "suppressed", "many", "few"]
    panels = []
    for i, year in enumerate(years):
        keys = [classes[(k + i) % len(classes)] for k in range(n)]
        texts = {"not_assessed": "not assessed", "suppressed": "suppressed"}
        areas = frame(
            squares,
            pcode=[f"XX{k:02d}" for k in range(n)],
            level=[2] * n,
            name=[f"Unit {k}" for k in range(n)],
            parent=["Squareland"] * n,
            value=[math.nan] * n,
            value_text=[texts.get(key, f"{100 * k + 5:,}") for k, key in enumerate(keys)],
            approximate=[k == 1 for k in range(n)],
            **{"class": keys},
        )
        symbols = frame(
            shapely.centroid(squares[:2]),
            pcode=["XX0001", "XX0101"],
            level=[4, 4],
            name=["Alpha", "Beta"],
            parent=["Unit 0", "Unit 1"],
            unit=["XX00", "XX01"],
            unit_level=[2, 2],
            value=[900.0, 100.0],
            value_text=["900", "100"],
            radius_mm=[6.0, 2.0],
            **{"class": ["place", "place"]},
        )
        panels.append(
            Panel(
                title=str(year or ""),
                areas=areas,
                symbols=symbols if kind == "symbols" else symbols[:0],
                group="Return migrants",
                year=year,
            )
        )
    legend = (FEW, MANY, HIDDEN, NONE, DASHED) + (CIRCLES if kind == "symbols" else ())
    whole = shapely.union_all(squares)
    made = Composition(
        spec=MapSpec(kind=kind, date=dt.date(2022, 11, 30)),
        title=f"Test map of {kind}",
        subtitle="Squareland, November 2022",
        panels=tuple(panels),
        legend_title="Return migrants",
        legend=legend,
        outlines=frame([whole, squares[0], squares[1]], level=[0, 1, 1], name=["S", "A", "B"]),
        lines=frame([], level=[], status=[]),
        water=frame([shapely.Point(71.5, 40.5).buffer(0.1)], name=["Lake"]),
        enclaves=frame([shapely.box(70.1, 40.1, 70.2, 40.2)], name=[""]),
        labels=frame(
            shapely.centroid(squares),
            text=[f"Unit {k}" for k in range(n)],
            level=[2] * n,
            km2=[9e3] * n,
        ),
        notes=("Counts below 5 are suppressed.",),
        sources=("Outlines: the test.",),
        synthetic=True,
        projection="+proj=laea +lat_0=41 +lon_0=71",
        projection_name="Lambert azimuthal equal-area",
        disclaimer=disclaimer.text(2022),
    )
    return dataclasses.replace(made, **changes)


def page(*compositions):
    return build(compositions or [composition()]).get_root().render()


def fills(visit):
    """Return the fills of the units now drawn, in the order of their p-codes."""
    return visit.page.evaluate(
        """() => [...document.querySelectorAll('.mtm-areas path')]
        .map(p => [p.getAttribute('aria-label').match(/XX\\d+/)[0], p.getAttribute('fill')])
        .sort().map(pair => pair[1])"""
    )


def choose(visit, index):
    visit.page.locator("#mtm-controls select").first.select_option(index=index)


def pull(visit, position):
    """Move the slider of years."""
    visit.page.locator("#mtm-controls input[type=range]").fill(str(position))


# The page


def test_map_is_drawn_without_any_request(visit):
    seen = visit(page(composition("symbols")))

    boxes = seen.page.evaluate(
        """() => [...document.querySelectorAll('.mtm-areas path')]
        .map(p => p.getBoundingClientRect()).map(b => [b.width, b.height])"""
    )
    assert len(boxes) == 6
    assert min(min(box) for box in boxes) > 100
    assert seen.page.locator(".mtm-symbols circle").count() == 2
    assert seen.page.locator(".mtm-lines path").count() >= 4
    assert seen.page.locator(".leaflet-control-scale-line").inner_text().endswith("km")
    links = seen.page.evaluate(
        "() => [...document.querySelectorAll('[src], link')].map(e => e.src || e.href)"
    )
    assert links == ["data:,"]


@pytest.mark.parametrize("size", [(1280, 800), (800, 600), (600, 400), (320, 480), (320, 240)])
def test_disclaimer_is_in_view_and_nothing_covers_it(visit, size):
    seen = visit(page(composition(), composition("symbols")), size)

    box = seen.box(DISCLAIMER)
    assert box["left"] >= 0
    assert box["right"] <= size[0]
    assert 0 < box["top"] < box["bottom"] <= size[1]
    hits = seen.page.evaluate(
        """([b, s]) => [0.02, 0.3, 0.6, 0.98].flatMap(x => [0.1, 0.5, 0.9].map(y =>
        document.elementFromPoint(b.left + b.width * x, b.top + b.height * y).matches(s)))""",
        [box, DISCLAIMER],
    )
    assert all(hits)
    text = seen.page.locator(DISCLAIMER)
    assert disclaimer.find(text.inner_text()) == disclaimer.text(2022)
    assert text.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") >= disclaimer.MIN_PIXELS
    assert text.evaluate(
        "e => e.scrollHeight <= e.clientHeight && e === document.body.firstElementChild"
    )


def test_opened_panel_leaves_the_disclaimer_free(visit):
    seen = visit(page(composition(years=(2020, 2021))), (320, 240))
    seen.page.locator(".mtm-panel > summary").click()

    assert seen.page.locator(".mtm-legend").first.is_visible()
    assert seen.box(".mtm-panel")["bottom"] <= seen.box(DISCLAIMER)["top"]
    assert seen.box(".mtm-panel")["top"] >= seen.box(".mtm-header")["bottom"] - 1


def test_small_screen_keeps_the_map_large(visit):
    seen = visit(page(composition(), composition("symbols")), (320, 480))

    assert seen.box(".mtm-map")["height"] >= 0.45 * 480
    assert not seen.page.locator(".mtm-legend").first.is_visible()
    sizes = seen.page.evaluate(
        """() => [...document.querySelectorAll('body *')].filter(e => e.checkVisibility()
        && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
        .map(e => parseFloat(getComputedStyle(e).fontSize))"""
    )
    assert min(sizes) >= disclaimer.MIN_PIXELS


def test_country_fills_the_map_again_after_a_resize(visit):
    seen = visit(page(), (1280, 800))
    for width, height in ((1280, 800), (700, 800), (320, 480)):
        seen.page.set_viewport_size({"width": width, "height": height})
        seen.settle()
        room, land = seen.box(".mtm-map"), seen.box(".mtm-areas")
        assert land["left"] >= room["left"]
        assert land["right"] <= room["right"]
        share = max(land["width"] / room["width"], land["height"] / room["height"])
        assert 0.9 < share <= 1


def test_map_in_a_frame_that_is_shown_later(visit):
    inner = page().replace("&", "&amp;").replace('"', "&quot;")
    seen = visit(f'<body><iframe hidden width="600" height="400" srcdoc="{inner}"></iframe>')
    seen.page.locator("iframe").evaluate("frame => { frame.hidden = false; }")
    seen.settle()

    framed = seen.page.frames[1]
    framed.wait_for_selector(".mtm-run", state="attached")
    wide = framed.evaluate(
        "() => document.querySelector('.mtm-areas').getBoundingClientRect().width"
    )
    assert 250 < wide < 600
    assert framed.locator(DISCLAIMER).is_visible()


def test_without_scripts_the_map_and_its_words_are_there(visit):
    seen = visit(page(composition("symbols")), (320, 480), java_script_enabled=False)

    assert seen.page.locator(DISCLAIMER).is_visible()
    assert seen.page.locator("h1").inner_text() == "Test map of symbols"
    assert of(np.array(shot(seen)), (0, 51, 160))
    assert of(np.array(shot(seen)), (219, 230, 245))
    assert seen.page.locator(".mtm-symbols circle").count() == 2
    assert seen.page.locator(".mtm-names text").count() >= 3
    assert "Unit 2: not assessed" in texts_of(seen, ".mtm-areas title")
    for hidden in ("#mtm-search", "#mtm-controls", "#mtm-actions"):
        assert not seen.page.locator(hidden).is_visible()
    seen.page.locator(".mtm-notes summary").click()
    assert seen.page.get_by_text("Counts below 5 are suppressed.").is_visible()
    assert seen.page.get_by_text("Outlines: the test.").is_visible()


def test_the_script_takes_the_drawing_over_where_it_was(visit):
    places = []
    for enabled in (False, True):
        seen = visit(page(), java_script_enabled=enabled)
        boxes = seen.page.locator(".mtm-areas path")
        places.append([list(boxes.nth(i).bounding_box().values()) for i in range(6)])
    assert np.array(places[0]) == pytest.approx(np.array(places[1]), abs=4)


LOOKS = """([selector, id]) =>
    Object.fromEntries([...document.querySelectorAll(selector)].map(node =>
    [id ? node.dataset[id] : [node.getAttribute("cx"), node.getAttribute("cy")].join(),
    ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "vector-effect"]
    .map(name => node.getAttribute(name))]))"""


@pytest.mark.parametrize("kind", ["choropleth", "symbols"])
def test_the_script_leaves_the_looks_of_the_drawing_as_they_were(visit, kind):
    looks = []
    for enabled in (False, True):
        seen = visit(page(composition(kind)), java_script_enabled=enabled).page
        found = [
            seen.evaluate(LOOKS, [".mtm-areas path", "unit"]),
            seen.evaluate(LOOKS, [".mtm-symbols circle", None]),
        ]
        orders = [
            [node.get_attribute("data-unit") for node in seen.locator(".mtm-areas path").all()],
            [node.get_attribute("cx") for node in seen.locator(".mtm-symbols circle").all()],
        ]
        looks.append((found, orders))
    assert looks[0] == looks[1]
    assert len(looks[0][0][0]) == 6


def test_head_names_the_page_and_carries_the_disclaimer(visit):
    seen = visit(page())

    assert seen.page.title() == "Test map of choropleth"
    assert seen.page.evaluate("document.documentElement.lang") == "en"
    meta = seen.page.locator("meta[name=disclaimer]").get_attribute("content")
    assert meta == disclaimer.text(2022)


def test_print_is_one_page_with_legend_and_disclaimer(visit):
    seen = visit(page(composition(), composition("symbols")))
    pdf = seen.page.pdf(prefer_css_page_size=True, print_background=True)

    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    words = document[0].get_textpage().get_text_range()
    assert len(document) == 1
    assert disclaimer.find(words) == disclaimer.text(2022)
    for phrase in ("Test map of choropleth", "100–499", "Outlines: the test."):
        assert phrase in words


# Layers and looks


def test_each_layer_shows_its_classes_and_its_legend(visit):
    seen = visit(page(composition(years=(2020, 2021)), composition("symbols")))
    hatch = "url(#mtm-hatch-0-2)"

    assert fills(seen) == ["#dbe6f5", "#0033a0", "#e6e6e6", hatch, "#0033a0", "#dbe6f5"]
    pull(seen, 1)
    assert fills(seen) == ["#0033a0", "#e6e6e6", hatch, "#0033a0", "#dbe6f5", "#dbe6f5"]
    assert seen.page.locator("h1:visible").inner_text() == "Test map of choropleth – 2021"
    assert seen.page.locator(".mtm-symbols circle").count() == 0
    choose(seen, 1)
    assert seen.page.locator(".mtm-symbols circle").count() == 2
    assert seen.page.locator(".mtm-legend:visible").count() == 1
    assert seen.page.locator(".mtm-legend:visible li").count() == 7
    swatches = seen.page.locator(".mtm-legend:visible rect, .mtm-legend:visible circle")
    drawn = [swatches.nth(i).get_attribute("fill") for i in range(swatches.count())]
    assert drawn[:2] == ["#dbe6f5", "#0033a0"]
    assert drawn[-1] == seen.page.locator(".mtm-symbols circle").first.get_attribute("fill")


def test_not_assessed_suppressed_and_approximate_look_different(visit):
    seen = visit(page())
    dashes = seen.page.locator(".mtm-areas path[stroke-dasharray]")

    assert len(set(fills(seen))) == 4
    assert dashes.count() == 1
    assert "Approximate outline" in dashes.get_attribute("aria-label")
    pattern = seen.page.locator("#mtm-hatch-0-2 path").get_attribute("stroke")
    assert pattern == HIDDEN.edge


def test_circles_keep_their_proportions_and_the_legend_follows(visit):
    for size in ((1280, 800), (320, 480)):
        seen = visit(page(composition("symbols")), size)
        large, small = (
            seen.page.locator(".mtm-symbols circle").nth(i).bounding_box() for i in (0, 1)
        )
        seen.page.evaluate("document.querySelector('.mtm-panel').open = true")
        keys = [
            seen.page.locator(".mtm-legend circle").nth(i).bounding_box()["width"] for i in (0, 1)
        ]
        assert large["width"] / small["width"] == pytest.approx(3, rel=0.15)
        assert keys == pytest.approx([large["width"], small["width"]], abs=1.6)


#: Text and box of each name or circle in view.
MEASURE = """all => all.filter(x => x.style.display !== "none").map(x => {
    const box = x.getBoundingClientRect();
    return [x.textContent, box.left, box.top, box.right, box.bottom]; })"""


def test_names_make_way_for_circles_and_for_one_another(visit):
    made = composition("symbols", water=frame([], name=[]))
    made.panels[0].symbols["radius_mm"] = [6.0, 1.0]
    seen = visit(page(made))
    names = {
        text: shapely.box(*box)
        for text, *box in seen.page.locator(".mtm-names text").evaluate_all(MEASURE)
    }
    large, small = (
        shapely.box(*box).centroid
        for _, *box in seen.page.locator(".mtm-symbols circle").evaluate_all(MEASURE)
    )
    assert list(names) == ["Unit 1", "Unit 2", "Unit 3", "Unit 4", "Unit 5"]  # 0 has no room
    assert 0 < names["Unit 1"].distance(small) < 10  # beside its circle
    assert not any(name.intersects(large) for name in names.values())
    assert not any(a.intersects(b) for a, b in itertools.combinations(names.values(), 2))


def test_no_name_is_cut_by_the_frame_over_the_whole_country(visit):
    made = composition()
    made.labels["text"] = [f"A name longer than its unit {k}" for k in range(6)]
    seen = visit(page(made), size=(320, 480))
    ((_, *edges),) = seen.page.locator(".mtm-map").evaluate_all(MEASURE)
    names = seen.page.locator(".mtm-names text").evaluate_all(MEASURE)
    assert names
    assert all(shapely.box(*edges).covers(shapely.box(*box)) for _, *box in names)


def test_circles_of_small_multiples_are_as_large_as_those_of_one_map(visit):
    widths = []
    for shrink in (1.0, 0.6):
        made = composition("symbols")
        made.panels[0].symbols["radius_mm"] *= shrink
        circles = visit(page(made)).page.locator(".mtm-symbols circle")
        widths.append([circles.nth(i).bounding_box()["width"] for i in (0, 1)])
    assert widths[0] == pytest.approx(widths[1], abs=0.2)


def test_single_layer_has_no_switch(visit):
    assert visit(page()).page.locator(".mtm-layers").count() == 0


def test_real_data_are_not_called_synthetic(visit):
    seen = visit(page(composition(synthetic=False), composition("symbols")))

    assert not seen.page.get_by_text("SYNTHETIC DATA").is_visible()
    choose(seen, 1)
    assert seen.page.get_by_text("SYNTHETIC DATA").is_visible()


def test_borders_stand_once_and_shores_are_none():
    lake = shapely.box(70.4, 40.4, 70.6, 40.6)
    squares = grid(2, 1)
    squares[0] = squares[0].difference(lake)
    outlines = frame([shapely.union_all(squares), *squares], level=[0, 1, 1], name=["S", "A", "B"])
    made = composition(squares=squares, outlines=outlines, water=frame([lake], name=["L"]))
    found = data(page(made))

    degree = found["frame"]["width"] / 2
    lines = {
        level: [arc(found, number) for number in numbers]
        for level, _, _, numbers in found["bases"][0]["lines"]
    }
    high = found["frame"]["height"] / degree
    assert sum(line.length for line in lines[0]) == pytest.approx((4 + 2 * high) * degree, abs=4)
    assert [line.length for line in lines[1]] == pytest.approx([high * degree], abs=4)


def test_borders_that_are_not_final_cover_the_border_and_look_as_in_the_legend(visit):
    west, east = shapely.LineString([(70, 40), (70, 42)]), shapely.LineString([(73, 40), (73, 42)])
    shown = ["disputed", "line of control"]
    made = composition(
        lines=frame([west, east], level=[0, 0], status=shown),
        legend=(FEW, MANY, *(LINES[status] for status in shown)),
    )
    seen = visit(page(made))
    paths = seen.page.locator(".mtm-lines path").evaluate_all(
        """all => all.map(p => ["stroke", "stroke-width", "stroke-dasharray", "stroke-linecap"]
        .map(name => p.getAttribute(name)))"""
    )
    swatches = seen.page.locator(".mtm-legend path").evaluate_all(
        "all => all.map(p => [p.getAttribute('stroke'), p.getAttribute('stroke-dasharray')])"
    )
    for entry, under, line in zip(made.legend[2:], paths[-4::2], paths[-3::2], strict=True):
        assert under[0] == "#fff"
        assert float(under[1]) > float(line[1]) + 2
        assert under[2:] == [None, None]
        assert [line[0], line[2]] in swatches
        assert line[0] == entry.edge
    assert len({line[2] for line in paths[-3::2]}) == 2


def test_borders_that_are_not_final_lie_on_the_borders_of_units():
    squares = grid(11, 5, density=60)
    edge = shapely.line_merge(shapely.intersection(squares[12], squares[13]))
    part = shapely.LineString(shapely.get_coordinates(edge)[10:30])
    hole = shapely.LineString(shapely.get_coordinates(shapely.box(70.1, 40.1, 70.2, 40.2)))
    free = shapely.LineString([(74.3, 42.3), (74.4, 42.4)])
    lines = frame([part, hole, free], level=[0] * 3, status=["disputed"] * 3)
    found = data(page(composition(squares=squares, lines=lines)))

    tracks = [tracks for *_, tracks in found["bases"][0]["open"]]
    drawn = [shapely.union_all([arc(found, n) for n in numbers]) for (numbers,) in tracks]
    assert shapely.hausdorff_distance(drawn, placed(found, lines.geometry)).max() < 12
    units = [polygons(found, unit[5]) for unit in found["units"]]
    assert shapely.coverage_is_valid(units)
    assert shapely.union_all(shapely.boundary(units)).buffer(12).covers(drawn[0])


def test_maps_without_such_borders_are_drawn_as_before(visit):
    seen = visit(page())
    assert data(page())["bases"][0]["open"] == []
    assert seen.page.locator(".mtm-lines path[stroke-dasharray]").count() == 0


def data(html):
    """Return the data that the page draws."""
    (found,) = re.findall(r'id="mtmgeo-data">(.*?)</script>', html)
    return json.loads(found)


def arc(found, number):
    """Return an arc of the page's data, in units of its drawing."""
    points = np.reshape(found["arcs"][max(number, ~number)], (-1, 2)).cumsum(axis=0)
    return shapely.LineString(points if number >= 0 else points[::-1])


def placed(found, shapes):
    """Return shapes in degrees as they lie in the drawing of some data."""
    place = found["frame"]

    def move(points):
        x, y = 6_378_137 * np.radians(points[:, 0]), points[:, 1]
        north = 6_378_137 * np.log(np.tan(np.pi / 4 + np.radians(y) / 2))
        return np.column_stack([x - place["x"], place["y"] - north]) / place["unit"]

    return shapely.transform(np.asarray(shapes), move)


# Reading a unit


def test_pointer_tap_and_keyboard_tell_the_same(visit):
    said = "Unit 0\nSquareland\nXX00\nReturn migrants, 2020: 5"
    seen = visit(page(composition(years=(2020, 2021))))
    unit = seen.page.get_by_role("button", name="XX00")
    tip = seen.page.locator(".mtm-tip")

    unit.hover()
    assert tip.inner_text() == said
    seen.page.mouse.move(2, 2)
    assert not tip.is_visible()
    seen.page.locator(".mtm-map").focus()
    seen.page.keyboard.press("Tab")
    assert tip.inner_text() == said
    seen.page.keyboard.press("ArrowRight")
    assert tip.inner_text().splitlines()[0] == "Unit 1"
    seen.page.keyboard.press("Escape")
    assert not tip.is_visible()

    touch = visit(page(composition(years=(2020, 2021))), (320, 480), has_touch=True)
    touch.page.get_by_role("button", name="XX00").tap()
    touch.page.locator(".mtm-tip").wait_for(state="visible")
    assert touch.page.locator(".mtm-tip").inner_text() == said


def test_status_is_said_in_words(visit):
    seen = visit(page())
    labels = {
        pcode: seen.page.get_by_role("button", name=pcode).get_attribute("aria-label")
        for pcode in ("XX01", "XX02", "XX03")
    }

    assert labels["XX01"].endswith("105, Approximate outline")
    assert labels["XX02"].endswith("not assessed")
    assert labels["XX03"].endswith("suppressed")


def test_land_without_a_figure_says_no_more_than_its_name(visit):
    made = composition()
    made.panels[0].areas.loc[0, ["name", "value_text"]] = ["Land outside named units", ""]
    unit = visit(page(made)).page.get_by_role("button", name="XX00")
    assert unit.get_attribute("aria-label") == "Land outside named units, Squareland, XX00"


def test_note_stays_inside_the_map(visit):
    long = composition()
    long.panels[0].areas["name"] = "A very long name of a unit, longer than the map is wide " * 2
    seen = visit(page(long), (320, 480))
    room = seen.box(".mtm-map")
    for index in range(6):
        seen.page.locator(".mtm-areas path").nth(index).hover()
        note = seen.box(".mtm-tip")
        assert note["left"] >= room["left"]
        assert note["right"] <= room["right"]
        assert note["top"] >= room["top"]
        assert note["bottom"] <= room["bottom"]


def test_tab_stops_are_few_and_named(visit):
    seen = visit(page(composition(), composition("symbols", squares=grid(11, 5))))
    choose(seen, 1)
    seen.page.evaluate("document.activeElement.blur()")
    names = []
    for _ in range(30):
        seen.page.keyboard.press("Tab")
        name = seen.page.evaluate(
            """() => { const e = document.activeElement; return e === document.body ? null
            : e.getAttribute('aria-label') || e.labels?.[0]?.innerText || e.innerText; }"""
        )
        if name is None:
            break
        names.append(name.split(",")[0])
    assert len(names) <= 20
    assert all(names)


# Safety


def texts_of(seen, selector):
    return seen.page.locator(selector).all_text_contents()


def test_control_characters_and_lone_surrogates_become_blanks(visit):
    seen = visit(page(composition(title="A\x00b\x0bc\ud800d")))

    assert seen.page.locator("h1").inner_text() == "A b c d"


# The object


def test_it_is_a_folium_map_that_takes_layers_and_works_offline(visit):
    made = build([composition()])
    marker = folium.Marker([40.5, 70.5], popup=folium.Popup("<b>office</b>"))
    marker.add_to(made)
    group = folium.FeatureGroup(name="Extra").add_to(made)
    circle = folium.CircleMarker([40.5, 71.5], radius=9, color="#ff00ff")
    circle.add_to(group)
    folium.LayerControl().add_to(made)
    made.keep_in_front(circle)  # folium asks for a Layer, shows a path
    seen = visit(made.get_root().render())

    assert isinstance(made, folium.Map)
    assert made.get_bounds() == [[40, 70], [42, 73]]
    icon = seen.page.locator("img.leaflet-marker-icon")
    assert icon.evaluate("picture => picture.naturalWidth") == 25
    icon.click()
    assert seen.page.locator(".leaflet-popup-content b").inner_text() == "office"
    assert seen.page.locator("path[stroke='#ff00ff']").count() == 1
    assert seen.page.locator(DISCLAIMER).is_visible()


def test_notebooks_show_the_page():
    shown = build([composition()])._repr_html_()

    assert shown.startswith("<div")
    assert "iframe" in shown
    assert disclaimer.ELEMENT_ID in shown


def test_the_disclaimer_comes_back_in_any_figure(visit):
    made = build([composition()])
    root = made.get_root()
    assert isinstance(root, folium.Figure)
    root.render()
    root.html._children.clear()
    figure = folium.Figure(width="400px", height="300px")
    figure.html.add_child(folium.Element("<h2>Mine</h2>"))
    for html in (root.render(), made.add_to(figure).get_root().render()):
        seen = visit(html, (320, 480))
        assert seen.page.evaluate("document.body.firstElementChild.id") == disclaimer.ELEMENT_ID
        assert seen.box(DISCLAIMER)["bottom"] <= 480
        assert seen.page.locator(".mtm-areas path").count() == 6


def test_the_latest_map_gives_the_year_of_the_disclaimer():
    later = composition(spec=MapSpec(date=dt.date(2024, 1, 1)))

    assert disclaimer.find(page(composition(), later)) == disclaimer.text(2024)


def test_same_input_same_bytes():
    first, second = (build([composition(years=(2020, 2021))]) for _ in range(2))

    assert first.get_root().render() == first.get_root().render() == second.get_root().render()


def test_shared_geometry_is_embedded_once():
    squares = grid(11, 5, density=60)
    one = page(composition(squares=squares))
    all_kinds = page(
        composition("coverage", squares=squares),
        composition(squares=squares),
        composition(squares=squares, years=(2020, 2021, 2022)),
        composition("symbols", squares=squares),
    )

    assert len(data(all_kinds)["units"]) == 55
    assert len(data(all_kinds)["views"]) == 6
    assert data(all_kinds)["arcs"] == data(one)["arcs"]
    assert len(all_kinds) - len(one) < 40_000


def test_units_meet_after_rounding_as_they_did_before():
    squares = grid(11, 5, density=60)
    island = shapely.box(70.3, 40.3, 70.6, 40.6)
    squares[0] = squares[0].difference(island)
    parts = shapely.MultiPolygon([island, shapely.box(90, 40, 91, 41)])
    squares = np.array([*squares, parts])
    assert shapely.coverage_is_valid(squares)
    found = data(page(composition(squares=squares)))

    drawn = [polygons(found, unit[5]) for unit in found["units"]]
    assert shapely.is_valid(drawn).all()
    assert shapely.coverage_is_valid(drawn)
    assert shapely.hausdorff_distance(drawn, placed(found, squares)).max() < 12


def polygons(found, chains):
    """Put the units of the data together as a reader of the page's data would."""

    def ring(numbers):
        return np.concatenate([shapely.get_coordinates(arc(found, n))[:-1] for n in numbers])

    parts = [
        shapely.Polygon(ring(outer), [ring(hole) for hole in holes]) for outer, *holes in chains
    ]
    return shapely.MultiPolygon(parts)


def test_written_map_passes_verification_and_a_tampered_one_does_not(tmp_path):
    file = write(build([composition(), composition("symbols")]), tmp_path / "map.html")
    assert [finding.ok for finding in verify(file)] == [True]

    file.write_text(file.read_text("utf-8").replace("not imply", "imply"), "utf-8")
    assert [finding.ok for finding in verify(file)] == [False]


def test_saving_writes_the_page_that_was_checked(tmp_path):
    made = build([composition()])
    made.save(tmp_path / "map.html")
    made.get_root().save(str(tmp_path / "page.html"))
    stream = io.BytesIO()
    made.save(stream, close_file=False)

    text = made.get_root().render().encode()
    assert [(tmp_path / name).read_bytes() for name in ("map.html", "page.html")] == [text, text]
    assert stream.getvalue() == text


class Careless(WebMap):
    """A map whose page loses the disclaimer."""

    def render(self, **kwargs):
        super().render(**kwargs)
        root: Any = self.get_root()
        root.html._children.popitem()
        return ""


@pytest.mark.parametrize(
    "save",
    [
        lambda made, path: made.save(path),
        lambda made, path: made.get_root().save(str(path)),
        write,
    ],
)
def test_a_map_without_its_disclaimer_is_not_saved(tmp_path, save):
    made = build([composition()])
    made.__class__ = Careless
    with pytest.raises(DisclaimerError, match=r"disclaimer|does not begin"):
        save(made, tmp_path / "map.html")
    hidden = build([composition()])
    css = f"<style>{DISCLAIMER}{{display:none!important}}</style>"
    root: Any = hidden.get_root()
    root.header.add_child(folium.Element(css))
    with pytest.raises(DisclaimerError):
        save(hidden, tmp_path / "map.html")
    assert list(tmp_path.iterdir()) == []


def test_what_loads_files_of_other_hosts_is_not_saved(tmp_path):
    made = build([composition()])
    folium.Marker([40.5, 70.5], icon=folium.Icon()).add_to(made)
    folium.plugins.Fullscreen().add_to(made)
    with pytest.raises(DisclaimerError, match="loads 'https://"):
        made.save(tmp_path / "map.html")
    assert "iframe" in made._repr_html_()


def test_a_figure_holds_one_map():
    figure = build([composition()]).get_root()
    with pytest.raises(SpecError, match="a Figure of its own"):
        build([composition()]).add_to(figure)


def test_a_page_has_one_language():
    with pytest.raises(SpecError, match="one language, not en, ru"):
        build([composition(), composition("symbols", language=Language("ru"))])


def test_nothing_to_draw_is_an_error():
    empty = composition()
    bare = frame([], level=[], name=[])
    panel = dataclasses.replace(empty.panels[0], areas=empty.panels[0].areas[:0])
    with pytest.raises(SpecError, match="no geometry"):
        build([dataclasses.replace(empty, panels=(panel,), outlines=bare)])
    with pytest.raises(SpecError, match="no geometry"):
        build([])


def test_units_without_geometry_are_left_out(visit):
    made = composition()
    areas = made.panels[0].areas
    areas.loc[0, "geometry"] = None
    areas.loc[1, "geometry"] = shapely.Polygon()

    assert visit(page(made)).page.locator(".mtm-areas path").count() == 4


# Surfaces


def shaded(cells, *, east=0.0):
    """Return the squares of a country, the first two under cells of 0.1° from 69° E and 43° N."""
    pytest.importorskip("rasterio")
    keys = [GROUND, GROUND, "suppressed", "not_assessed", "suppressed", "not_assessed"]
    made = composition("surface", classes=keys, labels=composition().labels[:0])
    place = Grid(CRS(4326), (69.0 + east, 43.0), (0.1, -0.1), cells.shape[1], cells.shape[0])
    entries = tuple(
        LegendEntry(key=f"class{i}", label=label, fill=fill)
        for i, (label, fill) in enumerate((("under 5", "#00ff00"), ("5 or more", "#ff00ff")))
    )
    shading = Shading(
        surface=Surface(cells, place, PER_KM2, "People"),
        breaks=(5.0,),
        colours=("#00ff00", "#ff00ff"),
        ground=made.panels[0].areas.geometry[:2],
    )
    if east:
        moved = {
            name: move(getattr(made, name), east) for name in ("outlines", "water", "enclaves")
        }
        panel = dataclasses.replace(made.panels[0], areas=move(made.panels[0].areas, east))
        shading = dataclasses.replace(shading, ground=panel.areas.geometry[:2])
        made = dataclasses.replace(made, panels=(panel,), **moved)
    return dataclasses.replace(made, legend=(*entries, HIDDEN, NONE, DASHED), surface=shading)


def move(found, east):
    return found.set_geometry(found.geometry.translate(east))


def cells(value=1.0):
    return np.full((40, 50), value)


def hot(column, row):
    """One crowded cell, by its number from the north-west; nobody elsewhere."""
    found = cells(np.nan)
    found[row, column] = 9.0
    return found


def shot(seen):
    return Image.open(io.BytesIO(seen.page.screenshot())).convert("RGB")


def pixels(seen):
    """Return what is seen of the page, white beside the map."""
    picture = np.array(shot(seen))
    picture[:, round(seen.box(".mtm-map")["right"]) :] = 255
    return picture


def of(picture, color):
    """Return left, top, right and bottom of what has a colour."""
    rows, columns = np.nonzero((picture == color).all(axis=-1))
    return [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1] if len(rows) else []


def unit_box(seen, code):
    return seen.page.evaluate(
        """c => { const b = document.querySelector(`.mtm-areas path[aria-label*="${c}"]`)
        .getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom]; }""",
        code,
    )


def upward(lat):
    return math.asinh(math.tan(math.radians(lat)))


@pytest.mark.parametrize("size", [(1280, 800), (320, 480)])
@pytest.mark.parametrize("east", [0.0, 109.0])  # the second lies on both sides of 180°
def test_a_cell_of_a_surface_is_drawn_where_it_lies(visit, size, east):
    # From 71.3 to 71.4 degrees east and 40.8 to 40.7 north, in XX01.
    seen = visit(page(shaded(hot(23, 22), east=east)), size)
    for _ in range(2):
        left, top, right, bottom = unit_box(seen, "XX01")
        across, high = right - left, (bottom - top) / (upward(41) - upward(40))
        place = [left + 0.3 * across, bottom - high * (upward(40.8) - upward(40))]
        place += [left + 0.4 * across, bottom - high * (upward(40.7) - upward(40))]
        within = max(2, across * 5 / 1200)  # the picture has 1200 cells on 5 degrees
        assert of(pixels(seen), [255, 0, 255]) == pytest.approx(place, abs=within)
        seen.page.locator(".leaflet-control-zoom-in").click()
        seen.page.wait_for_timeout(400)


def test_a_surface_ends_at_the_units_that_it_is_of(visit):
    seen = visit(page(shaded(cells())))
    picture = pixels(seen)
    first, second = unit_box(seen, "XX00"), unit_box(seen, "XX01")
    found = of(picture, [0, 255, 0])
    drawn = [first[0], first[1], second[2], second[3]]
    assert found == pytest.approx(drawn, abs=2.5)
    abroad = picture[int(first[1]) + 40, int(first[0]) - 20]
    assert abroad.tolist() == [245, 242, 234]


def test_units_above_a_surface_answer_as_before(visit):
    seen = visit(page(shaded(cells())))
    for code, words in (("XX01", "105"), ("XX02", "suppressed")):
        left, top, right, bottom = unit_box(seen, code)
        seen.page.mouse.move((left + right) / 2 + 60, (top + bottom) / 2 + 60)
        assert words in seen.page.locator(".mtm-tip").inner_text()
    image = seen.page.locator(".mtm-surface image")
    said = image.get_attribute("aria-label")
    assert said == "Test map of surface: cells in the colours of the legend."


def test_a_surface_leaves_with_its_layer(visit):
    seen = visit(page(shaded(cells()), composition()))
    assert seen.page.locator(".mtm-surface image").count() == 1
    choose(seen, 1)
    assert seen.page.locator(".mtm-surface image").count() == 0
    assert not of(pixels(seen), [0, 255, 0])
    assert fills(seen)[:2] == ["#dbe6f5", "#0033a0"]
    opacities = seen.page.evaluate(
        "[...document.querySelectorAll('.mtm-areas path')].map(p => p.getAttribute('fill-opacity'))"
    )
    assert set(opacities) == {None}
    choose(seen, 0)
    assert of(pixels(seen), [0, 255, 0])


def test_the_picture_of_a_surface_has_the_colours_of_the_legend_and_holds_no_more(tmp_path):
    people = cells()
    people[22, 23] = 9.0
    made = build([shaded(people)])
    html = made.get_root().render()
    assert html == build([shaded(people)]).get_root().render()
    (url,) = set(re.findall(r"data:image/png;base64,([^\"]+)", html))
    picture = Image.open(io.BytesIO(base64.b64decode(url)))
    assert picture.mode == "P"
    assert max(picture.size) <= 1300
    found = np.unique(np.asarray(picture.convert("RGBA")).reshape(-1, 4), axis=0)
    assert set(map(tuple, found.tolist())) == {
        (255, 255, 255, 0),
        (0, 255, 0, 255),
        (255, 0, 255, 255),
    }
    assert len(url) < 4000
    assert verify(write(made, tmp_path / "map.html"))[0].ok


def test_the_script_and_the_style_sheet_are_those_of_their_sources():
    assets = Path(mtmgeo.__file__).parent / "web/assets"
    make = runpy.run_path(str(assets / "source/make_page.py"))
    assert (assets / "page.js").read_text("utf-8") == make["script"]()
    assert (assets / "page.css").read_text("utf-8") == make["sheet"]()
