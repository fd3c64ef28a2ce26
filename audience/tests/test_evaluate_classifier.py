"""A8: ``manage.py evaluate_classifier`` takes lists as they come, never stops at one bad row, and counts right."""

import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from audience.evaluation import Labelled, LabelsRefused, Trouble, read_codes, read_labels
from audience.services import evaluating, visions
from audience.services.picture_files import PictureFiles
from aura.providers.errors import ProviderError
from aura.providers.ports import Estimate, ProfileEvidence, ProfileReading, ReadOutcome

PORTRAITS = Path(__file__).resolve().parents[2] / "aura" / "providers" / "tests"


class Oracle:
    """A model that answers by the picture's size: 40 px is a woman of 25-34, 48 px a man of 45-54, else unknown."""

    name, version, prompt_version, paid = "oracle", "1", "", False

    def __init__(self, fail_after: int = 10**9) -> None:
        self.seen: list[int] = []
        self.fail_after = fail_after

    def read(self, profiles: Sequence[ProfileEvidence]) -> Iterator[ReadOutcome]:
        self.seen.append(len(profiles))
        if sum(self.seen) > self.fail_after:
            raise ProviderError("The day's quota is used up.", code="quota")
        refused = [one for one in profiles if one.username == "refused"]
        read = [one for one in profiles if one.username != "refused"]
        error = ProviderError("Blocked.", code="blocked")
        yield ReadOutcome(tuple(_reading(one) for one in read), {one.id: error for one in refused})


def _reading(one: ProfileEvidence) -> ProfileReading:
    with Image.open(io.BytesIO(one.picture or b"")) as picture:
        gender, age = {40: ("woman", "25-34"), 48: ("man", "45-54")}.get(picture.width, ("unknown", "unknown"))
    sure = 0.9 if gender != "unknown" else 0.5
    other = Estimate("unknown", 0.0)
    return ProfileReading(
        one.id, Estimate(gender, sure, {gender: sure}), Estimate(age, sure, {age: sure}), other, other
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """woman.jpg and sub/man.png that the oracle knows, thing.webp that it does not, broken.jpg."""
    (tmp_path / "sub").mkdir()
    for name, side in (("woman.jpg", 40), ("sub/man.png", 48), ("thing.webp", 60)):
        Image.new("RGB", (side, side), (120, 90, 60)).save(tmp_path / name)
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    return tmp_path


def listed(folder: Path, text: str | bytes, name: str = "labels.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def rows_of(path: Path, codes: str = "") -> tuple[list[Labelled], list[Trouble]]:
    found = list(read_labels(path, read_codes(codes)))
    return [row for row in found if isinstance(row, Labelled)], [row for row in found if isinstance(row, Trouble)]


@pytest.mark.parametrize(
    "text",
    [
        "file,gender,age\nwoman.jpg,female,30\n",
        "Filename;Sex;Age group\nwoman.jpg;F;25-34\n",
        "image\tlabel_gender\tage_bracket\nwoman.jpg\tW\t25–34\n",
        "PATH|Gender|Years\nwoman.jpg|Woman|30\n",
        "\ufeffpicture,gender,age\nwoman.jpg,w,30\n",
        'name,full name,gender,age\n"woman.jpg","Ada, Countess",f,30\n',
        "img_path,is_female,age\nwoman.jpg,1,30\n",
        "image,male,decade\nwoman.jpg,0,30\n",
        "picture,gender,age\r\nwoman.jpg,female,30\r\n",
        "age,gender,file\n30,female,woman.jpg",
    ],
)
def test_lists_are_read_as_they_come(folder: Path, text: str) -> None:
    rows, troubles = rows_of(listed(folder, text))
    assert troubles == []
    assert [(row.picture, row.gender) for row in rows] == [("woman.jpg", "woman")]
    age = rows[0].age
    assert age is not None
    assert 25 <= age.middle <= 35


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_the_encoding_is_found_out(folder: Path, encoding: str) -> None:
    rows, _ = rows_of(listed(folder, "file,gender,full_name\nwoman.jpg,f,Zoë Müller\n".encode(encoding)))
    assert rows[0].full_name == "Zoë Müller"


def test_bare_codes_need_to_be_explained(folder: Path) -> None:
    path = listed(folder, "file,gender\nwoman.jpg,1\nsub/man.png,0\n")
    rows, troubles = rows_of(path)
    assert rows == []
    assert {one.code for one in troubles} == {"gender_not_read", "not_labelled"}
    assert "--gender-codes" in troubles[0].message
    assert [row.gender for row in rows_of(path, "0=man, 1=woman")[0]] == ["woman", "man"]
    with pytest.raises(LabelsRefused):
        read_codes("0=lady?")


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "file,colour\nwoman.jpg,red\n", "gender,age\nf,30\n"])
def test_a_list_without_a_picture_or_a_label_is_refused_whole(folder: Path, text: str) -> None:
    with pytest.raises(LabelsRefused):
        rows_of(listed(folder, text))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300))
def test_no_bytes_break_the_reading_of_a_list(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "labels.csv"
    path.write_bytes(b"file,gender,age\n" + data)
    assert all(isinstance(row, Labelled | Trouble) for row in read_labels(path))


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ("woman.jpg", "woman.jpg"),
        ("woman", "woman.jpg"),
        ("WOMAN.JPG", "woman.jpg"),
        ("sub/man.png", "sub/man.png"),
        ("sub\\man.png", "sub/man.png"),
        ("man.png", "sub/man.png"),
        ("/data/faces/sub/man.png", "sub/man.png"),
        ("C:\\faces\\woman.jpg", "woman.jpg"),
        ("../outside.jpg", None),
        ("/etc/passwd", None),
        ("nobody.jpg", None),
        ("\0", None),
        ("..", None),
        ("a" * 5000, None),
    ],
)
def test_pictures_are_found_by_any_form_of_their_name_and_never_outside(
    folder: Path, named: str, found: str | None
) -> None:
    (folder.parent / "outside.jpg").write_bytes(b"secret")
    (folder / "link.jpg").symlink_to("/etc/passwd")
    files = PictureFiles(folder)
    assert files.find(named) == (folder / found if found else None)
    assert files.find("link.jpg") is None


