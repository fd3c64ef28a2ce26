"""A6: every figure about people, computed a second way or held against a published example."""

import math
import statistics as standard
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audience import loyalty, quality, types
from audience.loyalty import Sums
from audience.statistics import wilson

histograms = st.dictionaries(st.integers(1, 60), st.integers(1, 40), min_size=1, max_size=12)
people = st.lists(st.tuples(st.integers(1, 50), st.integers(0, 200)), min_size=2, max_size=40)


def everybody(histogram: dict[int, int]) -> list[int]:
    return sorted(value for value, number in histogram.items() for _ in range(number))


def sums_of(rows: list[tuple[int, int]]) -> Sums:
    c, l = [row[0] for row in rows], [row[1] for row in rows]  # noqa: E741
    return Sums(
        len(rows),
        sum(c),
        sum(l),
        sum(x * x for x in c),
        sum(x * x for x in l),
        sum(x * y for x, y in rows),
    )


@given(histograms)
def test_gini_is_half_the_relative_mean_difference(histogram: dict[int, int]) -> None:
    each = np.array(everybody(histogram), dtype=float)
    differences = np.abs(each[:, None] - each[None, :]).mean()
    assert loyalty.gini(histogram) == pytest.approx(differences / (2 * each.mean()), abs=1e-12)


def test_gini_of_known_distributions() -> None:
    assert loyalty.gini({3: 50}) == 0
    assert loyalty.gini({1: 99, 901: 1}) == pytest.approx(0.9 - 0.009, abs=1e-3)
    assert loyalty.gini({}) == 0


@given(histograms)
def test_the_most_active_tenth_is_counted_person_by_person(histogram: dict[int, int]) -> None:
    tenfold = {value: 10 * number for value, number in histogram.items()}
    each = everybody(tenfold)
    top = each[-len(each) // 10 :]
    assert loyalty.top_share(tenfold) == pytest.approx(sum(top) / sum(each))
    assert loyalty.top_share(tenfold, 1.0) == pytest.approx(1)
    assert loyalty.top_share(tenfold, 0.5) >= 0.5 - 1e-9


@given(histograms)
@settings(max_examples=25)
def test_bootstrap_ranges_hold_their_figure(histogram: dict[int, int]) -> None:
    for figure in (loyalty.gini_range(histogram), loyalty.top_range(histogram)):
        assert 0 <= figure.low <= figure.value <= figure.high <= 1 + 1e-9
    assert loyalty.gini_range(histogram) == loyalty.gini_range(dict(reversed(histogram.items())))


def test_a_bootstrap_range_covers_the_truth_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(7)
    population = random.geometric(0.3, size=200_000)
    truth = loyalty.gini(dict(zip(*map(np.ndarray.tolist, np.unique(population, return_counts=True)), strict=True)))
    hits = 0
    for _ in range(60):
        values, counts = np.unique(random.choice(population, 400), return_counts=True)
        found = loyalty.gini_range(dict(zip(values.tolist(), counts.tolist(), strict=True)))
        hits += found.low <= truth <= found.high
    assert hits >= 50


@given(people)
def test_means_and_ratios_are_those_of_single_people(rows: list[tuple[int, int]]) -> None:
    sums = sums_of(rows)
    mean, ratio = loyalty.comments_a_person(sums), loyalty.likes_a_comment(sums)
    assert mean is not None
    assert ratio is not None
    comments = [c for c, _ in rows]
    half = 1.959964 * standard.stdev(comments) / math.sqrt(len(rows))
    assert mean.value == pytest.approx(standard.fmean(comments))
    assert mean.high - mean.value == pytest.approx(half, abs=1e-6)
    slope = sum(likes for _, likes in rows) / sum(comments)
    residuals = sum((likes - slope * c) ** 2 for c, likes in rows) / (len(rows) - 1)
    error = math.sqrt(residuals / len(rows)) / standard.fmean(comments)
    assert ratio.value == pytest.approx(slope)
    assert ratio.high - ratio.value == pytest.approx(1.959964 * error, abs=1e-4 * (1 + error))
    assert 0 <= mean.low <= mean.value
    assert 0 <= ratio.low <= ratio.value


def test_one_person_alone_has_no_range() -> None:
    assert loyalty.comments_a_person(Sums(1, 5, 0, 25, 0, 0)) is None
    assert loyalty.likes_a_comment(loyalty.NOBODY) is None


months_of = st.lists(st.tuples(st.sets(st.integers(0, 8), min_size=1), st.booleans()), max_size=30)


@given(months_of)
def test_months_and_cohorts_count_each_person_once_a_month(given_people: list[tuple[set[int], bool]]) -> None:
    cohorts: dict[tuple[date, date], tuple[int, int]] = {}
    for active, loyal in given_people:
        for month in active:
            key = date(2026, 1 + min(active), 1), date(2026, 1 + month, 1)
            n, m = cohorts.get(key, (0, 0))
            cohorts[key] = n + 1, m + loyal
    for found in loyalty.months(cohorts):
        place = found.month.month - 1
        here = [(active, loyal) for active, loyal in given_people if place in active]
        assert found.people == len(here)
        assert found.new == sum(min(active) == place for active, _ in here)
        assert found.loyal == sum(loyal and min(active) < place for active, loyal in here)
    for first, later in loyalty.retention(cohorts).items():
        start = first.month - 1
        mine = [active for active, _ in given_people if min(active) == start]
        assert later[0] == len(mine)
        assert all(later[n] == sum(start + n in active for active in mine) for n in later)


def test_loyal_is_three_posts_or_three_weeks() -> None:
    assert [loyalty.is_loyal(*case) for case in ((3, 1), (1, 3), (2, 2), (0, 0))] == [True, True, False, False]


def profile(followers: int | None, following: int | None, **more: object) -> types.Profile:
    return types.Profile("lena.brews", followers, following, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (profile(5001, 1499), types.INFLUENCER),
        (profile(5000, 1499), types.REAL),
        (profile(5001, 1500), types.REAL),
        (profile(5001, 1501), types.MASS_FOLLOWER),
        (profile(10, 1501, posts=9), types.MASS_FOLLOWER),
        (profile(10, 1501, posts=0), types.SUSPICIOUS),
        (profile(10, 1501, posts=0, verified=True), types.MASS_FOLLOWER),
        (profile(None, 10), types.UNKNOWN),
        (profile(10, None, copies=9, profile_type="suspected_bot"), types.UNKNOWN),
        (profile(300, 250, copies=3, picture_missing=True), types.SUSPICIOUS),
    ],
)
def test_accounts_fall_into_the_class_the_rules_name(found: types.Profile, kind: str) -> None:
    assert types.kind(found) == kind


