"""Share links are resolved by Instagram alone, and lead to nobody else (C1)."""

from pathlib import Path
from unittest.mock import patch

import pytest

from aura.providers import outbound
from aura.testing.fixtures import Team
from compliments.tests.live import OTHER, address, ask, images, simulated

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])
SHARE = "https://www.instagram.com/share/p/BAKx9f_-z1/"


def test_a_share_link_leads_to_its_post(team: Team, tmp_path: Path) -> None:
    with simulated(tmp_path) as outside:
        wanted = outside.post("Image")
        outside.site.shares["BAKx9f_-z1"] = f"https://www.instagram.com/{OTHER}/p/{wanted.code}/?igsh=1"
        post = ask(team, SHARE)
        assert (post.state, post.code, post.author) == ("downloaded", wanted.code, OTHER)
        assert ask(team, SHARE).pk == post.pk == ask(team, address(wanted)).pk
        assert outside.apify.started_runs == 1


def test_a_share_link_of_a_post_that_is_there_costs_nothing(team: Team, tmp_path: Path) -> None:
    with simulated(tmp_path) as outside:
        wanted = outside.post("Sidecar")
        outside.site.shares |= {"BAKx9f_-z1": "https://instagram.com/share/reel/second_1"}
        outside.site.shares |= {"second_1": f"https://www.instagram.com/p/{wanted.code}/"}
        first = ask(team, address(wanted))
        post = ask(team, SHARE)
        assert (post.state, post.url, post.caption) == ("downloaded", first.url, first.caption)
        assert [one.picture_id for one in images(team, post)] == [one.picture_id for one in images(team, first)]
        assert outside.apify.started_runs == 1


@pytest.mark.parametrize(
    ("leads", "code"),
    [
        ("", "share_link"),
        ("https://www.instagram.com/accounts/login/", "share_link"),
        ("https://evil.example/p/DAbc123xyz_/", "share_link_foreign"),
        ("http://127.0.0.1:1/p/DAbc123xyz_/", "share_link_foreign"),
        ("//evil.example/p/DAbc123xyz_/", "share_link_foreign"),
        ("https://www.instagram.com@evil.example/p/DAbc123xyz_/", "share_link_foreign"),
        ("https://www.instagram.com/share/p/BAKx9f_-z1/", "share_link"),
        ("https://www.instagram.com/northroast/", "profile"),
        ("https://www.instagram.com/stories/northroast/1/", "story"),
    ],
)
def test_a_share_link_that_leads_elsewhere_is_not_followed(team: Team, tmp_path: Path, leads: str, code: str) -> None:
    with simulated(tmp_path) as outside, patch.object(outbound, "hop", wraps=outbound.hop) as hop:
        outside.site.shares["BAKx9f_-z1"] = leads
        post = ask(team, SHARE)
        assert (post.state, post.error_code) == ("failed", code)
        assert all(call.args[0].startswith(f"{outside.site.url}/share/") for call in hop.call_args_list)
        assert len(hop.call_args_list) <= 3


def test_a_share_link_that_is_gone_says_so(team: Team, tmp_path: Path) -> None:
    with simulated(tmp_path):
        post = ask(team, SHARE)
    assert (post.state, post.error_code) == ("failed", "post_not_found")
