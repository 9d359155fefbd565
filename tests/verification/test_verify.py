"""What `verify` accepts, and the words in which it refuses what was tampered with."""

import io
import json
import os
import re
import struct
import subprocess
import sys
import tracemalloc
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.patches import Rectangle
from PIL import Image, ImageDraw, ImageFilter
from PIL.PngImagePlugin import PngInfo
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from mtmgeo.core import disclaimer
from mtmgeo.files.write import write
from mtmgeo.images.settings import drawing
from mtmgeo.verification import verify as checks
from mtmgeo.verification.rules import csp
from mtmgeo.verification.rules.seen import MAX_BYTES
from mtmgeo.verification.verify import verify
from tests.small import caption, figure, page

SENTENCE = disclaimer.text(2022)


DATA = "data:font/woff;base64,d09GRgAB"


def faults(path):
    (finding,) = verify(path)
    assert finding.path == path
    assert finding.ok == (not finding.faults)
    return " ".join(finding.faults)


# --- the words ----------------------------------------------------------------------------------


WORDS = SENTENCE.split()
GAPS = st.text(" \t\r\n\x0b\u00a0\u2003", min_size=1, max_size=3)


@given(st.lists(GAPS, min_size=len(WORDS), max_size=len(WORDS)))
def test_white_space_between_the_words_does_not_matter(gaps):
    changed = "".join(word + gap for word, gap in zip(WORDS, gaps, strict=True))
    assert disclaimer.find(f"before {changed} after") == SENTENCE


@given(st.integers(0, len(SENTENCE) - 1), st.characters())
def test_any_other_change_of_a_character_matters(place, character):
    changed = SENTENCE[:place] + character + SENTENCE[place + 1 :]
    year = 5 <= place < 9 and character in "0123456789"
    same = changed == SENTENCE or (character.isspace() and SENTENCE[place] == " ")
    assert (disclaimer.find(changed) is not None) == (year or same)


@given(st.integers(0, 9999))
def test_every_year_is_found_again(year):
    assert disclaimer.find(disclaimer.text(year)) == disclaimer.text(year)


# --- whole files --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def maps(tmp_path_factory):
    """One folder with an untouched map of each kind."""
    folder = tmp_path_factory.mktemp("maps")
    for kind in ("png", "tif", "svg", "pdf"):
        write(figure(), folder / f"map.{kind}")
    (folder / "map.html").write_text(page(), encoding="utf-8")
    return folder


@pytest.mark.slow
def test_a_folder_of_untouched_maps_is_sound(maps):
    folder, *found = verify(maps)
    assert folder.ok
    assert folder.note == "5 maps; 0 other files not examined"
    assert [one.path.name for one in found] == [
        *("map.html", "map.pdf", "map.png", "map.svg", "map.tif")
    ]
    assert [(one.faults, one.note) for one in found] == [((), "©IOM 2022, in view")] * 5


def test_folders_are_walked_in_order_without_following_links(maps, tmp_path):
    inner = tmp_path / "b" / "c"
    inner.mkdir(parents=True)
    (inner / "2.PNG").write_bytes((maps / "map.png").read_bytes())
    (tmp_path / "b" / "1.htm").write_bytes((maps / "map.html").read_bytes())
    (tmp_path / "notes.txt").write_text("no map")
    (tmp_path / "away").symlink_to(maps, target_is_directory=True)
    (tmp_path / "linked.png").symlink_to(maps / "map.png")
    folder, *found = verify(tmp_path)
    assert folder.note == "2 maps; 2 other files not examined"
    assert [(one.path.name, one.ok) for one in found] == [("1.htm", True), ("2.PNG", True)]


def test_what_is_no_map_is_a_fault(maps, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "table.csv").write_text("a,b")
    os.mkfifo(tmp_path / "pipe.png")
    paths = [
        tmp_path / name for name in ("gone.png", "empty", "table.csv", "pipe.png", "bad\0.png")
    ]
    found = verify(*map(str, paths), maps / "map.png")
    assert [one.ok for one in found] == [False] * 5 + [True]
    said = [" ".join(one.faults) for one in found]
    assert "No such file" in said[0]
    assert said[1] == "The folder holds no map."
    kinds = ".png, .tif, .tiff, .svg, .pdf, .html, .htm"
    assert said[2] == said[3] == f"The file is not a map: maps are {kinds} files."
    assert "cannot be examined" in said[4]


@pytest.mark.parametrize("kind", ["png", "tif", "svg", "pdf", "html"])
@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.6])
def test_a_truncated_file_is_a_fault_in_words(maps, tmp_path, kind, share):
    data = (maps / f"map.{kind}").read_bytes()
    path = tmp_path / f"cut.{kind}"
    path.write_bytes(data[: int(share * len(data))])
    assert re.search(r"cannot be read|does not begin|missing", faults(path))


@pytest.mark.parametrize("kind", ["png", "tif", "svg", "pdf", "html"])
def test_a_file_of_another_kind_is_a_fault_in_words(tmp_path, kind):
    path = tmp_path / f"noise.{kind}"
    path.write_bytes(np.random.default_rng(1).bytes(5000))
    assert re.search(r"cannot be read|does not begin", faults(path))


@pytest.mark.slow
def test_readers_are_loaded_when_a_file_of_their_kind_is_met(maps):
    code = (
        "import sys, mtmgeo; assert mtmgeo.verify(sys.argv[1])[0].ok; "
        "print(*{'html5lib', 'tinycss2', 'pypdfium2', 'pypdf', 'pandas'} & {*sys.modules})"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, maps / "map.png"], check=True, capture_output=True, text=True
    )
    assert ran.stdout.split() == []


def test_a_huge_file_is_refused_unread(tmp_path):
    with (tmp_path / "huge.pdf").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert "larger than 64 MiB" in faults(tmp_path / "huge.pdf")


