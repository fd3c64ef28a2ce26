"""A2, A9: a file of many batches gives the same rows and figures whether or not its import is interrupted."""

import io
import json
import random
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from audience.dataset import DatasetRefused, Limits, Record, read_dataset
from audience.models import Comment, Commenter, Run, TrackedAccount
from audience.services.ingest import batches, import_records
from audience.services.ingest.ahead import ahead
from audience.services.ingest.seen import SeenSet, keys_of_rows, keys_of_texts
from audience.services.uploads import track_account
from aura.tenancy.scope import workspace_scope
from aura.testing.fixtures import Team


class Stopped(RuntimeError):
    """The worker was killed."""


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BATCH_COMMENTS", 20)


def dataset() -> list[dict[str, Any]]:
    """Comments in which people come by id and by name, are renamed, get names late, and comments come twice."""
    chance = random.Random(3)
    items = []
    for number in range(150):
        person = chance.randrange(30)
        item: dict[str, Any] = {
            "id": str(1000 + chance.randrange(120)),
            "text": f"text {number % 7}",
            "ownerUsername": f"person{person}",
            "postUrl": f"https://www.instagram.com/p/P{chance.randrange(8)}/",
        }
        if chance.random() < 0.6:
            name = f"person{person}" if chance.random() < 0.9 else f"renamed{person}"
            full_name = "Known" if number > 100 else None
            item["owner"] = {"id": str(500 + person), "username": name, "full_name": full_name}
            item["ownerProfilePicUrl"] = f"https://x.example/{person}.jpg?oe={number}"
        if chance.random() < 0.3:
            item["parentId"] = str(1000 + chance.randrange(120))
        items.append(item)
    return items


def records(items: list[dict[str, Any]]) -> Iterator[Record]:
    return read_dataset(io.BytesIO(json.dumps(items).encode()), filename="x", limits=Limits())


def new_run(team: Team, username: str) -> Run:
    with workspace_scope(team.workspace.id):
        account = track_account(username)
        return Run.objects.create(workspace=team.workspace, account=account, started_at=timezone.now())


def stopping(team: Team, after: int) -> Any:
    """A transaction that is rolled back with the worker's death, from the given one on."""
    calls = iter(range(10_000))

    @contextmanager
    def transaction() -> Iterator[None]:
        with workspace_scope(team.workspace.id):
            yield
            if next(calls) >= after:
                raise Stopped

    return transaction


def scope(team: Team) -> Any:
    def transaction() -> AbstractContextManager[Any]:
        return workspace_scope(team.workspace.id)

    return transaction


def snapshot(team: Team, account: TrackedAccount) -> list[Any]:
    """Everything stored of an account, told without row ids."""
    with workspace_scope(team.workspace.id):
        comments = Comment.objects.filter(account=account).order_by("external_id")
        names = ("external_id", "text", "parent__external_id", "post__shortcode", "commenter__username")
        people = Commenter.objects.filter(comments__account=account).distinct().order_by("external_id", "username")
        told = ("external_id", "username", "full_name", "picture_url")
        return [list(comments.values_list(*names)), list(people.values_list(*told))]


def clear(team: Team) -> None:
    with workspace_scope(team.workspace.id):
        TrackedAccount.objects.all().delete()
        Commenter.objects.all().delete()


@pytest.mark.parametrize("stop", [0, 1, 3, 5])
def test_an_interrupted_import_ends_like_one_that_was_not(team: Team, stop: int) -> None:
    whole = new_run(team, "whole")
    expected = import_records(whole, records(dataset()), transaction=scope(team), on_batch=lambda done: None)
    stored = snapshot(team, whole.account)
    clear(team)
    run = new_run(team, "parts")
    done: list[int] = []
    with pytest.raises(Stopped):
        import_records(run, records(dataset()), transaction=stopping(team, stop), on_batch=done.append)
    with workspace_scope(team.workspace.id):
        run = Run.objects.select_related("account").get(pk=run.pk)
    assert run.records_done == (done[-1] if done else 0)
    assert len(done) == stop
    counts = import_records(run, records(dataset()), transaction=scope(team), on_batch=done.append)
    assert counts == expected
    assert snapshot(team, run.account) == stored
    assert done[-1] == len(dataset())


