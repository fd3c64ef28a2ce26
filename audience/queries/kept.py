"""Answers kept until the data they stand on changes (A10)."""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache import cache

from audience.models import TrackedAccount

SECONDS = 24 * 3600
Answer = TypeVar("Answer")


def kept(name: str, accounts: Sequence[TrackedAccount], make: Callable[[], Answer], *asked: Any) -> Answer:
    """What ``make`` answers, from the cache where these accounts' data have not changed since.

    ``asked`` is whatever else the answer hangs on. The smallest group shown is part of the key as well.
    """
    of = ",".join(f"{account.workspace_id}.{account.pk}.{account.data_version}" for account in accounts)
    words = f"{of}|{settings.AURA_K_ANONYMITY}|{'|'.join(map(str, asked))}"
    key = f"people:{name}:{sha256(words.encode()).hexdigest()[:40]}"
    found: Answer | None = cache.get(key)
    if found is None:
        found = make()
        cache.set(key, found, SECONDS)
    return found
