"""Turns an upload into chunks of UTF-8: unpacks gzip, converts UTF-16, refuses what is no text. Memory stays flat."""

import codecs
import zlib
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from audience.dataset.refusals import DatasetRefused, Limits

CHUNK = 2**18
BLANK = b" \t\r\n"
MAX_BLANK = 2**20
# Below this size even a very repetitive file is no danger, so the ratio is not looked at.
RATIO_FROM = 2**25
GZIP = b"\x1f\x8b"
KNOWN_FILES = {
    b"PK\x03\x04": "a ZIP archive or a spreadsheet. Unpack it, or save the sheet as CSV",
    b"PK\x05\x06": "an empty ZIP archive",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"RIFF": "a picture or a sound",
    b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "an old Office file. Save it as CSV",
    b"7z\xbc\xaf": "a 7-Zip archive. Unpack it",
    b"Rar!": "a RAR archive. Unpack it",
    b"\x28\xb5\x2f\xfd": "a Zstandard archive. Unpack it",
    b"BZh": "a bzip2 archive. Unpack it",
    b"\xfd7zXZ": "an XZ archive. Unpack it",
    b"SQLite format 3": "a database",
    b"PAR1": "a Parquet file. Export JSON instead",
}


def read_text(stream: BinaryIO, limits: Limits) -> Iterator[bytes]:
    """Chunks of UTF-8 without BOM and leading blanks, the first one not empty.

    A character may be cut between two chunks. Raises :class:`DatasetRefused`, at the first chunk for what is no text at
    all, later for what turns out too large.
    """
    chunks = _capped(_plain(stream), limits)
    head = next(chunks, b"")
    if head.startswith(GZIP):
        chunks = _capped(_unpacked(chain([head], chunks), limits), limits)
        head = _filled(b"", chunks)
        if head.startswith(GZIP):
            raise DatasetRefused("archive_bomb", "The file is packed several times over. Unpack it and try again.")
    head = _filled(head, chunks)
    return _decoded(head, chunks)


def _plain(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


def _capped(chunks: Iterator[bytes], limits: Limits) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limits.max_bytes:
            most = limits.max_bytes // 2**20
            raise DatasetRefused("file_too_large", f"The file holds more than {most} MB. Split it and try again.")
        yield chunk


def _filled(head: bytes, chunks: Iterator[bytes]) -> bytes:
    """At least four bytes where the file has them: enough to tell its kind."""
    while len(head) < 4 and (chunk := next(chunks, b"")):
        head += chunk
    return head


def _unpacked(chunks: Iterator[bytes], limits: Limits) -> Iterator[bytes]:
    packed = unpacked = 0
    machine = zlib.decompressobj(wbits=31)
    for chunk in chunks:
        packed += len(chunk)
        rest = chunk
        while rest:
            try:
                out = machine.decompress(rest, CHUNK)
            except zlib.error as error:
                raise DatasetRefused("not_a_dataset", "The gzip archive is damaged. Pack it again.") from error
            unpacked += len(out)
            if unpacked > max(RATIO_FROM, packed * limits.max_ratio):
                raise DatasetRefused("archive_bomb", "The archive unpacks to far more than a dataset would.")
            if out:
                yield out
            rest = machine.unconsumed_tail
            if machine.eof:
                rest = machine.unused_data.lstrip(b"\0")
                machine = zlib.decompressobj(wbits=31)


def _decoded(head: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    if not head:
        raise DatasetRefused("empty_file", "The file is empty.")
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise DatasetRefused("wrong_encoding", "The file is UTF-32. Save it as UTF-8 and try again.")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _utf8(_from_utf16(chain([head], chunks)))
    return _utf8(chain([head.removeprefix(codecs.BOM_UTF8)], chunks))


def _from_utf16(chunks: Iterator[bytes]) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder("utf-16")(errors="replace")
    for chunk in chunks:
        yield decoder.decode(chunk).encode()
    yield decoder.decode(b"", final=True).encode()


def _utf8(chunks: Iterator[bytes]) -> Iterator[bytes]:
    head, skipped = b"", 0
    while not head:
        chunk = next(chunks, None)
        if chunk is None:
            raise DatasetRefused("empty_file", "The file is empty.")
        head = chunk.lstrip(BLANK)
        skipped += len(chunk) - len(head)
        if skipped > MAX_BLANK:
            raise DatasetRefused("not_a_dataset", "The file begins with more than a megabyte of blanks.")
        # Blank lines count, or every line number below would be wrong.
        blank = b"\n" * chunk[: len(chunk) - len(head)].count(b"\n")
        if blank:
            yield blank
    check_head(head)
    yield head
    yield from chunks


def check_head(head: bytes) -> None:
    """Refuse what is known not to be a dataset: pictures, archives, pages, other encodings."""
    for magic, what in KNOWN_FILES.items():
        if head.startswith(magic):
            raise DatasetRefused("not_a_dataset", f"This is {what}. Upload a dataset as JSON, JSONL or CSV.")
    if head.startswith(b"<"):
        raise DatasetRefused(
            "not_a_dataset",
            "This is a web page or XML, not a dataset. In Apify, export the items as JSON, JSONL or CSV.",
        )
    sample = head[:4096]
    if sample[1::2].count(0) > len(sample) // 4 or sample[::2].count(0) > len(sample) // 4:
        raise DatasetRefused("wrong_encoding", "The file is UTF-16 without a mark. Save it as UTF-8 and try again.")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError as error:
        if any(byte < 32 and byte not in b"\t\r\n\f\b\x1b" for byte in sample):
            raise DatasetRefused("not_a_dataset", "This is no text file. Upload JSON, JSONL or CSV.") from error
        # One broken line in a good file is reported as that line; a file in another encoding is all broken.
        if _is_other_encoding(head):
            raise DatasetRefused(
                "wrong_encoding", "The file is not UTF-8 text. Save it as UTF-8 and try again."
            ) from error


def _is_other_encoding(head: bytes) -> bool:
    """True where wrong bytes are the rule: in most lines, or often with no right character beyond ASCII."""
    text = head.decode("utf-8", errors="replace")
    wrong = text.count("\ufffd")
    right = len(text) - wrong - sum(map(str.isascii, text))
    lines = text.splitlines()
    return wrong > right and (sum("\ufffd" in line for line in lines) * 2 > len(lines) or (not right and wrong >= 20))
