"""Takes out of a file, before it is read, what makes reading it slow or fail and is not kept anyway. Pure.

Texts and colour profiles of megabytes make Pillow refuse a good PNG; a million empty segments, comments or frames keep
it busy for minutes, in a request. What is too much even for a look at it is refused.
"""

import re
import zlib
from collections.abc import Iterator
from typing import Final

Span = tuple[int, int]

PNG: Final = b"\x89PNG\r\n\x1a\n"
JPEG: Final = b"\xff\xd8"
GIF: Final = (b"GIF87a", b"GIF89a")

TEXTS: Final = (b"tEXt", b"zTXt", b"iTXt")
PROFILE: Final = b"iCCP"
LONGEST: Final = 900_000
"""Bytes of a PNG's texts and profiles unpacked; Pillow takes 1 MiB of each."""
MOST_TEXTS: Final = 200
MOST_CHUNKS: Final = 30_000
"""A PNG of 50 MB in chunks of 4 kB has 12,800."""

MARKER: Final = re.compile(rb"\xff[\x01-\xfe]")
COMMENT, APPLICATION, EXIF, ICC, SCAN, END = 0xFE, range(0xE0, 0xF0), 0xE1, 0xE2, 0xDA, 0xD9
BARE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
KEPT: Final = {(0xE0, b"JFIF"): 1, (EXIF, b"Exif"): 1, (ICC, b"ICC_"): 255, (0xEE, b"Adob"): 1}
"""Segments of an application that say how the picture looks, and how many of each there may be."""
MOST_SEGMENTS: Final = 40
MOST_HEAD: Final = 512 * 1024
MOST_TABLES: Final = 1_000
MOST_SCANS: Final = 100
"""Progressive files of cameras and encoders have about ten; each costs a pass over the whole picture."""

BLOCK: Final = re.compile(rb"[!,;]")
CONTROL: Final = 0xF9
MOST_BLOCKS: Final = 300_000
"""The first frame of a GIF of 50 MB has 200,000 of full length."""


def without_ballast(data: bytes) -> bytes:
    """The same picture in less; the bytes as they came where nothing is in the way, or where it is another format.

    Costs some ten milliseconds at most. Raises ``ValueError`` for what has more parts than any honest picture.
    """
    if data.startswith(PNG):
        return _png(data)
    if data.startswith(JPEG):
        return _jpeg(data)
    return _gif(data) if data.startswith(GIF) else data


def _png(data: bytes) -> bytes:
    dropped: list[Span] = []
    seen = total = 0
    for name, start, end in _chunks(data):
        if name not in TEXTS and name != PROFILE:
            continue
        seen += 1
        # What is over the limit in number or size is not even unpacked.
        if seen <= MOST_TEXTS and total <= LONGEST and end - start <= LONGEST:
            size = _unpacked(name, data[start + 8 : end - 4])
            total += size
            if total <= LONGEST:
                continue
        dropped.append((start, end))
    kept = zip([0, *(end for _, end in dropped)], [*(start for start, _ in dropped), len(data)], strict=True)
    return _only(data, list(kept)) if dropped else data


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, first byte and end of each chunk of a PNG, in order; what follows a broken one is left to the reader."""
    place = len(PNG)
    for _ in range(MOST_CHUNKS):
        if place + 12 > len(data):
            return
        end = place + 12 + int.from_bytes(data[place : place + 4], "big")
        if end > len(data):
            return
        yield data[place + 4 : place + 8], place, end
        place = end
    raise ValueError("too many chunks")


def _unpacked(name: bytes, body: bytes) -> int:
    """Bytes of a chunk once unpacked, no further than needed; its own size where it is not packed or broken."""
    packed = _packed(name, body)
    if packed is None:
        return len(body)
    try:
        return len(zlib.decompressobj().decompress(packed, LONGEST + 1))
    except zlib.error:
        return len(body)


def _packed(name: bytes, body: bytes) -> bytes | None:
    """The packed part: a keyword, a zero, then by the PNG specification (11.3.2.3 and 11.3.3) some bytes before it."""
    _, _, rest = body.partition(b"\0")
    if name in {b"zTXt", PROFILE}:
        return rest[1:]
    if name == b"iTXt" and rest[:1] == b"\1":
        return rest[2:].split(b"\0", 2)[-1]
    return None


def _jpeg(data: bytes) -> bytes:
    kept: list[Span] = [(0, 2)]
    left = dict(KEPT)
    segments = tables = 0
    for code, start, end in _segments(data):
        segments += 1
        if code == SCAN:
            _check_scans(data, start)
            kept.append((start, len(data)))
            break
        key = (code, data[start + 4 : start + 8])
        if code == COMMENT or code in APPLICATION:
            left[key] = left.get(key, 0) - 1
            if left[key] < 0:
                continue
        else:
            tables += 1
        kept.append((start, end))
        if tables > MOST_TABLES:
            raise ValueError("too many tables")
    else:
        return data
    # An honest head stays as it is, with what else it holds.
    return data if segments <= MOST_SEGMENTS and kept[-1][0] <= MOST_HEAD else _only(data, kept)


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Code, first byte and end of each segment up to the first scan; none after a broken one."""
    place = 2
    for _ in range(MOST_CHUNKS):
        found = MARKER.search(data, place)
        if found is None or data[found.start() + 1] == END:
            return
        start, code = found.start(), data[found.start() + 1]
        place = start + 2 + (0 if code in BARE else int.from_bytes(data[start + 2 : start + 4], "big"))
        if place > len(data):
            return
        yield code, start, place
        if code == SCAN:
            return
    raise ValueError("too many segments")


def _check_scans(data: bytes, start: int) -> None:
    """Between the first scan and the end each marker is one: elsewhere a zero follows each 255."""
    end = data.find(b"\xff\xd9", start)
    if data.count(b"\xff\xda", start, end if end > 0 else len(data)) > MOST_SCANS:
        raise ValueError("too many scans")


def _gif(data: bytes) -> bytes:
    """The first frame alone."""
    place = _after_colours(data, 10, 13)
    head, control = place, (0, 0)
    steps = 0
    while found := BLOCK.search(data, place):
        start = found.start()
        if data[start : start + 1] == b";":
            return data
        is_frame = data[start : start + 1] == b","
        first = _after_colours(data, start + 9, start + 10) + 1 if is_frame else start + 2
        end, steps = _blocks(data, first, steps)
        if end > len(data):
            return data
        if is_frame:
            return _only(data, [(0, head), control, (start, end)]) + b";"
        if data[start + 1] == CONTROL:
            control = (start, end)
        place = end
    return data


def _after_colours(data: bytes, flags: int, place: int) -> int:
    """Where the table of colours ends that the byte at ``flags`` announces."""
    packed = data[flags] if flags < len(data) else 0
    return place + (3 * 2 ** ((packed & 7) + 1) if packed & 0x80 else 0)


def _blocks(data: bytes, place: int, steps: int) -> tuple[int, int]:
    """The end of a row of blocks, beyond the data where it is cut short; ``steps`` counts all blocks of the file."""
    while place < len(data) and data[place]:
        place += data[place] + 1
        steps += 1
        if steps > MOST_BLOCKS:
            raise ValueError("too many blocks")
    return place + 1, steps + 1


def _only(data: bytes, spans: list[Span]) -> bytes:
    view = memoryview(data)
    return b"".join(view[start:end] for start, end in spans)
