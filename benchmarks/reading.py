"""How long a table takes to be read, beside the library that reads its format alone.

Prints ratios of processor time in one run, and of memory. Numbers of seconds say nothing: machines
differ. ``python benchmarks/reading.py [ROWS]``, 1,000,000 by default, of CSV; a tenth of XLSX.
"""

from __future__ import annotations

import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import openpyxl
import pandas as pd
import python_calamine

import mtmgeo

_TRIES = 3


def made(rows: int) -> pd.DataFrame:
    """Return a synthetic table of six columns: places of the pack in long form."""
    units = mtmgeo.read_boundaries("kgz").at(2)
    chance = np.random.default_rng(1)
    at = chance.integers(0, len(units), rows)
    return pd.DataFrame(
        {
            "oblast": units["parent_pcode"].to_numpy()[at],
            "district": units["name"].to_numpy()[at],
            "village": [f"Village {number}" for number in chance.integers(0, 2000, rows)],
            "year": chance.integers(2015, 2023, rows),
            "group": chance.choice(["returnees", "emigrants", "migrant workers"], rows),
            "individuals": chance.integers(0, 500, rows),
        }
    )


def seconds(work: Callable[[], object]) -> float:
    """Return the least processor time that some work takes."""
    took = []
    for _ in range(_TRIES):
        start = time.process_time()
        work()
        took.append(time.process_time() - start)
    return min(took)


def peak(work: Callable[[], object]) -> int:
    """Return the most memory that some work holds at a time, in bytes."""
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def write_xlsx(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame as a workbook."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("data")
    for row in [tuple(frame), *frame.itertuples(index=False, name=None)]:
        sheet.append(row)
    book.save(path)


def calamine(path: Path) -> object:
    """Read the cells of a workbook with the library alone."""
    return python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


def main() -> None:
    """Print the ratios."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    frame = made(rows)
    with TemporaryDirectory() as folder:
        csv = Path(folder, "long_synthetic.csv")
        frame.to_csv(csv, index=False)
        own, pandas_ = seconds(lambda: mtmgeo.read_table(csv)), seconds(lambda: pd.read_csv(csv))
        print(f"CSV, {rows:,} rows: {own / pandas_:.1f} of pandas.read_csv")
        held = mtmgeo.read_table(csv).frame.memory_usage(deep=True).sum()
        most = peak(lambda: mtmgeo.read_table(csv))
        print(f"CSV, memory at most: {most / held:.1f} of the frame")
        few = frame.head(rows // 10)
        book = Path(folder, "long_synthetic.xlsx")
        write_xlsx(few, book)
        own, alone = seconds(lambda: mtmgeo.read_table(book)), seconds(lambda: calamine(book))
        print(f"XLSX, {len(few):,} rows: {own / alone:.2f} of calamine")
        narrow = frame.head(2000)
        more = {f"Question {at}": narrow["individuals"] % (at + 2) for at in range(494)}
        wide = pd.concat([narrow, pd.DataFrame(more)], axis=1)
        wide.to_csv(csv, index=False)
        own, pandas_ = seconds(lambda: mtmgeo.read_table(csv)), seconds(lambda: pd.read_csv(csv))
        print(f"CSV, 500 columns of 2,000 rows: {own / pandas_:.1f} of pandas.read_csv")


if __name__ == "__main__":
    main()
