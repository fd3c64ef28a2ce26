"""Pictures as strangers send them come out of a whole session right, small in memory, or are refused at once."""

import io
import json
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from aura.media import services as media
from aura.providers.ballast import without_ballast
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team
from optimizer.engine.opening import PictureRefused, check_image, open_image
from optimizer.engine.rendering import Options, open_for, render_all
from optimizer.platforms import PLATFORMS, targets_for
from optimizer.tests.live import made
from optimizer.tests.pictures import RED, encoded, grainy, near, pixel, quarters
from optimizer.tests.test_opening_pictures import looks_like_the_quarters
from optimizer.tests.unseen import BAD, GOOD, SENT, turned_as

AT_ONCE = 0.4
"""Seconds of processor time, on a busy machine; without the look before, these took up to a minute."""
CHILD = """
import json, sys, time
from pathlib import Path
from optimizer.engine.rendering import open_for, render_all
from optimizer.platforms import targets_for
picture = open_for(Path(sys.argv[1]), lambda width, height: targets_for(["all"], width, height))
made = render_all(picture, targets_for(["all"], picture.width, picture.height))
status = Path("/proc/self/status").read_text()
peak = int(status.split("VmHWM:")[1].split()[0]) / 1024
print(json.dumps({"peak": peak, "right": [bool(one.data) and not one.error for one in made]}))
"""


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_", ["TIFF", "PNG", "WEBP", "AVIF"])
def test_orientation_is_followed_in_every_format_that_has_it(format_: str, orientation: int) -> None:
    data = turned_as(format_, orientation)
    assert check_image(data) == (800, 600)
    picture = open_image(data)
    assert (picture.width, picture.height, picture.image.size) == (800, 600, (800, 600))
    assert looks_like_the_quarters(picture.image)


@pytest.mark.filterwarnings("ignore:.*EXIF:UserWarning")
@pytest.mark.parametrize("kind", GOOD)
def test_what_is_a_picture_opens_whatever_else_is_in_the_file(kind: str) -> None:
    data = GOOD[kind]()
    started = time.thread_time()
    assert check_image(data) == (800, 600)
    assert time.thread_time() - started < AT_ONCE
    picture = open_image(data)
    assert looks_like_the_quarters(picture.image)
    assert picture.image.info == {}


@pytest.mark.parametrize("kind", BAD)
def test_what_is_none_is_refused_at_once_with_its_code(kind: str) -> None:
    make, code = BAD[kind]
    data = make()
    started = time.thread_time()
    with pytest.raises(PictureRefused) as caught:
        open_image(data)
    assert time.thread_time() - started < AT_ONCE
    assert caught.value.code == code


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "GIF", "WEBP"])
def test_an_honest_file_is_read_as_it_is(format_: str) -> None:
    data = encoded(quarters(), format_)
    assert without_ballast(data) == data


def test_a_cut_file_of_any_length_is_only_ever_refused() -> None:
    for format_ in ("JPEG", "PNG", "GIF"):
        data = encoded(grainy(320, 320), format_)
        for end in [*range(0, 900, 7), *range(1000, len(data), 997)]:
            with suppress(PictureRefused):
                check_image(data[:end])


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_marked_corner_is_where_it_was_on_every_platform(orientation: int) -> None:
    data = turned_as("JPEG", orientation)
    picture = open_for(data, lambda width, height: targets_for(["all"], width, height))
    for one in render_all(picture, targets_for(["all"], picture.width, picture.height, fit="extend")):
        image = Image.open(io.BytesIO(one.data)).convert("RGB")
        # The whole picture is in the middle: its upper left quarter is red whatever is around it.
        side = min(image.width / 800, image.height / 600)
        x, y = image.width / 2 - 390 * side, image.height / 2 - 290 * side
        assert near(pixel(image, round(x), round(y)), RED), one.key


def test_what_shows_through_is_white_in_a_jpeg_and_stays_open_in_a_webp() -> None:
    data = SENT["palette.png"]()
    for encoding, expected in (("jpeg", (255, 255, 255)), ("webp", 0)):
        (one,) = made_of(data, encoding)
        image = Image.open(io.BytesIO(one))
        corner = pixel(image.convert("RGBA" if encoding == "webp" else "RGB"), 3, 3)
        assert corner[3] == 0 if encoding == "webp" else near(corner, expected)  # type: ignore[arg-type]


def made_of(data: bytes, encoding: str) -> list[bytes]:
    from_ = open_image(data)
    targets = targets_for(["pinterest"], from_.width, from_.height)
    return [one.data for one in render_all(from_, targets, Options(encoding=encoding))]  # type: ignore[arg-type]


def large_tiff(path: Path) -> None:
    quarters(4_000, 4_300).save(path, "TIFF")


def large_png(path: Path) -> None:
    """As large as its file could be: 50 MB of noise in colour with alpha would be a little less."""
    quarters(5_000, 3_700).convert("RGBA").save(path, "PNG", compress_level=1)


def phone(path: Path) -> None:
    quarters(4_032, 3_024).save(path, "JPEG", quality=92)


def progressive(path: Path) -> None:
    quarters(4_032, 3_024).save(path, "JPEG", quality=92, progressive=True)


def print_colours(path: Path) -> None:
    quarters(4_032, 3_024).convert("CMYK").save(path, "JPEG", quality=92)


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
@pytest.mark.parametrize(
    ("make", "most"), [(large_tiff, 400), (large_png, 400), (phone, 150), (progressive, 150), (print_colours, 150)]
)
def test_memory_stays_bounded(tmp_path: Path, make: Any, most: int) -> None:
    path = tmp_path / "picture"
    make(path)
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(path)], capture_output=True, text=True, check=True, cwd=Path.cwd()
    )
    answer = json.loads(done.stdout)
    print(f"{make.__name__}: {answer['peak']:.0f} MB")  # noqa: T201  pytest -s tells
    assert answer["right"] == [True] * len(PLATFORMS)
    assert answer["peak"] < most, f"{answer['peak']:.0f} MB"


@pytest.mark.django_db(transaction=True, databases=["default", "staff"])
def test_a_session_makes_the_platforms_of_each(team: Team, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    for name, make in SENT.items():
        session = made(team, upload=make(), name=name, platforms=["all" if name == "scan.tif" else "x"])
        assert (session.state, session.error) == ("done", ""), name
        for output in session.outputs.all():
            (file,) = output.files.all()
            with workspace_scope(team.workspace.id):
                data = media.read(file.picture)
            with Image.open(io.BytesIO(data)) as image:
                assert (image.format, image.mode, image.info.get("icc_profile")) == ("JPEG", "RGB", None), name
                assert not image.getexif()
                assert image.size == (file.picture.width, file.picture.height)


@pytest.mark.django_db(transaction=True, databases=["default", "staff"])
def test_a_session_of_what_is_broken_inside_fails_with_the_code(team: Team, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    whole = encoded(grainy(900, 700), "WEBP")
    broken = whole[:200] + bytes(len(whole) - 200)
    for data in (broken, encoded(grainy(900, 700))[:40_000]):
        session = made(team, upload=data, name="x.webp")
        assert (session.state, session.error_code) == ("failed", "INVALID_IMAGE_FORMAT")
