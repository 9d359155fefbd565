"""What readers save of the interactive map: a picture, a drawing and a table, in a real browser."""

import dataclasses
import datetime as dt
import json
import math
import re
import struct
import zlib
from collections import Counter
from html import escape
from io import BytesIO
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree as ET

import folium
import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pytest
import shapely
from fontTools.ttLib import TTFont
from PIL import Image
from playwright.sync_api import expect
from pyproj import CRS, Geod

from mtmgeo.core import disclaimer
from mtmgeo.figures.surfaces import PER_KM2, Surface
from mtmgeo.maps.composition import GROUND, Composition, LegendEntry, Panel
from mtmgeo.maps.shading import Shading
from mtmgeo.maps.spec import MapSpec
from mtmgeo.population.grids import Grid
from mtmgeo.style.languages import Language
from mtmgeo.verification.rules import ink
from mtmgeo.verification.verify import faults
from mtmgeo.web.webmap import build

pytestmark = pytest.mark.slow

SVG = "{http://www.w3.org/2000/svg}"
KEYS = ("few", "many", "suppressed", "few", "many", "not_assessed")
LEGEND = (
    LegendEntry(key="few", label="1–99", fill="#dbe6f5"),
    LegendEntry(key="many", label="100 or more", fill="#0033a0"),
    LegendEntry(key="suppressed", label="Suppressed", fill="#ffffff", edge="#7f7f7f", hatch="////"),
    LegendEntry(key="not_assessed", label="Not assessed", fill="#e6e6e6"),
)
CIRCLES = tuple(
    LegendEntry(key="place", label=label, shape="circle", fill="#ffb81c", radius_mm=radius)
    for label, radius in (("900", 6.0), ("100", 2.0))
)
LONG = "Возвратившиеся мигранты по районам и городам областного значения, по итогам обследования"
#: Text and its box in pixels, of all lines of a drawing but the names on the map.
LINES = """() => [...document.querySelectorAll('text')].filter(text => !text.closest('[clip-path]'))
  .map(text => [text.textContent, text.getBoundingClientRect().toJSON()])"""


def frame(geometry, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(geometry), crs=4326)


def composition(kind="choropleth", places=((70.5, 40.5), (71.5, 41.5)), north=40, **changes):
    """Return a map of six squares of one degree: three columns and two rows."""
    squares = [
        shapely.box(70 + k % 3, north + k // 3, 71 + k % 3, north + 1 + k // 3) for k in range(6)
    ]
    areas = frame(
        squares,
        pcode=[f"XX{k:02d}" for k in range(6)],
        level=[2] * 6,
        name=[f"Unit {k}" for k in range(6)],
        parent=["North"] * 6,
        value=[30.0, 1204.0, math.nan, 40.0, 250.0, math.nan],
        value_text=["30", "1,204", "suppressed", "40", "250", "not assessed"],
        approximate=[False] * 6,
        **{"class": list(KEYS)},
    )
    symbols = frame(
        [shapely.Point(place) for place in places],
        pcode=[f"XX{k:04d}" for k in range(len(places))],
        level=[4] * len(places),
        name=[f"Place {k}" for k in range(len(places))],
        parent=["Unit 0"] * len(places),
        unit=["XX00"] * len(places),
        unit_level=[2] * len(places),
        value=[900.0] * len(places),
        value_text=["900"] * len(places),
        radius_mm=[6.0] * len(places),
        **{"class": ["place"] * len(places)},
    )
    circles = kind == "symbols"
    panel = Panel(
        title="2021",
        areas=areas,
        symbols=symbols if circles else symbols[:0],
        group="Return migrants",
        year=2021,
    )
    made = Composition(
        spec=MapSpec(kind=kind, date=dt.date(2022, 11, 30)),
        title="Individuals by district",
        subtitle="Squareland, November 2022",
        panels=(panel,),
        legend_title="Individuals",
        legend=LEGEND + (CIRCLES if circles else ()),
        outlines=frame([shapely.union_all(squares)], level=[0], name=["Squareland"]),
        lines=frame([], level=[], status=[]),
        water=frame([shapely.Point(71.5, north + 0.5).buffer(0.1)], name=["Lake"]),
        enclaves=areas[:0],
        labels=frame(
            shapely.centroid(squares),
            text=[f"Unit {k}" for k in range(6)],
            level=[2] * 6,
            km2=[9e3] * 6,
        ),
        notes=("Counts below 5 are suppressed.",),
        sources=("Outlines: the test.",),
        synthetic=True,
        projection="",
        projection_name="",
        disclaimer=disclaimer.text(2022),
    )
    return dataclasses.replace(made, **changes)


def page(*compositions):
    return build(compositions or [composition()]).get_root().render()


def saved(visit, name):
    """Press a button; return the name of the file and its bytes."""
    with visit.page.expect_download() as download:
        visit.page.locator(".mtm-save button", has_text=name).evaluate("button => button.click()")
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def drawing(visit):
    return ET.fromstring(saved(visit, "SVG")[1])  # noqa: S314  (of the page under test)


def words(root):
    return ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]


