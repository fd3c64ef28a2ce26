"""XMP and text in and out of JPEG, PNG and WebP files, without touching a pixel.

Sources: XMP Specification Part 3 (Adobe, 2020) for where packets stand; PNG (W3C, third edition) §11.3.3 for ``iTXt``;
RFC 9649 for WebP's ``VP8X``. All functions raise :class:`ValueError` for a file that is not what it should be.
"""

import struct
import zlib
from collections.abc import Iterator, Mapping

JPEG, PNG, WEBP = "image/jpeg", "image/png", "image/webp"
XMP_MARK = b"http://ns.adobe.com/xap/1.0/\0"
PNG_MARK = b"\x89PNG\r\n\x1a\n"
PNG_XMP = "XML:com.adobe.xmp"
MOST_JPEG = 65_533 - len(XMP_MARK)
"""Bytes that a packet in one JPEG segment may have."""
HAS_XMP, HAS_ALPHA = 0x04, 0x10


def media_type_of(data: bytes) -> str:
    """The type by the first bytes."""
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith(PNG_MARK):
        return PNG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    raise ValueError("This is no JPEG, PNG or WebP file.")


def write_xmp(data: bytes, packet: bytes, texts: Mapping[str, str]) -> bytes:
    """The file with this XMP packet in place of any other, and in a PNG with these texts by their keywords."""
    media_type = media_type_of(data)
    if media_type == JPEG:
        return _write_jpeg(data, packet)
    if media_type == PNG:
        return _write_png(data, {**texts, PNG_XMP: packet.decode()})
    return _write_webp(data, packet)


def read_xmp(data: bytes) -> bytes | None:
    """The XMP packet of a file, or None where it has none."""
    media_type = media_type_of(data)
    if media_type == JPEG:
        return next((body[len(XMP_MARK) :] for mark, body, _ in _segments(data) if _is_xmp(mark, body)), None)
    if media_type == PNG:
        return next((_text(body) for kind, body, _ in _chunks(data) if _keyword(kind, body) == PNG_XMP), None)
    return next((body for kind, body in _riff(data) if kind == b"XMP "), None)


def _segments(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """(marker, body, whole segment) of a JPEG before its first scan."""
    place = 2
    while place + 4 <= len(data) and data[place] == 0xFF:
        mark, size = data[place + 1], int.from_bytes(data[place + 2 : place + 4])
        end = place + 2 + size
        if mark == 0xDA or size < 2 or end > len(data):
            return
        yield mark, data[place + 4 : end], data[place:end]
        place = end


def _is_xmp(mark: int, body: bytes) -> bool:
    return mark == 0xE1 and body.startswith(XMP_MARK)


def _write_jpeg(data: bytes, packet: bytes) -> bytes:
    if len(packet) > MOST_JPEG:
        raise ValueError("The packet is too long for a JPEG segment.")
    found = list(_segments(data))
    rest = data[2 + sum(len(whole) for _, _, whole in found) :]
    if not rest.startswith(b"\xff\xda"):
        raise ValueError("This JPEG has no scan.")
    kept = [(mark, whole) for mark, body, whole in found if not _is_xmp(mark, body)]
    fresh = XMP_MARK + packet
    segment = b"\xff\xe1" + struct.pack(">H", len(fresh) + 2) + fresh
    # JFIF (APP0) and Exif (APP1) want to come first.
    before = b"".join(whole for mark, whole in kept if mark in {0xE0, 0xE1})
    after = b"".join(whole for mark, whole in kept if mark not in {0xE0, 0xE1})
    return data[:2] + before + segment + after + rest


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """(type, body, whole chunk) of a PNG."""
    place = len(PNG_MARK)
    while place + 12 <= len(data):
        size = int.from_bytes(data[place : place + 4])
        end = place + 12 + size
        if end > len(data):
            return
        yield data[place + 4 : place + 8], data[place + 8 : end - 4], data[place:end]
        place = end


def _keyword(kind: bytes, body: bytes) -> str | None:
    return body.partition(b"\0")[0].decode("latin-1") if kind in {b"tEXt", b"iTXt", b"zTXt"} else None


def _text(body: bytes) -> bytes | None:
    """The text of an ``iTXt`` chunk that is not compressed."""
    _, _, rest = body.partition(b"\0")
    return rest[2:].split(b"\0", 2)[2] if rest[:1] == b"\0" and rest[2:].count(b"\0") >= 2 else None


def _write_png(data: bytes, texts: Mapping[str, str]) -> bytes:
    found = list(_chunks(data))
    if not found or found[0][0] != b"IHDR" or found[-1][0] != b"IEND":
        raise ValueError("This PNG is not whole.")
    fresh = b"".join(_itxt(keyword, text) for keyword, text in texts.items())
    kept = b"".join(whole for kind, body, whole in found[1:] if _keyword(kind, body) not in texts)
    return PNG_MARK + found[0][2] + fresh + kept


def _itxt(keyword: str, text: str) -> bytes:
    body = b"iTXt" + keyword.encode("latin-1") + b"\0\0\0\0\0" + text.encode()
    return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))


def _riff(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(name, body) of each chunk of a WebP."""
    place = 12
    while place + 8 <= len(data):
        kind, size = data[place : place + 4], int.from_bytes(data[place + 4 : place + 8], "little")
        if place + 8 + size > len(data):
            return
        yield kind, data[place + 8 : place + 8 + size]
        place += 8 + size + size % 2


def _write_webp(data: bytes, packet: bytes) -> bytes:
    found = [(kind, body) for kind, body in _riff(data) if kind != b"XMP "]
    if not found:
        raise ValueError("This WebP is not whole.")
    if found[0][0] == b"VP8X":
        head = bytes([found[0][1][0] | HAS_XMP]) + found[0][1][1:]
        found = found[1:]
    else:
        head = _extended(*found[0])
    return _container([(b"VP8X", head), *found, (b"XMP ", packet)])


def _extended(kind: bytes, body: bytes) -> bytes:
    """The ``VP8X`` header that a simple WebP lacks; widths and heights in it are one less than they are."""
    if kind == b"VP8L" and body[:1] == b"\x2f" and len(body) >= 5:
        bits = int.from_bytes(body[1:5], "little")
        width, height, alpha = bits & 0x3FFF, bits >> 14 & 0x3FFF, bits >> 28 & 1
    elif kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a" and len(body) >= 10:
        width, height = (int.from_bytes(body[at : at + 2], "little") - 1 & 0x3FFF for at in (6, 8))
        alpha = 0
    else:
        raise ValueError("This WebP has no picture.")
    flags = HAS_XMP | (HAS_ALPHA if alpha else 0)
    return bytes([flags, 0, 0, 0]) + width.to_bytes(3, "little") + height.to_bytes(3, "little")


def _container(chunks: list[tuple[bytes, bytes]]) -> bytes:
    body = b"WEBP" + b"".join(
        kind + struct.pack("<I", len(part)) + part + b"\0" * (len(part) % 2) for kind, part in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body
