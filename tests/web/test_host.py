"""A map in pages of other origins, and what it does for its host, in a real browser."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache, partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, Frame, Locator, Page, expect

from mtmgeo import Embedding, MapSpec, embed, webmap, write
from mtmgeo.core import disclaimer
from tests.browsers import FLAGS, Visit, launch
from tests.example import result

pytestmark = pytest.mark.slow

EXAMPLE = Path(__file__).parents[2] / "examples/kgz_round1/kgz_round1_synthetic.csv"
AK_SUU, JETI_OGUZ = "KG02205000000", "KG02210000000"
FOOT = f"#{disclaimer.ELEMENT_ID}"
#: Waits, as a reader would, until what was set in motion has happened.
SOON = 3000


@pytest.fixture(scope="session")
def mapped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    looks = (
        MapSpec(),
        MapSpec(by_year=True),
        MapSpec(group="migrant workers", by_year=True),
        MapSpec(kind="coverage"),
    )
    made = webmap(result(), *(replace(look, date=dt.date(2022, 11, 30)) for look in looks))
    path = tmp_path_factory.mktemp("embedded") / "map.html"
    write(made, path)
    return path


@cache
def embedded(page: Path, url: str) -> Embedding:
    return embed(page, url=url)


class Server:
    """Pages on an origin of their own."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[bytes, dict[str, str]]] = {}
        self.served = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self.pages))
        self.address = f"http://127.0.0.1:{self.served.server_port}"
        Thread(target=self.served.serve_forever, daemon=True).start()

    def put(self, name: str, html: str, **headers: str) -> str:
        self.pages[f"/{name}"] = html.encode(), headers
        return f"{self.address}/{name}"


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, pages: dict[str, tuple[bytes, dict[str, str]]], *parts: Any) -> None:
        self.pages = pages
        super().__init__(*parts)

    def do_GET(self) -> None:
        content, headers = self.pages[self.path]
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Server, Server]]:
    """Return that of the host's pages and that of the maps, which are of two origins."""
    both = Server(), Server()
    yield both
    for one in both:
        one.served.shutdown()
        one.served.server_close()


@dataclass
class Hosted:
    """A page of another origin, the map in it, and all that went wrong on either."""

    page: Page
    frame: Frame
    faults: list[str] = field(default_factory=list)

    def heard(self) -> list[Any]:
        """Return the messages of the map to its host."""
        found: list[Any] = self.page.evaluate("window.heard")
        return found

    def ask(self, message: Any) -> None:
        self.page.evaluate(
            "m => document.querySelector('iframe').contentWindow.postMessage(m, '*')", message
        )

    def until(self, test: str, argument: Any = None) -> None:
        self.page.wait_for_function(test, arg=argument, timeout=SOON)

    def all_heard(self) -> list[Any]:
        """Return the messages once the map has dealt with all that it was asked.

        Faults are answered at once; what a question before them set going is over when the second
        one is answered.
        """
        ends = [{"mtmgeo": 1, "error": f"Not understood: end{i}"} for i in range(2)]
        for i, end in enumerate(ends):
            self.ask({"mtmgeo": 1, "set": {f"end{i}": 0}})
            self.until("end => heard.some(({ error }) => error === end)", end["error"])
        return [message for message in self.heard() if message not in ends]


def soon(check: Callable[[], bool]) -> bool:
    """Wait until something holds, and return whether it does."""
    end = time.monotonic() + SOON / 1000
    while not check():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture(scope="module")
def local(browser: Browser) -> Iterator[Browser]:
    """Return a browser that reaches this machine, and no other."""
    flags = [f"{flag}, EXCLUDE 127.0.0.1" if "NOTFOUND" in flag else flag for flag in FLAGS]
    running = launch(browser.browser_type, flags)
    yield running
    running.close()


