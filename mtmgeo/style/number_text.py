"""How numbers of legends are read in English."""

from __future__ import annotations

from decimal import Decimal


def count_text(value: float) -> str:
    """Return a count as it is read: ``1,204``."""
    return f"{int(value):,}"


def break_text(value: float) -> str:
    """Return a class break as it is read, with all of its figures: ``1,234.5``, ``0.00025``."""
    return f"{_plain(Decimal(repr(float(value)))):,f}"


def break_percent_text(value: float) -> str:
    """Return a class break of shares as it is read, with all of its figures: ``12.5%``."""
    return f"{_plain(Decimal(repr(float(value))).scaleb(2)):,f}%"


def _plain(number: Decimal) -> Decimal:
    return number.quantize(Decimal(1)) if number == number.to_integral() else number.normalize()
