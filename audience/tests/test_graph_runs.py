"""Runs of an account that the workspace owns, by the Instagram Graph API (A1)."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings

from audience.models import Comment, FollowerDemographics, Post, ProfileSnapshot, TrackedAccount
from audience.tests.live import NAME, fetch, followed
from audience.tests.live import world as world
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team
from aura.testing.simulators.graph import TOKEN, GraphSimulator
from aura.testing.simulators.world import World

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])


@pytest.fixture
def graph(world: World, tmp_path: Path) -> Iterator[GraphSimulator]:
    """The Graph API, simulated, with the installation's token."""
    with GraphSimulator(world, NAME) as service:
        outside = settings.AURA_OUTSIDE
        placed = replace(outside, graph=replace(outside.graph, url=service.url))
        keys = dict.fromkeys(settings.AURA_PROVIDER_SECRETS, "") | {"instagram": TOKEN}
        with override_settings(
            AURA_OUTSIDE=placed, AURA_PROVIDER_SECRETS=keys, AURA_PICTURES=False, MEDIA_ROOT=tmp_path
        ):
            yield service


def test_an_own_account_is_fetched_whole_with_its_followers(team: Team, world: World, graph: GraphSimulator) -> None:
    account = followed(team, source="graph")
    run = fetch(team, account)
    assert (run.state, run.error) == ("done", "")
    with workspace_scope(team.workspace.id):
        assert Comment.objects.count() == world.accounts[NAME].comments
        assert Post.objects.filter(account=account).count() == 6
        snapshot = ProfileSnapshot.objects.get()
        assert (snapshot.followers, snapshot.source) == (12_000, "graph")
        followers = FollowerDemographics.objects.get()
        assert sum(followers.gender.values()) > 0
        assert set(followers.gender) <= {"woman", "man", "unknown"}


def test_a_second_run_brings_only_what_is_new(team: Team, world: World, graph: GraphSimulator) -> None:
    account = followed(team, source="graph")
    fetch(team, account)
    asked = len(graph.asked("/comments"))
    world.add_comments(NAME, 5)
    run = fetch(team, account)
    assert run.state == "done"
    with workspace_scope(team.workspace.id):
        assert Comment.objects.count() == world.accounts[NAME].comments
    assert len(graph.asked("/comments")) - asked <= 2


def test_a_token_that_ended_fails_the_run_in_plain_words(team: Team, world: World, graph: GraphSimulator) -> None:
    graph.expired = True
    run = fetch(team, followed(team, source="graph"))
    assert (run.state, run.error_code) == ("failed", "graph_token_expired")
    assert TOKEN not in run.error


def test_a_missing_permission_for_followers_costs_only_the_followers(
    team: Team, world: World, graph: GraphSimulator
) -> None:
    world.accounts[NAME].followers = 80
    run = fetch(team, followed(team, source="graph"))
    assert run.state == "done"
    with workspace_scope(team.workspace.id):
        assert not FollowerDemographics.objects.exists()
        assert TrackedAccount.objects.get().followers == 80
