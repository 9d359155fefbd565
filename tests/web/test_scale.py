"""Pages of many units and of very many points; how long they take is told by benchmarks/web."""

from __future__ import annotations

import datetime as dt
from functools import cache

import geopandas as gpd
import numpy as np
import pytest
import shapely

from mtmgeo.core import disclaimer
from mtmgeo.maps.composition import Composition, LegendEntry, Panel
from mtmgeo.maps.spec import MapSpec
from mtmgeo.web.webmap import build

pytestmark = pytest.mark.slow

YEARS = (2020, 2021, 2022)
COLOURS = ("#dbe6f5", "#a3c0e8", "#6a96d6", "#0f45a4", "#002169")
MOST_BYTES = 3_000_000
#: Units of the large country, and points of the crowded one.
ROWS, COLUMNS = 50, 100
POINTS = 20_000


def units(rows: int, columns: int) -> gpd.GeoDataFrame:
    """Return cells of a bent grid, whose shared edges are drawn with some detail."""
    corners = [
        shapely.box(60 + x / 10, 35 + y / 10, 60 + (x + 1) / 10, 35 + (y + 1) / 10)
        for y in range(rows)
        for x in range(columns)
    ]
    fine = shapely.segmentize(np.array(corners), 0.02)
    bent = shapely.transform(fine, lambda at: at + 0.012 * np.sin(61 * at[:, ::-1]))
    n = rows * columns
    return gpd.GeoDataFrame(
        {
            "pcode": [f"SY{i:06d}" for i in range(n)],
            "level": 3,
            "name": [f"Settlement area {i}" for i in range(n)],
            "name_ru": [f"Айылный аймак {i}" for i in range(n)],
            "parent": [f"District {i // 40}" for i in range(n)],
            "approximate": False,
        },
        geometry=list(bent),
        crs=4326,
    )


def composition(areas: gpd.GeoDataFrame, panels: tuple[Panel, ...], **changes) -> Composition:
    whole = shapely.coverage_union_all(areas.geometry.to_numpy())
    empty = gpd.GeoDataFrame({"name": []}, geometry=[], crs=4326)
    classes = tuple(
        LegendEntry(key=f"class{i}", label=f"{i * 200}–{i * 200 + 199}", fill=fill)
        for i, fill in enumerate(COLOURS)
    )
    circle = LegendEntry(
        key="symbol", label="100", shape="circle", fill="#ffb81c", edge="#7a5200", radius_mm=1.0
    )
    given = {
        "spec": MapSpec(level=3, date=dt.date(2022, 11, 30)),
        "title": "Many units",
        "theme": "Individuals by settlement area",
        "subtitle": "Nowhere",
        "panels": panels,
        "legend_title": "Return migrants",
        "legend": (*classes, circle) if len(panels[0].symbols) else classes,
        "outlines": gpd.GeoDataFrame({"level": [0], "name": [""]}, geometry=[whole], crs=4326),
        "lines": gpd.GeoDataFrame({"level": [], "status": []}, geometry=[], crs=4326),
        "water": empty,
        "enclaves": empty,
        "labels": gpd.GeoDataFrame(
            {"text": areas["name"], "level": 3, "km2": np.nan},
            geometry=shapely.point_on_surface(areas.geometry.to_numpy()),
            crs=4326,
        ),
        "notes": ("Made up.",),
        "sources": ("None.",),
        "synthetic": True,
        "projection": "+proj=laea +lat_0=37 +lon_0=65",
        "projection_name": "Lambert azimuthal equal-area",
        "disclaimer": disclaimer.text(2022),
    }
    return Composition(**(given | changes))


def counted(areas: gpd.GeoDataFrame, seed: int) -> gpd.GeoDataFrame:
    figures = np.random.default_rng(seed).integers(0, 1000, len(areas))
    return areas.assign(
        value=figures.astype(float),
        value_text=[f"{figure:,}" for figure in figures],
        **{"class": [f"class{figure // 200}" for figure in figures]},
    )


