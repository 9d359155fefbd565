"""The house: imports between rooms run one way, and each room has its floor."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import mtmgeo

PACKAGE = Path(mtmgeo.__file__).parent
ROOT = PACKAGE.parent
PICTURE = (ROOT / "docs/architecture.md").read_text("utf-8")
FLOORS = re.findall(r"^ +\d+ +(.*?)  ", PICTURE, re.MULTILINE)
FLOOR = {room: at for at, rooms in enumerate(FLOORS) for room in rooms.split(", ")}


@cache
def imports(path: Path) -> list[ast.Import | ast.ImportFrom]:
    """Return what a file imports, anywhere in it."""
    tree = ast.parse(path.read_text("utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]


def rooms(path: Path) -> set[str]:
    """Return the rooms that a file imports from."""
    named = set()
    for node in imports(path):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("mtmgeo"):
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            named |= {name.split(".")[1] for name in whole}
        elif isinstance(node, ast.Import):
            named |= {x.name.split(".")[1] for x in node.names if x.name.startswith("mtmgeo.")}
    return named


def folders() -> list[Path]:
    """Return the rooms, and the rooms in them."""
    return [path.parent for path in PACKAGE.glob("*/**/__init__.py")]


def homes(path: Path) -> set[Path]:
    """Return the folders that a file imports from, but its own."""
    named = set()
    for node in imports(path):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("mtmgeo."):
            module = ROOT.joinpath(*str(node.module).split("."))
            named.add(module if module.is_dir() else module.parent)
    return named - {path.parent}


def test_imports_between_rooms_point_down():
    upward = [
        f"{path.relative_to(PACKAGE)} imports {room}"
        for home in FLOOR
        for path in (PACKAGE / home).rglob("*.py")
        for room in rooms(path) - {home, "__version__"}
        if FLOOR[room] <= FLOOR[home]
    ]
    assert upward == []


def test_every_room_has_a_floor():
    assert set(FLOOR) == {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert len(FLOORS) <= 11


def test_the_tree_can_be_taken_in_at_a_glance():
    assert len([path for path in PACKAGE.iterdir() if path.name != "__pycache__"]) <= 20
    crowded = {
        str(folder.relative_to(PACKAGE)): len(files)
        for folder in folders()
        if len(files := [*folder.glob("[!_]*.py")]) > 10
    }
    assert crowded == {}


def test_no_two_folders_import_from_each_other():
    below = {folder: set().union(*map(homes, folder.glob("*.py"))) for folder in folders()}
    both = [(one, other) for one in below for other in below[one] if one in below[other]]
    assert below[PACKAGE / "matching"] >= {PACKAGE / "matching/linkage", PACKAGE / "tables"}
    assert both == []


def test_the_picture_names_what_is_there():
    named = re.findall(r"`([a-z_]+/[a-z_/]+(?:\.py)?)`", PICTURE)
    inside = {path.relative_to(PACKAGE) for path in PACKAGE.rglob("*")}
    missing = [
        name
        for name in named
        if not (ROOT / name).exists() and not {Path(name), Path(f"{name}.py")} & inside
    ]
    assert len(named) > 30
    assert missing == []


def test_the_public_names_are_sorted_and_there() -> None:
    assert mtmgeo.__all__ == sorted(mtmgeo.__all__)
    assert all(hasattr(mtmgeo, name) for name in mtmgeo.__all__)


def test_functions_named_like_their_module_are_functions() -> None:
    assert all(callable(getattr(mtmgeo, name)) for name in ("report", "sheet", "webmap"))
