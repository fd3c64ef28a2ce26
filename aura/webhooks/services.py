"""Telling other programs what happened, and managing whom to tell. All of it works in the open workspace's scope."""

import ipaddress
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import orjson
from django.conf import settings
from django.utils import timezone

from accounts.services import record
from aura.http.problems import Problem
from aura.jobs.models import Job
from aura.jobs.queue import kind_of
from aura.jobs.services import cancel_subject, run_now
from aura.providers.addresses import is_public
from aura.providers.errors import ProviderError
from aura.providers.outbound import checked_url
from aura.tenancy.scope import current_workspace_id
from aura.webhooks.catalogue import TEST_EVENT, check_event
from aura.webhooks.jobs import run_delivery, start_delivery
from aura.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookEvent, job_key
from aura.webhooks.secrets import seal
from aura.webhooks.signing import new_secret

MAX_ENDPOINTS = 25
MAX_PAYLOAD = 65_536
MAX_SECRETS = 5
OLD_SECRET = timedelta(hours=24)
FIRST = 10
TEST_PAYLOAD = {"message": "This is a test. Your endpoint works if you can read and verify it."}


class UrlRefused(ValueError):
    """The address cannot be an endpoint; the message says why."""


def emit(type: str, payload: Mapping[str, Any], subject: str = "") -> WebhookEvent | None:
    """Tell the workspace's endpoints that something happened; part of the caller's transaction.

    ``payload`` holds ids and numbers, no personal text (64 kB at most); ``subject`` is the id of what it is about.
    Returns None, and writes nothing, where no endpoint wants events of this type.
    """
    check_event(type)
    found = list(WebhookEndpoint.objects.filter(enabled=True, events__contains=[type]).order_by("pk"))
    if not found:
        return None
    event = _write_event(type, payload, subject)
    for endpoint in found:
        start_delivery(_write_delivery(endpoint, event))
    return event


def _write_event(type: str, payload: Mapping[str, Any], subject: str) -> WebhookEvent:
    if len(orjson.dumps(payload)) > MAX_PAYLOAD:
        raise ValueError("An event holds ids and numbers, not data: the receiver asks the API for the rest.")
    return WebhookEvent.objects.create(
        workspace_id=current_workspace_id(), type=type, payload=dict(payload), subject=subject
    )


def _write_delivery(endpoint: WebhookEndpoint, event: WebhookEvent) -> WebhookDelivery:
    return WebhookDelivery.objects.create(
        workspace_id=endpoint.workspace_id, endpoint=endpoint, event=event, next_at=timezone.now()
    )


def send_test(endpoint: WebhookEndpoint, *, user_id: UUID | None) -> WebhookDelivery:
    """Send a test event to one endpoint, whatever it subscribed to. Tried once. Raises a 409 where it is off."""
    _must_be_on(endpoint)
    delivery = _write_delivery(endpoint, _write_event(TEST_EVENT, TEST_PAYLOAD, str(endpoint.pk)))
    start_delivery(delivery, limited=True, priority=FIRST)
    record("webhooks.endpoint.tested", user_id=user_id, target=str(endpoint.pk))
    return delivery


def redeliver(delivery: WebhookDelivery, *, user_id: UUID | None) -> WebhookDelivery:
    """Send the event again, as a new delivery with the same ``webhook-id``; one that still waits is sent now.

    Returns the delivery to follow. Raises a 409 where the endpoint is off.
    """
    _must_be_on(delivery.endpoint)
    record("webhooks.delivery.redelivered", user_id=user_id, target=str(delivery.pk))
    if not delivery.is_over:
        waiting = Job.objects.filter(kind=kind_of(run_delivery).name, key=job_key(delivery.pk)).first()
        if waiting and run_now(waiting):
            WebhookDelivery.objects.filter(pk=delivery.pk).update(next_at=timezone.now())
            delivery.refresh_from_db()
        return delivery
    again = _write_delivery(delivery.endpoint, delivery.event)
    start_delivery(again, limited=True, priority=FIRST)
    return again


def _must_be_on(endpoint: WebhookEndpoint) -> None:
    if not endpoint.enabled:
        raise Problem("endpoint_off", "This endpoint is switched off. Switch it on first.", status=409)


