"""After a restore: who was erased since the backup is back. Finds them by the notes kept beside the database."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import orjson
import structlog
from django.core.files.storage import default_storage

from accounts.models import Workspace
from aura.privacy import keys, services
from aura.privacy.jobs import start_erasure
from aura.privacy.models import OPEN, ErasureRequest, OptOut, State
from aura.privacy.registry import keepers
from aura.privacy.subjects import Identifiers
from aura.tenancy.scope import staff_scope, workspace_scope

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Note:
    """One erasure that was done: whom (as keyed hashes), and whether the person is to be kept out."""

    hashes: frozenset[str]
    key_id: str
    opt_out: bool


def replay(*, dry_run: bool = False) -> Iterator[tuple[str, int, int]]:
    """For each workspace (short name, people who are back, opt-outs put back); starts their erasures unless dry."""
    with staff_scope("replay erasures"):
        found = list(Workspace.objects.order_by("slug").values_list("id", "slug"))
    for workspace_id, slug in found:
        notes = [*journal(services.ERASURES, workspace_id), *_stored(workspace_id)]
        wishes = [*notes, *journal(services.OPT_OUTS, workspace_id)]
        if any(note.key_id != keys.key_id() for note in wishes):
            log.warning("erasures_of_another_key", workspace_id=str(workspace_id))
        if wishes:
            yield slug, _erase_again(workspace_id, notes, dry_run), 0 if dry_run else _list_again(workspace_id, wishes)


def journal(kind: str, workspace_id: UUID) -> Iterator[Note]:
    """The notes of a workspace that lie in the storage."""
    folder = f"{kind}/{workspace_id}"
    try:
        names = default_storage.listdir(folder)[1]
    except FileNotFoundError:
        return
    for name in sorted(names):
        with default_storage.open(f"{folder}/{name}", "rb") as stream:
            note = orjson.loads(stream.read())
        yield Note(frozenset(note["hashes"]), note["key_id"], note["opt_out"])


def _stored(workspace_id: UUID) -> list[Note]:
    with workspace_scope(workspace_id):
        done = ErasureRequest.objects.filter(state=State.DONE)
        return [Note(frozenset(row.hashes), row.key_id, row.opt_out) for row in done]


def _erase_again(workspace_id: UUID, notes: list[Note], dry_run: bool) -> int:
    """Start an erasure for everybody whose hash is in a note; one that runs already is not started twice."""
    by_hash = {one: note for note in notes for one in note.hashes}
    with workspace_scope(workspace_id):
        running = ErasureRequest.objects.filter(state__in=OPEN).values_list("hashes", flat=True)
        busy = {one for hashes in running for one in hashes}
        back = [
            (Identifiers(frozenset({name} - {""}), frozenset({number} - {""})), note)
            for keeper in keepers()
            for name, number in keeper.known()
            if (note := _match(workspace_id, name, number, by_hash, busy))
        ]
        for who, note in [] if dry_run else back:
            start_erasure(who, user_id=None, opt_out=note.opt_out, replayed=True)
    return len(back)


def _match(workspace_id: UUID, name: str, number: str, by_hash: dict[str, Note], busy: set[str]) -> Note | None:
    mine = {keys.username_hash(workspace_id, name), keys.id_hash(workspace_id, number)} - {""}
    if mine & busy:
        return None
    return next((by_hash[one] for one in mine if one in by_hash), None)


def _list_again(workspace_id: UUID, notes: list[Note]) -> int:
    """Put back on the do-not-process list who was on it since the backup. A hash says not whether it is of a name or
    an id, and need not: both are looked up in one set.
    """
    wanted = {(one, note.key_id) for note in notes if note.opt_out for one in note.hashes}
    with workspace_scope(workspace_id):
        known = {one for row in OptOut.objects.values_list("username_hash", "id_hash") for one in row}
        fresh = [
            OptOut(workspace_id=workspace_id, username_hash=one, key_id=key) for one, key in wanted if one not in known
        ]
        OptOut.objects.bulk_create(fresh)
    return len(fresh)
