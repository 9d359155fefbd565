"""Files into grids: cells with the numbers of their rows, whatever format they came in."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from mtmgeo.core.errors import InputError
from mtmgeo.tables.columns.faults import Faults, plain_text, show, show_all

Objects: TypeAlias = npt.NDArray[np.object_]
#: Returns how much a row looks like headings that are known.
Score: TypeAlias = Callable[[Sequence[object]], int]

#: What a row of headings scores more that counts people.
COUNTS: Final = 1000
#: Rows in which the headings are looked for.
HEAD: Final = 40
_MOST_BYTES: Final = 200_000_000  # of a file, and of what a workbook unpacks to
_HEAD_SIGNS: Final = 400_000
_EXACT: Final = 2.0**53
_LONG: Final = 5000  # rows that are many
_CLEARLY: Final = 1.15  # times by which a sheet must be richer than the next
_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0"
_SHEETS: Final = frozenset([".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"])
_OTHERS: Final = frozenset([".fods", ".numbers"])
_FORM: Final = frozenset(["survey", "choices", "settings", "external_choices", "entities"])
_FAILED: Final = "a quotation mark does not pair up, or a cell is longer than 131,072 characters"
_BARE: Final = re.compile(
    rb'<c r="([A-Z]+)(\d+)"([^>]*)>\s*<f(?:[^>]*/>|[^>]*>[^<]*</f>)'
    rb"\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>"
)
_ERRORS: Final = re.compile(
    rb'<c r="([A-Z]+)(\d+)"[^>]*t="e"[^>]*>(?:<f.*?</f>|<f[^>]*/>)?<v>([^<]*)</v>'
)
_HIDDEN: Final = re.compile(rb'<row [^>]*?\br="(\d+)"[^>]*?\bhidden="(?:1|true)"')


@dataclass(frozen=True, eq=False)
class Grid:
    """The cells of a table, blank rows left out.

    Attributes
    ----------
    columns
        The cells, one array a column; None where a cell is empty.
    rows
        For each row, its number as a spreadsheet shows it.
    merged
        Ranges of cells that are merged: first and last row (as in `rows`), first and last column.
    hidden
        Numbers of rows that are hidden.
    separator
        Of a CSV; empty for other formats.
    bare
        Row and column of formulas without a stored result, which look like blank cells.
    repeats
        The sheets beside it whose rows belong to its rows, by name.
    """

    columns: list[Objects]
    rows: npt.NDArray[np.int64]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    hidden: frozenset[int] = frozenset()
    separator: str = ""
    bare: tuple[tuple[int, int], ...] = ()
    repeats: Mapping[str, Grid] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    def numbered(self) -> list[tuple[int, list[object]]]:
        """Return the rows with their numbers, from the first."""
        return [(int(number), self.row(at)) for at, number in enumerate(self.rows)]

    def row(self, at: int) -> list[object]:
        """Return the cells of a row."""
        return [column[at] for column in self.columns]


def blank(cell: object) -> bool:
    """Return whether a cell is empty or holds white space only."""
    return cell is None or (isinstance(cell, str) and not cell.strip()) or cell != cell  # noqa: PLR0124  (not a number)


def factorized(cells: Objects) -> tuple[npt.NDArray[np.intp], Objects]:
    """Return which distinct value each cell holds, and the values; what is missing is None."""
    codes, said = pd.factorize(cells)
    if (codes < 0).any():
        codes[codes < 0] = len(said)
        said = np.append(said, np.array([None], dtype=object))
    return codes, said


def absent(cells: Objects) -> npt.NDArray[np.bool_]:
    """Return which cells of a column are None."""
    missing: npt.NDArray[np.bool_] = (cells == None).astype(np.bool_)  # noqa: E711  cell by cell
    return missing


def empty(cells: Objects) -> npt.NDArray[np.bool_]:
    """Return which cells of a column are blank."""
    blanks = [cell for cell in set(cells.tolist()) if blank(cell)]
    if not blanks:
        return np.zeros(len(cells), dtype=bool)
    gone = absent(cells)
    for cell in blanks:
        gone |= (cells == cell) if isinstance(cell, str) else pd.isna(cells)
    return gone


def gridded(columns: Sequence[Objects], numbers: npt.NDArray[np.int64], **more: Any) -> Grid:
    """Return a grid of columns without the rows that are blank."""
    filled = np.zeros(len(numbers), dtype=bool)
    tidy = []
    for column in columns:
        gone = empty(column)
        if gone.any():
            column = column.copy()  # noqa: PLW2901
            column[gone & ((column == "") | pd.isna(column))] = None
        filled |= ~gone
        tidy.append(column)
    if not filled.all():
        tidy = [column[filled] for column in tidy]
    return Grid(tidy, numbers[filled], **more)


def of_rows(numbered: Iterable[tuple[int, Sequence[object]]], **more: Any) -> Grid:
    """Return a grid of numbered rows, which may differ in length."""
    listed = list(numbered)
    wide = max((len(cells) for _, cells in listed), default=0)
    columns = [np.empty(len(listed), dtype=object) for _ in range(wide)]
    for at, (_, cells) in enumerate(listed):
        for to, cell in enumerate(cells):
            columns[to][at] = cell
    return gridded(columns, np.array([number for number, _ in listed], dtype=np.int64), **more)


def of_frame(frame: pd.DataFrame) -> Grid:
    """Return a grid of a DataFrame, its headings in row 1."""
    columns = []
    for at, heading in enumerate(frame.columns):
        values = frame.iloc[:, at]
        if pd.api.types.infer_dtype(values, skipna=True) == "mixed":
            values = values.map(lambda cell: str(cell) if isinstance(cell, list | dict) else cell)
        cells = np.empty(len(frame) + 1, dtype=object)
        cells[0] = heading
        cells[1:] = values.astype(object).where(values.notna(), None).to_numpy(dtype=object)
        columns.append(cells)
    return gridded(columns, np.arange(1, len(frame) + 2))


def read_grid(
    path: Path,
    *,
    score: Score,
    faults: Faults,
    sheet: str | None = None,
    encoding: str | None = None,
    usual: str | None = None,
    option: str | None = "--encoding ",
    is_repeat: Callable[[Sequence[Sequence[object]]], bool] | None = None,
) -> Grid:
    """Return the grid of a CSV, XLSX, XLS, XLSB or ODS file; `faults` learns the sheet.

    Parameters
    ----------
    path
        The file. What it holds decides how it is read, not what it is called.
    score
        Tells headings, to find the sheet and the separator.
    faults
        Where to name what is wrong, and to remark what was read otherwise than it looks.
    sheet
        Worksheet to read; by default the only visible one with a row that scores.
    encoding
        Encoding of a CSV; found where None.
    usual
        Worksheet that is read if it is there.
    option
        The words before an encoding on the command line; None: there are none.
    is_repeat
        Tells sheets by their first rows whose rows belong to those of another; None: none do.

    Raises
    ------
    InputError
        If the file, the sheet or the text cannot be read.
    """
    raw = _bytes(path, faults)
    if raw.startswith((_ZIP, _OLE)):
        return _workbook(raw, path.suffix.lower(), sheet, usual, score, faults, is_repeat)
    text = _decoded(raw, encoding, faults, option)
    if text.lstrip()[:1] in ("[", "{") and (records := _records(text)) is not None:
        return of_frame(pd.DataFrame(records))
    return _csv(text, score, faults)


def _records(text: str) -> list[dict[str, object]] | None:
    """Return the records of a JSON file, as web interfaces give them; None of other text."""
    try:
        found = json.loads(text)
    except ValueError:
        return None
    while isinstance(found, dict):
        lists = [value for value in found.values() if isinstance(value, list) and value]
        if len(lists) != 1:
            return None
        found = lists[0]
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        return None
    plain = (str, int, float, bool, type(None))
    return [
        {str(key): cell for key, cell in each.items() if isinstance(cell, plain)} for each in found
    ]


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
    if suffix in _OTHERS:
        faults.stop(f"{suffix} files are not read", "save it as .xlsx")
    if suffix in _SHEETS and not raw.startswith((_ZIP, _OLE)):
        if raw.lstrip()[:200].lower().startswith((b"<html", b"<!doctype", b"<table", b"<?xml")):
            faults.stop(
                "this is a web page or XML under the name of a workbook",
                "open it in a spreadsheet program and save it as .xlsx",
            )
        faults.stop("this is no workbook in spite of its name", "save it as .xlsx again")
    return raw


# --- CSV ----------------------------------------------------------------------------------------


def _decoded(raw: bytes, encoding: str | None, faults: Faults, option: str | None) -> str:
    save = "save it as 'CSV UTF-8'"
    if encoding is None:
        encoding = _found_encoding(raw, faults, option)
    if not encoding.lower().startswith("utf"):
        faults.encoding = encoding
    try:
        text = raw.decode(encoding).removeprefix("\ufeff")
    except LookupError:
        faults.stop(f"{show(encoding)} is no encoding of text", "try utf-8 or cp1251")
    except UnicodeError as error:
        row = raw.count(b"\n", 0, getattr(error, "start", 0)) + 1
        faults.stop(f"the text is not {encoding}", "name the encoding it was saved in", row=row)
    if "\0" in text:
        row = text.count("\n", 0, text.index("\0")) + 1
        faults.stop("there is a NUL byte, so this is no plain text", f"{save} again", row=row)
    if not raw.isascii() and encoding not in ("utf-8", "utf-8-sig") and _is_utf8(raw, text):
        faults.stop(f"the text is UTF-8, not {encoding}", "leave out --encoding")
    return text


def _found_encoding(raw: bytes, faults: Faults, option: str | None) -> str:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        faults.remark("the text is UTF-16")
        return "utf-16"
    if b"\0" in raw[:4000] and len(raw) % 2 == 0:  # without a mark, as some programs do
        for name in ("utf-16-le", "utf-16-be"):
            head = raw[:4000].decode(name, "replace")
            if re.search(r"\w[,;\t\r\n|]", head):
                strange = sum(not (c.isprintable() or c in "\r\n\t") for c in head)
                if not strange and "\ufffd" not in head[:-1]:
                    faults.remark("the text is UTF-16")
                    return name
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        likely = _likely_encoding(raw)
        other = f"; if names look wrong, give {option}" + "..." if option else ""
        faults.remark(f"the text is not UTF-8 but {likely}, it seems{other}")
        return likely
    return "utf-8"


def _is_utf8(raw: bytes, text: str) -> bool:
    try:
        return raw.decode("utf-8-sig") != text
    except UnicodeDecodeError:
        return False


def _likely_encoding(raw: bytes) -> str:
    """Tell Cyrillic from accented Latin letters: only the former come in whole words."""
    words = re.findall(rb"[\x80-\xff]+", raw)
    cyrillic = sum(map(len, words)) > 2 * len(words)
    if not cyrillic and any(raw.count(byte) for byte in (b"\x81", b"\x8d", b"\x8f", b"\x90")):
        return "latin-1"  # bytes that cp1252 leaves out
    return "cp1251" if cyrillic else "cp1252"


def _csv(text: str, score: Score, faults: Faults) -> Grid:
    first, _, rest = text.partition("\n")
    declared = re.fullmatch(r"\s*\"?sep=(.)\"?[,;\s]*", first)
    skipped = 0
    if declared:
        text, skipped = rest, 1
    separator = (
        declared[1] if declared else max(",;\t|", key=lambda each: _head_score(text, each, score))
    )
    head, body, at = _comments(text, separator)
    numbered = [(number + skipped, cells) for number, cells in enumerate(head, start=1)]
    columns = _fast(text[at:] if at else text, separator)
    if columns is None:
        rows = _slow(text[at:], separator, len(head) + skipped, faults)
        numbered += list(enumerate(rows, start=len(numbered) + 1 + skipped))
        return of_rows(numbered, separator=separator)
    del body
    numbers = np.arange(1, (len(columns[0]) if columns else 0) + 1) + len(head) + skipped
    grid = gridded(columns, numbers, separator=separator)
    if not numbered:
        return grid
    above = of_rows(numbered)
    wide = max(len(above.columns), len(grid.columns))
    nothing = np.full(len(above), None, dtype=object), np.full(len(grid), None, dtype=object)
    parts = [
        np.concatenate(
            [
                above.columns[each] if each < len(above.columns) else nothing[0],
                grid.columns[each] if each < len(grid.columns) else nothing[1],
            ]
        )
        for each in range(wide)
    ]
    return Grid(parts, np.concatenate([above.rows, grid.rows]), separator=separator)


def _comments(text: str, separator: str) -> tuple[list[list[str]], None, int]:
    """Return the cells of the lines that begin with ``#``, and where the text goes on.

    A quotation mark in a comment must not swallow the lines below it.
    """
    at, head = 0, []
    while text.startswith("#", at):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end + 1
        line = text[at:end].rstrip("\r\n")
        head.append(next(iter(csv.reader([line], delimiter=separator)), []))
        at = end
    return head, None, at


def _fast(text: str, separator: str) -> list[Objects] | None:
    """Return the columns of a text by the parser of pandas; None where it is not sure of it."""
    if not text.strip():
        return []
    lines = itertools.islice(io.StringIO(text[:_HEAD_SIGNS], newline=""), 500)
    width = max((line.count(separator) for line in lines), default=0) + 1
    try:
        frame = pd.read_csv(
            io.StringIO(text, newline=""),
            sep=separator,
            header=None,
            names=range(width),
            index_col=False,
            dtype=object,
            keep_default_na=False,
            na_filter=False,
            skip_blank_lines=False,
            on_bad_lines="error",
            engine="c",
            low_memory=False,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError):
        return None
    if text.count('"') % 2:
        return None
    columns = [frame[name].to_numpy(dtype=object) for name in frame]
    while columns and all(cell is None or cell == "" or cell != cell for cell in columns[-1]):  # noqa: PLR0124
        columns.pop()
    return columns


def _slow(text: str, separator: str, above: int, faults: Faults) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        rows.extend(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error:
        row = above + len(rows) + 1
        faults.stop(_FAILED, "mend the quotation marks from this row on", row=row)
    return rows


def _head_score(text: str, separator: str, score: Score) -> tuple[int, int, int]:
    reader = csv.reader(io.StringIO(text[:_HEAD_SIGNS], newline=""), delimiter=separator)
    try:
        rows = list(itertools.islice(reader, HEAD))
    except csv.Error:
        return (0, 0, 0)
    lengths = [len(row) for row in rows if len(row) > 1]
    steady = max(map(lengths.count, set(lengths)), default=0)
    best = max(((score(row), len(row)) for row in rows), default=(0, 0))
    return best[0], steady, best[1]


# --- workbooks ----------------------------------------------------------------------------------


def _workbook(
    raw: bytes,
    suffix: str,
    sheet: str | None,
    usual: str | None,
    score: Score,
    faults: Faults,
    is_repeat: Callable[[Sequence[Sequence[object]]], bool] | None,
) -> Grid:
    import python_calamine as calamine

    damaged = "open it in a spreadsheet program and save it as .xlsx"
    try:
        if raw.startswith(_ZIP):
            _check_size(raw, faults)
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw))
        sheets = _Sheets(book)
        repeats = [] if is_repeat is None else _repeats(sheets, is_repeat)
        faults.sheet = _pick_sheet(sheets, sheet, usual, score, faults, repeats)
        grid = _sheet(raw, sheets, faults.sheet)
        if faults.sheet not in repeats:
            grid = replace(grid, repeats={each: _sheet(raw, sheets, each) for each in repeats})
    except InputError:
        raise
    except calamine.PasswordError:
        faults.stop("the workbook is protected by a password", "save it as a plain .xlsx")
    except Exception as error:  # noqa: BLE001  a damaged workbook fails anywhere in its reader
        if raw.startswith(_OLE) and suffix != ".xls":
            faults.stop("this is a damaged or a password-protected workbook", damaged)
        faults.stop(f"the workbook is damaged ({type(error).__name__})", damaged)
    return grid


def _sheet(raw: bytes, sheets: _Sheets, name: str) -> Grid:
    found = sheets[name]
    cells = found.to_python(skip_empty_area=False)
    part = _part(raw, sheets.book, name)
    columns = [_plain(np.array(column, dtype=object)) for column in zip(*cells, strict=True)]
    for row, at, failure in _failures(part):
        if at < len(columns) and row <= len(cells):
            columns[at][row - 1] = failure
    numbers = np.arange(1, len(cells) + 1)
    return gridded(columns, numbers, merged=_merged(found), **_hints(part))


def _repeats(sheets: _Sheets, is_repeat: Callable[[Sequence[Sequence[object]]], bool]) -> list[str]:
    """Return the visible sheets that hold the rows of a repeat."""
    if len(sheets.visible) < 2:
        return []
    return [name for name in sheets.visible if is_repeat(sheets.head(name))]


class _Sheets(dict[str, Any]):
    """The sheets of a workbook, each read once."""

    def __init__(self, book: Any) -> None:
        import python_calamine as calamine

        super().__init__()
        self.book = book
        kinds = {each.name: each for each in book.sheets_metadata}
        worksheet, seen = calamine.SheetTypeEnum.WorkSheet, calamine.SheetVisibleEnum.Visible
        self.names = [name for name in book.sheet_names if kinds[name].typ == worksheet]
        self.visible = [name for name in self.names if kinds[name].visible == seen]
        self._heads: dict[str, list[list[object]]] = {}

    def __missing__(self, name: str) -> Any:
        self[name] = self.book.get_sheet_by_name(name)
        return self[name]

    def head(self, name: str) -> list[list[object]]:
        """Return the first rows of a sheet."""
        if name not in self._heads:
            self._heads[name] = self[name].to_python(skip_empty_area=False, nrows=HEAD)
        return self._heads[name]


def _plain(cells: Objects) -> Objects:
    """Return the cells of a column, whole numbers as such: a workbook holds all as floats."""
    below = cells[HEAD:]
    kind = pd.api.types.infer_dtype(below, skipna=False)
    if kind == "floating" and (numbers := below.astype(np.float64)).max() < _EXACT:
        whole = (numbers % 1 == 0) & (numbers > -_EXACT)
        below[whole] = numbers[whole].astype(np.int64).astype(object)
    elif kind != "string":
        below[:] = [_whole(cell) for cell in below]
    cells[:HEAD] = [_whole(cell) for cell in cells[:HEAD]]
    return cells


def _whole(cell: object) -> object:
    if type(cell) is float and cell.is_integer() and abs(cell) < _EXACT:
        return int(cell)
    return cell


def _check_size(raw: bytes, faults: Faults) -> None:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        if sum(member.file_size for member in archive.infolist()) > 4 * _MOST_BYTES:
            faults.stop("the workbook unpacks to over 800 MB", "copy the table to a new one")


def _merged(sheet: Any) -> tuple[tuple[int, int, int, int], ...]:
    ranges = sheet.merged_cell_ranges or ()
    return tuple((top + 1, bottom + 1, left, right) for (top, left), (bottom, right) in ranges)


def _pick_sheet(
    sheets: _Sheets,
    named: str | None,
    usual: str | None,
    score: Score,
    faults: Faults,
    repeats: Sequence[str],
) -> str:
    names, visible = sheets.names, sheets.visible
    if usual in names:
        return str(usual)
    mend = f"name one of {show_all(names)} with --sheet"
    if usual is not None:
        mend = f"rename the one to be read to {show(usual)}"
    if named is not None:
        alike = [name for name in names if name.strip().casefold() == named.strip().casefold()]
        if named not in names and len(alike) != 1:
            faults.stop(f"there is no sheet {show(named)}", mend)
        return named if named in names else alike[0]
    if {"survey", "choices"} <= {name.strip().casefold() for name in names}:  # an XLSForm
        visible = [n for n in visible if n.strip().casefold() not in _FORM]
        if not visible:
            faults.stop("this is a form, not what was filled in", "give the answers as a table")
    if len(visible) == 1 and len(names) == 1:
        return str(visible[0])
    scores: dict[str, int] = {}
    sizes: dict[str, int] = {}
    for name in visible:
        rows = [row for row in sheets.head(name) if any(not blank(cell) for cell in row)]
        if rows:
            scores[name] = max(map(score, rows))
            sizes[name] = sheets[name].total_height
    if not scores:
        faults.stop("no visible sheet holds any data", mend)
    found_ = [name for name in scores if scores[name]]
    if len(found_) == 1 or len(scores) == 1:
        return (found_ or list(scores))[0]
    if not found_ and len(submissions := [name for name in scores if name not in repeats]) == 1:
        return submissions[0]
    if not found_:
        faults.stop("no sheet has headings of places", mend)
    chosen = _richest(found_, scores, sizes)
    if chosen is None:
        faults.stop(f"sheets {show_all(found_)} each have headings of places", mend)
    others = show_all(name for name in found_ if name != chosen)
    faults.remark(f"sheet {show(chosen)} was read; {others} have headings of places too (--sheet)")
    return chosen


def _richest(
    names: Sequence[str], scores: Mapping[str, int], sizes: Mapping[str, int]
) -> str | None:
    """Return the sheet that holds more rows and more known headings than others; None on a tie.

    A workbook of a round holds its table, summaries of it and a dictionary of its columns.
    """
    most = max(scores[name] for name in names)
    if most > COUNTS:  # sheets that count nobody are lists of places or of words
        names = [name for name in names if scores[name] > COUNTS]
        scores = {name: scores[name] - COUNTS for name in names}
    weights = {name: scores[name] * min(sizes[name], _LONG) ** 0.5 for name in names}
    first, second, *_ = [*sorted(names, key=lambda name: -weights[name]), None]
    if first is None or second is None:
        return first
    fewer = scores[first] < scores[second] and sizes[first] < sizes[second]
    return first if weights[first] > _CLEARLY * weights[second] and not fewer else None


def _part(raw: bytes, book: Any, sheet: str) -> bytes:
    """Return the XML of a sheet of an XLSX; empty for other formats."""
    if not raw.startswith(_ZIP):
        return b""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        names = set(archive.namelist())
        if "xl/workbook.xml" not in names:
            return b""
        listed = archive.read("xl/workbook.xml").decode("utf-8", "replace")
        links = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
        ids = re.findall(r"<(?:\w+:)?sheet [^>]*?r:id=\"([^\"]+)\"", listed)
        at = list(book.sheet_names).index(sheet)
        if at >= len(ids):
            return b""
        link = re.search(rf"<Relationship [^>]*Id=\"{re.escape(ids[at])}\"[^>]*>", links)
        target = re.search(r"Target=\"([^\"]+)\"", link[0]) if link else None
        if target is None:
            return b""
        name = target[1].lstrip("/")
        name = name if name.startswith("xl/") else f"xl/{name}"
        return archive.read(name) if name in names else b""


def _failures(part: bytes) -> Iterator[tuple[int, int, str]]:
    """Yield the cells whose formulas have failed, which are read as blank: row, column, text."""
    if b't="e"' in part:
        for letters, row, failure in _ERRORS.findall(part):
            yield int(row), _place(letters), failure.decode("utf-8", "replace")


def _place(letters: bytes) -> int:
    """Return the position of a column by its letters, from 0."""
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place - 1


def _hints(part: bytes) -> dict[str, Any]:
    """Return which rows of a sheet are hidden, and which formulas have no stored result."""
    found = _HIDDEN.findall(part) if b"hidden=" in part else ()
    hidden = frozenset(int(number) for number in found)
    bare = []
    if b"<f" in part:
        for letters, row, about in _BARE.findall(part):
            if b't="str"' not in about:
                bare.append((int(row), _place(letters)))
    return {"hidden": hidden, "bare": tuple(bare)}
