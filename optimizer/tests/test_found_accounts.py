"""One grounded search a session brings accounts to tag, with their sources; its failure is a note (O5)."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from accounts.models import UsageEntry
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team
from aura.testing.simulators.gemini import faults
from aura.testing.simulators.gemini.service import KEY, GeminiSimulator
from aura.testing.simulators.server import CLOSED
from optimizer.queries.sessions import results_of
from optimizer.tests.live import made, snapshot

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])
GENERATE = "generateContent"


@pytest.fixture
def gemini(settings: Any, tmp_path: Path) -> Iterator[GeminiSimulator]:
    """Gemini, simulated, for words and for searching."""
    with GeminiSimulator(models=("gemini-3.8-flash", "gemini-3.5-flash")) as service:
        outside = django_settings.AURA_OUTSIDE
        writing = replace(outside.gemini_writing, url=service.url, timeout=5)
        finding = replace(outside.gemini_finding, url=service.url, timeout=5)
        settings.AURA_OUTSIDE = replace(outside, gemini_writing=writing, gemini_finding=finding)
        settings.AURA_PROVIDER_SECRETS = dict.fromkeys(settings.AURA_PROVIDER_SECRETS, "") | {"gemini": KEY}
        settings.MEDIA_ROOT = tmp_path
        yield service
        assert service.complaints == []


def test_accounts_with_a_source_are_suggested_beside_their_platform(team: Team, gemini: GeminiSimulator) -> None:
    session = made(team, writer="auto", find_accounts=True, platforms=["instagram", "tiktok"])
    assert (session.state, session.notes) == ("done", [])
    results = results_of(session)["results"]
    assert [one["username"] for one in results["instagram"]["suggested_accounts"]] == [
        "quiet.ceramics",
        "clay_and_light",
    ]
    assert [one["username"] for one in results["tiktok"]["suggested_accounts"]] == ["wheelthrown"]
    assert all(one["sources"] for one in session.accounts)
    assert session.searches[0]["url"].startswith("https://www.google.com/search?")
    assert session.analysis["finding"]["left_out"] == 1
    assert len(gemini.asked(GENERATE)) == 2, "words and one search"
    with workspace_scope(team.workspace.id):
        booked = {entry.operation: entry.state for entry in UsageEntry.objects.all()}
    assert booked == {"optimize": "settled", "find_profiles": "settled"}


def test_the_same_search_is_paid_for_once(team: Team, gemini: GeminiSimulator) -> None:
    data = snapshot()
    first = made(team, writer="auto", find_accounts=True, upload=data, name="a.jpg")
    second = made(team, writer="auto", find_accounts=True, upload=data, name="a.jpg", output_format="png")
    assert second.accounts == first.accounts != []
    assert not second.reused
    assert len(gemini.asked(GENERATE)) == 2


@pytest.mark.parametrize(("fault", "code"), [(CLOSED, "cut_off"), (faults.refused(400, "INVALID_ARGUMENT", "no"), "")])
def test_a_search_that_fails_is_a_note_and_not_repeated(
    team: Team, gemini: GeminiSimulator, fault: Any, code: str
) -> None:
    made(team, writer="auto", find_accounts=False)
    gemini.fault(GENERATE, fault)
    session = made(team, writer="auto", find_accounts=True)
    assert (session.state, session.accounts) == ("done", [])
    assert len(session.notes) == 1
    assert code in {"", session.notes[0]["code"]}
    assert len(gemini.asked(GENERATE)) == 2


def test_without_a_key_nobody_is_made_up(team: Team, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    session = made(team, find_accounts=True)
    assert (session.state, session.accounts, session.notes) == ("done", [], [])
    assert session.analysis["finding"]["notes"] == ["no_finder_key"]
