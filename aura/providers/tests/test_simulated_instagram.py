"""The simulators refuse what the services would not understand, so that a test against them means something."""

import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from aura.providers.images import sanitise
from aura.testing.simulators.apify import ApifySimulator
from aura.testing.simulators.graph import GraphSimulator
from aura.testing.simulators.world import World

ROOT = Path(__file__).resolve().parents[3]
RUNS = "/v2/acts/apify~instagram-comment-scraper/runs"


@pytest.fixture
def world() -> World:
    made = World(people=60)
    made.add_account("northwind", posts=3, comments=40)
    return made


@pytest.fixture
def apify(world: World) -> Iterator[ApifySimulator]:
    with ApifySimulator(world) as service:
        yield service
        service.complaints.clear()


def ask(service: ApifySimulator | GraphSimulator, method: str, path: str, **more: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {service.token}"} | more.pop("headers", {})
    with httpx.Client(trust_env=False) as client:
        return client.request(method, service.url + path, headers=headers, **more)


def hooks(hook: Mapping[str, Any]) -> str:
    return base64.b64encode(json.dumps([hook]).encode()).decode()


HOOK = {"eventTypes": ["ACTOR.RUN.SUCCEEDED"], "requestUrl": "http://127.0.0.1:1/"}
SENT = {"directUrls": ["https://www.instagram.com/p/Znone/"]}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v2/nothing", None),
        ("GET", f"{RUNS}?colour=red", None),
        ("GET", f"{RUNS}?token=abc", None),
        ("POST", RUNS, {**SENT, "postUrls": []}),
        ("POST", f"{RUNS}?max_items=5", SENT),
        ("POST", f"{RUNS}?webhooks=%7B", SENT),
        ("POST", f"{RUNS}?webhooks={hooks({**HOOK, 'secret': 'x'})}", SENT),
        ("POST", f"{RUNS}?webhooks={hooks({**HOOK, 'eventTypes': ['ENDED']})}", SENT),
        ("POST", f"{RUNS}?webhooks={hooks({**HOOK, 'requestUrl': 'ftp://x'})}", SENT),
        ("POST", f"{RUNS}?webhooks={hooks({**HOOK, 'headersTemplate': 'X: y'})}", SENT),
    ],
)
def test_apify_complains_of_what_it_does_not_understand(
    apify: ApifySimulator, method: str, path: str, body: object
) -> None:
    ask(apify, method, path, json=body) if body else ask(apify, method, path)
    assert len(apify.complaints) == 1


def test_a_complaint_fails_the_block(world: World) -> None:
    with pytest.raises(AssertionError, match="/v2/nothing"), ApifySimulator(world) as apify:
        ask(apify, "GET", "/v2/nothing")


def test_all_items_at_once_are_complained_of(apify: ApifySimulator) -> None:
    run = ask(apify, "POST", RUNS, json=SENT).json()["data"]
    answer = ask(apify, "GET", f"/v2/datasets/{run['defaultDatasetId']}/items")
    assert answer.headers["x-apify-pagination-limit"] == "999999999999"
    assert len(apify.complaints) == 1


@pytest.mark.parametrize(
    ("query", "body", "status", "kind"),
    [
        ("", {"directUrls": []}, 400, "invalid-input"),
        ("", {"directUrls": "x"}, 400, "invalid-input"),
        ("", {**SENT, "resultsLimit": "9"}, 400, "invalid-input"),
        ("?maxItems=0", SENT, 400, "invalid-parameter"),
        ("?maxTotalChargeUsd=none", SENT, 400, "invalid-parameter"),
        ("?build=gone", SENT, 404, "unknown-build-tag"),
    ],
)
def test_apify_refuses_a_wrong_start(apify: ApifySimulator, query: str, body: object, status: int, kind: str) -> None:
    answer = ask(apify, "POST", RUNS + query, json=body)
    assert (answer.status_code, answer.json()["error"]["type"]) == (status, kind)
    assert apify.started_runs == 0


def test_another_token_is_refused_as_apify_does(apify: ApifySimulator) -> None:
    answer = ask(apify, "GET", RUNS, headers={"Authorization": "Bearer other"})
    assert (answer.status_code, answer.json()["error"]["type"]) == (401, "user-or-token-not-found")


def test_pictures_are_pictures_until_their_addresses_end(apify: ApifySimulator, world: World) -> None:
    person = next(person for person in world.people if person.art == "face")
    address = apify.pictures.person(person.id)
    answer = httpx.get(address, trust_env=False)
    assert sanitise(answer.content, max_bytes=100_000)
    assert httpx.get(re.sub("oe=.", "oe=F", address), trust_env=False).status_code == 403
    apify.pictures.expire()
    late = httpx.get(address, trust_env=False)
    assert (late.status_code, late.text) == (403, "URL signature expired")
    apify.pictures.seconds = -1
    assert httpx.get(apify.pictures.person(person.id), trust_env=False).status_code == 403


def test_a_world_is_the_same_each_time_and_grows_at_its_end() -> None:
    one, other = World(people=60), World(people=60)
    for world in (one, other):
        world.add_account("northwind", posts=3, comments=40)
    assert one.accounts == other.accounts
    account = one.accounts["northwind"]
    newest = max(remark.time for post in account.posts for remark in post.comments)
    new = one.add_comments("northwind", 3)
    assert [remark.id for remark in account.posts[-1].comments[-3:]] == new
    assert account.posts[-1].comments[-3].time > newest
    before = one.now
    assert one.add_post("northwind", comments=2).time > before
    assert len({remark.id for post in account.posts for remark in post.comments}) == 45


@pytest.mark.parametrize(
    "path",
    ["/v25.0/me?fields=id,password", "/v25.0/me?access_token=x", "/v24.0/me", "/v25.0/me/friends", "/v25.0/me?limit=1"],
)
def test_the_graph_api_complains_of_what_it_does_not_understand(world: World, path: str) -> None:
    with GraphSimulator(world, "northwind") as graph:
        ask(graph, "GET", path)
        assert len(graph.complaints) == 1
        graph.complaints.clear()


def test_apify_can_be_started_by_hand() -> None:
    command = [sys.executable, "-m", "aura.testing.simulators.apify", "--port", "0", "--comments", "10"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.terminate()
    assert re.fullmatch(r"APIFY_API_BASE_URL=http://127\.0\.0\.1:\d+ APIFY_TOKEN=\w+\n", line)
