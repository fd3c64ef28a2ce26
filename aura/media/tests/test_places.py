"""Pictures and all other files work the same on a disk, on S3 and with pictures at Cloudinary (M11, M16, G4)."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import orjson
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from accounts.jobs import delete_files
from audience.jobs import start_import
from audience.models import Commenter
from audience.services.uploads import track_account
from aura.health import check
from aura.jobs.models import Job
from aura.jobs.queue import start
from aura.media import jobs, services
from aura.media.models import Picture
from aura.media.tests import places
from aura.media.tests.factories import picture_bytes
from aura.privacy.jobs import start_erasure, start_export
from aura.privacy.subjects import Identifiers
from aura.providers.cloudinary.storage import Cloudinary
from aura.providers.storing.divided import Divided
from aura.providers.storing.errors import StorageAway
from aura.providers.storing.walking import files_below
from aura.tenancy.scope import staff_scope, workspace_scope
from aura.testing.drain import drain
from aura.testing.fixtures import Team, page_client
from aura.testing.simulators.cloudinary import CloudinarySimulator

committing = pytest.mark.django_db(transaction=True, databases=["default", "staff"])


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    with places.moto() as url:
        yield url


@pytest.fixture(params=["local", "s3", "cloudinary"])
def place(request: Any, settings: Any, tmp_path: Path) -> Iterator[str]:
    """Where files lie in this test."""
    settings.MEDIA_ROOT = tmp_path
    with ExitStack() as stack:
        if request.param == "s3":
            settings.STORAGES = places.s3(request.getfixturevalue("moto"), prefix=tmp_path.name)
        elif request.param == "cloudinary":
            settings.STORAGES = places.cloudinary(stack.enter_context(CloudinarySimulator()))
        yield request.param
        if isinstance(default_storage, Divided):
            default_storage.close()


@committing
def test_a_picture_comes_in_is_read_and_goes(team: Team, place: str) -> None:
    cleaned = services.clean(picture_bytes(1))
    with workspace_scope(team.workspace.id):
        picture = services.store(cleaned)
        assert services.store(cleaned) == picture
        assert services.read(picture) == cleaned.data
        assert services.read_thumbnail(picture) == cleaned.thumbnail.data
        assert default_storage.size(picture.path) == len(cleaned.data)
        png = services.store(services.clean(picture_bytes(1, mode="RGBA"), keep="png"))
    with workspace_scope(team.workspace.id):
        assert services.drop_unused([picture, png]) == 2
    assert not default_storage.exists(picture.path)
    with pytest.raises(FileNotFoundError):
        services.read(picture)
    assert list(files_below(default_storage, "pictures")) == []


@committing
def test_the_sweep_takes_what_nothing_shows_and_what_no_row_names(
    team: Team, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with workspace_scope(team.workspace.id):
        young, old, lost = services.store_all([services.clean(picture_bytes(n, (64, 48))) for n in (1, 2, 3)])
        Picture.objects.filter(pk=old.pk).update(stored_at=timezone.now() - jobs.KEPT - timedelta(minutes=1))
        Picture.objects.filter(pk=lost.pk).delete()
    monkeypatch.setattr(jobs, "SETTLES", timedelta(seconds=-5))
    with workspace_scope(team.workspace.id):
        start(jobs.sweep_workspace, workspace_id=team.workspace.id, payload={})
    drain()
    with staff_scope("test"):
        job = Job.objects.get(kind="media.sweep_workspace")
    assert (job.state, job.result) == ("done", {"pictures": 1, "files": 2})
    names = sorted(name for name, _ in files_below(default_storage, f"pictures/{team.workspace.id}"))
    assert names == sorted([young.path, young.thumbnail_path])


@pytest.mark.django_db
def test_a_closed_workspace_leaves_no_file(team: Team, place: str) -> None:
    with workspace_scope(team.workspace.id):
        picture = services.store(services.clean(picture_bytes(1)))
    with workspace_scope(team.elsewhere.id):
        other = services.store(services.clean(picture_bytes(1)))
    for kind in ("exports", "imports"):
        default_storage.save(f"{kind}/{team.workspace.id}/x", ContentFile(b"x"))
    assert delete_files(team.workspace.id) == 4
    assert not default_storage.exists(picture.path)
    assert not default_storage.exists(f"exports/{team.workspace.id}/x")
    assert not default_storage.exists(f"imports/{team.workspace.id}/x")
    assert default_storage.exists(other.path)


@pytest.mark.django_db
def test_other_files_are_written_listed_and_replaced(place: str) -> None:
    name = default_storage.save("exports/a/b.zip", ContentFile(b"PK1"))
    assert name == "exports/a/b.zip"
    assert default_storage.save("exports/a/b.zip", ContentFile(b"PK2")) != name  # never over another
    with default_storage.open(name, "rb") as stream:
        assert stream.read() == b"PK1"
        stream.seek(1)
        assert stream.read(1) == b"K"
    assert name.rpartition("/")[2] in default_storage.listdir("exports/a")[1]
    assert "exports" in default_storage.listdir("")[0]
    assert timezone.now() - default_storage.get_modified_time(name) < timedelta(minutes=1)
    default_storage.delete(name)
    assert not default_storage.exists(name)
    with pytest.raises(FileNotFoundError):
        default_storage.open(name, "rb")


@pytest.mark.django_db
def test_health_writes_where_files_lie(place: str) -> None:
    assert check("storage").status == "ok"
    assert list(files_below(default_storage, "health")) == []


def test_uploads_that_are_worked_on_stay_on_this_machine(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.STORAGES = places.s3("http://127.0.0.1:9")
    assert Path(default_storage.path("imports/a/b")) == tmp_path / "imports/a/b"
    with pytest.raises(NotImplementedError):
        default_storage.path("pictures/a/b")


@pytest.mark.parametrize("kind", ["s3", "cloudinary"])
def test_a_storage_that_is_away_is_said_so_without_secrets(
    settings: Any, tmp_path: Path, kind: str, caplog: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    service = CloudinarySimulator()
    service.setting  # noqa: B018
    settings.STORAGES = places.s3("http://127.0.0.1:9") if kind == "s3" else places.cloudinary(service)
    service._server.server_close()
    storage: Any = default_storage
    assert isinstance(storage, Divided)
    if isinstance(storage.outside, Cloudinary):
        storage.outside.client.wait = 0
    for call in (
        lambda: storage.put("pictures/a/b.jpg", b"x"),
        lambda: storage.exists("pictures/a/b.jpg"),
        lambda: storage.open("pictures/a/b.jpg"),
        lambda: storage.delete("pictures/a/b.jpg"),
        lambda: list(storage.walk("pictures/a")),
    ):
        with pytest.raises(StorageAway) as caught:
            call()
        assert "hush" not in str(caught.value)
    found = check("storage")
    storage.close()
    assert (found.status, found.words) == ("down", "File storage does not answer.")


@committing
@pytest.mark.parametrize("place", ["s3"], indirect=True)
def test_an_import_with_pictures_and_a_persons_export_work(team: Team, place: str, tmp_path: Path) -> None:
    folder = tmp_path / "pictures-beside"
    folder.mkdir()
    (folder / "nina.jpg").write_bytes(picture_bytes(1, kind="JPEG"))
    item: dict[str, Any] = {"id": "1", "text": "Hi", "ownerUsername": "nina", "timestamp": "2026-01-02T10:00:00.000Z"}
    item |= {"owner": {"id": "7", "username": "nina"}, "postUrl": "https://www.instagram.com/p/Abc123/"}
    with workspace_scope(team.workspace.id):
        account = track_account("northroast")
        stream = BytesIO(orjson.dumps([item]))
        start_import(account, stream, filename="x.json", user_id=team.alice.pk, pictures_folder=folder)
    drain()
    with workspace_scope(team.workspace.id):
        person = Commenter.objects.select_related("picture").get(username="nina")
        assert person.picture
        assert default_storage.exists(person.picture.path)
        Commenter.objects.update(possible_minor=False)
        export = start_export(Identifiers(frozenset({"nina"})), user_id=team.alice.pk)
    drain()
    client = page_client(team.alice)
    assert client.get(reverse("audience:picture", args=[person.pk])).status_code == 200
    answer: Any = client.get(f"/api/v1/privacy/exports/{export.pk}/download")
    with ZipFile(BytesIO(b"".join(answer.streaming_content))) as archive:
        assert len([name for name in archive.namelist() if name.startswith("pictures/")]) == 1
    answer.close()
    with workspace_scope(team.workspace.id):
        start_erasure(Identifiers(frozenset({"nina"})), user_id=team.alice.pk)
    drain()
    assert not default_storage.exists(person.picture.path)
