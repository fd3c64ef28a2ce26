"""Anyone who follows Standard Webhooks can verify what Aura sends."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from aura.webhooks import signing

BODY = b'{"data":{"n":1},"type":"webhook.test"}'


def now() -> int:
    return int(datetime.now(UTC).timestamp())


def test_the_specifications_own_example_gives_its_signature() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    found = signing.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_secret_is_32_random_bytes() -> None:
    first, second = signing.new_secret(), signing.new_secret()
    assert first.startswith("whsec_")
    assert first != second
    assert len(base64.b64decode(first.removeprefix("whsec_"), validate=True)) == 32


@given(body=st.text(max_size=200), number=st.integers(1, 3))
def test_each_valid_secret_verifies_by_the_reference_package(body: str, number: int) -> None:
    secrets = [signing.new_secret() for _ in range(number)]
    headers = signing.headers(secrets, "evt-1", now(), body.encode())
    for secret in secrets:
        Webhook(secret).verify(body, headers, json_parse=False)
    with pytest.raises(WebhookVerificationError):
        Webhook(signing.new_secret()).verify(body, headers, json_parse=False)


@pytest.mark.parametrize("change", ["body", "id", "time", "old"])
def test_whatever_is_changed_on_the_way_does_not_verify(change: str) -> None:
    secret = signing.new_secret()
    stamp = now() - int(timedelta(minutes=6).total_seconds()) if change == "old" else now()
    headers, body = signing.headers([secret], "evt-1", stamp, BODY), BODY
    if change == "body":
        body = BODY.replace(b"1", b"2")
    elif change == "id":
        headers["webhook-id"] = "evt-2"
    elif change == "time":
        headers["webhook-timestamp"] = str(stamp - 1)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body, headers)
