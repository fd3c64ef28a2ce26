"""Accounts worth tagging are searched with the workspace's own key, and every search stands in its ledger."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from accounts.models import EntryState, Membership, UsageEntry
from accounts.services.credentials import save_credential
from accounts.services.finding import profile_finder
from aura.environment import Reader
from aura.outside import outside
from aura.providers.errors import ProviderError
from aura.providers.finder_ports import NO_KEY, FindAsk
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team
from aura.testing.simulators.gemini import KEY, GeminiSimulator, faults

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])
MODEL, NEXT = "gemini-3.8-flash", "gemini-3.5-flash"
CALL = ":generateContent"
ASK = FindAsk(("ceramics",), "A blue cup.", ("instagram", "tiktok"))


@pytest.fixture
def gemini(team: Team, settings: Any) -> Iterator[GeminiSimulator]:
    """Gemini, simulated; the team's workspace has a key of its own."""
    with workspace_scope(team.workspace.pk):
        save_credential(Membership.objects.get(user=team.alice), "gemini", KEY)
    with GeminiSimulator(models=(MODEL, NEXT)) as running:
        placed = settings.AURA_OUTSIDE
        settings.AURA_OUTSIDE = replace(
            placed, gemini_finding=replace(placed.gemini_finding, url=running.url, timeout=5)
        )
        yield running
        assert running.complaints == []


def entries(team: Team) -> list[UsageEntry]:
    with workspace_scope(team.workspace.pk):
        return list(UsageEntry.objects.order_by("created_at"))


def test_a_search_is_booked_once_with_its_searches(team: Team, gemini: GeminiSimulator) -> None:
    finder = profile_finder(team.workspace.pk, subject="optimization:1")
    assert (finder.name, finder.paid) == ("gemini:gemini-3.8-flash+google-search", True)
    found = finder.find(ASK)
    assert [one.username for one in found.profiles] == ["quiet.ceramics", "clay_and_light", "wheelthrown"]
    assert found.charge is not None
    for _ in range(2):
        found.charge.book()
    (entry,) = entries(team)
    assert (entry.state, entry.operation, entry.model, entry.items, entry.subject, entry.price_known) == (
        EntryState.SETTLED,
        "find_profiles",
        "gemini-3.8-flash+google-search",
        2,
        "optimization:1",
        True,
    )
    assert entry.amount > 0


def test_without_a_key_nobody_is_asked(team: Team, gemini: GeminiSimulator) -> None:
    finder = profile_finder(team.elsewhere.pk)
    assert (finder.paid, finder.find(ASK).notes) == (False, (NO_KEY,))
    assert gemini.asked(CALL) == []
    assert entries(team) == []


def test_without_a_model_nobody_is_asked(team: Team, gemini: GeminiSimulator, settings: Any) -> None:
    placed = settings.AURA_OUTSIDE
    settings.AURA_OUTSIDE = replace(placed, gemini_finding=replace(placed.gemini_finding, model=""))
    assert not profile_finder(team.workspace.pk).paid


def test_a_refused_key_is_named_and_costs_nothing(team: Team, gemini: GeminiSimulator) -> None:
    gemini.fault(CALL, faults.bad_key())
    with pytest.raises(ProviderError) as raised:
        profile_finder(team.workspace.pk).find(ASK)
    assert raised.value.code == "provider_key_refused"
    assert KEY not in raised.value.message
    assert [(str(one.state), bool(one.amount)) for one in entries(team)] == [(EntryState.RELEASED.value, False)]


def test_a_key_that_cannot_be_read_is_not_the_same_as_none(team: Team, gemini: GeminiSimulator, settings: Any) -> None:
    settings.AURA_SECRETS_KEYS = []
    settings.SECRET_KEY = "another secret key, from which the stored key cannot be opened any more"
    with pytest.raises(ProviderError) as raised:
        profile_finder(team.workspace.pk)
    assert raised.value.code == "provider_key_unreadable"


def test_a_spent_budget_stops_the_search_before_it_is_made(team: Team, gemini: GeminiSimulator, settings: Any) -> None:
    settings.AURA_OUTSIDE = replace(settings.AURA_OUTSIDE, monthly_budget=0)
    with pytest.raises(ProviderError) as raised:
        profile_finder(team.workspace.pk).find(ASK)
    assert raised.value.code == "budget_reached"
    assert gemini.asked(CALL) == []


def test_an_operator_may_choose_the_model_that_searches(monkeypatch: pytest.MonkeyPatch) -> None:
    assert outside(Reader()).gemini_finding.model == MODEL
    monkeypatch.setenv("AURA_GEMINI_FINDING_MODEL", "gemini-next")
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", "http://127.0.0.1:9")
    chosen = outside(Reader()).gemini_finding
    assert (chosen.model, chosen.url, chosen.replacement) == ("gemini-next", "http://127.0.0.1:9", NEXT)
