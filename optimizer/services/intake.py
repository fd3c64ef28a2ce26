"""Pictures in: checked when they are handed in, read and written anew by the job (O1, M13)."""

import hashlib
import io
import math
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from PIL import Image

from aura.media import services as media
from aura.media.models import Picture
from aura.media.services import Cleaned
from aura.providers import outbound
from aura.providers.errors import ProviderError
from aura.providers.images import small_of
from optimizer.engine import opening
from optimizer.engine.logos import LOGO_BYTES, open_logo
from optimizer.engine.opening import PictureRefused
from optimizer.engine.rendering import Choose, open_for
from optimizer.engine.targets import Target
from optimizer.models import Optimization
from optimizer.options import Choices
from optimizer.platforms import PlatformFormat, choose_format, format_of, target_for

FOLDER: Final = "originals"
MASTER_SIDE: Final = 2048
"""Pixels that the longer side keeps where the picture has them: any crop can be made from it again."""
MASTER_QUALITY: Final = 95
OTHER_BYTES: Final = 10 * 2**20
"""Of a picture that is only compared: it is decoded while somebody waits."""
WEBP_SIDE: Final = 16_383
FETCH_SECONDS: Final = 30.0
NAMELESS: Final = "picture"


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for: a picture that is one of ``upload`` (with ``name``), ``url`` and ``picture``, and choices.

    ``others`` are pictures of the same set, at most three, that it is compared with. ``fresh`` asks models anew where a
    former session has the answer. ``picture``, ``logo`` and ``others`` are stored ones of the open workspace.
    """

    choices: Choices
    description: str = ""
    upload: bytes | None = None
    name: str = ""
    url: str = ""
    picture: Picture | None = None
    logo: Picture | None = None
    others: tuple[Picture, ...] = ()
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """A picture decoded as large as its session needs it. ``sha256`` names the bytes that came in."""

    opened: opening.Picture
    sha256: str


def check_upload(data: bytes) -> None:
    """Look at the head of a file, some milliseconds. Raises ``PictureRefused`` with a code of O13."""
    opening.check_image(data)


def store_logo(data: bytes) -> Picture:
    """A logo in any format with its alpha, kept as PNG. Raises ``PictureRefused``."""
    if len(data) > LOGO_BYTES:
        raise PictureRefused(opening.TOO_LARGE, f"A logo has at most {LOGO_BYTES // 2**20} MB.")
    return media.store(_encoded(open_logo(data), "PNG"))


def store_other(data: bytes) -> Picture:
    """A picture of the same set, at most ``OTHER_BYTES``, kept with at most ``MASTER_SIDE`` pixels a side.

    Raises ``PictureRefused``.
    """
    opened = opening.open_image(data, lambda width, height: MASTER_SIDE / max(width, height), max_bytes=OTHER_BYTES)
    return media.store(master_of(opened))


def save_upload(optimization: Optimization, data: bytes) -> None:
    """Keep the file as it came until the job has read it. In the transaction that writes the session."""
    path = f"{FOLDER}/{optimization.workspace_id}/{optimization.pk}"
    optimization.upload_path = default_storage.save(path, ContentFile(data))
    optimization.sha256 = hashlib.sha256(data).hexdigest()


def forget_upload(optimization: Optimization) -> None:
    """Let the file as it came go, with all its metadata, once the transaction is over."""
    path = optimization.upload_path
    if path:
        Optimization.objects.filter(pk=optimization.pk).update(upload_path="")
        optimization.upload_path = ""
        transaction.on_commit(lambda: default_storage.delete(path), robust=True)


def name_of(order: Order) -> str:
    """The name of the picture's file without folders, such as people see it."""
    given = order.name or order.url.partition("?")[0] or (f"{order.picture}.jpg" if order.picture else "")
    return PurePath(given.replace("\\", "/")).name[:200] or NAMELESS


def read_source(optimization: Optimization) -> Source:
    """Read and decode the picture of a session, outside of any transaction.

    Raises ``PictureRefused``, or ``ProviderError`` as :func:`aura.providers.outbound.fetch` does.
    """
    data = _bytes_of(optimization)
    opened = open_for(data, targets_of(optimization.choices))
    return Source(opened, optimization.sha256 or hashlib.sha256(data).hexdigest())


def targets_of(choices: Choices) -> Choose:
    """The sizes that a session's picture is decoded for, and enough of it to choose others later."""

    def wanted(width: int, height: int) -> list[Target]:
        by = min(1.0, MASTER_SIDE / max(width, height))
        whole = Target("master", math.ceil(width * by), math.ceil(height * by), opening.MAX_BYTES)
        return [whole, *(target_for(row_for(choices, name, width, height)) for name in choices.platforms)]

    return wanted


def row_for(choices: Choices, platform: str, width: int, height: int) -> PlatformFormat:
    """The size that a platform gets: the chosen one, else by the picture's shape."""
    key = choices.format_for(platform)
    return format_of(platform, key) if key else choose_format(platform, width, height)


def master_of(opened: opening.Picture) -> Cleaned:
    """The picture written anew, to work from later: JPEG of high quality, or lossless where it is transparent."""
    if not opened.transparent:
        return _encoded(opened.image, "JPEG")
    return _encoded(opened.image, "PNG" if max(opened.image.size) > WEBP_SIDE else "WEBP")


def _bytes_of(optimization: Optimization) -> bytes:
    if optimization.upload_path:
        with default_storage.open(optimization.upload_path, "rb") as stream:
            return bytes(stream.read())
    if stored := optimization.master or optimization.source:
        return media.read(stored)
    try:
        allowed = settings.AURA_ALLOW_LOOPBACK
        url = optimization.source_url
        return outbound.fetch(url, max_bytes=opening.MAX_BYTES, deadline=FETCH_SECONDS, allow_loopback=allowed).data
    except ProviderError as error:
        if error.code != "too_large":
            raise
        limit = opening.MAX_BYTES // 2**20
        raise PictureRefused(opening.TOO_LARGE, f"The picture has more than {limit} MB.") from error


def _encoded(image: Image.Image, format_: str) -> Cleaned:
    output = io.BytesIO()
    how = {
        "JPEG": {"quality": MASTER_QUALITY, "subsampling": 0},
        "WEBP": {"lossless": True, "method": 0},
        "PNG": {"compress_level": 4},
    }[format_]
    image.save(output, format_, **how)
    data = output.getvalue()
    digest = hashlib.sha256(data).hexdigest()
    return Cleaned(data, Image.MIME[format_], image.width, image.height, digest, small_of(image))
