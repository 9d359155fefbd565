"""Cells that a spreadsheet might run: one corpus for all that writes tables."""

import unicodedata

from hypothesis import strategies as st

from tests.payloads import GROUPS

#: Signs with which a spreadsheet may begin a formula, whatever blanks or quotes stand before.
SIGNS = "=+-@＝＋－＠﹢﹣﹦﹫"
QUOTES = "\"'`«»“”„‘’"
BEFORE = QUOTES + "\t\r\n ,;\u200b\u00a0\u2028\u3000\ufeff"
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5)
CELLS = st.one_of(
    st.sampled_from([cell for cell in GROUPS["spreadsheets"] if "\0" not in cell]),
    st.builds(
        lambda before, sign, words: before + sign + words,
        st.text(st.sampled_from(BEFORE), max_size=3),
        st.sampled_from(["", *SIGNS]),
        WORDS,
    ),
)


def formula(cell: str) -> bool:
    """Return whether a spreadsheet might read a cell as a formula, be it after blanks or quotes."""
    for sign in cell:
        if sign in SIGNS:
            return True
        if not (sign in QUOTES or unicodedata.category(sign)[0] in "CZ"):
            return False
    return False


def guarded(cell: str) -> str:
    """Return a cell as a table for a spreadsheet has it."""
    return f"'{cell}" if formula(cell) or cell.startswith(("\t", "\r")) else cell