@pytest.fixture
def host(
    local: Browser, servers: tuple[Server, Server], mapped: Path
) -> Iterator[Callable[..., Hosted]]:
    """Show the map in a page of another origin; the test fails if either asked or complained."""
    opened: list[Hosted] = []

    def show(
        around: str = "{}",
        css: str = "",
        *,
        form: str = "responsive",
        size: tuple[int, int] = (1280, 800),
        fragment: str = "",
        head: str = "",
        headers: dict[str, str] | None = None,
        before: str = "",
        change: Callable[[str], str] = str,
        **options: Any,
    ) -> Hosted:
        hosts, maps = servers
        url = maps.put("map.html", mapped.read_text("utf-8"), **(headers or {}))
        html = change(getattr(embedded(mapped, url + fragment), form))
        script = "heard = []; addEventListener('message', (e) => heard.push(e.data))"
        address = hosts.put(
            "host.html",
            '<!DOCTYPE html><html lang="en"><head><title>Host</title>'
            '<link rel="icon" href="data:,">'
            f'<meta name="viewport" content="width=device-width">{head}<style>{css}</style>'
            f"<script>{script}</script></head><body>{around.replace('{}', html)}</body></html>",
        )
        page = local.new_page(viewport={"width": size[0], "height": size[1]}, **options)
        one = Hosted(page, page.main_frame)
        opened.append(one)
        page.on("console", lambda message: one.faults.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: one.faults.append(f"error: {error}"))
        page.add_init_script(before)
        page.route(lambda where: not where.startswith((hosts.address, maps.address)), _refuse(one))
        page.goto(address)
        page.wait_for_function("document.querySelector('iframe')")
        if page.locator("iframe").first.is_visible():
            page.locator("iframe").first.scroll_into_view_if_needed()
        page.wait_for_function("window.heard.length > 1", timeout=SOON)
        (one.frame,) = [each for each in page.frames if each.url.startswith(maps.address)]
        return one

    yield show
    for one in opened:
        one.page.close()
    assert [fault for one in opened for fault in one.faults] == []


def _refuse(one: Hosted) -> Callable[[Any], None]:
    def refuse(route: Any) -> None:
        if not route.request.url.startswith("data:"):
            one.faults.append(f"request: {route.request.url}")
        route.abort()

    return refuse


IN_VIEW = """foot => {
  const box = foot.getBoundingClientRect(), range = document.createRange();
  range.selectNodeContents(foot);
  const lines = [...range.getClientRects()], size = parseFloat(getComputedStyle(foot).fontSize);
  const seen = (x, line) =>
    document.elementFromPoint(x, line.top + line.height / 2) === foot;
  return size >= 10 && box.top >= 0 && box.bottom <= innerHeight + 0.5 && lines.length > 0 &&
    lines.every((line) => line.left >= 0 && line.right <= innerWidth + 0.5 &&
      [line.left + 1, (line.left + line.right) / 2, line.right - 1].every((x) => seen(x, line)));
}"""


def in_view(frame: Frame) -> bool:
    """Return whether every line of the disclaimer can be read inside its frame."""
    return bool(frame.locator(FOOT).evaluate(IN_VIEW))


def drawn(hosted: Hosted) -> dict[str, float]:
    """Return the frame's box on its host's page, where it is what a reader sees."""
    box: dict[str, float] = hosted.page.evaluate(
        """() => {
          const frame = document.querySelector("iframe");
          frame.scrollIntoView({ block: "center" });
          const box = frame.getBoundingClientRect();
          const at = [[0.1, 0.1], [0.5, 0.5], [0.9, 0.9]].map(([x, y]) => document.elementFromPoint(
            box.left + x * box.width, box.top + y * box.height) === frame);
          return { width: box.width, height: box.height, seen: at.every(Boolean) };
        }"""
    )
    assert box["seen"]
    return box


# --- content systems ----------------------------------------------------------------------------

WORDPRESS = (
    '<div id="page" class="site"><main class="wp-site-blocks"><article class="post hentry">'
    '<div class="entry-content wp-block-post-content is-layout-constrained">'
    '<p>Before</p>{}<p>After</p><p style="height:1500px">More</p></div></article></main></div>'
)
DRUPAL = (
    '<div class="layout-container"><main role="main"><div class="region region-content">'
    '<article class="node node--type-page"><div class="node__content">'
    '<div class="text-formatted field field--name-body field--type-text-with-summary field__item">'
    '{}<p style="height:1500px">After</p></div></div></article></div></main></div>'
)
SHAREPOINT = (
    '<div class="CanvasZone" style="display:flex"><div class="CanvasSection" style="flex:1">'
    '<div data-automation-id="embed" style="overflow:hidden">{}</div></div></div>'
)
HOSTILE = {
    "size": "iframe{width:50px!important;height:20px!important;min-height:0!important;"
    "max-width:60px!important;aspect-ratio:auto!important}",
    "hidden": "iframe{display:none!important;visibility:hidden!important;opacity:0!important}",
    "all": "*{font-size:3px!important;visibility:hidden!important;color:red!important;"
    "text-indent:-9999px!important;pointer-events:none!important}",
    "entry": ".entry-content iframe,.field__item iframe{max-height:90px!important}"
    ".entry-content>*,.field__item>*{max-width:40px!important;float:right!important}",
    "first": "p:first-child,p:first-of-type{display:none!important}p>iframe{display:none!important}"
    "p{height:0;overflow:hidden}",
    "odd": "iframe{position:absolute!important;left:-9999px!important;pointer-events:none;"
    "filter:opacity(0)!important;content-visibility:hidden!important;zoom:.1!important;"
    "transform:scale(.2)!important;clip-path:inset(50%)!important;margin:-500px!important}"
    "@keyframes gone{to{opacity:0;height:0}}iframe,div>div{animation:gone 1ms forwards}",
    "layers": "@layer x{iframe{height:1px!important;min-height:1px!important;"
    "opacity:0!important}}iframe{transition:none!important;contain:size!important}",
}


