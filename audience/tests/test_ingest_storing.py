"""A2: a dataset is stored once, whoever wrote what, and what is known is never lost."""

import io
import json
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from audience.dataset import DatasetRefused, Limits, read_dataset
from audience.models import Comment, Commenter, PictureState, Post, Run, TrackedAccount
from audience.services.ingest import import_records
from audience.services.uploads import track_account
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team

DATA = Path(__file__).parent / "data"
SAMPLE = json.loads((DATA / "apify_comment_items.json").read_text())
POSTS = json.loads((DATA / "apify_post_items.json").read_text())
PROFILE = json.loads((DATA / "apify_profile_items.json").read_text())
ERROR = json.loads((DATA / "apify_error_item.json").read_text())
SAME = {"new": 0, "updated": 0}


def comment(key: int | str, who: str, by: str = "", **changes: Any) -> dict[str, Any]:
    """A comment item; ``by`` is the author's id, where it is known."""
    item: dict[str, Any] = {"id": str(key), "text": f"text {key}", "ownerUsername": who}
    item["postUrl"] = "https://www.instagram.com/p/AAA/"
    if by:
        item["owner"] = {"id": by, "username": who}
    return item | changes


def load(team: Team, items: list[Any], username: str = "sample_brand", workspace: UUID | None = None) -> dict[str, Any]:
    """Import items as one file and return the figures."""
    return load_bytes(team, json.dumps(items).encode(), username, workspace)


def load_bytes(
    team: Team, data: bytes, username: str = "sample_brand", workspace: UUID | None = None
) -> dict[str, Any]:
    place = workspace or team.workspace.id

    def transaction() -> AbstractContextManager[Any]:
        return workspace_scope(place)

    with transaction():
        account = track_account(username)
        run = Run.objects.create(workspace_id=place, account=account, filename="x.json", started_at=timezone.now())
    records = read_dataset(io.BytesIO(data), filename="x.json", limits=Limits())
    counts = import_records(run, records, transaction=transaction, on_batch=lambda done: None)
    with transaction():
        assert Run.objects.get(pk=run.pk).counts == counts
    return counts


def rows(team: Team) -> list[Any]:
    """Every row of what an import writes."""
    with workspace_scope(team.workspace.id):
        return [
            list(Comment.objects.order_by("pk").values()),
            list(Commenter.objects.order_by("pk").values()),
            list(Post.objects.order_by("pk").values()),
            list(TrackedAccount.objects.order_by("pk").values()),
        ]


def test_the_recorded_items_are_stored_as_they_are(team: Team) -> None:
    counts = load(team, [*SAMPLE, *POSTS, *PROFILE, *ERROR])
    assert counts == {
        "items": 8,
        "comments": {"new": 4, "updated": 0, "unchanged": 0},
        "people": {"new": 3, "updated": 0, "unchanged": 0},
        "posts": 3,
        "opted_out": 0,
        "skipped": 1,
        "errors": [{"line": 1, "message": "Item 8: Apify found nothing: Empty or private data for provided input"}],
    }
    with workspace_scope(team.workspace.id):
        reply = Comment.objects.select_related("parent", "commenter", "post").get(external_id="18000000000000031")
        assert reply.parent is not None
        assert reply.parent.external_id == "18000000000000003"
        assert (reply.commenter.external_id, reply.likes) == ("50000000001", 3)
        assert (reply.post.shortcode, reply.post.likes, reply.post.kind) == ("DAAAAAAAAA1", 55952, "Image")
        account = TrackedAccount.objects.get()
        assert (account.external_id, account.followers, account.full_name) == ("700001", 12613771, "Sample Brand")
        assert account.data_version == 1


def test_the_same_file_twice_changes_nothing_and_says_so(team: Team) -> None:
    items = [*SAMPLE, *POSTS, *PROFILE, comment(7, "early"), comment(8, "early", "99"), comment(9, "renamed", "99")]
    load(team, items)
    before = rows(team)
    counts = load(team, items)
    assert counts["comments"] == SAME | {"unchanged": 7}
    assert counts["people"] == SAME | {"unchanged": 4}
    assert counts["posts"] == 4
    assert rows(team) == before


def test_later_data_updates_and_unknown_never_replaces_known(team: Team) -> None:
    load(team, [comment(1, "ann", "5", likesCount=3, timestamp="2026-01-02T03:04:05Z"), comment(2, "bob", "6")])
    person = {"id": "5", "username": "ann", "full_name": "Ann", "is_verified": True}
    load(team, [comment(1, "ann", "5", likesCount=9, owner=person)])
    counts = load(team, [comment(1, "ann", "5", likesCount=-1, text="", timestamp=None), comment(2, "bob", "6")])
    assert counts["comments"] == SAME | {"unchanged": 2}
    assert counts["people"] == SAME | {"unchanged": 2}
    with workspace_scope(team.workspace.id):
        row = Comment.objects.select_related("commenter").get(external_id="1")
        assert (row.likes, row.text, row.commented_at is not None) == (9, "text 1", True)
        assert (row.commenter.full_name, row.commenter.is_verified) == ("Ann", True)


