"""Deliveries as jobs: one for each delivery, retried on the schedule of Standard Webhooks; mail; housekeeping.

A try is counted before it is sent, and what came of it is written in the transaction that ends or postpones the job,
so a killed worker sends nothing twice within a try, and the next try is a new one with the same ``webhook-id``.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Role, Workspace
from aura.jobs.context import JobContext
from aura.jobs.models import Job, Lane
from aura.jobs.queue import job, start
from aura.jobs.schedule import periodic
from aura.mail import MailNotSent, send_letter
from aura.providers.errors import ProviderError
from aura.tenancy.scope import current_workspace_id, staff_scope
from aura.webhooks import outcomes
from aura.webhooks.backoff import TRIES, retry_delay
from aura.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookEvent, job_key
from aura.webhooks.sending import Message, Outcome, send

log = structlog.get_logger(__name__)

CHUNK = 1_000
TIMEOUT = 60


def start_delivery(delivery: WebhookDelivery, *, limited: bool = False, priority: int = 0) -> Job:
    """Start the job of a delivery inside its transaction. With ``limited`` it raises ``QueueFull``."""
    return start(
        run_delivery,
        workspace_id=delivery.workspace_id,
        payload={"delivery": str(delivery.pk)},
        key=job_key(delivery.pk),
        subject=str(delivery.endpoint_id),
        priority=priority,
        limited=limited,
    )


def end_with_job(job_row: Job) -> None:
    """Called by the job core, in its transaction, when a delivery is given up or cancelled."""
    endpoint_id = outcomes.ended(job_row)
    if endpoint_id:
        _start_mail(job_row.workspace_id, endpoint_id)


@job("webhooks.deliver", lane=Lane.BULK, max_attempts=TRIES, timeout=TIMEOUT, ended=end_with_job)
def run_delivery(context: JobContext) -> None:
    """Send one delivery once. What comes of it decides: done, another try later, or given up."""
    with context.transaction():
        message = outcomes.begin(UUID(context.payload["delivery"]))
    if message is None:
        return
    outcome = send(message)
    log.info(
        "webhook_tried",
        delivery=str(message.delivery_id),
        endpoint=str(message.endpoint_id),
        tries=message.tries,
        status=outcome.status,
        code=outcome.code,
        milliseconds=outcome.duration_ms,
    )
    if outcome.delivered:
        with context.transaction(finish=True, result={"status": outcome.status}):
            outcomes.succeeded(message, outcome)
    else:
        _fail(context, message, outcome)


def _fail(context: JobContext, message: Message, outcome: Outcome) -> None:
    if outcome.retryable and context.tries_left and not message.is_test:
        delay = retry_delay(message.tries, outcome.retry_after)
        with context.postpone(delay, outcome.code, outcome.words):
            _write_failure(message, outcome, delay)
        return
    with context.transaction():
        _write_failure(message, outcome, None)
    raise ProviderError(outcome.words, code=outcome.code)


def _write_failure(message: Message, outcome: Outcome, delay: float | None) -> None:
    next_at = None if delay is None else timezone.now() + timedelta(seconds=delay)
    if outcomes.failed(message, outcome, next_at):
        endpoint = WebhookEndpoint.objects.get(pk=message.endpoint_id)
        _start_mail(endpoint.workspace_id, endpoint.pk)


def _start_mail(workspace_id: UUID | None, endpoint_id: UUID) -> None:
    payload = {"endpoint": str(endpoint_id)}
    start(tell_owners, workspace_id=workspace_id, payload=payload, subject=str(endpoint_id), limited=False)


@job("webhooks.tell_owners", lane=Lane.BULK, max_attempts=8, timeout=120)
def tell_owners(context: JobContext) -> dict[str, int]:
    """Write to the workspace's owners that an endpoint was switched off."""
    with context.transaction():
        endpoint = WebhookEndpoint.objects.filter(pk=context.payload["endpoint"], enabled=False).first()
        workspace = Workspace.objects.get(pk=current_workspace_id())
        owners = Membership.objects.filter(role=Role.OWNER, user__is_active=True)
        addresses = list(owners.values_list("user__email", flat=True))
    if endpoint is None or not addresses:
        return {"sent": 0}
    words = {
        "endpoint": endpoint.name,
        "reason": endpoint.get_disabled_reason_display(),
        "workspace": workspace.name,
        "url": settings.SITE_URL.rstrip("/") + reverse("webhooks:endpoint", args=[endpoint.pk]),
    }
    try:
        send_letter("webhook_switched_off", addresses, words)
    except MailNotSent:
        raise ProviderError("The mail could not be sent.", code="mail_failed", retryable=True) from None
    return {"sent": len(addresses)}


@periodic("47 3 * * *")
@job("webhooks.prune", lane=Lane.BULK, max_attempts=3, timeout=3600)
def prune_deliveries(context: JobContext) -> dict[str, int]:
    """Delete deliveries after AURA_WEBHOOK_RETENTION_DAYS, then the events that no delivery needs any more."""
    before = timezone.now() - timedelta(days=settings.AURA_WEBHOOK_RETENTION_DAYS)
    with staff_scope("prune webhooks"):
        deliveries = WebhookDelivery.objects.filter(created_at__lt=before)
        events = WebhookEvent.objects.filter(created_at__lt=before, deliveries__isnull=True)
    return {"deliveries": _delete(context, deliveries), "events": _delete(context, events)}


def _delete(context: JobContext, rows: QuerySet[Any]) -> int:
    deleted = 0
    while True:
        with staff_scope("prune webhooks"):
            keys = list(rows.values_list("pk", flat=True)[:CHUNK])
            rows.model._default_manager.filter(pk__in=keys).delete()
        if not keys:
            return deleted
        deleted += len(keys)
        context.progress(done=deleted)
