"""The synthetic examples agree with what the report publishes, and can be made again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from mtmgeo.figures.assess import assess
from mtmgeo.figures.rounds import compare_rounds
from mtmgeo.matching.match import match
from mtmgeo.tables.table import read_table

EXAMPLE = Path(__file__).parents[1] / "examples" / "kgz_round1"
LEADING = ["Jalal-Abad", "Chui", "Osh", "Batken", "Talas"]
NAMES = ["Admin 1 Name", "Admin 2 Name", "Admin 3 Name"]
FILES = [f"kgz_{name}_synthetic.csv" for name in ("round1", "round1_by_country", "round2")]
COUNTRY = "country of return"
RUSSIA = "Russian Federation"


@pytest.fixture(scope="module")
def synthetic() -> pd.DataFrame:
    return pd.read_csv(EXAMPLE / "kgz_round1_synthetic.csv", skiprows=1)


@pytest.fixture(scope="module")
def returnees(synthetic: pd.DataFrame) -> pd.DataFrame:
    """Return counts by year, one row per location."""
    columns = {f"returnees_{year}_synthetic": year for year in (2020, 2021, 2022)}
    return synthetic[list(columns)].rename(columns=columns)


@pytest.fixture(scope="module")
def by_country() -> pd.DataFrame:
    return pd.read_csv(EXAMPLE / "kgz_round1_by_country_synthetic.csv", skiprows=1)


@pytest.fixture(scope="module")
def second() -> pd.DataFrame:
    return pd.read_csv(EXAMPLE / "kgz_round2_synthetic.csv", skiprows=1)


def test_they_can_be_made_again(tmp_path):
    subprocess.run([sys.executable, EXAMPLE / "make_synthetic.py", tmp_path], check=True)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (EXAMPLE / name).read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)


def test_it_holds_table_2_in_its_order(synthetic):
    printed = pd.read_csv(EXAMPLE / "table2_assessed_locations.csv")
    assert len(printed) == 69
    pd.testing.assert_frame_equal(synthetic[NAMES], printed)


def test_totals_are_those_published(returnees):
    by_year = returnees.sum()
    assert by_year.sum() == 24_284
    assert round(100 * (by_year[2021] / by_year[2020] - 1)) == -23
    assert round(100 * (by_year[2022] / by_year[2021] - 1)) == 46


def test_the_five_provinces_lead_in_order(synthetic, returnees):
    by_province = returnees.sum(axis=1).groupby(synthetic["Admin 1 Name"]).sum()
    assert list(by_province.sort_values(ascending=False).index[:5]) == LEADING


def test_small_counts_zeros_and_blanks_can_be_seen(synthetic, returnees):
    assert returnees.notna().all(axis=None)
    assert 5 <= ((returnees >= 1) & (returnees <= 4)).sum().sum() <= 20
    assert (returnees.sum(axis=1) == 0).sum() == 1
    assert synthetic.isna().sum().sum() == 2


def test_countries_add_up_to_the_returnees_of_every_place_and_year(synthetic, by_country):
    counts = by_country.pivot_table("returnees_synthetic", NAMES, "year", aggfunc="sum")
    whole = synthetic.set_index(NAMES)[[f"returnees_{year}_synthetic" for year in counts]]
    pd.testing.assert_frame_equal(
        whole.set_axis(counts.columns, axis=1), counts.loc[whole.index], check_dtype=False
    )
    assert not by_country.duplicated([*NAMES, "year", COUNTRY]).any()


def test_the_shares_of_countries_are_those_published(by_country):
    shares = by_country.groupby(COUNTRY)["returnees_synthetic"].sum() / 24_284 * 100
    assert [round(shares[name]) for name in (RUSSIA, "Kazakhstan", "Türkiye")] == [85, 7, 5]
    others = shares[["European countries", "Republic of Korea"]]
    assert round(others.sum()) == 3
    assert len(shares) == 5


def test_countries_have_a_row_only_where_they_have_returnees(by_country):
    nobody = by_country[by_country["returnees_synthetic"] == 0]
    assert set(nobody[COUNTRY]) == {RUSSIA}
    counts = by_country.groupby([*NAMES, "year"])["returnees_synthetic"].transform("sum")
    assert (counts[nobody.index] == 0).all()


def test_a_second_round_loses_and_gains_locations_and_counts(synthetic, second):
    first, again = (
        frame.set_index(NAMES)["returnees_2022_synthetic"] for frame in (synthetic, second)
    )
    assert len(first.index.difference(again.index)) == 6
    assert len(again.index.difference(first.index)) == 6
    both = first.index.intersection(again.index)
    assert (again[both] > first[both]).sum() > 15
    assert (again[both] < first[both]).sum() > 15
    assert (second.min(numeric_only=True) == 0).all()


@pytest.mark.slow
def test_the_rounds_can_be_compared():
    before, after = (assess(match(read_table(EXAMPLE / name))) for name in FILES[::2])
    change = compare_rounds(before, after, level=2, year=2022)
    statuses = change.units["status"].value_counts()
    assert {*statuses.index} == {"kept", "gained", "lost", "never"}
    assert (change.figures["change"].dropna() > 0).any()
    assert (change.figures["change"].dropna() < 0).any()


@pytest.mark.slow
def test_country_of_return_can_be_shown_for_the_country():
    shown = assess(match(read_table(EXAMPLE / FILES[1]))).breakdowns
    mine = shown[(shown["level"] == 0) & shown["year"].isna() & (shown["dimension"] == COUNTRY)]
    assert mine.set_index("category")["individuals"][RUSSIA] == 20_641
    assert mine["individuals"].notna().all()


def test_it_says_what_it_is():
    table = read_table(EXAMPLE / "kgz_round1_synthetic.csv")
    assert table.synthetic
    assert "Invented" in table.notes[0]
    assert {measure.group for measure in table.measures} == {
        "return migrants",
        "migrant workers",
        "emigrants",
    }
    assert all("synthetic" in measure.column for measure in table.measures)


@pytest.mark.parametrize("name", FILES[1:])
def test_the_others_say_what_they_are(name):
    table = read_table(EXAMPLE / name)
    assert table.synthetic
    assert table.notes[0].startswith("SYNTHETIC DATA")
    assert "nvented" in table.notes[0]
    assert (EXAMPLE / name).stat().st_size < 60_000
