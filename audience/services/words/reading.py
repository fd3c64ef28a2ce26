"""Reads the comments that nobody read yet, in batches, and counts them into the rollup as it goes.

A pass walks an account's comments in the order of their index and looks at each once, so that a million read comments
cost seconds, not a sort for every batch. An edited comment is read again; one that was moved or newly dated is counted
anew. What a paid model read stays as it is while the text does, whoever is to read now (A5).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F
from django.db.models.functions import Now

from audience.models import AccountWords, TrackedAccount
from audience.services.words import statements
from audience.services.words.measuring import measure
from aura.providers.local.comments import LocalReader
from aura.providers.local.wording import key_text, worded
from aura.providers.text_ports import CommentReading, CommentText, Reader
from aura.tenancy.ids import uuid7

WINDOW = 5000
COPY_WORDS, COPY_LETTERS = 4, 18
"""Two people who write the same fewer words copied nothing."""
DENSE = "\u2e80"
DENSE_LETTERS = 9
READER = LocalReader()
NO_WORDS = "no_words"
"""Why a comment is never sent to a paid model: emoji, names and links are read here, for nothing."""
KEPT_OUT = "do_not_process"
"""Why a comment stays here: its author asked not to be processed."""
SETTLED = {NO_WORDS, KEPT_OUT, "interrupted", "answer_refused", "answer_cut", "answer_invalid", "request_refused"}
MAX_NAME = 120


@dataclass(frozen=True, slots=True)
class Unread:
    """A comment to read, with what its reading is stored beside.

    ``payable``: no paid model has read or refused it. ``known`` is what one said of the text, with its name.
    """

    comment: UUID
    post: UUID
    day: date | None
    text: str
    by_owner: bool
    text_hash: int
    payable: bool = False
    known: tuple[CommentReading, str] | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A reading to store, and whose it is; ``fallback`` says why no paid model has read the comment, if one should."""

    comment: Unread
    reading: CommentReading
    reader: str
    paid: bool = False
    fallback: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is to read, as a pass is remembered by; with ``paying`` a paid model."""

    name: str
    paying: bool = False


def stamp(reader: Reader) -> str:
    """The name under which readings are stored; a new local version means reading again."""
    return f"{reader.name[:MAX_NAME]} {reader.version} {reader.prompt_version}".strip()


LOCALLY = Wanted(stamp(READER))


def owners_of(account: TrackedAccount) -> list[UUID]:
    """The rows of the account itself among the people who comment."""
    query = """
        SELECT id FROM audience_commenter WHERE workspace_id = %s AND username = %s
        UNION SELECT id FROM audience_commenter WHERE workspace_id = %s AND external_id = %s AND external_id <> ''
    """
    values: list[Any] = [account.workspace_id, account.username, account.workspace_id, account.external_id]
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return [row[0] for row in cursor.fetchall()]


def words_of_account(account: TrackedAccount, *, locked: bool = False) -> AccountWords:
    """How far the account is read. ``locked``: two readings of one account wait for each other."""
    if locked:
        with connection.cursor() as cursor:
            cursor.execute(statements.LOCK, [str(account.pk)])
    return AccountWords.objects.get_or_create(workspace_id=account.workspace_id, account=account)[0]


def unread_comments(
    account: TrackedAccount, state: AccountWords, limit: int = WINDOW, wanted: Wanted = LOCALLY
) -> list[Unread]:
    """Up to ``limit`` comments that are not read as they are now; moves the pass of ``state`` on.

    Empty at the end of the pass, which is then marked complete in ``state`` (not saved here).
    """
    if state.read_version == account.data_version and state.wanted == wanted.name:
        return []
    if state.wanted != wanted.name:
        state.cursor, state.wanted, state.read_version = "", wanted.name, -1
    if not state.cursor:
        state.pass_version = account.data_version
    found: list[Unread] = []
    for external_id, one in _looked_at(account, wanted, state.cursor):
        if len(found) == limit:
            return found
        state.cursor = external_id
        if one is not None:
            found.append(one)
    if not found:
        state.cursor, state.read_version = "", state.pass_version
        end_pass(account, state, wanted)
    return found


def left_between(account: TrackedAccount, start: str, until: str, wanted: Wanted) -> list[Unread]:
    """The comments behind ``start``, up to and with ``until``, that are still not read as they are now."""
    return [one for _, one in _looked_at(account, wanted, start, until) if one is not None]


def _looked_at(
    account: TrackedAccount, wanted: Wanted, cursor: str, until: str = ""
) -> Iterator[tuple[str, Unread | None]]:
    """Every comment from ``cursor`` on by Instagram's id; None where nothing is to be done for it."""
    values = _values(account) | {"reader": LOCALLY.name, "limit": WINDOW, "owners": owners_of(account), "until": until}
    values |= {"paying": wanted.paying, "no_words": NO_WORDS}
    rows: list[Any] = [None] * WINDOW
    while len(rows) == WINDOW:
        with connection.cursor() as found:
            found.execute(statements.STALE, values | {"cursor": cursor})
            rows = found.fetchall()
        for cursor, comment, post, day, text, by_owner, text_hash, is_stale, is_payable, known in rows:
            payable = is_payable and has_words(text)
            one = Unread(comment, post, day, text, by_owner, text_hash, payable, _known(comment, known))
            yield cursor, one if is_stale or is_payable else None


