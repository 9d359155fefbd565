"""The HTML that puts a finished map into another page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

from mtmgeo.core.errors import InputError
from mtmgeo.verification.verify import verify

#: ``id`` of the element that holds a map's data; a page without it is no map.
DATA_ID: Final = "mtmgeo-data"

#: Scripts draw the map, downloads save it. Its own origin it does not need: without that, it has
#: no hold on the host's page, cookies or storage, even where both come from one server.
_FRAME: Final = (
    'loading="lazy" sandbox="allow-scripts allow-downloads" allow="fullscreen; clipboard-write" '
    'referrerpolicy="no-referrer"'
)
_WIDTH: Final = 960

#: Signs that content systems take for a shortcode, a token or a template, in attributes too.
_SIGNS: Final = {ord(sign): f"&#{ord(sign)};" for sign in "[]{}"}

_PLAIN: Final = (
    "border:0;max-width:100%;height:auto;aspect-ratio:{ratio};min-height:min(480px,90vh)"
)
#: As the style of an element with ``!important``, this outdoes any style sheet of the host.
_WRAPPER: Final = "all:initial!important;display:block!important;width:100%!important"
_RESPONSIVE: Final = (
    f"{_WRAPPER};height:auto!important;aspect-ratio:{{ratio}}!important;"
    "min-height:min(480px,90vh)!important;max-height:90vh!important;border:0!important"
)


@dataclass(frozen=True)
class Embedding:
    """A map in another page, each way in one line of HTML that needs no script.

    Attributes
    ----------
    iframe
        The frame alone, 960 pixels wide where there is room.
    responsive
        As wide as its place, in a block of its own, and proof against the host's style sheets.
    """

    iframe: str
    responsive: str


def embed(page: str | Path, *, url: str | None = None, ratio: str = "16/10") -> Embedding:
    """Return the HTML that puts a finished map into another page.

    Parameters
    ----------
    page
        The map, an HTML file that `write` made.
    url
        Where the map will lie, perhaps with the fragment of a shared view; None if beside the
        page that shows it, under its own name.
    ratio
        Width to height, two numbers. It gives way where the map would be lower than 480 pixels or,
        in the responsive form, higher than most of the window.

    Returns
    -------
    embedding
        The frame alone, and the responsive form.

    Raises
    ------
    InputError
        If the file is no map or does not pass `verify`, or the address or ratio cannot be used.
    """
    path = Path(page)
    title, language = _read(path)
    width, height = _sides(ratio)
    shape = {"ratio": f"{width:g}/{height:g}"}
    source = quote(path.name) if url is None else _address(url)
    start = f'<iframe src="{_value(source)}" title="{_value(title)}"'
    start += f' lang="{_value(language)}"' if language else ""
    pixels = round(_WIDTH * height / width)

    def frame(wide: str, style: str) -> str:
        style = style.format(**shape)
        return f'{start} width="{wide}" height="{pixels}" {_FRAME} style="{style}"></iframe>'

    responsive = f'<div style="{_WRAPPER}">{frame("100%", _RESPONSIVE)}</div>'
    return Embedding(frame(str(_WIDTH), _PLAIN), responsive)


def _read(path: Path) -> tuple[str, str]:
    """Return title and language of a map."""
    import html5lib

    refused = f"{path.name or path} cannot be embedded"
    if path.suffix.lower() not in (".html", ".htm") or path.is_dir():
        raise InputError(f"{refused}: give a map that is an .html file.")
    (finding,) = verify(path)
    if not finding.ok:
        raise InputError(f"{refused}. {finding.faults[0]}")
    root = html5lib.parse(path.read_bytes(), namespaceHTMLElements=False, useChardet=False)
    if root.find(f".//script[@id='{DATA_ID}']") is None:
        raise InputError(f"{refused}: it is no map that mtmgeo made.")
    title = " ".join((root.findtext("head/title") or "").split())
    return title or path.stem, root.get("lang", "")


def _sides(ratio: str) -> tuple[float, float]:
    sides = re.fullmatch(r"([0-9]{1,5}(?:\.[0-9]+)?)[/:]([0-9]{1,5}(?:\.[0-9]+)?)", ratio)
    width, height = (float(side) for side in sides.groups()) if sides else (0.0, 0.0)
    if not 0 < height / 5 <= width <= 5 * height:
        raise InputError(
            f"The ratio '{ratio}' cannot be used: give width and height such as 16/10, neither "
            "more than five times the other."
        )
    return width, height


def _address(url: str) -> str:
    try:
        parts = urlsplit(url)
        # Browsers show no frame whose address has a password. `port` is read to see that it is one.
        sound = "@" not in parts.netloc and parts.port != 0
        sound &= bool(parts.hostname if parts.scheme or url.startswith("//") else parts.path)
    except ValueError:
        sound = False
    if (
        not sound
        or parts.scheme not in ("https", "http", "")
        or re.search(r"[\s\\\x00-\x1f\x7f]", url)
    ):
        raise InputError(
            f"The address '{url}' cannot be used: give that of the map, such as "
            "https://example.org/map.html."
        )
    return url


def _value(text: str) -> str:
    return escape(text).translate(_SIGNS)
