"""A6: followers are kept once a day, and told with what came at the same time."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from audience.models import FollowerDemographics, ProfileSnapshot, TrackedAccount
from audience.queries.growth import growth
from audience.services.growth import save_follower_demographics, take_snapshot
from audience.tests import audiences
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team


@pytest.fixture
def account(team: Team) -> Iterator[TrackedAccount]:
    with workspace_scope(team.workspace.id):
        yield audiences.lively("northroast", people=100)


def test_a_snapshot_is_kept_once_a_day_whatever_the_order(account: TrackedAccount) -> None:
    noon = audiences.FIRST + timedelta(hours=3)
    version = account.data_version
    assert take_snapshot(account, "apify", noon)
    assert account.data_version == version + 1
    assert not take_snapshot(account, "apify", noon)
    account.followers = 47_000
    assert not take_snapshot(account, "upload", noon - timedelta(hours=1))
    assert take_snapshot(account, "upload", noon + timedelta(hours=1))
    row = ProfileSnapshot.objects.get()
    assert (row.followers, row.source, row.day) == (47_000, "upload", audiences.FIRST.date())
    account.followers = None
    assert not take_snapshot(account, "apify", noon + timedelta(days=1))


def test_growth_tells_days_jumps_and_instagrams_own_figures(account: TrackedAccount) -> None:
    audiences.grown(account)
    answer = growth(account)
    points = answer["points"]
    assert len(points) == 38
    assert sum(point["gained"] or 0 for point in points) == points[-1]["followers"] - points[0]["followers"]
    (jump,) = answer["jumps"]
    assert jump["gained"] > 900
    assert jump["candidates"]
    ages = {entry["value"]: entry for entry in answer["followers"]["age"]}
    assert ages["65+"]["followers"] == {"suppressed": True}
    assert sum(e["followers"].get("share", 0) for e in ages.values()) == pytest.approx(1, abs=1e-3)
    same: dict[str, dict[str, int]] = {"age": {}, "gender": {}, "country": {}, "city": {}}
    assert save_follower_demographics(account, date(2026, 2, 2), **same)
    assert not save_follower_demographics(account, date(2026, 2, 2), **same)
    assert FollowerDemographics.objects.count() == 2
