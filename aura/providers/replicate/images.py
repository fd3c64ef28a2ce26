"""``ImageGenerator`` by models at Replicate: started once, and its id is enough to follow it from any process."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit
from uuid import UUID

from aura.providers.configuration import ImageSettings
from aura.providers.errors import CUT_OFF, MAYBE_BILLED, TIMEOUT, ProviderError
from aura.providers.image_ports import ImageOrder, MadeImage, Making
from aura.providers.images import ImageRefused, sanitise
from aura.providers.metering import Charge, Meter, Usage
from aura.providers.outbound import fetch
from aura.providers.outlet import Outlet
from aura.providers.replicate import errors
from aura.providers.replicate.inputs import SEED, fields_of, input_of
from aura.providers.replicate.outputs import making_of

if TYPE_CHECKING:
    from aura.providers.replicate.wire import Wire

T = TypeVar("T")
PROVIDER: Final = "replicate"
OPERATION: Final = "make_images"
SKEW: Final = 30.0
"""Replicate's clock may be behind ours by so many seconds."""
PAGES: Final = 3
SCHEMA_SECONDS: Final = 3600.0
MOST_SCHEMAS: Final = 64
LARGEST: Final = 50 * 2**20
FETCH_SECONDS: Final = 60.0
REFERENCE_SIDE, REFERENCE_BYTES = 1024, 20 * 2**20
JOB: Final = "job"
MOST_SEED: Final = 2**31 - 1

_schemas: dict[tuple[str, str], tuple[float, dict[str, Any]]] = {}