# --- PNG and TIFF -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Picture:
    """A picture, and the texts that its file holds by the keys of PNG."""

    image: Image.Image
    texts: dict[str, str]
    kind: str

    @property
    def lines(self):
        return [line["box"] for line in json.loads(self.texts[disclaimer.BOX_KEY])["lines"]]

    def save(self, path, image=None, *, extra=(), dpi=200, **changes):
        """Save `image` with the texts of this one; a change to None leaves one out."""
        image, texts = image or self.image, {**self.texts, **changes}
        texts = {key: text for key, text in texts.items() if text is not None}
        notes: dict[str, Any] = {}
        if self.kind == "png":
            notes["pnginfo"] = PngInfo()
            for key, text in texts.items():
                notes["pnginfo"].add_text(key, text)
        else:
            notes["tiffinfo"] = ImageFileDirectory_v2()
            for key, tag in TAGS.items():
                if key in texts:
                    notes["tiffinfo"].tagtype[tag] = 2
                    notes["tiffinfo"][tag] = texts[key].encode()
            for tag, kind, value in extra:
                notes["tiffinfo"].tagtype[tag] = kind
                notes["tiffinfo"][tag] = value
        image.save(path, dpi=(dpi, dpi), **notes)
        return path


TAGS = {disclaimer.METADATA_KEY: 33432, disclaimer.BOX_KEY: 65017}


@pytest.fixture(params=["png", "tif"])
def drawn(request, maps):
    return opened(maps / f"map.{request.param}")


def opened(path):
    image: Any = Image.open(path)
    with image:
        image.load()
        if path.suffix == ".png":
            return Picture(image.copy(), image.text, "png")
        texts = {key: image.tag_v2[tag].encode("latin-1").decode() for key, tag in TAGS.items()}
        return Picture(image.copy(), texts, "tif")


@pytest.mark.parametrize(
    "resaved",
    [
        lambda image: image,
        lambda image: image.quantize(16),
        lambda image: image.convert("L"),
        lambda image: image.convert("RGBA"),
    ],
    ids=["again", "palette", "grey", "alpha"],
)
def test_a_lossless_copy_of_a_picture_is_accepted(drawn, tmp_path, resaved):
    path = tmp_path / f"copy.{drawn.kind}"
    assert not faults(drawn.save(path, resaved(drawn.image)))


@pytest.mark.parametrize(
    ("mode", "how"),
    [("CMYK", {}), ("RGB", {"compression": "tiff_adobe_deflate"}), ("RGB", {"big_tiff": True})],
)
def test_a_tiff_of_a_print_shop_is_accepted(maps, tmp_path, mode, how):
    kept = opened(maps / "map.tif")
    tags = {tag: kept.texts[key].encode() for key, tag in TAGS.items()}
    kept.image.convert(mode).save(tmp_path / "map.tif", tiffinfo=tags, dpi=(200, 200), **how)
    assert not faults(tmp_path / "map.tif")


def painted(image, left, top, right, bottom, color="white"):
    ImageDraw.Draw(image).rectangle((left, top, right - 1, bottom - 1), fill=color)
    return image


def wiped(image, lines):
    for box in lines:
        painted(image, *box)
    return image


def letter(image, lines):
    left, top, _, bottom = lines[1]
    return painted(image, left + 160, top, left + 174, bottom)


def below(image, lines):
    left, _, right, bottom = lines[-1]
    return painted(image, left, bottom - 8, right, bottom)


def barred(image, lines):
    left, top, right, bottom = lines[0]
    return painted(image, left, (top + bottom) // 2, right, (top + bottom) // 2 + 2, "black")


def faded(image, _=None, share=0.5):
    return Image.blend(image, Image.new("RGB", image.size, "white"), share)


def half_faded(image, lines):
    left, top, right, bottom = lines[0]
    corner = ((left + right) // 2, top)
    image.paste(faded(image.crop((*corner, right, bottom))), corner)
    return image


def recoloured(image, lines):
    left, top, right, bottom = lines[0]
    part = np.asarray(image).copy()
    rows = part[top:bottom, left:right]
    rows[rows.min(axis=2) < 255] = (255, 184, 28)
    return Image.fromarray(part)


def noisy(image, _):
    noise = np.random.default_rng(2).integers(0, 256, (image.height, image.width), np.uint8)
    return Image.blend(image, Image.fromarray(noise).convert("RGB"), 0.6)


def halved(image, _):
    return image.resize((image.width // 3, image.height // 3)).resize(image.size)


def shifted(image, _):
    moved = Image.new("RGB", image.size, "white")
    moved.paste(image, (0, 7))
    return moved


def see_through(image, _):
    image.putalpha(0)
    return image


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tampering", "words"),
    [
        (wiped, "cannot be read"),
        (letter, "cannot be read in the picture near “shown”"),
        (below, "cannot be read"),
        (barred, "cannot be read in the picture near “©IOM”"),
        (noisy, "cannot be read"),
        (halved, "cannot be read"),
        (shifted, "cannot be read"),
        (lambda image, _: image.filter(ImageFilter.GaussianBlur(2)), "blurred"),
        (lambda image, _: image.rotate(180), "cannot be read"),
        (faded, "too faint: contrast 2"),
        (half_faded, "too faint"),
        (recoloured, "too faint"),
        (see_through, "transparent"),
        (lambda image, _: image.crop((0, 0, 1000, 560)), "cropped or resized"),
        (lambda image, _: image.resize((500, 300)), "cropped or resized"),
    ],
)
def test_a_tampered_picture_is_refused(drawn, tmp_path, tampering, words):
    image = tampering(drawn.image.copy(), drawn.lines)
    assert words in faults(drawn.save(tmp_path / f"map.{drawn.kind}", image))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({disclaimer.METADATA_KEY: None}, "metadata does not hold the disclaimer"),
        ({disclaimer.METADATA_KEY: SENTENCE.replace("not ", "")}, "metadata does not hold"),
        ({disclaimer.METADATA_KEY: disclaimer.text(2021)}, "differ in their year"),
        ({disclaimer.METADATA_KEY: f"{SENTENCE} {disclaimer.text(2021)}"}, "does not hold"),
        ({disclaimer.BOX_KEY: None}, "does not say where"),
        ({disclaimer.BOX_KEY: "{"}, "does not say where"),
        ({disclaimer.BOX_KEY: '{"size": [1e999, 1], "lines": []}'}, "cropped"),
        ({disclaimer.BOX_KEY: '{"size": [1000, 600], "lines": []}'}, "missing, or its words"),
        ({disclaimer.BOX_KEY: "[" * 100_000}, "cannot be read"),
    ],
)
def test_a_picture_whose_metadata_were_changed_is_refused(drawn, tmp_path, changes, words):
    assert words in faults(drawn.save(tmp_path / f"map.{drawn.kind}", **changes))


def test_a_box_outside_the_picture_is_refused(drawn, tmp_path):
    said = json.loads(drawn.texts[disclaimer.BOX_KEY])
    said["lines"][0]["box"][2] = 5000
    path = tmp_path / f"map.{drawn.kind}"
    changes = {disclaimer.BOX_KEY: json.dumps(said)}
    assert "does not lie within the picture" in faults(drawn.save(path, **changes))


@pytest.mark.slow
def test_a_picture_that_says_something_else_is_refused(drawn, tmp_path):
    with drawing():
        figure(SENTENCE.replace("do not imply", "do now imply")).savefig(tmp_path / "other.png")
    with Image.open(tmp_path / "other.png") as other:
        path = drawn.save(tmp_path / f"map.{drawn.kind}", other.convert("RGB"))
    assert "cannot be read in the picture near “not”" in faults(path)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["png", "tif"])
