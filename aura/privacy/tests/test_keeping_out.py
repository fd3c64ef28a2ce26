"""M13: who opted out is not taken in, not read, and what was kept long enough goes."""

import json
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.queries import check_chains
from accounts.services import record
from audience import jobs as audience_jobs
from audience.models import (
    AudiencePerson,
    Classification,
    Comment,
    Commenter,
    PictureState,
    Run,
    StoredImage,
    TrackedAccount,
)
from audience.services import rollups
from audience.tests import factories
from aura.jobs.models import Job
from aura.jobs.queue import start
from aura.jobs.schedule import tick
from aura.privacy.jobs import run_sweep, start_erasure
from aura.privacy.models import SubjectExport
from aura.privacy.queries import do_not_process, may_process
from aura.privacy.services import add_opt_out, set_retention
from aura.privacy.subjects import Identifiers
from aura.tenancy.scope import workspace_scope
from aura.testing.drain import drain
from aura.testing.fixtures import Team

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.AURA_PICTURES = False


def item(number: int, name: str, text: str, **more: Any) -> dict[str, Any]:
    return {
        "id": f"1800000000{number:04d}",
        "postUrl": "https://www.instagram.com/p/DRoast01/",
        "text": text,
        "ownerUsername": name,
        "owner": {"id": f"5100{number:04d}", "username": name},
        "timestamp": "2026-10-05T09:12:44.000Z",
    } | more


ITEMS = [
    item(1, "maria.brews", "mine"),
    item(2, "joe", "with @maria.brews and @maria", replies=[item(3, "maria.brews", "again")]),
    item(4, "zoe", "hello"),
]


def load(team: Team, items: list[dict[str, Any]] = ITEMS) -> Run:
    with workspace_scope(team.workspace.id):
        account = TrackedAccount.objects.filter(username="northroast").first()
        account = account or factories.account(username="northroast")
        data = BytesIO(json.dumps(items).encode())
        run = audience_jobs.start_import(account, data, filename="comments.json")
    drain()
    with workspace_scope(team.workspace.id):
        return Run.objects.get(pk=run.pk)


def names(team: Team) -> set[str]:
    with workspace_scope(team.workspace.id):
        return set(Commenter.objects.values_list("username", flat=True))


@pytest.mark.parametrize("who", [Identifiers.of("maria.brews"), Identifiers.of("", "51000001")])
def test_who_opted_out_is_skipped_and_counted(team: Team, who: Identifiers) -> None:
    with workspace_scope(team.workspace.id):
        add_opt_out(who, user_id=None)
    run = load(team)
    assert (run.state, run.counts["opted_out"], run.counts["comments"]["new"]) == (Run.State.DONE, 2, 2)
    assert names(team) == {"joe", "zoe"}
    with workspace_scope(team.workspace.id):
        texts = set(Comment.objects.values_list("text", flat=True))
    expected = "with [removed] and @maria" if who.usernames else "with @maria.brews and @maria"
    assert texts == {expected, "hello"}


