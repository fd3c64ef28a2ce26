"""M13: nothing is left of a person who was erased, and what others wrote stays."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connections
from redis import Redis

from accounts.chain import digest
from accounts.models import AuditEntry
from audience.models import AudiencePerson, Comment, Commenter, Run, RunBatch, StoredImage, TrackedAccount
from audience.services import rollups
from audience.tests import factories
from aura.http.models import IdempotencyRecord
from aura.http.problems import Problem
from aura.jobs.models import Job
from aura.privacy import services
from aura.privacy.jobs import start_erasure, start_export
from aura.privacy.models import ErasureRequest, OptOut, State, SubjectExport
from aura.privacy.subjects import Identifiers
from aura.tenancy.scope import workspace_scope
from aura.testing.drain import drain
from aura.testing.fixtures import Team

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])
NAME, NUMBER = "maria.brews", "51000042"
WHO = Identifiers.of(NAME)


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def picture(team: Team, sha: str) -> StoredImage:
    path = f"images/{team.workspace.pk}/{sha}.jpg"
    default_storage.save(path, ContentFile(b"picture"))
    return StoredImage.objects.create(
        workspace=team.workspace, sha256=sha, path=path, media_type="image/jpeg", width=1, height=1, size=7
    )


def waiting_upload(team: Team, account: TrackedAccount, items: list[dict[str, Any]], name: str, data: bytes) -> Run:
    path = f"imports/{team.workspace.pk}/{name}"
    default_storage.save(path, ContentFile(data))
    return Run.objects.create(
        workspace=team.workspace, account=account, state=Run.State.FAILED, path=path, filename=f"{NAME}-{name}"
    )


def item(name: str, number: str, text: str = "Nice", **more: Any) -> dict[str, Any]:
    return {
        "id": f"18{number}",
        "postUrl": "https://www.instagram.com/p/DRoast01/",
        "text": text,
        "ownerUsername": name,
        "owner": {"id": number, "username": name},
    } | more


def fill(team: Team) -> TrackedAccount:
    """Maria everywhere: her rows, her name in others' texts, in jobs, files and caches."""
    with workspace_scope(team.workspace.id):
        account = factories.account(username="northroast", biography=f"Roasted with @{NAME}")
        post = factories.post(account, caption=f"Thanks @{NAME.upper()}! And @maria too")
        maria = factories.commenter(username=NAME, external_id=NUMBER, picture=picture(team, "a" * 64))
        other = factories.commenter(username="joe", biography=f"friend of instagram.com/{NAME}/?hl=en")
        shared = picture(team, "b" * 64)
        Commenter.objects.filter(pk=other.pk).update(picture=shared)
        second = factories.commenter(username=NAME, external_id="51000043", picture=shared)
        hers = factories.comment(post, maria, text="I am here")
        factories.comment(post, second, text="Me too")
        factories.comment(post, other, text=f"@{NAME}. so true", parent=hers, parent_external_id=hers.external_id)
        factories.comment(post, other, text=f"not @{NAME}.shop, but maria is nice, call 51000042")
        factories.classification(maria, evidence={"name": "Maria"})
        factories.classification(other, evidence={"seen": [f"with {NAME}"]})
        rollups.rebuild(account)
        run = Run.objects.create(
            workspace=team.workspace,
            account=account,
            state=Run.State.DONE,
            error=f"These posts belong to @{NAME}",
            counts={"errors": [{"line": 1, "message": f"Apify found nothing: {NAME}"}]},
        )
        RunBatch.objects.create(workspace=team.workspace, run=run, number=0, commenter_ids=[maria.pk, other.pk])
        Job.objects.create(
            workspace=team.workspace,
            kind="test.none",
            lane="bulk",
            state="dead",
            payload={"owner": NAME, "user_id": int(NUMBER), "done": 3},
            result={NAME: {"list": [f"@{NAME}"]}},
        )
        IdempotencyRecord.objects.create(
            workspace=team.workspace, key="k", route="POST /api/v1/x", digest="d", body={"username": NAME}
        )
        items = [
            item(NAME, NUMBER),
            item("joe", "7000001", f"@{NAME} hi", replies=[item(NAME, NUMBER), item("zoe", "7000002")]),
        ]
        waiting_upload(team, account, items, "one.json", json.dumps(items).encode())
        lines = b"".join(json.dumps(one).encode() + b"\n" for one in items)
        waiting_upload(team, account, items, "two.jsonl.gz", gzip.compress(lines))
        row = f'id,text,ownerUsername,owner/id,postUrl\n1,"hi",{NAME},{NUMBER},https://www.instagram.com/p/DRoast01/\n'
        waiting_upload(team, account, items, "three.csv", row.encode())
    cache.set("seen:" + NAME, 1)
    cache.set("report", {"top": [NAME]})
    return account


