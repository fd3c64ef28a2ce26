"""A socket costs little whatever its client does, and ends when its right does (M4)."""

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine, Hashable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from typing import Any, TypeVar
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import Membership
from aura.jobs import consumers, hub
from aura.jobs.consumers import MAX_HELD, MAX_MESSAGE, MAX_WAITING, MAX_WISHES, ProgressConsumer
from aura.jobs.handshake import Access, Handshake
from aura.jobs.rooms import Room
from aura.jobs.states import JobState, Look, Wish
from aura.jobs.tests.kinds import begin
from aura.jobs.tests.watching import Watcher, by_token, cookie_of
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team

T = TypeVar("T")
committing = pytest.mark.django_db(transaction=True, databases=["default", "staff"])


@committing
def test_a_lost_membership_closes_the_socket_at_the_next_heartbeat(team: Team, site: str) -> None:
    with by_token(site, team.bob, "all=1") as watcher, by_token(site, team.alice, "all=1") as other:
        for each in (watcher, other):
            each.hear_until("subscribed")
        with workspace_scope(team.workspace.pk):
            Membership.objects.filter(user=team.bob).delete()
        assert watcher.close_code() == 4403
        assert other.is_silent(1.5)
        assert other.heartbeats >= 1


@committing
def test_the_end_of_a_session_or_of_a_token_closes_the_socket(team: Team, site: str) -> None:
    token = AccessToken.for_user(team.bob)
    token.set_exp(lifetime=timedelta(seconds=2))
    with (
        Watcher(site, "all=1", cookie=cookie_of(team.bob), origin=site) as page,
        Watcher(site, "all=1", bearer=str(token)) as program,
    ):
        page.hear_until("subscribed")
        program.hear_until("subscribed")
        Session.objects.all().delete()
        assert page.close_code() == 4401
        assert program.close_code() == 4401


@committing
def test_one_person_holds_only_so_many_sockets(team: Team, site: str) -> None:
    with ExitStack() as undo:
        for _ in range(MAX_HELD):
            undo.enter_context(by_token(site, team.bob, "all=1")).hear_until("subscribed")
        with by_token(site, team.bob) as watcher:
            assert watcher.close_code() == 4429
        with by_token(site, team.alice, "all=1") as watcher:
            watcher.hear_until("subscribed")
    with by_token(site, team.bob, "all=1") as watcher:
        watcher.hear_until("subscribed")


@committing
def test_nonsense_is_answered_with_a_code_and_does_no_harm(team: Team, site: str) -> None:
    job = begin(team.workspace)
    said: list[tuple[Any, str]] = [
        ("no json", "invalid_message"),
        ("[" * 900, "invalid_message"),
        ("[1]", "invalid_message"),
        ("{}", "invalid_message"),
        ({"type": "shout"}, "unknown_type"),
        ({"type": "subscribe"}, "invalid_message"),
        ({"type": "subscribe", "job": "1"}, "invalid_message"),
        ({"type": "subscribe", "job": {"a": 1}}, "invalid_message"),
        ({"type": "subscribe", "subject": "x" * 61}, "invalid_message"),
        ({"type": "subscribe", "subject": "a\0b"}, "invalid_message"),
        ({"type": "subscribe", "all": "yes"}, "invalid_message"),
        ({"type": "subscribe", "all": True, "since": "yesterday"}, "invalid_message"),
        ({"type": "subscribe", "all": True, "since": "2026-13-01T00:00:00Z"}, "invalid_message"),
        ({"type": "subscribe", "job": str(uuid4())}, "not_found"),
    ]
    with by_token(site, team.bob, "job=1&subject=&all=2") as watcher:
        for message, code in said:
            watcher.send_raw(message if isinstance(message, str) else json.dumps(message))
            assert watcher.hear()["code"] == code, message
        watcher.send(type="ping")
        assert watcher.hear() == {"type": "pong"}
        watcher.send(type="subscribe", job=str(job.pk))
        assert watcher.hear()["job"]["id"] == str(job.pk)


@committing
def test_too_long_a_message_too_many_and_too_many_subscriptions_are_refused(team: Team, site: str) -> None:
    with by_token(site, team.bob) as watcher:
        watcher.send_raw("x" * (MAX_MESSAGE + 1))
        assert watcher.close_code() == 1009
    with by_token(site, team.bob) as watcher:
        for number in range(MAX_WISHES + 1):
            watcher.send(type="subscribe", subject=f"run-{number}")
        assert watcher.hear_until("error")["code"] == "too_many_subscriptions"
        for _ in range(100):
            watcher.send(type="ping")
        assert watcher.close_code() == 4429


