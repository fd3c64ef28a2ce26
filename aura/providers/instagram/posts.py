"""``PostSource`` over the Graph API: the account's own posts, told at once and for nothing."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from aura.providers.configuration import GraphSettings
from aura.providers.errors import ProviderError
from aura.providers.instagram.graph import CONNECT, READ, Graph
from aura.providers.instagram.items import MEDIA_FIELDS, after, code_of, moment, rows, text
from aura.providers.post_ports import FetchedPost, PostFetch, PostKind, PostMedium, PostRef

PAGE, MOST_PAGES = 100, 100
"""The Graph API shows the 10,000 newest posts of an account, 100 at once."""
SURE_PAGES = 3
"""So many are looked through whatever the code of the post says of its time."""
CHILDREN = "children{id,media_type,media_url,thumbnail_url}"
KINDS: Mapping[str, PostKind] = {"IMAGE": "image", "VIDEO": "video", "CAROUSEL_ALBUM": "carousel"}
PUBLIC = 11
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
FIRST = datetime(2011, 8, 24, 21, 7, 1, 721_000, tzinfo=UTC)
"""Where Instagram's clock begins: the 41 highest bits of a media id are milliseconds since then."""
MARGIN = timedelta(days=3)
NOT_VISIBLE = "The connected Instagram account has no such post. The Graph API shows own posts only."
NO_PICTURE = "Instagram gives no picture of this post, as with posts whose sound or content is protected."


class GraphPosts:
    """Fetches an account's own posts with its access token. Times are in seconds, see ``Graph``."""

    name = "graph"
    paid = False

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
        return f"GraphPosts({self._graph!r})"

    def start(self, post: PostRef) -> PostFetch:
        """The post, if it is one of the account's; else a fetch that failed with ``post_not_visible``.

        Raises ``ProviderError`` as :meth:`aura.providers.instagram.graph.Graph.get` does.
        """
        me = self._graph.get("/me", {"fields": "id,username"})
        media = self._find(str(me.get("id") or ""), post)
        if not media:
            return PostFetch("failed", code="post_not_visible", message=NOT_VISIBLE)
        try:
            told = self._graph.get(f"/{media}", {"fields": f"{MEDIA_FIELDS},{CHILDREN}"})
        except ProviderError as error:
            if error.code != "graph_not_found":
                raise
            return PostFetch("failed", code="post_not_visible", message=NOT_VISIBLE)
        found = _post(told, post, text(me, "username"))
        if not found.media:
            return PostFetch("failed", code="post_not_visible", message=NO_PICTURE)
        return PostFetch("done", {"media": media}, found)

    def find(self, post: PostRef, since: float) -> PostFetch | None:
        """None: nothing goes on anywhere, and asking again costs nothing."""
        return None

    def look(self, fetch: PostFetch, wait: float = 0) -> PostFetch:
        """The same: it was over at once."""
        return fetch

    def abort(self, fetch: PostFetch) -> None:
        """Nothing goes on anywhere."""

    def _find(self, account: str, post: PostRef) -> str:
        """The media id of a post, "" where the account has none such. Posts are listed newest first."""
        cursor, code, since = "", post.code[:PUBLIC], _made_at(post.code)
        for page in range(MOST_PAGES):
            query = {"fields": "id,permalink,shortcode,timestamp", "limit": str(PAGE)}
            listed = self._graph.get(f"/{account}/media", {**query, "after": cursor} if cursor else query)
            media = rows(listed)
            for one in media:
                if (text(one, "shortcode") or code_of(text(one, "permalink")))[:PUBLIC] == code:
                    return str(one.get("id") or "")
            cursor = after(listed)
            oldest = moment(media[-1].get("timestamp")) if media else None
            passed = since is not None and oldest is not None and oldest < since - MARGIN
            if not cursor or (passed and page + 1 >= SURE_PAGES):
                return ""
        return ""


def _made_at(code: str) -> datetime | None:
    """When the post with a code was made, None where the code tells no time that has been."""
    number = 0
    for letter in code[:PUBLIC]:
        number = number * 64 + LETTERS.index(letter)
    found = FIRST + timedelta(milliseconds=number >> 23)
    return found if found <= datetime.now(UTC) else None


def _post(told: Mapping[str, Any], post: PostRef, username: str) -> FetchedPost:
    children = rows(told.get("children"))
    media = [medium for one in children or [told] if (medium := _medium(one))]
    return FetchedPost(
        code=post.code,
        url=post.url,
        kind=KINDS.get(text(told, "media_type"), "image"),
        media=tuple(media),
        author=(text(told, "username") or username).lower(),
        caption=text(told, "caption").replace("\0", ""),
        taken_at=moment(told.get("timestamp")),
        likes=_count(told.get("like_count")),
        comments=_count(told.get("comments_count")),
    )


def _medium(one: Mapping[str, Any]) -> PostMedium | None:
    """A picture or the cover of a video; the video's own file is not wanted."""
    video = text(one, "media_type") == "VIDEO"
    url = text(one, "thumbnail_url") if video else text(one, "media_url")
    return PostMedium(url, kind="video" if video else "image") if url else None


def _count(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value < 2**31 else None
