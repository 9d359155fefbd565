"""A real browser, and the pages that are open in it."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType, Page

#: The first that is there is taken. The shell has no windows of its own to draw: a page is open
#: in a third of the time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")
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


def launch(chromium: BrowserType, flags: Sequence[str] = FLAGS) -> Browser:
    """Start a browser of its own."""
    for path in filter(None, map(shutil.which, NAMES)):
        return chromium.launch(executable_path=path, args=list(flags))
    pytest.fail(
        "The tests of pages need Chromium on the PATH: apt-get install chromium-headless-shell"
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


@contextmanager
def visiting(browser: Browser, folder: Path) -> Iterator[Callable[..., Visit]]:
    """Open HTML as files; at the end no page may have asked for anything or complained."""
    visits: list[Visit] = []

    def open_page(html: str, size: tuple[int, int] = (1280, 800), **options: Any) -> Visit:
        file = folder / f"map{len(visits)}.html"
        file.write_bytes(html.encode())
        page = browser.new_page(viewport={"width": size[0], "height": size[1]}, **options)
        opened = Visit(page, file.as_uri())
        opened.watch()
        visits.append(opened)
        page.goto(opened.url)
        if 'id="mtmgeo-data"' in html and options.get("java_script_enabled", True):
            page.wait_for_selector(".mtm-run", state="attached")
        return opened

    try:
        yield open_page
    finally:
        for one in visits:
            one.page.close()
    assert [fault for one in visits for fault in one.faults] == []
