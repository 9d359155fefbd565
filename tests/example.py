"""The example data of the repository, assessed once for all tests of a file."""

from functools import cache
from pathlib import Path

from mtmgeo import assess, match, read_table

EXAMPLE = Path(__file__).parents[1] / "examples/kgz_round1/kgz_round1_synthetic.csv"


@cache
def result(suppress_below=5):
    return assess(match(read_table(EXAMPLE)), suppress_below=suppress_below)
