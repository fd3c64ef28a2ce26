"""Pictures composed from words without a model: their forms, their colours, their label, their sameness."""

import io
import time
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from aura.providers.errors import ProviderError
from aura.providers.image_ports import ASPECTS, ImageGenerator
from aura.providers.local.composer import LABEL, SIZES, LocalComposer, composition
from aura.providers.local.composer.colours import contrast
from aura.providers.local.composer.lettering import SANS, SERIF, drawable, has
from aura.providers.local.composer.palettes import palette_of
from aura.providers.local.composer.words import named, phrases
from aura.providers.tests.imaging import order, picture, refusal

RNG = np.random.default_rng(1)


def opened(data: bytes) -> Image.Image:
    found: Image.Image = Image.open(io.BytesIO(data))
    return found


def composer() -> ImageGenerator:
    return LocalComposer()


def test_every_form_of_the_port_has_its_exact_size() -> None:
    assert tuple(SIZES) == ASPECTS
    for aspect, (width, height) in SIZES.items():
        left, right = (float(part) for part in aspect.split(":"))
        assert abs(width / height / (left / right) - 1) < 0.001
        assert min(width, height) >= 1000
    made = composer().start(order(aspect="9:16"))
    assert (made.state, opened(made.images[0].data).size) == ("done", (1080, 1920))
    assert (made.images[0].media_type, made.images[0].placeholder) == ("image/jpeg", True)


def test_a_seed_gives_the_same_bytes_and_the_next_another_layout() -> None:
    adapter = composer()
    first = adapter.start(order(seed=41, count=4))
    assert [image.seed for image in first.images] == [41, 42, 43, 44]
    assert adapter.start(order(seed=43)).images[0].data == first.images[2].data
    small = [opened(image.data).convert("L").resize((32, 32)) for image in first.images]
    for one, other in pairwise(small):
        assert np.asarray(ImageChops.difference(one, other)).mean() > 8
    unseeded = adapter.start(order())
    assert adapter.start(order()).images == unseeded.images
    assert adapter.start(order(marker="another")).images != unseeded.images
    assert not composer().paid


def test_it_says_in_the_picture_that_it_is_a_placeholder(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = opened(composition.composed("A mug", "1:1", 1))
    monkeypatch.setattr(composition, "_label", lambda *_: None)
    without = opened(composition.composed("A mug", "1:1", 1))
    box = ImageChops.difference(shown, without).convert("L").point(lambda value: 255 * (value > 24)).getbbox()
    assert box is not None
    assert box[2] - box[0] > 280
    assert box[3] < 160
    assert "Placeholder" in LABEL


@pytest.mark.parametrize(
    ("prompt", "found"),
    [
        ("Sonnenuntergang am Strand", ["dusk", "ocean"]),
        ("Une forêt en automne", ["forest", "earth"]),
        ("Закат над морем, море", ["dusk", "ocean"]),
        ("夜の海", ["night", "ocean"]),
        ("l'été", ["fresh"]),
        ("Çiçek ve deniz", ["spring", "ocean"]),
        ("nothing known here", []),
    ],
)
def test_moods_are_heard_in_many_languages(prompt: str, found: list[str]) -> None:
    assert named("palettes.txt", prompt) == found


@pytest.mark.parametrize(("prompt", "channel"), [("ein roter Becher", 0), ("зеленый чай", 1), ("青い鳥", 2)])
def test_named_colours_show(prompt: str, channel: int) -> None:
    made = opened(composition.composed(prompt, "1:1", 2)).resize((1, 1), Image.Resampling.BOX)
    colour = made.getpixel((0, 0))
    palette = palette_of(prompt, np.random.default_rng(1))
    main = np.mean(palette.colours[:3], axis=0)
    assert int(np.argmax(main)) == channel, (colour, palette)


def test_key_words_are_set_and_fillers_are_not() -> None:
    assert phrases("A high quality photo of a ceramic mug on a linen cloth, morning light, 8k") == [
        "ceramic mug",
        "linen cloth",
        "morning light",
    ]
    assert phrases("") == []


def test_only_words_that_the_fonts_have_are_set() -> None:
    assert drawable(SANS, "Żółć Привет Ελλάδα 東京 mug") == "Żółć Привет Ελλάδα mug"
    assert drawable(SERIF, "Ελλάδα Café") == "Café"
    assert not has(SANS, "😀")


def test_type_is_readable_on_every_ground() -> None:
    for place, mood in enumerate(("dusk", "gold", "pastel", "mono", "neon")):
        palette = palette_of(mood, np.random.default_rng(place))
        for ground in (palette.deep, palette.light, *palette.colours):
            assert contrast(palette.ink(ground), ground) >= 3.0


def test_a_reference_is_the_ground_in_the_tones_of_the_prompt() -> None:
    made = composer().start(order(reference=picture(), aspect="16:9", prompt="ocean"))
    shown = np.asarray(opened(made.images[0].data)).astype(int)
    assert shown.shape == (1080, 1920, 3)
    assert shown[..., 2].mean() > shown[..., 0].mean()
    plain = composer().start(order(aspect="16:9", prompt="ocean"))
    assert plain.images[0].data != made.images[0].data


@pytest.mark.parametrize("more", [{"aspect": "7:3"}, {"reference": b"no picture"}])
def test_what_it_cannot_do_is_said(more: dict[str, Any]) -> None:
    assert refusal(composer(), order(**more)).code == "unsupported_input"


def test_a_picture_is_composed_in_time() -> None:
    composition.composed("warm up", "1:1", 0)
    took = []
    for seed in range(5):
        began = time.perf_counter()
        composition.composed("A ceramic mug on a linen cloth, morning light", "4:5", seed)
        took.append(time.perf_counter() - began)
    assert sorted(took)[2] < 0.7


@settings(max_examples=6, deadline=None)
@given(st.text(max_size=300), st.sampled_from(ASPECTS), st.integers(min_value=-(2**63), max_value=2**63))
def test_any_prompt_gives_a_picture(prompt: str, aspect: str, seed: int) -> None:
    made = composer().start(order(prompt=prompt, aspect=aspect, seed=seed))
    assert opened(made.images[0].data).size == SIZES[aspect]
    with pytest.raises(ProviderError):
        composer().start(order(prompt=prompt, aspect=""))
