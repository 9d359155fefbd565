"""The main job: from a table to a folder that can be published, or to sentences and nothing."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import mtmgeo
from mtmgeo.commands.main import main
from mtmgeo.matching.result import RESULT_COLUMNS
from mtmgeo.tables.table import Table
from tests.browsers import Visit
from tests.countries import country, publish

EXAMPLES = Path(__file__).parents[2] / "examples" / "kgz_round1"
SYNTHETIC = EXAMPLES / "kgz_round1_synthetic.csv"
TABLE2 = EXAMPLES / "table2_assessed_locations.csv"
DATE = dt.date(2022, 11, 30)
MAPS = [
    "map1_coverage",
    "map2_by_location",
    "map3_by_admin2",
    "map4_by_admin2_and_year",
    "map5_by_admin1_and_year",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("job") / "out"
    words = ["report", str(SYNTHETIC), "-o", str(out), "--date", "2022-11-30", "--size", "A5"]
    assert main(words) == 0
    return out


@pytest.fixture(scope="module")
def summary(folder: Path) -> dict:
    return json.loads((folder / "summary.json").read_text(encoding="utf-8"))


@pytest.mark.slow
def test_the_folder_holds_the_whole_report(folder: Path) -> None:
    maps = {f"{name}.{suffix}" for name in MAPS for suffix in ("png", "svg", "pdf")}
    tables = {"locations.csv", "locations.xlsx", "review.xlsx"}
    tables |= {f"figures.{suffix}" for suffix in ("csv", "hxl.csv", "xlsx", "gpkg")}
    words = {"summary.json", "summary.md", "map.html"}
    assert {path.name for path in folder.iterdir()} == maps | tables | words


@pytest.mark.slow
def test_the_summary_says_what_the_report_published(summary: dict) -> None:
    assert summary["assessed_locations"] == 69
    assert summary["returnees"] == 24_284
    assert summary["synthetic"] is True
    assert summary["locations"] == {"matched": 60, "partial": 7, "ambiguous": 2, "unmatched": 0}
    returnees = summary["individuals"]["return migrants"]
    assert sum(returnees["by_year"].values()) == 24_284
    leading = [unit["name"] for unit in returnees["by_admin1"][:5]]
    assert leading == ["Jalal-Abad", "Chui", "Osh", "Batken", "Talas"]
    assert summary["seconds"] > 0


@pytest.mark.slow
def test_totals_are_conserved_in_the_summary(summary: dict) -> None:
    for figures in summary["individuals"].values():
        assert figures["in_units"] + figures["not_placed"] == figures["total"]
        assert sum(unit["total"] for unit in figures["by_admin1"]) == figures["in_units"]


@pytest.mark.slow
def test_locations_are_table_2_with_p_codes(folder: Path) -> None:
    with (folder / "locations.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with TABLE2.open(encoding="utf-8", newline="") as file:
        given = list(csv.DictReader(file))
    names = list(given[0])
    assert [{name: row[name] for name in names} for row in rows] == given
    assert list(rows[0]) == ["row", *names, *RESULT_COLUMNS]
    assert all(row["pcode"].startswith("KG") for row in rows)


@pytest.mark.slow
def test_no_count_of_the_input_is_copied(folder: Path) -> None:
    workbook = openpyxl.load_workbook(folder / "locations.xlsx", read_only=True)
    heads = [cell.value for cell in next(workbook["locations"].rows)]
    assert not any("returnees" in str(head) for head in heads)


@pytest.mark.slow
def test_suppressed_figures_are_blank_in_the_tables(folder: Path) -> None:
    with (folder / "figures.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    hidden = [row for row in rows if row["status"] == "suppressed"]
    assert hidden
    assert all(row["individuals"] == "" and row["per_km2"] == "" for row in hidden)
    shown = [int(row["individuals"]) for row in rows if row["status"] == "shown"]
    assert not any(0 < count < 5 for count in shown)
    assert {row["data"] for row in rows} == {"synthetic"}


@pytest.mark.slow
def test_conservation_is_in_the_summary(summary: dict) -> None:
    assert summary["conservation"]["sums_checked"] > 1_000
    sums = summary["conservation"]["sums"]
    assert len(sums) == 3 * 4
    for each in sums:
        assert each["in"] == each["in_units"] + each["not_placed"]
    returnees = next(s for s in sums if (s["group"], s["year"]) == ("return migrants", None))
    assert (returnees["in"], returnees["matched_percent"]) == (24_284, 92)
    assert summary["columns"]["return migrants 2021"] == "returnees_2021_synthetic"


@pytest.mark.slow
def test_nothing_written_depends_on_a_suppressed_count(
    squares: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another table, which would give the same published figures, gives the same files."""
    columns = ["province", "district", "village", "returnees_2021", "returnees_2022"]
    places = [("Osh", "Alai", name) for name in ("Gulcha", "Uch-Dobo")]
    places += [("Osh", "Aravan", "Chek-Abad"), ("Naryn", "At-Bashy", "Ak-Jar")]
    bounds = mtmgeo.read_boundaries(squares)
    counts = [(40, 60), (3, 20), (60, 40), (100, 80)]
    others = [(33, 67), (10, 13), (60, 40), (100, 80)]
    result, other = (
        mtmgeo.assess(
            mtmgeo.match(
                Table.from_frame(
                    pd.DataFrame(
                        [(*place, *pair) for place, pair in zip(places, pairs, strict=True)],
                        columns=columns,
                    ),
                    source="round.csv",
                ),
                bounds,
            )
        )
        for pairs in (counts, others)
    )
    suppressed = result.figures[result.figures["suppressed"]]
    assert set(suppressed["pcode"]) == {"KG10101", "KG10102"}
    shown = ~result.figures["suppressed"]
    pd.testing.assert_frame_equal(
        result.figures.loc[shown, ["pcode", "individuals"]],
        other.figures.loc[shown, ["pcode", "individuals"]],
    )
    same = replace(result, match=other.match)
    files = []
    for name, given in (("one", result), ("other", same)):
        monkeypatch.setattr(
            sys.modules["mtmgeo.commands.report"], "assess", lambda *_, x=given, **__: x
        )
        folder = tmp_path / name
        mtmgeo.report(given.match.table, folder, boundaries=bounds, date=DATE, size="A5")
        for level in (2, 3):
            mtmgeo.write(mtmgeo.layer(given, level), tmp_path / name / f"adm{level}.geojson")
        mtmgeo.write(given, tmp_path / name / "figures.parquet")
        files.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})
    assert files[0].keys() == files[1].keys()
    for name, content in files[0].items():
        if name.startswith("summary"):
            seconds = rb"(Made in |\"seconds\": )[0-9.]+"
            assert re.sub(seconds, b"", content) == re.sub(seconds, b"", files[1][name])
        else:
            assert content == files[1][name], name


