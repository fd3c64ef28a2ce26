"""``Scraper`` by actors of Apify: a run is started once, and its handle is enough to follow it from any process."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

from aura.providers.apify import errors
from aura.providers.apify.inputs import input_of, is_same, most_items, shape_of
from aura.providers.configuration import ApifySettings
from aura.providers.ports import Scrape, ScrapedPage, ScrapeOrder, ScrapeState

if TYPE_CHECKING:
    from aura.providers.apify.wire import Wire

MOST_LIMIT = 10_000
SKEW = 5.0
"""Apify's clock may be behind ours by so many seconds."""
ENDS = ("ACTOR.RUN.SUCCEEDED", "ACTOR.RUN.FAILED", "ACTOR.RUN.ABORTED", "ACTOR.RUN.TIMED_OUT")
STATES: Mapping[str, tuple[ScrapeState, str]] = {
    "READY": ("running", "The run waits for room at Apify."),
    "RUNNING": ("running", ""),
    "SUCCEEDED": ("succeeded", ""),
    "FAILED": ("failed", "The run failed at Apify."),
    "TIMING-OUT": ("running", "The run has reached its time limit at Apify."),
    "TIMED-OUT": ("failed", "The run reached its time limit at Apify."),
    "ABORTING": ("running", "The run is being stopped."),
    "ABORTED": ("aborted", "The run was stopped at Apify."),
}


class ApifyScraper:
    """Scrapes by Apify with one workspace's token.

    ``timeout`` is in seconds for one request, its answer included; ``page_timeout`` for a page of items. Make it where
    it is used: the connections of the client do not survive a fork.
    """

    name = "apify"

    def __init__(
        self, token: str, settings: ApifySettings, *, timeout: float = 30.0, page_timeout: float = 120.0
    ) -> None:
        self._token = token
        self._settings = settings
        self._timeouts = {"timeout": timeout, "page_timeout": page_timeout}

    def __repr__(self) -> str:
        return f"ApifyScraper({self._settings.url})"

    @cached_property
    def _wire(self) -> "Wire":
        made: Wire = import_module("aura.providers.apify.wire").Wire(self._token, self._settings.url, **self._timeouts)
        return made

    def start(self, order: ScrapeOrder) -> Scrape:
        """Start the actor of the order's kind, with one request that is never repeated.

        ``ProviderError`` codes: ``start_unknown`` (ask :meth:`find`), ``unreachable`` (nothing was sent),
        ``rate_limited``, ``apify_busy``: all retryable; ``apify_credits_exhausted``, ``actor_input_refused``,
        ``actor_unknown``, ``provider_key_refused``: a person has to act.
        """
        actor = self._settings.actors[order.kind]
        shape = shape_of(actor, order.kind)
        run = self._wire.start(
            actor,
            input_of(shape, order),
            build=self._settings.build,
            max_items=most_items(shape, order),
            max_charge_usd=order.max_charge_usd,
            webhooks=_webhooks(order),
            secret=order.webhook_secret,
        )
        return self._scrape(run)

    def find(self, order: ScrapeOrder, since: float) -> Scrape | None:
        """The newest run of the actor since then whose stored input is the one this order would send, or None.

        A run that failed or was stopped is only taken where there is no other. Raises ``ProviderError``, with
        ``find_unsupported`` where the token may not list runs or read their input.
        """
        wire, actor = self._wire, self._settings.actors[order.kind]
        shape = shape_of(actor, order.kind)
        sent = input_of(shape, order)
        ended: Scrape | None = None
        for run in wire.runs(actor, datetime.fromtimestamp(since - SKEW, tz=UTC)):
            if is_same(shape, sent, wire.stored_input(run.default_key_value_store_id)):
                scrape = self._scrape(run)
                if scrape.state in ("running", "succeeded"):
                    return scrape
                ended = ended or scrape
        return ended

    def look(self, scrape: Scrape, wait: float = 0) -> Scrape:
        """The state of the run, which Apify tells at once when it ends. A status that is not known counts as running.

        A run that Apify does not know is asked for again for three seconds, then it is ``run_unknown``.
        """
        return self._scrape(self._wire.run(scrape.id, max(0.0, wait)))

    def page(self, scrape: Scrape, offset: str = "", limit: int = 1000) -> ScrapedPage:
        """Items from a row of the data set on. What a run has brought so far can be read while it goes on."""
        start = int(offset or 0)
        page = self._wire.items(scrape.dataset_id, start, min(max(1, limit), MOST_LIMIT))
        items = tuple(item for item in page.items if isinstance(item, Mapping) and item)
        end = start + int(page.count)
        if page.count == 0 and page.total > start:
            raise errors.bad_answer("Apify's data set holds more than it gives.")
        # The total may lag behind the items: it is not believed where it is below what has come.
        more = page.total > end or (page.total < end and len(page.items) >= limit)
        return ScrapedPage(items, str(end) if more else None)

    def abort(self, scrape: Scrape) -> Scrape:
        """Ask Apify to stop the run gracefully; one that has ended is told as it is."""
        run = self._wire.abort(scrape.id)
        return self.look(scrape) if run is None else self._scrape(run)

    def _scrape(self, run: Any) -> Scrape:
        status = str(run.status)
        state, message = STATES.get(status, ("running", f"Apify calls the run {status[:40]}."))
        said = errors.without([self._token], getattr(run, "status_message", None))
        cost = run.usage_total_usd
        return Scrape(
            id=run.id,
            dataset_id=run.default_dataset_id,
            state=state,
            message=" ".join(part for part in (message, said) if part),
            cost=None if cost is None else Decimal(str(cost)),
        )


def _webhooks(order: ScrapeOrder) -> list[dict[str, Any]]:
    """One webhook for the end of the run. Apify signs nothing, so the secret goes along in a header."""
    if not order.webhook_url:
        return []
    hook: dict[str, Any] = {"eventTypes": list(ENDS), "requestUrl": order.webhook_url}
    if order.webhook_secret:
        hook["headersTemplate"] = json.dumps({"X-Aura-Token": order.webhook_secret})
    return [hook]