def _known(comment: UUID, row: Sequence[str] | None) -> tuple[CommentReading, str] | None:
    if row is None:
        return None
    reader, sentiment, score, asked, praise, language = row
    return CommentReading(str(comment), sentiment, float(score), asked == "1", praise, language), reader


def has_words(text: str) -> bool:
    """Whether a comment holds more than emoji, names and links."""
    return bool(worded(text).words)


def read_comments(account: TrackedAccount, limit: int = WINDOW, *, fallback: str = "") -> int:
    """Read up to ``limit`` unread comments with the local reader and count them; 0 once all are read.

    Runs in the caller's transaction; 5,000 take about a second. Call it until it gives 0. ``fallback`` is kept with
    each reading: why a better reader could not be asked.
    """
    account.refresh_from_db(fields=["data_version"])
    state = words_of_account(account, locked=True)
    unread = unread_comments(account, state, limit)
    read_here(account, unread, {}, fallback)
    state.waits_for, state.waits_until = "", None
    save_state(state)
    return len(unread)


def read_here(
    account: TrackedAccount, unread: Sequence[Unread], fallbacks: Mapping[UUID, str], fallback: str = ""
) -> None:
    """Read these with the local reader and store it, except where a paid model's words on the same text are known."""
    texts = [CommentText(str(one.comment), one.text) for one in unread if one.known is None]
    readings = {said.id: said for outcome in READER.read(texts) for said in outcome.readings}
    save_readings(
        account,
        [
            Said(one, *one.known, paid=True)
            if one.known
            else Said(one, readings[str(one.comment)], LOCALLY.name, False, fallbacks.get(one.comment, fallback))
            for one in unread
        ],
    )


def end_pass(account: TrackedAccount, state: AccountWords, wanted: Wanted) -> None:
    """Remember what read the comments, and the figures of the whole account."""
    with connection.cursor() as cursor:
        cursor.execute(statements.TALLY, _values(account))
        rows = cursor.fetchall()
    names = ("reader", "paid", "fallback", "comments")
    state.read_by = [dict(zip(names, row, strict=True)) for row in rows]
    state.reader = rows[0][0] if rows else LOCALLY.name
    if wanted.paying and not all(paid or is_settled(fallback) for _, paid, fallback, _ in rows):
        state.wanted = ""
    state.authenticity = measure(account)


