"""How Aura is: each store with its answer time, the lanes, and the machine (M9)."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psutil
import structlog
from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from redis.exceptions import RedisError

from accounts.outside import SERVICES
from aura.jobs import queries
from aura.jobs.models import Lane
from aura.providers.gate import Circuit, gate_of
from aura.providers.storing.divided import Divided

log = structlog.get_logger(__name__)

OK, WARN, DOWN = "ok", "warn", "down"
DISK_WARNING = 90.0
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Check:
    """One service: ``status`` is ok, warn or down, ``seconds`` how long its answer took."""

    name: str
    label: str
    status: str
    seconds: float
    words: str

    @property
    def response_ms(self) -> float:
        """Milliseconds, one decimal."""
        return round(self.seconds * 1000, 1)


def _database() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return OK, "PostgreSQL answers."


def _cache() -> tuple[str, str]:
    name, value = f"health:{uuid4()}", uuid4().hex
    cache.set(name, value, 10)
    found = cache.get(name)
    cache.delete(name)
    return (OK, "Redis keeps what it is given.") if found == value else (DOWN, "Redis lost a value at once.")


def _queue() -> tuple[str, str]:
    missing = [lane.label for lane in Lane if not queries.live_workers(lane)]
    if missing:
        return WARN, f"No worker on {' and '.join(missing).lower()}. Jobs wait until one starts."
    return OK, "Both lanes have a worker."


def _storage() -> tuple[str, str]:
    if isinstance(default_storage, Divided):
        default_storage.check()
    path = default_storage.save(f"health/{uuid4()}", ContentFile(b"aura"))
    default_storage.delete(path)
    return OK, "Files can be written."


CHECKS: dict[str, tuple[str, Callable[[], tuple[str, str]]]] = {
    "database": ("Database", _database),
    "cache": ("Cache", _cache),
    "queue": ("Workers", _queue),
    "storage": ("File storage", _storage),
}


def check(name: str) -> Check:
    """Look at one service. An error is an answer here, so nothing is raised; the log has the reason."""
    label, look = CHECKS[name]
    began = time.perf_counter()
    try:
        status, words = look()
    except (DatabaseError, RedisError, OSError) as error:
        log.warning("service_down", service=name, error=type(error).__name__)
        status, words = DOWN, f"{label} does not answer."
    return Check(name, label, status, time.perf_counter() - began, words)


def check_all() -> list[Check]:
    """Look at every service, one after the other."""
    return [check(name) for name in CHECKS]


@dataclass(frozen=True, slots=True)
class Outside:
    """An outside service as its last calls found it; nothing is asked of it here. ``seconds`` None: never called."""

    name: str
    label: str
    status: str
    circuit: str
    seconds: float | None
    words: str

    @property
    def response_ms(self) -> float | None:
        """Milliseconds of the last call."""
        return None if self.seconds is None else round(self.seconds * 1000, 1)


def outside_all() -> list[Outside]:
    """Each outside service with the state of its circuit, from Redis."""
    try:
        found = gate_of(settings.REDIS_URL).circuits(SERVICES)
    except RedisError as error:
        log.warning("service_down", service="outside", error=type(error).__name__)
        words = "Not known while Redis is away. Calls wait."
        return [Outside(name, service.label, WARN, UNKNOWN, None, words) for name, service in SERVICES.items()]
    return [_outside(circuit) for circuit in found]


def _outside(circuit: Circuit) -> Outside:
    seconds = None if circuit.last_ms is None else circuit.last_ms / 1000
    if circuit.state == "open":
        status, words = DOWN, f"Failed several times in a row. Asked again in {max(1, round(circuit.retry_in))} s."
    elif circuit.state == "half_open":
        status, words = WARN, "Failed several times in a row. The next call tries it again."
    elif seconds is None:
        status, words = OK, "Not called yet."
    else:
        status, words = OK, f"Last called {datetime.fromtimestamp(circuit.last_at, UTC):%-d %b %Y, %H:%M} UTC."
    return Outside(circuit.name, SERVICES[circuit.name].label, status, circuit.state, seconds, words)


def overall(checks: Sequence[Check | Outside]) -> str:
    """``ok``; ``degraded`` where something warns; ``down`` where the database or the storage is away."""
    if any(c.status == DOWN and c.name in {"database", "storage"} for c in checks):
        return "down"
    return "ok" if all(c.status == OK for c in checks) else "degraded"


def machine() -> dict[str, float]:
    """Use of memory, processor and disk in percent."""
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    return {
        "memory_usage": psutil.virtual_memory().percent,
        "cpu_usage": psutil.cpu_percent(),
        "disk_usage": psutil.disk_usage(str(settings.MEDIA_ROOT)).percent,
    }


def report() -> dict[str, Any]:
    """``{status, timestamp, services, system}`` as the API answers it; times in milliseconds."""
    checks, outside = check_all(), outside_all()
    every: list[Check | Outside] = [*checks, *outside]
    services: dict[str, dict[str, Any]] = {c.name: {"status": c.status, "response_time": c.response_ms} for c in every}
    for one in outside:
        services[one.name]["circuit"] = one.circuit
    return {
        "status": overall(every),
        "timestamp": datetime.now(UTC).isoformat(),
        "services": services,
        "system": machine(),
    }
