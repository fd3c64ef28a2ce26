"""Webhooks as Replicate sends them: signed (Standard Webhooks), and again until they are answered with 2xx."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

TRIES = 4
EVENTS = {"start", "output", "logs", "completed"}


@dataclass(frozen=True, slots=True)
class Delivery:
    """One try; ``status`` is 0 where there was no answer."""

    id: str
    url: str
    status: int


def signed(body: bytes, event: str, secret: str, at: float) -> dict[str, str]:
    """The headers of a message."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{event}.{int(at)}.".encode() + body
    signature = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    old = base64.b64encode(b"x" * 32).decode()
    return {
        "Content-Type": "application/json",
        "Webhook-ID": event,
        "Webhook-Timestamp": str(int(at)),
        # After a change of the secret there are two.
        "Webhook-Signature": f"v1,{old} v1,{signature}",
    }


def deliver(url: str, event: str, payload: dict[str, Any], secret: str, note: Callable[[Delivery], None]) -> Thread:
    """Post the prediction to the webhook's address; returns the thread that does."""
    body = json.dumps(payload).encode()

    def work() -> None:
        for place in range(TRIES):
            status = _post(url, body, signed(body, event, secret, time.time()))
            note(Delivery(event, url, status))
            if 200 <= status < 300:
                return
            time.sleep(0.05 * 2**place)

    thread = Thread(target=work, name="webhook", daemon=True)
    thread.start()
    return thread


def _post(url: str, body: bytes, headers: dict[str, str]) -> int:
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=10)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", target, body, headers)
        return int(connection.getresponse().status)
    except (OSError, HTTPException):
        return 0
    finally:
        connection.close()
