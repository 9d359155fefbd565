"""What is loaded before it is needed: nothing that takes long."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ALL = ["--help"], ["--version"], ["map", "--help"], ["report", "--help"], ["boundaries", "--help"]

#: What takes long to load, and what else only some commands need.
LIGHT = {"numpy", "PIL"}
HEAVY = {
    "babel", "exactextract", "folium", "geopandas", "html5lib", "matplotlib", "openpyxl", "pandas",
    "pyarrow", "pyogrio", "pypdf", "pypdfium2", "pyproj", "rapidfuzz", "rasterio", "requests",
    "shapely", "tinycss2", "tqdm",
}  # fmt: skip
GEOGRAPHY = {"geopandas", "pandas", "pyarrow", "pyogrio", "pyproj", "shapely"}


def loaded(code: str) -> set[str]:
    """Return which of these packages a Python has loaded that ran a line."""
    ask = f"import sys; print('loaded', *{HEAVY | LIGHT} & {{*sys.modules}})"
    lines = f"import atexit; atexit.register(lambda: exec({ask!r}))\n{code}"
    run = subprocess.run([sys.executable, "-c", lines], cwd=ROOT, check=True, capture_output=True)
    return {*run.stdout.decode().splitlines()[-1].split()[1:]}


def commanded(*words: str) -> set[str]:
    return loaded(f"import sys; from mtmgeo.commands.main import main; sys.exit(main({[*words]}))")


def test_the_face_loads_nothing():
    assert loaded("import mtmgeo; dir(mtmgeo)") == set()


@pytest.mark.slow
@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_the_command_line_says_what_it_can_do_and_loads_nothing(words):
    assert commanded(*words) == set()


@pytest.mark.slow
def test_a_picture_is_verified_by_what_reads_pictures():
    assert commanded("verify", "docs/images/coverage.png") == LIGHT


@pytest.mark.slow
def test_packs_are_listed_without_what_draws_or_matches():
    assert commanded("boundaries", "list") - LIGHT <= GEOGRAPHY
