"""Zips of boundary files, which nobody vouches for, unpacked into a folder that vanishes."""

from __future__ import annotations

import os
import re
import reprlib
import shutil
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from mtmgeo.core.errors import BoundaryError
from mtmgeo.core.staging import scratch, unfinished

_LAYERS: Final = (".shp", ".geojson", ".json", ".gpkg", ".fgb", ".parquet", ".geoparquet")
_BESIDE: Final = (".dbf", ".shx", ".prj", ".cpg")  # what a .shp needs

_MOST_ENTRIES: Final = 10_000
_MOST_DIRECTORY: Final = 4_000_000  # bytes, 400 for each entry
_MOST_BYTES: Final = 4_000_000_000  # unpacked
_LONGEST_PATH: Final = 250  # characters; Windows takes 260 with the temporary folder

# Tables padded with blanks shrink to a hundredth, a few to a 300th; zeros to a thousandth.
_MOST_RATIO: Final = 500
_SMALL: Final = 50_000_000  # bytes that are unpacked whatever the ratio

_END: Final = b"PK\x05\x06"
_END_BYTES: Final = 22
_LOCATOR64: Final = b"PK\x06\x07"
_LOCATOR64_BYTES: Final = 20
_END64: Final = b"PK\x06\x06"
_END64_BYTES: Final = 56
_TAIL: Final = _END64_BYTES + _LOCATOR64_BYTES + _END_BYTES + 65_535  # with the longest comment
_ENTRY: Final = b"PK\x01\x02"
_ENTRY_BYTES: Final = 46
_HEADER_BYTES: Final = 30

#: What zipfile and zlib raise for bytes that are not what they should be.
_DAMAGE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OverflowError,
    ValueError,
)
_CUT: Final = "is cut short or damaged: download or copy it again"
_ANEW: Final = "unpack it and zip the boundary files anew"

_SHORT: Final = reprlib.Repr()
_SHORT.maxstring = 60


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Yield a temporary folder with the boundary files of a zip; it vanishes afterwards.

    Parameters
    ----------
    path
        A zip from anywhere. Shapefiles, GeoJSON, GeoPackage, FlatGeobuf, GeoParquet and all that
        stands in a ``.gdb`` folder are unpacked, in the folders of the zip; the rest is left.

    Raises
    ------
    BoundaryError
        If the file is no zip, is damaged, holds no layer, or holds what cannot be unpacked safely:
        paths out of the folder, links, other zips, encrypted or overlapping members, two members
        that are one file where case does not count, more than 10,000 members, more than 4 GB, or
        more than 500 times (and 50 MB) what the packed bytes are.
    """
    with scratch() as folder:
        try:
            with path.open("rb") as stream:
                _unpack(stream, path.name, folder)
        except _DAMAGE as fault:
            raise BoundaryError(f"{path.name} {_CUT}.") from fault
        except OSError as fault:
            raise BoundaryError(
                f"{path.name} cannot be unpacked ({fault.strerror}): see that the file is there, "
                f"and that there is room in {folder.parent}."
            ) from fault
        yield folder


def _unpack(stream: BinaryIO, name: str, folder: Path) -> None:
    start = _directory(stream, name)
    with zipfile.ZipFile(stream) as archive:
        members = archive.infolist()
        for member in members:
            _check_member(member, name)
        _check_overlaps(members, start, name)
        wanted = _wanted(members, name)
        _check_sizes(wanted, start, name)
        for member in wanted:
            _extract(archive, member, folder, name)


def _directory(stream: BinaryIO, name: str) -> int:
    """Return where the directory begins, once it is known to be one that may be loaded."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - _TAIL))
    tail = stream.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_BYTES:
        stream.seek(0)
        raise BoundaryError(f"{name} {_not_a_zip(stream.read(1000))}.")
    length, start = struct.unpack_from("<2L", tail, at + 12)
    end: int = size - len(tail) + at
    locator = at - _LOCATOR64_BYTES
    if locator >= 0 and tail.startswith(_LOCATOR64, locator):
        record = locator - _END64_BYTES
        end -= _LOCATOR64_BYTES + _END64_BYTES
        (said,) = struct.unpack_from("<Q", tail, locator + 8)
        if record < 0 or not tail.startswith(_END64, record) or said != end:
            raise BoundaryError(f"{name} {_CUT}.")
        length, start = struct.unpack_from("<2Q", tail, record + 40)
    if start + length != end:
        raise BoundaryError(f"{name} {_CUT}.")
    stream.seek(start)
    if length > _MOST_DIRECTORY or _count(stream.read(length)) > _MOST_ENTRIES:
        raise BoundaryError(
            f"{name} holds more than {_MOST_ENTRIES:,} files, or very long names: {_ANEW} alone."
        )
    return int(start)


def _not_a_zip(head: bytes) -> str:
    if head.startswith(b"PK"):
        return _CUT
    if re.match(rb"(\xef\xbb\xbf)?\s*<(!doctype\s+html|html)", head, re.IGNORECASE):
        return (
            "is a web page, not a zip: open the page it came from in a browser and download "
            "the file itself"
        )
    return "is not a zip: give the zip as it was downloaded, or the boundary file itself"


def _count(directory: bytes) -> int:
    """Return the number of entries; the number that a zip states need not be right."""
    entries = at = 0
    while at + _ENTRY_BYTES <= len(directory) and directory.startswith(_ENTRY, at):
        at += _ENTRY_BYTES + sum(struct.unpack_from("<3H", directory, at + 28))
        entries += 1
    return entries


