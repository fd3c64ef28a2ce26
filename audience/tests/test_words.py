"""A6: every comment is read once, counted exactly, and read again only where it changed."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from audience.models import AccountWords, Comment, CommentReading, TrackedAccount, WordsDay, WordsGroup
from audience.services import rollups, words
from audience.tests import factories
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team

TEXTS = ("Nice 🔥", "Where is it from?", "I hate this, worst ever", "See you on Monday", "Ünbekannt zzqx vrrl", "")


@pytest.fixture
def account(team: Team) -> Iterator[TrackedAccount]:
    with workspace_scope(team.workspace.id):
        yield factories.account("northroast")


def fill(account: TrackedAccount, comments: int = 120) -> None:
    """Comments of thirty people and of the account itself on three posts."""
    choice = random.Random(4)
    people = [*factories.commenters(30), factories.commenter(username=account.username)]
    posts = [factories.post(account) for _ in range(3)]
    for _ in range(comments):
        at = factories.NOON + timedelta(hours=choice.randrange(200)) if choice.random() < 0.9 else None
        factories.comment(choice.choice(posts), choice.choice(people), text=choice.choice(TEXTS), commented_at=at)


def read_all(account: TrackedAccount, limit: int = 50) -> int:
    total = 0
    while count := words.read_comments(account, limit):
        total += count
    return total


def truth() -> Counter[Any]:
    """The rollup, counted row by row."""
    rows = CommentReading.objects.filter(by_owner=False)
    return Counter(rows.values_list("post_id", "day", "sentiment"))


def rolled_up() -> dict[Any, int]:
    return {(r.post_id, r.day, r.sentiment): r.comments for r in WordsDay.objects.all()}


def test_every_comment_is_read_once_and_counted_exactly(account: TrackedAccount) -> None:
    fill(account)
    assert read_all(account) == 120
    assert CommentReading.objects.count() == 120
    assert rolled_up() == truth()
    assert sum(rolled_up().values()) == CommentReading.objects.filter(by_owner=False).count() < 120
    asked = CommentReading.objects.filter(by_owner=False, is_question=True).count()
    assert sum(row.questions for row in WordsDay.objects.all()) == asked > 0
    assert read_all(account) == 0


def test_only_new_and_changed_comments_are_read_again(account: TrackedAccount) -> None:
    fill(account, 60)
    read_all(account)
    changed = list(Comment.objects.filter(account=account).exclude(commenter__username=account.username)[:3])
    changed[0].text = "Terrible, I hate it"
    changed[1].post = factories.post(account)
    changed[2].commented_at = factories.NOON + timedelta(days=90)
    Comment.objects.bulk_update(changed, ["text", "post", "commented_at"])
    factories.comment(changed[0].post, changed[0].commenter, text="Lovely")
    rollups.rebuild(account)
    assert read_all(account) == 4
    assert CommentReading.objects.get(comment=changed[0]).sentiment == "negative"
    assert rolled_up() == truth()


def test_comments_that_arrive_behind_a_running_pass_are_read_by_the_next(account: TrackedAccount) -> None:
    fill(account, 40)
    rollups.rebuild(account)
    words.read_comments(account, 20)
    late = factories.comment(factories.post(account), text="Lovely")
    Comment.objects.filter(pk=late.pk).update(external_id="0")
    rollups.rebuild(account)
    read_all(account)
    read_all(account)
    assert CommentReading.objects.count() == 41


def test_rebuilding_gives_the_same_as_counting_along(account: TrackedAccount) -> None:
    fill(account)
    read_all(account)
    before = rolled_up()
    WordsDay.objects.filter(sentiment="positive").delete()
    WordsDay.objects.filter(sentiment="neutral").update(comments=999)
    words.rebuild(account)
    assert rolled_up() == before


def test_topics_and_questions_are_made_of_what_at_least_ten_people_say(account: TrackedAccount) -> None:
    post = factories.post(account)
    for number, person in enumerate(factories.commenters(24)):
        factories.comment(
            post, person, text=("How much is the shipping to Berlin?", "What does shipping cost?")[number % 2]
        )
    for number, person in enumerate(factories.commenters(12)):
        factories.comment(post, person, text=f"The chocolate cake recipe turned out wonderful number {number}")
    factories.comment(post, text="Which grinder do you use for the secret blend of Zanzibar?")
    read = words.refresh_words(account)
    assert read == 37
    groups = list(WordsGroup.objects.filter(account=account, kind="question"))
    assert len(groups) == 1
    assert "shipping" in groups[0].words
    assert CommentReading.objects.filter(question=1).count() == 24
    assert not any("zanzibar" in group.words for group in WordsGroup.objects.all())
    version = AccountWords.objects.get().version
    assert words.take_sample(account) is None
    assert AccountWords.objects.get().version == version
