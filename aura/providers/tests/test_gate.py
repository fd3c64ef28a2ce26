"""The gate: limits that hold over threads and processes, circuits that open and close, and no Redis."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import uuid4

import pytest
from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

from aura.providers import gate as gates
from aura.providers.errors import FAULTS, ProviderError
from aura.providers.gate import Gate, Service, gate_of

BROKEN = ProviderError("broken", code="unavailable", retryable=True)
CROWD = r"""
import json, sys, time
from concurrent.futures import ThreadPoolExecutor
from redis import Redis
from aura.providers import gate as gates
url, name, lease, hold, calls = sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5])
gates.LEASE_SECONDS, gates.RENEW_SECONDS = lease, lease / 4
gate, redis = gates.gate_of(url), Redis.from_url(url)
service = gates.Service(name, key="secret", per_minute=100_000, in_flight=3)
def call(number):
    passed = gate.enter(service, until=time.monotonic() + 30)
    most = redis.incr(name + ":now")
    sys.stdout.write("in\n"); sys.stdout.flush()
    time.sleep(hold)
    redis.decr(name + ":now")
    passed.leave(seconds=hold)
    return most
with ThreadPoolExecutor(8) as pool:
    print(json.dumps(max(pool.map(call, range(calls)))), flush=True)
"""


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate(settings.REDIS_URL)
    yield gate
    # What a test did not leave is not renewed for ever.
    gate._held.clear()


@pytest.fixture
def service() -> Iterator[Service]:
    name = f"test-{uuid4().hex}"
    yield Service(name, key="secret", per_minute=100_000, in_flight=3)
    redis = Redis.from_url(settings.REDIS_URL)
    for key in redis.scan_iter(f"*{name}*"):
        redis.delete(key)


def soon(seconds: float = 0.3) -> float:
    return time.monotonic() + seconds


def fail(gate: Gate, service: Service, times: int, error: ProviderError = BROKEN) -> None:
    for _ in range(times):
        gate.enter(service, until=soon()).leave(error, seconds=0.01)


def let_time_pass(service: Service) -> None:
    """Bring an open circuit to the moment at which it is tried again."""
    redis = Redis.from_url(settings.REDIS_URL)
    redis.hset(f"aura:gate:circuit:{service.name}", "open_until", int(time.time() * 1000) - 1)


def crowd(service: Service, lease: float, hold: float, calls: int) -> "subprocess.Popen[str]":
    words = [settings.REDIS_URL, service.name, str(lease), str(hold), str(calls)]
    return subprocess.Popen([sys.executable, "-c", CROWD, *words], stdout=subprocess.PIPE, text=True)


def test_no_more_calls_are_made_at_once_than_allowed(gate: Gate, service: Service) -> None:
    held = [gate.enter(service, until=soon()) for _ in range(3)]
    with pytest.raises(ProviderError) as busy:
        gate.enter(service, until=soon())
    assert (busy.value.code, busy.value.retryable) == ("provider_busy", True)
    assert gate.enter(replace(service, key="another"), until=soon())
    assert gate.enter(replace(service, part="model"), until=soon())
    held[0].leave()
    held[0].leave()
    assert gate.enter(service, until=soon())
    with pytest.raises(ProviderError):
        gate.enter(service, until=soon(0.1))


def test_the_limit_holds_over_processes(service: Service) -> None:
    crowds = [crowd(service, 20, 0.02, 30) for _ in range(3)]
    most = [json.loads(one.communicate(timeout=30)[0].splitlines()[-1]) for one in crowds]
    assert max(most) == 3


def test_the_places_of_a_killed_process_come_back(gate: Gate, service: Service) -> None:
    one = crowd(service, 1.0, 60, 3)
    assert one.stdout is not None
    assert [one.stdout.readline().strip() for _ in range(3)] == ["in"] * 3
    # They are renewed for as long as the process lives …
    time.sleep(1.3)
    with pytest.raises(ProviderError, match="busy"):
        gate.enter(service, until=soon(0.1))
    one.kill()
    one.communicate()
    # … and no longer.
    began = time.monotonic()
    gate.enter(service, until=soon(5)).leave()
    assert time.monotonic() - began < 2.5


def test_a_minute_has_as_many_calls_as_allowed(gate: Gate, service: Service) -> None:
    few = replace(service, per_minute=4)
    for _ in range(4):
        gate.enter(few, until=soon()).leave()
    with pytest.raises(ProviderError) as busy:
        gate.enter(few, until=soon())
    assert busy.value.code == "provider_busy"
    assert busy.value.retry_after is not None
    assert 30 < busy.value.retry_after <= 61
    # Who was turned away holds no place.
    assert gate.enter(replace(few, per_minute=100), until=soon())


def test_a_minute_counts_for_all_threads(gate: Gate, service: Service) -> None:
    few = replace(service, per_minute=10, in_flight=50)

    def ask(_: int) -> bool:
        try:
            gate.enter(few, until=soon()).leave()
        except ProviderError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(24))) == 10


def test_waiting_ends_when_it_is_stopped(gate: Gate, service: Service) -> None:
    for _ in range(3):
        gate.enter(service, until=soon())
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    began = time.monotonic()
    with pytest.raises(ProviderError) as stopped:
        gate.enter(service, until=soon(10), stop=stop.is_set)
    assert stopped.value.code == "stopped"
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("code", sorted(FAULTS))
def test_five_faults_open_a_circuit_for_all(gate: Gate, service: Service, code: str) -> None:
    fail(gate, service, 4, ProviderError("no", code=code, retryable=True))
    assert gate.circuits([service.name])[0].state == "closed"
    fail(gate, service, 1, ProviderError("no", code=code, retryable=True))
    with pytest.raises(ProviderError) as down:
        Gate(settings.REDIS_URL).enter(replace(service, key="another"), until=soon())
    assert (down.value.code, down.value.retryable) == ("provider_down", True)
    assert down.value.retry_after == pytest.approx(30, abs=1)
    (seen,) = gate.circuits([service.name])
    assert (seen.state, seen.last_code, seen.last_ms) == ("open", code, 10)
    assert seen.retry_in == pytest.approx(30, abs=1)


@pytest.mark.parametrize("code", ["refused_key", "rate_limited", "bad_request", "quota_exhausted"])
def test_what_is_the_callers_fault_opens_nothing(gate: Gate, service: Service, code: str) -> None:
    fail(gate, service, 10, ProviderError("no", code=code))
    assert gate.circuits([service.name])[0].state == "closed"


def test_an_answer_makes_up_for_a_fault(gate: Gate, service: Service) -> None:
    for _ in range(10):
        fail(gate, service, 1)
        gate.enter(service, until=soon()).leave(seconds=0.01)
    assert gate.circuits([service.name])[0].state == "closed"


def test_one_probe_goes_through_and_closes_the_circuit(gate: Gate, service: Service) -> None:
    fail(gate, service, 5)
    let_time_pass(service)
    assert gate.circuits([service.name])[0].state == "half_open"
    probe = gate.enter(service, until=soon())
    with pytest.raises(ProviderError, match="failed several times"):
        gate.enter(service, until=soon())
    probe.leave(seconds=0.02)
    assert gate.circuits([service.name])[0].state == "closed"
    fail(gate, service, 4)
    assert gate.enter(service, until=soon())


def test_a_failed_probe_doubles_the_wait_up_to_five_minutes(gate: Gate, service: Service) -> None:
    fail(gate, service, 5)
    waits = []
    for _ in range(5):
        let_time_pass(service)
        fail(gate, service, 1)
        waits.append(round(gate.circuits([service.name])[0].retry_in))
    assert waits == [60, 120, 240, 300, 300]


def test_a_probe_that_was_not_made_leaves_its_place_to_the_next(gate: Gate, service: Service) -> None:
    fail(gate, service, 5)
    let_time_pass(service)
    gate.enter(service, until=soon()).leave(asked=False)
    assert gate.circuits([service.name])[0].state == "half_open"
    assert gate.enter(service, until=soon())


def test_late_news_of_old_calls_neither_opens_nor_closes(gate: Gate, service: Service) -> None:
    slow, slower = gate.enter(service, until=soon()), gate.enter(service, until=soon())
    fail(gate, service, 5)
    before = gate.circuits([service.name])[0].retry_in
    slow.leave(seconds=1)
    slower.leave(BROKEN, seconds=1)
    after = gate.circuits([service.name])[0]
    assert after.state == "open"
    assert after.retry_in <= before


def test_a_pause_that_a_service_asks_for_holds_for_everybody_with_the_key(gate: Gate, service: Service) -> None:
    asked = ProviderError("slow down", code="rate_limited", retryable=True, retry_after=0.4)
    gate.enter(service, until=soon()).leave(asked, seconds=0.01)
    began = time.monotonic()
    gate.enter(service, until=soon(2)).leave()
    assert time.monotonic() - began >= 0.38
    long = ProviderError("tomorrow", code="quota_exhausted", retryable=True, retry_after=7200)
    gate.enter(service, until=soon()).leave(long, seconds=0.01)
    with pytest.raises(ProviderError) as paused:
        gate.enter(service, until=soon(60))
    assert paused.value.code == "quota_exhausted"
    assert paused.value.retry_after == pytest.approx(7200, abs=5)
    gate.enter(replace(service, part="other-model"), until=soon()).leave()


def test_without_redis_calls_wait(service: Service) -> None:
    gone = Gate("redis://127.0.0.1:1/0")
    with pytest.raises(ProviderError) as away:
        gone.enter(service, until=soon())
    assert (away.value.code, away.value.retryable, away.value.retry_after) == ("limits_unavailable", True, 15.0)
    with pytest.raises(RedisError):
        gone.circuits([service.name])


def test_a_call_ends_well_though_redis_went_meanwhile(gate: Gate, service: Service) -> None:
    passed = gates.Pass(Gate("redis://127.0.0.1:1/0"), service, "token")
    passed.leave(seconds=0.1)


def test_redis_holds_no_key(gate: Gate, service: Service) -> None:
    gate.enter(replace(service, key="very-secret-key"), until=soon())
    redis = Redis.from_url(settings.REDIS_URL)
    assert not [key for key in redis.keys("*") if b"very-secret-key" in key]
    assert "very-secret-key" not in repr(replace(service, key="very-secret-key"))


def test_a_process_has_one_gate() -> None:
    assert gate_of(settings.REDIS_URL) is gate_of(settings.REDIS_URL)
