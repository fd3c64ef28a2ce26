"""Whether a text repeats what it was not asked to say: strangers' sentences, or our own instructions."""

from typing import Final

from aura.wording.folding import bare, spaced, visible

STRANGERS_RUN: Final = 5
"""Words of a stranger in a row that are a quotation; a title or a name is shorter."""
ORDERS_RUN: Final = 6


def repeats(text: str, source: str, run: int) -> bool:
    """Whether ``run`` words in a row stand in both; accents, case and signs do not matter."""
    words, known = _words(text), _words(source)
    if len(known) < run:
        return False
    runs = {tuple(known[start : start + run]) for start in range(len(known) - run + 1)}
    return any(tuple(words[start : start + run]) in runs for start in range(len(words) - run + 1))


def _words(text: str) -> list[str]:
    return spaced(bare(visible(text))).split()
