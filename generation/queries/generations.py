"""Generations with what lists and pages show of them. Inside the workspace's scope."""

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from accounts.queries.costs import with_costs
from generation.models import GeneratedImage, Generation

MAKING = (Generation.State.QUEUED, Generation.State.RUNNING, Generation.State.STORING)


def generations(search: str = "", state: str = "", *, favourites: bool = False) -> QuerySet[Generation]:
    """Newest first, with pictures and costs; ``state`` may also be ``making``."""
    images = GeneratedImage.objects.select_related("picture").order_by("number")
    rows = Generation.objects.select_related("reference", "created_by").prefetch_related(Prefetch("images", images))
    if words := search.split():
        rows = rows.filter(*(Q(prompt__icontains=word) for word in words[:8]))
    if state:
        rows = rows.filter(state__in=MAKING if state == "making" else [state])
    if favourites:
        rows = rows.filter(Exists(GeneratedImage.objects.filter(generation=OuterRef("pk"), favourite=True)))
    return with_costs(rows, "generation:").order_by("-created_at", "-pk")


def recent_prompts(limit: int = 8) -> list[Generation]:
    """The last different prompts, newest first."""
    found: dict[str, Generation] = {}
    for one in Generation.objects.order_by("-created_at")[: limit * 5]:
        found.setdefault(" ".join(one.prompt.split()).casefold(), one)
    return list(found.values())[:limit]
