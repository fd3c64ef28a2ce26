"""The pipelines of privacy, top to bottom: erase a person and prove it, export a person, sweep what was kept enough."""

import hashlib
import tempfile
from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast
from uuid import UUID

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import Workspace
from accounts.services import forget_entries, record
from aura.jobs.context import JobContext
from aura.jobs.models import Job, Lane
from aura.jobs.models import State as JobState
from aura.jobs.queue import JobFunction, job, start
from aura.jobs.schedule import periodic
from aura.privacy import archive, caches, keys, queries, services
from aura.privacy.cleaning import FIRST, clean_page, cleaned_models
from aura.privacy.models import ErasureRequest, RetentionPolicy, State, SubjectExport
from aura.privacy.registry import Erasure, keepers
from aura.privacy.scanning import Scan, scan_table, tenant_columns
from aura.privacy.subjects import Identifiers
from aura.providers.errors import ProviderError
from aura.tenancy.scope import staff_scope, workspace_scope

STEPS = 6
SWEPT = 200
SWEPT_COMMENTS = 5_000
FOUND_AGAIN = (
    "The search afterwards still found this person in {places}. New data may have come in meanwhile: try again."
)
FORGOTTEN = "This was cancelled and forgot whom it was about. Ask for it again."
FOREIGN_KEY = "AURA_PRIVACY_KEY was changed since this was asked for. Ask for it again."
KINDS = ("comments", "pictures", "uploads")


def start_erasure(
    who: Identifiers, *, user_id: UUID | None, opt_out: bool = True, replayed: bool = False
) -> ErasureRequest:
    """Ask for the erasure of a person in the open scope's workspace. Raises ``Problem`` and ``QueueFull``."""
    erasure = services.create_erasure(who, user_id=user_id, opt_out=opt_out, replayed=replayed)
    _start(run_erasure, erasure, limited=not replayed)
    return erasure


def start_export(who: Identifiers, *, user_id: UUID | None) -> SubjectExport:
    """Ask for everything that is kept about a person. Raises ``QueueFull``."""
    export = services.create_export(who, user_id=user_id)
    _start(run_export, export, limited=True)
    return export


def _start(function: JobFunction, row: ErasureRequest | SubjectExport, *, limited: bool) -> Job:
    key = str(row.pk)
    payload = {"request": key}
    return start(function, workspace_id=row.workspace_id, payload=payload, key=key, subject=key, limited=limited)


def end_with_job(job_row: Job) -> None:
    """Called by the job core when the job of a request is given up or cancelled."""
    model = ErasureRequest if job_row.kind == "privacy.erasure" else SubjectExport
    row = model.objects.filter(pk=job_row.payload["request"]).exclude(state=State.DONE)
    row.update(state=State.FAILED, error=job_row.error, finished_at=timezone.now())
    if job_row.state == JobState.CANCELLED:
        row.update(state=State.CANCELLED, sealed="")


def _open(sealed: str) -> Identifiers:
    if not sealed:
        raise ProviderError(FORGOTTEN, code="request_forgotten")
    try:
        return keys.unseal(sealed)
    except keys.KeyChanged as error:
        raise ProviderError(FOREIGN_KEY, code="privacy_key_changed") from error


@job("privacy.erasure", lane=Lane.BULK, max_attempts=5, ended=end_with_job)
def run_erasure(context: JobContext) -> None:
    """Find the person, delete rows, clean texts, files and caches, search everything, write the proof."""
    with context.transaction():
        erasure = ErasureRequest.objects.get(pk=context.payload["request"])
        if erasure.state == State.DONE:
            return
    who = _open(erasure.sealed)
    counts: Counter[str] = Counter(erasure.counts)
    context.progress(step="Deleting rows", done=0, total=STEPS)
    who = _erase_rows(context, erasure, who, counts)
    context.progress(step="Cleaning texts", done=1)
    _clean_texts(context, who, counts)
    context.progress(step="Deleting files", done=2)
    _erase_files(erasure, who, counts)
    context.progress(step="Cleaning caches", done=3)
    counts["redis"] += caches.forget(who, context.check_cancelled)
    with context.transaction():
        # Another attempt would find nothing left to count.
        ErasureRequest.objects.filter(pk=erasure.pk).update(counts=dict(+counts))
    context.progress(step="Searching for what is left", done=4)
    scan = _scan(context, who)
    context.progress(step="Writing the proof", done=5)
    services.note_erasure(erasure)
    with context.transaction(finish=True):
        erasure = ErasureRequest.objects.select_for_update(of=("self",)).get(pk=erasure.pk)
        services.prove(erasure, counts=+counts, scan=scan)
    context.progress(done=STEPS)


def _erase_rows(context: JobContext, erasure: ErasureRequest, who: Identifiers, counts: Counter[str]) -> Identifiers:
    """Delete the person's rows. All names and ids are sealed first: afterwards nothing knows that they belong together.

    Files to delete are written down in the transaction that deletes what names them.
    """
    with context.transaction():
        who = services.widen(who)
        row = ErasureRequest.objects.select_for_update(of=("self",)).get(pk=erasure.pk)
        services.remember(row, who)
        if row.opt_out:
            services.add_opt_out(who, user_id=row.requested_by_id, told=False)
        work = Erasure(who)
        for keeper in keepers():
            keeper.erase_rows(work)
        counts.update(work.counts)
        row.state, row.error, row.finished_at = State.RUNNING, "", None
        row.counts, row.files = dict(+counts), sorted({*row.files, *work.files})
        row.save()
    erasure.hashes, erasure.key_id, erasure.files = row.hashes, row.key_id, row.files
    return who


