"""How likely a colour is under a few clouds of colour: the model of ground and product in GrabCut (Rother 2004)."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from aura.providers.local.cutting.planes import Floats

ROUNDS: Final = 6
MOST_SAMPLES: Final = 6000
SPREAD: Final = 1e-4
"""Added to each variance in OKLab: what a JPEG does to one flat colour."""


@dataclass(frozen=True, slots=True)
class Mixture:
    """Clouds of colours in OKLab: ``middles`` (k × 3), ``inverses`` (k × 3 × 3), ``weights`` in logs (k)."""

    middles: Floats
    inverses: Floats
    weights: Floats

    def unlikely(self, colours: Floats) -> Floats:
        """The negative log density of each colour (n × 3), up to a constant that all mixtures share."""
        apart = colours[:, None, :] - self.middles[None]
        away = np.einsum("nki,kij,nkj->nk", apart, self.inverses, apart, optimize=True)
        logs = self.weights[None] - 0.5 * away
        top = logs.max(axis=1)
        found: Floats = -(top + np.log(np.exp(logs - top[:, None]).sum(axis=1)))
        return found


def mixture(colours: Floats, count: int, rng: np.random.Generator) -> Mixture:
    """``count`` clouds fitted to colours (n × 3) by k-means, begun far apart (k-means++)."""
    few = colours if len(colours) <= MOST_SAMPLES else colours[rng.choice(len(colours), MOST_SAMPLES, replace=False)]
    middles = _spread(few, count, rng)
    for _ in range(ROUNDS):
        nearest = _distances(few, middles).argmin(axis=1)
        middles = np.stack(
            [
                few[nearest == one].mean(axis=0) if (nearest == one).any() else middles[one]
                for one in range(len(middles))
            ]
        ).astype(np.float32)
    nearest = _distances(few, middles).argmin(axis=1)
    inverses, weights = [], []
    for one in range(len(middles)):
        own = few[nearest == one]
        spread = np.cov(own, rowvar=False) if len(own) > 8 else np.zeros((3, 3))
        spread = spread + np.eye(3) * SPREAD
        inverses.append(np.linalg.inv(spread))
        weights.append(np.log((len(own) + 1) / len(few)) - 0.5 * np.linalg.slogdet(spread)[1])
    return Mixture(middles, np.array(inverses, np.float32), np.array(weights, np.float32))


def _distances(colours: Floats, middles: Floats) -> Floats:
    found: Floats = ((colours[:, None, :] - middles[None]) ** 2).sum(axis=2)
    return found


def _spread(colours: Floats, count: int, rng: np.random.Generator) -> Floats:
    chosen = [colours[int(rng.integers(len(colours)))]]
    for _ in range(count - 1):
        away = _distances(colours, np.array(chosen, np.float32)).min(axis=1).astype(np.float64)
        total = away.sum()
        if total <= 1e-9:
            break
        chosen.append(colours[int(rng.choice(len(colours), p=away / total))])
    return np.array(chosen, np.float32)
