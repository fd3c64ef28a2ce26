"""Pictures made for tests: every kind that a person may hand in, and some that nobody should."""

import io
import struct
import zlib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageCms, ImageDraw, ImageFilter

PEOPLE = Path(__file__).parents[2] / "audience" / "sample" / "data" / "pictures"
RED, GREEN, BLUE, YELLOW = (220, 30, 30), (30, 160, 60), (40, 60, 200), (240, 210, 40)
ORIENTATION = 0x0112


def quarters(width: int = 800, height: int = 600) -> Image.Image:
    """Red, green, blue, yellow from the top left, row by row: which way up is plain to see."""
    image = Image.new("RGB", (width, height), RED)
    draw = ImageDraw.Draw(image)
    draw.rectangle((width // 2, 0, width, height // 2), fill=GREEN)
    draw.rectangle((0, height // 2, width // 2, height), fill=BLUE)
    draw.rectangle((width // 2, height // 2, width, height), fill=YELLOW)
    return image


def grainy(width: int, height: int, *, seed: int = 3, grain: float = 6) -> Image.Image:
    """Something like a photograph: soft shapes and grain."""
    made = np.random.default_rng(seed)
    coarse = Image.fromarray((made.random((9, 12, 3)) * 160 + 40).astype(np.uint8))
    pixels = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), dtype=np.float32)
    return Image.fromarray((pixels + made.normal(0, grain, pixels.shape)).clip(0, 255).astype(np.uint8))


def with_spot(width: int, height: int, box: tuple[int, int, int, int]) -> Image.Image:
    """A quiet ground with one thing on it that stands out."""
    image = Image.blend(grainy(width, height, grain=3), Image.new("RGB", (width, height), (120, 130, 140)), 0.6)
    image = image.filter(ImageFilter.GaussianBlur(8))
    draw = ImageDraw.Draw(image)
    draw.ellipse(box, fill=RED)
    draw.ellipse(box, outline=YELLOW, width=9)
    return image


@cache
def face(side: int) -> Image.Image:
    """A drawn person whom the detector sees."""
    with Image.open(PEOPLE / "50051514268.jpg") as opened:
        return opened.convert("RGB").resize((side, side), Image.Resampling.LANCZOS)


def with_faces(width: int, height: int, *places: tuple[int, int, int]) -> Image.Image:
    """Drawn people (left, top, side) on a quiet ground."""
    image = Image.new("RGB", (width, height), (150, 170, 190))
    for left, top, side in places:
        image.paste(face(side), (left, top))
    return image


def encoded(image: Image.Image, format_: str = "JPEG", **options: Any) -> bytes:
    """The file's bytes."""
    output = io.BytesIO()
    image.save(output, format_, **options)
    return output.getvalue()


def turned(orientation: int, image: Image.Image) -> bytes:
    """A JPEG that only looks like ``image`` once its EXIF orientation is followed."""
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    stored = image.transpose(undo[orientation]) if orientation in undo else image
    return encoded(stored, quality=92, exif=exif)


def srgb() -> bytes:
    """An ICC profile."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def swapped_primaries() -> bytes:
    """An ICC profile whose red is sRGB's green and whose green is its red."""
    profile = bytearray(srgb().replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be")))
    for place in range(132, 132 + 12 * int.from_bytes(profile[128:132]), 12):
        name = bytes(profile[place : place + 4])
        if name in {b"rXYZ", b"gXYZ"}:
            profile[place : place + 4] = b"gXYZ" if name == b"rXYZ" else b"rXYZ"
    return bytes(profile)


def sixteen_bits() -> bytes:
    """A grey PNG of 16 bits, dark on the left, light on the right."""
    ramp = np.tile(np.linspace(0, 65535, 640).astype(np.uint16), (480, 1))
    return encoded(Image.fromarray(ramp), "PNG")


def palette_with_alpha() -> bytes:
    """A palette PNG whose background is transparent, with a red disc in the middle."""
    image = Image.new("RGBA", (600, 600), (0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((150, 150, 450, 450), fill=(*RED, 255))
    return encoded(image.quantize(16), "PNG")


def animated(format_: str) -> bytes:
    """Three frames: red, green, blue."""
    frames = [Image.new("RGB", (400, 400), colour) for colour in (RED, GREEN, BLUE)]
    return encoded(frames[0], format_, save_all=True, append_images=frames[1:], duration=80)


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it has this many pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 100_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def pixel(image: Image.Image, x: int, y: int) -> tuple[int, ...]:
    """The channels of one pixel."""
    value = image.getpixel((x, y))
    assert isinstance(value, tuple)
    return value


def near(pixel: Any, colour: tuple[int, int, int], within: int = 24) -> bool:
    """Whether a pixel is about of a colour."""
    return all(abs(int(a) - b) <= within for a, b in zip(pixel[:3], colour, strict=True))
