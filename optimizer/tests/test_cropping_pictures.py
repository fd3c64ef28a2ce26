"""O2: what matters stays in the picture: heads first, then what stands out; a person's focus point wins over both."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from optimizer.engine.attention import Attention, attend, saliency
from optimizer.engine.cropping import around, choose, largest
from optimizer.engine.targets import Box
from optimizer.tests.pictures import grainy, with_faces, with_spot

RATIOS = (4 / 5, 1.0, 1.91, 2 / 3, 16 / 9, 9 / 16)


def evenly(faces: tuple[Box, ...] = ()) -> Attention:
    return Attention(np.full((60, 80), 1 / 4800, dtype=np.float32), faces, faces)


def inside(width: int, height: int, box: Box) -> bool:
    return Box(0, 0, width, height).holds(box)


@pytest.mark.parametrize("place", [(60, 200, 260, 400), (1100, 250, 1300, 450), (700, 60, 900, 260)])
def test_what_stands_out_is_kept(place: tuple[int, int, int, int]) -> None:
    attention = attend(with_spot(1500, 600, place), 1500, 600)
    for ratio in (4 / 5, 1.0, 2 / 3):
        assert choose(attention, 1500, 600, ratio).holds(Box(*place))


def test_what_stands_out_is_kept_from_top_to_bottom() -> None:
    for place in ((200, 80, 420, 300), (200, 1150, 420, 1370)):
        attention = attend(with_spot(600, 1500, place), 600, 1500)
        assert choose(attention, 600, 1500, 1.91).holds(Box(*place))


@pytest.mark.parametrize("left", [0, 500, 1150])
def test_a_face_is_found_and_never_cut(left: int) -> None:
    attention = attend(with_faces(1500, 700, (left, 150, 300)), 1500, 700)
    assert len(attention.faces) == 1
    for ratio in RATIOS:
        assert choose(attention, 1500, 700, ratio).holds(attention.faces[0])


def test_a_small_face_is_found_at_a_second_look() -> None:
    attention = attend(with_faces(2000, 1500, (1500, 300, 260)), 2000, 1500)
    assert len(attention.faces) == 1
    assert 1500 < attention.faces[0].left < attention.faces[0].right < 1760


def test_a_face_wins_over_a_louder_thing() -> None:
    image = with_spot(1600, 600, (80, 150, 380, 450))
    image.paste(with_faces(300, 300, (0, 0, 300)), (1200, 150))
    attention = attend(image, 1600, 600)
    assert choose(attention, 1600, 600, 4 / 5).holds(attention.faces[0])


def test_of_two_people_no_one_is_halved() -> None:
    faces = (Box(100, 200, 260, 360), Box(420, 210, 560, 350))
    window = choose(evenly(faces), 1000, 600, 4 / 5)
    for face in faces:
        assert window.holds(face) or window.overlap(face) == 0


def test_a_tighter_window_is_taken_rather_than_cut_a_head() -> None:
    faces = (Box(10, 150, 400, 540), Box(410, 150, 790, 530), Box(800, 150, 1180, 530))
    window = choose(evenly(faces), 1200, 600, 0.72)
    assert sum(window.holds(face) for face in faces) == 1
    assert all(window.holds(face) or window.overlap(face) == 0 for face in faces)


def test_the_point_that_a_person_sets_wins() -> None:
    attention = evenly((Box(0, 0, 200, 200),))
    window = choose(attention, 2000, 600, 1.0, focus=(0.8, 0.5))
    assert (window.left + window.right) / 2 == pytest.approx(1600)
    assert choose(attention, 2000, 600, 1.0, focus=(1.0, 0.5)).right == pytest.approx(2000)


def test_eyes_lie_above_the_middle_of_a_wide_crop() -> None:
    face = Box(380, 600, 620, 840)
    window = choose(evenly((face,)), 1000, 1500, 1.91)
    assert 0.2 < ((face.top + face.bottom) / 2 - window.top) / window.height < 0.5


def test_a_plain_picture_is_cropped_from_its_middle() -> None:
    attention = attend(Image.new("RGB", (1600, 900), (90, 120, 150)), 1600, 900)
    window = choose(attention, 1600, 900, 1.0)
    assert (window.left + window.right) / 2 == pytest.approx(800, abs=20)


@settings(max_examples=60, deadline=None)
@given(
    width=st.integers(300, 6000),
    height=st.integers(300, 6000),
    ratio=st.floats(0.4, 2.5),
    focus=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    place=st.tuples(st.floats(0, 0.9), st.floats(0, 0.9), st.floats(0.02, 0.3)),
)
def test_a_window_has_its_shape_lies_inside_and_cuts_no_face(
    width: int,
    height: int,
    ratio: float,
    focus: tuple[float, float],
    place: tuple[float, float, float],
) -> None:
    side = place[2] * min(width, height)
    left, top = place[0] * (width - side), place[1] * (height - side)
    face = Box(left, top, left + side, top + side)
    for window in (choose(evenly((face,)), width, height, ratio), around(width, height, ratio, focus)):
        assert window.width / window.height == pytest.approx(ratio, rel=1e-6)
        assert inside(width, height, window)
    window = choose(evenly((face,)), width, height, ratio)
    across, down = largest(width, height, ratio)
    if face.width <= across and face.height <= down:
        assert window.holds(face, slack=1)


def test_the_map_sums_to_one_and_has_the_pictures_shape() -> None:
    weights = saliency(grainy(112, 84))
    assert weights.shape == (84, 112)
    assert float(weights.sum()) == pytest.approx(1, abs=1e-3)
    assert float(weights.min()) >= 0


def test_colours_under_full_transparency_draw_no_eye() -> None:
    image = Image.new("RGBA", (900, 300), (128, 128, 128, 255))
    image.paste((255, 0, 0, 0), (20, 20, 280, 280))
    image.paste((250, 220, 60, 255), (700, 100, 800, 200))
    window = choose(attend(image, 900, 300), 900, 300, 1.0)
    assert window.holds(Box(700, 100, 800, 200))