def test_the_smallest_pictures_are_held_to_the_smallest_sizes(tmp_path, kind):
    path = write(figure(dpi=110, points=7), tmp_path / f"small.{kind}")
    assert not faults(path)
    opened(path).save(path)  # the same pixels, printed smaller
    assert "too small: 3.9 points" in faults(path)


def test_a_picture_made_to_exhaust_memory_is_refused(tmp_path):
    head = io.BytesIO()
    Image.new("1", (1, 1)).save(head, "PNG")
    data = bytearray(head.getvalue())
    data[16:24] = (60_000).to_bytes(4, "big") * 2
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    (tmp_path / "bomb.png").write_bytes(data)
    head = io.BytesIO()
    Image.new("1", (1, 1)).save(head, "TIFF")
    data = bytearray(head.getvalue())
    for tag in (256, 257):
        place = data.index(struct.pack("<H", tag), 8)
        data[place : place + 12] = struct.pack("<HHLL", tag, 4, 1, 60_000)
    (tmp_path / "bomb.tif").write_bytes(data)
    for kind in ("png", "tif"):
        said = faults(tmp_path / f"bomb.{kind}")
        assert re.search(r"more than 64,000,000 pixels|cannot be read", said)


def test_a_picture_with_more_pictures_is_refused(drawn, tmp_path):
    path = tmp_path / f"map.{drawn.kind}"
    drawn.image.save(path, save_all=True, append_images=[Image.new("RGB", drawn.image.size)])
    assert "more than one picture" in faults(path)
    more = [Image.new("RGB", (9, 9))] * 40
    drawn.image.save(tmp_path / "many.tif", save_all=True, append_images=more)
    assert "more than 32 pictures" in faults(tmp_path / "many.tif")


def test_a_turned_tiff_is_refused(maps, tmp_path):
    upside_down = [(274, 3, 3)]
    path = opened(maps / "map.tif").save(tmp_path / "map.tif", extra=upside_down)
    assert "cannot be read" in faults(path)


GEOKEYS = (34735, 3, (1, 1, 0, 1, 1024, 0, 1, 1))


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["RGB", "L", "P", "I;16"])
@pytest.mark.parametrize("claims", [[GEOKEYS], [GEOKEYS, (339, 3, 3)]])
def test_a_picture_that_claims_to_be_a_surface_is_looked_at(maps, tmp_path, mode, claims):
    kept = opened(maps / "map.tif")
    image = wiped(kept.image.copy(), kept.lines)
    image = image.quantize(16) if mode == "P" else image.convert("L" if mode == "I;16" else mode)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image).astype(np.uint16) * 257)
    path = kept.save(tmp_path / "map.tif", image, extra=claims)
    assert re.search("cannot be read|is of another kind", faults(path))


# --- PDF ----------------------------------------------------------------------------------------


def printed(drawn, path, subject=SENTENCE):
    """Write a figure as a page without looking at it."""
    with drawing():
        drawn.savefig(path, format="pdf", metadata={"Subject": subject})
    return path


def covered(drawn, left, width):
    box = Rectangle((left, 0), width, 0.3, transform=drawn.transFigure, color="white", zorder=200)
    drawn.add_artist(box)
    return drawn


def clipped(drawn):
    caption(drawn).set_clip_path(Rectangle((0, 0), 0.5, 1, transform=drawn.transFigure))
    return drawn


def without(drawn):
    caption(drawn).remove()
    return drawn


@pytest.mark.slow
@pytest.mark.parametrize(
    ("drawn", "words"),
    [
        (lambda: without(figure()), "missing"),
        (lambda: figure(SENTENCE.replace("do not imply", "imply")), "missing"),
        (lambda: figure(SENTENCE.replace("©", "(c)")), "missing"),
        (lambda: covered(figure(), 0, 1), "cannot be read in the picture near “©IOM”"),
        (lambda: covered(figure(), 0.5, 0.1), "cannot be read"),
        (lambda: clipped(figure()), "cannot be read"),
        (lambda: figure(color="white"), "cannot be read"),
        (lambda: figure(alpha=0.0), "cannot be read"),
        (lambda: figure(color="#aaaaaa"), "too faint: contrast 2"),
        (lambda: figure(alpha=0.3), "too faint"),
        (lambda: figure(points=5), "too small: 5.0 points of 6.0"),
        (lambda: figure(va="top"), "does not lie within the page"),
        (lambda: figure(width=300), "does not lie within the page"),
        (lambda: figure(linespacing=0.6), "too small"),
        (lambda: figure(rotation=4), "squeezed|too small"),
    ],
)
def test_a_page_that_does_not_show_the_disclaimer_is_refused(tmp_path, drawn, words):
    assert re.search(words, faults(printed(drawn(), tmp_path / "map.pdf")))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("subject", "words"),
    [("", "metadata does not hold"), (disclaimer.text(1999), "differ in their year")],
)
def test_a_page_whose_metadata_disagree_is_refused(tmp_path, subject, words):
    assert words in faults(printed(figure(), tmp_path / "map.pdf", subject))