@pytest.mark.parametrize("css", list(HOSTILE.values()), ids=list(HOSTILE))
@pytest.mark.parametrize("around", [WORDPRESS, DRUPAL], ids=["wordpress", "drupal"])
def test_the_map_shows_whatever_the_style_sheets_of_a_site_say(
    host: Callable[..., Hosted], around: str, css: str
) -> None:
    hosted = host(around, css)
    box = drawn(hosted)
    assert box["width"] >= 900
    assert 480 <= box["height"] <= 720
    assert in_view(hosted.frame)
    assert hosted.frame.locator(".folium-map").bounding_box()["height"] > 250  # type: ignore[index]


@pytest.mark.parametrize("form", ["iframe", "responsive"])
@pytest.mark.parametrize(
    ("around", "size"),
    [
        (WORDPRESS, (1280, 800)),
        (SHAREPOINT, (1280, 800)),
        (DRUPAL, (360, 640)),
        ("<p>{}</p>", (320, 480)),
        (WORDPRESS, (640, 320)),
    ],
)
def test_the_map_fits_its_place_and_the_disclaimer_is_never_alone(
    host: Callable[..., Hosted], around: str, size: tuple[int, int], form: str
) -> None:
    hosted = host(around, "body{margin:8px}", size=size, form=form)
    box = drawn(hosted)
    wide = size[0] - 16 if form == "responsive" else min(960, size[0] - 16)
    assert box["width"] == pytest.approx(wide, abs=1)
    least = min(480, 0.9 * size[1])
    most = 0.9 * size[1] if form == "responsive" else 2000
    assert box["height"] == pytest.approx(max(least, min(most, wide * 10 / 16)), abs=1)
    assert in_view(hosted.frame)
    foot = hosted.frame.locator(FOOT).bounding_box()
    assert foot is not None
    assert foot["height"] < 0.4 * box["height"]


def test_without_styles_the_attributes_give_the_map_its_size(host: Callable[..., Hosted]) -> None:
    # Drupal takes style attributes out, whatever else it lets through.
    hosted = host(DRUPAL, change=lambda html: re.sub(r' style="[^"]*"', "", html))
    box = drawn(hosted)
    assert box["width"] >= 900
    assert box["height"] >= 600
    assert in_view(hosted.frame)


def test_the_frame_has_no_hold_on_its_host(host: Callable[..., Hosted]) -> None:
    hosted = host()
    tried = """() => {
      const held = [];
      try { held.push(localStorage.length); } catch {}
      try { held.push(document.cookie); } catch {}
      try { held.push(parent.document.title); } catch {}
      try { top.location = "about:blank"; held.push("moved"); } catch {}
      return [origin, held, open("about:blank")];
    }"""
    assert hosted.frame.evaluate(tried) == ["null", [], None]
    # The browser says on the console what it refused.
    hosted.faults.clear()


# --- messages -----------------------------------------------------------------------------------


def states(hosted: Hosted) -> list[Any]:
    return [said["state"] for said in hosted.heard() if "state" in said]


def test_the_map_says_that_it_is_there_and_what_it_shows(host: Callable[..., Hosted]) -> None:
    hosted = host()
    ready, first = hosted.heard()
    assert ready == {"mtmgeo": 1, "ready": True}
    assert first["mtmgeo"] == 1
    state = first["state"]
    assert list(state) == ["theme", "group", "year", "unit", "title", "themes", "groups", "years"]
    assert state["themes"] == ["Individuals by district or city", "Coverage by district or city"]
    assert state["groups"] == ["Return migrants", "Migrant workers"]
    assert state["years"] == [None, 2020, 2021, 2022]
    assert (state["theme"], state["group"], state["year"], state["unit"]) == (0, 0, None, None)


