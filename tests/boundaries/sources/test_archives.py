"""Zips of boundary files: what comes out of them, and those that are refused."""

from __future__ import annotations

import stat
import struct
import tempfile
import tracemalloc
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtmgeo.boundaries.sources.archives import unpacked
from mtmgeo.core.errors import BoundaryError
from tests.tries import tries

GEOJSON = b'{"type": "FeatureCollection", "features": []}'
LINK = (stat.S_IFLNK | 0o777) << 16
MB = 1_000_000


@dataclass
class Member:
    """A member as its bytes stand in a zip; what it says of itself need not be true."""

    name: bytes
    data: bytes = GEOJSON
    packed: bytes | None = None
    method: int = 8
    flags: int = 0x800
    size: int | None = None
    attributes: int = 0

    def header(self) -> bytes:
        pack = zlib.compressobj(wbits=-15)
        self.packed = self.packed or (
            pack.compress(self.data) + pack.flush() if self.method == 8 else self.data
        )
        return struct.pack(
            "<5H3L2H",
            *(20, self.flags, self.method, 0, 0x21, zlib.crc32(self.data)),
            *(len(self.packed), len(self.data) if self.size is None else self.size),
            *(len(self.name), 0),
        )

    def local(self) -> bytes:
        return b"PK\3\4" + self.header() + self.name + (self.packed or b"")

    def entry(self, at: int) -> bytes:
        rest = struct.pack("<3H2L", 0, 0, 0, self.attributes, at)
        return b"PK\1\2" + struct.pack("<H", 0x31E) + self.header() + rest + self.name


def end(entries: int, length: int, start: int) -> bytes:
    return struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, entries, entries, length, start, 0)


def end64(entries: int, length: int, start: int) -> bytes:
    record = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, entries, entries, length, start)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, start + length, 1)
    return record + locator + end(0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)


def crafted(path: Path, *members: Member, starts: tuple[int, ...] = ()) -> Path:
    """Write a zip of members, whose entries point to `starts` instead of to themselves."""
    body, found = b"", []
    for member in members:
        found.append(len(body))
        body += member.local()
    entries = [m.entry(at) for m, at in zip(members, starts or found, strict=True)]
    directory = b"".join(entries)
    path.write_bytes(body + directory + end(len(members), len(directory), len(body)))
    return path


def zipped(path: Path, **members: bytes) -> Path:
    return zipped_names(path, {name.replace("__", "."): data for name, data in members.items()})


