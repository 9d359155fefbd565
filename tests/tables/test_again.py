"""A figure that rows of a place repeat, and people counted for each sector, are counted once."""

from __future__ import annotations

from pathlib import Path

import pytest

from mtmgeo import InputError, Table, inspect_table, read_table

PLACES = {"Alai": 1000, "Nookat": 2400, "Uzgen": 3100, "Kara-Suu": 880}


def read(folder: Path, heads: str, rows: list[tuple[object, ...]]) -> Table:
    path = folder / "table.csv"
    lines = [heads, *(",".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_table(path)


def individuals(table: Table) -> int:
    return int(table.observations()["individuals"].sum())


def each(kinds: list[str], people: dict[str, int] = PLACES) -> list[tuple[object, ...]]:
    """Return a row of each kind for each place, with the people of the place."""
    return [(place, kind, number) for place, number in people.items() for kind in kinds]


def shared(kinds: list[str]) -> list[tuple[object, ...]]:
    """Return rows in which the kinds have more and more of the people of a place."""
    return [
        (place, kind, number * at // 10)
        for place, number in PLACES.items()
        for at, kind in enumerate(kinds, 2)
    ]


@pytest.mark.parametrize("kinds", [["1", "2", "3"], ["Cash", "Food kits"], ["Фаза 1", "Фаза 2"]])
def test_a_figure_repeated_for_each_kind_is_counted_once(tmp_path: Path, kinds: list[str]) -> None:
    table = read(tmp_path, "district,phase,population", each(kinds))
    assert individuals(table) == 1000 + 2400 + 3100 + 880
    once = f"it is counted once for each (7,380, and not {len(kinds) * 7380:,})"
    assert once in "".join(table.remarks)
    assert len(table.frame) == 4 * len(kinds), "no row is lost"


def test_what_differs_by_kind_beside_it_is_added_up(tmp_path: Path) -> None:
    rows = [(*row, int(row[2]) // (at % 2 + 2)) for at, row in enumerate(each(["tent", "house"]))]
    table = read(tmp_path, "district,shelter,Returnees,IDPs", rows)
    counts = table.observations().groupby("group", observed=True)["individuals"].sum()
    assert counts.to_dict() == {"return migrants": 7380, "IDPs": sum(int(row[3]) for row in rows)}


def test_the_same_file_with_its_plan_is_counted_once_too(tmp_path: Path) -> None:
    table = read(tmp_path, "district,phase,population", each(["1", "2", "3"]))
    again = read_table(tmp_path / "table.csv", plan=inspect_table(tmp_path / "table.csv").plan)
    assert individuals(again) == individuals(table) == 7380


NO_REPEATS: dict[str, list[tuple[object, ...]]] = {
    "small counts may be the same": each(["Camp 1", "Camp 2"], dict.fromkeys(PLACES, 5)),
    "so may counts of the same size": each(["Camp 1", "Camp 2"], dict.fromkeys(PLACES, 500)),
    "two places are few": each(["a", "b"], {"Alai": 1000, "Nookat": 2400}),
    "sites have their own names": [
        (place, f"{place} {k}", number) for place, number in PLACES.items() for k in (1, 2)
    ],
    "one place differs": [*each(["a", "b"])[:-1], ("Kara-Suu", "b", 881)],
}


@pytest.mark.parametrize("name", NO_REPEATS)
def test_records_of_their_own_are_added_up(tmp_path: Path, name: str) -> None:
    rows = NO_REPEATS[name]
    table = read(tmp_path, "district,remark,IDPs", rows)
    assert individuals(table) == sum(int(str(row[2])) for row in rows)


@pytest.mark.parametrize(
    ("heading", "whole"),
    [("sector", "Intersectoral"), ("cluster", "All"), ("cluster", "Total"), ("x", "Final PiN")],
)
def test_of_sectors_the_row_of_all_together_counts(
    tmp_path: Path, heading: str, whole: str
) -> None:
    rows = shared(["Health", "WASH", "Food Security", whole])
    table = read(tmp_path, f"district,{heading},people in need", rows)
    assert individuals(table) == 500 + 1200 + 1550 + 440
    assert table.rows == (5, 9, 13, 17)
    assert "the 12 rows of single sectors" in "".join(table.remarks).replace("The", "the")


@pytest.mark.parametrize(
    "kinds",
    [
        ["Health", "WASH", "Protection"],
        ["Santé", "EHA", "Éducation"],
        ["Salud", "Protección", "Educación"],
        ["Образование", "Защита", "Питание"],
    ],
)
def test_sectors_without_a_whole_are_refused(tmp_path: Path, kinds: list[str]) -> None:
    fault = "column 'sector': rows 2, 3, 4 count the same people for several sectors; keep the rows"
    with pytest.raises(InputError, match=fault):
        read(tmp_path, "district,sector,people in need", shared(kinds))


def test_one_sector_a_place_is_no_fault(tmp_path: Path) -> None:
    rows = [("Alai", "Health", 70), ("Nookat", "WASH", 30), ("Uzgen", "Protection", 20)]
    assert individuals(read(tmp_path, "district,sector,people in need", rows)) == 120


def test_kinds_that_part_people_are_added_up(tmp_path: Path) -> None:
    rows = shared(["tent", "house", "school"])
    assert individuals(read(tmp_path, "district,shelter type,IDPs", rows)) == sum(
        int(str(row[2])) for row in rows
    )
