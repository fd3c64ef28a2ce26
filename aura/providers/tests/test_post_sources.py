"""Single posts by the vendors' real clients against the strict simulators (C1)."""

import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from aura.providers.apify import ApifyPosts
from aura.providers.apify.post_items import find_post
from aura.providers.configuration import ApifySettings, GraphSettings, SiteSettings
from aura.providers.errors import ProviderError
from aura.providers.instagram import GraphPosts
from aura.providers.instaloader import InstaloaderPosts
from aura.providers.post_ports import FetchedPost, PostFetch, PostRef
from aura.testing.simulators import site as pages
from aura.testing.simulators.apify import ApifySimulator, Outcome
from aura.testing.simulators.apify.service import TOKEN as APIFY_TOKEN
from aura.testing.simulators.graph import TOKEN as GRAPH_TOKEN
from aura.testing.simulators.graph import GraphSimulator
from aura.testing.simulators.server import CLOSED, Answer
from aura.testing.simulators.site import SiteSimulator
from aura.testing.simulators.world import Post, World

NAME = "northroast"


@pytest.fixture(scope="module")
def world() -> World:
    made = World(people=100)
    made.add_account(NAME, posts=8, comments=20)
    made.add_account("hidden", posts=1, comments=0, is_private=True)
    return made


@pytest.fixture
def apify(world: World) -> Iterator[ApifySimulator]:
    with ApifySimulator(world, looks=2) as service:
        yield service


@pytest.fixture
def graph(world: World) -> Iterator[GraphSimulator]:
    with GraphSimulator(world, NAME) as service:
        yield service


@pytest.fixture
def site(world: World) -> Iterator[SiteSimulator]:
    with SiteSimulator(world) as service:
        yield service


def ref(post: Post) -> PostRef:
    return PostRef(post.code, f"https://www.instagram.com/p/{post.code}/")


def of_kind(world: World, kind: str) -> Post:
    return next(post for post in world.accounts[NAME].posts if post.kind == kind)


def by_apify(apify: ApifySimulator, **more: Any) -> ApifyPosts:
    return ApifyPosts(APIFY_TOKEN, ApifySettings(url=apify.url), max_charge_usd=Decimal("0.05"), timeout=3, **more)


def by_graph(graph: GraphSimulator) -> GraphPosts:
    return GraphPosts(GRAPH_TOKEN, GraphSettings(url=graph.url), deadline=5)


def by_pages(site: SiteSimulator, **more: Any) -> InstaloaderPosts:
    return InstaloaderPosts(SiteSettings(url=site.url), **more)


def ended(source: ApifyPosts, fetch: PostFetch) -> PostFetch:
    for _ in range(10):
        fetch = source.look(fetch)
        if fetch.state != "running":
            return fetch
    raise AssertionError("the run does not end")


def check(found: FetchedPost | None, post: Post, kinds: list[str]) -> FetchedPost:
    assert found is not None
    assert (found.code, found.author, found.caption) == (post.code, NAME, post.caption)
    assert found.taken_at is not None
    assert found.taken_at.replace(microsecond=0) == post.time.replace(microsecond=0)
    assert found.likes == (post.likes if post.likes >= 0 else None)
    assert [medium.kind for medium in found.media] == kinds
    assert len({medium.url for medium in found.media}) == len(kinds)
    return found


FORMS = [("Image", "image", ["image"]), ("Video", "video", ["video"])]
CAROUSEL = ["image", "video", "image"]


@pytest.mark.parametrize(("kind", "told", "kinds"), [*FORMS, ("Sidecar", "carousel", CAROUSEL)])
def test_apify_tells_of_one_post_with_its_pictures_in_order(
    world: World, apify: ApifySimulator, kind: str, told: str, kinds: list[str]
) -> None:
    post, source = of_kind(world, kind), by_apify(apify)
    fetch = ended(source, source.start(ref(post)))
    assert (fetch.state, fetch.cost is not None) == ("done", True)
    found = check(fetch.post, post, kinds)
    assert (found.kind, found.author_id) == (told, world.accounts[NAME].id)
    if kind == "Sidecar":
        assert [f".{n}_n" in medium.url for n, medium in enumerate(found.media, 1)] == [True] * 3
    start = apify.asked("POST /v2/actors")[0]
    assert start.json()["username"] == [f"https://www.instagram.com/p/{post.code}/"]
    assert (start.query["maxItems"], start.query["maxTotalChargeUsd"]) == ("1", "0.05")


