"""One Redis subscription for all sockets of a web process, handed on to the rooms of their workspaces in memory.

A subscription for each socket is what makes Channels' own layer slow at 200 clients.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

import redis.asyncio as redis
import structlog
from channels.db import database_sync_to_async
from django.conf import settings
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from aura.jobs import live, states
from aura.jobs.rooms import Listener, Room
from aura.jobs.states import JobState, Look, Mark, Wish

log = structlog.get_logger(__name__)
T = TypeVar("T")

HEALTH_SECONDS = 10
LISTEN_SECONDS = 1.0
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
# Few, so that sockets leave most of the pool's connections to pages and API.
_threads = ThreadPoolExecutor(4, thread_name_prefix="live")


async def in_thread(function: Callable[[], T]) -> T:
    """Run something that asks the database on one of the few threads that serve sockets."""
    call: Any = database_sync_to_async(function, thread_sensitive=False, executor=_threads)
    result: T = await call()
    return result


class WorkspaceReader:
    """Reads a workspace's jobs for its room."""

    def __init__(self, workspace_id: UUID) -> None:
        self._workspace_id = workspace_id

    def look(self, ids: set[UUID], known: Mapping[UUID, Mark], lately: float | None) -> Awaitable[Look]:
        """See :func:`aura.jobs.states.look`."""
        return in_thread(partial(states.look, self._workspace_id, ids, known, lately))

    def answer(self, wish: Wish) -> Awaitable[tuple[list[JobState], bool]]:
        """See :func:`aura.jobs.states.answer`."""
        return in_thread(partial(states.answer, self._workspace_id, wish))


class Hub:
    """The rooms of a process with somebody in them. Runs nothing while there is nobody."""

    def __init__(self) -> None:
        self.held: Counter[str] = Counter()
        self._rooms: dict[UUID, Room] = {}
        self._tasks: dict[UUID, asyncio.Task[None]] = {}
        self._ear: asyncio.Task[None] | None = None

    def enter(self, workspace_id: UUID, holder: str, listener: Listener) -> Room:
        """Let a socket into its workspace's room. ``holder`` is who is counted for it."""
        if workspace_id not in self._rooms:
            self._rooms[workspace_id] = Room(WorkspaceReader(workspace_id))
            self._tasks[workspace_id] = asyncio.create_task(self._rooms[workspace_id].run())
        if self._ear is None:
            self._ear = asyncio.create_task(self._listen())
        self.held[holder] += 1
        room = self._rooms[workspace_id]
        room.listeners.add(listener)
        return room

    def leave(self, workspace_id: UUID, holder: str, listener: Listener) -> None:
        """Let a socket out; the last one turns off the light."""
        self.held[holder] -= 1
        self.held += Counter()
        room = self._rooms[workspace_id]
        room.listeners.discard(listener)
        if not room.listeners:
            del self._rooms[workspace_id]
            self._tasks.pop(workspace_id).cancel()
        if not self._rooms and self._ear:
            self._ear.cancel()
            self._ear = None

    async def _listen(self) -> None:
        pause = FIRST_PAUSE
        while self._listens():
            began = asyncio.get_running_loop().time()
            try:
                await self._hear()
            except (RedisError, OSError) as error:
                log.warning("live_subscription_lost", error=type(error).__name__)
            if asyncio.get_running_loop().time() - began > LONGEST_PAUSE:
                pause = FIRST_PAUSE
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, 2 * pause)

    def _listens(self) -> bool:
        # redis-py may swallow a cancel while it connects, so the task also looks whether it is still meant.
        return self._ear is asyncio.current_task()

    async def _hear(self) -> None:
        # Without retries of its own: after a gap all rooms are to look again, so this must know of it.
        client = redis.Redis.from_url(
            settings.REDIS_URL,
            socket_connect_timeout=5,
            health_check_interval=HEALTH_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        async with contextlib.AsyncExitStack() as undo:
            undo.push_async_callback(client.aclose)
            subscription = client.pubsub()
            undo.push_async_callback(subscription.aclose)
            await subscription.subscribe(live.CHANNEL)
            while self._listens():
                message = await subscription.get_message(timeout=LISTEN_SECONDS)
                if message and message["type"] == "message":
                    self._note(message["data"])
                elif message:
                    self._look_again()

    def _note(self, words: bytes) -> None:
        for workspace_id, job_id in live.parse(words):
            if room := self._rooms.get(workspace_id):
                room.note(job_id)

    def _look_again(self) -> None:
        for room in self._rooms.values():
            room.look_again()


_hubs: "WeakKeyDictionary[asyncio.AbstractEventLoop, Hub]" = WeakKeyDictionary()


def hub() -> Hub:
    """The hub of the running event loop: one for a web process."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]
