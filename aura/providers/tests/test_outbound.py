"""What a stranger's address can and cannot make us fetch."""

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from aura.providers.errors import ProviderError
from aura.providers.outbound import fetch
from aura.providers.tests.servers import CountingServer, dripping, endless, running, status
from aura.providers.tests.walls import REFUSED, connections, names


@pytest.fixture
def server() -> Iterator[CountingServer]:
    with running() as found:
        yield found


def get(url: str, **options: Any) -> Any:
    return fetch(url, **{"max_bytes": 1000, "deadline": 5.0, "allow_loopback": True, **options})


def code_of(url: str, **options: Any) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        get(url, **options)
    return caught.value


@pytest.mark.parametrize("form", REFUSED)
def test_an_address_that_is_not_plainly_public_is_refused_before_any_connection(
    form: str, server: CountingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    went = connections(monkeypatch)
    error = code_of(form.format(port=server.server_port), allow_loopback=False)
    assert (error.code, error.retryable) == ("url_refused", False)
    assert server.seen == []
    assert went == []


def test_a_file_is_fetched_with_its_type_and_final_address(server: CountingServer) -> None:
    server.answers["/a b.jpg"] = status(404)
    server.answers["/p.jpg"] = status(200, b"picture", Content_Type="Image/JPEG; q=1")
    found = get(server.url + "/p.jpg?oh=1&x=%2F|é")
    assert (found.data, found.media_type) == (b"picture", "image/jpeg")
    assert found.url.endswith("/p.jpg?oh=1&x=%2F|%C3%A9")
    assert server.seen == [("/p.jpg?oh=1&x=%2F|%C3%A9", f"127.0.0.1:{server.server_port}")]


def test_a_name_with_one_private_address_among_public_ones_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    went = connections(monkeypatch)
    names(monkeypatch, ["93.184.216.34", "10.0.0.1"])
    assert code_of("http://example.org/", allow_loopback=False).code == "url_refused"
    assert went == []


def test_a_name_that_changes_after_the_check_is_resolved_once_and_reached_at_the_checked_address(
    monkeypatch: pytest.MonkeyPatch, server: CountingServer
) -> None:
    server.answers["/"] = status(200, b"x")
    asked = names(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
    went = connections(monkeypatch, server.server_port)
    assert get("http://rebind.example.org/", allow_loopback=False).data == b"x"
    assert asked == ["rebind.example.org"]
    assert went == ["93.184.216.34"]
    assert server.seen == [("/", "rebind.example.org")]


def test_a_name_that_turns_private_between_redirects_is_refused(
    monkeypatch: pytest.MonkeyPatch, server: CountingServer
) -> None:
    server.answers["/"] = status(302, Location="/again")
    names(monkeypatch, ["93.184.216.34"], ["169.254.169.254"])
    connections(monkeypatch, server.server_port)
    assert code_of("http://rebind.example.org/", allow_loopback=False).code == "url_refused"
    assert len(server.seen) == 1


def test_the_next_address_is_tried_when_the_first_is_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    went = connections(monkeypatch)
    names(monkeypatch, ["93.184.216.34", "93.184.216.35"])
    error = code_of("http://example.org/", allow_loopback=False)
    assert (error.code, error.retryable) == ("unreachable", True)
    assert went == ["93.184.216.34", "93.184.216.35"]


@pytest.mark.parametrize(
    "target",
    [
        "http://10.0.0.1/",
        "http://[::ffff:10.0.0.1]/",
        "file:///etc/passwd",
        "ftp://example.org/",
        "http://a@b.org/",
        "http://[/",
    ],
)
def test_a_redirect_is_checked_like_the_first_address(target: str, server: CountingServer) -> None:
    server.answers["/"] = status(302, Location=target)
    assert code_of(server.url).code == "url_refused"
    assert len(server.seen) == 1


def test_three_redirects_are_followed_and_a_fourth_is_not(server: CountingServer) -> None:
    for step in range(4):
        server.answers[f"/{step}"] = status(307, Location=f"/{step + 1}")
    server.answers["/4"] = status(200, b"end")
    assert get(server.url + "/1").data == b"end"
    server.seen.clear()
    assert code_of(server.url + "/0").code == "http_error"
    assert len(server.seen) == 4


@pytest.mark.parametrize("code", [403, 404, 410])
def test_a_picture_that_is_gone_counts_as_expired(code: int, server: CountingServer) -> None:
    server.answers["/"] = status(code)
    error = code_of(server.url)
    assert (error.code, error.retryable) == ("expired", False)


@pytest.mark.parametrize(
    ("code", "header", "retryable", "wait"),
    [
        (429, "7", True, 7.0),
        (503, "Wed, 21 Oct 2015 07:28:00 GMT", True, 0.0),
        (500, "", True, None),
        (502, "soon", True, None),
        (429, "99999999999", True, 86_400.0),
        (400, "7", False, None),
        (204, "", False, None),
    ],
)
def test_an_error_says_whether_and_when_to_try_again(
    code: int, header: str, retryable: bool, wait: float | None, server: CountingServer
) -> None:
    server.answers["/"] = status(code, Retry_After=header)
    error = code_of(server.url)
    assert (error.code, error.retryable, error.retry_after) == ("http_error", retryable, wait)


def test_an_announced_size_over_the_limit_is_refused_before_the_body(server: CountingServer) -> None:
    server.answers["/"] = status(200, b"x" * 1001)
    assert code_of(server.url).code == "too_large"
    server.answers["/"] = status(200, b"x" * 1000)
    assert len(get(server.url).data) == 1000


def test_a_body_without_end_is_cut_at_the_limit(server: CountingServer) -> None:
    server.answers["/"] = endless
    started = time.monotonic()
    assert code_of(server.url, max_bytes=300_000).code == "too_large"
    assert time.monotonic() - started < 2


def test_a_body_that_drips_ends_with_the_deadline(server: CountingServer) -> None:
    server.answers["/"] = dripping
    started = time.monotonic()
    error = code_of(server.url, deadline=0.3)
    assert (error.code, error.retryable) == ("timeout", True)
    assert time.monotonic() - started < 1


def test_a_name_server_that_never_answers_ends_with_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    def wait(*args: Any, **kwargs: Any) -> list[Any]:
        time.sleep(1)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", wait)
    started = time.monotonic()
    assert code_of("http://example.org/", deadline=0.2).code == "timeout"
    assert time.monotonic() - started < 0.8


def test_compressed_answers_are_not_unpacked(server: CountingServer) -> None:
    server.answers["/"] = status(200, b"\x1f\x8b", Content_Encoding="gzip")
    assert code_of(server.url).code == "http_error"


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch, server: CountingServer) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server.answers["/"] = status(200, b"direct")
    assert get(server.url).data == b"direct"


def test_a_closed_port_is_unreachable(server: CountingServer) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        error = code_of(f"http://127.0.0.1:{closed.getsockname()[1]}/")
    assert (error.code, error.retryable) == ("unreachable", True)