@pytest.mark.slow
def test_the_review_lists_the_nine_open_rows(folder: Path) -> None:
    sheet = openpyxl.load_workbook(folder / "review.xlsx")["review"]
    heads = [cell.value for cell in sheet[1]]
    statuses = [row[heads.index("status")].value for row in sheet.iter_rows(min_row=2)]
    opened = sorted(status for status in statuses if status != "matched")
    assert opened == ["ambiguous"] * 2 + ["partial"] * 7


@pytest.mark.slow
def test_every_map_verifies(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(folder)]) == 0
    assert capsys.readouterr().out.count("ok ") >= 16


@pytest.mark.slow
@pytest.mark.parametrize("size", [(1280, 800), (320, 480)])
def test_the_page_works_without_a_network(
    folder: Path, visit: Callable[..., Visit], size: tuple[int, int]
) -> None:
    opened = visit((folder / "map.html").read_text(encoding="utf-8"), size)
    drawn = opened.page.locator("path[data-unit]").evaluate_all(
        "paths => paths.filter(p => p.getBoundingClientRect().width > 0).length"
    )
    assert drawn >= 55
    box = opened.box("#mtmgeo-disclaimer")
    assert (box["left"], box["right"], box["bottom"]) == (0, *size)
    words = opened.page.inner_text("#mtmgeo-disclaimer")
    assert words.startswith("©IOM 2022 This map is for illustration purposes only.")
    assert "SYNTHETIC DATA" in opened.page.inner_text("header")


@pytest.mark.slow
def test_the_page_shows_every_group_and_year(folder: Path) -> None:
    page = (folder / "map.html").read_text(encoding="utf-8")
    data = json.loads(page.split('id="mtmgeo-data">')[1].split("</script>")[0])
    first = {(view["group"], view["year"]) for view in data["views"] if view["theme"] == 0}
    assert data["groups"] == ["Return migrants", "Migrant workers", "Emigrants"]
    assert first == set(product(range(3), (None, 2020, 2021, 2022)))
    assert [theme["name"] for theme in data["themes"]] == [
        "Individuals by district or city",
        "Individuals by province",
        "Individuals by assessed location",
        "Individuals per km² by district or city",
        "Coverage by district or city",
    ]


