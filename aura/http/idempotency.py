"""Idempotency-Key: the same request twice does its work once (M12).

The record is written in the same transaction as the work, on a unique key, so the work and the memory of it commit
together. A second request that arrives meanwhile finds the key locked and is told to come back.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import wraps
from typing import Any, cast

import orjson
from django.conf import settings
from django.db import connection
from django.http import QueryDict
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from aura.http.models import IdempotencyRecord
from aura.http.problems import Problem
from aura.http.renderers import OrjsonRenderer
from aura.tenancy.scope import current_workspace_id

KEPT = timedelta(hours=24)
MAX_KEY = 200


def body_digest(request: Request) -> str:
    """HMAC-SHA256 over the fields and files of a request, whatever the multipart boundary.

    Keyed, because a plain digest of a short body, such as one user name, could be tried out.
    """
    digest = hmac.new(settings.SECRET_KEY.encode(), digestmod=hashlib.sha256)
    if not isinstance(request.data, Mapping):
        digest.update(repr(request.data).encode())
        return digest.hexdigest()
    for name in sorted(request.data):
        # A field of a form may stand there several times, such as one for each picture.
        values = request.data.getlist(name) if isinstance(request.data, QueryDict) else [request.data[name]]
        for value in values:
            digest.update(name.encode() + b"\0")
            _add(digest, value)
            digest.update(b"\0")
    return digest.hexdigest()


def _add(digest: "hmac.HMAC", value: Any) -> None:
    if not hasattr(value, "chunks"):
        digest.update(repr(value).encode())
        return
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)


def _lock(key: str) -> bool:
    """One request per workspace and key at a time; the lock ends with the transaction."""
    name = int.from_bytes(hashlib.sha256(f"{current_workspace_id()}:{key}".encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [name])
        return bool(cursor.fetchone()[0])


def _replay(record: IdempotencyRecord, route: str, digest: str) -> Response:
    if record.route != route or record.digest != digest:
        raise Problem(
            "idempotency_key_reused", "This Idempotency-Key was used for another request. Use a new one.", status=422
        )
    headers = cast(dict[str, str], record.headers) | {"Idempotent-Replayed": "true"}
    return Response(record.body, status=record.status, headers=headers)


def idempotent(handler: Callable[..., Response]) -> Callable[..., Response]:
    """For a ``post`` of a view that runs inside a workspace's scope. Without the header nothing changes."""

    @wraps(handler)
    def inner(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            return handler(view, request, *args, **kwargs)
        if len(key) > MAX_KEY or not key.isprintable():
            raise Problem("invalid_idempotency_key", f"An Idempotency-Key has 1 to {MAX_KEY} printable characters.")
        if not _lock(key):
            raise Problem(
                "request_in_flight", "The first request with this key is still running.", status=409, retry_after=1
            )
        route, digest = f"{request.method} {request.path}"[:300], body_digest(request)
        IdempotencyRecord.objects.filter(key=key, created_at__lt=timezone.now() - KEPT).delete()
        known = IdempotencyRecord.objects.filter(key=key).first()
        if known:
            return _replay(known, route, digest)
        response = handler(view, request, *args, **kwargs)
        IdempotencyRecord.objects.create(
            workspace_id=current_workspace_id(),
            key=key,
            route=route,
            digest=digest,
            status=response.status_code,
            headers={k: v for k, v in response.headers.items() if k == "Location"},
            body=orjson.loads(OrjsonRenderer().render(response.data)),
        )
        return response

    inner.is_idempotent = True  # type: ignore[attr-defined]
    return inner


def is_idempotent(handler: Any) -> bool:
    """True for a handler under :func:`idempotent`."""
    return bool(getattr(handler, "is_idempotent", False))
