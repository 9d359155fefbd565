"""What two columns of a table are to each other, by the cells that stand in one row."""

from __future__ import annotations

import unicodedata
from typing import Final

import numpy as np
import pandas as pd
from rapidfuzz.distance import OSA

from mtmgeo.names.fold import bones, folds, is_blank

_SAMPLE: Final = 300  # pairs that are compared
_FEWEST: Final = 5  # values that tell anything
_REPEATED: Final = (
    1.5  # rows to a value, so that one that always has the same beside it is no chance
)
_LIKE: Final = 0.7  # of the consonants, on the average, in two spellings
_EVERYWHERE: Final = 3  # places to a word, on the average, that is no name of one of them
_NUMBERED: Final = 0.5  # share of names with digits: wards 1 to 30 of each district


def pairs_of(frame: pd.DataFrame, one: str, other: str) -> pd.DataFrame:
    """Return the distinct pairs of cells of two columns, as text; those with a blank left out."""
    pairs = frame[[one, other]].drop_duplicates()
    return pairs[~pairs.map(is_blank).any(axis=1)].astype(str)


def sampled(pairs: pd.DataFrame) -> list[tuple[str, str]]:
    """Return some of the pairs, evenly."""
    some = pairs.iloc[:: max(1, len(pairs) // _SAMPLE)]
    return list(some.itertuples(index=False, name=None))


def are_one(frame: pd.DataFrame, one: str, other: str) -> bool:
    """Tell whether each value of two columns always stands beside the same value of the other."""
    pairs = pairs_of(frame, one, other)
    values = min(pairs[one].nunique(), pairs[other].nunique())
    enough = values >= _FEWEST and len(frame) >= _REPEATED * values
    return enough and len(pairs) <= 1.05 * values


def sound_alike(frame: pd.DataFrame, one: str, other: str, *, scripts: bool) -> bool:
    """Tell whether two columns are of the same names in other spellings.

    Parameters
    ----------
    frame, one, other
        The table, and the headings.
    scripts
        Only names in two scripts are compared.
    """
    pairs = sampled(pairs_of(frame, one, other))
    pairs = [(a, b) for a, b in pairs if a.casefold() != b.casefold()]
    if scripts:
        pairs = [(a, b) for a, b in pairs if _script(a) != _script(b)]
    if len(pairs) < _FEWEST:
        return False
    ones, others = (list(map(bones, folds(names))) for names in zip(*pairs, strict=True))
    likeness = [OSA.normalized_similarity(a, b) for a, b in zip(ones, others, strict=True)]
    return float(np.mean(likeness)) >= _LIKE


def _script(text: str) -> str:
    """Return the script of the first letter of a text: LATIN, CYRILLIC, ARABIC."""
    letter = next(filter(str.isalpha, text), "")
    return unicodedata.name(letter, "").partition(" ")[0] if letter else ""


def is_everywhere(frame: pd.DataFrame, words: str, places: str) -> bool:
    """Tell whether the words of a column stand beside many places: kinds or sectors, not names."""
    pairs = pairs_of(frame, words, places)
    said = pairs[words].drop_duplicates()
    if pairs[places].nunique() < _FEWEST or said.str.contains(r"\d").mean() >= _NUMBERED:
        return False
    return len(pairs) >= _EVERYWHERE * len(said)
