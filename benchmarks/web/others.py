"""Compare one interactive map, made four ways, in a real browser.

The README beside it says what is measured and how.

    python benchmarks/web/others.py [--cdn FOLDER] [--runs 10] [--keep FOLDER]
"""

from __future__ import annotations

import argparse
import gzip
import shutil
import statistics
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from itertools import combinations, product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import folium
import maps
import shapely
from playwright.sync_api import Page, Playwright, Route, TimeoutError, sync_playwright  # noqa: A004

import mtmgeo

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.browsers import FLAGS as BARRED

EXAMPLE = Path(__file__).parents[2] / "examples/kgz_round1/kgz_round1_synthetic.csv"
#: As in tests: no service of the browser's own reaches out, and no name resolves.
FLAGS = [f"{flag} , EXCLUDE 127.0.0.1" if "NOTFOUND" in flag else flag for flag in BARRED]
WIDE, SMALL = (1280, 800), (320, 480)
#: Tab stops after which counting ends.
MOST_STOPS = 300

#: What the pages ask for that jsDelivr does not serve by package and version.
ELSEWHERE = {
    "code.jquery.com/jquery-3.7.1.min.js": "jquery/dist/jquery.min.js",
    "code.jquery.com/ui/1.12.1/jquery-ui.js": "jquery-ui-dist/jquery-ui.js",
    "cdnjs.cloudflare.com/ajax/libs/d3/3.5.5/d3.min.js": "d3/d3.min.js",
    "cdnjs.cloudflare.com/ajax/libs/Leaflet.awesome-markers/2.0.2/leaflet.awesome-markers.js": (
        "leaflet.awesome-markers/dist/leaflet.awesome-markers.js"
    ),
    "cdnjs.cloudflare.com/ajax/libs/Leaflet.awesome-markers/2.0.2/leaflet.awesome-markers.css": (
        "leaflet.awesome-markers/dist/leaflet.awesome-markers.css"
    ),
}

#: Notes when the units are on the screen, and when Leaflet has taken hold of them. The time is that
#: of the first task after the frame in which they are painted, counted from the navigation.
CLOCK = """
(() => {
    const found = {};
    window.mtmClock = found;
    const look = () => {
        const map = document.querySelector('.folium-map');
        const units = map ? [...map.querySelectorAll('path')].filter(path =>
            !path.closest('defs') && path.getAttribute('d')?.includes('z')) : [];
        const drawn = units.length >= UNITS && units.at(-1).getBoundingClientRect().width > 0;
        const alive = drawn && map.classList.contains('leaflet-container');
        for (const [name, is] of Object.entries({drawn, alive}))
            if (is && !(name in found)) {
                found[name] = 0;
                setTimeout(() => { found[name] = performance.now(); });
            }
        if (!alive) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
})();
"""
#: Text that does something if it is taken for more than text.
PAYLOADS = {
    "`<img onerror>`": "Ak <img src=x onerror=\"window.mtmHit = 'img'\">",
    "`</script>`": "Ak </script><script>window.mtmHit = 'script'</script>",
    "backtick": "Ak `+(window.mtmHit='tick')+` ${window.mtmHit='tick'}",
    "`{{ 7 * 191 }}`": "Ak {{ 7 * 191 }}",
}
#: Boxes of what stands over or beside the map, by kind.
BOXES = """() => {
    const kinds = {
        title: 'h1', disclaimer: '.disclaimer, #mtmgeo-disclaimer',
        legend: '.legend, #legend, svg.legend, .branca-colormap, .maplegend, .mtm-panel',
        zoom: '.leaflet-control-zoom', scale: '.leaflet-control-scale',
        attribution: '.leaflet-control-attribution',
    };
    return Object.entries(kinds).flatMap(([kind, selector]) =>
        [...document.querySelectorAll(selector)].filter(e => e.checkVisibility())
        .map(e => e.getBoundingClientRect()).filter(b => b.width && b.height)
        .map(b => [kind, b.left, b.top, b.right, b.bottom]));
}"""


@dataclass
class Visit:
    """A page opened in a browser of its own, and what it asked for and did."""

    page: Page
    asked: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def listen(self, cdn: Path | None) -> None:
        """Count what the page asks of other hosts; serve it from a folder, or refuse it."""

        def serve(route: Route) -> None:
            address = route.request.url
            if address.startswith(("file:", "data:", "blob:", "http://127.0.0.1")):
                route.continue_()
                return
            self.asked.add(address)
            found = cdn and local(cdn, address)
            if found:
                route.fulfill(path=found, headers={"Access-Control-Allow-Origin": "*"})
            else:
                route.abort()

        def dismiss(dialog: Any) -> None:
            self.faults.append("dialog")
            dialog.dismiss()

        self.page.route("**/*", serve)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("dialog", dismiss)

    def clock(self, most: float = 5.0) -> dict[str, float]:
        """Return the milliseconds until the map was drawn, and until it was alive."""
        js = "() => window.mtmClock.drawn > 0 && window.mtmClock.alive > 0"
        with suppress(TimeoutError):  # what was not there by then is not in the answer
            self.page.wait_for_function(js, timeout=1000 * most)
        found: dict[str, float] = self.page.evaluate("() => window.mtmClock || {}")
        return {name: time for name, time in found.items() if time}


