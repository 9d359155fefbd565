"""Ask for places that do not exist but nearly do: ``python benchmarks/matching/absent.py``.

Villages of the Kyrgyzstan pack are given the first word of another village (Ken-Tash for
Kok-Tash), such that no unit bears the name, with their right parents. The best answer is none.
"""

from __future__ import annotations

import random

import pandas as pd
import peers

import mtmgeo
from mtmgeo.names.fold import fold

SEED = 4


def rows(bounds: mtmgeo.BoundarySet) -> pd.DataFrame:
    dice = random.Random(SEED)  # noqa: S311  (no secret: the same rows in every run)
    units = bounds.units
    columns = ["name", "name_en", "name_ru", "name_ky"]
    known = {fold(name) for column in columns for name in units[column] if name}
    known |= {fold(alias) for cell in units["aliases"] for alias in cell.split("|")}
    names = dict(zip(zip(units["level"], units["pcode"], strict=True), units["name"], strict=True))
    villages = bounds.at(4)
    lineage = bounds.lineage[units["level"] == 4]
    firsts = [name.split("-")[0] for name in villages["name"] if name.count("-") == 1]
    made = []
    for name, chain in zip(villages["name"], lineage.to_numpy().tolist(), strict=True):
        if name.count("-") != 1:
            continue
        for _ in range(2):
            other = f"{dice.choice(firsts)}-{name.split('-')[1]}"
            if fold(other) not in known:
                made.append((names[1, chain[1]], names[2, chain[2]], other))
    return pd.DataFrame(made, columns=["adm1", "adm2", "location"])


def main() -> None:
    bounds = mtmgeo.read_boundaries("kgz")
    asked = list(rows(bounds).itertuples(index=False, name=None))
    for name, make in peers.tools().items():
        found = [answer.pcode is not None for answer in make(bounds).answers(asked)]
        print(f"{name}: {sum(found) / len(found):.1%} of {len(found):,} names answered with a unit")


if __name__ == "__main__":
    main()
