"""A7: whoever reads the reports, in whatever combination, cannot work out a group of fewer than k people."""

import random
from collections.abc import Iterator
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from audience.anonymity import (
    SHUFFLED,
    Census,
    Grid,
    Table,
    Within,
    blurred,
    blurred_grid,
    blurred_people,
    blurred_table,
    draw,
    exact_grid,
    exact_table,
    hidden_cells,
    merged_small,
    rounded,
)

VALUES = ("a", "b", "c")
AGES = ("young", "old")
GENDERS = ("woman", "man")
AXES = {"age": (*AGES, "unknown"), "gender": (*GENDERS, "unknown")}


def subsets(places: int) -> Iterator[tuple[int, ...]]:
    for size in range(1, places + 1):
        yield from combinations(range(places), size)


@pytest.mark.parametrize("key", [0, 1, 2])
def test_no_small_group_of_an_exact_table_follows_from_the_others_and_the_total(key: int) -> None:
    """Every table of four cells: any small group of cells has at least ``k`` other sizes that fit what is shown."""
    k = 3
    for counts in product(range(7), repeat=4):
        total = sum(counts)
        if total < k:
            continue
        cells = dict(zip((*VALUES, "unknown"), counts, strict=True))
        table = exact_table(cells, VALUES, total, k, key)
        shown = (*table.counts.values(), table.unknown)
        hidden = [place for place, count in enumerate(shown) if count is None]
        assert table.rest == sum(counts[place] for place in hidden)
        for group in subsets(4):
            if 0 < sum(counts[place] for place in group) < k:
                assert set(group) <= set(hidden), "no part of it is shown"
                assert set(group) != set(hidden), "it is not all that is hidden"
                assert table.rest >= k, "so it may have any size from nobody to this"


def test_which_larger_group_is_hidden_with_a_small_one_is_a_secret() -> None:
    chosen = [
        tuple(
            value
            for value, count in exact_table({"a": 30, "b": 25, "c": 4}, VALUES, 159, 10, key).counts.items()
            if count
        )
        for key in range(50)
    ]
    assert {("a",), ("b",)} == set(chosen)


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 60), min_size=1), st.integers(2, 20))
def test_hidden_cells_hold_k_people_together_or_nobody(cells: dict[str, int], k: int) -> None:
    hidden = hidden_cells(cells, k)
    assert all(cell in hidden for cell, count in cells.items() if count < k)
    rest = sum(cells[cell] for cell in hidden)
    assert rest == 0 or rest >= k or hidden == set(cells)


def test_what_is_safe_is_shown() -> None:
    table = exact_table({"a": 40, "b": 30, "c": 20}, VALUES, 110, 10)
    assert (table.counts, table.unknown, table.rest) == ({"a": 40, "b": 30, "c": 20}, 20, 0)


def test_a_single_small_group_takes_the_smallest_other_one_with_it() -> None:
    table = exact_table({"a": 80, "b": 30, "c": 4}, VALUES, 314, 10)
    assert table.counts == {"a": 80, "b": None, "c": None}
    assert table.filled() == {"a": 80.0, "b": 17.0, "c": 17.0}


def test_an_empty_group_costs_no_other_group_its_number() -> None:
    table = exact_table({"a": 40, "b": 30}, VALUES, 90, 10)
    assert table.counts == {"a": 40, "b": 30, "c": None}


def test_small_languages_are_put_together() -> None:
    assert merged_small({"sv": 3, "en": 50, "de": 60, "unknown": 20}, 10) == {"de": 60, "en": 50, "other": 3}
    assert merged_small({"en": 50}, 10) == {"en": 50}


