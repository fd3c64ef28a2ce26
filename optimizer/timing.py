"""When to post: from the comments that the workspace's own account gets, where there are enough; else a table. Pure.

Comments come when people are there, and also when the account posts: the hours are those in which its people answer.
An hour counts as better where even the lower end of its share's interval (Wilson 1927, 95 %, corrected for looking at
168 hours at once after Bonferroni) lies above 1/168.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOURS: Final = 24
CELLS: Final = 7 * HOURS
ENOUGH_COMMENTS, ENOUGH_POSTS, ENOUGH_DAYS = 500, 12, 28
FEWEST_IN_CELL: Final = 10
"""Hours with fewer comments are never named, so that nobody's habits show."""
MOST_SLOTS: Final = 5
LEVEL: Final = 0.95
OWN_PLATFORM: Final = "instagram"
"""The audience's comments are Instagram's; they say nothing of other platforms."""
YOURS: Final = "your account"
Weekdays = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """Hours ``start`` … ``end`` (0–24, the end not included) on ``days`` (0 is Monday), in local time."""

    days: Weekdays
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Advice:
    """A platform's row of the table. ``sure`` is ``published`` (a study that was read) or ``common`` (hearsay)."""

    windows: tuple[Window, ...]
    sure: str
    source: str
    read: str = ""


