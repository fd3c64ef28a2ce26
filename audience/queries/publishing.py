"""Counts of sentiments as they may be told (A7)."""

import math
from collections.abc import Mapping
from typing import Any

from audience import statistics
from audience.anonymity import Table, exact_table, rounded
from aura.providers.text_ports import SENTIMENTS, UNCLEAR


def publish(counts: Mapping[str, int], k: int, key: int, label: str = "") -> Table:
    """A publishable table of sentiments: exact with small cells hidden, or, with a label, rounded at random as well."""
    whole = sum(counts.values())
    if not label:
        return exact_table(counts, SENTIMENTS, whole, k, key)
    base = max(2, math.ceil(k / 2))
    seen = {value: rounded(counts.get(value, 0), base, key, label, value) for value in (*SENTIMENTS, UNCLEAR)}
    shown = {value: seen[value] if counts.get(value, 0) >= k else None for value in SENTIMENTS}
    unknown = seen[UNCLEAR] if counts.get(UNCLEAR, 0) >= k else None
    rest = max(0, whole - sum(count or 0 for count in (*shown.values(), unknown)))
    return Table(shown, unknown, rest=rest, noise=base / math.sqrt(6))


def entries(table: Table) -> list[dict[str, Any]]:
    """The shares of a table among the comments that were read as something, hidden cells marked."""
    shares = statistics.shares(table.filled(), noise=table.noise)
    found = []
    for value, count in table.counts.items():
        share = shares.get(value)
        if count is None or share is None:
            found.append({"value": value, "suppressed": True})
        else:
            numbers = {"share": share.share, "low": share.low, "high": share.high}
            found.append({"value": value, "count": count} | {n: round(number, 6) for n, number in numbers.items()})
    return found


def share_of(count: int, whole: int, k: int) -> dict[str, Any] | None:
    """A share of comments with its Wilson interval; None where it tells of fewer than k comments."""
    if count < k or 0 < whole - count < k:
        return None
    low, high = statistics.wilson(count / whole, whole)
    return {"count": count, "share": round(count / whole, 6), "low": round(low, 6), "high": round(high, 6)}
