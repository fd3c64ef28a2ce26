"""Runs whose worker is killed with SIGKILL: nothing is started twice, nobody paid for twice, no row lost (A9, M14)."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from random import Random

import pytest
from django.db import connections

from accounts.models import UsageEntry
from audience import jobs
from audience.models import Classification, Comment, Commenter, Run, ScrapePart, TrackedAccount
from audience.services import rollups
from audience.tests.live import NAME, followed, parts, simulated, worked_off
from audience.tests.worker_process import PATIENCE, WorkerProcess, forget_queue, let_time_pass
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team
from aura.testing.simulators.apify.service import ApifySimulator
from aura.testing.simulators.gemini import GeminiSimulator
from aura.testing.simulators.gemini.checks import plain
from aura.testing.simulators.gemini.service import profiles_in
from aura.testing.simulators.server import Asked, Hold
from aura.testing.simulators.world import World

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])
MODEL = "gemini:gemini-3.5-flash-lite"
ASK, AT_ONCE, EACH = "generateContent", 4, 8
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'advisory'"


@pytest.fixture
def world() -> World:
    """@northroast with four posts: several pages of comments, and some batches of people."""
    made = World(people=160)
    made.add_account(NAME, posts=4, comments=260)
    return made


@pytest.fixture
def gemini() -> Iterator[GeminiSimulator]:
    with GeminiSimulator() as service:
        yield service


class Scene:
    """A run with both services. In the block of a step, the worker is in the middle of what the step is named after."""

    def __init__(self, team: Team, world: World, apify: ApifySimulator, gemini: GeminiSimulator) -> None:
        self.team, self.world, self.apify, self.gemini = team, world, apify, gemini
        self.interrupted: set[str] = set()
        account = followed(team, vision="auto")
        with workspace_scope(team.workspace.id):
            self.run = jobs.start_live(TrackedAccount.objects.get(pk=account.pk))

    def comments(self) -> ScrapePart:
        """The part that brings the comments."""
        return next(part for part in parts(self.team, self.run) if part.kind == "comments")

    @contextmanager
    def start_sent(self, worker: WorkerProcess) -> Iterator[None]:
        """Apify has started the comments; its answer, with the id, has not come."""
        hold = self.apify.hold("POST /v2/actors/apify~instagram-comment-scraper/runs")
        worker.work_until(hold.arrived)
        assert (self.comments().state, self.comments().external_id) == (ScrapePart.State.STARTING, "")
        yield
        hold.let_go()

    @contextmanager
    def id_stored(self, worker: WorkerProcess) -> Iterator[None]:
        """The id is stored, and nothing of the data set read: the worker asks how far the scrape is."""
        hold = self.apify.hold("GET /v2/actor-runs/", when=self._is_about_comments)
        worker.work_until(hold.arrived)
        assert (self.comments().state, self.comments().pages) == (ScrapePart.State.RUNNING, 0)
        assert self.comments().external_id
        yield
        hold.let_go()

    @contextmanager
    def reading_items(self, worker: WorkerProcess) -> Iterator[None]:
        """The third page of the data set is asked for."""
        hold = self.apify.hold("GET /v2/datasets/", when=lambda asked: asked.query.get("offset") == "80")
        worker.work_until(hold.arrived)
        assert (self.comments().state, self.comments().pages) == (ScrapePart.State.FETCHED, 2)
        yield
        hold.let_go()

    @contextmanager
    def model_asked(self, worker: WorkerProcess) -> Iterator[None]:
        """As many requests to the model as may be are under way."""
        hold = self._asking(worker)
        yield
        hold.let_go()

    @contextmanager
    def answer_came(self, worker: WorkerProcess) -> Iterator[None]:
        """The model has answered, and the transaction of the rows waits for a lock."""
        hold = self._asking(worker)
        with workspace_scope(self.team.workspace.id):
            rollups.lock_people(self.team.workspace.id)
            hold.let_go()
            ends = time.monotonic() + PATIENCE
            while not self._waiting():
                assert time.monotonic() < ends, "no answer was to be stored"
                time.sleep(0.02)
            yield

    def _asking(self, worker: WorkerProcess) -> Hold:
        before, hold = len(self.gemini.asked(ASK)), self.gemini.hold(ASK, AT_ONCE)
        for _ in range(AT_ONCE):
            worker.work_until(hold.arrived)
        self.interrupted |= {name for asked in self.gemini.asked(ASK)[before:] for name in names_in(asked)}
        return hold

    def _waiting(self) -> int:
        with connections["staff"].cursor() as cursor:
            cursor.execute(WAITING)
            return int(cursor.fetchone()[0])

    def _is_about_comments(self, asked: Asked) -> bool:
        return "comment" in self.apify.runs[asked.path.split("/")[3]].actor.name

    def is_going_on(self) -> bool:
        """Whether the run waits or works."""
        with workspace_scope(self.team.workspace.id):
            return Run.objects.filter(pk=self.run.pk, state__in=[Run.State.QUEUED, Run.State.RUNNING]).exists()

    def work_for(self, worker: WorkerProcess, seconds: float) -> None:
        """Work for so long, from when a job is in hand, or until the run is over."""
        worker.work_until(lambda: bool(worker.horses()) or not self.is_going_on())
        ends = time.monotonic() + seconds
        worker.work_until(lambda: time.monotonic() > ends or not self.is_going_on())

    def check(self, run: Run) -> None:
        """Everything of the run is there once, and was paid for once."""
        assert (run.state, run.error) == (Run.State.DONE, "")
        # Each part of the run was started once, by one request.
        made = parts(self.team, run)
        starts = Counter(asked.path for asked in self.apify.asked("POST /v2/actors/"))
        assert starts == Counter(f"/v2/actors/apify~instagram-{kind}-scraper/runs" for kind in kinds(made))
        assert self.apify.started_runs == len(made)
        # Nobody was asked about twice, whether or not an answer came.
        asked_about = Counter(name for asked in self.gemini.asked(ASK) for name in names_in(asked))
        assert set(asked_about.values()) == {1}
        with workspace_scope(self.team.workspace.id):
            assert Comment.objects.count() == self.world.accounts[NAME].comments
            assert Comment.objects.values("external_id").distinct().count() == Comment.objects.count()
            rows = Classification.objects.filter(is_current=True)
            assert rows.count() == rows.values("commenter").distinct().count() == run.people_total == run.people_done
            assert Classification.objects.count() == rows.count()
            assert rows.count() == Commenter.objects.filter(classified_at__isnull=False).count()
            local = rows.filter(model="local")
            assert set(local.values_list("fallback", flat=True)) <= {f"{MODEL}: interrupted"}
            assert self.interrupted <= set(local.values_list("commenter__username", flat=True))
            entries = UsageEntry.objects.filter(subject=run.subject, provider="apify")
            assert list(entries.values_list("state", flat=True)) == ["settled"] * len(made)
            assert sum(entry.amount for entry in entries) == self.apify.charged


def kinds(made: list[ScrapePart]) -> list[str]:
    """What the parts are called at Apify."""
    return [{"posts": "post", "comments": "comment"}.get(part.kind, part.kind) for part in made]


def names_in(asked: Asked) -> list[str]:
    """Whom a request to the model is about."""
    return [one.username for one in profiles_in(plain(asked.json()))]


Step = Callable[[Scene, WorkerProcess], AbstractContextManager[None]]
STEPS: list[Step] = [Scene.start_sent, Scene.id_stored, Scene.reading_items, Scene.model_asked, Scene.answer_came]


def test_a_run_whose_job_is_killed_at_every_step_brings_all_once_and_pays_once(
    team: Team, world: World, tmp_path: Path, gemini: GeminiSimulator
) -> None:
    """As by a kernel that is short of memory: the job's process dies, and the worker gives the job back."""
    with simulated(tmp_path, world, gemini) as apify:
        scene = Scene(team, world, apify, gemini)
        with WorkerProcess(tmp_path, apify.url, gemini.url) as worker:
            for step in STEPS:
                with step(scene, worker):
                    worker.kill_horse()
                let_time_pass()
        # The worker went on until it was ended, perhaps with a job in hand or on its way to it.
        let_time_pass()
        forget_queue()
        scene.check(worked_off(team, scene.run))
    assert len(scene.interrupted) == 2 * AT_ONCE * EACH


