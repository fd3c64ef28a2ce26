"""The same picture with the same options is not worked on twice (O14). Inside the workspace's scope."""

from collections.abc import Sequence
from typing import Final

from django.utils import timezone

from aura.media import services as media
from aura.media.services import Cleaned
from optimizer.models import Optimization, Part, PlatformFile, PlatformOutput
from optimizer.options import digest
from optimizer.services import photos
from optimizer.services.intake import Source

VERSION: Final = 1
"""To be raised where the same picture and options give other files."""
OF_SESSION: Final = ("writer", "words", "words_digest", "analysis", "accounts", "searches", "notes")
OF_OUTPUT: Final = ("caption", "title", "hashtags", "alt_text", "timing", "writer", "notes")
OF_FILE: Final = ("style", "picture_id", "crop", "quality", "similarity", "notes")


def digest_of(optimization: Optimization, sha256: str, asked: Sequence[str]) -> str:
    """The name of all that a session's results come from; ``asked`` names who would be asked."""
    logo = optimization.logo.sha256 if optimization.logo else ""
    others = [one.picture.sha256 for one in optimization.compared.all()]
    return digest(VERSION, sha256, others, optimization.options, optimization.description, logo, list(asked))


def keep_master(optimization: Optimization, source: Source, master: Cleaned, same: str) -> None:
    """Store the picture written anew, what it came from and its measures."""
    optimization.master = media.store(master)
    optimization.sha256, optimization.digest = source.sha256, same
    optimization.width, optimization.height = source.opened.width, source.opened.height
    optimization.save(update_fields=["master", "sha256", "digest", "width", "height"])


def copy(former: Optimization, optimization: Optimization) -> None:
    """Give a session what a former one (from ``session_of``) has; nothing is asked or made for it."""
    for name in OF_SESSION:
        setattr(optimization, name, getattr(former, name))
    optimization.reused, optimization.pictures, optimization.texts = True, Part.DONE, Part.DONE
    optimization.save(update_fields=[*OF_SESSION, "reused", "pictures", "texts"])
    outputs = {output.platform: output for output in optimization.outputs.all()}
    for before in former.outputs.all():
        _copy_output(before, outputs[before.platform])
    photos.copy(former, optimization)


def _copy_output(before: PlatformOutput, output: PlatformOutput) -> None:
    for name in OF_OUTPUT:
        setattr(output, name, getattr(before, name))
    output.state, output.finished_at = PlatformOutput.State.DONE, timezone.now()
    output.save(update_fields=[*OF_OUTPUT, "state", "finished_at"])
    PlatformFile.objects.bulk_create(
        PlatformFile(workspace_id=output.workspace_id, output=output, **{name: getattr(file, name) for name in OF_FILE})
        for file in before.files.all()
    )
