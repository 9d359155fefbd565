"""What comes from data stays text on the page: in every field, whatever a reader does with it."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import html
import io
import itertools
import json
import math
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import html5lib
import pandas as pd
import pytest
import shapely

import mtmgeo
from mtmgeo.boundaries.boundary_set import BoundarySet
from mtmgeo.core import disclaimer
from mtmgeo.files.write import write
from mtmgeo.maps.composition import Composition, LegendEntry, Panel
from mtmgeo.maps.spec import MapSpec
from mtmgeo.verification.verify import verify
from mtmgeo.web.webmap import build, webmap
from tests.browsers import visiting
from tests.payloads import GROUPS, PAYLOADS, WATCH, shown

pytestmark = pytest.mark.slow

ASSETS = Path(mtmgeo.__file__).parent / "web/assets"
SVG = "{http://www.w3.org/2000/svg}"
WIDE = 9
#: Population groups of the first map.
GROUPED = 4
#: Units and places of each further map.
FEW = 3
#: A unit, place or class has one text; maps have the others, one after the other.
SHORT = 120


def frame(geometry, **columns):
    held = {name: pd.Series(some, dtype=object) for name, some in columns.items()}
    return gpd.GeoDataFrame(held, geometry=list(geometry), crs=4326)


def turned(texts: Sequence[str], by: int) -> list[str]:
    return [*texts[by % len(texts) :], *texts[: by % len(texts)]]


def compositions(texts: Sequence[str]) -> list[Composition]:
    """Return maps in which every string is one of `texts`, and each of these in every field.

    The first map has units, places and classes of all texts and several groups; the others have
    one text in all that a map has one of, and few units.
    """
    n = len(texts)
    squares = [
        shapely.box(70 + i % WIDE, 40 + i // WIDE, 71 + i % WIDE, 41 + i // WIDE) for i in range(n)
    ]
    looks = [f"class{i}" for i in range(n)]
    areas = frame(
        squares,
        pcode=turned(texts, 2),
        level=[2] * n,
        name=list(texts),
        name_ru=turned(texts, 3),
        parent=turned(texts, 1),
        value=[math.nan if i % 5 == 4 else float(i) for i in range(n)],
        value_text=turned(texts, 4),
        approximate=[i % 7 == 3 for i in range(n)],
        **{"class": looks},
    )
    symbols = frame(
        shapely.centroid(squares),
        pcode=turned(texts, 6),
        level=[4] * n,
        name=turned(texts, 5),
        name_ru=turned(texts, 7),
        parent=turned(texts, 8),
        unit=turned(texts, 8),
        unit_level=[2] * n,
        value=[float(i + 1) for i in range(n)],
        value_text=turned(texts, 9),
        radius_mm=[2.0] * n,
        **{"class": ["circle"] * n},
    )
    classes = [
        LegendEntry(key=key, label=text, fill="#dbe6f5", hatch="////" if i % 9 == 8 else None)
        for i, (key, text) in enumerate(zip(looks, texts, strict=True))
    ]
    circles = [
        LegendEntry(key="circles", label=texts[0], shape="heading"),
        LegendEntry(key="circle", label=texts[-1], shape="circle", fill="#ffb81c", radius_mm=2),
    ]
    neighbour = frame([shapely.box(60, 40, 70, 45)], iso3=["XXX"], name=[texts[0]])
    first = Composition(
        spec=MapSpec(date=dt.date(2022, 11, 30)),
        title=texts[0],
        theme=texts[0],
        subtitle=texts[0],
        panels=tuple(
            Panel(title=text, areas=areas, symbols=symbols, group=text) for text in texts[:GROUPED]
        ),
        legend_title=texts[0],
        legend=(*classes, *circles),
        outlines=frame([shapely.union_all(squares)], level=[0], name=[texts[0]]),
        lines=frame([], level=[], status=[]),
        water=frame([squares[0].buffer(-0.4)], name=[texts[0]]),
        enclaves=frame([squares[-1].buffer(-0.45)], name=[texts[0]]),
        neighbours=neighbour,
        labels=frame(shapely.centroid(squares), text=list(texts), level=[2] * n, km2=[9e3] * n),
        notes=tuple(texts),
        sources=tuple(turned(texts, 1)),
        synthetic=True,
        projection="+proj=laea +lat_0=41 +lon_0=71",
        projection_name=texts[0],
        disclaimer=disclaimer.text(2022),
        alt=texts[0],
    )
    others = [
        dataclasses.replace(
            first,
            spec=dataclasses.replace(first.spec, producer=text, title=text, subtitle=text),
            title=text,
            theme=text,
            subtitle=text,
            legend_title=text,
            projection_name=text,
            alt=text,
            panels=tuple(
                Panel(title=text, areas=areas[:FEW], symbols=symbols[:FEW], group=group)
                for group in (texts[0], text)
            ),
            legend=circles[1:],
            notes=(text,),
            sources=(text,),
        )
        for text in texts[1:]
    ]
    return [first, *others]


@cache
def page(texts: tuple[str, ...]) -> str:
    return str(build(compositions(texts)).get_root().render())


#: Uses all that a reader can use, as quickly as a script can; returns what could be read.
USE = """async wanted => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const text = selector => document.querySelector(selector)?.textContent ?? null;
  const texts = selector => all(selector).map(part => part.textContent);
  const visible = selector => all(selector).filter(part => !part.closest("[hidden]"))
    .map(part => part.textContent);
  const pause = () => new Promise(done => setTimeout(done));
  all("details").forEach(part => { part.open = true; });
  await pause();
  const selects = all("#mtm-controls select"), seen = {maps: [], groups: [], tips: [], found: []};
  const choose = (select, i) => {
    select.selectedIndex = i;
    select.dispatchEvent(new Event("change", {bubbles: true}));
  };
  seen.themes = [...selects[0].options].map(option => option.textContent);
  seen.offered = [...selects[1].options].map(option => option.textContent);
  for (let i = 0; i < seen.offered.length; i++) {
    choose(selects[1], i);
    seen.groups.push(text("#mtm-title"));
  }
  choose(selects[1], 0);
  for (const unit of all("#mtm-drawing [data-unit], #mtm-drawing [data-place]")) {
    const box = unit.getBoundingClientRect(), at = {bubbles: true, cancelable: true,
      clientX: box.x + box.width / 2, clientY: box.y + box.height / 2};
    unit.dispatchEvent(new PointerEvent("pointermove", at));
    seen.tips.push([unit.getAttribute("aria-label"), ...texts(".mtm-tip > div")]);
  }
  for (const unit of all("#mtm-drawing [data-unit]").slice(0, 12)) {
    unit.focus();
    unit.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true}));
    unit.dispatchEvent(new MouseEvent("click", {bubbles: true}));
  }
  seen.live = text("#mtm-live");
  seen.rows = all("#mtm-table tbody tr").map(row => [...row.cells].map(cell => cell.textContent));
  seen.caption = text("#mtm-table caption");
  for (const sort of all("#mtm-table thead button")) { sort.click(); sort.click(); }
  for (const filter of all(".mtm-filter").slice(0, 3)) { filter.click(); filter.click(); }
  const find = document.querySelector("#mtm-find");
  for (const words of wanted) {
    find.value = words;
    find.dispatchEvent(new Event("input", {bubbles: true}));
    seen.found.push(texts(".mtm-hit-name"));
  }
  document.querySelector(".mtm-hit")?.click();
  seen.chosen = find.value;
  find.value = "";
  find.dispatchEvent(new Event("input", {bubbles: true}));
  seen.labels = texts(".mtm-names text");
  seen.entries = visible(".mtm-legend li > span:last-child");
  seen.listed = visible(".mtm-notes li");
  for (let i = 0; i < seen.themes.length; i++) {
    choose(selects[0], i);
    seen.maps.push([text("#mtm-title"), text("#mtm-subtitle"), visible(".mtm-legend h2")[0],
      [...selects[1].options].map(option => option.textContent),
      document.querySelector(".mtm-map").getAttribute("aria-label")]);
  }
  choose(selects[0], 0);
  await pause();
  return seen;
}"""
#: What is in the page, by kind: tags with the names of their attributes, ids, global names.
KINDS = """() => {
  const all = [...document.querySelectorAll("*")];
  const tags = all.map(part => part.closest(".mtm-names") ? part.localName
    : [part.localName, ...part.getAttributeNames().sort()].join(" "));
  const rare = ["script", "style", "link", "meta", "base", "iframe", "object", "embed", "img", "a",
    "form", "template", "audio", "video", "dialog", "image", "use", "foreignObject", "math"];
  return {
    tags: [...new Set(tags)],
    rare: rare.map(tag => [tag, all.filter(part => part.localName === tag).length]),
    ids: all.map(part => part.id).filter(Boolean).sort(),
    names: Object.getOwnPropertyNames(window).sort(),
    members: [Object, Array, String, Function, Element].flatMap(kind =>
      Object.getOwnPropertyNames(kind.prototype).map(name => kind.name + "." + name)).sort(),
    hits: window.mtmHits,
  };
}"""


def used(visit, markup, wanted=()):
    """Open a page as a reader would, use all of it, and return what was seen and what is there."""
    opened = visit("<!DOCTYPE html>")
    opened.page.add_init_script(WATCH)
    Path(opened.url.removeprefix("file://")).write_bytes(markup.encode())
    opened.page.reload()
    opened.page.wait_for_selector(".mtm-run", state="attached")
    seen = opened.page.evaluate(USE, [shown(text) for text in wanted])
    return opened, seen, opened.page.evaluate(KINDS)


def harmless(n):
    return tuple(f"Name {i}" for i in range(n))


def batch(group: str) -> tuple[str, ...]:
    """Return the strings of a group that look different on a page."""
    return tuple({shown(text): text for text in GROUPS[group]}.values())


@pytest.fixture(scope="module")
def ordinary(browser, tmp_path_factory):
    """Return what is in a page of harmless strings after it was used."""
    with visiting(browser, tmp_path_factory.mktemp("ordinary")) as visit:
        return used(visit, page(harmless(20)), harmless(20))[2]


@dataclasses.dataclass(frozen=True)
class Used:
    """A page of hostile strings after it was used, and what a reader saved of it."""

    texts: tuple[str, ...]
    title: str
    seen: dict[str, Any]
    kinds: dict[str, Any]
    saved: dict[str, tuple[str, bytes]]


@pytest.fixture(scope="module", params=list(GROUPS))
def hostile(request, browser, tmp_path_factory):
    texts = batch(request.param)
    with visiting(browser, tmp_path_factory.mktemp("hostile")) as visit:
        opened, seen, kinds = used(visit, page(texts), texts)
        title, saved = opened.page.title(), {}
        for word in ("Table (CSV)", "Drawing (SVG)", "Picture (PNG)"):
            with opened.page.expect_download() as download:
                opened.page.get_by_role("button", name=word).click()
            content = Path(download.value.path()).read_bytes()
            saved[word] = (download.value.suggested_filename, content)
    return Used(texts, title, seen, kinds, saved)


def new(kinds, ordinary):
    """Return what an ordinary page does not have: kinds of elements, ids, globals, members."""
    found = {
        kind: {re.sub(r"map_\w+|\d+", "0", str(one)) for one in kinds[kind]}
        - {re.sub(r"map_\w+|\d+", "0", str(one)) for one in ordinary[kind]}
        for kind in ("tags", "ids", "names", "members")
    }
    rare = [one for one in kinds["rare"] if one not in ordinary["rare"]]
    return {kind: some for kind, some in found.items() if some} | ({"rare": rare} if rare else {})


def test_every_string_in_every_field_is_text(hostile, ordinary):
    texts, seen = hostile.texts, hostile.seen
    assert hostile.kinds["hits"] == []
    assert new(hostile.kinds, ordinary) == {}
    assert hostile.title == " ".join(shown(texts[0]).split())

    every = {shown(text) for text in texts}
    first, grouped = shown(texts[0]), [shown(text) for text in texts[:GROUPED]]
    assert set(seen["themes"]) == every
    assert seen["offered"] == grouped
    assert seen["groups"] == [f"{first} – {text}" for text in grouped]
    for text, (title, subtitle, legend, offered, label) in zip(
        seen["themes"], seen["maps"], strict=True
    ):
        assert (title, subtitle, legend) == (f"{text} – {text}", text, text)
        assert text in offered
        assert text in label
    units = zip(*(map(shown, turned(texts, by)) for by in (0, 1, 2, 4)), strict=True)
    told = {tuple(tip[1:4]): tip for tip in seen["tips"]}
    for name, parent, pcode, value in units:
        lines = tuple(line for line in (name, parent, pcode) if line)
        tip = told[lines]
        assert tip[4].endswith(f": {value}")
        assert tip[0].startswith(", ".join(lines))
    rows = {tuple(row[:4]) for row in seen["rows"]}
    for steps in ((0, 1, 2, 4), (5, 8, 6, 9)):
        columns = [map(shown, turned(texts, by)) for by in steps]
        if steps[0] == 0:
            assert set(zip(*columns, strict=True)) <= rows
    assert set(seen["labels"]) == every
    assert every <= set(seen["entries"])
    assert every <= set(seen["listed"])
    assert seen["caption"].startswith(f"{first} – {first}")


def test_saved_files_hold_the_strings_as_text(hostile):
    texts, saved = hostile.texts, {word: content for word, (_, content) in hostile.saved.items()}
    for name, _ in hostile.saved.values():
        assert re.fullmatch(r"[\w.-]+\.(csv|svg|png)", name)

    every = {shown(text) for text in texts}
    table = list(csv.reader(io.StringIO(saved["Table (CSV)"].decode("utf-8-sig"), newline="")))
    cells = {cell for row in table for cell in row}
    assert [text for text in every if not {text, f"'{text}"} & cells] == []
    risky = [
        cell
        for row in table
        for cell in row
        if re.match(r"\s*[=+\-@＝＋－＠]", cell) and not re.fullmatch(r"-?[\d.]+", cell)
    ]
    assert risky == []

    drawing = ET.fromstring(saved["Drawing (SVG)"])  # noqa: S314  (made by ourselves, just now)
    tags = {part.tag.removeprefix(SVG) for part in drawing.iter()}
    assert not tags & {"script", "foreignObject", "style", "a", "iframe", "set", "animate"}
    names = {name for part in drawing.iter() for name in part.attrib}
    assert [name for name in names if name.lower().startswith("on")] == []
    assert shown(texts[0]) in (drawing.findtext(f"{SVG}title") or "")
    assert saved["Picture (PNG)"].startswith(b"\x89PNG")


def test_strings_can_be_searched_for(visit):
    """Every name with letters in it is found by itself."""
    texts = tuple(dict.fromkeys(shown(text) for text in GROUPS["tags"] + GROUPS["members"]))
    made = build(compositions(texts)[:1])
    _, seen, _ = used(visit, made.get_root().render(), texts)
    assert {name for found in seen["found"] for name in found} <= set(texts)
    plain = [i for i, text in enumerate(texts) if text.isalpha() and text.isascii()]
    assert plain
    assert [texts[i] for i in plain if texts[i] not in seen["found"][i]] == []


# The written page


def test_hostile_pages_are_written_and_pass_verification(tmp_path):
    for i, group in enumerate(GROUPS):
        texts = batch(group)[:30]
        file = write(build(compositions(texts)[:3]), tmp_path / f"map{i}.html")
        assert [finding.ok for finding in verify(file)] == [True], group


@pytest.mark.parametrize("group", list(GROUPS))
def test_written_page_has_no_new_markup(group):
    """Two readers of HTML agree on the page: as many elements as harmless names make."""
    texts = batch(group)
    made, plain = (
        html5lib.parse(
            build(compositions(one)[:3]).get_root().render(), namespaceHTMLElements=False
        )
        for one in (texts, harmless(len(texts)))
    )
    count = [len(list(tree.iter())) for tree in (made, plain)]
    # Names that do not fit are not drawn, and a blank one is no node.
    names = [len(tree.findall(".//{*}g[@class='mtm-names']/*")) for tree in (made, plain)]
    assert count[0] - names[0] == count[1] - names[1]
    styled = [part for part in made.iter() if isinstance(part.tag, str) and "style" in part.attrib]
    assert [part.get("id") for part in styled] == [disclaimer.ELEMENT_ID]
    on = [
        name
        for part in made.iter()
        if isinstance(part.tag, str)
        for name in part.attrib
        if str(name).startswith("on")
    ]
    assert on == []


def test_templates_never_see_data():
    texts = batch("templates")
    found = page(texts)
    assert "1337" not in re.sub(r"[\d,.-]{6,}", "", html.unescape(found))
    body = html.unescape(found)
    for text in texts:
        assert shown(text) in body
        assert (
            re.sub(
                r"[<>&\u2028\u2029]",
                lambda sign: f"\\u{ord(sign.group()):04x}",
                json.dumps(shown(text), ensure_ascii=False),
            )
            in found
        )


def test_scripts_of_the_page_make_no_code_and_no_markup():
    banned = (
        r"\beval\b|new Function|\bFunction\(|innerHTML|outerHTML|insertAdjacentHTML|document\.write"
        r"|setTimeout\(\s*[\"'`]|setInterval\(\s*[\"'`]|createContextualFragment|DOMParser"
        r"|\bfetch\(|XMLHttpRequest|WebSocket|sendBeacon|importScripts|\bimport\(|localStorage"
        r"|sessionStorage|indexedDB|document\.cookie|setHTMLUnsafe|parseHTMLUnsafe"
        r"|setAttribute\(\s*[\"']style"
    )
    for script in sorted({*ASSETS.rglob("*.js")} - {ASSETS / "folium.js"}):
        assert re.findall(banned, script.read_text("utf-8")) == [], script.name


# Boundaries and tables, from the beginning to the page


def hostile_set(texts: Sequence[str]) -> BoundarySet:
    """Return units of admin 1 and 2, and settlements, whose every word is one of `texts`."""
    rows, shapes = [], []
    for level, count in ((1, 4), (2, len(texts)), (4, len(texts))):
        for i in range(count):
            size = {1: 100.0, 2: 1.0, 4: 0.0}[level]
            west, south = (0.0, 0.0) if level == 1 else (i % 20, i // 20)
            box = shapely.box(west, south, west + 1, south + 1) if level == 2 else None
            rows.append(
                {
                    "level": level,
                    "pcode": f"QQ{level}{i:04d}",
                    "parent_pcode": {1: "QQ", 2: f"QQ1{i % 4:04d}", 4: f"QQ2{i:04d}"}[level],
                    "name": texts[i],
                    "name_en": texts[i - 1],
                    "name_ru": texts[i - 2],
                    "aliases": texts[i - 3].replace("|", "/"),
                    "type": texts[i - 4],
                    "approximate": i % 3 == 0,
                    "lat": south + 0.5 if size < 2 else math.nan,
                    "lon": west + 0.5 if size < 2 else math.nan,
                }
            )
            shapes.append(box)
    units = gpd.GeoDataFrame(pd.DataFrame(rows), geometry=shapes, crs=4326)
    return BoundarySet(
        units=units,
        name="qq",
        title=texts[0],
        country=texts[1],
        version=texts[2],
        licence=texts[3],
        sources=tuple(texts[:40]),
        notes={2: texts[4]},
        level_names={1: texts[5], 2: texts[6], 4: texts[7]},
    )


def hostile_result(texts: Sequence[str]) -> mtmgeo.Assessment:
    bounds = hostile_set(texts)
    table = pd.DataFrame(
        {
            "lat": [i // 20 + 0.5 for i in range(len(texts))],
            "lon": [i % 20 + 0.5 for i in range(len(texts))],
            "location": list(texts),
            "returnees_2021": range(10, 10 + len(texts)),
            "returnees_2022": range(20, 20 + len(texts)),
        }
    )
    return mtmgeo.assess(mtmgeo.match(table, bounds))


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_names_from_boundaries_and_words_of_the_caller_are_text(visit, lang):
    distinct = {shown(text).strip(): shown(text) for text in PAYLOADS if len(text) < SHORT}
    texts = tuple(text for words, text in distinct.items() if words)
    result = hostile_result(texts)
    specs = [
        MapSpec(
            lang=lang,
            date=dt.date(2022, 11, 30),
            circles="locations",
            title=text,
            subtitle=text,
            number=text,
            producer=text,
            notes=tuple(texts[:60]),
            below_disclaimer=text,
        )
        for text in itertools.islice(texts, 0, None, 40)
    ]
    made = webmap(result, *specs)
    opened, seen, kinds = used(visit, str(made.get_root().render()), texts[:40])
    assert kinds["hits"] == []
    assert dict(kinds["rare"])["img"] == dict(kinds["rare"])["iframe"] == 0
    assert dict(kinds["rare"])["form"] == dict(kinds["rare"])["object"] == 0
    assert [tag for tag in kinds["tags"] if re.search(r" on\w+", tag)] == []
    told = {tip[1] for tip in seen["tips"]}
    known = {shown(text) for text in texts}
    assert len(told & known) > 0.9 * len(known)
    assert opened.page.locator(f"#{disclaimer.ELEMENT_ID}").count() == 1


# What comes from outside: the address and the host


def test_fragment_of_the_address_does_nothing_but_choose(visit):
    texts = harmless(12)
    opened, _, before = used(visit, page(texts))
    sent = [shown(text) for text in PAYLOADS if len(text) < SHORT]
    title = opened.page.evaluate(
        """async sent => {
        const keys = ["theme", "group", "year", "unit", "at", "__proto__", "constructor", "off"];
        const send = async hash => {
          location.hash = hash;
          dispatchEvent(new HashChangeEvent("hashchange"));
        };
        for (const text of sent) {
          await send(text);
          await send("theme=0&" + keys.map(key => key + "=" + encodeURIComponent(text)).join("&"));
        }
        for (const key of keys) for (const odd of ["-1", "1e9", "NaN", "9".repeat(400), "null",
            "0x0", "1,2", "91,181,99", "0,0,NaN", "1e3,1e3,1e3", "%", "%ff", "[object Object]"])
          await send("theme=" + odd + "&" + key + "=" + odd);
        return document.querySelector("#mtm-title").textContent;
      }""",
        sent,
    )
    after = opened.page.evaluate(KINDS)
    assert title in {f"{one} – {other}" for one in texts for other in texts}
    assert after["hits"] == []
    assert after["names"] == before["names"]
    assert after["members"] == before["members"]
    assert set(after["tags"]) - set(before["tags"]) == set()


@pytest.mark.parametrize("group", ["breakers", "addresses", "members"])
def test_shared_link_of_a_hostile_unit_shows_it_again(visit, group):
    texts = tuple(text for text in batch(group) if shown(text) == text)
    opened = visit(page(texts))
    units = opened.page.locator("#mtm-drawing [data-unit]")
    for number in (0, len(texts) // 2):
        units.nth(number).focus()
        opened.page.keyboard.press("Enter")
        said = opened.page.locator("#mtm-live").text_content()
        opened.page.wait_for_timeout(600)
        assert "unit=" in opened.page.url
        opened.page.reload()
        opened.page.wait_for_selector(".mtm-run", state="attached")
        assert opened.page.locator("#mtm-live").text_content() == said


def test_page_opened_with_a_hostile_fragment(visit):
    opened = visit(page(harmless(6)))
    for text in (*GROUPS["tags"][:6], *GROUPS["addresses"], "__proto__=1", "theme=<b>&unit=<b>"):
        opened.page.add_init_script(WATCH)
        url = f"{opened.url}#{shown(text)}"
        opened.page.goto("about:blank")
        opened.page.evaluate("0")
        opened.page.goto(url)
        opened.page.wait_for_selector(".mtm-run", state="attached")
        assert opened.page.evaluate("window.mtmHits") == []
        assert opened.page.locator("[data-unit]").count() == 6


def test_messages_of_a_host_do_nothing_but_choose(browser, tmp_path):
    """A host of another origin sends whatever it likes into a sandboxed frame."""
    (tmp_path / "map.html").write_bytes(page(harmless(6)).encode())
    host = tmp_path / "host.html"
    host.write_text(
        "<!DOCTYPE html><script>window.heard = [];"
        "addEventListener('message', event => heard.push(event.data));</script>"
        '<iframe src="map.html" sandbox="allow-scripts" width="800" height="600"></iframe>',
        "utf-8",
    )
    page_ = browser.new_page()
    faults: list[str] = []
    page_.on("console", lambda message: faults.append(message.text))
    page_.on("pageerror", lambda error: faults.append(str(error)))
    page_.add_init_script(WATCH)
    page_.goto(host.as_uri())
    page_.wait_for_function("heard.length > 0")
    sent = [shown(text) for text in PAYLOADS if len(text) < SHORT]
    page_.evaluate(
        """async sent => {
        const frame = document.querySelector("iframe").contentWindow;
        const odd = [null, undefined, 0, -1, 1e9, NaN, "", [], {}, [[]], {length: 1}, true,
          new Date(), /x/, new Map([["a", 1]]), 10n, new Error("x"), new ArrayBuffer(8)];
        for (const value of [...sent, ...odd]) {
          frame.postMessage(value, "*");
          frame.postMessage({mtmgeo: 1, set: value}, "*");
          frame.postMessage({mtmgeo: value, set: {year: 2022}}, "*");
          for (const key of ["theme", "group", "year", "unit", "off", "__proto__", "constructor"])
            frame.postMessage({mtmgeo: 1, set: {[key]: value}}, "*");
          frame.postMessage({mtmgeo: 1, set: JSON.parse(
            `{"__proto__": {"x": 1}, "theme": ${JSON.stringify(String(value))}}`)}, "*");
        }
        await new Promise(done => setTimeout(done, 1000));
      }""",
        sent,
    )
    inner = page_.frames[1]
    kinds = inner.evaluate(KINDS)
    heard = page_.evaluate("JSON.stringify(heard)")
    answers = [
        answer for answer in json.loads(heard) if isinstance(answer, dict) and "error" in answer
    ]
    assert faults == []
    assert kinds["hits"] == []
    assert page_.evaluate("mtmHits") == []
    assert len(answers) > 100
    assert max(len(answer["error"]) for answer in answers) < 300
    assert inner.locator("#mtm-title").text_content() in {
        f"Name {i} – Name {k}" for i in range(6) for k in range(6)
    }
    page_.close()
