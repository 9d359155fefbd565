"""assess(): counts worked out by hand, nothing lost, nothing small to be worked out."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

import mtmgeo
from mtmgeo.figures.assess import Assessment
from mtmgeo.figures.rates import density
from mtmgeo.figures.suppression import Tree
from tests.attacker import Attacker, Left
from tests.tries import tries

BOUNDS = mtmgeo.read_boundaries("kgz")
SYNTHETIC = Path(__file__).parents[2] / "examples/kgz_round1/kgz_round1_synthetic.csv"

#: Places of one table: three villages of Kadamjai, one of Leilek, two of Chui, one nowhere.
PLACES = [
    ("Batken", "Kadamjai", "Kuldu"),
    ("Batken", "Kadamjai", "Zhal"),
    ("Batken", "Kadamjai", "Birlik"),
    ("Batken", "Leilek", "Kulundu"),
    ("Chui", "Kemin", "Orlovka"),
    ("Chui", "Chui", "Den-Aryk"),
    ("Atlantis", "Mu", "Xanadu"),
]


def assessed(counts: list[list[int]], below: int = 0) -> Assessment:
    """Assess a table of `PLACES` with returnees of 2021 and 2022."""
    table = pd.DataFrame(PLACES[: len(counts)], columns=["adm1_name", "adm2_name", "location"])
    table[["returnees_2021", "returnees_2022"]] = counts
    return mtmgeo.assess(mtmgeo.match(table, BOUNDS), suppress_below=below)


def figure(result: Assessment, level: int, pcode: str, year: int | None) -> object:
    table = result.figures
    when = table["year"].isna() if year is None else table["year"] == year
    value = table.loc[(table["level"] == level) & (table["pcode"] == pcode) & when, "individuals"]
    return value.item()


@pytest.mark.slow
def test_counts_add_up_by_hand() -> None:
    result = assessed([[10, 20], [1, 2], [5, 5], [100, 0], [7, 7], [3, 4], [50, 60]])
    assert figure(result, 2, "KG05258000000", 2021) == 10 + 1 + 5
    assert figure(result, 2, "KG05258000000", None) == 10 + 1 + 5 + 20 + 2 + 5
    assert figure(result, 1, "KG05000000000", 2022) == 20 + 2 + 5 + 0
    assert figure(result, 0, "KG", None) == 164
    assert figure(result, -1, "", None) == 274
    unplaced = result.places[(result.places["level"] == -1) & result.places["year"].isna()]
    assert unplaced["individuals"].item() == 110


@pytest.mark.slow
def test_every_figure_can_be_traced_to_the_rows_it_adds_up() -> None:
    result = assessed([[10, 20], [1, 2], [5, 5], [100, 0], [7, 7], [3, 4], [50, 60]])
    trace = result.provenance.set_index(["of", "level", "pcode"])
    assert trace.loc[("unit", 2, "KG05258000000"), "rows"] == "2-4"
    assert trace.loc[("unit", -1, ""), "rows"] == "2-8"
    assert trace.loc[("place", -1, ""), "rows"] == "8"
    assert trace.loc[("unit", 1, "KG08000000000"), "locations"] == 2
    keys = result.figures[["level", "pcode"]].drop_duplicates().itertuples(index=False, name=None)
    assert {("unit", *key) for key in keys} <= {*trace.index}


@pytest.mark.slow
def test_coverage_by_hand() -> None:
    coverage = assessed([[1, 1]] * 7).coverage.set_index("level")
    assert coverage["units"].to_dict() == {1: 9, 2: 55, 3: 518, 4: 1857}
    assert coverage["assessed"].to_dict() == {1: 2, 2: 4, 3: 5, 4: 4}
    assert coverage.loc[2, "share"] == pytest.approx(4 / 55)
    assert (coverage["assessed"] + coverage["not_assessed"]).equals(coverage["units"])


def test_density_is_per_km2_of_equal_area() -> None:
    by_hand = density(pd.Series([50, 10, None], dtype="Int64"), pd.Series([25.0, 0.0, 4.0]))
    assert by_hand.tolist()[0] == 2.0
    assert by_hand.isna().tolist() == [False, True, True]
    result = assessed([[10, 20]])
    batken = result.figures[(result.figures["level"] == 1) & result.figures["year"].isna()]
    area = BOUNDS.area_km2[BOUNDS.units["pcode"] == "KG05000000000"].item()
    assert batken["per_km2"].item() == pytest.approx(30 / area)
    assert area == pytest.approx(
        16_940, rel=0.02
    )  # published: 6,092.6 + 4,646.3 + 6,138.7 + cities


COUNTS = st.lists(
    st.lists(st.integers(0, 40), min_size=2, max_size=2), min_size=2, max_size=len(PLACES)
)


@pytest.mark.slow
@tries(30)
@given(COUNTS)
def test_totals_are_conserved_at_every_level(counts: list[list[int]]) -> None:
    result = assessed(counts)
    total = int(np.sum(counts))
    for level in (-1, 0, 1, 2, 3, 4):
        units = result.figures[(result.figures["level"] == level) & result.figures["year"].isna()]
        above = result.places[(result.places["level"] < level) & result.places["year"].isna()]
        assert units["individuals"].sum() + above["individuals"].sum() == total


@pytest.mark.slow
@tries(30)
@given(COUNTS, st.integers(0, 6), st.integers(0, 1), st.integers(1, 9))
def test_more_people_never_lower_a_count(
    counts: list[list[int]], row: int, year: int, more: int
) -> None:
    before = assessed(counts).figures
    counts = [list(pair) for pair in counts]
    counts[row % len(counts)][year] += more
    after = assessed(counts).figures
    assert (after["individuals"] >= before["individuals"]).all()


def _narrowed(result: Assessment, open_result: Assessment) -> dict[tuple[object, ...], Left]:
    """Return the suppressed counts that an attacker can narrow down too far.

    That a count is zero is no secret: zeros are published.
    """
    below = result.suppress_below
    found = Attacker(result).left()
    truth = open_result.breakdowns
    zero = {
        (row["dimension"], row["group"], row["category"], row["level"], row["pcode"],
         None if pd.isna(row["year"]) else row["year"])
        for row in truth[truth["individuals"] == 0].to_dict("records")
    }  # fmt: skip
    for of, table in (("unit", open_result.figures), ("place", open_result.places)):
        for row in table.to_dict("records") if "households" in table else ():
            if pd.isna(row["households"]) or row["households"] == 0:  # nobody counted any
                year = None if pd.isna(row["year"]) else row["year"]
                unit = (of, row["level"], row["pcode"])
                zero.add(("households", row["group"], *unit, year))
    return {
        key: left
        for key, left in found.items()
        if left.many < (max(2, below - 1) if left.alone else 2) - 1e-6 and key not in zero
    }


@pytest.mark.slow
@tries(40)
@given(COUNTS, st.integers(2, 12))
def test_published_figures_leave_every_suppressed_one_open(
    counts: list[list[int]], below: int
) -> None:
    result = assessed(counts, below)
    shown = pd.concat([result.figures, result.places])["individuals"].dropna()
    assert not ((shown > 0) & (shown < below)).any()
    assert _narrowed(result, assessed(counts)) == {}


@st.composite
def long_tables(draw: st.DrawFn) -> pd.DataFrame:
    """Tables of places by year, sex and country of return, with households, as far as drawn."""
    places = draw(st.integers(2, len(PLACES)))
    years = draw(st.sampled_from([[], [2022], [2021, 2022], [2020, 2021, 2022]]))
    sexes = draw(st.sampled_from([[], ["Male", "Female"]]))
    countries = draw(st.sampled_from([[], ["Russia", "Kazakhstan", "T\u00fcrkiye"]]))
    largest = draw(st.sampled_from([3, 9, 60]))
    axes: list[list[Any]] = [axis or [None] for axis in (years, sexes, countries)]
    kinds = [*product(PLACES[:places], *axes)]
    number = st.integers(0, largest)
    people = draw(st.lists(number, min_size=len(kinds), max_size=len(kinds)))
    table = pd.DataFrame(
        [(*place, *kind, many) for (place, *kind), many in zip(kinds, people, strict=True)],
        columns=["adm1_name", "adm2_name", "location", "year", "sex", "country of return",
                 "individuals"],
    )  # fmt: skip
    if draw(st.booleans()):
        part = draw(st.sampled_from([1, 2, 3]))
        table["households"] = -(-table["individuals"] // part)
        blank = draw(st.lists(st.sampled_from([name for *_, name in PLACES]), max_size=3))
        table["households"] = table["households"].mask(table["location"].isin(blank))
    return table.dropna(axis="columns", how="all")


@pytest.mark.slow
@tries(25)
@given(long_tables(), st.integers(2, 8), st.integers(0, 4))
def test_breakdowns_and_households_leave_every_suppressed_one_open(
    table: pd.DataFrame, below: int, level: int
) -> None:
    matched = mtmgeo.match(table, BOUNDS)
    result = mtmgeo.assess(matched, suppress_below=below, breakdown_level=level)
    for frame in (result.figures, result.places, result.breakdowns):
        for column in {"individuals", "households"} & {*frame.columns}:
            shown = frame[column].dropna()
            assert not ((shown > 0) & (shown < below)).any()
    open_result = mtmgeo.assess(matched, suppress_below=0, breakdown_level=level)
    assert _narrowed(result, open_result) == {}


@pytest.mark.slow
@tries(25)
@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(0, 60), st.sampled_from("AB")),
        min_size=3,
        max_size=6,
    ),
    st.integers(0, 4),
)
def test_who_knows_the_category_of_each_row_finds_no_count(
    rows: list[tuple[int, int, str]], level: int
) -> None:
    """As in a table with the main reason of each village."""
    table = pd.DataFrame(PLACES[: len(rows)], columns=["adm1_name", "adm2_name", "location"])
    table[["returnees_2021", "returnees_2022", "main reason"]] = rows
    matched = mtmgeo.match(table, BOUNDS)
    result = mtmgeo.assess(matched, breakdown_level=level)
    attacker = Attacker(result)
    for number, (*_, category) in enumerate(rows, 2):
        attacker.learn_category("reason", "return migrants", number, category)
    small = {key: left for key, left in attacker.left().items() if key[0] == "individuals"}
    assert all(left.many >= 4 - 1e-6 for left in small.values())


@pytest.mark.slow
def test_the_attacker_can_win() -> None:
    result = assessed([[10, 20], [3, 30], [50, 50]], 5)
    figures = result.figures.copy()
    year = figures["year"].eq(2021).fillna(value=False)
    only = (figures["level"] == 4) & (figures["pcode"] == "KG05258812030") & year
    assert figures.loc[only, "suppressed"].item()
    # With the figures that were suppressed to protect it back in place, it is found out.
    open_result = assessed([[10, 20], [3, 30], [50, 50]], 0)
    figures["individuals"] = open_result.figures["individuals"].where(~only)
    figures["suppressed"] = only
    naive = replace(result, figures=figures, places=result.places.iloc[:0])
    left = Attacker(naive).left()
    key = ("individuals", "return migrants", "unit", 4, "KG05258812030", 2021)
    assert (left[key].least, left[key].most) == pytest.approx((3, 3))
    assert key in _narrowed(naive, open_result)


@pytest.mark.slow
def test_two_small_counts_do_not_protect_each_other() -> None:
    # Were only they hidden, Kuldu and Zhal would have 32 - 30 = 2 between them: 1 each.
    result = assessed([[1, 40], [1, 40], [30, 40]], 5)
    left = Attacker(result).left()
    for village in ("KG05258842020", "KG05258812030"):
        assert left["individuals", "return migrants", "unit", 4, village, 2021].many >= 4
    others = {key[4] for key in left} - {"KG05258842020", "KG05258812030"}
    assert others - {"KG05258842000"}


def test_density_of_a_suppressed_count_is_missing() -> None:
    result = assessed([[1, 40], [90, 40]], 5)
    assert result.figures.loc[result.figures["suppressed"], "per_km2"].isna().all()
    assert result.figures["suppressed"].any()


@pytest.mark.slow
def test_the_example_agrees_with_the_published_totals() -> None:
    result = mtmgeo.assess(mtmgeo.match(mtmgeo.read_table(SYNTHETIC), BOUNDS))
    returnees = result.figures[
        (result.figures["group"] == "return migrants") & (result.figures["level"] == -1)
    ]
    by_year = returnees.dropna(subset="year").set_index("year")["individuals"]
    assert returnees.loc[returnees["year"].isna(), "individuals"].item() == 24_284
    assert round(100 * (by_year[2021] / by_year[2020] - 1)) == -23
    assert round(100 * (by_year[2022] / by_year[2021] - 1)) == 46
    assert result.figures["suppressed"].any()


def test_a_table_without_counts_gives_coverage_alone() -> None:
    table = pd.DataFrame(PLACES, columns=["adm1_name", "adm2_name", "location"])
    result = mtmgeo.assess(mtmgeo.match(table, BOUNDS))
    assert result.groups == ()
    assert result.figures.empty
    assert result.coverage["assessed"].tolist() == [2, 4, 5, 4]


def test_a_negative_threshold_is_refused() -> None:
    with pytest.raises(mtmgeo.InputError, match="suppress_below is -1"):
        assessed([[1, 1]], -1)


# --- what follows from counts ---------------------------------------------------------------


def worked_example() -> pd.DataFrame:
    """The table of the worked example in the documentation."""
    rows = [
        ("Batken", "Kadamjai", "Kuldu", 2021, "Male", "Russia", 40, 12),
        ("Batken", "Kadamjai", "Kuldu", 2022, "Male", "Russia", 60, 20),
        ("Batken", "Kadamjai", "Kuldu", 2022, "Female", "Kazakhstan", 20, 8),
        ("Batken", "Leilek", "Kulundu", 2021, "Female", "Russia", 60, 15),
        ("Batken", "Leilek", "Kulundu", 2022, "Female", "russia", 40, 10),
        ("Chui", "Kemin", "Orlovka", 2021, "Male", "Kazakhstan", 100, 30),
        ("Chui", "Kemin", "Orlovka", 2022, "m", "", 80, 25),
    ]
    columns = ["adm1_name", "adm2_name", "location", "year", "sex", "country of return"]
    return pd.DataFrame(rows, columns=[*columns, "individuals", "households"])


def row_of(table: pd.DataFrame, level: int, pcode: str, year: int | None) -> pd.Series:
    when = table["year"].isna() if year is None else table["year"].eq(year).fillna(value=False)
    found = table[(table["level"] == level) & (table["pcode"] == pcode) & when]
    assert len(found) == 1
    return found.iloc[0]


def inhabitants(folder: Path, people: dict[str, int]) -> Path:
    path = folder / "people.csv"
    pd.DataFrame(people.items(), columns=["ADM1_PCODE", "T_TL"]).to_csv(path, index=False)
    return path


@pytest.mark.slow
def test_what_follows_from_counts_by_hand(tmp_path: Path) -> None:
    population = inhabitants(tmp_path, {"KG05000000000": 50_000, "KG08000000000": 20_000})
    matched = mtmgeo.match(worked_example(), BOUNDS)
    result = mtmgeo.assess(matched, suppress_below=5, population=population)
    batken = row_of(result.figures, 1, "KG05000000000", 2022)
    assert batken["individuals"] == 60 + 20 + 40
    assert batken["households"] == 20 + 8 + 10
    assert batken["share_of_country"] == pytest.approx(120 / 200)
    assert batken["change"] == 120 - 100
    assert batken["change_percent"] == pytest.approx(20)
    assert batken["per_1000"] == pytest.approx(120 / 50)
    assert batken["rank"] == 1
    chui = row_of(result.figures, 1, "KG08000000000", None)
    assert chui["mean_per_year"] == pytest.approx((100 + 80) / 2)
    assert chui["per_1000"] == pytest.approx(180 / 20)
    assert chui["rank"] == 2
    kadamjai = row_of(result.figures, 2, "KG05258000000", None)
    assert kadamjai["share_of_parent"] == pytest.approx(120 / 220)
    assert (kadamjai["locations"], kadamjai["counted"]) == (3, 1)


@pytest.mark.slow
def test_breakdowns_by_hand() -> None:
    result = mtmgeo.assess(mtmgeo.match(worked_example(), BOUNDS), breakdown_level=2)
    parts = result.breakdowns.set_index(["dimension", "category", "level", "pcode"])
    all_years = parts[parts["year"].isna()]
    batken = (1, "KG05000000000")
    assert all_years.loc[("sex", "male", *batken), "individuals"] == 40 + 60
    assert all_years.loc[("sex", "female", *batken), "individuals"] == 20 + 60 + 40
    assert all_years.loc[("sex", "female", *batken), "share"] == pytest.approx(120 / 220)
    assert all_years.loc[("country of return", "Russia", *batken), "individuals"] == 200
    nobody_said = ("country of return", "(not stated)", 1, "KG08000000000")
    assert all_years.loc[nobody_said, "individuals"] == 80
    assert set(result.breakdowns["level"]) == {-1, 0, 1, 2}


@pytest.mark.slow
@tries(15)
@given(long_tables(), st.integers(0, 6))
def test_parts_add_up_where_all_are_shown(table: pd.DataFrame, below: int) -> None:
    result = mtmgeo.assess(mtmgeo.match(table, BOUNDS), suppress_below=below, breakdown_level=4)
    keys = ["level", "pcode", "group", "year"]
    whole = result.figures.set_index(keys)["individuals"]
    for (_, *key), part in result.breakdowns.groupby(["dimension", *keys], dropna=False):
        if part["individuals"].notna().all():
            assert part["individuals"].sum() == whole.loc[tuple(key)]


@pytest.mark.slow
@tries(15)
@given(long_tables(), st.integers(0, 6), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_figure(table: pd.DataFrame, below: int, random: Any) -> None:
    order = random.sample(range(len(table)), len(table))
    shuffled = table.iloc[order].reset_index(drop=True)
    one, other = (
        mtmgeo.assess(mtmgeo.match(each, BOUNDS), suppress_below=below)
        for each in (table, shuffled)
    )
    pd.testing.assert_frame_equal(one.figures, other.figures)
    pd.testing.assert_frame_equal(one.places, other.places)
    pd.testing.assert_frame_equal(one.breakdowns, other.breakdowns)


@pytest.mark.slow
@tries(15)
@given(long_tables(), st.data())
def test_a_row_split_in_two_changes_no_figure(table: pd.DataFrame, data: Any) -> None:
    at = data.draw(st.integers(0, len(table) - 1))
    part = data.draw(st.integers(0, int(table["individuals"][at])))
    table = table.drop(columns="households", errors="ignore")
    twice = pd.concat([table, table.iloc[[at]]], ignore_index=True)
    twice.loc[at, "individuals"] -= part
    twice.loc[len(table), "individuals"] = part
    one, other = (mtmgeo.assess(mtmgeo.match(each, BOUNDS)) for each in (table, twice))
    columns = ["level", "pcode", "year", "individuals", "suppressed", "share_of_parent", "change"]
    pd.testing.assert_frame_equal(one.figures[columns], other.figures[columns])


@pytest.mark.slow
def test_a_village_in_one_spelling_or_two_is_one_place() -> None:
    table = worked_example()
    table.loc[1, "location"] = "Кулду"
    result = mtmgeo.assess(mtmgeo.match(table, BOUNDS))
    assert row_of(result.figures, 2, "KG05258000000", None)["counted"] == 1


# --- rounding -------------------------------------------------------------------------------


@pytest.mark.slow
@tries(30)
@given(COUNTS, st.integers(7, 20))
def test_rounded_figures_still_add_up_and_are_near(counts: list[list[int]], base: int) -> None:
    table = pd.DataFrame(PLACES[: len(counts)], columns=["adm1_name", "adm2_name", "location"])
    table[["returnees_2021", "returnees_2022"]] = counts
    matched = mtmgeo.match(table, BOUNDS)
    rounded = mtmgeo.assess(matched, round_to=base)
    true = mtmgeo.assess(matched, suppress_below=0)
    assert not rounded.figures["suppressed"].any()
    people = rounded.figures["individuals"]
    assert (people % base == 0).all()
    off = (people - true.figures["individuals"]).abs()
    years = rounded.figures["year"].isna().map({True: 2, False: 1})
    assert (off < base * years).all()
    for level in (-1, 0, 1, 2, 3, 4):
        units = rounded.select("return migrants", None, level)["individuals"].sum()
        above = rounded.select("return migrants", None, places=True)
        assert units + above.loc[above["level"] < level, "individuals"].sum() == (
            rounded.select("return migrants", None, -1)["individuals"].item()
        )


@pytest.mark.slow
@tries(30)
@given(COUNTS, st.integers(7, 15))
def test_rounded_figures_leave_every_count_open(counts: list[list[int]], base: int) -> None:
    """The attacker knows how it is done: the sums from the first place on are rounded."""
    table = pd.DataFrame(PLACES[: len(counts)], columns=["adm1_name", "adm2_name", "location"])
    table[["returnees_2021", "returnees_2022"]] = counts
    result = mtmgeo.assess(mtmgeo.match(table, BOUNDS), round_to=base)
    places = result.places[result.places["year"].eq(2021).fillna(value=False)]
    chains = BOUNDS.lineage.fillna("").astype(str)
    key = [
        [*chains.iloc[BOUNDS.position[level, code]]] if level > 0 else [""]
        for level, code in zip(places["level"], places["pcode"], strict=True)
    ]
    order = sorted(range(len(key)), key=lambda i: key[i])
    shown = places["individuals"].to_numpy(dtype=float)[order]
    sums = np.cumsum(shown)
    running = np.tril(np.ones((len(sums), len(sums))))
    limits = {
        "A_ub": np.vstack([running, -running]),
        "b_ub": [*(sums + (base - 1) // 2), *-(sums - base // 2)],
    }
    for i in range(len(sums)):
        aim = np.eye(len(sums))[i]
        values = -linprog(-aim, **limits).fun - linprog(aim, **limits).fun + 1
        assert values >= np.ceil(base / 2) - 1e-6


def test_rounding_that_hides_too_little_is_refused() -> None:
    matched = mtmgeo.match(worked_example(), BOUNDS)
    with pytest.raises(mtmgeo.InputError, match=r"round_to is 5: .* round to 7 or more"):
        mtmgeo.assess(matched, round_to=5)
    rounded = mtmgeo.assess(matched, round_to=10)
    assert rounded.breakdowns.empty
    assert "households" not in rounded.figures
    assert "multiples of 10" in rounded.rule


# --- coverage -------------------------------------------------------------------------------


@pytest.mark.slow
def test_coverage_by_parent_and_what_was_never_assessed() -> None:
    result = assessed([[1, 1]] * 7)
    by_parent = result.coverage_by_parent(2).set_index("pcode")
    assert by_parent.loc["KG05000000000", ["units", "assessed"]].tolist() == [6, 2]
    assert by_parent["units"].sum() == 55
    never = result.not_assessed(2)
    assert len(never) == 55 - 4
    assert "KG05258000000" not in set(never["pcode"])
    batken = never[never["parent_pcode"] == "KG05000000000"]
    assert (len(batken), set(batken["parent_name"])) == (4, {"Batken"})


@pytest.mark.slow
def test_share_of_area_and_population_in_assessed_units(tmp_path: Path) -> None:
    result = assessed([[1, 1]] * 7)
    area = BOUNDS.area_km2[BOUNDS.units["level"] == 1].to_numpy()
    inside = BOUNDS.at(1).index.isin(["KG05000000000", "KG08000000000"])
    first = result.coverage.set_index("level").loc[1]
    assert first["area_share"] == pytest.approx(area[inside].sum() / area.sum())
    assert np.isnan(first["population_share"])
    lives = dict(zip(BOUNDS.at(1).index, range(100, 1000, 100), strict=True))
    again = mtmgeo.assess(result.match, population=inhabitants(tmp_path, lives))
    share = (lives["KG05000000000"] + lives["KG08000000000"]) / 4500
    assert again.coverage.set_index("level").loc[1, "population_share"] == pytest.approx(share)


@pytest.mark.slow
def test_a_sum_that_does_not_hold_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    add_up = Tree.add_up

    def lose_one(tree: Tree, counts: Any) -> Any:
        sums = add_up(tree, counts)
        sums[0] -= 1
        return sums

    matched = mtmgeo.match(worked_example(), BOUNDS)
    assert mtmgeo.assess(matched).sums_checked > 30
    monkeypatch.setattr(Tree, "add_up", lose_one)
    with pytest.raises(mtmgeo.MtmgeoError, match="counts of 'individuals' do not add up"):
        mtmgeo.assess(matched)