def clean_url(url: str) -> str:
    """The address as it is stored: https, a host on the open internet as far as its form tells.

    Where AURA_ALLOW_LOOPBACK is set, http to this machine is fine too. Raises :class:`UrlRefused`. Names are resolved
    and checked at every try, not here.
    """
    local = _is_loopback(url) and settings.AURA_ALLOW_LOOPBACK
    try:
        clean = checked_url(url.strip(), allow_loopback=local)
    except ProviderError as error:
        raise UrlRefused(error.message) from None
    parts = urlsplit(clean)
    if parts.scheme != "https" and not local:
        raise UrlRefused("The address must begin with https://.")
    if not local and not _may_be_public((parts.hostname or "").rstrip(".")):
        raise UrlRefused("The address leads into a private network.")
    if len(clean) > 2000:
        raise UrlRefused("The address is too long.")
    return clean


def _is_loopback(url: str) -> bool:
    try:
        host = (urlsplit(url.strip()).hostname or "").rstrip(".")
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _may_be_public(host: str) -> bool:
    try:
        return is_public(ipaddress.ip_address(host))
    except ValueError:
        return "." in host and not host.endswith((".localhost", ".local", ".internal"))


def create_endpoint(
    *, url: str, events: Sequence[str], description: str = "", user_id: UUID | None
) -> tuple[WebhookEndpoint, str]:
    """A new endpoint and its secret, which is shown this once. ``url`` has passed :func:`clean_url`."""
    if WebhookEndpoint.objects.count() >= MAX_ENDPOINTS:
        raise Problem("too_many_endpoints", f"A workspace has at most {MAX_ENDPOINTS} endpoints.", status=409)
    endpoint = WebhookEndpoint(
        workspace_id=current_workspace_id(), url=url, events=list(events), description=description
    )
    secret = new_secret()
    endpoint.sealed_secrets = [{"sealed": seal(endpoint.pk, secret), "until": None}]
    endpoint.save(force_insert=True)
    record("webhooks.endpoint.created", user_id=user_id, target=str(endpoint.pk))
    return endpoint, secret


def change_endpoint(endpoint: WebhookEndpoint, fields: Mapping[str, Any], *, user_id: UUID | None) -> WebhookEndpoint:
    """Change url, description, events or enabled. Switching on forgets the failures."""
    record("webhooks.endpoint.changed", user_id=user_id, target=str(endpoint.pk), fields=sorted(fields))
    fields = dict(fields)
    enabled = fields.get("enabled")
    if enabled is True and not endpoint.enabled:
        fields |= {"disabled_reason": "", "disabled_at": None, "failures": 0, "given_up": 0, "failing_since": None}
    elif enabled is False and endpoint.enabled:
        fields |= {"disabled_reason": WebhookEndpoint.Off.BY_HAND, "disabled_at": timezone.now()}
    for name, value in fields.items():
        setattr(endpoint, name, value)
    endpoint.save(update_fields=[*fields, "updated_at"])
    return endpoint


def rotate_secret(endpoint: WebhookEndpoint, *, keep_old: bool = True, user_id: UUID | None) -> str:
    """A new secret, shown this once. The ones before it sign beside it for 24 hours, unless ``keep_old`` is False."""
    locked = WebhookEndpoint.objects.select_for_update(of=("self",)).get(pk=endpoint.pk)
    now = timezone.now()
    until = (now + OLD_SECRET).isoformat()
    old = [{**one, "until": one["until"] or until} for one in locked.valid_entries(now)] if keep_old else []
    if len(old) >= MAX_SECRETS:
        words = f"{MAX_SECRETS} secrets are valid already. Wait a day, or replace them at once (keep_old: false)."
        raise Problem("too_many_secrets", words, status=409)
    secret = new_secret()
    endpoint.sealed_secrets = [{"sealed": seal(endpoint.pk, secret), "until": None}, *old]
    endpoint.save(update_fields=["sealed_secrets", "updated_at"])
    record("webhooks.endpoint.secret_rotated", user_id=user_id, target=str(endpoint.pk), kept_old=bool(old))
    return secret


def delete_endpoint(endpoint: WebhookEndpoint, *, user_id: UUID | None) -> None:
    """Remove an endpoint with its deliveries; what still waits is stopped."""
    record("webhooks.endpoint.deleted", user_id=user_id, target=str(endpoint.pk))
    cancel_subject(str(endpoint.pk))
    endpoint.delete()
