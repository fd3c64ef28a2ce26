"""Comments that a paid model is to read: which are sent, and how none is ever paid for twice (A5).

A window of comments is opened, each text that nobody has read is claimed and sent once, every answer is stored as it
comes, and closing the window lets this machine read what is left. A claim without an answer whose job died says that
the comment was perhaps paid for: it is not sent again. All of it runs in the caller's transactions.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import F

from audience.models import AccountWords, Comment, CommentClaim, CommentReading, TrackedAccount
from audience.services.words.reading import (
    KEPT_OUT,
    NO_WORDS,
    Said,
    Unread,
    Wanted,
    has_words,
    left_between,
    owners_of,
    read_here,
    save_readings,
    save_state,
    stamp,
    unread_comments,
    words_of_account,
)
from aura.privacy.queries import do_not_process
from aura.providers import text_ports
from aura.tenancy.ids import uuid7

WINDOW: Final = 4096
INTERRUPTED: Final = "interrupted"
Copies = list[Unread]
"""Comments with the same text: one of them is sent for all."""
# Comments that an erasure is about to delete are left out rather than waited for.
TAKE: Final = """
INSERT INTO audience_commentclaim AS t (id, workspace_id, comment_id, text_hash, batch, model, answered, code)
SELECT u.i, %(workspace)s, k.id, u.h, %(batch)s, %(model)s, false, ''
FROM unnest(%(ids)s::uuid[], %(comments)s::uuid[], %(hashes)s::bigint[]) AS u(i, c, h)
    JOIN audience_comment k ON k.workspace_id = %(workspace)s AND k.id = u.c
FOR KEY SHARE OF k SKIP LOCKED
ON CONFLICT (workspace_id, comment_id) DO UPDATE
SET text_hash = excluded.text_hash, batch = excluded.batch, model = excluded.model, answered = false, code = '',
    asked_at = now()
WHERE t.text_hash <> excluded.text_hash
RETURNING comment_id
"""
NOW: Final = """
SELECT id, post_id, (commented_at AT TIME ZONE 'UTC')::date, hashtextextended(text, 3),
    commenter_id = ANY (%(owners)s::uuid[])
