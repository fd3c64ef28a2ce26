"""Ad-hoc webhooks: read strictly, delivered by a thread of their own, again where they are not answered with 2xx."""

import base64
import binascii
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

KEYS = {
    "eventTypes",
    "requestUrl",
    "payloadTemplate",
    "headersTemplate",
    "shouldInterpolateStrings",
    "idempotencyKey",
    "ignoreSslErrors",
    "doNotRetry",
}
EVENTS = {f"ACTOR.RUN.{what}" for what in ("CREATED", "SUCCEEDED", "FAILED", "ABORTED", "TIMED_OUT", "RESURRECTED")} | {
    "TEST"
}
TRIES = 3


@dataclass(frozen=True, slots=True)
class Delivery:
    """One try; ``status`` is 0 where there was no answer."""

    url: str
    event: str
    status: int


def read_hooks(value: str) -> tuple[list[dict[str, Any]], list[str]]:
    """The webhooks of the query parameter, and what Apify would not understand of them."""
    try:
        hooks = json.loads(base64.b64decode(value, validate=True))
    except (binascii.Error, ValueError):
        return [], ["webhooks is no base64 of JSON"]
    if not isinstance(hooks, list) or not all(isinstance(hook, dict) for hook in hooks):
        return [], ["webhooks is no list of objects"]
    return hooks, [words for hook in hooks for words in _strange(hook)]


def _strange(hook: dict[str, Any]) -> list[str]:
    found = [f"webhook key {key}" for key in hook if key not in KEYS]
    found += [f"webhook event {event}" for event in hook.get("eventTypes") or ["(none)"] if event not in EVENTS]
    if urlsplit(str(hook.get("requestUrl", ""))).scheme not in ("http", "https"):
        found.append("webhook requestUrl")
    try:
        headers = json.loads(hook.get("headersTemplate", "{}"))
        if not all(isinstance(value, str) for value in headers.values()):
            found.append("webhook headersTemplate: values must be strings")
    except (ValueError, AttributeError):
        found.append("webhook headersTemplate is no JSON object")
    return found


def deliver(hook: dict[str, Any], event: str, payload: dict[str, Any], note: Callable[[Delivery], None]) -> Thread:
    """Post the payload to the webhook's address; returns the thread that does."""

    def work() -> None:
        for place in range(TRIES):
            status = _post(hook, payload)
            note(Delivery(hook["requestUrl"], event, status))
            if 200 <= status < 300 or hook.get("doNotRetry"):
                return
            time.sleep(0.05 * 2**place)

    thread = Thread(target=work, name="webhook", daemon=True)
    thread.start()
    return thread


def _post(hook: dict[str, Any], payload: dict[str, Any]) -> int:
    parts = urlsplit(hook["requestUrl"])
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=10)
    headers = {"Content-Type": "application/json"} | json.loads(hook.get("headersTemplate", "{}"))
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", target, json.dumps(payload).encode(), headers)
        return int(connection.getresponse().status)
    except (OSError, HTTPException):
        return 0
    finally:
        connection.close()
