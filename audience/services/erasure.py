"""Erases people who commented: their rows, what was derived from them, and their pictures (M13)."""

from collections.abc import Sequence
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import Q, QuerySet

from audience.models import (
    AudienceHabit,
    AudiencePerson,
    Classification,
    Comment,
    Commenter,
    PodMember,
    ReadingClaim,
    Review,
    ReviewItem,
    Run,
    ScrapePart,
    StoredImage,
)
from audience.services import rollups
from audience.services.removing import remove_comments, repair
from aura.privacy.registry import Erasure
from aura.privacy.subjects import Identifiers
from aura.tenancy.scope import current_workspace_id, workspace_scope

FORGET_IN_BATCHES = """
UPDATE audience_runbatch SET commenter_ids = array_remove(commenter_ids, %(person)s)
WHERE workspace_id = %(workspace)s AND %(person)s = ANY (commenter_ids)
"""
# The lock that imports take: while it is held no batch of an import is half stored.
IMPORTS = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))"


def people(who: Identifiers) -> QuerySet[Commenter]:
    """The rows of a person: one, or several where a name was used by more than one id."""
    return Commenter.objects.filter(Q(username__in=who.usernames) | Q(external_id__in=who.ids - {""}))


def erase_people(work: Erasure) -> None:
    """Delete the person's rows and all that hangs on them, unlink others' replies, take them out of the reports."""
    workspace_id = current_workspace_id()
    with connection.cursor() as cursor:
        cursor.execute(IMPORTS, [f"audience.ingest:{workspace_id}"])
    rollups.lock_people(workspace_id)
    found = list(people(work.who))
    keys = [person.pk for person in found]
    rolled_up = [rows.filter(commenter__in=keys) for rows in (AudiencePerson.objects, AudienceHabit.objects)]
    for rows in rolled_up:
        work.counts[rows.model._meta.db_table] += rows.count()
    theirs = Comment.objects.filter(commenter__in=keys)
    work.counts += remove_comments(list(theirs.values_list("pk", flat=True)))
    # Rows that no comment stands behind any more: reports that had drifted.
    repair({account for rows in rolled_up for account in rows.values_list("account_id", flat=True)})
    forget_orphans_of(work, [person.picture_id for person in found if person.picture_id], keys)
    for model in (Classification, Review, ReviewItem, ReadingClaim, PodMember):
        work.counts[model._meta.db_table] += model.objects.filter(commenter__in=keys).delete()[0]
    for key in keys:
        with connection.cursor() as cursor:
            cursor.execute(FORGET_IN_BATCHES, {"person": key, "workspace": workspace_id})
            work.counts["audience_runbatch"] += cursor.rowcount
    work.counts["audience_commenter"] += Commenter.objects.filter(pk__in=keys).delete()[0]


def forget_orphans_of(work: Erasure, images: Sequence[UUID], keys: Sequence[UUID]) -> None:
    """Delete those pictures' rows that nobody but these people has, and name their files."""
    shared = Commenter.objects.filter(picture__in=images).exclude(pk__in=keys).values("picture")
    mine = StoredImage.objects.filter(pk__in=images).exclude(pk__in=shared)
    work.files += list(mine.values_list("path", flat=True))
    Commenter.objects.filter(pk__in=keys).update(picture=None, picture_state="")
    work.counts["audience_storedimage"] += mine.delete()[0]


def erase_pictures(workspace_id: UUID, paths: Sequence[str]) -> int:
    """Delete these files unless a row has them again by now; returns how many went."""
    mine = [path for path in paths if path.startswith("images/")]
    with workspace_scope(workspace_id):
        used = set(StoredImage.objects.filter(path__in=mine).values_list("path", flat=True))
        for path in mine:
            if path not in used:
                default_storage.delete(path)
    return len(set(mine) - used)


def parts_with_file() -> QuerySet[ScrapePart]:
    """Parts of live runs whose items may still wait on disk."""
    return ScrapePart.objects.exclude(path="").exclude(state=ScrapePart.State.DONE)


def runs_with_file() -> QuerySet[Run]:
    """Runs whose upload may still wait on disk."""
    return Run.objects.exclude(path="").exclude(state=Run.State.DONE)
