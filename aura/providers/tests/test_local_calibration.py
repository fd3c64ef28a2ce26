"""How readings become probabilities, and when they become "unknown"."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from aura.providers.local.combine import (
    AGE_DISTANCE,
    BLURRED,
    FIRM_SCORE,
    SHARP,
    age_estimate,
    age_probabilities,
    decided,
    estimated_years,
    face_log_odds,
    gender_estimate,
)
from aura.providers.local.faces import Face, sharpness
from aura.providers.local.names import NameReading
from aura.providers.ports import AGES


def face(
    woman: float = 0.99, years: float = 30.0, score: float = 1.0, spread: float = 0.5, sharpness: float = 0.4
) -> Face:
    return Face(woman, years, score, 0.5, spread, sharpness)


def name(log_odds: float) -> NameReading:
    return NameReading("full_name", log_odds)


@given(st.floats(0, 80))
def test_the_shares_of_the_age_brackets_sum_to_one(years: float) -> None:
    shares = age_probabilities(years)
    assert tuple(shares) == AGES
    assert math.isclose(sum(shares.values()), 1)
    assert min(shares.values()) > 0


@given(st.floats(0, 1), st.floats(-1, 3), st.one_of(st.none(), st.floats(-4, 4)))
def test_the_shares_of_the_genders_sum_to_one_and_the_likelier_is_the_answer(
    woman: float, score: float, log_odds: float | None
) -> None:
    estimate = gender_estimate(face(woman, score=score), None if log_odds is None else name(log_odds), None)
    assert math.isclose(sum(estimate.probabilities.values()), 1)
    assert estimate.confidence == max(estimate.probabilities.values()) < 1
    assert (estimate.value == "unknown") == (estimate.confidence < 0.85)


@given(st.floats(0.001, 0.998), st.floats(0, 0.001))
def test_a_surer_network_never_lowers_the_calibrated_share(woman: float, more: float) -> None:
    assert face_log_odds(face(woman + more)) >= face_log_odds(face(woman))


def test_a_face_alone_answers_when_the_network_is_sure_and_not_when_it_hesitates() -> None:
    assert gender_estimate(face(0.99), None, None).value == "woman"
    assert gender_estimate(face(0.01), None, None).value == "man"
    assert gender_estimate(face(0.80), None, None).value == "unknown"
    assert gender_estimate(face(0.20), None, None).value == "unknown"


def test_the_network_is_never_believed_beyond_what_was_measured() -> None:
    assert gender_estimate(face(1.0), None, None).confidence < 0.99
    assert gender_estimate(face(0.0), None, None).confidence < 0.99


def test_the_same_certainty_counts_less_for_a_woman_because_men_are_mistaken_more_often() -> None:
    assert -face_log_odds(face(0.1)) > face_log_odds(face(0.9)) > 0


def test_a_name_that_agrees_raises_the_confidence_and_one_that_contradicts_leaves_it_unknown() -> None:
    alone = gender_estimate(face(0.97), None, None).confidence
    assert gender_estimate(face(0.97), name(2.7), None).confidence > alone
    assert gender_estimate(face(0.97), name(-2.7), None).value == "unknown"


def test_a_faint_detection_counts_half_for_gender_and_not_at_all_for_age() -> None:
    faint = face(score=FIRM_SCORE - 0.01)
    assert math.isclose(face_log_odds(faint), face_log_odds(face()) / 2)
    assert age_estimate(face()).value == "25-34"
    assert age_estimate(faint).value == "unknown"


def test_without_any_evidence_nothing_is_claimed() -> None:
    for estimate in (gender_estimate(None, None, None), age_estimate(None)):
        assert (estimate.value, estimate.confidence, dict(estimate.probabilities)) == ("unknown", 0.0, {})


def test_views_that_disagree_give_no_age() -> None:
    assert age_estimate(face(spread=7.0)).value == "unknown"


@pytest.mark.parametrize("years", [0, 5, 11, 12.9, 14])
def test_whoever_looks_younger_than_thirteen_is_in_the_youngest_bracket(years: float) -> None:
    assert age_estimate(face(years=years)).value == "13-17"


@pytest.mark.parametrize("border", [18, 25, 35, 45, 55, 65])
def test_near_the_border_of_two_brackets_the_age_is_unknown(border: int) -> None:
    faces = [face(years=border + offset / 4) for offset in range(-60, 13)]
    near = [one for one in faces if abs(estimated_years(one) - border) < AGE_DISTANCE]
    assert near
    assert {age_estimate(one).value for one in near} == {"unknown"}


def test_every_bracket_can_be_answered() -> None:
    answers = {age_estimate(face(years=years)).value for years in range(10, 81)}
    assert answers == {*AGES, "unknown"}


def test_a_part_of_the_drift_towards_younger_ages_is_undone_for_older_people_only() -> None:
    assert [estimated_years(face(years=years)) for years in (12, 25, 30)] == [12, 25, 30]
    assert estimated_years(face(years=60)) == pytest.approx(63)


@pytest.mark.parametrize("woman", [0.001, 0.999])
def test_a_blurred_face_says_nothing_and_a_soft_one_half(woman: float) -> None:
    soft, blurred = face(woman, sharpness=SHARP - 0.01), face(woman, sharpness=BLURRED - 0.01)
    assert math.isclose(face_log_odds(soft), face_log_odds(face(woman)) / 2)
    assert face_log_odds(blurred) == 0.0
    assert gender_estimate(blurred, None, None).value == "unknown"
    assert age_estimate(soft).value == age_estimate(blurred).value == "unknown"


def test_sharpness_falls_with_blur_and_is_blind_to_light_and_size() -> None:
    random = np.random.default_rng(3)
    sharp = random.integers(60, 200, (64, 64, 3)).astype(np.uint8)
    picture = Image.fromarray(sharp)
    soft = np.asarray(picture.filter(ImageFilter.GaussianBlur(2)))
    assert sharpness(soft) < sharpness(sharp) / 3
    assert sharpness((sharp // 2).astype(np.uint8)) == pytest.approx(sharpness(sharp), rel=0.05)
    assert sharpness(np.full((64, 64, 3), 90, dtype=np.uint8)) == 0.0


def test_the_assumed_error_has_the_measured_size_and_abstaining_pays() -> None:
    # The measured set: as many people in each bracket, 55 to 80 as one; 7.0 years mean absolute error, 46.9 % exact.
    random = np.random.default_rng(7)
    edges = [(13, 18), (18, 25), (25, 35), (35, 45), (45, 55), (55, 81)]
    truth = random.integers(0, 6, 3000)
    ages = np.array([random.uniform(*edges[index]) for index in truth])
    seen = np.clip(ages + random.normal(0, 1, ages.size) * (4.1 + 0.14 * ages), 0, 80)
    assert abs(np.abs(seen - ages).mean() - 7.0) < 0.4
    answers = [age_estimate(face(years=float(years))).value for years in seen]
    bare = np.mean(np.searchsorted([18, 25, 35, 45, 55], seen, side="right") == truth)
    given_answers = [(min(AGES.index(a), 5), index) for a, index in zip(answers, truth, strict=True) if a != "unknown"]
    assert 0.6 < len(given_answers) / truth.size < 0.8
    assert np.mean([a == index for a, index in given_answers]) > bare + 0.02


def test_an_answer_needs_the_confidence() -> None:
    assert decided({"a": 0.5, "b": 0.4}, 0.3).value == "a"
    assert decided({"a": 0.5, "b": 0.1}, 0.6).value == "unknown"
    assert decided({"a": 0.5, "b": 0.1}, 0.6).confidence == 0.5
