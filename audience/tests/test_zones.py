"""The heat map in the reader's own time: summer time, and zones whose hours begin at a half or a quarter (A6)."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from audience.models import Comment, TrackedAccount
from audience.queries.activity import by_hour
from audience.services import rollups
from audience.tests import factories
from audience.zones import begins_at_quarters, zone_names
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team, page_client

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe"]


@pytest.fixture
def account(team: Team) -> Iterator[TrackedAccount]:
    with workspace_scope(team.workspace.id):
        account, chance = factories.account("northroast"), Random(3)
        people = factories.commenters(12)
        for _ in range(3):
            post = factories.post(account)
            for person in people:
                at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(365 * 24 * 60))
                factories.comment(post, person, commented_at=at)
        rollups.rebuild(account)
        yield account


@pytest.mark.parametrize("of_a_post", [False, True])
@pytest.mark.parametrize("zone", ZONES)
def test_the_heat_map_equals_a_count_by_the_zones_own_clocks(
    account: TrackedAccount, zone: str, of_a_post: bool
) -> None:
    post = account.posts.all()[0].pk if of_a_post else None
    wanted: Counter[tuple[int, int]] = Counter()
    rows = Comment.objects.filter(account=account)
    for at in (rows.filter(post=post) if post else rows).values_list("commented_at", flat=True):
        assert at
        local = at.astimezone(ZoneInfo(zone))
        wanted[local.weekday(), local.hour] += 1
    found = by_hour(account, post=post, zone=zone)
    assert Counter({(day, hour): n for day, hour, n in found if n}) == wanted


def test_zones_are_known_by_where_their_hours_begin() -> None:
    assert [zone for zone in ZONES if begins_at_quarters(zone)] == ZONES[3:]
    assert zone_names()[0] == "UTC"
    assert len(zone_names()) > 350


def test_the_page_shows_the_accounts_zone_or_the_one_asked_for(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        account = factories.account("northroast", time_zone="America/New_York")
        factories.comments(factories.post(account), factories.commenters(12))
        rollups.rebuild(account)
    client = page_client(team.bob)
    url = reverse("audience:account", args=["northroast"])
    assert "Mondays from 07:00 to 08:00, America/New York time" in client.get(url).content.decode()
    assert "from 17:00 to 18:00, Asia/Kolkata time" in client.get(url, {"zone": "Asia/Kolkata"}).content.decode()
    assert "America/New York time" in client.get(url, {"zone": "Nowhere/Town"}).content.decode()
