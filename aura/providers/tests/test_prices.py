"""What calls cost, and what a file of prices must look like."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from aura.environment import Reader
from aura.outside import outside
from aura.providers.metering import Usage
from aura.providers.prices import Price, WrongPrices, parse, price_list, price_of

NOVEMBER = datetime(2026, 11, 20, tzinfo=UTC)
LITE = "gemini-3.5-flash-lite"


def gemini(model: str = LITE, **more: Any) -> Usage:
    return Usage("gemini", model, "read", **more)


def test_tokens_are_priced_by_the_million() -> None:
    usage = gemini(input_tokens=1_000_000, output_tokens=200_000, images=16, items=16)
    assert price_of(usage, NOVEMBER) == Price(Decimal("0.80"), known=True)


def test_a_batch_costs_half() -> None:
    usage = gemini(input_tokens=1_000_000, output_tokens=200_000, batch=True)
    assert price_of(usage, NOVEMBER).amount == Decimal("0.40")


def test_a_price_holds_on_its_days() -> None:
    usage = gemini("gemini-3.8-flash", input_tokens=1_000_000)
    assert price_of(usage, datetime(2026, 12, 31, 23, 59, tzinfo=UTC)).amount == Decimal("0.75")
    assert price_of(usage, datetime(2027, 1, 1, tzinfo=UTC)).amount == Decimal("1.50")
    assert price_of(usage, datetime(2026, 9, 1, tzinfo=UTC)) == Price(Decimal(0), known=False)


def test_a_scrape_is_priced_by_the_thousand_until_the_service_says_what_it_was() -> None:
    usage = Usage("apify", "apify/instagram-comment-scraper", "comments", items=5000)
    assert price_of(usage, NOVEMBER) == Price(Decimal("11.5"), known=True)
    told = Usage("apify", "apify/instagram-comment-scraper", "comments", items=5000, cost=Decimal("9.871"))
    assert price_of(told, NOVEMBER) == Price(Decimal("9.871"), known=True)


@pytest.mark.parametrize(
    "usage", [gemini("gemini-9", input_tokens=5), Usage("openai", "llama", "read", input_tokens=5)]
)
def test_what_has_no_price_costs_nothing_and_says_so(usage: Usage) -> None:
    assert price_of(usage, NOVEMBER) == Price(Decimal(0), known=False)


def test_cached_tokens_have_a_price_of_their_own_where_it_is_known() -> None:
    entry = {"provider": "p", "model": "m", "from": "2026-01-01", "input": 2, "cached": "0.5", "output": 4}
    prices = parse({"currency": "USD", "prices": [entry]})
    usage = Usage("p", "m", "read", input_tokens=1_000_000, cached_tokens=500_000)
    assert prices.price_of(usage, NOVEMBER).amount == Decimal("1.25")
    assert price_of(gemini(input_tokens=1_000_000, cached_tokens=500_000), NOVEMBER).amount == Decimal("0.30")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"provider": ""}, "Price 1 has no provider"),
        ({"from": None}, "no day from which it holds"),
        ({"from": "31.12.2026"}, "takes a day such as"),
        ({"until": "2025-01-01"}, "ends before it begins"),
        ({"input": "cheap"}, "takes an amount"),
        ({"input": -1}, "takes an amount"),
        ({"input": "NaN"}, "takes an amount"),
        ({"input": True}, "takes an amount"),
        ({"prize": 1}, "'prize', which means nothing"),
        ({"estimate": "yes"}, "true or false"),
    ],
)
def test_a_wrong_price_is_named(change: dict[str, Any], words: str) -> None:
    entry = {"provider": "p", "model": "m", "from": "2026-01-01", "input": 2} | change
    with pytest.raises(WrongPrices, match=words):
        parse({"currency": "USD", "prices": [entry]})


@pytest.mark.parametrize("found", [[], {}, {"prices": []}, {"currency": "EUR", "prices": []}, {"prices": [1]}])
def test_another_shape_is_refused(found: Any) -> None:
    with pytest.raises(WrongPrices):
        parse(found)


def test_two_prices_of_one_day_are_refused() -> None:
    entry = {"provider": "p", "model": "m", "from": "2026-01-01", "input": 2}
    with pytest.raises(WrongPrices, match="Prices 1 and 2 of m hold on the same days"):
        parse({"currency": "USD", "prices": [entry, entry | {"from": "2026-06-01"}]})


def test_an_operators_file_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    entry = {"provider": "gemini", "model": LITE, "from": "2026-01-01", "input": "9", "output": "9"}
    path.write_text(json.dumps({"currency": "USD", "prices": [entry]}))
    reader = Reader({"AURA_PRICES": str(path)})
    assert outside(reader).prices == str(path)
    assert reader.wrong == []
    assert price_of(gemini(input_tokens=1_000_000), NOVEMBER, str(path)).amount == Decimal(9)


@pytest.mark.parametrize("body", [None, b"{", b"\xff", b"[" * 100_000, b'{"currency": "USD", "prices": [{}]}'])
def test_a_wrong_file_is_said_at_the_start(tmp_path: Path, body: bytes | None) -> None:
    path = tmp_path / "prices.json"
    if body is not None:
        path.write_bytes(body)
    reader = Reader({"AURA_PRICES": str(path)})
    assert outside(reader).prices == ""
    assert [error.id for error in reader.wrong] == ["aura.E108"]
    assert str(tmp_path) not in str(reader.wrong[0])


@pytest.mark.parametrize("value", ["fifty", "-1", "1.234", "NaN", "9" * 30])
def test_a_wrong_budget_is_said_at_the_start(value: str) -> None:
    reader = Reader({"AURA_MONTHLY_BUDGET": value})
    assert outside(reader).monthly_budget is None
    assert [error.id for error in reader.wrong] == ["aura.E109"]


def test_a_budget_is_read() -> None:
    assert outside(Reader({"AURA_MONTHLY_BUDGET": "12.50"})).monthly_budget == Decimal("12.50")
    assert outside(Reader({})).monthly_budget is None


def test_the_shipped_prices_can_be_used_and_name_their_source() -> None:
    entries = price_list().entries
    assert entries
    assert all(entry.source for entry in entries)
