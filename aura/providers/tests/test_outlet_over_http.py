"""The outlet in front of a real HTTP server that is slow, full, cut off or away; and a process that dies in a call."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone

from accounts.models import Budget, UsageEntry
from accounts.services.ledger import sweep_reservations
from aura.embedded.ports import free_port
from aura.providers.errors import CUT_OFF, TIMEOUT, UNAVAILABLE, UNREACHABLE, ProviderError
from aura.providers.gate import Gate, Service
from aura.providers.metering import Usage
from aura.providers.outlet import Outlet
from aura.providers.policy import Policy
from aura.providers.tests.metering import Book
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team
from aura.testing.simulators.plain import PlainService
from aura.testing.simulators.server import CLOSED, Answer

EXPECTED = Usage("plain", "model", "read", input_tokens=10)
MORTAL = """
import sys, time
from uuid import UUID
import django
django.setup()
from django.conf import settings
from accounts.services.ledger import meter
from aura.providers.gate import Service, gate_of
from aura.providers.metering import Usage
from aura.providers.outlet import Outlet
from decimal import Decimal
usage = Usage("plain", "model", "read", cost=Decimal(2))
outlet = Outlet(Service(sys.argv[2], key="k"), gate_of(settings.REDIS_URL), meter(UUID(sys.argv[1])))
def work():
    sys.stdout.write("called\\n"); sys.stdout.flush()
    time.sleep(60)
