"""From what was chosen to what the engine is asked for, and from what it made to rows (O2, O7)."""

import io
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from django.utils import timezone
from PIL import Image

from aura.media import services as media
from aura.media.services import drop_unused
from aura.providers.images import CleanImage, small_of
from optimizer.engine.logos import Logo, open_logo
from optimizer.engine.opening import Picture
from optimizer.engine.rendering import Options
from optimizer.engine.targets import MEDIA_TYPES, Encoding, Fit, Rendered, Target
from optimizer.models import Optimization, PlatformFile, PlatformOutput
from optimizer.platforms import PlatformFormat, format_for, remark, target_for

O = PlatformOutput.State  # noqa: E741
ENCODINGS: Final[Mapping[str, Encoding]] = {media_type: name for name, media_type in MEDIA_TYPES.items()}


def row_of(output: PlatformOutput, width: int, height: int) -> PlatformFormat:
    """The size of a platform for a picture of these sides: the chosen one, else by the picture's shape."""
    return format_for(output.platform, output.format_key, width, height)


def target_of(output: PlatformOutput, width: int, height: int) -> Target:
    """What the engine is asked for; ``width`` and ``height`` are the upright original's."""
    focus = None if output.focus_x is None or output.focus_y is None else (output.focus_x, output.focus_y)
    fit: Fit = "extend" if output.fit == "extend" else "crop"
    return target_for(row_of(output, width, height), fit=fit, focus=focus)


def options_of(optimization: Optimization) -> Options:
    """How the files of a session are made. Reads the logo, so outside of any transaction."""
    choices = optimization.choices
    logo = None
    if optimization.logo is not None:
        logo = Logo(
            open_logo(media.read(optimization.logo)),
            anchor=choices.logo_position,
            scale=choices.logo_scale,
            margin=choices.logo_margin,
            opacity=choices.logo_opacity,
            tone=choices.logo_tone,
        )
    return Options(encoding=choices.output_format, logo=logo)


def prepared(rendered: Rendered) -> CleanImage | None:
    """The small picture of a rendered file, made outside of any transaction; None where there is no file."""
    if rendered.error:
        return None
    with Image.open(io.BytesIO(rendered.data)) as opened:
        return small_of(opened)


def store(output: PlatformOutput, rendered: Rendered, small: CleanImage | None, *, style: str = "") -> None:
    """Write what the engine made of a platform; a photograph's file (``style``) leaves the platform's state alone."""
    if small is not None:
        picture = media.store_as_is(rendered.data, rendered.media_type, rendered.width, rendered.height, small)
        values = {
            "picture": picture,
            "crop": _crop(rendered),
            "quality": rendered.quality,
            "similarity": rendered.similarity,
            "notes": [*rendered.notes, *_remarks(output, rendered)],
        }
        replace_file(output, style, values)
    if style:
        return
    output.state, output.seconds = (O.FAILED, rendered.seconds) if rendered.error else (O.DONE, rendered.seconds)
    output.error_code, output.error = ("rendering_failed", rendered.error) if rendered.error else ("", "")
    output.finished_at = timezone.now()
    output.save(update_fields=["state", "seconds", "error_code", "error", "finished_at"])


def in_original(rendered: Rendered, opened: Picture, optimization: Optimization) -> Rendered:
    """What was cut from the stored picture, told in the pixels of the original, which may have had more."""
    if rendered.crop is None or not optimization.width:
        return rendered
    return replace(rendered, crop=rendered.crop.scaled(optimization.width / opened.width))


def replace_file(output: PlatformOutput, style: str, values: dict[str, Any]) -> PlatformFile:
    """Write the picture of a platform, and drop the one that it had. Writing it again changes nothing."""
    before = list(PlatformFile.objects.filter(output=output, style=style).values_list("picture_id", flat=True))
    file, _ = PlatformFile.objects.update_or_create(
        workspace_id=output.workspace_id, output=output, style=style, defaults=values
    )
    drop_unused(one for one in before if one != file.picture_id)
    return file


def _crop(rendered: Rendered) -> dict[str, Any]:
    if rendered.crop is None:
        return {}
    box = rendered.crop
    return {"left": box.left, "top": box.top, "right": box.right, "bottom": box.bottom}


def _remarks(output: PlatformOutput, rendered: Rendered) -> list[str]:
    encoding = ENCODINGS[rendered.media_type]
    said = remark(row_of(output, rendered.width, rendered.height), encoding)
    return [said] if said else []
