"""The Graph scraper against a strict Graph API: own posts, comments and replies, as items that a data set holds."""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from audience.dataset import CommentItem, ErrorItem, Limits, PostItem, ProfileItem, Record, read_dataset
from aura.providers.configuration import GraphSettings
from aura.providers.errors import ProviderError
from aura.providers.instagram import GraphScraper, follower_demographics, refresh_token
from aura.providers.ports import Scrape, ScrapeOrder
from aura.testing.simulators.graph import GraphSimulator
from aura.testing.simulators.server import Answer
from aura.testing.simulators.world import Account, World

POSTS = ScrapeOrder("posts", ("NorthWind",), 500)


@pytest.fixture
def world() -> World:
    made = World(people=200)
    made.add_account("northwind", posts=8, comments=260)
    made.add_account("small", followers=80)
    return made


@pytest.fixture
def account(world: World) -> Account:
    return world.accounts["northwind"]


@pytest.fixture
def graph(world: World) -> Iterator[GraphSimulator]:
    with GraphSimulator(world, "northwind") as service:
        yield service


@pytest.fixture
def scraper(graph: GraphSimulator) -> GraphScraper:
    return GraphScraper(graph.token, GraphSettings(url=graph.url))


def everything(scraper: GraphScraper, order: ScrapeOrder, limit: int = 1000) -> list[dict[str, object]]:
    scrape, items, offset = scraper.start(order), [], ""
    for _ in range(500):
        page = scraper.page(scrape, offset, limit)
        items += [dict(item) for item in page.items]
        if page.next_offset is None:
            break
        offset = page.next_offset
    return items


def comments_of(account: Account, limit: int = 1000) -> ScrapeOrder:
    return ScrapeOrder("comments", tuple(post.url for post in account.posts), limit)


def records_of(items: list[dict[str, object]]) -> list[Record]:
    return list(read_dataset(io.BytesIO(json.dumps(items).encode()), filename="d.json", limits=Limits()))


def test_the_account_and_its_posts_are_what_a_dataset_holds(scraper: GraphScraper, account: Account) -> None:
    records = records_of(everything(scraper, ScrapeOrder("profile", ("northwind",), 1)) + everything(scraper, POSTS))
    assert not [record.problem for record in records if record.problem]
    profile, *posts = [item for record in records for item in record.items]
    assert isinstance(profile, ProfileItem)
    assert (profile.person.username, profile.person.followers) == ("northwind", account.followers)
    assert [item.ref.shortcode for item in posts if isinstance(item, PostItem)] == [
        post.code for post in reversed(account.posts)
    ]
    for item, post in zip(posts, reversed(account.posts), strict=True):
        assert isinstance(item, PostItem)
        assert item.likes == (post.likes if post.likes >= 0 else None)
        assert item.posted_at == post.time.replace(microsecond=0)
        assert (item.kind, item.owner_username) == (post.kind, "northwind")


def test_all_comments_and_replies_are_what_a_dataset_holds(
    graph: GraphSimulator, scraper: GraphScraper, account: Account
) -> None:
    graph.replies_page = 1
    records = records_of(everything(scraper, comments_of(account)))
    assert not [record.problem for record in records if record.problem]
    items = {item.id: item for record in records for item in record.items if isinstance(item, CommentItem)}
    parents = {r.id: one.id for post in account.posts for one in post.comments for r in one.replies}
    assert {key for key, item in items.items() if item.parent_id} == set(parents)
    assert all(items[key].parent_id == parent for key, parent in parents.items())
    assert len(items) == account.comments
    nameless = [item for key, item in items.items() if int(key) % 17 == 0]
    assert nameless
    assert all(item.person.external_id and not item.person.username for item in nameless)
    assert all(not item.person.external_id for key, item in items.items() if int(key) % 17)
    assert any(item.likes is None for item in items.values())
    assert {item.post.shortcode for item in items.values()} == {post.code for post in account.posts}


def test_a_comment_without_any_author_is_told_and_the_others_stay(graph: GraphSimulator, scraper: GraphScraper) -> None:
    order = ScrapeOrder("comments", (graph.account.posts[0].url,), 2)
    scrape = scraper.start(order)
    some = {"id": "17900000000000001", "text": "hello", "timestamp": "2026-11-01T10:00:00+0000"}
    graph.fault("/comments", Answer.json({"data": [some, {**some, "id": "17900000000000002", "username": "a.person"}]}))
    first, second = records_of([dict(item) for item in scraper.page(scrape).items])
    assert first.problem == "This comment names no author."
    assert isinstance(second.items[0], CommentItem)


def test_cursors_are_followed_and_the_address_with_the_token_is_not(graph: GraphSimulator, account: Account) -> None:
    scraper = GraphScraper(graph.token, GraphSettings(url=graph.url))
    assert len(everything(scraper, POSTS, limit=3)) == 8
    asked = graph.asked("/media")
    assert [one.query["limit"] for one in asked] == ["3", "3", "3"]
    assert all(one.headers["authorization"] == f"Bearer {graph.token}" for one in graph.requests)


