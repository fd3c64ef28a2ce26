"""``/metrics`` for Prometheus: the lanes, how jobs ended, how long requests took (M9).

Open to this machine, or to whoever has ``AURA_METRICS_TOKEN``. No label holds anything of a workspace or a person.
"""

import hmac
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import ip_address

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from redis.exceptions import RedisError

from accounts.outside import SERVICES
from aura.http.timing import REQUESTS
from aura.jobs import queries, tallies
from aura.providers.gate import gate_of

PROXIED = ("X-Forwarded-For", "Forwarded", "X-Real-Ip")


class Jobs(Collector):
    """The lanes as they are now, and every attempt at a job since Redis was empty."""

    def collect(self) -> Iterator[Metric]:
        """Read at each scrape. Where a store is away its figures are missing and ``aura_up`` says so."""
        up = GaugeMetricFamily("aura_up", "1 where the store answers", labels=["store"])
        try:
            yield from self._lanes()
            up.add_metric(["database"], 1)
        except DatabaseError:
            up.add_metric(["database"], 0)
        found = tallies.all_tallies()
        up.add_metric(["redis"], 0 if found is None else 1)
        ended = CounterMetricFamily("aura_job_attempts", "attempts at jobs by how they ended", labels=tallies.LABELS)
        for labels, count in (found or {}).items():
            ended.add_metric(list(labels), count)
        yield from (ended, up)

    def _lanes(self) -> Iterator[Metric]:
        states = queries.lanes()
        for name, words, field in (
            ("waiting", "jobs that wait", "waiting"),
            ("running", "jobs that run", "running"),
            ("limit", "jobs that may wait before the lane answers 429", "limit"),
            ("oldest_wait_seconds", "how long the oldest due job has waited", "oldest_wait"),
            ("workers", "workers heard of lately", "workers"),
        ):
            gauge = GaugeMetricFamily(f"aura_lane_{name}", words, labels=["lane"])
            for state in states:
                gauge.add_metric([state.name], getattr(state, field) or 0)
            yield gauge


class OutsideServices(Collector):
    """What the last calls of outside services found."""

    def collect(self) -> Iterator[Metric]:
        """Nothing where Redis is away."""
        opened = GaugeMetricFamily(
            "aura_circuit_open", "1 where calls of the service are held back", labels=["service"]
        )
        last = GaugeMetricFamily("aura_provider_last_seconds", "how long the last call took", labels=["service"])
        with suppress(RedisError):
            for one in gate_of(settings.REDIS_URL).circuits(SERVICES):
                opened.add_metric([one.name], float(one.state != "closed"))
                if one.last_ms is not None:
                    last.add_metric([one.name], one.last_ms / 1000)
        yield from (opened, last)


registry = CollectorRegistry()
registry.register(OutsideServices())
registry.register(REQUESTS)
registry.register(Jobs())


def may_read(request: HttpRequest) -> bool:
    """True for the bearer of the token, or, where none is set, for a direct caller on this machine."""
    token = settings.AURA_METRICS_TOKEN
    if token:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    if any(name in request.headers for name in PROXIED):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


@never_cache
@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures in Prometheus' text format; 404 for everybody else."""
    if not may_read(request):
        raise Http404
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
