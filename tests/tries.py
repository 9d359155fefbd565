"""How often a property is tried."""

from typing import Any

from hypothesis import settings


def tries(number: int, **others: Any) -> settings:
    """Return settings for `number` examples in a hundred of the profile's.

    The profile "full" tries half as many, "fast" a tenth, "thorough" twice as many.
    """
    return settings(max_examples=max(2, number * settings().max_examples // 100), **others)
