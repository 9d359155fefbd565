"""How many examples are drawn, a real browser for the tests of pages, a home for packs."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, Page, sync_playwright

# A slow machine fails no test: nothing here is judged by the time that it takes.
settings.register_profile(
    "full", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("fast", settings.get_profile("full"), max_examples=10)
settings.load_profile("full")

#: No service of the browser's own may reach for the network, and no name resolves.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)


@dataclass
class Visit:
    """An open page and all that went wrong on it: requests, errors, dialogs."""

    page: Page
    url: str
    faults: list[str] = field(default_factory=list)

    def watch(self) -> None:
        page = self.page
        page.on("console", lambda message: self.faults.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.on("dialog", self._dismiss)
        page.route("**/*", self._filter)

    def _dismiss(self, dialog: Any) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _filter(self, route: Any) -> None:
        address = route.request.url
        if address == self.url or address.startswith("data:"):
            route.continue_()
        else:
            self.faults.append(f"request: {address}")
            route.abort()

    def settle(self) -> None:
        """Wait until the page has answered to a change of its size."""
        frame = "await new Promise(done => requestAnimationFrame(done));"
        self.page.evaluate(f"async () => {{ {3 * frame} }}")

    def box(self, selector: str) -> dict[str, float]:
        """Return left, top, right, bottom, width and height in CSS pixels."""
        found: dict[str, float] = self.page.evaluate(
            "s => document.querySelector(s).getBoundingClientRect().toJSON()", selector
        )
        return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.fail("The tests of pages need Chromium on the PATH: apt-get install chromium")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture
def visit(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Visit]]:
    """Open HTML as a file; the test fails if the page asked for anything or complained."""
    visits: list[Visit] = []

    def open_page(html: str, size: tuple[int, int] = (1280, 800), **options: Any) -> Visit:
        file = tmp_path / f"map{len(visits)}.html"
        file.write_bytes(html.encode())
        page = browser.new_page(viewport={"width": size[0], "height": size[1]}, **options)
        opened = Visit(page, file.as_uri())
        opened.watch()
        visits.append(opened)
        page.goto(opened.url)
        if 'id="mtmgeo-data"' in html and options.get("java_script_enabled", True):
            page.wait_for_selector(".mtm-run", state="attached")
        return opened

    yield open_page
    faults = [fault for one in visits for fault in one.faults]
    for one in visits:
        one.page.close()
    assert faults == []


@pytest.fixture(scope="session", autouse=True)
def own_packs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep packs that tests add, and those of whoever runs the tests, apart."""
    home = tmp_path_factory.mktemp("packs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MTMGEO_BOUNDARIES", str(home))
        yield home


@pytest.fixture
def added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder for the packs that one test adds."""
    monkeypatch.setenv("MTMGEO_BOUNDARIES", str(tmp_path / "packs"))
    return tmp_path / "packs"
