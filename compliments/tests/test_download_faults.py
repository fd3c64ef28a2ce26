"""Workers that are killed, answers that are lost, servers of pictures that mean harm (C2, C6)."""

from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from accounts.models import EntryState
from aura.jobs.models import Job
from aura.jobs.services import cancel_subject, requeue
from aura.tenancy.scope import workspace_scope
from aura.testing.drain import drain, make_due
from aura.testing.fixtures import Team
from aura.testing.simulators import hostile
from aura.testing.simulators.apify import Outcome
from aura.testing.simulators.server import CLOSED, Answer
from compliments import jobs
from compliments.tests.live import NAME, address, ask, entries, images, now, simulated, worked_off

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])
START = "POST /v2/actors"
PICTURE = "GET /pictures/"


def test_a_lost_answer_never_starts_a_second_run(team: Team, tmp_path: Path) -> None:
    with simulated(tmp_path, sources=("apify",)) as outside:

        def lost(asked: Any) -> Answer:
            outside.apify.answer(asked)
            return CLOSED

        outside.apify.fault(START, lost)
        post = ask(team, address(outside.post("Image")))
        assert (post.state, post.error) == ("downloaded", "")
        assert (outside.apify.started_runs, len(outside.apify.asked(START))) == (1, 1)
        assert [entry.state for entry in entries(team)] == [EntryState.SETTLED]


def test_a_start_that_never_arrived_is_made_again(team: Team, tmp_path: Path) -> None:
    with simulated(tmp_path, sources=("apify",)) as outside:
        outside.apify.fault(START, CLOSED)
        post = ask(team, address(outside.post("Image")))
        assert post.state == "downloaded"
        assert (outside.apify.started_runs, len(outside.apify.asked(START))) == (1, 2)
        assert len(entries(team)) == 1


@pytest.mark.parametrize("where", ["adopt", "answered", "keep", "finish"])
def test_a_worker_killed_anywhere_is_followed_by_one_that_goes_on(team: Team, tmp_path: Path, where: str) -> None:
    module = "pictures" if where == "keep" else "downloads"
    with simulated(tmp_path, sources=("apify",)) as outside:
        with workspace_scope(team.workspace.id):
            post = jobs.ask_for_post(address(outside.post("Sidecar")), user_id=None)
        with patch(f"compliments.services.{module}.{where}", side_effect=RuntimeError("killed")):
            for _ in range(3):
                drain()
                make_due()
        assert now(team, post).state == "downloading"
        post = worked_off(team, post)
        assert (post.state, post.error, outside.apify.started_runs) == ("downloaded", "", 1)
        assert len(images(team, post)) == 3
        assert [entry.state for entry in entries(team)] == [EntryState.SETTLED]


def test_a_run_that_is_going_on_holds_no_worker(team: Team, tmp_path: Path) -> None:
    with simulated(tmp_path, sources=("apify",), looks=4) as outside:
        with workspace_scope(team.workspace.id):
            post = jobs.ask_for_post(address(outside.post("Image")), user_id=None)
        drain()
        waiting = now(team, post)
        assert (waiting.state, waiting.asking, bool(waiting.handle["run"])) == ("downloading", "running", True)
        with workspace_scope(team.workspace.id):
            job = Job.objects.get(subject=str(post.pk))
        assert (job.state, job.max_attempts - job.attempts) == ("pending", 10)
        assert worked_off(team, post).state == "downloaded"


HOSTILE = [
    (hostile.EXPIRED, "expired"),
    (hostile.TO_PRIVATE, "url_refused"),
    (hostile.VIDEO, "not_an_image"),
    (hostile.PAGE, "not_an_image"),
    (hostile.SCRIPT, "not_an_image"),
    (hostile.EMPTY, "empty"),
    (hostile.bomb(), "too_many_pixels"),
]


