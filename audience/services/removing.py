"""Takes comments away, and what they brought out of every report, by the difference: as dear as what goes (M13)."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import Case, F, Value, When

from audience.models import AudienceState, Comment, CommentClaim, CommentReading, TrackedAccount
from audience.services import rollups, words

GONE = "removed"
"""Stands where a reply named the comment that it answers."""
MEASURED_AT_ONCE = 50_000
"""Comments up to which an account's figures of authenticity, which are of all its comments, are made anew at once.
Those of a larger one say that they are not complete until the next reading or the next night."""


def remove_comments(keys: Collection[UUID]) -> Counter[str]:
    """Delete comments with what was read from them; returns how many rows went or changed by table.

    Others' replies stay and no longer say whom they answer. Every rollup of the accounts holds the same afterwards as
    if it were made anew, and no cached answer is found again. Who wrote the comments must still be there, and the locks
    of imports and of ``rollups.lock_people`` held.
    """
    counts: Counter[str] = Counter()
    replies = Comment.objects.filter(parent__in=keys).exclude(pk__in=keys)
    # A reply that never said whom it answers is still none that does: reports count by this.
    named = Case(When(parent_external_id="", then=Value("")), default=Value(GONE))
    counts["audience_comment replies unlinked"] = replies.update(parent=None, parent_external_id=named)
    Comment.objects.filter(pk__in=keys, parent__isnull=False).update(parent=None)
    counts["audience_wordsgroup"] = words.forget_examples(list(keys))
    of: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for key, account in Comment.objects.filter(pk__in=keys).values_list("pk", "account_id"):
        of[account].append(key)
    for tracked in TrackedAccount.objects.filter(pk__in=of).order_by("pk"):
        counts += _remove(tracked, of[tracked.pk])
    return counts


def repair(accounts: Iterable[UUID]) -> None:
    """Make all reports of accounts anew from their comments."""
    for account in TrackedAccount.objects.filter(pk__in=accounts).order_by("pk"):
        rollups.rebuild(account)
        words.rebuild(account)
        _tell(account)


def _remove(account: TrackedAccount, keys: list[UUID]) -> Counter[str]:
    """Comments of one account."""
    changes = rollups.follow(account, len(keys))
    if changes is not None:
        rollups.leaving(changes, keys)
    words.uncount(account, keys)
    counts = Counter(audience_commentreading=CommentReading.objects.filter(comment__in=keys)._raw_delete("default"))
    counts["audience_commentclaim"] = CommentClaim.objects.filter(comment__in=keys)._raw_delete("default")
    counts["audience_comment"] = Comment.objects.filter(pk__in=keys)._raw_delete("default")
    if changes is not None:
        rollups.touch(account, changes)
    rollups.settle(account)
    if AudienceState.objects.filter(account=account, comments__lte=MEASURED_AT_ONCE).exists():
        words.rebuild(account)
    _tell(account)
    return counts


def _tell(account: TrackedAccount) -> None:
    TrackedAccount.objects.filter(pk=account.pk).update(data_version=F("data_version") + 1)
