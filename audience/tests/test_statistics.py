"""A6: shares are what the formulas of the sources say, and the corrected ones are nearer to the truth."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience import statistics
from audience.statistics import AGES, ErrorMatrix, age_errors, gender_errors, joint_errors, rogan_gladen, shares, wilson

GENDER = gender_errors(0.987, 0.961, 190)
COUNTS = st.lists(st.integers(0, 5000), min_size=7, max_size=7).filter(lambda counts: sum(counts) > 0)


def test_wilson_gives_the_published_interval() -> None:
    # Newcombe, Stat. Med. 17 (1998) 857, table I, method 3: 81/263, 15/148, 0/20, 1/29.
    for hits, n, low, high in [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611)]:
        assert wilson(hits / n, n) == pytest.approx((low, high), abs=5e-5)
    assert wilson(1 / 29, 29) == pytest.approx((0.0061, 0.1718), abs=5e-5)


def test_wilson_of_nobody_says_nothing() -> None:
    assert wilson(0.5, 0) == (0.0, 1.0)


@given(st.floats(0, 1), st.integers(1, 10**6))
def test_a_wilson_interval_lies_in_the_unit_interval_and_holds_its_share(share: float, n: int) -> None:
    low, high = wilson(share, n)
    assert 0 <= low <= share + 1e-9
    assert share - 1e-9 <= high <= 1


def test_rogan_and_gladen_undo_known_error_rates() -> None:
    true, sensitivity, specificity = 0.3, 0.9, 0.8
    seen = true * sensitivity + (1 - true) * (1 - specificity)
    assert rogan_gladen(seen, sensitivity, specificity) == pytest.approx(true)


def test_an_infeasible_correction_is_clipped() -> None:
    assert rogan_gladen(0.01, 0.9, 0.9) == 0.0
    assert rogan_gladen(0.99, 0.9, 0.9) == 1.0


def test_a_classifier_no_better_than_chance_cannot_be_corrected() -> None:
    with pytest.raises(ValueError, match="chance"):
        rogan_gladen(0.5, 0.5, 0.5)


def test_plain_shares_are_the_counts_over_their_sum() -> None:
    found = shares({"person": 80, "business": 20})
    assert found["person"].share == 0.8
    assert (found["person"].low, found["person"].high) == pytest.approx(wilson(0.8, 100))


def test_shares_of_nobody_are_empty() -> None:
    assert shares({"woman": 0, "man": 0}, GENDER) == {}


def test_the_gender_share_is_corrected_and_its_interval_is_wider_than_wilsons() -> None:
    found = shares({"woman": 300, "man": 100}, GENDER)
    seen = 0.75
    assert found["woman"].share == pytest.approx((seen + 0.961 - 1) / (0.987 + 0.961 - 1))
    low, high = wilson(seen, 400)
    assert found["woman"].high - found["woman"].low > (high - low) / (0.987 + 0.961 - 1)
    assert found["man"].share == pytest.approx(1 - found["woman"].share)
    assert found["man"].low == pytest.approx(1 - found["woman"].high)


@pytest.mark.parametrize("true", [0.1, 0.5, 0.8])
def test_the_corrected_gender_interval_holds_the_truth_in_95_of_100_cases(true: float) -> None:
    random, held, seen = np.random.default_rng(7), 0, 0.987 * true + 0.039 * (1 - true)
    for hits in random.binomial(400, seen, size=400):
        found = shares({"woman": int(hits), "man": 400 - int(hits)}, GENDER)["woman"]
        held += found.low <= true <= found.high
    assert held / 400 >= 0.93


def test_the_age_matrix_agrees_with_what_was_measured_on_labelled_faces() -> None:
    matrix = age_errors(7.0).matrix
    assert matrix.sum(axis=0) == pytest.approx(np.ones(7))
    assert np.diag(matrix).mean() == pytest.approx(0.469, abs=0.05)
    within_one = sum(np.diag(matrix, offset).sum() for offset in (-1, 0, 1)) / 7
    assert within_one == pytest.approx(0.901, abs=0.06)


def test_corrected_ages_are_nearer_to_the_truth() -> None:
    truth = np.array([0.01, 0.10, 0.50, 0.25, 0.10, 0.03, 0.01])
    errors, random = age_errors(7.0), np.random.default_rng(5)
    plain = corrected = 0.0
    for _ in range(30):
        counts = dict(zip(AGES, random.multinomial(2000, errors.matrix @ truth).tolist(), strict=True))
        found = shares(counts, errors)
        corrected += sum(abs(found[age].share - true) for age, true in zip(AGES, truth, strict=True))
        plain += sum(abs(counts[age] / 2000 - true) for age, true in zip(AGES, truth, strict=True))
    assert corrected < 0.7 * plain


@given(COUNTS)
def test_corrected_ages_are_shares_whose_intervals_hold_the_apparent_ones(counts: list[int]) -> None:
    given_counts = dict(zip(AGES, counts, strict=True))
    found = shares(given_counts, age_errors(7.0))
    assert math.isclose(sum(share.share for share in found.values()), 1.0, abs_tol=1e-6)
    for age, share in found.items():
        assert 0 <= share.low <= share.share + 1e-9
        assert share.share <= share.high + 1e-9 <= 1 + 2e-9
        assert share.low - 1e-9 <= given_counts[age] / sum(counts) <= share.high + 1e-9


def test_counts_that_the_age_errors_cannot_have_produced_are_recognised() -> None:
    errors = age_errors(7.0)
    spread = dict(zip(AGES, (1000 * errors.matrix @ np.full(7, 1 / 7)).tolist(), strict=True))
    assert statistics.explains(errors, spread)
    assert not statistics.explains(errors, dict.fromkeys(AGES, 0.0) | {"18-24": 500, "65+": 500})
    assert not statistics.explains(errors, dict.fromkeys(AGES, 0.0))


def test_noise_of_disclosure_control_widens_an_interval() -> None:
    calm, noisy = shares({"a": 50, "b": 50})["a"], shares({"a": 50, "b": 50}, noise=8)["a"]
    assert calm.share == noisy.share
    assert noisy.low < calm.low
    assert noisy.high > calm.high


def test_both_properties_together_keep_the_margins() -> None:
    errors = joint_errors(age_errors(7.0), GENDER)
    assert errors.values[:3] == ("13-17|woman", "13-17|man", "18-24|woman")
    assert errors.matrix.sum(axis=0) == pytest.approx(np.ones(14))


def test_a_perfect_classifier_is_not_corrected() -> None:
    perfect = ErrorMatrix(("woman", "man"), np.eye(2), (0, 0))
    found = shares({"woman": 60, "man": 40}, perfect)["woman"]
    assert (found.share, found.low, found.high) == pytest.approx((0.6, *wilson(0.6, 100)))


def test_only_measured_models_are_corrected() -> None:
    assert set(statistics.error_matrices("local")) == {"gender", "age"}
    assert statistics.error_matrices("somebody-elses") == {}
