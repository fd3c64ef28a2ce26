"""What servers of pictures may answer instead of a picture, for the fault scripts of those that serve some."""

import io
import zlib
from functools import cache

from PIL import Image

from aura.testing.simulators.server import CLOSED, Answer

EXPIRED = Answer(403, b"URL signature expired", {"Content-Type": "text/plain"})
TO_PRIVATE = Answer(302, b"", {"Location": "http://169.254.169.254/latest/meta-data/"})
TO_LOCAL_NAME = Answer(302, b"", {"Location": "http://metadata.google.internal/"})
VIDEO = Answer(200, b"\0\0\0\x18ftypmp42" + bytes(4000), {"Content-Type": "video/mp4"})
PAGE = Answer(200, b"<html>Log in</html>", {"Content-Type": "image/jpeg"})
SCRIPT = Answer(
    200, b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', {"Content-Type": "image/svg+xml"}
)
EMPTY = Answer(200, b"", {"Content-Type": "image/jpeg"})
BROKEN_OFF = Answer(200, b"\xff\xd8\xff\xe0" + bytes(2000), {"Content-Type": "image/jpeg"}, cut=True)
AWAY = CLOSED


def slow(seconds: float) -> Answer:
    """A body that drips so slowly that it takes so long."""
    return Answer(200, bytes(64 * 64), {"Content-Type": "image/jpeg"}, drip=seconds / 64)


def huge(size: int) -> Answer:
    """A body of so many bytes."""
    return Answer(200, bytes(size), {"Content-Type": "image/jpeg"})


@cache
def bomb(side: int = 30_000) -> Answer:
    """A small PNG that says it has so many pixels a side."""
    out = io.BytesIO()
    Image.new("L", (16, 16)).save(out, "PNG")
    data = out.getvalue()
    header = b"IHDR" + side.to_bytes(4) + side.to_bytes(4) + data[24:29]
    body = data[:12] + header + zlib.crc32(header).to_bytes(4) + data[33:]
    return Answer(200, body, {"Content-Type": "image/png"})
