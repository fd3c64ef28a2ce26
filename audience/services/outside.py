"""The outside services as a run uses them: with the workspace's key, through the gate, booked in its ledger."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol, TypeVar

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.outside import SERVICES
from accounts.services.credentials import provider_secret
from audience.models import Run, ScrapePart, TrackedAccount
from aura.providers.errors import ProviderError
from aura.providers.gate import Service, gate_of
from aura.providers.metering import Meter, Usage
from aura.providers.outlet import Outlet
from aura.providers.policy import Policy
from aura.providers.ports import Scrape, ScrapedPage, ScrapeOrder, Scraper
from aura.providers.prices import Price, price_of

T = TypeVar("T")
SERVICE_OF = {TrackedAccount.Source.APIFY: "apify", TrackedAccount.Source.GRAPH: "instagram"}
SCRAPERS = {
    TrackedAccount.Source.APIFY: "aura.providers.apify.ApifyScraper",
    TrackedAccount.Source.GRAPH: "aura.providers.instagram.GraphScraper",
}
PER_MINUTE, AT_ONCE = 600, 16
DEADLINE = 150.0
HEADROOM = Decimal("1.25")
PROFILE_TOKENS, ANSWER_TOKENS = 450, 90
"""A picture at low resolution and a few lines of text; a line of JSON."""
COMMENT_TOKENS, COMMENT_ANSWER_TOKENS = 55, 50
"""A comment with its part of the words that go with each request; a line of JSON."""
LEAST = Decimal("0.05")
"""US dollars: no scrape is started with a lower ceiling, since starting alone has a price."""


class FollowerCounts(Protocol):
    """What the Graph API says of followers; see ``aura.providers.instagram.FollowerDemographics``."""

    as_of: datetime
    age: Mapping[str, int]
    gender: Mapping[str, int]
    country: Mapping[str, int]
    city: Mapping[str, int]
    available: bool


def secret_for(workspace_id: object, service: str) -> str:
    """The workspace's key. Outside of any transaction. Raises ``ProviderError`` with ``provider_key_missing``."""
    found = provider_secret(workspace_id, service)  # type: ignore[arg-type]
    if not found:
        named = SERVICES[service]
        words = f"There is no {named.secret} of {named.label}. An owner or admin can add it under Settings, Providers."
        raise ProviderError(words, code="provider_key_missing")
    return found


@dataclass(frozen=True, slots=True)
class GuardedScraper:
    """A scraper behind the gate. Asking costs nothing; what a scrape costs is booked by the part."""

    inner: Scraper
    outlet: Outlet

    @property
    def name(self) -> str:
        return self.inner.name

    def start(self, order: ScrapeOrder) -> Scrape:
        return self._call("start", lambda: self.inner.start(order), retries=0)

    def find(self, order: ScrapeOrder, since: float) -> Scrape | None:
        return self._call("find", lambda: self.inner.find(order, since))

    def look(self, scrape: Scrape, wait: float = 0) -> Scrape:
        return self._call("look", lambda: self.inner.look(scrape, wait))

    def page(self, scrape: Scrape, offset: str = "", limit: int = 1000) -> ScrapedPage:
        return self._call("page", lambda: self.inner.page(scrape, offset, limit))

    def abort(self, scrape: Scrape) -> Scrape:
        return self._call("abort", lambda: self.inner.abort(scrape))

    def _call(self, operation: str, work: Callable[[], T], retries: int | None = None) -> T:
        usage = Usage(self.name, "", operation, cost=Decimal(0))
        return self.outlet.call(work, expected=usage, used=lambda _: usage, deadline=DEADLINE, retries=retries)


def scraper_for(run: Run) -> GuardedScraper:
    """What fetches for a run. Outside of any transaction. Raises ``ProviderError`` where the key is missing."""
    source = TrackedAccount.Source(run.source)
    key = secret_for(run.workspace_id, SERVICE_OF[source])
    outside = settings.AURA_OUTSIDE
    placed = outside.apify if source == TrackedAccount.Source.APIFY else outside.graph
    return GuardedScraper(import_string(SCRAPERS[source])(key, placed), _outlet(SERVICE_OF[source], key))


