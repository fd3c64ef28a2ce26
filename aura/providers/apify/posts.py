"""``PostSource`` by an actor of Apify that takes addresses of posts: one run for one post."""

from decimal import Decimal

from aura.providers.apify.post_items import find_post, why_not
from aura.providers.apify.scraper import ApifyScraper
from aura.providers.configuration import ApifySettings
from aura.providers.ports import Scrape, ScrapeOrder
from aura.providers.post_ports import PostFetch, PostRef

ITEMS = 50
NOT_FOUND = "Instagram does not show this post to everybody: it may be private, deleted, or for people who signed in."


class ApifyPosts:
    """Fetches posts with one workspace's token. ``max_charge_usd`` is the most that the run of one post may cost."""

    name = "apify"
    paid = True

    def __init__(
        self,
        token: str,
        settings: ApifySettings,
        *,
        max_charge_usd: Decimal | None = None,
        timeout: float = 30.0,
        page_timeout: float = 60.0,
    ) -> None:
        self._scraper = ApifyScraper(token, settings, timeout=timeout, page_timeout=page_timeout)
        self._most = max_charge_usd

    def __repr__(self) -> str:
        return f"ApifyPosts({self._scraper!r})"

    def start(self, post: PostRef) -> PostFetch:
        """Start the actor, with one request that is never repeated. Raises as :meth:`ApifyScraper.start` does."""
        return _running(self._scraper.start(self._order(post)), post)

    def find(self, post: PostRef, since: float) -> PostFetch | None:
        """The newest run since then that was started for this very post, or None. Raises ``find_unsupported``."""
        found = self._scraper.find(self._order(post), since)
        return None if found is None else _running(found, post)

    def look(self, fetch: PostFetch, wait: float = 0) -> PostFetch:
        """The state of the run; once it has ended the post, or ``post_not_found`` or ``scrape_failed``.

        A run that was cut off may have written the post all the same, so that its items count too.
        """
        post = PostRef(fetch.handle["code"], fetch.handle["url"])
        scrape = self._scraper.look(_scrape(fetch), wait)
        if scrape.state == "running":
            return _running(scrape, post)
        items = self._scraper.page(scrape, "", ITEMS).items
        found, handle = find_post(items, post), _handle(scrape, post)
        if found is not None:
            return PostFetch("done", handle, found, cost=scrape.cost)
        if scrape.state == "succeeded":
            said = why_not(items)
            words = f"{NOT_FOUND} Apify says: {said}" if said else NOT_FOUND
            return PostFetch("failed", handle, code="post_not_found", message=words, cost=scrape.cost)
        words = scrape.message or "The run failed at Apify."
        return PostFetch("failed", handle, code="scrape_failed", message=words, retryable=True, cost=scrape.cost)

    def abort(self, fetch: PostFetch) -> None:
        """Ask Apify to stop the run."""
        self._scraper.abort(_scrape(fetch))

    def _order(self, post: PostRef) -> ScrapeOrder:
        return ScrapeOrder("posts", (post.url,), 1, max_charge_usd=self._most)


def _handle(scrape: Scrape, post: PostRef) -> dict[str, str]:
    return {"run": scrape.id, "dataset": scrape.dataset_id, "code": post.code, "url": post.url}


def _scrape(fetch: PostFetch) -> Scrape:
    return Scrape(fetch.handle["run"], fetch.handle["dataset"], "running")


def _running(scrape: Scrape, post: PostRef) -> PostFetch:
    """A run as one that goes on: what it has brought is for :meth:`ApifyPosts.look`."""
    return PostFetch("running", _handle(scrape, post), cost=scrape.cost)
