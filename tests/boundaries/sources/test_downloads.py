"""Boundary files from a server of our own, with all that can go wrong between it and here."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import socket
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import platformdirs
import pytest
import requests

import mtmgeo
from mtmgeo.boundaries.read import list_packs
from mtmgeo.boundaries.sources import downloads
from mtmgeo.boundaries.sources.downloads import Fetched, download
from mtmgeo.commands.main import main
from mtmgeo.core.errors import BoundaryError, InputError
from tests.countries import country, publish, zipped
from tests.disk import full_disk

SHOW = "/api/3/action/package_show?id=cod-ab-kgz"
LEVELS = "/api/current/gbOpen/KGZ/ALL/"
NAME = "kgz_admin_boundaries.geojson.zip"
BY_HAND = (
    "open https://data.humdata.org/dataset/cod-ab-kgz in a browser, save "
    "kgz_admin_boundaries.geojson.zip (or the zip of its geodatabase or shapefiles), then run "
    "'mtmgeo boundaries add kgz_admin_boundaries.geojson.zip --name kgz'."
)


def packed() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("kgz_admin1.geojson", b"0123456789" * 50_000)
    return stream.getvalue()


ZIP = packed()
SHA256 = hashlib.sha256(ZIP).hexdigest()


@dataclass
class Page:
    """What a server answers with: whole, in parts, cut off after some bytes, or elsewhere."""

    content: bytes = b""
    tag: str = '"first"'
    ranges: bool = True
    obeys: bool = True  # the condition under which a part is asked for
    headers: dict[str, str] = field(default_factory=dict)
    statuses: list[int] = field(default_factory=list)  # of the first answers
    cuts: list[int] = field(default_factory=list)  # bytes of the first answers
    location: str = ""
    length: bool = True
    portion: int = 10**9  # bytes of a part at most
    refused: threading.Event = field(default_factory=threading.Event)


@dataclass
class Site:
    """A server on this machine, or a proxy, and what it was asked for."""

    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    address: str = ""

    def times(self, path: str) -> int:
        return sum(asked.endswith(path) for asked, _ in self.asked)

    def sent(self, path: str, header: str) -> list[str | None]:
        return [headers.get(header) for asked, headers in self.asked if asked == path]

    def catalogue(self, *resources: dict[str, Any], **facts: Any) -> None:
        result = {"title": "Kyrgyzstan", "resources": resources, **facts}
        self.pages[SHOW] = Page(json.dumps({"success": True, "result": result}).encode())

    def resource(self, path: str = "/k.zip", **facts: Any) -> dict[str, Any]:
        return {"name": NAME, "format": "GeoJSON", "url": self.address + path, **facts}


class Handler(BaseHTTPRequestHandler):
    site: Site

    def log_message(self, *_):
        pass

    def do_GET(self):
        site, headers = self.site, dict(self.headers)
        site.asked.append((self.path, headers))
        page = site.pages.get("/" + self.path.removeprefix("http://").partition("/")[2])
        page = site.pages.get(self.path, page)
        if page is None:
            self.send_error(404)
            return
        content, status, extra = page.content, 200, dict[str, str]()
        if page.statuses:
            self.send_error(page.statuses.pop(0))
            return
        start = headers.get("Range", "bytes=0-")[6:-1]
        same = headers.get("If-Range") == page.tag or not page.obeys
        if page.location:
            status, extra["Location"] = 302, page.location
        elif start != "0" and page.ranges and same:
            status = 206
            extra["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
            content = content[int(start) :][: page.portion]
        extra["ETag"] = page.tag
        if page.length:
            extra["Content-Length"] = str(len(content))
        self.send_response(status)
        for key, value in (extra | page.headers).items():
            self.send_header(key, value)
        self.end_headers()
        try:
            self.wfile.write(content[: page.cuts.pop(0)] if page.cuts else content)
        except ConnectionError:
            page.refused.set()


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(downloads, "_PAUSES", (0, 0))
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def site() -> Iterator[Site]:
    found = Site()
    handler = type("OfSite", (Handler,), {"site": found})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        found.address = f"http://127.0.0.1:{server.server_port}"
        found.pages["/k.zip"] = Page(ZIP)
        found.catalogue(found.resource())
        yield found
        server.shutdown()
        thread.join()


@pytest.fixture
def get(site, tmp_path):
    def run(iso3="kgz", **options):
        return download(iso3, **{"server": site.address, "cache": tmp_path / "cache", **options})

    return run


@pytest.fixture
def fault_of(get, tmp_path):
    """Return what is said, once nothing is left that could be taken for a download."""

    def run(**options) -> str:
        with pytest.raises(BoundaryError) as caught:
            get(**options)
        assert not list(tmp_path.glob("cache/*/*/files/*"))
        (fault,) = caught.value.faults
        assert fault.isprintable()
        return fault

    return run


# --- the two catalogues


def test_a_cod_ab_is_fetched_with_what_the_catalogue_says(site, get, tmp_path):
    site.catalogue(
        site.resource(size=len(ZIP), hash="05ac8f5b", last_modified="2026-01-26T10:00:00.123"),
        title="Kyrgyzstan - Subnational\nAdministrative Boundaries\x1b",
        notes=7,
        dataset_source="Ministry of Emergency Situations",
        license_title="CC BY-IGO" + 2_000 * "!",
        dataset_date="[2018-11-19T00:00:00 TO 2024-03-01T23:59:59]",
    )
    found = get("KGZ")
    assert found.path == tmp_path / "cache/cod-ab/kgz/files" / NAME
    assert found.path.read_bytes() == ZIP
    assert found.files == (Fetched(f"{site.address}/k.zip", NAME, len(ZIP), SHA256),)
    assert found.title == "Kyrgyzstan - Subnational Administrative Boundaries"
    assert found.source == "Ministry of Emergency Situations"
    assert found.licence == "CC BY-IGO" + 991 * "!"
    assert (found.date, found.version) == ("2018-11-19 to 2024-03-01", "2026-01-26")
    record = json.loads((tmp_path / f"cache/cod-ab/kgz/{NAME}.json").read_text())
    assert (record["size"], record["sha256"]) == (len(ZIP), SHA256)
    assert record["headers"]["ETag"] == '"first"'
    assert site.sent("/k.zip", "Accept-Encoding") == ["identity"]
    assert not list(tmp_path.rglob("*.part*"))


RESOURCES = {
    "kgz_admin_boundaries.xlsx": "XLSX",
    "kgz_adm_lines_geojson.zip": "GeoJSON",
    "kgz_admin_boundaries.emf.zip": "EMF",
    "kgz-administrative-divisions-shapefiles.zip": "SHP",
    "kgz-administrative-divisions-geodatabase.zip": "Geodatabase",
    "kgz_admin_boundaries.shp.zip": "SHP",
    "kgz_admin_boundaries.gdb.zip": "Geodatabase",
    "KGZ_admin_boundaries.geojson.zip": "GeoJSON",
}


@pytest.mark.parametrize(
    ("known", "best", "kind"),
    [(8, 7, "geojson"), (7, 6, "gdb"), (6, 5, "shp"), (5, 4, "gdb"), (4, 3, "shp")],
)
def test_the_best_zip_is_chosen(site, get, known, best, kind):
    offered = list(RESOURCES.items())[:known]
    site.catalogue(
        *({"name": name, "format": form, "url": f"{site.address}/{name}"} for name, form in offered)
    )
    site.pages[f"/{offered[best][0]}"] = Page(ZIP)
    found = get()
    assert found.path.name == f"kgz_admin_boundaries.{kind}.zip"
    assert found.files[0].url == f"{site.address}/{offered[best][0]}"


@pytest.mark.parametrize(
    "resources",
    [
        [],
        [None, 7, "x", {"name": "geojson", "url": "http://["}],
        [{"name": ["a"], "url": {}}],
        [{"name": "kgz_adm1.geojson", "format": "GeoJSON", "url": "https://x.org/kgz.geojson"}],
        [{"name": "kgz.xlsx", "format": "XLSX", "url": "https://x.org/kgz.xlsx"}],
    ],
)
def test_a_catalogue_without_a_usable_file_is_said(site, fault_of, resources):
    site.catalogue(*resources)
    assert fault_of().startswith("The catalogue of HDX names no zip of GeoJSON, geodatabase or")


def level(site: Site, number: int, **facts: str) -> dict[str, str]:
    site.pages[f"/{number}"] = Page(b'{"level": %d}' % number)
    return {
        "boundaryISO": "KGZ",
        "boundaryType": f"ADM{number}",
        "boundaryName": "Kyrgyzstan",
        "boundarySource": "OCHA" if number else "OpenStreetMap",
        "boundaryLicense": "CC BY 3.0 IGO",
        "boundaryYearRepresented": "2018",
        "buildDate": "Dec 12, 2023",
        "gjDownloadURL": f"{site.address}/{number}",
        **facts,
    }


def test_levels_of_geoboundaries_stand_in_one_folder(site, get):
    levels = [
        level(site, 1),
        level(site, 0),
        level(site, 6),
        level(site, 2, boundaryType="../ADM2"),
        level(site, 3, boundaryISO="UZB"),
    ]
    site.pages[LEVELS] = Page(json.dumps(levels).encode())
    found = get(source="geoboundaries")
    assert sorted(path.name for path in found.path.iterdir()) == [
        "geoBoundaries-KGZ-ADM0.geojson",
        "geoBoundaries-KGZ-ADM1.geojson",
    ]
    assert (found.path / "geoBoundaries-KGZ-ADM1.geojson").read_bytes() == b'{"level": 1}'
    assert [each.url for each in found.files] == [f"{site.address}/0", f"{site.address}/1"]
    assert (found.title, found.date) == ("Kyrgyzstan (geoBoundaries)", "2018")
    assert (found.source, found.licence) == ("OCHA; OpenStreetMap", "CC BY 3.0 IGO")

    site.pages[LEVELS] = Page(json.dumps(levels[1]).encode())
    (only,) = get(source="geoboundaries").path.iterdir()
    assert only.name == "geoBoundaries-KGZ-ADM0.geojson", "a level that is no more is gone"


def test_an_address_of_a_level_that_is_none_is_refused(site, fault_of):
    found = level(site, 0, gjDownloadURL="file:///etc/passwd")
    site.pages[LEVELS] = Page(json.dumps([found]).encode())
    assert "'file:///etc/passwd' is not an address of the web" in fault_of(source="geoboundaries")


def test_a_pointer_in_place_of_a_level_is_refused(site, fault_of):
    site.pages[LEVELS] = Page(json.dumps([level(site, 0)]).encode())
    site.pages["/0"] = Page(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    fault = fault_of(source="geoboundaries")
    assert "sends for geoBoundaries-KGZ-ADM0.geojson is not GeoJSON: open https://www." in fault
    assert fault.endswith("'mtmgeo boundaries add FOLDER --name kgz'.")


@pytest.mark.parametrize(
    ("source", "what"),
    [("cod-ab", "HDX has no COD-AB for XYZ: "), ("geoboundaries", "geoBoundaries has nothing")],
)
def test_a_country_without_boundaries_is_said(site, fault_of, source, what):
    assert fault_of(iso3="XYZ", source=source).startswith(what)
    assert len(site.asked) == 1


# --- what is given


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"iso3": "../"}, "'../' is not the code of a country"),
        ({"iso3": "KG"}, "'KG' is not the code of a country"),
        ({"iso3": "kgz\n"}, "is not the code of a country"),
        ({"iso3": "\u043a\u0433\u0437"}, "is not the code of a country"),
        ({"source": "gadm"}, "'gadm' is not a source of boundaries: give cod-ab or"),
        ({"server": "file:///etc"}, "'file:///etc' is not an address of the web: give a server"),
        ({"server": "http://[::1"}, "is not an address of the web"),
        ({"sha256": "abc"}, "'abc' is not a SHA-256"),
        ({"sha256": SHA256, "source": "geoboundaries"}, "A SHA-256 is of one file"),
    ],
)
def test_options_that_cannot_be_right_are_refused_unasked(site, get, options, what):
    with pytest.raises(InputError, match=what.replace(".", r"\.")):
        get(**options)
    assert site.asked == []


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "javascript:alert(1)", "../../x.zip", "", "http://", "http://[", None],
)
def test_an_address_that_is_none_is_refused(site, fault_of, url):
    site.catalogue({"name": NAME, "format": "GeoJSON", "url": url})
    assert f"is not an address of the web: {BY_HAND}" in fault_of()


def test_names_of_the_catalogue_do_not_become_paths(site, get, tmp_path):
    site.catalogue(site.resource() | {"name": "../../../outside.geojson.zip"})
    assert get().path == tmp_path / "cache/cod-ab/kgz/files" / NAME
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]


# --- connections


def test_a_cut_connection_is_resumed(site, get):
    site.pages["/k.zip"].cuts = [200_000, 100_000]
    assert get().path.read_bytes() == ZIP
    first, second, third = site.sent("/k.zip", "Range")
    assert first is None
    assert 100_000 < int(str(second)[6:-1]) <= 200_000
    assert int(str(second)[6:-1]) < int(str(third)[6:-1]) <= 300_000
    assert site.sent("/k.zip", "If-Range") == [None, '"first"', '"first"']


def test_a_download_that_failed_is_resumed_by_the_next_call(site, get, fault_of):
    site.pages["/k.zip"].cuts = [100_000] * 3
    assert fault_of().startswith("The connection to 127.0.0.1 was cut: open")
    assert site.times("/k.zip") == 3
    assert get().files[0].sha256 == SHA256
    assert int(str(site.sent("/k.zip", "Range")[-1])[6:-1]) > 150_000


def test_a_server_that_knows_no_parts_starts_over(site, get):
    site.pages["/k.zip"].cuts = [200_000]
    site.pages["/k.zip"].ranges = False
    assert get().path.read_bytes() == ZIP
    assert site.times("/k.zip") == 2


@pytest.mark.parametrize("obeys", [True, False])
def test_a_file_that_changed_between_parts_starts_over(site, get, fault_of, obeys):
    site.pages["/k.zip"] = Page(bytes(400_000), tag='"old"', cuts=[100_000] * 3)
    fault_of()
    site.pages["/k.zip"] = Page(ZIP, tag='"new"', obeys=obeys)
    assert get().path.read_bytes() == ZIP


def test_a_server_that_sends_small_parts_is_asked_for_more(site, get):
    site.pages["/k.zip"] = Page(ZIP, cuts=[300_000], portion=150_000)
    assert get().path.read_bytes() == ZIP
    assert site.times("/k.zip") == 3


def test_a_part_from_elsewhere_is_not_added(site, get):
    site.pages["/k.zip"] = Page(ZIP, cuts=[200_000], headers={"Content-Range": "bytes 7-9/500282"})
    assert get().path.read_bytes() == ZIP


def test_a_part_from_another_address_is_not_continued(site, get, fault_of):
    site.pages["/old.zip"] = Page(bytes(500_000), cuts=[100_000] * 3)
    site.catalogue(site.resource("/old.zip"))
    fault_of()
    site.catalogue(site.resource())
    assert get().path.read_bytes() == ZIP


def test_a_part_of_another_file_is_not_added(site, fault_of, tmp_path):
    site.pages["/k.zip"].cuts = [100_000] * 3
    fault_of()
    site.pages["/k.zip"].content = b""
    assert fault_of().startswith(f"{NAME} is longer than it should be: ")
    assert not list(tmp_path.rglob("*.part"))


def test_a_part_that_the_server_will_not_continue_starts_over(site, get, fault_of):
    site.pages["/k.zip"].cuts = [100_000] * 3
    fault_of()
    site.pages["/k.zip"].statuses = [416]
    assert get().path.read_bytes() == ZIP
    assert site.sent("/k.zip", "Range")[-1] is None


def test_what_has_no_mark_is_not_resumed(site, get):
    site.pages["/k.zip"].tag = 'W/"weak"'
    site.pages["/k.zip"].cuts = [200_000]
    assert get().path.read_bytes() == ZIP
    assert site.sent("/k.zip", "Range") == [None, None]


def test_a_server_out_of_order_is_asked_again(site, get):
    site.pages[SHOW].statuses = [500, 429]
    site.pages["/k.zip"].statuses = [503]
    assert get().files[0].sha256 == SHA256


@pytest.mark.parametrize(
    ("status", "times", "what"),
    [
        (500, 3, "is out of order (status 500)"),
        (403, 1, "refuses the request (status 403)"),
        (404, 1, "does not have what its catalogue names"),
    ],
)
def test_a_server_that_stays_out_of_order_is_said(site, fault_of, status, times, what):
    site.pages["/k.zip"].statuses = [status] * 3
    assert fault_of() == f"127.0.0.1 {what}: {BY_HAND}"
    assert site.times("/k.zip") == times


@pytest.mark.parametrize("source", ["cod-ab", "geoboundaries"])
def test_without_a_network_the_way_by_hand_is_said(fault_of, source):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    fault = fault_of(server=address, source=source)
    assert fault.startswith("127.0.0.1 cannot be reached: open https://")
    assert fault.endswith(" --name kgz'.")
    assert source != "cod-ab" or BY_HAND in fault


def test_redirects_are_followed_and_parts_asked_for_there(site, get):
    site.pages["/signed?key=1"] = Page(ZIP, cuts=[200_000])
    site.pages["/k.zip"] = Page(location="/signed?key=1")
    found = get()
    assert found.path.read_bytes() == ZIP
    assert found.files[0].url == f"{site.address}/k.zip"
    assert [bool(asked) for asked in site.sent("/signed?key=1", "Range")] == [False, True]


@pytest.mark.parametrize(
    ("target", "what"),
    [
        ("/k.zip", "127.0.0.1 redirects more than 5 times"),
        ("file:///etc/passwd", "'file:///etc/passwd' is not an address of the web"),
        ("ftp://x.org/k.zip", "'ftp://x.org/k.zip' is not an address of the web"),
    ],
)
def test_redirects_to_nowhere_are_refused(site, fault_of, target, what):
    site.pages["/k.zip"] = Page(location=target)
    assert fault_of() == f"{what}: {BY_HAND}"
    assert site.times("/k.zip") <= 6


@pytest.fixture
def publisher(site, monkeypatch):
    """Let the publisher's own address, and nothing else, lead to the server of the test."""
    send = requests.adapters.HTTPAdapter.send

    def sent(adapter, request, **options):
        request.url = request.url.replace("https://data.humdata.org", site.address)
        assert request.url.startswith(site.address)
        return send(adapter, request, **options)

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", sent)
    site.catalogue({"name": NAME, "url": "https://data.humdata.org/k.zip"})
    return site


