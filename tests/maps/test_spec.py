"""The records of a map's choices: they, MapSpec, the command line and the rules say the same."""

from __future__ import annotations

import argparse
from dataclasses import fields
from typing import Any

import pytest

from mtmgeo.commands import arguments
from mtmgeo.core.errors import InputError
from mtmgeo.figures.indicators import SHOWN
from mtmgeo.maps.rules import RULES, broken
from mtmgeo.maps.spec import OPTIONS, MapSpec, misshapen, unknown
from mtmgeo.style.class_breaks import METHODS
from mtmgeo.style.style import STYLES

BY_FIELD = {option.field: option for option in OPTIONS}

#: A map that breaks each rule, in their order.
WRONG: list[dict[str, Any]] = [
    {"below_disclaimer": "long " * 300},
    {"classes": 7},
    {"breaks": (5, 1)},
    {"breaks": (1, 2, 3, 4, 5, 6)},
    {"dpi": 71},
    {"charts": ("year", "year")},
    {"logos": tuple("abcdef")},
    {"breaks": (1.2, 1.4)},
    {"indicator": "change", "year": 2022, "breaks": (5,)},
    {"kind": "symbols", "breaks": (5,)},
    {"kind": "coverage", "colours": "viridis"},
    {"kind": "surface", "indicator": "density"},
    {"kind": "surface", "circles": "units"},
    {"by_year": True, "by_group": True},
    {"kind": "coverage", "by_year": True},
    {"kind": "coverage", "year": 2022},
    {"indicator": "mean_per_year", "by_year": True},
    {"indicator": "change"},
    {"indicator": "change", "year": "2020-2021"},
    {"indicator": "change", "by_year": True, "compared": True},
    {"indicator": "density", "compared": True},
    {"labels": "both", "by_group": True},
    {"labels": "locations"},
    {"insets": ("Osh",), "by_year": True},
]


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    arguments.add_choices(parser)
    return parser.parse_args(words)


def test_every_choice_has_a_record():
    assert [*BY_FIELD] == [option.field for option in OPTIONS]
    assert {*BY_FIELD} == {field.name for field in fields(MapSpec)}


def test_every_choice_is_described():
    described = (MapSpec.__doc__ or "").partition("Attributes\n")[2]
    names = {
        name for line in described.splitlines() if line[:5].strip() for name in line.split(",")
    }
    assert {name.strip() for name in names} - {""} >= {*BY_FIELD}


def test_what_may_be_chosen_is_what_there_is():
    assert BY_FIELD["method"].choices == METHODS
    assert {*BY_FIELD["indicator"].choices} == {*SHOWN}
    assert all(name in BY_FIELD["style"].help for name in STYLES)


def test_the_command_line_asks_for_what_a_spec_has_by_itself():
    assert MapSpec(**arguments.chosen(parsed())) == MapSpec()


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.field)
def test_a_choice_can_be_made_from_the_command_line(option):
    words = {
        "yes or no": (),
        "whole number": ("3",),
        "period": ("before 2014",),
        "number": ("300",),
        "numbers": ("5,10",),
        "date": ("2022-11-30",),
        "size": ("250,180",),
        "colours": ("#ffffff,#000000",),
    }.get(option.form, (option.choices[-1] if option.choices else "Osh",))
    flag = option.flag.replace("--", "--no-") if option.default is True else option.flag
    made = arguments.chosen(parsed(flag, *words))
    assert {name for name, value in made.items() if value != BY_FIELD[name].default} == {
        option.field
    }
    assert [*misshapen(MapSpec(**made)), *unknown(MapSpec(**made))] == []


def test_lists_are_given_word_by_word():
    made = arguments.chosen(parsed("--chart", "year", "--chart", "admin1", "--inset", "none"))
    assert (made["charts"], made["insets"]) == (("year", "admin1"), ())
    with pytest.raises(InputError, match="--inset none stands for itself: leave it or the others"):
        arguments.chosen(parsed("--inset", "none", "--inset", "Osh"))


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.field)
def test_what_is_no_choice_is_said(option):
    if option.form in ("style", "projection"):  # said where these are looked for
        return
    spec = MapSpec(**{option.field: object()})
    (said,) = [*misshapen(spec), *unknown(spec)]
    assert said.startswith(f"{option.field} is <object object")


@pytest.mark.parametrize(("rule", "choices"), [*zip(RULES, WRONG, strict=True)])
def test_a_rule_is_broken_by_what_it_says(rule, choices):
    compared = choices.get("compared", False)
    spec = MapSpec(**{name: value for name, value in choices.items() if name != "compared"})
    begun, mend = rule.sentence.partition("{")[0], rule.sentence.rpartition("}")[2]
    said = [*broken(spec, compared=compared)]
    assert any(each.startswith(begun) and each.endswith(mend) for each in said)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: "+".join(rule.of))
def test_a_rule_is_of_choices_that_there_are(rule):
    assert {*rule.of} <= {*BY_FIELD}


def test_no_rule_is_broken_by_what_is_asked_for_by_itself():
    assert [*broken(MapSpec(), compared=False)] == []
