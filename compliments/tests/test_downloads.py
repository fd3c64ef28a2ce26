"""From an address to a post with its pictures, by the queue and simulated sources (C1, C2, C6)."""

from decimal import Decimal
from pathlib import Path
from unittest.mock import patch

import pytest

from accounts.models import EntryState, Membership
from accounts.services.ledger import set_budget
from aura.jobs.models import Job
from aura.media.models import Picture
from aura.media.tests.factories import picture_bytes
from aura.privacy.services import add_opt_out, identify
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team
from aura.testing.simulators import site as pages
from aura.testing.simulators.apify import Outcome
from aura.testing.simulators.server import Answer
from compliments import jobs
from compliments.jobs import handing_over
from compliments.models import InstagramPost
from compliments.tests.live import NAME, OTHER, address, ask, codes, entries, images, simulated, worked_off

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])
START = "POST /v2/actors"
PICTURE = "GET /pictures/"


def test_an_own_post_comes_from_the_graph_api_for_nothing(team: Team, tmp_path: Path) -> None:
    with simulated(tmp_path) as outside:
        wanted = outside.post("Sidecar", NAME)
        post = ask(team, address(wanted))
        assert (post.state, post.error, post.source, post.kind) == ("downloaded", "", "graph", "carousel")
        assert (post.author, post.caption, post.created_by_id) == (NAME, wanted.caption, team.bob.pk)
        assert outside.apify.started_runs == 0
    found = images(team, post)
    assert [(image.number, image.kind) for image in found] == [(1, "image"), (2, "cover"), (3, "image")]
    assert len({image.picture_id for image in found}) == 3
    assert all(image.picture and image.picture.width == 320 and image.link == "" for image in found)
    assert all((tmp_path / image.picture.path).is_file() for image in found if image.picture)
    assert not entries(team)


def test_a_post_of_others_comes_from_apify_and_is_booked_once(team: Team, tmp_path: Path) -> None:
    with simulated(tmp_path) as outside:
        post = ask(team, address(outside.post("Sidecar")))
        assert (post.state, post.source, codes(post)) == ("downloaded", "apify", [("graph", "post_not_visible")])
        assert post.author == OTHER
        assert [image.alt for image in images(team, post)] == ["Photo number 1.", "Photo number 2.", "Photo number 3."]
        booked = entries(team)
        assert [(entry.state, entry.amount) for entry in booked] == [(EntryState.SETTLED, outside.apify.charged)]
        assert post.reservation is None


def test_without_other_sources_instaloader_has_the_post(team: Team, tmp_path: Path) -> None:
    with simulated(tmp_path, sources=("instaloader",)) as outside:
        post = ask(team, address(outside.post("Video")))
        assert (post.state, post.source, post.kind) == ("downloaded", "instaloader", "video")
        assert codes(post) == [("graph", "provider_key_missing"), ("apify", "provider_key_missing")]
        assert [image.kind for image in images(team, post)] == ["cover"]


def test_without_any_source_the_reasons_and_the_way_out_are_said(team: Team, tmp_path: Path) -> None:
    with simulated(tmp_path, sources=()) as outside:
        post = ask(team, address(outside.post("Image")))
    assert (post.state, post.error_code) == ("failed", "no_post_source")
    assert "upload the pictures" in post.error
    assert "Apify" in post.error
    assert [one["source"] for one in post.tried] == ["graph", "apify", "instaloader"]


def test_the_same_address_in_any_form_does_not_download_twice(team: Team, tmp_path: Path) -> None:
    with simulated(tmp_path) as outside:
        wanted = outside.post("Image")
        first = ask(team, address(wanted))
        again = ask(team, f"m.instagram.com/{OTHER}/reel/{wanted.code}/?img_index=1 nice one")
        assert (again.pk, again.state) == (first.pk, "downloaded")
        with workspace_scope(team.workspace.id):
            assert Job.objects.filter(kind="compliments.download").count() == 1
        assert outside.apify.started_runs == 1
        assert len(outside.apify.asked(PICTURE)) == 1


def test_a_refresh_tells_anew_and_fetches_only_pictures_that_changed(team: Team, tmp_path: Path) -> None:
    with simulated(tmp_path) as outside:
        wanted = outside.post("Sidecar", NAME)
        first = ask(team, address(wanted))
        served = len(outside.graph.asked(PICTURE))
        wanted.caption = "New words"
        second = ask(team, address(wanted), refresh=True)
        assert (second.pk, second.caption, second.tries, second.state) == (first.pk, "New words", 2, "downloaded")
        assert len(outside.graph.asked(PICTURE)) == served
        wanted.children = ("Image",)
        third = ask(team, address(wanted), refresh=True)
    assert (third.state, len(images(team, third))) == ("downloaded", 1)
    with workspace_scope(team.workspace.id):
        assert Picture.objects.count() == 1


