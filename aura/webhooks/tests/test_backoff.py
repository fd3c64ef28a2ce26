"""The schedule of retries: 5 seconds to a day, jittered, never sooner than the receiver asked."""

from hypothesis import given
from hypothesis import strategies as st

from aura.webhooks.backoff import DELAYS, TRIES, retry_delay


def middle(low: float, high: float) -> float:
    return (low + high) / 2


def test_the_schedule_goes_from_five_seconds_to_a_day() -> None:
    hours = [retry_delay(tries, uniform=middle) / 3600 for tries in range(1, TRIES)]
    assert [round(h * 3600) for h in hours[:3]] == [5, 300, 1800]
    assert [round(h, 6) for h in hours[3:]] == [2, 5, 10, 14, 20, 24]
    assert TRIES == len(DELAYS) + 1 == 10


@given(tries=st.integers(-3, 40), asked=st.none() | st.floats(0, 86_400))
def test_jitter_is_a_tenth_and_the_receivers_wish_is_a_floor(tries: int, asked: float | None) -> None:
    base = DELAYS[min(max(tries, 1), len(DELAYS)) - 1]
    found = retry_delay(tries, asked)
    assert found >= (asked or 0)
    assert base * 0.9 <= found <= max(base * 1.1, asked or 0)


def test_two_deliveries_that_failed_together_do_not_come_back_together() -> None:
    assert len({retry_delay(5) for _ in range(20)}) > 15
