"""A6, M13, M15: the doors of the people pages: programs, files, and what happens to one person's habits."""

import csv
import io
import json
from collections import Counter

import pytest
from django.urls import reverse

from accounts.models import AuditEntry
from audience.models import AudienceHabit, Commenter, TrackedAccount
from audience.queries.growth import growth
from audience.queries.loyalty import loyalty
from audience.queries.quality import types
from audience.services import disclosure, erasure
from audience.tests import audiences
from aura.privacy.registry import Erasure
from aura.privacy.subjects import Identifiers
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team, api_client, page_client


@pytest.fixture
def account(team: Team) -> TrackedAccount:
    with workspace_scope(team.workspace.id):
        found = audiences.lively("northroast", people=200)
        audiences.grown(found)
    return found


NAMES = ("loyalty", "segments", "types", "quality", "growth")


def test_programs_get_the_same_answers_and_files(team: Team, account: TrackedAccount) -> None:
    key = account.pk
    with workspace_scope(team.workspace.id):
        expected = {"loyalty": loyalty(account), "types": types(account), "growth": growth(account)}
    client = api_client(team.viewer)
    for name in NAMES:
        found = client.get(reverse(f"api:audience:{name}", args=[key]))
        assert found.status_code == 200, found.content
        assert name not in expected or found.json() == json.loads(json.dumps(expected[name]))
        for wanted in ("csv", "xlsx", "json"):
            file = client.get(reverse(f"api:audience:{name}", args=[key]), {"format": wanted})
            assert file.status_code == 200
            assert "attachment" in file["Content-Disposition"]
    retention = client.get(reverse("api:audience:loyalty", args=[key]), {"format": "json", "table": "retention"})
    assert retention.json()[0]["months later"] == 0
    assert client.get(reverse("api:audience:loyalty", args=[key]), {"table": "x"}).status_code == 400
    with workspace_scope(team.workspace.id):
        assert AuditEntry.objects.filter(action="data.exported").count() == 16


def test_compare_and_overlap_of_programs(team: Team, account: TrackedAccount) -> None:
    with workspace_scope(team.workspace.id):
        other = audiences.lively("southroast", seed=9, people=60)
    client, stranger = api_client(team.viewer), api_client(team.charlie)
    address = reverse("api:audience:compare")
    both = {"a": str(account.pk), "b": str(other.pk)}
    assert client.get(address, both).json()["a"]["account"] == "northroast"
    assert client.get(address, both | {"format": "csv"}).status_code == 200
    assert client.get(address, {"a": str(account.pk), "b": str(account.pk)}).status_code == 400
    wrong = both | {"a_from": "2026-02-02", "a_to": "2026-02-01"}
    assert client.get(address, wrong).json()["errors"][0]["pointer"] == "/a_to"
    assert stranger.get(address, both).status_code == 404
    address = reverse("api:audience:overlap")
    names = f"{account.pk},{other.pk}"
    assert client.get(address, {"accounts": names}).json()["accounts"][1]["account"] == "southroast"
    assert client.get(address, {"accounts": names, "format": "xlsx", "table": "pairs"}).status_code == 200
    for bad in (str(account.pk), "x,y", ""):
        assert client.get(address, {"accounts": bad}).status_code == 400
    assert stranger.get(address, {"accounts": names}).status_code == 404


def test_every_table_of_the_pages_is_a_file(team: Team, account: TrackedAccount) -> None:
    client = page_client(team.viewer)
    tables = ("loyalty", "retention", "concentration", "segments", "types", "signals", "quality", "growth", "jumps")
    for table in (*tables, "followers"):
        found = client.get(reverse("audience:people_export", args=["northroast", table, "csv"]))
        rows = list(csv.reader(io.StringIO(found.content.decode("utf-8-sig"))))
        assert len(rows) > 1, table
        assert {len(row) for row in rows} == {len(rows[0])}
    assert client.get(reverse("audience:people_export", args=["northroast", "x", "csv"])).status_code == 404
    assert client.get(reverse("audience:people_export", args=["northroast", "types", "doc"])).status_code == 404
    pair = "?accounts=northroast&accounts=northroast"
    assert client.get(reverse("audience:overlap_export", args=["pairs", "csv"]) + pair).status_code == 404


def test_a_persons_habits_are_in_their_export_and_a_minors_without_a_guess(team: Team, account: TrackedAccount) -> None:
    with workspace_scope(team.workspace.id):
        habit = AudienceHabit.objects.order_by("-comments").first()
        assert habit is not None
        person = Commenter.objects.get(pk=habit.commenter_id)
        (row,) = next(s for s in disclosure.sections([person]) if s.name == "habits").rows
        assert (row["account"], row["comments"], row["posts"]) == ("northroast", habit.comments, habit.posts)
        assert row["counted_as_gender"] == person.gender
        person.possible_minor = True
        (row,) = next(s for s in disclosure.sections([person]) if s.name == "habits").rows
        assert not [name for name in row if name.startswith("counted_as") or name == "signals"]


def test_an_erased_person_is_taken_from_the_sums(team: Team, account: TrackedAccount) -> None:
    with workspace_scope(team.workspace.id):
        before = loyalty(account)
        person = Commenter.objects.filter(username__startswith="northroast.p").earliest("username")
        erasure.erase_people(Erasure(Identifiers.of(person.username), Counter()))
        assert not AudienceHabit.objects.filter(commenter=person.pk).exists()
        account.refresh_from_db()
        assert loyalty(account)["people"] == before["people"] - 1
