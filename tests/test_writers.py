"""One door for writing: no file is opened for writing but in `core/staging`.

What a library writes into memory, or into a scratch folder of `core/staging`, is no file yet.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import mtmgeo

PACKAGE = Path(mtmgeo.__file__).parent
BUILDER = PACKAGE.parent / "boundaries/builder"
#: Who may write, and nobody else.
MAY = {PACKAGE / "core/staging.py"}
#: Run by hand, by who changes the page; not part of the package that is installed.
BY_HAND = {PACKAGE / "web/assets/source/make_page.py"}

#: Functions of modules that write, but for those named after a "but".
MODULES = {
    "os": "chmod chown fdopen link makedirs mkdir mkfifo mknod open remove removedirs rename "
    "renames replace rmdir symlink system truncate unlink",
    "shutil": "but copyfileobj disk_usage get_terminal_size which",
    "tempfile": "but gettempdir",
    "subprocess": "but",
    "numpy": "memmap save savetxt savez savez_compressed",
    "numpy.lib.format": "open_memmap write_array",
    "sqlite3": "connect",
    "pandas": "ExcelWriter HDFStore",
    "pyogrio": "write_dataframe write_arrow",
    "pyarrow.parquet": "ParquetWriter write_table write_to_dataset",
    "matplotlib.pyplot": "imsave savefig",
    "matplotlib.backends.backend_pdf": "PdfPages",
    "urllib.request": "urlretrieve",
    "logging": "FileHandler",
    "logging.handlers": "but QueueHandler",
    "rasterio.shutil": "but",
}
#: Methods that write, of whatever they are methods of.
METHODS = frozenset(
    "chmod extractall hardlink_to mkdir print_figure rmdir save savefig symlink_to tofile to_excel "
    "to_feather to_file to_hdf to_parquet to_pickle to_sql to_stata touch unlink write_arrow "
    "write_bytes write_dataframe write_image write_text".split()
)
#: Methods that write where they are given a place, and return text where not.
WITH_PLACE = frozenset("to_csv to_html to_json to_latex to_markdown to_xml".split())
PLACES = frozenset("buf excel_writer fname fp path path_or_buf path_or_buffer".split())
#: What opens a file, to be read unless a mode says otherwise.
OPENERS = frozenset("FileIO TarFile ZipFile fdopen memmap open open_code".split())
#: What is no file: it is in memory, or vanishes.
HARMLESS = frozenset("BytesIO MemoryFile StringIO scratch unfinished".split())


def called(node: ast.expr, imported: dict[str, str]) -> str:
    """Return the dotted name of what is called, as far as it has one."""
    if isinstance(node, ast.Name):
        return imported.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        return f"{called(node.value, imported)}.{node.attr}"
    if (
        isinstance(node, ast.Call) and len(node.args) == 1
    ):  # needed("rasterio"), import_module("os")
        module = node.args[0]
        if isinstance(module, ast.Constant) and isinstance(module.value, str):
            return module.value
    return ""


def imports(tree: ast.AST) -> dict[str, str]:
    """Return what imported names stand for."""
    found: dict[str, str | None] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {x.asname or x.name.partition(".")[0]: x.asname and x.name for x in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {x.asname or x.name: f"{node.module}.{x.name}" for x in node.names}
    return {name: whole or name for name, whole in found.items()}


def words(node: ast.AST) -> set[str]:
    """Return the names in an expression."""
    return {x.id for x in ast.walk(node) if isinstance(x, ast.Name)} | {
        x.attr for x in ast.walk(node) if isinstance(x, ast.Attribute)
    }


def harmless(scope: ast.AST) -> set[str]:
    """Return the names of a function that stand for memory or for a place in a scratch folder."""
    made: list[tuple[ast.expr, ast.expr]] = []
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign):
            made += [(target, node.value) for target in node.targets]
        elif isinstance(node, ast.withitem) and node.optional_vars:
            made.append((node.optional_vars, node.context_expr))
    known = set(HARMLESS)
    for _ in made:  # one may be made of the next
        known |= {name for to, value in made if words(value) & known for name in words(to)}
    return known


def parts(call: ast.Call) -> list[ast.expr]:
    """Return what a call is given, and what it is a method of."""
    given = [*call.args, *(x.value for x in call.keywords)]
    return [*given, call.func.value] if isinstance(call.func, ast.Attribute) else given


def writes(call: ast.Call, imported: dict[str, str]) -> bool:
    """Return whether a call writes to what it is given, as far as its words tell."""
    name = called(call.func, imported)
    module, _, function = name.rpartition(".")
    if module in MODULES:
        listed = MODULES[module].split()
        if (function not in listed) if listed[:1] == ["but"] else (function in listed):
            return not any("devnull" in words(part) for part in call.args)
    if function in OPENERS:
        return for_writing(call)
    if not isinstance(call.func, ast.Attribute):
        said = [part.value for part in call.args if isinstance(part, ast.Constant)]
        return name == "getattr" and not METHODS.isdisjoint(said)
    of_series = isinstance(call.func.value, ast.Attribute) and call.func.value.attr == "str"
    placed = bool(call.args) or any(x.arg in PLACES for x in call.keywords)
    one = call.args[0] if len(call.args) == 1 and not call.keywords else None
    return (
        function in METHODS
        or (function in WITH_PLACE and placed)
        or (function == "extract" and not of_series)
        or (function == "copy" and len(call.args) > 1)
        or (function == "replace" and one is not None and not isinstance(one, ast.Dict))
        or (function == "rename" and one is not None and is_path(one))
        or (function == "connect" and module.endswith("sqlite3"))
    )


def for_writing(call: ast.Call) -> bool:
    """Return whether what is opened may be written: a mode says so, or is not known."""
    for place, part in [*enumerate(call.args), *((x.arg, x.value) for x in call.keywords)]:
        said = [
            x.value
            for x in ast.walk(part)
            if isinstance(x, ast.Constant) and isinstance(x.value, str)
        ]
        if any(0 < len(mode) <= 3 and set(mode) <= set("rwaxbtU+") for mode in said):
            if any(set(mode) & set("wax+") for mode in said):
                return True
        elif place == "mode" or (place == 1 and isinstance(part, ast.Name)):
            return True
    return False


def is_path(node: ast.expr) -> bool:
    """Return whether an expression is plainly a path."""
    joined = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)
    return joined or bool(words(node) & {"Path", "joinpath", "with_name", "with_suffix"})


def writers(source: str) -> Iterator[str]:
    """Yield each call in a module that writes a file past the door."""
    tree = ast.parse(source)
    imported = imports(tree)

    def visit(node: ast.AST, scopes: tuple[ast.AST, ...]) -> Iterator[str]:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            scopes = (*scopes, node)
        if isinstance(node, ast.Call) and writes(node, imported):
            safe = HARMLESS.union(*map(harmless, scopes))
            if not any(words(part) & safe for part in parts(node)):
                yield f"line {node.lineno}: {ast.unparse(node)}"
        for child in ast.iter_child_nodes(node):
            yield from visit(child, scopes)

    yield from visit(tree, ())


@pytest.mark.slow
def test_files_are_written_through_one_door():
    files = {*PACKAGE.rglob("*.py"), *BUILDER.rglob("*.py")} - MAY - BY_HAND
    found = [
        f"{path.relative_to(PACKAGE.parent)}, {call}"
        for path in sorted(files)
        for call in writers(path.read_text("utf-8"))
    ]
    assert found == []


def test_the_door_itself_writes():
    assert len(list(writers((PACKAGE / "core/staging.py").read_text("utf-8")))) > 5


WRITING = """
open(path, "w")
open(path, mode="ab")
open(path, mode=how)
open(path, how)
open(path, "r+b")
open(path, "ab" if have else "wb")
io.open(path, "x")
codecs.open(path, "w", "utf-8")
gzip.open(path, "wt")
path.open("wb")
path.open(mode="w")
path.open("ab" if have else "wb")
Path(folder, "a").open("w", encoding="utf-8")
os.open(path, os.O_WRONLY | os.O_CREAT)
os.fdopen(number, "w")
path.write_text("x")
Path("a").write_bytes(b"x")
getattr(path, "write_text")("x")
frame.to_csv(path)
frame.to_csv(path_or_buf=path, index=False)
frame.to_json("a.json")
frame.to_excel(path)
frame.to_parquet(path, index=False)
frame.to_file(path, driver="GPKG")
frame.to_pickle(path)
frame.to_sql("a", connection)
pd.ExcelWriter(path)
pyogrio.write_dataframe(frame, path)
pyogrio.raw.write_arrow(frame, path)
parquet.write_table(table, path)
path.mkdir()
folder.mkdir(parents=True, exist_ok=True)
os.makedirs(folder, exist_ok=True)
os.mkdir(folder)
path.touch()
path.unlink(missing_ok=True)
os.remove(path)
path.rmdir()
shutil.rmtree(folder)
rmtree(folder)
shutil.copy(a, b)
shutil.copyfile(a, b)
shutil.move(a, b)
shutil.unpack_archive(a, b)
move(a, b)
os.replace(a, b)
os.rename(a, b)
draft.replace(path)
part.replace(self.files / name)
path.rename(folder / "a")
path.rename(path.with_suffix(".old"))
link.symlink_to(path)
os.symlink(a, b)
path.chmod(0o600)
tempfile.mkdtemp()
tempfile.TemporaryDirectory()
tempfile.NamedTemporaryFile("w")
TemporaryDirectory(prefix="a")
archive.extract(member, folder)
archive.extractall(folder)
zipfile.ZipFile(path, "w")
tarfile.open(path, "w:gz", mode="w")
np.save(path, array)
numpy.savez_compressed(path, a=array)
array.tofile(path)
np.memmap(path, mode="w+")
figure.savefig(path)
plt.savefig(path)
super().savefig(name, **options)
picture.save(path)
page.save("map.html")
book.save(path)
rasterio.open(path, "w", **profile)
rasterio.open(path, mode="r+")
needed("rasterio").open(path, "w", **profile)
needed("rasterio.shutil").copy(plain, cloud, driver="COG")
import_module("os").remove(path)
sqlite3.connect(path)
subprocess.run(["cp", a, b])
os.system("cp a b")
urllib.request.urlretrieve(url, path)
logging.FileHandler(path)
"""

HEAD = """
import codecs, gzip, io, logging, numpy, os, shutil, sqlite3, subprocess, tarfile, tempfile
import urllib.request, zipfile, pyogrio, rasterio
import matplotlib.pyplot as plt
import numpy as np, pandas as pd
from pathlib import Path
from io import BytesIO
from pyarrow import parquet
from shutil import move, rmtree
from tempfile import TemporaryDirectory
"""

READING = """
open(path)
open(path, "rb")
path.open()
path.open("rb")
path.open(encoding="utf-8")
Image.open(stream, formats=["PNG"])
rasterio.open(path, driver="GTiff", sharing=False)
zipfile.ZipFile(path)
archive.open(member)
webbrowser.open(address)
os.open(os.devnull, os.O_WRONLY)
path.read_text("utf-8")
frame.to_csv(index=False)
frame.to_json()
frame.copy()
series.rename("name")
series.rename(each.name)
frame.rename(columns=names)
text.replace("a", "b")
series.replace({"a": "b"})
dataclasses.replace(spec, level=2)
date.replace(year=2022)
series.str.extract("(a)")
shutil.copyfileobj(source, target)
tempfile.gettempdir()
json.dumps(values)
np.savings(path)
"""

IN_MEMORY = """
def encode(figure):
    stream = BytesIO()
    figure.savefig(stream)
    book.save(stream)
    frame.to_file(stream, driver="FlatGeobuf")
    with zipfile.ZipFile(stream, "w") as target:
        target.writestr("a", "b")
    named = isinstance(name, str)
    goal = BytesIO() if named else name
    super().savefig(goal)

