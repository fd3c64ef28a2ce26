"""How long a text may be on each platform, counted as the platform counts, and how to shorten one. Pure."""

from optimizer.limits.counting import weighted
from optimizer.limits.cutting import count, fits, plain, shorten
from optimizer.limits.graphemes import graphemes
from optimizer.limits.table import HASHTAGS, KINDS, PLATFORMS, TEXTS, HashtagRange, TextLimit, hashtag_range, limit_of

__all__ = [
    "HASHTAGS", "KINDS", "PLATFORMS", "TEXTS", "HashtagRange", "TextLimit",
    "count", "fits", "graphemes", "hashtag_range", "limit_of", "plain", "shorten", "weighted",
]  # fmt: skip
