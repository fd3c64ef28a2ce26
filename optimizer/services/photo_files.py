"""A product photograph, cut for every platform of its session with its logo, saying in each file how it was made."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from aura.media import services as media
from aura.providers.images import CleanImage
from aura.providers.provenance import Provenance, embed
from aura.providers.provenance import read as read_provenance
from optimizer.engine.rendering import open_for, render_all
from optimizer.engine.targets import Rendered, Target
from optimizer.models import PlatformOutput, ProductPhoto
from optimizer.platforms import target_for
from optimizer.services import framing

ROOM: Final = 16_384
"""Bytes kept free in each file for the words on how it was made."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A platform's file with its small picture, which is None where the file could not be made (``rendered.error``)."""

    output: PlatformOutput
    rendered: Rendered
    small: CleanImage | None


def cut_for_all(photo: ProductPhoto, outputs: Sequence[PlatformOutput], on_done: Callable[[Cut], None]) -> None:
    """Cut the photograph for these platforms, each told of in the caller's thread. Outside of any transaction.

    Raises ``PictureRefused`` where the stored picture cannot be read.
    """
    if photo.picture is None or not outputs:
        return
    data = media.read(photo.picture)
    made = read_provenance(data)
    by_name: Mapping[str, PlatformOutput] = {one.platform: one for one in outputs}

    def targets(width: int, height: int) -> list[Target]:
        return [target_of(one, width, height) for one in outputs]

    def told(rendered: Rendered) -> None:
        file = _labelled(rendered, made)
        on_done(Cut(by_name[rendered.key], file, framing.prepared(file)))

    opened = open_for(data, targets)
    options = framing.options_of(photo.optimization)
    render_all(opened, targets(opened.width, opened.height), options, on_done=told)


def target_of(output: PlatformOutput, width: int, height: int) -> Target:
    """What the engine is asked for. The point that a person has chosen lies in another picture."""
    row = framing.row_of(output, width, height)
    target = target_for(row, fit="extend" if output.fit == "extend" else "crop")
    return replace(target, max_bytes=target.max_bytes - ROOM)


def _labelled(rendered: Rendered, made: Provenance | None) -> Rendered:
    if rendered.error or made is None:
        return rendered
    data = embed(rendered.data, rendered.media_type, made)
    return replace(rendered, data=data, sha256=hashlib.sha256(data).hexdigest())
