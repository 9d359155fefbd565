"""What a page is told: the views of a result, of which every figure can be found again."""

import datetime as dt
import gzip
from functools import cache

import pandas as pd
import pytest

from mtmgeo import MapSpec
from mtmgeo.maps.compose import compose
from mtmgeo.maps.page_specs import page_specs
from mtmgeo.web.page_data import Page, data
from mtmgeo.web.webmap import webmap
from tests.example import result

LOOKS = MapSpec(date=dt.date(2022, 11, 30))
SPECS = {
    "individuals": MapSpec(date=LOOKS.date, circles="locations"),
    "by year": MapSpec(date=LOOKS.date, circles="locations", by_year=True),
    "provinces": MapSpec(date=LOOKS.date, circles="locations", level=1),
    "admin 3": MapSpec(date=LOOKS.date, circles="locations", level=3),
}


@cache
def told(*specs, suppress_below=5):
    made = [compose(result(suppress_below), spec) for spec in specs]
    return data(Page.of(made, [spec.kind == "choropleth" for spec in specs]))


@pytest.mark.slow
@pytest.mark.parametrize("name", list(SPECS))
def test_the_circles_inside_a_unit_add_up_to_its_figure(name):
    found = told(SPECS[name])
    compared = 0
    for view in found["views"]:
        inside: dict[int, list[float | None]] = {}
        for (_, unit), (_, _, value, _) in zip(
            found["spots"][view["spots"]], view["symbols"], strict=True
        ):
            inside.setdefault(unit, []).append(value)
        figures = dict(zip(found["sets"][view["set"]], view["values"], strict=True))
        for unit, values in inside.items():
            # Rows that are tied to a unit alone stand at a point of it; all others below.
            if unit >= 0 and figures[unit] is not None and None not in values:
                assert sum(values) == figures[unit], found["units"][unit][:3]
                compared += 1
    assert compared > 5


@pytest.mark.slow
def test_every_figure_is_the_published_one():
    specs = page_specs(result(), LOOKS)
    found = told(*specs)
    compared = 0
    for view in found["views"]:
        theme = found["themes"][view["theme"]]
        if theme["kind"] != "choropleth" or theme["indicator"] != "individuals":
            continue
        group = next(
            group for group in result().groups if group == found["groups"][view["group"]].lower()
        )
        figures = result().select(group, view["year"], theme["level"]).set_index("pcode")
        for unit, value in zip(found["sets"][view["set"]], view["values"], strict=True):
            code = found["units"][unit][2]
            shown = figures["individuals"].get(code)
            assert value == (None if pd.isna(shown) else shown)
            compared += 1
    assert compared > 500


@pytest.mark.slow
@pytest.mark.parametrize("threshold", [5, 40])
def test_nothing_of_a_suppressed_count_is_told(threshold):
    found = told(*page_specs(result(threshold), LOOKS), suppress_below=threshold)
    hidden = 0
    for view in found["views"]:
        looks = found["maps"][view["map"]]["looks"]
        radii = set()
        for look, radius, value, text in view["symbols"]:
            if looks[look]["key"] == "hidden_symbol":
                assert (value, text) == (None, "suppressed")
                radii.add(radius)
        assert len(radii) < 2
        for look, value, text in zip(view["classes"], view["values"], view["texts"], strict=True):
            if looks[look]["key"] == "suppressed":
                assert (value, text) == (None, "suppressed")
                hidden += 1
    assert hidden > 0


@pytest.mark.slow
def test_a_spec_that_shows_the_same_again_has_a_name_of_its_own():
    equal = MapSpec(date=LOOKS.date, method="equal")
    found = told(LOOKS, equal, MapSpec(date=LOOKS.date, year=2021))
    names = [theme["name"] for theme in found["themes"]]
    assert names == ["Individuals by district or city", "Individuals by district or city (2)"]


@pytest.mark.slow
def test_a_page_of_one_map_is_light():
    """The goal is 250 kB and 90 kB: Leaflet alone is 147 and 42 of them."""
    html = webmap(result(), SPECS["individuals"]).get_root().render().encode()
    assert len(html) < 355_000
    assert len(gzip.compress(html)) < 113_000
