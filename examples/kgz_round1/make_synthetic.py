"""Make the synthetic tables: counts for the 69 assessed locations that nobody has counted.

The report of round 1 publishes the locations, the number of returnees, how it changed from year
to year, the five provinces that lead, and the shares of the countries they came back from. These
facts are kept; everything below them is made up here, and the second round as a whole. Chance
comes from hashes of the names and all counts are apportioned in whole numbers, so that the files
are the same on every machine.

Usage: python make_synthetic.py [FOLDER]    (by default, the folder of this script)
"""

from __future__ import annotations

import csv
import hashlib
import math
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import NormalDist
from typing import Final, TypeAlias

Place: TypeAlias = tuple[str, str, str]

HERE: Final = Path(__file__).resolve().parent
NAME: Final = "kgz_round1_synthetic.csv"
BY_COUNTRY: Final = "kgz_round1_by_country_synthetic.csv"
ROUND_2: Final = "kgz_round2_synthetic.csv"
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

# Published: the shares of all returnees of the three years (percent); the last two together, 3.
COUNTRIES: Final = {
    "Russian Federation": 85,
    "Kazakhstan": 7,
    "Türkiye": 5,
    "European countries": 2,
    "Republic of Korea": 1,
}

NOTE_BY_COUNTRY: Final = (
    "# SYNTHETIC DATA: the same invented returnees as in kgz_round1_synthetic.csv by country of "
    "return. As published for all returnees together: 85% from the Russian Federation; 7% from "
    "Kazakhstan; 5% from Türkiye; 3% from European countries and the Republic of Korea. Invented: "
    "how these 3% are shared and every single count."
)

# The invented second round: places that it did not reach, and others that it reached anew.
LOST: Final[frozenset[Place]] = frozenset(
    {
        ("Batken", "Leilek", "Kulundu"),
        ("Bishkek", "Bishkek", "Kolmo"),
        ("Chui", "Kemin", "Orlovka"),
        ("Jalal-Abad", "Chatkal", "Kanysh-Kiya"),
        ("Jalal-Abad", "Toktogul", "Terek-Suu"),
        ("Osh", "Aravan", "Aravan"),
    }
)
GAINED: Final[dict[Place, int]] = {
    ("Chui", "Sokuluk", "Voenno-Antonovka"): 96,
    ("Chui", "Tokmok", "Tokmok"): 143,
    ("Issyk-Kul", "Karakol", "Karakol"): 118,
    ("Osh", "Nookat", "Jany-Nookat"): 87,
    ("Osh", "Nookat", "Kyzyl-Bulak"): 64,
    ("Talas", "Talas", "Kopuro-Bazar"): 3,
}

NOTE_ROUND_2: Final = (
    "# SYNTHETIC DATA: a second round that has not taken place; invented as a whole for "
    "demonstration. It takes up the invented returnees of 2022 in kgz_round1_synthetic.csv as if "
    "they had been counted again a year later."
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


def by_country(rows: Sequence[tuple[Place, int, int]]) -> list[list[int]]:
    """Share out counts by place and year among the countries, in their order.

    All but the first have their share of the total, in parts that leave no count below 0; the
    first has the rest.
    """
    left = [number for _, _, number in rows]
    totals = apportion(sum(left), list(COUNTRIES.values()))
    shared = []
    for country, total in list(zip(COUNTRIES, totals, strict=True))[:0:-1]:
        weights = [
            round(1e6 * number * chance(0.5, country, *place) * chance(0.15, country, year, *place))
            for (place, year, _), number in zip(rows, left, strict=True)
        ]
        parts = apportion(total, weights)
        left = [number - part for number, part in zip(left, parts, strict=True)]
        shared.append(parts)
    return [left, *shared[::-1]]


def second_round(places: list[Place], counts: list[str]) -> list[tuple[Place, int, int]]:
    """Return the places of the second round, with their returnees of 2022 and of 2023."""
    found = [
        (place, round(int(number) * chance(0.35, "round 2", *place)))
        for place, number in zip(places, counts, strict=True)
        if place not in LOST
    ]
    return [
        (place, number, round(0.8 * number * chance(0.3, "2023", *place)))
        for place, number in sorted([*found, *GAINED.items()])
    ]


def write(path: Path, note: str, heading: Iterable[str], rows: Iterable[Iterable[object]]) -> Path:
    """Write a table, and return its path."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(f"{note}\n")
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(heading)
        writer.writerows(rows)
    return path


def main(folder: Path) -> list[Path]:
    """Write the files into `folder`, and return their paths."""
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
    wide = [[*place, *cells] for place, *cells in zip(places, *columns.values(), strict=True)]
    returnees = [
        (place, year, int(number))
        for place, *counts in zip(
            places, *(columns[f"returnees_{year}_synthetic"] for year in YEARS), strict=True
        )
        for year, number in zip(YEARS, counts, strict=True)
    ]
    # A place with nobody has one row, which says so.
    long = [
        [*place, year, country, part]
        for (place, year, number), *parts in zip(returnees, *by_country(returnees), strict=True)
        for country, part in zip(COUNTRIES, parts, strict=True)
        if part or (not number and country == "Russian Federation")
    ]
    again = [
        [*place, *numbers]
        for place, *numbers in second_round(places, columns["returnees_2022_synthetic"])
    ]
    return [
        write(folder / NAME, NOTE, [*heading, *columns], wide),
        write(
            folder / BY_COUNTRY,
            NOTE_BY_COUNTRY,
            [*heading, "year", "country of return", "returnees_synthetic"],
            long,
        ),
        write(
            folder / ROUND_2,
            NOTE_ROUND_2,
            [*heading, "returnees_2022_synthetic", "returnees_2023_synthetic"],
            again,
        ),
    ]


if __name__ == "__main__":
    for path in main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE):
        print(path)
