"""What the file of a sheet says of itself: title, description, disclaimer, language, colours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Final

from matplotlib.figure import Figure
from PIL.ImageCms import ImageCmsProfile, createProfile

from mtmgeo import __version__
from mtmgeo.core.errors import SpecError

#: What no XML file may hold.
_UNSAYABLE: Final = re.compile(r"[^ -~\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+")
_CODE: Final = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")

_XMP: Final = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<dc:format>{format}</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{about}</rdf:li></rdf:Alt></dc:description>
<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">{rights}</rdf:li></rdf:Alt></dc:rights>
<dc:language><rdf:Bag><rdf:li>{lang}</rdf:li></rdf:Bag></dc:language>
<xmp:CreatorTool>{software}</xmp:CreatorTool>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


@dataclass(frozen=True)
class Facts:
    """What a file says of itself.

    Attributes
    ----------
    title
        Of the map; empty where it has none.
    alt
        What the map shows, in words, for those who do not see it; may be empty.
    disclaimer
        The sentence.
    lang
        Language of the map, by its code (BCP 47).
    """

    title: str
    alt: str
    disclaimer: str
    lang: str

    @property
    def about(self) -> str:
        """What the map shows, and the disclaimer."""
        return f"{self.alt} {self.disclaimer}".strip()

    def xmp(self, kind: str) -> bytes:
        """Return the facts as an XMP packet for a file of that MIME type."""
        words = {
            "format": kind,
            "title": self.title,
            "about": self.about,
            "rights": self.disclaimer,
            "lang": self.lang,
            "software": software(),
        }
        return _XMP.format(**{key: escape(value) for key, value in words.items()}).encode()


def facts(figure: Figure, sentence: str) -> Facts:
    """Return what the file of `figure` is to say.

    Parameters
    ----------
    figure
        Its label is the title. It may have ``alt``, what it shows in words, and ``lang``, the code
        of its language; without these it has no description, and is in English.
    sentence
        The disclaimer that it shows.

    Raises
    ------
    SpecError
        If ``lang`` is no code of a language.
    """
    lang = str(getattr(figure, "lang", "en"))
    if not _CODE.fullmatch(lang):
        raise SpecError(f"{lang[:40]!r} is no code of a language: write one such as 'en' or 'ky'.")
    return Facts(_plain(figure.get_label()), _plain(getattr(figure, "alt", "")), sentence, lang)


def _plain(words: object) -> str:
    """Return one line of what every format can hold."""
    return " ".join(_UNSAYABLE.sub(" ", str(words)).split())


def software() -> str:
    """Return name and version of what made the file."""
    return f"mtmgeo {__version__}"


@cache
def srgb() -> bytes:
    """Return the ICC profile of the colours, without the time at which it was made."""
    profile = bytearray(ImageCmsProfile(createProfile("sRGB")).tobytes())
    profile[24:36] = b"\x07\xe6\x00\x01\x00\x01" + bytes(6)  # the first day of 2022
    return bytes(profile)
