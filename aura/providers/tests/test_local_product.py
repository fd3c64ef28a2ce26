"""Products cut out and staged without a model: how well, how sure, the same each time."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from aura.providers.image_ports import ASPECTS, ImageGenerator
from aura.providers.local.composer import SIZES
from aura.providers.local.cutting import cut_out
from aura.providers.local.cutting.planes import boxed, labelled
from aura.providers.local.cutting.walker import walked, weights_of
from aura.providers.local.staging import LABEL, STYLES, ProductStager, staged
from aura.providers.local.staging.tones import tones_of
from aura.providers.tests.imaging import order, refusal
from aura.testing.products import drawn_product, overlap

SIDE = 480


def encoded(picture: Image.Image, kind: str = "PNG") -> bytes:
    target = io.BytesIO()
    picture.save(target, kind)
    return target.getvalue()


def opened(data: bytes) -> Image.Image:
    found: Image.Image = Image.open(io.BytesIO(data))
    found.load()
    return found


@pytest.mark.parametrize(
    ("name", "behind"),
    [
        ("box", "tinted"),
        ("jar", "gradient"),
        ("mug", "table"),
        ("bottle", "wood"),
        ("shoe", "linen"),
        ("jar", "marble"),
    ],
)
def test_a_product_is_cut_out_of_plain_sloped_and_textured_grounds(name: str, behind: str) -> None:
    drawn = drawn_product(name, behind, size=SIDE, seed=3)
    found = cut_out(drawn.picture)
    assert overlap(found.picture.getchannel("A"), drawn.truth) > 0.93
    assert found.judgement.looks_right
    assert found.picture.size == drawn.picture.size
    assert found.cropped.size == (found.box[2] - found.box[0], found.box[3] - found.box[1])


def test_a_handle_shows_through_and_a_label_does_not() -> None:
    drawn = drawn_product("mug", "tinted", size=SIDE, seed=3)
    alpha = np.asarray(cut_out(drawn.picture).picture.getchannel("A"))
    truth = np.asarray(drawn.truth)
    gap = labelled(truth < 128)[0]
    inner = gap == [one for one in np.unique(gap) if one and one != gap[0, 0]][0]
    assert (alpha[inner] < 60).mean() > 0.8
    assert (alpha[truth > 250] > 200).mean() > 0.97


def test_the_edge_is_soft_and_holds_no_colour_of_the_old_ground() -> None:
    scene = Image.new("RGB", (SIDE * 2, SIDE * 2), (0, 200, 0))
    ImageDraw.Draw(scene).ellipse([240, 240, 720, 720], fill=(200, 30, 40))
    found = cut_out(scene.resize((SIDE, SIDE), Image.Resampling.BOX))
    pixels = np.asarray(found.picture).astype(int)
    edge = (pixels[..., 3] > 20) & (pixels[..., 3] < 235)
    assert 100 < edge.sum() < 6000
    assert (pixels[edge][:, 1] > 110).mean() < 0.05


@pytest.mark.parametrize("kind", ["nothing", "noise", "everywhere", "cut off"])
def test_what_cannot_be_cut_out_is_said_to_look_wrong(kind: str) -> None:
    rng = np.random.default_rng(5)
    scene = Image.new("RGB", (SIDE, SIDE), (230, 228, 224))
    if kind == "noise":
        scene = Image.fromarray(rng.integers(0, 255, (SIDE, SIDE, 3), np.uint8))
    if kind == "everywhere":
        for x, y in rng.integers(0, SIDE, (14, 2)):
            ImageDraw.Draw(scene).ellipse([x - 24, y - 24, x + 24, y + 24], fill=(180, 40, 60))
    if kind == "cut off":
        ImageDraw.Draw(scene).rectangle([-20, 130, SIDE + 20, 360], fill=(30, 60, 150))
    verdict = cut_out(scene).judgement
    assert not verdict.looks_right
    assert verdict.reasons
    assert all(one.endswith(".") for one in verdict.reasons)


def test_transparency_that_is_there_is_believed() -> None:
    drawn = drawn_product("box", "white", size=SIDE)
    picture = drawn.picture.copy()
    picture.putalpha(drawn.truth)
    found = cut_out(picture)
    assert found.picture.tobytes() == picture.tobytes()
    assert found.judgement.confidence == 1.0


def test_large_narrow_and_grey_pictures_are_taken() -> None:
    assert cut_out(Image.new("L", (900, 40), 200)).picture.size == (900, 40)
    assert max(cut_out(Image.new("RGB", (5000, 400), (9, 9, 9))).picture.size) == 2048
    assert cut_out(Image.new("RGB", (1, 1))).picture.size == (1, 1)


def test_parts_are_numbered_by_their_sides() -> None:
    mask = np.array([[1, 1, 0, 1], [0, 1, 0, 1], [0, 0, 1, 0], [1, 0, 1, 1]], np.bool_)
    parts, sizes = labelled(mask)
    assert sorted(sizes[1:].tolist()) == [1, 2, 3, 3]
    assert parts[0, 0] == parts[1, 1] != parts[2, 2]
    assert np.allclose(boxed(np.full((5, 7), 3, np.float32), 2), 3)


def test_the_walker_stops_at_an_edge_of_colour() -> None:
    colours = np.zeros((30, 30, 3), np.float32)
    colours[:, 17:] = 0.5
    wanted = np.zeros((30, 30), np.float32)
    trust = np.full((30, 30), 1e-4, np.float32)
    wanted[15, 28], trust[15, 28], trust[15, 2] = 1, 20, 20
    found = walked(weights_of(colours), wanted, trust, wanted, rounds=400)
    assert found[:, :17].max() < 0.5 < found[:, 17:].min()


@pytest.fixture(scope="module")
def product() -> Image.Image:
    drawn = drawn_product("mug", "tinted", size=SIDE, seed=3)
    picture = drawn.picture.copy()
    picture.putalpha(drawn.truth)
    return picture


@pytest.mark.parametrize("style", STYLES)
def test_a_style_has_the_exact_size_shows_the_product_and_is_the_same_for_its_seed(
    style: str, product: Image.Image
) -> None:
    cutout = cut_out(product)
    first = staged(cutout, style, (331, 402), 7)
    assert first.picture.size == (331, 402)
    assert first.label == LABEL == "Composed locally"
    assert staged(cutout, style, (331, 402), 7).picture.tobytes() == first.picture.tobytes()
    assert staged(cutout, style, (331, 402), 8).picture.tobytes() != first.picture.tobytes()
    pixels = np.asarray(first.picture).astype(int)
    red = (pixels[..., 0] > 70) & (pixels[..., 0] > pixels[..., 1] * 1.7) & (pixels[..., 0] > pixels[..., 2] * 1.7)
    assert 0.03 < red.mean() < 0.75
    assert staged(cutout, style, (402, 220), 7).picture.size == (402, 220)


def test_styles_differ_and_dark_is_dark(product: Image.Image) -> None:
    cutout = cut_out(product)
    light = {style: np.asarray(staged(cutout, style, (240, 240), 3).picture.convert("L")).mean() for style in STYLES}
    assert min(light, key=lambda style: light[style]) == "dark_and_moody"
    assert light["dark_and_moody"] < 75 < 140 < light["solid_background"]


def test_colours_come_from_the_product() -> None:
    rng = np.random.default_rng(1)
    red = tones_of(Image.new("RGBA", (50, 50), (200, 30, 30, 255)), rng)
    assert 10 < red.hue < 40
    assert tones_of(Image.new("RGBA", (50, 50), (90, 90, 90, 255)), rng).chroma == 0
    assert tones_of(Image.new("RGBA", (50, 50)), rng).chroma == 0


def stager(style: str = "floating", **more: Any) -> ImageGenerator:
    return ProductStager(style, **more)


def test_the_stager_answers_an_order_at_once_with_label_and_confidence(product: Image.Image) -> None:
    made = stager(size=(400, 500)).start(order(reference=encoded(product), count=2, seed=4))
    assert (made.state, [image.seed for image in made.images]) == ("done", [4, 5])
    assert made.images[0].data != made.images[1].data
    for image in made.images:
        assert (image.placeholder, image.label, image.confidence) == (True, "Composed locally", 1.0)
        assert opened(image.data).size == (400, 500)
    assert "enlarged" not in " ".join(made.images[0].notes)
    again = stager(size=(400, 500)).start(order(reference=encoded(product), seed=5))
    assert again.images[0].data == made.images[1].data


def test_the_stager_makes_every_form_of_the_port() -> None:
    assert set(ASPECTS) == set(SIZES)
    drawn = drawn_product("jar", "tinted", size=300)
    made = stager("solid_background").start(order(reference=encoded(drawn.picture, "JPEG"), aspect="1.91:1"))
    assert opened(made.images[0].data).size == (1910, 1000)
    assert any("enlarged" in note for note in made.images[0].notes)


def test_the_stager_says_what_it_cannot_use() -> None:
    assert refusal(stager(), order()).code == "unsupported_input"
    assert refusal(stager(), order(reference=b"no picture")).code == "unsupported_input"
    assert refusal(stager(), order(reference=encoded(Image.new("RGB", (80, 80)))[:70])).code == "unsupported_input"
    assert refusal(stager(), order(aspect="7:3")).code == "unsupported_input"
    blank = stager().start(order(reference=encoded(Image.new("RGB", (300, 300), "white"))))
    assert (blank.state, blank.code, blank.images) == ("failed", "no_product", ())
    assert "No product" in blank.message
    with pytest.raises(ValueError, match="There is no style"):
        ProductStager("baroque")
