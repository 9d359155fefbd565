"""Attacks on the disclaimer: each is refused, and what is not refused leaves it in view."""

from __future__ import annotations

import io
import re
import struct
import zlib

import pytest
from pypdf import PdfReader, PdfWriter

from mtmgeo.core import disclaimer
from mtmgeo.files.write import write
from mtmgeo.images.metadata import srgb
from mtmgeo.verification.rules import csp
from mtmgeo.verification.rules.lists import allowed
from mtmgeo.verification.verify import faults
from mtmgeo.web.webmap import build
from tests import hostile
from tests.small import figure, page
from tests.verification.test_verify import ON_TOP, opened
from tests.web.test_webmap import composition

KINDS = ("png", "tif", "svg", "pdf")


@pytest.fixture(scope="module")
def maps(tmp_path_factory):
    """Return the paths of untouched maps by their kind."""
    folder = tmp_path_factory.mktemp("maps")
    return {kind: write(figure(), folder / f"map.{kind}") for kind in KINDS}


def said(text: str) -> tuple[str, ...]:
    """Return what is wrong with a page."""
    return faults(text.encode(), ".html")


# --- pages --------------------------------------------------------------------------------------


def test_styles_that_could_hide_it_are_refused():
    assert [css for css in hostile.STYLES if not said(page(css))] == []


def test_elements_that_could_hide_it_are_refused():
    body = "<main>map</main>"
    contents = [(content, said(page(content=body + content))) for content in hostile.CONTENTS]
    assert [content for content, found in contents if not found] == []


@pytest.mark.slow
def test_scripts_that_could_hide_it_are_refused():
    bodies = [f"<script>{script}</script>" for script in hostile.SCRIPTS]
    assert [x for x in bodies if "it could hide it" not in " ".join(said(page(content=x)))] == []
    policed = [csp.with_policy(page(content=body)) for body in bodies]
    assert [text for text in policed if not said(text)] == []
    fine = [page(content=f"<script>{script}</script>") for script in hostile.FINE_SCRIPTS]
    assert [found for text in fine if (found := said(text))] == []


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("<dialog>x</dialog>", "page holds <dialog>, which no map needs (it lies above everything"),
        ("<b popover>x</b>", "page's b has the attribute 'popover', which no map needs (it lies"),
        ("<a href='javascript:x()'>x</a>", "leads to 'javascript:x()': leave it out, or let it"),
        ("<i style='margin:-9em'>x</i>", "leave it out, or let it be one of: -1 to 0px, 0 or more"),
        ("<select><i>x</i></select>", "in different ways from its line 3 on"),
        ("<link rel=pingback href=x>", "has the rel 'pingback': leave it out, or let it be one of"),
    ],
)
def test_what_is_refused_is_named_with_what_to_do(what, words):
    assert words in " ".join(said(page(content=what)))


def test_a_page_has_an_encoding_that_all_browsers_read_alike():
    text = page().replace("utf-8", "shift_jis").replace("©", "&copy;")
    assert "in the encoding 'shift_jis': write it in UTF-8" in " ".join(said(text))


@pytest.mark.parametrize(
    "text",
    [
        *(page(css, "<main>map<b>x</b></main>") for css in hostile.FINE_STYLES),
        *(page(content=f"<main>map</main>{content}") for content in hostile.FINE_CONTENTS),
    ],
)
def test_what_looks_hostile_and_is_accepted_leaves_it_in_view(visit, text):
    assert said(text) == ()
    shown = visit(text)
    for summary in shown.page.locator("summary").all():
        summary.click()
    for width, height in ((1280, 800), (320, 480)):
        shown.page.set_viewport_size({"width": width, "height": height})
        box = shown.box(f"#{disclaimer.ELEMENT_ID}")
        assert 0 <= box["top"] < box["bottom"] <= height
        size, color, seen = shown.page.evaluate(ON_TOP)
        assert size >= 10
        assert (color, seen) == ("rgb(29, 37, 48)", True)


#: Notes what changes in the attributes of the page, its body, and what stands in that.
WATCH = """addEventListener("DOMContentLoaded", () => {
  window.changes = new Set();
  const note = ({target, attributeName}) => {
    const names = attributeName === "class" ? [...target.classList].map(name => "." + name)
      : [`[${attributeName}]`];
    names.forEach(name => window.changes.add(target.localName + name));
  };
  const observer = new MutationObserver(records => records.forEach(note));
  for (const one of [document.documentElement, document.body, ...document.body.children])
    observer.observe(one, {attributes: true});
})"""
USE = """async () => {
  for (const one of document.querySelectorAll("details")) one.open = true;
  dispatchEvent(new Event("beforeprint"));
  await new Promise(done => setTimeout(done, 100));
  dispatchEvent(new Event("afterprint"));
  return [...window.changes];
}"""


def test_the_list_knows_what_changes_while_a_page_is_used(visit):
    text = build([composition(), composition("symbols")]).get_root().render()
    opened_page = visit(text).page
    opened_page.add_init_script(WATCH)
    opened_page.reload()
    opened_page.wait_for_selector(".mtm-run", state="attached")
    opened_page.locator("#mtm-controls select").first.select_option(index=1)
    changed = {*opened_page.evaluate(USE)} - {"main.mtm-main"}
    later = {tag + word for tag, words in allowed("html")["later"].items() for word in words}
    assert changed == later - {"body.leaflet-dragging"}
    assert "leaflet-dragging" in text


