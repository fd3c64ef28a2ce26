"""Columns of money by day."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.charts import columns, dollars

DAY = date(2026, 11, 1)


@given(st.lists(st.decimals(0, 10_000, places=8), min_size=1, max_size=31))
def test_columns_stay_within_the_plot_and_in_proportion(amounts: list[Decimal]) -> None:
    chart = columns([(DAY + timedelta(days=place), amount) for place, amount in enumerate(amounts)])
    assert len(chart.columns) == len(amounts)
    assert all(0 <= one.y <= 100 and one.y + one.height == pytest.approx(100) for one in chart.columns)
    assert all(one.x >= 0 and one.x + one.width <= 100 for one in chart.columns)
    if chart.total:
        highest = max(one.height for one in chart.columns)
        assert 55 <= highest <= 100
        assert chart.dearest.height == highest
    assert 2 <= len(chart.ticks) <= 6
    assert chart.ticks[0].y == 0
    assert chart.ticks[-1].y == 100


@pytest.mark.parametrize(
    ("amount", "words"),
    [("0", "$0.00"), ("0.00001", "under $0.0001"), ("0.0055", "$0.0055"), ("1", "$1.00"), ("1234.5", "$1,234.50")],
)
def test_an_amount_is_never_a_false_zero(amount: str, words: str) -> None:
    assert dollars(Decimal(amount)) == words


def test_the_summary_says_what_the_columns_show() -> None:
    chart = columns([(DAY, Decimal(1)), (DAY + timedelta(days=1), Decimal("2.5"))])
    assert chart.summary == "$3.50 from 1 Nov to 2 Nov, most of it on 2 Nov: $2.50."
    assert columns([(DAY, Decimal(0))]).summary == "Nothing was spent from 1 Nov to 1 Nov."
