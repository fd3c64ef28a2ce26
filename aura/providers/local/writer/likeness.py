"""How alike two texts are."""

from collections.abc import Iterable

from aura.providers.local.wording import folded

MOST_ALIKE = 0.2
"""The most that two variations of one brief share: Jaccard index of their runs of three words."""


def trigrams(text: str) -> frozenset[tuple[str, ...]]:
    """The runs of three words of a text, of all its words where it has fewer."""
    words = "".join(char if char.isalnum() else " " for char in folded(text)).split()
    if len(words) < 3:
        return frozenset({tuple(words)})
    return frozenset(zip(words, words[1:], words[2:], strict=False))


def alike(one: str, other: str) -> float:
    """Jaccard index 0..1 of the word trigrams of two texts (Broder 1997)."""
    first, second = trigrams(one), trigrams(other)
    return len(first & second) / len(first | second)


def most_alike(text: str, others: Iterable[str]) -> float:
    """The likeness to the most alike of ``others``, 0 without any."""
    return max((alike(text, other) for other in others), default=0.0)


def opening(text: str) -> str:
    """The first three words."""
    return " ".join(folded(text).split()[:3])
