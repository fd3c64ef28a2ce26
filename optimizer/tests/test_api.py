"""A picture over HTTP from the request to the ZIP; only for its workspace (O1, O10, O11)."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from aura.jobs.models import Job
from aura.media.models import Picture
from aura.tenancy.scope import workspace_scope
from aura.testing.drain import drain
from aura.testing.fixtures import Team, api_client
from aura.webhooks.models import WebhookEvent
from aura.webhooks.tests import factories as hooks
from optimizer.layout import HEADINGS
from optimizer.models import Optimization
from optimizer.services import sessions
from optimizer.tests.pictures import encoded, grainy

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])
URL = "/api/v1/optimize/image"
LIST = "/api/v1/optimize/sessions"
DATA = encoded(grainy(800, 600))


@pytest.fixture(autouse=True)
def _files(tmp_path: Path) -> Any:
    with override_settings(MEDIA_ROOT=tmp_path):
        yield


def file(name: str = "blue cup.jpg", data: bytes = DATA) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, "image/jpeg")


def send(client: Any, **fields: Any) -> Any:
    given = {"image": file(), "platforms[]": ["instagram", "x"], **fields}
    return client.post(URL, {name: value for name, value in given.items() if value is not None}, format="multipart")


def seen(client: Any, url: str) -> int:
    """The status of an answer, which is read to its end."""
    answer = client.get(url)
    answer.close()
    return int(answer.status_code)


def made(team: Team, **fields: Any) -> str:
    """The id of a finished session of bob's."""
    answer = send(api_client(team.bob), **fields)
    assert answer.status_code == 202, answer.content
    drain(retries=True)
    return str(answer.json()["id"])


def test_a_picture_is_sent_followed_read_and_downloaded(team: Team) -> None:
    client = api_client(team.bob)
    answer = send(client, description="A blue cup", use_ai_analysis="true")
    body = answer.json()
    assert (answer.status_code, body["status"]) == (202, "queued")
    assert body["id"] == body["session_id"]
    assert answer["Location"] == body["status_url"] == f"/api/v1/optimize/status/{body['id']}"
    assert body["estimated_completion"] > "2026"
    waiting = client.get(body["status_url"]).json()
    assert (waiting["status"], waiting["progress"]["percent"]) == ("queued", 0)
    assert waiting["platforms"]["x.com"]["status"] == "queued"
    assert client.get(waiting["results_url"]).json()["results"]["instagram"]["status"] == "queued"
    assert client.get(waiting["archive_url"]).json()["code"] == "nothing_ready"
    drain(retries=True)
    status = client.get(body["status_url"]).json()
    assert (status["status"], status["progress"]["percent"], status["error"]) == ("done", 100, None)
    assert {one["status"] for one in status["platforms"].values()} == {"done"}
    found = client.get(f"/api/v1/optimize/results/{body['id']}").json()
    assert list(found["results"]) == ["instagram", "x.com"]
    shown = found["results"]["instagram"]
    assert (shown["status"], shown["caption_limit"], shown["product_photography"]) == ("completed", 2200, False)
    assert shown["caption"]
    assert shown["processing_time"] > 0
    picture = client.get(shown["url"])
    with Image.open(io.BytesIO(picture.content)) as opened:
        assert opened.size == (shown["dimensions"]["width"], shown["dimensions"]["height"])
    assert shown["file"] in picture["Content-Disposition"]
    assert [one["name"] for one in found["files"]][-2:] == ["blue_cup_results.json", "blue_cup_captions.txt"]


