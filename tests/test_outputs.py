"""What `write` puts into files, and that it leaves nothing half done."""

import csv
import datetime as dt
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import folium
import matplotlib as mpl
import numpy as np
import openpyxl
import pandas as pd
import pypdfium2 as pdfium
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.patches import Rectangle
from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from mtmgeo import disclaimer
from mtmgeo.checks import verify
from mtmgeo.errors import DisclaimerError, InputError, SpecError
from mtmgeo.outputs import staged, write
from mtmgeo.spreadsheets import encode_csv
from tests.small import WebMap, caption, figure, page

SENTENCE = disclaimer.text(2022)


def names(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


# --- maps ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["png", "svg", "pdf", "html"])
def test_a_map_is_written_and_found_sound(tmp_path, kind):
    obj = WebMap() if kind == "html" else figure()
    path = write(obj, str(tmp_path / f"map.{kind}"))
    assert path == tmp_path / f"map.{kind}"
    assert verify(path)[0].ok
    assert names(tmp_path) == [f"map.{kind}"]
    assert path.stat().st_mode & 0o777 == 0o666 & ~umask()


def umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
@pytest.mark.parametrize(
    "look",
    [
        {"dpi": 100, "points": 8},
        {"dpi": 300, "points": 6, "width": 40},
        {"width": 95, "points": 6},
        {"x": 0.5, "ha": "center"},
        {"x": 0.96, "ha": "right", "width": 45},
        {"color": "#0033a0", "linespacing": 1.5},
        {"dpi": 250, "width": 300, "points": 6, "size": (16.0, 3.0)},
        {"dpi": 250, "width": 300, "points": 6, "size": (16.0, 3.0), "x": 0.5, "ha": "center"},
    ],
    ids=str,
)
def test_maps_of_many_looks_are_found_sound(tmp_path, kind, look):
    size, place = look.get("size"), look.get("x")
    drawn = figure(**{key: value for key, value in look.items() if key not in {"size", "x"}})
    if size:
        drawn.set_size_inches(size)
    if place:
        caption(drawn).set_x(place)
    assert verify(write(drawn, tmp_path / f"map.{kind}"))[0].ok


def test_the_caller_s_settings_do_not_matter(tmp_path):
    plain = write(figure(), tmp_path / "plain.png").read_bytes()
    changes: dict[Any, Any] = {
        "savefig.bbox": "tight",
        "savefig.dpi": 50,
        "savefig.transparent": True,
    }
    with mpl.rc_context(changes | {"text.hinting": "native", "svg.fonttype": "path"}):
        assert write(figure(), tmp_path / "odd.png").read_bytes() == plain
        assert verify(write(figure(), tmp_path / "odd.svg"))[0].ok
        assert mpl.rcParams["savefig.bbox"] == "tight"


def test_pictures_name_their_title_and_their_maker(tmp_path):
    drawn = figure(label="Возвращение\x00 в Ош & <Узген>")
    title = "Возвращение в Ош & <Узген>"
    with Image.open(write(drawn, tmp_path / "map.png")) as picture:
        picture.load()
        assert isinstance(picture, PngImageFile)
        assert picture.text["Title"] == title
        assert picture.text["Disclaimer"] == SENTENCE
        assert picture.text["Software"].startswith("mtmgeo")
        assert picture.size == (1000, 600)
        assert picture.info["dpi"] == pytest.approx((200, 200), abs=0.01)
        assert picture.mode == "RGB"
    facts = pdfium.PdfDocument(write(drawn, tmp_path / "map.pdf")).get_metadata_dict()
    assert facts["Title"] == title
    assert facts["Subject"] == SENTENCE
    assert facts["Creator"].startswith("mtmgeo")
    assert not facts["CreationDate"]
    drawing = write(drawn, tmp_path / "map.svg").read_text(encoding="utf-8")
    assert "<title>Возвращение в Ош &amp; &lt;Узген&gt;</title>" in drawing
    assert f"<desc>{SENTENCE}</desc>" in drawing
    assert "<dc:date>" not in drawing


def test_the_same_map_gives_the_same_bytes_whenever_it_is_drawn(tmp_path):
    script = (
        "import sys, hashlib; from pathlib import Path; import pandas as pd\n"
        "from tests.small import figure; from mtmgeo.outputs import write\n"
        "frame = pd.DataFrame({'name': ['Ош', '=1'], 'n': [1, None]})\n"
        "things = [(figure(), x) for x in ('png', 'svg', 'pdf')] + [(frame, 'xlsx')]\n"
        "for obj, kind in things:\n"
        "    data = write(obj, Path(sys.argv[1], f'map.{kind}')).read_bytes()\n"
        "    print(kind, hashlib.sha256(data).hexdigest())\n"
    )
    seen = set()
    for seed, zone in (("1", "UTC"), ("2", "Asia/Bishkek")):
        surroundings = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone}
        surroundings.pop("SOURCE_DATE_EPOCH", None)
        folder = tmp_path / seed
        folder.mkdir()
        root = Path(__file__).parents[1]
        command = [sys.executable, "-c", script, str(folder)]
        done = subprocess.run(
            command, cwd=root, env=surroundings, capture_output=True, text=True, check=True
        )
        seen.add(done.stdout)
    assert len(seen) == 1
    assert len(seen.pop().split()) == 8


