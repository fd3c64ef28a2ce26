"""``Scraper`` over the Graph API: nothing runs at Instagram's, each page is one request, and nothing is paid."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from aura.providers.configuration import GraphSettings
from aura.providers.errors import ProviderError
from aura.providers.instagram.graph import CONNECT, READ, Graph
from aura.providers.instagram.items import (
    COMMENT_FIELDS,
    MEDIA_FIELDS,
    PROFILE_FIELDS,
    after,
    code_of,
    comment_item,
    error_item,
    is_older,
    post_item,
    profile_item,
    rows,
    text,
)
from aura.providers.instagram.places import Place, Plan, id_of
from aura.providers.ports import Scrape, ScrapedPage, ScrapeOrder

MEDIA_PAGE, COMMENT_PAGE = 100, 50
"""The most that the Graph API gives at once."""
MOST_MEDIA_PAGES = 100
"""The Graph API shows the 10,000 newest posts of an account."""


class GraphScraper:
    """Fetches an account's own posts and comments with its access token. Times are in seconds, see ``Graph``."""

    name = "graph"

    def __init__(
        self,
        token: str,
        settings: GraphSettings,
        *,
        connect: float = CONNECT,
        read: float = READ,
        deadline: float = 60.0,
    ) -> None:
        self._graph = Graph(token, settings, connect=connect, read=read, deadline=deadline)

    def __repr__(self) -> str:
        return f"GraphScraper({self._graph!r})"

    def start(self, order: ScrapeOrder) -> Scrape:
        """Try the token and make the handle. For comments, the account's posts are looked through for the targets.

        Raises ``ProviderError``: ``graph_wrong_account`` where a target is not the account of the token, and those of
        :meth:`aura.providers.instagram.graph.Graph.get`. Nothing is paid, so that a second start does no harm.
        """
        me = self._graph.get("/me", {"fields": PROFILE_FIELDS})
        account, username = str(me.get("id") or ""), text(me, "username").lower()
        if order.kind != "comments" and any(target.strip("@ ").lower() != username for target in order.targets):
            message = "The access token belongs to another Instagram account. Connect the account that is tracked."
            raise ProviderError(message, code="graph_wrong_account")
        posts = self._own_posts(account, order.targets) if order.kind == "comments" else ()
        plan = Plan(order.kind, account, username, order.limit, order.newer_than, posts)
        return Scrape(id_of(order, account), plan.packed(), "succeeded", cost=Decimal(0))

    def find(self, order: ScrapeOrder, since: float) -> Scrape | None:
        """None: nothing was started anywhere."""
        return None

    def look(self, scrape: Scrape, wait: float = 0) -> Scrape:
        """Over at once, without a request: all pages can be had."""
        return replace(scrape, state="succeeded")

    def abort(self, scrape: Scrape) -> Scrape:
        """Nothing goes on anywhere: the handle says so."""
        return replace(scrape, state="aborted")

    def page(self, scrape: Scrape, offset: str = "", limit: int = 1000) -> ScrapedPage:
        """The items at a place, with one request. A page may be empty and still not be the last.

        More replies than come with a comment are items of their own, with ``parentId``. A post that is gone is an
        error item. Raises as :meth:`aura.providers.instagram.graph.Graph.get` does.
        """
        try:
            plan, place = Plan.unpacked(scrape.dataset_id), Place.unpacked(offset)
        except ValueError:
            raise ProviderError("This is no scrape of the Graph API.", code="run_unknown") from None
        if plan.kind == "profile":
            me = self._graph.get("/me", {"fields": PROFILE_FIELDS})
            return ScrapedPage((profile_item(me),), None)
        most = max(1, min(limit, plan.limit - place.taken))
        if plan.kind == "posts":
            return self._posts(plan, place, most)
        return self._comments(plan, place, most)

    def _own_posts(self, account: str, targets: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        """(media id, address) of each target, with an id of "" for those that are not the account's."""
        wanted = {code for target in targets if (code := code_of(target))}
        found: dict[str, tuple[str, str]] = {}
        cursor = ""
        for _ in range(MOST_MEDIA_PAGES if wanted else 0):
            listed = self._list(f"/{account}/media", "id,permalink,shortcode", MEDIA_PAGE, cursor)
            for media in rows(listed):
                code = text(media, "shortcode") or code_of(text(media, "permalink"))
                if code in wanted:
                    found[code] = (str(media.get("id") or ""), text(media, "permalink"))
            cursor = after(listed)
            if not cursor or len(found) == len(wanted):
                break
        return tuple(found.get(code_of(target), ("", target)) for target in targets)

    def _posts(self, plan: Plan, place: Place, most: int) -> ScrapedPage:
        listed = self._list(f"/{plan.account}/media", MEDIA_FIELDS, min(most, MEDIA_PAGE), place.after)
        media = rows(listed)
        # Newest first: behind the first older one there are only older ones.
        new = next((n for n, one in enumerate(media) if is_older(one, plan.newer_than)), len(media))
        items = tuple(post_item(one, plan.username) for one in media[:new])
        there = Place(0, after(listed), place.taken + len(media))
        ends = new < len(media) or not there.after or there.taken >= plan.limit
        return ScrapedPage(items, None if ends else there.packed())

    def _comments(self, plan: Plan, place: Place, most: int) -> ScrapedPage:
        if place.post >= len(plan.posts):
            return ScrapedPage((), None)
        media, address = plan.posts[place.post]
        if place.threads:
            return self._replies(plan, place, address)
        fields, size = f"{COMMENT_FIELDS},replies{{{COMMENT_FIELDS}}}", min(most, COMMENT_PAGE)
        listed = self._unless_gone(f"/{media}/comments", fields, size, place.after) if media else None
        if listed is None:
            return ScrapedPage((error_item(address),), _onward(plan, replace(place, taken=plan.limit)))
        found = rows(listed)
        items = tuple(comment_item(one, address) for one in found)
        threads = tuple(
            (str(one["id"]), more) for one in found if (more := after(one.get("replies"))) and one.get("id")
        )
        cursor = after(listed)
        taken = place.taken + len(found) if cursor else plan.limit
        return ScrapedPage(items, _onward(plan, Place(place.post, cursor, taken, threads)))

    def _replies(self, plan: Plan, place: Place, address: str) -> ScrapedPage:
        """The next replies of the first thread that has more."""
        (comment, cursor), *others = place.threads
        listed = self._unless_gone(f"/{comment}/replies", COMMENT_FIELDS, COMMENT_PAGE, cursor)
        items = tuple(comment_item(one, address, comment) for one in rows(listed))
        more = after(listed)
        threads = ((comment, more), *others) if more else tuple(others)
        return ScrapedPage(items, _onward(plan, replace(place, threads=threads)))

    def _unless_gone(self, path: str, fields: str, limit: int, cursor: str) -> Mapping[str, Any] | None:
        try:
            return self._list(path, fields, limit, cursor)
        except ProviderError as error:
            if error.code != "graph_not_found":
                raise
            return None

    def _list(self, path: str, fields: str, limit: int, cursor: str) -> Mapping[str, Any]:
        query = {"fields": fields, "limit": str(limit)}
        return self._graph.get(path, {**query, "after": cursor} if cursor else query)


def _onward(plan: Plan, place: Place) -> str | None:
    """The place to go on from: the next post where this one is done, None behind the last."""
    if not place.threads and place.taken >= plan.limit:
        place = Place(place.post + 1)
    return place.packed() if place.post < len(plan.posts) else None
