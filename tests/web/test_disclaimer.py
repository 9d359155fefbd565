"""The disclaimer of the interactive map: in view, whole and legible wherever the page is shown."""

import datetime as dt
import io
from functools import cache
from html import escape

import folium
import numpy as np
import pypdfium2 as pdfium
import pytest
from PIL import Image

from mtmgeo.core import disclaimer
from mtmgeo.maps.spec import MapSpec
from mtmgeo.verification.verify import faults
from mtmgeo.web.webmap import webmap
from tests.example import result
from tests.small import page as small_page

pytestmark = pytest.mark.slow

SENTENCE = disclaimer.text(2022)
FOOT = f"#{disclaimer.ELEMENT_ID}"
DATE = {"date": dt.date(2022, 11, 30)}
SPECS = (MapSpec(level=1, by_year=True, **DATE), MapSpec(kind="coverage", **DATE))
LONG = DATE | {
    "title": "Return migrants by district, as far as they were met, and so on. " * 13,
    "notes": tuple(f"Note {i} of many, which says what everybody should know." for i in range(40)),
}
SIZES = [(1280, 800), (320, 480), (320, 240), (300, 150)]
#: Half of these, as zoomed windows are. In the last one the sentence has no room.
HALVES = [(640, 400), (160, 240), (160, 120), (150, 75)]
#: What a page has that its script reads.
SCRIPTED = "mtmgeo-data"
HOST, MAP = "https://host.test/", "https://map.test/"

#: The element, its letters, and each point of it where something else would be met.
MEASURE = """() => {
  const foot = document.body.firstElementChild, box = foot.getBoundingClientRect();
  const range = document.createRange();
  range.selectNodeContents(foot);
  const lines = [...range.getClientRects()].map((line) => line.toJSON());
  const covered = [];
  for (let y = Math.ceil(box.top); y < Math.floor(box.bottom); y += 2)
    for (let x = Math.ceil(box.left); x < Math.floor(box.right); x += 5)
      if (document.elementFromPoint(x, y) !== foot) covered.push([x, y]);
  return {
    id: foot.id, text: foot.textContent, box: box.toJSON(), lines, covered,
    size: parseFloat(getComputedStyle(foot).fontSize), more: foot.scrollHeight - foot.clientHeight,
    window: [innerWidth, innerHeight], same: document.querySelectorAll(`[id="${foot.id}"]`).length,
  };
}"""


@cache
def html(*specs):
    return webmap(result(), *(specs or SPECS)).get_root().render()


@pytest.fixture
def show(browser):
    """Open pages at addresses of their own; the test fails if they asked for anything else."""
    opened, wrong = [], []

    def route(pages, headers):
        def answer(request):
            address = request.request.url
            if address in pages:
                about = {"content-type": "text/html; charset=utf-8"}
                request.fulfill(body=pages[address], headers=about | headers)
            elif address.startswith(("data:", "blob:")):
                request.continue_()
            else:
                wrong.append(address)
                request.abort()

        return answer

    def open_page(size, html, *, host=None, font=None, headers=None, **options):
        page = browser.new_page(viewport={"width": size[0], "height": size[1]}, **options)
        opened.append(page)
        pages = {MAP: html, **({HOST: host} if host else {})}
        page.route("**/*", route(pages, headers or {}))
        if not headers:
            page.on("console", lambda said: wrong.append(said.text))
            page.on("pageerror", lambda error: wrong.append(str(error)))
        if font:
            sizes = {"fontSizes": {"standard": font, "fixed": font}}
            page.context.new_cdp_session(page).send("Page.setFontSizes", sizes)
        page.goto(HOST if host else MAP)
        closed = headers or 'sandbox=""' in (host or "")
        if (
            options.get("java_script_enabled", True)
            and not closed
            and SCRIPTED in html + (host or "")
        ):
            page.frames[-1].wait_for_selector(".mtm-run", state="attached")
        settle(page)
        return page

    yield open_page
    for page in opened:
        page.close()
    assert [said for said in wrong if not said.startswith("Blocked script execution")] == []


def settle(page):
    """Wait until the page has answered to what was done; what has no script does so at once."""
    page.evaluate(
        """async () => { if (document.querySelector(".mtm-run, iframe")) for (let i = 0; i < 3; i++)
        await new Promise(done => requestAnimationFrame(done)); }"""
    )


def wait(page, test):
    """Wait for a test in JavaScript; the page's policy forbids what the browser's driver offers."""
    frame = "await new Promise(done => requestAnimationFrame(done));"
    page.evaluate(f"async () => {{ while (!({test})) {frame} }}")


