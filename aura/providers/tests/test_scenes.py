"""What is seen in drawn pictures."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from aura.providers.local.scenes import Face, Scene, look
from aura.providers.local.scenes.facts import SKIN, facts
from aura.providers.local.scenes.light import light
from aura.providers.local.scenes.palette import NAMED, lab_of, name_of, palette
from aura.testing.drawings import KINDS, drawn

HERE = Path(__file__).parent


def jpeg(image: Image.Image) -> bytes:
    output = io.BytesIO()
    image.save(output, "JPEG", quality=92)
    return output.getvalue()


def codes(scene: Scene) -> set[str]:
    return {fact.code for fact in scene.facts}


@pytest.mark.parametrize("name", NAMED)
def test_every_named_colour_is_called_by_its_name(name: str) -> None:
    rgb = np.array([int(NAMED[name][i : i + 2], 16) for i in (0, 2, 4)], dtype=np.uint8)
    assert name_of(lab_of(rgb)) == name


def test_lab_is_that_of_the_textbook() -> None:
    # Bruce Lindbloom's calculator, sRGB and D65: red, green, blue, white.
    rgb = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]], dtype=np.uint8)
    expected = [[53.24, 80.09, 67.20], [87.73, -86.18, 83.18], [32.30, 79.19, -107.86], [100.0, 0.0, 0.0]]
    assert np.allclose(lab_of(rgb), expected, atol=0.3)


def test_shares_of_colours_are_those_of_the_areas() -> None:
    image = Image.new("RGB", (200, 200), "#2b5fc0")
    ImageDraw.Draw(image).rectangle((0, 0, 200, 59), fill="#f5d733")
    found = {one.name: one.share for one in look(jpeg(image), with_faces=False).colours}
    assert found["blue"] == pytest.approx(0.7, abs=0.03)
    assert found["yellow"] == pytest.approx(0.3, abs=0.03)


def test_kinds_of_pictures_are_told_apart() -> None:
    kinds = {kind.__name__.strip("_"): number for number, kind in enumerate(KINDS)} | {"grey": 15}
    found = {name: codes(look(drawn(number), with_faces=False)) for name, number in kinds.items()}
    assert "golden" in found["sunset"]
    assert {"sky", "greenery"} <= found["field"]
    assert {"sky", "water"} <= found["sea"]
    assert "symmetry" in found["mirror"]
    assert "monochrome" in found["grey"]
    assert "night" in found["night"]
    assert "monochrome" not in found["sunset"] | found["field"]
    assert "greenery" not in found["sunset"] | found["sea"] | found["night"]


def test_blur_around_something_sharp_is_depth_and_an_even_wall_is_space() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (100, 100, 3), dtype=np.uint8)
    image = Image.effect_noise((400, 400), 60).convert("RGB").filter(ImageFilter.GaussianBlur(25))
    image.paste(Image.fromarray(noise), (150, 150))
    assert "depth" in codes(look(jpeg(image), with_faces=False))
    wall = Image.new("RGB", (400, 400), "#d9d2c5")
    wall.paste(Image.fromarray(noise[:60, :60]), (110, 180))
    scene = look(jpeg(wall), with_faces=False)
    assert {"space", "thirds_left"} <= codes(scene)
    assert scene.composition.x == pytest.approx(0.35, abs=0.05)


def test_a_drawn_face_is_found_and_has_an_age() -> None:
    scene = look((HERE / "drawn_woman.jpg").read_bytes())
    assert len(scene.faces) == 1
    assert "portrait" in codes(scene)
    assert 5 < scene.faces[0].years < 80
    assert scene.possible_minor == (scene.faces[0].minor >= 0.2)


def test_a_young_face_is_a_possible_minor() -> None:
    scene = look(drawn(3), with_faces=False)
    young, grown = Face(0.5, 0.5, 0.3, 16.0, 0.7), Face(0.5, 0.5, 0.3, 45.0, 0.01)
    made = [Scene(*(getattr(scene, name) for name in scene.__slots__)) for _ in range(2)]
    assert not made[0].possible_minor
    for faces, minor in (((young,), True), ((grown,), False), ((grown, young), True)):
        values = {name: getattr(scene, name) for name in scene.__slots__} | {"faces": faces}
        assert Scene(**values).possible_minor is minor


def test_colours_of_skin_are_never_named() -> None:
    for name in SKIN:
        rgb = tuple(int(NAMED[name][i : i + 2], 16) for i in (0, 2, 4))
        image = Image.new("RGB", (64, 64), rgb)
        ImageDraw.Draw(image).rectangle((0, 0, 20, 64), fill="#2b5fc0")
        scene = look(jpeg(image), with_faces=False)
        assert not SKIN & {colour for fact in scene.facts for colour in fact.colours}
        face = (Face(0.5, 0.5, 0.3, 40.0, 0.0),)
        with_face = facts(face, scene.colours, scene.light, scene.composition, scene.nature)
        assert not {"earth_tones", "pastel"} & {fact.code for fact in with_face}


@pytest.mark.parametrize("data", [b"", b"no picture", drawn(0)[:300]])
def test_broken_bytes_are_a_scene_without_facts(data: bytes) -> None:
    scene = look(data)
    assert (scene.readable, scene.facts, scene.possible_minor) == (False, (), False)


def test_the_same_picture_gives_the_same_scene_and_there_is_always_a_fact() -> None:
    for number in range(12):
        scene = look(drawn(number), with_faces=False)
        assert scene == look(drawn(number), with_faces=False)
        assert scene.facts
        assert all(0 < fact.strength <= 1 for fact in scene.facts)
    flat = look(jpeg(Image.new("RGB", (40, 400), "#808080")), with_faces=False)
    assert flat.facts


def test_light_tells_bright_from_dark_and_warm_from_cool() -> None:
    bright = light(lab_of(np.full((24, 24, 3), 240, dtype=np.uint8)))
    dark = light(lab_of(np.full((24, 24, 3), 12, dtype=np.uint8)))
    assert (bright.key, dark.key) == ("high", "low")
    warm = light(lab_of(np.tile(np.array([240, 170, 80], dtype=np.uint8), (24, 24, 1))))
    cool = light(lab_of(np.tile(np.array([70, 120, 200], dtype=np.uint8), (24, 24, 1))))
    assert warm.warmth > 20 > -20 > cool.warmth
    assert warm.golden == 1.0
    assert palette(lab_of(np.full((24, 24, 3), 240, dtype=np.uint8)))[0].share == 1.0
