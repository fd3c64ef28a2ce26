"""POST to a stranger's address: the same walls as for fetching, and no redirect is followed."""

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from aura.providers.errors import ProviderError
from aura.providers.outbound import Answered, post
from aura.providers.tests.servers import CountingServer, Handler, dripping, endless, running, status
from aura.providers.tests.walls import REFUSED, connections, names


@pytest.fixture
def server() -> Iterator[CountingServer]:
    with running() as found:
        yield found


def send(url: str, **options: Any) -> Answered:
    values: dict[str, Any] = {"headers": {"Content-Type": "application/json"}, "max_bytes": 1000, "deadline": 5.0}
    return post(url, b'{"a":1}', **{**values, "allow_loopback": True, **options})


def code_of(url: str, **options: Any) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        send(url, **options)
    return caught.value


@pytest.mark.parametrize("form", [*REFUSED, *(one.replace("http://", "https://") for one in REFUSED[:42])])
def test_an_address_that_is_not_plainly_public_gets_no_request(
    form: str, server: CountingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    went = connections(monkeypatch)
    error = code_of(form.format(port=server.server_port), allow_loopback=False)
    assert (error.code, error.retryable) == ("url_refused", False)
    assert (server.seen, went) == ([], [])


def test_the_body_and_headers_arrive_as_given(server: CountingServer) -> None:
    server.answers["/hook"] = status(202, b"thanks")
    answer = send(server.url + "/hook?a=b", headers={"Content-Type": "application/json", "webhook-id": "1"})
    assert answer == Answered(202, b"thanks", None)
    (found,) = server.posted
    assert (found.path, found.body) == ("/hook?a=b", b'{"a":1}')
    assert (found.headers["content-type"], found.headers["webhook-id"]) == ("application/json", "1")
    assert found.headers["host"] == f"127.0.0.1:{server.server_port}"


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("target", ["/elsewhere", "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/"])
def test_a_redirect_is_an_answer_and_is_not_followed(code: int, target: str, server: CountingServer) -> None:
    server.answers["/"] = status(code, Location=target)
    server.answers["/elsewhere"] = status(200)
    assert send(server.url + "/").status == code
    assert [path for path, _ in server.seen] == ["/"]


def test_a_name_that_turns_private_after_the_check_is_reached_where_it_was_checked(
    monkeypatch: pytest.MonkeyPatch, server: CountingServer
) -> None:
    server.answers["/"] = status(200)
    asked = names(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
    went = connections(monkeypatch, server.server_port)
    assert send("http://rebind.example.org/", allow_loopback=False).status == 200
    assert (asked, went) == (["rebind.example.org"], ["93.184.216.34"])
    assert code_of("http://rebind.example.org/", allow_loopback=False).code == "url_refused"
    assert len(server.seen) == 1


def test_a_name_with_one_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    went = connections(monkeypatch)
    names(monkeypatch, ["93.184.216.34", "169.254.169.254"])
    assert code_of("https://example.org/", allow_loopback=False).code == "url_refused"
    assert went == []


@pytest.mark.parametrize(("code", "header", "wait"), [(429, "120", 120.0), (503, "soon", None), (500, "", None)])
def test_an_error_is_an_answer_with_the_wait_it_asks_for(
    code: int, header: str, wait: float | None, server: CountingServer
) -> None:
    server.answers["/"] = status(code, b"no", Retry_After=header)
    assert send(server.url) == Answered(code, b"no", wait)


def test_a_body_without_end_is_cut(server: CountingServer) -> None:
    server.answers["/"] = endless
    answer = send(server.url, max_bytes=5_000)
    assert (answer.status, len(answer.data)) == (200, 5_000)


def test_a_body_that_drips_ends_with_the_deadline_and_the_status_counts(server: CountingServer) -> None:
    server.answers["/"] = dripping
    started = time.monotonic()
    answer = send(server.url, deadline=0.3)
    assert answer.status == 200
    assert 0 < len(answer.data) < 1000
    assert time.monotonic() - started < 1


def test_a_server_that_says_nothing_is_a_timeout(server: CountingServer) -> None:
    def silent(handler: Handler) -> None:
        time.sleep(0.6)
        handler.close_connection = True

    server.answers["/"] = silent
    started = time.monotonic()
    error = code_of(server.url, deadline=0.2)
    assert (error.code, error.retryable) == ("timeout", True)
    assert time.monotonic() - started < 0.5


def test_a_closed_port_is_unreachable() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        error = code_of(f"http://127.0.0.1:{closed.getsockname()[1]}/")
    assert (error.code, error.retryable) == ("unreachable", True)
