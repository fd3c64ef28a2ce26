"""With keys a photograph is asked for once, found again, stopped outside, paid once, and not paid twice (O6, O14)."""

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import UsageEntry
from accounts.queries.costs import cost_of
from accounts.services import imaging
from aura.jobs.models import Job, State
from aura.media import making as made
from aura.tenancy.scope import staff_scope, workspace_scope
from aura.testing.fixtures import Team
from aura.testing.simulators.gemini.service import KEY, GeminiSimulator
from aura.testing.simulators.replicate.hooks import signed
from aura.testing.simulators.replicate.service import SECRET, TOKEN, ReplicateSimulator
from aura.testing.simulators.server import CLOSED
from optimizer import jobs
from optimizer.jobs import photos as photo_jobs
from optimizer.models import Optimization, ProductPhoto
from optimizer.services import photo_files
from optimizer.tests.photographing import begun, finished, found, until_asked, worked_off

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])
CREATE = "POST /v1/models"
EDITOR = "replicate:black-forest-labs/flux-kontext-pro"


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def replicate(settings: Any) -> Iterator[ReplicateSimulator]:
    """Replicate, simulated, with the installation's key."""
    with ReplicateSimulator() as service, patch.object(photo_jobs.Photos, "settles", lambda self: 0.0):
        outside = settings.AURA_OUTSIDE
        settings.AURA_OUTSIDE = replace(outside, replicate=replace(outside.replicate, url=service.url))
        settings.AURA_PROVIDER_SECRETS = dict.fromkeys(settings.AURA_PROVIDER_SECRETS, "") | {"replicate": TOKEN}
        imaging._secrets.clear()
        yield service
        assert service.complaints == []


@pytest.fixture
def gemini(settings: Any) -> Iterator[GeminiSimulator]:
    """Gemini, simulated, with the installation's key."""
    simulated = GeminiSimulator(models=("gemini-3.1-flash-image",))
    with simulated as service, patch.object(photo_jobs.Photos, "settles", lambda self: 0.0):
        outside = settings.AURA_OUTSIDE
        settings.AURA_OUTSIDE = replace(outside, gemini_images=replace(outside.gemini_images, url=service.url))
        settings.AURA_PROVIDER_SECRETS = dict.fromkeys(settings.AURA_PROVIDER_SECRETS, "") | {"gemini": KEY}
        yield service
        assert service.complaints == []


def entries(team: Team) -> list[str]:
    with workspace_scope(team.workspace.id):
        rows = UsageEntry.objects.filter(operation="make_images").order_by("created_at")
        return [one.state for one in rows]


def test_replicate_edits_the_picture_and_is_paid_once(team: Team, replicate: ReplicateSimulator) -> None:
    session = finished(team, styles=["solid_background", "macro"])
    assert [(one.error, one.state, one.maker) for one in session.photos.all()] == [("", "done", EDITOR)] * 2
    sent = [asked.json()["input"] for asked in replicate.asked(CREATE)]
    assert len(sent) == 2
    assert all(one["input_image"].startswith("data:image/") for one in sent)
    assert all("must stay the same product" in one["prompt"] for one in sent)
    assert entries(team) == ["settled", "settled"]
    with workspace_scope(team.workspace.id):
        assert cost_of(session.subject) > 0
    (first, _) = session.photos.all()
    assert first.label == "Made by Replicate (black-forest-labs/flux-kontext-pro) from your picture"
    assert not first.placeholder


def test_the_same_photograph_is_not_paid_for_twice(team: Team, replicate: ReplicateSimulator) -> None:
    first = finished(team)
    again = finished(team, platforms=["instagram", "tiktok"])
    assert not again.reused
    (before,), (after,) = first.photos.all(), again.photos.all()
    assert (after.reused, after.picture_id, after.label) == (True, before.picture_id, before.label)
    assert replicate.started_predictions == 1
    whole = finished(team)
    assert (whole.reused, [one.state for one in whole.photos.all()]) == (True, ["done"])
    assert {file.style for output in whole.outputs.all() for file in output.files.all()} == {"", "solid_background"}
    assert replicate.started_predictions == 1
    assert not finished(team, fresh=True).reused
    assert replicate.started_predictions == 2


def test_two_sessions_at_once_pay_one_photograph(team: Team, replicate: ReplicateSimulator) -> None:
    replicate.looks = 3
    first, second = begun(team), begun(team, platforms=["instagram", "tiktok"])
    worked_off(team, first)
    assert {one.state for s in (first, second) for one in found(team, s).photos.all()} == {"done"}
    assert replicate.started_predictions == 1


def test_a_kill_between_paying_and_storing_costs_nothing_more(team: Team, replicate: ReplicateSimulator) -> None:
    class Killed(BaseException):
        """The end of a worker: nothing of it tidies up."""

    killed: list[str] = []

    def killing(where: str, really: Any) -> Any:
        def end(*args: Any, **kwargs: Any) -> Any:
            if where not in killed:
                killed.append(where)
                raise Killed
            return really(*args, **kwargs)

        return end

    session = begun(team)
    with (
        patch.object(made, "prepare", killing("storing", made.prepare)),
        patch.object(photo_files, "cut_for_all", killing("cutting", photo_files.cut_for_all)),
    ):
        for _ in range(3):
            with suppress(Killed):
                session = worked_off(team, session)
            with staff_scope("test"):
                Job.objects.filter(state=State.RUNNING).update(lease_until="2000-01-01T00:00:00Z")
    assert (killed, session.state) == (["storing", "cutting"], "done")
    assert [one.state for one in session.photos.all()] == ["done"]
    assert replicate.started_predictions == 1
    assert entries(team) == ["settled"]


