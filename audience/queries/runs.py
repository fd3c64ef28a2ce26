"""Reads about runs."""

from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from audience.models import Run, TrackedAccount


def runs(account: TrackedAccount | None = None) -> QuerySet[Run]:
    """The workspace's runs, newest first."""
    found = Run.objects.select_related("account").order_by("-created_at", "-id")
    return found.filter(account=account) if account else found


def latest_run(account: TrackedAccount) -> Run | None:
    """The newest run of an account."""
    return runs(account).first()


def people_to_classify(account: TrackedAccount, model: str, version: str) -> list[UUID]:
    """People of the account whom this model has not read yet, or whose data or comments changed since it did.

    The account itself is left out: it is not its own audience. Ordered so that batches are the same on every call.
    """
    query = (
        "SELECT a.commenter_id FROM audience_audienceperson a JOIN audience_commenter p ON p.id = a.commenter_id "
        "LEFT JOIN audience_classification k ON k.commenter_id = p.id AND k.is_current "
        "AND k.workspace_id = a.workspace_id WHERE a.account_id = %s AND a.workspace_id = %s AND NOT a.is_owner AND ("
        "p.classified_at IS NULL OR p.updated_at > p.classified_at OR k.model <> %s OR k.model_version <> %s "
        "OR EXISTS (SELECT 1 FROM audience_comment c WHERE c.commenter_id = p.id AND c.workspace_id = a.workspace_id "
        "AND c.created_at > p.classified_at)) ORDER BY a.commenter_id"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [account.pk, account.workspace_id, model, version])
        return [row[0] for row in cursor.fetchall()]