class ReplicateImages:
    """Makes pictures with one workspace's token.

    ``outlet`` guards the calls (they cost nothing there); ``meter`` books the pictures: money is set aside at the
    start and booked once :meth:`look` has seen the end. Both may be left out, where nothing is made.
    """

    paid = True
    edits = True

    def __init__(
        self, token: str, settings: ImageSettings, outlet: Outlet | None = None, meter: Meter | None = None
    ) -> None:
        self._token, self._settings, self._outlet, self._meter = token, settings, outlet, meter
        self.name = f"{PROVIDER}:{settings.model}"

    def __repr__(self) -> str:
        return f"ReplicateImages({self._settings.url}, {self._settings.model})"

    @cached_property
    def _wire(self) -> "Wire":
        # The vendor's client loads at the first call, not where only a webhook is checked.
        made: Wire = import_module("aura.providers.replicate.wire").Wire(self._token, self._settings)
        return made

    def expected(self, order: ImageOrder) -> Usage:
        """What an order will take: its price is by the picture."""
        return Usage(PROVIDER, self._model(order), OPERATION, images=order.count)

    def start(self, order: ImageOrder) -> Making:
        """Start a prediction, with one request that is never repeated; it runs when this returns.

        ``ProviderError`` codes: ``unsupported_input`` (the model cannot do this order; nothing was paid),
        ``start_unknown`` (ask :meth:`find`), ``unreachable``, ``rate_limited``, ``budget_reached``,
        ``credits_exhausted``, ``provider_key_refused``, ``model_retired``.
        """
        model = self._model(order)
        body = self._body(model, order)
        reservation = self._reserve(order)
        try:
            found = self._call("start", lambda: self._wire.create(model, body), retries=0)
        except ProviderError as error:
            failure = errors.start_unknown() if error.code in {TIMEOUT, CUT_OFF} else error
            self._give_back(reservation, failure)
            raise failure from None
        except BaseException:
            self._give_back(reservation, errors.start_unknown())
            raise
        return self._told({"model": model, **found}, str(reservation or ""))

    def find(self, order: ImageOrder, since: float) -> Making | None:
        """The prediction of this order among the account's newest, by its webhook's address, else by its input.

        An order without webhook and without seed has a seed made from its marker where the model takes one, so that
        its input is its own. ``message`` says how sure it is. Raises ``find_unsupported`` where neither can be seen.
        """
        model = self._model(order)
        sent = self._body(model, order)["input"]
        alike: list[dict[str, Any]] = []
        seen = readable = 0
        for row in self._call("find", lambda: list(self._wire.recent(PAGES))):
            if _when(row) < since - SKEW:
                break
            seen += 1
            marker = _marker_in(row.get("webhook"))
            if marker == order.marker:
                return replace(self._told({"model": model, **row}, ""), message="Found by its marker.")
            readable += bool(marker) or isinstance(row.get("input"), Mapping)
            if not marker and _same(sent, row.get("input")) and _runs(row, model):
                alike.append(row)
        if seen and not readable:
            words = "Replicate does not show what was asked, so Aura cannot tell whether the picture was started."
            raise ProviderError(words, code="find_unsupported")
        if not alike:
            return None
        words = "Found by its input." if len(alike) == 1 else f"One of {len(alike)} with the same input."
        best = next((row for row in alike if row.get("status") not in {"failed", "canceled", "aborted"}), alike[0])
        return replace(self._told({"model": model, **best}, ""), message=words)

    def look(self, making: Making, wait: float = 0) -> Making:
        """The prediction's state; Replicate does not hold a request open, so it is asked again until ``wait`` is over.

        Raises ``making_unknown`` where Replicate does not know it.
        """
        if making.state != "running":
            return making
        ends, pause = time.monotonic() + max(0.0, wait), 0.5
        while True:
            found = self._call("look", lambda: self._wire.prediction(making.id))
            told = self._told({"model": making.model, **found}, making.reservation)
            if told.state != "running" or time.monotonic() + pause > ends:
                return told
            time.sleep(pause)
            pause = min(3.0, pause * 1.5)

    def cancel(self, making: Making) -> Making:
        """Ask Replicate to stop the prediction; one that has ended is told as it is."""
        if making.state != "running":
            return making
        try:
            found = self._call("cancel", lambda: self._wire.cancel(making.id))
        except ProviderError as error:
            if error.code not in {"unsupported_input", "request_refused"}:
                raise
            return self.look(making)
        return self._told({"model": making.model, **found}, making.reservation)

    def fetch(self, image: MadeImage) -> bytes:
        """The bytes of a picture. Raises ``expired``: Replicate deletes them an hour after the end."""
        if image.data:
            return image.data
        own = urlsplit(self._settings.url).hostname in {"127.0.0.1", "localhost", "::1"}
        return fetch(image.url, max_bytes=LARGEST, deadline=FETCH_SECONDS, allow_loopback=own).data

    def webhook_secret(self) -> str:
        """With what Replicate signs its messages to us; the account has one, until somebody renews it."""
        return self._call("webhook_secret", self._wire.webhook_secret)

    def _model(self, order: ImageOrder) -> str:
        model = (order.model or self._settings.model).removeprefix(f"{PROVIDER}:")
        owner, slash, name = model.partition(":")[0].partition("/")
        if not (owner and slash and name) or not all(part.replace("_", "-").isprintable() for part in (owner, name)):
            raise ProviderError("A model of Replicate is named owner/name.", code="unsupported_input")
        if "/" in name or any(sign in model for sign in "?#% \\") or ".." in model:
            raise ProviderError("A model of Replicate is named owner/name.", code="unsupported_input")
        return model

    def _body(self, model: str, order: ImageOrder) -> dict[str, Any]:
        schemas = self._schemas(model)
        if order.seed is None and SEED in fields_of(schemas):
            order = replace(order, seed=marked_seed(order.marker))
        if order.reference is not None:
            order = _smaller(order)
        body: dict[str, Any] = {"input": input_of(schemas, order)}
        if order.webhook_url and self._may_call(order.webhook_url):
            body |= {"webhook": marked(order.webhook_url, order.marker), "webhook_events_filter": ["completed"]}
        return body

    def _may_call(self, url: str) -> bool:
        """Replicate calls https only; its simulator calls anybody."""
        return url.startswith("https://") or self._settings.url.startswith("http://")

    def _schemas(self, model: str) -> dict[str, Any]:
        name = (self._settings.url, model)
        known = _schemas.get(name)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        found = self._call("schema", lambda: self._wire.schemas(model))
        while len(_schemas) >= MOST_SCHEMAS:
            _schemas.pop(next(iter(_schemas)))
        _schemas[name] = (time.monotonic() + SCHEMA_SECONDS, found)
        return found

    def _reserve(self, order: ImageOrder) -> UUID | None:
        return self._meter.reserve(self.expected(order)) if self._meter else None

    def _give_back(self, reservation: UUID | None, error: ProviderError) -> None:
        if self._meter is None or reservation is None:
            return
        if error.code in MAYBE_BILLED:
            self._meter.keep(reservation, error.code)
        else:
            self._meter.release(reservation, error.code)

    def _told(self, prediction: dict[str, Any], reservation: str) -> Making:
        making = making_of(prediction, self._token, reservation)
        if making.state == "running" or not reservation or self._meter is None:
            return making
        meter, name = self._meter, UUID(reservation)
        images = len(making.images)
        cost = None if images else Decimal(0)
        used = Usage(PROVIDER, making.model, OPERATION, images=images, latency_ms=_took(prediction), cost=cost)
        return replace(making, charge=Charge(used, lambda: meter.settle(name, used)))

    def _call(self, operation: str, work: Callable[[], T], retries: int | None = None) -> T:
        """A call that itself costs nothing, through the gate where there is one."""
        if self._outlet is None:
            return work()
        usage = Usage(PROVIDER, "", operation, cost=Decimal(0))
        return self._outlet.call(work, expected=usage, used=lambda _: usage, retries=retries)