def test_a_photograph_whose_answer_was_lost_is_found_again(team: Team, replicate: ReplicateSimulator) -> None:
    replicate.shows_inputs = True
    replicate.fault(CREATE, replicate.losing())
    (photo,) = finished(team).photos.all()
    assert (photo.state, photo.maker, replicate.started_predictions) == ("done", EDITOR, 1)


def test_a_stopped_session_stops_its_photographs_at_replicate(team: Team, replicate: ReplicateSimulator) -> None:
    replicate.looks = 1000
    session = begun(team)
    until_asked(team, session)
    with workspace_scope(team.workspace.id):
        assert jobs.cancel_optimization(Optimization.objects.get(pk=session.pk))
    session = worked_off(team, session)
    assert (session.state, [one.state for one in session.photos.all()]) == ("cancelled", ["cancelled"])
    assert [one.status for one in replicate.predictions.values()] == ["canceled"]


def test_deleting_a_session_stops_its_photographs_at_replicate(team: Team, replicate: ReplicateSimulator) -> None:
    replicate.looks = 1000
    session = begun(team)
    until_asked(team, session)
    with workspace_scope(team.workspace.id):
        jobs.delete_optimization(Optimization.objects.get(pk=session.pk))
    with suppress(Optimization.DoesNotExist):
        worked_off(team, session)
    assert [one.status for one in replicate.predictions.values()] == ["canceled"]
    assert "reserved" not in entries(team)


def test_deleting_a_finished_session_stops_a_photograph_that_is_made_again(
    team: Team, replicate: ReplicateSimulator
) -> None:
    replicate.looks = 1000
    session = begun(team)
    photo = until_asked(team, session)
    with workspace_scope(team.workspace.id):
        Optimization.objects.filter(pk=session.pk).update(state="done", pictures="done", texts="done")
        jobs.delete_optimization(Optimization.objects.get(pk=session.pk))
        assert not ProductPhoto.objects.filter(pk=photo.pk).exists()
    with suppress(Optimization.DoesNotExist):
        worked_off(team, session)
    assert [one.status for one in replicate.predictions.values()] == ["canceled"]


def test_one_photograph_can_be_stopped_alone(team: Team, replicate: ReplicateSimulator) -> None:
    replicate.looks = 1000
    session = begun(team)
    photo = until_asked(team, session)
    with workspace_scope(team.workspace.id):
        assert jobs.cancel_photo(ProductPhoto.objects.get(pk=photo.pk))
    session = worked_off(team, session)
    assert (session.state, [one.state for one in session.photos.all()]) == ("done", ["cancelled"])
    assert [one.status for one in replicate.predictions.values()] == ["canceled"]


def test_a_photograph_that_takes_too_long_is_given_up_with_its_session(
    team: Team, replicate: ReplicateSimulator
) -> None:
    replicate.looks = 1000
    session = begun(team)
    until_asked(team, session)
    with workspace_scope(team.workspace.id):
        Optimization.objects.filter(pk=session.pk).update(deadline_at=timezone.now() - timedelta(seconds=1))
    jobs.expire_sessions(None)  # type: ignore[arg-type]
    session = worked_off(team, session)
    assert session.state == "done"
    assert [(one.state, one.error_code) for one in session.photos.all()] == [("failed", "PROCESSING_TIMEOUT")]
    assert [one.status for one in replicate.predictions.values()] == ["canceled"]


def test_gemini_edits_the_picture(team: Team, gemini: GeminiSimulator) -> None:
    (photo,) = finished(team).photos.all()
    assert (photo.error, photo.state, photo.maker) == ("", "done", "gemini:gemini-3.1-flash-image")
    assert entries(team) == ["settled"]
    assert photo.label.startswith("Made by Gemini")


def test_a_signed_word_from_replicate_brings_the_look_forward(
    team: Team, replicate: ReplicateSimulator, client: Any
) -> None:
    replicate.looks = 2
    session = begun(team)
    with patch.object(photo_jobs.Photos, "waits", lambda self: (60,)):
        photo = until_asked(team, session)
    where = reverse("optimizer_hooks:replicate", args=[team.workspace.pk, photo.pk])
    body = json.dumps({"id": photo.external_id, "status": "succeeded"}).encode()

    def tell(secret: str) -> int:
        headers = signed(body, f"msg_{time.monotonic_ns()}", secret, time.time())
        given = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
        return int(client.post(where, body, content_type="application/json", **given).status_code)

    def due() -> Any:
        with staff_scope("test"):
            return Job.objects.get(kind="optimizer.photo").next_at

    before = due()
    assert tell("whsec_" + "A" * 32) == 404
    assert due() == before
    assert tell(SECRET) == 204
    assert due() < before


def test_a_lost_answer_of_gemini_is_neither_paid_again_nor_composed_instead(
    team: Team, gemini: GeminiSimulator
) -> None:
    gemini.fault("generateContent", CLOSED)
    session = finished(team)
    (photo,) = session.photos.all()
    assert (session.state, photo.state, photo.error_code) == ("done", "failed", "start_unknown")
    assert len(gemini.asked("generateContent")) == 1
    assert entries(team) == ["uncertain"]
    with workspace_scope(team.workspace.id):
        jobs.try_photo_again(ProductPhoto.objects.get(pk=photo.pk))
    (photo,) = worked_off(team, session).photos.all()
    assert (photo.state, photo.error_code) == ("done", "")
