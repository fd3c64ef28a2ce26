"""When Apify fails: nothing is started twice, every failure is told in words, and no secret is in any of them."""

import json
import logging
import socket
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from aura.providers.apify import ApifyScraper
from aura.providers.configuration import ApifySettings
from aura.providers.errors import ProviderError
from aura.providers.ports import Scrape, ScrapeOrder
from aura.testing.simulators.apify import ApifySimulator
from aura.testing.simulators.server import CLOSED, Answer, Asked, Fault
from aura.testing.simulators.world import World

ORDER = ScrapeOrder("posts", ("northwind",), 5, webhook_url="http://127.0.0.1:1/", webhook_secret="hook-s3cret-value")
SCRAPE = Scrape("run", "data", "running")


@pytest.fixture
def apify() -> Iterator[ApifySimulator]:
    world = World(people=50)
    world.add_account("northwind", posts=5, comments=10)
    with ApifySimulator(world) as service:
        yield service


@pytest.fixture
def scraper(apify: ApifySimulator) -> ApifyScraper:
    return ApifyScraper(apify.token, ApifySettings(url=apify.url), timeout=1.0, page_timeout=1.0)


def said(status: int, kind: str = "some-type", message: str = "Words of Apify", **headers: str) -> Answer:
    return Answer.json({"error": {"type": kind, "message": message}}, status, headers=headers)


def failure(call: Callable[[], object]) -> ProviderError:
    with pytest.raises(ProviderError) as raised:
        call()
    return raised.value


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (said(500), "start_unknown"),
        (said(502), "start_unknown"),
        (Answer(503, b"<html>"), "start_unknown"),
        (said(408), "start_unknown"),
        (CLOSED, "start_unknown"),
        (Answer.json({"data": {"id": "x" * 500}}, 201, cut=True), "start_unknown"),
        (Answer.json({"data": {"id": "x" * 500}}, 201, drip=0.4), "start_unknown"),
        (Answer.json({}, 201, delay=2.0), "start_unknown"),
        (Answer.json({"data": {"id": "only"}}, 201), "start_unknown"),
        (Answer.json(["no object"], 201), "start_unknown"),
        (Answer(201, b"{", {"Content-Type": "application/json"}), "start_unknown"),
        (said(429, "rate-limit-exceeded"), "rate_limited"),
        (said(402, "actor-memory-limit-exceeded"), "apify_busy"),
        (said(402, "concurrent-runs-limit-exceeded"), "apify_busy"),
    ],
)
def test_a_start_that_may_pass_later_is_sent_exactly_once(
    apify: ApifySimulator, scraper: ApifyScraper, fault: Fault, code: str
) -> None:
    apify.fault("POST", fault)
    error = failure(lambda: scraper.start(ORDER))
    assert (error.code, error.retryable) == (code, True)
    assert len(apify.asked("POST")) == 1


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (said(402, "not-enough-usage-to-run-paid-actor"), "apify_credits_exhausted"),
        (said(400, "invalid-input"), "actor_input_refused"),
        (said(401, "user-or-token-not-found"), "provider_key_refused"),
        (said(403, "insufficient-permissions"), "provider_key_refused"),
        (said(404, "record-not-found"), "actor_unknown"),
        (said(413, "request-too-large"), "actor_input_refused"),
    ],
)
def test_a_start_that_was_refused_says_what_apify_said(
    apify: ApifySimulator, scraper: ApifyScraper, fault: Fault, code: str
) -> None:
    apify.fault("POST", fault)
    error = failure(lambda: scraper.start(ORDER))
    assert (error.code, error.retryable) == (code, False)
    assert error.message.endswith("Apify says: Words of Apify")
    assert len(apify.asked("POST")) == 1


def test_where_nothing_listens_nothing_was_sent() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        error = failure(lambda: ApifyScraper("t0ken-of-a-test", ApifySettings(url=url)).start(ORDER))
    assert (error.code, error.retryable) == ("unreachable", True)


def test_the_wait_that_apify_names_is_told(apify: ApifySimulator, scraper: ApifyScraper) -> None:
    apify.fault("POST", said(429, "rate-limit-exceeded", **{"Retry-After": "37"}))
    assert failure(lambda: scraper.start(ORDER)).retry_after == 37
    apify.fault("POST", said(429, "rate-limit-exceeded"))
    assert failure(lambda: scraper.start(ORDER)).retry_after == 10


def test_a_run_whose_start_was_not_answered_is_found(apify: ApifySimulator, scraper: ApifyScraper) -> None:
    def lost(asked: Asked) -> Answer:
        apify.answer(asked)
        return CLOSED

    since = time.time()
    apify.fault("POST", lost)
    assert failure(lambda: scraper.start(ORDER)).code == "start_unknown"
    found = scraper.find(ORDER, since)
    assert found is not None
    assert found.id == next(iter(apify.runs))
    assert apify.started_runs == 1


def test_the_real_refusals_of_apify_are_understood(apify: ApifySimulator) -> None:
    def code_of(order: ScrapeOrder = ORDER, token: str = apify.token, **settings: object) -> str:
        made = replace(ApifySettings(url=apify.url), **settings)  # type: ignore[arg-type]
        return failure(lambda: ApifyScraper(token, made).start(order)).code

    assert code_of(token="wrong-token-of-a-test") == "provider_key_refused"
    assert code_of(build="gone") == "actor_unknown"
    assert code_of(actors={"posts": "somebody/gone"}) == "actor_unknown"
    assert code_of(replace(ORDER, targets=())) == "actor_input_refused"
    assert code_of(replace(ORDER, limit=0)) == "actor_input_refused"
    apify.credit = Decimal(0)
    assert code_of() == "apify_credits_exhausted"
    apify.credit, apify.room = None, 0
    assert code_of() == "apify_busy"
    assert apify.started_runs == 0


