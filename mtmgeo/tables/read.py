"""CSV and XLSX files into numbered rows, and the faults of one file gathered into sentences."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
import warnings
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

from mtmgeo.core.errors import InputError
from mtmgeo.tables.faults import Faults, plain_text, show, show_all

#: Row numbers as a spreadsheet shows them, and cells; blank rows are left out.
Rows: TypeAlias = list[tuple[int, list[object]]]

#: Returns how many known headings a row holds.
Score: TypeAlias = Callable[[Sequence[object]], int]

#: Rows in which the headings are looked for.
HEAD: Final = 20
_MOST_BYTES: Final = 200_000_000  # of a file, and of what a workbook unpacks to
_MOST_ROWS: Final = 1_048_576  # a spreadsheet has no more
_OTHER_FORMATS: Final = frozenset([".xls", ".xlsb", ".ods", ".fods", ".numbers"])
_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0"


def blank(cell: object) -> bool:
    """Return whether a cell is empty or holds white space only."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def kept(numbered: Iterable[tuple[int, Iterable[object]]]) -> Rows:
    """Return the rows that are not blank, empty cells being None, and none at the end."""
    filled: Rows = []
    for number, row in numbered:
        cells = [None if cell == "" else cell for cell in row]
        while cells and cells[-1] is None:
            cells.pop()
        if not all(blank(cell) for cell in cells):
            filled.append((number, cells))
    return filled


def read_rows(
    path: Path,
    *,
    score: Score,
    faults: Faults,
    sheet: str | None = None,
    encoding: str | None = None,
    option: str | None = "--encoding ",
    usual: str | None = None,
) -> Rows:
    """Return the rows of a CSV or XLSX file; `faults` learns which sheet was read.

    Parameters
    ----------
    path
        The file. What it holds decides how it is read, not what it is called.
    score
        Tells headings, to find the sheet and the delimiter.
    faults
        Where to name what is wrong.
    sheet
        Worksheet to read; by default the only visible one with a row that scores.
    encoding
        Encoding of a CSV that is not UTF-8.
    option
        The words before the encoding on the command line; None: there are none.
    usual
        Worksheet that is read if it is there.

    Raises
    ------
    InputError
        If the file, the sheet or the text cannot be read.
    """
    raw = _bytes(path, faults)
    if raw.startswith(_ZIP):
        return _workbook_rows(raw, sheet, usual, score, faults)
    text = _decoded(raw, encoding, faults, option)
    return _csv_rows(text, score, faults)


def _bytes(path: Path, faults: Faults) -> bytes:
    suffix = path.suffix.lower()
    try:
        if not path.exists():
            faults.stop(
                f"there is no such file at {plain_text(path)}", "check the folder and the name"
            )
        if not path.is_file():
            faults.stop("this is a folder, not a file", "name the CSV or XLSX file in it")
        if path.stat().st_size > _MOST_BYTES:
            faults.stop("the file is larger than 200 MB", "split it, or keep the table only")
        raw = path.read_bytes()
    except OSError as error:
        faults.stop(f"the file cannot be read ({error.strerror})", "close or unlock it")
    if not raw.strip():
        faults.stop("the file is empty", "check that it was saved or downloaded in full")
    if suffix in _OTHER_FORMATS:
        faults.stop(f"{suffix} files are not read", "save it as .xlsx")
    if raw.startswith(_OLE):
        faults.stop("this is an old or a password-protected workbook", "save it as a plain .xlsx")
    if suffix in {".xlsx", ".xlsm"} and not raw.startswith(_ZIP):
        faults.stop("this is no Excel workbook in spite of its name", "save it as .xlsx again")
    return raw


def _decoded(raw: bytes, encoding: str | None, faults: Faults, option: str | None) -> str:
    save = "save it as 'CSV UTF-8'"

    def mended(by: str) -> str:
        return f"{save}, or give {option}{by}" if option else save

    if encoding is None and raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        faults.stop("the text is UTF-16, not UTF-8", mended("utf-16"))
    try:
        text = raw.decode(encoding or "utf-8").removeprefix("\ufeff")
    except LookupError:
        faults.stop(f"{show(encoding)} is no encoding of text", "try utf-8 or cp1251")
    except UnicodeError as error:
        row = raw.count(b"\n", 0, getattr(error, "start", 0)) + 1
        if encoding is not None:
            faults.stop(f"the text is not {encoding}", "name the encoding it was saved in", row=row)
        likely = _likely_encoding(raw)
        faults.stop(f"the text is not UTF-8 but {likely}, it seems", mended(likely), row=row)
    if "\0" in text:
        row = text.count("\n", 0, text.index("\0")) + 1
        faults.stop("there is a NUL byte, so this is no plain text", f"{save} again", row=row)
    if encoding is not None and not raw.isascii() and _is_utf8_in_disguise(raw, text):
        faults.stop(f"the text is UTF-8, not {encoding}", "leave out --encoding")
    return text


