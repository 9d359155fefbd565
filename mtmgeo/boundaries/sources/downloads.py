"""Boundary files fetched from their publishers when the user asks, and kept with their hashes."""

from __future__ import annotations

import datetime as dt
import hashlib
import ipaddress
import json
import re
import reprlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar
from urllib.parse import urljoin, urlsplit

import platformdirs
import requests
from tqdm import tqdm

from mtmgeo.core.errors import BoundaryError, InputError
from mtmgeo.core.staging import discard, finish, unfinished

_T = TypeVar("_T")
_Record: TypeAlias = dict[str, Any]
_Hashers: TypeAlias = Mapping[str, Any]

_SERVERS: Final = {
    "cod-ab": "https://data.humdata.org",
    "geoboundaries": "https://www.geoboundaries.org",
}

#: Kinds of COD-AB files, the best first: how they are called, and words in names and formats.
_KINDS: Final = {
    "geojson": re.compile(r"geojson"),
    "gdb": re.compile(r"gdb|geodatabase"),
    "shp": re.compile(r"shp|shape"),
}
_OTHER_THINGS: Final = re.compile(r"line|point|centroid|road|river|popul|settle|emf|km[lz]")

_MOST_BYTES: Final = 4_000_000_000
_MOST_CATALOGUE: Final = 20_000_000
_MOST_REDIRECTS: Final = 5
_PAUSES: Final = (0.5, 2.0)  # seconds before the second and the third attempt
_TIMEOUT: Final = (15, 60)  # seconds to connect, and without a byte
_CHUNK: Final = 1 << 16
# Servers measure and resume what they send, which must be the file itself.
_AS_IS: Final = {"Accept-Encoding": "identity", "User-Agent": "mtmgeo"}

#: HDX gives zips a sum of their members' CRCs, of 8 digits, which is no hash of the file.
_HASHES: Final = {32: "md5", 40: "sha1", 64: "sha256"}

_SHORT: Final = reprlib.Repr()
_SHORT.maxstring = 120


@dataclass(frozen=True)
class Fetched:
    """A downloaded file.

    Attributes
    ----------
    url
        Where the publisher's catalogue says that it is.
    name
        File name in the cache.
    size
        In bytes.
    sha256
        Of its content, in hexadecimal digits.
    """

    url: str
    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Download:
    """Boundary files in the cache, and what the catalogue says of them.

    Attributes
    ----------
    path
        The zip (COD-AB), or the folder that holds a GeoJSON file for each level (geoBoundaries).
    files
        The files, by level.
    title, source, licence
        As the catalogue words them; ``""`` where it says nothing.
    date
        Days or years that the boundaries stand for.
    version
        Day on which the files were published.
    """

    path: Path
    files: tuple[Fetched, ...]
    title: str
    source: str
    licence: str
    date: str
    version: str


class _Fault(Exception):  # noqa: N818  (it becomes an error once it says what to do by hand)
    """What went wrong, in words to be followed by what to do by hand."""


class _Passing(_Fault):
    """A fault that may be gone at the next attempt."""


class _Missing(_Fault):
    """The server has no such page or file."""


@dataclass(frozen=True)
class _Wanted:
    """A file to fetch: its address, our own name for it, what the catalogue says of it."""

    url: str
    name: str
    zipped: bool
    size: int | None = None
    digest: str = ""
    changed: str = ""


def download(
    iso3: str,
    *,
    source: str = "cod-ab",
    server: str | None = None,
    cache: Path | None = None,
    sha256: str | None = None,
    progress: bool = False,
) -> Download:
    """Fetch a country's boundary files from their publisher.

    A file in the cache is used again if the catalogue still names the same one, and its size and
    SHA-256 are those that were recorded. What was cut off is continued where it ended.

    Parameters
    ----------
    iso3
        Code of the country, three letters.
    source
        ``cod-ab`` (OCHA's, from HDX), or ``geoboundaries``.
    server
        Address of a mirror; by default the publisher's.
    cache
        Folder to keep files in; by default the user's cache folder.
    sha256
        Of the zip, where it is known; nothing else is accepted.
    progress
        Whether to draw a bar on standard error.

    Raises
    ------
    InputError
        If the code, the source, the server or the hash cannot be one.
    BoundaryError
        If there are no such boundaries, they cannot be fetched, or are not what they should be:
        one sentence, which says how to fetch them by hand.
    """
    _check(iso3, source, server, sha256)
    iso3 = iso3.lower()
    folder = (platformdirs.user_cache_path("mtmgeo") if cache is None else cache) / source / iso3
    at = (server or _SERVERS[source]).rstrip("/")
    fetch_all = _cod_ab if source == "cod-ab" else _geoboundaries
    try:
        with requests.Session() as session:
            return fetch_all(_Fetcher(session, folder, progress=progress), at, iso3, sha256)
    except _Fault as fault:
        raise BoundaryError(f"{fault}: {_by_hand(iso3, source)}") from fault
    except OSError as fault:
        raise BoundaryError(
            f"Files cannot be kept in {folder} ({fault.strerror or fault}): make room there, or "
            "give another folder for the cache."
        ) from fault


