"""O1: every picture that a person may hand in opens the right way up; what is none is refused at once, with a code."""

import io
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from optimizer.engine import opening
from optimizer.engine.opening import PictureRefused, open_image
from optimizer.tests.pictures import (
    BLUE,
    GREEN,
    RED,
    YELLOW,
    animated,
    bomb,
    encoded,
    grainy,
    near,
    palette_with_alpha,
    pixel,
    quarters,
    sixteen_bits,
    srgb,
    swapped_primaries,
    turned,
)


def refused(data: bytes) -> PictureRefused:
    with pytest.raises(PictureRefused) as caught:
        open_image(data)
    return caught.value


def looks_like_the_quarters(image: Image.Image) -> bool:
    width, height = image.size
    places = ((0.25, 0.25, RED), (0.75, 0.25, GREEN), (0.25, 0.75, BLUE), (0.75, 0.75, YELLOW))
    return all(near(image.getpixel((int(x * width), int(y * height))), colour) for x, y, colour in places)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_is_turned_upright(orientation: int) -> None:
    picture = open_image(turned(orientation, quarters(800, 600)))
    assert (picture.width, picture.height) == (800, 600)
    assert picture.image.size == (800, 600)
    assert looks_like_the_quarters(picture.image)


@pytest.mark.parametrize("orientation", [3, 6, 7])
def test_a_reduced_decode_is_turned_as_well(orientation: int) -> None:
    picture = open_image(turned(orientation, quarters(1600, 1200)), lambda width, height: 300 / width)
    assert (picture.width, picture.height) == (1600, 1200)
    assert picture.image.size == (400, 300)
    assert picture.scale == pytest.approx(0.25)
    assert looks_like_the_quarters(picture.image)


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "BMP", "TIFF", "WEBP", "GIF", "AVIF"])
def test_each_promised_format_opens(format_: str) -> None:
    picture = open_image(encoded(quarters(400, 320), format_))
    assert picture.format == format_
    assert looks_like_the_quarters(picture.image)


