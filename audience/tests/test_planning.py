"""What a run asks for: only what is new, in pieces of a bounded size (A1, A9)."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from audience.planning import MOST_ITEMS, MOST_TARGETS, SPARE, Wanted, missing, newer_than, pieces

needs = st.lists(st.integers(0, 3000), max_size=120).map(
    lambda found: [Wanted(f"https://www.instagram.com/p/{place:06d}/", need) for place, need in enumerate(found)]
)


def test_a_post_whose_comments_did_not_grow_is_not_asked_for_again() -> None:
    assert missing(reported=40, fetched=40, limit=500) == 0
    assert missing(reported=38, fetched=40, limit=500) == 0
    assert missing(reported=0, fetched=None, limit=500) == 0


def test_a_post_that_grew_is_asked_for_what_came_and_a_little_more() -> None:
    assert missing(reported=50, fetched=40, limit=500) == 12 + SPARE
    assert missing(reported=5000, fetched=40, limit=500) == 500


def test_a_new_post_is_asked_for_all_it_reports_and_one_of_unknown_size_for_the_limit() -> None:
    assert missing(reported=100, fetched=None, limit=500) == 120 + SPARE
    assert missing(reported=None, fetched=None, limit=500) == 500
    assert missing(reported=None, fetched=12, limit=500) == 500


@given(needs)
def test_every_post_gets_what_it_needs_in_exactly_one_piece(posts: list[Wanted]) -> None:
    found = pieces(posts)
    places = [target for piece in found for target in piece.targets]
    assert sorted(places) == sorted(post.target for post in posts if post.need)
    limits = {target: piece.limit for piece in found for target in piece.targets}
    assert all(limits[post.target] >= post.need for post in posts if post.need)


@given(needs)
def test_no_piece_is_larger_than_allowed_and_little_more_is_asked_than_needed(posts: list[Wanted]) -> None:
    found = pieces(posts)
    for piece in found:
        assert 0 < len(piece.targets) <= MOST_TARGETS
        assert piece.items <= MOST_ITEMS or len(piece.targets) == 1
    assert sum(piece.items for piece in found) <= 2 * sum(post.need for post in posts)


def test_the_same_posts_make_the_same_pieces_whatever_their_order() -> None:
    posts = [Wanted(str(place), need) for place, need in enumerate([5, 100, 5, 7, 30])]
    assert pieces(posts) == pieces(reversed(posts))


def test_the_first_run_looks_at_every_post_and_later_ones_at_those_that_are_still_open() -> None:
    assert newer_than(date(2026, 11, 21), 30, first=True) is None
    assert newer_than(date(2026, 11, 21), 30, first=False) == date(2026, 10, 22)
