"""How endpoint secrets are kept: encrypted like every secret of the house, and tied to their own endpoint.

The endpoint's id stands inside the ciphertext, so a sealed secret copied to another row opens nothing.
"""

from uuid import UUID

from aura.tenancy.secrets import SecretUnreadable, decrypt, encrypt


def seal(endpoint_id: UUID, secret: str) -> str:
    """``secret`` in the form in which it is stored."""
    return encrypt(f"{endpoint_id}:{secret}")


def unseal(endpoint_id: UUID, sealed: str) -> str:
    """The secret that was sealed for this endpoint. Raises ``SecretUnreadable``."""
    owner, _, secret = decrypt(sealed).partition(":")
    if owner != str(endpoint_id):
        raise SecretUnreadable
    return secret
