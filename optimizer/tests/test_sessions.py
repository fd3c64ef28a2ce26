"""One picture becomes every platform's, in jobs, without any key (O1, O2, O8 to O11, O13, O14)."""

import io
import json
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from aura.jobs.errors import JobNotRetryable
from aura.jobs.models import Job
from aura.media import services as media
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team
from aura.webhooks.models import WebhookEvent
from aura.webhooks.tests import factories as hooks
from optimizer import jobs
from optimizer.engine import rendering
from optimizer.models import Optimization
from optimizer.queries.sessions import results_of, status_of
from optimizer.services import sessions
from optimizer.services.intake import FOLDER
from optimizer.tests.live import begun, found, made, order, snapshot, worked_off
from optimizer.tests.pictures import encoded, quarters

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])
ALL = ("instagram", "facebook", "linkedin", "pinterest", "x.com", "tiktok")


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def originals() -> list[str]:
    folders = default_storage.listdir(FOLDER)[0] if default_storage.exists(FOLDER) else []
    return [name for folder in folders for name in default_storage.listdir(f"{FOLDER}/{folder}")[1]]


def test_one_picture_becomes_every_platform_ready_to_post(team: Team) -> None:
    session = made(team, platforms=["all"], description="Our blue cup, thrown by hand.")
    assert (session.state, session.writer, session.reused) == ("done", "local", False)
    assert [output.platform for output in session.outputs.all()] == list(ALL)
    with workspace_scope(team.workspace.id):
        for output in session.outputs.all():
            (file,) = output.files.all()
            assert output.state == "done"
            assert output.seconds > 0
            with Image.open(io.BytesIO(media.read(file.picture))) as opened:
                assert opened.size == (file.picture.width, file.picture.height)
                assert not opened.getexif()
            assert output.caption
            assert output.alt_text
            assert output.timing["windows"]
    assert "thrown by hand" in session.analysis["description"]


def test_an_upload_is_kept_no_longer_than_it_is_read(team: Team) -> None:
    session = begun(team)
    assert originals() == [str(session.pk)]
    worked_off()
    session = found(team, session)
    assert originals() == []
    assert session.upload_path == ""
    assert session.master is not None


def test_the_same_picture_and_options_are_worked_on_once(team: Team) -> None:
    first = made(team, description="A cup.")
    with patch.object(rendering, "render_all", side_effect=AssertionError):
        again = made(team, description="A cup.")
    assert (again.state, again.reused) == ("done", True)
    before, after = results_of(first)["results"], results_of(again)["results"]
    assert after["instagram"]["caption"] == before["instagram"]["caption"]
    assert after["instagram"]["file"] == before["instagram"]["file"]
    other = made(team, description="Another cup.")
    assert not other.reused
    assert not made(team, description="A cup.", fresh=True).reused
    assert not made(team, description="A cup.", output_format="webp").reused


def test_another_workspace_is_told_nothing_by_what_was_made_before(team: Team) -> None:
    made(team, description="A cup.")
    with workspace_scope(team.elsewhere.id):
        theirs = jobs.start_optimization(order(description="A cup."))
    worked_off()
    with workspace_scope(team.elsewhere.id):
        assert not Optimization.objects.get(pk=theirs.pk).reused
        assert Optimization.objects.count() == 1


def test_one_platform_that_fails_leaves_the_others(team: Team) -> None:
    real = rendering._plan

    def plan(picture: Any, target: Any, attention: Any) -> Any:
        if target.key == "x.com":
            raise RuntimeError("planted")
        return real(picture, target, attention)

    session = begun(team)
    with patch.object(rendering, "_plan", plan):
        worked_off()
    session = found(team, session)
    states = {output.platform: (output.state, output.error_code) for output in session.outputs.all()}
    assert states == {"instagram": ("done", ""), "x.com": ("failed", "rendering_failed")}
    assert session.state == "done"
    with workspace_scope(team.workspace.id):
        jobs.try_again(session)
    worked_off()
    session = found(team, session)
    assert {output.state for output in session.outputs.all()} == {"done"}
    assert session.state == "done"
    with workspace_scope(team.workspace.id), pytest.raises(JobNotRetryable):
        jobs.try_again(session)