FROM audience_comment WHERE workspace_id = %(workspace)s AND id = ANY (%(comments)s::uuid[])
FOR KEY SHARE SKIP LOCKED
"""


@dataclass(frozen=True, slots=True)
class Window:
    """Comments behind ``start``, up to and with ``until``, of which ``unpaid`` are to be sent, copies together."""

    start: str
    until: str
    unpaid: tuple[Copies, ...]


def open_window(account: TrackedAccount, wanted: Wanted, limit: int = WINDOW) -> Window | None:
    """The next comments of the pass; None at its end. Texts that the account has paid for are not sent again."""
    account.refresh_from_db(fields=["data_version"])
    state = words_of_account(account, locked=True)
    start = state.cursor if state.wanted == wanted.name else ""
    unread = unread_comments(account, state, limit, wanted)
    if not unread:
        state.waits_for, state.waits_until = "", None
        save_state(state)
        return None
    until, state.cursor = state.cursor, start
    by_text: defaultdict[int, Copies] = defaultdict(list)
    kept_out = _kept_out(unread)
    for one in unread:
        if one.payable and one.comment not in kept_out:
            by_text[one.text_hash].append(one)
    known = _known_texts(account, list(by_text))
    save_readings(account, [Said(one, *known[key], paid=True) for key in known for one in by_text.pop(key)])
    save_state(state)
    return Window(start, until, tuple(by_text.values()))


def _kept_out(comments: Sequence[Unread]) -> set[UUID]:
    """Those of these comments whose authors are not to be processed (M13): no other company gets to see them."""
    listed = do_not_process()
    rows = Comment.objects.filter(pk__in=[one.comment for one in comments]).order_by()
    authors = rows.values_list("pk", "commenter__username", "commenter__external_id") if listed else ()
    return {comment for comment, username, external_id in authors if listed.has(username, external_id)}


def _known_texts(account: TrackedAccount, hashes: Sequence[int]) -> dict[int, tuple[text_ports.CommentReading, str]]:
    rows = CommentReading.objects.filter(account=account, paid=True, text_hash__in=hashes)
    return {
        row.text_hash: (
            text_ports.CommentReading(
                str(row.comment_id), row.sentiment, row.score, row.is_question, row.praise, row.language
            ),
            row.reader,
        )
        for row in rows.order_by("text_hash").distinct("text_hash")
    }


def take(account: TrackedAccount, job: UUID, model: str, copies: Iterable[Copies]) -> list[Copies]:
    """Claim these for a job; returns those that may be sent now. In its own transaction, before the request."""
    asked = list(copies)
    comments = sorted((one for some in asked for one in some), key=lambda one: one.comment)
    values: dict[str, Any] = {
        "workspace": account.workspace_id,
        "batch": job,
        "model": model[:120],
        "ids": [uuid7() for _ in comments],
        "comments": [one.comment for one in comments],
        "hashes": [one.text_hash for one in comments],
    }
    with connection.cursor() as cursor:
        cursor.execute(TAKE, values)
        mine = {row[0] for row in cursor.fetchall()}
    found = ([one for one in some if one.comment in mine] for some in asked)
    return [some for some in found if some]


def release(job: UUID) -> int:
    """Give back what a job claimed and did not get an answer about because nothing was asked, or an error came back."""
    return CommentClaim.objects.filter(batch=job, answered=False).delete()[0]


def store(
    account: TrackedAccount,
    reader: text_ports.Reader,
    outcome: text_ports.CommentOutcome,
    sent: Mapping[str, Copies],
) -> int:
    """Keep what one call brought for the comments that were ``sent`` by the id of one of them; returns how many."""
    words_of_account(account, locked=True)
    said = {reading.id: reading for reading in outcome.readings}
    there = _as_they_are(account, [one for name in said for one in sent[name]])
    name = stamp(reader)
    done = [
        Said(there[one.comment], reading, name, paid=True)
        for key, reading in said.items()
        for one in sent[key]
        if one.comment in there
    ]
    save_readings(account, done)
    CommentClaim.objects.filter(comment__in=[one.comment for key in said for one in sent[key]]).delete()
    for key, error in outcome.failed.items():
        mine = CommentClaim.objects.filter(comment__in=[one.comment for one in sent[key]])
        mine.update(answered=True, code=error.code[:60])
    AccountWords.objects.filter(account=account).update(version=F("version") + 1)
    return len(done)


def _as_they_are(account: TrackedAccount, comments: Sequence[Unread]) -> dict[UUID, Unread]:
    """These comments as they stand now, without those whose text was edited or that went away meanwhile."""
    values: dict[str, Any] = {
        "workspace": account.workspace_id,
        "comments": [one.comment for one in comments],
        "owners": owners_of(account),
    }
    with connection.cursor() as cursor:
        cursor.execute(NOW, values)
        rows = {row[0]: row[1:] for row in cursor.fetchall()}
    found = {}
    for one in comments:
        post, day, text_hash, by_owner = rows.get(one.comment, (None, None, None, False))
        if text_hash == one.text_hash:
            found[one.comment] = replace(one, post=post, day=day, by_owner=by_owner)
    return found


def close_window(account: TrackedAccount, window: Window, wanted: Wanted, reason: str) -> int:
    """Let this machine read what has no paid reading, and move the pass on; returns how many it read.

    ``reason`` says why those were not sent that should have been.
    """
    state = words_of_account(account, locked=True)
    left = left_between(account, window.start, window.until, wanted)
    fallbacks = {one.comment: _fallback(one, reason) for one in left if not one.by_owner}
    fallbacks |= dict.fromkeys(_kept_out(left), KEPT_OUT)
    for claim in CommentClaim.objects.filter(comment__in=[one.comment for one in left]):
        fallbacks[claim.comment_id] = f"{claim.model}: {claim.code or INTERRUPTED}"
    read_here(account, left, fallbacks)
    finished = not state.cursor and state.read_version == state.pass_version
    if state.wanted == wanted.name and state.cursor == window.start and not finished:
        state.cursor = window.until
    save_state(state)
    return len(left)


def _fallback(one: Unread, reason: str) -> str:
    return reason if has_words(one.text) else NO_WORDS


def park(account: TrackedAccount, code: str, until: datetime) -> None:
    """Say that the reading of an account waits, for what, and until when at the latest."""
    state = words_of_account(account, locked=True)
    state.waits_for, state.waits_until = code[:60], until
    save_state(state)
