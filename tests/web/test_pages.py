"""Which maps a page has."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely

import mtmgeo
from mtmgeo.boundaries.boundary_set import BoundarySet
from mtmgeo.maps.compose import compose
from mtmgeo.maps.page_specs import page_specs, with_years
from mtmgeo.maps.spec import MapSpec
from tests import example
from tests.maps.test_compose import CELLS, country, units

SYNTHETIC = Path(__file__).parents[2] / "examples/kgz_round1/kgz_round1_synthetic.csv"
DATE = dt.date(2022, 11, 30)
WHOLE = shapely.union_all(CELLS)


@pytest.fixture(scope="module")
def result() -> mtmgeo.Assessment:
    return example.result()


def levels(*deepest: pd.DataFrame) -> BoundarySet:
    """Return a country of one province, and what lies in it."""
    return country(units(0, [WHOLE]), units(1, [WHOLE], parent="0-0"), *deepest)


def districts(**counts: Any) -> pd.DataFrame:
    names = units(2, CELLS)["name"][:2]
    return pd.DataFrame({"district": names, **{name: [40, 50] for name in counts}, **counts})


def assessed(bounds: BoundarySet, table: pd.DataFrame, **more: Any) -> mtmgeo.Assessment:
    return mtmgeo.assess(mtmgeo.match(table, boundaries=bounds), **more)


def short(specs: tuple[MapSpec, ...]) -> list[str]:
    """Return specs in short: what, level, group, by year."""
    return [
        f"{spec.indicator if spec.kind == 'choropleth' else spec.kind} {spec.level} {spec.group}"
        + (" by year" if spec.by_year else "")
        for spec in specs
    ]


def test_a_page_has_groups_years_levels_locations_and_coverage(
    result: mtmgeo.Assessment,
) -> None:
    assert short(page_specs(result)) == [
        "individuals 2 return migrants",
        "individuals 2 return migrants by year",
        "individuals 2 migrant workers",
        "individuals 2 migrant workers by year",
        "individuals 2 emigrants",
        "individuals 2 emigrants by year",
        "individuals 1 return migrants",
        "individuals 1 return migrants by year",
        "symbols 2 return migrants",
        "symbols 2 return migrants by year",
        "density 2 return migrants",
        "coverage 2 return migrants",
    ]


@pytest.mark.slow
def test_every_map_can_be_made_and_is_there_once(result: mtmgeo.Assessment) -> None:
    made = [compose(result, spec) for spec in page_specs(result, MapSpec(date=DATE, lang="ru"))]
    views = [(drawn.theme, panel.group, panel.year) for drawn in made for panel in drawn.panels]
    assert len(views) == len(set(views)) == 22
    assert {drawn.language.code for drawn in made} == {"ru"}
    assert {drawn.spec.date for drawn in made} == {DATE}
    # One name stands for one thing to look at.
    themes = {
        (drawn.theme, drawn.spec.kind, drawn.spec.indicator, drawn.spec.level) for drawn in made
    }
    assert len({theme for theme, *_ in themes}) == len(themes) == 5


def test_the_group_that_is_asked_for_comes_first(result: mtmgeo.Assessment) -> None:
    specs = page_specs(result, MapSpec(group="emigrants"))
    assert [spec.group for spec in specs[:6:2]] == [
        "emigrants",
        "return migrants",
        "migrant workers",
    ]
    assert {spec.group for spec in specs[6:]} == {"emigrants"}


def test_a_table_of_another_group_shows_that() -> None:
    result = assessed(levels(units(2, CELLS, parent="1-0")), districts(idps_2022=[40, 50]))
    assert {spec.group for spec in page_specs(result)} == {"IDPs"}


@pytest.mark.slow
def test_households_and_rates_are_there_where_somebody_counted_them(tmp_path: Path) -> None:
    bounds = levels(units(2, CELLS, parent="1-0"))
    people = tmp_path / "people_2022.csv"
    pd.DataFrame({"ADM2_PCODE": bounds.at(2)["pcode"], "T_TL": 10_000}).to_csv(people, index=False)
    table = districts(returnees_2022=[40, 50], migrant_workers_2022=[60, 70])
    counted = table.assign(returnee_households_2022=[10, 20])
    specs = page_specs(assessed(bounds, counted, population=people))
    assert short(specs)[-4:] == [
        "households 2 return migrants",
        "density 2 return migrants",
        "per_1000 2 return migrants",
        "coverage 2 return migrants",
    ]
    assert not {"households", "per_1000"} & {
        s.indicator for s in page_specs(assessed(bounds, table))
    }
    # Households of returnees are none of migrant workers.
    workers = page_specs(assessed(bounds, counted), MapSpec(group="migrant workers"))
    assert "households" not in {spec.indicator for spec in workers}


@pytest.mark.slow
@pytest.mark.parametrize(("years", "several"), [(1, False), (2, True), (12, True), (13, False)])
def test_maps_by_year_are_there_where_several_years_fit_on_a_map(years: int, several: bool) -> None:
    counts = {f"returnees_{2010 + year}": [40, 50] for year in range(years)}
    result = assessed(levels(units(2, CELLS, parent="1-0")), districts(**counts))
    specs = page_specs(result)
    assert any(spec.by_year for spec in specs) == several
    assert all(compose(result, replace(spec, date=DATE)).panels for spec in specs)


def test_a_level_below_of_a_few_units_is_there() -> None:
    bounds = levels(units(2, CELLS, parent="1-0"), units(3, CELLS, parent="2-0"))
    specs = page_specs(assessed(bounds, districts(returnees_2022=[40, 50])))
    assert [spec.level for spec in specs if spec.indicator == "individuals"] == [2, 1, 3, 2, 2]


def test_a_country_of_provinces_alone_is_shown_by_these() -> None:
    table = pd.DataFrame({"province": units(1, CELLS)["name"][:2], "returnees_2022": [40, 50]})
    specs = page_specs(assessed(country(units(1, CELLS)), table))
    assert short(specs) == [
        "individuals 1 return migrants", "symbols 1 return migrants",
        "density 1 return migrants", "coverage 1 return migrants",
    ]  # fmt: skip


def test_names_alone_give_coverage_alone() -> None:
    bounds = levels(units(2, CELLS, parent="1-0"))
    specs = page_specs(assessed(bounds, districts()))
    assert [(spec.kind, spec.level) for spec in specs] == [("coverage", 2)]


def test_boundaries_without_outlines_have_no_page() -> None:
    bounds = country(units(1, [None]), units(2, [None] * 9, parent="1-0"))
    assert page_specs(assessed(bounds, districts(returnees_2022=[40, 50]))) == ()


@pytest.mark.parametrize(
    "choices",
    [
        {"year": 2022},
        {"by_year": True},
        {"by_group": True},
        {"kind": "coverage"},
        {"kind": "surface"},
        {"indicator": "mean_per_year"},
        {"indicator": "change"},
        {"kind": "symbols", "labels": "locations"},
        {"title": "Returns from 2020 to 2022"},
        {"level": 9},
    ],
)
def test_maps_that_cannot_be_by_year_as_well_stay_alone(
    result: mtmgeo.Assessment, choices: Any
) -> None:
    assert with_years(result, MapSpec(**choices)) == (MapSpec(**choices),)


def test_a_map_of_all_years_is_there_by_year_as_well(result: mtmgeo.Assessment) -> None:
    spec = MapSpec(kind="symbols", circles="units", group="emigrants")
    assert with_years(result, spec) == (spec, replace(spec, by_year=True))
