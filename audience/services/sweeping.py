"""Deletes what was kept long enough: raw comments with the people who wrote no other, pictures, waiting uploads."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from audience.models import (
    AudienceHabit,
    AudiencePerson,
    Classification,
    Comment,
    Commenter,
    PictureState,
    PodMember,
    ReadingClaim,
    Review,
    ReviewItem,
    Run,
    ScrapePart,
    StoredImage,
)
from audience.services import rollups
from audience.services.erasure import IMPORTS
from audience.services.removing import remove_comments, repair
from aura.tenancy.scope import current_workspace_id

DELETED = (
    "The upload was kept for as long as this workspace keeps uploads of failed runs, and deleted. Upload it again."
)


def sweep(kind: str, before: datetime, most: int) -> int:
    """Delete up to ``most`` things of one kind from before a time; files go after the commit. Returns how many went."""
    sweeper = SWEEPERS.get(kind)
    return sweeper(before, most) if sweeper else 0


def _comments(before: datetime, most: int) -> int:
    """Comments by when they were stored, which a later import of the same comment does not change."""
    with connection.cursor() as cursor:
        cursor.execute(IMPORTS, [f"audience.ingest:{current_workspace_id()}"])
    rollups.lock_people(current_workspace_id())
    old = Comment.objects.filter(created_at__lt=before).order_by("created_at")[:most]
    rows = dict(old.values_list("pk", "commenter_id"))
    remove_comments(rows)
    _people(set(rows.values()))
    return len(rows)


def _people(keys: set[UUID]) -> None:
    """Those of the people who wrote no other comment; nothing about them is needed any more."""
    writes = Comment.objects.filter(commenter=OuterRef("pk"))
    silent = list(Commenter.objects.filter(~Exists(writes), pk__in=keys).values_list("pk", flat=True))
    repair(set(AudiencePerson.objects.filter(commenter__in=silent).values_list("account_id", flat=True)))
    for model in (Classification, Review, ReviewItem, ReadingClaim, AudiencePerson, AudienceHabit, PodMember):
        model.objects.filter(commenter__in=silent).delete()
    Commenter.objects.filter(pk__in=silent).delete()


def _pictures(before: datetime, most: int) -> int:
    """Old pictures, and those that nobody has any more."""
    owned = Commenter.objects.filter(picture=OuterRef("pk"))
    old = StoredImage.objects.filter(created_at__lt=before)
    orphans = StoredImage.objects.filter(~Exists(owned))
    rows = list((old | orphans).order_by("created_at").values_list("pk", "path")[:most])
    keys = [key for key, _ in rows]
    Commenter.objects.filter(picture__in=keys).update(picture=None, picture_state=PictureState.EXPIRED)
    StoredImage.objects.filter(pk__in=keys).delete()
    _delete_files([path for _, path in rows])
    return len(rows)


def _uploads(before: datetime, most: int) -> int:
    """Uploads of runs that failed or were cancelled, kept so that the run could be resumed."""
    over = [Run.State.FAILED, Run.State.CANCELLED]
    runs = list(Run.objects.filter(state__in=over, finished_at__lt=before).exclude(path="")[:most])
    for run in runs:
        _delete_files([run.path])
        run.path = ""
        if run.step == Run.Step.READING:
            run.error = DELETED
        run.save(update_fields=["path", "error"])
    parts = list(ScrapePart.objects.filter(run__state__in=over, run__finished_at__lt=before).exclude(path="")[:most])
    for part in parts:
        _delete_files([part.path])
        # Fetched again where the run is resumed: the service may still have the items.
        part.path, part.size, part.pages, part.cursor = "", 0, 0, ""
        part.save(update_fields=["path", "size", "pages", "cursor"])
    return len(runs) + len(parts)


def _delete_files(paths: list[str]) -> None:
    def delete() -> None:
        for path in paths:
            default_storage.delete(path)

    transaction.on_commit(delete)


SWEEPERS: dict[str, Callable[[datetime, int], int]] = {
    "comments": _comments,
    "pictures": _pictures,
    "uploads": _uploads,
}
