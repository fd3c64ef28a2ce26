"""Writes: requests about one person, their proof, the do-not-process list, how long things are kept."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, cast
from uuid import UUID

import orjson
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from accounts.services import record
from aura.http.problems import Problem
from aura.privacy import keys, queries
from aura.privacy.models import ErasureRequest, OptOut, RetentionPolicy, State, SubjectExport, SubjectRequest
from aura.privacy.registry import keepers
from aura.privacy.subjects import Identifiers, IdRefused, UsernameRefused
from aura.tenancy.scope import current_workspace_id

ERASURES, OPT_OUTS = "privacy/erasures", "privacy/opt-outs"
NOBODY = "Name the person: an Instagram user name, an id, or both."


def identify(username: str = "", external_id: str = "", *, bare_words: bool = False) -> Identifiers:
    """The person that a request names. Raises :class:`Problem` with the field that is wrong."""
    try:
        who = Identifiers.of(username, external_id, bare_words=bare_words)
    except UsernameRefused as error:
        raise Problem("invalid_username", str(error), pointer="/username") from error
    except IdRefused as error:
        raise Problem("invalid_id", str(error), pointer="/id") from error
    if not who:
        raise Problem("nobody_named", NOBODY, pointer="/username")
    return who


def widen(who: Identifiers) -> Identifiers:
    """The same person with all names and ids under which any app knows them."""
    while True:
        wider = who
        for keeper in keepers():
            wider |= keeper.find(wider)
        if wider == who:
            return who
        who = wider


def create_erasure(
    who: Identifiers, *, user_id: UUID | None, opt_out: bool = True, replayed: bool = False
) -> ErasureRequest:
    """Write down that a person is to be erased; from now on nothing new of them is taken in.

    Raises :class:`Problem` where an app objects, for example because the workspace follows that very account.
    """
    who = widen(who)
    for keeper in keepers():
        if words := keeper.objection(who):
            raise Problem("erasure_refused", words, status=409)
    erasure = ErasureRequest(opt_out=opt_out, replayed=replayed)
    _fill(erasure, who, user_id)
    if opt_out:
        add_opt_out(who, user_id=user_id, told=False)
    record("privacy.erasure.requested", user_id=user_id, target=str(erasure.pk), opt_out=opt_out)
    return erasure


def create_export(who: Identifiers, *, user_id: UUID | None) -> SubjectExport:
    """Write down that all that is kept about a person is to be exported."""
    export = SubjectExport()
    _fill(export, widen(who), user_id)
    record("privacy.export.requested", user_id=user_id, target=str(export.pk))
    return export


def _fill(row: SubjectRequest, who: Identifiers, user_id: UUID | None) -> None:
    row.workspace_id = current_workspace_id()
    row.requested_by_id = user_id
    remember(row, who)
    row.save(force_insert=True)


def remember(row: SubjectRequest, who: Identifiers) -> None:
    """Put the person into a request, hashed and sealed; the caller saves it."""
    row.hashes, row.key_id, row.sealed = keys.hashes(row.workspace_id, who), keys.key_id(), keys.seal(who)


def prove(erasure: ErasureRequest, *, counts: Mapping[str, int], scan: Mapping[str, Any]) -> None:
    """Close an erasure: forget who it was, keep what was done, and put the record's digest into the audit log."""
    erasure.counts, erasure.scan = dict(sorted(counts.items())), dict(scan)
    erasure.state, erasure.error, erasure.sealed, erasure.files = State.DONE, "", "", []
    erasure.finished_at = timezone.now()
    erasure.proof = proof_of(erasure)
    erasure.save()
    record(
        "privacy.erasure.finished",
        user_id=erasure.requested_by_id,
        target=str(erasure.pk),
        proof=erasure.proof,
        rows=sum(counts.values()),
        clean=bool(scan.get("clean")),
    )


def proof_record(erasure: ErasureRequest) -> dict[str, Any]:
    """What the proof covers: who (as keyed hashes), what was done, what the search found, when."""
    return {
        "id": str(erasure.pk),
        "workspace": str(erasure.workspace_id),
        "hashes": sorted(erasure.hashes),
        "key_id": erasure.key_id,
        "opt_out": erasure.opt_out,
        "replayed": erasure.replayed,
        "counts": erasure.counts,
        "scan": erasure.scan,
        "requested_at": _iso(erasure.created_at),
        "finished_at": _iso(erasure.finished_at),
    }


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat(timespec="microseconds") if at else None