def test_the_zip_holds_every_picture_and_both_texts(team: Team) -> None:
    pk = made(team)
    client = api_client(team.viewer)
    found = client.get(f"/api/v1/optimize/results/{pk}").json()
    answer = client.get(found["archive_url"], headers={"Accept": "application/zip"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    assert 'filename="blue_cup_all_platforms.zip"' in answer["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as packed:
        assert packed.testzip() is None
        assert packed.namelist() == [one["name"] for one in found["files"]]
        for one in found["files"]:
            assert packed.read(one["name"]) == client.get(one["url"]).content
        results = json.loads(packed.read("blue_cup_results.json"))
        captions = packed.read("blue_cup_captions.txt").decode()
    assert results["results"]["instagram"]["caption"] == found["results"]["instagram"]["caption"]
    assert all(heading in captions for heading in HEADINGS)


def test_only_its_workspace_sees_a_session(team: Team) -> None:
    pk = made(team)
    paths = ["results", "archive", "status", "session"]
    name = "blue_cup_results.json"
    urls = [reverse(f"api:optimize:{path}", args=[pk]) for path in paths]
    urls += [reverse("api:optimize:file", args=[pk, name]), reverse("api:optimize:platform", args=[pk, "instagram"])]
    for who, status in ((team.alice, 200), (team.viewer, 200), (team.charlie, 404)):
        assert {seen(api_client(who), url) for url in urls} == {status}
    assert api_client(team.charlie).get(LIST).json()["results"] == []
    for action in ("cancel", "retry"):
        url = reverse(f"api:optimize:{action}", args=[pk])
        assert api_client(team.charlie).post(url).status_code == 404
        assert api_client(team.viewer).post(url).status_code == 403
    for who, status in ((team.charlie, 404), (team.viewer, 403)):
        assert api_client(who).delete(urls[3]).status_code == status
        assert api_client(who).patch(urls[-1], {"caption": "Mine"}).status_code == status
    assert send(api_client(team.viewer)).status_code == 403
    with workspace_scope(team.workspace.id):
        picture = Picture.objects.first()
        assert picture
    stolen = send(api_client(team.charlie), image=None, picture=str(picture.pk))
    assert (stolen.status_code, stolen.json()["errors"][0]["pointer"]) == (400, "/picture")
    assert api_client(team.bob).get(reverse("api:optimize:status", args=[uuid4()])).status_code == 404


def test_the_same_request_twice_is_one_session(team: Team) -> None:
    client = api_client(team.bob)

    def once(data: bytes = DATA) -> Any:
        fields = {"image": file(data=data), "platforms": "x"}
        return client.post(URL, fields, format="multipart", headers={"Idempotency-Key": "k1"})

    first, second = once(), once()
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json() == second.json()
    assert (second["Location"], second["Idempotent-Replayed"]) == (first["Location"], "true")
    assert once(encoded(grainy(800, 600, seed=9))).json()["code"] == "idempotency_key_reused"
    with workspace_scope(team.workspace.id):
        assert Optimization.objects.count() == Job.objects.filter(kind="optimizer.render").count() == 1


def test_the_list_has_pages_filters_and_files(team: Team) -> None:
    pk = made(team, description="For the spring fair")
    client = api_client(team.bob)
    other = send(client, **{"platforms[]": ["tiktok"], "image": file("lake.jpg")}).json()["id"]
    assert [one["id"] for one in client.get(LIST).json()["results"]] == [other, pk]
    page = client.get(LIST, {"limit": 1}).json()
    assert [one["id"] for one in client.get(page["next"]).json()["results"]] == [pk]
    for query, wanted in (
        ({"status": "queued"}, [other]),
        ({"platform": "x.com"}, [pk]),
        ({"q": "spring"}, [pk]),
        ({"q": "lake"}, [other]),
        ({"reused": "true"}, []),
        ({"created_at__gte": "2100-01-01T00:00:00Z"}, []),
    ):
        assert [one["id"] for one in client.get(LIST, query).json()["results"]] == wanted, query
    row = client.get(LIST, {"q": "spring"}).json()["results"][0]
    assert (row["platforms"], row["status"], row["error"]) == (["instagram", "x.com"], "done", None)
    assert client.get(row["picture"]["thumbnail_url"]).status_code == 200
    csv = client.get(LIST, {"format": "csv"}).content.decode("utf-8-sig").splitlines()
    assert len(csv) == 3
    assert "blue cup.jpg" in csv[2]


def test_reading_takes_as_many_queries_for_many_as_for_few(team: Team) -> None:
    one, many = made(team, **{"platforms[]": ["x"]}), made(team, **{"platforms[]": ["all"]})
    client = api_client(team.bob)

    def queries(url: str) -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(url).status_code == 200
        return len(caught)

    for path in ("status", "results"):
        few = queries(reverse(f"api:optimize:{path}", args=[one]))
        assert queries(reverse(f"api:optimize:{path}", args=[many])) == few < 15
    few = queries(f"{LIST}?q=x.jpg")
    before = queries(LIST)
    send(client)
    assert queries(LIST) == before < 15
    assert few <= before


def test_a_session_is_stopped_tried_again_and_deleted(team: Team, tmp_path: Path) -> None:
    client = api_client(team.bob)
    pk = send(client).json()["id"]
    cancel, retry = (reverse(f"api:optimize:{name}", args=[pk]) for name in ("cancel", "retry"))
    assert client.post(retry).json()["code"] == "job_not_failed"
    assert client.post(cancel).json()["status"] == "cancelled"
    assert (client.post(cancel).status_code, client.post(cancel).json()["code"]) == (409, "job_over")
    assert client.post(retry).json()["status"] == "queued"
    drain(retries=True)
    where = reverse("api:optimize:session", args=[pk])
    assert client.get(where).json()["status"] == "done"
    assert client.delete(where).status_code == 204
    assert client.get(where).status_code == 404
    with workspace_scope(team.workspace.id):
        assert not Picture.objects.exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_its_end_is_told_by_webhook_without_any_text(team: Team) -> None:
    hooks.endpoint(team.workspace)
    pk = made(team, description="Ask @somebody")
    with workspace_scope(team.workspace.id):
        [event] = WebhookEvent.objects.all()
    assert (event.type, event.payload["session_id"]) == ("optimization.completed", pk)
    assert event.payload["platforms"] == {"instagram": "done", "x.com": "done"}
    assert "somebody" not in json.dumps(event.payload)


def test_a_failure_is_told_with_its_code(team: Team) -> None:
    hooks.endpoint(team.workspace)
    client = api_client(team.bob)
    client.post(URL, {"image_url": "http://10.0.0.7/a.jpg", "platforms": "x"})
    drain(retries=True)
    with workspace_scope(team.workspace.id):
        [event] = WebhookEvent.objects.all()
    assert (event.type, event.payload["error"]) == ("optimization.failed", {"code": "url_refused"})


def test_what_a_service_refused_stands_in_status_and_results(team: Team) -> None:
    pk = made(team)
    with workspace_scope(team.workspace.id):
        sessions.note(Optimization.objects.get(), "budget_reached", "The budget is reached.", 86_400.4)
    wanted = {"code": "API_CREDITS_EXHAUSTED", "message": "The budget is reached.", "retry_after": 86_400}
    client = api_client(team.bob)
    assert wanted in client.get(reverse("api:optimize:status", args=[pk])).json()["notes"]
    assert wanted in client.get(reverse("api:optimize:results", args=[pk])).json()["problems"]


def test_the_original_is_gone_once_it_is_read(team: Team) -> None:
    client = api_client(team.bob)
    pk = send(client).json()["id"]
    with workspace_scope(team.workspace.id):
        path = Optimization.objects.get(pk=pk).upload_path
    assert default_storage.exists(path)
    drain(retries=True)
    assert not default_storage.exists(path)


def test_the_table_of_platforms_says_what_each_takes_and_who_says_so(team: Team) -> None:
    found = api_client(team.viewer).get("/api/v1/optimize/platforms").json()
    assert len(found["platforms"]) == 6
    instagram = found["platforms"][0]
    sizes = {(row["width"], row["height"]) for row in instagram["formats"]}
    assert {(1080, 1350), (1080, 1080), (1080, 1920)} <= sizes
    assert all(row["source"] and row["read_on"] for one in found["platforms"] for row in one["formats"])
    assert instagram["hashtags"]["full"] == {"fewest": 15, "aim": 20, "most": 30, "allowed": 30}
    assert instagram["limits"]["caption"]["most"] == 2200
    assert len(found["styles"]) == 7
    assert found["options"]["output_format"] == ["jpeg", "png", "webp"]