def shown(visit, data):
    """Open a saved drawing as a browser shows it."""
    body = f'<!DOCTYPE html><title>Saved</title><body style="margin: 0">{data.decode()}'
    return visit(body, (1240, 900))


def chunks(data):
    """Return kind and content of each chunk of a PNG file, and whether its sum is right."""
    found, at = [], 8
    while at < len(data):
        (size,) = struct.unpack_from(">I", data, at)
        body = data[at + 4 : at + 8 + size]
        right = struct.unpack_from(">I", data, at + 8 + size)[0] == zlib.crc32(body)
        found.append((body[:4], body[4:], right))
        at += 12 + size
    return found


# The files


@pytest.mark.parametrize("size", [(1280, 800), (320, 480), (300, 150)])
@pytest.mark.parametrize("kind", ["choropleth", "symbols"])
def test_what_is_saved_passes_verification(visit, size, kind):
    seen = visit(page(composition(kind)), size)

    for name, file in (("PNG", "map_2021.png"), ("SVG", "map_2021.svg")):
        assert seen.page.locator("#mtm-live").text_content() != f"Saved: {file}"
        found, data = saved(seen, name)
        assert found == file
        assert faults(data, file[-4:]) == ()
        assert seen.page.locator("#mtm-live").text_content() == f"Saved: {file}"


def test_a_table_is_saved_with_the_disclaimer(visit):
    name, data = saved(visit(page()), "CSV")

    assert name == "table_2021.csv"
    assert disclaimer.text(2022) in data.decode("utf-8-sig").splitlines()[0]
    assert "Unit 1,North,XX01,2,1204" in data.decode()


def test_names_of_files_hold_nothing_from_the_data(visit):
    made = composition(title="../../evil\n.exe")
    all_years = dataclasses.replace(made.panels[0], title="", year=None)
    seen = visit(page(dataclasses.replace(made, panels=(all_years,))))

    assert [saved(seen, kind)[0] for kind in ("CSV", "PNG", "SVG")] == [
        "table.csv",
        "map.png",
        "map.svg",
    ]


def test_a_picture_says_what_it_is_in_its_metadata(visit):
    made = composition(title="Карта <b>")
    _, data = saved(visit(page(made)), "PNG")

    assert all(right for _, _, right in chunks(data))
    assert max(Counter(kind for kind, _, _ in chunks(data) if kind != b"IDAT").values()) <= 4
    with Image.open(BytesIO(data)) as picture:
        picture.load()
        assert picture.info["Title"] == "Карта <b> – 2021"
        assert picture.info["Disclaimer"] == disclaimer.text(2022)
        assert picture.info["Language"] == "en"
        assert json.loads(picture.info["Disclaimer-Box"])["size"] == list(picture.size)
        assert picture.info["dpi"] == pytest.approx((192, 192), abs=0.1)
        assert picture.width == 2400


