"""What a try does to its delivery and endpoint. Each function runs inside the fenced transaction of the delivery's job.

Row locks are taken in the order job, delivery, endpoint.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from aura.jobs.models import Job, State
from aura.providers.errors import ProviderError
from aura.tenancy.secrets import SecretUnreadable
from aura.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from aura.webhooks.sending import GONE, Message, Outcome

FAILING = timedelta(days=5)
GIVEN_UP = 10
OFF = "endpoint_off"
OFF_WORDS = "The endpoint is switched off."
UNREADABLE = "The endpoint's secret cannot be read any more. Make a new one."


def body_of(event: WebhookEvent) -> bytes:
    """What is sent of an event: the same bytes at every try."""
    moment = event.created_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    whole = {"type": event.type, "timestamp": moment, "data": event.payload}
    return orjson.dumps(whole, option=orjson.OPT_SORT_KEYS)


def begin(delivery_id: UUID) -> Message | None:
    """Count a try that is about to begin. None where there is nothing (left) to deliver.

    Raises :class:`ProviderError` where the endpoint is off or its secret unreadable.
    """
    found = WebhookDelivery.objects.select_related("endpoint", "event").filter(pk=delivery_id).first()
    if found is None or found.state == WebhookDelivery.State.DELIVERED:
        return None
    now = timezone.now()
    if not found.endpoint.enabled:
        raise ProviderError(OFF_WORDS, code=OFF)
    try:
        secrets = tuple(found.endpoint.valid_secrets(now))
    except SecretUnreadable:
        raise ProviderError(UNREADABLE, code="secret_unreadable") from None
    found.attempts, found.tried_at, found.next_at = found.attempts + 1, now, None
    found.state, found.finished_at = WebhookDelivery.State.WAITING, None
    found.save(update_fields=["attempts", "tried_at", "next_at", "state", "finished_at"])
    return Message(
        delivery_id=found.pk,
        endpoint_id=found.endpoint_id,
        event_id=found.event_id,
        url=found.endpoint.url,
        body=body_of(found.event),
        secrets=secrets,
        tries=found.attempts,
        is_test=found.event.is_test,
    )


def _facts(outcome: Outcome) -> dict[str, Any]:
    return {
        "response_status": outcome.status,
        "duration_ms": outcome.duration_ms,
        "request_excerpt": outcome.request,
        "response_excerpt": outcome.response,
        "error_code": outcome.code,
        "error": outcome.words[:300],
    }


def succeeded(message: Message, outcome: Outcome) -> None:
    """The receiver took the event."""
    now = timezone.now()
    WebhookDelivery.objects.filter(pk=message.delivery_id).update(
        state=WebhookDelivery.State.DELIVERED, next_at=None, finished_at=now, **_facts(outcome)
    )
    WebhookEndpoint.objects.filter(pk=message.endpoint_id).update(
        failures=0, given_up=0, failing_since=None, last_delivery_at=now
    )


def failed(message: Message, outcome: Outcome, next_at: datetime | None) -> bool:
    """The try failed; ``next_at`` is when the next one is due, if there is one.

    True where that switched the endpoint off: at once by 410, or after five days without a success.
    """
    WebhookDelivery.objects.filter(pk=message.delivery_id).update(next_at=next_at, **_facts(outcome))
    if outcome.status == GONE:
        return switch_off(message.endpoint_id, WebhookEndpoint.Off.GONE)
    if message.is_test:
        return False
    now = timezone.now()
    endpoint = WebhookEndpoint.objects.filter(pk=message.endpoint_id)
    endpoint.update(failures=F("failures") + 1, failing_since=Coalesce("failing_since", now))
    if endpoint.filter(failing_since__lte=now - FAILING).exists():
        return switch_off(message.endpoint_id, WebhookEndpoint.Off.FAILING)
    return False


def ended(job: Job) -> UUID | None:
    """The delivery's job is dead or cancelled, and so is the delivery.

    Returns the endpoint's id where that was one delivery too many and switched it off.
    """
    delivery = WebhookDelivery.objects.select_related("event").filter(pk=job.payload["delivery"]).first()
    if delivery is None or delivery.state == WebhookDelivery.State.DELIVERED:
        return None
    cancelled = job.state == State.CANCELLED
    delivery.state = WebhookDelivery.State.CANCELLED if cancelled else WebhookDelivery.State.FAILED
    delivery.error_code, delivery.error = job.error_code, job.error[:300]
    delivery.next_at, delivery.finished_at = None, timezone.now()
    delivery.save(update_fields=["state", "error_code", "error", "next_at", "finished_at"])
    if cancelled or delivery.event.is_test or job.error_code == OFF:
        return None
    endpoint = WebhookEndpoint.objects.filter(pk=delivery.endpoint_id)
    endpoint.update(given_up=F("given_up") + 1)
    if endpoint.filter(given_up__gte=GIVEN_UP).exists():
        off = switch_off(delivery.endpoint_id, WebhookEndpoint.Off.GIVEN_UP)
        return delivery.endpoint_id if off else None
    return None


def switch_off(endpoint_id: UUID, reason: WebhookEndpoint.Off) -> bool:
    """Switch an endpoint off. True for the one caller that did it."""
    changed = WebhookEndpoint.objects.filter(pk=endpoint_id, enabled=True).update(
        enabled=False, disabled_reason=reason, disabled_at=timezone.now()
    )
    return bool(changed)
