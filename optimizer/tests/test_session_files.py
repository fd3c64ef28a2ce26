"""What a session hands out and what can be changed of it afterwards (O2, O7, O8, O11)."""

import io
import json
import zipfile
from typing import Any

import pytest
from PIL import Image

from aura.media import services as media
from aura.media.models import Picture
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team
from aura.testing.simulators.site import SiteSimulator
from aura.testing.simulators.world import World
from optimizer import jobs
from optimizer.layout import HEADINGS
from optimizer.models import PlatformFile
from optimizer.services import sessions, texts
from optimizer.services.archive import archive, files_of
from optimizer.services.intake import store_logo
from optimizer.tests.live import found, made, snapshot, worked_off
from optimizer.tests.pictures import encoded
from optimizer.timing import best_times

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def test_files_and_archive_hold_everything_under_safe_names(team: Team) -> None:
    session = made(team, name="../../blue cup?.jpg", upload=snapshot(), platforms=["instagram", "x"])
    names = [file.name for file in files_of(session)]
    assert names == [
        "blue_cup_instagram.jpg",
        "blue_cup_x_com.jpg",
        "blue_cup_results.json",
        "blue_cup_captions.txt",
    ]
    with workspace_scope(team.workspace.id), archive(session) as packed, zipfile.ZipFile(packed) as opened:
        assert opened.namelist() == names
        assert opened.testzip() is None
        results = json.loads(opened.read("blue_cup_results.json"))
        captions = opened.read("blue_cup_captions.txt").decode()
        with Image.open(io.BytesIO(opened.read("blue_cup_instagram.jpg"))) as picture:
            assert picture.size == (1080, 1080)
    assert list(results["results"]) == ["instagram", "x.com"]
    assert all(heading in captions for heading in HEADINGS)


def test_a_chosen_middle_moves_the_crop(team: Team) -> None:
    session = made(team, platforms=["instagram"], formats={"instagram": "portrait"})
    (output,) = session.outputs.all()
    before = output.files.all()[0]
    with workspace_scope(team.workspace.id):
        jobs.change_framing(output, focus=(0.0, 0.5), format_key="story")
    worked_off()
    session = found(team, session)
    (output,) = session.outputs.all()
    (after,) = output.files.all()
    assert (after.picture.width, after.picture.height) == (1080, 1920) or after.picture.height > after.picture.width
    assert after.crop["left"] == pytest.approx(0, abs=1)
    assert before.crop["left"] > 100
    assert output.state == "done"
    with workspace_scope(team.workspace.id):
        assert not Picture.objects.filter(pk=before.picture_id).exists()
        with pytest.raises(ValueError, match="no size"):
            jobs.change_framing(output, focus=None, format_key="nothing")


def test_a_picture_of_the_workspace_and_one_at_an_address_are_taken_too(team: Team, settings: Any) -> None:
    settings.AURA_ALLOW_LOOPBACK = True
    first = made(team)
    again = made(team, picture=first.master, description="from the gallery")
    assert again.state == "done"
    world = World(people=5)
    world.add_account("northroast", posts=1, comments=1)
    refused = made(team, url="http://127.0.0.1:9/none.jpg")
    assert (refused.state, refused.error_code) == ("failed", "unreachable")
    with SiteSimulator(world) as site:
        assert site.url


def test_a_logo_is_put_on_every_platform(team: Team) -> None:
    mark = Image.new("RGBA", (200, 80), (250, 10, 10, 255))
    with workspace_scope(team.workspace.id):
        logo = store_logo(encoded(mark, "PNG"))
    session = made(team, logo=logo, platforms=["instagram"], logo_position="top-left", logo_tone="original")
    with workspace_scope(team.workspace.id):
        file = PlatformFile.objects.select_related("picture").get()
        with Image.open(io.BytesIO(media.read(file.picture))) as opened:
            red, green, _ = opened.convert("RGB").getpixel((70, 50))  # type: ignore[misc]
    assert red > 200
    assert green < 60
    assert session.state == "done"


def test_edited_texts_stay_when_words_are_written_again(team: Team) -> None:
    session = made(team)
    output = session.outputs.all()[0]
    with workspace_scope(team.workspace.id):
        texts.edit(output, {"caption": "Mine.", "hashtags": "#One two"})
        with pytest.raises(ValueError, match="takes"):
            texts.edit(output, {"caption": "x" * 3000})
        made_again = texts.composed(session, None, history=(), table=None)
        texts.store(session, made_again, {one: best_times(one) for one in ("instagram", "x.com")})
    output = found(team, session).outputs.all()[0]
    assert (output.caption, output.hashtags) == ("Mine.", ["one", "two"])


def test_a_deleted_session_takes_its_pictures_along(team: Team) -> None:
    first = made(team)
    second = made(team)
    with workspace_scope(team.workspace.id):
        sessions.remove(first)
        assert Picture.objects.exists(), "the second session shows them still"
        sessions.remove(second)
        assert not Picture.objects.exists()
