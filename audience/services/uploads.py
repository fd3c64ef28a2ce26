"""Takes a dataset in: keeps the file, looks at its head, and makes the run that will read it."""

import hashlib
import shutil
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from audience.dataset import DatasetRefused, Limits, read_dataset
from audience.models import Run, TrackedAccount
from audience.usernames import clean_username
from aura.tenancy.ids import uuid7
from aura.tenancy.scope import current_workspace_id
from aura.webhooks.services import emit

CHUNK = 2**20
EVENTS = {
    Run.State.DONE: "audience.run.completed",
    Run.State.FAILED: "audience.run.failed",
    Run.State.PAUSED: "audience.run.paused",
}


def track_account(username: str) -> TrackedAccount:
    """The workspace's account of that name, made where it is new."""
    name = clean_username(username)
    account, _ = TrackedAccount.objects.get_or_create(
        username=name, defaults={"workspace_id": current_workspace_id()}, workspace_id=current_workspace_id()
    )
    return account


def limits() -> Limits:
    """How much a dataset may hold, as the operator has set it."""
    return Limits(max_bytes=settings.AURA_IMPORT_MAX_BYTES)


def check_head(stream: BinaryIO, filename: str) -> None:
    """Refuse at once what is no dataset at all; raises :class:`DatasetRefused`. Leaves the stream at its start."""
    next(iter(read_dataset(stream, filename=filename, limits=limits())), None)
    stream.seek(0)


def keep_file(stream: BinaryIO, filename: str) -> tuple[str, int, str]:
    """Copy an upload below the media folder; returns (path, bytes, sha256). Raises :class:`DatasetRefused`."""
    check_head(stream, filename)
    path = f"imports/{current_workspace_id()}/{uuid7()}"
    target = Path(default_storage.path(path))
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    try:
        with target.open("xb") as out:
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                if size > settings.AURA_IMPORT_MAX_BYTES:
                    limit = settings.AURA_IMPORT_MAX_BYTES // 2**20
                    raise DatasetRefused(
                        "file_too_large", f"The file is larger than {limit} MB. Split it and try again."
                    )
                digest.update(chunk)
                out.write(chunk)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return path, size, digest.hexdigest()


def create_run(
    account: TrackedAccount, stream: BinaryIO, *, filename: str, user_id: UUID | None, pictures: Path | None = None
) -> Run:
    """Keep the dataset and write the run row. Raises :class:`DatasetRefused`; nothing is left behind then."""
    path, size, sha256 = keep_file(stream, filename)
    return Run.objects.create(
        workspace_id=account.workspace_id,
        account=account,
        filename=Path(filename).name[:200],
        path=path,
        size=size,
        sha256=sha256,
        pictures_path=str(pictures.resolve()) if pictures else "",
        created_by_id=user_id,
    )


def forget_file(run: Run) -> None:
    """Remove the upload once it is not needed any more."""
    if run.path:
        default_storage.delete(run.path)


def end_run(run: Run, state: Run.State, *, code: str = "", message: str = "") -> None:
    """Close a run once, and tell the workspace's webhooks; a run that is over stays as it is."""
    if not run.is_over:
        run.state, run.error_code, run.error, run.finished_at = state, code, message, timezone.now()
        run.save(update_fields=["state", "error_code", "error", "finished_at"])
        tell(run)


def tell(run: Run) -> None:
    """Tell the workspace's webhooks of the state that a run has reached."""
    event = EVENTS.get(Run.State(run.state))
    if event:
        emit(event, _told(run), subject=str(run.pk))


def _told(run: Run) -> dict[str, Any]:
    return {
        "run": str(run.pk),
        "account": str(run.account_id),
        "state": run.state,
        "records": run.records_done,
        "people": run.people_done,
        "error_code": run.error_code or None,
        "paused_until": run.paused_until.isoformat() if run.paused_until else None,
        "status_url": reverse("api:audience:run", args=[run.pk]),
    }


def free_disk() -> int:
    """Bytes free where uploads are kept."""
    return shutil.disk_usage(settings.MEDIA_ROOT).free