def is_settled(fallback: str) -> bool:
    """Whether a comment is never to be sent again; else the next run asks once more."""
    return fallback.rpartition(": ")[2] in SETTLED


def save_state(state: AccountWords) -> None:
    """Save how far an account is read; what was answered before is then found no more in any cache."""
    state.version, state.updated_at = F("version") + 1, Now()
    names = ["cursor", "pass_version", "read_version", "reader", "wanted", "read_by", "waits_for", "waits_until"]
    state.save(update_fields=[*names, "version", "authenticity", "updated_at"])


def save_readings(account: TrackedAccount, done: Sequence[Said]) -> None:
    """Store readings, those of one transaction's comments, and carry the differences over into the rollup."""
    if not done:
        return
    counted = [one for one in done if not one.comment.by_owner]
    values = _values(account) | _columns(done)
    values |= {
        "posts": [one.comment.post for one in counted],
        "days": [one.comment.day for one in counted],
        "sentiments": [one.reading.sentiment for one in counted],
        "asked": [one.reading.is_question for one in counted],
        "praises": [one.reading.praise for one in counted],
    }
    with connection.cursor() as cursor:
        for statement in (statements.COUNTED, statements.STORE, statements.EMPTY):
            cursor.execute(statement, values)


def uncount(account: TrackedAccount, comments: Sequence[UUID]) -> None:
    """Take comments that are about to be deleted out of the rollup."""
    words_of_account(account, locked=True)
    nothing: dict[str, list[Any]] = {name: [] for name in ("posts", "days", "sentiments", "asked", "praises")}
    with connection.cursor() as cursor:
        cursor.execute(statements.COUNTED, _values(account) | nothing | {"comments": list(comments)})
        cursor.execute(statements.EMPTY, _values(account))
    AccountWords.objects.filter(account=account).update(version=F("version") + 1, updated_at=Now())


def rebuild(account: TrackedAccount) -> None:
    """Make rollup and figures anew after comments or people went away; texts are not read again."""
    state = words_of_account(account, locked=True)
    with connection.cursor() as cursor:
        cursor.execute(statements.REBUILD, _values(account))
    state.authenticity = measure(account)
    state.version, state.updated_at = F("version") + 1, Now()
    state.save(update_fields=["authenticity", "version", "updated_at"])


def catch_up(account: TrackedAccount) -> None:
    """:func:`rebuild` where comments went away since the account was read to its end."""
    known = AccountWords.objects.filter(account=account)
    if known.exclude(read_version=account.data_version).exists():
        rebuild(account)


def _values(account: TrackedAccount) -> dict[str, Any]:
    return {"workspace": account.workspace_id, "account": account.pk}


def _columns(done: Sequence[Said]) -> dict[str, list[Any]]:
    comments, readings = [one.comment for one in done], [one.reading for one in done]
    return {
        "ids": [uuid7() for _ in done],
        "comments": [one.comment for one in comments],
        "all_posts": [one.post for one in comments],
        "all_days": [one.day for one in comments],
        "by_owner": [one.by_owner for one in comments],
        "all_sentiments": [said.sentiment for said in readings],
        "scores": [said.score for said in readings],
        "all_asked": [said.is_question for said in readings],
        "all_praises": [said.praise for said in readings],
        "languages": [said.language for said in readings],
        "hashes": [one.text_hash for one in comments],
        "fingerprints": [fingerprint(one.text) for one in comments],
        "readers": [one.reader for one in done],
        "paid": [one.paid for one in done],
        "fallbacks": [one.fallback[:160] for one in done],
    }


def fingerprint(text: str) -> int:
    """The same number for copies of a text (case, signs, emoji and names of people aside); 0 for a short one."""
    key = key_text(text)
    dense = key[:1] >= DENSE
    if (dense and len(key) < DENSE_LETTERS) or (
        not dense and (key.count(" ") + 1 < COPY_WORDS or len(key) < COPY_LETTERS)
    ):
        return 0
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big", signed=True) or 1
