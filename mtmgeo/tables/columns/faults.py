"""Faults of one file, each with its place, gathered into sentences."""

from __future__ import annotations

import reprlib
from collections.abc import Container, Iterable, Sequence
from typing import Final, NoReturn, Self

from mtmgeo.core.errors import InputError

_LISTED: Final = 50  # faults of one kind that are spelt out

_SHORT: Final = reprlib.Repr()
_SHORT.maxstring = 40


class Row(int):
    """The number of a row in another sheet than the one that is read."""

    sheet: str

    def __new__(cls, number: int, sheet: str) -> Self:
        """Make it of the number that a spreadsheet shows."""
        row = super().__new__(cls, number)
        row.sheet = sheet
        return row

    def __getnewargs__(self) -> tuple[int, str]:  # type: ignore[override]  # as copies need it
        return int(self), self.sheet

    def __str__(self) -> str:
        return f"{int(self)} of {show(self.sheet)}"


class Faults:
    """The faults of one file, in sentences that begin with where they are.

    Parameters
    ----------
    source
        File name without its folder.

    Attributes
    ----------
    sheet : str or None
        The worksheet, once it is known.
    encoding : str or None
        Of a text that does not say it, once it is known.
    rows : list of int
        Numbers of the rows that have faults.
    remarks : list of str
        Sentences on what was read otherwise than it looks, or not used.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self.sheet: str | None = None
        self.encoding: str | None = None
        self.remarks: list[str] = []
        self.rows: list[int] = []
        self._sentences: dict[str, list[tuple[int | None, str]]] = {}

    def add(
        self, what: str, mend: str, *, row: int | None = None, column: str | None = None
    ) -> None:
        """Add what is wrong at a place, and how to mend it; faults mended alike are one kind."""
        where = [plain_text(self.source)]
        sheet = row.sheet if isinstance(row, Row) else self.sheet
        where += [f"sheet {show(sheet)}"] if sheet is not None else []
        where += [f"row {int(row)}"] if row is not None else []
        where += [f"column {show(column)}"] if column is not None else []
        if row is not None:
            self.rows.append(row)
        sentence = f"{', '.join(where)}: {what}; {mend}."
        self._sentences.setdefault(mend, []).append((row, sentence))

    def take(self, others: Faults, rows: Container[int]) -> None:
        """Add the remarks of others, and of their faults those of no row or of one of these."""
        self.remarks += [each for each in others.remarks if each not in self.remarks]
        for mend, sentences in others._sentences.items():
            kept = [(row, each) for row, each in sentences if row is None or row in rows]
            self.rows += [row for row, _ in kept if row is not None]
            if kept:
                self._sentences.setdefault(mend, []).extend(kept)

    def remark(self, what: str) -> None:
        """Add a sentence on what was read otherwise than it looks; each is said once."""
        sentence = f"{what[0].upper()}{what[1:]}."
        if sentence not in self.remarks:
            self.remarks.append(sentence)

    def stop(self, what: str, mend: str, *, row: int | None = None) -> NoReturn:
        """Raise all faults, with one after which nothing more can be found."""
        self.add(what, mend, row=row)
        raise InputError(self._listed())

    @property
    def empty(self) -> bool:
        """Whether nothing is wrong."""
        return not self._sentences

    def check(self) -> None:
        """Raise all faults, if there are any."""
        if not self.empty:
            raise InputError(self._listed())

    def _listed(self) -> list[str]:
        listed: list[str] = []
        for mend, sentences in self._sentences.items():
            listed += [sentence for _, sentence in sentences[:_LISTED]]
            if len(sentences) > _LISTED:
                more = f"and {len(sentences) - _LISTED} more faults of this kind"
                listed.append(f"{plain_text(self.source)}: {more}; {mend}.")
        return listed


def show(value: object) -> str:
    """Return untrusted text quoted, at most 40 characters long, without control characters."""
    return _SHORT.repr(str(value))


def show_all(values: Iterable[object]) -> str:
    """Return the first values as `show` does, in a list of words."""
    shown = [show(value) for value in values]
    return ", ".join(shown[:_LISTED]) + (" ..." if len(shown) > _LISTED else "")


def some_rows(numbers: Sequence[object], most: int = 6) -> str:
    """Return the first numbers of rows in a list of words, with dots where there are more."""
    return ", ".join(map(str, numbers[:most])) + (" ..." if len(numbers) > most else "")


def plain_text(name: object) -> str:
    """Return a name as it is, or as `show` does where it holds signs that cannot be seen."""
    return str(name) if str(name).isprintable() else show(name)
