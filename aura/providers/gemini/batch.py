"""Reads profiles as a batch of Gemini: within a day, at half the price, in a process that need not live so long."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final, Protocol, TypeVar
from uuid import UUID, uuid4

from google.genai import types

from aura.providers.configuration import VisionSettings
from aura.providers.errors import MAYBE_BILLED, ProviderError
from aura.providers.gemini.client import client_of
from aura.providers.gemini.errors import translated
from aura.providers.gemini.requests import (
    MAX_BYTES,
    PROVIDER,
    config_of,
    contents_of,
    expected_usage,
    most_bytes,
    nothing,
    plain_answer,
    reply_of,
)
from aura.providers.metering import Charge, Meter, Usage
from aura.providers.ports import BatchState, ProfileEvidence, ProfileReading, ReadOutcome, VisionBatch
from aura.providers.profiles import ProfilePrompt
from aura.providers.reading import Batch, Reply, judge, question
from aura.providers.reading.questions import new_ids
from aura.providers.reading.retired import model_of

T = TypeVar("T")
MOST_REQUESTS: Final = 100
"""Batches with more pictures were accepted and could never be fetched."""
OPERATION: Final = "read_profiles_batch"
STATES: Final[Mapping[str, BatchState]] = {
    "JOB_STATE_SUCCEEDED": "done",
    "JOB_STATE_PARTIALLY_SUCCEEDED": "done",
    "JOB_STATE_FAILED": "failed",
    "JOB_STATE_CANCELLED": "cancelled",
    "JOB_STATE_EXPIRED": "expired",
}
ENDS: Final[Mapping[BatchState, str]] = {
    "failed": "Gemini could not work on the batch.",
    "cancelled": "The batch was cancelled.",
    "expired": "Gemini did not get to the batch in time.",
}
Row = tuple[str, types.GenerateContentResponse | None]


class Caller(Protocol):
    """The way out for one call, ``aura.providers.outlet.Outlet``; its own meter books nothing here."""

    def call(
        self, work: Callable[[], T], *, expected: Usage, used: Callable[[T], Usage], retries: int | None = None
    ) -> T:
        """What ``work`` returns. Raises ``ProviderError``."""
        ...


class GeminiBatch:
    """The port ``BatchVision``. Its readings carry the same ``name`` and versions as those of ``GeminiVision``."""

    version = "1"
    paid = True

    def __init__(
        self, api_key: str, settings: VisionSettings, prompt: ProfilePrompt, outlet: Caller, meter: Meter
    ) -> None:
        self._key, self._settings, self._prompt = api_key, settings, prompt
        self._outlet, self._meter = outlet, meter
        self.name = f"{PROVIDER}:{settings.model}"
        self.prompt_version = prompt.version

    def prepare(self, profiles: Sequence[ProfileEvidence]) -> VisionBatch:
        """See ``BatchVision.prepare``: at most 100 requests and 18 MB."""
        asked: dict[str, dict[str, str]] = {}
        model = model_of(self._settings)
        expected = Usage(PROVIDER, model, OPERATION, batch=True)
        room = MAX_BYTES
        for number, some in enumerate(self._requests(profiles)):
            room -= sum(most_bytes(one) for one in some) + len(self._prompt.system) + len(str(self._prompt.schema))
            if room < 0 and asked:
                break
            asked[f"r{number}"] = dict(zip(new_ids(len(some)), (one.id for one in some), strict=True))
            expected = _sum(expected, expected_usage(model, self._prompt, tuple(some), batch=True))
        return VisionBatch(f"aura-{uuid4().hex}", model, asked, str(self._meter.reserve(expected)))

    def submit(self, batch: VisionBatch, profiles: Sequence[ProfileEvidence]) -> VisionBatch:
        """See ``BatchVision.submit``; ``profiles`` are at least those in the batch."""
        known = {one.id: one for one in profiles}
        requests = [self._request(key, ids, known) for key, ids in batch.asked.items()]
        client = client_of(self._key, self._settings)
        try:
            job = self._call(
                lambda: client.batches.create(model=batch.model, src=requests, config={"display_name": batch.label}),
                retries=0,
            )
        except ProviderError as error:
            if error.code not in MAYBE_BILLED:
                raise
            words = "Gemini did not say whether it took the batch."
            raise ProviderError(words, code="start_unknown", retryable=True) from None
        return _seen(batch, job)

    def find(self, batch: VisionBatch) -> VisionBatch | None:
        """See ``BatchVision.find``."""
        client = client_of(self._key, self._settings)
        jobs = self._call(lambda: [one for one in client.batches.list() if one.display_name == batch.label])
        return _seen(batch, jobs[0]) if jobs else None

    def look(self, batch: VisionBatch) -> VisionBatch:
        """See ``BatchVision.look``."""
        return _seen(batch, self._job(batch))

    def cancel(self, batch: VisionBatch) -> VisionBatch:
        """See ``BatchVision.cancel``."""
        client = client_of(self._key, self._settings)
        self._call(lambda: client.batches.cancel(name=batch.id))
        return self.look(batch)

    def results(self, batch: VisionBatch) -> ReadOutcome:
        """See ``BatchVision.results``; answers are matched by the key of their request, in whatever order they come."""
        if batch.state in ENDS:
            error = ProviderError(ENDS[batch.state], code=f"batch_{batch.state}", retryable=True)
            return ReadOutcome((), dict.fromkeys(batch.profiles, error), self._charge(batch, self._expected(batch, 0)))
        if batch.state != "done":
            raise ProviderError("The batch is not over yet.", code="batch_running", retryable=True)
        rows = dict(self._rows(self._job(batch)))
        readings: list[ProfileReading] = []
        failed: dict[str, ProviderError] = {}
        used = Usage(PROVIDER, batch.model, OPERATION, batch=True)
        for key, ids in batch.asked.items():
            judged_readings, lost, part = self._judged(batch, ids, rows.get(key))
            readings += judged_readings
            failed |= lost
            used = _sum(used, part)
        return ReadOutcome(tuple(readings), failed, self._charge(batch, used))

    def _judged(
        self, batch: VisionBatch, ids: Mapping[str, str], answer: types.GenerateContentResponse | None
    ) -> tuple[tuple[ProfileReading, ...], dict[str, ProviderError], Usage]:
        """The readings in one answer, who has none and why, and what it cost."""
        expected = self._expected(batch, len(ids))
        if answer is None:
            reply = Reply("", nothing(expected), dict(ids), batch.model)
        else:
            reply = reply_of(answer, question((), echoes=()), expected)
            reply = replace(reply, ids=dict(ids))
        asked = Batch(tuple(ProfileEvidence(name, "") for name in ids.values()))
        judged = judge(asked, reply, self.prompt_version)
        later = ProviderError("The batch brought no usable answer.", code="answer_invalid", retryable=True)
        lost = {one.id: later for some in judged.again for one in some.items}
        return judged.readings, lost | dict(judged.failed), reply.usage

    def _requests(self, profiles: Sequence[ProfileEvidence]) -> Iterator[Sequence[ProfileEvidence]]:
        size = self._settings.profiles
        for start in range(0, min(len(profiles), size * MOST_REQUESTS), size):
            yield profiles[start : start + size]

    def _request(self, key: str, ids: Mapping[str, str], known: Mapping[str, ProfileEvidence]) -> types.InlinedRequest:
        asked = question([known[name] for name in ids.values()], echoes=list(ids))
        return types.InlinedRequest(
            contents=list(contents_of(asked)), config=config_of(self._prompt, len(ids)), metadata={"key": key}
        )

    def _job(self, batch: VisionBatch) -> types.BatchJob:
        client = client_of(self._key, self._settings)
        return self._call(lambda: client.batches.get(name=batch.id))

    def _rows(self, job: types.BatchJob) -> Iterator[Row]:
        """Each request's key with its answer, None where it failed; from the job itself or from its file."""
        found = job.dest
        for row in (found.inlined_responses if found else None) or ():
            yield str((row.metadata or {}).get("key", "")), row.response
        if found and found.file_name:
            client, name = client_of(self._key, self._settings), found.file_name
            for line in self._call(lambda: client.files.download(file=name)).splitlines():
                yield _row_of(line)

    def _call(self, work: Callable[[], T], retries: int | None = None) -> T:
        """One call through the gate. It costs nothing: the batch itself is booked when its results are there."""
        free = Usage(PROVIDER, model_of(self._settings), OPERATION, batch=True, cost=Decimal(0))

        def translating() -> T:
            try:
                return work()
            except Exception as error:
                raise translated(error) from None

        return self._outlet.call(translating, expected=free, used=lambda _: free, retries=retries)

    def _expected(self, batch: VisionBatch, profiles: int) -> Usage:
        some = tuple(ProfileEvidence("", "", picture=b"") for _ in range(profiles))
        return expected_usage(batch.model, self._prompt, some, batch=True)

    def _charge(self, batch: VisionBatch, used: Usage) -> Charge:
        reservation = UUID(batch.reservation)
        if used.input_tokens and batch.state == "done":
            return Charge(used, lambda: self._meter.settle(reservation, used))

        def give_back() -> Decimal:
            self._meter.release(reservation, f"batch_{batch.state}")
            return Decimal(0)

        return Charge(nothing(used), give_back)


def _seen(batch: VisionBatch, job: types.BatchJob) -> VisionBatch:
    """The batch as the service shows it."""
    state = STATES.get(str(job.state.value) if job.state else "", "running")
    return replace(batch, id=job.name or batch.id, state=state, message=ENDS.get(state, ""))


def _row_of(line: bytes) -> Row:
    try:
        row = json.loads(line)
        return str(row["key"]), plain_answer(row["response"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return "", None


def _sum(one: Usage, other: Usage) -> Usage:
    names = ("input_tokens", "output_tokens", "cached_tokens", "images", "items")
    return replace(one, batch=True, **{name: getattr(one, name) + getattr(other, name) for name in names})
