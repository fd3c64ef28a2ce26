"""One dataset in by page, by API and by command: the same road, the same counts (A1, A2, A9)."""

import io
import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from audience.models import Comment, Commenter, Run, TrackedAccount
from aura.jobs.errors import QueueFull
from aura.jobs.models import Job
from aura.tenancy.scope import workspace_scope
from aura.testing.drain import drain
from aura.testing.fixtures import Team, api_client, page_client

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])
POST_URL = "https://www.instagram.com/p/DRoastOne01/"


def items(people: int = 12) -> list[dict[str, Any]]:
    """One comment each of so many people on one post of @northroast, in the actor's shape."""
    return [
        {
            "postUrl": POST_URL,
            "commentUrl": f"{POST_URL}c/{n}",
            "id": f"1800000000000{n:04d}",
            "text": "What a lovely roast, thank you",
            "ownerUsername": f"maria.brews.{n}",
            "ownerProfilePicUrl": "",
            "timestamp": "2026-10-05T09:12:44.000Z",
            "repliesCount": 0,
            "replies": [],
            "likesCount": n,
            "owner": {"id": f"5100{n:04d}", "username": f"maria.brews.{n}", "full_name": f"Maria {n}"},
        }
        for n in range(people)
    ]


def dataset(people: int = 12) -> bytes:
    return json.dumps(items(people)).encode()


def upload(people: int = 12, name: str = "comments.json") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, dataset(people), content_type="application/json")


@pytest.fixture(autouse=True)
def _no_pictures(settings: Any, tmp_path: Path) -> None:
    settings.AURA_PICTURES = False
    settings.MEDIA_ROOT = tmp_path


def the_run(team: Team) -> Run:
    with workspace_scope(team.workspace.id):
        return Run.objects.select_related("account").get()


def post_import(team: Team, **headers: str) -> Any:
    body = {"file": upload(), "account": "northroast"}
    return api_client(team.bob).post(reverse("api:audience:imports"), body, format="multipart", headers=headers)


def test_an_upload_by_api_answers_202_and_ends_in_a_report(team: Team) -> None:
    response = post_import(team)
    assert response.status_code == 202, response.content
    assert response["Location"] == response.json()["status_url"]
    drain()
    run = api_client(team.viewer).get(response["Location"]).json()
    assert (run["status"], run["progress"]["percent"], run["error"]) == ("done", 100, None)
    assert run["counts"]["comments"] == {"new": 12, "updated": 0, "unchanged": 0}
    assert run["counts"]["people"] == {"new": 12, "updated": 0, "unchanged": 0}
    answer = api_client(team.viewer).get(reverse("api:audience:demographics", args=[run["account_id"]])).json()
    assert (answer["people"], answer["classified"], answer["pending"]) == (12, 12, 0)


def test_the_same_upload_twice_changes_nothing_and_says_so(team: Team) -> None:
    post_import(team)
    drain()
    with workspace_scope(team.workspace.id):
        before = list(Comment.objects.order_by("pk").values()), list(Commenter.objects.order_by("pk").values())
    post_import(team)
    drain()
    with workspace_scope(team.workspace.id):
        after = list(Comment.objects.order_by("pk").values()), list(Commenter.objects.order_by("pk").values())
        newest = Run.objects.latest("created_at")
    assert after == before
    assert newest.state == Run.State.DONE
    assert newest.counts["comments"] == {"new": 0, "updated": 0, "unchanged": 12}
    assert newest.counts["people"] == {"new": 0, "updated": 0, "unchanged": 12}
    assert newest.people_total == 0, "nobody is classified twice from the same evidence"


def test_an_idempotency_key_makes_two_requests_one_run(team: Team) -> None:
    headers = {"Idempotency-Key": "import-1"}
    first, second = post_import(team, **headers), post_import(team, **headers)
    assert (first.status_code, second.status_code) == (202, 202)
    assert second["Idempotent-Replayed"] == "true"
    assert first.json() == second.json()
    the_run(team)


def test_an_idempotency_key_is_not_for_another_body(team: Team) -> None:
    headers = {"Idempotency-Key": "import-1"}
    post_import(team, **headers)
    body = {"file": upload(people=13), "account": "northroast"}
    response = api_client(team.bob).post(reverse("api:audience:imports"), body, format="multipart", headers=headers)
    assert (response.status_code, response.json()["code"]) == (422, "idempotency_key_reused")


