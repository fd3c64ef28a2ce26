"""O7: a logo at nine places, never stretched, readable on what lies under it."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from optimizer.engine.logos import ANCHORS, Anchor, Logo, logo_box, open_logo, place_logo
from optimizer.engine.opening import PictureRefused
from optimizer.tests.pictures import GREEN, RED, encoded, near, pixel


def mark(colour: tuple[int, int, int], width: int = 300, height: int = 100) -> Image.Image:
    image = Image.new("RGBA", (width, height), (*colour, 0))
    ImageDraw.Draw(image).rounded_rectangle((0, 0, width - 1, height - 1), 20, fill=(*colour, 255))
    return image


def ground(colour: tuple[int, int, int], width: int = 1000, height: int = 800) -> Image.Image:
    return Image.new("RGB", (width, height), colour)


@pytest.mark.parametrize("anchor", list(ANCHORS))
def test_each_anchor_puts_it_where_it_says(anchor: Anchor) -> None:
    left, top, right, bottom = logo_box((1000, 800), Logo(mark(RED), anchor, scale=0.2, margin=0.05))
    x = {"left": left - 40, "right": right - 960}.get(anchor.split("-")[-1], (left + right) / 2 - 500)
    y = {"top": top - 40, "bottom": bottom - 760}.get(anchor.split("-")[0], (top + bottom) / 2 - 400)
    assert abs(x) <= 1
    assert abs(y) <= 1


@pytest.mark.parametrize("size", [(300, 100), (100, 300), (800, 20), (64, 64)])
@pytest.mark.parametrize("scale", [0.05, 0.3, 1.0])
def test_it_is_never_stretched_and_stays_inside(size: tuple[int, int], scale: float) -> None:
    left, top, right, bottom = logo_box((1000, 600), Logo(mark(RED, *size), scale=scale))
    assert 0 <= left < right <= 1000
    assert 0 <= top < bottom <= 600
    width, height = right - left, bottom - top
    assert abs(width * size[1] - height * size[0]) <= max(size)  # To a pixel.


def test_opacity_lets_the_picture_through() -> None:
    logo = Logo(mark((255, 255, 255)), "center", opacity=0.5, tone="original")
    placed, _ = place_logo(ground((0, 0, 0)), logo)
    assert abs(pixel(placed, 500, 400)[0] - 128) <= 2


def test_a_grey_logo_turns_light_on_dark_and_dark_on_light() -> None:
    dark_logo = Logo(mark((20, 20, 20)), "center")
    on_dark, notes = place_logo(ground((10, 10, 30)), dark_logo)
    assert pixel(on_dark, 500, 400) == (255, 255, 255)
    assert any("light" in note for note in notes)
    on_light, notes = place_logo(ground((240, 240, 240)), dark_logo)
    assert pixel(on_light, 500, 400) == (20, 20, 20)
    assert notes == ()
    pale, _ = place_logo(ground((240, 240, 240)), Logo(mark((250, 250, 250)), "center"))
    assert max(pixel(pale, 500, 400)) < 40


def test_the_makers_own_variant_comes_first() -> None:
    logo = Logo(mark((20, 20, 20)), "center", other=mark((255, 230, 120)))
    placed, notes = place_logo(ground((10, 10, 30)), logo)
    assert near(pixel(placed, 500, 400), (255, 230, 120), 3)
    assert any("variant" in note for note in notes)


def test_a_coloured_logo_keeps_its_colour_and_gets_a_ground() -> None:
    two = mark(RED)
    ImageDraw.Draw(two).rectangle((100, 20, 200, 80), fill=(*GREEN, 255))
    placed, notes = place_logo(ground((150, 60, 60)), Logo(two, "center"))
    assert near(pixel(placed, 430, 400), RED, 6)
    assert any("ground" in note for note in notes)
    left, top, _, _ = logo_box((1000, 800), Logo(two, "center"))
    assert pixel(placed, left - 2, top + 10) != (150, 60, 60)
    assert pixel(placed, 5, 5) == (150, 60, 60)


@pytest.mark.parametrize(("tone", "expected"), [("light", 255), ("dark", 17)])
def test_an_ordered_tone_is_obeyed(tone: str, expected: int) -> None:
    placed, _ = place_logo(ground((128, 128, 128)), Logo(mark(RED), "center", tone=tone))  # type: ignore[arg-type]
    assert pixel(placed, 500, 400) == (expected,) * 3


def test_the_picture_itself_is_not_changed_and_its_alpha_is_kept() -> None:
    picture = Image.new("RGBA", (600, 600), (0, 0, 0, 0))
    placed, _ = place_logo(picture, Logo(mark(RED), "top-left", tone="original"))
    assert picture.getchannel("A").getextrema() == (0, 0)
    assert placed.mode == "RGBA"
    assert pixel(placed, 590, 590)[3] == 0
    assert pixel(placed, 60, 30)[3] == 255


@pytest.mark.parametrize("format_", ["PNG", "WEBP", "TIFF", "GIF"])
def test_any_common_format_with_alpha_is_taken_and_empty_borders_are_cut(format_: str) -> None:
    image = Image.new("RGBA", (400, 400), (0, 0, 0, 0))
    image.paste(mark(RED, 200, 100), (100, 150))
    logo = open_logo(encoded(image, format_))
    assert logo.size == (200, 100)
    assert np.asarray(logo)[0, 0, 3] < 255


def test_a_logo_without_alpha_is_placed_as_it_is() -> None:
    logo = open_logo(encoded(Image.new("RGB", (120, 60), GREEN)))
    placed, _ = place_logo(ground((30, 150, 60)), Logo(logo, "center"))
    assert near(pixel(placed, 500, 400), GREEN, 6)


def test_what_is_no_logo_is_refused() -> None:
    with pytest.raises(PictureRefused):
        open_logo(b"<svg/>")
    with pytest.raises(PictureRefused) as caught:
        open_logo(encoded(Image.new("RGB", (12, 60)), "PNG"))
    assert caught.value.code == "IMAGE_TOO_SMALL"