def _outlet(service: str, key: str) -> Outlet:
    named = Service(service, key, per_minute=PER_MINUTE, in_flight=AT_ONCE)
    return Outlet(named, gate_of(settings.REDIS_URL), policy=Policy(deadline=DEADLINE, wait=30.0))


def followers_of(run: Run) -> FollowerCounts:
    """Instagram's own counts of an own account's followers. Outside of any transaction. Raises ``ProviderError``."""
    key = secret_for(run.workspace_id, "instagram")
    ask = import_string("aura.providers.instagram.follower_demographics")
    usage = Usage("instagram", "", "follower_demographics", cost=Decimal(0))
    placed = settings.AURA_OUTSIDE.graph
    found: FollowerCounts = _outlet("instagram", key).call(
        lambda: ask(key, placed), expected=usage, used=lambda _: usage
    )
    return found


def note_budget(book: Meter, expected: Usage) -> None:
    """Let the month's budget remember that it was reached: what was said of it in a transaction was undone with it."""
    with suppress(ProviderError):
        book.release(book.reserve(expected))


def usage_of(part: ScrapePart, cost: Decimal | None = None) -> Usage:
    """What a part uses: expected, or made where ``cost`` is what the service charged."""
    actors = settings.AURA_OUTSIDE.apify.actors
    live = part.run.source == TrackedAccount.Source.APIFY
    return Usage(
        provider=SERVICE_OF[TrackedAccount.Source(part.run.source)],
        model=actors[part.kind] if live else part.kind,
        operation=f"scrape_{part.kind}",
        items=part.items if cost is not None else part.limit * len(part.targets),
        cost=cost if live else Decimal(0),
    )


def _price(usage: Usage) -> Price:
    return price_of(usage, timezone.now(), settings.AURA_OUTSIDE.prices)


def ceiling_of(part: ScrapePart, spent: Decimal) -> Decimal:
    """The most that a part may cost, in US dollars: its price with headroom, within what the run may still spend.

    Raises ``ProviderError`` with ``run_ceiling_reached`` where nothing is left of that.
    """
    if part.run.source != TrackedAccount.Source.APIFY:
        return Decimal(0)
    wanted = max(LEAST, _price(usage_of(part)).amount * HEADROOM)
    most: Decimal | None = part.run.account.max_cost
    if most is None:
        return wanted
    if most - spent < LEAST:
        words = f"Fetching has cost ${spent:.2f} of the ${most:.2f} that one run of this account may cost."
        raise ProviderError(words, code="run_ceiling_reached")
    return min(wanted, most - spent)


@dataclass(frozen=True, slots=True)
class CostEstimate:
    """What the next run may cost, in US dollars: fetching at most, reading a thousand new people, a thousand texts."""

    fetching: Decimal
    reading: Decimal
    comments: Decimal
    reader: str


def estimate(account: TrackedAccount) -> CostEstimate:
    """The most that fetching everything allowed would cost, and the price of reading people, by the price table."""
    actors = settings.AURA_OUTSIDE.apify.actors
    items = {"profile": 1, "posts": account.post_limit, "comments": account.post_limit * account.comment_limit}
    fetching = Decimal(0)
    if account.source == TrackedAccount.Source.APIFY:
        used = [Usage("apify", actors[kind], f"scrape_{kind}", items=count) for kind, count in items.items()]
        fetching = sum((_price(usage).amount for usage in used), Decimal(0))
    gemini = settings.AURA_OUTSIDE.gemini
    thousand = Usage(
        "gemini",
        gemini.model,
        "classify",
        input_tokens=1000 * PROFILE_TOKENS,
        output_tokens=1000 * ANSWER_TOKENS,
        batch=account.half_price,
    )
    texts = Usage(
        "gemini",
        gemini.model,
        "read_comments",
        input_tokens=1000 * COMMENT_TOKENS,
        output_tokens=1000 * COMMENT_ANSWER_TOKENS,
    )
    return CostEstimate(fetching, _price(thousand).amount, _price(texts).amount, gemini.model)