def edited(maps, path, edit):
    document = pdfium.PdfDocument(maps / "map.pdf")
    edit(document)
    document.save(path)
    document.close()
    return path


def unseen(document):
    sheet = document[0]
    for part in sheet.get_objects(filter=[pdfium.raw.FPDF_PAGEOBJ_TEXT]):
        pdfium.raw.FPDFTextObj_SetTextRenderMode(part, pdfium.raw.FPDF_TEXTRENDERMODE_INVISIBLE)
    sheet.gen_content()


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (unseen, "cannot be read"),
        (lambda document: document[0].set_cropbox(0, 20, 360, 216), "does not lie within"),
        (lambda document: document[0].set_mediabox(60, 0, 360, 216), "does not lie within"),
        (lambda document: document.new_page(360, 216), "Page 2: The disclaimer is missing"),
    ],
)
def test_an_edited_document_is_refused(maps, tmp_path, edit, words):
    assert words in faults(edited(maps, tmp_path / "map.pdf", edit))


@pytest.mark.parametrize(
    "edit",
    [
        lambda document: document[0].set_rotation(0),
        lambda document: document[0].set_rotation(90),
        lambda document: document[0].set_cropbox(8, 4, 350, 210),
    ],
    ids=["again", "turned", "trimmed"],
)
def test_an_edited_document_that_still_shows_it_is_accepted(maps, tmp_path, edit):
    assert not faults(edited(maps, tmp_path / "map.pdf", edit))


def test_a_document_with_form_fields_is_refused(maps, tmp_path):
    data = (maps / "map.pdf").read_bytes()
    fields = b"/Type /Catalog /AcroForm << /Fields [ ] >>"
    (tmp_path / "map.pdf").write_bytes(data.replace(b"/Type /Catalog", fields))
    assert "form fields" in faults(tmp_path / "map.pdf")


# --- SVG ----------------------------------------------------------------------------------------

GROUP = f'<g id="{disclaimer.ELEMENT_ID}">'


def rewritten(maps, path, *pairs):
    text = (maps / f"map{path.suffix}").read_text(encoding="utf-8")
    for pattern, replacement in pairs:
        text, count = re.subn(pattern, replacement, text, flags=re.DOTALL)
        assert count
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("pattern", "replacement", "words"),
    [
        (GROUP, '<g id="other">', "does not hold one group"),
        (GROUP, f"{GROUP}</g>{GROUP}", "does not hold one group"),
        ("do not imply", "do imply", "missing, or its words"),
        (GROUP, GROUP.replace(">", ' display="none">'), "attribute 'display'"),
        (GROUP, GROUP.replace(">", ' style="opacity:0">'), "attribute 'style'"),
        (GROUP, GROUP.replace(">", ' transform="scale(0)">'), "attribute 'transform'"),
        ('<g id="figure_1">', '<g id="figure_1" visibility="hidden">', "attribute 'visibility'"),
        ("<svg ", '<svg preserveAspectRatio="xMidYMid slice" ', "attribute 'preserveAspectRatio'"),
        ('viewBox="0 0 360 ', 'viewBox="90 0 360 ', "leaves the drawing"),
        ('viewBox="0 0 360 216"', 'viewBox="0 0 360 180"', "leaves the drawing"),
        ('width="360pt"', 'width="10%"', "no size in points"),
        ('width="360pt" height="216pt"', 'width="36pt" height="21pt"', "too small: 0.7 points"),
        (r'<text x="[\d.]+"', '<text x="900"', "leaves the drawing"),
        (r'(<text [^>]*) y="[\d.]+"', r'\1 y="190"', "covers another"),
        ("</text>", "<tspan/></text>", "<text> of the disclaimer was changed"),
        (r"<text x=", '<text opacity="0" x=', "<text> of the disclaimer was changed"),
        (r'font-size="7.000"', 'font-size="3.000"', "too small: 3.0 points"),
        (r'textLength="[\d.]+"', 'textLength="20.000"', "squeezed"),
        (r'fill="#1d2530"', 'fill="#c0c0c0"', "too faint: contrast 1.8"),
        (r'fill="#1d2530"', 'fill="none"', "<text> of the disclaimer was changed"),
        (r'fill="#ffffff"/?>(?=</rect>)', 'fill="#000000">', "too faint"),
        (r"<rect [^>]*></rect>\s*(?=<text x)", "", "<rect> of the disclaimer was changed"),
        (r"(?<=</g>)(?=\s*<defs>)", "<rect/>", "not drawn last"),
        (
            r"(?=\s*</g>\s*</g>\s*(<defs>|</svg>))",
            "<rect/>",
            "<text> of the disclaimer was changed",
        ),
        (f"({GROUP}.*</text>\\s*</g>)", r"<defs>\1</defs>", "not drawn last"),
        (f"({GROUP}.*</text>\\s*</g>)", r"<switch>\1</switch>", "not drawn last"),
        ("</style>", " text { display: none }</style>", "'text { display: none }'"),
        ("</style>", f" #{disclaimer.ELEMENT_ID}{{opacity:0}}</style>", "opacity: 0"),
        ("</style>", " @media all { g:hover > * { fill: red } }</style>", "fill: red"),
        *(
            ("</style>", f"{rule.replace('DATA', DATA)}</style>", words)
            for rule, words in (
                ("@font-face{font-family:'DejaVu Sans';src:url(DATA)}", "changes 'DejaVu Sans'"),
                ("@font-face{src:url(DATA);font-family:dejavu\tSANS}", "changes 'dejavu SANS'"),
                ("@font-face{font-family:DejaVu/**/Sans;src:url(DATA)}", "disclaimer's font"),
                ("@font-face{font-family:D\\\\65jaVu Sans;src:url(DATA)}", "disclaimer's font"),
                ("@media all{@font-face{font-family:Verdana;src:url(DATA)}}", "changes 'Verdana'"),
                ("@font-face{font-family:'sans-serif';src:url(DATA)}", "changes 'sans-serif'"),
                ("@font-face{font-family:a;font-family:Verdana;src:url(DATA)}", "'Verdana'"),
                ("@font-face{font-family:a;src:url(x.woff)}", "takes its font from 'x.woff'"),
                ("@font-face{font-family:a;src:url(DATA),url(//x)}", "takes its font from"),
                ("@font-face{font-family:a;src:local(Arial)}", "takes its font from"),
                ("@font-face{font-family:a;src:url(data:text/html;base64,AAAA)}", "takes its"),
                ('@font-face{font-family:a;src:url("DATA")}', "takes its font from"),
                ("@font-feature-values DejaVu Sans{}", "@font-feature-values"),
            )
        ),
        ("</style>", "<font><font-face/></font></style>", "<font>"),
        ("</style>", " @import url(x.css);</style>", "@import"),
        (r"(?=<g id=.figure_1)", "<script>1</script>", "<script>"),
        (r"(?=<g id=.figure_1)", '<set href="#x" attributeName="y" to="9"/>', "<set>"),
        ('<g id="figure_1">', '<g id="figure_1" onclick="x()">', "not at rest"),
        (r"<desc.*</desc>", "", "metadata does not hold"),
        (r'(?<=<desc id="desc">©IOM )2022', "2020", "differ in their year"),
        (r"(?=</desc>)", f" {disclaimer.text(2020)}", "metadata does not hold"),
        (r"(<desc.*)not (.*</desc>)", r"\1\2", "metadata does not hold"),
        ('role="img"', 'role="img" aria-hidden="true"', "attribute 'aria-hidden'"),
        (r"<!DOCTYPE", '<?xml-stylesheet href="x.css"?><!DOCTYPE', "names a style sheet"),
        (r"<!DOCTYPE svg [^>]*>", "<!DOCTYPE svg [<!ENTITY a 'b'>]>", "declares entities"),
        (
            r"<!DOCTYPE svg [^>]*>",
            "<!DOCTYPE svg [<!ATTLIST g display CDATA 'none'>]>",
            "'display'",
        ),
        (r"<g id=.figure_1", "<g>" * 300 + '<g id="figure_1', "deeper"),
    ],
)
def test_a_tampered_drawing_is_refused(maps, tmp_path, pattern, replacement, words):
    assert words in faults(rewritten(maps, tmp_path / "map.svg", (pattern, replacement)))


