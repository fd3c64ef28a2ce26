"""Takes a person out of Redis: cache entries, results and whatever else names them in a key or a value."""

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from redis import Redis

from aura.privacy.subjects import Identifiers

PAGE = 500
READERS: dict[bytes, Callable[[Any, bytes], Any]] = {
    b"string": lambda pipe, key: pipe.get(key),
    b"hash": lambda pipe, key: pipe.hgetall(key),
    b"list": lambda pipe, key: pipe.lrange(key, 0, -1),
    b"set": lambda pipe, key: pipe.smembers(key),
    b"zset": lambda pipe, key: pipe.zrange(key, 0, -1),
    b"stream": lambda pipe, key: pipe.xrange(key),
}


def forget(who: Identifiers, told: Callable[[], object] = lambda: None) -> int:
    """Delete every entry that names the person; returns how many. Nothing in Redis is the only copy of anything."""
    connection = Redis.from_url(settings.REDIS_URL, socket_connect_timeout=5)
    try:
        return sum(_forget_page(connection, keys, who, told) for keys in _pages(connection))
    finally:
        connection.close()


def named(who: Identifiers) -> int:
    """How many entries name the person."""
    connection = Redis.from_url(settings.REDIS_URL, socket_connect_timeout=5)
    try:
        return sum(len(_hits(connection, keys, who)) for keys in _pages(connection))
    finally:
        connection.close()


def _pages(connection: Redis) -> Iterable[list[bytes]]:
    keys: list[bytes] = []
    for key in connection.scan_iter(count=PAGE):
        keys.append(key)
        if len(keys) == PAGE:
            yield keys
            keys = []
    if keys:
        yield keys


def _forget_page(connection: Redis, keys: list[bytes], who: Identifiers, told: Callable[[], object]) -> int:
    hits = _hits(connection, keys, who)
    if hits:
        connection.delete(*hits)
    told()
    return len(hits)


def _hits(connection: Redis, keys: list[bytes], who: Identifiers) -> list[bytes]:
    with connection.pipeline(transaction=False) as pipe:
        for key in keys:
            pipe.type(key)
        types = pipe.execute()
    known = [(key, READERS[kind]) for key, kind in zip(keys, types, strict=True) if kind in READERS]
    with connection.pipeline(transaction=False) as pipe:
        for key, reader in known:
            reader(pipe, key)
        # A key may have gone or changed its type meanwhile; then it holds nothing old.
        values = pipe.execute(raise_on_error=False)
    return [key for (key, _), value in zip(known, values, strict=True) if _names(key, value, who)]


def _names(key: bytes, value: Any, who: Identifiers) -> bool:
    text = key.decode("utf-8", "replace")
    return any(who.in_text(part) for part in (text, *_texts(value)))


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, bytes):
        yield value.decode("utf-8", "replace")
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _texts(name)
            yield from _texts(part)
    elif isinstance(value, list | tuple | set):
        for part in value:
            yield from _texts(part)