def local(cdn: Path, address: str) -> Path | None:
    """Return the file of a folder of npm packages, or of folium, that stands for an address."""
    _, _, rest = address.partition("://")
    rest = rest.partition("?")[0]
    if rest.startswith("cdn.jsdelivr.net/npm/"):
        name = rest.removeprefix("cdn.jsdelivr.net/npm/")
        package, _, path = name.lstrip("@").partition("@")
        scope = "@" if name.startswith("@") else ""
        found = cdn / f"{scope}{package}" / path.partition("/")[2]
    elif rest in ELSEWHERE:
        found = cdn / ELSEWHERE[rest]
    elif "folium/templates/" in rest:
        found = Path(folium.__file__).parent / "templates" / rest.rpartition("/")[2]
    else:
        return None
    return found if found.is_file() else None


@dataclass(frozen=True)
class Bench:
    """Opens pages; every visit has a browser and a profile of its own."""

    playwright: Playwright
    cdn: Path | None
    units: int

    @contextmanager
    def visit(
        self, url: str, size: tuple[int, int] = WIDE, *, served: bool = True
    ) -> Iterator[Visit]:
        """Open a page; without `served`, nothing outside it is there."""
        browser = self.playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=FLAGS
        )
        try:
            page = browser.new_page(viewport={"width": size[0], "height": size[1]})
            visit = Visit(page)
            visit.listen(self.cdn if served else None)
            page.add_init_script(CLOCK.replace("UNITS", str(self.units)))
            page.goto(url)
            yield visit
        finally:
            browser.close()


@dataclass(frozen=True)
class Served:
    """A folder on loopback under a Content Security Policy."""

    address: str

    @classmethod
    @contextmanager
    def strictly(cls, folder: Path) -> Iterator[Served]:
        """Serve a folder that may load from its own address alone."""

        class Handler(SimpleHTTPRequestHandler):
            def __init__(self, *args: Any) -> None:
                super().__init__(*args, directory=str(folder))

            def end_headers(self) -> None:
                self.send_header("Content-Security-Policy", "default-src 'self'")
                super().end_headers()

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield cls(f"http://127.0.0.1:{server.server_port}")
        finally:
            server.shutdown()


def weight(file: Path) -> str:
    data = file.read_bytes()
    return f"{len(data) / 1000:,.0f} ({len(gzip.compress(data, 9)) / 1000:,.0f})"


def seen(bench: Bench, url: str, *, served: bool) -> str:
    """Say what of map and disclaimer can be seen."""
    with bench.visit(url, served=served) as visit:
        times = visit.clock(2.0)
        kinds = {kind for kind, *_ in visit.page.evaluate(BOXES)}
    if not times:
        return "no map" if "disclaimer" in kinds else "blank page"
    drawn = "map" if "alive" in times else "map (still)"
    return f"{drawn} and disclaimer" if "disclaimer" in kinds else drawn


def drawing(bench: Bench, url: str, runs: int) -> dict[str, str]:
    """Return medians and ranges of the milliseconds; the first visit is left out."""
    taken: dict[str, list[float]] = {"drawn": [], "alive": []}
    for run in range(runs + 1):
        with bench.visit(url) as visit:
            times = visit.clock()
            for name, some in taken.items():
                if run and name in times:
                    some.append(times[name])
    return {
        name: f"{statistics.median(some):.0f} ({min(some):.0f}–{max(some):.0f})"
        if len(some) == runs
        else "never"
        for name, some in taken.items()
    }


@cache
def axe() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


def rules_failed(bench: Bench, url: str) -> str:
    """Return the rules of WCAG 2.2 A and AA that the page fails, and those of good practice."""
    levels = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    with bench.visit(url) as visit:
        visit.clock()
        visit.page.evaluate(axe())
        found = visit.page.evaluate(
            "async tags => (await axe.run(document, {runOnly: tags})).violations"
            ".map(rule => [rule.id, rule.tags.includes('best-practice')])",
            levels,
        )
    names = sorted(name for name, practice in found if not practice)
    others = sum(practice for _, practice in found)
    listed = f": {', '.join(names)}" if names else ""
    return f"{len(names)} + {others}{listed}"


def stops(bench: Bench, url: str) -> str:
    """Walk the page by Tab; count the stops, and those that have no name."""
    with bench.visit(url) as visit:
        visit.clock()
        page = visit.page
        talk = page.context.new_cdp_session(page)
        count = unnamed = 0
        for _ in range(MOST_STOPS):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement === document.body"):
                break
            there = talk.send("Runtime.evaluate", {"expression": "document.activeElement"})
            tree = talk.send(
                "Accessibility.getPartialAXTree",
                {"objectId": there["result"]["objectId"], "fetchRelatives": False},
            )
            count += 1
            unnamed += not tree["nodes"][0].get("name", {}).get("value")
    return f"{count}, {unnamed} unnamed"


