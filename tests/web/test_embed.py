"""The HTML that puts a finished map into another page."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import Any

import html5lib
import pytest
import tinycss2

from mtmgeo import InputError, embed
from mtmgeo.commands.main import main
from mtmgeo.core import disclaimer
from tests.small import page

DATA = '<script type="application/json" id="mtmgeo-data">{}</script>'


def written(folder: Path, title: str = "Returnees", name: str = "map.html", **changes: Any) -> Path:
    path = folder / name
    head = f"<title>{escape(title)}</title>"
    path.write_text(page(content=f"<main>map</main>{DATA}", head=head, **changes), "utf-8")
    return path


def element(html: str) -> Any:
    """Return the one element of a fragment."""
    fragment = html5lib.parseFragment(html, namespaceHTMLElements=False)
    assert len(fragment) == 1
    assert not fragment.text
    assert not fragment[0].tail
    return fragment[0]


def styles(node: Any) -> dict[str, str]:
    parsed = tinycss2.parse_blocks_contents(node.get("style"))
    assert all(each.type == "declaration" for each in parsed)
    return {each.name: tinycss2.serialize(each.value) for each in parsed}


def test_the_frame_is_confined_named_and_loaded_late(tmp_path: Path) -> None:
    frame = element(embed(written(tmp_path)).iframe)
    assert frame.tag == "iframe"
    style = frame.attrib.pop("style")
    assert frame.attrib == {
        "src": "map.html",
        "title": "Returnees",
        "lang": "en",
        "width": "960",
        "height": "600",
        "loading": "lazy",
        "sandbox": "allow-scripts allow-downloads",
        "allow": "fullscreen; clipboard-write",
        "referrerpolicy": "no-referrer",
    }
    assert "aspect-ratio:16/10" in style


def test_the_responsive_form_is_a_block_whose_styles_outdo_any_sheet(tmp_path: Path) -> None:
    block = element(embed(written(tmp_path)).responsive)
    assert block.tag == "div"
    (frame,) = block
    assert frame.get("width") == "100%"
    assert frame.get("height") == "600"
    for node in (block, frame):
        declared = tinycss2.parse_blocks_contents(node.get("style"))
        assert all(each.important for each in declared)
        assert next(iter(styles(node))) == "all"
    assert styles(frame)["aspect-ratio"] == "16/10"


@pytest.mark.parametrize(
    ("ratio", "height", "shown"),
    [("4/3", "720", "4/3"), ("16:9", "540", "16/9"), ("1.5/1", "640", "1.5/1")],
)
def test_the_ratio_is_that_of_width_to_height(
    tmp_path: Path, ratio: str, height: str, shown: str
) -> None:
    frame = element(embed(written(tmp_path), ratio=ratio).iframe)
    assert frame.get("height") == height
    assert styles(frame)["aspect-ratio"] == shown


@pytest.mark.parametrize(
    "ratio", ["", "16", "16/0", "0/9", "-4/3", "6/1", "1/6", "1/1;x:y", "a/b", "١٦/٩"]
)
def test_a_ratio_that_is_none_is_refused(tmp_path: Path, ratio: str) -> None:
    with pytest.raises(InputError, match="give width and height such as 16/10") as error:
        embed(written(tmp_path), ratio=ratio)
    assert len(error.value.faults) == 1


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/maps/returnees.html#theme=1&year=2021",
        "http://127.0.0.1:8000/map.html",
        "//cdn.example.org/map.html",
        "/sites/default/files/map.html",
        "../карта.html",
    ],
)
def test_the_address_is_kept(tmp_path: Path, url: str) -> None:
    assert element(embed(written(tmp_path), url=url).iframe).get("src") == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "javascript:alert(1)",
        "java\nscript:alert(1)",
        " javascript:alert(1)",
        "data:text/html,x",
        "file:///map.html",
        "https://",
        "https:map.html",
        "https://[::1/map.html",
        "https://example.org/a b.html",
        "\\\\server\\map.html",
        "https://x.org:99999/map.html",
        "https://x.org:0/map.html",
        "https://x.org:٨٠/map.html",
        "//x.org:http/map.html",
        "//:80/map.html",
        "///map.html",
        "https://me:secret@x.org/map.html",
        "?theme=0",
        "#theme=0",
    ],
)
def test_an_address_of_no_page_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(InputError, match=r"such as https://example\.org/map\.html"):
        embed(written(tmp_path), url=url)


@pytest.mark.parametrize(
    "title",
    [
        '"><script>alert(1)</script>',
        "' onload='alert(1)",
        "</iframe><img src=x onerror=alert(1)>",
        "Returnees & others < 5",
        "[gallery ids=1] [/caption] {{ 7*7 }} {% x %} ${x} [site:name]",
        "Возвращение Өзгөн \u202eevil",
    ],
)
def test_a_title_is_text_and_no_markup_or_shortcode(tmp_path: Path, title: str) -> None:
    found = embed(written(tmp_path, title))
    for html in (found.iframe, found.responsive):
        assert not re.search(r"[\[\]{}]", html)
        node = element(html)
        frame = node if node.tag == "iframe" else node[0]
        assert frame.get("title") == title
        assert len(frame.attrib) == 10
        assert len(list(node.iter())) == (1 if node is frame else 2)


def test_all_is_one_line_of_plain_signs(tmp_path: Path) -> None:
    # Blank lines and line breaks are what content systems make paragraphs of.
    path = written(tmp_path, " Returnees\n\nby\u2028district ")
    found = embed(path)
    assert found.iframe.splitlines() == [found.iframe]
    assert found.responsive.splitlines() == [found.responsive]
    assert element(found.iframe).get("title") == "Returnees by district"


def test_without_a_title_the_file_names_the_map(tmp_path: Path) -> None:
    frame = element(embed(written(tmp_path, "", name="map 1#[a]:b.html")).iframe)
    assert frame.get("title") == "map 1#[a]:b"
    assert frame.get("src") == "map%201%23%5Ba%5D%3Ab.html"


def test_what_is_no_map_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.html"
    other.write_text(page(), encoding="utf-8")
    (tmp_path / "folder.html").mkdir()
    bare = written(tmp_path, name="bare.html")
    bare.write_text(bare.read_text("utf-8").replace(disclaimer.text(2022), ""), "utf-8")
    refusals = {
        "other.html": ": it is no map that mtmgeo made.",
        "bare.html": ". The disclaimer is missing",
        "folder.html": ": give a map that is an .html file.",
        "map.png": ": give a map that is an .html file.",
        "none.html": ". The path cannot be examined: No such file or directory.",
    }
    for name, words in refusals.items():
        with pytest.raises(InputError) as error:
            embed(tmp_path / name)
        (fault,) = error.value.faults
        assert fault.startswith(f"{name} cannot be embedded{words}")
    with pytest.raises(InputError, match=r"^\. cannot be embedded: give a map"):
        embed(".")


def test_the_command_prints_both_forms(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path)
    url = "https://example.org/m.html"
    assert main(["embed", str(path), "--url", url, "--ratio", "4/3"]) == 0
    found = embed(path, url=url, ratio="4/3")
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.startswith("<")] == [found.iframe, found.responsive]


def test_the_command_says_in_a_sentence_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["embed", str(tmp_path / "none.html")]) == 2
    printed = capsys.readouterr()
    assert not printed.out
    assert printed.err.startswith("mtmgeo: none.html cannot be embedded. ")
    assert len(printed.err.splitlines()) == 1