def tables_that_fit(grid: Grid, rows: Table, columns: Table, total: int, k: int) -> dict[tuple[str, str], Any]:
    """Every table of age × gender that looks like this grid beside these two: the possible sizes of each cell."""
    base = grid.rounded_to
    ranges = [
        np.arange(total + 1) if count is None else np.arange(max(k, count - base + 1), count + base)
        for count in grid.counts.values()
    ]
    sizes: dict[tuple[str, str], Any] = dict(
        zip(grid.counts, (axis.ravel() for axis in np.meshgrid(*ranges)), strict=True)
    )
    for age, margin in rows.counts.items():
        if margin is not None:
            sizes[age, "unknown"] = margin - sum(sizes[age, gender] for gender in GENDERS)
    for gender, margin in columns.counts.items():
        if margin is not None:
            sizes["unknown", gender] = margin - sum(sizes[age, gender] for age in AGES)
    fits = np.all([size >= 0 for size in sizes.values()], axis=0) & (sum(sizes.values()) <= total)
    return {cell: set(size[fits].tolist()) for cell, size in sizes.items()}


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 9) | st.integers(0, 3), min_size=9, max_size=9), st.integers(0, 2**32))
@example([0, 4, 0, 0, 4, 0, 0, 1, 4], 0)
def test_age_and_gender_together_give_no_small_group_away(cells: list[int], key: int) -> None:
    k, total = 4, sum(cells)
    counts = dict(zip(product((*AGES, "unknown"), (*GENDERS, "unknown")), cells, strict=True))
    by_age = {age: sum(n for (a, _), n in counts.items() if a == age) for age in AGES}
    by_gender = {gender: sum(n for (_, g), n in counts.items() if g == gender) for gender in GENDERS}
    rows, columns = exact_table(by_age, AGES, total, k), exact_table(by_gender, GENDERS, total, k)
    grid = exact_grid(counts, rows, columns, k, key=key)
    assert all(count is None or count >= k for count in grid.counts.values())
    assume(total >= k and sum(count is None for count in grid.counts.values()) < 4)
    fitting = tables_that_fit(grid, rows, columns, total, k)
    for cell, sizes in fitting.items():
        assert counts[cell] in sizes
        assert len(sizes) > 1 or counts[cell] not in range(1, k), (grid, rows, columns, cell)


def test_a_large_audience_keeps_its_pyramid_though_a_few_genders_are_unknown() -> None:
    counts = {(age, gender): 100 for age in AGES for gender in GENDERS} | {("young", "unknown"): 3}
    counts |= {("unknown", gender): 150 for gender in (*GENDERS, "unknown")}
    rows = exact_table({"young": 203, "old": 200}, AGES, 853, 10)
    columns = exact_table({"woman": 350, "man": 350}, GENDERS, 853, 10)
    grid = exact_grid(counts, rows, columns, 10)
    assert grid.rounded_to == 5
    assert all(count is not None and abs(count - 100) < 5 for count in grid.counts.values())


def test_a_grid_without_small_groups_is_exact() -> None:
    counts = {("young", "woman"): 20, ("young", "man"): 10, ("old", "woman"): 12, ("unknown", "unknown"): 40}
    rows = exact_table({"young": 30, "old": 12}, AGES, 82, 10)
    columns = exact_table({"woman": 32, "man": 10}, GENDERS, 82, 10)
    grid = exact_grid(counts, rows, columns, 10)
    assert grid.rounded_to == 1
    assert grid.counts == {**dict.fromkeys(product(AGES, GENDERS)), **{c: n for c, n in counts.items() if c[0] in AGES}}


def census(people: list[tuple[str, str]], seed: int) -> Census:
    """These people (age, gender), shuffled as the database does it by each one's own secret number."""
    found = Census(AXES)
    for place, person in enumerate(people):
        own = random.Random(f"{seed}:{place}")
        seen = [
            own.choice(axis) if own.random() < SHUFFLED else value
            for axis, value in zip(AXES.values(), person, strict=True)
        ]
        found.add(person, 1, true=True)
        found.add(seen, 1, true=False)
        found.key ^= own.getrandbits(64)
    return found


PEOPLE = [("young", "woman")] * 60 + [("young", "man")] * 25 + [("old", "man")] * 40 + [("unknown", "unknown")] * 30


def test_shuffled_counts_are_right_on_average_and_spread_as_predicted() -> None:
    found = np.array([census(PEOPLE, seed).margin("age", "gender").restored for seed in range(150)])
    one = census(PEOPLE, 0).margin("age", "gender")
    assert found.mean(axis=0) == pytest.approx(one.true, abs=1.5)
    expected = np.array([census(PEOPLE, seed).margin("age", "gender").noise for seed in range(150)]).mean(axis=0)
    assert found.std(axis=0) == pytest.approx(expected, rel=0.25)


def test_summing_over_a_dimension_needs_no_correction() -> None:
    one = census(PEOPLE, 3)
    assert one.margin("age", "gender").restored.sum(axis=0) == pytest.approx(one.margin("gender").restored)
    assert one.margin("gender").restored.sum() == pytest.approx(len(PEOPLE))


