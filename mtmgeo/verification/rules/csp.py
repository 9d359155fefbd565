"""The security policy of a page: which of its scripts and styles a browser may use.

A page names, by hash, each script that is in it; whatever is put into it later does not run.
"""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urlsplit

from mtmgeo.core import disclaimer

#: The attribute of ``<meta>`` that makes it a policy.
HEADER: Final = "Content-Security-Policy"

#: The type of scripts that are data: no browser runs them, so no policy needs to know them.
DATA: Final = "application/json"

_ORIGIN: Final = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?")
_HEAD: Final = re.compile(r"<head\b[^>]*>(\s*<meta\b[^>]*\bcharset\b[^>]*>)?", re.IGNORECASE)


class _Reader(HTMLParser):
    """Collects what a page runs, what styles it, and where it loads more from."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.texts: dict[str, list[str]] = {"script": [], "style": []}
        self.origins: dict[str, set[str]] = {"script": set(), "link": set(), "img": set()}
        self._within: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where an element loads from, or that a script or style sheet begins."""
        given = dict(attrs)
        place = given.get("href" if tag == "link" else "src")
        if place and tag in self.origins:
            self.origins[tag].add(_origin(place))
        elif tag in self.texts and given.get("type") != DATA:
            self._within = self.texts[tag]
            self._within.append("")

    def handle_endtag(self, tag: str) -> None:
        """Note that a script or style sheet ends."""
        if tag in self.texts:
            self._within = None

    def handle_data(self, data: str) -> None:
        """Keep the text of a script or style sheet."""
        if self._within is not None:
            self._within[-1] += data


def policy(html: str, *, extras: bool = False) -> str:
    """Return the security policy of a finished page.

    Parameters
    ----------
    html
        The page.
    extras
        Whether it holds layers that are not ours. These style as they like, and load what the page
        says that they load, and pictures, fonts and data from anywhere with HTTPS. Scripts and
        style sheets from elsewhere serve a map in a notebook, or what ``render`` returns, alone: a
        page that loads any is refused when it is saved or written.
    """
    reader = _Reader()
    reader.feed(re.sub("\r\n?", "\n", html))
    reader.close()
    origins = {tag: sorted(filter(None, found)) for tag, found in reader.origins.items()}
    scripts = [*map(digest, reader.texts["script"])]
    styles = [*map(digest, reader.texts["style"]), "'unsafe-hashes'", digest(disclaimer.HTML_STYLE)]
    more = ["https:"] if extras else []
    rules = {
        "default-src": ["'none'"],
        "script-src": [*scripts, *(origins["script"] if extras else [])] or ["'none'"],
        "style-src": ["'unsafe-inline'", *origins["link"]] if extras else styles,
        "img-src": ["data:", "blob:", *more, *(origins["img"] if extras else [])],
        "font-src": ["data:", *more],
        **({"connect-src": more, "frame-src": ["data:", *more]} if extras else {}),
        "form-action": ["'none'"],
        "base-uri": ["'none'"],
    }
    return ";".join(" ".join([name, *dict.fromkeys(values)]) for name, values in rules.items())


def with_policy(html: str, *, extras: bool = False) -> str:
    """Return a page with its security policy, which stands in its head before all that it governs.

    Only what says how the page is encoded may come before it, as browsers look for that in the
    first kilobyte.
    """
    meta = f'<meta http-equiv="{HEADER}" content="{policy(html, extras=extras)}">'
    return _HEAD.sub(lambda found: f"{found.group()}\n{meta}", html, count=1)


def digest(text: str) -> str:
    """Return the source expression that allows one script, style sheet or style attribute."""
    code = hashlib.sha256(text.encode("utf-8", "backslashreplace")).digest()
    return f"'sha256-{base64.b64encode(code).decode()}'"


def allows_style(rules: str, style: str) -> bool:
    """Return whether a policy lets an element have `style` as an attribute."""
    sources = _sources(rules, "style-src-attr", "style-src", "default-src")
    if sources is None or {"'unsafe-hashes'", digest(style)} <= sources:
        return True
    return "'unsafe-inline'" in sources and not any(
        source.startswith(("'sha", "'nonce-")) for source in sources
    )


def knows_script(rules: str, script: str) -> bool:
    """Return whether a policy names a script by its hash, or says nothing of scripts."""
    sources = _sources(rules, "script-src-elem", "script-src", "default-src")
    return sources is None or digest(script) in sources


def _sources(rules: str, *names: str) -> set[str] | None:
    """Return the sources in the first of the named directives that a policy has."""
    parts = [part.split() for part in rules.split(";")]
    found = {part[0].lower(): {*part[1:]} for part in reversed(parts) if part}
    return next((found[name] for name in names if name in found), None)


def _origin(place: str) -> str:
    """Return where a URL leads, as a source expression; an empty one for what is in the page."""
    try:
        url = urlsplit(place.strip(), "https")
        origin = f"{url.scheme}://{url.netloc}".lower()
    except ValueError:
        return ""
    if not url.netloc:
        return "'self'" if url.scheme == "https" else ""
    return origin if _ORIGIN.fullmatch(origin) else ""
