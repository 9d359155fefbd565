"""The records of the indicators: each is worked out, named and said to be absent as it says."""

from __future__ import annotations

from typing import get_args

import pandas as pd
import pytest

import mtmgeo
from mtmgeo.figures.indicators import DERIVED, INDICATORS, SHOWN, IndicatorName
from mtmgeo.style.languages import Language
from tests.example import result
from tests.test_worked_example import tables


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Return the figures of the worked example, which has households and inhabitants."""
    path = tmp_path_factory.mktemp("indicators") / "inhabitants.csv"
    tables("The inhabitants").to_csv(path, index=False)
    counts = tables("The table").astype({"year": int, "individuals": int, "households": int})
    table = mtmgeo.Table.from_frame(counts, columns={"sex": "sex"})
    matched = mtmgeo.match(table, mtmgeo.read_boundaries("kgz"))
    return mtmgeo.assess(matched, population=path, suppress_below=0).figures


def test_every_name_is_one_of_a_record():
    assert {*SHOWN} == {*get_args(IndicatorName)}
    assert len({each.column for each in INDICATORS}) == len(INDICATORS)


@pytest.mark.parametrize("each", DERIVED, ids=lambda each: each.column)
def test_a_figure_is_in_the_table_as_its_record_says(each, figures):
    known = figures[figures[each.column].notna()]
    assert str(known[each.column].dtype) == ("Int64" if each.whole else "Float64")
    assert len(known)
    assert each.years != "one" or known["year"].notna().all()
    assert each.years != "all" or known["year"].isna().all()
    assert each.signed or known[each.column].ge(0).all()


@pytest.mark.slow
@pytest.mark.parametrize("each", DERIVED, ids=lambda each: each.column)
def test_without_what_it_needs_there_is_no_such_figure(each):
    bare = {"population", "households"}  # which the example has none of
    known = not any(need.startswith(tuple(bare)) for need in each.needs)
    assert (each.column in result().figures) == known


@pytest.mark.parametrize("each", [*SHOWN.values()], ids=lambda each: each.name)
def test_what_maps_show_has_words(each):
    assert each.title
    assert each.help
    assert callable(getattr(Language("en"), each.number))