@pytest.mark.usefixtures("publisher")
def test_the_publisher_is_asked_by_default(get):
    assert get(server=None).files[0].url == "https://data.humdata.org/k.zip"


def test_what_is_encrypted_stays_so(publisher, fault_of):
    publisher.pages["/k.zip"] = Page(location="http://s3.example.org/k.zip")
    said = "'http://s3.example.org/k.zip' is not encrypted, as data.humdata.org is"
    assert fault_of(server=None) == f"{said}: {BY_HAND}"
    publisher.catalogue({"name": NAME, "url": "http://s3.example.org/k.zip"})
    assert fault_of(server=None) == f"{said}: {BY_HAND}"


def test_this_very_machine_need_not_be_encrypted(publisher, get):
    publisher.pages["/here.zip"] = Page(ZIP)
    publisher.pages["/k.zip"] = Page(location=f"{publisher.address}/here.zip")
    assert get(server=None).files[0].sha256 == SHA256


def test_the_proxy_of_the_environment_is_used(site, get, monkeypatch):
    monkeypatch.setenv("http_proxy", site.address)
    site.catalogue({"name": NAME, "url": "http://hdx.invalid/k.zip"})
    assert get(server="http://hdx.invalid").files[0].sha256 == SHA256
    assert [path for path, _ in site.asked] == [
        f"http://hdx.invalid{SHOW}",
        "http://hdx.invalid/k.zip",
    ]


