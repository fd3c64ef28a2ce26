"""Turns what was read into calibrated probabilities, and into "unknown" where they are not high enough.

No labelled set comes with Aura. The calibration rests on figures measured on 408 labelled faces (avatars of 150 px,
set by sex and age bracket in equal parts) with the same networks; ``docs/local-model.md`` says which and how.
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
AGE_FROM: Final = 0.30
# A bracket must also lead the next one by this much. A higher confidence alone would silence the wide middle ages,
# where the error is larger, and so bend the chart; the lead is missing near every border alike.
AGE_LEAD: Final = 0.08
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

# Standard deviation of the age error in years: FIXED + SHARE x age. At the set's mean age of 37 it gives the measured
# mean absolute error of 7.0 years (a normal distribution's mean absolute error is 0.8 of its standard deviation).
ERROR_FIXED: Final = 4.1
ERROR_SHARE: Final = 0.14
LOWEST_AGE: Final = 10.0
HIGHEST_AGE: Final = 90.0
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
    return calibrated * (1.0 if face.score >= FIRM_SCORE else WEAK_FACE)


def age_estimate(face: Face | None) -> Estimate:
    """Spread the network's age by its known error over the brackets. Without a firm face the age is unknown."""
    if face is None:
        return Estimate(UNKNOWN, 0.0)
    probabilities = age_probabilities(face.years)
    if face.score < FIRM_SCORE or face.spread > MAX_SPREAD:
        return Estimate(UNKNOWN, max(probabilities.values()), probabilities)
    return decided(probabilities, AGE_FROM, AGE_LEAD)


def age_probabilities(years: float) -> dict[str, float]:
    """Probability of each age bracket when the network says ``years``.

    The error is normal around ``years``, cut off at 10 and 90; whoever is under 13 counts as "13-17", because nobody
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


def decided(probabilities: Mapping[str, float], threshold: float, lead: float = 0.0) -> Estimate:
    """The likeliest value if its probability reaches ``threshold`` and leads the next by ``lead``.

    "unknown" keeps the probability of the likeliest value as its confidence.
    """
    best = max(probabilities, key=lambda value: probabilities[value])
    confidence = probabilities[best]
    second = max((share for value, share in probabilities.items() if value != best), default=0.0)
    is_sure = confidence >= threshold and confidence - second >= lead
    return Estimate(best if is_sure else UNKNOWN, confidence, probabilities)
