"""Instagram's pages by instaloader 4.16, which only this module loads; only ``ProviderError`` leaves.

instaloader waits by itself for minutes where it is asked for fewer requests. Waiting is the work of whoever called.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NoReturn

import instaloader
import requests
from instaloader import exceptions as said
from requests.adapters import HTTPAdapter

from aura.providers.errors import RATE_LIMITED, TIMEOUT, UNAVAILABLE, UNREACHABLE, ProviderError
from aura.providers.post_ports import FetchedPost, PostKind, PostMedium, PostRef

SITE = "https://www.instagram.com"
WAIT = 660.0
"""Instagram's window for those who are not signed in, in seconds, as instaloader knows it."""
KINDS: Mapping[str, PostKind] = {"GraphImage": "image", "GraphVideo": "video", "GraphSidecar": "carousel"}
NOT_VISIBLE = (
    "Instagram shows nothing of this post to somebody who is not signed in: it may be private or deleted, or Instagram "
    "has changed its pages."
)


class _Wait(Exception):
    """instaloader wanted to sleep."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class _Awake(instaloader.RateController):
    """Says how long there is to wait instead of waiting."""

    def sleep(self, secs: float) -> None:
        if secs > 0:
            raise _Wait(secs)


class _Elsewhere(HTTPAdapter):
    """Sends what is meant for Instagram's site to another address, such as that of a proxy of the operator."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url.rstrip("/")

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        moved = request.copy()
        moved.url = self._url + (request.url or "").removeprefix(SITE)
        return super().send(moved, *args, **more)


class _Context(instaloader.InstaloaderContext):
    """Asks once, within a time, and says nothing on the console."""

    def __init__(self, url: str, timeout: float) -> None:
        self._elsewhere = None if url.rstrip("/") == SITE else url
        super().__init__(
            sleep=False,
            quiet=True,
            max_connection_attempts=1,
            request_timeout=timeout,
            rate_controller=_Awake,
            iphone_support=False,
        )

    def error(self, msg: str, repeat_at_end: bool = True) -> None:
        """Nothing: what matters is raised."""

    def get_anonymous_session(self) -> requests.Session:
        return self._moved(super().get_anonymous_session())

    @contextmanager
    def _graphql_session(self, *args: Any, **more: Any) -> Iterator[requests.Session]:
        with super()._graphql_session(*args, **more) as session:
            yield self._moved(session)

    def _moved(self, session: requests.Session) -> requests.Session:
        if self._elsewhere:
            session.mount(f"{SITE}/", _Elsewhere(self._elsewhere))
        return session


class Pages:
    """``url`` is where Instagram's site is asked for, ``timeout`` is in seconds for each request."""

    def __init__(self, url: str, timeout: float) -> None:
        self._url, self._timeout = url, timeout

    def post(self, post: PostRef) -> FetchedPost:
        """One post. Raises ``ProviderError`` as :meth:`InstaloaderPosts.start` says."""
        try:
            found = _read(instaloader.Post.from_shortcode(_Context(self._url, self._timeout), post.code), post)
        except _Wait as wait:
            raise _slow_down(wait.seconds) from None
        except (said.InstaloaderException, said.AbortDownloadException, requests.RequestException) as error:
            _raise(error)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError):
            raise _bad_answer() from None
        if not found.media:
            raise ProviderError(NOT_VISIBLE, code="post_not_visible")
        return found


def _slow_down(seconds: float = WAIT) -> ProviderError:
    words = "Instagram asks for fewer requests from this machine."
    return ProviderError(words, code=RATE_LIMITED, retryable=True, retry_after=seconds)


def _bad_answer() -> ProviderError:
    words = "Instagram's answer cannot be read. Its pages may have changed; look for a newer version of instaloader."
    return ProviderError(words, code="bad_answer")


def _raise(error: Exception) -> NoReturn:
    """Raise the error for what instaloader raised; it wraps what happened to a request into one of its own."""
    cause = error.__cause__ if isinstance(error, said.ConnectionException) and error.__cause__ else error
    words = str(cause)
    if isinstance(error, said.QueryReturnedNotFoundException) or isinstance(cause, said.PostChangedException):
        failure = ProviderError("Instagram knows no such post.", code="post_not_found")
    elif isinstance(cause, said.TooManyRequestsException) or "wait a few minutes" in words.lower():
        failure = _slow_down()
    elif isinstance(cause, said.AbortDownloadException):
        words = "Instagram wants to know whether a person is asking from this machine's address."
        failure = ProviderError(words, code="instagram_challenge")
    elif isinstance(cause, said.LoginRequiredException) or (
        isinstance(cause, said.BadResponseException) and "metadata failed" in words
    ):
        failure = ProviderError(NOT_VISIBLE, code="post_not_visible")
    elif isinstance(cause, requests.Timeout):
        failure = ProviderError("Instagram did not answer in time.", code=TIMEOUT, retryable=True)
    elif isinstance(cause, json.JSONDecodeError | said.BadResponseException | said.QueryReturnedBadRequestException):
        failure = _bad_answer()
    elif isinstance(cause, requests.RequestException):
        failure = ProviderError("Instagram cannot be reached.", code=UNREACHABLE, retryable=True)
    else:
        failure = ProviderError("Instagram does not answer as it should.", code=UNAVAILABLE, retryable=True)
    raise failure from None


def _read(found: instaloader.Post, post: PostRef) -> FetchedPost:
    # What Instagram said, under its own names: the properties turn what is not told into 0.
    told: Mapping[str, Any] = found._node
    owner: Mapping[str, Any] = told.get("owner") or {}
    taken_at = told.get("taken_at")
    return FetchedPost(
        code=post.code,
        url=post.url,
        kind=KINDS.get(found.typename, "image"),
        media=tuple(_media(told)),
        author=str(owner.get("username") or "").lower(),
        author_name=str(owner.get("full_name") or ""),
        author_id=str(owner.get("id") or ""),
        caption=(found.caption or "").replace("\0", ""),
        taken_at=datetime.fromtimestamp(taken_at, UTC) if isinstance(taken_at, int) else None,
        likes=_count(told.get("like_count")),
        comments=_count(told.get("comment_count")),
    )


def _media(told: Mapping[str, Any]) -> Iterator[PostMedium]:
    for one in told.get("carousel_media") or [told]:
        candidates = (one.get("image_versions2") or {}).get("candidates") or []
        if candidates and candidates[0].get("url"):
            yield PostMedium(
                candidates[0]["url"],
                kind="video" if one.get("media_type") == 2 else "image",
                alt=str(one.get("accessibility_caption") or "")[:2000],
                width=_count(candidates[0].get("width")),
                height=_count(candidates[0].get("height")),
            )


def _count(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value < 2**31 else None