def everything(team: Team, root: Path) -> str:
    """All tables as the staff role dumps them, all files, all of Redis."""
    found = []
    with connections["staff"].cursor() as cursor:
        cursor.execute("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT t::text FROM {table} t")  # noqa: S608
            found += [row for (row,) in cursor.fetchall()]
    for path in root.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            found.append(path.name + (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("latin-1"))
    connection = Redis.from_url(cache._cache._servers[0])  # type: ignore[attr-defined]
    for key in connection.scan_iter():
        found.append(f"{key!r}{connection.get(key)!r}" if connection.type(key) == b"string" else repr(key))
    connection.close()
    return "\n".join(found).lower()


def erase(team: Team, who: Identifiers = WHO, **options: Any) -> ErasureRequest:
    with workspace_scope(team.workspace.id):
        erasure = start_erasure(who, user_id=team.alice.pk, **options)
    drain()
    with workspace_scope(team.workspace.id):
        return ErasureRequest.objects.get(pk=erasure.pk)


def test_a_search_for_the_person_finds_nothing_anywhere(team: Team, tmp_path: Path) -> None:
    fill(team)
    before = everything(team, tmp_path)
    assert NAME in before
    assert NUMBER in before
    done = erase(team)
    assert (done.state, done.error) == (State.DONE, "")
    after = everything(team, tmp_path).replace(f"{NAME}.shop", "")
    for needle in (NAME, NUMBER, "51000043"):
        assert needle not in after, after[max(0, after.index(needle) - 300) : after.index(needle) + 100]
    assert done.scan["clean"]
    assert done.scan["tables"] > 15
    assert done.counts["audience_commenter"] == 2
    assert done.counts["pictures"] == 1


def test_what_others_wrote_stays(team: Team) -> None:
    account = fill(team)
    erase(team)
    with workspace_scope(team.workspace.id):
        texts = set(Comment.objects.values_list("text", flat=True))
        assert texts == {"[removed]. so true", f"not @{NAME}.shop, but maria is nice, call [removed]"}
        reply = Comment.objects.get(text__startswith="[removed]. so")
        assert (reply.parent, reply.parent_external_id) == (None, "removed")
        assert StoredImage.objects.get().sha256 == "b" * 64
        assert default_storage.exists(StoredImage.objects.get().path)
        assert AudiencePerson.objects.get().commenter.username == "joe"
        assert Commenter.objects.get().biography == "friend of [removed]/?hl=en"
        assert TrackedAccount.objects.get().data_version > account.data_version
        assert len(RunBatch.objects.get().commenter_ids) == 1
        payload = Job.objects.get(kind="test.none").payload
        assert payload == {"owner": "[removed]", "user_id": None, "done": 3}


def test_a_cleaned_upload_keeps_the_places_of_its_records(team: Team) -> None:
    fill(team)
    erase(team)
    with workspace_scope(team.workspace.id):
        run = Run.objects.get(path__endswith="one.json")
        with default_storage.open(run.path) as stream:
            first, second = (json.loads(line) for line in stream.read().splitlines())
        assert first["error"] == "removed"
        assert second["text"] == "[removed] hi"
        assert [reply["ownerUsername"] for reply in second["replies"]] == ["zoe"]
        assert run.size == default_storage.size(run.path)


def test_the_proof_names_nobody_and_stands_in_the_audit_log(team: Team) -> None:
    fill(team)
    done = erase(team)
    assert (done.sealed, done.files) == ("", [])
    assert done.proof == services.proof_of(done)
    with workspace_scope(team.workspace.id):
        entry = AuditEntry.objects.get(action="privacy.erasure.finished")
        assert entry.detail["proof"] == done.proof
        assert digest(entry.link) == entry.digest
    done.counts["audience_commenter"] = 7
    assert done.proof != services.proof_of(done)


def test_an_ordinary_word_is_left_and_told(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        factories.comment(by=factories.commenter(username="love", external_id="51000042"), text="x")
        factories.comment(text="I love it, @love, love")
    done = erase(team, Identifiers.of("love"))
    with workspace_scope(team.workspace.id):
        assert Comment.objects.get().text == "I love it, [removed], love"
    assert done.scan["same_word"] == {"audience_comment.text": 1}
    erase(team, Identifiers.of("love", bare_words=True))
    with workspace_scope(team.workspace.id):
        assert Comment.objects.get().text == "I [removed] it, [removed], [removed]"


def test_nobody_is_erased_in_another_workspace(team: Team) -> None:
    fill(team)
    with workspace_scope(team.elsewhere.id):
        factories.comment(by=factories.commenter(username=NAME, external_id=NUMBER))
    erase(team)
    with workspace_scope(team.elsewhere.id):
        assert Commenter.objects.filter(username=NAME).count() == 1


def test_an_account_that_is_followed_is_not_erased_as_a_person(team: Team) -> None:
    fill(team)
    with pytest.raises(Problem, match="follows @northroast"), workspace_scope(team.workspace.id):
        start_erasure(Identifiers.of("northroast"), user_id=None)


def test_a_name_by_id_alone_takes_the_name_with_it(team: Team) -> None:
    fill(team)
    erase(team, Identifiers.of("", NUMBER))
    with workspace_scope(team.workspace.id):
        assert set(Commenter.objects.values_list("username", flat=True)) == {"joe"}


def test_an_attempt_that_stops_in_the_middle_is_taken_up(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(team)
    real = default_storage.delete
    broken = iter([True])

    def delete(path: str) -> None:
        if path.startswith("images/") and next(broken, False):
            raise OSError("disk away")
        real(path)

    monkeypatch.setattr(default_storage, "delete", delete)
    with workspace_scope(team.workspace.id):
        erasure = start_erasure(WHO, user_id=None)
    drain(retries=True)
    with workspace_scope(team.workspace.id):
        erasure.refresh_from_db()
        assert erasure.state == State.DONE
        assert erasure.counts["audience_commenter"] == 2
        assert not default_storage.exists(f"images/{team.workspace.pk}/{'a' * 64}.jpg")


def test_the_export_of_a_person_goes_with_the_person(team: Team) -> None:
    fill(team)
    with workspace_scope(team.workspace.id):
        export = start_export(WHO, user_id=None)
    drain()
    with workspace_scope(team.workspace.id):
        export.refresh_from_db()
        assert default_storage.exists(export.path)
    erase(team)
    with workspace_scope(team.workspace.id):
        assert not SubjectExport.objects.exists()
    assert not default_storage.exists(export.path)


def test_a_restored_backup_is_cleaned_again(team: Team) -> None:
    fill(team)
    erase(team)
    with workspace_scope(team.workspace.id):
        # What a restore from before the erasure does: the requests and the list are gone, the person is back.
        ErasureRequest.objects.all().delete()
        OptOut.objects.all().delete()
        factories.comment(by=factories.commenter(username=NAME, external_id=NUMBER), text="back")
        factories.comment(by=factories.commenter(username="zoe"), text=f"hello @{NAME}")
    call_command("replay_erasures", dry_run=True)
    with workspace_scope(team.workspace.id):
        assert not ErasureRequest.objects.exists()
    call_command("replay_erasures")
    drain()
    with workspace_scope(team.workspace.id):
        assert set(Comment.objects.filter(commenter__username="zoe").values_list("text", flat=True)) == {
            "hello [removed]"
        }
        assert not Commenter.objects.filter(username=NAME).exists()
        assert OptOut.objects.exists()
        assert set(ErasureRequest.objects.values_list("state", "replayed")) == {(State.DONE, True)}