def test_the_host_chooses_what_is_shown(host: Callable[..., Hosted]) -> None:
    hosted = host()
    asked: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
        ({"year": 2021}, {"theme": 0, "group": 0, "year": 2021}),
        (
            {"theme": "Coverage by district or city"},
            {"theme": 1, "group": None, "year": None, "years": [None]},
        ),
        (
            {"theme": 0, "group": "Migrant workers", "year": 2020},
            {"theme": 0, "group": 1, "year": 2020},
        ),
        (
            {"group": 0, "year": None, "unit": JETI_OGUZ},
            {"group": 0, "year": None, "unit": JETI_OGUZ},
        ),
        ({"unit": None}, {"group": 0, "year": None, "unit": None}),
    )
    for number, (change, expected) in enumerate(asked, 3):
        hosted.ask({"mtmgeo": 1, "set": change})
        hosted.until(f"heard.length === {number}")
        state = states(hosted)[-1]
        assert {key: state[key] for key in expected} == expected
        assert hosted.frame.locator("#mtm-title").inner_text() == state["title"]
    assert len(hosted.all_heard()) == 2 + len(asked)


def test_an_empty_question_is_answered_with_the_state(host: Callable[..., Hosted]) -> None:
    hosted = host()
    hosted.ask({"mtmgeo": 1, "set": {}})
    hosted.until("heard.length > 2")
    first, second = states(hosted)
    assert first == second


REFUSED: tuple[tuple[Any, str], ...] = (
    ({"year": 1999}, "year"),
    ({"year": "2021"}, "year"),
    ({"year": [2021]}, "year"),
    ({"theme": 7}, "theme"),
    ({"theme": "<img src=x onerror=alert(1)>"}, "theme"),
    ({"theme": "__proto__"}, "theme"),
    ({"group": 0.5, "year": 2021}, "group"),
    ({"theme": 1, "year": 2021}, "year"),
    ({"unit": "KG99"}, "unit"),
    ({"unit": ""}, "unit"),
    ({"year": 2021, "colour": "red"}, "colour"),
    (None, "set"),
    ("year", "set"),
    ([2021], "0"),
)


def test_what_is_not_understood_is_said_and_changes_nothing(host: Callable[..., Hosted]) -> None:
    hosted = host()
    for change, _ in REFUSED:
        hosted.ask({"mtmgeo": 1, "set": change})
    hosted.ask({"mtmgeo": 1, "set": {}})
    hosted.until(f"heard.length > {2 + len(REFUSED)}")
    errors = [{"mtmgeo": 1, "error": f"Not understood: {fault}"} for _, fault in REFUSED]
    assert hosted.heard()[2:-1] == errors
    first, last = states(hosted)
    assert first == last


def test_what_is_no_question_is_left_alone(host: Callable[..., Hosted]) -> None:
    hosted = host()
    change = {"year": 2021}
    for message in (
        *(None, "set", 7, {}, {"set": change}, {"mtmgeo": "1", "set": change}),
        *({"mtmgeo": 2, "set": change}, {"mtmgeo": 1}, {"mtmgeo": 1, "state": change}),
        {"mtmgeo": 1, "error": "x"},
    ):
        hosted.ask(message)
    assert len(hosted.all_heard()) == 2


def test_only_the_page_around_the_map_is_heard(host: Callable[..., Hosted]) -> None:
    # Another frame of the host, and the map itself, ask for what the host may ask for.
    hosted = host(WORDPRESS + '<iframe id="other" srcdoc="<p>Another</p>"></iframe>')
    ask = "postMessage({mtmgeo: 1, set: {year: 2021}}, '*')"
    (other,) = [frame for frame in hosted.page.frames if frame.url == "about:srcdoc"]
    other.evaluate(f"parent.frames[0].{ask}")
    hosted.frame.evaluate(ask)
    assert len(hosted.all_heard()) == 2
    hosted.page.evaluate(f"frames[0].{ask}")
    hosted.until("heard.at(-1).state?.year === 2021")
    assert states(hosted)[-1]["year"] == 2021


def test_what_is_asked_before_the_map_has_started_is_answered_then(
    host: Callable[..., Hosted],
) -> None:
    ask = "this.contentWindow.postMessage({mtmgeo: 1, set: {year: 2021}}, '*')"
    hosted = host(
        change=lambda html: html.replace("<iframe", f'<iframe onload="{ask}"'),
        # The first frame is late.
        before="if (self !== top) requestAnimationFrame = (then) => setTimeout(then, 1000)",
    )
    assert [state["year"] for state in states(hosted)] == [2021]


