"""The layers: imports run one way, and each module has its place."""

from __future__ import annotations

import ast
from pathlib import Path

import mtmgeo

PACKAGE = Path(mtmgeo.__file__).parent

#: From the top down; a module may import only from layers below its own.
LAYERS = (
    {"__main__"},
    {"cli"},
    {"__init__"},
    {"report", "building"},
    {"placing"},
    {"partition"},
    {"packs"},
    {"outputs"},
    {"exports"},
    {"geofiles"},
    {"pictures", "spreadsheets", "sheet", "webmap", "embedding"},
    {"documents", "drawings", "vectors"},
    {"naming", "insets", "views"},
    {"layout"},
    {"frames"},
    {"charts", "plates"},
    {"marginalia", "arcs", "swatches", "datatable"},
    {"paper"},
    {"composing", "pages"},
    {"mapwords"},
    {"specs"},
    {"charting"},
    {"mapspec"},
    {"shading"},
    {"access", "rounds", "surfaces", "world"},
    {"indicators"},
    {"counting"},
    {"matching"},
    {"wording"},
    {"deciding"},
    {"weighing"},
    {"lookup"},
    {"review"},
    {"decisions"},
    {"geography"},
    {"points"},
    {"reading"},
    {"population"},
    {"dictionary", "rasters"},
    {"boundaries", "tables", "checks", "grids"},
    {"auditing"},
    {"outlines", "spelling"},
    {"faults"},
    {"sources"},
    {"features", "ground"},
    {"layers", "generalising"},
    {"archives", "schemas", "downloads"},
    {"looks", "pagewords"},
    {"cells", "ink", "styles", "languages", "metadata", "surveys"},
    {"classes"},
    {"rows", "finding"},
    {"names", "suppression", "csp"},
    {"scripts", "typewords", "hashing", "disclaimer", "errors", "rates", "markup"},
)
DEPTH = {module: i for i, layer in enumerate(LAYERS) for module in layer}


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {alias.name for alias in node.names}
            found |= {f"mtmgeo.{n}" for n in names} if node.module == "mtmgeo" else {node.module}
    return {name.split(".")[1] for name in found if name.startswith("mtmgeo.")}


def test_every_module_has_a_layer() -> None:
    assert {path.stem for path in PACKAGE.glob("*.py")} == set(DEPTH)


def test_imports_point_downward_only() -> None:
    upward = [
        f"{path.stem} imports {name}"
        for path in PACKAGE.glob("*.py")
        for name in imports(path)
        if DEPTH[name] <= DEPTH[path.stem]
    ]
    assert upward == []


def test_only_outputs_and_packs_write_files() -> None:
    writers = {
        path.stem
        for path in PACKAGE.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr in {"write_text", "write_bytes", "to_file", "mkdir"}
    }
    assert writers <= {"outputs", "packs"}


def test_the_public_names_are_sorted_and_there() -> None:
    assert mtmgeo.__all__ == sorted(mtmgeo.__all__)
    assert all(hasattr(mtmgeo, name) for name in mtmgeo.__all__)


def test_functions_named_like_their_module_are_functions() -> None:
    assert all(callable(getattr(mtmgeo, name)) for name in ("report", "sheet", "webmap"))