def test_entities_that_multiply_are_refused(tmp_path):
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE svg [<!ENTITY e0 "x">{levels}]><svg>&e9;</svg>'
    (tmp_path / "map.svg").write_text(bomb)
    assert "declares entities" in faults(tmp_path / "map.svg")


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        ("</style>", " .label { opacity: .5 } path { fill: none }</style>"),
        ("</style>", " #axes_1 > g:hover { display: none }</style>"),
        ('width="360pt" height="216pt"', 'width="720px" height="432px"'),
        ("\n", "\r\n"),
        (r"(?=©IOM 2022 [^<]*</desc>)", "Returnees &amp; others. "),
        ("</style>", " @font-face{font-family:other;src:url(data:font/ttf;base64,AAAA)}</style>"),
        (' role="img" aria-labelledby="title desc" xml:lang="en"', ""),
    ],
)
def test_a_drawing_changed_elsewhere_is_accepted(maps, tmp_path, pattern, replacement):
    assert not faults(rewritten(maps, tmp_path / "map.svg", (pattern, replacement)))


# --- HTML ---------------------------------------------------------------------------------------

ELEMENT = disclaimer.html_element(2022)
HARMLESS = [
    "",
    ":root { color-scheme: dark; --ink: red } * { box-sizing: border-box }",
    "body { overflow: hidden; height: 100dvh; font: 0/0 serif; color: #fff; min-width: 320px }",
    "html { overflow: hidden } main { flex: none; height: 4000px }",
    "html { font-size: 200px; letter-spacing: -1em; line-height: 0 }",
    "[hidden] { display: none } :focus-visible { outline: 0 } .leaflet-pane > svg { opacity: 0 }",
    "main p::before { content: 'x' } #other, div.x p.y { display: none; z-index: 1100 }",
    "@media print { @page { size: A4 landscape; margin: 8mm } body { height: 190mm } }",
    "@keyframes p { to { opacity: 0 } } @font-face { font-family: sans-serif; src: url(data:,) }",
    "main { position: fixed; inset: 0; z-index: 999999999; background: red }",
    "body { position: relative } main { position: absolute; inset: 0; z-index: 9 }",
]


def posted(text, path):
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("css", HARMLESS)
def test_what_is_accepted_is_in_view_in_a_browser(tmp_path, visit, css):
    text = page(css)
    assert not faults(posted(text, tmp_path / "map.html"))
    shown = visit(text)
    for width, height in ((1280, 800), (320, 480)):
        shown.page.set_viewport_size({"width": width, "height": height})
        box = shown.box(f"#{disclaimer.ELEMENT_ID}")
        assert box["left"] >= 0
        assert box["top"] >= 0
        assert box["right"] <= width
        assert box["bottom"] <= height
        size, color, seen = shown.page.evaluate(ON_TOP)
        assert 10 <= size <= 24
        assert (color, seen) == ("rgb(29, 37, 48)", True)


ON_TOP = """() => {
  const element = document.querySelector("p"), range = document.createRange();
  range.selectNodeContents(element);
  const lines = [...range.getClientRects()];
  const hit = (x, y) => document.elementFromPoint(x, y) === element;
  const style = getComputedStyle(element);
  return [parseFloat(style.fontSize), style.color, lines.length > 0 && lines.every((line) =>
    hit(line.left + 1, line.top + 6) && hit(line.right - 1, line.bottom - 6))];
}"""


