"""The records of the indicators: each is worked out, named and said to be absent as it says."""

from __future__ import annotations

from typing import get_args

import pytest

import mtmgeo
from mtmgeo.figures.indicators import DERIVED, INDICATORS, SHOWN, IndicatorName
from mtmgeo.style.languages import Language
from tests.example import result


def test_every_name_is_one_of_a_record():
    assert {*SHOWN} == {*get_args(IndicatorName)}
    assert len({each.column for each in INDICATORS}) == len(INDICATORS)


@pytest.mark.parametrize("each", DERIVED, ids=lambda each: each.column)
def test_a_figure_is_in_the_table_as_its_record_says(each):
    example = result()
    if "population" in each.needs:
        assert each.column not in example.figures
        return
    figures = example.figures[example.figures["level"] > 0]
    known = figures[figures[each.column].notna()]
    assert str(figures[each.column].dtype) == ("Int64" if each.whole else "Float64")
    assert len(known)
    assert each.years != "one" or known["year"].notna().all()
    assert each.years != "all" or known["year"].isna().all()
    assert each.signed or known[each.column].ge(0).all()


@pytest.mark.parametrize("each", [*SHOWN.values()], ids=lambda each: each.name)
def test_what_maps_show_has_words(each):
    assert each.title
    assert each.help
    assert callable(getattr(Language("en"), each.number))
    map_ = mtmgeo.MapSpec(indicator=each.name)
    assert map_.indicator == each.name
