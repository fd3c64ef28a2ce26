"""Draws people for review: a stratified random sample, from which accuracy can be estimated, and doubtful ones (A8).

Strata are what the people are seen as (gender and age). Half of each draw goes to the strata alike, so that rare groups
get figures too, half in proportion to their size. Within a stratum everybody has the same chance, so a stratum's
labels stand for its people: each weighs the stratum's size over the number of its labels (Horvitz & Thompson, J. Am.
Stat. Assoc. 47 (1952) 663). Possible minors are never drawn.
"""

import math
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.db import connection

from audience.models import Queue, ReviewItem
from audience.queries.reviews import queue_counts
from aura.tenancy.ids import uuid7
from aura.tenancy.scope import current_workspace_id

DRAW: Final = 60
DOUBTFUL_DRAW: Final = 20
DOUBTFUL_EACH: Final = 4
"""One of so many people shown is a doubtful one."""
STRATA: Final = """
SELECT p.gender, p.age, count(*) FROM audience_commenter AS p
WHERE p.workspace_id = %(workspace)s AND p.gender <> '' AND NOT p.possible_minor GROUP BY p.gender, p.age
"""
# A little more than wanted is picked by chance while reading, so that only that little has to be sorted.
SAMPLE: Final = """
WITH wanted AS (
    SELECT * FROM unnest(%(genders)s::text[], %(ages)s::text[], %(sizes)s::int[], %(wanted)s::int[])
        AS w(gender, age, size, wanted)
), picked AS (
    SELECT p.id, w.gender, w.age, w.size, w.wanted, random() AS luck
    FROM wanted AS w JOIN audience_commenter AS p
        ON p.gender = w.gender AND p.age = w.age AND p.workspace_id = %(workspace)s AND NOT p.possible_minor
    WHERE random() < (8.0 * w.wanted + 64) / w.size AND NOT EXISTS (
        SELECT 1 FROM audience_reviewitem AS i
        WHERE i.workspace_id = %(workspace)s AND i.commenter_id = p.id AND i.queue = 'sample')
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY gender, age ORDER BY luck) AS rank FROM picked
)
SELECT id, gender || '|' || age, size FROM ranked WHERE rank <= wanted ORDER BY random()
"""
DOUBTFUL: Final = """
SELECT k.commenter_id FROM audience_classification AS k
JOIN audience_commenter AS p ON p.id = k.commenter_id AND p.workspace_id = %(workspace)s
WHERE k.workspace_id = %(workspace)s AND k.is_current AND NOT p.possible_minor
    AND (k.gender = 'unknown' OR k.age = 'unknown') AND k.gender_confidence > 0
    AND p.profile_type IN ('person', 'creator', 'unknown')
    AND NOT EXISTS (SELECT 1 FROM audience_reviewitem AS i
        WHERE i.workspace_id = %(workspace)s AND i.commenter_id = p.id)
ORDER BY k.gender_confidence, k.commenter_id LIMIT %(limit)s
"""


def next_item() -> ReviewItem | None:
    """Who is to be looked at next: from the random sample, every fourth time somebody doubtful. Draws more where a

    queue ran dry; None where nobody is left.
    """
    counts = queue_counts()
    answered = sum(counts[queue]["done"] + counts[queue]["skipped"] for queue in counts)
    order = [Queue.SAMPLE, Queue.DOUBTFUL]
    if answered % DOUBTFUL_EACH == DOUBTFUL_EACH - 1:
        order.reverse()
    for queue in order:
        found = _waiting(queue) or (_waiting(queue) if DRAWS[queue]() else None)
        if found:
            return found
    return None


def _waiting(queue: str) -> ReviewItem | None:
    rows = ReviewItem.objects.filter(queue=queue, state=ReviewItem.State.WAITING, commenter__possible_minor=False)
    return rows.select_related("commenter", "commenter__picture").order_by("created_at", "place").first()


def allocation(sizes: Mapping[tuple[str, str], int], drawn: int) -> dict[tuple[str, str], int]:
    """How many people to draw from each stratum: half alike, half by size, at least one and never more than it has."""
    if not sizes:
        return {}
    total = sum(sizes.values())
    alike = drawn / 2 / len(sizes)
    return {
        stratum: min(size, math.ceil(alike + drawn / 2 * size / total)) for stratum, size in sizes.items() if size > 0
    }


def draw_sample() -> int:
    """Draw the next random people into the queue; returns how many."""
    values: dict[str, Any] = {"workspace": current_workspace_id()}
    with connection.cursor() as cursor:
        cursor.execute(STRATA, values)
        sizes = {(gender, age): size for gender, age, size in cursor.fetchall()}
        wanted = allocation(sizes, DRAW)
        names = list(wanted)
        columns = {
            "genders": [gender for gender, _ in names],
            "ages": [age for _, age in names],
            "sizes": [sizes[name] for name in names],
            "wanted": [wanted[name] for name in names],
        }
        cursor.execute(SAMPLE, values | columns)
        rows = cursor.fetchall()
    return _store([(key, Queue.SAMPLE, stratum, size) for key, stratum, size in rows])


def draw_doubtful() -> int:
    """Put the people about whom the model is least sure into the queue; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(DOUBTFUL, {"workspace": current_workspace_id(), "limit": DOUBTFUL_DRAW})
        keys = [row[0] for row in cursor.fetchall()]
    return _store([(key, Queue.DOUBTFUL, "", 0) for key in keys])


def _store(rows: list[tuple[UUID, str, str, int]]) -> int:
    items = [
        ReviewItem(
            id=uuid7(),
            workspace_id=current_workspace_id(),
            commenter_id=key,
            queue=queue,
            stratum=stratum,
            stratum_size=size,
            place=place,
        )
        for place, (key, queue, stratum, size) in enumerate(rows)
    ]
    ReviewItem.objects.bulk_create(items, ignore_conflicts=True)
    return len(items)


DRAWS: Final = {Queue.SAMPLE: draw_sample, Queue.DOUBTFUL: draw_doubtful}