@pytest.mark.parametrize(
    "css",
    [
        "body { display: none }",
        "html { visibility: hidden }",
        "BODY{opacity:.01}",
        "body { transform: translateX(-9999px) }",
        "body { filter: opacity(0) }",
        "body { clip-path: circle(0) }",
        "html, main { zoom: 0 }",
        "body { height: 0; overflow: clip }",
        "body { margin-top: -500px }",
        "body { padding-left: 900px }",
        "body { position: absolute; left: -9999px }",
        "body { max-height: 1px }",
        "html { display: flex } head { display: block; width: 100vw; min-width: 100vw }",
        "html { min-width: 5000px } body { width: 100vw; margin: 0 auto }",
        "html { outline: 900px solid white; outline-offset: -900px }",
        "* { animation: gone 1s }",
        ":not(x) { content-visibility: hidden }",
        ":is(html) { display: none }",
        "html > body:hover { display: none }",
        "[style] { display: none }",
        "html:not([a='{color:']) { display: none }",
        ".body { display: flex }",
        "[lang|=en] { rotate: 180deg }",
        "*|body { display: none }",
        "\\62 ody { display: none }",
        "p { display: none !important }",
        f"#{disclaimer.ELEMENT_ID} {{ position: fixed }}",
        "p::first-line { color: white }",
        "p:first-letter { font-size: 0 }",
        "body::after { content: ''; position: fixed; inset: 0; background: white }",
        "main { z-index: 2147483647 }",
        "main { z-index: calc(2147483647) }",
        "@media print { body { display: none } }",
        "@media (max-width: 500px) { @supports (a: b) { html { opacity: 0 } } }",
        "@layer x { body { display: none !important } }",
        "@container (width > 1px) { body { display: none } }",
        "@scope (html) { :scope { opacity: 0 } }",
        "html { & body { display: none } }",
        "body { @media print { display: none } }",
        "body { background: red; &:hover { opacity: 0 } }",
        "@import 'x.css';",
        "@page { margin: 50cm }",
        "@view-transition { navigation: auto }",
        ".ok { color: red } } body { display: none }",
    ],
)
def test_a_style_that_could_hide_the_disclaimer_is_refused(tmp_path, css):
    text = page(css).replace("<html", '<html class="body"')
    said = faults(posted(text, tmp_path / "map.html"))
    assert re.search(r"could hide|cannot be examined", said)


def changed(old, new, **options):
    text = page(**options)
    assert old in text
    return text.replace(old, new)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (changed(ELEMENT, ""), "does not begin with one element"),
        (changed(ELEMENT, f"<!-- {ELEMENT} -->"), "does not begin with one element"),
        (changed(ELEMENT, f"<template>{ELEMENT}</template>"), "does not begin"),
        (changed(ELEMENT, f"<noscript>{ELEMENT}</noscript>"), "does not begin"),
        (changed(ELEMENT, f"<iframe srcdoc='{ELEMENT}'></iframe>"), "does not begin"),
        (changed(ELEMENT, f"<div hidden>{ELEMENT}</div>"), "does not begin"),
        (changed(ELEMENT, f"<div></div>{ELEMENT}"), "does not begin"),
        (changed(ELEMENT, ELEMENT * 2), "does not begin"),
        (
            changed(ELEMENT, ELEMENT.replace("<p", "<textarea").replace("/p", "/textarea")),
            "changed",
        ),
        (changed("display:block", "display:none"), "element was changed"),
        (changed(";color:#1d2530", ";color:#ffffff"), "element was changed"),
        (changed("clamp(10px", "clamp(2px"), "element was changed"),
        (changed('lang="en" role', 'hidden lang="en" role'), "element was changed"),
        (changed("do not imply", "do imply"), "missing, or its words"),
        (changed("illustration", "<b>illustration</b>"), "element was changed"),
        (
            changed("©IOM 2022 This", "©IOM 2021 This", year=2022).replace("2021", "2022", 1),
            "differ",
        ),
        (changed(disclaimer.html_meta(2022), ""), "metadata does not hold"),
        (changed('<meta charset="utf-8">', ""), "missing, or its words"),
        (changed("width=device-width", "width=9000"), "not set to the width of small screens"),
        (
            page(head='<meta name="viewport" content="width=device-width,minimum-scale=.1">'),
            "not set",
        ),
        (page(attributes=" hidden"), "body has the attribute 'hidden'"),
        (page(attributes=' onload="go()"'), "body has the attribute 'onload'"),
        (page(attributes=' style="opacity:0"'), "'<body> { opacity: 0 }'"),
        (page(content='<i style="z-index:2147483647"></i>'), "z-index: 2147483647"),
        (page(content="<style>html{display:none}</style>"), "html { display: none }"),
        (page(content="<svg><style>body{opacity:0}</style></svg>"), "body { opacity: 0 }"),
        (page(head="<noscript><style>body{opacity:0}</style></noscript>"), "body { opacity: 0 }"),
        (page(head='<link rel="StyleSheet" href="x.css">'), "loads 'x.css'"),
        (page(content='<script src="//x.org/a.js"></script>'), "loads '//x.org/a.js'"),
        (page(content='<svg><script href="a.js"/></svg>'), "loads 'a.js'"),
        (page(content=f"<script>hide('{disclaimer.ELEMENT_ID}')</script>"), "names the disclaimer"),
        (page(content=f"<a onclick=\"hide('{disclaimer.ELEMENT_ID}')\">x</a>"), "names the"),
        (page(content='<template shadowrootmode="open"></template>'), "shadow tree"),
        (page(head='<meta http-equiv="refresh" content="0;url=x">'), "orders the browser"),
        (page(content="<div>" * 300), "deeper ones"),
        (page(content="<b>" * 100_000), "deeper ones"),
        (page(css=":is(" * 5000 + ")" * 5000 + "{}"), "cannot be read"),
    ],
)
def test_a_tampered_page_is_refused(tmp_path, text, words):
    assert words in faults(posted(text, tmp_path / "map.html"))


