"""Trying again: whatever failed, and whatever of the former try is still on its way to its end (O10, O13)."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from django.core.files.storage import default_storage
from django.db import OperationalError
from django.utils import timezone

from aura.jobs.errors import JobStillStopping
from aura.jobs.models import Job, State
from aura.jobs.services import cancel
from aura.tenancy.scope import staff_scope, workspace_scope
from aura.testing.fixtures import Team
from optimizer import jobs
from optimizer.models import Optimization, ProductPhoto
from optimizer.services import intake, sessions
from optimizer.tests import photographing
from optimizer.tests.live import begun, found, made, snapshot, worked_off

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def test_the_end_of_a_stopped_job_does_not_stop_the_next_try(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    session = begun(team)
    refused = []
    real = intake.read_source

    def read_source(optimization: Optimization) -> Any:
        # Somebody stops the session while its picture is fetched, and at once tries again.
        monkeypatch.setattr(intake, "read_source", real)
        with workspace_scope(team.workspace.id):
            jobs.cancel_optimization(Optimization.objects.get(pk=session.pk))
        with workspace_scope(team.workspace.id):
            try:
                jobs.try_again(Optimization.objects.get(pk=session.pk))
            except JobStillStopping as problem:
                refused.append(str(problem.detail))
        return real(optimization)

    monkeypatch.setattr(intake, "read_source", read_source)
    worked_off()
    assert refused == ["It is still being stopped. Try again in a few seconds."]
    assert found(team, session).state == "cancelled"
    with workspace_scope(team.workspace.id):
        jobs.try_again(Optimization.objects.get(pk=session.pk))
    worked_off()
    session = found(team, session)
    assert (session.state, {one.state for one in session.outputs.all()}) == ("done", {"done"})


def test_words_of_a_former_try_that_still_wait_are_not_written_beside_the_new_ones(team: Team) -> None:
    session = made(team)
    with workspace_scope(team.workspace.id):
        session.texts = "waiting"
        session.save(update_fields=["texts"])
        session.outputs.update(state="failed")
        jobs.try_again(session)
        Optimization.objects.filter(pk=session.pk).update(state="failed", pictures="done")
        Optimization.objects.get(pk=session.pk).outputs.update(state="done")
        old = jobs.wording.start_write(Optimization.objects.get(pk=session.pk))
        jobs.try_again(session)
        old.refresh_from_db()
        assert old.state == State.CANCELLED
    worked_off()
    assert found(team, session).state == "done"


def test_a_session_tried_again_for_its_words_has_ten_minutes_too(team: Team) -> None:
    session = made(team)
    with workspace_scope(team.workspace.id):
        Optimization.objects.filter(pk=session.pk).update(texts="failed")
        jobs.try_again(Optimization.objects.get(pk=session.pk))
    worked_off()
    session = found(team, session)
    assert session.state == "done"
    assert session.deadline_at is not None
    assert session.started_at is not None


def test_pictures_tried_again_keep_the_measures_of_the_original(team: Team) -> None:
    session = made(team, upload=snapshot(3000, 2400))
    (before,) = (one.files.all()[0] for one in session.outputs.all() if one.platform == "x.com")
    with workspace_scope(team.workspace.id):
        session.outputs.filter(platform="x.com").update(state="failed")
        jobs.try_again(Optimization.objects.get(pk=session.pk))
    worked_off()
    session, master = found(team, session), session.master_id
    assert (session.state, session.width, session.height, session.master_id) == ("done", 3000, 2400, master)
    (after,) = (one.files.all()[0] for one in session.outputs.all() if one.platform == "x.com")
    assert {name: pytest.approx(value, abs=8) for name, value in before.crop.items()} == after.crop


def test_a_photograph_stopped_in_its_last_moment_can_be_tried_again(team: Team) -> None:
    session = photographing.finished(team)
    with workspace_scope(team.workspace.id):
        # Stopped when its job had nothing left to do: that ended well.
        ProductPhoto.objects.update(state="cancelled")
        jobs.try_photo_again(ProductPhoto.objects.get())
    session = photographing.worked_off(team, session)
    assert [one.state for one in session.photos.all()] == ["done"]


def test_a_photograph_that_is_still_being_stopped_says_so(team: Team) -> None:
    photographing.finished(team)
    with workspace_scope(team.workspace.id):
        ProductPhoto.objects.update(state="cancelled")
    with staff_scope("test"):
        Job.objects.filter(kind="optimizer.photo").update(
            state="running", cancel_requested=True, lease_until="2099-01-01T00:00:00Z"
        )
    with workspace_scope(team.workspace.id), pytest.raises(JobStillStopping):
        jobs.try_photo_again(ProductPhoto.objects.get())
    with workspace_scope(team.workspace.id):
        assert ProductPhoto.objects.get().state == "cancelled"
    with workspace_scope(team.workspace.id), pytest.raises(JobStillStopping):
        jobs.try_again(Optimization.objects.get())


def test_the_upload_is_gone_after_a_retry_from_it(team: Team) -> None:
    session = begun(team)
    with workspace_scope(team.workspace.id):
        jobs.cancel_optimization(session)
        jobs.try_again(session)
    worked_off()
    session = found(team, session)
    assert session.upload_path == ""
    assert default_storage.listdir(f"originals/{team.workspace.pk}")[1] == []


def test_words_that_are_stopped_alone_end_their_session(team: Team) -> None:
    session = made(team)
    with workspace_scope(team.workspace.id):
        Optimization.objects.filter(pk=session.pk).update(texts="failed")
        jobs.try_again(Optimization.objects.get(pk=session.pk))
        cancel(Job.objects.get(kind="optimizer.write", state="pending"))
    session = found(team, session)
    assert (session.state, session.texts) == ("done", "failed")
    assert session.notes[0]["message"] == "The texts were stopped before they were written."


def test_a_session_tried_again_as_its_time_was_over_goes_on(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    session, other = begun(team), begun(team, description="two")
    real = sessions.expire
    with workspace_scope(team.workspace.id):
        for one in (session, other):
            sessions.begin(one)
        Optimization.objects.update(deadline_at=timezone.now() - timedelta(seconds=1))

    def expire(row: Optimization) -> bool:
        if row.pk == other.pk:
            raise OperationalError("deadlock detected")
        # Between the look and the lock it got its time anew.
        Optimization.objects.filter(pk=row.pk).update(deadline_at=timezone.now() + timedelta(minutes=9))
        return real(row)

    monkeypatch.setattr(sessions, "expire", expire)
    assert jobs.expire_sessions(Mock()) == {"ended": 0}
    monkeypatch.setattr(sessions, "expire", real)
    worked_off()
    assert found(team, session).state == "done"