def test_no_single_signal_makes_an_account_suspicious_and_reasons_are_named() -> None:
    assert all(signal.weight < types.ENOUGH for signal in types.SIGNALS)
    assert [signal.bit for signal in types.SIGNALS] == [2**n for n in range(len(types.SIGNALS))]
    assert types.points(63) == sum(signal.weight for signal in types.SIGNALS)
    assert types.reasons(1 | 16) == [types.SIGNALS[4].words, types.SIGNALS[0].words]
    assert types.signal_counts({0: 9, 1: 2, 3: 5})["no_picture"] == 7


shares = st.floats(0, 1).flatmap(lambda p: st.integers(100, 9999).map(lambda n: quality.Share(p, *wilson(p, n), n)))


@given(st.dictionaries(st.sampled_from([rule.name for rule in quality.RULES]), shares), st.integers(0, 5000))
def test_a_score_is_the_sum_of_its_parts_and_lies_in_its_range(found: dict[str, quality.Share], n: int) -> None:
    told = quality.score(found, n)
    known = sum(rule.weight for rule in quality.RULES if rule.name in found)
    assert (told.score is None) == (n < 100 or known < 60) == bool(told.refused)
    if told.score is None or told.low is None or told.high is None:
        return
    assert told.score == pytest.approx(sum(part.points or 0 for part in told.parts))
    assert sum(part.weight for part in told.parts) == pytest.approx(100)
    assert 0 <= told.low <= told.score + 1e-9
    assert told.score <= told.high + 1e-9 <= 100 + 1e-8


def test_a_score_by_hand() -> None:
    sure = {name: quality.Share(p, p, p, 500) for name, p in {"human": 0.9, "loyal": 0.1, "spread": 0.55}.items()}
    told = quality.score(sure | {"original": quality.Share(1, 1, 1, 500)}, 500)
    assert sum(rule.weight for rule in quality.RULES) == 100
    assert told.score == pytest.approx((15 * 0.9 + 25 * 0.5 + 15 * 0.5 + 10) / 65 * 100)
    assert told.parts[0].missing == "Not known"
    assert "needs 100 people" in quality.score(sure, 99).refused
    assert "needs 60" in quality.score(sure, 500).refused