def check(frame, *, picture=None):
    """Assert that the disclaimer is first, in view, whole, uncovered and legible; measure it."""
    found = frame.evaluate(MEASURE)
    (wide, high), box = found["window"], found["box"]
    assert (found["id"], found["text"], found["same"]) == (disclaimer.ELEMENT_ID, SENTENCE, 1)
    assert box["left"] >= 0
    assert box["top"] >= 0
    assert box["right"] <= wide + 0.5
    assert box["bottom"] <= high + 0.5
    assert box["width"] > 0.9 * wide
    assert found["covered"] == []
    assert found["size"] >= disclaimer.MIN_PIXELS
    assert found["more"] <= 0
    assert found["lines"]
    for line in found["lines"]:
        assert box["left"] <= line["left"] < line["right"] <= box["right"]
        assert box["top"] <= line["top"] < line["bottom"] <= box["bottom"]
    contrast(picture or frame, box)
    return found


def check_sizes(page, sizes=tuple(SIZES)):
    """Do so in windows of several sizes; return the sizes of the type."""
    found = []
    for wide, high in sizes:
        page.set_viewport_size({"width": wide, "height": high})
        settle(page)
        found.append(check(page)["size"])
    return found


def contrast(page, box):
    """Assert that letters stand out from their ground where the box is."""
    edges = [round(box[edge]) for edge in ("left", "top", "right", "bottom")]
    clip = dict(zip(("x", "y"), edges, strict=False))
    clip |= {"width": edges[2] - edges[0], "height": edges[3] - edges[1]}
    grey = Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("RGB")
    parts = np.asarray(grey, dtype=float)[2:] / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    bright = np.sort((linear @ [0.2126, 0.7152, 0.0722]).ravel())
    ground = np.median(bright)
    # The darkest and the brightest of a hundred pixels: one of them is in letters.
    tone = max((bright[len(bright) // 100], bright[-len(bright) // 100]), key=abs_from(ground))
    low, high = sorted((tone, ground))
    assert (high + 0.05) / (low + 0.05) >= disclaimer.MIN_CONTRAST


def abs_from(ground):
    return lambda tone: abs(tone - ground)


# Sizes and settings of a reader


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"java_script_enabled": False},
        {"forced_colors": "active"},
        {"forced_colors": "active", "color_scheme": "dark"},
        {"color_scheme": "dark", "contrast": "more"},
        {"has_touch": True, "is_mobile": True, "device_scale_factor": 3},
    ],
    ids=["plain", "no scripts", "forced", "forced dark", "dark", "phone"],
)
def test_it_is_in_view_in_every_window(show, options):
    assert check_sizes(show(SIZES[0], html(), **options)) == [11, 11, 11, 10]


@pytest.mark.parametrize("scripts", [True, False])
def test_its_type_grows_with_the_type_of_the_reader(show, scripts):
    for font, sizes in ((32, [22, 20.5, 13.3, 10]), (24, [16.5, 16.5, 13.3, 10]), (6, [10] * 4)):
        page = show(SIZES[0], html(), java_script_enabled=scripts, font=font)
        assert check_sizes(page) == pytest.approx(sizes)


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False}, {"font": 32}])
def test_it_is_in_view_in_a_zoomed_window(show, options):
    page = show(HALVES[0], html(), device_scale_factor=2, **options)
    check_sizes(page, HALVES[:-1])
    page.set_viewport_size(dict(zip(("width", "height"), HALVES[-1], strict=True)))
    settle(page)
    scrolls(page)


def scrolls(page):
    """Assert that the disclaimer takes the window, and that keys bring each of its lines there."""
    first = page.evaluate(MEASURE)
    assert first["box"]["height"] == pytest.approx(first["window"][1], abs=0.5)
    assert first["covered"] == []
    assert first["size"] == 10
    assert first["lines"][0]["top"] >= first["box"]["top"] >= 0
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == disclaimer.ELEMENT_ID
    page.keyboard.press("End")
    for _ in range(50):  # browsers scroll as softly as they have time to
        page.wait_for_timeout(100)
        if page.evaluate("document.body.firstElementChild.scrollTop") >= first["more"]:
            break
    last = page.evaluate(MEASURE)
    assert last["lines"][-1]["bottom"] <= last["box"]["bottom"] <= last["window"][1] + 0.5
    assert last["box"] == first["box"]


def test_the_root_of_a_page_cannot_make_it_unreadable(show):
    for css in ("html { font-size: 1px }", "html { font-size: 400px }"):
        found = check(show((1280, 800), small_page(css)))
        assert found["size"] in (10, 24)


