"""Texts by hash, whole or without one or two letters: what is nearly alike shares one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

Ints: TypeAlias = npt.NDArray[np.int64]
Hashes: TypeAlias = npt.NDArray[np.uint64]

_WIDTH: Final = 24  # letters of a text that are hashed
_BASE: Final = 0x9E3779B97F4A7C15
_POWERS: Final = np.array([pow(_BASE, n, 2**64) for n in range(_WIDTH + 1)], dtype=np.uint64)
_BLOCK: Final = 400


class Hashed:
    """The hashes of some texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        codes = np.array(texts, dtype=f"U{_WIDTH}").view(np.uint32).reshape(len(texts), _WIDTH)
        self.length: Ints = (codes != 0).sum(axis=1)
        self._prefix = np.zeros((len(texts), _WIDTH + 1), dtype=np.uint64)
        for at in range(int(self.length.max(initial=0))):
            self._prefix[:, at + 1] = self._prefix[:, at] * _POWERS[1] + codes[:, at]
        self.whole: Hashes = self._prefix[np.arange(len(texts)), self.length]

    def take(self, rows: Ints) -> Hashed:
        """Return the hashes of some of the texts."""
        some = Hashed([])
        some.length, some.whole = self.length[rows], self.whole[rows]
        some._prefix = self._prefix[rows]
        return some

    def _part(self, row: Ints, start: Ints, stop: Ints) -> Hashes:
        """Return the hash of the letters from `start` to before `stop`."""
        part: Hashes = (
            self._prefix[row, stop]
            - self._prefix[row, start] * _POWERS[np.maximum(stop - start, 0)]
        )
        return part

    def without_one(self, *, least: int) -> tuple[Hashes, Ints]:
        """Return the hashes without each letter, and whose; of texts with at least so many."""
        row, at = expand(np.zeros_like(self.length), np.where(self.length >= least, self.length, 0))
        end = self.length[row]
        found = self._prefix[row, at] * _POWERS[end - at - 1] + self._part(row, at + 1, end)
        return found, row

    def without_two(self, *, least: int) -> tuple[Hashes, Ints]:
        """Return the hashes without each pair of letters, and whose."""
        found: list[Hashes] = []
        rows: list[Ints] = []
        for first in range(int(self.length.max(initial=0)) - 1):
            count = np.where(self.length >= least, np.maximum(self.length - first - 1, 0), 0)
            row, second = expand(np.full_like(self.length, first + 1), count)
            end = self.length[row]
            start = np.full_like(row, first)
            middle = self._part(row, start + 1, second)
            found.append(
                self._prefix[row, start] * _POWERS[end - start - 2]
                + middle * _POWERS[end - second - 1]
                + self._part(row, second + 1, end)
            )
            rows.append(row)
        if not found:
            return np.empty(0, np.uint64), np.empty(0, np.int64)
        return np.concatenate(found), np.concatenate(rows)


class HashIndex:
    """Which texts have a hash.

    Parameters
    ----------
    *parts
        Hashes, and the positions of the texts that have them.
    """

    def __init__(self, *parts: tuple[Hashes, Ints]) -> None:
        hashes = np.concatenate([part for part, _ in parts])
        owners = np.concatenate([owner for _, owner in parts])
        order = np.argsort(hashes, kind="stable")
        self._hashes, self._owners = hashes[order], owners[order]

    def pairs(self, *parts: tuple[Hashes, Ints], most: int = _BLOCK) -> tuple[Ints, Ints]:
        """Return who has equal hashes: positions among those asked for, and among those indexed.

        A hash that more than `most` of those indexed have is left out: it says nothing.
        """
        hashes = np.concatenate([part for part, _ in parts])
        owners = np.concatenate([owner for _, owner in parts])
        order = np.argsort(hashes)
        hashes, owners = hashes[order], owners[order]
        left = np.searchsorted(self._hashes, hashes, "left")
        count = np.searchsorted(self._hashes, hashes, "right") - left
        count[count > most] = 0
        which, at = expand(left, count)
        return owners[which], self._owners[at]


def distinct(numbers: Ints) -> Ints:
    """Return each number once, ascending; by sorting, which numpy's own way takes longer than."""
    ordered = np.sort(numbers)
    return ordered[firsts(ordered)]


def firsts(numbers: Ints) -> npt.NDArray[np.bool_]:
    """Tell which numbers differ from the one before."""
    first = np.ones(len(numbers), dtype=bool)
    first[1:] = numbers[1:] != numbers[:-1]
    return first


def find(numbers: Ints, ordered: Ints) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Return where numbers stand among some that ascend, and whether they do."""
    if not len(ordered):
        return np.zeros(len(numbers), dtype=np.int64), np.zeros(len(numbers), dtype=bool)
    at = np.minimum(np.searchsorted(ordered, numbers), len(ordered) - 1)
    return at, ordered[at] == numbers


def expand(start: Ints, count: Ints) -> tuple[Ints, Ints]:
    """Return, for runs that start somewhere and are so long, the run and each place in it."""
    run = np.repeat(np.arange(len(start)), count)
    first = np.cumsum(count) - count
    return run, np.arange(len(run)) - first[run] + start[run]


def combinations(rows: Ints) -> tuple[Ints, Ints]:
    """Return where each distinct row of numbers from -1 stands first, and which each row is."""
    code = np.zeros(len(rows), dtype=np.int64)
    for column in rows.T:
        code = pd.factorize(code * (rows.max(initial=0) + 2) + column + 1)[0].astype(np.int64)
    first = np.full(int(code.max(initial=-1)) + 1, len(rows))
    np.minimum.at(first, code, np.arange(len(rows)))
    return first, code
