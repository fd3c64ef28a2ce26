"""How often one may ask, and what the answers say about it (M6)."""

import re
from typing import Any
from unittest.mock import patch

import pytest
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse
from limits.errors import StorageError
from limits.strategies import MovingWindowRateLimiter
from redis import Redis
from redis.exceptions import ConnectionError as RedisGone
from structlog.testing import capture_logs

from aura.http import throttles
from aura.testing.fixtures import Team, api_client, page_client

ACCOUNTS = "api:audience:accounts"


@pytest.fixture
def small(settings: Any) -> None:
    settings.AURA_LIMITS = {"anonymous": 3, "user": 4, "key": 4, "heavy": 2, "upload": 2}


def test_the_limits_are_those_of_the_specification(settings: Any) -> None:
    assert settings.AURA_LIMITS["anonymous"] == 60
    assert settings.AURA_LIMITS["heavy"] == 5
    assert settings.AURA_LIMITS["user"] > 60
    assert settings.AURA_LIMITS["key"] > 60


def test_nobody_known_is_refused_after_the_limit_of_the_address(small: None, db: None) -> None:
    client = Client()
    answers = [client.get(reverse(ACCOUNTS)) for _ in range(4)]
    assert [a.status_code for a in answers] == [401, 401, 401, 429]
    last = answers[-1]
    assert last["Content-Type"] == "application/problem+json"
    assert last.json()["code"] == "rate_limited"
    assert last.json()["request_id"] == last["X-Request-Id"]
    assert 1 <= int(last["Retry-After"]) <= 60


def test_another_address_has_a_limit_of_its_own(small: None, db: None) -> None:
    for _ in range(4):
        Client().get(reverse(ACCOUNTS))
    assert Client(REMOTE_ADDR="192.0.2.7").get(reverse(ACCOUNTS)).status_code == 401


def test_wrong_credentials_count_against_the_address(small: None, db: None) -> None:
    client = Client(headers={"Authorization": "Bearer wrong"})
    assert [client.get(reverse(ACCOUNTS)).status_code for _ in range(4)] == [401, 401, 401, 429]


def test_unknown_addresses_count_too(small: None, db: None) -> None:
    assert [Client().get("/api/v1/nothing").status_code for _ in range(4)] == [404, 404, 404, 429]


def test_a_user_has_a_limit_of_their_own(small: None, team: Team) -> None:
    alice, bob = page_client(team.alice), page_client(team.bob)
    assert [alice.get(reverse(ACCOUNTS)).status_code for _ in range(5)] == [200, 200, 200, 200, 429]
    assert bob.get(reverse(ACCOUNTS)).status_code == 200


def test_an_endpoint_that_costs_much_is_refused_earlier(small: None, team: Team) -> None:
    alice = page_client(team.alice)
    answers = [alice.post(reverse("api:audience:imports"), {"account": "x"}) for _ in range(3)]
    assert [a.status_code for a in answers] == [400, 400, 429]
    assert '"upload";q=2;w=60' in answers[0]["RateLimit-Policy"]
    assert alice.get(reverse(ACCOUNTS)).status_code == 200


def test_health_is_exempt(small: None, db: None) -> None:
    answers = [Client().get(reverse("api:health")) for _ in range(6)]
    assert {a.status_code for a in answers} == {200}


@pytest.mark.parametrize("path", ["/api/v1/audience/accounts", "/api/v1/nothing", "/api/schema/", "/api/docs/"])
def test_every_answer_tells_the_policy_and_what_is_left(db: None, path: str) -> None:
    response = Client().get(path)
    assert response["RateLimit-Policy"] == '"anonymous";q=60;w=60'
    assert re.fullmatch(r'"anonymous";r=59;t=\d+', response["RateLimit"])


def test_pages_have_no_such_limit(small: None, db: None) -> None:
    assert {Client().get(reverse("accounts:sign_in")).status_code for _ in range(6)} == {200}


def test_without_redis_everybody_is_let_in_and_the_log_says_so_once(small: None, team: Team) -> None:
    gone = StorageError(RedisGone("away"))
    with (
        patch.object(throttles.redis, "away_until", 0.0),
        patch.object(throttles.redis, "said", new=False),
        patch.object(MovingWindowRateLimiter, "hit", side_effect=gone),
        patch.object(throttles, "AWAY_SECONDS", 0.0),
        capture_logs() as lines,
    ):
        answers = [page_client(team.alice).get(reverse(ACCOUNTS)) for _ in range(6)]
    assert {a.status_code for a in answers} == {200}
    assert answers[0]["RateLimit-Policy"] == '"user";q=4;w=60'
    assert "RateLimit" not in answers[0]
    assert [line["event"] for line in lines if line["event"] == "limits_off"] == ["limits_off"]


def test_addresses_of_one_ipv6_subscriber_are_one() -> None:
    def seen(value: str) -> str:
        request = HttpRequest()
        request.META["REMOTE_ADDR"] = value
        return throttles.address(request)

    assert seen("2001:db8:1:2::1") == seen("2001:db8:1:2:ffff::9") != seen("2001:db8:1:3::1")
    assert seen("::ffff:192.0.2.1") == seen("192.0.2.1")


def test_redis_holds_no_address(db: None, settings: Any) -> None:
    Client(REMOTE_ADDR="192.0.2.99").get("/api/v1/nothing")
    keys = Redis.from_url(settings.REDIS_URL).keys("*")
    assert any(b"aura:limit" in key for key in keys)
    assert not [key for key in keys if b"192.0.2" in key]


def test_a_forced_client_is_counted_as_its_user(small: None, team: Team) -> None:
    response = api_client(team.alice).get(reverse(ACCOUNTS))
    assert '"user";q=4;w=60' in response["RateLimit-Policy"]