# What a reader does


def summary(page, name):
    page.locator(f"{name} > summary").click()


def opened_panel(page):
    if not page.evaluate("document.querySelector('.mtm-panel').open"):
        summary(page, ".mtm-panel")
    page.evaluate("document.querySelector('.mtm-notes').open = true")


def opened_table(page):
    summary(page, ".mtm-table")


def opened_all(page):
    opened_table(page)
    page.evaluate("document.querySelectorAll('details').forEach(x => { x.open = true; })")


def chosen_unit(page):
    page.evaluate(
        """() => document.querySelector('#mtm-drawing [data-unit="4"]').dispatchEvent(
        new MouseEvent("click", {bubbles: true, clientX: 60, clientY: 60}))"""
    )


def sought(page):
    opened_panel(page)
    page.locator("#mtm-search input").fill("a")


def shared(page):
    opened_panel(page)
    page.get_by_role("button", name="Share this view").evaluate("button => button.click()")


def other_view(page):
    page.evaluate(
        """() => { const select = document.querySelector("#mtm-controls select");
        select.selectedIndex = 1; select.dispatchEvent(new Event("change", {bubbles: true})); }"""
    )


def scrolled(page):
    page.evaluate("scrollTo(0, 9999); document.body.scrollTop = 9999")
    page.mouse.move(20, 40)
    page.mouse.wheel(0, 3000)
    page.wait_for_timeout(200)  # browsers scroll as softly as they have time to


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "do",
    [opened_panel, opened_table, opened_all, chosen_unit, sought, shared, other_view, scrolled],
)
def test_nothing_that_a_reader_does_covers_it(show, size, do):
    page = show(size, html())
    do(page)
    settle(page)
    check(page)


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False}, {"font": 32}])
def test_long_titles_and_many_notes_leave_it_in_view(show, options):
    page = show(SIZES[0], html(MapSpec(**LONG)), **options)
    check_sizes(page)
    page.evaluate("document.querySelectorAll('details').forEach(x => { x.open = true; })")
    check_sizes(page)


@pytest.mark.parametrize("alone", [False, True])
def test_it_is_in_view_in_full_screen(show, alone):
    page = show((900, 600), html())
    if alone:  # as plugins of Leaflet do
        page.mouse.click(300, 300)
        page.evaluate("document.querySelector('.mtm-map').requestFullscreen()")
    else:
        page.get_by_role("button", name="Full screen").click()
    wait(page, "document.fullscreenElement !== null")
    settle(page)
    if not alone:
        check(page)
        return
    found = page.evaluate(
        """(text) => { const all = [...document.fullscreenElement.querySelectorAll("*")];
        const copy = all.find((e) => e.textContent === text && e.checkVisibility());
        const box = copy.getBoundingClientRect();
        const hit = document.elementFromPoint((box.left + box.right) / 2, box.top + 8) === copy;
        return [box.left >= 0, box.right <= innerWidth, box.bottom <= innerHeight, hit,
          parseFloat(getComputedStyle(copy).fontSize) >= 11]; }""",
        SENTENCE,
    )
    assert found == [True] * 5
    page.evaluate("document.exitFullscreen()")
    wait(page, "document.fullscreenElement === null")
    settle(page)
    check(page)


# Pages around it


def framed(size, attributes=""):
    return (
        '<!DOCTYPE html><meta charset="utf-8"><style>body{margin:0}iframe{border:0;display:block}'
        f'</style><iframe width="{size[0]}" height="{size[1]}" src="{MAP}" {attributes}></iframe>'
    )


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("attributes", ["", 'sandbox=""', 'sandbox="allow-scripts"'])
def test_it_is_in_view_in_a_frame(show, size, attributes):
    page = show((1400, 900), html(), host=framed(size, attributes))
    check(page.frames[1], picture=page)


@pytest.mark.parametrize("size", SIZES[::3])
def test_it_is_in_view_in_a_frame_that_holds_the_page_itself(show, size):
    inner = f'srcdoc="{escape(html())}"'
    page = show((1400, 900), "", host=framed(size, inner))
    check(page.frames[1], picture=page)


STRICT = {"content-security-policy": "default-src 'self'"}


def test_a_strict_policy_of_the_server_leaves_it_first_on_the_page(show):
    page = show(SIZES[0], html(), headers=STRICT)
    assert check_sizes(page) == [16] * 4  # as browsers show a paragraph without any style
    assert check(page)["box"]["top"] <= 20