def test_platforms_are_there_while_others_are_still_made(team: Team) -> None:
    seen = []
    real = sessions.locked

    def locked(session: Optimization) -> Optimization:
        seen.append(sorted(session.outputs.filter(state="done").values_list("platform", flat=True)))
        return real(session)

    session = begun(team, platforms=["instagram", "linkedin", "pinterest"])
    with patch("optimizer.jobs.rendering.sessions.locked", locked):
        worked_off()
    assert [len(one) for one in seen[:3]] == [0, 1, 2]
    assert found(team, session).state == "done"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"no picture", "INVALID_IMAGE_FORMAT"),
        (encoded(quarters(299, 300)), "IMAGE_TOO_SMALL"),
        (snapshot()[:-2000], "INVALID_IMAGE_FORMAT"),
    ],
)
def test_a_picture_that_cannot_be_read_ends_the_session_with_its_code(team: Team, data: bytes, code: str) -> None:
    with workspace_scope(team.workspace.id):
        hooks.endpoint(team.workspace)
    session = made(team, upload=data, name="x.jpg")
    assert (session.state, session.error_code) == ("failed", code)
    assert {output.error_code for output in session.outputs.all()} == {code}
    assert originals() == []
    with workspace_scope(team.workspace.id):
        assert WebhookEvent.objects.get().type == "optimization.failed"
        assert not Job.objects.filter(state="dead", kind__startswith="optimizer").exists()


def test_a_finished_session_is_told_of_without_its_words(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        hooks.endpoint(team.workspace)
    session = made(team, description="My secret cup")
    with workspace_scope(team.workspace.id):
        event = WebhookEvent.objects.get()
    assert event.type == "optimization.completed"
    assert event.payload["platforms"] == {"instagram": "done", "x.com": "done"}
    assert "secret" not in json.dumps(event.payload)
    assert event.payload["session_id"] == str(session.pk)


def test_what_is_not_ready_after_ten_minutes_is_given_up_and_the_rest_stays(team: Team) -> None:
    first, second = begun(team), begun(team, description="two")
    with workspace_scope(team.workspace.id):
        for session in (first, second):
            sessions.begin(session)
        first.outputs.filter(platform="instagram").update(state="done")
        Optimization.objects.update(deadline_at=timezone.now() - timedelta(seconds=1))
        assert sessions.expire(first)
        assert sessions.expire(second)
        assert not sessions.expire(first)
    first, second = found(team, first), found(team, second)
    assert (first.state, second.state, second.error_code) == ("done", "failed", "PROCESSING_TIMEOUT")
    assert [output.error_code for output in first.outputs.all()] == ["", "PROCESSING_TIMEOUT"]
    assert first.notes[0]["code"] == "PROCESSING_TIMEOUT"


def test_a_stopped_session_keeps_what_is_ready_and_does_nothing_more(team: Team) -> None:
    session = begun(team)
    with workspace_scope(team.workspace.id):
        assert jobs.cancel_optimization(session)
        assert not jobs.cancel_optimization(session)
    worked_off()
    session = found(team, session)
    assert session.state == "cancelled"
    assert {output.state for output in session.outputs.all()} == {"cancelled"}
    with workspace_scope(team.workspace.id):
        jobs.try_again(session)
    worked_off()
    assert found(team, session).state == "done"


def test_status_tells_how_far_a_session_is(team: Team) -> None:
    session = begun(team)
    before = status_now(team, session)
    assert (before["status"], before["progress"]["percent"]) == ("queued", 0)
    assert before["progress"]["eta_seconds"] > 0
    assert before["estimated_completion"]
    worked_off()
    after = status_now(team, session)
    assert (after["status"], after["progress"]["percent"], after["progress"]["eta_seconds"]) == ("done", 100, None)
    assert after["platforms"]["instagram"]["status"] == "done"


def status_now(team: Team, session: Optimization) -> dict[str, Any]:
    with workspace_scope(team.workspace.id):
        return status_of(found(team, session))
