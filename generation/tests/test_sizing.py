"""Sizes become shapes (G1)."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aura.providers.image_ports import ASPECTS
from generation.sizing import SizeRefused, aspect_of, ratio_of


@pytest.mark.parametrize(
    ("size", "aspect"),
    [("1080x1350", "4:5"), ("1080 x 566", "1.91:1"), ("1080×1920", "9:16"), ("512*512", "1:1"), ("1024X768", "4:3")],
)
def test_a_size_is_the_shape_that_people_mean(size: str, aspect: str) -> None:
    assert aspect_of(size) == aspect


@pytest.mark.parametrize("size", ["", "1080", "0x10", "10x0", "00x00", "100x900", "axb", "1080x1350x2"])
def test_other_sizes_are_refused_with_words(size: str) -> None:
    with pytest.raises(SizeRefused):
        aspect_of(size)


@given(st.sampled_from(ASPECTS), st.integers(256, 4096))
def test_every_shape_is_found_again_from_its_pixels(aspect: str, width: int) -> None:
    assert aspect_of(f"{width}x{round(width / ratio_of(aspect))}") == aspect


@given(st.text(max_size=20))
def test_no_text_breaks_it(text: str) -> None:
    with suppress(SizeRefused):
        assert aspect_of(text) in ASPECTS
