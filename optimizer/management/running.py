"""A command's pictures on their way: their sessions watched, worked on where nobody else does, and told of."""

import contextlib
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final, NoReturn
from uuid import UUID

from django.core.management.base import CommandError
from django.utils import timezone

from accounts.models import Workspace
from aura.jobs.alone import Crew
from aura.jobs.queries import live_workers
from aura.jobs.services import cancel_subject
from aura.media.models import Picture
from aura.tenancy.scope import workspace_scope
from optimizer.engine.opening import MAX_BYTES, TOO_LARGE, PictureRefused
from optimizer.jobs import cancel_optimization, start_optimization
from optimizer.management.watching import View
from optimizer.models import Optimization, PlatformOutput, ProductPhoto
from optimizer.queries.photos import photos_of
from optimizer.queries.sessions import session_of, status_of
from optimizer.services import archive, intake, sessions

POLL: Final = 0.2
LOOK_FOR_WORKERS: Final = 5.0
USAGE: Final = 2


@dataclass(frozen=True, slots=True)
class Task:
    """One picture and where its files go."""

    source: str
    name: str
    is_address: bool


class Road:
    """Takes pictures through their sessions, with the workers of the stack or, where there are none, by itself."""

    def __init__(self, workspace: Workspace, view: View, *, alone: bool) -> None:
        self._workspace = workspace
        self._view = view
        self._alone = alone

    def keep_logo(self, data: bytes) -> Picture:
        """Store the logo. Ends the command where it is none."""
        try:
            with workspace_scope(self._workspace.pk):
                return intake.store_logo(data)
        except PictureRefused as refused:
            refuse(f"--logo: {refused.message}")

    def run(self, task: Task, order: dict[str, Any]) -> Optimization | None:
        """The ended session of a picture; None where it was refused before it had one."""
        try:
            given = {"url": task.source} if task.is_address else {"upload": _upload(Path(task.source))}
            with workspace_scope(self._workspace.pk):
                begun = start_optimization(intake.Order(**order, **given, name=task.name))
        except PictureRefused as refused:
            self._view.say(f"{task.name}: {refused.message} ({refused.code})")
            return None
        try:
            return self._watch(task, begun.pk)
        except BaseException:
            with contextlib.suppress(KeyboardInterrupt), workspace_scope(self._workspace.pk):
                cancel_optimization(begun)
            raise

    def files(self, row: Optimization) -> dict[str, bytes]:
        """The session's files by their names."""
        with workspace_scope(self._workspace.pk):
            return {file.name: file.read() for file in archive.files_of(row)}

    def is_right(self, task: Task, row: Optimization) -> bool:
        """Say what of a session failed; True where nothing did."""
        for note in row.notes:
            self._view.say(f"{task.name}: {note['message']}")
        if row.state != Optimization.State.DONE:
            self._view.say(f"{task.name}: {row.error} ({row.error_code})")
            return False
        failed = [one for one in row.outputs.all() if one.state != PlatformOutput.State.DONE]
        for one in failed:
            self._view.say(f"{task.name}: {one.platform} failed: {one.error} ({one.error_code})")
        lost = [one for one in photos_of(row) if one.state != ProductPhoto.State.DONE]
        for photo in lost:
            self._view.say(f"{task.name}: the photograph {photo.style} failed: {photo.error} ({photo.error_code})")
        for photo in photos_of(row):
            if photo.state == ProductPhoto.State.DONE and not photo.looks_right:
                why = " ".join(photo.reasons)
                self._view.say(f"{task.name}: look at the photograph {photo.style}, its cut-out may be wrong. {why}")
        return not failed and not lost

    def _watch(self, task: Task, pk: UUID) -> Optimization:
        crew, look = None, 0.0
        try:
            while True:
                row = self._look(task, pk)
                if row.is_over:
                    return row
                if crew is None and monotonic() >= look:
                    look = monotonic() + LOOK_FOR_WORKERS
                    if self._alone or not live_workers("realtime"):
                        crew = Crew(self._workspace.pk, str(pk))
                        crew.start()
                sleep(POLL)
        finally:
            if crew is not None:
                crew.stop()

    def _look(self, task: Task, pk: UUID) -> Optimization:
        with workspace_scope(self._workspace.pk):
            row = session_of(pk)
            if row is None:
                raise CommandError(f"{task.name}: the session was deleted.")
            # The clock that ends what takes too long may not run either.
            if not row.is_over and row.deadline_at and row.deadline_at < timezone.now():
                sessions.expire(row)
                cancel_subject(str(pk))
            self._view.show(task.name, status_of(row))
        return row


def _upload(path: Path) -> bytes:
    """A file's bytes, looked at. Raises ``PictureRefused``."""
    if path.stat().st_size > MAX_BYTES:
        raise PictureRefused(TOO_LARGE, f"The picture has more than {MAX_BYTES // 2**20} MB.")
    data = read(path)
    intake.check_upload(data)
    return data


def read(path: Path) -> bytes:
    """A file's bytes. Ends the command where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        refuse(f"Cannot read {path}: {error.strerror}.")


def refuse(words: str) -> NoReturn:
    """End the command as one that is wrong."""
    raise CommandError(words, returncode=USAGE)
