"""Calls through the outlet: what is booked, what is tried again, what is left behind."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings

from aura.providers.errors import CUT_OFF, TIMEOUT, ProviderError
from aura.providers.gate import Gate, Service
from aura.providers.metering import Usage
from aura.providers.outlet import Outlet
from aura.providers.policy import Policy
from aura.providers.tests.metering import Book

EXPECTED = Usage("elsewhere", "model", "read", input_tokens=10)


def used(_: Any) -> Usage:
    return Usage("elsewhere", "model", "read", input_tokens=8, output_tokens=2)


@pytest.fixture
def gate() -> Gate:
    return Gate(settings.REDIS_URL)


@pytest.fixture
def service() -> Service:
    return Service(f"test-{uuid4().hex}", key="secret", per_minute=10_000, in_flight=64)


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def outlet(service: Service, gate: Gate, book: Book) -> Outlet:
    return Outlet(service, gate, book, Policy(in_flight=8, grace=0.5))


def failing(*errors: ProviderError) -> Callable[[], str]:
    """Work that fails with each of these and then succeeds."""
    left = list(errors)

    def work() -> str:
        if left:
            raise left.pop(0)
        return "done"

    return work


def test_a_call_is_booked_as_used_with_its_time(outlet: Outlet, book: Book) -> None:
    def work() -> str:
        time.sleep(0.05)
        return "done"

    assert outlet.call(work, expected=EXPECTED, used=used) == "done"
    assert book.tally == {"settled": 1}
    (usage,) = book.used.values()
    assert usage.output_tokens == 2
    assert 50 <= usage.latency_ms < 1000


def test_what_may_pass_is_tried_again_twice(outlet: Outlet, book: Book) -> None:
    busy = ProviderError("busy", code="unavailable", retryable=True, retry_after=0.01)
    assert outlet.call(failing(busy, busy), expected=EXPECTED, used=used) == "done"
    with pytest.raises(ProviderError, match="busy"):
        outlet.call(failing(busy, busy, busy), expected=EXPECTED, used=used)
    assert book.tally == {"released": 1, "settled": 1}


def test_nothing_is_tried_again_that_cannot_pass_or_must_not_be(outlet: Outlet, book: Book) -> None:
    with pytest.raises(ProviderError, match="wrong"):
        outlet.call(failing(ProviderError("wrong")), expected=EXPECTED, used=used)
    lost = ProviderError("lost", code="unreachable", retryable=True)
    with pytest.raises(ProviderError, match="lost"):
        outlet.call(failing(lost), expected=EXPECTED, used=used, retries=0)
    assert book.tally == {"released": 2}


def test_a_service_is_not_asked_earlier_than_it_wants(outlet: Outlet) -> None:
    began = time.monotonic()
    outlet.call(
        failing(ProviderError("later", code="rate_limited", retryable=True, retry_after=0.4)),
        expected=EXPECTED,
        used=used,
    )
    assert 0.4 <= time.monotonic() - began < 1.5


def test_a_long_wait_is_left_to_the_job(outlet: Outlet, service: Service, gate: Gate, book: Book) -> None:
    later = ProviderError("later", code="quota_exhausted", retryable=True, retry_after=3600.0)
    with pytest.raises(ProviderError) as first:
        outlet.call(failing(later), expected=EXPECTED, used=used)
    assert first.value is later
    # … and nobody else with this key asks meanwhile.
    with pytest.raises(ProviderError) as second:
        outlet.call(failing(), expected=EXPECTED, used=used)
    assert second.value.code == "quota_exhausted"
    assert second.value.retry_after == pytest.approx(3600, abs=5)
    assert book.tally == {"released": 2}
    other = Outlet(Service(service.name, key="another"), gate, book)
    assert other.call(failing(), expected=EXPECTED, used=used) == "done"


def test_a_wait_that_does_not_fit_the_deadline_is_left_to_the_job(outlet: Outlet) -> None:
    later = ProviderError("later", code="rate_limited", retryable=True, retry_after=2.0)
    began = time.monotonic()
    with pytest.raises(ProviderError, match="later"):
        outlet.call(failing(later), expected=EXPECTED, used=used, deadline=1.0)
    assert time.monotonic() - began < 0.5


def test_a_call_that_does_not_end_is_left_behind_and_stays_booked(outlet: Outlet, book: Book) -> None:
    release = threading.Event()
    began = time.monotonic()
    with pytest.raises(ProviderError) as error:
        outlet.call(lambda: release.wait(10), expected=EXPECTED, used=used, deadline=0.3)
    release.set()
    assert time.monotonic() - began < 1.5
    assert error.value.code == TIMEOUT
    assert book.tally == {"uncertain": 1}


def test_a_cut_connection_stays_booked_and_its_second_try_is_booked_apart(outlet: Outlet, book: Book) -> None:
    cut = ProviderError("cut", code=CUT_OFF, retryable=True, retry_after=0)
    assert outlet.call(failing(cut), expected=EXPECTED, used=used) == "done"
    assert book.tally == {"settled": 1, "uncertain": 1}


def test_what_all_tries_cost_is_in_the_charge(outlet: Outlet, book: Book) -> None:
    cut = ProviderError("cut", code=CUT_OFF, retryable=True, retry_after=0)
    work = failing(cut)
    ((_, result, charge),) = outlet.stream([1], lambda _: work(), expected=lambda _: EXPECTED, used=used)
    assert result == "done"
    assert charge is not None
    assert book.tally == {"reserved": 1, "uncertain": 1}
    assert charge.book() == Decimal(2)
    assert charge.book() == Decimal(2)
    assert book.tally == {"settled": 1, "uncertain": 1}


def test_a_fault_of_ours_is_raised_and_stays_booked(outlet: Outlet, book: Book) -> None:
    def work() -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        outlet.call(work, expected=EXPECTED, used=used)
    assert book.tally == {"uncertain": 1}


def test_an_answer_that_cannot_be_counted_stays_booked(outlet: Outlet, book: Book) -> None:
    def uncountable(_: Any) -> Usage:
        raise KeyError("usage")

    with pytest.raises(KeyError):
        outlet.call(failing(), expected=EXPECTED, used=uncountable)
    assert book.tally == {"uncertain": 1}


def test_a_fault_before_the_gate_costs_nothing(outlet: Outlet, book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Gate, "enter", broken)
    with pytest.raises(ZeroDivisionError):
        outlet.call(failing(), expected=EXPECTED, used=used)
    assert book.tally == {"released": 1}


def test_a_spent_budget_stops_before_the_call(service: Service, gate: Gate) -> None:
    made: list[int] = []
    outlet = Outlet(service, gate, Book(budget=0))
    with pytest.raises(ProviderError) as error:
        outlet.call(lambda: made.append(1), expected=EXPECTED, used=used)
    assert (error.value.code, error.value.retryable, made) == ("budget_reached", False, [])


def test_a_stream_answers_each_item_once_with_many_under_way(outlet: Outlet, book: Book) -> None:
    under_way, most, lock = 0, 0, threading.Lock()

    def work(item: int) -> int:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.02)
        with lock:
            under_way -= 1
        return item * 2

    found = {}
    for item, result, charge in outlet.stream(range(40), work, expected=lambda _: EXPECTED, used=used):
        assert item not in found
        assert charge is not None
        charge.book()
        found[item] = result
    assert found == {item: item * 2 for item in range(40)}
    assert most == 8
    assert book.tally == {"settled": 40}


def test_items_are_pulled_as_they_are_needed(outlet: Outlet) -> None:
    pulled = 0

    def items() -> Iterator[int]:
        nonlocal pulled
        for item in count():
            pulled += 1
            yield item

    stream = outlet.stream(items(), lambda item: item, expected=lambda _: EXPECTED, used=used)
    with closing(stream):
        for _ in range(20):
            next(stream)
        assert pulled <= 20 + 2 * 8


def test_a_failed_item_does_not_hold_up_the_others(outlet: Outlet, book: Book) -> None:
    def work(item: int) -> int:
        if item == 3:
            raise ProviderError("refused", code="blocked")
        return item

    outcomes = {
        item: (result, charge)
        for item, result, charge in outlet.stream(range(6), work, expected=lambda _: EXPECTED, used=used)
    }
    assert isinstance(outcomes[3][0], ProviderError)
    assert outcomes[3][1] is None
    assert len(outcomes) == 6
    assert book.tally == {"released": 1, "reserved": 5}


def test_a_spent_budget_ends_a_stream_after_what_is_under_way(service: Service, gate: Gate) -> None:
    book = Book(budget=5)
    stream = Outlet(service, gate, book).stream(
        range(9), lambda item: item, expected=lambda _: EXPECTED, used=used, in_flight=3
    )
    found = []

    def take() -> None:
        for item, _, charge in stream:
            assert charge is not None
            charge.book()
            found.append(item)

    with pytest.raises(ProviderError, match="budget"):
        take()
    assert sorted(found) == [0, 1, 2, 3, 4]
    assert book.tally == {"settled": 5}


def test_stop_lets_what_is_under_way_end(outlet: Outlet, book: Book) -> None:
    stop = threading.Event()

    def work(item: int) -> int:
        time.sleep(0.1)
        return item

    found = []
    stream = outlet.stream(range(100), work, expected=lambda _: EXPECTED, used=used, stop=stop.is_set)
    for item, _, charge in stream:
        assert charge is not None
        charge.book()
        found.append(item)
        stop.set()
    assert 8 <= len(found) <= 9
    assert book.tally.pop("settled") == len(found)
    assert "reserved" not in book.tally


def test_closing_books_what_was_asked_and_releases_the_rest(service: Service, gate: Gate, book: Book) -> None:
    release, asked = threading.Event(), threading.Event()

    def work(item: int) -> int:
        if item == 2:
            asked.set()
        return item if (release if item == 2 else asked).wait(60) else -1

    narrow = Outlet(Service(service.name, key="narrow", in_flight=2), gate, book, Policy(in_flight=4, grace=0.3))
    stream = narrow.stream([2, 0, 1, 3, 4, 5, 6], work, expected=lambda _: EXPECTED, used=used)
    _, _, charge = next(stream)
    assert charge is not None
    charge.book()
    stream.close()
    release.set()
    tally = book.tally
    assert tally["uncertain"] == 1
    assert "reserved" not in tally
    assert 1 <= tally["settled"] <= 6
