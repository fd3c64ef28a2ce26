"""A6: post by post: what each brought, how it stands against the usual one, in any order, as a file."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audience.models import TrackedAccount
from audience.queries.posts import benchmark
from audience.services import rollups
from audience.tests import factories
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team, api_client, page_client


def fill(team: Team, sizes: list[int], username: str = "northroast", followers: int | None = 2000) -> TrackedAccount:
    """An account with a post a day, each with so many comments of different people, one an hour."""
    with workspace_scope(team.workspace.id):
        account = factories.account(username, followers=followers)
        people = factories.commenters(max(sizes))
        for number, size in enumerate(sizes):
            at = factories.NOON + timedelta(days=number)
            post = factories.post(account, caption=f"Roast number {number}.", posted_at=at, likes=10 * number)
            factories.comments(post, people[:size], at=at, every=timedelta(hours=1))
        rollups.rebuild(account)
    return account


def shown(response: Any) -> list[str]:
    return [row.label for row in response.context["rows"]]


def test_posts_come_newest_first_and_in_the_order_asked_for(team: Team) -> None:
    account = fill(team, [3, 9, 6])
    client = page_client(team.bob)
    url = reverse("audience:account_posts", args=[account.username])
    names = [f"Roast number {n}." for n in range(3)]
    orders = {"": [2, 1, 0], "date": [0, 1, 2], "-comments": [1, 2, 0], "comments": [0, 2, 1], "-likes": [2, 1, 0]}
    orders |= {"-rate": [1, 2, 0], "half": [0, 2, 1], "-new": [1, 0, 2], "wrong": [2, 1, 0], "--date": [2, 1, 0]}
    for sort, expected in orders.items():
        assert shown(client.get(url, {"sort": sort})) == [names[n] for n in expected], sort


def test_a_page_tells_people_new_people_rate_and_speed_of_a_post(team: Team) -> None:
    account = fill(team, [3, 9])
    row = page_client(team.bob).get(reverse("audience:account_posts", args=[account.username])).context["rows"][0]
    assert (row.post.sum_comments, row.post.sum_people, row.post.sum_new_people) == (9, 9, 6)
    assert row.rate == 4.5
    assert row.half_words == "5 hours"
    assert row.new_words == "67%"
    assert row.url.endswith(f"/audience/@northroast/?post={row.post.pk}")


def test_posts_that_certainly_differ_are_marked_and_young_ones_are_not(team: Team) -> None:
    account = fill(team, [30] * 9 + [3] + [90] + [1] * 8)
    with workspace_scope(team.workspace.id):
        found = benchmark(account)
        assert found.usual is not None
        assert (found.usual.value, found.usual.posts) == (30, 12)
        assert sorted(found.marks.values()) == ["best", "worst", "worst"]
        assert len(found.young) == 7


def test_a_long_list_of_posts_comes_in_pages_and_costs_the_same_queries(team: Team) -> None:
    client = page_client(team.bob)
    few = fill(team, [3], username="few")
    many = fill(team, [3] * 30, username="many")
    counts = []
    for account in (few, few, many):
        with CaptureQueriesContext(connection) as queries:
            response = client.get(reverse("audience:account_posts", args=[account.username]))
        counts.append(len(queries))
    assert counts[1] == counts[2]
    assert len(response.context["rows"]) == 25
    assert b"1 to 25 of 30" in response.content
    assert len(shown(client.get(reverse("audience:account_posts", args=["many"]), {"page": 2}))) == 5


def test_the_page_reads_the_rollup_and_no_comment(team: Team) -> None:
    account = fill(team, [3, 4])
    client = page_client(team.bob)
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("audience:account_posts", args=[account.username]))
    assert not [q for q in queries.captured_queries if '"audience_comment"' in q["sql"]]


def test_an_account_without_posts_says_what_to_do(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        factories.account("northroast")
    response = page_client(team.bob).get(reverse("audience:account_posts", args=["northroast"]))
    assert b"No posts yet" in response.content


def test_the_api_gives_the_same_figures(team: Team) -> None:
    account = fill(team, [30] * 8 + [60] + [1] * 7)
    with workspace_scope(team.workspace.id):
        best = account.posts.get(caption="Roast number 8.")
        factories.comment(best, factories.commenter(username="northroast"), parent_external_id="1")
        rollups.rebuild(account)
    rows = api_client(team.alice).get(reverse("api:audience:posts", args=[account.pk])).json()["results"]
    row = next(one for one in rows if one["id"] == str(best.pk))
    expected: dict[str, float] = {"comments": 61, "audience_comments": 60, "people": 60, "new_people": 30}
    expected |= {"comments_per_1000_followers": 30.0, "times_usual": 2.0, "hours_to_half": 30, "owner_replies": 1}
    assert {name: row[name] for name in expected} == expected
    assert row["times_usual_low"] < 2 < row["times_usual_high"]


@pytest.mark.parametrize("followers", [None, 0])
def test_without_followers_no_rate_is_told(team: Team, followers: int | None) -> None:
    account = fill(team, [3], followers=followers)
    row = api_client(team.alice).get(reverse("api:audience:posts", args=[account.pk])).json()["results"][0]
    assert row["comments_per_1000_followers"] is None


def test_the_file_of_posts_has_the_same_columns(team: Team) -> None:
    account = fill(team, [3, 9])
    response: Any = page_client(team.alice).get(reverse("account_table", args=[account.username, "posts", "csv"]))
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))
    assert [row["audience_comments"] for row in rows] == ["9", "3"]
    assert rows[0]["times_usual"] == ""  # both posts are young, so nothing is usual yet
    assert rows[0]["comments_per_1000_followers"] == "4.5"


def test_a_post_of_another_workspace_is_not_listed(team: Team) -> None:
    account = fill(team, [3])
    assert page_client(team.charlie).get(reverse("audience:account_posts", args=[account.username])).status_code == 404