def grid(values):
    memory = needed("rasterio.io").MemoryFile
    plain, cloud = memory(filename="a"), memory(filename="b")
    needed("rasterio.shutil").copy(plain.name, cloud.name)
    with MemoryFile() as held:
        held.open(driver="GTiff", mode="w")

def layers(tables):
    with scratch() as folder:
        path = folder / "layers.gpkg"
        pyogrio.write_dataframe(table, path, layer="a")
"""


def found_in(*lines: str) -> int:
    return len(list(writers(HEAD + "\n".join(lines))))


@pytest.mark.parametrize(
    "where", ["{}", "def f(path):\n    {}", "class A:\n    def f(self):\n        if a: {}"]
)
def test_a_call_that_writes_is_found(where: str):
    calls = WRITING.strip().splitlines()
    assert [call for call in calls if found_in(where.format(call)) != 1] == []


def test_a_call_that_does_not_write_is_let_be():
    assert [call for call in READING.strip().splitlines() if found_in(call)] == []


def test_what_is_written_to_memory_or_a_scratch_folder_is_let_be():
    assert found_in(IN_MEMORY) == 0


def test_memory_of_one_function_is_no_memory_of_another():
    calls = ["figure.savefig(stream)", "book.save(stream)", "frame.to_file(path)", "goal.touch()"]
    other = ["def other(stream, path, goal):", *(f"    {call}" for call in calls)]
    assert found_in(IN_MEMORY, *other) == len(calls)