def test_a_path_is_taken_as_well_as_bytes(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(encoded(quarters(400, 320), "PNG"))
    assert looks_like_the_quarters(open_image(path).image)


def test_print_colours_become_screen_colours() -> None:
    picture = open_image(encoded(quarters().convert("CMYK"), quality=92))
    assert picture.image.mode == "RGB"
    assert looks_like_the_quarters(picture.image)
    assert any("CMYK" in note for note in picture.notes)


def test_sixteen_bits_keep_their_whole_range() -> None:
    picture = open_image(sixteen_bits())
    grey = np.asarray(picture.image)[240, :, 0].astype(int)
    assert picture.image.mode == "RGB"
    assert grey[5] < 8
    assert abs(grey[320] - 128) < 4
    assert grey[-5] > 247


def test_a_palette_with_alpha_stays_transparent() -> None:
    picture = open_image(palette_with_alpha())
    assert picture.transparent
    assert pixel(picture.image, 5, 5)[3] == 0
    assert near(pixel(picture.image, 300, 300), RED)


def test_an_alpha_channel_that_hides_nothing_is_dropped() -> None:
    assert open_image(encoded(quarters().convert("RGBA"), "PNG")).image.mode == "RGB"


@pytest.mark.parametrize("format_", ["GIF", "WEBP", "PNG"])
def test_of_many_frames_the_first_is_taken(format_: str) -> None:
    assert near(pixel(open_image(animated(format_)).image.convert("RGB"), 200, 200), RED)


def test_colours_of_another_profile_become_srgb() -> None:
    picture = open_image(encoded(Image.new("RGB", (400, 400), (200, 0, 0)), "PNG", icc_profile=swapped_primaries()))
    red, green, blue = pixel(picture.image, 200, 200)
    assert green > 150 > red + 50
    assert blue < 60
    assert "Colours were converted to sRGB." in picture.notes


def test_an_srgb_profile_changes_nothing_and_is_not_kept() -> None:
    picture = open_image(encoded(quarters(), "PNG", icc_profile=srgb()))
    assert looks_like_the_quarters(picture.image)
    assert picture.image.info == {}


def test_a_broken_profile_does_not_stop_a_picture() -> None:
    assert looks_like_the_quarters(open_image(encoded(quarters(), "PNG", icc_profile=b"not a profile")).image)


def test_a_panorama_opens() -> None:
    picture = open_image(encoded(grainy(6000, 600), quality=80))
    assert picture.width == 10 * picture.height


def test_the_least_side_is_300_pixels() -> None:
    assert open_image(encoded(quarters(300, 300))).width == 300
    for size in ((299, 299), (4000, 299), (299, 300)):
        error = refused(encoded(quarters(*size)))
        assert error.code == "IMAGE_TOO_SMALL"
        assert "299" in error.message


def test_more_than_fifty_megabytes_are_refused_unread(tmp_path: Path) -> None:
    assert refused(b"\xff\xd8" + bytes(opening.MAX_BYTES)).code == "IMAGE_TOO_LARGE"
    path = tmp_path / "large.tif"
    with path.open("wb") as file:
        file.truncate(opening.MAX_BYTES + 1)
    with pytest.raises(PictureRefused) as caught:
        open_image(path)
    assert caught.value.code == "IMAGE_TOO_LARGE"


def test_a_tiff_of_almost_fifty_megabytes_opens() -> None:
    pixels = np.zeros((4000, 4300, 3), dtype=np.uint8)
    data = encoded(Image.fromarray(pixels), "TIFF")
    assert 49 * 2**20 < len(data) < opening.MAX_BYTES
    assert open_image(data, lambda width, height: 0.25).image.size == (1075, 1000)


HOSTILE = {
    "nothing": (b"", "INVALID_IMAGE_FORMAT"),
    "text": (b"hello, I am a picture", "INVALID_IMAGE_FORMAT"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg' width='900' height='900'/>", "INVALID_IMAGE_FORMAT"),
    "pdf": (b"%PDF-1.7\n" + bytes(2000), "INVALID_IMAGE_FORMAT"),
    "ps": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 900 900\n" + bytes(2000), "INVALID_IMAGE_FORMAT"),
    "heic": (b"\0\0\0\x18ftypheic" + bytes(2000), "INVALID_IMAGE_FORMAT"),
    "bomb": (bomb(50_000, 50_000), "IMAGE_TOO_LARGE"),
    "bomb under Pillow's own limit": (bomb(9_000, 9_000), "IMAGE_TOO_LARGE"),
    "long line": (bomb(60_000, 400), "IMAGE_TOO_LARGE"),
    "half a JPEG": (encoded(grainy(1200, 900))[:40_000], "INVALID_IMAGE_FORMAT"),
    "half a PNG": (encoded(grainy(600, 600), "PNG")[:100_000], "INVALID_IMAGE_FORMAT"),
    "half a WebP": (encoded(grainy(600, 600), "WEBP")[:5_000], "INVALID_IMAGE_FORMAT"),
    "half a TIFF": (encoded(grainy(600, 600), "TIFF")[:100_000], "INVALID_IMAGE_FORMAT"),
    "half a BMP": (encoded(grainy(600, 600), "BMP")[:100_000], "INVALID_IMAGE_FORMAT"),
    "half a GIF": (encoded(grainy(600, 600), "GIF")[:20_000], "INVALID_IMAGE_FORMAT"),
    "empty PNG": (bomb(4_000, 4_000), "INVALID_IMAGE_FORMAT"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_files_are_refused_with_a_code_and_at_once(kind: str) -> None:
    data, code = HOSTILE[kind]
    started = time.process_time()
    error = refused(data)
    assert time.process_time() - started < 1.0  # Milliseconds; a full decode of what they claim takes longer.
    assert error.code == code
    assert error.message.endswith(".")


def test_a_gif_of_many_frames_costs_one_frame() -> None:
    frames = [Image.new("P", (400, 400), n % 200) for n in range(300)]
    output = io.BytesIO()
    frames[0].save(output, "GIF", save_all=True, append_images=frames[1:])
    assert open_image(output.getvalue()).image.size == (400, 400)


def test_a_changed_byte_never_raises_anything_else() -> None:
    whole = {form: encoded(quarters(320, 320), form) for form in ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP")}
    made = np.random.default_rng(5)
    for data in whole.values():
        for _ in range(40):
            broken = bytearray(data)
            for place in made.integers(0, min(len(data), 400), 4):
                broken[place] = int(made.integers(0, 256))
            with suppress(PictureRefused):
                open_image(bytes(broken))