# --- drawings -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_drawings_that_could_hide_it_are_refused(maps):
    plain = maps["svg"].read_text("utf-8")
    assert faults(plain.encode(), ".svg") == ()
    start, end = '<style type="text/css">', '<g id="figure_1">'
    tampered = [
        *(plain.replace(start, f"<style>{css}</style>{start}", 1) for css in hostile.SVG_STYLES),
        *(plain.replace(end, f"{content}{end}", 1) for content in hostile.SVG_CONTENTS),
    ]
    assert plain not in tampered
    assert [text for text in tampered if not faults(text.encode(), ".svg")] == []


# --- documents ----------------------------------------------------------------------------------


def edited(path, edit) -> bytes:
    document, saved = PdfWriter(clone_from=PdfReader(path)), io.BytesIO()
    edit(document)
    document.write(saved)
    return saved.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize(("edit", "words"), hostile.DOCUMENTS)
def test_documents_that_could_hide_it_are_refused(maps, edit, words):
    assert words in " ".join(faults(edited(maps["pdf"], edit), ".pdf"))


@pytest.mark.parametrize("edit", hostile.FINE_DOCUMENTS)
def test_documents_with_what_maps_may_have_are_accepted(maps, edit):
    assert faults(edited(maps["pdf"], edit), ".pdf") == ()


# --- pictures -----------------------------------------------------------------------------------


def chunk(kind: bytes, content: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + check


def blank_second_picture(data: bytes) -> bytes:
    """Make a picture of which browsers show the second, a blank one, alone."""
    head = data.index(b"IHDR") - 4
    size = data[head + 8 : head + 16]
    frame = struct.pack(">I", 0) + size + struct.pack(">IIHHBB", 0, 0, 1, 1, 0, 0)
    width, height = struct.unpack(">II", size)
    blank = zlib.compress((b"\0" + b"\xff" * 3 * width) * height)
    moving = chunk(b"acTL", struct.pack(">II", 1, 0))
    end = data.rindex(b"IEND") - 4
    later = chunk(b"fcTL", frame) + chunk(b"fdAT", struct.pack(">I", 1) + blank)
    return data[: head + 25] + moving + data[head + 25 : end] + later + data[end:]


@pytest.mark.parametrize(
    ("kind", "content", "words"),
    [
        (b"eXIf", b"MM\0*\0\0\0\x08\0\0", "'eXIf', which no map needs (it could turn the picture)"),
        (b"cICP", b"\x09\x10\0\x01", "the chunk 'cICP', which no map needs"),
        (b"gAMA", struct.pack(">I", 1), "'gAMA' changes its colours: save it with those of sRGB"),
        (b"cHRM", struct.pack(">8I", *range(1, 9)), "'cHRM' changes its colours"),
        (b"vpAg", b"x", "the chunk 'vpAg', which no map needs: leave it out"),
    ],
)
def test_chunks_that_could_hide_it_are_refused(maps, kind, content, words):
    data = maps["png"].read_bytes()
    after = data.index(b"IHDR") + 21
    assert words in " ".join(faults(data[:after] + chunk(kind, content) + data[after:], ".png"))


def test_a_moving_picture_is_refused(maps):
    data = maps["png"].read_bytes()
    assert "more than one picture" in " ".join(faults(blank_second_picture(data), ".png"))


def bleaching() -> bytes:
    """Return a profile in which all but black is white."""
    profile = bytearray(srgb())
    for found in re.finditer(rb"para\0\0\0\0\0\x03\0\0", srgb()):
        profile[found.end() : found.end() + 4] = struct.pack(">i", 600)  # of 65536: the exponent
    return bytes(profile)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["png", "tif"])
def test_pictures_are_looked_at_in_their_colours(maps, tmp_path, kind):
    drawn = opened(maps[kind])
    for profile, words in ((srgb(), ""), (bleaching(), "cannot be read|faint"), (b"x", "profile")):
        drawn.image.info["icc_profile"] = profile
        path = drawn.save(tmp_path / f"map.{kind}")
        found = " ".join(faults(path.read_bytes(), path.suffix))
        assert re.search(words, found) if words else not found


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ((330, 4, 8), "the tag 'SubIFDs', which no map needs (pictures that are not looked at)"),
        ((37724, 7, b"x"), "the tag 'ImageSourceData', which no map needs (layers"),
        ((301, 3, tuple(range(256)) * 3), "the tag 'TransferFunction', which no map needs (it"),
        ((65000, 2, "x"), "the tag '65000', which no map needs: leave it out"),
    ],
)
def test_tags_that_could_hide_it_are_refused(maps, tmp_path, tag, words):
    number, kind, value = tag
    path = opened(maps["tif"]).save(tmp_path / "map.tif", extra=[(64999, kind, value)])
    written, wanted = (struct.pack("<HH", each, kind) for each in (64999, number))
    data = path.read_bytes()
    assert data.count(written) == 1
    assert words in " ".join(faults(data.replace(written, wanted), ".tif"))