outlet.call(work, expected=usage, used=lambda _: usage)
"""


@pytest.fixture
def server() -> Iterator[PlainService]:
    with PlainService() as running:
        yield running


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def outlet(book: Book) -> Outlet:
    service = Service(f"test-{uuid4().hex}", key="secret", per_minute=10_000)
    return Outlet(service, Gate(settings.REDIS_URL), book, Policy(in_flight=4, deadline=2.0))


def ask(url: str, read: float = 1.0) -> Callable[[], dict[str, Any]]:
    """What an adapter does: one bare call, every failure in our words."""
    parts = urlsplit(url)

    def work() -> dict[str, Any]:
        connection = http.client.HTTPConnection(str(parts.hostname), parts.port or 80, timeout=read)
        try:
            connection.connect()
        except OSError:
            raise ProviderError("away", code=UNREACHABLE, retryable=True) from None
        try:
            connection.request("POST", "/ask", b"{}")
            answer = connection.getresponse()
            body = answer.read()
        except TimeoutError:
            raise ProviderError("slow", code=TIMEOUT, retryable=True) from None
        except (OSError, http.client.HTTPException):
            raise ProviderError("cut", code=CUT_OFF, retryable=True) from None
        finally:
            connection.close()
        if answer.status == 429:
            wait = float(answer.headers["Retry-After"])
            raise ProviderError("full", code="rate_limited", retryable=True, retry_after=wait)
        if answer.status >= 500:
            raise ProviderError("down", code=UNAVAILABLE, retryable=True)
        found: dict[str, Any] = json.loads(body)
        return found

    return work


def call(outlet: Outlet, work: Callable[[], dict[str, Any]], **more: Any) -> dict[str, Any]:
    return outlet.call(work, expected=EXPECTED, used=lambda _: EXPECTED, **more)


def test_an_answer_comes_through(server: PlainService, outlet: Outlet, book: Book) -> None:
    assert call(outlet, ask(server.url))["ok"] is True
    assert book.tally == {"settled": 1}


def test_a_full_service_is_asked_again_when_it_said_and_not_before(
    server: PlainService, outlet: Outlet, book: Book
) -> None:
    server.fault("/ask", Answer.json({}, 429, headers={"Retry-After": "1"}))
    call(outlet, ask(server.url), deadline=5.0)
    first, second = server.asked("/ask")
    assert 1.0 <= second.at - first.at < 2.5
    assert book.tally == {"settled": 1}


def test_an_hour_is_left_to_the_job(server: PlainService, outlet: Outlet) -> None:
    server.fault("/ask", Answer.json({}, 429, headers={"Retry-After": "3600"}))
    with pytest.raises(ProviderError) as full:
        call(outlet, ask(server.url))
    assert full.value.retry_after == 3600
    assert len(server.asked("/ask")) == 1


def test_a_bad_moment_passes(server: PlainService, outlet: Outlet, book: Book) -> None:
    server.fault("/ask", Answer.json({}, 503), Answer.json({}, 502))
    call(outlet, ask(server.url), deadline=10.0)
    assert len(server.asked("/ask")) == 3
    assert book.tally == {"settled": 1}


@pytest.mark.parametrize("fault", [CLOSED, Answer(200, b"x" * 4000, cut=True)])
def test_a_cut_connection_stays_booked(server: PlainService, outlet: Outlet, book: Book, fault: Answer) -> None:
    server.fault("/ask", fault)
    call(outlet, ask(server.url), deadline=5.0)
    assert book.tally == {"settled": 1, "uncertain": 1}


def test_a_dripping_answer_ends_at_the_deadline(server: PlainService, outlet: Outlet, book: Book) -> None:
    server.fault("/ask", Answer(200, b"x" * 4000, drip=0.1))
    began = time.monotonic()
    with pytest.raises(ProviderError) as slow:
        # Each byte comes in time for the client: only the deadline ends it.
        call(outlet, ask(server.url, read=1.0), deadline=0.8)
    assert time.monotonic() - began < 2
    assert slow.value.code == TIMEOUT
    assert book.tally == {"uncertain": 1}


def test_a_service_that_is_away_costs_nothing_and_opens_its_circuit(outlet: Outlet, book: Book) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    codes = []
    for _ in range(3):
        with pytest.raises(ProviderError) as away:
            call(outlet, ask(nobody), deadline=10.0)
        codes.append(away.value.code)
    assert codes == [UNREACHABLE, "provider_down", "provider_down"]
    assert book.tally == {"released": 3}


def test_a_stream_sees_each_item_through_trouble(server: PlainService, outlet: Outlet, book: Book) -> None:
    server.fault("/ask", CLOSED, Answer.json({}, 503), Answer(200, b"x" * 4000, cut=True))
    found = []
    for item, result, charge in outlet.stream(
        range(12), lambda _: ask(server.url)(), expected=lambda _: EXPECTED, used=lambda _: EXPECTED
    ):
        assert not isinstance(result, ProviderError)
        assert charge is not None
        charge.book()
        found.append(item)
    assert sorted(found) == list(range(12))
    assert book.tally == {"settled": 12, "uncertain": 2}


@pytest.mark.django_db(transaction=True, databases=["default", "staff"])
def test_a_process_killed_in_a_call_leaves_what_is_swept(team: Team) -> None:
    name = f"test-{uuid4().hex}"
    url = connections["default"].settings_dict
    address = f"postgresql://{url['USER']}:{url['PASSWORD']}@{url['HOST']}:{url['PORT']}/{url['NAME']}"
    owner, staff = (
        f"postgresql://{s['USER']}:{s['PASSWORD']}@{s['HOST']}:{s['PORT']}/{s['NAME']}"
        for s in (connections["owner"].settings_dict, connections["staff"].settings_dict)
    )
    environ = os.environ | {"DATABASE_APP_URL": address, "DATABASE_OWNER_URL": owner, "DATABASE_STAFF_URL": staff}
    words = [sys.executable, "-c", MORTAL, str(team.workspace.pk), name]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environ)
    assert process.stdout is not None
    assert process.stdout.readline() == "called\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    with workspace_scope(team.workspace.pk):
        assert Budget.objects.get().reserved == 2
    assert sweep_reservations() == 0
    with workspace_scope(team.workspace.pk):
        UsageEntry.objects.update(created_at=timezone.now() - timedelta(hours=2))
    assert sweep_reservations() == 1
    with workspace_scope(team.workspace.pk):
        entry, budget = UsageEntry.objects.get(), Budget.objects.get()
    assert (entry.state, entry.error_code) == ("uncertain", "swept")
    assert entry.amount == budget.spent == 2
    assert budget.reserved == 0
