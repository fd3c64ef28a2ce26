"""Best hours come from the audience of the workspace's own account, where there is enough of it (O8)."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from audience.models import TrackedAccount
from audience.queries.hours import comment_hours
from audience.services import rollups
from audience.tests import factories
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team
from optimizer.limits import PLATFORMS
from optimizer.services.timing import timings

pytestmark = pytest.mark.django_db


def account(username: str, *, people: int = 40, each: int = 20, **fields: Any) -> TrackedAccount:
    """An account with comments of ``people`` on ``each`` weekly posts, most of them on Tuesdays at 19:00 UTC."""
    made = factories.account(username, **fields)
    crowd = factories.commenters(people)
    tuesday = _last_tuesday()
    for week in range(each):
        at = tuesday - timedelta(weeks=week)
        post = factories.post(made, posted_at=at - timedelta(hours=2))
        factories.comments(post, crowd, at=at)
        factories.comments(post, crowd[: people // 4], at=at + timedelta(hours=5), every=timedelta(hours=7))
    rollups.rebuild(made)
    return made


def _last_tuesday() -> datetime:
    now = timezone.now().replace(hour=19, minute=5, second=0, microsecond=0)
    return now - timedelta(days=(now.weekday() - 1) % 7 + 7)


def test_the_own_accounts_hours_are_named_with_what_they_rest_on(team: Team) -> None:
    with workspace_scope(team.workspace.pk):
        account("rival", people=60)
        account("northroast", source="graph", time_zone="Asia/Tokyo")
        timing = timings(PLATFORMS)["instagram"]
    assert (timing.basis, timing.comments) == ("own", 20 * 50)
    assert timing.peak == "Wednesday 04:00–05:00"
    assert "your account @northroast (Asia/Tokyo)" in timing.why
    assert timing.slots[0].share == pytest.approx(0.8)


def test_of_several_accounts_none_of_which_is_known_to_be_its_own_none_is_taken_unless_chosen(team: Team) -> None:
    with workspace_scope(team.workspace.pk):
        account("rival")
        chosen = account("northroast")
        timing = timings(["instagram", "tiktok"])["instagram"]
        assert (timing.basis, "known to be yours" in timing.why) == ("table", True)
        timing = timings(["instagram"], chosen.pk)["instagram"]
        assert (timing.basis, "@northroast, the account that was chosen" in timing.why) == ("own", True)
    with workspace_scope(team.elsewhere.pk):
        assert timings(["instagram"], chosen.pk)["instagram"].basis == "table"


def test_the_only_account_is_taken_and_it_is_said(team: Team) -> None:
    with workspace_scope(team.workspace.pk):
        account("northroast")
        timing = timings(["instagram"])["instagram"]
    assert timing.basis == "own"
    assert "@northroast, the only account that is followed here" in timing.why


def test_too_few_comments_give_the_table_with_the_numbers(team: Team) -> None:
    with workspace_scope(team.workspace.pk):
        account("northroast", people=12, each=4)
        timing = timings(["instagram"])["instagram"]
    assert timing.basis == "table"
    assert "60 comments on 4 posts of @northroast" in timing.why


def test_nothing_is_told_of_fewer_than_k_people_nor_of_hours_with_fewer_comments(team: Team, settings: Any) -> None:
    with workspace_scope(team.workspace.pk):
        made = account("northroast", people=40)
        settings.AURA_K_ANONYMITY = 41
        assert comment_hours() is None
        settings.AURA_K_ANONYMITY = 40
        hours = comment_hours(made.pk)
        assert hours is not None
        told = [comments for day in hours.counts for comments in day if comments]
        assert sum(told) + hours.hidden == 20 * 50
        assert hours.hidden > 0
        assert min(told) >= 40


def test_comments_of_long_ago_do_not_count(team: Team) -> None:
    with workspace_scope(team.workspace.pk):
        made = factories.account("northroast")
        factories.comments(factories.post(made), factories.commenters(1), at=timezone.now() - timedelta(days=400))
        rollups.rebuild(made)
        assert comment_hours() is None


def test_hours_cost_a_few_statements_over_rollups(team: Team, django_assert_max_num_queries: Any) -> None:
    with workspace_scope(team.workspace.pk):
        account("northroast", source="graph")
        with django_assert_max_num_queries(8) as asked:
            timings(PLATFORMS)
        assert not any(re.search(r"\baudience_comment\b", query["sql"]) for query in asked.captured_queries)


def test_who_follows_nobody_gets_the_table_for_every_platform(team: Team) -> None:
    with workspace_scope(team.workspace.pk):
        assert {timing.basis for timing in timings(PLATFORMS).values()} == {"table"}
