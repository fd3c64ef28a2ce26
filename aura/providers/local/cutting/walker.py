"""A soft mask that follows edges: Grady's random walker with priors (2006), the convex kin of GrabCut's cut.

It minimises ``Σ trust (x − wanted)² + strength · Σ w (x − neighbour)²`` with ``w = exp(−β |colour − neighbour's|²)``:
one linear system, solved by conjugate gradients. A minimal cut would need a solver that numpy does not have; this needs
none, and its answer between 0 and 1 also says where it is unsure.
"""

from typing import Final

import numpy as np

from aura.providers.local.cutting.planes import Floats

STRENGTH: Final = 14.0
LEAST_WEIGHT: Final = 0.002
TOLERANCE: Final = 2e-3
Weights = tuple[Floats, Floats]


def weights_of(colours: Floats, sharpness: float = 1.0) -> Weights:
    """How much neighbours hold together, across and down, from an array of OKLab colours (h × w × 3)."""
    across = ((colours[:, 1:] - colours[:, :-1]) ** 2).sum(axis=2)
    down = ((colours[1:] - colours[:-1]) ** 2).sum(axis=2)
    # The mean of all but the strong edges: with them, as in GrabCut, a pale sole on white paper is no edge at all.
    every = np.concatenate([across.ravel(), down.ravel()])
    middle = float(np.minimum(every, 4 * np.percentile(every, 70)).mean())
    beta = np.float32(sharpness / (6 * middle + 3e-5))
    right: Floats = np.exp(-beta * across) + np.float32(LEAST_WEIGHT)
    below: Floats = np.exp(-beta * down) + np.float32(LEAST_WEIGHT)
    return right * np.float32(STRENGTH), below * np.float32(STRENGTH)


def walked(weights: Weights, wanted: Floats, trust: Floats, start: Floats, rounds: int = 90) -> Floats:
    """The mask (0 to 1) that is near ``wanted`` where ``trust`` is high, and smooth where colours are."""
    right, below = weights
    held = trust.copy()
    held[:, 1:] += right
    held[:, :-1] += right
    held[1:] += below
    held[:-1] += below
    goal = trust * wanted
    found = start.astype(np.float32).copy()
    rest = goal - _applied(found, held, right, below)
    eased = rest / held
    step = eased.copy()
    size = float((rest * eased).sum())
    least = TOLERANCE**2 * max(1e-12, float((goal * goal / held).sum()))
    for _ in range(rounds):
        if size <= least:
            break
        moved = _applied(step, held, right, below)
        far = np.float32(size / max(1e-20, float((step * moved).sum())))
        found += far * step
        rest -= far * moved
        eased = rest / held
        grown = float((rest * eased).sum())
        step = eased + np.float32(grown / size) * step
        size = grown
    return np.clip(found, 0, 1)


def _applied(mask: Floats, held: Floats, right: Floats, below: Floats) -> Floats:
    found = held * mask
    found[:, 1:] -= right * mask[:, :-1]
    found[:, :-1] -= right * mask[:, 1:]
    found[1:] -= below * mask[:-1]
    found[:-1] -= below * mask[1:]
    return found
