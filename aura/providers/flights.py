"""Calls under way: each in a thread of its own, watched by the one thread that keeps the books.

A thread is not taken from a pool, since it may have to be left behind: a server that drips its answer byte by byte
keeps a client busy for as long as it likes, and no read timeout ends that.
"""

import heapq
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from itertools import count, islice
from queue import Empty, SimpleQueue
from typing import Generic

import structlog

from aura.providers.calls import Call, Ended, I, Outcome, T
from aura.providers.errors import BUDGET_REACHED, MAYBE_BILLED, STOPPED, TIMEOUT, ProviderError
from aura.providers.gate import Gate, Pass, Service
from aura.providers.metering import Charge, Meter, Usage
from aura.providers.policy import Policy

log = structlog.get_logger(__name__)

LOOK_SECONDS = 0.1


@dataclass(slots=True)
class Flights(Generic[I, T]):
    """The calls of one stream. Everything but ``work`` happens in the thread that takes the outcomes."""

    gate: Gate
    service: Service
    meter: Meter
    policy: Policy
    work: Callable[[I], T]
    expected: Callable[[I], Usage]
    used: Callable[[T], Usage]
    stop: Callable[[], bool]
    _flying: set[Call[I]] = field(default_factory=set)
    _resting: list[tuple[float, int, Call[I]]] = field(default_factory=list)
    _ended: SimpleQueue[Ended[I, T]] = field(default_factory=SimpleQueue)
    _judged: deque[Outcome[I, T]] = field(default_factory=deque)
    _order: Iterator[int] = field(default_factory=count)
    _halt: ProviderError | None = None
    _stopped: bool = False
    _closed: bool = False

    def outcomes(self, items: Iterable[I]) -> Iterator[Outcome[I, T]]:
        """Each item with its result or error, as they come; see ``Outlet.stream``."""
        source = iter(items)
        while True:
            more = self._launch(source)
            if not self._flying and not self._resting and not more:
                break
            self._judge_all()
            self._launch(source)
            while self._judged:
                yield self._judged.popleft()
        if self._halt is not None:
            raise self._halt

    def close(self) -> None:
        """Give back what was set aside for calls that are not made; wait a little for those that are."""
        self._closed = True
        self._drop_resting()
        while self._judged:
            self._book(self._judged.popleft())
        end = time.monotonic() + self.policy.grace
        while self._flying and time.monotonic() < end:
            ended = self._next()
            if ended is not None:
                self._quietly(ended)
        for call in list(self._flying):
            self._quietly(self._abandon(call))

    def _stopping(self) -> bool:
        self._stopped = self._stopped or self.stop()
        return self._closed or self._stopped or self._halt is not None

    def _launch(self, source: Iterator[I]) -> bool:
        """Send off what may go now. True while there may be more items."""
        if self._stopping():
            self._drop_resting()
            return False
        while len(self._flying) < self.policy.in_flight and self._resting:
            if self._resting[0][0] > time.monotonic():
                break
            self._send(heapq.heappop(self._resting)[2])
        free = self.policy.in_flight - len(self._flying) - len(self._resting)
        calls = self._reserved(list(islice(source, max(0, free))))
        for call in calls:
            self._send(call)
        return len(calls) == max(0, free)

    def _reserved(self, items: list[I]) -> list[Call[I]]:
        """Set money aside for these items, in one step; for fewer of them where it does not last."""
        calls: list[Call[I]] = []
        with self.meter.together() if items else nullcontext():
            for item in items:
                try:
                    expected = self.expected(item)
                    calls.append(Call(item, expected, self.meter.reserve(expected)))
                except ProviderError as error:
                    self._halt = error
                    break
        return calls

    def _send(self, call: Call[I]) -> None:
        call.tries, call.passed, call.began = call.tries + 1, None, 0.0
        self._flying.add(call)
        context = copy_context()
        work = (self._fly, call, call.tries)
        threading.Thread(target=context.run, args=work, name="aura-call", daemon=True).start()

    def _fly(self, call: Call[I], tries: int) -> None:
        """In the call's own thread: through the gate, and out."""
        began = time.monotonic()
        try:
            until = began + self.policy.wait if self.policy.until is None else self.policy.until
            passed = self._enter(until)
        except BaseException as error:
            self._ended.put(Ended(call, tries, error=error))
            return
        call.began = began = time.monotonic()
        call.passed = passed
        try:
            result = self.work(call.item)
        except BaseException as error:
            seconds = time.monotonic() - began
            passed.leave(error if isinstance(error, ProviderError) else None, seconds=seconds)
            self._ended.put(Ended(call, tries, error=error, seconds=seconds))
        else:
            seconds = time.monotonic() - began
            passed.leave(seconds=seconds)
            self._ended.put(Ended(call, tries, result=result, seconds=seconds))

    def _enter(self, until: float) -> Pass:
        passed = self.gate.enter(self.service, until=until, stop=self._is_over)
        if self._is_over():
            passed.leave(asked=False)
            raise ProviderError("The call was stopped before it was made.", code=STOPPED, retryable=True)
        return passed

    def _is_over(self) -> bool:
        """For the threads of the calls, which must not ask ``stop`` themselves."""
        return self._closed or self._stopped

    def _next(self) -> Ended[I, T] | None:
        """The next call that ended or is overdue, or None after a while in which nothing happened."""
        overdue = next((call for call in self._flying if self._is_overdue(call)), None)
        if overdue is not None:
            return self._abandon(overdue)
        try:
            ended = self._ended.get(timeout=self._patience())
        except Empty:
            return None
        # What was left behind may still answer, even while its next try is under way.
        if ended.call not in self._flying or ended.tries != ended.call.tries:
            return None
        self._flying.discard(ended.call)
        return ended

    def _judge_all(self) -> None:
        """Wait for a call to end, and judge it with all that have ended by then."""
        ended = self._next()
        while ended is not None:
            outcome = self._judge(ended)
            if outcome is not None:
                self._judged.append(outcome)
            ended = self._next() if not self._ended.empty() else None

    def _patience(self) -> float:
        if not self._resting:
            return LOOK_SECONDS
        return max(0.0, min(LOOK_SECONDS, self._resting[0][0] - time.monotonic()))

    def _end_of(self, call: Call[I]) -> float:
        end = call.began + self.policy.deadline
        return end if self.policy.until is None else min(end, self.policy.until)

    def _is_overdue(self, call: Call[I]) -> bool:
        return call.passed is not None and time.monotonic() > self._end_of(call)

    def _abandon(self, call: Call[I]) -> Ended[I, T]:
        """Leave its thread behind; whatever it brings is not waited for."""
        self._flying.discard(call)
        seconds = time.monotonic() - call.began if call.passed else 0.0
        words = f"{self.service.name} did not finish its answer within {seconds:.0f} s."
        error = ProviderError(words, code=TIMEOUT, retryable=True)
        if call.passed is not None:
            call.passed.leave(error, seconds=seconds, asked=not self._closed)
        return Ended(call, call.tries, error=error, seconds=seconds)

    def _judge(self, ended: Ended[I, T]) -> Outcome[I, T] | None:
        """What the consumer gets to see of it, if anything."""
        call, error = ended.call, ended.error
        if error is None:
            result: T = ended.result  # type: ignore[assignment]
            try:
                used = self._measured(self.used(result), ended)
            except Exception as fault:
                self._keep(call, type(fault).__name__)
                raise
            return call.item, result, self._charge(call, used)
        if not isinstance(error, ProviderError):
            self._fail(call, error)
            raise error
        if call.passed is None:
            self._give_back(call, error.code)
            if error.code != STOPPED:
                self._halt = self._halt or error
            return None
        unsure = error.code in MAYBE_BILLED
        if self._rest(call, error, unsure):
            return None
        earlier = call.kept
        if unsure:
            kept = self._measured(call.expected, ended)
            return call.item, error, Charge(kept, lambda: earlier + self.meter.keep(call.reservation, error.code))
        self._give_back(call, error.code)
        return call.item, error, Charge(call.expected, lambda: earlier) if earlier else None

    def _rest(self, call: Call[I], error: ProviderError, unsure: bool) -> bool:
        """Whether the call is tried again here; what this try may have cost stays booked."""
        delay = self.policy.delay(error, call.tries)
        if delay is None or self._stopping():
            return False
        if unsure:
            try:
                again = self.meter.reserve(call.expected)
            except ProviderError as refusal:
                if refusal.code != BUDGET_REACHED:
                    raise
                self._halt = refusal
                return False
            self._keep(call, error.code)
            call.reservation = again
        heapq.heappush(self._resting, (time.monotonic() + delay, next(self._order), call))
        return True

    def _measured(self, usage: Usage, ended: Ended[I, T]) -> Usage:
        return replace(usage, latency_ms=usage.latency_ms or round(ended.seconds * 1000))

    def _charge(self, call: Call[I], used: Usage) -> Charge:
        return Charge(used, lambda: self.meter.settle(call.reservation, used) + call.kept)

    def _fail(self, call: Call[I], error: BaseException) -> None:
        """A fault of ours: before the gate nothing was asked, after it nobody knows."""
        name = type(error).__name__
        if call.passed is None:
            self._give_back(call, name)
        else:
            self._keep(call, name)

    def _keep(self, call: Call[I], code: str) -> None:
        call.kept += self.meter.keep(call.reservation, code)

    def _give_back(self, call: Call[I], code: str) -> None:
        self.meter.release(call.reservation, code)

    def _drop_resting(self) -> None:
        while self._resting:
            self._give_back(heapq.heappop(self._resting)[2], STOPPED)

    def _book(self, outcome: Outcome[I, T]) -> None:
        try:
            if outcome[2] is not None:
                outcome[2].book()
        except Exception as trouble:
            log.warning("charge_left_open", service=self.service.name, error=type(trouble).__name__)

    def _quietly(self, ended: Ended[I, T]) -> None:
        """Book a call whose outcome nobody takes any more."""
        call, error = ended.call, ended.error
        try:
            if error is None:
                result: T = ended.result  # type: ignore[assignment]
                self.meter.settle(call.reservation, self._measured(self.used(result), ended))
            elif isinstance(error, ProviderError) and (call.passed is None or error.code not in MAYBE_BILLED):
                self._give_back(call, error.code)
            elif isinstance(error, ProviderError):
                self._keep(call, error.code)
            else:
                self._fail(call, error)
        except Exception as trouble:
            # Whoever closes is often on the way out because of the database; the sweep books what is left.
            log.warning("charge_left_open", service=self.service.name, error=type(trouble).__name__)
