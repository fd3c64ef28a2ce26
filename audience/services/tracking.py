"""How an account is followed: where its data come from, how often, how much, and who reads its people."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from audience.models import TrackedAccount
from audience.recurrence import check_schedule, next_due

SETTINGS = (
    "source",
    "schedule",
    "time_zone",
    "post_limit",
    "comment_limit",
    "refresh_days",
    "max_cost",
    "vision",
    "comments_by",
    "half_price",
)
"""What may be set of an account, by page and by API."""


def follow(account: TrackedAccount, values: Mapping[str, Any]) -> None:
    """Change how an account is followed, and reckon anew when it is due (M14).

    Raises :class:`audience.recurrence.ScheduleRefused`. An account that takes uploads only is never due.
    """
    for name in SETTINGS:
        if name in values:
            setattr(account, name, values[name])
    account.schedule = check_schedule(account.schedule, account.time_zone)
    live = account.source != TrackedAccount.Source.UPLOAD
    account.next_run_at = next_due(account.schedule, account.time_zone, timezone.now()) if live else None
    account.save()
