"""The sources of posts as a workspace uses them, in the order in which they are asked (C1)."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.outside import SERVICES
from accounts.services.credentials import provider_secret
from aura.providers.errors import ProviderError
from aura.providers.gate import Service, gate_of
from aura.providers.metering import Meter, Usage
from aura.providers.outlet import Outlet
from aura.providers.policy import Policy
from aura.providers.post_ports import PostFetch, PostRef, PostSource
from aura.providers.prices import price_of

T = TypeVar("T")
ORDER = ("graph", "apify", "instaloader")
LABELS = {"graph": "Instagram Graph API", "apify": "Apify", "instaloader": "instaloader"}
KEYS = {"graph": "instagram", "apify": "apify"}
DEADLINE = 90.0
LEAST = Decimal("0.05")
"""US dollars: no run is started with a lower ceiling, since starting alone has a price."""
HEADROOM = Decimal(3)
"""A run for one post has to be started as one for many."""
NOT_INSTALLED = "The optional package instaloader is not installed here."
SWITCHED_OFF = "instaloader is switched off by AURA_INSTALOADER."


@dataclass(frozen=True, slots=True)
class Skip:
    """A source that cannot be asked at all, and why."""

    name: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class GuardedSource:
    """A source behind the gate. Asking costs nothing; what a fetch costs is booked by the post."""

    inner: PostSource
    outlet: Outlet

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def paid(self) -> bool:
        return self.inner.paid

    def start(self, post: PostRef) -> PostFetch:
        return self._call("start", lambda: self.inner.start(post), retries=0)

    def find(self, post: PostRef, since: float) -> PostFetch | None:
        return self._call("find", lambda: self.inner.find(post, since))

    def look(self, fetch: PostFetch, wait: float = 0) -> PostFetch:
        return self._call("look", lambda: self.inner.look(fetch, wait))

    def abort(self, fetch: PostFetch) -> None:
        return self._call("abort", lambda: self.inner.abort(fetch))

    def _call(self, operation: str, work: Callable[[], T], retries: int | None = None) -> T:
        usage = Usage(self.name, "", f"post_{operation}", cost=Decimal(0))
        return self.outlet.call(work, expected=usage, used=lambda _: usage, deadline=DEADLINE, retries=retries)


def source_named(name: str, workspace_id: UUID) -> GuardedSource | Skip:
    """A source of this workspace, or why it has none of that name. Outside of any transaction.

    Raises ``ProviderError`` where the place of the keys gives no answer.
    """
    outside = settings.AURA_OUTSIDE
    if name == "instaloader":
        if not import_string("aura.providers.instaloader.is_installed")():
            return Skip(name, "not_installed", NOT_INSTALLED)
        if not outside.site.instaloader:
            return Skip(name, "switched_off", SWITCHED_OFF)
        made = import_string("aura.providers.instaloader.InstaloaderPosts")(outside.site)
        return _guarded(made, Service(name, "", per_minute=18, in_flight=2))
    key = provider_secret(workspace_id, KEYS[name])
    if not key:
        return Skip(name, "provider_key_missing", SERVICES[KEYS[name]].without)
    if name == "graph":
        made = import_string("aura.providers.instagram.GraphPosts")(key, outside.graph)
    else:
        made = import_string("aura.providers.apify.ApifyPosts")(key, outside.apify, max_charge_usd=ceiling())
    return _guarded(made, Service(KEYS[name], key, per_minute=600, in_flight=16))


def _guarded(source: PostSource, service: Service) -> GuardedSource:
    return GuardedSource(source, Outlet(service, gate_of(settings.REDIS_URL), policy=Policy(deadline=DEADLINE)))


def ceiling() -> Decimal:
    """The most that fetching one post may cost, in US dollars: its price with headroom."""
    price = price_of(usage_of(), timezone.now(), settings.AURA_OUTSIDE.prices).amount
    return max(LEAST, (price * HEADROOM).quantize(Decimal("0.0001")))


def usage_of(cost: Decimal | None = None) -> Usage:
    """What fetching one post by a paid source uses: expected, or made where ``cost`` is what the service charged."""
    return Usage("apify", settings.AURA_OUTSIDE.apify.actors["posts"], "fetch_post", items=1, cost=cost)


def note_budget(book: Meter, expected: Usage) -> None:
    """Let the month's budget remember that it was reached: what was said of it in a transaction was undone with it."""
    with suppress(ProviderError):
        book.release(book.reserve(expected))
