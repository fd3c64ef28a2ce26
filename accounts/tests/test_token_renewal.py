"""Tokens of the Instagram Graph API are renewed each week, before they end (M14)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from accounts.jobs import renew_tokens
from accounts.models import Membership, ProviderCredential
from accounts.services.credentials import save_credential, service_states
from aura.jobs.queue import kind_of
from aura.jobs.schedule import tick
from aura.tenancy.scope import workspace_scope
from aura.testing.drain import drain
from aura.testing.fixtures import Team
from aura.testing.simulators.graph import GraphSimulator
from aura.testing.simulators.world import World

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])


@pytest.fixture
def graph() -> Any:
    world = World(people=20)
    world.add_account("northroast", posts=1, comments=1)
    with GraphSimulator(world, "northroast") as service:
        placed = replace(settings.AURA_OUTSIDE, graph=replace(settings.AURA_OUTSIDE.graph, url=service.url))
        with override_settings(AURA_OUTSIDE=placed):
            yield service


def saved(team: Team, value: str, days: int) -> None:
    """A token of the workspace that was saved so many days ago."""
    with workspace_scope(team.workspace.id):
        save_credential(Membership.objects.get(user=team.alice), "instagram", value)
        ProviderCredential.objects.update(updated_at=timezone.now() - timedelta(days=days))


def the_token(team: Team) -> ProviderCredential:
    with workspace_scope(team.workspace.id):
        return ProviderCredential.objects.get(provider="instagram")


def a_night() -> None:
    tick(kind_of(renew_tokens).name, timezone.now())
    drain()


def test_a_token_of_last_week_is_renewed_and_its_end_is_known(team: Team, graph: GraphSimulator) -> None:
    saved(team, graph.token, days=8)
    before = graph.token
    a_night()
    token = the_token(team)
    assert token.value == graph.token != before
    assert token.expires_at is not None
    assert token.expires_at > timezone.now() + timedelta(days=50)
    with workspace_scope(team.workspace.id):
        states = {state.service.name: state for state in service_states(team.workspace.id)}
    assert (states["instagram"].expires_at, states["instagram"].problem) == (token.expires_at, "")


def test_a_fresh_token_is_left_alone(team: Team, graph: GraphSimulator) -> None:
    saved(team, graph.token, days=1)
    a_night()
    assert not graph.asked("refresh")
    assert the_token(team).value == graph.token


def test_a_token_that_ended_stays_and_people_are_told_to_sign_in_again(team: Team, graph: GraphSimulator) -> None:
    saved(team, graph.token, days=70)
    graph.expired = True
    a_night()
    token = the_token(team)
    assert token.value == graph.token
    assert token.problem
    assert graph.token not in token.problem
