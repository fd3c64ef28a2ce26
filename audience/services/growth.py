"""Keeps what Instagram says about an account's followers over time."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection
from django.db.models import F

from audience.models import FollowerDemographics, TrackedAccount

SNAPSHOT = """
INSERT INTO audience_profilesnapshot AS old
    (id, workspace_id, account_id, day, taken_at, followers, following, posts_count, source)
VALUES (gen_random_uuid(), %(workspace)s, %(account)s, %(day)s, %(at)s, %(followers)s, %(following)s, %(posts)s,
    %(source)s)
ON CONFLICT (workspace_id, account_id, day) DO UPDATE SET taken_at = EXCLUDED.taken_at,
    followers = coalesce(EXCLUDED.followers, old.followers), following = coalesce(EXCLUDED.following, old.following),
    posts_count = coalesce(EXCLUDED.posts_count, old.posts_count), source = EXCLUDED.source
WHERE EXCLUDED.taken_at > old.taken_at
"""


def take_snapshot(account: TrackedAccount, source: str, at: datetime) -> bool:
    """Keep the account's public figures as they were ``at`` that time; True where something was written.

    Call it only where the figures were read anew. One row a day (UTC): the latest of a day counts, whatever the order
    of the calls, and the same call twice changes nothing. An account without a follower figure leaves no row.
    """
    if account.followers is None:
        return False
    values: dict[str, Any] = {
        "workspace": account.workspace_id,
        "account": account.pk,
        "day": at.astimezone(UTC).date(),
        "at": at,
        "followers": account.followers,
        "following": account.following,
        "posts": account.posts_count,
        "source": source,
    }
    with connection.cursor() as cursor:
        cursor.execute(SNAPSHOT, values)
        written = cursor.rowcount > 0
    return _told(account) if written else False


def save_follower_demographics(
    account: TrackedAccount,
    as_of: date,
    *,
    age: Mapping[str, int],
    gender: Mapping[str, int],
    country: Mapping[str, int],
    city: Mapping[str, int],
) -> bool:
    """Keep Instagram's own counts of an account's followers on a day; True where something was written.

    ``age`` by bracket as in ``audience.statistics.AGES``, ``gender`` by woman, man and unknown, ``country`` by ISO 3166
    code.
    """
    given = {"age": dict(age), "gender": dict(gender), "country": dict(country), "city": dict(city)}
    mine = FollowerDemographics.objects.filter(account=account, as_of=as_of)
    if mine.filter(**given).exists():
        return False
    if not mine.update(**given):
        FollowerDemographics.objects.create(workspace_id=account.workspace_id, account=account, as_of=as_of, **given)
    return _told(account)


def _told(account: TrackedAccount) -> bool:
    TrackedAccount.objects.filter(pk=account.pk).update(data_version=F("data_version") + 1)
    account.refresh_from_db(fields=["data_version"])
    return True
