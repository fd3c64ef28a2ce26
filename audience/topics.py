"""Groups texts by meaning and names the groups. Pure numpy, and the same answer for the same texts in the same order.

Clusters: spherical k-means with k-means++ starts (Arthur & Vassilvitskii, SODA 2007), k by the simplified silhouette
(Hruschka et al., 2006). Names: class-based TF-IDF (Grootendorst, arXiv 2203.05794).
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FEWEST, MOST = 3, 14
ROUNDS, STARTS = 25, 2
SEED = 20_261
SAME_QUESTION = 0.62
"""Cosine from which two questions ask the same; chosen on hand-made questions in docs/comments.md."""
NAMED_BY = 5
Vectors = NDArray[np.float32]
Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Clusters:
    """``labels`` for each row (-1 for none), the ``centres`` of length 1, how well they part (-1 to 1)."""

    labels: Labels
    centres: Vectors
    silhouette: float


def clusters(vectors: Vectors, fewest: int = FEWEST, most: int = MOST) -> Clusters:
    """As many clusters as part the rows best; every row in one. No row or few rows: a single cluster or none."""
    rows = len(vectors)
    if rows < 4 * fewest:
        label = 0 if rows else -1
        centre = _unit(vectors.mean(axis=0, keepdims=True)) if rows else vectors[:0]
        return Clusters(np.full(rows, label, dtype=np.int64), centre, 0.0)
    best: Clusters | None = None
    for count in range(fewest, min(most, rows // 4) + 1):
        found = _k_means(vectors, count)
        if best is None or found.silhouette > best.silhouette:
            best = found
    if best is None:
        raise ValueError("There is no number of clusters between fewest and most.")
    return best


def _k_means(vectors: Vectors, count: int) -> Clusters:
    runs = [_run(vectors, count, np.random.default_rng((SEED, count, start))) for start in range(STARTS)]
    return max(runs, key=lambda run: run.silhouette)


def _run(vectors: Vectors, count: int, random: np.random.Generator) -> Clusters:
    centres = _starts(vectors, count, random)
    labels = np.full(len(vectors), -1, dtype=np.int64)
    for _ in range(ROUNDS):
        new = (vectors @ centres.T).argmax(axis=1)
        if np.array_equal(new, labels):
            break
        labels = new
        sums = np.zeros_like(centres)
        np.add.at(sums, labels, vectors)
        empty = np.bincount(labels, minlength=count) == 0
        centres = np.where(empty[:, None], centres, _unit(sums))
    return Clusters(labels, centres, _silhouette(vectors, centres, labels))


def _starts(vectors: Vectors, count: int, random: np.random.Generator) -> Vectors:
    chosen = [int(random.integers(len(vectors)))]
    gap = 1 - vectors @ vectors[chosen[0]]
    while len(chosen) < count:
        weights = np.clip(gap, 0, None).astype(np.float64)
        total = weights.sum()
        place = int(random.choice(len(vectors), p=weights / total)) if total > 0 else int(random.integers(len(vectors)))
        chosen.append(place)
        gap = np.minimum(gap, 1 - vectors @ vectors[place])
    return vectors[chosen].copy()


def _silhouette(vectors: Vectors, centres: Vectors, labels: Labels) -> float:
    gaps = 1 - vectors @ centres.T
    own = gaps[np.arange(len(labels)), labels]
    gaps[np.arange(len(labels)), labels] = np.inf
    other = gaps.min(axis=1)
    return float(np.mean((other - own) / np.maximum(np.maximum(own, other), 1e-9)))


def _unit(rows: Vectors) -> Vectors:
    found: Vectors = (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)).astype(np.float32)
    return found


def alike(vectors: Vectors, least: float = SAME_QUESTION) -> Clusters:
    """Groups of rows within ``least`` (cosine) of a leader, the row with most neighbours first; every row in one."""
    rows = len(vectors)
    labels = np.full(rows, -1, dtype=np.int64)
    near = (vectors @ vectors.T) >= least
    np.fill_diagonal(near, True)
    leaders: list[int] = []
    while (labels < 0).any():
        free = labels < 0
        neighbours = near[:, free].sum(axis=1)
        neighbours[~free] = -1
        leader = int(neighbours.argmax())
        labels[near[leader] & free] = len(leaders)
        leaders.append(leader)
    return Clusters(labels, vectors[leaders] if leaders else vectors[:0], 0.0)


def typical(vectors: Vectors, found: Clusters, most: int) -> list[list[int]]:
    """For each cluster the rows nearest to its centre, nearest first; rows that say the same stand once."""
    lists = []
    for label in range(len(found.centres)):
        rows = np.flatnonzero(found.labels == label)
        order = rows[np.argsort(-(vectors[rows] @ found.centres[label]), kind="stable")]
        lists.append([int(row) for row in order[:most]])
    return lists


def key_words(
    texts: Sequence[Iterable[str]], labels: Labels, spread: Mapping[str, int], least: int, stop: AbstractSet[str]
) -> dict[int, list[str]]:
    """The words that set each cluster apart. ``spread`` is how many people use a word, ``least`` of whom it needs."""
    counts: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for words, label in zip(texts, labels.tolist(), strict=True):
        counts[label].update(w for w in set(words) if w not in stop and len(w) > 1 and spread.get(w, 0) >= least)
    whole: Counter[str] = Counter()
    for one in counts.values():
        whole.update(one)
    average = sum(whole.values()) / max(1, len(counts))
    return {
        label: sorted(one, key=lambda w: (-(one[w] / max(1, sum(one.values()))) * math.log(1 + average / whole[w]), w))[
            :NAMED_BY
        ]
        for label, one in sorted(counts.items())
    }
