"""Demographics as a table of plain text."""

from collections.abc import Iterator
from typing import Any

TITLES = {"gender": "Gender", "age": "Age", "profile_type": "Profile type", "language": "Language"}
SHOWN = 8
BAR = 24


def lines(account: str, answer: dict[str, Any]) -> Iterator[str]:
    """The table of the API's demographics answer, line by line. Shares are fractions of 1; small groups stay hidden."""
    yield ""
    yield f"Audience of @{account}"
    yield f"{answer['people']:,} people, {answer['classified']:,} classified, {answer['unknown']:,} unknown"
    for name, title in TITLES.items():
        groups = answer.get(name, [])
        yield ""
        yield f"{title:<16}{'share':>7}   {'95 % interval':<17}{'people':>7}"
        for group in groups[:SHOWN]:
            yield _row(group)
        if len(groups) > SHOWN:
            yield f"  and {len(groups) - SHOWN} more"


def _row(group: dict[str, Any]) -> str:
    label = f"  {group['value']:<14}"
    if group.get("suppressed") or group.get("share") is None:
        return f"{label}{'–':>7}   too few people to show"
    interval = f"{group['low']:.1%} – {group['high']:.1%}"
    return f"{label}{group['share']:>7.1%}   {interval:<17}{group['count']:>7,}   {'█' * round(group['share'] * BAR)}"
