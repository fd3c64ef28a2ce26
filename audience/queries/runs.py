"""Reads about runs."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, QuerySet

from accounts.queries.costs import with_costs
from audience.models import Classification, Run, RunBatch, ScrapePart, TrackedAccount

# Who was sent to a paid model is never sent again (A5); who has no reading at all gets one from this machine.
FOR_PAID = """(
    p.classified_at IS NULL OR NOT EXISTS (
        SELECT 1 FROM audience_readingclaim r WHERE r.commenter_id = p.id AND r.workspace_id = a.workspace_id
    )
)"""
# A paid reading is not replaced by this machine's.
FOR_LOCAL = """(
    p.classified_at IS NULL OR (NOT k.paid AND (
        p.updated_at > p.classified_at OR k.model <> %(model)s OR k.model_version <> %(version)s OR EXISTS (
            SELECT 1 FROM audience_comment c
            WHERE c.commenter_id = p.id AND c.workspace_id = a.workspace_id AND c.created_at > p.classified_at
        )
    ))
)"""
LEFT = "p.classified_at IS NULL"
TO_CLASSIFY = """
SELECT a.commenter_id FROM audience_audienceperson a
JOIN audience_commenter p ON p.id = a.commenter_id AND p.workspace_id = a.workspace_id
LEFT JOIN audience_classification k
    ON k.commenter_id = p.id AND k.is_current AND k.workspace_id = a.workspace_id
WHERE a.account_id = %(account)s AND a.workspace_id = %(workspace)s AND NOT a.is_owner AND {wanted}
ORDER BY a.commenter_id
"""


def runs(account: TrackedAccount | None = None) -> QuerySet[Run]:
    """The workspace's runs with what each has cost (``booked``), newest first."""
    found = with_costs(Run.objects.select_related("account"), "run:").order_by("-created_at", "-id")
    return found.filter(account=account) if account else found


def latest_run(account: TrackedAccount) -> Run | None:
    """The newest run of an account."""
    return runs(account).first()


def open_run_of(account: TrackedAccount) -> Run | None:
    """The newest live run of an account that is not over."""
    over = [Run.State.DONE, Run.State.FAILED, Run.State.CANCELLED]
    return runs(account).exclude(source=TrackedAccount.Source.UPLOAD).exclude(state__in=over).first()


def parts_of(run: Run) -> QuerySet[ScrapePart]:
    """What a live run fetches, in order."""
    return ScrapePart.objects.filter(run=run).order_by("number")


@dataclass(frozen=True, slots=True)
class ModelShare:
    """How many people of a run one model has read, and why where another should have: its name and an error's code."""

    model: str
    people: int
    fallback: str


def models_of(run: Run) -> list[ModelShare]:
    """Which models have read the people of a run."""
    batches = RunBatch.objects.filter(run=run).values_list("commenter_ids", flat=True)
    people = [person for batch in batches for person in batch]
    rows = Classification.objects.filter(commenter__in=people, is_current=True).order_by()
    counted = rows.values_list("model", "fallback").annotate(people=Count("id")).order_by("-people")
    return [ModelShare(model, count, fallback) for model, fallback, count in counted]


def people_to_classify(
    account: TrackedAccount, model: str, version: str, *, paid: bool = False, left: bool = False
) -> list[UUID]:
    """People of the account who are to be read by this model; with ``left`` only those whom nobody has read.

    A model of this machine reads whom it has not read yet, and whose data or comments changed since it did. A paid one
    reads each person once. The account itself is left out: it is not its own audience. Ordered so that batches are the
    same on every call.
    """
    values: dict[str, Any] = {
        "account": account.pk,
        "workspace": account.workspace_id,
        "model": model,
        "version": version,
    }
    wanted = LEFT if left else FOR_PAID if paid else FOR_LOCAL
    with connection.cursor() as cursor:
        cursor.execute(TO_CLASSIFY.format(wanted=wanted), values)
        return [row[0] for row in cursor.fetchall()]
