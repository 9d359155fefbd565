"""Time how soon a program begins: ``python benchmarks/starting.py [--runs N]``.

Each of the lines below is run by a Python of its own, in turn, N times over (default: 15), and its
CPU time taken, so that a busy machine does not count. Prints the median of each in milliseconds,
and its ratio to ``import geopandas`` in the same run, which is what others wait for. Absolute times
differ from machine to machine.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MAP = ROOT / "docs/images/coverage.png"
LINES = {
    "import geopandas": ["-c", "import geopandas"],
    "import mtmgeo": ["-c", "import mtmgeo"],
    "mtmgeo --help": ["-m", "mtmgeo", "--help"],
    "mtmgeo --version": ["-m", "mtmgeo", "--version"],
    "mtmgeo map --help": ["-m", "mtmgeo", "map", "--help"],
    "mtmgeo verify map.png": ["-m", "mtmgeo", "verify", str(MAP)],
    "mtmgeo boundaries list": ["-m", "mtmgeo", "boundaries", "list"],
}


def seconds(words: list[str], folder: str) -> float:
    """Return the CPU time of a Python that runs these words."""

    def spent() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    before = spent()
    subprocess.run([sys.executable, *words], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return spent() - before


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    times: dict[str, list[float]] = {name: [] for name in LINES}
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(runs + 1):
            for name, words in LINES.items():
                spent = seconds(words, folder)
                if turn:  # the first one writes the byte code
                    times[name].append(spent)
    whole = statistics.median(times["import geopandas"])
    for name, spents in times.items():
        median = statistics.median(spents)
        print(f"{name:<24} {median * 1000:6.0f} ms  {median / whole:4.2f}")
