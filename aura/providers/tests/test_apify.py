"""The Apify scraper with the real client against a strict Apify: start, follow, read, find again, stop."""

import io
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from audience.dataset import CommentItem, ErrorItem, Limits, PostItem, ProfileItem, read_dataset
from aura.providers.apify import ApifyScraper
from aura.providers.configuration import ApifySettings
from aura.providers.errors import ProviderError
from aura.providers.ports import Scrape, ScrapeOrder
from aura.testing.simulators.apify import ApifySimulator, Outcome
from aura.testing.simulators.world import World

POSTS = ScrapeOrder("posts", ("northwind",), 50)


@pytest.fixture
def world() -> World:
    made = World(people=200)
    made.add_account("northwind", posts=5, comments=120)
    made.add_account("hidden", is_private=True)
    return made


@pytest.fixture
def apify(world: World) -> Iterator[ApifySimulator]:
    with ApifySimulator(world) as service:
        yield service


@pytest.fixture
def scraper(apify: ApifySimulator) -> ApifyScraper:
    return ApifyScraper(apify.token, ApifySettings(url=apify.url))


def finished(scraper: ApifyScraper, order: ScrapeOrder) -> Scrape:
    scrape = scraper.start(order)
    for _ in range(5):
        scrape = scraper.look(scrape)
        if scrape.state != "running":
            break
    return scrape


def everything(scraper: ApifyScraper, order: ScrapeOrder, limit: int = 1000) -> list[dict[str, object]]:
    scrape, items, offset = finished(scraper, order), [], ""
    while True:
        page = scraper.page(scrape, offset, limit)
        items += [dict(item) for item in page.items]
        if page.next_offset is None:
            return items
        offset = page.next_offset


def comments_of(world: World, limit: int = 1000) -> ScrapeOrder:
    return ScrapeOrder("comments", tuple(post.url for post in world.accounts["northwind"].posts), limit)


def test_a_run_is_started_with_input_ceilings_and_build(apify: ApifySimulator) -> None:
    scraper = ApifyScraper(apify.token, ApifySettings(url=apify.url, build="beta"))
    order = replace(POSTS, newer_than=date(2026, 10, 1), max_charge_usd=Decimal("1E+2"))
    scrape = scraper.start(order)
    asked = apify.asked("POST")[0]
    assert asked.path == "/v2/actors/apify~instagram-post-scraper/runs"
    assert asked.query == {"build": "beta", "maxItems": "50", "maxTotalChargeUsd": "100"}
    assert asked.json() == {
        "username": ["northwind"],
        "resultsLimit": 50,
        "onlyPostsNewerThan": "2026-10-01",
        "skipPinnedPosts": False,
    }
    assert (scrape.state, scrape.id) == ("running", next(iter(apify.runs)))
    assert scrape.dataset_id != scrape.id


@pytest.mark.parametrize("kind", ["profile", "posts", "comments"])
def test_the_actor_for_all_kinds_is_told_what_it_understands(apify: ApifySimulator, world: World, kind: str) -> None:
    settings = ApifySettings(url=apify.url, actors=dict.fromkeys(("profile", "posts", "comments"), "shu8hvrXbJbY3Eb9W"))
    order = comments_of(world) if kind == "comments" else replace(POSTS, kind=kind)  # type: ignore[arg-type]
    items = everything(ApifyScraper(apify.token, settings), order)
    assert len(items) == {"profile": 1, "posts": 5, "comments": 120}[kind]


def test_a_run_is_followed_to_its_end_and_says_what_it_cost(apify: ApifySimulator, scraper: ApifyScraper) -> None:
    scrape = scraper.start(POSTS)
    halfway = scraper.look(scrape)
    assert (halfway.state, halfway.message) == ("running", "Scraped 2 items")
    done = scraper.look(scrape)
    assert (done.state, done.message, done.cost) == ("succeeded", "", Decimal("0.00851"))
    assert done.cost == apify.charged


def test_waiting_ends_with_the_run(world: World) -> None:
    with ApifySimulator(world, seconds=0.4) as apify:
        scraper = ApifyScraper(apify.token, ApifySettings(url=apify.url))
        scrape = scraper.start(POSTS)
        assert scraper.look(scrape).state == "running"
        before = time.monotonic()
        assert scraper.look(scrape, wait=30).state == "succeeded"
        assert time.monotonic() - before < 5
        assert apify.asked("GET /v2/actor-runs")[-1].query["waitForFinish"] in {"29", "30"}


@pytest.mark.parametrize(
    ("ended", "state", "words"),
    [
        (Outcome("FAILED", "Proxy is blocked"), "failed", "The run failed at Apify. Proxy is blocked"),
        (Outcome("TIMED-OUT"), "failed", "The run reached its time limit at Apify."),
        (Outcome("ABORTED"), "aborted", "The run was stopped at Apify."),
        (Outcome("TIMING-OUT"), "running", "The run has reached its time limit at Apify."),
        (Outcome("MIGRATING"), "running", "Apify calls the run MIGRATING."),
    ],
)
def test_each_status_is_told_in_words(
    apify: ApifySimulator, scraper: ApifyScraper, ended: Outcome, state: str, words: str
) -> None:
    apify.outcomes.append(ended)
    scrape = scraper.start(POSTS)
    scraper.look(scrape)
    found = scraper.look(scrape)
    assert (found.state, found.message.startswith(words)) == (state, True), found