def check_key(token: str, settings: ImageSettings) -> None:
    """Ask for the account's name, which costs nothing. Raises ``ProviderError``."""
    import_module("aura.providers.replicate.wire").Wire(token, settings).account()


def marked(url: str, marker: str) -> str:
    """The webhook's address with the order's marker in its query."""
    parts = urlsplit(url)
    query = "&".join(part for part in (parts.query, urlencode({JOB: marker})) if part)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def marked_seed(marker: str) -> int:
    """A seed that stands for an order."""
    return hash_of(marker) % MOST_SEED + 1


def hash_of(marker: str) -> int:
    """FNV-1a of 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/), the same in every process."""
    found = 0xCBF29CE484222325
    for byte in marker.encode():
        found = (found ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return found


def _marker_in(url: Any) -> str:
    return parse_qs(urlsplit(url).query).get(JOB, [""])[-1] if isinstance(url, str) else ""


def _same(sent: Mapping[str, Any], stored: Any) -> bool:
    """Whether a stored input is the one that was sent. Pictures are not compared: Replicate may keep them elsewhere."""
    return isinstance(stored, Mapping) and all(
        stored.get(name) == value for name, value in sent.items() if "data:" not in str(value)[:8]
    )


def _runs(row: Mapping[str, Any], model: str) -> bool:
    name, _, version = model.partition(":")
    return row.get("model") in (None, "", name) or bool(version and row.get("version") == version)


def _when(row: Mapping[str, Any]) -> float:
    try:
        return datetime.fromisoformat(str(row.get("created_at"))).timestamp()
    except ValueError:
        return time.time()


def _took(prediction: Mapping[str, Any]) -> int:
    metrics = prediction.get("metrics")
    seconds = metrics.get("predict_time") if isinstance(metrics, Mapping) else None
    return round(min(seconds, 86_400) * 1000) if isinstance(seconds, int | float) and seconds > 0 else 0


def _smaller(order: ImageOrder) -> ImageOrder:
    """The reference as a JPEG that fits into a data URI, for which Replicate advises less than a megabyte."""
    try:
        clean = sanitise(order.reference or b"", max_bytes=REFERENCE_BYTES, side=REFERENCE_SIDE)
    except ImageRefused as refused:
        raise ProviderError(
            f"The reference picture cannot be used: {refused.message}", code="unsupported_input"
        ) from None
    return replace(order, reference=clean.data, reference_type=clean.media_type)