def removed(drawn):
    caption(drawn).remove()


def reworded(drawn):
    caption(drawn).set_text(caption(drawn).get_text().replace("not ", ""))


def doubled(drawn):
    drawn.text(0.5, 0.5, SENTENCE).set_gid(disclaimer.ELEMENT_ID)


def hidden(drawn):
    caption(drawn).set_visible(False)


def outside(drawn):
    caption(drawn).set_y(-1.0)


def half_outside(drawn):
    caption(drawn).set_x(0.5)


def covered(drawn):
    drawn.add_artist(Rectangle((0, 0), 1, 0.3, color="white", zorder=500))


def crossed(drawn):
    drawn.add_artist(Rectangle((0, 0), 0.02, 1, color="white", zorder=500))
    caption(drawn).set_x(0.01)


def tilted(drawn):
    caption(drawn).set_rotation(30)


def pale(drawn):
    caption(drawn).set_color("#bbbbbb")


def tiny(drawn):
    caption(drawn).set_fontsize(4)


def on_black(drawn):
    drawn.set_facecolor("black")


SPOILS = [removed, reworded, doubled, hidden, outside, half_outside, covered, crossed, tilted]
SPOILS += [pale, tiny, on_black]


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
@pytest.mark.parametrize("spoil", SPOILS)
def test_a_figure_without_the_disclaimer_in_view_is_not_written(tmp_path, kind, spoil):
    path = tmp_path / f"map.{kind}"
    path.write_text("the old one")
    drawn = figure()
    spoil(drawn)
    with pytest.raises(DisclaimerError, match="disclaimer"):
        write(drawn, path)
    assert path.read_text() == "the old one"
    assert names(tmp_path) == [path.name]


@pytest.mark.parametrize(
    ("web_map", "words"),
    [
        (WebMap(content="<style>body{display:none}</style>"), "display: none"),
        (
            WebMap(head='<script src="https://cdn.example.org/x.js"></script>'),
            "put it into the page",
        ),
        (folium.Map(), "does not begin with one element"),
    ],
)
def test_a_web_map_without_the_disclaimer_in_view_is_not_written(tmp_path, web_map, words):
    with pytest.raises(DisclaimerError, match=words) as raised:
        write(web_map, tmp_path / "map.html")
    assert all(fault.startswith("map.html was not written. ") for fault in raised.value.faults)
    assert names(tmp_path) == []


# --- tables -------------------------------------------------------------------------------------

CELLS = st.one_of(
    st.text(st.characters(codec="utf-8")),
    st.sampled_from(
        ["=1+1", "+7", "-x", "@a", "\t=1", "\r=1", "'", "-5", '=HYPERLINK("x")', " =1"]
    ),
)


