"""Is it Replicate that tells us? Standard Webhooks signatures (https://www.standardwebhooks.com). Pure.

The vendor's own check splits secrets at ``_``, which stands in URL-safe base64, and has no limit of age by default.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from typing import Final

from aura.providers.errors import ProviderError

TOLERANCE: Final = 300
"""Seconds between our clock and the message's; the recommendation of the standard."""
PREFIX: Final = "whsec_"
NUMBER: Final = re.compile(r"\d{1,12}", re.ASCII)
ID: Final = re.compile(r"[\x21-\x7e]{1,200}")


def verify_webhook(headers: Mapping[str, str], body: bytes, secrets: Iterable[str], now: float) -> str:
    """The id of a message that is signed with one of the secrets; the same message comes again with the same id.

    ``now`` is in seconds since 1970. Raises ``ProviderError`` with ``webhook_refused`` for anything else.
    """
    given = {name.lower(): value for name, value in headers.items()}
    event, sent = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    if not ID.fullmatch(event) or not NUMBER.fullmatch(sent):
        raise _refused("it has no id or time")
    if abs(now - int(sent)) > TOLERANCE:
        raise _refused("it is too old, or a clock is wrong")
    signatures = [_decoded(one[3:]) for one in given.get("webhook-signature", "").split() if one.startswith("v1,")]
    text = f"{event}.{sent}.".encode() + body
    good = False
    for secret in secrets:
        key = _decoded(secret.removeprefix(PREFIX))
        if not key:
            continue
        expected = hmac.new(key, text, hashlib.sha256).digest()
        # All are compared, so that the time says nothing about which of them fits.
        good = any([hmac.compare_digest(expected, one) for one in signatures]) or good
    if not good:
        raise _refused("its signature does not fit")
    return event


def _decoded(text: str) -> bytes:
    """Base64 in either alphabet, with or without padding; nothing where it is none."""
    plain = text.strip().rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _refused(why: str) -> ProviderError:
    return ProviderError(f"The message is not taken for Replicate's: {why}.", code="webhook_refused")
