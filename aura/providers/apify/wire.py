"""The calls to Apify that Aura makes, by the vendor's client. Only this module loads it; only ``ProviderError`` leaves.

Every request is sent once. The client's own retries would send the POST that starts a run again after an error of the
server or a lost answer, and so pay a second run; for the others, waiting is the work of whoever called.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import impit
import pydantic
from apify_client import ApifyClient
from apify_client.errors import ApifyApiError, ApifyClientError
from apify_client.http_clients import ImpitHttpClient

from aura.providers.apify import errors
from aura.providers.apify.errors import Refusal, error_of, without
from aura.providers.errors import ProviderError

MAX_WAIT = 86_400.0
SERVER_WAIT = 60.0
"""Apify keeps a request open for so many seconds at most."""
LAG = 3.0
"""A new run may be unknown to some of Apify's replicas for so many seconds."""
RUNS = 1000
UNREADABLE = (pydantic.ValidationError, ApifyClientError, KeyError, ValueError, TypeError, AttributeError)


class Transport(ImpitHttpClient):
    """The client's own transport, which notes ``Retry-After``: the client drops the headers of a refusal."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._noted = threading.local()

    def send_request(
        self,
        *,
        method: str,
        url: str,
        headers: dict[str, str],
        content: bytes | Iterator[bytes] | None,
        timeout: float | None,
        stream: bool,
    ) -> impit.Response:
        """Send one request."""
        self._noted.wait = None
        response = super().send_request(
            method=method, url=url, headers=headers, content=content, timeout=timeout, stream=stream
        )
        said = response.headers.get("retry-after", "").strip()
        self._noted.wait = min(float(said), MAX_WAIT) if said.isascii() and said.isdigit() else None
        return response

    @property
    def wait(self) -> float | None:
        """What the last answer of this thread said, in seconds."""
        found: float | None = getattr(self._noted, "wait", None)
        return found


class Wire:
    """``timeout`` is in seconds for one request, its answer included; ``page_timeout`` for a page of items."""

    def __init__(self, token: str, url: str, *, timeout: float, page_timeout: float) -> None:
        usual = timedelta(seconds=timeout)
        self._timeout = timeout
        self._page_timeout = timedelta(seconds=page_timeout)
        self._secrets = [token]
        self._transport = Transport(
            token=token,
            max_retries=0,
            timeout_short=usual,
            timeout_medium=usual,
            timeout_long=usual,
            timeout_max=timedelta(seconds=max(timeout + SERVER_WAIT, page_timeout)),
        )
        self._client = ApifyClient.with_custom_http_client(token, api_url=url, http_client=self._transport)

    def start(
        self,
        actor: str,
        run_input: Mapping[str, Any],
        *,
        build: str,
        max_items: int,
        max_charge_usd: Decimal | None,
        webhooks: list[dict[str, Any]],
        secret: str,
    ) -> Any:
        """Start a run; returns it. ``secret`` is kept out of what is said."""
        with self._speaking(starting=True, secret=secret):
            return self._client.actor(actor).start(
                run_input=dict(run_input),
                build=build or None,
                max_items=max_items,
                # Never as 1E+2.
                max_total_charge_usd=None if max_charge_usd is None else Decimal(f"{max_charge_usd:f}"),
                webhooks=webhooks or None,  # type: ignore[arg-type]  # a dictionary with the names of the wire
            )

    def runs(self, actor: str, since: datetime) -> list[Any]:
        """The actor's runs that were started since, newest first."""
        with self._speaking(finding=True):
            listed = self._client.actor(actor).runs().list(started_after=since, desc=True, limit=RUNS)
            if listed.total > len(listed.items):
                raise errors.find_unsupported()
            return list(listed.items)

    def stored_input(self, store: str) -> Any:
        """The input with which a run was started, None where there is none."""
        with self._speaking(finding=True):
            record = self._client.key_value_store(store).get_record("INPUT")
            return record["value"] if record else None

    def run(self, run: str, wait: float) -> Any:
        """The run, as soon as it has ended, or after ``wait`` seconds."""
        timeout = timedelta(seconds=self._timeout + min(wait, SERVER_WAIT))
        client = self._client.run(run)
        with self._speaking():
            found = client.wait_for_finish(wait_duration=timedelta(seconds=wait), timeout=timeout)
            if found is None and wait < LAG:
                found = client.wait_for_finish(wait_duration=timedelta(seconds=LAG), timeout=timeout)
        if found is None:
            raise error_of(Refusal(404))
        return found

    def items(self, dataset: str, offset: int, limit: int) -> Any:
        """A page of a data set."""
        with self._speaking():
            return self._client.dataset(dataset).list_items(offset=offset, limit=limit, timeout=self._page_timeout)

    def abort(self, run: str) -> Any | None:
        """The run that is being stopped, None where it cannot be stopped because it has ended."""
        with self._speaking():
            try:
                return self._client.run(run).abort(gracefully=True)
            except ApifyApiError as error:
                if error.status_code != 400:
                    raise
                return None

    @contextmanager
    def _speaking(self, *, starting: bool = False, finding: bool = False, secret: str = "") -> Iterator[None]:
        """Turn what the client and its transport raise into words for people. Nothing of it is carried along."""
        try:
            yield
            return
        except ProviderError:
            raise
        except ApifyApiError as error:
            refusal = self._refusal(error, secret)
            failure = error_of(refusal, starting=starting)
            if finding and refusal.status in (403, 404, 405):
                failure = errors.find_unsupported()
        except (impit.ConnectError, impit.ConnectTimeout):
            failure = errors.unreachable()
        except (impit.TimeoutException, TimeoutError):
            failure = errors.start_unknown() if starting else errors.timed_out()
        except (impit.HTTPError, impit.StreamError, impit.InvalidURL):
            failure = errors.start_unknown() if starting else errors.cut_off()
        except UNREADABLE:
            failure = errors.start_unknown() if starting else errors.bad_answer()
        raise failure from None

    def _refusal(self, error: ApifyApiError, secret: str) -> Refusal:
        known = isinstance(error.type, str) and error.type != ""
        words = without([*self._secrets, secret], str(error.message)) if known else ""
        return Refusal(error.status_code, str(error.type or ""), words, self._transport.wait)