LIST = """file,gender,age,username,race
woman.jpg,f,30,ada,north
sub/man.png,m,50,bo,south
woman.jpg,m,50,cy,south
thing.webp,f,30,di,north
missing.jpg,f,30,ed,north
broken.jpg,f,30,flo,north
woman.jpg,maybe,30,gus,north
woman.jpg,,,hal,north
woman.jpg,f,30,refused,north
"""


def test_bad_rows_are_told_and_never_end_the_run(folder: Path) -> None:
    gathered = evaluating.evaluate(read_labels(listed(folder, LIST)), folder, Oracle(), size=2)
    answer = gathered.as_json(Oracle(), 0)
    codes = [(one["line"], one["code"]) for one in answer["problems"]]
    assert sorted(codes) == [
        (6, "picture_missing"),
        (7, "picture_not_an_image"),
        (8, "gender_not_read"),
        (9, "not_labelled"),
        (10, "blocked"),
    ]
    assert answer["rows"] | {"placed_by_middle": 0} == {
        "listed": 9,
        "evaluated": 6,
        "left_out": 3,
        "placed_by_middle": 0,
        "problems": 5,
    }
    gender, age = answer["gender"], answer["age"]
    assert gender["confusion"] == {
        "woman": {"woman": 1, "man": 0, "unknown": 2},
        "man": {"woman": 1, "man": 1, "unknown": 0},
    }
    assert gender["accuracy"]["value"] == pytest.approx(2 / 3, abs=1e-6)
    assert gender["accuracy_abstentions_wrong"]["value"] == pytest.approx(2 / 5, abs=1e-6)
    assert age["labelled"] == 6
    assert age["years"]["mean_absolute_error"]["n"] == 4
    assert [row["group"] for row in gender["groups"]] == ["north", "south"]


def test_the_labels_never_reach_the_model_and_its_slices_are_bounded(folder: Path) -> None:
    seen: list[ProfileEvidence] = []

    class Watching(Oracle):
        def read(self, profiles: Sequence[ProfileEvidence]) -> Iterator[ReadOutcome]:
            seen.extend(profiles)
            return super().read(profiles)

    model = Watching()
    text = "file,gender,age,username\n" + "woman.jpg,female,31,ada\n" * 7
    evaluating.evaluate(read_labels(listed(folder, text)), folder, model, size=3)
    assert model.seen == [3, 3, 1]
    for evidence in seen:
        assert {"female", "31", "woman.jpg"}.isdisjoint({evidence.id, evidence.username, evidence.full_name})


def test_a_provider_that_ends_early_keeps_what_was_read_and_says_so(folder: Path) -> None:
    text = "file,gender\n" + "woman.jpg,f\n" * 5
    gathered = evaluating.evaluate(read_labels(listed(folder, text)), folder, Oracle(fail_after=4), size=2)
    assert (gathered.evaluated, gathered.stopped) == (4, "The day's quota is used up.")


def test_a_limit_takes_a_random_sample_that_its_seed_repeats(folder: Path) -> None:
    text = "file,gender,username\n" + "".join(f"woman.jpg,f,p{number}\n" for number in range(50))
    path = listed(folder, text)

    def lines(seed: int) -> list[int]:
        rows = (row for row in read_labels(path) if isinstance(row, Labelled))
        return [row.line for row in evaluating._drawn(rows, 10, seed)]

    assert lines(1) == lines(1) != lines(2)
    assert len(lines(1)) == len(set(lines(1))) == 10
    assert lines(1) == sorted(lines(1))


def run(*args: Any) -> str:
    out = io.StringIO()
    call_command("evaluate_classifier", *args, stdout=out)
    return out.getvalue()


def test_the_command_prints_text_and_writes_json(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(visions.MAKERS, "local", Oracle)
    target = tmp_path_factory.mktemp("out") / "figures.json"
    path = str(listed(folder, LIST))
    text = run(path, "--pictures", str(folder), "--json", str(target))
    for words in ("Gender (5 labelled)", "right, of the answered", "66.7%", "Problems (5)", "per 1,000 profiles"):
        assert words in text
    figures = json.loads(target.read_text())
    assert figures["gender"]["labelled"] == 5
    assert json.loads(run(path, "--pictures", str(folder), "--json", "-"))["gender"] == figures["gender"]


@pytest.mark.parametrize("provider", ["gemini", "openai"])
def test_a_provider_that_is_not_set_up_is_told_in_words(folder: Path, provider: str) -> None:
    path = str(listed(folder, LIST))
    with pytest.raises(CommandError, match="not set up"):
        run(path, "--pictures", str(folder), "--provider", provider)


def test_the_model_built_in_is_measured_on_real_files(tmp_path: Path) -> None:
    text = f"file,gender\n{PORTRAITS}/drawn_woman.jpg,woman\n{PORTRAITS}/drawn_man.jpg,man\n"
    answer = json.loads(run(str(listed(tmp_path, text)), "--pictures", str(PORTRAITS), "--json", "-"))
    assert answer["gender"]["accuracy"] | {"low": 0, "high": 1} == {"value": 1.0, "low": 0, "high": 1, "n": 2}
    assert answer["model"]["name"] == "local"
    assert answer["cost"]["usd"] == 0