def test_a_proxy_that_is_down_is_named(fault_of, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert fault_of().startswith("127.0.0.1 cannot be reached through the proxy: ")


# --- content


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"<!DOCTYPE html><html>Sign in</html>", "answers with a web page"),
        (b'{"success": tr', "answers with something that is not JSON"),
        (b"[" * 100_000, "answers with something that is not JSON"),
        (b"\xff\xfe\x00", "answers with something that is not JSON"),
        (b"[]", "The catalogue of HDX names no zip"),
        (b'{"success": false}', "The catalogue of HDX names no zip"),
    ],
)
def test_a_catalogue_that_is_none_is_said(site, fault_of, content, what):
    site.pages[SHOW] = Page(content)
    assert what in fault_of()


def test_a_catalogue_without_end_is_not_read_to_its_end(site, fault_of, monkeypatch):
    monkeypatch.setattr(downloads, "_MOST_CATALOGUE", 1_000)
    site.pages[SHOW] = Page(b" " * 2_000)
    assert fault_of().startswith("The catalogue at 127.0.0.1 is too long: ")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\n<html>Sign in</html>", "is a web page, not a zip"),
        (b"{}", "is not a zip"),
        (b"", "is not a zip"),
    ],
)
def test_what_is_no_zip_is_refused(site, fault_of, content, what):
    site.pages["/k.zip"] = Page(content)
    assert fault_of() == f"What 127.0.0.1 sends for {NAME} {what}: {BY_HAND}"


