"""Which of the shipped groups a text is about."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import Final

from aura.providers.local.wording import folded
from optimizer.hashtags.table import sections

WORD: Final = re.compile(r"[^\W\d_]+")


def niches_in(texts: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """Names of the groups whose words stand in the texts, those named most first; in ties the order of the table."""
    counted: Counter[str] = Counter()
    groups = _groups()
    for text in texts:
        plain = folded(text[:5000])
        for niche, pattern in groups.items():
            found = len(set(pattern.findall(plain)))
            counted[niche] += found + 3 * (plain.strip() == niche)
    order = list(groups)
    named = [niche for niche in order if counted[niche]]
    return tuple(sorted(named, key=lambda niche: (-counted[niche], order.index(niche)))[:most])


@cache
def _groups() -> dict[str, re.Pattern[str]]:
    found: dict[str, re.Pattern[str]] = {}
    for niche, kind, words in sections():
        if kind == "words" and words:
            forms = sorted({folded(word.rstrip("*")) + (r"\w*" if word.endswith("*") else "") for word in words})
            found[niche] = re.compile(rf"\b(?:{'|'.join(forms)})\b")
    return found
