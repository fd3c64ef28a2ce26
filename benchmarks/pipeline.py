"""Profiles a second through the whole job pipeline with Gemini's own client, beside the client alone.

``make bench ARGS=benchmarks/pipeline.py``; AURA_TEST_PROFILES sets how many (4096). A simulator in a process of its own
answers after one second. The worker is ``manage.py work bulk`` with 32 requests in flight on this test run's PostgreSQL
and Valkey; everybody has comments and a stored picture. CPU seconds are those of the worker and its jobs alone.
"""

import os
import subprocess
import sys
import time
from contextlib import closing
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import psutil
import pytest
from django.test import override_settings
from django.utils import timezone

from accounts.models import UsageEntry
from audience.jobs.classifying import plan_batches, start_ahead
from audience.models import Classification, Commenter, PictureState, Run, RunBatch, TrackedAccount
from audience.services import rollups
from audience.services.pictures import Found, store_pictures
from audience.tests import factories
from aura.embedded.home import BASE
from aura.jobs.buffer import connect
from aura.jobs.dispatcher import Dispatcher
from aura.jobs.queries import live_workers
from aura.providers.gate import Gate
from aura.providers.images import sanitise
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import TEST_DATABASE, Team
from aura.testing.simulators.gemini import KEY
from benchmarks.classify import COMMENTS, MODEL, PICTURES, measure, people, simulator

PROFILES = int(os.environ.get("AURA_TEST_PROFILES", "4096"))
IN_FLIGHT, TOGETHER = 32, 16
TARGET, MOST_CPU = 250, 1.5


def prepare(team: Team) -> UUID:
    """A run whose people wait to be read; returns its id."""
    clean = [sanitise(path.read_bytes(), max_bytes=8 * 2**20, side=320) for path in sorted(PICTURES.glob("*.jpg"))[:64]]
    with workspace_scope(team.workspace.id):
        account = factories.account("bench", vision=TrackedAccount.Reader.GEMINI)
        found = factories.commenters(PROFILES, classified=False, full_name="Anna Example", biography="Potter. Berlin.")
        images = store_pictures(
            Found(person.pk, PictureState.STORED, image) for person, image in zip(found, clean, strict=False)
        )
        pictures = list(images.values())
        for person, picture in zip(found, cycle(pictures), strict=False):
            person.picture, person.picture_state = picture, PictureState.STORED
        Commenter.objects.bulk_update(found, ["picture", "picture_state"], batch_size=1000)
        on = factories.post(account)
        for text in COMMENTS:
            factories.comments(on, found, text=text)
        rollups.rebuild(account)
        run = Run.objects.create(
            workspace_id=team.workspace.id,
            account=account,
            state=Run.State.RUNNING,
            step=Run.Step.CLASSIFYING,
            started_at=timezone.now(),
            reader=f"gemini:{MODEL}",
            reader_version=MODEL,
        )
        plan_batches(run)
        start_ahead(run)
    return run.pk


def environment(url: str, media: Path) -> dict[str, str]:
    database = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{TEST_DATABASE}"))
    return dict(os.environ) | {
        "DATABASE_URL": database,
        "AURA_MEDIA": str(media),
        "GOOGLE_GEMINI_BASE_URL": url,
        "GEMINI_API_KEY": KEY,
        "AURA_GEMINI_MODEL": MODEL,
        "AURA_GEMINI_PROFILES": str(TOGETHER),
        "AURA_GEMINI_IN_FLIGHT": str(IN_FLIGHT),
        "AURA_GEMINI_PER_MINUTE": "100000",
    }


def cpu(worker: psutil.Process) -> float:
    """Seconds of the worker, of its jobs that are over, and of the one that goes on."""
    return float(sum(worker.cpu_times()[:4]) + sum(sum(child.cpu_times()[:2]) for child in worker.children()))


def work_off(team: Team, worker: psutil.Process) -> tuple[float, float]:
    """Wall and CPU seconds until every batch is done."""
    with closing(connect()) as redis:
        dispatcher = Dispatcher(redis)
        while not live_workers("bulk"):
            time.sleep(0.05)
        began, used = time.perf_counter(), cpu(worker)
        while True:
            dispatcher.tick()
            with workspace_scope(team.workspace.id):
                if not RunBatch.objects.filter(done=False).exists():
                    return time.perf_counter() - began, cpu(worker) - used
            time.sleep(0.05)


@pytest.mark.bench
@pytest.mark.timeout(600)
@pytest.mark.django_db(transaction=True, databases=["default", "staff", "owner"])
def test_profiles_a_second_through_the_job(team: Team, tmp_path: Path, capsys: Any) -> None:
    with override_settings(MEDIA_ROOT=tmp_path):
        run = prepare(team)
    with simulator(1.0) as url, capsys.disabled():
        print()
        gate, profiles = Gate(os.environ["REDIS_URL"]), people(PROFILES)
        measure(gate, url, profiles[:TOGETHER], together=TOGETHER, in_flight=1)
        print("The client alone:")
        alone = measure(gate, url, profiles, together=TOGETHER, in_flight=IN_FLIGHT)
        command = [sys.executable, "manage.py", "work", "bulk"]
        with subprocess.Popen(command, env=environment(url, tmp_path), cwd=BASE) as process:
            try:
                seconds, used = work_off(team, psutil.Process(process.pid))
            finally:
                process.terminate()
        rate, per_thousand = PROFILES / seconds, used / PROFILES * 1000
        print(
            f"The whole job: {rate:.1f} profiles/s ({rate / alone.rate:.0%} of the client alone; target {TARGET}), "
            f"{per_thousand:.2f} CPU s per 1,000 (the client alone {alone.cpu:.2f}; target {MOST_CPU})"
        )
    with workspace_scope(team.workspace.id):
        rows = Classification.objects.filter(is_current=True, model=f"gemini:{MODEL}", paid=True)
        assert rows.count() == Run.objects.get(pk=run).people_done == PROFILES
        assert set(UsageEntry.objects.values_list("state", flat=True)) == {"settled"}
