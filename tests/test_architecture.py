"""The house: imports between rooms run one way, and each room has its floor."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import mtmgeo

PACKAGE = Path(mtmgeo.__file__).parent
PICTURE = (PACKAGE.parent / "docs/architecture.md").read_text("utf-8")
FLOORS = re.findall(r"^ +\d+ +(.*?)  ", PICTURE, re.MULTILINE)
FLOOR = {room: at for at, rooms in enumerate(FLOORS) for room in rooms.split(", ")}


def rooms(path: Path) -> set[str]:
    """Return the rooms that a file imports from."""
    named = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("mtmgeo"):
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            named |= {name.split(".")[1] for name in whole}
        elif isinstance(node, ast.Import):
            named |= {x.name.split(".")[1] for x in node.names if x.name.startswith("mtmgeo.")}
    return named


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


def test_the_public_names_are_sorted_and_there() -> None:
    assert mtmgeo.__all__ == sorted(mtmgeo.__all__)
    assert all(hasattr(mtmgeo, name) for name in mtmgeo.__all__)


def test_functions_named_like_their_module_are_functions() -> None:
    assert all(callable(getattr(mtmgeo, name)) for name in ("report", "sheet", "webmap"))
