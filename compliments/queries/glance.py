"""Compliments at a glance, for the overview. Inside the workspace's scope."""

from dataclasses import dataclass

from compliments.models import Compliment, InstagramPost, PostImage, Writing
from compliments.queries.writing import OK

LAST = 4


@dataclass(frozen=True, slots=True)
class Glance:
    """How many posts and texts there are, and the first pictures of the last posts."""

    posts: int
    texts: int
    last: list[PostImage]


def glance() -> Glance:
    """Three queries, whatever there is."""
    firsts = PostImage.objects.filter(number=1, picture__isnull=False).select_related("picture")
    return Glance(
        posts=InstagramPost.objects.count(),
        texts=Compliment.objects.filter(verdict=OK, writing__state=Writing.State.DONE).count(),
        last=list(firsts.order_by("-post__created_at", "-post_id")[:LAST]),
    )
