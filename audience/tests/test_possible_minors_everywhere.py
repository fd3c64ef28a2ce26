"""A7: wherever one looks, nobody who may be under 18 is a row beside a guess, or a row at all.

Every address of the audience is walked from the table of routes: a new one is looked at without being named here.
"""

import io
import json
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import pytest
from django.urls import reverse

from audience.models import Classification, Commenter, Review, ReviewItem, TrackedAccount
from audience.services import classify, disclosure, reviews, rollups
from audience.tests import factories
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team, api_client, page_client
from aura.tests.routes import RULES

FORMATS = ("csv", "xlsx", "json")
ABOUT_THEM = {"audience:picture", "api:audience:classification"}
"""Addresses that are asked about the planted person: for them there is no such person."""
NAMES = ("young.one", "maybe.one", "Young Yolanda", "Maybe Mabel")


class Planted:
    """An account with forty adults, one person of 13-17 and one with a quarter of the probability for it."""

    def __init__(self, team: Team) -> None:
        self.account = factories.account(username="northroast")
        self.post = factories.post(self.account)
        people = factories.commenters(40, full_name="Grown Greta")
        for person in people:
            factories.classification(person)
        self.minors = [
            self._minor("young.one", "Young Yolanda", "13-17", 0.8),
            self._minor("maybe.one", "Maybe Mabel", "25-34", 0.25),
        ]
        for times in range(4):
            factories.comments(self.post, [*self.minors, *people[: 40 if not times else 10]])
        for person in self.minors:
            self._drawn(person)
        rollups.rebuild(self.account)
        other = factories.account(username="southroast")
        factories.comments(factories.post(other), [*self.minors, *people])
        rollups.rebuild(other)
        pair = {"a": self.account.username, "b": other.username}
        self.team = team
        self.asked: dict[str, dict[str, Any]] = {
            "api:audience:compare": {"a": str(self.account.pk), "b": str(other.pk)},
            "api:audience:overlap": {"accounts": f"{self.account.pk},{other.pk}"},
            "audience:compare": pair,
            "audience:overlap": {"accounts": list(pair.values())},
        }

    def _minor(self, username: str, name: str, age: str, share: float) -> Commenter:
        person = factories.commenter(username=username, full_name=name, classified=False)
        row = factories.classification(person, age=age, gender="woman")
        Classification.objects.filter(pk=row.pk).update(probabilities={"age": {"13-17": share, "25-34": 1 - share}})
        classify.save_findings([Classification.objects.get(pk=row.pk)], factories.NOON)
        person.refresh_from_db()
        assert person.possible_minor
        return person

    def _drawn(self, person: Commenter) -> None:
        """Drawn and judged before anybody thought that they might be a minor."""
        for queue in ("sample", "doubtful"):
            ReviewItem.objects.create(
                workspace_id=person.workspace_id,
                commenter=person,
                queue=queue,
                stratum="woman|25-34",
                stratum_size=2,
                place=0,
            )

    def args(self, name: str, wanted: tuple[str, ...]) -> list[Any]:
        """What stands in the place of an address's arguments; an argument that is unknown here fails the test."""
        known: dict[str, Any] = {
            "username": self.account.username,
            "account": self.account.pk,
            "post": self.post.pk,
            "person": self.minors[0].pk,
            "pictured": self.minors[0].pk,
            "export_table": "commenters",
            "account_table": "commenters",
            "table": "accounts",
            "words_table": "sentiment",
            "people_table": "loyalty",
            "overlap_table": "pairs",
            "csv": "csv",
        }
        return [known[one] for one in wanted]


@pytest.fixture
def planted(team: Team) -> Planted:
    with workspace_scope(team.workspace.id):
        return Planted(team)


def audience_routes() -> list[str]:
    """Every address about audiences that can be read and is not about a run's own file."""
    found = [name for name, rule in RULES.items() if "audience:" in name and "GET" in rule.methods]
    return [*(name for name in found if "run" not in RULES[name].args), "account_table", "table"]


def said(content: bytes) -> str:
    """What an answer says; a workbook is unpacked first."""
    if content.startswith(b"PK"):
        with ZipFile(io.BytesIO(content)) as book:
            content = b" ".join(book.read(name) for name in book.namelist())
    return content.decode("utf-8", "replace")


def names_nobody(text: str, planted: Planted, where: str) -> None:
    keys = [str(person.pk) for person in planted.minors]
    for word in (*NAMES, *keys):
        assert word not in text, f"{word} stands in {where}"


