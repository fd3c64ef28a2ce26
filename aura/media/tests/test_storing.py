"""Pictures are stored once per content and workspace, and go when nothing shows them any more (C2, M13)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.files.storage import default_storage
from django.db import connection, models
from django.test.utils import isolate_apps
from django.utils import timezone

from audience.models import Commenter, StoredImage
from aura.media import services
from aura.media.models import Picture
from aura.media.tests.factories import picture_bytes
from aura.privacy.registry import Erasure
from aura.privacy.subjects import Identifiers
from aura.providers.images import ImageRefused
from aura.tenancy.ids import uuid7
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team

pytestmark = pytest.mark.django_db
committing = pytest.mark.django_db(transaction=True, databases=["default", "staff"])


@pytest.fixture(autouse=True)
def _own_storage(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A feature that shows pictures: a table that is there already, of which one column is taken for a reference."""
    with isolate_apps("aura.media"):

        class Shown(models.Model):
            picture = models.ForeignKey(Picture, models.CASCADE, related_name="+", db_column="id", primary_key=True)

            class Meta:
                app_label = "media"
                db_table = StoredImage._meta.db_table

    monkeypatch.setattr(services, "references", lambda model: [Shown._meta.get_field("picture")])
    return lambda picture: StoredImage.objects.create(
        pk=picture.pk, workspace_id=picture.workspace_id, sha256=picture.sha256, width=1, height=1, size=1
    )


def test_a_picture_is_stored_once_with_its_measures_and_a_small_one(team: Team) -> None:
    cleaned = services.clean(picture_bytes(1))
    with workspace_scope(team.workspace.id):
        first, second = services.store(cleaned), services.store(services.clean(picture_bytes(1)))
        assert first.pk == second.pk
        assert (first.width, first.height, first.thumbnail_width, first.thumbnail_height) == (900, 600, 480, 320)
        assert first.path == f"pictures/{team.workspace.id}/{first.sha256[:2]}/{first.sha256}.jpg"
        assert services.read(first) == cleaned.data
        assert first.size == len(cleaned.data)
        assert services.read_thumbnail(first) == cleaned.thumbnail.data
    with workspace_scope(team.elsewhere.id):
        assert services.store(cleaned).pk != first.pk


def test_two_workspaces_share_no_file(team: Team) -> None:
    cleaned = services.clean(picture_bytes(1))
    with workspace_scope(team.workspace.id):
        north = services.store(cleaned)
    with workspace_scope(team.elsewhere.id):
        assert services.store(cleaned).path != north.path


def test_several_come_back_in_their_order_and_doubles_are_one_row(team: Team) -> None:
    cleaned = [services.clean(picture_bytes(seed)) for seed in (3, 1, 2, 3)]
    with workspace_scope(team.workspace.id):
        rows = services.store_all(cleaned)
        assert [row.sha256 for row in rows] == [one.sha256 for one in cleaned]
        assert Picture.objects.count() == 3


def test_a_file_that_was_cut_off_or_lost_is_written_again(team: Team) -> None:
    cleaned = services.clean(picture_bytes(1))
    with workspace_scope(team.workspace.id):
        row = services.store(cleaned)
        Path(default_storage.path(row.path)).write_bytes(cleaned.data[:100])
        default_storage.delete(row.thumbnail_path)
        services.store(cleaned)
        assert services.read(row) == cleaned.data
        assert services.read_thumbnail(row) == cleaned.thumbnail.data
        assert len(list(Path(default_storage.path(row.path)).parent.iterdir())) == 2


def test_a_file_with_provenance_is_stored_byte_by_byte(team: Team) -> None:
    cleaned = services.clean(picture_bytes(1), keep="png")
    data = cleaned.data + b"\0"
    with workspace_scope(team.workspace.id):
        row = services.store_as_is(data, "image/png", 900, 600, cleaned.thumbnail)
        assert services.read(row) == data
        assert row.path.endswith(".png")


def test_what_is_no_picture_is_refused_with_a_stable_code() -> None:
    with pytest.raises(ImageRefused) as caught:
        services.clean(b"<svg/>")
    assert caught.value.code == "not_an_image"
    with pytest.raises(ImageRefused) as caught:
        services.clean(picture_bytes(1), max_bytes=1000)
    assert caught.value.code == "too_large"


@committing
def test_many_at_once_store_one_row_and_whole_files(team: Team) -> None:
    cleaned = [services.clean(picture_bytes(seed, (64, 48))) for seed in range(4)]

    def store(place: int) -> list[UUID]:
        try:
            with workspace_scope(team.workspace.id):
                turned = cleaned[place % 4 :] + cleaned[: place % 4]
                return sorted(row.pk for row in services.store_all(turned))
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(store, range(24)))
    assert len({tuple(answer) for answer in answers}) == 1
    with workspace_scope(team.workspace.id):
        assert [services.read(row) for row in Picture.objects.order_by("sha256")] == [
            one.data for one in sorted(cleaned, key=lambda one: one.sha256)
        ]


@committing
def test_what_a_feature_shows_stays_and_the_rest_goes_with_its_files(team: Team, shown: Any) -> None:
    with workspace_scope(team.workspace.id):
        kept, gone = services.store_all([services.clean(picture_bytes(seed)) for seed in (1, 2)])
        shown(kept)
    with workspace_scope(team.workspace.id):
        assert services.drop_unused([kept, gone.pk]) == 1
        assert default_storage.exists(gone.path)  # until the commit
    assert not default_storage.exists(gone.path)
    assert not default_storage.exists(gone.thumbnail_path)
    assert default_storage.exists(kept.path)
    with workspace_scope(team.workspace.id):
        assert list(Picture.objects.all()) == [kept]


@committing
def test_files_of_a_content_that_came_back_are_not_deleted(team: Team) -> None:
    cleaned = services.clean(picture_bytes(1))
    with workspace_scope(team.workspace.id):
        row = services.store(cleaned)
    paths = [row.path, row.thumbnail_path]
    assert services.delete_files(team.workspace.id, paths) == 0
    assert default_storage.exists(row.path)
    assert services.delete_files(team.elsewhere.id, paths) == 0  # never in another workspace's folder
    with workspace_scope(team.workspace.id):
        Picture.objects.all().delete()
    assert services.delete_files(team.workspace.id, paths) == 2


def test_an_erasure_counts_the_rows_and_names_the_files(team: Team) -> None:
    work = Erasure(Identifiers())
    with workspace_scope(team.workspace.id):
        row = services.store(services.clean(picture_bytes(1)))
        services.erase_unused(work, [row.pk, uuid7()])
        assert not Picture.objects.exists()
    assert work.files == [row.path, row.thumbnail_path]
    assert work.counts["media_picture"] == 1
    assert default_storage.exists(row.path)  # the privacy pipeline deletes it after the commit


def test_references_of_every_app_count() -> None:
    assert services.references(StoredImage) == [Commenter._meta.get_field("picture")]


def test_storing_again_makes_a_picture_young(team: Team) -> None:
    cleaned = services.clean(picture_bytes(1))
    with workspace_scope(team.workspace.id):
        row = services.store(cleaned)
        Picture.objects.update(stored_at=timezone.now() - timedelta(days=30))
        services.store(cleaned)
        row.refresh_from_db()
        assert timezone.now() - row.stored_at < timedelta(minutes=1)
