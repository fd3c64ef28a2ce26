"""People are read by a paid model: each once, whatever happens, with a fallback that says why (A5, A9, M7)."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from unittest.mock import patch

import pytest
from django.utils import timezone

from accounts.models import Budget, Membership, UsageEntry
from accounts.queries import costs
from accounts.services.ledger import set_budget
from audience import jobs
from audience.models import Classification, Commenter, ReadingClaim, Run, TrackedAccount
from audience.services import classify
from audience.tests.live import NAME, fetch, followed, simulated, worked_off
from audience.tests.live import world as world
from aura.jobs.buffer import connect
from aura.jobs.models import Job
from aura.jobs.schedule import tick as pass_minute
from aura.jobs.worker import make_worker
from aura.tenancy.scope import workspace_scope
from aura.testing.drain import drain, make_due, run_forked
from aura.testing.fixtures import Team
from aura.testing.simulators.gemini import GeminiSimulator, faults
from aura.testing.simulators.server import CLOSED
from aura.testing.simulators.world import World

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])


@pytest.fixture
def gemini() -> Iterator[GeminiSimulator]:
    with GeminiSimulator() as service:
        yield service


def paid_for(gemini: GeminiSimulator) -> Counter[str]:
    """How often the model answered about each person."""
    return Counter(gemini.read)


def models(team: Team) -> Counter[str]:
    """Current classifications by model, with the reason of a fallback behind it."""
    with workspace_scope(team.workspace.id):
        rows = Classification.objects.filter(is_current=True).values_list("model", "fallback")
        return Counter(f"{model} {fallback}".strip() for model, fallback in rows)


def test_gemini_reads_everybody_once_and_the_ledger_knows_what_it_cost(
    team: Team, world: World, tmp_path: Path, gemini: GeminiSimulator
) -> None:
    account = followed(team, vision="auto")
    with simulated(tmp_path, world, gemini):
        run = fetch(team, account)
    assert (run.state, run.reader) == ("done", "gemini:gemini-3.5-flash-lite")
    assert set(paid_for(gemini).values()) == {1}
    assert models(team) == {"gemini:gemini-3.5-flash-lite": run.people_done}
    with workspace_scope(team.workspace.id):
        row = Classification.objects.filter(is_current=True).first()
        assert row is not None
        assert (row.paid, row.prompt_version, row.model_version) == (True, "1", "gemini-3.5-flash-lite")
        entries = UsageEntry.objects.filter(subject=run.subject, provider="gemini")
        assert entries.count() == len(gemini.asked("generateContent"))
        assert set(entries.values_list("state", flat=True)) == {"settled"}
        assert costs.cost_of(run.subject) > Decimal("0.001")
        person = Commenter.objects.get(pk=row.commenter_id)
        assert person.gender == row.gender


def test_new_comments_of_known_people_cost_nothing(
    team: Team, world: World, tmp_path: Path, gemini: GeminiSimulator
) -> None:
    account = followed(team, vision="auto")
    with simulated(tmp_path, world, gemini):
        fetch(team, account)
        world.add_comments(NAME, 60)
        run = fetch(team, account)
    assert run.state == "done"
    assert set(paid_for(gemini).values()) == {1}


def test_without_a_key_any_more_nobody_is_read_anew(
    team: Team, world: World, tmp_path: Path, gemini: GeminiSimulator
) -> None:
    account = followed(team, vision="auto")
    with simulated(tmp_path, world, gemini):
        fetch(team, account)
    world.add_comments(NAME, 60)
    with simulated(tmp_path, world):
        fetch(team, account)
    assert set(models(team)) <= {"gemini:gemini-3.5-flash-lite", "local"}
    with workspace_scope(team.workspace.id):
        assert not Classification.objects.filter(paid=True, is_current=False).exists()


def test_a_key_that_is_refused_leaves_everybody_to_this_machine_and_says_so(
    team: Team, world: World, tmp_path: Path
) -> None:
    account = followed(team, vision="auto")
    with GeminiSimulator(key="another") as gemini, simulated(tmp_path, world, gemini):
        run = fetch(team, account)
    assert run.state == "done"
    assert models(team) == {"local gemini:gemini-3.5-flash-lite: provider_key_refused": run.people_done}
    with workspace_scope(team.workspace.id):
        assert not ReadingClaim.objects.exists()


def test_who_is_blocked_is_read_by_this_machine_and_not_sent_again(
    team: Team, world: World, tmp_path: Path, gemini: GeminiSimulator
) -> None:
    account = followed(team, vision="auto")
    name = world.accounts[NAME].posts[0].comments[0].person.username
    harmless = gemini.unless(lambda shown: all(one.username != name for one in shown), faults.blocked())
    gemini.fault("generateContent", *[harmless] * 400)
    with simulated(tmp_path, world, gemini):
        run = fetch(team, account)
        asked = len(gemini.asked("generateContent"))
        again = fetch(team, account)
    assert (run.state, again.state) == ("done", "done")
    assert models(team)["local gemini:gemini-3.5-flash-lite: answer_refused"] == 1
    assert name not in paid_for(gemini)
    assert len(gemini.asked("generateContent")) == asked


def test_a_daily_quota_parks_the_run_until_it_resets_and_says_so(
    team: Team, world: World, tmp_path: Path, gemini: GeminiSimulator
) -> None:
    account = followed(team, vision="auto")
    gemini.fault("generateContent", *[faults.day_quota()] * 10)
    with simulated(tmp_path, world, gemini):
        run = fetch(team, account)
        assert (run.state, run.error_code) == ("paused", "quota_day")
        assert run.paused_until is not None
        assert run.paused_until > timezone.now()
        gemini._faults.clear()
        with workspace_scope(team.workspace.id):
            Run.objects.filter(pk=run.pk).update(paused_until=timezone.now())
        tick(team)
        run = worked_off(team, run)
    assert run.state == "done"
    assert set(paid_for(gemini).values()) == {1}


def tick(team: Team) -> None:
    """Let a minute pass."""
    pass_minute("audience.tick", timezone.now())
    drain()


def test_a_budget_pauses_the_run_before_it_is_passed_and_more_money_lets_it_go_on(
    team: Team, world: World, tmp_path: Path, gemini: GeminiSimulator
) -> None:
    account = followed(team, vision="auto")
    with workspace_scope(team.workspace.id):
        alice = Membership.objects.get(user=team.alice)
        set_budget(alice, Decimal("0.00"))
    with simulated(tmp_path, world, gemini) as apify:
        run = fetch(team, account)
        assert (run.state, run.error_code, apify.started_runs) == ("paused", "budget_reached", 0)
        with workspace_scope(team.workspace.id):
            set_budget(alice, Decimal("50.00"))
        tick(team)
        run = worked_off(team, run)
        assert run.state == "done"
        with workspace_scope(team.workspace.id):
            budget = Budget.objects.get()
            assert budget.cap is not None
            assert budget.spent + budget.reserved <= budget.cap
            assert budget.reserved == 0
            assert apify.charged + costs.cost_of(run.subject) - apify.charged > 0
            assert costs.cost_of(run.subject) >= apify.charged


class Killed(BaseException):
    """The end of a process in the middle of its work: nothing of it tidies up."""


@pytest.mark.parametrize("where", ["before", "after"])
def test_a_worker_killed_while_it_reads_pays_for_nobody_twice(
    team: Team, world: World, tmp_path: Path, gemini: GeminiSimulator, where: str
) -> None:
    """Killed when the first answer is there, before or after it is stored; the other answers are on their way."""
    account = followed(team, vision="auto")
    gemini.latency = 0.05
    really, marker = classify.save_findings, tmp_path / "killed"

    def killed(*args: object) -> None:
        if where == "after":
            really(*args)  # type: ignore[arg-type]
        if not marker.exists():
            marker.touch()
            raise Killed
        if where == "before":
            really(*args)  # type: ignore[arg-type]

    with simulated(tmp_path, world, gemini):
        with workspace_scope(team.workspace.id):
            run = jobs.start_live(TrackedAccount.objects.get(pk=account.pk))
        until_classifying(team, run)
        with patch.object(classify, "save_findings", killed), suppress(Killed):
            run_one()
        assert marker.exists()
        run = worked_off(team, run)
    assert run.state == "done"
    assert set(paid_for(gemini).values()) == {1}
    found = models(team)
    assert sum(found.values()) == run.people_total
    assert found["local gemini:gemini-3.5-flash-lite: interrupted"] > 0


def until_classifying(team: Team, run: Run) -> None:
    """Work until the only jobs that are left to be done read people."""
    while True:
        make_due()
        with workspace_scope(team.workspace.id):
            waiting = Job.objects.filter(subject=str(run.pk), state="pending")
            reading = waiting.filter(kind="audience.classify")
            if reading.exists() and not waiting.exclude(kind="audience.classify").exists():
                return
            reading.update(next_at=timezone.now() + timedelta(hours=1))
        run_one()


def run_one() -> None:
    """Let a worker of this process do the next due job, and none that it starts."""
    worker = make_worker("bulk", connect(), forking=False)
    run_forked(worker)  # type: ignore[arg-type]


def test_answers_that_never_came_are_asked_for_again(
    team: Team, world: World, tmp_path: Path, gemini: GeminiSimulator
) -> None:
    account = followed(team, vision="auto")
    gemini.fault("generateContent", CLOSED, faults.overloaded(), faults.minute_quota())
    with simulated(tmp_path, world, gemini):
        run = fetch(team, account)
    assert run.state == "done"
    assert set(paid_for(gemini).values()) == {1}
    assert models(team) == {"gemini:gemini-3.5-flash-lite": run.people_done}


def test_who_was_refused_gets_a_local_reading_even_when_the_try_after_it_failed(
    team: Team, world: World, tmp_path: Path, gemini: GeminiSimulator
) -> None:
    account = followed(team, vision="auto")
    name = world.accounts[NAME].posts[0].comments[0].person.username
    harmless = gemini.unless(lambda shown: all(one.username != name for one in shown), faults.blocked())
    gemini.fault("generateContent", *[harmless] * 12, *[faults.overloaded()] * 4, *[harmless] * 400)
    with simulated(tmp_path, world, gemini):
        run = fetch(team, account)
    assert run.state == "done"
    assert models(team)["local gemini:gemini-3.5-flash-lite: answer_refused"] == 1
    assert sum(models(team).values()) == run.people_total