def test_another_actor_is_told_the_address_and_not_a_profile(world: World, apify: ApifySimulator) -> None:
    settings = ApifySettings(url=apify.url)
    settings = replace(settings, actors={**settings.actors, "posts": "apify/instagram-scraper"})
    source, post = ApifyPosts(APIFY_TOKEN, settings), of_kind(world, "Sidecar")
    check(ended(source, source.start(ref(post))).post, post, CAROUSEL)
    assert apify.asked("POST /v2/actors")[0].json()["directUrls"] == [ref(post).url]


def test_a_handle_is_all_that_another_process_needs(world: World, apify: ApifySimulator) -> None:
    post = of_kind(world, "Image")
    handle = by_apify(apify).start(ref(post)).handle
    check(ended(by_apify(apify), PostFetch("running", dict(handle))).post, post, ["image"])


def test_a_start_whose_answer_is_lost_is_found_again(world: World, apify: ApifySimulator) -> None:
    def lost(asked: Any) -> Answer:
        apify.answer(asked)
        return CLOSED

    apify.fault("POST /v2/actors", lost)
    post, source, since = of_kind(world, "Image"), by_apify(apify), time.time()
    with pytest.raises(ProviderError) as raised:
        source.start(ref(post))
    assert raised.value.code == "start_unknown"
    found = source.find(ref(post), since)
    assert found is not None
    check(ended(source, found).post, post, ["image"])
    assert source.find(ref(of_kind(world, "Video")), since) is None
    assert apify.started_runs == 1


@pytest.mark.parametrize("which", ["private", "nobody"])
def test_an_error_item_is_no_post_and_says_so(world: World, apify: ApifySimulator, which: str) -> None:
    hidden = world.accounts["hidden"].posts[0]
    asked = ref(hidden) if which == "private" else PostRef("Znobody0001", "https://www.instagram.com/p/Znobody0001/")
    source = by_apify(apify)
    fetch = ended(source, source.start(asked))
    assert (fetch.state, fetch.code, fetch.retryable) == ("failed", "post_not_found", False)
    assert "Apify says" in fetch.message


def test_a_run_that_fails_says_why_and_may_be_tried_again(world: World, apify: ApifySimulator) -> None:
    apify.outcomes.append(Outcome("FAILED", "Out of proxies", 0.0))
    source = by_apify(apify)
    fetch = ended(source, source.start(ref(of_kind(world, "Image"))))
    assert (fetch.state, fetch.code, fetch.retryable) == ("failed", "scrape_failed", True)
    assert "Out of proxies" in fetch.message


def test_strange_items_are_read_without_harm() -> None:
    asked = PostRef("DAbc123xyz_", "https://www.instagram.com/p/DAbc123xyz_/")
    good = {"shortCode": "DAbc123xyz_", "type": "Image", "displayUrl": "https://x.example/1.jpg"}
    strange: list[dict[str, Any]] = [
        {},
        {"shortCode": "DAbc123xyz_"},
        {"shortCode": "Other000000", "displayUrl": "https://x.example/2.jpg"},
        {"shortCode": 5, "displayUrl": [], "childPosts": "x", "images": {}},
        {**good, "error": "no_items"},
        {**good, "error": None, "likesCount": -1, "ownerId": 7.5, "timestamp": "soon", "caption": "a\0\ud800b"},
    ]
    found = find_post(strange, asked)
    assert found is not None
    assert (found.likes, found.author_id, found.taken_at, found.caption) == (None, "", None, "ab")
    only_links = {**good, "type": "Sidecar", "childPosts": [], "images": ["https://x.example/1", "https://x.example/2"]}
    found = find_post([only_links], asked)
    assert found is not None
    assert [medium.url[-1] for medium in found.media] == ["1", "2"]


@pytest.mark.parametrize(("kind", "told", "kinds"), [*FORMS, ("Sidecar", "carousel", CAROUSEL)])
def test_the_graph_api_tells_of_own_posts_at_once(
    world: World, graph: GraphSimulator, kind: str, told: str, kinds: list[str]
) -> None:
    post = of_kind(world, kind)
    fetch = by_graph(graph).start(ref(post))
    assert (fetch.state, check(fetch.post, post, kinds).kind) == ("done", told)
    assert not any("video=1" in medium.url for medium in fetch.post.media) if fetch.post else False


