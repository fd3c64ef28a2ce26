"""The table of hashtags on its page and over HTTP: seen, added, imported, exported, deleted (O4, M15)."""

import csv
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import AuditEntry
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team, api_client, page_client
from optimizer.models import StoredHashtag
from optimizer.services.hashtags import import_table

pytestmark = pytest.mark.django_db
PAGE, IMPORT = reverse("optimizer:hashtags"), reverse("optimizer:import_hashtags")
API = "/api/v1/optimize/hashtags"
TABLE = (
    b"hashtag,posts,banned,niches,source,read_on\n#Harbour,1200,no,sea;light,=me,2026-11-01\n@me,1,no,,,\nf4f,,yes,,,\n"
)


def upload(content: bytes = TABLE) -> SimpleUploadedFile:
    return SimpleUploadedFile("tags.csv", content, "text/csv")


def names(team: Team) -> list[str]:
    with workspace_scope(team.workspace.pk):
        return sorted(StoredHashtag.objects.values_list("name", flat=True))


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_a_table_is_imported_on_the_page_and_its_wrong_lines_are_named(team: Team) -> None:
    client = page_client(team.bob)
    assert "No hashtags of your own yet" in client.get(PAGE).content.decode()
    page = client.post(IMPORT, {"file": upload()}).content.decode()
    assert "2 added, 0 changed, 0 as they were, 1 line left out." in " ".join(page.split())
    assert "A link or a handle is no hashtag" in page
    assert names(team) == ["f4f", "harbour"]
    page = client.get(PAGE, {"banned": "yes"}).content.decode()
    assert ("#f4f" in page, "#harbour" in page) == (True, False)
    assert "#harbour" in client.get(PAGE, {"q": "#HARB"}).content.decode()
    assert "Nothing found" in client.get(PAGE, {"q": "%"}).content.decode()


@pytest.mark.parametrize(("content", "words"), [(b"", "empty"), (b"a,b\n", "hashtag"), (b"\xff\xfeh", "UTF-8")])
def test_a_file_that_is_no_table_is_refused_beside_its_field(team: Team, content: bytes, words: str) -> None:
    response = page_client(team.bob).post(IMPORT, {"file": upload(content)})
    assert response.status_code == 422
    assert words in response.content.decode()
    assert names(team) == []


def test_a_hashtag_is_added_changed_and_deleted_on_the_page(team: Team) -> None:
    client = page_client(team.bob)
    given = {"name": "# Quay Side", "posts": "90", "niches": "Sea, Travel", "source": ""}
    assert client.post(PAGE, given).status_code == 302
    with workspace_scope(team.workspace.pk):
        row = StoredHashtag.objects.get()
    assert (row.name, row.posts, row.niches, row.banned) == ("quayside", 90, ["sea", "travel"], False)
    form = client.get(reverse("optimizer:hashtag", args=[row.pk])).content.decode()
    assert 'value="sea, travel"' in form
    client.post(PAGE, given | {"banned": "on"})
    with workspace_scope(team.workspace.pk):
        assert StoredHashtag.objects.get().banned
    assert client.post(PAGE, given | {"name": "@me"}).status_code == 422
    remove = reverse("optimizer:remove_hashtag", args=[row.pk])
    assert page_client(team.viewer).post(remove).status_code == 403
    assert page_client(team.charlie).post(remove).status_code == 404
    assert client.post(remove).status_code == 200
    assert client.post(remove, {"confirmed": "1"}).status_code == 302
    assert names(team) == []


def test_a_viewer_sees_the_table_and_nothing_to_change_it_with(team: Team) -> None:
    with workspace_scope(team.workspace.pk):
        import_table(TABLE)
    client = page_client(team.viewer)
    page = client.get(PAGE).content.decode()
    assert "#harbour" in page
    assert not any(words in page for words in ("Import a table", "Add a hashtag", "Delete"))
    assert client.post(PAGE, {"name": "sea"}).status_code == 403
    assert client.post(IMPORT, {"file": upload()}).status_code == 403


def test_the_api_lists_adds_imports_and_deletes(team: Team) -> None:
    client = api_client(team.bob)
    told = client.post(f"{API}/import", {"file": upload()}, format="multipart")
    assert (told.status_code, told.json()["added"]) == (200, 2)
    assert told.json()["refusals"] == [{"line": 3, "hashtag": "@me", "reason": "a link or a handle is no hashtag"}]
    made = client.post(API, {"hashtag": "#Sea", "niches": ["Beach"], "posts": 7}, format="json")
    assert (made.status_code, made.json()["hashtag"], made.json()["niches"]) == (201, "sea", ["beach"])
    again = client.post(API, {"hashtag": "SEA", "banned": True}, format="json").json()
    assert (again["id"], again["posts"], again["banned"]) == (made.json()["id"], 7, True)
    assert [one["hashtag"] for one in client.get(API, {"limit": 2}).json()["results"]] == ["f4f", "harbour"]
    assert [one["hashtag"] for one in client.get(API, {"niche": "Beach"}).json()["results"]] == ["sea"]
    assert [one["hashtag"] for one in client.get(API, {"banned": "false"}).json()["results"]] == ["harbour"]
    assert client.get(made["Location"]).json()["hashtag"] == "sea"
    assert api_client(team.charlie).get(made["Location"]).status_code == 404
    assert api_client(team.charlie).get(API).json()["results"] == []
    assert client.delete(made["Location"]).status_code == 204
    assert names(team) == ["f4f", "harbour"]


def test_the_api_names_what_is_wrong(team: Team) -> None:
    client = api_client(team.bob)
    wrong = client.post(API, {"hashtag": "https://x.example"}, format="json").json()
    assert wrong["errors"][0]["pointer"] == "/hashtag"
    wrong = client.post(f"{API}/import", {"file": upload(b"a\n1\n")}, format="multipart")
    assert (wrong.status_code, wrong.json()["code"]) == (400, "invalid_table")
    assert client.post(f"{API}/import", {}, format="multipart").json()["code"] == "invalid"


def test_what_is_exported_can_be_imported_elsewhere_and_is_the_same(team: Team) -> None:
    with workspace_scope(team.workspace.pk):
        import_table(TABLE, name="tags.csv")
    for response in (
        api_client(team.viewer).get(API, {"format": "csv"}),
        page_client(team.viewer).get(reverse("table", args=["hashtags", "csv"])),
    ):
        file = body(response)
        assert {row["hashtag"] for row in csv.DictReader(io.StringIO(file.decode("utf-8-sig")))} == {"harbour", "f4f"}
        with workspace_scope(team.workspace.pk):
            told = import_table(file)
        assert (told.added, told.changed, told.unchanged, told.refused) == (0, 0, 2, 0)
    with workspace_scope(team.elsewhere.pk):
        assert import_table(file).added == 2
        assert StoredHashtag.objects.get(name="harbour").niches == ["sea", "light"]
    with workspace_scope(team.workspace.pk):
        assert AuditEntry.objects.filter(action="data.exported").count() == 2
