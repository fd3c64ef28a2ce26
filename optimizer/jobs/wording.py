"""The words of a session: one question to one model for all platforms, else this machine's own words (O3 to O5, O8)."""

from typing import Final

from aura.jobs.context import JobContext
from aura.jobs.models import Job, Lane, State
from aura.jobs.queue import job, start
from aura.media import services as media
from aura.providers.errors import MAYBE_BILLED, ProviderError
from aura.providers.local.scenes import look
from aura.providers.writer_ports import StructuredModel
from optimizer import prompts
from optimizer.comparing import compare
from optimizer.jobs.finding import find_accounts
from optimizer.jobs.patience import passes_soon
from optimizer.jobs.photos import start_photos
from optimizer.models import Optimization, Part
from optimizer.queries import hashtags
from optimizer.queries.sessions import same_words
from optimizer.services import sessions, texts, writers
from optimizer.services.timing import timings

INTERRUPTED: Final = "Aura was stopped while it asked {name}; it is not asked again, since that may have been paid for."
WRITE: Final = "optimizer.write"
TWIN_WAIT: Final = 2.0
"""Seconds between two looks at another session that asks the same question."""
STOPPED: Final = "The texts were stopped before they were written."
UNWRITTEN: Final = "The texts could not be written."


def start_write(optimization: Optimization) -> Job:
    """Start the words of a session whose picture is there."""
    return start(
        run_write,
        workspace_id=optimization.workspace_id,
        payload={"optimization": str(optimization.pk)},
        key=f"{optimization.pk}:{optimization.tries}",
        subject=str(optimization.pk),
        limited=False,
    )


def end_with_job(job_row: Job) -> None:
    """Called by the job core when the words are given up or stopped alone: the pictures are worth having without them.

    A session that is stopped as a whole is over by then.
    """
    optimization = Optimization.objects.filter(pk=job_row.payload["optimization"]).first()
    if optimization is not None and not optimization.is_over:
        words = STOPPED if job_row.state == State.CANCELLED else job_row.error or UNWRITTEN
        sessions.note(optimization, job_row.error_code or "texts_failed", words)
        sessions.finish_part(optimization, "texts", Part.FAILED)


@job(WRITE, lane=Lane.REALTIME, max_attempts=4, timeout=600, ended=end_with_job)
def run_write(context: JobContext) -> None:
    """Ask, compose every platform's texts, and look for accounts to tag."""
    with context.transaction():
        rows = Optimization.objects.select_related("master").prefetch_related("compared__picture")
        optimization = rows.filter(pk=context.payload["optimization"]).first()
        if optimization is None or optimization.is_over or optimization.texts != Part.WAITING:
            return
        if optimization.state == Optimization.State.QUEUED:
            # Tried again for its words alone: nothing else begins it.
            sessions.begin(optimization)
    context.progress(step="texts", done=0, total=2)
    if not optimization.words and not _ask(context, optimization):
        return
    _compose(context, optimization)
    context.progress(done=1)
    if optimization.choices.photography == "auto":
        start_photos(optimization)
    find_accounts(context, optimization)
    with context.transaction(finish=True, result={"writer": optimization.writer}):
        sessions.finish_part(optimization, "texts", Part.DONE)


def _ask(context: JobContext, optimization: Optimization) -> bool:
    """The words of the first model that has an answer; none where this machine is left.

    False where the job waits: another session is asking the same question, whose answer does for both.
    """
    found = writers.models_of(optimization, context)
    for skipped in found.skipped:
        _note(context, optimization, skipped.name, skipped.error)
    if not found.models:
        return True
    asked = writers.asked_of(optimization)
    same = writers.question_digest(optimization, asked, [model.name for model in found.models])
    known = _known(context, optimization, same)
    if known is None:
        with context.postpone(TWIN_WAIT, "", "", counts=False):
            return False
    if known:
        return True
    for model in found.models:
        if any(one["writer"] == model.name for one in optimization.tried):
            continue
        if optimization.asked == model.name:
            words = INTERRUPTED.format(name=model.name)
            _note(context, optimization, model.name, ProviderError(words, code="interrupted"))
            continue
        try:
            _answered(context, optimization, model, asked, same)
            return True
        except ProviderError as error:
            if passes_soon(context, error):
                raise
            _note(context, optimization, model.name, error)
    return True


def _known(context: JobContext, optimization: Optimization, same: str) -> bool | None:
    """Take the answer of a former session to the same question; None while another one is asking it."""
    if optimization.fresh or optimization.tries > 1:
        return False
    with context.transaction():
        former = same_words(optimization, same)
        if former is None:
            return None if texts.is_twin(optimization, same) else False
        optimization.words, optimization.writer, optimization.words_digest = former.words, former.writer, same
        optimization.save(update_fields=["words", "writer", "words_digest"])
    return True


def _answered(
    context: JobContext, optimization: Optimization, model: StructuredModel, asked: prompts.Asked, same: str
) -> None:
    """One answer, asked for once: that it is asked is written before; it is kept and booked together."""
    with context.transaction():
        sessions.asking(optimization, model.name)
    try:
        answer = model.answer(prompts.ask_of(asked))
    except ProviderError as error:
        if error.code not in MAYBE_BILLED:
            with context.transaction():
                sessions.asking(optimization, "")
        raise
    with context.transaction():
        if answer.charge is not None:
            answer.charge.book()
        optimization.words = texts.as_data(prompts.read(answer.data, asked))
        optimization.writer, optimization.words_digest, optimization.asked = model.name, same, ""
        # No save, which fails where the session was deleted meanwhile: what was paid is booked all the same.
        values = {"words": optimization.words, "writer": model.name, "words_digest": same, "asked": ""}
        Optimization.objects.filter(pk=optimization.pk).update(**values)


def _note(context: JobContext, optimization: Optimization, name: str, error: ProviderError) -> None:
    if not any(one["writer"] == name for one in optimization.tried):
        with context.transaction():
            sessions.give_up_on(optimization, name, error)


def _compose(context: JobContext, optimization: Optimization) -> None:
    scene = comparison = None
    if texts.needs_scene(optimization):
        scenes = [look(media.read(one)) for one in writers.pictures_of(optimization)]
        scene, comparison = scenes[0], compare(scenes) if len(scenes) > 1 else None
    with context.transaction():
        used = hashtags.history(besides=optimization.pk)
        given = texts.words_of(optimization.words)
        candidates = [*(given.hashtags if given else ()), *(one.name for one in used)]
        table = hashtags.table_for(candidates, texts.niches_of(optimization.description, given))
        times = timings(optimization.choices.platforms)
    made = texts.composed(optimization, scene, history=used, table=table)
    with context.transaction():
        texts.store(optimization, made, times, comparison)
