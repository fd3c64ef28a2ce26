"""M13 over HTTP: erasures with proof, exports of one person, the do-not-process list, retention, the audit log."""

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Membership, Role
from accounts.services import record
from audience.models import StoredImage
from audience.tests import factories
from aura.jobs.models import Job
from aura.privacy.models import ErasureRequest, OptOut, SubjectExport
from aura.tenancy.scope import workspace_scope
from aura.testing.drain import drain
from aura.testing.fixtures import Team, api_client, page_client

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])
ROUTES = ["erasures", "exports", "opt_outs", "retention"]


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def url(name: str, *args: Any) -> str:
    return reverse(f"api:privacy:{name}", args=args)


def maria(team: Team, **fields: Any) -> None:
    with workspace_scope(team.workspace.id):
        path = f"images/{team.workspace.pk}/x.jpg"
        default_storage.save(path, ContentFile(b"picture"))
        picture = StoredImage.objects.create(
            workspace=team.workspace, sha256="c" * 64, path=path, media_type="image/jpeg", width=1, height=1, size=7
        )
        person = factories.commenter(username="maria.brews", external_id="51000042", picture=picture, **fields)
        factories.comment(by=person, text="=Lovely")
        factories.classification(person)


def test_an_erasure_from_the_request_to_the_proof(team: Team) -> None:
    maria(team)
    client = api_client(team.alice)
    started = client.post(url("erasures"), {"username": "@Maria.Brews"}, headers={"Idempotency-Key": "one"})
    assert (started.status_code, started.json()["status"]) == (202, "queued")
    assert "maria" not in started.content.decode()
    again = client.post(url("erasures"), {"username": "@Maria.Brews"}, headers={"Idempotency-Key": "one"})
    assert again.json() == started.json()
    drain()
    done = client.get(started["Location"]).json()
    assert (done["status"], done["scan"]["clean"], done["counts"]["audience_commenter"]) == ("done", True, 1)
    assert (len(done["proof"]), done["record"]["counts"]) == (64, done["counts"])
    with workspace_scope(team.workspace.id):
        assert AuditEntry.objects.get(action="privacy.erasure.finished").detail["proof"] == done["proof"]
    assert len(client.get(url("erasures")).json()["results"]) == 1


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({}, "nobody_named", "/username"),
        ({"username": "no one"}, "invalid_username", "/username"),
        ({"id": "12x"}, "invalid_id", "/id"),
    ],
)
def test_a_request_that_names_nobody_is_refused(team: Team, body: dict[str, str], code: str, pointer: str) -> None:
    response = api_client(team.alice).post(url("erasures"), body)
    assert (response.status_code, response.json()["code"]) == (400, code)
    assert response.json()["errors"][0]["pointer"] == pointer


