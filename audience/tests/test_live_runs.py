"""Runs that fetch from Apify by themselves: whole, only what is new, never started twice (A1, A9, M14)."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from audience import jobs
from audience.models import Post, Run, ScrapePart, TrackedAccount
from audience.tests import factories
from audience.tests.live import NAME, fetch, followed, parts, simulated, stored, worked_off
from audience.tests.live import world as world
from aura.jobs.models import Job
from aura.tenancy.scope import workspace_scope
from aura.testing.drain import drain
from aura.testing.fixtures import Team, api_client
from aura.testing.simulators.apify.runs import Outcome
from aura.testing.simulators.server import CLOSED, Answer
from aura.testing.simulators.world import World

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])


def comments_in(world: World) -> int:
    """Comments and replies below the posts of the account."""
    return world.accounts[NAME].comments


def test_a_live_run_brings_everything_that_the_account_shows(team: Team, world: World, tmp_path: Path) -> None:
    account = followed(team)
    with simulated(tmp_path, world) as apify:
        run = fetch(team, account)
        assert (run.state, run.error) == (Run.State.DONE, "")
        assert stored(team) == comments_in(world)
        assert run.counts["comments"]["new"] == comments_in(world)
        assert run.counts["posts"] == 6
        assert [part.state for part in parts(team, run)] == ["done"] * apify.started_runs
    with workspace_scope(team.workspace.id):
        account = TrackedAccount.objects.get(pk=account.pk)
        assert (account.followers, account.last_fetch_at is not None) == (12_000, True)
        assert run.people_done == run.people_total > 50
    assert not [path for path in tmp_path.rglob("imports/**/*") if path.is_file()]


def test_people_are_counted_once_though_they_come_in_several_parts(team: Team, world: World, tmp_path: Path) -> None:
    for _ in range(3):
        world.add_post(NAME, comments=60)
    account = followed(team, comment_limit=70)
    with simulated(tmp_path, world):
        run = fetch(team, account)
    with workspace_scope(team.workspace.id):
        people = Post.objects.filter(account=account).values("comments__commenter").distinct().count()
    counted = run.counts["people"]
    assert counted["new"] + counted["updated"] + counted["unchanged"] == people


def test_a_second_run_asks_only_for_what_is_new(team: Team, world: World, tmp_path: Path) -> None:
    account = followed(team)
    with simulated(tmp_path, world) as apify:
        fetch(team, account)
        before, started = stored(team), apify.started_runs
        world.add_comments(NAME, 7)
        run = fetch(team, account)
        assert (run.state, run.error) == (Run.State.DONE, "")
        assert stored(team) == comments_in(world) > before
        asked = parts(team, run)
        assert [part.kind for part in asked] == ["profile", "posts", "comments"]
        assert asked[1].newer_than is not None
        assert len(asked[2].targets) == 1
        assert asked[2].limit < 30
        assert apify.started_runs == started + 3


def test_a_run_that_finds_nothing_new_asks_for_no_comments(team: Team, world: World, tmp_path: Path) -> None:
    account = followed(team)
    with simulated(tmp_path, world):
        fetch(team, account)
        run = fetch(team, account)
        assert (run.state, [part.kind for part in parts(team, run)]) == ("done", ["profile", "posts"])


def test_one_run_of_an_account_goes_on_at_a_time(team: Team, world: World, tmp_path: Path) -> None:
    account = followed(team)
    client = api_client(team.bob)
    with simulated(tmp_path, world):
        first = client.post(reverse("api:audience:account_runs", args=[account.pk]))
        second = client.post(reverse("api:audience:account_runs", args=[account.pk]))
    assert (first.status_code, second.status_code, second.json()["code"]) == (202, 409, "run_going_on")
    assert first["Location"] == first.json()["status_url"]


def test_the_runs_of_an_account_are_listed_alone(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        mine, other = factories.account(), factories.account()
        values = {"workspace_id": team.workspace.id, "state": Run.State.DONE}
        made = [Run.objects.create(account=account, **values) for account in (mine, other, mine)]
        Run.objects.filter(pk=made[0].pk).update(state=Run.State.FAILED)
    client, url = api_client(team.viewer), reverse("api:audience:account_runs", args=[mine.pk])
    listed = client.get(url).json()
    assert [one["id"] for one in listed["results"]] == [str(made[2].pk), str(made[0].pk)]
    assert listed["results"] == client.get(reverse("api:audience:runs"), {"account": str(mine.pk)}).json()["results"]
    assert [one["id"] for one in client.get(url, {"state": "failed"}).json()["results"]] == [str(made[0].pk)]
    assert client.get(url, {"limit": 1}).json()["next"]
    assert client.get(url, {"format": "csv"}).status_code == 200
    assert client.get(reverse("api:audience:account_runs", args=[made[0].pk])).status_code == 404


def test_an_account_of_uploads_cannot_be_fetched(team: Team) -> None:
    account = followed(team, source="upload")
    answer = api_client(team.bob).post(reverse("api:audience:account_runs", args=[account.pk]))
    assert (answer.status_code, answer.json()["code"]) == (409, "no_live_source")


def test_without_a_token_the_run_says_what_is_missing(team: Team, world: World, tmp_path: Path) -> None:
    account = followed(team)
    with simulated(tmp_path, world) as apify, override_settings(AURA_PROVIDER_SECRETS={}):
        run = fetch(team, account)
        assert (run.state, run.error_code) == ("failed", "provider_key_missing")
        assert "Settings" in run.error
        assert apify.started_runs == 0


@pytest.mark.parametrize("name", ["private", "nobody"])
def test_an_account_that_shows_nothing_fails_in_plain_words_and_keeps_what_is_stored(
    team: Team, world: World, tmp_path: Path, name: str
) -> None:
    if name == "private":
        world.accounts[NAME].is_private = True
    else:
        del world.accounts[NAME]
    account = followed(team)
    with simulated(tmp_path, world):
        run = fetch(team, account)
    assert (run.state, run.error_code) == ("failed", "account_not_readable")
    assert f"@{NAME}" in run.error


def test_an_error_item_after_a_good_run_wipes_nothing(team: Team, world: World, tmp_path: Path) -> None:
    account = followed(team)
    with simulated(tmp_path, world):
        fetch(team, account)
        before = stored(team)
        world.accounts[NAME].is_private = True
        run = fetch(team, account)
    assert (run.state, stored(team)) == ("done", before)


@pytest.mark.parametrize(
    "fault", [CLOSED, Answer.json({"error": {"type": "x", "message": "y"}}, 502)], ids=["cut", "502"]
)
def test_a_start_whose_answer_is_lost_is_looked_for_and_not_repeated(
    team: Team, world: World, tmp_path: Path, fault: Answer
) -> None:
    account = followed(team)
    with simulated(tmp_path, world) as apify:
        # The service does start the run; only its answer is lost.
        def lost(asked: object) -> Answer:
            apify.answer(asked)  # type: ignore[arg-type]
            return fault

        apify.fault("POST /v2/actors/apify~instagram-post-scraper", lost)
        run = fetch(team, account)
        assert (run.state, run.error) == (Run.State.DONE, "")
        assert len(apify.asked("POST /v2/actors/apify~instagram-post-scraper")) == 1
        assert apify.started_runs == len(parts(team, run))


def test_a_start_that_never_reached_the_service_is_made_again(team: Team, world: World, tmp_path: Path) -> None:
    account = followed(team)
    with simulated(tmp_path, world) as apify:
        apify.fault("POST /v2/actors/apify~instagram-post-scraper", CLOSED)
        run = fetch(team, account)
        assert (run.state, run.error) == (Run.State.DONE, "")
        assert len(apify.asked("POST /v2/actors/apify~instagram-post-scraper")) == 2
        assert apify.started_runs == len(parts(team, run))


def test_a_scrape_that_fails_keeps_what_it_brought_and_the_rest_comes_by_going_on(
    team: Team, world: World, tmp_path: Path
) -> None:
    account = followed(team)
    with simulated(tmp_path, world) as apify:
        apify.outcomes.extend([Outcome(), Outcome(), Outcome("FAILED", "Out of proxies", 0.5)])
        run = fetch(team, account)
        assert (run.state, run.error_code) == ("failed", "scrape_failed")
        assert "Out of proxies" in run.error
        half = stored(team)
        assert 0 < half < comments_in(world)
        with workspace_scope(team.workspace.id):
            assert jobs.resume_run(Run.objects.get(pk=run.pk))
        run = worked_off(team, run)
        assert (run.state, stored(team)) == ("done", comments_in(world))


def test_cancelling_stops_the_scrape_at_the_service_and_books_its_cost(
    team: Team, world: World, tmp_path: Path
) -> None:
    account = followed(team)
    with simulated(tmp_path, world, looks=50) as apify:
        with workspace_scope(team.workspace.id):
            run = jobs.start_live(account)
        drain()
        with workspace_scope(team.workspace.id):
            jobs.cancel_run(Run.objects.get(pk=run.pk))
        drain(retries=True)
        assert [one.status for one in apify.runs.values()] == ["ABORTED"]
        assert [part.outcome for part in parts(team, run)][:1] == ["aborted"]
        apify.looks = 2
        with workspace_scope(team.workspace.id):
            assert jobs.resume_run(Run.objects.get(pk=run.pk))
        assert worked_off(team, run).state == Run.State.DONE
        assert stored(team) == comments_in(world)


def test_a_webhook_brings_the_next_look_forward_and_needs_its_secret(
    team: Team, world: World, tmp_path: Path, settings: Any, client: Client
) -> None:
    settings.SITE_URL, settings.HTTPS = "https://aura.example.org", True
    account = followed(team)
    with simulated(tmp_path, world, looks=3) as apify:
        with workspace_scope(team.workspace.id):
            run = jobs.start_live(account)
        drain()
        part = parts(team, run)[0]
        assert (part.state, len(part.webhook_digest)) == (ScrapePart.State.RUNNING, 64)
        sent = next(iter(apify.runs.values())).webhooks[0]
        url = reverse("audience_hooks:apify", args=[team.workspace.id, part.pk])
        assert sent["requestUrl"] == f"https://aura.example.org{url}"
        post = client.post
        assert post(url, b"{}", "application/json").status_code == 404
        assert post(url, b"{}", "application/json", headers={"X-Aura-Token": "guessed"}).status_code == 404
        secret = json.loads(sent["headersTemplate"])["X-Aura-Token"]
        assert post(url, b"{}", "application/json", headers={"X-Aura-Token": secret}).status_code == 204
        with workspace_scope(team.workspace.id):
            waiting = Job.objects.get(subject=str(run.pk), state="pending")
        assert waiting.next_at <= timezone.now()
        drain(retries=True)
