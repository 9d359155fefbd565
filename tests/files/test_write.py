"""What `write` puts into files, and that it leaves nothing half done."""

import base64
import csv
import ctypes
import datetime as dt
import io
import json
import os
import re
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import folium
import matplotlib as mpl
import numpy as np
import openpyxl
import pandas as pd
import pypdfium2 as pdfium
import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.patches import Rectangle
from PIL import Image
from PIL.PngImagePlugin import PngImageFile
from pypdf import PdfReader

from mtmgeo.core import disclaimer
from mtmgeo.core.errors import DisclaimerError, InputError, SpecError
from mtmgeo.core.staging import staged
from mtmgeo.files.spreadsheets import encode_csv
from mtmgeo.files.write import write
from mtmgeo.images.metadata import srgb
from mtmgeo.verification.verify import verify
from tests.formulas import CELLS, guarded
from tests.small import WebMap, caption, figure, page

SENTENCE = disclaimer.text(2022)
#: A document takes the longest: it holds parts of its fonts.
KINDS = ["png", "tif", "svg", pytest.param("pdf", marks=pytest.mark.slow)]


def names(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


# --- maps ---------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["png", "tif", "tiff", "svg", "pdf", "html"])
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


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
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


@pytest.mark.slow
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


TITLE = "Возвращение в Ош & <Узген>"
ALT = "Картада: ең көп кайтып келгендер — Өзгөн (1 204). 'A' & \"B\" <c>"


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314  (written a moment ago)


def told(**look):
    """Return a figure in Kyrgyz with title, description and names in every face."""
    drawn = figure(label="Возвращение\x00 в Ош & <Узген>", **look)
    drawn.alt, drawn.lang = f"{ALT}\ud800\n", "ky"
    for height, weight in ((0.9, "normal"), (0.8, "bold")):
        for left, style in ((0.1, "normal"), (0.5, "italic")):
            words = f"Жети-Өгүз, ңөү ҢӨҮ & <{weight}>"
            drawn.text(left, height, words, family="DejaVu Sans", weight=weight, style=style)
    return drawn


@pytest.mark.slow
def test_a_png_says_what_it_shows(tmp_path):
    data = write(told(), tmp_path / "map.png").read_bytes()
    with Image.open(io.BytesIO(data)) as picture:
        picture.load()
        assert isinstance(picture, PngImageFile)
        assert picture.text["Title"] == TITLE
        assert picture.text["Description"] == ALT
        assert picture.text["Disclaimer"] == SENTENCE
        assert picture.text["Language"] == "ky"
        assert picture.text["Software"].startswith("mtmgeo")
        assert picture.size == (1000, 600)
        assert picture.info["dpi"] == pytest.approx((200, 200), abs=0.01)
        assert picture.mode == "RGB"
    packed = b"".join(part for kind, part in chunks(data) if kind == b"IDAT")
    assert len(zlib.decompress(packed)) == 600 * (1 + 3 * 1000)  # and its checksum is right
    assert b"iTXtTitle\0" in data
    assert b"tEXtDisclaimer\0" in data


def chunks(data):
    place = 8
    while place < len(data):
        size = int.from_bytes(data[place : place + 4], "big")
        yield data[place + 4 : place + 8], data[place + 8 : place + 8 + size]
        place += size + 12


@pytest.mark.slow
def test_a_tiff_says_what_it_shows(tmp_path):
    path = write(told(), tmp_path / "map.tif")
    with Image.open(path) as picture:
        assert (picture.size, picture.mode) == ((1000, 600), "RGB")
        assert picture.info["dpi"] == (200, 200)
        assert picture.info["compression"] == "tiff_lzw"
        tags = picture.tag_v2  # type: ignore[attr-defined]
        read = {tag: str(tags[tag]).encode("latin-1").decode() for tag in (270, 305, 33432)}
        assert read[270] == TITLE
        assert read[305].startswith("mtmgeo")
        assert read[33432] == SENTENCE
        assert tags[34675] == srgb()
        facts = parsed(tags[700].decode())
    said = [part.text for part in facts.iter() if part.text and part.text.strip()]
    assert said[:5] == ["image/tiff", TITLE, f"{ALT} {SENTENCE}", SENTENCE, "ky"]
    with Image.open(path) as one, Image.open(write(told(), tmp_path / "map.png")) as other:
        assert one.tobytes() == other.tobytes()


@pytest.mark.slow
def test_a_document_is_tagged_and_can_be_searched(tmp_path):
    path = write(told(), tmp_path / "map.pdf")
    document = pdfium.PdfDocument(path)
    facts = document.get_metadata_dict()
    assert facts["Title"] == TITLE
    assert facts["Subject"] == f"{ALT} {SENTENCE}"
    assert facts["Creator"].startswith("mtmgeo")
    assert not facts["CreationDate"]
    words = document[0].get_textpage().get_text_bounded()
    assert words.count("Жети-Өгүз, ңөү ҢӨҮ & <bold>") == 2
    assert words.rstrip().endswith("for Migration.")
    tree = pdfium.raw.FPDF_StructTree_GetForPage(document[0])
    element = pdfium.raw.FPDF_StructElement_GetChildAtIndex(
        pdfium.raw.FPDF_StructTree_GetChildAtIndex(tree, 0), 0
    )
    assert said_by(pdfium.raw.FPDF_StructElement_GetType, element) == "Figure"
    alt = said_by(pdfium.raw.FPDF_StructElement_GetAltText, element)
    assert alt == f"{TITLE}. {ALT} {SENTENCE}"
    assert pdfium.raw.FPDF_StructElement_GetMarkedContentIdAtIndex(element, 0) == 0
    pdfium.raw.FPDF_StructTree_Close(tree)
    document.close()
    reader: Any = PdfReader(path)
    root, (page,) = reader.root_object, reader.pages
    assert root["/Lang"] == "ky"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/OutputIntents"][0]["/DestOutputProfile"].get_data() == srgb()
    packet = parsed(root["/Metadata"].get_data().decode())
    assert TITLE in [part.text for part in packet.iter()]
    content = page.get_contents().get_data()
    assert content.startswith(b"/Figure <</MCID 0>> BDC")
    assert content.endswith(b"EMC")
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        described = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert "/FontFile2" in described
        assert re.fullmatch(r"/[A-Z]{6}\+DejaVuSans.*", described["/FontName"])


def said_by(function, element):
    buffer = ctypes.create_string_buffer(4096)
    size = function(element, buffer, len(buffer))
    return buffer.raw[: size - 2].decode("utf-16-le")


@pytest.mark.slow
def test_a_drawing_speaks_and_can_be_searched(tmp_path):
    drawing = write(told(), tmp_path / "map.svg").read_text(encoding="utf-8")
    root = parsed(drawing)
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "title desc")
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "ky"
    space = "{http://www.w3.org/2000/svg}"
    titles, descriptions = root.findall(f"{space}title"), root.findall(f"{space}desc")
    assert [(part.get("id"), part.text) for part in titles] == [("title", TITLE)]
    said = f"{ALT} {SENTENCE}"
    assert [(part.get("id"), part.text) for part in descriptions] == [("desc", said)]
    assert root[0] is titles[0]
    words = [part.text for part in root.iter(f"{space}text")]
    assert words.count("Жети-Өгүз, ңөү ҢӨҮ & <bold>") == 2
    assert "<dc:date>" not in drawing


