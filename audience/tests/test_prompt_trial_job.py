"""A8: Aura comes with a changed prompt, and the first run with a paid model tries it before it is used."""

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Membership, UsageEntry
from accounts.services.ledger import set_budget
from audience.jobs import trials
from audience.jobs.core import start_for
from audience.models import Classification, PromptTrial, Review, Run
from audience.tests.killable_worker import SECOND_PROMPT
from audience.tests.labelled import label_people
from audience.tests.live import NAME, fetch, followed, simulated, worked_off
from audience.tests.second_prompt import registered, version_in, version_of
from audience.tests.worker_process import WorkerProcess, let_time_pass
from aura.jobs.models import Job, JobStep
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team, api_client, page_client
from aura.testing.simulators.gemini import GeminiSimulator
from aura.testing.simulators.gemini.checks import plain
from aura.testing.simulators.gemini.service import profiles_in
from aura.testing.simulators.profiles import Shown, Twist, twisted
from aura.testing.simulators.world import World

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])
MODEL = "gemini:gemini-3.5-flash-lite"
LABELLED = 70


class Reviewed(GeminiSimulator):
    """Says what reviewers say about the people whom they have seen; with a prompt in ``worse``, often the contrary."""

    def __init__(self) -> None:
        super().__init__(self._truth)
        self.labels: dict[str, dict[str, str]] = {}
        self.worse: set[str] = set()

    def _truth(self, shown: Shown) -> Mapping[str, Any]:
        return self.labels.get(shown.username, {})

    def generated(self, request: Mapping[str, Any], model: str, twist: Twist = str) -> dict[str, Any]:
        return super().generated(request, model, twisted(_turned) if version_in(request) in self.worse else twist)

    def asked_about(self) -> Counter[tuple[str, str]]:
        """How often each labelled person was sent with the words of each version."""
        return Counter(
            (version_of(asked), one.username)
            for asked in self.asked("generateContent")
            for one in profiles_in(plain(asked.json()))
            if one.username in self.labels
        )


def _turned(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [entry | {"gender": {"woman": "man", "man": "woman"}[entry["gender"]]} for entry in entries]


@pytest.fixture
def world() -> World:
    made = World(people=60)
    made.add_account(NAME, posts=2, comments=30)
    return made


@pytest.fixture
def gemini(team: Team) -> Iterator[Reviewed]:
    """A model that knows what reviewers have said in the workspace."""
    with Reviewed() as service, registered():
        with workspace_scope(team.workspace.id):
            label_people(LABELLED, Random(1), model=MODEL)
            for name, dimension, value in Review.objects.values_list("commenter__username", "dimension", "value"):
                service.labels.setdefault(name, {})[dimension] = value
        yield service


def decided(team: Team) -> list[PromptTrial]:
    with workspace_scope(team.workspace.id):
        return list(PromptTrial.objects.all())


def versions(team: Team) -> set[str]:
    """The prompts of all readings that Gemini made in runs."""
    with workspace_scope(team.workspace.id):
        return set(Classification.objects.filter(model=MODEL, paid=True).values_list("prompt_version", flat=True))


def start_trial(team: Team) -> Run:
    """Start the trial of a run that is over, as if it had been read by Gemini."""
    account = followed(team, vision="gemini")
    with workspace_scope(team.workspace.id):
        values = {"workspace_id": team.workspace.id, "source": "apify", "state": Run.State.DONE, "reader": MODEL}
        run = Run.objects.create(account=account, **values)
        start_for(trials.run_trial, run)
        return run


def test_a_prompt_that_is_no_worse_is_used_from_then_on(
    team: Team, world: World, tmp_path: Path, gemini: Reviewed
) -> None:
    account = followed(team, vision="gemini")
    with simulated(tmp_path, world, gemini):
        first = fetch(team, account)
        assert first.state == "done"
        (trial,) = decided(team)
        assert (trial.decision, trial.active, trial.candidate, trial.people) == ("adopted", "1", "2", LABELLED)
        assert gemini.asked_about() == Counter({(v, name): 1 for v in "12" for name in gemini.labels})
        world.add_comments(NAME, 30)
        fetch(team, account)
    assert "2" in versions(team)
    assert len(decided(team)) == 1
    with workspace_scope(team.workspace.id):
        entries = UsageEntry.objects.filter(subject=f"trial:{first.pk}")
        assert round(sum(entry.amount for entry in entries), 6) == trial.cost > 0
        assert not JobStep.objects.exists()


def test_a_prompt_that_is_worse_stays_unused_and_pages_and_api_say_why(
    team: Team, world: World, tmp_path: Path, gemini: Reviewed
) -> None:
    gemini.worse = {"2"}
    account = followed(team, vision="gemini")
    with simulated(tmp_path, world, gemini):
        fetch(team, account)
        world.add_comments(NAME, 30)
        assert fetch(team, account).state == "done"
    assert versions(team) == {"1"}
    (trial,) = decided(team)
    assert trial.decision == "kept"
    assert gemini.asked_about() == Counter({(v, name): 1 for v in "12" for name in gemini.labels})
    (told,) = api_client(team.bob).get(reverse("api:audience:accuracy")).json()["trials"]
    assert (told["active"], told["candidate"], told["decision"]) == ("1", "2", "kept")
    assert "Significantly worse in gender" in told["reason"]
    page = page_client(team.bob).get(reverse("audience:accuracy")).content.decode()
    assert "1 → 2" in page
    assert "Significantly worse in gender" in page


def test_without_budget_nothing_is_asked_and_the_old_prompt_stays(
    team: Team, world: World, tmp_path: Path, gemini: Reviewed
) -> None:
    with simulated(tmp_path, world, gemini):
        with workspace_scope(team.workspace.id):
            set_budget(Membership.objects.get(user=team.alice), Decimal("0.00"))
        worked_off(team, start_trial(team))
    with workspace_scope(team.workspace.id):
        job = Job.objects.get(kind="audience.prompt_trial")
    assert (job.state, job.error_code) == ("dead", "budget_reached")
    assert "budget" in job.error
    assert decided(team) == []
    assert not gemini.asked_about()


def test_a_trial_whose_worker_is_killed_sends_nobody_twice(
    team: Team, world: World, tmp_path: Path, gemini: Reviewed
) -> None:
    """Killed while the new words are asked with; who was under way then is left out of the comparison."""
    with simulated(tmp_path, world, gemini) as apify:
        run = start_trial(team)
        hold = gemini.hold("generateContent", times=3, when=lambda asked: version_of(asked) == "2")
        with WorkerProcess(tmp_path, apify.url, gemini.url, {SECOND_PROMPT: "1"}) as worker:
            for _ in range(3):
                worker.work_until(hold.arrived)
            worker.kill()
        asked = sum(version == "2" for version, _ in gemini.asked_about().elements())
        hold.let_go()
        let_time_pass()
        worked_off(team, run)
    assert set(gemini.asked_about().values()) == {1}
    (trial,) = decided(team)
    assert trial.decision == "adopted"
    # Whoever was asked before the kill may be lost, and the request of the fourth slot, written down and not yet sent.
    assert LABELLED - asked - 8 <= trial.people < LABELLED
    with workspace_scope(team.workspace.id):
        assert not JobStep.objects.exists()
