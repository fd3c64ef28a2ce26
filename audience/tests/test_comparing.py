"""A6: two sides are compared by published methods, and growth by a robust score."""

import math
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience import comparing, growth
from audience.comparing import Row, Side
from audience.statistics import wilson


def seen(count: int, n: int, noise: float = 0.0) -> Side:
    return Side(count / n, *wilson(count / n, n), count, n, noise)


@given(st.integers(1, 300), st.integers(1, 300), st.integers(301, 900), st.integers(301, 900))
def test_two_proportions_are_tested_like_a_table_by_chi_squared(a: int, b: int, m: int, n: int) -> None:
    c, d = m - a, n - b
    squared = (m + n) * (a * d - b * c) ** 2 / (m * n * (a + b) * (c + d))
    assert comparing.proportions_p(seen(a, m), seen(b, n)) == pytest.approx(math.erfc(math.sqrt(squared / 2)))
    assert comparing.proportions_p(seen(a, m, 9.0), seen(b, n)) >= comparing.proportions_p(seen(a, m), seen(b, n))


def test_the_range_of_a_difference_is_newcombes() -> None:
    # Newcombe (1998), table II, (a): 56/70 against 48/80, method 10.
    gap, low, high = comparing.difference(seen(56, 70), seen(48, 80))
    assert (round(gap, 4), round(low, 4), round(high, 4)) == (0.2, 0.0524, 0.3339)


def test_corrections_agree_with_published_examples() -> None:
    # Benjamini & Hochberg (1995), §4: four hypotheses are rejected, by stepwise Bonferroni three.
    values = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528]
    values += [0.7590, 1.0]
    assert sum(p < 0.05 for p in comparing.benjamini_hochberg(values)) == 4
    assert sum(p < 0.05 for p in comparing.holm(values)) == 3
    assert comparing.holm([0.04, 0.01, 0.03, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert comparing.benjamini_hochberg([0.04, 0.01, 0.03, 0.02]) == pytest.approx([0.04] * 4)


@given(st.lists(st.floats(0, 1), max_size=20))
def test_corrections_are_never_bolder_than_what_they_correct(values: list[float]) -> None:
    strict, mild = comparing.holm(values), comparing.benjamini_hochberg(values)
    for p, a, b in zip(values, strict, mild, strict=True):
        assert p <= b + 1e-12 <= a + 2e-12
        assert a <= 1


def test_cohens_h_of_his_table() -> None:
    # Cohen (1988), table 6.2.2: phi(.50) = 1.571, phi(.30) = 1.159.
    assert comparing.cohens_h(0.5, 0.3) == pytest.approx(1.571 - 1.159, abs=1e-3)
    assert comparing.cohens_h(0, 1) == pytest.approx(-math.pi)


def test_equal_audiences_are_seldom_called_different() -> None:
    random, wrong = np.random.default_rng(3), 0
    for _ in range(300):
        rows = [
            Row("t", str(n), "x", seen(int(random.binomial(800, 0.3)), 800), seen(int(random.binomial(500, 0.3)), 500))
            for n in range(10)
        ]
        wrong += any(row.verdict == comparing.CLEAR for row in comparing.compared(rows))
    assert wrong / 300 <= 0.09


def test_verdicts_are_words_and_hidden_sides_are_not_tested() -> None:
    rows = [
        Row("t", "a", "a", seen(500, 1000), seen(300, 1000)),
        Row("t", "b", "b", seen(305, 1000), seen(300, 1000)),
        Row("t", "c", "c", None, seen(300, 1000)),
        Row("t", "d", "d", Side(3.0, 2.9, 3.1), Side(2.0, 1.9, 2.1), comparing.MEAN),
    ]
    found = comparing.compared(rows)
    assert [row.words for row in found] == [
        "Clearly different",
        "Could be chance",
        "Too few to tell",
        "Clearly different",
    ]
    assert [row.size for row in found] == ["small", "tiny", "", ""]
    assert comparing.counted_words(found) == "2 of 3 figures are clearly different."
    assert "Too few" in comparing.counted_words(found[2:3])
    assert "None of 1" in comparing.counted_words(comparing.compared(rows[1:2]))


def test_robust_scores_by_hand() -> None:
    values = [2.1, 2.6, 2.4, 2.5, 2.3, 2.1, 2.3, 2.6, 8.2, 8.3]
    scores = growth.robust_scores(values)
    assert scores[8] == pytest.approx(0.6745 * (8.2 - 2.45) / 0.15)
    assert growth.robust_scores([5, 5, 5, 5, 9])[4] == pytest.approx(4 / (1.253314 * 0.8))
    assert growth.robust_scores([5, 5]) == [0, 0]
    assert growth.robust_scores([]) == []


START = date(2026, 3, 1)


def series(gains: list[int]) -> list[tuple[date, int]]:
    points, followers = [(START, 1000)], 1000
    for number, gain in enumerate(gains, start=1):
        followers += gain
        points.append((START + timedelta(days=number), followers))
    return points


def test_a_jump_names_what_came_with_it_and_claims_no_cause() -> None:
    found = growth.changes(series([10, 12, 9, 11, 10, 13, 400, 12, 10]))
    assert [change.is_jump for change in found].count(True) == 1
    day = START + timedelta(days=7)
    quiet = [growth.Published(START + timedelta(days=n), f"Post {n}", 5 + n % 2) for n in range(9)]
    loud = growth.Published(day - timedelta(days=1), "Giveaway", 900)
    talk = {START + timedelta(days=n): 20 + n for n in range(9)} | {day: 800}
    (jump,) = growth.jumps(found, [*quiet, loud], talk)
    assert jump.change.gained == 400
    assert jump.candidates[0].what == growth.VIRAL
    assert {c.what for c in jump.candidates} <= {growth.VIRAL, growth.POST, growth.TALK}
    assert growth.jumps(found, [], {})[0].candidates == ()


def test_a_gap_is_spread_over_its_days_and_named() -> None:
    points = [point for point in series([10] * 5 + [12, 9, 11] + [200] * 5 + [10] * 3) if not 9 <= _day(point) <= 12]
    found = growth.changes(points)
    wide = next(change for change in found if change.days > 1)
    assert wide.gained == 1000
    assert wide.per_day == 200
    (jump,) = growth.jumps(found, [], {})
    assert jump.candidates[0].what == growth.GAP


def _day(point: tuple[date, int]) -> int:
    return (point[0] - START).days


def test_few_or_quiet_changes_have_no_jump() -> None:
    assert not any(change.is_jump for change in growth.changes(series([1, 900])))
    assert not any(change.is_jump for change in growth.changes(series([0] * 8 + [1])))
    assert growth.changes([]) == []
