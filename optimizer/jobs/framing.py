"""One platform's picture anew, after a person has chosen another middle, size or fit (O2)."""

from django.db import transaction

from aura.http.problems import Problem
from aura.jobs.context import JobContext
from aura.jobs.models import Job, Lane
from aura.jobs.queue import job, start
from optimizer.engine.rendering import render
from optimizer.models import Optimization, PlatformOutput
from optimizer.options import FITS, WrongOption
from optimizer.platforms import UnknownPlatform, format_of
from optimizer.services import framing, intake, sessions

O = PlatformOutput.State  # noqa: E741
NOT_READY = "The picture of this platform is still being made."


def change_framing(
    output: PlatformOutput, *, focus: tuple[float, float] | None, fit: str = "crop", format_key: str = ""
) -> Job:
    """Choose what a platform's picture shows, and have it made anew; the last choice counts.

    ``focus`` is the point (0..1 of width and height) that is to be seen, None where the picture itself decides;
    ``format_key`` a size of the platform, "" where its shape decides. Raises :class:`WrongOption`, :class:`Problem`
    ``not_ready`` (409) while the session is being made or has no picture, and ``QueueFull``.
    """
    _check(output, focus, fit, format_key)
    with transaction.atomic():
        session = sessions.locked(output.optimization)
        if not session.is_over or session.master_id is None:
            raise Problem("not_ready", NOT_READY, status=409)
        output.focus_x, output.focus_y = focus or (None, None)
        output.fit, output.format_key, output.state = fit, format_key, O.RUNNING
        output.save(update_fields=["focus_x", "focus_y", "fit", "format_key", "state"])
        return start(
            run_reframe,
            workspace_id=output.workspace_id,
            payload={"optimization": str(output.optimization_id), "output": str(output.pk)},
            subject=str(output.optimization_id),
        )


def _check(output: PlatformOutput, focus: tuple[float, float] | None, fit: str, format_key: str) -> None:
    if focus is not None and not all(0 <= one <= 1 for one in focus):
        raise WrongOption("focus", "The middle is two numbers from 0 to 1.")
    if fit not in FITS:
        raise WrongOption("fit", f"fit is one of {', '.join(FITS)}.")
    if format_key:
        try:
            format_of(output.platform, format_key)
        except UnknownPlatform as error:
            raise WrongOption("format", str(error)) from None


def end_with_job(job_row: Job) -> None:
    """Called by the job core when a picture cannot be made anew: the one before stays."""
    rows = PlatformOutput.objects.filter(pk=job_row.payload["output"], state=O.RUNNING)
    for output in rows.prefetch_related("files"):
        output.state = O.DONE if any(not one.style for one in output.files.all()) else O.FAILED
        output.save(update_fields=["state"])


@job("optimizer.reframe", lane=Lane.REALTIME, max_attempts=3, ended=end_with_job)
def run_reframe(context: JobContext) -> None:
    """Cut one platform's picture from the stored one, as it is chosen now."""
    with context.transaction():
        rows = PlatformOutput.objects.select_related("optimization__master", "optimization__logo")
        output = rows.filter(pk=context.payload["output"]).first()
    if output is None or output.optimization.master is None:
        return
    session: Optimization = output.optimization
    chosen = _choice(output)
    source = intake.read_source(session)
    # The stored picture may be smaller than the original was; crops are told in the original's pixels.
    target = framing.target_of(output, session.width, session.height)
    rendered = render(source.opened, target, framing.options_of(session))
    small = framing.prepared(rendered)
    with context.transaction(finish=True):
        now = PlatformOutput.objects.select_for_update(of=("self",), no_key=True).filter(pk=output.pk).first()
        if now is None or _choice(now) != chosen:
            # Gone, or somebody has chosen something else: that has a job of its own, and the last choice counts.
            return
        if rendered.error and now.files.filter(style="").exists():
            _keep_the_former(now, rendered.error)
        else:
            now.notes = []
            now.save(update_fields=["notes"])
            framing.store(now, framing.in_original(rendered, source.opened, session), small)


def _choice(output: PlatformOutput) -> tuple[float | None, float | None, str, str]:
    return output.focus_x, output.focus_y, output.fit, output.format_key


def _keep_the_former(output: PlatformOutput, error: str) -> None:
    output.state, output.notes = O.DONE, [f"The picture could not be made anew, the one before stays: {error}"]
    output.save(update_fields=["state", "notes"])
