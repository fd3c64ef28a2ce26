"""Sentry and OpenTelemetry: silent unless asked; then an error arrives with its ids and without anybody's words."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.urls import reverse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from audience.api.views import AccountList
from aura import telemetry
from aura.jobs.context import JobContext
from aura.jobs.tests.kinds import begin
from aura.testing.drain import drain
from aura.testing.fixtures import Team
from aura.testing.receiver import Receiver, receiver
from aura.tests.planted import ALL, found_in


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


@pytest.fixture
def begun() -> Iterator[Any]:
    """Starts telemetry as a new process would, and ends it after the test."""

    def begin_now() -> None:
        telemetry.sinks.pid = 0
        telemetry.start()

    yield begin_now
    if telemetry.sinks.sentry:
        telemetry.sinks.sentry.get_client().close(timeout=1)
        telemetry.sinks.sentry.get_global_scope().set_client(None)
    if telemetry.sinks.provider:
        telemetry.sinks.provider.shutdown()
    telemetry.sinks = telemetry._Sinks()


@pytest.fixture
def sentry(server: Receiver, settings: Any, begun: Any) -> Receiver:
    settings.AURA_SENTRY_DSN = f"http://public@{server.address}/1"
    begun()
    return server


@pytest.fixture
def tracing(server: Receiver, settings: Any, begun: Any) -> Receiver:
    settings.AURA_OTLP_URL = f"http://{server.address}"
    begun()
    return server


def broken_request(team: Team) -> str:
    """A request that fails inside; returns its id."""
    client = Client(raise_request_exception=False)
    client.force_login(team.alice)
    with patch.object(AccountList, "get_queryset", side_effect=RuntimeError(ALL)):
        response = client.get(reverse("api:audience:accounts"), {"q": ALL}, headers={"User-Agent": ALL})
    assert response.status_code == 500
    return str(response["X-Request-Id"])


def broken_job(context: JobContext) -> None:
    """A job that fails inside."""
    raise RuntimeError(ALL)


def events(server: Receiver) -> list[dict[str, Any]]:
    """The errors in the envelopes that came."""
    found = []
    for path, body in server.wait():
        assert path == "/api/1/envelope/"
        lines = body.split(b"\n")
        found += [json.loads(lines[n + 1]) for n, line in enumerate(lines) if b'"type":"event"' in line]
    return found


def spans(server: Receiver) -> list[Any]:
    """The spans that came."""
    found: list[Any] = []
    for path, body in server.wait():
        assert path == "/v1/traces"
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            assert {a.key: a.value.string_value for a in resource.resource.attributes}["service.name"] == "aura"
            found += [span for scope in resource.scope_spans for span in scope.spans]
    return found


def test_both_are_off_unless_asked() -> None:
    code = (
        "import os, sys, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'aura.settings'; django.setup();"
        "print([name for name in ('sentry_sdk', 'opentelemetry.exporter.otlp', 'hvac') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=dict(os.environ), capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_an_error_of_a_request_reaches_sentry_with_ids_alone(sentry: Receiver, team: Team) -> None:
    request_id = broken_request(team)
    telemetry.flush()
    [event] = events(sentry)
    assert event["tags"]["request_id"] == request_id
    assert event["tags"]["workspace_id"] == str(team.workspace.pk)
    assert event["tags"]["user_id"] == str(team.alice.pk)
    assert event["tags"]["route"] == "api/v1/audience/accounts"
    [value] = event["exception"]["values"]
    assert value["type"] == "RuntimeError"
    assert value["stacktrace"]["frames"]
    sent = b"".join(body for _, body in sentry.posts).decode()
    assert not found_in(sent)
    for word in ("alice@example.org", "northroast", "127.0.0.1", "request_body", "breadcrumbs"):
        assert word not in sent


def test_an_error_of_a_request_is_a_span_with_ids_alone(tracing: Receiver, team: Team) -> None:
    request_id = broken_request(team)
    telemetry.flush()
    [span] = spans(tracing)
    attributes = {a.key: a.value.string_value or a.value.int_value for a in span.attributes}
    assert span.name == "GET api/v1/audience/accounts"
    assert attributes["aura.request_id"] == request_id
    assert attributes["aura.workspace_id"] == str(team.workspace.pk)
    assert attributes["http.response.status_code"] == 500
    assert span.end_time_unix_nano > span.start_time_unix_nano
    assert span.status.code == 2
    assert span.events[0].name == "exception"
    sent = b"".join(body for _, body in tracing.posts).decode("utf-8", "replace")
    assert not found_in(sent)
    assert "alice@example.org" not in sent


@pytest.mark.django_db(transaction=True, databases=["default", "staff"])
@pytest.mark.usefixtures("committed")
def test_an_error_of_a_job_reaches_sentry_with_its_ids(sentry: Receiver, team: Team) -> None:
    job = begin(team.workspace, broken_job)
    drain()
    found = events(sentry)
    assert found[0]["tags"]["job_id"] == str(job.pk)
    assert found[0]["tags"]["workspace_id"] == str(team.workspace.pk)
    assert found[0]["tags"]["kind"] == "test.bulk"
    assert not found_in(b"".join(body for _, body in sentry.posts).decode())


@pytest.mark.django_db(transaction=True, databases=["default", "staff"])
@pytest.mark.usefixtures("committed")
def test_an_attempt_at_a_job_is_a_span(tracing: Receiver, team: Team) -> None:
    job = begin(team.workspace, broken_job)
    drain()
    [span] = [span for span in spans(tracing) if span.name == "job test.bulk"]
    attributes = {a.key: a.value.string_value for a in span.attributes}
    assert attributes["aura.job_id"] == str(job.pk)
    assert attributes["aura.outcome"] == "retried"
    assert not found_in(b"".join(body for _, body in tracing.posts).decode("utf-8", "replace"))


def test_a_receiver_that_is_away_costs_a_request_nothing(settings: Any, begun: Any, team: Team) -> None:
    settings.AURA_SENTRY_DSN = "http://public@127.0.0.1:9/1"
    settings.AURA_OTLP_URL = "http://127.0.0.1:9"
    begun()
    assert broken_request(team)