def points(areas: gpd.GeoDataFrame, number: int) -> gpd.GeoDataFrame:
    some = np.random.default_rng(7)
    west, south, east, north = areas.total_bounds
    return gpd.GeoDataFrame(
        {
            "pcode": [f"SP{i:06d}" for i in range(number)],
            "level": 4,
            "name": [f"Place {i}" for i in range(number)],
            "parent": "District",
            "unit": "",
            "unit_level": 0,
            "class": "symbol",
            "value": 100.0,
            "value_text": "100",
            "radius_mm": 1.0,
        },
        geometry=gpd.points_from_xy(
            some.uniform(west, east, number), some.uniform(south, north, number)
        ),
        crs=4326,
    )


@cache
def many_units() -> str:
    areas = units(ROWS, COLUMNS)
    none = points(areas, 0)
    panels = tuple(
        Panel(
            title=str(year),
            areas=counted(areas, year),
            symbols=none,
            group="Return migrants",
            year=year,
        )
        for year in YEARS
    )
    return str(build([composition(areas, panels)]).get_root().render())


@cache
def many_points() -> str:
    areas = units(5, 10)
    panel = Panel(title="", areas=counted(areas, 1), symbols=points(areas, POINTS))
    spec = MapSpec(kind="symbols", level=3, date=dt.date(2022, 11, 30))
    return str(build([composition(areas, (panel,), spec=spec)]).get_root().render())


NODES = "() => document.querySelectorAll('*').length"
#: How many places in the map's middle answer to the pointer, of those that are tried.
ANSWERS = """async () => {
  const box = document.querySelector(".mtm-map").getBoundingClientRect();
  const tip = document.querySelector(".mtm-tip"), said = new Set();
  for (let i = 0; i < 8; i++) for (let k = 0; k < 8; k++) {
    const at = {bubbles: true, cancelable: true, clientX: box.x + box.width * (.4 + .02 * i),
      clientY: box.y + box.height * (.4 + .02 * k)};
    const target = document.elementFromPoint(at.clientX, at.clientY);
    for (const type of ["pointermove", "mousemove", "mouseover"])
      target.dispatchEvent(new (type[0] === "p" ? PointerEvent : MouseEvent)(type, at));
    await new Promise(done => setTimeout(done, 40));
    if (!tip.hidden) said.add(tip.firstElementChild.textContent);
  }
  return [...said];
}"""


def test_many_units_make_a_page_of_three_megabytes_at_most():
    assert len(many_units().encode()) < MOST_BYTES


def test_many_units_and_years_are_drawn_and_answer(visit):
    page = visit(many_units()).page
    assert page.locator("#mtm-drawing [data-unit]").count() == ROWS * COLUMNS
    fills = "all => all.map(unit => unit.getAttribute('fill')).join()"
    before = page.locator("#mtm-drawing [data-unit]").evaluate_all(fills)
    page.get_by_role("slider").press("End")
    assert page.locator("#mtm-drawing [data-unit]").evaluate_all(fills) != before
    page.mouse.move(400, 400)
    assert page.locator(".mtm-tip").inner_text().startswith("Settlement area")
    page.locator("#mtm-find").fill("settlement area 4321")
    page.keyboard.press("Enter")
    assert "Settlement area 4321" in page.locator("#mtm-live").inner_text()


def test_very_many_points_need_few_nodes_and_answer_to_the_pointer(visit):
    page = visit(many_points()).page
    assert page.locator("#mtm-drawing circle").count() == 0
    assert page.evaluate(NODES) < 4_000  # 500 rows of the table among them
    assert len(many_points().encode()) < MOST_BYTES
    said = page.evaluate(ANSWERS)
    assert len([name for name in said if name.startswith("Place ")]) > 5


def test_very_many_points_are_in_the_table_step_by_step(visit):
    page = visit(many_points()).page
    page.locator("#mtm-table > summary").click()
    page.wait_for_selector(".mtm-row")
    assert page.locator("#mtm-table tbody tr").count() < 1_100
    assert page.evaluate(NODES) < 9_000


@pytest.mark.parametrize("made", [many_units, many_points])
def test_large_pages_are_seen_without_scripts(visit, made):
    page = visit(made(), java_script_enabled=False).page
    assert page.locator("#mtm-drawing").is_visible()
    assert page.locator(f"#{disclaimer.ELEMENT_ID}").is_visible()