def test_what_changed_is_counted_and_dated(team: Team) -> None:
    load(team, [comment(1, "ann", "5"), comment(2, "bob", "6")])
    with workspace_scope(team.workspace.id):
        before = {person.username: person.updated_at for person in Commenter.objects.all()}
    changed = comment(1, "ann", owner={"id": "5", "username": "ann", "full_name": "Ann"}, likesCount=1)
    counts = load(team, [changed, comment(2, "bob", "6"), comment(3, "cy", "7")])
    assert counts["comments"] == {"new": 1, "updated": 1, "unchanged": 1}
    assert counts["people"] == {"new": 1, "updated": 1, "unchanged": 1}
    with workspace_scope(team.workspace.id):
        after = {person.username: person.updated_at for person in Commenter.objects.all()}
    assert after["ann"] > before["ann"]
    assert after["bob"] == before["bob"]


def test_a_person_known_by_name_keeps_the_row_when_the_id_comes(team: Team) -> None:
    load(team, [comment(1, "ann")])
    with workspace_scope(team.workspace.id):
        row = Commenter.objects.get()
    assert load(team, [comment(2, "Ann", "5")])["people"] == {"new": 0, "updated": 1, "unchanged": 0}
    with workspace_scope(team.workspace.id):
        person = Commenter.objects.get()
        assert (person.pk, person.external_id, person.comments.count()) == (row.pk, "5", 2)
    assert load(team, [comment(3, "ann")])["people"] == SAME | {"unchanged": 1}


def test_a_new_user_name_follows_the_id(team: Team) -> None:
    load(team, [comment(1, "ann", "5")])
    assert load(team, [comment(2, "ann.new", "5")])["people"] == {"new": 0, "updated": 1, "unchanged": 0}
    assert load(team, [comment(3, "ann", "6")])["people"] == {"new": 1, "updated": 0, "unchanged": 0}
    with workspace_scope(team.workspace.id):
        assert set(Commenter.objects.values_list("external_id", "username")) == {("5", "ann.new"), ("6", "ann")}


def test_an_author_known_by_an_old_name_is_found_by_the_stored_comment(team: Team) -> None:
    items = [comment(1, "ann", "5"), comment(2, "ann")]
    load(team, items)
    load(team, [comment(3, "ann.new", "5")])
    assert load(team, [comment(2, "ann")])["people"] == SAME | {"unchanged": 1}


@pytest.mark.parametrize(
    ("state", "address", "new_state", "taken"),
    [
        ("stored", "https://cdn2.example/v/1.jpg?oe=2", "stored", False),
        ("expired", "https://cdn2.example/v/1.jpg?oe=2", "", True),
        ("refused", "https://cdn2.example/v/1.jpg?oe=2", "refused", False),
        ("stored", "https://cdn.example/v/2.jpg?oe=1", "", True),
        ("stored", None, "stored", False),
    ],
)
def test_only_another_path_is_another_picture(
    team: Team, state: str, address: str | None, new_state: str, taken: bool
) -> None:
    load(team, [comment(1, "ann", "5", ownerProfilePicUrl="https://cdn.example/v/1.jpg?oe=1")])
    with workspace_scope(team.workspace.id):
        Commenter.objects.update(picture_state=PictureState(state))
    load(team, [comment(1, "ann", "5", ownerProfilePicUrl=address)])
    with workspace_scope(team.workspace.id):
        person = Commenter.objects.get()
    assert person.picture_state == new_state
    assert person.picture_url == (address if taken else "https://cdn.example/v/1.jpg?oe=1")


def test_a_reply_finds_its_parent_whichever_comes_first(team: Team) -> None:
    load(team, [comment(2, "bob", parentId="1"), comment(1, "ann"), comment(3, "cy", parentId="404")])
    load(team, [comment(404, "dan")])
    with workspace_scope(team.workspace.id):
        parents = dict(Comment.objects.values_list("external_id", "parent__external_id"))
    assert parents == {"1": None, "2": "1", "3": "404", "404": None}


