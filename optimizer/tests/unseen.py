"""Pictures as strangers send them, each with the trouble that it brings."""

import struct
import zlib
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from optimizer.tests.pictures import ORIENTATION, animated, encoded, grainy, palette_with_alpha, quarters

UNDO: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def turned_as(format_: str, orientation: int) -> bytes:
    """Quarters that look upright only once the orientation in the file is followed."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    image = quarters(800, 600)
    stored = image.transpose(UNDO[orientation]) if orientation in UNDO else image
    return encoded(stored, format_, exif=exif)


def chunk(name: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_with(*chunks: bytes) -> bytes:
    """Quarters as PNG with these chunks right after the head."""
    png = encoded(quarters(), "PNG")
    return png[:33] + b"".join(chunks) + png[33:]


def jpeg_with(head: bytes) -> bytes:
    """Quarters as JPEG with these bytes before everything else."""
    jpeg = encoded(quarters(), quality=92)
    return jpeg[:2] + head + jpeg[2:]


def segment(marker: int, data: bytes) -> bytes:
    """A segment of a JPEG."""
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def gif_with(blocks: bytes) -> bytes:
    """Three frames as GIF with these bytes before the first."""
    gif = animated("GIF")
    place = 13 + 3 * 2 ** ((gif[10] & 7) + 1)
    return gif[:place] + blocks + gif[place:]


def sixteen_bit_colour() -> bytes:
    """Quarters as PNG of 16 bits a channel with alpha, its left edge transparent."""
    colours = np.asarray(quarters()).astype(np.uint16) * 257
    alpha = np.full(colours.shape[:2], 65_535, np.uint16)
    alpha[:, :40] = 0
    pixels: NDArray[np.uint16] = np.dstack([colours, alpha])
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 16, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def scans(times: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again."""
    data = encoded(grainy(900, 700), progressive=True)
    last = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + last * times + data[-2:]


EXIF: Final = b"Exif\0\0II*\0" + bytes(18)
GOOD: Final[dict[str, Callable[[], bytes]]] = {
    "XMP of 2 MB, packed": lambda: png_with(
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(b"a" * 2_000_000))
    ),
    "text of 30 MB": lambda: png_with(chunk(b"tEXt", b"Comment\0" + b"a" * 30_000_000)),
    "text that unpacks to 200 MB": lambda: png_with(chunk(b"zTXt", b"a\0\0" + zlib.compress(b"a" * 200_000_000, 9))),
    "profile that unpacks to 100 MB": lambda: png_with(chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(100_000_000), 9))),
    "20,000 texts": lambda: png_with(*(chunk(b"tEXt", b"k%d\0v" % n) for n in range(20_000))),
    "20,000 EXIFs": lambda: jpeg_with(segment(0xE1, EXIF) * 20_000),
    "20,000 comments": lambda: jpeg_with(segment(0xFE, b"") * 20_000),
    "10 MB of Photoshop": lambda: jpeg_with(segment(0xED, b"Photoshop 3.0\0" + b"8BIM\4\4\0\0\0\0\0\0" * 5_000) * 170),
    "10 MB of filling": lambda: jpeg_with(b"\xff" * 10_000_000),
    "a film behind it": lambda: jpeg_with(b"") + np.random.default_rng(3).bytes(20_000_000),
    "an archive behind it": lambda: jpeg_with(b"") + b"PK\3\4" * 1_000,
    "TIFF in CMYK": lambda: encoded(quarters().convert("CMYK"), "TIFF"),
    "TIFF with LZW": lambda: encoded(quarters(), "TIFF", compression="tiff_lzw"),
    "TIFF with JPEG inside": lambda: encoded(quarters(), "TIFF", compression="jpeg"),
    "TIFF of pages": lambda: encoded(quarters(), "TIFF", save_all=True, append_images=[grainy(400, 400)] * 2),
    "BigTIFF": lambda: encoded(quarters(), "TIFF", big_tiff=True),
    "progressive JPEG": lambda: encoded(quarters(), progressive=True, quality=92),
    "16 bits a channel with alpha": sixteen_bit_colour,
    "WebP without loss, with alpha": lambda: encoded(quarters().convert("RGBA"), "WEBP", lossless=True),
    "BMP of eight colours": lambda: encoded(quarters().quantize(8), "BMP"),
    "EXIF of rubbish": lambda: jpeg_with(segment(0xE1, b"Exif\0\0II*\0\xff\xff\xff\xff" + bytes(50))),
    "orientation 99": lambda: turned_as("JPEG", 99),
}
"""They show the quarters and must open."""

BAD: Final[dict[str, tuple[Callable[[], bytes], str]]] = {
    "no bytes": (lambda: b"", "INVALID_IMAGE_FORMAT"),
    "SVG": (lambda: b"<?xml version='1.0'?><svg width='900' height='900'/>", "INVALID_IMAGE_FORMAT"),
    "HTML around a JPEG": (lambda: b"<script>" + encoded(quarters()), "INVALID_IMAGE_FORMAT"),
    "PSD": (lambda: b"8BPS\0\1" + bytes(3_000), "INVALID_IMAGE_FORMAT"),
    "JPEG 2000": (lambda: encoded(quarters(), "JPEG2000"), "INVALID_IMAGE_FORMAT"),
    "ICO": (lambda: encoded(quarters(), "ICO"), "INVALID_IMAGE_FORMAT"),
    "EPS": (lambda: encoded(quarters(), "EPS"), "INVALID_IMAGE_FORMAT"),
    "half an AVIF": (lambda: encoded(quarters(), "AVIF")[:-200], "INVALID_IMAGE_FORMAT"),
    "a million chunks": (lambda: png_with(chunk(b"abCd", b"") * 1_000_000), "INVALID_IMAGE_FORMAT"),
    "a million comments": (lambda: jpeg_with(segment(0xFE, b"") * 1_000_000), "INVALID_IMAGE_FORMAT"),
    "a million blocks": (lambda: gif_with(b"\x21\xfe\1a\0" * 1_000_000), "INVALID_IMAGE_FORMAT"),
    "300 scans": (lambda: scans(300), "INVALID_IMAGE_FORMAT"),
    "299 pixels": (lambda: encoded(quarters(299, 299), "WEBP"), "IMAGE_TOO_SMALL"),
    "299 pixels, turned": (lambda: encoded(quarters(4_000, 299), "TIFF"), "IMAGE_TOO_SMALL"),
    "32,001 pixels": (lambda: encoded(Image.new("1", (300, 32_001)), "PNG"), "IMAGE_TOO_LARGE"),
    "more than 50 MB": (lambda: encoded(quarters(), "BMP") + bytes(50 * 2**20), "IMAGE_TOO_LARGE"),
}
"""They must be refused with their code."""

SENT: Final[dict[str, Callable[[], bytes]]] = {
    "photo.jpg": lambda: turned_as("JPEG", 6),
    "print.jpg": lambda: encoded(quarters().convert("CMYK"), quality=92),
    "scan.tif": lambda: turned_as("TIFF", 8),
    "wrong.png": lambda: encoded(quarters(), "WEBP", lossless=True),
    "deep.png": sixteen_bit_colour,
    "wide.jpeg": lambda: encoded(quarters(4_000, 400), quality=92),
    "least.gif": lambda: encoded(quarters(300, 300), "GIF"),
    "moving.webp": lambda: animated("WEBP"),
    "palette.png": palette_with_alpha,
}