def test_a_picture_of_two_posts_is_stored_once(team: Team, tmp_path: Path) -> None:
    with simulated(tmp_path) as outside:
        first, second = [post for post in outside.world.accounts[NAME].posts if post.kind == "Image"][:2]
        data = Answer(200, picture_bytes(5, (64, 48)), {"Content-Type": "image/png"})
        outside.graph.fault(PICTURE, data, data)
        one, two = ask(team, address(first)), ask(team, address(second))
    assert images(team, one)[0].picture_id == images(team, two)[0].picture_id
    with workspace_scope(team.workspace.id):
        assert Picture.objects.count() == 1


def test_a_post_that_does_not_exist_fails_at_once_and_asks_nobody_else(team: Team, tmp_path: Path) -> None:
    with simulated(tmp_path, sources=("apify", "instaloader")) as outside:
        post = ask(team, "https://www.instagram.com/p/Znobody0001/")
        assert (post.state, post.error_code) == ("failed", "post_not_found")
        assert not outside.site.requests


def test_a_reached_budget_leaves_the_post_to_the_next_source(team: Team, tmp_path: Path) -> None:
    with workspace_scope(team.workspace.id):
        set_budget(Membership.objects.get(user=team.alice), Decimal("0.01"))
    with simulated(tmp_path, sources=("apify",)) as outside:
        post = ask(team, address(outside.post("Image")))
        assert (post.state, post.error_code, outside.apify.started_runs) == ("failed", "budget_reached", 0)
    with simulated(tmp_path, sources=("apify", "instaloader")) as outside:
        post = ask(team, address(outside.post("Video")))
        assert (post.state, post.source) == ("downloaded", "instaloader")
        assert ("apify", "budget_reached") in codes(post)


def test_a_source_that_asks_to_wait_for_long_is_left_and_a_short_fault_waited_out(team: Team, tmp_path: Path) -> None:
    with simulated(tmp_path, sources=("graph", "instaloader")) as outside:
        outside.graph.fault("GET /v25.0/me", Answer(503, b"{}"), Answer(503, b"{}"))
        post = ask(team, address(outside.post("Image", NAME)))
        assert (post.state, post.source) == ("downloaded", "graph")
        outside.graph.fault("GET /v25.0/me", *[Answer(503, b"{}")] * 3)
        post = ask(team, address(outside.post("Video", NAME)))
        assert (post.state, post.source, codes(post)[0]) == ("downloaded", "instaloader", ("graph", "unavailable"))
    with simulated(tmp_path, sources=("instaloader",)) as outside:
        outside.site.fault("POST /api/graphql", pages.TOO_MANY)
        post = ask(team, address(outside.post("Video")))
        assert (post.state, post.error_code, len(outside.site.asked("POST /api"))) == ("failed", "rate_limited", 1)
        with workspace_scope(team.workspace.id):
            jobs.retry_post(post)
        post = worked_off(team, post)
        assert (post.state, post.tries, post.error_code) == ("downloaded", 2, "")


def test_a_run_that_fails_says_so_and_a_retry_starts_another(team: Team, tmp_path: Path) -> None:
    with simulated(tmp_path, sources=("apify",)) as outside:
        outside.apify.outcomes.append(Outcome("FAILED", "Out of proxies", 0.0))
        post = ask(team, address(outside.post("Image")))
        assert (post.state, post.error_code) == ("failed", "scrape_failed")
        assert "Out of proxies" in post.error
        with workspace_scope(team.workspace.id):
            jobs.retry_post(post)
        assert worked_off(team, post).state == "downloaded"
        assert outside.apify.started_runs == 2


def test_what_waits_for_a_post_is_told_of_its_end_once_it_is_there(team: Team, tmp_path: Path) -> None:
    told: list[tuple[str, str]] = []

    def hook(post: InstagramPost) -> None:
        told.append((post.code, post.state))

    with patch.object(handing_over, "_waiting", [hook]), simulated(tmp_path) as outside:
        good, bad = address(outside.post("Image")), "https://www.instagram.com/p/Znobody0001/"
        ask(team, good)
        ask(team, bad)
        ask(team, good)
    assert [state for _, state in told] == ["downloaded", "failed"]


def test_a_post_of_somebody_who_objects_is_refused_and_nothing_of_it_kept(team: Team, tmp_path: Path) -> None:
    with workspace_scope(team.workspace.id):
        add_opt_out(identify(OTHER), user_id=None)
    with simulated(tmp_path) as outside:
        post = ask(team, address(outside.post("Image")))
    assert (post.state, post.error_code) == ("failed", "do_not_process")
    assert (post.author, post.author_id, post.caption, images(team, post)) == ("", "", "", [])


def test_names_of_people_who_object_are_taken_out_of_captions(team: Team, tmp_path: Path) -> None:
    with workspace_scope(team.workspace.id):
        add_opt_out(identify("shy.person"), user_id=None)
    with simulated(tmp_path) as outside:
        wanted = outside.post("Image")
        wanted.caption = "With @Shy.Person and @somebody"
        assert ask(team, address(wanted)).caption == "With [removed] and @somebody"
