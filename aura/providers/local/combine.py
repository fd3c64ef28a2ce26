"""Turns what was read into calibrated probabilities, and into "unknown" where they are not high enough.

No labelled set comes with Aura. The calibration rests on figures measured on 408 labelled faces (avatars of 150 px,
set by sex and age bracket in equal parts) with the same networks, and on one half of 738 portraits of members of the
US Congress, whole and spoilt; ``docs/accuracy.md`` says how, and what came out on the other half.
"""

import math
from collections.abc import Mapping
from typing import Final

import numpy as np

from aura.providers.local.faces import Face
from aura.providers.local.languages import LanguageReading
from aura.providers.local.names import NameReading
from aura.providers.local.profiles import ProfileTypeReading
from aura.providers.ports import AGES, UNKNOWN, Estimate

# An answer is given from this calibrated confidence on.
GENDER_FROM: Final = 0.85
# An age nearer than this to the border of two brackets, in years, is no answer. A bar of confidence would silence the
# middle ages, where the error is larger, and so bend the chart; a distance silences every border alike.
AGE_DISTANCE: Final = 1.5
TYPE_FROM: Final = 0.60
LANGUAGE_FROM: Final = 0.70

# The network's own certainty against how often it was right: 50-60 % below 85, 90 % from 85 to 95, 98 % above.
RAW_LOG_ODDS: Final = (0.0, 1.39, 1.73, 2.20, 2.94, 5.30, 8.0)
TRUE_LOG_ODDS: Final = (0.0, 0.35, 1.40, 2.20, 2.90, 3.90, 4.2)
# Men were taken for women three times as often as women for men (8.9 % and 2.9 % of 406, so itself uncertain by half).
TOWARDS_MAN: Final = 0.3
GENDER_CAP: Final = 4.6
# A detector score under this came from pictures without a face as well (1 of 200 pictures of clothes, 0.01 to 0.15).
FIRM_SCORE: Final = 0.15
WEAK_FACE: Final = 0.5
# Blurred faces lose their age and then their beard: under 0.2 ages came out 15 to 25 years too low, under 0.12 one man
# in two was taken for a woman, half of these with a certainty of 97 % (portraits shrunk to 32 px, or blurred).
SHARP: Final = 0.20
BLURRED: Final = 0.12

# Standard deviation of the age error in years: FIXED + SHARE x age. At the set's mean age of 37 it gives the measured
# mean absolute error of 7.0 years (a normal distribution's mean absolute error is 0.8 of its standard deviation).
ERROR_FIXED: Final = 4.1
ERROR_SHARE: Final = 0.14
LOWEST_AGE: Final = 10.0
HIGHEST_AGE: Final = 80.0
# The networks take older people for younger: on the portraits by 3 years at 40, by 8 at 60. A part of that is the age
# of the pictures and their retouching, so a third of it is undone, from 30 years on.
YOUNGER_FROM: Final = 30.0
YOUNGER_BY: Final = 0.10
EDGES: Final = (LOWEST_AGE, 18.0, 25.0, 35.0, 45.0, 55.0, 65.0, HIGHEST_AGE)
# Views of one face that disagree by more than this, in years, are not one answer.
MAX_SPREAD: Final = 6.0


def gender_estimate(face: Face | None, name: NameReading | None, said: NameReading | None) -> Estimate:
    """Add the log-odds of face, name and self-description, which are taken as independent, from even odds."""
    parts = [reading.log_odds for reading in (name, said) if reading is not None]
    if face is not None:
        parts.append(face_log_odds(face))
    if not parts:
        return Estimate(UNKNOWN, 0.0)
    log_odds = min(max(sum(parts), -GENDER_CAP), GENDER_CAP)
    woman = 1 / (1 + math.exp(-log_odds))
    return decided({"woman": woman, "man": 1 - woman}, GENDER_FROM)


def face_log_odds(face: Face) -> float:
    """Calibrated log-odds for "woman" of one face; the bare network is surer than it is right."""
    share = min(max(face.woman, 1e-6), 1 - 1e-6)
    raw = math.log(share / (1 - share))
    calibrated = math.copysign(float(np.interp(abs(raw), RAW_LOG_ODDS, TRUE_LOG_ODDS)), raw) - TOWARDS_MAN
    return calibrated * face_weight(face)


def face_weight(face: Face) -> float:
    """How far a face is believed about gender: 1, half where it is faint or soft, 0 where it is blurred."""
    if face.sharpness < BLURRED:
        return 0.0
    return 1.0 if face.score >= FIRM_SCORE and face.sharpness >= SHARP else WEAK_FACE


def estimated_years(face: Face) -> float:
    """The network's age with a part of its known drift towards younger ages undone."""
    return face.years + YOUNGER_BY * max(0.0, face.years - YOUNGER_FROM)


def age_estimate(face: Face | None) -> Estimate:
    """Spread the estimated age by its known error over the brackets. Without a firm, sharp face it is unknown."""
    if face is None:
        return Estimate(UNKNOWN, 0.0)
    years = estimated_years(face)
    probabilities = age_probabilities(years)
    is_clear = face.score >= FIRM_SCORE and face.sharpness >= SHARP and face.spread <= MAX_SPREAD
    if not is_clear or min(abs(years - edge) for edge in EDGES[1:-1]) < AGE_DISTANCE:
        return Estimate(UNKNOWN, max(probabilities.values()), probabilities)
    return decided(probabilities, 0.0)


def age_probabilities(years: float) -> dict[str, float]:
    """Probability of each age bracket when the estimate is ``years``.

    The error is normal around ``years``, cut off at 10 and 80; whoever is under 13 counts as "13-17", because nobody
    younger may have an account. 0 to 80 years in, seven shares with the sum 1 out.
    """
    error = ERROR_FIXED + ERROR_SHARE * max(years, 0.0)
    below = [0.5 * (1 + math.erf((edge - years) / (error * math.sqrt(2)))) for edge in EDGES]
    mass = [max(high - low, 1e-12) for low, high in zip(below, below[1:], strict=False)]
    return {bracket: part / sum(mass) for bracket, part in zip(AGES, mass, strict=True)}


def profile_type_estimate(reading: ProfileTypeReading) -> Estimate:
    """The likeliest profile type, or "unknown" under 0.60."""
    return decided(reading.probabilities, TYPE_FROM)


def language_estimate(reading: LanguageReading | None) -> Estimate:
    """The likeliest language, or "unknown" under 0.70 or on too little text."""
    return Estimate(UNKNOWN, 0.0) if reading is None else decided(reading.probabilities, LANGUAGE_FROM)


def decided(probabilities: Mapping[str, float], threshold: float) -> Estimate:
    """The likeliest value if its probability reaches ``threshold``, else "unknown" with that same confidence."""
    best = max(probabilities, key=lambda value: probabilities[value])
    confidence = probabilities[best]
    return Estimate(best if confidence >= threshold else UNKNOWN, confidence, probabilities)
