"""Each request has an id that the caller, the body of an error and the log share."""

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from structlog.testing import capture_logs

from aura.testing.fixtures import Team, api_client, page_client


def test_a_sane_id_of_the_caller_is_kept(db: None) -> None:
    response = Client().get(reverse("healthz"), headers={"X-Request-Id": "order-66.retry_1"})
    assert response["X-Request-Id"] == "order-66.retry_1"


@pytest.mark.parametrize("given", ["", "a b", "<script>", "x" * 65, "a@example.org", "naïve"])
def test_any_other_id_is_replaced(db: None, given: str) -> None:
    response = Client().get(reverse("healthz"), headers={"X-Request-Id": given})
    assert re.fullmatch(r"[0-9a-f]{32}", response["X-Request-Id"])


def test_two_requests_have_two_ids(db: None) -> None:
    client = Client()
    assert client.get("/healthz")["X-Request-Id"] != client.get("/healthz")["X-Request-Id"]


def test_a_problem_names_the_id_of_its_answer(team: Team) -> None:
    response = api_client(team.alice).get(reverse("api:audience:run", args=[uuid4()]))
    assert response.json()["request_id"] == response["X-Request-Id"] != ""


def test_a_request_is_one_line_with_ids_and_without_an_address(team: Team) -> None:
    with capture_logs() as lines:
        response = page_client(team.alice).get("/audience/@somebody.secret/?q=hello", headers={"User-Agent": "Probe"})
    [line] = [line for line in lines if line["event"] == "request"]
    assert line["route"] == "audience/@<str:username>/"
    assert (line["method"], line["status"]) == ("GET", response.status_code)
    assert not [line for line in lines if line["event"] in {"request_started", "request_finished"}]
    written = repr(lines)
    for word in ("somebody.secret", "hello", "127.0.0.1", "Probe", "alice@example.org"):
        assert word not in written