def test_the_disclaimer_of_a_picture_needs_no_font(visit):
    """The browser has no DejaVu Sans to draw the picture with, as on most computers."""
    seen = visit(page())
    seen.page.evaluate(
        """() => { const { prototype } = XMLSerializer, write = prototype.serializeToString;
        prototype.serializeToString = function (node) {
          return write.call(this, node).replace(/DejaVu Sans, Verdana/g, 'Liberation Mono'); }; }"""
    )

    assert b"Liberation Mono" in saved(seen, "SVG")[1]
    assert faults(saved(seen, "PNG")[1], ".png") == ()


def test_letters_of_the_script_are_those_of_dejavu_sans():
    script = (Path(__file__).parents[2] / "mtmgeo/web/assets/source/save.js").read_text("utf-8")
    signs = sorted({*disclaimer.TEMPLATE.replace("{year}", "0123456789")})

    assert re.findall(r'const (?:SIGNS|OUTLINES) = "(.*)";', script) == [
        "".join(signs),
        outlines(signs),
    ]


def outlines(signs):
    """Return the outlines of some signs as the script has them."""
    font = TTFont(Path(mpl.get_data_path(), "fonts/ttf/DejaVuSans.ttf"))
    names, glyphs, widths = font.getBestCmap(), font["glyf"], font["hmtx"]
    numbers = []
    for sign in signs:
        name = names[ord(sign)]
        points, ends, on = glyphs[name].getCoordinates(glyphs)
        numbers += [round(widths[name][0] / 2), len(ends)]
        corners = [(round(x / 16), round(y / 16)) for x, y in points]
        here = (0, 0)
        for start, end in zip([0, *(end + 1 for end in ends)], ends, strict=False):
            numbers.append(end + 1 - start)
            for i in range(start, end + 1):
                x, y = (corners[i][axis] - here[axis] for axis in (0, 1))
                numbers += [2 * _folded(x) + 1 - (on[i] & 1), _folded(y)]
                here = corners[i]
    return "".join(map(_digits, numbers))


def _folded(number):
    return 2 * number if number >= 0 else -2 * number - 1


def _digits(number):
    """Return one sign of 91 for a number below 79, and two for others."""
    signs = [chr(code) for code in range(35, 127) if chr(code) != "\\"]
    if number < 79:
        return signs[number]
    high, low = divmod(number - 79, 91)
    return signs[79 + high] + signs[low]


# What is in them


def test_a_drawing_says_all_that_the_page_says_of_its_map(visit):
    other = composition(
        title="Another", notes=("Of the other.",), legend=(*LEGEND[1:], LEGEND[0]), legend_title="X"
    )
    root = drawing(visit(page(composition(), other)))

    said = words(root)
    assert said[:2] == ["SYNTHETIC DATA", "Individuals by district – 2021"]
    assert "Squareland, November 2022 – Return migrants" in said
    assert [label for label in said if label in {entry.label for entry in LEGEND}] == [
        entry.label for entry in LEGEND
    ]
    for text in ("Individuals", "Counts below 5 are suppressed.", "Outlines: the test.", "N"):
        assert said.count(text) == 1
    assert "Created 30 November 2022" in said
    assert " ".join(said[-2:]) == disclaimer.text(2022)
    for line in list(root)[-1].iter(f"{SVG}text"):
        wide = ink.extent(line.text)[2] * float(line.get("font-size"))
        assert float(line.get("textLength")) == pytest.approx(wide, abs=0.6)
    assert not {"Another", "Of the other.", "X"} & {*said}
    assert root.findtext(f"{SVG}desc").endswith(disclaimer.text(2022))
    assert root.findtext(f"{SVG}title") == "Individuals by district – 2021"


