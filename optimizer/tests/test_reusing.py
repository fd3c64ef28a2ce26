"""What a former session has is taken again only where it is what would be made now (O14), and outlives it."""

from pathlib import Path
from typing import Any

import pytest

from aura.media import services as media
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team
from optimizer import jobs
from optimizer.engine.rendering import render as real
from optimizer.models import Optimization, PlatformOutput, StoredHashtag
from optimizer.services import sessions
from optimizer.tests.live import found, made, worked_off

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def output_of(session: Optimization, platform: str = "instagram") -> PlatformOutput:
    return next(one for one in session.outputs.all() if one.platform == platform)


@pytest.mark.parametrize("changed", [{"fit": "extend"}, {"format_key": "story"}])
def test_a_session_whose_crop_was_changed_is_not_shown_as_what_was_asked_for(
    team: Team, changed: dict[str, Any]
) -> None:
    session = made(team)
    with workspace_scope(team.workspace.id):
        jobs.change_framing(output_of(session), focus=None, **changed)
    worked_off()
    again = made(team)
    assert (again.state, again.reused) == ("done", False)
    assert made(team).reused


def test_a_hashtag_that_was_banned_since_is_not_taken_over(team: Team) -> None:
    session = made(team, description="Our blue ceramic cup")
    tag = output_of(session).hashtags[0]
    with workspace_scope(team.workspace.id):
        StoredHashtag.objects.create(workspace=team.workspace, name=tag, key=tag.lower(), banned=True)
    again = made(team, description="Our blue ceramic cup")
    assert tag not in output_of(again).hashtags
    assert made(team, description="Our blue ceramic cup").reused


def test_what_was_taken_over_stays_when_the_former_session_goes(team: Team) -> None:
    first, second = made(team), made(team)
    assert second.reused
    with workspace_scope(team.workspace.id):
        sessions.remove(Optimization.objects.get(pk=first.pk))
    second = found(team, second)
    with workspace_scope(team.workspace.id):
        for output in second.outputs.all():
            assert [bool(media.read(file.picture)) for file in output.files.all()] == [True]
        sessions.remove(Optimization.objects.get(pk=second.pk))


def test_the_last_choice_of_a_crop_counts_however_long_the_one_before_takes(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = output_of(made(team))
    with workspace_scope(team.workspace.id):
        jobs.change_framing(output, focus=(0.0, 0.0))

    def render(*args: Any, **kwargs: Any) -> Any:
        # While it is made, somebody chooses anew, and that is made first.
        monkeypatch.setattr("optimizer.jobs.framing.render", real)
        with workspace_scope(team.workspace.id):
            jobs.change_framing(PlatformOutput.objects.get(pk=output.pk), focus=(1.0, 1.0))
        worked_off()
        return real(*args, **kwargs)

    monkeypatch.setattr("optimizer.jobs.framing.render", render)
    worked_off()
    with workspace_scope(team.workspace.id):
        last = PlatformOutput.objects.get(pk=output.pk)
        (file,) = last.files.all()
    assert (last.state, last.focus_x) == ("done", 1.0)
    assert file.crop["right"] == 900


def test_a_crop_that_cannot_be_made_leaves_the_one_before(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    output = output_of(made(team))
    (before,) = output.files.all()

    def render(*args: Any, **kwargs: Any) -> Any:
        made_ = real(*args, **kwargs)
        return type(made_)(key=made_.key, error="planted")

    monkeypatch.setattr("optimizer.jobs.framing.render", render)
    with workspace_scope(team.workspace.id):
        jobs.change_framing(output, focus=(1.0, 1.0))
    worked_off()
    with workspace_scope(team.workspace.id):
        last = PlatformOutput.objects.get(pk=output.pk)
        assert (last.state, [one.picture_id for one in last.files.all()]) == ("done", [before.picture_id])
    assert "planted" in last.notes[0]
