"""What outside calls cost: prices as data, each with the days on which it holds and its source. Pure.

A file of prices is ``{"currency": "USD", "prices": [{…}]}``. An entry names ``provider``, ``model``, ``from`` and may
name ``until`` (days in UTC, both included), ``input``, ``cached`` and ``output`` (US dollars for a million tokens),
``images`` and ``items`` (for a thousand), ``batch`` (the factor for calls at the price of a batch), ``estimate`` (the
service itself names what it charged) and ``source``.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

from aura.providers.metering import Usage

SHIPPED = Path(__file__).with_name("prices.json")
CURRENCY = "USD"
RATES = ("input", "cached", "output", "images", "items")
KNOWN = {"provider", "model", "from", "until", "batch", "estimate", "source", *RATES}
MILLION, THOUSAND = Decimal(1_000_000), Decimal(1000)
SMALLEST = Decimal("0.00000001")
DEAREST = Decimal(100_000)
MOST_BYTES = 1_000_000


class WrongPrices(ValueError):
    """A file of prices cannot be used; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Price:
    """``amount`` in US dollars, rounded to 8 places; not ``known`` where there is no price (then it is 0)."""

    amount: Decimal
    known: bool


@dataclass(frozen=True, slots=True)
class PriceEntry:
    """What a model costs on the days from ``since`` to ``until``, both included; None is a price that there is not."""

    provider: str
    model: str
    since: date
    until: date | None = None
    input: Decimal | None = None
    cached: Decimal | None = None
    output: Decimal | None = None
    images: Decimal | None = None
    items: Decimal | None = None
    batch: Decimal = Decimal(1)
    estimate: bool = False
    source: str = ""

    def holds(self, day: date) -> bool:
        """Whether it is the price of that day."""
        return self.since <= day and (self.until is None or day <= self.until)

    def cost(self, usage: Usage) -> Price:
        """What the call costs; not known where something was used that has no price here."""
        cached = usage.cached_tokens
        parts = (
            (usage.input_tokens - cached, self.input, MILLION),
            (cached, self.input if self.cached is None else self.cached, MILLION),
            (usage.output_tokens, self.output, MILLION),
            (usage.images, Decimal(0) if self.images is None else self.images, THOUSAND),
            (usage.items, self._items(), THOUSAND),
        )
        if any(number and rate is None for number, rate, _ in parts):
            return Price(Decimal(0), known=False)
        total = sum((max(0, number) * (rate or 0) / unit for number, rate, unit in parts), Decimal(0))
        return Price((total * (self.batch if usage.batch else 1)).quantize(SMALLEST), known=True)

    def _items(self) -> Decimal | None:
        """Profiles read by a model are paid for by its tokens; a scrape has no other price than that of its items."""
        return Decimal(0) if self.items is None and self.input is not None else self.items


@dataclass(frozen=True, slots=True)
class PriceList:
    """All prices, in the order of their file."""

    entries: tuple[PriceEntry, ...]

    def entry(self, provider: str, model: str, day: date) -> PriceEntry | None:
        """The price of a model on a day, or None."""
        found = (e for e in self.entries if (e.provider, e.model) == (provider, model) and e.holds(day))
        return next(found, None)

    def price_of(self, usage: Usage, at: datetime) -> Price:
        """What a call at a time costs: what the service itself named, else by this list."""
        if usage.cost is not None:
            return Price(usage.cost.quantize(SMALLEST), known=True)
        entry = self.entry(usage.provider, usage.model, at.astimezone(UTC).date())
        return entry.cost(usage) if entry else Price(Decimal(0), known=False)


@cache
def price_list(path: str = "") -> PriceList:
    """The prices in a file, "" for the shipped ones; read once. Raises :class:`WrongPrices`."""
    place = Path(path) if path else SHIPPED
    try:
        if place.stat().st_size > MOST_BYTES:
            raise WrongPrices(f"{place.name} is larger than {MOST_BYTES} bytes.")
        found = json.loads(place.read_text("utf-8"))
    except OSError as error:
        raise WrongPrices(f"{place.name} cannot be read ({error.strerror}).") from None
    except (ValueError, RecursionError):
        raise WrongPrices(f"{place.name} is not JSON in UTF-8.") from None
    return parse(found)


def price_of(usage: Usage, at: datetime, path: str = "") -> Price:
    """What a call at a time costs, by the file at ``path`` or the shipped one."""
    return price_list(path).price_of(usage, at)


def parse(found: Any) -> PriceList:
    """Prices from JSON that was read. Raises :class:`WrongPrices`, which names the entry, counted from 1."""
    if not isinstance(found, Mapping) or not isinstance(found.get("prices"), list):
        raise WrongPrices('A file of prices is {"currency": "USD", "prices": […]}.')
    if found.get("currency") != CURRENCY:
        raise WrongPrices(f"The currency must be {CURRENCY}.")
    entries = tuple(_entry(number, row) for number, row in enumerate(found["prices"], 1))
    for place, later in enumerate(entries):
        for number, earlier in enumerate(entries[:place], 1):
            if (earlier.provider, earlier.model) == (later.provider, later.model) and _overlap(earlier, later):
                raise WrongPrices(f"Prices {number} and {place + 1} of {later.model} hold on the same days.")
    return PriceList(entries)


def _overlap(one: PriceEntry, other: PriceEntry) -> bool:
    first, second = sorted((one, other), key=lambda entry: entry.since)
    return first.until is None or first.until >= second.since


def _entry(number: int, row: Any) -> PriceEntry:
    where = f"Price {number}"
    if not isinstance(row, Mapping):
        raise WrongPrices(f"{where} is not an object.")
    unknown = sorted(set(row) - KNOWN)
    if unknown:
        raise WrongPrices(f"{where} has {unknown[0]!r}, which means nothing here.")
    for name in ("provider", "model"):
        if not isinstance(row.get(name), str) or not row[name].strip():
            raise WrongPrices(f"{where} has no {name}.")
    if not any(name in row for name in RATES):
        raise WrongPrices(f"{where} names no price: {', '.join(RATES)}.")
    since, until = _day(where, row, "from"), _day(where, row, "until") if "until" in row else None
    if since is None:
        raise WrongPrices(f"{where} has no day from which it holds.")
    if until is not None and until < since:
        raise WrongPrices(f"{where} ends before it begins.")
    if not isinstance(row.get("estimate", False), bool) or not isinstance(row.get("source", ""), str):
        raise WrongPrices(f"{where}: estimate is true or false, source is a text.")
    rates: dict[str, Any] = {name: _amount(where, row, name) for name in RATES if name in row}
    batch = _amount(where, row, "batch") if "batch" in row else Decimal(1)
    rest = {"batch": batch, "estimate": row.get("estimate", False), "source": row.get("source", "")}
    return PriceEntry(row["provider"], row["model"], since, until, **rates, **rest)


def _day(where: str, row: Mapping[str, Any], name: str) -> date | None:
    value = row.get(name)
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise WrongPrices(f"{where}: {name} is {str(value)[:20]!r}; it takes a day such as 2026-12-31.") from None


def _amount(where: str, row: Mapping[str, Any], name: str) -> Decimal:
    value = row[name]
    try:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise InvalidOperation
        amount = Decimal(str(value))
        good = amount.is_finite() and 0 <= amount <= DEAREST
    except InvalidOperation:
        good = False
    if not good:
        raise WrongPrices(f"{where}: {name} is {str(value)[:20]!r}; it takes an amount in US dollars such as 0.30.")
    return amount