def crowding(bench: Bench, url: str) -> str:
    """Say what is cut by a window of 320 px, and what lies over what."""
    with bench.visit(url, SMALL) as visit:
        visit.clock()
        boxes = [(kind, shapely.box(*edges)) for kind, *edges in visit.page.evaluate(BOXES)]
    window = shapely.box(0, 0, *SMALL).buffer(1)
    cut = {f"{kind} clipped" for kind, box in boxes if not window.covers(box)}
    over = {
        f"{one} over {other}"
        for (one, a), (other, b) in combinations(boxes, 2)
        if one != other and a.intersection(b).area > 4
    }
    return ", ".join(sorted(cut) + sorted(over)) or "all readable"


def effect(bench: Bench, file: Path) -> str:
    """Say what a hostile name did after the pointer was everywhere."""
    if "Ak 1337" in file.read_text("utf-8"):
        return "executes"  # in the template that makes the page
    with bench.visit(file.as_uri()) as visit:
        times = visit.clock(2.0)
        page = visit.page
        for x, y in product(range(200, 1100, 60), range(150, 700, 60)):
            page.mouse.move(x, y)
        page.mouse.click(640, 400)
        page.wait_for_timeout(300)
        hit = page.evaluate("window.mtmHit") or "dialog" in visit.faults
    if hit:
        return "executes"
    return "inert" if times else "no map"


def hostile(result: mtmgeo.Assessment, name: str) -> mtmgeo.Assessment:
    """Return the result with every unit of one name."""
    bounds = result.boundaries
    units = bounds.units.assign(**dict.fromkeys(bounds.name_columns, name))
    return replace(result, match=replace(result.match, boundaries=replace(bounds, units=units)))


def composed(result: mtmgeo.Assessment) -> mtmgeo.Composition:
    return mtmgeo.compose(result, replace(maps.SPEC, date=date(2022, 11, 30)))


def column(bench: Bench, maker: maps.Maker, folder: Path, runs: int) -> dict[str, str]:
    """Make the map in one way and measure it."""
    result = assessed()
    file = folder / "map.html"
    maker(result, composed(result), file)
    url = file.as_uri()
    with bench.visit(url, served=False) as visit:
        asked = len(visit.asked)
    with Served.strictly(folder) as server:
        strict = seen(bench, f"{server.address}/map.html", served=True)
    times = drawing(bench, url, runs)
    found = {
        "file, kB (gzip)": weight(file),
        "requests to other hosts": str(asked),
        "without network": seen(bench, url, served=False),
        "first map drawn, ms": times["drawn"],
        "Leaflet at work, ms": times["alive"],
        "axe-core rules failed, WCAG + practice": rules_failed(bench, url),
        "`default-src 'self'`": strict,
        "320 px": crowding(bench, url),
        "tab stops": stops(bench, url),
    }
    for words, payload in PAYLOADS.items():
        result = hostile(assessed(), payload)
        maker(result, composed(result), folder / "hostile.html")
        found[f"{words} in names"] = effect(bench, folder / "hostile.html")
    return found


@cache
def assessed() -> mtmgeo.Assessment:
    bounds = mtmgeo.read_boundaries("kgz")
    return mtmgeo.assess(mtmgeo.match(mtmgeo.read_table(EXAMPLE), bounds))


def table(columns: dict[str, dict[str, str]]) -> str:
    rows = next(iter(columns.values()))
    lines = [f"| | {' | '.join(columns)} |", f"|---|{'---|' * len(columns)}"]
    lines += [
        f"| {row} | {' | '.join(column[row] for column in columns.values())} |" for row in rows
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare one interactive map, made four ways.")
    parser.add_argument("--cdn", type=Path, help="node_modules with what the other maps load")
    parser.add_argument("--runs", type=int, default=10, help="visits of which the median is taken")
    parser.add_argument("--keep", type=Path, help="folder to keep the pages in")
    parser.add_argument("--only", choices=list(maps.MAKERS), action="append")
    options = parser.parse_args()
    units = len(composed(assessed()).panels[0].areas)
    with TemporaryDirectory() as scratch, sync_playwright() as playwright:
        bench = Bench(playwright, options.cdn, units)
        columns = {}
        for name, maker in maps.MAKERS.items():
            if options.only and name not in options.only:
                continue
            folder = (options.keep or Path(scratch)).resolve() / name.split(",")[
                -1
            ].strip().replace(" ", "_")
            folder.mkdir(parents=True, exist_ok=True)
            columns[name] = column(bench, maker, folder, options.runs)
    print(table(columns))


if __name__ == "__main__":
    main()
