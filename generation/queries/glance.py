"""Generated pictures at a glance, for the overview. Inside the workspace's scope."""

from dataclasses import dataclass

from generation.models import GeneratedImage, Generation
from generation.queries.generations import MAKING

LAST = 4


@dataclass(frozen=True, slots=True)
class Glance:
    """How many pictures there are, how many orders are being made, and the last pictures."""

    pictures: int
    making: int
    last: list[GeneratedImage]


def glance() -> Glance:
    """Three queries, whatever there is."""
    rows = GeneratedImage.objects.select_related("picture")
    return Glance(
        pictures=rows.count(),
        making=Generation.objects.filter(state__in=MAKING).count(),
        last=list(rows.order_by("-created_at", "-pk")[:LAST]),
    )
