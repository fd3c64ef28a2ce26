"""The WebSocket ``/ws/progress/``: live states of a workspace's jobs (M4). The protocol is in docs/live-progress.md."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextlib import suppress
from functools import partial
from itertools import count
from time import monotonic
from typing import Any

import orjson
import structlog
from channels.exceptions import DenyConnection
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from aura.jobs import handshake
from aura.jobs.handshake import Access, Authenticator, Handshake, Refused
from aura.jobs.hub import hub, in_thread
from aura.jobs.messages import BadMessage, parse_wish, wish_name, wishes_of_query
from aura.jobs.rooms import Room
from aura.jobs.states import JobState, Wish

log = structlog.get_logger(__name__)

SEND_SECONDS = 10.0
CLOSE_SECONDS = 2.0
MAX_MESSAGE = 4096
MAX_WISHES = 100
MAX_HELD = 20
"""Sockets a person may hold open in one web process."""
MAX_WAITING = 1000
"""Messages that may wait for one slow client."""
BURST, PER_SECOND = 150, 10.0
INTERNAL_ERROR = 1011


class ProgressConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]
    """One socket. What is to be sent waits in an outbox that keeps only the newest state of each job."""

    def __init__(self, authenticators: Sequence[Authenticator] = ()) -> None:
        super().__init__()
        self._authenticators = authenticators
        self._access: Access | None = None
        self._room: Room | None = None
        self._wishes: dict[Hashable, Wish] = {}
        self._outbox: dict[Hashable, str] = {}
        self._numbers = count()
        self._wake = asyncio.Event()
        self._ending = asyncio.Event()
        self._verdict = 0
        self._tasks: list[asyncio.Task[None]] = []
        self._credit, self._credited_at = float(BURST), monotonic()

    async def __call__(self, scope: Any, receive: Callable[[], Awaitable[Any]], send: Any) -> None:
        try:
            await super().__call__(scope, partial(self._receive, receive), send)
        finally:
            self._leave()

    async def _receive(self, receive: Callable[[], Awaitable[Any]]) -> Any:
        """The client's next message, or its end where this side gave it up and it does not even take the close."""
        waits = [asyncio.ensure_future(receive()), asyncio.ensure_future(self._ending.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            if waits[0].done():
                return waits[0].result()
            return {"type": "websocket.disconnect", "code": self._verdict}
        finally:
            for each in waits:
                each.cancel()

    async def connect(self) -> None:
        """Let the client in, or close with a code that says why not. A foreign page does not even get that."""
        opening = Handshake.of(self.scope)
        if not opening.is_welcome:
            raise DenyConnection
        await self.accept()
        try:
            access = await in_thread(partial(self._authenticate, opening))
        except Refused as refusal:
            await self._hang_up(refusal.code)
            return
        except (DatabaseError, InterfaceError) as error:
            log.warning("live_not_opened", error=type(error).__name__)
            await self._hang_up(INTERNAL_ERROR)
            return
        if hub().held[access.holder] >= MAX_HELD:
            await self._hang_up(handshake.TOO_MANY)
            return
        self._access = access
        self._room = hub().enter(access.workspace_id, access.holder, self)
        self._tasks = [asyncio.create_task(self._deliver()), asyncio.create_task(self._beat(access))]
        for wish in wishes_of_query(opening.query):
            self._watch(wish)

    def _authenticate(self, opening: Handshake) -> Access:
        for authenticator in self._authenticators:
            if access := authenticator(opening):
                return access
        raise Refused(handshake.UNAUTHENTICATED)

    def _leave(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._access and self._room:
            hub().leave(self._access.workspace_id, self._access.holder, self)
        self._access = self._room = None

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """A message of the client."""
        if self._room is None or self._verdict:
            return
        if len(text_data or bytes_data or "") > MAX_MESSAGE:
            await self._hang_up(handshake.TOO_BIG)
        elif not self._may_speak():
            await self._hang_up(handshake.TOO_MANY)
        else:
            try:
                self._answer(orjson.loads(text_data or bytes_data or ""))
            except (orjson.JSONDecodeError, BadMessage) as error:
                self._say(type="error", code=error.code if isinstance(error, BadMessage) else "invalid_message")

    def _may_speak(self) -> bool:
        now = monotonic()
        self._credit = min(BURST, self._credit + (now - self._credited_at) * PER_SECOND) - 1
        self._credited_at = now
        return self._credit >= 0

    def _answer(self, message: Any) -> None:
        kind = message.get("type") if isinstance(message, dict) else None
        if kind == "ping":
            self._say(type="pong")
        elif kind == "subscribe":
            self._watch(parse_wish(message))
        elif kind == "unsubscribe":
            name = wish_name(parse_wish(message))
            self._wishes.pop(tuple(name.items()), None)
            self._say(type="unsubscribed", **name)
        else:
            raise BadMessage("unknown_type" if kind else "invalid_message")

    def _watch(self, wish: Wish) -> None:
        name = tuple(wish_name(wish).items())
        if name not in self._wishes and len(self._wishes) >= MAX_WISHES:
            self._say(type="error", code="too_many_subscriptions")
        elif self._room:
            self._wishes[name] = wish
            self._room.ask(self, wish)

    def covers(self, state: JobState) -> bool:
        """True where the client watches this job."""
        return any(wish.covers(state) for wish in self._wishes.values())

    def wishes(self) -> list[Wish]:
        """What the client watches."""
        return list(self._wishes.values())

    def answered(self, wish: Wish, found: int, more: bool) -> None:
        """All states of a new subscription are in the outbox; say so, or that there is no such job."""
        name = wish_name(wish)
        if wish.job and not found:
            self._wishes.pop(tuple(name.items()), None)
            self._say(type="error", code="not_found", **name)
        else:
            self._say(type="subscribed", **name, jobs=found, more=more, at=timezone.now())

    def _say(self, **message: Any) -> None:
        self.offer(next(self._numbers), orjson.dumps(message, option=orjson.OPT_UTC_Z).decode())

    def offer(self, key: Hashable, text: str) -> None:
        """Put a message into the outbox. A client for which too many wait is given up."""
        if key not in self._outbox and len(self._outbox) >= MAX_WAITING:
            self._verdict = handshake.TOO_SLOW
            self._outbox.clear()
        if not self._verdict:
            self._outbox[key] = text
        self._wake.set()

    async def _deliver(self) -> None:
        while not self._verdict:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self._empty()
            except TimeoutError:
                self._verdict = handshake.TOO_SLOW
            except OSError:
                # The client has gone.
                return
        await self._hang_up(self._verdict)

    async def _empty(self) -> None:
        while self._outbox and not self._verdict:
            key = next(iter(self._outbox))
            async with asyncio.timeout(SEND_SECONDS):
                await self.send(text_data=self._outbox.pop(key))

    async def _beat(self, access: Access) -> None:
        # Not all at once after a restart of the server.
        await asyncio.sleep(settings.AURA_LIVE_HEARTBEAT * random.uniform(0.5, 1))  # noqa: S311
        while True:
            try:
                code = await in_thread(access.check)
            except (DatabaseError, InterfaceError) as error:
                log.warning("live_not_checked", error=type(error).__name__)
                code = None
            if code:
                self._verdict = code
                self._outbox.clear()
                self._wake.set()
                return
            self._say(type="heartbeat", at=timezone.now())
            await asyncio.sleep(settings.AURA_LIVE_HEARTBEAT)

    async def _hang_up(self, code: int) -> None:
        self._verdict = code
        log.info("live_closed", code=code)
        with suppress(TimeoutError, OSError, RuntimeError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.close(code)
        self._ending.set()