FIRST = "document.body.firstElementChild"


@pytest.mark.parametrize(
    "code",
    [
        f"{FIRST}.remove()",
        f"{FIRST} . remove ( )",
        f"{FIRST}?.remove()",
        "document.body.children[0].hidden = true",
        "document.body.childNodes[0].replaceWith('')",
        "document.querySelector('p').style.display = 'none'",
        'document.querySelectorAll("p").forEach(p => p.remove())',
        "for (const p of document.querySelectorAll('p')) p.setAttribute('style', '')",
        "document.querySelector('body > :first-child').outerHTML = ''",
        "document.querySelector(`[id^=mtm]`).remove()",
        "document.querySelector('[lang=en]').textContent = ''",
        "document.getElementsByTagName('p')[0].className = 'x'",
        f"document.body.removeChild({FIRST})",
        "const note = document.querySelector('p');\nif (note) { note.style.opacity = 0; }",
        "let a = document.body.children[0]; setTimeout(() => a.remove(), 900)",
        "$('p').hide()",
        "document.body.innerHTML = ''",
        "document.body.replaceChildren()",
        "document.documentElement.remove()",
        "document.body.style.display = 'none'",
        "document.body = other",
        "document.write('<main>')",
    ],
)
def test_a_script_that_reaches_for_the_disclaimer_is_refused(tmp_path, code):
    words = "reaches for the disclaimer's element"
    assert words in faults(posted(page(content=f"<script>{code}</script>"), tmp_path / "a.html"))
    (tmp_path / "a.html").write_text(
        page(content=f"<b onclick='{code.replace(chr(39), '&#39;')}'>")
    )
    assert words in faults(tmp_path / "a.html")
    policed = csp.with_policy(page(content=f"<script>{code}</script>"))
    assert words in faults(posted(policed, tmp_path / "a.html"))


@pytest.mark.parametrize(
    "content",
    [
        "<a href=' javascript:document.body.firstElementChild.remove()'>x</a>",
        "<iframe srcdoc='<script>top.document.body.firstElementChild.remove()</script>'></iframe>",
        "<script type='module'>document.body.firstElementChild.remove()</script>",
        "<svg><script>document.body.firstElementChild.remove()</script></svg>",
    ],
)
def test_scripts_in_other_places_are_examined_too(tmp_path, content):
    assert "reaches for" in faults(posted(page(content=content), tmp_path / "map.html"))


@pytest.mark.parametrize(
    "code",
    [
        f"const foot = {FIRST}, box = document.getElementById('map'); box.style.height = '9px'",
        f"const page = {{foot: {FIRST}, still: true}}; page.say(page.foot.textContent)",
        "document.querySelectorAll('p.mtm-badge').forEach(p => p.remove())",
        "document.querySelectorAll('[data-map]').forEach(x => { x.hidden = true; })",
        "document.documentElement.classList.toggle('mtm-paper', true)",
        "document.body.append(link); link.remove()",
        "if (document.body.innerHTML === '') x()",
    ],
)
def test_scripts_that_leave_the_disclaimer_alone_are_accepted(tmp_path, code):
    assert not faults(posted(page(content=f"<script>{code}</script>"), tmp_path / "map.html"))


def test_what_leaves_the_disclaimer_in_view_is_accepted(tmp_path):
    content = (
        f"<p>{SENTENCE}</p><svg viewBox='0 0 9 9'><title>T</title><desc>{SENTENCE}</desc>"
        "<path d='M0 0h9v9z' fill='#333'/><text x='1' y='5' font-size='3'>Osh</text></svg>"
        "<details open><summary>Table</summary><table><caption>T</caption><thead><tr><th>A</th>"
        "</tr></thead><tbody><tr><td>1</td></tr></tbody></table></details>"
        "<template id='icons'><svg><path d='M0 0'/></svg></template>"
        f"<script type='application/json'>\"{disclaimer.ELEMENT_ID} document.write()\"</script>"
        "<script>start()</script>"
    )
    for text in (page(content=content), csp.with_policy(page(content=content))):
        assert not faults(posted(text, tmp_path / "map.html"))


# --- security policies of pages

CODE = "<script>start()</script>"
POLICED = csp.with_policy(page(content=CODE))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (CODE, f"{CODE}<script>other()</script>", "was changed or added"),
        (CODE, "<script>start() </script>", "was changed or added"),
        (CODE, f"{CODE}<script type='text/plain'>x</script>", "was changed or added"),
        (CODE, f"{CODE}<svg><script>other()</script></svg>", "was changed or added"),
        ("script-src ", "script-src 'unsafe-inline';x ", "was changed or added"),
        ("script-src ", "script-src-elem *;script-src ", "was changed or added"),
        ("'unsafe-hashes' ", "", "takes the disclaimer's style away"),
        (csp.digest(disclaimer.HTML_STYLE), "", "takes the disclaimer's style away"),
        ("style-src ", "style-src-attr 'none';style-src ", "takes the disclaimer's style away"),
        ("style-src ", "style-src 'unsafe-inline' 'nonce-x';x ", "takes the disclaimer's style"),
        ("style-src ", "x ", "takes the disclaimer's style away"),
        ("<title>", '<meta http-equiv="content-security-policy" content="default-src *"><title>',
         "takes the disclaimer's style away"),
    ],
)  # fmt: skip
def test_a_page_that_breaks_its_security_policy_is_refused(tmp_path, old, new, words):
    policed = POLICED.replace("<head>", "<head><title>t</title>")
    assert old in policed
    assert words in faults(posted(policed.replace(old, new, 1), tmp_path / "map.html"))


@pytest.mark.parametrize(
    "rules",
    [
        "upgrade-insecure-requests",
        "img-src 'none'; frame-src https:",
        f"style-src 'unsafe-inline'; script-src {csp.digest('start()')}",
        f"STYLE-SRC-ATTR 'unsafe-inline';script-src {csp.digest('start()')};script-src 'none'",
    ],
)
def test_other_security_policies_are_accepted(tmp_path, rules):
    meta = f'<meta http-equiv="Content-Security-Policy" content="{rules}">'
    assert not faults(posted(page(content=CODE, head=meta), tmp_path / "map.html"))


