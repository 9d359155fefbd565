"""The review loop: what is left to decide goes out, is filled in, and comes back for good."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

import mtmgeo
from mtmgeo.commands.main import main
from mtmgeo.matching.decisions import describer, keys

BOUNDS = mtmgeo.read_boundaries("kgz")

TEREK = "KG06255813020"
TEREK_IN_WORDS = f"Ak-Terek [village], Jalpak-Tash, Uzgen, Osh ({TEREK})"
BISHKEK = "KG11000000000"
HEAD = ["adm1", "adm2", "location", "decision"]

#: One place that is found, one of three villages, and names that nothing in the boundaries bears.
VISITS = (
    "oblast,rayon,village,returnees_2022",
    "Batken,Batken,Boz-Adyr,9000",
    "Osh,Uzgen,Ak-Terek,40",
    "Atlantis,Mu,Xanadu,70",
    "Atlantis,Mu,Qwfp,20",
    "Atlantis,Mu,Zzyzx,2",
)


def csv_of(folder: Path, *rows: str, name: str = "aliases.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text("\n".join(rows), encoding=encoding)
    return path


def listed(*rows: tuple[str, str, str, str | None]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=HEAD)


def faults_of(decisions: Any, **options: Any) -> tuple[str, ...]:
    with pytest.raises(mtmgeo.InputError) as error:
        mtmgeo.read_decisions(decisions, BOUNDS, **options)
    return error.value.faults


def fill(source: Path, target: Path, decided: dict[str, str]) -> Path:
    """Fill in the cells beside the names of locations, as a person would, and save."""
    book: Any = openpyxl.load_workbook(source)
    sheet = book["review"]
    head = [cell.value for cell in sheet[1]]
    place, cell = head.index("village"), head.index("decision")
    for row in sheet.iter_rows(min_row=2):
        if row[place].value in decided:
            row[cell].value = decided[row[place].value]
    book.save(target)
    return target


# --- what a cell says ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "unit"),
    [
        (TEREK_IN_WORDS, (4, TEREK)),
        (f"  my choice ({TEREK}) ", (4, TEREK)),
        (TEREK, (4, TEREK)),
        (TEREK.lower(), (4, TEREK)),
        (BISHKEK, (2, BISHKEK)),
        (f"Bishkek ({BISHKEK})", (2, BISHKEK)),
        (f"Bishkek [city] ({BISHKEK})", (2, BISHKEK)),
        (f"Bishkek [admin 1] ({BISHKEK})", (1, BISHKEK)),
        ("none", None),
        (" None ", None),
        ("not a place", None),
        ("нет", None),
        ("Жок", None),
    ],
)
def test_a_decision_is_read(cell: str, unit: tuple[int, str] | None) -> None:
    read = mtmgeo.read_decisions(listed(("Osh", "Uzgen", "Ak-Terek", cell)), BOUNDS)
    (decision,) = read.by_names.values()
    assert decision.unit == unit
    assert decision.row == 2


@pytest.mark.slow
def test_every_unit_in_words_is_read_as_that_unit() -> None:
    describe = describer(BOUNDS)
    units = [(level, code) for level, code in BOUNDS.position if level]
    filled = pd.DataFrame(
        {
            "location": [f"x {number}" for number in range(len(units))],
            "decision": [describe(code, level) for level, code in units],
        }
    )
    read = mtmgeo.read_decisions(filled, BOUNDS).by_names.values()
    assert [decision.unit for decision in read] == units


def test_blank_cells_are_open_and_blank_rows_do_not_count(tmp_path: Path) -> None:
    rows = ["# decided in May 2023", "область;район;село;decision", "Ош;Узген;Ак-Терек;", ";;;"]
    path = csv_of(tmp_path, *rows, f"Ош;Араван;Араван;{TEREK}")
    read = mtmgeo.read_decisions(path, BOUNDS)
    assert read.source == "aliases.csv"
    assert [decision.row for decision in read.by_names.values()] == [5]


def test_a_name_is_one_in_any_script_and_blank_in_any_word() -> None:
    cyrillic = listed(
        ("Ош", "Узген", "Ак-Терек", "none"), ("Ошская", "неизвестно", "Кызыл", "none")
    )
    latin = listed(("osh", "UZGEN", "Ak Terek", "none"), ("Oshskaya", "", "Kyzyl", "none"))
    one, other = (mtmgeo.read_decisions(each, BOUNDS).by_names for each in (cyrillic, latin))
    assert list(one) == list(other) == keys(latin, ("adm1", "adm2", None, "location"))


def test_names_of_different_numbers_are_different() -> None:
    estates = [("Bishkek", "", f"Estate {number}", "none") for number in ("1", "11", "1-1", "111")]
    assert len(mtmgeo.read_decisions(listed(*estates), BOUNDS).by_names) == len(estates)


def test_p_codes_that_are_numbers_in_a_spreadsheet(tmp_path: Path) -> None:
    units = csv_of(tmp_path, "pcode,level,name,parent_pcode", "417,0,K,", "41706,1,Osh,417")
    bounds = mtmgeo.read_boundaries(units)
    filled = pd.DataFrame({"location": ["Osh", "Och"], "decision": [41706, 41706.0]})
    read = mtmgeo.read_decisions(filled, bounds).by_names.values()
    assert {decision.unit for decision in read} == {(1, "41706")}


def test_headings_of_the_table_are_known_in_its_review() -> None:
    filled = pd.DataFrame({"Place": ["Ak-Terek"], "village": ["?"], "decision": ["none"]})
    read = mtmgeo.read_decisions(filled, BOUNDS, columns={"location": "place"})
    assert list(read.by_names) == keys(filled, (None, None, None, "Place"))


def test_a_lone_column_of_admin_3_names_is_the_location_as_in_a_table() -> None:
    table = mtmgeo.Table.from_frame(pd.DataFrame({"Admin 3 Name": ["Ak-Terek"]}))
    filled = table.frame.assign(decision="none")
    read = mtmgeo.read_decisions(filled, BOUNDS)
    assert list(read.by_names) == keys(table.frame, table.name_columns)


# --- what cannot be read -------------------------------------------------------------------------


@pytest.mark.slow
def test_all_faults_are_told_at_once_with_their_rows(tmp_path: Path) -> None:
    path = csv_of(
        tmp_path,
        "adm1,adm2,location,decision",
        "Osh,Uzgen,Ak-Terek,KG06255813029",
        "Osh,Uzgen,Kurshab,Kurshab (KG1)",
        "Osh,Uzgen,Jazy,the one in Uzgen",
        f"Osh,Aravan,Aravan,{TEREK}",
        "Ош,Араван,Араван,none",
        "Osh,Nookat,Nookat,KG",
        ",,,none",
    )
    unknown = "is not in the boundaries kgz; choose from the list or copy a p-code from it."
    lost = "names no p-code; choose from the list or copy a p-code from it, or write none."
    twice = "the same names are decided otherwise in row 5; decide both alike, or clear one."
    country = "is the whole country; choose a unit in it, or write none."
    assert sorted(faults_of(path)) == [
        f"aliases.csv, row 2, column 'decision': the p-code 'KG06255813029' {unknown}",
        f"aliases.csv, row 3, column 'decision': the p-code 'KG1' {unknown}",
        f"aliases.csv, row 4, column 'decision': 'the one in Uzgen' {lost}",
        f"aliases.csv, row 6, column 'decision': {twice}",
        f"aliases.csv, row 7, column 'decision': 'KG' {country}",
        "aliases.csv, row 8: no place is named; fill in its names, or clear the decision.",
    ]


def test_the_same_decision_twice_is_no_fault() -> None:
    twice = [("Osh", "Aravan", "Aravan", TEREK), ("Ош", "Араван", "Араван", TEREK_IN_WORDS)]
    assert len(mtmgeo.read_decisions(listed(*twice), BOUNDS).by_names) == 1


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (["adm1,location", "Osh,Uzgen"], "there is no column 'decision'; write decision over"),
        (["a,decision", "Osh,none"], "none of the headings 'a', 'decision' is known to hold names"),
        (["village,site,decision", "a,b,none"], "'village', 'site' could each be the location"),
        (["village,decision,Decision", "a,none,none"], "two columns are called 'decision'"),
        (["village,decision", "#REF!,none"], "row 2, column 'village': the formula has failed"),
        (["village,decision", "Osh,#N/A"], "row 2, column 'decision': the formula has failed"),
    ],
)
def test_columns_that_cannot_be_read(tmp_path: Path, rows: list[str], words: str) -> None:
    (fault,) = faults_of(csv_of(tmp_path, *rows))
    assert fault.startswith("aliases.csv")
    assert words in fault


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert "no such file" in faults_of(tmp_path / "none.csv")[0]
    book = openpyxl.Workbook()
    for name in ("one", "two"):
        sheet = book.create_sheet(name)
        sheet.append(["village", "decision"])
    book.save(tmp_path / "two.xlsx")
    (fault,) = faults_of(tmp_path / "two.xlsx")
    assert fault.endswith(
        "'one', 'two' each have headings of places; rename the one to be read to 'review'."
    )


# --- what is left to decide ----------------------------------------------------------------------

#: Names that nothing in the boundaries bears, with the individuals of each row.
LOST = {"Xanadu": [900], "Qwfp": [10, 20, 30], "Zzyzx": [1], "Vvvv": [4000]}


def lost() -> pd.DataFrame:
    rows = [("Atlantis", "Mu", name, n) for name, numbers in LOST.items() for n in numbers]
    rows += [("Batken", "Batken", "Boz-Adyr", 70_000)]
    return pd.DataFrame(rows, columns=["adm1", "adm2", "village", "returnees_2022"])


def test_the_review_puts_first_what_brings_most_and_shows_no_count() -> None:
    review = mtmgeo.match(lost(), BOUNDS).review()
    assert review["village"].tolist() == ["Vvvv", "Xanadu", "Qwfp", "Zzyzx"]
    assert review["rows"].tolist() == [1, 1, 3, 1]
    assert review["row"].tolist() == [7, 2, 3, 6]
    names = ["adm1", "adm2", "village"]
    after = ["status", "score", "reason", "found", "candidates", "decision"]
    assert list(review) == ["rows", "row", *names, *after]
    assert set(review["decision"]) == {""}


@pytest.mark.slow
def test_the_order_does_not_tell_small_counts_apart() -> None:
    def order(*counts: int) -> list[str]:
        frame = lost().drop_duplicates("village").head(3)
        return (
            mtmgeo.match(frame.assign(returnees_2022=counts), BOUNDS).review()["village"].tolist()
        )

    assert order(1, 2, 3) == order(4, 0, 1) == order(9, 15, 12)
    assert order(17, 20, 30) == order(30, 20, 17)
    assert order(30, 20, 64) != order(30, 20, 17)


def test_rows_of_one_name_are_one_decision_in_any_script() -> None:
    names = ["Zetabad", "Зетабад", "Vvvv", "ZETABAD"]
    frame = pd.DataFrame({"район": ["Mu", "Му", "Mu", "mu"], "село": names})
    review = mtmgeo.match(frame, BOUNDS).review()
    assert review["село"].tolist() == ["Zetabad", "Vvvv"]
    assert review["rows"].tolist() == [3, 1]


def test_weak_matches_come_after_what_is_open_and_decided_rows_last() -> None:
    matched = mtmgeo.match(lost().drop_duplicates("village"), BOUNDS)
    outcome = {
        "status": ["unmatched", "matched", "matched", "partial", "matched"],
        "score": [1.0, 0.97, 0.96, 0.5, 1.0],
        "method": ["decision", "exact", "similar", "parent", "decision"],
        "pcode": [None, TEREK, TEREK, BISHKEK, TEREK],
        "level": pd.array([None, 4, 4, 1, 4], dtype="Int64"),
    }
    review = replace(matched, frame=matched.frame.assign(**outcome)).review()
    assert review["village"].tolist() == ["Vvvv", "Zzyzx", "Boz-Adyr", "Xanadu"]
    assert review["status"].tolist() == ["partial", "matched", "matched", "unmatched"]
    assert review["decision"].tolist() == ["", "", TEREK_IN_WORDS, "none"]
    assert review["found"][0] == f"Bishkek [admin 1] ({BISHKEK})"


def test_a_heading_that_the_review_uses_stands_beside_it() -> None:
    table = mtmgeo.Table.from_frame(pd.DataFrame({"found": ["Osh"]}), columns={"adm1": "found"})
    review = mtmgeo.match(table, BOUNDS).review()
    assert review["found (given)"].tolist() == ["Osh"]
    review["decision"] = "KG21000000000"
    decided = mtmgeo.match(table, BOUNDS, decisions=review).frame
    assert decided["pcode"].tolist() == ["KG21000000000"]


# --- the sheet -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sheet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the review sheet of the visits, which lie beside it."""
    folder = tmp_path_factory.mktemp("sheet")
    visits, path = csv_of(folder, *VISITS, name="visits.csv"), folder / "review.xlsx"
    words = ["match", str(visits), "-o", str(folder / "matched.csv"), "--review", str(path)]
    assert main(words) == 0
    return path


