"""Everything at once, for the command line and for tests: reading, figures, topics, questions."""

from collections.abc import Callable

from audience.models import TrackedAccount
from audience.services.words.grouping import group_sample, keep_groups, take_sample
from audience.services.words.reading import WINDOW, read_comments
from aura.tenancy.scope import workspace_scope


def refresh_words(account: TrackedAccount, told: Callable[[int], None] | None = None) -> int:
    """Read all unread comments and make topics and questions anew where anything changed; how many were read.

    Each batch is a transaction of its own where no scope is open yet. ``told`` hears how many are read so far.
    """
    read = 0
    while True:
        with workspace_scope(account.workspace_id):
            count = read_comments(account, WINDOW)
        read += count
        if not count:
            break
        if told:
            told(read)
    with workspace_scope(account.workspace_id):
        sample = take_sample(account)
    if sample is not None:
        found = group_sample(sample)
        with workspace_scope(account.workspace_id):
            keep_groups(account, found)
    return read
