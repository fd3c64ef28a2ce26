"""Secrets at rest: what is stored cannot be read without a key, any known key reads, a wrong one raises."""

from typing import Any

import pytest
from cryptography.fernet import Fernet
from hypothesis import HealthCheck, given
from hypothesis import settings as bounded
from hypothesis import strategies as st

from aura.tenancy import secrets
from aura.tenancy.secrets import SecretUnreadable

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]))


@given(ANY_TEXT)
@bounded(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_goes_in_comes_out_and_is_not_to_be_seen(text: str) -> None:
    stored = secrets.encrypt(text)
    assert stored.isascii()
    assert secrets.decrypt(stored) == text
    if len(text) > 3:
        assert text not in stored


def test_the_same_secret_is_never_stored_twice_alike() -> None:
    assert secrets.encrypt("same") != secrets.encrypt("same")


def test_a_wrong_key_raises_and_says_what_to_do(settings: Any) -> None:
    stored = secrets.encrypt("apify_api_secret")
    settings.SECRET_KEY = "another" * 8
    with pytest.raises(SecretUnreadable, match="AURA_SECRETS_KEYS") as error:
        secrets.decrypt(stored)
    assert "apify_api_secret" not in str(error.value)
    with pytest.raises(SecretUnreadable):
        secrets.rotate(stored)


def test_something_that_is_no_ciphertext_raises() -> None:
    for stored in ("", "plain text", "gAAAAA"):
        with pytest.raises(SecretUnreadable):
            secrets.decrypt(stored)


def test_keys_are_changed_step_by_step(settings: Any) -> None:
    first, second = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    by_default = secrets.encrypt("one")
    settings.AURA_SECRETS_KEYS = [first]
    assert secrets.decrypt(by_default) == "one"
    by_first = secrets.rotate(by_default)
    settings.AURA_SECRETS_KEYS = [second, first]
    assert secrets.decrypt(by_first) == "one"
    by_second = secrets.rotate(by_first)
    settings.AURA_SECRETS_KEYS = [second]
    settings.SECRET_KEY = "another" * 8
    assert secrets.decrypt(by_second) == "one"
    with pytest.raises(SecretUnreadable):
        secrets.decrypt(by_first)


def test_little_is_shown_of_a_secret() -> None:
    assert secrets.hint("sk-1234567890abcdef") == "…cdef"
    assert secrets.hint("short") == "…"


def test_a_secret_cannot_be_searched() -> None:
    with pytest.raises(TypeError, match="cannot be searched"):
        secrets.EncryptedField().get_lookup("exact")