@pytest.mark.parametrize("fragment", ["", f"#theme=0&group=0&year=2021&unit={AK_SUU}"])
@pytest.mark.parametrize("lazy", [True, False])
def test_a_map_behind_a_tab_goes_where_it_was_sent_when_it_is_shown(
    host: Callable[..., Hosted], fragment: str, lazy: bool
) -> None:
    # A frame that loads late has been seen before.
    hidden, wait = ("", "") if lazy else ("hidden", 'loading="lazy"')
    hosted = host(
        f"<div id=tab {hidden}>{{}}</div>",
        fragment=fragment,
        change=lambda html: html.replace(wait, ""),
        reduced_motion="reduce",
    )
    hosted.page.evaluate("() => { document.getElementById('tab').hidden = true }")
    assert soon(
        lambda: hosted.frame.evaluate("document.querySelector('.mtm-map').clientWidth") == 0
    )
    hosted.ask({"mtmgeo": 1, "set": {"unit": JETI_OGUZ}})
    hosted.until("unit => heard.at(-1).state?.unit === unit", JETI_OGUZ)
    hosted.page.evaluate("() => { document.getElementById('tab').hidden = false }")
    inside = """() => {
      const box = document.querySelector(".mtm-map").getBoundingClientRect();
      const unit = document.querySelector(".mtm-chosen")?.getBoundingClientRect();
      return box.width > 500 && unit && unit.width > box.width / 4 && unit.left > box.left &&
        unit.right < box.right && unit.top > box.top && unit.bottom < box.bottom;
    }"""
    assert soon(partial(hosted.frame.evaluate, inside))


def test_two_pages_that_answer_each_other_come_to_an_end(host: Callable[..., Hosted]) -> None:
    hosted = host()
    hosted.page.evaluate(
        """addEventListener("message", ({ source, data }) => {
          if (!data.state) return source.postMessage(data, "*");
          const { theme, group, year, unit } = data.state;
          source.postMessage({ mtmgeo: 1, set: { theme, group, year, unit } }, "*");
          source.postMessage(data, "*");
        })"""
    )
    hosted.ask({"mtmgeo": 1, "set": {"year": 2021}})
    hosted.ask({"mtmgeo": 1, "set": {"year": 1}})
    hosted.until("heard.length > 3")
    assert len(hosted.all_heard()) == 4


def test_a_map_that_is_no_frame_hears_no_messages(
    visit: Callable[..., Visit], mapped: Path
) -> None:
    one = visit(mapped.read_text("utf-8"))
    one.page.evaluate(
        """async () => {
          heard = [];
          const first = new Promise((done) => addEventListener("message", ({ data }) => {
            heard.push(data);
            done();
          }));
          postMessage({ mtmgeo: 1, set: { year: 2021 } }, "*");
          await first;
        }"""
    )
    one.settle()
    assert one.page.evaluate("heard.length") == 1
    assert "2021" not in one.page.locator("#mtm-title").inner_text()


# --- links to a view ----------------------------------------------------------------------------

START = "theme=0&group=0&year=all"
SHARE = {"name": "Share this view"}


def shared(page: Page | Frame) -> str:
    """Return the link that the page offers to what it shows."""
    opener = page.get_by_role("button", **SHARE)
    opener.click()
    link = page.get_by_label("Link to this view").input_value()
    opener.click()
    return link


def test_the_page_offers_a_link_to_what_it_shows(visit: Callable[..., Visit], mapped: Path) -> None:
    one = visit(mapped.read_text("utf-8"))
    opener = one.page.get_by_role("button", **SHARE)
    link = one.page.get_by_label("Link to this view")
    assert opener.get_attribute("aria-expanded") == "false"
    assert link.is_hidden()
    opener.focus()
    one.page.keyboard.press("Enter")
    assert opener.get_attribute("aria-expanded") == "true"
    assert link.input_value() == f"{one.url}#{START}"
    one.page.keyboard.press("Escape")
    assert link.is_hidden()
    assert opener.evaluate("button => button === document.activeElement")
    # The address changes only with the view.
    assert one.page.url == one.url