def _check_member(member: zipfile.ZipInfo, name: str) -> None:
    # zipfile may shorten a name, or take another one from the member's extra fields.
    fault = _path_fault(member.orig_filename) or _path_fault(member.filename)
    kind = stat.S_IFMT(member.external_attr >> 16)
    if not fault and kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        fault = f"it is a link or a special file, not a file; {_ANEW}"
    if not fault and member.flag_bits & 0x2041:
        fault = "it is encrypted; unpack it with its password and zip it anew without one"
    if not fault and member.filename.lower().endswith(".zip"):
        fault = "the zip holds another zip; unpack it first, and give the inner one"
    if not fault and member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        fault = f"it is packed in an unusual way (method {member.compress_type}); {_ANEW}"
    if fault:
        raise _refusal(name, member, fault)


def _refusal(name: str, member: zipfile.ZipInfo, fault: str) -> BoundaryError:
    return BoundaryError(f"{name}, {_SHORT.repr(member.orig_filename)}: {fault}.")


def _path_fault(path: str) -> str:
    if any(unicodedata.category(letter) == "Cc" for letter in path):
        return f"its name has control characters; {_ANEW} under other names"
    if "\\" in path:
        return f"its path is written with backslashes; {_ANEW} with another program"
    if path.startswith("/") or re.match(r"[A-Za-z]:", path) or ".." in path.split("/"):
        return f"its path leads out of the zip; do not trust this zip, or {_ANEW}"
    if len(path) > _LONGEST_PATH:
        return f"its path is longer than {_LONGEST_PATH} characters; {_ANEW} under other names"
    if not path.endswith("/") and not _parts(path):
        return f"it has no name; {_ANEW}"
    return ""


def _check_overlaps(members: Sequence[zipfile.ZipInfo], start: int, name: str) -> None:
    ordered = sorted(members, key=lambda member: member.header_offset)
    nexts = [*(member.header_offset for member in ordered[1:]), start]
    for member, beyond in zip(ordered, nexts, strict=False):
        if member.header_offset + _HEADER_BYTES + member.compress_size > beyond:
            raise _refusal(
                name, member, "it overlaps what follows; the zip is damaged or made to do harm"
            )


def _wanted(members: Sequence[zipfile.ZipInfo], name: str) -> list[zipfile.ZipInfo]:
    """Return the members to unpack, in their order, no two of which are the same file."""
    files = [member for member in members if not member.is_dir()]
    layers = [_is_layer(_parts(member.filename)) for member in files]
    if not any(layers):
        shown = ", ".join(_SHORT.repr(member.orig_filename) for member in files[:5])
        more = f" and {len(files) - 5:,} more" if len(files) > 5 else ""
        raise BoundaryError(
            f"{name} holds no boundary file, only {shown or 'nothing'}{more}: give a zip with "
            "a shapefile, GeoJSON, GeoPackage or geodatabase (.gdb)."
        )
    wanted = [
        member
        for member, layer in zip(files, layers, strict=True)
        if layer or _ends(member.filename, _BESIDE)
    ]
    seen: dict[tuple[str, ...], zipfile.ZipInfo] = {}
    folders: set[tuple[str, ...]] = set()
    for member in wanted:
        key = tuple(
            unicodedata.normalize("NFC", part).casefold() for part in _parts(member.filename)
        )
        above = {key[:depth] for depth in range(1, len(key))}
        if key in seen or key in folders or not above.isdisjoint(seen):
            raise _refusal(
                name, member, f"another member is the same file where case does not count; {_ANEW}"
            )
        seen[key] = member
        folders |= above
    return wanted


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part not in {"", "."}]


def _is_layer(parts: Sequence[str]) -> bool:
    within = any(part.lower().endswith(".gdb") for part in parts[:-1])
    return _ends(parts[-1], ("",) if within else _LAYERS)


def _ends(path: str, endings: tuple[str, ...]) -> bool:
    # macOS packs what it knows of a file beside it, under the file's own ending.
    return path.lower().endswith(endings) and not path.rpartition("/")[2].startswith("._")


def _check_sizes(wanted: Sequence[zipfile.ZipInfo], packed: int, name: str) -> None:
    """Check what members say of their sizes, more than which is not unpacked."""
    total = sum(member.file_size for member in wanted)
    if total > _MOST_BYTES:
        raise BoundaryError(
            f"{name} would unpack to {total / 1e9:,.1f} GB, more than "
            f"{_MOST_BYTES / 1e9:.0f} GB: unpack it and give one layer."
        )
    for member in wanted:
        if member.file_size > max(_SMALL, _MOST_RATIO * member.compress_size):
            raise _refusal(
                name,
                member,
                f"it would unpack to {member.file_size / 1e6:,.0f} MB, more than {_MOST_RATIO} "
                "times its packed size, as files made to do harm do; unpack it if it is trusted",
            )
    if total > max(_SMALL, _MOST_RATIO * packed):
        raise BoundaryError(
            f"{name} would unpack to {total / 1e6:,.0f} MB, more than {_MOST_RATIO} times its "
            "size, as files made to do harm do: unpack it if it is trusted."
        )


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path, name: str) -> None:
    target = folder.joinpath(*_parts(member.filename))
    with archive.open(member) as source, unfinished(target) as stream:
        head = source.read(4)
        if head == b"PK\x03\x04":
            raise _refusal(name, member, "it is another zip; unpack it first, and give that one")
        stream.write(head)
        shutil.copyfileobj(source, stream, 1 << 20)
        if stream.tell() != member.file_size:
            raise BoundaryError(f"{name} {_CUT}.")