@pytest.mark.chaos
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_a_worker_killed_at_a_step_leaves_a_run_that_another_ends(
    team: Team, world: World, tmp_path: Path, gemini: GeminiSimulator, step: Step
) -> None:
    """As by a crash of the machine: nobody is left to give the job back, and its lease runs out."""
    with simulated(tmp_path, world, gemini) as apify:
        scene = Scene(team, world, apify, gemini)
        with WorkerProcess(tmp_path, apify.url, gemini.url) as first, step(scene, first):
            first.kill()
        let_time_pass()
        with WorkerProcess(tmp_path, apify.url, gemini.url) as second:
            second.work_until(lambda: not scene.is_going_on())
        scene.check(worked_off(team, scene.run))


@pytest.mark.chaos
@pytest.mark.parametrize("seed", range(4))
def test_workers_killed_at_any_moment_pay_once(
    team: Team, world: World, tmp_path: Path, gemini: GeminiSimulator, seed: int
) -> None:
    """Killed again and again, wherever it is just then; the horse or all of it."""
    chance = Random(seed)
    gemini.latency = 0.1
    with simulated(tmp_path, world, gemini) as apify:
        scene = Scene(team, world, apify, gemini)
        for _ in range(2):
            with WorkerProcess(tmp_path, apify.url, gemini.url) as worker:
                for kill in (worker.kill_horse, worker.kill_horse, worker.kill):
                    scene.work_for(worker, chance.uniform(0, 1.5))
                    kill()
                    let_time_pass()
        scene.check(worked_off(team, scene.run))