def _check(iso3: str, source: str, server: str | None, sha256: str | None) -> None:
    if not re.fullmatch(r"[A-Za-z]{3}", iso3):
        raise InputError(
            f"{_SHORT.repr(iso3)} is not the code of a country: give its three letters, such as "
            "KGZ for Kyrgyzstan."
        )
    if source not in _SERVERS:
        raise InputError(
            f"{_SHORT.repr(source)} is not a source of boundaries: give {' or '.join(_SERVERS)}."
        )
    if server is not None:
        try:
            _checked(server)
        except _Fault as fault:
            raise InputError(f"{fault}: give a server such as {_SERVERS[source]}.") from fault
    if sha256 is not None and not re.fullmatch(r"[0-9A-Fa-f]{64}", sha256):
        raise InputError(f"{_SHORT.repr(sha256)} is not a SHA-256: give its 64 hexadecimal digits.")
    if sha256 is not None and source != "cod-ab":
        raise InputError("A SHA-256 is of one file: give none with a source that has several.")


def _by_hand(iso3: str, source: str) -> str:
    """Return how to do without this module."""
    if source == "cod-ab":
        page = f"https://data.humdata.org/dataset/cod-ab-{iso3}"
        what = given = f"{iso3}_admin_boundaries.geojson.zip"
        what += " (or the zip of its geodatabase or shapefiles)"
    else:
        page = "https://www.geoboundaries.org/countryDownloads.html"
        what = f"the GeoJSON file of each level of {iso3.upper()} into one folder"
        given = "FOLDER"
    return (
        f"open {page} in a browser, save {what}, then run "
        f"'mtmgeo boundaries add {given} --name {iso3}'."
    )


def _cod_ab(fetcher: _Fetcher, server: str, iso3: str, sha256: str | None) -> Download:
    page = f"{server}/api/3/action/package_show?id=cod-ab-{iso3}"
    try:
        catalogue = fetcher.catalogue(page)
    except _Missing as fault:
        raise BoundaryError(
            f"HDX has no COD-AB for {iso3.upper()}: correct the code, look for the country at "
            "https://data.humdata.org/dataset?q=cod-ab, or take --source geoboundaries."
        ) from fault
    dataset = _mapping(_mapping(catalogue).get("result"))
    resource, kind = _best(dataset.get("resources"), iso3)
    digest, size = _text(resource, "hash").lower(), resource.get("size")
    wanted = _Wanted(
        url=_checked(_text(resource, "url"), before=page),
        name=f"{iso3}_admin_boundaries.{kind}.zip",
        zipped=True,
        size=size if isinstance(size, int) and 0 < size <= _MOST_BYTES else None,
        digest=digest if re.fullmatch(r"[0-9a-f]+", digest) else "",
        changed=_text(resource, "last_modified"),
    )
    files = fetcher.fetch([wanted], sha256)
    days = dict.fromkeys(re.findall(r"\d{4}-\d\d-\d\d", _text(dataset, "dataset_date")))
    return Download(
        path=fetcher.files / wanted.name,
        files=files,
        title=_text(dataset, "title"),
        source=_text(dataset, "dataset_source"),
        licence=_text(dataset, "license_title"),
        date=" to ".join(days),
        version=(wanted.changed or _text(dataset, "last_modified"))[:10],
    )


