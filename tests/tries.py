"""How often a property is tried."""

from typing import Any

from hypothesis import settings


def tries(number: int, **others: Any) -> settings:
    """Return settings for `number` examples, or for a tenth of them in the profile "fast"."""
    return settings(max_examples=max(2, number * settings().max_examples // 100), **others)