def test_repeats_in_a_file_are_skipped_and_the_last_one_counts(team: Team) -> None:
    counts = load(team, [comment(1, "ann", likesCount=1), comment(1, "ann", likesCount=2), POSTS[0], POSTS[0]])
    assert (counts["items"], counts["comments"]["new"], counts["skipped"], counts["posts"]) == (4, 1, 2, 2)
    with workspace_scope(team.workspace.id):
        assert Comment.objects.get().likes == 2


def test_a_post_known_by_its_id_gets_its_short_code_later(team: Team) -> None:
    by_id = comment(1, "ann", postUrl=None, postId=POSTS[0]["id"])
    load(team, [by_id])
    counts = load(team, [POSTS[0], by_id])
    assert (counts["posts"], counts["comments"]) == (1, SAME | {"unchanged": 1})
    with workspace_scope(team.workspace.id):
        post = Post.objects.get()
        assert (post.shortcode, post.external_id, post.comments.count()) == ("DAAAAAAAAA1", POSTS[0]["id"], 1)


def test_profiles_of_commenters_add_figures_and_nobody(team: Team) -> None:
    load(team, [comment(1, "ann", "5")])
    profile = {"username": "ann", "id": "5", "biography": "Baker", "followersCount": 12, "isBusinessAccount": True}
    counts = load(team, [profile, profile | {"username": "stranger", "id": "77"}, comment(1, "ann", "5")])
    assert counts["people"] == {"new": 0, "updated": 1, "unchanged": 0}
    with workspace_scope(team.workspace.id):
        person = Commenter.objects.get()
        assert (person.biography, person.followers, person.is_business) == ("Baker", 12, True)


def test_the_same_comment_in_two_workspaces_is_two_rows(team: Team) -> None:
    load(team, [comment(1, "ann", "5", text="north")])
    before = rows(team)
    counts = load(team, [comment(1, "ann.new", "5", text="south")], workspace=team.elsewhere.id)
    assert (counts["comments"]["new"], counts["people"]["new"]) == (1, 1)
    assert rows(team) == before
    with workspace_scope(team.elsewhere.id):
        assert Comment.objects.get().text == "south"


def test_the_same_comment_under_two_accounts_is_one_person(team: Team) -> None:
    load(team, [comment(1, "ann", "5")], username="one")
    counts = load(team, [comment(1, "ann", "5")], username="two")
    assert (counts["comments"]["new"], counts["people"]) == (1, SAME | {"unchanged": 1})


def test_broken_items_are_named_and_the_rest_is_stored(team: Team) -> None:
    lines = [json.dumps(comment(1, "ann")), '{"id": "2", ', json.dumps(comment(3, "bob") | {"owner": None, "x": {}})]
    counts = load_bytes(team, "\n".join([*lines, *['{"id": 1}'] * 150]).encode())
    assert (counts["items"], counts["comments"]["new"], counts["skipped"]) == (153, 2, 151)
    assert counts["errors"][0] == {"line": 2, "message": "Item 2: This is not valid JSON."}
    assert len(counts["errors"]) == 100


def refused(team: Team, items: list[Any], username: str = "sample_brand") -> DatasetRefused:
    with pytest.raises(DatasetRefused) as caught:
        load(team, items, username)
    return caught.value


@pytest.mark.parametrize("items", [[], ERROR, [{"id": "1"}], [1, 2]])
def test_a_file_without_comments_is_refused_and_loses_nothing(team: Team, items: list[Any]) -> None:
    load(team, SAMPLE)
    before = rows(team)
    error = refused(team, items)
    assert error.code == "no_comments"
    assert ("Item 1" in error.message) == bool(items)
    assert rows(team) == before
    with workspace_scope(team.workspace.id):
        assert Run.objects.latest("created_at").counts["items"] == len(items)


def test_somebody_elses_posts_are_refused_before_anything_is_stored(team: Team) -> None:
    before = rows(team)
    error = refused(team, [comment(1, "ann"), *POSTS], username="another")
    assert error.code == "other_account"
    assert "@sample_brand" in error.message
    assert rows(team)[:3] == before[:3]


def test_a_post_of_a_co_author_among_ones_own_is_kept(team: Team) -> None:
    other = POSTS[0] | {"ownerUsername": "friend", "inputUrl": None, "shortCode": "ZZZ", "id": "5"}
    assert load(team, [other, POSTS[1]])["posts"] == 2
    together = other | {"coauthorProducers": [{"username": "sample_brand"}], "shortCode": "YYY", "id": "6"}
    assert load(team, [together])["posts"] == 1


def test_the_account_is_known_by_its_id_after_a_new_name(team: Team) -> None:
    load(team, POSTS)
    renamed = POSTS[0] | {"ownerUsername": "new_brand", "inputUrl": None}
    assert load(team, [renamed])["posts"] == 1