def _is_utf8_in_disguise(raw: bytes, text: str) -> bool:
    try:
        return raw.decode("utf-8-sig") != text
    except UnicodeDecodeError:
        return False


def _likely_encoding(raw: bytes) -> str:
    """Tell Cyrillic from accented Latin letters: only the former come in whole words."""
    words = re.findall(rb"[\x80-\xff]+", raw)
    return "cp1251" if sum(map(len, words)) > 2 * len(words) else "cp1252"


def _csv_rows(text: str, score: Score, faults: Faults) -> Rows:
    delimiter = max(",;\t", key=lambda each: _head_score(text, each, score))
    stream = io.StringIO(text, newline="")
    rows: list[list[str]] = []
    try:
        # A quotation mark in a comment must not swallow the lines below it.
        while text.startswith("#", position := stream.tell()):
            rows += csv.reader([stream.readline()], delimiter=delimiter)
        stream.seek(position)
        rows.extend(csv.reader(stream, delimiter=delimiter, strict=True))
    except csv.Error:
        what = "a quotation mark does not pair up, or a cell is longer than 131,072 characters"
        faults.stop(what, "mend the quotation marks from this row on", row=len(rows) + 1)
    return kept(enumerate(rows, start=1))


def _head_score(text: str, delimiter: str, score: Score) -> tuple[int, int]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = list(itertools.islice(reader, HEAD))
    except csv.Error:
        return (0, 0)
    return max(((score(row), len(row)) for row in rows), default=(0, 0))


def _workbook_rows(
    raw: bytes, sheet: str | None, usual: str | None, score: Score, faults: Faults
) -> Rows:
    from openpyxl import load_workbook

    def book(*, data_only: bool) -> Any:
        return load_workbook(io.BytesIO(raw), read_only=True, data_only=data_only, keep_links=False)

    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and validations, which are not read
            if sum(member.file_size for member in archive.infolist()) > _MOST_BYTES:
                faults.stop("the workbook unpacks to over 200 MB", "copy the table to a new one")
            values = book(data_only=True)
            faults.sheet = _pick_sheet(values, sheet, usual, score, faults)
            rows = _sheet_rows(values[faults.sheet])
            parts = [each for each in archive.namelist() if each.startswith("xl/worksheets/")]
            if any(b"<f" in archive.read(part) for part in parts):
                formulas = book(data_only=False)[faults.sheet]
                _check_formulas(values[faults.sheet], formulas, faults)
    except InputError:
        raise
    except Exception as error:  # noqa: BLE001  a damaged workbook fails anywhere in its reader
        what = f"the workbook is damaged ({type(error).__name__})"
        faults.stop(what, "open it in a spreadsheet program and save it as .xlsx")
    return rows


def _sheet_rows(sheet: Any, most: int = _MOST_ROWS) -> Rows:
    sheet.reset_dimensions()  # some programs declare wrong ones
    values = itertools.islice(sheet.iter_rows(values_only=True), most)
    return kept(enumerate(values, start=1))


def _pick_sheet(
    book: Any, named: str | None, usual: str | None, score: Score, faults: Faults
) -> str:
    names: list[str] = [each.title for each in book.worksheets]
    if usual in names:
        return str(usual)
    mend = f"name one of {show_all(names)} with --sheet"
    if usual is not None:
        mend = f"rename the one to be read to {show(usual)}"
    if named is not None:
        if named not in names:
            faults.stop(f"there is no sheet {show(named)}", mend)
        return named
    shown = [each for each in book.worksheets if each.sheet_state == "visible"]
    heads: dict[str, Rows] = {each.title: _sheet_rows(each, HEAD) for each in shown}
    filled = [name for name, head in heads.items() if head]
    found = [name for name in filled if any(score(cells) for _, cells in heads[name])]
    if not filled:
        faults.stop("no visible sheet holds any data", mend)
    if len(found) != 1 and len(filled) != 1:
        which = f"sheets {show_all(found)} each have" if found else "no sheet has"
        faults.stop(f"{which} headings of places", mend)
    return (found or filled)[0]


def _check_formulas(values: Any, formulas: Any, faults: Faults) -> None:
    """Find formulas without a stored result, which would pass for blank cells."""
    mend = "open the file in a spreadsheet program and save it, or paste the values"
    formulas.reset_dimensions()
    pairs = zip(values.iter_rows(), formulas.iter_rows(), strict=True)
    for value_row, formula_row in itertools.islice(pairs, _MOST_ROWS):
        for value, formula in zip(value_row, formula_row, strict=True):
            if formula.data_type == "f" and value.value is None and value.data_type == "n":
                what = "the formula has no stored result"
                faults.add(what, mend, row=formula.row, column=formula.column_letter)
