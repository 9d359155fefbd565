"""The settings of matplotlib with which every sheet is drawn and written."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import matplotlib as mpl
from matplotlib.text import Text

#: What keeps letters apart: in a PDF file, ligatures stand where rounding has not moved the rest.
APART: Final[dict[str, Any]] = (
    {"fontfeatures": ("-liga",)} if hasattr(Text, "set_fontfeatures") else {}
)

#: The settings are those of all threads: one draws at a time.
_TURN: Final = threading.RLock()


@contextmanager
def drawing(*kept: str) -> Iterator[None]:
    """Set the caller's matplotlib settings aside, and make text as wide in every format.

    Settings whose names begin with one of `kept` stay as they are.
    """
    with _TURN, mpl.rc_context():
        stay = {key: mpl.rcParams[key] for key in mpl.rcParams if key.startswith(kept)}
        mpl.rcdefaults()
        mpl.rcParams.update(stay)
        mpl.rcParams["text.hinting"], mpl.rcParams["hatch.linewidth"] = "none", 0.5
        yield
