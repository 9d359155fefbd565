"""Make kgz_round1_synthetic.csv: counts for the 69 assessed locations that nobody has counted.

The report of round 1 publishes the locations, the number of returnees, how it changed from year
to year, and the five provinces that lead. These facts are kept; everything below them is made up
here. Chance comes from hashes of the names and all counts are apportioned in whole numbers, so
that the file is the same on every machine.

Usage: python make_synthetic.py [FOLDER]    (by default, the folder of this script)
"""

from __future__ import annotations

import csv
import hashlib
import math
import sys
from pathlib import Path
from statistics import NormalDist
from typing import Final, TypeAlias

Place: TypeAlias = tuple[str, str, str]

HERE: Final = Path(__file__).resolve().parent
NAME: Final = "kgz_round1_synthetic.csv"
YEARS: Final = (2020, 2021, 2022)

# Published: 24,284 returnees in three years; 23% fewer in 2021, then 46% more in 2022.
RETURNEES: Final = 24_284
PACE: Final = (10_000, 7_700, 11_242)

# Published: the order of the first five. Invented: the shares (per thousand), and the other four.
SHARES: Final = {
    "Jalal-Abad": 270,
    "Chui": 195,
    "Osh": 155,
    "Batken": 130,
    "Talas": 90,
    "Issyk-Kul": 65,
    "Naryn": 45,
    "Bishkek": 32,
    "Osh City": 18,
}

# Invented, as is everything from here on: totals of the groups for which none is published.
MIGRANT_WORKERS: Final = (31_400, 36_900, 39_200)
EMIGRANTS: Final = (2_150, 2_480, 3_310)

# Towns and district centres, which are given twice the weight of a village.
CENTRES: Final = frozenset(
    "At-Bashy|Baetovo|Bakai-Ata|Balykchy|Belovodskoe|Bokonbaevo|Chaek|Daroot-Korgon|Gulcho|"
    "Kara-Kulzhinsky|Kazarman|Kemin|Kerben|Kochkor|Kyzyl-Adyr|Kyzyl-Suu|Massy|Myrza-Ake|Orlovka|"
    "Pokrovka|Sokuluk|Suzak|Talas City|Tash Kumyr|Tyup|Unknown".split("|")
)

# Returnees of locations that hosted hardly anyone, so that maps have something to suppress.
FEW_RETURNEES: Final[dict[Place, tuple[int, int, int]]] = {
    ("Bishkek", "Bishkek", "Kolmo"): (4, 0, 3),
    ("Issyk-Kul", "Ak-Suu", "Ak-Chii"): (2, 3, 6),
    ("Jalal-Abad", "Chatkal", "Kanysh-Kiya"): (1, 0, 2),
    ("Naryn", "Kochkor", "Telek"): (0, 0, 0),
    ("Naryn", "Naryn", "Uchkun"): (3, 2, 4),
}

# Cells left blank: the key informant did not know. Missing is not zero.
UNKNOWN: Final = {
    ("migrant_workers", 2020): ("Batken", "Batken", "Boz-Adyr"),
    ("emigrants", 2022): ("Osh City", "Osh", "Orke"),
}

NOTE: Final = (
    "# SYNTHETIC DATA: made up for demonstration from the published report of round 1. "
    "As published: the 69 locations; 24284 returnees in 2020-2022; 23% fewer returnees in 2021 "
    "than in 2020 and 46% more in 2022 than in 2021; most returnees in Jalal-Abad then Chui then "
    "Osh then Batken then Talas. Invented: every single count and all figures of migrant workers "
    "and emigrants."
)


def apportion(total: int, weights: list[int]) -> list[int]:
    """Share out a total in whole numbers by weight; the largest remainders get what is left."""
    whole = sum(weights)
    shares = [total * weight // whole for weight in weights]
    remainders = [total * weight % whole for weight in weights]
    ranked = sorted(range(len(weights)), key=lambda at: (-remainders[at], at))
    for at in ranked[: total - sum(shares)]:
        shares[at] += 1
    return shares


def chance(spread: float, *names: object) -> float:
    """Return a log-normal factor (median 1) that depends on the names alone."""
    digest = hashlib.sha256("|".join(map(str, names)).encode()).digest()
    uniform = (int.from_bytes(digest[:6], "big") + 0.5) / 2**48
    return math.exp(spread * NormalDist().inv_cdf(uniform))


def size(place: Place) -> float:
    """Return how large a place is in all groups and years, next to others of its province."""
    kind = 2.0 if place[2] in CENTRES else 0.15 if place in FEW_RETURNEES else 1.0
    return kind * chance(0.6, *place)


def weigh(places: list[Place], group: str, year: int) -> list[int]:
    """Return a whole-number weight per place: its province's share, spread over its places."""
    sizes = {place: size(place) * chance(0.25, group, *place) for place in places}
    provinces = dict.fromkeys(SHARES, 0.0)
    for place in places:
        provinces[place[0]] += sizes[place]
    weights = {place: SHARES[place[0]] * sizes[place] / provinces[place[0]] for place in places}
    unknown = UNKNOWN.get((group, year))
    return [
        0 if place == unknown else round(1e6 * weight * chance(0.12, group, year, *place))
        for place, weight in weights.items()
    ]


def count(places: list[Place], group: str, year: int, total: int) -> list[str]:
    """Return the cells of one column."""
    few = {place: counts[YEARS.index(year)] for place, counts in FEW_RETURNEES.items()}
    fixed = few if group == "returnees" else {}
    others = [place for place in places if place not in fixed]
    shares = apportion(total - sum(fixed.values()), weigh(others, group, year))
    counts = fixed | dict(zip(others, shares, strict=True))
    return ["" if UNKNOWN.get((group, year)) == each else str(counts[each]) for each in places]


def main(folder: Path) -> Path:
    """Write the file into `folder`, and return its path."""
    with (HERE / "table2_assessed_locations.csv").open(encoding="utf-8", newline="") as stream:
        heading, *rows = csv.reader(stream)
    places: list[Place] = [(row[0], row[1], row[2]) for row in rows]
    totals = {
        "returnees": apportion(RETURNEES, list(PACE)),
        "migrant_workers": list(MIGRANT_WORKERS),
        "emigrants": list(EMIGRANTS),
    }
    columns = {
        f"{group}_{year}_synthetic": count(places, group, year, total)
        for group, by_year in totals.items()
        for year, total in zip(YEARS, by_year, strict=True)
    }
    path = folder / NAME
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(f"{NOTE}\n")
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([*heading, *columns])
        for place, *cells in zip(places, *columns.values(), strict=True):
            writer.writerow([*place, *cells])
    return path


if __name__ == "__main__":
    print(main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE))
