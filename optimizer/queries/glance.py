"""Sessions at a glance, for the overview. Inside the workspace's scope."""

from dataclasses import dataclass

from optimizer.models import Optimization, PlatformFile

LAST = 4
GOING = (Optimization.State.QUEUED, Optimization.State.RUNNING)


@dataclass(frozen=True, slots=True)
class Glance:
    """How many sessions there are, how many go on, how many files they made, and the last sessions' pictures."""

    sessions: int
    going: int
    files: int
    last: list[PlatformFile]


def glance() -> Glance:
    """Four queries, whatever there is."""
    rows = PlatformFile.objects.select_related("picture")
    # One of each session: all of them would be the same picture again and again.
    firsts = rows.filter(style="", output__number=0)
    return Glance(
        sessions=Optimization.objects.count(),
        going=Optimization.objects.filter(state__in=GOING).count(),
        files=rows.count(),
        last=list(firsts.order_by("-created_at", "-pk")[:LAST]),
    )
