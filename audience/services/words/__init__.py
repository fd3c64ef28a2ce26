"""Reads what comments say, bit by bit, and keeps what is shown about them (A6).

``read_comments`` until it gives 0, then ``take_sample`` → ``group_sample`` (no database, seconds) →
``keep_groups``; ``uncount`` before comments go away, ``rebuild`` to make rollup and figures anew. All but
``group_sample`` run inside a workspace's scope and the caller's transaction. ``refresh_words`` does it all, batch by
batch.
"""

from audience.services.words.grouping import (
    GroupedSample,
    Sample,
    forget_examples,
    group_sample,
    keep_groups,
    take_sample,
)
from audience.services.words.reading import (
    Unread,
    catch_up,
    read_comments,
    rebuild,
    save_readings,
    uncount,
    unread_comments,
    words_of_account,
)
from audience.services.words.refreshing import refresh_words

__all__ = [
    "GroupedSample",
    "Sample",
    "Unread",
    "catch_up",
    "forget_examples",
    "group_sample",
    "keep_groups",
    "read_comments",
    "rebuild",
    "refresh_words",
    "save_readings",
    "take_sample",
    "uncount",
    "unread_comments",
    "words_of_account",
]
