"""At half price people are read in batches that are waited for without a worker, each handed over once (A5)."""

from pathlib import Path

import pytest

from accounts.models import UsageEntry
from audience.tests.live import fetch, followed, simulated
from audience.tests.live import world as world
from audience.tests.test_paid_reading import gemini as gemini
from audience.tests.test_paid_reading import models, paid_for
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team
from aura.testing.simulators.gemini import GeminiSimulator
from aura.testing.simulators.server import CLOSED, Answer, Asked
from aura.testing.simulators.world import World

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])


def test_at_half_price_people_are_read_in_batches_that_are_waited_for(
    team: Team, world: World, tmp_path: Path, gemini: GeminiSimulator
) -> None:
    account = followed(team, vision="auto", half_price=True)
    with simulated(tmp_path, world, gemini):
        run = fetch(team, account)
    assert run.state == "done"
    assert not gemini.asked(":generateContent")
    assert models(team) == {"gemini:gemini-3.5-flash-lite": run.people_done}
    assert set(paid_for(gemini).values()) == {1}
    with workspace_scope(team.workspace.id):
        entry = UsageEntry.objects.get(subject=run.subject, provider="gemini")
        assert (entry.batch, entry.state, entry.items) == (True, "settled", run.people_done)


def test_a_batch_whose_answer_was_lost_is_looked_for_and_not_handed_over_twice(
    team: Team, world: World, tmp_path: Path, gemini: GeminiSimulator
) -> None:
    account = followed(team, vision="auto", half_price=True)

    def lost(asked: Asked) -> Answer:
        gemini.answer(asked)
        return CLOSED

    gemini.fault(":batchGenerateContent", lost)
    with simulated(tmp_path, world, gemini):
        run = fetch(team, account)
    assert run.state == "done"
    assert len(gemini.asked(":batchGenerateContent")) == 1
    assert models(team) == {"gemini:gemini-3.5-flash-lite": run.people_done}


def test_a_batch_that_was_not_worked_on_is_read_the_usual_way(
    team: Team, world: World, tmp_path: Path, gemini: GeminiSimulator
) -> None:
    account = followed(team, vision="auto", half_price=True)
    gemini.batches.states = ["BATCH_STATE_PENDING", "BATCH_STATE_EXPIRED"]
    with simulated(tmp_path, world, gemini):
        run = fetch(team, account)
    assert run.state == "done"
    assert models(team) == {"gemini:gemini-3.5-flash-lite": run.people_done}
    assert set(paid_for(gemini).values()) == {1}
