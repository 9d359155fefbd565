"""The worked example of the documentation: each of its numbers is what mtmgeo computes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import mtmgeo
from mtmgeo.figures.assess import Assessment
from mtmgeo.tables.table import Table

PAGE = (Path(__file__).parents[1] / "docs/worked_example.md").read_text(encoding="utf-8")


def tables(heading: str) -> pd.DataFrame:
    """Return the table under a heading of the page; cells are text."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line] for line in lines]
    return pd.DataFrame(rows[2:], columns=rows[0])


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Assessment]:
    table = tables("The table").astype({"year": int, "individuals": int, "households": int})
    path = tmp_path_factory.mktemp("example") / "inhabitants.csv"
    tables("The inhabitants").to_csv(path, index=False)
    named = Table.from_frame(table, columns={"sex": "sex"})
    matched = mtmgeo.match(named, mtmgeo.read_boundaries("kgz"))
    return {
        below: mtmgeo.assess(matched, population=path, suppress_below=below) for below in (0, 5)
    }


def shown(value: object, digits: int) -> str:
    return "" if pd.isna(value) else f"{float(value):.{digits}g}"


def check(said: pd.DataFrame, figures: pd.DataFrame, keys: list[str]) -> None:
    """Compare every number of a table, to as many digits as the page gives."""
    assert len(said) > 0
    figures = figures.assign(year=figures["year"].astype("object").fillna("all").astype(str))
    for row in said.to_dict("records"):
        chosen = figures
        for key in keys:
            chosen = chosen[chosen[key] == row[key]]
        figure = chosen.drop_duplicates(subset=["level"]).iloc[0]
        for column in row.keys() - {*keys}:
            text = str(row[column])
            if text == "suppressed":
                assert figure["suppressed"], row
                assert pd.isna(figure[column]), row
                continue
            digits = 9 if text.lstrip("-").isdigit() else 4
            expected = "" if text == "" else shown(float(text), digits)
            if column == "area_km2":
                assert round(figure[column], 2) == float(text)
            else:
                assert shown(figure[column], digits) == expected, (row, column)


def test_all_figures(results: dict[int, Assessment]) -> None:
    check(tables("All figures"), results[0].figures, ["name", "year"])
    assert len(tables("All figures")) == 15


def test_breakdowns(results: dict[int, Assessment]) -> None:
    parts = results[0].breakdowns
    keys = ["name", "dimension", "category"]
    check(tables("Who they are"), parts[parts["year"].isna()], keys)


def test_density(results: dict[int, Assessment]) -> None:
    check(tables("Density"), results[0].figures, ["name", "year"])


def test_small_counts(results: dict[int, Assessment]) -> None:
    figures = results[5].figures
    check(tables("Small counts"), figures, ["name", "year"])
    suppressed = set(figures.loc[figures["suppressed"], "name"])
    assert suppressed == {"Kuldu", "Jal", "Orozbekov", "Birlik"}  # the villages and their aimaks


def test_small_counts_by_country_of_return(results: dict[int, Assessment]) -> None:
    said = tables("Small counts by country of return")
    check(said, results[5].breakdowns, ["name", "year", "category"])
