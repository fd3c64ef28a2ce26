"""The import of a dataset, batch by batch."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, closing
from typing import Any

from django.db import connection
from django.db.models import F

from audience.dataset import DatasetRefused, Record
from audience.models import Run, TrackedAccount
from audience.services import rollups
from audience.services.ingest.ahead import ahead
from audience.services.ingest.batches import Authors, Batch, batches
from audience.services.ingest.comments import store_comments, tie_late_parents
from audience.services.ingest.memory import Memory
from audience.services.ingest.opted_out import drop_opted_out
from audience.services.ingest.people import changed_since, match_people, store_people
from audience.services.ingest.posts import find_posts, is_account, names_other_account, store_account, store_posts
from audience.services.ingest.seen import keys_of_texts
from audience.services.ingest.tally import Tally
from aura.privacy.queries import do_not_process

# One import at a time in a workspace: two would wait for each other's people in different orders.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))"


def import_records(
    run: Run,
    records: Iterable[Record],
    *,
    transaction: Callable[[], AbstractContextManager[Any]],
    on_batch: Callable[[int], object],
    memory: Memory | None = None,
) -> dict[str, Any]:
    """Store the records of a run's dataset; returns and keeps in ``run.counts`` the figures of :class:`Tally`.

    ``transaction`` opens the transaction of one batch inside the run's workspace; in it the batch, ``run.records_done``
    and ``run.counts`` are written together. ``on_batch`` gets the records done after each. A run that stopped goes on
    behind ``records_done``: the records before are read again for what the figures need, and not written.

    With ``memory`` the records are one of several files of the run: ``memory.first`` records came in those before.

    Raises :class:`DatasetRefused` with ``other_account`` before anything is stored, and with ``no_comments`` where a
    run's only file held nothing to store.
    """
    tally = Tally.resumed(run.counts)
    start = done = memory.first if memory else 0
    if memory:
        tally.remember(memory.load())
    told_account = run.records_done > 0
    followed = True
    with closing(ahead(batches(records))) as found:
        for batch in found:
            first, done = done, done + batch.records
            with transaction():
                if done <= run.records_done:
                    _replay(run, batch, tally)
                    followed = False
                    continue
                if first == start:
                    _check_account(run.account, batch)
                told, batch_followed = _import(run, batch, tally)
                told_account, followed = told_account or told, followed and batch_followed
                counts = _save(run, tally, done)
            run.records_done, run.counts = done, counts
            on_batch(done)
    with transaction(), connection.cursor() as cursor:
        if not followed:
            tie_late_parents(cursor, run.account)
        counts = _save(run, tally, done)
    run.counts = counts
    if memory:
        memory.save(tally.memory())
    else:
        _check_anything(tally, told_account)
    return counts


def _save(run: Run, tally: Tally, done: int) -> dict[str, Any]:
    counts = tally.as_json()
    counts["errors"] = list(counts["errors"])
    Run.objects.filter(pk=run.pk).update(records_done=done, counts=counts)
    return counts


def _import(run: Run, batch: Batch, tally: Tally) -> tuple[bool, bool]:
    """Store one batch; returns whether it told something about the account itself, and whether rollups followed it."""
    account = run.account
    tally.items += batch.records
    for line, message in batch.errors:
        tally.add_error(line, message)
    _drop_repeats(batch, tally)
    tally.skipped += batch.skipped
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [f"audience.ingest:{run.workspace_id}"])
        # Asked under the lock: an erasure takes it too, so nobody slips in between.
        tally.opted_out += drop_opted_out(batch, do_not_process())
        changes = rollups.follow(account, tally.comments.new + tally.comments.updated)
        changed = store_account(account, batch)
        posts, posts_changed = store_posts(account, batch, tally, changes)
        authors = Authors(batch)
        changed |= posts_changed
        if authors.found:
            people, people_changed = store_people(cursor, account, batch, authors, tally, changes)
            changed |= people_changed
            changed |= store_comments(cursor, account, batch.comments, authors, people, posts, tally, changes)
        if changed and changes is not None:
            rollups.touch(account, changes)
    if changed:
        TrackedAccount.objects.filter(pk=account.pk).update(data_version=F("data_version") + 1)
    return any(is_account(account, person) for person in batch.profiles), changes is not None


def _drop_repeats(batch: Batch, tally: Tally) -> None:
    """Leave out comments that an earlier batch of this file has stored."""
    keys = keys_of_texts(batch.comments)
    repeated = [key for key, again in zip(batch.comments, tally.seen_comments.has(keys), strict=True) if again]
    for key in repeated:
        del batch.comments[key]
    batch.skipped += len(repeated)
    tally.seen_comments.add(keys)


def _replay(run: Run, batch: Batch, tally: Tally) -> None:
    """Remember a batch that an earlier attempt has stored."""
    _drop_repeats(batch, tally)
    tally.told_posts.add(keys_of_texts(batch.posts))
    posts = tally.posts
    tally.add_posts(find_posts(run.account, batch))
    tally.posts = posts
    authors = Authors(batch)
    if authors.found:
        with connection.cursor() as cursor:
            match = match_people(cursor, run.account, batch, authors)
            rows = list(dict.fromkeys(row for row in match.rows.values() if row not in set(match.new)))
            since = run.started_at or run.created_at
            tally.remember_people(rows, changed_since(cursor, run.account, rows, since))


def _check_account(account: TrackedAccount, batch: Batch) -> None:
    other = names_other_account(account, batch)
    if other:
        raise DatasetRefused(
            "other_account", f"These posts belong to @{other}, not to @{account.username}. Nothing was stored."
        )


def _check_anything(tally: Tally, told_account: bool) -> None:
    people = tally.people.new + tally.people.updated + tally.people.unchanged
    comments = tally.comments.new + tally.comments.updated + tally.comments.unchanged
    if comments or tally.posts or people or told_account or tally.opted_out:
        return
    words = "The file holds no comments."
    if tally.errors:
        words += f" Line {tally.errors[0]['line']}: {tally.errors[0]['message']}"
    raise DatasetRefused("no_comments", words)