def offered(book: Any) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for number, choice in book["choices"].iter_rows(values_only=True):
        found.setdefault(number, []).append(choice)
    return found


def test_each_decision_is_chosen_from_a_list(sheet: Path) -> None:
    book: Any = openpyxl.load_workbook(sheet)
    assert book["choices"].sheet_state == "hidden"
    review, offers = book["review"], offered(book)
    head = [cell.value for cell in review[1]]
    assert head[-1] == "decision"
    assert review.freeze_panes == "A2"
    for row in review.iter_rows(min_row=2):
        told = dict(zip(head, row, strict=True))
        rivals = (told["candidates"].value or "").split("\n")
        expected = dict.fromkeys([*rivals, told["found"].value, "none"])
        assert offers[told["row"].value] == [choice for choice in expected if choice]
        assert told["decision"].font.bold
        assert told["decision"].fill.fgColor.rgb == "00FFF9C4"
        assert told["candidates"].alignment.wrap_text
    assert TEREK_IN_WORDS in [choice for choices in offers.values() for choice in choices]


def test_the_lists_follow_their_rows_and_allow_any_p_code(sheet: Path) -> None:
    book: Any = openpyxl.load_workbook(sheet)
    (listing,) = book["review"].data_validations.dataValidation
    last, count = book["review"].max_row, book["choices"].max_row
    assert str(listing.sqref) == f"K2:K{last}"
    numbers = f"'choices'!$A$1:$A${count}"
    # The row's number finds the list: MATCH and COUNTIF take equal numbers to be one block.
    assert listing.formula1 == (
        f"OFFSET('choices'!$B$1,MATCH($B2,{numbers},0)-1,0,COUNTIF({numbers},$B2),1)"
    )
    column = [row[0] for row in book["choices"].iter_rows(values_only=True)]
    assert column == [number for number, choices in offered(book).items() for _ in choices]
    assert (listing.type, listing.showErrorMessage) == ("list", False)
    assert "--decisions" in str(listing.prompt)
    assert len(str(listing.prompt)) <= 255


