"""An id for every request, and one line about it in the log."""

import re
import sys
import time
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from django_structlog.middlewares import RequestMiddleware

from aura import telemetry
from aura.http.timing import observe

log = structlog.get_logger(__name__)

HEADER = "X-Request-Id"
SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
UNKNOWN = "(unknown address)"


def route_of(request: HttpRequest) -> str:
    """The pattern of the address, never the address itself: that may hold a person's name or a token."""
    match = request.resolver_match
    return match.route if match else UNKNOWN


class RequestLog(RequestMiddleware):
    """Gives the request an id (``X-Request-Id``, taken over where it is sane) and logs one line, without an address.

    The id, the user's and the workspace's stand in every line that is logged meanwhile.
    """

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        # Not the parent's: each instance of it would log each error.
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def prepare(self, request: HttpRequest) -> None:
        given = request.headers.get(HEADER, "")
        structlog.contextvars.clear_contextvars()
        request_id = given if SANE_ID.fullmatch(given) else uuid.uuid4().hex
        request._aura_began = (request_id, time.perf_counter())  # type: ignore[attr-defined]
        structlog.contextvars.bind_contextvars(request_id=request_id)

    def handle_response(self, request: HttpRequest, response: HttpResponseBase) -> None:
        request_id, began = request._aura_began  # type: ignore[attr-defined]
        response[HEADER] = request_id
        self.bind_user_id(request)
        seconds, route, status = time.perf_counter() - began, route_of(request), response.status_code
        log.info("request", method=request.method, route=route, status=status, ms=round(seconds * 1000, 1))
        observe(request.method, route, status, seconds)
        error = getattr(request, "_aura_error", None)
        words: dict[str, str | int] = {
            "http.request.method": request.method or "",
            "http.route": route,
            "http.response.status_code": status,
        }
        telemetry.trace(f"{request.method} {route}", seconds, error, **words)
        structlog.contextvars.clear_contextvars()


def note_error(sender: Any, request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Log an error that no view caught; for Django's signal, inside of the ``except`` that found it."""
    if request is not None:
        RequestLog.bind_user_id(request)
        structlog.contextvars.bind_contextvars(method=request.method, route=route_of(request))
        request._aura_error = sys.exception()  # type: ignore[attr-defined]
        if request._aura_error is not None:  # type: ignore[attr-defined]
            telemetry.report(request._aura_error)  # type: ignore[attr-defined]
        log.exception("request_failed")