def test_a_drawing_is_plain(visit):
    root = drawing(visit(page(composition("symbols"))))

    names = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert names <= {*"svg g defs title desc path rect circle text pattern clipPath".split()}
    kept = {"role", "aria-labelledby"}
    for element in list(root.iter())[1:]:
        assert not element.attrib.keys() & kept
        assert not [key for key in element.attrib if re.match("data-|on|aria|class|style|tab", key)]
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len({*ids})
    used = re.findall(r"url\(#([^)]*)\)", ET.tostring(root, "unicode"))
    assert {*used} <= {*ids}


@pytest.mark.parametrize("unit", [0, 5])  # units 2 and 3 are beside, below and above these
def test_only_what_is_in_view_is_saved(visit, unit):
    seen = visit(page(), reduced_motion="reduce")
    seen.page.locator(f"[data-unit='{unit}']").evaluate(
        "unit => unit.dispatchEvent(new MouseEvent('click', {bubbles: true}))"
    )
    root = drawing(seen)

    names = {name for name in words(root) if name.startswith("Unit")}
    assert f"Unit {unit}" in names
    assert not names & {"Unit 2", "Unit 3"}
    outlined = [path for path in root.iter(f"{SVG}path") if path.get("stroke") == "#111"]
    assert len(outlined) == 1
    box = shown(visit, saved(seen, "SVG")[1]).page.evaluate(
        "() => document.querySelector('path[stroke=\"#111\"]').getBoundingClientRect().toJSON()"
    )
    assert box["left"] > 30
    assert box["right"] < 900
    assert box["height"] > 300


def test_classes_hidden_by_the_legend_are_said_to_be(visit):
    seen = visit(page())
    before = words(drawing(seen))
    seen.page.locator(".mtm-filter", has_text="1–99").click()
    root = drawing(seen)

    assert "Hidden by the legend: 2" not in before
    assert "Hidden by the legend: 2" in words(root)
    struck = [words(group) for group in root.iter(f"{SVG}g") if group.get("text-decoration")]
    assert struck == [["1–99"]]
    faint = [path for path in root.iter(f"{SVG}path") if path.get("opacity") == "0.1"]
    assert [path.get("fill") for path in faint] == ["#dbe6f5"] * 2


@pytest.mark.parametrize("size", [(1600, 900), (1000, 600), (320, 480)])
def test_signs_are_as_large_as_on_the_screen(visit, size):
    seen = visit(page(composition("symbols")), size)
    measure = """root => {
      const of = (tag, at) => [...document.querySelector(root).querySelectorAll(tag)]
        .filter(node => node.getClientRects().length).map(node => node.getBoundingClientRect()[at]);
      return [Math.max(...of('circle', 'width')), Math.max(...of('text', 'height'))]; }"""
    there = seen.page.evaluate(measure, "#mtm-drawing")
    picture = shown(visit, saved(seen, "SVG")[1])
    here = picture.page.evaluate(measure, "[clip-path]")

    assert here == pytest.approx(there, rel=0.08)
    widths = picture.page.evaluate(
        """() => [...document.querySelectorAll('[clip-path] path')].map(path =>
          path.getAttribute('stroke-width') * path.getScreenCTM().a)"""
    )
    assert 0.3 < min(widths) <= max(widths) < 5


@pytest.mark.parametrize("north", [0, 40, 66])
@pytest.mark.parametrize("lang", ["en", "ru"])
def test_the_scale_bar_is_right(visit, north, lang):
    seen = visit(page(composition(north=north, language=Language(lang))))
    picture = shown(visit, saved(seen, "SVG")[1])
    label, left, right, degree = picture.page.evaluate(
        """() => {
          const all = [...document.querySelectorAll('text, rect')];
          const at = all.findIndex(node => /^[\\d., ]+ (km|км)$/.test(node.textContent));
          const unit = document.querySelector('[clip-path] path[fill="#dbe6f5"]');
          const [first, last, degree] = [all[at + 1], all[at + 2], unit]
            .map(node => node.getBoundingClientRect());
          return [all[at].textContent, first.left, last.right, degree.width]; }"""
    )

    # The view's middle is that of the squares: in Web Mercator, not in degrees.
    ends = [math.asinh(math.tan(math.radians(lat))) for lat in (north, north + 2)]
    middle = math.degrees(math.atan(math.sinh(sum(ends) / 2)))
    metres = Geod(ellps="WGS84").inv(70, middle, 71, middle)[2]
    km = float(re.sub(r"[^\d.]", "", label.replace(",", ".")))
    assert (right - left) / km * metres / 1000 == pytest.approx(degree, rel=0.01)
    assert str(km).lstrip("0.")[0] in "125"
    assert 60 <= right - left <= 151
    assert label.endswith("км" if lang == "ru" else "km")