@pytest.mark.parametrize("size", [(1280, 800), (320, 480)])
def test_a_strict_policy_of_the_server_leaves_the_map(show, size):
    page = show(size, html(MapSpec(**DATE)), headers=STRICT)
    box = page.locator("#mtm-drawing").bounding_box()
    assert box["y"] < 0.75 * size[1]
    fills = page.locator(".mtm-legend [fill]").evaluate_all(
        "x => x.map(y => y.getAttribute('fill'))"
    )
    wanted = {int(fill[1:], 16) for fill in fills[:5]}
    picture = Image.open(io.BytesIO(page.screenshot(clip=box, full_page=True))).convert("RGB")
    seen = np.unique(np.asarray(picture, dtype=int) @ [65536, 256, 1])
    assert len(wanted) == 5
    assert wanted <= {*seen.tolist()}


# On paper


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize(
    "paper", [{"prefer_css_page_size": True}, {"format": "Letter"}, {"format": "A4"}]
)
def test_it_is_printed_once_on_the_one_page(show, paper, scripts):
    page = show((1280, 800), html(), java_script_enabled=scripts)
    printed(page, paper)


@pytest.mark.parametrize("do", [opened_all, chosen_unit, other_view])
@pytest.mark.parametrize("size", [(1280, 800), (320, 240)])
def test_it_is_printed_whatever_was_done_before(show, size, do):
    page = show(size, html())
    do(page)
    settle(page)
    printed(page, {"prefer_css_page_size": True})
    check(page)


@pytest.mark.parametrize("spec", [DATE, LONG], ids=["usual", "long"])
def test_many_notes_leave_one_page(show, spec):
    page = show((1280, 800), html(MapSpec(**spec)))
    printed(page, {"prefer_css_page_size": True})


def printed(page, paper):
    """Assert that paper shows the disclaimer once, whole and large enough, on a single page."""
    document = pdfium.PdfDocument(page.pdf(print_background=False, **paper))
    sheet = document[0]
    text = sheet.get_textpage()
    signs = text.get_text_range()
    found = list(disclaimer.PATTERN.finditer(signs))
    assert len(found) == 1
    wide, high = sheet.get_size()
    boxes = [text.get_charbox(i) for i in range(*found[0].span()) if not signs[i].isspace()]
    left, low = (min(box[i] for box in boxes) for i in (0, 1))
    right, top = (max(box[i] for box in boxes) for i in (2, 3))
    assert min(left, low) >= 0
    assert right <= wide
    assert top <= high
    tall = [box[3] - box[1] for box, sign in zip(boxes, found[0].group(), strict=False)]
    assert max(tall) >= 0.7 * disclaimer.MIN_POINTS
    crop = (left, low, wide - right, high - top)
    drawn = sheet.render(scale=3, crop=crop, grayscale=True).to_numpy()
    share = (drawn < 100).mean()
    assert 0.02 < share < 0.5  # letters on a plain ground
    assert len(document) == 1


# The file


def test_the_page_is_written_as_verification_wants_it():
    for page in (html(), html(MapSpec(**LONG))):
        assert faults(page.encode(), ".html") == ()
        assert page.index("Content-Security-Policy") < page.index("<style")
        body = page[page.index("<body>") + 6 :].lstrip()
        assert body.startswith(disclaimer.html_element(2022))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (disclaimer.html_element(2022), "", "does not begin"),
        ("</main>", "</main><script>go()</script>", "was changed or added"),
        ("</main>", "</main><script>document.querySelector('p').remove()</script>", "reaches for"),
        ("const mtmgeoStart", "const  mtmgeoStart", "was changed or added"),
        (disclaimer.html_meta(2022), "", "metadata"),
        (disclaimer.HTML_STYLE, "", "element was changed"),
    ],
)
def test_a_changed_copy_fails_verification(old, new, words):
    assert old in html()
    assert words in " ".join(faults(html().replace(old, new, 1).encode(), ".html"))


@pytest.mark.parametrize("size", [(1280, 800), (320, 240)])
def test_layers_of_folium_do_not_cover_it(show, size):
    made = webmap(result(), MapSpec(**DATE))
    folium.Marker([41, 74], popup=folium.Popup("<b>office</b> " * 60, show=True)).add_to(made)
    look = "position:fixed;inset:0;z-index:999999999;background:red"
    div = folium.DivIcon(html=f'<div style="{look}">x</div>')
    folium.Marker([41.5, 75], icon=div).add_to(made)
    folium.LayerControl(collapsed=False).add_to(made)
    rendered = made.get_root().render()
    assert faults(rendered.encode(), ".html") == ()
    check(show(size, rendered))
