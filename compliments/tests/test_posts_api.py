"""Posts over HTTP: asked for, uploaded, listed, tried again, deleted; only for their workspace (C1, C2, C6, M12)."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from django.urls import reverse

from aura.jobs.models import Job
from aura.media.models import Picture
from aura.media.tests.factories import picture_bytes
from aura.privacy.services import add_opt_out, identify
from aura.tenancy.scope import workspace_scope
from aura.testing.drain import drain
from aura.testing.fixtures import Team, api_client
from compliments.addresses import MESSAGES
from compliments.models import InstagramPost
from compliments.tests.live import NAME, OTHER, address, simulated

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])
URL = "/api/v1/compliments/posts"


@pytest.fixture(autouse=True)
def _files(tmp_path: Path) -> Any:
    with override_settings(MEDIA_ROOT=tmp_path):
        yield


def file(seed: int, name: str = "a.png", size: tuple[int, int] = (90, 60)) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture_bytes(seed, size), "image/png")


def test_a_post_is_asked_for_followed_listed_and_deleted(team: Team, tmp_path: Path) -> None:
    client = api_client(team.bob)
    with simulated(tmp_path) as outside:
        wanted = outside.post("Sidecar", NAME)
        answer = client.post(URL, {"url": address(wanted)})
        assert (answer.status_code, answer.json()["status"]) == (202, "queued")
        where = answer.json()["status_url"]
        assert answer["Location"] == where == reverse("api:compliments:post", args=[answer.json()["id"]])
        assert client.get(where).json()["status"] == "queued"
        drain(retries=True)
        shown = client.get(where).json()
        assert (shown["status"], shown["kind"], shown["author"]) == ("downloaded", "carousel", NAME)
        assert [image["number"] for image in shown["images"]] == [1, 2, 3]
        assert shown["images"][1]["kind"] == "cover"
        for key in ("url", "thumbnail_url"):
            file = client.get(shown["images"][0][key])
            assert (file.status_code, file["Content-Type"]) == (200, "image/jpeg")
        again = client.post(URL, {"url": f"instagram.com/p/{wanted.code}"}).json()
        assert (again["id"], again["status"]) == (shown["id"], "downloaded")
    assert client.get(URL).json()["results"][0]["code"] == wanted.code
    assert len(client.get(URL, {"status": "failed"}).json()["results"]) == 0
    assert len(client.get(URL, {"author": NAME.upper()}).json()["results"]) == 1
    assert client.delete(where).status_code == 204
    with workspace_scope(team.workspace.id):
        assert (InstagramPost.objects.count(), Picture.objects.count()) == (0, 0)
    assert not list(tmp_path.rglob("*.jpg"))


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://www.instagram.com/stories/northroast/123/", "story"),
        ("https://www.instagram.com/northroast/", "profile"),
        ("https://example.org/p/DAbc123xyz_/", "not_instagram"),
        ("hello", "no_address"),
        ("https://www.instagram.com/explore/", "explore"),
    ],
)
def test_an_address_of_something_else_is_refused_with_its_reason(team: Team, url: str, code: str) -> None:
    answer = api_client(team.bob).post(URL, {"url": url})
    assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (400, code, MESSAGES[code])
    with workspace_scope(team.workspace.id):
        assert not InstagramPost.objects.exists()


def test_the_same_request_twice_asks_once(team: Team, tmp_path: Path) -> None:
    client = api_client(team.bob)
    with simulated(tmp_path) as outside:
        sent = {"url": address(outside.post("Image"))}
        answers = [client.post(URL, sent, headers={"Idempotency-Key": "k1"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    with workspace_scope(team.workspace.id):
        assert Job.objects.filter(kind="compliments.download").count() == 1


def test_pictures_are_uploaded_in_their_order(team: Team) -> None:
    client = api_client(team.bob)
    sent = {"images[]": [file(1), file(2), file(1)], "caption": "Ours", "author": "@North.Roast"}
    answer = client.post(URL, sent, format="multipart")
    assert (answer.status_code, answer.json()["status"]) == (202, "downloaded")
    shown = client.get(answer.json()["status_url"]).json()
    assert (shown["uploaded"], shown["kind"], shown["author"], shown["caption"]) == (
        True,
        "carousel",
        "north.roast",
        "Ours",
    )
    hashes = [image["sha256"] for image in shown["images"]]
    assert hashes[0] == hashes[2] != hashes[1]
    one = client.post(URL, {"images": [file(3)]}, format="multipart").json()
    assert client.get(one["status_url"]).json()["kind"] == "image"


def test_other_pictures_under_a_used_key_are_noticed(team: Team) -> None:
    client = api_client(team.bob)

    def send(*seeds: int) -> Any:
        pictures = [file(seed) for seed in seeds]
        return client.post(URL, {"images": pictures}, format="multipart", headers={"Idempotency-Key": "k2"})

    first = send(1, 2)
    assert send(1, 2).json() == first.json()
    assert (send(3, 2).status_code, send(3, 2).json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"caption": "x"}, 400, "no_images"),
        ({"images": [SimpleUploadedFile("a.jpg", b"<html>", "image/jpeg")]}, 400, "not_an_image"),
        (
            {"images": [SimpleUploadedFile("a.mp4", b"\0\0\0\x18ftypmp42" + bytes(99), "video/mp4")]},
            400,
            "not_an_image",
        ),
        ({"images": [file(1)], "author": "two words"}, 400, "invalid_username"),
        ({"images": [file(1, size=(8, 8))]}, 400, "too_small"),
    ],
    ids=["none", "page", "video", "author", "small"],
)
def test_bad_uploads_are_refused(team: Team, sent: dict[str, Any], status: int, code: str) -> None:
    for values in sent.values():
        for value in values if isinstance(values, list) else []:
            value.seek(0)
    answer = api_client(team.bob).post(URL, sent, format="multipart")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    with workspace_scope(team.workspace.id):
        assert (InstagramPost.objects.count(), Picture.objects.count()) == (0, 0)


def test_more_than_twenty_pictures_are_refused(team: Team) -> None:
    answer = api_client(team.bob).post(URL, {"images": [file(1) for _ in range(21)]}, format="multipart")
    assert (answer.status_code, answer.json()["code"]) == (400, "too_many_images")


def test_pictures_by_somebody_who_objects_are_refused(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        add_opt_out(identify(OTHER), user_id=None)
    answer = api_client(team.bob).post(URL, {"images": [file(1)], "author": OTHER}, format="multipart")
    assert (answer.status_code, answer.json()["code"]) == (409, "do_not_process")


def test_only_what_failed_can_be_tried_again_and_only_what_is_over_deleted(team: Team, tmp_path: Path) -> None:
    client = api_client(team.bob)
    with simulated(tmp_path, sources=()) as outside:
        where = client.post(URL, {"url": address(outside.post("Image"))}).json()["status_url"]
        assert client.delete(where).json()["code"] == "post_going_on"
        assert client.post(f"{where}/retry").json()["code"] == "post_not_retryable"
        drain()
        failed = client.get(where).json()
        assert (failed["status"], failed["error_code"], len(failed["tried"])) == ("failed", "no_post_source", 3)
        assert client.post(f"{where}/retry").status_code == 202
        assert client.get(where).json()["status"] == "queued"
    uploaded = client.post(URL, {"images": [file(1)]}, format="multipart").json()["status_url"]
    assert client.post(f"{uploaded}/retry").json()["code"] == "post_not_retryable"


def test_a_team_mate_sees_a_post_a_viewer_asks_for_none_and_a_stranger_sees_nothing(team: Team) -> None:
    where = api_client(team.bob).post(URL, {"images": [file(1)]}, format="multipart").json()["status_url"]
    shown = api_client(team.viewer).get(where)
    picture = shown.json()["images"][0]["url"]
    assert (shown.status_code, api_client(team.alice).get(where).status_code) == (200, 200)
    assert api_client(team.viewer).post(URL, {"url": "https://instagram.com/p/DAbc123xyz_/"}).status_code == 403
    assert api_client(team.viewer).delete(where).status_code == 403
    stranger = api_client(team.charlie)
    assert [stranger.get(url).status_code for url in (where, picture)] == [404, 404]
    assert [stranger.delete(where).status_code, stranger.post(f"{where}/retry").status_code] == [404, 404]
    assert stranger.get(URL).json()["results"] == []
