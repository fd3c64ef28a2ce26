"""/metrics: figures for Prometheus, for this machine or the bearer of the token only."""

from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from redis.exceptions import ConnectionError as RedisGone

from aura.jobs import tallies
from aura.jobs.context import JobContext
from aura.jobs.tests.kinds import begin
from aura.testing.drain import drain
from aura.testing.fixtures import Team, page_client

URL = "/metrics"


def samples(client: Client | None = None) -> dict[tuple[str, tuple[str, ...]], float]:
    """Every figure by name and values of labels, these in the order of their names."""
    response = (client or Client()).get(URL)
    assert response.status_code == 200
    families = text_string_to_metric_families(response.content.decode())
    return {
        (s.name, tuple(s.labels[name] for name in sorted(s.labels))): s.value
        for family in families
        for s in family.samples
    }


def test_the_lanes_are_there(db: None) -> None:
    found = samples()
    for lane in ("realtime", "bulk"):
        for name in ("waiting", "running", "limit", "oldest_wait_seconds", "workers"):
            assert (f"aura_lane_{name}", (lane,)) in found
    assert found[("aura_lane_limit", ("bulk",))] == 5000
    assert found[("aura_up", ("database",))] == found[("aura_up", ("redis",))] == 1


def test_requests_are_timed_by_pattern(team: Team) -> None:
    name = ("aura_request_seconds_count", ("GET", "audience/@<str:username>/", "404"))
    before = samples().get(name, 0)
    page_client(team.alice).get("/audience/@somebody/")
    assert samples()[name] == before + 1
    Client().generic("BREW", "/coffee")
    assert ("aura_request_seconds_count", ("other", "(unknown address)", "405")) in samples() or (
        "aura_request_seconds_count",
        ("other", "(unknown address)", "404"),
    ) in samples()


@pytest.mark.django_db(transaction=True, databases=["default", "staff"])
@pytest.mark.usefixtures("committed")
def test_attempts_are_counted_by_outcome(team: Team) -> None:
    def broken(context: JobContext) -> None:
        raise RuntimeError("no")

    begin(team.workspace)
    begin(team.workspace, broken)
    drain(retries=True)
    found = samples()
    assert found[("aura_job_attempts_total", ("test.bulk", "bulk", "done"))] == 1
    assert found[("aura_job_attempts_total", ("test.bulk", "bulk", "retried"))] == 2
    assert found[("aura_job_attempts_total", ("test.bulk", "bulk", "dead"))] == 1


def test_a_store_that_is_away_is_a_figure(db: None) -> None:
    with (
        patch("aura.metrics.queries.lanes", side_effect=OperationalError),
        patch.object(tallies, "quick_connection", side_effect=RedisGone),
    ):
        found = samples()
    assert found[("aura_up", ("database",))] == found[("aura_up", ("redis",))] == 0


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("192.0.2.1", {}, 404),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.1"}, 404),
        ("", {}, 404),
    ],
)
def test_without_a_token_only_this_machine_may_look(
    db: None, address: str, headers: dict[str, str], status: int
) -> None:
    assert Client(REMOTE_ADDR=address).get(URL, headers=headers).status_code == status


@pytest.mark.parametrize(("given", "status"), [("Bearer scrape-me", 200), ("Bearer wrong", 404), ("", 404)])
def test_with_a_token_its_bearer_may_look_from_anywhere(db: None, settings: Any, given: str, status: int) -> None:
    settings.AURA_METRICS_TOKEN = "scrape-me"
    for address in ("192.0.2.1", "127.0.0.1"):
        assert Client(REMOTE_ADDR=address).get(URL, headers={"Authorization": given}).status_code == status


def test_no_figure_holds_anything_of_a_workspace(team: Team) -> None:
    page_client(team.alice).get("/audience/@somebody/")
    text = Client().get(URL).content.decode()
    for word in ("north", "alice", "somebody", str(team.workspace.pk)):
        assert word not in text
