"""A room is one workspace in one web process: it reads each changed job once and tells all sockets that watch it.

All reads of a room happen one after another in one task, and each is told before the next begins. So no socket ever
hears of an older state after a newer one, whether it came by a change or by the answer to a subscription.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any, Protocol
from uuid import UUID

import structlog

from aura.jobs.states import JobState, Look, Mark, Wish

log = structlog.get_logger(__name__)

GAP = 0.2
"""Seconds between two messages about one job."""
CARE = 5.0
"""Seconds after which running jobs are looked at although nobody said that they changed: words can get lost."""
SLACK = 10.0
"""Seconds that an end may become visible after it was written."""
PAUSE = 1.0
MOST_AT_ONCE = 500


class Listener(Protocol):
    """A socket, as a room sees it."""

    def covers(self, state: JobState) -> bool:
        """True where it wants to hear of this job."""

    def wishes(self) -> list[Wish]:
        """What it watches."""

    def offer(self, key: Hashable, text: str) -> None:
        """Take a message to be sent; a newer one with the same key replaces it. Never blocks."""

    def answered(self, wish: Wish, found: int, more: bool) -> None:
        """The states that answer a wish have all been offered."""


class Reader(Protocol):
    """How a room reads; :mod:`aura.jobs.states` on another thread."""

    look: Callable[[set[UUID], Mapping[UUID, Mark], float | None], Awaitable[Look]]
    answer: Callable[[Wish], Awaitable[tuple[list[JobState], bool]]]


@dataclass(slots=True)
class _Asked:
    wish: Wish
    listeners: list[Listener]


class Room:
    """The sockets of one workspace."""

    def __init__(self, reader: Any) -> None:
        self.listeners: set[Listener] = set()
        self._reader: Reader = reader
        self._changed: set[UUID] = set()
        self._asked: dict[Wish, _Asked] = {}
        self._told: dict[UUID, float] = {}
        self._known: dict[UUID, Mark] = {}
        self._ended: dict[UUID, tuple[Mark, float]] = {}
        self._cared, self._care_at = monotonic(), monotonic() + CARE
        self._wake = asyncio.Event()

    def note(self, job_id: UUID) -> None:
        """Somebody said that this job changed."""
        self._changed.add(job_id)
        self._wake.set()

    def ask(self, listener: Listener, wish: Wish) -> None:
        """Answer a new wish with the current state. The same wish of many at once is read once."""
        self._asked.setdefault(wish, _Asked(wish, [])).listeners.append(listener)
        self._wake.set()

    def look_again(self) -> None:
        """Words may have been lost: look at everything that is watched now."""
        self._care_at = 0.0
        self._wake.set()

    async def run(self) -> None:
        """Serve the room until cancelled."""
        while True:
            try:
                await self._wait()
                await self._round()
            except Exception:
                # The database is away, for example. What was to be told is told after the pause.
                log.exception("live_room_failed")
                self._care_at = 0.0
                await asyncio.sleep(PAUSE)

    async def _wait(self) -> None:
        if self._asked:
            return
        now = monotonic()
        until = min([self._care_at, *(self._told.get(job, 0.0) + GAP for job in self._changed)])
        if until > now:
            try:
                async with asyncio.timeout(until - now):
                    await self._wake.wait()
            except TimeoutError:
                pass
        self._wake.clear()

    async def _round(self) -> None:
        now = monotonic()
        self._changed = self._watched(self._changed)
        due = {job for job in self._changed if now - self._told.get(job, 0.0) >= GAP}
        care = now >= self._care_at
        if due or care:
            await self._tell_changes(due, care)
        for asked in list(self._asked.values()):
            await self._tell_answer(asked)
        self._told = {job: at for job, at in self._told.items() if now - at < GAP}

    async def _tell_changes(self, due: set[UUID], care: bool) -> None:
        now = monotonic()
        ids = due | set(list(self._known)[:MOST_AT_ONCE]) if care else set(due)
        lately = now - self._cared + SLACK if care and self._is_broad() else None
        self._changed -= due
        try:
            seen = await self._reader.look(ids, self._marks(), lately)
        except BaseException:
            self._changed |= due
            raise
        if care:
            self._ended = {job: each for job, each in self._ended.items() if each[1] > self._cared - SLACK}
            self._cared, self._care_at = now, monotonic() + CARE
        for job in ids:
            mark = self._known.pop(job, None)
            if mark is not None and job in seen.found:
                # At the end, so that with very many the next look begins with others.
                self._known[job] = mark
        for state in seen.fresh:
            self._tell(state)

    def _marks(self) -> dict[UUID, Mark]:
        return self._known | {job: mark for job, (mark, _) in self._ended.items()}

    def _is_broad(self) -> bool:
        return any(wish.job is None for wish in self._wishes())

    def _wishes(self) -> set[Wish]:
        return {wish for listener in self.listeners for wish in listener.wishes()}

    def _watched(self, jobs: set[UUID]) -> set[UUID]:
        if not jobs:
            return jobs
        return jobs if self._is_broad() else jobs & {wish.job for wish in self._wishes() if wish.job}

    def _tell(self, state: JobState) -> None:
        if state.over:
            self._known.pop(state.id, None)
            self._ended[state.id] = (state.mark, monotonic())
        else:
            self._ended.pop(state.id, None)
            self._known[state.id] = state.mark
        self._told[state.id] = monotonic()
        for listener in list(self.listeners):
            if listener.covers(state):
                listener.offer(state.id, state.text)

    async def _tell_answer(self, asked: _Asked) -> None:
        states, more = await self._reader.answer(asked.wish)
        # Also whoever asked for it while it was read: what changed meanwhile is told next, to them too.
        del self._asked[asked.wish]
        for listener in asked.listeners:
            if listener not in self.listeners:
                continue
            for state in states:
                listener.offer(state.id, state.text)
            listener.answered(asked.wish, len(states), more)
        for state in states:
            if not state.over:
                self._known.setdefault(state.id, state.mark)
