"""A8: the figures of an evaluation are what the formulas of their sources say, on cases worked out by hand."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.evaluation import (
    Case,
    Figure,
    Sample,
    bracket_of,
    curves,
    evaluation,
    labels_needed,
    lines,
    question,
    read_age,
    report,
)
from audience.evaluation import measures as m
from aura.providers.ports import AGES, GENDERS, UNKNOWN


def case(truth: str, seen: str, confidence: float = 0.9, **more: Any) -> Case:
    return Case(truth, seen, confidence, more.pop("best", seen if seen != UNKNOWN else ""), **more)


HAND = [
    *[case("woman", "woman")] * 6,
    *[case("woman", "man")] * 2,
    *[case("woman", UNKNOWN, 0.6, best="man")] * 2,
    *[case("man", "man")] * 9,
    *[case("man", "woman")] * 1,
]


def test_accuracy_coverage_and_both_f1_by_hand() -> None:
    sample = Sample.of(GENDERS, HAND)
    assert m.coverage(sample).value == pytest.approx(18 / 20)
    assert m.accuracy(sample).value == pytest.approx(15 / 18)
    assert m.strict_accuracy(sample).value == pytest.approx(15 / 20)
    assert m.forced_accuracy(sample).value == pytest.approx(15 / 20)
    # Answered: woman P 6/7, R 6/8; man P 9/11, R 9/10. F1 = 2PR / (P + R).
    assert m.macro_f1(sample) == pytest.approx((0.8 + 18 / 21) / 2)
    # With the two abstentions as misses: woman R 6/10.
    assert m.macro_f1(sample, strict=True) == pytest.approx((12 / 17 + 18 / 21) / 2)
    assert m.recall(sample, 0).value == pytest.approx(6 / 8)
    assert m.precision(sample, 0).value == pytest.approx(6 / 7)
    assert m.confusion(sample).tolist() == [[6, 2, 2], [1, 9, 0]]


def test_shares_have_wilsons_interval_on_kishs_effective_size() -> None:
    # Newcombe, Stat. Med. 17 (1998) 857, table I, method 3: 81 of 263.
    hits = np.array([1.0] * 81 + [0.0] * 182)
    found = m.share(hits, np.ones(263))
    assert (found.low, found.high) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert m.effective_size(np.array([1.0, 1.0, 1.0, 1.0])) == 4
    assert m.effective_size(np.array([9.0, 1.0])) == pytest.approx(100 / 82)


def test_a_difference_of_shares_has_newcombes_interval() -> None:
    # Newcombe, Stat. Med. 17 (1998) 873, table II, method 10: 56/70 - 48/80.
    one, other = (m.share(np.array([1.0] * a + [0.0] * (n - a)), np.ones(n)) for a, n in ((56, 70), (48, 80)))
    found = m.difference(one, other)
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_calibration_error_is_the_weighted_gap_over_the_bins() -> None:
    cases = [case("woman", "woman", 0.95)] * 8 + [case("man", "woman", 0.95)] * 2 + [case("man", "man", 0.65)] * 10
    # Bin 0.9-1: said 0.95, right 0.8, ten cases; bin 0.6-0.7: said 0.65, right 1, ten cases.
    assert curves.calibration_error(Sample.of(GENDERS, cases)) == pytest.approx((0.15 + 0.35) / 2)
    assert [one.accuracy.n for one in curves.reliability(Sample.of(GENDERS, cases))] == [10, 10]


def test_a_perfectly_calibrated_model_has_almost_no_calibration_error() -> None:
    random = np.random.default_rng(1)
    sure = random.uniform(0.5, 1, 20_000)
    cases = [case("man", "man" if random.random() < p else "woman", float(p)) for p in sure]
    assert (curves.calibration_error(Sample.of(GENDERS, cases)) or 0) < 0.015


def test_the_area_under_the_risk_coverage_curve_by_hand() -> None:
    cases = [
        case("man", "man", 0.9),
        case("man", "woman", 0.8),
        case("man", "man", 0.7),
        case("man", UNKNOWN, 0.0),
    ]
    sample = Sample.of(GENDERS, cases)
    # Risks after each further answer: 0, 1/2, 1/3.
    assert curves.aurc(sample) == pytest.approx((0 + 1 / 2 + 1 / 3) / 3)
    points = curves.risk_coverage(sample)
    assert [(round(p["coverage"], 3), round(p["risk"], 3)) for p in points] == [(0.25, 0.0), (0.5, 0.5), (0.75, 0.333)]


def test_a_confidence_that_knows_beats_one_that_does_not() -> None:
    wise = [case("man", "man", 0.9)] * 80 + [case("man", "woman", 0.6)] * 20
    blind = [case("man", "man", 0.8)] * 80 + [case("man", "woman", 0.8)] * 20
    good, poor = (curves.aurc(Sample.of(GENDERS, cases)) or 0 for cases in (wise, blind))
    assert good < poor == pytest.approx(0.2)


def test_errors_in_years_use_the_models_own_years_or_the_middle_of_its_bracket() -> None:
    own = [case("25-34", "35-44", age=30.0, years=36.0), case("25-34", "25-34", age=30.0, years=26.0)]
    found = report.years(own)
    assert found["mean_absolute_error"]["value"] == pytest.approx(5)
    assert found["mean_error"]["value"] == pytest.approx(1)
    assert report.years([case("25-34", "35-44", age=30.0)])["mean_absolute_error"]["value"] == pytest.approx(10)


def test_one_bracket_off_counts_as_near_and_two_do_not() -> None:
    cases = [case("25-34", "25-34"), case("25-34", "35-44"), case("25-34", "45-54")]
    assert m.near_accuracy(Sample.of(AGES, cases)).value == pytest.approx(2 / 3)


def test_groups_are_compared_with_everybody_else() -> None:
    cases = [case("man", "man", group="a")] * 40 + [case("man", "woman", group="b")] * 10 + [case("man", "man")] * 30
    found = {row["group"]: row for row in report.groups(Sample.of(GENDERS, cases))}
    assert (found["a"]["accuracy"]["value"], found["b"]["accuracy"]["value"]) == (1.0, 0.0)
    assert (found["a"]["too_small"], found["b"]["too_small"]) == (False, True)
    assert found["b"]["against_the_rest"]["high"] < 0


def test_the_same_answers_give_the_same_report() -> None:
    assert question(GENDERS, HAND, seed=3) == question(GENDERS, HAND, seed=3)


def test_an_evaluation_of_nothing_has_no_figures_and_still_prints() -> None:
    found = evaluation([], [])
    assert found["gender"]["accuracy"]["value"] is None
    whole = found | {
        "model": {"name": "local", "version": "2", "prompt": ""},
        "rows": {"listed": 0, "evaluated": 0, "left_out": 0, "placed_by_middle": 0, "problems": 0},
        "speed": {"seconds": 0.0, "seconds_per_1000": 0.0},
        "cost": {"usd": 0.0, "usd_per_1000": 0.0},
        "problems": [],
    }
    assert list(lines(whole))


@given(
    st.lists(st.tuples(st.sampled_from(GENDERS), st.sampled_from([*GENDERS, UNKNOWN]), st.floats(0, 1)), max_size=60)
)
def test_every_share_lies_in_its_own_interval(rows: list[tuple[str, str, float]]) -> None:
    sample = Sample.of(GENDERS, [case(truth, seen, sure) for truth, seen, sure in rows])
    for figure in (m.accuracy(sample), m.coverage(sample), m.strict_accuracy(sample), m.forced_accuracy(sample)):
        if figure.value is not None:
            assert 0 <= (figure.low or 0) <= figure.value + 1e-9
            assert figure.value - 1e-9 <= (figure.high or 0) <= 1
    error = curves.calibration_error(sample)
    assert error is None or 0 <= error <= 1


def test_a_bootstrap_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(11)
    hits = 0
    for trial in range(60):
        errors = random.normal(5.0, 3.0, 80)
        found = m.mean(errors, trial)
        hits += (found.low or 0) <= 5.0 <= (found.high or 0)
    assert 50 <= hits <= 60


def test_the_number_of_labels_for_a_range_is_cochrans() -> None:
    assert labels_needed(Figure(0.5, 0.4, 0.6, 10_000), 0.05) == pytest.approx(385, abs=1)
    assert labels_needed(Figure(0.5, 0.4, 0.6, 10_000), 0.05, effect=2) == pytest.approx(769, abs=2)
    assert labels_needed(Figure(None, None, None, 0), 0.05) == 385


@pytest.mark.parametrize(
    ("words", "low", "high", "bracket"),
    [
        ("34", 34, 34, "25-34"),
        ("34.9", 34.9, 34.9, "25-34"),
        ("25-34", 25, 35, "25-34"),
        ("25–34 years", 25, 35, "25-34"),
        ("(25, 32)", 25, 33, "25-34"),
        ("60+", 60, 85, "65+"),
        ("65+", 65, 85, "65+"),
        ("more than 70", 70, 85, "65+"),
        ("30s", 30, 40, "35-44"),
        ("thirties", 30, 40, "35-44"),
        ("age 41", 41, 41, "35-44"),
        ("12", 12, 12, "13-17"),
        ("0-2", 0, 3, "13-17"),
    ],
)
def test_ages_are_read_as_people_write_them(words: str, low: float, high: float, bracket: str) -> None:
    span = read_age(words)
    assert span is not None
    assert (span.low, span.high, span.bracket) == (low, high, bracket)


@pytest.mark.parametrize("words", ["", "old", "200", "-5", "25-", "34-25", "1e9", "NaN"])
def test_what_is_no_age_is_none(words: str) -> None:
    assert read_age(words) is None


@given(st.text(max_size=20))
def test_no_words_break_the_reading_of_ages(words: str) -> None:
    span = read_age(words)
    assert span is None or (0 <= span.low <= span.high <= 121 and span.bracket in AGES)


def test_a_span_that_crosses_brackets_is_known_to() -> None:
    crossing, inside = read_age("20-29"), read_age("25-34")
    assert crossing is not None
    assert inside is not None
    assert (crossing.fits, inside.fits) == (False, True)
    assert [bracket_of(years) for years in (17.99, 18, 24.99, 64.99, 65)] == ["13-17", "18-24", "18-24", "55-64", "65+"]