def zipped_names(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def held(path: Path) -> dict[str, bytes]:
    with unpacked(path) as folder:
        files = [file for file in folder.rglob("*") if file.is_file()]
        return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def fault_of(path: Path) -> str:
    with pytest.raises(BoundaryError) as caught, unpacked(path):
        pass
    (fault,) = caught.value.faults
    assert fault.isprintable()
    return fault


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    """Where zips are unpacked, beside which a member may try to get; empty in the end."""
    folder = tmp_path / "outer" / "temporary"
    folder.mkdir(parents=True)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert [path.name for path in folder.parent.rglob("*")] == ["temporary"]


# --- what comes out


def test_layers_and_what_they_need_come_out_in_their_folders(tmp_path):
    path = zipped_names(
        tmp_path / "kgz.zip",
        {
            "kgz_admin1.geojson": GEOJSON,
            "shp/": b"",
            "shp/KGZ_ADMIN1.SHP": b"shape",
            "shp/KGZ_ADMIN1.DBF": b"table",
            "shp/KGZ_ADMIN1.shp.xml": b"<x/>",
            "KGZ.gdb/a00000001.gdbtable": b"rows",
            "KGZ.gdb/gdb": b"",
            "__MACOSX/._kgz_admin1.geojson": b"resource fork",
            "__MACOSX/KGZ.gdb/._gdb": b"resource fork",
            "Границы.gpkg": b"package",
            "readme.pdf": b"%PDF",
            "kgz_adminpcodes.xlsx": b"PK\3\4",
        },
    )
    assert held(path) == {
        "kgz_admin1.geojson": GEOJSON,
        "shp/KGZ_ADMIN1.SHP": b"shape",
        "shp/KGZ_ADMIN1.DBF": b"table",
        "KGZ.gdb/a00000001.gdbtable": b"rows",
        "KGZ.gdb/gdb": b"",
        "Границы.gpkg": b"package",
    }


def test_the_folder_vanishes_and_what_goes_wrong_in_it_is_not_hidden(tmp_path):
    def read(path: Path) -> None:
        with unpacked(path) as folder:
            assert (folder / "adm1.geojson").is_file()
            raise ValueError(folder)

    with pytest.raises(ValueError, match="mtmgeo-") as caught:
        read(zipped(tmp_path / "kgz.zip", adm1__geojson=GEOJSON))
    assert not caught.value.args[0].exists()


def test_a_zip_with_a_comment_is_read(tmp_path):
    path = zipped(tmp_path / "kgz.zip", adm1__geojson=GEOJSON)
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"Published by OCHA " * 3_000
    assert held(path) == {"adm1.geojson": GEOJSON}


def test_a_large_zip_with_wide_offsets_is_read(tmp_path):
    member = Member(b"adm1.geojson")
    directory, body = member.entry(0), member.local()
    path = tmp_path / "kgz.zip"
    path.write_bytes(body + directory + end64(1, len(directory), len(body)))
    assert held(path) == {"adm1.geojson": GEOJSON}


@pytest.mark.slow
def test_a_table_padded_with_blanks_is_no_bomb(tmp_path):
    rows = b"".join(b"%08d" % row + b" " * 2_000 for row in range(30_000))
    path = zipped(tmp_path / "kgz.zip", adm2__shp=b"shape", adm2__dbf=rows)
    assert len(rows) > 60 * MB > 200 * path.stat().st_size
    with unpacked(path) as folder:
        assert (folder / "adm2.dbf").read_bytes() == rows


# --- files that are no zip, or not whole


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\xef\xbb\xbf\n<!DOCTYPE html><html>Sign in", "is a web page, not a zip: open"),
        (b"<HTML><body>", "is a web page, not a zip: open"),
        (GEOJSON, "is not a zip: give the zip"),
        (b"", "is not a zip: give the zip"),
        (b"PK\3\4 and then the connection was lost", "is cut short or damaged: download"),
        (end(0, 0, 0)[:-1], "is cut short or damaged: download"),
        (b"x" + end(0, 0, 0), "is cut short or damaged: download"),
    ],
)
def test_what_is_no_zip_is_said(tmp_path, content, what):
    path = tmp_path / "kgz.zip"
    path.write_bytes(content)
    assert fault_of(path).startswith(f"kgz.zip {what}")


def test_a_missing_file_is_said(tmp_path):
    assert "kgz.zip cannot be unpacked (No such file" in fault_of(tmp_path / "kgz.zip")


def test_a_wrong_byte_is_found(tmp_path):
    path = crafted(tmp_path / "kgz.zip", Member(b"adm1.geojson", method=0))
    path.write_bytes(path.read_bytes().replace(b"FeatureCollection", b"FeatureKollection"))
    assert fault_of(path) == "kgz.zip is cut short or damaged: download or copy it again."


@tries(300)
@given(st.data())
def test_damage_is_found_or_does_no_harm(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("damaged") / "kgz.zip"
    whole = {"adm1.geojson": GEOJSON, "x.gdb/gdb": b"gdb"}
    content = bytearray(zipped_names(path, whole).read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))] + data.draw(st.binary()))
    try:
        found = held(path)
    except BoundaryError:
        return
    assert set(found.values()) <= {*whole.values(), b""}


# --- members that are refused


