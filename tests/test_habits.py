"""How the tests themselves are kept: no clock judges them."""

import ast
from pathlib import Path

from hypothesis import settings

HERE = Path(__file__).parent


def test_a_deadline_is_set_in_one_place_and_is_none():
    places = {
        (path.relative_to(HERE).as_posix(), ast.unparse(node.value))
        for path in HERE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.keyword) and node.arg == "deadline"
    }
    assert places == {("conftest.py", "None")}
    assert [settings.get_profile(name).deadline for name in ("full", "fast")] == [None, None]
