"""A6: texts are grouped the same way every time, and groups are named by words that many people use."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audience import topics


def blobs(groups: int, each: int, seed: int = 1) -> tuple[topics.Vectors, topics.Labels]:
    """Groups of unit vectors around far directions, shuffled."""
    random = np.random.default_rng(seed)
    centres = np.linalg.qr(random.normal(size=(32, 32)))[0][:groups]
    rows = np.repeat(centres, each, axis=0) + 0.05 * random.normal(size=(groups * each, 32))
    order = random.permutation(len(rows))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows[order].astype(np.float32), np.repeat(np.arange(groups), each)[order]


@pytest.mark.parametrize("groups", [3, 5, 9])
def test_planted_groups_are_found_with_their_number(groups: int) -> None:
    vectors, truth = blobs(groups, 30)
    found = topics.clusters(vectors)
    assert len(found.centres) == groups
    for label in range(groups):
        assert len(set(truth[found.labels == label].tolist())) == 1


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 60), st.integers(0, 5))
def test_every_row_is_in_one_cluster_and_again_in_the_same(rows: int, seed: int) -> None:
    vectors = np.random.default_rng(seed).normal(size=(rows, 16)).astype(np.float32)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    for group in (topics.clusters, topics.alike):
        first, second = group(vectors), group(vectors)
        assert np.array_equal(first.labels, second.labels)
        assert len(first.labels) == rows
        assert rows == 0 or (first.labels.min() >= 0 and first.labels.max() < len(first.centres))


def test_alike_rows_share_a_group_and_others_do_not() -> None:
    vectors, truth = blobs(4, 6)
    found = topics.alike(vectors, 0.7)
    assert len(found.centres) == 4
    assert all(len(set(truth[found.labels == label].tolist())) == 1 for label in range(4))


def test_names_are_words_of_many_people_that_set_a_group_apart() -> None:
    texts = [("shipping", "cost", "the"), ("shipping", "berlin"), ("cake", "recipe", "the"), ("cake", "anna")]
    labels = np.array([0, 0, 1, 1])
    spread = {"shipping": 12, "cost": 10, "berlin": 2, "cake": 15, "recipe": 11, "anna": 1, "the": 40}
    names = topics.key_words(texts, labels, spread, 10, {"the"})
    assert names == {0: ["shipping", "cost"], 1: ["cake", "recipe"]}
