"""Rows for tests, with defaults for everything. Call inside a workspace scope."""

import io
from itertools import count
from typing import Any

from PIL import Image, ImageDraw

from aura.media import services as media
from aura.tenancy.scope import current_workspace_id
from compliments.models import InstagramPost, PostImage

_number = count(1)


def picture_bytes(hue: int = 30, size: tuple[int, int] = (640, 800)) -> bytes:
    """A JPEG that shows a bright disc over a horizon."""
    picture = Image.new("HSV", size, (hue % 256, 150, 210)).convert("RGB")
    draw = ImageDraw.Draw(picture)
    width, height = size
    draw.rectangle((0, int(height * 0.66), width, height), fill=(40, 60 + hue % 100, 90))
    draw.ellipse((width // 3, height // 5, width // 3 + width // 4, height // 5 + width // 4), fill=(250, 230, 160))
    output = io.BytesIO()
    picture.save(output, "JPEG", quality=88)
    return output.getvalue()


def post(*, pictures: int = 1, **fields: Any) -> InstagramPost:
    """A downloaded post with pictures, of @lakeside unless told otherwise."""
    number = next(_number)
    values: dict[str, Any] = {
        "code": f"C{number:010d}",
        "url": f"https://www.instagram.com/p/C{number:010d}/",
        "author": "lakeside",
        "caption": "Morning by the lake #sunrise",
        "state": InstagramPost.State.DOWNLOADED,
        "asking": InstagramPost.Asking.ANSWERED,
    }
    made = InstagramPost.objects.create(workspace_id=current_workspace_id(), **(values | fields))
    for place in range(1, pictures + 1):
        stored = media.store(media.clean(picture_bytes(hue=number * 7 + place * 31)))
        PostImage.objects.create(workspace_id=made.workspace_id, post=made, number=place, picture=stored)
    return made