def read_csv(data):
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@given(st.lists(CELLS.filter(lambda text: "\0" not in text), min_size=1), CELLS)
def test_no_text_in_csv_is_a_formula_and_none_is_lost(cells, header):
    header = header.replace("\0", "") or "x"
    rows = read_csv(encode_csv(pd.DataFrame({header: cells, "n": -1.5})))
    assert len(rows) == len(cells) + 1
    for (shown, number), cell in zip(rows, [header, *cells], strict=True):
        assert not shown.startswith(("=", "+", "-", "@", "\t", "\r"))
        assert shown == cell or (shown == f"'{cell}" and cell[0] in "=+-@\t\r")
        assert number in {"n", "-1.5"}


def test_csv_keeps_numbers_dates_and_gaps(tmp_path):
    table = pd.DataFrame(
        {
            "имя": ["Ош", None, "=cmd"],
            "n": pd.array([-1, None, 3], dtype="Int64"),
            "kind": pd.Categorical(["-a", "b", "-a"]),
            "date": [pd.Timestamp("2022-11-30"), pd.NaT, pd.Timestamp("2022-12-01")],
            "yes": [True, False, True],
        },
        index=[5, 6, 7],
    )
    assert read_csv(write(table, tmp_path / "t.csv").read_bytes()) == [
        ["имя", "n", "kind", "date", "yes"],
        ["Ош", "-1", "'-a", "2022-11-30", "True"],
        ["", "", "b", "", "False"],
        ["'=cmd", "3", "'-a", "2022-12-01", "True"],
    ]


def test_columns_of_the_same_name_are_kept_apart():
    table = pd.DataFrame([["=a", "=b"]], columns=["x", "x"])
    assert read_csv(encode_csv(table)) == [["x", "x"], ["'=a", "'=b"]]


def test_a_workbook_holds_text_as_text(tmp_path):
    texts = ["=1+1", "+996", "-5", "@x", "\t=1", "a\x0bb", "\ud800", "http://x", "", "Ош", "#N/A"]
    table = pd.DataFrame({"=name": pd.Series(texts, dtype=object), "n": range(len(texts))})
    path = write({"Review": table, "Notes": table.head(1)}, tmp_path / "t.xlsx")
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Review", "Notes"]
    cells = [row[0] for row in book["Review"].iter_rows()]
    assert {cell.data_type for cell in cells if cell.value} == {"s"}
    assert [cell.value or "" for cell in cells] == [
        *[
            "=name",
            "=1+1",
            "+996",
            "-5",
            "@x",
            "\t=1",
            "a\ufffdb",
            "?",
            "http://x",
            "",
            "Ош",
            "#N/A",
        ]
    ]
    assert [bool(cell.quotePrefix) for cell in cells] == [True] * 6 + [False] * 6
    assert [cell.value for cell in book["Review"]["B"]] == ["n", *range(len(texts))]