def test_a_link_shows_again_what_was_shared(visit: Callable[..., Visit], mapped: Path) -> None:
    one = visit(mapped.read_text("utf-8"))
    start = one.page.locator("#mtm-title").inner_text()
    for fragment, title in (
        ("theme=0&group=1&year=2021", "Migrant workers by district or city and year – 2021"),
        ("theme=1&year=all", "Geographic coverage of the assessment"),
        (
            "theme=0&group=0&year=2020&at=41.5,74.25,9.5",
            "Return migrants by district or city and year – 2020",
        ),
        (f"theme=1&year=all&at=42,75,9&unit={AK_SUU}", "Geographic coverage of the assessment"),
    ):
        one.page.evaluate("f => { location.hash = f }", fragment)
        one.settle()
        assert shared(one.page) == f"{one.url}#{fragment}"
        assert one.page.locator("#mtm-title").inner_text().startswith(title)
    assert one.page.url == f"{one.url}#{fragment}"
    one.page.evaluate("f => { location.hash = f }", START)
    one.settle()
    assert one.page.locator("#mtm-title").inner_text() == start
    assert shared(one.page) == f"{one.url}#{START}"


def test_a_made_up_fragment_does_nothing(visit: Callable[..., Visit], mapped: Path) -> None:
    one = visit(mapped.read_text("utf-8"))
    count = "document.body.querySelectorAll('*').length"
    shared(one.page)
    before = one.page.evaluate(count)
    for fragment in (
        "theme=<img src=x onerror=alert(1)>&year=alert(1)&unit=<svg onload=alert(1)>",
        "theme=99&group=99&year=9999&unit=KG99",
        "theme=0&group=-1&year=1e3&unit=__proto__",
        "theme=0&at=0,0,5",
        "theme=0&at=41,75",
        "theme=0&at=1e999,NaN,Infinity",
        "theme=0&at=91.5,74.5,3",
        "theme=%FF%E0&unit=%",
        "theme&theme=1&unit",
        "theme=0&at=41.5.5,74,8",
        "mtm-table",
        "year=2021",
        "x=" + "y" * 5000,
    ):
        one.page.evaluate("f => { location.hash = f }", fragment)
        one.settle()
        assert shared(one.page) == f"{one.url}#{START}", fragment
        assert one.page.evaluate(count) == before, fragment


def test_a_link_works_in_a_frame_and_at_its_opening(host: Callable[..., Hosted]) -> None:
    hosted = host(fragment="#theme=0&group=1&year=2021")
    assert states(hosted)[0]["year"] == 2021
    assert states(hosted)[0]["group"] == 1
    here = hosted.frame.url.partition("#")[0]
    assert shared(hosted.frame) == f"{here}#theme=0&group=1&year=2021"


def test_the_address_is_changed_seldom(visit: Callable[..., Visit], mapped: Path) -> None:
    one = visit(mapped.read_text("utf-8"))
    one.page.evaluate(
        """() => {
          calls = 0;
          const { replaceState } = history;
          history.replaceState = (...parts) => {
            calls += 1;
            replaceState.apply(history, parts);
          };
        }"""
    )
    years = one.page.get_by_label("Year", exact=True)
    years.focus()
    for _ in range(8):
        one.page.keyboard.press("Home")
        one.page.keyboard.press("End")
    expect(one.page).to_have_url(re.compile("year=2022"), timeout=SOON)
    assert 1 <= one.page.evaluate("calls") <= 8


def test_the_link_is_copied_and_that_is_said(host: Callable[..., Hosted]) -> None:
    for permissions in (["clipboard-read", "clipboard-write"], []):
        hosted = host(permissions=permissions)
        hosted.frame.get_by_role("button", **SHARE).click()
        hosted.frame.get_by_role("button", name="Copy the link").click()
        hosted.frame.get_by_role("button", name="The link was copied").wait_for(timeout=SOON)
        assert hosted.frame.locator("#mtm-live").inner_text() == "The link was copied"
        # What was copied is seen where it is pasted.
        hosted.page.evaluate("() => document.body.append(document.createElement('textarea'))")
        hosted.page.locator("textarea").press("Control+V")
        assert hosted.page.locator("textarea").input_value().endswith(f"/map.html#{START}")


# --- full screen --------------------------------------------------------------------------------


def test_full_screen_keeps_the_disclaimer(host: Callable[..., Hosted]) -> None:
    hosted = host()
    button = hosted.frame.get_by_role("button", name="Full screen")
    button.click()
    leave = hosted.frame.get_by_role("button", name="Leave full screen")
    leave.wait_for(timeout=SOON)
    assert hosted.frame.evaluate("document.fullscreenElement === document.documentElement")
    assert in_view(hosted.frame)
    leave.click()
    button.wait_for(timeout=SOON)