@pytest.mark.parametrize(
    ("name", "what"),
    [
        (b"../adm1.geojson", "its path leads out of the zip"),
        (b"a/../../../adm1.geojson", "its path leads out of the zip"),
        (b"/tmp/adm1.geojson", "its path leads out of the zip"),
        (b"//server/adm1.geojson", "its path leads out of the zip"),
        (b"C:adm1.geojson", "its path leads out of the zip"),
        (b"..\\adm1.geojson", "its path is written with backslashes"),
        (b"adm1.geojson\0.pdf", "its name has control characters"),
        (b"adm1\x1b[2J.geojson", "its name has control characters"),
        (b"adm1\r\nkgz.geojson", "its name has control characters"),
        (b"a/" * 130 + b"adm1.geojson", "its path is longer than 250 characters"),
        (b"", "it has no name"),
        (b"./.", "it has no name"),
        (b"kgz_shp.ZIP", "the zip holds another zip"),
    ],
)
def test_a_path_that_is_unsafe_is_refused(tmp_path, name, what):
    path = crafted(tmp_path / "kgz.zip", Member(b"adm2.geojson"), Member(name))
    assert fault_of(path).startswith("kgz.zip, '")
    assert f": {what}" in fault_of(path)


@pytest.mark.parametrize(
    ("member", "what"),
    [
        (Member(b"adm1.geojson", b"/etc/passwd", attributes=LINK), "it is a link or a special"),
        (Member(b"adm1.geojson", attributes=(stat.S_IFIFO << 16)), "it is a link or a special"),
        (Member(b"adm1.geojson", flags=0x801), "it is encrypted"),
        (Member(b"adm1.geojson", method=12), "it is packed in an unusual way (method 12)"),
        (Member(b"adm1.geojson", method=99), "it is packed in an unusual way (method 99)"),
        (Member(b"adm1.geojson", b"PK\3\4 more"), "it is another zip"),
    ],
)
def test_a_member_that_is_no_plain_file_is_refused(tmp_path, member, what):
    path = crafted(tmp_path / "kgz.zip", Member(b"adm2.geojson"), member)
    assert fault_of(path).startswith(f"kgz.zip, 'adm1.geojson': {what}")


@pytest.mark.parametrize(
    "names",
    [
        ("adm1.geojson", "ADM1.geojson"),
        ("a/adm1.geojson", "a/./adm1.geojson"),
        ("Чүй.geojson", "ЧҮЙ.GEOJSON"),
        ("\xe9.geojson", "e\u0301.geojson"),
        ("adm1.geojson", "adm1.geojson/a.geojson"),
        ("adm1.geojson/a.geojson", "ADM1.geojson"),
    ],
)
def test_members_that_are_one_file_are_refused(tmp_path, names):
    path = crafted(tmp_path / "kgz.zip", *(Member(name.encode()) for name in names))
    assert "another member is the same file where case does not count" in fault_of(path)


def test_a_zip_without_layers_says_what_it_holds(tmp_path):
    path = zipped_names(tmp_path / "kgz.zip", {f"table{n}\u202e.xlsx": b"" for n in range(7)})
    assert fault_of(path) == (
        "kgz.zip holds no boundary file, only 'table0\\u202e.xlsx', 'table1\\u202e.xlsx', "
        "'table2\\u202e.xlsx', 'table3\\u202e.xlsx', 'table4\\u202e.xlsx' and 2 more: give a zip "
        "with a shapefile, GeoJSON, GeoPackage or geodatabase (.gdb)."
    )
    assert "only nothing" in fault_of(zipped_names(tmp_path / "empty.zip", {}))


# --- zips made to fill a disk or the memory


def zeros(megabytes: int) -> bytes:
    """Return deflated zeros: one packed block, which stands for itself, over and over."""
    pack = zlib.compressobj(9, wbits=-15)
    block = pack.compress(bytes(MB)) + pack.flush(zlib.Z_FULL_FLUSH)
    return block * megabytes + pack.flush()