def test_names_in_the_sheet_are_never_formulas(tmp_path: Path) -> None:
    frame = pd.DataFrame({"village": ['=HYPERLINK("http://a","b")', "@Xanadu", "+1"]})
    path = mtmgeo.write({"review": mtmgeo.match(frame, BOUNDS).review()}, tmp_path / "r.xlsx")
    sheets = openpyxl.load_workbook(path).worksheets
    assert not [
        cell for each in sheets for row in each.iter_rows() for cell in row if cell.data_type == "f"
    ]
    assert len(mtmgeo.read_decisions(path, BOUNDS).by_names) == 0


def test_the_same_review_gives_the_same_bytes(sheet: Path, tmp_path: Path) -> None:
    review = mtmgeo.match(visits(sheet), BOUNDS).review()
    assert mtmgeo.write({"review": review}, tmp_path / "r.xlsx").read_bytes() == sheet.read_bytes()


def test_nothing_to_decide_is_a_sheet_with_headings(tmp_path: Path) -> None:
    review = mtmgeo.match(lost(), BOUNDS).review()
    path = mtmgeo.write({"review": review.head(0)}, tmp_path / "r.xlsx")
    assert openpyxl.load_workbook(path).sheetnames == ["review"]
    assert len(mtmgeo.read_decisions(path, BOUNDS).by_names) == 0


