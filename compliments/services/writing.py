"""Orders of compliments: taken, begun, stored, ended, told of. Inside the workspace's scope."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils import timezone

from aura.http.problems import Problem
from aura.privacy.queries import may_process
from aura.providers import writer_ports as ports
from aura.providers.errors import ProviderError
from aura.tenancy.scope import current_workspace_id
from aura.webhooks.services import emit
from compliments.models import Compliment, InstagramPost, Writing
from compliments.queries.writing import OK, room_for
from compliments.services.downloads import OBJECTED

S = Writing.State
FIELDS = ("style", "language", "length", "variations", "preset", "writer", "again_of")
OPEN = (S.QUEUED, S.GENERATING)
EVENTS = {S.DONE: "compliment.completed", S.FAILED: "compliment.failed"}
ALL_REFUSED = "Every text was refused by the guard. Try another style, or other pictures."


def refusal(post: InstagramPost, variations: int) -> Problem | None:
    """Why nothing is written about a post now, or None. Asked when an order is taken and again before it is written,
    since the author of a post is known only after its download."""
    if post.author and not may_process(post.author, post.author_id):
        return Problem("do_not_process", OBJECTED, status=409)
    room = room_for(post.author)
    if not room.holds(variations):
        words = (
            f"This author has {room.written} compliments of the last {room.days} days, and the limit of this workspace "
            f"is {room.most}. Ask for fewer, or raise the limit under Compliments → Voices and limits."
        )
        return Problem("compliment_limit", words, status=409)
    return None


def take(post: InstagramPost, values: Mapping[str, Any], *, user_id: UUID | None) -> Writing:
    """Write a new order. Raises :class:`Problem` ``do_not_process`` or ``compliment_limit`` (409)."""
    given = {name: values[name] for name in FIELDS if name in values}
    writing = Writing(workspace_id=current_workspace_id(), post=post, created_by_id=user_id, **given)
    if problem := refusal(post, writing.variations):
        raise problem
    writing.save(force_insert=True)
    return writing


def begin(writing: Writing) -> None:
    """Say that it is being written."""
    if writing.is_over:
        reopen(writing)
    writing.state, writing.started_at = S.GENERATING, writing.started_at or timezone.now()
    writing.save(update_fields=["state", "started_at"])


def reopen(writing: Writing) -> None:
    """Let an order that failed or was stopped wait again: one more try, which a person wants."""
    writing.state, writing.error_code, writing.error, writing.finished_at = S.QUEUED, "", "", None
    writing.tries += 1
    writing.asked, writing.tried = "", []
    writing.save()


def asking(writing: Writing, model: str) -> None:
    """Remember that a paid model is about to be asked; "" once it is known that it was not."""
    writing.asked = model
    writing.save(update_fields=["asked"])


def give_up_on(writing: Writing, model: str, error: ProviderError) -> None:
    """Keep why a writer was not enough, so that the next one is asked."""
    writing.tried = [*writing.tried, {"writer": model, "code": error.code, "message": error.message}]
    writing.asked = ""
    writing.save(update_fields=["tried", "asked"])


def store(writing: Writing, written: ports.Writing, *, model: str, prompt_version: str) -> int:
    """Keep what was written, and end the order; returns how many texts may be posted.

    The texts have passed the guard: what it refused is kept without its words.
    """
    writing.model, writing.prompt_version, writing.model_version = model, prompt_version, written.model_version
    writing.written_style, writing.possible_minor = written.style, written.possible_minor
    writing.notes, writing.asked = list(written.notes), ""
    writing.seen = {str(number): words for number, words in written.seen.items()}
    writing.save()
    Compliment.objects.filter(writing=writing).delete()
    rows = [_row(writing, number, one) for number, one in enumerate(written.compliments, start=1)]
    Compliment.objects.bulk_create(rows)
    good = sum(row.verdict == OK for row in rows)
    if good:
        end(writing, S.DONE)
    else:
        end(writing, S.FAILED, code="all_refused", message=ALL_REFUSED)
    return good


def _row(writing: Writing, number: int, one: ports.Compliment) -> Compliment:
    good = one.verdict == OK
    return Compliment(
        workspace_id=writing.workspace_id,
        writing=writing,
        number=number,
        text=one.text if good else "",
        written=one.text if good else "",
        tones=dict(one.tones) if good else {},
        references=[{"image": ref.image, "what": ref.what} for ref in one.references] if good else [],
        verdict=one.verdict,
        reasons=list(one.reasons),
    )


def end(writing: Writing, state: str, *, code: str = "", message: str = "") -> bool:
    """Bring an order to its end, once, and tell of it. False where it had ended before."""
    changed = Writing.objects.filter(pk=writing.pk, state__in=OPEN).update(
        state=state, error_code=code[:60], error=message, finished_at=timezone.now()
    )
    writing.refresh_from_db()
    if changed and writing.state in EVENTS:
        told = {
            "id": str(writing.pk),
            "post": str(writing.post_id),
            "state": writing.state,
            "writer": writing.model,
            "texts": writing.compliments.filter(verdict=OK).count(),
            "error": {"code": writing.error_code} if writing.error_code else None,
        }
        emit(EVENTS[S(writing.state)], told, subject=writing.subject)
    return bool(changed)


def change(compliment: Compliment, values: Mapping[str, Any]) -> Compliment:
    """Edit, rate or mark one text; ``values`` may hold ``text``, ``rating`` (None takes it away), ``favourite``.

    Raises :class:`Problem` ``compliment_refused`` (409) for a text that the guard refused.
    """
    if compliment.verdict != OK:
        raise Problem("compliment_refused", "This text was refused; there is nothing to change.", status=409)
    if "text" in values and values["text"].strip() != compliment.text:
        compliment.text = values["text"].strip()
        compliment.edited_at = timezone.now() if compliment.text != compliment.written else None
    if "rating" in values:
        compliment.rating = values["rating"]
    if "favourite" in values:
        compliment.favourite = values["favourite"]
    compliment.save(update_fields=["text", "edited_at", "rating", "favourite"])
    return compliment