def frugal_fault_of(path: Path) -> str:
    tracemalloc.start()
    fault = fault_of(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * MB
    return fault


def test_a_gigabyte_of_zeros_is_refused(tmp_path):
    bomb = Member(b"adm1.geojson", packed=zeros(1_000), size=1_000 * MB)
    path = crafted(tmp_path / "kgz.zip", bomb)
    assert path.stat().st_size < 1.1 * MB
    assert "'adm1.geojson': it would unpack to 1,000 MB, more than 500 times" in frugal_fault_of(
        path
    )


@pytest.mark.parametrize("said", [0, 1_000, 40 * MB])
def test_no_more_is_unpacked_than_a_member_says(tmp_path, said):
    bomb = Member(b"adm1.geojson", packed=zeros(1_000), size=said)
    assert "is cut short or damaged" in frugal_fault_of(crafted(tmp_path / "kgz.zip", bomb))


def test_a_member_shorter_than_it_says_is_refused(tmp_path):
    path = crafted(tmp_path / "kgz.zip", Member(b"adm1.geojson", size=1_000))
    assert "is cut short or damaged" in fault_of(path)


def test_many_small_bombs_are_refused_together(tmp_path):
    bombs = [Member(b"%d.shp" % n, packed=zeros(40), size=40 * MB) for n in range(10)]
    path = crafted(tmp_path / "kgz.zip", *bombs)
    assert "kgz.zip would unpack to 400 MB, more than 500 times its size" in frugal_fault_of(path)


def test_more_than_four_gigabytes_are_refused(tmp_path):
    members = [Member(b"%d.shp" % n, size=3_000 * MB) for n in range(2)]
    path = crafted(tmp_path / "kgz.zip", *members)
    assert "kgz.zip would unpack to 6.0 GB, more than 4 GB" in fault_of(path)


@pytest.mark.parametrize("starts", [(0, 0), (0, 100)])
def test_members_that_share_bytes_are_refused(tmp_path, starts):
    path = crafted(tmp_path / "kgz.zip", Member(b"a.shp"), Member(b"a.shp"), starts=starts)
    assert "'a.shp': it overlaps what follows" in fault_of(path)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("entries", "closing"),
    [(100_000, end64), (30_000, end), (100_000, lambda _, *rest: end(5, *rest))],
)
def test_too_many_entries_are_refused_before_they_are_loaded(
    tmp_path, monkeypatch, entries, closing
):
    monkeypatch.setattr(zipfile, "ZipFile", None)
    path = tmp_path / "kgz.zip"
    directory = Member(b"a.geojson").entry(0) * entries
    path.write_bytes(directory + closing(entries, len(directory), 0))
    assert frugal_fault_of(path).startswith("kgz.zip holds more than 10,000 files, or")


def test_a_directory_elsewhere_than_where_it_is_said_is_refused(tmp_path):
    path = zipped(tmp_path / "kgz.zip", adm1__geojson=GEOJSON)
    path.write_bytes(b"before it" + path.read_bytes())
    assert "is cut short or damaged" in fault_of(path)


def test_a_directory_with_two_places_is_refused(tmp_path):
    member = Member(b"adm1.geojson")
    directory, body = member.entry(0), member.local()
    closing = bytearray(end64(1, len(directory), len(body)))
    closing[56 + 8] -= 1
    path = tmp_path / "kgz.zip"
    path.write_bytes(body + directory + closing)
    assert "is cut short or damaged" in fault_of(path)


def test_a_directory_too_large_to_be_loaded_is_refused(tmp_path):
    path = zipped_names(tmp_path / "kgz.zip", {"a.geojson": GEOJSON, "b.geojson": GEOJSON})
    with zipfile.ZipFile(path, "a") as archive:
        for number in range(100):
            info = zipfile.ZipInfo(f"{number}.geojson")
            info.comment = b"x" * 60_000
            archive.writestr(info, GEOJSON)
    assert "more than 10,000 files, or very long names" in frugal_fault_of(path)