# --- the loop ------------------------------------------------------------------------------------


def visits(sheet: Path) -> mtmgeo.Table:
    return mtmgeo.read_table(sheet.with_name("visits.csv"))


def answers(table: Any, decisions: Any = None) -> dict[str, dict[str, Any]]:
    frame = mtmgeo.match(table, BOUNDS, decisions=decisions).frame
    records = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return {str(row["village"]): {str(key): cell for key, cell in row.items()} for row in records}


DECIDED = {"Ak-Terek": TEREK_IN_WORDS, "Xanadu": "none", "Qwfp": f"Bishkek ({BISHKEK})"}


@pytest.fixture(scope="module")
def filled(sheet: Path) -> Path:
    return fill(sheet, sheet.with_name("filled.xlsx"), DECIDED)


@pytest.mark.slow
def test_decisions_settle_their_rows_and_no_others(filled: Path) -> None:
    before, after = answers(visits(filled)), answers(visits(filled), filled)
    assert [name for name in after if after[name] != before[name]] == [*DECIDED]
    terek, xanadu, qwfp = (after[name] for name in DECIDED)
    assert (terek["pcode"], terek["level"], terek["adm2_pcode"]) == (TEREK, 4, "KG06255000000")
    assert (terek["status"], terek["score"], terek["method"]) == ("matched", 1.0, "decision")
    assert terek["reason"].startswith("decided in filled.xlsx, row ")
    assert (xanadu["pcode"], xanadu["status"], xanadu["method"]) == (None, "unmatched", "decision")
    assert (qwfp["pcode"], qwfp["level"], qwfp["status"]) == (BISHKEK, 2, "matched")