def _best(resources: object, iso3: str) -> tuple[_Record, str]:
    """Return the resource of a dataset that serves best, and its kind."""
    found: list[tuple[bool, int, int, _Record, str]] = []
    for position, resource in enumerate(resources if isinstance(resources, list) else []):
        facts = _mapping(resource)
        name, url = (_text(facts, key).lower() for key in ("name", "url"))
        if not (name.endswith(".zip") or url.partition("?")[0].endswith(".zip")):
            continue
        words = f"{name} {_text(facts, 'format').lower()}"
        for rank, (kind, pattern) in enumerate(_KINDS.items()):
            if pattern.search(words) and not _OTHER_THINGS.search(name):
                usual = name == f"{iso3}_admin_boundaries.{kind}.zip"
                found.append((not usual, rank, position, facts, kind))
                break
    if not found:
        raise _Fault("The catalogue of HDX names no zip of GeoJSON, geodatabase or shapefiles")
    *_, facts, kind = min(found, key=lambda each: each[:3])
    return facts, kind


def _geoboundaries(fetcher: _Fetcher, server: str, iso3: str, _sha256: str | None) -> Download:
    code = iso3.upper()
    page = f"{server}/api/current/gbOpen/{code}/ALL/"
    try:
        catalogue = fetcher.catalogue(page)
    except _Missing as fault:
        raise BoundaryError(
            f"geoBoundaries has nothing for {code}: correct the code, or look for the country at "
            "https://www.geoboundaries.org/countryDownloads.html."
        ) from fault
    levels: dict[str, _Record] = {}
    for each in catalogue if isinstance(catalogue, list) else [catalogue]:
        facts = _mapping(each)
        level = _text(facts, "boundaryType")
        if re.fullmatch(r"ADM[0-5]", level) and _text(facts, "boundaryISO") == code:
            levels.setdefault(level, facts)
    if not levels:
        raise _Fault(f"The catalogue of geoBoundaries names no level of {code}")
    wanted = [
        _Wanted(
            url=_checked(_text(facts, "gjDownloadURL"), before=page),
            name=f"geoBoundaries-{code}-{level}.geojson",
            zipped=False,
            changed=_text(facts, "buildDate"),
        )
        for level, facts in sorted(levels.items())
    ]
    files = fetcher.fetch(wanted, None)

    def said(key: str) -> str:
        return "; ".join(dict.fromkeys(filter(None, (_text(f, key) for f in levels.values()))))

    return Download(
        path=fetcher.files,
        files=files,
        title=f"{said('boundaryName') or code} (geoBoundaries)",
        source=said("boundarySource"),
        licence=said("boundaryLicense"),
        date=said("boundaryYearRepresented"),
        version=said("buildDate"),
    )


def _mapping(value: object) -> _Record:
    return value if isinstance(value, dict) else {}


def _text(facts: Mapping[str, Any], key: str) -> str:
    """Return what a catalogue says, if it is text, as one line of at most 1,000 characters."""
    value = facts.get(key)
    words = " ".join(value.split()) if isinstance(value, str) else ""
    return "".join(letter for letter in words if letter.isprintable())[:1000]