@pytest.mark.parametrize("kind", ["md5", "sha1", "sha256"])
def test_the_hash_of_the_catalogue_is_checked(site, get, fault_of, kind, tmp_path):
    right = hashlib.new(kind, ZIP).hexdigest()
    site.catalogue(site.resource(hash=right[::-1]))
    assert f"{NAME} has the {kind.upper()} {right}, not the one that the catalogue" in fault_of()
    assert not list(tmp_path.rglob("*.part")), "nothing is resumed"
    site.catalogue(site.resource(hash="no hash, but as long as an MD5.."))
    get()
    site.catalogue(site.resource(hash=right.upper(), last_modified="2026-01-01"))
    site.pages["/k.zip"].cuts = [200_000]
    assert get().files[0].sha256 == SHA256


def test_the_hash_that_is_given_is_checked(get, fault_of):
    fault = fault_of(sha256="0" * 64)
    assert f"has the SHA256 {SHA256}, not the one that you gave, so it was deleted" in fault
    assert get(sha256=SHA256.upper()).files[0].sha256 == SHA256
    with pytest.raises(BoundaryError, match="not the one that you gave"):
        get(sha256="0" * 64)


def test_the_size_of_the_catalogue_is_checked(site, get, fault_of):
    site.catalogue(site.resource(size=len(ZIP) + 1))
    assert f"{NAME} has {len(ZIP):,} bytes, but {len(ZIP) + 1:,} by the catalogue" in fault_of()
    for size in (0, None, "1 MB", -1, 10**30):
        site.catalogue(site.resource(size=size))
        assert get().files[0].size == len(ZIP)


