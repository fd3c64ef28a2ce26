"""When a schedule is next due. Pure: a cron expression and a time zone in, a moment out."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crontab import CronTab

FIELDS = 5
SHORTEST = timedelta(minutes=15)
"""Two runs of one account are at least this far apart: each costs money and Instagram's patience."""
TRIED = 400


class ScheduleRefused(ValueError):
    """The expression or the time zone is not one, or comes too often; the message is for people."""


def zone_of(name: str) -> ZoneInfo:
    """The time zone of an IANA name. Raises :class:`ScheduleRefused`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ScheduleRefused(f"{name[:60]!r} is no time zone. Write one such as Europe/Paris or UTC.") from None


def check_schedule(cron: str, zone: str) -> str:
    """The expression with single spaces. Raises :class:`ScheduleRefused`; "" is no schedule and stays so."""
    place = zone_of(zone)
    words = " ".join(cron.split())
    if not words:
        return ""
    if len(words.split(" ")) != FIELDS:
        raise ScheduleRefused("Write five fields: minute, hour, day of month, month, weekday. Example: 30 6 * * 1")
    try:
        entry = CronTab(words)
    except (ValueError, KeyError, IndexError):
        raise ScheduleRefused("This is no cron expression. Example, each Monday at 6:30: 30 6 * * 1") from None
    moments = _moments(entry, place, datetime(2026, 1, 1, tzinfo=UTC), TRIED)
    if not moments:
        raise ScheduleRefused("This schedule never comes.")
    if any(after - before < SHORTEST for before, after in zip(moments, moments[1:], strict=False)):
        raise ScheduleRefused("Runs must be at least 15 minutes apart.")
    return words


def next_due(cron: str, zone: str, now: datetime) -> datetime | None:
    """The first moment after ``now`` (aware) at which ``cron`` is due by the clocks of ``zone``, in UTC.

    A time that the clocks skip in spring comes an hour later; one that they show twice in autumn comes once. None where
    there is no schedule or it never comes.
    """
    found = _moments(CronTab(cron), zone_of(zone), now, 1) if cron else []
    return found[0] if found else None


def _moments(entry: CronTab, place: ZoneInfo, now: datetime, most: int) -> list[datetime]:
    """Up to ``most`` moments after ``now``, in UTC."""
    local = now.astimezone(place).replace(tzinfo=None)
    found: list[datetime] = []
    for _ in range(most + 3):
        following = entry.next(now=local, delta=False, default_utc=True, return_datetime=True)
        if following is None or len(found) == most:
            break
        local = following.replace(tzinfo=None)
        moment = local.replace(tzinfo=place).astimezone(UTC)
        if moment > now and (not found or moment > found[-1]):
            found.append(moment)
    return found
