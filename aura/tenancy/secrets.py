"""Secrets at rest: encrypted with the first of ``AURA_SECRETS_KEYS``, readable with any of them (M11).

The key that follows from ``AURA_SECRET_KEY`` is always the last one, so that nothing needs to be set on one machine.
"""

import base64
import hashlib
import hmac
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models

SHOWN = 4


class SecretUnreadable(Exception):
    """A stored secret was encrypted with a key that is not among those of this installation."""

    def __init__(self) -> None:
        super().__init__(
            "A stored secret cannot be read with the keys of this installation. Put the key it was written with back "
            "into AURA_SECRETS_KEYS (or restore AURA_SECRET_KEY), or enter the secret anew."
        )


def derived_key(secret_key: str) -> bytes:
    """The Fernet key that follows from ``AURA_SECRET_KEY``: HMAC-SHA256 under a fixed label."""
    return base64.urlsafe_b64encode(hmac.new(secret_key.encode(), b"aura secrets at rest", hashlib.sha256).digest())


@cache
def _cipher(keys: tuple[str, ...], secret_key: str) -> MultiFernet:
    return MultiFernet([*map(Fernet, keys), Fernet(derived_key(secret_key))])


def cipher() -> MultiFernet:
    """The cipher with this installation's keys."""
    return _cipher(tuple(map(str, settings.AURA_SECRETS_KEYS)), settings.SECRET_KEY)


def encrypt(text: str) -> str:
    """The ciphertext of ``text``, printable ASCII."""
    return cipher().encrypt(text.encode()).decode()


def decrypt(stored: str) -> str:
    """The text again. Raises :class:`SecretUnreadable` where no key fits."""
    try:
        return cipher().decrypt(stored.encode()).decode()
    except InvalidToken:
        raise SecretUnreadable from None


def rotate(stored: str) -> str:
    """The same secret under the first key. Raises :class:`SecretUnreadable`."""
    try:
        return cipher().rotate(stored.encode()).decode()
    except InvalidToken:
        raise SecretUnreadable from None


def hint(text: str) -> str:
    """What may be shown of a secret: its last four characters, nothing of a short one."""
    return f"…{text[-SHOWN:]}" if len(text) >= 4 * SHOWN else "…"


class HoldsSecrets:
    """A model that keeps encrypted text inside another column, and so has to encrypt it anew itself."""

    def reencrypt(self) -> int:
        """Store every secret of this row under the first key; how many. Raises :class:`SecretUnreadable`."""
        raise NotImplementedError


class EncryptedField(models.TextField[Any, Any]):
    """A text that is encrypted in the database. It cannot be searched, and a wrong key raises."""

    def get_prep_value(self, value: Any) -> Any:
        return encrypt(str(value)) if value is not None else None

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return decrypt(value) if value is not None else None

    def get_lookup(self, lookup_name: str) -> Any:
        """Equal texts have different ciphertexts: a comparison would quietly find nothing."""
        if lookup_name != "isnull":
            raise TypeError("An encrypted field cannot be searched.")
        return super().get_lookup(lookup_name)
