"""When the Graph API fails: each error has its meaning, waits are told, time is bounded, the token stays secret."""

import json
import logging
import socket
import time
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from aura.providers.configuration import GraphSettings
from aura.providers.errors import ProviderError
from aura.providers.instagram import GraphScraper, follower_demographics, refresh_token
from aura.providers.instagram.errors import error_of
from aura.providers.ports import ScrapeOrder
from aura.testing.simulators.graph import GraphSimulator, error
from aura.testing.simulators.server import CLOSED, Answer, Fault
from aura.testing.simulators.world import World

ORDER = ScrapeOrder("profile", ("northwind",), 1)


@pytest.fixture
def graph() -> Iterator[GraphSimulator]:
    world = World(people=50)
    world.add_account("northwind", posts=2, comments=10)
    with GraphSimulator(world, "northwind") as service:
        yield service


@pytest.fixture
def scraper(graph: GraphSimulator) -> GraphScraper:
    return GraphScraper(graph.token, GraphSettings(url=graph.url), read=0.5, deadline=1.0)


def failure(call: Callable[[], object]) -> ProviderError:
    with pytest.raises(ProviderError) as raised:
        call()
    return raised.value


@pytest.mark.parametrize(
    ("fault", "code", "retryable"),
    [
        (error(190, "Expired", error_subcode=463), "graph_token_expired", False),
        (error(190, "Expired", status=200), "graph_token_expired", False),
        (error(4, "Limit"), "rate_limited", True),
        (error(17, "Limit"), "rate_limited", True),
        (error(32, "Limit"), "rate_limited", True),
        (error(613, "Limit", status=200), "rate_limited", True),
        (error(80002, "Limit"), "rate_limited", True),
        (error(1, "Unknown"), "unavailable", True),
        (error(2, "Service", error_subcode=1545133), "unavailable", True),
        (error(100, "Strange", is_transient=True), "unavailable", True),
        (error(99, "Other", status=500), "unavailable", True),
        (Answer(502, b"<html>"), "unavailable", True),
        (error(200, "Requires a permission"), "graph_permission_missing", False),
        (error(3, "Requires a permission"), "graph_permission_missing", False),
        (error(10, "Requires a permission"), "graph_permission_missing", False),
        (error(100, "Gone", error_subcode=33), "graph_not_found", False),
        (error(100, "Invalid parameter"), "graph_refused", False),
        (error(551, "Nobody"), "graph_refused", False),
        (Answer(429, b""), "rate_limited", True),
        (Answer(401, b""), "graph_token_expired", False),
        (Answer(200, b"<html>"), "bad_answer", True),
        (Answer(200, b"[]"), "bad_answer", True),
        (Answer.json({"error": "words"}), "graph_refused", False),
        (Answer(307, b"", {"Location": "http://127.0.0.1:1/"}), "graph_refused", False),
        (CLOSED, "cut_off", True),
        (Answer.json({"id": "x" * 500}, cut=True), "cut_off", True),
        (Answer.json({}, delay=1.0), "timeout", True),
        (Answer.json({"id": "x" * 5000}, drip=0.2), "timeout", True),
    ],
)
def test_each_error_has_its_meaning(
    graph: GraphSimulator, scraper: GraphScraper, fault: Fault, code: str, retryable: bool
) -> None:
    graph.fault("/me", fault)
    before = time.monotonic()
    found = failure(lambda: scraper.start(ORDER))
    assert (found.code, found.retryable) == (code, retryable)
    assert (found.retry_after is not None) == (code == "rate_limited")
    assert time.monotonic() - before < 2
    assert len(graph.requests) == 1


def usage(minutes: Any) -> str:
    return json.dumps({"178": [{"type": "instagram", "call_count": 100, "estimated_time_to_regain_access": minutes}]})


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"X-Business-Use-Case-Usage": usage(7)}, 420),
        ({"X-Business-Use-Case-Usage": usage(0), "Retry-After": "12"}, 12),
        ({"X-Business-Use-Case-Usage": usage("soon")}, 300),
        ({"X-Business-Use-Case-Usage": "no json"}, 300),
        ({"X-Business-Use-Case-Usage": '{"178": null}'}, 300),
        ({"X-Business-Use-Case-Usage": usage(10**9)}, 86_400),
        ({"X-App-Usage": '{"call_count":101}'}, 300),
    ],
)
def test_the_wait_is_the_one_of_the_usage_header(
    graph: GraphSimulator, scraper: GraphScraper, headers: dict[str, str], seconds: float
) -> None:
    said = {"error": {"message": "Limit", "type": "OAuthException", "code": 4}}
    graph.fault("/me", Answer.json(said, 400, headers=headers))
    assert failure(lambda: scraper.start(ORDER)).retry_after == seconds


def test_a_token_that_is_repeated_in_another_writing_is_cut_out() -> None:
    found = error_of(400, {"code": 9, "message": "In IG%2Bto%2Fken%3D%3D and IG+to/ken=="}, {}, "IG+to/ken==")
    assert found.message.endswith("Instagram says: In … and …")


def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings = GraphSettings(url=f"http://127.0.0.1:{free.getsockname()[1]}")
        found = failure(lambda: GraphScraper("t0ken-of-a-test", settings).start(ORDER))
    assert (found.code, found.retryable) == ("unreachable", True)


def test_an_expired_token_cannot_be_renewed(graph: GraphSimulator) -> None:
    graph.expired = True
    assert failure(lambda: refresh_token(graph.token, GraphSettings(url=graph.url))).code == "graph_token_expired"


def test_a_renewal_without_a_token_is_no_answer(graph: GraphSimulator) -> None:
    graph.fault("/refresh", Answer.json({"token_type": "bearer"}))
    assert failure(lambda: refresh_token(graph.token, GraphSettings(url=graph.url))).code == "bad_answer"


def test_insights_without_the_permission_are_said(graph: GraphSimulator) -> None:
    graph.fault("/insights", error(10, "Application does not have permission for this action"))
    found = failure(lambda: follower_demographics(graph.token, GraphSettings(url=graph.url)))
    assert found.code == "graph_permission_missing"
    assert found.message.endswith("Instagram says: Application does not have permission for this action")


@pytest.mark.parametrize(
    "strange",
    [
        {"data": None},
        {"data": [{"total_value": None}, 3]},
        {"data": [{"total_value": {"breakdowns": [{"results": [{"dimension_values": "M", "value": "many"}]}]}}]},
        {"data": [{"total_value": {"breakdowns": {"results": []}}}]},
        {},
    ],
)
def test_insights_of_another_shape_are_not_available(graph: GraphSimulator, strange: dict[str, Any]) -> None:
    graph.fault("/insights", *[Answer.json(strange)] * 4)
    assert not follower_demographics(graph.token, GraphSettings(url=graph.url)).available


def test_no_token_is_told_logged_or_shown(
    graph: GraphSimulator, scraper: GraphScraper, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    shown = [repr(scraper), str(scraper)]
    calls = (lambda: scraper.start(ORDER), lambda: refresh_token(graph.token, GraphSettings(url=graph.url)))
    echo = f"Malformed access token {graph.token}\nand more"
    for call in calls:
        for fault in (*(error(code, echo) for code in (190, 4, 2, 10, 100, 9)), CLOSED, Answer(400, echo.encode())):
            graph.fault("GET", fault)
            found = failure(call)
            shown.append("".join(traceback.format_exception(found)) + repr(found.__dict__))
            assert "\n" not in found.message
    refresh_token(graph.token, GraphSettings(url=graph.url))
    assert graph.token[:-2] not in "\n".join(shown) + caplog.text