def test_decisions_hold_for_reordered_and_respelt_rows(filled: Path) -> None:
    frame = visits(filled).frame.iloc[::-1].replace({"Ak-Terek": "Ак-Терек", "Osh": "ОШ"})
    after = answers(frame, filled)
    assert after["Ак-Терек"]["pcode"] == TEREK
    assert after["Xanadu"]["method"] == "decision"
    assert after["Zzyzx"]["method"] != "decision"


@pytest.mark.parametrize(
    "form",
    [
        str,
        lambda path: mtmgeo.read_decisions(path, BOUNDS),
        lambda path: pd.read_excel(path, sheet_name="review", engine="openpyxl"),
        lambda path: mtmgeo.write(
            pd.read_excel(path, sheet_name="review", engine="openpyxl"),
            path.with_name("aliases.csv"),
        ),
    ],
    ids=["path", "Decisions", "DataFrame", "CSV"],
)
def test_decisions_come_in_many_forms(filled: Path, form: Callable[[Path], Any]) -> None:
    after = answers(visits(filled), form(filled))
    assert {name for name, row in after.items() if row["method"] == "decision"} == {*DECIDED}
    assert after["Ak-Terek"]["pcode"] == TEREK


@pytest.mark.slow
def test_a_sheet_issued_again_keeps_what_was_decided(filled: Path, tmp_path: Path) -> None:
    table = visits(filled)
    first = mtmgeo.match(table, BOUNDS, decisions=filled)
    again = mtmgeo.write({"review": first.review()}, tmp_path / "again.xlsx")
    second = mtmgeo.match(table, BOUNDS, decisions=again)
    same = ["pcode", "level", "status", "score", "method"]
    pd.testing.assert_frame_equal(first.frame[same], second.frame[same])
    decided = first.review().set_index("village")["decision"]
    assert decided[decided.ne("")].to_dict() == DECIDED
    assert decided.eq("").tolist() == sorted(decided.eq(""), reverse=True)
    more = fill(again, tmp_path / "more.xlsx", {"Zzyzx": "none"})
    third = mtmgeo.match(table, BOUNDS, decisions=more)
    assert (third.frame["method"] == "decision").sum() == len(DECIDED) + 1