def _checked(url: str, before: str = "") -> str:
    """Return an address that may be asked, coming from another one."""
    try:
        parts, host = urlsplit(url), urlsplit(url).hostname
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in {"http", "https"} or not host:
        raise _Fault(f"{_SHORT.repr(url)} is not an address of the web")
    if parts.scheme == "http" and before.startswith("https:") and not _is_here(host):
        raise _Fault(f"{_SHORT.repr(url)} is not encrypted, as {urlsplit(before).hostname} is")
    return url


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class _Fetcher:
    """Requests for the files of one country.

    Files that are whole stand in a folder by themselves; beside it stand their records, and files
    that are not whole with what is needed to go on with them.
    """

    def __init__(self, session: requests.Session, folder: Path, *, progress: bool) -> None:
        self.session = session
        self.folder = folder
        self.files = folder / "files"
        self.progress = progress

    def catalogue(self, url: str) -> object:
        """Return what a catalogue says in JSON."""
        return _tried(lambda: self._catalogue(url))

    def _catalogue(self, url: str) -> object:
        content = bytearray()
        with self._open(url, {}) as response:
            for chunk in _chunks(response):
                content += chunk
                if len(content) > _MOST_CATALOGUE:
                    raise _Fault(f"The catalogue at {urlsplit(url).hostname} is too long")
        try:
            return json.loads(content)
        except (ValueError, RecursionError) as fault:
            what = "a web page" if _is_page(content) else "something that is not JSON"
            raise _Fault(f"{urlsplit(url).hostname} answers with {what}") from fault

    def fetch(self, wanted: Sequence[_Wanted], sha256: str | None) -> tuple[Fetched, ...]:
        """Return the files, fetched or from the cache, and leave no others beside them."""
        fetched = tuple(
            self._kept(each, sha256) or _tried(partial(self._fetch, each, sha256))
            for each in wanted
        )
        for path in self.files.iterdir():
            if path.name not in {each.name for each in wanted}:
                discard(path)
        return fetched

    def _kept(self, wanted: _Wanted, sha256: str | None) -> Fetched | None:
        """Return the file in the cache if it is whole, and still the one that is published."""
        record, path = _read(self.folder / f"{wanted.name}.json"), self.files / wanted.name
        same = (record.get("url"), record.get("changed")) == (wanted.url, wanted.changed)
        if not same or not path.is_file() or path.stat().st_size != record.get("size"):
            return None
        found = _digests(path, ["sha256"])["sha256"].hexdigest()
        if found != record.get("sha256") or found != (sha256 or found).lower():
            return None
        return Fetched(wanted.url, wanted.name, path.stat().st_size, found)

    def _fetch(self, wanted: _Wanted, sha256: str | None) -> Fetched:
        part, note = (self.folder / f"{wanted.name}.{end}" for end in ("part", "part.json"))
        headers, hashers = self._receive(wanted, part, note)
        try:
            _check_content(part, wanted, hashers, sha256)
        except _Fault:
            discard(part)
            raise
        fetched = Fetched(
            wanted.url, wanted.name, part.stat().st_size, hashers["sha256"].hexdigest()
        )
        finish(part, self.files / wanted.name)
        discard(note)
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        facts = {"changed": wanted.changed, "retrieved": now, "headers": headers}
        _write(self.folder / f"{wanted.name}.json", asdict(fetched) | facts)
        return fetched

    def _receive(self, wanted: _Wanted, part: Path, note: Path) -> tuple[dict[str, str], _Hashers]:
        """Write a file, or the rest of it, and return its headers and the hashes of the whole."""
        before = _read(note)
        mark = str(before.get("mark", "")) if before.get("url") == wanted.url else ""
        have = part.stat().st_size if mark and part.is_file() else 0
        asked = {"Range": f"bytes={have}-", "If-Range": mark} if have else {}
        with self._open(wanted.url, asked) as response:
            status = response.status_code
            if status == 416 or (status == 206 and not _continues(response, have, mark)):
                discard(part)
                raise _Passing(f"{wanted.name} has changed while it was fetched")
            have = have if status == 206 else 0
            total = _total(response, have)
            most = _MOST_BYTES if total is None else total
            if most > _MOST_BYTES:
                raise _Fault(f"{wanted.name} is larger than {_MOST_BYTES / 1e9:.0f} GB")
            _write(note, {"url": wanted.url, "mark": _mark(response)})
            kinds = ["sha256", _HASHES.get(len(wanted.digest), "sha256")]
            hashers = _digests(part, kinds) if have else _digests(None, kinds)
            with (
                unfinished(part, go_on=have > 0) as target,
                tqdm(
                    total=total,
                    initial=have,
                    unit="B",
                    unit_scale=True,
                    desc=wanted.name,
                    disable=not self.progress,
                ) as bar,
            ):
                for chunk in _chunks(response):
                    target.write(chunk)
                    for hasher in hashers.values():
                        hasher.update(chunk)
                    have += len(chunk)
                    bar.update(len(chunk))
                    if have > most:
                        break
        if total is not None and have < total:
            raise _Passing(f"The connection was cut after {have:,} of {total:,} bytes")
        if have > most:
            discard(part)
            raise _Fault(f"{wanted.name} is longer than it should be")
        kept = ("ETag", "Last-Modified", "Content-Type")
        return {key: response.headers[key] for key in kept if key in response.headers}, hashers

    @contextmanager
    def _open(self, url: str, headers: Mapping[str, str]) -> Iterator[requests.Response]:
        """Yield the answer to a request, wherever it is redirected to."""
        for _ in range(_MOST_REDIRECTS + 1):
            response = self._ask(url, headers)
            with response:
                target = self.session.get_redirect_target(response)
                if target is None:
                    _check_answer(response, urlsplit(url).hostname)
                    yield response
                    return
            url = _checked(urljoin(url, target), before=url)
        raise _Fault(f"{urlsplit(url).hostname} redirects more than {_MOST_REDIRECTS} times")

    def _ask(self, url: str, headers: Mapping[str, str]) -> requests.Response:
        host = urlsplit(url).hostname
        try:
            return self.session.get(
                url,
                headers={**_AS_IS, **headers},
                stream=True,
                allow_redirects=False,
                timeout=_TIMEOUT,
            )
        except requests.exceptions.SSLError as fault:
            raise _Fault(f"{host} cannot be trusted, its certificate is wrong") from fault
        except requests.exceptions.ProxyError as fault:
            raise _Passing(f"{host} cannot be reached through the proxy") from fault
        except (requests.ConnectionError, requests.Timeout) as fault:
            raise _Passing(f"{host} cannot be reached") from fault
        except (requests.RequestException, ValueError) as fault:
            raise _Fault(f"{_SHORT.repr(url)} cannot be asked for") from fault


