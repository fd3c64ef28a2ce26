"""Turns what a model says of its own certainty into estimates, and into "unknown" where that is not enough. Pure.

The thresholds are the product's; what they are worth for a model is measured by the evaluation of labelled profiles.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

from aura.providers.ports import AGES, UNKNOWN, Estimate

GENDER_FROM: Final = 0.70
AGE_FROM: Final = 0.40
TYPE_FROM: Final = 0.60
LANGUAGE_FROM: Final = 0.60
NOTHING: Final = Estimate(UNKNOWN, 0.0)
MINOR: Final = AGES[0]
NUMBER: Final = re.compile(r"\s*(\d{1,3}(?:[.,]\d{1,9})?)\s*(%?)\s*", re.ASCII)
# ISO 639-1:2002 with later additions, https://www.loc.gov/standards/iso639-2/php/code_list.php
_CODES: Final = """
aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el
en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu
ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na
nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so
sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
LANGUAGES: Final = frozenset(_CODES.split())


def share_of(said: Any) -> float | None:
    """A probability from 0 to 1, also where the model wrote ``"0.8"``, ``80`` or ``"80 %"``; None for all else.

    A number over 1 and up to 100 is read as per cent: where that is wrong it comes out too low and so as "unknown".
    """
    if isinstance(said, bool):
        return None
    if isinstance(said, int | float):
        return _bounded(said, percent=said > 1)
    match = NUMBER.fullmatch(said) if isinstance(said, str) else None
    if match is None:
        return None
    number = float(match[1].replace(",", "."))
    return _bounded(number, percent=bool(match[2]) or number > 1)


def _bounded(number: float, *, percent: bool) -> float | None:
    # Compared first: an int of a thousand digits is no float.
    if not 0 <= number <= (100 if percent else 1):
        return None
    return number / 100 if percent else float(number)


def value_of(said: Any, values: Sequence[str]) -> str | None:
    """One of ``values`` or "unknown"; None where it is neither."""
    value = said.strip().lower() if isinstance(said, str) else None
    return value if value == UNKNOWN or value in values else None


def language_of(said: Any) -> str:
    """A language's ISO 639-1 code, also out of ``pt-BR``; "unknown" where it is none."""
    if not isinstance(said, str):
        return UNKNOWN
    code = re.split(r"[-_]", said.strip().lower())[0]
    return code if code in LANGUAGES else UNKNOWN


def choice(value: str, confidence: float, values: Sequence[str], threshold: float) -> Estimate:
    """``value`` with its confidence, what is left spread evenly over the other ``values``."""
    if value == UNKNOWN:
        return Estimate(UNKNOWN, confidence)
    rest = (1 - confidence) / (len(values) - 1)
    return _decided(value, {one: confidence if one == value else rest for one in values}, threshold)


def age(value: str, confidence: float, under_18: float) -> Estimate:
    """The age, what is left spread over the other brackets, half as much with each further one.

    "13-17" gets at least ``under_18``, so that a possible minor is seen as one whatever the likeliest age is.
    """
    if value == UNKNOWN:
        return Estimate(UNKNOWN, min(confidence, 1 - under_18), _with_minors({}, under_18)) if under_18 else NOTHING
    place = AGES.index(value)
    weights = {one: 0.5 ** abs(number - place) for number, one in enumerate(AGES) if one != value}
    whole = sum(weights.values())
    spread = {one: (1 - confidence) * weight / whole for one, weight in weights.items()} | {value: confidence}
    return _decided(value, _with_minors(spread, max(under_18, spread[MINOR])), AGE_FROM)


def _with_minors(shares: dict[str, float], under_18: float) -> dict[str, float]:
    """The shares with ``under_18`` for "13-17" and the others scaled to what that leaves."""
    others = {one: shares.get(one, 1.0) for one in AGES[1:]}
    whole = sum(others.values())
    scale = (1 - under_18) / whole if whole else 0.0
    return {MINOR: under_18} | {one: share * scale for one, share in others.items()}


def language(value: str, confidence: float) -> Estimate:
    """The language; which others it could be, nobody said."""
    return Estimate(UNKNOWN, confidence) if value == UNKNOWN else _decided(value, {value: confidence}, LANGUAGE_FROM)


def _decided(value: str, probabilities: dict[str, float], threshold: float) -> Estimate:
    confidence = probabilities[value]
    likeliest = confidence >= max(probabilities.values())
    return Estimate(value if likeliest and confidence >= threshold else UNKNOWN, confidence, probabilities)
