"""How a post stands against the usual one, checked against exact probabilities."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.standing import Usual, count_range, marks, standing, usual


def poisson_at_most(count: int, mean: float) -> float:
    return sum(math.exp(-mean + k * math.log(mean) - math.lgamma(k + 1)) for k in range(count + 1)) if mean else 1.0


@pytest.mark.parametrize("count", [1, 3, 10, 50, 400])
def test_the_range_of_a_count_leaves_about_two_and_a_half_percent_at_each_end(count: int) -> None:
    low, high = count_range(count)
    assert poisson_at_most(count, high) == pytest.approx(0.025, abs=0.003)
    assert 1 - poisson_at_most(count - 1, low) == pytest.approx(0.025, abs=0.013)


def test_nothing_counted_still_leaves_a_few_possible() -> None:
    low, high = count_range(0)
    assert low == 0
    assert 3 < high < 4


@pytest.mark.parametrize(("size", "rank"), [(6, 1), (9, 2), (20, 6), (50, 18), (100, 40)])
def test_the_range_of_the_median_has_the_ranks_of_the_tables(size: int, rank: int) -> None:
    found = usual(list(range(1, size + 1)))
    assert found is not None
    assert (found.low, found.high) == (rank, size + 1 - rank)


def test_five_posts_give_a_median_without_a_range() -> None:
    assert usual([1, 2, 3, 4, 5]) == Usual(3.0, None, None, 5)
    assert usual([]) is None


def test_a_usual_of_nothing_is_no_measure() -> None:
    assert standing(5, Usual(0.0, 0.0, 0.0, 9)) is None
    assert standing(5, None) is None


@given(st.lists(st.integers(0, 500), min_size=1, max_size=60))
def test_marks_are_few_certain_and_never_both(counts: list[int]) -> None:
    against = usual(counts)
    named = [(str(place), count) for place, count in enumerate(counts)]
    found = marks(named, against)
    assert sum(mark == "best" for mark in found.values()) <= 3
    assert sum(mark == "worst" for mark in found.values()) <= 3
    for key, mark in found.items():
        stands = standing(counts[int(key)], against)
        assert stands is not None
        assert stands.is_above if mark == "best" else stands.is_below