def test_nobodys_value_is_certain_even_to_one_who_knows_every_shuffled_value() -> None:
    """What all filtered answers together can tell at most: a fair share of the values are not the person's own."""
    people = [("young", "woman")] * 1000
    seen = census(people, 1).seen
    moved = 1 - seen[0, 0] / 1000
    assert moved == pytest.approx(1 - (1 - SHUFFLED * 2 / 3) ** 2, abs=0.04)


def guess(fewer: Census, more: Census, k: int) -> str:
    """The value that the one person more seems to have, from the two answers; the first where nothing moved."""
    before, after = (blurred_table(one, "gender", None, k) for one in (fewer, more))
    rise = {value: (after.counts[value] or 0) - (before.counts[value] or 0) for value in GENDERS}
    return max(rise, key=lambda value: rise[value])


@pytest.mark.parametrize("victim", GENDERS)
def test_two_filters_that_differ_in_one_person_do_not_tell_what_the_person_is(victim: str) -> None:
    tries, right = 150, 0
    for seed in range(tries):
        more = census([*PEOPLE, ("old", victim)], seed)
        right += guess(census(PEOPLE, seed), more, 10) == victim
    chance = 0.5
    other = GENDERS[1 - GENDERS.index(victim)]
    for_the_other = sum(
        guess(census(PEOPLE, seed), census([*PEOPLE, ("old", other)], seed), 10) == victim for seed in range(tries)
    )
    assert abs(right - for_the_other) / tries < 0.15, "the guess hardly depends on what the person is"
    assert right / tries < chance + 0.35


def test_asking_again_cannot_average_the_noise_away() -> None:
    one, again = census(PEOPLE, 5), census(PEOPLE, 5)
    assert blurred_table(one, "gender", None, 10) == blurred_table(again, "gender", None, 10)
    assert blurred_grid(one, "age", "gender", None, 10) == blurred_grid(again, "age", "gender", None, 10)


@given(st.floats(-50, 200), st.integers(0, 200), st.integers(5, 20), st.integers(0, 2**64 - 1))
def test_a_filtered_count_is_a_multiple_of_k_and_never_of_a_small_group(
    restored: float, true: int, k: int, key: int
) -> None:
    shown = blurred(restored, true, k, key, "cell")
    assert shown is None or (shown % k == 0 and shown >= k and true >= k and restored >= k)


@given(st.integers(0, 1000), st.integers(2, 20))
def test_rounding_moves_by_less_than_its_base_and_is_right_on_average(count: int, base: int) -> None:
    found = [rounded(count, base, key, "x") for key in range(200)]
    assert all(abs(value - count) < base and value % base == 0 for value in found)
    assert sum(found) / 200 == pytest.approx(count, abs=base / 5)


def test_draws_are_even_and_differ_by_key_and_label() -> None:
    found = [draw(key, "a") for key in range(1000)]
    assert np.histogram(found, bins=4, range=(0, 1))[0] == pytest.approx([250] * 4, abs=60)
    assert draw(1, "a", "b") != draw(1, "ab")
    assert draw(-1, "a") == draw(2**64 - 1, "a")


def test_a_value_filter_is_answered_from_the_same_shuffled_people() -> None:
    one = census(PEOPLE * 4, 2)
    young = Within("age", "young")
    assert blurred_people(one, young, 10) == pytest.approx(340, abs=50)
    table = blurred_table(one, "gender", young, 10)
    assert table.counts["woman"] == pytest.approx(240, abs=50)
    assert blurred_table(one, "age", young, 10).counts["old"] is None
    assert blurred_grid(one, "age", "gender", young, 10).counts["old", "man"] is None


def test_the_noise_of_a_filtered_table_is_told_to_its_intervals() -> None:
    one = census(PEOPLE, 1)
    assert blurred_table(one, "gender", None, 10).noise > one.margin("gender").noise.max() > 0
    assert blurred_grid(one, "age", "gender", None, 10).noise > 10 / 6**0.5


def test_fewer_than_k_people_have_no_number() -> None:
    assert blurred_people(census(PEOPLE[:9], 1), None, 10) is None
    assert blurred_people(census(PEOPLE[:10], 1), None, 10) == 10
