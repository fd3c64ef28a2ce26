"""The installation's privacy key: keyed hashes by which a person is known again, and seals that only we can open.

User names are easy to guess, so a plain hash of one could be tried out; under a key it says nothing to who has only
the database. Each workspace gets hashes of its own: two workspaces' lists cannot be compared.
"""

import base64
import hashlib
import hmac
import json
from functools import cache
from typing import Any
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from aura.privacy.subjects import Identifiers


class KeyChanged(RuntimeError):
    """What was sealed or hashed was so under another privacy key."""


@cache
def _key(given: str, secret: str) -> bytes:
    return given.encode() if given else hmac.digest(secret.encode(), b"aura privacy key", hashlib.sha256)


def _derived(purpose: str) -> bytes:
    key = _key(settings.AURA_PRIVACY_KEY, settings.SECRET_KEY)
    return hmac.digest(key, purpose.encode(), hashlib.sha256)


def key_id() -> str:
    """Eight letters by which to see whether the key is still the one that a row was made with."""
    return _derived("id").hex()[:8]


def username_hash(workspace_id: UUID, username: str) -> str:
    """HMAC-SHA256 (hexadecimal) of a user name in one workspace; "" for none."""
    return _hash(workspace_id, "username", username.lower()) if username else ""


def id_hash(workspace_id: UUID, external_id: str) -> str:
    """HMAC-SHA256 (hexadecimal) of an Instagram id in one workspace; "" for none."""
    return _hash(workspace_id, "id", external_id) if external_id else ""


def _hash(workspace_id: UUID, kind: str, value: str) -> str:
    return hmac.digest(_derived("hash"), f"{workspace_id}:{kind}:{value}".encode(), hashlib.sha256).hex()


def hashes(workspace_id: UUID, who: Identifiers) -> list[str]:
    """The keyed hashes of all of a person's names and ids, sorted."""
    names = {username_hash(workspace_id, name) for name in who.usernames}
    return sorted(names | {id_hash(workspace_id, number) for number in who.ids})


def seal(who: Identifiers) -> str:
    """Encrypt identifiers for as long as a job needs them."""
    return _fernet().encrypt(json.dumps(who.as_json()).encode()).decode()


def unseal(sealed: str) -> Identifiers:
    """The identifiers of :func:`seal`; raises :class:`KeyChanged` where the key is another."""
    try:
        value: dict[str, Any] = json.loads(_fernet().decrypt(sealed.encode()))
    except InvalidToken as error:
        raise KeyChanged("This was sealed under another AURA_PRIVACY_KEY.") from error
    return Identifiers.from_json(value)


def _fernet() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_derived("seal")))