def proof_of(erasure: ErasureRequest) -> str:
    """SHA-256 (hexadecimal) over the canonical JSON of :func:`proof_record`."""
    return hashlib.sha256(orjson.dumps(proof_record(erasure), option=orjson.OPT_SORT_KEYS)).hexdigest()


def note_erasure(erasure: ErasureRequest) -> None:
    """Note the erasure beside the database, so that one restored from an older backup can be cleaned again."""
    _note(ERASURES, erasure.workspace_id, erasure.pk, erasure.hashes, erasure.key_id, opt_out=erasure.opt_out)


def _note(folder: str, workspace_id: UUID, key: UUID, hashes: list[str], key_id: str, *, opt_out: bool) -> None:
    path = f"{folder}/{workspace_id}/{key}.json"
    note = {"workspace": str(workspace_id), "hashes": hashes, "key_id": key_id, "opt_out": opt_out}
    default_storage.delete(path)
    default_storage.save(path, ContentFile(orjson.dumps(note)))


def add_opt_out(who: Identifiers, *, user_id: UUID | None, told: bool = True) -> tuple[OptOut, bool]:
    """Put a person on the do-not-process list; returns the row and whether it is new. Only keyed hashes are kept."""
    workspace_id = current_workspace_id()
    names = sorted(keys.username_hash(workspace_id, name) for name in who.usernames)
    ids = sorted(keys.id_hash(workspace_id, number) for number in who.ids)
    rows = []
    for place in range(max(len(names), len(ids), 1)):
        rows.append(
            OptOut.objects.get_or_create(
                workspace_id=workspace_id,
                username_hash=names[place] if place < len(names) else "",
                id_hash=ids[place] if place < len(ids) else "",
                key_id=keys.key_id(),
                defaults={"created_by_id": user_id},
            )
        )
    for row, _ in rows:
        transaction.on_commit(partial(_note_opt_out, row))
    if told and any(new for _, new in rows):
        record("privacy.opt_out.added", user_id=user_id, target=str(rows[0][0].pk))
    return rows[0][0], any(new for _, new in rows)


def _note_opt_out(row: OptOut) -> None:
    hashes = [one for one in (row.username_hash, row.id_hash) if one]
    _note(OPT_OUTS, row.workspace_id, row.pk, hashes, row.key_id, opt_out=True)


def remove_opt_out(who: Identifiers, *, user_id: UUID | None) -> int:
    """Take a person off the do-not-process list; returns how many entries went."""
    hashes = keys.hashes(current_workspace_id(), who)
    found = OptOut.objects.filter(username_hash__in=hashes) | OptOut.objects.filter(id_hash__in=hashes)
    rows = list(found.distinct())
    for row in rows:
        drop_opt_out(row, user_id=user_id)
    return len(rows)


def drop_opt_out(row: OptOut, *, user_id: UUID | None) -> None:
    """Take one entry off the list."""
    target = str(row.pk)
    path = f"{OPT_OUTS}/{row.workspace_id}/{row.pk}.json"
    transaction.on_commit(partial(default_storage.delete, path))
    row.delete()
    record("privacy.opt_out.removed", user_id=user_id, target=target)


def set_retention(values: Mapping[str, int | None], *, user_id: UUID | None) -> RetentionPolicy:
    """Change how long the workspace keeps things; ``values`` are days by field, None for ever."""
    policy = queries.retention()
    before = {name: getattr(policy, name) for name in values}
    for name, days in values.items():
        setattr(policy, name, days)
    policy.save()
    changed = {name: [before[name], days] for name, days in values.items() if before[name] != days}
    if changed:
        record("privacy.retention.changed", user_id=user_id, **cast(Any, changed))
    return policy


def expire_export(export: SubjectExport) -> None:
    """Forget an export whose time is over; the caller deletes the file."""
    export.path = ""
    export.save(update_fields=["path"])


def export_end() -> datetime:
    """When an export made now is to be deleted."""
    return timezone.now() + timedelta(days=queries.retention().exports_days)
