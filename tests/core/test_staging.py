"""No half-written file: on a full disk each public way to write leaves what was there before."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely

import mtmgeo
from mtmgeo.commands.main import main
from mtmgeo.core import disclaimer
from mtmgeo.core.staging import discard, lasting_scratch, scratch, staged
from mtmgeo.population.grids import Grid
from tests.countries import country, publish, zipped
from tests.disk import contents, full_disk
from tests.example import EXAMPLE, result

FULL = "File too large"


@cache
def map_of(kind: str) -> Any:
    spec = mtmgeo.MapSpec(kind="coverage", level=1, size="A5")
    return mtmgeo.sheet(result(), spec) if kind == "sheet" else mtmgeo.webmap(result(), spec)


def surface() -> mtmgeo.Surface:
    values = np.random.default_rng(0).random((40, 50))
    grid = Grid(pyproj.CRS.from_epsg(32643), (500_000, 4_600_000), (100, -100), 50, 40)
    tags = {disclaimer.METADATA_KEY: disclaimer.text(2024)}
    return mtmgeo.Surface(values, grid, "individuals per cell", "Returnees", (), tags)


def table() -> pd.DataFrame:
    return pd.DataFrame({"name": [f"Place {number} of many" for number in range(500)]})


def points() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(table(), geometry=[shapely.Point(70, 40)] * 500, crs=4326)


OBJECTS: dict[str, Callable[[], Any]] = {
    "table.csv": table,
    "table.xlsx": table,
    "table.parquet": table,
    "layer.gpkg": points,
    "values.json": lambda: {"names": list(table()["name"])},
    "text.md": lambda: "x" * 2000,
    "surface.tif": surface,
    "map.png": lambda: map_of("sheet"),
    "map.html": lambda: map_of("page"),
}


def refused(action: Callable[[], object], folder: Path, words: str = FULL) -> str:
    """Do what cannot be done on a full disk; return the one sentence that says so."""
    before = contents(folder)
    with full_disk(), pytest.raises(mtmgeo.MtmgeoError, match=words) as error:
        action()
    assert contents(folder) == before
    [fault] = error.value.faults
    assert fault.endswith(".")
    assert ".mtmgeo-" not in fault
    return fault


# --- Python ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.slow if "map" in name else ()) for name in OBJECTS],
)
def test_what_is_written_to_a_full_disk_leaves_the_old_file(name: str, tmp_path: Path) -> None:
    obj, path = OBJECTS[name](), tmp_path / name
    path.write_bytes(b"old")
    refused(lambda: mtmgeo.write(obj, path), tmp_path, "cannot be (written|made in)")
    mtmgeo.write(obj, path)
    assert path.stat().st_size > 1000


@pytest.mark.slow
@pytest.mark.parametrize("whole", [False, True])
def test_a_page_saved_to_a_full_disk_leaves_the_old_one(tmp_path: Path, *, whole: bool) -> None:
    page, path = map_of("page"), tmp_path / "map.html"
    path.write_bytes(b"old")
    saved = page.get_root() if whole else page
    fault = refused(lambda: saved.save(path), tmp_path)
    assert fault == f"'{path}' cannot be written: File too large; choose another."
    saved.save(str(path))
    assert [finding.ok for finding in mtmgeo.verify(path)] == [True]


@pytest.mark.slow
def test_a_page_is_saved_into_no_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(mtmgeo.InputError, match="does not exist: create it first"):
        map_of("page").save(tmp_path / "gone/map.html")


@pytest.mark.slow
def test_a_sheet_saved_to_a_full_disk_leaves_the_old_one(tmp_path: Path) -> None:
    drawn, path = map_of("sheet"), tmp_path / "map.svg"
    path.write_bytes(b"old")
    refused(lambda: drawn.savefig(path), tmp_path)
    drawn.savefig(path)
    assert path.read_bytes().startswith(b"<?xml")


@pytest.mark.slow
def test_a_sheet_is_saved_in_the_format_that_its_name_or_the_caller_says(tmp_path: Path) -> None:
    drawn = map_of("sheet")
    for name, options in (
        ("a.png", {}),
        ("b", {}),
        ("c", {"format": "png"}),
        ("d.x", {"format": "png"}),
    ):
        drawn.savefig(tmp_path / name, dpi=20, **options)
    kept = contents(tmp_path)
    assert list(kept) == ["a.png", "b.png", "c", "d.x"]
    assert all(content.startswith(b"\x89PNG") for content in kept.values())
    with (tmp_path / "e").open("wb") as file:
        drawn.savefig(file, format="png", dpi=20)
    assert (tmp_path / "e").read_bytes() == kept["c"]


@pytest.mark.slow
def test_a_report_on_a_full_disk_leaves_the_old_one(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    for name in ("locations.csv", "map.html", "mine.txt"):
        (tmp_path / "out" / name).write_bytes(b"old")
    fault = refused(lambda: mtmgeo.report(EXAMPLE, tmp_path / "out"), tmp_path)
    assert fault.startswith(f"'{tmp_path}/out/locations.csv' cannot be written")
    refused(lambda: mtmgeo.report(EXAMPLE, tmp_path / "new/deep"), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.slow
def test_a_pack_added_on_a_full_disk_leaves_the_old_one(tmp_path: Path, added: Path) -> None:
    files = publish(country("HTI"), tmp_path / "hti")
    mtmgeo.add_pack(files)
    fault = refused(lambda: mtmgeo.add_pack(files, licence="new"), tmp_path)
    assert fault.startswith(f"'{added}/hti' cannot be written")
    assert mtmgeo.read_boundaries("hti").licence == ""
    refused(lambda: mtmgeo.add_pack(files, name="other"), tmp_path)
    assert [path.name for path in added.iterdir()] == ["hti"]


@pytest.mark.slow
def test_a_pack_that_cannot_be_removed_whole_is_not_removed(
    tmp_path: Path, added: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mtmgeo.add_pack(publish(country("HTI"), tmp_path / "hti"))
    before = contents(added)

    def refuse(*_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", refuse)
        with pytest.raises(mtmgeo.InputError, match="cannot be removed"):
            mtmgeo.remove_pack("hti")
    assert contents(added) == before
    mtmgeo.remove_pack("hti")
    assert list(added.iterdir()) == []


@pytest.mark.slow
def test_a_pack_with_fewer_levels_takes_the_outlines_of_the_others_with_it(
    tmp_path: Path, added: Path
) -> None:
    mtmgeo.add_pack(publish(country("HTI"), tmp_path / "a"), name="hti")
    assert (added / "hti/adm3.fgb").exists()
    (added / "hti/mine.txt").touch()
    mtmgeo.add_pack(publish(country("HTI", deepest=2), tmp_path / "b"), name="hti")
    assert sorted(path.name for path in (added / "hti").glob("*.fgb")) == [
        "adm0.fgb", "adm1.fgb", "adm2.fgb", "context.fgb", "lines.fgb",
    ]  # fmt: skip
    assert (added / "hti/mine.txt").exists()


# --- the folder of temporary files ----------------------------------------------------------------


def test_a_zip_for_which_there_is_no_room_is_said(tmp_path: Path) -> None:
    path = zipped(publish(country("HTI"), tmp_path / "hti"))
    fault = refused(lambda: mtmgeo.read_boundaries(path), tmp_path)
    assert fault == (
        f"hti.zip cannot be unpacked ({FULL}): see that the file is there, and that there is room "
        f"in {tempfile.gettempdir()}."
    )


def test_a_geopackage_for_which_there_is_no_room_is_said(tmp_path: Path) -> None:
    words = f"A GeoPackage cannot be made in {tempfile.gettempdir()} \\(.+\\): make room there"
    refused(lambda: mtmgeo.write(points(), tmp_path / "a.gpkg"), tmp_path, words)


@pytest.mark.parametrize("use", [lambda: scratch().__enter__(), lasting_scratch])
def test_a_machine_without_a_folder_for_temporary_files_is_said(
    use: Callable[[], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(mtmgeo.InputError, match=r"no temporary folder to work in \(No such file"):
        use()


# --- the command line -----------------------------------------------------------------------------

COMMANDS = {
    "match": "match TABLE -o OLD.csv",
    "review": "match TABLE -o new.csv --review OLD.xlsx",
    "assess": "assess TABLE -o OLD.xlsx",
    "map": "map TABLE --kind coverage --level 1 -o OLD.svg",
    "report": "report TABLE -o out",
    "add": "boundaries add hti --name OLD",
    "check": "boundaries check hti -o OLD.json",
    "xlsform": "xlsform kgz --level 3 -o OLD.xlsx",
}


@pytest.mark.slow
@pytest.mark.usefixtures("added")
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_on_a_full_disk_ends_with_a_sentence(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    publish(country("HTI"), tmp_path / "hti")
    for ending in ("csv", "xlsx", "svg", "html", "json"):
        (tmp_path / f"old.{ending}").write_bytes(b"old")
    words = COMMANDS[name].replace("TABLE", str(EXAMPLE)).replace("OLD", "old").split()
    before = contents(tmp_path)
    with full_disk():
        status = main(words)
    after = contents(tmp_path)
    if name == "review":  # the matches come first, and are whole or not there
        assert after.pop("new.csv", b"x\n").endswith(b"\n")
    assert (status, after) == (2, before)
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("mtmgeo: ")
    assert re.search("cannot be (written|made in)", line)
    assert FULL in line


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk that is always full")
def test_output_that_goes_to_a_full_disk_is_said() -> None:
    with Path("/dev/full").open("wb") as full:
        words = [sys.executable, "-m", "mtmgeo", "boundaries", "list"]
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 2
    assert done.stderr.decode() == (
        "mtmgeo: the standard output cannot be used: No space left on device.\n"
    )


# --- staging itself -------------------------------------------------------------------------------


def test_files_of_a_pattern_go_when_others_come_and_come_back_when_these_cannot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("a.fgb", "sub/b.fgb", "c.txt"):
        (tmp_path / name).write_text("old")
    before, replace = contents(tmp_path), Path.replace

    def failing(self: Path, goal: Path) -> Path:
        if goal.name == "z.fgb":
            raise OSError(28, "No space left on device")
        return replace(self, goal)

    def fill() -> None:
        with staged(tmp_path, clearing="**/*.fgb") as stage:
            (stage / "a.fgb").write_text("new")
            (stage / "z.fgb").write_text("new")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", failing)
        with pytest.raises(mtmgeo.InputError, match="No space left"):
            fill()
    assert contents(tmp_path) == before
    fill()
    assert contents(tmp_path) == {"a.fgb": b"new", "c.txt": b"old", "z.fgb": b"new"}


def test_a_link_is_discarded_and_not_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    discard(tmp_path / "link")
    discard(tmp_path / "nothing")
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
