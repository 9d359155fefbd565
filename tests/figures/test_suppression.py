"""Which counts are withheld: small trees, every value tried."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtmgeo.figures.suppression import Tree, protect, rounded, values_left, with_sum
from tests.tries import tries

pytestmark = pytest.mark.slow

#: Four places: three in two units of one unit, one beside it.
TREE = Tree(np.array([[0, 1, 3, 5], [0, 1, 3, 6], [0, 1, 4, 7], [0, 2, -1, 8]]), 9)


def possible(counts: np.ndarray, hidden: np.ndarray, *, years: bool) -> dict[tuple[int, int], set]:
    """Return the values that each hidden count takes among all tables that look the same."""
    shown = with_sum(TREE.add_up(counts), years=years)
    found: dict[tuple[int, int], set] = {(n, c): set() for n, c in np.argwhere(hidden).tolist()}
    top = range(int(counts.max()) + 8)
    for cells in product(top, repeat=counts.size):
        values = with_sum(TREE.add_up(np.array(cells).reshape(counts.shape)), years=years)
        if (values[~hidden] == shown[~hidden]).all() and (values[hidden] > 0).all():
            for (node, column), taken in found.items():
                taken.add(int(values[node, column]))
    return found


@tries(12)
@given(st.lists(st.integers(0, 6), min_size=4, max_size=4), st.integers(2, 5))
def test_every_table_that_looks_the_same(counts: list[int], below: int) -> None:
    table = np.array(counts)[:, None]
    hidden = protect(table, TREE, below, years=False)
    values = TREE.add_up(table)
    assert hidden[(values > 0) & (values < below)].all()
    assert not hidden[values == 0].any()
    if hidden.any():
        left = possible(table, hidden, years=False)
        assert all(len(each) >= values_left(below) for each in left.values())


def test_a_small_count_beside_large_ones() -> None:
    hidden = protect(np.array([[3], [50], [60], [70]]), TREE, 5, years=False)
    # It and the place beside it: their sum is shown.
    assert np.flatnonzero(hidden).tolist() == [5, 6]


def test_nothing_small_hides_nothing() -> None:
    assert not protect(np.array([[30], [0], [60], [70]]), TREE, 5, years=False).any()


def test_a_place_alone_hides_all_that_hold_it() -> None:
    hidden = protect(np.array([[3], [0], [0], [0]]), TREE, 5, years=False)
    assert np.flatnonzero(hidden).tolist() == [0, 1, 3, 5]


@tries(60)
@given(
    st.lists(st.sampled_from([0, 1, 3, 7, 50, 1000]), min_size=12, max_size=12),
    st.lists(st.booleans(), min_size=4, max_size=4),
    st.integers(1, 5),
)
def test_places_that_count_no_households_come_to_an_end(
    counts: list[int], counted: list[bool], part: int
) -> None:
    table = np.array(counts).reshape(4, 3)
    homes = np.where(np.array(counted)[:, None], -(-table // part), 0)
    hidden = protect(table, TREE, 5, years=True, households=homes)
    values = with_sum(TREE.add_up(homes), years=True)
    assert hidden[(values > 0) & (values < 5)].all()


def test_rounded_by_hand() -> None:
    assert rounded(np.array([[4], [4], [4], [90]]), 10).ravel().tolist() == [0, 10, 0, 90]