# --- what earlier versions wrote

EARLIER = (
    "all:initial;direction:ltr;unicode-bidi:normal;display:block;position:sticky;bottom:0;left:0;"
    "z-index:2147483647;order:2147483647;flex:none;align-self:stretch;box-sizing:border-box;"
    "max-width:100vw;padding:4px 8px;border-top:1px solid #d5dae1;background:#fff;color:#1d2530;"
    "font:11px/1.3 sans-serif;overflow-wrap:anywhere;text-size-adjust:100%;"
    "print-color-adjust:exact;"
).replace(";", "!important;")


def test_pages_of_earlier_versions_are_accepted(tmp_path):
    text = page().replace(disclaimer.HTML_STYLE, EARLIER).replace(' role="contentinfo"', "")
    assert EARLIER in text
    assert not faults(posted(text, tmp_path / "map.html"))


# --- bytes


@pytest.mark.parametrize("kind", ["png", "tif", "svg", "pdf", "html"])
def test_bytes_are_examined_like_files(maps, tmp_path, kind):
    data = (maps / f"map.{kind}").read_bytes()
    assert checks.faults(data, f".{kind.upper()}") == ()
    (tmp_path / f"cut.{kind}").write_bytes(data[: len(data) // 3])
    (found,) = verify(tmp_path / f"cut.{kind}")
    assert checks.faults(data[: len(data) // 3], f".{kind}") == found.faults != ()


def test_a_page_in_another_encoding_is_read_as_a_browser_reads_it(tmp_path):
    assert "words were changed" in faults(
        posted(page().encode("utf-16-le"), tmp_path / "a.html")
    ) or ("does not begin" in faults(tmp_path / "a.html"))
    assert not faults(posted(page().encode("utf-16"), tmp_path / "b.html"))


# --- surfaces -----------------------------------------------------------------------------------


def surface(path, words, *, keys=GEOKEYS, mode="F", **how):
    """Write numbers as GeoTIFF, with words as its copyright."""
    tags = ImageFileDirectory_v2()
    said = (33432, 2, None if words is None else words.encode())
    for tag, kind, value in ((277, 3, 1), said, keys):
        if value is not None:
            tags.tagtype[tag] = kind
            tags[tag] = value
    Image.new(mode, (30, 20)).save(path, tiffinfo=tags, **how)
    return path


@pytest.mark.parametrize("how", [{}, {"big_tiff": True}, {"compression": "tiff_deflate"}])
@pytest.mark.parametrize("name", ["surface.tif", "surface.TIFF"])
def test_the_tags_of_a_surface_hold_the_disclaimer(tmp_path, name, how):
    path = surface(tmp_path / name, SENTENCE, **how)
    (found,) = verify(path)
    assert (found.faults, found.note) == (
        (),
        "©IOM 2022, in the tags: nothing else of a surface can be checked",
    )
    assert checks.faults(path.read_bytes(), path.suffix) == ()


@pytest.mark.parametrize(
    "words", [None, "", SENTENCE[:-5], SENTENCE.replace("not", "now"), f"{SENTENCE} Or not."]
)
def test_a_surface_without_the_disclaimer_is_refused(tmp_path, words):
    path = surface(tmp_path / "surface.tif", words)
    assert faults(path) == (
        "The disclaimer is missing from the file's tags, or its words were changed."
    )


@pytest.mark.parametrize("how", [{"keys": (34735, 3, None)}, {"mode": "L"}, {"mode": "RGB"}])
def test_what_is_no_surface_needs_the_disclaimer_in_view(tmp_path, how):
    path = surface(tmp_path / "surface.tif", SENTENCE, **how)
    assert "does not say where the disclaimer was drawn" in faults(path)


@pytest.mark.parametrize(("tag", "claim"), [(258, 8), (277, 3), (339, 1)])
def test_numbers_that_could_be_colours_are_no_surface(tmp_path, tag, claim):
    path = surface(tmp_path / "surface.tif", SENTENCE)
    data = bytearray(path.read_bytes())
    place = data.index(struct.pack("<HHL", tag, 3, 1), 8)
    data[place + 8 : place + 10] = struct.pack("<H", claim)
    path.write_bytes(data)
    assert faults(path)


def test_a_picture_behind_a_surface_is_refused(tmp_path):
    tags = ImageFileDirectory_v2()
    tags.tagtype[33432], tags[33432] = 2, SENTENCE.encode()
    tags.tagtype[GEOKEYS[0]], tags[GEOKEYS[0]] = GEOKEYS[1:]
    picture, path = Image.new("RGB", (300, 200)), tmp_path / "surface.tif"
    Image.new("F", (30, 20)).save(path, save_all=True, append_images=[picture], tiffinfo=tags)
    assert "holds a picture beside its numbers" in faults(path)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.1])
def test_a_truncated_surface_is_a_fault_in_words(tmp_path, share):
    data = surface(tmp_path / "surface.tif", SENTENCE).read_bytes()
    (tmp_path / "cut.tif").write_bytes(data[: int(share * len(data))])
    assert re.search(r"cannot be read|missing", faults(tmp_path / "cut.tif"))


@pytest.mark.slow
def test_no_more_of_a_large_surface_is_read_than_its_tags(tmp_path):
    path = surface(tmp_path / "large.tif", SENTENCE)
    with path.open("r+b") as file:
        file.truncate(100 * MAX_BYTES)
    assert not faults(path)
    # The first tag claims to be half as large as the file.
    with path.open("r+b") as file:
        file.seek(4)
        file.seek(struct.unpack("<L", file.read(4))[0] + 2)
        file.write(struct.pack("<HHLL", 270, 2, 50 * MAX_BYTES, 8))
    tracemalloc.start()
    said = faults(path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert said
    assert most < 4 * MAX_BYTES
