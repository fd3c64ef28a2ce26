"""The calls to Replicate that Aura makes, by the vendor's client. Only ``ProviderError`` leaves.

Every request is sent once. The client's own transport sends a GET up to ten times and waits within it, for 55 seconds
at a server that answers 503; a transport that is mounted for all addresses takes its place. Answers are taken as JSON:
the client's ``Prediction`` does not know the status ``aborted``.
"""

import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import httpx
from replicate.client import Client
from replicate.exceptions import ReplicateError

from aura.providers.clients import CONNECT_SECONDS, SPARE_CONNECTIONS, Clients
from aura.providers.configuration import Placed
from aura.providers.errors import ProviderError
from aura.providers.replicate import errors

SCHEMAS: Final = ("latest_version", "openapi_schema", "components", "schemas")
MAX_WAIT: Final = 86_400.0
NOTES: Final = "aura"


class Noted(httpx.HTTPTransport):
    """A plain transport that notes ``Retry-After``: the client's errors drop the headers."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request, once."""
        response = super().handle_request(request)
        notes = request.extensions.get(NOTES)
        if isinstance(notes, dict):
            notes["wait"] = _seconds(response.headers.get("retry-after", ""))
        return response


def _seconds(said: str) -> float | None:
    text = said.strip()
    return min(float(text), MAX_WAIT) if text.isascii() and text.isdigit() else None


def _made(token: str, settings: Placed) -> Client:
    room = settings.in_flight + SPARE_CONNECTIONS
    limits = httpx.Limits(max_connections=room, max_keepalive_connections=room)
    timeout = httpx.Timeout(settings.timeout, connect=min(CONNECT_SECONDS, settings.timeout))
    transport = Noted(limits=limits, retries=0)
    # Without ``transport`` the client would make one more, which nobody uses.
    client = Client(
        token,
        base_url=settings.url,
        timeout=timeout,
        transport=transport,
        mounts={"all://": transport},
        follow_redirects=False,
    )
    weakref.finalize(client, transport.close)
    return client


_clients = Clients(_made)


class Wire:
    """One token's calls at one address."""

    def __init__(self, token: str, settings: Placed) -> None:
        self._token, self._settings = token, settings

    def create(self, model: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Start a prediction of ``owner/name`` or ``owner/name:version``; returns it at once."""
        name, _, version = model.partition(":")
        path = "/v1/predictions" if version else f"/v1/models/{name}/predictions"
        sent = {**body, "version": version} if version else dict(body)
        return self._prediction(self._ask("POST", path, sent, starting=True), starting=True)

    def prediction(self, key: str) -> dict[str, Any]:
        """A prediction as it is now."""
        return self._prediction(self._ask("GET", f"/v1/predictions/{key}"))

    def cancel(self, key: str) -> dict[str, Any]:
        """Ask for a prediction to be stopped."""
        return self._prediction(self._ask("POST", f"/v1/predictions/{key}/cancel", {}))

    def recent(self, pages: int) -> Iterator[dict[str, Any]]:
        """The account's predictions, newest first."""
        path = "/v1/predictions"
        for _ in range(pages):
            page = self._ask("GET", path)
            yield from (row for row in page.get("results") or [] if isinstance(row, dict))
            following = page.get("next")
            if not isinstance(following, str) or not following:
                return
            # Only the query is taken: the address is the service's word, and the token goes along.
            path = f"/v1/predictions?{following.partition('?')[2]}"

    def schemas(self, model: str) -> dict[str, Any]:
        """The schemas of a model's input and output."""
        name, _, version = model.partition(":")
        found: Any = self._ask("GET", f"/v1/models/{name}" + (f"/versions/{version}" if version else ""), starting=True)
        for part in SCHEMAS[1:] if version else SCHEMAS:
            found = found.get(part) if isinstance(found, Mapping) else None
        if not isinstance(found, dict):
            raise errors.bad_answer()
        return found

    def webhook_secret(self) -> str:
        """With what Replicate signs its webhooks for this account."""
        found = self._ask("GET", "/v1/webhooks/default/secret").get("key")
        if not isinstance(found, str) or not found:
            raise errors.bad_answer()
        return found

    def account(self) -> str:
        """The account's name: the cheapest way to know that a token is good."""
        return str(self._ask("GET", "/v1/account").get("username") or "")

    def _prediction(self, found: dict[str, Any], *, starting: bool = False) -> dict[str, Any]:
        if not isinstance(found.get("id"), str) or not found["id"]:
            raise errors.start_unknown() if starting else errors.bad_answer()
        return found

    def _ask(self, method: str, path: str, body: Any = None, *, starting: bool = False) -> dict[str, Any]:
        paying = starting and method == "POST"
        notes: dict[str, float | None] = {}
        with self._speaking(notes, starting=starting, paying=paying):
            client = _clients.of(self._token, self._settings)
            more = {"json": body} if method == "POST" else {}
            answer = client._request(method, path, extensions={NOTES: notes}, **more)
            found = answer.json()
            if not isinstance(found, dict):
                raise ValueError
            return found

    @contextmanager
    def _speaking(self, notes: Mapping[str, float | None], *, starting: bool, paying: bool) -> Iterator[None]:
        """Turn what the client and its transport raise into words for people. Nothing of it is carried along."""
        try:
            yield
            return
        except ProviderError:
            raise
        except ReplicateError as error:
            words = errors.without(self._token, error.detail or error.title)
            failure = _refused(error.status or 0, words, notes.get("wait"), starting=starting, paying=paying)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol):
            failure = errors.unreachable()
        except httpx.TimeoutException:
            failure = errors.start_unknown() if paying else errors.timed_out()
        except httpx.HTTPError:
            failure = errors.start_unknown() if paying else errors.cut_off()
        except (ValueError, TypeError, AttributeError, httpx.InvalidURL):
            failure = errors.start_unknown() if paying else errors.bad_answer()
        raise failure from None


def _refused(status: int, words: str, wait: float | None, *, starting: bool, paying: bool) -> ProviderError:
    if starting and not paying and (status >= 500 or status == 408):
        return errors.error_of(status, words, wait)
    return errors.error_of(status, words, wait, starting=starting)