@pytest.mark.parametrize(
    ("length", "what"), [(True, "is larger than 0 GB"), (False, "is longer than it should be")]
)
def test_a_file_that_is_too_large_is_not_kept(site, fault_of, monkeypatch, tmp_path, length, what):
    monkeypatch.setattr(downloads, "_MOST_BYTES", 100_000)
    site.pages["/k.zip"].length = length
    assert fault_of() == f"{NAME} {what}: {BY_HAND}"
    assert not list(tmp_path.rglob("*.part"))


def test_a_file_without_end_is_not_read_to_its_end(site, fault_of, monkeypatch):
    monkeypatch.setattr(downloads, "_MOST_BYTES", 100_000)
    site.pages["/k.zip"] = Page(bytes(50_000_000), length=False)
    fault_of()
    assert site.pages["/k.zip"].refused.wait(10)


def test_a_file_of_unknown_length_is_fetched(site, get):
    site.pages["/k.zip"].length = False
    assert get().files[0].sha256 == SHA256


def test_a_file_that_comes_packed_is_refused(site, fault_of):
    site.pages["/k.zip"] = Page(gzip.compress(ZIP), headers={"Content-Encoding": "gzip"})
    assert "127.0.0.1 sends the file in another form than it was asked for" in fault_of()


# --- the cache


