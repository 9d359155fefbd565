"""Geography of the Mobility Tracking Matrix: match names, count people, draw maps."""

from lazy_loader import attach_stub

__version__ = "0.1.0"

# The public names and their modules stand in __init__.pyi, which type checkers read as well.
__getattr__, _, __all__ = attach_stub(__name__, __file__)
__all__ += ["__version__"]
__all__.sort()


def __dir__() -> list[str]:
    return __all__.copy()
