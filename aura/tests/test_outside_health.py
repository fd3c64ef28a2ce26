"""Each outside service on the health page, with the state of its circuit (M9)."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as real_settings
from django.test import Client
from django.urls import reverse
from redis import Redis

from aura import health
from aura.providers.errors import ProviderError
from aura.providers.gate import Gate, Service
from aura.testing.fixtures import Team, page_client

BROKEN = ProviderError("broken", code="unavailable", retryable=True)


@pytest.fixture(autouse=True)
def _untouched() -> Iterator[None]:
    yield
    redis = Redis.from_url(real_settings.REDIS_URL)
    for key in redis.scan_iter("aura:gate:*"):
        redis.delete(key)


def calls(name: str, times: int, error: ProviderError | None = None) -> None:
    gate = Gate(real_settings.REDIS_URL)
    for _ in range(times):
        gate.enter(Service(name, key="k"), until=time.monotonic() + 1).leave(error, seconds=0.25)


def services() -> Any:
    return Client().get(reverse("api:health")).json()


def test_a_service_that_was_never_called_says_so(db: None) -> None:
    found = services()["services"]
    for name in ("apify", "gemini", "openai", "instagram", "replicate"):
        assert found[name] == {"status": "ok", "response_time": None, "circuit": "closed"}


def test_the_last_response_time_is_shown(db: None) -> None:
    calls("gemini", 1)
    assert services()["services"]["gemini"] == {"status": "ok", "response_time": 250.0, "circuit": "closed"}


def test_an_open_circuit_degrades_but_is_not_down(team: Team) -> None:
    calls("apify", 5, BROKEN)
    body = services()
    assert body["status"] == "degraded"
    assert body["services"]["apify"] == {"status": "down", "response_time": 250.0, "circuit": "open"}
    page = page_client(team.bob).get(reverse("system")).content.decode()
    assert "Outside services" in page
    assert "Failed several times in a row. Asked again in" in page
    metrics = Client(REMOTE_ADDR="127.0.0.1").get(reverse("metrics")).content.decode()
    assert 'aura_circuit_open{service="apify"} 1.0' in metrics
    assert 'aura_circuit_open{service="gemini"} 0.0' in metrics
    assert 'aura_provider_last_seconds{service="apify"} 0.25' in metrics


def test_without_redis_nothing_is_claimed(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert {one.circuit for one in health.outside_all()} == {"unknown"}
    assert {one.status for one in health.outside_all()} == {"warn"}
