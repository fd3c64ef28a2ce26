"""A6, A7: the page “Comments”, its files and its API say the same, and nothing about fewer than k people."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from audience.models import Comment, Commenter, CommentReading, PodMember, TrackedAccount, WordsDay, WordsGroup
from audience.queries.authenticity import pod_members
from audience.queries.meaning import questions, waiting_questions
from audience.queries.sentiment import Choice, sentiment, sentiment_by_post
from audience.services import disclosure, erasure, rollups, words
from audience.tests import factories
from aura.privacy.registry import Erasure
from aura.privacy.subjects import Identifiers
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team, api_client, page_client

PRAISE, COMPLAINT, ASKED = "Lovely coffee, the best", "Terrible, I hate it", "How much is the shipping to Berlin?"


@pytest.fixture
def account(team: Team) -> Iterator[TrackedAccount]:
    with workspace_scope(team.workspace.id):
        yield factories.account("northroast")


def fill(account: TrackedAccount) -> None:
    """40 praise, 20 complain and 15 ask on one post over ten days; three comment on another one."""
    post = factories.post(account, caption="New roast")
    start = factories.NOON
    factories.comments(post, factories.commenters(40), text=PRAISE, at=start, every=timedelta(hours=6))
    factories.comments(post, factories.commenters(20), text=COMPLAINT, at=start, every=timedelta(hours=12))
    asked = factories.comments(post, factories.commenters(15), text=ASKED, at=start, every=timedelta(hours=16))
    owner = factories.commenter(username=account.username)
    factories.comment(post, owner, text="Five euros", parent=asked[0], parent_external_id=asked[0].external_id)
    small = factories.post(account, caption="Small")
    factories.comments(small, factories.commenters(3), text=COMPLAINT, at=start)
    rollups.rebuild(account)
    words.refresh_words(account)


def test_shares_are_of_comments_by_others_with_their_interval(account: TrackedAccount) -> None:
    fill(account)
    answer = sentiment(account, Choice())
    found = {entry["value"]: entry for entry in answer["sentiment"]}
    assert answer["comments"] == 78
    assert found["positive"]["count"] == 40
    assert found["negative"]["count"] == 23
    assert found["positive"]["low"] < 40 / 78 < found["positive"]["high"]
    assert answer["questions"]["count"] == 15
    assert answer["complete"]


def test_nothing_is_told_of_a_post_with_too_few_people(account: TrackedAccount) -> None:
    fill(account)
    small = Comment.objects.filter(post__caption="Small").first()
    assert small is not None
    answer = sentiment(account, Choice(post=small.post_id))
    assert answer["comments"] is None
    assert all(entry.get("suppressed") for entry in answer["sentiment"])
    assert [row["comments"] for row in sentiment_by_post(account, Choice())] == [75]
    assert answer["over_time"] == []


def test_one_person_who_writes_much_is_not_k_people(account: TrackedAccount) -> None:
    post, person = factories.post(account), factories.commenter()
    for _ in range(30):
        factories.comment(post, person, text=PRAISE)
    words.refresh_words(account)
    assert sentiment(account, Choice())["comments"] is None
    assert questions(account, Choice())["results"] == []


def test_small_columns_over_time_are_hidden(account: TrackedAccount) -> None:
    fill(account)
    answer = sentiment(account, Choice(start=date(2026, 3, 2), end=date(2026, 3, 2)))
    columns = sentiment(account, Choice())["over_time"]
    assert any(point.get("suppressed") for point in columns)
    assert all("positive" not in point for point in columns if point.get("suppressed"))
    assert all(entry.get("suppressed") for entry in answer["sentiment"])


def test_questions_say_what_was_answered_and_never_by_whom(account: TrackedAccount) -> None:
    fill(account)
    group = questions(account, Choice())["results"][0]
    assert (group["people"], group["comments"], group["answered"]) == (15, 15, 1)
    assert group["examples"] == [ASKED]
    assert len(waiting_questions(account, Choice())) == 14


def test_a_possible_minor_is_no_example_and_no_row(account: TrackedAccount) -> None:
    fill(account)
    Commenter.objects.update(possible_minor=True)
    rollups.rebuild(account)
    words.rebuild(account)
    assert questions(account, Choice())["results"][0]["examples"] == []
    assert waiting_questions(account, Choice()) == []


def pod(account: TrackedAccount) -> list[Commenter]:
    """Five people who comment within minutes of each other on eight of twenty posts, among a crowd."""
    together = factories.commenters(5)
    crowd = factories.commenters(60)
    for number in range(20):
        at = factories.NOON + timedelta(days=number)
        post = factories.post(account, posted_at=at)
        factories.comments(post, crowd[number : number + 20], at=at + timedelta(hours=2), every=timedelta(hours=1))
        if number % 5 < 2:
            factories.comments(post, together, text="Amazing", at=at + timedelta(minutes=3), every=timedelta(minutes=2))
    rollups.rebuild(account)
    words.refresh_words(account)
    return together


def test_people_who_comment_together_are_found_and_minors_left_out(account: TrackedAccount) -> None:
    together = pod(account)
    assert {member.commenter_id for member in pod_members(account)} == {person.pk for person in together}
    Commenter.objects.filter(pk=together[0].pk).update(possible_minor=True)
    assert len(pod_members(account)) == 4


def test_only_analysts_see_who_comments_together(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        account = factories.account("northroast")
        together = pod(account)
    path = reverse("audience:comments", args=["northroast"])
    seen = page_client(team.bob).get(path).content.decode()
    hidden = page_client(team.viewer).get(path).content.decode()
    assert together[0].username in seen
    assert not any(person.username in hidden for person in together)
    assert "Comments on @northroast" in hidden


@pytest.mark.parametrize("table", ["sentiment", "posts", "topics", "questions", "authenticity"])
@pytest.mark.parametrize("wanted", ["csv", "xlsx", "json"])
def test_every_table_comes_as_a_file(team: Team, table: str, wanted: str) -> None:
    with workspace_scope(team.workspace.id):
        fill(factories.account("northroast"))
    path = reverse("audience:words_export", args=["northroast", table, wanted])
    response = page_client(team.viewer).get(path)
    assert response.status_code == 200
    assert "attachment" in response["Content-Disposition"]


def test_the_api_answers_what_the_page_shows(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        account = factories.account("northroast")
        fill(account)
    client: Any = api_client(team.viewer)
    for name in ("sentiment", "topics", "questions", "authenticity"):
        path = reverse(f"api:audience:{name}", args=[account.pk])
        answer = client.get(path)
        assert answer.status_code == 200, answer.content
        assert answer.json()["account"] == "northroast"
        assert client.get(path, {"format": "csv"}).status_code == 200
    assert client.get(reverse("api:audience:pods", args=[account.pk])).status_code == 403
    assert client.get(reverse("api:audience:sentiment", args=[account.pk]), {"from": "x"}).status_code == 400


def test_an_erased_person_leaves_readings_examples_groups_and_figures(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        account = factories.account("northroast")
        together = pod(account)
        fill(account)
        asked = Comment.objects.filter(text=ASKED).order_by("pk")[0]
        gone = [together[0], asked.commenter]
        for person in gone:
            sections = {section.name: section.rows for section in disclosure.sections([person])}
            assert sections["comment_estimates"]
            erasure.erase_people(Erasure(Identifiers(frozenset({person.username}), frozenset())))
        names = [person.username for person in gone]
        assert not PodMember.objects.filter(commenter__username__in=names).exists()
        assert not CommentReading.objects.filter(comment__commenter__username__in=names).exists()
        assert all(asked.pk not in group.examples for group in WordsGroup.objects.all())
        assert questions(account, Choice())["results"][0]["people"] == 14
        rows = CommentReading.objects.filter(by_owner=False).count()
        assert sum(row.comments for row in WordsDay.objects.all()) == rows
