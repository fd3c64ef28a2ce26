"""What becomes of a stranger's picture."""

import io
import struct
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from aura.providers.images import CleanImage, ImageRefused, sanitise

LIMIT = 8 * 2**20
RED, BLUE = (200, 30, 30), (30, 30, 200)


def clean(data: bytes, **options: Any) -> CleanImage:
    return sanitise(data, **{"max_bytes": LIMIT, **options})


def opened(data: bytes, **options: Any) -> Image.Image:
    return Image.open(io.BytesIO(clean(data, **options).data))


def refusal(data: bytes, **options: Any) -> str:
    with pytest.raises(ImageRefused) as caught:
        clean(data, **options)
    return caught.value.code


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    output = io.BytesIO()
    picture.save(output, kind, **options)
    return output.getvalue()


def halves(mode: str = "RGB", size: tuple[int, int] = (60, 40)) -> Image.Image:
    """Red on the left, blue on the right."""
    picture = Image.new("RGB", size, RED)
    picture.paste(BLUE, (size[0] // 2, 0, *size))
    return picture.convert(mode)


def is_near(pixel: Any, colour: tuple[int, int, int], by: int = 24) -> bool:
    return all(abs(a - b) <= by for a, b in zip(pixel, colour, strict=True))


def png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG that claims a size, whatever its chunks hold."""
    parts = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)), *chunks, (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize(("kind", "mode"), [("JPEG", "RGB"), ("PNG", "RGB"), ("WEBP", "RGB"), ("GIF", "P")])
def test_the_four_formats_of_the_web_become_a_jpeg_of_the_same_colours(kind: str, mode: str) -> None:
    picture = opened(encoded(halves(mode), kind))
    assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (60, 40))
    assert is_near(picture.getpixel((10, 20)), RED)
    assert is_near(picture.getpixel((50, 20)), BLUE)


@pytest.mark.parametrize(("kind", "mode"), [("BMP", "RGB"), ("TIFF", "RGB"), ("PPM", "RGB"), ("ICO", "RGB")])
def test_other_formats_are_not_opened(kind: str, mode: str) -> None:
    assert refusal(encoded(halves(mode), kind)) == "not_an_image"


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!doctype html><title>Login</title>",
        b"%PDF-1.7",
        b"%!PS-Adobe-3.0 EPSF-3.0",
        b"PK\x03\x04",
        b"\x00" * 100,
        b"\xff",
    ],
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    assert refusal(data) == "not_an_image"


def test_an_empty_file_is_refused() -> None:
    assert refusal(b"") == "empty"


def test_more_bytes_than_allowed_are_refused() -> None:
    data = encoded(halves(), "PNG")
    assert refusal(data, max_bytes=len(data) - 1) == "too_large"
    assert clean(data, max_bytes=len(data)).width == 60


@pytest.mark.parametrize(("width", "height"), [(30_000, 30_000), (12_001, 20), (7_000, 7_000), (10_000, 10_000)])
def test_a_picture_bomb_is_refused_before_it_is_unpacked(width: int, height: int) -> None:
    bomb = png(width, height, (b"IDAT", zlib.compress(b"\0" * 1000)))
    assert refusal(bomb) == "too_many_pixels"


def test_a_text_chunk_that_unpacks_to_gigabytes_is_refused() -> None:
    bomb = png(20, 20, (b"zTXt", b"a\0\0" + zlib.compress(b"\0" * 80_000_000)))
    assert refusal(bomb) == "broken"


def test_a_tracking_pixel_is_too_small() -> None:
    assert refusal(encoded(Image.new("RGB", (1, 1)), "GIF")) == "too_small"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_truncated_file_is_refused(kind: str) -> None:
    data = encoded(Image.effect_noise((200, 200), 60).convert("RGB"), kind)
    assert refusal(data[: len(data) // 2]) in {"broken", "not_an_image"}


def test_long_pictures_are_reduced_and_keep_their_shape() -> None:
    result = clean(encoded(halves(size=(1080, 540)), "JPEG"))
    assert (result.width, result.height) == (640, 320)
    assert clean(encoded(halves(size=(1080, 540)), "JPEG"), side=100).width == 100


def test_the_picture_is_turned_the_way_its_camera_held_it() -> None:
    upright = halves()
    turned = upright.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = opened(encoded(turned, "JPEG", exif=exif))
    assert picture.size == (60, 40)
    assert is_near(picture.getpixel((10, 20)), RED)
    assert is_near(picture.getpixel((50, 20)), BLUE)


@pytest.mark.parametrize("kind", ["JPEG", "GIF"])
def test_no_comment_survives(kind: str) -> None:
    data = encoded(halves("P" if kind == "GIF" else "RGB"), kind, comment=b"secret words")
    assert b"secret words" in data
    assert b"secret words" not in clean(data).data


def test_no_metadata_survives() -> None:
    exif = Image.Exif()
    exif[0x010F] = "CameraMaker"
    exif[0x8825] = {1: "N", 2: (52.0, 31.0, 0.0)}
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = encoded(halves(), "JPEG", exif=exif, icc_profile=profile, comment=b"secret words", dpi=(301, 301))
    assert b"secret words" in data
    result = clean(data)
    picture = Image.open(io.BytesIO(result.data))
    assert not picture.getexif()
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert picture.info["jfif_density"] == (1, 1)
    assert not any(word in result.data for word in (b"CameraMaker", b"secret words", b"ICC_PROFILE", b"Exif"))


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_broken_camera_data_does_not_lose_the_picture() -> None:
    data = encoded(halves(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    assert clean(data).width == 60


def test_a_broken_colour_profile_does_not_lose_the_picture() -> None:
    picture = opened(encoded(halves(), "JPEG", icc_profile=b"not a profile"))
    assert is_near(picture.getpixel((10, 20)), RED)


def test_colours_are_converted_from_the_profile_of_the_picture() -> None:
    # A profile in which red and blue have changed places.
    plain = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = plain.replace(b"rXYZ", b"?XYZ").replace(b"bXYZ", b"rXYZ").replace(b"?XYZ", b"bXYZ")
    picture = opened(encoded(halves(), "PNG", icc_profile=swapped))
    assert is_near(picture.getpixel((10, 20)), BLUE, 60)
    assert is_near(picture.getpixel((50, 20)), RED, 60)


@pytest.mark.parametrize(
    ("mode", "kind"), [("CMYK", "JPEG"), ("L", "JPEG"), ("P", "PNG"), ("LA", "PNG"), ("1", "PNG"), ("I;16", "PNG")]
)
def test_every_colour_mode_becomes_rgb(mode: str, kind: str) -> None:
    source = Image.new(mode, (40, 40)) if mode == "I;16" else halves().convert(mode)
    assert opened(encoded(source, kind)).mode == "RGB"


def test_cmyk_keeps_its_colours() -> None:
    assert is_near(opened(encoded(halves("CMYK"), "JPEG")).getpixel((10, 20)), RED, 40)


def test_sixteen_bits_a_pixel_keep_their_brightness() -> None:
    source = Image.new("I;16", (40, 40), 0x8000)
    assert is_near(opened(encoded(source, "PNG")).getpixel((5, 5)), (128, 128, 128), 3)


def test_what_is_transparent_lies_on_white() -> None:
    source = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    assert is_near(opened(encoded(source, "PNG")).getpixel((5, 5)), (255, 255, 255), 2)
    palette = Image.new("P", (40, 40), 0)
    palette.putpalette([0, 0, 0, 255, 0, 0])
    assert is_near(opened(encoded(palette, "PNG", transparency=0)).getpixel((5, 5)), (255, 255, 255), 2)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_of_a_moving_picture_the_first_frame_is_kept(kind: str) -> None:
    frames = [Image.new("RGB", (40, 40), RED), Image.new("RGB", (40, 40), BLUE)]
    data = encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=50)
    picture = opened(data)
    assert is_near(picture.getpixel((5, 5)), RED)
    assert getattr(picture, "n_frames", 1) == 1


def test_the_same_bytes_give_the_same_content_name() -> None:
    data = encoded(halves(), "PNG")
    first, second = clean(data), clean(data)
    assert first == second
    assert len(first.sha256) == 64
    assert first.sha256 != clean(encoded(halves("L"), "PNG")).sha256


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["JPEG", "PNG", "WEBP", "GIF"]), st.data())
def test_damaged_files_are_cleaned_or_refused_and_nothing_else(kind: str, data: st.DataObject) -> None:
    source = bytearray(encoded(halves("P" if kind == "GIF" else "RGB"), kind))
    for _ in range(data.draw(st.integers(1, 6))):
        source[data.draw(st.integers(0, len(source) - 1))] = data.draw(st.integers(0, 255))
    try:
        result = clean(bytes(source))
    except ImageRefused as refused:
        assert refused.message  # noqa: PT017
    else:
        assert max(result.width, result.height) <= 640