@pytest.mark.parametrize("command", ["match", "report", "map"])
def test_an_unknown_p_code_stops_every_command(
    command: str, sheet: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = fill(sheet, tmp_path / "bad.xlsx", {"Ak-Terek": "KG06255999999", "Xanadu": "Mars"})
    out = tmp_path / {"match": "m.csv", "report": "out", "map": "m.png"}[command]
    table = str(sheet.with_name("visits.csv"))
    assert main([command, table, "-o", str(out), "--decisions", str(bad)]) == 2
    printed = capsys.readouterr()
    assert printed.out.splitlines()[1:] == []  # the first names the columns
    one, other = sorted(printed.err.splitlines(), key=lambda line: "Mars" in line)
    assert one.startswith("mtmgeo: bad.xlsx, sheet 'review', row ")
    assert "column 'decision': the p-code 'KG06255999999' is not in the boundaries kgz" in one
    assert "'Mars' names no p-code" in other
    assert not out.exists()


def test_match_on_the_command_line_takes_decisions_and_asks_for_the_rest(
    filled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    review = tmp_path / "next.xlsx"
    words = ["match", str(filled.with_name("visits.csv")), "-o", str(tmp_path / "m.csv")]
    assert main([*words, "--decisions", str(filled), "--review", str(review)]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("3 matched, ")
    assert len(mtmgeo.read_decisions(review, BOUNDS).by_names) == len(DECIDED)


@pytest.mark.slow
def test_a_report_takes_decisions(tmp_path: Path) -> None:
    units = csv_of(tmp_path, "pcode,level,name,parent_pcode", f"{BISHKEK},1,Bishkek,")
    table = csv_of(
        tmp_path,
        "adm1,adm2,village,returnees_2022",
        "Bishkek,,Xanadu,100",
        "Bishkek,,Nowhere,200",
        "Bishkek,,Elsewhere,3",
        name="table.csv",
    )
    decided = pd.DataFrame(
        {"adm1": "Bishkek", "village": ["Xanadu", "Nowhere"], "decision": [BISHKEK, "none"]}
    )
    done = mtmgeo.report(table, tmp_path / "out", boundaries=units, decisions=decided)
    opened = json.loads((done.folder / "summary.json").read_text("utf-8"))["open_locations"]
    assert [row["given"][-1] for row in opened] == ["Elsewhere"]
    book: Any = openpyxl.load_workbook(done.folder / "review.xlsx")
    head, *rows = book["review"].iter_rows(values_only=True)
    assert [row[head.index("decision")] for row in rows] == [None, "none", f"Bishkek ({BISHKEK})"]
    assert "returnees_2022" not in head
    assert not {cell for row in rows for cell in row} & {100, 200}
