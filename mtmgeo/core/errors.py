"""The error tree: what a user can cause, said in sentences that can be acted on."""

from __future__ import annotations

from collections.abc import Sequence


class MtmgeoError(Exception):
    """Base of every error that mtmgeo raises on purpose.

    Parameters
    ----------
    faults
        One sentence per fault, each naming where it is and how to mend it. A single
        sentence may be given as plain text.

    Attributes
    ----------
    faults : tuple of str
        The sentences, in the order in which they were found.
    """

    def __init__(self, faults: str | Sequence[str]) -> None:
        self.faults: tuple[str, ...] = (faults,) if isinstance(faults, str) else tuple(faults)
        super().__init__("\n".join(self.faults))


class InputError(MtmgeoError):
    """A table or an option given by the user cannot be used as it is."""


class BoundaryError(MtmgeoError):
    """A boundary set is missing, incomplete or contradicts itself."""


class SpecError(MtmgeoError):
    """A map specification asks for something that the result does not hold."""


class DisclaimerError(MtmgeoError):
    """A map would leave, or has left, without its disclaimer in view."""
