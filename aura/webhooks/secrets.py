"""How endpoint secrets are kept: sealed, each for its own endpoint. The only module that knows the form.

The key is derived from AURA_SECRET_KEY and the endpoint's id, so a sealed secret copied to another row opens nothing.
"""

import base64
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class SecretUnreadable(Exception):
    """A sealed secret does not open: AURA_SECRET_KEY is not the one it was sealed with."""


def seal(endpoint_id: UUID, secret: str) -> str:
    """``secret`` in the form in which it is stored."""
    return _box(endpoint_id).encrypt(secret.encode()).decode()


def unseal(endpoint_id: UUID, sealed: str) -> str:
    """The secret that was sealed for this endpoint. Raises :class:`SecretUnreadable`."""
    try:
        return _box(endpoint_id).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise SecretUnreadable from None


def _box(endpoint_id: UUID) -> MultiFernet:
    keys = [settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS)]
    return MultiFernet([Fernet(_derived(key, endpoint_id)) for key in keys])


def _derived(key: str, endpoint_id: UUID) -> bytes:
    kdf = HKDF(algorithm=SHA256(), length=32, salt=endpoint_id.bytes, info=b"aura.webhooks.secret")
    return base64.urlsafe_b64encode(kdf.derive(key.encode()))