def test_a_surface_is_in_the_picture(visit):
    pytest.importorskip("rasterio")
    made = composition("surface")
    areas = made.panels[0].areas.assign(**{"class": [GROUND] * 2 + ["suppressed"] * 4})
    place = Grid(CRS(4326), (69.0, 43.0), (0.1, -0.1), 50, 40)
    shading = Shading(
        surface=Surface(np.full((40, 50), 9.0), place, PER_KM2, "People"),
        breaks=(5.0,),
        colours=("#00ff00", "#ff00ff"),
        ground=areas.geometry[:2],
    )
    entries = (LegendEntry(key="class1", label="5 or more", fill="#ff00ff"), LEGEND[2])
    panel = dataclasses.replace(made.panels[0], areas=areas)
    seen = visit(page(dataclasses.replace(made, panels=(panel,), legend=entries, surface=shading)))

    _, data = saved(seen, "PNG")
    assert faults(data, ".png") == ()
    with Image.open(BytesIO(data)) as picture:
        pixels = np.asarray(picture.convert("RGB"))
    assert (pixels == (255, 0, 255)).all(axis=2).sum() > 100_000


def test_tiles_are_not_in_the_picture_and_leave_it_whole(visit):
    """They hide the neighbours, and are seen through the units."""
    tile = (
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAE"
    )
    tile += "hQGAhKmMIQAAAABJRU5ErkJggg=="
    around = frame([shapely.box(60, 35, 70, 45)], iso3=["XYZ"], name=["Elsewhere"])
    drawn = []
    for layers in ([], [folium.TileLayer(tile, attr="Nobody")]):
        made = build([composition(neighbours=around)])
        for layer in layers:
            layer.add_to(made)
        seen = visit(made.get_root().render())
        seen.page.wait_for_selector(".mtm-tiled" if layers else ".mtm-map")
        drawn.append(saved(seen, "SVG")[1])
        assert seen.page.locator(".mtm-tiled").count() == len(layers)

    assert drawn[0] == drawn[1]
    assert b"Nobody" not in drawn[1]