def test_what_a_failed_run_has_brought_can_be_read(apify: ApifySimulator, scraper: ApifyScraper) -> None:
    apify.outcomes.append(Outcome("TIMED-OUT", share=0.4))
    scrape = finished(scraper, POSTS)
    assert len(scraper.page(scrape).items) == 2


def test_pages_end_where_the_total_says_so(apify: ApifySimulator, scraper: ApifyScraper, world: World) -> None:
    items = everything(scraper, comments_of(world), limit=40)
    assert [asked.query for asked in apify.asked("/items")] == [
        {"offset": "0", "limit": "40"},
        {"offset": "40", "limit": "40"},
        {"offset": "80", "limit": "40"},
    ]
    assert len({item["id"] for item in items}) == 120


def test_the_same_offset_gives_the_same_items(scraper: ApifyScraper, world: World) -> None:
    scrape = finished(scraper, comments_of(world))
    assert scraper.page(scrape, "30", 20).items == scraper.page(scrape, "30", 20).items


def test_what_is_fetched_is_what_a_dataset_holds(scraper: ApifyScraper, world: World) -> None:
    order = replace(
        comments_of(world), targets=(*comments_of(world).targets, "https://www.instagram.com/p/Zgone000000/")
    )
    raw = everything(scraper, replace(POSTS, targets=("northwind", "hidden"))) + everything(scraper, order)
    raw += everything(scraper, ScrapeOrder("profile", ("northwind", "nobody_here"), 1))
    records = list(read_dataset(io.BytesIO(json.dumps(raw).encode()), filename="d.json", limits=Limits()))
    assert not [record for record in records if record.problem]
    items = [item for record in records for item in record.items]
    counts = {kind: sum(isinstance(item, kind) for item in items) for kind in (PostItem, ProfileItem, ErrorItem)}
    assert counts == {PostItem: 5, ProfileItem: 1, ErrorItem: 3}
    comments = [item for item in items if isinstance(item, CommentItem)]
    assert len(comments) == world.accounts["northwind"].comments
    assert any(item.parent_id for item in comments)
    assert any(item.gif_url for item in comments)
    assert any(item.likes is None for item in comments)


def test_only_newer_posts_are_asked_for(scraper: ApifyScraper, world: World) -> None:
    newest = world.accounts["northwind"].posts[-1]
    items = everything(scraper, replace(POSTS, newer_than=newest.time.date()))
    assert [item["shortCode"] for item in items] == [newest.code]


def test_new_comments_come_first(scraper: ApifyScraper, world: World) -> None:
    new = world.add_comments("northwind", 7)
    order = ScrapeOrder("comments", (world.accounts["northwind"].posts[-1].url,), 7)
    assert [item["id"] for item in everything(scraper, order)] == new[::-1]


def test_a_ceiling_stops_the_run_and_says_so(apify: ApifySimulator, scraper: ApifyScraper, world: World) -> None:
    scrape = finished(scraper, replace(comments_of(world), max_charge_usd=Decimal("0.1")))
    assert "maximum cost" in scrape.message
    assert len(scraper.page(scrape).items) == 43
    assert apify.charged <= Decimal("0.1")


def test_a_run_is_stopped(apify: ApifySimulator, scraper: ApifyScraper) -> None:
    scrape = scraper.start(POSTS)
    scraper.look(scrape)
    assert scraper.abort(scrape).state == "running"
    assert apify.asked("/abort")[0].query == {"gracefully": "true"}
    assert scraper.look(scrape).state == "aborted"
    assert len(scraper.page(scrape).items) == 2
    assert scraper.abort(scrape).state == "aborted"


def test_a_new_run_that_replicas_do_not_know_yet_is_waited_for(apify: ApifySimulator, scraper: ApifyScraper) -> None:
    apify.lag = 3
    scrape = scraper.start(POSTS)
    assert scraper.look(scrape).state in {"running", "succeeded"}


def test_a_run_that_is_gone_is_said(scraper: ApifyScraper) -> None:
    with pytest.raises(ProviderError) as raised:
        scraper.look(Scrape("nothing", "nothing", "running"))
    assert (raised.value.code, raised.value.retryable) == ("run_unknown", False)


def test_a_long_list_of_posts_is_sent_packed(apify: ApifySimulator, scraper: ApifyScraper) -> None:
    targets = tuple(f"https://www.instagram.com/p/Znone{number:06}/" for number in range(60))
    scraper.start(ScrapeOrder("comments", targets, 100))
    asked = apify.asked("POST")[0]
    assert asked.headers["content-encoding"] == "gzip"
    assert asked.json()["directUrls"] == list(targets)


def test_many_threads_share_a_scraper(scraper: ApifyScraper, world: World) -> None:
    found: list[int] = []
    scrape = finished(scraper, comments_of(world))
    threads = [threading.Thread(target=lambda: found.append(len(scraper.page(scrape).items))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [120] * 8