def _tried(action: Callable[[], _T]) -> _T:
    """Return what an action returns, which is tried again after faults that may pass."""
    for pause in _PAUSES:
        try:
            return action()
        except _Passing:
            time.sleep(pause)
    return action()


def _check_answer(response: requests.Response, host: str | None) -> None:
    status = response.status_code
    if status in {404, 410}:
        raise _Missing(f"{host} does not have what its catalogue names")
    if status == 429 or status >= 500:
        raise _Passing(f"{host} is out of order (status {status})")
    if status not in {200, 206, 416}:
        raise _Fault(f"{host} refuses the request (status {status})")
    if re.search("gzip|deflate|br|zstd", response.headers.get("Content-Encoding", "")):
        raise _Fault(f"{host} sends the file in another form than it was asked for")


def _chunks(response: requests.Response) -> Iterator[bytes]:
    try:
        yield from response.iter_content(_CHUNK)
    except requests.RequestException as fault:
        host = urlsplit(response.url).hostname
        raise _Passing(f"The connection to {host} was cut") from fault


def _mark(response: requests.Response) -> str:
    """Return by what a server knows this very content again; ``""`` if by nothing."""
    tag = response.headers.get("ETag", "")
    return tag if tag.startswith('"') else response.headers.get("Last-Modified", "")


def _continues(response: requests.Response, have: int, mark: str) -> bool:
    said = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    return said is not None and int(said[1]) == have and _mark(response) in {mark, ""}


def _total(response: requests.Response, have: int) -> int | None:
    """Return the size of the whole file, as far as the server tells it."""
    said = re.search(r"/(\d+)$", response.headers.get("Content-Range", ""))
    if response.status_code == 206 and said:
        return int(said[1])
    length = response.headers.get("Content-Length", "")
    return have + int(length) if length.isdecimal() else None


def _check_content(path: Path, wanted: _Wanted, hashers: _Hashers, sha256: str | None) -> None:
    with path.open("rb") as stream:
        head = stream.read(1000)
    if not (head.startswith(b"PK") if wanted.zipped else _plain(head).startswith(b"{")):
        form = "a zip" if wanted.zipped else "GeoJSON"
        what = f"a web page, not {form}" if _is_page(head) else f"not {form}"
        raise _Fault(f"What {urlsplit(wanted.url).hostname} sends for {wanted.name} is {what}")
    size = path.stat().st_size
    if wanted.size not in {None, size}:
        raise _Fault(f"{wanted.name} has {size:,} bytes, but {wanted.size:,} by the catalogue")
    for digest, whose in ((wanted.digest, "the catalogue gives"), (sha256 or "", "you gave")):
        kind = _HASHES.get(len(digest), "")
        if kind and hashers[kind].hexdigest() != digest.lower():
            raise _Fault(
                f"{wanted.name} has the {kind.upper()} {hashers[kind].hexdigest()}, not the one "
                f"that {whose}, so it was deleted"
            )


def _plain(head: bytes | bytearray) -> bytes | bytearray:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()


def _is_page(head: bytes | bytearray) -> bool:
    return _plain(head)[:20].lower().startswith((b"<!doctype html", b"<html"))


def _digests(path: Path | None, kinds: Iterable[str]) -> dict[str, Any]:
    """Return hashes of a file, or of nothing yet, that can be gone on with."""
    hashers = {kind: hashlib.new(kind, usedforsecurity=False) for kind in kinds}
    if path is not None:
        with path.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                for hasher in hashers.values():
                    hasher.update(chunk)
    return hashers


def _read(path: Path) -> _Record:
    """Return a record of ours; nothing if it is missing or damaged."""
    try:
        return _mapping(json.loads(path.read_bytes()))
    except (OSError, ValueError):
        return {}


def _write(path: Path, record: Mapping[str, object]) -> None:
    with unfinished(path) as stream:
        stream.write(json.dumps(record, indent=2).encode())
