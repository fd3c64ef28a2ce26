"""Messages that claim to be Replicate's."""

import base64
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from aura.providers.errors import ProviderError
from aura.providers.replicate import verify_webhook
from aura.testing.simulators.replicate.hooks import signed

SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
BODY = b'{"id":"gm3","status":"succeeded"}'
NOW = 1_700_000_000.0
HEADERS = signed(BODY, "msg_1", SECRET, NOW)


def refused(headers: dict[str, str], body: bytes = BODY, secret: str = SECRET, now: float = NOW) -> bool:
    with pytest.raises(ProviderError) as caught:
        verify_webhook(headers, body, [secret], now)
    assert not secret or secret not in caught.value.message
    return caught.value.code == "webhook_refused"


def test_a_signed_message_is_taken_with_its_id() -> None:
    assert verify_webhook(HEADERS, BODY, ["whsec_b2xkc2VjcmV0", SECRET], NOW + 299) == "msg_1"


def test_it_agrees_with_the_standards_own_library() -> None:
    now = time.time()
    assert Webhook(SECRET).verify(BODY, signed(BODY, "msg_2", SECRET, now)) == json.loads(BODY)
    assert verify_webhook(signed(BODY, "msg_2", SECRET, now), BODY, [SECRET], now) == "msg_2"


def test_a_secret_may_hold_an_underscore() -> None:
    key = bytes(range(248, 256)) * 3
    secret = "whsec_" + base64.urlsafe_b64encode(key).decode()
    assert "_" in secret.removeprefix("whsec_")
    plain = "whsec_" + base64.b64encode(key).decode()
    assert verify_webhook(signed(BODY, "m", plain, NOW), BODY, [secret], NOW) == "m"


@pytest.mark.parametrize("age", [301, -301, 86_400])
def test_old_and_early_messages_are_refused(age: float) -> None:
    assert refused(HEADERS, now=NOW + age)


@pytest.mark.parametrize("missing", ["Webhook-ID", "Webhook-Timestamp", "Webhook-Signature"])
def test_nothing_may_be_missing(missing: str) -> None:
    assert refused({name: value for name, value in HEADERS.items() if name != missing})


@pytest.mark.parametrize(
    "change",
    [
        {"Webhook-ID": "msg_2"},
        {"Webhook-Timestamp": "1700000001"},
        {"Webhook-Timestamp": "17e8"},
        {"Webhook-Timestamp": "٣"},
        {"Webhook-Signature": "v1,"},
        {"Webhook-Signature": "v1a,abc v2,"},
        {"Webhook-Signature": HEADERS["Webhook-Signature"].replace("v1,", "v2,")},
    ],
)
def test_nothing_may_be_changed(change: dict[str, str]) -> None:
    assert refused(HEADERS | change)


def test_without_a_secret_nothing_is_taken() -> None:
    for secret in ("", "whsec_", "whsec_!!"):
        assert refused(HEADERS, secret=secret)


@given(st.binary(max_size=200), st.text(max_size=60))
def test_another_body_or_signature_is_never_taken(body: bytes, signature: str) -> None:
    assert body == BODY or refused(HEADERS, body=body)
    assert refused(HEADERS | {"Webhook-Signature": signature})