def test_a_followed_account_is_refused_with_a_reason(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        factories.account(username="northroast")
    response = api_client(team.alice).post(url("erasures"), {"username": "northroast"})
    assert (response.status_code, response.json()["code"]) == (409, "erasure_refused")
    with workspace_scope(team.workspace.id):
        assert not ErasureRequest.objects.exists()
        assert not Job.objects.exists()


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(
    ("who", "status"), [("alice", 200), ("bob", 403), ("viewer", 403), ("charlie", 404), ("nobody", 401)]
)
def test_privacy_is_for_admins_of_the_workspace(team: Team, route: str, who: str, status: int) -> None:
    from_south = {"X-Workspace": "north"}
    client = api_client(getattr(team, who)) if who != "nobody" else api_client(team.alice)
    if who == "nobody":
        client.force_authenticate(None)
    assert client.get(url(route), headers=from_south).status_code == status


def export(team: Team, username: str = "maria.brews") -> dict[str, Any]:
    client = api_client(team.alice)
    started = client.post(url("exports"), {"username": username})
    assert started.status_code == 202
    drain()
    found: dict[str, Any] = client.get(started["Location"]).json()
    return found


def archive(team: Team, found: dict[str, Any]) -> zipfile.ZipFile:
    response = api_client(team.alice).get(found["download_url"])
    data = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    response.close()
    assert len(data) == found["size"]
    return zipfile.ZipFile(io.BytesIO(data))


def test_an_export_holds_all_that_is_kept_and_every_download_is_on_record(team: Team) -> None:
    maria(team)
    found = export(team)
    with archive(team, found) as files:
        names = set(files.namelist())
        pictures = {name for name in names if name.startswith("pictures/")}
        assert names - pictures == {"README.txt", "data.json", "profile.csv", "comments.csv", "estimates.csv"}
        assert files.read(pictures.pop()) == b"picture"
        data = json.loads(files.read("data.json"))
        assert data["profile"][0]["username"] == "maria.brews"
        assert data["comments"][0]["text"] == "=Lovely"
        assert data["estimates"][0]["estimated_gender"] == "woman"
        (row,) = csv.DictReader(io.StringIO(files.read("comments.csv").decode("utf-8-sig")))
        assert row["text"] == "'=Lovely"
    with workspace_scope(team.workspace.id):
        assert AuditEntry.objects.filter(action="privacy.export.downloaded", user=team.alice).count() == 1
        assert SubjectExport.objects.get().sealed == ""


def test_no_guess_about_a_possible_minor_is_exported(team: Team) -> None:
    maria(team, possible_minor=True)
    with archive(team, export(team)) as files:
        assert "estimates.csv" not in files.namelist()
        assert b"woman" not in files.read("data.json")


def test_an_export_of_nobody_says_so(team: Team) -> None:
    with archive(team, export(team, "nobody.here")) as files:
        assert b"Nothing is kept about this person." in files.read("README.txt")


def test_an_export_is_gone_after_its_days(team: Team) -> None:
    maria(team)
    found = export(team)
    with workspace_scope(team.workspace.id):
        SubjectExport.objects.update(expires_at=timezone.now())
    assert api_client(team.alice).get(found["download_url"]).status_code == 404
    assert api_client(team.alice).get(found["status_url"]).json()["download_url"] is None


def test_the_list_keeps_only_hashes_and_can_be_left_again(team: Team) -> None:
    client = api_client(team.alice)
    first = client.post(url("opt_outs"), {"username": "maria.brews", "id": "51000042"})
    again = client.post(url("opt_outs"), {"username": "maria.brews", "id": "51000042"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["by_username"]
    with workspace_scope(team.workspace.id):
        row = OptOut.objects.get()
        assert len(row.username_hash) == len(row.id_hash) == 64
        assert row.username_hash != row.id_hash
    assert client.delete(url("opt_outs"), {"username": "somebody"}).status_code == 404
    assert client.delete(url("opt_outs"), {"id": "51000042"}).status_code == 204
    client.post(url("opt_outs"), {"username": "maria.brews"})
    (entry,) = client.get(url("opt_outs")).json()["results"]
    assert client.delete(url("opt_out", entry["id"])).status_code == 204
    assert client.get(url("opt_outs")).json()["results"] == []
    with workspace_scope(team.workspace.id):
        assert AuditEntry.objects.filter(action__startswith="privacy.opt_out").count() == 4


def test_two_workspaces_hash_the_same_name_differently(team: Team) -> None:
    for user in (team.alice, team.charlie):
        api_client(user).post(url("opt_outs"), {"username": "maria.brews"})
    found = set()
    for workspace in (team.workspace, team.elsewhere):
        with workspace_scope(workspace.id):
            found.add(OptOut.objects.get().username_hash)
    assert len(found) == 2


def test_retention_is_changed_and_on_record(team: Team) -> None:
    client = api_client(team.alice)
    assert client.get(url("retention")).json()["comments_days"] == 730
    response = client.patch(url("retention"), {"comments_days": 30, "pictures_days": None})
    assert (response.status_code, response.json()["comments_days"], response.json()["pictures_days"]) == (200, 30, None)
    assert client.patch(url("retention"), {"comments_days": 0}).status_code == 400
    assert client.patch(url("retention"), {"exports_days": None}).status_code == 400
    with workspace_scope(team.workspace.id):
        entry = AuditEntry.objects.get(action="privacy.retention.changed")
        assert entry.detail == {"comments_days": [730, 30], "pictures_days": [365, None]}


def test_the_audit_log_is_filtered_and_its_workspace_is_that_of_the_path(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        record("audience.people.viewed", user_id=team.bob.pk)
        record("privacy.export.requested", user_id=team.alice.pk)
    with workspace_scope(team.elsewhere.id):
        Membership.objects.create(workspace=team.elsewhere, user=team.alice, role=Role.VIEWER)
    client = api_client(team.alice)

    def actions(**query: str) -> list[str]:
        return [one["action"] for one in client.get(url("audit", "north"), query).json()["results"]]

    assert actions() == ["privacy.export.requested", "audience.people.viewed"]
    assert actions(action="privacy") == ["privacy.export.requested"]
    assert actions(user=str(team.bob.pk)) == ["audience.people.viewed"]
    assert client.get(url("audit", "south"), headers={"X-Workspace": "north"}).status_code == 403
    assert client.get(url("audit", "east")).status_code == 404
    assert api_client(team.bob).get(url("audit", "north")).status_code == 403


def test_the_pages_are_for_admins(team: Team) -> None:
    for name in ("privacy:home", "privacy:audit"):
        assert page_client(team.alice).get(reverse(name)).status_code == 200
        assert page_client(team.bob).get(reverse(name)).status_code == 403
    for name in ("privacy:erase", "privacy:export_person", "privacy:opt_out", "privacy:retention"):
        assert page_client(team.bob).post(reverse(name)).status_code == 403
        assert page_client(team.alice).post(reverse(name), {}).status_code == 422


def test_a_workspace_sees_no_request_of_another_one(team: Team) -> None:
    maria(team)
    found = export(team)
    stranger = api_client(team.charlie)
    assert stranger.get(found["status_url"]).status_code == 404
    assert stranger.get(found["download_url"]).status_code == 404
    assert page_client(team.charlie).get(reverse("privacy:download", args=[found["id"]])).status_code == 404
