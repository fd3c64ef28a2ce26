"""What goes wrong at Replicate, told apart: what may pass, what a person has to act on, what may have been paid."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from aura.providers.configuration import REPLICATE
from aura.providers.errors import ProviderError
from aura.providers.image_ports import Making
from aura.providers.replicate import ReplicateImages, images
from aura.providers.tests.imaging import ended, order, refusal
from aura.providers.tests.metering import Book
from aura.testing.simulators.replicate import TOKEN, Outcome, ReplicateSimulator, faults
from aura.testing.simulators.server import CLOSED, Answer, Fault

CREATE, LOOK = "POST /v1/models", "GET /v1/predictions/"


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[ReplicateSimulator]:
    monkeypatch.setattr(images, "_schemas", {})
    with ReplicateSimulator() as running:
        yield running


def maker(service: ReplicateSimulator, *, token: str = TOKEN, book: Book | None = None, **more: Any) -> ReplicateImages:
    return ReplicateImages(token, replace(REPLICATE, url=service.url, **{"timeout": 1, **more}), None, book)


STARTING: list[tuple[Fault, str, bool, str]] = [
    (faults.no_credit(), "credits_exhausted", False, "released"),
    (faults.unauthenticated(), "provider_key_refused", False, "released"),
    (faults.missing(), "model_retired", False, "released"),
    (faults.invalid("- input.prompt: too long"), "unsupported_input", False, "released"),
    (faults.throttled(7), "rate_limited", True, "released"),
    (faults.unavailable(), "start_unknown", True, "uncertain"),
    (faults.page_with_200(), "start_unknown", True, "uncertain"),
    (Answer.json({"status": "starting"}, 201), "start_unknown", True, "uncertain"),
    (Answer(200, b"{}", delay=1.5), "start_unknown", True, "uncertain"),
    (Answer.json({"id": "x" * 400}, cut=True), "start_unknown", True, "uncertain"),
    (CLOSED, "start_unknown", True, "uncertain"),
]


@pytest.mark.parametrize(("fault", "code", "retryable", "booked"), STARTING, ids=range(len(STARTING)))
def test_a_start_that_fails_is_sent_once_and_booked_for_what_it_may_have_cost(
    service: ReplicateSimulator, fault: Fault, code: str, retryable: bool, booked: str
) -> None:
    book = Book()
    service.fault(CREATE, fault)
    error = refusal(maker(service, book=book), order(), TOKEN)
    assert (error.code, error.retryable) == (code, retryable)
    assert (len(service.asked(CREATE)), book.tally) == (1, {booked: 1})
    if code == "rate_limited":
        assert error.retry_after == 7
    if code == "credits_exhausted":
        assert "API credits" in error.message
    if code == "unsupported_input":
        assert "too long" in error.message


LOOKING: list[tuple[Fault, str]] = [
    (faults.unavailable(), "unavailable"),
    (faults.throttled(3), "rate_limited"),
    (faults.page_with_200(), "bad_answer"),
    (Answer(200, b"{}", delay=1.5), "timeout"),
    (CLOSED, "cut_off"),
]


@pytest.mark.parametrize(("fault", "code"), LOOKING, ids=range(len(LOOKING)))
def test_a_look_that_fails_is_not_repeated_by_the_client(service: ReplicateSimulator, fault: Fault, code: str) -> None:
    adapter = maker(service)
    making = adapter.start(order())
    service.fault(LOOK, fault, fault)
    began = time.monotonic()
    with pytest.raises(ProviderError) as caught:
        adapter.look(making)
    assert (caught.value.code, caught.value.retryable, len(service.asked(LOOK))) == (code, True, 1)
    assert time.monotonic() - began < 2


def test_the_wait_of_the_header_wins(service: ReplicateSimulator) -> None:
    adapter = maker(service)
    making = adapter.start(order())
    service.fault(LOOK, Answer.json({"detail": "slow down"}, 429, headers={"Retry-After": "4"}))
    with pytest.raises(ProviderError) as caught:
        adapter.look(making)
    assert caught.value.retry_after == 4


def test_nobody_there_is_unreachable_and_costs_nothing() -> None:
    book = Book()
    with ReplicateSimulator() as gone:
        adapter = maker(gone, book=book)
    assert refusal(adapter, order()).code == "unreachable"
    assert book.states == {}


@pytest.mark.parametrize(
    ("words", "code", "retryable"),
    [
        ("NSFW content detected. Try running it again, or try a different prompt.", "nsfw", False),
        ("The input or output was flagged as sensitive. Please try again with different inputs. (E005)", "nsfw", False),
        ("CUDA out of memory", "model_overloaded", True),
        ("Prediction interrupted; please retry (code: PA)", "model_overloaded", True),
        ("ValueError: width must be divisible by 8", "generation_failed", False),
        (f"bad token {TOKEN}", "generation_failed", False),
    ],
)
def test_a_model_that_fails_says_why(service: ReplicateSimulator, words: str, code: str, retryable: bool) -> None:
    book = Book()
    service.fail_next(words)
    adapter = maker(service, book=book)
    failed = ended(adapter, adapter.start(order()))
    assert (failed.state, failed.code, failed.retryable) == ("failed", code, retryable)
    assert TOKEN not in failed.message
    assert failed.charge is not None
    failed.charge.book()
    assert [used.cost for used in book.used.values()] == [0]


@pytest.mark.parametrize(
    ("outcome", "state", "code"),
    [
        (Outcome(empty=True), "failed", "made_nothing"),
        (Outcome("aborted"), "cancelled", "cancelled"),
        (Outcome("canceled"), "cancelled", "cancelled"),
    ],
)
def test_other_ends_are_told_apart(service: ReplicateSimulator, outcome: Outcome, state: str, code: str) -> None:
    service.outcomes.append(outcome)
    adapter = maker(service)
    making = ended(adapter, adapter.start(order()))
    assert (making.state, making.code) == (state, code)


def test_a_prediction_that_nobody_knows(service: ReplicateSimulator) -> None:
    with pytest.raises(ProviderError) as caught:
        maker(service).look(Making("running", id="unknown"))
    assert (caught.value.code, caught.value.retryable) == ("making_unknown", False)


def test_a_model_that_is_gone_is_known_before_paying(service: ReplicateSimulator) -> None:
    book = Book()
    assert refusal(maker(service, book=book, model="owner/gone"), order()).code == "model_retired"
    assert book.states == {}


def test_a_schema_that_cannot_be_had_may_be_had_later(service: ReplicateSimulator) -> None:
    service.fault("GET /v1/models", faults.unavailable(), Answer.json({"latest_version": None}))
    assert refusal(maker(service), order()).code == "unavailable"
    assert refusal(maker(service), order()).code == "bad_answer"
    assert maker(service).start(order()).state == "running"


def test_without_money_nothing_is_asked(service: ReplicateSimulator) -> None:
    assert refusal(maker(service, book=Book(budget=0)), order()).code == "budget_reached"
    assert service.started_predictions == 0