def test_a_file_of_many_batches_twice_changes_nothing(team: Team) -> None:
    first = import_records(
        new_run(team, "brand"), records(dataset()), transaction=scope(team), on_batch=lambda done: None
    )
    ids = {item["id"] for item in dataset()}
    assert first["comments"] == {"new": len(ids), "updated": 0, "unchanged": 0}
    assert first["skipped"] == len(dataset()) - len(ids)
    with workspace_scope(team.workspace.id):
        people = Commenter.objects.count()
        before = list(Comment.objects.order_by("pk").values()), list(Commenter.objects.order_by("pk").values())
    assert first["people"] == {"new": people, "updated": 0, "unchanged": 0}
    again = import_records(
        new_run(team, "brand"), records(dataset()), transaction=scope(team), on_batch=lambda done: None
    )
    assert again["comments"] == {"new": 0, "updated": 0, "unchanged": len(ids)}
    assert again["people"] == {"new": 0, "updated": 0, "unchanged": people}
    with workspace_scope(team.workspace.id):
        after = list(Comment.objects.order_by("pk").values()), list(Commenter.objects.order_by("pk").values())
    assert after == before


def test_people_are_counted_once_over_all_batches(team: Team) -> None:
    base = {"text": "x", "postUrl": "https://www.instagram.com/p/A/"}
    old = [base | {"id": str(n), "ownerUsername": f"p{n % 5}", "ownerId": str(100 + n % 5)} for n in range(50)]
    import_records(new_run(team, "brand"), records(old), transaction=scope(team), on_batch=lambda done: None)
    late = base | {"id": "900", "ownerUsername": "p1", "ownerId": "101", "ownerFullName": "Late"}
    fresh = base | {"id": "901", "ownerUsername": "p9", "ownerId": "109"}
    counts = import_records(
        new_run(team, "brand"), records([*old, late, fresh]), transaction=scope(team), on_batch=lambda done: None
    )
    assert counts["people"] == {"new": 1, "updated": 1, "unchanged": 4}


def test_a_file_refused_half_way_keeps_what_was_stored(team: Team) -> None:
    def found() -> Iterator[Record]:
        yield from islice(records(dataset()), 45)
        raise DatasetRefused("archive_bomb", "too much")

    run = new_run(team, "brand")
    with pytest.raises(DatasetRefused):
        import_records(run, found(), transaction=scope(team), on_batch=lambda done: None)
    with workspace_scope(team.workspace.id):
        assert Run.objects.get(pk=run.pk).counts["comments"]["new"] == Comment.objects.count() > 0


def test_unchanged_rows_are_not_written_again(team: Team) -> None:
    for _ in range(2):
        import_records(new_run(team, "brand"), records(dataset()), transaction=scope(team), on_batch=lambda done: None)
        with workspace_scope(team.workspace.id), connection.cursor() as cursor:
            cursor.execute("SELECT array_agg(ctid::text || xmin::text ORDER BY id) FROM audience_comment")
            written = cursor.fetchone()
    import_records(new_run(team, "brand"), records(dataset()), transaction=scope(team), on_batch=lambda done: None)
    with workspace_scope(team.workspace.id), connection.cursor() as cursor:
        cursor.execute("SELECT array_agg(ctid::text || xmin::text ORDER BY id) FROM audience_comment")
        assert cursor.fetchone() == written


@settings(deadline=None, max_examples=50)
@given(st.lists(st.lists(st.integers(0, 60), max_size=10), max_size=12))
def test_a_seen_set_is_a_set(groups: list[list[int]]) -> None:
    seen, known = SeenSet(), set[int]()
    for group in groups:
        keys = np.array(group, dtype=np.uint64)
        assert seen.has(keys).tolist() == [key in known for key in group]
        seen.add(keys)
        known |= set(group)
    assert sum(map(len, seen.levels)) >= len(known)


def test_a_million_seen_keys_stay_small() -> None:
    seen = SeenSet()
    for first in range(0, 200_000, 5_000):
        seen.add(keys_of_texts(map(str, range(first, first + 5_000))))
    assert sum(level.nbytes for level in seen.levels) <= 8 * 200_000
    assert seen.has(keys_of_texts(["0", "199999", "200000"])).tolist() == [True, True, False]
    assert len(keys_of_rows([uuid4(), uuid4()])) == 2


def test_reading_ahead_keeps_order_and_passes_errors_on() -> None:
    def values() -> Iterator[int]:
        yield from range(5)
        raise Stopped

    found: list[int] = []
    with pytest.raises(Stopped):
        found.extend(ahead(values()))
    assert found == [0, 1, 2, 3, 4]


def test_reading_ahead_ends_with_its_reader() -> None:
    made: list[int] = []

    def values() -> Iterator[int]:
        for number in range(1000):
            made.append(number)
            yield number

    found = ahead(values())
    assert next(found) == 0
    found.close()
    count = len(made)
    assert count < 10
    assert len(made) == count
