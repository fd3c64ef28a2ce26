"""Pictures in and out of the storage (C2, G4): cleaned, stored once per content, dropped when nothing shows them.

``clean`` works outside any transaction; all else runs inside the open scope of a workspace. Features refer to a
picture by ``TenantForeignKey("media.Picture", …)``: a reference of any other kind does not keep it.
"""

import hashlib
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Exists, ForeignKey, ForeignObjectRel, Model, OuterRef, QuerySet
from django.db.models.functions import Now

from aura.media.models import Picture
from aura.privacy.registry import Erasure
from aura.providers.images import Cleaned, CleanImage, ImageRefused, clean
from aura.providers.storing.divided import Divided
from aura.tenancy.scope import current_workspace_id, workspace_scope

__all__ = [
    "Cleaned",
    "ImageRefused",
    "clean",
    "delete_files",
    "drop_unused",
    "erase_unused",
    "read",
    "read_thumbnail",
    "store",
    "store_all",
    "store_as_is",
    "unused",
]

FOLDER = "pictures"
SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
# Held until the transaction ends: who stores a content and who deletes its files wait for each other.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 11))"


def store(cleaned: Cleaned) -> Picture:
    """The picture of this content in the open scope's workspace; its files are written where they are not there yet.

    Refer to it in the same transaction, or within days: what nothing refers to is swept.
    """
    return store_all([cleaned])[0]


def store_all(cleaned: Sequence[Cleaned]) -> list[Picture]:
    """:func:`store` for several, in the order given. Several in one transaction must come together: in a fixed order
    two transactions cannot wait for each other."""
    stored = {one.sha256: one for one in cleaned}
    rows = {sha256: _store(stored[sha256]) for sha256 in sorted(stored)}
    return [rows[one.sha256] for one in cleaned]


def store_as_is(data: bytes, media_type: str, width: int, height: int, thumbnail: CleanImage) -> Picture:
    """Store a file that Aura itself has encoded and has written provenance into; sides in pixels."""
    return store(Cleaned(data, media_type, width, height, hashlib.sha256(data).hexdigest(), thumbnail))


def read(picture: Picture) -> bytes:
    """The file. Raises ``FileNotFoundError`` where the storage has lost it."""
    return _read(picture.path)


def read_thumbnail(picture: Picture) -> bytes:
    """The small JPEG. Raises ``FileNotFoundError`` where the storage has lost it."""
    return _read(picture.thumbnail_path)


def unused() -> QuerySet[Picture]:
    """Pictures of the open scope that no row of any feature refers to."""
    rows = Picture.objects.all()
    for field in references(Picture):
        rows = rows.filter(~Exists(field.model._base_manager.filter(**{field.name: OuterRef("pk")})))
    return rows


def references(model: type[Model]) -> list[ForeignKey[Any, Any]]:
    """Every foreign key of any app to a model, hidden ones and those of many-to-many tables too."""
    relations = model._meta.get_fields(include_hidden=True)
    return [one.field for one in relations if isinstance(one, ForeignObjectRel) and isinstance(one.field, ForeignKey)]


def drop_unused(pictures: Iterable[Picture | UUID]) -> int:
    """Delete those of the pictures that nothing refers to any more; their files go after the commit."""
    paths, count = _delete_rows(pictures)
    # A storage that is away keeps the files until the sweep finds that no row names them.
    transaction.on_commit(partial(delete_files, current_workspace_id(), paths), robust=True)
    return count


def erase_unused(erasure: Erasure, pictures: Iterable[Picture | UUID]) -> None:
    """:func:`drop_unused` for a keeper's ``erase_rows`` (M13): counted, and the files go with the erasure's."""
    paths, count = _delete_rows(pictures)
    erasure.files += paths
    erasure.counts[Picture._meta.db_table] += count


def delete_files(workspace_id: UUID, paths: Iterable[str]) -> int:
    """Outside any scope: delete these files unless a row names them again by now; returns how many went."""
    mine = [path for path in paths if path.startswith(f"{FOLDER}/{workspace_id}/")]
    gone = 0
    for sha256 in sorted({sha256_of(path) for path in mine}):
        with workspace_scope(workspace_id):
            _lock(sha256)
            if not Picture.objects.filter(sha256=sha256).exists():
                for path in (path for path in mine if sha256_of(path) == sha256):
                    default_storage.delete(path)
                    gone += 1
    return gone


def sha256_of(path: str) -> str:
    """The content that a file belongs to."""
    return path.rpartition("/")[2].partition(".")[0]


def _store(cleaned: Cleaned) -> Picture:
    workspace_id, small = current_workspace_id(), cleaned.thumbnail
    stem = f"{FOLDER}/{workspace_id}/{cleaned.sha256[:2]}/{cleaned.sha256}"
    path, small_path = f"{stem}.{SUFFIXES[cleaned.media_type]}", f"{stem}.small.jpg"
    _lock(cleaned.sha256)
    found = Picture.objects.filter(sha256=cleaned.sha256).first()
    _write(path, cleaned.data, known=found is not None)
    _write(small_path, small.data, known=found is not None)
    if found is not None:
        Picture.objects.filter(pk=found.pk).update(stored_at=Now())
        return found
    return Picture.objects.create(
        workspace_id=workspace_id,
        sha256=cleaned.sha256,
        path=path,
        media_type=cleaned.media_type,
        width=cleaned.width,
        height=cleaned.height,
        size=len(cleaned.data),
        thumbnail_path=small_path,
        thumbnail_width=small.width,
        thumbnail_height=small.height,
    )


def _write(path: str, data: bytes, *, known: bool) -> None:
    """Write a file unless it is there; on a disk one of another size was cut off when its writer died.

    A storage on the network has whole files only, and asking it costs as much as writing.
    """
    if isinstance(default_storage, Divided) and default_storage.writes_whole(path):
        if not known:
            default_storage.put(path, data)
        return
    try:
        if default_storage.size(path) == len(data):
            return
        default_storage.delete(path)
    except FileNotFoundError:
        pass
    default_storage.save(path, ContentFile(data))


def _read(path: str) -> bytes:
    with default_storage.open(path, "rb") as stream:
        return bytes(stream.read())


def _lock(sha256: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [f"media:{current_workspace_id()}:{sha256}"])


def _delete_rows(pictures: Iterable[Picture | UUID]) -> tuple[list[str], int]:
    keys = [one.pk if isinstance(one, Picture) else one for one in pictures]
    # Locked before they are looked at: who is about to refer to one is waited for.
    locked = Picture.objects.filter(pk__in=keys).order_by("sha256").select_for_update().values_list("pk", flat=True)
    rows = list(unused().filter(pk__in=list(locked)).values_list("pk", "path", "thumbnail_path"))
    Picture.objects.filter(pk__in=[row[0] for row in rows]).delete()
    return [path for row in rows for path in row[1:]], len(rows)
