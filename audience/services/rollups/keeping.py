"""Rebuilds, touches and checks the rollups of one account, all parts of them."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

import structlog
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import F, Sum
from django.utils import timezone

from audience.models import AudiencePost, AudienceState, TrackedAccount
from audience.services.rollups.groups import groups_of, move
from audience.services.rollups.habits import reread
from audience.services.rollups.locks import lock_account, lock_people, take_memory
from audience.services.rollups.packs import recode
from audience.services.rollups.parts import IS_LONG, STAGE, Changes, Values
from audience.services.rollups.registry import PARTS
from aura.tenancy.scope import current_workspace_id

log = structlog.get_logger(__name__)

OWNERS = """
SELECT id FROM audience_commenter WHERE workspace_id = %(workspace)s AND username = %(username)s
UNION SELECT id FROM audience_commenter
WHERE workspace_id = %(workspace)s AND external_id = %(external)s AND external_id <> ''
"""
KNOWN_OWNERS = """
SELECT commenter_id FROM audience_audienceperson
WHERE workspace_id = %(workspace)s AND account_id = %(account)s AND is_owner
"""
STILL_THERE = """
SELECT commenter_id FROM audience_audienceperson
WHERE workspace_id = %(workspace)s AND account_id = %(account)s AND commenter_id = ANY (%(owners)s::uuid[])
"""
LEAVING = f"""
INSERT INTO changed_comment
SELECT -1, c.id, post_id, commenter_id, parent_external_id <> '', likes, commented_at, {IS_LONG.format(text="text")}
FROM unnest(%(keys)s::uuid[]) AS k(id) CROSS JOIN LATERAL (
    SELECT * FROM audience_comment WHERE id = k.id AND workspace_id = %(workspace)s OFFSET 0) AS c
