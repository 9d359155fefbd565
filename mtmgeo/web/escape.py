"""Values from data as the text of a page."""

from __future__ import annotations

import re
from html import escape
from typing import Any


def plain(value: Any) -> str:
    """Return `value` as text that any document can hold; missing values are empty."""
    if value is None or value != value:  # noqa: PLR0124  (NaN)
        return ""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", " ", str(value))


def text(value: Any) -> str:
    """Return `value` for use between tags and in quoted attributes."""
    return escape(plain(value), quote=True)
