"""What a row of pictures being made remembers, step by step. Inside the workspace's scope."""

from django.utils import timezone

from accounts.models.making import MakingRow
from aura.providers.errors import ProviderError
from aura.providers.image_ports import Making

S = MakingRow.State


def begin(row: MakingRow) -> None:
    """Say that it is being made."""
    if row.is_over:
        reopen(row)
    row.state, row.started_at = S.RUNNING, row.started_at or timezone.now()
    row.save(update_fields=["state", "started_at"])


def reopen(row: MakingRow) -> None:
    """Let an order that failed or was stopped wait again: one more try."""
    row.state, row.error_code, row.error, row.finished_at = S.QUEUED, "", "", None
    row.tries += 1
    if not row.external_id:
        # A person has seen that the last try may have been paid for, and wants another.
        row.asked_at, row.tried = None, []
    row.save()


def asking(row: MakingRow, maker: str) -> None:
    """Remember that a service is about to be asked."""
    row.maker, row.asked_at = maker, timezone.now()
    row.external_id = row.reservation = ""
    row.save(update_fields=["maker", "asked_at", "external_id", "reservation"])


def not_asked(row: MakingRow) -> None:
    """Nothing was started after all: the service may be asked again."""
    _forget(row)
    row.save(update_fields=["asked_at", "external_id", "reservation", "looks"])


def adopt(row: MakingRow, making: Making) -> None:
    """Keep the service's id before anything waits for it."""
    row.external_id, row.looks = making.id, row.looks + 1
    row.reservation = making.reservation or row.reservation
    row.model_version = making.model_version or row.model_version
    row.save(update_fields=["external_id", "reservation", "looks", "model_version"])


def under_way(row: MakingRow, model: str = "") -> Making:
    """What a maker needs to look at, or to stop, what it was asked for; ``model`` where one was chosen by name."""
    return Making("running", id=row.external_id, model=model, reservation=row.reservation)


def give_up_on(row: MakingRow, maker: str, error: ProviderError) -> None:
    """Keep why a maker was not enough, so that the next one is asked."""
    row.tried = [*row.tried, {"maker": maker, "code": error.code, "message": error.message}]
    _forget(row)
    row.save(update_fields=["tried", "asked_at", "external_id", "reservation", "looks"])


def name_maker(row: MakingRow, maker: str, making: Making) -> None:
    """Keep who has made it, as exactly as the service says."""
    row.maker = f"{maker.partition(':')[0]}:{making.model}" if making.model else maker
    row.model_version = making.model_version or row.model_version
    row.placeholder = any(one.placeholder for one in making.images)
    row.save(update_fields=["maker", "model_version", "placeholder"])


def _forget(row: MakingRow) -> None:
    row.asked_at, row.looks = None, 0
    row.external_id = row.reservation = ""


def end(row: MakingRow, state: str, *, code: str = "", message: str = "") -> bool:
    """Write its end, once; False where it was over already."""
    changed = (
        type(row)
        .objects.filter(pk=row.pk, state__in=[S.QUEUED, S.RUNNING, S.STORING])
        .update(state=state, error_code=code[:60], error=message, finished_at=timezone.now())
    )
    row.refresh_from_db()
    return bool(changed)