@pytest.mark.parametrize(("fault", "code"), HOSTILE, ids=[code for _, code in HOSTILE])
def test_a_bad_picture_is_said_and_does_not_stop_the_others(
    team: Team, tmp_path: Path, fault: Answer, code: str
) -> None:
    with simulated(tmp_path) as outside:
        outside.graph.fault(PICTURE, fault)
        post = ask(team, address(outside.post("Sidecar", NAME)))
        assert (post.state, post.missing) == ("downloaded", 1)
        first, *others = images(team, post)
        assert (first.error_code, first.picture_id, bool(first.error)) == (code, None, True)
        assert all(image.picture_id for image in others)
        with workspace_scope(team.workspace.id):
            jobs.retry_post(post)
        post = worked_off(team, post)
    assert (post.state, post.missing, [bool(one.picture_id) for one in images(team, post)]) == (
        "downloaded",
        0,
        [True] * 3,
    )


def test_a_post_without_any_picture_fails_and_its_retry_asks_anew_where_links_ended(team: Team, tmp_path: Path) -> None:
    with simulated(tmp_path) as outside:
        outside.graph.fault(PICTURE, *[hostile.EXPIRED] * 3)
        post = ask(team, address(outside.post("Sidecar", NAME)))
        assert (post.state, post.error_code) == ("failed", "no_picture_left")
        asked = len(outside.graph.asked("/media"))
        with workspace_scope(team.workspace.id):
            jobs.retry_post(post)
        assert worked_off(team, post).state == "downloaded"
        assert len(outside.graph.asked("/media")) > asked


def test_a_picture_server_in_trouble_is_asked_again_for_what_is_missing_only(team: Team, tmp_path: Path) -> None:
    with simulated(tmp_path) as outside:
        outside.graph.fault(PICTURE, Answer(503, b""), hostile.BROKEN_OFF)
        post = ask(team, address(outside.post("Sidecar", NAME)))
        assert (post.state, post.missing) == ("downloaded", 0)
        assert len(outside.graph.asked(PICTURE)) == 5


def test_a_slow_and_a_huge_picture_are_cut_off(team: Team, tmp_path: Path) -> None:
    with (
        simulated(tmp_path) as outside,
        patch("compliments.services.pictures.DEADLINE", 0.5),
        patch("compliments.services.pictures.PICTURE_BYTES", 100_000),
        patch("compliments.jobs.downloading.PICTURE_TRIES", 0),
    ):
        outside.graph.fault(PICTURE, hostile.slow(5.0), hostile.huge(200_000))
        post = ask(team, address(outside.post("Sidecar", NAME)))
        assert [image.error_code for image in images(team, post)] == ["timeout", "too_large", ""]


def test_a_cancelled_download_says_so_and_can_be_tried_again(team: Team, tmp_path: Path) -> None:
    with simulated(tmp_path, sources=("apify",), looks=3) as outside:
        with workspace_scope(team.workspace.id):
            post = jobs.ask_for_post(address(outside.post("Image")), user_id=None)
        drain()
        with workspace_scope(team.workspace.id):
            cancel_subject(str(post.pk))
        post = now(team, post)
        assert (post.state, post.error_code) == ("failed", "cancelled")
        assert [entry.state for entry in entries(team)] == [EntryState.UNCERTAIN]
        with workspace_scope(team.workspace.id):
            jobs.retry_post(post)
        post = worked_off(team, post)
        assert (post.state, outside.apify.started_runs) == ("downloaded", 1)
        assert [entry.state for entry in entries(team)] == [EntryState.SETTLED]


def test_an_old_job_that_somebody_requeues_does_not_work_beside_the_new_one(team: Team, tmp_path: Path) -> None:
    with simulated(tmp_path, sources=("apify",)) as outside:
        outside.apify.outcomes.append(Outcome("FAILED", "Out of proxies", 0.0))
        post = ask(team, address(outside.post("Image")))
        with workspace_scope(team.workspace.id):
            old = Job.objects.get(subject=str(post.pk))
            jobs.retry_post(post)
            requeue(old)
        post = worked_off(team, post)
        assert (post.state, outside.apify.started_runs) == ("downloaded", 2)
        with workspace_scope(team.workspace.id):
            assert set(Job.objects.values_list("state", flat=True)) == {"done"}
