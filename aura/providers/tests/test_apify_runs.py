"""A run that was started is found again by what it was told, and its end is told to the webhook."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from aura.providers.apify import ApifyScraper
from aura.providers.configuration import ApifySettings
from aura.providers.errors import ProviderError
from aura.providers.ports import Scrape, ScrapeOrder
from aura.providers.tests.servers import running, status
from aura.testing.simulators.apify import ApifySimulator, Outcome
from aura.testing.simulators.server import Answer
from aura.testing.simulators.world import World

POSTS = ScrapeOrder("posts", ("northwind",), 50)


@pytest.fixture
def apify() -> Iterator[ApifySimulator]:
    world = World(people=50)
    world.add_account("northwind", posts=3, comments=10)
    with ApifySimulator(world) as service:
        yield service


@pytest.fixture
def scraper(apify: ApifySimulator) -> ApifyScraper:
    return ApifyScraper(apify.token, ApifySettings(url=apify.url))


def finished(scraper: ApifyScraper, order: ScrapeOrder) -> Scrape:
    scrape = scraper.start(order)
    while scrape.state == "running":
        scrape = scraper.look(scrape)
    return scrape


def test_a_run_of_this_order_is_found_again(apify: ApifySimulator, scraper: ApifyScraper) -> None:
    since = time.time()
    assert scraper.find(POSTS, since) is None
    other = scraper.start(replace(POSTS, limit=51))
    assert scraper.find(POSTS, since) is None
    scrape = scraper.start(POSTS)
    found = scraper.find(POSTS, since)
    assert found is not None
    assert (found.id, found.dataset_id, found.state) == (scrape.id, scrape.dataset_id, "running")
    assert scraper.find(POSTS, since + 3600) is None
    assert other.id != found.id


def test_defaults_that_apify_adds_do_not_hide_a_run(apify: ApifySimulator, scraper: ApifyScraper) -> None:
    scrape = scraper.start(POSTS)
    apify.runs[scrape.id].sent |= {"dataDetailLevel": "basicData", "onlyPostsNewerThan": ""}
    found = scraper.find(POSTS, time.time())
    assert found is not None
    apify.runs[scrape.id].sent |= {"onlyPostsNewerThan": "2026-01-01"}
    assert scraper.find(POSTS, time.time()) is None


def test_a_run_that_goes_on_is_found_before_one_that_failed(apify: ApifySimulator, scraper: ApifyScraper) -> None:
    going = scraper.start(POSTS)
    apify.outcomes.append(Outcome("FAILED"))
    failed = finished(scraper, POSTS)
    found = scraper.find(POSTS, time.time())
    assert found is not None
    assert (found.id, failed.state) == (going.id, "failed")


@pytest.mark.parametrize("code", [403, 404])
@pytest.mark.parametrize("part", ["GET /v2/actors/", "GET /v2/key-value-stores"])
def test_where_runs_cannot_be_listed_this_is_said(
    apify: ApifySimulator, scraper: ApifyScraper, code: int, part: str
) -> None:
    scraper.start(POSTS)
    apify.fault(part, Answer.json({"error": {"type": "insufficient-permissions", "message": "No"}}, code))
    if (part, code) == ("GET /v2/key-value-stores", 404):
        assert scraper.find(POSTS, time.time()) is None
        return
    with pytest.raises(ProviderError) as raised:
        scraper.find(POSTS, time.time())
    assert (raised.value.code, raised.value.retryable) == ("find_unsupported", False)


def test_the_end_is_told_to_the_webhook_with_its_secret(apify: ApifySimulator, scraper: ApifyScraper) -> None:
    with running() as receiver:
        receiver.answers["/hook"] = status(200)
        finished(scraper, replace(POSTS, webhook_url=f"{receiver.url}/hook", webhook_secret="s3cret-value"))
        _until(lambda: bool(receiver.posted and apify.deliveries))
    (posted,) = receiver.posted
    assert posted.headers["x-aura-token"] == "s3cret-value"
    told = json.loads(posted.body)
    assert (told["eventType"], told["resource"]["status"]) == ("ACTOR.RUN.SUCCEEDED", "SUCCEEDED")
    assert [delivery.status for delivery in apify.deliveries] == [200]


def test_a_webhook_that_is_not_answered_comes_again(apify: ApifySimulator, scraper: ApifyScraper) -> None:
    with running() as receiver:
        receiver.answers["/hook"] = status(503)
        finished(scraper, replace(POSTS, webhook_url=f"{receiver.url}/hook", webhook_secret="s3cret-value"))
        _until(lambda: len(apify.deliveries) == 3)
    assert len(receiver.posted) == 3


def _until(true: Callable[[], bool], seconds: float = 5.0) -> None:
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.01)
