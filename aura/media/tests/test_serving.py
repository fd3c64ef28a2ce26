"""Pictures over HTTP: who sees them, what the answer says, uploads (C2, G4)."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from aura.media import api, services
from aura.media.models import Picture
from aura.media.tests.factories import picture_bytes
from aura.providers.images import Cleaned
from aura.tenancy.ids import uuid7
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team, api_client, page_client

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_storage(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def cleaned() -> Cleaned:
    return services.clean(picture_bytes(1))


@pytest.fixture
def picture(team: Team, cleaned: Cleaned) -> Picture:
    with workspace_scope(team.workspace.id):
        return services.store(cleaned)


def upload(user: Any, data: bytes, **more: str) -> Any:
    form = {"image": SimpleUploadedFile("../x.svg", data, "text/html"), **more}
    return api_client(user).post("/api/v1/media", form, format="multipart")


@pytest.mark.parametrize("address", ["/media/{}/", "/api/v1/media/{}/file"])
def test_members_get_the_bytes_under_a_fixed_type(team: Team, picture: Picture, cleaned: Cleaned, address: str) -> None:
    for who in (team.alice, team.bob, team.viewer):
        answer = page_client(who).get(address.format(picture.pk), headers={"Accept": "image/avif,*/*"})
        assert answer.status_code == 200
        assert answer.content == cleaned.data
        assert answer["Content-Type"] == "image/jpeg"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["ETag"] == f'"{picture.sha256}"'
        assert {"private", "immutable"} <= set(answer["Cache-Control"].replace(",", "").split())
        assert answer["Content-Disposition"] == f'inline; filename="picture-{picture.sha256[:12]}.jpg"'


@pytest.mark.parametrize("address", ["/media/{}/small/", "/api/v1/media/{}/small"])
def test_the_small_one_is_another_file(team: Team, picture: Picture, cleaned: Cleaned, address: str) -> None:
    answer = page_client(team.alice).get(address.format(picture.pk))
    assert answer.content == cleaned.thumbnail.data
    assert answer["ETag"] == f'"{picture.sha256}-small"'


@pytest.mark.parametrize("address", ["/media/{}/", "/media/{}/small/", "/api/v1/media/{}", "/api/v1/media/{}/file"])
def test_for_a_stranger_it_does_not_exist(team: Team, picture: Picture, address: str) -> None:
    client = page_client(team.charlie)
    assert client.get(address.format(picture.pk)).status_code == 404
    assert client.get(address.format(uuid7())).status_code == 404
    with workspace_scope(team.elsewhere.id):
        services.store(services.clean(picture_bytes(1)))  # of his own the same content changes nothing
    assert client.get(address.format(picture.pk)).status_code == 404
    stranger = client.get(address.format(picture.pk), headers={"If-None-Match": f'"{picture.sha256}"'})
    assert stranger.status_code == 404


def test_who_has_it_already_is_told_so_without_reading_the_storage(
    team: Team, picture: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "read", lambda picture: pytest.fail("read"))
    client = page_client(team.alice)
    answer = client.get(f"/media/{picture.pk}/", headers={"If-None-Match": f'"{picture.sha256}"'})
    assert answer.status_code == 304
    assert not answer.content


def test_it_downloads_when_asked(team: Team, picture: Picture) -> None:
    answer = page_client(team.alice).get(f"/media/{picture.pk}/?download=1")
    assert answer["Content-Disposition"].startswith("attachment; ")


def test_a_lost_file_is_a_404(team: Team, picture: Picture) -> None:
    default_storage.delete(picture.path)
    assert page_client(team.alice).get(f"/media/{picture.pk}/").status_code == 404


def test_an_upload_is_cleaned_and_answers_what_is_known(team: Team) -> None:
    answer = upload(team.bob, picture_bytes(2, (3000, 1500)))
    assert answer.status_code == 201
    assert (answer.json()["width"], answer.json()["height"], answer.json()["media_type"]) == (2048, 1024, "image/jpeg")
    known = api_client(team.viewer).get(answer["Location"])
    assert known.json() == answer.json()
    file = page_client(team.viewer).get(known.json()["url"])
    assert len(file.content) == known.json()["size"]
    again = upload(team.alice, picture_bytes(2, (3000, 1500)))
    assert again.json()["id"] == answer.json()["id"]


def test_an_upload_may_keep_its_transparency(team: Team) -> None:
    answer = upload(team.bob, picture_bytes(2, mode="RGBA"), keep="png")
    assert answer.json()["media_type"] == "image/png"
    assert upload(team.bob, picture_bytes(2), keep="tiff").json()["code"] == "invalid"


@pytest.mark.parametrize(
    ("data", "code"),
    [(picture_bytes(1)[:-900], "broken"), (b"<svg/>", "not_an_image"), (picture_bytes(1, (8, 8)), "too_small")],
)
def test_what_is_no_picture_is_refused_with_its_code(team: Team, data: bytes, code: str) -> None:
    answer = upload(team.bob, data)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["errors"][0]["pointer"] == "/image"


def test_too_long_an_upload_is_refused(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "PICTURE_BYTES", 1000)
    monkeypatch.setattr(api, "AROUND", 0)
    answer = upload(team.bob, picture_bytes(1))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_viewers_do_not_upload(team: Team) -> None:
    assert upload(team.viewer, picture_bytes(1)).status_code == 403


def test_an_upload_is_idempotent(team: Team) -> None:
    client = api_client(team.bob)
    form = {"image": SimpleUploadedFile("x.png", picture_bytes(1))}
    first = client.post("/api/v1/media", form, format="multipart", headers={"Idempotency-Key": "k1"})
    form = {"image": SimpleUploadedFile("x.png", picture_bytes(1))}
    again = client.post("/api/v1/media", form, format="multipart", headers={"Idempotency-Key": "k1"})
    assert again.json() == first.json()
    form = {"image": SimpleUploadedFile("x.png", picture_bytes(2))}
    other = client.post("/api/v1/media", form, format="multipart", headers={"Idempotency-Key": "k1"})
    assert other.json()["code"] == "idempotency_key_reused"
