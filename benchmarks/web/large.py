"""Time pages of 5,000 units and three years, and of 20,000 points.

python benchmarks/web/large.py [visits, 5]
"""

from __future__ import annotations

import gzip
import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from others import Bench
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.web import test_scale as large

#: Draws the next year, and waits for the frame in which it is seen.
TURN = """async () => {
    const slider = document.querySelector('#mtm-years');
    const begun = performance.now();
    slider.value = Number(slider.value) === 0 ? 1 : 0;
    slider.dispatchEvent(new Event('input', {bubbles: true}));
    await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    return performance.now() - begun;
}"""


def report(name: str, make: Callable[[], str], units: int, visits: int) -> None:
    data = make().encode()
    times: dict[str, list[float]] = {}
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder, "map.html")
        file.write_bytes(data)
        for _ in range(visits):
            with Bench(playwright, None, units).visit(file.as_uri()) as visit:
                for what, taken in visit.clock(60).items():
                    times.setdefault(what, []).append(taken)
                if visit.page.locator("#mtm-years").count():
                    times.setdefault("another year", []).append(visit.page.evaluate(TURN))
    print(f"{name}: {len(data) / 1000:,.0f} kB, {len(gzip.compress(data, 9)) / 1000:,.0f} gzip")
    for what, some in times.items():
        print(f"  {what}: median {statistics.median(some):.0f} ms, least {min(some):.0f}")


def main() -> None:
    visits = int((*sys.argv[1:], "5")[0])
    units = large.ROWS * large.COLUMNS
    report(f"{units} units, {len(large.YEARS)} years", large.many_units, units, visits)
    report(f"{large.POINTS} points", large.many_points, 50, visits)


if __name__ == "__main__":
    main()