def _clean_texts(context: JobContext, who: Identifiers, counts: Counter[str]) -> None:
    for model, fields in cleaned_models():
        after: UUID | None = FIRST
        while after is not None:
            with context.transaction():
                after, changed = clean_page(model, fields, who, after)
            counts[f"{model._meta.db_table} cleaned"] += changed
            context.check_cancelled()


def _erase_files(erasure: ErasureRequest, who: Identifiers, counts: Counter[str]) -> None:
    for keeper in keepers():
        counts.update(keeper.erase_files(erasure.workspace_id, who, erasure.files))


def _scan(context: JobContext, who: Identifiers) -> dict[str, object]:
    scan = Scan()
    with context.transaction():
        tables = tenant_columns()
    for table, columns in tables.items():
        with context.transaction():
            scan_table(table, columns, who, scan, lambda: None)
        context.check_cancelled()
    left = caches.named(who)
    if left:
        scan.hits["redis"] = left
    if not scan.is_clean:
        places = ", ".join(sorted(scan.hits))
        raise ProviderError(FOUND_AGAIN.format(places=places), code="erasure_incomplete", retryable=True)
    return scan.as_json() | {"redis": left}


@job("privacy.export", lane=Lane.BULK, max_attempts=5, ended=end_with_job)
def run_export(context: JobContext) -> None:
    """Collect all that is kept about a person into a ZIP that stays for some days."""
    with context.transaction():
        export = SubjectExport.objects.get(pk=context.payload["request"])
        if export.state == State.DONE:
            return
        SubjectExport.objects.filter(pk=export.pk).update(state=State.RUNNING, error="", finished_at=None)
    who = _open(export.sealed)
    context.progress(step="Collecting", done=0, total=2)
    path = f"exports/{export.workspace_id}/{export.pk}.zip"
    with tempfile.TemporaryFile() as out:
        with context.transaction():
            sections = [section for keeper in keepers() for section in keeper.collect(services.widen(who))]
        counts = archive.write_archive(out, sections, timezone.now())
        size = out.tell()
        out.seek(0)
        digest = hashlib.file_digest(out, "sha256").hexdigest()
        out.seek(0)
        default_storage.delete(path)
        default_storage.save(path, File(out))
    context.progress(step="Keeping the file", done=1)
    with context.transaction(finish=True):
        export = SubjectExport.objects.select_for_update(of=("self",)).get(pk=export.pk)
        export.state, export.sealed, export.counts = State.DONE, "", counts
        export.path, export.size, export.sha256 = path, size, digest
        export.finished_at, export.expires_at = timezone.now(), services.export_end()
        export.save()
        record("privacy.export.finished", user_id=export.requested_by_id, target=str(export.pk), size=size)


@periodic("23 2 * * *")
@job("privacy.sweep", lane=Lane.BULK, max_attempts=3, timeout=3600)
def sweep(context: JobContext) -> dict[str, int]:
    """Start the sweep of every workspace, and shorten the audit log of what belongs to none."""
    with staff_scope("retention sweep"):
        found = list(Workspace.objects.order_by("id").values_list("id", flat=True))
    day = str(context.payload.get("minute", timezone.now().isoformat()))[:10]
    for workspace_id in found:
        with workspace_scope(workspace_id):
            start(run_sweep, workspace_id=workspace_id, payload={}, key=f"sweep:{day}", limited=False)
    days = RetentionPolicy().audit_days
    entries = forget_entries(None, timezone.now() - timedelta(days=days)) if days else 0
    return {"workspaces": len(found), "audit": entries}


@job("privacy.sweep_workspace", lane=Lane.BULK, max_attempts=3, timeout=3600)
def run_sweep(context: JobContext) -> dict[str, int]:
    """Delete what one workspace has kept for longer than it wants to."""
    with context.transaction():
        policy = queries.retention()
    now = timezone.now()
    counts: Counter[str] = Counter()
    for kind in KINDS:
        days = getattr(policy, f"{kind}_days")
        context.progress(step=f"Old {kind}")
        if days is not None:
            counts[kind] = _sweep(context, kind, now - timedelta(days=days))
    counts["exports"] = _sweep_exports(context, now)
    if policy.audit_days is not None and context.workspace_id:
        counts["audit"] = forget_entries(context.workspace_id, now - timedelta(days=policy.audit_days))
    swept = dict(+counts)
    if swept:
        with context.transaction():
            record("privacy.retention.swept", user_id=None, **cast(Any, swept))
    return swept


def _sweep(context: JobContext, kind: str, before: datetime) -> int:
    gone = 0
    most = SWEPT_COMMENTS if kind == "comments" else SWEPT
    for keeper in keepers():
        work = partial(keeper.sweep, kind, before, most)
        while True:
            with context.transaction():
                count = work()
            gone += count
            context.progress(done=gone)
            if not count:
                break
    return gone


def _sweep_exports(context: JobContext, now: datetime) -> int:
    with context.transaction():
        old = list(SubjectExport.objects.filter(expires_at__lt=now).exclude(path=""))
        for export in old:
            default_storage.delete(export.path)
            services.expire_export(export)
    return len(old)
