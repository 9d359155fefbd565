"""A sheet as PDF: tagged as one figure that is told in words, in its language and its colours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from io import BytesIO
from typing import Any, Final

import matplotlib as mpl
from fontTools import subset
from matplotlib.figure import Figure
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    ByteStringObject,
    DecodedStreamObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    TextStringObject,
)

from mtmgeo.images.metadata import Facts, software, srgb

#: All that the page shows is one figure.
_FIGURE: Final = b"/Figure <</MCID 0>> BDC\n%b\nEMC"

#: Steps of outlines, and what of their numbers is finer than a thousandth of a point.
_STEPS: Final = re.compile(rb"(?:^[-\d. ]+ [lmc]\n)+", re.MULTILINE)
_FRACTION: Final = re.compile(rb"(\.\d{3})\d+")


def encode(figure: Figure, facts: Facts) -> bytes:
    """Return `figure` as a PDF file of one page.

    Parameters
    ----------
    figure
        To be drawn with the settings of `drawing`.
    facts
        What the file is to say of itself.
    """
    mpl.rcParams["pdf.fonttype"] = 42
    said = {"Title": facts.title, "Subject": facts.about, "Creator": software()}
    drawn, saved = BytesIO(), BytesIO()
    metadata = {key: words for key, words in said.items() if words} | {"CreationDate": None}
    with _plain_fonts():
        figure.savefig(drawn, format="pdf", dpi=figure.dpi, metadata=metadata)
    reader = PdfReader(drawn)
    mark = ByteStringObject(sha256(drawn.getvalue()).digest()[:16])
    reader.trailer[NameObject("/ID")] = ArrayObject([mark, mark])
    writer = PdfWriter(clone_from=reader)
    writer.pdf_header = "%PDF-1.7"
    _describe(writer, facts)
    _tag(writer, facts)
    writer.write(saved)
    return saved.getvalue()


@contextmanager
def _plain_fonts() -> Iterator[None]:
    """Leave out of the fonts in a file how letters are put together: here each has its place.

    These tables take longer to cut down than all else of a font.
    """
    usual = subset.Options._drop_tables_default  # noqa: SLF001  (matplotlib lets nobody choose)
    subset.Options._drop_tables_default = [*usual, "GSUB", "GPOS", "GDEF"]  # noqa: SLF001
    try:
        yield
    finally:
        subset.Options._drop_tables_default = usual  # noqa: SLF001


def _describe(writer: PdfWriter, facts: Facts) -> None:
    """Say the language, the title and the colours of the document."""
    xmp = facts.xmp("application/pdf")
    packet = _stream(writer, xmp, plain=True, Type="/Metadata", Subtype="/XML")
    profile = _stream(writer, srgb(), N=3)
    colours = _dictionary(Type="/OutputIntent", S="/GTS_PDFA1", DestOutputProfile=profile)
    colours.update(_dictionary(OutputConditionIdentifier=TextStringObject("sRGB")))
    viewer = _dictionary(DisplayDocTitle=BooleanObject(bool(facts.title)))
    more = {"Metadata": packet, "OutputIntents": ArrayObject([colours])}
    words = TextStringObject(facts.lang)
    writer.root_object.update(_dictionary(Lang=words, ViewerPreferences=viewer, **more))


def _tag(writer: PdfWriter, facts: Facts) -> None:
    """Make all that the page shows one figure, and say in words what it is."""
    (page,) = writer.pages
    shown: Any = page["/Contents"]
    data = _STEPS.sub(lambda step: _FRACTION.sub(rb"\1", step.group()), shown.get_data())
    shown.set_data(_FIGURE % data)
    page.update(_dictionary(StructParents=0, Tabs="/S"))
    words = TextStringObject(f"{facts.title}. {facts.about}".removeprefix(". "))
    box = _dictionary(O="/Layout", BBox=page.mediabox, Placement="/Block")
    tree, document = _dictionary(Type="/StructTreeRoot"), _dictionary(S="/Document")
    figure = _dictionary(S="/Figure", Alt=words, K=0, A=box, Pg=page.indirect_reference)
    roots, whole, one = (_added(writer, each) for each in (tree, document, figure))
    figure.update(_dictionary(Type="/StructElem", P=whole))
    document.update(_dictionary(Type="/StructElem", P=roots, K=one))
    numbers = ArrayObject([NumberObject(0), ArrayObject([one])])
    tree.update(_dictionary(K=whole, ParentTree=_dictionary(Nums=numbers), ParentTreeNextKey=1))
    marked = _dictionary(Marked=BooleanObject(True))
    writer.root_object.update(_dictionary(StructTreeRoot=roots, MarkInfo=marked))


def _dictionary(**values: Any) -> DictionaryObject:
    """Return a dictionary; names have their slash."""
    made = DictionaryObject()
    for key, value in values.items():
        plain = {str: NameObject, int: NumberObject}.get(type(value))
        made[NameObject(f"/{key}")] = plain(value) if plain else value
    return made


def _stream(
    writer: PdfWriter, data: bytes, *, plain: bool = False, **values: Any
) -> IndirectObject:
    """Add a stream, packed unless it has to be found by programs that know no PDF."""
    stream = DecodedStreamObject()
    stream.set_data(data)
    stream.update(_dictionary(**values))
    return _added(writer, stream if plain else stream.flate_encode())


def _added(writer: PdfWriter, thing: PdfObject) -> IndirectObject:
    return writer._add_object(thing)  # noqa: SLF001  (pypdf has no other way)
