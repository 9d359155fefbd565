"""Time the tools on synthetic gazetteers: ``python benchmarks/matching/speed.py [--full]``.

Each tool and size runs in its own process. Prints the seconds to prepare (what a tool makes of the
units before the first row), rows a second after that, the peak memory of the process, and the
time for all the rows as a ratio to mtmgeo's of the same run. The peers are timed on as many rows
as they answer in a few seconds; their time for all is what that comes to, their memory what those
take. Absolute times differ from machine to machine.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import gazetteer
import peers

import mtmgeo

SEED = 3
PIECE = 200  # rows that a peer is asked about at a time
UNITS = (2_400, 20_000, 100_000)
ROWS = (1_000, 100_000)


@dataclass(frozen=True)
class Times:
    """What one run took."""

    prepare: float
    seconds: float
    rows: int
    peak_mb: float

    def for_all(self, rows: int) -> float:
        """Return the seconds for so many rows, those to prepare included."""
        return self.prepare + self.seconds * rows / self.rows


def peak_mb() -> float:
    """Return the largest memory that this process has had."""
    status = Path("/proc/self/status")
    if status.exists():  # what the kernel says of the parent's memory goes into getrusage
        lines = status.read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def run_here(tool: str, units: Path, rows: Path, limit: float) -> Times:
    """Time one tool in this process: mtmgeo on all rows, a peer on those of ``limit`` seconds."""
    names: list[peers.Names] = [(a, b, c) for a, b, c in json.loads(rows.read_text("utf-8"))]
    bounds = mtmgeo.read_boundaries(units)
    begun = time.perf_counter()
    finder = peers.tools()[tool](bounds)
    finder.answers(names[:1])  # mtmgeo prepares at the first row
    prepared = time.perf_counter()
    piece = len(names) if tool == "mtmgeo" else PIECE
    answered, spent = 0, 0.0
    while answered < len(names) and spent < limit:
        answered += len(finder.answers(names[answered : answered + piece]))
        spent = time.perf_counter() - prepared
    return Times(prepared - begun, spent, answered, peak_mb())


def run_apart(tool: str, units: Path, rows: Path, limit: float) -> Times:
    """Time one tool in a process of its own."""
    paths = [tool, str(units), str(rows)]
    command = [sys.executable, __file__, "--seconds", str(limit), "--one", *paths]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return Times(**json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="a million rows as well")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each peer is timed")
    parser.add_argument("--units", type=int, nargs="+", default=list(UNITS))
    parser.add_argument("--one", nargs=3, metavar=("TOOL", "UNITS", "ROWS"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        tool, units, rows = chosen.one
        print(json.dumps(vars(run_here(tool, Path(units), Path(rows), chosen.seconds))))
        return
    counts = (*ROWS, 1_000_000) if chosen.full else ROWS
    print(f"Synthetic gazetteers; each peer timed for {chosen.seconds:g} s of its rows.\n")
    print("| units | rows | parents blank | tool | prepare, s | rows/s | peak, MB | time, ratio |")
    print("|---" * 8 + "|")
    with tempfile.TemporaryDirectory() as folder:
        for size in chosen.units:
            table = gazetteer.units(size, SEED)
            units = Path(folder) / f"units_{size}.csv"
            table.to_csv(units, index=False)
            for count in counts:
                for blank in (0.0, 0.1):
                    names = gazetteer.typed_rows(table, count, blank, SEED)
                    rows = Path(folder) / "rows.json"
                    rows.write_text(json.dumps(names), encoding="utf-8")
                    ours = run_apart("mtmgeo", units, rows, chosen.seconds)
                    for tool in peers.tools():
                        own = tool == "mtmgeo"
                        times = ours if own else run_apart(tool, units, rows, chosen.seconds)
                        ratio = times.for_all(count) / ours.for_all(count)
                        cells = (
                            f"{size:,}", f"{count:,}", f"{blank:.0%}", tool,
                            f"{times.prepare:.2f}", f"{times.rows / times.seconds:,.0f}",
                            f"{times.peak_mb:,.0f}", f"{ratio:.2f}",
                        )  # fmt: skip
                        print("|", " | ".join(cells), "|", flush=True)


if __name__ == "__main__":
    main()
