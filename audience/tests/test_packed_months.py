"""A10: a whole month is read from one sheet, and says what its days say."""

import random
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from audience import packing
from audience.models import AudienceSheet, TrackedAccount
from audience.packing import Crowd
from audience.queries import packs
from audience.queries.comparing import Asked, compare
from audience.services import rollups
from audience.tests.test_packs import accounts, check, items
from audience.tests.test_rollups_followed import comment, load

__all__ = ["accounts"]


def test_a_whole_month_is_read_from_its_sheet_and_what_came_since(
    accounts: list[TrackedAccount], monkeypatch: pytest.MonkeyPatch
) -> None:
    account = accounts[0]
    load(account, [comment(n, f"p{n % 7}", at=24 * n % 600) for n in range(60)])
    rollups.rebuild(account)
    read: list[tuple[Any, ...]] = []
    asked = packs._arrays

    def noting(query: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        rows = asked(query, values)
        read[:] = rows
        return rows

    monkeypatch.setattr(packs, "_arrays", noting)
    march = date(2026, 3, 1), date(2026, 3, 31), None
    assert packs.commenting(account, *march)
    assert len(read) == 1
    load(account, [comment(900, "p1", at=50), comment(901, "p59", at=80)])
    found = packs.commenting(account, *march)
    assert found
    assert len(read) == 3, "the month and two days"
    assert packs.commenting(account, date(2026, 3, 2), march[1], None)
    assert len(read) > 20, "not the whole month"
    check(account, monkeypatch)


def test_a_comparison_reads_the_people_of_a_period_once_however_many_they_are(
    accounts: list[TrackedAccount], monkeypatch: pytest.MonkeyPatch
) -> None:
    account = accounts[0]
    load(account, items(random.Random(5), 90, 0))
    rollups.rebuild(account)
    read: list[str] = []
    asked = packs._arrays

    def noting(query: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        read.append(query)
        return asked(query, values)

    monkeypatch.setattr(packs, "_arrays", noting)
    monkeypatch.setattr(packs, "_CROWDS", packs._Kept[Crowd](0))
    compare(Asked(account, date(2026, 3, 1), date(2026, 3, 4)), Asked(account, date(2026, 3, 5), date(2026, 3, 9)))
    assert read.count(packs.OF_DAYS) == 2


@pytest.mark.parametrize("of", ["month", "day"])
def test_a_month_that_is_not_what_its_days_are_is_found_at_night(accounts: list[TrackedAccount], of: str) -> None:
    account = accounts[0]
    load(account, items(random.Random(5), 60, 0))
    rollups.rebuild(account)
    sheets = AudienceSheet.objects.filter(account=account)
    if of == "month":
        sheets.filter(month=date(2026, 3, 1)).delete()
    else:
        sheets.filter(day=date(2026, 3, 3)).update(summed=False)
    assert rollups.check(account)["packs"] == 1
    assert rollups.check(account) == {}


@pytest.mark.parametrize(
    ("start", "end", "whole"),
    [
        ((2026, 3, 1), (2026, 3, 31), ((2026, 3, 1), (2026, 4, 1))),
        ((2026, 3, 1), (2026, 3, 30), ((2026, 3, 1), (2026, 3, 1))),
        ((2026, 3, 2), (2026, 3, 31), ((2026, 4, 1), (2026, 4, 1))),
        ((2023, 12, 5), (2024, 2, 29), ((2024, 1, 1), (2024, 3, 1))),
        ((1, 1, 1), (2024, 2, 28), ((1, 1, 1), (2024, 2, 1))),
        ((2024, 2, 2), (9999, 12, 31), ((2024, 3, 1), (9999, 12, 1))),
        ((9999, 12, 2), (9999, 12, 31), ((9999, 12, 1), (9999, 12, 1))),
    ],
)
def test_whole_months_lie_within_the_days(
    start: tuple[int, int, int], end: tuple[int, int, int], whole: tuple[tuple[int, int, int], tuple[int, int, int]]
) -> None:
    assert packing.whole_months(date(*start), date(*end)) == tuple(date(*day) for day in whole)
