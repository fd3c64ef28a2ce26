"""How long requests took, by method, pattern of the address and status."""

from prometheus_client import Histogram

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
REQUESTS = Histogram(
    "aura_request_seconds",
    "time to answer a request",
    ["method", "route", "status"],
    buckets=BUCKETS,
    registry=None,
)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def observe(method: str | None, route: str, status: int, seconds: float) -> None:
    """Note one request. Methods that nobody defined count as one, so that no caller can make labels."""
    REQUESTS.labels(method if method in METHODS else "other", route, str(status)).observe(seconds)
