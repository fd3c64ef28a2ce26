"""Which addresses can be endpoints, and that none of the others is ever reached."""

from typing import Any

import pytest

from aura.providers.tests.servers import running, status
from aura.providers.tests.walls import REFUSED, connections, names
from aura.tenancy.ids import uuid7
from aura.testing.drain import drain
from aura.testing.fixtures import Team, api_client
from aura.webhooks.models import WebhookEndpoint
from aura.webhooks.sending import Message, send
from aura.webhooks.services import UrlRefused, clean_url
from aura.webhooks.signing import new_secret
from aura.webhooks.tests.factories import change, count, emit, endpoint, now

FORMS = [one.replace("http://", "https://") for one in REFUSED]
MORE = [
    "http://example.org/hook",
    "https://localhost/",
    "https://localhost./",
    "https://hooks.localhost/",
    "https://router.local/",
    "https://metadata.google.internal/",
    "https://intranet/",
    "https://example.org:8443/",
    "https://" + "a" * 2_100 + ".org/",
    "javascript:alert(1)",
]


@pytest.mark.parametrize("form", [*FORMS, *MORE])
def test_an_address_that_cannot_be_public_is_no_endpoint(form: str) -> None:
    with pytest.raises(UrlRefused):
        clean_url(form.format(port=8000))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://example.org/hook", "https://example.org/hook"),
        (" https://Example.org:443/a?b=c#d ", "https://example.org:443/a?b=c"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://8.8.8.8/x", "https://8.8.8.8/x"),
    ],
)
def test_a_public_https_address_is_kept_in_plain_form(given: str, kept: str) -> None:
    assert clean_url(given) == kept


def test_this_machine_is_allowed_only_where_the_operator_says_so(settings: Any) -> None:
    for url in ("http://127.0.0.1:9000/x", "http://localhost:9000/x", "http://[::1]:9000/x", "https://127.0.0.1/x"):
        with pytest.raises(UrlRefused):
            clean_url(url)
        settings.AURA_ALLOW_LOOPBACK = True
        assert clean_url(url) == url
        for other in ("http://10.0.0.1/x", "http://example.org/x", "https://192.168.0.1/x", "https://169.254.169.254/"):
            with pytest.raises(UrlRefused):
                clean_url(other)
        settings.AURA_ALLOW_LOOPBACK = False


def test_the_api_says_what_is_wrong_with_an_address(team: Team) -> None:
    body = {"url": "https://10.0.0.1/", "events": ["audience.run.failed"]}
    answer = api_client(team.alice).post("/api/v1/webhooks/endpoints", body)
    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {"pointer": "/url", "code": "url_refused", "detail": "The address leads into a private network."}
    ]
    assert count(team.workspace, WebhookEndpoint) == 0


@pytest.mark.parametrize("form", [*REFUSED, *FORMS])
def test_no_form_of_a_refused_address_gets_a_request(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the check at the door had been passed."""
    with running() as server:
        went = connections(monkeypatch)
        url = form.format(port=server.server_port)
        outcome = send(Message(uuid7(), uuid7(), uuid7(), url, b"{}", (new_secret(),), 1, False))
        assert (outcome.code, outcome.retryable, outcome.status) == ("url_refused", False, None)
        assert (server.seen, went) == ([], [])


@pytest.mark.django_db(transaction=True, databases=["default", "staff"])
@pytest.mark.usefixtures("committed")
def test_a_refused_address_in_a_row_is_a_failure_at_once(team: Team) -> None:
    with running() as server:
        hook, _ = endpoint(team.workspace)
        change(hook, url=server.url + "/hook")
        delivery = emit(team.workspace)
        drain(retries=True)
        found = now(delivery)
        assert (found.state, found.error_code, found.attempts) == ("failed", "url_refused", 1)
        assert server.seen == []


@pytest.mark.django_db(transaction=True, databases=["default", "staff"])
@pytest.mark.usefixtures("committed")
def test_a_name_that_turns_private_after_it_was_added_gets_nothing(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    with running() as server:
        server.answers["/hook"] = status(200)
        endpoint(team.workspace, "http://rebind.example.org/hook")
        with monkeypatch.context() as patched:
            names(patched, ["93.184.216.34"], ["127.0.0.1"])
            connections(patched, server.server_port)
            first, second = emit(team.workspace), emit(team.workspace)
            drain()
        assert sorted([now(first).error_code, now(second).error_code]) == ["", "url_refused"]
        assert len(server.seen) == 1