@pytest.mark.slow
def test_a_figure_may_have_no_title_and_no_words(tmp_path):
    for kind in ("png", "tif", "svg", "pdf"):
        assert verify(write(figure(label=""), tmp_path / f"map.{kind}"))[0].ok
    drawing = (tmp_path / "map.svg").read_text(encoding="utf-8")
    assert 'aria-labelledby="desc" xml:lang="en"' in drawing
    assert f'<desc id="desc">{SENTENCE}</desc>' in drawing
    assert "<title" not in drawing


@pytest.mark.parametrize("lang", ["", "Kyrgyz language", 'en" onload="x()', "ky_KG"])
def test_what_is_no_language_is_said(tmp_path, lang):
    drawn: Any = figure()
    drawn.lang = lang
    with pytest.raises(SpecError, match="is no code of a language"):
        write(drawn, tmp_path / "map.png")


def faces(drawing):
    """Return the fonts in a drawing by weight and style."""
    rule = r"font-weight:(\w+);font-style:(\w+);src:url\(data:font/woff;base64,(.*)\)"
    return {
        (weight, style): TTFont(io.BytesIO(base64.b64decode(data)))
        for weight, style, data in re.findall(rule, drawing)
    }


@pytest.mark.slow
def test_a_drawing_holds_the_letters_it_shows_and_no_more(tmp_path):
    found = faces(write(told(), tmp_path / "map.svg").read_text(encoding="utf-8"))
    assert sorted(found) == [(w, s) for w in ("bold", "normal") for s in ("italic", "normal")]
    for weight, style in found:
        letters = set(f"Жети-Өгүз, ңөү ҢӨҮ & <{weight}>")
        figures = set("0.2468") if (weight, style) == ("normal", "normal") else set()
        shown = set(map(chr, found[weight, style].getBestCmap()))
        assert letters <= shown <= letters | figures | set("1")


def test_names_in_a_drawing_look_the_same_without_the_fonts_of_the_system(tmp_path, visit):
    text = write(told(), tmp_path / "map.svg").read_text(encoding="utf-8")
    assert text.count("mtmgeo, 'DejaVu Sans', Verdana, sans-serif") > 4
    shown = visit(text.partition("?>")[2].partition(">")[2])
    styles = ["bold italic", "bold normal", "normal italic", "normal normal"]
    assert shown.page.evaluate(LOADED) == styles


