"""Maps and files of periods longer than a year: their words, panels, bars and columns."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import mtmgeo
from mtmgeo import MapSpec, SpecError
from mtmgeo.commands.main import main
from mtmgeo.figures.assess import Assessment
from mtmgeo.files import exports
from mtmgeo.maps.page_specs import page_specs

ROWS = """province,district,Returnees before 2014,Returnees 2014-2016,Returnees 2020,Returnees 2021
Osh,Nookat,30,12,20,40
Osh,Alai,8,20,30,10
Batken,Leilek,9,44,,70
"""
GROUP = "return migrants"


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("periods") / "returnees.csv"
    path.write_text(ROWS, "utf-8")
    return path


@pytest.fixture(scope="module")
def result(table: Path) -> Assessment:
    bounds = mtmgeo.read_boundaries("kgz")
    return mtmgeo.assess(mtmgeo.match(mtmgeo.read_table(table), bounds), suppress_below=0)


@pytest.mark.slow
def test_a_map_is_of_a_period(result: Assessment) -> None:
    made = mtmgeo.compose(result, MapSpec(year="Before 2014"))
    assert made.title == "Return migrants by district or city, before 2014"
    (panel,) = made.panels
    assert panel.year == "before 2014"
    assert panel.areas["value"].sum() == 30 + 8 + 9
    assert mtmgeo.compose(result, MapSpec(year="2014–2016")).title.endswith(", 2014–2016")
    assert mtmgeo.compose(result, MapSpec(year="before 2014", lang="ru")).title.endswith(
        ", до 2014 года"
    )


@pytest.mark.slow
def test_panels_are_in_order_of_time_and_say_that_they_are_unequal(result: Assessment) -> None:
    made = mtmgeo.compose(result, MapSpec(by_year=True))
    assert [panel.title for panel in made.panels] == ["Before 2014", "2014–2016", "2020", "2021"]
    assert "The periods are not of equal length." in made.notes
    assert mtmgeo.compose(result, MapSpec()).title.endswith(", until 2021")


@pytest.mark.slow
def test_a_change_is_of_years_alone(result: Assessment) -> None:
    made = mtmgeo.compose(result, MapSpec(indicator="change", by_year=True))
    assert [panel.title for panel in made.panels] == ["2020", "2021"]
    assert mtmgeo.compose(result, MapSpec(indicator="change", year=2021)).title.endswith(
        "2020–2021"
    )
    with pytest.raises(SpecError, match="only of one year, not '2014-2016'"):
        mtmgeo.compose(result, MapSpec(indicator="change", year="2014-2016"))
    with pytest.raises(SpecError, match="it is not known how many years there are before 2014"):
        mtmgeo.compose(result, MapSpec(indicator="mean_per_year"))


@pytest.mark.parametrize("year", ["2013-2014", 2014])
def test_a_period_that_is_not_there_is_said(result: Assessment, year: int | str) -> None:
    what = "year" if isinstance(year, int) else "period"
    said = f"No counts of the {what} {year}; the years are before 2014, 2014-2016, 2020, 2021"
    with pytest.raises(SpecError, match=said):
        mtmgeo.compose(result, MapSpec(year=year))


@pytest.mark.slow
def test_bars_are_of_periods(result: Assessment) -> None:
    years, provinces = mtmgeo.compose(result, MapSpec(charts=("year", "admin1"))).charts
    assert years.rows == ("Before 2014", "2014–2016", "2020", "2021")
    assert [bar for (bar,) in years.texts] == ["47", "76", "50", "120"]
    assert provinces.series == years.rows
    assert provinces.values.tolist()[0] == [38, 32, 50, 50]
    (alone,) = mtmgeo.compose(result, MapSpec(charts=("admin1",), year="2014-2016")).charts
    assert alone.title.endswith("by province, 2014–2016")
    assert [bar for (bar,) in alone.texts] == ["44", "32"]


def test_a_page_has_its_maps_by_period(result: Assessment) -> None:
    assert any(spec.by_year for spec in page_specs(result))


@pytest.mark.slow
def test_files_say_the_period_in_a_column_of_its_own(result: Assessment) -> None:
    figures = exports.tidy(result)
    top = figures[figures["level"].eq(0) & figures["of"].eq("unit")]
    said = dict(zip(top["period"], top["individuals"], strict=True))
    assert said == {"all": 293, "before 2014": 47, "2014-2016": 76, "2020": 50, "2021": 120}
    assert top.set_index("period")["year"].dropna().to_dict() == {"2020": 2020, "2021": 2021}
    told = {each["column"]: each["meaning"] for each in figures.attrs["columns"]}
    assert "a period longer than a year" in told["year"]
    assert "before 2014" in told["period"]
    assert dict(figures.attrs["notes"])["disclaimer"].startswith("©IOM 2021 ")
    whole = exports.layer(result, 1).set_index("name")
    assert whole.loc["Osh", ["ret_all", "ret_before_2014", "ret_2014_2016", "ret_2020"]].tolist() \
        == [170, 38, 32, 50]  # fmt: skip
    assert not any("2014_2016_change" in column for column in whole)


def test_hxl_has_the_period_in_the_stead_of_the_year_and_is_read_again(
    result: Assessment, tmp_path: Path
) -> None:
    table = exports.hxl(result)
    assert table["period"].tolist()[:5] == [
        "#date+period", "before 2014", "2014-2016", "2021", "before 2014",
    ]  # fmt: skip
    assert "year" not in table
    path = mtmgeo.write(result, tmp_path / "figures.hxl.csv")
    again = mtmgeo.read_table(path).observations()
    assert again.groupby("period", observed=True)["individuals"].sum().to_dict() == {
        "before 2014": 47, "2014-2016": 76, "2020": 50, "2021": 120,
    }  # fmt: skip


def test_tables_without_such_periods_have_no_such_column() -> None:
    from tests.example import result as example

    assert "period" not in exports.tidy(example())
    assert "period" not in example().matched


@pytest.mark.slow
def test_the_command_line_takes_a_period(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "map.svg"
    assert main(["map", str(table), "--year", "2014-2016", "-o", str(out)]) == 0
    assert "2014–2016" in out.read_text("utf-8")
    assert main(["map", str(table), "--year", "2014-2015", "-o", str(out)]) == 2
    assert "No counts of the period 2014-2015" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["map", str(table), "--year", "lately", "-o", str(out)])
    assert "'lately' is no year such as 2022, and no period" in capsys.readouterr().err


@pytest.mark.slow
def test_no_file_of_figures_has_a_number_for_a_period(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "figures.csv"
    assert main(["assess", str(table), "-o", str(out)]) == 0
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = [*csv.DictReader(file)]
    assert {row["year"] for row in rows} == {"", "2020", "2021"}
    assert {row["period"] for row in rows} == {"all", "before 2014", "2014-2016", "2020", "2021"}
