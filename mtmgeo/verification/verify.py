"""Find the disclaimer again in finished maps, or say in words what is wrong.

Every check looks at what a reader sees, not only at what the file says of itself: pictures and
pages are compared with the sentence drawn anew; drawings and web pages may hold nothing around the
sentence that is not known to leave it in view. Of surfaces, which hold numbers, the tags are read.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from io import SEEK_END, BytesIO
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO, Final

from mtmgeo.verification.rules.seen import MAX_BYTES, Fault, Seen

#: The module of this room that reads each kind of file: with ``see``, which is given its bytes, and
#: with ``surface``, which is given the open file, if that may hold no picture. Modules are loaded
#: when a file of their kind is met, as each has readers of its own to load.
_READERS: Final = {
    ".png": "png",
    ".tif": "tiff",
    ".tiff": "tiff",
    ".svg": "svg",
    ".pdf": "pdf",
    ".html": "html",
    ".htm": "html",
}
_KINDS: Final = tuple(_READERS)


@dataclass(frozen=True)
class Finding:
    """What was found in one file or folder.

    Attributes
    ----------
    path
        As it was given, or as it was met in a folder.
    faults
        One sentence per fault; empty if all is well.
    note
        What was found where nothing is wrong, or how many files of a folder were examined.
    """

    path: Path
    faults: tuple[str, ...] = ()
    note: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def verify(*paths: str | Path) -> tuple[Finding, ...]:
    """Find the disclaimer in finished maps.

    Parameters
    ----------
    *paths
        Files (PNG, TIFF, SVG, PDF, HTML) and folders, which are searched for such files.
        Symbolic links in folders are not followed.

    Returns
    -------
    findings
        One per map, and one per folder. A path that does not exist, a named file of another kind,
        a folder without a map, and a file that cannot be read have a fault like any other.
    """
    return tuple(finding for path in paths for finding in _findings(Path(path)))


def _findings(path: Path) -> Iterator[Finding]:
    try:
        regular = S_ISREG(path.stat().st_mode)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not a path"
        yield Finding(path, (f"The path cannot be examined: {reason}.",))
        return
    if path.is_dir():
        yield from _folder(path)
    elif not regular or path.suffix.lower() not in _KINDS:
        yield Finding(path, (f"The file is not a map: maps are {', '.join(_KINDS)} files.",))
    else:
        yield _examine(path)


def _folder(folder: Path) -> Iterator[Finding]:
    maps, others, faults = [], 0, []

    def closed(error: OSError) -> None:
        faults.append(f"The folder '{error.filename}' cannot be examined: {error.strerror}.")

    for root, _, names in os.walk(folder, onerror=closed):
        for path in (Path(root, name) for name in names):
            if path.suffix.lower() in _KINDS and path.is_file() and not path.is_symlink():
                maps.append(path)
            else:
                others += 1
    if not maps:
        faults.append("The folder holds no map.")
    yield Finding(folder, tuple(faults), f"{len(maps)} maps; {others} other files not examined")
    yield from map(_examine, sorted(maps))


def faults(data: bytes, suffix: str) -> tuple[str, ...]:
    """Return what `verify` would say against a file of these bytes whose name ends in `suffix`."""
    return tuple(_looked_at(BytesIO(data), suffix.lower())[0])


def _examine(path: Path) -> Finding:
    try:
        with path.open("rb") as file:
            found, note = _looked_at(file, path.suffix.lower())
    except OSError as error:
        found, note = [f"The file cannot be read: {error.strerror}."], ""
    return Finding(path, tuple(found), "" if found else note)


def _looked_at(file: BinaryIO, kind: str) -> tuple[list[str], str]:
    """Return what is wrong with a file, or cannot be read of it, and what was found."""
    damaged = "it is damaged or of another kind"
    try:
        return _sought(file, kind)
    except Fault as fault:
        return [str(fault)], ""
    except OSError as error:
        return [f"The file cannot be read: {error.strerror or damaged}."], ""
    except Exception as error:  # noqa: BLE001  (readers fail in many ways on damaged files)
        return [f"The file cannot be read: {damaged} ({type(error).__name__})."], ""


def _sought(file: BinaryIO, kind: str) -> tuple[list[str], str]:
    """Return what is wrong with a file, and what was found."""
    reader = import_module(f"mtmgeo.verification.formats.{_READERS[kind]}")
    if hasattr(reader, "surface") and (stated := reader.surface(file)):
        return [], f"{stated[:9]}, in the tags: nothing else of a surface can be checked"
    if file.seek(0, SEEK_END) > MAX_BYTES:
        raise Fault(f"The file is larger than {MAX_BYTES >> 20} MiB, which no map needs.")
    file.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        seen: Seen = reader.see(file.read())
    found = list(dict.fromkeys(seen.faults))
    if seen.shown is None and not any("missing" in fault for fault in found):
        found.insert(0, "The disclaimer is missing, or its words were changed.")
    if seen.stated is None:
        found.append("The file's metadata does not hold the disclaimer.")
    elif seen.shown and seen.shown != seen.stated:
        found.append("The disclaimer in view and the one in the metadata differ in their year.")
    return found, f"{(seen.shown or '')[:9]}, in view"