def test_what_a_plugin_shows_alone_gets_the_disclaimer(
    visit: Callable[..., Visit], mapped: Path
) -> None:
    one = visit(mapped.read_text("utf-8"))
    # Only what the reader does may show a thing alone.
    alone = "s => addEventListener('keydown', () => document.querySelector(s).requestFullscreen())"
    one.page.evaluate(alone, ".folium-map")
    one.page.keyboard.press("f")
    second = one.page.locator(".folium-map p[lang]")
    second.wait_for(timeout=SOON)
    assert second.inner_text() == one.page.locator(FOOT).inner_text()
    one.settle()
    assert second.evaluate(IN_VIEW)
    one.page.evaluate("document.exitFullscreen()")
    second.wait_for(state="detached", timeout=SOON)


def test_what_has_no_room_for_the_disclaimer_is_not_shown_alone(
    visit: Callable[..., Visit], mapped: Path
) -> None:
    one = visit(mapped.read_text("utf-8"))
    one.page.evaluate(
        """() => {
          const canvas = document.createElement("canvas");
          document.querySelector(".folium-map").append(canvas);
          document.addEventListener("fullscreenchange", () => {
            canvas.dataset.shown = String(Boolean(document.fullscreenElement));
          });
          addEventListener("keydown", () => canvas.requestFullscreen());
        }"""
    )
    one.page.keyboard.press("f")
    one.page.locator("canvas[data-shown='false']").wait_for(state="attached", timeout=SOON)
    assert one.page.locator(FOOT).evaluate(IN_VIEW)


# --- the disclaimer against other scripts -------------------------------------------------------

MEDDLERS = (
    "foot.remove()",
    "foot.replaceWith('gone')",
    "foot.hidden = true",
    "foot.setAttribute('style', 'display:none')",
    "foot.removeAttribute('style')",
    "foot.style.setProperty('display', 'none', 'important')",
    "foot.style.cssText = 'opacity:0!important'",
    "foot.textContent = 'Official boundaries'",
    "foot.firstChild.data = ''",
    "foot.innerHTML = foot.innerHTML.replace('not', '<s>not</s>')",
    "foot.className = 'leaflet-hidden'; foot.id = 'x'; foot.lang = 'zz'; foot.inert = true",
    "document.body.append(foot)",
    "document.querySelector('.mtm-panel').append(foot)",
    "const box = document.createElement('div'); box.append(foot); document.body.append(box)",
    "document.body.prepend(document.createElement('div'))",
    "document.body.replaceWith(document.createElement('body'))",
    "foot.remove()",
    (
        "const root = document.createElement('html'); document.documentElement.replaceWith(root);"
        "root.append(document.createElement('body'))"
    ),
    "document.body.replaceWith(document.createElement('body'))",
    "foot.remove()",
)


def sound(foot: Locator) -> bool:
    """Return whether the disclaimer is in view, with no more than it had."""
    names = foot.evaluate("foot => foot.getAttributeNames()")
    return set(names) == {"id", "lang", "role", "style"} and bool(foot.evaluate(IN_VIEW))


def test_the_disclaimer_is_put_back(visit: Callable[..., Visit], mapped: Path) -> None:
    one = visit(mapped.read_text("utf-8"))
    words = one.page.locator(FOOT).inner_text()
    for meddler in MEDDLERS:
        one.page.evaluate(
            f"(() => {{ const foot = document.querySelector('{FOOT}'); {meddler} }})()"
        )
        foot = one.page.locator(f"body > {FOOT}:first-child")
        expect(foot, meddler).to_have_text(words, timeout=SOON)
        assert soon(partial(sound, foot)), meddler
    # The page's policy says so on the console when a script writes a style.
    one.faults[:] = [fault for fault in one.faults if "Content Security Policy" not in fault]


def test_the_map_knows_its_disclaimer_whatever_was_done_before_it_started(
    browser: Browser, mapped: Path
) -> None:
    page = browser.new_page()
    page.add_init_script(
        """addEventListener("DOMContentLoaded", () => {
          document.body.firstElementChild.textContent = "Official boundaries";
          document.body.prepend(document.createElement("div"));
        })"""
    )
    page.goto(mapped.as_uri())
    page.locator(".mtm-run").wait_for(state="attached", timeout=SOON)
    foot = page.locator(f"body > {FOOT}:first-child")
    assert sound(foot)
    with page.expect_download() as download:
        page.get_by_role("button", name="Table (CSV)").click()
    assert foot.inner_text() in Path(download.value.path()).read_text("utf-8").splitlines()[0]
    page.close()


