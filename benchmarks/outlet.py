"""What the outlet adds to a call: gate, ledger, thread and deadline, against the bare call, in one run.

``make bench ARGS=benchmarks/outlet.py``; AURA_TEST_CALLS sets how many calls each way makes (600). The service is a
sleep of AURA_TEST_CALL_MS (20): what is measured is our own part. Streams keep 32 calls under way; the peer of a
stream is a bare thread pool of 32.
"""

import os
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.conf import settings

from accounts.models import User
from accounts.services import create_workspace
from accounts.services.ledger import meter
from aura.providers.gate import Gate, Service
from aura.providers.metering import Meter, Usage
from aura.providers.outlet import Outlet
from aura.providers.policy import Policy

CALLS = int(os.environ.get("AURA_TEST_CALLS", "600"))
SECONDS = int(os.environ.get("AURA_TEST_CALL_MS", "20")) / 1000
IN_FLIGHT = 32
ROUNDS = 3
USAGE = Usage("gemini", "gemini-3.5-flash-lite", "read", input_tokens=4000, output_tokens=500)


def outlet_with(books: Meter | None) -> Outlet:
    """An outlet whose limits are out of the way."""
    service = Service(f"bench-{uuid4().hex}", key="k", per_minute=10_000_000, in_flight=IN_FLIGHT)
    return Outlet(service, Gate(settings.REDIS_URL), books, Policy(in_flight=IN_FLIGHT))


def single(outlet: Outlet | None) -> float:
    """Milliseconds that one call after another takes, beyond the sleep."""
    calls = max(20, CALLS // 6)
    began = time.perf_counter()
    for _ in range(calls):
        if outlet is None:
            time.sleep(SECONDS)
        else:
            outlet.call(lambda: time.sleep(SECONDS), expected=USAGE, used=lambda _: USAGE)
    return 1000 * ((time.perf_counter() - began) / calls - SECONDS)


def streamed(outlet: Outlet | None) -> float:
    """Calls a second with 32 under way."""
    began = time.perf_counter()
    if outlet is None:
        with ThreadPoolExecutor(IN_FLIGHT) as pool:
            list(pool.map(lambda _: time.sleep(SECONDS), range(CALLS)))
    else:
        work = outlet.stream(
            range(CALLS), lambda _: time.sleep(SECONDS), expected=lambda _: USAGE, used=lambda _: USAGE
        )
        for _, _, charge in work:
            assert charge is not None
            charge.book()
    return CALLS / (time.perf_counter() - began)


@pytest.mark.bench
@pytest.mark.django_db(transaction=True, databases=["default", "staff"])
def test_what_the_outlet_adds_to_a_call() -> None:
    workspace = create_workspace(User.objects.create_user("bench@example.org"), name="Bench", slug="bench")
    ways: list[tuple[str, Outlet | None]] = [
        ("bare", None),
        ("gate", outlet_with(None)),
        ("gate and ledger", outlet_with(meter(workspace.pk))),
    ]
    print()
    for title, measure, unit in (
        (f"one after another, {1000 * SECONDS:.0f} ms each: added", single, "ms a call"),
        (f"{IN_FLIGHT} under way, {1000 * SECONDS:.0f} ms each", streamed, "calls/s"),
    ):
        report(title, measure, unit, ways)


def report(
    title: str, measure: Callable[[Outlet | None], float], unit: str, ways: list[tuple[str, Outlet | None]]
) -> None:
    """Measure every way in turn, a few times over, and print the middle of each."""
    found: dict[str, list[float]] = {name: [] for name, _ in ways}
    for _ in range(ROUNDS):
        for name, outlet in ways:
            found[name].append(measure(outlet))
    middle = {name: statistics.median(values) for name, values in found.items()}
    for name, value in middle.items():
        print(f"{title:44} {name:16} {value:9.2f} {unit}  ({value / middle['bare']:.2f} × bare)")
