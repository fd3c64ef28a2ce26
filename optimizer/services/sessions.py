"""Sessions: taken, begun, settled, ended, told of (O10, O11, O13, O14). Inside the workspace's scope."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from aura.media.services import drop_unused
from aura.providers.errors import ProviderError
from aura.tenancy.scope import current_workspace_id
from aura.webhooks.services import emit
from optimizer.comparing import MOST_PICTURES
from optimizer.models import ComparedPicture, Optimization, Part, PlatformOutput
from optimizer.queries.sessions import pictures_of
from optimizer.services import intake, photos
from optimizer.services.problems import meant, problem_of

S = Optimization.State
O = PlatformOutput.State  # noqa: E741
LIMIT: Final = timedelta(minutes=10)
"""O13: what is not ready then is given up."""
TIMED_OUT: Final = "PROCESSING_TIMEOUT"
TOO_LONG: Final = "It was not ready within 10 minutes."
CANCELLED: Final = "Stopped. What was ready is kept."
NOTHING_MADE: Final = "No platform could be made."
OPEN_OUTPUTS: Final = (O.QUEUED, O.RUNNING)


def take(order: intake.Order, *, user_id: UUID | None) -> Optimization:
    """Write a new session with an output for each platform. The order was checked by the caller."""
    optimization = Optimization(
        workspace_id=current_workspace_id(),
        created_by_id=user_id,
        name=intake.name_of(order),
        source_url=order.url,
        source=order.picture,
        logo=order.logo,
        description=order.description,
        options=order.choices.as_data(),
        fresh=order.fresh,
    )
    if order.picture is not None:
        optimization.sha256 = order.picture.sha256
    if order.upload is not None:
        intake.save_upload(optimization, order.upload)
    optimization.save(force_insert=True)
    ComparedPicture.objects.bulk_create(
        ComparedPicture(
            workspace_id=optimization.workspace_id, optimization=optimization, number=number, picture=picture
        )
        for number, picture in enumerate(order.others[: MOST_PICTURES - 1], start=2)
    )
    PlatformOutput.objects.bulk_create(
        PlatformOutput(
            workspace_id=optimization.workspace_id,
            optimization=optimization,
            platform=platform,
            number=number,
            format_key=order.choices.format_for(platform),
            fit=order.choices.fit,
        )
        for number, platform in enumerate(order.choices.platforms)
    )
    return optimization


def begin(optimization: Optimization) -> None:
    """Say that it is being made; its time runs from the first work on it."""
    now = timezone.now()
    optimization.state, optimization.started_at = S.RUNNING, optimization.started_at or now
    optimization.deadline_at = optimization.deadline_at or now + LIMIT
    optimization.save(update_fields=["state", "started_at", "deadline_at"])


def locked(optimization: Optimization) -> Optimization:
    """The row as it is now, held until the transaction ends."""
    rows = Optimization.objects.select_for_update(of=("self",), no_key=True)
    return rows.get(pk=optimization.pk)


def finish_part(optimization: Optimization, part: str, outcome: str) -> None:
    """Write how one of the works (``pictures`` or ``texts``) ended, and end the session with the last of them."""
    Optimization.objects.filter(pk=optimization.pk).update(**{part: outcome})
    settle(optimization)


def settle(optimization: Optimization) -> bool:
    """End a session once nothing of it is left to do: done where at least one platform is. False while there is."""
    row = locked(optimization)
    if row.is_over or Part.WAITING in {row.pictures, row.texts} or photos.are_open(row):
        return False
    if row.outputs.filter(state=O.DONE).exists():
        return end(row, S.DONE)
    failed = row.outputs.exclude(error_code="").first()
    code, words = (failed.error_code, failed.error) if failed else ("rendering_failed", NOTHING_MADE)
    return end(row, S.FAILED, code=code, message=words)


def end(
    optimization: Optimization, state: str, *, code: str = "", message: str = "", retry_after: float | None = None
) -> bool:
    """Bring a session to its end, once, and tell of it. False where it had ended before.

    Platforms that are not ready end with it, for the same reason.
    """
    now, code = timezone.now(), meant(code)
    wait = None if retry_after is None else max(0, round(retry_after))
    rows = Optimization.objects.filter(pk=optimization.pk, state__in=[S.QUEUED, S.RUNNING])
    changed = rows.update(state=state, error_code=code[:60], error=message, retry_after=wait, finished_at=now, asked="")
    optimization.refresh_from_db()
    if not changed:
        return False
    left = optimization.outputs.filter(state__in=OPEN_OUTPUTS)
    if state == S.CANCELLED:
        left.update(state=O.CANCELLED, finished_at=now)
    else:
        left.update(state=O.FAILED, error_code=code[:60] or "unfinished", error=message, finished_at=now)
    tell(optimization)
    return True


def expire(optimization: Optimization) -> bool:
    """End a session whose time is over: what is ready stays, and is enough for a session that is done (O13)."""
    row = locked(optimization)
    if row.is_over or row.deadline_at is None or row.deadline_at > timezone.now():
        return False
    note(row, TIMED_OUT, TOO_LONG)
    row.outputs.filter(state__in=OPEN_OUTPUTS).update(
        state=O.FAILED, error_code=TIMED_OUT, error=TOO_LONG, finished_at=timezone.now()
    )
    is_some = row.outputs.filter(state=O.DONE).exists()
    return end(row, S.DONE) if is_some else end(row, S.FAILED, code=TIMED_OUT, message=TOO_LONG)


def reopen(optimization: Optimization) -> None:
    """Let what is missing of a session wait again: one more try, with its own ten minutes."""
    now_waiting = {"state": O.QUEUED, "error_code": "", "error": "", "finished_at": None}
    optimization.outputs.exclude(state=O.DONE).update(**now_waiting)
    optimization.state, optimization.error_code, optimization.error = S.QUEUED, "", ""
    optimization.retry_after = optimization.finished_at = optimization.started_at = optimization.deadline_at = None
    optimization.tries += 1
    # A person has seen that the last try may have been paid for, and wants another.
    optimization.asked, optimization.tried = "", []
    optimization.notes = []
    if optimization.outputs.exclude(state=O.DONE).exists():
        optimization.pictures = Part.WAITING
    if optimization.texts != Part.DONE:
        optimization.texts = Part.WAITING
    optimization.save()


def asking(optimization: Optimization, name: str) -> None:
    """Remember the model that is about to be asked; "" once it is known that it has not been."""
    optimization.asked = name
    optimization.save(update_fields=["asked"])


def give_up_on(optimization: Optimization, name: str, error: ProviderError) -> None:
    """Keep why a model was not enough; people are told of it in the codes of O13."""
    code, message, wait = problem_of(error)
    tried = {"writer": name, "code": error.code, "message": error.message}
    optimization.tried, optimization.asked = [*optimization.tried, tried], ""
    optimization.save(update_fields=["tried", "asked"])
    note(optimization, code, message, wait)


def note(optimization: Optimization, code: str, message: str, retry_after: float | None = None) -> None:
    """Keep what people should know of a session; the same thing once."""
    told = {"code": meant(code), "message": message, "retry_after": None if retry_after is None else round(retry_after)}
    if told not in optimization.notes:
        optimization.notes = [*optimization.notes, told]
        optimization.save(update_fields=["notes"])


def tell(optimization: Optimization) -> None:
    """Send the webhook of its end (O11, M8). Texts stay here: they may name anybody."""
    events = {S.DONE: "optimization.completed", S.FAILED: "optimization.failed"}
    if optimization.state not in events:
        return
    told: dict[str, Any] = {
        "id": str(optimization.pk),
        "session_id": str(optimization.pk),
        "state": optimization.state,
        "writer": optimization.writer,
        "reused": optimization.reused,
        "platforms": dict(optimization.outputs.values_list("platform", "state")),
        "error": {"code": optimization.error_code} if optimization.error_code else None,
    }
    emit(events[S(optimization.state)], told, subject=optimization.subject)


def remove(optimization: Optimization) -> None:
    """Delete a session with its pictures, where nothing else shows them."""
    shown = pictures_of(optimization)
    intake.forget_upload(optimization)
    optimization.delete()
    drop_unused(shown)
