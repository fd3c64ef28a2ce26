"""Secret words that are shown once; only hashes are kept. They name their workspace: no lookup crosses its wall."""

import base64
import binascii
import hashlib
import secrets
from uuid import UUID

WORKSPACE = 22  # letters of a UUID in base64 without padding
TELLING = 8  # letters that stay visible, so that people can tell keys apart


def digest(token: str) -> str:
    """What is stored instead of a token: its SHA-256 in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_token(workspace_id: UUID, start: str = "") -> str:
    """A new token: ``start``, eight letters that tell it from others, its workspace, 256 random bits."""
    place = base64.urlsafe_b64encode(workspace_id.bytes).decode().rstrip("=")
    return f"{start}{secrets.token_hex(TELLING // 2)}{place}{secrets.token_urlsafe(32)}"


def telling_part(token: str, start: str = "") -> str:
    """What may stay visible of a token."""
    return token[: len(start) + TELLING]


def workspace_in(token: str, start: str = "") -> UUID | None:
    """The workspace that a token names; None where it is no token at all. Proves nothing."""
    place = token[len(start) + TELLING :][:WORKSPACE]
    if not token.startswith(start) or len(place) != WORKSPACE or not token.isascii():
        return None
    try:
        return UUID(bytes=base64.urlsafe_b64decode(place + "=="))
    except (binascii.Error, ValueError):
        return None
