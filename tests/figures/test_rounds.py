"""compare_rounds(): only units that both rounds reached, and only what both have published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd
import pytest

import mtmgeo
from mtmgeo.core.errors import InputError
from mtmgeo.figures.assess import Assessment
from mtmgeo.figures.rounds import compare_rounds

BOUNDS = mtmgeo.read_boundaries("kgz")
KADAMJAI, LEILEK, KEMIN, CHUI = (
    BOUNDS.at(2).query("name == @name")["pcode"].item()
    for name in ("Kadamjai", "Leilek", "Kemin", "Chui")
)
PLACES = {
    "Kadamjai": ("Batken", "Kadamjai", "Kuldu"),
    "Leilek": ("Batken", "Leilek", "Kulundu"),
    "Kemin": ("Chui", "Kemin", "Orlovka"),
    "Chui": ("Chui", "Chui", "Den-Aryk"),
}


def rounds(
    counts: Mapping[str, int | None], below: int = 0, **more: Mapping[str, int]
) -> Assessment:
    """Assess districts with returnees, and perhaps other groups, of 2022."""
    table = pd.DataFrame(
        [PLACES[name] for name in counts], columns=["adm1_name", "adm2_name", "location"]
    )
    table["returnees_2022"] = pd.array(list(counts.values()), dtype="Int64")
    for column, numbers in more.items():
        table[column] = pd.array([numbers.get(name) for name in counts], dtype="Int64")
    return mtmgeo.assess(mtmgeo.match(table, BOUNDS), suppress_below=below)


@pytest.mark.slow
def test_only_units_of_both_rounds_are_compared() -> None:
    before = rounds({"Kadamjai": 40, "Leilek": 100, "Kemin": 7})
    after = rounds({"Kadamjai": 50, "Leilek": 80, "Chui": 9})
    found = compare_rounds(before, after, level=2)
    status = found.units.set_index("pcode")["status"]
    assert status[[KADAMJAI, LEILEK, KEMIN, CHUI]].tolist() == ["kept", "kept", "lost", "gained"]
    assert status.value_counts().to_dict() == {"never": 51, "kept": 2, "lost": 1, "gained": 1}
    figures = found.figures.set_index("pcode")
    assert set(figures.index) == {KADAMJAI, LEILEK}
    assert figures.loc[KADAMJAI, ["before", "after", "change", "change_percent"]].tolist() == [
        40, 50, 10, 25.0,
    ]  # fmt: skip
    assert figures.loc[LEILEK, ["before", "after", "change", "change_percent"]].tolist() == [
        100, 80, -20, -20.0,
    ]  # fmt: skip
    total = found.totals.iloc[0]
    assert total.tolist()[:5] == ["return migrants", 2, 140, 130, -10]
    assert total["change_percent"] == pytest.approx(-1000 / 140)
    assert found.note == (
        "Of 55 units, 2 were assessed in both rounds, 1 in the later one only, 1 in the earlier "
        "one only and 51 in neither; only those assessed in both are compared."
    )


@pytest.mark.slow
def test_a_change_of_what_is_hidden_is_hidden() -> None:
    counts = {"Kadamjai": 40, "Leilek": 100, "Kemin": 30, "Chui": 60}
    before = rounds(counts, below=5)
    after = rounds({**counts, "Kadamjai": 3}, below=5)
    found = compare_rounds(before, after, level=2)
    figures = found.figures.set_index("pcode")
    hidden = figures[figures["suppressed"]]
    assert KADAMJAI in hidden.index
    assert hidden[["after", "change", "change_percent"]].isna().all().all()
    assert figures.loc[KADAMJAI, "before"] == 40
    # What is hidden would be the total less what is shown.
    total = found.totals.iloc[0]
    assert total["before"] == 230
    assert total[["after", "change", "change_percent"]].isna().all()
    assert f"{len(hidden)} change" in found.note
    back = compare_rounds(after, before, level=2).totals.iloc[0]
    assert (pd.isna(back["before"]), back["after"]) == (True, 230)


@pytest.mark.slow
def test_zero_is_not_missing() -> None:
    found = compare_rounds(
        rounds({"Kadamjai": 0, "Leilek": 5}), rounds({"Kadamjai": 6, "Leilek": None}), level=2
    )
    figures = found.figures.set_index("pcode")
    assert figures.loc[KADAMJAI, "change"] == 6
    assert pd.isna(figures.loc[KADAMJAI, "change_percent"])
    assert pd.isna(figures.loc[LEILEK, "after"])  # assessed, not counted
    assert not figures["suppressed"].any()
    assert pd.isna(found.totals.loc[0, "after"])


@pytest.mark.slow
def test_groups_and_years_of_both_rounds() -> None:
    before = rounds(
        {"Kadamjai": 40}, emigrants_2022={"Kadamjai": 3}, emigrants_2021={"Kadamjai": 2}
    )
    after = rounds({"Kadamjai": 50}, emigrants_2022={"Kadamjai": 9})
    found = compare_rounds(before, after, level=2)
    assert found.figures["group"].tolist() == ["return migrants", "emigrants"]
    assert found.figures["before"].tolist() == [40, 5]
    assert "do not count the same years: 2021, 2022 and 2022" in found.note
    one = compare_rounds(before, after, level=2, group="emigrants", year=2022)
    assert one.figures[["before", "after"]].to_numpy().tolist() == [[3, 9]]
    assert "same years" not in one.note
    with pytest.raises(InputError, match=r"2021 was not counted in both rounds: .* common: 2022"):
        compare_rounds(before, after, level=2, year=2021)
    with pytest.raises(InputError, match="'tourists' was not counted in both rounds"):
        compare_rounds(before, after, level=2, group="tourists")


def test_rounded_counts_are_said_to_be() -> None:
    table = pd.DataFrame({"adm2_name": ["Kadamjai"], "returnees_2022": [52]})
    rounded = mtmgeo.assess(mtmgeo.match(table, BOUNDS), suppress_below=0, round_to=10)
    assert "Counts are rounded" in compare_rounds(rounded, rounded, level=2).note


@pytest.mark.slow
def test_rounds_without_a_unit_in_common() -> None:
    found = compare_rounds(rounds({"Kadamjai": 40}), rounds({"Chui": 9}), level=2)
    assert found.figures.empty
    assert found.totals["units"].tolist() == [0]
    assert found.totals[["before", "after", "change"]].isna().all().all()


@pytest.mark.slow
def test_rounds_must_have_the_same_boundaries() -> None:
    before = rounds({"Kadamjai": 40})
    fewer = replace(BOUNDS, units=BOUNDS.units[BOUNDS.units["pcode"] != CHUI])
    table = pd.DataFrame({"adm2_name": ["Kadamjai"], "returnees_2022": [5]})
    after = mtmgeo.assess(mtmgeo.match(table, fewer))
    with pytest.raises(InputError, match=f"1 p-codes being in one of them only .'{CHUI}'.: match"):
        compare_rounds(before, after, level=2)
    with pytest.raises(InputError, match="no units of level 5: choose from 1, 2, 3, 4"):
        compare_rounds(before, before, level=5)