def test_a_file_of_nobody_else_is_no_error(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        add_opt_out(Identifiers.of("maria.brews"), user_id=None)
    run = load(team, ITEMS[:1])
    assert (run.state, run.counts["opted_out"]) == (Run.State.DONE, 1)


def test_nobody_else_is_skipped(team: Team) -> None:
    run = load(team)
    assert run.counts["opted_out"] == 0
    assert names(team) == {"maria.brews", "joe", "zoe"}


def test_who_opted_out_later_is_not_read_again(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        people = factories.commenters(2, classified=False)
        add_opt_out(Identifiers.of(people[0].username), user_id=None)
        account = factories.account(username="northroast")
        factories.comments(factories.post(account), people)
        rollups.rebuild(account)
    load(team)
    with workspace_scope(team.workspace.id):
        assert not Classification.objects.filter(commenter=people[0]).exists()
        assert Classification.objects.filter(commenter=people[1]).exists()


def test_who_is_being_erased_does_not_come_back_meanwhile(team: Team) -> None:
    load(team)
    with workspace_scope(team.workspace.id):
        start_erasure(Identifiers.of("maria.brews"), user_id=None, opt_out=False)
        assert not may_process("maria.brews")
        assert do_not_process().has("", "51000001")
    drain()
    with workspace_scope(team.workspace.id):
        assert may_process("maria.brews")
    load(team)
    assert names(team) == {"maria.brews", "joe", "zoe"}


def test_an_erased_person_stays_out_where_that_was_asked(team: Team) -> None:
    load(team)
    with workspace_scope(team.workspace.id):
        start_erasure(Identifiers.of("maria.brews"), user_id=None)
    drain()
    assert load(team).counts["opted_out"] == 2
    assert names(team) == {"joe", "zoe"}
    with workspace_scope(team.workspace.id):
        assert not Comment.objects.filter(text__contains="maria.brews").exists()


def sweep(team: Team) -> dict[str, int]:
    with workspace_scope(team.workspace.id):
        job = start(run_sweep, workspace_id=team.workspace.pk, payload={})
    drain()
    with workspace_scope(team.workspace.id):
        found = Job.objects.get(pk=job.pk)
    assert found.state == "done", found.error
    return dict(found.result or {})


def test_old_comments_go_with_the_people_who_wrote_no_other(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        account = factories.account()
        post = factories.post(account)
        silent, talker = factories.commenters(2)
        old = factories.comment(post, silent)
        factories.comment(post, talker)
        fresh = factories.comment(post, talker, parent=old, parent_external_id=old.external_id)
        factories.classification(silent)
        Comment.objects.exclude(pk=fresh.pk).update(created_at=LONG_AGO)
        rollups.rebuild(account)
    assert sweep(team)["comments"] == 2
    with workspace_scope(team.workspace.id):
        assert [one.pk for one in Comment.objects.all()] == [fresh.pk]
        assert [one.pk for one in Commenter.objects.all()] == [talker.pk]
        assert not Classification.objects.exists()
        assert AudiencePerson.objects.get().comments == 1
    assert sweep(team) == {}


def test_old_pictures_and_those_of_nobody_go(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        rows = []
        for number in range(3):
            path = f"images/{team.workspace.pk}/{number}.jpg"
            default_storage.save(path, ContentFile(b"x"))
            sha = f"{number:064d}"
            rows.append(
                StoredImage.objects.create(
                    workspace=team.workspace, sha256=sha, path=path, media_type="i", width=1, height=1, size=1
                )
            )
        old = factories.commenter(picture=rows[0], picture_state=PictureState.STORED)
        factories.commenter(picture=rows[1])
        StoredImage.objects.filter(pk=rows[0].pk).update(created_at=LONG_AGO)
    assert sweep(team)["pictures"] == 2
    with workspace_scope(team.workspace.id):
        old.refresh_from_db()
        assert (old.picture, old.picture_state) == (None, PictureState.EXPIRED)
    assert [default_storage.exists(row.path) for row in rows] == [False, True, False]


def test_the_upload_of_a_failed_run_goes_and_the_run_says_so(team: Team) -> None:
    path = f"imports/{team.workspace.pk}/x"
    default_storage.save(path, ContentFile(b"{}"))
    with workspace_scope(team.workspace.id):
        run = Run.objects.create(
            workspace=team.workspace,
            account=factories.account(),
            state=Run.State.FAILED,
            path=path,
            finished_at=LONG_AGO,
        )
    assert sweep(team) == {"uploads": 1}
    assert not default_storage.exists(path)
    with workspace_scope(team.workspace.id):
        run.refresh_from_db()
        assert "Upload it again" in run.error
        assert not audience_jobs.resume_run(run)


def test_exports_go_after_their_days(team: Team) -> None:
    path = f"exports/{team.workspace.pk}/x.zip"
    default_storage.save(path, ContentFile(b"PK"))
    with workspace_scope(team.workspace.id):
        SubjectExport.objects.create(
            workspace=team.workspace, hashes=[], state="done", path=path, expires_at=timezone.now()
        )
    assert sweep(team) == {"exports": 1}
    assert not default_storage.exists(path)


def test_what_is_kept_for_ever_stays(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        factories.comment()
        Comment.objects.update(created_at=LONG_AGO)
        set_retention({"comments_days": None}, user_id=None)
    assert sweep(team) == {}


def test_the_nightly_tick_sweeps_every_workspace_and_keeps_the_audit_log_whole(team: Team) -> None:
    for workspace in (team.workspace, team.elsewhere):
        with workspace_scope(workspace.id):
            record("test.look", user_id=None)
            set_retention({"audit_days": 1}, user_id=None)
    tick("privacy.sweep", timezone.now() + timedelta(days=2))
    drain()
    with workspace_scope(team.workspace.id):
        assert Job.objects.filter(kind="privacy.sweep_workspace", state="done").count() == 1
    assert all(not state.breaks for state in check_chains())