LOADED = """async () => {
  await document.fonts.ready;
  const loaded = [...document.fonts].filter((face) => face.status === "loaded");
  return loaded.map((face) => `${face.weight} ${face.style}`).sort();
}"""


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["png", "tif", "svg", "pdf"])
@pytest.mark.parametrize(
    ("size", "dpi", "points"),
    [
        ((8.268, 5.827), 300, 6.0),
        ((5.827, 8.268), 150, 6.0),
        ((11.693, 8.268), 150, 6.5),
        ((16.535, 11.693), 120, 7.0),
        ((23.386, 16.535), 100, 8.0),
        ((20.0, 11.25), 96, 7.5),
        ((11.25, 14.0625), 96, 7.5),
    ],
    ids=["A5", "A5 upright", "A4", "A3", "A2", "1920 x 1080", "1080 x 1350"],
)
def test_the_disclaimer_is_held_to_its_smallest_size(tmp_path, kind, size, dpi, points):
    drawn = figure(dpi=dpi, points=points, width=75)
    drawn.set_size_inches(size)
    path = write(drawn, tmp_path / f"map.{kind}")
    if kind in {"png", "tif"}:
        with Image.open(path) as picture:
            assert abs(np.subtract(picture.size, np.multiply(size, dpi))).max() < 1
    # Below 6 points; on a screen, below 10 pixels.
    smaller = 7.3 if dpi == 96 and kind in {"png", "tif"} else 5.8
    caption(drawn).set_fontsize(smaller)
    with pytest.raises(DisclaimerError, match=r"too small|does not show the disclaimer within"):
        write(drawn, path)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["png", "tif", "svg", "pdf"])
@pytest.mark.parametrize(("color", "legible"), [("#606060", True), ("#808080", False)])
def test_the_disclaimer_is_held_to_its_contrast(tmp_path, kind, color, legible):
    drawn = figure(color=color)
    if legible:
        write(drawn, tmp_path / f"map.{kind}")
        return
    with pytest.raises(DisclaimerError, match="too faint"):
        write(drawn, tmp_path / f"map.{kind}")


@pytest.mark.slow
def test_a_picture_of_a_figure_without_ground_is_white(tmp_path):
    drawn = figure()
    drawn.patch.set_visible(False)
    drawn.add_artist(Rectangle((0.9, 0), 0.1, 0.1, color="black", alpha=0.5, linewidth=0))
    with Image.open(write(drawn, tmp_path / "map.png")) as picture:
        assert picture.getpixel((2, 2)) == (255, 255, 255)
        assert picture.getpixel((990, 590)) == pytest.approx((127, 127, 127), abs=1)


@pytest.mark.slow
def test_writing_leaves_the_figure_as_it_was(tmp_path):
    drawn = figure()
    canvas = drawn.canvas
    for kind in ("png", "tif", "svg", "pdf"):
        write(drawn, tmp_path / f"map.{kind}")
    assert drawn.canvas is canvas
    assert drawn.dpi == 200


def fill_again(folder):
    """Write a file of each kind that could hold a time or a random order."""
    frame = pd.DataFrame({"name": ["Ош", "=1"], "n": [1, None]})
    for name in ("map.png", "map.tif", "map.svg", "map.pdf", "map.xlsx"):
        write(frame if name.endswith("x") else told(), folder / name)


@pytest.mark.slow
def test_the_same_map_gives_the_same_bytes_whenever_it_is_drawn(tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
    script = (
        "import sys; from pathlib import Path; from tests.files.test_write import fill_again\n"
        "fill_again(Path(sys.argv[1]))"
    )
    seed = "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"
    surroundings = {**os.environ, "PYTHONHASHSEED": seed, "TZ": "Asia/Bishkek"}
    surroundings.pop("SOURCE_DATE_EPOCH", None)
    command, root = [sys.executable, "-c", script, str(there)], Path(__file__).parents[2]
    with subprocess.Popen(command, cwd=root, env=surroundings) as child:
        fill_again(here)
    assert child.returncode == 0
    assert len(names(here)) == 5
    for name in names(here):
        assert (here / name).read_bytes() == (there / name).read_bytes(), name


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


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
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


def read_csv(data):
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@given(st.lists(CELLS, min_size=1), CELLS)
def test_no_text_in_csv_is_a_formula_and_none_is_lost(cells, header):
    header = header or "x"
    for kind in (object, "string"):
        table = pd.DataFrame({0: pd.Series(cells, dtype=kind), 1: -1.5})
        table.columns = [header, "n"]
        rows = read_csv(encode_csv(table))
        assert [shown for shown, _ in rows] == [guarded(cell) for cell in (header, *cells)]
        assert [number for _, number in rows] == ["n", *["-1.5"] * len(cells)]


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
        (figure(), "a.jpg", r"a static map as \.png, \.tif, \.svg or \.pdf"),
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


@pytest.mark.slow
@pytest.mark.parametrize("dpi", [150, 300])
def test_a_picture_has_the_resolution_that_its_figure_has_now(tmp_path, dpi):
    drawn = figure(dpi=200)
    drawn.set_dpi(dpi)
    with Image.open(write(drawn, tmp_path / "map.png")) as picture:
        assert picture.size == (5 * dpi, 3 * dpi)
