"""Who may open the progress socket and what it shows: one's own workspace, and nothing of another (M3, M4)."""

from datetime import timedelta

import pytest
from redis import Redis
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken
from websockets.exceptions import InvalidStatus

from accounts.models import Membership, User
from aura.jobs.tests.kinds import begin
from aura.jobs.tests.watching import Watcher, by_token, cookie_of, token_of
from aura.tenancy.scope import workspace_scope
from aura.testing.drain import drain
from aura.testing.fixtures import Team

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "staff"]),
    pytest.mark.usefixtures("committed", "redis"),
]


def test_a_token_in_the_address_or_in_the_header_opens_the_socket(team: Team, site: str) -> None:
    job = begin(team.workspace)
    for watcher in (by_token(site, team.viewer), Watcher(site, bearer=token_of(team.viewer))):
        with watcher:
            watcher.send(type="subscribe", job=str(job.pk))
            assert watcher.hear()["job"]["id"] == str(job.pk)


def test_a_session_opens_the_socket_from_the_sites_own_pages(team: Team, site: str) -> None:
    job = begin(team.workspace)
    with Watcher(site, "all=1", cookie=cookie_of(team.bob), origin=site) as watcher:
        assert watcher.hear()["job"]["id"] == str(job.pk)


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1.evil.example", "http://127.0.0.1:1"]
)
def test_a_foreign_page_is_not_let_in_with_a_cookie_or_a_token(team: Team, site: str, origin: str) -> None:
    for cookie, bearer in ((cookie_of(team.bob), ""), ("", token_of(team.bob))):
        with pytest.raises(InvalidStatus) as refused:
            Watcher(site, cookie=cookie, bearer=bearer, origin=origin)
        assert refused.value.response.status_code == 403


def test_a_socket_at_another_address_is_refused(site: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        Watcher(f"{site}/ws/other")
    assert refused.value.response.status_code == 403


def bad_tokens(user: User) -> list[str]:
    ended, later = AccessToken.for_user(user), token_of(user)
    ended.set_exp(lifetime=-timedelta(seconds=5))
    return [str(ended), later[:-3] + "abc", str(RefreshToken.for_user(user)), "aura_key", "x" * 2000]


def test_without_good_credentials_it_closes_with_4401(team: Team, site: str) -> None:
    job = begin(team.workspace)
    cookie = cookie_of(team.bob)
    queries = ["", *(f"token={token}" for token in bad_tokens(team.bob))]
    for query in queries:
        with Watcher(site, f"{query}&all=1", cookie=cookie if query else "") as watcher:
            assert watcher.close_code() == 4401, query
            assert watcher.said == []
    with Watcher(site, f"job={job.pk}", cookie="aura_session=stolen") as watcher:
        assert watcher.close_code() == 4401


def test_someone_inactive_or_signed_out_is_nobody(team: Team, site: str) -> None:
    token, cookie = token_of(team.bob), cookie_of(team.bob)
    User.objects.filter(pk=team.bob.pk).update(is_active=False)
    for watcher in (Watcher(site, f"token={token}"), Watcher(site, cookie=cookie)):
        with watcher:
            assert watcher.close_code() == 4401


def test_a_workspace_that_is_not_ones_own_closes_with_4403(team: Team, site: str) -> None:
    lonely = User.objects.create_user("lonely@example.org")
    for user, query in ((team.charlie, "workspace=north"), (team.bob, "workspace=nowhere"), (lonely, "")):
        with by_token(site, user, f"{query}&all=1") as watcher:
            assert watcher.close_code() == 4403
            assert watcher.said == []


def test_a_socket_shows_its_own_workspace_and_nothing_else(team: Team, site: str) -> None:
    ours, theirs, nobodys = begin(team.workspace, subject="x"), begin(team.elsewhere, subject="x"), begin(None)
    with by_token(site, team.charlie, "all=1&subject=x") as stranger, by_token(site, team.bob, "all=1") as watcher:
        for each in (stranger, watcher):
            each.hear_until("subscribed")
        for job in (ours, nobodys):
            stranger.send(type="subscribe", job=str(job.pk))
            assert stranger.hear_until("error") == {"type": "error", "code": "not_found", "job": str(job.pk)}
        drain()
        stranger.hear_status(theirs, "done")
        watcher.hear_status(ours, "done")
        assert stranger.is_silent()
        assert watcher.is_silent()
        assert stranger.jobs == {str(theirs.pk)}
        assert watcher.jobs == {str(ours.pk)}


def test_a_word_with_a_foreign_job_under_ones_own_workspace_shows_nothing(team: Team, site: str, redis: Redis) -> None:
    theirs = begin(team.elsewhere)
    with by_token(site, team.bob, "all=1") as watcher:
        watcher.hear_until("subscribed")
        redis.publish("aura:jobs:changed", f"{team.workspace.pk}:{theirs.pk} nonsense \xff:: {theirs.pk}")
        assert watcher.is_silent(1)


def test_the_workspace_is_the_one_asked_for_or_the_last_one_used(team: Team, site: str) -> None:
    with workspace_scope(team.elsewhere.pk):
        Membership.objects.create(workspace=team.elsewhere, user=team.bob)
    north, south = begin(team.workspace), begin(team.elsewhere)
    User.objects.filter(pk=team.bob.pk).update(last_workspace_id=team.elsewhere.pk)
    for query, job in (("workspace=north", north), ("workspace=south", south), ("", south)):
        with by_token(site, team.bob, f"{query}&all=1") as watcher:
            watcher.hear_until("subscribed")
            assert watcher.jobs == {str(job.pk)}


def test_the_job_is_the_one_that_the_api_shows(team: Team, site: str) -> None:
    job = begin(team.workspace)
    client = APIClient(headers={"authorization": f"Bearer {token_of(team.bob)}", "x-workspace": "north"})
    with by_token(site, team.bob, f"job={job.pk}") as watcher:
        assert watcher.hear()["job"] == client.get(f"/api/v1/jobs/{job.pk}").json()
        drain()
        assert watcher.hear_status(job, "done") == client.get(f"/api/v1/jobs/{job.pk}").json()
