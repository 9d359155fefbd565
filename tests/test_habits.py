"""How the tests themselves are kept: no clock judges them, and how much is tried is said once."""

import ast
from functools import cache
from pathlib import Path

from hypothesis import settings

HERE = Path(__file__).parent


@cache
def nodes() -> list[tuple[str, ast.AST]]:
    """Return all that the tests are made of, with the file that it stands in."""
    return [
        (path.relative_to(HERE).as_posix(), node)
        for path in HERE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.keyword | ast.Attribute)
    ]


def given(word: str) -> set[tuple[str, str]]:
    """Return where in the tests an argument of this name is given, and what it is."""
    return {
        (file, ast.unparse(node.value))
        for file, node in nodes()
        if isinstance(node, ast.keyword) and node.arg == word
    }


PROFILES = ("full", "fast", "thorough")


def test_a_deadline_is_set_in_one_place_and_is_none():
    assert given("deadline") == {("conftest.py", "None")}
    assert [settings.get_profile(name).deadline for name in PROFILES] == [None] * 3


def test_no_clock_is_read():
    """But where the driver of a browser waits for what comes: an end, not a judgement."""
    clocks = {"time", "time_ns", "monotonic", "perf_counter", "process_time", "thread_time"}
    readers = {
        file
        for file, node in nodes()
        if isinstance(node, ast.Attribute) and node.attr in clocks
        if ast.unparse(node) == f"time.{node.attr}"
    }
    assert readers == {"web/test_host.py"}


def test_how_much_is_tried_follows_the_profile():
    assert {file for file, _ in given("max_examples")} == {"conftest.py", "tries.py"}
