"""What a text sounds like, from the clauses it was made of."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

STYLE_TONES: Final[Mapping[str, Mapping[str, float]]] = {
    "witty": {"witty": 0.85, "playful": 0.15},
    "romantic": {"romantic": 0.85, "warm": 0.15},
    "poetic": {"poetic": 0.9, "calm": 0.1},
    "professional": {"professional": 1.0},
    "playful": {"playful": 0.8, "warm": 0.2},
    "supportive": {"supportive": 0.7, "warm": 0.3},
    "minimal": {"calm": 0.7, "warm": 0.3},
    "any": {"warm": 0.6, "professional": 0.4},
}
FACT_TONES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("golden", "warm", "portrait", "two_people", "group", "person", "earth_tones"), "warm"),
    **dict.fromkeys(("cool", "calm", "space", "soft", "pastel", "high_key", "horizon", "sky", "water", "wide"), "calm"),
    **dict.fromkeys(("night", "backlight", "low_key", "monochrome", "greenery"), "poetic"),
    **dict.fromkeys(("vivid", "contrast_colours", "colour"), "playful"),
}
FACT_SHARE: Final = 0.25


def percents(clauses: Iterable[tuple[str, str, int]]) -> dict[str, int]:
    """Whole percents with the sum 100, largest first, of ``(style, fact code or "", words)`` clauses.

    Each clause counts with its words: by its style, and a quarter by what it speaks of. Shares under 3 % fall away.
    """
    weights: Counter[str] = Counter()
    for style, fact, words in clauses:
        own = FACT_SHARE if fact else 0.0
        for tone, share in STYLE_TONES[style].items():
            weights[tone] += words * share * (1 - own)  # type: ignore[assignment]
        if fact:
            weights[FACT_TONES.get(fact, "professional")] += words * own  # type: ignore[assignment]
    return whole_percents(weights)


def whole_percents(weights: Mapping[str, float], least: float = 0.03) -> dict[str, int]:
    """Weights as whole percents with the sum 100 (largest remainders); empty where there is none."""
    total = float(sum(weights.values()))
    kept = {tone: weight for tone, weight in weights.items() if total > 0 and weight / total >= least}
    whole = sum(kept.values())
    exact = {tone: 100 * weight / whole for tone, weight in kept.items()}
    floors = {tone: int(value) for tone, value in exact.items()}
    missing = 100 - sum(floors.values()) if floors else 0
    for tone in sorted(exact, key=lambda tone: (floors[tone] - exact[tone], tone))[:missing]:
        floors[tone] += 1
    return dict(sorted(((t, v) for t, v in floors.items() if v), key=lambda item: (-item[1], item[0])))
