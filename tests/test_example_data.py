"""The synthetic example agrees with what the report publishes, and can be made again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from mtmgeo.tables import read_table

EXAMPLE = Path(__file__).parents[1] / "examples" / "kgz_round1"
LEADING = ["Jalal-Abad", "Chui", "Osh", "Batken", "Talas"]
NAMES = ["Admin 1 Name", "Admin 2 Name", "Admin 3 Name"]


@pytest.fixture(scope="module")
def synthetic() -> pd.DataFrame:
    return pd.read_csv(EXAMPLE / "kgz_round1_synthetic.csv", skiprows=1)


@pytest.fixture(scope="module")
def returnees(synthetic: pd.DataFrame) -> pd.DataFrame:
    """Return counts by year, one row per location."""
    columns = {f"returnees_{year}_synthetic": year for year in (2020, 2021, 2022)}
    return synthetic[list(columns)].rename(columns=columns)


def test_it_can_be_made_again(tmp_path):
    subprocess.run([sys.executable, EXAMPLE / "make_synthetic.py", tmp_path], check=True)
    made = (tmp_path / "kgz_round1_synthetic.csv").read_bytes()
    assert made == (EXAMPLE / "kgz_round1_synthetic.csv").read_bytes()


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
