"""Files that appear whole: written aside, then moved into place together."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from mtmgeo.core.errors import InputError


@contextmanager
def staged(folder: str | Path) -> Iterator[Path]:
    """Collect files, and move them into `folder` together once all of them are there.

    Parameters
    ----------
    folder
        Created, with the folders above it, if it does not exist. Files in it that are not written
        again stay as they are.

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
        holder = TemporaryDirectory(prefix=".mtmgeo-", dir=home)
    except OSError as error:
        raise unwritable(folder, error) from error
    with holder as temporary:
        new, old = Path(temporary, "new"), Path(temporary, "old")
        new.mkdir()
        yield new
        try:
            _move(new, folder, old)
        except OSError as error:
            if missing:
                shutil.rmtree(missing[-1], ignore_errors=True)
            raise unwritable(folder, error) from error


def _move(new: Path, folder: Path, old: Path) -> None:
    """Move all files below `new` to `folder`; if one cannot move, put everything back."""
    moved: list[tuple[Path, Path]] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for source in sorted(path for path in new.rglob("*") if path.is_file()):
            name = source.relative_to(new)
            for start, goal in ((folder / name, old / name), (source, folder / name)):
                if start.exists():
                    goal.parent.mkdir(parents=True, exist_ok=True)
                    start.replace(goal)
                    moved.append((start, goal))
    except BaseException:
        for start, goal in reversed(moved):
            goal.replace(start)
        raise


def unwritable(path: Path, error: OSError) -> InputError:
    """Return the error that says why a file cannot be written, and what to do."""
    return InputError(f"'{path}' cannot be written: {error.strerror or error}; choose another.")
