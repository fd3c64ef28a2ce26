"""Keeps the rollups that make reports fast (A10). Derived from comments and people, so they can be rebuilt at will.

A batch of an import touches only the rows of its own people, posts, days, hours and groups: ``follow`` before writing,
``touch`` after; so does an erasure, which notes what is ``leaving``. ``rebuild`` is the truth: ``settle`` calls it
after an import too large to follow, and the nightly ``check`` calls it outright. To change what people are seen as,
write inside ``reclassifying``. A further rollup is a :class:`Part` in ``registry.PARTS``. All run inside the
workspace's scope and the caller's transaction.
"""

from audience.services.rollups.keeping import (
    check,
    doubt,
    follow,
    leaving,
    rebuild,
    rebuilt,
    reclassifying,
    settle,
    touch,
)
from audience.services.rollups.locks import lock_account, lock_people
from audience.services.rollups.parts import IS_LONG, Changes, Part, Values
from audience.services.rollups.registry import PARTS

__all__ = [
    "IS_LONG",
    "PARTS",
    "Changes",
    "Part",
    "Values",
    "check",
    "doubt",
    "follow",
    "leaving",
    "lock_account",
    "lock_people",
    "rebuild",
    "rebuilt",
    "reclassifying",
    "settle",
    "touch",
]