"""  # noqa: S608  a constant
FEW, SHARE = 20_000, 0.05
"""An import may bring so many changed comments, or this share of what the account has, before counting everything once
at its end is the cheaper way (benchmarks/rollups.py)."""


def rebuild(account: TrackedAccount) -> bool:
    """Recompute all rollups of an account from its comments, which is the truth; returns whether anything changed.

    Only rows that differ are written, and the account's ``data_version``, part of every cache key, grows only then.
    Two rebuilds of one account wait for each other.
    """
    return any(rebuilt(account).values())


def rebuilt(account: TrackedAccount) -> dict[str, int]:
    """:func:`rebuild`, telling how many rows of each part had to be written."""
    lock_account(account.workspace_id, account.pk)
    take_memory()
    with connection.cursor() as cursor:
        values = _values(cursor, account)
        written = {part.name: part.rebuild(cursor, values) for part in PARTS}
    _trust(account)
    if any(written.values()):
        _tell([account.pk])
        account.refresh_from_db(fields=["data_version"])
    return written


def _trust(account: TrackedAccount) -> None:
    sums = AudiencePost.objects.filter(account=account).aggregate(all=Sum(F("comments") + F("owner_comments")))
    known = {"is_stale": False, "comments": sums["all"] or 0, "rebuilt_at": timezone.now()}
    # Asked for, so that an account of another workspace is out of reach rather than an error.
    for mine in TrackedAccount.objects.filter(pk=account.pk):
        AudienceState.objects.update_or_create(workspace_id=mine.workspace_id, account=mine, defaults=known)


def settle(account: TrackedAccount) -> bool:
    """Bring the rollups up to date: nothing to do where they followed every change, else a rebuild."""
    lock_account(account.workspace_id, account.pk)
    if AudienceState.objects.filter(account=account, is_stale=False).exists():
        account.refresh_from_db(fields=["data_version"])
        return False
    return rebuild(account)


def check(account: TrackedAccount) -> dict[str, int]:
    """Compare the rollups with the comments, correct and report what differs: rows by part, empty where all is well.

    Rollups that are known to be stale are rebuilt and say nothing.
    """
    lock_account(account.workspace_id, account.pk)
    followed = AudienceState.objects.filter(account=account, is_stale=False).exists()
    exact = {part.name for part in PARTS if part.exact}
    found = rebuilt(account)
    drift = {name: rows for name, rows in found.items() if rows and name in exact} if followed else {}
    AudienceState.objects.filter(account=account).update(drifted=sum(drift.values()))
    if drift:
        log.error("audience.rollups.drifted", account=str(account.pk), rows=drift)
    return drift


def follow(account: TrackedAccount, so_far: int) -> Changes | None:
    """Begin a batch of changes to an account's comments; ``so_far`` is how many changed in this import before it.

    Takes the locks, so call it before anything is written. Returns what to hand to :func:`touch` after the writing,
    with empty tables to note changes in; None where the rollups will be rebuilt at the end (:func:`settle`) anyway.
    """
    lock_account(account.workspace_id, account.pk)
    state = AudienceState.objects.filter(account=account).first()
    if state is None or state.is_stale:
        return None
    if so_far > max(FEW, SHARE * state.comments):
        doubt(account)
        return None
    with connection.cursor() as cursor:
        cursor.execute(STAGE)
    return Changes()


def doubt(account: TrackedAccount) -> None:
    """Say that the rollups no longer hold what the comments say: the next :func:`settle` rebuilds them."""
    AudienceState.objects.filter(account=account).update(is_stale=True)


def leaving(changes: Changes, comments: Collection[UUID]) -> None:
    """Note that these comments of the followed account are about to be deleted. Call it before they are."""
    with connection.cursor() as cursor:
        cursor.execute(LEAVING, {"workspace": current_workspace_id(), "keys": list(comments)})
        changes.comments += cursor.rowcount


def touch(account: TrackedAccount, changes: Changes) -> bool:
    """Rewrite only the rows that ``changes`` can have changed; returns whether any did. See :class:`Changes`.

    Where another row turns out to be the account's own, too much changes sides: the rollups are left to a rebuild.
    """
    with connection.cursor() as cursor:
        values = _values(cursor, account)
        if _owners_changed(cursor, values):
            doubt(account)
            return False
        if not changes.comments and not changes.moved_posts and not changes.people:
            return False
        cursor.execute("ANALYZE changed_comment")
        written = sum([part.touch(cursor, values, changes) for part in PARTS])
        cursor.execute("SELECT coalesce(sum(sign), 0) FROM changed_comment")
        AudienceState.objects.filter(account=account).update(comments=F("comments") + cursor.fetchone()[0])
    return written > 0


@contextmanager
def reclassifying(people: Sequence[UUID]) -> Iterator[None]:
    """Change what people are seen as inside this: the groups of all their accounts follow by the difference.

    Takes the workspace's lock first, so enter it before writing anything else.
    """
    workspace = current_workspace_id()
    lock_people(workspace)
    with connection.cursor() as cursor:
        before = groups_of(cursor, workspace, people)
    yield
    with connection.cursor() as cursor:
        after = groups_of(cursor, workspace, people)
        moved = move(cursor, workspace, before, after)
        recode(cursor, workspace, {key: values for key, values in after.items() if before.get(key, values) != values})
        _tell([*{*moved, *reread(cursor, workspace, people)}])


def _values(cursor: CursorWrapper, account: TrackedAccount) -> Values:
    values: Values = {
        "account": account.pk,
        "workspace": account.workspace_id,
        "username": account.username,
        "external": account.external_id,
    }
    cursor.execute(OWNERS, values)
    values["owners"] = [row[0] for row in cursor.fetchall()]
    return values


def _owners_changed(cursor: CursorWrapper, values: Values) -> bool:
    """True where somebody counted as the audience is the account itself, or the other way round."""
    cursor.execute(KNOWN_OWNERS, values)
    known = {row[0] for row in cursor.fetchall()}
    cursor.execute(STILL_THERE, values)
    return known != {row[0] for row in cursor.fetchall()}


def _tell(accounts: Sequence[UUID]) -> None:
    TrackedAccount.objects.filter(pk__in=accounts).update(data_version=F("data_version") + 1)
