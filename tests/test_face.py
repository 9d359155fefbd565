"""The face: what `mtmgeo` shows, its guides, and the typed functions behind it say the same."""

from __future__ import annotations

import ast
import inspect
import re
import types
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
from numpydoc.docscrape import NumpyDocString
from numpydoc.validate import validate

import mtmgeo

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "mtmgeo"
GUIDES = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("examples/*/*.md")]
SCRIPTS = [
    path for folder in ("docs", "examples", "benchmarks") for path in (ROOT / folder).rglob("*.py")
]
INTERFACE = (ROOT / "docs/interface.md").read_text("utf-8")
CALLS = re.findall(r"`mtmgeo\.(\w+)\((.*?)\)`", INTERFACE.partition("\n## ")[0])
FUNCTIONS = [name for name in mtmgeo.__all__ if inspect.isfunction(getattr(mtmgeo, name))]
VALUES = [name for name in mtmgeo.__all__ if is_dataclass(getattr(mtmgeo, name))]


def code(text: str) -> Iterator[str]:
    """Yield the words of a guide that stand as code."""
    yield from re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    yield from re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text)


def test_what_is_shown_is_the_face_alone():
    assert dir(mtmgeo) == mtmgeo.__all__ == sorted(mtmgeo.__all__)
    assert all(getattr(mtmgeo, name) is not None for name in mtmgeo.__all__)


def test_type_checkers_see_the_same_names():
    stub = ast.parse((PACKAGE / "__init__.pyi").read_text("utf-8"))
    said = [node for node in stub.body if isinstance(node, ast.Assign)]
    assert set(ast.literal_eval(said[0].value)) == set(mtmgeo.__all__)


def test_no_room_bears_a_public_name():
    assert not {path.stem for path in PACKAGE.iterdir()} & set(mtmgeo.__all__)
    assert not any(isinstance(getattr(mtmgeo, name), types.ModuleType) for name in mtmgeo.__all__)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_public_functions_are_typed(name: str):
    signature = inspect.signature(getattr(mtmgeo, name))
    assert signature.return_annotation is not signature.empty
    assert all(each.annotation is not each.empty for each in signature.parameters.values())


@pytest.mark.parametrize("name", FUNCTIONS)
def test_public_functions_say_what_they_take_and_give(name: str):
    found = {code for code, _ in validate(f"mtmgeo.{name}")["errors"]}
    # Types stand in the signature, examples in the guides; a line may be enough of a summary.
    assert found <= {"EX01", "ES01", "PR04", "RT04", "SA01"}


@pytest.mark.parametrize("name", VALUES)
def test_public_values_say_what_they_hold(name: str):
    value = getattr(mtmgeo, name)
    said = NumpyDocString(inspect.getdoc(value))["Attributes"]
    names = [each for attribute in said for each in attribute.name.split(", ")]
    assert {field.name for field in fields(value)} <= set(names)


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_guides_name_what_is_public(path: Path):
    named = {
        each
        for words in code(path.read_text("utf-8"))
        for each in re.findall(r"\bmtmgeo\.([a-zA-Z_]+)", words)
    }
    assert named - set(mtmgeo.__all__) == set()


@pytest.mark.slow
@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_scripts_take_public_names_from_the_face(path: Path):
    taken = [
        f"{node.module}.{alias.name}"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("mtmgeo.")
        for alias in node.names
        if alias.name in mtmgeo.__all__
    ]
    assert taken == []


def test_every_public_name_is_in_the_reference():
    words = set(re.findall(r"\w+", " ".join(code(INTERFACE))))
    assert set(mtmgeo.__all__) - words == set()


def test_every_public_function_is_called_in_the_reference():
    assert {name for name, _ in CALLS} == {*FUNCTIONS, "MapSpec"}


@pytest.mark.parametrize(("name", "written"), CALLS)
def test_the_reference_calls_functions_as_they_are(name: str, written: str):
    real = inspect.signature(getattr(mtmgeo, name)).parameters
    said = parameters(written.removesuffix("...").removesuffix(", "))
    shown = list(real.values())
    if written.endswith("..."):
        shown = [each for each in shown if each.name in said]
    assert [each.name for each in shown] == list(said)
    for each in shown:
        assert (each.kind, each.default) == (said[each.name].kind, said[each.name].default)


def parameters(written: str) -> dict[str, inspect.Parameter]:
    """Return the parameters of a call as a guide writes them."""
    made: dict[str, Callable[..., Any]] = {}
    exec(f"def call({written}): pass", made)  # noqa: S102
    return dict(inspect.signature(made["call"]).parameters)
