"""Keeps the rollups that make reports fast (A10). Derived from comments and people, so they can be rebuilt at will.

Only rows that changed are written, and an account's ``data_version``, part of every cache key, grows only then. Both
run inside the workspace's scope and the caller's transaction.
"""

import time
from collections import OrderedDict
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import F

from audience.models import TrackedAccount
from audience.services import rollups_people

# Each statement compares what should be (f) with what is (t) and touches only the rows that differ.
PEOPLE = """
WITH f AS (
    SELECT c.commenter_id, c.comments, c.likes, c.first_at, c.last_at,
        c.commenter_id = ANY (%(owners)s::uuid[]) AS is_owner
    FROM (
        SELECT commenter_id, count(*) AS comments, coalesce(sum(likes), 0)::bigint AS likes,
            min(commented_at) AS first_at, max(commented_at) AS last_at
        FROM audience_comment WHERE account_id = %(account)s AND workspace_id = %(workspace)s GROUP BY commenter_id
    ) AS c
), t AS (
    SELECT * FROM audience_audienceperson WHERE account_id = %(account)s AND workspace_id = %(workspace)s
)
MERGE INTO audience_audienceperson AS old USING (
    SELECT t.id AS old_id, f.* FROM f FULL JOIN t USING (commenter_id)
    WHERE (t.comments, t.likes, t.first_at, t.last_at, t.is_owner)
        IS DISTINCT FROM (f.comments, f.likes, f.first_at, f.last_at, f.is_owner)
) AS new ON old.id = new.old_id
WHEN MATCHED AND new.comments IS NULL THEN DELETE
WHEN MATCHED THEN UPDATE SET comments = new.comments, likes = new.likes, first_at = new.first_at,
    last_at = new.last_at, is_owner = new.is_owner
WHEN NOT MATCHED THEN INSERT (id, workspace_id, account_id, commenter_id, comments, likes, first_at, last_at, is_owner)
    VALUES (gen_random_uuid(), %(workspace)s, %(account)s, new.commenter_id, new.comments, new.likes, new.first_at,
        new.last_at, new.is_owner)
"""

GROUPS = """
WITH f AS (
    SELECT p.gender, p.age, p.profile_type, p.language, count(*) AS people, sum(a.comments)::bigint AS comments
    FROM audience_audienceperson AS a JOIN audience_commenter AS p
        ON p.id = a.commenter_id AND p.workspace_id = %(workspace)s
    WHERE a.account_id = %(account)s AND a.workspace_id = %(workspace)s AND NOT a.is_owner
    GROUP BY p.gender, p.age, p.profile_type, p.language
), t AS (
    SELECT * FROM audience_audiencegroup WHERE account_id = %(account)s AND workspace_id = %(workspace)s
)
MERGE INTO audience_audiencegroup AS old USING (
    SELECT t.id AS old_id, f.* FROM f FULL JOIN t USING (gender, age, profile_type, language)
    WHERE (t.people, t.comments) IS DISTINCT FROM (f.people, f.comments)
) AS new ON old.id = new.old_id
WHEN MATCHED AND new.people IS NULL THEN DELETE
WHEN MATCHED THEN UPDATE SET people = new.people, comments = new.comments
WHEN NOT MATCHED THEN INSERT (id, workspace_id, account_id, gender, age, profile_type, language, people, comments)
    VALUES (gen_random_uuid(), %(workspace)s, %(account)s, new.gender, new.age, new.profile_type, new.language,
        new.people, new.comments)
"""

HOURS = """
WITH f AS (
    SELECT date_trunc('hour', commented_at, 'UTC') AS hour, count(*) AS comments FROM audience_comment
    WHERE account_id = %(account)s AND workspace_id = %(workspace)s AND commented_at IS NOT NULL
        AND commenter_id <> ALL (%(owners)s::uuid[])
    GROUP BY 1
), t AS (
    SELECT * FROM audience_audiencehour WHERE account_id = %(account)s AND workspace_id = %(workspace)s
)
MERGE INTO audience_audiencehour AS old USING (
    SELECT t.id AS old_id, f.* FROM f FULL JOIN t USING (hour) WHERE t.comments IS DISTINCT FROM f.comments
) AS new ON old.id = new.old_id
WHEN MATCHED AND new.comments IS NULL THEN DELETE
WHEN MATCHED THEN UPDATE SET comments = new.comments
WHEN NOT MATCHED THEN INSERT (id, workspace_id, account_id, hour, comments)
    VALUES (gen_random_uuid(), %(workspace)s, %(account)s, new.hour, new.comments)
"""

OWNERS = """
SELECT id FROM audience_commenter WHERE workspace_id = %(workspace)s AND username = %(username)s
UNION SELECT id FROM audience_commenter
WHERE workspace_id = %(workspace)s AND external_id = %(external)s AND external_id <> ''
"""

# Hashing a large account in memory instead of on disk is worth a factor of three (benchmarks/dashboard.py).
LOCK = """
SELECT set_config('work_mem', '64MB', true), pg_advisory_xact_lock(hashtextextended(%(account)s::text, 7))
"""
REFRESH_SECONDS = 2.0
REMEMBERED = 1000
_refreshed: OrderedDict[UUID, float] = OrderedDict()


def rebuild(account: TrackedAccount) -> bool:
    """Recompute an account's people, groups and hours; returns whether anything changed.

    Two rebuilds of one account wait for each other. Comments of the account itself count among nobody's.
    """
    with connection.cursor() as cursor:
        values = _lock(cursor, account)
        cursor.execute(OWNERS, values)
        values["owners"] = [row[0] for row in cursor.fetchall()]
        changed = 0
        for statement in (PEOPLE, GROUPS, HOURS):
            cursor.execute(statement, values)
            changed += cursor.rowcount
        changed += rollups_people.rebuild(cursor, values)
    return _told(account, changed)


def refresh_groups(account: TrackedAccount) -> bool:
    """Recompute only the groups, after people were classified; returns whether anything changed.

    Skipped where this process did so less than two seconds ago: batches come faster than anybody looks, and a run ends
    with a rebuild.
    """
    now = time.monotonic()
    if now - _refreshed.get(account.pk, -REFRESH_SECONDS) < REFRESH_SECONDS:
        return False
    with connection.cursor() as cursor:
        values = _lock(cursor, account)
        cursor.execute(GROUPS, values)
        changed = cursor.rowcount + rollups_people.refresh(cursor, values)
    _refreshed[account.pk] = now
    _refreshed.move_to_end(account.pk)
    while len(_refreshed) > REMEMBERED:
        _refreshed.popitem(last=False)
    return _told(account, changed)


def _lock(cursor: CursorWrapper, account: TrackedAccount) -> dict[str, Any]:
    values: dict[str, Any] = {
        "account": account.pk,
        "workspace": account.workspace_id,
        "username": account.username,
        "external": account.external_id,
    }
    cursor.execute(LOCK, values)
    return values


def _told(account: TrackedAccount, changed: int) -> bool:
    if changed:
        TrackedAccount.objects.filter(pk=account.pk).update(data_version=F("data_version") + 1)
        account.refresh_from_db(fields=["data_version"])
    return changed > 0