def test_the_graph_api_does_not_see_posts_of_others(world: World, graph: GraphSimulator) -> None:
    fetch = by_graph(graph).start(ref(world.accounts["hidden"].posts[0]))
    assert (fetch.state, fetch.code) == ("failed", "post_not_visible")
    assert len(graph.requests) == 2


def test_the_search_for_an_own_post_ends_where_older_posts_begin(world: World) -> None:
    big = World(people=20)
    big.add_account(NAME, posts=600, comments=0)
    with GraphSimulator(big, NAME) as graph:
        # A code whose media id was made in November 2026, among posts that go back for years.
        recent = PostRef("Dc6jXbcgAAA", "https://www.instagram.com/p/Dc6jXbcgAAA/")
        assert by_graph(graph).start(recent).code == "post_not_visible"
        assert len(graph.asked("/media")) == 3
        oldest = big.accounts[NAME].posts[0]
        assert by_graph(graph).start(ref(oldest)).state == "done"


def test_a_dead_token_is_told(graph: GraphSimulator, world: World) -> None:
    graph.expired = True
    with pytest.raises(ProviderError) as raised:
        by_graph(graph).start(ref(of_kind(world, "Image")))
    assert raised.value.code == "graph_token_expired"


@pytest.mark.parametrize(("kind", "told", "kinds"), [*FORMS, ("Sidecar", "carousel", CAROUSEL)])
def test_instaloader_reads_a_public_post(
    world: World, site: SiteSimulator, kind: str, told: str, kinds: list[str]
) -> None:
    post = of_kind(world, kind)
    fetch = by_pages(site).start(ref(post))
    found = check(fetch.post, post, kinds)
    assert (found.kind, found.author_id, bool(found.media[0].alt)) == (told, world.accounts[NAME].id, True)


@pytest.mark.parametrize(
    ("fault", "code", "retryable"),
    [
        (pages.TOO_MANY, "rate_limited", True),
        (pages.RATE_LIMITED, "rate_limited", True),
        (pages.CHALLENGE, "instagram_challenge", False),
        (pages.TO_LOGIN, "post_not_visible", False),
        (pages.BROKEN, "bad_answer", False),
        (Answer(200, b"<html>"), "bad_answer", False),
        (Answer(403, b"{}"), "unavailable", True),
        (Answer(400, b"{}"), "bad_answer", False),
        (Answer(404, b"{}"), "post_not_found", False),
        (Answer(500, b"{}"), "unavailable", True),
        (Answer(200, b"{}", delay=1.5), "timeout", True),
        (CLOSED, "unreachable", True),
    ],
)
def test_instaloader_asks_once_never_sleeps_and_says_what_is_wrong(
    world: World, site: SiteSimulator, fault: Answer, code: str, retryable: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    site.fault("POST /api/graphql", fault)
    began = time.monotonic()
    with pytest.raises(ProviderError) as raised:
        by_pages(site, timeout=0.7).start(ref(of_kind(world, "Image")))
    assert (raised.value.code, raised.value.retryable) == (code, retryable)
    assert time.monotonic() - began < 3
    assert len(site.asked("POST /api/graphql")) == 1
    assert capfd.readouterr() == ("", "")


def test_a_start_page_without_tokens_is_told(world: World, site: SiteSimulator) -> None:
    site.fault("GET /", Answer(200, b"<html></html>", {"Content-Type": "text/html"}))
    with pytest.raises(ProviderError) as raised:
        by_pages(site).start(ref(of_kind(world, "Image")))
    assert raised.value.code == "bad_answer"


def test_instaloader_sees_no_private_post(world: World, site: SiteSimulator) -> None:
    with pytest.raises(ProviderError) as raised:
        by_pages(site).start(ref(world.accounts["hidden"].posts[0]))
    assert raised.value.code == "post_not_visible"
    long = PostRef("D" * 39, "https://www.instagram.com/p/D/")
    asked = len(site.requests)
    assert by_pages(site).start(long).code == "post_not_visible"
    assert len(site.requests) == asked
