"""Errors to Sentry and spans to OpenTelemetry: both off unless ``AURA_SENTRY_DSN`` or ``AURA_OTLP_URL`` is set (M10).

What leaves Aura is what happened and where in the code, with the ids that find the rest in Aura's own log. The words of
an error stay here: they may hold a name, a comment, or the values of a row.
"""

import atexit
import os
import time
import traceback
from collections.abc import Mapping
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.conf import settings

from aura.redaction import clean_text

IDS = ("request_id", "correlation_id", "workspace_id", "user_id", "job_id", "kind", "attempt", "method", "route")
KEPT = ("event_id", "timestamp", "platform", "level", "environment", "release", "sdk")
FRAME = ("filename", "function", "module", "lineno", "in_app")
WORDS = "(the words are in Aura's log)"
FLUSH_SECONDS = 2


class _Sinks:
    """What was started in this process; a fork starts again."""

    sentry: Any = None
    tracer: Any = None
    provider: Any = None
    status: Any = None
    pid = 0


sinks = _Sinks()


def ids() -> dict[str, str]:
    """The ids bound to the current request or job."""
    bound = structlog.contextvars.get_contextvars()
    return {name: clean_text(str(bound[name])) for name in IDS if bound.get(name) not in {None, ""}}


def scrub(event: Mapping[str, Any], hint: Any = None) -> dict[str, Any]:
    """The Sentry event with nothing in it but types, places in the code, and ids."""
    values = (event.get("exception") or {}).get("values") or []
    return {
        **{name: event[name] for name in KEPT if name in event},
        "exception": {"values": [_scrub_exception(value) for value in values]},
        "tags": {name: value for name, value in (event.get("tags") or {}).items() if name in IDS},
    }


def _scrub_exception(value: Mapping[str, Any]) -> dict[str, Any]:
    frames = (value.get("stacktrace") or {}).get("frames") or []
    return {
        "type": value.get("type"),
        "module": value.get("module"),
        "value": WORDS,
        "stacktrace": {"frames": [{name: frame.get(name) for name in FRAME} for frame in frames]},
    }


def start() -> None:
    """Start what is configured, once for each process."""
    if sinks.pid == os.getpid():
        return
    sinks.pid = os.getpid()
    if settings.AURA_SENTRY_DSN:
        _start_sentry()
    if settings.AURA_OTLP_URL:
        _start_tracing()
    if sinks.sentry or sinks.provider:
        atexit.register(flush)


def _start_sentry() -> None:
    sinks.sentry = import_module("sentry_sdk")
    sinks.sentry.init(
        dsn=settings.AURA_SENTRY_DSN,
        environment=settings.AURA_ENVIRONMENT,
        # Integrations would send requests, statements and breadcrumbs.
        default_integrations=False,
        auto_enabling_integrations=False,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        server_name="",
        before_send=scrub,
    )


def _start_tracing() -> None:
    sdk = import_module("opentelemetry.sdk.trace")
    export = import_module("opentelemetry.sdk.trace.export")
    otlp = import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
    resource = import_module("opentelemetry.sdk.resources").Resource(
        {"service.name": "aura", "deployment.environment.name": settings.AURA_ENVIRONMENT}
    )
    url = settings.AURA_OTLP_URL
    endpoint = url if urlsplit(url).path.strip("/") else url.rstrip("/") + "/v1/traces"
    sinks.provider = sdk.TracerProvider(resource=resource)
    sinks.provider.add_span_processor(export.BatchSpanProcessor(otlp.OTLPSpanExporter(endpoint=endpoint, timeout=5)))
    sinks.tracer = sinks.provider.get_tracer("aura")
    sinks.status = import_module("opentelemetry.trace.status")


def report(error: BaseException) -> None:
    """Send an error that nobody expected to Sentry, where that is on."""
    if sinks.sentry:
        with sinks.sentry.new_scope() as scope:
            for name, value in ids().items():
                scope.set_tag(name, value)
            sinks.sentry.capture_exception(error)


def trace(name: str, seconds: float, error: BaseException | None = None, **attributes: str | int) -> None:
    """Send a span that has just ended, where tracing is on."""
    if sinks.tracer is None:
        return
    end = time.time_ns()
    known = {f"aura.{key}": value for key, value in ids().items()}
    span = sinks.tracer.start_span(name, start_time=end - int(seconds * 1e9), attributes=known | attributes)
    if error is not None:
        where = "".join(traceback.format_tb(error.__traceback__))
        span.add_event("exception", {"exception.type": type(error).__qualname__, "exception.stacktrace": where})
        span.set_status(sinks.status.Status(sinks.status.StatusCode.ERROR, type(error).__qualname__))
    span.end(end_time=end)


def flush() -> None:
    """Send what waits; for the end of a process that is not left to end by itself, such as a forked job."""
    if sinks.sentry:
        sinks.sentry.flush(timeout=FLUSH_SECONDS)
    if sinks.provider:
        sinks.provider.force_flush(FLUSH_SECONDS * 1000)
