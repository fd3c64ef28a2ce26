"""What is stored outlasts versions, is told truly while it is made, and is let go when nobody needs it (M13)."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team, api_client, page_client
from optimizer import jobs
from optimizer.layout import caption_text, file_name
from optimizer.models import Optimization, ProductPhoto
from optimizer.options import choices, stored
from optimizer.queries.sessions import layout_of
from optimizer.services import sessions, texts
from optimizer.tests import photographing
from optimizer.tests.live import begun, found, made, worked_off

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def test_what_another_version_stored_is_read_as_far_as_it_is_known() -> None:
    new = choices({"platforms": ["all"], "formats": {"instagram": "story"}, "styles": ["macro"]})
    assert stored(new.as_data()) == new
    old = {"platforms": ["instagram", "myspace"], "formats": {"instagram": "gone", "myspace": "x"}, "fit": "extend"}
    read = stored({**old, "styles": ["macro", "gone"], "writer": "gone", "nonsense": 1, "logo_scale": 7})
    assert read == choices({"platforms": ["instagram"], "fit": "extend", "styles": ["macro"]})


def test_a_session_of_another_version_is_shown_and_made_again(team: Team) -> None:
    session = photographing.finished(team)
    with workspace_scope(team.workspace.id):
        options = {**session.options, "formats": {"instagram": "gone"}, "from_the_future": True}
        Optimization.objects.update(options=options)
        session.outputs.filter(platform="instagram").update(format_key="gone", state="failed")
        ProductPhoto.objects.update(style="gone")
    pages, api = page_client(team.bob), api_client(team.bob)
    assert pages.get(reverse("optimizer:session", args=[session.pk])).status_code == 200
    assert pages.get(reverse("optimizer:new") + f"?again={session.pk}").status_code == 200
    for name in ("status", "results", "archive"):
        answer = api.get(reverse(f"api:optimize:{name}", args=[session.pk]))
        assert answer.status_code == 200
        answer.close()
    with workspace_scope(team.workspace.id):
        jobs.try_again(Optimization.objects.get(pk=session.pk))
    worked_off()
    assert {one.state for one in found(team, session).outputs.all()} == {"done"}


def test_what_is_still_made_is_not_called_failed(team: Team) -> None:
    session = begun(team)
    with workspace_scope(team.workspace.id):
        text = caption_text(layout_of(found(team, session)))
    assert "FAILED" not in text
    assert text.count("NOT READY: It is still being made.") == 2


def test_a_page_goes_on_while_a_photograph_is_made_again(team: Team) -> None:
    session = photographing.finished(team)
    live = reverse("optimizer:session_live", args=[session.pk])
    pages = page_client(team.bob)
    assert pages.get(live).status_code == 286
    with workspace_scope(team.workspace.id):
        ProductPhoto.objects.update(state="running")
    assert pages.get(live).status_code == 200


def test_the_upload_of_a_stopped_session_is_kept_for_a_day(team: Team) -> None:
    session = begun(team)
    with workspace_scope(team.workspace.id):
        jobs.cancel_optimization(session)
    jobs.sweep_originals(Mock())
    assert found(team, session).upload_path
    with workspace_scope(team.workspace.id):
        Optimization.objects.update(finished_at=timezone.now() - timedelta(days=2))
    jobs.sweep_originals(Mock())
    assert found(team, session).upload_path == ""
    assert default_storage.listdir(f"originals/{team.workspace.pk}")[1] == []
    with workspace_scope(team.workspace.id):
        jobs.try_again(Optimization.objects.get(pk=session.pk))
    worked_off()
    session = found(team, session)
    assert (session.state, session.error_code) == ("failed", "INVALID_IMAGE_FORMAT")
    assert "not kept" in session.error


def test_a_refused_picture_that_is_tried_again_has_a_code_of_its_own(team: Team) -> None:
    session = made(team, upload=b"no picture", name="x.jpg")
    with workspace_scope(team.workspace.id):
        jobs.try_again(Optimization.objects.get(pk=session.pk))
    worked_off()
    assert found(team, session).error_code == "INVALID_IMAGE_FORMAT"


def test_two_who_note_something_at_once_both_are_kept(team: Team) -> None:
    session = begun(team)
    with workspace_scope(team.workspace.id):
        first, second = Optimization.objects.get(pk=session.pk), Optimization.objects.get(pk=session.pk)
        sessions.note(first, "one", "One.")
        sessions.note(second, "two", "Two.")
        assert [one["code"] for one in Optimization.objects.get(pk=session.pk).notes] == ["one", "two"]


@pytest.mark.parametrize("name", ["𐍈" * 300 + ".jpg", "𝓬𝓾𝓹" * 100, "猫" * 200 + ".png"])
def test_a_files_name_fits_every_system(name: str) -> None:
    assert len(file_name(name, "pinterest_dark_and_moody.webp").encode()) <= 255


def test_texts_that_came_while_others_were_edited_stay(team: Team) -> None:
    session = made(team, description="A cup.")
    with workspace_scope(team.workspace.id):
        mine, theirs = session.outputs.first(), session.outputs.first()
        assert mine is not None
        assert theirs is not None
        texts.edit(theirs, {"alt_text": "A blue cup", "hashtags": "#clay"})
        texts.edit(mine, {"caption": "My words"})
        now = session.outputs.get(pk=mine.pk)
    assert (now.caption, now.alt_text, now.hashtags) == ("My words", "A blue cup", ["clay"])


def test_a_platform_that_was_stopped_is_not_called_failed(team: Team) -> None:
    session = begun(team)
    with workspace_scope(team.workspace.id):
        jobs.cancel_optimization(session)
        text = caption_text(layout_of(found(team, session)))
    assert text.count("STOPPED: It was stopped before it was made.") == 2
