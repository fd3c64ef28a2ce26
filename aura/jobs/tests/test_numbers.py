"""The pure parts: waits and progress."""

from hypothesis import given
from hypothesis import strategies as st

from aura.jobs import backoff, progress

counts = st.integers(0, 10**12)


@given(st.integers(1, 40), st.floats(0, 3600) | st.none())
def test_a_retry_never_comes_sooner_than_it_was_told_nor_later_than_its_window(
    attempt: int, after: float | None
) -> None:
    delay = backoff.retry_delay(attempt, after)
    assert delay >= (after or 0)
    assert delay <= max(after or 0, backoff.window(attempt))


def test_the_window_doubles_up_to_ten_minutes() -> None:
    assert [backoff.window(n) for n in (1, 2, 3, 9, 10, 99)] == [2, 4, 8, 512, 600, 600]
    assert backoff.full_jitter(3, lambda low, high: high) == 8
    assert backoff.full_jitter(3, lambda low, high: low) == 0


@given(counts, counts)
def test_percent_is_whole_and_says_100_only_when_all_is_done(done: int, total: int) -> None:
    value = progress.percent(done, total)
    assert 0 <= value <= 100
    assert (value == 100) == (total > 0 and done >= total)


def test_the_estimate_leaves_out_what_earlier_tries_did() -> None:
    assert progress.eta_seconds(done=60, total=100, done_before=50, elapsed=10) == 40
    assert progress.eta_seconds(done=50, total=100, done_before=50, elapsed=10) is None
    assert progress.eta_seconds(done=60, total=0, done_before=0, elapsed=10) is None
    assert progress.eta_seconds(done=1, total=9, done_before=0, elapsed=0.5) is None


@given(st.integers(0, 10**6), st.integers(1, 10**5), st.integers(0, 10**5))
def test_the_wait_for_room_is_between_a_second_and_five_minutes(waiting: int, limit: int, drained: int) -> None:
    assert 1 <= progress.wait_for_room(waiting, limit, drained, 60) <= 300