def in_own_loop(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end on another thread: Playwright runs a loop on this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


class QuietReader:
    """Reads nothing, so that no database is needed."""

    def __init__(self, workspace_id: Any) -> None:
        self.workspace_id = workspace_id

    async def look(self, *args: Any) -> Look:
        return Look(frozenset(), ())

    async def answer(self, wish: Any) -> tuple[list[JobState], bool]:
        return [], False


def run_consumer(
    monkeypatch: pytest.MonkeyPatch,
    play: Callable[[ProgressConsumer, list[Any]], Coroutine[Any, Any, None]],
    stuck: bool,
) -> list[Any]:
    """Run a consumer whose client takes nothing after the opening where ``stuck``; returns what it was sent."""
    monkeypatch.setattr(hub, "WorkspaceReader", QuietReader)
    monkeypatch.setattr(consumers, "SEND_SECONDS", 0.1)
    monkeypatch.setattr(consumers, "CLOSE_SECONDS", 0.1)

    def anybody(handshake: Handshake) -> Access:
        return Access(uuid4(), "user:1", lambda: None)

    async def main() -> list[Any]:
        sent: list[Any] = []
        received: asyncio.Queue[Any] = asyncio.Queue()
        received.put_nowait({"type": "websocket.connect"})

        async def send(message: Any) -> None:
            if stuck and sent:
                await asyncio.Event().wait()
            sent.append(message)
            await asyncio.sleep(0)

        scope = {"type": "websocket", "headers": [(b"host", b"localhost")], "query_string": b""}
        consumer = ProgressConsumer(authenticators=[anybody])
        ended = asyncio.create_task(consumer(scope, received.get, send))
        while not consumer._tasks:
            await asyncio.sleep(0.01)
        await play(consumer, sent)
        await asyncio.wait_for(ended, 3)
        assert hub.hub().held == {}
        assert consumer._outbox == {}
        return sent

    return in_own_loop(main())


def test_a_client_that_takes_nothing_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    async def play(consumer: ProgressConsumer, sent: list[Any]) -> None:
        consumer.offer("job", "news")

    assert [each["type"] for each in run_consumer(monkeypatch, play, stuck=True)] == ["websocket.accept"]


def test_a_client_for_which_too_much_waits_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    async def play(consumer: ProgressConsumer, sent: list[Any]) -> None:
        for number in range(MAX_WAITING + 1):
            consumer.offer(number, "news")
        assert len(consumer._outbox) == 0

    sent = run_consumer(monkeypatch, play, stuck=False)
    assert sent[-1] == {"type": "websocket.close", "code": 4408}


def test_a_slow_client_gets_only_the_newest_state_of_a_job(monkeypatch: pytest.MonkeyPatch) -> None:
    async def play(consumer: ProgressConsumer, sent: list[Any]) -> None:
        for number in range(5000):
            consumer.offer("job", str(number))
        await asyncio.sleep(0.05)
        await consumer._hang_up(1000)

    texts = [each["text"] for each in run_consumer(monkeypatch, play, stuck=False) if each["type"] == "websocket.send"]
    assert texts == ["4999"]


class Ear:
    """A listener that notes when it was answered."""

    def __init__(self) -> None:
        self.answers = 0

    def covers(self, state: JobState) -> bool:
        return True

    def wishes(self) -> list[Wish]:
        return [Wish()]

    def offer(self, key: Hashable, text: str) -> None:
        """Nothing is said in these tests."""

    def answered(self, wish: Wish, found: int, more: bool) -> None:
        self.answers += 1


def test_many_who_come_at_once_cost_one_read() -> None:
    reads: list[Any] = []

    class Counting(QuietReader):
        async def answer(self, wish: Any) -> tuple[list[JobState], bool]:
            reads.append(wish)
            await asyncio.sleep(0.01)
            return [], False

    async def main() -> list[int]:
        room, ears = Room(Counting(None)), [Ear() for _ in range(200)]
        for ear in ears:
            room.listeners.add(ear)
            room.ask(ear, Wish())
        task = asyncio.create_task(room.run())
        await asyncio.sleep(0.1)
        task.cancel()
        return [ear.answers for ear in ears]

    assert in_own_loop(main()) == [1] * 200
    assert len(reads) == 1


@pytest.mark.parametrize(
    ("origin", "https", "welcome"),
    [
        ("", False, True),
        ("http://aura.example.org", False, True),
        ("https://aura.example.org", False, True),
        ("http://aura.example.org", True, False),
        ("https://aura.example.org", True, True),
        ("https://shop.example.org", True, False),
        ("https://app.partner.example", True, True),
        ("https://partner.example", True, True),
        ("http://app.partner.example", True, False),
        ("https://evilpartner.example", True, False),
        ("null", True, False),
    ],
)
def test_origins(settings: Any, origin: str, https: bool, welcome: bool) -> None:
    settings.HTTPS = https
    settings.SITE_URL = "https://aura.example.org" if https else "http://127.0.0.1:8000"
    settings.ALLOWED_HOSTS = ["aura.example.org"]
    settings.CSRF_TRUSTED_ORIGINS = ["https://*.partner.example"]
    headers = [(b"host", b"aura.example.org"), (b"origin", origin.encode())]
    assert Handshake.of({"headers": headers, "query_string": b""}).is_welcome is welcome
    elsewhere = [(b"host", b"evil.example"), (b"origin", b"http://evil.example")]
    assert not Handshake.of({"headers": elsewhere, "query_string": b""}).is_welcome


def test_heartbeats_come_often_enough_for_the_pages() -> None:
    script = (settings.BASE_DIR / "aura" / "static" / "aura" / "aura.js").read_text()
    assert len(script) < 15_000
    assert "SILENT = 45000" in script
    assert settings.AURA_LIVE_HEARTBEAT <= 40


def test_no_address_of_a_socket_reaches_the_log(caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("uvicorn.error")
    with caplog.at_level(logging.DEBUG):
        log.warning('%s - "WebSocket %s" [accepted]', "127.0.0.1:1", "/ws/progress/?token=secret")
        log.debug("< GET /ws/progress/?token=secret HTTP/1.1")
        log.error("something else")
    assert [record.message for record in caplog.records] == ["something else"]