def test_the_same_offset_gives_the_same_items(scraper: GraphScraper, account: Account) -> None:
    scrape = scraper.start(comments_of(account))
    first = scraper.page(scrape, limit=10)
    assert first.next_offset is not None
    again = scraper.start(comments_of(account))
    assert again == scrape
    assert scraper.page(scrape, first.next_offset, 10).items == scraper.page(again, first.next_offset, 10).items


def test_new_comments_do_not_move_what_a_cursor_points_to(
    scraper: GraphScraper, account: Account, world: World
) -> None:
    scrape = scraper.start(comments_of(account))
    place = scraper.page(scrape, limit=10).next_offset
    assert place is not None
    before = scraper.page(scrape, place, 10).items
    world.add_comments("northwind", 5, code=account.posts[0].code)
    assert scraper.page(scrape, place, 10).items == before


def test_each_page_is_one_request(graph: GraphSimulator, scraper: GraphScraper, account: Account) -> None:
    graph.replies_page = 1
    scrape = scraper.start(comments_of(account))
    offset: str | None = ""
    for _ in range(12):
        assert offset is not None
        before = len(graph.requests)
        offset = scraper.page(scrape, offset).next_offset
        assert len(graph.requests) == before + 1


def test_the_limit_holds_for_each_post(scraper: GraphScraper, account: Account) -> None:
    items = everything(scraper, comments_of(account, 4), limit=3)
    for post in account.posts:
        ids = [item["id"] for item in items if item["postUrl"] == post.url and "parentId" not in item]
        assert ids == [remark.id for remark in post.comments[::-1][:4]]
    assert len(everything(scraper, replace(POSTS, limit=3))) == 3


def test_older_posts_are_left_out_and_not_read(graph: GraphSimulator, scraper: GraphScraper, account: Account) -> None:
    items = everything(scraper, replace(POSTS, newer_than=account.posts[5].time.date()), limit=2)
    assert [item["shortCode"] for item in items] == [post.code for post in account.posts[:4:-1]]
    assert len(graph.asked("/media")) == 2


def test_a_post_that_is_not_there_is_an_error_item_among_the_others(
    graph: GraphSimulator, scraper: GraphScraper, account: Account
) -> None:
    last = account.posts[-1]
    other = "https://www.instagram.com/p/Zelsewhere0/"
    order = ScrapeOrder("comments", (other, account.posts[0].url, last.url), 5)
    graph.gone = {account.posts[0].graph_id}
    items = [item for record in records_of(everything(scraper, order)) for item in record.items]
    assert [type(item) for item in items[:2]] == [ErrorItem, ErrorItem]
    assert {item.post.shortcode for item in items[2:] if isinstance(item, CommentItem)} == {last.code}


def test_a_thread_that_is_gone_meanwhile_is_left(
    graph: GraphSimulator, scraper: GraphScraper, account: Account
) -> None:
    graph.replies_page = 1
    graph.gone = {remark.id for post in account.posts for remark in post.comments}
    items = everything(scraper, comments_of(account))
    assert len(items) == 260


def test_the_handle_is_made_of_the_order(scraper: GraphScraper, account: Account) -> None:
    scrape = scraper.start(comments_of(account))
    assert (scrape.state, scrape.cost) == ("succeeded", Decimal(0))
    assert len(scrape.id) < 40
    assert scraper.start(comments_of(account, 999)).id != scrape.id
    assert scraper.look(scrape) == scrape
    assert scraper.find(comments_of(account), 0) is None
    assert scraper.abort(scrape).state == "aborted"


def test_another_account_than_the_tokens_is_refused(scraper: GraphScraper) -> None:
    with pytest.raises(ProviderError) as raised:
        scraper.start(replace(POSTS, targets=("somebody",)))
    assert (raised.value.code, raised.value.retryable) == ("graph_wrong_account", False)


@pytest.mark.parametrize("packed", ["", "x", "W10", "bm90IGpzb24"])
def test_a_handle_of_something_else_is_refused(scraper: GraphScraper, packed: str) -> None:
    with pytest.raises(ProviderError) as raised:
        scraper.page(Scrape("graph-1", packed, "succeeded"))
    assert raised.value.code == "run_unknown"


def test_what_instagram_knows_of_followers(graph: GraphSimulator) -> None:
    found = follower_demographics(graph.token, GraphSettings(url=graph.url))
    assert found.available
    assert found.gender == {"woman": 6240, "man": 4920, "unknown": 840}
    assert (found.age["25-34"], found.country["DE"], found.city["Berlin, Berlin"]) == (4560, 4800, 3600)
    assert found.as_of.tzinfo is not None


def test_too_few_followers_are_not_available_and_not_zero(world: World) -> None:
    with GraphSimulator(world, "small") as graph:
        found = follower_demographics(graph.token, GraphSettings(url=graph.url))
    assert not found.available
    assert (found.age, found.gender, found.country, found.city) == ({}, {}, {}, {})


def test_a_token_is_renewed(graph: GraphSimulator) -> None:
    settings, old = GraphSettings(url=graph.url), graph.token
    new, seconds = refresh_token(old, settings)
    assert (new != old, seconds) == (True, 5_183_944)
    assert GraphScraper(new, settings).start(ScrapeOrder("profile", ("northwind",), 1)).state == "succeeded"
    with pytest.raises(ProviderError) as early:
        refresh_token(new, settings)
    assert early.value.code == "graph_permission_missing"