@pytest.mark.parametrize(
    ("fault", "code", "retryable"),
    [
        (said(500), "unavailable", True),
        (said(429), "rate_limited", True),
        (said(401), "provider_key_refused", False),
        (said(403), "provider_key_refused", False),
        (CLOSED, "cut_off", True),
        (Answer.json({"data": {"id": "x" * 500}}, cut=True), "cut_off", True),
        (Answer.json(["x" * 500], delay=2.0), "timeout", True),
        (Answer.json(["x" * 1000], drip=0.4), "timeout", True),
        (Answer(200, b"{", {"Content-Type": "application/json"}), "bad_answer", True),
        (Answer.json({"data": {"id": "only", "status": "SUCCEEDED"}}), "bad_answer", True),
    ],
)
@pytest.mark.parametrize("call", ["look", "abort"])
def test_every_failure_on_the_way_is_a_provider_error(
    apify: ApifySimulator, scraper: ApifyScraper, call: str, fault: Fault, code: str, retryable: bool
) -> None:
    apify.fault("/v2/actor-runs", fault)
    error = failure(lambda: getattr(scraper, call)(SCRAPE))
    assert (error.code, error.retryable) == (code, retryable)


@pytest.mark.parametrize("key", ["meta", "stats", "options", "buildId", "defaultDatasetId", "startedAt", "status"])
def test_a_run_without_a_key_that_the_client_needs_is_no_crash(
    apify: ApifySimulator, scraper: ApifyScraper, key: str
) -> None:
    scrape = scraper.start(replace(ORDER, webhook_url=""))

    def lacking(asked: Asked) -> Answer:
        found = json.loads(apify.answer(asked).body)
        del found["data"][key]
        return Answer.json(found)

    apify.fault("GET /v2/actor-runs", lacking)
    assert failure(lambda: scraper.look(scrape)).code == "bad_answer"


def test_a_page_without_its_headers_is_no_crash(apify: ApifySimulator, scraper: ApifyScraper) -> None:
    apify.fault("/items", Answer.json([]), Answer.json("words"), said(404, "record-not-found"))
    assert failure(lambda: scraper.page(SCRAPE)).code == "bad_answer"
    assert failure(lambda: scraper.page(SCRAPE)).code == "bad_answer"
    assert failure(lambda: scraper.page(SCRAPE)).code == "run_unknown"


def page(items: list[object], total: int, offset: int = 0) -> Answer:
    about = {"Total": total, "Offset": offset, "Count": len(items), "Limit": 3, "Desc": "false"}
    return Answer.json(items, headers={f"X-Apify-Pagination-{name}": str(value) for name, value in about.items()})


def test_a_total_that_lags_behind_ends_nothing(apify: ApifySimulator, scraper: ApifyScraper) -> None:
    apify.fault("/items", page([{"id": n} for n in range(3)], total=1), page([{"id": 3}], total=1, offset=3))
    first = scraper.page(SCRAPE, limit=3)
    assert first.next_offset == "3"
    assert scraper.page(SCRAPE, "3", limit=3).next_offset is None


def test_rows_that_are_promised_and_not_given_are_asked_for_again(apify: ApifySimulator, scraper: ApifyScraper) -> None:
    apify.fault("/items", page([], total=9))
    error = failure(lambda: scraper.page(SCRAPE))
    assert (error.code, error.retryable) == ("bad_answer", True)


def test_empty_rows_are_left_out_and_counted(apify: ApifySimulator, scraper: ApifyScraper) -> None:
    apify.fault("/items", page([{"id": 1}, {}, {"id": 2}], total=5))
    found = scraper.page(SCRAPE, limit=3)
    assert (len(found.items), found.next_offset) == (2, "3")


def test_no_secret_is_told_logged_or_shown(
    apify: ApifySimulator, scraper: ApifyScraper, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    shown = [repr(scraper), str(scraper)]
    calls = {"POST": lambda: scraper.start(ORDER), "/items": lambda: scraper.page(SCRAPE)}
    for part, call in calls.items():
        # Only the start carries the secret of the webhook.
        echo = f"Bad token {apify.token}\n{ORDER.webhook_secret if part == 'POST' else ''}"
        faults: list[Fault] = [said(status, message=echo) for status in (400, 401, 402, 403, 404, 418, 429, 500)]
        for fault in [*faults, CLOSED, Answer(400, echo.encode())]:
            apify.fault(part, fault)
            error = failure(call)
            shown.append("".join(traceback.format_exception(error)) + repr(error.__dict__))
            assert "\n" not in error.message
    text = "\n".join(shown) + caplog.text
    assert apify.token not in text
    assert "hook-s3cret-value" not in text


def test_what_the_actor_says_holds_no_token(apify: ApifySimulator, scraper: ApifyScraper) -> None:
    scrape = scraper.start(replace(ORDER, webhook_url=""))

    def telling(asked: Asked) -> Answer:
        found = json.loads(apify.answer(asked).body)
        found["data"] |= {"statusMessage": f"used {apify.token}\n" + "x" * 900}
        return Answer.json(found)

    apify.fault("GET /v2/actor-runs", telling)
    message = scraper.look(scrape).message
    assert apify.token not in message
    assert len(message) <= 300
