"""What a writer is given about a post."""

import hashlib
import io
import re
import zlib
from collections.abc import Sequence

from PIL import Image

from aura.media import services as media
from aura.providers.writer_ports import Brief, Picture
from compliments.models import PostImage, Writing
from compliments.queries.writing import texts_of
from compliments.services.voices import voice_of

SIDE = 1024
"""Pixels a side: models see no more, and a request with twenty pictures stays below 20 MB."""
QUALITY = 85
HASHTAG = re.compile(r"#(\w{2,60})")
MOST_HASHTAGS = 30
MAX_CAPTION = 2200


def rows_of(writing: Writing) -> list[PostImage]:
    """The stored pictures of the post, in order. Inside the scope."""
    rows = PostImage.objects.filter(post_id=writing.post_id, picture__isnull=False)
    return list(rows.select_related("picture").order_by("number"))


def brief_of(writing: Writing, rows: Sequence[PostImage], avoid: tuple[str, ...]) -> Brief:
    """The brief of an order. Reads the storage, so outside of any transaction; one picture is open at a time.

    Numbers count the pictures that are there, from 1, in the post's order.
    """
    post = writing.post
    pictures = tuple(_picture(number, row) for number, row in enumerate(rows, start=1))
    return Brief(
        pictures=pictures,
        style=writing.style,
        language=writing.language,
        length=writing.length,
        variations=writing.variations,
        caption=post.caption[:MAX_CAPTION],
        author=post.author,
        hashtags=tuple(HASHTAG.findall(post.caption))[:MOST_HASHTAGS],
        voice=voice_of(writing.preset),
        avoid=avoid,
        seed=zlib.crc32(f"{writing.pk}:{writing.tries}".encode()),
    )


def avoid_of(writing: Writing) -> tuple[str, ...]:
    """What was written about the post before. Inside the scope."""
    return texts_of(writing.post)


def _picture(number: int, row: PostImage) -> Picture:
    assert row.picture is not None  # noqa: S101  for the type checker: the rows were chosen so
    data = _smaller(media.read(row.picture))
    return Picture(number, data, "image/jpeg", hashlib.sha256(data).hexdigest(), row.alt)


def _smaller(data: bytes) -> bytes:
    """A JPEG of at most ``SIDE`` pixels a side. The file is one that Aura itself encoded."""
    with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as source:
        if source.format == "JPEG" and max(source.size) <= SIDE:
            return data
        source.draft("RGB", (SIDE, SIDE))
        small = source.convert("RGB")
    small.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    output = io.BytesIO()
    small.save(output, "JPEG", quality=QUALITY)
    return output.getvalue()
