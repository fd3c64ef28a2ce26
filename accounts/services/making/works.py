"""What is different between the features that have pictures made; the rest is :class:`Course`."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, ClassVar, Generic, TypeVar

from accounts.models.making import MakingRow
from accounts.services.imaging import Chain
from accounts.services.making import rows
from aura.jobs.context import JobContext
from aura.jobs.errors import JobNotRetryable, JobNotStoppable, JobStillStopping
from aura.jobs.models import Job, State
from aura.jobs.services import cancel, requeue
from aura.providers.image_ports import ImageGenerator, ImageOrder, Making

R = TypeVar("R", bound=MakingRow)
P = TypeVar("P")

WAITS: tuple[float, ...] = (1, 1, 2, 2, 3, 5, 8, 10, 15)
"""Seconds between two looks at a making; a webhook brings the next one forward."""
SETTLES = 5.0
"""Seconds after which a service that was asked to make something tells of it when asked."""


class Works(ABC, Generic[R, P]):
    """One kind of pictures: where its rows are, what is asked for them, and where they go.

    ``R`` is the row, ``P`` a picture ready to be stored. Methods run inside the workspace's scope and write in the
    caller's transaction, except where they say "outside".
    """

    kind: ClassVar[str]
    """Of the job that makes the pictures; its key is the row's id."""
    ends: ClassVar[bool] = True
    """Whether row and job are done once the pictures are stored; else :meth:`Course.run` says that they are there."""
    cancelled: ClassVar[str] = "Stopped. Nothing more is made."
    nobody: ClassVar[str] = "No image model is set up here. Add a key under Settings, Providers."
    lost: ClassVar[str] = (
        "Aura was stopped while it asked {maker} for the pictures, and cannot find out whether they were made and paid "
        "for. “Try again” asks anew."
    )

    @abstractmethod
    def find(self, payload: Mapping[str, Any]) -> R | None:
        """The row of a job, or None where it is gone."""

    @abstractmethod
    def chain(self, row: R, context: JobContext) -> Chain:
        """All makers of a row, best first. Outside: keys may be Vault's."""

    @abstractmethod
    def order(self, row: R, maker: ImageGenerator | None) -> ImageOrder:
        """What is asked for: whole where a ``maker`` is given, else as much as a making is found again by. Outside."""

    @abstractmethod
    def prepare(self, row: R, maker: ImageGenerator, making: Making, on_done: Callable[[int], None]) -> Sequence[P]:
        """Fetch what was made, outside; ``on_done`` is told how many are ready. Raises ``ProviderError``."""

    @abstractmethod
    def store(self, row: R, prepared: Sequence[P]) -> None:
        """Write the pictures. Storing them again changes nothing."""

    @abstractmethod
    def told(self, row: R) -> None:
        """Its end was written just now."""

    @abstractmethod
    def start(self, row: R) -> Job:
        """Start the job of a row. Raises ``QueueFull``."""

    @abstractmethod
    def start_stop(self, row: R, key: str) -> None:
        """Start the job that runs :func:`stop`, once for each ``key``."""

    def to_stop(self, payload: Mapping[str, Any]) -> R | None:
        """The row that :meth:`start_stop` was about; one that was deleted since, as far as the payload tells of it."""
        return self.find(payload)

    def reuse(self, row: R, chain: Chain, context: JobContext) -> bool | None:
        """Whether pictures made before stand for these: then nobody is asked. None where the job waits. Outside."""
        return False

    def count(self, row: R) -> int:
        """How many pictures are asked for."""
        return 1

    def chosen(self, row: R) -> bool:
        """Whether a person has chosen this very service: no other one is asked instead."""
        return False

    def model(self, row: R) -> str:
        """The model that was chosen by name, else ""."""
        return ""

    def waits(self) -> Sequence[float]:
        """Seconds between two looks."""
        return WAITS

    def settles(self) -> float:
        """Seconds before a making whose answer was lost is looked for."""
        return SETTLES

    def stop_jobs(self, row: R) -> None:
        """Stop the job that makes the pictures, where it is not over."""
        for job in Job.objects.filter(kind=self.kind, key=str(row.pk)):
            with suppress(JobNotStoppable):
                cancel(job)

    def end(self, row: R, state: str, *, code: str = "", message: str = "") -> bool:
        """Bring a row to its end, once, and tell of it. False where it had ended before."""
        changed = rows.end(row, state, code=code, message=message)
        if changed:
            self.told(row)
        return changed

    def cancel(self, row: R) -> bool:
        """Stop a row, in the caller's transaction; False where it is over. What a service has made may still cost."""
        row.refresh_from_db()
        if row.is_over:
            return False
        # The job's lock before the row's, as the job takes them. One that only waits ends here, and the row with it.
        self.stop_jobs(row)
        self.end(row, rows.S.CANCELLED, code="cancelled", message=self.cancelled)
        self.stop_outside(row)
        return bool(row.state == rows.S.CANCELLED)

    def again(self, row: R) -> None:
        """Make a row that failed or was stopped once more, in the caller's transaction.

        Raises ``JobNotRetryable``, or ``JobStillStopping`` while its job has not seen yet that the row was stopped.
        """
        if row.state not in {rows.S.FAILED, rows.S.CANCELLED}:
            raise JobNotRetryable
        known = Job.objects.select_for_update(of=("self",)).filter(kind=self.kind, key=str(row.pk)).first()
        if known is not None and not known.is_over and (known.state == State.RUNNING or known.cancel_requested):
            raise JobStillStopping
        rows.reopen(row)
        if known is None:
            self.start(row)
        elif known.is_over:
            # Done, where it came to its end in the moment in which the row was stopped.
            requeue(known, also_done=True)

    def stop_outside(self, row: R) -> None:
        """Have the service told, once for each try, where it works for a stopped row."""
        row.refresh_from_db()
        if row.external_id:
            self.start_stop(row, f"{row.pk}:{row.tries}")

    def end_with_job(self, job: Job) -> None:
        """For the job's ``ended``: the row follows a job that was given up or cancelled."""
        row = self.find(job.payload)
        if row is None:
            return
        if job.state == State.CANCELLED:
            self.end(row, rows.S.CANCELLED, code="cancelled", message=self.cancelled)
            # Its job may have asked the service after the row was stopped.
            self.stop_outside(row)
        else:
            self.end(row, rows.S.FAILED, code=job.error_code, message=job.error)
