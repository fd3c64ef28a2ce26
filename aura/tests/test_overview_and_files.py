"""The overview leads to each system in few queries; texts and pictures come as files, filtered as the page (M15)."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team, page_client
from compliments.models import Compliment, Writing
from compliments.tests import factories
from generation.models import GeneratedImage, Generation

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "staff"])


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def filled(team: Team, word: str, **fields: Any) -> None:
    """A post with a text that holds the word, and a generated picture whose prompt does. Inside the scope."""
    post = factories.post(author=word)
    common = {"workspace_id": team.workspace.pk, "state": "done"}
    writing = Writing.objects.create(post=post, written_style="poetic", model="local:writer", **common)
    for number, verdict in ((1, "ok"), (2, "refused")):
        Compliment.objects.create(
            workspace_id=team.workspace.pk,
            writing=writing,
            number=number,
            verdict=verdict,
            text=f"={word} light" if verdict == "ok" else "",
            tones={"calm": 100},
            **fields,
        )
    order = Generation.objects.create(prompt=f"a {word} boat", placeholder=True, **common)
    picture = post.images.get().picture
    GeneratedImage.objects.create(workspace_id=team.workspace.pk, generation=order, number=1, picture=picture)


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_the_overview_leads_to_each_system_in_the_same_few_queries(team: Team) -> None:
    client = page_client(team.viewer)
    empty = client.get("/").content.decode()
    assert "Kind and specific words about a post" in empty
    counts = []
    for words in (["red"], ["blue", "green", "grey", "gold"]):
        with workspace_scope(team.workspace.id):
            for word in words:
                filled(team, word)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            shown = client.get("/").content.decode()
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert "5 texts about 5 posts" in shown
    assert "5 pictures" in shown
    assert 'href="/generation/"' in shown
    assert "5 texts" not in page_client(team.charlie).get("/").content.decode()


def test_the_library_comes_as_a_file_as_it_is_filtered(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        filled(team, "red", favourite=True)
        filled(team, "blue")
    client = page_client(team.viewer)
    every = json.loads(body(client.get("/downloads/compliments.json")))
    assert [one["author"] for one in every] == ["blue", "red"]
    assert every[0]["tones"] == {"calm": 100}
    assert {one["number"] for one in every} == {1}
    (liked,) = csv.DictReader(
        io.StringIO(body(client.get("/downloads/compliments.csv?favourites=on")).decode("utf-8-sig"))
    )
    assert liked["author"] == "red"
    assert not liked["text"].startswith("=")
    assert json.loads(body(page_client(team.charlie).get("/downloads/compliments.json"))) == []


def test_the_pictures_come_as_a_file_as_they_are_filtered(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        filled(team, "red")
        filled(team, "blue")
    client = page_client(team.viewer)
    (one,) = json.loads(body(client.get("/downloads/generations.json?q=red")))
    assert (one["prompt"], one["placeholder"], len(one["images"])) == ("a red boat", True, 1)
    assert len(json.loads(body(client.get("/downloads/generations.json?state=failed")))) == 0
    assert client.get("/downloads/generations.xlsx").status_code == 200
