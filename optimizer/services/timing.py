"""When to post, by what the workspace's own audience does where that is known (O8). Inside the workspace's scope."""

from collections.abc import Iterable
from uuid import UUID

from django.utils.module_loading import import_string

from aura.providers.hours_ports import CommentHours, hour_tellers
from optimizer.timing import OWN_PLATFORM, Timing, best_times, without_own

NOT_KNOWN = (
    "there is no account here that is known to be yours, with comments of enough people. "
    "Follow one account only, or connect yours by the Instagram Graph API."
)


def timings(platforms: Iterable[str], account_id: UUID | None = None) -> dict[str, Timing]:
    """When to post on each platform; for Instagram from the audience of an account, if there is enough of it.

    ``account_id`` is the account that is meant, else the workspace's own one. ``Timing.why`` says which one it was and
    what is known of it. Raises ``KeyError`` for an unknown platform.
    """
    wanted = list(platforms)
    hours = comment_hours(account_id) if OWN_PLATFORM in wanted else None
    return {platform: _timing(platform, hours) for platform in wanted}


def comment_hours(account_id: UUID | None = None) -> CommentHours | None:
    """What the first who knows tells of the hours of an audience."""
    for path in hour_tellers():
        found: CommentHours | None = import_string(path)(account_id)
        if found is not None:
            return found
    return None


def _timing(platform: str, hours: CommentHours | None) -> Timing:
    if platform != OWN_PLATFORM:
        return best_times(platform)
    if hours is None:
        return without_own(platform, NOT_KNOWN)
    return best_times(
        platform,
        hours.counts,
        posts=hours.posts,
        days=hours.days,
        zone=hours.zone,
        hidden=hours.hidden,
        whose=_whose(hours),
    )


def _whose(hours: CommentHours) -> str:
    if hours.is_own:
        return f"your account @{hours.account}"
    only = "the only account that is followed here" if not hours.others else "the account that was chosen"
    return f"@{hours.account}, {only}"
