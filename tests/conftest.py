"""How many examples are drawn, a real browser for the tests of pages, a home for packs."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright

from tests.browsers import Visit, launch, visiting

# A slow machine fails no test: nothing here is judged by the time that it takes.
settings.register_profile(
    "full",
    deadline=None,
    max_examples=50,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("fast", settings.get_profile("full"), max_examples=10)
settings.register_profile("thorough", settings.get_profile("full"), max_examples=200)
settings.load_profile("full")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what opens a browser."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = launch(playwright.chromium)
        yield running
        running.close()


@pytest.fixture
def visit(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Visit]]:
    """Open HTML as a file; the test fails if the page asked for anything or complained."""
    with visiting(browser, tmp_path) as open_page:
        yield open_page


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
