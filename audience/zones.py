"""Time zones by their IANA names. Pure."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

HOUR = timedelta(hours=1)
YEARS = range(2010, 2038)
"""Instagram's first and the years to come."""


@lru_cache(maxsize=1)
def zone_names() -> tuple[str, ...]:
    """UTC, then every zone named by continent and city, in order."""
    places = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
    return ("UTC", *sorted(name for name in available_timezones() if name.partition("/")[0] in places))


@lru_cache(maxsize=1024)
def begins_at_quarters(name: str) -> bool:
    """True where an hour of the zone's clocks does not always begin with an hour of UTC."""
    zone = ZoneInfo(name)
    moments = (datetime(year, month, 1, tzinfo=UTC) for year in YEARS for month in range(1, 13))
    return any((moment.astimezone(zone).utcoffset() or HOUR) % HOUR for moment in moments)
