"""When to post: the workspace's own hours only where they surely stand out."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.limits import PLATFORMS
from optimizer.timing import CELLS, TABLE, Window, best_times, window_words, without_own

FLAT = [[10] * 24 for _ in range(7)]


def busy() -> list[list[int]]:
    counts = [row.copy() for row in FLAT]
    counts[1][19], counts[1][20], counts[5][9] = 90, 80, 70
    return counts


def test_own_hours_that_stand_out_are_named_with_their_interval() -> None:
    timing = best_times("instagram", busy(), posts=40, days=90, zone="Europe/Berlin")
    assert (timing.basis, timing.sure) == ("own", "measured")
    assert timing.windows == (Window((1,), 19, 21), Window((5,), 9, 10))
    assert timing.days == (1, 5)
    assert all(slot.low <= slot.share <= slot.high and slot.low > 1 / CELLS for slot in timing.slots)
    assert "Tuesday 19:00" in timing.why
    assert "Europe/Berlin" in timing.why
    assert timing.peak == "Tuesday 19:00–21:00"


@pytest.mark.parametrize(("counts", "posts", "days", "words"), [
    ([[1] * 24 for _ in range(7)], 40, 90, "too few"),
    (busy(), 3, 90, "too few"),
    (busy(), 40, 5, "too few"),
    (FLAT, 40, 90, "stands out"),
    ([], 0, 0, "no comments"),
])  # fmt: skip
def test_without_enough_of_its_own_the_table_is_used_and_said_so(
    counts: list[list[int]], posts: int, days: int, words: str
) -> None:
    timing = best_times("instagram", counts, posts=posts, days=days)
    assert timing.basis == "table"
    assert timing.windows == TABLE["instagram"].windows
    assert words in timing.why
    assert timing.slots == ()


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_platform_has_a_row_with_its_source(platform: str) -> None:
    timing = best_times(platform, busy(), posts=40, days=90)
    assert timing.windows
    assert timing.source
    assert (timing.basis == "own") == (platform == "instagram")
    assert all(0 <= w.start < w.end <= 24 and window_words(w) for w in timing.windows)


def test_chance_alone_seldom_names_an_hour() -> None:
    chance = random.Random(7)
    named = 0
    for _ in range(100):
        counts = [[0] * 24 for _ in range(7)]
        for cell in chance.choices(range(CELLS), k=2000):
            counts[cell // 24][cell % 24] += 1
        named += best_times("instagram", counts, posts=40, days=90).basis == "own"
    assert named <= 12


@settings(deadline=None, max_examples=50)
@given(st.lists(st.lists(st.integers(0, 400), min_size=24, max_size=24), min_size=7, max_size=7))
def test_few_comments_of_an_hour_never_show(counts: list[list[int]]) -> None:
    for slot in best_times("instagram", counts, posts=40, days=90).slots:
        assert counts[slot.day][slot.hour] >= 10


def test_other_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="7 days"):
        best_times("instagram", [[1] * 24], posts=40, days=90)
    with pytest.raises(KeyError):
        best_times("myspace")


def test_comments_in_hours_that_are_not_told_count_in_the_whole() -> None:
    told = best_times("instagram", busy(), posts=40, days=90)
    timing = best_times("instagram", busy(), posts=40, days=90, hidden=1000, whose="@northroast")
    assert timing.comments == told.comments + 1000
    assert timing.slots[0].share < told.slots[0].share
    assert "@northroast" in timing.why


def test_why_there_are_no_hours_of_ones_own_is_said() -> None:
    timing = without_own("instagram", "no account is known to be yours.")
    assert (timing.basis, timing.windows) == ("table", TABLE["instagram"].windows)
    assert timing.why.endswith("no account is known to be yours.")
