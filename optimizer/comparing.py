"""Which of several pictures is the strongest for a post, by what this machine measures in them (O3). Pure.

It knows light, sharpness and how a picture is built; it does not know what the picture means, and says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from aura.providers.local.scenes import Scene

MOST_PICTURES: Final = 4
GOOD_LIGHT: Final = (38.0, 78.0)
"""Mean lightness L* (0..100) between which a photograph is neither too dark nor washed out; a rule of thumb."""
CLEARLY: Final = 0.05
"""Scores closer than this are called alike."""
LIMITS: Final = "It measures light, sharpness and composition; what the pictures mean it cannot tell."


@dataclass(frozen=True, slots=True)
class Comparison:
    """``best`` is the number of the strongest picture (1 is the first), 0 where they are alike; ``words`` say why."""

    best: int
    words: str


def compare(scenes: Sequence[Scene]) -> Comparison:
    """Compare at least two pictures. What cannot be read comes last."""
    if len(scenes) < 2:
        raise ValueError("A comparison needs two pictures.")
    scores = [_score(scene) for scene in scenes]
    order = sorted(range(len(scenes)), key=lambda n: -scores[n])
    first, second = order[0], order[1]
    if scores[first] - scores[second] < CLEARLY:
        return Comparison(0, f"The pictures are about equally strong. {LIMITS}")
    better = _better(scenes[first], scenes[second])
    why = f": {', '.join(better)}" if better else ""
    return Comparison(first + 1, f"Picture {first + 1} is the strongest{why}. {LIMITS}")


def _score(scene: Scene) -> float:
    """0 to 1: sharpness a third, light a third, and a clear subject a third."""
    if not scene.readable:
        return -1.0
    return (_sharp(scene) + _lit(scene) + _clear(scene)) / 3


def _sharp(scene: Scene) -> float:
    return min(1.0, scene.composition.sharpness / 0.35)


def _lit(scene: Scene) -> float:
    low, high = GOOD_LIGHT
    off = max(low - scene.light.brightness, scene.light.brightness - high, 0.0)
    return max(0.0, 1.0 - off / 30) * min(1.0, scene.light.contrast / 18)


def _clear(scene: Scene) -> float:
    scattered = min(1.0, scene.composition.spread / 0.4)
    return 0.5 * (1 - scattered) + 0.5 * min(1.0, max(0.0, scene.composition.depth - 1) / 3)


def _better(first: Scene, second: Scene) -> list[str]:
    found = []
    if _sharp(first) - _sharp(second) > 0.1:
        found.append("it is sharper")
    if _lit(first) - _lit(second) > 0.1:
        found.append("its light is better")
    if _clear(first) - _clear(second) > 0.1:
        found.append("its subject stands out more")
    return found