@pytest.mark.parametrize("route", audience_routes())
def test_no_address_names_anybody_who_may_be_a_minor(planted: Planted, route: str) -> None:
    client = api_client(planted.team.alice) if route.startswith("api:") else page_client(planted.team.alice)
    args = planted.args(route, RULES[route].args)
    asked = [None] if "csv" not in RULES[route].args else list(FORMATS)
    for wanted in asked:
        given = [wanted if wanted and one == "csv" else one for one in args]
        question = next((found for name, found in planted.asked.items() if route.startswith(name)), {})
        files = [{"format": "csv"}, {"format": "json"}] if route.startswith("api:") else []
        queries: list[dict[str, Any]] = [question, *(question | one for one in files)]
        for query in queries:
            answer = client.get(reverse(route, args=given), query)
            # Not every address has files: there, a format is not found.
            usual = {404} if route in ABOUT_THEM else {200, 404} if "format" in query else {200}
            assert answer.status_code in usual, (route, query, answer.status_code)
            names_nobody(said(b"".join(answer) if answer.streaming else answer.content), planted, f"{route} {query}")


def test_the_review_queue_never_shows_them_however_long_one_works(planted: Planted) -> None:
    client = page_client(planted.team.bob)
    url, shown = reverse("audience:review"), 0
    for _ in range(60):
        text = said(client.get(url).content)
        names_nobody(text, planted, "the review queue")
        if "Nobody is waiting" in text:
            break
        shown += 1
        item = text.split('name="item" value="')[1].split('"')[0]
        client.post(url, {"item": item, "do": "answer", "gender": "woman"})
    assert shown == 40


def test_their_own_item_cannot_be_answered_by_its_id(planted: Planted) -> None:
    with workspace_scope(planted.team.workspace.id):
        items = list(ReviewItem.objects.filter(commenter__in=planted.minors).values_list("pk", flat=True))
    client = page_client(planted.team.bob)
    for item in items:
        for do in ("answer", "skip"):
            client.post(reverse("audience:review"), {"item": str(item), "do": do, "gender": "man"})
    with workspace_scope(planted.team.workspace.id):
        assert not Review.objects.exists()
        assert set(ReviewItem.objects.filter(pk__in=items).values_list("state", flat=True)) == {"waiting"}


def test_somebody_judged_to_be_a_minor_is_named_no_more_on_the_page_that_follows(planted: Planted) -> None:
    client = page_client(planted.team.bob)
    url = reverse("audience:review")
    text = said(client.get(url).content)
    item = text.split('name="item" value="')[1].split('"')[0]
    with workspace_scope(planted.team.workspace.id):
        person = ReviewItem.objects.get(pk=UUID(item)).commenter
    after = said(client.post(url, {"item": item, "do": "answer", "gender": "man", "age": "13-17"}, follow=True).content)
    assert "may be under 18" in after
    assert f"@{person.username}<" not in after
    assert str(person.pk) not in after
    undone = said(client.post(url, {"do": "undo"}, follow=True).content)
    assert "Taken back" in undone


def test_an_erased_persons_labels_are_gone_and_an_export_has_only_those_of_adults(planted: Planted) -> None:
    with workspace_scope(planted.team.workspace.id):
        adult = Commenter.objects.filter(possible_minor=False).order_by("pk")[0]
        reviews.correct(adult, None, {"gender": "man"}, Review.Source.CORRECTION)
        Review.objects.create(
            workspace_id=adult.workspace_id,
            commenter=planted.minors[0],
            dimension="gender",
            value="man",
            source="correction",
            answer=planted.minors[0].pk,
        )
        found = {one.name: list(one.rows) for one in disclosure.sections([adult, planted.minors[0]])}
        assert [row["seen_as"] for row in found["reviews"]] == ["gender: man"]
        assert "13-17" not in json.dumps(found["estimates"], default=str)


def test_the_walk_sees_the_adults_in_every_kind_of_file(planted: Planted) -> None:
    client = page_client(planted.team.alice)
    for wanted in FORMATS:
        url = reverse("audience:account_export", args=[planted.account.username, "commenters", wanted])
        answer = client.get(url)
        assert "Grown Greta" in said(b"".join(answer) if answer.streaming else answer.content)


def test_they_still_count_in_the_sums(planted: Planted) -> None:
    answer = api_client(planted.team.alice).get(reverse("api:audience:demographics", args=[planted.account.pk])).json()
    assert answer["people"] == 42
    assert isinstance(planted.account, TrackedAccount)
