"""A6, A7: shared people are counted exactly, and no small group follows by adding and subtracting."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audience.overlapping import Overlap, overlap

K = 10
KEYS = (71, 13, 5, 902)
Regions = dict[frozenset[int], int]


def regions_of(accounts: int) -> st.SearchStrategy[Regions]:
    sets = [frozenset(c) for size in range(1, accounts + 1) for c in combinations(range(accounts), size)]
    sizes = st.sampled_from([0, 1, 3, 9, 10, 12, 25, 60, 400])
    return st.fixed_dictionaries(dict.fromkeys(sets, sizes))


def cells(accounts: int) -> list[frozenset[int]]:
    return [frozenset(c) for size in range(1, accounts + 1) for c in combinations(range(accounts), size)]


def row(found: list[frozenset[int]], part: frozenset[int], chosen: frozenset[int]) -> list[float]:
    return [float(cell & chosen == part) for cell in found]


def projected(counts: Regions, chosen: tuple[int, ...]) -> Regions:
    """The same people, asked about fewer accounts, which are numbered anew."""
    found: Regions = {}
    for cell, people in counts.items():
        part = frozenset(chosen.index(one) for one in cell if one in chosen)
        if part:
            found[part] = found.get(part, 0) + people
    return found


def asked(counts: Regions, chosen: tuple[int, ...]) -> Overlap:
    return overlap(projected(counts, chosen), [KEYS[one] for one in chosen], K)


@given(regions_of(3))
@settings(max_examples=150)
def test_no_small_group_follows_from_all_answers_together_by_subtraction(counts: Regions) -> None:
    found = cells(3)
    sums, small = [row(found, frozenset([one]), frozenset([one])) for one in range(3)], []
    for size in (2, 3):
        for chosen in combinations(range(3), size):
            true = projected(counts, chosen)
            whole = frozenset(chosen)
            for region in asked(counts, chosen).regions:
                part = frozenset(chosen[m] for m in region.members)
                people = true.get(frozenset(region.members), 0)
                if region.people is not None and not region.about:
                    assert region.people == people
                    sums.append(row(found, part, whole))
                if 0 < people < K:
                    assert region.people is None
                    small.append(row(found, part, whole))
    rank = np.linalg.matrix_rank(np.array(sums))
    for one in small:
        assert np.linalg.matrix_rank(np.array([*sums, one])) > rank


@given(regions_of(3))
def test_rounded_counts_lie_near_the_true_ones(counts: Regions) -> None:
    for region in asked(counts, (0, 1, 2)).regions:
        true = counts[frozenset(region.members)]
        if region.people is not None:
            assert abs(region.people - true) < K
            assert region.people % K == 0 if region.about else region.people == true


@given(regions_of(4))
@settings(max_examples=40)
def test_an_answer_is_the_same_alone_and_inside_a_larger_one(counts: Regions) -> None:
    whole = asked(counts, (0, 1, 2, 3))
    for pair in whole.pairs:
        alone = asked(counts, (pair.a, pair.b)).pairs[0]
        assert (alone.shared, alone.jaccard, alone.about) == (pair.shared, pair.jaccard, pair.about)


@given(regions_of(2).filter(lambda counts: all(n == 0 or n >= K for n in counts.values())))
def test_without_small_groups_everything_is_told_exactly(counts: Regions) -> None:
    told = asked(counts, (0, 1))
    a, b, both = (counts[frozenset(cell)] for cell in ({0}, {1}, {0, 1}))
    assert {frozenset(r.members): r.people for r in told.regions} == counts
    assert told.people == a + b + both
    pair = told.pairs[0]
    if pair.shared is not None:
        assert pair.shared == both
        assert pair.share_of_a == both / (a + both)
        assert pair.jaccard == both / (a + b + both)


def test_one_small_shared_group_hides_the_figures_that_would_tell_it() -> None:
    told = asked({frozenset([0]): 101, frozenset([1]): 203, frozenset([0, 1]): 4}, (0, 1))
    assert told.sizes == (105, 207)
    assert told.pairs[0].shared is None
    assert told.pairs[0].jaccard is None
    assert all(region.about or region.people is None for region in told.regions)
    assert told.people is None


@pytest.mark.parametrize("size", [3, 12])
def test_an_account_with_too_few_people_has_no_size(size: int) -> None:
    told = asked({frozenset([0]): size, frozenset([1]): 300}, (0, 1))
    assert told.sizes[0] == (None if size < K else size)