def test_a_workbook_can_be_read_with_comfort(tmp_path):
    table = pd.DataFrame({"name": ["x" * 30, "y" * 500], "n": [1, 2]})
    sheet = openpyxl.load_workbook(write(table, tmp_path / "t.xlsx"))["Table"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:B3"
    assert [cell.font.bold for cell in sheet[1]] == [True, True]
    assert not sheet["A2"].font.bold
    assert sheet.column_dimensions["A"].width == 60
    assert sheet.column_dimensions["B"].width < 10


def test_a_workbook_keeps_the_kinds_of_its_values(tmp_path):
    times = dt.timezone(dt.timedelta(hours=6))
    values = [
        *[1, 2.5, True, None, float("nan"), float("inf"), pd.NA, pd.NaT],
        *[dt.date(2022, 11, 30), pd.Timestamp("2022-11-30 12:00"), dt.time(8, 30)],
        *[dt.datetime(2022, 1, 1, tzinfo=times), ["=a", 1], np.int64(7), np.bool_(0)],
    ]
    table = pd.DataFrame({"x": pd.Series(values, dtype=object)})
    sheet = openpyxl.load_workbook(write(table, tmp_path / "t.xlsx"))["Table"]
    assert [cell.value for cell in sheet["A"][1:]] == [
        *[1, 2.5, True, None, None, None, None, None],
        *[pd.Timestamp("2022-11-30"), pd.Timestamp("2022-11-30 12:00"), dt.time(8, 30)],
        *["2022-01-01T00:00:00+06:00", "['=a', 1]", 7, False],
    ]


def test_a_workbook_bears_no_time(tmp_path):
    path = write(pd.DataFrame({"a": [1]}), tmp_path / "t.xlsx")
    with zipfile.ZipFile(path) as parts:
        assert {item.date_time for item in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = parts.read("docProps/core.xml").decode()
    assert core.count("1980-01-01T00:00:00Z") == 2


def test_empty_tables_are_written(tmp_path):
    for kind in ("csv", "xlsx"):
        write(pd.DataFrame(), tmp_path / f"none.{kind}")
        write(pd.DataFrame({"a": []}), tmp_path / f"head.{kind}")
    assert openpyxl.load_workbook(tmp_path / "head.xlsx")["Table"]["A1"].value == "a"
    assert (tmp_path / "head.csv").read_text(encoding="utf-8-sig") == "a\n"


# --- other values -------------------------------------------------------------------------------


def test_json_holds_plain_values_in_their_order(tmp_path):
    values = {
        "я": [np.int64(3), np.float32(0.5), float("nan"), -np.inf, pd.NA, pd.NaT, None],
        "b": {"date": dt.date(2022, 11, 30), 5: np.datetime64("2022-11-30T01:02"), "t": (1, "x")},
        "a": {"set": {"c", "a", "b"}, "path": Path("x/y"), "odd": "\ud800", "yes": np.bool_(1)},
        "table": pd.Series([1, 2]),
    }
    data = write(values, tmp_path / "s.json").read_bytes()
    assert json.loads(data) == {
        "я": [3, 0.5, None, None, None, None, None],
        "b": {"date": "2022-11-30", "5": "2022-11-30T01:02:00", "t": [1, "x"]},
        "a": {"set": ["a", "b", "c"], "path": "x/y", "odd": "\ud800", "yes": True},
        "table": [1, 2],
    }
    assert list(json.loads(data)) == ["я", "b", "a", "table"]
    assert "я".encode() in data
    assert data.endswith(b"}\n")


def test_text_is_written_as_it_is(tmp_path):
    for name in ("a.md", "b.TXT"):
        assert write("Ош\nline", tmp_path / name).read_bytes() == "Ош\nline".encode()


@pytest.mark.parametrize(
    ("obj", "name", "words"),
    [
        (pd.DataFrame(), "a.docx", r"a\.docx: DataFrame cannot be written as '\.docx'"),
        (pd.DataFrame(), "a.pdf", "DataFrame cannot be written"),
        (figure(), "a.jpg", r"a static map as \.png, \.svg or \.pdf"),
        (figure(), "a", "as ''"),
        ({"a": 1}, "a.xlsx", "tables by sheet name"),
        ({}, "a.xlsx", "tables by sheet name"),
        ("text", "a.html", "interactive map"),
        (b"x", "a.txt", "bytes cannot"),
        ({"a/b": pd.DataFrame()}, "a.xlsx", "do not fit into a workbook: .*Invalid character"),
    ],
)
def test_what_cannot_be_written_is_said_and_nothing_is_made(tmp_path, obj, name, words):
    with pytest.raises(SpecError, match=words):
        write(obj, tmp_path / name)
    assert names(tmp_path) == []


# --- places -------------------------------------------------------------------------------------


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(InputError, match=r"The folder '.*gone' does not exist: create it first"):
        write("x", tmp_path / "gone" / "a.txt")
    assert names(tmp_path) == []


def test_a_folder_in_the_way_stays(tmp_path):
    (tmp_path / "a.txt").mkdir()
    (tmp_path / "a.txt" / "inside").touch()
    with pytest.raises(InputError, match=r"a\.txt' cannot be written: "):
        write("x", tmp_path / "a.txt")
    assert names(tmp_path) == ["a.txt", "a.txt/inside"]


def test_a_full_disk_leaves_the_old_file(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text("old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(InputError, match="No space left on device"):
        write("new", tmp_path / "a.txt")
    assert (tmp_path / "a.txt").read_text() == "old"
    assert names(tmp_path) == ["a.txt"]


def fill(folder, files):
    """Write files to a staged folder, which must not show before all of them are there."""
    before = names(folder) if folder.is_dir() else None
    with staged(folder) as stage:
        for name, obj in files.items():
            (stage / name).parent.mkdir(exist_ok=True)
            write(obj, stage / name)
        now = names(folder) if folder.is_dir() else None
        assert before == (now and [x for x in now if not x.startswith(".mtmgeo-")])


def test_a_new_folder_appears_whole(tmp_path):
    goal = tmp_path / "new" / "deep"
    fill(goal, {"a.txt": "1", "sub/b.txt": "2"})
    inside = ["a.txt", "sub", "sub/b.txt"]
    assert names(tmp_path) == ["new", "new/deep", *(f"new/deep/{name}" for name in inside)]
    assert goal.stat().st_mode & 0o777 == 0o777 & ~umask()


def test_only_what_was_written_is_replaced(tmp_path):
    (tmp_path / "kept.txt").write_text("kept")
    (tmp_path / "a.txt").write_text("old")
    fill(tmp_path, {"a.txt": "new"})
    assert names(tmp_path) == ["a.txt", "kept.txt"]
    assert (tmp_path / "a.txt").read_text() == "new"
    assert (tmp_path / "kept.txt").read_text() == "kept"


@pytest.mark.parametrize("goal", ["there", "new/deep"])
def test_one_bad_map_leaves_a_folder_as_it_was(tmp_path, goal):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "a.txt").write_text("old")
    drawn = figure()
    removed(drawn)
    with pytest.raises(DisclaimerError):
        fill(tmp_path / goal, {"a.txt": "new", "map.png": drawn})
    assert names(tmp_path) == ["there", "there/a.txt"]
    assert (tmp_path / "there" / "a.txt").read_text() == "old"


def test_files_that_cannot_all_be_moved_are_all_put_back(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    (tmp_path / "z.txt").mkdir()  # a folder in the way of the last file
    (tmp_path / "z.txt" / "inside").write_text("kept")
    (tmp_path / "sub").write_text("a file in the way of a folder")
    with pytest.raises(InputError, match="cannot be written"):
        fill(tmp_path, {"a.txt": "new", "b.txt": "new", "sub/c.txt": "new"})
    assert names(tmp_path) == ["a.txt", "sub", "z.txt", "z.txt/inside"]
    assert (tmp_path / "a.txt").read_text() == "old"


def test_a_new_folder_that_cannot_be_filled_does_not_stay(tmp_path, monkeypatch):
    replace = Path.replace

    def failing(self, target):
        if self.name == "b.txt" and target.parent.name == "deep":
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(InputError, match="No space left"):
        fill(tmp_path / "new" / "deep", {"a.txt": "1", "b.txt": "2"})
    assert names(tmp_path) == []


def test_a_place_below_a_file_is_said(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot be written"):
        fill(tmp_path / "file" / "out", {})
    assert names(tmp_path) == ["file"]


def test_the_page_helpers_are_markup_that_stands_for_itself():
    assert disclaimer.html_meta(2022) == f'<meta name="disclaimer" content="{SENTENCE}">'
    assert disclaimer.html_element(2022).endswith(f">{SENTENCE}</p>")
    assert page().count(disclaimer.ELEMENT_ID) == 1


@pytest.mark.parametrize("dpi", [150, 300])
def test_a_picture_has_the_resolution_that_its_figure_has_now(tmp_path, dpi):
    drawn = figure(dpi=200)
    drawn.set_dpi(dpi)
    with Image.open(write(drawn, tmp_path / "map.png")) as picture:
        assert picture.size == (5 * dpi, 3 * dpi)
