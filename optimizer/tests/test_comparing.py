"""Of several pictures the strongest is named, and why (O3)."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageEnhance, ImageFilter

from aura.media import services as media
from aura.media.models import Picture
from aura.providers.local.scenes import look
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team
from optimizer.comparing import compare
from optimizer.queries.sessions import results_of
from optimizer.services import sessions
from optimizer.tests.live import made
from optimizer.tests.pictures import encoded, grainy, with_spot


def good() -> Image.Image:
    return with_spot(800, 600, (300, 220, 470, 400))


def worse() -> Image.Image:
    return ImageEnhance.Brightness(good().filter(ImageFilter.GaussianBlur(9))).enhance(0.25)


def test_a_sharp_bright_picture_wins_over_a_dark_blurred_one_wherever_it_stands() -> None:
    one, other = look(encoded(good())), look(encoded(worse()))
    assert compare([one, other]).best == 1
    found = compare([other, one])
    assert found.best == 2
    assert "Picture 2 is the strongest" in found.words


def test_the_same_picture_twice_has_no_winner() -> None:
    scene = look(encoded(good()))
    assert compare([scene, scene]).best == 0


def test_what_cannot_be_read_never_wins() -> None:
    assert compare([look(b"nothing"), look(encoded(grainy(400, 300)))]).best == 2
    with pytest.raises(ValueError, match="two pictures"):
        compare([look(b"")])


@pytest.mark.django_db(transaction=True, databases=["default", "staff"])
class TestSessions:
    @pytest.fixture(autouse=True)
    def _own_files(self, settings: Any, tmp_path: Path) -> None:
        settings.MEDIA_ROOT = tmp_path

    def test_a_session_says_which_of_its_pictures_is_the_strongest(self, team: Team) -> None:
        with workspace_scope(team.workspace.id):
            other = media.store(media.clean(encoded(good())))
        session = made(team, upload=encoded(worse()), name="dark.jpg", others=(other,))
        assert results_of(session)["comparison"]["best_picture"] == 2
        alone = made(team, upload=encoded(worse()), name="dark.jpg")
        assert "comparison" not in results_of(alone)
        assert not alone.reused, "it is another question"
        with workspace_scope(team.workspace.id):
            sessions.remove(session)
            sessions.remove(alone)
            assert not Picture.objects.exists()
