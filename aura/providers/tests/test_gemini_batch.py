"""Batches of Gemini: stored before they wait, matched by key, booked once at half the price."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

import pytest

from audience.prompts import CURRENT
from aura.providers.configuration import VisionSettings
from aura.providers.errors import ProviderError
from aura.providers.gemini import GeminiBatch
from aura.providers.ports import BatchVision, VisionBatch
from aura.providers.tests.metering import Book
from aura.providers.tests.readers import Threads, fresh_model, people
from aura.testing.simulators.gemini import KEY, GeminiSimulator, faults
from aura.testing.simulators.server import CLOSED


@pytest.fixture
def gemini() -> Iterator[GeminiSimulator]:
    with GeminiSimulator(models=(fresh_model(),)) as service:
        yield service


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def vision(gemini: GeminiSimulator, book: Book) -> GeminiBatch:
    settings = VisionSettings(gemini.url, gemini.models[0], profiles=4, timeout=5)
    return GeminiBatch(KEY, settings, CURRENT, Threads(), book)


def finished(vision: BatchVision, count: int = 10) -> VisionBatch:
    """A batch that was looked at until it was over."""
    profiles = people(count)
    batch = vision.submit(vision.prepare(profiles), profiles)
    states = [batch.state]
    while batch.state == "running":
        batch = vision.look(batch)
        states.append(batch.state)
    assert states[0] == "running"
    return batch


@pytest.mark.parametrize("as_file", [False, True])
def test_a_batch_is_read_from_its_answer_and_from_its_file(
    gemini: GeminiSimulator, vision: GeminiBatch, book: Book, as_file: bool
) -> None:
    gemini.batches.as_file = as_file
    batch = finished(vision)
    outcome = vision.results(batch)
    assert sorted(int(one.id) for one in outcome.readings) == list(range(10))
    assert outcome.failed == {}
    assert outcome.charge is not None
    outcome.charge.book()
    (used,) = book.used.values()
    assert (used.batch, used.images, used.items) == (True, 10, 10)
    assert used.input_tokens > 10 * 280
    assert book.tally == {"settled": 1}
    assert {one.model_version for one in outcome.readings} == {gemini.models[0]}


def test_what_is_stored_is_enough_to_go_on_in_another_process(vision: GeminiBatch) -> None:
    batch = finished(vision)
    stored = asdict(batch)
    assert all(isinstance(value, str | dict) for value in stored.values())
    again = VisionBatch(**stored)
    assert len(vision.results(again).readings) == 10
    assert again.profiles == tuple(str(number) for number in range(10))


def test_a_submission_without_an_answer_is_found_and_not_made_twice(
    gemini: GeminiSimulator, vision: GeminiBatch
) -> None:
    profiles = people(3)
    prepared = vision.prepare(profiles)
    assert vision.find(prepared) is None
    gemini.fault("batchGenerateContent", lambda asked: gemini.answer(asked) and CLOSED)
    with pytest.raises(ProviderError) as caught:
        vision.submit(prepared, profiles)
    assert (caught.value.code, caught.value.retryable) == ("start_unknown", True)
    found = vision.find(prepared)
    assert found is not None
    assert found.id == "batches/b1"
    assert len(gemini.asked("batchGenerateContent")) == 1


def test_a_failed_request_of_a_batch_can_be_asked_again_the_others_stay(
    gemini: GeminiSimulator, vision: GeminiBatch
) -> None:
    gemini.batches.broken = {1}
    outcome = vision.results(finished(vision))
    assert len(outcome.readings) == 6
    assert sorted(outcome.failed) == ["4", "5", "6", "7"]
    assert {error.retryable for error in outcome.failed.values()} == {True}


@pytest.mark.parametrize("end", ["FAILED", "EXPIRED", "CANCELLED"])
def test_a_batch_that_came_to_nothing_gives_the_money_back(
    gemini: GeminiSimulator, vision: GeminiBatch, book: Book, end: str
) -> None:
    gemini.batches.states = ["BATCH_STATE_PENDING", f"BATCH_STATE_{end}"]
    batch = finished(vision)
    assert batch.state == end.lower()
    outcome = vision.results(batch)
    assert {error.code for error in outcome.failed.values()} == {f"batch_{end.lower()}"}
    assert len(outcome.failed) == 10
    assert outcome.charge is not None
    outcome.charge.book()
    assert book.tally == {"released": 1}


def test_a_batch_can_be_cancelled(gemini: GeminiSimulator, vision: GeminiBatch) -> None:
    profiles = people(3)
    batch = vision.cancel(vision.submit(vision.prepare(profiles), profiles))
    assert batch.state == "cancelled"


def test_results_of_a_batch_that_runs_are_not_there_yet(vision: GeminiBatch) -> None:
    profiles = people(3)
    batch = vision.submit(vision.prepare(profiles), profiles)
    with pytest.raises(ProviderError, match="not over"):
        vision.results(batch)


def test_a_batch_holds_at_most_100_requests_and_18_megabytes(gemini: GeminiSimulator, vision: GeminiBatch) -> None:
    many = vision.prepare(people(1000, pictures=False))
    assert (len(many.asked), len(many.profiles)) == (100, 400)
    heavy = [replace(one, picture=(one.picture or b"") + b"\0" * 1_000_000) for one in people(40)]
    assert 8 <= len(vision.prepare(heavy).profiles) <= 12


def test_a_refused_batch_says_why(gemini: GeminiSimulator, vision: GeminiBatch) -> None:
    profiles = people(2)
    prepared = vision.prepare(profiles)
    gemini.fault("batchGenerateContent", faults.day_quota())
    with pytest.raises(ProviderError) as caught:
        vision.submit(prepared, profiles)
    assert caught.value.code == "quota_day"


def test_strange_results_leave_everybody_to_be_asked_again(gemini: GeminiSimulator, vision: GeminiBatch) -> None:
    gemini.batches.as_file = True
    batch = finished(vision)
    name = next(iter(gemini.batches.files))
    strange: list[Any] = [
        b"[]",
        b"\xff",
        b'{"key": "r0", "response": 7}',
        b'{"key": "nobody", "response": {}}',
        b"{" * 9999,
    ]
    gemini.batches.files[name] = b"\n".join(strange)
    outcome = vision.results(batch)
    assert (outcome.readings, len(outcome.failed)) == ((), 10)
