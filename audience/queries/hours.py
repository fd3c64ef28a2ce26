"""At which hours of the week an account's audience comments, for those who ask when to post. From rollups only."""

from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import Max, Min, Sum
from django.utils import timezone

from audience.models import AudienceDay, AudiencePost, TrackedAccount
from audience.queries.activity import by_hour
from aura.providers.hours_ports import CommentHours

DAYS: Final = 180
"""Habits of last year are not those of today."""


def comment_hours(account_id: UUID | None = None) -> CommentHours | None:
    """The hours of an account's audience in the last ``DAYS`` days, in the account's time zone.

    Without an id those of the workspace's own account with most comments; its own are those that are read by the Graph
    API, which reads no others. Where none is, the one account that is followed; of several nobody knows which is meant.
    None where there is no such account, or where fewer than k people commented.
    """
    now, k = timezone.now(), int(settings.AURA_K_ANONYMITY)
    start = (now - timedelta(days=DAYS)).date()
    account = _account(account_id, start)
    if account is None:
        return None
    told = AudienceDay.objects.filter(account=account, day__gte=start, comments__gt=0).aggregate(
        first=Min("day"), last=Max("day"), most=Max("people"), new=Sum("new_people")
    )
    # Each is a number of different people, whoever else there was.
    if max(told["most"] or 0, told["new"] or 0) < k:
        return None
    counts, hidden = [[0] * 24 for _ in range(7)], 0
    for day, hour, comments in by_hour(account, start=start, zone=account.time_zone):
        if comments >= k:
            counts[day][hour] = comments
        else:
            hidden += comments
    posts = AudiencePost.objects.filter(account=account, comments__gt=0, last_at__gte=now - timedelta(days=DAYS))
    return CommentHours(
        account.username,
        tuple(map(tuple, counts)),
        hidden,
        posts.count(),
        (told["last"] - told["first"]).days + 1,
        account.time_zone,
        account.source == TrackedAccount.Source.GRAPH,
        TrackedAccount.objects.count() - 1,
    )


def _account(account_id: UUID | None, start: date) -> TrackedAccount | None:
    accounts = TrackedAccount.objects.all()
    if account_id is not None:
        return accounts.filter(pk=account_id).first()
    own = accounts.filter(source=TrackedAccount.Source.GRAPH)
    if not own.exists():
        return accounts.get() if accounts.count() == 1 else None
    days = AudienceDay.objects.filter(account__in=own, day__gte=start)
    most = days.values("account_id").annotate(sum=Sum("comments")).order_by("-sum", "account_id").first()
    return own.get(pk=most["account_id"]) if most else own.order_by("username").first()
