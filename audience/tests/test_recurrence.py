"""When a schedule is next due: cron expressions by the clocks of a time zone (M14)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.recurrence import ScheduleRefused, check_schedule, next_due

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def due(cron: str, zone: str, now: datetime) -> datetime:
    found = next_due(cron, zone, now)
    assert found is not None
    return found


def test_a_schedule_follows_the_clocks_of_its_time_zone() -> None:
    assert due("30 6 * * 1", "UTC", NOON) == datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
    assert due("30 6 * * 1", "Europe/Berlin", NOON) == datetime(2026, 11, 23, 5, 30, tzinfo=UTC)
    assert due("30 6 * * 1", "Asia/Kolkata", NOON) == datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def test_a_time_that_the_clocks_skip_comes_an_hour_later_and_one_that_comes_twice_comes_once() -> None:
    before_spring = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert due("30 2 * * *", "Europe/Berlin", before_spring) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    first = due("30 2 * * *", "Europe/Berlin", datetime(2026, 10, 24, 12, tzinfo=UTC))
    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert due("30 2 * * *", "Europe/Berlin", first) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]),
    st.sampled_from(["*/15 * * * *", "0 2 * * *", "59 23 31 * *", "0 6 1 * *", "0 3 * * 0"]),
)
def test_what_is_next_due_is_always_later_than_now(moment: datetime, zone: str, cron: str) -> None:
    now = moment.replace(tzinfo=UTC)
    found = due(cron, zone, now)
    assert now < found < now + timedelta(days=93)


def test_no_schedule_is_never_due() -> None:
    assert check_schedule("  ", "UTC") == ""
    assert next_due("", "UTC", NOON) is None


@pytest.mark.parametrize(
    ("cron", "zone", "words"),
    [
        ("* * * * *", "UTC", "15 minutes apart"),
        ("0,10 6 * * *", "UTC", "15 minutes apart"),
        ("0 0 30 2 *", "UTC", "never comes"),
        ("0 25 * * *", "UTC", "no cron expression"),
        ("daily", "UTC", "five fields"),
        ("0 6 * * *", "Mars/Olympus", "no time zone"),
        ("0 6 * * *", "../../etc/passwd", "no time zone"),
        ("0 6 * * *", "", "no time zone"),
    ],
)
def test_what_is_no_schedule_is_refused_in_plain_words(cron: str, zone: str, words: str) -> None:
    with pytest.raises(ScheduleRefused, match=words):
        check_schedule(cron, zone)