def test_a_file_in_the_cache_is_not_fetched_again(site, get):
    assert get() == get(sha256=SHA256)
    assert site.times("/k.zip") == 1


def test_a_file_that_was_published_anew_is_fetched_again(site, get):
    site.catalogue(site.resource(last_modified="2025-01-01"))
    get()
    site.catalogue(site.resource(last_modified="2026-01-01"))
    assert get().version == "2026-01-01"
    assert site.times("/k.zip") == 2


@pytest.mark.parametrize(
    "damage", [ZIP[:-1], ZIP[:-1] + b"x", None], ids=["cut off", "another byte", "gone"]
)
def test_a_damaged_file_in_the_cache_is_fetched_again(site, get, damage):
    path = get().path
    path.unlink() if damage is None else path.write_bytes(damage)
    assert get().path.read_bytes() == ZIP
    assert site.times("/k.zip") == 2


@pytest.mark.parametrize("record", [b"{", b"[]", b"\xff", None])
def test_a_damaged_record_does_no_harm(site, get, record, tmp_path):
    path = tmp_path / f"cache/cod-ab/kgz/{NAME}.json"
    get()
    path.unlink() if record is None else path.write_bytes(record)
    assert get().path.read_bytes() == ZIP
    assert site.times("/k.zip") == 2


def test_a_cache_that_cannot_be_written_is_said(fault_of, tmp_path):
    (tmp_path / "cache").write_text("a file")
    assert fault_of().startswith(f"Files cannot be kept in {tmp_path}/cache/cod-ab/kgz (")


