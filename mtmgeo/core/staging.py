"""The one door through which files are written: each appears whole, or not at all.

Nothing else in the package opens a file for writing; `tests/test_writers.py` sees to it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import BinaryIO, Final

from mtmgeo.core.errors import InputError, MtmgeoError

_ASIDE: Final = ".mtmgeo-"


# --- results ----------------------------------------------------------------------------------


def put(path: str | Path, content: bytes) -> None:
    """Write one file, which appears whole and only then replaces an older one.

    Raises
    ------
    InputError
        If it cannot be written there; an older file is as it was.
    """
    path = Path(path)
    try:
        if not path.parent.is_dir():
            raise InputError(f"The folder '{path.parent}' does not exist: create it first.")
        with TemporaryDirectory(prefix=_ASIDE, dir=path.parent) as folder:
            draft = Path(folder, "draft")
            draft.write_bytes(content)
            draft.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from error


@contextmanager
def staged(folder: str | Path, *, clearing: str = "") -> Iterator[Path]:
    """Collect files, and move them into `folder` together once all of them are there.

    Parameters
    ----------
    folder
        Created, with the folders above it, if it does not exist. Files in it that are not written
        again stay as they are.
    clearing
        Pattern of files that do not stay if they are not written again, such as ``**/*.fgb``.

    Yields
    ------
    stage
        An empty folder on the same disk to write to. If the block raises, it vanishes, and
        `folder` is as it was.

    Raises
    ------
    InputError
        If the files cannot be written there.
    """
    folder = Path(folder).absolute()
    try:
        missing = [place for place in (folder, *folder.parents) if not place.exists()]
        home = missing[-1].parent if missing else folder
        holder = TemporaryDirectory(prefix=_ASIDE, dir=home)
    except OSError as error:
        raise _unwritable(folder, error) from error
    with holder as temporary:
        new, old = Path(temporary, "new"), Path(temporary, "old")
        try:
            new.mkdir()
            yield new
        except OSError as error:
            raise _unwritable(folder, error) from error
        except MtmgeoError as error:
            # Of a file the reader wants to know where it was to be.
            error.faults = tuple(x.replace(str(new), str(folder)) for x in error.faults)
            error.args = ("\n".join(error.faults),)
            raise
        try:
            _move(new, folder, old, clearing)
        except OSError as error:
            if missing:
                rmtree(missing[-1], ignore_errors=True)
            raise _unwritable(folder, error) from error


def _move(new: Path, folder: Path, old: Path, clearing: str) -> None:
    """Move all files below `new` to `folder`; if one cannot move, put everything back."""
    moved: list[tuple[Path, Path]] = []

    def move(start: Path, goal: Path) -> None:
        if start.exists():
            goal.parent.mkdir(parents=True, exist_ok=True)
            start.replace(goal)
            moved.append((start, goal))

    try:
        folder.mkdir(parents=True, exist_ok=True)
        names = [path.relative_to(new) for path in new.rglob("*") if path.is_file()]
        if clearing:
            there = (path for path in folder.glob(clearing) if old.parent not in path.parents)
            names += [path.relative_to(folder) for path in there]
        for name in sorted(set(names)):
            move(folder / name, old / name)
            move(new / name, folder / name)
    except BaseException:
        for start, goal in reversed(moved):
            goal.replace(start)
        raise


def _unwritable(path: Path, error: OSError) -> InputError:
    """Return the error that says why a file cannot be written, and what to do."""
    return InputError(f"'{path}' cannot be written: {error.strerror or error}; choose another.")


# --- what is no result ------------------------------------------------------------------------


@contextmanager
def scratch() -> Iterator[Path]:
    """Yield a temporary folder for libraries that need one; it vanishes afterwards.

    Raises
    ------
    InputError
        If there can be none.
    """
    try:
        holder = TemporaryDirectory(prefix="mtmgeo-", ignore_cleanup_errors=True)
    except OSError as error:
        raise _no_scratch(error) from error
    with holder as folder:
        yield Path(folder)


def lasting_scratch() -> Path:
    """Return a new temporary folder that stays, for what another program is to open.

    Raises
    ------
    InputError
        If there can be none.
    """
    try:
        return Path(tempfile.mkdtemp(prefix="mtmgeo-"))
    except OSError as error:
        raise _no_scratch(error) from error


def _no_scratch(error: OSError) -> InputError:
    why = error.strerror or error
    return InputError(f"There is no temporary folder to work in ({why}): name one in TMPDIR.")


@contextmanager
def unfinished(path: Path, *, go_on: bool = False) -> Iterator[BinaryIO]:
    """Open a file that nobody takes for a result: in a stage or scratch folder, or of such a name.

    Parameters
    ----------
    path
        The folders above it are created.
    go_on
        Add to what is there.

    Raises
    ------
    OSError
        If it cannot be written; whoever opens it knows what to say.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab" if go_on else "wb") as stream:
        yield stream


def finish(path: Path, goal: Path) -> None:
    """Move a file that is whole to its place on the same disk.

    Raises
    ------
    OSError
        If it cannot be moved.
    """
    goal.parent.mkdir(parents=True, exist_ok=True)
    path.replace(goal)


def discard(path: Path) -> None:
    """Remove a file, a link or a folder, if it is there: whole, or not at all.

    Raises
    ------
    OSError
        If it cannot be removed.
    """
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
        return
    with TemporaryDirectory(prefix=_ASIDE, dir=path.parent, ignore_cleanup_errors=True) as aside:
        path.replace(Path(aside, path.name))