def test_circles_that_the_page_has_on_a_canvas_are_in_the_picture(visit):
    places = [(70 + 3 * (k % 50) / 50, 40 + 2 * (k // 50) / 40) for k in range(2000)]
    seen = visit(page(composition("symbols", places)))
    assert seen.page.locator("#mtm-drawing circle[data-place]").count() == 0

    circles = [x for x in drawing(seen).iter(f"{SVG}circle") if x.get("fill-opacity") == "0.85"]
    assert len(circles) == 2000 + len(CIRCLES)


# How it is laid out


@pytest.mark.parametrize("size", [(1280, 800), (320, 480), (2000, 500)])
def test_no_words_overlap_or_leave_the_picture(visit, size):
    entries = tuple(
        LegendEntry(key=key, label=f"{LONG}, {key}", fill="#dbe6f5") for key in dict.fromkeys(KEYS)
    )
    made = composition(
        title=LONG * 3,
        subtitle=f"{LONG}{'W' * 400}",
        legend_title=LONG,
        legend=entries + CIRCLES * 12,
        notes=(LONG * 6, "W" * 300) * 5,
        sources=tuple(LONG for _ in range(12)),
        language=Language("ru"),
    )
    _, data = saved(visit(page(made), size), "SVG")
    assert faults(data, ".svg") == ()

    picture = shown(visit, data)
    lines = picture.page.evaluate(LINES)
    frame_ = picture.page.evaluate("() => document.querySelector('clipPath rect').getBBox().width")
    height = float(ET.fromstring(data).get("height"))  # noqa: S314
    assert len(lines) > 60
    for text, box in lines:
        assert box["left"] >= 29, text
        assert box["right"] <= 1171, text
        assert 0 < box["top"] < box["bottom"] < height, text
    for (one, a), (other, b) in combinations(lines, 2):
        across = min(a["right"], b["right"]) - max(a["left"], b["left"])
        down = min(a["bottom"], b["bottom"]) - max(a["top"], b["top"])
        # Boxes of lines hold more than their letters.
        assert across <= 0 or down <= 0.25 * min(a["height"], b["height"]), (one, other)
    assert frame_ > 300


def test_payloads_are_text(visit):
    payload = "<img src=x onerror=alert(1)>]]></text></svg>\"'&amp;{{7*7}}\u2028${1}"
    made = composition(
        title=payload, subtitle=payload, legend_title=payload, notes=(payload,), sources=(payload,)
    )
    labels = made.labels.assign(text=payload)
    legend = (dataclasses.replace(LEGEND[0], label=payload), *LEGEND[1:])
    seen = visit(page(dataclasses.replace(made, labels=labels, legend=legend)))

    _, data = saved(seen, "SVG")
    assert "img" not in {x.tag.removeprefix(SVG) for x in ET.fromstring(data).iter()}  # noqa: S314
    opened = shown(visit, data)
    said = opened.page.evaluate("() => document.querySelector('svg').textContent")
    assert "".join(said.split()).count("".join(payload.split())) >= 7
    assert faults(saved(seen, "PNG")[1], ".png") == ()


# Where it may not run


def test_a_sandboxed_frame_saves_too(visit):
    inside = escape(page(), quote=True)
    host = f'<iframe sandbox="allow-scripts allow-downloads" srcdoc="{inside}"></iframe>'
    style = "<style>iframe { width: 900px; height: 600px }</style>"
    seen = visit(f"<!DOCTYPE html><title>Host</title>{style}{host}")
    for kind in ("PNG", "SVG"):
        with seen.page.expect_download() as download:
            seen.page.frame_locator("iframe").locator(".mtm-save button", has_text=kind).click()
        assert faults(Path(download.value.path()).read_bytes(), f".{kind.lower()}") == ()


@pytest.mark.parametrize(
    "broken",
    [
        "XMLSerializer.prototype.serializeToString = () => '<svg'",
        "HTMLCanvasElement.prototype.toBlob = (done) => done(null)",
        """CanvasRenderingContext2D.prototype.getImageData =
           (x, y, w, h) => ({data: new Uint8Array(4 * w * h).fill(255)})""",
    ],
)
def test_readers_are_told_when_no_picture_can_be_made(visit, broken):
    seen = visit(page())
    seen.page.evaluate(f"() => {{ {broken} }}")
    button = seen.page.locator(".mtm-save button", has_text="PNG")
    button.click()
    words_ = "The picture could not be made in this browser"
    expect(seen.page.locator("#mtm-live")).to_have_text(words_)
    assert seen.page.locator(".mtm-failed").inner_text() == words_
    assert saved(seen, "SVG")[0] == "map_2021.svg"
    assert seen.page.locator(".mtm-failed").is_hidden()


def test_buttons_are_named_and_large_enough(visit):
    seen = visit(page(), (320, 480))
    seen.page.locator(".mtm-panel > summary").click()
    group = seen.page.get_by_role("group", name="Download")

    names = ["Table (CSV)", "Picture (PNG)", "Drawing (SVG)"]
    assert [text.strip() for text in group.get_by_role("button").all_inner_texts()] == names
    for button in group.get_by_role("button").all():
        box = button.bounding_box()
        assert min(box["width"], box["height"]) >= 24