def test_a_full_disk_leaves_the_file_in_the_cache_and_what_came_of_the_new_one(site, get, tmp_path):
    site.catalogue(site.resource(last_modified="2025-01-01"))
    old = get()
    more = b"more" * 25_000
    site.pages["/k.zip"] = Page(ZIP + more, tag='"second"')
    site.catalogue(site.resource(last_modified="2026-01-01"))
    with full_disk(70_000), pytest.raises(BoundaryError) as caught:
        get()
    [fault] = caught.value.faults
    assert fault.startswith(f"Files cannot be kept in {tmp_path}/cache/cod-ab/kgz (File too large)")
    assert old.path.read_bytes() == ZIP
    assert get().path.read_bytes() == ZIP + more
    assert site.sent("/k.zip", "Range")[-1] == "bytes=70000-"


def test_a_download_to_a_full_disk_adds_no_pack(site, tmp_path, added, monkeypatch):
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda name: tmp_path / name)
    with full_disk(), pytest.raises(BoundaryError, match="Files cannot be kept"):
        mtmgeo.install_pack("kgz", name="new", server=site.address)
    assert not added.exists()


def test_by_default_files_are_kept_in_the_cache_of_the_user(get, monkeypatch, tmp_path):
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda name: tmp_path / name)
    assert get(cache=None).path == tmp_path / "mtmgeo/cod-ab/kgz/files" / NAME


def test_progress_is_shown_if_it_is_asked_for(site, get, capsys):
    get()
    assert capsys.readouterr() == ("", "")
    site.catalogue(site.resource(last_modified="2026-01-01"))
    get(progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert NAME in err


# --- installed as a pack


@pytest.fixture
def install(site, added, tmp_path, monkeypatch, capsys):
    """Run the command with a cache of its own; return its status, what it said, and its faults."""
    assert not added.exists()
    home = tmp_path / "home"
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda *_, **__: home)

    def run(*words: str) -> tuple[int, str, str]:
        status = main(["boundaries", "install", *words, "--server", site.address])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


@pytest.mark.slow
def test_a_country_is_installed_and_known_by_its_code(site, install, tmp_path):
    land = country("KGZ")
    path = zipped(publish(land, tmp_path / "made"))
    content = path.read_bytes()
    site.pages["/k.zip"] = Page(content)
    site.catalogue(site.resource(), license_title="CC BY-IGO", title="Kyrgyzstan - Boundaries")
    status, said, _ = install("KGZ")
    assert status == 0
    assert "admin 3: 0 joined by p-code" in said
    status, said, _ = install("KGZ", "--name", "official")
    assert (status, site.times("/k.zip")) == (0, 1)
    bounds = mtmgeo.read_boundaries("official")
    assert {level: len(bounds.at(level)) for level in bounds.levels} == {0: 1, 1: 2, 2: 4, 3: 8}
    assert "CC BY-IGO" in bounds.sources[0]
    about = json.loads((list_packs()["official"] / "pack.json").read_text(encoding="utf-8"))
    [fetched] = about["sources"][0]["files"]
    assert fetched["sha256"] == hashlib.sha256(content).hexdigest()
    assert fetched["url"] == f"{site.address}/k.zip"


@pytest.mark.slow
def test_geoboundaries_are_installed_level_by_level(site, install, tmp_path):
    land = country("SOM", deepest=2)
    folder = publish(land, tmp_path / "made", schema="geoBoundaries")
    levels = []
    for level in land.levels:
        file = folder / f"geoBoundaries-SOM-ADM{level}.geojson"
        site.pages[f"/{level}.geojson"] = Page(file.read_bytes())
        levels.append(
            {"boundaryISO": "SOM", "boundaryType": f"ADM{level}", "boundaryName": "Somalia",
             "boundaryLicense": "Public Domain", "gjDownloadURL": f"{site.address}/{level}.geojson"}
        )  # fmt: skip
    site.pages["/api/current/gbOpen/SOM/ALL/"] = Page(json.dumps(levels).encode())
    status, said, _ = install("SOM", "--source", "geoboundaries")
    assert status == 0
    assert "admin 2 4" in said
    assert "found by position" in mtmgeo.read_boundaries("som").notes[2]


def test_what_cannot_be_fetched_installs_nothing(site, install, added):
    del site.pages["/k.zip"]
    status, _, said = install("KGZ")
    assert status == 2
    assert BY_HAND in said
    assert not added.exists()
