"""Profile pictures: read from a folder or fetched before their links expire, cleaned, stored once per content (A3)."""

import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from audience.models import Commenter, PictureState, StoredImage
from aura.providers.errors import ProviderError
from aura.providers.images import CleanImage, ImageRefused, sanitise
from aura.providers.outbound import fetch
from aura.tenancy.scope import current_workspace_id

MAX_BYTES = 8 * 2**20
DEADLINE = 15.0
FETCHERS = 8
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
SAFE_NAME = re.compile(r"[A-Za-z0-9._-]{1,120}")


@dataclass(frozen=True, slots=True)
class Found:
    """What looking for one person's picture gave."""

    commenter_id: UUID
    state: PictureState
    image: CleanImage | None = None


class PictureFolder:
    """Pictures beside a dataset, named by the person's id, user name or by the file name in the picture's link."""

    def __init__(self, folder: str) -> None:
        self.root = Path(folder).resolve()

    def read(self, person: Commenter) -> bytes | None:
        """The bytes of the person's picture, or None where the folder has none. Never leaves the folder."""
        link = urlsplit(person.picture_url).path.rsplit("/", 1)[-1]
        names = [person.external_id, person.username]
        candidates = [name + suffix for name in names if name for suffix in SUFFIXES] + [link]
        for name in candidates:
            if name and SAFE_NAME.fullmatch(name) and name not in {".", ".."}:
                path = self.root / name
                if path.is_file() and path.resolve().parent == self.root:
                    with path.open("rb") as stream:
                        return stream.read(MAX_BYTES + 1)
        return None


def _find(person: Commenter, folder: PictureFolder | None) -> Found:
    data = folder.read(person) if folder else None
    try:
        if data is None:
            if not person.picture_url or not settings.AURA_PICTURES:
                return Found(person.id, PictureState.MISSING)
            fetched = fetch(
                person.picture_url, max_bytes=MAX_BYTES, deadline=DEADLINE, allow_loopback=settings.AURA_ALLOW_LOOPBACK
            )
            data = fetched.data
        return Found(person.id, PictureState.STORED, sanitise(data, max_bytes=MAX_BYTES))
    except ImageRefused:
        return Found(person.id, PictureState.REFUSED)
    except ProviderError as error:
        states = {
            "expired": PictureState.EXPIRED,
            "url_refused": PictureState.REFUSED,
            "too_large": PictureState.REFUSED,
        }
        return Found(person.id, states.get(error.code, PictureState.FAILED))


def find_pictures(people: Iterable[Commenter], folder: str = "") -> list[Found]:
    """Look for every person's picture, a few at a time. No database access, so it runs outside any transaction."""
    source = PictureFolder(folder) if folder else None
    with ThreadPoolExecutor(FETCHERS, thread_name_prefix="pictures") as pool:
        return list(pool.map(lambda person: _find(person, source), people))


def picture_path(sha256: str) -> str:
    """Where a picture of the open scope's workspace lies in the storage."""
    return f"images/{current_workspace_id()}/{sha256[:2]}/{sha256}.jpg"


def store_pictures(found: Iterable[Found]) -> dict[UUID, StoredImage]:
    """Write new contents to the storage and their rows to the database; returns the image of each person."""
    images = {f.commenter_id: f.image for f in found if f.image is not None}
    rows = {}
    for image in {image.sha256: image for image in images.values()}.values():
        path = picture_path(image.sha256)
        if not default_storage.exists(path):
            default_storage.save(path, ContentFile(image.data))
        rows[image.sha256] = StoredImage(
            workspace_id=current_workspace_id(),
            sha256=image.sha256,
            path=path,
            media_type=image.media_type,
            width=image.width,
            height=image.height,
            size=len(image.data),
        )
    StoredImage.objects.bulk_create(rows.values(), ignore_conflicts=True)
    stored = {row.sha256: row for row in StoredImage.objects.filter(sha256__in=rows)}
    return {commenter_id: stored[image.sha256] for commenter_id, image in images.items()}
