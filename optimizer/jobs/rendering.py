"""The pictures of a session: read once, written anew, cut for every platform; each is there as soon as it is ready."""

from typing import Final

from aura.jobs.context import JobContext
from aura.jobs.models import Job, Lane, State
from aura.jobs.queue import job
from optimizer.engine.opening import PictureRefused
from optimizer.engine.rendering import render_all
from optimizer.engine.targets import Rendered
from optimizer.jobs.photos import start_photos
from optimizer.jobs.wording import start_write
from optimizer.models import Optimization, Part, PlatformOutput
from optimizer.queries import hashtags
from optimizer.queries.sessions import same_as
from optimizer.services import framing, intake, reusing, sessions, writers

S = Optimization.State
O = PlatformOutput.State  # noqa: E741
RENDER: Final = "optimizer.render"


def end_with_job(job_row: Job) -> None:
    """Called by the job core, in its transaction, when a job of a session is given up or cancelled."""
    optimization = Optimization.objects.filter(pk=job_row.payload["optimization"]).first()
    if optimization is None:
        return
    if job_row.state == State.CANCELLED:
        sessions.end(optimization, S.CANCELLED, code="cancelled", message=sessions.CANCELLED)
    else:
        sessions.end(optimization, S.FAILED, code=job_row.error_code, message=job_row.error)


@job(RENDER, lane=Lane.REALTIME, max_attempts=3, timeout=600, ended=end_with_job)
def run_render(context: JobContext) -> None:
    """Read the picture, let its words be written meanwhile, and cut it for every platform."""
    with context.transaction():
        optimization = _open(context)
    if optimization is None:
        return
    context.progress(step="reading")
    try:
        source = intake.read_source(optimization)
    except PictureRefused as refused:
        _refuse(context, optimization, refused)
        return
    former = _take_in(context, optimization, source)
    if former is not None:
        _reuse(context, optimization, former)
        return
    if optimization.choices.photography == "on":
        start_photos(optimization)
    _render(context, optimization, source)


def _open(context: JobContext) -> Optimization | None:
    rows = Optimization.objects.select_related("source", "master", "logo").prefetch_related("compared__picture")
    optimization = rows.filter(pk=context.payload["optimization"]).first()
    if optimization is None or optimization.is_over or optimization.pictures != Part.WAITING:
        return None
    sessions.begin(optimization)
    return optimization


def _take_in(context: JobContext, optimization: Optimization, source: intake.Source) -> Optimization | None:
    """Store the picture written anew and start the words; or the former session that has all of it already."""
    if optimization.master is not None and not optimization.upload_path:
        # Read from the stored picture itself: writing that anew would only lose measures and quality.
        with context.transaction():
            start_write(optimization)
        return None
    master = intake.master_of(source.opened)
    asked = writers.would_ask(optimization)
    with context.transaction():
        # What was banned since is not taken over from a former session; a model's answer still is.
        digest = reusing.digest_of(optimization, source.sha256, [*asked, hashtags.state_of_table()])
        reusing.keep_master(optimization, source, master, digest)
        former = None if optimization.fresh or optimization.tries > 1 else same_as(optimization, digest)
        if former is None:
            start_write(optimization)
    return former


def _refuse(context: JobContext, optimization: Optimization, refused: PictureRefused) -> None:
    with context.transaction(finish=True, result={"refused": refused.code}):
        sessions.end(optimization, S.FAILED, code=refused.code, message=refused.message)
        intake.forget_upload(optimization)


def _reuse(context: JobContext, optimization: Optimization, former: Optimization) -> None:
    with context.transaction(finish=True, result={"reused": True}):
        reusing.copy(former, optimization)
        sessions.settle(optimization)
        intake.forget_upload(optimization)


def _render(context: JobContext, optimization: Optimization, source: intake.Source) -> None:
    """Cut the platforms that are not ready; one that fails leaves the others alone."""
    outputs = {output.platform: output for output in _unready(context, optimization)}
    context.progress(step="pictures", done=0, total=len(outputs))
    ready: list[str] = []

    def keep(rendered: Rendered) -> None:
        output, rendered = outputs[rendered.key], framing.in_original(rendered, source.opened, optimization)
        file = framing.prepared(rendered)
        with context.transaction():
            if not sessions.locked(optimization).is_over:
                framing.store(output, rendered, file)
        ready.append(rendered.key)
        context.progress(done=len(ready))

    targets = [framing.target_of(output, optimization.width, optimization.height) for output in outputs.values()]
    render_all(source.opened, targets, framing.options_of(optimization), on_done=keep)
    with context.transaction(finish=True, result={"platforms": len(ready)}):
        sessions.finish_part(optimization, "pictures", Part.DONE)
        intake.forget_upload(optimization)


def _unready(context: JobContext, optimization: Optimization) -> list[PlatformOutput]:
    """The outputs that are not ready, now being made."""
    with context.transaction():
        waiting = optimization.outputs.filter(state__in=[O.QUEUED, O.RUNNING])
        waiting.update(state=O.RUNNING)
        return list(waiting.order_by("number"))
