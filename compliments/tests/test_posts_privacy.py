"""Posts are erased, exported, cleaned and swept with the people they are about (M13)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone

from aura.media.models import Picture
from aura.media.tests.factories import picture_bytes
from aura.privacy.jobs import start_erasure
from aura.privacy.registry import Erasure
from aura.privacy.services import identify
from aura.privacy.subjects import Identifiers
from aura.tenancy.scope import workspace_scope
from aura.testing.drain import drain
from aura.testing.fixtures import Team
from compliments.models import InstagramPost, PostImage
from compliments.personal import ComplimentsKeeper
from compliments.services import posts

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])


@pytest.fixture(autouse=True)
def _files(tmp_path: Path) -> Any:
    with override_settings(MEDIA_ROOT=tmp_path):
        yield


def made(author: str, *seeds: int, caption: str = "", **values: Any) -> InstagramPost:
    post = posts.upload(
        [lambda seed=seed: picture_bytes(seed, (60, 40)) for seed in seeds],  # type: ignore[misc]
        user_id=None,
        caption=caption,
        author=author,
    )
    InstagramPost.objects.filter(pk=post.pk).update(**values) if values else None
    return post


def test_erasing_a_person_takes_their_posts_and_the_pictures_that_nobody_else_shows(team: Team, tmp_path: Path) -> None:
    with workspace_scope(team.workspace.id):
        made("shy.person", 1, 2, code="Dshy0000001", author_id="123456789")
        made("somebody", 2, caption="With @shy.person at the lake")
        start_erasure(identify("shy.person"), user_id=None)
    drain(retries=True)
    with workspace_scope(team.workspace.id):
        left = InstagramPost.objects.get()
        assert (left.author, left.caption) == ("somebody", "With [removed] at the lake")
        assert (PostImage.objects.count(), Picture.objects.count()) == (1, 1)
    assert len([path for path in tmp_path.rglob("pictures/**/*.jpg") if path.is_file()]) == 2


def test_a_person_is_known_by_number_too(team: Team) -> None:
    keeper = ComplimentsKeeper()
    with workspace_scope(team.workspace.id):
        made("shy.person", 1, author_id="123456789", caption="by @friend.of")
        found = keeper.find(identify("", "123456789"))
        assert found == Identifiers(frozenset({"shy.person"}), frozenset({"123456789"}))
        assert {("shy.person", "123456789"), ("friend.of", "")} <= set(keeper.known())
        keeper.erase_rows(Erasure(identify("", "123456789")))
        assert not InstagramPost.objects.exists()


def test_an_export_holds_a_persons_posts_and_pictures(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        made("shy.person", 1, 2, caption="Mine")
        made("somebody", 3)
        [section] = ComplimentsKeeper().collect(identify("shy.person"))
    assert (section.name, len(section.rows), len(section.pictures)) == ("posts", 1, 2)
    assert section.rows[0]["caption"] == "Mine"


def test_old_posts_are_swept_with_their_pictures(team: Team) -> None:
    old = timezone.now() - timedelta(days=400)
    with workspace_scope(team.workspace.id):
        made("somebody", 1, finished_at=old)
        kept = made("somebody", 2)
        keeper, before = ComplimentsKeeper(), timezone.now() - timedelta(days=365)
        assert keeper.sweep("comments", before, 10) == 0
        assert (keeper.sweep("pictures", before, 10), keeper.sweep("pictures", before, 10)) == (1, 0)
        assert (InstagramPost.objects.get().pk, Picture.objects.count()) == (kept.pk, 1)
