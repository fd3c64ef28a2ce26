"""Whatever goes wrong under /api/ is a problem with a stable code."""

from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.urls import reverse
from structlog.testing import capture_logs

from audience.api.views import AccountList
from aura.testing.fixtures import Team, api_client

ACCOUNTS = "api:audience:accounts"


def problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """The body of an answer that is the problem ``code``."""
    assert response.status_code == status, response.content[:400]
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert (body["status"], body["code"]) == (status, code)
    assert {"type", "title", "status", "detail", "code", "request_id", "errors"} == set(body)
    assert body["request_id"] == response["X-Request-Id"]
    return body


@pytest.mark.parametrize("path", ["/api/", "/api/v1/", "/api/v1/nothing", "/api/v2/jobs", "/api/v1/jobs/not-an-id"])
def test_an_unknown_address(db: None, path: str) -> None:
    problem(Client().get(path), 404, "not_found")


def test_an_unknown_page_stays_a_page(db: None) -> None:
    response = Client().get("/nothing/")
    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")


def test_nobody_known(db: None) -> None:
    response = Client().get(reverse(ACCOUNTS))
    problem(response, 401, "not_authenticated")
    assert response["WWW-Authenticate"].startswith("Bearer")


def test_a_wrong_method(team: Team) -> None:
    response = api_client(team.alice).put(reverse(ACCOUNTS), {})
    problem(response, 405, "method_not_allowed")
    assert "POST" in response["Allow"]


def test_a_wrong_accept(team: Team) -> None:
    problem(api_client(team.alice).get(reverse(ACCOUNTS), headers={"Accept": "image/png"}), 406, "not_acceptable")


def test_a_wrong_content_type(team: Team) -> None:
    response = api_client(team.alice).post(reverse(ACCOUNTS), "x", content_type="text/plain")
    problem(response, 415, "unsupported_media_type")


def test_broken_json(team: Team) -> None:
    response = api_client(team.alice).post(reverse(ACCOUNTS), b"{", content_type="application/json")
    problem(response, 400, "parse_error")


def test_a_body_that_is_too_large(team: Team, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    body = b'{"username": "' + b"a" * 200 + b'"}'
    response = api_client(team.alice).post(reverse(ACCOUNTS), body, content_type="application/json")
    problem(response, 413, "body_too_large")


def test_too_many_fields(team: Team, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3
    form = {str(n): "x" for n in range(5)}
    problem(api_client(team.alice).post(reverse(ACCOUNTS), form, format="multipart"), 400, "bad_request")


def test_a_field_that_is_wrong_is_pointed_at(team: Team) -> None:
    body = problem(api_client(team.alice).post(reverse(ACCOUNTS), {}), 400, "invalid")
    assert body["errors"][0]["pointer"] == "/username"


def test_a_form_from_elsewhere(team: Team) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(team.alice)
    problem(client.post(reverse(ACCOUNTS), {"username": "x"}), 403, "permission_denied")


def test_an_error_of_ours_tells_nothing_but_a_reference(team: Team) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(team.alice)
    with patch.object(AccountList, "get_queryset", side_effect=RuntimeError("secret words")), capture_logs() as lines:
        response = client.get(reverse(ACCOUNTS))
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["request_failed"]
    body = problem(response, 500, "internal")
    assert "secret words" not in str(body)


def test_an_error_outside_of_a_view(db: None) -> None:
    client = Client(raise_request_exception=False)
    with patch("aura.http.middleware.throttles.is_exempt", side_effect=RuntimeError("secret words")):
        response = client.get(reverse("api:health"))
    body = problem(response, 500, "internal")
    assert "secret words" not in str(body)


def test_a_host_that_is_not_ours(db: None) -> None:
    problem(Client().get(reverse(ACCOUNTS), headers={"Host": "evil.example"}), 400, "bad_request")
