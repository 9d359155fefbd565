"""Tables as the bytes of CSV and XLSX files. Text in them is never a formula."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
import zipfile
from collections.abc import Mapping
from io import BytesIO
from typing import Any, Final

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.writer.excel import ExcelWriter

from mtmgeo.core.errors import SpecError

#: With what a spreadsheet may begin a formula, and what it may pass over before.
_SIGNS: Final = frozenset("=+-@＝＋－＠﹢﹣﹦﹫")
_QUOTES: Final = frozenset("\"'`«»“”„‘’")

#: The time stamped on the parts of a workbook, so that the same tables give the same bytes.
_EPOCH: Final = dt.datetime(1980, 1, 1)  # noqa: DTZ001  (the file format has no time zones)

#: Columns by which a table is known to be a review, whose last is to be filled in.
_REVIEW: Final = ("row", "candidates", "found", "decision")
_WRAPPED: Final = ("reason", "found", "candidates", "decision")
_HOW_TO: Final = (
    "Choose from the list, or paste any p-code of the boundaries. Write 'none' if this is no place "
    "in them. Leave the cell blank to decide later. Save the file and give it to mtmgeo with "
    "--decisions."
)


def encode_csv(table: pd.DataFrame) -> bytes:
    """Return `table` without its index as CSV, in UTF-8 with the mark by which Excel knows it.

    Text that a spreadsheet would take for a formula is preceded by an apostrophe.
    """
    safe = table.rename(columns=_quoted)
    for position, kind in enumerate(safe.dtypes):
        if not pd.api.types.is_numeric_dtype(kind):
            safe.isetitem(position, [_quoted(cell) for cell in safe.iloc[:, position].tolist()])
    # With both signs at the ends of lines, cells with either of them are quoted.
    written: str = safe.to_csv(index=False, lineterminator="\r\n")
    return written.encode("utf-8-sig", errors="backslashreplace")


def _quoted(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and _formula(cell) else cell


def _formula(text: str) -> bool:
    """Return whether a spreadsheet might take `text` for a formula, be it after blanks or quotes.

    The script of a page (``table.js``) has the same rule.
    """
    if text[:1].isalnum():
        return False
    seen = (x for x in text if x not in _QUOTES and unicodedata.category(x)[0] not in "CZ")
    return next(seen, "") in _SIGNS or text.startswith(("\t", "\r"))


def encode_xlsx(
    tables: Mapping[str, pd.DataFrame], looks: Mapping[str, str] | None = None
) -> bytes:
    """Return a workbook with a sheet for each table, without their indices.

    Text is stored as text. The same tables give the same bytes. A table of rows to decide, as
    `MatchResult.review` returns it, gets a list to choose from in each cell of ``decision``.

    Parameters
    ----------
    tables
        By the names of their sheets.
    looks
        Formats of numbers by column, such as ``#,##0``; ``@`` is text in several lines.

    Raises
    ------
    SpecError
        If a sheet's name or a table does not fit into a workbook.
    """
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator, book.properties.created = "mtmgeo", _EPOCH
    try:
        sheets = [(book.create_sheet(name), table) for name, table in tables.items()]
        for sheet, table in sheets:
            _fill(sheet, table, looks or {})
            if {*_REVIEW} <= {*table.columns} and len(table):
                _offer(sheet, book.create_sheet("choices"), table)
    except ValueError as error:
        raise SpecError(f"The tables do not fit into a workbook: {error}.") from error
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        _Writer(book, archive).save()
    return _timeless(stream)


def _fill(sheet: Any, table: pd.DataFrame, looks: Mapping[str, str]) -> None:
    rows = [tuple(table.columns), *table.astype(object).itertuples(index=False, name=None)]
    widths = [0] * len(table.columns)
    look = [looks.get(heading, "") for heading in table.columns]
    for row, values in enumerate(rows, 1):
        for column, value in enumerate(values):
            content = plain(value, dates=True)
            if content is None:
                continue
            cell = sheet.cell(row, column + 1)
            _put(cell, content)
            if row == 1:
                cell.font = Font(bold=True)
            elif look[column]:
                _look(cell, look[column])
            lines = str(cell.value).split("\n")
            widths[column] = max(widths[column], *map(len, lines))
    for column, width in enumerate(widths, 1):
        # Room for the arrow of the filter, and no column as wide as a page.
        sheet.column_dimensions[get_column_letter(column)].width = min(width + 4, 60)
    sheet.freeze_panes = "A2"
    if widths:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(widths))}{len(rows)}"


def _look(cell: Any, look: str) -> None:
    cell.number_format = look
    if look == "@":
        cell.alignment = Alignment(vertical="top", wrap_text=True)


def _offer(sheet: Any, choices: Any, table: pd.DataFrame) -> None:
    """Let each cell of ``decision`` be chosen from what is found, the rivals and ``none``.

    The lists stand in the hidden sheet `choices` beside the number of the row that they are for, by
    which a cell finds its own even after the rows were sorted.
    """
    choices.sheet_state = "hidden"
    offers = [
        (row, choice)
        for row, *said in table[list(_REVIEW)].map(plain).itertuples(index=False, name=None)
        for choice in dict.fromkeys("\n".join([*(x or "" for x in said), "none"]).split("\n"))
        if choice
    ]
    for at, offer in enumerate(offers, start=1):
        for column, value in enumerate(offer, start=1):
            _put(choices.cell(at, column), value)
    letter = {heading: get_column_letter(at) for at, heading in enumerate(table.columns, start=1)}
    last, here = len(table) + 1, quote_sheetname(choices.title)
    numbers, first = f"{here}!$A$1:$A${len(offers)}", f"${letter['row']}2"
    listed = DataValidation(
        type="list",
        formula1=f"OFFSET({here}!$B$1,MATCH({first},{numbers},0)-1,0,COUNTIF({numbers},{first}),1)",
        allow_blank=True,
        showErrorMessage=False,
        showInputMessage=True,
        promptTitle="How to decide",
        prompt=_HOW_TO,
        sqref=f"{letter['decision']}2:{letter['decision']}{last}",
    )
    sheet.add_data_validation(listed)
    for row in sheet.iter_rows(min_row=2, max_row=last):
        for cell, heading in zip(row, table.columns, strict=True):
            cell.alignment = Alignment(vertical="top", wrap_text=heading in _WRAPPED)
    for (cell,) in sheet[f"{letter['decision']}2:{letter['decision']}{last}"]:
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="FFF9C4")
    sheet.column_dimensions[letter["decision"]].width = 45


def _put(cell: Any, value: Any) -> None:
    if value is None or isinstance(value, (bool, int, float, dt.date, dt.time)):
        cell.value = value
        return
    text = ILLEGAL_CHARACTERS_RE.sub("\ufffd", str(value)).encode("utf-8", "replace").decode()
    cell.value = text
    cell.data_type, cell.quotePrefix = "s", _formula(text)


class _Writer(ExcelWriter):
    """What openpyxl saves with, but for the files aside, one for each sheet, that it writes to."""

    _archive: zipfile.ZipFile

    def write_worksheet(self, ws: Any) -> None:
        """Write a sheet without charts and pictures."""
        stream = BytesIO()
        writer: Any = WorksheetWriter(ws, stream)
        writer.write()
        ws._drawing, ws._rels = SpreadsheetDrawing(), writer._rels  # noqa: SLF001  (no other way)
        self._archive.writestr(ws.path[1:], stream.getvalue())
        self.manifest.append(ws)


def _timeless(stream: BytesIO) -> bytes:
    """Return a workbook without the time at which it was made."""
    fixed = BytesIO()
    with zipfile.ZipFile(stream) as source, zipfile.ZipFile(fixed, "w") as target:
        for item in source.infolist():
            content = source.read(item)
            if item.filename == "docProps/core.xml":
                stamp = rf"\g<1>{_EPOCH:%Y-%m-%dT%H:%M:%SZ}".encode()
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", stamp, content)
            entry = zipfile.ZipInfo(item.filename, _EPOCH.timetuple()[:6])
            target.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return fixed.getvalue()


def plain(value: Any, *, dates: bool = False) -> Any:
    """Return `value` in Python's own plain types; what is missing or infinite becomes None.

    Dates and times become ISO text, unless `dates` asks to keep those without a time zone.
    """
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        value = sorted(value, key=str)
    if isinstance(value, (list, tuple, np.ndarray, pd.Series, pd.Index)):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        value = pd.Timestamp(value) if isinstance(value, np.datetime64) else value.item()
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (dt.date, dt.time)):
        return value if dates and not getattr(value, "tzinfo", None) else value.isoformat()
    return value if isinstance(value, (int, str)) else str(value)