def test_a_full_lane_answers_429_and_keeps_nothing(team: Team, tmp_path: Path) -> None:
    with patch("aura.jobs.queue.check_room", side_effect=QueueFull("bulk", 5000, 30)):
        response = post_import(team)
    assert (response.status_code, response.json()["code"]) == (429, "queue_full")
    assert int(response["Retry-After"]) == 30
    with workspace_scope(team.workspace.id):
        assert not Run.objects.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"<!doctype html><html><body>Log in</body></html>", "not_a_dataset"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "not_a_dataset"),
        (b"just some words", "not_a_dataset"),
    ],
)
def test_what_is_no_dataset_is_refused_at_once(team: Team, content: bytes, code: str) -> None:
    body = {"file": SimpleUploadedFile("x.json", content), "account": "northroast"}
    response = api_client(team.bob).post(reverse("api:audience:imports"), body, format="multipart")
    assert response.status_code == 400, response.content
    problem = response.json()
    assert response["Content-Type"] == "application/problem+json"
    assert code in {problem["code"], *(e["code"] for e in problem["errors"])} | {
        "empty_file" if "empty" in str(problem) else ""
    }
    with workspace_scope(team.workspace.id):
        assert not Run.objects.exists()
        assert not Job.objects.exists()


def test_an_upload_on_the_page_leads_to_its_run(team: Team) -> None:
    client = page_client(team.bob)
    added = client.post(reverse("audience:list"), {"username": "https://www.instagram.com/NorthRoast/"})
    assert added["Location"] == reverse("audience:import", args=["northroast"])
    response = client.post(added["Location"], {"file": upload()})
    run = the_run(team)
    assert (response.status_code, response["Location"]) == (302, reverse("audience:run", args=[run.pk]))
    assert b"Waiting for a worker" in client.get(response["Location"]).content
    drain()
    page = client.get(response["Location"]).content.decode()
    assert "Analysis finished" in page
    assert client.get(reverse("audience:run_progress", args=[run.pk])).status_code == 286


def test_a_wrong_file_on_the_page_is_named_beside_the_field(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        TrackedAccount.objects.create(workspace=team.workspace, username="northroast")
    wrong = SimpleUploadedFile("page.html", b"<html>Log in</html>")
    response = page_client(team.bob).post(reverse("audience:import", args=["northroast"]), {"file": wrong})
    assert response.status_code == 422
    assert response.context["form"].errors["file"]


def run_command(*arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("import_comments", *arguments, "--json", stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def test_the_command_prints_its_counts_and_the_report(team: Team, tmp_path: Path) -> None:
    file = tmp_path / "comments.json"
    file.write_bytes(dataset())
    started = run_command("northroast", str(file), "--workspace", "north")
    assert started["status"] == "queued"
    drain()
    assert the_run(team).counts["items"] == 12
    out = io.StringIO()
    call_command("demographics", "northroast", "--workspace", "north", "--json", stdout=out)
    with workspace_scope(team.workspace.id):
        account = TrackedAccount.objects.get()
    by_api = api_client(team.alice).get(reverse("api:audience:demographics", args=[account.pk])).json()
    assert json.loads(out.getvalue()) == by_api


def test_the_command_waits_for_the_end(team: Team, tmp_path: Path) -> None:
    file = tmp_path / "comments.json"
    file.write_bytes(dataset())
    with patch("audience.management.commands.import_comments.time.sleep", side_effect=lambda _: drain()):
        answer = run_command("northroast", str(file), "--workspace", "north", "--wait")
    assert answer["status"] == "done"
    assert set(answer) >= {"items", "comments", "people", "posts", "skipped", "errors"}
    assert (answer["items"], answer["posts"], answer["skipped"], answer["errors"]) == (12, 1, 0, [])


def test_the_command_says_what_is_wrong(team: Team, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_bytes(b"<html>Log in</html>")
    with pytest.raises(CommandError):
        run_command("northroast", str(file), "--workspace", "north")
    with pytest.raises(CommandError, match="There are: north, south"):
        run_command("northroast", str(file))
    with pytest.raises(CommandError, match="Cannot read"):
        run_command("northroast", str(tmp_path / "missing.json"), "--workspace", "north")


def test_a_cancelled_run_keeps_what_it_read_and_goes_on_when_asked(team: Team, settings: Any) -> None:
    settings.AURA_CLASSIFY_BATCH = 4
    post_import(team)
    run = the_run(team)
    client = page_client(team.bob)
    assert client.post(reverse("audience:cancel_run", args=[run.pk])).status_code == 302
    drain()
    run = the_run(team)
    assert (run.state, run.error_code) == (Run.State.CANCELLED, "cancelled")
    assert client.post(reverse("audience:resume_run", args=[run.pk])).status_code == 302
    drain()
    run = the_run(team)
    assert (run.state, run.people_done, run.people_total, run.error_code) == (Run.State.DONE, 12, 12, "")
    assert client.post(reverse("audience:resume_run", args=[run.pk])).status_code == 302
    assert the_run(team).state == Run.State.DONE


def test_an_upload_is_deleted_when_its_run_is_done(team: Team, tmp_path: Path) -> None:
    post_import(team)
    assert [path for path in (tmp_path / "imports").rglob("*") if path.is_file()]
    drain()
    assert not [path for path in (tmp_path / "imports").rglob("*") if path.is_file()]