@pytest.fixture(scope="module")
def squares(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the files of a country of squares, which is drawn in no time."""
    return publish(country("KGZ"), tmp_path_factory.mktemp("squares"))


@pytest.fixture(scope="module")
def odd(squares: Path, tmp_path_factory: pytest.TempPathFactory) -> mtmgeo.Report:
    """Return a report of figures that are missing and names that look like markup."""
    folder = tmp_path_factory.mktemp("odd")
    table = folder / "x.csv"
    table.write_text(
        "oblast,rayon,village,returnees_2021,returnees_2022\n"
        "Osh,Alai,Gulcha,10,\n"
        'Naryn,Kochkor,"<img src=x onerror=alert(1)>|[a](javascript:b) `c`",0,20\n',
        encoding="utf-8",
    )
    return mtmgeo.report(table, folder / "out", boundaries=squares, date=DATE, size="A5")


@pytest.mark.slow
def test_a_second_run_gives_the_same_maps(
    odd: mtmgeo.Report, squares: Path, tmp_path: Path
) -> None:
    words = ["--boundaries", str(squares), "--date", "2022-11-30", "--size", "A5"]
    again = tmp_path / "again"
    assert main(["report", str(odd.folder.parent / "x.csv"), "-o", str(again), *words]) == 0
    for path in odd.files:
        if not path.name.startswith("summary"):  # which tells how many seconds it took
            assert (again / path.name).read_bytes() == path.read_bytes(), path.name


@pytest.mark.slow
def test_a_missing_figure_is_not_zero_in_the_summary(odd: mtmgeo.Report) -> None:
    units = odd.summary["individuals"]["return migrants"]["by_admin1"]
    assert {unit["name"]: unit["by_year"] for unit in units} == {
        "Osh": {"2021": 10, "2022": None},
        "Naryn": {"2021": 0, "2022": 20},
    }
    text = (odd.folder / "summary.md").read_text(encoding="utf-8")
    assert "| Osh | 10 | 10 | no figure |" in text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("Atlantis,Mu,Xanadu,10,20\n", "30 in the table = 0 in units + 30 not placed"),
        ("Osh,Alai,Gulcha,0,0\n", "0 in the table = 0 in units + 0 not placed"),
        ("Osh,Alai,Gulcha,1,2\n", "suppressed in the table = suppressed in units + 0 not placed"),
    ],
    ids=["nothing placed", "nobody", "all suppressed"],
)
def test_tables_with_little_in_them(
    rows: str,
    words: str,
    squares: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # One figure is written in all formats: one of them shows that it can be drawn.
    monkeypatch.setattr("mtmgeo.commands.report._FORMATS", ("svg",))
    table, out = tmp_path / "x.csv", tmp_path / "out"
    table.write_text(f"oblast,rayon,village,returnees_2021,returnees_2022\n{rows}", "utf-8")
    small = ["--boundaries", str(squares), "--size", "A5"]
    assert main(["report", str(table), "-o", str(out), *small]) == 0
    assert words in capsys.readouterr().out
    assert (out / "map.html").exists()


@pytest.mark.slow
def test_names_alone_give_the_coverage_map(tmp_path: Path) -> None:
    done = mtmgeo.report(TABLE2, tmp_path, date=DATE, size="A5")
    names = {path.name for path in done.files}
    assert {"map1_coverage.png", "map.html"} <= names
    assert "map2_by_location.png" not in names
    assert done.summary["assessed_locations"] == 69
    assert done.summary["synthetic"] is False


@pytest.mark.slow
def test_boundaries_without_outlines_give_tables_alone(tmp_path: Path) -> None:
    units = tmp_path / "units.csv"
    units.write_text("pcode,level,name,parent_pcode\nKG01,1,Batken,\n", encoding="utf-8")
    done = mtmgeo.report(TABLE2, tmp_path / "out", boundaries=units, date=DATE)
    assert {path.suffix for path in done.files} == {".csv", ".xlsx", ".gpkg", ".json", ".md"}


@pytest.mark.slow
def test_markup_in_a_name_stays_text_in_the_summary(odd: mtmgeo.Report) -> None:
    text = (odd.folder / "summary.md").read_text(encoding="utf-8")
    assert "<img" not in text
    assert not re.search(r"(?<!\\)\]\(javascript", text)
    assert "&lt;img src=x onerror=alert(1)&gt;\\|\\[a\\](javascript:b)" in text


BAD_INPUT = {
    "missing file": (None, "no-such-file.csv"),
    "no such column": ("a,b\n1,2\n", "--column"),
    "text in a count": ("oblast,rayon,village,returnees_2022\nOsh,Alai,Gulcho,many\n", "'many'"),
    "negative": ("oblast,rayon,village,returnees_2022\nOsh,Alai,Gulcho,-3\n", "-3"),
    "empty": ("", "empty"),
}


@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input_gets_a_sentence_and_nothing_is_written(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, words = BAD_INPUT[name]
    path = tmp_path / "no-such-file.csv"
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert main(["report", str(path), "-o", str(tmp_path / "out")]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert all(line.startswith("mtmgeo: ") for line in printed.err.splitlines())
    assert words in printed.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("область,район,село\nОшская,Алайский,Гульча\n".encode("cp1251"), "cp1251, it seems"),
        (
            b"MTM round 1,,,\nBishkek,,,\noblast,rayon,village,returnees_2022\nOsh,Alai,Gulcho,5\n",
            "The headings stand in row 3; the 2 lines above them were taken for a title",
        ),
    ],
)
def test_what_is_read_otherwise_than_it_looks_is_printed(
    content: bytes, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "round.csv"
    path.write_bytes(content)
    assert main(["match", str(path), "-o", str(tmp_path / "out.csv")]) == 0
    assert said in capsys.readouterr().out


def test_all_faults_of_a_table_are_told_in_one_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(
        "oblast,rayon,village,returnees_2021,returnees_2022\nOsh,Alai,Gulcho,x,-1\nOsh,Alai,,1.5,2\n",
        encoding="utf-8",
    )
    assert main(["report", str(path), "-o", str(tmp_path / "out")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 3


@pytest.mark.slow
def test_match_writes_the_input_and_the_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, review = tmp_path / "matched.csv", tmp_path / "review.xlsx"
    assert main(["match", str(TABLE2), "-o", str(out), "--review", str(review)]) == 0
    assert "60 matched, 7 partial, 2 ambiguous, 0 unmatched" in capsys.readouterr().out
    with out.open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.reader(file))[3:] == list(RESULT_COLUMNS)
    assert review.exists()


@pytest.mark.slow
def test_map_draws_what_is_asked_for(tmp_path: Path) -> None:
    png, page = tmp_path / "map.png", tmp_path / "map.html"
    words = ["map", str(SYNTHETIC), "--indicator", "density", "--level", "1", "--year", "2022"]
    small = ["--date", "2022-11-30", "--size", "A5"]
    assert main([*words, "-o", str(png), "-o", str(page), *small]) == 0
    assert all(finding.ok for finding in mtmgeo.verify(png, page))


@pytest.mark.slow
def test_a_preview_is_shown_and_names_without_room_are_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown: list[str] = []
    monkeypatch.setattr("webbrowser.open", shown.append)
    assert main(["map", str(SYNTHETIC), "--preview", "--size", "A5", "--kind", "symbols"]) == 0
    path = Path(shown[0].removeprefix("file://"))
    assert all(finding.ok for finding in mtmgeo.verify(path))
    assert f"preview: {path}" in (said := capsys.readouterr().out)
    assert "names without room on the map: " in said
    shutil.rmtree(path.parent)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ([], "give -o FILE, or --preview"),
        (["-o", "map.docx"], "map.docx: maps are .png"),
        (["-o", "m.png", "--inset", "none", "--inset", "Osh"], "--inset none stands for itself"),
        (["-o", "m.png", "--breaks", "nan,5"], "give a tuple of numbers"),
    ],
)
def test_a_map_that_cannot_be_written_is_refused_before_anything_is_drawn(
    words: list[str], fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert main(["map", str(SYNTHETIC), *words]) == 2
    assert fault in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_choice_that_cannot_be_drawn_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["map", str(SYNTHETIC), "--year", "1999", "-o", str(tmp_path / "m.png")]) == 2
    assert "the years are 2020, 2021, 2022" in capsys.readouterr().err


def test_verify_exits_1_on_a_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "map.html").write_text("<p>a map</p>", encoding="utf-8")
    assert main(["verify", str(tmp_path)]) == 1
    assert "FAULT" in capsys.readouterr().out


def test_boundaries_list_names_the_pack(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["boundaries", "list"]) == 0
    printed = capsys.readouterr().out
    assert "kgz: Kyrgyzstan" in printed
    assert "admin 2: district or city, 55 units, 4 approximate" in printed


@pytest.mark.parametrize("words", [["--help"], ["report", "--help"], ["boundaries", "--help"]])
def test_help_is_there(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert stopped.value.code == 0
    assert "usage: mtmgeo" in capsys.readouterr().out


def test_a_bad_date_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["report", str(TABLE2), "-o", "out", "--date", "yesterday"])
    assert stopped.value.code == 2
    assert "'yesterday' is no date" in capsys.readouterr().err


@pytest.mark.slow
def test_a_reader_that_has_had_enough_is_no_fault() -> None:
    words = [sys.executable, "-m", "mtmgeo", "boundaries", "list"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