STUDY: Final = "Sprout Social 2023 (34,000 customers, engagement with posts), after "
ODWYER: Final = (
    f"{STUDY}www.odwyerpr.com/story/public/19714/2023-06-07/midweek-afternoons-best-post-time-for-tiktok.html"
)
TODAY: Final = f"{STUDY}www.socialmediatoday.com/news/report-best-times-to-post-social-platforms…/650006/"
READ: Final = "2026-11-21"
TABLE: Final[Mapping[str, Advice]] = {
    "instagram": Advice((Window((1,), 9, 13), Window((2,), 10, 13), Window((0,), 10, 12), Window((4,), 9, 11)),
                        "published", TODAY, READ),
    "facebook": Advice((Window((1,), 8, 14), Window((0, 2), 8, 13), Window((3,), 8, 12)), "published", TODAY, READ),
    "x.com": Advice((Window((1, 2, 3, 4), 9, 12),), "published", ODWYER, READ),
    "linkedin": Advice((Window((1, 2), 10, 12),), "published", ODWYER, READ),
    "tiktok": Advice((Window((1, 2, 3), 14, 18),), "published",
                     f"{ODWYER}; the article says midweek afternoons, the hours are ours", READ),
    "pinterest": Advice((Window((4, 5, 6), 13, 16), Window((4, 5, 6), 20, 22)), "common",
                        "commonly advised: weekend afternoons and evenings; no study was read"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Slot:
    """One hour of the week with its share (0..1) of all comments and the interval of it."""

    day: int
    hour: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Timing:
    """When to post. ``basis`` is ``own`` or ``table``.

    ``sure`` is ``measured`` (own hours that stand out), ``published`` or ``common``; ``why`` says what it rests
    on. ``days`` best first, ``windows`` in the time zone of the counts; ``slots`` only where ``own``.
    """

    platform: str
    basis: str
    sure: str
    windows: tuple[Window, ...]
    days: Weekdays
    why: str
    source: str
    comments: int = 0
    slots: tuple[Slot, ...] = ()

    @property
    def peak(self) -> str:
        """The best hours in words: "Tuesday 09:00–13:00"."""
        return window_words(self.windows[0]) if self.windows else ""


def best_times(
    platform: str,
    counts: Sequence[Sequence[int]] = (),
    *,
    posts: int = 0,
    days: int = 0,
    zone: str = "UTC",
    hidden: int = 0,
    whose: str = YOURS,
) -> Timing:
    """When to post on a platform. ``counts[day][hour]`` are comments (Monday first, 7 × 24) on ``posts`` posts over
    ``days`` days in the time zone ``zone``, ``hidden`` further ones in hours that are not told; ``whose`` are the words
    for the account. Raises ``KeyError`` for an unknown platform.
    """
    total = sum(sum(row) for row in counts) + hidden
    if platform != OWN_PLATFORM or not counts:
        words = "From a general table; there are no comments of your own audience on this platform."
        return _from_table(platform, words, total)
    if len(counts) != len(DAYS) or any(len(row) != HOURS for row in counts):
        raise ValueError("Counts are 7 days of 24 hours.")
    if total < ENOUGH_COMMENTS or posts < ENOUGH_POSTS or days < ENOUGH_DAYS:
        words = (
            f"From a general table: {total:,} comments on {posts:,} posts of {whose} in {days:,} days are too few "
            f"(at least {ENOUGH_COMMENTS:,} on {ENOUGH_POSTS} posts in {ENOUGH_DAYS} days)."
        )
        return _from_table(platform, words, total)
    slots = _standing_out(counts, total)
    if not slots:
        words = f"From a general table: in {total:,} comments on posts of {whose} no hour of the week stands out."
        return _from_table(platform, words, total)
    sums = [sum(row) for row in counts]
    words = f"From {total:,} comments on {posts:,} posts of {whose} ({zone}): {_best_words(slots[0])}"
    return _own(platform, slots, sums, total, words)


def without_own(platform: str, why: str) -> Timing:
    """The table's times, and why there are none of one's own. Raises ``KeyError`` for an unknown platform."""
    return _from_table(platform, f"From a general table: {why}", 0)


def window_words(window: Window) -> str:
    """A window in words: "Tuesday, Wednesday 09:00–13:00"."""
    return f"{', '.join(DAYS[day] for day in window.days)} {window.start:02d}:00–{window.end:02d}:00"


def _from_table(platform: str, why: str, comments: int) -> Timing:
    advice = TABLE[platform]
    days = tuple(dict.fromkeys(day for window in advice.windows for day in window.days))
    return Timing(platform, "table", advice.sure, advice.windows, days, why, advice.source, comments)


def _standing_out(counts: Sequence[Sequence[int]], total: int) -> tuple[Slot, ...]:
    """Hours whose share is surely above the mean, best first."""
    z = NormalDist().inv_cdf(1 - (1 - LEVEL) / 2 / CELLS)
    found = []
    for day, row in enumerate(counts):
        for hour, number in enumerate(row):
            low, high = _wilson(number, total, z)
            if number >= FEWEST_IN_CELL and low > 1 / CELLS:
                found.append(Slot(day, hour, number / total, low, high))
    return tuple(sorted(found, key=lambda slot: (-slot.low, slot.day, slot.hour))[:MOST_SLOTS])


def _best_words(best: Slot) -> str:
    return (
        f"{DAYS[best.day]} {best.hour:02d}:00 has {best.share:.1%} of them ({best.low:.1%} to {best.high:.1%}; "
        f"{1 / CELLS:.1%} would be even). Comments also follow the hours at which you post."
    )


def _own(platform: str, slots: tuple[Slot, ...], sums: Sequence[int], total: int, why: str) -> Timing:
    days = tuple(sorted({slot.day for slot in slots}, key=lambda day: (-sums[day], day)))
    return Timing(platform, "own", "measured", _joined(slots), days, why, "your own audience", total, slots)


def _joined(slots: Sequence[Slot]) -> tuple[Window, ...]:
    """Neighbouring hours of a day as one window; the window of the best hour first."""
    found: list[tuple[int, Window]] = []
    for day in sorted({slot.day for slot in slots}):
        hours = sorted(slot.hour for slot in slots if slot.day == day)
        start = hours[0]
        for hour, following in zip(hours, [*hours[1:], 99], strict=True):
            if following != hour + 1:
                rank = min(n for n, s in enumerate(slots) if s.day == day and start <= s.hour <= hour)
                found.append((rank, Window((day,), start, hour + 1)))
                start = following
    return tuple(window for _, window in sorted(found, key=lambda pair: pair[0]))


def _wilson(number: int, total: int, z: float) -> tuple[float, float]:
    share = number / total
    middle = share + z * z / (2 * total)
    spread = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return (middle - spread) / scale, (middle + spread) / scale
