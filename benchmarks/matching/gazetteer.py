"""A synthetic gazetteer of any size, and rows about it: for times, not for marks.

Names are made of the words and syllables of the Kyrgyzstan pack, common ones as common as there;
the units nest as there: 1 district to 45 units, 9 settlements in 12 units below it.
"""

from __future__ import annotations

import random
import re
from collections import Counter

import noise
import pandas as pd
from suites import bare

import mtmgeo

Names = tuple[str, str, str]


class NameMaker:
    """Make place names that sound like the pack's."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        names = mtmgeo.read_boundaries("kgz").at(4)["name"]
        words = Counter(word for name in names for word in re.split(r"[ -]", bare(name)))
        parts = Counter(
            part
            for word in words
            for part in re.findall(r"[^aeiouy]*[aeiouy]+[^aeiouy]?", word.lower())
        )
        self.words, self.word_weights = list(words), list(words.values())
        self.parts, self.part_weights = list(parts), list(parts.values())

    def name(self) -> str:
        """Return a name: half of them of two known words, half made up."""
        if self.dice.random() < 0.5:
            return "-".join(self.dice.choices(self.words, self.word_weights, k=2))
        count = self.dice.choice((2, 2, 3))
        return "".join(self.dice.choices(self.parts, self.part_weights, k=count)).capitalize()


def units(size: int, seed: int) -> pd.DataFrame:
    """Return so many units of four levels, as `mtmgeo.read_boundaries` takes them."""
    dice = random.Random(seed)  # noqa: S311  (no secret: the same units in every run)
    make = NameMaker(dice)
    counts = {1: min(9 + size // 4_000, 34), 2: size // 45, 3: size // 5}
    counts[4] = size - sum(counts.values())
    kinds = {1: "oblast", 2: "district", 3: "aiyl aimak", 4: "village"}
    rows: list[tuple[str, int, str, str, str]] = []
    above = [""]
    for level, count in counts.items():
        here = []
        taken: set[tuple[str, str]] = set()
        for number in range(count):
            parent = above[number % len(above)]
            name = make.name()
            # Some settlements of one parent do share a name, but few.
            while (parent, name) in taken and dice.random() < 0.9:
                name = make.name()
            taken.add((parent, name))
            pcode = f"SY{level}{number:06d}"
            here.append(pcode)
            rows.append((pcode, level, name, parent, kinds[level]))
        above = here
    return pd.DataFrame(rows, columns=["pcode", "level", "name", "parent_pcode", "type"])


def typed_rows(gazetteer: pd.DataFrame, count: int, blank: float, seed: int) -> list[Names]:
    """Return so many distinct rows about units of admin 3 and 4, ``blank`` of the parents blank."""
    dice = random.Random(seed)  # noqa: S311  (no secret: the same rows in every run)
    records = list(gazetteer.itertuples(index=False, name=None))
    by_code = {str(pcode): (name, parent, kind) for pcode, _, name, parent, kind in records}
    low = [str(pcode) for pcode, level, *_ in records if level > 2]
    made: dict[Names, None] = {}
    while len(made) < count:
        pcode = dice.choice(low)
        name, above, kind = by_code[pcode]
        if kind == "village":
            above = by_code[above][1]
        adm2, adm1, _ = by_code[above]
        typed, _ = noise.type_name(name, kind, dice)
        parents = [by_code[adm1][0], adm2]
        for at, (parent, what) in enumerate(zip(parents, ("oblast", "district"), strict=True)):
            parents[at] = noise.type_name(parent, what, dice, careful=True)[0]
            if dice.random() < blank:
                parents[at] = ""
        made[parents[0], parents[1], typed] = None
    return list(made)