def test_a_script_that_keeps_at_it_does_not_stop_the_page(
    visit: Callable[..., Visit], mapped: Path
) -> None:
    one = visit(mapped.read_text("utf-8"))
    one.page.evaluate(
        f"""() => {{
          const foot = document.querySelector("{FOOT}");
          watcher = new MutationObserver(() => foot.remove());
          watcher.observe(document.body, {{ childList: true }});
          foot.remove();
        }}"""
    )
    one.settle()
    assert one.page.evaluate("1 + 1") == 2
    one.page.evaluate("watcher.disconnect()")
    expect(one.page.locator(FOOT)).to_be_visible(timeout=SOON)
    assert one.page.locator(FOOT).evaluate(IN_VIEW)


# --- wheel and finger ---------------------------------------------------------------------------

HERE = "document.querySelector('.leaflet-map-pane').style.transform"


def test_the_wheel_scrolls_past_the_map_until_it_is_clicked(host: Callable[..., Hosted]) -> None:
    hosted = host(WORDPRESS, "body{margin:8px}", reduced_motion="reduce")
    mouse = hosted.page.mouse
    box = hosted.page.locator("iframe").bounding_box()
    assert box is not None
    view = "document.getElementById('mtm-drawing').getAttribute('viewBox')"

    def turned() -> tuple[float, bool]:
        """Turn the wheel over the map; return how far the page scrolled, whether the map did."""
        before = hosted.frame.evaluate(view)

        def found() -> tuple[float, bool]:
            return hosted.page.evaluate("scrollY"), hosted.frame.evaluate(view) != before

        mouse.move(box["x"] + 300, box["y"] + 250)
        mouse.wheel(0, 300)
        assert soon(lambda: found()[0] == 300 or found()[1])
        return found()

    assert turned() == (300, False)
    hosted.page.evaluate("scrollTo(0, 0)")
    mouse.click(box["x"] + 300, box["y"] + 250)
    assert turned() == (0, True)
    mouse.click(box["x"] + 300, 20)
    assert turned() == (300, False)


def test_a_finger_scrolls_past_the_map_until_it_is_tapped(host: Callable[..., Hosted]) -> None:
    hosted = host(WORDPRESS, "body{margin:8px}", size=(360, 640), has_touch=True, is_mobile=True)
    sent = hosted.page.context.new_cdp_session(hosted.page).send

    def touch(kind: str, *at: float) -> None:
        points = [{"x": at[0], "y": at[1]}] if at else []
        sent("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})
        hosted.page.wait_for_timeout(16)

    def tap(x: float, y: float) -> None:
        touch("Start", x, y)
        touch("End")
        assert soon(lambda: hosted.frame.evaluate("document.hasFocus()") == (y < 600))

    def at_rest() -> bool:
        """Return whether neither the page nor the map moves."""
        places = []
        for _ in range(2):
            places.append((hosted.page.evaluate("scrollY"), hosted.frame.evaluate(HERE)))
            time.sleep(0.15)
        return places[0] == places[1]

    def swiped() -> tuple[bool, bool]:
        """Move a finger up the map; return whether the page went along, and whether the map did."""
        hosted.page.evaluate("scrollTo(0, 0)")
        before = hosted.frame.evaluate(HERE)
        touch("Start", 150, 300)
        for step in range(1, 11):
            touch("Move", 150, 300 - 12 * step)
        touch("End")

        def found() -> tuple[bool, bool]:
            return hosted.page.evaluate("scrollY") > 50, hosted.frame.evaluate(HERE) != before

        # What still glides takes a tap for a wish to stop.
        assert soon(lambda: any(found()) and at_rest())
        return found()

    assert swiped() == (True, False)
    hosted.page.evaluate("scrollTo(0, 0)")
    tap(150, 300)
    assert swiped() == (False, True)
    tap(150, 620)
    assert swiped() == (True, False)


def test_the_example_of_the_guide_works(host: Callable[..., Hosted]) -> None:
    guide = (Path(__file__).parents[2] / "docs/embedding.md").read_text("utf-8")
    (example,) = re.findall(r"```html\n(.*?)```", guide, re.DOTALL)
    hosted = host(re.sub(r"<!--.*?-->", "{}", example))
    years = hosted.page.get_by_label("Year")
    hosted.until("document.getElementById('year').options.length === 4")
    years.select_option("2021")
    hosted.until("heard.some(({ state }) => state?.year === 2021)")
    assert years.input_value() == "2021"
    years.select_option("All years")
    hosted.until("heard.at(-1).state?.year === null")
