"""Reads about tracked accounts."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, Sum

from audience.models import AudienceGroup, Run, TrackedAccount


@dataclass(frozen=True, slots=True)
class AccountCard:
    """An account as a list shows it. ``people`` and ``comments`` are 0 before its first analysis."""

    account: TrackedAccount
    comments: int
    people: int
    run: Run | None


def tracked_accounts() -> QuerySet[TrackedAccount]:
    """The workspace's accounts by name."""
    return TrackedAccount.objects.order_by("username")


def account_cards(accounts: Any = None, *, limit: int = 50) -> list[AccountCard]:
    """Cards of these accounts, or of the workspace's first ``limit``; three queries however many there are."""
    shown = list(accounts if accounts is not None else tracked_accounts()[:limit])
    keys = [account.pk for account in shown]
    sums = AudienceGroup.objects.filter(account__in=keys).values("account_id")
    totals = {row["account_id"]: row for row in sums.annotate(people=Sum("people"), comments=Sum("comments"))}
    newest = Run.objects.filter(account__in=keys).order_by("account_id", "-created_at").distinct("account_id")
    runs = {run.account_id: run for run in newest}
    nothing = {"people": 0, "comments": 0}
    return [
        AccountCard(
            account,
            comments=totals.get(account.pk, nothing)["comments"],
            people=totals.get(account.pk, nothing)["people"],
            run=runs.get(account.pk),
        )
        for account in shown
    ]
