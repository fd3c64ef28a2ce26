"""A10: every night each account's rollups are compared with its comments, put right where they drifted, and told."""

from typing import Any

import pytest
from django.utils import timezone

from audience import jobs
from audience.jobs import check_rollups
from audience.jobs.checking import KIND
from audience.models import AudiencePost, AudienceState
from audience.services import rollups
from audience.tests import factories
from aura.jobs import tallies
from aura.jobs.models import Job
from aura.jobs.queue import kind_of, start
from aura.jobs.schedule import tick
from aura.tenancy.scope import staff_scope, system_scope, workspace_scope
from aura.testing.drain import drain
from aura.testing.fixtures import Team

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])


def test_the_nightly_check_puts_drifted_rollups_right_and_counts_them(team: Team, settings: Any) -> None:
    with workspace_scope(team.workspace.id):
        account = factories.account("northroast")
        factories.comments(factories.post(account), factories.commenters(3))
        rollups.rebuild(account)
        AudiencePost.objects.update(comments=9)
    before = (tallies.all_tallies() or {}).get(("bulk", KIND, "drifted"), 0)
    with system_scope():
        start(check_rollups, workspace_id=None, payload={"minute": "2026-01-01T02:53"}, key="night", limited=False)
    drain()
    with workspace_scope(team.workspace.id):
        assert AudiencePost.objects.get().comments == 3
        assert AudienceState.objects.get().drifted == 1
    assert (tallies.all_tallies() or {}).get(("bulk", KIND, "drifted"), 0) == before + 1
    with staff_scope("test"):
        assert set(Job.objects.filter(kind=KIND).values_list("state", flat=True)) == {"done"}


def test_an_account_of_an_older_version_gets_its_rollups_within_a_minute(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        account = factories.account()
        factories.comments(factories.post(account), factories.commenters(3))
        rollups.rebuild(account)
        AudienceState.objects.all().delete()
        AudiencePost.objects.all().delete()
    tick(kind_of(jobs.tick).name, timezone.now())
    drain()
    with workspace_scope(team.workspace.id):
        assert AudiencePost.objects.get().comments == 3
        assert AudienceState.objects.filter(is_stale=False).exists()
